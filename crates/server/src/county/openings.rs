//! Persons opened on phones, as the phones' own logs say: each comes with the greeting and becomes a line of the audit log.
//! The log of a phone is a chain. One that does not go on where the county has it (a phone put back from an older copy, a
//! line taken out) is told in the audit log and then taken from its beginning: a line twice is better than one missing.

use super::caller::Caller;
use super::error::{Refused, Result};
use super::{County, WriteTx};
use crate::storage::AuditEntry;
use uuid::Uuid;
use xunge_domain::access::{Access, NOTHING_OPENED};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Hash;
use xunge_sync::messages::{MOST_OPENINGS, Openings};

/// Longest reason, a code.
const LONGEST_REASON: usize = 32;

impl County {
    /// Takes in what a phone says it opened; answers up to which line the county has its log now.
    pub(super) fn note_openings(
        &self,
        tx: &WriteTx<'_>,
        caller: &Caller,
        said: Option<&Openings>,
    ) -> Result<u64> {
        let no = caller.device.no;
        let (held, head) = tx.rows().openings(no)?;
        let Some(said) = said else { return Ok(held) };
        let opened = read(caller, said)?;
        let before: Hash = said.before.as_slice().try_into().map_err(|_| Refused::BadRequest("opened"))?;
        let last = said.first.saturating_sub(1).saturating_add(opened.len() as u64);
        if said.first > held.saturating_add(1) {
            // The county lost lines with an older copy of its database: the phone goes on from where it is told.
            return Ok(held);
        }
        let mut chain = before;
        let mut agrees = said.first <= held || before == head;
        for (number, access) in (said.first..).zip(&opened) {
            chain = access.hash(&chain);
            agrees &= number != held || chain == head;
        }
        let all_of_it = opened.len() < MOST_OPENINGS;
        if !agrees || (last < held && all_of_it) {
            self.audit_in(tx, &entry(caller, "openings_differ", String::new(), "", false))?;
            tx.rows().put_openings(no, 0, &NOTHING_OPENED)?;
            return Ok(0);
        }
        for (_, access) in (said.first..).zip(&opened).filter(|(number, _)| *number > held) {
            let at = crate::local_day::time_of(access.at_ms).format("%Y-%m-%d %H:%M").to_string();
            let line = entry(caller, "phone_opened", access.person.to_string(), &access.reason, true);
            self.audit_in(tx, &AuditEntry { detail: at, ..line })?;
        }
        if last > held {
            tx.rows().put_openings(no, last, &chain)?;
        }
        Ok(last.max(held))
    }
}

fn read(caller: &Caller, said: &Openings) -> Result<Vec<Access>> {
    if said.first == 0 || said.rows.len() > MOST_OPENINGS {
        return Err(Refused::BadRequest("opened").into());
    }
    let code = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let mut opened = Vec::with_capacity(said.rows.len());
    for row in &said.rows {
        let person = Uuid::from_slice(&row.person).map_err(|_| Refused::BadRequest("opened"))?;
        if row.reason.len() > LONGEST_REASON || !row.reason.bytes().all(code) {
            return Err(Refused::BadRequest("opened").into());
        }
        opened.push(Access {
            at_ms: row.at_ms,
            person: RecordId(person),
            worker: caller.worker.id,
            reason: row.reason.clone(),
        });
    }
    Ok(opened)
}

fn entry(caller: &Caller, what: &str, subject: String, reason: &str, ok: bool) -> AuditEntry {
    AuditEntry {
        who: format!("device:{}", caller.device.no.0),
        what: what.to_owned(),
        subject,
        reason: reason.to_owned(),
        ok,
        ..AuditEntry::default()
    }
}
