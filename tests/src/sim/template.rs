//! What every run starts from, made once in a process: a county with two grids, and enrolled phones that have had their
//! first sync. A run takes copies.

use super::disk::Image;
use super::machine::Machine;
use super::seal::Seal;
use crate::county::SimCounty;
use crate::phone::SimPhone;
use crate::scene::{PIN, START_MS};
use crate::trace::Trace;
use crate::world::VirtualClock;
use object_store::memory::InMemory;
use serde_json::json;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use xunge_client::syncing::Next;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;
use xunge_server::county::CountyEdit;

/// The seed under which the template is made; runs draw from their own.
pub const MADE_UNDER: u64 = 1;
/// Workers with phones, in the order in which runs take them, and which of the two grids each has.
pub const WORKERS: [(&str, [bool; 2]); 5] = [
    ("anna", [true, false]),
    ("bert", [true, false]),
    ("cora", [false, true]),
    ("dirk", [true, true]),
    ("emma", [false, true]),
];
/// A phone that is enrolled and has never asked for anything: what a fresh phone shows.
pub const FRESH: &str = "new";

/// A phone of the template.
pub struct MadePhone {
    /// Its files, closed.
    pub image: Image,
    /// Its worker.
    pub worker: RecordId,
    /// Its number.
    pub device: DeviceNo,
}

/// See the module.
pub struct Template {
    /// The county's files, closed.
    pub county: Image,
    /// Phones of [`WORKERS`].
    pub phones: Vec<MadePhone>,
    /// The phone of [`FRESH`].
    pub fresh: MadePhone,
    /// When it was finished, by everybody's clock.
    pub now_ms: i64,
}

/// The template of this process for runs with that seal, which every database that is opened has from now on.
pub fn template(seal: Seal) -> &'static Template {
    static SHIPPED: OnceLock<Template> = OnceLock::new();
    static QUICK: OnceLock<Template> = OnceLock::new();
    seal.take();
    match seal {
        Seal::Shipped => SHIPPED.get_or_init(make),
        Seal::Quick => QUICK.get_or_init(make),
    }
}

fn make() -> Template {
    let clock = Arc::new(VirtualClock::at(START_MS));
    let root = PathBuf::from("/simulated/template");
    let machine = Machine::in_memory(root.join("county"), &Image::new());
    let county = SimCounty::fresh(machine.root(), Arc::new(InMemory::new()), MADE_UNDER, clock.clone());
    let county = Arc::new(county);
    furnish(&county);
    let mut phones: Vec<MadePhone> = Vec::new();
    for (name, grids) in WORKERS {
        phones.push(enrolled(&root, &county, &clock, name, Some(grids)));
    }
    let fresh = enrolled(&root, &county, &clock, FRESH, None);
    county.kill();
    Template { county: machine.image(), phones, fresh, now_ms: clock.shows() }
}

/// What the stories' county lacks: points of a round, and somebody who is owed a service.
fn furnish(county: &SimCounty) {
    let core = county.county();
    let mut edits = Vec::new();
    for grid in [county.grid, county.sibling] {
        for number in 1..=2 {
            edits.push(CountyEdit::new(
                RecordKind::InspectionPoint,
                core.new_id(),
                grid,
                [
                    (1, format!("{number}号点").as_str().into()),
                    (2, "看一看".into()),
                    (3, Value::Int(374_900_000 + number * 2_000)),
                    (4, Value::Int(1_182_500_000)),
                    (5, Value::Int(number)),
                    (6, Value::Int(50)),
                ],
            ));
        }
    }
    core.write_as_county(edits).expect("a fresh county takes its points");
}

fn enrolled(
    root: &std::path::Path,
    county: &Arc<SimCounty>,
    clock: &Arc<VirtualClock>,
    name: &'static str,
    grids: Option<[bool; 2]>,
) -> MadePhone {
    let code = county.code_for(name);
    let core = county.county();
    let number = core.workers().expect("workers").into_iter().find(|view| view.row.number == name);
    let worker = number.expect("the worker is there").row.id;
    for (area, wanted) in [county.grid, county.sibling].into_iter().zip(grids.unwrap_or([false; 2])) {
        if wanted {
            core.grant(worker, area).expect("a grid is granted");
        } else {
            core.revoke_grant(worker, area).expect("a grant is taken back");
        }
    }
    let machine = Machine::in_memory(root.join(name), &Image::new());
    let trace = Arc::new(Trace::default());
    let phone = SimPhone::on(machine.files(), root, MADE_UNDER, name, county, clock.clone(), trace);
    let args = json!({ "address": "county.test:8443", "code": code, "pin": PIN });
    phone.call("enrol", args).expect("enrols");
    let device = phone.open().identity().device_no;
    if grids.is_some() {
        while let Ok(Next::Go) = phone.sync_step() {
            clock.pass(200);
        }
    }
    phone.call("lock", json!({})).expect("locks");
    MadePhone { image: machine.image(), worker, device: DeviceNo(device) }
}
