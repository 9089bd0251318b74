//! The commands of `xunge-county`: what a person types becomes calls of the core, and what comes of it is said in words
//! that tell what happened, what is safe and what to do. Chinese first, English below.
//!
//! Exit codes: 0 done; 1 refused, nothing changed; 2 the command line cannot be read; 3 a running server holds the
//! county; 4 something below broke.

/// Prints a line. Whoever stopped reading (`| head`) is no reason to stop working: what was done stays done.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

mod accounts;
mod admin;
mod area_facts;
mod areas;
mod backup;
mod check;
mod failure;
mod files;
mod ledger;
mod line;
mod make_demo;
mod points;
mod serving;
mod table;
mod troubles;

pub use failure::Failure;

use crate::county::{County, CountyEdit};
use crate::edit::Draft;
use crate::incident_categories;
use crate::world;
use chrono::NaiveDate;
use clap::Parser as _;
use line::{AccountCommand, AreaCommand, At, Cli, Command, Held, WorkerCommand};
use serde::Serialize;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::world::Clock as _;

/// Runs the command line.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistake and go to standard output.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let json = cli.command.wants_json();
    match carry_out(&cli.at, cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(json),
    }
}

fn carry_out(at: &At, command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(wanted) => serving::run(at.places(), wanted),
        Command::Area { what: AreaCommand::Import { file, outlines } } => {
            import_areas(at, &file)?;
            outlines.map_or(Ok(()), |drawn| area_facts::outline(&at.open()?, &drawn, None))
        }
        Command::Area { what: AreaCommand::Outline { file, area } } => {
            area_facts::outline(&at.open()?, &file, area.as_deref())
        }
        Command::Area { what: AreaCommand::Points { file } } => points::import(&at.open_existing()?, &file),
        Command::Area { what: AreaCommand::Contacts { area, desk_phone, complaint_phone, basis } } => {
            area_facts::contacts(&at.open()?, &area, desk_phone, complaint_phone, basis)
        }
        Command::Worker { what: WorkerCommand::Add { name, area, role, number, json } } => {
            admin::add_worker(&at.open()?, &name, &area, role, number, json)
        }
        Command::Account { what: AccountCommand::Add { name, area, role } } => {
            admin::add_account(&at.open()?, &name, &area, role)
        }
        Command::Grant { worker, area } => admin::grant(&at.open()?, &worker, &area),
        Command::Revoke { whom, area } => admin::revoke(&at.open()?, &whom, area.as_deref()),
        Command::Import { file, area, dry_run, json } => {
            ledger::run(|| at.open(), &file, area.as_deref().filter(|_| !dry_run), json)
        }
        Command::EnrolCode { worker, hours, address, json } => {
            let county = at.open()?;
            let ca = || Ok(world::county_ca(&at.places(), &county)?.der().to_vec());
            admin::enrol_code(&county, ca, &worker, hours.map_or(10, |hours| hours * 60), address, json)
        }
        Command::Check { json } => check::run(&at.open_existing()?, json),
        Command::Backup { dir, with_key, json } => {
            backup::make(&at.places(), &at.open_existing()?, &dir, with_key, json)
        }
        Command::Restore { dir, json } => backup::restore(&at.places(), &dir, json),
        Command::Lift { device, reason } => troubles::lift(&at.open_existing()?, &device, &reason),
        Command::Deletes { what, device, reason } => {
            troubles::deletes(&at.open_existing()?, &device, what == Held::Release, &reason)
        }
        Command::Erase { record, ground, reason, json } => {
            troubles::erase(&at.open_existing()?, &record, &ground, &reason, json)
        }
        Command::NewEpoch => {
            let _held = files::hold(&at.data)?;
            backup::new_epoch(&at.open_existing()?)
        }
        Command::Demo { scale, json } => {
            let _held = files::hold(&at.data)?;
            make_demo::run(&at.open()?, scale, json)
        }
    }
}

fn import_areas(at: &At, file: &Path) -> Result<(), Failure> {
    let bytes = files::read_input(file)?;
    let _held = files::hold(&at.data)?;
    let county = at.open()?;
    let edits = areas::plan(&bytes, &county.areas(), || county.new_id())?;
    let count = edits.len();
    let first_ones = county.areas().roots().is_empty();
    county.write_as_county(edits)?;
    if let Some(root) = county.areas().roots().first().filter(|_| first_ones) {
        county.write_as_county(usual_categories(&county, root.id))?;
    }
    if let Some(name) = county.areas().roots().first().map(|root| root.name.clone()) {
        county.set_name(&name)?;
    }
    say!("已导入 {count} 个区域。\nImported {count} areas.");
    if let Some(first) = accounts::first(&county)? {
        accounts::print(&first);
    }
    Ok(())
}

/// Without categories no incident can be reported: a new county starts with the usual ones.
fn usual_categories(county: &County, root: RecordId) -> Vec<CountyEdit> {
    let numbered = incident_categories::USUAL.into_iter().zip(1_i64..);
    numbered
        .map(|((code, name, class, limit), rank)| {
            Draft::new(RecordKind::IncidentCategory, county.new_id(), root)
                .with("code", code)
                .with("name", name)
                .with("class", class)
                .maybe("limit_hours", limit)
                .with("rank", rank)
                .into()
        })
        .collect()
}

/// The county's day.
fn today() -> NaiveDate {
    crate::local_day::day_of(world::RealClock::new().now().wall_ms)
}

/// One JSON object on standard output, nothing else.
fn print_json(what: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(what).map_err(|error| {
        Failure::refused(
            "unprintable",
            format!("结果无法打印：{error}"),
            format!("The result cannot be printed: {error}"),
        )
    })?;
    say!("{text}");
    Ok(())
}
