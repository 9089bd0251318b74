//! The phone's hardware as `xunge_client` asks for it. On Android on top of the plugin `device`; on a desktop the
//! simulated hardware of `xunge_client` stands in, and only the platform key is kept here. Leaves Android itself to the
//! plugin and files to what `world` hands in.

#[cfg(mobile)]
mod phone;
mod platform_key;
#[cfg(any(mobile, test))]
mod spool;

#[cfg(mobile)]
pub use phone::Phone;
pub use platform_key::PlatformKey;
#[cfg(desktop)]
pub use platform_key::Unwrapped;
#[cfg(mobile)]
pub use platform_key::{KeyTrouble, Wrapping};
#[cfg(mobile)]
pub use spool::Spool;
