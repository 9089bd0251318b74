//! Erasing by law: what was said about a record goes, that it was said stays. Own operations keep header and hash, so
//! that the chain holds; other people's go whole; rows, search entries, drafts and photos go too.

use crate::error::StoreError;
use crate::meta::Fact;
use crate::operations::OpState;
use crate::records::pack;
use crate::store::{Store, Writer};
use rusqlite::params;
use xunge_domain::ids::{OpId, RecordId};
use xunge_domain::operation::{Hash, Header, Verb};
use xunge_domain::records::RecordKind;

impl Store {
    /// Whether something was erased whose traces still lie in unused parts of the files.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn scrub_due(&self) -> Result<bool, StoreError> {
        self.read_shortly(|reader| Ok(reader.fact_bytes(Fact::ScrubDue)?.is_some()))
    }

    /// Rewrites database and search index without what was erased, and empties the log: not even with the key can it be
    /// read back from the files. Takes as long as copying the database.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is lost then, and it is still due.
    pub fn scrub(&self) -> Result<(), StoreError> {
        // Deleted entries stand in the index until its parts are put together.
        self.over_writer(|writer| {
            writer.execute_batch("INSERT INTO search (search) VALUES ('optimize'); VACUUM")
        })?;
        self.settle()?;
        self.write(|writer| writer.drop_fact(Fact::ScrubDue))?;
        self.settle()
    }
}

impl Writer<'_> {
    /// Erases what was said about a record. Salts of own operations come from keys of `per_key` operations each; the keys
    /// of those erased go. Answers the photos that went: their files are to be removed after this write. To be followed,
    /// some time after the write, by [`Store::scrub`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn erase_record(
        &self,
        kind: RecordKind,
        record: RecordId,
        per_key: u64,
    ) -> Result<Vec<RecordId>, StoreError> {
        let mut said = false;
        for stored in self.operations_of(record)? {
            if stored.header.verb == Verb::ERASE {
                continue;
            }
            said = true;
            if stored.state == OpState::Remote {
                self.drop_remote(stored.id())?;
            } else if let Some(operation) = stored.operation() {
                let block = stored.header.id.counter.checked_div(per_key);
                self.erase_payload(stored.id(), &operation.payload_hash(), block)?;
            }
        }
        self.drop_drafts_of(record)?;
        self.remove_row(kind, record)?;
        let mut photos = Vec::new();
        if kind == RecordKind::PhotoEvidence {
            let dropped = self
                .connection
                .prepare_cached("DELETE FROM photo WHERE uuid = ?1")?
                .execute([record.0.as_bytes().as_slice()])?;
            photos.extend((dropped > 0).then_some(record));
        }
        if said {
            self.set_fact_bytes(Fact::ScrubDue, &[])?;
        }
        Ok(photos)
    }

    /// Erases an operation's payload and salt by law; header and the given hash of the payload stay. The block key from
    /// which its salt could be derived goes too when `salt_block` names it: the others in that block have theirs beside
    /// them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such operation.
    pub fn erase_payload(
        &self,
        op: OpId,
        payload_hash: &Hash,
        salt_block: Option<u64>,
    ) -> Result<(), StoreError> {
        let changed = self
            .connection
            .prepare_cached(
                "UPDATE operation
                 SET payload = NULL, salt = NULL, payload_hash = ?2
                 WHERE id = ?1",
            )?
            .execute(params![pack(op)?, payload_hash])?;
        if let Some(block) = salt_block {
            self.connection.prepare_cached("DELETE FROM salt_block WHERE block = ?1")?.execute([block])?;
        }
        self.touch_homes();
        if changed == 1 { Ok(()) } else { Err(StoreError::NotFound("operation")) }
    }

    /// Appends an own operation whose payload was erased: it comes back to a phone that was restored from an older copy.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn append_erased(
        &self,
        header: &Header,
        payload_hash: &Hash,
        state: OpState,
    ) -> Result<bool, StoreError> {
        let bare = xunge_domain::operation::Operation {
            header: header.clone(),
            salt: Default::default(),
            payload: Vec::new(),
        };
        let added = self.append(&bare, state, None)?;
        if added {
            self.erase_payload(header.id, payload_hash, None)?;
        }
        Ok(added)
    }
}
