//! Undo takes back all that one touch saved, and a report becomes a form again.

use super::incidents::with_categories;
use super::near::take;
use super::phone::{Phone, id, named, text};
use crate::views::households::{HouseholdArgs, HouseholdEdit, HouseholdView, Saved, UndoArgs};
use crate::views::incidents::{DraftPhotosArgs, IncidentArgs, ReportArgs};
use crate::views::people::{MoveIn, PersonEdit};
use crate::views::session::DraftKey;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::StepVerb;
use xunge_domain::value::Value;
use xunge_store::PhotoState;

const FORM: &str = "incident:new";

fn street() -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301"), ("1", 2, "201")]);
    phone.household(100, 20, &[named("单秀兰"), named("毕文红")]);
    phone
}

fn page(phone: &Phone) -> HouseholdView {
    phone.open.household(&HouseholdArgs { id: id(100).to_string() }).unwrap()
}

fn undo(phone: &Phone, saved: Saved) -> crate::error::Result<()> {
    phone.open.undo(&UndoArgs { undo: saved.undo.unwrap() })
}

/// Name, relation, phone.
type Person = (String, String, Option<String>);

/// What stands on the page, without what the log and the outbox say of it: door, note, people.
fn stands(phone: &Phone) -> (String, String, Vec<Person>) {
    let page = page(phone);
    let people = page.people.into_iter().map(|line| (line.name, line.relation, line.phone));
    (page.door, page.note, people.collect())
}

#[test]
fn a_form_that_wrote_two_records_is_undone_in_both() {
    let phone = street();
    let before = stands(&phone);
    let fields = [("phone", "14211110000"), ("relation", "3")];
    let edit = PersonEdit {
        id: Some(id(104).to_string()),
        household: None,
        moves_into: None,
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let saved = phone.open.save_person(&edit).unwrap();
    assert_ne!(stands(&phone).2[1], before.2[1]);
    undo(&phone, saved).unwrap();
    assert_eq!(stands(&phone), before, "the relation as well as the number");

    let moved = HouseholdEdit {
        id: Some(id(100).to_string()),
        dwelling: Some(id(21).to_string()),
        occupancy: None,
        note: Some("门铃坏了".into()),
        phone: None,
        beside: false,
    };
    let saved = phone.open.save_household(&moved).unwrap();
    let (door, note, _) = stands(&phone);
    assert_ne!((&door, &note), (&before.0, &before.1));
    undo(&phone, saved).unwrap();
    assert_eq!(stands(&phone), before, "the door as well as the note");
}

#[test]
fn several_touches_are_undone_together_or_not_at_all() {
    let phone = street();
    let household = HouseholdEdit {
        id: None,
        dwelling: Some(id(21).to_string()),
        occupancy: None,
        note: None,
        phone: None,
        beside: false,
    };
    let made = phone.open.save_household(&household).unwrap();
    let person = PersonEdit {
        id: None,
        household: Some(made.id.clone()),
        moves_into: None,
        fields: [("name".to_owned(), "示例新人".to_owned())].into(),
    };
    let added = phone.open.save_person(&person).unwrap();
    let both = format!("{} {}", made.undo.unwrap(), added.undo.as_deref().unwrap());
    // The person was changed since: nothing of the two is taken back.
    let rename = PersonEdit {
        id: Some(added.id.clone()),
        household: None,
        moves_into: None,
        fields: [("name".to_owned(), "示例旧人".to_owned())].into(),
    };
    let renamed = phone.open.save_person(&rename).unwrap();
    let refused = phone.open.undo(&UndoArgs { undo: both.clone() }).unwrap_err();
    assert_eq!(refused.code(), "undo_gone");
    let there = |household: &str| phone.open.household(&HouseholdArgs { id: household.to_owned() });
    assert_eq!(there(&made.id).unwrap().people.len(), 1);
    undo(&phone, renamed).unwrap();
    let refused = phone.open.undo(&UndoArgs { undo: both }).unwrap_err();
    assert_eq!(refused.code(), "undo_gone", "the name has a later hand, also one that took itself back");
    let one = phone.open.undo(&UndoArgs { undo: "7:1 nonsense".into() }).unwrap_err();
    assert_eq!(one.code(), "undo_gone");
}

fn report(phone: &Phone, self_resolved: bool) -> Saved {
    let args = ReportArgs {
        form: FORM.into(),
        category: "lamp_out".into(),
        text: "第三盏不亮".into(),
        place_name: "2幢北路".into(),
        self_resolved,
        resolution: if self_resolved { "换了灯泡".into() } else { String::new() },
        no_fix_reason: Some("indoors".into()),
    };
    phone.open.report_incident(&args).unwrap()
}

fn pictures(phone: &Phone) -> Vec<String> {
    let args = DraftPhotosArgs { form: FORM.into() };
    phone.open.draft_photos(&args).unwrap().into_iter().map(|photo| photo.id).collect()
}

fn bytes(phone: &Phone, photos: &[String]) -> Vec<Vec<u8>> {
    let both = |photo: &String| [false, true].map(|small| phone.open.photo_bytes(photo, small).unwrap());
    photos.iter().flat_map(both).collect()
}

#[test]
fn a_photo_whose_file_is_gone_is_told_of_and_the_report_is_undone_all_the_same() {
    let phone = with_categories();
    phone.device.load_photos(vec![super::near::picture(40), super::near::picture(90)]);
    take(&phone).unwrap();
    take(&phone).unwrap();
    let taken = pictures(&phone);
    let saved = report(&phone, false);
    phone.open.store.photos().remove(taken[0].parse().unwrap()).unwrap();
    undo(&phone, saved).unwrap();
    let back = pictures(&phone);
    assert_eq!(back.len(), 1, "the other one");
    assert!(phone.open.photo_bytes(&back[0], false).is_ok());
    let lost = phone.open.store.read(|r| r.photo(taken[0].parse().unwrap())).unwrap().unwrap();
    assert_eq!(lost.state, PhotoState::ToSend, "it is tried, and said to be damaged then");
}

#[test]
fn an_undoing_that_is_refused_leaves_no_file_behind() {
    let phone = with_categories();
    phone.device.load_photos(vec![super::near::picture(40), super::near::picture(90)]);
    take(&phone).unwrap();
    let first = report(&phone, false);
    take(&phone).unwrap();
    let files = || std::fs::read_dir(phone.photo_folder()).unwrap().count();
    let before = files();
    assert_eq!(undo(&phone, first).unwrap_err().code(), "report_begun");
    assert_eq!(files(), before);
}

#[test]
fn a_report_that_is_undone_is_a_form_again_with_words_and_photos() {
    for self_resolved in [false, true] {
        let phone = with_categories();
        phone.device.load_photos(vec![super::near::picture(40), super::near::picture(90)]);
        take(&phone).unwrap();
        take(&phone).unwrap();
        let taken = pictures(&phone);
        assert_eq!(taken.len(), 2);
        let seen = bytes(&phone, &taken);
        let saved = report(&phone, self_resolved);
        let incident = saved.id.clone();
        assert!(pictures(&phone).is_empty());
        // One of them was on its way already.
        let first = taken[0].parse().unwrap();
        phone
            .open
            .store
            .write::<_, crate::ClientError>(|w| Ok(w.photo_sent(first, Some("/u"), 10)?))
            .unwrap();
        undo(&phone, saved).unwrap();

        assert_eq!(phone.open.incident(&IncidentArgs { id: incident }).unwrap_err().code(), "not_found");
        let back = pictures(&phone);
        assert!(
            back.iter().all(|photo| !taken.contains(photo)),
            "the ids are those of the evidence that is over"
        );
        assert_eq!(bytes(&phone, &back), seen);
        assert!(phone.open.store.read(|r| r.photo(first)).unwrap().is_none());
        assert_eq!(phone.open.photo_bytes(&taken[0], false).unwrap_err().code(), "not_found");
        let states = phone.open.store.read(|r| r.photo(back[0].parse().unwrap())).unwrap().unwrap();
        assert_eq!((states.state, states.sent_bytes, states.upload_url), (PhotoState::Draft, 0, None));
        let draft = phone.open.load_draft(&DraftKey { form: FORM.into() }).unwrap().unwrap();
        let mut wanted = vec![
            ("category", "lamp_out"),
            ("no_fix_reason", "indoors"),
            ("place_name", "2幢北路"),
            ("text", "第三盏不亮"),
        ];
        if self_resolved {
            wanted.insert(3, ("resolution", "换了灯泡"));
            wanted.sort_unstable();
        }
        let kept: Vec<(&str, &str)> =
            draft.fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(kept, wanted);

        // Reported again the photos are evidence of the new one, and of nothing else.
        let again = report(&phone, self_resolved);
        let view = phone.open.incident(&IncidentArgs { id: again.id.clone() }).unwrap();
        assert_eq!(view.photos.iter().map(|photo| photo.id.clone()).collect::<Vec<_>>(), back);
        assert!(pictures(&phone).is_empty());
        undo(&phone, again).unwrap();
        assert_eq!(bytes(&phone, &pictures(&phone)), seen);
        let evidence = phone.open.store.read(|r| r.row(RecordKind::PhotoEvidence, first)).unwrap();
        assert!(evidence.unwrap().deleted, "nobody waits for it at the county");
    }
}

#[test]
fn a_report_does_not_come_back_into_a_form_in_which_another_was_begun() {
    let phone = with_categories();
    phone.device.load_photos(vec![super::near::picture(40), super::near::picture(90)]);
    take(&phone).unwrap();
    let first = report(&phone, false);
    take(&phone).unwrap();
    let begun = pictures(&phone);
    let handle = first.undo.clone().unwrap();
    assert_eq!(undo(&phone, first.clone()).unwrap_err().code(), "report_begun");
    assert_eq!(pictures(&phone), begun, "the photo of another place is not among them");
    assert!(phone.open.incident(&IncidentArgs { id: first.id }).is_ok());
    report(&phone, false);
    phone.open.undo(&UndoArgs { undo: handle.clone() }).unwrap();
    assert_eq!(phone.open.undo(&UndoArgs { undo: handle }).unwrap_err().code(), "report_begun");
    report(&phone, false);
}

#[test]
fn a_report_the_desk_has_answered_is_not_undone() {
    let phone = with_categories();
    let saved = report(&phone, false);
    let incident: xunge_domain::ids::RecordId = saved.id.parse().unwrap();
    let fields = vec![
        ("incident", Value::reference(incident)),
        ("verb", Value::Int(StepVerb::Accept.code())),
        ("turn", Value::Int(2)),
        ("at", Value::Int(1_790_000_000_000)),
        ("by", text("富民镇网格中心")),
    ];
    phone.county(RecordKind::IncidentStep, 900, fields);
    let id = saved.id.clone();
    assert_eq!(undo(&phone, saved).unwrap_err().code(), "undo_gone");
    assert_eq!(phone.open.incident(&IncidentArgs { id }).unwrap().line.state, "accepted");
}

#[test]
fn who_moves_into_an_empty_flat_brings_the_household_or_neither_is_there() {
    let phone = street();
    let into = |name: &str| PersonEdit {
        id: None,
        household: None,
        moves_into: Some(MoveIn {
            dwelling: id(21).to_string(),
            occupancy: Some("tenant".into()),
            beside: false,
        }),
        fields: [("name".to_owned(), name.to_owned())].into(),
    };
    let count = |phone: &Phone| phone.open.own_operations().unwrap().len();
    let before = count(&phone);
    assert_eq!(phone.open.save_person(&into("12345")).unwrap_err().code(), "invalid_field");
    let both = PersonEdit { household: Some(id(100).to_string()), ..into("示例新人") };
    assert_eq!(phone.open.save_person(&both).unwrap_err().code(), "invalid_field");
    assert_eq!(count(&phone), before, "no empty household is left");

    let saved = phone.open.save_person(&into("示例新人")).unwrap();
    let home = HouseholdArgs { id: saved.id.clone() };
    let page = phone.open.household(&home).unwrap();
    assert_eq!((page.occupancy.as_str(), page.people.len()), ("tenant", 1));
    undo(&phone, saved).unwrap();
    assert_eq!(phone.open.household(&home).unwrap_err().code(), "not_found", "nor is it left empty");
}
