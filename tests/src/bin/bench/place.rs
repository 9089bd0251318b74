//! A county process with areas and workers, and phones that enrol with it through a relay that counts bytes.

use crate::{Run, Trouble};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xunge_bridge::county::{County, free_port};
use xunge_bridge::link::Link;
use xunge_bridge::phone::Phone;
use xunge_bridge::world::{self, Watch};
use xunge_client::Open;
use xunge_client::change::{Change, Fields};
use xunge_client::commands::dispatch;
use xunge_client::syncing::Next;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value as Field;

use crate::rows::PersonRow;

const TOWN: &str = "990101001";
const COMMUNITY: &str = "990101001001";

/// A county on this machine.
pub struct Place {
    county: County,
    dir: PathBuf,
}

impl Place {
    /// A fresh county with so many empty grids, served.
    pub fn new(run: &Run, name: &str, grids: usize) -> Result<Self, Trouble> {
        let dir = run.work.join(name);
        world::fresh_folder(&dir)?;
        let mut county = County::new(&run.county, &dir.join("county"), &dir, free_port()?);
        let mut table = format!(
            "code,name,parent,level\n990101,示范县,,county\n{TOWN},示范镇,990101,town\n{COMMUNITY},示范社区,{TOWN},community\n"
        );
        for grid in 0..grids {
            table.push_str(&format!("{},示范网格{grid},{COMMUNITY},grid\n", code_of(grid)));
        }
        let path = dir.join("areas.csv");
        world::write(&path, table.as_bytes())?;
        county.command(&["area", "import", &path.to_string_lossy()])?;
        county.serve()?;
        Ok(Self { county, dir })
    }

    /// A phone of a new worker of a grid, enrolled, nothing synced yet.
    pub fn phone(&self, name: &str, grid: usize) -> Result<Worker, Trouble> {
        let add = ["worker", "add", name, "--area", &code_of(grid), "--role", "full_time", "--number", name];
        self.county.json(&add)?;
        let link = Link::to(self.county.address())?;
        let code = self.county.json(&["enrol-code", name, "--address", &link.address().to_string()])?;
        let phone = Phone::new(&self.dir.join(name))?;
        let args =
            json!({ "address": link.address().to_string(), "code": code.get("code"), "pin": "730592" });
        dispatch(&phone.client, "enrol", args).map_err(|error| error.code)?;
        Ok(Worker { phone, link })
    }
}

fn code_of(grid: usize) -> String {
    format!("{COMMUNITY}{:03}", grid + 1)
}

/// A phone and its link.
pub struct Worker {
    phone: Phone,
    /// Counts bytes.
    pub link: Link,
}

impl Worker {
    /// The opened phone.
    pub fn open(&self) -> Result<Arc<Open>, Trouble> {
        Ok(self.phone.client.opened()?)
    }

    /// Where the phone's files lie.
    pub fn dir(&self) -> &Path {
        self.phone.dir()
    }

    /// Calls a command as a screen would.
    pub fn call(&self, command: &str, args: Value) -> Result<Value, Trouble> {
        Ok(dispatch(&self.phone.client, command, args).map_err(|error| error.code)?)
    }

    /// One step of synchronisation.
    pub fn step(&self) -> Result<Next, Trouble> {
        Ok(self.phone.client.sync_step()?)
    }

    /// Takes sync steps until `done` says so (asked after every step) or nothing is left to do. Seconds it took.
    pub fn sync_until(&self, mut done: impl FnMut(&Open) -> Result<bool, Trouble>) -> Result<f64, Trouble> {
        let open = self.open()?;
        let watch = Watch::start();
        loop {
            match self.step()? {
                Next::Go if done(&open)? => return Ok(watch.seconds()),
                Next::Go => {}
                Next::Wait(_) => {
                    let state = open.sync_state()?;
                    return match state.last_error {
                        None => Ok(watch.seconds()),
                        Some(code) => Err(format!("sync failed: {code}").into()),
                    };
                }
                Next::Stopped => return Err("the county refused the phone".into()),
            }
        }
    }

    /// Until nothing is left to do.
    pub fn sync(&self) -> Result<f64, Trouble> {
        self.sync_until(|_| Ok(false))
    }

    /// Bytes both ways so far.
    pub fn bytes(&self) -> u64 {
        let (up, down) = self.link.bytes();
        up + down
    }

    /// Bytes of the database once its log is folded in.
    pub fn stored(&self) -> Result<u64, Trouble> {
        self.call("lock", Value::Null)?;
        let size = std::fs::metadata(self.phone.dir().join("store/xunge.db"))?.len();
        self.call("unlock", json!({ "pin": "730592" }))?;
        Ok(size)
    }
}

/// The fields of a person, as the screens write them.
pub fn person(row: &PersonRow) -> Fields {
    vec![
        ("name", Field::Text(row.name.clone())),
        ("citizen_id", Field::Text(row.citizen_id.clone())),
        ("birth", Field::Int(row.birth)),
        ("sex", Field::Int(row.sex)),
        ("phone", Field::Text(row.phone.clone())),
    ]
}

/// Saves people through the one door to a change, so many in a transaction. Gives their ids.
pub fn save_people(open: &Open, rows: &[PersonRow], at_once: usize) -> Result<Vec<RecordId>, Trouble> {
    let grid = open.identity().grid().ok_or("the worker has no grid")?;
    let mut ids = Vec::with_capacity(rows.len());
    for some in rows.chunks(at_once) {
        open.change(|change| {
            for row in some {
                let id = change.new_id();
                change.put(RecordKind::Person, id, grid, person(row))?;
                ids.push(id);
            }
            Ok(())
        })?;
    }
    Ok(ids)
}

/// Saves a street: buildings of sixty households, each with a dwelling, the households, and the people who live there,
/// three or four to a household. Gives how many records those are.
pub fn save_street(open: &Open, rows: &[PersonRow]) -> Result<usize, Trouble> {
    let grid = open.identity().grid().ok_or("the worker has no grid")?;
    let mut records = 0;
    let families: Vec<&[PersonRow]> =
        rows.chunks(10).flat_map(|ten| [ten.get(..3), ten.get(3..6), ten.get(6..)]).flatten().collect();
    for (number, building) in families.chunks(60).enumerate() {
        open.change(|change| {
            let mut put = |change: &mut Change<'_, '_>, kind, fields| {
                let id = change.new_id();
                records += 1;
                change.put(kind, id, grid, fields).map(|_| id)
            };
            let order = i64::try_from(number).unwrap_or(0);
            let house = put(
                change,
                RecordKind::Building,
                vec![("name", Field::Text(format!("{}幢", number + 1))), ("walk_order", Field::Int(order))],
            )?;
            for (door, family) in building.iter().enumerate() {
                let (unit, floor, flat) = (door / 20 + 1, door % 20 / 2 + 1, door % 2 + 1);
                let dwelling = put(
                    change,
                    RecordKind::Dwelling,
                    vec![
                        ("building", Field::reference(house)),
                        ("unit", Field::Text(unit.to_string())),
                        ("floor", Field::Int(i64::try_from(floor).unwrap_or(0))),
                        ("door", Field::Text(format!("{floor}0{flat}"))),
                    ],
                )?;
                let household = put(change, RecordKind::Household, vec![("kind", Field::Int(1))])?;
                put(
                    change,
                    RecordKind::Occupancy,
                    vec![
                        ("household", Field::reference(household)),
                        ("dwelling", Field::reference(dwelling)),
                        ("kind", Field::Int(1)),
                    ],
                )?;
                for (at, row) in family.iter().enumerate() {
                    let who = put(change, RecordKind::Person, person(row))?;
                    put(
                        change,
                        RecordKind::Residence,
                        vec![
                            ("person", Field::reference(who)),
                            ("household", Field::reference(household)),
                            ("kind", Field::Int(2)),
                            ("relation", Field::Int(i64::from(at > 0))),
                        ],
                    )?;
                }
            }
            Ok(())
        })?;
    }
    Ok(records)
}
