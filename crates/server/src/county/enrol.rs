//! Codes, phones, grants: how a phone comes to belong to a worker, and how it ceases to.

use super::caller::Caller;
use super::error::{Refused, Result};
use super::{County, WriteTx, feed};
use crate::storage::{DeviceState, GrantRow};
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::world::uuid_v7;
use xunge_sync::auth::enrol_code::SingleUse;
use xunge_sync::auth::seal::OpeningKey;
use xunge_sync::messages::{Enrolled, Redeem, enrol_proof};

/// Longest life of a code: a day on paper.
pub const LONGEST_CODE_MS: i64 = 24 * 3_600_000;
/// Life of a code shown on a screen.
pub const SCREEN_CODE_MS: i64 = 10 * 60_000;
/// Longest version text of an app that is kept.
const APP_TEXT: usize = 64;

/// A code just opened. The county keeps only its keyed hash: this is the one moment it can be shown.
#[derive(Debug, Clone, Copy)]
pub struct OpenedCode {
    /// The code.
    pub single_use: SingleUse,
    /// Until when, UTC milliseconds.
    pub expires_ms: i64,
}

impl County {
    /// Signs the registry of care categories.
    pub const fn registry_key(&self) -> &SigningKey {
        &self.secrets.registry
    }

    /// Opens what phones sealed to the county.
    pub const fn opening_key(&self) -> &OpeningKey {
        &self.secrets.opening
    }

    /// Opens a single-use code for a worker's next phone. A life beyond a day is cut to a day.
    ///
    /// # Errors
    /// [`Refused::NotFound`] for an unknown worker; [`Refused::WorkerWithoutArea`] for one whose areas were all taken
    /// back: the phone would be the county's and see nothing; [`super::CountyError`] of the storage.
    pub fn open_code(&self, worker: RecordId, expires_ms: i64) -> Result<OpenedCode> {
        let now_ms = self.now_ms();
        let expires_ms = expires_ms.min(now_ms + LONGEST_CODE_MS);
        let single_use = SingleUse::draw(self.random.as_ref());
        let lookup = single_use.lookup_key(&self.secrets.enrol);
        self.write(|tx| {
            tx.rows().worker(worker)?.ok_or(Refused::NotFound)?;
            if tx.rows().grants(Some(worker))?.iter().all(|grant| grant.revoked) {
                return Err(Refused::WorkerWithoutArea.into());
            }
            tx.rows().forget_codes(now_ms - LONGEST_CODE_MS)?;
            Ok(tx.rows().add_enrol_code(&lookup, worker, expires_ms)?)
        })?;
        Ok(OpenedCode { single_use, expires_ms })
    }

    /// Forgets a worker's codes that nobody redeemed yet: none of them makes a phone any more.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn forget_open_codes(&self, worker: RecordId) -> Result<usize> {
        self.write(|tx| Ok(tx.rows().forget_open_codes(worker)?))
    }

    /// Redeems a code inside a transaction: one key wins, and is answered the same until the code expires.
    ///
    /// # Errors
    /// [`Refused::BadSignature`], [`Refused::BadCode`], [`Refused::CodeExpired`], [`Refused::CodeUsed`], or of the storage.
    pub fn redeem(&self, tx: &WriteTx<'_>, redeem: &Redeem, next_ca: &[u8]) -> Result<Enrolled> {
        let key: [u8; 32] =
            redeem.device_key.as_slice().try_into().map_err(|_| Refused::BadRequest("device key"))?;
        prove(&key, redeem)?;
        let code = SingleUse::read(&redeem.code).map_err(|_| Refused::BadCode)?;
        let lookup = code.lookup_key(&self.secrets.enrol);
        let now_ms = self.now_ms();
        let code = tx.rows().enrol_code(&lookup)?.ok_or(Refused::BadCode)?;
        if code.expires_ms <= now_ms {
            return Err(Refused::CodeExpired.into());
        }
        let no = match code.redeemed {
            Some((by, no)) if by == key => no,
            Some(_) => return Err(Refused::CodeUsed.into()),
            None => {
                let id = uuid_v7(self.now(), self.random.as_ref());
                let app: String = redeem.app.chars().filter(|c| !c.is_control()).take(APP_TEXT).collect();
                let no = tx.rows().add_device(id, code.worker, &key, &app, now_ms)?;
                tx.rows().redeem_code(&lookup, &key, no)?;
                no
            }
        };
        self.enrolled(tx, no, next_ca, now_ms)
    }

    fn enrolled(&self, tx: &WriteTx<'_>, no: DeviceNo, next_ca: &[u8], now_ms: i64) -> Result<Enrolled> {
        let device = tx.rows().device_no(no)?.ok_or(Refused::BadCode)?;
        let Caller { device, worker, grants, scope } = self.caller(tx.rows(), device, tx.tree())?;
        let name = tx.rows().meta(super::secrets::NAME)?.unwrap_or_default();
        let caller = Caller { device, worker, grants, scope };
        Ok(Enrolled {
            device: caller.device.id.as_bytes().to_vec(),
            device_no: no.0,
            worker: caller.worker.id.0.as_bytes().to_vec(),
            worker_name: caller.worker.name.clone(),
            worker_number: caller.worker.number.clone(),
            areas: feed::granted(&tx.tree(), &caller),
            county_name: String::from_utf8_lossy(&name).into_owned(),
            registry_key: self.secrets.registry.verifying_key().as_bytes().to_vec(),
            sealing_key: self.secrets.opening.sealing_key().0.to_vec(),
            epoch: self.epoch().to_vec(),
            server_ms: now_ms,
            role: caller.worker.role,
            next_ca: next_ca.to_vec(),
        })
    }

    /// Takes a phone's right to call away; acts on its next request.
    ///
    /// # Errors
    /// [`Refused::NotFound`]; [`super::CountyError`] of the storage.
    pub fn revoke_device(&self, device: Uuid) -> Result<()> {
        self.write(|tx| {
            let row = tx
                .rows()
                .device(device)?
                .filter(|row| row.no != DeviceNo::COUNTY)
                .ok_or(Refused::NotFound)?;
            Ok(tx.rows().put_device_state(row.no, DeviceState::Revoked)?)
        })
    }

    /// Gives a revoked phone its right to call back. It has locked itself meanwhile: see `County::open_reopen_code`.
    ///
    /// # Errors
    /// [`Refused::NotFound`] for a phone that is not revoked; [`super::CountyError`] of the storage.
    pub fn reinstate_device(&self, device: Uuid) -> Result<()> {
        self.write(|tx| {
            let row = tx.rows().device(device)?.filter(|row| row.state == DeviceState::Revoked);
            let row = row.filter(|row| row.no != DeviceNo::COUNTY).ok_or(Refused::NotFound)?;
            Ok(tx.rows().put_device_state(row.no, DeviceState::Active)?)
        })
    }

    /// Grants a worker an area with all below it.
    ///
    /// # Errors
    /// [`Refused::NotFound`] for an unknown worker or area; [`super::CountyError`] of the storage.
    pub fn grant(&self, worker: RecordId, area: RecordId) -> Result<()> {
        self.write(|tx| {
            tx.tree().get(area).ok_or(Refused::NotFound)?;
            set_grant(tx, worker, area, None)
        })
    }

    /// Grants a worker an area, or takes the grant back, inside a transaction.
    ///
    /// # Errors
    /// [`Refused::NotFound`] for an unknown worker; [`super::CountyError`] of the storage.
    pub fn set_grant_in(
        &self,
        tx: &WriteTx<'_>,
        worker: RecordId,
        area: RecordId,
        granted: bool,
    ) -> Result<()> {
        set_grant(tx, worker, area, (!granted).then(|| self.now_ms()))
    }

    /// Takes a grant back: the phone sees nothing of the area any more. What was written under the grant is taken in for
    /// [`super::Settings::hand_over_days`].
    ///
    /// # Errors
    /// [`Refused::NotFound`] for an unknown worker; [`super::CountyError`] of the storage.
    pub fn revoke_grant(&self, worker: RecordId, area: RecordId) -> Result<()> {
        let now_ms = self.now_ms();
        self.write(|tx| set_grant(tx, worker, area, Some(now_ms)))
    }

    /// A worker's grants in force.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn grants_of(&self, worker: RecordId) -> Result<Vec<GrantRow>> {
        let mut grants = self.read(|rows| Ok(rows.grants(Some(worker))?))?;
        grants.retain(|grant| !grant.revoked);
        Ok(grants)
    }
}

fn set_grant(tx: &WriteTx<'_>, worker: RecordId, area: RecordId, revoked_ms: Option<i64>) -> Result<()> {
    tx.rows().worker(worker)?.ok_or(Refused::NotFound)?;
    let version = tx.rows().grants(Some(worker))?.iter().map(|grant| grant.version).max().unwrap_or(0) + 1;
    Ok(tx.rows().put_grant(&GrantRow {
        worker,
        area,
        version,
        revoked: revoked_ms.is_some(),
        revoked_ms: revoked_ms.unwrap_or(0),
    })?)
}

/// The sender holds the private half of the key.
fn prove(key: &[u8; 32], redeem: &Redeem) -> Result<()> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| Refused::BadSignature)?;
    let proof = Signature::from_slice(&redeem.proof).map_err(|_| Refused::BadSignature)?;
    let said = enrol_proof(&redeem.code, key.as_bytes());
    key.verify_strict(&said, &proof).map_err(|_| Refused::BadSignature.into())
}
