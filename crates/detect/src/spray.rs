//! Password spraying: one network tries many of the provider's accounts, and one of them gives way.

use dosimeter_case::Id;
use dosimeter_case::tables::{Detection, Event, Outcome};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Accounts that must be tried from one network within [`WINDOW`].
const ACCOUNTS: usize = 5;
/// Time within which they must be tried. Sprayers are slow on purpose.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// A login from the spraying network counts as its fruit for this long.
const FRUIT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Event ids kept with a detection.
const MOST_EVENTS: usize = 1000;

/// Rule version.
const VERSION: &str = "1";

/// Findings `auth_spray` (an address of a spraying network) and `auth_spray_success` (an account that logged in from it).
///
/// Only accounts that exist count as targets: names that never logged in anywhere are the noise of the Internet.
pub fn detect(events: &[Event]) -> Vec<Detection> {
    let exists: BTreeSet<&str> = events.iter().filter(|e| e.outcome == Outcome::Success).filter_map(|e| e.actor.as_deref()).collect();
    let mut failures: BTreeMap<String, Vec<&Event>> = BTreeMap::new();
    for event in events.iter().filter(|e| is_failed_login(e)) {
        if let (Some(actor), Some(address)) = (&event.actor, &event.src_addr)
            && exists.contains(actor.as_str())
        {
            failures.entry(network(address)).or_default().push(event);
        }
    }
    let mut found = Vec::new();
    for (network, mut tries) in failures {
        tries.sort_by_key(|e| (e.time, e.event_id));
        let Some(first) = spraying(&tries) else { continue };
        found.extend(by_address(&network, &tries));
        found.extend(fruit(events, &network, first, &tries));
    }
    found
}

/// When the spraying begins, if enough accounts are tried within the window.
fn spraying(tries: &[&Event]) -> Option<Timestamp> {
    tries.iter().enumerate().find_map(|(start, first)| {
        let within = tries[start..].iter().take_while(|e| e.time.duration_since(first.time) <= WINDOW);
        let accounts: BTreeSet<_> = within.filter_map(|e| e.actor.as_deref()).collect();
        (accounts.len() >= ACCOUNTS).then_some(first.time)
    })
}

fn by_address(network: &str, tries: &[&Event]) -> Vec<Detection> {
    let mut addresses: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in tries {
        addresses.entry(event.src_addr.as_deref().unwrap_or("")).or_default().push(event);
    }
    let accounts: BTreeSet<_> = tries.iter().filter_map(|e| e.actor.as_deref()).collect();
    let explain = |address: &str| format!("{address} took part in trying passwords on {} accounts from the network of {network}", accounts.len());
    addresses.into_iter().map(|(address, tries)| finding("auth_spray", "high", "T1110.003", None, address, &tries, explain(address))).collect()
}

fn fruit(events: &[Event], network_name: &str, first: Timestamp, tries: &[&Event]) -> Vec<Detection> {
    let tried: BTreeSet<_> = tries.iter().filter_map(|e| e.actor.as_deref()).collect();
    let mut logins: BTreeMap<(&str, &str), Vec<&Event>> = BTreeMap::new();
    for event in events.iter().filter(|e| e.outcome == Outcome::Success && e.time >= first && e.time.duration_since(first) <= FRUIT) {
        if let (Some(actor), Some(address)) = (event.actor.as_deref(), event.src_addr.as_deref())
            && tried.contains(actor)
            && network(address) == network_name
        {
            logins.entry((actor, address)).or_default().push(event);
        }
    }
    logins
        .into_iter()
        .map(|((actor, address), events)| {
            let why = format!("{actor} was in use from {address} after passwords had been tried on many accounts from the same network");
            finding("auth_spray_success", "critical", "T1078", Some(actor), address, &events, why)
        })
        .collect()
}

fn finding(rule: &str, severity: &str, technique: &str, actor: Option<&str>, address: &str, events: &[&Event], explanation: String) -> Detection {
    let times = || events.iter().map(|e| e.time);
    Detection {
        detection_id: Id::of("detection", &[&rule, &actor, &address]),
        rule_id: rule.into(),
        rule_version: VERSION.into(),
        severity: severity.into(),
        technique: Some(technique.into()),
        first: times().min().unwrap_or_default(),
        last: times().max().unwrap_or_default(),
        actor: actor.map(Into::into),
        src_addr: Some(address.into()),
        event_ids: events.iter().map(|e| e.event_id).take(MOST_EVENTS).collect(),
        explanation,
    }
}

/// A failed login, whichever log tells of it.
fn is_failed_login(event: &Event) -> bool {
    event.outcome == Outcome::Failure && (event.class_uid == 3002 || (event.class_uid == 4002 && event.detail.contains("401")))
}

/// The /24 or /48 that an address lies in; sprayers change the last part.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(std::net::IpAddr::V4(v4)) => v4.octets()[..3].iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        Ok(std::net::IpAddr::V6(v6)) => v6.segments()[..3].iter().map(|s| format!("{s:x}")).collect::<Vec<_>>().join(":"),
        Err(_) => address.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(hour: i64, actor: &str, address: &str, outcome: Outcome) -> Event {
        let time = "2023-09-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hour);
        Event {
            class_uid: 3002,
            outcome,
            actor: Some(actor.into()),
            src_addr: Some(address.into()),
            ..Event::blank(Id::of("event", &[&hour, &actor, &address]), Id(0), time)
        }
    }

    fn check(tries: &[(i64, &str, &str, bool)], expect: &[&str]) {
        let mut events: Vec<Event> = tries.iter().map(|(h, a, s, ok)| login(*h, a, s, if *ok { Outcome::Success } else { Outcome::Failure })).collect();
        // Five people who log in at their own places.
        events.extend((0..5).map(|n| login(100, &format!("user{n}"), "10.0.0.1", Outcome::Success)));
        let got: Vec<String> =
            detect(&events).iter().map(|d| format!("{} {} {}", d.rule_id, d.actor.as_deref().unwrap_or("-"), d.src_addr.as_deref().unwrap_or("-"))).collect();
        assert_eq!(got, expect);
    }

    #[test]
    fn sprayed_and_entered() {
        let tries: Vec<_> = ["user0", "user1", "user2", "user3", "user4"].iter().enumerate().map(|(n, a)| (n as i64, *a, "203.0.113.4", false)).collect();
        check(&tries, &["auth_spray - 203.0.113.4"]);
        let mut entered = tries.clone();
        entered.push((20, "user2", "203.0.113.9", true));
        check(&entered, &["auth_spray - 203.0.113.4", "auth_spray_success user2 203.0.113.9"]);
    }

    #[test]
    fn noise_is_not_a_spray() {
        // Names that nobody has.
        check(
            &[
                (0, "root", "203.0.113.4", false),
                (1, "admin", "203.0.113.4", false),
                (2, "test", "203.0.113.4", false),
                (3, "oracle", "203.0.113.4", false),
                (4, "ubuntu", "203.0.113.4", false),
            ],
            &[],
        );
        // One person who forgot the password.
        check(&[(0, "user1", "203.0.113.4", false), (1, "user1", "203.0.113.4", false), (2, "user1", "203.0.113.4", true)], &[]);
    }
}
