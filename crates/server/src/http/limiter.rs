//! Wrong codes and passwords are tried slowly: failures are counted by source and in all, successes cost nothing.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Sources remembered at once; beyond that the count in all has to do.
const MOST_SOURCES: usize = 10_000;

/// See the module.
#[derive(Debug)]
pub struct Limiter {
    by_source: u32,
    in_all: u32,
    window_ms: i64,
    failures: Mutex<Failures>,
}

#[derive(Debug, Default)]
struct Failures {
    since_ms: i64,
    all: u32,
    sources: HashMap<Option<IpAddr>, u32>,
}

impl Limiter {
    /// `by_source` failures of one address and `in_all` of everybody within `window_ms`.
    pub fn new(by_source: u32, in_all: u32, window_ms: i64) -> Self {
        Self { by_source, in_all, window_ms, failures: Mutex::default() }
    }

    /// 36 random bits at 600 tries a minute: with a hundred codes open all day, one in 800 days.
    pub fn enrolment() -> Self {
        Self::new(10, 600, 60_000)
    }

    /// Passwords.
    pub fn login() -> Self {
        Self::new(10, 300, 5 * 60_000)
    }

    /// Whether `source` may try; otherwise in how many seconds.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn may_try(&self, source: Option<IpAddr>, now_ms: i64) -> Result<(), u32> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now_ms.saturating_sub(failures.since_ms);
        if !(0..self.window_ms).contains(&age) {
            *failures = Failures { since_ms: now_ms, ..Failures::default() };
            return Ok(());
        }
        let own = failures.sources.get(&source).copied().unwrap_or(0);
        if own >= self.by_source || failures.all >= self.in_all {
            let left = (self.window_ms - age).max(1_000) / 1_000;
            return Err(u32::try_from(left).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    /// Notes a failure.
    pub fn failed(&self, source: Option<IpAddr>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.all = failures.all.saturating_add(1);
        if failures.sources.len() < MOST_SOURCES || failures.sources.contains_key(&source) {
            let own = failures.sources.entry(source).or_default();
            *own = own.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_codes_a_minute_and_then_a_pause() {
        let limiter = Limiter::new(10, 15, 60_000);
        let (one, other) = (Some(IpAddr::from([10, 0, 0, 1])), Some(IpAddr::from([10, 0, 0, 2])));
        assert_eq!(limiter.may_try(one, 1_000_000), Ok(()));
        for _ in 0..10 {
            limiter.failed(one);
        }
        assert_eq!(limiter.may_try(one, 1_010_000), Err(50));
        assert_eq!(limiter.may_try(other, 1_010_000), Ok(()), "another source may still try");
        for _ in 0..5 {
            limiter.failed(other);
        }
        assert!(limiter.may_try(None, 1_010_000).is_err(), "too many in all");
        assert_eq!(limiter.may_try(one, 1_060_000), Ok(()), "a new minute");
        assert_eq!(limiter.may_try(one, 900_000), Ok(()), "a clock set back locks nobody out");
    }
}
