//! The county of the day and its two workers.

use super::{Day, DayError, Report, say};
use crate::county::{County, free_port};
use crate::link::Link;
use crate::phone::Phone;
use crate::world;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use xunge_client::commands::dispatch;

/// Where the day happens.
pub(super) struct Setting {
    pub county: County,
    /// Code of the grid both walk.
    pub grid: String,
    /// Name and password of an account at the desk of the whole county.
    pub account: (String, String),
    work: PathBuf,
    /// Numbers of the two workers.
    workers: [String; 2],
}

/// A worker with their phone and its link.
pub(super) struct Worker {
    pub name: &'static str,
    pub phone: Phone,
    pub link: Link,
    stop: Arc<AtomicBool>,
}

impl Worker {
    /// Calls a command as a screen would.
    pub(super) fn call(&self, command: &str, args: Value) -> Result<Value, DayError> {
        dispatch(&self.phone.client, command, args).map_err(|error| DayError::Phone {
            command: format!("{} {command}", self.name),
            code: error.code,
        })
    }

    /// Stops the sync thread.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }
}

impl Setting {
    /// A county from nothing.
    pub(super) fn make(day: &Day, report: &mut Report) -> Result<Self, DayError> {
        world::fresh_folder(&day.work)?;
        let mut county = County::new(&day.county, &day.work.join("county"), &day.desk, free_port()?);
        say("a demo county is set up");
        let made = county.json(&["demo", "--scale", "small"])?;
        let known = text(&made, "known_grid")?;
        let first = made.pointer("/accounts/0").cloned().unwrap_or_default();
        let account = (text(&first, "name")?, text(&first, "password")?);
        let grid = match &day.ledger {
            None => known,
            Some(ledger) => {
                say("the ledger is imported into a grid of its own");
                let code = format!("{known}9");
                let table = day.work.join("areas.csv");
                let parent = parent_of(&known)?;
                world::write(
                    &table,
                    format!("code,name,parent,level\n{code},台账网格,{parent},grid\n").as_bytes(),
                )?;
                county.command(&["area", "import", &table.to_string_lossy()])?;
                let file = ledger.to_string_lossy().into_owned();
                let dry = county.json(&["import", &file, "--dry-run"])?;
                let real = county.json(&["import", &file, "--area", &code])?;
                for figure in ["households", "people", "unplaced_people", "warnings", "refused"] {
                    if dry.get(figure) != real.get(figure) {
                        report.differences.push(format!("import and dry run differ in {figure}"));
                    }
                }
                let mut told = real.clone();
                if let Some(object) = told.as_object_mut() {
                    object.remove("rows");
                }
                report.ledger = Some(told);
                code
            }
        };
        let mut workers = Vec::new();
        for (name, number) in [("示例甲", "D0001"), ("示例乙", "D0002")] {
            county.json(&[
                "worker",
                "add",
                name,
                "--area",
                &grid,
                "--role",
                "full_time",
                "--number",
                number,
            ])?;
            workers.push(number.to_owned());
        }
        let workers: [String; 2] = workers.try_into().map_err(|_| DayError::Odd("two workers".into()))?;
        county.serve()?;
        Ok(Self { county, grid, account, work: day.work.clone(), workers })
    }

    /// Both phones enrol, each over a link of its own.
    pub(super) fn enrol(&self) -> Result<(Worker, Worker), DayError> {
        let mut made = Vec::new();
        for (name, number) in [("anna", self.workers[0].clone()), ("bert", self.workers[1].clone())] {
            let link = Link::to(self.county.address())?;
            let code =
                self.county.json(&["enrol-code", &number, "--address", &link.address().to_string()])?;
            made.push((name, link, text(&code, "code")?));
        }
        let mut workers = Vec::new();
        for (name, link, code) in made {
            let phone = Phone::new(&self.work.join(name))?;
            let stop = Arc::new(AtomicBool::new(false));
            let worker = Worker { name, phone, link, stop };
            let address = worker.link.address().to_string();
            worker.call("enrol", json!({ "address": address, "code": code, "pin": "730592" }))?;
            worker.phone.keep_in_sync(Arc::clone(&worker.stop))?;
            workers.push(worker);
        }
        let [anna, bert]: [Worker; 2] = workers.try_into().map_err(|_| DayError::Odd("two phones".into()))?;
        Ok((anna, bert))
    }
}

/// The code of the community above a demo grid: its own without the three digits of the grid.
fn parent_of(grid: &str) -> Result<&str, DayError> {
    grid.len()
        .checked_sub(3)
        .and_then(|end| grid.get(..end))
        .ok_or_else(|| DayError::Odd("the grid's code is short".into()))
}

/// A text that must be there.
pub(super) fn text(value: &Value, name: &str) -> Result<String, DayError> {
    value
        .get(name)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| DayError::Odd(format!("no {name}")))
}
