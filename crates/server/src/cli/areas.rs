//! The tree of areas from a table: `code,name,parent,level`, one line a node, parents by code in any order. A heading may
//! put the columns in another order, in Chinese or in English, with more columns beside them. The whole file is taken or
//! nothing of it, with every fault told by its line.

mod table;

use super::failure::Failure;
use super::table::Faults;
use crate::county::{AreaNode, AreaTree, CountyEdit};
use crate::edit::Draft;
use std::collections::{BTreeMap, BTreeSet};
use table::{Line, read};
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{AreaLevel, GridKind};
use xunge_domain::value::Value;

/// Reads the table against the areas there are and gives the edits, parents first.
///
/// # Errors
/// [`Failure`] `bad_area_table` with every faulty line.
pub(super) fn plan(
    bytes: &[u8],
    present: &AreaTree,
    mut new_id: impl FnMut() -> RecordId,
) -> Result<Vec<CountyEdit>, Failure> {
    let mut faults = Vec::new();
    let lines = read(bytes, &mut faults);
    check(&lines, present, &mut faults);
    if !faults.is_empty() {
        return Err(refused(&faults));
    }
    let mut ids: BTreeMap<String, RecordId> =
        present.all().map(|area| (area.code.clone(), area.id)).filter(|(code, _)| !code.is_empty()).collect();
    for line in &lines {
        ids.entry(line.code.clone()).or_insert_with(&mut new_id);
    }
    let mut edits = Vec::new();
    for line in parents_first(&lines) {
        let Some(id) = ids.get(&line.code).copied() else { continue };
        let parent = ids.get(&line.parent).copied();
        let draft = Draft::new(RecordKind::Area, id, id)
            .with("name", line.name.as_str())
            .with("code", line.code.as_str())
            .with("level", line.level.code())
            .maybe("parent", parent.map(Value::reference))
            .maybe("grid_kind", (line.level == AreaLevel::Grid).then(|| GridKind::Basic.code()));
        edits.push(draft.into());
    }
    Ok(edits)
}

fn refused(faults: &Faults) -> Failure {
    super::table::refused("bad_area_table", "区域表", faults)
}

fn check(lines: &[Line], present: &AreaTree, faults: &mut Faults) {
    let by_code: BTreeMap<&str, &Line> = lines.iter().map(|line| (line.code.as_str(), line)).collect();
    let mut seen = BTreeSet::new();
    let roots_there: Vec<&str> = present.roots().iter().map(|root| root.code.as_str()).collect();
    for line in lines {
        let mut fault = |zh: String, en: String| faults.push((line.number, zh, en));
        if !seen.insert(line.code.as_str()) {
            fault(format!("编码 {} 重复", line.code), format!("code {} stands twice", line.code));
        }
        if line.parent.is_empty() {
            let another = lines
                .iter()
                .find(|other| other.parent.is_empty())
                .is_some_and(|first| first.code != line.code);
            if another || roots_there.iter().any(|root| *root != line.code) {
                fault("只能有一个没有上级的区域".into(), "only one area may have no parent".into());
            }
            continue;
        }
        let above = by_code.get(line.parent.as_str()).map(|parent| parent.level.code());
        let above = above.or_else(|| present.by_code(&line.parent).map(|parent| parent.level));
        match above {
            None => fault(
                format!("上级 {} 不存在", line.parent),
                format!("parent {} does not exist", line.parent),
            ),
            Some(level) if level >= line.level.code() => fault(
                format!("上级 {} 的层级不比它高", line.parent),
                format!("parent {} is not of a higher level", line.parent),
            ),
            Some(_) => {}
        }
    }
    check_below(lines, present, &by_code, faults);
    check_rings(lines, present, &by_code, faults);
}

/// What is there already and hangs below a line must still be of a lower level.
fn check_below(lines: &[Line], present: &AreaTree, by_code: &BTreeMap<&str, &Line>, faults: &mut Faults) {
    for line in lines {
        let Some(node) = present.by_code(&line.code) else { continue };
        let stays = |child: &&AreaNode| !by_code.contains_key(child.code.as_str());
        for child in present.children(node.id).into_iter().filter(stays) {
            if child.level <= line.level.code() {
                faults.push((
                    line.number,
                    format!("下级 {} 的层级不比它低", child.code),
                    format!("{} below it is not of a lower level", child.code),
                ));
            }
        }
    }
}

/// No area may lie below itself once the table is joined with what is there.
fn check_rings(lines: &[Line], present: &AreaTree, by_code: &BTreeMap<&str, &Line>, faults: &mut Faults) {
    let above = |code: &str| -> Option<String> {
        match by_code.get(code) {
            Some(line) => Some(line.parent.clone()),
            None => present.get(present.by_code(code)?.parent?).map(|parent| parent.code.clone()),
        }
    };
    for line in lines {
        let mut passed = BTreeSet::new();
        let mut at = line.parent.clone();
        // A ring that does not hold this line is told by the lines it does hold.
        while !at.is_empty() && at != line.code && passed.insert(at.clone()) {
            at = above(&at).unwrap_or_default();
        }
        if at == line.code {
            faults.push((
                line.number,
                format!("{} 会成为自己的下级", line.code),
                format!("{} would lie below itself", line.code),
            ));
        }
    }
}

/// Levels fall from parent to child, which `check` made sure of, so ordering by level puts parents first.
fn parents_first(lines: &[Line]) -> Vec<&Line> {
    let mut ordered: Vec<&Line> = lines.iter().collect();
    ordered.sort_by_key(|line| line.level.code());
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::AreaRow;

    fn planned(text: &str) -> Result<Vec<CountyEdit>, Failure> {
        let mut next = 0;
        plan(text.as_bytes(), &AreaTree::new(Vec::new()), || {
            next += 1;
            RecordId(uuid::Uuid::from_u128(next))
        })
    }

    #[test]
    fn a_small_county_in_any_order() {
        let edits = planned(
            "编码,名称,上级,层级\n990101001001,富民社区,990101001000,社区\n990101000000,示范县,,county\n\n990101001000,示范街道,990101000000,镇街\n",
        )
        .unwrap();
        assert_eq!(edits.len(), 3);
        assert!(edits.iter().all(|edit| edit.record == edit.area));
    }

    #[test]
    fn a_heading_says_where_the_columns_are() {
        let edits = planned(
            "序号,区域名称,级别,区域编码,备注,上级编码\n1,示范县,县级,990101,,\n2,示范镇,镇,990101001,甲,990101\n",
        );
        assert_eq!(edits.unwrap().len(), 2);
        let alone = planned("网格号,叫法,在哪,什么\n1,县,,county\n").unwrap_err();
        assert!(alone.en.contains("One fault") && alone.en.contains("line 1: the heading"), "{}", alone.en);
        assert!(alone.zh.contains("网格号,叫法,在哪,什么"), "{}", alone.zh);
        assert!(planned("编码,名称,上级,层级\n").unwrap_err().en.contains("no areas"));
    }

    #[test]
    fn what_is_no_table_is_told_once() {
        for (bytes, words) in [
            (b"PK\x03\x04\x14\0\x06\0".as_slice(), "workbook"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), "no table"),
        ] {
            let failure =
                plan(bytes, &AreaTree::new(Vec::new()), || RecordId(uuid::Uuid::nil())).unwrap_err();
            assert!(failure.en.starts_with("One fault") && failure.en.contains(words), "{}", failure.en);
        }
    }

    #[test]
    fn gbk_behind_the_mark_of_utf_8_is_read_as_what_it_is() {
        let gbk = encoding_rs::GB18030.encode("编码,名称,上级,层级\n990101,示范县,,县\n").0.into_owned();
        let marked = [b"\xEF\xBB\xBF", gbk.as_slice()].concat();
        let edits = plan(&marked, &AreaTree::new(Vec::new()), || RecordId(uuid::Uuid::from_u128(1))).unwrap();
        assert!(matches!(&edits[0].change, crate::county::Change::Edits(edits)
            if edits.values().any(|edit| *edit == xunge_domain::value::Edit::Put("示范县".into()))));
    }

    #[test]
    fn every_fault_is_told_with_its_line_and_nothing_is_taken() {
        let failure = planned(
            "code,name,parent,level\n1,县,,county\n2,,1,town\n3,社区,9,community\n3,社区,1,community\n4,格,3,planet\n5,又一县,,county\n6,街道,3,town\n",
        )
        .unwrap_err();
        assert_eq!(failure.code, "bad_area_table");
        for line in [
            "line 3: the name",
            "line 4: parent 9",
            "line 5: code 3",
            "line 6: unknown level",
            "line 7: only one",
            "line 8: parent 3 is not",
        ] {
            assert!(failure.en.contains(line), "{line} in {}", failure.en);
        }
    }

    #[test]
    fn a_second_table_joins_what_is_there() {
        let root = AreaRow {
            id: RecordId(uuid::Uuid::from_u128(9)),
            parent: None,
            code: "1".into(),
            name: "县".into(),
            level: 1,
        };
        let tree = AreaTree::new(vec![root]);
        let ids = || RecordId(uuid::Uuid::from_u128(1));
        assert_eq!(plan("2,街道,1,town".as_bytes(), &tree, ids).unwrap().len(), 1);
        assert!(plan("2,又一县,,county".as_bytes(), &tree, ids).is_err());
    }

    #[test]
    fn an_area_does_not_come_to_lie_below_itself_or_beside_its_children() {
        let node = |n: u128, parent: Option<u128>, level| AreaRow {
            id: RecordId(uuid::Uuid::from_u128(n)),
            parent: parent.map(|parent| RecordId(uuid::Uuid::from_u128(parent))),
            code: n.to_string(),
            name: "区域".into(),
            level,
        };
        let (town, community) = (AreaLevel::Town.code(), AreaLevel::Community.code());
        let tree = AreaTree::new(vec![
            node(1, None, AreaLevel::County.code()),
            node(2, Some(1), town),
            node(3, Some(2), community),
            node(4, Some(1), town),
        ]);
        let refused =
            |text: &str| plan(text.as_bytes(), &tree, || RecordId(uuid::Uuid::from_u128(9))).unwrap_err().en;
        assert!(refused("2,街道,3,grid").contains("line 1: 2 would lie below itself"));
        assert!(refused("2,街道,1,community").contains("line 1: 3 below it is not of a lower level"));
        assert!(refused("2,街道,2,town").contains("would lie below itself"));
        assert!(refused(&format!("5,{},1,town", "长".repeat(65))).contains("more than 64"));
        // To another town, with its name changed: an ordinary move.
        let moved =
            plan("3,富民社区,4,community".as_bytes(), &tree, || RecordId(uuid::Uuid::from_u128(9)));
        assert_eq!(moved.unwrap().len(), 1);
    }
}
