//! `bench`: the figures of `make bench` that come from Rust programs. Real phones (encrypted store, fsync, HTTPS) and the
//! real `xunge-county` process on loopback; every record invented from one seed and written out for the peers.
//!
//! Nothing here asserts a time. What is asserted is that the work was done: a run that lost a record has no figures.
//!
//! - [`rows`]: the records; [`figures`]: names, medians, the machine
//! - [`place`]: a county with phones; [`floor`]: the same rows without us
//! - [`saving`], [`travelling`], [`searching`], [`draining`]: what is measured
//! - [`relay`]: the byte counter, for the peers as a program of its own

mod draining;
mod figures;
mod floor;
mod place;
mod relay;
mod rows;
mod saving;
mod searching;
mod travelling;

use clap::{Parser, Subcommand};
use figures::Figures;
use std::path::PathBuf;
use std::process::ExitCode;

/// What any part of a run may end with.
type Trouble = Box<dyn std::error::Error>;

#[derive(Debug, Parser)]
#[command(name = "bench", about = "Figures of make bench")]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Writes the records as JSON lines, for the peers
    Rows {
        /// How many
        #[arg(long, default_value_t = 50_000)]
        people: usize,
        /// Where to
        #[arg(long)]
        to: PathBuf,
    },
    /// Measures and writes figures
    Measure {
        /// The county's program
        #[arg(long)]
        county: PathBuf,
        /// Folder for everything that is made; emptied first
        #[arg(long)]
        work: PathBuf,
        /// Where the figures go
        #[arg(long)]
        to: PathBuf,
        /// Records of the large figures
        #[arg(long, default_value_t = 50_000)]
        people: usize,
        /// Repetitions
        #[arg(long, default_value_t = 3)]
        times: usize,
        /// Only `saving`, `travelling`, `searching` or `draining`
        #[arg(long)]
        only: Option<String>,
    },
    /// The phone that `measure` lets drain; prints what it measured
    Drain {
        /// Its folder
        #[arg(long)]
        dir: PathBuf,
    },
    /// Relays a port and counts bytes: `count` on standard input asks for `towards back`
    Relay {
        /// Where to
        #[arg(long)]
        to: std::net::SocketAddr,
    },
    /// Prints what stands beside every figure: cores, processor, kernel
    Machine,
    /// Puts figures of several files together and prints the table
    Table {
        /// Files of figures
        from: Vec<PathBuf>,
        /// Where they go
        #[arg(long)]
        to: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().what {
        What::Rows { people, to } => rows::write(people, &to),
        What::Machine => {
            println!("{}", figures::machine());
            Ok(())
        }
        What::Relay { to } => relay::run(to),
        What::Drain { dir } => draining::phone(&dir),
        What::Table { from, to } => figures::table(&from, &to),
        What::Measure { county, work, to, people, times, only } => {
            let run = Run { county, work, people, times };
            measure(&run, only.as_deref()).and_then(|figures| figures.write(&to))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What to measure with.
struct Run {
    county: PathBuf,
    work: PathBuf,
    people: usize,
    times: usize,
}

fn measure(run: &Run, only: Option<&str>) -> Result<Figures, Trouble> {
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    let mut figures = Figures::default();
    xunge_bridge::world::fresh_folder(&run.work)?;
    if wanted("saving") {
        saving::measure(run, &mut figures)?;
    }
    if wanted("travelling") {
        travelling::measure(run, &mut figures)?;
    }
    if wanted("searching") {
        searching::measure(run, &mut figures)?;
    }
    if wanted("draining") {
        draining::measure(run, &mut figures)?;
    }
    Ok(figures)
}

/// Says what is being done.
fn say(what: &str) {
    eprintln!("· {what}");
}
