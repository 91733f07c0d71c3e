//! The evidence chain is complete, the stand-alone commands work, and no patient data is said where it must not be.

mod common;

use common::{clinic, dosimeter, expect, query, s};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn explained_down_to_log_line_and_span() {
    let clinic = clinic(60, 1);
    let case = clinic.case("case");
    expect(0, &["run", s(&case)]);
    let people = query(&case, "SELECT person_id FROM notices WHERE person_id IS NOT NULL ORDER BY 1 LIMIT 3");
    assert_eq!(people.len(), 3);
    for person in &people {
        let chain = expect(0, &["explain", s(&case), person]);
        for link in ["PERSON ", "made of ", "EXPOSED ", "characters ", "PASSAGE ", "ACCESS ", "    log ", " at byte ", "SESSION ", "DUTY ", "LETTER "] {
            assert!(chain.contains(link), "{link} is missing for a person");
        }
    }
    let letter = query(&case, "SELECT notice_id FROM notices WHERE person_id IS NOT NULL ORDER BY 1 LIMIT 1");
    let chain = expect(0, &["explain", s(&case), &letter[0]]);
    for link in ["NOTICE ", "letters/letters-0001.pdf page ", "DUTY ", "45 CFR 164.404", "PERSON ", "EXPOSED ", "    log "] {
        assert!(chain.contains(link), "{link} is missing for a letter");
    }
    let duty = query(&case, "SELECT obligation_id FROM obligations WHERE recipient = 'hhs' ORDER BY 1 LIMIT 1");
    assert!(expect(0, &["explain", s(&case), &duty[0]]).contains("COUNT in US"));
}

#[test]
fn no_patient_data_in_messages_or_report() {
    let clinic = clinic(60, 1);
    let case = clinic.case("case");
    let mut said = expect(0, &["run", s(&case)]);
    said += &expect(0, &["status", s(&case)]);
    said += &expect(0, &["verify", s(&case)]);
    said += &expect(2, &["explain", s(&case), "0123456789abcdef"]);
    said += &fs::read_to_string(case.join("out").join("report.html")).expect("the report");
    let mut secrets = BTreeSet::new();
    let mut people = csv::Reader::from_path(clinic.truth.join("people.csv")).expect("people.csv");
    let header = people.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|h| h == name).expect("a column");
    for row in people.records() {
        let row = row.expect("a row");
        for column in ["ssn", "mrn", "phone", "email", "address"] {
            let value = row.get(at(column)).unwrap_or_default();
            if value.len() >= 6 {
                secrets.insert(value.to_string());
                secrets.insert(value.replace(['-', ' ', '(', ')'], ""));
            }
        }
    }
    assert!(secrets.len() > 100, "{}", secrets.len());
    // Account names of the portal are patient numbers: where a session is told, its account is told; nothing else is.
    let leaked = secrets.iter().filter(|secret| said.contains(secret.as_str())).count();
    assert_eq!(leaked, 0, "{leaked} values of patients were printed");
}

#[test]
fn stand_alone_commands() {
    let clinic = clinic(40, 1);
    let log = clinic.evidence.join("logs").join("fs01").join("samba_audit.log");
    let json = |args: &[&str]| -> Vec<serde_json::Value> {
        let output = dosimeter(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    };
    let events = json(&["parse", "--json", "--zone", "America/Chicago", "--latest", "2024-03-31", s(&log)]);
    assert!(events.len() > 100 && events.iter().all(|e| e["app"] == "samba" && e["time"].as_str().is_some_and(|t| t.starts_with("2024"))));
    // Who exists is told by the file server's log, who was tried by the portal's.
    let logs: Vec<String> =
        common::files(&clinic.evidence.join("logs")).into_keys().filter(|name| name.starts_with("web01/") || name.starts_with("fs01/")).collect();
    let logs: Vec<String> = logs.iter().map(|name| s(&clinic.evidence.join("logs").join(name)).to_string()).collect();
    let mut args = vec!["detect", "--json", "--zone", "America/Chicago", "--latest", "2024-03-31"];
    args.extend(logs.iter().map(String::as_str));
    assert!(json(&args).iter().any(|d| d["rule_id"] == "auth_spray"), "the portal was sprayed");
    let document = query_file(&clinic.evidence.join("files"), "txt");
    let texts = json(&["extract", "--json", s(&document)]);
    assert!(texts.len() == 1 && texts[0]["status"] == "read" && texts[0]["passages"][0]["text"].as_str().is_some());
    let message = clinic.evidence.join("hl7.txt");
    fs::write(&message, "MSH|^~\\&|A|B|C|D|20240301||ADT^A01|1|P|2.5\rPID|1||1001^^^MRN||DOE^JANE||19800102|F\r").expect("a file");
    let mentions = json(&["find", "--json", s(&message)]);
    assert!(mentions.iter().any(|m| m["kind"] == "dob" && m["normalised"] == "1980-01-02"), "{} mentions", mentions.len());
    let (records, people, links) = (clinic.evidence.join("r.csv"), clinic.evidence.join("p.csv"), clinic.evidence.join("l.csv"));
    fs::write(&records, "id,first,last,dob,ssn\n1,Jane,Doe,1980-01-02,219-09-9999\n2,JANE,DOE,01/02/1980,219099999\n3,John,Roe,1970-05-06,\n").expect("a file");
    expect(0, &["resolve", s(&records), "--out", s(&people), "--links", s(&links)]);
    let people: Vec<String> = fs::read_to_string(&people).expect("people").lines().skip(1).map(str::to_string).collect();
    let person = |n: usize| people[n].split(',').nth(1).expect("a person").to_string();
    assert!(person(0) == person(1) && person(0) != person(2), "{people:?}");
    let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/facts.yaml");
    let duties = json(&["assess", "--json", facts]);
    assert!(duties.iter().any(|d| d["recipient"] == "hhs" && d["due"] == "2023-11-19" && d["status"] == "due"));
    assert!(expect(0, &["assess", facts]).contains("164.408"));
}

/// Some file with the extension.
fn query_file(dir: &std::path::Path, extension: &str) -> std::path::PathBuf {
    let mut found: Vec<_> = common::files(dir).into_keys().filter(|name| name.ends_with(&format!(".{extension}"))).collect();
    found.sort();
    dir.join(found.first().expect("such a file"))
}

#[test]
fn compared_with_the_portal() {
    let portal = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/ocr/soudunno__Proactive-Data-Breach-Management-in-Healthcare-with-NLP__Source_Breach_Report.csv"
    );
    if !std::path::Path::new(portal).exists() {
        eprintln!("skipped: ../shared/data/ocr is missing");
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    let facts = dir.path().join("facts.yaml");
    fs::write(&facts, "compare:\n  individuals: 605809\n  state: NY\n  entity_type: Healthcare Provider\n").expect("a file");
    assert!(expect(0, &["compare", "--portal", portal, "--", s(&facts)]).contains("percentile 9"));
}
