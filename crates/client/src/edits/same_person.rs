//! Saying that two records are one person, that they are not, and taking the first back. Each is an ordinary edit: both
//! records keep what was written in them.

use super::pairs::{forget_parting, part, shared_area};
use super::{existing, id};
use crate::error::{Result, rule};
use crate::open::Open;
use crate::views::households::Saved;
use crate::views::same_person::{PairArgs, UnmergeArgs};
use xunge_domain::records::RecordKind;
use xunge_domain::same_person::who_stays;
use xunge_domain::value::Value;

const PERSON: RecordKind = RecordKind::Person;

impl Open {
    /// Two records are one person: the one made first stays and stands for both. `undo` takes it back, so does
    /// [`Open::unmerge_person`] at any later time.
    ///
    /// # Errors
    /// `not_found`; `invalid_field` for one record twice and for records of two areas, which the county decides about; and
    /// those of the store.
    pub fn merge_persons(&self, args: &PairArgs) -> Result<Saved> {
        let (one, other) = (id(&args.one)?, id(&args.other)?);
        self.change(|change| {
            let area = shared_area(change, PERSON, one, other)?;
            // Whoever said apart that they are two is answered, whichever records stand for them by now.
            forget_parting(change, PERSON, one, other)?;
            // Where either is folded already, the two that stand for them are put together.
            let (one, other) = (change.writer.stands_for(one)?, change.writer.stands_for(other)?);
            let (stays, folded) = match who_stays(one, other) {
                // Said both ways: what stays is confirmed, by taking back that it is the other one.
                (same, twin) if same == twin => {
                    let kept = existing(change, PERSON, same)?.field(PERSON, "same_as").reference();
                    if kept.is_some() {
                        change.put(PERSON, same, area, vec![("same_as", Value::Null)])?;
                    }
                    return Ok(change.saved(same));
                }
                apart => apart,
            };
            forget_parting(change, PERSON, stays, folded)?;
            change.put(PERSON, folded, area, vec![("same_as", Value::reference(stays))])?;
            Ok(change.saved(stays))
        })
    }

    /// Two records are two people. It is written into the record made first, so that nobody is asked again on any phone.
    ///
    /// # Errors
    /// As [`Open::merge_persons`].
    pub fn not_same_person(&self, args: &PairArgs) -> Result<Saved> {
        let (one, other) = (id(&args.one)?, id(&args.other)?);
        self.change(|change| {
            let area = shared_area(change, PERSON, one, other)?;
            let (keeper, parted) = who_stays(one, other);
            for (record, from) in [(keeper, parted), (parted, keeper)] {
                let row = existing(change, PERSON, record)?;
                if row.field(PERSON, "same_as").reference() == Some(from) {
                    change.put(PERSON, record, area, vec![("same_as", Value::Null)])?;
                }
            }
            part(change, PERSON, one, other)?;
            Ok(change.saved(keeper))
        })
    }

    /// Takes back that a record is the same person as another: both are people of their own again, each with what was
    /// written in it.
    ///
    /// # Errors
    /// `not_found`, `undo_gone` when it is no longer folded into any, and those of the store.
    pub fn unmerge_person(&self, args: &UnmergeArgs) -> Result<Saved> {
        let folded = id(&args.id)?;
        self.change(|change| {
            let row = existing(change, PERSON, folded)?;
            let stays = change.writer.stands_for(folded)?;
            if stays == folded {
                return Err(rule("undo_gone"));
            }
            // Said both ways: the other direction goes too, or what stayed would now be folded into this one.
            let kept = existing(change, PERSON, stays)?;
            if kept.field(PERSON, "same_as").reference().is_some() {
                change.put(PERSON, stays, kept.area, vec![("same_as", Value::Null)])?;
            }
            change.put(PERSON, folded, row.area, vec![("same_as", Value::Null)])?;
            Ok(change.saved(folded))
        })
    }
}
