//! What this phone wrote, to be compared with what the county holds: by id and by hash.

use crate::error::{ClientError, Result};
use crate::open::Open;
use xunge_domain::ids::OpId;
use xunge_domain::operation::Hash;
use xunge_store::{OpState, PhotoState};

/// An operation of this phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnOperation {
    /// Its id.
    pub id: OpId,
    /// Its hash.
    pub hash: Hash,
    /// Whether a receipt says that the county holds it.
    pub received: bool,
    /// Why the county keeps it without applying it.
    pub refused: Option<String>,
}

/// A picture of this phone that was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPicture {
    /// SHA-256 of the bytes that travel.
    pub stored_sha256: Hash,
    /// Bytes.
    pub bytes: u64,
    /// Whether a receipt names it.
    pub received: bool,
}

impl Open {
    /// Every operation this phone has written, by counter.
    ///
    /// # Errors
    /// Those of the store.
    pub fn own_operations(&self) -> Result<Vec<OwnOperation>> {
        self.store.read(|reader| {
            let mut all = Vec::new();
            loop {
                let from = all.last().map_or(1, |last: &OwnOperation| last.id.counter + 1);
                let some = reader.own_between(from, u64::from(u32::MAX), 1_000)?;
                if some.is_empty() {
                    return Ok::<_, ClientError>(all);
                }
                all.extend(some.iter().map(|stored| OwnOperation {
                    id: stored.id(),
                    hash: super::push::hash_of(stored),
                    received: matches!(stored.state, OpState::AtCounty | OpState::Refused | OpState::Waiting),
                    refused: stored.reason.clone(),
                }));
            }
        })
    }

    /// Every picture this phone has reported and still knows.
    ///
    /// # Errors
    /// Those of the store.
    pub fn own_pictures(&self) -> Result<Vec<OwnPicture>> {
        self.store.read(|reader| {
            let photos = reader.photos_reported()?;
            Ok::<_, ClientError>(
                photos
                    .iter()
                    .map(|photo| OwnPicture {
                        stored_sha256: photo.facts.stored_sha256,
                        bytes: photo.facts.bytes,
                        received: matches!(photo.state, PhotoState::AtCounty | PhotoState::Gone),
                    })
                    .collect(),
            )
        })
    }
}
