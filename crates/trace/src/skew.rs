//! How far the clocks of two servers are apart. When both have logged the same actions (a login that the domain controller and the file server see, a
//! study that the web server and the audit trail see), the differences of their times heap up at the skew; differences between
//! unrelated records lie anywhere.

use crate::act::Act;
use dosimeter_case::tables::{ClockSkew, Outcome};
use std::collections::BTreeMap;

/// Differences beyond this are not looked at: wrong zones are at most 12 hours apart; seconds.
const MOST: i64 = 13 * 3600;
/// Differences this close are the same; seconds.
const BIN: i64 = 2;
/// Pairs that must agree.
const FEWEST: usize = 10;
/// Part of the actions of the server with fewer of them that must agree.
const SHARE: f64 = 0.3;
/// The heap must be this many times as high as any other outside its neighbourhood.
const STANDS_OUT: usize = 3;
/// Times kept of one action on one server: more say nothing new.
const MOST_TIMES: usize = 40;

/// What both servers log: who logs in from where, or who reads which study or record.
type Action<'a> = (&'a str, &'a str);

/// One row per pair of servers whose skew stands out.
pub fn clock_skew(events: &[Act]) -> Vec<ClockSkew> {
    let mut times: BTreeMap<&str, BTreeMap<Action, Vec<i64>>> = BTreeMap::new();
    for event in events.iter().filter(|e| e.outcome != Outcome::Failure) {
        let Some(actor) = event.actor.as_deref() else { continue };
        let action = match (event.class_uid, event.activity_id, &event.study_uid, &event.src_addr) {
            (3002, 1 | 3, _, Some(address)) => (actor, &**address),
            (_, _, Some(study), _) => (actor, &**study),
            _ => continue,
        };
        let kept = times.entry(&event.host).or_default().entry(action).or_default();
        if kept.len() < MOST_TIMES {
            kept.push(event.time.as_second());
        }
    }
    let hosts: Vec<_> = times.iter().collect();
    let pairs = hosts.iter().enumerate().flat_map(|(i, a)| hosts[i + 1..].iter().map(move |b| (a, b)));
    pairs.filter_map(|((host, own), (other, theirs))| between(host, own, other, theirs)).collect()
}

fn between(host: &str, own: &BTreeMap<Action, Vec<i64>>, other: &str, theirs: &BTreeMap<Action, Vec<i64>>) -> Option<ClockSkew> {
    let mut heap: BTreeMap<i64, usize> = BTreeMap::new();
    let mut shared = 0;
    for (action, a) in own {
        let Some(b) = theirs.get(action) else { continue };
        shared += a.len().min(b.len());
        for difference in a.iter().flat_map(|a| b.iter().map(move |b| a - b)).filter(|d| d.abs() <= MOST) {
            *heap.entry(difference.div_euclid(BIN)).or_default() += 1;
        }
    }
    // A skew may fall on the border of two bins.
    let at = |bin: i64| heap.get(&bin).copied().unwrap_or(0) + heap.get(&(bin + 1)).copied().unwrap_or(0);
    let (bin, n) = heap.keys().map(|bin| (*bin, at(*bin))).max_by_key(|(bin, n)| (*n, -bin.abs()))?;
    let second = heap.keys().filter(|b| (*b - bin).abs() > 5).map(|b| at(*b)).max().unwrap_or(0);
    let share = n as f64 / shared.max(1) as f64;
    if n < FEWEST || share < SHARE || n < STANDS_OUT * second {
        return None;
    }
    // The mean of the two bins, weighed.
    let (low, high) = (heap.get(&bin).copied().unwrap_or(0) as i64, heap.get(&(bin + 1)).copied().unwrap_or(0) as i64);
    let seconds = (low * (2 * bin * BIN + BIN - 1) + high * (2 * (bin + 1) * BIN + BIN - 1)).div_euclid(2 * (low + high));
    let why = match seconds {
        s if s.abs() <= BIN => format!("the clocks of {host} and {other} agree"),
        s if (s.abs() + 60) % 3600 <= 120 => {
            format!("{host} is {} hour(s) from {other}: the zone of one of them is probably wrong", (s as f64 / 3600.0).round())
        }
        s => format!("the clock of {host} is {s} seconds from that of {other}"),
    };
    Some(ClockSkew { host: host.into(), other: other.into(), seconds, pairs: n as i64, share: share.min(1.0), why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{acts, event};
    use dosimeter_case::Id;
    use dosimeter_case::tables::Event;
    use jiff::{SignedDuration, Timestamp};

    /// Thirty logins seen by both servers, `skew` seconds apart; and thirty that only one of them sees.
    fn check(skew: i64, expect: Option<&str>) {
        let base: Timestamp = "2023-09-01T08:00:00Z".parse().unwrap();
        let login = |host: &str, n: i64, actor: String, seconds: i64| Event {
            event_id: Id::of("event", &[&host, &n, &actor]),
            host: host.into(),
            class_uid: 3002,
            activity_id: 1,
            actor: Some(actor),
            src_addr: Some("10.0.0.1".into()),
            time: base + SignedDuration::from_secs(seconds),
            ..event("2023-09-01T08:00:00Z")
        };
        let mut events = Vec::new();
        for n in 0..30 {
            let at = n * n * 397 % 80_000;
            events.push(login("dc01", n, format!("user{}", n % 10), at));
            events.push(login("fs01", n, format!("user{}", n % 10), at + skew + n % 2));
            events.push(login("fs01", 100 + n, format!("user{}", n % 10), at * 7 % 80_000));
        }
        let rows = clock_skew(&acts(&events));
        assert_eq!(rows.first().map(|r| r.why.as_str()), expect);
        assert!(rows.first().is_none_or(|r| (r.seconds + skew).abs() <= BIN), "{:?}", rows.first().map(|r| r.seconds));
    }

    #[test]
    fn clocks_and_zones() {
        check(0, Some("the clocks of dc01 and fs01 agree"));
        check(95, Some("the clock of dc01 is -96 seconds from that of fs01"));
        check(3600, Some("dc01 is -1 hour(s) from fs01: the zone of one of them is probably wrong"));
        check(-18_000, Some("dc01 is 5 hour(s) from fs01: the zone of one of them is probably wrong"));
        // A whole day apart is no skew: nothing heaps up.
        check(86_000, None);
    }
}
