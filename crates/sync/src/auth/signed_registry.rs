//! A care category exists only while the county has registered and signed it (docs/privacy.md).
//!
//! [`CareCategoryEntry`] says which service is owed, on what ground, who may read which fields, how often contact is
//! due, how long anything is kept, and until when all this holds. The county signs its canonical bytes; the phone takes
//! an entry only through [`SignedCategory::verify`], so an unsigned, changed, expired or forbidden one never becomes a
//! value of this type.
//!
//! Bytes: CBOR, a map with integer keys in ascending order, shortest forms. Reading ends with writing again and
//! comparing, so unknown keys and second spellings are refused here, unlike everywhere else in the protocol: what is
//! signed must have one meaning. Leaves to others: storing entries, telling duties, who holds the county's key.

use chrono::{Datelike as _, NaiveDate};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use minicbor::{Decode, Encode};
use thiserror::Error;
use xunge_domain::records::words::{Cadence, WorkerRole};

use super::forbidden_words::{forbidden_in, holds_any};

#[cfg(test)]
mod tests;

/// Separates these signatures from every other use of the county's key.
const DOMAIN: &[u8] = b"xunge care category v1\0";

/// Subjects that may only be registered as tier 2.
const TIER_TWO_SUBJECTS: &[&str] =
    &["社区矫正", "刑满释放", "安置帮教", "精神障碍", "精神病", "戒毒", "吸毒"];

/// How sensitive a category is (docs/privacy.md). Ordered: two is above one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Care that a grid worker sees in full: older people, disability, allowances.
    One,
    /// Pushed by the source office only, under keys of its own, today's duty and nothing else.
    Two,
}

/// One registered care category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CareCategoryEntry {
    /// Stable code, lower-case ASCII with underscores, ≤ 32.
    pub code: String,
    /// The name people see, 特殊困难老年人.
    pub name_zh: String,
    /// Name of the law or rule it rests on.
    pub law: String,
    /// Article within it.
    pub article: String,
    /// What the data is for.
    pub purpose: String,
    /// Who answers for it (个人信息处理者).
    pub controller: String,
    /// Which office's list it comes from.
    pub source: String,
    /// Who may read it.
    pub readers: Vec<WorkerRole>,
    /// Fields that may be kept, by their codes.
    pub allowed_fields: Vec<String>,
    /// How often contact is due.
    pub cadence: Cadence,
    /// The longest anything under it may be kept after the duty's end, days (> 0).
    pub keep_days: u32,
    /// Number of the impact assessment (PIPL art. 55).
    pub assessment_number: String,
    /// Its date.
    pub assessment_date: NaiveDate,
    /// Last day on which the entry holds.
    pub expires: NaiveDate,
    /// How sensitive it is.
    pub tier: Tier,
}

/// An entry's canonical bytes and the county's signature over them, as stored and sent (the fields `entry` and
/// `signature` of a care category record).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCategory {
    /// Canonical CBOR of a [`CareCategoryEntry`].
    pub entry: Vec<u8>,
    /// Ed25519, 64 bytes; empty when the entry was never signed.
    pub signature: Vec<u8>,
}

/// Why an entry is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RegistryError {
    /// There is no signature.
    #[error("the care category is not signed by the county")]
    Unsigned,
    /// The signature is not the county's, or the entry was changed after signing.
    #[error("the signature on the care category is wrong")]
    BadSignature,
    /// Not an entry in its one canonical form.
    #[error("the care category cannot be read")]
    Unreadable,
    /// A field that must say something is empty or out of range.
    #[error("the care category does not say its {field}")]
    Incomplete {
        /// The field's name in [`CareCategoryEntry`].
        field: &'static str,
    },
    /// Past its last day.
    #[error("the care category expired on {on}")]
    Expired {
        /// That last day.
        on: NaiveDate,
    },
    /// It would mark people in a way this app never does, or put a tier-2 subject into tier 1.
    #[error("「{word}」 cannot be a care category")]
    ForbiddenCode {
        /// The word that gave it away.
        word: &'static str,
    },
    /// The county has not enabled this tier.
    #[error("care categories of this tier are not enabled")]
    TierNotEnabled,
}

impl RegistryError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::BadSignature => "bad_signature",
            Self::Unreadable => "unreadable",
            Self::Incomplete { .. } => "incomplete",
            Self::Expired { .. } => "expired",
            Self::ForbiddenCode { .. } => "forbidden_code",
            Self::TierNotEnabled => "tier_not_enabled",
        }
    }
}

impl CareCategoryEntry {
    /// Signs the entry with the county's key. Refuses what [`SignedCategory::verify`] would refuse on every day.
    pub fn sign(&self, county_key: &SigningKey) -> Result<SignedCategory, RegistryError> {
        self.check()?;
        let entry = self.to_bytes()?;
        let signature = county_key.sign(&message(&entry)).to_bytes().to_vec();
        Ok(SignedCategory { entry, signature })
    }

    /// Everything that does not depend on the day or on which tiers are enabled.
    pub fn check(&self) -> Result<(), RegistryError> {
        let said: [(&'static str, &str); 8] = [
            ("code", &self.code),
            ("name_zh", &self.name_zh),
            ("law", &self.law),
            ("article", &self.article),
            ("purpose", &self.purpose),
            ("controller", &self.controller),
            ("source", &self.source),
            ("assessment_number", &self.assessment_number),
        ];
        if let Some((field, _)) = said.iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(RegistryError::Incomplete { field });
        }
        let code_ok = self.code.len() <= 32
            && self.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let gaps = [
            ("code", !code_ok),
            ("readers", self.readers.is_empty()),
            ("allowed_fields", self.allowed_fields.is_empty()),
            ("allowed_fields", self.allowed_fields.iter().any(|f| f.trim().is_empty())),
            ("keep_days", self.keep_days == 0),
            ("expires", self.expires < self.assessment_date),
        ];
        if let Some((field, _)) = gaps.iter().find(|(_, gap)| *gap) {
            return Err(RegistryError::Incomplete { field });
        }
        self.check_words()
    }

    /// Law, controller and source are names of laws and offices, not marks on people: they are not searched.
    fn check_words(&self) -> Result<(), RegistryError> {
        let spoken = [self.code.as_str(), &self.name_zh, &self.purpose];
        for text in spoken.into_iter().chain(self.allowed_fields.iter().map(String::as_str)) {
            if let Some((_, word)) = forbidden_in(text) {
                return Err(RegistryError::ForbiddenCode { word });
            }
            if self.tier == Tier::One
                && let Some(word) = holds_any(text, TIER_TWO_SUBJECTS)
            {
                return Err(RegistryError::ForbiddenCode { word });
            }
        }
        Ok(())
    }

    fn to_bytes(&self) -> Result<Vec<u8>, RegistryError> {
        let wire = Wire {
            code: self.code.clone(),
            name_zh: self.name_zh.clone(),
            law: self.law.clone(),
            article: self.article.clone(),
            purpose: self.purpose.clone(),
            controller: self.controller.clone(),
            source: self.source.clone(),
            readers: self.readers.iter().map(|role| role.code()).collect(),
            allowed_fields: self.allowed_fields.clone(),
            cadence: self.cadence.code(),
            keep_days: self.keep_days,
            assessment_number: self.assessment_number.clone(),
            assessment_date: day_number(self.assessment_date),
            expires: day_number(self.expires),
            tier: match self.tier {
                Tier::One => 1,
                Tier::Two => 2,
            },
        };
        minicbor::to_vec(&wire).map_err(|_| RegistryError::Unreadable)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, RegistryError> {
        let wire: Wire = minicbor::decode(bytes).map_err(|_| RegistryError::Unreadable)?;
        let entry = wire.into_entry().ok_or(RegistryError::Unreadable)?;
        if entry.to_bytes()? == bytes { Ok(entry) } else { Err(RegistryError::Unreadable) }
    }
}

impl SignedCategory {
    /// The entry, when the county signed it, it holds on `today`, its tier is not above `highest_tier`, and it is none
    /// of what is never registered. The signature is looked at first: nothing of an unsigned entry is interpreted.
    pub fn verify(
        &self,
        county_key: &VerifyingKey,
        today: NaiveDate,
        highest_tier: Tier,
    ) -> Result<CareCategoryEntry, RegistryError> {
        if self.signature.is_empty() {
            return Err(RegistryError::Unsigned);
        }
        let signature = Signature::from_slice(&self.signature).map_err(|_| RegistryError::BadSignature)?;
        county_key
            .verify_strict(&message(&self.entry), &signature)
            .map_err(|_| RegistryError::BadSignature)?;
        let entry = CareCategoryEntry::from_bytes(&self.entry)?;
        entry.check()?;
        if entry.tier > highest_tier {
            return Err(RegistryError::TierNotEnabled);
        }
        if today > entry.expires {
            return Err(RegistryError::Expired { on: entry.expires });
        }
        Ok(entry)
    }
}

fn message(entry: &[u8]) -> Vec<u8> {
    [DOMAIN, entry].concat()
}

/// The entry on the wire. Keys are never reused; a new key is a new version of the domain string.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire {
    #[n(1)]
    code: String,
    #[n(2)]
    name_zh: String,
    #[n(3)]
    law: String,
    #[n(4)]
    article: String,
    #[n(5)]
    purpose: String,
    #[n(6)]
    controller: String,
    #[n(7)]
    source: String,
    #[n(8)]
    readers: Vec<i64>,
    #[n(9)]
    allowed_fields: Vec<String>,
    #[n(10)]
    cadence: i64,
    #[n(11)]
    keep_days: u32,
    #[n(12)]
    assessment_number: String,
    /// Days since 0001-01-01 (= 1).
    #[n(13)]
    assessment_date: i32,
    #[n(14)]
    expires: i32,
    #[n(15)]
    tier: u8,
}

impl Wire {
    /// `None` for a number this version does not know: better refused than half understood.
    fn into_entry(self) -> Option<CareCategoryEntry> {
        Some(CareCategoryEntry {
            readers: self.readers.into_iter().map(WorkerRole::from_code).collect::<Option<_>>()?,
            cadence: Cadence::from_code(self.cadence)?,
            assessment_date: NaiveDate::from_num_days_from_ce_opt(self.assessment_date)?,
            expires: NaiveDate::from_num_days_from_ce_opt(self.expires)?,
            tier: match self.tier {
                1 => Tier::One,
                2 => Tier::Two,
                _ => return None,
            },
            code: self.code,
            name_zh: self.name_zh,
            law: self.law,
            article: self.article,
            purpose: self.purpose,
            controller: self.controller,
            source: self.source,
            allowed_fields: self.allowed_fields,
            keep_days: self.keep_days,
            assessment_number: self.assessment_number,
        })
    }
}

fn day_number(date: NaiveDate) -> i32 {
    date.num_days_from_ce()
}
