//! Errors of the use cases: rich inside, one code at the border.

use crate::ports::{DeviceError, TransportError};
use crate::views::CallError;
use std::collections::BTreeMap;
use xunge_photo::PhotoError;
use xunge_store::{OpenError, StoreError, WorkError};

/// Why a command did not happen. Nothing of it is there then.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Opening the store.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The hardware.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The way to the county.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A picture.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// A rule of ours, with its code and what the sentence needs.
    #[error("{code}")]
    Rule {
        /// Stable code.
        code: &'static str,
        /// Values for the sentence; never personal.
        params: BTreeMap<String, String>,
        /// Whether trying again later can help.
        retry: bool,
    },
}

/// Result of a use case.
pub type Result<T> = std::result::Result<T, ClientError>;

/// A rule's refusal without values.
pub const fn rule(code: &'static str) -> ClientError {
    ClientError::Rule { code, params: BTreeMap::new(), retry: false }
}

/// A rule's refusal with one value.
pub fn rule_with(code: &'static str, name: &str, value: impl ToString) -> ClientError {
    ClientError::Rule { code, params: BTreeMap::from([(name.to_owned(), value.to_string())]), retry: false }
}

impl ClientError {
    /// Stable code.
    pub fn code(&self) -> String {
        match self {
            Self::Store(error) => error.code().to_owned(),
            Self::Open(error) => error.code().to_owned(),
            Self::Device(DeviceError::Cancelled) => "cancelled".to_owned(),
            Self::Device(DeviceError::NoPermission) => "no_permission".to_owned(),
            Self::Device(DeviceError::NotOnThisPlatform) => "not_on_this_platform".to_owned(),
            Self::Device(DeviceError::KeyStore) => "key_store_lost".to_owned(),
            Self::Device(DeviceError::Other(_)) => "device_failed".to_owned(),
            Self::Transport(TransportError::Unreachable) => "county_unreachable".to_owned(),
            Self::Transport(TransportError::NotTheCounty) => "captive_portal".to_owned(),
            Self::Transport(TransportError::BadAddress) => "bad_address".to_owned(),
            Self::Photo(error) => format!("photo_{}", error.code()),
            Self::Rule { code, .. } => (*code).to_owned(),
        }
    }
}

impl WorkError for ClientError {
    fn of_store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Open(error) => error.of_store(),
            _ => None,
        }
    }
}

impl From<ClientError> for CallError {
    fn from(error: ClientError) -> Self {
        let code = error.code();
        let (params, retry) = match &error {
            ClientError::Rule { params, retry, .. } => (params.clone(), *retry),
            ClientError::Store(error) => (BTreeMap::new(), error.can_retry()),
            ClientError::Transport(TransportError::Unreachable) => (BTreeMap::new(), true),
            _ => (BTreeMap::new(), false),
        };
        Self { code, params, retry }
    }
}
