//! How large a photo may be, coming in and going out. Both ends take the same defaults, so what a phone stores
//! a county accepts; a county that registers other values must tell its phones.

/// How large a photo may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest original in bytes.
    pub max_input_bytes: usize,
    /// Most pixels an original may announce. Decoding takes 3 bytes a pixel (PNG and WebP up to 4).
    pub max_pixels: u64,
    /// Longest side of the stored picture; values under [`Limits::SMALLEST_SIDE`] or over 8,192 are brought
    /// into that range.
    pub max_side: u32,
    /// Longest stored picture or thumbnail in bytes.
    pub max_stored_bytes: usize,
    /// JPEG quality of the stored picture, 1–100.
    pub quality: u8,
    /// Longest side of the thumbnail.
    pub thumbnail_side: u32,
    /// Longest thumbnail in bytes; quality gives way until it fits.
    pub max_thumbnail_bytes: usize,
}

impl Limits {
    /// A stamp has to stay readable: below this side it would not.
    pub const SMALLEST_SIDE: u32 = 640;

    /// [`Limits::max_side`] brought into the range that the stamp and the encoder can serve.
    pub(crate) fn stored_side(&self) -> u32 {
        self.max_side.clamp(Self::SMALLEST_SIDE, 8192)
    }
}

impl Default for Limits {
    /// 40 MiB and 50 binary megapixels in (the "50 megapixel" phones write 8192 × 6144, a little more than
    /// 50 million); 2048 pixels and 6 MiB out.
    fn default() -> Self {
        Self {
            max_input_bytes: 40 << 20,
            max_pixels: 50 << 20,
            max_side: 2048,
            max_stored_bytes: 6 << 20,
            quality: 82,
            thumbnail_side: 320,
            max_thumbnail_bytes: 25_000,
        }
    }
}
