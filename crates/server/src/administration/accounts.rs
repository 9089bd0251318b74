//! Accounts of the desk. Nobody chooses a password: it is drawn, shown once and kept as a hash. Whoever gets a new one, or
//! is locked out, loses every open session, because a password is changed to keep another out.

use super::{Done, NotDone, at_once, entry};
use crate::county::County;
use crate::desk::passwords;
use crate::storage::DeskAccount;
use serde::Serialize;
use xunge_domain::ids::RecordId;

/// Longest name of an account, in characters.
pub const LONGEST_NAME: usize = 32;

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DeskRole {
    /// The county's centre.
    County,
    /// A town's centre.
    Town,
}

impl DeskRole {
    /// The word on disk and at the border.
    pub const fn word(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Town => "town",
        }
    }

    /// By word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::County, Self::Town].into_iter().find(|role| role.word() == word)
    }
}

/// An account with its password, to be shown once.
#[derive(Debug, Clone, Serialize)]
pub struct Drawn {
    /// Name to log in with.
    pub name: String,
    /// The password.
    pub password: String,
    /// Role word.
    pub role: String,
}

/// A drawn password and what is kept of it.
fn draw(county: &County) -> Done<(String, String)> {
    let password = passwords::draw(county.random());
    let kept = passwords::keep(&password, county.random()).ok_or(NotDone::Refused("password"))?;
    Ok((password, kept))
}

/// Makes an account, or gives an existing one another password, role and area.
///
/// # Errors
/// Those of the storage.
pub fn put(county: &County, who: &str, name: &str, role: DeskRole, area: RecordId) -> Done<Drawn> {
    let (password, kept) = draw(county)?;
    let account = DeskAccount {
        name: name.to_owned(),
        password: kept,
        role: role.word().to_owned(),
        area,
        disabled: false,
    };
    at_once(county, |tx| {
        tx.rows().put_desk_account(&account)?;
        tx.rows().drop_desk_sessions_of(name)?;
        county.audit_in(tx, &entry(who, "account", name, role.word()))?;
        Ok(())
    })?;
    Ok(Drawn { name: account.name, password, role: account.role })
}

/// Makes a new account.
///
/// # Errors
/// `bad_name` unless it is 2–32 letters, digits, `.`, `_` or `-`; `name_taken`.
pub fn add(county: &County, who: &str, name: &str, role: DeskRole, area: RecordId) -> Done<Drawn> {
    let name = name.trim();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !(2..=LONGEST_NAME).contains(&name.chars().count()) || !name.chars().all(fits) {
        return Err(NotDone::Refused("bad_name"));
    }
    let (password, kept) = draw(county)?;
    let role = role.word().to_owned();
    let account = DeskAccount { name: name.to_owned(), password: kept, role, area, disabled: false };
    at_once(county, |tx| {
        if tx.rows().desk_account(name)?.is_some() {
            return Err(NotDone::Refused("name_taken"));
        }
        tx.rows().put_desk_account(&account)?;
        county.audit_in(tx, &entry(who, "account_add", name, &account.role))?;
        Ok(())
    })?;
    Ok(Drawn { name: account.name, password, role: account.role })
}

/// Gives an account another password; its sessions end. A disabled account stays disabled.
///
/// # Errors
/// `unknown_account`.
pub fn new_password(county: &County, who: &str, name: &str) -> Done<Drawn> {
    let (password, kept) = draw(county)?;
    let role = at_once(county, |tx| {
        let account = tx.rows().desk_account(name)?.ok_or(NotDone::Refused("unknown_account"))?;
        let role = account.role.clone();
        tx.rows().put_desk_account(&DeskAccount { password: kept, ..account })?;
        tx.rows().drop_desk_sessions_of(name)?;
        county.audit_in(tx, &entry(who, "account_password", name, ""))?;
        Ok(role)
    })?;
    Ok(Drawn { name: name.to_owned(), password, role })
}

/// Locks an account out, at once, or lets it in again with the password it has.
///
/// # Errors
/// `unknown_account`.
pub fn set_disabled(county: &County, who: &str, name: &str, disabled: bool) -> Done<()> {
    at_once(county, |tx| {
        let account = tx.rows().desk_account(name)?.ok_or(NotDone::Refused("unknown_account"))?;
        tx.rows().put_desk_account(&DeskAccount { disabled, ..account })?;
        tx.rows().drop_desk_sessions_of(name)?;
        let what = if disabled { "account_disable" } else { "account_enable" };
        county.audit_in(tx, &entry(who, what, name, ""))?;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::county::Settings;
    use crate::storage::DeskSession;
    use crate::world::{Places, open_county};
    use xunge_domain::operation::Hash;

    fn county(folder: &std::path::Path) -> County {
        let places = Places { data: folder.join("data"), key_file: folder.join("county.key") };
        open_county(&places, Settings::default()).unwrap()
    }

    fn sit_down(county: &County, account: &str, token: Hash) {
        let session =
            DeskSession { token, account: account.into(), csrf: String::new(), expires_ms: i64::MAX };
        county.write(|tx| Ok(tx.rows().put_desk_session(&session)?)).unwrap();
    }

    fn sits(county: &County, token: Hash) -> bool {
        county.read(|rows| Ok(rows.desk_session(&token)?)).unwrap().is_some()
    }

    #[test]
    fn a_new_password_or_a_locked_door_ends_the_sessions_of_that_account_and_of_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let county = county(folder.path());
        let area = county.new_id();
        put(&county, "cli", "centre", DeskRole::County, area).unwrap();
        put(&county, "cli", "town", DeskRole::Town, area).unwrap();
        let acts: [&dyn Fn() -> Done<()>; 3] = [
            &|| put(&county, "cli", "centre", DeskRole::County, area).map(|_| ()),
            &|| new_password(&county, "desk", "centre").map(|_| ()),
            &|| set_disabled(&county, "desk", "centre", true),
        ];
        for act in acts {
            sit_down(&county, "centre", [1; 32]);
            sit_down(&county, "town", [2; 32]);
            act().unwrap();
            assert_eq!([sits(&county, [1; 32]), sits(&county, [2; 32])], [false, true]);
        }
    }

    #[test]
    fn a_name_is_taken_once_and_is_a_name() {
        let folder = tempfile::tempdir().unwrap();
        let county = county(folder.path());
        let area = county.new_id();
        add(&county, "desk", "富民镇", DeskRole::Town, area).unwrap();
        for (name, code) in
            [("富民镇", "name_taken"), ("a", "bad_name"), ("a b", "bad_name"), ("=1+1", "bad_name")]
        {
            let refused = add(&county, "desk", name, DeskRole::Town, area).unwrap_err();
            assert!(matches!(refused, NotDone::Refused(told) if told == code), "{name}: {refused}");
        }
        let unknown = new_password(&county, "desk", "nobody").unwrap_err();
        assert!(matches!(unknown, NotDone::Refused("unknown_account")));
    }
}
