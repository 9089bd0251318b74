//! Crockford's base32 (crockford.com/base32.html): digits and capitals without I, L, O, U, so that nothing read from
//! paper can be mistaken. Five bits a character, highest first.

use xunge_domain::codes::text::half_width_char;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What is wrong with a typed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// No such character in the alphabet; position counts the characters as typed, from 1.
    Character { position: usize },
    /// Another number of characters than asked for, separators not counted.
    Length { found: usize },
}

/// The lowest `5 × length` bits of `bits` as text.
pub(super) fn print(bits: u128, length: usize) -> String {
    (0..length).rev().map(|i| char::from(ALPHABET[((bits >> (5 * i)) & 31) as usize])).collect()
}

/// Reads exactly `length` (≤ 25) characters the way people type them: any case, full-width, I and L for 1, O for 0,
/// dashes and spaces anywhere.
pub(super) fn read(text: &str, length: usize) -> Result<u128, Unreadable> {
    let mut bits = 0_u128;
    let mut found = 0;
    for (at, typed) in text.chars().enumerate() {
        let c = half_width_char(typed);
        if c.is_whitespace() || matches!(c, '-' | '_' | '‐' | '‑' | '–' | '—' | '－') {
            continue;
        }
        let digit = digit(c).ok_or(Unreadable::Character { position: at + 1 })?;
        found += 1;
        if found <= length {
            bits = bits << 5 | u128::from(digit);
        }
    }
    if found == length { Ok(bits) } else { Err(Unreadable::Length { found }) }
}

fn digit(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let at = ALPHABET.iter().position(|x| char::from(*x) == c)?;
    u8::try_from(at).ok()
}
