//! Password spraying: one network tries many of the provider's accounts, and one of them gives way.

use crate::names::Names;
use dosimeter_case::Id;
use dosimeter_case::tables::{Detection, Event, Outcome};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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

/// Successful events by account and address.
type Used = BTreeMap<(Rc<str>, Rc<str>), Vec<(Timestamp, Id)>>;

/// What the rule needs of an event.
struct Login {
    event_id: Id,
    time: Timestamp,
    actor: Rc<str>,
    address: Rc<str>,
}

/// Findings `auth_spray` (an address of a spraying network) and `auth_spray_success` (an account that logged in from it).
///
/// Only accounts that exist count as targets: names that never logged in anywhere are the noise of the Internet.
#[derive(Default)]
pub struct Spray {
    names: Names,
    /// By network.
    failures: BTreeMap<String, Vec<Login>>,
    /// Successful events by network.
    used: BTreeMap<String, Used>,
    exists: BTreeSet<Rc<str>>,
}

impl Spray {
    /// Takes an event.
    pub fn event(&mut self, event: &Event) {
        let Some(actor) = &event.actor else { return };
        let failed = is_failed_login(event);
        if !failed && event.outcome != Outcome::Success {
            return;
        }
        let actor = self.names.of(actor);
        if !failed {
            self.exists.insert(actor.clone());
        }
        let Some(address) = &event.src_addr else { return };
        let (network, address) = (network(address), self.names.of(address));
        if failed {
            self.failures.entry(network).or_default().push(Login { event_id: event.event_id, time: event.time, actor, address });
        } else {
            self.used.entry(network).or_default().entry((actor, address)).or_default().push((event.time, event.event_id));
        }
    }
    /// All findings.
    pub fn finish(mut self) -> Vec<Detection> {
        let mut found = Vec::new();
        for (network, tries) in &mut self.failures {
            tries.retain(|t| self.exists.contains(&t.actor));
            tries.sort_by_key(|t| (t.time, t.event_id));
            let Some(first) = spraying(tries) else { continue };
            found.extend(by_address(network, tries));
            if let Some(used) = self.used.get(network) {
                found.extend(fruit(used, first, tries));
            }
        }
        found
    }
}

/// When the spraying begins, if enough accounts are tried within the window.
fn spraying(tries: &[Login]) -> Option<Timestamp> {
    tries.iter().enumerate().find_map(|(start, first)| {
        let within = tries[start..].iter().take_while(|t| t.time.duration_since(first.time) <= WINDOW);
        let accounts: BTreeSet<&str> = within.map(|t| &*t.actor).collect();
        (accounts.len() >= ACCOUNTS).then_some(first.time)
    })
}

fn by_address(network: &str, tries: &[Login]) -> Vec<Detection> {
    let mut addresses: BTreeMap<&str, Vec<(Timestamp, Id)>> = BTreeMap::new();
    for login in tries {
        addresses.entry(&login.address).or_default().push((login.time, login.event_id));
    }
    let accounts: BTreeSet<&str> = tries.iter().map(|t| &*t.actor).collect();
    let explain = |address: &str| format!("{address} took part in trying passwords on {} accounts from the network of {network}", accounts.len());
    addresses.into_iter().map(|(address, tries)| finding("auth_spray", "high", "T1110.003", None, address, &tries, explain(address))).collect()
}

/// Accounts that were in use from the spraying network afterwards.
fn fruit(used: &Used, first: Timestamp, tries: &[Login]) -> Vec<Detection> {
    let tried: BTreeSet<&str> = tries.iter().map(|t| &*t.actor).collect();
    let mut found = Vec::new();
    for ((actor, address), events) in used.iter().filter(|((actor, _), _)| tried.contains(&**actor)) {
        let mut events: Vec<_> = events.iter().copied().filter(|(time, _)| *time >= first && time.duration_since(first) <= FRUIT).collect();
        events.sort();
        if !events.is_empty() {
            let why = format!("{actor} was in use from {address} after passwords had been tried on many accounts from the same network");
            found.push(finding("auth_spray_success", "critical", "T1078", Some(actor), address, &events, why));
        }
    }
    found
}

/// `events`: in order of time, not empty.
fn finding(rule: &str, severity: &str, technique: &str, actor: Option<&str>, address: &str, events: &[(Timestamp, Id)], explanation: String) -> Detection {
    Detection {
        detection_id: Id::of("detection", &[&rule, &actor, &address]),
        rule_id: rule.into(),
        rule_version: VERSION.into(),
        severity: severity.into(),
        technique: Some(technique.into()),
        first: events.first().map(|e| e.0).unwrap_or_default(),
        last: events.last().map(|e| e.0).unwrap_or_default(),
        actor: actor.map(Into::into),
        src_addr: Some(address.into()),
        event_ids: events.iter().map(|e| e.1).take(MOST_EVENTS).collect(),
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

    fn found(events: &[Event]) -> Vec<Detection> {
        let mut spray = Spray::default();
        events.iter().for_each(|e| spray.event(e));
        spray.finish()
    }
    fn check(tries: &[(i64, &str, &str, bool)], expect: &[&str]) {
        let mut events: Vec<Event> = tries.iter().map(|(h, a, s, ok)| login(*h, a, s, if *ok { Outcome::Success } else { Outcome::Failure })).collect();
        // Five people who log in at their own places.
        events.extend((0..5).map(|n| login(100, &format!("user{n}"), "10.0.0.1", Outcome::Success)));
        let got: Vec<String> =
            found(&events).iter().map(|d| format!("{} {} {}", d.rule_id, d.actor.as_deref().unwrap_or("-"), d.src_addr.as_deref().unwrap_or("-"))).collect();
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
