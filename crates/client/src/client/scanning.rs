//! The invitation as a picture: the QR code on the desk's screen or on paper, photographed or picked from the gallery.
//!
//! The picture is read and forgotten; nothing is stored and nothing is believed yet. Redeeming is `enrolling`.

use super::Client;
use crate::error::{Result, rule};
use crate::views::session::{InvitationView, ReadInvitationArgs};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use xunge_photo::{Limits, read_code};
use xunge_sync::auth::enrol_code::Invitation;

/// What the camera is opened for, so that a picture of a code never ends up in an incident.
pub(crate) const INVITATION: &str = "invitation";

impl Client {
    /// Reads the invitation out of a picture.
    ///
    /// # Errors
    /// `cancelled`, `no_permission`, `not_on_this_platform`, `photo_*`, `no_code_in_picture`, `not_an_invitation`,
    /// `newer_invitation`, `bad_code`, `bad_address`.
    pub fn read_invitation(&self, args: &ReadInvitationArgs) -> Result<InvitationView> {
        let device = &self.world.device;
        let picture = match &args.data_base64 {
            Some(text) => STANDARD.decode(text).map_err(|_| rule("bad_arguments"))?,
            None => {
                let taken = device.take_photo(INVITATION)?;
                // A leftover is deleted at the next picture anyway; the code in hand matters more.
                let _ = device.forget_photo();
                taken
            }
        };
        let text = read_code(&picture, &Limits::default())?.ok_or(rule("no_code_in_picture"))?;
        let invitation = Invitation::read(&text).map_err(|error| rule(error.code()))?;
        Ok(InvitationView { text: invitation.to_text(), address: invitation.address.to_string() })
    }
}
