//! From what was typed to MATCH expressions. Only letters, digits, dashes and Chinese characters get through, each token
//! in quotes, so nothing typed is ever read as a query language.

use super::tokens::{TAIL, is_han, name_tokens, plain, tail_token};

/// What of a household matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matched {
    /// Characters of a name.
    Name,
    /// Initials of a name.
    Initials,
    /// The door.
    Door,
    /// The end of a citizen id.
    IdTail,
    /// The end of a phone number.
    PhoneTail,
}

impl Matched {
    /// Code for the border.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Initials => "initials",
            Self::Door => "door",
            Self::IdTail => "id_tail",
            Self::PhoneTail => "phone_tail",
        }
    }
}

/// Longest text that is looked at.
const MAX_TYPED: usize = 64;
/// Signs between the parts of a door, as people write them.
const DOOR_WORDS: &[&str] =
    &["单元", "号楼", "号房", "幢", "栋", "楼", "座", "室", "号", "户", "门", "#", "－", "—", "–", "/", "."];

/// Expressions in the order in which their hits are shown.
pub(super) fn plan(text: &str) -> Vec<(Matched, String)> {
    let typed: String = plain(text.trim()).chars().take(MAX_TYPED).collect();
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    if digits == 0 {
        return by_name(&typed);
    }
    let mut steps = Vec::new();
    if let Some(door) = door_of(&typed) {
        steps.push((Matched::Door, format!("door : \"{door}\"")));
        steps.push((Matched::Door, format!("door : \"{door}\" *")));
    }
    let bare: String = typed.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let is_number = bare.chars().all(|c| c.is_ascii_digit() || c == 'x');
    if is_number
        && bare.len() >= 4
        && let Some(tail) = tail_token(&bare)
    {
        let star = if tail.len() < TAIL { " *" } else { "" };
        steps.push((Matched::IdTail, format!("id_tail : \"{tail}\"{star}")));
        if !tail.contains('x') {
            steps.push((Matched::PhoneTail, format!("phone_tail : \"{tail}\"{star}")));
        }
    }
    steps
}

fn by_name(typed: &str) -> Vec<(Matched, String)> {
    let tokens = name_tokens(typed);
    if tokens.is_empty() {
        return Vec::new();
    }
    let phrase = tokens.join(" ");
    if typed.chars().any(is_han) {
        return vec![(Matched::Name, format!("name : \"{phrase}\""))];
    }
    let letters: String = typed.chars().filter(char::is_ascii_alphabetic).collect();
    let mut steps = Vec::new();
    if !letters.is_empty() && letters.len() <= 8 {
        // Whose initials these are before whose begin with them. The first are read as they lie; the second have to be
        // gathered from many words and sorted, which is not done when the first fill the page.
        steps.push((Matched::Initials, format!("initials : \"{letters}\"")));
        steps.push((Matched::Initials, format!("initials : \"{letters}\" *")));
    }
    steps.push((Matched::Name, format!("name : \"{phrase}\" *")));
    steps
}

/// `3幢2单元501` and `3-2-501` as `3-2-501`; nothing when there is more in it than a door.
fn door_of(typed: &str) -> Option<String> {
    let mut dashed = typed.to_owned();
    for word in DOOR_WORDS {
        dashed = dashed.replace(word, "-");
    }
    let parts: Vec<&str> = dashed.split(['-', ' ']).filter(|part| !part.is_empty()).collect();
    let fits = parts.len() <= 3
        && parts.iter().all(|part| part.len() <= 8 && part.chars().all(|c| c.is_ascii_alphanumeric()));
    (fits && !parts.is_empty()).then(|| parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn doors_are_read_as_people_write_them() {
        for typed in ["3-2-501", "3幢2单元501", "３－２－５０１", "3栋2单元501室", "3#2-501", " 3 2 501 "]
        {
            assert_eq!(plan(typed)[0], (Matched::Door, "door : \"3-2-501\"".into()), "{typed}");
        }
    }

    #[test]
    fn a_whole_phone_number_is_looked_up_by_its_end() {
        let steps = plan("139 0000 1234");
        assert!(steps.contains(&(Matched::PhoneTail, "phone_tail : \"432100\"".into())), "{steps:?}");
    }

    #[test]
    fn three_digits_are_a_door_and_no_tail() {
        assert!(plan("501").iter().all(|(matched, _)| *matched == Matched::Door));
    }

    proptest! {
        #[test]
        fn nothing_typed_becomes_query_language(typed in "\\PC{0,80}") {
            for (_, expression) in plan(&typed) {
                let (column, rest) = expression.split_once(" : ").unwrap();
                prop_assert!(["name", "initials", "door", "id_tail", "phone_tail"].contains(&column));
                let inner = rest.trim_end_matches(" *");
                prop_assert!(inner.starts_with('"') && inner.ends_with('"') && inner.len() > 2);
                prop_assert!(!inner[1..inner.len() - 1].contains('"'));
            }
        }
    }
}
