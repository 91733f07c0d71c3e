//! Collected files to `documents` and `passages`.

use crate::pipeline::Summary;
use dosimeter_case::tables::{Document, DocumentStatus, EvidenceKind, Passage};
use dosimeter_case::{Case, Config, Error, Kind, Output, Progress, Result, TableWriter};
use dosimeter_documents::{Budget, Extracted, Job, Pool, duplicate};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    let passwords: Vec<&String> = config.documents.passwords.iter().map(|p| p.expose()).collect();
    serde_json::json!({ "passwords": passwords, "seconds": config.documents.seconds_per_file, "megabytes": config.documents.megabytes_per_worker })
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
    Pool::run(&exe, jobs, &work, &budget(&case.config), &case.config.documents.passwords, &mut each)?;
    output.finish(documents)?;
    output.finish(passages)?;
    let mut summary = vec![("files".into(), files.len() as i64), ("documents".into(), all)];
    summary.extend(counts.into_iter().map(|(status, n)| (status.to_string(), n)));
    Ok(summary)
}
