//! Log evidence to `events`, `coverage`, `rejects`.

use crate::pipeline::Summary;
use dosimeter_case::tables::{Coverage, Event, Evidence, EvidenceKind, Outcome, Reject};
use dosimeter_case::{Case, Config, Error, Output, Progress, Result, TableWriter};
use dosimeter_logs::{Sink, Source};
use jiff::civil::Date;
use jiff::{ToSpan, tz::TimeZone};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

/// OCSF class of logins.
const AUTHENTICATION: i64 = 3002;

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    let zones: Vec<_> = config.environment.servers.iter().map(|s| (&s.name, &s.zone)).collect();
    let accounts: Vec<_> = config.environment.staff.iter().map(|s| &s.account).chain(config.environment.service_accounts.iter().map(|s| &s.name)).collect();
    let columns = &config.environment.columns;
    serde_json::json!({ "zone": config.environment.zone, "zones": zones, "accounts": accounts, "columns": columns, "discovered": config.incident.discovered })
}

struct Tables {
    events: TableWriter<Event>,
    rejects: TableWriter<Reject>,
    /// Accounts that exist: from `case.toml`, and those that were seen to log in.
    accounts: BTreeSet<String>,
}

impl Sink for Tables {
    fn event(&mut self, event: Event) -> Result<()> {
        if event.class_uid == AUTHENTICATION
            && event.outcome == Outcome::Success
            && let Some(actor) = &event.actor
            && !self.accounts.contains(actor)
        {
            self.accounts.insert(actor.clone());
        }
        self.events.push(event)
    }
    fn reject(&mut self, reject: Reject) -> Result<()> {
        self.rejects.push(reject)
    }
}

/// Reads every log.
pub fn run(case: &Case, output: &mut Output, _jobs: usize) -> Result<Summary> {
    let logs: Vec<Evidence> = case.evidence()?.into_iter().filter(|e| e.kind == EvidenceKind::Logs).collect();
    let mut progress = Progress::new("import", logs.iter().map(|e| e.bytes as u64).sum());
    let environment = &case.config.environment;
    let stated = environment.staff.iter().map(|s| &s.account).chain(environment.service_accounts.iter().map(|s| &s.name));
    let accounts = stated.map(|account| account.to_lowercase()).collect();
    let mut tables = Tables { events: output.writer()?, rejects: output.writer()?, accounts };
    let mut read = Vec::new();
    for evidence in &logs {
        let source = source(&case.config, evidence, &tables.accounts);
        let file = File::open(Path::new(&evidence.file)).map_err(|e| Error::io(&evidence.file, e))?;
        let summary = dosimeter_logs::read(&source, file, &mut tables)?;
        progress.inc(evidence.bytes as u64);
        read.push((source, summary));
    }
    let coverage: Vec<Coverage> = dosimeter_logs::coverage(&read);
    let (events, rejected): (i64, i64) = coverage.iter().fold((0, 0), |(n, r), c| (n + c.records, r + c.rejected));
    let gaps = coverage.iter().filter(|c| c.gap_reason.is_some()).count() as i64;
    output.finish(tables.events)?;
    output.finish(tables.rejects)?;
    output.write(coverage)?;
    Ok(vec![("logs".into(), logs.len() as i64), ("records".into(), events), ("rejected".into(), rejected), ("gaps".into(), gaps)])
}

/// A log with what is needed to date its records.
fn source(config: &Config, evidence: &Evidence, accounts: &BTreeSet<String>) -> Source {
    let latest = latest(config.incident.discovered, evidence.registered.to_zoned(TimeZone::UTC).date());
    Source {
        accounts: accounts.clone(),
        columns: config.columns_of(&evidence.path).cloned(),
        ..Source::new(evidence.source_id, evidence.path.clone(), evidence.host.clone(), config.zone_of(&evidence.host), latest)
    }
}

/// Logs that carry no year are dated to the latest year that fits: not after they were handed over, and not long after the discovery.
fn latest(discovered: Date, registered: Date) -> Date {
    discovered.saturating_add(120.days()).min(registered)
}
