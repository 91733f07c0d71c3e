//! `records` to `people`.

use crate::pipeline::Summary;
use dosimeter_case::tables::{Document, HeadCount, PersonRecord, Question, Record};
use dosimeter_case::{Case, Config, Id, Output, Result};
use dosimeter_people::Options;
use std::collections::HashMap;

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    serde_json::json!({ "discovered": config.incident.discovered })
}

/// Each person exactly once.
pub fn run(case: &Case, output: &mut Output, jobs: usize) -> Result<Summary> {
    let records = case.read::<Record>()?;
    let decisions: Vec<dosimeter_people::Decision> = case
        .ledger
        .decisions()?
        .into_iter()
        .filter_map(|decision| match decision {
            dosimeter_case::Decision::Records { left, right, same: true, .. } => Some(dosimeter_people::Decision::Same(left, right)),
            dosimeter_case::Decision::Records { left, right, same: false, .. } => Some(dosimeter_people::Decision::Different(left, right)),
            dosimeter_case::Decision::Session { .. } => None,
        })
        .collect();
    let options = Options { threads: jobs, batches: batches(case)?, ..Options::new(case.config.incident.discovered) };
    let resolution = dosimeter_people::resolve(&records, &decisions, &options);
    let mut summary = vec![("records".into(), records.len() as i64), ("people".into(), resolution.people.len() as i64)];
    if let Some(total) = resolution.counts.first() {
        summary.extend([("people at least".into(), total.low), ("people at most".into(), total.high)]);
    }
    summary
        .extend([("pairs compared".into(), resolution.compared.pairs as i64), ("pairs missed, estimated".into(), resolution.compared.missed.round() as i64)]);
    summary.push(("open questions".into(), resolution.questions.len() as i64));
    let questions = questions(resolution.questions, &resolution.person_records);
    output.write(resolution.people)?;
    output.write(resolution.person_records)?;
    output.write(resolution.links)?;
    output.write(resolution.counts.into_iter().map(|c| HeadCount { state: c.state, people: c.people, low: c.low, best: c.best, high: c.high }))?;
    output.write(questions)?;
    Ok(summary)
}

/// Batch of evidence in which each document came; a document inside another came with it.
fn batches(case: &Case) -> Result<HashMap<Id, u32>> {
    let mut of_file: HashMap<(String, String), u32> = HashMap::new();
    for evidence in case.evidence()? {
        let batch = u32::try_from(evidence.batch).unwrap_or(u32::MAX);
        of_file.entry((evidence.path, evidence.sha256)).and_modify(|known| *known = batch.min(*known)).or_insert(batch);
    }
    let documents = case.read::<Document>()?;
    let mut batches: HashMap<Id, u32> = HashMap::with_capacity(documents.len());
    let mut inner = Vec::new();
    for document in documents {
        match document.parent_id {
            Some(parent) => inner.push((document.document_id, parent)),
            None => _ = of_file.get(&(document.path, document.sha256)).map(|batch| batches.insert(document.document_id, *batch)),
        }
    }
    // Containers hold containers: each round reaches one level deeper.
    while !inner.is_empty() {
        let before = inner.len();
        inner.retain(|(document, parent)| {
            let Some(batch) = batches.get(parent).copied() else { return true };
            batches.insert(*document, batch);
            false
        });
        if inner.len() == before {
            break;
        }
    }
    Ok(batches)
}

/// The questions with the people that the records belong to, in their order.
fn questions(questions: Vec<dosimeter_people::Question>, person_records: &[PersonRecord]) -> Vec<Question> {
    let person: HashMap<Id, Id> = person_records.iter().map(|row| (row.record_id, row.person_id)).collect();
    let of = |record: Id| person.get(&record).copied().unwrap_or_default();
    let row = |(rank, q): (i64, dosimeter_people::Question)| Question {
        rank,
        left: q.left,
        right: q.right,
        left_person: of(q.left),
        right_person: of(q.right),
        probability: q.probability,
        records: q.records,
        states: q.states,
        reason: q.reason,
    };
    (1..).zip(questions).map(row).collect()
}
