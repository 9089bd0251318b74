//! The way of a phone's store key to its county and back.
//!
//! At enrolment the phone seals its store key to the county and keeps the box. When no PIN opens the store any more, the
//! worker asks the desk, the desk opens a code for this phone, and the phone sends the box with a key drawn for the answer.
//! The county seals what it found to that key. Neither the code without the box nor the box without a code opens anything;
//! the county never stores the key, and whoever records the traffic has two boxes that only their ends can open.
//!
//! Each box is bound to what it is for: one made by another phone, or for the other direction, does not open.

use super::seal::{OpeningKey, SealError, SealingKey, seal};
use xunge_domain::world::Randomness;
use zeroize::Zeroizing;

const TO_COUNTY: &[u8] = b"xunge store key v1\0";
const BACK: &[u8] = b"xunge store key back v1\0";

/// A store's key.
pub type StoreKey = Zeroizing<[u8; 32]>;

fn context(direction: &[u8], device: &[u8; 16]) -> Vec<u8> {
    [direction, device].concat()
}

/// The phone's box for its county. `device` is the phone's UUID.
///
/// # Errors
/// [`SealError::UnfitKey`].
pub fn to_county(
    random: &dyn Randomness,
    county: &SealingKey,
    device: &[u8; 16],
    key: &[u8; 32],
) -> Result<Vec<u8>, SealError> {
    seal(random, county, &context(TO_COUNTY, device), key)
}

/// Opens that box at the county and seals its content to `reply`, the key that the phone drew for this answer.
///
/// # Errors
/// [`SealError::NotABox`], [`SealError::DoesNotOpen`] when it is no box of this phone for this county,
/// [`SealError::UnfitKey`] for a `reply` that shares no secret with anybody.
pub fn return_key(
    random: &dyn Randomness,
    county: &OpeningKey,
    device: &[u8; 16],
    sealed: &[u8],
    reply: &SealingKey,
) -> Result<Vec<u8>, SealError> {
    let key = county.open(&context(TO_COUNTY, device), sealed)?;
    seal(random, reply, &context(BACK, device), &key)
}

/// Opens the county's answer on the phone.
///
/// # Errors
/// [`SealError::NotABox`], [`SealError::DoesNotOpen`].
pub fn receive(reply: &OpeningKey, device: &[u8; 16], sealed: &[u8]) -> Result<StoreKey, SealError> {
    let key = reply.open(&context(BACK, device), sealed)?;
    key.as_slice().try_into().map(Zeroizing::new).map_err(|_| SealError::DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::test_random::Seeded;

    const PHONE: [u8; 16] = [7; 16];
    const KEY: [u8; 32] = [42; 32];

    struct Ends {
        random: Seeded,
        county: OpeningKey,
        reply: OpeningKey,
    }

    fn ends() -> Ends {
        let random = Seeded::new(1);
        let (county, reply) = (OpeningKey::draw(&random), OpeningKey::draw(&random));
        Ends { random, county, reply }
    }

    #[test]
    fn a_key_comes_back_whole_and_never_travels_in_the_clear() {
        let Ends { random, county, reply } = ends();
        let there = to_county(&random, &county.sealing_key(), &PHONE, &KEY).unwrap();
        let back = return_key(&random, &county, &PHONE, &there, &reply.sealing_key()).unwrap();
        assert_eq!(*receive(&reply, &PHONE, &back).unwrap(), KEY);
        for sent in [&there, &back] {
            assert!(!sent.windows(8).any(|piece| piece == &KEY[..8]));
        }
    }

    #[test]
    fn neither_another_phone_nor_another_reply_key_gets_it() {
        let Ends { random, county, reply } = ends();
        let there = to_county(&random, &county.sealing_key(), &PHONE, &KEY).unwrap();
        let other_phone = return_key(&random, &county, &[8; 16], &there, &reply.sealing_key());
        assert_eq!(other_phone, Err(SealError::DoesNotOpen));
        let back = return_key(&random, &county, &PHONE, &there, &reply.sealing_key()).unwrap();
        let listener = OpeningKey::draw(&random);
        assert_eq!(receive(&listener, &PHONE, &back).map(|_| ()), Err(SealError::DoesNotOpen));
        // The box that went there is not the one that comes back, even where both ends have one key.
        let turned = return_key(&random, &county, &PHONE, &back, &reply.sealing_key());
        assert_eq!(turned, Err(SealError::DoesNotOpen));
    }
}
