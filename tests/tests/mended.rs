//! A store with a damaged page: the phone opens all the same, the worker goes on at once, everything that could be read
//! reaches the county, and what is lost is told in numbers that are true.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so and ends")]
#![allow(clippy::disallowed_methods, reason = "plays the failing disk")]

use serde_json::{Value, json};
use std::path::PathBuf;
use xunge_client::ports::TransportError;
use xunge_tests::phone::SimPhone;
use xunge_tests::scene::{Scene, settle, visit};

const PAGE: usize = 4096;

struct Story {
    scene: Scene,
    phone: SimPhone,
}

/// Operations of the day that were sent, and those that were not.
const SENT: u64 = 3;
const UNSENT: u64 = 10;

/// A phone that sent three visits, then worked offline: seven visits and an incident with a photo.
fn story() -> Story {
    let scene = Scene::default();
    let phone = scene.phone("anna");
    for _ in 0..SENT {
        visit(&phone);
    }
    settle(&phone);
    phone.link.set(false, 0);
    for _ in 0..7 {
        visit(&phone);
    }
    phone.load_photo(4);
    phone.call("take_photo", json!({ "form": "incident:new" })).unwrap();
    let report =
        json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "no_fix_reason": "indoors" });
    phone.call("report_incident", report).unwrap();
    assert_eq!(
        today(&phone)["counts"]["on_phone"],
        UNSENT + 1,
        "seven visits, an incident, its first step, its photo as evidence and as a picture"
    );
    Story { scene, phone }
}

fn today(phone: &SimPhone) -> Value {
    phone.call("today", json!({})).unwrap()
}

impl Story {
    fn store(&self) -> PathBuf {
        self.scene.folder().join("anna/store")
    }

    fn pages(&self) -> usize {
        self.phone.call("lock", json!({})).unwrap();
        std::fs::metadata(self.store().join("xunge.db")).unwrap().len() as usize / PAGE
    }

    /// The phone is shut, something happens to its database, and at the next start every page is looked at.
    fn damage(&self, how: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        self.phone.call("lock", json!({})).unwrap();
        let database = self.store().join("xunge.db");
        std::fs::write(&database, how(std::fs::read(&database).unwrap())).unwrap();
        std::fs::write(self.store().join("xunge.check"), b"check").unwrap();
    }

    /// Operations of the phone at the county.
    fn at_county(&self) -> u64 {
        self.scene.county.county().devices().unwrap().pop().unwrap().chain.counter
    }

    /// Comes into signal and checks that county, phone and what the worker is told agree. Answers how much was lost.
    fn comes_home(&self, written_since: u64) -> u64 {
        self.phone.link.set(true, 0);
        settle(&self.phone);
        let lost = today(&self.phone)["mended"]["lost"].as_u64().expect("the county has told by now");
        assert_eq!(self.at_county(), SENT + UNSENT - lost + written_since);
        let own = self.phone.open().own_operations().unwrap();
        assert_eq!(own.len() as u64, self.at_county());
        assert!(own.iter().all(|op| op.received && op.refused.is_none()));
        // A picture whose report was lost belongs nowhere at the county: it stays here and needs the worker.
        let waits =
            self.phone.open().own_pictures().unwrap().iter().filter(|picture| !picture.received).count();
        assert_eq!(today(&self.phone)["counts"]["needs_you"], waits);
        assert!(waits == 0 || lost > 0);
        lost
    }
}

#[test]
fn whatever_page_is_damaged_the_phone_goes_on_and_says_truly_what_is_lost() {
    let pages = story().pages();
    let (mut told, mut whole) = (0, 0);
    // From the second page on: on the first one hangs everything, see below.
    for page in (1..pages).step_by(3) {
        let mut story = story();
        story.damage(|mut bytes| {
            bytes[page * PAGE + 2_000] ^= 1;
            bytes
        });
        story.phone.restart();
        let told_offline = today(&story.phone)["mended"].clone();
        assert!(told_offline["at_ms"].is_i64(), "page {page}: {told_offline}");
        assert_eq!(told_offline["lost"], Value::Null, "only the county can tell");
        visit_if_possible(&story.phone);
        let since = story.phone.open().own_operations().unwrap().len() as u64;
        let kept = told_offline["kept"].as_u64().unwrap();
        let lost = story.comes_home(since - kept);
        assert_eq!(kept + lost, UNSENT, "page {page}");
        told += 1;
        whole += u64::from(lost == 0);
        story.phone.call("mended_seen", json!({})).unwrap();
        assert_eq!(today(&story.phone)["mended"], Value::Null);
    }
    assert!(told > 20, "{told}");
    assert!(whole * 10 > told * 8, "a page holds little of the day: {whole} of {told} lost nothing");
}

/// Before the first sync the new store knows no household but those written about; a visit needs one.
fn visit_if_possible(phone: &SimPhone) {
    let found = phone.call("households", json!({ "query": "", "offset": 0, "limit": 1 })).unwrap_or_default();
    if let Some(household) = found["rows"][0]["id"].as_str() {
        phone
            .call("record_visit", json!({ "household": household, "outcome": "nothing_changed" }))
            .expect("the worker goes on");
    }
}

#[test]
fn a_store_of_which_nothing_reads_costs_what_was_unsent_and_no_more() {
    for how in [
        |_: Vec<u8>| Vec::new(),
        |mut bytes: Vec<u8>| {
            bytes[100] ^= 1;
            bytes
        },
    ] {
        let mut story = story();
        story.damage(how);
        story.phone.restart();
        assert_eq!(today(&story.phone)["mended"]["kept"], 0);
        assert_eq!(story.comes_home(0), UNSENT);
        // Everything goes on as before: new work, new receipts.
        visit(&story.phone);
        settle(&story.phone);
        assert_eq!(story.at_county(), SENT + 1);
    }
}

#[test]
fn a_mending_that_broke_off_begins_again() {
    let mut story = story();
    story.damage(|mut bytes| {
        let middle = bytes.len() / 2 / PAGE * PAGE;
        bytes[middle + 2_000] ^= 1;
        bytes
    });
    // As when the process died after the store had moved aside and a part of the new one was there.
    let aside = story.store().with_file_name("store.damaged-1");
    std::fs::rename(story.store(), &aside).unwrap();
    let half = story.store().with_file_name("store.rebuilding");
    std::fs::create_dir_all(half.join("photos")).unwrap();
    for file in ["xunge.db", "xunge.db-wal", "photos/half"] {
        std::fs::write(half.join(file), b"half").unwrap();
    }
    story.phone.restart();
    let kept = today(&story.phone)["mended"]["kept"].as_u64().unwrap();
    assert!(kept + 2 >= UNSENT, "{kept}");
    assert_eq!(kept + story.comes_home(0), UNSENT);
    assert!(aside.join("xunge.db").exists(), "the damaged files stay");
    assert!(!half.exists());
}

#[test]
fn what_had_arrived_without_a_receipt_does_not_arrive_twice() {
    let mut story = story();
    // Everything reaches the county, and no answer reaches the phone.
    story.phone.link.answer_with(|request, response| {
        let lost = request.path.ends_with("/push");
        response.filter(|_| !lost).ok_or(TransportError::Unreachable)
    });
    story.phone.open().hurry();
    for _ in 0..20 {
        story.phone.step();
    }
    assert_eq!(story.at_county(), SENT + UNSENT);
    assert_eq!(today(&story.phone)["counts"]["at_county"], SENT, "nothing is called sent without a receipt");
    story.phone.link.answer_as_it_is();
    story.phone.link.set(false, 0);
    story.damage(|mut bytes| {
        let last = bytes.len() - PAGE;
        bytes[last + 2_000] ^= 1;
        bytes
    });
    story.phone.restart();
    story.comes_home(0);
    assert_eq!(today(&story.phone)["visits_done"], SENT + 7);
}
