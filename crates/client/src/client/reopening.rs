//! A phone that no PIN opens any more comes back through its county: ten wrong PINs, a forgotten PIN, a platform key store
//! that was wiped. The desk gives a code for this one phone; with it the store's key comes back and the worker sets a new
//! PIN. No record is touched on the way, whatever fails.

use super::Client;
use super::enrolling::{enrolling, invitation, with_code};
use crate::error::{Result, rule};
use crate::open::Open;
use crate::views::session::{AppState, ReopenArgs, ReopenHint};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;
use xunge_store::StoreError;
use xunge_store::keys::{ChosenPin, PlatformKey, Secret};
use xunge_sync::auth::key_return::receive;
use xunge_sync::auth::seal::OpeningKey;
use xunge_sync::messages::{Reopen, Reopened, encode};

/// What a locked phone must know to ask for its key: neither is personal, so it lies beside the store in the clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WayBack {
    /// `host:port` of the county.
    pub(super) address: String,
    /// The phone's UUID, by which the desk finds it.
    pub(super) device: Uuid,
    /// Telephone of the desk, as last heard.
    #[serde(default)]
    pub(super) desk_phone: String,
}

impl WayBack {
    /// For the screen: the address, and the last four characters of the phone's number.
    pub(super) fn hint(&self) -> ReopenHint {
        let device = self.device.simple().to_string().to_uppercase();
        ReopenHint {
            address: self.address.clone(),
            phone: device[device.len() - 4..].to_owned(),
            desk_phone: self.desk_phone.clone(),
        }
    }
}

impl Client {
    /// Brings the store's key back with a code of the desk, sets a new PIN and opens the phone.
    ///
    /// # Errors
    /// `wrong_phase` on a new or open phone, `weak_pin`, `bad_code`, `bad_code_length`, `bad_address`, `ca_mismatch`,
    /// `county_unreachable`, `captive_portal`, `code_expired`, `code_used`, `wrong_phone`, `device_revoked`,
    /// `too_many_tries`, `county_error`. The phone stays as it was, and so do its records.
    pub fn reopen(&self, args: &ReopenArgs) -> Result<AppState> {
        if self.opened().is_ok() {
            return Err(rule("wrong_phase"));
        }
        let mut file = self.key_file()?.ok_or(rule("wrong_phase"))?;
        let pin = ChosenPin::read(&args.pin).map_err(|error| rule(error.code()))?;
        let (address, code) = invitation(&args.address, &args.code)?;
        let device = self.way_back().ok_or(rule("way_back_lost"))?.device;
        let authority = self.world.connector.fetch_ca(&address).map_err(enrolling)?;
        if !code.matches_ca(&authority) {
            return Err(rule("ca_mismatch"));
        }
        let transport = self.world.connector.connect(&address, &[authority]).map_err(enrolling)?;
        // Kept until the answer came, so that a lost answer can be asked for again with the same key.
        let reply = OpeningKey::from_bytes(*self.kept_seed(&self.reply_key_path())?);
        let asked = Reopen {
            code: code.single_use.to_text(),
            reply_key: reply.sealing_key().0.to_vec(),
            sealed: file.desk_copy().to_vec(),
        };
        let answer: Reopened = with_code(&*transport, "/enrol/v1/reopen", encode(&asked))?;
        let key = receive(&reply, device.as_bytes(), &answer.sealed).map_err(|_| rule("bad_answer"))?;
        let key = Secret::from_bytes(&key);
        let platform = PlatformKey(Secret::from_bytes(&*self.world.device.platform_key()?));
        file.restore_from_desk(&*self.world.random, &key, &pin, &platform, self.cost)
            .map_err(|error| rule(error.code()))?;
        self.write_key_file(&file.to_bytes().map_err(|error| rule(error.code()))?)?;
        // One code, one key: the next return draws another.
        self.world.files.remove(&self.reply_key_path()).ok();
        self.drop_draft_before().ok();
        let store = self.open_store(&key)?;
        let open = Open::new(store, Arc::clone(&self.world), self.settings())?;
        open.forget_lease()?;
        self.set_open(Some(open));
        self.app_state()
    }

    /// What the screen of a locked phone says of the way back.
    pub(super) fn way_back(&self) -> Option<WayBack> {
        serde_json::from_slice(&self.world.files.read(&self.way_back_path()).ok()?).ok()
    }

    pub(super) fn keep_way_back(&self, way: &WayBack) -> Result<()> {
        let bytes = serde_json::to_vec(way).map_err(|_| rule("bad_answer"))?;
        Ok(self.world.files.write_durable(&self.way_back_path(), &bytes).map_err(StoreError::from)?)
    }

    /// Keeps the desk's telephone where a locked phone can read it. Failing that, the phone is locked all the same.
    pub(super) fn keep_desk_phone(&self, open: &Open) {
        let Ok(contacts) = open.contacts() else { return };
        if let Some(way) = self.way_back().filter(|way| way.desk_phone != contacts.desk_phone) {
            let _ = self.keep_way_back(&WayBack { desk_phone: contacts.desk_phone, ..way });
        }
    }

    pub(super) fn way_back_path(&self) -> PathBuf {
        self.dir.join("way-back.json")
    }

    fn reply_key_path(&self) -> PathBuf {
        self.dir.join("reopening")
    }
}
