//! The messages between phone and county: CBOR maps with integer keys, unknown keys passed over.
//!
//! | route (all POST, signed) | request | answer |
//! |---|---|---|
//! | `/sync/v1/hello` | [`Hello`] | [`Welcome`] |
//! | `/sync/v1/push` | [`Push`] | [`Pushed`] |
//! | `/sync/v1/pull` | [`Pull`] | [`Pulled`] |
//! | `/sync/v1/snapshot` | [`SnapshotPage`] | [`SnapshotBody`] |
//! | `/sync/v1/outcomes` | [`OutcomesWanted`] | [`Outcomes`] |
//! | `/sync/v1/own` | [`OwnWanted`] | [`OwnBody`] |
//! | `/sync/v1/receipts` | [`ReceiptsWanted`] | [`Receipts`] |
//! | `/sync/v1/uploads` | [`BeginUpload`] | 201 and an upload URL, or [`Receipts`] |
//! | `/enrol/v1/redeem` (not signed: the device is not known yet) | [`Redeem`] | [`Enrolled`] |
//! | `/enrol/v1/reopen` (not signed: the device's key lies in the locked store) | [`Reopen`] | [`Reopened`] |
//!
//! Photos travel beside them by tus 1.0.0: a signed `POST /sync/v1/uploads` with [`BeginUpload`] gets an upload URL. A refusal of a whole request is [`Refusal`] with an HTTP status. Anything that is not one of
//! these, with content type [`CONTENT_TYPE`], was not said by the county: a captive portal, a proxy, half an answer.

mod enrolling;
mod pictures;
mod runs;

pub use enrolling::{Enrolled, Redeem, Reopen, Reopened, enrol_proof};
pub use pictures::{BeginUpload, Receipt, Receipts, ReceiptsWanted};
pub use runs::alike;

use minicbor::{Decode, Encode};
use xunge_domain::operation::{Hash, Operation};

/// Content type of every message.
pub const CONTENT_TYPE: &str = "application/vnd.xunge.sync+cbor";

/// The version spoken here. A county answers every version it ever spoke for pushes.
pub const PROTOCOL: u32 = 1;

/// Encodes a message.
pub fn encode<T: Encode<()>>(message: &T) -> Vec<u8> {
    // Writing into a Vec cannot fail.
    minicbor::to_vec(message).unwrap_or_default()
}

/// Reads a message.
///
/// # Errors
/// [`NotAMessage`] for anything else than the whole message.
pub fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, NotAMessage> {
    let mut input = minicbor::Decoder::new(bytes);
    let message = input.decode().map_err(|_| NotAMessage)?;
    if input.position() == bytes.len() { Ok(message) } else { Err(NotAMessage) }
}

/// Bytes that are no message of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a message of the county")]
pub struct NotAMessage;

/// Opens a round: who am I to you, and where do you stand?
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Hello {
    /// [`PROTOCOL`] of the phone.
    #[n(0)]
    pub protocol: u32,
    /// Epoch the phone knows; a restored county has another one.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub epoch: Vec<u8>,
    /// Highest counter the phone has written.
    #[n(2)]
    pub counter: u64,
    /// Feed position of the phone.
    #[n(3)]
    pub cursor: u64,
    /// The newest mark the county gave in this epoch: with it an older copy of the county's database is noticed.
    #[n(4)]
    pub mark: Option<FeedMark>,
    /// Persons opened on the phone that the county was not told of yet.
    #[n(5)]
    pub opened: Option<Openings>,
}

/// Most rows of [`Openings`].
pub const MOST_OPENINGS: usize = 200;

/// A piece of the phone's log of opened persons (`xunge_domain::access`): all that is left of it, or [`MOST_OPENINGS`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Openings {
    /// Number of the first row, from 1.
    #[n(0)]
    pub first: u64,
    /// The chain before it.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub before: Vec<u8>,
    /// Dense.
    #[n(2)]
    pub rows: Vec<Opening>,
}

/// One opened person; by the phone's worker.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Opening {
    /// When, by the phone's clock, UTC milliseconds.
    #[n(0)]
    pub at_ms: i64,
    /// The record opened, 16 bytes.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub person: Vec<u8>,
    /// The reason given, a code.
    #[n(2)]
    pub reason: String,
}

/// A place in the feed as the county stated it. The phone keeps the newest and shows it; it understands only `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FeedMark {
    /// The place.
    #[n(0)]
    pub seq: u64,
    /// Hash of the operation there.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub hash: Vec<u8>,
    /// Code of the county over its epoch and the two.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub code: Vec<u8>,
}

/// Answer to [`Hello`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Welcome {
    /// Present epoch.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub epoch: Vec<u8>,
    /// Server time, UTC milliseconds.
    #[n(1)]
    pub server_ms: i64,
    /// Highest counter of this device that is durable at the county.
    #[n(2)]
    pub highest: u64,
    /// Chain head of this device at `highest`.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub chain: Vec<u8>,
    /// Areas granted to this device.
    #[n(4)]
    pub areas: Vec<Granted>,
    /// Feed position up to which everything is final.
    #[n(5)]
    pub head: u64,
    /// Days a photo stays on the phone after its receipt.
    #[n(6)]
    pub photo_keep_days: u32,
    /// The lease: without contact until then the phone locks itself (server time).
    #[n(7)]
    pub lease_until_ms: i64,
    /// Mark of `head`.
    #[n(8)]
    pub mark: Option<FeedMark>,
    /// Row up to which the county has the phone's log of opened persons.
    #[n(9)]
    pub opened: Option<u64>,
}

/// An area granted to a device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Granted {
    /// Area id, 16 bytes.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub area: Vec<u8>,
    /// Its name.
    #[n(1)]
    pub name: String,
    /// Version of the grant; rises when scope changes.
    #[n(2)]
    pub version: u64,
}

/// Operations from a phone.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Push {
    /// Epoch the phone knows.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub epoch: Vec<u8>,
    /// Counter of the first operation within; they are dense.
    #[n(1)]
    pub first: u64,
    /// Chain head before the first.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub chain_before: Vec<u8>,
    /// [`crate::batch`] with salts.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub batch: Vec<u8>,
    /// Ed25519 of the device over the chain head after the last operation: evidence that stays when the request is gone.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: Vec<u8>,
    /// Counters of operations the worker took back: the log is dense, so they travel, but are not to be applied.
    #[n(5)]
    pub withdrawn: Option<Vec<u64>>,
    /// Operations whose payload was erased by law: in the batch they are empty.
    #[n(6)]
    pub erased: Option<Vec<Erased>>,
}

/// What is left of an operation's payload that was erased by law.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Erased {
    /// The operation's counter.
    #[n(0)]
    pub counter: u64,
    /// Salted hash of what the payload was.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub payload_hash: Vec<u8>,
}

impl Erased {
    /// The operation's hash: of its header with the payload's hash when that is among the `erased`, else of it whole.
    pub fn hash_of(op: &Operation, erased: &[Self]) -> Hash {
        let gone = erased.iter().find(|erased| erased.counter == op.header.id.counter);
        let hash = gone.and_then(|erased| Hash::try_from(erased.payload_hash.as_slice()).ok());
        hash.map_or_else(|| op.hash(), |hash| op.header.hash(&hash))
    }
}

/// Answer to [`Push`]: the receipt. Sent only after everything in it is durable.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pushed {
    /// Present epoch.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub epoch: Vec<u8>,
    /// Server time, UTC milliseconds.
    #[n(1)]
    pub server_ms: i64,
    /// Highest counter that is durable now.
    #[n(2)]
    pub highest: u64,
    /// Chain head at `highest`: equal to the phone's own, it proves that the county holds these very operations.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub chain: Vec<u8>,
    /// One for each operation of the request, in order. On the wire those that differ in nothing but counter and place in
    /// the feed, both rising by one, are one entry: [counter, how many, kind, seq, reason].
    #[n(5)]
    #[cbor(with = "runs")]
    pub outcomes: Vec<Outcome>,
    /// Mark of the feed's end after this push.
    #[n(6)]
    pub mark: Option<FeedMark>,
}

/// What became of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its counter.
    pub counter: u64,
    /// [`OutcomeKind`] as a number; an unknown one counts as durable and accepted.
    pub kind: u8,
    /// Position in the feed; 0 when not published (refused, waiting).
    pub seq: u64,
    /// Reason code of a refusal.
    pub reason: Option<String>,
}

/// Per-operation outcomes. All of them mean: the county holds it durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Applied as it was.
    Accepted = 1,
    /// Applied beside other people's edits of the same record, without conflict.
    Merged = 2,
    /// Applied; a slot now has several values and waits for a human.
    Review = 3,
    /// Kept, not applied; `reason` says why.
    Refused = 4,
    /// Kept; applied as soon as the record it refers to arrives.
    WaitingForParent = 5,
}

impl OutcomeKind {
    /// By number.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Accepted),
            2 => Some(Self::Merged),
            3 => Some(Self::Review),
            4 => Some(Self::Refused),
            5 => Some(Self::WaitingForParent),
            _ => None,
        }
    }
}

/// Asks what became of own operations that the county kept without applying them: a parent may have arrived since, or the
/// county may have been updated to a version that knows their kind.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OutcomesWanted {
    /// Their counters, at most [`MOST_OUTCOMES`].
    #[n(0)]
    pub counters: Vec<u64>,
}

/// Most counters in one [`OutcomesWanted`].
pub const MOST_OUTCOMES: usize = 1_000;

/// Answer to [`OutcomesWanted`]: how those stand that the county holds, in the order asked.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Outcomes {
    /// See [`Outcome`]; written as in [`Pushed`].
    #[n(0)]
    #[cbor(with = "runs")]
    pub outcomes: Vec<Outcome>,
}

/// Asks for operations that this device wrote itself: its store came back from an older copy, or lost its tail.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OwnWanted {
    /// Counter after which they are wanted.
    #[n(0)]
    pub after: u64,
    /// Most operations wanted.
    #[n(1)]
    pub limit: u32,
}

/// Own operations, dense from the one after `after`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OwnBody {
    /// [`crate::batch`] with salts.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub batch: Vec<u8>,
    /// What became of each, in order; written as in [`Pushed`].
    #[n(1)]
    #[cbor(with = "runs")]
    pub outcomes: Vec<Outcome>,
    /// Those whose payload was erased by law.
    #[n(2)]
    pub erased: Option<Vec<Erased>>,
}

/// Asks for the feed after `after`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pull {
    /// Epoch the phone knows.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub epoch: Vec<u8>,
    /// Feed position of the phone.
    #[n(1)]
    pub after: u64,
    /// Most operations wanted.
    #[n(2)]
    pub limit: u32,
    /// Whether the phone wants to compare what it has: asked once a greeting.
    #[n(3)]
    pub compare: Option<bool>,
}

/// A piece of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pulled {
    /// Present epoch.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub epoch: Vec<u8>,
    /// Position after this piece, at most the commit-safe watermark.
    #[n(1)]
    pub upto: u64,
    /// Whether more is ready.
    #[n(2)]
    pub more: bool,
    /// [`crate::batch`] without salts, in feed order; own operations are left out.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub batch: Vec<u8>,
    /// Mark of `upto`.
    #[n(4)]
    pub mark: Option<FeedMark>,
    /// When asked for and nothing more is ready: what the county has, as of `upto`, of everybody's operations but the
    /// caller's in each of the caller's areas. Absent for roles that see only a part of an area.
    #[n(5)]
    pub digests: Option<Vec<AreaDigest>>,
}

/// The operations of an area added up (`xunge_domain::operation::DigestSum`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AreaDigest {
    /// The area, 16 bytes.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub area: Vec<u8>,
    /// How many.
    #[n(1)]
    pub operations: u64,
    /// Sum of their digests modulo 2^128, 16 bytes, most significant first.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub sum: Vec<u8>,
}

/// Asks for one page of the snapshot of everything the device may see.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SnapshotPage {
    /// Snapshot begun earlier, to go on with; absent for the first page.
    #[n(0)]
    pub at: Option<u64>,
    /// Page, from 0.
    #[n(1)]
    pub page: u32,
    /// Whether everything is read anew because it differed: counted by the county.
    #[n(2)]
    pub differed: Option<bool>,
}

/// One page of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SnapshotBody {
    /// Present epoch.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub epoch: Vec<u8>,
    /// Feed position the snapshot stands for; pull goes on after it. Differs from the one asked for when that is gone:
    /// the phone then starts at page 0 (what it has stays valid, operations are a set).
    #[n(1)]
    pub at: u64,
    /// Pages in all.
    #[n(2)]
    pub pages: u32,
    /// Operations in all.
    #[n(3)]
    pub operations: u64,
    /// [`crate::batch`] without salts; parents before children.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub batch: Vec<u8>,
    /// Mark of `at`.
    #[n(5)]
    pub mark: Option<FeedMark>,
}

/// Refusal of a whole request.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Refusal {
    /// Stable code: `bad_signature`, `replayed`, `nonce_stale`, `revoked`, `not_found`, `bad_code`, `code_expired`,
    /// `code_used`, `wrong_phone`, `bad_request`, `too_large`, `gap`, `quarantined`, `wrong_epoch`, `busy`, `internal`.
    #[n(0)]
    pub code: String,
    /// For `gap`: the counter expected next. For `nonce_stale`: the nonce to go on with.
    #[n(1)]
    pub next: Option<u64>,
    /// For `wrong_epoch`: the present one.
    #[n(2)]
    pub epoch: Option<minicbor::bytes::ByteVec>,
}
