//! The worker's PIN: six digits, and those refused because they are everybody's first idea.
//!
//! Ten tries against a file are few, so what matters is not being among the first ten guesses of somebody who knows the
//! worker: repeated digits, runs, and dates of birth. Leaves to others: asking twice, counting tries.

use std::fmt;

use thiserror::Error;
use xunge_domain::codes::text::half_width_char;
use zeroize::Zeroizing;

/// Digits of a PIN.
pub const PIN_LENGTH: usize = 6;

/// A PIN as somebody typed it: six digits, right or wrong.
pub struct Pin(Zeroizing<[u8; PIN_LENGTH]>);

/// A PIN fit to protect a phone: only these can be set.
pub struct ChosenPin(Pin);

/// Why a PIN is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PinError {
    /// Something other than six digits.
    #[error("a PIN has six digits")]
    NotSixDigits,
    /// Too easy to guess.
    #[error("this PIN is too easy to guess")]
    Weak(WeakPin),
}

/// What makes a PIN easy to guess; the screen says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeakPin {
    /// 111111, 123456, 975310: every step from digit to digit is the same.
    Run,
    /// 121212, 123123, 112233, or no more than two different digits.
    Repeats,
    /// 680514, 196805, 051968: a day or a year people live in.
    Date,
}

impl PinError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotSixDigits => "pin_not_six_digits",
            Self::Weak(_) => "weak_pin",
        }
    }
}

impl WeakPin {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Repeats => "repeats",
            Self::Date => "date",
        }
    }
}

impl Pin {
    /// Reads six digits; full-width ones count. Spaces around them are forgiven.
    pub fn read(text: &str) -> Result<Self, PinError> {
        let mut digits = Zeroizing::new([0; PIN_LENGTH]);
        let mut found = 0;
        for c in text.trim().chars().map(half_width_char) {
            let digit = c.to_digit(10).and_then(|d| u8::try_from(d).ok()).ok_or(PinError::NotSixDigits)?;
            *digits.get_mut(found).ok_or(PinError::NotSixDigits)? = digit;
            found += 1;
        }
        if found == PIN_LENGTH { Ok(Self(digits)) } else { Err(PinError::NotSixDigits) }
    }

    /// The digits (0–9) as bytes, for the key derivation.
    pub(super) fn digits(&self) -> &[u8; PIN_LENGTH] {
        &self.0
    }
}

impl ChosenPin {
    /// Reads a PIN that somebody wants to set.
    pub fn read(text: &str) -> Result<Self, PinError> {
        let pin = Pin::read(text)?;
        match weakness(pin.digits()) {
            Some(weak) => Err(PinError::Weak(weak)),
            None => Ok(Self(pin)),
        }
    }

    pub(super) fn pin(&self) -> &Pin {
        &self.0
    }
}

fn weakness(d: &[u8; PIN_LENGTH]) -> Option<WeakPin> {
    let step = |i: usize| (10 + d[i + 1] - d[i]) % 10;
    if (1..PIN_LENGTH - 1).all(|i| step(i) == step(0)) {
        return Some(WeakPin::Run);
    }
    let different = (0..10).filter(|digit| d.contains(digit)).count();
    let period = |n: usize| (n..PIN_LENGTH).all(|i| d[i] == d[i - n]);
    let pairs = d.chunks(2).all(|pair| pair[0] == pair[1]);
    if different <= 2 || period(2) || period(3) || pairs {
        return Some(WeakPin::Repeats);
    }
    let two = |i: usize| u32::from(d[i]) * 10 + u32::from(d[i + 1]);
    let lived_in = |year: u32| (1930..=2030).contains(&year);
    let day_of_birth = (1..=12).contains(&two(2)) && (1..=31).contains(&two(4));
    let year_in_front = lived_in(two(0) * 100 + two(2));
    let year_behind = lived_in(two(2) * 100 + two(4));
    (day_of_birth || year_in_front || year_behind).then_some(WeakPin::Date)
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

impl fmt::Debug for ChosenPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChosenPin(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybodys_pins_are_refused_with_the_reason() {
        for (text, weak) in [
            ("000000", WeakPin::Run),
            ("123456", WeakPin::Run),
            ("654321", WeakPin::Run),
            ("789012", WeakPin::Run),
            ("246802", WeakPin::Run),
            ("121212", WeakPin::Repeats),
            ("123123", WeakPin::Repeats),
            ("112233", WeakPin::Repeats),
            ("111112", WeakPin::Repeats),
            ("588588", WeakPin::Repeats),
            ("680514", WeakPin::Date),
            ("001231", WeakPin::Date),
            ("196877", WeakPin::Date),
            ("771968", WeakPin::Date),
            ("201599", WeakPin::Date),
        ] {
            assert_eq!(ChosenPin::read(text).unwrap_err(), PinError::Weak(weak), "{text}");
            assert!(Pin::read(text).is_ok(), "{text} may be tried, it is only not to be set");
        }
    }

    #[test]
    fn other_pins_are_taken_full_width_too() {
        for text in ["739164", "402857", " 739164 ", "７３９１６４", "681399"] {
            assert!(ChosenPin::read(text).is_ok(), "{text}");
        }
        assert_eq!(Pin::read("７３９１６４").unwrap().digits(), &[7, 3, 9, 1, 6, 4]);
    }

    #[test]
    fn anything_but_six_digits_is_no_pin() {
        for text in ["", "12345", "1234567", "12345a", "12 456", "-12345", "一二三四五六"] {
            assert_eq!(Pin::read(text).unwrap_err(), PinError::NotSixDigits, "{text}");
        }
    }

    #[test]
    fn enough_pins_are_left() {
        let left = (0..1_000_000).filter(|n| ChosenPin::read(&format!("{n:06}")).is_ok()).count();
        assert!(left > 900_000, "{left}");
    }

    #[test]
    fn a_pin_is_never_shown() {
        assert_eq!(
            format!("{:?}{:?}", Pin::read("739164"), ChosenPin::read("739164")),
            "Ok(Pin(…))Ok(ChosenPin(…))"
        );
    }
}
