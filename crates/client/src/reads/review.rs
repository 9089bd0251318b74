//! What needs a human: conflicts with their sides, and operations the county did not take.

use super::conflict_sides::{Shown, shown};
use super::household::fields_of;
use super::incidents::title;
use super::look::Look;
use crate::change::state_of;
use crate::edits::resolving::{PHOTO, handle, room_for_both};
use crate::error::Result;
use crate::open::Open;
use crate::views::review::{ConflictView, RefusedView, Review, SideView};
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldSpec, RecordKind};
use xunge_store::{Photo, StoredOperation};
use xunge_sync::merge::Conflict;

/// Items of either kind shown at once; the others come up as these are settled.
const MOST_ITEMS: u32 = 50;

impl Open {
    /// Conflicts and refused operations.
    ///
    /// # Errors
    /// Those of the store.
    pub fn review(&self) -> Result<Review> {
        self.look(|look| Ok(Review { conflicts: look.conflicts()?, refused: look.refused()? }))
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
        (_, "remarks") => "note",
        (_, "lat_e7" | "lon_e7" | "accuracy_dm" | "no_fix_reason" | "mock") => "place",
        (_, "since" | "started") => "from",
        (_, "until" | "ended" | "ended_because") => "until",
        (_, "verb" | "self_resolved") => "state",
        (_, "reported" | "taken") => "at",
        (_, name) => name,
    })
}

/// What a record is about, for a heading.
struct About {
    household: Option<RecordId>,
    door: String,
    subject: String,
}

impl Look<'_> {
    fn conflicts(&self) -> Result<Vec<ConflictView>> {
        let mut views = Vec::new();
        for row in self.reader.conflicted(0, MOST_ITEMS)? {
            let Some(kind) = RecordKind::from_code(row.kind) else { continue };
            let merged = state_of(self.reader, kind, row.record)?.view(kind);
            if merged.conflicts.is_empty() {
                continue;
            }
            let about = self.about(kind, row.record)?;
            for conflict in &merged.conflicts {
                views.push(self.conflict_view(kind, row.record, conflict, &about)?);
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
        about: &About,
    ) -> Result<ConflictView> {
        let Shown { field, values } = shown(self, kind, record, conflict)?;
        let mut sides = Vec::new();
        for (side, value) in conflict.sides.iter().zip(values) {
            let device = side.op.device;
            let written = self.reader.operation(side.op)?.map(|stored| stored.header.evidence.wall_ms);
            sides.push(SideView {
                op: side.op.to_string(),
                mine: self.is_mine(device),
                by: self.author(device)?,
                at_ms: written.unwrap_or(0),
                value: value.text,
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
            field: field.to_owned(),
            sides,
            both: room_for_both(kind, conflict.slot).is_some(),
        })
    }

    fn refused(&self) -> Result<Vec<RefusedView>> {
        let mut views: Vec<RefusedView> = self
            .reader
            .refused(0, MOST_ITEMS)?
            .iter()
            .map(|stored| self.refused_view(stored))
            .collect::<Result<_>>()?;
        for photo in self.reader.refused_photos(MOST_ITEMS)? {
            views.push(self.refused_photo(&photo)?);
        }
        views.truncate(MOST_ITEMS as usize);
        Ok(views)
    }

    fn refused_photo(&self, photo: &Photo) -> Result<RefusedView> {
        let evidence = photo.id();
        Ok(RefusedView {
            op: format!("{PHOTO}{evidence}"),
            kind: RecordKind::PhotoEvidence.name().to_owned(),
            record: evidence.to_string(),
            reason: photo.reason.clone().unwrap_or_default(),
            fields: Vec::new(),
            at_ms: photo.facts.taken_ms,
            subject: self.subject(RecordKind::PhotoEvidence, evidence)?,
        })
    }

    fn refused_view(&self, stored: &StoredOperation) -> Result<RefusedView> {
        let kind = RecordKind::from_code(stored.header.kind);
        let about = kind.map(|kind| self.about(kind, stored.header.record)).transpose()?;
        let heading = about.map(|about| [about.door, about.subject]).unwrap_or_default();
        Ok(RefusedView {
            op: stored.id().to_string(),
            kind: kind.map(RecordKind::name).unwrap_or_default().to_owned(),
            record: stored.header.record.to_string(),
            reason: stored.reason.clone().unwrap_or_default(),
            fields: fields_of(stored),
            at_ms: stored.header.evidence.wall_ms,
            subject: heading
                .iter()
                .map(String::as_str)
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
        })
    }

    fn about(&self, kind: RecordKind, record: RecordId) -> Result<About> {
        let household = self.reader.household_of(record)?;
        let door = match (household, kind) {
            (Some(household), _) => self.door_of_household(household)?,
            (None, RecordKind::Dwelling) => self.door_of_dwelling(record)?,
            (None, RecordKind::Building) => self.building_name(record)?,
            (None, _) => String::new(),
        };
        Ok(About { household, door, subject: self.subject(kind, record)? })
    }

    /// The masked person a record is about, or the category of its incident.
    fn subject(&self, kind: RecordKind, record: RecordId) -> Result<String> {
        let parent = |name| {
            Ok::<_, crate::error::ClientError>(
                self.reader.row(kind, record)?.and_then(|row| row.field(kind, name).reference()),
            )
        };
        match kind {
            RecordKind::Person => self.person(record),
            RecordKind::Residence | RecordKind::CareDuty => {
                parent("person")?.map_or_else(|| Ok(String::new()), |person| self.person(person))
            }
            RecordKind::Incident => self.incident_title(record),
            RecordKind::IncidentStep | RecordKind::PhotoEvidence => parent("incident")?
                .map_or_else(|| Ok(String::new()), |incident| self.incident_title(incident)),
            _ => Ok(String::new()),
        }
    }

    fn incident_title(&self, incident: RecordId) -> Result<String> {
        let row = self.reader.incident(incident)?;
        Ok(row.map(|row| title(&row.category_name, &row.category)).unwrap_or_default())
    }
}
