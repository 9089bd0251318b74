//! The `xgphoto://` scheme: photos reach an `<img>` without passing through JSON, which on Android costs 3.57 times
//! their size. Leaves finding and decrypting to the carrier. Paths are `/full/<sha256>` and `/thumb/<sha256>`.

use tauri::http::{Response, StatusCode, header};

use crate::carrier::{Line, Size};

/// The scheme's name; on Android the same is reached as `http://xgphoto.localhost`.
pub const SCHEME: &str = "xgphoto";

/// Answers one request for `path`.
pub fn answer(line: &Line, path: &str) -> Response<Vec<u8>> {
    let Some((size, sha256)) = parse(path) else { return refuse(StatusCode::NOT_FOUND) };
    match line.carrier().and_then(|carrier| carrier.photo(&sha256, size)) {
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

/// Size and hash, if `path` has exactly the right form. `convertFileSrc` of Tauri's JavaScript escapes the inner
/// slash, so both spellings arrive here.
fn parse(path: &str) -> Option<(Size, String)> {
    let path = path.strip_prefix('/')?.replace("%2F", "/").replace("%2f", "/");
    let (size, sha256) = path.split_once('/')?;
    let size = match size {
        "full" => Size::Full,
        "thumb" => Size::Thumbnail,
        _ => return None,
    };
    let is_hash = sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_hash.then(|| (size, sha256.to_owned()))
}

fn refuse(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{CallError, Carrier, Photo};
    use serde_json::Value;

    const KNOWN: &str = "4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358";

    struct Album;
    impl Carrier for Album {
        fn call(&self, _: &str, _: Value) -> Result<Value, CallError> {
            Ok(Value::Null)
        }
        fn photo(&self, sha256: &str, size: Size) -> Result<Photo, CallError> {
            if sha256 != KNOWN {
                return Err(CallError::new("no_such_photo", "没有这张照片。"));
            }
            let bytes = if size == Size::Full { vec![1; 9] } else { vec![1; 3] };
            Ok(Photo { bytes, media_type: "image/jpeg" })
        }
    }

    #[test]
    fn a_thumbnail_and_its_full_picture_are_shown_and_never_cached() {
        let line = Line::open(Album);
        for (path, length) in [(format!("/full/{KNOWN}"), 9), (format!("/thumb%2F{KNOWN}"), 3)] {
            let response = answer(&line, &path);
            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.body().len(), length);
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "image/jpeg");
        }
    }

    #[test]
    fn a_path_that_is_no_hash_never_reaches_the_store() {
        let line = Line::open(Album);
        let upper = KNOWN.to_uppercase();
        let long = format!("/full/{KNOWN}0");
        for path in
            ["", "/", "/full/", "/full/../../etc/passwd", "/original/00", &long, &format!("/full/{upper}")]
        {
            assert_eq!(answer(&line, path).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn an_unknown_photo_and_a_dead_line_are_told_apart() {
        let missing = format!("/full/{}", "0".repeat(64));
        assert_eq!(answer(&Line::open(Album), &missing).status(), StatusCode::NOT_FOUND);
        let dead = Line::dead(CallError::new("locked", "请先输入密码。"));
        assert_eq!(answer(&dead, &missing).status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
