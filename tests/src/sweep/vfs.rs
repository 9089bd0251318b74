//! A file system for SQLite that puts every write, cut, sync and removal on the [`Tape`] of its folder and lets the tape
//! make it fail. It stands before SQLite's own Unix file system, which does the work; locks and the shared memory of the
//! write-ahead log are passed through as they are. SQLCipher's codec sits above: what is taped is ciphertext.

#![expect(
    unsafe_code,
    reason = "SQLite calls a file system through C function pointers; there is no safe way"
)]

use super::tape::{How, Kind, Step, Tape};
use rusqlite::ffi;
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Its name.
pub const NAME: &str = "xunge-taped";
const C_NAME: &CStr = c"xunge-taped";

/// What SQLite allocates for an open file: ours first, the Unix file behind it.
#[repr(C, align(8))]
struct Taped {
    base: ffi::sqlite3_file,
    /// Nothing for SQLite's own temporary files.
    tape: Option<Arc<Tape>>,
    path: PathBuf,
    /// Its name is made durable with it, as SQLite's Unix file system does for logs and journals.
    syncs_folder: bool,
}

struct Registered(ffi::sqlite3_vfs);
// SAFETY: written once, before SQLite sees it; SQLite only reads it, and links it under a mutex of its own.
unsafe impl Send for Registered {}
// SAFETY: as above.
unsafe impl Sync for Registered {}

/// Makes it known to SQLite; once is enough, more does no harm.
pub(super) fn register() {
    static VFS: OnceLock<usize> = OnceLock::new();
    VFS.get_or_init(|| {
        // SAFETY: the default file system of Unix lives as long as the process; the copy given to SQLite is never freed.
        unsafe {
            ffi::sqlite3_initialize();
            let real = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!real.is_null(), "SQLite has a file system");
            let mut ours = *real;
            ours.pNext = std::ptr::null_mut();
            ours.zName = C_NAME.as_ptr();
            ours.pAppData = real.cast();
            ours.szOsFile += size_of::<Taped>() as c_int;
            ours.xOpen = Some(open);
            ours.xDelete = Some(delete);
            let ours = Box::leak(Box::new(Registered(ours)));
            assert_eq!(ffi::sqlite3_vfs_register(&raw mut ours.0, 0), ffi::SQLITE_OK);
            std::ptr::from_mut(ours) as usize
        }
    });
}

// SAFETY of all below: SQLite keeps the contract of sqlite3_vfs and sqlite3_io_methods. A `*mut sqlite3_file` that it hands
// to a method in METHODS was filled by `open`, is used by one thread at a time, and is dead after `close`.

unsafe fn real_vfs(vfs: *mut ffi::sqlite3_vfs) -> *mut ffi::sqlite3_vfs {
    unsafe { (*vfs).pAppData.cast() }
}

unsafe fn taped<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Taped {
    unsafe { &mut *file.cast::<Taped>() }
}

unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    unsafe { file.cast::<u8>().add(size_of::<Taped>()).cast() }
}

unsafe fn path_of(name: *const c_char) -> PathBuf {
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes();
    Path::new(OsStr::from_bytes(bytes)).to_path_buf()
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    unsafe {
        (*file).pMethods = std::ptr::null();
        let path = if name.is_null() { PathBuf::new() } else { path_of(name) };
        let tape = Tape::of(&path);
        if tape.as_ref().is_some_and(|tape| tape.strikes(Kind::Read).is_some()) {
            return ffi::SQLITE_CANTOPEN;
        }
        let is_new = !path.exists();
        let real_vfs = real_vfs(vfs);
        let Some(real_open) = (*real_vfs).xOpen else { return ffi::SQLITE_CANTOPEN };
        let done = real_open(real_vfs, name, real(file), flags, out);
        if done != ffi::SQLITE_OK {
            return done;
        }
        if let Some(tape) = tape.as_ref().filter(|_| is_new) {
            tape.note(Step::Create(path.clone()));
        }
        let kinds = ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL;
        let base = ffi::sqlite3_file { pMethods: &raw const METHODS };
        file.cast::<Taped>().write(Taped { base, tape, path, syncs_folder: is_new && flags & kinds != 0 });
        ffi::SQLITE_OK
    }
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    unsafe {
        let path = path_of(name);
        let tape = Tape::of(&path);
        if tape.as_ref().is_some_and(|tape| tape.strikes(Kind::Write).is_some()) {
            return ffi::SQLITE_IOERR_DELETE;
        }
        let real_vfs = real_vfs(vfs);
        let Some(real_delete) = (*real_vfs).xDelete else { return ffi::SQLITE_ERROR };
        let done = real_delete(real_vfs, name, sync);
        if let Some(tape) = tape.filter(|_| done == ffi::SQLITE_OK) {
            let folder = path.parent().map(Path::to_path_buf);
            tape.note(Step::Remove(path));
            if let Some(folder) = folder.filter(|_| sync != 0) {
                tape.note(Step::SyncFolder(folder));
            }
        }
        done
    }
}

/// Calls the same method of the Unix file.
macro_rules! pass {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        let real = real($file);
        match (*(*real).pMethods).$method {
            Some(method) => method(real $(, $argument)*),
            None => ffi::SQLITE_NOTFOUND,
        }
    }};
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe {
        let done = pass!(file, xClose);
        std::ptr::drop_in_place(file.cast::<Taped>());
        done
    }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, len: c_int, at: i64) -> c_int {
    unsafe {
        if taped(file).tape.as_ref().is_some_and(|tape| tape.strikes(Kind::Read).is_some()) {
            return ffi::SQLITE_IOERR_READ;
        }
        pass!(file, xRead, to, len, at)
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, len: c_int, at: i64) -> c_int {
    unsafe {
        match taped(file).tape.as_ref().and_then(|tape| tape.strikes(Kind::Write)) {
            Some(How::Full) => {
                // What a full disk leaves: the part for which there was room.
                let half = len / 2;
                if half > 0 {
                    let _ = write_and_note(file, from, half, at);
                }
                ffi::SQLITE_FULL
            }
            Some(How::Error) => ffi::SQLITE_IOERR_WRITE,
            None => write_and_note(file, from, len, at),
        }
    }
}

unsafe fn write_and_note(file: *mut ffi::sqlite3_file, from: *const c_void, len: c_int, at: i64) -> c_int {
    unsafe {
        let done = pass!(file, xWrite, from, len, at);
        let taped = taped(file);
        if let Some(tape) = taped.tape.as_ref().filter(|_| done == ffi::SQLITE_OK) {
            let bytes =
                std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(len).unwrap_or(0)).to_vec();
            let offset = u64::try_from(at).unwrap_or(0);
            tape.note(Step::Write { path: taped.path.clone(), offset, bytes });
        }
        done
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    unsafe {
        if taped(file).tape.as_ref().is_some_and(|tape| tape.strikes(Kind::Write).is_some()) {
            return ffi::SQLITE_IOERR_TRUNCATE;
        }
        let done = pass!(file, xTruncate, size);
        let taped = taped(file);
        if let Some(tape) = taped.tape.as_ref().filter(|_| done == ffi::SQLITE_OK) {
            let len = u64::try_from(size).unwrap_or(0);
            tape.note(Step::Truncate { path: taped.path.clone(), len });
        }
        done
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    unsafe {
        if taped(file).tape.as_ref().is_some_and(|tape| tape.strikes(Kind::Sync).is_some()) {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        let done = pass!(file, xSync, flags);
        let taped = taped(file);
        if let Some(tape) = taped.tape.as_ref().filter(|_| done == ffi::SQLITE_OK) {
            tape.note(Step::SyncFile(taped.path.clone()));
            if let Some(folder) = taped.path.parent().filter(|_| taped.syncs_folder) {
                tape.note(Step::SyncFolder(folder.to_path_buf()));
                taped.syncs_folder = false;
            }
        }
        done
    }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    unsafe { pass!(file, xFileSize, size) }
}
unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    unsafe { pass!(file, xLock, level) }
}
unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    unsafe { pass!(file, xUnlock, level) }
}
unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, held: *mut c_int) -> c_int {
    unsafe { pass!(file, xCheckReservedLock, held) }
}
unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, what: c_int, with: *mut c_void) -> c_int {
    unsafe { pass!(file, xFileControl, what, with) }
}
unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe { pass!(file, xSectorSize) }
}
unsafe extern "C" fn characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    unsafe { pass!(file, xDeviceCharacteristics) }
}
unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    at: *mut *mut c_void,
) -> c_int {
    unsafe { pass!(file, xShmMap, page, size, extend, at) }
}
unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    unsafe { pass!(file, xShmLock, offset, n, flags) }
}
unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    unsafe {
        let real = real(file);
        if let Some(method) = (*(*real).pMethods).xShmBarrier {
            method(real);
        }
    }
}
unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    unsafe { pass!(file, xShmUnmap, delete) }
}

/// Version 2: with shared memory, without memory-mapped reading, which would pass us by.
static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
