//! Walks the Huffman-coded data of a sequential scan (ITU-T T.81 F.2.2) without making pixels of it, to learn how much
//! picture the data really holds. Decoders do not tell: when data runs out they repeat the last block and report
//! success, and when data is left over they do not look, which is where an archive could hide before the end marker.

use crate::PhotoError;

/// Codes up to this length are found by one look-up; longer ones are rare.
const QUICK_BITS: u32 = 9;

/// A Huffman table in the canonical form of T.81 F.2.2.3.
#[derive(Debug)]
pub(crate) struct Huffman {
    /// Per code length 1–16: the first code, how many there are, and where their values begin.
    lengths: [(u32, u32, usize); 16],
    values: Vec<u8>,
    /// For each beginning of [`QUICK_BITS`] bits: the value and the length of its code, or length 0.
    quick: Vec<(u8, u8)>,
}

impl Huffman {
    /// Reads one table of a DHT segment after its place; returns it and how many bytes it took.
    pub(crate) fn read(body: &[u8]) -> Option<(Self, usize)> {
        let counts = body.get(..16)?;
        let total: usize = counts.iter().map(|count| usize::from(*count)).sum();
        let values = body.get(16..16 + total)?.to_vec();
        let mut lengths = [(0, 0, 0); 16];
        let mut quick = vec![(0, 0); 1 << QUICK_BITS];
        let (mut code, mut begin) = (0u32, 0usize);
        for (length, count) in (1u32..).zip(counts) {
            let count = u32::from(*count);
            // More codes than bits can tell apart.
            if code + count > 1 << length {
                return None;
            }
            lengths[length as usize - 1] = (code, count, begin);
            if length <= QUICK_BITS {
                let span = 1usize << (QUICK_BITS - length);
                for (offset, value) in values[begin..begin + count as usize].iter().enumerate() {
                    let first = (code as usize + offset) * span;
                    quick[first..first + span].fill((*value, length as u8));
                }
            }
            begin += count as usize;
            code = (code + count) << 1;
        }
        Some((Self { lengths, values, quick }, 16 + total))
    }
}

/// Blocks of one component in a unit, and the tables they are coded with.
pub(crate) struct Blocks<'a> {
    pub(crate) count: u32,
    pub(crate) dc: &'a Huffman,
    pub(crate) ac: &'a Huffman,
}

/// What the data of a scan turned out to hold.
#[derive(Debug)]
pub(crate) struct Walked {
    /// Units (MCUs) that could be read, of all that the picture needs.
    pub(crate) good: u32,
    /// Where the data ends that was used: at a marker, if `exact`.
    pub(crate) end: usize,
    /// Whether a marker follows the last unit at once, after a padding of ones.
    pub(crate) exact: bool,
}

/// Why a unit could not be read.
struct Unreadable;

/// Reads `units` units out of `data`. With restart markers (every `interval` units; 0 is never) a fault costs only the
/// units up to the next of them; without, all that follow.
pub(crate) fn walk(data: &[u8], units: u32, unit: &[Blocks<'_>], interval: u32) -> Walked {
    let mut bits = Bits { data, at: 0, held: 0, count: 0 };
    let (mut good, mut done) = (0, 0);
    let mut sound = true;
    while done < units {
        let stretch = if interval == 0 { units } else { interval.min(units - done) };
        let read = (0..stretch).take_while(|_| bits.unit(unit).is_ok()).count() as u32;
        good += read;
        done += stretch;
        sound &= read == stretch;
        if done < units && !bits.restart() {
            sound = false;
            break;
        }
    }
    let exact = sound && bits.ends();
    Walked { good, end: bits.at, exact }
}

/// Bits of a scan, most significant first, with stuffed zeros taken out (T.81 F.1.2.3).
struct Bits<'a> {
    data: &'a [u8],
    /// The next byte that is not yet held.
    at: usize,
    /// The last `count` bits of it are held.
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// Holds as many bits as fit; stops before a marker and at the end.
    fn fill(&mut self) {
        while self.count <= 48 {
            let step = match self.data.get(self.at..) {
                Some([0xFF, 0, ..]) => 2,
                Some([0xFF, ..] | []) | None => return,
                Some(_) => 1,
            };
            self.held = self.held << 8 | u64::from(self.data[self.at]);
            self.count += 8;
            self.at += step;
        }
    }

    fn take(&mut self, bits: u32) -> Result<(), Unreadable> {
        self.count = self.count.checked_sub(bits).ok_or(Unreadable)?;
        Ok(())
    }

    /// The next `bits` bits, zeros after the end of data.
    fn peek(&self, bits: u32) -> u32 {
        let mask = (1u64 << bits) - 1;
        let shifted = if self.count >= bits {
            self.held >> (self.count - bits)
        } else {
            self.held << (bits - self.count)
        };
        (shifted & mask) as u32
    }

    fn symbol(&mut self, table: &Huffman) -> Result<u8, Unreadable> {
        if self.count < 32 {
            self.fill();
        }
        let (value, length) = table.quick[self.peek(QUICK_BITS) as usize];
        if length > 0 {
            self.take(length.into())?;
            return Ok(value);
        }
        for (length, (first, count, begin)) in (1u32..).zip(table.lengths).skip(QUICK_BITS as usize) {
            if let Some(offset) = self.peek(length).checked_sub(first).filter(|offset| *offset < count) {
                self.take(length)?;
                return table.values.get(begin + offset as usize).copied().ok_or(Unreadable);
            }
        }
        Err(Unreadable)
    }

    fn unit(&mut self, unit: &[Blocks<'_>]) -> Result<(), Unreadable> {
        for blocks in unit {
            for _ in 0..blocks.count {
                self.block(blocks.dc, blocks.ac)?;
            }
        }
        Ok(())
    }

    /// One block of 64 coefficients: a difference, then runs of zeros and values.
    fn block(&mut self, dc: &Huffman, ac: &Huffman) -> Result<(), Unreadable> {
        match self.symbol(dc)? {
            size @ 0..=11 => self.take(size.into())?,
            _ => return Err(Unreadable),
        }
        let mut index = 1u8;
        while index < 64 {
            let symbol = self.symbol(ac)?;
            match (symbol >> 4, symbol & 15) {
                (0, 0) => return Ok(()),
                (15, 0) => index += 16,
                (zeros, size @ 1..=10) => {
                    self.take(size.into())?;
                    index += zeros + 1;
                }
                _ => return Err(Unreadable),
            }
        }
        if index == 64 { Ok(()) } else { Err(Unreadable) }
    }

    /// Goes behind the next restart marker; false when another marker or the end comes first.
    fn restart(&mut self) -> bool {
        (self.held, self.count) = (0, 0);
        loop {
            match self.data.get(self.at..) {
                Some([0xFF, 0xD0..=0xD7, ..]) => {
                    self.at += 2;
                    return true;
                }
                Some([0xFF, 0 | 0xFF, ..]) => self.at += 1,
                Some([0xFF, ..] | []) | None => return false,
                Some(_) => self.at += 1,
            }
        }
    }

    /// Whether the data is used up: what is left of the last byte is ones, and a marker follows.
    fn ends(&mut self) -> bool {
        self.count < 8
            && self.peek(self.count) == (1 << self.count) - 1
            && matches!(self.data.get(self.at..), Some([0xFF, 1..=0xFE, ..]))
    }
}

impl Walked {
    /// For a stored picture: all units, and nothing after them. Returns where the next marker is.
    pub(crate) fn whole(self, units: u32, data: &[u8]) -> Result<usize, PhotoError> {
        if self.good < units {
            return Err(PhotoError::Damaged(format!("{} of {units} units can be read", self.good)));
        }
        if self.exact {
            return Ok(self.end);
        }
        match data.get(self.end..) {
            None | Some([] | [0xFF]) => Err(PhotoError::Damaged("the end marker is missing".into())),
            Some(rest) => Err(PhotoError::TrailingData(rest.len() as u64)),
        }
    }
}
