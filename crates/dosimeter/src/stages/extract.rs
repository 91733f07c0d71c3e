//! Collected files to `documents` and `passages`.

use crate::pipeline::Summary;
use dosimeter_case::tables::{Document, DocumentStatus, Evidence, EvidenceKind, Passage};
use dosimeter_case::{Case, Config, Error, Kind, Output, Phi, Progress, Result, TableWriter};
use dosimeter_documents::{Budget, Extracted, Job, Pool, duplicate, password_candidates};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Largest file that is looked at for a password.
const NOTE_BYTES: i64 = 4096;
/// Most passwords tried on a file.
const MOST_PASSWORDS: usize = 100;

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    let passwords: Vec<&String> = config.documents.passwords.iter().map(|p| p.expose()).collect();
    serde_json::json!({ "passwords": passwords, "seconds": config.documents.seconds_per_file, "megabytes": config.documents.megabytes_per_worker, "ocr": ocr_version() })
}

/// First line of `tesseract --version`; empty without it. What can be read depends on it: with Tesseract installed later, the stage is stale.
fn ocr_version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let output = std::process::Command::new("tesseract").arg("--version").output();
        let text = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned() + &String::from_utf8_lossy(&o.stderr)).unwrap_or_default();
        text.lines().next().unwrap_or_default().to_string()
    })
}

/// Passwords to try: those of `case.toml`, and those that small notes among the files give (`password: …` beside an archive).
fn passwords(case: &Case, files: &[Evidence]) -> Vec<Phi<String>> {
    let mut passwords = case.config.documents.passwords.clone();
    let notes = files.iter().filter(|f| f.bytes <= NOTE_BYTES && (f.path.ends_with(".txt") || f.path.to_lowercase().contains("passw")));
    for note in notes {
        // An unreadable note is met again, and reported, as a document.
        let text = std::fs::read(&note.file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        if text.to_lowercase().contains("passw") {
            passwords.extend(password_candidates(&text));
        }
    }
    passwords.sort();
    passwords.dedup();
    passwords.truncate(MOST_PASSWORDS);
    passwords
}

/// Limits per file, from `case.toml`.
pub fn budget(config: &Config) -> Budget {
    Budget { seconds: config.documents.seconds_per_file, memory_bytes: config.documents.megabytes_per_worker << 20, ..Budget::default() }
}

/// Reads every collected file, each content once.
pub fn run(case: &Case, output: &mut Output, jobs: usize) -> Result<Summary> {
    let files: Vec<_> = case.evidence()?.into_iter().filter(|e| e.kind == EvidenceKind::Files).collect();
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut copies: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut work = Vec::new();
    for file in &files {
        match first.get(file.sha256.as_str()) {
            Some(original) => copies.entry(original).or_default().push(&file.path),
            None => {
                first.insert(&file.sha256, &file.path);
                work.push(Job { path: file.path.clone(), file: PathBuf::from(&file.file), sha256: Some(file.sha256.clone()) });
            }
        }
    }
    let exe = std::env::current_exe().map_err(|e| Error::new(Kind::Io, e.to_string()))?;
    let mut progress = Progress::new("extract", files.len() as u64);
    let mut documents: TableWriter<Document> = output.writer()?;
    let mut passages: TableWriter<Passage> = output.writer()?;
    let mut counts: BTreeMap<DocumentStatus, i64> = BTreeMap::new();
    let mut all = 0;
    let mut each = |parts: Vec<Extracted>| -> Result<()> {
        for part in parts {
            let document = part.document;
            let copies = if document.member.is_none() { copies.get(document.path.as_str()).cloned().unwrap_or_default() } else { vec![] };
            for row in copies.iter().map(|path| duplicate(&document, path)).collect::<Vec<_>>().into_iter().chain([document]) {
                *counts.entry(row.status).or_default() += 1;
                all += 1;
                progress.inc(u64::from(row.member.is_none()));
                documents.push(row)?;
            }
            passages.extend(part.passages)?;
        }
        Ok(())
    };
    Pool::run(&exe, jobs, &work, &budget(&case.config), &passwords(case, &files), &mut each)?;
    output.finish(documents)?;
    output.finish(passages)?;
    let mut summary = vec![("files".into(), files.len() as i64), ("documents".into(), all)];
    summary.extend(counts.into_iter().map(|(status, n)| (status.to_string(), n)));
    Ok(summary)
}
