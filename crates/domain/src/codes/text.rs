//! Folding the ways people type the same character: full-width digits and letters become half-width, and what
//! cannot be seen (bidi marks, zero-width and control characters) goes away.
//!
//! Leaves the meaning of the text to the callers; no character that a reader would miss is dropped.

/// Full-width ASCII (U+FF01–FF5E) and the ideographic space become their half-width twins.
pub fn half_width(text: &str) -> String {
    text.chars().map(half_width_char).collect()
}

/// One character of [`half_width`].
pub fn half_width_char(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{00A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' => ' ',
        _ => c,
    }
}

/// True for characters that change how text is shown without being shown: bidi controls, zero-width characters,
/// byte-order marks, variation selectors and C0/C1 controls other than tab and line ends.
pub fn is_invisible(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' => true,
        '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' => true,
        '\u{E0000}'..='\u{E0FFF}' => true,
        _ => c.is_control(),
    }
}

/// The text without invisible characters; white space (also line ends) becomes single blanks, ends trimmed.
///
/// Ideographic variation selectors are dropped too: they choose a glyph, not another character.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() {
            gap = true;
        } else {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        }
    }
    out
}

/// True for the characters Chinese names and addresses are written in (the unified ideographs with extensions).
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}' | '〇' | '々')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_typed_full_width_reads_like_any_other() {
        assert_eq!(half_width("９９０１０１Ｘ　（１）"), "990101X (1)");
    }

    #[test]
    fn what_cannot_be_seen_does_not_stay() {
        assert_eq!(visible("\u{FEFF} 王\u{202E}芳\u{0000}\n\u{200B}东 "), "王芳 东");
    }

    #[test]
    fn rare_characters_of_names_are_han() {
        assert!("𠮷㐂龘〇".chars().all(is_han));
        assert!(!"A1·é".chars().any(is_han));
    }
}
