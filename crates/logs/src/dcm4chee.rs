//! dcm4chee-arc: WildFly's `server.log`. DICOM associations and their requests (who called, from which address, what for), instances
//! sent and received, and the web services' requests.
//!
//! `ARCHIVE<-MODALITY(9)` is an association that MODALITY opened, `ARCHIVE->VIEWER(10)` one that the archive opened; `>>` came in, `<<`
//! went out. A request's event is given when its answer tells how it ended; its keys stand in a record of their own. An association
//! has the address of the connection that was accepted just before it, if there was only one.

use crate::Sample;
use crate::input::{Lines, MAX_LINE};
use crate::out::{Out, TOO_LONG};
use crate::text::{Detail, account, address, between, present};
use crate::time::Clock;
use crate::web;
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

const MAX_OPEN: usize = 20_000;
/// Lines of one record; more are not kept.
const MAX_LINES: usize = 2_000;
/// An accepted connection asks for its association within this time.
const ACCEPTED: SignedDuration = SignedDuration::from_secs(10);

struct Head<'a> {
    time: Timestamp,
    time_raw: &'a str,
    logger: &'a str,
    message: &'a str,
}

/// `2023-09-18 02:05:05,254 INFO  [org.dcm4che3.net.Association] (thread) message`
fn head<'a>(clock: &Clock, line: &'a str) -> Option<Head<'a>> {
    let (time, used) = clock.iso(line)?;
    let rest = line.get(used..)?.trim_start();
    let (level, rest) = rest.split_once(' ')?;
    if !matches!(level, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL") {
        return None;
    }
    let (logger, rest) = rest.trim_start().strip_prefix('[')?.split_once("] (")?;
    // A thread's name may hold parentheses of its own, but not followed by a blank.
    let (_, message) = rest.split_once(") ").or_else(|| rest.strip_suffix(')').map(|thread| (thread, "")))?;
    Some(Head { time, time_raw: line.get(..used)?, logger, message })
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let clock = sample.clock();
    let heads: Vec<_> = sample.lines.iter().filter_map(|line| head(&clock, line)).collect();
    let ours = heads.iter().filter(|h| h.logger.starts_with("org.dcm4che")).count();
    // The rest of the server and the lines of long records stand in between.
    if ours == 0 { 0 } else { 40 + (50 * ours / heads.len().max(1)) as u32 }
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut state = State::default();
    // The record that goes on: its time as text, logger, message with its further lines.
    let mut open: Option<(Timestamp, String, String, String)> = None;
    let mut more = 0;
    while let Some(line) = lines.next()? {
        if line.too_long {
            out.record(line.offset);
            out.reject(TOO_LONG)?;
            continue;
        }
        match head(&out.clock, &line.text) {
            Some(head) => {
                let next = (head.time, head.time_raw.to_string(), head.logger.to_string(), head.message.to_string());
                if let Some((time, raw, logger, message)) = open.replace(next) {
                    state.record(out, time, &raw, &logger, &message)?;
                }
                out.record(line.offset);
                more = 0;
            }
            None => match &mut open {
                Some((.., message)) => {
                    more += 1;
                    if more <= MAX_LINES && message.len() + line.text.len() < MAX_LINE {
                        message.push('\n');
                        message.push_str(&line.text);
                    }
                }
                None => {
                    out.record(line.offset);
                    out.reject("not a line of WildFly's log")?;
                }
            },
        }
    }
    if let Some((time, raw, logger, message)) = open {
        state.record(out, time, &raw, &logger, &message)?;
    }
    for (_, event) in std::mem::take(&mut state.open) {
        out.emit(event)?;
    }
    Ok(())
}

/// `ARCHIVE<-MODALITY(9)`, with who opened it.
struct Association<'a> {
    text: &'a str,
    archive: &'a str,
    peer: &'a str,
    inbound: bool,
}
fn association(message: &str) -> Option<(Association<'_>, &str)> {
    let end = message.find(')').filter(|end| *end < 80)? + 1;
    let (text, rest) = message.split_at(end);
    let (names, _) = text.rsplit_once('(')?;
    let (archive, peer, inbound) = match names.split_once("<-") {
        Some((archive, peer)) => (archive, peer, true),
        None => names.split_once("->").map(|(archive, peer)| (archive, peer, false))?,
    };
    Some((Association { text, archive, peer, inbound }, rest))
}

/// A DICOM attribute as printed: `(0020,000D) UI [1.2.3] StudyInstanceUID`.
fn attribute<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.trim_start().get(..11).is_some_and(|t| t.eq_ignore_ascii_case(tag)))?;
    present(between(line, "[", "]")?)
}

#[derive(Default)]
struct State {
    /// Connections accepted, not yet associations.
    accepted: Vec<(Timestamp, String)>,
    /// Addresses of the associations.
    addresses: BTreeMap<String, String>,
    /// Requests without their final answer: by association, direction and message number.
    open: BTreeMap<String, Event>,
}

impl State {
    fn record(&mut self, out: &mut Out, time: Timestamp, raw: &str, logger: &str, message: &str) -> Result<()> {
        let first = message.lines().next().unwrap_or("");
        if let Some(request) = first.strip_prefix("Process ").filter(|_| logger.starts_with("org.dcm4chee")) {
            if let Some(event) = http(out, time, raw, request) {
                return out.emit(event);
            }
        } else if let Some(socket) = first.strip_prefix("Accept connection Socket[addr=") {
            if let Some(address) = socket.split(',').next().and_then(|a| address(a.rsplit('/').next().unwrap_or(a))) {
                self.accepted.retain(|(accepted, _)| time.duration_since(*accepted) <= ACCEPTED);
                if self.accepted.len() < MAX_OPEN {
                    self.accepted.push((time, address));
                }
            }
        } else if let Some((association, rest)) = association(first)
            && let Some(event) = self.associated(out, time, raw, &association, rest.trim_start_matches(':').trim_start(), message)?
        {
            return out.emit(event);
        }
        out.seen(time);
        Ok(())
    }

    fn event(&self, out: &mut Out, time: Timestamp, raw: &str, association: &Association) -> Event {
        let mut event = out.event(time, raw, "dcm4chee");
        event.device = present(association.peer).map(str::to_string);
        event.src_addr = self.addresses.get(association.text).cloned();
        event.session_key = Some(association.text.to_string());
        let (calling, called) = if association.inbound { (association.peer, association.archive) } else { (association.archive, association.peer) };
        event.detail = Detail::default().text("calling", calling).text("called", called).finish();
        event
    }

    fn associated(&mut self, out: &mut Out, time: Timestamp, raw: &str, association: &Association, rest: &str, message: &str) -> Result<Option<Event>> {
        let (direction, what) = match rest.split_once(' ') {
            Some((direction @ (">>" | "<<"), what)) => (direction, what),
            _ => {
                self.keys(association, message);
                if rest.starts_with("close ") {
                    self.addresses.remove(association.text);
                }
                return Ok(None);
            }
        };
        if what.starts_with("A-ASSOCIATE-RQ") && association.inbound {
            self.accepted.retain(|(accepted, _)| time.duration_since(*accepted) <= ACCEPTED);
            let only = self.accepted.first().map(|(_, address)| address.clone());
            if let Some(address) = only.filter(|only| self.accepted.iter().all(|(_, other)| other == only)) {
                if self.addresses.len() > MAX_OPEN {
                    self.addresses.clear();
                }
                self.addresses.insert(association.text.to_string(), address);
            }
            if !self.accepted.is_empty() {
                self.accepted.remove(0);
            }
            return Ok(None);
        }
        if what.starts_with("A-ASSOCIATE-AC") || what.starts_with("A-ASSOCIATE-RJ") {
            let refused = what.starts_with("A-ASSOCIATE-RJ");
            let mut event = self.event(out, time, raw, association);
            (event.class_uid, event.activity_id) = (4001, if refused { 5 } else { 1 });
            event.operation = if refused { "rejected" } else { "association" }.to_string();
            event.outcome = if refused { Outcome::Failure } else { Outcome::Success };
            if !association.inbound {
                (event.object_kind, event.object) = (ObjectKind::Host, event.device.clone());
            }
            return Ok(Some(event));
        }
        let Some((number, name)) = what.split_once(':').filter(|(number, _)| number.bytes().all(|b| b.is_ascii_digit())) else { return Ok(None) };
        let name = name.split(['[', ' ']).next().unwrap_or("");
        if let Some(operation) = name.strip_suffix("-RQ") {
            self.asked(out, time, raw, association, direction, number, operation, message)
        } else if let Some(operation) = name.strip_suffix("-RSP") {
            // The answer goes the other way.
            let key = key(association, if direction == ">>" { "<<" } else { ">>" }, number, operation);
            let status = between(what, "status=", "H").unwrap_or("");
            // ff00, ff01: more will follow.
            if status.starts_with("ff") {
                return Ok(None);
            }
            let Some(mut event) = self.open.remove(&key) else { return Ok(None) };
            // b000 and its relatives are warnings: it was done.
            event.outcome = if status == "0" || status.starts_with('b') { Outcome::Success } else { Outcome::Failure };
            let count = |name: &str| between(&format!("{what},"), &format!("{name}="), ",").and_then(|n| n.trim_end_matches(']').parse::<i64>().ok());
            event.n_instances = count("completed").filter(|n| *n > 0).or(event.n_instances);
            event.detail = Detail::from(&event.detail).text("status", status).maybe_number("failed", count("failed").filter(|n| *n > 0)).finish();
            Ok(Some(event))
        } else {
            Ok(None)
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one call, all of them parts of one line")]
    fn asked(
        &mut self,
        out: &mut Out,
        time: Timestamp,
        raw: &str,
        association: &Association,
        direction: &str,
        number: &str,
        operation: &str,
        message: &str,
    ) -> Result<Option<Event>> {
        let key = key(association, direction, number, operation);
        if message.contains("-RQ Command:") || message.contains("-RQ Data") {
            // With debug output the same request comes again with its attributes.
            if let Some(event) = self.open.get_mut(&key) {
                fill(event, message);
            }
            return Ok(None);
        }
        let outbound = direction == "<<";
        let class = match (operation, outbound) {
            ("C-FIND", false) => (6005, 4),
            ("C-MOVE" | "C-GET", false) => (6005, 1),
            ("C-STORE", false) => (6005, 5),
            // An instance that leaves the archive.
            ("C-STORE", true) => (6006, 2),
            ("C-ECHO", false) => (4001, 6),
            ("N-DELETE", false) => (6005, 7),
            _ => return Ok(None),
        };
        let mut event = self.event(out, time, raw, association);
        (event.class_uid, event.activity_id) = class;
        event.operation = operation.to_string();
        event.object_kind = if operation == "C-FIND" { ObjectKind::Query } else { ObjectKind::None };
        let value = |name: &str| message.lines().find_map(|line| line.trim_start().strip_prefix(name)).map(str::trim);
        let detail = Detail::from(&event.detail).text("direction", if outbound { "out" } else { "in" });
        let detail = detail.maybe("sop_class", value("cuid=").and_then(|v| v.split([' ', ']', '/']).next()));
        if let Some(instance) = value("iuid=").and_then(|v| v.split([' ', ']']).next()) {
            (event.object_kind, event.object) = (ObjectKind::Other, Some(instance.to_string()));
            event.n_instances = Some(1);
        }
        // Whose C-MOVE it was that sends the instance to the peer.
        let originator = value("orig=").and_then(|v| v.split(" >>").next());
        if outbound {
            event.detail = detail.text("destination", association.peer).maybe("originator", originator).finish();
            if let Some(originator) = originator {
                event.device = Some(originator.to_string());
            }
        } else {
            event.detail = detail.finish();
        }
        if self.open.len() >= MAX_OPEN
            && let Some((_, given_up)) = self.open.pop_first()
        {
            out.emit(given_up)?;
        }
        let before = self.open.insert(key, event);
        Ok(before)
    }

    /// The keys of a request, in a record of their own: they belong to the latest request on the association.
    fn keys(&mut self, association: &Association, message: &str) {
        let Some(operation) = between(message, "Process ", " RQ") else { return };
        let prefix = format!("{} >> {operation} ", association.text);
        let until = format!("{prefix}\u{10ffff}");
        if let Some((_, event)) = self.open.range_mut(prefix..until).next_back() {
            fill(event, message);
        }
    }
}

fn key(association: &Association, direction: &str, number: &str, operation: &str) -> String {
    format!("{} {direction} {operation} {number:0>10}", association.text)
}

/// Takes what was asked for from printed attributes.
fn fill(event: &mut Event, message: &str) {
    let value = |tag: &str| attribute(message, tag);
    event.patient_id = value("(0010,0020)").filter(|v| !v.contains(['*', '?', '\\'])).map(str::to_string).or(event.patient_id.take());
    event.study_uid = value("(0020,000D)").filter(|v| web::is_uid(v)).map(str::to_string).or(event.study_uid.take());
    if event.object_kind == ObjectKind::Query {
        let asked: Vec<String> = message
            .lines()
            .filter(|line| line.trim_start().starts_with('('))
            .filter_map(|line| Some(format!("{}={}", line.trim_start().get(1..10)?.to_ascii_lowercase(), present(between(line, "[", "]")?)?)))
            .take(100)
            .collect();
        event.object = Some(asked.join("&")).filter(|q| !q.is_empty()).or(event.object.take());
    } else if let Some(study) = value("(0020,000D)") {
        (event.object_kind, event.object) = (ObjectKind::Study, Some(study.to_string()));
    } else if event.object.is_none() && event.patient_id.is_some() {
        (event.object_kind, event.object) = (ObjectKind::Record, event.patient_id.clone());
    }
    event.detail = Detail::from(&event.detail)
        .maybe("level", value("(0008,0052)"))
        .maybe("destination", value("(0000,0600)"))
        .maybe("series", value("(0020,000E)"))
        .maybe("instance", value("(0008,0018)"))
        .maybe("accession", value("(0008,0050)"))
        .finish();
}

/// `GET /dcm4chee-arc/aets/A/rs/studies/1.2?x=y from anna@10.0.0.7`
fn http(out: &mut Out, time: Timestamp, raw: &str, request: &str) -> Option<Event> {
    let (front, from) = request.rsplit_once(" from ")?;
    let (method, target) = front.split_once(' ')?;
    if web::activity(method) == 99 || !target.starts_with('/') {
        return None;
    }
    let (user, host) = from.trim().rsplit_once('@').unwrap_or(("", from.trim()));
    let user = user.strip_prefix("mailto:").unwrap_or(user);
    let mut event = out.event(time, raw, "dcm4chee");
    event.actor = account(user, true);
    event.src_addr = address(host);
    if event.src_addr.is_none() {
        event.device = present(host).map(str::to_string);
    }
    let target = target.strip_suffix("?null").unwrap_or(target);
    event.detail = web::fill(&mut event, method, target, Detail::default()).finish();
    Some(event)
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    // Restated from server.log excerpts in dcm4chee-arc-light's issue threads, with other names.
    fn log(lines: &[&str]) -> String {
        lines.iter().map(|l| if l.starts_with([' ', '(']) { format!("{l}\n") } else { format!("2023-09-18 02:05:05,254 INFO  {l}\n") }).collect()
    }
    const NET: &str = "[org.dcm4che3.net.Association] (EE-ManagedExecutorService-default-Thread-13) ";
    const DIMSE: &str = "[org.dcm4che3.net.Dimse] (EE-ManagedExecutorService-default-Thread-13) ";
    fn check(lines: &[String], expect: &str) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(events(&source(), log(&lines).as_bytes()), expect, "{lines:?}");
    }

    #[test]
    fn a_query_then_a_move_to_somewhere_else() {
        let lines = [
            "[org.dcm4che3.net.Connection] (EE-Thread-2) Accept connection Socket[addr=/10.0.0.66,port=26803,localport=11112]".to_string(),
            format!("{NET}ARCHIVE<-ROGUE(9) >> A-ASSOCIATE-RQ"),
            format!("{NET}ARCHIVE<-ROGUE(9) << A-ASSOCIATE-AC"),
            format!("{DIMSE}ARCHIVE<-ROGUE(9) >> 1:C-FIND-RQ[pcid=1, prior=2"),
            "  cuid=1.2.840.10008.5.1.4.1.2.2.1 - Study Root Query/Retrieve Information Model - FIND".to_string(),
            "  tsuid=1.2.840.10008.1.2 - Implicit VR Little Endian]".to_string(),
            "[org.dcm4chee.arc.query.scp.CommonCFindSCP] (EE-Thread-13) ARCHIVE<-ROGUE(9): Process C-FIND RQ:".to_string(),
            "(0008,0020) DA [20180811-] StudyDate".to_string(),
            "(0008,0052) CS [STUDY] QueryRetrieveLevel".to_string(),
            format!("{DIMSE}ARCHIVE<-ROGUE(9) << 1:C-FIND-RSP[pcid=1, status=ff00H"),
            format!("{DIMSE}ARCHIVE<-ROGUE(9) << 1:C-FIND-RSP[pcid=1, status=0H"),
            format!("{DIMSE}ARCHIVE<-ROGUE(9) >> 2:C-MOVE-RQ[pcid=3, prior=0"),
            format!("{DIMSE}ARCHIVE<-ROGUE(9) >> 2:C-MOVE-RQ Command:"),
            "(0000,0600) AE [DROP] MoveDestination".to_string(),
            "[org.dcm4chee.arc.retrieve.scp.CommonCMoveSCP] (EE-Thread-13) ARCHIVE<-ROGUE(9): Process C-MOVE RQ:".to_string(),
            "(0008,0052) CS [STUDY] QueryRetrieveLevel".to_string(),
            "(0020,000D) UI [1.2.3.4] StudyInstanceUID".to_string(),
            format!("{DIMSE}ARCHIVE->DROP(10) << 1:C-STORE-RQ[pcid=1, prior=0"),
            "  orig=ROGUE >> 2:C-MOVE-RQ".to_string(),
            "  cuid=1.2.840.10008.5.1.4.1.1.4 - MR Image Storage".to_string(),
            "  iuid=1.2.3.4.5.6 - ?".to_string(),
            format!("{DIMSE}ARCHIVE->DROP(10) >> 1:C-STORE-RSP[pcid=1, status=0H"),
            format!("{DIMSE}ARCHIVE<-ROGUE(9) << 2:C-MOVE-RSP[pcid=3, completed=12, failed=1, warning=0, status=b000H"),
            format!("{NET}ARCHIVE<-ROGUE(9): close Socket[addr=/10.0.0.66,port=26803,localport=11112]"),
        ];
        check(
            &lines,
            "dcm4chee association 4001/1 success - 10.0.0.66 ROGUE none -\n\
             dcm4chee C-FIND 6005/4 success - 10.0.0.66 ROGUE query 0008,0020=20180811-&0008,0052=STUDY\n\
             dcm4chee C-STORE 6006/2 success - - ROGUE other 1.2.3.4.5.6 n=1\n\
             dcm4chee C-MOVE 6005/1 success - 10.0.0.66 ROGUE study 1.2.3.4 study=1.2.3.4 n=12\n",
        );
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let detail = details(&source(), log(&lines).as_bytes());
        assert_eq!(
            (detail[2]["destination"].as_str(), detail[3]["destination"].as_str(), detail[3]["calling"].as_str()),
            (Some("DROP"), Some("DROP"), Some("ROGUE"))
        );
    }

    #[test]
    fn storing_failures_and_web_requests() {
        check(
            &[
                format!("{NET}ARCHIVE<-CT1(4) << A-ASSOCIATE-RJ[result: 1 - rejected-permanent]"),
                format!("{DIMSE}ARCHIVE<-CT1(5) >> 2:C-STORE-RQ[pcid=5, prior=0"),
                "  cuid=1.2.840 - CT Image Storage".to_string(),
                "  iuid=1.2.3.4.5 - ?".to_string(),
                format!("{DIMSE}ARCHIVE<-CT1(5) << 2:C-STORE-RSP[pcid=5, status=a700H"),
                "[org.dcm4chee.arc.wado.WadoRS] (default task-12) Process GET /dcm4chee-arc/aets/ARCHIVE/rs/studies/1.2.3.4/thumbnail from anna@10.0.0.7"
                    .to_string(),
                "[org.dcm4chee.arc.qido.QidoRS] (default task-11) Process GET /dcm4chee-arc/aets/ARCHIVE/rs/patients?limit=5 from mailto:null@10.0.0.7"
                    .to_string(),
                "[org.dcm4chee.arc.qido.QidoRS] (default task-11) SearchForPatients: 1 Matches".to_string(),
                "[org.jboss.as] (Controller Boot Thread) WFLYSRV0025: started".to_string(),
            ],
            "dcm4chee rejected 4001/5 failure - - CT1 none -\n\
             dcm4chee C-STORE 6005/5 failure - - CT1 other 1.2.3.4.5 n=1\n\
             dcm4chee GET 4002/3 unknown anna 10.0.0.7 - url /dcm4chee-arc/aets/ARCHIVE/rs/studies/1.2.3.4/thumbnail study=1.2.3.4\n\
             dcm4chee GET 4002/3 unknown - 10.0.0.7 - url /dcm4chee-arc/aets/ARCHIVE/rs/patients\n",
        );
    }
}
