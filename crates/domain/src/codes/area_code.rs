//! Statistical area codes: 12 digits in parts of 2+2+2+3+3 (province, prefecture, county, town, village).
//!
//! The tree of areas itself, with names and grants, is the county's; here only what a code says by itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::text::half_width;

/// Where each level's digits end.
const ENDS: [usize; 5] = [2, 4, 6, 9, 12];

/// A 12-digit code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode(String);

/// The lowest part of a code that is not all noughts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// 省.
    Province,
    /// 地市.
    Prefecture,
    /// 区县.
    County,
    /// 镇街.
    Town,
    /// 村居.
    Village,
}

/// What the three town digits say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TownKind {
    /// 001–099 街道.
    Street,
    /// 100–199 镇.
    Town,
    /// 200–399 乡.
    Township,
    /// 400–999: development zones, farms and the like.
    Other,
}

/// Why a text is no area code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AreaCodeError {
    /// Not 12 digits (shorter codes of 2, 4, 6 or 9 digits are filled up).
    #[error("an area code has 2, 4, 6, 9 or 12 digits")]
    Length,
    /// Something other than digits.
    #[error("not only digits")]
    NotDigits,
    /// A part is nought although a lower one is not.
    #[error("a level is missing in the middle")]
    Gap,
}

impl AreaCodeError {
    /// Stable snake_case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Length => "area_code_length",
            Self::NotDigits => "area_code_not_digits",
            Self::Gap => "area_code_gap",
        }
    }
}

impl AreaCode {
    /// Reads 12 digits, or the shorter code of a higher level.
    pub fn read(text: &str) -> Result<Self, AreaCodeError> {
        let digits = half_width(text.trim());
        if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
            return Err(AreaCodeError::NotDigits);
        }
        if !ENDS.contains(&digits.len()) {
            return Err(AreaCodeError::Length);
        }
        let code = Self(format!("{digits:0<12}"));
        // Some prefectures have towns but no counties, so only that part may be skipped.
        let gap = AreaLevel::ALL
            .into_iter()
            .filter(|level| *level < code.level() && *level != AreaLevel::County)
            .any(|level| code.part(level).bytes().all(|b| b == b'0'));
        if gap { Err(AreaCodeError::Gap) } else { Ok(code) }
    }

    /// All twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lowest level that is written.
    pub fn level(&self) -> AreaLevel {
        AreaLevel::ALL
            .into_iter()
            .rev()
            .find(|level| self.part(*level).bytes().any(|b| b != b'0'))
            .unwrap_or(AreaLevel::Province)
    }

    /// The digits of one level.
    pub fn part(&self, level: AreaLevel) -> &str {
        let end = ENDS[level as usize];
        let start = (level as usize).checked_sub(1).map_or(0, |above| ENDS[above]);
        &self.0[start..end]
    }

    /// The digits down to its own level, without the filling noughts.
    pub fn significant(&self) -> &str {
        &self.0[..ENDS[self.level() as usize]]
    }

    /// The next higher code; `None` for a province.
    pub fn parent(&self) -> Option<Self> {
        let above = (self.level() as usize).checked_sub(1)?;
        let cut = Self(format!("{:0<12}", &self.0[..ENDS[above]]));
        (cut.0.bytes().any(|b| b != b'0')).then_some(cut)
    }

    /// True for itself and everything below it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(self.significant())
    }

    /// What the town digits say; `None` above town level.
    pub fn town_kind(&self) -> Option<TownKind> {
        match self.part(AreaLevel::Town).parse::<u16>() {
            Ok(1..=99) => Some(TownKind::Street),
            Ok(100..=199) => Some(TownKind::Town),
            Ok(200..=399) => Some(TownKind::Township),
            Ok(400..) => Some(TownKind::Other),
            Ok(0) | Err(_) => None,
        }
    }
}

impl AreaLevel {
    /// From the top down.
    pub const ALL: [Self; 5] = [Self::Province, Self::Prefecture, Self::County, Self::Town, Self::Village];
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AreaCode {
    type Err = AreaCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text)
    }
}

impl TryFrom<String> for AreaCode {
    type Error = AreaCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::read(&text)
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> AreaCode {
        AreaCode::read(text).unwrap()
    }

    #[test]
    fn a_village_knows_its_town_county_and_province() {
        let village = code("990101001007");
        assert_eq!((village.level(), village.town_kind()), (AreaLevel::Village, Some(TownKind::Street)));
        let chain: Vec<String> = std::iter::successors(Some(village), AreaCode::parent)
            .map(|c| c.significant().to_owned())
            .collect();
        assert_eq!(chain, ["990101001007", "990101001", "990101", "9901", "99"]);
    }

    #[test]
    fn town_digits_tell_streets_towns_and_townships() {
        let kind = |text: &str| code(text).town_kind();
        assert_eq!(kind("990101099"), Some(TownKind::Street));
        assert_eq!(kind("990101100"), Some(TownKind::Town));
        assert_eq!(kind("990101399"), Some(TownKind::Township));
        assert_eq!(kind("990101400"), Some(TownKind::Other));
        assert_eq!(kind("990101"), None);
    }

    #[test]
    fn a_prefecture_without_counties_still_has_towns() {
        let town = code("990900003000");
        assert_eq!(town.level(), AreaLevel::Town);
        assert!(code("9909").contains(&town));
        assert_eq!(AreaCode::read("990101000001"), Err(AreaCodeError::Gap));
        assert_eq!(AreaCode::read("99010100"), Err(AreaCodeError::Length));
        assert_eq!(AreaCode::read("9901AB"), Err(AreaCodeError::NotDigits));
    }

    proptest! {
        #[test]
        fn every_ancestor_contains_its_descendants_and_no_sibling_does(
            parts in (1..99_u32, 1..99_u32, 1..99_u32, 1..999_u32, 1..998_u32)
        ) {
            let (p, c, d, t, v) = parts;
            let village = code(&format!("{p:02}{c:02}{d:02}{t:03}{v:03}"));
            let sibling = code(&format!("{p:02}{c:02}{d:02}{t:03}{:03}", v + 1));
            for above in std::iter::successors(village.parent(), AreaCode::parent) {
                prop_assert!(above.contains(&village) && above.contains(&sibling));
                prop_assert!(!village.contains(&above));
            }
            prop_assert!(!village.contains(&sibling));
            let json = String::from(village.clone());
            prop_assert_eq!(AreaCode::try_from(json), Ok(village));
        }
    }
}
