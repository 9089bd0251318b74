//! What crosses between Rust and the Kotlin half, in the JSON the Kotlin half speaks (camelCase). Leaves the track
//! segments, which travel as files, to `segments`.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A permission the worker grants in Android's own dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Permission {
    /// Not asked yet, or refused once: asking shows the dialogue.
    Prompt,
    /// Granted.
    Granted,
    /// Refused for good: only the phone's settings can change it.
    Denied,
}

/// A picture that lies in the app's private folder, as the camera wrote it. Whoever reads it calls
/// `photo_taken_over` afterwards, which deletes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapturedPhoto {
    /// Absolute path of the original.
    pub path: String,
    /// What the caller gave `take_photo`, so that a recovered picture finds its form.
    pub purpose: String,
    /// Wall clock when the camera was opened, milliseconds since 1970.
    pub opened_at_ms: i64,
    /// Length in bytes; never 0.
    pub length: u64,
}

/// How good a position is wanted and how long to wait for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FixRequest {
    /// Stop waiting once a fix is at least this good, metres.
    pub good_enough_m: u32,
    /// After this long give the best fix seen so far, milliseconds.
    pub wait_ms: u32,
}

/// Who computed a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FixSource {
    /// Satellites.
    Gps,
    /// Cells and Wi-Fi.
    Network,
    /// The platform's own mixture.
    Fused,
}

/// One position in WGS-84, in whole numbers so that nothing is rounded on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// Latitude, 1e-7 degrees.
    pub latitude_e7: i32,
    /// Longitude, 1e-7 degrees.
    pub longitude_e7: i32,
    /// Radius of 68 % confidence, centimetres.
    pub accuracy_cm: u32,
    /// Time of the fix as the provider gives it, milliseconds since 1970.
    pub at_ms: i64,
    /// How long ago that was when the answer was given, by the monotonic clock, milliseconds.
    pub age_ms: u32,
    /// Who computed it.
    pub source: FixSource,
    /// True when an app made it up (Android's mock location).
    pub mock: bool,
}

/// What the recorder is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordingPlan {
    /// The patrol's id; names its folder of segments. Letters, digits and `-` only.
    pub patrol: String,
    /// Shortest time between two points, milliseconds.
    pub every_ms: u32,
    /// Title of the notification that stays while recording.
    pub notification_title: String,
    /// Text of that notification.
    pub notification_text: String,
}

/// What the recorder is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecorderState {
    /// Whether the service is alive. Android may end it at any time; it does not come back by itself.
    pub running: bool,
    /// Folder that holds one folder of segments per patrol.
    pub folder: String,
}

/// What holds the wrapping key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeySafety {
    /// A separate security chip.
    StrongBox,
    /// The processor's trusted area.
    TrustedEnvironment,
    /// Only the operating system.
    Software,
}

/// A key as the phone's key store has wrapped it: useless on any other phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WrappedKey {
    /// Nonce and ciphertext, Base64.
    pub wrapped: String,
    /// What holds the wrapping key.
    pub safety: KeySafety,
}

/// Asks the Kotlin half to wrap or unwrap.
#[cfg_attr(desktop, allow(dead_code))]
#[derive(Serialize)]
pub(crate) struct KeyArgument<'a> {
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) plain: Option<Zeroizing<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wrapped: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_of_the_kotlin_half_is_read() {
        let fix: Fix = serde_json::from_str(
            r#"{"latitudeE7":301234567,"longitudeE7":1145555555,"accuracyCm":850,"atMs":1790000000000,
                "ageMs":120,"source":"gps","mock":false}"#,
        )
        .expect("a fix");
        assert_eq!((fix.latitude_e7, fix.source), (301_234_567, FixSource::Gps));
        let key: WrappedKey =
            serde_json::from_str(r#"{"wrapped":"AAEC","safety":"trustedEnvironment"}"#).expect("a key");
        assert_eq!(key.safety, KeySafety::TrustedEnvironment);
    }

    #[test]
    fn a_request_names_only_what_it_carries() {
        let ask = KeyArgument { name: "store", plain: None, wrapped: Some("AAEC") };
        assert_eq!(serde_json::to_string(&ask).expect("JSON"), r#"{"name":"store","wrapped":"AAEC"}"#);
    }
}
