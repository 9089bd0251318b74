//! What must hold after every step.

use super::hand::Hand;
use super::ledger::{Content, Held, Own, content, own_log};
use super::run::Run;
use xunge_client::views::Counts;
use xunge_domain::ids::DeviceNo;
use xunge_domain::operation::Operation;
use xunge_server::county::County;
use xunge_store::{Fact, OpState};

/// The log of a device at the county, with the content of each operation.
pub(super) fn log_of(county: &County, device: DeviceNo) -> Vec<(Operation, Content)> {
    let log = county.read(|rows| Ok(rows.written_by(device, 0, u32::MAX)?)).unwrap_or_default();
    log.into_iter().map(|fed| (fed.op.clone(), content(&fed.op))).collect()
}

impl Run {
    /// Looks at a phone after a step. One that tells the same as before and was not opened since has not changed.
    pub(super) fn look_at(&mut self, who: usize) {
        let counts = match self.hands[who].phone.open().counts() {
            Ok(counts) => counts,
            Err(error) => return self.breaks("the counts are true", format!("no counts: {}", error.code())),
        };
        if self.hands[who].told == Some(counts) {
            return;
        }
        let log = match own_log(&self.hands[who].phone.open(), 0) {
            Ok(log) => log,
            Err(code) => return self.breaks("saved stays on the phone", format!("no log: {code}")),
        };
        let now = Held::of(&log);
        self.epoch(who);
        self.dense(who, &log);
        self.kept(who, &now);
        self.received(who, &log, &now);
        self.counted(who, &log, counts);
        self.hands[who].held = now;
        self.hands[who].told = Some(counts);
    }

    fn epoch(&mut self, who: usize) {
        let open = self.hands[who].phone.open();
        let known = open.change(|change| Ok(change.writer.fact_bytes(Fact::Epoch)?)).ok().flatten();
        let Some(known) = known else { return };
        let before = std::mem::replace(&mut self.hands[who].epoch, known);
        if !before.is_empty() && before != self.hands[who].epoch {
            self.tally.add("epoch changed");
        }
    }

    fn dense(&mut self, who: usize, log: &[Own]) {
        if let Some((expected, own)) =
            (1..).zip(log).find(|(expected, own)| own.stored.id().counter != *expected)
        {
            let name = self.hands[who].name();
            self.breaks(
                "the log is dense",
                format!("{name}: {expected} is missing before {}", own.stored.id()),
            );
        }
    }

    /// What was held is held; what is new came back from the county and was written by this phone once.
    fn kept(&mut self, who: usize, now: &Held) {
        let Hand { held, device, .. } = &self.hands[who];
        let name = self.hands[who].name();
        let saved = self.ledger.get(device);
        let mut wrong = Vec::new();
        let (mut back, mut renumbered) = (0, 0);
        for (content, counter) in &held.contents {
            match now.contents.get(content) {
                None => wrong.push(format!("{name} no longer holds what it saved as {counter}")),
                Some(other) if other != counter => renumbered += 1,
                Some(_) => {}
            }
        }
        for (content, counter) in &now.contents {
            if held.contents.contains_key(content) {
                continue;
            }
            back += 1;
            let known = saved
                .is_some_and(|saved| saved.required.contains(content) || saved.forgiven.contains(content));
            if !known {
                wrong.push(format!("{name} holds {counter}, which nobody wrote"));
            }
        }
        self.tally.add_many("taken back from the county", back);
        self.tally.add_many("renumbered", renumbered);
        for what in wrong {
            self.breaks("saved stays on the phone", what);
        }
    }

    /// What the phone takes for acknowledged lies at the county, byte for byte.
    fn received(&mut self, who: usize, log: &[Own], now: &Held) {
        let county = self.host.county.county();
        let (name, device) = (self.hands[who].name(), self.hands[who].device);
        let before = &self.hands[who].held.received;
        let again = before.iter().filter(|counter| !now.received.contains(counter)).count();
        let fresh: Vec<&Own> = log
            .iter()
            .filter(|own| own.is_received() && !before.contains(&own.stored.id().counter))
            .collect();
        let mut wrong = Vec::new();
        for own in &fresh {
            let id = own.stored.id();
            match county.operation_of(id) {
                Ok(Some(held)) if held.op.hash() == own.hash => {}
                Ok(Some(_)) => wrong.push(format!("{name}: the county holds something else as {id}")),
                _ => wrong.push(format!("{name}: {id} is told to be at the county and is not")),
            }
        }
        let fresh: Vec<_> = fresh.iter().map(|own| (own.stored.id().counter, own.hash)).collect();
        self.ledger.entry(device).or_default().acknowledged.extend(fresh);
        self.tally.add_many("offered again", again as u64);
        for what in wrong {
            self.breaks("acknowledged is at the county", what);
        }
    }

    /// The four numbers on the first screen.
    fn counted(&mut self, who: usize, log: &[Own], counts: Counts) {
        let name = self.hands[who].name();
        let standing =
            |states: &[OpState]| log.iter().filter(|own| states.contains(&own.stored.state)).count() as u32;
        let unsent = standing(&[OpState::OnPhone, OpState::Offered]);
        let there = standing(&[OpState::AtCounty, OpState::Waiting]);
        let refused = standing(&[OpState::Refused]);
        let counted = self.hands[who]
            .phone
            .open()
            .change(|change| Ok((change.writer.photos_waiting()?.0, change.writer.photos_at_county()?)));
        let (pictures, arrived) =
            counted.map_or((0, 0), |(waiting, arrived)| (waiting as u32, arrived as u32));
        let there = there + arrived;
        // What is not at the county is here, on its way or not; a record is on its way only while its batch is.
        let here = counts.on_phone + counts.sending;
        if here != unsent + pictures
            || counts.on_phone < unsent
            || counts.at_county != there
            || counts.needs_you < refused
        {
            let told = format!(
                "{name} tells {counts:?}; unsent {unsent}, pictures {pictures}, at the county {there}, refused {refused}"
            );
            self.breaks("the counts are true", told);
        }
    }

    /// After the county went down and came up: what it had acknowledged is there.
    pub(super) fn acknowledged_is_there(&mut self) {
        let county = self.host.county.county();
        let mut wrong = Vec::new();
        let devices = county.devices().unwrap_or_else(|error| {
            wrong.push(format!("the county does not name its phones: {}", error.code()));
            Vec::new()
        });
        for row in devices {
            let Some(saved) = self.ledger.get(&row.no) else { continue };
            let Some((counter, hash)) = saved.acknowledged.last_key_value() else { continue };
            let id = xunge_domain::ids::OpId { device: row.no, counter: *counter };
            let there = matches!(county.operation_of(id), Ok(Some(held)) if held.op.hash() == *hash);
            if row.chain.counter < *counter || !there {
                wrong.push(format!("the county acknowledged {id} and does not have it after coming up"));
            }
        }
        for what in wrong {
            self.breaks("acknowledged is at the county", what);
        }
    }
}
