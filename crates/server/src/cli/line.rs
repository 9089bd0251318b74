//! The command line: every command with what can be typed after it. What a command does is the other files' matter.

use super::accounts::DeskRole;
use super::failure::Failure;
use super::{admin, serving};
use crate::county::{County, Settings};
use crate::demo::Scale;
use crate::world::{self, Places};
use clap::{Args, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use xunge_domain::records::words::WorkerRole;

#[derive(Debug, Parser)]
#[command(name = "xunge-county", version, about = "巡格县级服务 · the county server of Xunge")]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) at: At,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Args)]
pub(super) struct At {
    /// Data folder: database, pictures, certificates
    #[arg(long, global = true, default_value = "county-data", value_name = "DIR")]
    pub(super) data: PathBuf,
    /// Key file, outside the data folder [default: beside it, with `.key`]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
}

impl At {
    pub(super) fn places(&self) -> Places {
        let beside = || {
            let mut name = self.data.file_name().map_or_else(|| OsString::from("county"), OsString::from);
            name.push(".key");
            self.data.with_file_name(name)
        };
        Places { data: self.data.clone(), key_file: self.key.clone().unwrap_or_else(beside) }
    }

    pub(super) fn open(&self) -> Result<County, Failure> {
        Ok(world::open_county(&self.places(), Settings::default())?)
    }

    /// For commands that make no county where there is none.
    pub(super) fn open_existing(&self) -> Result<County, Failure> {
        if !self.data.join("county.db").exists() {
            return Err(Failure::no_county(&self.data));
        }
        self.open()
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 运行县服务 · Serve phones and desk until stopped
    Serve(serving::Wanted),
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
    /// 登记码 · A code with which a worker enrols a phone
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
pub(super) enum Held {
    Release,
    Reject,
}

impl Command {
    /// Whether one JSON object is to be on standard output, whatever comes of it.
    pub(super) const fn wants_json(&self) -> bool {
        match self {
            Self::Import { json, .. }
            | Self::EnrolCode { json, .. }
            | Self::Check { json }
            | Self::Backup { json, .. }
            | Self::Restore { json, .. }
            | Self::Erase { json, .. }
            | Self::Demo { json, .. }
            | Self::Worker { what: WorkerCommand::Add { json, .. } } => *json,
            Self::Serve(_)
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
pub(super) enum AreaCommand {
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
    /// Inspection points: a table `grid,number,name,purpose,longitude,latitude`, WGS-84
    Points {
        /// The table
        file: PathBuf,
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
pub(super) enum WorkerCommand {
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
pub(super) enum AccountCommand {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn parsed(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_command_line_is_sound() {
        <Cli as clap::CommandFactory>::command().debug_assert();
        for line in [
            "xunge-county serve --data d --listen 127.0.0.1:0 --host a.test b.test",
            "xunge-county area import a.csv",
            "xunge-county area points p.csv",
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
