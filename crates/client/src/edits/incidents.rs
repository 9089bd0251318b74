//! Reporting an incident, and the worker's own verbs on it.

use super::households::text_or_null;
use super::photos::{number_of, short_number};
use super::{existing, id, short};
use crate::change::{Change, Fields};
use crate::error::{Result, rule, rule_with};
use crate::open::Open;
use crate::views::households::Saved;
use crate::views::incidents::{IncidentArgs, IncidentStepArgs, ReportArgs};
use xunge_domain::ids::RecordId;
use xunge_domain::incident_flow::turn::next_turn;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::StepVerb;
use xunge_domain::value::Value;
use xunge_store::Photo;

impl Open {
    /// Reports an incident with the photos of its form, in one durable change.
    ///
    /// # Errors
    /// `invalid_field`, `too_long`, and those of the store; the form and its photos are as before.
    pub fn report_incident(&self, args: &ReportArgs) -> Result<Saved> {
        let identity = self.identity();
        let grid = identity.grid().ok_or(rule("no_grid"))?;
        let (text, place_name) = (short(&args.text, "text")?, short(&args.place_name, "place_name")?);
        let resolution = short(&args.resolution, "resolution")?;
        if args.self_resolved && resolution.is_empty() {
            return Err(rule_with("invalid_field", "field", "resolution"));
        }
        let fix = self.fix_asked();
        self.change(|change| {
            if !change.writer.incident_categories()?.iter().any(|category| category.code == args.category) {
                return Err(rule_with("invalid_field", "field", "category"));
            }
            let photos = change.writer.photos_of_form(&args.form)?;
            let incident = change.new_id();
            let number = number_of(&photos).unwrap_or_else(|| short_number(incident));
            let mut fields: Fields = vec![
                ("category", Value::Text(args.category.clone())),
                ("text", text_or_null(&text)),
                ("place_name", text_or_null(&place_name)),
                ("reported", Value::Int(change.now.wall_ms)),
                ("worker", Value::reference(identity.worker)),
                ("number", Value::Text(number)),
                ("self_resolved", Value::Bool(args.self_resolved)),
            ];
            // Where the worker stands now, or where the first photo was taken.
            let spot =
                fix.as_ref().map(|fix| ((fix.at.lat_e7(), fix.at.lon_e7()), Some(fix.accuracy_dm))).or_else(
                    || photos.iter().find_map(|photo| Some((photo.facts.place_e7?, photo.facts.accuracy_dm))),
                );
            match spot {
                Some(((lat, lon), accuracy)) => {
                    fields.push(("lat_e7", Value::Int(lat.into())));
                    fields.push(("lon_e7", Value::Int(lon.into())));
                    fields.push(("accuracy_dm", accuracy.map_or(Value::Null, |dm| Value::Int(dm.into()))));
                }
                // Never waits for a position: a reason is enough.
                None => {
                    let reason = args.no_fix_reason.as_deref().unwrap_or("no_fix");
                    fields.push(("no_fix_reason", Value::Text(short(reason, "no_fix_reason")?)));
                }
            }
            if let Some(patrol) = change.writer.open_patrol()? {
                fields.push(("patrol", Value::reference(patrol.patrol)));
            }
            change.put(RecordKind::Incident, incident, grid, fields)?;
            self.put_step(change, incident, grid, StepVerb::Report, &text, None)?;
            if args.self_resolved {
                self.put_step(change, incident, grid, StepVerb::SelfResolve, &resolution, None)?;
            }
            for photo in &photos {
                put_evidence(change, incident, grid, photo)?;
                change.writer.report_photo(photo.id())?;
            }
            change.writer.drop_draft(&args.form)?;
            Ok(change.saved(incident))
        })
    }

    /// One of the worker's verbs on an own incident. What is added to it takes the photos of its form along.
    ///
    /// # Errors
    /// `not_found`, `illegal_transition` when the case does not allow it, `invalid_field`, `too_long`, and those of the store.
    pub fn incident_step(&self, args: &IncidentStepArgs) -> Result<Saved> {
        let verb = StepVerb::from_word(&args.verb)
            .filter(|verb| matches!(verb, StepVerb::Withdraw | StepVerb::Supplement | StepVerb::Rate))
            .ok_or(rule_with("invalid_field", "field", "verb"))?;
        let incident = id(&args.id)?;
        let text = short(&args.text, "text")?;
        // What the case does not allow would travel and count for nothing.
        let may = self.incident(&IncidentArgs { id: args.id.clone() })?.may;
        if !may.iter().any(|may| may == verb.word()) {
            return Err(rule_with("illegal_transition", "verb", verb.word()));
        }
        let form = args.form.as_deref().filter(|_| verb == StepVerb::Supplement);
        let rating = match verb {
            StepVerb::Rate => {
                text.chars().next().and_then(|c| c.to_digit(10)).filter(|n| (1..=5).contains(n))
            }
            _ => None,
        };
        self.change(|change| {
            let area = existing(change, RecordKind::Incident, incident)?.area;
            let step = self.put_step(change, incident, area, verb, &text, rating.map(i64::from))?;
            if let Some(form) = form {
                for photo in &change.writer.photos_of_form(form)? {
                    put_evidence(change, incident, area, photo)?;
                    change.writer.report_photo(photo.id())?;
                }
                change.writer.drop_draft(form)?;
            }
            Ok(Saved { id: step.to_string(), undo: None })
        })
    }

    fn put_step(
        &self,
        change: &mut Change<'_, '_>,
        incident: RecordId,
        area: RecordId,
        verb: StepVerb,
        text: &str,
        rating: Option<i64>,
    ) -> Result<RecordId> {
        let step = change.new_id();
        let seen = change.writer.steps_of(incident)?;
        let mut fields: Fields = vec![
            ("incident", Value::reference(incident)),
            ("verb", Value::Int(verb.code())),
            ("turn", Value::Int(next_turn(seen.iter().map(|step| step.turn)))),
            ("at", Value::Int(change.now.wall_ms)),
            ("by", Value::Text(self.identity().worker_name)),
        ];
        if !text.is_empty() {
            fields.push(("text", Value::Text(text.to_owned())));
        }
        if let Some(rating) = rating {
            fields.push(("rating", Value::Int(rating)));
        }
        change.put(RecordKind::IncidentStep, step, area, fields)?;
        Ok(step)
    }
}

fn put_evidence(
    change: &mut Change<'_, '_>,
    incident: RecordId,
    area: RecordId,
    photo: &Photo,
) -> Result<()> {
    let facts = &photo.facts;
    let mut fields: Fields = vec![
        ("incident", Value::reference(incident)),
        ("original_sha256", Value::Bytes(facts.original_sha256.to_vec())),
        ("stored_sha256", Value::Bytes(facts.stored_sha256.to_vec())),
        ("thumbnail_sha256", Value::Bytes(facts.thumbnail_sha256.to_vec())),
        ("bytes", Value::Int(i64::try_from(facts.bytes).unwrap_or(i64::MAX))),
        ("width", Value::Int(facts.width.into())),
        ("height", Value::Int(facts.height.into())),
        ("taken", Value::Int(facts.taken_ms)),
        ("time_verified", Value::Bool(facts.time_verified)),
    ];
    if let Some((lat, lon)) = facts.place_e7 {
        fields.push(("lat_e7", Value::Int(lat.into())));
        fields.push(("lon_e7", Value::Int(lon.into())));
        fields.push(("accuracy_dm", facts.accuracy_dm.map_or(Value::Null, |dm| Value::Int(dm.into()))));
        fields.push(("mock", Value::Bool(facts.mock)));
        if let Some(ms) = facts.satellite_ms {
            fields.push(("satellite", Value::Int(ms)));
        }
    }
    if let Some(ms) = facts.mono_since_server {
        fields.push(("mono_since_server", Value::Int(i64::try_from(ms).unwrap_or(i64::MAX))));
    }
    change.put(RecordKind::PhotoEvidence, photo.id(), area, fields)?;
    Ok(())
}
