//! The phone's encrypted store: records, the log of operations, search, photos, drafts, what the worker opened and walked.
//!
//! SQLite under SQLCipher with a raw key, one connection that writes and several that read. One [`Store::write`] is one
//! durable transaction; that is where rows, operations and everything that belongs together change together.
//!
//! Left to others: what a record's value is after merging (`sync`, by way of the client), masking and use cases
//! (`client`), what photos show (`photo`), where the key comes from ([`keys`]).

mod access_log;
mod connection;
mod connections;
mod drafts;
mod erasing;
mod error;
pub mod files;
mod folding;
mod kept;
pub mod keys;
mod mark;
mod meta;
mod migrate;
mod mirror;
mod open;
mod operations;
mod photos;
mod purge;
pub mod queries;
mod records;
pub mod sealed_file;
mod search;
mod span;
mod store;
mod tracks;

pub use access_log::BrokenLog;
pub use drafts::Draft;
pub use error::{StoreError, WorkError};
pub use mark::Progress;
pub use meta::{Fact, FeedState};
pub use migrate::SCHEMA_VERSION;
pub use open::{OpenError, OpenOptions, OpenReport, Salvaged, TailLost};
pub use operations::{OpCounts, OpState, StoredOperation};
pub use photos::{NewPhoto, Photo, PhotoKey, PhotoPart, PhotoState, PhotoVault, PhotosFrom, Sweep};
pub use purge::PurgedArea;
pub use records::{Row, RowToPut, RowValue};
pub use search::{Hit, Hits, Matched};
pub use store::{Reader, Store, Writer};
pub use tracks::OwnPatrol;
pub use xunge_domain::access::Access;
