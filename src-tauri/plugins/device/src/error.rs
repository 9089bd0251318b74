//! What can go wrong between Rust and the phone's hardware. Leaves the wording for the worker to the client.

/// A device that did not do what it was asked. `code` is what a caller branches on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This build runs on a desktop, which has no such hardware.
    #[error("there is no such device on this platform")]
    NotOnThisPlatform,
    /// The Kotlin half refused, with one of its codes.
    #[error("{code}: {message}")]
    Refused {
        /// One of the codes listed at [`Error::code`].
        code: String,
        /// The phone's own words, for the log.
        message: String,
    },
    /// The call did not get through to the Kotlin half or its answer made no sense.
    #[error("the phone's answer could not be read: {0}")]
    Unreadable(String),
}

impl Error {
    /// Stable, snake_case: `not_on_this_platform`, `device_unreadable`, or what the Kotlin half gives:
    /// `no_camera`, `camera_failed`, `capture_pending`, `storage_full`, `permission_denied`, `location_off`,
    /// `no_fix`, `recorder_refused`, `key_lost`, `key_wrong`, `key_store_failed`, `bad_argument`.
    pub fn code(&self) -> &str {
        match self {
            Self::NotOnThisPlatform => "not_on_this_platform",
            Self::Refused { code, .. } => code,
            Self::Unreadable(_) => "device_unreadable",
        }
    }
}
