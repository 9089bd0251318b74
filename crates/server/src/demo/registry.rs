//! What the demo county has registered: incident categories with their limits, three care categories of tier 1 signed by
//! its own key, and the staff. No tier 2: that stays off until a source office pushes it.

use super::places::{COMMUNITIES, Grid, community_id};
use super::seeded::{county_id, id_at};
use crate::edit::Draft;
use crate::incident_categories::USUAL;
use chrono::NaiveDate;
use ed25519_dalek::SigningKey;
use xunge_domain::ids::RecordId;
use xunge_domain::records::RecordKind;
use xunge_domain::records::words::{Cadence, WorkerRole};
use xunge_domain::value::Value;
use xunge_sync::auth::signed_registry::{CareCategoryEntry, RegistryError, Tier};

/// The care categories' codes.
pub(super) const LONELY_ELDERLY: &str = "elderly_in_need";
pub(super) const ALLOWANCE_80: &str = "allowance_80";
pub(super) const DISABLED: &str = "disabled";

/// The incident categories as records of the county.
pub(super) fn incident_categories() -> impl Iterator<Item = Draft> {
    USUAL.into_iter().enumerate().map(|(rank, (code, name, class, limit))| {
        Draft::new(RecordKind::IncidentCategory, id_at(&format!("category/{code}")), county_id())
            .with("code", code)
            .with("name", name)
            .with("class", class)
            .maybe("limit_hours", limit)
            .with("rank", rank as i64 + 1)
    })
}

/// The three care categories, signed.
///
/// # Errors
/// [`RegistryError`] when an entry is none the registry takes; a test keeps that from happening.
pub(super) fn care_categories(county_key: &SigningKey) -> Result<Vec<Draft>, RegistryError> {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let entry = |code: &str,
                 name_zh: &str,
                 law: &str,
                 article: &str,
                 purpose: &str,
                 source: &str,
                 cadence,
                 number: &str| {
        CareCategoryEntry {
            code: code.to_owned(),
            name_zh: name_zh.to_owned(),
            law: law.to_owned(),
            article: article.to_owned(),
            purpose: purpose.to_owned(),
            controller: "示范县民政局".to_owned(),
            source: source.to_owned(),
            readers: vec![WorkerRole::GridHead, WorkerRole::FullTime],
            allowed_fields: ["name", "birth", "phone", "address", "last_contact"].map(str::to_owned).to_vec(),
            cadence,
            keep_days: 180,
            assessment_number: number.to_owned(),
            assessment_date: day(2026, 1, 15),
            expires: day(2030, 12, 31),
            tier: Tier::One,
        }
    };
    let entries = [
        entry(
            LONELY_ELDERLY,
            "特殊困难老年人",
            "中华人民共和国老年人权益保障法",
            "第十三条",
            "每月探访独居、空巢老年人，了解需要什么帮助",
            "示范县民政局养老服务科",
            Cadence::Monthly,
            "示范评估2026-01",
        ),
        entry(
            ALLOWANCE_80,
            "高龄津贴",
            "中华人民共和国老年人权益保障法",
            "第三十三条",
            "每年核对八十岁以上老年人津贴的领取",
            "示范县民政局养老服务科",
            Cadence::Yearly,
            "示范评估2026-02",
        ),
        entry(
            DISABLED,
            "残疾人",
            "中华人民共和国残疾人保障法",
            "第四十八条",
            "每季度探访，了解康复与照护需要",
            "示范县残疾人联合会",
            Cadence::Quarterly,
            "示范评估2026-03",
        ),
    ];
    entries
        .into_iter()
        .map(|entry| {
            let signed = entry.sign(county_key)?;
            Ok(Draft::new(RecordKind::CareCategory, id_at(&format!("care/{}", entry.code)), county_id())
                .with("code", Value::Text(entry.code))
                .with("entry", Value::Bytes(signed.entry))
                .with("signature", Value::Bytes(signed.signature)))
        })
        .collect()
}

/// A worker with the area granted to them.
#[derive(Debug, Clone)]
pub(super) struct Staff {
    pub edit: Draft,
    pub area: RecordId,
}

/// One full-time worker a grid (92 in the full county), a part-timer in every third, a grid head a community.
pub(super) fn staff(communities: u32) -> Vec<Staff> {
    const NAMES: [&str; 12] = [
        "周敏",
        "陈立新",
        "李红霞",
        "张卫东",
        "王文静",
        "刘海波",
        "赵春燕",
        "孙志强",
        "吴慧敏",
        "徐晓东",
        "胡丽华",
        "郭新民",
    ];
    let mut all: Vec<Staff> = Vec::new();
    for community in 0..communities.min(COMMUNITIES.len() as u32) {
        let mut add = |number: String, role: WorkerRole, area: RecordId| {
            // Names repeat, as names do; the number tells them apart.
            let name = NAMES[(all.len() * 5 + community as usize) % NAMES.len()];
            let edit = Draft::new(RecordKind::Worker, id_at(&format!("worker/{number}")), area)
                .with("name", name)
                .with("number", Value::Text(number))
                .with("role", role.code());
            all.push(Staff { edit, area });
        };
        for grid in Grid::of(community) {
            let number = format!("{:02}{:02}", community + 1, grid.index + 1);
            add(format!("{number}1"), WorkerRole::FullTime, grid.id());
            if grid.index % 3 == 2 {
                add(format!("{number}2"), WorkerRole::PartTime, grid.id());
            }
        }
        add(format!("{:02}001", community + 1), WorkerRole::GridHead, community_id(community));
    }
    all
}
