//! A disk that can lose its power: what it holds for sure, what it was only told, and what may be left of that.
//!
//! A file has the bytes that were synced and the changes since. A folder has the names that were synced and the changes
//! since; making, renaming and removing are changes of the folder, not of the file. At a power cut each may lose its
//! changes, keep them, keep the first few (the last one torn at a sector), or keep any of them in pieces of a sector, as
//! disks that reorder do. Nothing is taken for granted that the system does not promise: a synced file whose name was not
//! synced is gone.

use super::tape::Step;
use crate::world::Chance;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

/// What a disk writes whole or not at all.
const SECTOR: u64 = 512;

/// What the power cut leaves of changes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Everything: the process died, the machine went on.
    All,
    /// Nothing.
    Nothing,
    /// The first few, the last of them torn.
    First,
    /// Any, in pieces.
    Scattered,
}

#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Size(u64),
}

#[derive(Debug, Clone)]
enum Naming {
    Link(OsString, usize),
    Unlink(OsString),
}

#[derive(Debug, Clone)]
enum Node {
    File { synced: Vec<u8>, since: Vec<Change>, now: Vec<u8> },
    Folder { synced: BTreeMap<OsString, usize>, since: Vec<Vec<Naming>>, now: BTreeMap<OsString, usize> },
}

/// See the module. Paths are below its root.
#[derive(Debug, Clone)]
pub struct Disk {
    nodes: Vec<Node>,
}

/// Files as they lie on a disk: names relative to its root, folders without bytes.
pub type Contents = BTreeMap<std::path::PathBuf, Option<Vec<u8>>>;

fn empty_folder() -> Node {
    Node::Folder { synced: BTreeMap::new(), since: Vec::new(), now: BTreeMap::new() }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Size(len) => bytes.resize(usize::try_from(*len).unwrap_or(usize::MAX), 0),
        Change::Write(offset, written) => put(bytes, *offset, written),
    }
}

fn put(bytes: &mut Vec<u8>, offset: u64, written: &[u8]) {
    let from = usize::try_from(offset).unwrap_or(usize::MAX);
    let to = from + written.len();
    if bytes.len() < to {
        bytes.resize(to, 0);
    }
    bytes[from..to].copy_from_slice(written);
}

/// The pieces of a write that reach the disk each for itself.
fn sectors(offset: u64, bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut pieces = Vec::new();
    let (mut at, mut rest) = (offset, bytes);
    while !rest.is_empty() {
        let room = usize::try_from(SECTOR - at % SECTOR).unwrap_or(1).min(rest.len());
        let (piece, more) = rest.split_at(room);
        pieces.push((at, piece));
        at += room as u64;
        rest = more;
    }
    pieces
}

fn name_of(path: &Path) -> OsString {
    path.file_name().expect("a name").to_owned()
}

fn rename_in(names: &mut BTreeMap<OsString, usize>, naming: &Naming) {
    match naming {
        Naming::Link(name, node) => drop(names.insert(name.clone(), *node)),
        Naming::Unlink(name) => drop(names.remove(name)),
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self { nodes: vec![empty_folder()] }
    }
}

impl Disk {
    /// A disk that holds, for sure, what lies below a real folder.
    pub fn holding(contents: &Contents) -> Self {
        let mut disk = Self::default();
        for (path, bytes) in contents {
            let node = match bytes {
                None => empty_folder(),
                Some(bytes) => Node::File { synced: bytes.clone(), since: Vec::new(), now: bytes.clone() },
            };
            let id = disk.add(node);
            disk.name(path, Naming::Link(name_of(path), id));
        }
        for node in &mut disk.nodes {
            if let Node::Folder { synced, since, now } = node {
                *synced = now.clone();
                since.clear();
            }
        }
        disk
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn find(&self, path: &Path) -> Option<usize> {
        path.components().try_fold(0, |at, part| match &self.nodes[at] {
            Node::Folder { now, .. } => now.get(part.as_os_str()).copied(),
            Node::File { .. } => None,
        })
    }

    fn folder_of(&self, path: &Path) -> usize {
        path.parent().and_then(|parent| self.find(parent)).unwrap_or_else(|| panic!("no folder for {path:?}"))
    }

    fn names(&mut self, folder: usize, namings: Vec<Naming>) {
        let Node::Folder { since, now, .. } = &mut self.nodes[folder] else { panic!("not a folder") };
        for naming in &namings {
            rename_in(now, naming);
        }
        since.push(namings);
    }

    fn name(&mut self, path: &Path, naming: Naming) {
        let folder = self.folder_of(path);
        self.names(folder, vec![naming]);
    }

    fn change(&mut self, path: &Path, change: Change) {
        let id = self.find(path).unwrap_or_else(|| panic!("{path:?} was written and is not there"));
        let Node::File { since, now, .. } = &mut self.nodes[id] else { panic!("{path:?} is a folder") };
        apply(now, &change);
        since.push(change);
    }

    /// Takes a step; paths are given below `root`.
    ///
    /// # Panics
    /// When the step does not fit what is there: then the tape is not whole.
    pub fn take(&mut self, root: &Path, step: &Step) {
        let below = |path: &Path| path.strip_prefix(root).expect("below the root").to_path_buf();
        match step {
            Step::MakeFolder(path) => {
                let id = self.add(empty_folder());
                self.name(&below(path), Naming::Link(name_of(path), id));
            }
            Step::Create(path) => match self.find(&below(path)) {
                Some(_) => self.change(&below(path), Change::Size(0)),
                None => {
                    let id = self.add(Node::File { synced: Vec::new(), since: Vec::new(), now: Vec::new() });
                    self.name(&below(path), Naming::Link(name_of(path), id));
                }
            },
            Step::Write { path, offset, bytes } => {
                self.change(&below(path), Change::Write(*offset, bytes.clone()));
            }
            Step::Truncate { path, len } => self.change(&below(path), Change::Size(*len)),
            Step::SyncFile(path) | Step::SyncFolder(path) => {
                let id =
                    self.find(&below(path)).unwrap_or_else(|| panic!("{path:?} was synced and is not there"));
                match &mut self.nodes[id] {
                    Node::File { synced, since, now } => {
                        synced.clone_from(now);
                        since.clear();
                    }
                    Node::Folder { synced, since, now } => {
                        synced.clone_from(now);
                        since.clear();
                    }
                }
            }
            Step::Rename { from, to } => {
                let (from, to) = (below(from), below(to));
                let id = self.find(&from).unwrap_or_else(|| panic!("{from:?} was renamed and is not there"));
                let (old, new) = (self.folder_of(&from), self.folder_of(&to));
                let (unlink, link) = (Naming::Unlink(name_of(&from)), Naming::Link(name_of(&to), id));
                // Within a folder a rename happens or does not; between two, the names may part.
                if old == new {
                    self.names(old, vec![unlink, link]);
                } else {
                    self.names(new, vec![link]);
                    self.names(old, vec![unlink]);
                }
            }
            Step::Remove(path) => self.name(&below(path), Naming::Unlink(name_of(path))),
            Step::Said(_) => {}
        }
    }

    /// What lies there after the power was cut now.
    pub fn cut(&self, left: Left, chance: &Chance) -> Contents {
        let mut contents = Contents::new();
        self.gather(0, Path::new(""), left, chance, &mut contents);
        contents
    }

    fn gather(&self, id: usize, at: &Path, left: Left, chance: &Chance, into: &mut Contents) {
        match &self.nodes[id] {
            Node::File { synced, since, now } => {
                let bytes = match left {
                    Left::All => now.clone(),
                    Left::Nothing => synced.clone(),
                    Left::First => first_few(synced, since, chance),
                    Left::Scattered => scattered(synced, since, chance),
                };
                into.insert(at.to_path_buf(), Some(bytes));
            }
            Node::Folder { synced, since, now } => {
                let names = match left {
                    Left::All => now.clone(),
                    Left::Nothing => synced.clone(),
                    Left::First | Left::Scattered => {
                        let mut names = synced.clone();
                        let kept = chance.below(since.len() as u64 + 1) as usize;
                        since.iter().take(kept).flatten().for_each(|naming| rename_in(&mut names, naming));
                        names
                    }
                };
                if !at.as_os_str().is_empty() {
                    into.insert(at.to_path_buf(), None);
                }
                for (name, node) in names {
                    self.gather(node, &at.join(name), left, chance, into);
                }
            }
        }
    }
}

fn first_few(synced: &[u8], since: &[Change], chance: &Chance) -> Vec<u8> {
    let mut bytes = synced.to_vec();
    let kept = chance.below(since.len() as u64 + 1) as usize;
    for change in since.iter().take(kept) {
        apply(&mut bytes, change);
    }
    if let Some(Change::Write(offset, written)) = since.get(kept) {
        let pieces = sectors(*offset, written);
        let torn = chance.below(pieces.len() as u64 + 1) as usize;
        pieces.iter().take(torn).for_each(|(at, piece)| put(&mut bytes, *at, piece));
    }
    bytes
}

fn scattered(synced: &[u8], since: &[Change], chance: &Chance) -> Vec<u8> {
    let mut bytes = synced.to_vec();
    for change in since {
        match change {
            Change::Write(offset, written) => {
                for (at, piece) in sectors(*offset, written) {
                    if chance.happens(50) {
                        put(&mut bytes, at, piece);
                    }
                }
            }
            Change::Size(_) if chance.happens(50) => apply(&mut bytes, change),
            Change::Size(_) => {}
        }
    }
    bytes
}
