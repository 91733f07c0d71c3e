//! Windows events as JSON lines (or a JSON array), in the shapes of several exporters: flat, `EventData` nested,
//! `Event.System`/`Event.EventData` (evtx_dump), `winlog.event_data` (winlogbeat), `Payload` text (EvtxECmd), and `Data` lists of
//! name and value.

use super::{Record, State, audit_failed, event};
use crate::Sample;
use crate::input::Lines;
use crate::json::{self, get, path, scalar};
use crate::out::Out;
use dosimeter_case::Result;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Names and values, each name once.
type Fields = Vec<(Cow<'static, str>, Cow<'static, str>)>;

fn add(fields: &mut Fields, name: &str, text: Cow<str>) {
    // Values without a name are kept all.
    if name == "Data" || !fields.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)) {
        fields.push((Cow::Owned(name.to_string()), Cow::Owned(text.into_owned())));
    }
}

/// The named values of an event, whatever the nesting.
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
            add(&mut fields, key, text);
        } else if let Some(name) = key.strip_prefix("winlog.event_data.").or_else(|| key.strip_prefix("EventData."))
            && let Some(text) = scalar(value)
        {
            add(&mut fields, name, text);
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
                add(fields, name, text);
                return;
            }
            for (key, value) in map {
                match scalar(value) {
                    Some(text) => add(fields, key, text),
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

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut state = State::default();
    json::each_object(lines, out, |out, map| event(out, &mut state, &record(map)?))
}

fn record(map: &Map<String, Value>) -> Result<Record<'static>, &'static str> {
    let id = event_id(map).ok_or("an event without its id")?;
    let time = time(map).ok_or("an event without a time")?;
    let failed = [&["Keywords"][..], &["Event", "System", "Keywords"], &["winlog", "keywords"], &["event", "outcome"], &["EventType"]]
        .iter()
        .filter_map(|k| path(map, k))
        .any(|v| v.to_string().to_lowercase().contains("failure") || scalar(v).is_some_and(|text| audit_failed(text.trim())));
    let of = |paths: &[&[&str]]| system(map, paths).map_or(Cow::Borrowed(""), Cow::Owned);
    Ok(Record {
        id,
        provider: of(&[
            &["Provider_Name"],
            &["ProviderName"],
            &["Event", "System", "Provider", "#attributes", "Name"],
            &["winlog", "provider_name"],
            &["SourceName"],
            &["Provider"],
        ]),
        channel: of(&[&["Channel"], &["Event", "System", "Channel"], &["winlog", "channel"], &["LogName"]]),
        computer: of(&[&["Computer"], &["Event", "System", "Computer"], &["winlog", "computer_name"], &["Hostname"], &["MachineName"]]),
        level: of(&[&["Event", "System", "Level"], &["Level"]]),
        user_id: of(&[&["Event", "System", "Security", "#attributes", "UserID"], &["UserId"]]),
        time: Cow::Owned(time),
        failed,
        fields: data(map),
    })
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
             windows 5379 0/99 success - - - none -\n\
             reject 4@527: an event without a time\nreject 5@559: a JSON object without its end\n",
        );
    }
}
