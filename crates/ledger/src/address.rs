//! Addresses as ledgers write them, cut into building, unit and room: from columns of their own (`1号楼`, `1`, `101`)
//! or from one text (`1-1-101`, `富民路2号1幢1单元101室`, `3幢501`).
//!
//! Two addresses are the same dwelling when their parts are; street and community before them are compared only
//! where both have them. Rural addresses without parts compare as a whole.

use serde::Serialize;
use xunge_domain::codes::text::{half_width, visible};

/// An address in parts. `None` is "not said"; the text before the parts (street, community) is `place`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct AddressParts {
    /// What stands before the building: road, number, community; empty when nothing does.
    pub place: String,
    /// 幢, without the word: `1`, `A`.
    pub building: Option<String>,
    /// 单元, without the word.
    pub unit: Option<String>,
    /// 室, without the word.
    pub room: Option<String>,
    /// As written (columns joined by `-`), cleaned.
    pub raw: String,
}

/// What tells dwellings apart, `place` left out.
pub(crate) type DwellingKey = (Option<String>, Option<String>, Option<String>, String);

impl AddressParts {
    /// From one text.
    pub fn read(text: &str) -> Self {
        let raw = visible(text);
        let folded: String = half_width(&raw).chars().filter(|c| !c.is_whitespace()).collect();
        let mut parts = dashed(&folded).unwrap_or_else(|| worded(&folded));
        parts.raw = raw;
        parts
    }

    /// From columns, a text column filling in what they leave open.
    pub fn from_columns(building: &str, unit: &str, room: &str, text: &str) -> Self {
        let mut parts = Self::read(text);
        let columns = [building, unit, room].map(visible);
        if columns.iter().all(String::is_empty) {
            return parts;
        }
        let [building, unit, room] = [building, unit, room].map(bare_part);
        parts.building = building.or(parts.building);
        parts.unit = unit.or(parts.unit);
        parts.room = room.or(parts.room);
        let joined: Vec<&str> = std::iter::once(parts.raw.as_str())
            .chain(columns.iter().map(String::as_str))
            .filter(|part| !part.is_empty())
            .collect();
        parts.raw = joined.join("-");
        parts
    }

    /// Nothing was written at all.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// True when a door can be found by it.
    pub fn has_door(&self) -> bool {
        self.room.is_some()
    }

    /// True when it leads to one dwelling: a room, or a whole address in the country that ends in its number
    /// (`王家村12号`). A building alone, or a village, is no dwelling.
    pub fn leads_home(&self) -> bool {
        if self.has_door() {
            return true;
        }
        let parted = self.building.is_some() || self.unit.is_some();
        let bare = self.place.trim_end_matches(['号', '户', '室', '院']);
        !parted && bare.ends_with(|c: char| c.is_ascii_digit())
    }

    pub(crate) fn key(&self) -> DwellingKey {
        let whole = if self.room.is_none() { self.place.clone() } else { String::new() };
        (self.building.clone(), self.unit.clone(), self.room.clone(), whole)
    }

    /// The same dwelling, as far as both tell.
    pub(crate) fn same_place(&self, other: &Self) -> bool {
        self.place.is_empty()
            || other.place.is_empty()
            || self.place.ends_with(&other.place)
            || other.place.ends_with(&self.place)
    }
}

/// `1号楼`, `一单元`, `#1`, `101室`, `1.0` → `1`, `1`, `1`, `101`, `1`.
fn bare_part(text: &str) -> Option<String> {
    let folded: String = half_width(&visible(text)).chars().filter(|c| !c.is_whitespace()).collect();
    let mut bare = folded.trim_start_matches(['#', '第', '=', '+', '@', '\'']);
    for ending in [
        "号楼", "栋楼", "幢楼", "单元", "房间", "幢", "栋", "座", "楼", "室", "房", "号", "户", "门", "#",
        ".0",
    ] {
        bare = bare.strip_suffix(ending).unwrap_or(bare);
    }
    let bare = numeral(bare);
    (!bare.is_empty() && !matches!(bare.as_str(), "无" | "-" | "/")).then_some(bare)
}

/// `一` → `1`, `十二` → `12`, `01` → `1`; anything else as it is, in upper case.
fn numeral(text: &str) -> String {
    let digit = |c: char| "零一二三四五六七八九".chars().position(|d| d == c);
    let chars: Vec<char> = text.chars().collect();
    let chinese = match chars.as_slice() {
        ['十'] => Some(10),
        ['十', one] => digit(*one).map(|n| 10 + n),
        [ten, '十'] => digit(*ten).map(|n| n * 10),
        [ten, '十', one] => digit(*ten).zip(digit(*one)).map(|(t, o)| t * 10 + o),
        [one] => digit(*one),
        _ => None,
    };
    match chinese {
        Some(number) => number.to_string(),
        None if !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) => {
            let bare = text.trim_start_matches('0');
            if bare.is_empty() { "0".to_owned() } else { bare.to_owned() }
        }
        None => text.to_uppercase(),
    }
}

/// `1-1-101`, `1#1-101`, `2/1/101`, perhaps behind a place.
fn dashed(text: &str) -> Option<AddressParts> {
    let part = |c: char| c.is_ascii_alphanumeric();
    let separator = |c: char| matches!(c, '-' | '—' | '–' | '_' | '/' | '#' | '.');
    let door = text.trim_end_matches(['室', '号', '户', '房']);
    let start = door.char_indices().rev().take_while(|(_, c)| part(*c) || separator(*c)).last()?.0;
    let (place, tail) = door.split_at(start);
    let pieces: Vec<&str> = tail.split(separator).filter(|p| !p.is_empty()).collect();
    let [first, middle, last] = match pieces.as_slice() {
        [first, last] => [*first, "", *last],
        [first, middle, last] => [*first, *middle, *last],
        _ => return None,
    };
    // `3幢2-501`: the words before the dashes belong to `worded`.
    if place.ends_with(['幢', '栋', '座', '楼', '元']) || !last.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    Some(AddressParts {
        place: place.to_owned(),
        building: Some(numeral(first)),
        unit: (!middle.is_empty()).then(|| numeral(middle)),
        room: Some(numeral(last)),
        raw: String::new(),
    })
}

/// `富民路2号1幢1单元101室`: each part is the run of numerals before its word.
fn worded(text: &str) -> AddressParts {
    let mut parts = AddressParts::default();
    let mut rest = text;
    if let Some((before, building, after)) = cut(rest, &["号楼", "幢", "栋", "座"]) {
        parts.place = before.to_owned();
        parts.building = Some(building);
        rest = after;
    }
    if let Some((before, unit, after)) = cut(rest, &["单元", "门"]) {
        if parts.building.is_none() {
            parts.place = before.to_owned();
        }
        parts.unit = Some(unit);
        rest = after;
    }
    if parts.building.is_some() || parts.unit.is_some() {
        let rest = rest.trim_matches(|c: char| matches!(c, '-' | '—' | '/' | '#' | '楼' | '层'));
        if let Some((unit, room)) = rest.split_once('-').filter(|_| parts.unit.is_none()) {
            parts.unit = bare_part(unit);
            parts.room = bare_part(room);
        } else {
            parts.room = bare_part(rest);
        }
    } else {
        parts.place = text.to_owned();
    }
    parts
}

/// Splits before the numerals that stand before the first of the words.
fn cut<'a>(text: &'a str, words: &[&str]) -> Option<(&'a str, String, &'a str)> {
    let (at, word) = words.iter().filter_map(|word| text.find(word).map(|at| (at, *word))).min()?;
    let before = &text[..at];
    let numeral_char = |c: char| c.is_ascii_alphanumeric() || "零一二三四五六七八九十#".contains(c);
    let start = before.char_indices().rev().take_while(|(_, c)| numeral_char(*c)).last()?.0;
    let bare = bare_part(&before[start..])?;
    Some((&before[..start], bare, &text[at + word.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String, String, String) {
        let a = AddressParts::read(text);
        (a.place, a.building.unwrap_or_default(), a.unit.unwrap_or_default(), a.room.unwrap_or_default())
    }

    #[test]
    fn one_door_written_many_ways() {
        for text in [
            "1-2-301",
            "1幢2单元301室",
            "1号楼2单元301",
            "1栋二单元301室",
            "１－２－３０１",
            "1#2-301",
            "1幢2-301",
            "01-02-301",
            "1幢 2单元 301 室",
        ] {
            assert_eq!(parts(text), (String::new(), "1".into(), "2".into(), "301".into()), "{text}");
        }
        assert_eq!(
            parts("富民路2号1幢2单元301室"),
            ("富民路2号".into(), "1".into(), "2".into(), "301".into())
        );
        assert_eq!(parts("富民社区1-2-301"), ("富民社区".into(), "1".into(), "2".into(), "301".into()));
        assert_eq!(parts("3幢501"), (String::new(), "3".into(), String::new(), "501".into()));
        assert_eq!(parts("十二幢501"), (String::new(), "12".into(), String::new(), "501".into()));
        assert_eq!(parts("王家村12号"), ("王家村12号".into(), String::new(), String::new(), String::new()));
    }

    #[test]
    fn columns_make_the_same_door() {
        let a = AddressParts::from_columns("1号楼", "1单元", "101", "");
        let b = AddressParts::from_columns("1", "1.0", "101室", "");
        assert_eq!((a.key(), a.raw.as_str()), (b.key(), "1号楼-1单元-101"));
        assert_eq!(a.key(), AddressParts::read("1-1-101").key());
    }

    #[test]
    fn another_community_is_another_place() {
        let a = AddressParts::read("富民社区1-2-301");
        assert!(a.same_place(&AddressParts::read("1-2-301")));
        assert!(!a.same_place(&AddressParts::read("安居社区1-2-301")));
    }
}
