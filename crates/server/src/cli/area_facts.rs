//! `area outline` and `area contacts`: what a county says of its areas beside their names.

use super::failure::Failure;
use super::files;
use crate::administration::areas::{self, Contacts};
use crate::county::County;
use crate::geojson::{self, BadGeoJson};
use std::path::Path;

/// Who is written down for a command.
const WHO: &str = "command line";

fn refused(bad: BadGeoJson) -> Failure {
    let (zh, en) = match bad.code {
        "geojson_too_large" => ("文件太大（最多 16 MB）", "the file is too large (16 MB at most)"),
        "geojson_not_json" => ("不是 JSON，或者坏了", "it is not JSON, or damaged"),
        "geojson_not_geojson" => ("不是 GeoJSON", "it is not GeoJSON"),
        "geojson_other_crs" => {
            ("坐标系不是 WGS-84，请先转换", "its coordinates are not WGS-84; convert them first")
        }
        "geojson_no_areas" => ("里面没有图形", "it holds no drawing"),
        "geojson_too_many" => ("图形太多", "it holds too many drawings"),
        "geojson_not_a_polygon" => ("不是多边形", "it is not a polygon"),
        "geojson_bad_place" => {
            ("有的点不是经纬度（先经度、后纬度，单位是度）", "a point is no place (degrees, longitude first)")
        }
        "geojson_too_many_points" => {
            ("一个区域的点太多（最多 5000 个）", "an area has more than 5,000 points")
        }
        "outline_too_few_points" => ("一圈少于三个不同的点", "a ring has fewer than three different points"),
        "outline_crossing" => ("边线交叉了", "its rings cross"),
        "outline_unknown_code" => ("没有这个编码的区域", "no area has its code"),
        _ => ("是空的", "it is empty"),
    };
    let (at_zh, at_en) = match bad.drawing {
        0 => (String::new(), String::new()),
        number => (format!("第 {number} 个图形："), format!("drawing {number}: ")),
    };
    Failure::refused(
        bad.code,
        format!("边界没有导入，一个也没有改。{at_zh}{zh}。"),
        format!("No outline was taken, nothing was changed. {at_en}{en}."),
    )
}

fn area_of(county: &County, code: &str) -> Result<xunge_domain::ids::RecordId, Failure> {
    county.areas().by_code(code).map(|node| node.id).ok_or_else(|| {
        Failure::refused(
            "unknown_area",
            format!("没有编码为 {code} 的区域。"),
            format!("No area has the code {code}."),
        )
    })
}

/// Gives areas the outlines of a file, all or none.
pub(super) fn outline(county: &County, file: &Path, alone: Option<&str>) -> Result<(), Failure> {
    let drawn = geojson::read(&files::read_input(file)?).map_err(refused)?;
    let single = drawn.len() == 1;
    let mut planned = Vec::new();
    for (one, number) in drawn.iter().zip(1..) {
        let code = one.code.as_deref().or(alone.filter(|_| single));
        let node = code.and_then(|code| county.areas().by_code(code).map(|node| node.id));
        let unknown = BadGeoJson { code: "outline_unknown_code", drawing: number };
        planned.push((node.ok_or_else(|| refused(unknown))?, &one.outline));
    }
    for (area, outline) in &planned {
        areas::set_outline(county, WHO, *area, outline)?;
    }
    let count = planned.len();
    say!("已给 {count} 个区域画上边界。\n{count} areas have their outlines.");
    Ok(())
}

/// Sets what was given; the rest stays.
pub(super) fn contacts(
    county: &County,
    code: &str,
    desk_phone: Option<String>,
    complaint_phone: Option<String>,
    basis: Option<String>,
) -> Result<(), Failure> {
    let area = area_of(county, code)?;
    let row = county.record(area)?;
    let now = |key| row.as_ref().map(|row| row.text(key).to_owned()).unwrap_or_default();
    let contacts = Contacts {
        desk_phone: desk_phone.unwrap_or_else(|| now(7)),
        complaint_phone: complaint_phone.unwrap_or_else(|| now(8)),
        basis: basis.unwrap_or_else(|| now(9)),
    };
    areas::set_contacts(county, WHO, area, &contacts)?;
    say!("已登记。手机下次联系时就知道。\nRegistered. Phones hear it at their next contact.");
    Ok(())
}
