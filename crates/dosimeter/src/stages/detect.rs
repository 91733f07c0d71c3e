//! Rules over `events`.

use crate::pipeline::Summary;
use dosimeter_case::tables::Event;
use dosimeter_case::{Case, Config, Output, Result};
use dosimeter_detect::{Detector, SigmaRules};
use jiff::tz::TimeZone;

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    serde_json::json!({ "zone": config.environment.zone })
}

/// Our rules and those in the case's `rules/sigma`.
pub fn run(case: &Case, output: &mut Output, _jobs: usize) -> Result<Summary> {
    let folder = case.dir().join("rules").join("sigma");
    let folders: Vec<_> = folder.is_dir().then_some(folder).into_iter().collect();
    let rules = SigmaRules::load(&folders)?;
    for (file, reason) in &rules.refused {
        eprintln!("  detect  rule {} is not used: {reason}", file.display());
    }
    let zone = TimeZone::get(&case.config.environment.zone).unwrap_or(TimeZone::UTC);
    let mut detector = Detector::new(&rules, zone);
    for events in case.scan::<Event>()? {
        events?.iter().for_each(|event| detector.event(event));
    }
    let detections = detector.finish();
    let summary =
        vec![("Sigma rules".into(), rules.len() as i64), ("rules refused".into(), rules.refused.len() as i64), ("detections".into(), detections.len() as i64)];
    output.write(detections)?;
    Ok(summary)
}
