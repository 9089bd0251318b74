//! The signature base of RFC 9421 §2.5: the text that a message signature really signs.

/// Joins component lines and the parameters line. `components` are (name, value) in signing order, names without their
/// quotation marks; `params` is what follows the label in `Signature-Input`.
///
/// Values must be free of line ends; the caller refuses such requests before they come here, because a value with a
/// line end could pose as another component.
pub fn signature_base(components: &[(&str, &str)], params: &str) -> String {
    let mut base = String::with_capacity(256);
    for (name, value) in components {
        debug_assert!(!value.contains(['\r', '\n']), "a value must stay on its line");
        base.push('"');
        base.push_str(name);
        base.push_str("\": ");
        base.push_str(value);
        base.push('\n');
    }
    base.push_str("\"@signature-params\": ");
    base.push_str(params);
    base
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::signature_base;

    #[test]
    fn rfc_9421_example_b_2_6_gives_the_published_signature() {
        // Key test-key-ed25519 (B.1.4) and the covered components of B.2.6.
        let seed: [u8; 32] = URL_SAFE_NO_PAD
            .decode("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU")
            .unwrap()
            .try_into()
            .unwrap();
        let key = SigningKey::from_bytes(&seed);
        assert_eq!(
            URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes()),
            "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"
        );

        let params = concat!(
            r#"("date" "@method" "@path" "@authority" "content-type" "content-length")"#,
            r#";created=1618884473;keyid="test-key-ed25519""#
        );
        let base = signature_base(
            &[
                ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
                ("@method", "POST"),
                ("@path", "/foo"),
                ("@authority", "example.com"),
                ("content-type", "application/json"),
                ("content-length", "18"),
            ],
            params,
        );
        assert_eq!(
            STANDARD.encode(key.sign(base.as_bytes()).to_bytes()),
            "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
        );
    }
}
