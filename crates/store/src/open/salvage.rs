//! Moving a damaged store aside and reading out of it what cannot be fetched again: the worker's own operations.
//!
//! Pages are damaged one by one, so the log is read from its beginning until it breaks and from its end backwards until
//! it breaks: what lies on the broken page is lost, what lies around it is not. Records of others come back from the
//! county. The files stay on the phone, photos included.

use super::{Layout, OpenError};
use crate::connection::{Role, connect};
use crate::files::{FileError, Files};
use crate::keys::Secret;
use crate::operations::{StoredOperation, read_operation};
use crate::photos::{Photo, SELECT_PHOTO, read_photo};
use crate::store::{Reader, Store};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What could be read out of a damaged store.
#[derive(Debug, Default)]
pub struct Salvaged {
    /// Where its files lie now: database, write-ahead log, mark, photos.
    pub moved_to: Vec<PathBuf>,
    /// Own operations that the county had not acknowledged, in order of writing.
    pub operations: Vec<StoredOperation>,
    /// Photos not yet at the county, with their keys; their files lie in the moved folder of photos.
    pub photos: Vec<Photo>,
    /// Whether the log could be read from one end to the other.
    pub complete: bool,
}

const OWN_OPEN: &str = "FROM operation NOT INDEXED
    WHERE state IN (1, 2, 3, 4)";

impl Store {
    /// Salvages and moves aside; the error that [`Store::open`] then answers.
    pub(super) fn set_aside(dir: &Path, key: &Secret, files: &dyn Files) -> OpenError {
        let mut salvaged = salvage(&Layout::of(dir).database, key, files.sqlite_vfs());
        match move_aside(dir, files) {
            Ok(moved) => {
                salvaged.moved_to = moved;
                OpenError::Damaged(Box::new(salvaged))
            }
            Err(error) => error.into(),
        }
    }
}

fn move_aside(dir: &Path, files: &dyn Files) -> Result<Vec<PathBuf>, FileError> {
    let layout = Layout::of(dir);
    let with = |path: &Path, tail: &str| {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(tail);
        path.with_file_name(name)
    };
    let number = (1_u32..)
        .find(|n| !files.exists(&with(&layout.database, &format!(".damaged-{n}"))))
        .unwrap_or(u32::MAX);
    let mut moved = Vec::new();
    // The database goes last: if moving breaks off, the next opening finds it and goes on.
    let parts = [
        with(&layout.database, "-wal"),
        with(&layout.database, "-shm"),
        layout.mark.clone(),
        layout.suspect.clone(),
        layout.photos.clone(),
        layout.database.clone(),
    ];
    for part in parts.iter().filter(|part| files.exists(part)) {
        // `xunge.db.damaged-1-wal`, so that SQLite finds the log beside its database when someone looks into it.
        let name = part.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let new = match name.strip_prefix("xunge.db-") {
            Some(tail) => format!("xunge.db.damaged-{number}-{tail}"),
            None => format!("{name}.damaged-{number}"),
        };
        let target = part.with_file_name(new);
        files.rename(part, &target)?;
        moved.push(target);
    }
    Ok(moved)
}

fn salvage(database: &Path, key: &Secret, vfs: Option<&str>) -> Salvaged {
    // Any error here means only that less can be salvaged. Each pass has a connection of its own: once SQLCipher has met
    // a page that does not verify, that connection reads nothing any more.
    let fresh = || connect(database, key, Role::Read, vfs).ok();
    let mut salvaged = Salvaged::default();
    let mut found = BTreeMap::new();
    salvaged.complete = fresh().is_some_and(|connection| gather(&connection, "ASC", &mut found));
    if !salvaged.complete {
        // Its verdict does not matter: the first pass broke off.
        let _ = fresh().is_some_and(|connection| gather(&connection, "DESC", &mut found));
    }
    salvaged.operations = found.into_values().collect();
    salvaged.photos = fresh().and_then(|connection| photos_not_sent(&connection).ok()).unwrap_or_default();
    salvaged
}

fn photos_not_sent(connection: &Connection) -> rusqlite::Result<Vec<Photo>> {
    let mut statement = connection.prepare(&format!("{SELECT_PHOTO} WHERE state IN (0, 1, 2)"))?;
    let rows = statement.query_map([], read_photo)?;
    Ok(rows.map_while(Result::ok).collect())
}

/// Reads own open operations in one direction; false when the reading broke off or a record's id was unreadable.
fn gather(connection: &Connection, direction: &str, found: &mut BTreeMap<i64, StoredOperation>) -> bool {
    let ids = format!("SELECT id {OWN_OPEN} ORDER BY id {direction}");
    let Ok(mut statement) = connection.prepare(&ids) else { return false };
    let Ok(mut rows) = statement.query([]) else { return false };
    let reader = Reader::new(connection);
    let mut whole = true;
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                let Ok(id) = row.get::<_, i64>(0) else { return false };
                match read_operation(&reader, id) {
                    Ok(Some(operation)) => drop(found.insert(id, operation)),
                    _ => whole = false,
                }
            }
            Ok(None) => return whole,
            Err(_) => return false,
        }
    }
}
