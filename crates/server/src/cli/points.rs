//! `area points`: what a round goes past, from a table `grid,number,name,purpose,longitude,latitude` in WGS-84. A point is
//! known by its grid and number: the same table again changes nothing, a corrected one corrects, points it leaves out stay.

use super::failure::Failure;
use super::files;
use super::table::{Faults, decoded, refused};
use crate::administration::is_plain;
use crate::county::{County, CountyEdit};
use crate::edit::Draft;
use crate::storage::{Page, Sort};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use xunge_domain::codes::text::visible;
use xunge_domain::geometry::LatLon;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::AreaLevel;

/// Highest number of a point in its grid.
const MOST_POINTS: i64 = 999;
/// Longest name and longest purpose, in characters.
const LONGEST: (usize, usize) = (40, 100);
/// Within so many metres a track has reached a point.
const RADIUS_M: i64 = 25;
/// Field number of `number` in the record.
const NUMBER: u16 = 5;

/// A line that was understood.
struct Point {
    grid: RecordId,
    number: i64,
    name: String,
    purpose: String,
    at: LatLon,
}

/// Reads the table and writes it, all of it or nothing.
pub(super) fn import(county: &County, file: &Path) -> Result<(), Failure> {
    take(county, &files::read_input(file)?)
}

fn take(county: &County, bytes: &[u8]) -> Result<(), Failure> {
    let points = read(county, bytes)?;
    let grids: BTreeSet<RecordId> = points.iter().map(|point| point.grid).collect();
    let mut known = BTreeMap::new();
    for grid in grids {
        for row in county.records_in(RecordKind::InspectionPoint, grid, Sort::Rising, Page::ALL)? {
            known.insert((row.area, row.int(NUMBER)), row.id);
        }
    }
    let (mut new, all) = (0, points.len());
    let edits: Vec<CountyEdit> = points
        .into_iter()
        .map(|point| {
            let id = known.get(&(point.grid, Some(point.number))).copied().unwrap_or_else(|| {
                new += 1;
                county.new_id()
            });
            Draft::new(RecordKind::InspectionPoint, id, point.grid)
                .with("name", point.name.as_str())
                .with("purpose", point.purpose.as_str())
                .with("lat_e7", i64::from(point.at.lat_e7()))
                .with("lon_e7", i64::from(point.at.lon_e7()))
                .with("number", point.number)
                .with("radius_m", RADIUS_M)
                .into()
        })
        .collect();
    county.write_as_county(edits)?;
    say!("巡查点 {all} 个：新增 {new} 个，更新 {} 个。手机下次联系时收到。", all - new);
    say!(
        "{all} inspection points: {new} new, {} updated. Phones receive them at their next contact.",
        all - new
    );
    Ok(())
}

fn read(county: &County, bytes: &[u8]) -> Result<Vec<Point>, Failure> {
    let mut faults = Faults::new();
    let text = decoded(bytes, &mut faults).unwrap_or_default();
    let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut points, mut seen) = (Vec::new(), BTreeSet::new());
    for (index, row) in table.records().enumerate() {
        let Ok(row) = row else {
            faults.push((index as u64 + 1, "读不出这一行".into(), "cannot be read".into()));
            continue;
        };
        let number = row.position().map_or(index as u64 + 1, csv::Position::line);
        let cells: Vec<String> = (0..6).map(|at| visible(row.get(at).unwrap_or_default())).collect();
        // By its words, so that a first line with faults of its own is told and not taken for a heading.
        let heading =
            index == 0 && matches!(cells[4].to_lowercase().as_str(), "longitude" | "lon" | "lng" | "经度");
        if heading || cells.iter().all(String::is_empty) {
            continue;
        }
        match point(county, &cells) {
            Ok(point) if seen.insert((point.grid, point.number)) => points.push(point),
            Ok(point) => faults.push((
                number,
                format!("这个网格的 {} 号点写了两次", point.number),
                format!("point {} of this grid stands twice", point.number),
            )),
            Err((zh, en)) => faults.push((number, zh, en)),
        }
    }
    if points.is_empty() && faults.is_empty() {
        faults.push((1, "表里没有巡查点".into(), "no points in the table".into()));
    }
    if faults.is_empty() { Ok(points) } else { Err(refused("bad_point_table", "巡查点表", &faults)) }
}

fn point(county: &County, cells: &[String]) -> Result<Point, (String, String)> {
    let [code, number, name, purpose, longitude, latitude] = cells else {
        return Err(("这一行不是六列".into(), "the line has not six columns".into()));
    };
    let fault = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    let areas = county.areas();
    let grid = areas
        .by_code(code)
        .ok_or_else(|| (format!("没有编码为 {code} 的区域"), format!("there is no area with code {code}")))?;
    if grid.level < AreaLevel::Grid.code() {
        return Err((format!("{code} 不是网格"), format!("{code} is no grid")));
    }
    let number =
        number.parse().ok().filter(|number| (1..=MOST_POINTS).contains(number)).ok_or_else(|| {
            (
                format!("编号“{number}”应为 1–{MOST_POINTS}"),
                format!("number {number:?} must be 1–{MOST_POINTS}"),
            )
        })?;
    if name.is_empty() || name.chars().count() > LONGEST.0 || purpose.chars().count() > LONGEST.1 {
        return Err((
            format!("名称应为 1–{} 个字，看什么最多 {} 个字", LONGEST.0, LONGEST.1),
            format!("the name must have 1–{} characters, the purpose {} at most", LONGEST.0, LONGEST.1),
        ));
    }
    if !is_plain(name) || !is_plain(purpose) {
        return Err(fault(
            "名称或看什么以公式符号（= + - @）开头或含有控制字符",
            "name or purpose begins with = + - @ or holds control characters",
        ));
    }
    let degrees = |text: &str| text.parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    let place = degrees(latitude).zip(degrees(longitude));
    let at = place.and_then(|(lat, lon)| LatLon::from_degrees(lat, lon).ok()).ok_or_else(|| {
        fault("经纬度读不懂（先经度、后纬度，单位是度）", "no place on earth (longitude first, in degrees)")
    })?;
    Ok(Point { grid: grid.id, number, name: name.clone(), purpose: purpose.clone(), at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::county::Settings;
    use crate::world::{Places, open_county};

    fn county(folder: &Path) -> County {
        let places = Places { data: folder.join("data"), key_file: folder.join("county.key") };
        let county = open_county(&places, Settings::default()).unwrap();
        let (root, grid) = (county.new_id(), county.new_id());
        let area = |id, code: &str, level: AreaLevel| {
            Draft::new(RecordKind::Area, id, id)
                .with("name", "区域")
                .with("code", code)
                .with("level", level.code())
        };
        let below = area(grid, "990101001001", AreaLevel::Grid).refer("parent", root);
        county.write_as_county(vec![area(root, "990101", AreaLevel::County).into(), below.into()]).unwrap();
        county
    }

    fn taken(county: &County, text: &str) -> Result<(), Failure> {
        take(county, text.as_bytes())
    }

    fn names(county: &County) -> Vec<(i64, String, i64)> {
        let grid = county.areas().by_code("990101001001").unwrap().id;
        let rows = county.records_in(RecordKind::InspectionPoint, grid, Sort::Rising, Page::ALL).unwrap();
        let lat = RecordKind::InspectionPoint.field_named("lat_e7").unwrap().key.0;
        let mut names: Vec<_> = rows
            .iter()
            .map(|row| (row.int(NUMBER).unwrap(), row.text(1).to_owned(), row.int(lat).unwrap()))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_table_of_points_comes_in_and_is_corrected_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let county = county(folder.path());
        let heading = "网格编码,编号,名称,看什么,经度,纬度\n";
        let first =
            "990101001001,1,东门,看通道,118.2552,37.4905\n990101001001,2,车棚,看充电,118.2553,37.4906\n";
        taken(&county, &format!("{heading}{first}")).unwrap();
        taken(&county, "990101001001,2,充电棚,看充电,118.2553,37.4907\n").unwrap();
        let first = taken(&county, "990101001001,1号,东门,看通道,118°15′,37.4905\n").unwrap_err();
        assert!(
            first.en.contains("line 1: number"),
            "a first line that is wrong is no heading: {}",
            first.en
        );
        assert_eq!(
            names(&county),
            [(1, "东门".to_owned(), 374_905_000), (2, "充电棚".to_owned(), 374_907_000)],
            "what the second table leaves out stays"
        );
    }

    #[test]
    fn one_bad_line_keeps_the_whole_table_out_and_every_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let county = county(folder.path());
        let table = "990101001001,1,东门,看通道,118.2552,37.4905\n990101,1,县,看,118,37\nx,1,无,看,118,37\n990101001001,0,零,看,118,37\n990101001001,2,反了,看,37.4905,118.2552\n990101001001,1,又,看,118,37\n990101001001,3,=1+1,看,118,37\n";
        let failure = taken(&county, table).unwrap_err();
        assert_eq!(failure.code, "bad_point_table");
        for line in 2..=7 {
            assert!(failure.en.contains(&format!("line {line}: ")), "{line} in {}", failure.en);
        }
        assert!(names(&county).is_empty());
        assert!(taken(&county, "PK\u{3}\u{4}").unwrap_err().en.contains("workbook"));
    }
}
