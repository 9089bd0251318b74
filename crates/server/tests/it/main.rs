//! The county as its callers see it: through the router, without a socket; and once as a real process that is killed.

mod authorisation;
mod bench;
mod desk;
mod enrolment;
mod feed;
mod importing;
mod killed;
mod phone;
mod pictures;
mod pushing;
mod signing;
mod writing;
