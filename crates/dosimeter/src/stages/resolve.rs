//! `records` to `people`.

use crate::pipeline::Summary;
use dosimeter_case::tables::Record;
use dosimeter_case::{Case, Config, Decision, Output, Result};

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    serde_json::json!({ "discovered": config.incident.discovered })
}

/// Each person exactly once.
pub fn run(case: &Case, output: &mut Output, jobs: usize) -> Result<Summary> {
    let records = case.read::<Record>()?;
    let decisions: Vec<dosimeter_people::Decision> = case
        .ledger
        .decisions()?
        .into_iter()
        .filter_map(|decision| match decision {
            Decision::Records { left, right, same: true, .. } => Some(dosimeter_people::Decision::Same(left, right)),
            Decision::Records { left, right, same: false, .. } => Some(dosimeter_people::Decision::Different(left, right)),
            Decision::Session { .. } => None,
        })
        .collect();
    let options = dosimeter_people::Options { discovered: case.config.incident.discovered, threads: jobs };
    let resolution = dosimeter_people::resolve(&records, &decisions, &options);
    let summary = vec![("records".into(), records.len() as i64), ("people".into(), resolution.people.len() as i64)];
    output.write(resolution.people)?;
    output.write(resolution.person_records)?;
    output.write(resolution.links)?;
    Ok(summary)
}
