//! What a phone does while the power may go: one deed, call by call, each of which is there whole or not at all.

use super::phone::{Phone, list};
use crate::county::SimCounty;
use crate::scene::PIN;
use serde_json::{Value, json};

/// The PIN after the desk gave the key back.
pub const NEW_PIN: &str = "581427";

/// How a deed is judged after the power came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// What the screens show is what they showed after the last call that came back, or after the one under way.
    ByCalls,
    /// The phone catches up with its county, and both hold what they would have held.
    ByTheCounty,
    /// The phone is new and can be enrolled with the same code, or it is enrolled.
    ByEnrolling,
    /// The old PIN or the new one opens the phone, and what it held is there.
    ByPin,
}

/// A deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Visits, people, a household, a draft, an opened person; then the phone is locked, which tidies.
    Save,
    /// Photos are taken, one is dropped, an incident is reported with the rest.
    Attach,
    /// What was saved, pictures included, goes up.
    Push,
    /// What a colleague wrote, and a whole grid, come down.
    Pull,
    /// A new phone makes its store: every migration there is, from nothing.
    Migrate,
    /// The desk gives the key back, the store's key is wrapped anew under another PIN.
    Rekey,
    /// A phone that lost its power opens its store: the log is read back and folded in.
    Reopen,
    /// An area is taken away: what lies in it goes, once all of it is at the county.
    Purge,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Save,
        Self::Attach,
        Self::Push,
        Self::Pull,
        Self::Migrate,
        Self::Rekey,
        Self::Reopen,
        Self::Purge,
    ];

    /// Its name in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Save => "save",
            Self::Attach => "attach",
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Migrate => "migrate",
            Self::Rekey => "rekey",
            Self::Reopen => "reopen",
            Self::Purge => "purge",
        }
    }

    /// How it is judged.
    pub const fn judged(self) -> Judged {
        match self {
            Self::Save | Self::Attach | Self::Reopen => Judged::ByCalls,
            Self::Push | Self::Pull | Self::Purge => Judged::ByTheCounty,
            Self::Migrate => Judged::ByEnrolling,
            Self::Rekey => Judged::ByPin,
        }
    }

    /// Whether the phone is opened before the first call.
    pub const fn begins_open(self) -> bool {
        !matches!(self, Self::Migrate | Self::Rekey)
    }
}

/// What a deed needs to know of its surroundings.
pub struct Known<'a> {
    /// A code of the county, for the deeds that need one.
    pub code: &'a str,
}

type Call = Box<dyn Fn(&Phone, &Known<'_>) -> Result<Value, String>>;

fn call(command: &'static str, args: impl Fn(&Phone) -> Value + 'static) -> Call {
    Box::new(move |phone, _| phone.call(command, args(phone)))
}

/// The nth household of the grid.
pub fn household(phone: &Phone, n: usize) -> Value {
    let head = phone.call("households_head", json!({})).unwrap_or_default();
    let building = list(&head, "buildings").get(n).map_or(Value::Null, |building| building["id"].clone());
    let view = phone.call("building", json!({ "id": building })).unwrap_or_default();
    let floors = list(&view, "floors");
    let mut doors = floors.iter().flat_map(|floor| list(floor, "doors"));
    doors.find(|door| door["household"].is_string()).map_or(Value::Null, |door| door["household"].clone())
}

fn person(phone: &Phone, n: usize) -> Value {
    let page = phone.call("household", json!({ "id": household(phone, n) })).unwrap_or_default();
    list(&page, "people").first().map_or(Value::Null, |person| person["id"].clone())
}

fn visit(n: usize) -> Call {
    call(
        "record_visit",
        move |phone| json!({ "household": household(phone, n), "outcome": "nothing_changed", "note": format!("第{n}户") }),
    )
}

fn take_photo() -> Call {
    call("take_photo", |_| json!({ "form": "incident:new" }))
}

fn report() -> Call {
    call(
        "report_incident",
        |_| json!({ "form": "incident:new", "category": "lamp", "text": "灯不亮", "place_name": "东门" }),
    )
}

fn settle() -> Call {
    Box::new(|phone, _| phone.settle().map(|()| Value::Null))
}

fn lock() -> Call {
    call("lock", |_| json!({}))
}

fn saving() -> Vec<Call> {
    vec![
        visit(0),
        call("save_household", |phone| json!({ "id": household(phone, 1), "phone": "14300000001" })),
        call("save_person", |phone| {
            let fields = json!({ "name": "示新来", "relation": "8", "residence": "floating" });
            json!({ "household": household(phone, 2), "fields": fields })
        }),
        call("draft_save", |_| json!({ "form": "incident:new", "fields": { "text": "写到一半" } })),
        call("open_person", |phone| json!({ "id": person(phone, 3), "reason": "check_at_door" })),
        call(
            "remove_person",
            |phone| json!({ "id": person(phone, 0), "household": household(phone, 0), "reason": "moved_away" }),
        ),
        visit(3),
    ]
}

fn attaching() -> Vec<Call> {
    vec![
        // The log has its name on the disk by now: a photo cannot lean on the folder being synced for the log's sake.
        // Not the first household: with its only person gone, it left its flat.
        visit(3),
        take_photo(),
        take_photo(),
        call("drop_photo", |phone| {
            let photos = phone.call("draft_photos", json!({ "form": "incident:new" })).unwrap_or_default();
            json!({ "id": photos[0]["id"] })
        }),
        take_photo(),
        report(),
    ]
}

impl Deed {
    /// What the phone does before anything is recorded.
    pub fn before(self) -> Vec<Call> {
        match self {
            Self::Push | Self::Reopen | Self::Purge => {
                [saving(), attaching()].into_iter().flatten().collect()
            }
            Self::Rekey => vec![visit(0), visit(1)],
            Self::Save | Self::Attach | Self::Pull | Self::Migrate => Vec::new(),
        }
    }

    /// What it does while everything is recorded.
    pub fn calls(self) -> Vec<Call> {
        match self {
            Self::Save => saving().into_iter().chain([lock()]).collect(),
            Self::Attach => attaching().into_iter().chain([lock()]).collect(),
            Self::Push | Self::Pull | Self::Purge => vec![settle()],
            Self::Migrate => vec![Box::new(|phone, known| {
                phone.call("enrol", json!({ "address": "county.test:8443", "code": known.code, "pin": PIN }))
            })],
            Self::Rekey => vec![Box::new(|phone, known| {
                phone.call(
                    "reopen",
                    json!({ "address": "county.test:8443", "code": known.code, "pin": NEW_PIN }),
                )
            })],
            Self::Reopen => vec![visit(1), lock()],
        }
    }

    /// What the county does meanwhile, before anything is recorded; the phone does not know of it yet.
    pub fn meanwhile(self, county: &SimCounty, colleague: &Phone) {
        match self {
            Self::Pull => {
                for act in saving() {
                    act(colleague, &Known { code: "" }).expect("a colleague saves");
                }
                colleague.settle().expect("a colleague sends");
            }
            Self::Purge => {
                let devices = county.county().devices().expect("devices");
                let worker = devices.last().expect("the phone, which was enrolled last").worker;
                county.county().revoke_grant(worker, county.grid).expect("a grant is taken back");
            }
            _ => {}
        }
    }
}
