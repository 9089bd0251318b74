//! The core of the protocol, small, and explored whole: two phones, one county, a few edits of one field, and every order in
//! which requests and answers are lost, doubled or late, phones crash, and the county is put back from a backup.
//!
//! What is told anew here and what is the real code:
//!
//! - which step a phone takes: the real `xunge_sync::plan::Plan`, asked with the facts of the state
//! - what an edit replaces, and what a record shows: the real `xunge_sync::merge::RecordState`
//! - hashes and chains: the real `xunge_domain::operation::{Operation, Chain}`
//! - greeting: mirrors `client::syncing::greeting::learn` and `server::county::feed::hello`
//! - push and receipt: mirror `client::syncing::push` and `server::county::push`
//! - feed and snapshot: mirror `client::syncing::feed` (with `store::doubted`) and `server::county::{feed, snapshot}`
//!
//! The simulator (`xunge_tests::sim`) runs the programs themselves and meets some of their states; this meets all states of
//! a sketch of them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on says so and ends")]

use stateright::{Checker as _, Model, Property};
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::{Chain, Header, HeaderEvidence, Operation, Payload, Verb};
use xunge_domain::records::{FieldKey, RecordKind};
use xunge_domain::value::{Edit, Value};
use xunge_sync::merge::{RecordState, Written};
use xunge_sync::plan::{Facts, Plan, Step};

const PHONES: usize = 2;
const KIND: RecordKind = RecordKind::Household;
const FIELD: FieldKey = FieldKey(1);

/// An edit of the one record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Op {
    phone: usize,
    counter: u64,
    height: u32,
    payload: Vec<u8>,
}

impl Op {
    fn id(&self) -> OpId {
        OpId::new(u32::try_from(self.phone).unwrap() + 1, self.counter)
    }

    fn real(&self) -> Operation {
        let nowhere = RecordId(uuid::Uuid::nil());
        let header = Header {
            id: self.id(),
            verb: Verb::WRITE,
            kind: KIND.code(),
            record: nowhere,
            area: nowhere,
            height: self.height,
            evidence: HeaderEvidence::default(),
            extra: Vec::new(),
        };
        Operation { header, salt: [0; 16], payload: self.payload.clone() }
    }
}

fn chain(log: &[Op]) -> Chain {
    log.iter().fold(Chain::default(), |chain, op| chain.with(&op.real().hash()))
}

fn record<'a>(ops: impl Iterator<Item = &'a Op>) -> RecordState {
    let mut state = RecordState::default();
    for op in ops {
        let payload = Payload::decode(KIND.code(), &op.payload).unwrap();
        state.add(op.id(), Written { height: op.height, verb: Verb::WRITE, payload });
    }
    state
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Phone {
    /// Durable: own operations.
    log: Vec<Op>,
    /// Durable: how many of them have a receipt.
    received: usize,
    /// Durable: the epoch last heard of, and whether a snapshot is due.
    epoch: u8,
    snapshot: bool,
    /// Durable: operations of others, and how far the feed was read.
    others: BTreeSet<Op>,
    cursor: u64,
    /// Gone with a crash: the head of the feed at the greeting; whether the feed was read since the last tick.
    greeted: Option<u64>,
    pulled: bool,
}

impl Phone {
    fn shown(&self) -> RecordState {
        record(self.log.iter().chain(&self.others))
    }

    fn next(&self) -> Step {
        let mut plan = Plan::default();
        if let Some(head) = self.greeted {
            plan.greeted(head, 0);
        }
        if self.pulled {
            plan.pulled(false, 0);
        }
        let facts = Facts {
            cursor: self.cursor,
            snapshot: self.snapshot.then_some((None, 0)),
            unsent: (self.log.len() - self.received) as u64,
            ..Facts::default()
        };
        plan.next(&facts, 0)
    }

    /// What a session keeps in memory is gone: no answer came, or the process died.
    fn forget(&mut self) {
        self.greeted = None;
        self.pulled = false;
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct County {
    epoch: u8,
    logs: [Vec<Op>; PHONES],
    feed: Vec<Op>,
}

/// A push on its way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Push {
    phone: usize,
    epoch: u8,
    before: Vec<Op>,
    ops: Vec<Op>,
}

/// What the county says to a push.
enum Said {
    Receipt {
        highest: u64,
        head: [u8; 32],
    },
    /// `gap` and `wrong_epoch`: greet again.
    GreetAgain,
    /// Something else stands under these numbers.
    Quarantined,
}

impl County {
    fn push(&mut self, push: &Push) -> Said {
        if push.epoch != self.epoch {
            return Said::GreetAgain;
        }
        let held = &mut self.logs[push.phone];
        if push.before.len() > held.len() {
            return Said::GreetAgain;
        }
        let known = &held[push.before.len()..];
        let differs = known.iter().zip(&push.ops).any(|(known, sent)| known != sent);
        if differs || chain(&held[..push.before.len()]).head != chain(&push.before).head {
            return Said::Quarantined;
        }
        let fresh: Vec<Op> = push.ops.iter().skip(known.len()).cloned().collect();
        held.extend(fresh.iter().cloned());
        self.feed.extend(fresh);
        let chain = chain(&self.logs[push.phone]);
        Said::Receipt { highest: chain.counter, head: chain.head }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    phones: [Phone; PHONES],
    county: County,
    backup: Option<County>,
    restored: bool,
    late: BTreeSet<Push>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrives,
    RequestLost,
    /// Also: the phone, or the county, dies after the county's commit.
    AnswerLost,
    Doubled,
    Late,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Action {
    Write(usize),
    /// The phone takes the step its plan names.
    Step(usize, Fate),
    /// Half a minute goes by.
    Tick(usize),
    Crash(usize),
    /// A late push arrives, and once more perhaps; nobody waits for the answer.
    Deliver(Push, bool),
    BackUp,
    Restore,
}

/// How large a world is explored.
struct Protocol {
    /// How many edits each phone makes.
    edits: [usize; PHONES],
    /// Requests that may be late at once.
    most_late: usize,
}

impl World {
    fn write(&mut self, phone: usize) {
        let Phone { log, .. } = &self.phones[phone];
        let counter = log.len() as u64 + 1;
        let edits = BTreeMap::from([(FIELD, Edit::Put(Value::Text(format!("{phone}.{counter}"))))]);
        let (payload, height) = self.phones[phone].shown().edit(KIND, edits);
        self.phones[phone].log.push(Op { phone, counter, height, payload: payload.encode() });
    }

    /// The phone asks, the county answers; nothing when this fate does not fit the step.
    fn step(&mut self, at: usize, fate: Fate, most_late: usize) -> Option<()> {
        let step = self.phones[at].next();
        if let Step::Push { .. } = step {
            return self.push(at, fate, most_late);
        }
        match (step, fate) {
            (Step::Hello | Step::Pull | Step::Snapshot { .. }, Fate::RequestLost) => self.phones[at].forget(),
            (Step::Hello, Fate::Arrives) => self.greet(at),
            (Step::Pull, Fate::Arrives) => {
                let County { epoch, feed, .. } = &self.county;
                let phone = &mut self.phones[at];
                if phone.epoch != *epoch {
                    phone.forget();
                    return Some(());
                }
                let after = usize::try_from(phone.cursor).unwrap();
                phone.others.extend(feed.iter().skip(after).filter(|op| op.phone != at).cloned());
                phone.cursor = feed.len() as u64;
                phone.pulled = true;
            }
            (Step::Snapshot { .. }, Fate::Arrives) => {
                // What is not in it was lost by the county: it was in doubt, and goes.
                let phone = &mut self.phones[at];
                phone.others = self.county.feed.iter().filter(|op| op.phone != at).cloned().collect();
                phone.cursor = self.county.feed.len() as u64;
                phone.snapshot = false;
            }
            _ => return None,
        }
        Some(())
    }

    fn greet(&mut self, at: usize) {
        let phone = &mut self.phones[at];
        let held = self.county.logs[at].len();
        let restored = phone.epoch != self.county.epoch;
        phone.snapshot |= restored || phone.cursor > self.county.feed.len() as u64;
        phone.epoch = self.county.epoch;
        // Whatever the county does not hold any more is offered again.
        phone.received = phone.received.min(held);
        phone.greeted = Some(self.county.feed.len() as u64);
    }

    fn push(&mut self, at: usize, fate: Fate, most_late: usize) -> Option<()> {
        let phone = &self.phones[at];
        let (before, ops) = phone.log.split_at(phone.received);
        let push = Push { phone: at, epoch: phone.epoch, before: before.to_vec(), ops: ops.to_vec() };
        match fate {
            Fate::RequestLost => {}
            Fate::Late if self.late.len() < most_late && !self.late.contains(&push) => {
                self.late.insert(push.clone());
            }
            Fate::Late => return None,
            Fate::AnswerLost | Fate::Doubled | Fate::Arrives => {
                let mut said = self.county.push(&push);
                if fate == Fate::Doubled {
                    said = self.county.push(&push);
                }
                let phone = &mut self.phones[at];
                match said {
                    _ if fate == Fate::AnswerLost => {}
                    Said::Receipt { highest, head } => {
                        // It counts only when the county's chain head is ours.
                        let ours = phone.log.get(..usize::try_from(highest).unwrap()).map(chain);
                        if ours.is_some_and(|chain| chain.head == head) {
                            phone.received = phone.log.len();
                        }
                        return Some(());
                    }
                    Said::GreetAgain | Said::Quarantined => {}
                }
            }
        }
        self.phones[at].forget();
        Some(())
    }

    /// Once nothing goes wrong any more everybody sends all and hears all, in a few rounds.
    fn drains(&self) -> bool {
        let mut world = self.clone();
        for _ in 0..6 {
            for at in 0..PHONES {
                for _ in 0..6 {
                    if world.step(at, Fate::Arrives, 0).is_none() {
                        break;
                    }
                }
                world.phones[at].pulled = false;
            }
        }
        let all: usize = world.phones.iter().map(|phone| phone.log.len()).sum();
        let shown = record(world.county.feed.iter()).view(KIND);
        (0..PHONES).all(|at| {
            let phone = &world.phones[at];
            phone.log == world.county.logs[at]
                && phone.received == phone.log.len()
                && phone.shown().view(KIND) == shown
        }) && world.county.feed.len() == all
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let phone = Phone {
            log: Vec::new(),
            received: 0,
            epoch: 0,
            snapshot: false,
            others: BTreeSet::new(),
            cursor: 0,
            greeted: None,
            pulled: false,
        };
        let county = County { epoch: 0, logs: [Vec::new(), Vec::new()], feed: Vec::new() };
        let phones = [phone.clone(), phone];
        vec![World { phones, county, backup: None, restored: false, late: BTreeSet::new() }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for at in 0..PHONES {
            let phone = &world.phones[at];
            if phone.log.len() < self.edits[at] {
                actions.push(Action::Write(at));
            }
            for fate in [Fate::Arrives, Fate::RequestLost, Fate::AnswerLost, Fate::Doubled, Fate::Late] {
                actions.push(Action::Step(at, fate));
            }
            if phone.pulled {
                actions.push(Action::Tick(at));
            }
            if phone.greeted.is_some() {
                actions.push(Action::Crash(at));
            }
        }
        for push in &world.late {
            actions.push(Action::Deliver(push.clone(), false));
            actions.push(Action::Deliver(push.clone(), true));
        }
        match (&world.backup, world.restored) {
            (None, false) => actions.push(Action::BackUp),
            (Some(_), false) => actions.push(Action::Restore),
            _ => {}
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Write(at) => world.write(at),
            Action::Step(at, fate) => world.step(at, fate, self.most_late)?,
            Action::Tick(at) => world.phones[at].pulled = false,
            Action::Crash(at) => world.phones[at].forget(),
            Action::Deliver(push, again) => {
                world.county.push(&push);
                if !again {
                    world.late.remove(&push);
                }
            }
            Action::BackUp => world.backup = Some(world.county.clone()),
            Action::Restore => {
                let backup = world.backup.take()?;
                world.county = County { epoch: world.county.epoch + 1, ..backup };
                world.restored = true;
            }
        }
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no acknowledged operation is lost", |_, world: &World| {
                (0..PHONES).all(|at| {
                    let phone = &world.phones[at];
                    // Until it has heard of the new epoch, a phone may believe what the backup has undone.
                    phone.epoch != world.county.epoch
                        || world.county.logs[at].get(..phone.received) == phone.log.get(..phone.received)
                })
            }),
            Property::always("applied at most once", |_, world: &World| {
                let distinct: BTreeSet<&Op> = world.county.feed.iter().collect();
                distinct.len() == world.county.feed.len()
            }),
            Property::always("every loser is in review", |_, world: &World| {
                let state = record(world.county.feed.iter());
                let merged = state.view(KIND);
                let replaced: BTreeSet<OpId> = state
                    .operations()
                    .flat_map(|(_, written)| written.payload.replaces.values().flatten().copied())
                    .collect();
                let heads: BTreeSet<OpId> =
                    world.county.feed.iter().map(Op::id).filter(|id| !replaced.contains(id)).collect();
                let told: BTreeSet<OpId> = merged
                    .conflicts
                    .iter()
                    .flat_map(|conflict| &conflict.sides)
                    .map(|side| side.op)
                    .collect();
                if heads.len() > 1 { told == heads } else { told.is_empty() }
            }),
            Property::always("everything can drain", |_, world: &World| world.drains()),
            Property::sometimes(
                "a backup undoes a receipt, and it is given again",
                |model: &Self, world: &World| {
                    world.restored && (0..PHONES).all(|at| world.phones[at].received == model.edits[at])
                },
            ),
            Property::sometimes("two edits meet in review", |_, world: &World| {
                !record(world.county.feed.iter()).view(KIND).conflicts.is_empty()
            }),
        ]
    }
}

fn explore(protocol: Protocol) -> usize {
    let Protocol { edits, most_late } = protocol;
    let checked = protocol.checker().threads(1).spawn_bfs().join();
    let (unique, all) = (checked.unique_state_count(), checked.state_count());
    println!("edits={edits:?} late={most_late} states={unique} of {all} reached");
    checked.assert_properties();
    unique
}

#[test]
fn no_order_of_faults_loses_doubles_or_blocks_anything() {
    let states = explore(Protocol { edits: [1, 1], most_late: 1 });
    assert!(states > 1_000, "the model is smaller than it was meant to be");
}

#[test]
fn nor_does_any_where_an_edit_follows_another() {
    // With a late request beside it takes minutes.
    let states = explore(Protocol { edits: [2, 1], most_late: 0 });
    assert!(states > 10_000, "the model is smaller than it was meant to be");
}
