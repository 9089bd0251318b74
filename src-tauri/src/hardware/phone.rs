//! Android's hardware as `xunge_client::ports::Device`: asks the plugin, reads the recorder's files, keeps the platform
//! key. Compiled for Android only; its parts that can be tested anywhere are `spool` and `platform_key`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tauri::{AppHandle, Runtime};
use tauri_plugin_device::{DeviceExt, Error, FixRequest, FixSource as Source, Permission, RecordingPlan};
use xunge_client::ports::{Device, DeviceError, WaitingPhoto};
use xunge_domain::geometry::{Fix, FixSource, LatLon};
use xunge_domain::track::RawTrack;
use xunge_domain::world::Randomness;
use xunge_store::files::{FileError, Files};
use zeroize::Zeroizing;

use super::{KeyTrouble, PlatformKey, Spool, Wrapping};

/// One walk at a time: the recorder's folder of this name holds whatever was not taken over yet.
const WALK: &str = "walk";
/// A door is told from the next one at this accuracy, metres.
const GOOD_ENOUGH_M: u32 = 15;
/// A worker at a door does not wait longer than this, milliseconds.
const PATIENCE_MS: u32 = 12_000;
/// A brisk walk makes about 7 m in this time, milliseconds.
const POINT_EVERY_MS: u32 = 5_000;
/// Under this name the key store keeps the key that wraps the platform key.
const WRAPPING_KEY: &str = "platform";

/// The hardware of this phone.
pub struct Phone<R: Runtime> {
    app: AppHandle<R>,
    files: Arc<dyn Files>,
    randomness: Arc<dyn Randomness>,
    key: PlatformKey<Arc<dyn Files>>,
    spool: Mutex<Spool<Arc<dyn Files>>>,
    /// Where the picture given last lies, until it is forgotten.
    original: Mutex<Option<String>>,
}

impl<R: Runtime> Phone<R> {
    /// `private` is Android's `filesDir`: the recorder's files lie in its folder `track`.
    pub fn new(
        app: AppHandle<R>,
        files: Arc<dyn Files>,
        randomness: Arc<dyn Randomness>,
        private: &Path,
    ) -> Self {
        let key = PlatformKey::new(files.clone(), private.join("platform.key"));
        let spool = Mutex::new(Spool::new(files.clone(), private.join("track").join(WALK)));
        Self { app, files, randomness, key, spool, original: Mutex::new(None) }
    }

    /// Reads an original and remembers where it lies.
    fn read_original(&self, path: String) -> Result<Vec<u8>, DeviceError> {
        let bytes = self.files.read(&PathBuf::from(&path)).map_err(file_trouble)?;
        *self.original.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
        Ok(bytes)
    }
}

impl<R: Runtime> Device for Phone<R> {
    fn take_photo(&self, purpose: &str) -> Result<Vec<u8>, DeviceError> {
        let photo = self.app.device().take_photo(purpose).map_err(trouble)?.ok_or(DeviceError::Cancelled)?;
        self.read_original(photo.path)
    }

    fn recover_photo(&self) -> Result<Option<WaitingPhoto>, DeviceError> {
        let pending = match self.app.device().recover_pending_photo() {
            Ok(pending) => pending,
            // A desktop has no camera that could have outlived anything.
            Err(error) if error.code() == "not_on_this_platform" => None,
            Err(error) => return Err(trouble(error)),
        };
        pending
            .map(|photo| {
                let purpose = photo.purpose;
                Ok(WaitingPhoto { purpose, original: self.read_original(photo.path)? })
            })
            .transpose()
    }

    fn forget_photo(&self) -> Result<(), DeviceError> {
        let path = self.original.lock().unwrap_or_else(PoisonError::into_inner).take();
        match path {
            Some(path) => self.app.device().photo_taken_over(&path).map_err(trouble),
            None => Ok(()),
        }
    }

    fn fix(&self) -> Result<Option<Fix>, DeviceError> {
        let device = self.app.device();
        if device.location_permission().map_err(trouble)? == Permission::Prompt {
            device.ask_location_permission().map_err(trouble)?;
        }
        let seen = match device.current_fix(FixRequest { good_enough_m: GOOD_ENOUGH_M, wait_ms: PATIENCE_MS })
        {
            Ok(seen) => seen,
            // A record without a position is better than none: the screen asks for a reason instead.
            Err(error) if matches!(error.code(), "no_fix" | "permission_denied" | "location_off") => {
                return Ok(None);
            }
            Err(error) => return Err(trouble(error)),
        };
        let source = match seen.source {
            Source::Gps => FixSource::Gps,
            Source::Network | Source::Fused => FixSource::Network,
        };
        Ok(LatLon::from_e7(seen.latitude_e7, seen.longitude_e7).ok().map(|at| Fix {
            at,
            accuracy_dm: seen.accuracy_cm.div_ceil(10),
            source,
            mock: seen.mock,
            // The fix is a little old; its time goes on with the phone's monotonic clock, not with the wall clock.
            satellite_ms: (source == FixSource::Gps && !seen.mock)
                .then(|| seen.at_ms.saturating_add(i64::from(seen.age_ms))),
        }))
    }

    fn start_recording(&self) -> Result<(), DeviceError> {
        let device = self.app.device();
        if device.location_permission().map_err(trouble)? == Permission::Prompt {
            device.ask_location_permission().map_err(trouble)?;
        }
        let plan = RecordingPlan {
            patrol: WALK.to_owned(),
            every_ms: POINT_EVERY_MS,
            notification_title: "正在记录巡查轨迹".to_owned(),
            notification_text: "轨迹只存在本机，结束巡查后停止记录。".to_owned(),
        };
        device.start_recording(&plan).map(drop).map_err(trouble)
    }

    fn stop_recording(&self) -> Result<(), DeviceError> {
        self.app.device().stop_recording().map(drop).map_err(trouble)
    }

    fn recorded(&self) -> Result<RawTrack, DeviceError> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner).recorded().map_err(file_trouble)
    }

    fn forget_recorded(&self) -> Result<(), DeviceError> {
        let running = self.app.device().recorder_state().map_err(trouble)?.running;
        self.spool.lock().unwrap_or_else(PoisonError::into_inner).forget(running).map_err(file_trouble)
    }

    fn platform_key(&self) -> Result<Zeroizing<[u8; 32]>, DeviceError> {
        self.key.get(&KeyStore(&self.app), self.randomness.as_ref()).map_err(|error| match error {
            KeyTrouble::Gone | KeyTrouble::Store => DeviceError::KeyStore,
            KeyTrouble::File(error) => file_trouble(error),
        })
    }

    fn metered(&self) -> bool {
        self.app.device().network_metered().unwrap_or(true)
    }
}

/// Android's key store, through the plugin.
struct KeyStore<'a, R: Runtime>(&'a AppHandle<R>);

impl<R: Runtime> Wrapping for KeyStore<'_, R> {
    fn wrap(&self, secret: &[u8]) -> Result<String, KeyTrouble> {
        self.0.device().wrap_key(WRAPPING_KEY, secret).map(|key| key.wrapped).map_err(|_| KeyTrouble::Store)
    }

    fn unwrap(&self, wrapped: &str) -> Result<Zeroizing<Vec<u8>>, KeyTrouble> {
        self.0.device().unwrap_key(WRAPPING_KEY, wrapped).map_err(|error| match error.code() {
            "key_lost" | "key_wrong" => KeyTrouble::Gone,
            _ => KeyTrouble::Store,
        })
    }
}

fn trouble(error: Error) -> DeviceError {
    match error.code() {
        "not_on_this_platform" => DeviceError::NotOnThisPlatform,
        "permission_denied" => DeviceError::NoPermission,
        "key_lost" | "key_wrong" | "key_store_failed" => DeviceError::KeyStore,
        code => DeviceError::Other(code.to_owned()),
    }
}

fn file_trouble(error: FileError) -> DeviceError {
    DeviceError::Other(error.code().to_owned())
}
