//! What goes from the phone, and when: areas no longer granted, photos the county has held long enough, raw points of
//! tracks. Nothing goes before the county has said by receipt that it holds what was written about it.

use super::call::Failed;
use crate::change::{put_merged, state_of};
use crate::error::{ClientError, Result};
use crate::open::{Open, read_u64};
use std::collections::BTreeSet;
use xunge_domain::ids::RecordId;
use xunge_domain::planted::{Bug, planted};
use xunge_domain::records::RecordKind;
use xunge_store::{Fact, OwnPatrol, Reader, Writer};

const DAY_MS: i64 = 86_400_000;
/// Photos whose files go in one round.
const PHOTOS_AT_ONCE: u32 = 200;

/// Whether records of an area that is no longer granted still lie here.
pub(super) fn purge_due(reader: &Reader<'_>) -> Result<bool> {
    let lost = reader.fact_bytes(Fact::LostAreas)?.is_some_and(|areas| !areas.is_empty());
    Ok(lost && !planted(Bug::NoPurge))
}

/// Notes which areas were lost and which came back. To be called with each greeting's list of grants.
pub(super) fn note_grants(writer: &Writer<'_>, before: &[RecordId], now: &[RecordId]) -> Result<()> {
    let noted = lost(writer)?;
    let mut left = noted.clone();
    left.extend(before.iter().filter(|area| !noted.contains(area)));
    left.retain(|area| !now.contains(area));
    if left == noted { Ok(()) } else { note_lost(writer, &left) }
}

fn note_lost(writer: &Writer<'_>, areas: &[RecordId]) -> Result<()> {
    let bytes: Vec<u8> = areas.iter().flat_map(|area| *area.0.as_bytes()).collect();
    Ok(writer.set_fact_bytes(Fact::LostAreas, &bytes)?)
}

fn lost(reader: &Reader<'_>) -> Result<Vec<RecordId>> {
    let bytes = reader.fact_bytes(Fact::LostAreas)?.unwrap_or_default();
    Ok(bytes.chunks_exact(16).filter_map(|id| uuid::Uuid::from_slice(id).ok()).map(RecordId).collect())
}

/// After a purge, rows of own operations in areas that are granted again.
pub(super) fn bring_back(writer: &Writer<'_>) -> Result<()> {
    if writer.fact_bytes(Fact::Purged)?.is_none() {
        return Ok(());
    }
    for (kind, record, area) in writer.rowless_own_records()? {
        let state = state_of(writer, kind, record)?;
        if !state.is_empty() {
            put_merged(writer, kind, record, area, &state)?;
        }
    }
    Ok(())
}

impl Open {
    /// The areas granted, with all known to lie below them.
    pub(super) fn areas_granted(&self, reader: &Reader<'_>) -> Result<Vec<RecordId>> {
        let mut within = Vec::new();
        for (area, _, _) in &self.identity().areas {
            within.extend(reader.areas_within(*area)?);
        }
        Ok(within)
    }

    /// Notes areas of which records came although this phone was never told that it is granted them: the grant is younger
    /// than the last greeting. Taken back before the next one, nothing else would ever take them away; if it stands, the
    /// next greeting tells of it and they come again.
    pub(super) fn note_strangers(&self, writer: &Writer<'_>, areas: BTreeSet<RecordId>) -> Result<()> {
        let granted: Vec<RecordId> = self.identity().areas.iter().map(|(area, _, _)| *area).collect();
        let mut known = self.areas_granted(writer)?;
        known.extend(ancestors(writer, &granted)?);
        let mut noted = lost(writer)?;
        let strangers: Vec<RecordId> =
            areas.into_iter().filter(|area| !known.contains(area) && !noted.contains(area)).collect();
        if strangers.is_empty() {
            return Ok(());
        }
        noted.extend(strangers);
        note_lost(writer, &noted)
    }

    /// Takes away what lies in areas that are no longer granted. The plan calls it once everything written is at the
    /// county.
    pub(super) fn purge(&self) -> std::result::Result<(), Failed> {
        let granted: Vec<RecordId> = self.identity().areas.iter().map(|(area, _, _)| *area).collect();
        let (photos, round_ended) = self.store.write(|writer| {
            let kept = self.areas_granted(writer)?;
            let above = ancestors(writer, &granted)?;
            let (mut photos, mut rows) = (Vec::new(), 0);
            for top in lost(writer)? {
                for area in writer.areas_within(top)?.into_iter().filter(|area| !kept.contains(area)) {
                    let purged = writer.purge_area(area, above.contains(&area))?;
                    rows += purged.rows;
                    photos.extend(purged.photos);
                }
            }
            writer.set_fact_bytes(Fact::Purged, &[])?;
            writer.drop_fact(Fact::LostAreas)?;
            let round_ended = end_round_without_record(writer)?;
            tracing::info!(rows, photos = photos.len(), "areas no longer granted are gone from the phone");
            Ok::<_, ClientError>((photos, round_ended))
        })?;
        if round_ended {
            // A recorder that cannot be stopped records for nobody: its points have no round to go to.
            let _ = self.world.device.stop_recording();
        }
        // Their keys are gone already; files that stay behind are noise and are swept at the next start.
        for photo in photos {
            let _ = self.store.photos().remove(photo);
        }
        Ok(())
    }

    /// Lets go what has been here long enough, by the county's time just learnt.
    pub(super) fn housekeep(&self, server_ms: i64) -> Result<()> {
        let photos = self.store.read_shortly(|reader| {
            let days = read_u64(reader, Fact::PhotoKeepDays)?.and_then(|days| i64::try_from(days).ok());
            match days {
                Some(days) => Ok::<_, ClientError>(
                    reader.photos_received_before(server_ms - days * DAY_MS, PHOTOS_AT_ONCE)?,
                ),
                None => Ok(Vec::new()),
            }
        })?;
        // Asked once more before the last copy outside the county goes: it may have been put back to before the receipt.
        for (photo, held) in self.still_held(&photos)? {
            if held {
                self.store.write(|writer| Ok::<_, ClientError>(writer.photo_gone(photo)?))?;
                let _ = self.store.photos().remove(photo);
            } else {
                tracing::warn!("the county has lost a picture it had a receipt for: it is sent again");
                self.store.write(|writer| Ok::<_, ClientError>(writer.offer_photo_again(photo)?))?;
            }
        }
        self.discard_damaged(self.world.clock.now().wall_ms)?;
        self.scrub_if_due();
        self.purge_tracks()
    }
}

/// A round under way in an area that went has no record any more: it ends here, and its points go with it. Answers whether
/// there was one.
fn end_round_without_record(writer: &Writer<'_>) -> Result<bool> {
    let Some(own) = writer.open_patrol()? else { return Ok(false) };
    if writer.row(RecordKind::Patrol, own.patrol)?.is_some() {
        return Ok(false);
    }
    let patrol = own.patrol;
    writer.put_own_patrol(&OwnPatrol { open: false, ..own })?;
    writer.purge_track(patrol)?;
    Ok(true)
}

/// The areas above these, as far as they are known here.
fn ancestors(reader: &Reader<'_>, areas: &[RecordId]) -> Result<Vec<RecordId>> {
    let kind = RecordKind::Area;
    let mut above = Vec::new();
    let mut next: Vec<RecordId> = areas.to_vec();
    while let Some(area) = next.pop() {
        let parent = reader.row(kind, area)?.and_then(|row| row.field(kind, "parent").reference());
        if let Some(parent) = parent.filter(|parent| *parent != area && !above.contains(parent)) {
            above.push(parent);
            next.push(parent);
        }
    }
    Ok(above)
}
