//! Reads the recorded clinic and public sample logs, where they are present next to the repository.

use dosimeter_case::tables::{Event, Outcome, Reject};
use dosimeter_case::{Id, Result};
use dosimeter_logs::{Sink, Source, Summary, coverage, read};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[derive(Default)]
struct Kept {
    events: Vec<Event>,
    rejects: Vec<Reject>,
}
impl Sink for Kept {
    fn event(&mut self, event: Event) -> Result<()> {
        self.events.push(event);
        Ok(())
    }
    fn reject(&mut self, reject: Reject) -> Result<()> {
        self.rejects.push(reject);
        Ok(())
    }
}

fn data(below: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(below);
    if !path.exists() {
        eprintln!("SKIPPED: no data at ../shared/data/{below}");
        return None;
    }
    Some(path)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn one(path: &Path, root: &Path, kept: &mut Kept) -> (Source, Summary) {
    let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
    let host = name.split('/').next().unwrap().to_string();
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let source = Source::new(Id::of("source", &[&name]), name, host, zone, jiff::civil::date(2023, 9, 21));
    let summary = read(&source, std::fs::File::open(path).unwrap(), kept).unwrap();
    (source, summary)
}

#[test]
fn the_recorded_clinic_is_understood() {
    let Some(root) = data("clinic-a/evidence/logs") else { return };
    let mut kept = Kept::default();
    let read: Vec<_> = files(&root).iter().map(|path| one(path, &root, &mut kept)).collect();

    assert!(kept.rejects.is_empty(), "{:?}", kept.rejects.iter().take(9).map(|r| (&r.path, r.record_no, &r.reason)).collect::<Vec<_>>());
    // Every line is a record: the counts of the logs' own list (log.smbd has three lines a record, the CSV a header).
    let mut records: BTreeMap<String, i64> = BTreeMap::new();
    for (source, summary) in &read {
        let name = source.path.trim_end_matches(".gz").trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('.').to_string();
        *records.entry(name).or_default() += summary.records;
        let (first, last) = (summary.first.unwrap().to_string(), summary.last.unwrap().to_string());
        assert!(first.as_str() >= "2023-08-14" && last.as_str() < "2023-09-22T05", "{} {first} {last}", source.path);
    }
    let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(root.join("../../truth/intrusion.json")).unwrap()).unwrap();
    for (name, log) in truth["logs"].as_object().unwrap() {
        let lines = log["lines"].as_i64().unwrap();
        let expect = match name.as_str() {
            "fs01/log.smbd" => lines / 3,
            _ => lines,
        };
        assert!((records[name] - expect).abs() <= 6, "{name}: {} records of {expect}", records[name]);
    }

    // Every access in the truth has its event: account, address, bytes where the log has them.
    let ids: BTreeSet<Id> = kept.events.iter().map(|e| e.event_id).collect();
    assert_eq!(ids.len(), kept.events.len(), "event ids are unique");
    let reading = |e: &Event| match (e.app.as_str(), e.operation.as_str()) {
        ("samba", "pread_recv") | ("sftp", "close") | ("ehr", _) | ("windows", "4663") => true,
        ("nginx", _) => e.class_uid == 4002 && e.outcome == Outcome::Success,
        _ => false,
    };
    let key = |account: &str, address: &str, host: &str| format!("{account} {address} {host}");
    let mut seen: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for e in kept.events.iter().filter(|e| reading(e)) {
        let key = key(e.actor.as_deref().unwrap_or(""), e.src_addr.as_deref().unwrap_or(""), &e.host);
        seen.entry(key).or_default().push((e.time.as_second(), e.object.clone().unwrap_or_default().replace('\\', "/")));
    }
    let (mut found, mut total, mut empty) = (0, 0, 0);
    let mut truth = csv::Reader::from_path(root.join("../../truth/accesses.csv")).unwrap();
    for row in truth.records() {
        let row = row.unwrap();
        let time = row[0].parse::<jiff::Timestamp>().unwrap().as_second();
        // What the object ends with: the path below the share, the number of a record; the PACS names studies by its own ids.
        let object = row[4].strip_prefix("ehr:").or_else(|| row[4].split_once('/').filter(|_| &row[3] != "pacs01").map(|(_, path)| path)).unwrap_or("");
        // The server has nothing to read from a file without content, so its log has nothing to tell.
        if &row[3] == "fs01" && &row[7] == "0" {
            empty += 1;
            continue;
        }
        total += 1;
        let fits = |events: &Vec<(i64, String)>| events.iter().any(|(t, o)| (t - time).abs() <= 30 && o.ends_with(object));
        found += usize::from(seen.get(&key(&row[1], &row[2], &row[3])).is_some_and(fits));
    }
    eprintln!("{} events, {} rejects; {found} of {total} true accesses have their event (and {empty} of empty files)", kept.events.len(), kept.rejects.len());
    assert!(found * 1000 >= total * 995, "{found} of {total}");

    let gaps: Vec<_> = coverage(&read).into_iter().filter(|row| row.source_id.is_none()).collect();
    for gap in &gaps {
        eprintln!("gap {} {} {:?} {:?}: {}", gap.host, gap.app, gap.from, gap.to, gap.gap_reason.as_deref().unwrap_or(""));
    }
}

#[test]
fn public_audit_messages_are_read_or_refused() {
    let Some(root) = data("logs/atna") else { return };
    let mut kept = Kept::default();
    let files = files(&root);
    let mut unknown = 0;
    for path in &files {
        let before = kept.events.len() + kept.rejects.len();
        unknown += usize::from(one(path, &root, &mut kept).1.app != "atna");
        assert!(kept.events.len() + kept.rejects.len() > before, "{} gave nothing", path.display());
    }
    eprintln!("{} files, {} events, rejects: {:?}", files.len(), kept.events.len(), kept.rejects.iter().map(|r| (&r.path, &r.reason)).collect::<Vec<_>>());
    assert_eq!(unknown, 0);
    assert!(kept.rejects.len() * 50 <= files.len());
    let retrievals = kept.events.iter().filter(|e| e.operation == "110104/R" && e.study_uid.is_some()).count();
    assert!(retrievals >= 5, "{retrievals}");
}

#[test]
fn public_web_logs_are_read() {
    let Some(root) = data("logs/apache-http-logs") else { return };
    for name in ["acunetix.txt", "w3af.txt"] {
        let mut kept = Kept::default();
        let (_, summary) = one(&root.join(name), &root, &mut kept);
        eprintln!("{name}: {} records, {} rejected", summary.records, summary.rejected);
        // Apache's, but one of them has nothing that only Apache writes.
        assert!(matches!(summary.app, "apache" | "nginx"));
        assert!(summary.rejected * 100 <= summary.records, "{name}: {:?}", kept.rejects.iter().take(5).map(|r| (r.record_no, &r.reason)).collect::<Vec<_>>());
    }
}

#[test]
fn public_alerts_are_read() {
    let Some(root) = data("logs/suricata-sample-data/samples") else { return };
    let mut events = 0;
    for path in files(&root).iter().filter(|path| path.extension().is_some_and(|e| e == "json")) {
        let mut kept = Kept::default();
        let (_, summary) = one(path, &root, &mut kept);
        assert_eq!((summary.app, summary.rejected), ("suricata", 0), "{}", path.display());
        assert!(kept.events.iter().all(|e| e.class_uid == 2004 && e.src_addr.is_some() && e.detail.contains("\"alert.signature_id\":")));
        events += kept.events.len();
    }
    assert_eq!(events, 548);
}

#[test]
fn public_cloud_trails_are_read() {
    let Some(root) = data("logs/invictus_aws/CloudTrail") else { return };
    let mut kept = Kept::default();
    let records: i64 = files(&root).iter().map(|path| one(path, &root, &mut kept).1.records).sum();
    let failed = kept.events.iter().filter(|e| e.outcome == Outcome::Failure).count();
    eprintln!("{records} records, {} events, {failed} of them failures", kept.events.len());
    assert_eq!((records, kept.events.len(), kept.rejects.len()), (2900, 2900, 0));
    // 42 records are of AWS services or accounts outside, without a name.
    let named = kept.events.iter().filter(|e| e.actor.is_some()).count();
    assert!(named >= 2800, "{named}");
    assert!(kept.events.iter().all(|e| !e.detail.contains("IQoJb3")), "a session token was kept");
}

#[test]
fn public_office_audit_is_read() {
    let Some(archive) = data("logs/m365/auditrecords.7z") else { return };
    // The archive holds one CSV file; it is unpacked by a program where there is one.
    let Ok(unpacked) = std::process::Command::new("7z").args(["x", "-so"]).arg(&archive).output() else {
        eprintln!("SKIPPED: no 7z");
        return;
    };
    let source = Source::new(Id(1), "auditrecords.csv", "m365", jiff::tz::TimeZone::UTC, jiff::civil::date(2021, 7, 20));
    let mut kept = Kept::default();
    let summary = read(&source, &unpacked.stdout[..], &mut kept).unwrap();
    let count = |operation: &str| kept.events.iter().filter(|e| e.operation == operation).count();
    eprintln!(
        "{} records, {} events, {} rejected; {} messages and folders read",
        summary.records,
        kept.events.len(),
        summary.rejected,
        count("MailItemsAccessed")
    );
    // Three rows have no AuditData.
    assert_eq!((summary.app, summary.records, summary.rejected), ("m365", 9611, 3));
    assert_eq!((count("UserLoggedIn"), count("UserLoginFailed"), count("FileDownloaded")), (583, 368, 5));
    // 496 records name messages, 60 a folder that was synchronised.
    assert_eq!(count("MailItemsAccessed"), 1865);
}

/// The administrator chooses the prefix: whatever its order, account, address and work station must come out the same.
#[test]
fn samba_prefixes_in_other_orders() {
    let Some(path) = data("clinic-a/evidence/logs/fs01/samba_audit.log.1") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let text: Vec<&str> = text.lines().take(1500).collect();
    let who = |order: &[usize]| {
        let input: String = text
            .iter()
            .map(|line| {
                let (header, record) = line.split_once("smbd_audit: ").unwrap();
                let fields: Vec<&str> = record.splitn(5, '|').collect();
                let prefix: Vec<&str> = order.iter().map(|&i| fields[i]).collect();
                format!("{header}smbd_audit: {}|{}\n", prefix.join("|"), fields[4])
            })
            .collect();
        let source = Source::new(Id(1), "x", "h", jiff::tz::TimeZone::UTC, jiff::civil::date(2023, 9, 21));
        let mut kept = Kept::default();
        read(&source, input.as_bytes(), &mut kept).unwrap();
        kept.events.iter().map(|e| (e.actor.clone(), e.src_addr.clone(), e.device.clone(), e.operation.clone(), e.object.clone())).collect::<Vec<_>>()
    };
    let usual = who(&[0, 1, 2, 3]);
    assert!(usual.len() > 1000 && usual.iter().all(|e| e.0.is_some() && e.1.is_some() && e.2.is_some()));
    for a in 0..4 {
        for b in (0..4).filter(|b| *b != a) {
            for c in (0..4).filter(|c| ![a, b].contains(c)) {
                let d = 6 - a - b - c;
                assert!(who(&[a, b, c, d]) == usual, "{:?}", [a, b, c, d]);
            }
        }
    }
    let without_machine: Vec<_> = usual.iter().cloned().map(|e| (e.0, e.1, None, e.3, e.4)).collect();
    for order in [&[0, 1][..], &[1, 0], &[3, 0, 1], &[0, 3, 1], &[1, 3, 0]] {
        assert!(who(order) == without_machine, "{order:?}");
    }
}
