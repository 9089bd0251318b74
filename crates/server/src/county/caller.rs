//! Who is calling: the phone behind a verified signature, with its worker and its scope. The order matters: signature,
//! then whether the phone may call at all, then the request counter, which is used up only by a genuine request.

use super::error::{Refused, Result};
use super::scope::Scope;
use super::{County, lock};
use crate::storage::{DeviceRow, DeviceState, GrantRow, Rows, StorageError, WorkerRow};
use ed25519_dalek::VerifyingKey;
use std::sync::Arc;
use uuid::Uuid;
use xunge_domain::ids::DeviceNo;
use xunge_sync::auth::http_signature::Verified;
use xunge_sync::auth::replay_window::{ReplayError, ReplayWindow};

/// A phone that may call.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The phone.
    pub device: DeviceRow,
    /// Whose it is.
    pub worker: WorkerRow,
    /// Its grants in force.
    pub grants: Vec<GrantRow>,
    /// What it sees.
    pub scope: Scope,
}

impl County {
    /// The key a signature of this device must hold under. Revoked phones have one too: they learn that they are
    /// revoked, strangers learn nothing.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage: a disk that does not answer makes nobody a stranger.
    pub fn device_key(&self, device: Uuid) -> Result<Option<VerifyingKey>> {
        let row = self.read(|rows| Ok(rows.device(device)?))?.filter(|row| row.no != DeviceNo::COUNTY);
        Ok(row.and_then(|row| VerifyingKey::from_bytes(&row.key).ok()))
    }

    /// Lets a verified request in, once.
    ///
    /// # Errors
    /// [`Refused::Revoked`], [`Refused::NonceStale`], [`Refused::NonceTooFar`], or of the storage.
    pub fn let_in(&self, who: Verified) -> Result<Caller> {
        let caller = self.read(|rows| {
            let device = rows.device(who.device)?.ok_or(Refused::BadSignature)?;
            self.caller(rows, device, self.areas())
        })?;
        self.use_up(&caller.device, who.nonce)?;
        Ok(caller)
    }

    fn use_up(&self, device: &DeviceRow, nonce: u64) -> Result<()> {
        let mut windows = lock(&self.windows);
        let window = windows.entry(device.no).or_insert_with(|| ReplayWindow::restore(device.nonce_mark));
        if let Some(mark) = window.reserve_to(nonce) {
            // Held under the lock: once per 1,024 requests of a phone.
            self.write(|tx| Ok(tx.rows().put_nonce_mark(device.no, mark)?))?;
            window.reserved(mark);
        }
        window.accept(nonce).map_err(|error| match error {
            ReplayError::NonceTooFar { next } => Refused::NonceTooFar { next }.into(),
            ReplayError::NonceStale { next } => Refused::NonceStale { next }.into(),
            ReplayError::NotReserved { .. } => Refused::Busy { seconds: 1 }.into(),
        })
    }
}

impl County {
    /// The caller behind a device row, as the rows say now.
    pub(super) fn caller(
        &self,
        rows: &Rows<'_>,
        device: DeviceRow,
        tree: Arc<super::AreaTree>,
    ) -> Result<Caller> {
        if device.state == DeviceState::Revoked {
            return Err(Refused::Revoked.into());
        }
        self.author(rows, device, tree)
    }

    /// The same for what a phone wrote earlier, when it may have been revoked since.
    pub(super) fn author(
        &self,
        rows: &Rows<'_>,
        device: DeviceRow,
        tree: Arc<super::AreaTree>,
    ) -> Result<Caller> {
        let worker = rows.worker(device.worker)?.ok_or(StorageError::Damaged("worker of a device"))?;
        let (mut granted, mut leaving) = (Vec::new(), Vec::new());
        let since_ms = self.now_ms() - i64::from(self.settings.hand_over_days) * DAY_MS;
        let mut grants = rows.grants(Some(worker.id))?;
        grants.retain(|grant| {
            match grant.revoked {
                false => granted.push(grant.area),
                true if grant.revoked_ms > since_ms => leaving.push(grant.area),
                true => {}
            }
            !grant.revoked
        });
        let scope = Scope::new(tree, &self.care(), &worker, granted, leaving, self.today());
        Ok(Caller { device, worker, grants, scope })
    }
}

const DAY_MS: i64 = 86_400_000;
