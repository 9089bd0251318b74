//! People without a household: listed so that whoever knows where they live can put them there (`save_person` with the
//! household).

use super::households::limit_of;
use super::look::Look;
use super::naming::{masked_id, masked_phone};
use crate::error::Result;
use crate::local;
use crate::open::Open;
use crate::views::people::{PersonLine, UnplacedArgs, UnplacedLines};
use xunge_domain::codes::mask_name;
use xunge_domain::records::RecordKind;
use xunge_store::queries::UnplacedRow;

impl Open {
    /// People of the worker's areas whom nobody has put into a household, a page of them.
    ///
    /// # Errors
    /// Those of the store.
    pub fn unplaced_people(&self, args: &UnplacedArgs) -> Result<UnplacedLines> {
        let query = args.query.trim();
        self.look(|look| {
            let (mut rows, mut total) = (Vec::new(), 0);
            let limit = limit_of(args.page) as usize;
            for area in look.areas() {
                let here = look.reader.unplaced_count(area, query)?;
                let offset = args.page.offset.saturating_sub(total);
                if offset < here && rows.len() < limit {
                    let left = (limit - rows.len()) as u32;
                    for row in look.reader.unplaced_people(area, query, offset, left)? {
                        rows.push(look.unplaced_line(&row)?);
                    }
                }
                total += here;
            }
            Ok(UnplacedLines { rows, total })
        })
    }
}

impl Look<'_> {
    fn unplaced_line(&self, row: &UnplacedRow) -> Result<PersonLine> {
        let birth = row.birth.and_then(local::date);
        Ok(PersonLine {
            id: row.person.to_string(),
            name: mask_name(&row.name),
            relation: String::new(),
            sex: row.sex.unwrap_or(0).to_string(),
            age: birth.and_then(|birth| self.today.years_since(birth)),
            citizen_id: masked_id(row.citizen_id.as_deref()),
            phone: masked_phone(row.phone.as_deref()),
            other_phones: self.other_numbers(RecordKind::Person, row.person, "other_phones")?,
            residence: String::new(),
            folded: self.folded(row.person)?,
            checking: self.checking(row.person)?,
            review: row.conflicts,
            standing: self.standing(row.person, row.unsettled, row.conflicts),
        })
    }
}
