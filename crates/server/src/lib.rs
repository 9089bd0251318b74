//! The county: what phones talk to and the desk looks at.
//!
//! - [`storage`]: the encrypted database, the only place with SQL; [`blobs`]: pictures at rest
//! - [`county`]: the synchronous core; [`commit`]: many pushes, one flush
//! - [`http`]: routes and who may take them, callable without a socket
//! - [`tls`]: the county's own certificate authority
//! - [`demo`]: a county of people who do not exist; [`import`]: an office's ledger; [`desk`]: the office's pages
//! - [`administration`]: accounts, areas and workers, once for the command line and the desk
//! - [`cli`]: the commands of `xunge-county`; [`edit`]: edits by field names; [`incident_categories`]: what a county
//!   starts with
//! - [`geojson`]: outlines as a survey office hands them over; [`local_day`]: which day it is at the county
//! - [`world`]: the real clock, randomness, files, threads and sockets; nothing else reaches for them

pub mod administration;
pub mod blobs;
pub mod cli;
pub mod commit;
pub mod county;
pub mod demo;
pub mod desk;
pub mod edit;
pub mod geojson;
pub mod http;
pub mod import;
pub mod incident_categories;
pub mod local_day;
pub mod storage;
pub mod tls;
pub mod world;
