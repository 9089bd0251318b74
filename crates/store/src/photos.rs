//! Photos: encrypted files in a folder, one row each in the database.
//!
//! The order is what keeps them: the files are on the disk (fsynced) before the row is written, and the row is written
//! before anything says "saved". Files bear the photo's id, never anything of its content. The key of a photo lies in its
//! row, so forgetting the row shreds the files. What the pictures show, and their hashes, is the business of
//! `crates/photo`; sending them is the client's.

pub(crate) mod frames;
mod rows;
mod vault;
mod writing;

pub use rows::{NewPhoto, Photo, PhotoState, PhotosFrom};
pub use vault::{PhotoKey, PhotoPart, PhotoVault, Sweep};

pub(crate) use rows::{SELECT_PHOTO, read_photo};
