//! The written codes of the work: citizen ids, phone numbers, area codes, the short national code lists, dates as
//! ledgers write them, names, and how each of them is masked.
//!
//! Everything here turns text into a typed value or says in a stable code why it cannot. Nothing here stores,
//! matches or counts people; that is for the ledger reader and the county.
//!
//! Sources are named beside each rule. They were learned from independent implementations;
//! conformity with a standard's text is not claimed.

pub mod area_code;
pub mod citizen_id;
pub mod date;
pub mod lists;
pub mod masking;
pub mod names;
pub mod phone;
pub mod text;

pub use area_code::{AreaCode, AreaCodeError, AreaLevel, TownKind};
pub use citizen_id::{CitizenId, ColumnWarning, IdError, IdKind, IdNote, IdReading};
pub use date::{DateError, PartialDate};
pub use lists::{Education, Marriage, Relation, RelationReading, Sex};
pub use masking::{mask_id_text, mask_name, mask_phone_text, redact, unredact};
pub use names::{clean_name, name_key, surname_length};
pub use phone::{Phone, PhoneError, PhoneKind};
