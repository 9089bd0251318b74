//! Photos of incidents: what is known of them, and their bytes for whoever may see the incident.

use super::call::{Call, Seat};
use super::problem::{Answer, Problem};
use crate::county::County;
use crate::storage::RecordRow;
use serde::Serialize;
use utoipa::ToSchema;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::records::RecordKind;

/// A photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Photo {
    pub sha256: String,
    pub bytes: u64,
    pub received_bytes: u64,
    pub complete: bool,
    pub taken_ms: Option<i64>,
    pub time_verified: bool,
    pub satellite_ms: Option<i64>,
    pub signature_ok: bool,
    pub lat_e7: Option<i64>,
    pub lon_e7: Option<i64>,
    pub accuracy_dm: Option<i64>,
    pub mock: bool,
    pub width: Option<i64>,
    pub height: Option<i64>,
}

fn hash_in(row: &RecordRow, key: u16) -> Option<[u8; 32]> {
    row.one(key)?.as_bytes()?.try_into().ok()
}

/// The photos of an incident.
///
/// # Errors
/// Those of the storage.
pub fn of(county: &County, incident: RecordId) -> Answer<Vec<Photo>> {
    let mut photos = Vec::new();
    for row in county.by_parent(RecordKind::PhotoEvidence, incident)? {
        let Some(sha256) = hash_in(&row, 3) else { continue };
        let held = county.picture_length(&sha256, row.id)?;
        // An operation of a phone got in only with its signature right; the county's own are not evidence.
        let first = county.history(row.id)?.into_iter().next();
        let signature_ok = first.is_some_and(|fed| fed.op.header.id.device != DeviceNo::COUNTY);
        photos.push(Photo {
            sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
            bytes: row.int(5).and_then(|bytes| u64::try_from(bytes).ok()).or(held).unwrap_or(0),
            received_bytes: match held {
                Some(length) => length,
                None => county.picture_received(&sha256, row.id)?,
            },
            complete: held.is_some(),
            taken_ms: row.int(8),
            time_verified: row.int(9) == Some(1),
            satellite_ms: row.int(15),
            signature_ok,
            lat_e7: row.int(10),
            lon_e7: row.int(11),
            accuracy_dm: row.int(12),
            mock: row.int(13) == Some(1),
            width: row.int(6),
            height: row.int(7),
        });
    }
    Ok(photos)
}

fn read_hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// `GET photos/{sha256}`: the bytes of a JPEG.
///
/// # Errors
/// `not_found` while it is not whole, and for evidence of other areas.
pub fn bytes(call: &Call, county: &County, seat: &Seat) -> Answer<Vec<u8>> {
    let hash = call.path.get("sha256").and_then(|text| read_hash(text)).ok_or_else(Problem::not_found)?;
    let mut evidence = None;
    for record in county.evidence_of(&hash)? {
        if let Ok(row) = seat.record(county, RecordKind::PhotoEvidence, record) {
            evidence = Some(row);
            break;
        }
    }
    let evidence = evidence.ok_or_else(Problem::not_found)?;
    if call.word("thumbnail") == Some("1")
        && let Some(small) = hash_in(&evidence, 4)
        && county.picture_length(&small, evidence.id)?.is_some()
        && let Some(bytes) = county.picture(&small)?
    {
        return Ok(bytes);
    }
    county.picture(&hash)?.ok_or_else(Problem::not_found)
}
