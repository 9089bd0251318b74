//! Reads the files the recorder leaves behind. The recorder runs in a process of its own that Android may end in the
//! middle of a line; so a file is a list of lines that each stand alone, and a torn last line costs one point. The
//! writer is `android/src/main/java/org/xunge/device/SegmentWriter.kt`. Leaves filtering and importing to the
//! client, and never fills a gap.
//!
//! First line: `xunge-track 1`. Every further line, separated by commas: wall clock in ms since 1970, monotonic
//! clock in ms since boot, latitude and longitude in 1e-7 degrees, accuracy in cm, source (`gps`, `network`,
//! `fused`), `1` when made up by an app, else `0`.

use crate::models::FixSource;

/// The only first line understood so far.
const HEADER: &str = "xunge-track 1";

/// One recorded position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedPoint {
    /// Wall clock, milliseconds since 1970: evidence, not order.
    pub at_ms: i64,
    /// Monotonic clock, milliseconds since the phone started: order within a segment.
    pub since_boot_ms: i64,
    /// Latitude, 1e-7 degrees, WGS-84.
    pub latitude_e7: i32,
    /// Longitude, 1e-7 degrees, WGS-84.
    pub longitude_e7: i32,
    /// Radius of 68 % confidence, centimetres.
    pub accuracy_cm: u32,
    /// Who computed it.
    pub source: FixSource,
    /// True when an app made it up.
    pub mock: bool,
}

/// What one file held: one stretch between a start of the recorder and its end, or the part of it asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    /// The points in the order written.
    pub points: Vec<RecordedPoint>,
    /// Whole lines that were no point: damaged.
    pub unreadable_lines: usize,
    /// Where the last whole line ended, bytes from the start of the file. What follows is torn, or still being written.
    pub read_to: usize,
}

/// Reads one file from `from` on: 0, or the `read_to` of an earlier reading. `None` when the first line is not that of
/// a segment this version understands; such a file is to be kept, not deleted.
pub fn parse_segment(bytes: &[u8], from: usize) -> Option<Segment> {
    let header = HEADER.len() + 1;
    if bytes.get(..header)?.strip_suffix(b"\n")? != HEADER.as_bytes() {
        return None;
    }
    let mut segment = Segment { read_to: from.max(header), ..Segment::default() };
    let rest = bytes.get(segment.read_to..).unwrap_or_default();
    for line in rest.split_inclusive(|byte| *byte == b'\n') {
        // A line without its end may be short of digits and still read well: it is left for the next reading.
        let Some(whole) = line.strip_suffix(b"\n") else { break };
        segment.read_to += line.len();
        match std::str::from_utf8(whole).ok().and_then(point) {
            Some(point) => segment.points.push(point),
            None => segment.unreadable_lines += 1,
        }
    }
    Some(segment)
}

fn point(line: &str) -> Option<RecordedPoint> {
    let mut fields = line.split(',');
    let point = RecordedPoint {
        at_ms: fields.next()?.parse().ok()?,
        since_boot_ms: fields.next()?.parse().ok()?,
        latitude_e7: degrees(fields.next()?, 90)?,
        longitude_e7: degrees(fields.next()?, 180)?,
        accuracy_cm: fields.next()?.parse().ok()?,
        source: match fields.next()? {
            "gps" => FixSource::Gps,
            "network" => FixSource::Network,
            "fused" => FixSource::Fused,
            _ => return None,
        },
        mock: match fields.next()? {
            "0" => false,
            "1" => true,
            _ => return None,
        },
    };
    fields.next().is_none().then_some(point)
}

fn degrees(text: &str, limit: i32) -> Option<i32> {
    let value: i32 = text.parse().ok()?;
    (value.unsigned_abs() <= limit.unsigned_abs() * 10_000_000).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TWO_POINTS: &str = "xunge-track 1\n\
        1790000000000,5000000,301234567,1145555555,850,gps,0\n\
        1790000005000,5005000,301234600,1145555600,1200,network,1\n";

    #[test]
    fn a_segment_is_read_point_by_point() {
        let segment = parse_segment(TWO_POINTS.as_bytes(), 0).expect("a segment");
        assert_eq!((segment.points.len(), segment.unreadable_lines), (2, 0));
        assert_eq!(segment.points[0].latitude_e7, 301_234_567);
        assert_eq!(segment.points[1].source, FixSource::Network);
        assert!(segment.points[1].mock && !segment.points[0].mock);
        assert_eq!(segment.read_to, TWO_POINTS.len());
    }

    #[test]
    fn a_file_read_while_it_is_written_gives_each_point_once() {
        let whole = parse_segment(TWO_POINTS.as_bytes(), 0).expect("a segment").points;
        for end in HEADER.len() + 1..=TWO_POINTS.len() {
            let early = parse_segment(&TWO_POINTS.as_bytes()[..end], 0).expect("a segment");
            let late = parse_segment(TWO_POINTS.as_bytes(), early.read_to).expect("a segment");
            assert_eq!([early.points, late.points].concat(), whole, "read first at {end}");
            assert_eq!((early.unreadable_lines, late.unreadable_lines), (0, 0));
        }
    }

    #[test]
    fn impossible_places_and_unknown_versions_are_not_taken() {
        for line in
            ["1,2,900000001,0,5,gps,0", "1,2,0,1800000001,5,gps,0", "1,2,0,0,-5,gps,0", "1,2,0,0,5,gps,0,9"]
        {
            let file = format!("{HEADER}\n{line}\n");
            let segment = parse_segment(file.as_bytes(), 0).expect("a segment");
            assert_eq!((segment.points.len(), segment.unreadable_lines), (0, 1), "{line}");
        }
        for file in ["", "xunge-track 1", "xunge-track 2\n1,2,0,0,5,gps,0\n", "<html>\n"] {
            assert_eq!(parse_segment(file.as_bytes(), 0), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_and_any_place_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200), from: usize) {
            let mut file = format!("{HEADER}\n").into_bytes();
            file.extend(bytes);
            prop_assert!(parse_segment(&file, from).is_some());
        }
    }
}
