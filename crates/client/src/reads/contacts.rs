//! Whom the worker and the resident can call, and on what ground records are kept: as the county registered it for the
//! nearest area that says so.

use super::look::Look;
use crate::error::Result;
use crate::open::Open;
use crate::views::session::Contacts;
use xunge_domain::records::RecordKind;

/// Steps from a grid to the county; more of them would be a ring.
const MOST_LEVELS: usize = 12;

impl Open {
    /// The contacts of the worker's own grid.
    ///
    /// # Errors
    /// Those of the store.
    pub fn contacts(&self) -> Result<Contacts> {
        self.look(|look| look.contacts())
    }
}

impl Look<'_> {
    fn contacts(&self) -> Result<Contacts> {
        let kind = RecordKind::Area;
        let mut found = Contacts::default();
        let mut at = self.me.grid();
        for _ in 0..MOST_LEVELS {
            let Some(row) = at.map(|area| self.reader.row(kind, area)).transpose()?.flatten() else { break };
            let say = |name, into: &mut String| {
                if into.is_empty() {
                    row.field(kind, name).text().unwrap_or_default().clone_into(into);
                }
            };
            say("desk_phone", &mut found.desk_phone);
            say("complaint_phone", &mut found.complaint_phone);
            say("basis", &mut found.basis);
            at = row.field(kind, "parent").reference();
        }
        Ok(found)
    }
}
