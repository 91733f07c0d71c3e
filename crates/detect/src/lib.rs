//! Events in, detections out. Two kinds of rules: Sigma rules (our pack in `rules/sigma`, and the user's folders), and
//! rules over time that Sigma's one-event form cannot say. A detection is a finding, never a verdict: `trace` weighs it.

mod sigma;
mod spray;

pub use sigma::SigmaRules;

use dosimeter_case::tables::{Detection, Event};

/// All findings, by time.
pub fn detect(events: &[Event], sigma: &SigmaRules) -> Vec<Detection> {
    let mut found = spray::detect(events);
    found.extend(sigma.detect(events));
    found.sort_by_key(|d| (d.first, d.detection_id));
    found
}
