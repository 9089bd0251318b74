//! The four words: on this phone, sending, at the county, needs you.

use super::phone::{Phone, id, named, text};
use crate::views::Page;
use crate::views::Standing;
use crate::views::households::{HouseholdArgs, HouseholdView, HouseholdsArgs};
use xunge_domain::records::RecordKind;
use xunge_store::OpState;

fn page(phone: &Phone) -> HouseholdView {
    phone.open.household(&HouseholdArgs { id: id(100).to_string() }).unwrap()
}

fn street() -> Phone {
    let phone = Phone::new();
    phone.building(10, "2幢", 1, 20, &[("1", 3, "301")]);
    phone.household(100, 20, &[named("单秀兰"), named("毕文红")]);
    phone
}

#[test]
fn a_change_goes_from_the_phone_to_the_county() {
    let phone = street();
    assert_eq!(page(&phone).standing, Standing::AtCounty);
    let op = phone.mine(RecordKind::Person, 102, vec![("note", text("耳背"))]);
    let now = page(&phone);
    assert_eq!(now.standing, Standing::OnPhone);
    assert_eq!((now.people[0].standing, now.people[1].standing), (Standing::OnPhone, Standing::AtCounty));

    phone.open.contact().offering = Some((1, op.counter));
    assert_eq!(page(&phone).standing, Standing::Sending);
    phone.mine(RecordKind::Person, 104, vec![("note", text("轮椅"))]);
    let now = page(&phone);
    assert_eq!((now.people[0].standing, now.people[1].standing), (Standing::Sending, Standing::OnPhone));
    assert_eq!(
        now.standing,
        Standing::OnPhone,
        "something of the household was saved after the batch was made"
    );

    phone.open.contact().offering = None;
    phone.settle(op, OpState::AtCounty, None);
    assert_eq!(page(&phone).people[0].standing, Standing::AtCounty);
}

#[test]
fn a_refusal_or_a_conflict_needs_the_worker() {
    let phone = street();
    let op = phone.mine(RecordKind::Person, 102, vec![("note", text("耳背"))]);
    phone.settle(op, OpState::Refused, Some("out_of_scope"));
    assert_eq!(page(&phone).standing, Standing::NeedsYou);

    let phone = street();
    let before = phone.state(RecordKind::Person, 104);
    phone.written_by(8, &before, RecordKind::Person, 104, vec![("phone", text("14211112222"))]);
    phone.written_by(9, &before, RecordKind::Person, 104, vec![("phone", text("14233334444"))]);
    let now = page(&phone);
    assert_eq!((now.standing, now.review), (Standing::NeedsYou, 1));
    assert_eq!((now.people[1].standing, now.people[1].review), (Standing::NeedsYou, 1));
    let lines =
        phone.open.households(&HouseholdsArgs { query: String::new(), page: Page::default() }).unwrap();
    assert_eq!(lines.rows[0].standing, Standing::NeedsYou);
    assert_eq!(phone.open.today_view().unwrap().counts.needs_you, 1);
}
