//! The HHS sheet and the drafts to authorities and media as a reader of the PDF sees them.

use dosimeter_case::Id;
use dosimeter_case::tables::{ElementKind, Notice, Obligation, ObligationStatus};
use dosimeter_notices::{HhsReport, Incident, hhs_sheet, media_notice, state_notice, substitute_notice};
use jiff::civil::date;
use std::path::Path;

fn incident() -> Incident {
    Incident {
        entity: "Cedar Ridge Imaging".to_string(),
        portal_type: "Healthcare Provider".to_string(),
        breach_type: "Hacking/IT Incident".to_string(),
        location: "Network Server".to_string(),
        toll_free: "1-800-555-0100".to_string(),
        breach_from: Some(date(2023, 8, 31)),
        breach_to: Some(date(2023, 9, 20)),
        discovered: date(2023, 9, 20),
        what_happened: "Someone #used *an* account.".to_string(),
        ..Incident::default()
    }
}
fn obligation(jurisdiction: &str, recipient: &str) -> Obligation {
    Obligation {
        obligation_id: Id(5),
        jurisdiction: jurisdiction.to_string(),
        rule_id: "rule/1".to_string(),
        rule_version: "2020-01-01".to_string(),
        citation: "Code § 1".to_string(),
        recipient: recipient.to_string(),
        count_low: 590_000,
        count: 605_809,
        count_high: 620_000,
        trigger_date: "2023-09-20".to_string(),
        due: Some("2023-11-19".to_string()),
        status: ObligationStatus::Due,
        reason: String::new(),
        conflicts: Vec::new(),
        depends_on: Vec::new(),
        must_say: Vec::new(),
        must_not_say: Vec::new(),
        confidence: "confirmed".to_string(),
    }
}
const KINDS: &[ElementKind] = &[ElementKind::Name, ElementKind::Ssn, ElementKind::Diagnosis];

fn check(draft: impl Fn(&Path) -> dosimeter_case::Result<Notice>, file: &str, expect: &[&str]) {
    let (dir, again) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let notice = draft(dir.path()).unwrap();
    assert!(notice == draft(again.path()).unwrap(), "not repeatable");
    assert_eq!((notice.file.as_str(), notice.person_id, notice.page, notice.obligation_id), (file, None, 1, Id(5)));
    let pdf = lopdf::Document::load(dir.path().join(file)).unwrap();
    let pages: Vec<u32> = pdf.get_pages().into_keys().collect();
    let text = pdf.extract_text(&pages).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in expect {
        assert!(text.contains(wanted), "missing: {wanted}\nin: {text}");
    }
    assert!(text.contains("DRAFT"), "{text}");
}

#[test]
fn hhs() {
    let report = HhsReport { kinds: KINDS.to_vec(), substitute: 12, media_states: vec!["NY".to_string(), "NJ".to_string()], ..HhsReport::default() };
    check(
        |out| hhs_sheet(&incident(), &obligation("US", "hhs"), &report, out),
        "hhs.pdf",
        &[
            "Due on November 19, 2023.",
            "500 or More Individuals",
            "605809 (estimate; between 590000 and 620000)",
            "08/31/2023",
            "09/20/2023",
            "Hacking/IT Incident",
            "Clinical; Demographic",
            "Diagnosis/Conditions",
            "Name; SSN",
            "Someone #used *an* account.",
            "Yes; 10 or more (12)",
            "Yes; NY, NJ",
            "[to be completed]",
        ],
    );
    let dir = tempfile::tempdir().unwrap();
    hhs_sheet(&incident(), &obligation("US", "hhs"), &report, dir.path()).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(dir.path().join("hhs.json")).unwrap()).unwrap();
    assert_eq!(json["sections"][2]["fields"][0]["value"], "500 or More Individuals");
    assert_eq!(json["sections"][2]["fields"][14]["value"], serde_json::Value::Null);
}

#[test]
fn authorities_and_media() {
    check(
        |out| state_notice(&incident(), &obligation("NY", "attorney_general"), KINDS, out),
        "notices/NY-attorney_general-rule_1.pdf",
        &[
            "Office of the Attorney General",
            "Residents of New York affected: 605809",
            "name; Social Security number",
            "Code § 1",
            "November 19, 2023",
            "1-800-555-0100",
        ],
    );
    check(
        |out| state_notice(&incident(), &obligation("../x", "health_department"), KINDS, out),
        "notices/___x-health_department-rule_1.pdf",
        &["Health department"],
    );
    check(
        |out| media_notice(&incident(), &obligation("NJ", "media"), KINDS, out),
        "notices/NJ-media-rule_1.pdf",
        &["For immediate release", "New Jersey", "Social Security number", "We discovered it on September 20, 2023", "[date of mailing]"],
    );
    check(
        |out| substitute_notice(&incident(), &obligation("US", "individuals"), KINDS, out),
        "notices/US-substitute-rule_1.pdf",
        &["at least 90 days", "no usable address", "1-800-555-0100"],
    );
}
