//! The one file of the shell that reaches for the world: where data lies and threads that may block; the real
//! clock, randomness, files and keys are supplied from here to `xunge_client` when it is opened.

use tauri::{AppHandle, Runtime};

use crate::carrier::{CallError, Line};

/// Opens the phone of this process.
pub fn open<R: Runtime>(_app: &AppHandle<R>) -> Line {
    Line::dead(CallError::new("not_built_in", "这个版本没有装入手机端核心，不能保存任何内容。"))
}

/// Runs `work`, which may block on the disk, away from the window's thread.
///
/// # Errors
/// `broken_off` when `work` panicked: the transaction it was in is rolled back by SQLite.
pub async fn off_the_window<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CallError> + Send + 'static,
) -> Result<T, CallError> {
    tauri::async_runtime::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(CallError::new("broken_off", "刚才的操作没有完成，已经存好的内容都在。请再试一次。"))
    })
}

/// Runs `work`, which may block on the disk and sends its own answer, away from the window's thread.
pub fn answer_later(work: impl FnOnce() + Send + 'static) {
    // Nobody waits for the task: it reports by itself.
    drop(tauri::async_runtime::spawn_blocking(work));
}
