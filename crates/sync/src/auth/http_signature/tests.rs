//! Requests signed by 王芳's phone, and everything that can be done to them on the way.

use ed25519_dalek::{SigningKey, VerifyingKey};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const DEVICE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

fn phone_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn known(device: Uuid) -> Option<VerifyingKey> {
    (device == DEVICE).then(|| phone_key().verifying_key())
}

fn push(body: &[u8]) -> RequestParts<'_> {
    RequestParts { method: "POST", path: "/v1/push", query: Some("batch=1"), body }
}

#[test]
fn a_signed_push_is_recognised() {
    let parts = push(b"three visits");
    let headers = sign(&phone_key(), &parts, DEVICE, 42).unwrap();
    assert_eq!(
        headers.signature_input,
        concat!(
            r#"sig1=("@method" "@path" "@query" "content-digest")"#,
            r#";keyid="01900000-0000-7000-8000-000000000001";nonce="42";alg="ed25519""#
        )
    );
    assert_eq!(verify(&parts, headers.received(), known), Ok(Verified { device: DEVICE, nonce: 42 }));
}

#[test]
fn a_stranger_is_refused_before_the_body_is_read() {
    let headers = sign(&SigningKey::from_bytes(&[8; 32]), &push(b"x"), DEVICE, 1).unwrap();
    let head = RequestParts { body: b"", ..push(b"") };
    assert_eq!(verify_head(&head, headers.received(), known), Err(AuthError::BadSignature));
    assert_eq!(verify_head(&head, headers.received(), |_| None), Err(AuthError::UnknownDevice));
}

#[test]
fn a_good_head_with_a_cut_body_is_refused() {
    let headers = sign(&phone_key(), &push(b"three visits"), DEVICE, 1).unwrap();
    let head = verify_head(&push(b""), headers.received(), known).unwrap();
    assert_eq!(head.body(b"three vis"), Err(AuthError::BodyChanged));
    assert_eq!(head.body(b"three visits"), Ok(head.claimed()));
}

#[test]
fn no_query_and_an_empty_one_are_the_same() {
    let without = RequestParts { query: None, ..push(b"") };
    let empty = RequestParts { query: Some(""), ..push(b"") };
    let headers = sign(&phone_key(), &without, DEVICE, 1).unwrap();
    assert!(verify(&empty, headers.received(), known).is_ok());
}

#[test]
fn a_request_line_that_could_pose_as_another_component_is_never_signed() {
    let bad = [
        RequestParts { method: "POST\n\"@path\": /v1/admin", ..push(b"") },
        RequestParts { method: "", ..push(b"") },
        RequestParts { method: "post", ..push(b"") },
        RequestParts { path: "v1/push", ..push(b"") },
        RequestParts { path: "/v1/push?batch=1", ..push(b"") },
        RequestParts { path: "/v1/\r\npush", ..push(b"") },
        RequestParts { path: "/网格", ..push(b"") },
        RequestParts { query: Some("a b"), ..push(b"") },
        RequestParts { query: Some("a#b"), ..push(b"") },
    ];
    for parts in bad {
        assert_eq!(sign(&phone_key(), &parts, DEVICE, 1), Err(AuthError::BadRequestLine), "{parts:?}");
    }
}

#[test]
fn only_one_way_of_writing_the_headers_is_read() {
    let parts = push(b"x");
    let good = sign(&phone_key(), &parts, DEVICE, 42).unwrap();
    let input = good.signature_input.as_str();
    let rewritten = [
        input.replace("sig1", "sig2"),
        input.replace(r#"nonce="42""#, r#"nonce="042""#),
        input.replace(r#"nonce="42""#, r#"nonce="+42""#),
        input.replace(r#"nonce="42""#, r#"nonce="18446744073709551616""#),
        input.replace(r#"nonce="42""#, r#"nonce="""#),
        input.replace(r#";alg="ed25519""#, ""),
        input.replace("ed25519", "rsa-v1_5-sha256"),
        input.replace(r#" "@query""#, ""),
        input.replace(r#""@method" "@path""#, r#""@path" "@method""#),
        input.replace(r#""@method" "#, r#""@method";req "#),
        format!("{input};created=1"),
        format!("{input}, sig2=()"),
        format!("{input} "),
        input.replace("01900000-0000-7000", "01900000-0000-7000".to_uppercase().as_str()).replace('-', ""),
        String::new(),
    ];
    for text in rewritten {
        let headers = SignedHeaders { signature_input: text.clone(), ..good.clone() };
        assert_eq!(verify(&parts, headers.received(), known), Err(AuthError::Malformed), "{text}");
    }
    let twice =
        SignedHeaders { signature: format!("{}, {}", good.signature, good.signature), ..good.clone() };
    assert_eq!(verify(&parts, twice.received(), known), Err(AuthError::Malformed));
}

#[test]
fn headers_are_found_in_any_case_and_refused_when_given_twice() {
    let good = sign(&phone_key(), &push(b""), DEVICE, 1).unwrap();
    let lines: Vec<(&str, &[u8])> = vec![
        ("Host", b"county"),
        ("Content-Digest", good.content_digest.as_bytes()),
        ("Signature-Input", good.signature_input.as_bytes()),
        ("SIGNATURE", good.signature.as_bytes()),
    ];
    let headers = ReceivedHeaders::collect(lines.clone()).unwrap();
    assert!(verify(&push(b""), headers, known).is_ok());

    for dropped in 1..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(dropped);
        assert_eq!(ReceivedHeaders::collect(fewer).unwrap_err(), AuthError::Missing);
        let mut twice = lines.clone();
        twice.push(lines[dropped]);
        assert_eq!(ReceivedHeaders::collect(twice).unwrap_err(), AuthError::Malformed);
    }
}

#[test]
fn a_weak_key_signs_nothing() {
    // The neutral point as key accepts a crafted signature for any text unless verification is strict.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let weak = VerifyingKey::from_bytes(&neutral).unwrap();
    let mut forged = [0; 64];
    forged[0] = 1;
    let headers = SignedHeaders {
        signature: format!("sig1=:{}:", STANDARD.encode(forged)),
        ..sign(&phone_key(), &push(b""), DEVICE, 1).unwrap()
    };
    assert_eq!(verify(&push(b""), headers.received(), |_| Some(weak)), Err(AuthError::BadSignature));
}

/// Everything of a request that travels, as owned bytes that can be damaged one at a time.
#[derive(Clone)]
struct OnTheWire([Vec<u8>; 7]);

impl OnTheWire {
    fn verify(&self) -> Result<Verified, AuthError> {
        let [method, path, query, body, digest, input, signature] = &self.0;
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| AuthError::Malformed);
        let parts =
            RequestParts { method: text(method)?, path: text(path)?, query: Some(text(query)?), body };
        let headers = ReceivedHeaders::collect([
            (CONTENT_DIGEST, digest.as_slice()),
            (SIGNATURE_INPUT, input.as_slice()),
            (SIGNATURE, signature.as_slice()),
        ])?;
        verify(&parts, headers, known)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Every byte of every part, each changed to a few other values: never accepted.
    #[test]
    fn any_changed_byte_is_refused(
        method in "[A-Z]{3,7}",
        path in "/[a-z0-9/_.%~-]{0,40}",
        query in "[a-z0-9=&%]{0,30}",
        body in proptest::collection::vec(any::<u8>(), 0..60),
        nonce in any::<u64>(),
        flip in 1_u8..=255,
    ) {
        let parts = RequestParts { method: &method, path: &path, query: Some(&query), body: &body };
        let headers = sign(&phone_key(), &parts, DEVICE, nonce).unwrap();
        let sent = OnTheWire([
            method.clone().into_bytes(),
            path.clone().into_bytes(),
            query.clone().into_bytes(),
            body.clone(),
            headers.content_digest.into_bytes(),
            headers.signature_input.into_bytes(),
            headers.signature.into_bytes(),
        ]);
        prop_assert_eq!(sent.verify(), Ok(Verified { device: DEVICE, nonce }));

        for part in 0..7 {
            for at in 0..sent.0[part].len() {
                for change in [flip, 0x01, 0x20] {
                    let mut damaged = sent.clone();
                    damaged.0[part][at] ^= change;
                    prop_assert!(damaged.verify().is_err(), "part {part}, byte {at}, change {change:#04x}");
                }
                let mut cut = sent.clone();
                cut.0[part].remove(at);
                prop_assert!(cut.verify().is_err(), "part {part}, byte {at} removed");
            }
            let mut longer = sent.clone();
            longer.0[part].push(b'A');
            prop_assert!(longer.verify().is_err(), "part {part} grew");
        }
    }
}
