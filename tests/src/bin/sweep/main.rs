//! `sweep`: the proofs that take longer than `make test` has. Each prints one row with its count; one that fails makes the
//! whole fail.
//!
//! `sweep all` runs everything that needs no other program; `sweep NAME…` only that. Programs and folders are given by
//! `scripts/sweep.sh`.

mod killed;
mod table;

use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;
use table::Table;
use xunge_tests::sweep::deeds::Deed;
use xunge_tests::sweep::{crash, failing, large};

#[derive(Debug, Parser)]
#[command(name = "sweep", about = "The long proofs")]
struct Cli {
    /// Which: `crash`, `failing`, `killed`, `drain`, `large`; `phone` is the phone that `killed` kills
    #[arg(default_values_t = ["crash".to_owned(), "failing".to_owned()])]
    which: Vec<String>,
    /// Only these deeds
    #[arg(long)]
    deed: Vec<String>,
    /// Only every nth step
    #[arg(long, default_value_t = 1)]
    stride: usize,
    /// The county's program, for `killed`
    #[arg(long)]
    county: Option<PathBuf>,
    /// A folder for `killed`, emptied first; for `phone`, the phone's
    #[arg(long)]
    work: Option<PathBuf>,
    /// Operations that wait, for `drain`
    #[arg(long, default_value_t = 50_000)]
    waiting: usize,
    /// MB that the store is to have, for `large`
    #[arg(long, default_value_t = 1_024)]
    megabytes: u64,
    /// Adds a line for each row to this file
    #[arg(long)]
    rows: Option<PathBuf>,
    /// How many kills
    #[arg(long, default_value_t = 200)]
    kills: u64,
}

/// Disks drawn by chance after each step.
const TRIES: usize = 4;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.which == ["phone"] {
        let dir = cli.work.unwrap_or_default();
        return match killed::phone(&dir) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let mut table = Table::default();
    let deeds = Deed::ALL
        .into_iter()
        .filter(|deed| cli.deed.is_empty() || cli.deed.contains(&deed.name().to_owned()));
    let wanted = |part: &str| cli.which.iter().any(|which| which == part);
    for deed in deeds {
        if wanted("crash") {
            let swept = crash::sweep(deed, TRIES);
            let count = format!("{} points, {} states", swept.points, swept.states);
            table.row(&format!("power cut: {}", deed.name()), &count, &swept.broken);
        }
        if wanted("failing") && deed.begins_open() {
            let failed = failing::sweep(deed, cli.stride);
            let count = format!("{} faults, {} calls refused", failed.runs, failed.refused);
            table.row(&format!("failing disk: {}", deed.name()), &count, &failed.broken);
        }
    }
    if wanted("killed") {
        let (county, work) = (cli.county.unwrap_or_default(), cli.work.unwrap_or_default());
        let killed = killed::sweep(&county, &work, cli.kills).unwrap_or_else(|error| killed::Killed {
            broken: vec![format!("it did not come to its end: {error}")],
            ..killed::Killed::default()
        });
        let (counties, phones) = killed.kills;
        let count = format!(
            "{} kills ({counties} county, {phones} phone), {} operations and {} pictures equal",
            counties + phones,
            killed.operations,
            killed.pictures
        );
        table.row("SIGKILL under load", &count, &killed.broken);
    }
    let mut much = |name: &str, found: large::Large| {
        let count =
            format!("{} operations, {} MB, {} deaths", found.waiting, found.bytes >> 20, found.deaths);
        table.row(name, &count, &found.broken);
    };
    if wanted("drain") {
        much("much waiting", large::drain(cli.waiting));
    }
    if wanted("large") {
        much("large store", large::beyond(cli.megabytes << 20));
    }
    table.end(cli.rows.as_deref())
}
