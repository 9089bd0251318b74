//! Drawing the stamp: white letters on a dark strip along the bottom edge, large enough to read when the whole picture
//! fills a phone's screen. The font is a built-in subset (see assets/README.md); a letter it lacks becomes □.

use ab_glyph::{Font, FontRef, Glyph, GlyphId, point};
use image::{Rgb, RgbImage, imageops};

use crate::PhotoError;

static FONT: &[u8] = include_bytes!("../assets/stamp-sans-sc.otf");

/// Letters are a thirtieth of the width: 12 dp on a screen 360 dp wide.
const LETTERS_PER_WIDTH: u32 = 30;
/// Below this the strokes of a hanzi run together.
const SMALLEST_LETTER: u32 = 14;
/// Pictures narrower than this are set on a wider ground, or the stamp would be all line breaks.
const NARROWEST: u32 = 320;
/// What stays of the picture's light under the strip, in 256ths: white letters on pure white then keep a contrast of 6:1.
const SHADE: u32 = 96;
/// The ground beside and below pictures that are too small to carry the strip.
const GROUND: Rgb<u8> = Rgb([24, 24, 24]);

/// Draws the lines on the picture. The result's sides are at most `longest_side` when the picture's are.
pub(crate) fn draw_stamp(
    picture: RgbImage,
    lines: &[String],
    longest_side: u32,
) -> Result<RgbImage, PhotoError> {
    let font = FontRef::try_from_slice(FONT).map_err(|_| PhotoError::StampFailed)?;
    let width = picture.width().max(NARROWEST);
    let letters = Letters::new(&font, (width / LETTERS_PER_WIDTH).max(SMALLEST_LETTER));
    let margin = letters.size / 2;
    let room = width.saturating_sub(2 * margin);
    let lines: Vec<String> = lines.iter().flat_map(|line| letters.wrap(line, room as f32)).collect();
    let strip = letters.line_height() * lines.len() as u32 + margin;

    let mut canvas = on_ground(picture, width, strip, longest_side);
    let top = canvas.height().saturating_sub(strip);
    for row in canvas.rows_mut().skip(top as usize) {
        for Rgb(channels) in row {
            *channels = channels.map(|value| (u32::from(value) * SHADE / 256) as u8);
        }
    }
    for (index, line) in lines.iter().enumerate() {
        let y = top + margin / 2 + letters.line_height() * index as u32;
        letters.draw(&mut canvas, line, margin, y);
    }
    Ok(canvas)
}

/// The picture, widened where it is too narrow; and lengthened where the strip would hide more than a third of it.
fn on_ground(picture: RgbImage, width: u32, strip: u32, longest_side: u32) -> RgbImage {
    let (own_width, own_height) = picture.dimensions();
    let height = if strip * 3 <= own_height { own_height } else { (own_height + strip).min(longest_side) };
    if (width, height) == (own_width, own_height) {
        return picture;
    }
    let mut ground = RgbImage::from_pixel(width, height, GROUND);
    imageops::replace(&mut ground, &picture, i64::from((width - own_width) / 2), 0);
    ground
}

/// The font at one size.
struct Letters<'a> {
    font: &'a FontRef<'a>,
    /// Pixels per em: the side of a hanzi.
    size: u32,
    /// Pixels per font unit.
    unit: f32,
}

impl<'a> Letters<'a> {
    fn new(font: &'a FontRef<'a>, size: u32) -> Self {
        Self { font, size, unit: size as f32 / font.units_per_em().unwrap_or(1000.0) }
    }

    fn line_height(&self) -> u32 {
        self.size * 27 / 20
    }

    fn glyph(&self, letter: char) -> GlyphId {
        match self.font.glyph_id(letter) {
            GlyphId(0) => self.font.glyph_id('□'),
            id => id,
        }
    }

    fn width(&self, text: &str) -> f32 {
        text.chars().map(|letter| self.font.h_advance_unscaled(self.glyph(letter)) * self.unit).sum()
    }

    /// Breaks a line into as many as `room` pixels ask for: between words, beside hanzi, never before closing
    /// punctuation; inside a word only when it is wider than the room.
    fn wrap(&self, line: &str, room: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut push = |piece: &str| {
            if let Some(last) = lines.last_mut() {
                if last.is_empty() || self.width(last) + self.width(piece.trim_end()) <= room {
                    last.push_str(piece);
                } else {
                    lines.push(piece.to_owned());
                }
            }
        };
        for piece in pieces(line) {
            if self.width(piece.trim_end()) <= room {
                push(piece);
            } else {
                piece.chars().for_each(|letter| push(letter.encode_utf8(&mut [0; 4])));
            }
        }
        lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// Draws one line, its upper left corner at `(x, y)`.
    fn draw(&self, canvas: &mut RgbImage, line: &str, x: u32, y: u32) {
        // Hanzi fill the em square from 0.88 above the baseline to 0.12 below.
        let baseline = y as f32 + (self.line_height() - self.size) as f32 / 2.0 + self.size as f32 * 0.88;
        let scale = self.font.height_unscaled() * self.unit;
        let mut pen = x as f32;
        for letter in line.chars() {
            let id = self.glyph(letter);
            let glyph: Glyph = id.with_scale_and_position(scale, point(pen, baseline));
            pen += self.font.h_advance_unscaled(id) * self.unit;
            let Some(outline) = self.font.outline_glyph(glyph) else { continue };
            let corner = outline.px_bounds().min;
            outline.draw(|dx, dy, cover| {
                let at = |start: f32, offset: u32| u32::try_from(start as i64 + i64::from(offset)).ok();
                let (Some(px), Some(py)) = (at(corner.x, dx), at(corner.y, dy)) else { return };
                if let Some(Rgb(channels)) = canvas.get_pixel_mut_checked(px, py) {
                    let cover = (cover.clamp(0.0, 1.0) * 256.0) as u32;
                    *channels =
                        channels.map(|value| ((u32::from(value) * (256 - cover) + 255 * cover) / 256) as u8);
                }
            });
        }
    }
}

/// The smallest parts that a line may be broken between: a hanzi with the punctuation after it, or a word with the
/// spaces after it.
fn pieces(line: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let mut before = None;
    for (at, letter) in line.char_indices() {
        let breaks = match before {
            None => false,
            Some(' ') => letter != ' ',
            Some(previous) => {
                (is_wide(letter) && !closes(letter))
                    || (is_wide(previous) && letter != ' ' && !closes(letter))
            }
        };
        if breaks {
            starts.push(at);
        }
        before = Some(letter);
    }
    let ends = starts.iter().skip(1).copied().chain([line.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| line.get(*start..end)).collect()
}

/// Hanzi, kana, full-width forms and the like: what may be broken beside.
fn is_wide(letter: char) -> bool {
    letter >= '\u{2E80}'
}

fn closes(letter: char) -> bool {
    matches!(
        letter,
        '，' | '。'
            | '、'
            | '：'
            | '；'
            | '？'
            | '！'
            | '）'
            | '》'
            | '】'
            | '”'
            | '’'
            | '…'
            | ')'
            | ','
            | '.'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font() -> FontRef<'static> {
        FontRef::try_from_slice(FONT).unwrap()
    }

    #[test]
    fn the_font_holds_what_a_stamp_says() {
        let font = font();
        for letter in
            "0123456789ABCXYZabcxyz-:.,±°· 离线时间未校验无定位工号编号，。：…□幢单元东侧路街镇村富民甬濮"
                .chars()
        {
            assert_ne!(font.glyph_id(letter), GlyphId(0), "{letter}");
        }
    }

    #[test]
    fn a_letter_that_the_font_lacks_becomes_a_box() {
        let font = font();
        let letters = Letters::new(&font, 20);
        assert_eq!(letters.glyph('𪚥'), font.glyph_id('□'));
        assert_eq!(letters.glyph('🙂'), font.glyph_id('□'));
    }

    #[test]
    fn lines_break_between_words_and_hanzi_but_not_before_a_comma() {
        assert_eq!(pieces("09:52 离线，时间"), ["09:52 ", "离", "线，", "时", "间"]);
        assert_eq!(pieces("2幢 ±8m"), ["2", "幢 ", "±8m"]);
    }

    #[test]
    fn nothing_is_lost_by_wrapping_and_every_line_fits() {
        let font = font();
        let letters = Letters::new(&font, 14);
        for text in ["2026-11-23 09:52 离线，时间未校验", &"W".repeat(200), &"长".repeat(90), "", "a b  c"]
        {
            let lines = letters.wrap(text, 120.0);
            let kept: String = lines.concat().split_whitespace().collect();
            assert_eq!(kept, text.split_whitespace().collect::<String>());
            assert!(lines.iter().all(|line| letters.width(line) <= 120.0), "{lines:?}");
        }
    }
}
