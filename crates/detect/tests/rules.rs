//! Our own rules, each on what it is for and on what it must leave alone; SigmaHQ's rules, unchanged.

use dosimeter_case::Id;
use dosimeter_case::tables::{Event, ObjectKind, Outcome};
use dosimeter_detect::{Detector, SigmaRules};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::path::Path;

/// `n` events of this kind, `every` seconds apart; the number goes where `#` stands.
fn events(n: usize, every: i64, (app, operation, class, activity): (&str, &str, i64, i64), (kind, object): (ObjectKind, &str), detail: &str) -> Vec<Event> {
    (0..n)
        .map(|i| Event {
            app: app.into(),
            operation: operation.into(),
            class_uid: class,
            activity_id: activity,
            outcome: Outcome::Success,
            object_kind: kind,
            object: (!object.is_empty()).then(|| object.replace('#', &format!("{}", 7 * i))),
            study_uid: (kind == ObjectKind::Study).then(|| format!("1.2.3.{i}")),
            actor: Some("anna".into()),
            src_addr: Some("203.0.113.9".into()),
            device: Some("VIEWER".into()),
            host: "srv01".into(),
            detail: detail.replace('#', &i.to_string()),
            ..Event::blank(Id::of("event", &[&app, &operation, &i]), Id(1), Timestamp::from_second(1_694_000_000 + every * i as i64).unwrap())
        })
        .collect()
}

/// Titles of the findings of our rules, those by Sigma only.
fn found(events: &[Event]) -> Vec<String> {
    let rules = SigmaRules::load(&[]).unwrap();
    let mut detector = Detector::new(&rules, TimeZone::UTC);
    events.iter().for_each(|e| detector.event(e));
    let titles: BTreeSet<String> = detector.finish().into_iter().filter(|d| d.rule_version == "sigma").map(|d| d.explanation).collect();
    titles.into_iter().collect()
}
fn check(events: &[Event], expect: &[&str]) {
    assert_eq!(found(events), expect);
}

#[test]
fn all_of_them_load() {
    let rules = SigmaRules::load(&[]).unwrap();
    assert!(rules.refused.is_empty(), "{:?}", rules.refused);
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/sigma")).unwrap();
    let files = files.filter(|f| f.as_ref().is_ok_and(|f| f.path().extension().is_some_and(|e| e == "yml"))).count();
    assert!(rules.len() >= files, "a file in rules/sigma is not part of the program");
}

#[test]
fn imaging() {
    use ObjectKind::{Query, Study, Url};
    let query = |text: &str| events(1, 1, ("atna", "110112/E", 6005, 4), (Query, ""), &format!("{{\"query\":\"{text}\"}}"));
    check(&query("/studies?PatientName=*&limit=100000"), &["A DICOM query for everybody"]);
    check(&query("/studies?PatientName=Smith*"), &[]);
    let archive = |n, every| events(n, every, ("nginx", "GET", 4002, 3), (Url, "/studies/d7ee-#/archive"), "{\"status\":200}");
    check(&archive(1, 1), &["A whole study was fetched as an archive"]);
    check(&archive(12, 20), &["A whole study was fetched as an archive", "Many studies were fetched as archives (10 within 10 minutes)"]);
    check(&archive(12, 600), &["A whole study was fetched as an archive"]);
    check(&events(120, 20, ("orthanc", "C-MOVE", 6005, 1), (Study, "1.2.#"), "{}"), &["Many studies were retrieved (100 within 60 minutes)"]);
    check(&events(30, 20, ("orthanc", "C-MOVE", 6005, 1), (Study, "1.2.#"), "{}"), &[]);
    let alert = |kind: &str| events(1, 1, ("atna", "110113/E", 6003, 99), (ObjectKind::None, ""), &format!("{{\"types\":[\"{kind}\"]}}"));
    check(&alert("110133"), &["The audit log of an imaging system was switched off"]);
    check(&alert("110126"), &[]);
    check(&events(1, 1, ("atna", "110106/R", 6006, 2), (ObjectKind::Other, "disc"), "{}"), &["Studies were written to a medium"]);
    let refused = events(6, 20, ("orthanc", "association", 4001, 5), (ObjectKind::None, ""), "{}");
    check(&refused, &["An application entity was refused again and again (5 within 10 minutes)".replace("10 minutes", "60 minutes").as_str()]);
}

#[test]
fn records_and_files() {
    use ObjectKind::{File, Record};
    check(&events(70, 20, ("ehr", "VIEW", 6005, 1), (Record, "10#"), "{}"), &["Many patient records were opened (60 within 60 minutes)"]);
    check(&events(30, 20, ("ehr", "VIEW", 6005, 1), (Record, "10#"), "{}"), &[]);
    check(&events(250, 1, ("samba", "pread_recv", 6006, 2), (File, "/srv/#.pdf"), "{}"), &["Many files were read from a file server (200 within 10 minutes)"]);
    check(&events(250, 10, ("samba", "pread_recv", 6006, 2), (File, "/srv/#.pdf"), "{}"), &[]);
    check(&events(1, 1, ("fhir", "$export", 6006, 2), (ObjectKind::Other, "Patient"), "{}"), &["Bulk export from a FHIR server"]);
    check(&events(1, 1, ("postgresql", "COPY", 6006, 2), (ObjectKind::Other, "public.patients"), "{}"), &["Rows of a database were written to a file"]);
}

#[test]
fn logins() {
    let refuse = |n: usize, accounts: usize| -> Vec<Event> {
        let all = events(n, 20, ("windows", "4625", 3002, 1), (ObjectKind::None, ""), "{\"Channel\":\"Security\",\"EventID\":4625}");
        all.into_iter().enumerate().map(|(i, e)| Event { outcome: Outcome::Failure, actor: Some(format!("user{}", i % accounts)), ..e }).collect()
    };
    check(&refuse(16, 1), &["Many logins of one account failed (15 within 10 minutes)"]);
    check(&refuse(25, 25), &["Logins with many different names failed (20 within 60 minutes)"]);
    check(&refuse(10, 5), &[]);
    let logon = |account: &str, kind: &str| {
        let detail = format!("{{\"Channel\":\"Security\",\"EventID\":4624,\"LogonType\":\"{kind}\",\"TargetUserName\":\"{account}\"}}");
        events(1, 1, ("windows", "4624", 3002, 1), (ObjectKind::None, ""), &detail)
    };
    check(&logon("svc-backup", "10"), &["A service account logged in at a screen"]);
    check(&logon("svc-backup", "3"), &[]);
    check(&logon("sabrina", "10"), &[]);
}

#[test]
fn cloud_and_shells() {
    use ObjectKind::{File, Folder, Other};
    check(&events(1, 1, ("m365", "MailItemsAccessed", 6005, 1), (Folder, "Inbox"), "{}"), &["A mailbox was synchronised"]);
    check(&events(1, 1, ("m365", "MailItemsAccessed", 6005, 1), (Other, "<1@c>"), "{}"), &[]);
    check(&events(1, 1, ("m365", "New-InboxRule", 6003, 1), (Other, "x"), "{}"), &["An inbox rule that forwards or hides messages"]);
    let files = events(120, 2, ("m365", "FileDownloaded", 6006, 2), (File, "/a/#.docx"), "{}");
    check(&files, &["Many files were downloaded from SharePoint or OneDrive (100 within 10 minutes)"]);
    check(&events(250, 2, ("aws", "GetObject", 6006, 2), (Other, "b/#"), "{}"), &["Many objects were read from S3 (200 within 10 minutes)"]);
    let shell = |account: &str, method: &str| -> Vec<Event> {
        let all = events(1, 1, ("sshd", "Accepted", 3002, 1), (ObjectKind::None, ""), &format!("{{\"method\":\"{method}\"}}"));
        all.into_iter().map(|e| Event { actor: Some(account.into()), ..e }).collect()
    };
    check(&shell("svc-transfer", "password"), &["A service account logged in over SSH with a password"]);
    check(&shell("svc-transfer", "publickey"), &[]);
    check(&shell("anna", "password"), &[]);
}

#[test]
fn packed_then_sent() {
    let start = |image: &str, hour: i64| {
        let detail = format!("{{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,\"Computer\":\"WS1\",\"Image\":\"C:\\\\x\\\\{image}\"}}");
        let event = events(1, 1, ("windows", "1", 1007, 1), (ObjectKind::Other, image), &detail).remove(0);
        let time = event.time + jiff::SignedDuration::from_hours(hour);
        Event { event_id: Id::of("event", &[&image, &hour]), time, ..event }
    };
    // Logs may be read in any order.
    check(&[start("rclone.exe", 3), start("7z.exe", 1)], &["An archive was packed and then sent (2 within 24 hours)"]);
    check(&[start("rclone.exe", 1), start("7z.exe", 3)], &[]);
}

#[test]
fn a_bad_rule_is_refused_and_the_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.yml"), "title: x\nlogsource:\n  product: ehr\ndetection:\n  a:\n    operation|re: '('\n  condition: a\n").unwrap();
    std::fs::write(folder.path().join("worse.yml"), "title: [").unwrap();
    let rules = SigmaRules::load(&[folder.path().to_path_buf()]).unwrap();
    assert_eq!(rules.refused.len(), 2, "{:?}", rules.refused);
    assert_eq!(rules.len(), SigmaRules::load(&[]).unwrap().len());
}

#[test]
fn all_public_rules_load() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/logs/sigma"));
    if !folder.exists() {
        eprintln!("SKIPPED: no data at ../shared/data/logs/sigma");
        return;
    }
    let own = SigmaRules::load(&[]).unwrap().len();
    let rules = SigmaRules::load(&[folder.to_path_buf()]).unwrap();
    eprintln!("{} rules, {} refused", rules.len() - own, rules.refused.len());
    assert!(rules.refused.is_empty(), "{:?}", rules.refused);
    assert!(rules.len() > 3500);
}
