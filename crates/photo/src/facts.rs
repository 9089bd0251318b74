//! What an original's EXIF says that is worth keeping: when, where, and which way is up. Everything else in it (maker,
//! model, serial numbers, the owner's name, remarks) is never read into anything that leaves this file.
//!
//! Values are parsed and written anew, so no text of the original passes through.

use std::io::Cursor;

use exif::{Exif, Field, In, Rational, Tag, Value};

use crate::decode::guarded;

/// What the EXIF said. A camera's claim: clocks are wrong and coordinates can be typed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExifFacts {
    /// Local time of the picture, `YYYY-MM-DD HH:MM:SS`, followed by ` +HH:MM` when the camera knew its zone
    /// (DateTimeOriginal, OffsetTimeOriginal).
    pub taken_at: Option<String>,
    /// Time of the satellite fix in UTC, `YYYY-MM-DD HH:MM:SS` (GPSDateStamp, GPSTimeStamp).
    pub satellite_time: Option<String>,
    /// The fix written by the camera, WGS-84 (GPSLatitude, GPSLongitude). Exactly 0, 0 counts as none.
    pub position: Option<Position>,
    /// EXIF orientation 1–8; 1 when absent or absurd. The stored picture is already turned by it.
    pub orientation: u8,
}

/// A place in degrees × 10⁷; north and east positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Latitude in degrees × 10⁷.
    pub lat_e7: i32,
    /// Longitude in degrees × 10⁷.
    pub lon_e7: i32,
}

impl ExifFacts {
    const NOTHING: Self = Self { taken_at: None, satellite_time: None, position: None, orientation: 1 };
}

/// Reads the EXIF of a JPEG, PNG or WebP. Broken or absent EXIF is no error: a picture is worth keeping without.
pub(crate) fn read(original: &[u8]) -> ExifFacts {
    let parse = || {
        exif::Reader::new()
            .continue_on_error(true)
            .read_from_container(&mut Cursor::new(original))
            .or_else(|error| error.distill_partial_result(|_| ()))
            .ok()
    };
    match guarded(parse).ok().flatten() {
        Some(exif) => guarded(|| facts_of(&exif)).unwrap_or(ExifFacts::NOTHING),
        None => ExifFacts::NOTHING,
    }
}

fn facts_of(exif: &Exif) -> ExifFacts {
    let latitude = angle(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, [b'N', b'S'], 90);
    let longitude = angle(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, [b'E', b'W'], 180);
    ExifFacts {
        taken_at: taken_at(exif),
        satellite_time: satellite_time(exif),
        position: match (latitude, longitude) {
            // Receivers without a fix write zeros; no camera of ours stands in the Gulf of Guinea.
            (Some(0), Some(0)) => None,
            (Some(lat_e7), Some(lon_e7)) => Some(Position { lat_e7, lon_e7 }),
            _ => None,
        },
        orientation: field(exif, Tag::Orientation)
            .and_then(|field| field.value.get_uint(0))
            .and_then(|value| u8::try_from(value).ok())
            .filter(|value| (1..=8).contains(value))
            .unwrap_or(1),
    }
}

/// A field of the picture itself, never of its embedded thumbnail.
fn field(exif: &Exif, tag: Tag) -> Option<&Field> {
    exif.get_field(tag, In::PRIMARY)
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &field(exif, tag)?.value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn rationals(exif: &Exif, tag: Tag) -> Option<&[Rational]> {
    match &field(exif, tag)?.value {
        Value::Rational(parts) => Some(parts),
        _ => None,
    }
}

fn taken_at(exif: &Exif) -> Option<String> {
    let local = exif::DateTime::from_ascii(ascii(exif, Tag::DateTimeOriginal)?).ok()?;
    let date = chrono::NaiveDate::from_ymd_opt(local.year.into(), local.month.into(), local.day.into())?;
    let time = date.and_hms_opt(local.hour.into(), local.minute.into(), local.second.into())?;
    let zone = ascii(exif, Tag::OffsetTimeOriginal).and_then(zone).unwrap_or_default();
    Some(format!("{}{zone}", time.format("%Y-%m-%d %H:%M:%S")))
}

/// ` +08:00` out of the camera's `+08:00`, when it is nothing but that.
fn zone(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    let sensible = matches!(sign, "+" | "-") && hours <= 14 && minutes < 60;
    sensible.then(|| format!(" {sign}{hours:02}:{minutes:02}"))
}

fn satellite_time(exif: &Exif) -> Option<String> {
    let date = std::str::from_utf8(ascii(exif, Tag::GPSDateStamp)?).ok()?.trim();
    let date = chrono::NaiveDate::parse_from_str(date, "%Y:%m:%d").ok()?;
    let [hour, minute, second] = rationals(exif, Tag::GPSTimeStamp)? else { return None };
    let whole = |part: &Rational| part.num.checked_div(part.denom);
    let time = date.and_hms_opt(whole(hour)?, whole(minute)?, whole(second)?)?;
    Some(time.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// Degrees, minutes, seconds and a direction as degrees × 10⁷; `None` when a part is missing or out of range.
fn angle(exif: &Exif, tag: Tag, reference: Tag, [plus, minus]: [u8; 2], most: i64) -> Option<i32> {
    let negative = match ascii(exif, reference)?.first()?.to_ascii_uppercase() {
        letter if letter == plus => false,
        letter if letter == minus => true,
        _ => return None,
    };
    let parts = rationals(exif, tag)?;
    if parts.is_empty() || parts.len() > 3 {
        return None;
    }
    // In units of 10⁻⁷ degree × 3600, so that a second counts 10⁷ and nothing is rounded before the end.
    let mut total: i128 = 0;
    for (part, seconds) in parts.iter().zip([3600i128, 60, 1]) {
        if part.denom == 0 {
            return None;
        }
        total += i128::from(part.num) * seconds * 10_000_000 / i128::from(part.denom);
    }
    let e7 = i64::try_from((total + 1800) / 3600).ok()?;
    if e7 > most * 10_000_000 {
        return None;
    }
    i32::try_from(if negative { -e7 } else { e7 }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_taken_only_when_it_is_one() {
        assert_eq!(zone(b"+08:00"), Some(" +08:00".into()));
        assert_eq!(zone(b"-3:30 "), Some(" -03:30".into()));
        for odd in [&b""[..], b"Z", b"+25:00", b"+08:60", "八:00".as_bytes(), b"+08:00 CANARY"] {
            assert_eq!(zone(odd), None, "{odd:?}");
        }
    }
}
