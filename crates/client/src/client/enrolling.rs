//! Enrolment: from a code on paper or screen to a phone that knows its county.
//!
//! The CA is fetched untrusted and compared with the hash in the code; from then on only it is trusted. The device key is
//! drawn before the code is redeemed and kept until the answer came, so that a lost answer can be asked for again with
//! the same key. The store is made last: a phone is either new or enrolled, never between.

use super::reopening::WayBack;
use super::{Client, OPEN};
use crate::error::{Result, rule};
use crate::open::{Identity, Open, keep_identity};
use crate::ports::{Request, Transport, TransportError};
use crate::syncing::{begin_first_sync, trouble};
use crate::views::session::{AppState, EnrolArgs};
use ed25519_dalek::{Signer, SigningKey};
use minicbor::Decode;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::Chain;
use xunge_store::keys::{ChosenPin, KeyFile, LockReason, PlatformKey, Secret};
use xunge_store::{Fact, Store};
use xunge_sync::auth::enrol_code::{CountyAddress, EnrolCode, EnrolCodeError, Invitation};
use xunge_sync::auth::key_return::to_county;
use xunge_sync::auth::seal::SealingKey;
use xunge_sync::messages::{CONTENT_TYPE, Enrolled, Redeem, Refusal, decode, encode, enrol_proof};
use zeroize::Zeroizing;

/// Port of a county whose address was typed without one.
pub const DEFAULT_PORT: u16 = 8443;

impl Client {
    /// Enrols the phone and sets its PIN.
    ///
    /// # Errors
    /// `bad_code`, `bad_code_length`, `bad_address`, `weak_pin`, `ca_mismatch`, `county_unreachable`, `captive_portal`,
    /// `code_expired`, `code_used`, `county_error`; the phone stays new.
    pub fn enrol(&self, args: &EnrolArgs) -> Result<AppState> {
        if self.key_file()?.is_some() {
            return Err(rule("wrong_phase"));
        }
        let pin = ChosenPin::read(&args.pin).map_err(|error| rule(error.code()))?;
        let (address, code) = invitation(&args.address, &args.code)?;
        let authority = self.world.connector.fetch_ca(&address).map_err(enrolling)?;
        if !code.matches_ca(&authority) {
            return Err(rule("ca_mismatch"));
        }
        let signing = self.device_key()?;
        let enrolled = self.redeem(&address, &authority, &code, &signing)?;
        let identity = identity(&enrolled, &address, authority, &signing)?;
        self.make_store(&pin, &identity, &enrolled)?;
        self.world.files.remove(&self.pending_key_path()).ok();
        self.drop_draft_before().ok();
        self.app_state()
    }

    fn redeem(
        &self,
        address: &str,
        authority: &[u8],
        code: &EnrolCode,
        signing: &SigningKey,
    ) -> Result<Enrolled> {
        let transport = self.world.connector.connect(address, &[authority.to_vec()]).map_err(enrolling)?;
        let device_key = signing.verifying_key().to_bytes();
        let text = code.single_use.to_text();
        let redeem = Redeem {
            proof: signing.sign(&enrol_proof(&text, &device_key)).to_bytes().to_vec(),
            code: text,
            device_key: device_key.to_vec(),
            app: env!("CARGO_PKG_VERSION").to_owned(),
        };
        with_code(&*transport, "/enrol/v1/redeem", encode(&redeem))
    }

    /// The device's key; drawn once and kept beside the store until enrolment is over.
    fn device_key(&self) -> Result<SigningKey> {
        Ok(SigningKey::from_bytes(&*self.kept_seed(&self.pending_key_path())?))
    }

    /// Thirty-two bytes that are drawn once and kept masked in a file until the answer they belong to came.
    pub(super) fn kept_seed(&self, path: &Path) -> Result<Zeroizing<[u8; 32]>> {
        let platform = Secret::from_bytes(&*self.world.device.platform_key()?);
        if let Ok(kept) = self.world.files.read(path)
            && let Some((salt, masked)) = kept.split_first_chunk::<16>()
            && let Ok(masked) = <[u8; 32]>::try_from(masked)
        {
            return Ok(mask(&platform, salt, masked));
        }
        let (mut salt, mut seed) = ([0; 16], Zeroizing::new([0; 32]));
        self.world.random.fill(&mut salt);
        self.world.random.fill(seed.as_mut());
        let kept = [salt.as_slice(), mask(&platform, &salt, *seed).as_slice()].concat();
        self.world.files.write_durable(path, &kept).map_err(xunge_store::StoreError::from)?;
        Ok(seed)
    }

    fn pending_key_path(&self) -> PathBuf {
        self.dir.join("enrolling")
    }

    fn make_store(&self, pin: &ChosenPin, identity: &Identity, enrolled: &Enrolled) -> Result<()> {
        let key = Secret::draw(&*self.world.random);
        let county = SealingKey(identity.sealing_key);
        let desk_copy = to_county(&*self.world.random, &county, identity.device.as_bytes(), key.expose())
            .map_err(|_| rule("bad_answer"))?;
        let platform = PlatformKey(Secret::from_bytes(&*self.world.device.platform_key()?));
        let file = KeyFile::create(&*self.world.random, &key, pin, &platform, self.cost, desk_copy)
            .map_err(|error| rule(error.code()))?;
        self.set_leftover_aside()?;
        Store::make_folder(&self.store_dir(), &*self.world.files).map_err(xunge_store::StoreError::from)?;
        let store = Store::create_new(&self.store_dir(), &key, Arc::clone(&self.world.files), OPEN)?;
        store.write(|writer| {
            keep_identity(writer, identity)?;
            writer.set_fact_bytes(Fact::Epoch, &enrolled.epoch)?;
            writer.set_own_chain(DeviceNo(identity.device_no), &Chain::default())?;
            begin_first_sync(writer)
        })?;
        self.keep_way_back(&WayBack {
            address: identity.address.clone(),
            device: identity.device,
            desk_phone: String::new(),
        })?;
        // With this file the phone is enrolled.
        self.write_key_file(&file.to_bytes().map_err(|error| rule(error.code()))?)?;
        let mut second = file;
        second.lock_down(LockReason::FileDamaged);
        let bytes = second.to_bytes().map_err(|error| rule(error.code()))?;
        let written = self.world.files.write_durable(&self.second_key_path(), &bytes);
        written.map_err(xunge_store::StoreError::from)?;
        self.set_open(Some(Open::new(store, Arc::clone(&self.world), self.settings())?));
        Ok(())
    }
}

impl Client {
    /// A store without a key file is what an enrolment left that did not come to its end: nothing was ever saved in it,
    /// and nobody has its key. It is moved aside, so that the phone is simply new.
    fn set_leftover_aside(&self) -> Result<()> {
        let files = &*self.world.files;
        if !Store::exists(&self.store_dir(), files) {
            return Ok(());
        }
        for number in 1.. {
            let aside = self.dir.join(format!("store.unfinished-{number}"));
            if !files.exists(&aside) {
                return Ok(files.rename(&self.store_dir(), &aside).map_err(xunge_store::StoreError::from)?);
            }
        }
        Ok(())
    }
}

/// Sends what a code lets in, and reads the county's answer.
pub(super) fn with_code<A: for<'b> Decode<'b, ()>>(
    transport: &dyn Transport,
    path: &str,
    body: Vec<u8>,
) -> Result<A> {
    let request = Request {
        method: "POST",
        path: path.into(),
        headers: vec![("content-type".into(), CONTENT_TYPE.into())],
        body,
    };
    let response = transport.send(&request).map_err(enrolling)?;
    if !response.header("content-type").is_some_and(|kind| kind.starts_with(CONTENT_TYPE)) {
        return Err(if response.status >= 500 { rule("county_error") } else { rule("captive_portal") });
    }
    if response.status == 200 {
        return decode(&response.body).map_err(|_| rule("bad_answer"));
    }
    let refusal: Refusal = decode(&response.body).map_err(|_| rule("bad_answer"))?;
    Err(match refusal.code.as_str() {
        "bad_code" => rule("bad_code"),
        "code_expired" => rule("code_expired"),
        "code_used" => rule("code_used"),
        "wrong_phone" => rule("wrong_phone"),
        "revoked" => rule("device_revoked"),
        "too_many_tries" | "busy" => rule("too_many_tries"),
        _ => rule(trouble(&response)),
    })
}

/// What was typed or scanned: an address and a code. `text` is empty when `address` holds the whole text of a QR code.
pub(super) fn invitation(address: &str, text: &str) -> Result<(String, EnrolCode)> {
    let named = |error: EnrolCodeError| match error {
        EnrolCodeError::BadCode { position } => crate::error::rule_with("bad_code", "position", position),
        other => rule(other.code()),
    };
    if text.trim().is_empty() {
        let invitation = Invitation::read(address).map_err(named)?;
        return Ok((invitation.address.to_string(), invitation.code()));
    }
    let address = CountyAddress::read(address, DEFAULT_PORT).map_err(named)?;
    Ok((address.to_string(), EnrolCode::read_typed(text).map_err(named)?))
}

pub(super) fn enrolling(error: TransportError) -> crate::error::ClientError {
    match error {
        // Before the CA is known, whoever answers wrongly is whoever stands between.
        TransportError::NotTheCounty => rule("captive_portal"),
        other => other.into(),
    }
}

fn identity(
    enrolled: &Enrolled,
    address: &str,
    authority: Vec<u8>,
    signing: &SigningKey,
) -> Result<Identity> {
    let uuid = |bytes: &[u8]| Uuid::from_slice(bytes).map_err(|_| rule("bad_answer"));
    let key = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_| rule("bad_answer"));
    let areas = enrolled
        .areas
        .iter()
        .map(|granted| Ok((RecordId(uuid(&granted.area)?), granted.name.clone(), granted.version)))
        .collect::<Result<Vec<_>>>()?;
    let authorities =
        [authority, enrolled.next_ca.clone()].into_iter().filter(|der| !der.is_empty()).collect();
    Ok(Identity {
        device: uuid(&enrolled.device)?,
        device_no: enrolled.device_no,
        signing_seed: signing.to_bytes(),
        worker: RecordId(uuid(&enrolled.worker)?),
        worker_name: enrolled.worker_name.clone(),
        worker_number: enrolled.worker_number.clone(),
        role: enrolled.role,
        county_name: enrolled.county_name.clone(),
        address: address.to_owned(),
        authorities,
        registry_key: key(&enrolled.registry_key)?,
        sealing_key: key(&enrolled.sealing_key)?,
        areas,
    })
}

/// Masks a seed with a key derived from the platform's and a salt of its own: a one-time pad, used for one seed. Applying
/// it twice gives the seed back.
fn mask(platform: &Secret, salt: &[u8; 16], seed: [u8; 32]) -> Zeroizing<[u8; 32]> {
    let salt: String = salt.iter().map(|byte| format!("{byte:02x}")).collect();
    let pad = platform.subkey(&format!("xunge kept seed v1 {salt}"));
    let mut out = Zeroizing::new(seed);
    for (byte, pad) in out.iter_mut().zip(pad.expose()) {
        *byte ^= pad;
    }
    out
}
