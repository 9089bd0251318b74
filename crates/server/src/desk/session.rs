//! Logging in and out. The cookie is 256 random bits known to the database by their hash; a session ends eight hours
//! after its last request. Wrong passwords are tried slowly and written to the audit log.

use super::call::{Call, Seat};
use super::passwords;
use super::problem::{Answer, Problem};
use crate::county::County;
use crate::storage::{AuditEntry, DeskSession};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

const COOKIE_NAME: &str = "xunge_desk";
const HOURS_8_MS: i64 = 8 * 3_600_000;
/// A session is prolonged at most this often, so that polling does not write all the time.
const PROLONG_AFTER_MS: i64 = 10 * 60_000;
/// Longest name or password looked at.
const LONGEST: usize = 256;

/// What `me` and `login` answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Me {
    /// Account.
    pub name: String,
    /// `county` or `town`.
    pub role: String,
    /// What it sees.
    pub area: Named,
    /// Name of the county.
    pub county: String,
    /// For `x-csrf-token`.
    pub csrf: String,
}

/// An area by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

/// The account behind a request's cookie.
///
/// # Errors
/// `no_session`.
pub fn seat(county: &County, headers: &HeaderMap) -> Answer<Seat> {
    let none = || Problem::new(401, "no_session");
    let token = cookie(headers).ok_or_else(none)?;
    let token: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let now_ms = county.now_ms();
    let found = county.read(|rows| {
        let Some(session) = rows.desk_session(&token)? else { return Ok(None) };
        let account = rows.desk_account(&session.account)?;
        Ok(account.map(|account| (session, account)))
    })?;
    let (session, account) = found.ok_or_else(none)?;
    if session.expires_ms < now_ms || account.disabled {
        return Err(none());
    }
    if session.expires_ms < now_ms + HOURS_8_MS - PROLONG_AFTER_MS {
        let longer = DeskSession { expires_ms: now_ms + HOURS_8_MS, ..session.clone() };
        let longer = county.write(|tx| Ok(tx.rows().put_desk_session(&longer)?));
        // A full disk does not end a session that holds: whoever sits there may be the one to see that it is full.
        longer.or_else(|error| if error.is_disk_full() { Ok(()) } else { Err(error) })?;
    }
    Ok(Seat { account: account.name, role: account.role, area: account.area, csrf: session.csrf, token })
}

/// Nothing, when the request carries the session's token.
///
/// # Errors
/// `csrf`.
pub fn check_csrf(seat: &Seat, headers: &HeaderMap) -> Answer<()> {
    let given = headers.get("x-csrf-token").map(axum::http::HeaderValue::as_bytes).unwrap_or_default();
    // Hashes are compared, so that the time taken tells nothing about how much of the token is right.
    if Sha256::digest(given) == Sha256::digest(seat.csrf.as_bytes()) {
        Ok(())
    } else {
        Err(Problem::new(403, "csrf"))
    }
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(';'));
    let mut pairs = cookies.filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value.to_owned())
}

/// Opens a session: the answer and the cookie to set.
///
/// # Errors
/// `bad_login`, `too_many_tries`.
pub fn login(call: &Call, county: &County) -> Answer<(Me, String)> {
    let now_ms = county.now_ms();
    let limiter = &call.app.login_failures;
    limiter
        .may_try(call.source, now_ms)
        .map_err(|seconds| Problem::new(429, "too_many_tries").with("seconds", seconds))?;
    let given: Login = call.body()?;
    if given.name.len() > LONGEST || given.password.len() > LONGEST {
        return Err(Problem::bad("password"));
    }
    let account =
        county.read(|rows| Ok(rows.desk_account(&given.name)?))?.filter(|account| !account.disabled);
    let right = passwords::is(&given.password, account.as_ref().map(|account| account.password.as_str()));
    let Some(account) = account.filter(|_| right) else {
        limiter.failed(call.source);
        // A name nobody has may be a password typed into the wrong field: it is not written down.
        let known = county.read(|rows| Ok(rows.desk_account(&given.name)?))?.map(|account| account.name);
        let who = known.unwrap_or_else(|| "?".into());
        county.audit(&AuditEntry { who, what: "login_failed".into(), ..AuditEntry::default() })?;
        return Err(Problem::new(401, "bad_login"));
    };
    let (token, csrf) = (secret(county), secret(county));
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let session = DeskSession {
        token: hash,
        account: account.name.clone(),
        csrf: csrf.clone(),
        expires_ms: now_ms + HOURS_8_MS,
    };
    let seat = Seat { account: account.name, role: account.role, area: account.area, csrf, token: hash };
    county.write(|tx| {
        tx.rows().forget_desk_sessions(now_ms)?;
        tx.rows().put_desk_session(&session)?;
        county.audit_in(tx, &seat.audit("login", "", "", ""))?;
        Ok(())
    })?;
    let set = format!("{COOKIE_NAME}={token}; Path=/desk; HttpOnly; Secure; SameSite=Strict");
    Ok((me(county, &seat)?, set))
}

/// Ends the session: the cookie to set.
///
/// # Errors
/// Those of the storage.
pub fn logout(county: &County, seat: &Seat) -> Answer<String> {
    county.write(|tx| {
        tx.rows().drop_desk_session(&seat.token)?;
        county.audit_in(tx, &seat.audit("logout", "", "", ""))?;
        Ok(())
    })?;
    Ok(format!("{COOKIE_NAME}=; Path=/desk; HttpOnly; Secure; SameSite=Strict; Max-Age=0"))
}

/// The account.
///
/// # Errors
/// Those of the storage.
pub fn me(county: &County, seat: &Seat) -> Answer<Me> {
    let name = county.areas().get(seat.area).map(|area| area.name.clone()).unwrap_or_default();
    Ok(Me {
        name: seat.account.clone(),
        role: seat.role.clone(),
        area: Named { id: seat.area.to_string(), name },
        county: county.name()?,
        csrf: seat.csrf.clone(),
    })
}

fn secret(county: &County) -> String {
    let mut bytes = [0; 32];
    county.random().fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
