//! Keyed hashes of citizen ids, and pairs of records in different areas that share one.

use super::{Result, Rows};
use rusqlite::OptionalExtension as _;
use xunge_domain::ids::RecordId;

/// What became of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PairState {
    /// Nobody has decided yet.
    Open,
    /// One person, on record in two areas.
    Same,
    /// Two people.
    NotSame,
}

impl PairState {
    const fn code(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Same => 1,
            Self::NotSame => 2,
        }
    }

    const fn from_code(code: i64) -> Self {
        match code {
            1 => Self::Same,
            2 => Self::NotSame,
            _ => Self::Open,
        }
    }
}

/// Two records in different areas with the same citizen id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairRow {
    /// The smaller id.
    pub one: RecordId,
    /// The greater id.
    pub other: RecordId,
    /// What became of it.
    pub state: PairState,
    /// When it was found, UTC milliseconds.
    pub found_ms: i64,
    /// When it was decided.
    pub decided_ms: Option<i64>,
    /// Account that decided.
    pub decided_by: Option<String>,
}

const PAIR: &str = "SELECT one, other, state, found_ms, decided_ms, decided_by FROM person_pair";

fn record(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<RecordId> {
    Ok(RecordId(uuid::Uuid::from_bytes(row.get(at)?)))
}

fn pair(row: &rusqlite::Row<'_>) -> rusqlite::Result<PairRow> {
    Ok(PairRow {
        one: record(row, 0)?,
        other: record(row, 1)?,
        state: PairState::from_code(row.get(2)?),
        found_ms: row.get(3)?,
        decided_ms: row.get(4)?,
        decided_by: row.get(5)?,
    })
}

// The planner knows no sizes and would go through everybody of the county for each person: every one of these names the
// index it must use, and a test holds them to it.
const ELSEWHERE: &str = "SELECT person FROM person_key INDEXED BY person_key_hash
  WHERE county = ?1 AND hash = ?2 AND area <> ?3 ORDER BY person";
const OPEN_PAIR: &str = "SELECT 1 FROM person_pair WHERE county = ?1 AND one = ?2 AND state = 0
  UNION ALL
  SELECT 1 FROM person_pair INDEXED BY person_pair_other WHERE county = ?1 AND other = ?2 AND state = 0";
const DROP_PAIRS: [&str; 2] = [
    "DELETE FROM person_pair WHERE county = ?1 AND one = ?2 AND (state = 0 OR ?3) RETURNING other",
    "DELETE FROM person_pair INDEXED BY person_pair_other WHERE county = ?1 AND other = ?2 AND (state = 0 OR ?3)
     RETURNING one",
];

impl Rows<'_> {
    /// Area and hash noted of a person.
    pub fn person_key(&self, person: RecordId) -> Result<Option<(RecordId, Vec<u8>)>> {
        let mut query =
            self.db.prepare_cached("SELECT area, hash FROM person_key WHERE county = ?1 AND person = ?2")?;
        Ok(query
            .query_row((self.county, person.0.as_bytes()), |row| Ok((record(row, 0)?, row.get(1)?)))
            .optional()?)
    }

    /// Notes the hash of a person's citizen id.
    pub fn put_person_key(&self, person: RecordId, area: RecordId, hash: &[u8]) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO person_key (county, person, area, hash) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (county, person) DO UPDATE SET area = excluded.area, hash = excluded.hash",
            )?
            .execute((self.county, person.0.as_bytes(), area.0.as_bytes(), hash))?;
        Ok(())
    }

    /// Forgets it.
    pub fn drop_person_key(&self, person: RecordId) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM person_key WHERE county = ?1 AND person = ?2")?
            .execute((self.county, person.0.as_bytes()))?;
        Ok(())
    }

    /// Persons of other areas with this hash.
    pub fn persons_elsewhere(&self, hash: &[u8], area: RecordId) -> Result<Vec<RecordId>> {
        let mut query = self.db.prepare_cached(ELSEWHERE)?;
        let found = query.query_map((self.county, hash, area.0.as_bytes()), |row| record(row, 0))?;
        Ok(found.collect::<std::result::Result<_, _>>()?)
    }

    /// Notes that two records share a number; nothing when it is known.
    pub fn find_pair(&self, one: RecordId, other: RecordId, now_ms: i64) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO person_pair (county, one, other, found_ms) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((self.county, one.0.as_bytes(), other.0.as_bytes(), now_ms))?;
        Ok(())
    }

    /// Takes out the pairs of a person that nobody decided about, or all of them; the other records.
    pub fn drop_pairs(&self, person: RecordId, decided_too: bool) -> Result<Vec<RecordId>> {
        let mut others = Vec::new();
        for sql in DROP_PAIRS {
            let mut query = self.db.prepare_cached(sql)?;
            let dropped =
                query.query_map((self.county, person.0.as_bytes(), decided_too), |row| record(row, 0))?;
            for other in dropped {
                others.push(other?);
            }
        }
        Ok(others)
    }

    /// A pair.
    pub fn pair(&self, one: RecordId, other: RecordId) -> Result<Option<PairRow>> {
        let mut query =
            self.db.prepare_cached(&format!("{PAIR} WHERE county = ?1 AND one = ?2 AND other = ?3"))?;
        Ok(query.query_row((self.county, one.0.as_bytes(), other.0.as_bytes()), pair).optional()?)
    }

    /// All pairs, open ones first, the newest of each first.
    pub fn pairs(&self) -> Result<Vec<PairRow>> {
        let mut query = self.db.prepare_cached(&format!(
            "{PAIR} WHERE county = ?1 ORDER BY state <> 0, COALESCE(decided_ms, found_ms) DESC, one, other"
        ))?;
        let found = query.query_map([self.county], pair)?;
        Ok(found.collect::<std::result::Result<_, _>>()?)
    }

    /// Writes down what was decided about a pair; `Open` takes a decision back.
    pub fn decide_pair(
        &self,
        one: RecordId,
        other: RecordId,
        state: PairState,
        now_ms: i64,
        by: &str,
    ) -> Result<()> {
        let open = state == PairState::Open;
        self.db.execute(
            "UPDATE person_pair SET state = ?4, decided_ms = ?5, decided_by = ?6
              WHERE county = ?1 AND one = ?2 AND other = ?3",
            (
                self.county,
                one.0.as_bytes(),
                other.0.as_bytes(),
                state.code(),
                (!open).then_some(now_ms),
                (!open).then_some(by),
            ),
        )?;
        Ok(())
    }

    /// Whether somebody has yet to decide about a pair of this person.
    pub fn is_in_open_pair(&self, person: RecordId) -> Result<bool> {
        let mut query = self.db.prepare_cached(OPEN_PAIR)?;
        Ok(query.exists((self.county, person.0.as_bytes()))?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so and ends")]

    use super::{DROP_PAIRS, ELSEWHERE, OPEN_PAIR};
    use rusqlite::Connection;

    #[test]
    fn nobody_else_is_looked_through_for_one_person() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(include_str!("0007_same_person.sql")).unwrap();
        for sql in [ELSEWHERE, OPEN_PAIR, DROP_PAIRS[0], DROP_PAIRS[1]] {
            let mut query = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let nulls = vec![rusqlite::types::Null; query.parameter_count()];
            let lines = query.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3));
            let lines: Vec<String> = lines.unwrap().map(Result::unwrap).collect();
            let looks: Vec<&String> = lines.iter().filter(|line| line.contains("person_")).collect();
            assert!(
                !looks.is_empty() && looks.iter().all(|line| line.contains("county=? AND ")),
                "{lines:?}"
            );
        }
    }
}
