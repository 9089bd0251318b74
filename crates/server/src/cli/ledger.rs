//! `import`: a ledger's report alone (`--dry-run`), or its report after it was written.

use super::failure::Failure;
use super::{admin, files, print_json, today};
use crate::county::County;
use crate::import;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use xunge_ledger::{LedgerError, Severity, Summary, SummaryRow};

/// Reads `file`; writes it into the area when one is given. `open` is called only then.
pub(super) fn run(
    open: impl FnOnce() -> Result<County, Failure>,
    file: &Path,
    area: Option<&str>,
    json: bool,
) -> Result<(), Failure> {
    let bytes = files::read_input(file)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let reading = xunge_ledger::read(&name, &bytes, today()).map_err(refused)?;
    let summary = reading.summary();
    if let Some(code) = area {
        let county = open()?;
        let area = admin::area(&county, code)?;
        if let Some(grids) = import::too_wide(&county.areas(), area.id) {
            return Err(Failure::refused(
                "area_too_wide",
                format!(
                    "{}（{code}）不是网格，下面有 {grids} 个网格：台账要一个网格一个网格地导入，否则住户不归任何网格，网格员看不到。数据没有改动。请用 --area 指定网格的编码。",
                    area.name
                ),
                format!(
                    "{} ({code}) is no grid but has {grids} grids below. A ledger goes into one grid: households above the grids are seen by no grid worker. Nothing was changed. Give the code of a grid by --area.",
                    area.name
                ),
            ));
        }
        let (mut written, mut people) = (0, 0);
        let mut told = |done, of| {
            (written, people) = (done, of);
            tell_progress(done, of);
        };
        let counts = import::run(&county, area.id, &reading, "cli", &mut told).map_err(|error| {
            if error.is_disk_full() { Failure::disk_full_importing(written, people) } else { error.into() }
        })?;
        if !json {
            say!(
                "新增 {} 户、{} 人；已有 {} 户、{} 人，只补了空缺。\nCreated {} households and {} people; {} households and {} people were there, only gaps were filled.",
                counts.households,
                counts.people,
                counts.households_known,
                counts.people_known,
                counts.households,
                counts.people,
                counts.households_known,
                counts.people_known,
            );
            if counts.people_elsewhere > 0 {
                say!(
                    "{} 人在别的户里有登记，未移动。\n{} people live in another household and were left there.",
                    counts.people_elsewhere,
                    counts.people_elsewhere
                );
            }
        }
    }
    if json { print_json(&summary) } else { print(&summary) }
}

fn refused(error: LedgerError) -> Failure {
    Failure::refused(
        error.code(),
        format!("{error}。数据没有改动。{}。", error.suggestion()),
        format!("The file cannot be read as a ledger ({}). Nothing was changed.", error.code()),
    )
}

fn tell_progress(done: u64, of: u64) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        // A progress line that cannot be written is no reason to stop an import.
        let _ = write!(out, "\r{done}/{of}{}", if done == of { "\n" } else { "" });
        let _ = out.flush();
    }
}

fn print(summary: &Summary) -> Result<(), Failure> {
    say!(
        "{} 户，{} 人（其中 {} 人没有归户），{} 处提醒，{} 处未导入，跳过 {} 行，另记 {} 处\n{} households, {} people ({} without household), {} warnings, {} refused, {} rows skipped, {} notes",
        summary.households,
        summary.people,
        summary.unplaced_people,
        summary.warnings,
        summary.refused,
        summary.skipped,
        summary.notes,
        summary.households,
        summary.people,
        summary.unplaced_people,
        summary.warnings,
        summary.refused,
        summary.skipped,
        summary.notes,
    );
    for row in summary.rows.iter().filter(|row| row.severity != Severity::Note) {
        say!(
            "  {} 第 {} 行 {} [{}] {}；{}",
            row.sheet,
            row.row,
            row.column,
            row.code,
            row.what,
            row.suggestion
        );
    }
    for (row, count) in notes(summary) {
        say!(
            "  {} {} [{}] {}；共 {} 处 ({} in all)",
            row.sheet,
            row.column,
            row.code,
            row.what,
            count,
            count
        );
    }
    Ok(())
}

/// Notes, one line for each sheet, column and code with how many there are: rows of people already read are many.
/// Whoever wants them row by row asks for `--json`.
fn notes(summary: &Summary) -> Vec<(SummaryRow, usize)> {
    let mut lines: Vec<(SummaryRow, usize)> = Vec::new();
    for row in summary.rows.iter().filter(|row| row.severity == Severity::Note) {
        let like = |line: &&mut (SummaryRow, usize)| {
            (&line.0.sheet, &line.0.column, &line.0.code) == (&row.sheet, &row.column, &row.code)
        };
        match lines.iter_mut().find(like) {
            // Which row it repeats differs from row to row: the standing words are left.
            Some(line) => {
                line.1 += 1;
                line.0.what = line.0.what.split('（').next().unwrap_or_default().to_owned();
            }
            None => lines.push((row.clone(), 1)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_counted_by_sheet_column_and_code() {
        let mut text = String::from("姓名,身份证号码,住址,职业\n");
        for _ in 0..3 {
            text.push_str("王建军,990101197203121514,1-1-101,教师\n");
        }
        let day = chrono::NaiveDate::from_ymd_opt(2026, 10, 1).unwrap_or_default();
        let summary = xunge_ledger::read("名单.csv", text.as_bytes(), day).unwrap().summary();
        let told: Vec<_> =
            notes(&summary).into_iter().map(|(row, count)| (row.code, row.column, count)).collect();
        assert!(told.contains(&("column_not_read".into(), "D 职业".into(), 1)), "{told:?}");
        assert!(told.contains(&("repeated".into(), String::new(), 2)), "{told:?}");
        let line = notes(&summary).into_iter().find(|(row, _)| row.code == "repeated").unwrap();
        assert!(!line.0.what.contains('（'), "{}", line.0.what);
    }
}
