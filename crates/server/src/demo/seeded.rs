//! A small seeded generator and ids derived by path. Not for keys: the demo county's people need to be the same
//! everywhere and for ever, so nothing here may change with a library's version.

use sha2::{Digest, Sha256};
use xunge_domain::ids::RecordId;

/// The seed of the demo county. Another seed is another county.
pub(super) const SEED: &str = "xunge demo county 1";

/// SplitMix64 (Steele, Lea & Flood 2014): 64 bits of state, passes what a demo needs.
#[derive(Debug, Clone)]
pub(super) struct Seeded(u64);

impl Seeded {
    /// The stream that belongs to a path such as `people/3/2`. Streams of different paths do not touch, so a change in
    /// one grid moves nobody in another, and the small county is a piece of the full one.
    pub(super) fn at(path: &str) -> Self {
        let hash = digest(path);
        Self(u64::from_be_bytes([hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]]))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `below` - 1; 0 when `below` is 0.
    pub(super) fn below(&mut self, below: u32) -> u32 {
        // Taking the high half of a product is even enough for 2^32 outcomes and needs no rejection.
        ((u128::from(self.next()) * u128::from(below)) >> 64) as u32
    }

    /// A number from `from` to `to`, both included.
    pub(super) fn between(&mut self, from: i32, to: i32) -> i32 {
        from + self.below(u32::try_from(to - from + 1).unwrap_or(1)) as i32
    }

    /// True in `permille` of a thousand cases.
    pub(super) fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// One of a list that is not empty.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u32) as usize]
    }

    /// The index of one of the weights, as often as it weighs.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}

/// The id of the record at a path: a UUID of version 8 (RFC 9562 §5.8), because it is made of a hash, not of a time.
pub(super) fn id_at(path: &str) -> RecordId {
    let hash = digest(path);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    RecordId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

fn digest(path: &str) -> [u8; 32] {
    Sha256::new().chain_update(SEED).chain_update([0]).chain_update(path).finalize().into()
}

/// The demo county's id as a whole; also its top area.
pub(super) fn county_id() -> RecordId {
    id_at("county")
}
