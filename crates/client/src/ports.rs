//! What the use cases ask of the world: the phone's hardware and the way to the county. Each program supplies them.
//!
//! Clock and randomness are `xunge_domain::world`, files are `xunge_store::Files`.

use std::time::Duration;
use xunge_domain::geometry::Fix;
use xunge_domain::track::RawTrack;

/// The phone's hardware. [`crate::simulated`] plays it from files; the shell's plugin plays it on Android.
pub trait Device: Send + Sync {
    /// Opens the camera and waits for a picture: the original's bytes. The file it came from stays until
    /// [`Device::forget_photo`], so that a process that dies before the bytes are safe elsewhere loses nothing.
    /// `purpose` comes back with a recovered picture.
    ///
    /// # Errors
    /// [`DeviceError`]; `Cancelled` when the worker went back.
    fn take_photo(&self, purpose: &str) -> Result<Vec<u8>, DeviceError>;

    /// A picture that was taken and never forgotten: the process died while the camera had the screen, or before the
    /// bytes were safe. It stays until [`Device::forget_photo`].
    ///
    /// # Errors
    /// [`DeviceError`].
    fn recover_photo(&self) -> Result<Option<WaitingPhoto>, DeviceError>;

    /// What [`Device::take_photo`] or [`Device::recover_photo`] gave last is safe elsewhere, or of no use: its file goes.
    ///
    /// # Errors
    /// [`DeviceError`].
    fn forget_photo(&self) -> Result<(), DeviceError>;

    /// Where the phone is; `None` when there is no fix within a short time (indoors, no permission).
    ///
    /// # Errors
    /// [`DeviceError`].
    fn fix(&self) -> Result<Option<Fix>, DeviceError>;

    /// Starts recording the track in a process of its own.
    ///
    /// # Errors
    /// [`DeviceError`].
    fn start_recording(&self) -> Result<(), DeviceError>;

    /// Stops recording.
    ///
    /// # Errors
    /// [`DeviceError`].
    fn stop_recording(&self) -> Result<(), DeviceError>;

    /// Takes what was recorded since the last call; the recorder forgets it once this returned and
    /// [`Device::forget_recorded`] was called.
    ///
    /// # Errors
    /// [`DeviceError`].
    fn recorded(&self) -> Result<RawTrack, DeviceError>;

    /// What [`Device::recorded`] gave last is stored: the recorder may delete it.
    ///
    /// # Errors
    /// [`DeviceError`].
    fn forget_recorded(&self) -> Result<(), DeviceError>;

    /// A secret of this phone's key store, 32 bytes, the same at every call.
    ///
    /// # Errors
    /// [`DeviceError::KeyStore`] when it is gone: the desk must help then.
    fn platform_key(&self) -> Result<zeroize::Zeroizing<[u8; 32]>, DeviceError>;

    /// Whether data travels over a metered network now.
    fn metered(&self) -> bool;

    /// Whether this hardware is played from files.
    fn is_simulated(&self) -> bool {
        false
    }
}

/// A picture that waits to be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPhoto {
    /// What it was taken for, as given to [`Device::take_photo`].
    pub purpose: String,
    /// The original's bytes.
    pub original: Vec<u8>,
}

/// What the hardware could not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The worker went back without a picture.
    #[error("cancelled")]
    Cancelled,
    /// The worker has not allowed it.
    #[error("no permission")]
    NoPermission,
    /// This platform has no such thing.
    #[error("not on this platform")]
    NotOnThisPlatform,
    /// The key store does not answer or lost its key.
    #[error("key store")]
    KeyStore,
    /// Anything else; the text holds nothing personal.
    #[error("device: {0}")]
    Other(String),
}

/// The way to one county.
pub trait Transport: Send + Sync {
    /// Sends one request and reads the whole answer.
    ///
    /// # Errors
    /// [`TransportError`] when no whole answer came. Whether the request arrived is then unknown: it must be repeatable.
    fn send(&self, request: &Request) -> Result<Response, TransportError>;
}

/// Makes a [`Transport`].
pub trait Connector: Send + Sync {
    /// Fetches the county's CA without trusting anything: the caller compares its hash with the one in the code.
    ///
    /// # Errors
    /// [`TransportError`].
    fn fetch_ca(&self, address: &str) -> Result<Vec<u8>, TransportError>;

    /// A transport that trusts these CAs (DER) and nothing else.
    ///
    /// # Errors
    /// [`TransportError`].
    fn connect(&self, address: &str, authorities: &[Vec<u8>]) -> Result<Box<dyn Transport>, TransportError>;
}

/// A request of the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `POST`, `GET`, `HEAD`, `PATCH`.
    pub method: &'static str,
    /// Path with query, from the root of the county.
    pub path: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Response {
    /// The header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `Retry-After` in seconds.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs)
    }
}

/// No whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection, cut in the middle, or time-out.
    #[error("unreachable")]
    Unreachable,
    /// Somebody answered who is not the county: the certificate is not signed by its CA.
    #[error("not the county")]
    NotTheCounty,
    /// The address cannot be read.
    #[error("bad address")]
    BadAddress,
}
