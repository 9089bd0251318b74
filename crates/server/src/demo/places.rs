//! The demo county's places: the tree of areas with the sizes one county published under names of our own, outlines,
//! buildings on both sides of their lanes, doors, inspection points.
//!
//! It lies in the open sea at 29° N 123.5° E, so that no address, outline or patrol can be mistaken for a real one.

use super::seeded::{Seeded, county_id, id_at};
use crate::edit::Draft;
use xunge_domain::geometry::{LatLon, Outline, outline_to_bytes};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{AreaLevel, GridKind};
use xunge_domain::value::Value;

/// Community, households, grids. The households are the eleven published counts (28,659 in all); the 92 grids are
/// shared out in proportion by largest remainder. 富民 comes first: the small county is this one alone.
pub(super) const COMMUNITIES: [(&str, u32, u32); 11] = [
    ("富民社区", 932, 3),
    ("望湖社区", 2398, 8),
    ("松涛社区", 3272, 11),
    ("清溪社区", 2919, 9),
    ("槐荫社区", 2382, 8),
    ("石桥社区", 3523, 11),
    ("南苑社区", 1622, 5),
    ("枫林社区", 3125, 10),
    ("双井社区", 2952, 9),
    ("青禾社区", 2748, 9),
    ("柳岸社区", 2786, 9),
];

const NUMERALS: [&str; 11] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一"];
const ORIGIN_LAT_E7: i32 = 290_000_000;
const ORIGIN_LON_E7: i32 = 1_235_000_000;
/// 1e-7 degrees of one metre north, and east at this latitude.
const METRE_NORTH: i32 = 90;
const METRE_EAST: i32 = 103;
const GRID_WIDTH_M: i32 = 240;
const GRID_HEIGHT_M: i32 = 320;
const GRIDS_ABREAST: i32 = 4;
const COMMUNITY_PITCH_M: i32 = 1_100;
const COMMUNITIES_ABREAST: i32 = 4;
/// Doors for a thousand households: some stand empty.
const DOORS_PER_1000: u32 = 1_065;

/// Metres from the county's corner.
#[derive(Debug, Clone, Copy)]
struct Metres {
    east: i32,
    north: i32,
}

/// One grid of the county.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// Index of the community.
    pub community: u32,
    /// Index within it.
    pub index: u32,
    /// Households in it.
    pub households: u32,
}

/// A door.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub dwelling: RecordId,
    pub path: String,
}

impl Grid {
    /// The grids of a community, their households as even as can be.
    pub(super) fn of(community: u32) -> impl Iterator<Item = Self> {
        let (households, grids) = COMMUNITIES
            .get(community as usize)
            .map_or((0, 1), |(_, households, grids)| (*households, *grids));
        (0..grids).map(move |index| Self {
            community,
            index,
            households: households / grids + u32::from(index < households % grids),
        })
    }

    pub(super) fn path(&self, what: &str) -> String {
        format!("{what}/{}/{}", self.community, self.index)
    }

    pub(super) fn id(&self) -> RecordId {
        id_at(&self.path("grid"))
    }

    pub(super) fn name(&self) -> String {
        let community = community_name(self.community).trim_end_matches("社区");
        format!("{community}{}格", NUMERALS.get(self.index as usize).copied().unwrap_or_default())
    }

    /// Statistical code of the community and three digits for the grid.
    pub(super) fn code(&self) -> String {
        format!("{}{:03}", community_code(self.community), self.index + 1)
    }

    fn corner(&self) -> Metres {
        let (row, column) =
            (self.community as i32 / COMMUNITIES_ABREAST, self.community as i32 % COMMUNITIES_ABREAST);
        let (down, across) = (self.index as i32 / GRIDS_ABREAST, self.index as i32 % GRIDS_ABREAST);
        Metres {
            east: column * COMMUNITY_PITCH_M + across * GRID_WIDTH_M,
            north: row * COMMUNITY_PITCH_M + down * GRID_HEIGHT_M,
        }
    }

    fn place(&self, east: i32, north: i32) -> (i64, i64) {
        let corner = self.corner();
        (
            i64::from(ORIGIN_LAT_E7 + (corner.north + north) * METRE_NORTH),
            i64::from(ORIGIN_LON_E7 + (corner.east + east) * METRE_EAST),
        )
    }

    /// Buildings and doors, in walking order: up one lane and down the next.
    pub(super) fn doors(&self) -> (Vec<Draft>, Vec<Door>) {
        let mut random = Seeded::at(&self.path("buildings"));
        let wanted = self.households * DOORS_PER_1000 / 1000 + 1;
        let (mut edits, mut doors) = (Vec::new(), Vec::new());
        let mut building = 0;
        while (doors.len() as u32) < wanted {
            let floors = random.between(5, 7);
            let units = random.between(2, 4);
            let path = format!("{}/{building}", self.path("building"));
            let id = id_at(&path);
            let lane = building / 6;
            let along = if lane % 2 == 0 { building % 6 } else { 5 - building % 6 };
            let (lat, lon) = self.place(30 + lane * 70, 30 + along * 50 + random.between(-4, 4));
            edits.push(
                Draft::new(RecordKind::Building, id, self.id())
                    .with("name", Value::Text(format!("{}幢", building + 1)))
                    .with(
                        "street",
                        Value::Text(format!(
                            "{}路{}号",
                            community_name(self.community).trim_end_matches("社区"),
                            10 * (self.index + 1)
                        )),
                    )
                    .with("lat_e7", lat)
                    .with("lon_e7", lon)
                    .with("walk_order", i64::from(building + 1))
                    .with("floors", i64::from(floors)),
            );
            for unit in 1..=units {
                for floor in 1..=floors {
                    for side in 1..=2 {
                        let path = format!("{path}/{unit}/{floor}/{side}");
                        let dwelling = id_at(&path);
                        edits.push(
                            Draft::new(RecordKind::Dwelling, dwelling, self.id())
                                .refer("building", id)
                                .with("unit", Value::Text(unit.to_string()))
                                .with("floor", i64::from(floor))
                                .with("door", Value::Text(format!("{floor}{side:02}"))),
                        );
                        doors.push(Door { dwelling, path });
                    }
                }
            }
            building += 1;
        }
        (edits, doors)
    }

    /// Seven inspection points, each with its purpose.
    pub(super) fn inspection_points(&self) -> impl Iterator<Item = Draft> {
        const POINTS: [(&str, &str, i32, i32); 7] = [
            ("东门消防通道", "看通道是否被占用", 225, 60),
            ("电动车充电棚", "看有无飞线充电、堵塞出口", 200, 170),
            ("垃圾分类站", "看有无满溢、散落", 120, 300),
            ("配电室外", "看门锁与警示牌，有无异响焦味", 20, 290),
            ("儿童活动场", "看器材与地面有无破损", 65, 150),
            ("沿街店铺", "看烟道、气瓶与招牌", 12, 20),
            ("排水沟口", "看有无堵塞、井盖缺失", 135, 20),
        ];
        let grid = *self;
        POINTS.into_iter().enumerate().map(move |(index, (name, purpose, east, north))| {
            let (lat, lon) = grid.place(east, north);
            let id = id_at(&format!("{}/{index}", grid.path("point")));
            Draft::new(RecordKind::InspectionPoint, id, grid.id())
                .with("name", name)
                .with("purpose", purpose)
                .with("lat_e7", lat)
                .with("lon_e7", lon)
                .with("number", index as i64 + 1)
                .with("radius_m", 25)
        })
    }
}

fn community_name(community: u32) -> &'static str {
    COMMUNITIES.get(community as usize).map_or("", |(name, ..)| name)
}

fn community_code(community: u32) -> String {
    format!("990101001{:03}", community + 1)
}

pub(super) fn community_id(community: u32) -> RecordId {
    id_at(&format!("community/{community}"))
}

pub(super) fn town_id() -> RecordId {
    id_at("town")
}

/// What the demo county says of itself: numbers that nobody has, a basis of a list that does not exist.
const DESK_PHONE: &str = "14200001010";
const COMPLAINT_PHONE: &str = "14200001011";
const BASIS: &str =
    "《个人信息保护法》第十三条第一款第三项；示范县网格服务登记事项目录（虚构）第 1 项：实有人口与房屋登记";

/// County, town, communities and grids, parents first. Each area's record belongs to the area itself.
pub(super) fn areas(communities: u32) -> Vec<Draft> {
    let area = |id, name: &str, code: &str, parent: Option<RecordId>, level: AreaLevel, of: &[Grid]| {
        Draft::new(RecordKind::Area, id, id)
            .with("name", name)
            .with("code", code)
            .maybe("parent", parent.map(Value::reference))
            .with("level", level.code())
            .maybe("outline", outline(of).map(Value::Bytes))
            .maybe("desk_phone", parent.is_none().then(|| Value::from(DESK_PHONE)))
            .maybe("complaint_phone", parent.is_none().then(|| Value::from(COMPLAINT_PHONE)))
            .maybe("basis", parent.is_none().then(|| Value::from(BASIS)))
    };
    let all: Vec<Grid> = (0..communities).flat_map(Grid::of).collect();
    let mut edits = vec![
        area(county_id(), "示范县", "990101000000", None, AreaLevel::County, &all),
        area(town_id(), "示范街道", "990101001000", Some(county_id()), AreaLevel::Town, &all),
    ];
    for community in 0..communities {
        let grids: Vec<Grid> = Grid::of(community).collect();
        let (id, code) = (community_id(community), community_code(community));
        edits.push(area(id, community_name(community), &code, Some(town_id()), AreaLevel::Community, &grids));
        edits.extend(grids.iter().map(|grid| {
            area(grid.id(), &grid.name(), &grid.code(), Some(id), AreaLevel::Grid, std::slice::from_ref(grid))
                .with("grid_kind", GridKind::Basic.code())
        }));
    }
    edits
}

/// The rectangle around some grids. Neighbouring grids share their border, as on a real map.
fn outline(grids: &[Grid]) -> Option<Vec<u8>> {
    let corners = || grids.iter().map(Grid::corner);
    let (west, south) = (corners().map(|c| c.east).min()?, corners().map(|c| c.north).min()?);
    let east = corners().map(|c| c.east).max()? + GRID_WIDTH_M;
    let north = corners().map(|c| c.north).max()? + GRID_HEIGHT_M;
    let at = |east: i32, north: i32| {
        LatLon::from_e7(ORIGIN_LAT_E7 + north * METRE_NORTH, ORIGIN_LON_E7 + east * METRE_EAST).ok()
    };
    let ring = vec![at(west, south)?, at(east, south)?, at(east, north)?, at(west, north)?];
    Outline::of_ring(ring).ok().map(|outline| outline_to_bytes(&outline))
}
