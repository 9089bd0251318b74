//! Outlines of areas as the survey office hands them over: GeoJSON (RFC 7946), polygons in WGS-84, longitude first. The
//! whole file is taken or nothing of it; what is wrong is told by the number of the drawing.
//!
//! Which area a drawing belongs to is told by its property `code`; a file with a single drawing may leave it out, then the
//! caller says. What lies inside an outline is the domain's matter.

use serde_json::Value as Json;
use xunge_domain::geometry::{LatLon, Outline};

/// Largest file; a county of a thousand grids, drawn to the metre, has some megabytes.
pub const LARGEST: usize = 16 * 1024 * 1024;
/// Most points of one area; phones receive every one of them.
pub const MOST_POINTS: usize = 5_000;
/// Most drawings in a file.
const MOST_DRAWINGS: usize = 5_000;
/// Names of the property that holds an area's code.
const CODES: [&str; 4] = ["code", "编码", "网格编码", "CODE"];

/// A drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Code of its area; none where the file does not say.
    pub code: Option<String>,
    /// Its outline.
    pub outline: Outline,
}

/// Why nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code} in drawing {drawing}")]
pub struct BadGeoJson {
    /// Stable code.
    pub code: &'static str,
    /// Number of the drawing, counted from 1; 0 for the file as a whole.
    pub drawing: usize,
}

const fn bad(code: &'static str, drawing: usize) -> BadGeoJson {
    BadGeoJson { code, drawing }
}

/// Reads a file.
///
/// # Errors
/// [`BadGeoJson`]: `geojson_too_large`, `geojson_not_json`, `geojson_not_geojson`, `geojson_other_crs`, `geojson_no_areas`,
/// `geojson_too_many`, `geojson_not_a_polygon`, `geojson_bad_place`, `geojson_too_many_points`, `outline_empty`,
/// `outline_too_few_points`, `outline_crossing`.
pub fn read(bytes: &[u8]) -> Result<Vec<Drawn>, BadGeoJson> {
    if bytes.len() > LARGEST {
        return Err(bad("geojson_too_large", 0));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // serde_json gives up beyond 128 levels by itself: brackets without end are no danger.
    let json: Json = serde_json::from_slice(bytes).map_err(|_| bad("geojson_not_json", 0))?;
    if json.get("crs").is_some_and(|crs| !is_wgs84(crs)) {
        return Err(bad("geojson_other_crs", 0));
    }
    let drawings: Vec<&Json> = match json.get("type").and_then(Json::as_str) {
        Some("FeatureCollection") => {
            let all = json.get("features").and_then(Json::as_array);
            all.ok_or(bad("geojson_not_geojson", 0))?.iter().collect()
        }
        Some("Feature" | "Polygon" | "MultiPolygon") => vec![&json],
        _ => return Err(bad("geojson_not_geojson", 0)),
    };
    if drawings.is_empty() {
        return Err(bad("geojson_no_areas", 0));
    }
    if drawings.len() > MOST_DRAWINGS {
        return Err(bad("geojson_too_many", 0));
    }
    drawings.iter().zip(1..).map(|(drawing, number)| drawn(drawing, number)).collect()
}

/// An older file may name its coordinates; these names mean what RFC 7946 means.
fn is_wgs84(crs: &Json) -> bool {
    let name = crs.pointer("/properties/name").and_then(Json::as_str).unwrap_or_default();
    crs.is_null() || name.ends_with("CRS84") || name.ends_with("EPSG::4326") || name == "EPSG:4326"
}

fn drawn(drawing: &Json, number: usize) -> Result<Drawn, BadGeoJson> {
    let code = drawing.get("properties").and_then(|properties| {
        CODES.iter().find_map(|name| match properties.get(name)? {
            Json::String(text) => Some(text.trim().to_owned()),
            Json::Number(digits) => Some(digits.to_string()),
            _ => None,
        })
    });
    let geometry = drawing.get("geometry").unwrap_or(drawing);
    let parts = match (geometry.get("type").and_then(Json::as_str), geometry.get("coordinates")) {
        (Some("Polygon"), Some(rings)) => vec![rings_of(rings, number)?],
        (Some("MultiPolygon"), Some(Json::Array(parts))) => {
            parts.iter().map(|rings| rings_of(rings, number)).collect::<Result<_, _>>()?
        }
        _ => return Err(bad("geojson_not_a_polygon", number)),
    };
    if parts.iter().flatten().map(Vec::len).sum::<usize>() > MOST_POINTS {
        return Err(bad("geojson_too_many_points", number));
    }
    let outline = Outline::new(parts).map_err(|error| bad(error.code(), number))?;
    Ok(Drawn { code: code.filter(|code| !code.is_empty()), outline })
}

fn rings_of(rings: &Json, number: usize) -> Result<Vec<Vec<LatLon>>, BadGeoJson> {
    let not_a_polygon = bad("geojson_not_a_polygon", number);
    let rings = rings.as_array().ok_or(not_a_polygon)?;
    rings
        .iter()
        .map(|ring| {
            let points = ring.as_array().ok_or(not_a_polygon)?;
            let mut ring: Vec<LatLon> =
                points.iter().map(|point| place(point, number)).collect::<Result<_, _>>()?;
            // Closed in the file, closed by itself in an outline.
            if ring.len() > 1 && ring.first() == ring.last() {
                ring.pop();
            }
            Ok(ring)
        })
        .collect()
}

fn place(point: &Json, number: usize) -> Result<LatLon, BadGeoJson> {
    let degrees = |at: usize| point.get(at).and_then(Json::as_f64).filter(|degrees| degrees.is_finite());
    let wrong = bad("geojson_bad_place", number);
    let (lon, lat) = (degrees(0).ok_or(wrong)?, degrees(1).ok_or(wrong)?);
    let e7 = |degrees: f64| {
        let scaled = (degrees * 1e7).round();
        (scaled.abs() <= f64::from(i32::MAX)).then_some(scaled as i32)
    };
    LatLon::from_e7(e7(lat).ok_or(wrong)?, e7(lon).ok_or(wrong)?).map_err(|_| wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = "[[[123.5,29.0],[123.6,29.0],[123.6,29.1],[123.5,29.1],[123.5,29.0]]]";

    fn drawing(kind: &str, properties: &str, coordinates: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#
        )
    }

    fn collection(drawings: &[String]) -> String {
        format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, drawings.join(","))
    }

    fn code(text: &str) -> (&'static str, usize) {
        let bad = read(text.as_bytes()).unwrap_err();
        (bad.code, bad.drawing)
    }

    #[test]
    fn outlines_are_read_by_code_with_longitude_first() {
        let text = collection(&[
            drawing("Polygon", r#"{"code":"99010100100101"}"#, SQUARE),
            drawing("MultiPolygon", r#"{"编码":990101}"#, &format!("[{SQUARE}]")),
        ]);
        let drawn = read(text.as_bytes()).unwrap();
        assert_eq!(drawn[0].code.as_deref(), Some("99010100100101"));
        assert_eq!(drawn[1].code.as_deref(), Some("990101"), "a code written as a number");
        assert!(drawn[0].outline.contains(LatLon::from_e7(290_500_000, 1_235_500_000).unwrap()));
        let bare = format!(r#"{{"type":"Polygon","coordinates":{SQUARE}}}"#);
        assert_eq!(read(bare.as_bytes()).unwrap()[0].code, None);
        let marked = [b"\xEF\xBB\xBF".as_slice(), bare.as_bytes()].concat();
        assert_eq!(read(&marked).unwrap().len(), 1, "a byte-order mark is no fault");
    }

    #[test]
    fn what_is_hostile_or_broken_is_told_by_its_number() {
        let good = drawing("Polygon", r#"{"code":"1"}"#, SQUARE);
        let with = |bad: String| collection(&[good.clone(), bad]);
        let polygon = |coordinates: &str| with(drawing("Polygon", "{}", coordinates));
        assert_eq!(code("{"), ("geojson_not_json", 0));
        assert_eq!(code(&"[".repeat(100_000)), ("geojson_not_json", 0), "brackets without end");
        assert_eq!(code("[]"), ("geojson_not_geojson", 0));
        assert_eq!(code(r#"{"type":"Topology"}"#), ("geojson_not_geojson", 0));
        assert_eq!(code(r#"{"type":"FeatureCollection"}"#), ("geojson_not_geojson", 0));
        assert_eq!(code(r#"{"type":"FeatureCollection","features":[]}"#), ("geojson_no_areas", 0));
        let gauss =
            r#"{"type":"Polygon","crs":{"type":"name","properties":{"name":"EPSG:4549"}},"coordinates":[]}"#;
        assert_eq!(code(gauss), ("geojson_other_crs", 0));
        assert_eq!(code(&with(drawing("Point", "{}", "[123.5,29]"))), ("geojson_not_a_polygon", 2));
        assert_eq!(code(&with("null".into())), ("geojson_not_a_polygon", 2));
        assert_eq!(code(&polygon("7")), ("geojson_not_a_polygon", 2));
        assert_eq!(code(&polygon("[]")), ("outline_empty", 2));
        assert_eq!(code(&polygon("[[[1,2],[3,4],[1,2]]]")), ("outline_too_few_points", 2));
        // Metres of a national grid, degrees in text, latitude first, more than a number holds, nothing.
        for wrong in ["[500000,3200000]", "[\"123\",\"29\"]", "[29,123.5]", "[1e300,29]", "[]"] {
            assert_eq!(code(&polygon(&format!("[[{wrong},{wrong},{wrong}]]"))), ("geojson_bad_place", 2));
        }
        assert_eq!(code(&polygon("[[[0,0],[1,1],[1,0],[0,1],[0,0]]]")), ("outline_crossing", 2));
        let circle: Vec<String> = (0..6_000)
            .map(|n| f64::from(n) / 6_000.0 * std::f64::consts::TAU)
            .map(|turn| format!("[{},{}]", 123.5 + turn.cos() / 10.0, 29.0 + turn.sin() / 10.0))
            .collect();
        assert_eq!(code(&polygon(&format!("[[{}]]", circle.join(",")))), ("geojson_too_many_points", 2));
        assert_eq!(read(&vec![b' '; LARGEST + 1]).unwrap_err().code, "geojson_too_large");
    }
}
