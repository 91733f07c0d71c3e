//! For tests: events and rejects as one short line each.

use crate::{Sink, Source, Summary, read};
use dosimeter_case::tables::{Event, Reject};
use dosimeter_case::{Id, Result};

#[derive(Default)]
pub(crate) struct Kept {
    pub events: Vec<Event>,
    pub rejects: Vec<Reject>,
    lines: String,
}
impl Sink for Kept {
    fn event(&mut self, e: Event) -> Result<()> {
        let or = |text: &Option<String>| text.clone().unwrap_or("-".to_string());
        self.lines += &format!(
            "{} {} {}/{} {} {} {} {} {} {}",
            e.app,
            e.operation,
            e.class_uid,
            e.activity_id,
            e.outcome,
            or(&e.actor),
            or(&e.src_addr),
            or(&e.device),
            e.object_kind,
            or(&e.object)
        );
        for (name, value) in [("study", &e.study_uid), ("patient", &e.patient_id)] {
            if let Some(value) = value {
                self.lines += &format!(" {name}={value}");
            }
        }
        if let Some(bytes) = e.bytes {
            self.lines += &format!(" {bytes}B");
        }
        if let Some(n) = e.n_instances {
            self.lines += &format!(" n={n}");
        }
        self.lines += "\n";
        self.events.push(e);
        Ok(())
    }
    fn reject(&mut self, r: Reject) -> Result<()> {
        self.lines += &format!("reject {}@{}: {}\n", r.record_no, r.byte_offset, r.reason);
        self.rejects.push(r);
        Ok(())
    }
}

pub(crate) fn source() -> Source {
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    Source::new(Id(7), "host/some.log", "host", zone, jiff::civil::date(2023, 9, 21))
}

pub(crate) fn run(source: &Source, input: &[u8]) -> (Kept, Summary) {
    let mut kept = Kept::default();
    let summary = read(source, input, &mut kept).unwrap();
    (kept, summary)
}
pub(crate) fn events(source: &Source, input: &[u8]) -> String {
    run(source, input).0.lines
}
pub(crate) fn details(source: &Source, input: &[u8]) -> Vec<serde_json::Value> {
    run(source, input).0.events.iter().map(|e| serde_json::from_str(&e.detail).unwrap()).collect()
}
