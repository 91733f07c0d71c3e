//! The program: reads the command line, calls what does the work, and turns failures into messages and exit codes.

mod changes;
mod cli;
mod demo;
mod docs;
mod environment;
mod evidence;
mod explain;
mod export;
mod pipeline;
mod report;
mod run;
mod stages;
mod standalone;

use clap::Parser;
use cli::{Cli, Command, DecideWhat};
use dosimeter_case::config::{Config, Indicator};
use dosimeter_case::tables::{EvidenceKind, Session, Verdict};
use dosimeter_case::{Case, Decision, Error, Id, Kind, Result};
use dosimeter_query::{Engine, Format, render};
use std::process::ExitCode;

/// Finding makes many small strings; the system's allocator gives the memory of each part of a document back and asks for it again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit code when a person must decide before the result can be relied on.
const NEEDS_DECISION: u8 = 3;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let jobs = cli.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    match command(cli.command, jobs) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("dosimeter: {error}");
            match error.kind() {
                Kind::Usage => ExitCode::from(2),
                Kind::Decision => ExitCode::from(NEEDS_DECISION),
                Kind::Io | Kind::Config | Kind::Case => ExitCode::from(1),
            }
        }
    }
}

fn command(command: Command, jobs: usize) -> Result<ExitCode> {
    match command {
        Command::Demo(args) => demo::demo(&args, jobs)?,
        Command::New(args) => new(args)?,
        Command::Add(args) => {
            let case = Case::open(&args.dir)?;
            let kind = EvidenceKind::parse(&args.kind).ok_or_else(|| Error::usage("unknown kind of evidence"))?;
            let added = evidence::add(&case, kind, &args.paths, args.host.as_deref(), &args.custodian)?;
            eprintln!("{added} new file(s) registered as {kind}");
        }
        Command::Run(args) => {
            let mut case = Case::open(&args.dir)?;
            run::run(&mut case, args.from.as_deref(), args.to.as_deref(), args.again, jobs)?;
            return finish(&case);
        }
        Command::Status(args) => print!("{}", run::status(&Case::open(&args.dir)?)?),
        Command::Verify(args) => {
            let (text, well) = run::verify(&Case::open(&args.dir)?)?;
            print!("{text}");
            return Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Query(args) => {
            let case = Case::open(&args.dir)?;
            let batches = engine(&case, jobs)?.sql(&args.sql)?;
            print!("{}", render(&batches, if args.csv { Format::Csv } else { Format::Table })?);
            case.ledger.append("audit", &serde_json::json!({ "what": "query", "sql": args.sql }))?;
        }
        Command::Explain(args) => print!("{}", explain::explain(&Case::open(&args.dir)?, &args.id)?),
        Command::Changes(args) => print!("{}", changes::log(&Case::open(&args.dir)?)?),
        Command::Decide(args) => decide(&Case::open(&args.dir)?, args.what)?,
        Command::Export(args) => {
            let case = Case::open(&args.dir)?;
            for path in export::export(&case)?.into_iter().chain([report::write(&case)?]) {
                println!("{}", path.display());
            }
        }
        Command::Parse(args) => standalone::parse(&args)?,
        Command::Detect(args) => standalone::detect(&args)?,
        Command::Extract(args) => standalone::extract(&args, jobs)?,
        Command::Find(args) => standalone::find(&args, jobs)?,
        Command::Resolve(args) => standalone::resolve(&args, jobs)?,
        Command::Assess(args) => standalone::assess(&args)?,
        Command::Law(args) => standalone::law(&args)?,
        Command::Compare(args) => standalone::compare(&args)?,
        Command::Docs(args) => docs::write(&args.dir)?,
        Command::ExtractWorker | Command::OcrWorker { .. } => return Ok(dosimeter_documents::serve()),
    }
    Ok(ExitCode::SUCCESS)
}

fn new(args: cli::New) -> Result<()> {
    let text = format!("[entity]\nname = {:?}\nstate = {:?}\n[incident]\ndiscovered = \"{}\"\n", args.entity, args.state, args.discovered);
    let mut config = Config::parse(&text)?;
    if let Some(path) = &args.environment {
        config.environment = environment::read(path)?;
    }
    match args.zone {
        Some(zone) => config.environment.zone = zone,
        None if args.environment.is_none() => eprintln!("no time zone given: log times without offset are taken as UTC (environment.zone in case.toml)"),
        None => {}
    }
    config.indicators = args.indicator.iter().map(|text| indicator(text)).collect::<Result<_>>()?;
    Case::create(&args.dir, &Config::parse(&config.to_toml()?)?)?;
    eprintln!("made {}: read and complete case.toml, then add logs and files", args.dir.display());
    Ok(())
}

fn indicator(text: &str) -> Result<Indicator> {
    let mut indicator = Indicator { source: "given on the command line".into(), ..Indicator::default() };
    for part in text.split(',') {
        match part.split_once('=') {
            Some(("account", account)) => indicator.account = Some(account.to_string()),
            Some(("address", address)) => indicator.address = Some(address.to_string()),
            _ => return Err(Error::usage("an indicator is written account=NAME, address=IP, or both joined by a comma")),
        }
    }
    Ok(indicator)
}

/// After a run: exports and report when all tables are there; code 3 when sessions wait for a decision.
fn finish(case: &Case) -> Result<ExitCode> {
    if pipeline::STAGES.iter().all(|stage| case.current_runs().contains_key(stage.name)) {
        export::export(case)?;
        eprintln!("report: {}", report::write(case)?.display());
    }
    let undecided = case.read::<Session>()?.iter().filter(|s| s.verdict == Verdict::Undecided).count();
    if undecided > 0 {
        eprintln!("{undecided} session(s) must be decided by a person: see the report, then `dosimeter decide`");
        return Ok(ExitCode::from(NEEDS_DECISION));
    }
    Ok(ExitCode::SUCCESS)
}

/// An engine that knows every table in force, and the evidence.
fn engine(case: &Case, jobs: usize) -> Result<Engine> {
    let engine = Engine::local(jobs)?;
    for table in pipeline::STAGES.iter().flat_map(|stage| stage.writes) {
        if let Some(path) = case.table_file(table) {
            engine.register(table, &path)?;
        }
    }
    let evidence = case.dir().join("evidence.parquet");
    if evidence.exists() {
        engine.register("evidence", &evidence)?;
    }
    Ok(engine)
}

fn decide(case: &Case, what: DecideWhat) -> Result<()> {
    let id = |text: &str| text.parse::<Id>().map_err(Error::usage);
    let decision = match what {
        DecideWhat::Session { id: session, verdict, reason } => {
            let verdict = Verdict::parse(&verdict).ok_or_else(|| Error::usage("unknown verdict"))?;
            let session_id = id(&session)?;
            if !case.read::<Session>()?.iter().any(|s| s.session_id == session_id) {
                return Err(Error::usage("no session of this case has that id"));
            }
            Decision::Session { session_id, verdict, reason }
        }
        DecideWhat::Records { left, right, verdict, reason } => {
            let (left, right) = (id(&left)?, id(&right)?);
            let records: std::collections::HashSet<_> = case.read::<dosimeter_case::tables::Record>()?.into_iter().map(|r| r.record_id).collect();
            if !records.contains(&left) || !records.contains(&right) {
                return Err(Error::usage("no record of this case has that id"));
            }
            Decision::Records { left, right, same: verdict == "same", reason }
        }
    };
    case.ledger.append("decision", &decision)?;
    eprintln!("recorded; `dosimeter run` brings the tables up to date");
    Ok(())
}
