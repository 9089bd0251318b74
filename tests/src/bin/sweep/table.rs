//! One row for each proof: its name, its count, whether it held.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// See the module.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<(String, String, bool)>,
}

/// Most findings shown of one proof.
const SHOWN: usize = 12;

impl Table {
    /// Adds a proof; says at once what did not hold.
    pub fn row(&mut self, name: &str, count: &str, broken: &[String]) {
        let held = broken.is_empty();
        println!("{} {name}: {count}", if held { "ok    " } else { "BROKEN" });
        for finding in broken.iter().take(SHOWN) {
            println!("       {finding}");
        }
        if broken.len() > SHOWN {
            println!("       … and {} more", broken.len() - SHOWN);
        }
        self.rows.push((name.to_owned(), count.to_owned(), held));
    }

    /// Prints the table, and adds its rows to a file where one is named.
    pub fn end(self, file: Option<&Path>) -> ExitCode {
        if let Some(file) = file {
            let lines: String = self
                .rows
                .iter()
                .map(|(name, count, held)| {
                    format!("{}\t{name}\t{count}\n", if *held { "held" } else { "BROKEN" })
                })
                .collect();
            let written = OpenOptions::new()
                .create(true)
                .append(true)
                .open(file)
                .and_then(|mut file| file.write_all(lines.as_bytes()));
            if let Err(error) = written {
                eprintln!("{}: {error}", file.display());
                return ExitCode::FAILURE;
            }
        }
        let wide = self.rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
        println!();
        for (name, count, held) in &self.rows {
            println!("{name:wide$}  {:6}  {count}", if *held { "held" } else { "BROKEN" });
        }
        if !self.rows.is_empty() && self.rows.iter().all(|(.., held)| *held) {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
