//! Drafts into households: which household a row belongs to, where people of plain lists live, who is repeated.
//!
//! Rules, in their order. A row with a household number belongs to the household of that number; without one, to the
//! household at its address; without an address, to the household above it. A head begins a new household where the
//! household already has one. People of lists join the household at their address; where none is known, an address that
//! leads to one door makes one.

use std::collections::HashMap;

use crate::address::{AddressParts, DwellingKey};
use crate::fault::{Fault, Findings};
use crate::finding::Source;
use crate::people::{Match, People, add_remark};
use crate::reading::{EmptyDwelling, HouseholdRow, Tenancy, UnplacedPerson};
use crate::row::Draft;
use xunge_domain::codes::Phone;

/// A household being put together.
struct Home {
    sheet: usize,
    source: Source,
    number: String,
    address: AddressParts,
    tenancy: Tenancy,
    members: Vec<usize>,
    has_head: bool,
}

/// Everything read so far.
#[derive(Default)]
pub(crate) struct Assembly {
    pub people: People,
    homes: Vec<Home>,
    at_door: HashMap<DwellingKey, Vec<usize>>,
    by_number: HashMap<(usize, String), Vec<usize>>,
    home_of: HashMap<usize, usize>,
    empty: Vec<EmptyDwelling>,
    unplaced: Vec<(usize, AddressParts)>,
    /// The household of the rows above, while it goes on.
    current: Option<usize>,
    last_person: Option<usize>,
    /// A sheet told households: one made by an address alone is then worth a look.
    households_told: bool,
}

/// What adding a row did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    New,
    Repeated,
}

/// Facts about the sheet a row comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SheetFacts<'a> {
    pub index: usize,
    pub has_address: bool,
    pub id_label: &'a str,
}

impl Assembly {
    /// Whatever comes next does not continue the household above.
    pub fn interrupt(&mut self) {
        self.current = None;
        self.last_person = None;
    }

    /// A row of a sheet with household structure.
    pub fn add_member(&mut self, draft: Draft, sheet: SheetFacts<'_>, findings: &mut Findings) -> Added {
        self.households_told = true;
        let Draft { mut person, address, number, tenancy, is_head } = draft;
        let source = person.source.clone();
        let joined = self.home_for(&source, &address, &number, is_head, sheet, findings);
        let known_address = match joined {
            Some(home) if address.is_empty() => self.homes[home].address.clone(),
            _ => address.clone(),
        };
        let found = self.people.find(&mut person, &known_address, sheet.id_label, findings);
        if let Match::Same(at) = found {
            self.people.merge(at, person, &known_address, findings);
            // The rows below are this person's family, wherever they were read first.
            let theirs = self.home_of.get(&at).copied();
            let same_door = theirs.is_some_and(|home| self.same_door(home, &known_address));
            self.current = if same_door || known_address.is_empty() { theirs.or(joined) } else { joined };
            self.last_person = Some(at);
            return Added::Repeated;
        }
        let Match::New(perhaps) = found else { return Added::Repeated };
        let at = self.people.add(person, &known_address, &perhaps, findings);
        match joined {
            Some(home) => {
                let household = &mut self.homes[home];
                if is_head && household.has_head {
                    findings.push(&source, "", Fault::TwoHeads, "");
                }
                household.has_head |= is_head;
                household.tenancy = household.tenancy.or(tenancy);
                household.members.push(at);
                self.home_of.insert(at, home);
            }
            None => {
                findings.push(&source, "", Fault::NoHousehold, "");
                self.unplaced.push((at, address));
            }
        }
        self.current = joined;
        self.last_person = Some(at);
        Added::New
    }

    /// A row of a list without household structure.
    pub fn add_listed(&mut self, draft: Draft, sheet: SheetFacts<'_>, findings: &mut Findings) -> Added {
        let Draft { mut person, address, tenancy, .. } = draft;
        let source = person.source.clone();
        match self.people.find(&mut person, &address, sheet.id_label, findings) {
            Match::Same(at) => {
                self.people.merge(at, person, &address, findings);
                self.last_person = Some(at);
                Added::Repeated
            }
            Match::New(perhaps) => {
                let at = self.people.add(person, &address, &perhaps, findings);
                self.last_person = Some(at);
                self.place_listed(at, &source, (address, tenancy), sheet, findings);
                Added::New
            }
        }
    }

    /// More about the person of the row above; false when there is none.
    pub fn continue_person(&mut self, phones: Vec<Phone>, remark: &str) -> bool {
        let Some(at) = self.last_person else { return false };
        let person = &mut self.people.rows[at];
        for phone in phones {
            if !person.phones.contains(&phone) {
                person.phones.push(phone);
            }
        }
        add_remark(&mut person.remark, remark);
        true
    }

    /// A dwelling where nobody lives.
    pub fn add_empty(&mut self, source: Source, address: AddressParts) {
        self.interrupt();
        self.empty.push(EmptyDwelling { source, address });
    }

    fn place_listed(
        &mut self,
        at: usize,
        source: &Source,
        (address, tenancy): (AddressParts, Tenancy),
        sheet: SheetFacts<'_>,
        findings: &mut Findings,
    ) {
        let homes = self.homes_at(&address);
        match homes.as_slice() {
            [] => {
                let empty = self
                    .empty
                    .iter()
                    .any(|e| e.address.key() == address.key() && e.address.same_place(&address));
                if !empty && address.leads_home() {
                    if self.households_told {
                        findings.push(source, "", Fault::HouseholdMade, "");
                    }
                    let home = self.begin(source, &address, "", sheet);
                    self.homes[home].tenancy = tenancy;
                    self.homes[home].members.push(at);
                    self.home_of.insert(at, home);
                    return;
                }
                let fault = match () {
                    _ if address.is_empty() => Fault::NoHousehold,
                    _ if empty => Fault::DwellingEmpty,
                    _ => Fault::AddressUnknown,
                };
                findings.push(source, "", fault, "");
                self.unplaced.push((at, address));
            }
            [first, rest @ ..] => {
                if !rest.is_empty() {
                    findings.push(source, "", Fault::SeveralHouseholds, "");
                }
                self.homes[*first].members.push(at);
                self.home_of.insert(at, *first);
            }
        }
    }

    /// Inhabited households at an address that leads to a door, or at the same rural address.
    fn homes_at(&self, address: &AddressParts) -> Vec<usize> {
        if address.is_empty() {
            return Vec::new();
        }
        let homes = self.at_door.get(&address.key()).into_iter().flatten().copied();
        homes
            .filter(|home| {
                self.homes[*home].address.same_place(address) && !self.homes[*home].members.is_empty()
            })
            .collect()
    }

    fn same_door(&self, home: usize, address: &AddressParts) -> bool {
        let home = &self.homes[home].address;
        !home.is_empty() && home.key() == address.key() && home.same_place(address)
    }

    /// Finds or begins the household of a row.
    fn home_for(
        &mut self,
        source: &Source,
        address: &AddressParts,
        number: &str,
        is_head: bool,
        sheet: SheetFacts<'_>,
        findings: &mut Findings,
    ) -> Option<usize> {
        let new_head = |home: usize, homes: &[Home]| is_head && homes[home].has_head;
        if !number.is_empty() {
            // A merged number over two addresses is one household; elsewhere numbers may start again.
            let current = self
                .current
                .filter(|c| self.homes[*c].number == number && self.homes[*c].sheet == sheet.index);
            let known = self.by_number.get(&(sheet.index, number.to_owned()));
            let earlier = || {
                known
                    .into_iter()
                    .flatten()
                    .copied()
                    .find(|h| address.is_empty() || self.same_door(*h, address))
            };
            return current.or_else(earlier).or_else(|| Some(self.begin(source, address, number, sheet)));
        }
        if !address.is_empty() {
            let current = self.current.filter(|home| self.same_door(*home, address));
            let home = match current {
                Some(home) if new_head(home, &self.homes) => None,
                Some(home) => Some(home),
                None if is_head => None,
                None => self.homes_at(address).last().copied(),
            };
            return home.or_else(|| Some(self.begin(source, address, number, sheet)));
        }
        match self.current {
            Some(home) if !new_head(home, &self.homes) => Some(home),
            _ if is_head => {
                if sheet.has_address {
                    findings.push(source, "", Fault::AddressMissing, "");
                }
                Some(self.begin(source, address, number, sheet))
            }
            _ => None,
        }
    }

    fn begin(
        &mut self,
        source: &Source,
        address: &AddressParts,
        number: &str,
        sheet: SheetFacts<'_>,
    ) -> usize {
        let home = self.homes.len();
        self.homes.push(Home {
            sheet: sheet.index,
            source: source.clone(),
            number: number.to_owned(),
            address: address.clone(),
            tenancy: Tenancy::default(),
            members: Vec::new(),
            has_head: false,
        });
        self.at_door.entry(address.key()).or_default().push(home);
        if !number.is_empty() {
            self.by_number.entry((sheet.index, number.to_owned())).or_default().push(home);
        }
        home
    }

    /// Hands out what was put together.
    pub fn finish(
        self,
        findings: &mut Findings,
    ) -> (Vec<HouseholdRow>, Vec<EmptyDwelling>, Vec<UnplacedPerson>) {
        let mut people: Vec<Option<_>> = self.people.rows.into_iter().map(Some).collect();
        let mut households = Vec::new();
        for home in self.homes {
            let members: Vec<_> = home.members.iter().filter_map(|at| people[*at].take()).collect();
            if members.is_empty() {
                continue; // everybody in it was read elsewhere
            }
            if !home.has_head {
                findings.push(&home.source, "", Fault::NoHead, "");
            }
            // The head's name only stood in for a number.
            let number = if home.number.starts_with("户主 ") { String::new() } else { home.number };
            households.push(HouseholdRow {
                source: home.source,
                number,
                address: home.address,
                tenancy: home.tenancy,
                people: members,
            });
        }
        let unplaced = self
            .unplaced
            .into_iter()
            .filter_map(|(at, address)| Some(UnplacedPerson { person: people[at].take()?, address }))
            .collect();
        let lived_in: Vec<DwellingKey> = households.iter().map(|household| household.address.key()).collect();
        let empty = self.empty.into_iter().filter(|e| !lived_in.contains(&e.address.key())).collect();
        (households, empty, unplaced)
    }
}
