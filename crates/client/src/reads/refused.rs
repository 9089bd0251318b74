//! Operations and photos the county did not take, as the worker meets them: what each was about, what it wrote, how it is
//! typed anew.

use super::conflict_sides::value_text;
use super::household::fields_of;
use super::look::Look;
use super::review::{MOST_ITEMS, entry_view, field_word};
use crate::edits::refused::PHOTO;
use crate::error::Result;
use crate::views::review::{RefusedField, RefusedView};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::{Payload, Verb};
use xunge_domain::records::typing::{as_typed, entry_of};
use xunge_domain::records::words::StepVerb;
use xunge_domain::records::{FieldKey, RecordKind};
use xunge_domain::value::{Edit, Value};
use xunge_store::{Photo, StoredOperation};
use xunge_sync::admit::told;

/// Between door and person in a heading.
const BETWEEN: &str = " ";

impl Look<'_> {
    pub(super) fn refused(&self) -> Result<Vec<RefusedView>> {
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
        let (kind, evidence) = (RecordKind::PhotoEvidence, photo.id());
        Ok(RefusedView {
            op: format!("{PHOTO}{evidence}"),
            kind: kind.name().to_owned(),
            record: evidence.to_string(),
            reason: photo.reason.clone().unwrap_or_default(),
            blamed: String::new(),
            fields: Vec::new(),
            at_ms: photo.facts.taken_ms,
            subject: self.subject(kind, evidence)?,
            household: None,
            incident: self.incident_of(kind, evidence)?.map(|incident| incident.to_string()),
            verb: String::new(),
            wrote: Vec::new(),
        })
    }

    fn refused_view(&self, stored: &StoredOperation) -> Result<RefusedView> {
        let record = stored.header.record;
        let (reason, blamed) = told(stored.reason.as_deref().unwrap_or_default());
        let mut view = RefusedView {
            op: stored.id().to_string(),
            kind: String::new(),
            record: record.to_string(),
            reason: reason.to_owned(),
            blamed: String::new(),
            fields: fields_of(stored),
            at_ms: stored.header.evidence.wall_ms,
            subject: String::new(),
            household: None,
            incident: None,
            verb: String::new(),
            wrote: Vec::new(),
        };
        let Some(kind) = RecordKind::from_code(stored.header.kind) else { return Ok(view) };
        let about = self.about(kind, record)?;
        let heading = [about.door, about.subject];
        kind.name().clone_into(&mut view.kind);
        blamed
            .and_then(|key| field_word(kind, kind.field(key)?))
            .unwrap_or_default()
            .clone_into(&mut view.blamed);
        view.subject = heading
            .iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(BETWEEN);
        view.household = about.household.map(|household| household.to_string());
        view.incident = self.incident_of(kind, record)?.map(|incident| incident.to_string());
        let payload = stored.payload.as_deref().and_then(|bytes| Payload::decode(kind.code(), bytes).ok());
        let Some(payload) = payload.filter(|_| stored.header.verb == Verb::WRITE) else { return Ok(view) };
        for (key, edit) in &payload.edits {
            match edit {
                Edit::Put(Value::Int(code)) if kind == RecordKind::IncidentStep && *key == FieldKey(2) => {
                    view.verb = StepVerb::from_code(*code).map(StepVerb::word).unwrap_or_default().to_owned();
                }
                Edit::Put(value) => {
                    let field = self.refused_field(kind, *key, value)?;
                    view.wrote.extend(field.map(|field| RefusedField { bad: blamed == Some(*key), ..field }));
                }
                _ => {}
            }
        }
        Ok(view)
    }

    fn refused_field(&self, kind: RecordKind, key: FieldKey, value: &Value) -> Result<Option<RefusedField>> {
        let Some(spec) = kind.field(key) else { return Ok(None) };
        let (Some(field), Some(entry)) = (field_word(kind, spec), entry_of(kind, spec.name)) else {
            return Ok(None);
        };
        let shown = value_text(self, kind, spec, value)?;
        let as_typed = as_typed(kind, spec.name, value);
        // Choices and doors are no secret; of a text only what the mask leaves as it is.
        let open = !spec.personal || as_typed.as_deref() == Some(shown.as_str());
        Ok(Some(RefusedField {
            name: spec.name.to_owned(),
            field: field.to_owned(),
            value: as_typed.filter(|_| open),
            shown,
            entry: Some(entry_view(entry)),
            bad: false,
        }))
    }

    fn incident_of(&self, kind: RecordKind, record: RecordId) -> Result<Option<RecordId>> {
        Ok(match kind {
            RecordKind::Incident => Some(record),
            RecordKind::IncidentStep | RecordKind::PhotoEvidence => {
                self.reader.row(kind, record)?.and_then(|row| row.field(kind, "incident").reference())
            }
            _ => None,
        })
    }
}
