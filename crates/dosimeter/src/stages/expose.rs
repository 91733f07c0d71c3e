//! Whose data was exposed.

use crate::pipeline::Summary;
use dosimeter_case::tables::{Access, BlindSpot, Document, Mention, Person, PersonRecord, Record, Tier};
use dosimeter_case::{Case, Config, Output, Result};
use dosimeter_trace::{Findings, exposures};
use std::collections::BTreeMap;

/// The part of `case.toml` used: none.
pub fn config(_config: &Config) -> serde_json::Value {
    serde_json::Value::Null
}

/// The ledger's objects, and the people in them.
pub fn run(case: &Case, output: &mut Output, _jobs: usize) -> Result<Summary> {
    let findings = Findings {
        accesses: &case.read::<Access>()?,
        blind_spots: &case.read::<BlindSpot>()?,
        documents: &case.read::<Document>()?,
        records: &case.read::<Record>()?,
        mentions: &case.read::<Mention>()?,
        people: &case.read::<Person>()?,
        person_records: &case.read::<PersonRecord>()?,
    };
    let rows = exposures(&findings);
    let mut tiers: BTreeMap<_, Tier> = BTreeMap::new();
    for row in &rows {
        let tier = tiers.entry(row.person_id).or_insert(row.tier);
        *tier = (*tier).min(row.tier);
    }
    let of = |tier| tiers.values().filter(|t| **t == tier).count() as i64;
    let summary = vec![
        ("people exposed".into(), of(Tier::Copied) + of(Tier::Viewed)),
        ("copied".into(), of(Tier::Copied)),
        ("viewed only".into(), of(Tier::Viewed)),
        ("within reach, unseen".into(), of(Tier::Reachable) + of(Tier::Unknown)),
    ];
    output.write(rows)?;
    Ok(summary)
}
