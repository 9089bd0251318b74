//! One write transaction of the county: the rows, the tree of areas as it is within, and the end of the feed.

use super::areas::{AreaNode, AreaTree};
use super::error::Result;
use crate::storage::Rows;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use xunge_domain::ids::RecordId;

/// See the module.
pub struct WriteTx<'a> {
    rows: &'a Rows<'a>,
    tree: RefCell<Arc<AreaTree>>,
    head: Cell<u64>,
}

impl<'a> WriteTx<'a> {
    pub(super) fn begin(rows: &'a Rows<'a>, tree: Arc<AreaTree>) -> Result<Self> {
        Ok(Self { rows, tree: RefCell::new(tree), head: Cell::new(rows.head()?) })
    }

    /// The rows.
    pub const fn rows(&self) -> &'a Rows<'a> {
        self.rows
    }

    /// The tree as it is in this transaction.
    pub fn tree(&self) -> Arc<AreaTree> {
        self.tree.borrow().clone()
    }

    /// The next place in the feed. Nobody else writes meanwhile, so places are dense and in order of commit.
    pub(super) fn next_seq(&self) -> u64 {
        self.head.set(self.head.get() + 1);
        self.head.get()
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
        let (tree, head) = (self.tree(), self.head.get());
        let done = self.rows.nested(|_| work(self));
        if done.is_err() {
            *self.tree.borrow_mut() = tree;
            self.head.set(head);
        }
        done
    }
}
