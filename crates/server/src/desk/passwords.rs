//! Passwords of the desk: drawn at random, kept as Argon2id (RFC 9106), compared at the same cost for names that do not
//! exist. Argon2's defaults of the crate: 19 MiB, 2 passes, 1 lane (OWASP's first recommendation, 2024).

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use xunge_domain::world::Randomness;

/// Letters and digits that nobody mistakes for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const LENGTH: usize = 16;

/// A password nobody chose: four groups of four, 80 bits.
pub fn draw(random: &dyn Randomness) -> String {
    let mut bytes = [0; LENGTH];
    random.fill(&mut bytes);
    let mut password = String::with_capacity(LENGTH + 3);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            password.push('-');
        }
        password.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    password
}

/// The PHC string to keep; `None` when Argon2 refuses the password (longer than 4 GiB).
pub fn keep(password: &str, random: &dyn Randomness) -> Option<String> {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).ok()?;
    Some(Argon2::default().hash_password(password.as_bytes(), &salt).ok()?.to_string())
}

/// Whether `password` is the one kept. Without a kept one (no such account) it takes as long and is false.
pub fn is(password: &str, kept: Option<&str>) -> bool {
    /// Of no password anybody has: only its cost matters.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let Ok(hash) = PasswordHash::new(kept.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;
    impl Randomness for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn a_password_opens_what_it_was_kept_for_and_nothing_else() {
        let password = draw(&Sevens);
        assert_eq!(password.len(), 19);
        let kept = keep(&password, &Sevens).unwrap();
        assert!(kept.starts_with("$argon2id$"));
        assert!(is(&password, Some(&kept)));
        assert!(!is("hhhh-hhhh-hhhh-hhhi", Some(&kept)));
        assert!(!is(&password, None));
        assert!(!is(&password, Some("rubbish")));
    }
}
