//! The evidence that a session itself gives about whose it was, in bits, each with its reason.

use crate::act::Act;
use crate::population::{AccountKind, hours_between};
use crate::sessions::{Clues, network};
use dosimeter_case::tables::{Detection, Outcome, Session};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Most bits that all findings of rules together may give.
const MOST_BY_RULES: f64 = 14.0;
/// Sessions with fewer objects than this are never called large.
const FEW_OBJECTS: i64 = 20;

/// One piece of evidence.
#[derive(Clone, Debug)]
pub struct Clue {
    /// What sort it is: of each sort only the strongest counts.
    pub kind: String,
    /// Bits; above 0 it speaks for an intruder.
    pub bits: f64,
    /// In words.
    pub why: String,
}

impl Clue {
    /// A piece of evidence.
    pub fn new(kind: &str, bits: f64, why: impl Into<String>) -> Clue {
        Clue { kind: kind.into(), bits, why: why.into() }
    }
}

/// What all sessions together tell about one.
pub struct Context<'a> {
    clues: &'a Clues<'a>,
    /// For each account, when it was at home.
    at_home: HashMap<String, Vec<(Timestamp, Timestamp)>>,
    /// Staff accounts seen behind an address (the outer one of a tunnel).
    staff_behind: BTreeMap<String, BTreeSet<String>>,
    /// For each account, the networks it comes from over the Internet.
    remote_networks: HashMap<String, BTreeSet<String>>,
    /// Work stations and browsers that anyone uses at home.
    home_devices: HashSet<String>,
    /// For each account, the most servers it touches in one session at home.
    home_hosts: HashMap<String, usize>,
    /// Objects that staff read in all but the largest two percent of their sessions at home.
    usual_objects: i64,
    /// Objects that outside users read in all but the largest tenth of their sessions.
    usual_outside: i64,
    /// Failed logins by address.
    failures: HashMap<&'a str, Vec<Timestamp>>,
}

impl<'a> Context<'a> {
    /// Learns from all sessions.
    pub fn new(events: &'a [Act], sessions: &[Session], clues: &'a Clues<'a>) -> Context<'a> {
        let mut context = Context {
            clues,
            at_home: HashMap::new(),
            staff_behind: BTreeMap::new(),
            remote_networks: HashMap::new(),
            home_devices: HashSet::new(),
            home_hosts: HashMap::new(),
            usual_objects: 0,
            usual_outside: 0,
            failures: HashMap::new(),
        };
        let (mut objects, mut outside) = (Vec::new(), Vec::new());
        for session in sessions {
            let staff = clues.population.kind(&session.actor) == AccountKind::Staff;
            let address = address_of(session);
            if clues.population.is_home(&session.actor, &session.src_addr) {
                context.at_home.entry(session.actor.clone()).or_default().push((session.first, session.last));
                context.home_devices.extend(session.devices.iter().cloned());
                let most = context.home_hosts.entry(session.actor.clone()).or_default();
                *most = (*most).max(session.hosts.len());
                if staff {
                    objects.push(session.objects);
                }
            } else if let Some(network) = network(address) {
                context.remote_networks.entry(session.actor.clone()).or_default().insert(network);
            }
            if clues.population.kind(&session.actor) == AccountKind::Customer {
                outside.push(session.objects);
            }
            if staff {
                context.staff_behind.entry(address.to_string()).or_default().insert(session.actor.clone());
            }
        }
        context.usual_objects = all_but(objects, 50);
        context.usual_outside = all_but(outside, 10);
        for event in events.iter().filter(|e| e.outcome == Outcome::Failure && e.class_uid == 3002) {
            if let Some(address) = &event.src_addr {
                context.failures.entry(address).or_default().push(event.time);
            }
        }
        context
    }

    /// The evidence about one session.
    pub fn evidence(&self, session: &Session) -> Vec<Clue> {
        let population = self.clues.population;
        let (actor, src) = (session.actor.as_str(), session.src_addr.as_str());
        let kind = population.kind(actor);
        let home = population.is_home(actor, src);
        let mut evidence = Vec::new();
        let mut add = |kind: &str, bits: f64, why: String| evidence.push(Clue::new(kind, bits, why));
        match (home, population.home_is_stated(actor)) {
            (true, true) => add("home", -10.0, format!("{src} is the stated address of {actor}")),
            (true, false) => add("home", -7.0, format!("{src} is where {actor} regularly works")),
            (false, _) => {}
        }
        self.indicated(session, home, &mut add);
        self.detected(session, home, &mut add);
        if kind == AccountKind::Customer {
            add("customer", -2.0, format!("{actor} is an outside user, for whom new addresses are normal"));
            // An outside user reads what is their own: many times as much is somebody else's.
            if session.objects > FEW_OBJECTS && session.objects > self.usual_outside {
                let ratio = session.objects as f64 / self.usual_outside.max(1) as f64;
                let why = format!("{} objects were read; outside users read up to {} in a session", session.objects, self.usual_outside);
                add("volume", (2.5 * ratio.log2()).clamp(0.0, 10.0), why);
            }
            return evidence;
        }
        if !population.is_known(actor) {
            add("unknown account", 3.0, format!("{actor} is not among the known accounts"));
        }
        if home {
            return evidence;
        }
        // Machines do not move.
        if kind == AccountKind::Service && population.has_home(actor) {
            let (bits, which) = if population.home_is_stated(actor) { (8.0, "stated") } else { (5.0, "usual") };
            add("service account", bits, format!("the service account {actor} is used from elsewhere than its {which} place"));
        }
        self.unusual_place(session, &mut add);
        self.unusual_behaviour(session, &mut add);
        evidence
    }

    fn indicated(&self, session: &Session, home: bool, add: &mut impl FnMut(&str, f64, String)) {
        for indicator in self.clues.indicators {
            let account = indicator.account.as_ref().map(|a| a.eq_ignore_ascii_case(&session.actor));
            let address = indicator.address.as_ref().map(|a| *a == session.src_addr || Some(a) == session.outer_addr.as_ref());
            let in_time = indicator.from.is_none_or(|from| session.last >= from) && indicator.to.is_none_or(|to| session.first <= to);
            match (account, address) {
                _ if !in_time => {}
                (Some(false), _) | (_, Some(false)) => {}
                (_, Some(true)) => add("indicator", 40.0, "it matches a given indicator".into()),
                // The owner of a stolen account goes on working: the account alone accuses only what is not at home.
                (Some(true), None) if !home => add("indicator", 5.0, format!("the account {} was given as an indicator", session.actor)),
                _ => {}
            }
        }
    }

    fn detected(&self, session: &Session, home: bool, add: &mut impl FnMut(&str, f64, String)) {
        let mut by_rule: BTreeMap<&str, (f64, &Detection)> = BTreeMap::new();
        for detection in self.clues.detections {
            let actor = detection.actor.as_ref().map(|a| *a == session.actor);
            let address = detection.src_addr.as_ref().map(|a| *a == session.src_addr || Some(a) == session.outer_addr.as_ref());
            let applies = match (actor, address) {
                (Some(a), Some(b)) => a && b,
                (None, Some(b)) => b,
                // A finding about an account whose own place it is says nothing about the intruder.
                (Some(a), None) => a && !home,
                (None, None) => false,
            };
            // A finding accuses what happens around it and after it, not what was long before.
            let early = hours_between(session.last, detection.first) > 24.0;
            if applies && !early {
                let bits = weight(detection);
                if by_rule.get(detection.rule_id.as_str()).is_none_or(|(b, _)| bits > *b) {
                    by_rule.insert(&detection.rule_id, (bits, detection));
                }
            }
        }
        let mut budget = MOST_BY_RULES;
        for (bits, detection) in by_rule.into_values() {
            let bits = bits.min(budget);
            if bits > 0.0 {
                budget -= bits;
                add(&detection.rule_id, bits, detection.explanation.trim_end_matches('.').to_string());
            }
        }
    }

    /// Where it came from.
    fn unusual_place(&self, session: &Session, add: &mut impl FnMut(&str, f64, String)) {
        let population = self.clues.population;
        let (actor, src, address) = (session.actor.as_str(), session.src_addr.as_str(), address_of(session));
        let baseline = population.baseline_hours();
        if population.first_seen_hours(actor, src).is_some_and(|h| h > baseline) {
            add("new for the account", 2.0, format!("{actor} was not seen at {src} in the first days of the logs"));
        }
        if population.address_first_hours(address).is_some_and(|h| h > baseline) {
            add("new address", 1.0, format!("nobody was seen at {address} in the first days of the logs"));
        }
        let others: Vec<&str> = self.staff_behind.get(address).into_iter().flatten().map(String::as_str).filter(|a| *a != actor).collect();
        if !others.is_empty() && !population.is_anyones_home(address) && !population.is_machine(address) {
            add("shared address", 4.0, format!("the same address {address} is used by {actor} and {}", others.join(", ")));
        }
        if population.is_anyones_home(src) {
            add("foreign work station", 1.0, format!("{src} is the work station of somebody else"));
        }
        if self.remote_networks.get(actor).is_some_and(|networks| networks.len() > 1) && network(address).is_some() {
            add("several networks", 1.0, format!("{actor} comes from more than one network outside"));
        }
        let before = SignedDuration::from_hours(24);
        let tried =
            |at: &str| self.failures.get(at).is_some_and(|times| times.iter().any(|t| *t <= session.last && session.first.duration_since(*t) <= before));
        if tried(address) || tried(src) {
            add("failed login", 1.5, format!("a login from {address} had failed just before"));
        }
        if population.is_vpn(src) && session.outer_addr.is_none() {
            add("no tunnel", 1.0, format!("no VPN log explains the address {src}"));
        }
    }

    /// When and how it worked.
    fn unusual_behaviour(&self, session: &Session, add: &mut impl FnMut(&str, f64, String)) {
        let population = self.clues.population;
        let actor = session.actor.as_str();
        if population.is_night(session.first) && population.is_night(session.last) && !population.works_at_night(actor) {
            add("unusual hour", 3.0, format!("it was between midnight and five, when {actor} never works"));
        } else if population.is_weekend(session.first) && !population.works_on_weekends(actor) {
            add("unusual hour", 1.0, format!("it was at the weekend, when {actor} never works"));
        }
        let near = SignedDuration::from_mins(10);
        if self.at_home.get(actor).is_some_and(|own| own.iter().any(|(a, b)| session.first <= *b + near && *a <= session.last + near)) {
            add("two places at once", 2.0, format!("{actor} was working at the own place at the same time"));
        }
        if session.objects > FEW_OBJECTS && session.objects > self.usual_objects {
            let ratio = session.objects as f64 / self.usual_objects.max(1) as f64;
            add(
                "volume",
                (2.0 * ratio.log2()).clamp(0.0, 4.0),
                format!("{} objects were read; staff read up to {} in a session", session.objects, self.usual_objects),
            );
        }
        if session.hosts.len() >= 3 && self.home_hosts.get(actor).is_some_and(|most| session.hosts.len() > *most) {
            add("breadth", 1.0, format!("{} servers were used in one session", session.hosts.len()));
        }
        if let Some(device) = session.devices.iter().find(|d| !self.home_devices.contains(*d) && !population.is_known_machine(d)) {
            let what = if device.contains('/') { "a browser or program" } else { "a machine" };
            add("machine", 1.5, format!("it was done with {what} that nobody uses at work"));
        }
    }
}

/// The largest value but for one in `part` of them.
fn all_but(mut values: Vec<i64>, part: usize) -> i64 {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1 + values.len() / part)).copied().unwrap_or(0)
}

/// The address nearest to the person: behind a tunnel the outer one.
fn address_of(session: &Session) -> &str {
    session.outer_addr.as_deref().unwrap_or(&session.src_addr)
}

/// Bits that a finding is worth.
fn weight(detection: &Detection) -> f64 {
    match detection.rule_id.as_str() {
        // Volume, hour and place are weighed here by themselves.
        rule if rule.starts_with("baseline_") => 0.0,
        "auth_spray" => 5.0,
        "auth_spray_success" => 8.0,
        _ => match detection.severity.as_str() {
            "critical" => 5.0,
            "high" => 3.0,
            "medium" => 1.5,
            "low" => 0.5,
            _ => 0.0,
        },
    }
}
