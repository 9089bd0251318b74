//! What `make sweep` tries: not chance but every place there is.
//!
//! - [`tape`], [`vfs`], [`taped_files`]: every step a phone takes on its disk, on a tape; and a disk that fails
//! - [`disk`]: what a power cut leaves of a tape
//! - [`phone`]: a phone on such a disk; [`deeds`]: what it does there
//! - [`crash`]: the power cut after every step of a deed; [`failing`]: every step failing
//! - [`large`]: the same promises with much of everything

pub mod crash;
pub mod deeds;
pub mod disk;
pub mod failing;
pub mod large;
pub mod phone;
pub mod tape;
pub mod taped_files;
pub mod vfs;
