//! The greeting: where phone and county stand to each other.

use super::call::Failed;
use super::push::{from_bytes, to_bytes};
use crate::open::{Open, keep_identity, read_u64, write_u64};
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Chain;
use xunge_domain::planted::{Bug, planted};
use xunge_store::{Fact, Reader};
use xunge_sync::messages::{Hello, MOST_OPENINGS, Opening, Openings, PROTOCOL, Welcome};
use xunge_sync::plan::Lane;

/// Persons opened here that the county was not told of yet.
fn opened(reader: &Reader<'_>) -> Result<Openings, crate::error::ClientError> {
    let told = read_u64(reader, Fact::OpenedToldTo)?.unwrap_or(0);
    let (first, before, rows) = reader.accesses_after(told, MOST_OPENINGS)?;
    let rows = rows.into_iter().map(|access| Opening {
        at_ms: access.at_ms,
        person: access.person.0.as_bytes().to_vec(),
        reason: access.reason,
    });
    Ok(Openings { first, before: before.to_vec(), rows: rows.collect() })
}

impl Open {
    pub(super) fn greet(&self) -> Result<(), Failed> {
        let (epoch, counter, cursor, mark, opened) = self.store.read_shortly(|reader| {
            let counter = reader.own_chain()?.map_or(0, |(_, chain)| chain.counter);
            Ok::<_, crate::error::ClientError>((
                reader.fact_bytes(Fact::Epoch)?.unwrap_or_default(),
                counter,
                super::feed::cursor(reader)?,
                super::feed::mark(reader)?,
                opened(reader)?,
            ))
        })?;
        let hello = Hello { protocol: PROTOCOL, epoch, counter, cursor, mark, opened: Some(opened) };
        let asked = self.world.clock.now();
        let welcome: Welcome = match self.post(Lane::Hello, "/sync/v1/hello", &hello)? {
            Ok(welcome) => welcome,
            Err(refusal) => return Err(Failed::refused(Lane::Hello, &refusal.code)),
        };
        if self.store.read(|reader| super::returning::went_back(reader, &welcome))? {
            // The county holds operations of this phone that this phone does not: writing on would give counters out twice.
            self.return_to(&welcome)?;
        }
        self.learn(&hello, &welcome)?;
        let now = self.world.clock.now();
        // Half the way there and back: the server's time is at most that wrong.
        let midway = asked.mono_ms + now.mono_ms.saturating_sub(asked.mono_ms) / 2;
        {
            let mut contact = self.contact();
            contact.server =
                Some((welcome.server_ms, xunge_domain::world::Moment { mono_ms: midway, ..now }));
            contact.compare = true;
        }
        self.plan().greeted(welcome.head, now.mono_ms);
        self.housekeep(welcome.server_ms)?;
        Ok(())
    }

    fn learn(&self, hello: &Hello, welcome: &Welcome) -> Result<(), Failed> {
        let wall = u64::try_from(self.world.clock.now().wall_ms).unwrap_or(0);
        let mut identity = self.identity();
        let areas: Vec<(RecordId, String, u64)> = welcome
            .areas
            .iter()
            .filter_map(|granted| {
                let id = uuid::Uuid::from_slice(&granted.area).ok()?;
                Some((RecordId(id), granted.name.clone(), granted.version))
            })
            .collect();
        // A new grant brings rows that are older than the cursor: the snapshot is fetched again over what is here.
        let widened = areas.iter().any(|area| !identity.areas.contains(area));
        let restored = !hello.epoch.is_empty() && hello.epoch != welcome.epoch && !planted(Bug::EpochIgnored);
        let behind_head = hello.cursor > welcome.head;
        let ids = |areas: &[(RecordId, String, u64)]| areas.iter().map(|area| area.0).collect::<Vec<_>>();
        let (before, now) = (ids(&identity.areas), ids(&areas));
        identity.areas = areas;
        self.store.write(|writer| {
            super::housekeeping::note_grants(writer, &before, &now)?;
            keep_identity(writer, &identity)?;
            writer.set_fact_bytes(Fact::Epoch, &welcome.epoch)?;
            write_u64(writer, Fact::LastServerMs, u64::try_from(welcome.server_ms).unwrap_or(0))?;
            write_u64(writer, Fact::LastContactMs, wall)?;
            write_u64(writer, Fact::LeaseUntilMs, u64::try_from(welcome.lease_until_ms).unwrap_or(0))?;
            write_u64(writer, Fact::PhotoKeepDays, u64::from(welcome.photo_keep_days))?;
            if let Some(row) = welcome.opened {
                write_u64(writer, Fact::OpenedToldTo, row)?;
            }
            super::feed::keep_mark(writer, welcome.mark.as_ref(), restored)?;
            if widened || restored || behind_head {
                super::feed::begin_snapshot(writer)?;
            }
            if restored || behind_head {
                // What the county lost of other people's is not to stay here as if it stood.
                writer.begin_rebuild()?;
            }
            // Whatever the county does not hold (any more) is offered again, photos too.
            let received = writer.fact_bytes(Fact::AcknowledgedChain)?.as_deref().and_then(from_bytes);
            let lost = received.is_some_and(|chain| chain.counter > welcome.highest);
            if restored || behind_head || lost {
                writer.offer_photos_again()?;
            }
            if let (true, Ok(head)) = (lost, welcome.chain.as_slice().try_into()) {
                let held = Chain { counter: welcome.highest, head };
                writer.set_fact_bytes(Fact::AcknowledgedChain, &to_bytes(held))?;
            }
            super::again::offer_again(writer, welcome.highest, restored || behind_head || lost)
        })?;
        self.set_identity(identity);
        Ok(())
    }
}
