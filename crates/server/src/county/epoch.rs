//! Epochs: a county that was restored from a backup begins another one, and phones then offer again what they had
//! acknowledged and read everything anew.
//!
//! The county tells phones where they stand with a *mark*: a place in the feed, the hash of the operation there, and a
//! code only the county can make. A phone shows the newest one at its next greeting. A mark that is genuine and names
//! an operation which is not (any more) at its place proves that this database is an older copy put back, whoever
//! did that and whether or not they said so: the county then begins a new epoch by itself. No phone can feign it.

use super::error::Result;
use super::secrets::EPOCH;
use super::{County, WriteTx, lock};
use crate::storage::{AuditEntry, Rows};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::sync::PoisonError;
use xunge_domain::ids::DeviceNo;
use xunge_domain::operation::{Chain, Hash};
use xunge_sync::messages::{FeedMark, Hello};

/// Counters of the county's own log that a new epoch passes over. What a lost copy wrote under them still lies on phones,
/// and is named there by what was written after it: none may be given out twice.
const COUNTERS_PASSED_OVER: u64 = 1 << 24;
/// Device numbers passed over, for the same reason.
const NUMBERS_PASSED_OVER: u32 = 1_000;
/// Set once the sums over areas are kept.
const DIGESTS_KEPT: &str = "digests_kept";
const GREATEST_COUNTER: u64 = u32::MAX as u64;

impl County {
    /// Present epoch: another one after every restore.
    pub fn epoch(&self) -> [u8; 16] {
        *self.epoch.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the county a new epoch. To be done after a restore from a backup: phones then offer again what they had
    /// acknowledged and read everything anew. Counters and device numbers that the lost copy may have given out are
    /// passed over.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn begin_epoch(&self) -> Result<[u8; 16]> {
        self.begin_epoch_after(self.epoch(), "ordered")
    }

    /// The same, unless another one was begun since `present` was the epoch.
    fn begin_epoch_after(&self, present: [u8; 16], why: &str) -> Result<[u8; 16]> {
        // Held to the end: of two phones that prove the same thing at once, one makes the county begin anew.
        let _one = lock(&self.beginning);
        if self.epoch() != present {
            return Ok(self.epoch());
        }
        let mut epoch = [0; 16];
        self.random.fill(&mut epoch);
        self.write(|tx| {
            let rows = tx.rows();
            let chain = rows.chain(DeviceNo::COUNTY)?;
            let room = GREATEST_COUNTER.saturating_sub(chain.counter) / 2;
            let counter = chain.counter + COUNTERS_PASSED_OVER.min(room);
            rows.pass_over(chain.counter, counter)?;
            rows.put_chain(DeviceNo::COUNTY, &Chain { counter, ..chain })?;
            rows.pass_over_devices(NUMBERS_PASSED_OVER)?;
            rows.put_meta(EPOCH, &epoch)?;
            rows.drop_snapshots()?;
            let entry = AuditEntry {
                who: "county".to_owned(),
                what: "epoch_begun".to_owned(),
                reason: why.to_owned(),
                ok: true,
                ..AuditEntry::default()
            };
            self.audit_in(tx, &entry)?;
            Ok(())
        })?;
        *self.epoch.write().unwrap_or_else(PoisonError::into_inner) = epoch;
        Ok(epoch)
    }

    /// Adds up once what was applied before sums were kept.
    pub(super) fn reckon_digests_once(&self) -> Result<()> {
        if self.read(|rows| Ok(rows.meta(DIGESTS_KEPT)?))?.is_some() {
            return Ok(());
        }
        self.write(|tx| {
            tx.rows().reckon_digests()?;
            Ok(tx.rows().put_meta(DIGESTS_KEPT, &[1])?)
        })
    }

    /// Looks at what a greeting proves. Begins a new epoch when this database turns out to be an older copy put back;
    /// says whether it did.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn notice_restore(&self, hello: &Hello) -> Result<bool> {
        let epoch = self.epoch();
        let Some(mark) = hello.mark.as_ref().filter(|_| hello.epoch == epoch) else { return Ok(false) };
        if mark.code != self.code_of(&epoch, mark.seq, &mark.hash) {
            return Ok(false);
        }
        let here = self.read(|rows| Ok(rows.hash_at(mark.seq)?))?;
        if here.as_ref().map(Hash::as_slice) == Some(mark.hash.as_slice()) {
            return Ok(false);
        }
        tracing::error!(
            place = mark.seq,
            "a phone proves that this database is an older copy put back: a new epoch begins"
        );
        self.begin_epoch_after(epoch, "noticed")?;
        Ok(true)
    }

    /// The mark this county gives for a place in its feed now; none for the beginning and for what it does not have.
    ///
    /// # Errors
    /// [`super::CountyError`] of the storage.
    pub fn mark_of(&self, seq: u64) -> Result<Option<FeedMark>> {
        self.read(|rows| self.mark_at(rows, seq))
    }

    /// The mark of a place in the feed; none for the beginning.
    pub(super) fn mark_at(&self, rows: &Rows<'_>, seq: u64) -> Result<Option<FeedMark>> {
        let Some(hash) = rows.hash_at(seq)? else { return Ok(None) };
        let code = self.code_of(&self.epoch(), seq, &hash);
        Ok(Some(FeedMark { seq, hash: hash.to_vec(), code }))
    }

    /// The mark of the end of the feed as it is in this transaction.
    pub(super) fn mark_of_head(&self, tx: &WriteTx<'_>) -> Result<Option<FeedMark>> {
        self.mark_at(tx.rows(), tx.head())
    }

    fn code_of(&self, epoch: &[u8; 16], seq: u64, hash: &[u8]) -> Vec<u8> {
        // Any length of key is valid for HMAC, so the error cannot occur; an empty code matches none that was sent whole.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.secrets.enrol.as_ref()) else {
            return Vec::new();
        };
        mac.update(b"xunge feed mark v1\0");
        mac.update(epoch);
        mac.update(&seq.to_be_bytes());
        mac.update(hash);
        mac.finalize().into_bytes().iter().take(16).copied().collect()
    }
}
