//! `xunge-bridge`: the development launcher behind `make run` and `make demo`.

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use xunge_bridge::{demo, run, world};

#[derive(Debug, Parser)]
#[command(name = "xunge-bridge", about = "Development only: a headless phone over loopback")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The app beside a demo county, until stopped
    Run {
        /// The shell to open; without it two addresses are printed
        #[arg(long)]
        shell: Option<PathBuf>,
        /// Where county and phone keep their data between runs
        #[arg(long, default_value = "target/run")]
        work: PathBuf,
        /// Port of the phone's page
        #[arg(long, default_value_t = 8440)]
        phone_port: u16,
        /// Port of the county
        #[arg(long, default_value_t = 8443)]
        county_port: u16,
        /// `small` or `full`
        #[arg(long, default_value = "small")]
        scale: String,
        /// Leave the phone new, to see enrolment
        #[arg(long)]
        new_phone: bool,
        /// Beside it a colleague's phone at the next port; both can be cut off from the county
        #[arg(long)]
        two_phones: bool,
    },
    /// One day over real processes, written to a report
    Demo {
        /// Where the report goes
        #[arg(long, default_value = "target/demo.json")]
        report: PathBuf,
        /// Where the day leaves its data
        #[arg(long, default_value = "target/demo")]
        work: PathBuf,
        /// A ledger to import
        #[arg(long)]
        ledger: Option<PathBuf>,
        /// A folder of GPX files
        #[arg(long)]
        tracks: Option<PathBuf>,
        /// A folder of photos
        #[arg(long)]
        photos: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "error".into()),
        )
        .with_writer(std::io::stderr)
        // Nobody reading any more is no reason to end in the middle of a request.
        .log_internal_errors(false)
        .init();
    match Cli::parse().command {
        Command::Run { shell, work, phone_port, county_port, scale, new_phone, two_phones } => {
            let program = run::Program { shell, work, phone_port, county_port, scale, new_phone, two_phones };
            finish(run::run(&program))
        }
        Command::Demo { report, work, ledger, tracks, photos } => {
            let day = demo::Day {
                county: beside("xunge-county"),
                desk: "ui/dist".into(),
                work,
                ledger,
                tracks,
                photos,
            };
            finish(live(&day, &report))
        }
    }
}

fn live(day: &demo::Day, path: &std::path::Path) -> Result<(), String> {
    // A report of an older day must not stand for one that came to no end.
    let lived = demo::live(day);
    let report = match &lived {
        Ok(report) => report.clone(),
        Err(error) => demo::Report { broke_off: Some(error.to_string()), ..demo::Report::default() },
    };
    let json = serde_json::to_vec_pretty(&report).map_err(|error| error.to_string())?;
    world::write(path, &json).map_err(|error| error.to_string())?;
    if let Some(why) = report.broke_off {
        return Err(why);
    }
    print_table(&report);
    if report.ok {
        Ok(())
    } else {
        Err(format!("the day shows differences:\n  {}", report.differences.join("\n  ")))
    }
}

fn print_table(report: &demo::Report) {
    let seen = report.seen_at_desk;
    let rows: [(&str, String); 14] = [
        ("saved on the phones", report.saved.to_string()),
        ("at the county, same id and hash", report.at_county.to_string()),
        ("photos reported", report.photos_sent.to_string()),
        ("photos verified at the county", report.photos_verified.to_string()),
        ("merged side by side", report.merged.to_string()),
        ("put to review", report.in_review.to_string()),
        ("review items left", report.in_review_after.to_string()),
        ("interruptions", report.interruptions.to_string()),
        ("uploads broken in mid-body", report.uploads_broken.to_string()),
        (
            "seen at the desk",
            format!(
                "{} visits, {} patrols, {} incidents, {} photos",
                seen.visits, seen.patrols, seen.incidents, seen.photos
            ),
        ),
        ("bytes up", report.bytes_up.to_string()),
        ("bytes down", report.bytes_down.to_string()),
        ("seconds", report.seconds.to_string()),
        ("ok", report.ok.to_string()),
    ];
    for (name, value) in rows {
        println!("{name:<34} {value:>12}");
    }
    for walked in &report.patrols {
        println!(
            "patrol {:<27} {:>6} m, {}, {} points, {} inspection points",
            walked.track,
            walked.length_m,
            if walked.timed { format!("{} gaps", walked.gaps) } else { "no times, gaps unknown".to_owned() },
            walked.points,
            walked.reached
        );
        for note in &walked.notes {
            println!("{:<34} {note}", "");
        }
    }
    if let Some(ledger) = &report.ledger {
        println!("ledger {ledger}");
    }
    for refused in &report.tracks_refused {
        println!("track refused: {refused}");
    }
    for refused in &report.photos_refused {
        println!("photo refused: {refused}");
    }
}

fn finish(done: Result<(), String>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

/// A program that was built beside this one.
fn beside(name: &str) -> PathBuf {
    run::beside(name)
}
