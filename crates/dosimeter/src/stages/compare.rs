//! This case among the incidents of the breach portal.

use super::affected::proved;
use crate::pipeline::Summary;
use dosimeter_case::tables::EvidenceKind;
use dosimeter_case::{Case, Config, Error, Output, Result};
use dosimeter_compare::{Facts, compare, merge, read_export};

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    serde_json::json!({ "entity": config.entity, "incident": config.incident })
}

/// Reads the exports; a file that is none is named with the reason and left out.
pub fn run(case: &Case, output: &mut Output, _jobs: usize) -> Result<Summary> {
    let mut incidents = Vec::new();
    let (mut refused, mut unusable) = (0, 0);
    for evidence in case.evidence()?.iter().filter(|e| e.kind == EvidenceKind::Portal) {
        let bytes = std::fs::read(&evidence.file).map_err(|e| Error::io(&evidence.file, e))?;
        match read_export(evidence.source_id, &evidence.path, &bytes) {
            Ok(export) => {
                incidents.extend(export.incidents);
                unusable += export.rejects.len() as i64;
            }
            Err(reason) => {
                refused += 1;
                eprintln!(" compare  {} is not used: {reason}", evidence.path);
            }
        }
    }
    let incidents = merge(&incidents);
    let config = &case.config;
    let facts = Facts {
        entity: Some(config.entity.name.clone()),
        individuals: proved(case)?.len() as i64,
        discovered: Some(config.incident.discovered),
        submitted: config.incident.reported_to_hhs,
        state: Some(config.entity.state.clone()),
        entity_type: Some(config.entity.portal_type.clone()),
        breach_type: Some(config.incident.breach_type.clone()),
        location: Some(config.incident.location.clone()),
        recent_years: 3,
    };
    let comparisons = if incidents.is_empty() { vec![] } else { compare(&facts, &incidents) };
    let summary = vec![
        ("past incidents".into(), incidents.len() as i64),
        ("comparisons".into(), comparisons.len() as i64),
        ("exports refused".into(), refused),
        ("lines without an incident".into(), unusable),
    ];
    output.write(incidents)?;
    output.write(comparisons)?;
    Ok(summary)
}
