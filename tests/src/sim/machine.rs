//! A machine's storage: a disk in memory, or a folder of the real one. Its files can be taken as a copy and put back, which
//! is what restarts, backups, restores and clones are made of.

use super::disk::{Crash, Disk, Image};
use super::vfs::{mount, unmount};
use crate::marks::files_below;
use crate::world::Chance;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xunge_store::files::{Files, RealFiles};

/// See the module. Paths of its images are relative to its root.
pub struct Machine {
    root: PathBuf,
    disk: Option<Arc<Disk>>,
}

impl Machine {
    /// A machine with these files in memory, reached below `root`.
    pub fn in_memory(root: PathBuf, image: &Image) -> Self {
        let mut machine = Self { root, disk: Some(Arc::default()) };
        machine.put_back(image);
        machine
    }

    /// A machine with these files in a folder.
    pub fn in_folder(root: PathBuf, image: &Image) -> Self {
        let mut machine = Self { root, disk: None };
        machine.put_back(image);
        machine
    }

    /// Where its files lie.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its disk, when that is in memory.
    pub fn disk(&self) -> Option<&Arc<Disk>> {
        self.disk.as_ref()
    }

    /// The files as a program reaches them.
    pub fn files(&self) -> Arc<dyn Files> {
        match &self.disk {
            Some(disk) => disk.clone(),
            None => Arc::new(RealFiles),
        }
    }

    /// Its files as they are now.
    pub fn image(&self) -> Image {
        match &self.disk {
            Some(disk) => relative(&self.root, disk.image()),
            None => read_folder(&self.root),
        }
    }

    /// What is left after a crash. A folder of the real disk has no power cuts: there the process is killed.
    pub fn after(&self, crash: Crash, chance: &Chance) -> Image {
        match &self.disk {
            Some(disk) => relative(&self.root, disk.after(crash, chance)),
            None => read_folder(&self.root),
        }
    }

    /// Whatever runs on it does no more: the disk in memory answers nothing.
    pub fn die(&self) {
        if let Some(disk) = &self.disk {
            disk.die();
        }
    }

    /// These files and no others from now on. Whatever still has the old ones open writes into nothing.
    pub fn put_back(&mut self, image: &Image) {
        match &mut self.disk {
            Some(disk) => {
                disk.die();
                let whole = image.iter().map(|(path, bytes)| (self.root.join(path), bytes.clone())).collect();
                *disk = Arc::new(Disk::with(&whole));
                mount(&self.root, disk.clone());
            }
            None => write_folder(&self.root, image),
        }
    }

    /// Whether a planned crash has happened.
    pub fn is_dead(&self) -> bool {
        self.disk.as_ref().is_some_and(|disk| disk.is_dead())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(disk) = &self.disk {
            disk.die();
            unmount(&self.root);
        }
    }
}

fn relative(root: &Path, image: Image) -> Image {
    image
        .into_iter()
        .map(|(path, bytes)| (path.strip_prefix(root).map(Path::to_path_buf).unwrap_or(path), bytes))
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "takes a copy of a folder, as a backup program does")]
fn read_folder(root: &Path) -> Image {
    files_below(root)
        .into_iter()
        .map(|path| (path.clone(), Arc::new(std::fs::read(&path).expect("a file"))))
        .map(|(path, bytes)| (path.strip_prefix(root).map(Path::to_path_buf).unwrap_or(path), bytes))
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "puts a copy back, as a backup program does")]
fn write_folder(root: &Path, image: &Image) {
    let _ = std::fs::remove_dir_all(root);
    std::fs::create_dir_all(root).expect("a folder");
    for (path, bytes) in image {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(root)).expect("a folder");
        std::fs::write(path, bytes.as_slice()).expect("a file");
    }
}
