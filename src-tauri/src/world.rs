//! The one file of the shell that reaches for the world: where data lies and threads that may block; the real
//! clock, randomness, files and keys are supplied from here to `xunge_client` when it is opened.

use tauri::{AppHandle, Runtime};

use crate::carrier::{CallError, Line, error};

/// Opens the phone of this process.
pub fn open<R: Runtime>(_app: &AppHandle<R>) -> Line {
    Line::dead(error("core_unreachable", false))
}

/// Runs `work`, which may block on the disk, away from the window's thread.
///
/// # Errors
/// `internal` when `work` panicked: the transaction it was in is rolled back by SQLite.
pub async fn off_the_window<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CallError> + Send + 'static,
) -> Result<T, CallError> {
    tauri::async_runtime::spawn_blocking(work).await.unwrap_or_else(|_| Err(error("internal", true)))
}

/// Runs `work`, which may block on the disk and sends its own answer, away from the window's thread.
pub fn answer_later(work: impl FnOnce() + Send + 'static) {
    // Nobody waits for the task: it reports by itself.
    drop(tauri::async_runtime::spawn_blocking(work));
}
