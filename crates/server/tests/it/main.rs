//! The county as its callers see it: through the router, without a socket; and once as a real process that is killed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests fail by panicking, and look at real files and processes"
)]

mod at_once;
mod authorisation;
mod backups;
mod bench;
mod care;
mod desk;
mod desk_admin;
mod desk_imports;
mod desk_incidents;
mod desk_matrix;
mod desk_seen;
mod duplicates;
mod early_answers;
mod enrolment;
mod erasing;
mod feed;
#[allow(dead_code, reason = "shared with the tests of the photo pipeline")]
#[path = "../../../photo/tests/it/fixtures.rs"]
mod fixtures;
mod full_disk;
mod hostile;
#[path = "../../../photo/tests/it/hostile_files.rs"]
mod hostile_files;
mod importing;
mod killed;
mod logging;
#[allow(dead_code, reason = "shared with the tests of whole phones")]
#[path = "../../../../tests/src/marks.rs"]
mod marks;
mod matrix;
mod openings;
mod phone;
mod pictures;
mod possession;
mod pushing;
mod signing;
mod troubles;
mod tus_clients;
mod writing;
