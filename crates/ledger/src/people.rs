//! Everyone read so far, and whether a new row is one of them: by id, else by name, address and birth. What stays
//! doubtful becomes a proposal for a human; both rows are kept until somebody decides.

use std::collections::HashMap;

use xunge_domain::codes::{CitizenId, PartialDate, name_key};

use crate::address::AddressParts;
use crate::fault::{Fault, Findings};
use crate::finding::Source;
use crate::reading::{MergeProposal, PersonRow};

/// How a row relates to the people already read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// The same person.
    Same(usize),
    /// Nobody so far; perhaps one of these.
    New(Vec<(usize, &'static str)>),
}

/// People by position, with the address each was read at.
#[derive(Default)]
pub(crate) struct People {
    pub rows: Vec<PersonRow>,
    addresses: Vec<AddressParts>,
    by_id: HashMap<CitizenId, usize>,
    by_name: HashMap<String, Vec<usize>>,
    pub proposals: Vec<MergeProposal>,
}

/// What two birth dates say about each other.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Birth {
    /// Equal to the day, or as far as a month.
    Agrees,
    /// Equal to the day on both sides.
    SameDay,
    Clashes,
    Unknown,
}

impl People {
    /// Holds a row against everybody. An id that belongs to somebody of another name is taken off the row.
    pub fn find(
        &self,
        person: &mut PersonRow,
        address: &AddressParts,
        label: &str,
        findings: &mut Findings,
    ) -> Match {
        let key = name_key(&person.name);
        if let Some(known) = person.citizen_id.as_ref().and_then(|id| self.by_id.get(id)) {
            if name_key(&self.rows[*known].name) == key {
                return Match::Same(*known);
            }
            findings.push(&person.source, label, Fault::IdShared, &place(&self.rows[*known].source));
            person.citizen_id = None;
            return Match::New(vec![(*known, "same_id")]);
        }
        let mut same = Vec::new();
        let mut perhaps = Vec::new();
        for candidate in self.by_name.get(&key).into_iter().flatten() {
            let known = &self.rows[*candidate];
            if person.citizen_id.is_some() && known.citizen_id.is_some() {
                continue; // two different valid ids: two people
            }
            let digits = same_digits(person, known);
            let birth = compare_birth(person.birth, known.birth);
            let at = &self.addresses[*candidate];
            let door = address.has_door() && at.has_door();
            let near = !address.is_empty() && at.key() == address.key() && at.same_place(address);
            match birth {
                _ if digits && (near || same_whole(person, known)) => same.push(*candidate),
                Birth::Agrees | Birth::SameDay if near => same.push(*candidate),
                _ if near && door => perhaps.push((*candidate, "same_name_and_address")),
                Birth::SameDay => perhaps.push((*candidate, "same_name_and_birth")),
                _ => {}
            }
        }
        match same.as_slice() {
            [one] => Match::Same(*one),
            [] => Match::New(perhaps),
            several => Match::New(several.iter().map(|one| (*one, "same_name_and_address")).collect()),
        }
    }

    /// Adds a new person and the proposals that came with it.
    pub fn add(
        &mut self,
        person: PersonRow,
        address: &AddressParts,
        perhaps: &[(usize, &'static str)],
        findings: &mut Findings,
    ) -> usize {
        for (known, why) in perhaps {
            let first = self.rows[*known].source.clone();
            findings.push(&person.source, "", Fault::MergeProposed, &place(&first));
            self.proposals.push(MergeProposal { first, second: person.source.clone(), why });
        }
        let at = self.rows.len();
        if let Some(id) = &person.citizen_id {
            self.by_id.insert(id.clone(), at);
        }
        self.by_name.entry(name_key(&person.name)).or_default().push(at);
        self.addresses.push(address.clone());
        self.rows.push(person);
        at
    }

    /// Puts what a repeated row knows more into the person.
    pub fn merge(&mut self, at: usize, row: PersonRow, address: &AddressParts, findings: &mut Findings) {
        let known = &mut self.rows[at];
        let before = &self.addresses[at];
        let same = before.key() == address.key() && before.same_place(address);
        let elsewhere = !address.is_empty() && !before.is_empty() && !same;
        let fault = if elsewhere { Fault::RepeatedElsewhere } else { Fault::Repeated };
        findings.push(&row.source, "", fault, &place(&known.source));
        if known.citizen_id.is_none()
            && let Some(id) = row.citizen_id
        {
            findings.push(&row.source, "", Fault::IdCompleted, &place(&known.source));
            let from_id = PartialDate::Day(id.birth());
            if let Some(written) = known.birth.filter(|birth| !birth.agrees_with(from_id)) {
                findings.push(&known.source, "", Fault::BirthDisagrees, "");
                known.birth_in_column = Some(written);
            }
            known.birth = Some(from_id);
            self.by_id.insert(id.clone(), at);
            known.citizen_id = Some(id);
            known.id_as_written = None;
        }
        if known.citizen_id.is_none() && known.id_as_written.is_none() {
            known.id_as_written = row.id_as_written;
        }
        if known.birth.is_none_or(|birth| birth.day().is_none()) {
            known.birth = row.birth.or(known.birth);
        }
        known.sex = known.sex.or(row.sex);
        known.residence = known.residence.or(row.residence);
        known.relation = known.relation.take().or(row.relation);
        for phone in row.phones {
            if !known.phones.contains(&phone) {
                known.phones.push(phone);
            }
        }
        add_remark(&mut known.remark, &row.remark);
        known.also_at.push(row.source);
        if self.addresses[at].is_empty() {
            self.addresses[at] = address.clone();
        }
    }
}

/// Appends a remark unless it is there already.
pub(crate) fn add_remark(remark: &mut String, more: &str) {
    if !more.is_empty() && !remark.split('；').any(|part| part == more) && remark != more {
        if !remark.is_empty() {
            remark.push('；');
        }
        remark.push_str(more);
    }
}

fn place(source: &Source) -> String {
    format!("见“{}”第 {} 行", source.sheet, source.row)
}

/// Digits of both, valid or not, that name the same area and birth, or the same whole invalid number.
fn same_digits(one: &PersonRow, other: &PersonRow) -> bool {
    let certain = |person: &PersonRow| match &person.citizen_id {
        Some(id) => Some(id.reveal()[..14].to_owned()),
        None => person.digits.certain.clone(),
    };
    same_whole(one, other)
        || certain(one).is_some_and(|digits| certain(other).is_some_and(|others| digits == others))
}

fn same_whole(one: &PersonRow, other: &PersonRow) -> bool {
    one.digits.whole.is_some() && one.digits.whole == other.digits.whole
}

fn compare_birth(one: Option<PartialDate>, other: Option<PartialDate>) -> Birth {
    match (one, other) {
        (Some(one), Some(other)) if !one.agrees_with(other) => Birth::Clashes,
        (Some(PartialDate::Day(_)), Some(PartialDate::Day(_))) => Birth::SameDay,
        (Some(PartialDate::Year(_)), _) | (_, Some(PartialDate::Year(_))) => Birth::Unknown,
        (Some(_), Some(_)) => Birth::Agrees,
        _ => Birth::Unknown,
    }
}
