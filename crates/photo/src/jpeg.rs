//! The segments of a JPEG (ITU-T T.81 annex B), read for two questions. Of a stored picture: is this one plain JPEG and
//! nothing else, to the last byte? Of an original: is it a kind that is decoded rightly, and how much of it is there?
//!
//! Making pixels is `decode`'s work; what is inside the picture data is `entropy`'s.

use crate::PhotoError;
use crate::entropy::{self, Blocks, Huffman, Walked};

const EOI: u8 = 0xD9;
const SOF0: u8 = 0xC0;
const SOF1: u8 = 0xC1;
const SOF2: u8 = 0xC2;
const DHT: u8 = 0xC4;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DRI: u8 = 0xDD;
const COM: u8 = 0xFE;
const APP0: u8 = 0xE0;

/// The frame of a picture (T.81 B.2.2).
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) width: u32,
    pub(crate) height: u32,
    components: Vec<Component>,
}

/// One of the frame's components: luminance or a colour difference.
#[derive(Debug)]
struct Component {
    id: u8,
    /// Sampling factors, 1–4.
    horizontal: u32,
    vertical: u32,
}

/// What is known of a file so far.
#[derive(Default)]
struct Walk {
    frame: Option<Frame>,
    /// Huffman tables by class (0 DC, 1 AC) and destination (0–3).
    tables: [[Option<Huffman>; 4]; 2],
    /// Units between restart markers; 0 is none.
    interval: u32,
    jfif_seen: bool,
    scanned: bool,
}

/// How much of an original's picture its data holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Of a sequential JPEG: this many of 100 parts, rounded down; 100 only when all is there.
    Percent(u8),
    /// Not to be known without decoding (progressive), or the segments are too broken to tell.
    Unknown,
}

/// Checks that the whole file is one plain JPEG and nothing else, with no side longer than `longest_side`. Plain is what
/// phones write: baseline, three components in one scan, no restart markers.
pub(crate) fn check_plain(bytes: &[u8], longest_side: u32) -> Result<Frame, PhotoError> {
    let mut walk = Walk::default();
    let mut at = 2; // the sniffer saw the start marker
    loop {
        let Some([0xFF, marker]) = bytes.get(at..at + 2) else {
            return Err(if bytes.len() < at + 2 { cut() } else { wrong("the order of segments") });
        };
        at += 2;
        if *marker == EOI {
            return walk.finish(bytes.len() - at);
        }
        let body = segment(bytes, at).ok_or_else(cut)?;
        at += 2 + body.len();
        match *marker {
            APP0 => walk.jfif(body)?,
            0xE1..=0xEF | COM => return Err(PhotoError::MetadataPresent(*marker)),
            DQT => quantization(body)?,
            DHT => walk.huffman(body)?,
            SOF0 => walk.plain_frame(body, longest_side)?,
            SOS => {
                let data = bytes.get(at..).unwrap_or_default();
                let (walked, units) = walk.scan(body, data)?;
                at += walked.whole(units, data)?;
            }
            0xC1..=0xCF => return Err(PhotoError::UnsupportedFormat("only baseline JPEG is kept")),
            _ => return Err(PhotoError::UnsupportedFormat("a JPEG segment that is not kept")),
        }
    }
}

/// Refuses an original of a kind that would not be decoded, or wrongly; otherwise says how much of it is there. Tolerant:
/// what it does not understand it leaves to the decoder.
pub(crate) fn survey(bytes: &[u8]) -> Result<Content, PhotoError> {
    let mut walk = Walk::default();
    let mut at = 2;
    loop {
        // Bytes between segments are skipped, as decoders do.
        match bytes.get(at..at + 2) {
            Some([0xFF, 0 | 0xFF]) => at += 1,
            Some([0xFF, _]) => {}
            Some(_) => {
                at += 1;
                continue;
            }
            None => return Ok(Content::Unknown),
        }
        let Some([0xFF, marker @ 1..=0xFE]) = bytes.get(at..at + 2) else { continue };
        at += 2;
        if matches!(marker, 1 | 0xD0..=0xD8) {
            continue; // these stand alone
        }
        let Some(body) = segment(bytes, at) else { return Ok(Content::Unknown) };
        at += 2 + body.len();
        let understood = match *marker {
            SOF0 | SOF1 => match body.first() {
                Some(8) => walk.frame(body),
                _ => return Err(PhotoError::UnsupportedFormat("JPEG of 12 bits")),
            },
            SOF2 | EOI => return Ok(Content::Unknown),
            0xC3 | 0xC5..=0xC7 | 0xC8..=0xCB | 0xCD..=0xCF => {
                return Err(PhotoError::UnsupportedFormat("lossless, layered or arithmetic JPEG"));
            }
            DHT => walk.huffman(body),
            DRI => walk.restart_interval(body),
            SOS => return walk.content(body, bytes.get(at..).unwrap_or_default()),
            _ => Ok(()),
        };
        if understood.is_err() {
            return Ok(Content::Unknown);
        }
    }
}

/// The body of the segment whose length stands at `at`.
fn segment(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let [high, low] = *bytes.get(at..at + 2)? else { return None };
    let length = usize::from(u16::from_be_bytes([high, low]));
    bytes.get(at + 2..at + length)
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

    fn frame(&mut self, body: &[u8]) -> Result<(), PhotoError> {
        let [8, h1, h0, w1, w0, count, rest @ ..] = body else { return Err(wrong("the frame")) };
        let right_length = rest.len() == 3 * usize::from(*count) && (1..=4).contains(count);
        if !right_length || self.frame.is_some() {
            return Err(wrong("the frame"));
        }
        let width = u32::from(u16::from_be_bytes([*w1, *w0]));
        let height = u32::from(u16::from_be_bytes([*h1, *h0]));
        let mut components = Vec::with_capacity(4);
        for part in rest.chunks_exact(3) {
            let (horizontal, vertical) = (u32::from(part[1] >> 4), u32::from(part[1] & 15));
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) || part[2] > 3 {
                return Err(wrong("a component"));
            }
            components.push(Component { id: part[0], horizontal, vertical });
        }
        if let [only] = components.as_mut_slice() {
            // Sampling means nothing without another component to compare with (T.81 A.2.2).
            (only.horizontal, only.vertical) = (1, 1);
        }
        self.frame = Some(Frame { width, height, components });
        Ok(())
    }

    fn plain_frame(&mut self, body: &[u8], longest_side: u32) -> Result<(), PhotoError> {
        self.frame(body)?;
        match self.frame.as_ref() {
            Some(frame) if frame.components.len() != 3 => {
                Err(PhotoError::UnsupportedFormat("only pictures in colour are kept"))
            }
            Some(&Frame { width, height, .. }) if width.max(height) > longest_side => {
                Err(PhotoError::TooManyPixels { width, height })
            }
            Some(&Frame { width, height, .. }) if width > 0 && height > 0 => Ok(()),
            _ => Err(wrong("the size")),
        }
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

    fn restart_interval(&mut self, body: &[u8]) -> Result<(), PhotoError> {
        let [high, low] = *body else { return Err(wrong("the restart interval")) };
        self.interval = u32::from(u16::from_be_bytes([high, low]));
        Ok(())
    }

    /// Walks the data of a scan that carries all components; returns what it holds and how many units there should be.
    fn scan(&mut self, body: &[u8], data: &[u8]) -> Result<(Walked, u32), PhotoError> {
        let frame = self.frame.as_ref().ok_or_else(|| wrong("the order of segments"))?;
        let [count, parts @ .., 0, 63, 0] = body else { return Err(wrong("a scan")) };
        if parts.len() != usize::from(*count) * 2 || std::mem::replace(&mut self.scanned, true) {
            return Err(wrong("a scan"));
        }
        if parts.len() != frame.components.len() * 2 {
            // Legal, but no camera does it, and zune-jpeg 0.5.15 makes green stripes of it without a word.
            return Err(PhotoError::UnsupportedFormat("JPEG with one scan per colour"));
        }
        let mut unit = Vec::with_capacity(4);
        for (part, component) in parts.chunks_exact(2).zip(&frame.components) {
            let table = |class: usize, destination: u8| {
                self.tables[class].get(usize::from(destination)).and_then(Option::as_ref)
            };
            let (dc, ac) = (table(0, part[1] >> 4), table(1, part[1] & 15));
            let (Some(dc), Some(ac), true) = (dc, ac, part[0] == component.id) else {
                return Err(wrong("a scan's component"));
            };
            unit.push(Blocks { count: component.horizontal * component.vertical, dc, ac });
        }
        let most = |of: fn(&Component) -> u32| frame.components.iter().map(of).max().unwrap_or(1);
        let (across, down) = (8 * most(|c| c.horizontal), 8 * most(|c| c.vertical));
        let units = frame.width.div_ceil(across) * frame.height.div_ceil(down);
        Ok((entropy::walk(data, units, &unit, self.interval), units))
    }

    fn content(&mut self, body: &[u8], data: &[u8]) -> Result<Content, PhotoError> {
        match self.scan(body, data) {
            // Data left over after a whole picture is no loss; it is left behind.
            Ok((walked, units)) if units > 0 => {
                Ok(Content::Percent((u64::from(walked.good) * 100 / u64::from(units)) as u8))
            }
            Err(PhotoError::UnsupportedFormat(kind)) => Err(PhotoError::UnsupportedFormat(kind)),
            _ => Ok(Content::Unknown),
        }
    }

    fn finish(self, left: usize) -> Result<Frame, PhotoError> {
        match self.frame {
            Some(_) if left > 0 && self.scanned => Err(PhotoError::TrailingData(left as u64)),
            Some(frame) if self.scanned => Ok(frame),
            _ => Err(PhotoError::Damaged("there is no picture in it".into())),
        }
    }
}

/// Quantization tables of 8 bits, one or more, each exactly 64 values after its place.
fn quantization(body: &[u8]) -> Result<(), PhotoError> {
    let whole =
        !body.is_empty() && body.len().is_multiple_of(65) && body.chunks_exact(65).all(|table| table[0] <= 3);
    if whole { Ok(()) } else { Err(wrong("a quantization table")) }
}
