//! `sessions` and the ledger of `accesses`.

use crate::pipeline::Summary;
use dosimeter_case::tables::{Detection, Document, Event, Verdict};
use dosimeter_case::{Case, Config, Output, Result};
use dosimeter_trace::{Clues, Collection, Population, accesses, sessions};

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    serde_json::json!({ "environment": config.environment, "indicators": config.indicators })
}

/// Whose sessions they were, and what was viewed and copied.
pub fn run(case: &Case, output: &mut Output, _jobs: usize) -> Result<Summary> {
    let (events, detections, documents) = (case.read::<Event>()?, case.read::<Detection>()?, case.read::<Document>()?);
    let environment = &case.config.environment;
    let population = Population::learn(&events, environment);
    let decisions = case.ledger.decisions()?;
    let clues = Clues { detections: &detections, indicators: &case.config.indicators, decisions: &decisions, population: &population };
    let traced = sessions(&events, &clues);
    let rows = accesses(&events, &traced, &Collection::new(&documents, &events, environment));
    let of = |verdict| traced.sessions.iter().filter(|s| s.verdict == verdict).count() as i64;
    let summary = vec![
        ("sessions".into(), traced.sessions.len() as i64),
        ("intruder's".into(), of(Verdict::Intruder)),
        ("undecided".into(), of(Verdict::Undecided)),
        ("accesses by the intruder".into(), rows.iter().filter(|a| a.verdict == Verdict::Intruder).count() as i64),
    ];
    output.write(traced.sessions)?;
    output.write(rows)?;
    Ok(summary)
}
