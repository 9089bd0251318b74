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
}

/// Declares the columns once for writing and reading; order is the order on the wire.
macro_rules! columns {
    ($($name:ident),+ $(,)?) => {
        /// All columns being written.
        #[derive(Debug, Default)]
        pub(super) struct Columns { $(pub(super) $name: Column,)+ }

        impl Columns {
            pub(super) fn join(self) -> Vec<u8> {
                let mut all = Column::default();
                $(all.chunk(&self.$name.0);)+
                all.0
            }
        }

        /// All columns being read.
        #[derive(Debug)]
        pub(super) struct Reader<'a> { $(pub(super) $name: Slice<'a>,)+ }

        impl<'a> Reader<'a> {
            pub(super) fn split(plain: &'a [u8]) -> Result<Self, BatchError> {
                let mut all = Slice(plain);
                Ok(Self { $($name: Slice(all.chunk()?),)+ })
            }
        }
    };
}

columns!(
    counts,
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
    lengths,
    payloads,
    salt_blocks,
    single_salts,
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
            let byte = *self.take(1)?.first().ok_or(BatchError::Damaged("column ends early"))?;
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
