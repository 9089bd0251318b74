//! Reads a GPX 1.0 or 1.1 file into raw segments, or says why not.
//!
//! Written on `quick-xml` and not on the `gpx` crate: that one builds a whole document model and gives up on the
//! first odd attribute, while a track needs four things of each point. `quick-xml` pulls one event at a time and
//! never expands a custom entity, so a "billion laughs" file is as harmless as its size; names are compared
//! without prefix; text outside the few fields read is never interpreted, so its encoding does not matter.
//!
//! What is odd but harmless becomes a [`GpxNote`]; times that are missing stay missing and are never made up.
//!
//! Left to others: opening the file, filtering ([`super::filter()`]).

use chrono::{DateTime, NaiveDateTime};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

use super::{RawPoint, RawTrack};
use crate::geometry::LatLon;

/// How much a file may hold before it is refused unread. A day at one point a second is 86,400 points, 15 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GpxLimits {
    /// Size of the file in bytes.
    pub bytes: usize,
    /// Track points, good and bad together.
    pub points: usize,
    /// Elements within elements.
    pub depth: usize,
}

impl Default for GpxLimits {
    fn default() -> Self {
        Self { bytes: 64 << 20, points: 500_000, depth: 64 }
    }
}

/// A GPX file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GpxTrack {
    /// All tracks of the file, one after the other. Segments without a usable point are left out.
    pub track: RawTrack,
    /// What was odd, most telling first.
    pub notes: Vec<GpxNote>,
}

/// Something odd in a readable file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum GpxNote {
    /// No point has a usable time: length is known, duration is not.
    TimesMissing,
    /// That many points have no usable time, others do.
    TimesPartly {
        /// How many.
        points: u32,
    },
    /// Times that no recorder of a walk can have written (before 1990 or after 2099): taken as missing.
    TimesImplausible {
        /// How many.
        points: u32,
    },
    /// Times that are no times: taken as missing.
    TimesUnreadable {
        /// How many.
        points: u32,
    },
    /// Times without a zone: taken as UTC, as GPX prescribes.
    TimesWithoutZone {
        /// How many.
        points: u32,
    },
    /// Points without a place on earth: left out.
    PointsWithoutPlace {
        /// How many.
        points: u32,
    },
    /// Segments without a usable point: left out.
    EmptySegments {
        /// How many.
        segments: u32,
    },
    /// Way points and route points are plans, not recordings: left out.
    PlannedPoints {
        /// How many.
        points: u32,
    },
}

impl fmt::Display for GpxNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimesMissing => write!(f, "no point has a usable time"),
            Self::TimesPartly { points } => write!(f, "{points} points have no usable time"),
            Self::TimesImplausible { points } => {
                write!(f, "{points} points have a time no walk can have had")
            }
            Self::TimesUnreadable { points } => write!(f, "{points} points have a time that is none"),
            Self::TimesWithoutZone { points } => write!(f, "{points} times without a zone, taken as UTC"),
            Self::PointsWithoutPlace { points } => write!(f, "{points} points without a place, left out"),
            Self::EmptySegments { segments } => write!(f, "{segments} empty segments, left out"),
            Self::PlannedPoints { points } => write!(f, "{points} planned points, left out"),
        }
    }
}

/// Why a file gives no track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GpxError {
    /// Not XML, or XML whose root is not `gpx`.
    #[error("this is not a GPX file")]
    NotGpx,
    /// A GPX file without a usable track point.
    #[error("the GPX file holds no track point")]
    NoPoints,
    /// Beyond [`GpxLimits`].
    #[error("the GPX file is too large")]
    TooLarge,
    /// It begins as GPX and then breaks: cut off, or its elements do not close. Nothing is taken from it,
    /// because nobody can tell what is missing.
    #[error("the GPX file is damaged at byte {at_byte}, after {points} points")]
    Damaged {
        /// Where reading stopped.
        at_byte: u64,
        /// Points read up to there.
        points: u32,
    },
}

impl GpxError {
    /// The stable word a screen branches on.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotGpx => "not_gpx",
            Self::NoPoints => "no_points",
            Self::TooLarge => "too_large",
            Self::Damaged { .. } => "damaged",
        }
    }
}

/// Reads a file.
///
/// # Errors
/// See [`GpxError`].
pub fn read_gpx(bytes: &[u8], limits: &GpxLimits) -> Result<GpxTrack, GpxError> {
    if bytes.len() > limits.bytes {
        return Err(GpxError::TooLarge);
    }
    let text = as_text(bytes);
    let mut reader = Reader::from_str(&text);
    // Loggers write a bare & into names; names are not read, so it does no harm.
    reader.config_mut().allow_dangling_amp = true;
    reader.config_mut().expand_empty_elements = true;
    let mut file = FileState::default();
    loop {
        let event = reader.read_event();
        let damaged = GpxError::Damaged { at_byte: reader.buffer_position(), points: file.points };
        // Before the root was seen, broken XML is simply some other file.
        let broken = if file.rooted { damaged } else { GpxError::NotGpx };
        match event.map_err(|_| broken)? {
            Event::Start(element) => file.open(&element, limits, broken)?,
            Event::End(_) => file.close(),
            Event::Text(text) => file.text(&text),
            Event::CData(text) => file.text(&text),
            // GPX has no document type; one that declares entities is made to do harm.
            Event::DocType(text) if text.contains('[') => return Err(broken),
            Event::Eof if file.path.is_empty() && file.rooted => break,
            Event::Eof => return Err(broken),
            _ => {}
        }
    }
    file.finish()
}

/// UTF-16 by its mark, anything else as UTF-8 with replacement: what is read of it is ASCII either way.
fn as_text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let units = |join: fn([u8; 2]) -> u16| {
        bytes[2..].chunks_exact(2).map(|two| join([two[0], two[1]])).collect::<Vec<_>>()
    };
    match bytes {
        [0xFF, 0xFE, ..] => String::from_utf16_lossy(&units(u16::from_le_bytes)).into(),
        [0xFE, 0xFF, ..] => String::from_utf16_lossy(&units(u16::from_be_bytes)).into(),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// The elements that mean something here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Gpx,
    Segment,
    Point,
    Time,
    Hdop,
    Accuracy,
    Other,
}

/// Where in the file the reader is, and what it has so far.
#[derive(Default)]
struct FileState {
    rooted: bool,
    path: Vec<Element>,
    segments: Vec<Vec<RawPoint>>,
    point: Option<RawPoint>,
    field: String,
    points: u32,
    odd: Odd,
}

/// Counts for the notes.
#[derive(Default)]
struct Odd {
    implausible: u32,
    unreadable: u32,
    zoneless: u32,
    placeless: u32,
    planned: u32,
}

/// Longest text that a field worth reading can have.
const FIELD: usize = 64;
/// 1990-01-01 and 2100-01-01 in ms since 1970 UTC: GPS went into service in the first year.
const PLAUSIBLE_MS: std::ops::Range<i64> = 631_152_000_000..4_102_444_800_000;

impl FileState {
    fn open(
        &mut self,
        element: &BytesStart<'_>,
        limits: &GpxLimits,
        broken: GpxError,
    ) -> Result<(), GpxError> {
        let name = element.local_name().into_inner();
        if self.path.is_empty() && (self.rooted || name != "gpx") {
            return Err(broken);
        }
        if self.path.len() >= limits.depth {
            return Err(broken);
        }
        let within = self.path.last().copied();
        let in_point = self.path.contains(&Element::Point);
        let element = match (name, within) {
            ("gpx", None) => Element::Gpx,
            ("trkseg", _) if !in_point => Element::Segment,
            ("trkpt", Some(Element::Segment)) => {
                self.begin_point(element, limits)?;
                Element::Point
            }
            ("time", Some(Element::Point)) => Element::Time,
            ("hdop", Some(Element::Point)) => Element::Hdop,
            // Android loggers write metres into an extension of this name.
            ("accuracy", _) if in_point => Element::Accuracy,
            ("wpt" | "rtept", _) => {
                self.odd.planned += 1;
                Element::Other
            }
            _ => Element::Other,
        };
        if element == Element::Segment {
            self.segments.push(Vec::new());
        }
        self.rooted = true;
        self.field.clear();
        self.path.push(element);
        Ok(())
    }

    fn begin_point(&mut self, element: &BytesStart<'_>, limits: &GpxLimits) -> Result<(), GpxError> {
        self.points += 1;
        if self.points as usize > limits.points {
            return Err(GpxError::TooLarge);
        }
        let degrees = |wanted: &str| {
            let mut all = element.attributes();
            all.with_checks(false)
                .flatten()
                .find(|one| one.key.local_name().into_inner() == wanted)?
                .value
                .trim()
                .parse::<f64>()
                .ok()
        };
        let place =
            degrees("lat").zip(degrees("lon")).and_then(|(lat, lon)| LatLon::from_degrees(lat, lon).ok());
        self.odd.placeless += u32::from(place.is_none());
        self.point = place.map(RawPoint::at);
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let wanted = matches!(self.path.last(), Some(Element::Time | Element::Hdop | Element::Accuracy));
        if wanted && self.field.len() + text.len() <= FIELD {
            self.field.push_str(text);
        }
    }

    fn close(&mut self) {
        let closed = self.path.pop();
        let tenths = || {
            let value: f64 = self.field.trim().parse().ok()?;
            (0.0..1e6).contains(&value).then_some((value * 10.0).ceil() as u32)
        };
        match closed {
            Some(Element::Hdop) => {
                let hdop = tenths();
                self.on_point(|point| point.hdop_tenths = hdop);
            }
            Some(Element::Accuracy) => {
                let accuracy = tenths();
                self.on_point(|point| point.accuracy_dm = accuracy);
            }
            Some(Element::Time) if self.point.is_some() => {
                let wall_ms = self.time();
                self.on_point(|point| point.wall_ms = wall_ms);
            }
            Some(Element::Point) => {
                if let (Some(point), Some(segment)) = (self.point.take(), self.segments.last_mut()) {
                    segment.push(point);
                }
            }
            _ => {}
        }
        self.field.clear();
    }

    fn on_point(&mut self, set: impl FnOnce(&mut RawPoint)) {
        if let Some(point) = &mut self.point {
            set(point);
        }
    }

    /// The moment in `field`, or nothing and a count of why.
    fn time(&mut self) -> Option<i64> {
        let text = self.field.trim();
        let moment = match DateTime::parse_from_rfc3339(text) {
            Ok(moment) => moment.timestamp_millis(),
            Err(_) => match NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f") {
                Ok(moment) => {
                    self.odd.zoneless += 1;
                    moment.and_utc().timestamp_millis()
                }
                Err(_) => {
                    self.odd.unreadable += 1;
                    return None;
                }
            },
        };
        if !PLAUSIBLE_MS.contains(&moment) {
            self.odd.implausible += 1;
            return None;
        }
        Some(moment)
    }

    fn finish(self) -> Result<GpxTrack, GpxError> {
        let all = self.segments.len();
        let segments: Vec<_> = self.segments.into_iter().filter(|segment| !segment.is_empty()).collect();
        if segments.is_empty() {
            return Err(GpxError::NoPoints);
        }
        let track = RawTrack { segments };
        let timeless = track.segments.iter().flatten().filter(|point| point.wall_ms.is_none()).count();
        let times = match timeless {
            0 => None,
            some if some == track.points() => Some(GpxNote::TimesMissing),
            some => Some(GpxNote::TimesPartly { points: some as u32 }),
        };
        let odd = &self.odd;
        let empty = (all - track.segments.len()) as u32;
        let counted = [
            (odd.implausible, GpxNote::TimesImplausible { points: odd.implausible }),
            (odd.unreadable, GpxNote::TimesUnreadable { points: odd.unreadable }),
            (odd.zoneless, GpxNote::TimesWithoutZone { points: odd.zoneless }),
            (odd.placeless, GpxNote::PointsWithoutPlace { points: odd.placeless }),
            (empty, GpxNote::EmptySegments { segments: empty }),
            (odd.planned, GpxNote::PlannedPoints { points: odd.planned }),
        ];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0).map(|(_, note)| note);
        let notes = times.into_iter().chain(counted).collect();
        Ok(GpxTrack { track, notes })
    }
}

#[cfg(test)]
mod tests;
