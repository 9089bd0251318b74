//! The phone's own hardware for the shell: camera, position, track recorder and key store, by a Kotlin half in
//! `android/`. On a desktop every call answers `not_on_this_platform`; the simulated device of development lives in
//! `xunge_client`. The screen has no access: there is not one command, so a page cannot take a picture or unwrap a
//! key by itself. Leaves what is done with a picture, a fix or a segment to `xunge_client`.
//!
//! Calls block until the phone answers (a picture: until the worker has taken it), so make them away from the
//! window's thread.

#[cfg(desktop)]
mod desktop;
mod error;
#[cfg(mobile)]
mod mobile;
mod models;
mod segments;

#[cfg(desktop)]
pub use desktop::Device;
pub use error::Error;
#[cfg(mobile)]
pub use mobile::Device;
pub use models::{
    CapturedPhoto, Fix, FixRequest, FixSource, KeySafety, Permission, RecorderState, RecordingPlan,
    WrappedKey,
};
pub use segments::{RecordedPoint, Segment, parse_segment};

use tauri::{
    Manager, Runtime,
    plugin::{Builder, TauriPlugin},
};

/// Gives every manager the state [`Device`].
pub fn init<R: Runtime>() -> TauriPlugin<R> {
    Builder::new("device")
        .setup(|app, api| {
            #[cfg(mobile)]
            let device = mobile::init(app, api)?;
            #[cfg(desktop)]
            let device = desktop::init(app, &api);
            app.manage(device);
            Ok(())
        })
        .build()
}

/// Reaches the device from an app, a window or a handle.
pub trait DeviceExt<R: Runtime> {
    /// The device of this phone.
    fn device(&self) -> &Device<R>;
}

impl<R: Runtime, M: Manager<R>> DeviceExt<R> for M {
    fn device(&self) -> &Device<R> {
        self.state::<Device<R>>().inner()
    }
}
