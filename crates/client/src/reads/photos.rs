//! Photos as the screens see them: of a form, of an incident, one by itself.

use super::look::{Look, not_found};
use crate::error::Result;
use crate::open::Open;
use crate::views::incidents::{DraftPhotosArgs, PhotoView};
use crate::views::{Place, Standing};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_store::queries::EvidenceRow;
use xunge_store::{Photo, PhotoState};

impl Open {
    /// Photos of a form that was not reported yet, in the order taken.
    ///
    /// # Errors
    /// Those of the store.
    pub fn draft_photos(&self, args: &DraftPhotosArgs) -> Result<Vec<PhotoView>> {
        self.look(|look| Ok(look.reader.photos_of_form(&args.form)?.iter().filter_map(view_of).collect()))
    }

    /// One photo of this phone, or the evidence of one that others took.
    ///
    /// # Errors
    /// `not_found`, and those of the store.
    pub fn photo_view(&self, photo: RecordId) -> Result<PhotoView> {
        self.look(|look| {
            if let Some(held) = look.reader.photo(photo)? {
                return view_of(&held).ok_or_else(not_found);
            }
            let kind = RecordKind::PhotoEvidence;
            let row = look.reader.row(kind, photo)?.filter(|row| !row.deleted).ok_or_else(not_found)?;
            let incident = row.field(kind, "incident").reference().ok_or_else(not_found)?;
            let evidence = look.reader.evidence_of(incident)?.into_iter().find(|row| row.evidence == photo);
            Ok(look.evidence_view(&evidence.ok_or_else(not_found)?))
        })
    }
}

fn place(place_e7: Option<(i32, i32)>, accuracy_dm: Option<u32>) -> Option<Place> {
    place_e7.map(|(lat_e7, lon_e7)| Place { lat_e7, lon_e7, accuracy_dm })
}

/// Where a picture of this phone stands; nowhere, once the worker let it go.
pub(super) fn standing_of(state: PhotoState) -> Option<Standing> {
    match state {
        PhotoState::Draft | PhotoState::ToSend => Some(Standing::OnPhone),
        PhotoState::Sending => Some(Standing::Sending),
        PhotoState::AtCounty | PhotoState::Gone => Some(Standing::AtCounty),
        PhotoState::Refused => Some(Standing::NeedsYou),
        PhotoState::LetGo => None,
    }
}

/// Nothing of a picture that was let go: there is none to be shown.
fn view_of(photo: &Photo) -> Option<PhotoView> {
    let facts = &photo.facts;
    Some(PhotoView {
        id: photo.id().to_string(),
        taken_ms: facts.taken_ms,
        place: place(facts.place_e7, facts.accuracy_dm),
        time_verified: facts.time_verified,
        width: facts.width,
        height: facts.height,
        bytes: facts.bytes,
        sent_bytes: photo.sent_bytes,
        standing: standing_of(photo.state)?,
    })
}

impl Look<'_> {
    /// The photos of an incident, with how far those of this phone have come.
    pub(super) fn photos_of(&self, incident: RecordId) -> Result<Vec<PhotoView>> {
        let mut views = Vec::new();
        for row in self.reader.evidence_of(incident)? {
            views.extend(match self.reader.photo(row.evidence)? {
                Some(held) => view_of(&held),
                None => Some(self.evidence_view(&row)),
            });
        }
        Ok(views)
    }

    /// A photo known by its evidence only: its bytes are at the county.
    fn evidence_view(&self, row: &EvidenceRow) -> PhotoView {
        let bytes = row.bytes.unwrap_or(0);
        PhotoView {
            id: row.evidence.to_string(),
            taken_ms: row.taken_ms.unwrap_or(0),
            place: place(row.place_e7, row.accuracy_dm),
            time_verified: row.time_verified,
            width: row.width.unwrap_or(0),
            height: row.height.unwrap_or(0),
            bytes,
            sent_bytes: bytes,
            standing: self.standing(row.evidence, row.unsettled, 0),
        }
    }
}
