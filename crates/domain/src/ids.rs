//! Identities. Inside a database rows have integer keys; outside, records are known by a UUIDv7 made on the phone,
//! and operations by (device, counter).

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// A record of any kind: person, household, incident…
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub Uuid);

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for RecordId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self)
    }
}

/// A device's number within its county, given at enrolment and never reused. 0 is the county itself.
///
/// Short on purpose: it stands in every operation and in every list of replaced operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceNo(pub u32);

impl DeviceNo {
    /// The county's own writes: imports, registry, desk.
    pub const COUNTY: Self = Self(0);
}

/// An operation: the device that wrote it and its place in that device's dense log (from 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OpId {
    /// Who wrote it.
    pub device: DeviceNo,
    /// Dense, from 1.
    pub counter: u64,
}

impl OpId {
    /// The operation `counter` of `device`.
    pub const fn new(device: u32, counter: u64) -> Self {
        Self { device: DeviceNo(device), counter }
    }
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.device.0, self.counter)
    }
}

/// Text that is not `device:counter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an operation id reads `device:counter`")]
pub struct BadOpId;

impl std::str::FromStr for OpId {
    type Err = BadOpId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (device, counter) = text.split_once(':').ok_or(BadOpId)?;
        Ok(Self::new(device.parse().map_err(|_| BadOpId)?, counter.parse().map_err(|_| BadOpId)?))
    }
}
