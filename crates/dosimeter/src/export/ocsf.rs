//! Findings in the Open Cybersecurity Schema Framework, version 1.8: one `detection_finding` (class 2004) per finding of a rule and per
//! session that is not its owner's.

use dosimeter_case::tables::{Certainty, Detection, Session, Verdict};
use jiff::Timestamp;
use serde_json::{Value, json};

const VERSION: &str = "1.8.0";
/// `detection_finding` in the category of findings; activity 1 is "create".
const CLASS: i64 = 2004;

/// One JSON object per line, by time.
pub fn findings(detections: &[Detection], sessions: &[Session]) -> String {
    let mut all: Vec<(Timestamp, String)> = detections.iter().map(|d| (d.first, of_rule(d).to_string())).collect();
    all.extend(sessions.iter().filter(|s| s.verdict != Verdict::Legitimate).map(|s| (s.first, of_session(s).to_string())));
    all.sort();
    all.into_iter().map(|(_, line)| line + "\n").collect()
}

fn of_rule(d: &Detection) -> Value {
    let attacks: Vec<Value> = d.technique.iter().map(|t| json!({ "technique": { "uid": t } })).collect();
    let analytic = json!({ "type_id": 1, "type": "Rule", "uid": d.rule_id, "version": d.rule_version });
    let severity = match d.severity.as_str() {
        "informational" => 1,
        "low" => 2,
        "medium" => 3,
        "high" => 4,
        "critical" => 5,
        _ => 0,
    };
    let mut finding = base(&d.detection_id.to_string(), "Finding of a rule", &d.explanation, severity, d.first, d.last);
    finding["finding_info"]["analytic"] = analytic;
    if !attacks.is_empty() {
        finding["finding_info"]["attacks"] = attacks.into();
    }
    let events: Vec<String> = d.event_ids.iter().map(|id| id.to_string()).collect();
    finding["finding_info"]["related_events"] = events.into_iter().map(|uid| json!({ "uid": uid })).collect::<Vec<_>>().into();
    finding["evidences"] = json!([evidence(d.actor.as_deref(), d.src_addr.as_deref())]);
    finding
}

fn of_session(s: &Session) -> Value {
    let (title, severity) = if s.verdict == Verdict::Intruder { ("Session of an intruder", 5) } else { ("Session to be decided on", 3) };
    let mut finding = base(&s.session_id.to_string(), title, &s.why, severity, s.first, s.last);
    // OCSF: 1 low, 2 medium, 3 high.
    finding["confidence_id"] = match s.certainty {
        Certainty::Certain => 3,
        Certainty::Probable => 2,
        Certainty::Possible => 1,
    }
    .into();
    finding["evidences"] = json!([evidence(Some(&s.actor), Some(s.outer_addr.as_deref().unwrap_or(&s.src_addr)))]);
    finding
}

fn base(uid: &str, title: &str, text: &str, severity: i64, first: Timestamp, last: Timestamp) -> Value {
    json!({
        "metadata": { "version": VERSION, "product": { "name": "Dosimeter", "vendor_name": "Dosimeter", "version": env!("CARGO_PKG_VERSION") } },
        "category_uid": 2, "class_uid": CLASS, "activity_id": 1, "type_uid": CLASS * 100 + 1,
        "severity_id": severity, "status_id": 1, "time": first.as_millisecond(), "message": text,
        "finding_info": {
            "uid": uid, "title": title, "desc": text,
            "first_seen_time": first.as_millisecond(), "last_seen_time": last.as_millisecond(),
        },
    })
}

fn evidence(actor: Option<&str>, address: Option<&str>) -> Value {
    let mut evidence = json!({});
    if let Some(actor) = actor {
        evidence["actor"] = json!({ "user": { "name": actor } });
    }
    if let Some(address) = address {
        evidence["src_endpoint"] = json!({ "ip": address });
    }
    evidence
}

#[cfg(test)]
mod tests {
    use super::*;
    use dosimeter_case::Id;

    #[test]
    fn a_finding_has_what_the_class_requires() {
        let time: Timestamp = "2023-09-01T00:00:00Z".parse().unwrap();
        let detection = Detection {
            detection_id: Id(7),
            rule_id: "auth_spray".into(),
            rule_version: "1".into(),
            severity: "high".into(),
            technique: Some("T1110.003".into()),
            first: time,
            last: time,
            actor: None,
            src_addr: Some("203.0.113.9".into()),
            event_ids: vec![Id(1)],
            explanation: "passwords were tried".into(),
        };
        let finding = of_rule(&detection);
        // `detection_finding` of schema 1.8: what it requires, type_uid = class_uid * 100 + activity_id.
        for key in ["activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid"] {
            assert!(!finding[key].is_null(), "{key}");
        }
        assert_eq!(finding["type_uid"], 200_401);
        assert_eq!(finding["time"], 1_693_526_400_000_i64);
        assert_eq!(finding["finding_info"]["attacks"][0]["technique"]["uid"], "T1110.003");
        assert_eq!(finding["evidences"][0], json!({ "src_endpoint": { "ip": "203.0.113.9" } }));
    }
}
