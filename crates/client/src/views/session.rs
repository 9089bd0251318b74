//! Enrolment, PIN, settings, synchronisation: what is true of the phone as a whole.

use super::{Counts, Page};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which screen the app opens with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No county yet: show enrolment.
    New,
    /// Enrolled; the store is closed until the PIN is given.
    Locked,
    /// Too many wrong PINs, or the lease is over: the records are safe, the desk must approve.
    NeedsDesk,
    /// Open.
    Ready,
}

/// Answer of `app_state`, callable in every phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppState {
    /// Which screen to open.
    pub phase: Phase,
    /// Who this phone belongs to, once enrolled.
    pub worker: Option<WorkerView>,
    /// PIN attempts left before the desk must help.
    pub pin_tries_left: Option<u32>,
    /// Why only the desk can help: `wrong_pins`, `lease_over`, `reported_lost`, `forgotten_pin`.
    pub lock_reason: Option<String>,
    /// While locked: what helps the worker and the desk to bring the key back.
    pub reopen: Option<ReopenHint>,
    /// Screen settings; readable while locked so that the PIN screen is already in big type.
    pub settings: Settings,
    /// Whom to call, where the phone is open.
    pub contacts: Option<Contacts>,
    /// Version of the app.
    pub version: String,
    /// Rises with every change of a record or of the sync state; poll `changes` with it.
    pub change: u64,
}

/// Answer of `start`: all that the first screen needs, in one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Start {
    /// Which screen to open.
    pub app: AppState,
    /// Today, where the phone is open.
    pub today: Option<super::home::Today>,
    /// Where everything is, where the phone is open.
    pub sync: Option<SyncState>,
}

/// What the county says of itself for its workers' screens; empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Contacts {
    /// Telephone of the desk that helps here.
    pub desk_phone: String,
    /// Telephone for complaints.
    pub complaint_phone: String,
    /// Legal basis of the records, as registered.
    pub basis: String,
}

/// The worker as the phone shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WorkerView {
    /// Worker id.
    pub id: String,
    /// Name of the worker.
    pub name: String,
    /// Worker number as printed on the stamp of photos and in the screen's watermark.
    pub number: String,
    /// Name of the worker's own grid, e.g. `富民三格`.
    pub grid: String,
    /// Name of the county.
    pub county: String,
}

/// Arguments of `enrol`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct EnrolArgs {
    /// Address as typed (`host:port`), or the whole text of the QR code.
    pub address: String,
    /// 20 Crockford characters, dashes and spaces allowed; empty when `address` is a QR text.
    #[serde(default)]
    pub code: String,
    /// The PIN the worker chose, 6 digits.
    pub pin: String,
}

/// What a locked phone can say of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReopenHint {
    /// `host:port` of the county.
    pub address: String,
    /// Last four characters of the phone's number, as the desk's list of phones shows them.
    pub phone: String,
    /// Telephone of the desk; empty when it is not known.
    pub desk_phone: String,
}

/// Arguments of `reopen`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ReopenArgs {
    /// Address as typed (`host:port`), or the whole text of the QR code.
    pub address: String,
    /// 20 Crockford characters, dashes and spaces allowed; empty when `address` is a QR text.
    #[serde(default)]
    pub code: String,
    /// The new PIN, 6 digits.
    pub pin: String,
}

/// Arguments of `read_invitation`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ReadInvitationArgs {
    /// A picture of the QR code in base64; absent opens the camera.
    #[serde(default)]
    pub data_base64: Option<String>,
}

/// Answer of `read_invitation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InvitationView {
    /// The whole text, to be given to `enrol` as its address.
    pub text: String,
    /// The county's address in it, to be shown.
    pub address: String,
}

/// Arguments of `unlock`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UnlockArgs {
    /// The PIN.
    pub pin: String,
}

/// How the screens look and speak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// `zh-CN` or `en`.
    pub language: String,
    /// Big-type mode 长辈版.
    pub big_type: bool,
    /// How large the letters are in big-type mode: 0 to 2, the last is 30 dp.
    #[serde(default)]
    pub text_size: u8,
    /// `light`, `dark` or `system`.
    pub theme: String,
    /// Send full photos over mobile data too; thumbnails always travel.
    pub photos_on_mobile_data: bool,
}

/// One line of the sync page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// Nothing to do.
    Idle,
    /// Talking to the county.
    Running,
    /// Waiting for the next attempt, after a failure or with something unsent.
    Waiting,
    /// The county refused this phone; the worker must speak with the desk.
    Stopped,
}

/// Answer of `sync_state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncState {
    /// What is going on.
    pub phase: SyncPhase,
    /// The four-state counts.
    pub counts: Counts,
    /// Records received so far in the first sync, of how many; absent once complete.
    pub first_sync: Option<Progress>,
    /// Records sent since there was nothing to send, of how many.
    pub records: Progress,
    /// Photos at the county of all that were reported on this phone.
    pub photos: Progress,
    /// Photos at the county of those reported since there was none to send.
    pub photos_now: Progress,
    /// Bytes at the county of [`Self::photos_now`].
    pub photo_bytes: Progress,
    /// Photos that wait for a network that is not paid by the byte.
    pub photos_held: u32,
    /// When the county last answered, by the phone's clock.
    pub last_contact_ms: Option<i64>,
    /// Why the last attempt failed, as an error code.
    pub last_error: Option<String>,
    /// Milliseconds until the next attempt.
    pub retry_in_ms: Option<i64>,
    /// Deletions that came in such numbers that the desk is asked first: kept at the county, not applied yet.
    pub held_deletes: u32,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// Done.
    pub done: u64,
    /// In all.
    pub of: u64,
}

/// Arguments of `changes`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ChangesArgs {
    /// The last change number the screen has seen.
    pub after: u64,
}

/// Answer of `changes`: cheap, meant to be polled every second or two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Changes {
    /// The newest change number.
    pub change: u64,
    /// Records changed since `after`: the screen reloads its page.
    pub records: bool,
    /// The sync state, always.
    pub sync: SyncState,
}

/// Arguments of `draft_load` and `draft_drop`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DraftKey {
    /// Which form, e.g. `person:018f…` or `incident:new`.
    pub form: String,
}

/// Arguments of `draft_save` and answer of `draft_load`. Kept encrypted; survives the death of the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Draft {
    /// Which form.
    pub form: String,
    /// Field name to value as typed.
    pub fields: std::collections::BTreeMap<String, String>,
    /// When it was last typed into.
    #[serde(default)]
    pub saved_ms: i64,
}

/// Arguments of `access_log`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct AccessLogArgs {
    /// Which page.
    #[serde(default)]
    pub page: Page,
}

/// One opened person, as the worker may read it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccessEntry {
    /// When.
    pub at_ms: i64,
    /// Masked name of the person opened.
    pub person: String,
    /// The reason given, a code of `reveal_reasons` in the language files.
    pub reason: String,
}

/// Answer of `about_me`: what this phone knows about its worker. What is kept how long and what leaves the phone is said
/// by the screen; here are the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AboutMe {
    /// Role code, e.g. `full_time`.
    pub role: String,
    /// Names of the areas granted to this phone.
    pub areas: Vec<String>,
    /// The county's address this phone talks to.
    pub address: String,
    /// Short number of this phone, as the desk's list of phones shows it.
    pub device: String,
    /// Records written on this phone; each carries the time it was written.
    pub records: u64,
    /// Persons opened, each logged.
    pub opened: u32,
    /// Photos of this phone, each with time and place.
    pub photos: u64,
    /// Patrols whose raw points still lie on this phone.
    pub patrols: u32,
    /// Raw points of these patrols.
    pub track_points: u64,
    /// End of the oldest of these patrols.
    pub oldest_patrol_ms: Option<i64>,
    /// When the county last answered, by the phone's clock.
    pub last_contact_ms: Option<i64>,
}

/// Storage used by this phone, answer of `storage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Storage {
    /// Bytes of the record store.
    pub records_bytes: u64,
    /// Bytes of photo files.
    pub photos_bytes: u64,
    /// Bytes free on the phone; absent when unknown.
    pub free_bytes: Option<u64>,
    /// Raw points of this worker's own tracks that still lie on this phone.
    pub track_points: u64,
}
