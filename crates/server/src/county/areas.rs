//! The tree of areas (区 → 镇街 → 村社区 → 网格), held whole: a county has some thousand nodes.

use crate::storage::AreaRow;
use std::collections::{BTreeMap, BTreeSet};
use xunge_domain::ids::RecordId;

/// Deeper than any real tree; ends a walk should two edits ever make a ring.
const DEEPEST: usize = 32;

/// A node.
pub type AreaNode = AreaRow;

/// The tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AreaTree {
    nodes: BTreeMap<RecordId, AreaNode>,
    children: BTreeMap<RecordId, BTreeSet<RecordId>>,
}

impl AreaTree {
    /// From its rows.
    pub fn new(rows: Vec<AreaRow>) -> Self {
        let mut tree = Self::default();
        for row in rows {
            tree.put(row);
        }
        tree
    }

    /// Adds or moves a node.
    pub(crate) fn put(&mut self, node: AreaNode) {
        self.remove(node.id);
        if let Some(parent) = node.parent {
            self.children.entry(parent).or_default().insert(node.id);
        }
        self.nodes.insert(node.id, node);
    }

    /// Takes a node out; what lay below it stays, without anything above.
    pub(crate) fn remove(&mut self, id: RecordId) {
        if let Some(parent) = self.nodes.remove(&id).and_then(|old| old.parent)
            && let Some(siblings) = self.children.get_mut(&parent)
        {
            siblings.remove(&id);
        }
    }

    /// A node.
    pub fn get(&self, id: RecordId) -> Option<&AreaNode> {
        self.nodes.get(&id)
    }

    /// All nodes.
    pub fn all(&self) -> impl Iterator<Item = &AreaNode> {
        self.nodes.values()
    }

    /// The node with this code.
    pub fn by_code(&self, code: &str) -> Option<&AreaNode> {
        self.nodes.values().find(|node| node.code == code)
    }

    /// Nodes without anything above.
    pub fn roots(&self) -> Vec<&AreaNode> {
        self.nodes.values().filter(|node| node.parent.is_none()).collect()
    }

    /// Nodes directly below.
    pub fn children(&self, id: RecordId) -> Vec<&AreaNode> {
        self.children.get(&id).into_iter().flatten().filter_map(|child| self.nodes.get(child)).collect()
    }

    /// What lies above, nearest first, without the area itself.
    pub fn ancestors(&self, id: RecordId) -> Vec<RecordId> {
        let mut above = Vec::new();
        let mut at = id;
        while let Some(parent) = self.nodes.get(&at).and_then(|node| node.parent) {
            if parent == id || above.len() >= DEEPEST {
                break;
            }
            above.push(parent);
            at = parent;
        }
        above
    }

    /// The area and everything below it, parents first.
    pub fn subtree(&self, id: RecordId) -> Vec<RecordId> {
        let mut found = vec![id];
        let mut seen = BTreeSet::from([id]);
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            next += 1;
            for child in self.children.get(&at).into_iter().flatten() {
                if seen.insert(*child) {
                    found.push(*child);
                }
            }
        }
        found
    }

    /// Whether `area` is `top` or lies below it.
    pub fn within(&self, area: RecordId, top: RecordId) -> bool {
        area == top || self.ancestors(area).contains(&top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> RecordId {
        RecordId(Uuid::from_u128(n))
    }

    fn node(n: u128, parent: Option<u128>) -> AreaNode {
        AreaNode { id: id(n), parent: parent.map(id), code: n.to_string(), name: String::new(), level: 0 }
    }

    #[test]
    fn a_grid_lies_below_its_community_and_its_town() {
        let tree = AreaTree::new(vec![node(1, None), node(2, Some(1)), node(3, Some(2)), node(4, Some(1))]);
        assert_eq!(tree.ancestors(id(3)), [id(2), id(1)]);
        assert_eq!(tree.subtree(id(2)), [id(2), id(3)]);
        assert!(tree.within(id(3), id(1)) && !tree.within(id(4), id(2)) && !tree.within(id(1), id(3)));
    }

    #[test]
    fn a_moved_grid_leaves_its_old_community() {
        let mut tree =
            AreaTree::new(vec![node(1, None), node(2, Some(1)), node(3, Some(2)), node(4, Some(1))]);
        tree.put(node(3, Some(4)));
        assert!(tree.within(id(3), id(4)) && !tree.within(id(3), id(2)));
        assert!(tree.children(id(2)).is_empty());
    }

    #[test]
    fn a_ring_of_areas_ends_every_walk() {
        let tree = AreaTree::new(vec![node(1, Some(3)), node(2, Some(1)), node(3, Some(2))]);
        assert_eq!(tree.subtree(id(1)).len(), 3);
        assert!(tree.ancestors(id(1)).len() <= DEEPEST);
    }
}
