//! Why a photo was refused. The codes are stable: screens choose their words by them, the county's API sends them.
//! The words a user reads are the screen's business.

/// Why a photo was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// No bytes at all: usually a camera app that was killed while writing.
    #[error("the file is empty")]
    Empty,
    /// The bytes are no picture of any known type, whatever the name says.
    #[error("the bytes are not an image")]
    NotAnImage,
    /// A picture, but of a type or variant that is not read here (HEIC, GIF, lossless JPEG, …).
    #[error("this kind of image is not supported: {0}")]
    UnsupportedFormat(&'static str),
    /// More bytes than the limit allows.
    #[error("{bytes} bytes are more than the {limit} allowed")]
    TooLargeBytes {
        /// Length of what was given.
        bytes: u64,
        /// Length that is allowed.
        limit: u64,
    },
    /// The header announces more pixels, or a longer side, than the limit allows. Nothing was decoded.
    #[error("{width} × {height} pixels are more than allowed")]
    TooManyPixels {
        /// Announced width in pixels.
        width: u32,
        /// Announced height in pixels.
        height: u32,
    },
    /// It begins like an image but cannot be decoded, or too little of it can.
    #[error("the image is damaged: {0}")]
    Damaged(String),
    /// A received picture carries EXIF, XMP, a colour profile, a comment or the like.
    #[error("the image carries metadata in segment {0:#04x}")]
    MetadataPresent(u8),
    /// A received picture is not the one that was announced.
    #[error("the bytes do not match the announced hash")]
    HashMismatch,
    /// A received picture holds bytes that are not part of the picture.
    #[error("{0} bytes do not belong to the picture")]
    TrailingData(u64),
    /// The stamp cannot be drawn: the built-in font does not load.
    #[error("the stamp cannot be drawn")]
    StampFailed,
    /// The JPEG cannot be written, or not within [`crate::Limits::max_stored_bytes`].
    #[error("the picture cannot be encoded: {0}")]
    EncodeFailed(String),
}

impl PhotoError {
    /// The stable name of this error, in snake_case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAnImage => "not_an_image",
            Self::UnsupportedFormat(_) => "unsupported_format",
            Self::TooLargeBytes { .. } => "too_large_bytes",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::Damaged(_) => "damaged",
            Self::MetadataPresent(_) => "metadata_present",
            Self::HashMismatch => "hash_mismatch",
            Self::TrailingData(_) => "trailing_data",
            Self::StampFailed => "stamp_failed",
            Self::EncodeFailed(_) => "encode_failed",
        }
    }
}
