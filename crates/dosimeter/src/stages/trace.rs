//! `sessions`, the ledger of `accesses`, and the `blind_spots`.

use crate::pipeline::Summary;
use dosimeter_case::tables::{Coverage, Detection, Document, Event, Verdict};
use dosimeter_case::{Case, Config, Output, Result};
use dosimeter_trace::{Acts, Clues, Collection, Population, accesses, blind_spots, clock_skew, sessions, unexplained};

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    serde_json::json!({ "environment": config.environment, "indicators": config.indicators })
}

/// Whose sessions they were, and what was viewed and copied.
pub fn run(case: &Case, output: &mut Output, _jobs: usize) -> Result<Summary> {
    let (detections, documents) = (case.read::<Detection>()?, case.read::<Document>()?);
    let mut acts = Acts::default();
    for events in case.scan::<Event>()? {
        events?.iter().for_each(|event| acts.push(event));
    }
    let events = acts.finish();
    let environment = &case.config.environment;
    let population = Population::learn(&events, environment);
    let decisions = case.ledger.decisions()?;
    let clues = Clues { detections: &detections, indicators: &case.config.indicators, decisions: &decisions, population: &population };
    let traced = sessions(&events, &clues);
    let collection = Collection::new(&documents, &events, environment);
    let rows = accesses(&events, &traced, &collection);
    let blind = blind_spots(&events, &traced, &case.read::<Coverage>()?, &collection);
    let beyond = unexplained(&events, &traced, &rows, &documents, environment);
    let of = |verdict| traced.sessions.iter().filter(|s| s.verdict == verdict).count() as i64;
    let summary = vec![
        ("sessions".into(), traced.sessions.len() as i64),
        ("intruder's".into(), of(Verdict::Intruder)),
        ("undecided".into(), of(Verdict::Undecided)),
        ("accesses by the intruder".into(), rows.iter().filter(|a| a.verdict == Verdict::Intruder).count() as i64),
        ("stretches without logs".into(), blind.len() as i64),
        ("bytes beyond the ledger".into(), beyond.iter().map(|u| u.unexplained_bytes).sum()),
    ];
    output.write(blind)?;
    output.write(clock_skew(&events))?;
    output.write(beyond)?;
    output.write(traced.sessions)?;
    output.write(rows)?;
    Ok(summary)
}
