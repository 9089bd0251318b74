//! The demo county: people, places and duties that do not exist, the same to the last byte wherever and whenever they
//! are made. Sizes are those one county published (11 communities, 28,659 households, 92 urban grids); names, people,
//! phones and places are invented, ids use area code 990101, which no place has.
//!
//! Pure: it yields [`Draft`]s, parents before children. Writing them is for the core, accounts and keys for
//! `cli`.

mod families;
mod names;
mod places;
mod registry;
mod seeded;
#[cfg(test)]
mod tests;

use crate::edit::Draft;
use chrono::Datelike;
use ed25519_dalek::SigningKey;
use families::{Families, Family, Member, demo_day};
use places::{COMMUNITIES, Door, Grid};
use seeded::{Seeded, id_at};
use xunge_domain::codes::Relation;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::Cadence;
use xunge_domain::value::Value;
use xunge_sync::auth::signed_registry::RegistryError;

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scale {
    /// All eleven communities.
    Full,
    /// The first community, 富民: three grids, 932 households. The very same people as in the full county.
    Small,
}

impl Scale {
    const fn communities(self) -> u32 {
        match self {
            Self::Full => COMMUNITIES.len() as u32,
            Self::Small => 1,
        }
    }

    /// Households there are.
    pub fn households(self) -> u32 {
        COMMUNITIES.iter().take(self.communities() as usize).map(|(_, households, _)| households).sum()
    }

    /// Grids there are.
    pub fn grids(self) -> u32 {
        COMMUNITIES.iter().take(self.communities() as usize).map(|(.., grids)| grids).sum()
    }
}

/// The county's name.
pub const NAME: &str = "示范县";

/// A worker may see an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoGrant {
    /// Whose.
    pub worker: RecordId,
    /// What.
    pub area: RecordId,
}

/// Id of the top area.
pub fn top_area() -> RecordId {
    seeded::county_id()
}

/// Id of the town, which holds all communities.
pub fn town() -> RecordId {
    places::town_id()
}

/// Id of the grid 富民三格, which stories and demonstrations use.
pub fn known_grid() -> RecordId {
    Grid::of(0).nth(2).map_or_else(top_area, |grid| grid.id())
}

/// The grants of the staff.
pub fn grants(scale: Scale) -> impl Iterator<Item = DemoGrant> {
    registry::staff(scale.communities())
        .into_iter()
        .map(|staff| DemoGrant { worker: staff.edit.record, area: staff.area })
}

/// Everything the county holds on its first day, parents before children. `county_key` signs the care categories.
///
/// # Errors
/// [`RegistryError`] when the registry refuses an entry.
pub fn county(
    scale: Scale,
    county_key: &SigningKey,
) -> Result<impl Iterator<Item = Draft> + use<>, RegistryError> {
    let mut first = places::areas(scale.communities());
    first.extend(registry::staff(scale.communities()).into_iter().map(|staff| staff.edit));
    first.extend(registry::incident_categories());
    first.extend(registry::care_categories(county_key)?);
    let mut families = Families::default();
    let people =
        (0..scale.communities()).flat_map(Grid::of).flat_map(move |grid| grid_edits(&grid, &mut families));
    Ok(first.into_iter().chain(people))
}

/// Buildings, doors, families and points of one grid.
fn grid_edits(grid: &Grid, families: &mut Families) -> Vec<Draft> {
    let (mut edits, doors) = grid.doors();
    edits.extend(grid.inspection_points());
    let mut random = Seeded::at(&grid.path("people"));
    let (mut households, mut left) = (grid.households, doors.len() as u32);
    for door in &doors {
        // Each door is as likely to stand empty as any other, and the number of households comes out exact.
        if random.below(left) < households {
            let family = families.next(&mut random);
            household(grid, door, &family, &mut random, &mut edits);
            households -= 1;
        }
        left -= 1;
    }
    edits
}

fn household(grid: &Grid, door: &Door, family: &Family, random: &mut Seeded, edits: &mut Vec<Draft>) {
    let area = grid.id();
    let id = id_at(&format!("{}/household", door.path));
    let since = day(random.between(-9_000, -100));
    let head_phone = family.members.first().and_then(|head| head.phone.clone());
    edits.push(
        Draft::new(RecordKind::Household, id, area)
            .maybe("note", Some(family.note).filter(|note| !note.is_empty()))
            .maybe("phone", head_phone.map(Value::Text)),
    );
    edits.push(
        Draft::new(RecordKind::Occupancy, id_at(&format!("{}/occupancy", door.path)), area)
            .refer("household", id)
            .refer("dwelling", door.dwelling)
            .with("kind", family.occupancy.code())
            .with("since", since),
    );
    for (index, member) in family.members.iter().enumerate() {
        let path = format!("{}/person/{index}", door.path);
        edits.push(person(area, &path, member));
        edits.push(
            Draft::new(RecordKind::Residence, id_at(&format!("{path}/residence")), area)
                .refer("person", id_at(&path))
                .refer("household", id)
                .with("kind", member.residence.code())
                .with("relation", i64::from(member.relation.code()))
                .with("since", since),
        );
        let alone = family.members.len() == 1;
        edits.extend(duties(area, &path, member, alone, random));
    }
}

fn person(area: RecordId, path: &str, member: &Member) -> Draft {
    Draft::new(RecordKind::Person, id_at(path), area)
        .with("name", member.name.as_str())
        .with("citizen_id", member.citizen_id.as_str())
        .with("birth", days_since_1970(member.birth))
        .with("sex", i64::from(member.sex.code()))
        .maybe("phone", member.phone.clone().map(Value::Text))
}

/// The services owed to a person. Each rests on a registered category; nothing else is ever said about anybody.
fn duties(area: RecordId, path: &str, member: &Member, alone: bool, random: &mut Seeded) -> Vec<Draft> {
    use registry::{ALLOWANCE_80, DISABLED, LONELY_ELDERLY};
    let disabled = random.chance(12);
    let owed = [
        (LONELY_ELDERLY, "示范县民政局养老服务科", Cadence::Monthly, alone && member.age() >= 70),
        (ALLOWANCE_80, "示范县民政局养老服务科", Cadence::Yearly, member.age() >= 80),
        (DISABLED, "示范县残疾人联合会", Cadence::Quarterly, disabled && member.relation != Relation::Other),
    ];
    let owed = owed.into_iter().filter(|(.., due)| *due);
    owed.map(|(category, source, cadence, _)| {
        Draft::new(RecordKind::CareDuty, id_at(&format!("{path}/{category}")), area)
            .refer("person", id_at(path))
            .with("category", category)
            .with("source", source)
            .with("since", day(-270))
            .with("cadence", cadence.code())
    })
    .collect()
}

/// A day counted from the demo day.
fn day(offset: i32) -> i64 {
    days_since_1970(demo_day()) + i64::from(offset)
}

/// Days since 1970-01-01, as fields hold them.
fn days_since_1970(date: chrono::NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}
