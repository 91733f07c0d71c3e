//! Rules over `events`.

use crate::pipeline::Summary;
use dosimeter_case::tables::Event;
use dosimeter_case::{Case, Config, Output, Result};
use dosimeter_detect::SigmaRules;

/// The part of `case.toml` used: none.
pub fn config(_config: &Config) -> serde_json::Value {
    serde_json::Value::Null
}

/// Our rules and those in the case's `rules/sigma`.
pub fn run(case: &Case, output: &mut Output, _jobs: usize) -> Result<Summary> {
    let folder = case.dir().join("rules").join("sigma");
    let folders: Vec<_> = folder.is_dir().then_some(folder).into_iter().collect();
    let rules = SigmaRules::load(&folders)?;
    for (file, reason) in &rules.refused {
        eprintln!("  detect  rule {} is not used: {reason}", file.display());
    }
    let detections = dosimeter_detect::detect(&case.read::<Event>()?, &rules);
    let summary =
        vec![("Sigma rules".into(), rules.len() as i64), ("rules refused".into(), rules.refused.len() as i64), ("detections".into(), detections.len() as i64)];
    output.write(detections)?;
    Ok(summary)
}
