//! Who lived behind a door before: a move-out entered by mistake is found again by it, and taken back.

use super::look::Look;
use crate::edits::id;
use crate::error::Result;
use crate::local;
use crate::open::Open;
use crate::views::households::{DwellingArgs, FormerHome, FormerLine};
use xunge_domain::codes::mask_name;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::ResidenceEnd;

/// Days for which it is shown: long enough to notice a mistake, and no list of everybody who ever lived there.
const SHOWN_DAYS: i64 = 90;
/// Households shown for a dwelling.
const MOST_HOMES: usize = 5;

impl Open {
    /// Households that left a dwelling in the last 90 days and live nowhere now, the last to leave first.
    ///
    /// # Errors
    /// `not_found`, and those of the store.
    pub fn former_homes(&self, args: &DwellingArgs) -> Result<Vec<FormerHome>> {
        let dwelling = id(&args.id)?;
        self.look(|look| look.former_homes(dwelling))
    }
}

impl Look<'_> {
    /// The first day that is still shown, since 1970-01-01.
    fn former_since(&self) -> i64 {
        local::number(self.today) - SHOWN_DAYS
    }

    /// Who stopped living in a household and lives nowhere else here, the last to leave first.
    pub(super) fn former(&self, household: RecordId) -> Result<Vec<FormerLine>> {
        let mut left: Vec<(i64, RecordId, RecordId)> = Vec::new();
        let mut ties = self.reader.residences_of(household)?;
        for other in self.reader.homes_folded_into(household)? {
            ties.extend(self.reader.residences_of(other)?);
        }
        for tie in ties {
            let Some(until) = tie.until.filter(|until| *until >= self.former_since()) else { continue };
            let person = self.reader.stands_for(tie.person)?;
            if self.reader.household_of(person)?.is_some() {
                continue;
            }
            match left.iter_mut().find(|(_, known, _)| *known == person) {
                Some(known) if known.0 >= until => {}
                Some(known) => *known = (until, person, tie.residence),
                None => left.push((until, person, tie.residence)),
            }
        }
        left.sort_by_key(|(until, person, _)| (std::cmp::Reverse(*until), *person));
        let mut lines = Vec::new();
        for (until, person, residence) in left {
            let Some(row) = self.reader.row(RecordKind::Person, person)?.filter(|row| !row.deleted) else {
                continue;
            };
            let tie = self.reader.row(RecordKind::Residence, residence)?;
            let why = tie.and_then(|row| row.field(RecordKind::Residence, "ended_because").int());
            let why = why.and_then(ResidenceEnd::from_code).map(ResidenceEnd::word);
            lines.push(FormerLine {
                id: person.to_string(),
                name: mask_name(row.field(RecordKind::Person, "name").text().unwrap_or_default()),
                until: local::date(until).map(|day| day.to_string()).unwrap_or_default(),
                reason: why.unwrap_or_default().to_owned(),
            });
        }
        Ok(lines)
    }

    fn former_homes(&self, dwelling: RecordId) -> Result<Vec<FormerHome>> {
        let mut homes = Vec::new();
        for (household, until) in self.reader.homes_left(dwelling, self.former_since())? {
            // Who lives behind another door, or was put together with somebody, is found there.
            let row = self.reader.row(RecordKind::Household, household)?;
            let folded =
                row.and_then(|row| row.field(RecordKind::Household, "same_as").reference()).is_some();
            let elsewhere = self.reader.occupancies_of(household)?.iter().any(|(_, until)| until.is_none());
            if folded || elsewhere {
                continue;
            }
            let living = self.reader.people_of(household)?.into_iter().map(|person| mask_name(&person.name));
            let former = self.former(household)?.into_iter().map(|line| line.name);
            homes.push(FormerHome {
                household: household.to_string(),
                people: living.chain(former).collect(),
                until: local::date(until).map(|day| day.to_string()).unwrap_or_default(),
            });
        }
        homes.truncate(MOST_HOMES);
        Ok(homes)
    }
}
