//! What lies near, what was photographed before the process died, and what the phone knows about its worker.

use super::incidents::{report, view, with_categories};
use super::phone::{Phone, link, named, text};
use crate::ports::Device;
use crate::views::incidents::{DraftPhotosArgs, IncidentStepArgs, SimilarArgs, TakePhotoArgs};
use crate::views::people::OpenPersonArgs;
use xunge_domain::geometry::LatLon;
use xunge_domain::records::RecordKind;
use xunge_domain::value::Value;

const FORM: &str = "incident:new";
/// The lamp by building 2.
const SPOT: (i32, i32) = (374_905_000, 1_182_552_000);

/// A place so many metres north of the lamp; a degree of latitude is 111.2 km.
fn north(metres: i32) -> LatLon {
    LatLon::from_e7(SPOT.0 + metres * 90, SPOT.1).unwrap()
}

/// A small picture such as a camera gives: 24-bit PNG, stored without compression.
pub(super) fn picture(shade: u8) -> Vec<u8> {
    let (width, height) = (64_u32, 48_u32);
    let row: Vec<u8> = std::iter::once(0).chain((0..width).flat_map(|x| [shade, x as u8 * 3, 90])).collect();
    let raw: Vec<u8> = (0..height).flat_map(|_| row.clone()).collect();
    let mut zlib = vec![0x78, 0x01, 0x01];
    zlib.extend_from_slice(&(raw.len() as u16).to_le_bytes());
    zlib.extend_from_slice(&(!(raw.len() as u16)).to_le_bytes());
    zlib.extend_from_slice(&raw);
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in &raw {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    zlib.extend_from_slice(&(high << 16 | low).to_be_bytes());
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    for (name, data) in [(b"IHDR", head), (b"IDAT", zlib), (b"IEND", Vec::new())] {
        png.extend_from_slice(&(data.len() as u32).to_be_bytes());
        let body = [name.as_slice(), &data].concat();
        png.extend_from_slice(&body);
        png.extend_from_slice(&crc32(&body).to_be_bytes());
    }
    png
}

/// The checksum of PNG's chunks (ISO 3309, reflected polynomial EDB88320).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    })
}

pub(super) fn take(phone: &Phone) -> Result<crate::views::incidents::PhotoView, crate::ClientError> {
    phone.open.take_photo(&TakePhotoArgs { form: FORM.into(), data_base64: None })
}

fn similar(phone: &Phone, category: &str) -> Vec<(String, u32)> {
    let args = SimilarArgs { form: FORM.into(), category: category.into() };
    phone.open.similar_incidents(&args).unwrap().into_iter().map(|one| (one.line.id, one.metres)).collect()
}

fn photos(phone: &Phone) -> usize {
    phone.open.draft_photos(&DraftPhotosArgs { form: FORM.into() }).unwrap().len()
}

#[test]
fn the_nearest_building_comes_first_and_none_without_a_fix() {
    let phone = Phone::new();
    for (building, name, metres) in [(100, "1幢", 300), (200, "2幢", 40), (300, "3幢", 0)] {
        phone.building(building, name, 1, building + 1, &[("1", 1, "101")]);
        if metres > 0 {
            let place = north(metres);
            let fields = vec![
                ("name", text(name)),
                ("lat_e7", Value::Int(place.lat_e7().into())),
                ("lon_e7", Value::Int(place.lon_e7().into())),
            ];
            phone.county(RecordKind::Building, building, fields);
        }
    }
    let nowhere = phone.open.buildings_near().unwrap();
    assert_eq!((nowhere.here, nowhere.buildings.len()), (None, 0));

    phone.device.stand_at(north(0), 80);
    let near = phone.open.buildings_near().unwrap();
    assert_eq!(near.here.unwrap().accuracy_dm, Some(80));
    let shown: Vec<_> = near.buildings.iter().map(|one| (one.building.name.as_str(), one.metres)).collect();
    assert_eq!(shown, [("2幢", 40), ("1幢", 300)], "a building without a place is not guessed at");
}

#[test]
fn the_same_lamp_is_found_before_it_is_reported_twice() {
    let phone = with_categories();
    phone.device.stand_at(north(0), 80);
    let lamp = report(&phone, false);

    phone.device.stand_at(north(30), 80);
    phone.open.here();
    assert_eq!(similar(&phone, "lamp_out"), [(lamp.clone(), 30)]);
    assert_eq!(similar(&phone, "fire_lane"), [], "another matter");
    phone.device.stand_at(north(250), 80);
    phone.open.here();
    assert_eq!(similar(&phone, "lamp_out"), [], "another lamp");
    // Where the picture was taken counts for more than where the worker stands now.
    phone.device.load_photos(vec![picture(7)]);
    phone.device.stand_at(north(10), 80);
    phone.open.here();
    take(&phone).unwrap();
    phone.device.stand_at(north(250), 80);
    phone.open.here();
    assert_eq!(similar(&phone, "lamp_out"), [(lamp.clone(), 10)]);

    let step = IncidentStepArgs {
        id: lamp.clone(),
        verb: "supplement".into(),
        text: "还是不亮".into(),
        form: Some(FORM.into()),
    };
    phone.open.incident_step(&step).unwrap();
    let shown = view(&phone, &lamp);
    assert_eq!((shown.photos.len(), shown.steps.len()), (1, 2), "the picture went along");
    assert_eq!(photos(&phone), 0);

    let withdraw =
        IncidentStepArgs { id: lamp, verb: "withdraw".into(), text: String::new(), form: Some(FORM.into()) };
    phone.open.incident_step(&withdraw).unwrap();
    phone.device.stand_at(north(0), 80);
    phone.open.here();
    assert_eq!(similar(&phone, "lamp_out"), [], "what is over is not the same matter");
}

#[test]
fn saving_does_not_ask_the_hardware_where_it_is_when_the_form_did() {
    let phone = with_categories();
    assert_eq!(phone.open.here(), None);
    phone.device.stand_at(north(0), 80);
    let lamp = report(&phone, false);
    assert_eq!(view(&phone, &lamp).place, None, "the form's answer holds: no waiting for a fix");
}

#[test]
fn a_picture_taken_before_the_process_died_comes_back_into_its_form() {
    let phone = with_categories();
    phone.device.load_photos(vec![picture(1), picture(2)]);
    phone.device.take_unseen(FORM);
    let back = phone.open.recover_photo().unwrap().unwrap();
    assert_eq!((back.form.as_str(), photos(&phone)), (FORM, 1));
    assert_eq!(phone.open.recover_photo().unwrap(), None, "once");

    phone.device.take_unseen(crate::client::INVITATION);
    assert_eq!(phone.open.recover_photo().unwrap(), None, "a code is no evidence");
    assert_eq!(phone.device.recover_photo().unwrap(), None);
}

#[test]
fn the_cameras_file_stays_until_the_copy_is_stored() {
    let phone = with_categories();
    phone.device.load_photos(vec![picture(1)]);
    phone.open.store.limit_pages(1).unwrap();
    // What is free inside the file is filled first.
    let refusal = (0..400).find_map(|_| take(&phone).err()).expect("the disk is full");
    assert_eq!(refusal.code(), "disk_full");
    assert!(phone.device.recover_photo().unwrap().is_some(), "the only copy is not thrown away");
    phone.open.store.limit_pages(u32::MAX / 2).unwrap();
    assert_eq!(phone.open.recover_photo().unwrap().unwrap().form, FORM);
    assert_eq!(phone.device.recover_photo().unwrap(), None);

    phone.device.load_photos(vec![b"no picture".to_vec()]);
    assert_eq!(take(&phone).unwrap_err().code(), "photo_not_an_image");
    assert_eq!(
        phone.device.recover_photo().unwrap(),
        None,
        "of no use to anyone, it does not block the camera"
    );
}

#[test]
fn the_worker_reads_what_the_phone_knows_about_them() {
    let phone = with_categories();
    phone.building(100, "1幢", 1, 101, &[("1", 1, "101")]);
    phone.household(200, 101, &[named("孔令芳")]);
    phone.county(RecordKind::CareDuty, 300, vec![("person", link(202))]);
    let before = phone.open.about_me().unwrap();
    assert_eq!((before.role.as_str(), before.areas), ("full_time", vec!["富民三格".to_owned()]));
    assert_eq!((before.records, before.opened, before.photos, before.track_points), (0, 0, 0, 0));

    report(&phone, false);
    let args = OpenPersonArgs { id: super::phone::id(202).to_string(), reason: "call".into() };
    phone.open.open_person(&args).unwrap();
    let after = phone.open.about_me().unwrap();
    assert_eq!((after.records, after.opened), (2, 1), "the incident and its first step");
}
