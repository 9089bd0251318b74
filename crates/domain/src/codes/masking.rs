//! What may be shown before a person's record is opened with a reason: names by their surname, ids 6+4, phones 3+4;
//! and a redactor for free text, in which such numbers turn up unasked.
//!
//! Masking here is for eyes, never a way of making data anonymous.

use super::names::surname_length;
use super::text::half_width_char;

/// `孔国浩` → `孔**`, `欧阳娜` → `欧阳*`; a single character hides wholly. At most three stars, so that a long name
/// is not known by its length.
pub fn mask_name(name: &str) -> String {
    let name = name.trim();
    let count = name.chars().count();
    let shown = if count <= 1 { 0 } else { surname_length(name) };
    let stars = (count - shown).min(3);
    name.chars().take(shown).chain(std::iter::repeat_n('*', stars)).collect()
}

/// First six and last four characters; less than 15 characters hide wholly but for the last two.
pub fn mask_id_text(id: &str) -> String {
    let count = id.trim().chars().count();
    if count >= 15 { keep(id.trim(), 6, 4) } else { keep(id.trim(), 0, count.min(8) / 4) }
}

/// First three and last four digits; of fewer than ten only the last two.
pub fn mask_phone_text(phone: &str) -> String {
    let count = phone.trim().chars().count();
    if count >= 10 { keep(phone.trim(), 3, 4) } else { keep(phone.trim(), 0, count.min(8) / 4) }
}

fn keep(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    text.chars().enumerate().map(|(at, c)| if at < head || at + tail >= count { c } else { '*' }).collect()
}

/// Free text with every number of the shape of an id, bank card or phone masked: digits may be full-width and parted
/// by blanks or dashes. Dates, room numbers and amounts below ten digits stay.
pub fn redact(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        if half_width_char(chars[at]).is_ascii_digit() {
            let end = run_end(&chars, at);
            redact_run(&chars[at..end], &mut out);
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Puts back what [`redact`] masked: a screen shows a note with its numbers masked, the worker changes a word and sends it
/// back, and the numbers of `known`, the note as it was, stand again where their masks stand. Masks of nothing known stay.
pub fn unredact(edited: &str, known: &[&str]) -> String {
    let mut out = edited.to_owned();
    for text in known {
        let chars: Vec<char> = text.chars().collect();
        let (mut at, mut from) = (0, 0);
        while at < chars.len() {
            if !half_width_char(chars[at]).is_ascii_digit() {
                at += 1;
                continue;
            }
            let end = run_end(&chars, at);
            let (mut mask, plain) = (String::new(), chars[at..end].iter().collect::<String>());
            redact_run(&chars[at..end], &mut mask);
            at = end;
            if mask == plain {
                continue;
            }
            // From left to right, so that two numbers with the same mask keep their order.
            if let Some(found) = out.get(from..).and_then(|rest| rest.find(&mask)) {
                let start = from + found;
                out.replace_range(start..start + mask.len(), &plain);
                from = start + plain.len();
            } else if let Some(start) = out.find(&mask) {
                out.replace_range(start..start + mask.len(), &plain);
            }
        }
    }
    out
}

/// Characters that may part the digits of one number.
fn parts_digits(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{3000}' | '\u{00A0}' | '-' | '—' | '–' | '－' | '.' | '\u{200B}'..='\u{200F}')
}

/// Where a run of digits, single separators and a last X ends.
fn run_end(chars: &[char], start: usize) -> usize {
    let digit = |at: usize| chars.get(at).is_some_and(|c| half_width_char(*c).is_ascii_digit());
    let mut end = start;
    let number_at = |at: usize| digit(at) || letter_x(chars, at);
    while digit(end) || (chars.get(end).is_some_and(|c| parts_digits(*c)) && number_at(end + 1)) {
        end += 1;
    }
    if letter_x(chars, end) { end + 1 } else { end }
}

fn letter_x(chars: &[char], at: usize) -> bool {
    let x = chars.get(at).is_some_and(|c| matches!(half_width_char(*c), 'x' | 'X'));
    x && !chars.get(at + 1).is_some_and(|c| half_width_char(*c).is_ascii_alphanumeric())
}

fn redact_run(run: &[char], out: &mut String) {
    let whole: String = run.iter().filter(|c| !parts_digits(**c)).map(|c| half_width_char(*c)).collect();
    let pieces: Vec<&[char]> = run.split(|c| parts_digits(*c)).collect();
    let long_piece = pieces.iter().any(|piece| piece.len() >= 10);
    if pieces.len() > 1 && long_piece && !is_number(&whole) {
        // Several numbers in a row: each for itself, separators kept.
        let mut at = 0;
        for piece in pieces {
            mask_digits(piece, out);
            at += piece.len();
            out.extend(run.get(at));
            at += 1;
        }
    } else if is_number(&whole) || whole.len() >= 15 {
        out.push_str(&masked(&whole));
    } else {
        match pieces.len() {
            1 => mask_digits(run, out),
            // Short pieces, together not a number: a date beside a room number. Ten digits and more hide anyway
            // when they are parted evenly by one kind of separator.
            _ if whole.len() >= 10 && one_separator(run) => out.push_str(&masked(&whole)),
            _ => out.extend(run),
        }
    }
}

fn one_separator(run: &[char]) -> bool {
    let mut separators = run.iter().filter(|c| parts_digits(**c));
    let first = separators.next();
    separators.all(|c| Some(c) == first)
}

fn mask_digits(piece: &[char], out: &mut String) {
    let digits: String = piece.iter().map(|c| half_width_char(*c)).collect();
    if digits.len() >= 10 { out.push_str(&masked(&digits)) } else { out.extend(piece) }
}

/// Exactly the shape of an id or a phone number.
fn is_number(digits: &str) -> bool {
    let mobile = |d: &str| d.len() == 11 && d.starts_with('1') && d.as_bytes()[1] >= b'3';
    let home = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).unwrap_or(digits);
    matches!(digits.len(), 15 | 18)
        || mobile(digits)
        || mobile(home)
        || (digits.starts_with('0') && (10..=12).contains(&digits.len()))
}

fn masked(digits: &str) -> String {
    if digits.len() >= 15 { mask_id_text(digits) } else { mask_phone_text(digits) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_note_sent_back_with_its_masks_keeps_its_numbers() {
        let note = "儿子 14312345678，房东 143 8765 4321，2幢301";
        let shown = redact(note);
        assert_ne!(shown, note);
        assert_eq!(unredact(&shown, &[note]), note);
        let edited = format!("周末在家。{}，养狗", shown.replace("儿子", "长子"));
        assert_eq!(
            unredact(&edited, &[note]),
            "周末在家。长子 14312345678，房东 143 8765 4321，2幢301，养狗"
        );
        let turned = "14300001111 和 14355551111";
        assert_eq!(unredact(&redact(turned), &[turned]), turned);
        assert_eq!(unredact("没有号码", &[note]), "没有号码");
        assert_eq!(unredact("143****0000", &[note]), "143****0000");
    }

    #[test]
    fn names_show_their_surname_only() {
        for (name, shown) in [
            ("孔国浩", "孔**"),
            ("马春", "马*"),
            ("欧阳娜", "欧阳*"),
            ("欧阳", "欧*"),
            ("马", "*"),
            ("", ""),
            ("阿依古丽·买买提", "阿***"),
            ("Mary", "M***"),
        ] {
            assert_eq!(mask_name(name), shown);
        }
    }

    #[test]
    fn numbers_in_a_remark_are_masked_wherever_they_hide() {
        for (text, shown) in [
            ("电话14212345678找他", "电话142****5678找他"),
            ("142 1234 5678", "142****5678"),
            ("142-1234 5678", "142****5678"),
            ("１４２１２３４５６７８", "142****5678"),
            ("+86 14212345678", "+861******5678"),
            ("0546-5612213", "054****2213"),
            ("990101199001011238。", "990101********1238。"),
            ("990101 19900101 123x", "990101********123x"),
            ("990101900101123", "990101*****1123"),
            ("14212345678 14312345679", "142****5678 143****5679"),
        ] {
            assert_eq!(redact(text), shown);
        }
    }

    #[test]
    fn dates_rooms_and_amounts_stay_readable() {
        for text in ["2026-03-05 住2-1-101", "租金1200元/月", "20260305", "8-2-501", "2026.3.5"] {
            assert_eq!(redact(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_mask_reveals_the_middle(id in "[1-9][0-9]{16}[0-9X]", phone in "1[3-9][0-9]{9}", name in "[一-龥]{2,8}") {
            let masked = mask_id_text(&id);
            prop_assert_eq!(&masked[6..14], "********");
            prop_assert_eq!(masked.len(), 18);
            let masked = mask_phone_text(&phone);
            prop_assert_eq!(&masked[3..7], "****");
            let given: String = name.chars().skip(surname_length(&name)).collect();
            prop_assert!(mask_name(&name).ends_with('*'));
            prop_assert_eq!(mask_name(&name).chars().filter(|c| *c != '*').count(), name.chars().count() - given.chars().count());
        }

        #[test]
        fn short_texts_lose_at_least_three_quarters(text in "[0-9]{1,14}") {
            let shown = mask_id_text(&text).chars().filter(|c| *c != '*').count();
            prop_assert!(shown * 4 <= text.len());
        }

        #[test]
        fn a_number_put_into_any_sentence_never_comes_out_whole(
            before in "[^0-9０-９]{0,12}", after in "[^0-9０-９]{0,12}", id in "990101[0-9]{11}[0-9X]", phone in "1[3-9][0-9]{9}"
        ) {
            let with_id = redact(&[&before, &id, &after].map(String::as_str).concat());
            prop_assert!(!with_id.contains(&id[6..14]));
            let with_phone = redact(&[&before, &phone, &after].map(String::as_str).concat());
            prop_assert!(!with_phone.contains(&phone));
        }

        #[test]
        fn redacting_twice_changes_nothing_more(text in "\\PC{0,40}") {
            let once = redact(&text);
            prop_assert_eq!(redact(&once), once.clone());
        }
    }
}
