//! `mentions` and `records` from the passages, and records of patients that only a server's log names.

use crate::pipeline::Summary;
use dosimeter_case::tables::{Access, Document, EvidenceKind, Mention, Passage, Record};
use dosimeter_case::{Case, Config, Error, Output, Progress, Result, TableWriter};
use dosimeter_phi::{Finder, Finding, Found, Kind, Mentions, Records, Roster, Rules};
use std::collections::HashMap;
use std::fs::File;

/// Documents found in at a time by all threads together, and the most text of them.
const BATCH: usize = 256;
const TEXT: usize = 64 << 20;
/// A document with more text is found in part by part, so that neither its passages nor what is found in them are ever held whole.
const PART: usize = 16 << 20;
/// Mentions, or records, that wait to be written together.
const ROWS: usize = 1 << 16;

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    let staff: Vec<&String> = config.environment.staff.iter().map(|s| &s.name).collect();
    serde_json::json!({ "staff": staff, "record_shows": config.environment.record_shows })
}

/// Finds in every document, in the order of the passages.
pub fn run(case: &Case, output: &mut Output, jobs: usize) -> Result<Summary> {
    let finder = finder(case)?;
    let documents: HashMap<_, _> = case.read::<Document>()?.into_iter().map(|d| (d.document_id, d)).collect();
    let mut progress = Progress::new("find", case.run_of("passages").map_or(0, |run| run.outputs["passages"].rows as u64));
    let mut mentions: TableWriter<Mention> = output.writer()?;
    let mut records: TableWriter<Record> = output.writer()?;
    let (mut n_mentions, mut n_records) = (0, 0);
    // Many documents have few mentions and records.
    let (mut waiting, mut waiting_records) = (Mentions::default(), Records::default());
    let mut keep = |found: Vec<Found>| -> Result<()> {
        for found in found {
            n_mentions += found.mentions.len() as i64;
            n_records += found.records.len() as i64;
            waiting.append(&found.mentions);
            if waiting.len() >= ROWS {
                std::mem::take(&mut waiting).batches().try_for_each(|batch| mentions.extend_batch(&batch?))?;
            }
            waiting_records.append(&found.records);
            if waiting_records.len() >= ROWS {
                std::mem::take(&mut waiting_records).batches().try_for_each(|batch| records.extend_batch(&batch?))?;
            }
        }
        Ok(())
    };
    // Documents that are whole; the document being read, and what came of its earlier parts if it is long.
    let mut batch: Vec<Vec<Passage>> = Vec::new();
    let mut text = 0;
    let mut open: Vec<Passage> = Vec::new();
    let mut size = 0;
    let mut long: Option<Finding> = None;
    for passages in case.scan::<Passage>()? {
        for passage in passages? {
            progress.inc(1);
            // Passages of one document stand together.
            if open.first().is_some_and(|first| first.document_id != passage.document_id) {
                let whole = std::mem::take(&mut open);
                match long.take() {
                    Some(mut finding) => keep(vec![finding.part(&whole, true)])?,
                    None => batch.push(whole),
                }
                text += std::mem::take(&mut size);
                if batch.len() >= BATCH || text >= TEXT {
                    keep(find_all(&finder, &documents, &std::mem::take(&mut batch), jobs))?;
                    text = 0;
                }
            }
            size += passage.text.len();
            open.push(passage);
            if size >= PART
                && let Some(document) = documents.get(&open[0].document_id)
            {
                // Those before it come first.
                keep(find_all(&finder, &documents, &std::mem::take(&mut batch), jobs))?;
                text = 0;
                let finding = long.get_or_insert_with(|| finder.document(document));
                // The last passage stays, so that a document never ends without one.
                let rest = open.split_off(open.len() - 1);
                if !open.is_empty() {
                    keep(vec![finding.part(&open, false)])?;
                }
                open = rest;
                size = open.iter().map(|p| p.text.len()).sum();
            }
        }
    }
    match long {
        Some(mut finding) => keep(vec![finding.part(&open, true)])?,
        None => {
            batch.extend((!open.is_empty()).then_some(open));
            keep(find_all(&finder, &documents, &batch, jobs))?;
        }
    }
    waiting.batches().try_for_each(|batch| mentions.extend_batch(&batch?))?;
    waiting_records.batches().try_for_each(|batch| records.extend_batch(&batch?))?;
    let from_logs = dosimeter_trace::log_records(&case.read::<Access>()?, &case.config.environment.record_shows);
    n_records += from_logs.len() as i64;
    records.extend(from_logs)?;
    output.finish(mentions)?;
    output.finish(records)?;
    Ok(vec![("mentions".into(), n_mentions), ("records of persons".into(), n_records)])
}

/// The finder of a case: its rules, its roster, its staff.
fn finder(case: &Case) -> Result<Finder> {
    let folder = case.dir().join("rules").join("phi");
    let rules = if folder.is_dir() { Rules::load(&folder)? } else { Rules::default() };
    let mut roster = Roster::default();
    for evidence in case.evidence()?.iter().filter(|e| e.kind == EvidenceKind::Roster) {
        let file = File::open(&evidence.file).map_err(|e| Error::io(&evidence.file, e))?;
        let kind = if evidence.path.to_lowercase().contains("staff") { Kind::Staff } else { Kind::Patients };
        roster.extend(Roster::from_csv(file, kind).map_err(|e| e.at(&evidence.file))?);
    }
    let staff: Vec<String> = case.config.environment.staff.iter().map(|s| s.name.clone()).filter(|n| !n.is_empty()).collect();
    roster.add_staff(&staff);
    // A name too many is a mention nobody acts on; one too few is a person without a letter.
    Ok(Finder::new(&rules, &roster)?.leaning(Finder::RECALL))
}

/// Finds in several documents on several threads; the results stand in the order of the documents.
fn find_all(finder: &Finder, documents: &HashMap<dosimeter_case::Id, Document>, batch: &[Vec<Passage>], jobs: usize) -> Vec<Found> {
    let share = batch.len().div_ceil(jobs.max(1)).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = batch
            .chunks(share)
            .map(|part| {
                scope.spawn(|| part.iter().filter_map(|passages| Some(finder.find(documents.get(&passages[0].document_id)?, passages))).collect::<Vec<_>>())
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
    })
}
