//! The log of the real program, at its finest level, while phones and the desk do everything with marked people: nobody
//! stands in it, nor can anybody be read in the county's folder.

use crate::bench::{Answer, Seeded, redeem};
use crate::killed::{Served, county};
use crate::marks::{Marks, files_below};
use crate::phone::Phone;
use crate::pictures::picture;
use axum::body::Body;
use axum::http::Request;
use ed25519_dalek::SigningKey;
use serde_json::{Value as Json, json};
use std::process::Command;
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldType, RecordKind};
use xunge_domain::value::Value;
use xunge_server::county::Settings;
use xunge_server::desk::passwords;
use xunge_server::storage::DeskAccount;
use xunge_server::world::open_county;
use xunge_sync::messages::{self, BeginUpload, Enrolled, Pushed};

const PASSWORD: &str = "mark-password-990101";

fn id(n: u128) -> RecordId {
    RecordId(uuid::Uuid::from_u128((0x990101 << 64) | n))
}

/// A text for each free field of a kind.
fn marked(marks: &mut Vec<String>, kind: RecordKind) -> Vec<(u16, Value)> {
    let free = kind.fields().iter().filter(|field| {
        field.holds == FieldType::Text
            && !matches!(field.name, "category" | "contact_phones" | "other_phones" | "remarks" | "checks")
    });
    free.map(|field| {
        let mark = format!("欧阳{:03}{}canary", marks.len(), field.name);
        marks.push(mark.clone());
        (field.key.0, Value::Text(mark))
    })
    .collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn send(served: &Served, request: Request<Body>) -> Answer {
    served.call(request).expect("a whole answer")
}

/// Pushes one record of each kind with marks in it, and a picture.
fn field(served: &Served, phone: &mut Phone, grid: RecordId, marks: &mut Vec<String>) {
    let bytes = picture(7);
    let hash = crate::authorisation::sha256(&bytes);
    let kinds = [RecordKind::Household, RecordKind::Person, RecordKind::Residence, RecordKind::Visit];
    let kinds = kinds.into_iter().chain([RecordKind::Patrol, RecordKind::CheckIn, RecordKind::Incident]);
    for (n, kind) in (1..).zip(kinds.chain([RecordKind::IncidentStep, RecordKind::PhotoEvidence])) {
        let mut values = marked(marks, kind);
        match kind {
            RecordKind::Residence => {
                values.extend([
                    (1, Value::reference(id(2))),
                    (2, Value::reference(id(1))),
                    (4, Value::Int(0)),
                ]);
            }
            RecordKind::Visit => values.push((1, Value::reference(id(1)))),
            RecordKind::IncidentStep => values.extend([(1, Value::reference(id(7))), (2, Value::Int(1))]),
            RecordKind::PhotoEvidence => {
                values.extend([(1, Value::reference(id(7))), (3, Value::Bytes(hash.to_vec()))]);
            }
            _ => {}
        }
        let payload =
            values.into_iter().fold(xunge_domain::operation::Payload::default(), |payload, (key, value)| {
                payload.put(xunge_domain::records::FieldKey(key), value)
            });
        phone.write_payload(kind, id(n), grid, payload, 1);
    }
    // One that is refused for its area, one of a kind nobody knows.
    let outside = marked(marks, RecordKind::Visit);
    let payload =
        outside.into_iter().fold(xunge_domain::operation::Payload::default(), |payload, (key, value)| {
            payload.put(xunge_domain::records::FieldKey(key), value)
        });
    phone.write_payload(RecordKind::Visit, id(50), id(51), payload, 1);
    let (push, after) = phone.push_message();
    let answer = send(served, phone.request("POST", "/sync/v1/push", messages::encode(&push)));
    let pushed: Pushed = answer.message();
    assert_eq!(pushed.outcomes.last().unwrap().reason.as_deref(), Some("out_of_scope"));
    assert_eq!(pushed.outcomes.iter().filter(|outcome| outcome.reason.is_some()).count(), 1);
    phone.chain = after;
    phone.unsent.clear();

    let begin = BeginUpload {
        evidence: id(9).0.as_bytes().to_vec(),
        which: 1,
        length: bytes.len() as u64,
        sha256: hash.to_vec(),
    };
    let answer = send(served, phone.request("POST", "/sync/v1/uploads", messages::encode(&begin)));
    let url = answer.header("location").to_owned();
    // The token is a secret like a password.
    marks.push(url.rsplit('/').next().unwrap().to_owned());
    for (offset, piece, status) in
        [(0, &bytes[..9_000], 204), (5, &bytes[..9], 409), (9_000, &bytes[9_000..], 204)]
    {
        let patch = Request::patch(&url)
            .header("tus-resumable", "1.0.0")
            .header("content-type", "application/offset+octet-stream")
            .header("upload-offset", offset);
        assert_eq!(send(served, patch.body(Body::from(piece.to_vec())).unwrap()).status, status);
    }
}

/// Logs in wrongly and rightly, searches by name, opens a person.
fn desk(served: &Served, grid: RecordId, marks: &mut Vec<String>) {
    let login = |password: &str| {
        let sent = json!({ "name": "county", "password": password }).to_string();
        send(served, Request::post("/desk/api/login").body(Body::from(sent)).unwrap())
    };
    marks.push("mark-wrong-password".into());
    assert_eq!(login("mark-wrong-password").status, 401);
    let entered = login(PASSWORD);
    let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
    let csrf = serde_json::from_slice::<Json>(&entered.body).unwrap()["csrf"].as_str().unwrap().to_owned();
    marks.extend([cookie.trim_start_matches("xunge_desk=").to_owned(), csrf.clone()]);
    let name = marks.iter().find(|mark| mark.contains("name")).unwrap().clone();
    let with = |request: axum::http::request::Builder, sent: &str| {
        let request = request.header("cookie", &cookie).header("x-csrf-token", &csrf);
        send(served, request.body(Body::from(sent.to_owned())).unwrap())
    };
    let search = format!("/desk/api/areas/{grid}/households?query={}", percent(&name));
    assert_eq!(with(Request::get(&search), "").status, 200);
    let reason = "mark-reason-why".to_owned();
    let open = format!("/desk/api/people/{}/open", id(2));
    let opened = with(Request::post(&open), &json!({ "reason": "call", "text": reason }).to_string());
    assert!(
        opened.status == 200 && String::from_utf8_lossy(&opened.body).contains(&name),
        "{}",
        opened.status
    );
    marks.push(reason);
    assert_eq!(with(Request::get(format!("/desk/api/households/{}", percent(&name))), "").status, 404);
    assert_eq!(with(Request::get(format!("/sync/v1/{}", percent(&name))), "").status, 404);
    assert_eq!(with(Request::post(&open), &name).status, 400);
}

#[test]
fn nobody_stands_in_the_log_or_in_the_files_of_a_county_that_serves() {
    let folder = tempfile::tempdir().unwrap();
    let (places, ca, grid, codes) = county(folder.path());
    {
        let county = open_county(&places, Settings::default()).unwrap();
        let password = passwords::keep(PASSWORD, &Seeded::new(3)).unwrap();
        let area = county.areas().ancestors(grid).last().copied().unwrap();
        let account =
            DeskAccount { name: "county".into(), password, role: "county".into(), area, disabled: false };
        county.write(|tx| Ok(tx.rows().put_desk_account(&account)?)).unwrap();
    }
    let (logs, data) = (folder.path().join("log"), places.data.clone());
    let file = std::fs::File::create(&logs).unwrap();
    let mut served = Served::logging(&places, &ca, "trace", file);
    let mut words = vec![PASSWORD.to_owned()];
    let key = SigningKey::from_bytes(&[4; 32]);
    let code_of = |code: &str| {
        Request::post("/enrol/v1/redeem").body(messages::encode(&redeem(code, &key)).into()).unwrap()
    };
    assert!(send(&served, code_of("ZZZZZZZZ")).status >= 400);
    let enrolled: Enrolled = send(&served, code_of(&codes[0])).message();
    let mut phone = Phone::new(key, &enrolled);
    field(&served, &mut phone, grid, &mut words);
    desk(&served, grid, &mut words);
    let mut marks = Marks::default();
    for word in &words {
        marks.text(word);
        marks.text(&percent(word));
    }
    assert!(marks.len() > 20, "{words:?}");
    assert_eq!(marks.found_below(&data), [], "while it runs");
    Command::new("kill").args(["-TERM", &served.child.id().to_string()]).status().unwrap();
    assert!(served.child.wait().unwrap().success());
    assert!(files_below(&data).len() >= 3);
    assert_eq!(marks.found_below(&data), [], "stopped");
    let logged = std::fs::read(&logs).unwrap();
    let text = String::from_utf8_lossy(&logged);
    for line in ["phone enrolled", "code refused", "pushed", "stopped", "DEBUG"] {
        assert!(text.contains(line), "{line} was logged: {text}");
    }
    assert_eq!(marks.found_in(&logged), [""; 0], "{text}");
    assert!(!text.contains(&codes[0]), "nor does the code");
    // What is looked for would be found.
    let leak = [&logged[..], words[4].as_bytes()].concat();
    assert_eq!(marks.found_in(&leak), [words[4].as_str()]);
}
