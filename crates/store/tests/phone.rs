//! The store as the client uses it, on a real disk: one binary, a module a subject.
#![allow(clippy::unwrap_used)] // a test that cannot go on says so by panicking
#![allow(clippy::disallowed_methods)] // tests look at the files behind the store's back

#[path = "phone/canary.rs"]
mod canary;
#[path = "phone/log.rs"]
mod log;
#[path = "phone/mirror.rs"]
mod mirror;
#[path = "phone/opening.rs"]
mod opening;
#[path = "phone/photos.rs"]
mod photos;
#[path = "phone/rows.rs"]
mod rows;
#[path = "phone/screens.rs"]
mod screens;
#[path = "phone/searching.rs"]
mod searching;
#[path = "phone/size.rs"]
mod size;
#[path = "phone/street.rs"]
mod street;
