//! A tape of everything a phone did to its disk, in order: what SQLite wrote (through [`super::vfs`]) and what the store
//! wrote beside it (through [`super::taped_files`]), and what the phone said to its worker in between.
//!
//! The tape also makes the disk fail: the nth step of a kind, once or for ever.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// One thing done to the disk, or said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A folder was made.
    MakeFolder(PathBuf),
    /// A file came into being, empty; one that was there is emptied.
    Create(PathBuf),
    /// Bytes were written.
    Write {
        /// Where.
        path: PathBuf,
        /// From which byte on.
        offset: u64,
        /// What.
        bytes: Vec<u8>,
    },
    /// A file was cut, or grew by zeros.
    Truncate {
        /// Which.
        path: PathBuf,
        /// To how many bytes.
        len: u64,
    },
    /// What was written into the file is durable now.
    SyncFile(PathBuf),
    /// The names in the folder are durable now.
    SyncFolder(PathBuf),
    /// A file or folder got another name.
    Rename {
        /// From.
        from: PathBuf,
        /// To.
        to: PathBuf,
    },
    /// A name went away.
    Remove(PathBuf),
    /// Nothing happened to the disk: the phone told its worker, or its county, so much.
    Said(Said),
}

/// What was said in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// So many calls have come back with "done".
    Done(usize),
    /// The county answered for the nth time: from here on it is in that state.
    County(usize),
    /// The camera was told to forget its picture.
    CameraForgot,
}

/// Which steps fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Writing, cutting, making, renaming and removing.
    Write,
    /// Waiting for the disk.
    Sync,
    /// Reading.
    Read,
}

/// How a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The disk says that it could not.
    Error,
    /// The disk is full; half of what was to be written may be there.
    Full,
}

/// Steps that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Of this kind.
    pub kind: Kind,
    /// How.
    pub how: How,
    /// The first, counted from 1 since the fault was planted.
    pub nth: u64,
    /// All later ones too.
    pub for_ever: bool,
}

#[derive(Debug, Default)]
struct Inside {
    steps: Vec<Step>,
    fault: Option<Fault>,
    paused: bool,
    seen: [u64; 3],
    struck: u64,
}

/// See the module. One tape knows one folder and all below it.
#[derive(Debug)]
pub struct Tape {
    root: PathBuf,
    recording: bool,
    inside: Mutex<Inside>,
}

static TAPES: Mutex<Vec<Weak<Tape>>> = Mutex::new(Vec::new());

impl Tape {
    /// Records everything below `root`.
    pub fn recording(root: &Path) -> Arc<Self> {
        Self::new(root, true)
    }

    /// Lets steps below `root` fail and remembers nothing.
    pub fn failing(root: &Path) -> Arc<Self> {
        Self::new(root, false)
    }

    fn new(root: &Path, recording: bool) -> Arc<Self> {
        super::vfs::register();
        let root = root.to_path_buf();
        let tape = Arc::new(Self { root, recording, inside: Mutex::default() });
        let mut tapes = TAPES.lock().unwrap_or_else(PoisonError::into_inner);
        tapes.retain(|tape| tape.strong_count() > 0);
        tapes.push(Arc::downgrade(&tape));
        tape
    }

    /// The tape that knows this path.
    pub(super) fn of(path: &Path) -> Option<Arc<Self>> {
        let tapes = TAPES.lock().unwrap_or_else(PoisonError::into_inner);
        tapes.iter().filter_map(Weak::upgrade).find(|tape| path.starts_with(&tape.root))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a step that was taken.
    pub(super) fn note(&self, step: Step) {
        if self.recording {
            self.inside().steps.push(step);
        }
    }

    /// Notes what was said.
    pub fn said(&self, said: Said) {
        self.note(Step::Said(said));
    }

    /// Whether the step about to be taken fails.
    pub(super) fn strikes(&self, kind: Kind) -> Option<How> {
        let mut inside = self.inside();
        if inside.paused {
            return None;
        }
        let at = kind as usize;
        inside.seen[at] += 1;
        let fault = inside.fault.filter(|fault| fault.kind == kind)?;
        let seen = inside.seen[at];
        let struck = seen == fault.nth || (fault.for_ever && seen > fault.nth);
        inside.struck += u64::from(struck);
        struck.then_some(fault.how)
    }

    /// Plants a fault, or takes it away; counting begins anew.
    pub fn plant(&self, fault: Option<Fault>) {
        let mut inside = self.inside();
        (inside.fault, inside.seen, inside.struck) = (fault, [0; 3], 0);
    }

    /// The disk is well again. What was counted stays.
    pub fn plant_nothing(&self) {
        self.inside().fault = None;
    }

    /// While `look` looks, nothing fails and nothing counts.
    pub fn unseen<T>(&self, look: impl FnOnce() -> T) -> T {
        self.inside().paused = true;
        let seen = look();
        self.inside().paused = false;
        seen
    }

    /// Steps of a kind since the last planting.
    pub fn seen(&self, kind: Kind) -> u64 {
        self.inside().seen[kind as usize]
    }

    /// How often the fault struck.
    pub fn struck(&self) -> u64 {
        self.inside().struck
    }

    /// What was recorded so far.
    pub fn steps(&self) -> Vec<Step> {
        self.inside().steps.clone()
    }

    /// Below which everything is recorded.
    pub fn root(&self) -> &Path {
        &self.root
    }
}
