//! What an area says of itself: whom to call, on what ground records are kept, and where its outline runs.

use super::call::{Call, Seat};
use super::problem::{Answer, Problem};
use crate::administration::areas::{self, Contacts};
use crate::county::County;
use crate::geojson;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;

/// Contacts of an area, as they are set there; empty where its own are those of the area above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AreaContacts {
    /// Telephone of the desk.
    #[serde(default)]
    pub desk_phone: String,
    /// Telephone for complaints.
    #[serde(default)]
    pub complaint_phone: String,
    /// Legal basis of the records.
    #[serde(default)]
    pub basis: String,
}

/// How many outlines were taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Outlined {
    /// Ids of the areas that have a new outline.
    pub areas: Vec<String>,
}

fn own(county: &County, area: RecordId) -> Answer<AreaContacts> {
    let row = county.record(area)?.filter(|row| row.kind == RecordKind::Area.code());
    let row = row.ok_or_else(Problem::not_found)?;
    let text = |key| row.text(key).to_owned();
    Ok(AreaContacts { desk_phone: text(7), complaint_phone: text(8), basis: text(9) })
}

/// `GET areas/{id}/contacts`.
///
/// # Errors
/// `not_found`.
pub fn contacts(call: &Call, county: &County, seat: &Seat) -> Answer<AreaContacts> {
    let area = call.id()?;
    seat.sees(&county.areas(), area)?;
    own(county, area)
}

/// `POST areas/{id}/contacts`.
///
/// # Errors
/// `not_found`, `bad_request`.
pub fn set_contacts(call: &Call, county: &County, seat: &Seat) -> Answer<AreaContacts> {
    let area = call.id()?;
    seat.sees(&county.areas(), area)?;
    let form: AreaContacts = call.body()?;
    let contacts =
        Contacts { desk_phone: form.desk_phone, complaint_phone: form.complaint_phone, basis: form.basis };
    areas::set_contacts(county, &seat.account, area, &contacts)?;
    own(county, area)
}

/// `POST areas/{id}/outline`: GeoJSON. Drawings with a code go to the areas of these codes at or below `{id}`; a single one
/// without a code is its own.
///
/// # Errors
/// `not_found`, `outline_unknown_code`, and those of [`geojson::read`], with the number of the drawing.
pub fn set_outline(call: &Call, county: &County, seat: &Seat) -> Answer<Outlined> {
    let area = call.id()?;
    let tree = county.areas();
    seat.sees(&tree, area)?;
    let told = |code: &'static str, drawing: usize| Problem::new(422, code).with("drawing", drawing);
    let drawn = geojson::read(&call.body).map_err(|bad| told(bad.code, bad.drawing))?;
    let alone = drawn.len() == 1;
    let mut planned = Vec::new();
    for (one, number) in drawn.iter().zip(1..) {
        let unknown = told("outline_unknown_code", number);
        let target = match &one.code {
            None if alone => area,
            None => return Err(unknown),
            Some(code) => {
                let node = tree.by_code(code).filter(|node| tree.within(node.id, area));
                node.ok_or(unknown)?.id
            }
        };
        planned.push((target, &one.outline));
    }
    for (target, outline) in &planned {
        areas::set_outline(county, &seat.account, *target, outline)?;
    }
    Ok(Outlined { areas: planned.iter().map(|(target, _)| target.to_string()).collect() })
}
