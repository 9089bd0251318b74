//! What the shell carries: the phone's command table and the bytes of its photos. The shell adds no meaning of its
//! own; names, arguments and answers pass through unchanged. Leaves the table itself to `xunge_client` and the
//! opening of a client to `world`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An error as the screen sees it. The screen branches on `code`, never on `message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CallError {
    /// Stable, snake_case.
    pub code: String,
    /// Plain words for the worker: what happened, what is safe, what to do.
    pub message: String,
}

impl CallError {
    /// An error with this code and these words.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }
}

/// Which rendition of a photo is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// The stored picture itself.
    Full,
    /// The small one for lists.
    Thumbnail,
}

/// Decrypted bytes on their way to the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// The encoded picture.
    pub bytes: Vec<u8>,
    /// Its media type, such as `image/jpeg`.
    pub media_type: &'static str,
}

/// A phone that can be asked. Calls block, so the shell makes them away from the window's thread.
pub trait Carrier: Send + Sync + 'static {
    /// Runs one command of the table.
    ///
    /// # Errors
    /// Whatever the command answers, and `unknown_command` for a name the table does not have.
    fn call(&self, name: &str, args: Value) -> Result<Value, CallError>;

    /// The photo with this `stored_sha256` (lower-case hex).
    ///
    /// # Errors
    /// `no_such_photo`, or `locked` while the store is not open.
    fn photo(&self, stored_sha256: &str, size: Size) -> Result<Photo, CallError>;
}

/// The carrier of this process, or why there is none. A store that does not open must not leave a blank window:
/// the screen starts all the same and shows the reason that every call gives.
#[derive(Clone)]
pub struct Line(Result<Arc<dyn Carrier>, CallError>);

impl Line {
    /// A line to this phone.
    pub fn open(carrier: impl Carrier) -> Self {
        Self(Ok(Arc::new(carrier)))
    }

    /// A line that answers every call with `reason`.
    pub fn dead(reason: CallError) -> Self {
        Self(Err(reason))
    }

    /// The carrier.
    ///
    /// # Errors
    /// The reason the line was opened dead with.
    pub fn carrier(&self) -> Result<Arc<dyn Carrier>, CallError> {
        self.0.clone()
    }
}
