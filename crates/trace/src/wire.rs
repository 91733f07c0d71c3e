//! Audit-gap reconciliation: an audit trail names objects, the network counts bytes. What went to the intruder over the wire and is
//! not explained by the objects in the ledger bounds what the trail may have missed.

use crate::act::Act;
use crate::sessions::Traced;
use dosimeter_case::Id;
use dosimeter_case::config::Environment;
use dosimeter_case::tables::{Access, Document, Unexplained, Verdict};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, HashMap};

/// OCSF network activity.
const NETWORK: i64 = 4001;
/// A flow belongs to a session this much around it: the connection is opened before the first record, and closed after the last.
const AROUND: SignedDuration = SignedDuration::from_mins(10);
/// What protocols add to the content: headers, directory listings, retransmissions. Part of the content ...
const OVERHEAD: f64 = 0.1;
/// ... and bytes per stretch: logging in, looking around.
const BASE: i64 = 1 << 20;

/// The stretches of an address: sessions that overlap are one.
fn stretches(traced: &Traced) -> BTreeMap<&str, Vec<(Timestamp, Timestamp)>> {
    let mut by_address: BTreeMap<&str, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    for s in traced.sessions.iter().filter(|s| s.verdict == Verdict::Intruder) {
        by_address.entry(&s.src_addr).or_default().push((s.first - AROUND, s.last + AROUND));
    }
    for list in by_address.values_mut() {
        list.sort();
        let mut merged: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (from, to) in list.drain(..) {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        *list = merged;
    }
    by_address
}

struct Flows {
    first: Timestamp,
    last: Timestamp,
    n: i64,
    bytes: i64,
}

/// One row for every stretch and server in which more than the overhead of the protocols is not explained.
pub fn unexplained(events: &[Act], traced: &Traced, accesses: &[Access], documents: &[Document], environment: &Environment) -> Vec<Unexplained> {
    let stretches = stretches(traced);
    let server_of: HashMap<&str, &str> = environment.servers.iter().filter(|s| !s.address.is_empty()).map(|s| (s.address.as_str(), s.name.as_str())).collect();
    let within = |address: &str, time: Timestamp| stretches.get(address)?.iter().position(|(from, to)| *from <= time && time <= *to);
    let mut flows: BTreeMap<(&str, &str, usize), Flows> = BTreeMap::new();
    for event in events.iter().filter(|e| e.class_uid == NETWORK) {
        let (Some(address), Some(bytes), Some(object)) = (event.src_addr.as_deref(), event.bytes, event.object.as_deref()) else { continue };
        let Some(host) = object.rsplit_once(':').and_then(|(server, _)| server_of.get(server.trim_matches(['[', ']']))) else { continue };
        let Some(stretch) = within(address, event.time) else { continue };
        let flow = flows.entry((address, host, stretch)).or_insert(Flows { first: event.time, last: event.time, n: 0, bytes: 0 });
        (flow.first, flow.last) = (flow.first.min(event.time), flow.last.max(event.time));
        flow.n += 1;
        flow.bytes = flow.bytes.saturating_add(bytes.max(0));
    }
    let explained = explained(accesses, documents, &within);
    flows
        .into_iter()
        .filter_map(|((address, host, stretch), flow)| {
            let explained = explained.get(&(address, host, stretch)).copied().unwrap_or(0);
            let missing = flow.bytes.saturating_sub(explained);
            (missing > BASE + (OVERHEAD * explained as f64) as i64).then(|| Unexplained {
                unexplained_id: Id::of("unexplained", &[&address, &host, &flow.first.as_microsecond()]),
                src_addr: address.into(),
                host: host.into(),
                from: flow.first,
                to: flow.last,
                flows: flow.n,
                wire_bytes: flow.bytes,
                explained_bytes: explained,
                unexplained_bytes: missing,
                why: format!("{} bytes went from {host} to {address}; the objects in the ledger explain {explained} of them", flow.bytes),
            })
        })
        .collect()
}

/// Bytes of the objects of each stretch: a file or study counts once, at its full size, even if only a part was read.
fn explained<'a>(
    accesses: &'a [Access],
    documents: &[Document],
    within: &dyn Fn(&str, Timestamp) -> Option<usize>,
) -> BTreeMap<(&'a str, &'a str, usize), i64> {
    let mut by_path: HashMap<&str, i64> = HashMap::new();
    let mut by_study: HashMap<&str, i64> = HashMap::new();
    for document in documents.iter().filter(|d| d.member.is_none()) {
        by_path.insert(&document.path, document.bytes);
        if let Some(study) = &document.study_uid {
            *by_study.entry(study).or_default() += document.bytes;
        }
    }
    let mut objects: BTreeMap<(&str, &str, usize, &str), i64> = BTreeMap::new();
    for access in accesses.iter().filter(|a| a.verdict == Verdict::Intruder) {
        let Some(stretch) = within(&access.src_addr, access.time) else { continue };
        let size = access.path.as_deref().and_then(|p| by_path.get(p)).or_else(|| access.study_uid.as_deref().and_then(|s| by_study.get(s)));
        let bytes = size.copied().unwrap_or(0).max(access.bytes.unwrap_or(0));
        let known = objects.entry((&access.src_addr, &access.host, stretch, &access.object)).or_default();
        *known = (*known).max(bytes);
    }
    let mut sums = BTreeMap::new();
    for ((address, host, stretch, _), bytes) in objects {
        *sums.entry((address, host, stretch)).or_default() += bytes;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{acts, event};
    use dosimeter_case::config::Server;
    use dosimeter_case::tables::Event;
    use dosimeter_case::tables::{Action, Certainty, ObjectKind, Session};

    fn flow(time: &str, address: &str, server: &str, bytes: i64) -> Event {
        Event {
            class_uid: NETWORK,
            app: "zeek".into(),
            src_addr: Some(address.into()),
            object: Some(format!("{server}:445")),
            bytes: Some(bytes),
            ..event(time)
        }
    }

    /// The intruder copied one file of 5 MB from fs01; the network shows `flows`.
    fn check(flows: &[Event], expect: &[(i64, i64)]) {
        let time: Timestamp = "2023-09-01T02:00:00Z".parse().unwrap();
        let session = Session {
            session_id: Id(1),
            actor: "anna".into(),
            src_addr: "10.0.9.9".into(),
            outer_addr: None,
            devices: vec![],
            hosts: vec!["fs01".into()],
            first: time,
            last: time + SignedDuration::from_mins(5),
            events: 1,
            objects: 1,
            verdict: Verdict::Intruder,
            certainty: Certainty::Certain,
            score: 9.0,
            why: String::new(),
        };
        let access = Access {
            access_id: Id(1),
            event_ids: vec![],
            session_id: Id(1),
            verdict: Verdict::Intruder,
            time,
            actor: "anna".into(),
            src_addr: "10.0.9.9".into(),
            host: "fs01".into(),
            object_kind: ObjectKind::File,
            object: "Clinic/a.pdf".into(),
            path: Some("Clinic/a.pdf".into()),
            study_uid: None,
            patient_id: None,
            action: Action::Copied,
            bytes: None,
            certainty: Certainty::Certain,
            why: String::new(),
        };
        let document = Document { bytes: 5 << 20, ..Document::blank(Id(2), "Clinic/a.pdf") };
        let server = Server { name: "fs01".into(), address: "10.0.0.11".into(), ..Server::default() };
        let environment = Environment { servers: vec![server], ..Environment::default() };
        let traced = Traced { sessions: vec![session], members: vec![vec![]] };
        let rows = unexplained(&acts(flows), &traced, &[access.clone(), access], &[document], &environment);
        assert_eq!(rows.iter().map(|r| (r.wire_bytes, r.unexplained_bytes)).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn bytes_beyond_the_ledger() {
        let (mb, fs01) = (1 << 20, "10.0.0.11");
        check(&[flow("2023-09-01T02:01:00Z", "10.0.9.9", fs01, 6 * mb)], &[]);
        check(&[flow("2023-09-01T02:01:00Z", "10.0.9.9", fs01, 6 * mb), flow("2023-09-01T02:04:00Z", "10.0.9.9", fs01, 20 * mb)], &[(26 * mb, 21 * mb)]);
        // Somebody else, another server, another time.
        check(&[flow("2023-09-01T02:01:00Z", "10.0.4.1", fs01, 90 * mb)], &[]);
        check(&[flow("2023-09-01T02:01:00Z", "10.0.9.9", "10.0.0.77", 90 * mb)], &[]);
        check(&[flow("2023-09-01T05:01:00Z", "10.0.9.9", fs01, 90 * mb)], &[]);
    }
}
