//! Where the intruder may have acted unseen: stretches of time that the logs of a server do not cover, for every account that was in the
//! intruder's hands, and how far that account reached. Nothing here is a claim that anything happened.

use crate::act::Act;
use crate::join::{Collection, Located};
use crate::population::principal;
use crate::sessions::Traced;
use dosimeter_case::Id;
use dosimeter_case::tables::{BlindSpot, Coverage, GapKind, ObjectKind, Outcome, Session, Verdict};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// So long must the logs show nothing of the intruder before they are held to show the beginning. Intruders come back within days;
/// the median of the time between their sessions in published cases lies well below a week.
pub const CLEAN: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The time in which an account was in the intruder's hands, as far as it is seen.
#[derive(Clone, Copy)]
struct Held {
    first: Timestamp,
    last: Timestamp,
}

/// What an account is seen to do on a server.
#[derive(Default)]
struct Reach {
    /// Logs (kind and source) that show what it read there.
    logs: BTreeSet<String>,
    roots: BTreeMap<String, usize>,
    reached: BTreeSet<String>,
    refused: BTreeSet<String>,
}

/// The blind spots of all accounts in the intruder's hands, by account, server, log and time.
pub fn blind_spots(events: &[Act], traced: &Traced, coverage: &[Coverage], collection: &Collection) -> Vec<BlindSpot> {
    let held = held(&traced.sessions);
    let Some(entry) = held.values().map(|h| h.first).min() else { return Vec::new() };
    let logs = Logs::new(coverage);
    // Whether the logs begin before the intruder does.
    let open = logs.begin.is_none_or(|begin| entry.duration_since(begin) < CLEAN);
    let mut spots = Vec::new();
    for ((actor, host), reach) in reaches(events, &held, &logs, collection) {
        let Some(held) = held.get(actor.as_str()) else { continue };
        let root = reach.roots.iter().max_by_key(|(root, n)| (**n, std::cmp::Reverse((*root).clone()))).map(|(root, _)| root.clone());
        for app in &reach.logs {
            let missing = logs.missing(&host, app, *held, open, &traced.sessions);
            spots.extend(missing.into_iter().map(|(from, to, why)| BlindSpot {
                blind_spot_id: Id::of("blind spot", &[&actor, &host, app, &from.map_or(0, Timestamp::as_microsecond)]),
                actor: actor.clone(),
                host: host.clone(),
                app: app.clone(),
                from,
                to,
                root: root.clone(),
                reached: reach.reached.iter().cloned().collect(),
                refused: reach.refused.difference(&reach.reached).cloned().collect(),
                why: format!("{why}; what {actor} did on {host} in that time is not known"),
            }));
        }
    }
    spots
}

fn held(sessions: &[Session]) -> BTreeMap<&str, Held> {
    let mut held: BTreeMap<&str, Held> = BTreeMap::new();
    for s in sessions.iter().filter(|s| s.verdict == Verdict::Intruder) {
        let h = held.entry(&s.actor).or_insert(Held { first: s.first, last: s.last });
        (h.first, h.last) = (h.first.min(s.first), h.last.max(s.last));
    }
    held
}

/// Account and server.
type Place = (String, String);

/// How far each account is seen to reach on each server: its owner's work counts, for the rights are the same.
fn reaches(events: &[Act], held: &BTreeMap<&str, Held>, logs: &Logs, collection: &Collection) -> BTreeMap<Place, Reach> {
    let mut reaches: BTreeMap<Place, Reach> = BTreeMap::new();
    for event in events {
        let Some(actor) = principal(event).filter(|a| held.contains_key(a)) else { continue };
        let failed = event.outcome == Outcome::Failure;
        let shown = event.touch.is_some();
        if !shown && !failed && !matches!(event.object_kind, ObjectKind::Folder | ObjectKind::File) {
            continue;
        }
        let reach = reaches.entry((actor.to_string(), event.host.to_string())).or_default();
        if shown && let Some(app) = logs.of_source.get(&event.source_id) {
            reach.logs.insert((*app).to_string());
        }
        match collection.locate(event) {
            Some(Located::File { path, .. }) => {
                let (root, folder) = place(&path);
                if failed {
                    reach.refused.insert(folder.to_string());
                } else {
                    *reach.roots.entry(root.to_string()).or_default() += 1;
                    reach.reached.insert(folder.to_string());
                }
            }
            // A PACS gives rights to all studies or to none.
            Some(Located::Study { uid, path }) if !failed => {
                if let Some(path) = path.as_deref().or_else(|| collection.study_path(&uid)) {
                    let (root, _) = place(path);
                    *reach.roots.entry(root.to_string()).or_default() += 1;
                    reach.reached.insert(format!("{root}/*"));
                }
            }
            Some(Located::Elsewhere(folder)) => {
                // Whoever lists the top folder sees names; what lies below has rights of its own.
                if let Some(path) = collection.locate_folder(&event.host, &folder).filter(|path| path.contains('/')) {
                    let folder = place(&format!("{path}/")).1.to_string();
                    if failed {
                        reach.refused.insert(folder)
                    } else {
                        reach.reached.insert(folder)
                    };
                }
            }
            _ => {}
        }
    }
    reaches.retain(|_, reach| !reach.logs.is_empty());
    reaches
}

/// The first part of a path, and its first two (of the folder, not the file): rights are given to folders of that depth.
pub(crate) fn place(path: &str) -> (&str, &str) {
    let mut ends = path.match_indices('/').map(|(at, _)| at);
    let root = ends.next().map_or("", |at| &path[..at]);
    let folder = ends.next().map_or(root, |at| &path[..at]);
    (root, folder)
}

/// The logs of the case.
struct Logs<'a> {
    coverage: &'a [Coverage],
    of_source: BTreeMap<Id, &'a str>,
    begin: Option<Timestamp>,
}

impl<'a> Logs<'a> {
    fn new(coverage: &'a [Coverage]) -> Logs<'a> {
        let sources = || coverage.iter().filter(|c| c.gap.is_none());
        Logs { coverage, of_source: sources().filter_map(|c| Some((c.source_id?, c.app.as_str()))).collect(), begin: sources().filter_map(|c| c.from).min() }
    }

    /// The stretches that a server's log does not cover while the account was, or may have been, in the intruder's hands.
    fn missing(&self, host: &str, app: &str, held: Held, open: bool, sessions: &[Session]) -> Vec<(Option<Timestamp>, Option<Timestamp>, String)> {
        let mine = || self.coverage.iter().filter(|c| c.host == host && c.app == app);
        let Some(begin) = mine().filter(|c| c.gap.is_none()).filter_map(|c| c.from).min() else { return Vec::new() };
        let mut missing = Vec::new();
        if open {
            missing.push((
                None,
                Some(begin),
                format!("the {app} log of {host} begins on {}, less than {} days before the intruder is first seen", day(begin), CLEAN.as_hours() / 24),
            ));
        } else if begin > held.first {
            missing.push((Some(held.first), Some(begin), format!("the {app} log of {host} begins on {}, when the intruder was already inside", day(begin))));
        }
        for gap in mine() {
            let (Some(kind), Some(from), Some(to)) = (gap.gap, gap.from, gap.to) else { continue };
            let overlaps = from < held.last && to > held.first;
            let counts = match kind {
                // Said above.
                GapKind::Before => false,
                GapKind::Between | GapKind::After => overlaps,
                // A quiet weekend is no loss; a silence in which other logs show the intruder is suspicious.
                GapKind::Inside => overlaps && sessions.iter().any(|s| s.verdict == Verdict::Intruder && s.first < to && s.last > from),
            };
            if counts {
                missing.push((
                    Some(from.max(held.first)),
                    Some(to.min(held.last)),
                    format!("the {app} log of {host} has {}", gap.gap_reason.as_deref().unwrap_or("a gap")),
                ));
            }
        }
        missing
    }
}

fn day(time: Timestamp) -> String {
    time.strftime("%F").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{acts, event, read};
    use dosimeter_case::config::{Environment, Server};
    use dosimeter_case::tables::Event;
    use dosimeter_case::tables::{Certainty, Document};

    fn at(day: u32) -> Timestamp {
        format!("2023-09-{day:02}T00:00:00Z").parse().unwrap()
    }
    fn log(source: u64, app: &str, gap: Option<GapKind>, from: u32, to: u32) -> Coverage {
        Coverage {
            source_id: gap.is_none().then_some(Id(source)),
            path: String::new(),
            host: "fs01".into(),
            app: app.into(),
            from: Some(at(from)),
            to: Some(at(to)),
            records: 9,
            rejected: 0,
            zone: "UTC".into(),
            gap,
            gap_reason: gap.map(|_| "no records".into()),
        }
    }
    fn session(actor: &str, from: u32, to: u32, verdict: Verdict) -> Session {
        Session {
            session_id: Id(u64::from(from)),
            actor: actor.into(),
            src_addr: "203.0.113.9".into(),
            outer_addr: None,
            devices: vec![],
            hosts: vec!["fs01".into()],
            first: at(from),
            last: at(to),
            events: 1,
            objects: 1,
            verdict,
            certainty: Certainty::Certain,
            score: 9.0,
            why: String::new(),
        }
    }

    /// Anna's account reads a report and lists the fax folder; payroll is refused to her. The intruder has it from `first` to `last`.
    fn check(coverage: &[Coverage], first: u32, last: u32, expect: &[(Option<u32>, Option<u32>)]) {
        let documents = ["Clinic/Reports/a.pdf", "Clinic/Fax/b.tif", "Clinic/HR/pay.xlsx"].map(|path| Document::blank(Id::of("document", &[&path]), path));
        let server = Server { name: "fs01".into(), files: "Clinic".into(), prefixes: vec!["/srv/clinic".into()], ..Server::default() };
        let environment = Environment { servers: vec![server], ..Environment::default() };
        let mut events = vec![read("2023-09-20T00:00:00Z", "anna", "10.0.0.1", "/srv/clinic/Reports/a.pdf")];
        events.push(Event {
            operation: "opendir".into(),
            object_kind: ObjectKind::Folder,
            ..read("2023-09-20T00:00:01Z", "anna", "10.0.0.1", "/srv/clinic/fax")
        });
        events.push(Event { outcome: Outcome::Failure, ..read("2023-09-20T00:00:02Z", "anna", "10.0.0.1", "/srv/clinic/HR/pay.xlsx") });
        events.push(event("2023-09-20T00:00:03Z"));
        let events = acts(&events);
        let sessions = vec![session("anna", first, last, Verdict::Intruder), session("ben", 1, 30, Verdict::Legitimate)];
        let traced = Traced { members: vec![vec![], vec![]], sessions };
        let collection = Collection::new(&documents, &events, &environment);
        let spots = blind_spots(&events, &traced, coverage, &collection);
        let got: Vec<_> = spots.iter().map(|s| (s.from, s.to)).collect();
        assert_eq!(got, expect.iter().map(|(a, b)| (a.map(at), b.map(at))).collect::<Vec<_>>());
        for spot in &spots {
            assert_eq!((spot.actor.as_str(), spot.root.as_deref()), ("anna", Some("Clinic")));
            assert_eq!(
                (spot.reached.as_slice(), spot.refused.as_slice()),
                (&["Clinic/Fax".to_string(), "Clinic/Reports".into()][..], &["Clinic/HR".to_string()][..])
            );
        }
    }

    #[test]
    fn logs_that_begin_with_the_intruder_leave_the_beginning_open() {
        check(&[log(0, "samba", None, 1, 30)], 15, 20, &[]);
        check(&[log(0, "samba", None, 13, 30)], 15, 20, &[(None, Some(13))]);
        // Another log shows the beginning; this one was kept for a shorter time.
        check(&[log(9, "openvpn", None, 1, 30), log(0, "samba", None, 18, 30)], 15, 20, &[(Some(15), Some(18))]);
        check(&[log(9, "openvpn", None, 14, 30), log(0, "samba", None, 18, 30)], 15, 20, &[(None, Some(18))]);
    }

    #[test]
    fn gaps_while_the_intruder_was_inside() {
        let with = |kind, from, to| [log(0, "samba", None, 1, 30), log(0, "samba", Some(kind), from, to)];
        check(&with(GapKind::Between, 16, 18), 15, 20, &[(Some(16), Some(18))]);
        check(&with(GapKind::Between, 12, 17), 15, 20, &[(Some(15), Some(17))]);
        check(&with(GapKind::Between, 2, 5), 15, 20, &[]);
        check(&with(GapKind::After, 18, 30), 15, 20, &[(Some(18), Some(20))]);
        // The session spans the silence: somebody else's log shows the intruder meanwhile.
        check(&with(GapKind::Inside, 16, 18), 15, 20, &[(Some(16), Some(18))]);
    }
}
