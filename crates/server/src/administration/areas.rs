//! One area added below another, or renamed. Whole tables of areas are read by `cli`.

use super::{Done, NotDone, at_once, entry, fitting};
use crate::county::{County, Refused};
use crate::edit::Draft;
use xunge_domain::geometry::{Outline, outline_to_bytes};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{AreaLevel, GridKind};
use xunge_domain::value::Value;

/// Longest code, in characters (grid codes differ by place: 15, 16, 20 digits are seen).
pub const LONGEST_CODE: usize = 32;
/// Longest name, in characters.
pub const LONGEST_NAME: usize = 64;

/// Whether a text can be a code: 1–32 letters, digits or `-`, the first no `-`.
pub fn is_code(text: &str) -> bool {
    (1..=LONGEST_CODE).contains(&text.chars().count())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !text.starts_with('-')
}

/// Adds an area below `parent`.
///
/// # Errors
/// `bad_code`, `bad_name`, `bad_level` unless it is lower than the parent's, `code_taken`;
/// [`Refused::NotFound`] for an unknown parent.
pub fn add(
    county: &County,
    who: &str,
    parent: RecordId,
    code: &str,
    name: &str,
    level: AreaLevel,
) -> Done<RecordId> {
    let code = code.trim();
    if !is_code(code) {
        return Err(NotDone::Refused("bad_code"));
    }
    let name = fitting("bad_name", name, LONGEST_NAME)?;
    let id = county.new_id();
    at_once(county, |tx| {
        let tree = tx.tree();
        let above = tree.get(parent).ok_or(NotDone::County(Refused::NotFound.into()))?;
        if above.level >= level.code() {
            return Err(NotDone::Refused("bad_level"));
        }
        if tree.by_code(code).is_some() {
            return Err(NotDone::Refused("code_taken"));
        }
        let draft = Draft::new(RecordKind::Area, id, id)
            .with("name", name.as_str())
            .with("code", code)
            .with("level", level.code())
            .refer("parent", parent)
            .maybe("grid_kind", (level == AreaLevel::Grid).then(|| Value::Int(GridKind::Basic.code())));
        county.write_in(tx, &[draft.into()])?;
        county.audit_in(tx, &entry(who, "area_add", code, level.word()))?;
        Ok(())
    })?;
    Ok(id)
}

/// Longest telephone number, and longest legal basis, in characters.
const LONGEST_PHONE: usize = 24;
const LONGEST_BASIS: usize = 400;

/// What an area says of itself on its workers' screens; an empty text says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contacts {
    /// Telephone of the desk.
    pub desk_phone: String,
    /// Telephone for complaints.
    pub complaint_phone: String,
    /// Legal basis of the records.
    pub basis: String,
}

fn is_phone(text: &str) -> bool {
    text.chars().count() <= LONGEST_PHONE
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | ',' | '#'))
        && (text.is_empty() || text.chars().filter(char::is_ascii_digit).count() >= 3)
}

/// Sets what an area says of itself. Every phone below hears it with the next pull.
///
/// # Errors
/// `bad_phone`, `bad_basis`; [`Refused::NotFound`].
pub fn set_contacts(county: &County, who: &str, area: RecordId, contacts: &Contacts) -> Done<()> {
    let (desk, complaint) = (contacts.desk_phone.trim(), contacts.complaint_phone.trim());
    if !is_phone(desk) || !is_phone(complaint) {
        return Err(NotDone::Refused("bad_phone"));
    }
    let basis = xunge_domain::codes::text::visible(&contacts.basis);
    if basis.chars().count() > LONGEST_BASIS {
        return Err(NotDone::Refused("bad_basis"));
    }
    let text = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    let draft = Draft::new(RecordKind::Area, area, area)
        .with("desk_phone", text(desk))
        .with("complaint_phone", text(complaint))
        .with("basis", text(&basis));
    write_of(county, who, area, "area_contacts", draft)
}

/// Gives an area its outline.
///
/// # Errors
/// [`Refused::NotFound`].
pub fn set_outline(county: &County, who: &str, area: RecordId, outline: &Outline) -> Done<()> {
    let bytes = Value::Bytes(outline_to_bytes(outline));
    let draft = Draft::new(RecordKind::Area, area, area).with("outline", bytes);
    write_of(county, who, area, "area_outline", draft)
}

fn write_of(county: &County, who: &str, area: RecordId, what: &str, draft: Draft) -> Done<()> {
    at_once(county, |tx| {
        let code = tx.tree().get(area).map(|node| node.code.clone());
        let code = code.ok_or(NotDone::County(Refused::NotFound.into()))?;
        county.write_in(tx, &[draft.into()])?;
        county.audit_in(tx, &entry(who, what, &code, ""))?;
        Ok(())
    })
}

/// Gives an area another name; its code stays.
///
/// # Errors
/// `bad_name`; [`Refused::NotFound`].
pub fn rename(county: &County, who: &str, area: RecordId, name: &str) -> Done<()> {
    let name = fitting("bad_name", name, LONGEST_NAME)?;
    at_once(county, |tx| {
        let code = tx.tree().get(area).map(|node| node.code.clone());
        let code = code.ok_or(NotDone::County(Refused::NotFound.into()))?;
        let draft = Draft::new(RecordKind::Area, area, area).with("name", name.as_str());
        county.write_in(tx, &[draft.into()])?;
        county.audit_in(tx, &entry(who, "area_rename", &code, ""))?;
        Ok(())
    })
}
