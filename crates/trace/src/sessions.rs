//! Sessions: stretches of activity of one account from one address, and whose they were.
//!
//! Each piece of evidence adds or takes bits (log-odds, base 2); the sum decides. The same account may have sessions
//! of its owner and of the intruder side by side: the address, the hour and the company tell them apart, not the name.

use crate::act::Act;
use crate::evidence::{Clue, Context};
use crate::population::{AccountKind, Population, is_private, principal};
use dosimeter_case::config::Indicator;
use dosimeter_case::tables::{Certainty, Detection, Outcome, Session, Verdict};
use dosimeter_case::{Decision, Id};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A pause that ends a session.
const GAP_MINUTES: i64 = 60;
/// From here on a session is called the intruder's.
const INTRUDER: f64 = 4.0;
/// From here on a session is left to a person to decide.
const UNDECIDED: f64 = 2.0;
/// Before any evidence: sessions are their owners'.
const PRIOR: f64 = -4.0;

/// Sessions and, in the same order, the indices of their events.
pub struct Traced {
    /// The sessions, by first event.
    pub sessions: Vec<Session>,
    /// For each session, indices into the events given.
    pub members: Vec<Vec<usize>>,
}

/// A VPN connection: who held which inner address, from where, and when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tunnel {
    inner: String,
    account: String,
    outer: String,
    from: Timestamp,
    to: Timestamp,
}

/// The tunnels that the VPN logs show. An end that the log lacks is taken to be twelve hours later or the next use of the address.
pub fn tunnels(events: &[Act]) -> Vec<Tunnel> {
    let mut open: BTreeMap<String, Tunnel> = BTreeMap::new();
    let mut done = Vec::new();
    let mut vpn: Vec<&Act> = events.iter().filter(|e| matches!(&*e.app, "openvpn" | "vpn") && e.outcome != Outcome::Failure).collect();
    vpn.sort_by_key(|e| (e.time, e.record_no));
    for event in vpn {
        let (Some(account), Some(outer)) = (&event.actor, &event.src_addr) else { continue };
        let closes = event.class_uid == 4001 && event.activity_id == 2;
        if closes {
            let stated = event.inner.as_ref().map(|inner| inner.to_string()).filter(|inner| open.get(inner).is_some_and(|t| *t.account == **account));
            let held = stated.or_else(|| open.values().find(|t| *t.account == **account && *t.outer == **outer).map(|t| t.inner.clone()));
            if let Some(mut tunnel) = held.and_then(|inner| open.remove(&inner)) {
                tunnel.to = event.time;
                done.push(tunnel);
            }
        } else if let Some(inner) = &event.inner {
            let to = event.time + SignedDuration::from_hours(12);
            let tunnel = Tunnel { inner: inner.to_string(), account: account.to_string(), outer: outer.to_string(), from: event.time, to };
            if let Some(mut before) = open.insert(inner.to_string(), tunnel) {
                before.to = before.to.min(event.time);
                done.push(before);
            }
        }
    }
    done.extend(open.into_values());
    done.sort();
    done
}

/// Everything the verdicts are drawn from.
pub struct Clues<'a> {
    /// Findings of the rules.
    pub detections: &'a [Detection],
    /// What the user points to.
    pub indicators: &'a [Indicator],
    /// What people decided.
    pub decisions: &'a [Decision],
    /// Who the accounts are.
    pub population: &'a Population<'a>,
}

/// Splits the events into sessions and gives each a verdict with its reason.
pub fn sessions(events: &[Act], clues: &Clues) -> Traced {
    let tunnels = tunnels(events);
    let mut channels: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, event) in events.iter().enumerate() {
        if let (Some(actor), Some(address)) = (principal(event), &event.src_addr)
            && event.outcome != Outcome::Failure
        {
            channels.entry((actor, address)).or_default().push(index);
        }
    }
    let mut traced = Traced { sessions: Vec::new(), members: Vec::new() };
    for ((actor, address), mut indices) in channels {
        indices.sort_by_key(|i| (events[*i].time, events[*i].event_id));
        for part in indices.chunk_by(|a, b| events[*b].time.duration_since(events[*a].time).as_mins() <= GAP_MINUTES) {
            traced.sessions.push(summarise(events, actor, address, part, &tunnels));
            traced.members.push(part.to_vec());
        }
    }
    let mut order: Vec<usize> = (0..traced.sessions.len()).collect();
    order.sort_by_key(|i| (traced.sessions[*i].first, traced.sessions[*i].session_id));
    traced = Traced {
        sessions: order.iter().map(|i| traced.sessions[*i].clone()).collect(),
        members: order.iter().map(|i| std::mem::take(&mut traced.members[*i])).collect(),
    };
    judge(events, &mut traced.sessions, clues);
    traced
}

fn summarise(events: &[Act], actor: &str, address: &str, part: &[usize], tunnels: &[Tunnel]) -> Session {
    let (first, last) = (events[part[0]].time, events[part[part.len() - 1]].time);
    let devices: BTreeSet<String> = part.iter().filter_map(|i| events[*i].device.as_deref().map(str::to_string)).collect();
    let hosts: BTreeSet<String> = part.iter().map(|i| events[*i].host.to_string()).collect();
    let objects: BTreeSet<&str> = part.iter().filter(|i| events[**i].touch.is_some()).filter_map(|i| events[*i].object.as_deref()).collect();
    let outer = tunnels.iter().find(|t| t.inner == address && t.from <= last && first <= t.to + SignedDuration::from_mins(5)).map(|t| t.outer.clone());
    Session {
        session_id: Id::of("session", &[&actor, &address, &events[part[0]].event_id]),
        actor: actor.into(),
        src_addr: address.into(),
        outer_addr: outer,
        devices: devices.into_iter().take(20).collect(),
        hosts: hosts.into_iter().collect(),
        first,
        last,
        events: part.len() as i64,
        objects: objects.len() as i64,
        verdict: Verdict::Undecided,
        certainty: Certainty::Possible,
        score: 0.0,
        why: String::new(),
    }
}

/// What is already held to be the intruder's, for drawing further conclusions.
#[derive(Default, PartialEq)]
struct Known {
    addresses: BTreeSet<String>,
    networks: BTreeSet<String>,
    accounts: BTreeSet<String>,
}

/// Scores all sessions; what is found guilty lends suspicion to what shares its addresses, until nothing changes.
fn judge(events: &[Act], sessions: &mut [Session], clues: &Clues) {
    let evidence = pooled(events, sessions, clues);
    let mut known = Known::default();
    for _ in 0..10 {
        for (session, own) in sessions.iter_mut().zip(&evidence) {
            let mut evidence = own.clone();
            evidence.extend(company(session, &known, clues.population));
            conclude(session, evidence, clues);
        }
        let next = guilty(sessions, clues.population);
        if next == known {
            break;
        }
        known = next;
    }
}

/// The evidence about each session. One account at one address is one hand: what one of its sessions shows counts for
/// all of them, each sort of evidence once.
fn pooled(events: &[Act], sessions: &[Session], clues: &Clues) -> Vec<Vec<Clue>> {
    let context = Context::new(events, sessions, clues);
    let own: Vec<Vec<Clue>> = sessions.iter().map(|s| context.evidence(s)).collect();
    let mut places: BTreeMap<(&str, &str), BTreeMap<&str, &Clue>> = BTreeMap::new();
    for (session, clues) in sessions.iter().zip(&own) {
        let strongest = places.entry((&session.actor, &session.src_addr)).or_default();
        for clue in clues {
            let entry = strongest.entry(&clue.kind).or_insert(clue);
            if clue.bits.abs() > entry.bits.abs() {
                *entry = clue;
            }
        }
    }
    let of_place = |(session, own): (&Session, &Vec<Clue>)| {
        let mut all = own.clone();
        for (kind, clue) in &places[&(session.actor.as_str(), session.src_addr.as_str())] {
            match all.iter_mut().find(|c| c.kind == *kind) {
                Some(own) if own.bits.abs() < clue.bits.abs() => *own = Clue::new(kind, clue.bits, format!("{} (another session from there)", clue.why)),
                Some(_) => {}
                None => all.push(Clue::new(kind, clue.bits, format!("{} (another session from there)", clue.why))),
            }
        }
        all
    };
    sessions.iter().zip(&own).map(of_place).collect()
}

fn guilty(sessions: &[Session], population: &Population) -> Known {
    let mut known = Known::default();
    for session in sessions.iter().filter(|s| s.verdict == Verdict::Intruder) {
        known.accounts.insert(session.actor.clone());
        // Behind a tunnel the outer address is the person's; the inner one is lent to somebody else tomorrow.
        let address = session.outer_addr.as_ref().unwrap_or(&session.src_addr);
        if !population.is_anyones_home(address) && !population.is_machine(address) {
            known.addresses.insert(address.clone());
            known.networks.extend(network(address));
        }
    }
    known
}

/// The /24 (or /48) of a public address.
pub(crate) fn network(address: &str) -> Option<String> {
    if is_private(address) {
        return None;
    }
    match address.parse().ok()? {
        std::net::IpAddr::V4(v4) => Some(v4.octets()[..3].iter().map(u8::to_string).collect::<Vec<_>>().join(".")),
        std::net::IpAddr::V6(v6) => Some(v6.segments()[..3].iter().map(|s| format!("{s:x}")).collect::<Vec<_>>().join(":")),
    }
}

/// Evidence from what is known of other sessions.
fn company(session: &Session, known: &Known, population: &Population) -> Vec<Clue> {
    let address = session.outer_addr.as_ref().unwrap_or(&session.src_addr);
    let home = population.is_home(&session.actor, &session.src_addr);
    let mut evidence = Vec::new();
    if known.addresses.contains(address) && !home {
        // Outside users share addresses: a carrier's, a library's.
        let bits = if population.kind(&session.actor) == AccountKind::Customer { 5.0 } else { 8.0 };
        evidence.push(Clue::new("address of the intruder", bits, format!("the address {address} is used in other sessions of the intruder")));
    } else if !home && network(address).is_some_and(|n| known.networks.contains(&n)) && population.kind(&session.actor) != AccountKind::Customer {
        evidence.push(Clue::new("network of the intruder", 2.0, format!("{address} lies in the same network as an address of the intruder")));
    }
    if known.accounts.contains(&session.actor) && !home && population.kind(&session.actor) != AccountKind::Customer {
        evidence.push(Clue::new("account of the intruder", 1.5, format!("the account {} is in the intruder's hands", session.actor)));
    }
    evidence
}

fn conclude(session: &mut Session, mut evidence: Vec<Clue>, clues: &Clues) {
    session.score = (PRIOR + evidence.iter().map(|clue| clue.bits).sum::<f64>()).clamp(-60.0, 60.0);
    session.verdict = if session.score >= INTRUDER {
        Verdict::Intruder
    } else if session.score >= UNDECIDED {
        Verdict::Undecided
    } else {
        Verdict::Legitimate
    };
    session.certainty = match session.score.abs() {
        s if s >= 8.0 => Certainty::Certain,
        s if s >= INTRUDER => Certainty::Probable,
        _ => Certainty::Possible,
    };
    evidence.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()).then_with(|| a.why.cmp(&b.why)));
    let reasons: Vec<&str> = evidence.iter().take(3).map(|clue| clue.why.as_str()).collect();
    session.why = if reasons.is_empty() { "nothing speaks against the account's owner".into() } else { reasons.join("; ") };
    for decision in clues.decisions {
        if let Decision::Session { session_id, verdict, reason } = decision
            && *session_id == session.session_id
        {
            (session.verdict, session.certainty, session.why) = (*verdict, Certainty::Certain, format!("decided: {reason}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{acts, event, read};
    use dosimeter_case::config::{Environment, Staff};
    use dosimeter_case::tables::Event;

    fn staff() -> Environment {
        let one = |account: &str, address: &str| Staff {
            account: account.into(),
            address: address.into(),
            name: String::new(),
            department: String::new(),
            work_station: String::new(),
        };
        Environment { zone: "UTC".into(), staff: vec![one("anna", "10.0.4.1"), one("ben", "10.0.4.2")], ..Environment::default() }
    }

    /// Three weeks of work by day, then reading by night from elsewhere with both accounts.
    fn story() -> Vec<Event> {
        let mut events = Vec::new();
        for day in 1..=21 {
            for (actor, address) in [("anna", "10.0.4.1"), ("ben", "10.0.4.2")] {
                events.push(read(&format!("2023-09-{day:02}T10:00:00Z"), actor, address, "/srv/a.pdf"));
            }
        }
        for (day, actor) in [(15, "anna"), (16, "ben")] {
            for minute in 0..10 {
                events.push(read(&format!("2023-09-{day}T02:{minute:02}:00Z"), actor, "10.0.9.9", &format!("/srv/{minute}.pdf")));
            }
        }
        events
    }

    fn verdicts(events: &[Event], environment: &Environment, indicators: &[Indicator]) -> Vec<String> {
        let events = acts(events);
        let population = Population::learn(&events, environment);
        let clues = Clues { detections: &[], indicators, decisions: &[], population: &population };
        let traced = sessions(&events, &clues);
        traced.sessions.iter().filter(|s| s.verdict != Verdict::Legitimate).map(|s| format!("{} {} {}", s.actor, s.src_addr, s.verdict)).collect()
    }

    #[test]
    fn owner_and_intruder_are_kept_apart() {
        assert_eq!(verdicts(&story(), &staff(), &[]), ["anna 10.0.9.9 intruder", "ben 10.0.9.9 intruder"]);
    }

    #[test]
    fn without_facts_habit_tells() {
        assert_eq!(verdicts(&story(), &Environment { zone: "UTC".into(), ..Environment::default() }, &[]), ["anna 10.0.9.9 intruder", "ben 10.0.9.9 intruder"]);
    }

    #[test]
    fn an_account_alone_does_not_accuse_its_owner() {
        let indicator = Indicator { account: Some("anna".into()), ..Indicator::default() };
        assert!(verdicts(&story(), &staff(), &[indicator]).iter().all(|v| !v.contains("10.0.4")));
    }

    #[test]
    fn an_outside_user_who_reads_everything_is_noticed() {
        let mut events = story();
        events.truncate(42);
        let portal = |time: String, actor: &str, n: usize| Event {
            class_uid: 4002,
            app: "nginx".into(),
            operation: "GET".into(),
            bytes: Some(9),
            ..read(&time, actor, "198.51.100.7", &format!("/portal/{n}.pdf"))
        };
        for patient in 0..30 {
            events.push(portal(format!("2023-09-10T{:02}:00:00Z", patient % 24), &format!("{}", 1000 + patient), patient));
        }
        events.extend((0..59).map(|n| portal(format!("2023-09-12T15:{n:02}:00Z"), "2000", n)));
        assert_eq!(verdicts(&events, &staff(), &[]), ["2000 198.51.100.7 intruder"]);
    }

    #[test]
    fn tunnels_tell_the_outer_address() {
        check_tunnels("openvpn");
        check_tunnels("vpn");
    }

    fn check_tunnels(app: &str) {
        let vpn = |time: &str, activity, inner: &str| Event {
            app: app.into(),
            class_uid: 4001,
            activity_id: activity,
            actor: Some("anna".into()),
            src_addr: Some("203.0.113.9".into()),
            detail: if inner.is_empty() { "{}".into() } else { format!("{{\"inner\":\"{inner}\"}}") },
            ..event(time)
        };
        let events = [vpn("2023-09-01T01:00:00Z", 1, ""), vpn("2023-09-01T01:00:01Z", 1, "10.0.9.9"), vpn("2023-09-01T02:00:00Z", 2, "")];
        let tunnels = tunnels(&acts(&events));
        assert_eq!(tunnels.len(), 1);
        assert_eq!((tunnels[0].outer.as_str(), tunnels[0].to), ("203.0.113.9", events[2].time));

        // Two at a time from one place: the inner address tells which of them ended.
        let events = [vpn("2023-09-01T01:00:00Z", 1, "10.0.9.8"), vpn("2023-09-01T01:10:00Z", 1, "10.0.9.9"), vpn("2023-09-01T02:00:00Z", 2, "10.0.9.9")];
        let ended: Vec<_> = super::tunnels(&acts(&events)).into_iter().filter(|t| t.to == events[2].time).map(|t| t.inner).collect();
        assert_eq!(ended, ["10.0.9.9"]);
    }
}
