//! What needs a human: conflicts with their sides, operations the county did not take, one person on record twice.

use super::conflict_sides::{Shown, differing, shown};
use super::incidents::title;
use super::look::Look;
use crate::change::state_of;
use crate::edits::resolving::handle;
use crate::error::Result;
use crate::open::Open;
use crate::views::review::{ConflictView, EntryView, Review, SideView};
use xunge_domain::ids::RecordId;
use xunge_domain::records::typing::{Entry, entry_of};
use xunge_domain::records::{FieldSpec, RecordKind};
use xunge_sync::merge::{Conflict, RecordState};
use xunge_sync::settle::room_for_both;

/// Items of either kind shown at once; the others come up as these are settled.
pub(super) const MOST_ITEMS: u32 = 50;

impl Open {
    /// Conflicts, refused operations, records that may be one, and homes without a door.
    ///
    /// # Errors
    /// Those of the store.
    pub fn review(&self) -> Result<Review> {
        self.look(|look| {
            Ok(Review {
                conflicts: look.conflicts()?,
                refused: look.refused()?,
                same: look.same_persons()?,
                same_homes: look.same_homes()?,
                doorless: look.doorless_homes()?,
            })
        })
    }
}

/// What a field is called on the screens; none for a link that no worker edits by itself.
pub(super) fn field_word(kind: RecordKind, field: &FieldSpec) -> Option<&'static str> {
    Some(match (kind, field.name) {
        (RecordKind::Occupancy, "kind") => "occupancy",
        (RecordKind::Residence, "kind") => "residence",
        (RecordKind::Residence, "household") => "household",
        (
            _,
            "household" | "person" | "worker" | "incident" | "patrol" | "point" | "building" | "declined",
        ) => return None,
        (_, "other_phones" | "contact_phones") => "phone",
        (RecordKind::Person, "not_same") => "same_as",
        (RecordKind::Household, "same_as" | "not_same") => "same_home",
        (_, "remarks") => "note",
        (_, "lat_e7" | "lon_e7" | "accuracy_dm" | "no_fix_reason" | "mock") => "place",
        (_, "since" | "started") => "from",
        (_, "until" | "ended" | "ended_because") => "until",
        (_, "verb" | "self_resolved") => "state",
        (_, "reported" | "taken") => "at",
        (_, name) => name,
    })
}

/// How a value is typed, for a screen.
pub(super) fn entry_view(entry: Entry) -> EntryView {
    let (group, codes) = match entry {
        Entry::Choice { group, codes } => (group, codes),
        _ => ("", &[][..]),
    };
    EntryView {
        kind: entry.name().to_owned(),
        group: group.to_owned(),
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
    }
}

/// What a record is about, for a heading.
pub(super) struct About {
    pub(super) household: Option<RecordId>,
    pub(super) door: String,
    pub(super) subject: String,
}

impl Look<'_> {
    fn conflicts(&self) -> Result<Vec<ConflictView>> {
        let mut views = Vec::new();
        for row in self.reader.conflicted(0, MOST_ITEMS)? {
            let Some(kind) = RecordKind::from_code(row.kind) else { continue };
            let state = state_of(self.reader, kind, row.record)?;
            let merged = state.view(kind);
            if merged.conflicts.is_empty() {
                continue;
            }
            let about = self.about(kind, row.record)?;
            for conflict in &merged.conflicts {
                views.push(self.conflict_view(kind, row.record, conflict, &state, &about)?);
            }
        }
        views.truncate(MOST_ITEMS as usize);
        Ok(views)
    }

    fn conflict_view(
        &self,
        kind: RecordKind,
        record: RecordId,
        conflict: &Conflict,
        state: &RecordState,
        about: &About,
    ) -> Result<ConflictView> {
        let Shown { field, values } = shown(self, kind, record, conflict)?;
        let mut sides = Vec::new();
        for (side, value) in conflict.sides.iter().zip(values) {
            // Whose value it is, also where somebody only brought the question up again.
            let origin = state.origin(kind, conflict.slot, side.op);
            let written = self.reader.operation(origin)?.map(|stored| stored.header.evidence.wall_ms);
            sides.push(SideView {
                op: side.op.to_string(),
                mine: self.is_mine(origin.device),
                by: self.author(origin.device)?,
                at_ms: written.unwrap_or(0),
                value: value.text,
                parts: value.parts,
                provisional: value.provisional,
            });
        }
        Ok(ConflictView {
            id: handle(kind, record, conflict.slot),
            kind: kind.name().to_owned(),
            record: record.to_string(),
            household: about.household.map(|household| household.to_string()),
            door: about.door.clone(),
            subject: about.subject.clone(),
            relation: self.relation(kind, record, about.household, field)?,
            field: field.to_owned(),
            sides,
            both: room_for_both(kind, conflict.slot).is_some(),
            third: match differing(kind, conflict)[..] {
                [only] => entry_of(kind, only.name).map(entry_view),
                _ => None,
            },
        })
    }

    pub(super) fn about(&self, kind: RecordKind, record: RecordId) -> Result<About> {
        let household = self.reader.household_of(record)?;
        let door = match (household, kind) {
            (Some(household), _) => self.door_of_household(household)?,
            (None, RecordKind::Dwelling) => self.door_of_dwelling(record)?,
            (None, RecordKind::Building) => self.building_name(record)?,
            (None, _) => String::new(),
        };
        Ok(About { household, door, subject: self.subject(kind, record)? })
    }

    /// What the person a record is about is to the head of the household; empty where it is not known, or is itself the
    /// question.
    fn relation(
        &self,
        kind: RecordKind,
        record: RecordId,
        household: Option<RecordId>,
        field: &str,
    ) -> Result<String> {
        let (Some(household), Some(person)) = (household, self.person_of(kind, record)?) else {
            return Ok(String::new());
        };
        let people = self.reader.people_of(household)?;
        let relation = people.iter().find(|row| row.person == person).and_then(|row| row.relation);
        let relation = relation.filter(|_| field != "relation");
        Ok(relation.map(|code| code.to_string()).unwrap_or_default())
    }

    fn person_of(&self, kind: RecordKind, record: RecordId) -> Result<Option<RecordId>> {
        Ok(match kind {
            RecordKind::Person => Some(record),
            RecordKind::Residence | RecordKind::CareDuty => {
                self.reader.row(kind, record)?.and_then(|row| row.field(kind, "person").reference())
            }
            _ => None,
        })
    }

    /// The masked person a record is about, or the category of its incident.
    pub(super) fn subject(&self, kind: RecordKind, record: RecordId) -> Result<String> {
        if let Some(person) = self.person_of(kind, record)? {
            return self.person(person);
        }
        match kind {
            RecordKind::Incident => self.incident_title(record),
            RecordKind::IncidentStep | RecordKind::PhotoEvidence => {
                let row = self.reader.row(kind, record)?;
                let incident = row.and_then(|row| row.field(kind, "incident").reference());
                incident.map_or_else(|| Ok(String::new()), |incident| self.incident_title(incident))
            }
            _ => Ok(String::new()),
        }
    }

    fn incident_title(&self, incident: RecordId) -> Result<String> {
        let row = self.reader.incident(incident)?;
        Ok(row.map(|row| title(&row.category_name, &row.category)).unwrap_or_default())
    }
}
