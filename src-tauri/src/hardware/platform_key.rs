//! The phone's own secret of 32 bytes, the same at every start: made once, kept as a file that only the phone's key
//! store can open. Leaves the key store to [`Wrapping`] and what the secret guards to the client.

use std::path::PathBuf;

use xunge_domain::world::Randomness;
use xunge_store::files::{FileError, Files};
use zeroize::Zeroizing;

/// A key store that wraps and unwraps without ever giving its own key away.
pub trait Wrapping {
    /// Wraps a secret into text.
    ///
    /// # Errors
    /// [`KeyTrouble::Store`].
    fn wrap(&self, secret: &[u8]) -> Result<String, KeyTrouble>;

    /// Unwraps it.
    ///
    /// # Errors
    /// [`KeyTrouble::Gone`] when the key store has lost its key or the text is not its own, else [`KeyTrouble::Store`].
    fn unwrap(&self, wrapped: &str) -> Result<Zeroizing<Vec<u8>>, KeyTrouble>;
}

/// For development on a desktop: no key store, the secret lies in the app's private folder as it is (hex).
#[cfg(desktop)]
pub struct Unwrapped;

#[cfg(desktop)]
impl Wrapping for Unwrapped {
    fn wrap(&self, secret: &[u8]) -> Result<String, KeyTrouble> {
        Ok(secret.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn unwrap(&self, wrapped: &str) -> Result<Zeroizing<Vec<u8>>, KeyTrouble> {
        let byte = |at| u8::from_str_radix(wrapped.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..wrapped.len()).step_by(2).map(byte).collect();
        bytes.map(Zeroizing::new).ok_or(KeyTrouble::Gone)
    }
}

/// Why there is no platform key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyTrouble {
    /// The secret cannot be had any more on this phone; the desk must help. A new one is never made in its place,
    /// because with it the phone's own copy of the store key would be lost silently.
    #[error("the platform key is gone")]
    Gone,
    /// The key store does not answer now.
    #[cfg_attr(desktop, allow(dead_code, reason = "the desktop's stand-in always answers"))]
    #[error("the key store does not answer")]
    Store,
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Where the wrapped secret lies.
pub struct PlatformKey<F> {
    files: F,
    path: PathBuf,
}

impl<F: Files> PlatformKey<F> {
    /// The secret kept at `path`, which need not exist yet.
    pub fn new(files: F, path: PathBuf) -> Self {
        Self { files, path }
    }

    /// The secret; made and kept at the first call.
    ///
    /// # Errors
    /// [`KeyTrouble`].
    pub fn get(
        &self,
        wrapping: &impl Wrapping,
        randomness: &dyn Randomness,
    ) -> Result<Zeroizing<[u8; 32]>, KeyTrouble> {
        let wrapped = match self.files.read(&self.path) {
            Ok(bytes) => String::from_utf8(bytes).map_err(|_| KeyTrouble::Gone)?,
            Err(FileError::NotFound) => return self.make(wrapping, randomness),
            Err(error) => return Err(error.into()),
        };
        let secret = wrapping.unwrap(&wrapped)?;
        let secret: [u8; 32] = secret.as_slice().try_into().map_err(|_| KeyTrouble::Gone)?;
        Ok(Zeroizing::new(secret))
    }

    fn make(
        &self,
        wrapping: &impl Wrapping,
        randomness: &dyn Randomness,
    ) -> Result<Zeroizing<[u8; 32]>, KeyTrouble> {
        let mut secret = Zeroizing::new([0; 32]);
        randomness.fill(secret.as_mut());
        // On the disk before anybody uses it: a secret that dies with the process would lock what it guards for ever.
        self.files.write_durable(&self.path, wrapping.wrap(secret.as_ref())?.as_bytes())?;
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::sync::Arc;
    use xunge_store::files::MemoryFiles;

    /// Flips the bits; may lose its key.
    #[derive(Default)]
    struct KeyStore {
        lost: Cell<bool>,
    }
    impl Wrapping for KeyStore {
        fn wrap(&self, secret: &[u8]) -> Result<String, KeyTrouble> {
            Unwrapped.wrap(&secret.iter().map(|byte| !byte).collect::<Vec<_>>())
        }
        fn unwrap(&self, wrapped: &str) -> Result<Zeroizing<Vec<u8>>, KeyTrouble> {
            if self.lost.get() {
                return Err(KeyTrouble::Gone);
            }
            let flipped = Unwrapped.unwrap(wrapped)?;
            Ok(Zeroizing::new(flipped.iter().map(|byte| !byte).collect()))
        }
    }

    struct Counting;
    impl Randomness for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().zip(0..).for_each(|(byte, number)| *byte = number);
        }
    }

    fn kept() -> (Arc<MemoryFiles>, PlatformKey<Arc<MemoryFiles>>) {
        let files = Arc::new(MemoryFiles::new());
        (files.clone(), PlatformKey::new(files, PathBuf::from("/app/platform.key")))
    }

    #[test]
    fn the_secret_is_the_same_at_every_start_and_never_lies_open() {
        let (files, key) = kept();
        let store = KeyStore::default();
        let first = key.get(&store, &Counting).expect("made");
        assert_eq!(key.get(&store, &Counting).expect("kept"), first);
        let on_disk = files.read(&PathBuf::from("/app/platform.key")).expect("a file");
        assert!(!on_disk.windows(32).any(|part| part == first.as_slice()));
    }

    #[test]
    fn a_lost_or_damaged_key_is_said_and_never_replaced() {
        let (files, key) = kept();
        let store = KeyStore::default();
        key.get(&store, &Counting).expect("made");
        let path = PathBuf::from("/app/platform.key");
        let before = files.read(&path).expect("a file");
        store.lost.set(true);
        assert_eq!(key.get(&store, &Counting), Err(KeyTrouble::Gone));
        store.lost.set(false);
        for damaged in [b"".as_slice(), b"00", b"zz", &[0xFF; 64]] {
            files.write_durable(&path, damaged).expect("memory takes it");
            assert_eq!(key.get(&store, &Counting), Err(KeyTrouble::Gone));
        }
        files.write_durable(&path, &before).expect("memory takes it");
        assert!(key.get(&store, &Counting).is_ok());
    }
}
