//! `changes`: what became of each person from one run of `resolve` to the next. Superseded tables are kept, so the whole history is.

use dosimeter_case::tables::PersonRecord;
use dosimeter_case::{Case, Error, Id, Result, Run, scan};
use dosimeter_people::Change;
use std::fmt::Write;

/// Runs of `resolve`, oldest first, each once in a row.
fn runs(case: &Case) -> Result<Vec<Run>> {
    let mut runs: Vec<Run> = case.ledger.runs()?.into_iter().filter(|run| run.stage == "resolve").collect();
    runs.dedup_by(|a, b| a.run == b.run);
    Ok(runs)
}

fn holders(case: &Case, run: &Run) -> Result<Vec<PersonRecord>> {
    let path = case.file_of("person_records", &run.run);
    if !path.exists() {
        return Err(Error::case("the table of an earlier run is missing: the history of people cannot be told").at(path));
    }
    scan::<PersonRecord>(&path)?.all()
}

/// What changed with each run, oldest first.
fn history(case: &Case) -> Result<Vec<(Run, Vec<Change>)>> {
    let mut history = Vec::new();
    let mut before: Option<Vec<PersonRecord>> = None;
    for run in runs(case)? {
        let after = holders(case, &run)?;
        if let Some(before) = &before {
            history.push((run, dosimeter_people::changes(before, &after)));
        }
        before = Some(after);
    }
    Ok(history)
}

/// The log of merges and splits: one line per change, after one line per run.
pub fn log(case: &Case) -> Result<String> {
    let mut text = String::new();
    let list = |ids: &[Id]| ids.iter().map(Id::to_string).collect::<Vec<_>>().join(" + ");
    for (run, changes) in history(case)? {
        let new = changes.iter().filter(|change| matches!(change, Change::New(_))).count();
        _ = writeln!(text, "run {}: {new} new people, {} other changes", run.run, changes.len() - new);
        for change in changes {
            match change {
                Change::New(_) => {}
                Change::Gone(id) => _ = writeln!(text, "  gone     {id}: none of its records is left"),
                Change::Renamed { from, to } => _ = writeln!(text, "  renamed  {from} is {to}"),
                Change::Merged { from, to } => _ = writeln!(text, "  merged   {} are {to}", list(&from)),
                Change::Split { from, to } => _ = writeln!(text, "  split    {from} is {}", list(&to)),
            }
        }
    }
    if text.is_empty() {
        text.push_str("people were resolved at most once: nothing has changed\n");
    }
    Ok(text)
}

/// The people of today that a person of an earlier run has become; none where no run knew it.
pub fn successors(case: &Case, id: Id) -> Result<Vec<Id>> {
    let runs = runs(case)?;
    let Some((last, earlier)) = runs.split_last() else { return Ok(Vec::new()) };
    for run in earlier.iter().rev() {
        let records: std::collections::BTreeSet<Id> = holders(case, run)?.into_iter().filter(|row| row.person_id == id).map(|row| row.record_id).collect();
        if !records.is_empty() {
            let mut now: Vec<Id> = holders(case, last)?.into_iter().filter(|row| records.contains(&row.record_id)).map(|row| row.person_id).collect();
            now.sort_unstable();
            now.dedup();
            return Ok(now);
        }
    }
    Ok(Vec::new())
}
