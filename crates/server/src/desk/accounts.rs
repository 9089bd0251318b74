//! Accounts of the desk, for the county's centre: a town's centre is told that this is not its to do. What lies beyond
//! the own area is not there, for both.

use super::call::{Call, Rows, Seat, piece};
use super::problem::{Answer, Problem};
use super::session::Named;
use crate::administration::accounts::{self, DeskRole, Drawn};
use crate::county::County;
use crate::storage::DeskAccount;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use xunge_domain::ids::RecordId;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct AccountLine {
    pub name: String,
    pub role: String,
    pub area: Named,
    pub disabled: bool,
    pub own: bool,
}

/// A password, to be shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "docs/desk-api.md says each")]
pub struct Password {
    pub name: String,
    pub role: String,
    pub password: String,
}

impl From<Drawn> for Password {
    fn from(drawn: Drawn) -> Self {
        Self { name: drawn.name, role: drawn.role, password: drawn.password }
    }
}

/// A new account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AccountForm {
    /// Name to log in with.
    pub name: String,
    /// `county` or `town`.
    pub role: String,
    /// Id of what it sees, with all below.
    pub area: String,
}

#[derive(Deserialize)]
struct StateForm {
    disabled: bool,
}

/// Nothing, when the account is one of the county's centre.
///
/// # Errors
/// `not_allowed`.
fn centre(seat: &Seat) -> Answer<()> {
    if seat.role == DeskRole::County.word() { Ok(()) } else { Err(Problem::new(403, "not_allowed")) }
}

fn line(county: &County, seat: &Seat, account: &DeskAccount) -> AccountLine {
    let name = county.areas().get(account.area).map(|node| node.name.clone()).unwrap_or_default();
    AccountLine {
        name: account.name.clone(),
        role: account.role.clone(),
        area: Named { id: account.area.to_string(), name },
        disabled: account.disabled,
        own: account.name == seat.account,
    }
}

/// The account named in the path, when its area is the seat's or lies below.
fn named(call: &Call, county: &County, seat: &Seat) -> Answer<DeskAccount> {
    let name = call.path.get("name").ok_or_else(Problem::not_found)?;
    let account = county.read(|rows| Ok(rows.desk_account(name)?))?.ok_or_else(Problem::not_found)?;
    seat.sees(&county.areas(), account.area)?;
    centre(seat)?;
    Ok(account)
}

/// `GET accounts`.
///
/// # Errors
/// `not_allowed`, `bad_request`.
pub fn list(call: &Call, county: &County, seat: &Seat) -> Answer<Rows<AccountLine>> {
    centre(seat)?;
    let tree = county.areas();
    let all = county.read(|rows| Ok(rows.desk_accounts()?))?;
    let seen = all.iter().filter(|account| tree.within(account.area, seat.area));
    Ok(piece(seen.map(|account| line(county, seat, account)).collect(), call.page()?))
}

/// `POST accounts`.
///
/// # Errors
/// `not_allowed`, `not_found`, `bad_request`, `name_taken`.
pub fn add(call: &Call, county: &County, seat: &Seat) -> Answer<Password> {
    let form: AccountForm = call.body()?;
    let area: RecordId = form.area.parse().map_err(|_| Problem::not_found())?;
    let tree = county.areas();
    seat.sees(&tree, area)?;
    centre(seat)?;
    tree.get(area).ok_or_else(Problem::not_found)?;
    let role = DeskRole::from_word(&form.role).ok_or_else(|| Problem::bad("role"))?;
    Ok(accounts::add(county, &seat.account, &form.name, role, area)?.into())
}

/// `POST accounts/{name}/password`.
///
/// # Errors
/// `not_allowed`, `not_found`.
pub fn password(call: &Call, county: &County, seat: &Seat) -> Answer<Password> {
    let account = named(call, county, seat)?;
    Ok(accounts::new_password(county, &seat.account, &account.name)?.into())
}

/// `POST accounts/{name}/state`.
///
/// # Errors
/// `not_allowed`, `not_found`, `bad_request`, `own_account`: nobody locks the last door behind themselves.
pub fn state(call: &Call, county: &County, seat: &Seat) -> Answer<AccountLine> {
    let account = named(call, county, seat)?;
    let form: StateForm = call.body()?;
    if account.name == seat.account {
        return Err(Problem::new(409, "own_account"));
    }
    accounts::set_disabled(county, &seat.account, &account.name, form.disabled)?;
    Ok(line(county, seat, &DeskAccount { disabled: form.disabled, ..account }))
}
