//! A county with phones in one folder: what most stories start from.

use crate::county::SimCounty;
use crate::phone::SimPhone;
use crate::trace::Trace;
use crate::world::VirtualClock;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// When stories begin.
pub const START_MS: i64 = 1_795_300_000_000;
/// The PIN everybody here chose.
pub const PIN: &str = "730592";

/// See the module.
pub struct Scene {
    folder: tempfile::TempDir,
    /// The county.
    pub county: Arc<SimCounty>,
    /// The county's clock.
    pub clock: Arc<VirtualClock>,
    trace: Arc<Trace>,
}

impl Default for Scene {
    fn default() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(VirtualClock::at(START_MS));
        let county = Arc::new(SimCounty::new(folder.path(), 1, clock.clone()));
        Self { folder, county, clock, trace: Arc::default() }
    }
}

impl Scene {
    /// Below which the county and each phone have their files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A phone as it comes out of the box.
    pub fn new_phone(&self, name: &'static str) -> SimPhone {
        self.phone_at(name, START_MS)
    }

    /// The same, its clock showing `wall_ms`.
    pub fn phone_at(&self, name: &'static str, wall_ms: i64) -> SimPhone {
        let clock = Arc::new(VirtualClock::at(wall_ms));
        SimPhone::new(self.folder.path(), 1, name, &self.county, clock, self.trace.clone())
    }

    /// A phone that is enrolled and has its grid.
    pub fn phone(&self, name: &'static str) -> SimPhone {
        let phone = self.new_phone(name);
        let code = self.county.code_for(name);
        enrol(&phone, &code).expect("enrols");
        settle(&phone);
        phone
    }
}

/// Enrols with a code.
///
/// # Errors
/// The code of the refusal.
pub fn enrol(phone: &SimPhone, code: &str) -> Result<Value, String> {
    phone.call("enrol", json!({ "address": "county.test:8443", "code": code, "pin": PIN }))
}

/// Lets the phone synchronise until nothing is left to do.
pub fn settle(phone: &SimPhone) {
    phone.open().hurry();
    for _ in 0..60 {
        if !phone.step() && phone.is_quiet() {
            return;
        }
    }
    panic!("{} does not come to rest: {:?}", phone.name, phone.open().sync_state());
}

/// Id of the first household on the phone's list.
pub fn first_household(phone: &SimPhone) -> String {
    let head = phone.call("households_head", json!({})).expect("a list");
    let building = head["buildings"][0]["id"].clone();
    let view = phone.call("building", json!({ "id": building })).expect("a building");
    let floors = view["floors"].as_array().into_iter().flatten();
    let mut doors = floors.flat_map(|floor| floor["doors"].as_array().into_iter().flatten());
    doors.find_map(|door| door["household"].as_str()).expect("somebody lives there").to_owned()
}

/// Records a visit there.
pub fn visit(phone: &SimPhone) {
    let household = first_household(phone);
    phone
        .call("record_visit", json!({ "household": household, "outcome": "nothing_changed" }))
        .expect("a visit is recorded");
}
