//! The mark: a small file beside the database that remembers how far its log had come.
//!
//! SQLite takes a bad checksum in the WAL for the end of the log, so a damaged tail loses commits without a word. The
//! mark notices: after each commit it takes the counter of the last own operation and the length of the access log. It is
//! written without waiting for the disk (a mark that lags behind raises no alarm; one that runs ahead of the database
//! cannot come to be, because the commit was durable before). The mark also knows a hash of the key, so that a wrong key
//! and a damaged first page can be told apart: SQLCipher says the same of both.
//!
//! Layout: two slots of 64 bytes written in turn, so that a torn write spares the other:
//! `XGM1` · counter u64 · access u64 · turn u64 · key check 16 · MAC 16, all little-endian, 4 bytes of zero at the end.

use crate::files::{FileError, Files};
use crate::keys::Secret;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const MAGIC: &[u8; 4] = b"XGM1";
const SLOT: usize = 64;

/// How far a store has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Counter of the last own operation.
    pub counter: u64,
    /// Rows of the access log.
    pub access: u64,
}

impl Progress {
    /// Whether something that `self` has seen is missing in `found`.
    pub(crate) fn is_ahead_of(self, found: Self) -> bool {
        self.counter > found.counter || self.access > found.access
    }
}

/// What the mark says about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyVerdict {
    Right,
    Wrong,
    /// No readable mark.
    Unknown,
}

pub(crate) struct Mark {
    path: PathBuf,
    seal: Secret,
    check: [u8; 16],
    turn: Mutex<(u64, Progress)>,
}

fn mac(seal: &Secret, bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    // HMAC takes a key of any length.
    if let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(seal.expose()) {
        mac.update(bytes);
        short.copy_from_slice(&mac.finalize().into_bytes()[..16]);
    }
    short
}

fn encode(mark: &Mark, turn: u64, progress: Progress) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[..4].copy_from_slice(MAGIC);
    slot[4..12].copy_from_slice(&progress.counter.to_le_bytes());
    slot[12..20].copy_from_slice(&progress.access.to_le_bytes());
    slot[20..28].copy_from_slice(&turn.to_le_bytes());
    slot[28..44].copy_from_slice(&mark.check);
    let seal = mac(&mark.seal, &slot[..44]);
    slot[44..60].copy_from_slice(&seal);
    slot
}

fn number(bytes: &[u8]) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(eight)
}

/// (turn, progress) of a slot that is whole and of this key.
fn decode(seal: &Secret, slot: &[u8]) -> Option<(u64, Progress)> {
    let whole = slot.len() == SLOT && slot[..4] == *MAGIC;
    (whole && slot[44..60] == mac(seal, &slot[..44])).then(|| {
        (number(&slot[20..28]), Progress { counter: number(&slot[4..12]), access: number(&slot[12..20]) })
    })
}

impl Mark {
    /// Reads the mark, if there is one.
    pub(crate) fn read(
        path: PathBuf,
        key: &Secret,
        files: &dyn Files,
    ) -> (Self, KeyVerdict, Option<Progress>) {
        let seal = key.subkey("xunge store mark v1");
        let check = mac(&key.subkey("xunge store whose key v1"), b"");
        let bytes = files.read(&path).unwrap_or_default();
        let slots: Vec<&[u8]> =
            bytes.chunks(SLOT).filter(|slot| slot.len() == SLOT && slot[..4] == *MAGIC).collect();
        let newest = slots.iter().filter_map(|slot| decode(&seal, slot)).max_by_key(|(turn, _)| *turn);
        let verdict = match (slots.is_empty(), slots.iter().any(|slot| slot[28..44] == check)) {
            (true, _) => KeyVerdict::Unknown,
            (_, true) => KeyVerdict::Right,
            (_, false) => KeyVerdict::Wrong,
        };
        let turn = Mutex::new(newest.unwrap_or_default());
        let mark = Self { path, seal, check, turn };
        (mark, verdict, newest.map(|(_, progress)| progress))
    }

    /// Takes the newest progress, in place and without waiting for the disk.
    pub(crate) fn take(&self, progress: Progress, files: &dyn Files) -> Result<(), FileError> {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if turn.0 > 0 && turn.1 == progress {
            return Ok(());
        }
        let next = turn.0 + 1;
        let offset = (next % 2) * SLOT as u64;
        files.write_at(&self.path, offset, &encode(self, next, progress))?;
        *turn = (next, progress);
        Ok(())
    }

    /// Waits until the mark is on the disk.
    pub(crate) fn sync(&self, files: &dyn Files) -> Result<(), FileError> {
        files.sync(&self.path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    fn key() -> Secret {
        Secret::from_bytes(&[7; 32])
    }

    fn at() -> PathBuf {
        PathBuf::from("/phone/xunge.mark")
    }

    #[test]
    fn a_mark_remembers_the_newest_progress() {
        let files = MemoryFiles::new();
        let (mark, verdict, none) = Mark::read(at(), &key(), &files);
        assert_eq!((verdict, none), (KeyVerdict::Unknown, None));
        for counter in 1..=5 {
            mark.take(Progress { counter, access: 2 }, &files).unwrap();
        }
        let (_, verdict, found) = Mark::read(at(), &key(), &files);
        assert_eq!((verdict, found), (KeyVerdict::Right, Some(Progress { counter: 5, access: 2 })));
    }

    #[test]
    fn a_torn_write_leaves_the_one_before() {
        let files = MemoryFiles::new();
        let (mark, ..) = Mark::read(at(), &key(), &files);
        mark.take(Progress { counter: 1, access: 0 }, &files).unwrap();
        mark.take(Progress { counter: 2, access: 0 }, &files).unwrap();
        files.write_at(&at(), 5, &[0xFF; 9]).unwrap(); // the second stands in the first slot
        let (_, verdict, found) = Mark::read(at(), &key(), &files);
        assert_eq!((verdict, found), (KeyVerdict::Right, Some(Progress { counter: 1, access: 0 })));
    }

    #[test]
    fn another_key_is_known_as_wrong() {
        let files = MemoryFiles::new();
        let (mark, ..) = Mark::read(at(), &key(), &files);
        mark.take(Progress::default(), &files).unwrap();
        let (_, verdict, found) = Mark::read(at(), &Secret::from_bytes(&[8; 32]), &files);
        assert_eq!((verdict, found), (KeyVerdict::Wrong, None));
    }
}
