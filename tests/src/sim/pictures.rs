//! Small pictures for the camera, made once; and what must hold of those that were reported, once all is at rest.

use super::run::Run;
use sha2::{Digest as _, Sha256};
use std::sync::OnceLock;
use xunge_server::county::County;
use xunge_store::{Photo, PhotoState};

/// How many different ones there are.
pub const PICTURES: u64 = 6;

/// The bytes that the camera gives.
pub fn picture(number: u64) -> Vec<u8> {
    static ALL: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let all =
        ALL.get_or_init(|| (0..PICTURES).map(|number| crate::phone::jpeg(96, 72, number as u8)).collect());
    all[(number % PICTURES) as usize].clone()
}

impl Run {
    /// Pictures that a phone calls received lie at the county and are what their names say; none is lost on the way, and
    /// the numbers on the sync page are true.
    pub(super) fn pictures_are_there(&mut self, county: &County) {
        let mut wrong = Vec::new();
        for hand in self.hands.iter().filter(|hand| hand.is_open()) {
            let name = hand.name();
            let reported = hand.phone.open().change(|change| Ok(change.writer.photos_reported()?));
            let (mut received, mut all) = (0, 0);
            for photo in reported.unwrap_or_default() {
                all += u64::from(photo.state != PhotoState::LetGo);
                match photo.state {
                    PhotoState::AtCounty | PhotoState::Gone => {
                        received += 1;
                        if holds(county, &photo) {
                            self.tally.add("picture received");
                        } else if photo.state == PhotoState::AtCounty || !self.restored {
                            wrong.push(format!("{name}: a picture was receipted and is not at the county"));
                        }
                        // Otherwise it went after its receipt, and then the county was put back to before that.
                    }
                    // Refused, and then let go by the worker: it was called received here once, and by the programs too.
                    PhotoState::LetGo => self.tally.add("picture let go"),
                    PhotoState::Refused if photo.reason.as_deref() == Some("not_found") => {}
                    PhotoState::Refused => {
                        wrong.push(format!("{name}: a picture cannot be sent: {:?}", photo.reason));
                    }
                    PhotoState::Draft | PhotoState::ToSend | PhotoState::Sending => {
                        wrong.push(format!("{name}: a picture still waits"));
                    }
                }
            }
            match hand.phone.open().sync_state().map(|state| state.photos) {
                Ok(told) if (told.done, told.of) == (received, all) => {}
                told => wrong.push(format!("{name} tells {told:?}; received {received} of {all}")),
            }
        }
        for what in wrong {
            self.breaks("a picture's hash is its receipt", what);
        }
    }
}

fn holds(county: &County, photo: &Photo) -> bool {
    let name = photo.facts.stored_sha256;
    matches!(county.picture(&name), Ok(Some(bytes))
        if Sha256::digest(&bytes).as_slice() == name && bytes.len() as u64 == photo.facts.bytes)
}
