//! Indicators as a STIX 2.1 bundle, to hand on to others: the intruder's addresses on the Internet and the programs that only the intruder used.
//! Accounts, work stations and addresses inside are left out: they say something about the entity and nothing to others.

use dosimeter_case::tables::{Session, Verdict};
use dosimeter_trace::is_private;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Namespace of the ids of what STIX calls cyber-observable objects (STIX 2.1, section 2.9).
const OBSERVABLES: Uuid = Uuid::from_u128(0x00abedb4_aa42_466c_9c01_fed23315a9b7);
/// Our namespace for other objects: they too are the same when the case is the same.
const OURS: Uuid = Uuid::from_u128(0x6f0f6a52_0c55_5b0e_9f4b_6d1c2a1d7e90);

/// The bundle, as text.
pub fn bundle(entity: &str, sessions: &[Session]) -> String {
    let (mine, theirs): (Vec<&Session>, Vec<&Session>) = sessions.iter().partition(|s| s.verdict == Verdict::Intruder);
    let used: BTreeSet<&str> = theirs.iter().flat_map(|s| s.devices.iter().map(String::as_str)).collect();
    // Value of the indicator, with the first and the last time it was seen.
    let mut seen: BTreeMap<(&str, String), (Timestamp, Timestamp, i64)> = BTreeMap::new();
    let mut note = |kind: &'static str, value: &str, s: &Session| {
        let times = seen.entry((kind, value.to_string())).or_insert((s.first, s.last, 0));
        *times = (times.0.min(s.first), times.1.max(s.last), times.2 + 1);
    };
    for session in mine {
        let address = session.outer_addr.as_deref().unwrap_or(&session.src_addr);
        if !is_private(address) {
            note(if address.contains(':') { "ipv6-addr" } else { "ipv4-addr" }, address, session);
        }
        // A program names itself with its version: `curl/7.88.1`.
        session.devices.iter().filter(|d| d.contains('/') && !used.contains(d.as_str())).for_each(|d| note("user-agent", d, session));
    }
    let Some(last) = seen.values().map(|(_, last, _)| *last).max() else { return json_text(&json!({ "type": "bundle", "id": id("bundle", entity) })) };
    let creator = id("identity", entity);
    let common = |kind: &str, key: &str, created: Timestamp| json!({ "type": kind, "spec_version": "2.1", "id": id(kind, &format!("{entity} {key}")), "created_by_ref": creator, "created": stamp(created), "modified": stamp(created) });
    let mut objects = vec![json!({ "type": "identity", "spec_version": "2.1", "id": creator, "created": stamp(last), "modified": stamp(last),
        "name": entity, "identity_class": "organization", "sectors": ["healthcare"] })];
    for ((kind, value), (first, last, n)) in &seen {
        let mut indicator = common("indicator", &format!("{kind} {value}"), *last);
        merge(
            &mut indicator,
            json!({ "name": format!("{kind} {value}"), "description": format!("used in {n} session(s) of an intruder"), "indicator_types": ["malicious-activity"], "pattern_type": "stix", "valid_from": stamp(*first), "pattern": pattern(kind, value) }),
        );
        let indicator_id = indicator["id"].clone();
        objects.push(indicator);
        let mut sighting = common("sighting", &format!("{kind} {value}"), *last);
        merge(&mut sighting, json!({ "sighting_of_ref": indicator_id, "first_seen": stamp(*first), "last_seen": stamp(*last), "count": n }));
        if *kind != "user-agent" {
            let observable = Uuid::new_v5(&OBSERVABLES, json!({ "value": value }).to_string().as_bytes());
            let observable = format!("{kind}--{observable}");
            objects.push(json!({ "type": kind, "spec_version": "2.1", "id": observable, "value": value }));
            let mut data = common("observed-data", &format!("{kind} {value}"), *last);
            merge(&mut data, json!({ "first_observed": stamp(*first), "last_observed": stamp(*last), "number_observed": n, "object_refs": [observable] }));
            sighting["observed_data_refs"] = json!([data["id"]]);
            objects.push(data);
        }
        objects.push(sighting);
    }
    json_text(&json!({ "type": "bundle", "id": id("bundle", entity), "objects": objects }))
}

fn pattern(kind: &str, value: &str) -> String {
    let quoted = value.replace('\\', "\\\\").replace('\'', "\\'");
    match kind {
        "user-agent" => format!("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = '{quoted}']"),
        _ => format!("[{kind}:value = '{quoted}']"),
    }
}

fn id(kind: &str, key: &str) -> String {
    format!("{kind}--{}", Uuid::new_v5(&OURS, format!("{kind} {key}").as_bytes()))
}

fn stamp(time: Timestamp) -> String {
    time.strftime("%FT%T.%3fZ").to_string()
}

fn merge(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}

fn json_text(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use dosimeter_case::Id;
    use dosimeter_case::tables::Certainty;

    fn session(address: &str, outer: Option<&str>, device: &str, verdict: Verdict) -> Session {
        let time: Timestamp = "2023-09-01T00:00:00Z".parse().unwrap();
        Session {
            session_id: Id(1),
            actor: "anna".into(),
            src_addr: address.into(),
            outer_addr: outer.map(Into::into),
            devices: vec![device.into()],
            hosts: vec!["web01".into()],
            first: time,
            last: time,
            events: 1,
            objects: 1,
            verdict,
            certainty: Certainty::Certain,
            score: 9.0,
            why: String::new(),
        }
    }

    #[test]
    fn only_what_concerns_others_is_handed_on() {
        let sessions = [
            session("203.0.113.9", None, "curl/7.88.1", Verdict::Intruder),
            session("10.20.9.37", Some("203.0.113.9"), "ws-17", Verdict::Intruder),
            session("10.20.4.1", None, "Mozilla/5.0", Verdict::Legitimate),
            session("10.20.4.1", None, "Mozilla/5.0", Verdict::Intruder),
        ];
        let text = bundle("Clinic", &sessions);
        let bundle: Value = serde_json::from_str(&text).unwrap();
        let patterns: Vec<&str> = bundle["objects"].as_array().unwrap().iter().filter_map(|o| o["pattern"].as_str()).collect();
        assert_eq!(
            patterns,
            ["[ipv4-addr:value = '203.0.113.9']", "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'curl/7.88.1']"]
        );
        assert!(!text.contains("anna") && !text.contains("10.20") && !text.contains("ws-17") && !text.contains("Mozilla"));
        let address = bundle["objects"].as_array().unwrap().iter().find(|o| o["type"] == "ipv4-addr").unwrap();
        // The id that the specification's rule gives for this value, computed with another implementation.
        assert_eq!(address["id"], "ipv4-addr--39090fdc-366e-571f-ab5b-d05e2918f88f");
        let twice = super::bundle("Clinic", &sessions);
        assert_eq!(text, twice);
    }

    #[test]
    fn nothing_to_hand_on() {
        let bundle: Value = serde_json::from_str(&bundle("Clinic", &[])).unwrap();
        assert!(bundle["objects"].is_null());
    }
}
