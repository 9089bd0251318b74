//! One write transaction of the county: the rows, the tree of areas and the register of care as they are within, and the
//! end of the feed.

use super::areas::{AreaNode, AreaTree};
use super::error::Result;
use super::register::CareRegister;
use crate::storage::{RecordHead, RecordRow, Rows, StorageError};
use ed25519_dalek::VerifyingKey;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use xunge_domain::ids::{DeviceNo, OpId, RecordId};
use xunge_domain::operation::{DigestSum, Operation};

/// See the module.
pub struct WriteTx<'a> {
    rows: &'a Rows<'a>,
    tree: RefCell<Arc<AreaTree>>,
    care: RefCell<Arc<CareRegister>>,
    head: Cell<u64>,
    /// Records looked at in this transaction, absent ones too: a push asks for the same household with every resident.
    heads: RefCell<HashMap<RecordId, Option<RecordHead>>>,
    /// Whether any operation waits for a record; not known before it was asked.
    waits: Cell<Option<bool>>,
    /// Operations counted in and out of what areas hold, not written down yet.
    digests: RefCell<HashMap<(RecordId, DeviceNo), DigestSum>>,
    /// Persons whose pairs changed: whether they are marked is decided at the end.
    marks: RefCell<BTreeSet<RecordId>>,
}

impl<'a> WriteTx<'a> {
    pub(super) fn begin(rows: &'a Rows<'a>, tree: Arc<AreaTree>, care: Arc<CareRegister>) -> Result<Self> {
        Ok(Self {
            rows,
            tree: RefCell::new(tree),
            care: RefCell::new(care),
            head: Cell::new(rows.head()?),
            heads: RefCell::default(),
            waits: Cell::new(None),
            digests: RefCell::default(),
            marks: RefCell::default(),
        })
    }

    /// What decisions about a record need.
    pub(super) fn record_head(
        &self,
        record: RecordId,
    ) -> std::result::Result<Option<RecordHead>, StorageError> {
        if let Some(head) = self.heads.borrow().get(&record) {
            return Ok(*head);
        }
        let head = self.rows.record_head(record)?;
        self.heads.borrow_mut().insert(record, head);
        Ok(head)
    }

    /// Writes a record as merged.
    pub(super) fn put_record(&self, row: &RecordRow) -> Result<()> {
        self.rows.put_record(row)?;
        // The first writer's kind and owner stay, as they do in the row.
        let kept = self.heads.borrow().get(&row.id).copied().flatten();
        let head = match kept {
            Some(kept) => RecordHead { area: row.area, erased: row.erased, ..kept },
            None => RecordHead { kind: row.kind, area: row.area, owner: row.owner, erased: row.erased },
        };
        self.heads.borrow_mut().insert(row.id, Some(head));
        Ok(())
    }

    /// Makes an operation wait for a record.
    pub(super) fn wait_for(&self, parent: RecordId, op: OpId) -> Result<()> {
        self.waits.set(Some(true));
        Ok(self.rows.wait_for(parent, op)?)
    }

    /// Takes out the operations that waited for a record.
    pub(super) fn take_waiting(&self, parent: RecordId) -> Result<Vec<OpId>> {
        let waits = match self.waits.get() {
            Some(waits) => waits,
            None => self.rows.waiting()? > 0,
        };
        self.waits.set(Some(waits));
        if waits { Ok(self.rows.take_waiting(parent)?) } else { Ok(Vec::new()) }
    }

    /// The rows.
    pub const fn rows(&self) -> &'a Rows<'a> {
        self.rows
    }

    /// The tree as it is in this transaction.
    pub fn tree(&self) -> Arc<AreaTree> {
        self.tree.borrow().clone()
    }

    /// The register of care categories as it is in this transaction.
    pub(super) fn care(&self) -> Arc<CareRegister> {
        self.care.borrow().clone()
    }

    /// Takes a care category's record into the register.
    pub(super) fn put_category(&self, row: &RecordRow, key: &VerifyingKey) {
        Arc::make_mut(&mut self.care.borrow_mut()).put(row, key);
    }

    /// End of the feed as it is within this transaction.
    pub(super) const fn head(&self) -> u64 {
        self.head.get()
    }

    /// The next place in the feed. Nobody else writes meanwhile, so places are dense and in order of commit.
    pub(super) fn next_seq(&self) -> u64 {
        self.head.set(self.head.get() + 1);
        self.head.get()
    }

    /// Counts an applied operation in, or one that is erased out.
    pub(super) fn count(&self, op: &Operation, comes: bool) {
        let mut digests = self.digests.borrow_mut();
        let sum = digests.entry((op.header.area, op.header.id.device)).or_default();
        if comes {
            sum.add(op.digest());
        } else {
            sum.take(op.digest());
        }
    }

    /// Writes down what was counted. Once, before the commit.
    pub(super) fn keep_digests(&self) -> Result<()> {
        // Sums without their operations would stay wrong for ever.
        self.rows.stands()?;
        for ((area, device), change) in self.digests.borrow_mut().drain() {
            self.rows.add_digest(area, device, &change)?;
        }
        Ok(())
    }

    /// Has the mark of a person looked at when the transaction ends.
    pub(super) fn look_at_mark(&self, person: RecordId) {
        self.marks.borrow_mut().insert(person);
    }

    /// Takes out the persons to look at.
    pub(super) fn take_marks(&self) -> BTreeSet<RecordId> {
        self.marks.take()
    }

    pub(super) fn put_area(&self, node: AreaNode) -> Result<()> {
        self.rows.put_area(&node)?;
        Arc::make_mut(&mut self.tree.borrow_mut()).put(node);
        Ok(())
    }

    pub(super) fn drop_area(&self, area: RecordId) -> Result<()> {
        self.rows.drop_area(area)?;
        Arc::make_mut(&mut self.tree.borrow_mut()).remove(area);
        Ok(())
    }

    /// Runs `work` so that its failure undoes only its own writes.
    ///
    /// # Errors
    /// What `work` says.
    pub fn nested<T>(&self, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let (tree, care, head) = (self.tree(), self.care(), self.head.get());
        let digests = self.digests.borrow().clone();
        let done = self.rows.nested(|_| work(self));
        if done.is_err() {
            *self.tree.borrow_mut() = tree;
            *self.care.borrow_mut() = care;
            self.head.set(head);
            self.heads.borrow_mut().clear();
            self.waits.set(None);
            *self.digests.borrow_mut() = digests;
        }
        done
    }
}
