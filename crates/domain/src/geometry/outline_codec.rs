//! An outline as the bytes of one record field (`area.outline`): CBOR, parts → rings → `[lat_e7, lon_e7, …]` in pairs.

use minicbor::{Decoder, Encoder, data::Type, decode, encode};
use thiserror::Error;

use super::{LatLon, Outline};

/// Bytes that hold no outline: not this shape, a place that is none, or rings that are no outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("these bytes hold no outline")]
pub struct DamagedOutline;

impl DamagedOutline {
    /// The stable word a screen branches on.
    pub const fn code(self) -> &'static str {
        "damaged_outline"
    }
}

/// The bytes of the field; the same outline gives the same bytes.
pub fn outline_to_bytes(outline: &Outline) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing into a Vec cannot fail.
    let _ = write(outline, &mut Encoder::new(&mut bytes));
    bytes
}

/// The outline in the bytes of the field.
///
/// # Errors
/// [`DamagedOutline`].
pub fn outline_from_bytes(bytes: &[u8]) -> Result<Outline, DamagedOutline> {
    let parts = read(&mut Decoder::new(bytes)).map_err(|_| DamagedOutline)?;
    Outline::new(parts).map_err(|_| DamagedOutline)
}

fn write(
    outline: &Outline,
    out: &mut Encoder<&mut Vec<u8>>,
) -> Result<(), encode::Error<std::convert::Infallible>> {
    out.array(outline.parts().len() as u64)?;
    for rings in outline.parts() {
        out.array(rings.len() as u64)?;
        for ring in rings {
            out.array(2 * ring.len() as u64)?;
            for at in ring {
                out.i32(at.lat_e7())?.i32(at.lon_e7())?;
            }
        }
    }
    Ok(())
}

fn read(from: &mut Decoder<'_>) -> Result<Vec<Vec<Vec<LatLon>>>, decode::Error> {
    // A count is a claim: memory grows with what is really there.
    let mut parts = Vec::new();
    for _ in 0..length(from)? {
        let mut rings = Vec::new();
        for _ in 0..length(from)? {
            let numbers = length(from)?;
            if numbers % 2 != 0 {
                return Err(decode::Error::message("half a place"));
            }
            let mut ring = Vec::new();
            for _ in 0..numbers / 2 {
                let place = LatLon::from_e7(from.i32()?, from.i32()?);
                ring.push(place.map_err(|_| decode::Error::message("no such place"))?);
            }
            rings.push(ring);
        }
        parts.push(rings);
    }
    Ok(parts)
}

fn length(from: &mut Decoder<'_>) -> Result<u64, decode::Error> {
    from.array()?.ok_or_else(|| decode::Error::type_mismatch(Type::ArrayIndef))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(lat: i32, lon: i32, side: i32) -> Vec<LatLon> {
        [(0, 0), (0, side), (side, side), (side, 0)]
            .map(|(a, b)| LatLon::from_e7(lat + a, lon + b).unwrap())
            .to_vec()
    }

    #[test]
    fn a_village_with_a_hamlet_and_a_lake_comes_back_as_it_was() {
        let village =
            vec![square(290_000_000, 1_235_000_000, 9_000), square(290_003_000, 1_235_003_000, 1_000)];
        let outline = Outline::new(vec![village, vec![square(290_020_000, 1_235_000_000, 3_000)]]).unwrap();
        assert_eq!(outline_from_bytes(&outline_to_bytes(&outline)), Ok(outline));
    }

    #[test]
    fn a_swapped_coordinate_is_no_outline() {
        let mut bytes = Vec::new();
        let mut out = Encoder::new(&mut bytes);
        out.array(1).unwrap().array(1).unwrap().array(2).unwrap();
        out.i32(1_235_000_000).unwrap().i32(290_000_000).unwrap();
        assert_eq!(outline_from_bytes(&bytes), Err(DamagedOutline));
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = outline_from_bytes(&bytes);
        }
    }
}
