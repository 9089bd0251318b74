//! The `xgphoto://` scheme: photos reach an `<img>` without passing through JSON, which on Android costs 3.57 times
//! their size. Leaves finding and decrypting to the carrier. Addresses are `/<id>` and `/<id>?thumbnail` (docs/commands.md).

use tauri::http::{Response, StatusCode, Uri, header};

use crate::carrier::{Line, Size};

/// The scheme's name; on Android the same is reached as `http://xgphoto.localhost`.
pub const SCHEME: &str = "xgphoto";

/// Answers one request.
pub fn answer(line: &Line, address: &Uri) -> Response<Vec<u8>> {
    let Some((id, size)) = parse(address) else { return refuse(StatusCode::NOT_FOUND) };
    match line.carrier().and_then(|carrier| carrier.photo(id, size)) {
        Ok(photo) => Response::builder()
            .header(header::CONTENT_TYPE, photo.media_type)
            // The web view's cache is a plain file on the disk: a photo must not be left there.
            .header(header::CACHE_CONTROL, "no-store")
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .body(photo.bytes)
            .unwrap_or_else(|_| refuse(StatusCode::INTERNAL_SERVER_ERROR)),
        Err(error) if error.code == "no_such_photo" => refuse(StatusCode::NOT_FOUND),
        Err(_) => refuse(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// Id and size, if the address has exactly the right form: an id is UUID text in lower case, nothing else gets by.
fn parse(address: &Uri) -> Option<(&str, Size)> {
    let id = address.path().strip_prefix('/')?;
    let size = match address.query() {
        None => Size::Full,
        Some("thumbnail") => Size::Thumbnail,
        Some(_) => return None,
    };
    let is_uuid = id.len() == 36
        && id.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    is_uuid.then_some((id, size))
}

fn refuse(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{CallError, Carrier, Photo, error};
    use serde_json::Value;

    const KNOWN: &str = "019326f0-5a1c-7c3e-9d53-1f0a6b2c4d5e";

    struct Album;
    impl Carrier for Album {
        fn call(&self, _: &str, _: Value) -> Result<Value, CallError> {
            Ok(Value::Null)
        }
        fn photo(&self, id: &str, size: Size) -> Result<Photo, CallError> {
            if id != KNOWN {
                return Err(error("no_such_photo", false));
            }
            let bytes = if size == Size::Full { vec![1; 9] } else { vec![1; 3] };
            Ok(Photo { bytes, media_type: "image/jpeg" })
        }
    }

    fn ask(line: &Line, address: &str) -> Response<Vec<u8>> {
        answer(line, &address.parse().expect(address))
    }

    #[test]
    fn a_thumbnail_and_its_full_picture_are_shown_and_never_cached() {
        let line = Line::open(Album);
        for (address, length) in [
            (format!("xgphoto://localhost/{KNOWN}"), 9),
            (format!("xgphoto://localhost/{KNOWN}?thumbnail"), 3),
            (format!("http://xgphoto.localhost/{KNOWN}"), 9),
        ] {
            let response = ask(&line, &address);
            assert_eq!(response.status(), StatusCode::OK, "{address}");
            assert_eq!(response.body().len(), length);
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "image/jpeg");
        }
    }

    #[test]
    fn an_address_that_is_no_photo_never_reaches_the_store() {
        let line = Line::open(Album);
        let upper = KNOWN.to_uppercase();
        for rest in [
            "",
            "../../etc/passwd",
            "%2e%2e/store.db",
            &upper,
            &format!("{KNOWN}0"),
            &format!("{KNOWN}?size=9"),
        ] {
            let address = format!("xgphoto://localhost/{rest}");
            assert_eq!(ask(&line, &address).status(), StatusCode::NOT_FOUND, "{address}");
        }
    }

    #[test]
    fn an_unknown_photo_and_a_dead_line_are_told_apart() {
        let missing = format!("xgphoto://localhost/{}", KNOWN.replace('9', "8"));
        assert_eq!(ask(&Line::open(Album), &missing).status(), StatusCode::NOT_FOUND);
        let dead = Line::dead(error("locked", false));
        assert_eq!(ask(&dead, &missing).status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
