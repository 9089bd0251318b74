//! What the shell carries: the phone's command table and the bytes of its photos. The shell adds no meaning of its
//! own; names, arguments and answers pass through unchanged. Leaves the table itself to `xunge_client` and the
//! opening of a client to `world`.

use std::sync::Arc;

use serde_json::Value;

pub use xunge_client::views::CallError;

/// An error that the shell itself has to give, because no phone stands behind it.
pub(crate) fn error(code: &str, retry: bool) -> CallError {
    CallError { code: code.to_owned(), params: Default::default(), retry }
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

    /// The photo with this id (UUID text).
    ///
    /// # Errors
    /// `no_such_photo`, or `locked` while the store is not open.
    fn photo(&self, id: &str, size: Size) -> Result<Photo, CallError>;
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
