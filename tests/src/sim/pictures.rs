//! Small pictures for the camera, made once.

use std::sync::OnceLock;

/// How many different ones there are.
pub const PICTURES: u64 = 6;

/// The bytes that the camera gives.
pub fn picture(number: u64) -> Vec<u8> {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let all =
        ALL.get_or_init(|| (0..PICTURES).map(|number| crate::phone::jpeg(96, 72, number as u8)).collect());
    all[(number % PICTURES) as usize].clone()
}
