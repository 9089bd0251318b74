//! What a camera or a gallery may give that is no photo.

use serde_json::json;
use xunge_tests::scene::{Scene, settle};

#[test]
fn a_photo_that_is_none_is_refused_and_the_form_stays() {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    let form = json!({ "form": "incident:new", "fields": { "text": "门口堆物" }, "saved_ms": 0 });
    phone.call("draft_save", form).unwrap();
    phone.load_photo(1);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    // A PNG that claims 20,000 × 10,000 pixels.
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bomb.extend(20_000_u32.to_be_bytes());
    bomb.extend(10_000_u32.to_be_bytes());
    bomb.extend([8, 2, 0, 0, 0]);
    bomb.extend(0x7646_DFF5_u32.to_be_bytes()); // the header's checksum is right
    bomb.extend(b"\0\0\x01\0IDAT");
    bomb.extend([0; 64]);
    for (bytes, code) in [
        (Vec::new(), "photo_empty"),
        (b"<html>not a picture</html>".to_vec(), "photo_not_an_image"),
        (bomb, "photo_too_many_pixels"),
    ] {
        phone.device.load_photos(vec![bytes]);
        assert_eq!(phone.call("take_photo", json!({ "form": "incident:new" })).unwrap_err(), code);
    }
    let photos = phone.call("draft_photos", json!({ "form": "incident:new" })).unwrap();
    assert_eq!(photos.as_array().unwrap().len(), 1);
    // The same through the gallery, where bytes come from outside.
    use base64::Engine as _;
    for (bytes, code) in [(&b""[..], "photo_empty"), (b"%PDF-1.7 not a picture", "photo_not_an_image")] {
        let data = base64::engine::general_purpose::STANDARD.encode(bytes);
        let args = json!({ "form": "incident:new", "data_base64": data });
        assert_eq!(phone.call("take_photo", args).unwrap_err(), code);
    }
    let args = json!({ "form": "incident:new", "data_base64": "no base64 at all!" });
    assert_eq!(phone.call("take_photo", args).unwrap_err(), "bad_arguments");
    let draft = phone.call("draft_load", json!({ "form": "incident:new" })).unwrap();
    assert_eq!(draft["fields"]["text"], "门口堆物");
    // Reported with the one that is a picture, it arrives; and nothing of the others lies about.
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "门口堆物", "place_name": "东门" });
    phone.call("report_incident", report).unwrap();
    settle(&phone);
    super::answers::settle_pictures(&phone);
    let pictures = phone.open().own_pictures().unwrap();
    assert_eq!(pictures.len(), 1);
    assert!(scene.county.county().picture(&pictures[0].stored_sha256).unwrap().is_some());
}
