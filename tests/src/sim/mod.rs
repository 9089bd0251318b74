//! The simulator: the randomised proof that nothing is lost.
//!
//! Some phones on real encrypted stores and the real county live two hundred steps in one thread under one seed. A step is
//! something a worker does through the command table, some steps of synchronisation, something the desk does, or a
//! fault. Then the faults stop, everything comes to rest by its own timers, and everybody is compared with everybody.
//!
//! - what there is: [`disk`] and [`vfs`], a disk in memory that crashes as disks do; [`machine`], one with files; [`seal`],
//!   what its databases are authenticated with; [`host`], the county's; [`hand`], a worker with a phone; [`network`]; [`template`], what every run starts from
//! - what happens: `acts`, `desk`, `faults`; [`run`] draws which
//! - what must hold: [`ledger`], what people were told, written down beside the programs; `invariants` after every step;
//!   `rest`, `at_rest` and `views` in the end
//! - [`tally`]: how often what came about, so that a run that tries nothing hard does not pass
//!
//! Nothing here models the programs: whatever is saved, sent, merged and shown is done by the code that ships. The same
//! seed gives the same trace, so a failure is replayed by its number.

mod acts;
mod at_rest;
mod desk;
pub mod disk;
mod faults;
pub mod hand;
pub mod host;
mod invariants;
pub mod ledger;
pub mod machine;
pub mod network;
mod pictures;
mod rest;
pub mod run;
pub mod seal;
pub mod tally;
pub mod template;
pub mod vfs;
mod views;

use run::{Broken, Run};
use std::sync::Arc;
use tally::Tally;

/// Steps of a run.
pub const STEPS: u64 = 200;

/// What a run was.
pub struct Outcome {
    /// Hash over everything that happened.
    pub hash: String,
    /// Who did what.
    pub story: Vec<String>,
    /// What did not hold; empty when all is well.
    pub broken: Vec<Broken>,
    /// What came about.
    pub tally: Arc<Tally>,
    /// Steps taken before something broke.
    pub steps: u64,
}

/// Lives the run of a seed. One in forty, from the twentieth on, has its stores on the real disk: a second each, most of it
/// spent waiting.
pub fn live(seed: u64) -> Outcome {
    let mut run = Run::new(seed, seed % 40 == 20);
    let mut steps = 0;
    while steps < STEPS && run.broken.is_empty() {
        run.trace.note(format!("step {steps}"));
        run.take_step(steps);
        steps += 1;
    }
    if run.broken.is_empty() {
        run.come_to_rest();
        run.check_at_rest();
    }
    Outcome {
        hash: run.trace.hash(),
        story: run.trace.lines(),
        broken: std::mem::take(&mut run.broken),
        tally: run.tally.clone(),
        steps,
    }
}
