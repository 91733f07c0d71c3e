//! Sigma rules over the events: rsigma does the matching; `log_source` says which rules concern an event.

use crate::correlation::{Correlations, Matches};
use crate::fields::Fields;
use crate::log_source::{self, LogSources};
use dosimeter_case::tables::{Detection, Event};
use dosimeter_case::{Error, Id, Result};
use jiff::Timestamp;
use rsigma_eval::{Engine, RuleHeader};
use rsigma_parser::{LogSource, SigmaRule, parse_sigma_yaml};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Event ids kept with a detection.
const MOST_EVENTS: usize = 1000;

/// Our own rules, part of the program.
macro_rules! builtin {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../../rules/sigma/", $name)))),*] };
}
const BUILTIN: &[(&str, &str)] = builtin![
    "archive_then_upload.yml",
    "audit_log_cleared.yml",
    "credential_stuffing.yml",
    "dicom_audit_stopped.yml",
    "dicom_bulk_retrieval.yml",
    "dicom_media_export.yml",
    "dicom_refused.yml",
    "dicom_wildcard_query.yml",
    "ehr_bulk_view.yml",
    "ehr_export.yml",
    "fhir_bulk_export.yml",
    "file_bulk_read.yml",
    "m365_bulk_download.yml",
    "m365_inbox_rule.yml",
    "m365_mailbox_sync.yml",
    "pacs_web_archive.yml",
    "pacs_web_archives.yml",
    "password_guessing.yml",
    "s3_bulk_read.yml",
    "scripted_client.yml",
    "service_account_interactive.yml",
    "service_account_shell.yml",
    "sql_export.yml",
];

/// Loaded Sigma rules.
pub struct SigmaRules {
    /// The rules of each log source, so that an event meets only those that concern it.
    engines: Vec<(LogSource, Engine)>,
    correlations: Correlations,
    /// Rules that could not be used: file and reason.
    pub refused: Vec<(PathBuf, String)>,
    /// An id over all texts in order.
    pub fingerprint: Id,
}

impl SigmaRules {
    /// Our own rules and those in the given folders (`.yml`, `.yaml`, recursively). A bad rule is listed in `refused`, not an error.
    pub fn load(folders: &[PathBuf]) -> Result<SigmaRules> {
        let mut texts: Vec<(PathBuf, String)> = BUILTIN.iter().map(|(name, text)| (PathBuf::from(name), text.to_string())).collect();
        for folder in folders {
            let mut files = Vec::new();
            rule_files(folder, &mut files)?;
            files.sort();
            for file in files {
                let text = std::fs::read_to_string(&file).map_err(|e| Error::io(&file, e))?;
                texts.push((file, text));
            }
        }
        let mut rules = SigmaRules { engines: Vec::new(), correlations: Correlations::default(), refused: Vec::new(), fingerprint: Id::of("sigma", &[]) };
        let mut correlations = Vec::new();
        let mut by_source: BTreeMap<[Option<String>; 3], Vec<(PathBuf, SigmaRule)>> = BTreeMap::new();
        for (file, text) in texts {
            rules.fingerprint = Id::of("sigma", &[&rules.fingerprint, &text]);
            match parse_sigma_yaml(&text) {
                Ok(collection) if collection.errors.is_empty() => {
                    for rule in collection.rules {
                        let source = &rule.logsource;
                        by_source.entry([source.product.clone(), source.service.clone(), source.category.clone()]).or_default().push((file.clone(), rule));
                    }
                    correlations.extend(collection.correlations);
                }
                Ok(collection) => rules.refused.push((file, collection.errors.join("; "))),
                Err(error) => rules.refused.push((file, error.to_string())),
            }
        }
        match Correlations::new(correlations, by_source.values().flatten().map(|(_, rule)| rule)) {
            Ok(correlations) => rules.correlations = correlations,
            Err(error) => rules.refused.push((PathBuf::from("correlation rules"), error)),
        }
        for ([product, service, category], group) in by_source {
            let mut engine = Engine::new();
            for (index, error) in engine.add_rules(group.iter().map(|(_, rule)| rule)) {
                rules.refused.push((group[index].0.clone(), error.to_string()));
            }
            rules.engines.push((LogSource { product, service, category, ..LogSource::default() }, engine));
        }
        rules.refused.sort();
        Ok(rules)
    }

    /// Number of rules in use, correlations included.
    pub fn len(&self) -> usize {
        self.engines.iter().map(|(_, engine)| engine.rule_count()).sum::<usize>() + self.correlations.len()
    }
    /// Whether no rule is in use.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The engines whose rules concern events of these log sources.
    fn concerned(&self, sources: &LogSources) -> Vec<usize> {
        let fits = |rule: &LogSource| {
            rule.product.as_deref().is_none_or(|p| p.eq_ignore_ascii_case(&sources.product))
                && rule.service.as_deref().is_none_or(|s| sources.services.iter().any(|own| own.eq_ignore_ascii_case(s)))
                && rule.category.as_deref().is_none_or(|c| sources.categories.iter().any(|own| own.eq_ignore_ascii_case(c)))
        };
        (0..self.engines.len()).filter(|i| fits(&self.engines[*i].0)).collect()
    }
}

/// What identifies a finding: rule, account, address and day.
type Key = (String, Option<String>, Option<String>, String);

/// Takes events one after the other, in any order, and gives the findings at the end.
pub struct Sigma<'r> {
    rules: &'r SigmaRules,
    concerned: HashMap<LogSources, Vec<usize>>,
    found: BTreeMap<Key, Detection>,
    matches: Matches,
}

impl<'r> Sigma<'r> {
    /// No event yet.
    pub fn new(rules: &'r SigmaRules) -> Sigma<'r> {
        Sigma { rules, concerned: HashMap::new(), found: BTreeMap::new(), matches: Matches::default() }
    }

    /// Takes an event.
    pub fn event(&mut self, event: &Event) {
        let mut fields = Fields::of(event);
        let sources = log_source::of(event, &mut fields);
        if !self.concerned.contains_key(&sources) {
            let engines = self.rules.concerned(&sources);
            self.concerned.insert(sources.clone(), engines);
        }
        let Some(engines) = self.concerned.get(&sources) else { return };
        for index in engines {
            for result in self.rules.engines[*index].1.evaluate(&fields) {
                let header = &result.header;
                if !self.rules.correlations.is_silent(header.rule_id.as_deref().unwrap_or("")) {
                    add(&mut self.found, header, (event.actor.clone(), event.src_addr.clone()), (event.time, event.event_id), &header.rule_title);
                }
                self.matches.keep(&self.rules.correlations, event, &fields, &result);
            }
        }
    }

    /// The findings: one per rule, account, address and day, with the events that matched.
    pub fn finish(mut self) -> Vec<Detection> {
        for finding in self.matches.finish(&self.rules.correlations) {
            let header = &finding.result.header;
            let counted = finding.result.as_correlation().map(|body| (body.aggregated_value, body.timespan_secs)).unwrap_or_default();
            let why = format!("{} ({} within {})", header.rule_title, counted.0, span(counted.1));
            for event in finding.events {
                add(&mut self.found, header, (finding.actor.clone(), finding.src_addr.clone()), event, &why);
            }
        }
        self.found.into_values().collect()
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        s if s >= 7200 => format!("{} hours", s / 3600),
        s if s >= 120 => format!("{} minutes", s / 60),
        s => format!("{s} seconds"),
    }
}

/// Files a match under its rule, account and address, and day.
fn add(found: &mut BTreeMap<Key, Detection>, header: &RuleHeader, whose: (Option<String>, Option<String>), event: (Timestamp, Id), explanation: &str) {
    let rule_id = header.rule_id.clone().unwrap_or_else(|| header.rule_title.clone());
    let (time, event_id) = event;
    let key = (rule_id, whose.0, whose.1, time.strftime("%F").to_string());
    let detection = found.entry(key).or_insert_with_key(|(rule, actor, src, day)| Detection {
        detection_id: Id::of("detection", &[rule, actor, src, day]),
        rule_id: rule.clone(),
        rule_version: "sigma".into(),
        severity: header.level.map_or("medium", |level| level.as_str()).to_string(),
        technique: header.tags.iter().find_map(|t| t.strip_prefix("attack.t")).map(|t| format!("T{}", t.to_uppercase())),
        first: time,
        last: time,
        actor: actor.clone(),
        src_addr: src.clone(),
        event_ids: vec![],
        explanation: explanation.to_string(),
    });
    detection.first = detection.first.min(time);
    detection.last = detection.last.max(time);
    // The last one is looked at only: an event that matches twice does so in a row.
    if detection.event_ids.len() < MOST_EVENTS && detection.event_ids.last() != Some(&event_id) {
        detection.event_ids.push(event_id);
    }
}

fn rule_files(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(|e| Error::io(path, e))? {
        let path = entry.map_err(|e| Error::io(path, e))?.path();
        if path.is_dir() {
            rule_files(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
