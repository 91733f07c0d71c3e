//! Runs stages: what is up to date stays, what is stale runs again, a crash at any moment loses nothing.

use crate::pipeline::{STAGES, Stage};
use dosimeter_case::{Case, Error, Id, Result, Run, file_hash};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// Whether a stage must run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its result fits its inputs.
    Current,
    /// It ran, but something it depends on has changed since.
    Stale,
    /// It never ran.
    Missing,
}

/// The run id that a stage would have now: a hash over everything its result depends on.
pub fn run_id(case: &Case, stage: &Stage) -> Result<String> {
    let (inputs, rules, config) = (inputs(case, stage), rules(case, stage)?, config(case, stage)?);
    let inputs = serde_json::to_string(&inputs).unwrap_or_default();
    let decisions = if stage.decisions { serde_json::to_string(&case.ledger.decisions()?).unwrap_or_default() } else { String::new() };
    let mut batches = Id::default();
    for evidence in case.evidence()?.iter().filter(|_| stage.batches) {
        batches = Id::of("batches", &[&batches, &evidence.source_id, &evidence.batch]);
    }
    Ok(Id::of("run", &[&stage.name, &env!("CARGO_PKG_VERSION"), &inputs, &rules, &config, &decisions, &batches]).to_string())
}

/// Where a stage stands.
pub fn state(case: &Case, stage: &Stage) -> Result<State> {
    Ok(match case.current_runs().get(stage.name) {
        None => State::Missing,
        Some(run) if run.run == run_id(case, stage)? && run.outputs.keys().all(|t| case.file_of(t, &run.run).exists()) => State::Current,
        Some(_) => State::Stale,
    })
}

fn inputs(case: &Case, stage: &Stage) -> BTreeMap<String, String> {
    stage.reads.iter().map(|table| (table.to_string(), case.run_of(table).map_or(String::new(), |run| run.run.clone()))).collect()
}

/// Hash of the rule files in the case folder that the stage uses. Built-in rules belong to the program's version.
fn rules(case: &Case, stage: &Stage) -> Result<String> {
    if stage.rules.is_empty() {
        return Ok(String::new());
    }
    let mut hash = Id::of("rules", &[]);
    for file in files_below(&case.dir().join("rules").join(stage.rules))? {
        hash = Id::of("rules", &[&hash, &file.display().to_string(), &file_hash(&file)?]);
    }
    Ok(hash.to_string())
}

/// The files below a folder, sorted; none when the folder is missing.
pub fn files_below(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&folder).map_err(|e| Error::io(&folder, e))? {
            let path = entry.map_err(|e| Error::io(&folder, e))?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// Hash of the evidence list and of the part of `case.toml` that the stage uses.
fn config(case: &Case, stage: &Stage) -> Result<String> {
    let mut hash = Id::of("config", &[&(stage.config)(&case.config).to_string()]);
    if !stage.evidence.is_empty() {
        for evidence in case.evidence()?.iter().filter(|e| stage.evidence.contains(&e.kind)) {
            hash = Id::of("config", &[&hash, &evidence.source_id, &evidence.host]);
        }
    }
    Ok(hash.to_string())
}

/// Runs the stages from `from` to `to` that are not up to date (all of them with `again`).
pub fn run(case: &mut Case, from: Option<&str>, to: Option<&str>, again: bool, jobs: usize) -> Result<()> {
    let _lock = case.lock()?;
    let position = |name: Option<&str>, default: usize| match name {
        None => Ok(default),
        Some(name) => STAGES.iter().position(|s| s.name == name).ok_or_else(|| {
            let names: Vec<&str> = STAGES.iter().map(|s| s.name).collect();
            Error::usage(format!("no stage \"{name}\"; stages are {}", names.join(", ")))
        }),
    };
    let (first, last) = (position(from, 0)?, position(to, STAGES.len() - 1)?);
    if first > last {
        return Err(Error::usage("the first stage comes after the last"));
    }
    let started = Instant::now();
    for stage in &STAGES[first..=last] {
        run_stage(case, stage, again, jobs)?;
    }
    eprintln!("done in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

fn run_stage(case: &mut Case, stage: &Stage, again: bool, jobs: usize) -> Result<()> {
    if let Some(missing) = stage.reads.iter().find(|table| case.run_of(table).is_none()) {
        return Err(Error::usage(format!("{} needs the table {missing}: run {} first", stage.name, writer(missing))));
    }
    if !again && state(case, stage)? == State::Current {
        eprintln!("{:>8}  up to date", stage.name);
        return Ok(());
    }
    let started = Instant::now();
    let id = run_id(case, stage)?;
    let mut output = case.begin(&id);
    case.declare(Some(stage.reads));
    let summary = (stage.run)(case, &mut output, jobs);
    case.declare(None);
    let summary = summary?;
    let seconds = started.elapsed().as_secs_f64();
    let told: Vec<String> = summary.iter().map(|(what, n)| format!("{n} {what}")).collect();
    let run = Run {
        stage: stage.name.into(),
        run: id,
        version: env!("CARGO_PKG_VERSION").into(),
        inputs: inputs(case, stage),
        outputs: BTreeMap::new(),
        rules: rules(case, stage)?,
        config: config(case, stage)?,
        seconds,
        summary,
    };
    case.commit(output, run)?;
    eprintln!("{:>8}  {} ({seconds:.1} s)", stage.name, told.join(", "));
    Ok(())
}

fn writer(table: &str) -> &'static str {
    STAGES.iter().find(|s| s.writes.contains(&table)).map_or("it", |s| s.name)
}

/// One line per stage: where it stands, when and with what it ran.
pub fn status(case: &Case) -> Result<String> {
    let mut text = format!("{} ({}), discovered {}\n", case.config.entity.name, case.config.entity.state, case.config.incident.discovered);
    let evidence = case.evidence()?;
    for kind in dosimeter_case::tables::EvidenceKind::ALL {
        let of_kind: Vec<_> = evidence.iter().filter(|e| e.kind == *kind).collect();
        if !of_kind.is_empty() {
            text += &format!("evidence  {:7} {} files, {} bytes\n", kind, of_kind.len(), of_kind.iter().map(|e| e.bytes).sum::<i64>());
        }
    }
    for stage in STAGES {
        let word = match state(case, stage)? {
            State::Current => "current",
            State::Stale => "stale",
            State::Missing => "-",
        };
        let told = case.current_runs().get(stage.name).map_or(String::new(), |run| {
            let counts: Vec<String> = run.summary.iter().map(|(what, n)| format!("{n} {what}")).collect();
            format!("{}  [{} s, run {}]", counts.join(", "), run.seconds.round(), run.run)
        });
        text += &format!("{:8}  {word:7} {told}\n", stage.name);
    }
    let (entries, head) = case.ledger.verify()?;
    text += &format!("ledger    {entries} entries, head {head}\n");
    Ok(text)
}

/// Checks the chain, the tables and the evidence against their recorded hashes. Returns the report and whether all is well.
pub fn verify(case: &Case) -> Result<(String, bool)> {
    let mut problems = Vec::new();
    let (entries, head) = match case.ledger.verify() {
        Ok(found) => found,
        Err(error) => {
            problems.push(error.to_string());
            (0, String::new())
        }
    };
    let mut tables = 0;
    for run in case.ledger.runs()? {
        let current = case.current_runs().get(&run.stage).is_some_and(|r| r.run == run.run);
        for (table, file) in &run.outputs {
            let path = case.file_of(table, &run.run);
            match file_hash(&path) {
                Ok(hash) if hash == file.blake3 => tables += 1,
                // The same run may have been made again by `run --again`: only what is in force must fit.
                Ok(_) | Err(_) if !current => {}
                Ok(_) => problems.push(format!("{}: the table is not what the run wrote", path.display())),
                Err(error) => problems.push(error.to_string()),
            }
        }
    }
    let evidence = case.evidence()?;
    for item in &evidence {
        match crate::evidence::sha256(Path::new(&item.file)) {
            Ok((hash, _)) if hash == item.sha256 => {}
            Ok(_) => problems.push(format!("{}: the evidence has changed since it was registered", item.file)),
            Err(error) => problems.push(error.to_string()),
        }
    }
    let mut text = format!("chain: {entries} entries, head {head}\ntables: {tables} files fit their hashes\nevidence: {} files read\n", evidence.len());
    for problem in &problems {
        text += &format!("PROBLEM {problem}\n");
    }
    text += if problems.is_empty() { "all is well\n" } else { "the case does not verify\n" };
    Ok((text, problems.is_empty()))
}

/// The description of every stage, for the documentation.
pub fn describe_stages() -> String {
    let mut text = String::from(
        "# Stages\n\nGenerated from `pipeline.rs` by `dosimeter docs`; a test keeps it true.\n\n| stage | what it does | evidence | reads | writes |\n|---|---|---|---|---|\n",
    );
    for s in STAGES {
        let evidence: Vec<&str> = s.evidence.iter().map(|k| k.as_str()).collect();
        text += &format!("| `{}` | {} | {} | {} | {} |\n", s.name, s.about, evidence.join(", "), s.reads.join(", "), s.writes.join(", "));
    }
    text
}
