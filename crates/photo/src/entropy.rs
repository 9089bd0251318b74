//! Walks the Huffman-coded data of a baseline scan (ITU-T T.81 F.2.2) without making pixels of it, to prove that the
//! data is exactly as long as the picture needs. A decoder stops when it has its pixels; what follows is where an
//! archive could hide from it, before the end marker.

use crate::PhotoError;
use crate::jpeg::Frame;

/// A Huffman table in the canonical form of T.81 F.2.2.3.
#[derive(Debug)]
pub(crate) struct Huffman {
    /// Per code length 1–16: the first code, how many there are, and where their values begin.
    lengths: [(u32, u32, usize); 16],
    values: Vec<u8>,
}

impl Huffman {
    /// Reads one table of a DHT segment after its place; returns it and how many bytes it took.
    pub(crate) fn read(body: &[u8]) -> Option<(Self, usize)> {
        let counts = body.get(..16)?;
        let total: usize = counts.iter().map(|count| usize::from(*count)).sum();
        let values = body.get(16..16 + total)?.to_vec();
        let mut lengths = [(0, 0, 0); 16];
        let (mut code, mut begin) = (0u32, 0usize);
        for (index, count) in counts.iter().enumerate() {
            let count = u32::from(*count);
            lengths[index] = (code, count, begin);
            code += count;
            begin += count as usize;
            // More codes than bits can tell apart.
            if code > 1 << (index + 1) {
                return None;
            }
            code <<= 1;
        }
        Some((Self { lengths, values }, 16 + total))
    }
}

/// Bits of a scan, most significant first, with stuffed zeros taken out (T.81 F.1.2.3).
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    fn bit(&mut self) -> Result<u32, PhotoError> {
        if self.count == 0 {
            let byte = *self.data.get(self.at).ok_or_else(short)?;
            self.at += 1;
            if byte == 0xFF {
                if self.data.get(self.at) != Some(&0) {
                    return Err(short());
                }
                self.at += 1;
            }
            (self.held, self.count) = (u32::from(byte), 8);
        }
        self.count -= 1;
        Ok(self.held >> self.count & 1)
    }

    fn skip(&mut self, bits: u8) -> Result<(), PhotoError> {
        (0..bits).try_for_each(|_| self.bit().map(drop))
    }

    fn symbol(&mut self, table: &Huffman) -> Result<u8, PhotoError> {
        let mut code = 0;
        for (first, count, begin) in table.lengths {
            code = code << 1 | self.bit()?;
            if let Some(offset) = code.checked_sub(first).filter(|offset| *offset < count) {
                return table.values.get(begin + offset as usize).copied().ok_or_else(broken);
            }
        }
        Err(broken())
    }

    /// One block of 64 coefficients: a difference, then runs of zeros and values.
    fn block(&mut self, dc: &Huffman, ac: &Huffman) -> Result<(), PhotoError> {
        match self.symbol(dc)? {
            size @ 0..=11 => self.skip(size)?,
            _ => return Err(broken()),
        }
        let mut index = 1u8;
        while index < 64 {
            let symbol = self.symbol(ac)?;
            let (zeros, size) = (symbol >> 4, symbol & 15);
            match (zeros, size) {
                (0, 0) => return Ok(()),
                (15, 0) => index += 16,
                (_, 1..=10) => {
                    self.skip(size)?;
                    index += zeros + 1;
                }
                _ => return Err(broken()),
            }
        }
        if index == 64 { Ok(()) } else { Err(broken()) }
    }
}

fn short() -> PhotoError {
    PhotoError::Damaged("picture data ends early".into())
}

fn broken() -> PhotoError {
    PhotoError::Damaged("picture data is not decodable".into())
}

/// Checks one scan's data and returns its length, up to the marker after it. `parts` names the scan's components (index
/// in the frame) and their tables.
pub(crate) fn check_scan(
    data: &[u8],
    frame: &Frame,
    parts: &[(usize, &Huffman, &Huffman)],
) -> Result<usize, PhotoError> {
    let mut bits = Bits { data, at: 0, held: 0, count: 0 };
    let most = |of: fn(&crate::jpeg::Component) -> u32| frame.components.iter().map(of).max().unwrap_or(1);
    let (most_h, most_v) = (most(|c| c.horizontal), most(|c| c.vertical));
    if let [(index, dc, ac)] = parts {
        // A scan of one component holds only the blocks that its samples need (T.81 A.2.2).
        let component = &frame.components[*index];
        let columns = (frame.width * component.horizontal).div_ceil(most_h).div_ceil(8);
        let rows = (frame.height * component.vertical).div_ceil(most_v).div_ceil(8);
        for _ in 0..columns * rows {
            bits.block(dc, ac)?;
        }
    } else {
        let units = frame.width.div_ceil(8 * most_h) * frame.height.div_ceil(8 * most_v);
        for _ in 0..units {
            for (index, dc, ac) in parts {
                let component = &frame.components[*index];
                for _ in 0..component.horizontal * component.vertical {
                    bits.block(dc, ac)?;
                }
            }
        }
    }
    // What is left of the last byte is ones (T.81 F.1.2.3), and then a marker follows at once.
    while bits.count > 0 {
        if bits.bit()? == 0 {
            return Err(PhotoError::TrailingData(1));
        }
    }
    let rest = data.get(bits.at..).unwrap_or_default();
    match rest {
        [0xFF, 0, ..] => Err(PhotoError::TrailingData(rest.len() as u64)),
        [0xFF, _, ..] => Ok(bits.at),
        [] => Err(short()),
        _ => Err(PhotoError::TrailingData(rest.len() as u64)),
    }
}
