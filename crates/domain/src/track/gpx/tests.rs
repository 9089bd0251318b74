//! GPX files as they come: odd, cut off, hostile.

use proptest::prelude::*;

use super::*;

fn file(inside: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{inside}</gpx>"#
    )
}

fn point(index: u32, time: &str) -> String {
    format!(r#"<trkpt lat="40.{index:04}" lon="90.5"><ele>3</ele>{time}</trkpt>"#)
}

fn read(text: &str) -> Result<GpxTrack, GpxError> {
    read_gpx(text.as_bytes(), &GpxLimits::default())
}

#[test]
fn a_plain_file_gives_places_times_and_vagueness() {
    let inside = r#"<trk><name>晨 &amp; 巡 & x</name><trkseg>
        <trkpt lon="90.5" lat="40.1234567"><time>2026-03-02T01:00:00.250Z</time><hdop>1.25</hdop></trkpt>
        <trkpt lat="40.2" lon="90.5"><time>2026-03-02T09:00:10+08:00</time>
          <extensions><gl:accuracy xmlns:gl="x">4.5</gl:accuracy><time>1999-01-01T00:00:00Z</time></extensions></trkpt>
        </trkseg></trk>"#;
    let read = read(&file(inside)).unwrap();
    assert_eq!(read.notes, vec![]);
    let [first, second] = read.track.segments[0][..] else { panic!("two points") };
    assert_eq!((first.at.lat_e7(), first.at.lon_e7()), (401_234_567, 905_000_000));
    assert_eq!((first.wall_ms, first.hdop_tenths), (Some(1_772_413_200_250), Some(13)));
    assert_eq!((second.wall_ms, second.accuracy_dm), (Some(1_772_413_210_000), Some(45)));
}

#[test]
fn missing_times_stay_missing() {
    let inside = format!("<trk><trkseg>{}{}</trkseg></trk>", point(1, ""), point(2, "<time/>"));
    let read = read(&file(&inside)).unwrap();
    assert!(read.track.segments[0].iter().all(|point| point.wall_ms.is_none()));
    assert_eq!(read.notes, vec![GpxNote::TimesMissing, GpxNote::TimesUnreadable { points: 1 }]);
}

#[test]
fn odd_times_are_told_apart() {
    let times =
        ["<time>1901-12-13T20:45:52Z</time>", "<time>2026-03-02T01:00:00</time>", "<time>soon</time>"];
    let points: String = times.iter().zip(1..).map(|(time, index)| point(index, time)).collect();
    let read = read(&file(&format!("<trk><trkseg>{points}</trkseg></trk>"))).unwrap();
    assert_eq!(
        read.notes,
        vec![
            GpxNote::TimesPartly { points: 2 },
            GpxNote::TimesImplausible { points: 1 },
            GpxNote::TimesUnreadable { points: 1 },
            GpxNote::TimesWithoutZone { points: 1 },
        ]
    );
}

#[test]
fn empty_segments_and_points_without_a_place_are_counted() {
    let inside = format!(
        r#"<wpt lat="1" lon="1"/><trk><trkseg/><trkseg>{}<trkpt lat="140" lon="90"/><trkpt lat="nan"/></trkseg></trk>"#,
        point(1, "<time>2026-03-02T01:00:00Z</time>")
    );
    let read = read(&file(&inside)).unwrap();
    assert_eq!(read.track.segments.len(), 1);
    assert_eq!(
        read.notes,
        vec![
            GpxNote::PointsWithoutPlace { points: 2 },
            GpxNote::EmptySegments { segments: 1 },
            GpxNote::PlannedPoints { points: 1 },
        ]
    );
}

#[test]
fn other_files_are_not_gpx() {
    for other in [
        "",
        "hello",
        "{}",
        "<html><body/></html>",
        "<?xml version='1.0'?>",
        "\u{0}\u{1}",
        "<gpx",
        "\u{FF}\u{D8}",
    ] {
        assert_eq!(read(other).unwrap_err(), GpxError::NotGpx, "{other:?}");
    }
    assert_eq!(read_gpx(&[0xFF, 0xFE, 0x41], &GpxLimits::default()), Err(GpxError::NotGpx));
}

#[test]
fn a_file_without_track_points_says_so() {
    assert_eq!(read(&file("")).unwrap_err(), GpxError::NoPoints);
    assert_eq!(read(&file(r#"<rte><rtept lat="1" lon="1"/></rte><trk/>"#)).unwrap_err(), GpxError::NoPoints);
    assert_eq!(
        read(&file(r#"<trkpt lat="1" lon="1"/>"#)).unwrap_err(),
        GpxError::NoPoints,
        "outside a segment"
    );
}

#[test]
fn a_file_cut_anywhere_is_damaged_or_no_gpx_and_never_half_a_walk() {
    let whole = file(&format!("<trk><trkseg>{}{}</trkseg></trk>", point(1, ""), point(2, "")));
    for end in 0..whole.len() {
        let code = read(&whole[..end]).unwrap_err().code();
        assert!(matches!(code, "damaged" | "not_gpx"), "cut at {end}: {code}");
    }
    let crossed = whole.replace("</trkseg></trk>", "</trk></trkseg>");
    assert!(matches!(read(&crossed), Err(GpxError::Damaged { points: 2, .. })));
    assert!(matches!(read(&format!("{whole}<gpx/>")), Err(GpxError::Damaged { .. })));
}

#[test]
fn bombs_are_refused_or_harmless() {
    let laughs = r#"<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>"#;
    assert_eq!(read(&format!("{laughs}{}", file(""))).unwrap_err(), GpxError::NotGpx);
    let entity = point(1, "<time>&a;2026-03-02T01:00:00Z&b;</time>");
    assert!(read(&file(&format!("<trk><trkseg>{entity}</trkseg></trk>"))).is_ok());
    let deep = "<a>".repeat(100_000);
    assert!(matches!(read(&file(&deep)), Err(GpxError::Damaged { .. })));
    let long_field = point(1, &format!("<time>{}</time>", "9".repeat(1 << 20)));
    assert!(read(&file(&format!("<trk><trkseg>{long_field}</trkseg></trk>"))).is_ok());
}

#[test]
fn limits_are_kept() {
    let three: String = (1..=3).map(|index| point(index, "")).collect();
    let text = file(&format!("<trk><trkseg>{three}</trkseg></trk>"));
    let limits = GpxLimits { points: 2, ..GpxLimits::default() };
    assert_eq!(read_gpx(text.as_bytes(), &limits), Err(GpxError::TooLarge));
    let limits = GpxLimits { bytes: 10, ..GpxLimits::default() };
    assert_eq!(read_gpx(text.as_bytes(), &limits), Err(GpxError::TooLarge));
}

#[test]
fn the_encoding_of_names_does_not_matter() {
    let text = file(&format!("<trk><name>NAME</name><trkseg>{}</trkseg></trk>", point(1, "")));
    let plain = read(&text).unwrap();
    let (before, after) = text.split_once("NAME").unwrap();
    // 巡格 in GBK: no valid UTF-8.
    let gbk = [before.as_bytes(), &[0xD1, 0xB2, 0xB8, 0xF1], after.as_bytes()].concat();
    assert_eq!(read_gpx(&gbk, &GpxLimits::default()).unwrap(), plain);
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read_gpx(&utf16, &GpxLimits::default()).unwrap(), plain);
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_gpx(&bytes, &GpxLimits::default());
    }

    #[test]
    fn a_flipped_byte_never_panics_nor_invents_points(at in 0usize..400, with in any::<u8>()) {
        let whole = file(&format!("<trk><trkseg>{}{}</trkseg></trk>", point(1, ""), point(2, "")));
        let mut bytes = whole.into_bytes();
        let at = at % bytes.len();
        bytes[at] = with;
        if let Ok(read) = read_gpx(&bytes, &GpxLimits::default()) {
            prop_assert!(read.track.points() <= 2);
        }
    }
}
