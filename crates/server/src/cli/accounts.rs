//! Accounts of the desk on the command line: the first one, whose password is printed once, and further ones.

use super::failure::Failure;
use crate::administration::accounts::{Drawn, put};
use crate::county::County;

pub(super) use crate::administration::accounts::DeskRole;

/// Name of the first account.
pub(super) const FIRST: &str = "admin";

/// The first account, when there is none and there is a county to look at.
pub(super) fn first(county: &County) -> Result<Option<Drawn>, Failure> {
    let none = county.read(|rows| Ok(rows.desk_account_names()?))?.is_empty();
    let root = county.areas().roots().first().map(|root| root.id);
    match root.filter(|_| none) {
        Some(root) => Ok(Some(put(county, "cli", FIRST, DeskRole::County, root)?)),
        None => Ok(None),
    }
}

/// Prints an account for a person.
pub(super) fn print(account: &Drawn) {
    say!(
        "县工作台账号（密码只显示这一次，请记下）\nDesk account (the password is shown only this once)\n  name      {}\n  password  {}",
        account.name,
        account.password
    );
}
