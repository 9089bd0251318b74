//! Moving a damaged store aside and reading out of it what cannot be fetched again: the worker's own operations, photos,
//! drafts, tracks and the log of openings.
//!
//! Pages are damaged one by one, so the log is read from its beginning until it breaks and from its end backwards until
//! it breaks: what lies on the broken page is lost, what lies around it is not. Records of others come back from the
//! county. The store's whole folder moves, by one rename, to `<folder>.damaged-<n>` beside it.

use super::{Layout, OpenError};
use crate::connection::{Role, connect};
use crate::drafts::Draft;
use crate::files::{FileError, Files};
use crate::keys::Secret;
use crate::mark::{Mark, Progress};
use crate::meta::Fact;
use crate::operations::{StoredOperation, read_operation};
use crate::photos::{Photo, SELECT_PHOTO, read_photo};
use crate::sealed_file;
use crate::store::{Reader, Store};
use crate::tracks::OwnPatrol;
use rusqlite::Connection;
use rusqlite::types::Value as SqlValue;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use xunge_domain::access::Access;
use xunge_domain::track::RawTrack;

/// What could be read out of a damaged store.
#[derive(Debug, Default)]
pub struct Salvaged {
    /// The folder in which its files lie now.
    pub moved_to: PathBuf,
    /// How far it had come, as the mark beside it remembers.
    pub expected: Option<Progress>,
    /// Own operations that the county had not acknowledged, in order of writing.
    pub operations: Vec<StoredOperation>,
    /// Photos not yet at the county, with their keys; their files lie in [`Self::moved_to`].
    pub photos: Vec<Photo>,
    /// Whether the log could be read from one end to the other.
    pub complete: bool,
    pub(super) facts: Vec<(Fact, SqlValue)>,
    pub(super) drafts: Vec<Draft>,
    pub(super) accesses: Vec<Access>,
    pub(super) patrols: Vec<(OwnPatrol, RawTrack)>,
}

impl Salvaged {
    /// Who the phone is, in the client's bytes; nothing when neither the database nor the copy beside it says.
    pub fn identity(&self) -> Option<&[u8]> {
        self.facts.iter().find_map(|(fact, value)| match value {
            SqlValue::Blob(bytes) if *fact == Fact::Identity => Some(bytes.as_slice()),
            _ => None,
        })
    }
}

const OWN_OPEN: &str = "FROM operation NOT INDEXED
    WHERE state IN (1, 2, 3, 4)";

/// What still holds of a phone whose mirror of the county is gone: not how far that mirror had come.
const LASTING: [Fact; 8] = [
    Fact::Identity,
    Fact::Epoch,
    Fact::LastContactMs,
    Fact::LastServerMs,
    Fact::NonceMark,
    Fact::PhotoKeepDays,
    Fact::LeaseUntilMs,
    Fact::LostAreas,
];

impl Store {
    /// Salvages and moves aside; the error that [`Store::open`] then answers.
    pub(super) fn set_aside(dir: &Path, key: &Secret, files: &dyn Files) -> OpenError {
        let mut salvaged = salvage(dir, key, files);
        match move_aside(dir, files) {
            Ok(moved) => {
                salvaged.moved_to = moved;
                OpenError::Damaged(Box::new(salvaged))
            }
            Err(error) => error.into(),
        }
    }

    /// Salvages again from the newest store that was moved aside: for a rebuilding that broke off.
    pub fn salvage_aside(dir: &Path, key: &Secret, files: &dyn Files) -> Option<Salvaged> {
        let aside = asides(dir, files).pop()?;
        Some(Salvaged { moved_to: aside.clone(), ..salvage(&aside, key, files) })
    }

    /// Lets the files of stores that were moved aside go. Answers how many files went.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn discard_asides(&self) -> Result<u32, FileError> {
        let files = self.files();
        let mut gone = 0;
        for aside in asides(self.dir(), files) {
            for folder in [aside.join("photos"), aside] {
                for file in files.list(&folder)?.iter().filter(|path| !path.ends_with("photos")) {
                    files.remove(file)?;
                    gone += 1;
                }
            }
        }
        Ok(gone)
    }
}

fn aside(dir: &Path, number: u32) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(format!(".damaged-{number}"));
    dir.with_file_name(name)
}

/// Folders of stores moved aside, the newest last.
fn asides(dir: &Path, files: &dyn Files) -> Vec<PathBuf> {
    (1..).map(|number| aside(dir, number)).take_while(|folder| files.exists(folder)).collect()
}

fn move_aside(dir: &Path, files: &dyn Files) -> Result<PathBuf, FileError> {
    let number = u32::try_from(asides(dir, files).len()).unwrap_or(u32::MAX).saturating_add(1);
    let target = aside(dir, number);
    files.rename(dir, &target)?;
    Ok(target)
}

fn salvage(dir: &Path, key: &Secret, files: &dyn Files) -> Salvaged {
    let layout = Layout::of(dir);
    // Any error here means only that less can be salvaged. Each pass has a connection of its own: once SQLCipher has met
    // a page that does not verify, that connection reads nothing any more.
    let fresh = || connect(&layout.database, key, Role::Read, files.sqlite_vfs()).ok();
    let (_, _, expected) = Mark::read(layout.mark.clone(), key, files);
    let mut salvaged = Salvaged { expected, ..Salvaged::default() };
    let mut found = BTreeMap::new();
    salvaged.complete = fresh().is_some_and(|connection| gather(&connection, "ASC", &mut found));
    if !salvaged.complete {
        // Its verdict does not matter: the first pass broke off.
        let _ = fresh().is_some_and(|connection| gather(&connection, "DESC", &mut found));
    }
    salvaged.operations = found.into_values().collect();
    salvaged.photos = fresh().and_then(|connection| photos_not_sent(&connection).ok()).unwrap_or_default();
    for fact in LASTING {
        let value = fresh().and_then(|connection| Reader::new(&connection).raw_fact(fact).ok().flatten());
        salvaged.facts.extend(value.map(|value| (fact, value)));
    }
    if !salvaged.facts.iter().any(|(fact, _)| *fact == Fact::Identity) {
        let copy =
            sealed_file::read(&layout.copy, &sealed_file::identity_seal(key), sealed_file::IDENTITY, files);
        salvaged.facts.extend(copy.map(|bytes| (Fact::Identity, SqlValue::Blob(bytes))));
    }
    salvaged.drafts =
        fresh().and_then(|connection| Reader::new(&connection).drafts().ok()).unwrap_or_default();
    salvaged.accesses =
        fresh().and_then(|connection| Reader::new(&connection).accesses().ok()).unwrap_or_default();
    salvaged.patrols = fresh().and_then(|connection| tracks(&Reader::new(&connection))).unwrap_or_default();
    salvaged
}

fn tracks(reader: &Reader<'_>) -> Option<Vec<(OwnPatrol, RawTrack)>> {
    let mut patrols = reader.patrols_with_points().ok()?;
    let under_way = reader.open_patrol().ok().flatten();
    patrols.extend(under_way.filter(|open| patrols.iter().all(|patrol| patrol.patrol != open.patrol)));
    let with_points = |patrol: OwnPatrol| {
        let track = reader.track(patrol.patrol).unwrap_or_default();
        (patrol, track)
    };
    Some(patrols.into_iter().map(with_points).collect())
}

fn photos_not_sent(connection: &Connection) -> rusqlite::Result<Vec<Photo>> {
    let mut statement = connection.prepare(&format!("{SELECT_PHOTO} WHERE state IN (0, 1, 2, 4)"))?;
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
