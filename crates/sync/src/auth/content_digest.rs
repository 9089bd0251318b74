//! The `Content-Digest` header (RFC 9530 §2) with sha-256, the one algorithm of this protocol.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// SHA-256 of a body, 32 bytes.
pub type BodyHash = [u8; 32];

/// SHA-256 of the body as it travels (after any content coding).
pub fn body_hash(body: &[u8]) -> BodyHash {
    Sha256::digest(body).into()
}

/// The header's value: `sha-256=:<base64>:`.
pub fn to_header(hash: &BodyHash) -> String {
    format!("sha-256=:{}:", STANDARD.encode(hash))
}

/// Reads a header written by [`to_header`]. Anything else — several digests, parameters, other spellings of the same
/// bytes — is `None`: a second way to write it would be a second thing to sign.
pub fn from_header(value: &str) -> Option<BodyHash> {
    let text = value.strip_prefix("sha-256=:")?.strip_suffix(':')?;
    STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_of_the_rfc_example_is_reproduced() {
        // RFC 9530 appendix D gives the body with its line feed; RFC 9421 appendix B.2 without it.
        for (body, header) in [
            (&b"{\"hello\": \"world\"}\n"[..], "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"),
            (&b"{\"hello\": \"world\"}"[..], "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"),
        ] {
            assert_eq!(to_header(&body_hash(body)), header);
            assert_eq!(from_header(header), Some(body_hash(body)));
        }
    }

    #[test]
    fn a_second_spelling_of_a_digest_is_refused() {
        for header in [
            "",
            "sha-256=::",
            "SHA-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg:",
            // The last two bits before the padding are not zero: other text, same bytes for a careless decoder.
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDh=:",
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:, sha-512=:AA==:",
            "sha-512=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:",
        ] {
            assert_eq!(from_header(header), None, "{header}");
        }
    }
}
