//! The kinds of record and their fields: the one place that says what a household, a person, a visit… consists of.
//!
//! Everything that must agree leans on this table: the payload of operations (field keys), merging (how two edits of
//! a field combine, which fields move together), the phone's tables (one column a field, checked by a test), masking
//! and the leak tests (which fields are personal). A number once given is never given again; a field that goes out of
//! use keeps its key. Unknown kinds and keys are legal: they come from a newer app and travel on untouched.

mod fields;
pub mod typing;
pub mod words;

pub use fields::*;

use serde::{Deserialize, Serialize};

/// Kind number as it stands in an operation. May be unknown to this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KindCode(pub u16);

/// Key of a field within its kind; also the key in the payload. 0 is never a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldKey(pub u16);

/// What is replaced together: a single field, or a group of fields that only make sense as one
/// (address with dwelling). Field slots equal the field's key; group slots start at [`SlotCode::FIRST_GROUP`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SlotCode(pub u16);

impl SlotCode {
    /// The slot that says whether the record is deleted.
    pub const ALIVE: Self = Self(0);
    /// Groups are numbered from here.
    pub const FIRST_GROUP: u16 = 1000;
}

/// How two concurrent edits of a field combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MergeKind {
    /// Multi-value register: all heads stay until one operation replaces them.
    Register,
    /// A set; adding wins over removing at the same time.
    Set,
    /// A sum of all increments.
    Counter,
    /// Every line stays, in the order of (height, device, counter).
    Log,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// Text, UTF-8, at most [`MAX_TEXT`] bytes.
    Text,
    /// Whole number or code.
    Int,
    /// Yes or no.
    Bool,
    /// Calendar day, as days since 1970-01-01.
    Day,
    /// Instant, UTC milliseconds.
    Instant,
    /// Reference to a record of the given kind.
    Ref(RecordKind),
    /// Bytes: a hash, a packed outline.
    Bytes,
}

/// Longest text a field takes, in bytes of UTF-8.
pub const MAX_TEXT: usize = 8 * 1024;

/// One field of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Key in payloads.
    pub key: FieldKey,
    /// Name of the column, of the code in language files, of the error parameter.
    pub name: &'static str,
    /// What it holds.
    pub holds: FieldType,
    /// How edits combine.
    pub merge: MergeKind,
    /// Slot it belongs to; its own unless it moves with a group.
    pub slot: SlotCode,
    /// Personal: masked by default, never in a log, canary-tested.
    pub personal: bool,
    /// Written by the county only; from a phone it is refused.
    pub county_only: bool,
}

/// The kinds of record this version knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u16)]
pub enum RecordKind {
    /// 区/镇街/村社区/网格: a node of the tree of areas.
    Area = 1,
    /// 楼栋.
    Building = 2,
    /// 房屋.
    Dwelling = 3,
    /// 户: people, not a place.
    Household = 4,
    /// A household in a dwelling, with dates and kind.
    Occupancy = 5,
    /// 人.
    Person = 6,
    /// A person in a household, with kind (registered, usual, floating, overseas) and relation.
    Residence = 7,
    /// A care category registered and signed by the county.
    CareCategory = 8,
    /// 特殊人群服务: a service owed to a person, resting on a registered category.
    CareDuty = 9,
    /// 走访.
    Visit = 10,
    /// 巡查: the summary that travels; raw points stay on the phone.
    Patrol = 11,
    /// 巡查点.
    InspectionPoint = 12,
    /// 到点.
    CheckIn = 13,
    /// 事件.
    Incident = 14,
    /// One verb in an incident's life.
    IncidentStep = 15,
    /// A photo as evidence: hashes and circumstances; the bytes travel apart.
    PhotoEvidence = 16,
    /// 任务, with its catalogued basis.
    Task = 17,
    /// 网格员: name, number and role, so that a phone can say who wrote what.
    Worker = 18,
    /// 事件类别 with its time limit.
    IncidentCategory = 19,
}

impl RecordKind {
    /// All kinds, in the order in which parents come before children.
    pub const ALL: [Self; 19] = [
        Self::Area,
        Self::Worker,
        Self::IncidentCategory,
        Self::CareCategory,
        Self::Building,
        Self::Dwelling,
        Self::Household,
        Self::Occupancy,
        Self::Person,
        Self::Residence,
        Self::CareDuty,
        Self::Visit,
        Self::InspectionPoint,
        Self::Patrol,
        Self::CheckIn,
        Self::Incident,
        Self::IncidentStep,
        Self::PhotoEvidence,
        Self::Task,
    ];

    /// Number in operations.
    pub const fn code(self) -> KindCode {
        KindCode(self as u16)
    }

    /// The kind with this number, if this version knows it.
    pub fn from_code(code: KindCode) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Name of the table and of the code in language files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Building => "building",
            Self::Dwelling => "dwelling",
            Self::Household => "household",
            Self::Occupancy => "occupancy",
            Self::Person => "person",
            Self::Residence => "residence",
            Self::CareCategory => "care_category",
            Self::CareDuty => "care_duty",
            Self::Visit => "visit",
            Self::Patrol => "patrol",
            Self::InspectionPoint => "inspection_point",
            Self::CheckIn => "check_in",
            Self::Incident => "incident",
            Self::IncidentStep => "incident_step",
            Self::PhotoEvidence => "photo_evidence",
            Self::Task => "task",
            Self::Worker => "worker",
            Self::IncidentCategory => "incident_category",
        }
    }

    /// Its fields, by rising key.
    pub const fn fields(self) -> &'static [FieldSpec] {
        fields::of(self)
    }

    /// The field with this key, if this version knows it.
    pub fn field(self, key: FieldKey) -> Option<&'static FieldSpec> {
        self.fields().iter().find(|field| field.key == key)
    }

    /// The field with this name.
    pub fn field_named(self, name: &str) -> Option<&'static FieldSpec> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// Whether only the county writes records of this kind.
    pub const fn county_only(self) -> bool {
        matches!(
            self,
            Self::Area
                | Self::CareCategory
                | Self::CareDuty
                | Self::InspectionPoint
                | Self::Worker
                | Self::IncidentCategory
                | Self::Task
        )
    }
}
