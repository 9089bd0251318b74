//! `demo`: writes the demo county into an empty data folder.

use super::accounts::{self, DeskRole};
use super::failure::Failure;
use super::print_json;
use crate::administration::accounts::{Drawn, put};
use crate::county::{County, CountyEdit};
use crate::demo::{self, Scale};
use serde::Serialize;

/// Edits written in one go.
const AT_ONCE: usize = 5_000;

#[derive(Serialize)]
struct Made {
    households: u32,
    grids: u32,
    operations: u64,
    known_grid: String,
    accounts: Vec<Drawn>,
    workers: Vec<Worker>,
}

#[derive(Serialize)]
struct Worker {
    number: String,
    name: String,
    area: String,
}

/// Writes it.
pub(super) fn run(county: &County, scale: Scale, json: bool) -> Result<(), Failure> {
    if !county.areas().roots().is_empty() {
        return Err(Failure::refused(
            "not_empty",
            "数据目录里已有一个县，示范数据不会混进去。数据没有改动。请用 --data 指一个新目录。",
            "There is a county in the data folder already; demo data is not mixed into it. Nothing was changed. Choose a new folder with --data.",
        ));
    }
    let edits = demo::county(scale, county.registry_key()).map_err(|error| {
        Failure::refused(
            error.code(),
            format!("服务类别无法登记：{error}"),
            format!("A care category was refused: {error}"),
        )
    })?;
    let mut operations = 0;
    let mut batch: Vec<CountyEdit> = Vec::with_capacity(AT_ONCE);
    for edit in edits {
        batch.push(edit.into());
        if batch.len() == AT_ONCE {
            operations += county.write_as_county(std::mem::take(&mut batch))?.operations;
        }
    }
    operations += county.write_as_county(batch)?.operations;
    for grant in demo::grants(scale) {
        county.grant(grant.worker, grant.area)?;
    }
    county.set_name(demo::NAME)?;
    let town = demo::town();
    let accounts = vec![
        put(county, "cli", accounts::FIRST, DeskRole::County, demo::top_area())?,
        put(county, "cli", "town", DeskRole::Town, town)?,
    ];
    let tree = county.areas();
    let name_of = |area| tree.get(area).map(|node| node.name.clone()).unwrap_or_default();
    let workers = county
        .workers()?
        .into_iter()
        .map(|view| Worker { number: view.row.number, name: view.row.name, area: name_of(view.row.area) })
        .collect();
    let known_grid = tree.get(demo::known_grid()).map(|grid| grid.code.clone()).unwrap_or_default();
    let made = Made {
        households: scale.households(),
        grids: scale.grids(),
        operations,
        known_grid,
        accounts,
        workers,
    };
    if json {
        return print_json(&made);
    }
    say!("示范县已写好：{} 个网格，{} 户，全部为虚构。", made.grids, made.households);
    say!("The demo county is written: {} grids, {} households, all invented.", made.grids, made.households);
    for account in &made.accounts {
        accounts::print(account);
    }
    say!("下一步 · next: xunge-county serve; xunge-county enrol-code 01031");
    Ok(())
}
