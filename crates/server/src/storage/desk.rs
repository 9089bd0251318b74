//! Accounts and sessions of the desk.

use super::{Result, Rows, id};
use rusqlite::OptionalExtension as _;
use xunge_domain::ids::RecordId;
use xunge_domain::operation::Hash;

/// An account.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskAccount {
    /// Name to log in with.
    pub name: String,
    /// Password hash (PHC string).
    pub password: String,
    /// Role word.
    pub role: String,
    /// What it sees: this area and below.
    pub area: RecordId,
    /// May not log in.
    pub disabled: bool,
}

impl std::fmt::Debug for DeskAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeskAccount")
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A session.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskSession {
    /// SHA-256 of the cookie's value.
    pub token: Hash,
    /// Account name.
    pub account: String,
    /// CSRF token.
    pub csrf: String,
    /// Until when.
    pub expires_ms: i64,
}

impl Rows<'_> {
    /// Writes an account.
    pub fn put_desk_account(&self, account: &DeskAccount) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO desk_account (county, name, password, role, area, disabled)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (county, name) DO UPDATE SET password = excluded.password, role = excluded.role,
                   area = excluded.area, disabled = excluded.disabled",
            )?
            .execute((
                self.county,
                &account.name,
                &account.password,
                &account.role,
                account.area.0.as_bytes(),
                account.disabled,
            ))?;
        Ok(())
    }

    /// An account by name.
    pub fn desk_account(&self, name: &str) -> Result<Option<DeskAccount>> {
        let mut query = self.db.prepare_cached(
            "SELECT name, password, role, area, disabled FROM desk_account WHERE county = ?1 AND name = ?2",
        )?;
        let found = query
            .query_row((self.county, name), |row| {
                let area: Vec<u8> = row.get(3)?;
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, area, row.get(4)?))
            })
            .optional()?;
        found
            .map(|(name, password, role, area, disabled)| {
                Ok(DeskAccount { name, password, role, area: id(&area)?, disabled })
            })
            .transpose()
    }

    /// All accounts, by name.
    pub fn desk_accounts(&self) -> Result<Vec<DeskAccount>> {
        let names = self.desk_account_names()?;
        names.iter().filter_map(|name| self.desk_account(name).transpose()).collect()
    }

    /// Names of all accounts.
    pub fn desk_account_names(&self) -> Result<Vec<String>> {
        let mut query =
            self.db.prepare_cached("SELECT name FROM desk_account WHERE county = ?1 ORDER BY name")?;
        let names = query.query_map([self.county], |row| row.get(0))?;
        Ok(names.collect::<std::result::Result<_, _>>()?)
    }

    /// Opens or prolongs a session.
    pub fn put_desk_session(&self, session: &DeskSession) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO desk_session (county, token, account, csrf, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (county, token) DO UPDATE SET expires_ms = excluded.expires_ms",
            )?
            .execute((self.county, session.token, &session.account, &session.csrf, session.expires_ms))?;
        Ok(())
    }

    /// A session by the hash of its token, expired or not.
    pub fn desk_session(&self, token: &Hash) -> Result<Option<DeskSession>> {
        let mut query = self.db.prepare_cached(
            "SELECT account, csrf, expires_ms FROM desk_session WHERE county = ?1 AND token = ?2",
        )?;
        Ok(query
            .query_row((self.county, token), |row| {
                Ok(DeskSession {
                    token: *token,
                    account: row.get(0)?,
                    csrf: row.get(1)?,
                    expires_ms: row.get(2)?,
                })
            })
            .optional()?)
    }

    /// Ends a session.
    pub fn drop_desk_session(&self, token: &Hash) -> Result<()> {
        self.db.execute("DELETE FROM desk_session WHERE county = ?1 AND token = ?2", (self.county, token))?;
        Ok(())
    }

    /// Ends every session of an account.
    pub fn drop_desk_sessions_of(&self, account: &str) -> Result<()> {
        self.db
            .execute("DELETE FROM desk_session WHERE county = ?1 AND account = ?2", (self.county, account))?;
        Ok(())
    }

    /// Forgets sessions that are over.
    pub fn forget_desk_sessions(&self, now_ms: i64) -> Result<()> {
        self.db.execute(
            "DELETE FROM desk_session WHERE county = ?1 AND expires_ms < ?2",
            (self.county, now_ms),
        )?;
        Ok(())
    }
}
