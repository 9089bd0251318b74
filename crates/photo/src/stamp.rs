//! What the stamp on a picture says, as lines of text. Drawing them is `lettering`'s work.
//!
//! The stamp states what the phone knew when the picture was taken. When it had no contact it says so
//! (离线，时间未校验) and never passes the phone's clock off as a checked time.

use chrono::NaiveDateTime;

/// Where the picture was taken, as the phone's receiver said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fix {
    /// Latitude in degrees × 10⁷, WGS-84, north positive.
    pub lat_e7: i32,
    /// Longitude in degrees × 10⁷, WGS-84, east positive.
    pub lon_e7: i32,
    /// Radius of the receiver's accuracy in metres.
    pub accuracy_m: u32,
}

/// What the stamp on a picture says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Local time of the picture; shown to the minute.
    pub taken: NaiveDateTime,
    /// Whether that time was checked against the county's. If not, the stamp says so.
    pub time_verified: bool,
    /// The fix, if there was one. If not, the stamp says 无定位.
    pub place: Option<Fix>,
    /// Words for the place, e.g. 2幢东侧. At most 48 characters are shown.
    pub place_name: Option<String>,
    /// The worker's number (工号). At most 24 characters are shown.
    pub worker_no: String,
    /// The item's short number (编号). At most 40 characters are shown.
    pub item_no: String,
}

impl Stamp {
    /// The lines of the stamp, from the top: time, place, who and what.
    pub fn lines(&self) -> Vec<String> {
        let taken = self.taken.format("%Y-%m-%d %H:%M");
        let unverified = if self.time_verified { "" } else { " 离线，时间未校验" };
        let place_name = clean(self.place_name.as_deref().unwrap_or(""), 48);
        let place = match self.place {
            Some(fix) => fix.text(),
            None => "无定位".to_owned(),
        };
        let space = if place_name.is_empty() { "" } else { " " };
        vec![
            format!("{taken}{unverified}"),
            format!("{place_name}{space}{place}"),
            format!("工号 {} · 编号 {}", clean(&self.worker_no, 24), clean(&self.item_no, 40)),
        ]
    }
}

impl Fix {
    /// `37.49051,118.25520 ±8m`: five decimals, about a metre, finer than any phone's accuracy.
    fn text(&self) -> String {
        format!("{},{} ±{}m", degrees(self.lat_e7), degrees(self.lon_e7), self.accuracy_m)
    }
}

/// Degrees × 10⁷ as text with five decimals, rounded half away from zero, by whole numbers only.
fn degrees(e7: i32) -> String {
    let rounded = (u64::from(e7.unsigned_abs()) + 50) / 100;
    let sign = if e7 < 0 && rounded > 0 { "-" } else { "" };
    format!("{sign}{}.{:05}", rounded / 100_000, rounded % 100_000)
}

/// One line of visible text: no control or direction marks (they could reorder or hide the stamp's words),
/// single spaces, and at most `max` characters, the last of them … when something was cut.
fn clean(text: &str, max: usize) -> String {
    let visible: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
    let single: Vec<char> = visible.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    if single.len() <= max {
        return single.into_iter().collect();
    }
    single.into_iter().take(max.saturating_sub(1)).chain(['…']).collect()
}

/// Control, direction, joining and variation marks: nothing to draw, something to deceive with.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn stamp() -> Stamp {
        Stamp {
            taken: NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(9, 52, 41).unwrap(),
            time_verified: false,
            place: Some(Fix { lat_e7: 374_905_060, lon_e7: 1_182_552_000, accuracy_m: 8 }),
            place_name: Some("2幢东侧".into()),
            worker_no: "3107".into(),
            item_no: "7F2C".into(),
        }
    }

    #[test]
    fn a_picture_taken_without_contact_says_that_its_time_was_not_checked() {
        assert_eq!(
            stamp().lines(),
            ["2026-11-23 09:52 离线，时间未校验", "2幢东侧 37.49051,118.25520 ±8m", "工号 3107 · 编号 7F2C"]
        );
    }

    #[test]
    fn a_checked_time_stands_alone() {
        assert_eq!(Stamp { time_verified: true, ..stamp() }.lines()[0], "2026-11-23 09:52");
    }

    #[test]
    fn without_a_fix_the_stamp_says_so_with_or_without_a_place_name() {
        assert_eq!(Stamp { place: None, ..stamp() }.lines()[1], "2幢东侧 无定位");
        assert_eq!(Stamp { place: None, place_name: None, ..stamp() }.lines()[1], "无定位");
    }

    #[test]
    fn degrees_round_and_keep_their_sign() {
        for (e7, text) in [
            (0, "0.00000"),
            (-49, "0.00000"),
            (-50, "-0.00001"),
            (1_799_999_950, "180.00000"),
            (-334_567_891, "-33.45679"),
            (i32::MIN, "-214.74836"),
        ] {
            assert_eq!(degrees(e7), text);
        }
    }

    #[test]
    fn a_place_name_cannot_smuggle_lines_or_direction_marks_into_the_stamp() {
        let name = "2幢\n 东\u{202E}侧\u{200B}\t\u{7}门";
        let lines = Stamp { place_name: Some(name.into()), ..stamp() }.lines();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("2幢 东侧 门 37."), "{}", lines[1]);
    }

    #[test]
    fn a_long_name_is_cut_where_one_can_see_it() {
        let lines = Stamp { place_name: Some("长".repeat(500)), ..stamp() }.lines();
        assert!(lines[1].starts_with(&format!("{}… 37.", "长".repeat(47))));
    }
}
