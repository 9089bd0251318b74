//! SQLite's door to [`super::disk::Disk`]: a VFS that is the default of this process. Paths below a mounted disk go to it,
//! all others to the system as before, so stores and county open their databases exactly as they do in the field.
//!
//! Write-ahead logs need locks and shared memory between the connections of one process. They live here, beside the disk
//! and not on it, and are gone with a crash as a process's memory is. SQLCipher's codec sits above: what lies on the disk
//! is encrypted.
//!
//! The simulator runs a machine in one thread; a connection that waits for a lock waits for itself, so waiting takes no
//! time and soon says busy.

#![allow(unsafe_code, reason = "SQLite calls back through C; each function says what it relies on")]

mod file;

use super::disk::{Disk, Trouble, lock};
use file::{METHODS, Meeting, Open, SimFile};
use rusqlite::ffi::{self, sqlite3_file, sqlite3_vfs};
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, OnceLock};

/// A mounted disk and what its processes hold in memory about its databases.
struct Mounted {
    disk: Arc<Disk>,
    meetings: BTreeMap<PathBuf, Arc<Mutex<Meeting>>>,
}

static MOUNTED: Mutex<BTreeMap<PathBuf, Mounted>> = Mutex::new(BTreeMap::new());

/// The system's own VFS, for everything that is not simulated. Set once, before ours is registered; SQLite never frees it.
struct System(*mut sqlite3_vfs);
// SAFETY: the pointer is to SQLite's static structure, which is never changed after start-up.
unsafe impl Send for System {}
// SAFETY: as above.
unsafe impl Sync for System {}
static SYSTEM: OnceLock<System> = OnceLock::new();

/// Mounts a disk: databases with paths below `root` lie on it. A disk mounted there before is gone, with all that its
/// processes had in memory.
pub fn mount(root: &Path, disk: Arc<Disk>) {
    register();
    lock(&MOUNTED).insert(root.to_owned(), Mounted { disk, meetings: BTreeMap::new() });
}

/// Takes a disk away.
pub fn unmount(root: &Path) {
    lock(&MOUNTED).remove(root);
}

/// Puts the VFS in its place, once; before the first database of the process is opened.
pub(super) fn register() {
    static ONCE: Once = Once::new();
    // SAFETY: SQLite allows registering at any time after initialisation; the structure is leaked and so lives for ever.
    // The system's structure is copied whole: what is not replaced goes on working with the system's own data.
    ONCE.call_once(|| unsafe {
        // Nobody here asks how much memory SQLite uses; counting takes a lock for each piece of it.
        ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, 0);
        // SQLCipher initialises itself with the first connection; a VFS is to be added after that.
        drop(rusqlite::Connection::open_in_memory());
        ffi::sqlite3_initialize();
        let system = ffi::sqlite3_vfs_find(std::ptr::null());
        let _ = SYSTEM.set(System(system));
        let mut ours = *system;
        ours.szOsFile = ours.szOsFile.max(size_of::<SimFile>() as c_int);
        ours.zName = c"simulated".as_ptr();
        ours.pNext = std::ptr::null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        ours.xAccess = Some(access);
        ours.xFullPathname = Some(full_pathname);
        ours.xSleep = Some(sleep);
        ffi::sqlite3_vfs_register(Box::into_raw(Box::new(ours)), 1);
    });
}

fn system() -> *mut sqlite3_vfs {
    SYSTEM.get().map_or(std::ptr::null_mut(), |system| system.0)
}

/// Runs `work` with the disk the path lies on; nothing for a path of the system.
fn on_disk<T>(path: &Path, work: impl FnOnce(&mut Mounted) -> T) -> Option<T> {
    let mut mounted = lock(&MOUNTED);
    let root = path.ancestors().find(|above| mounted.contains_key(*above))?.to_owned();
    mounted.get_mut(&root).map(work)
}

/// SAFETY: `name` is null or a C string of SQLite's.
unsafe fn path_of(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    // SAFETY: see above.
    unsafe { CStr::from_ptr(name) }.to_str().ok().map(PathBuf::from)
}

/// SAFETY: called by SQLite as `xOpen`: `file` points to `szOsFile` bytes of its.
unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: the name is SQLite's.
    let path = unsafe { path_of(name) };
    let create = flags & ffi::SQLITE_OPEN_CREATE != 0;
    let opened = path.and_then(|path| {
        on_disk(&path, |mounted| {
            let content = mounted.disk.open(&path, create)?;
            let meeting = mounted.meetings.entry(path.clone()).or_default().clone();
            let disk = mounted.disk.clone();
            Ok::<_, Trouble>(Open {
                disk,
                file: content,
                path: path.clone(),
                meeting,
                level: 0,
                shm_shared: 0,
                shm_exclusive: 0,
            })
        })
    });
    // SAFETY: `file` is SQLite's memory for us; the system's function gets it untouched.
    unsafe {
        match opened {
            None => match (*system()).xOpen {
                Some(open) => open(system(), name, file, flags, out),
                None => ffi::SQLITE_CANTOPEN,
            },
            Some(Err(_)) => {
                (*file).pMethods = std::ptr::null();
                ffi::SQLITE_CANTOPEN
            }
            Some(Ok(opened)) => {
                let ours = file.cast::<SimFile>();
                (*ours).base.pMethods = &METHODS;
                (*ours).open = Box::into_raw(Box::new(opened));
                if !out.is_null() {
                    *out = flags;
                }
                ffi::SQLITE_OK
            }
        }
    }
}

/// SAFETY: `xDelete`.
unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: the name is SQLite's; the system's function gets what we got.
    unsafe {
        let done = path_of(name).and_then(|path| on_disk(&path, |mounted| mounted.disk.delete(&path)));
        match (done, (*system()).xDelete) {
            (Some(Ok(())), _) => ffi::SQLITE_OK,
            (Some(Err(Trouble::Missing)), _) => ffi::SQLITE_IOERR_DELETE_NOENT,
            (Some(Err(_)), _) | (None, None) => ffi::SQLITE_IOERR_DELETE,
            (None, Some(delete)) => delete(system(), name, sync),
        }
    }
}

/// SAFETY: `xAccess`.
unsafe extern "C" fn access(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: name and out are SQLite's.
    unsafe {
        match path_of(name).and_then(|path| on_disk(&path, |mounted| mounted.disk.has(&path))) {
            Some(there) => {
                *out = c_int::from(there);
                ffi::SQLITE_OK
            }
            None => (*system())
                .xAccess
                .map_or(ffi::SQLITE_IOERR_ACCESS, |access| access(system(), name, flags, out)),
        }
    }
}

/// SAFETY: `xFullPathname`: `out` has room for `room` bytes.
unsafe extern "C" fn full_pathname(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: see above; the string with its end is copied only when it fits.
    unsafe {
        let simulated = path_of(name).and_then(|path| on_disk(&path, |_| ())).is_some();
        if !simulated {
            return (*system())
                .xFullPathname
                .map_or(ffi::SQLITE_CANTOPEN, |full| full(system(), name, room, out));
        }
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > usize::try_from(room).unwrap_or(0) {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
        ffi::SQLITE_OK
    }
}

/// SAFETY: `xSleep`.
unsafe extern "C" fn sleep(_: *mut sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}
