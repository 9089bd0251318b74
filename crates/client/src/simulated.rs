//! A phone's hardware played from memory: photos in order, a track point by point. Used wherever there is no Android:
//! the desktop shell, the bridge, the demo, the simulator.

use crate::ports::{Device, DeviceError, WaitingPhoto};
use std::sync::{Mutex, MutexGuard, PoisonError};
use xunge_domain::geometry::{Fix, FixSource, LatLon};
use xunge_domain::track::{RawPoint, RawTrack};
use zeroize::Zeroizing;

/// What the simulated hardware will do.
#[derive(Debug, Default)]
struct Script {
    /// Pictures the camera gives, in turn, over and over.
    photos: Vec<Vec<u8>>,
    next_photo: usize,
    /// Taken, not yet forgotten.
    waiting: Option<WaitingPhoto>,
    /// The walk the recorder plays.
    track: RawTrack,
    /// How much of it was played: (segment, point).
    played: usize,
    recording: bool,
    /// Nothing interrupted the recorder since the last point.
    unbroken: bool,
    /// Recorded, not yet forgotten.
    pending: RawTrack,
    metered: bool,
    here: Option<Fix>,
}

impl Script {
    fn next_picture(&mut self) -> Option<Vec<u8>> {
        let index = self.next_photo.checked_rem(self.photos.len())?;
        self.next_photo += 1;
        self.photos.get(index).cloned()
    }
}

/// A simulated phone.
#[derive(Debug)]
pub struct SimulatedDevice {
    key: Mutex<Zeroizing<[u8; 32]>>,
    script: Mutex<Script>,
}

impl SimulatedDevice {
    /// A phone with this platform key, an empty camera and no fix.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key: Mutex::new(Zeroizing::new(key)), script: Mutex::new(Script::default()) }
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The platform's key store was wiped and made a new key, as some phones do when the screen lock changes.
    pub fn wipe_key_store(&self, key: [u8; 32]) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Zeroizing::new(key);
    }

    /// Loads the camera.
    pub fn load_photos(&self, photos: Vec<Vec<u8>>) {
        let mut script = self.script();
        script.photos = photos;
        script.next_photo = 0;
    }

    /// The camera takes a picture for `purpose` while nobody is there to receive it: the process died meanwhile.
    pub fn take_unseen(&self, purpose: &str) {
        let mut script = self.script();
        if let Some(original) = script.next_picture() {
            script.waiting = Some(WaitingPhoto { purpose: purpose.to_owned(), original });
        }
    }

    /// Loads the walk that the next recording plays.
    pub fn load_track(&self, track: RawTrack) {
        let mut script = self.script();
        script.track = track;
        script.played = 0;
    }

    /// Puts the phone somewhere.
    pub fn stand_at(&self, at: LatLon, accuracy_dm: u32) {
        self.script().here =
            Some(Fix { at, accuracy_dm, source: FixSource::Gps, mock: false, satellite_ms: None });
    }

    /// Says whether data is metered.
    pub fn set_metered(&self, metered: bool) {
        self.script().metered = metered;
    }

    /// Walks on: the recorder, if it runs, records the next `points` of the walk; as having happened `at_ms` where given,
    /// with the walk's own times otherwise.
    pub fn walk(&self, points: usize, at_ms: Option<i64>) {
        let mut script = self.script();
        if !script.recording {
            return;
        }
        let from = script.played;
        let mut seen = 0_usize;
        let mut fresh: Vec<Vec<RawPoint>> = Vec::new();
        for segment in &script.track.segments {
            let piece: Vec<RawPoint> = segment
                .iter()
                .enumerate()
                .filter(|(index, _)| (from..from + points).contains(&(seen + index)))
                .map(|(_, point)| RawPoint { wall_ms: at_ms.or(point.wall_ms), ..*point })
                .collect();
            if !piece.is_empty() {
                fresh.push(piece);
            }
            seen += segment.len();
        }
        let moved: usize = fresh.iter().map(Vec::len).sum();
        script.played += moved;
        if let Some(last) = fresh.last().and_then(|segment| segment.last()) {
            script.here = Some(Fix {
                at: last.at,
                accuracy_dm: last.accuracy_dm.unwrap_or(80),
                source: FixSource::Gps,
                mock: last.mock,
                satellite_ms: at_ms.or(last.wall_ms),
            });
        }
        // Walking on adds to what was recorded last; only the walk's own gaps and a stopped recorder begin anew.
        let mut fresh = fresh.into_iter();
        if script.unbroken
            && let Some(last) = script.pending.segments.last_mut()
        {
            last.extend(fresh.next().unwrap_or_default());
        }
        script.pending.segments.extend(fresh);
        script.unbroken = true;
    }
}

impl Device for SimulatedDevice {
    fn take_photo(&self, purpose: &str) -> Result<Vec<u8>, DeviceError> {
        let mut script = self.script();
        let original = script.next_picture().ok_or(DeviceError::Cancelled)?;
        script.waiting = Some(WaitingPhoto { purpose: purpose.to_owned(), original: original.clone() });
        Ok(original)
    }

    fn recover_photo(&self) -> Result<Option<WaitingPhoto>, DeviceError> {
        Ok(self.script().waiting.clone())
    }

    fn forget_photo(&self) -> Result<(), DeviceError> {
        self.script().waiting = None;
        Ok(())
    }

    fn fix(&self) -> Result<Option<Fix>, DeviceError> {
        Ok(self.script().here)
    }

    fn start_recording(&self) -> Result<(), DeviceError> {
        let mut script = self.script();
        script.recording = true;
        script.unbroken = false;
        Ok(())
    }

    fn stop_recording(&self) -> Result<(), DeviceError> {
        self.script().recording = false;
        Ok(())
    }

    fn recorded(&self) -> Result<RawTrack, DeviceError> {
        Ok(self.script().pending.clone())
    }

    fn forget_recorded(&self) -> Result<(), DeviceError> {
        self.script().pending = RawTrack::default();
        Ok(())
    }

    fn platform_key(&self) -> Result<Zeroizing<[u8; 32]>, DeviceError> {
        Ok(self.key.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn metered(&self) -> bool {
        self.script().metered
    }

    fn is_simulated(&self) -> bool {
        true
    }
}
