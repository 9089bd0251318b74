//! Thirty-two secret bytes: zeroised when dropped, never shown by `Debug`, not comparable, not clonable.

use std::fmt;
use std::fmt::Write as _;

use hkdf::Hkdf;
use sha2::Sha256;
use xunge_domain::world::Randomness;
use zeroize::Zeroizing;

/// A 256-bit key.
pub struct Secret(Zeroizing<[u8; 32]>);

/// The key that the platform's key store keeps for this app (Android Keystore; a 0600 file in development). A type of
/// its own, so that it cannot change places with the store's key.
pub struct PlatformKey(pub Secret);

impl Secret {
    /// A fresh random key.
    pub fn draw(random: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self(bytes)
    }

    /// From bytes that came out of a wrapping or a sealed box. The caller's copy stays the caller's to wipe.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The bytes, for wrapping and sealing only.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for another purpose that cannot be traced back to this one (HKDF-SHA256, RFC 5869). The same purpose gives
    /// the same key.
    pub fn subkey(&self, purpose: &str) -> Self {
        let mut out = Zeroizing::new([0; 32]);
        self.derive(purpose.as_bytes(), out.as_mut());
        Self(out)
    }

    /// The raw-key text SQLCipher expects in `PRAGMA key`: `x'` + 64 hexadecimal digits + `'`. Raw, so opening costs no
    /// key derivation. Wiped when dropped; must never reach a log or an error.
    pub fn sqlcipher_raw_key(&self) -> Zeroizing<String> {
        // Full length at once: growing would leave unwiped pieces behind.
        let mut text = Zeroizing::new(String::with_capacity(67));
        text.push_str("x'");
        for byte in self.0.iter() {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\'');
        text
    }

    /// Whether this is the key another party meant, without keeping the key: 16 bytes derived from it.
    pub(super) fn check_value(&self) -> [u8; 16] {
        let mut out = [0; 16];
        self.derive(b"xunge key check v1", &mut out);
        out
    }

    fn derive(&self, info: &[u8], out: &mut [u8]) {
        // Fails only beyond 255 × 32 bytes; ours are 16 and 32.
        let _ = Hkdf::<Sha256>::new(None, self.0.as_ref()).expand(info, out);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Debug for PlatformKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlatformKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_random::Seeded;
    use super::*;

    #[test]
    fn sqlcipher_gets_its_raw_key_form() {
        let text = Secret::from_bytes(&[0xA7; 32]).sqlcipher_raw_key();
        assert_eq!(*text, format!("x'{}'", "a7".repeat(32)));
        assert_eq!(text.capacity(), text.len());
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = Secret::from_bytes(&[0xA7; 32]);
        assert_eq!(format!("{key:?}"), "Secret(…)");
        assert_eq!(format!("{:?}", PlatformKey(key)), "PlatformKey(…)");
    }

    #[test]
    fn purposes_have_different_keys_and_each_its_own_again() {
        let key = Secret::draw(&Seeded::new(1));
        assert_eq!(key.subkey("photos").expose(), key.subkey("photos").expose());
        assert_ne!(key.subkey("photos").expose(), key.subkey("drafts").expose());
        assert_ne!(key.subkey("photos").expose(), key.expose());
        assert_ne!(key.subkey("photos").expose(), Secret::draw(&Seeded::new(2)).subkey("photos").expose());
    }
}
