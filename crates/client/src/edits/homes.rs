//! The beginning and the end of a home, and homes on record twice: two workers registered the same flat without signal.
//!
//! A household lives behind its door while its occupancy goes on; when the last of its people moves out, that ends with
//! them, and the flat is free. Putting two households together is made of ordinary edits, too: the people of the record
//! made later get the other household in their residences, its occupancy ends, and its `same_as` says where they went.
//! Both records keep what was written in them, and all of it is taken back by one handle, or later by
//! [`Open::unmerge_household`] (`docs/adr/0021-one-home-twice.md`).

use super::pairs::{forget_parting, part, shared_area};
use super::{existing, id};
use crate::change::{Change, counts};
use crate::error::{Result, rule, rule_with};
use crate::open::Open;
use crate::reads::same_home::roles;
use crate::views::households::{HouseholdArgs, ReturnArgs, Saved};
use crate::views::people::MoveIn;
use crate::views::same_person::{PairArgs, UnmergeArgs};
use std::collections::BTreeSet;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{OccupancyKind, ResidenceEnd};
use xunge_domain::same_person::who_stays;
use xunge_domain::value::{Edit, Value};

const HOME: RecordKind = RecordKind::Household;

impl Open {
    /// A household without people, where somebody moves in.
    ///
    /// # Errors
    /// `no_grid`; `home_taken` with the household that lives there already, unless it is to live beside that one; those of
    /// the store.
    pub(super) fn begin_household(&self, change: &mut Change<'_, '_>, into: &MoveIn) -> Result<RecordId> {
        let grid = self.identity().grid().ok_or(rule("no_grid"))?;
        let there = change.writer.homes_at(id(&into.dwelling)?)?;
        if let Some(first) = there.first().filter(|_| !into.beside) {
            return Err(rule_with("home_taken", "household", first));
        }
        let household = change.new_id();
        change.put(HOME, household, grid, Vec::new())?;
        let occupancy = into.occupancy.as_deref();
        self.put_occupancy(change, (household, grid), Some(&into.dwelling), occupancy)?;
        for other in there {
            // Known to be two: nobody is asked.
            part(change, HOME, household, other)?;
        }
        Ok(household)
    }

    /// A household is about to move into a dwelling, in which another one may live.
    ///
    /// # Errors
    /// `home_taken` as in [`Open::begin_household`]; those of the store.
    pub(super) fn take_the_flat(
        &self,
        change: &mut Change<'_, '_>,
        household: RecordId,
        dwelling: RecordId,
        beside: bool,
    ) -> Result<()> {
        let there = change.writer.homes_at(dwelling)?;
        if there.contains(&household) {
            return Ok(());
        }
        if let Some(first) = there.first().filter(|_| !beside) {
            return Err(rule_with("home_taken", "household", first));
        }
        for other in there {
            part(change, HOME, household, other)?;
        }
        Ok(())
    }

    /// Nobody lives here any more, although a household is behind the door: the last two moved out on two phones.
    ///
    /// # Errors
    /// `not_found`; `home_lived_in` while somebody lives there; those of the store.
    pub fn leave_household(&self, args: &HouseholdArgs) -> Result<Saved> {
        self.change(|change| {
            let household = stands_for_home(change, id(&args.id)?)?;
            existing(change, HOME, household)?;
            if !change.writer.people_of(household)?.is_empty() {
                return Err(rule("home_lived_in"));
            }
            self.end_occupancies(change, household)?;
            Ok(change.saved(household))
        })
    }

    /// Somebody still lives here, although the household left its door: it is behind the last one again.
    ///
    /// # Errors
    /// `not_found`; those of the store.
    pub fn return_household(&self, args: &HouseholdArgs) -> Result<Saved> {
        let household = id(&args.id)?;
        self.change(|change| {
            existing(change, HOME, household)?;
            if let Some(last) = change.writer.last_occupancy_of(household)? {
                // Whoever lives there by now was shown: nobody is asked whether they are one.
                for other in change.writer.homes_at(last.dwelling)? {
                    if other != household {
                        part(change, HOME, household, other)?;
                    }
                }
            }
            back_to_its_door(change, household)?;
            Ok(change.saved(household))
        })
    }

    /// Somebody lives in a household again, or never left it: the end of living there is taken back, and the household is
    /// behind its door.
    ///
    /// # Errors
    /// `not_found` when nobody of that id stopped living there; `lives_elsewhere` when they live somewhere by now; those of
    /// the store.
    pub fn return_person(&self, args: &ReturnArgs) -> Result<Saved> {
        let (person, household) = (id(&args.id)?, id(&args.household)?);
        self.change(|change| {
            existing(change, RecordKind::Person, person)?;
            // Whoever stopped living in a record that was put together with this one lives in the one that stays.
            let household = stands_for_home(change, household)?;
            match change.writer.household_of(person)? {
                // A colleague was quicker.
                Some(home) if stands_for_home(change, home)? == household => return Ok(change.saved(person)),
                Some(_) => return Err(rule("lives_elsewhere")),
                None => {}
            }
            let mut ended = Vec::new();
            for home in [vec![household], change.writer.homes_folded_into(household)?].concat() {
                for tie in change.writer.residences_of(home)? {
                    if let Some(until) = tie.until
                        && change.writer.stands_for(tie.person)? == change.writer.stands_for(person)?
                    {
                        ended.push((until, tie.residence, home));
                    }
                }
            }
            let (_, residence, home) = ended.into_iter().max().ok_or(rule("not_found"))?;
            let area = existing(change, RecordKind::Residence, residence)?.area;
            back_to_its_door(change, household)?;
            let mut again = vec![("until", Value::Null), ("ended_because", Value::Null)];
            if home != household {
                again.push(("household", Value::reference(household)));
            }
            change.put(RecordKind::Residence, residence, area, again)?;
            Ok(change.saved(person))
        })
    }

    /// The last one moved out: the household lives behind its door no longer.
    pub(super) fn leave_if_empty(&self, change: &mut Change<'_, '_>, household: RecordId) -> Result<()> {
        if change.writer.people_of(household)?.is_empty() {
            self.end_occupancies(change, household)?;
        }
        Ok(())
    }

    fn end_occupancies(&self, change: &mut Change<'_, '_>, household: RecordId) -> Result<()> {
        for (occupancy, until) in change.writer.occupancies_of(household)? {
            if until.is_none() {
                let area = existing(change, RecordKind::Occupancy, occupancy)?.area;
                let today = Value::Int(self.today_number());
                change.put(RecordKind::Occupancy, occupancy, area, vec![("until", today)])?;
            }
        }
        Ok(())
    }

    /// Two records are one household: the people of the one made later go over to the other, which stands for both.
    ///
    /// # Errors
    /// `not_found`; `invalid_field` for one record twice and for records of two areas; those of the store.
    pub fn merge_households(&self, args: &PairArgs) -> Result<Saved> {
        let (one, other) = (id(&args.one)?, id(&args.other)?);
        self.change(|change| {
            let area = shared_area(change, HOME, one, other)?;
            let (stays, folded) = match (put_together(change, one)?, put_together(change, other)?) {
                // Two phones put them together the other way round each: decided as at first.
                (Some(a), Some(b)) if (a, b) == (other, one) => who_stays(one, other),
                // Somebody was entered since in the one that went: it goes again.
                (Some(into), _) if into == other => (other, one),
                (_, Some(into)) if into == one => (one, other),
                _ => roles(change.writer, one, other)?,
            };
            let there: Vec<RecordId> = living(change, stays)?.into_iter().map(|(_, person)| person).collect();
            for (residence, person) in living(change, folded)? {
                let fields = if there.contains(&person) {
                    // One record of a person lives there once.
                    let mistake = ResidenceEnd::EnteredByMistake.code();
                    vec![("until", Value::Int(self.today_number())), ("ended_because", Value::Int(mistake))]
                } else {
                    vec![("household", Value::reference(stays))]
                };
                let area = existing(change, RecordKind::Residence, residence)?.area;
                change.put(RecordKind::Residence, residence, area, fields)?;
            }
            back_to_its_door(change, stays)?;
            let behind_a_door = change.writer.occupancies_of(stays)?.iter().any(|(_, until)| until.is_none());
            if behind_a_door {
                self.end_occupancies(change, folded)?;
            }
            forget_parting(change, HOME, stays, folded)?;
            self.carry_over(change, stays, folded, area)?;
            if put_together(change, stays)? == Some(folded) {
                change.put(HOME, stays, area, vec![("same_as", Value::Null)])?;
            }
            // Whatever was put together with the one that goes follows it, so that one step leads to what stays.
            for other in [vec![folded], change.writer.homes_folded_into(folded)?].concat() {
                if other != stays {
                    let area = existing(change, HOME, other)?.area;
                    change.put(HOME, other, area, vec![("same_as", Value::reference(stays))])?;
                }
            }
            Ok(change.saved(stays))
        })
    }

    /// What only the record that goes says is said by the one that stays.
    fn carry_over(
        &self,
        change: &mut Change<'_, '_>,
        stays: RecordId,
        folded: RecordId,
        area: RecordId,
    ) -> Result<()> {
        let (kept, gone) = (existing(change, HOME, stays)?, existing(change, HOME, folded)?);
        let only_there = |name: &'static str| {
            let text = gone.field(HOME, name).text().filter(|text| !text.is_empty())?;
            let missing = kept.field(HOME, name).text().unwrap_or_default().is_empty();
            missing.then(|| (name, Value::Text(text.to_owned())))
        };
        let fields: Vec<_> = ["phone", "note"].into_iter().filter_map(only_there).collect();
        if !fields.is_empty() {
            change.put(HOME, stays, area, fields)?;
        }
        let unknown = OccupancyKind::Unknown.code();
        let known = |kind: Option<i64>| kind.filter(|kind| *kind != unknown);
        let (kept, gone) =
            (change.writer.last_occupancy_of(stays)?, change.writer.last_occupancy_of(folded)?);
        if let (Some(kept), Some(kind)) = (kept, gone.and_then(|tie| known(tie.kind)))
            && known(kept.kind).is_none()
        {
            let area = existing(change, RecordKind::Occupancy, kept.occupancy)?.area;
            change.put(RecordKind::Occupancy, kept.occupancy, area, vec![("kind", Value::Int(kind))])?;
        }
        Ok(())
    }

    /// Two households live behind one door. It is written into the record made first, so that nobody is asked again on any
    /// phone.
    ///
    /// # Errors
    /// As [`Open::merge_households`].
    pub fn not_same_household(&self, args: &PairArgs) -> Result<Saved> {
        let (one, other) = (id(&args.one)?, id(&args.other)?);
        self.change(|change| {
            shared_area(change, HOME, one, other)?;
            for (record, from) in [(one, other), (other, one)] {
                if put_together(change, record)? == Some(from) {
                    take_apart(change, record, from)?;
                }
            }
            part(change, HOME, one, other)?;
            Ok(change.saved(who_stays(one, other).0))
        })
    }

    /// Takes back, at any later time, that a household is the same as another: whoever came over goes back, and both live
    /// behind the door.
    ///
    /// # Errors
    /// `not_found`, `undo_gone` when it is no longer put together with any, and those of the store.
    pub fn unmerge_household(&self, args: &UnmergeArgs) -> Result<Saved> {
        let folded = id(&args.id)?;
        self.change(|change| {
            existing(change, HOME, folded)?;
            let stays = put_together(change, folded)?.ok_or(rule("undo_gone"))?;
            take_apart(change, folded, stays)?;
            part(change, HOME, folded, stays)?;
            Ok(change.saved(folded))
        })
    }
}

/// Residences that go on in a household, and whose.
fn living(change: &Change<'_, '_>, household: RecordId) -> Result<Vec<(RecordId, RecordId)>> {
    let all = change.writer.residences_of(household)?;
    Ok(all.iter().filter(|tie| tie.until.is_none()).map(|tie| (tie.residence, tie.person)).collect())
}

/// The household that stands for this one.
pub(super) fn stands_for_home(change: &Change<'_, '_>, household: RecordId) -> Result<RecordId> {
    let mut seen = vec![household];
    while let Some(next) = put_together(change, seen[seen.len() - 1])? {
        let here = change.writer.row(HOME, next)?.is_some_and(|row| !row.deleted);
        if !here || seen.contains(&next) {
            break;
        }
        seen.push(next);
    }
    Ok(seen[seen.len() - 1])
}

/// The household this one was put together with.
fn put_together(change: &Change<'_, '_>, household: RecordId) -> Result<Option<RecordId>> {
    Ok(existing(change, HOME, household)?.field(HOME, "same_as").reference())
}

/// A household in which somebody lives is behind its door: the last one it had, where it has none.
pub(super) fn back_to_its_door(change: &mut Change<'_, '_>, household: RecordId) -> Result<()> {
    let all = change.writer.occupancies_of(household)?;
    let last = all.iter().filter(|(_, until)| until.is_some()).max_by_key(|(id, until)| (*until, *id));
    if let Some((occupancy, _)) = last.filter(|_| all.iter().all(|(_, until)| until.is_some())) {
        let area = existing(change, RecordKind::Occupancy, *occupancy)?.area;
        change.put(RecordKind::Occupancy, *occupancy, area, vec![("until", Value::Null)])?;
    }
    Ok(())
}

/// Whoever came over from `folded` goes back, and it lives behind its door again.
fn take_apart(change: &mut Change<'_, '_>, folded: RecordId, stays: RecordId) -> Result<()> {
    for tie in change.writer.residences_of(stays)? {
        if tie.until.is_none()
            && once_said(change, RecordKind::Residence, tie.residence, "household", folded)?
        {
            let area = existing(change, RecordKind::Residence, tie.residence)?.area;
            let back = vec![("household", Value::reference(folded))];
            change.put(RecordKind::Residence, tie.residence, area, back)?;
        }
    }
    // One record of a person lived there once: what ended with the putting together goes on.
    let together = wrote(change, HOME, folded, "same_as", Some(&Edit::Put(Value::reference(stays))))?;
    let together: BTreeSet<Touch> = together.into_iter().collect();
    for tie in change.writer.residences_of(folded)? {
        let ended = wrote(change, RecordKind::Residence, tie.residence, "ended_because", None)?;
        if tie.until.is_some() && ended.last().is_some_and(|ended| together.contains(ended)) {
            let area = existing(change, RecordKind::Residence, tie.residence)?.area;
            let again = vec![("until", Value::Null), ("ended_because", Value::Null)];
            change.put(RecordKind::Residence, tie.residence, area, again)?;
        }
    }
    carry_back(change, folded, stays, &together)?;
    back_to_its_door(change, folded)?;
    // What had been put together with it goes back with it.
    for other in change.writer.homes_folded_into(stays)? {
        if other != folded && once_said(change, HOME, other, "same_as", folded)? {
            let area = existing(change, HOME, other)?.area;
            change.put(HOME, other, area, vec![("same_as", Value::reference(folded))])?;
        }
    }
    let area = existing(change, HOME, folded)?.area;
    change.put(HOME, folded, area, vec![("same_as", Value::Null)])?;
    Ok(())
}

/// What only `folded` said, and `stays` said for it since they were put together, goes back with it, unless it was changed
/// there since.
fn carry_back(
    change: &mut Change<'_, '_>,
    folded: RecordId,
    stays: RecordId,
    together: &BTreeSet<Touch>,
) -> Result<()> {
    let there = change.writer.row(HOME, stays)?.filter(|row| !row.deleted);
    let (Some(kept), Some(gone)) = (there, change.writer.row(HOME, folded)?) else { return Ok(()) };
    let mut fields = Vec::new();
    for name in ["phone", "note"] {
        let written = wrote(change, HOME, stays, name, None)?;
        let same = kept.field(HOME, name).text() == gone.field(HOME, name).text();
        if same && written.last().is_some_and(|last| together.contains(last)) {
            fields.push((name, Value::Null));
        }
    }
    if !fields.is_empty() {
        change.put(HOME, stays, kept.area, fields)?;
    }
    let tie = RecordKind::Occupancy;
    let (kept, gone) = (change.writer.last_occupancy_of(stays)?, change.writer.last_occupancy_of(folded)?);
    if let (Some(kept), Some(gone)) = (kept, gone)
        && kept.kind == gone.kind
        && wrote(change, tie, kept.occupancy, "kind", None)?
            .last()
            .is_some_and(|last| together.contains(last))
    {
        let area = existing(change, tie, kept.occupancy)?.area;
        let unknown = Value::Int(OccupancyKind::Unknown.code());
        change.put(tie, kept.occupancy, area, vec![("kind", unknown)])?;
    }
    Ok(())
}

/// Who wrote, and when: what was written in one touch has both in common.
type Touch = (DeviceNo, i64);

/// The touches that wrote a field, the one that counts last at the end; only those that wrote `value`, where that is given.
fn wrote(
    change: &Change<'_, '_>,
    kind: RecordKind,
    record: RecordId,
    field: &str,
    value: Option<&Edit>,
) -> Result<Vec<Touch>> {
    let Some(field) = kind.field_named(field) else { return Ok(Vec::new()) };
    let mut all = change.writer.operations_of(record)?;
    all.retain(|stored| {
        let payload = stored.operation().and_then(|operation| operation.read().ok());
        let edit = payload.as_ref().and_then(|payload| payload.edits.get(&field.key));
        counts(stored) && edit.is_some_and(|edit| value.is_none_or(|value| edit == value))
    });
    all.sort_by_key(|stored| (stored.header.height, stored.header.id));
    Ok(all.iter().map(|stored| (stored.header.id.device, stored.header.evidence.wall_ms)).collect())
}

/// Whether a field of a record ever named `household`.
fn once_said(
    change: &Change<'_, '_>,
    kind: RecordKind,
    record: RecordId,
    field: &str,
    household: RecordId,
) -> Result<bool> {
    let Some(field) = kind.field_named(field) else { return Ok(false) };
    let was = Edit::Put(Value::reference(household));
    Ok(change.writer.operations_of(record)?.iter().any(|stored| {
        let payload = stored.operation().and_then(|operation| operation.read().ok());
        payload.is_some_and(|payload| payload.edits.get(&field.key) == Some(&was))
    }))
}
