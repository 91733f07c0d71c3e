//! The generated clinic as a whole: repeatable, complete, and its truth true to its logs.

use dosimeter_clinic::{Generated, Options, generate};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

fn clinic(patients: usize, seed: u64) -> (tempfile::TempDir, Generated) {
    let dir = tempfile::tempdir().unwrap();
    let made = generate(dir.path(), &Options { patients, seed }).unwrap();
    (dir, made)
}

fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut all, mut open) = (BTreeMap::new(), vec![root.to_path_buf()]);
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                all.insert(path.strip_prefix(root).unwrap().to_path_buf(), std::fs::read(&path).unwrap());
            }
        }
    }
    all
}

/// All weeks of a log, unpacked.
fn log(made: &Generated, name: &str) -> String {
    let mut text = String::new();
    for week in (0..5).rev() {
        let path = match week {
            0 => made.evidence.join("logs").join(name),
            1 => made.evidence.join("logs").join(format!("{name}.1")),
            n => made.evidence.join("logs").join(format!("{name}.{n}.gz")),
        };
        let bytes = std::fs::read(&path).unwrap();
        if week > 1 {
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        } else {
            text += std::str::from_utf8(&bytes).unwrap();
        }
    }
    text
}

fn rows(path: PathBuf) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|r| r.unwrap()).collect()
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let (a, _one) = clinic(80, 7);
    let first = files(a.path());
    // Times in archives would have a resolution of two seconds: the day is far away from the first one's only if a clock is read.
    let (b, _two) = clinic(80, 7);
    assert_eq!(first, files(b.path()));
    let (c, _three) = clinic(80, 8);
    assert_ne!(first, files(c.path()));
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 86_400 / 365 + 1970;
    let workbook = &first[Path::new("evidence/files/Clinic/HR/payroll 2024.xlsx")];
    // Bytes 12 and 13 of a zip file are the date of its first member: 1980 plus the upper seven bits.
    assert!(u64::from(workbook[13] >> 1) + 1980 != clock, "the workbook holds the present year");
}

#[test]
fn every_story_leaves_evidence_of_every_access() {
    for (seed, story) in [(0, "vendor"), (1, "spray"), (2, "clinician")] {
        let (_dir, made) = clinic(120, seed);
        let summary: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(made.truth.join("intrusion.json")).unwrap()).unwrap();
        assert_eq!(summary["story"], story);
        let (samba, web, sftp, pacs) =
            (log(&made, "fs01/samba_audit.log"), log(&made, "web01/access.log"), log(&made, "sftp01/auth.log"), log(&made, "pacs01/nginx_access.json"));
        let ehr = std::fs::read_to_string(made.evidence.join("logs/ehr01/access_log.csv")).unwrap();
        let accesses = rows(made.truth.join("accesses.csv"));
        let mine: Vec<_> = accesses.iter().filter(|a| a["by_intruder"] == "1").collect();
        assert!(mine.len() > 40, "{story}: {}", mine.len());
        for a in &mine {
            let (path, account, source) = (&a["path"], &a["account"], &a["source"]);
            let there = match a["server"].as_str() {
                "fs01" => {
                    samba.contains(&format!("{account}|{source}|"))
                        && samba.contains(&format!("pread_recv|ok|/srv/clinic/{}\n", path.strip_prefix("Clinic/").unwrap()))
                }
                "web01" => web.contains(&format!("\"GET /{} HTTP/1.1\" 200", path.replacen("Portal", "portal", 1))),
                "sftp01" => sftp.contains(&format!("close \"/srv/exchange/{}\" bytes read {} ", path.strip_prefix("Exchange/").unwrap(), a["bytes"])),
                "pacs01" => pacs.contains(source),
                _ => ehr.contains(&format!("{},{source},{},", account.to_uppercase(), path.strip_prefix("ehr:").unwrap())),
            };
            assert!(there, "{story}: an access on {} is not in its log", a["server"]);
        }
        // The owner of the account goes on working (or its job goes on running) from the usual place.
        let accounts: Vec<&str> = summary["accounts"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
        assert!(
            accesses
                .iter()
                .any(|a| a["by_intruder"] == "0" && accounts.contains(&a["account"].as_str()) && a["time"].as_str() > summary["start"].as_str().unwrap())
        );
        let affected = rows(made.truth.join("affected.csv"));
        assert!(affected.len() > 20 && affected.len() < 120 * 3 / 2, "{story}: {}", affected.len());
    }
}

#[test]
fn logs_are_in_order_and_in_the_time_of_their_server() {
    let (_dir, made) = clinic(80, 1);
    let web = log(&made, "web01/access.log");
    // Winter and summer time.
    assert!(web.contains("/Mar/2024:") && web.contains(" -0600]") && web.contains(" -0500]"));
    let audit = std::fs::read_to_string(made.evidence.join("logs/pacs01/atna_audit.log")).unwrap();
    let times: Vec<&str> = audit.lines().map(|l| l.split(' ').nth(1).unwrap()).collect();
    assert!(times.iter().all(|t| t.ends_with('Z')) && times.is_sorted_by(|a, b| a[..19] <= b[..19]));
    assert!(log(&made, "fs01/samba_audit.log").lines().all(|l| l.split('|').count() >= 6));
    assert!(log(&made, "fs01/log.smbd").lines().filter(|l| l.starts_with("  {")).all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()));
    assert!(log(&made, "pacs01/nginx_access.json").lines().all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()));
}

#[test]
fn values_stand_in_plain_files_as_the_truth_says() {
    let (_dir, made) = clinic(100, 4);
    let text = std::fs::read_to_string(made.truth.join("mentions.jsonl")).unwrap();
    let mut checked = 0;
    for line in text.lines() {
        let m: serde_json::Value = serde_json::from_str(line).unwrap();
        let path = m["path"].as_str().unwrap();
        if !path.ends_with(".txt") && !path.ends_with(".html") && !path.ends_with(".hl7") {
            continue;
        }
        let content = String::from_utf8(std::fs::read(made.evidence.join("files").join(path)).unwrap()).unwrap();
        for kind in ["name", "dob", "ssn", "mrn", "insurance_id", "phone", "diagnosis"] {
            for value in m["elements"][kind].as_array().into_iter().flatten() {
                let value = value.as_str().unwrap();
                assert!(content.contains(value), "{path}: {kind}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

#[test]
fn the_recorded_clinics_scorer_agrees() {
    let scorer = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/clinic-a/score.py"));
    let python = std::process::Command::new("python3").arg("--version").output();
    if !scorer.exists() || python.is_err() {
        eprintln!("skipped: ../shared/data/clinic-a/score.py or python3 is not there");
        return;
    }
    let (dir, made) = clinic(100, 2);
    let run = |args: &[&std::ffi::OsStr]| {
        let out = std::process::Command::new("python3").arg(scorer).arg("--truth").arg(&made.truth).args(args).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    run(&["--oracle".as_ref(), dir.path().as_os_str()]);
    let (people, accesses) = (dir.path().join("people.csv"), dir.path().join("accesses.csv"));
    let answer: serde_json::Value =
        serde_json::from_str(&run(&["--people".as_ref(), people.as_os_str(), "--accesses".as_ref(), accesses.as_os_str()])).unwrap();
    let ours = dosimeter_clinic::score(&made.truth, &people, &accesses).unwrap();
    assert_eq!(
        (answer["people"]["recall"].as_f64(), answer["people"]["precision"].as_f64()),
        (Some(ours.people.recall()), Some(ours.people.precision())),
        "{ours}"
    );
    assert_eq!((answer["accesses"]["recall"].as_f64(), answer["accesses"]["precision"].as_f64()), (Some(1.0), Some(1.0)));
    assert_eq!(answer["people"]["must_find"].as_u64(), Some(ours.people.must_find as u64));
}
