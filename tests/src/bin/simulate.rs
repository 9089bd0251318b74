//! `make simulate`: lives seeds in two processes of one thread each, tells what came about, and fails when something that
//! must hold did not, or when what the simulator claims to try never came about. `--plant` shows that it can fail.
//!
//! Last line: `seeds=N steps=N faults=N failures=N`, or `planted=N caught=N`.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a tool for the terminal")]

use clap::Parser;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Mutex, PoisonError};
use xunge_tests::sim::tally::{FAULTS, HARD, Tally};
use xunge_tests::sim::{Outcome, live};

/// From so many seeds on every fault and every hard way must have come about.
const ENOUGH_SEEDS: u64 = 300;
/// Seeds in which a planted bug must be caught.
#[cfg(feature = "planted")]
const BUDGET: u64 = 400;
/// Lines of a failing seed's story that are told; a replay tells all.
const LAST_LINES: usize = 60;
const PROCESSES: u64 = 2;

/// For SQLite and OpenSSL too: it takes the place of `malloc` in this program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Args {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// How many.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Every so many seeds one is lived twice, and the traces are compared.
    #[arg(long, default_value_t = 25)]
    twice_every: u64,
    /// Tells the whole story.
    #[arg(long)]
    story: bool,
    /// Plants bugs instead: `all`, or the name of one.
    #[arg(long)]
    plant: Option<String>,
    /// Lives only every nth, beginning with this one: what a process of the two does.
    #[arg(long, hide = true)]
    share: Option<u64>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let whole = match (&args.plant, args.share) {
        (Some(which), share) => planting::run(&args, which, share),
        (None, Some(share)) => live_share(&args, share),
        (None, None) if args.seeds == 1 => live_share(&args, 0),
        (None, None) => gather(&args),
    };
    if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What all seeds came to.
#[derive(Default)]
struct Sum {
    seeds: u64,
    steps: u64,
    failures: u64,
    tally: Tally,
}

impl Sum {
    fn add(&mut self, seed: u64, one: &Outcome, args: &Args) {
        self.seeds += 1;
        self.steps += one.steps;
        self.tally.take_over(&one.tally);
        if args.story {
            println!("{}", one.story.join("\n"));
        }
        println!("seed {seed}: trace {}", one.hash);
        if !one.broken.is_empty() {
            self.failures += 1;
            tell(seed, one, args.story);
        }
    }

    fn close(&self) -> bool {
        let missing = table(&self.tally);
        if self.seeds >= ENOUGH_SEEDS && !missing.is_empty() {
            println!("never came about: {}", missing.join(", "));
        }
        let (seeds, steps, faults) = (self.seeds, self.steps, self.tally.faults());
        println!("seeds={seeds} steps={steps} faults={faults} failures={}", self.failures);
        self.failures == 0 && (seeds < ENOUGH_SEEDS || missing.is_empty())
    }
}

fn tell(seed: u64, one: &Outcome, told: bool) {
    println!("seed {seed} FAILS; replay with: make simulate SEED={seed}");
    if !told {
        let from = one.story.len().saturating_sub(LAST_LINES);
        println!("{}", one.story.get(from..).unwrap_or_default().join("\n"));
    }
    for broken in &one.broken {
        println!("  {}: {}", broken.invariant, broken.what);
    }
}

/// Prints what came about; answers what did not.
fn table(tally: &Tally) -> Vec<&'static str> {
    let counts = tally.counts();
    let mut missing = Vec::new();
    for (title, names) in [("fault", FAULTS), ("hard way", HARD)] {
        println!("{title:<36}times");
        for name in names {
            let times = counts.get(*name).copied().unwrap_or(0);
            println!("  {name:<34}{times}");
            if times == 0 {
                missing.push(*name);
            }
        }
    }
    for (name, times) in
        counts.iter().filter(|(name, _)| !FAULTS.contains(&&***name) && !HARD.contains(&&***name))
    {
        println!("  ({name}: {times})");
    }
    missing
}

/// Lives one process's seeds; as one of two it tells its numbers to the other end of the pipe.
fn live_share(args: &Args, share: u64) -> bool {
    let mut sum = Sum::default();
    let step = if args.share.is_some() { PROCESSES } else { 1 };
    let mut at = share;
    while at < args.seeds {
        let seed = args.first + at;
        let one = live(seed);
        sum.add(seed, &one, args);
        if (at / step).is_multiple_of(args.twice_every) {
            let again = live(seed);
            if again.hash != one.hash {
                sum.failures += 1;
                let at = one.story.iter().zip(&again.story).find(|(one, again)| one != again);
                println!(
                    "seed {seed} FAILS: lived again it differs: {at:?}; replay with: make simulate SEED={seed}"
                );
            }
        }
        at += step;
    }
    if args.share.is_none() {
        return sum.close();
    }
    for (what, times) in sum.tally.counts() {
        println!("@{times} {what}");
    }
    println!("@@{} {} {}", sum.seeds, sum.steps, sum.failures);
    true
}

/// Two processes, and the sum of both.
fn gather(args: &Args) -> bool {
    let numbers = [("--first", args.first), ("--seeds", args.seeds), ("--twice-every", args.twice_every)];
    let sum = Mutex::new(Sum::default());
    let ended = each_line(processes(&numbers, &[]), |line| {
        let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rest) = line.strip_prefix("@@") {
            let mut numbers = rest.split(' ').filter_map(|number| number.parse::<u64>().ok());
            sum.seeds += numbers.next().unwrap_or(0);
            sum.steps += numbers.next().unwrap_or(0);
            sum.failures += numbers.next().unwrap_or(0);
        } else if let Some((times, what)) = line.strip_prefix('@').and_then(|rest| rest.split_once(' ')) {
            sum.tally.add_many(what, times.parse().unwrap_or(0));
        } else {
            println!("{line}");
        }
    });
    let mut sum = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    // A process that died did so over a seed of its own.
    sum.failures += ended;
    sum.close()
}

/// Starts the processes.
fn processes(numbers: &[(&str, u64)], more: &[&str]) -> Vec<Child> {
    let own = std::env::current_exe().expect("the program's own path");
    (0..PROCESSES)
        .map(|share| {
            let mut command = Command::new(&own);
            command.args(numbers.iter().flat_map(|(name, number)| [(*name).to_owned(), number.to_string()]));
            command.args(more).arg("--share").arg(share.to_string());
            command.stdout(Stdio::piped()).spawn().expect("a process starts")
        })
        .collect()
}

/// Reads what they print, line by line as it comes; answers how many did not end well.
fn each_line(children: Vec<Child>, line: impl Fn(&str) + Sync) -> u64 {
    std::thread::scope(|scope| {
        let readers: Vec<_> = children
            .into_iter()
            .map(|mut child| {
                let line = &line;
                scope.spawn(move || {
                    let out = child.stdout.take().map(BufReader::new);
                    for text in out.into_iter().flat_map(|out| out.lines().map_while(Result::ok)) {
                        line(&text);
                    }
                    child.wait().is_ok_and(|status| status.success())
                })
            })
            .collect();
        readers.into_iter().map(|reader| u64::from(!reader.join().unwrap_or(false))).sum()
    })
}

#[cfg(not(feature = "planted"))]
mod planting {
    use super::Args;

    pub(super) fn run(_: &Args, _: &str, _: Option<u64>) -> bool {
        println!("bugs are planted in a build with the feature `planted` only: make simulate PLANT=all");
        false
    }
}

#[cfg(feature = "planted")]
mod planting {
    use super::{Args, BUDGET, PROCESSES, each_line, live, processes};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use xunge_domain::planted::{Bug, plant};
    use xunge_tests::sim::seal::Seal;
    use xunge_tests::sim::template::template;

    pub(super) fn run(args: &Args, which: &str, share: Option<u64>) -> bool {
        let bugs: Vec<Bug> =
            Bug::ALL.into_iter().filter(|bug| which == "all" || which == format!("{bug:?}")).collect();
        let Some(share) = share else { return gather(args, which, bugs.len()) };
        for bug in bugs.into_iter().skip(share as usize).step_by(PROCESSES as usize) {
            match catch(bug, args.first) {
                Some((seed, invariant, tried)) => {
                    println!("@ {bug:?}: caught at seed {seed}, after {tried}, by \"{invariant}\"");
                }
                None => println!("{bug:?}: NOT CAUGHT in {BUDGET} seeds"),
            }
        }
        true
    }

    /// The seed that shows the bug, by which invariant, and how many were lived.
    fn catch(bug: Bug, first: u64) -> Option<(u64, &'static str, u64)> {
        // The worlds are made before the bug is.
        for seal in Seal::ALL {
            let _ = template(seal);
        }
        for seed in first..first + BUDGET {
            plant(Some(bug));
            let one = std::panic::catch_unwind(|| live(seed));
            plant(None);
            match one {
                Ok(one) => {
                    if let Some(broken) = one.broken.first() {
                        return Some((seed, broken.invariant, seed - first + 1));
                    }
                }
                Err(_) => return Some((seed, "no panic", seed - first + 1)),
            }
        }
        None
    }

    fn gather(args: &Args, which: &str, planted: usize) -> bool {
        let caught = AtomicUsize::new(0);
        let ended = each_line(processes(&[("--first", args.first)], &["--plant", which]), |line| {
            let told = line.strip_prefix("@ ");
            caught.fetch_add(usize::from(told.is_some()), Ordering::Relaxed);
            println!("{}", told.unwrap_or(line));
        });
        let caught = caught.into_inner();
        println!("planted={planted} caught={caught}");
        ended == 0 && planted > 0 && caught == planted
    }
}
