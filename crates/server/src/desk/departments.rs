//! The departments incidents are given to. The county may set its own list (`meta` entry `departments`, JSON
//! `[{code, name}]`); until then the ten of the joint response stand here. Steps carry the name, because phones show it.

use super::problem::Answer;
use crate::county::County;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Entry of `meta` with the county's own list.
const OWN: &str = "departments";

const USUAL: [(&str, &str); 10] = [
    ("urban_management", "综合执法局"),
    ("housing", "住建局"),
    ("market", "市场监管局"),
    ("emergency", "应急管理局"),
    ("fire", "消防救援大队"),
    ("police", "公安局"),
    ("civil_affairs", "民政局"),
    ("environment", "生态环境局"),
    ("water", "水务局"),
    ("transport", "交通运输局"),
];

/// A department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Department {
    /// Stable code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// `GET departments`.
///
/// # Errors
/// Those of the storage.
pub fn list(county: &County) -> Answer<Vec<Department>> {
    let own = county.read(|rows| Ok(rows.meta(OWN)?))?;
    let own: Option<Vec<Department>> = own.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let usual = || USUAL.map(|(code, name)| Department { code: code.into(), name: name.into() }).to_vec();
    Ok(own.unwrap_or_else(usual))
}

/// The name a step carries for what the desk sent: a code of the list, or a name as it is.
///
/// # Errors
/// Those of the storage.
pub fn name_of(county: &County, sent: &str) -> Answer<String> {
    let found = list(county)?.into_iter().find(|department| department.code == sent);
    Ok(found.map_or_else(|| sent.trim().to_owned(), |department| department.name))
}
