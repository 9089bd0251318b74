//! The shape of a stored JPEG, judged byte by byte (ITU-T T.81): which segments it has, how long they are, and that
//! nothing else is in the file. Only the plain kind is known here: baseline, three components, Huffman.
//!
//! Originals never come here; whatever a camera adds is left behind by decoding. What is inside the picture data is
//! `entropy`'s work.

use crate::PhotoError;
use crate::entropy::{self, Huffman};

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOF0: u8 = 0xC0;
const DHT: u8 = 0xC4;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const COM: u8 = 0xFE;
const APP0: u8 = 0xE0;

/// The frame of a stored picture (T.81 B.2.2).
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) components: Vec<Component>,
}

/// One of the frame's components: luminance or a colour difference.
#[derive(Debug)]
pub(crate) struct Component {
    pub(crate) id: u8,
    /// Sampling factors, 1–4.
    pub(crate) horizontal: u32,
    pub(crate) vertical: u32,
    /// Whether a scan has carried it.
    seen: bool,
}

/// What is known of the file so far.
#[derive(Default)]
struct Walk {
    frame: Option<Frame>,
    /// Huffman tables by class (0 DC, 1 AC) and destination (0–3).
    tables: [[Option<Huffman>; 4]; 2],
    jfif_seen: bool,
}

/// Checks that the whole file is one plain JPEG and nothing else, with no side longer than `longest_side`.
pub(crate) fn check_plain(bytes: &[u8], longest_side: u32) -> Result<Frame, PhotoError> {
    let mut walk = Walk::default();
    let mut at = 2; // the sniffer saw SOI
    debug_assert_eq!(bytes.get(1), Some(&SOI));
    loop {
        let [0xFF, marker] = *bytes.get(at..at + 2).ok_or_else(cut)? else {
            return Err(PhotoError::Damaged("no marker where one must be".into()));
        };
        at += 2;
        if marker == EOI {
            return walk.finish(bytes.len() - at);
        }
        let length = match bytes.get(at..at + 2).ok_or_else(cut)? {
            [high, low] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return Err(cut()),
        };
        let body = bytes.get(at + 2..at + length.max(2)).ok_or_else(cut)?;
        at += length.max(2);
        match marker {
            APP0 => walk.jfif(body)?,
            0xE1..=0xEF | COM => return Err(PhotoError::MetadataPresent(marker)),
            DQT => quantization(body)?,
            DHT => walk.huffman(body)?,
            SOF0 => walk.frame(body, longest_side)?,
            SOS => at += walk.scan(body, bytes.get(at..).unwrap_or_default())?,
            0xC1..=0xCF => return Err(PhotoError::UnsupportedFormat("only baseline JPEG is kept")),
            _ => return Err(PhotoError::UnsupportedFormat("a JPEG segment that is not kept")),
        }
    }
}

fn cut() -> PhotoError {
    PhotoError::Damaged("the file ends early".into())
}

fn wrong(what: &str) -> PhotoError {
    PhotoError::Damaged(format!("{what} is malformed"))
}

impl Walk {
    /// JFIF's header (T.871 10.1) and nothing in it: no thumbnail, no second one, not the extension.
    fn jfif(&mut self, body: &[u8]) -> Result<(), PhotoError> {
        let plain = body.len() == 14 && body.starts_with(b"JFIF\0") && body.ends_with(&[0, 0]);
        if !plain || std::mem::replace(&mut self.jfif_seen, true) {
            return Err(PhotoError::MetadataPresent(APP0));
        }
        Ok(())
    }

    fn frame(&mut self, body: &[u8], longest_side: u32) -> Result<(), PhotoError> {
        let [8, h1, h0, w1, w0, count, rest @ ..] = body else {
            return Err(wrong("the frame"));
        };
        if *count != 3 || rest.len() != 9 || self.frame.is_some() {
            return Err(wrong("the frame"));
        }
        let width = u32::from(u16::from_be_bytes([*w1, *w0]));
        let height = u32::from(u16::from_be_bytes([*h1, *h0]));
        if width == 0 || height == 0 {
            return Err(wrong("the size"));
        }
        if width.max(height) > longest_side {
            return Err(PhotoError::TooManyPixels { width, height });
        }
        let mut components = Vec::with_capacity(3);
        for part in rest.chunks_exact(3) {
            let (horizontal, vertical) = (u32::from(part[1] >> 4), u32::from(part[1] & 15));
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) || part[2] > 3 {
                return Err(wrong("a component"));
            }
            components.push(Component { id: part[0], horizontal, vertical, seen: false });
        }
        self.frame = Some(Frame { width, height, components });
        Ok(())
    }

    fn huffman(&mut self, mut body: &[u8]) -> Result<(), PhotoError> {
        while let [place, rest @ ..] = body {
            let (class, destination) = (usize::from(place >> 4), usize::from(place & 15));
            let slot = self.tables.get_mut(class).and_then(|class| class.get_mut(destination));
            let slot = slot.ok_or_else(|| wrong("a Huffman table"))?;
            let (table, used) = Huffman::read(rest).ok_or_else(|| wrong("a Huffman table"))?;
            *slot = Some(table);
            body = &rest[used..];
        }
        Ok(())
    }

    /// Checks a scan's header and its picture data; returns the length of the data.
    fn scan(&mut self, body: &[u8], data: &[u8]) -> Result<usize, PhotoError> {
        let frame = self.frame.as_mut().ok_or_else(|| wrong("the order of segments"))?;
        let [count, parts @ .., 0, 63, 0] = body else { return Err(wrong("a scan")) };
        if parts.len() != usize::from(*count) * 2 || parts.is_empty() {
            return Err(wrong("a scan"));
        }
        let mut chosen = Vec::with_capacity(3);
        for part in parts.chunks_exact(2) {
            let index =
                frame.components.iter().position(|component| component.id == part[0] && !component.seen);
            let index = index.ok_or_else(|| wrong("a scan's component"))?;
            frame.components[index].seen = true;
            let table = |class: usize, destination: u8| {
                self.tables[class].get(usize::from(destination)).and_then(Option::as_ref)
            };
            let (dc, ac) = (table(0, part[1] >> 4), table(1, part[1] & 15));
            let (Some(dc), Some(ac)) = (dc, ac) else { return Err(wrong("a scan's table")) };
            chosen.push((index, dc, ac));
        }
        entropy::check_scan(data, frame, &chosen)
    }

    fn finish(self, left: usize) -> Result<Frame, PhotoError> {
        let frame = self.frame.ok_or_else(|| wrong("the order of segments"))?;
        if !frame.components.iter().all(|component| component.seen) {
            return Err(PhotoError::Damaged("a component is missing".into()));
        }
        if left > 0 {
            return Err(PhotoError::TrailingData(left as u64));
        }
        Ok(frame)
    }
}

/// Quantization tables of 8 bits, one or more, each exactly 64 values after its place.
fn quantization(body: &[u8]) -> Result<(), PhotoError> {
    let whole = !body.is_empty() && body.len() % 65 == 0 && body.chunks_exact(65).all(|table| table[0] <= 3);
    if whole { Ok(()) } else { Err(wrong("a quantization table")) }
}
