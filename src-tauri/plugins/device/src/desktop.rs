//! The desktop has no such hardware and says so. Leaves pretending to the simulated device in `xunge_client`.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use tauri::{AppHandle, Runtime, plugin::PluginApi};
use zeroize::Zeroizing;

use crate::{CapturedPhoto, Error, Fix, FixRequest, Permission, RecorderState, RecordingPlan, WrappedKey};

/// The device of a desktop: every call is `not_on_this_platform`.
pub struct Device<R: Runtime>(PhantomData<fn() -> R>);

pub(crate) fn init<R: Runtime, C: DeserializeOwned>(
    _app: &AppHandle<R>,
    _api: &PluginApi<R, C>,
) -> Device<R> {
    Device(PhantomData)
}

macro_rules! not_here {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        impl<R: Runtime> Device<R> {
            $($(#[$doc])*
            ///
            /// # Errors
            /// Always [`Error::NotOnThisPlatform`].
            pub fn $name(&self, $($argument: $kind),*) -> Result<$answer, Error> {
                $(let _ = $argument;)*
                Err(Error::NotOnThisPlatform)
            })*
        }
    };
}

// The same list of calls as in mobile.rs, where each is explained.
not_here! {
    /// Opens the camera.
    take_photo(purpose: &str) -> Option<CapturedPhoto>;
    /// A picture whose taking outlived the app's process.
    recover_pending_photo() -> Option<CapturedPhoto>;
    /// Deletes the original once its bytes are safe.
    photo_taken_over(path: &str) -> ();
    /// Where the phone is.
    current_fix(request: FixRequest) -> Fix;
    /// Whether the position may be read.
    location_permission() -> Permission;
    /// Asks the worker for it.
    ask_location_permission() -> Permission;
    /// Starts the recorder.
    start_recording(plan: &RecordingPlan) -> RecorderState;
    /// Stops the recorder.
    stop_recording() -> RecorderState;
    /// What the recorder is doing.
    recorder_state() -> RecorderState;
    /// Whether data is metered now.
    network_metered() -> bool;
    /// Wraps a key by the phone's key store.
    wrap_key(name: &str, plain: &[u8]) -> WrappedKey;
    /// Unwraps it again.
    unwrap_key(name: &str, wrapped: &str) -> Zeroizing<Vec<u8>>;
    /// Destroys the wrapping key.
    forget_key(name: &str) -> ();
}
