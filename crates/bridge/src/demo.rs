//! One worker's day, and a colleague's, against the real county: enrolled by code, worked offline, sent through a link
//! that breaks in mid-photo and a county that is killed, merged, settled, compared by id and hash.
//!
//! [`live`] does it and gives a [`Report`]; nothing here asserts a time.

mod actions;
mod desk;
mod inputs;
mod setting;
mod settle;

use crate::link::Link;
use crate::world::Watch;
pub use desk::Seen;
use inputs::Inputs;
pub(crate) use inputs::{made_gpx, made_photo, walk_along};
use serde::Serialize;
use setting::Setting;
use std::path::PathBuf;
use xunge_domain::track::gpx::GpxNote;

/// What the day is lived on.
#[derive(Debug, Clone)]
pub struct Day {
    /// The `xunge-county` program.
    pub county: PathBuf,
    /// Built pages of the desk.
    pub desk: PathBuf,
    /// Folder for everything the day leaves behind; emptied first.
    pub work: PathBuf,
    /// A ledger to import into a grid of its own.
    pub ledger: Option<PathBuf>,
    /// A folder of GPX files to walk.
    pub tracks: Option<PathBuf>,
    /// A folder of photos to take.
    pub photos: Option<PathBuf>,
}

/// What came of it; written to `target/demo.json`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Operations written on phones.
    pub saved: u64,
    /// Those with a durable receipt, held by the county under the same id and hash.
    pub at_county: u64,
    /// Photos reported on phones.
    pub photos_sent: u64,
    /// Those with a receipt, whose bytes at the county have the hash the phone signed.
    pub photos_verified: u64,
    /// Operations the county merged beside somebody else's.
    pub merged: u64,
    /// Operations that made a review item.
    pub in_review: u64,
    /// Review items left when the day is over.
    pub in_review_after: u64,
    /// Links cut and counties killed.
    pub interruptions: u64,
    /// Uploads that broke off in the middle of their body, as the county counted; they went on later.
    pub uploads_broken: u64,
    /// Visits recorded on the phones.
    pub visits: u64,
    /// Incidents reported on the phones.
    pub incidents: u64,
    /// Photos that belong to them.
    pub photos_taken: u64,
    /// What a person logged in at the desk sees of them.
    pub seen_at_desk: Seen,
    /// Bytes towards the county.
    pub bytes_up: u64,
    /// Bytes from the county.
    pub bytes_down: u64,
    /// Length of the day on this machine.
    pub seconds: f64,
    /// Ledger rows: what the import said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<serde_json::Value>,
    /// Patrols walked: track, metres, gaps, points.
    pub patrols: Vec<Walked>,
    /// Tracks that are no walk, by code; nobody walks them.
    pub tracks_refused: Vec<String>,
    /// Photos that the pipeline refused, by code.
    pub photos_refused: Vec<String>,
    /// What differed; empty when all is well.
    pub differences: Vec<String>,
    /// Why the day came to no end; absent when it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broke_off: Option<String>,
    /// Whether nothing differed.
    pub ok: bool,
}

/// A patrol of the day.
#[derive(Debug, Clone, Serialize)]
pub struct Walked {
    /// Name of the track.
    pub track: String,
    /// Metres, gaps left out.
    pub length_m: u64,
    /// Gaps.
    pub gaps: usize,
    /// Whether the track says when it was walked; without, no gap can be seen.
    pub timed: bool,
    /// What was odd in the file, as `GpxNote` names it.
    pub notes: Vec<GpxNote>,
    /// Points recorded.
    pub points: usize,
    /// Inspection points reached.
    pub reached: usize,
}

/// Why the day could not be lived to its end.
#[derive(Debug, thiserror::Error)]
pub enum DayError {
    /// The county's process.
    #[error(transparent)]
    County(#[from] crate::county::CountyError),
    /// The disk or a thread.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A phone refused a command.
    #[error("{command}: {code}")]
    Phone {
        /// Which.
        command: String,
        /// Its code.
        code: String,
    },
    /// An answer lacks what it must have.
    #[error("{0}")]
    Odd(String),
}

/// Lives the day.
///
/// # Errors
/// [`DayError`] when it cannot go on; differences between phone and county are in the report.
pub fn live(day: &Day) -> Result<Report, DayError> {
    let watch = Watch::start();
    let mut report = Report::default();
    let mut inputs = Inputs::read(day)?;
    report.tracks_refused = inputs.sort_out_tracks();
    let mut setting = Setting::make(day, &mut report)?;

    say("two phones enrol and fetch their grid");
    let (anna, bert) = setting.enrol()?;
    settle::until_quiet(&[&anna.phone, &bert.phone])?;
    let before = desk::Desk::open(&setting)?.look()?;

    settle::ledger_arrived(&[&anna, &bert], &mut report)?;

    say("no signal: a morning of visits, edits, a patrol and incidents");
    anna.link.down();
    bert.link.down();
    let shared = actions::morning(&anna, &mut inputs, &mut report)?;
    actions::afternoon(&bert, &mut inputs, &mut report)?;

    say("signal returns: links break in mid-way, the county is killed");
    rough_way(&mut setting, &anna.link, &bert.link, &anna, &bert, &mut report)?;
    settle::until_quiet(&[&anna.phone, &bert.phone])?;

    say("what two people changed is settled by one of them");
    actions::settle_conflicts(&anna, &mut report)?;
    settle::until_quiet(&[&anna.phone, &bert.phone])?;
    settle::agree(&anna, &bert, &mut report)?;

    say("somebody at the desk looks at it");
    report.uploads_broken += desk::broken_uploads(setting.county.address())?;
    let at_desk = desk::Desk::open(&setting)?;
    desk::compare(before, at_desk.look()?, &mut report);
    if !at_desk.shows_household_of(&anna, &shared)? {
        report.differences.push("the desk does not show the changed household as the phone does".into());
    }
    if report.uploads_broken == 0 && report.photos_taken > 0 {
        report.differences.push("no upload broke off in mid-body".into());
    }

    anna.stop();
    bert.stop();
    for link in [&anna.link, &bert.link] {
        let (up, down) = link.bytes();
        report.bytes_up += up;
        report.bytes_down += down;
    }
    setting.county.stop();
    say("phone and county are compared, operation by operation, photo by photo");
    settle::compare(&setting, &[&anna, &bert], &mut report)?;
    report.seconds = (watch.seconds() * 10.0).round() / 10.0;
    report.ok = report.differences.is_empty();
    Ok(report)
}

/// The first phone's link breaks twice after some bytes, and again until a picture broke off in its midst; then the county
/// dies without a word.
fn rough_way(
    setting: &mut Setting,
    anna_link: &Link,
    bert_link: &Link,
    anna: &setting::Worker,
    bert: &setting::Worker,
    report: &mut Report,
) -> Result<(), DayError> {
    anna_link.up();
    anna_link.cut_after(160_000);
    settle::hurry_until(&anna.phone, || anna_link.cuts() >= 1)?;
    report.interruptions += 1;
    anna_link.up();
    anna_link.cut_after(220_000);
    settle::hurry_until(&anna.phone, || anna_link.cuts() >= 2)?;
    report.interruptions += 1;
    // Where a cut falls depends on what travels just then, and the county counts a body that broke off when it has noticed.
    for cuts in 3..=MOST_CUTS {
        if settle::upload_broke(setting.county.address())? {
            break;
        }
        anna_link.up();
        anna_link.cut_after(100_000);
        if !settle::hurry_until_or_sent(&anna.phone, || anna_link.cuts() >= cuts)? {
            break;
        }
        report.interruptions += 1;
    }
    anna_link.up();

    bert_link.up();
    let (before, _) = bert_link.bytes();
    settle::hurry_until(&bert.phone, || bert_link.bytes().0 > before + 40_000)?;
    report.uploads_broken += desk::broken_uploads(setting.county.address())?;
    setting.county.kill();
    report.interruptions += 1;
    setting.county.serve()?;
    Ok(())
}

/// How often the first phone's link breaks at most.
const MOST_CUTS: u64 = 6;

/// A line for whoever watches.
fn say(text: &str) {
    eprintln!("· {text}");
}
