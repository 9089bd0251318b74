//! Gaps as the bytes of one record field: a CBOR array of arrays
//! `[from_ms | null, to_ms | null, seconds | null, metres, kind]`.
//!
//! A later version may append elements to a gap or name new kinds; both are read over here, and since the field
//! travels as bytes nothing of them is lost.

use minicbor::{Decoder, Encoder, data::Type, decode, encode};
use thiserror::Error;

use super::{Gap, GapKind};

/// Bytes that hold no gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("these bytes hold no gaps")]
pub struct DamagedGaps;

impl DamagedGaps {
    /// The stable word a screen branches on.
    pub const fn code(self) -> &'static str {
        "damaged_gaps"
    }
}

/// The bytes of the field; the same gaps give the same bytes.
pub fn gaps_to_bytes(gaps: &[Gap]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing into a Vec cannot fail.
    let _ = write(gaps, &mut Encoder::new(&mut bytes));
    bytes
}

/// The gaps in the bytes of the field.
///
/// # Errors
/// [`DamagedGaps`] where they are no CBOR of this shape.
pub fn gaps_from_bytes(bytes: &[u8]) -> Result<Vec<Gap>, DamagedGaps> {
    read(&mut Decoder::new(bytes)).map_err(|_| DamagedGaps)
}

fn write(
    gaps: &[Gap],
    out: &mut Encoder<&mut Vec<u8>>,
) -> Result<(), encode::Error<std::convert::Infallible>> {
    out.array(gaps.len() as u64)?;
    for gap in gaps {
        out.array(5)?.encode(gap.from_ms)?.encode(gap.to_ms)?.encode(gap.seconds)?;
        out.u32(gap.metres)?.u8(gap.kind.code())?;
    }
    Ok(())
}

fn read(from: &mut Decoder<'_>) -> Result<Vec<Gap>, decode::Error> {
    let definite = |count: Option<u64>| count.ok_or_else(|| decode::Error::type_mismatch(Type::ArrayIndef));
    // The count is a claim: memory grows with what is really there.
    let count = definite(from.array()?)?;
    let mut gaps = Vec::new();
    for _ in 0..count {
        let elements = definite(from.array()?)?;
        if elements < 5 {
            return Err(decode::Error::end_of_input());
        }
        let (from_ms, to_ms, seconds) = (from.decode()?, from.decode()?, from.decode()?);
        let (metres, kind) = (from.u32()?, GapKind::from_code(from.u8()?));
        for _ in 5..elements {
            from.skip()?;
        }
        gaps.push(Gap { from_ms, to_ms, seconds, metres, kind });
    }
    Ok(gaps)
}

impl GapKind {
    /// Number in the field.
    pub const fn code(self) -> u8 {
        match self {
            Self::Break => 0,
            Self::Silence => 1,
            Self::Jump => 2,
            Self::Paused => 3,
            Self::BeforeFirstFix => 4,
            Self::AfterLastFix => 5,
        }
    }

    /// By number; a kind of a later version is still a break in the track.
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Silence,
            2 => Self::Jump,
            3 => Self::Paused,
            4 => Self::BeforeFirstFix,
            5 => Self::AfterLastFix,
            _ => Self::Break,
        }
    }
}
