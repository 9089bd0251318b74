//! Persons opened on phones reach the county's audit log, each once, and a log that was tampered with is told.

use crate::bench::Bench;
use crate::desk::Desk;
use crate::phone::Phone;
use xunge_domain::access::{Access, NOTHING_OPENED};
use xunge_domain::ids::RecordId;
use xunge_server::storage::{AuditRow, Page};
use xunge_sync::messages::{self, Hello, MOST_OPENINGS, Opening, Openings, Welcome};

/// A phone's log as its store keeps it.
#[derive(Clone)]
struct Log {
    worker: RecordId,
    rows: Vec<Access>,
}

impl Log {
    fn open(&mut self, person: RecordId, reason: &str) {
        let at_ms = 1_790_000_000_000 + self.rows.len() as i64 * 60_000;
        self.rows.push(Access { at_ms, person, worker: self.worker, reason: reason.to_owned() });
    }

    /// What a phone says that thinks the county has `told` rows.
    fn after(&self, told: usize) -> Openings {
        let told = told.min(self.rows.len());
        let before = self.rows[..told].iter().fold(NOTHING_OPENED, |before, row| row.hash(&before));
        let rows = self.rows[told..].iter().take(MOST_OPENINGS).map(|row| Opening {
            at_ms: row.at_ms,
            person: row.person.0.as_bytes().to_vec(),
            reason: row.reason.clone(),
        });
        Openings { first: told as u64 + 1, before: before.to_vec(), rows: rows.collect() }
    }
}

fn greet(bench: &Bench, phone: &mut Phone, opened: Openings) -> u64 {
    let (epoch, opened) = (phone.epoch.clone(), Some(opened));
    let hello = Hello { protocol: 1, epoch, counter: 0, cursor: 0, mark: None, opened };
    let answer = phone.post(bench, "/sync/v1/hello", messages::encode(&hello));
    answer.message::<Welcome>().opened.unwrap()
}

fn audit(bench: &Bench, what: &str) -> Vec<AuditRow> {
    let mut rows = bench.county.audit_page(Page::ALL).unwrap();
    rows.retain(|row| row.entry.what == what);
    rows.reverse();
    rows
}

#[test]
fn each_opening_becomes_one_line_whatever_is_lost_on_the_way() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let mut log = Log { worker: phone.worker, rows: Vec::new() };
    assert_eq!(greet(&bench, &mut phone, log.after(0)), 0);
    let people: Vec<RecordId> = (0..3).map(|_| bench.id()).collect();
    log.open(people[0], "call");
    log.open(people[1], "check_at_door");
    assert_eq!(greet(&bench, &mut phone, log.after(0)), 2);
    log.open(people[2], "care_duty");
    // The answer was lost: the phone says everything again.
    assert_eq!(greet(&bench, &mut phone, log.after(0)), 3);
    assert_eq!(greet(&bench, &mut phone, log.after(3)), 3);
    let lines = audit(&bench, "phone_opened");
    let told: Vec<(String, &str)> =
        lines.iter().map(|row| (row.entry.subject.clone(), row.entry.reason.as_str())).collect();
    let reasons = ["call", "check_at_door", "care_duty"];
    assert_eq!(told, people.iter().map(ToString::to_string).zip(reasons).collect::<Vec<_>>());
    assert_eq!(lines[1].entry.detail, "2026-09-21 22:14", "by the phone's clock, local time");
    assert!(audit(&bench, "openings_differ").is_empty());
}

#[test]
fn a_long_log_comes_in_pieces() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let mut log = Log { worker: phone.worker, rows: Vec::new() };
    (0..MOST_OPENINGS + 50).for_each(|_| log.open(bench.id(), "call"));
    let first = greet(&bench, &mut phone, log.after(0));
    assert_eq!(first, MOST_OPENINGS as u64);
    // The answer was lost: the first piece again, shorter than what the county has afterwards.
    assert_eq!(greet(&bench, &mut phone, log.after(MOST_OPENINGS)), 250);
    assert_eq!(greet(&bench, &mut phone, log.after(0)), 250);
    assert_eq!(audit(&bench, "phone_opened").len(), 250);
    assert!(audit(&bench, "openings_differ").is_empty());
}

#[test]
fn a_log_with_a_line_changed_or_taken_out_is_told_and_taken_from_its_beginning() {
    for tampered in [
        |log: &mut Log| drop(log.rows.pop()),
        |log: &mut Log| drop(log.rows.remove(0)),
        |log: &mut Log| log.rows[1].reason = "care_duty".to_owned(),
    ] {
        let bench = Bench::new();
        let mut phone = bench.phone("周慧", bench.areas.grid);
        let mut log = Log { worker: phone.worker, rows: Vec::new() };
        (0..3).for_each(|_| log.open(bench.id(), "call"));
        assert_eq!(greet(&bench, &mut phone, log.after(0)), 3);
        tampered(&mut log);
        let since = bench.id();
        log.open(since, "call");
        let told = greet(&bench, &mut phone, log.after(3));
        assert_eq!((told, audit(&bench, "openings_differ").len()), (0, 1));
        assert_eq!(greet(&bench, &mut phone, log.after(0)), log.rows.len() as u64);
        let lines = audit(&bench, "phone_opened");
        assert!(lines.iter().any(|row| row.entry.subject == since.to_string()));
    }
}

#[test]
fn a_town_reads_what_its_own_workers_opened_and_nobody_elses() {
    let desk = Desk::new();
    let areas = &desk.bench.areas;
    for (name, area) in [("周慧", areas.grid), ("李敏", areas.foreign)] {
        let mut phone = desk.bench.phone(name, area);
        let mut log = Log { worker: phone.worker, rows: Vec::new() };
        log.open(desk.bench.id(), "call");
        assert_eq!(greet(&desk.bench, &mut phone, log.after(0)), 1);
    }
    for (account, role, area, opened) in [
        ("own", "town", areas.community, vec!["周慧"]),
        ("foreign", "town", areas.foreign, vec!["李敏"]),
        ("sibling", "town", areas.sibling, vec![]),
        ("centre", "county", areas.county, vec!["李敏", "周慧"]),
    ] {
        let session = desk.account(account, role, area);
        let audit = desk.read(&session, "audit?limit=50");
        let rows = audit["rows"].as_array().unwrap();
        let lines = rows.iter().filter(|row| row["what"] == "phone_opened");
        let who: Vec<&str> = lines.map(|row| row["who"].as_str().unwrap()).collect();
        assert_eq!(who.len(), opened.len(), "{account}: {who:?}");
        for (who, name) in who.iter().zip(opened) {
            assert!(who.starts_with(name), "{account}: {who}");
        }
    }
}

#[test]
fn openings_that_are_none_are_refused_whole() {
    let bench = Bench::new();
    let mut phone = bench.phone("周慧", bench.areas.grid);
    let mut log = Log { worker: phone.worker, rows: Vec::new() };
    log.open(bench.id(), "call");
    let sound = log.after(0);
    let bad = [
        Openings { first: 0, ..sound.clone() },
        Openings { before: vec![0; 31], ..sound.clone() },
        Openings { rows: vec![Opening { person: vec![1; 15], ..sound.rows[0].clone() }], ..sound.clone() },
        Openings {
            rows: vec![Opening { reason: "他不在家 14200000000".into(), ..sound.rows[0].clone() }],
            ..sound.clone()
        },
        Openings { rows: vec![sound.rows[0].clone(); MOST_OPENINGS + 1], ..sound.clone() },
    ];
    for opened in bad {
        let (epoch, opened) = (phone.epoch.clone(), Some(opened));
        let hello = Hello { protocol: 1, epoch, counter: 0, cursor: 0, mark: None, opened };
        let answer = phone.post(&bench, "/sync/v1/hello", messages::encode(&hello));
        assert_eq!((answer.status, answer.code().as_deref()), (400, Some("bad_request")));
    }
    assert!(audit(&bench, "phone_opened").is_empty());
}
