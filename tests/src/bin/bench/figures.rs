//! Figures: a name, a value, a unit, how many were measured, on which machine.

use crate::Trouble;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use xunge_bridge::world;

/// One figure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figure {
    /// Its name, the same in every run.
    pub name: String,
    /// The median.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// How many were measured.
    pub n: usize,
    /// Where.
    pub machine: String,
}

/// The figures of a run.
#[derive(Debug, Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    /// The median of `values`.
    pub fn median(&mut self, name: &str, unit: &str, values: &[f64]) {
        self.at(name, unit, values, 0.5);
    }

    /// The value below which `share` of `values` lie.
    pub fn at(&mut self, name: &str, unit: &str, values: &[f64], share: f64) {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let place = (last as f64 * share).ceil() as usize;
        let Some(value) = sorted.get(place.min(last)).copied() else { return };
        let listed: Vec<String> = values.iter().take(5).map(|value| format!("{value:.4}")).collect();
        eprintln!(
            "  {name} = {value:.4} {unit} ({}{})",
            listed.join(" "),
            if values.len() > 5 { " …" } else { "" }
        );
        self.0.push(Figure {
            name: name.to_owned(),
            value,
            unit: unit.to_owned(),
            n: values.len(),
            machine: machine(),
        });
    }

    /// Writes them.
    pub fn write(&self, to: &Path) -> Result<(), Trouble> {
        Ok(world::write(to, &serde_json::to_vec_pretty(&self.0)?)?)
    }
}

/// Cores, processor, kernel.
pub fn machine() -> String {
    let read = |path: &str| {
        world::read(Path::new(path))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    };
    let cpus = read("/proc/cpuinfo");
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name").and_then(|rest| rest.split_once(':')))
        .map_or("unknown processor", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{cores} cores, {model}, Linux {}", read("/proc/sys/kernel/osrelease").trim())
}

/// Joins files of figures, prints them.
pub fn table(from: &[PathBuf], to: &Path) -> Result<(), Trouble> {
    let mut all: Vec<Figure> = Vec::new();
    for path in from {
        let some: Vec<Figure> = serde_json::from_slice(&world::read(path)?)?;
        all.extend(some);
    }
    world::write(to, &serde_json::to_vec_pretty(&all)?)?;
    if let Some(first) = all.first() {
        println!("{}", first.machine);
    }
    for figure in &all {
        println!("{:<34} {:>14} {:<8} n={}", figure.name, short(figure.value), figure.unit, figure.n);
    }
    Ok(())
}

fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}
