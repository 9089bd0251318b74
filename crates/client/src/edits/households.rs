//! Households and visits.

use super::homes::stands_for_home;
use super::{existing, id, short};
use crate::change::{Change, Fields};
use crate::error::{Result, rule, rule_with};
use crate::open::Open;
use crate::views::households::{HouseholdEdit, Saved, VisitArgs};
use xunge_domain::codes::{Phone, unredact};
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{OccupancyKind, VisitOutcome};
use xunge_domain::value::{Edit, Value};

impl Open {
    /// Creates or changes a household.
    ///
    /// # Errors
    /// `not_found`, `invalid_field`, `too_long`, `home_taken` with the household that lives in the new dwelling when it is not
    /// to live beside that one, and those of the store.
    pub fn save_household(&self, edit: &HouseholdEdit) -> Result<Saved> {
        let grid = self.identity().grid().ok_or(rule("no_grid"))?;
        self.change(|change| {
            let (household, area) = match &edit.id {
                Some(text) => {
                    // Put together with another while the form was open: that one stands for both.
                    let household = stands_for_home(change, id(text)?)?;
                    (household, existing(change, RecordKind::Household, household)?.area)
                }
                None => (change.new_id(), grid),
            };
            let mut fields = Fields::new();
            if let Some(note) = &edit.note {
                // The screen had the note with its numbers masked.
                let known = change.writer.row(RecordKind::Household, household)?;
                let known = known.as_ref().and_then(|row| row.field(RecordKind::Household, "note").text());
                let known = known.unwrap_or_default();
                fields.push(("note", text_or_null(&unredact(&short(note, "note")?, &[known]))));
            }
            if let Some(phone) = &edit.phone {
                fields.push(("phone", phone_value(phone)?));
            }
            if !fields.is_empty() || edit.id.is_none() {
                change.put(RecordKind::Household, household, area, fields)?;
            }
            if let Some(dwelling) = edit.dwelling.as_deref() {
                self.take_the_flat(change, household, id(dwelling)?, edit.beside)?;
            }
            if edit.dwelling.is_some() || edit.occupancy.is_some() {
                self.put_occupancy(
                    change,
                    (household, area),
                    edit.dwelling.as_deref(),
                    edit.occupancy.as_deref(),
                )?;
            }
            Ok(change.saved(household))
        })
    }

    pub(super) fn put_occupancy(
        &self,
        change: &mut Change<'_, '_>,
        (household, area): (RecordId, RecordId),
        dwelling: Option<&str>,
        occupancy: Option<&str>,
    ) -> Result<OpId> {
        let known = change.writer.household(household)?.and_then(|page| page.occupancy);
        // How a flat is held can be put right after it was left, too.
        let known = match (known, dwelling) {
            (None, None) => change.writer.last_occupancy_of(household)?.map(|tie| tie.occupancy),
            (known, _) => known,
        };
        let mut fields = Fields::new();
        if let Some(dwelling) = dwelling {
            let dwelling = id(dwelling)?;
            existing(change, RecordKind::Dwelling, dwelling)?;
            fields.push(("dwelling", Value::reference(dwelling)));
        }
        if let Some(word) = occupancy {
            let kind =
                OccupancyKind::from_word(word).ok_or(rule_with("invalid_field", "field", "occupancy"))?;
            fields.push(("kind", Value::Int(kind.code())));
        }
        let occupancy = match known {
            Some(occupancy) => occupancy,
            None if dwelling.is_none() => return Err(rule_with("invalid_field", "field", "dwelling")),
            None => {
                fields.push(("household", Value::reference(household)));
                fields.push(("since", Value::Int(self.today_number())));
                change.new_id()
            }
        };
        change.put(RecordKind::Occupancy, occupancy, area, fields)
    }

    /// Records a visit.
    ///
    /// # Errors
    /// `not_found`, `invalid_field`, `too_long`, and those of the store.
    pub fn record_visit(&self, args: &VisitArgs) -> Result<Saved> {
        let outcome =
            VisitOutcome::from_word(&args.outcome).ok_or(rule_with("invalid_field", "field", "outcome"))?;
        let household = id(&args.household)?;
        let note = short(&args.note, "note")?;
        let duties = args.duties.iter().map(|duty| id(duty)).collect::<Result<Vec<_>>>()?;
        if !args.checks.iter().all(|check| is_check(check)) {
            return Err(rule_with("invalid_field", "field", "checks"));
        }
        let worker = self.identity().worker;
        self.change(|change| {
            let area = existing(change, RecordKind::Household, household)?.area;
            let visit = change.new_id();
            let fields = [
                ("household", Value::reference(household)),
                ("at", Value::Int(change.now.wall_ms)),
                ("outcome", Value::Int(outcome.code())),
                ("worker", Value::reference(worker)),
            ];
            let mut edits: std::collections::BTreeMap<_, _> = fields
                .into_iter()
                .filter_map(|(name, value)| {
                    Some((RecordKind::Visit.field_named(name)?.key, Edit::Put(value)))
                })
                .collect();
            if !note.is_empty()
                && let Some(field) = RecordKind::Visit.field_named("note")
            {
                edits.insert(field.key, Edit::Put(Value::Text(note.clone())));
            }
            if !duties.is_empty()
                && let Some(field) = RecordKind::Visit.field_named("duties")
            {
                let add = duties.iter().map(|duty| Value::reference(*duty)).collect();
                edits.insert(field.key, Edit::Members { add, remove: Vec::new() });
            }
            if !args.checks.is_empty()
                && let Some(field) = RecordKind::Visit.field_named("checks")
            {
                let add = args.checks.iter().map(|check| Value::Text(check.clone())).collect();
                edits.insert(field.key, Edit::Members { add, remove: Vec::new() });
            }
            change.edit(RecordKind::Visit, visit, area, edits)?;
            Ok(change.saved(visit))
        })
    }
}

/// What may be asked at a door, and what may be answered.
const ASKED: [&str; 3] = ["people", "phone", "occupancy"];
const ANSWERS: [&str; 3] = ["same", "changed", "declined"];

fn is_check(text: &str) -> bool {
    text.split_once('=').is_some_and(|(asked, answer)| ASKED.contains(&asked) && ANSWERS.contains(&answer))
}

/// Empty text clears a field.
pub(super) fn text_or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::Text(text.to_owned()) }
}

/// A phone as records hold it: digits only, `declined`, or nothing.
pub(super) fn phone_value(text: &str) -> Result<Value> {
    match text.trim() {
        "" => Ok(Value::Null),
        "declined" => Ok(Value::Text("declined".into())),
        typed => {
            let phone = Phone::read(typed).map_err(|_| rule_with("invalid_field", "field", "phone"))?;
            Ok(Value::Text(phone.reveal()))
        }
    }
}
