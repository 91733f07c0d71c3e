//! Numbers tried one after the other: accession numbers, record numbers, document numbers. A person looks up whom a task
//! names; a program counts.

use crate::names::Names;
use dosimeter_case::Id;
use dosimeter_case::tables::{Detection, Event, ObjectKind};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Rule id.
const RULE: &str = "enumeration";
const VERSION: &str = "1";
/// Steps that make a run. Neighbouring numbers do occur in honest work: a family registered together, the day's examinations.
const STEPS: usize = 12;
/// Largest step from one number to the next, up or down; zero (the same again) neither helps nor hurts.
const STEP: u64 = 3;
/// Longest pause inside a run.
const PAUSE: SignedDuration = SignedDuration::from_mins(30);
/// Event ids kept with a finding.
const MOST_EVENTS: usize = 1000;

/// Who asks, and what for: account or address, server, the name around the number.
type Series = (Rc<str>, Rc<str>, Rc<str>);

/// Takes events in any order. Refused requests count: that a number does not exist is what a counting program meets.
#[derive(Default)]
pub(crate) struct Enumeration {
    names: Names,
    series: BTreeMap<Series, Vec<(Timestamp, Id, u64)>>,
    actors: BTreeMap<Rc<str>, (Option<String>, Option<String>)>,
}

impl Enumeration {
    /// Takes an event.
    pub fn event(&mut self, event: &Event) {
        let Some(object) = event.object.as_deref().filter(|_| matches!(event.object_kind, ObjectKind::Record | ObjectKind::Url | ObjectKind::Query)) else {
            return;
        };
        // A viewer turns the pages of one study.
        if object.contains("/frames/") {
            return;
        }
        let Some((name, number)) = numbered(object) else { return };
        let who = format!("{}|{}", event.actor.as_deref().unwrap_or(""), event.src_addr.as_deref().unwrap_or(""));
        let who = self.names.of(&who);
        self.actors.entry(who.clone()).or_insert_with(|| (event.actor.clone(), event.src_addr.clone()));
        let series = (who, self.names.of(&event.host), self.names.of(&name));
        self.series.entry(series).or_default().push((event.time, event.event_id, number));
    }

    /// All findings: one per account, address and series, from the first run to the last.
    pub fn finish(self) -> Vec<Detection> {
        let mut found = Vec::new();
        for ((who, host, name), mut tries) in self.series {
            tries.sort_unstable();
            let runs = runs(&tries);
            let (Some(first), Some(last)) = (runs.first().and_then(|r| r.first()), runs.last().and_then(|r| r.last())) else { continue };
            let (actor, src_addr) = self.actors[&who].clone();
            let n: usize = runs.iter().map(|r| r.len()).sum();
            let by = actor.as_deref().or(src_addr.as_deref()).unwrap_or("somebody");
            found.push(Detection {
                detection_id: Id::of("detection", &[&RULE, &who.as_ref(), &host.as_ref(), &name.as_ref()]),
                rule_id: RULE.into(),
                rule_version: VERSION.into(),
                severity: "high".into(),
                technique: Some("T1119".into()),
                first: first.0,
                last: last.0,
                explanation: format!("{by} asked {host} for {n} numbers that follow one another, in {} run(s)", runs.len()),
                event_ids: runs.iter().copied().flatten().map(|t| t.1).take(MOST_EVENTS).collect(),
                actor,
                src_addr,
            });
        }
        found
    }
}

/// The last number of three digits or more in a name, and the name without it. Numbers beyond eighteen digits are identifiers, not counted.
fn numbered(object: &str) -> Option<(String, u64)> {
    let bytes = object.as_bytes();
    let end = (0..bytes.len()).rev().find(|i| bytes[*i].is_ascii_digit())? + 1;
    let start = (0..end).rev().find(|i| !bytes[*i].is_ascii_digit()).map_or(0, |i| i + 1);
    let digits = object.get(start..end)?;
    if !(3..=18).contains(&digits.len()) {
        return None;
    }
    Some((format!("{}#{}", object.get(..start)?, object.get(end..)?), digits.parse().ok()?))
}

/// Stretches in which the numbers go up, or down, in small steps.
fn runs(tries: &[(Timestamp, Id, u64)]) -> Vec<&[(Timestamp, Id, u64)]> {
    let mut runs = Vec::new();
    let (mut begin, mut steps, mut up) = (0, 0, None);
    let mut close = |begin: usize, end: usize, steps: usize| {
        if steps >= STEPS {
            runs.push(&tries[begin..end]);
        }
    };
    for i in 1..tries.len() {
        let (before, now) = (&tries[i - 1], &tries[i]);
        let step = now.2.abs_diff(before.2);
        let rises = now.2 > before.2;
        let goes_on = now.0.duration_since(before.0) <= PAUSE && step <= STEP && (step == 0 || up.is_none_or(|u| u == rises));
        if goes_on {
            if step > 0 {
                (steps, up) = (steps + 1, Some(rises));
            }
        } else {
            close(begin, i, steps);
            (begin, steps, up) = (i, 0, None);
        }
    }
    close(begin, tries.len(), steps);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(numbers: &[u64], expect: Option<&str>) {
        let mut enumeration = Enumeration::default();
        for (i, n) in numbers.iter().enumerate() {
            let time = Timestamp::from_second(1_694_000_000 + 20 * i as i64).unwrap();
            let event = Event {
                actor: Some("anna".into()),
                host: "web01".into(),
                object_kind: ObjectKind::Url,
                object: Some(format!("/portal/report/{n}.pdf")),
                ..Event::blank(Id(i as u64), Id(0), time)
            };
            enumeration.event(&event);
        }
        assert_eq!(enumeration.finish().first().map(|d| d.explanation.clone()).as_deref(), expect);
    }

    #[test]
    fn counting_and_looking_up() {
        let up: Vec<u64> = (1000..1020).collect();
        check(&up, Some("anna asked web01 for 20 numbers that follow one another, in 1 run(s)"));
        let down: Vec<u64> = (1000..1020).rev().collect();
        check(&down, Some("anna asked web01 for 20 numbers that follow one another, in 1 run(s)"));
        check(&up.iter().map(|n| n * 37 % 1000).collect::<Vec<_>>(), None);
        check(&(1000..1008).collect::<Vec<_>>(), None);
        // Back and forth between neighbours is reading, not counting.
        check(&(0..40).map(|i| 1000 + i % 2).collect::<Vec<_>>(), None);
    }

    #[test]
    fn numbers_in_names() {
        for (object, expect) in [
            ("/portal/report/1042.pdf", Some(("/portal/report/#.pdf", 1042))),
            ("A000123", Some(("A#", 123))),
            ("/x/1.2.840.113619/17", None),
            ("/menu", None),
            ("", None),
        ] {
            assert_eq!(numbered(object), expect.map(|(n, v)| (n.to_string(), v)), "{object}");
        }
    }
}
