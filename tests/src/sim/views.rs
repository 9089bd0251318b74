//! What the phones show at rest: the county's records of their areas and nothing else, and the same pages as a phone that
//! was enrolled a moment ago.

use super::acts::{list, text};
use super::at_rest::Books;
use super::ledger::Held;
use super::run::Run;
use super::template::FRESH;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use xunge_client::Open;
use xunge_client::syncing::Next;
use xunge_domain::ids::RecordId;
use xunge_domain::records::{FieldKey, RecordKind, SlotCode};
use xunge_server::county::County;
use xunge_server::storage::Fed;
use xunge_store::{RowValue, StoredOperation};
use xunge_sync::merge::MergedField;

/// Most items of the review page.
const MOST_ITEMS: usize = 50;

impl Run {
    /// Row by row, phones against the county; nothing of an area that is not granted; the review page complete.
    pub(super) fn phones_show_the_county(&mut self, county: &County, books: &Books) {
        let mut wrong: Vec<(&'static str, String)> = Vec::new();
        let at_county: BTreeMap<RecordId, _> = books
            .records
            .keys()
            .filter_map(|record| Some((*record, county.record(*record).ok().flatten()?)))
            .collect();
        for at in 0..self.hands.len() {
            let hand = &self.hands[at];
            if !hand.is_open() {
                continue;
            }
            let granted: BTreeSet<RecordId> =
                county.grants_of(hand.worker).unwrap_or_default().iter().map(|grant| grant.area).collect();
            let open = hand.phone.open();
            let own: BTreeSet<RecordId> = unapplied(self, at);
            let mut conflicts: BTreeSet<String> = BTreeSet::new();
            let mut hidden = 0;
            let compared = open.change(|change| {
                for (record, ops) in &books.records {
                    let Some(first) = ops.first() else { continue };
                    let Some(kind) = RecordKind::from_code(first.op.header.kind) else { continue };
                    let Some(theirs) = at_county.get(record) else { continue };
                    let mine = change.writer.row(kind, *record)?;
                    if !granted.contains(&theirs.area) {
                        let above = kind == RecordKind::Area
                            || kind == RecordKind::IncidentCategory
                            || kind == RecordKind::CareCategory;
                        if mine.is_some() && !above {
                            let at = mine.map(|row| row.area);
                            let known = known(&change.writer.operations_of(*record)?, ops, &open);
                            let what =
                                format!("{} still has {kind:?} {record} in {at:?}: {known}", hand.name());
                            wrong.push(("nothing out of scope", what));
                        }
                        hidden += usize::from(!above);
                        continue;
                    }
                    if own.contains(record) {
                        // An own edit that the county keeps without applying it stays laid over.
                        continue;
                    }
                    let slots = books.conflicts.get(record).into_iter().flat_map(BTreeMap::keys);
                    conflicts.extend(slots.map(|slot| handle(kind, *record, *slot)));
                    let Some(mine) = mine else {
                        let known = known(&change.writer.operations_of(*record)?, ops, &open);
                        wrong.push((
                            "everyone converges",
                            format!("{} lacks {kind:?} {record}: {known}", hand.name()),
                        ));
                        continue;
                    };
                    if mine.deleted != (theirs.deleted || theirs.erased)
                        || fields(&mine.values) != merged(&theirs.fields)
                    {
                        let what = format!(
                            "{}: {kind:?} {record} is {:?} (deleted {}), at the county {:?} (deleted {})",
                            hand.name(),
                            fields(&mine.values),
                            mine.deleted,
                            merged(&theirs.fields),
                            theirs.deleted
                        );
                        wrong.push(("everyone converges", what));
                    }
                }
                Ok(())
            });
            if let Err(error) = compared {
                wrong.push((
                    "everyone converges",
                    format!("{} cannot be read: {}", hand.name(), error.code()),
                ));
            }
            let review = hand.call("review", json!({})).unwrap_or_default();
            let told: BTreeSet<String> =
                list(&review, "conflicts").iter().map(|item| text(item, "id")).collect();
            let missing: Vec<&String> = conflicts.difference(&told).collect();
            if !missing.is_empty() && told.len() < MOST_ITEMS {
                wrong
                    .push(("every loser is in review", format!("{} does not show {missing:?}", hand.name())));
            }
            if hidden > 0 && self.moved.iter().any(|moved| moved.device == hand.device) {
                self.tally.add("area purged");
            }
        }
        for (invariant, what) in wrong {
            self.breaks(invariant, what);
        }
    }

    /// Page by page, one of the phones against one that has just had its first sync of the same areas at the same hour.
    pub(super) fn as_a_fresh_phone(&mut self) {
        let at = self.chance.below(self.hands.len() as u64) as usize;
        if !self.hands[at].is_open() || !unapplied(self, at).is_empty() {
            return;
        }
        let county = self.host.county.county();
        let made = &self.made.fresh;
        let grants = county.grants_of(self.hands[at].worker).unwrap_or_default();
        if grants.is_empty() {
            return;
        }
        for grant in grants {
            if let Err(error) = county.grant(made.worker, grant.area) {
                self.breaks("as a fresh phone", format!("no grant: {}", error.code()));
            }
        }
        let fresh = self.hand(FRESH, FRESH, &made.image, made.worker, made.device, &Held::default());
        fresh.phone.clock.show(self.hands[at].phone.clock.shows());
        if let Err(code) = fresh.unlock() {
            return self.breaks("as a fresh phone", format!("it does not open: {code}"));
        }
        for _ in 0..200 {
            match fresh.phone.sync_step() {
                Ok(Next::Go) => {}
                _ => break,
            }
        }
        let (mine, theirs) = (pages(&self.hands[at]), pages(&fresh));
        let name = self.hands[at].name();
        let differs = mine.iter().zip(&theirs).find(|(mine, theirs)| mine != theirs);
        if let Some((mine, theirs)) = differs {
            let what =
                format!("{name} and a fresh phone differ in {}: {}", mine.0, difference(&mine.1, &theirs.1));
            self.breaks("as a fresh phone", what);
        } else if mine.len() != theirs.len() {
            let what = format!("{name} has {} pages, a fresh phone {}", mine.len(), theirs.len());
            self.breaks("as a fresh phone", what);
        }
    }
}

/// Where operations of a record stand at the county and on a phone, for whoever reads a failure.
fn known(here: &[StoredOperation], there: &[Fed], open: &Open) -> String {
    let there: Vec<String> = there.iter().map(|fed| fed.op.id().to_string()).collect();
    let here: Vec<String> =
        here.iter().map(|held| format!("{} {:?} {}", held.id(), held.state, held.header.area)).collect();
    format!("at the county {there:?}, here {here:?}, areas {:?}", open.identity().areas)
}

/// Records of which the county keeps an edit of this phone without having applied it.
fn unapplied(run: &Run, at: usize) -> BTreeSet<RecordId> {
    use xunge_store::OpState::{Refused, Waiting};
    super::faults::log_of_phone(run, at)
        .iter()
        .filter(|own| matches!(own.stored.state, Refused | Waiting))
        .map(|own| own.stored.header.record)
        .collect()
}

fn handle(kind: RecordKind, record: RecordId, slot: SlotCode) -> String {
    format!("{}:{record}:{}", kind.name(), slot.0)
}

fn fields(row: &BTreeMap<FieldKey, RowValue>) -> BTreeMap<FieldKey, String> {
    row.iter()
        .filter_map(|(key, value)| match value {
            RowValue::Absent => None,
            RowValue::One(value) => Some((*key, format!("{value:?}"))),
            RowValue::Many(values) => Some((*key, format!("{values:?}"))),
        })
        .collect()
}

fn merged(row: &BTreeMap<FieldKey, MergedField>) -> BTreeMap<FieldKey, String> {
    row.iter()
        .filter_map(|(key, value)| match value {
            MergedField::One(xunge_domain::value::Value::Null) => None,
            MergedField::One(value) => Some((*key, format!("{value:?}"))),
            MergedField::Many(values) => Some((*key, format!("{values:?}"))),
        })
        .collect()
}

/// What a phone shows of its area, without what is told about the phone itself.
fn pages(hand: &super::hand::Hand) -> Vec<(String, Json)> {
    let mut pages = Vec::new();
    let mut page = |command: &str, args: Json| {
        let shown = hand.call(command, args.clone()).unwrap_or_else(Json::String);
        pages.push((format!("{command} {args}"), impersonal(shown.clone())));
        shown
    };
    let head = page("households_head", json!({}));
    for building in list(&head, "buildings") {
        page("building", json!({ "id": text(building, "id") }));
    }
    let lines = page("households", json!({ "query": "", "page": { "offset": 0, "limit": 50 } }));
    for line in list(&lines, "rows") {
        page("household", json!({ "id": text(line, "id") }));
    }
    page("households", json!({ "query": "示", "page": { "offset": 0, "limit": 50 } }));
    let incidents = page("incidents", json!({ "filter": "all" }));
    for line in list(&incidents, "rows") {
        page("incident", json!({ "id": text(line, "id") }));
    }
    page("review", json!({}));
    // Two homes behind one door stand in the order in which they came here.
    pages.sort_by(|one, other| one.0.cmp(&other.0));
    pages
}

/// The first place where two pages differ, with what stands there.
fn difference(mine: &Json, theirs: &Json) -> String {
    match (mine, theirs) {
        (Json::Object(mine), Json::Object(theirs)) => {
            let names: BTreeSet<&String> = mine.keys().chain(theirs.keys()).collect();
            let name = names.into_iter().find(|name| mine.get(*name) != theirs.get(*name));
            name.map_or_else(String::new, |name| {
                let of = |page: &serde_json::Map<String, Json>| page.get(name).cloned().unwrap_or(Json::Null);
                format!("{name}.{}", difference(&of(mine), &of(theirs)))
            })
        }
        (Json::Array(mine), Json::Array(theirs)) if mine.len() == theirs.len() => {
            let at = (0..mine.len()).find(|at| mine[*at] != theirs[*at]).unwrap_or(0);
            format!("{at}.{}", difference(&mine[at], &theirs[at]))
        }
        _ => format!(" {mine} against {theirs}"),
    }
}

/// A page without words about whose phone it is and how far it has sent, and without what depends on the day.
fn impersonal(page: Json) -> Json {
    const OF_THE_PHONE: [&str; 14] = [
        "standing",
        "mine",
        "by",
        "sent_bytes",
        "refused",
        "visited_today",
        "due",
        "state",
        "to_check",
        "photos",
        "photo",
        "done",
        "may",
        "undo",
    ];
    match page {
        Json::Object(map) => Json::Object(
            map.into_iter()
                .filter(|(name, _)| !OF_THE_PHONE.contains(&name.as_str()))
                .map(|(name, value)| (name, impersonal(value)))
                .collect(),
        ),
        Json::Array(items) => {
            // Of two equal ones that comes first which was first here.
            let mut items: Vec<Json> = items.into_iter().map(impersonal).collect();
            items.sort_by_key(|item| text(item, "id"));
            Json::Array(items)
        }
        other => other,
    }
}
