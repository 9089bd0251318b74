//! A locked phone gets its store key back: the desk opens a code for that one phone, the phone redeems it with the box
//! that it sealed to the county at enrolment. Nothing of the phone's records is touched, so all that was unsent is there.

use super::enrol::{OpenedCode, SCREEN_CODE_MS};
use super::error::{Refused, Result};
use super::{County, WriteTx};
use crate::storage::{AuditEntry, DeviceState};
use uuid::Uuid;
use xunge_domain::ids::DeviceNo;
use xunge_sync::auth::enrol_code::SingleUse;
use xunge_sync::auth::key_return::return_key;
use xunge_sync::auth::seal::{SealError, SealingKey};
use xunge_sync::messages::{Reopen, Reopened};

impl County {
    /// Opens a code for a phone, for as long as a code on a screen lives. An earlier code of the phone is over.
    ///
    /// # Errors
    /// [`Refused::NotFound`] for an unknown phone, [`Refused::Revoked`] for one that may not call any more;
    /// [`super::CountyError`] of the storage.
    pub fn open_reopen_code(&self, device: Uuid) -> Result<OpenedCode> {
        let expires_ms = self.now_ms() + SCREEN_CODE_MS;
        let single_use = SingleUse::draw(self.random.as_ref());
        let lookup = single_use.lookup_key(&self.secrets.enrol);
        self.write(|tx| {
            let device = tx.rows().device(device)?.filter(|row| row.no != DeviceNo::COUNTY);
            let device = device.ok_or(Refused::NotFound)?;
            if device.state == DeviceState::Revoked {
                return Err(Refused::Revoked.into());
            }
            Ok(tx.rows().add_reopen_code(&lookup, device.no, expires_ms)?)
        })?;
        Ok(OpenedCode { single_use, expires_ms })
    }

    /// Gives a phone its store key back, inside a transaction. One reply key wins, and is answered until the code expires.
    ///
    /// # Errors
    /// [`Refused::BadCode`], [`Refused::CodeExpired`], [`Refused::CodeUsed`], [`Refused::Revoked`],
    /// [`Refused::WrongPhone`] for a box that this phone did not make, or of the storage.
    pub fn reopen(&self, tx: &WriteTx<'_>, asked: &Reopen) -> Result<Reopened> {
        let reply: [u8; 32] =
            asked.reply_key.as_slice().try_into().map_err(|_| Refused::BadRequest("reply key"))?;
        let code = SingleUse::read(&asked.code).map_err(|_| Refused::BadCode)?;
        let lookup = code.lookup_key(&self.secrets.enrol);
        let code = tx.rows().reopen_code(&lookup)?.ok_or(Refused::BadCode)?;
        if code.expires_ms <= self.now_ms() {
            return Err(Refused::CodeExpired.into());
        }
        if code.reply_key.is_some_and(|first| first != reply) {
            return Err(Refused::CodeUsed.into());
        }
        let device = tx.rows().device_no(code.device)?.ok_or(Refused::BadCode)?;
        if device.state == DeviceState::Revoked {
            return Err(Refused::Revoked.into());
        }
        let sealed = return_key(
            self.random.as_ref(),
            self.opening_key(),
            device.id.as_bytes(),
            &asked.sealed,
            &SealingKey(reply),
        )
        .map_err(|error| match error {
            SealError::UnfitKey => Refused::BadRequest("reply key"),
            SealError::NotABox | SealError::DoesNotOpen => Refused::WrongPhone,
        })?;
        if code.reply_key.is_none() {
            tx.rows().redeem_reopen_code(&lookup, &reply)?;
            let entry = AuditEntry {
                who: format!("device:{}", device.no.0),
                what: "reopened".to_owned(),
                subject: device.id.to_string(),
                ok: true,
                ..AuditEntry::default()
            };
            self.audit_in(tx, &entry)?;
        }
        Ok(Reopened { sealed })
    }
}
