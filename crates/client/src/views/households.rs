//! Buildings, doors, households and visits.

use super::{Page, Place, Standing, people::PersonLine};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A building with its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuildingLine {
    /// Building id.
    pub id: String,
    /// Name, e.g. `2幢`.
    pub name: String,
    /// Street and number, where known.
    pub street: String,
    /// Households in it.
    pub households: u32,
    /// Visited today.
    pub visited_today: u32,
    /// Due today.
    pub due: u32,
}

/// A building among the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuildingTab {
    /// Building id.
    pub id: String,
    /// Name, e.g. `2幢`.
    pub name: String,
    /// Households in it that are due.
    pub due: u32,
}

/// Arguments of `households_head`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct HeadArgs {
    /// The building to draw; without it, or when it is gone, the first with somebody due, or the first.
    #[serde(default)]
    pub building: Option<String>,
}

/// Answer of `households_head`: all that the first screen of the tab shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HouseholdsHead {
    /// Households in the grid.
    pub households: u32,
    /// People in the grid.
    pub people: u32,
    /// Visited today.
    pub visited_today: u32,
    /// Buildings in walking order.
    pub buildings: Vec<BuildingTab>,
    /// The building drawn first.
    pub drawn: Option<BuildingView>,
}

/// Answer of `buildings_near`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Nearby {
    /// Where the phone is; absent without a fix.
    pub here: Option<Place>,
    /// Buildings whose place is known, nearest first, at most 20; empty without a fix.
    pub buildings: Vec<NearBuilding>,
}

/// A building and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NearBuilding {
    /// The building.
    pub building: BuildingLine,
    /// From here, in metres.
    pub metres: u32,
}

/// Arguments of `building`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct BuildingArgs {
    /// Building id.
    pub id: String,
}

/// Answer of `building`: the house as it stands, top floor first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BuildingView {
    /// The building.
    pub building: BuildingLine,
    /// Unit names in order, e.g. `1`, `2`; one empty name where there are no units.
    pub units: Vec<String>,
    /// Floors, highest first.
    pub floors: Vec<FloorView>,
}

/// One floor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FloorView {
    /// Floor number; 0 where unknown.
    pub floor: i32,
    /// Doors in order of unit, then number.
    pub doors: Vec<DoorView>,
}

/// One door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DoorView {
    /// Dwelling id.
    pub dwelling: String,
    /// Household id; absent for an empty dwelling.
    pub household: Option<String>,
    /// Unit name.
    pub unit: String,
    /// Door number, e.g. `301`.
    pub door: String,
    /// People living there.
    pub people: u32,
    /// `empty`, `plain`, `visited`, `due`, `to_check`, `nobody_home`.
    pub state: String,
    /// Items to check.
    pub to_check: u32,
    /// Visit of today, if any.
    pub visited_ms: Option<i64>,
}

/// Arguments of `households`: search or browse.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HouseholdsArgs {
    /// What was typed: characters of a name, pinyin initials, `3-2-501`, the last digits of an id or phone; empty = recent.
    #[serde(default)]
    pub query: String,
    /// Which page.
    #[serde(default)]
    pub page: Page,
}

/// Answer of `households`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HouseholdLines {
    /// Rows, masked.
    pub rows: Vec<HouseholdLine>,
    /// Whether more follow.
    pub more: bool,
    /// Empty flats whose door was typed, the first few, below the last household found.
    pub empty: Vec<EmptyFlat>,
}

/// A flat in which no household lives as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EmptyFlat {
    /// Dwelling id.
    pub dwelling: String,
    /// Door as people say it.
    pub door: String,
}

/// One household in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HouseholdLine {
    /// Household id.
    pub id: String,
    /// Door as people say it.
    pub door: String,
    /// Masked name of the head, or of the person that matched.
    pub head: String,
    /// People living there.
    pub people: u32,
    /// What matched: `name`, `initials`, `door`, `id_tail`, `phone_tail`; absent when browsing.
    pub matched: Option<String>,
    /// Last visit.
    pub last_visit_ms: Option<i64>,
    /// Where the newest change of this household stands.
    pub standing: Standing,
}

/// Arguments of `household`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HouseholdArgs {
    /// Household id.
    pub id: String,
}

/// Answer of `household`: one page about one door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HouseholdView {
    /// Household id.
    pub id: String,
    /// Door as people say it; of a household behind no door the last one it had.
    pub door: String,
    /// Name of the building.
    pub building: String,
    /// The building, for its grid of doors.
    pub building_id: Option<String>,
    /// How they live there: code `owner`, `tenant`, `public`, `other`, `unknown`.
    pub occupancy: String,
    /// Free note on the household (no names, no judgement).
    pub note: String,
    /// Landline or agreed contact phone of the household, masked.
    pub phone: Option<String>,
    /// Further numbers kept beside it, masked.
    pub other_phones: Vec<String>,
    /// People, head first.
    pub people: Vec<PersonLine>,
    /// Who stopped living here in the last 90 days and lives nowhere else in the grid, the last to leave first.
    pub former: Vec<FormerLine>,
    /// Care duties owed here.
    pub duties: Vec<DutyView>,
    /// Day by which a tenant whom others entered should have been met; absent where there is none.
    pub tenant_due: Option<String>,
    /// Visits, newest first, at most 10.
    pub visits: Vec<VisitLine>,
    /// Changes of this household, newest first, at most 20.
    pub history: Vec<HistoryLine>,
    /// Conflicts waiting on this household or its people.
    pub review: u32,
    /// Whether somebody has to say if another household behind the same door is this one.
    pub twice: bool,
    /// Whether it is behind no door now; [`HouseholdView::door`] is the last one it had then, if any.
    pub doorless: bool,
    /// Whether nobody lives here any more: the door is free, and the page is history.
    pub left: bool,
    /// The household this one was put together with: that page is the one to look at.
    pub stays: Option<String>,
    /// Other records of this household that were put together with it.
    pub joined: Vec<super::same_home::HomeSourceView>,
    /// Where the newest change stands.
    pub standing: Standing,
}

/// Somebody who stopped living in a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FormerLine {
    /// Person id.
    pub id: String,
    /// Masked name.
    pub name: String,
    /// Last day, `YYYY-MM-DD`.
    pub until: String,
    /// Why: `moved_away`, `died`, `entered_by_mistake`; empty when not said.
    pub reason: String,
}

/// Arguments of `return_person`: somebody lives in a household again, or never left it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ReturnArgs {
    /// Person id.
    pub id: String,
    /// Household id.
    pub household: String,
}

/// Arguments of `former_homes`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DwellingArgs {
    /// Dwelling id.
    pub id: String,
}

/// A household that left a dwelling in the last 90 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FormerHome {
    /// Household id.
    pub household: String,
    /// Masked names of who lived there.
    pub people: Vec<String>,
    /// Last day, `YYYY-MM-DD`.
    pub until: String,
}

/// A service owed (never a label).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DutyView {
    /// Care duty id.
    pub id: String,
    /// Registered category name.
    pub category: String,
    /// Law and article it rests on.
    pub basis: String,
    /// Person concerned.
    pub person: String,
    /// Cadence code: `monthly`, `quarterly`, `yearly`, `on_task`.
    pub cadence: String,
    /// Day by which the next contact is due, `YYYY-MM-DD`.
    pub due: String,
    /// Done for the present period.
    pub done: bool,
}

/// A visit in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VisitLine {
    /// Visit id.
    pub id: String,
    /// When, by the phone's clock.
    pub at_ms: i64,
    /// Outcome code: `nothing_changed`, `changed`, `met`, `nobody_home`, `declined`.
    pub outcome: String,
    /// Note.
    pub note: String,
    /// What was asked at the door, as in [`VisitArgs::checks`].
    pub checks: Vec<String>,
    /// Name of the worker, or a role where the author is outside the reader's scope.
    pub by: String,
    /// What takes it back, to be given to `undo`: where it is of today and was written on this phone.
    pub undo: Option<String>,
    /// Where it stands.
    pub standing: Standing,
}

/// One change in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryLine {
    /// When it was written.
    pub at_ms: i64,
    /// Whose: worker name or role.
    pub by: String,
    /// Record kind code, e.g. `person`.
    pub kind: String,
    /// What was done with the record.
    pub how: HistoryHow,
    /// Field names changed, codes of the language files.
    pub fields: Vec<String>,
    /// What takes it back, of somebody's moving out today on this phone; absent otherwise.
    pub undo: Option<String>,
    /// Where it stands.
    pub standing: Standing,
}

/// What a line of the history did with its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HistoryHow {
    /// Began it.
    Began,
    /// Changed it.
    Changed,
    /// Put an end to it: somebody moved out.
    Ended,
    /// Took that end back: somebody lives there again.
    Resumed,
    /// Put a household together with another record of it.
    Joined,
    /// Said that two households are two.
    Parted,
    /// Took it away.
    Removed,
}

/// Arguments of `record_visit`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct VisitArgs {
    /// Household id.
    pub household: String,
    /// Outcome code, see [`VisitLine::outcome`].
    pub outcome: String,
    /// Ten-second note; may be empty.
    #[serde(default)]
    pub note: String,
    /// Care duties this visit fulfils.
    #[serde(default)]
    pub duties: Vec<String>,
    /// What was asked at the door, `field=answer`: fields `people`, `phone`, `occupancy`; answers `same`, `changed`,
    /// `declined`.
    #[serde(default)]
    pub checks: Vec<String>,
}

/// Answer of every saving command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Saved {
    /// Id of the record saved.
    pub id: String,
    /// Handle for `undo`: takes back all that was saved with it, also after it was sent, until somebody changes it.
    pub undo: Option<String>,
}

/// Arguments of `undo`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UndoArgs {
    /// Handle from [`Saved::undo`]; several of them with spaces between, oldest first, are taken back together or not at all.
    pub undo: String,
}

/// Arguments of `save_household`: fields left out stay as they are.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct HouseholdEdit {
    /// Household id; absent creates one.
    #[serde(default)]
    pub id: Option<String>,
    /// Dwelling it lives in; needed when creating, moves the household otherwise.
    #[serde(default)]
    pub dwelling: Option<String>,
    /// Occupancy code.
    #[serde(default)]
    pub occupancy: Option<String>,
    /// Note.
    #[serde(default)]
    pub note: Option<String>,
    /// Contact phone of the household; empty clears.
    #[serde(default)]
    pub phone: Option<String>,
    /// Whether it moves in beside a household that lives in that dwelling; without it that is refused as `home_taken`.
    #[serde(default)]
    pub beside: bool,
}
