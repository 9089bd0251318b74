//! Accounts of the desk: the first one, whose password is printed once, and further ones.

use super::failure::Failure;
use crate::county::County;
use crate::desk::passwords;
use crate::storage::{AuditEntry, DeskAccount};
use serde::Serialize;
use xunge_domain::ids::RecordId;

/// Name of the first account.
pub(super) const FIRST: &str = "admin";

/// An account as printed, once.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Printed {
    pub name: String,
    pub password: String,
    pub role: &'static str,
}

/// What an account may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum DeskRole {
    /// The county's centre.
    County,
    /// A town's centre.
    Town,
}

impl DeskRole {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::County => "county",
            Self::Town => "town",
        }
    }
}

/// Makes an account, or gives an existing one a new password. Its open sessions end: whoever changes a password because
/// another knows it means to keep that other out.
pub(super) fn put(county: &County, name: &str, role: DeskRole, area: RecordId) -> Result<Printed, Failure> {
    let password = passwords::draw(county.random());
    let hash = passwords::keep(&password, county.random()).ok_or_else(|| {
        Failure::refused(
            "password",
            "没能生成密码，数据没有改动。",
            "No password could be made. Nothing was changed.",
        )
    })?;
    let account = DeskAccount {
        name: name.to_owned(),
        password: hash,
        role: role.word().to_owned(),
        area,
        disabled: false,
    };
    county.write(|tx| {
        tx.rows().put_desk_account(&account)?;
        tx.rows().drop_desk_sessions_of(name)?;
        let entry = AuditEntry {
            who: "cli".into(),
            what: "account".into(),
            subject: name.to_owned(),
            ok: true,
            ..AuditEntry::default()
        };
        county.audit_in(tx, &entry)?;
        Ok(())
    })?;
    Ok(Printed { name: name.to_owned(), password, role: role.word() })
}

/// The first account, when there is none and there is a county to look at.
pub(super) fn first(county: &County) -> Result<Option<Printed>, Failure> {
    let none = county.read(|rows| Ok(rows.desk_account_names()?))?.is_empty();
    let root = county.areas().roots().first().map(|root| root.id);
    match root.filter(|_| none) {
        Some(root) => put(county, FIRST, DeskRole::County, root).map(Some),
        None => Ok(None),
    }
}

/// Prints an account for a person.
pub(super) fn print(account: &Printed) {
    say!(
        "县级事件台账号（密码只显示这一次，请记下）\nDesk account (the password is shown only this once)\n  name      {}\n  password  {}",
        account.name,
        account.password
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::county::Settings;
    use crate::storage::DeskSession;
    use crate::world::{Places, open_county};
    use xunge_domain::operation::Hash;

    #[test]
    fn a_new_password_ends_the_sessions_of_that_account_and_of_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let places = Places { data: folder.path().join("data"), key_file: folder.path().join("county.key") };
        let county = open_county(&places, Settings::default()).unwrap();
        let area = county.new_id();
        let tokens: [(&str, Hash); 2] = [("centre", [1; 32]), ("town", [2; 32])];
        for (name, token) in tokens {
            put(&county, name, DeskRole::County, area).unwrap();
            let session =
                DeskSession { token, account: name.into(), csrf: String::new(), expires_ms: i64::MAX };
            county.write(|tx| Ok(tx.rows().put_desk_session(&session)?)).unwrap();
        }
        put(&county, "centre", DeskRole::County, area).unwrap();
        let open =
            tokens.map(|(_, token)| county.read(|rows| Ok(rows.desk_session(&token)?)).unwrap().is_some());
        assert_eq!(open, [false, true]);
    }
}
