//! Windows Security events as JSON lines (or a JSON array), in the shapes of several exporters: flat, `EventData` nested,
//! `Event.System`/`Event.EventData` (evtx_dump), `winlog.event_data` (winlogbeat), `Payload` text (EvtxECmd), and `Data` lists of
//! name and value.
//!
//! Other event ids are known noise. An object access (4663) names no address: it is taken from the logon of the same
//! logon id or, failing that, from the share access (5145) to the same object just before; the detail says which.

use crate::Sample;
use crate::input::Lines;
use crate::json::{self, get, path, scalar};
use crate::out::{Out, Parsed};
use crate::text::{Detail, account, address, present};
use dosimeter_case::Result;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const MAX_KEPT: usize = 65_536;
/// A 4663 belongs to the 5145 on the same object by the same account this long before it, seconds.
const SAME_ACCESS: i64 = 60;

type Fields = BTreeMap<String, String>;

/// The named values of an event, whatever the nesting: keys in lower case.
fn data(map: &Map<String, Value>) -> Fields {
    let mut fields = Fields::new();
    for keys in [&["EventData"][..], &["Event", "EventData"], &["winlog", "event_data"], &["event_data"], &["UserData"]] {
        if let Some(value) = path(map, keys) {
            collect(value, &mut fields, 0);
        }
    }
    if let Some(payload) = get(map, "Payload").and_then(Value::as_str)
        && let Ok(value) = serde_json::from_str::<Value>(payload)
    {
        collect(&value, &mut fields, 0);
    }
    for (key, value) in map {
        if let Some(text) = scalar(value) {
            fields.entry(key.to_ascii_lowercase()).or_insert_with(|| text.into_owned());
        } else if let Some(name) = key.strip_prefix("winlog.event_data.").or_else(|| key.strip_prefix("EventData."))
            && let Some(text) = scalar(value)
        {
            fields.entry(name.to_ascii_lowercase()).or_insert_with(|| text.into_owned());
        }
    }
    fields
}

fn collect(value: &Value, fields: &mut Fields, depth: usize) {
    if depth > 6 {
        return;
    }
    match value {
        Value::Object(map) => {
            // {"@Name": "SubjectUserName", "#text": "x"} and its relatives
            let name = ["@Name", "Name", "#name"].iter().find_map(|k| get(map, k)).and_then(Value::as_str);
            let named = name.or_else(|| get(map, "#attributes").and_then(|a| a.get("Name")).and_then(Value::as_str));
            if let Some(name) = named
                && let Some(text) = ["#text", "Value", "content", "Text", "_"].iter().find_map(|k| get(map, k)).and_then(scalar)
            {
                fields.entry(name.to_ascii_lowercase()).or_insert_with(|| text.into_owned());
                return;
            }
            for (key, value) in map {
                match scalar(value) {
                    Some(text) => {
                        fields.entry(key.to_ascii_lowercase()).or_insert_with(|| text.into_owned());
                    }
                    None => collect(value, fields, depth + 1),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, fields, depth + 1)),
        _ => {}
    }
}

/// A value that some exporters wrap: `{"#text": 4624}`, `{"Value": 4624}`, `{"#attributes": {"SystemTime": ...}}`, `{"@SystemTime": ...}`.
fn unwrap(value: &Value) -> Option<String> {
    if let Some(text) = scalar(value) {
        return Some(text.into_owned());
    }
    let map = value.as_object()?;
    let inner = ["#text", "Value", "SystemTime", "@SystemTime", "_"].iter().find_map(|k| get(map, k)).and_then(scalar);
    inner.map(|t| t.into_owned()).or_else(|| get(map, "#attributes").or_else(|| get(map, "@attributes")).and_then(unwrap))
}
fn system(map: &Map<String, Value>, paths: &[&[&str]]) -> Option<String> {
    paths.iter().find_map(|keys| path(map, keys).and_then(unwrap))
}
fn event_id(map: &Map<String, Value>) -> Option<i64> {
    let id = system(
        map,
        &[
            &["EventID"],
            &["Event", "System", "EventID"],
            &["winlog", "event_id"],
            &["event_id"],
            &["event", "code"],
            &["System", "EventID"],
            &["EventCode"],
            &["Id"],
        ],
    )?;
    id.trim().parse().ok()
}
fn time(map: &Map<String, Value>) -> Option<String> {
    const PATHS: &[&[&str]] = &[
        &["TimeCreated"],
        &["Event", "System", "TimeCreated"],
        &["System", "TimeCreated"],
        &["SystemTime"],
        &["winlog", "time_created"],
        &["@timestamp"],
        &["EventTime"],
        &["TimeGenerated"],
        &["UtcTime"],
        &["timestamp"],
        &["time"],
    ];
    system(map, PATHS)
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let of_windows = |map: &Map<String, Value>| {
        event_id(map).is_some()
            && time(map).is_some()
            && [
                &["Channel"][..],
                &["Computer"],
                &["EventData"],
                &["Event", "System"],
                &["winlog"],
                &["EventRecordID"],
                &["Payload"],
                &["ProviderName"],
                &["Hostname"],
                &["SubjectUserName"],
                &["TargetUserName"],
            ]
            .iter()
            .any(|k| path(map, k).is_some())
    };
    json::share(sample, of_windows)
}

/// Addresses learnt from earlier records.
#[derive(Default)]
struct State {
    by_logon: BTreeMap<String, (String, Option<String>)>,
    by_object: BTreeMap<(String, String), (Timestamp, String)>,
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut state = State::default();
    json::each_object(lines, out, |out, map| record(out, &mut state, map))
}

fn mask(text: &str) -> Option<i64> {
    let text = text.trim();
    text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |hex| i64::from_str_radix(hex, 16).ok())
}

fn record(out: &mut Out, state: &mut State, map: &Map<String, Value>) -> Parsed {
    let id = event_id(map).ok_or("an event without its id")?;
    let raw = time(map).ok_or("an event without a time")?;
    let time = out.clock.any(&raw, false).ok_or("an event without a readable time")?;
    if !matches!(id, 4624 | 4625 | 4634 | 4647 | 4648 | 4656 | 4663 | 4768 | 4769 | 4771 | 4776 | 5140 | 5145 | 1102) {
        out.seen(time);
        return Ok(None);
    }
    let fields = data(map);
    let field = |name: &str| fields.get(name).map(String::as_str).and_then(present);
    let target = || field("targetusername");
    let subject = || field("subjectusername");
    let mut event = out.event(time, &raw, "windows");
    event.operation = id.to_string();
    event.src_addr = field("ipaddress").or_else(|| field("sourceaddress")).and_then(address);
    event.device = field("workstationname").or_else(|| field("workstation")).map(str::to_lowercase);
    event.session_key = match id {
        4624 | 4634 | 4647 => field("targetlogonid"),
        _ => field("subjectlogonid"),
    }
    .filter(|id| *id != "0x0")
    .map(str::to_string);
    let failed = [&["Keywords"][..], &["Event", "System", "Keywords"], &["winlog", "keywords"], &["event", "outcome"], &["EventType"]]
        .iter()
        .filter_map(|k| path(map, k))
        .any(|v| {
            let text = v.to_string().to_lowercase();
            text.contains("failure") || text.contains("0x8010000000000000")
        });
    event.outcome = if failed { Outcome::Failure } else { Outcome::Success };
    let mut detail = Detail::default()
        .maybe("logon_type", field("logontype"))
        .maybe("computer", system(map, &[&["Computer"], &["Event", "System", "Computer"], &["winlog", "computer_name"], &["Hostname"]]).as_deref());
    event.class_uid = 3002;
    match id {
        4624 | 4625 => {
            event.activity_id = 1;
            event.actor = target().and_then(|a| account(a, true));
            if id == 4625 {
                event.outcome = Outcome::Failure;
                detail = detail.maybe("status", field("status")).maybe("sub_status", field("substatus"));
            } else if let (Some(key), Some(addr)) = (&event.session_key, &event.src_addr) {
                if state.by_logon.len() > MAX_KEPT {
                    state.by_logon.clear();
                }
                state.by_logon.insert(key.clone(), (addr.clone(), event.device.clone()));
            }
            detail = detail.maybe("method", field("authenticationpackagename"));
        }
        4634 | 4647 => {
            event.activity_id = 2;
            event.actor = target().and_then(|a| account(a, true));
        }
        4648 => {
            event.activity_id = 7;
            event.actor = subject().and_then(|a| account(a, true));
            detail = detail.maybe("target_account", target()).maybe("target_server", field("targetservername")).maybe("process", field("processname"));
        }
        4768 | 4769 | 4771 | 4776 => {
            event.activity_id = match id {
                4769 => 4,
                4776 => 1,
                _ => 3,
            };
            event.actor = target().and_then(|a| account(a, true));
            let status = field("status").and_then(mask);
            if id == 4771 || status.is_some_and(|s| s != 0) {
                event.outcome = Outcome::Failure;
            }
            detail = detail.maybe("status", field("status")).maybe("service", field("servicename"));
        }
        1102 => {
            event.class_uid = 1001;
            event.activity_id = 4;
            event.actor = subject().and_then(|a| account(a, true));
            event.object_kind = ObjectKind::Other;
            event.object = Some("Security log".to_string());
            detail = detail.text("note", "the audit log was cleared");
        }
        _ => detail = object_access(&mut event, id, &field, state, detail),
    }
    event.detail = detail.finish();
    Ok(Some(event))
}

fn object_access<'a>(event: &mut Event, id: i64, field: &dyn Fn(&str) -> Option<&'a str>, state: &mut State, detail: Detail) -> Detail {
    event.actor = field("subjectusername").and_then(|a| account(a, true));
    let access = field("accessmask").and_then(mask).unwrap_or(0);
    let mut detail = detail.maybe("share", field("sharename")).maybe("access_mask", field("accessmask"));
    event.object_kind = ObjectKind::File;
    match id {
        5140 => {
            event.class_uid = 4006;
            event.activity_id = 99;
            event.object_kind = ObjectKind::Folder;
            event.object = field("sharename").map(str::to_string);
        }
        5145 => {
            event.class_uid = 6006;
            event.activity_id = 14;
            let relative = field("relativetargetname").unwrap_or("").trim_start_matches('\\');
            detail = detail.text("relative", relative);
            // The local path names the object as 4663 does; without it the share must do.
            let root = field("sharelocalpath").map(|p| p.trim_start_matches("\\??\\")).or_else(|| field("sharename")).unwrap_or("").trim_end_matches('\\');
            if relative.is_empty() {
                event.object_kind = ObjectKind::Folder;
            }
            event.object = Some(if relative.is_empty() { root.to_string() } else { format!("{root}\\{relative}") }).filter(|o| !o.is_empty());
            if let (Some(actor), Some(object), Some(addr)) = (&event.actor, &event.object, &event.src_addr) {
                if state.by_object.len() > MAX_KEPT {
                    state.by_object.clear();
                }
                state.by_object.insert((actor.clone(), object.to_lowercase()), (event.time, addr.clone()));
            }
        }
        _ => {
            // 4663 an access was made; 4656 a handle was asked for.
            event.class_uid = 1001;
            event.activity_id = match () {
                _ if id == 4656 => 14,
                _ if access & 0x10000 != 0 => 4,
                _ if access & 0x6 != 0 => 3,
                _ if access & 0x1 != 0 => 2,
                _ if access & 0x40000 != 0 => 7,
                _ => 99,
            };
            event.object = field("objectname").map(str::to_string);
            detail = detail.maybe("object_type", field("objecttype")).maybe("process", field("processname"));
            if field("objecttype").is_some_and(|t| !matches!(t, "File" | "Directory")) {
                event.object_kind = ObjectKind::Other;
            }
            if event.src_addr.is_none() {
                let logon = event.session_key.as_ref().and_then(|key| state.by_logon.get(key));
                if let Some((addr, device)) = logon {
                    event.src_addr = Some(addr.clone());
                    event.device = event.device.take().or_else(|| device.clone());
                    detail = detail.text("src_addr_from", "the logon with the same logon id");
                } else if let (Some(actor), Some(object)) = (&event.actor, &event.object)
                    && let Some((before, addr)) = state.by_object.get(&(actor.clone(), object.to_lowercase()))
                    && (0..=SAME_ACCESS).contains(&(event.time.as_second() - before.as_second()))
                {
                    event.src_addr = Some(addr.clone());
                    detail = detail.text("src_addr_from", "the share access to the same object just before");
                }
            }
        }
    }
    detail
}

#[cfg(test)]
mod tests {
    use crate::check::{events, source};

    fn check(input: &str, expect: &str) {
        assert_eq!(events(&source(), input.as_bytes()), expect, "{input}");
    }

    #[test]
    fn the_same_logon_from_several_exporters() {
        let expect = "windows 4624 3002/1 success cperry 10.20.4.32 ws-1 none -\n";
        check(
            r#"{"TimeCreated":"2023-08-14T15:29:43.158Z","EventId":4624,"Computer":"WIN01","EventData":{"TargetUserName":"CPerry","IpAddress":"::ffff:10.20.4.32","WorkstationName":"WS-1"}}"#,
            expect,
        );
        check(
            r#"{"EventTime":"2023-08-14 15:29:43","EventID":4624,"Hostname":"WIN01","TargetUserName":"cperry","IpAddress":"10.20.4.32","WorkstationName":"WS-1"}"#,
            expect,
        );
        check(
            r##"{"Event":{"System":{"EventID":{"#text":4624},"TimeCreated":{"#attributes":{"SystemTime":"2023-08-14T15:29:43Z"}}},"EventData":{"TargetUserName":"cperry","IpAddress":"10.20.4.32","WorkstationName":"WS-1"}}}"##,
            expect,
        );
        check(
            r#"{"@timestamp":"2023-08-14T15:29:43Z","winlog":{"event_id":"4624","computer_name":"W","event_data":{"TargetUserName":"cperry","IpAddress":"10.20.4.32","WorkstationName":"WS-1"}}}"#,
            expect,
        );
        check(
            r##"{"TimeCreated":"2023-08-14T15:29:43Z","EventId":4624,"Computer":"W","Payload":"{\"EventData\":{\"Data\":[{\"@Name\":\"TargetUserName\",\"#text\":\"cperry\"},{\"@Name\":\"IpAddress\",\"#text\":\"10.20.4.32\"},{\"@Name\":\"WorkstationName\",\"#text\":\"WS-1\"}]}}"}"##,
            expect,
        );
    }

    #[test]
    fn an_array_over_many_lines() {
        check(
            "[\n  {\n    \"TimeCreated\": \"/Date(1692027000000)/\",\n    \"Id\": 4624,\n    \"Computer\": \"W}\",\n    \"TargetUserName\": \"c\"\n  },\n  {\n    \"TimeCreated\": \"x\",\n    \"Id\": 4624\n  },\n  {\n",
            "windows 4624 3002/1 success c - - none -\nreject 2@119: an event without a readable time\nreject 3@167: a JSON object without its end\n",
        );
    }

    #[test]
    fn objects() {
        check(
            concat!(
                r#"{"TimeCreated":"2023-08-14T15:29:48Z","EventId":5145,"Computer":"W","EventData":{"SubjectUserName":"cperry","IpAddress":"10.20.4.32","ShareName":"\\\\*\\Archive","ShareLocalPath":"\\??\\D:\\Archive","RelativeTargetName":"a\\b.pdf","AccessMask":"0x120089"}}"#,
                "\n",
                r#"{"TimeCreated":"2023-08-14T15:29:49Z","EventId":4663,"Computer":"W","EventData":{"SubjectUserName":"cperry","ObjectType":"File","ObjectName":"D:\\Archive\\a\\b.pdf","AccessMask":"0x1"}}"#,
                "\n",
                r#"{"TimeCreated":"2023-08-14T15:29:49Z","EventId":5379,"Computer":"W","EventData":{}}"#,
                "\n{\"EventId\":4663,\"Computer\":\"W\"}\n{broken\n"
            ),
            "windows 5145 6006/14 success cperry 10.20.4.32 - file D:\\Archive\\a\\b.pdf\n\
             windows 4663 1001/2 success cperry 10.20.4.32 - file D:\\Archive\\a\\b.pdf\n\
             reject 4@527: an event without a time\nreject 5@559: a JSON object without its end\n",
        );
    }
}
