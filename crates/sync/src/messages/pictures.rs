//! Messages about pictures; their bytes travel by tus.

use minicbor::{Decode, Encode};

/// Which pictures of which evidence the phone wants receipts for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReceiptsWanted {
    /// SHA-256 of stored pictures and thumbnails.
    #[n(0)]
    pub hashes: Vec<minicbor::bytes::ByteVec>,
}

/// Answer to [`ReceiptsWanted`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipts {
    /// Those durable and verified at the county.
    #[n(0)]
    pub held: Vec<Receipt>,
}

/// The county holds this picture.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// SHA-256 recomputed from the durable bytes.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub sha256: Vec<u8>,
    /// Bytes.
    #[n(1)]
    pub bytes: u64,
}

/// Begins the upload of a picture: body of the signed `POST /sync/v1/uploads`. The answer is 201 with `Location` (a tus
/// upload URL) and `Upload-Offset`, or 200 with [`Receipts`] when the county holds the picture already.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BeginUpload {
    /// Evidence record that speaks of the picture, 16 bytes.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub evidence: Vec<u8>,
    /// 1 = the full picture, 2 = its thumbnail.
    #[n(1)]
    pub which: u8,
    /// Length in bytes.
    #[n(2)]
    pub length: u64,
    /// SHA-256 of the bytes.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub sha256: Vec<u8>,
}
