//! A machine's disk in memory, with what a disk does at a crash.
//!
//! Each file remembers how to take back what was written since its last sync. A process that is killed leaves what was
//! written; a power cut takes back what was not synced, or keeps a beginning of it, torn in mid-write. A crash is planned
//! for the nth write or sync from now: from that moment the disk answers nothing, as to a process that is no more.
//!
//! SQLite reaches it through [`super::vfs`], everything else through [`xunge_store::files::Files`]. Contents, not
//! devices: the folders' own durability is not modelled, a file that was made is there.

use crate::world::Chance;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use xunge_store::files::{FileError, Files};

/// All files of a disk: what a backup program takes and puts back. A run takes dozens, so the bytes are shared until one of
/// the files is written to.
pub type Image = BTreeMap<PathBuf, Arc<Vec<u8>>>;

/// Files up to this many bytes grow as they do; larger ones get room for so many more at once.
const SMALL: usize = 16 * 1024;
const GROWN_BY: usize = 512 * 1024;

/// How a machine went down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// The process was killed: the system still holds what was written.
    Killed,
    /// The power went: what was not synced is gone, or there in part.
    PowerCut,
}

/// Why the disk did not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The process that asks died with the planned crash.
    Dead,
    /// No room.
    Full,
    /// No such file.
    Missing,
}

/// A file's contents and the way back to what is on the platter.
#[derive(Debug, Default)]
pub(crate) struct Content {
    pub(crate) bytes: Arc<Vec<u8>>,
    /// Newest last.
    unsynced: Vec<Undo>,
}

/// Takes one write back: the bytes that stood there, and how long the file was.
#[derive(Debug)]
struct Undo {
    at: usize,
    old: Vec<u8>,
    length: usize,
}

impl Content {
    fn durable(bytes: Arc<Vec<u8>>) -> Self {
        Self { bytes, unsynced: Vec::new() }
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        let length = self.bytes.len();
        let old = self.bytes.get(at..end.min(length)).unwrap_or_default().to_vec();
        self.unsynced.push(Undo { at, old, length });
        let held = Arc::make_mut(&mut self.bytes);
        if length < end {
            if held.capacity() < end && end > SMALL {
                // A log grows page by page: not moved again with every doubling.
                held.reserve(GROWN_BY.max(length));
            }
            held.resize(end, 0);
        }
        held[at..end].copy_from_slice(bytes);
    }

    fn truncate(&mut self, length: usize) {
        let old = self.bytes.get(length..).unwrap_or_default().to_vec();
        self.unsynced.push(Undo { at: length, old, length: self.bytes.len() });
        Arc::make_mut(&mut self.bytes).resize(length, 0);
    }

    /// What the platter holds after a power cut: all that was synced and a beginning of the rest.
    fn after_power_cut(&self, chance: &Chance) -> Arc<Vec<u8>> {
        let mut whole = self.bytes.clone();
        let kept = chance.below(self.unsynced.len() as u64 + 1) as usize;
        if kept == self.unsynced.len() {
            return whole;
        }
        let bytes = Arc::make_mut(&mut whole);
        for undo in self.unsynced.iter().skip(kept).rev() {
            bytes.resize(undo.length.max(undo.at + undo.old.len()), 0);
            bytes[undo.at..undo.at + undo.old.len()].copy_from_slice(&undo.old);
            bytes.truncate(undo.length);
        }
        whole
    }
}

/// One file as everybody who has it open sees it.
pub(crate) type Shared = Arc<Mutex<Content>>;

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<PathBuf, Shared>,
    capacity: Option<u64>,
    /// Writes and syncs left until the planned crash.
    left: Option<u64>,
    dead: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Disk(Mutex<State>);

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Disk {
    /// A disk with these files, all of them durable.
    pub fn with(image: &Image) -> Self {
        let files = image
            .iter()
            .map(|(path, bytes)| (path.clone(), Arc::new(Mutex::new(Content::durable(bytes.clone())))))
            .collect();
        Self(Mutex::new(State { files, ..State::default() }))
    }

    /// What a process that is killed now leaves behind.
    pub fn image(&self) -> Image {
        lock(&self.0).files.iter().map(|(path, file)| (path.clone(), lock(file).bytes.clone())).collect()
    }

    /// What is there after a crash.
    pub fn after(&self, crash: Crash, chance: &Chance) -> Image {
        match crash {
            Crash::Killed => self.image(),
            Crash::PowerCut => lock(&self.0)
                .files
                .iter()
                .map(|(path, file)| (path.clone(), lock(file).after_power_cut(chance)))
                .collect(),
        }
    }

    /// Plans a crash before the nth write or sync from now; 0 is the very next.
    pub fn crash_after(&self, writes: u64) {
        lock(&self.0).left = Some(writes);
    }

    /// No crash is planned any more.
    pub fn calm(&self) {
        lock(&self.0).left = None;
    }

    /// Dies now.
    pub fn die(&self) {
        lock(&self.0).dead = true;
    }

    /// Whether the planned crash has happened.
    pub fn is_dead(&self) -> bool {
        lock(&self.0).dead
    }

    /// From now on there is room for so many bytes more; nothing: as many as wanted.
    pub fn leave_room(&self, bytes: Option<u64>) {
        let mut state = lock(&self.0);
        let used = used(&state);
        state.capacity = bytes.map(|bytes| used + bytes);
    }

    /// Lets a write or sync through, unless the crash comes first.
    fn strike(state: &mut State) -> Result<(), Trouble> {
        match state.left.as_mut() {
            Some(0) => state.dead = true,
            Some(left) => *left -= 1,
            None => {}
        }
        if state.dead { Err(Trouble::Dead) } else { Ok(()) }
    }

    fn room(state: &State, more: usize) -> Result<(), Trouble> {
        match state.capacity {
            Some(capacity) if more > 0 && used(state) + more as u64 > capacity => Err(Trouble::Full),
            _ => Ok(()),
        }
    }

    /// The file, made when it is missing and `create` says so.
    pub(crate) fn open(&self, path: &Path, create: bool) -> Result<Shared, Trouble> {
        let mut state = lock(&self.0);
        if state.dead {
            return Err(Trouble::Dead);
        }
        if let Some(file) = state.files.get(path) {
            return Ok(file.clone());
        }
        if !create {
            return Err(Trouble::Missing);
        }
        Ok(state.files.entry(path.to_owned()).or_default().clone())
    }

    pub(crate) fn read_at(&self, file: &Shared, at: usize, into: &mut [u8]) -> Result<usize, Trouble> {
        if lock(&self.0).dead {
            return Err(Trouble::Dead);
        }
        let content = lock(file);
        let some = content.bytes.get(at.min(content.bytes.len())..).unwrap_or_default();
        let read = some.len().min(into.len());
        into[..read].copy_from_slice(&some[..read]);
        Ok(read)
    }

    pub(crate) fn write_to(&self, file: &Shared, at: usize, bytes: &[u8]) -> Result<(), Trouble> {
        let mut state = lock(&self.0);
        Self::strike(&mut state)?;
        let more = (at + bytes.len()).saturating_sub(lock(file).bytes.len());
        Self::room(&state, more)?;
        lock(file).write(at, bytes);
        Ok(())
    }

    pub(crate) fn truncate(&self, file: &Shared, length: usize) -> Result<(), Trouble> {
        Self::strike(&mut lock(&self.0))?;
        lock(file).truncate(length);
        Ok(())
    }

    pub(crate) fn flush(&self, file: &Shared) -> Result<(), Trouble> {
        Self::strike(&mut lock(&self.0))?;
        lock(file).unsynced.clear();
        Ok(())
    }

    pub(crate) fn delete(&self, path: &Path) -> Result<(), Trouble> {
        let mut state = lock(&self.0);
        Self::strike(&mut state)?;
        state.files.remove(path).map(drop).ok_or(Trouble::Missing)
    }

    pub(crate) fn has(&self, path: &Path) -> bool {
        let state = lock(&self.0);
        !state.dead && state.files.contains_key(path)
    }
}

fn used(state: &State) -> u64 {
    state.files.values().map(|file| lock(file).bytes.len() as u64).sum()
}

impl From<Trouble> for FileError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Dead => Self::Io("the process is no more".into()),
            Trouble::Full => Self::DiskFull,
            Trouble::Missing => Self::NotFound,
        }
    }
}

impl Files for Disk {
    fn read(&self, path: &Path) -> Result<Vec<u8>, FileError> {
        let file = self.open(path, false)?;
        Ok(lock(&file).bytes.to_vec())
    }

    fn read_range(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>, FileError> {
        let file = self.open(path, false)?;
        let mut bytes = vec![0; len];
        let read = self.read_at(&file, usize::try_from(offset).unwrap_or(usize::MAX), &mut bytes)?;
        bytes.truncate(read);
        Ok(bytes)
    }

    fn write_durable(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let mut state = lock(&self.0);
        Self::strike(&mut state)?;
        let before = state.files.get(path).map_or(0, |file| lock(file).bytes.len());
        Self::room(&state, bytes.len().saturating_sub(before))?;
        // Another file under the old name: whoever has the old one open keeps it.
        state.files.insert(path.to_owned(), Arc::new(Mutex::new(Content::durable(Arc::new(bytes.to_vec())))));
        Ok(())
    }

    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        let file = self.open(path, true)?;
        let at = usize::try_from(offset).map_err(|_| FileError::Io("offset".into()))?;
        Ok(self.write_to(&file, at, bytes)?)
    }

    fn sync(&self, path: &Path) -> Result<(), FileError> {
        let file = self.open(path, false)?;
        Ok(self.flush(&file)?)
    }

    fn remove(&self, path: &Path) -> Result<(), FileError> {
        match self.delete(path) {
            Ok(()) | Err(Trouble::Missing) => Ok(()),
            Err(trouble) => Err(trouble.into()),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), FileError> {
        let mut state = lock(&self.0);
        Self::strike(&mut state)?;
        let moved: Vec<PathBuf> = state.files.keys().filter(|path| path.starts_with(from)).cloned().collect();
        if moved.is_empty() {
            return Err(FileError::NotFound);
        }
        for old in moved {
            let Ok(rest) = old.strip_prefix(from) else { continue };
            let new = if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) };
            if let Some(file) = state.files.remove(&old) {
                state.files.insert(new, file);
            }
        }
        Ok(())
    }

    fn exists(&self, path: &Path) -> bool {
        let state = lock(&self.0);
        !state.dead && state.files.keys().any(|file| file.starts_with(path))
    }

    fn list(&self, dir: &Path) -> Result<Vec<PathBuf>, FileError> {
        let state = lock(&self.0);
        if state.dead {
            return Err(Trouble::Dead.into());
        }
        let mut found: Vec<PathBuf> = state
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(dir).ok()?.components().next().map(|first| dir.join(first)))
            .collect();
        found.dedup();
        Ok(found)
    }

    fn size(&self, path: &Path) -> Result<u64, FileError> {
        let file = self.open(path, false)?;
        let length = lock(&file).bytes.len();
        Ok(length as u64)
    }

    fn free_bytes(&self, _path: &Path) -> Option<u64> {
        let state = lock(&self.0);
        state.capacity.map(|capacity| capacity.saturating_sub(used(&state)))
    }
}
