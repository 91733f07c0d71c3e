//! Collected files to `documents` and `passages`.

use crate::pipeline::Summary;
use dosimeter_case::tables::{Document, DocumentStatus, Evidence, EvidenceKind, Passage};
use dosimeter_case::{Case, Config, Error, Kind, Output, Phi, Progress, Result, TableWriter, scan};
use dosimeter_documents::{Budget, Copies, Delivery, Job, Pool, duplicate, password_candidates, pdf_engine};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Largest file that is looked at for a password.
const NOTE_BYTES: i64 = 4096;
/// Most passwords tried on a file.
const MOST_PASSWORDS: usize = 100;

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    let passwords: Vec<&String> = config.documents.passwords.iter().map(|p| p.expose()).collect();
    serde_json::json!({ "passwords": passwords, "seconds": config.documents.seconds_per_file, "megabytes": config.documents.megabytes_per_worker, "ocr": ocr_version(), "pdf": pdf_engine() })
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

/// Files of one shard at most: so much is read again after a crash.
const SHARD_FILES: usize = 500;
/// Bytes of one shard, unless one file has more.
const SHARD_BYTES: i64 = 256 << 20;

/// A stretch of the work whose result stands on the disk as soon as it is complete.
struct Shard {
    files: std::ops::Range<usize>,
    documents: PathBuf,
    passages: PathBuf,
}

/// Cuts the work; where, depends on the files alone.
fn shards(work: &[&Evidence], folder: &Path) -> Vec<Shard> {
    let mut shards = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, file) in work.iter().enumerate() {
        bytes += file.bytes;
        if at + 1 == work.len() || at + 1 - from >= SHARD_FILES || bytes >= SHARD_BYTES {
            let name = |table: &str| folder.join(format!("{:08}.{table}.parquet", shards.len()));
            let shard = Shard { files: from..at + 1, documents: name("documents"), passages: name("passages") };
            shards.push(shard);
            (from, bytes) = (at + 1, 0);
        }
    }
    shards
}

/// Where the rows of one shard go. Both tables are complete, under temporary names, before the first gets its own; the
/// documents' file comes last and says that the shard is there.
struct Writing {
    documents: TableWriter<Document>,
    passages: TableWriter<Passage>,
}

impl Writing {
    fn begin(shard: &Shard) -> Result<Writing> {
        Ok(Writing {
            documents: TableWriter::create(&shard.documents.with_extension("tmp"))?,
            passages: TableWriter::create(&shard.passages.with_extension("tmp"))?,
        })
    }
    fn end(self, shard: &Shard) -> Result<()> {
        self.passages.finish()?;
        self.documents.finish()?;
        for path in [&shard.passages, &shard.documents] {
            std::fs::rename(path.with_extension("tmp"), path).map_err(|e| Error::io(path, e))?;
        }
        Ok(())
    }
}

/// What is still to be read.
struct Plan<'a> {
    /// Every file with content of its own, in order.
    work: &'a [&'a Evidence],
    /// By path: other files with the same content.
    copies: &'a BTreeMap<&'a str, Vec<&'a str>>,
    /// The shards that are not there yet.
    shards: &'a [Shard],
}

impl Plan<'_> {
    fn read(&self, case: &Case, known: Copies, jobs: usize) -> Result<()> {
        let Some(start) = self.shards.first().map(|shard| shard.files.start) else { return Ok(()) };
        let job = |file: &&Evidence| Job { path: file.path.clone(), file: PathBuf::from(&file.file), sha256: Some(file.sha256.clone()) };
        let list: Vec<Job> = self.work[start..].iter().map(job).collect();
        let exe = std::env::current_exe().map_err(|e| Error::new(Kind::Io, e.to_string()))?;
        let files: Vec<Evidence> = self.work.iter().map(|file| (*file).clone()).collect();
        let passwords = passwords(case, &files);
        let pool = Pool::new(&exe, jobs, budget(&case.config), &passwords);
        let mut progress = Progress::new("extract", self.work.len() as u64);
        progress.inc(start as u64);
        let mut shards = self.shards.iter();
        let (mut shard, mut writing, mut bytes) = (None, None, 0);
        let confined = pool.run(&list, Some(known), &mut |delivery| {
            if writing.is_none() {
                shard = shards.next();
                writing = shard.map(Writing::begin).transpose()?;
            }
            let (Some(at), Some(tables)) = (shard, writing.as_mut()) else { return Ok(()) };
            match delivery {
                Delivery::Part(part) => {
                    tables.passages.extend(part.passages)?;
                    if part.more {
                        return Ok(());
                    }
                    let whole = part.document.member.is_none();
                    for path in self.copies.get(part.document.path.as_str()).into_iter().flatten().filter(|_| whole) {
                        tables.documents.push(duplicate(&part.document, path))?;
                    }
                    tables.documents.push(part.document)
                }
                Delivery::End(file) => {
                    bytes += self.work[start + file].bytes;
                    progress.note(format!("{} MB; slowest: {}", bytes / 1_000_000, pool.slowest()));
                    progress.inc(1);
                    match writing.take_if(|_| start + file + 1 == at.files.end) {
                        Some(tables) => tables.end(at),
                        None => Ok(()),
                    }
                }
            }
        })?;
        drop(progress);
        eprintln!("{:>8}  {} MB read by workers confined by {confined}; slowest: {}", "extract", bytes / 1_000_000, pool.slowest());
        Ok(())
    }
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
                work.push(file);
            }
        }
    }
    let shards = shards(&work, &output.scratch("extract")?);
    let done = shards.iter().take_while(|shard| shard.documents.exists()).count();
    let mut known = Copies::default();
    for shard in &shards[..done] {
        for rows in scan::<Document>(&shard.documents)? {
            rows?.iter().for_each(|row| known.add(row));
        }
    }
    let plan = Plan { work: &work, copies: &copies, shards: &shards[done..] };
    plan.read(case, known, jobs)?;
    let mut documents: TableWriter<Document> = output.writer()?;
    let mut passages: TableWriter<Passage> = output.writer()?;
    let mut counts: BTreeMap<DocumentStatus, i64> = BTreeMap::new();
    for shard in &shards {
        for rows in scan::<Document>(&shard.documents)? {
            for row in rows? {
                *counts.entry(row.status).or_default() += 1;
                documents.push(row)?;
            }
        }
        for rows in scan::<Passage>(&shard.passages)? {
            passages.extend(rows?)?;
        }
    }
    output.finish(documents)?;
    output.finish(passages)?;
    let mut summary = vec![("files".into(), files.len() as i64), ("documents".into(), counts.values().sum())];
    summary.extend(counts.into_iter().map(|(status, n)| (status.to_string(), n)));
    Ok(summary)
}
