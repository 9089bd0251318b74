//! The result of reading a ledger: households with their people, people without a household, findings, proposals,
//! the account; and the summary that `import --dry-run --json` prints.
//!
//! People are whole here (the importer needs them), but `Debug` masks them. Only [`Summary`] is serialised.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;
use xunge_domain::codes::{CitizenId, PartialDate, Phone, RelationReading, Sex, mask_name};
use xunge_domain::records::words::{OccupancyKind, ResidenceKind};

use crate::address::AddressParts;
use crate::finding::{Account, Finding, Severity, Source};

/// One person, from one row or several.
#[derive(Clone, PartialEq)]
pub struct PersonRow {
    /// The row that brought the person.
    pub source: Source,
    /// Further rows of the same person.
    pub also_at: Vec<Source>,
    /// Cleaned name.
    pub name: String,
    /// Relation to the head, where the ledger has it.
    pub relation: Option<RelationReading>,
    /// A valid id.
    pub citizen_id: Option<CitizenId>,
    /// What stood in the id's cell where it is a number but no valid id: for a human to put right, never an id.
    pub id_as_written: Option<String>,
    /// The sex column, else the id's.
    pub sex: Option<Sex>,
    /// The id's birth date, else the column's, else what is certain of a spoiled id.
    pub birth: Option<PartialDate>,
    /// The birth column where it disagrees with the id.
    pub birth_in_column: Option<PartialDate>,
    /// All readable numbers.
    pub phones: Vec<Phone>,
    /// From a column of its own or the sheet's name.
    pub residence: Option<ResidenceKind>,
    /// Free text, cleaned; never a reserved category.
    pub remark: String,
    /// Digits good enough to recognise a person by, not to store.
    pub(crate) digits: WrittenDigits,
}

/// What an invalid id still tells when two rows are compared. Never leaves the crate.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct WrittenDigits {
    /// Area and birth (14 digits), certain.
    pub certain: Option<String>,
    /// The 18 characters of a number that failed its check digit.
    pub whole: Option<String>,
}

/// People living together.
#[derive(Debug, Clone, PartialEq)]
pub struct HouseholdRow {
    /// The row that began the household.
    pub source: Source,
    /// 户号 as written; empty when the ledger has none.
    pub number: String,
    /// Where they live; empty when the ledger does not say.
    pub address: AddressParts,
    /// How they hold the dwelling, and since when.
    pub tenancy: Tenancy,
    /// At least one, in the order of the rows.
    pub people: Vec<PersonRow>,
}

/// How a dwelling is held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tenancy {
    /// Owned, rented and so on.
    pub kind: Option<OccupancyKind>,
    /// Day of moving in.
    pub since: Option<NaiveDate>,
}

impl Tenancy {
    /// What this one says, filled up from another row of the household.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { kind: self.kind.or(other.kind), since: self.since.or(other.since) }
    }
}

/// A dwelling where the ledger says nobody lives.
#[derive(Debug, Clone, PartialEq)]
pub struct EmptyDwelling {
    /// Its row.
    pub source: Source,
    /// Where it is.
    pub address: AddressParts,
}

/// A person whose household was not found.
#[derive(Debug, Clone, PartialEq)]
pub struct UnplacedPerson {
    /// The person.
    pub person: PersonRow,
    /// The address the row gave, perhaps empty.
    pub address: AddressParts,
}

/// Two rows that may be one person; both are counted until somebody decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergeProposal {
    /// The earlier person's row.
    pub first: Source,
    /// The later person's row.
    pub second: Source,
    /// Why: `same_name_and_address`, `same_name_and_birth`, `same_id`.
    pub why: &'static str,
}

/// Everything a file said.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerReading {
    /// Households with at least one person.
    pub households: Vec<HouseholdRow>,
    /// Dwellings without a household.
    pub empty_dwellings: Vec<EmptyDwelling>,
    /// People without a household.
    pub unplaced: Vec<UnplacedPerson>,
    /// What to tell, by sheet and row.
    pub findings: Vec<Finding>,
    /// Pairs for a human to decide.
    pub proposals: Vec<MergeProposal>,
    /// Rows of people who had been read before.
    pub repeated: u64,
    /// Where every row went.
    pub account: Account,
    /// The same for each sheet, in the order of the file.
    pub sheets: Vec<(String, Account)>,
}

impl LedgerReading {
    /// Every person once, those without a household included. The most there can be: see [`Self::people_min`].
    pub fn people(&self) -> usize {
        self.households.iter().map(|household| household.people.len()).sum::<usize>() + self.unplaced.len()
    }

    /// How many there are if every proposal to merge is accepted.
    pub fn people_min(&self) -> usize {
        let seconds: std::collections::BTreeSet<&Source> = self.proposals.iter().map(|p| &p.second).collect();
        self.people() - seconds.len()
    }

    /// How many findings of a weight there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The printed summary.
    pub fn summary(&self) -> Summary {
        Summary {
            households: self.households.len(),
            people: self.people(),
            unplaced_people: self.unplaced.len(),
            warnings: self.count(Severity::Warning),
            refused: self.count(Severity::Refused),
            skipped: self.count(Severity::Skipped),
            notes: self.count(Severity::Note),
            rows: self.findings.iter().map(SummaryRow::from).collect(),
        }
    }
}

/// The object that `import --dry-run --json` prints. `rows` are all findings, so
/// `rows.len() == warnings + refused + skipped + notes`; the last two are not printed as numbers, the codes say them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Occupied households.
    pub households: usize,
    /// Every person once, those without a household included.
    pub people: usize,
    /// Of these, people without a household.
    pub unplaced_people: usize,
    /// Findings to look at.
    pub warnings: usize,
    /// Rows, sheets and values not imported.
    pub refused: usize,
    /// Rows that hold nobody: subtotals, signatures, explanations.
    #[serde(skip)]
    pub skipped: usize,
    /// What was taken as meant and is told so that the numbers can be followed: repeated rows, columns not read.
    #[serde(skip)]
    pub notes: usize,
    /// The findings.
    pub rows: Vec<SummaryRow>,
}

/// One line of the summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummaryRow {
    /// How much it matters; the printed object says it by the code.
    #[serde(skip)]
    pub severity: Severity,
    /// The sheet, or the file for delimited text.
    pub sheet: String,
    /// As Excel numbers it; 0 for the sheet as a whole.
    pub row: u32,
    /// Letter and heading; empty for the row as a whole.
    pub column: String,
    /// Stable code.
    pub code: String,
    /// What was found.
    pub what: String,
    /// What to do.
    pub suggestion: String,
}

impl From<&Finding> for SummaryRow {
    fn from(finding: &Finding) -> Self {
        Self {
            severity: finding.severity,
            sheet: finding.source.sheet.clone(),
            row: finding.source.row,
            column: finding.column.clone(),
            code: finding.code.to_owned(),
            what: finding.what.clone(),
            suggestion: finding.suggestion.clone(),
        }
    }
}

impl fmt::Debug for PersonRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonRow")
            .field("source", &self.source)
            .field("name", &mask_name(&self.name))
            .field("citizen_id", &self.citizen_id)
            .field("phones", &self.phones)
            .finish_non_exhaustive()
    }
}
