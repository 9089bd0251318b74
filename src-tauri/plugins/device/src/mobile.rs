//! Passes each call to the Kotlin half and reads its answer. Leaves what each answer means to `models`.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tauri::{
    AppHandle, Runtime,
    plugin::{PluginApi, PluginHandle, mobile::PluginInvokeError},
};
use zeroize::Zeroizing;

use crate::models::KeyArgument;
use crate::{CapturedPhoto, Error, Fix, FixRequest, Permission, RecorderState, RecordingPlan, WrappedKey};

/// The device of this phone.
pub struct Device<R: Runtime>(PluginHandle<R>);

pub(crate) fn init<R: Runtime, C: DeserializeOwned>(
    _app: &AppHandle<R>,
    api: PluginApi<R, C>,
) -> Result<Device<R>, PluginInvokeError> {
    api.register_android_plugin("org.xunge.device", "DevicePlugin").map(Device)
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Deserialize)]
struct Done {}

#[derive(Deserialize)]
struct MaybePhoto {
    photo: Option<CapturedPhoto>,
}

#[derive(Deserialize)]
struct Granted {
    location: Permission,
}

#[derive(Deserialize)]
struct Network {
    metered: bool,
}

#[derive(Deserialize)]
struct Unwrapped {
    plain: Zeroizing<String>,
}

impl<R: Runtime> Device<R> {
    /// Opens the phone's camera and waits for the worker. `None`: the worker went back without a picture. The
    /// capture is on record before the camera opens, so [`Device::recover_pending_photo`] finds it when the process
    /// dies meanwhile. `purpose` comes back with the picture.
    ///
    /// # Errors
    /// `no_camera`, `camera_failed`, `storage_full`, `capture_pending` when an earlier picture was not taken over.
    pub fn take_photo(&self, purpose: &str) -> Result<Option<CapturedPhoto>, Error> {
        #[derive(Serialize)]
        struct Argument<'a> {
            purpose: &'a str,
        }
        self.ask::<MaybePhoto>("takePhoto", Argument { purpose }).map(|answer| answer.photo)
    }

    /// The picture of a capture that was opened but never taken over, if the camera finished it. To be asked at
    /// every start.
    ///
    /// # Errors
    /// `device_unreadable` only.
    pub fn recover_pending_photo(&self) -> Result<Option<CapturedPhoto>, Error> {
        self.ask::<MaybePhoto>("recoverPendingPhoto", Nothing {}).map(|answer| answer.photo)
    }

    /// The bytes are safe elsewhere: deletes the original and forgets the capture.
    ///
    /// # Errors
    /// `bad_argument` for a path outside the folder of captures.
    pub fn photo_taken_over(&self, path: &str) -> Result<(), Error> {
        #[derive(Serialize)]
        struct Argument<'a> {
            path: &'a str,
        }
        self.ask::<Done>("photoTakenOver", Argument { path }).map(|_| ())
    }

    /// Where the phone is, from the platform's own providers (no Google services).
    ///
    /// # Errors
    /// `permission_denied`, `location_off`, `no_fix`.
    pub fn current_fix(&self, request: FixRequest) -> Result<Fix, Error> {
        self.ask("currentFix", request)
    }

    /// Whether the position may be read.
    ///
    /// # Errors
    /// `device_unreadable` only.
    pub fn location_permission(&self) -> Result<Permission, Error> {
        self.ask::<Granted>("locationPermission", Nothing {}).map(|answer| answer.location)
    }

    /// Shows Android's dialogue for the position (and, from Android 13, for notifications).
    ///
    /// # Errors
    /// `device_unreadable` only.
    pub fn ask_location_permission(&self) -> Result<Permission, Error> {
        self.ask::<Granted>("askLocationPermission", Nothing {}).map(|answer| answer.location)
    }

    /// Starts the recorder; only from a button the worker pressed, because Android refuses it otherwise. Does
    /// nothing when it records the same patrol already.
    ///
    /// # Errors
    /// `permission_denied`, `location_off`, `recorder_refused`, `bad_argument`.
    pub fn start_recording(&self, plan: &RecordingPlan) -> Result<RecorderState, Error> {
        self.ask("startRecording", plan)
    }

    /// Stops the recorder; its segments stay until they are imported.
    ///
    /// # Errors
    /// `device_unreadable` only.
    pub fn stop_recording(&self) -> Result<RecorderState, Error> {
        self.ask("stopRecording", Nothing {})
    }

    /// What the recorder is doing.
    ///
    /// # Errors
    /// `device_unreadable` only.
    pub fn recorder_state(&self) -> Result<RecorderState, Error> {
        self.ask("recorderState", Nothing {})
    }

    /// Whether the network in use is metered; true also when the phone does not say.
    ///
    /// # Errors
    /// `device_unreadable` only.
    pub fn network_metered(&self) -> Result<bool, Error> {
        self.ask::<Network>("networkMetered", Nothing {}).map(|answer| answer.metered)
    }

    /// Wraps `plain` by a key that never leaves the phone's key store and is made on first use.
    ///
    /// # Errors
    /// `key_store_failed`.
    pub fn wrap_key(&self, name: &str, plain: &[u8]) -> Result<WrappedKey, Error> {
        let plain = Some(Zeroizing::new(STANDARD.encode(plain)));
        self.ask("wrapKey", KeyArgument { name, plain, wrapped: None })
    }

    /// Unwraps what [`Device::wrap_key`] gave.
    ///
    /// # Errors
    /// `key_lost` when the phone no longer has the wrapping key (restored backup, reset key store), `key_wrong`
    /// when `wrapped` was damaged or made by another phone, `key_store_failed`.
    pub fn unwrap_key(&self, name: &str, wrapped: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        let answer: Unwrapped =
            self.ask("unwrapKey", KeyArgument { name, plain: None, wrapped: Some(wrapped) })?;
        STANDARD
            .decode(answer.plain.as_bytes())
            .map(Zeroizing::new)
            .map_err(|error| Error::Unreadable(error.to_string()))
    }

    /// Destroys the wrapping key; everything wrapped by it is lost on this phone.
    ///
    /// # Errors
    /// `key_store_failed`.
    pub fn forget_key(&self, name: &str) -> Result<(), Error> {
        self.ask::<Done>("forgetKey", KeyArgument { name, plain: None, wrapped: None }).map(|_| ())
    }

    fn ask<T: DeserializeOwned>(&self, command: &str, argument: impl Serialize) -> Result<T, Error> {
        self.0.run_mobile_plugin(command, argument).map_err(|error| match error {
            PluginInvokeError::InvokeRejected(refusal) => Error::Refused {
                code: refusal.code.unwrap_or_else(|| "device_unreadable".to_owned()),
                message: refusal.message.unwrap_or_default(),
            },
            other => Error::Unreadable(other.to_string()),
        })
    }
}
