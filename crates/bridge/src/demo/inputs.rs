//! The tracks and photos of the day: the caller's, or made here.

use super::{Day, DayError};
use crate::world;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageBuffer, Rgb};
use xunge_domain::geometry::LatLon;
use xunge_domain::track::gpx::{GpxLimits, GpxNote, read_gpx};
use xunge_domain::track::{RawPoint, RawTrack};

/// What the day is lived on, read.
pub(super) struct Inputs {
    /// Photos with their names.
    pub photos: Vec<(String, Vec<u8>)>,
    /// Tracks with their names; none when the walk is to be made along the inspection points.
    pub tracks: Vec<(String, Vec<u8>)>,
    next_photo: usize,
}

impl Inputs {
    pub(super) fn read(day: &Day) -> Result<Self, DayError> {
        // Whatever lies there is tried: what it is, its bytes say, and what is refused is told with its name.
        let named = |dir: &std::path::Path| -> Result<Vec<_>, DayError> {
            let unread = |path: &std::path::Path, error: std::io::Error| {
                DayError::Odd(format!("{} cannot be read: {error}", path.display()))
            };
            let found = world::files(dir, &[""]).map_err(|error| unread(dir, error))?;
            let read = found.into_iter().filter(|path| path.is_file()).map(|path| {
                let name =
                    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let bytes = world::read(&path).map_err(|error| unread(&path, error))?;
                Ok((name, bytes))
            });
            read.collect()
        };
        let photos = match &day.photos {
            Some(dir) => named(dir)?,
            None => (0..3).map(|n| (format!("made {n}"), made_photo(n))).collect(),
        };
        let tracks = match &day.tracks {
            Some(dir) => named(dir)?,
            None => Vec::new(),
        };
        Ok(Self { photos, tracks, next_photo: 0 })
    }

    /// Takes out the tracks that are no walks and says why each is none.
    pub(super) fn sort_out_tracks(&mut self) -> Vec<String> {
        let mut refused = Vec::new();
        self.tracks.retain(|(name, bytes)| match walk(bytes, 0) {
            Ok(_) => true,
            Err(code) => {
                refused.push(format!("{name}: {code}"));
                false
            }
        });
        refused
    }

    /// How many photos of the roll nobody has tried yet.
    pub(super) fn untried_photos(&self) -> usize {
        self.photos.len().saturating_sub(self.next_photo)
    }

    /// The next photo of the roll.
    pub(super) fn photo(&mut self) -> Option<(String, Vec<u8>)> {
        let photo = self.photos.get(self.next_photo % self.photos.len().max(1)).cloned();
        self.next_photo += 1;
        photo
    }
}

/// A picture as large as a phone's, with enough grain that it does not compress away.
pub(crate) fn made_photo(seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let picture = ImageBuffer::from_fn(1600, 1200, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 27) as u8;
        let wall = if (x / 200 + y / 150) % 2 == 0 { 150 } else { 110 };
        Rgb([wall + grain, (80 + (x * 90 / 1600)) as u8 + grain, (60 + (y * 100 / 1200)) as u8 + grain])
    });
    let mut bytes = Vec::new();
    // Encoding into memory fails only beyond 65,535 pixels a side.
    let _ = JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&picture);
    bytes
}

/// A block to walk round where the round has no points to go along: the middle of the fictional county.
pub(super) fn round_the_block() -> Vec<LatLon> {
    let corners = [(0, 0), (0, 18_000), (12_000, 18_000), (12_000, 0), (0, 0)];
    let corner = |(north, east)| LatLon::from_e7(374_905_000 + north, 1_182_552_000 + east).ok();
    corners.into_iter().filter_map(corner).collect()
}

/// A GPX file along these places at walking pace, a fix every two seconds, with two minutes lost half-way.
pub(crate) fn made_gpx(stops: &[LatLon]) -> Vec<u8> {
    let mut points = String::new();
    let mut second = 0_i64;
    for (leg, pair) in stops.windows(2).enumerate() {
        let metres = xunge_domain::geometry::distance_m(pair[0], pair[1]);
        let steps = (metres / 3.0).ceil().max(1.0) as i32;
        if leg == stops.len() / 2 {
            second += 130;
        }
        for step in 0..steps {
            let part = f64::from(step) / f64::from(steps);
            let (lat, lon) = (
                pair[0].lat() + (pair[1].lat() - pair[0].lat()) * part,
                pair[0].lon() + (pair[1].lon() - pair[0].lon()) * part,
            );
            let at = chrono_text(second);
            points.push_str(&format!("<trkpt lat=\"{lat:.7}\" lon=\"{lon:.7}\"><time>{at}</time></trkpt>"));
            second += 2;
        }
    }
    format!(
        "<?xml version=\"1.0\"?><gpx version=\"1.1\" creator=\"demo\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>{points}</trkseg></trk></gpx>"
    )
    .into_bytes()
}

fn chrono_text(second: i64) -> String {
    let (hours, minutes, seconds) = (8 + second / 3600, second / 60 % 60, second % 60);
    format!("2026-03-02T{hours:02}:{minutes:02}:{seconds:02}Z")
}

/// A track to be walked.
#[derive(Default)]
pub(super) struct Walk {
    pub track: RawTrack,
    /// From first to last in milliseconds; 0 where it has no usable times.
    pub length_ms: u64,
    /// What was odd in the file.
    pub notes: Vec<GpxNote>,
}

/// Reads a track and moves its times so that the walk begins at `starts_ms`.
pub(super) fn walk(bytes: &[u8], starts_ms: i64) -> Result<Walk, String> {
    let read = read_gpx(bytes, &GpxLimits::default()).map_err(|error| error.code().to_owned())?;
    let times = || read.track.segments.iter().flatten().filter_map(|point| point.wall_ms);
    let (first, last) = (times().min(), times().max());
    let shift = first.map(|first| starts_ms + 1_000 - first);
    let segments = read
        .track
        .segments
        .iter()
        .map(|segment| {
            let moved = |point: &RawPoint| RawPoint {
                wall_ms: point.wall_ms.zip(shift).map(|(ms, shift)| ms + shift),
                ..*point
            };
            segment.iter().map(moved).collect()
        })
        .collect();
    let length_ms = last.zip(first).map_or(0, |(last, first)| u64::try_from(last - first).unwrap_or(0));
    Ok(Walk { track: RawTrack { segments }, length_ms, notes: read.notes })
}

/// The walk of whoever starts a patrol in `make run`: past the points of the round, one fix a second.
pub(crate) fn walk_along(patrol: &serde_json::Value, now_ms: i64) -> RawTrack {
    let stops = super::actions::stops(patrol);
    walk(&made_gpx(&stops), now_ms).map(|walk| walk.track).unwrap_or_default()
}
