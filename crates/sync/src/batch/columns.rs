//! The columns of a batch: varints and bytes, each column with its length, so that a newer version may add columns at
//! the end and an older one passes over them.

use super::BatchError;
use uuid::Uuid;

/// One column being written.
#[derive(Debug, Default)]
pub(super) struct Column(Vec<u8>);

impl Column {
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number as u8) | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn delta(&mut self, number: i64, last: i64) {
        let step = number.wrapping_sub(last);
        self.number(((step << 1) ^ (step >> 63)) as u64);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn chunk(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes(bytes);
    }

    pub(super) fn all(&mut self, bytes: impl Iterator<Item = u8>) {
        self.0.extend(bytes);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Declares the columns once for writing and reading; order is the order on the wire.
macro_rules! columns {
    ($($name:ident),+ $(,)?) => {
        /// All columns being written.
        #[derive(Debug, Default)]
        pub(super) struct Columns { $(pub(super) $name: Column,)+ }

        impl Columns {
            /// Everything in one piece, the columns of values last, and the places between columns.
            pub(super) fn join(self, values: &[Vec<u8>]) -> (Vec<u8>, Vec<usize>) {
                let (mut all, mut cuts) = (Column(vec![super::FORMAT]), Vec::new());
                $(
                    cuts.push(all.0.len());
                    all.chunk(&self.$name.0);
                )+
                let (mut inner, mut marks) = (Column::default(), vec![0]);
                for column in values {
                    inner.chunk(column);
                    marks.push(inner.0.len());
                }
                all.number(inner.0.len() as u64);
                cuts.extend(marks.iter().map(|mark| all.0.len() + mark));
                all.bytes(&inner.0);
                (all.0, cuts)
            }
        }

        /// All columns being read.
        #[derive(Debug)]
        pub(super) struct Reader<'a> { $(pub(super) $name: Slice<'a>,)+ pub(super) values: Slice<'a> }

        impl<'a> Reader<'a> {
            pub(super) fn split(plain: &'a [u8]) -> Result<Self, BatchError> {
                let mut all = Slice(plain);
                if all.byte()? != super::FORMAT {
                    return Err(BatchError::Damaged("format"));
                }
                Ok(Self { $($name: Slice(all.chunk()?),)+ values: Slice(all.chunk()?) })
            }
        }
    };
}

columns!(
    counts,
    id_times,
    id_sixths,
    id_eighths,
    id_rests,
    area_list,
    devices,
    counters,
    kinds,
    verbs,
    heights,
    records,
    areas,
    walls,
    servers,
    sinces,
    extras,
    salt_blocks,
    single_salts,
    shape_list,
    shapes,
    references,
    payloads,
);

impl Columns {
    pub(super) fn count(&mut self, ops: u64) {
        self.counts.number(ops);
    }
}

impl Reader<'_> {
    pub(super) fn count(&mut self) -> Result<u64, BatchError> {
        self.counts.number()
    }
}

/// What is left of a column being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice<'a>(&'a [u8]);

impl<'a> Slice<'a> {
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(super) fn byte(&mut self) -> Result<u8, BatchError> {
        self.take(1)?.first().copied().ok_or(BatchError::Damaged("column ends early"))
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], BatchError> {
        let (head, tail) = self.0.split_at_checked(length).ok_or(BatchError::Damaged("column ends early"))?;
        self.0 = tail;
        Ok(head)
    }

    pub(super) fn number(&mut self) -> Result<u64, BatchError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(BatchError::Damaged("number too long"))
    }

    pub(super) fn delta(&mut self, last: i64) -> Result<i64, BatchError> {
        let zigzag = self.number()?;
        Ok(last.wrapping_add(((zigzag >> 1) as i64) ^ -((zigzag & 1) as i64)))
    }

    pub(super) fn chunk(&mut self) -> Result<&'a [u8], BatchError> {
        let length = usize::try_from(self.number()?).map_err(|_| BatchError::TooLarge)?;
        self.take(length)
    }

    pub(super) fn uuid(&mut self) -> Result<Uuid, BatchError> {
        Uuid::from_slice(self.take(16)?).map_err(|_| BatchError::Damaged("id"))
    }
}
