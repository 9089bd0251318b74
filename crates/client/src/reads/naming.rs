//! How things are called and what of them may be seen: doors as people say them, masked persons, the order of door
//! numbers.

use super::look::Look;
use crate::error::Result;
use std::cmp::Ordering;
use xunge_domain::codes::{mask_id_text, mask_name, mask_phone_text};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_store::queries::Door;

/// An ordinary value of a voluntary field: the person does not say.
pub(super) const DECLINED: &str = "declined";

/// A door as people say it: `2幢1单元 301`. Empty where nothing of it is known.
pub(super) fn door_text(building: &str, unit: &str, door: &str) -> String {
    let unit = unit.trim();
    // Ledgers hold units as `1`, some as `1单元` or `东`.
    let bare = !unit.is_empty() && unit.chars().all(|c| c.is_ascii_alphanumeric());
    let house = format!("{}{unit}{}", building.trim(), if bare { "单元" } else { "" });
    [house.as_str(), door.trim()]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The same of a household's line.
pub(super) fn door_of_line(door: &Door) -> String {
    door_text(&door.building_name, &door.unit, &door.door)
}

/// A citizen id masked; `declined` stays, nothing stays nothing.
pub(super) fn masked_id(id: Option<&str>) -> Option<String> {
    masked(id, mask_id_text)
}

/// A phone masked; `declined` stays, nothing stays nothing.
pub(super) fn masked_phone(phone: Option<&str>) -> Option<String> {
    masked(phone, mask_phone_text)
}

fn masked(text: Option<&str>, mask: fn(&str) -> String) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| if text == DECLINED { text.to_owned() } else { mask(text) })
}

/// Order of names with numbers in them: `9` before `10`, `2单元` before `10单元`, `301` before `1001`, `301` before `301-1`.
pub(super) fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (pieces(a), pieces(b));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => match compare(x, y) {
                Ordering::Equal => {}
                unequal => return unequal,
            },
        }
    }
}

fn compare(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.as_bytes().first().is_some_and(u8::is_ascii_digit);
    if !(number(a) && number(b)) {
        return a.cmp(b);
    }
    // By value without reading it: a number has no length limit here.
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Runs of digits and runs of others, in turn.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c: char| c.is_ascii_digit() != first.is_ascii_digit()).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

impl Look<'_> {
    /// Masked name of a person; empty when the person is not here.
    pub(super) fn person(&self, person: RecordId) -> Result<String> {
        let row = self.reader.row(RecordKind::Person, person)?;
        Ok(row
            .and_then(|row| row.field(RecordKind::Person, "name").text().map(mask_name))
            .unwrap_or_default())
    }

    /// Door of a dwelling.
    pub(super) fn door_of_dwelling(&self, dwelling: RecordId) -> Result<String> {
        let kind = RecordKind::Dwelling;
        let Some(row) = self.reader.row(kind, dwelling)? else { return Ok(String::new()) };
        let text = |name| row.field(kind, name).text().unwrap_or_default();
        let building = match row.field(kind, "building").reference() {
            Some(building) => self.building_name(building)?,
            None => String::new(),
        };
        Ok(door_text(&building, text("unit"), text("door")))
    }

    /// The building a dwelling is in.
    pub(super) fn building_of_dwelling(&self, dwelling: RecordId) -> Result<Option<RecordId>> {
        let kind = RecordKind::Dwelling;
        let row = self.reader.row(kind, dwelling)?;
        Ok(row.and_then(|row| row.field(kind, "building").reference()))
    }

    /// Name of a building.
    pub(super) fn building_name(&self, building: RecordId) -> Result<String> {
        let row = self.reader.row(RecordKind::Building, building)?;
        Ok(row
            .and_then(|row| row.field(RecordKind::Building, "name").text().map(str::to_owned))
            .unwrap_or_default())
    }

    /// Door of a household; empty where it has none.
    pub(super) fn door_of_household(&self, household: RecordId) -> Result<String> {
        Ok(self.reader.household(household)?.map(|page| door_of_line(&page.line.door)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_said_as_people_say_them() {
        assert_eq!(door_text("2幢", "1", "301"), "2幢1单元 301");
        assert_eq!(door_text("2幢", "1单元", "301"), "2幢1单元 301");
        assert_eq!(door_text("2幢", "东", "301"), "2幢东 301");
        assert_eq!(door_text("2幢", "", "301"), "2幢 301");
        assert_eq!(door_text("", "", "文苑路12号"), "文苑路12号");
        assert_eq!(door_text("", "", ""), "");
    }

    #[test]
    fn door_numbers_are_ordered_as_numbers() {
        let mut doors = vec!["1001", "301", "301-2", "92", "301-1", "0302", "B1", "A2", "A10"];
        doors.sort_by(|a, b| natural_order(a, b));
        assert_eq!(doors, ["92", "301", "301-1", "301-2", "0302", "1001", "A2", "A10", "B1"]);
    }

    #[test]
    fn declined_is_a_value_and_not_masked() {
        assert_eq!(masked_phone(Some("declined")).as_deref(), Some("declined"));
        assert_eq!(masked_phone(Some(" ")), None);
        assert_eq!(masked_id(Some("99010119540305001X")).as_deref(), Some("990101********001X"));
    }
}
