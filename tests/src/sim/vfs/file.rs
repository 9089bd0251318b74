//! An open file of a simulated disk as SQLite uses it: bytes, locks, and the shared memory of a write-ahead log.

use super::on_disk;
use crate::sim::disk::{Disk, Shared, Trouble, lock};
use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods};
use std::ffi::{c_int, c_void};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Bytes of a region of shared memory, as SQLite asks for them.
const REGION: usize = 32 * 1024;

/// Where the connections to one database meet.
#[derive(Default)]
pub(super) struct Meeting {
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
pub(super) struct Open {
    pub(super) disk: Arc<Disk>,
    pub(super) file: Shared,
    pub(super) path: PathBuf,
    pub(super) meeting: Arc<Mutex<Meeting>>,
    pub(super) level: c_int,
    pub(super) shm_shared: u32,
    pub(super) shm_exclusive: u32,
}

/// What SQLite allocates for an open file; `base` comes first because SQLite looks at nothing else.
#[repr(C)]
pub(super) struct SimFile {
    pub(super) base: sqlite3_file,
    pub(super) open: *mut Open,
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

/// SAFETY: `file` was opened by [`super::open`] and is not closed.
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

pub(super) static METHODS: sqlite3_io_methods = sqlite3_io_methods {
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
