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
mod make_demo;
mod serving;
mod troubles;

pub use failure::Failure;

use crate::county::{County, CountyEdit, Settings};
use crate::demo::Scale;
use crate::edit::Draft;
use crate::incident_categories;
use crate::world::{self, Places};
use accounts::DeskRole;
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::WorkerRole;
use xunge_domain::world::Clock as _;

#[derive(Debug, Parser)]
#[command(name = "xunge-county", version, about = "巡格县级服务 · the county server of Xunge")]
struct Cli {
    #[command(flatten)]
    at: At,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct At {
    /// Data folder: database, pictures, certificates
    #[arg(long, global = true, default_value = "county-data", value_name = "DIR")]
    data: PathBuf,
    /// Key file, outside the data folder [default: beside it, with `.key`]
    #[arg(long, global = true, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl At {
    fn places(&self) -> Places {
        let beside = || {
            let mut name = self.data.file_name().map_or_else(|| OsString::from("county"), OsString::from);
            name.push(".key");
            self.data.with_file_name(name)
        };
        Places { data: self.data.clone(), key_file: self.key.clone().unwrap_or_else(beside) }
    }

    fn open(&self) -> Result<County, Failure> {
        Ok(world::open_county(&self.places(), Settings::default())?)
    }

    /// For commands that make no county where there is none.
    fn open_existing(&self) -> Result<County, Failure> {
        if !self.data.join("county.db").exists() {
            return Err(Failure::no_county(&self.data));
        }
        self.open()
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 运行县服务 · Serve phones and desk until stopped
    Serve {
        /// Where to listen
        #[arg(long, default_value = "0.0.0.0:8443")]
        listen: SocketAddr,
        /// Name or address phones reach the county under; the first stands in invitations
        #[arg(long, value_name = "NAME", num_args = 1..)]
        host: Vec<String>,
        /// Built pages of the desk
        #[arg(long, value_name = "DIR")]
        desk_dir: Option<PathBuf>,
        /// Logs as JSON lines
        #[arg(long)]
        log_json: bool,
        /// Stop when standard input ends, as for SIGTERM: for a program that starts this one and may be killed
        #[arg(long)]
        stop_with_input: bool,
    },
    /// 区域 · Areas
    Area {
        #[command(subcommand)]
        what: AreaCommand,
    },
    /// 网格员 · Workers
    Worker {
        #[command(subcommand)]
        what: WorkerCommand,
    },
    /// 县工作台账号 · Accounts of the desk
    Account {
        #[command(subcommand)]
        what: AccountCommand,
    },
    /// 授权区域 · Let a worker see an area
    Grant {
        /// Number or name
        worker: String,
        /// Code of the area
        #[arg(long, value_name = "CODE")]
        area: String,
    },
    /// 停用 · Revoke a phone, a worker, or a worker's area
    Revoke {
        /// Id of a phone, or number or name of a worker
        whom: String,
        /// Only this area of the worker
        #[arg(long, value_name = "CODE")]
        area: Option<String>,
    },
    /// 导入住户台账 · Import a household ledger (.xlsx, .csv)
    Import {
        /// The ledger
        file: PathBuf,
        /// Code of the grid it belongs to
        #[arg(long, value_name = "CODE", required_unless_present = "dry_run")]
        area: Option<String>,
        /// Only read and report; needs no county
        #[arg(long)]
        dry_run: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// 注册码 · A code with which a worker enrols a phone
    EnrolCode {
        /// Number or name
        worker: String,
        /// Hours on paper, at most 24; ten minutes otherwise
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=24))]
        hours: Option<i64>,
        /// host:port phones reach the county under [default: as last served]
        #[arg(long)]
        address: Option<String>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// 核对 · Recomputes every operation's hash, every chain and every picture
    Check {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// 备份 · Copies the county into a new folder; it may be serving meanwhile
    Backup {
        /// A new or empty folder
        dir: PathBuf,
        /// Copy the key file too: whoever has the folder then reads everything
        #[arg(long)]
        with_key: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// 恢复 · Makes the county of a backup in the data folder, which must be new or empty
    Restore {
        /// The backup
        dir: PathBuf,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// 新纪元 · After somebody put an older copy of the data back by hand: phones offer again what it lacks
    NewEpoch,
    /// 解除隔离 · Lets a phone push again whose number lay in quarantine
    Lift {
        /// Id of the phone
        device: String,
        /// Why; stays in the audit log
        #[arg(long)]
        reason: String,
    },
    /// 核对批量删除 · Applies or rejects the deletions of a phone that are held
    Deletes {
        /// What becomes of them
        #[arg(value_enum)]
        what: Held,
        /// Id of the phone
        device: String,
        /// Why; stays in the audit log
        #[arg(long)]
        reason: String,
    },
    /// 依法删除 · Erases what was said about a person or another record, for good
    Erase {
        /// Id of the record
        record: String,
        /// purpose_over, keeping_over, consent_withdrawn, unlawful or ordered
        #[arg(long)]
        ground: String,
        /// Number of the file, who decided; stays in the audit log, nothing personal
        #[arg(long)]
        reason: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// 示范县 · A county of people who do not exist
    Demo {
        /// How much of it
        #[arg(long, value_enum, default_value = "small")]
        scale: Scale,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// What becomes of held deletions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Held {
    Release,
    Reject,
}

impl Command {
    /// Whether one JSON object is to be on standard output, whatever comes of it.
    const fn wants_json(&self) -> bool {
        match self {
            Self::Import { json, .. }
            | Self::EnrolCode { json, .. }
            | Self::Check { json }
            | Self::Backup { json, .. }
            | Self::Restore { json, .. }
            | Self::Erase { json, .. }
            | Self::Demo { json, .. }
            | Self::Worker { what: WorkerCommand::Add { json, .. } } => *json,
            Self::Serve { .. }
            | Self::Area { .. }
            | Self::Account { .. }
            | Self::Grant { .. }
            | Self::Revoke { .. }
            | Self::Lift { .. }
            | Self::Deletes { .. }
            | Self::NewEpoch => false,
        }
    }
}

#[derive(Debug, Subcommand)]
enum AreaCommand {
    /// A table `code,name,parent,level`
    Import {
        /// The table
        file: PathBuf,
        /// Their outlines: GeoJSON, polygons in WGS-84, each with the property `code`
        #[arg(long, value_name = "FILE")]
        outlines: Option<PathBuf>,
    },
    /// Outlines from GeoJSON: polygons in WGS-84, each with the property `code`
    Outline {
        /// The drawing
        file: PathBuf,
        /// Area of a drawing without a code
        #[arg(long, value_name = "CODE")]
        area: Option<String>,
    },
    /// Whom to call in an area and below, and the legal basis its workers show at the door; what is left out stays
    Contacts {
        /// Code of the area
        #[arg(long, value_name = "CODE")]
        area: String,
        /// Telephone of the desk
        #[arg(long, value_name = "NUMBER")]
        desk_phone: Option<String>,
        /// Telephone for complaints
        #[arg(long, value_name = "NUMBER")]
        complaint_phone: Option<String>,
        /// Legal basis, as registered
        #[arg(long, value_name = "TEXT")]
        basis: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum WorkerCommand {
    /// Adds a worker and lets them see the area
    Add {
        /// Name
        name: String,
        /// Code of the area
        #[arg(long, value_name = "CODE")]
        area: String,
        /// Role, e.g. `full_time`
        #[arg(long, value_parser = admin::role)]
        role: WorkerRole,
        /// Number; one is made up otherwise
        #[arg(long)]
        number: Option<String>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Adds an account, or gives it a new password, printed once
    Add {
        /// Name to log in with
        name: String,
        /// Code of the area it sees, with all below
        #[arg(long, value_name = "CODE")]
        area: String,
        /// Role
        #[arg(long, value_enum)]
        role: DeskRole,
    },
}

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
        Command::Serve { listen, host, desk_dir, log_json, stop_with_input } => {
            serving::run(at.places(), listen, host, desk_dir, log_json, stop_with_input)
        }
        Command::Area { what: AreaCommand::Import { file, outlines } } => {
            import_areas(at, &file)?;
            outlines.map_or(Ok(()), |drawn| area_facts::outline(&at.open()?, &drawn, None))
        }
        Command::Area { what: AreaCommand::Outline { file, area } } => {
            area_facts::outline(&at.open()?, &file, area.as_deref())
        }
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
            let ca = world::county_ca(&at.places(), &county)?;
            let address = match address {
                Some(address) => address,
                None => serving::last_address(&county)?,
            };
            admin::enrol_code(
                &county,
                ca.der(),
                &worker,
                hours.map_or(10, |hours| hours * 60),
                &address,
                json,
            )
        }
        Command::Check { json } => check::run(&at.open()?, json),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_command_line_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
        for line in [
            "xunge-county serve --data d --listen 127.0.0.1:0 --host a.test b.test",
            "xunge-county area import a.csv",
            "xunge-county worker add 李敏 --area 1 --role full_time",
            "xunge-county worker add 李敏 --area 1 --role 网格员",
            "xunge-county grant 01 --area 2",
            "xunge-county revoke 01",
            "xunge-county import a.xlsx --dry-run --json",
            "xunge-county import a.xlsx --area 1",
            "xunge-county enrol-code 01 --hours 24",
            "xunge-county demo --scale full",
            "xunge-county check --json",
            "xunge-county backup /backups/1 --with-key --json",
            "xunge-county restore /backups/1",
            "xunge-county new-epoch",
            "xunge-county lift 0 --reason 核实",
            "xunge-county deletes reject 0 --reason 误删",
            "xunge-county erase 0 --ground ordered --reason 文号",
        ] {
            assert!(parsed(line).is_ok(), "{line}");
        }
        for line in [
            "xunge-county import a.xlsx",
            "xunge-county enrol-code 01 --hours 25",
            "xunge-county worker add a --area 1 --role king",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }

    #[test]
    fn the_key_lies_beside_the_data_and_not_in_it() {
        let cli = parsed("xunge-county serve --data /srv/county").unwrap();
        assert_eq!(cli.at.places().key_file, Path::new("/srv/county.key"));
    }
}
