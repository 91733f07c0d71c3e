//! Events in, detections out. Two kinds of rules: Sigma rules (our pack in `rules/sigma`, and the user's folders), and
//! rules over time that Sigma cannot say. A detection is a finding, never a verdict: `trace` weighs it.

mod baseline;
mod correlation;
mod enumeration;
mod fields;
mod log_source;
mod names;
mod sigma;
mod spray;

pub use sigma::SigmaRules;

use dosimeter_case::tables::{Detection, Event};
use jiff::tz::TimeZone;

/// Takes events one after the other, in any order, and gives the findings at the end.
pub struct Detector<'r> {
    sigma: sigma::Sigma<'r>,
    spray: spray::Spray,
    baseline: baseline::Baseline,
    enumeration: enumeration::Enumeration,
}

impl<'r> Detector<'r> {
    /// With these rules; hours of the day are those of the zone.
    pub fn new(rules: &'r SigmaRules, zone: TimeZone) -> Detector<'r> {
        Detector {
            sigma: sigma::Sigma::new(rules),
            spray: spray::Spray::default(),
            baseline: baseline::Baseline::new(zone),
            enumeration: enumeration::Enumeration::default(),
        }
    }
    /// Takes an event.
    pub fn event(&mut self, event: &Event) {
        self.sigma.event(event);
        self.spray.event(event);
        self.baseline.event(event);
        self.enumeration.event(event);
    }
    /// All findings, by time.
    pub fn finish(self) -> Vec<Detection> {
        let mut found = self.spray.finish();
        found.extend(self.sigma.finish());
        found.extend(self.baseline.finish());
        found.extend(self.enumeration.finish());
        found.sort_by_key(|d| (d.first, d.detection_id));
        found
    }
}
