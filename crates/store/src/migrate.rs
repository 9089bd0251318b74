//! Numbered migrations: each in one transaction together with its number in `user_version`, so that a phone killed in
//! the middle finds itself before or after. A store of a newer app is never touched.

use rusqlite::{Connection, TransactionBehavior};

/// The migrations in order; the first brings `user_version` from 0 to 1. Files once released never change.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_start.sql"),
    include_str!("../migrations/0002_contacts_and_checks.sql"),
    include_str!("../migrations/0003_mirror.sql"),
    include_str!("../migrations/0004_incidents.sql"),
    include_str!("../migrations/0005_same_person.sql"),
    include_str!("../migrations/0006_tenancies.sql"),
    include_str!("../migrations/0007_one_index_less.sql"),
    include_str!("../migrations/0008_same_home.sql"),
];

/// The schema this version writes.
pub const SCHEMA_VERSION: u32 = MIGRATIONS.len() as u32;

/// Number of the schema in the file.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Brings the file to [`SCHEMA_VERSION`]. The caller has made sure that it is not newer.
pub(crate) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let from = version(connection)?;
    for (number, sql) in (1_u32..).zip(MIGRATIONS).filter(|(number, _)| *number > from) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Statements by name, without comments and spaces: `CREATE TABLE a (b INTEGER)` however it is laid out.
    fn shapes(connection: &Connection) -> Vec<(String, String)> {
        let mut statement = connection
            .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
            .unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).unwrap();
        rows.map(Result::unwrap)
            .map(|(name, sql)| {
                let bare: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect();
                let bare = bare.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
                // A column added later stands where the table ends, without the spaces of a hand.
                (name, bare.replace(" ,", ",").replace(" )", ")").replace("( ", "("))
            })
            .collect()
    }

    #[test]
    fn the_commented_schema_is_what_the_migrations_make() {
        let mut migrated = Connection::open_in_memory().unwrap();
        migrate(&mut migrated).unwrap();
        let documented = Connection::open_in_memory().unwrap();
        documented.execute_batch(include_str!("../schema.sql")).unwrap();
        assert_eq!(shapes(&migrated), shapes(&documented));
        assert_eq!(version(&migrated).unwrap(), SCHEMA_VERSION);
    }

    #[test]
    fn every_table_is_strict() {
        let mut migrated = Connection::open_in_memory().unwrap();
        migrate(&mut migrated).unwrap();
        let loose: Vec<String> = shapes(&migrated)
            .into_iter()
            .filter(|(name, sql)| {
                sql.starts_with("CREATE TABLE") && !name.starts_with("search_") && !sql.contains("STRICT")
            })
            .map(|(name, _)| name)
            .collect();
        assert_eq!(loose, Vec::<String>::new());
    }

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let once = shapes(&connection);
        migrate(&mut connection).unwrap();
        assert_eq!(once, shapes(&connection));
    }
}
