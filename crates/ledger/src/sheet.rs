//! Sheets into the assembly: finds the headings, walks the rows, keeps the account.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use xunge_domain::codes::{CitizenId, IdKind};
use xunge_domain::records::words::ResidenceKind;

use crate::assembly::{Added, Assembly, SheetFacts};
use crate::cells::RowView;
use crate::fault::{Fault, Findings};
use crate::finding::{Account, Source, showable};
use crate::grid::{Grid, Row};
use crate::headings::{Field, Headings, headings_at};
use crate::reserved::is_reserved;
use crate::row::{RowKind, read_row, residence_of};

/// A sheet and what was learned of it before its rows are read.
pub(crate) struct Sheet<'a> {
    pub grid: &'a Grid,
    pub index: usize,
    /// Cleaned name for reports; of a reserved sheet only its position.
    pub name: String,
    pub kind: SheetKind,
    pub account: Account,
    /// Valid ids whose area nobody knows: worth one note for the sheet, never one for each row.
    unknown_areas: u64,
    /// Columns whose cells nothing reads, by place and label, with the number of filled cells.
    unread: BTreeMap<(u32, String), u64>,
}

/// What is to be done with a sheet.
pub(crate) enum SheetKind {
    /// Rows belong to households.
    Households(u32, Headings),
    /// People only; read after all households.
    List(u32, Headings),
    /// Not read; the finding is told already.
    Skipped,
    /// Nothing in it.
    Blank,
}

impl<'a> Sheet<'a> {
    /// Looks at a sheet and decides; tells why when it is not read.
    pub fn look(grid: &'a Grid, index: usize, findings: &mut Findings) -> Self {
        let reserved_name = is_reserved(&grid.name);
        let name = if reserved_name { format!("第 {} 张表", index + 1) } else { showable(&grid.name) };
        let source = Source { sheet: name.clone(), row: 0 };
        let height = u64::from(grid.height());
        let mut account = Account { rows_seen: height, ..Account::default() };
        let first = grid.rows.keys().find_map(|row| headings_at(grid, *row).map(|headings| (*row, headings)));
        let before = |row: &u32| first.as_ref().is_none_or(|(first, _)| row < first);
        let reserved_title = grid
            .rows
            .iter()
            .take_while(|(row, _)| before(row))
            .take(5)
            .any(|(_, row)| is_reserved_title(row));
        let rows = format!("{height} 行");
        let skip = |fault: Fault, findings: &mut Findings, account: &mut Account| {
            account.reported = height;
            findings.push(&source, "", fault, &rows);
            SheetKind::Skipped
        };
        let kind = match first {
            _ if height == 0 => SheetKind::Blank,
            _ if grid.hidden => skip(Fault::HiddenSheet, findings, &mut account),
            _ if reserved_name || (reserved_title && first.is_some()) => {
                skip(Fault::ReservedCategory, findings, &mut account)
            }
            None => skip(Fault::SheetWithoutHeader, findings, &mut account),
            Some((row, headings)) if headings.has_households() => SheetKind::Households(row, headings),
            Some((row, headings)) => SheetKind::List(row, headings),
        };
        Self { grid, index, name, kind, account, unknown_areas: 0, unread: BTreeMap::new() }
    }

    /// Reads the rows.
    pub fn read(&mut self, today: NaiveDate, assembly: &mut Assembly, findings: &mut Findings) {
        let (first, mut headings, listed) = match &self.kind {
            SheetKind::Households(row, headings) => (*row, headings.clone(), false),
            SheetKind::List(row, headings) => (*row, headings.clone(), true),
            SheetKind::Skipped | SheetKind::Blank => return,
        };
        for column in &headings.unknown {
            self.unread.insert((*column, headings.label(*column)), 0);
        }
        let residence = residence_of(&self.name);
        assembly.interrupt();
        let mut account = self.account;
        account.blank = u64::from(self.grid.height()) - self.grid.rows.len() as u64;
        let mut heading_until = first + headings.height;
        let grid = self.grid;
        for (at, row) in &grid.rows {
            if *at < first {
                account.titles += 1;
                continue;
            }
            if *at >= heading_until
                && let Some(again) = headings_at(self.grid, *at)
            {
                heading_until = *at + again.height;
                headings = again;
                assembly.interrupt();
            }
            if *at < heading_until {
                account.headings += 1;
                continue;
            }
            let source = Source { sheet: self.name.clone(), row: at + 1 };
            let view = RowView { grid: self.grid, headings: &headings, row, source, today };
            self.take(&view, (residence, listed), assembly, &mut account, findings);
        }
        self.account = account;
        self.tell_columns(findings);
        if self.unknown_areas > 0 {
            let source = Source { sheet: self.name.clone(), row: 0 };
            findings.push(&source, "", Fault::IdUnknownArea, &format!("{} 人", self.unknown_areas));
        }
    }

    fn take(
        &mut self,
        view: &RowView<'_>,
        (residence, listed): (Option<ResidenceKind>, bool),
        assembly: &mut Assembly,
        account: &mut Account,
        findings: &mut Findings,
    ) {
        if self.grid.broken_rows.binary_search(&(view.source.row - 1)).is_ok() {
            view.tell(findings, None, Fault::BrokenCharacters, "");
        }
        let kind = read_row(view, residence, findings);
        if !matches!(kind, RowKind::Subtotal | RowKind::Footer | RowKind::Title) {
            for column in view.unread_columns() {
                *self.unread.entry((column, view.headings.label(column))).or_default() += 1;
            }
        }
        match kind {
            RowKind::Person(draft) => {
                let area_unknown = |id: &CitizenId| id.kind() == IdKind::UnknownArea;
                self.unknown_areas += u64::from(draft.person.citizen_id.as_ref().is_some_and(area_unknown));
                let id_label = view
                    .headings
                    .columns_of(Field::Id)
                    .first()
                    .map(|c| view.headings.label(*c))
                    .unwrap_or_default();
                let address_fields = [Field::Address, Field::Building, Field::Room];
                let facts = SheetFacts {
                    index: self.index,
                    has_address: address_fields.into_iter().any(|field| view.headings.has(field)),
                    id_label: &id_label,
                };
                let added = if listed {
                    assembly.add_listed(*draft, facts, findings)
                } else {
                    assembly.add_member(*draft, facts, findings)
                };
                match added {
                    Added::New => account.people += 1,
                    Added::Repeated => account.repeated += 1,
                }
            }
            RowKind::Continuation { phones, remark } => {
                if assembly.continue_person(phones, &remark) {
                    account.continued += 1;
                } else {
                    view.tell(findings, None, Fault::RowWithoutPerson, "");
                    account.reported += 1;
                }
            }
            RowKind::Vacant(address) if !address.is_empty() => {
                assembly.add_empty(view.source.clone(), address);
                account.empty_dwellings += 1;
            }
            RowKind::Vacant(_) => {
                view.tell(findings, None, Fault::RowWithoutPerson, "");
                account.reported += 1;
            }
            RowKind::Subtotal => {
                assembly.interrupt();
                view.tell(findings, None, Fault::SubtotalRow, "");
                account.subtotals += 1;
            }
            RowKind::Footer => {
                view.tell(findings, None, Fault::NoteRow, "");
                account.titles += 1;
            }
            RowKind::Title => {
                assembly.interrupt();
                view.tell(findings, None, Fault::NoteRow, "");
                account.titles += 1;
            }
            RowKind::Blank => account.blank += 1,
            RowKind::Reported => account.reported += 1,
        }
    }

    fn tell_columns(&self, findings: &mut Findings) {
        let source = Source { sheet: self.name.clone(), row: 0 };
        for ((_, label), filled) in &self.unread {
            // A label without words is the letter alone: cells right of the last heading.
            let bare = if label.contains(' ') { "" } else { "没有表头，" };
            findings.push(&source, label, Fault::ColumnNotRead, &format!("{bare}{filled} 格有内容"));
        }
        if self.grid.beyond > 0 {
            findings.push(&source, "", Fault::ColumnsBeyond, &format!("{} 格", self.grid.beyond));
        }
    }
}

fn is_reserved_title(row: &Row) -> bool {
    row.values().filter(|cell| !cell.spread).any(|cell| is_reserved(&cell.text()))
}
