//! Who lives together in the demo county: families with sensible ages and relations, about 2.8 people each, and an age
//! pyramid that has its old people. Days are counted from one fixed day, so the county is the same whenever it is made.

use super::names::{given_name, surname};
use super::seeded::Seeded;
use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeSet;
use xunge_domain::codes::citizen_id::check_character;
use xunge_domain::codes::{Relation, Sex};
use xunge_domain::records::words::{OccupancyKind, ResidenceKind};

/// The day ages are counted from.
pub(super) const DEMO_DAY: (i32, u32, u32) = (2026, 10, 1);
/// No place has this area code.
const AREA: &str = "990101";
/// A prefix that is given to no one.
const PHONE_PREFIX: &str = "142";

/// One member of a household.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub name: String,
    pub citizen_id: String,
    pub birth: NaiveDate,
    pub sex: Sex,
    pub relation: Relation,
    pub phone: Option<String>,
    pub residence: ResidenceKind,
}

/// A household.
#[derive(Debug, Clone)]
pub(super) struct Family {
    pub members: Vec<Member>,
    pub occupancy: OccupancyKind,
    pub note: &'static str,
}

impl Member {
    /// Whole years on the demo day.
    pub(super) fn age(&self) -> u32 {
        demo_day().years_since(self.birth).unwrap_or(0)
    }
}

pub(super) fn demo_day() -> NaiveDate {
    let (year, month, day) = DEMO_DAY;
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    OldAlone,
    OldCouple,
    YoungAlone,
    Couple,
    OneChild,
    TwoChildren,
    ThreeGenerations,
    OldWithChildren,
    OneParent,
    SharedFlat,
}

const SHAPES: [(Shape, u32); 10] = [
    (Shape::OldAlone, 80),
    (Shape::OldCouple, 130),
    (Shape::YoungAlone, 70),
    (Shape::Couple, 120),
    (Shape::OneChild, 270),
    (Shape::TwoChildren, 130),
    (Shape::ThreeGenerations, 90),
    (Shape::OldWithChildren, 50),
    (Shape::OneParent, 40),
    (Shape::SharedFlat, 20),
];

const NOTES: [&str; 4] =
    ["白天上班，晚上七点后在家", "敲门声请大一些", "快递请放门口鞋柜", "周末回乡下，周一在家"];

/// Makes families, never one citizen id twice.
#[derive(Debug, Default)]
pub(super) struct Families {
    given: BTreeSet<(NaiveDate, u16)>,
}

impl Families {
    /// A family of one of the shapes.
    pub(super) fn next(&mut self, random: &mut Seeded) -> Family {
        let shape = SHAPES[random.weighted(&SHAPES.map(|(_, weight)| weight))].0;
        let people = people(shape, random);
        let tenant = match shape {
            Shape::SharedFlat => 1000,
            Shape::YoungAlone => 600,
            Shape::Couple | Shape::OneChild => 180,
            _ => 40,
        };
        let occupancy = match () {
            () if random.chance(tenant) => OccupancyKind::Tenant,
            () if random.chance(30) => OccupancyKind::Public,
            () => OccupancyKind::Owner,
        };
        let residence = match occupancy {
            OccupancyKind::Tenant => ResidenceKind::Floating,
            _ if random.chance(750) => ResidenceKind::Registered,
            _ => ResidenceKind::Usual,
        };
        let members = people.into_iter().map(|person| self.member(person, residence, random)).collect();
        let note = if random.chance(30) { random.pick(&NOTES) } else { "" };
        Family { members, occupancy, note }
    }

    fn member(&mut self, person: Person, residence: ResidenceKind, random: &mut Seeded) -> Member {
        let (birth, sequence) = self.birth_of(&person, random);
        let first = format!("{AREA}{}{sequence:03}", birth.format("%Y%m%d"));
        let check = check_character(first.as_bytes()).map_or('0', char::from);
        let has_phone = person.age >= 12 && random.chance(if person.age >= 80 { 500 } else { 930 });
        Member {
            name: format!("{}{}", person.surname, given_name(random, person.sex, birth.year())),
            citizen_id: format!("{first}{check}"),
            birth,
            sex: person.sex,
            relation: person.relation,
            phone: has_phone.then(|| format!("{PHONE_PREFIX}{:08}", random.below(100_000_000))),
            residence,
        }
    }

    /// A birthday that makes the person as old as they should be, and a sequence number not given before.
    fn birth_of(&mut self, person: &Person, random: &mut Seeded) -> (NaiveDate, u16) {
        let youngest = demo_day().with_year(demo_day().year() - person.age).unwrap_or_default();
        loop {
            let birth =
                youngest.checked_sub_days(Days::new(u64::from(random.below(365)))).unwrap_or(youngest);
            // Odd is male: the 17th digit.
            let sequence = 2 * random.below(499) as u16 + u16::from(person.sex == Sex::Male);
            if self.given.insert((birth, sequence)) {
                return (birth, sequence);
            }
        }
    }
}

/// A person before name, birthday and number.
#[derive(Debug, Clone, Copy)]
struct Person {
    surname: &'static str,
    sex: Sex,
    age: i32,
    relation: Relation,
}

fn people(shape: Shape, random: &mut Seeded) -> Vec<Person> {
    match shape {
        Shape::OldAlone => {
            let sex = if random.chance(650) { Sex::Female } else { Sex::Male };
            vec![one(surname(random), sex, old_age(random), Relation::Head)]
        }
        Shape::OldCouple => {
            let age = old_age(random);
            couple(age, random)
        }
        Shape::YoungAlone => vec![any(random.between(21, 38), Relation::Head, random)],
        Shape::Couple => {
            let age = random.between(24, 63);
            couple(age, random)
        }
        Shape::OneChild => with_children(1, random),
        Shape::TwoChildren => with_children(2, random),
        Shape::ThreeGenerations => {
            let children = if random.chance(350) { 2 } else { 1 };
            let mut all = with_children(children, random);
            let parents = grandparents(&all, random);
            all.extend(parents);
            all
        }
        Shape::OldWithChildren => old_with_children(random),
        Shape::OneParent => {
            let mut all = with_children(1, random);
            all.remove(1);
            if let Some(head) = all.first_mut() {
                head.sex = if random.chance(800) { Sex::Female } else { Sex::Male };
            }
            all
        }
        Shape::SharedFlat => {
            let count = random.between(3, 4);
            (0..count)
                .map(|at| {
                    any(
                        random.between(20, 40),
                        if at == 0 { Relation::Head } else { Relation::Other },
                        random,
                    )
                })
                .collect()
        }
    }
}

const fn one(surname: &'static str, sex: Sex, age: i32, relation: Relation) -> Person {
    Person { surname, sex, age, relation }
}

fn any(age: i32, relation: Relation, random: &mut Seeded) -> Person {
    let sex = if random.chance(500) { Sex::Male } else { Sex::Female };
    one(surname(random), sex, age, relation)
}

fn other_sex(sex: Sex) -> Sex {
    if sex == Sex::Male { Sex::Female } else { Sex::Male }
}

/// From 60 to 97, fewer and fewer.
fn old_age(random: &mut Seeded) -> i32 {
    60 + random.between(0, 37).min(random.between(0, 37))
}

/// A head and a spouse of nearly the same age.
fn couple(age: i32, random: &mut Seeded) -> Vec<Person> {
    let sex = if random.chance(750) { Sex::Male } else { Sex::Female };
    let spouse_age = (age + random.between(-4, 3)).max(22);
    vec![
        one(surname(random), sex, age, Relation::Head),
        one(surname(random), other_sex(sex), spouse_age, Relation::Spouse),
    ]
}

fn child(parents: &[Person], age: i32, random: &mut Seeded) -> Person {
    let boy = random.chance(515);
    let surname =
        parents.iter().find(|p| p.sex == Sex::Male).or(parents.first()).map_or("王", |p| p.surname);
    let (sex, relation) = if boy { (Sex::Male, Relation::Son) } else { (Sex::Female, Relation::Daughter) };
    one(surname, sex, age, relation)
}

/// Head, spouse, then children, each parent at least twenty years older than each child.
fn with_children(count: i32, random: &mut Seeded) -> Vec<Person> {
    let age = random.between(25, 52);
    let mut all = couple(age, random);
    let youngest_parent = all.iter().map(|person| person.age).min().unwrap_or(age);
    let oldest = (youngest_parent - 20).min(24);
    let mut child_age = random.between(0, oldest);
    for _ in 0..count {
        let next = child(&all[..2], child_age, random);
        all.push(next);
        child_age = (child_age - random.between(1, 6)).max(0);
    }
    all
}

/// One or two parents of the head, at least twenty-two years older.
fn grandparents(family: &[Person], random: &mut Seeded) -> Vec<Person> {
    let Some(head) = family.first() else { return Vec::new() };
    let father_age = (head.age + random.between(23, 32)).min(97);
    let mother = one(
        surname(random),
        Sex::Female,
        (father_age - random.between(0, 3)).max(head.age + 20),
        Relation::Parent,
    );
    let father = one(head.surname, Sex::Male, father_age, Relation::Parent);
    match random.below(10) {
        0..5 => vec![father, mother],
        5..9 => vec![mother],
        _ => vec![father],
    }
}

/// An old head, perhaps with a spouse, a grown child with theirs, and a grandchild.
fn old_with_children(random: &mut Seeded) -> Vec<Person> {
    let age = random.between(58, 78);
    let mut all = couple(age, random);
    let parents_age = all.iter().map(|person| person.age).min().unwrap_or(age);
    if random.chance(400) {
        all.truncate(1);
    }
    let grown = child(&all, parents_age - random.between(22, 28), random);
    // The national list counts a daughter-in-law as a daughter and a son-in-law as a son.
    let (sex, relation) =
        if grown.sex == Sex::Male { (Sex::Female, Relation::Daughter) } else { (Sex::Male, Relation::Son) };
    let in_law = one(surname(random), sex, (grown.age + random.between(-3, 2)).max(22), relation);
    let grandchild_age = random.between(0, (grown.age.min(in_law.age) - 20).clamp(0, 20));
    let grandchild =
        Person { relation: Relation::Grandchild, ..child(&[grown, in_law], grandchild_age, random) };
    all.extend([grown, in_law, grandchild]);
    all
}
