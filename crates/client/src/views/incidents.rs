//! Incidents, their photos and their timeline.

use super::{Page, Place, Standing};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A category the county offers, from `incident_categories`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CategoryView {
    /// Code of the county.
    pub code: String,
    /// Name, e.g. `占用消防通道`.
    pub name: String,
    /// Class, e.g. `突发事件`.
    pub class: String,
    /// Time limit in working hours, where the county set one.
    pub limit_hours: Option<u32>,
}

/// Arguments of `take_photo`: opens the camera (the simulated one off Android), runs the pipeline, keeps the result.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TakePhotoArgs {
    /// Incident draft the photo belongs to; any text the screen chose, e.g. `incident:new`.
    pub form: String,
    /// Bytes chosen from the gallery in base64; absent opens the camera.
    #[serde(default)]
    pub data_base64: Option<String>,
}

/// A photo as the screens see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhotoView {
    /// Photo id: ask the carrier for `photo/<id>` or `photo/<id>?thumbnail`.
    pub id: String,
    /// When taken, by the phone's clock.
    pub taken_ms: i64,
    /// Where.
    pub place: Option<Place>,
    /// Whether the time was verified against the county recently.
    pub time_verified: bool,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes of the stored picture.
    pub bytes: u64,
    /// Bytes the county has of it.
    pub sent_bytes: u64,
    /// Where it stands.
    pub standing: Standing,
}

/// Arguments of `drop_photo`: takes a photo out of a draft.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PhotoArgs {
    /// Photo id.
    pub id: String,
}

/// Arguments of `draft_photos`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DraftPhotosArgs {
    /// Form, as in [`TakePhotoArgs::form`].
    pub form: String,
}

/// Arguments of `report_incident`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ReportArgs {
    /// Draft whose photos are taken along.
    pub form: String,
    /// Category code.
    pub category: String,
    /// What is wrong, in the worker's words.
    #[serde(default)]
    pub text: String,
    /// Place name as people say it, e.g. `2幢东侧`.
    #[serde(default)]
    pub place_name: String,
    /// Solved on the spot: archived with its photos instead of passed up.
    #[serde(default)]
    pub self_resolved: bool,
    /// What was done, when solved on the spot.
    #[serde(default)]
    pub resolution: String,
    /// Why there is no position, when there is none: `indoors`, `no_permission`, `no_fix`.
    #[serde(default)]
    pub no_fix_reason: Option<String>,
}

/// Arguments of `incidents`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct IncidentsArgs {
    /// `open`, `answered`, `all`.
    #[serde(default)]
    pub filter: String,
    /// Which page.
    #[serde(default)]
    pub page: Page,
}

/// Answer of `incidents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IncidentLines {
    /// Rows, newest first.
    pub rows: Vec<IncidentLine>,
    /// Whether more follow.
    pub more: bool,
}

/// One incident in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IncidentLine {
    /// Incident id.
    pub id: String,
    /// Short number people can say, e.g. `7F2C`.
    pub number: String,
    /// Category name.
    pub title: String,
    /// Place name.
    pub place_name: String,
    /// State code: `reported`, `accepted`, `dispatched`, `handling`, `verifying`, `closed`, `self_resolved`, `returned`, …
    pub state: String,
    /// When reported.
    pub reported_ms: i64,
    /// First photo.
    pub photo: Option<String>,
    /// Number of photos.
    pub photos: u32,
    /// Where it stands.
    pub standing: Standing,
}

/// Arguments of `incident`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct IncidentArgs {
    /// Incident id.
    pub id: String,
}

/// Answer of `incident`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IncidentView {
    /// The line.
    pub line: IncidentLine,
    /// The worker's words.
    pub text: String,
    /// Where.
    pub place: Option<Place>,
    /// Photos.
    pub photos: Vec<PhotoView>,
    /// Steps, oldest first.
    pub steps: Vec<StepView>,
    /// Verbs the worker may use now: `withdraw`, `rate`, `supplement`.
    pub may: Vec<String>,
}

/// One step of an incident's life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StepView {
    /// Verb code: `report`, `accept`, `dispatch`, `handle`, `verify`, `close`, `return`, …
    pub verb: String,
    /// Who: worker name, department or desk.
    pub by: String,
    /// When, by the clock of who wrote it.
    pub at_ms: i64,
    /// Words.
    pub text: String,
    /// Where the step stands.
    pub standing: Standing,
}

/// Arguments of `incident_step`: a verb of the worker on an own incident.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct IncidentStepArgs {
    /// Incident id.
    pub id: String,
    /// `withdraw`, `supplement`, `rate`.
    pub verb: String,
    /// Words; for `rate` a number 1–5 may stand first.
    #[serde(default)]
    pub text: String,
    /// Draft whose photos are taken along, for `supplement`.
    #[serde(default)]
    pub form: Option<String>,
}

/// Answer of `recover_photo`: a picture taken before the process died, now kept with its form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecoveredPhoto {
    /// Form it belongs to, as in [`TakePhotoArgs::form`].
    pub form: String,
    /// The photo.
    pub photo: PhotoView,
}

/// Arguments of `similar_incidents`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SimilarArgs {
    /// Draft that is being filled in: its photos say where.
    pub form: String,
    /// Category code chosen.
    pub category: String,
}

/// An open incident of the same category nearby: perhaps the very same thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SimilarIncident {
    /// The incident.
    pub line: IncidentLine,
    /// How far from here, in metres.
    pub metres: u32,
    /// Whether this worker may add to it.
    pub may_supplement: bool,
}
