//! Orthanc's verbose log: `I0918 02:05:05.254173 [thread] File.cpp:123] text`. It has no user and no year.
//!
//! Two kinds of record matter: requests to its web interface, and DICOM requests (`Incoming Move request from AET X on IP Y`),
//! whose identifiers follow on lines of their own (`(0020,000d)  StudyInstanceUID = ...`). The rest is known noise.

use crate::Sample;
use crate::input::Lines;
use crate::out::{Out, TOO_LONG};
use crate::text::{Detail, address, between, present};
use crate::web;
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use jiff::Timestamp;

/// Attributes of one DICOM request that are kept.
const MAX_ATTRIBUTES: usize = 50;

struct Record<'a> {
    time: Timestamp,
    time_raw: &'a str,
    thread: &'a str,
    file: &'a str,
    text: &'a str,
}

fn stamped(line: &str) -> bool {
    let b = line.as_bytes();
    b.len() > 22
        && matches!(b[0], b'I' | b'W' | b'E' | b'T')
        && b[1..5].iter().all(u8::is_ascii_digit)
        && b[5] == b' '
        && b[8] == b':'
        && b[11] == b':'
        && line.contains("] ")
}

fn split<'a>(out: &mut Out, line: &'a str) -> Option<Record<'a>> {
    if !stamped(line) {
        return None;
    }
    let number = |from: usize, to: usize| line.get(from..to)?.parse::<i64>().ok();
    let fraction = line.get(14..)?.strip_prefix('.').map_or("", |f| f.split(' ').next().unwrap_or(""));
    let micros = fraction.get(..6).and_then(|f| f.parse::<i64>().ok()).unwrap_or(0);
    let time = out.clock.without_year(number(1, 3)?, number(3, 5)?, number(6, 8)?, number(9, 11)?, number(12, 14)?, micros * 1000)?;
    let used = if fraction.is_empty() { 14 } else { 15 + fraction.len() };
    let (front, text) = line.get(used..)?.split_once("] ")?;
    let (thread, file) = front.trim().rsplit_once(' ').unwrap_or(("", front.trim()));
    Some(Record { time, time_raw: line.get(1..used)?, thread: thread.trim(), file, text })
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    sample.share(|line| stamped(line) && line.contains(".cpp:"))
}

/// A DICOM request whose lines are still coming.
struct Request {
    event: Event,
    attributes: Vec<(String, String)>,
    destination: Option<String>,
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut open: Option<Request> = None;
    let mut begun = false;
    while let Some(line) = lines.next()? {
        if line.too_long {
            out.record(line.offset);
            out.reject(TOO_LONG)?;
            continue;
        }
        if !stamped(&line.text) && begun {
            // A message of several lines: part of the record before.
            continue;
        }
        out.record(line.offset);
        let Some(record) = split(out, &line.text) else {
            out.reject("not a line of Orthanc's log")?;
            continue;
        };
        begun = true;
        let text = record.text.strip_prefix("(dicom) ").unwrap_or(record.text);
        if let Some(request) = &mut open {
            if let Some((tag, value)) = attribute(text) {
                if request.attributes.len() < MAX_ATTRIBUTES {
                    request.attributes.push((tag, value));
                }
                out.seen(record.time);
                continue;
            }
            if let Some(destination) = between(text, "Move-SCU request received for AET \"", "\"") {
                request.destination = Some(destination.to_string());
                out.seen(record.time);
                continue;
            }
        }
        // Any line that is none of these ends the request, except the notes in between.
        if open.is_some() && !text.contains("request received") && !text.contains("request at level") && !text.contains("C-FIND") {
            finish(out, open.take())?;
        }
        if let Some(event) = dicom(out, &record, text) {
            finish(out, open.take())?;
            if event.class_uid == 6005 {
                open = Some(Request { event, attributes: Vec::new(), destination: None });
            } else {
                out.emit(event)?;
            }
            continue;
        }
        match http(out, &record) {
            Some(event) => out.emit(event)?,
            None => out.seen(record.time),
        }
    }
    finish(out, open)
}

fn http(out: &mut Out, record: &Record) -> Option<Event> {
    let text = record
        .text
        .strip_prefix("(http) ")
        .or_else(|| (record.file.starts_with("HttpServer.cpp") || record.file.starts_with("MongooseServer.cpp")).then_some(record.text))?;
    let (method, target) = web::request(text).filter(|(method, target)| target.starts_with('/') && web::activity(method) != 99)?;
    let mut event = out.event(record.time, record.time_raw, "orthanc");
    event.session_key = present(record.thread).map(str::to_string);
    event.detail = web::fill(&mut event, method, target, Detail::default()).finish();
    Some(event)
}

/// A connection, a request or a refusal of another DICOM node.
fn dicom(out: &mut Out, record: &Record, text: &str) -> Option<Event> {
    let refused = text.contains("authorization rejected") || text.contains("Rejected") || text.contains("rejected");
    let request = text.strip_prefix("Incoming ").and_then(|t| t.split_once(" from AET "));
    let what = match request {
        Some(("connection", _)) => "association",
        Some((kind, _)) => kind.split(' ').next().unwrap_or(""),
        None if refused => "rejected",
        None => return None,
    };
    let (_, peer) = text.split_once(" AET ")?;
    let (title, rest) = peer.split_once(" on IP ")?;
    let ip = rest.split([',', ':', ' ']).next().unwrap_or("");
    let title = title.trim().trim_matches('"');
    let mut event = out.event(record.time, record.time_raw, "orthanc");
    event.device = present(title).map(str::to_string);
    event.src_addr = address(ip);
    event.session_key = Some(format!("{title}@{ip}"));
    event.detail = Detail::default().maybe("called", rest.split_once("calling AET ").map(|(_, called)| called.trim())).finish();
    (event.class_uid, event.activity_id, event.operation) = match what {
        "association" => (4001, 1, "association".to_string()),
        "rejected" => (4001, 5, "rejected".to_string()),
        "Echo" => (4001, 6, "C-ECHO".to_string()),
        "Find" | "Worklist" => (6005, 4, "C-FIND".to_string()),
        "Move" => (6005, 1, "C-MOVE".to_string()),
        "Get" => (6005, 1, "C-GET".to_string()),
        "Store" => (6005, 5, "C-STORE".to_string()),
        other => (6005, 99, other.to_string()),
    };
    if what == "rejected" {
        event.outcome = Outcome::Failure;
    }
    Some(event)
}

/// `(0020,000d)  StudyInstanceUID = 1.2.3`, also with `0020,000d` bare.
fn attribute(text: &str) -> Option<(String, String)> {
    let (front, value) = text.split_once(" = ").or_else(|| text.strip_suffix(" =").map(|front| (front, "")))?;
    let tag = front.trim_start().trim_start_matches('(');
    let tag = tag.get(..9).filter(|t| t.as_bytes()[4] == b',' && t.bytes().enumerate().all(|(i, b)| i == 4 || b.is_ascii_hexdigit()))?;
    Some((tag.to_ascii_lowercase(), value.trim().to_string()))
}

fn finish(out: &mut Out, request: Option<Request>) -> Result<()> {
    let Some(Request { mut event, attributes, destination }) = request else { return Ok(()) };
    let value = |tag: &str| attributes.iter().find(|(t, v)| t == tag && !v.is_empty()).map(|(_, v)| v.as_str());
    let query = event.activity_id == 4;
    event.patient_id = value("0010,0020").filter(|v| !v.contains(['*', '?', '\\'])).map(str::to_string);
    event.study_uid = value("0020,000d").filter(|v| web::is_uid(v)).map(str::to_string);
    event.object_kind = match (query, &event.study_uid, &event.patient_id) {
        (true, ..) => ObjectKind::Query,
        (_, Some(_), _) => ObjectKind::Study,
        (_, None, Some(_)) => ObjectKind::Record,
        _ => ObjectKind::None,
    };
    event.object = if query {
        // What was asked for, in one line: the values that are not empty.
        let asked: Vec<String> = attributes.iter().filter(|(_, v)| !v.is_empty()).map(|(t, v)| format!("{t}={v}")).collect();
        Some(asked.join("&")).filter(|q| !q.is_empty())
    } else {
        value("0020,000d").or(event.patient_id.as_deref()).map(str::to_string)
    };
    event.detail = Detail::from(&event.detail)
        .maybe("level", value("0008,0052"))
        .maybe("destination", destination.as_deref())
        .maybe("series", value("0020,000e"))
        .maybe("instance", value("0008,0018"))
        .maybe("accession", value("0008,0050"))
        .finish();
    out.emit(event)
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    const DICOM: &str = "I0918 02:05:05.254173 main.cpp:1] Incoming connection from AET ROGUE on IP 10.0.0.66, calling AET PACS01\n\
        I0918 02:05:06.254173 main.cpp:1] (dicom) Incoming Move request from AET ROGUE on IP 10.0.0.66, calling AET PACS01\n\
        W0918 02:05:06.254180 OrthancMoveRequestHandler.cpp:175] (dicom) Move-SCU request received for AET \"DROP\"\n\
        I0918 02:05:06.254190 OrthancMoveRequestHandler.cpp:1] (dicom)   (0008,0052)  QueryRetrieveLevel = STUDY\n\
        I0918 02:05:06.254191 OrthancMoveRequestHandler.cpp:1] (dicom)   (0020,000d)  StudyInstanceUID = 1.2.3.4\n\
        I0918 02:05:06.254192 ServerContext.cpp:1] something else\n";

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }

    #[test]
    fn requests() {
        check(
            "I0918 02:05:05.254173 HttpServer.cpp:1244] (http) GET /studies/d7ee161b/archive?x=1\nI0918 02:05:05.254257 OrthancRestArchive.cpp:447] Streaming a ZIP archive\n",
            "orthanc GET 4002/3 unknown - - - url /studies/d7ee161b/archive\n",
        );
        check("I0918 02:05:05.254173          HTTP-12 HttpServer.cpp:1244] (http) GET /a\n  more\n", "orthanc GET 4002/3 unknown - - - url /a\n");
        check(
            DICOM,
            "orthanc association 4001/1 unknown - 10.0.0.66 ROGUE none -\northanc C-MOVE 6005/1 unknown - 10.0.0.66 ROGUE study 1.2.3.4 study=1.2.3.4\n",
        );
        assert_eq!(details(&source(), DICOM.as_bytes())[1]["destination"], "DROP");
        let find = DICOM.replace("Move", "Find").replace("StudyInstanceUID = 1.2.3.4", "StudyInstanceUID =");
        assert!(events(&source(), find.as_bytes()).contains("orthanc C-FIND 6005/4 unknown - 10.0.0.66 ROGUE query 0008,0052=STUDY"));
        check(
            "I0918 02:05:05.254173 a.cpp:1] x\nW0918 02:05:05.254173 main.cpp:1] DICOM authorization rejected for AET ROGUE on IP 10.0.0.66: This AET is not listed\n",
            "orthanc rejected 4001/5 failure - 10.0.0.66 ROGUE none -\n",
        );
    }
}
