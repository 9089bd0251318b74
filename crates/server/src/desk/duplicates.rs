//! One person on record in two areas: found by the county over citizen ids, shown masked, decided by an account that sees both
//! areas. The phones concerned see a mark while it is open, and nothing of the other area at any time.

use super::call::{Call, Rows, Seat, piece};
use super::labels::{COUNTY, Labels};
use super::people::{PersonRow, masked};
use super::problem::{Answer, Problem};
use super::review::role_or_name;
use crate::county::{County, CountyError, Refused};
use crate::storage::{PairRow, PairState, RecordRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;

const LONGEST_WORDS: usize = 500;

/// Two records that may be one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct DuplicateRow {
    pub id: String,
    pub state: &'static str,
    pub found_ms: i64,
    pub decided_ms: Option<i64>,
    pub decided_by: Option<String>,
    pub sides: Vec<DuplicateSide>,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct DuplicateSide {
    pub person: PersonRow,
    pub grid: String,
    pub household: Option<String>,
    pub door: String,
    pub by: String,
    pub made_ms: i64,
}

/// What was decided about a pair.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DuplicateForm {
    /// `same`, `not_same`, or `open` to take a decision back.
    pub decision: String,
    /// The state it was decided in.
    pub seen: String,
    /// Why, in the account's words; goes into the audit log. Nothing personal.
    #[serde(default)]
    pub text: String,
}

const fn word(state: PairState) -> &'static str {
    match state {
        PairState::Open => "open",
        PairState::Same => "same",
        PairState::NotSame => "not_same",
    }
}

fn state(text: &str) -> Option<PairState> {
    [PairState::Open, PairState::Same, PairState::NotSame].into_iter().find(|state| word(*state) == text)
}

/// Both records, where they are there and the account sees both of their areas.
fn seen(county: &County, seat: &Seat, pair: &PairRow) -> Answer<Option<[RecordRow; 2]>> {
    let tree = county.areas();
    let here = |id: RecordId| -> Answer<Option<RecordRow>> {
        let row = county.record(id)?;
        Ok(row.filter(|row| !row.deleted && !row.erased && tree.within(row.area, seat.area)))
    };
    Ok(here(pair.one)?.zip(here(pair.other)?).map(|(one, other)| [one, other]))
}

fn side(county: &County, seat: &Seat, labels: &Labels<'_>, person: &RecordRow) -> Answer<DuplicateSide> {
    let residences = county.by_second(RecordKind::Residence, person.id)?;
    let residence = residences.iter().rev().find(|row| row.int(6).is_none());
    let household = residence.and_then(|row| row.reference(2));
    let by = match person.owner {
        Some(worker) => role_or_name(county, seat, labels, worker)?,
        None => COUNTY.to_owned(),
    };
    Ok(DuplicateSide {
        person: masked(person, residence, county.now_ms()),
        grid: labels.area(person.area),
        household: household.map(|household| household.to_string()),
        door: household.map(|household| labels.household(household)).transpose()?.unwrap_or_default(),
        by,
        made_ms: person.made_ms,
    })
}

fn row(
    county: &County,
    seat: &Seat,
    labels: &Labels<'_>,
    pair: &PairRow,
    records: &[RecordRow; 2],
) -> Answer<DuplicateRow> {
    Ok(DuplicateRow {
        id: format!("{}:{}", pair.one, pair.other),
        state: word(pair.state),
        found_ms: pair.found_ms,
        decided_ms: pair.decided_ms,
        decided_by: pair.decided_by.clone(),
        sides: records.iter().map(|record| side(county, seat, labels, record)).collect::<Answer<_>>()?,
    })
}

/// `GET duplicates`.
///
/// # Errors
/// `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<DuplicateRow>> {
    let wanted =
        call.word("state").map(|text| state(text).ok_or_else(|| Problem::bad("state"))).transpose()?;
    let labels = Labels::new(county);
    let mut rows = Vec::new();
    for pair in county.person_pairs()?.iter().filter(|pair| wanted.is_none_or(|state| pair.state == state)) {
        if let Some(records) = seen(county, seat, pair)? {
            rows.push(row(county, seat, &labels, pair, &records)?);
        }
    }
    Ok(piece(rows, call.page()?))
}

/// How many pairs wait for this account.
///
/// # Errors
/// [`Problem`] of the storage.
pub fn open_pairs(county: &County, seat: &Seat) -> Answer<u64> {
    let mut open = 0;
    for pair in county.person_pairs()?.iter().filter(|pair| pair.state == PairState::Open) {
        open += u64::from(seen(county, seat, pair)?.is_some());
    }
    Ok(open)
}

/// `POST duplicates/{id}/decide`.
///
/// # Errors
/// `not_found`, `bad_request`, `changed_meanwhile` when somebody else has decided.
pub fn decide(call: &Call, county: &County, seat: &Seat) -> Answer<DuplicateRow> {
    let id = call.path.get("id").map(String::as_str).unwrap_or_default();
    let (one, other) = id.split_once(':').ok_or_else(Problem::not_found)?;
    let one: RecordId = one.parse().map_err(|_| Problem::not_found())?;
    let other: RecordId = other.parse().map_err(|_| Problem::not_found())?;
    let find = || county.read(|rows| Ok(rows.pair(one, other)?));
    let pair = find()?.ok_or_else(Problem::not_found)?;
    let records = seen(county, seat, &pair)?.ok_or_else(Problem::not_found)?;
    let form: DuplicateForm = call.body()?;
    let decision = state(&form.decision).ok_or_else(|| Problem::bad("decision"))?;
    let from = state(&form.seen).ok_or_else(|| Problem::bad("seen"))?;
    if form.text.chars().count() > LONGEST_WORDS {
        return Err(Problem::bad("text"));
    }
    let decided = county.write(|tx| {
        // Under the write lock: nobody's decision is replaced unseen.
        let now = tx.rows().pair(one, other)?.ok_or(CountyError::from(Refused::NotFound))?;
        if now.state != from {
            return Ok(false);
        }
        county.decide_pair(tx, one, other, decision, &seat.account)?;
        let entry = seat.audit("duplicate_decided", &one.to_string(), word(decision), form.text.trim());
        county.audit_in(tx, &entry)?;
        Ok(true)
    })?;
    if !decided {
        return Err(Problem::new(409, "changed_meanwhile"));
    }
    let pair = find()?.ok_or_else(Problem::not_found)?;
    row(county, seat, &Labels::new(county), &pair, &records)
}
