//! Words for the index, and the same words from what was typed. Pure.

use pinyin::{ToPinyin, ToPinyinMulti};

/// Readings of a name that are kept: 单 is shàn as a surname, but workers type both.
const MOST_READINGS: usize = 6;
/// Digits of an id or phone that can be searched for.
pub(super) const TAIL: usize = 6;

/// Whether a character is written without spaces between words.
pub(super) fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF | 0x3007)
}

/// Full-width letters, digits and signs as the plain ones; small letters.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match u32::from(c) {
            wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
            0x3000 => ' ',
            _ => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// A character as a token. The tokenizer knows the characters of Unicode 6.1 and would drop rarer ones, which is how people
/// with rare names become unfindable: those beyond the basic plane are written by number.
fn han_token(c: char) -> String {
    if u32::from(c) > 0xFFFF { format!("u{:x}", u32::from(c)) } else { c.to_string() }
}

/// A name as tokens: each Chinese character for itself, words of other scripts whole.
pub(super) fn name_tokens(name: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in plain(name).chars() {
        if is_han(c) || !c.is_alphanumeric() {
            if !word.is_empty() {
                tokens.push(std::mem::take(&mut word));
            }
            if is_han(c) {
                tokens.push(han_token(c));
            }
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        tokens.push(word);
    }
    tokens
}

/// Initials of the pinyin of a name: the whole name and the given name alone, in every usual reading.
pub(super) fn initials(name: &str) -> Vec<String> {
    let mut readings = vec![String::new()];
    for c in name.chars().filter(|c| is_han(*c)) {
        let mut letters: Vec<char> = match c.to_pinyin_multi() {
            Some(multi) => multi.into_iter().filter_map(|sound| sound.plain().chars().next()).collect(),
            None => c.to_pinyin().and_then(|sound| sound.plain().chars().next()).into_iter().collect(),
        };
        letters.dedup();
        let mut unique: Vec<char> = Vec::new();
        for letter in letters {
            // ü and the like become the letter people type.
            let letter = if letter.is_ascii_lowercase() { letter } else { 'v' };
            if !unique.contains(&letter) {
                unique.push(letter);
            }
        }
        if unique.is_empty() {
            continue;
        }
        readings = readings
            .iter()
            .flat_map(|start| unique.iter().map(move |letter| format!("{start}{letter}")))
            .take(MOST_READINGS)
            .collect();
    }
    let mut all: Vec<String> = Vec::new();
    for reading in readings.into_iter().filter(|reading| !reading.is_empty()) {
        if reading.len() >= 3 {
            all.push(reading[1..].to_owned());
        }
        all.push(reading);
    }
    all.sort();
    all.dedup();
    all
}

/// Letters and digits of a door's part: `3幢` → `3`, `2单元` → `2`, `501室` → `501`, `A座` → `a`. A name such as
/// `富民小区3号楼` keeps its last number.
pub(super) fn door_part(text: &str) -> Option<String> {
    let plain = plain(text);
    let runs: Vec<&str> =
        plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| !run.is_empty()).collect();
    runs.last().map(|run| (*run).to_owned())
}

/// `3-2-501` and its ends: `3-501` (nobody names the unit where there is one), `2-501`, `501`.
pub(super) fn door_tokens(building: &str, unit: &str, door: &str) -> Vec<String> {
    let Some(door) = door_part(door) else { return Vec::new() };
    let (building, unit) = (door_part(building), door_part(unit));
    let mut tokens = vec![door.clone()];
    if let Some(unit) = &unit {
        tokens.push(format!("{unit}-{door}"));
    }
    if let Some(building) = &building {
        tokens.push(format!("{building}-{door}"));
        if let Some(unit) = &unit {
            tokens.push(format!("{building}-{unit}-{door}"));
        }
    }
    tokens
}

/// The last six of an id or phone, written backwards, so that any tail is a beginning.
pub(super) fn tail_token(number: &str) -> Option<String> {
    let backwards: String =
        plain(number).chars().rev().filter(char::is_ascii_alphanumeric).take(TAIL).collect();
    (backwards.len() >= 4 && backwards.chars().filter(char::is_ascii_digit).count() >= 3).then_some(backwards)
}
