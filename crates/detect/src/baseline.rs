//! What is unusual for an account, measured against itself and its peers in the same logs. No training data is needed: what an account did on its
//! other days, and what others on the same servers do in a day, is the yardstick.
//!
//! Findings: `baseline_volume` (far more different objects in a day), `baseline_address` (an address that the account never used in
//! the first part of the logs), `baseline_hour` (work in hours in which neither the account nor its peers work otherwise).
//! They point a person to where to look. `trace` weighs the same facts by itself and does not count them twice.

use crate::names::Names;
use dosimeter_case::Id;
use dosimeter_case::tables::{Detection, Event, ObjectKind, Outcome};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

/// Prefix of the rule ids of this module.
pub const PREFIX: &str = "baseline_";
const VERSION: &str = "1";
/// Fewer different objects in a day are never too many.
const FEW_OBJECTS: usize = 20;
/// Times the usual that a day must reach to be unusual.
const TIMES: f64 = 3.0;
/// Days on which an account must have been seen before its habits are known.
const KNOWN_DAYS: usize = 3;
/// Objects in an unusual hour that make it worth a look.
const OBJECTS_AT_NIGHT: usize = 5;
/// Part of the days of all accounts that may have work in an hour that is still called unusual; the day in question apart.
const RARE: f64 = 0.02;
/// Event ids kept with a finding.
const MOST_EVENTS: usize = 100;

/// What is kept of one account on one local day.
#[derive(Default)]
struct Day {
    objects: HashSet<u64>,
    /// Different objects by hour; 24 sets would be large, a bit per hour and object is enough.
    hours: BTreeMap<u8, HashSet<u64>>,
    addresses: BTreeMap<Rc<str>, usize>,
    events: Vec<(Timestamp, Id)>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    hosts: BTreeMap<Rc<str>, usize>,
}

/// Takes events in any order.
pub(crate) struct Baseline {
    zone: TimeZone,
    names: Names,
    days: BTreeMap<Rc<str>, BTreeMap<Date, Day>>,
    /// First use of an address by an account.
    addresses: BTreeMap<(Rc<str>, Rc<str>), (Timestamp, Id)>,
    span: Option<(Timestamp, Timestamp)>,
}

impl Baseline {
    pub fn new(zone: TimeZone) -> Baseline {
        Baseline { zone, names: Names::default(), days: BTreeMap::new(), addresses: BTreeMap::new(), span: None }
    }

    /// Takes an event.
    pub fn event(&mut self, event: &Event) {
        if event.outcome == Outcome::Failure {
            return;
        }
        self.span = Some(self.span.map_or((event.time, event.time), |(a, b)| (a.min(event.time), b.max(event.time))));
        let (Some(actor), Some(address)) = (&event.actor, &event.src_addr) else { return };
        let (actor, address) = (self.names.of(actor), self.names.of(address));
        let first = self.addresses.entry((actor.clone(), address.clone())).or_insert((event.time, event.event_id));
        *first = (*first).min((event.time, event.event_id));
        let local = self.zone.to_datetime(event.time);
        let host = self.names.of(&event.host);
        let day = self.days.entry(actor).or_default().entry(local.date()).or_default();
        *day.addresses.entry(address).or_default() += 1;
        *day.hosts.entry(host).or_default() += 1;
        day.first = Some(day.first.map_or(event.time, |t| t.min(event.time)));
        day.last = Some(day.last.map_or(event.time, |t| t.max(event.time)));
        if let Some(object) = object(event) {
            let object = Id::of("object", &[&event.host, &object]).0;
            if day.objects.insert(object) && day.events.len() < MOST_EVENTS {
                day.events.push((event.time, event.event_id));
            }
            day.hours.entry(local.hour() as u8).or_default().insert(object);
        }
    }

    /// All findings.
    pub fn finish(self) -> Vec<Detection> {
        let mut found = self.volumes();
        found.extend(self.hours());
        found.extend(self.new_addresses());
        found
    }

    /// The server that an account uses most: its peers are those with the same.
    fn home(days: &BTreeMap<Date, Day>) -> Option<Rc<str>> {
        let mut hosts: BTreeMap<&Rc<str>, usize> = BTreeMap::new();
        days.values().flat_map(|day| &day.hosts).for_each(|(host, n)| *hosts.entry(host).or_default() += n);
        hosts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0))).map(|(host, _)| host.clone())
    }

    fn volumes(&self) -> Vec<Detection> {
        let homes: BTreeMap<&Rc<str>, Option<Rc<str>>> = self.days.iter().map(|(actor, days)| (actor, Baseline::home(days))).collect();
        // What a busy day of an account is, for all accounts of one server.
        type Peers<'a> = Vec<(usize, &'a Rc<str>)>;
        let mut busy: BTreeMap<Option<Rc<str>>, Peers> = BTreeMap::new();
        for (actor, days) in &self.days {
            let mut counts: Vec<usize> = days.values().map(|d| d.objects.len()).collect();
            counts.sort_unstable();
            busy.entry(homes[actor].clone()).or_default().push((counts[counts.len() * 9 / 10], actor));
        }
        for peers in busy.values_mut() {
            peers.sort();
        }
        let mut found = Vec::new();
        for (actor, days) in &self.days {
            let others: Vec<usize> = busy[&homes[actor]].iter().filter(|(_, peer)| *peer != actor).map(|(n, _)| *n).collect();
            let of_peers = others.get(others.len() * 9 / 10).copied().unwrap_or(0);
            for (date, day) in days {
                let n = day.objects.len();
                // The day itself is no evidence of what is usual.
                let mut own: Vec<usize> = days.iter().filter(|(d, _)| *d != date).map(|(_, d)| d.objects.len()).collect();
                own.sort_unstable();
                let of_own = own.get(own.len() * 9 / 10).copied().unwrap_or(0);
                let usual = if own.len() >= KNOWN_DAYS { of_own.max(of_peers / 2) } else { of_peers };
                if n > FEW_OBJECTS && n as f64 > TIMES * usual as f64 {
                    let why = format!(
                        "{actor} opened {n} different objects on {date}; up to {of_own} on a busy day of its own, up to {of_peers} on those of its peers"
                    );
                    found.push(finding(("volume", "medium", "T1119"), actor, *date, day, why));
                }
            }
        }
        found
    }

    fn hours(&self) -> Vec<Detection> {
        let mut worked = [0_usize; 24];
        let mut all = 0;
        for day in self.days.values().flat_map(BTreeMap::values).filter(|d| !d.objects.is_empty()) {
            all += 1;
            day.hours.keys().for_each(|h| worked[usize::from(*h)] += 1);
        }
        let mut found = Vec::new();
        for (actor, days) in self.days.iter().filter(|(_, days)| days.len() > KNOWN_DAYS) {
            for (date, day) in days {
                let own: BTreeSet<u8> = days.iter().filter(|(d, _)| *d != date).flat_map(|(_, d)| d.hours.keys().copied()).collect();
                let odd: Vec<(&u8, usize)> = day
                    .hours
                    .iter()
                    .filter(|(h, _)| !own.contains(h) && (worked[usize::from(**h)] - 1) as f64 <= RARE * all as f64)
                    .map(|(h, objects)| (h, objects.len()))
                    .collect();
                if odd.iter().map(|(_, n)| n).sum::<usize>() >= OBJECTS_AT_NIGHT {
                    let hours: Vec<String> = odd.iter().map(|(h, _)| format!("{h}")).collect();
                    let why = format!("{actor} worked on {date} in hours ({}) in which it never works otherwise, and hardly anybody does", hours.join(", "));
                    found.push(finding(("hour", "low", "T1078"), actor, *date, day, why));
                }
            }
        }
        found
    }

    fn new_addresses(&self) -> Vec<Detection> {
        let Some((begin, end)) = self.span else { return Vec::new() };
        let learning = SignedDuration::from_secs(end.duration_since(begin).as_secs() / 4).min(SignedDuration::from_hours(24 * 14));
        let mut found = Vec::new();
        for ((actor, address), (first, event_id)) in &self.addresses {
            let days = &self.days[actor];
            let before = days.values().filter(|d| d.last.is_some_and(|last| last < *first)).count();
            if first.duration_since(begin) <= learning || before < KNOWN_DAYS {
                continue;
            }
            found.push(Detection {
                detection_id: Id::of("detection", &[&"baseline_address", &actor.as_ref(), &address.as_ref()]),
                rule_id: format!("{PREFIX}address"),
                rule_version: VERSION.into(),
                severity: "low".into(),
                technique: Some("T1078".into()),
                first: *first,
                last: *first,
                actor: Some(actor.to_string()),
                src_addr: Some(address.to_string()),
                event_ids: vec![*event_id],
                explanation: format!("{actor} was first seen at {address} after {before} days at other addresses"),
            });
        }
        found
    }
}

/// A finding about a day; the rule is its name, severity and technique.
fn finding((what, severity, technique): (&str, &str, &str), actor: &Rc<str>, date: Date, day: &Day, why: String) -> Detection {
    let mut events = day.events.clone();
    events.sort_unstable();
    let address = day.addresses.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0))).map(|(address, _)| address.to_string());
    Detection {
        detection_id: Id::of("detection", &[&PREFIX, &what, &actor.as_ref(), &date.to_string()]),
        rule_id: format!("{PREFIX}{what}"),
        rule_version: VERSION.into(),
        severity: severity.into(),
        technique: Some(technique.into()),
        first: day.first.unwrap_or_default(),
        last: day.last.unwrap_or_default(),
        actor: Some(actor.to_string()),
        src_addr: address,
        event_ids: events.into_iter().map(|(_, id)| id).collect(),
        explanation: why,
    }
}

/// The object whose content an event may show: a file, a study, a record, a page.
fn object(event: &Event) -> Option<&str> {
    let counts = matches!(event.object_kind, ObjectKind::File | ObjectKind::Study | ObjectKind::Record | ObjectKind::Url);
    counts.then(|| event.study_uid.as_deref().or(event.object.as_deref())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(day: u32, hour: u32, actor: &str, address: &str, object: usize) -> Event {
        let time: Timestamp = format!("2023-09-{day:02}T{hour:02}:{:02}:00Z", object % 60).parse().unwrap();
        Event {
            outcome: Outcome::Success,
            actor: Some(actor.into()),
            src_addr: Some(address.into()),
            host: "fs01".into(),
            object_kind: ObjectKind::File,
            object: Some(format!("/srv/{object}.pdf")),
            ..Event::blank(Id::of("event", &[&day, &hour, &actor, &object]), Id(0), time)
        }
    }
    /// Three people at work for two weeks, ten files a day, and what is added.
    fn check(more: Vec<Event>, expect: &[&str]) {
        let mut events = more;
        for (n, actor) in ["anna", "ben", "cleo"].into_iter().enumerate() {
            for day in 1..=14 {
                events.extend((0..10).map(|i| read(day, 9 + i as u32 % 8, actor, &format!("10.0.0.{n}"), 100 * n + i)));
            }
        }
        let found = |events: &[Event]| {
            let mut baseline = Baseline::new(TimeZone::UTC);
            events.iter().for_each(|e| baseline.event(e));
            baseline.finish()
        };
        let forward = found(&events);
        events.reverse();
        assert_eq!(forward, found(&events), "the order of events must not matter");
        let got: Vec<String> = forward.iter().map(|d| format!("{} {} {}", d.rule_id, d.actor.as_deref().unwrap(), d.src_addr.as_deref().unwrap())).collect();
        assert_eq!(got, expect);
    }

    #[test]
    fn usual_work_is_not_found() {
        check(vec![], &[]);
        check((0..15).map(|i| read(12, 10, "anna", "10.0.0.0", 500 + i)).collect(), &[]);
    }

    #[test]
    fn much_at_night_from_elsewhere() {
        let night: Vec<Event> = (0..60).map(|i| read(12, 2, "anna", "203.0.113.9", 500 + i)).collect();
        check(night, &["baseline_volume anna 203.0.113.9", "baseline_hour anna 203.0.113.9", "baseline_address anna 203.0.113.9"]);
    }
}
