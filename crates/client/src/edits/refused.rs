//! Operations and photos the county did not take: taken back, offered again, or changed first. Nothing of them is lost,
//! and nothing waits for them.

use super::typing::typed_value;
use crate::change::{put_merged, state_of};
use crate::error::{ClientError, Result, rule, rule_with};
use crate::open::Open;
use crate::views::households::Saved;
use crate::views::review::{AmendArgs, RefusedArgs};
use xunge_domain::codes::unredact;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::records::{FieldType, RecordKind};
use xunge_domain::value::{Edit, Value};
use xunge_store::OpState;

impl Open {
    /// Takes a refused operation back: it stays in the log, the record shows the county's state again.
    ///
    /// # Errors
    /// `not_found`, and those of the store.
    pub fn withdraw_refused(&self, args: &RefusedArgs) -> Result<()> {
        if let Some(photo) = photo_of(args)? {
            self.store.write(|writer| Ok::<_, ClientError>(writer.let_photo_go(photo)?))?;
            // Its key is gone already; a file that stays behind is noise and is swept at the next start.
            let _ = self.store.photos().remove(photo);
            return Ok(());
        }
        let (op, kind, record, area) = self.refused_operation(args)?;
        self.store.write(|writer| {
            writer.withdraw(op)?;
            // Without a row it went with its area, and was refused when a county put back from a backup was sent it again:
            // what this phone wrote before is not to come back onto its screens.
            if writer.row(kind, record)?.is_some() {
                put_merged(writer, kind, record, area, &state_of(writer, kind, record)?)?;
            }
            Ok::<_, ClientError>(())
        })
    }

    /// Offers the same edit again as a new operation (the grid was granted meanwhile, the county was updated).
    ///
    /// # Errors
    /// `not_found`, also when the record went with its area, and those of the store.
    pub fn resend_refused(&self, args: &RefusedArgs) -> Result<()> {
        if let Some(photo) = photo_of(args)? {
            self.store.write(|writer| Ok::<_, ClientError>(writer.photo_refused(photo, None)?))?;
            self.nudge();
            return Ok(());
        }
        let (op, kind, record, area) = self.refused_operation(args)?;
        self.change(|change| {
            let stored = change.writer.operation(op)?.ok_or(rule("not_found"))?;
            change.writer.row(kind, record)?.ok_or(rule("not_found"))?;
            let payload =
                stored.operation().and_then(|operation| operation.read().ok()).ok_or(rule("not_found"))?;
            change.writer.withdraw(op)?;
            change.edit(kind, record, area, payload.edits)?;
            Ok(())
        })
    }

    /// Writes a refused operation anew with some of its fields changed: one step, so that the record never shows neither.
    ///
    /// # Errors
    /// `not_found` as for [`Open::resend_refused`], `invalid_field` with the field's name, `too_long`, and those of the store.
    pub fn amend_refused(&self, args: &AmendArgs) -> Result<Saved> {
        let (op, kind, record, area) = self.refused_operation(&RefusedArgs { op: args.op.clone() })?;
        let today = self.today();
        self.change(|change| {
            let stored = change.writer.operation(op)?.ok_or(rule("not_found"))?;
            change.writer.row(kind, record)?.ok_or(rule("not_found"))?;
            let payload =
                stored.operation().and_then(|operation| operation.read().ok()).ok_or(rule("not_found"))?;
            let mut edits = payload.edits;
            for (name, text) in &args.fields {
                let bad = || rule_with("invalid_field", "field", name);
                let field = kind.field_named(name).ok_or_else(bad)?;
                // The screen had free text with its numbers masked.
                let known = match edits.get(&field.key) {
                    Some(Edit::Put(Value::Text(written))) => written.clone(),
                    _ => String::new(),
                };
                let value = typed_value(kind, field.name, &unredact(text, &[&known]), today)?;
                match edits.get_mut(&field.key) {
                    Some(Edit::Put(written)) => *written = value.clone(),
                    _ => return Err(bad()),
                }
                if let (FieldType::Ref(target), Some(target_id)) = (field.holds, value.as_reference())
                    && change.writer.row(target, target_id)?.is_none_or(|row| row.deleted)
                {
                    return Err(rule("not_found"));
                }
            }
            change.writer.withdraw(op)?;
            change.edit(kind, record, area, edits)?;
            Ok(Saved { id: record.to_string(), undo: None })
        })
    }

    fn refused_operation(&self, args: &RefusedArgs) -> Result<(OpId, RecordKind, RecordId, RecordId)> {
        let op: OpId = args.op.parse().map_err(|_| rule("not_found"))?;
        let stored = self.store.read(|reader| Ok::<_, ClientError>(reader.operation(op)?))?;
        let stored = stored.filter(|stored| stored.state == OpState::Refused).ok_or(rule("not_found"))?;
        let kind = RecordKind::from_code(stored.header.kind).ok_or(rule("not_found"))?;
        Ok((op, kind, stored.header.record, stored.header.area))
    }
}

/// Begins the name of a photo among refused items.
pub(crate) const PHOTO: &str = "photo:";

fn photo_of(args: &RefusedArgs) -> Result<Option<RecordId>> {
    let Some(id) = args.op.strip_prefix(PHOTO) else { return Ok(None) };
    id.parse().map(Some).map_err(|_| rule("not_found"))
}
