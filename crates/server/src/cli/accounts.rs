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

/// Makes an account, or gives an existing one a new password. Sessions that are open go on until their hours are over.
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
