//! Points, outlines and drawing: laws on random places, and a few places anyone can check.

use proptest::prelude::*;

use super::*;

/// A town that does not exist, in the empty Lop desert.
fn town() -> LatLon {
    LatLon::from_degrees(40.0, 90.0).unwrap()
}

fn place(east_m: f64, north_m: f64) -> LatLon {
    Plane::around(town()).point((east_m, north_m)).unwrap()
}

fn square(half_m: f64) -> Vec<LatLon> {
    vec![place(-half_m, -half_m), place(half_m, -half_m), place(half_m, half_m), place(-half_m, half_m)]
}

#[test]
fn swapped_latitude_and_longitude_are_refused_also_from_the_wire() {
    assert_eq!(LatLon::from_degrees(116.4, 39.9), Err(NoSuchPlace));
    assert_eq!(LatLon::from_degrees(f64::NAN, 0.0), Err(NoSuchPlace));
    assert_eq!(LatLon::from_e7(i32::MIN, 0), Err(NoSuchPlace));
    assert!(serde_json::from_str::<LatLon>(r#"{"lat_e7":1164000000,"lon_e7":0}"#).is_err());
    let text = serde_json::to_string(&town()).unwrap();
    assert_eq!(text, r#"{"lat_e7":400000000,"lon_e7":900000000}"#);
    assert_eq!(serde_json::from_str::<LatLon>(&text).unwrap(), town());
}

#[test]
fn one_degree_of_a_meridian_is_a_hundred_and_eleven_kilometres() {
    let north = LatLon::from_degrees(41.0, 90.0).unwrap();
    assert!((distance_m(town(), north) - 111_195.0).abs() < 1.0);
    let antipode = LatLon::from_degrees(-40.0, -90.0).unwrap();
    assert!((distance_m(town(), antipode) - std::f64::consts::PI * EARTH_RADIUS_M).abs() < 1.0);
}

#[test]
fn the_corner_belongs_to_the_grid_and_the_hole_does_not() {
    let yard = Outline::new(vec![vec![square(100.0), square(20.0)]]).unwrap();
    assert!(yard.contains(place(100.0, 100.0)));
    assert!(yard.contains(place(50.0, -50.0)));
    assert!(!yard.contains(place(0.0, 0.0)));
    assert!(!yard.contains(place(100.1, 0.0)));
}

#[test]
fn a_hamlet_across_the_river_belongs_to_the_grid() {
    let hamlet: Vec<_> = [(500.0, 0.0), (600.0, 0.0), (550.0, 90.0)].map(|(e, n)| place(e, n)).into();
    let grid = Outline::new(vec![vec![square(100.0)], vec![hamlet]]).unwrap();
    assert!(grid.contains(place(550.0, 30.0)));
    assert!(!grid.contains(place(300.0, 30.0)));
    let wire = serde_json::to_string(&grid).unwrap();
    assert_eq!(serde_json::from_str::<Outline>(&wire).unwrap(), grid);
}

#[test]
fn drawings_that_are_no_outline_say_why() {
    let bow_tie = vec![place(0.0, 0.0), place(10.0, 10.0), place(10.0, 0.0), place(0.0, 10.0)];
    assert_eq!(Outline::of_ring(bow_tie), Err(OutlineError::Crossing));
    assert_eq!(Outline::of_ring(vec![town(); 9]), Err(OutlineError::TooFewPoints));
    assert_eq!(Outline::new(vec![vec![]]), Err(OutlineError::Empty));
    assert!(serde_json::from_str::<Outline>("[]").is_err());
}

#[test]
fn a_map_is_shifted_by_some_hundred_metres_inside_china_and_not_outside() {
    // Pairs that independent implementations publish as their tests: Shanghai and Beijing.
    let pairs = [
        ((31.177_427_6, 121.527_210_6), (31.175_303_983_645_97, 121.531_541_859_215)),
        ((39.915, 116.404), (39.916_404_281_501_64, 116.410_244_499_169_38)),
    ];
    for ((lat, lon), (map_lat, map_lon)) in pairs {
        let drawn = for_map(LatLon::from_degrees(lat, lon).unwrap());
        assert!((drawn.lat - map_lat).abs() < 1e-7 && (drawn.lon - map_lon).abs() < 1e-7, "{drawn:?}");
    }
    let paris = LatLon::from_degrees(48.85, 2.35).unwrap();
    assert_eq!(for_map(paris), MapPoint { lat: paris.lat(), lon: paris.lon() });
}

#[test]
fn squares_adapt_to_alleys_and_to_mountains() {
    let alley = cells_of(&Outline::of_ring(square(15.0)).unwrap());
    assert!(alley.count() >= 12 && alley.edge_m() < 10.0, "{} of {} m", alley.count(), alley.edge_m());
    let mountain = cells_of(&Outline::of_ring(square(20_000.0)).unwrap());
    assert!((5_000..=20_000).contains(&mountain.count()), "{}", mountain.count());
}

#[test]
fn a_walk_along_one_side_sees_that_side() {
    let cells = cells_of(&Outline::of_ring(square(500.0)).unwrap());
    assert_eq!(cells.count(), 400);
    let south_side = vec![vec![place(-500.0, -500.0), place(500.0, -500.0)]];
    assert_eq!(cells.seen_from(&south_side, 30.0), 20);
    assert_eq!(cells.seen_from(&south_side, 60.0), 20, "the centres of the second row lie 75 m away");
    assert_eq!(cells.seen_from(&south_side, 80.0), 40);
    let two_ends = vec![vec![place(-500.0, -500.0)], vec![place(500.0, -500.0)]];
    assert_eq!(cells.seen_from(&two_ends, 40.0), 2, "what lies between two runs was not seen");
    let elsewhere = vec![vec![LatLon::from_degrees(-30.0, -90.0).unwrap(), place(0.0, 0.0)]];
    assert_eq!(cells.seen_from(&elsewhere, 40.0), 0);
}

fn near_town() -> impl Strategy<Value = LatLon> {
    (-3_000.0..3_000.0, -3_000.0..3_000.0).prop_map(|(east, north)| place(east, north))
}

proptest! {
    #[test]
    fn distances_are_symmetric_and_no_detour_is_shorter(a in near_town(), b in near_town(), c in near_town()) {
        prop_assert_eq!(distance_m(a, b), distance_m(b, a));
        prop_assert!(distance_m(a, c) <= distance_m(a, b) + distance_m(b, c) + 1e-6);
        prop_assert_eq!(distance_m(a, a), 0.0);
    }

    #[test]
    fn a_square_contains_what_its_sides_say(half in 10.0..900.0_f64, east in -1_000.0..1_000.0_f64, north in -1_000.0..1_000.0_f64) {
        // Corners are rounded to 1e-7° (about a centimetre): leave the rim out.
        prop_assume!((east.abs() - half).abs() > 0.05 && (north.abs() - half).abs() > 0.05);
        let outline = Outline::of_ring(square(half)).unwrap();
        prop_assert_eq!(outline.contains(place(east, north)), east.abs() < half && north.abs() < half);
    }

    #[test]
    fn a_drawing_keeps_both_ends_and_strays_no_further_than_told(
        line in prop::collection::vec(near_town(), 2..60),
        tolerance in 1.0..200.0,
    ) {
        let drawn = simplify_for_drawing(&line, tolerance);
        prop_assert_eq!((drawn.first(), drawn.last()), (line.first(), line.last()));
        let plane = Plane::around(line[0]);
        for &at in &line {
            let nearest = drawn
                .windows(2)
                .map(|pair| distance_to_piece_m(plane.metres(at), plane.metres(pair[0]), plane.metres(pair[1])))
                .fold(f64::INFINITY, f64::min);
            prop_assert!(nearest <= tolerance + 1e-6);
        }
    }

    #[test]
    fn longer_sight_never_sees_less(line in prop::collection::vec(near_town(), 1..20), sight in 5.0..80.0) {
        let cells = cells_of(&Outline::of_ring(square(800.0)).unwrap());
        let (near, far) = (cells.seen_from(std::slice::from_ref(&line), sight), cells.seen_from(&[line], sight * 2.0));
        prop_assert!(near <= far && far <= cells.count());
    }
}
