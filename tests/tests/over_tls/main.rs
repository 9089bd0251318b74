//! A whole phone, with the app's own HTTPS client, over TLS and HTTP/2 at a county that has no time for it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests fail by panicking, and look at real processes, sockets and time"
)]

mod busy;
mod listening;
