//! FHIR AuditEvent (R4, R4B and R5; IHE BALP profiles) as NDJSON, JSON array or Bundle.
//!
//! One event per imaging study that is named, else one per patient, else one. A query that names its patient is about that patient's
//! record. The request that a query holds (base64) stands decoded in the detail, without headers that may open something.

use crate::Sample;
use crate::atna_message::{class as dicom_class, decoded};
use crate::input::Lines;
use crate::json::{Flat, get, path, scalar, text};
use crate::json_records;
use crate::out::Out;
use crate::text::{Detail, account, address, present};
use crate::web::{is_uid, without_secrets};
use dosimeter_case::Result;
use dosimeter_case::tables::{ObjectKind, Outcome};
use serde_json::{Map, Value};

const WRAPPERS: &[&str] = &["entry"];
/// More events than this are not made of one record.
const MAX_EVENTS: usize = 10_000;

/// The resource itself, out of a bundle's entry.
fn resource(map: &Map<String, Value>) -> &Map<String, Value> {
    map.get("resource").and_then(Value::as_object).unwrap_or(map)
}
fn is_event(map: &Map<String, Value>) -> bool {
    resource(map).get("resourceType").is_some_and(|kind| kind == "AuditEvent")
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let share = json_records::share(sample, WRAPPERS, is_event);
    // A first record longer than the head.
    let named = || sample.text.trim_start().starts_with(['{', '[']) && sample.text.contains("\"AuditEvent\"");
    if share == 0 && named() { 40 } else { share }
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, sample: &Sample) -> Result<()> {
    json_records::each(lines, out, sample, WRAPPERS, |out, map| {
        // Bundles hold other resources too: what a search said about itself.
        if is_event(map) { record(out, resource(map)) } else { Ok(()) }
    })
}

/// The codes of a Coding, a CodeableConcept, or a list of either.
fn codes(value: Option<&Value>, found: &mut Vec<String>) {
    match value {
        Some(Value::Array(items)) => items.iter().for_each(|item| codes(Some(item), found)),
        Some(Value::Object(map)) => {
            found.extend(map.get("code").and_then(scalar).map(|c| c.into_owned()));
            codes(map.get("coding"), found);
        }
        Some(Value::String(code)) => found.push(code.clone()),
        _ => {}
    }
}
fn codes_of(map: &Map<String, Value>, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    names.iter().for_each(|name| codes(map.get(*name), &mut found));
    found
}

/// OCSF class and activity, and the operation's word: that of the interaction, or DICOM's event and action as in ATNA.
fn class(codes: &[String], action: &str, queried: bool) -> (i64, i64, String) {
    if let Some(dicom) = codes.iter().find(|c| c.len() == 6 && c.starts_with("110") && !matches!(c.as_str(), "110122" | "110123")) {
        let types: Vec<(String, String)> = codes.iter().map(|c| (c.clone(), String::new())).collect();
        let (class, activity) = dicom_class(dicom, &types, action);
        return (class, activity, if action.is_empty() { dicom.clone() } else { format!("{dicom}/{action}") });
    }
    let starts = |words: &[&str]| codes.iter().find(|c| words.iter().any(|w| c.starts_with(w))).cloned();
    let table: [(&[&str], (i64, i64)); 9] = [
        (&["110122", "login", "signon"], (3002, 1)),
        (&["110123", "logout", "signoff"], (3002, 2)),
        (&["export", "$export", "disclose"], (6006, 2)),
        (&["read", "vread", "history", "access"], (6005, 1)),
        (&["search"], (6005, 4)),
        (&["create"], (6005, 6)),
        (&["update", "patch"], (6005, 2)),
        (&["delete"], (6005, 7)),
        (&["operation", "batch", "transaction", "capabilities"], (6003, 99)),
    ];
    for (words, (class, activity)) in table {
        if let Some(word) = starts(words) {
            return (class, activity, word);
        }
    }
    let word = codes.last().cloned().unwrap_or_default();
    let (class, activity) = match action {
        "C" => (6005, 6),
        "R" => (6005, 1),
        "U" => (6005, 2),
        "D" => (6005, 7),
        "E" if queried => (6005, 4),
        _ => (6003, 99),
    };
    (class, activity, if word.is_empty() { action.to_string() } else { word })
}

/// The id in `Patient/12/_history/1` or `https://server/fhir/Patient/12`, with the type before it.
fn reference(text: &str) -> Option<(&str, &str)> {
    let text = text.split("/_history").next().unwrap_or(text).trim_end_matches('/');
    let (front, id) = text.rsplit_once('/')?;
    Some((front.rsplit('/').next().unwrap_or(front), id))
}

/// What a reference names: its type, and its identifier (else the id on the server).
fn named(what: Option<&Value>) -> (String, Option<String>) {
    let Some(what) = what.and_then(Value::as_object) else { return (String::new(), None) };
    let url = text(what, &["reference"]).unwrap_or_default();
    let (kind, id) = reference(&url).unwrap_or(("", ""));
    let identifier = path(what, &["identifier", "value"]).and_then(scalar).map(|v| v.into_owned());
    let kind = text(what, &["type"]).unwrap_or_else(|| kind.to_string());
    (kind, identifier.or_else(|| present(id).map(str::to_string)))
}

struct Agents {
    actor: Option<String>,
    src_addr: Option<String>,
    device: Option<String>,
}

/// Where an agent was: R4 `network.address`; R5 `networkString`, `networkUri` or `networkReference`.
fn point(agent: &Map<String, Value>) -> Option<String> {
    let values = [path(agent, &["network", "address"]), agent.get("networkString"), agent.get("networkUri"), path(agent, &["networkReference", "display"])];
    let text = values.into_iter().flatten().find_map(scalar)?.into_owned();
    Some(text.trim_start_matches("urn:ipv6:").trim_start_matches("urn:ipv4:").to_string())
}

/// Who asked (a person before a program), from where, with what.
fn agents(map: &Map<String, Value>) -> Agents {
    let all: Vec<&Map<String, Value>> = map.get("agent").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).collect();
    let asks = |a: &&&Map<String, Value>| a.get("requestor").is_some_and(|r| r == true || r == "true");
    let program = |a: &Map<String, Value>| matches!(named(a.get("who")).0.as_str(), "Device" | "Organization" | "Location");
    let asking = all.iter().filter(asks).find(|a| !program(a)).or_else(|| all.iter().find(asks)).or_else(|| all.iter().find(|a| !program(a)));
    // DICOM 110153: the source of the request. The destination (110152) is the server.
    let with_code = |code: &str| all.iter().find(|a| codes_of(a, &["type", "role"]).iter().any(|c| c == code)).copied();
    let source = with_code("110153");
    let mut found = Agents { actor: None, src_addr: None, device: None };
    if let Some(agent) = asking {
        let who = agent.get("who");
        let display = || path(agent, &["who", "display"]).and_then(scalar).map(|d| d.into_owned());
        let name = text(agent, &["altId"])
            .or_else(|| path(agent, &["who", "identifier", "value"]).and_then(scalar).map(|v| v.into_owned()))
            .or_else(|| named(who).1)
            .or_else(display)
            .or_else(|| text(agent, &["name"]));
        if program(agent) {
            found.device = display().or(name);
        } else {
            // Directories name people as `UID=jdoe`.
            let name = name.map(|n| ["UID=", "uid=", "CN=", "cn="].iter().find_map(|p| n.strip_prefix(p)).map_or(n.clone(), str::to_string));
            found.actor = name.and_then(|name| account(name.split(',').next().unwrap_or(&name), true));
        }
    }
    let points = asking.copied().into_iter().chain(source).filter_map(point);
    for point in points {
        match address(&point) {
            Some(address) if found.src_addr.is_none() => found.src_addr = Some(address),
            None if found.device.is_none() => found.device = Some(point),
            _ => {}
        }
    }
    if found.device.is_none() {
        found.device = source.and_then(|a| path(a, &["who", "display"]).and_then(scalar).map(|d| d.into_owned()));
    }
    found
}

/// A request without the headers that may open something and the values of such parameters.
fn harmless(request: &str) -> String {
    let header = |line: &&str| {
        !["authorization:", "cookie:", "proxy-authorization:", "x-api-key:"].iter().any(|h| line.trim_start().to_ascii_lowercase().starts_with(h))
    };
    let clean = |line: &str| match line.split_once('?') {
        Some((front, query)) => format!("{front}?{}", without_secrets(query, true)),
        None => line.to_string(),
    };
    request.lines().filter(header).map(clean).collect::<Vec<_>>().join("\n")
}

#[derive(Default)]
struct Entities {
    patients: Vec<(String, Option<String>)>,
    studies: Vec<String>,
    others: Vec<String>,
    query: Option<String>,
}

fn entities(map: &Map<String, Value>) -> (Entities, Flat) {
    let mut found = Entities::default();
    let mut flat = Flat::of(map, &["text", "contained", "meta", "entity"]);
    let patient = |what: Option<&Value>| {
        let name = what.and_then(|w| get(w.as_object()?, "display")).and_then(scalar).map(|n| n.into_owned());
        named(what).1.map(|id| (id.split("^^^").next().unwrap_or("").to_string(), name))
    };
    found.patients.extend(map.get("patient").and_then(|p| patient(Some(p))));
    for entity in map.get("entity").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).take(MAX_EVENTS) {
        let what = entity.get("what").or_else(|| entity.get("reference"));
        let (kind, id) = named(what);
        let roles = codes_of(entity, &["role"]);
        let role = |code: &str| roles.iter().any(|r| r == code);
        let mut kept = entity.clone();
        if let Some(query) = kept.remove("query").as_ref().and_then(Value::as_str) {
            found.query = Some(harmless(&decoded(query).unwrap_or_default())).filter(|q| !q.is_empty()).or(found.query);
        }
        if let Some(Value::String(description)) = kept.get_mut("description") {
            *description = harmless(description);
        }
        flat.add("entity", &Value::Object(kept), true, 0);
        if kind == "Patient" || (role("1") && matches!(kind.as_str(), "" | "RelatedPerson")) {
            let new = patient(what).or_else(|| text(entity, &["name"]).map(|name| (name, None)));
            found.patients.extend(new.filter(|new| !new.0.is_empty() && found.patients.iter().all(|p| p.0 != new.0)));
        } else if let Some(uid) = id.as_deref().map(|id| id.trim_start_matches("urn:oid:")).filter(|uid| kind == "ImagingStudy" && is_uid(uid)) {
            found.studies.push(uid.to_string());
        } else if role("24") || entity.contains_key("query") {
            found.query = found.query.or_else(|| text(entity, &["description"]).map(|d| harmless(&d)));
        } else {
            found.others.extend(what.and_then(|w| text(w.as_object()?, &["reference"])).or(id));
        }
    }
    (found, flat)
}

fn record(out: &mut Out, map: &Map<String, Value>) -> Result<()> {
    let times = [map.get("occurredDateTime"), path(map, &["occurredPeriod", "start"]), path(map, &["period", "start"]), map.get("recorded")];
    let Some(raw) = times.into_iter().flatten().find_map(scalar) else { return out.reject("an AuditEvent without a time") };
    let Some(time) = out.clock.any(&raw, false) else { return out.reject("an AuditEvent without a readable time") };
    let action = text(map, &["action"]).unwrap_or_default();
    let (entities, flat) = entities(map);
    let mut event = out.event(time, &raw, "fhir");
    let codes = codes_of(map, &["type", "category", "code", "subtype"]);
    (event.class_uid, event.activity_id, event.operation) = class(&codes, &action, entities.query.is_some());
    // Everything of a patient, or of everybody, in one answer.
    let asked = entities.query.as_deref().unwrap_or("");
    for operation in ["$export", "$everything"].iter().filter(|o| asked.contains(**o)) {
        (event.class_uid, event.activity_id, event.operation) = (6006, 2, operation.to_string());
    }
    let outcome = codes_of(map, &["outcome"])
        .into_iter()
        .next()
        .or_else(|| path(map, &["outcome", "code"]).and_then(|c| codes_of(c.as_object()?, &["code"]).into_iter().next()));
    event.outcome = match outcome.as_deref() {
        Some("0" | "success" | "Success" | "information" | "informational" | "warning") => Outcome::Success,
        Some("4" | "8" | "12" | "error" | "fatal" | "failure" | "Failure") => Outcome::Failure,
        _ => path(map, &["outcome"]).and_then(Value::as_i64).map_or(Outcome::Unknown, |n| if n == 0 { Outcome::Success } else { Outcome::Failure }),
    };
    let agents = agents(map);
    (event.actor, event.src_addr, event.device) = (agents.actor, agents.src_addr, agents.device);
    // What is asked for, without the values: those are in the detail.
    let target = asked.lines().next().and_then(|line| line.split('?').next()).map(str::trim).filter(|t| !t.is_empty());
    (event.object_kind, event.object) = match (entities.others.first(), target) {
        (_, Some(target)) => (ObjectKind::Query, Some(target.to_string())),
        (Some(other), _) => (ObjectKind::Other, Some(other.clone())),
        _ => (ObjectKind::None, None),
    };
    let common = flat.write(Detail::default()).text("query", asked).list("objects", entities.others.iter().map(String::as_str)).finish();
    let events = if entities.studies.is_empty() { entities.patients.len() } else { entities.studies.len() }.clamp(1, MAX_EVENTS);
    for i in 0..events {
        let mut event = event.clone();
        if i > 0 {
            event.event_id = out.another_id();
        }
        let one = entities.patients.first().filter(|_| entities.patients.len() == 1);
        let patient = if entities.studies.is_empty() { entities.patients.get(i) } else { one };
        event.patient_id = patient.map(|(id, _)| id.clone());
        event.study_uid = entities.studies.get(i).cloned();
        if let Some(study) = &event.study_uid {
            (event.object_kind, event.object) = (ObjectKind::Study, Some(study.clone()));
        } else if let Some(patient) = &event.patient_id {
            (event.object_kind, event.object) = (ObjectKind::Record, Some(patient.clone()));
        }
        event.detail = Detail::from(&common).maybe("patient_name", patient.and_then(|(_, name)| name.as_deref())).finish();
        out.emit(event)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    // Restated from the examples of IHE BALP 1.1.4 (R4) and of FHIR R5, with other values.
    const QUERY: &str = r#"{"resourceType":"AuditEvent","text":{"div":"<div/>"},"type":{"system":"x","code":"rest"},"subtype":[{"code":"search"}],"action":"E","recorded":"2023-09-18T02:05:05.000Z","outcome":"0","agent":[{"type":{"coding":[{"code":"110153"}]},"who":{"display":"ws-1"},"requestor":false,"network":{"address":"2001:db8::1","type":"2"}},{"type":{"coding":[{"code":"110152"}]},"who":{"reference":"Device/d"},"requestor":false,"network":{"address":"http://server/fhir","type":"5"}},{"type":{"coding":[{"code":"IRCP"}]},"who":{"identifier":{"value":"UID=JSmith"},"display":"John Smith"},"requestor":true}],"entity":[{"type":{"code":"2"},"role":{"code":"24"},"query":"R0VUIGh0dHBzOi8vcy9maGlyL09ic2VydmF0aW9uP3BhdGllbnQ9MTIKQXV0aG9yaXphdGlvbjogQmVhcmVyIGFiYw=="},{"what":{"reference":"Patient/12"},"type":{"code":"1"},"role":{"code":"1"}}]}"#;
    const R5: &str = r#"{"resourceType":"AuditEvent","category":[{"coding":[{"code":"rest"}]}],"code":{"coding":[{"code":"vread"}]},"action":"R","occurredDateTime":"2023-09-18T02:06:00Z","recorded":"2023-09-18T02:06:01Z","outcome":{"code":{"code":"0"}},"patient":{"reference":"Patient/12"},"agent":[{"requestor":true,"who":{"reference":"Practitioner/95"},"networkUri":"urn:ipv6:2001:db8::2"}],"entity":[{"role":{"coding":[{"code":"4"}]},"what":{"reference":"Observation/7/_history/1"}}]}"#;
    const LOGIN: &str = r#"{"resourceType":"AuditEvent","type":{"code":"110114"},"subtype":[{"code":"110122"}],"action":"E","recorded":"2023-09-18T02:07:00Z","outcome":"8","agent":[{"altId":"Anna","name":"Anna A","requestor":true,"network":{"address":"10.0.0.7"}}]}"#;
    const STUDIES: &str = r#"{"resourceType":"AuditEvent","type":{"code":"rest"},"subtype":[{"code":"read"}],"action":"R","recorded":"2023-09-18T02:08:00Z","outcome":"0","agent":[{"altId":"anna","requestor":true}],"entity":[{"what":{"identifier":{"value":"urn:oid:1.2.3.4"},"type":"ImagingStudy"}},{"what":{"identifier":{"value":"urn:oid:1.2.3.5"},"type":"ImagingStudy"}}]}"#;
    const EXPECT: &str = "fhir search 6005/4 success jsmith 2001:db8::1 ws-1 record 12 patient=12\n\
        fhir vread 6005/1 success 95 2001:db8::2 - record 12 patient=12\n\
        fhir 110114/E 3002/1 failure anna 10.0.0.7 - none -\n\
        fhir read 6005/1 success anna - - study 1.2.3.4 study=1.2.3.4\n\
        fhir read 6005/1 success anna - - study 1.2.3.5 study=1.2.3.5\n";

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }

    #[test]
    fn the_same_events_in_every_kind_of_file() {
        let all = [QUERY, R5, LOGIN, STUDIES];
        check(&all.join("\n"), EXPECT);
        check(&format!("[{}]", all.join(",\n")), EXPECT);
        let entries = all.map(|r| format!("{{\"fullUrl\":\"u\",\"resource\":{r},\"search\":{{\"mode\":\"match\"}}}}")).join(",");
        let outcome = "{\"resource\":{\"resourceType\":\"OperationOutcome\"},\"search\":{\"mode\":\"outcome\"}}";
        check(
            &format!("{{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"link\":[{{\"relation\":\"self\"}}],\"entry\":[{entries},{outcome}],\"total\":4}}"),
            EXPECT,
        );
        check(&QUERY.replace("\"recorded\":\"2023-09-18T02:05:05.000Z\",", ""), "reject 1@0: an AuditEvent without a time\n");
    }

    #[test]
    fn what_was_asked_without_what_opens() {
        let detail = details(&source(), QUERY.as_bytes()).remove(0);
        assert_eq!(detail["query"].as_str(), Some("GET https://s/fhir/Observation?patient=12"));
        assert!(!detail.to_string().contains("Bearer") && !detail.to_string().contains("QXV0aG9"));
        let nobody = QUERY.replace("{\"what\":{\"reference\":\"Patient/12\"},\"type\":{\"code\":\"1\"},\"role\":{\"code\":\"1\"}}", "{}");
        check(&nobody, "fhir search 6005/4 success jsmith 2001:db8::1 ws-1 query GET https://s/fhir/Observation\n");
        // $export
        let all = nobody
            .replace("R0VUIGh0dHBzOi8vcy9maGlyL09ic2VydmF0aW9uP3BhdGllbnQ9MTIKQXV0aG9yaXphdGlvbjogQmVhcmVyIGFiYw==", "R0VUIGh0dHBzOi8vcy9maGlyLyRleHBvcnQ=");
        check(&all, "fhir $export 6006/2 success jsmith 2001:db8::1 ws-1 query GET https://s/fhir/$export\n");
    }
}
