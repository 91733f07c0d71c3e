//! Each stage as a tool by itself: plain files in, JSON lines (or CSV, or text) out.

use crate::cli;
use dosimeter_case::config::Columns;
use dosimeter_case::tables::{Event, Reject};
use dosimeter_case::{Error, Id, Kind, Phi, Result, Row};
use dosimeter_documents::{Budget, Delivery, Extracted, Job, Pool};
use dosimeter_logs::{Sink, Source};
use jiff::tz::TimeZone;
use serde_json::json;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Standard output, buffered; a reader that goes away (`head`) ends the program quietly.
struct Lines(BufWriter<std::io::Stdout>);

impl Lines {
    fn new() -> Lines {
        Lines(BufWriter::new(std::io::stdout()))
    }
    fn say(&mut self, line: impl std::fmt::Display) -> Result<()> {
        writeln!(self.0, "{line}").map_err(pipe)
    }
    fn end(mut self) -> Result<()> {
        self.0.flush().map_err(pipe)
    }
}

fn pipe(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    Error::io("standard output", error)
}

fn zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| Error::usage(format!("\"{name}\" is not a time zone")))
}

/// A log file as a source of its own.
fn source(path: &Path, args: &cli::Parse) -> Result<Source> {
    let zone = zone(&args.zone)?;
    let (hash, _) = crate::evidence::sha256(path)?;
    let modified = || -> Option<jiff::civil::Date> {
        let time = std::fs::metadata(path).ok()?.modified().ok()?;
        Some(jiff::Timestamp::try_from(time).ok()?.to_zoned(zone.clone()).date())
    };
    let latest = args.latest.or_else(modified).unwrap_or(jiff::civil::Date::MAX);
    let host = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    let columns = if args.columns.is_empty() { None } else { Some(Columns::from_pairs(&args.columns)?) };
    Ok(Source { columns, ..Source::new(Id::of("source", &[&hash]), path.display().to_string(), host, zone, latest) })
}

fn read_log(path: &Path, args: &cli::Parse, sink: &mut dyn Sink) -> Result<()> {
    let source = source(path, args)?;
    let file = std::fs::File::open(path).map_err(|e| Error::io(path, e))?;
    let summary = dosimeter_logs::read(&source, file, sink)?;
    eprintln!("{}: {}, {} records, {} refused", path.display(), summary.app, summary.records, summary.rejected);
    Ok(())
}

/// `dosimeter parse`: events as JSON lines; what cannot be read goes to standard error with its place and reason.
pub fn parse(args: &cli::Parse) -> Result<()> {
    struct Print(Lines);
    impl Sink for Print {
        fn event(&mut self, event: Event) -> Result<()> {
            self.0.say(event.to_json())
        }
        fn reject(&mut self, reject: Reject) -> Result<()> {
            eprintln!("{}: record {} at byte {}: {}", reject.path, reject.record_no, reject.byte_offset, reject.reason);
            Ok(())
        }
    }
    let mut print = Print(Lines::new());
    args.logs.iter().try_for_each(|path| read_log(path, args, &mut print))?;
    print.0.end()
}

/// `dosimeter detect`: detections as JSON lines.
pub fn detect(args: &cli::Detect) -> Result<()> {
    struct Feed<'r>(dosimeter_detect::Detector<'r>);
    impl Sink for Feed<'_> {
        fn event(&mut self, event: Event) -> Result<()> {
            self.0.event(&event);
            Ok(())
        }
        fn reject(&mut self, _: Reject) -> Result<()> {
            Ok(())
        }
    }
    let rules = dosimeter_detect::SigmaRules::load(&args.rules)?;
    for (file, reason) in &rules.refused {
        eprintln!("{}: not used: {reason}", file.display());
    }
    eprintln!("{} Sigma rules", rules.len());
    let mut feed = Feed(dosimeter_detect::Detector::new(&rules, zone(&args.parse.zone)?));
    args.parse.logs.iter().try_for_each(|path| read_log(path, &args.parse, &mut feed))?;
    let mut lines = Lines::new();
    for detection in feed.0.finish() {
        lines.say(detection.to_json())?;
    }
    lines.end()
}

/// Reads files through the same sandboxed workers as a case does.
fn read_files(args: &cli::Files, workers: usize, each: &mut dyn FnMut(Extracted) -> Result<()>) -> Result<()> {
    let exe = std::env::current_exe().map_err(|e| Error::new(Kind::Io, e.to_string()))?;
    let mut jobs = Vec::new();
    for root in &args.files {
        let files = if root.is_dir() { crate::run::files_below(root)? } else { vec![root.clone()] };
        for file in files {
            // A missing file is a wrong command here, not a fact of the evidence.
            std::fs::metadata(&file).map_err(|e| Error::io(&file, e))?;
            jobs.push(Job { path: file.display().to_string(), file, sha256: None });
        }
    }
    let passwords: Vec<Phi<String>> = args.password.iter().cloned().map(Phi::new).collect();
    let pool = Pool::new(&exe, workers, Budget::default(), &passwords);
    pool.run(&jobs, None, &mut |delivery| match delivery {
        Delivery::Part(part) => each(*part),
        Delivery::End(_) => Ok(()),
    })?;
    Ok(())
}

/// `dosimeter extract`: one line per file and member.
pub fn extract(args: &cli::Files, workers: usize) -> Result<()> {
    let mut lines = Lines::new();
    read_files(args, workers, &mut |part| {
        let d = &part.document;
        let passages: Vec<_> =
            part.passages.iter().map(|p| json!({ "locator": p.locator, "layout": p.layout.as_str(), "columns": p.columns, "text": p.text })).collect();
        lines.say(json!({
            "path": d.path, "member": d.member, "status": d.status.as_str(), "media_type": d.media_type, "method": d.method, "engine": d.engine, "reason": d.reason, "pages": d.pages, "more": part.more, "passages": passages
        }))
    })?;
    lines.end()
}

/// `dosimeter find`: one line per mention.
pub fn find(args: &cli::Find, workers: usize) -> Result<()> {
    use dosimeter_phi::{Finder, Roster, Rules};
    let rules = args.rules.as_deref().map_or_else(|| Ok(Rules::default()), Rules::load)?;
    let bias = match args.prefer {
        Some(cli::Prefer::Recall) => Finder::RECALL,
        Some(cli::Prefer::Precision) => Finder::PRECISION,
        None => 0.0,
    };
    let finder = Finder::new(&rules, &Roster::default())?.leaning(bias);
    let mut lines = Lines::new();
    read_files(&args.files, workers, &mut |part| {
        for mention in finder.find(&part.document, &part.passages).mentions.rows() {
            lines.say(json!({
                "path": part.document.path, "member": part.document.member, "locator": mention.locator, "start": mention.start, "end": mention.end, "kind": mention.kind.as_str(),
                "text": mention.text, "normalised": mention.normalised, "finder": mention.finder, "confidence": mention.confidence
            }))?;
        }
        Ok(())
    })?;
    lines.end()
}

/// `dosimeter resolve`: record id and person id, the compared pairs, and what is in doubt.
pub fn resolve(args: &cli::Resolve, jobs: usize) -> Result<()> {
    let mapping: Vec<(String, String)> = args
        .map
        .iter()
        .map(|m| m.split_once('=').map(|(a, b)| (a.to_string(), b.to_string())).ok_or_else(|| Error::usage("--map takes FIELD=COLUMN")))
        .collect::<Result<_>>()?;
    // Minors do not matter here; dates in the future are judged by today's.
    let options = dosimeter_people::Options { threads: jobs, ..dosimeter_people::Options::new(jiff::Zoned::now().date()) };
    let table = dosimeter_people::Table::open(&args.records, &mapping)?;
    let matched = dosimeter_people::resolve_tables(vec![table], &[], &options).map_err(|e| e.at(&args.records))?;
    let rows = matched.names.iter().zip(&matched.persons).map(|(name, person)| [name.clone(), person.map_or(String::new(), |id| id.to_string())]);
    write_csv(&args.out, &["record_id", "person_id"], rows)?;
    let name_of: std::collections::HashMap<Id, &String> = matched.records.iter().copied().zip(&matched.names).collect();
    let name = |id: Id| name_of.get(&id).map_or_else(|| id.to_string(), |n| n.to_string());
    if let Some(path) = &args.links {
        let rows = matched
            .links
            .iter()
            .map(|l| [name(l.left), name(l.right), format!("{:.2}", l.weight), l.joined.to_string(), l.decided_by.clone(), l.comparison.clone()]);
        write_csv(path, &["left", "right", "weight", "joined", "decided_by", "comparison"], rows)?;
    }
    if let Some(path) = &args.questions {
        let rows = matched
            .questions
            .iter()
            .map(|q| [name(q.left), name(q.right), format!("{:.3}", q.probability), q.records.to_string(), q.states.join(";"), q.reason.clone()]);
        write_csv(path, &["left", "right", "probability", "records", "states", "reason"], rows)?;
    }
    eprintln!("{} records, {} people", matched.names.len(), matched.people);
    let compared = matched.compared;
    let share = 100.0 * compared.missed / (compared.agree as f64 + compared.missed).max(1.0);
    eprintln!("{} pairs compared, {} agree; about {:.0} more ({share:.2} %) share no key", compared.pairs, compared.agree, compared.missed);
    if let Some(count) = matched.counts.first() {
        eprintln!("expected {} people, between {} and {}; {} open questions", count.best, count.low, count.high, matched.questions.len());
    }
    Ok(())
}

fn write_csv<const N: usize>(path: &PathBuf, header: &[&str], rows: impl Iterator<Item = [String; N]>) -> Result<()> {
    let failed = |e: csv::Error| Error::new(Kind::Io, e.to_string()).at(path);
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    writer.flush().map_err(|e| Error::io(path, e))
}

fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| Error::io(path, e))
}

/// `dosimeter assess`: every duty with its date, source and reason.
pub fn assess(args: &cli::Assess) -> Result<()> {
    let mut facts = dosimeter_law::Facts::from_yaml(&read_text(&args.facts)?).map_err(|e| e.at(&args.facts))?;
    facts.as_of = args.as_of.or(facts.as_of);
    let rows = dosimeter_law::assess(&facts, &law_rules(args.rules.as_deref())?);
    if let Some(path) = &args.ics {
        let name = facts.entity.name.as_deref().unwrap_or("breach");
        std::fs::write(path, dosimeter_law::calendar(name, &rows)).map_err(|e| Error::io(path, e))?;
    }
    if let Some(path) = &args.memo {
        std::fs::write(path, dosimeter_law::text::memo(&dosimeter_law::memo(&facts))).map_err(|e| Error::io(path, e))?;
    }
    let mut lines = Lines::new();
    if args.json {
        for row in &rows {
            lines.say(dosimeter_law::text::json(row))?;
        }
    } else {
        lines.say(dosimeter_law::text::assessment(&facts, &rows).trim_end())?;
    }
    lines.end()
}

fn law_rules(dir: Option<&Path>) -> Result<dosimeter_law::Rules> {
    dir.map_or_else(dosimeter_law::Rules::builtin, dosimeter_law::Rules::load)
}

/// `dosimeter law`: the rules for people; fails when `check` finds a fault.
pub fn law(args: &cli::Law) -> Result<()> {
    let mut lines = Lines::new();
    match &args.what {
        cli::LawWhat::List => lines.say(dosimeter_law::text::list(&law_rules(args.rules.as_deref())?).trim_end())?,
        cli::LawWhat::Show { state } => {
            let rules = law_rules(args.rules.as_deref())?;
            let j = rules
                .jurisdiction(&state.to_uppercase())
                .ok_or_else(|| Error::usage("no jurisdiction of the pack has these letters; `dosimeter law list` names them"))?;
            lines.say(dosimeter_law::text::show(j).trim_end())?;
        }
        cli::LawWhat::Check => {
            // Loading names every fault with file and line.
            let rules = law_rules(args.rules.as_deref())?;
            let n: usize = rules.jurisdictions().iter().map(|j| j.rule.len()).sum();
            lines.say(format!("{} jurisdictions, {n} rules: no faults. {}", rules.jurisdictions().len(), dosimeter_law::DISCLAIMER))?;
        }
    }
    lines.end()
}

/// `dosimeter compare`: percentiles among past incidents.
pub fn compare(args: &cli::Compare) -> Result<()> {
    let text = read_text(&args.facts)?;
    let facts = dosimeter_compare::facts(|| serde_norway::Deserializer::from_str(&text)).map_err(|e| Error::config(e.to_string()).at(&args.facts))?;
    let mut incidents = Vec::new();
    for path in &args.portal {
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
        match dosimeter_compare::read(Id::of("source", &[&path.display().to_string()]), &bytes) {
            Ok(rows) => incidents.extend(rows),
            Err(reason) => eprintln!("{}: not used: {reason}", path.display()),
        }
    }
    if incidents.is_empty() {
        return Err(Error::usage("none of the files is an export of the breach portal"));
    }
    let mut lines = Lines::new();
    for c in dosimeter_compare::compare(&facts, &incidents) {
        if args.json {
            lines.say(c.to_json())?;
        } else {
            lines.say(format!(
                "{}: {} — percentile {:.1} of {} ({}; median {}, as of {})",
                c.measure, c.value, c.percentile, c.n, c.cohort, c.median, c.as_of
            ))?;
        }
    }
    lines.end()
}
