//! A step of the desk in an incident's life: judged by the rules of the domain, written as an operation of the county,
//! so that it reaches the phone of the one who reported like everything else.

use super::call::{Call, Seat};
use super::departments;
use super::incidents::{Incident, Shown, actor, revision, state_word};
use super::problem::{Answer, Problem};
use crate::county::{County, CountyEdit, Refused};
use crate::edit::Draft;
use serde::Deserialize;
use utoipa::ToSchema;
use xunge_domain::ids::DeviceNo;
use xunge_domain::incident_flow::turn::{next_turn, seen_to_bytes};
use xunge_domain::incident_flow::{Step, WorkCalendar};
use xunge_domain::records::words::StepVerb;
use xunge_domain::records::{MAX_TEXT, RecordKind};
use xunge_domain::value::Value;

/// What is sent with a step.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct StepForm {
    /// As last read.
    pub revision: u64,
    /// Reason, what was done, or the answer.
    #[serde(default)]
    pub text: Option<String>,
    /// Where it goes.
    #[serde(default)]
    pub department: Option<String>,
    /// New end of the time limit.
    #[serde(default)]
    pub due_ms: Option<i64>,
}

/// Verbs that need words at the desk although the rules of the work would let them pass without.
const SAYS_SOMETHING: [StepVerb; 2] = [StepVerb::Handle, StepVerb::Verify];

/// `POST incidents/{id}/{verb}`.
///
/// # Errors
/// `not_found`, `bad_request`, `changed_meanwhile`, `illegal_transition`, `answer_needed`, `not_allowed`.
pub fn take(call: &Call, county: &County, seat: &Seat) -> Answer<Incident> {
    let row = seat.record(county, RecordKind::Incident, call.id()?)?;
    let verb =
        call.path.get("verb").and_then(|verb| StepVerb::from_word(verb)).ok_or_else(Problem::not_found)?;
    let form: StepForm = call.body()?;
    let text = form.text.as_deref().unwrap_or_default().trim().to_owned();
    if text.len() > MAX_TEXT {
        return Err(Problem::bad("text"));
    }
    let department = form.department.as_deref().filter(|sent| !sent.trim().is_empty());
    let department = department.map(|sent| departments::name_of(county, sent)).transpose()?;
    let shown = Shown::new(county, seat)?;
    // The check and the write happen under the one write lock: of two desks at the same step one is told that it
    // changed meanwhile.
    let mut problem = None;
    let written = county.write(|tx| {
        let judged = (|| {
            let row = seat.record(county, RecordKind::Incident, row.id)?;
            if revision(county, &row)? != form.revision {
                return Err(Problem::new(409, "changed_meanwhile"));
            }
            let case = county.incident_case(row.id)?.unwrap_or_default();
            let state = state_word(case.state, row.int(13) == Some(1));
            let minutes = match (verb, form.due_ms, shown.due_ms(&row, &case)) {
                (StepVerb::Extend, Some(new), Some(old)) => {
                    u32::try_from(WorkCalendar::office_hours().working_ms(old, new) / 60_000).ok()
                }
                _ => None,
            };
            let step = Step {
                department: department.clone(),
                minutes,
                ..Step::new(verb, actor(seat), county.now_ms()).saying(&text)
            };
            case.after(&step).map_err(|refusal| Problem::step(refusal, state, verb))?;
            if SAYS_SOMETHING.contains(&verb) && text.is_empty() {
                return Err(Problem::bad("text"));
            }
            let seen = county.incident_steps(row.id)?;
            let of_phones =
                seen.iter().filter(|(device, _)| *device != DeviceNo::COUNTY).map(|(_, step)| step.id);
            Ok(Draft::new(RecordKind::IncidentStep, county.new_id(), row.area)
                .with("turn", next_turn(seen.iter().map(|(_, step)| step.int(9))))
                .with("seen", Value::Bytes(seen_to_bytes(of_phones)))
                .refer("incident", row.id)
                .with("verb", verb.code())
                .with("at", step.at_ms)
                .with("by", seat.account.as_str())
                .maybe("text", Some(text.as_str()).filter(|text| !text.is_empty()))
                .maybe("department", department.clone().map(Value::Text))
                .maybe("minutes", minutes.map(i64::from)))
        })();
        match judged {
            Ok(draft) => {
                county.write_in(tx, &[CountyEdit::from(draft)])?;
                county.audit_in(tx, &seat.audit("incident_step", &row.id.to_string(), verb.word(), ""))?;
                Ok(())
            }
            Err(refused) => {
                problem = Some(refused);
                Err(Refused::NotFound.into())
            }
        }
    });
    if let Some(problem) = problem {
        return Err(problem);
    }
    written?;
    shown.whole(&seat.record(county, RecordKind::Incident, row.id)?, seat)
}
