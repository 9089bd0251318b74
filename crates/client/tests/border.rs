//! The border between Rust and the screens, written once: the TypeScript types in `ui/src/api/types` are generated from
//! `views`, and `docs/commands.md` lists exactly the commands there are. Either drifting fails here.
//!
//! `XUNGE_WRITE_TYPES=1 cargo test -p xunge-client --test border` writes the types anew.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use ts_rs::{Config, TS};
use xunge_client::commands::NAMES;
use xunge_client::views::*;

fn types() -> Vec<(&'static str, String)> {
    // JSON has one kind of number; ids are text, and no count here passes 2⁵³.
    let config = Config::new().with_large_int("number");
    macro_rules! all {
        ($($module:ident :: $name:ident),+ $(,)?) => {
            vec![$((stringify!($name), $module::$name::export_to_string(&config).expect("a type exports"))),+]
        };
    }
    let mut own = vec![
        ("CallError", CallError::export_to_string(&config).expect("a type exports")),
        ("Standing", Standing::export_to_string(&config).expect("a type exports")),
        ("Counts", Counts::export_to_string(&config).expect("a type exports")),
        ("Page", Page::export_to_string(&config).expect("a type exports")),
        ("Place", Place::export_to_string(&config).expect("a type exports")),
    ];
    own.extend(all!(
        home::Today,
        home::Week,
        home::WeekArgs,
        home::DueVisit,
        home::MendedView,
        home::AnswerView,
        households::BuildingLine,
        households::BuildingTab,
        households::HeadArgs,
        households::HouseholdsHead,
        households::BuildingArgs,
        households::Nearby,
        households::NearBuilding,
        households::BuildingView,
        households::FloorView,
        households::DoorView,
        households::HouseholdsArgs,
        households::HouseholdLines,
        households::HouseholdLine,
        households::HouseholdArgs,
        households::HouseholdView,
        households::DutyView,
        households::VisitLine,
        households::HistoryLine,
        households::HistoryHow,
        households::VisitArgs,
        households::Saved,
        households::UndoArgs,
        households::HouseholdEdit,
        incidents::CategoryView,
        incidents::TakePhotoArgs,
        incidents::PhotoView,
        incidents::PhotoArgs,
        incidents::DraftPhotosArgs,
        incidents::ReportArgs,
        incidents::IncidentsArgs,
        incidents::IncidentLines,
        incidents::IncidentLine,
        incidents::IncidentArgs,
        incidents::IncidentView,
        incidents::StepView,
        incidents::IncidentStepArgs,
        incidents::RecoveredPhoto,
        incidents::SimilarArgs,
        incidents::SimilarIncident,
        patrols::SlotView,
        patrols::FurtherRound,
        patrols::PatrolStartArgs,
        patrols::FinishedPatrolArgs,
        patrols::PatrolView,
        patrols::PointView,
        patrols::GapView,
        patrols::BuildingSpot,
        patrols::CheckInArgs,
        people::PersonLine,
        people::OpenPersonArgs,
        people::OpenPerson,
        people::OpenFolded,
        people::PersonFields,
        people::PersonEdit,
        people::MoveIn,
        people::RemovePersonArgs,
        people::UnplacedArgs,
        people::UnplacedLines,
        people::CheckIdArgs,
        people::CheckedId,
        same_home::SameHomeView,
        same_home::HomeSourceView,
        same_home::DoorlessHomeView,
        households::EmptyFlat,
        households::FormerLine,
        households::FormerHome,
        households::ReturnArgs,
        households::DwellingArgs,
        same_person::SamePersonView,
        same_person::SourceView,
        same_person::FoldedView,
        same_person::PairArgs,
        same_person::UnmergeArgs,
        review::Review,
        review::ConflictView,
        review::SideView,
        review::ResolveArgs,
        review::RefusedView,
        review::RefusedArgs,
        review::RefusedField,
        review::PartView,
        review::EntryView,
        review::AmendArgs,
        session::Phase,
        session::AppState,
        session::Start,
        session::Contacts,
        session::WorkerView,
        session::EnrolArgs,
        session::UnlockArgs,
        session::ReopenArgs,
        session::ReopenHint,
        session::Settings,
        session::SyncPhase,
        session::SyncState,
        session::Progress,
        session::ChangesArgs,
        session::Changes,
        session::DraftKey,
        session::Draft,
        session::AccessLogArgs,
        session::AccessEntry,
        session::AboutMe,
        session::ReadInvitationArgs,
        session::InvitationView,
        session::Storage,
    ));
    own
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "reads and writes the repository's own files")]
fn the_screens_types_are_those_of_rust() {
    let folder = root().join("ui/src/api/types");
    let write = std::env::var_os("XUNGE_WRITE_TYPES").is_some();
    let mut known: BTreeSet<String> = BTreeSet::from(["index.ts".to_owned()]);
    for (name, text) in types() {
        let file = format!("{name}.ts");
        if write {
            std::fs::write(folder.join(&file), &text).unwrap();
        }
        let there = std::fs::read_to_string(folder.join(&file)).unwrap_or_default();
        assert_eq!(there.trim_end(), text.trim_end(), "{file} differs from Rust: see this test's head");
        known.insert(file);
    }
    for entry in std::fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(known.contains(&file), "{file} belongs to no type of Rust");
    }
}

#[test]
fn the_table_for_readers_lists_every_command() {
    let table = std::fs::read_to_string(root().join("docs/commands.md")).unwrap();
    let listed: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next())
        .flat_map(|cell| {
            cell.split('`').filter(|part| part.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        })
        .filter(|name| !name.is_empty())
        .collect();
    let known: BTreeSet<&str> = NAMES.iter().copied().collect();
    assert_eq!(listed, known);
}
