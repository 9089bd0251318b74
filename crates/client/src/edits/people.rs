//! Persons: the form, opening one person with a reason, moving out.

use super::typing::typed_value;
use super::{existing, id};
use crate::change::{Change, Fields};
use crate::error::{Result, rule, rule_with};
use crate::open::Open;
use crate::views::households::Saved;
use crate::views::people::{
    CheckIdArgs, CheckedId, OpenFolded, OpenPerson, OpenPersonArgs, PersonEdit, PersonFields,
    RemovePersonArgs,
};
use chrono::NaiveDate;
use xunge_domain::codes::CitizenId;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{ResidenceEnd, ResidenceKind};
use xunge_domain::value::Value;
use xunge_store::{Access, Reader, Row};

/// Reveals in an hour; beyond that the desk is asked.
pub const REVEALS_AN_HOUR: u32 = 30;
/// How long an opened person stays open.
const OPEN_MS: i64 = 30_000;
const HOUR_MS: i64 = 3_600_000;
/// Reasons a worker may give; words are in the language files.
const REASONS: [&str; 5] = ["check_at_door", "correct_record", "call", "care_duty", "asked_by_person"];

impl Open {
    /// Creates or changes a person; also the household that begins with one who moves into an empty flat.
    ///
    /// # Errors
    /// `not_found`, `no_grid`, `invalid_field` with the field's name, `too_long`, and those of the store.
    pub fn save_person(&self, edit: &PersonEdit) -> Result<Saved> {
        let today = self.today();
        self.change(|change| {
            let (person, household, area) = self.whom(change, edit)?;
            let (mut fields, mut residence) = (Fields::new(), Fields::new());
            for (name, text) in &edit.fields {
                match name.as_str() {
                    "relation" => {
                        let value = typed_value(RecordKind::Residence, "relation", text, today)?;
                        residence.push(("relation", value));
                    }
                    "residence" => {
                        let kind = ResidenceKind::from_word(text).ok_or(rule_with(
                            "invalid_field",
                            "field",
                            "residence",
                        ))?;
                        residence.push(("kind", Value::Int(kind.code())));
                    }
                    other => fields.push(person_field(other, text, today)?),
                }
            }
            let named = fields.iter().find(|(name, _)| *name == "name");
            if named.map_or(edit.id.is_none(), |(_, name)| *name == Value::Null) {
                return Err(rule_with("invalid_field", "field", "name"));
            }
            if !fields.is_empty() {
                change.put(RecordKind::Person, person, area, fields)?;
            }
            if let Some(household) = household
                && (edit.id.is_none()
                    || !residence.is_empty()
                    || edit.household.is_some()
                    || edit.moves_into.is_some())
            {
                let known = residence_of(change.writer, person, household)?;
                if known.is_some() && residence.is_empty() {
                    return Ok(change.saved(person));
                }
                // Nobody is put into a second household by naming it: who lives somewhere is moved out there first.
                if known.is_none()
                    && edit.id.is_some()
                    && change.writer.household_of(person)?.is_some_and(|home| home != household)
                {
                    return Err(rule_with("invalid_field", "field", "household"));
                }
                let record = match known {
                    Some(record) => record,
                    None => {
                        residence.push(("person", Value::reference(person)));
                        residence.push(("household", Value::reference(household)));
                        super::homes::back_to_its_door(change, household)?;
                        change.new_id()
                    }
                };
                change.put(RecordKind::Residence, record, area, residence)?;
                if edit.moves_into.is_some() {
                    return Ok(change.saved(household));
                }
            }
            Ok(change.saved(person))
        })
    }

    fn whom(
        &self,
        change: &mut Change<'_, '_>,
        edit: &PersonEdit,
    ) -> Result<(RecordId, Option<RecordId>, RecordId)> {
        let household = match (&edit.household, &edit.moves_into) {
            (Some(_), Some(_)) => return Err(rule_with("invalid_field", "field", "household")),
            // The form was open while somebody put the household together with another: that one stands for both.
            (Some(household), None) => Some(super::homes::stands_for_home(change, id(household)?)?),
            (None, Some(into)) => Some(self.begin_household(change, into)?),
            (None, None) => None,
        };
        if let Some(text) = &edit.id {
            let person = id(text)?;
            let area = existing(change, RecordKind::Person, person)?.area;
            let household = match household {
                Some(household) => Some(household),
                None => change.writer.household_of(person)?,
            };
            return Ok((person, household, area));
        }
        let household = household.ok_or(rule_with("invalid_field", "field", "household"))?;
        let area = existing(change, RecordKind::Household, household)?.area;
        Ok((change.new_id(), Some(household), area))
    }

    /// Ends a person's residence. The person stays on record and it can be undone. With the last one the household leaves its
    /// door: the flat is free.
    ///
    /// # Errors
    /// `not_found`, `invalid_field`, and those of the store.
    pub fn remove_person(&self, args: &RemovePersonArgs) -> Result<Saved> {
        let why =
            ResidenceEnd::from_word(&args.reason).ok_or(rule_with("invalid_field", "field", "reason"))?;
        let (person, household) = (id(&args.id)?, id(&args.household)?);
        let today = self.today_number();
        self.change(|change| {
            // Somebody on record twice may have a residence here under either record: both end.
            let residences = change.writer.residences_in(person, household)?;
            if residences.is_empty() {
                return Err(rule("not_found"));
            }
            for residence in residences {
                let area = existing(change, RecordKind::Residence, residence)?.area;
                let fields = vec![("until", Value::Int(today)), ("ended_because", Value::Int(why.code()))];
                change.put(RecordKind::Residence, residence, area, fields)?;
            }
            self.leave_if_empty(change, household)?;
            Ok(change.saved(person))
        })
    }

    /// One person in full, for thirty seconds, with a reason, logged before anything is shown.
    ///
    /// # Errors
    /// `reason_needed`, `reveal_limit`, `not_found`, and those of the store.
    pub fn open_person(&self, args: &OpenPersonArgs) -> Result<OpenPerson> {
        if !REASONS.contains(&args.reason.as_str()) {
            return Err(rule("reason_needed"));
        }
        let person = id(&args.id)?;
        let worker = self.identity().worker;
        let now = self.world.clock.now();
        let (left, shown) = self.store.write(|writer| {
            let row = writer
                .row(RecordKind::Person, person)?
                .filter(|row| !row.deleted)
                .ok_or(rule("not_found"))?;
            let _ = row;
            // By both clocks: setting the wall clock on does not make an hour pass.
            let by_wall = writer.accesses_since(now.wall_ms.saturating_sub(HOUR_MS))?;
            let an_hour_ago = now.mono_ms.saturating_sub(HOUR_MS.unsigned_abs());
            let used = by_wall.max(self.contact().opened_since(an_hour_ago));
            // Every record of the person that is shown is an opening of its own, in the log and in the count.
            let mut records = vec![person];
            records.extend(writer.folded_into(person)?);
            let left = u32::try_from(records.len())
                .ok()
                .and_then(|shown| REVEALS_AN_HOUR.checked_sub(used + shown))
                .ok_or(rule("reveal_limit"))?;
            let shown = records.len();
            for person in records {
                let reason = args.reason.clone();
                writer.log_access(&Access { at_ms: now.wall_ms, person, worker, reason })?;
            }
            Ok::<_, crate::error::ClientError>((left, shown))
        })?;
        self.contact().opened(now.mono_ms, shown);
        let (fields, other_phones, folded) = self.store.read(|reader| {
            let row = reader.row(RecordKind::Person, person)?.ok_or(rule("not_found"))?;
            let mut fields = person_fields(&row);
            let numbers = row.field(RecordKind::Person, "other_phones").many();
            let others: Vec<String> = numbers.iter().filter_map(Value::as_text).map(str::to_owned).collect();
            if let Some(household) = reader.household_of(person)?
                && let Some(residence) = residence_of(reader, person, household)?
                && let Some(row) = reader.row(RecordKind::Residence, residence)?
            {
                let int = |name| row.field(RecordKind::Residence, name).int();
                fields.relation = int("relation").map(|code| code.to_string()).unwrap_or_default();
                fields.residence = int("kind")
                    .and_then(ResidenceKind::from_code)
                    .map(|kind| kind.word().to_owned())
                    .unwrap_or_default();
            }
            let mut folded = Vec::new();
            for record in reader.folded_into(person)? {
                if let Some(row) = reader.row(RecordKind::Person, record)? {
                    folded.push(OpenFolded { id: record.to_string(), fields: person_fields(&row) });
                }
            }
            Ok::<_, crate::error::ClientError>((fields, others, folded))
        })?;
        Ok(OpenPerson {
            id: args.id.clone(),
            fields,
            other_phones,
            folded,
            until_ms: now.wall_ms + OPEN_MS,
            left_this_hour: left,
        })
    }

    /// What a half-typed citizen id says.
    ///
    /// # Errors
    /// None of its own.
    pub fn check_citizen_id(&self, args: &CheckIdArgs) -> Result<CheckedId> {
        let typed = args.text.trim();
        let nothing = |state: &str| CheckedId {
            state: state.to_owned(),
            lengthened: None,
            birth: None,
            sex: None,
            notes: Vec::new(),
        };
        let length = typed.chars().count();
        if length == 0 {
            return Ok(nothing("empty"));
        }
        if length < 15 || length == 16 || length == 17 {
            return Ok(nothing("incomplete"));
        }
        let reading = CitizenId::read(typed, self.today());
        let notes: Vec<String> = reading.notes.iter().map(|note| note.code().to_owned()).collect();
        Ok(match reading.id {
            Ok(citizen) => CheckedId {
                state: "ok".into(),
                lengthened: Some(citizen.reveal().to_owned()),
                birth: Some(citizen.birth().to_string()),
                sex: Some(citizen.sex().code().to_string()),
                notes,
            },
            Err(error) => CheckedId { notes: vec![error.code().to_owned()], ..nothing("wrong") },
        })
    }

    /// The local calendar day.
    pub(crate) fn today(&self) -> NaiveDate {
        crate::local::day_of(self.world.clock.now().wall_ms)
    }

    /// The local calendar day as records hold it.
    pub(crate) fn today_number(&self) -> i64 {
        crate::local::number(self.today())
    }
}

/// The residence that ties a person to a household now.
fn residence_of(reader: &Reader<'_>, person: RecordId, household: RecordId) -> Result<Option<RecordId>> {
    let people = reader.people_of(household)?;
    Ok(people.iter().find(|row| row.person == person).map(|row| row.residence))
}

fn person_fields(row: &Row) -> PersonFields {
    let text = |name| row.field(RecordKind::Person, name).text().unwrap_or_default().to_owned();
    PersonFields {
        name: text("name"),
        citizen_id: text("citizen_id"),
        birth: row
            .field(RecordKind::Person, "birth")
            .int()
            .and_then(crate::local::date)
            .map(|day| day.to_string())
            .unwrap_or_default(),
        sex: row.field(RecordKind::Person, "sex").int().unwrap_or(0).to_string(),
        phone: text("phone"),
        relation: String::new(),
        residence: String::new(),
        note: text("note"),
    }
}

fn person_field(name: &str, text: &str, today: NaiveDate) -> Result<(&'static str, Value)> {
    let unknown = rule_with("invalid_field", "field", "unknown");
    let field = RecordKind::Person.field_named(name).ok_or(unknown)?;
    Ok((field.name, typed_value(RecordKind::Person, field.name, text, today)?))
}
