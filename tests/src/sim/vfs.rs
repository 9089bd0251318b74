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

use super::disk::{Disk, Shared, Trouble, lock};
use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods, sqlite3_vfs};
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, OnceLock};

/// Bytes of a region of shared memory, as SQLite asks for them.
const REGION: usize = 32 * 1024;

/// A mounted disk and what its processes hold in memory about its databases.
struct Mounted {
    disk: Arc<Disk>,
    meetings: BTreeMap<PathBuf, Arc<Mutex<Meeting>>>,
}

/// Where the connections to one database meet.
#[derive(Default)]
struct Meeting {
    shared: u32,
    reserved: bool,
    exclusive: bool,
    regions: Vec<Box<[u64; REGION / 8]>>,
    shm: [ShmLock; ffi::SQLITE_SHM_NLOCK as usize],
}

#[derive(Default, Clone, Copy)]
struct ShmLock {
    shared: u32,
    exclusive: bool,
}

/// An open file.
struct Open {
    disk: Arc<Disk>,
    file: Shared,
    path: PathBuf,
    meeting: Arc<Mutex<Meeting>>,
    level: c_int,
    shm_shared: u32,
    shm_exclusive: u32,
}

/// What SQLite allocates for an open file; `base` comes first because SQLite looks at nothing else.
#[repr(C)]
struct SimFile {
    base: sqlite3_file,
    open: *mut Open,
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

fn register() {
    static ONCE: Once = Once::new();
    // SAFETY: SQLite allows registering at any time after initialisation; the structure is leaked and so lives for ever.
    // The system's structure is copied whole: what is not replaced goes on working with the system's own data.
    ONCE.call_once(|| unsafe {
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

fn code(trouble: Trouble, otherwise: c_int) -> c_int {
    match trouble {
        Trouble::Dead => otherwise,
        Trouble::Full => ffi::SQLITE_FULL,
        Trouble::Missing => ffi::SQLITE_CANTOPEN,
    }
}

fn said(done: Result<(), Trouble>, otherwise: c_int) -> c_int {
    done.map_or_else(|trouble| code(trouble, otherwise), |()| ffi::SQLITE_OK)
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

/// SAFETY: `file` was opened by [`open`] and is not closed.
unsafe fn of<'a>(file: *mut sqlite3_file) -> &'a mut Open {
    // SAFETY: then `open` points to the box made there, and SQLite uses a file from one thread at a time.
    unsafe { &mut *(*file.cast::<SimFile>()).open }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: SQLite closes once; the box goes with it.
    unsafe {
        unlock(file, ffi::SQLITE_LOCK_NONE);
        shm_unmap(file, 0);
        drop(Box::from_raw((*file.cast::<SimFile>()).open));
        (*file).pMethods = std::ptr::null();
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut sqlite3_file, into: *mut c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: `into` has room for `amount` bytes.
    let (open, into) =
        unsafe { (of(file), std::slice::from_raw_parts_mut(into.cast::<u8>(), amount as usize)) };
    match open.disk.read_at(&open.file, offset as usize, into) {
        Ok(read) if read == into.len() => ffi::SQLITE_OK,
        Ok(read) => {
            // SQLite wants zeros where the file ends.
            into[read..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
        Err(_) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn write(
    file: *mut sqlite3_file,
    from: *const c_void,
    amount: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: `from` holds `amount` bytes.
    let (open, bytes) = unsafe { (of(file), std::slice::from_raw_parts(from.cast::<u8>(), amount as usize)) };
    said(open.disk.write_to(&open.file, offset as usize, bytes), ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    said(open.disk.truncate(&open.file, size as usize), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    said(open.disk.flush(&open.file), ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, out: *mut i64) -> c_int {
    // SAFETY: an open file and SQLite's place for the answer.
    unsafe { *out = lock(&of(file).file).bytes.len() as i64 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock_file(file: *mut sqlite3_file, wanted: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    let mut meeting = lock(&open.meeting);
    if open.level >= wanted {
        return ffi::SQLITE_OK;
    }
    let joins = u32::from(open.level < ffi::SQLITE_LOCK_SHARED);
    let reserves = wanted >= ffi::SQLITE_LOCK_RESERVED && open.level < ffi::SQLITE_LOCK_RESERVED;
    let alone = wanted >= ffi::SQLITE_LOCK_EXCLUSIVE;
    let others = meeting.shared + joins > 1;
    if (joins > 0 && meeting.exclusive) || (reserves && meeting.reserved) || (alone && others) {
        return ffi::SQLITE_BUSY;
    }
    meeting.shared += joins;
    meeting.reserved |= reserves;
    meeting.exclusive |= alone;
    open.level = wanted;
    ffi::SQLITE_OK
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, wanted: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    let mut meeting = lock(&open.meeting);
    if open.level > wanted {
        meeting.exclusive &= open.level < ffi::SQLITE_LOCK_EXCLUSIVE;
        meeting.reserved &= open.level < ffi::SQLITE_LOCK_RESERVED;
        if wanted < ffi::SQLITE_LOCK_SHARED {
            meeting.shared -= 1;
        }
        open.level = wanted;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: an open file and SQLite's place for the answer.
    unsafe { *out = c_int::from(lock(&of(file).meeting).reserved) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(_: *mut sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn characteristics(_: *mut sqlite3_file) -> c_int {
    // As SQLite believes of every disk under Linux: a write touches no byte beside it.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    number: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    let mut meeting = lock(&open.meeting);
    let number = number as usize;
    if size as usize > REGION {
        return ffi::SQLITE_IOERR_SHMMAP;
    }
    if extend != 0 {
        while meeting.regions.len() <= number {
            meeting.regions.push(Box::new([0; REGION / 8]));
        }
    }
    let region = meeting.regions.get_mut(number);
    // SAFETY: the region's address stays while the meeting lives, and every open file holds the meeting.
    unsafe { *out = region.map_or(std::ptr::null_mut(), |region| region.as_mut_ptr().cast()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    let mut meeting = lock(&open.meeting);
    let slots = offset as usize..(offset + count) as usize;
    let exclusive = flags & ffi::SQLITE_SHM_EXCLUSIVE != 0;
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        for slot in slots {
            release(open.shm_shared, open.shm_exclusive, slot, &mut meeting);
            open.shm_shared &= !(1 << slot);
            open.shm_exclusive &= !(1 << slot);
        }
        return ffi::SQLITE_OK;
    }
    let mine = |slot: &usize| open.shm_shared & (1 << slot) != 0 || open.shm_exclusive & (1 << slot) != 0;
    let free = |slot: &usize| {
        let held = meeting.shm[*slot];
        mine(slot) || (!held.exclusive && (!exclusive || held.shared == 0))
    };
    if !slots.clone().all(|slot| free(&slot)) {
        return ffi::SQLITE_BUSY;
    }
    for slot in slots.clone().filter(|slot| !mine(slot)).collect::<Vec<_>>() {
        if exclusive {
            meeting.shm[slot].exclusive = true;
            open.shm_exclusive |= 1 << slot;
        } else {
            meeting.shm[slot].shared += 1;
            open.shm_shared |= 1 << slot;
        }
    }
    ffi::SQLITE_OK
}

fn release(shared: u32, exclusive: u32, slot: usize, meeting: &mut Meeting) {
    if shared & (1 << slot) != 0 {
        meeting.shm[slot].shared -= 1;
    }
    if exclusive & (1 << slot) != 0 {
        meeting.shm[slot].exclusive = false;
    }
}

unsafe extern "C" fn shm_barrier(_: *mut sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { of(file) };
    let mut meeting = lock(&open.meeting);
    for slot in 0..ffi::SQLITE_SHM_NLOCK as usize {
        release(open.shm_shared, open.shm_exclusive, slot, &mut meeting);
    }
    (open.shm_shared, open.shm_exclusive) = (0, 0);
    drop(meeting);
    if delete != 0 {
        // The last connection has folded the log in: the next one begins with fresh shared memory.
        let path = open.path.clone();
        on_disk(&path, |mounted| mounted.meetings.remove(&path));
    }
    ffi::SQLITE_OK
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
