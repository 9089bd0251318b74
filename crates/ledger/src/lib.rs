//! An office's household ledger (xlsx, csv) read into households and people, or refused with a reason. Pure: bytes in,
//! a [`LedgerReading`] out; no files, no clock.
//!
//! # The rules
//!
//! **Nothing is dropped silently.** Every row from the first to the last used one is imported, reported, or furniture
//! (titles, headings, subtotals, blanks); [`Account::balanced`] says so, for each sheet and in all. Below the headings
//! subtotals, signatures and explanations are named row by row too: somebody may have been taken for one.
//!
//! **A person is kept, a bad value is not.** A wrong or spoiled id, an unreadable phone or date is left out with a
//! warning; the person is imported. A number that fails as an id is never taken for one, but it is not thrown away
//! ([`PersonRow::id_as_written`]): whoever holds the document can see which digit was miscopied. The report shows it
//! masked. Only a row without a usable name is refused as a row.
//!
//! **Sheets.** Headings are learned for each sheet from one to three rows, by synonyms, and again where they repeat or
//! change. A sheet with relations, household numbers or heads has households; any other with names is a list, read
//! after all households: its people join the household at their address. Where none is known an address that leads to
//! one door makes a household, without a head until somebody asks; people whose address is empty, too vague, or said to
//! be an empty dwelling stay unplaced, with the reason. A column that is not read is told with its heading and how many
//! of its cells are filled. A hidden
//! sheet is not read and reported in one finding (they hold drop-down lists and old copies); hidden rows and columns
//! are read, since filters hide them by accident. Merged areas fill all their cells, but a merged name is one person.
//! Formulas count by their stored value.
//!
//! **Households.** A household number decides; else the address; else the row above. A second head at the same address
//! without numbers begins a second household. A row that says 空房 is a dwelling without household; so is an
//! address without anybody, with a warning.
//!
//! **A repeated person counts once**: same valid id (15 digits lengthened) and name; or same name and address with
//! agreeing birth (to the month at least) or the same fourteen certain digits, where one of the two has no valid id.
//! Same name and address without that, or same name and birthday elsewhere, is a proposal and counts twice until a
//! human decides ([`LedgerReading::people_min`] and [`LedgerReading::people`]). One id under two names: the second
//! person is kept without it, and proposed.
//!
//! **Ids spoiled by a spreadsheet** have lost their last digits for good. Area and birth (14 digits) are used, where
//! certain, to fill in the birth date and to recognise the person in another sheet that has the whole id.
//!
//! **Reserved categories** (religion, petitions, "stability" lists, offences and correction, mental illness, drugs, HIV,
//! family planning) are refused wherever they stand: remark, annotation behind a name, a column of their own, a whole
//! sheet whose name or title says so. The person stays, the text goes, and neither text nor category is repeated.
//!
//! **Text from the file** is data: invisible and bidi characters are removed, a text that a spreadsheet would run is
//! not taken, overlong cells are not taken, reports mask every number of the shape of an id or phone.
//!
//! # Codes
//!
//! | whole file ([`LedgerError`]) | |
//! |---|---|
//! | `empty` `not_a_ledger` `old_format` `encrypted` `too_large` `damaged` `no_header` | nothing is read |
//!
//! | refused | warning | note | skipped |
//! |---|---|---|---|
//! | `name_missing` `name_unusable` `second_person` `row_without_person` `reserved_category` `sheet_without_header` | `id_missing` `id_check_digit` `id_length` `id_not_digits` `id_birth_date` `id_born_in_future` `id_other_document` `id_spoiled_by_excel` `id_lengthened` `id_shared` `birth_disagrees` `birth_unreadable` `birth_in_future` `moved_in_unreadable` `moved_in_in_future` `sex_disagrees` `sex_unreadable` `phone_unreadable` `formula_text` `formula_without_value` `cell_error` `cell_too_long` `hidden_characters` `broken_characters` `address_missing` `address_became_date` `address_unknown` `dwelling_empty` `nobody_named` `nobody_to_say_it_of` `several_households` `household_made` `no_household` `two_heads` `repeated_elsewhere` `merge_proposed` `hidden_sheet` `columns_beyond` | `id_completed` `id_unknown_area` `no_head` `repeated` `column_not_read` | `subtotal_row` `note_row` |

mod address;
mod assembly;
mod cells;
mod delimited;
mod error;
mod fault;
mod finding;
mod grid;
mod headings;
pub mod limits;
mod people;
mod reading;
mod reserved;
mod row;
mod sheet;
mod synonyms;
mod workbook;

use chrono::NaiveDate;

pub use address::AddressParts;
pub use error::LedgerError;
pub use fault::Fault;
pub use finding::{Account, Finding, Severity, Source};
pub use reading::{
    EmptyDwelling, HouseholdRow, LedgerReading, MergeProposal, PersonRow, Summary, SummaryRow, Tenancy,
    UnplacedPerson,
};

use assembly::Assembly;
use fault::Findings;
use sheet::{Sheet, SheetKind};
use workbook::Container;

/// Reads a ledger. `file_name` only names the sheet of delimited text; what the file is, its bytes say. `today` bounds
/// birth dates.
pub fn read(file_name: &str, bytes: &[u8], today: NaiveDate) -> Result<LedgerReading, LedgerError> {
    let container = workbook::container(file_name, bytes)?;
    let grids = match container {
        Container::Zip => workbook::read(bytes)?,
        Container::Text => vec![delimited::read(base_name(file_name), bytes)?],
    };
    let mut findings = Findings::default();
    let mut sheets: Vec<Sheet<'_>> =
        grids.iter().enumerate().map(|(index, grid)| Sheet::look(grid, index, &mut findings)).collect();
    let usable = |sheet: &Sheet<'_>| matches!(sheet.kind, SheetKind::Households(..) | SheetKind::List(..));
    if !sheets.iter().any(usable) {
        if sheets.iter().all(|sheet| matches!(sheet.kind, SheetKind::Blank)) {
            return Err(LedgerError::Empty);
        }
        if findings.0.iter().all(|finding| finding.code == Fault::SheetWithoutHeader.code()) {
            return Err(match delimited::misread(bytes).filter(|_| container == Container::Text) {
                Some(encoding) => LedgerError::Misread(encoding),
                None => LedgerError::NoHeader,
            });
        }
    }
    let mut assembly = Assembly::default();
    for listed in [false, true] {
        for sheet in &mut sheets {
            if matches!(sheet.kind, SheetKind::List(..)) == listed {
                sheet.read(today, &mut assembly, &mut findings);
            }
        }
    }
    let proposals = std::mem::take(&mut assembly.people.proposals);
    let (households, empty_dwellings, unplaced) = assembly.finish(&mut findings);
    let mut account = Account::default();
    sheets.iter().for_each(|sheet| account.add(&sheet.account));
    let order = |source: &Source| sheets.iter().position(|sheet| sheet.name == source.sheet);
    findings.0.sort_by_key(|finding| (order(&finding.source), finding.source.row));
    Ok(LedgerReading {
        households,
        empty_dwellings,
        unplaced,
        findings: findings.0,
        proposals,
        repeated: account.repeated,
        account,
        sheets: sheets.iter().map(|sheet| (sheet.name.clone(), sheet.account)).collect(),
    })
}

/// The name without folders and ending.
fn base_name(file_name: &str) -> &str {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}
