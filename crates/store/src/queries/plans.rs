//! The plan of every statement of the screens: none walks over a table.

use super::*;
use crate::migrate::migrate;
use rusqlite::Connection;

fn statements() -> Vec<(&'static str, String)> {
    let plain = |name, sql: &str| (name, sql.to_owned());
    vec![
        ("buildings", buildings::buildings_sql()),
        ("building", buildings::building_by_id_sql()),
        plain("building names", buildings::NAMES),
        plain("doors", buildings::DOORS),
        plain("counts", buildings::COUNTS),
        plain("household", households::PAGE),
        plain("door", households::DOOR),
        plain("visited", households::VISITED),
        plain("walk", households::WALK),
        plain("visits", households::VISITS),
        plain("people", people::PEOPLE),
        plain("ties", people::TIES),
        plain("tenancies told", tenancies::TOLD),
        plain("unplaced people", unplaced::LIST),
        plain("unplaced count", unplaced::COUNT),
        plain("the same id", likeness::BY_ID),
        plain("the same name and birth", likeness::BY_NAME),
        plain("the same name behind one door", likeness::BY_DOOR),
        plain("homes of a person", likeness::HOMES),
        plain("homes behind one door", homes::SHARED),
        plain("homes without a door", homes::DOORLESS),
        plain("where a household lived last", homes::LAST_OCCUPANCY),
        plain("who left a dwelling", homes::LEFT),
        plain("all homes put together", homes::ALL_FOLDED),
        plain("homes put together", homes::FOLDED),
        plain("homes at a door", homes::AT_DOOR),
        plain("where a household lived", homes::OCCUPANCIES),
        plain("who lived in a household", homes::RESIDENCES),
        ("duties of a household", duties::of_household_sql()),
        ("duties of an area", duties::of_area_sql()),
        plain("history", history::HISTORY),
        plain("unsettled household", history::HOUSEHOLD),
        plain("unsettled record", history::RECORD),
        plain("home of", history::HOME_OF),
        ("incidents", incidents::list_sql(incidents::IncidentFilter::All)),
        ("open incidents", incidents::list_sql(incidents::IncidentFilter::WithoutOr(&[7, 13], &[16]))),
        ("incident", incidents::one_sql()),
        plain("steps", incidents::STEPS),
        plain("evidence", incidents::EVIDENCE),
        ("answers", incidents::answers_sql(&[7, 8])),
        plain("incidents of a patrol", incidents::OF_PATROL),
        plain("patrols", patrols::OF_DAY),
        plain("points", patrols::POINTS),
        plain("check-ins", patrols::CHECK_INS),
        plain("incident categories", registry::INCIDENT_CATEGORIES),
        plain("care categories", registry::CARE_CATEGORIES),
        plain("visits of a week", week::VISITS),
        plain("patrols of a week", week::PATROLS),
        plain("incidents of a week", week::INCIDENTS),
        plain("answers of a week", week::ANSWERS),
        plain("worker", registry::WORKER),
        plain("conflicted", review::CONFLICTED),
        plain("conflict count", review::COUNT),
    ]
}

/// Small by what they are: partial indexes that hold only what is open, the persons folded into others, and subqueries of one household.
fn allowed(step: &str) -> bool {
    let partial = ["record_conflicts", "operation_open", "photo_to_send"];
    !step.starts_with("SCAN")
        || step.starts_with("SCAN CONSTANT ROW")
        || step == "SCAN member"
        || step == "SCAN part"
        || step == "SCAN home"
        || step == "SCAN again"
        || step == "SCAN folded_person"
        // What a window function goes over: the rows of one area, searched for by it.
        || step.starts_with("SCAN (subquery-")
        || partial.iter().any(|index| step.contains(&format!("INDEX {index}")))
}

#[test]
fn no_screen_walks_over_a_table() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection).unwrap();
    for (name, sql) in statements() {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().unwrap() {
            let step: String = row.get(3).unwrap();
            assert!(allowed(&step), "{name}: {step}");
        }
    }
}

#[test]
fn sql_speaks_in_capitals_and_lists_its_columns() {
    for (name, sql) in statements() {
        assert!(!sql.contains("SELECT *"), "{name}");
        assert!(sql.starts_with("SELECT"), "{name}");
    }
}
