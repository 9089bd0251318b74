//! Phone numbers as ledgers write them: mainland mobiles (11 digits, 13–19), landlines with area code, bare local
//! numbers, numbers from abroad with their country code.
//!
//! Like citizen ids they do not print themselves. Leaves to others: whether anybody answers.

use std::fmt;

use thiserror::Error;

use super::masking::mask_phone_text;
use super::text::{half_width, is_invisible};

/// What kind of line a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhoneKind {
    /// 11 digits, 1 then 3–9.
    Mobile,
    /// Area code (3–4 digits with its nought) and 7–8 digits.
    Landline,
    /// 7–8 digits without an area code: usable only from the same town.
    Local,
    /// `+` and a country code other than 86.
    Abroad,
}

/// A number of one of the known kinds; digits only, with a leading `+` for numbers abroad.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone {
    kind: PhoneKind,
    digits: String,
    extension: Option<String>,
}

/// Why a text is no phone number. The text is not carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhoneError {
    /// Nothing was written.
    #[error("no number")]
    Empty,
    /// Letters or signs that no number has.
    #[error("not only digits")]
    NotDigits,
    /// Digits, but of no known kind of number.
    #[error("{0} digits do not make a phone number")]
    Shape(usize),
}

impl PhoneError {
    /// Stable snake_case code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "phone_missing",
            Self::NotDigits => "phone_not_digits",
            Self::Shape(_) => "phone_shape",
        }
    }
}

impl Phone {
    /// Reads one number.
    pub fn read(text: &str) -> Result<Self, PhoneError> {
        let folded = half_width(text);
        let (main, extension) = match folded.split_once(['转', '#']) {
            Some((main, extension)) => (main, Some(extension)),
            None => (folded.as_str(), None),
        };
        let mut digits = String::with_capacity(14);
        for c in main.chars() {
            match c {
                '0'..='9' => digits.push(c),
                '+' if digits.is_empty() => digits.push(c),
                '-' | '—' | '–' | '_' | '.' | '(' | ')' | '\'' | '’' | '·' => {}
                c if c.is_whitespace() || is_invisible(c) => {}
                _ => return Err(PhoneError::NotDigits),
            }
        }
        if digits.is_empty() || digits == "+" {
            return Err(PhoneError::Empty);
        }
        let extension = match extension.map(str::trim) {
            Some(e) if !e.is_empty() && e.len() <= 6 && e.chars().all(|c| c.is_ascii_digit()) => {
                Some(e.to_owned())
            }
            Some(_) => return Err(PhoneError::NotDigits),
            None => None,
        };
        let (kind, digits) = classify(&digits)?;
        Ok(Self { kind, digits, extension })
    }

    /// Reads every number of a cell such as `138…/0546-561…` or `138…、139…`; one result for each piece.
    pub fn read_all(text: &str) -> Vec<Result<Self, PhoneError>> {
        half_width(text)
            .split(|c: char| "/、,;|\n\r和或".contains(c))
            .filter(|piece| piece.chars().any(|c| !c.is_whitespace() && !is_invisible(c)))
            .flat_map(|piece| match Self::read(piece) {
                // Two whole mobiles parted by a blank only.
                Err(PhoneError::Shape(22)) if piece.split_whitespace().count() == 2 => {
                    piece.split_whitespace().map(Self::read).collect()
                }
                one => vec![one],
            })
            .collect()
    }

    /// What kind of line it is.
    pub fn kind(&self) -> PhoneKind {
        self.kind
    }

    /// The full number: digits, `+` first for numbers abroad, `转` before an extension. Keep such calls few.
    pub fn reveal(&self) -> String {
        match &self.extension {
            Some(extension) => format!("{}转{extension}", self.digits),
            None => self.digits.clone(),
        }
    }

    /// First three and last four digits (the mask of every screen: 3+4); of a short local number only the last two.
    pub fn masked(&self) -> String {
        mask_phone_text(&self.digits)
    }

    /// The last four digits.
    pub fn tail(&self) -> &str {
        &self.digits[self.digits.len().saturating_sub(4)..]
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

fn classify(digits: &str) -> Result<(PhoneKind, String), PhoneError> {
    let abroad = digits.starts_with('+') || digits.starts_with("00");
    let bare = digits.trim_start_matches('+');
    let bare = if digits.starts_with("00") { &bare[2..] } else { bare };
    let home = match bare.strip_prefix("86") {
        Some(rest) if abroad || (rest.len() == 11 && rest.starts_with('1')) => Some(rest),
        _ if abroad => None,
        _ => Some(bare),
    };
    let Some(home) = home else {
        let fits = (7..=15).contains(&bare.len()) && !bare.starts_with('0');
        return if fits {
            Ok((PhoneKind::Abroad, format!("+{bare}")))
        } else {
            Err(PhoneError::Shape(bare.len()))
        };
    };
    let bytes = home.as_bytes();
    let mobile = home.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]);
    // 010 and 02x are followed by eight digits (elsewhere 7 or 8); 0546-5612213 is 11 long.
    let landline = bytes.first() == Some(&b'0')
        && (10..=12).contains(&home.len())
        && bytes[1] != b'0'
        && !(home.len() == 10 && bytes[1] > b'2');
    match home.len() {
        _ if mobile => Ok((PhoneKind::Mobile, home.to_owned())),
        _ if landline => Ok((PhoneKind::Landline, home.to_owned())),
        7 | 8 if !matches!(bytes[0], b'0' | b'1' | b'9') => Ok((PhoneKind::Local, home.to_owned())),
        other => Err(PhoneError::Shape(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_mobile_however_it_was_typed() {
        for text in [
            "14200001111",
            "142 0000 1111",
            "142-0000-1111",
            "+86 142 0000 1111",
            "008614200001111",
            "8614200001111",
            "１４２００００１１１１",
            "'14200001111",
            "\u{202A}14200001111\u{202C}",
        ] {
            let phone = Phone::read(text).unwrap();
            assert_eq!((phone.kind(), phone.reveal().as_str()), (PhoneKind::Mobile, "14200001111"), "{text}");
        }
    }

    #[test]
    fn landlines_local_numbers_and_numbers_abroad() {
        let kind = |text: &str| Phone::read(text).map(|p| (p.kind(), p.reveal()));
        assert_eq!(kind("0546-5612213"), Ok((PhoneKind::Landline, "05465612213".into())));
        assert_eq!(kind("(010) 6561-2213 转 801"), Ok((PhoneKind::Landline, "01065612213转801".into())));
        assert_eq!(kind("5612213"), Ok((PhoneKind::Local, "5612213".into())));
        assert_eq!(kind("+852 9123 4567"), Ok((PhoneKind::Abroad, "+85291234567".into())));
    }

    #[test]
    fn what_is_no_number_says_why() {
        assert_eq!(Phone::read("12345678901"), Err(PhoneError::Shape(11)));
        assert_eq!(Phone::read("1380000111"), Err(PhoneError::Shape(10)));
        assert_eq!(Phone::read("同上"), Err(PhoneError::NotDigits));
        assert_eq!(Phone::read(" "), Err(PhoneError::Empty));
    }

    #[test]
    fn a_cell_may_hold_several() {
        let all: Vec<String> = Phone::read_all("14200001111/0546-5612213、 143 0000 2222\n")
            .into_iter()
            .map(|p| p.unwrap().reveal())
            .collect();
        assert_eq!(all, ["14200001111", "05465612213", "14300002222"]);
        assert_eq!(Phone::read_all("14200001111 14300002222").len(), 2);
        assert!(Phone::read_all(" ").is_empty());
    }

    #[test]
    fn debug_shows_the_mask_only() {
        let phone = Phone::read("14212345678").unwrap();
        assert_eq!(format!("{phone:?}"), "Phone(142****5678)");
    }
}
