//! Enrolment: from a code on paper or screen to a phone that knows its county.
//!
//! The CA is fetched untrusted and compared with the hash in the code; from then on only it is trusted. The device key is
//! drawn before the code is redeemed and kept until the answer came, so that a lost answer can be asked for again with
//! the same key. The store is made last: a phone is either new or enrolled, never between.

use super::{Client, OPEN};
use crate::error::{Result, rule};
use crate::open::{Identity, Open, keep_identity};
use crate::ports::{Request, TransportError};
use crate::syncing::begin_first_sync;
use crate::views::session::{AppState, EnrolArgs};
use ed25519_dalek::{Signer, SigningKey};
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;
use xunge_domain::ids::{DeviceNo, RecordId};
use xunge_domain::operation::Chain;
use xunge_store::keys::{ChosenPin, KeyFile, PlatformKey, Secret};
use xunge_store::{Fact, Store};
use xunge_sync::auth::enrol_code::{CountyAddress, EnrolCode, EnrolCodeError, Invitation};
use xunge_sync::auth::seal::{SealingKey, seal};
use xunge_sync::messages::{CONTENT_TYPE, Enrolled, Redeem, Refusal, decode, encode, enrol_proof};

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
        let (address, code) = invitation(args)?;
        let authority = self.world.connector.fetch_ca(&address).map_err(enrolling)?;
        if !code.matches_ca(&authority) {
            return Err(rule("ca_mismatch"));
        }
        let signing = self.device_key()?;
        let enrolled = self.redeem(&address, &authority, &code, &signing)?;
        let identity = identity(&enrolled, &address, authority, &signing)?;
        self.make_store(&pin, &identity, &enrolled)?;
        self.world.files.remove(&self.pending_key_path()).ok();
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
        let request = Request {
            method: "POST",
            path: "/enrol/v1/redeem".into(),
            headers: vec![("content-type".into(), CONTENT_TYPE.into())],
            body: encode(&redeem),
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
            "too_many_tries" | "busy" => rule("too_many_tries"),
            _ => rule("county_error"),
        })
    }

    /// The device's key; drawn once and kept beside the store until enrolment is over.
    fn device_key(&self) -> Result<SigningKey> {
        let path = self.pending_key_path();
        let platform = Secret::from_bytes(&*self.world.device.platform_key()?);
        if let Ok(seed) = self.world.files.read(&path)
            && let Ok(seed) = <[u8; 32]>::try_from(seed.as_slice())
        {
            return Ok(SigningKey::from_bytes(&unmask(&platform, seed)));
        }
        let mut seed = [0; 32];
        self.world.random.fill(&mut seed);
        let masked = unmask(&platform, seed);
        self.world.files.write_durable(&path, &masked).map_err(xunge_store::StoreError::from)?;
        Ok(SigningKey::from_bytes(&seed))
    }

    fn pending_key_path(&self) -> PathBuf {
        self.dir.join("enrolling")
    }

    fn make_store(&self, pin: &ChosenPin, identity: &Identity, enrolled: &Enrolled) -> Result<()> {
        let key = Secret::draw(&*self.world.random);
        let context = [b"xunge store key v1\0".as_slice(), identity.device.as_bytes()].concat();
        let desk_copy = seal(&*self.world.random, &SealingKey(identity.sealing_key), &context, key.expose())
            .map_err(|_| rule("bad_answer"))?;
        let platform = PlatformKey(Secret::from_bytes(&*self.world.device.platform_key()?));
        let file = KeyFile::create(&*self.world.random, &key, pin, &platform, self.cost, desk_copy)
            .map_err(|error| rule(error.code()))?;
        self.set_leftover_aside()?;
        // The folder is made with its first file, which also says what lies here.
        let about = self.store_dir().join("about");
        self.world.files.write_durable(&about, b"xunge store 1\n").map_err(xunge_store::StoreError::from)?;
        let store = Store::create_new(&self.store_dir(), &key, Arc::clone(&self.world.files), OPEN)?;
        store.write(|writer| {
            keep_identity(writer, identity)?;
            writer.set_fact_bytes(Fact::Epoch, &enrolled.epoch)?;
            writer.set_own_chain(DeviceNo(identity.device_no), &Chain::default())?;
            begin_first_sync(writer)
        })?;
        // Last: with this file the phone is enrolled.
        self.write_key_file(&file.to_bytes().map_err(|error| rule(error.code()))?)?;
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

fn invitation(args: &EnrolArgs) -> Result<(String, EnrolCode)> {
    let named = |error: EnrolCodeError| match error {
        EnrolCodeError::BadCode { position } => crate::error::rule_with("bad_code", "position", position),
        other => rule(other.code()),
    };
    if args.code.trim().is_empty() {
        let invitation = Invitation::read(&args.address).map_err(named)?;
        return Ok((invitation.address.to_string(), invitation.code()));
    }
    let address = CountyAddress::read(&args.address, DEFAULT_PORT).map_err(named)?;
    Ok((address.to_string(), EnrolCode::read_typed(&args.code).map_err(named)?))
}

fn enrolling(error: TransportError) -> crate::error::ClientError {
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

/// Masks the seed with a key derived from the platform's: both are random, so this is a one-time pad that is used for
/// one seed. Applying it twice gives the seed back.
fn unmask(platform: &Secret, seed: [u8; 32]) -> [u8; 32] {
    let pad = platform.subkey("xunge enrolling v1");
    let mut out = seed;
    for (byte, pad) in out.iter_mut().zip(pad.expose()) {
        *byte ^= pad;
    }
    out
}
