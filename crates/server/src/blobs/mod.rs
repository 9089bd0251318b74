//! Pictures at rest: an object store (a folder by default) that sees ciphertext only, behind a synchronous face.
//!
//! Names are hashes of plain bytes and stay what they are; encryption is local and never enters a name. Which pictures
//! are whole and verified is known by the database, not by what lies here.

pub(crate) mod frames;
mod waiting;

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use std::io::ErrorKind;
use std::sync::Arc;
use waiting::wait_for;
use xunge_domain::world::Randomness;
use zeroize::Zeroizing;

/// What went wrong with a blob.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The disk has no room; nothing of the blob is there.
    #[error("the disk is full")]
    DiskFull,
    /// The store says so.
    #[error("blob store: {0}")]
    Store(object_store::Error),
    /// What lies there does not open: another key, another name, or damage.
    #[error("the blob does not open")]
    DoesNotOpen,
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            if matches!(kind, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded)) {
                return Self::DiskFull;
            }
            cause = error.source();
        }
        Self::Store(error)
    }
}

/// See the module.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    key: Arc<Zeroizing<[u8; 32]>>,
    random: Arc<dyn Randomness>,
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blobs").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Blobs {
    /// Over a store that is durable when `put` returns: a folder must be told to `fsync`.
    pub fn new(store: Arc<dyn ObjectStore>, key: Zeroizing<[u8; 32]>, random: Arc<dyn Randomness>) -> Self {
        Self { store, key: Arc::new(key), random }
    }

    /// Puts `bytes` under `name`; durable when this returns.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), BlobError> {
        let sealed = frames::seal(&self.key, self.random.as_ref(), name, bytes)?;
        wait_for(self.store.put(&Path::from(name), PutPayload::from(sealed)))?;
        Ok(())
    }

    /// Gets what lies under `name`; nothing when there is none.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, BlobError> {
        self.sealed(name)?.map(|sealed| self.unsealed(name, &sealed)).transpose()
    }

    /// What lies under `name`, as it lies there: for a copy that is to lie elsewhere under the same key.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn sealed(&self, name: &str) -> Result<Option<Vec<u8>>, BlobError> {
        let path = Path::from(name);
        Ok(wait_for(async {
            match self.store.get(&path).await {
                Ok(found) => found.bytes().await.map(|bytes| Some(bytes.to_vec())),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        })?)
    }

    /// Opens what [`Blobs::sealed`] gave.
    ///
    /// # Errors
    /// [`BlobError::DoesNotOpen`].
    pub fn unsealed(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, BlobError> {
        frames::open(&self.key, name, sealed)
    }

    /// Puts sealed bytes under the name they were sealed for; durable when this returns.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn put_sealed(&self, name: &str, sealed: Vec<u8>) -> Result<(), BlobError> {
        wait_for(self.store.put(&Path::from(name), PutPayload::from(sealed)))?;
        Ok(())
    }

    /// Removes what lies under `name`; nothing there is fine.
    ///
    /// # Errors
    /// [`BlobError`].
    pub fn remove(&self, name: &str) -> Result<(), BlobError> {
        match wait_for(self.store.delete(&Path::from(name))) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Randomness for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn blobs() -> (Blobs, Arc<InMemory>) {
        let store = Arc::new(InMemory::new());
        let random = Arc::new(Counting(1.into()));
        (Blobs::new(store.clone(), Zeroizing::new([7; 32]), random), store)
    }

    #[test]
    fn a_blob_comes_back_and_lies_there_encrypted() {
        let (blobs, store) = blobs();
        let picture = b"canary-990101 ".repeat(20_000);
        blobs.put("photos/a", &picture).unwrap();
        assert_eq!(blobs.get("photos/a").unwrap().unwrap(), picture);
        let raw = wait_for(async { store.get(&Path::from("photos/a")).await?.bytes().await }).unwrap();
        assert!(!raw.windows(6).any(|window| window == b"canary"));
        blobs.remove("photos/a").unwrap();
        blobs.remove("photos/a").unwrap();
        assert_eq!(blobs.get("photos/a").unwrap(), None);
    }

    #[test]
    fn a_blob_moved_changed_or_cut_does_not_open() {
        let (blobs, store) = blobs();
        blobs.put("photos/a", &vec![5; 200_000]).unwrap();
        let raw = wait_for(async { store.get(&Path::from("photos/a")).await?.bytes().await }).unwrap();
        let put = |name: &str, bytes: Vec<u8>| {
            wait_for(store.put(&Path::from(name), PutPayload::from(bytes))).unwrap();
        };
        put("photos/b", raw.to_vec());
        assert!(blobs.get("photos/b").is_err(), "under another name");
        let mut changed = raw.to_vec();
        changed[100_000] ^= 1;
        put("photos/a", changed);
        assert!(blobs.get("photos/a").is_err(), "one bit changed");
        for cut in [0, 10, 20, 65_536 + 16 + 20, raw.len() - 1] {
            put("photos/a", raw[..cut].to_vec());
            assert!(blobs.get("photos/a").is_err(), "cut to {cut}");
        }
    }
}
