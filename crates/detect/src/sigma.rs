//! Sigma rules over the events: rsigma does the matching; this file says which product an event belongs to and how
//! its fields are called in Sigma's taxonomy.

use dosimeter_case::tables::{Detection, Event, Outcome};
use dosimeter_case::{Error, Id, Result};
use rsigma_eval::Engine;
use rsigma_eval::event::JsonEvent;
use rsigma_parser::{LogSource, SigmaCollection, parse_sigma_yaml};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Event ids kept with a detection.
const MOST_EVENTS: usize = 1000;

/// Our own rules, part of the program.
const BUILTIN: &[(&str, &str)] = &[
    ("audit_log_cleared.yml", include_str!("../../../rules/sigma/audit_log_cleared.yml")),
    ("ehr_export.yml", include_str!("../../../rules/sigma/ehr_export.yml")),
    ("scripted_client.yml", include_str!("../../../rules/sigma/scripted_client.yml")),
];

/// Loaded Sigma rules.
pub struct SigmaRules {
    engine: Engine,
    /// Rules that could not be used: file and reason.
    pub refused: Vec<(PathBuf, String)>,
    /// BLAKE3-free fingerprint of the texts: an id over all of them in order.
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
        let mut rules = SigmaRules { engine: Engine::new(), refused: Vec::new(), fingerprint: Id::of("sigma", &[]) };
        let mut all = SigmaCollection { rules: vec![], correlations: vec![], filters: vec![], errors: vec![] };
        let mut file_of = Vec::new();
        for (file, text) in texts {
            rules.fingerprint = Id::of("sigma", &[&rules.fingerprint, &text]);
            match parse_sigma_yaml(&text) {
                Ok(collection) if collection.errors.is_empty() => {
                    file_of.extend(collection.rules.iter().map(|_| file.clone()));
                    all.rules.extend(collection.rules);
                    if !collection.correlations.is_empty() {
                        rules.refused.push((file, "correlation rules are not supported yet".into()));
                    }
                }
                Ok(collection) => rules.refused.push((file, collection.errors.join("; "))),
                Err(error) => rules.refused.push((file, error.to_string())),
            }
        }
        for (index, error) in rules.engine.add_rules(&all.rules) {
            rules.refused.push((file_of[index].clone(), error.to_string()));
        }
        Ok(rules)
    }

    /// Number of rules in use.
    pub fn len(&self) -> usize {
        self.engine.rule_count()
    }
    /// Whether no rule is in use.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Findings over the events: one per rule, account, address and day, with the events that matched.
    pub fn detect(&self, events: &[Event]) -> Vec<Detection> {
        let mut found: BTreeMap<(String, Option<String>, Option<String>, String), Detection> = BTreeMap::new();
        for event in events {
            let Some((source, fields)) = sigma_event(event) else { continue };
            let value = Value::Object(fields);
            for result in self.engine.evaluate_with_logsource(&JsonEvent::borrow(&value), &source) {
                let header = &result.header;
                let rule_id = header.rule_id.clone().unwrap_or_else(|| header.rule_title.clone());
                let key = (rule_id.clone(), event.actor.clone(), event.src_addr.clone(), event.time.strftime("%F").to_string());
                let detection = found.entry(key).or_insert_with_key(|(rule, actor, src, day)| Detection {
                    detection_id: Id::of("detection", &[rule, actor, src, day]),
                    rule_id: rule_id.clone(),
                    rule_version: "sigma".into(),
                    severity: header.level.map_or("medium", |level| level.as_str()).to_string(),
                    technique: header.tags.iter().find_map(|t| t.strip_prefix("attack.t")).map(|t| format!("T{}", t.to_uppercase())),
                    first: event.time,
                    last: event.time,
                    actor: event.actor.clone(),
                    src_addr: event.src_addr.clone(),
                    event_ids: vec![],
                    explanation: header.rule_title.clone(),
                });
                detection.first = detection.first.min(event.time);
                detection.last = detection.last.max(event.time);
                if detection.event_ids.len() < MOST_EVENTS {
                    detection.event_ids.push(event.event_id);
                }
            }
        }
        found.into_values().collect()
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

/// The event in Sigma's terms: its log source, and its fields under the names that rules for that source use.
fn sigma_event(event: &Event) -> Option<(LogSource, Map<String, Value>)> {
    let mut fields = match serde_json::from_str(&event.detail) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            fields.insert(name.to_string(), value);
        }
    };
    put("operation", json!(event.operation));
    put("outcome", json!(event.outcome.as_str()));
    let mut source = LogSource { category: None, product: None, service: None, definition: None, custom: Default::default() };
    match event.app.as_str() {
        "windows" => {
            (source.product, source.service) = (Some("windows".into()), Some("security".into()));
            put("EventID", event.operation.parse::<i64>().map_or(Value::Null, |id| json!(id)));
        }
        "nginx" | "apache" => {
            source.category = Some("webserver".into());
            let status = fields_status(event);
            put("cs-method", json!(event.operation));
            put("cs-uri-stem", json!(event.object));
            put("cs-user-agent", json!(event.device));
            put("cs-username", json!(event.actor));
            put("c-ip", json!(event.src_addr));
            put("sc-status", json!(status));
        }
        "sshd" | "sftp" => (source.product, source.service) = (Some("linux".into()), Some("sshd".into())),
        "samba" => (source.product, source.service) = (Some("linux".into()), Some("samba".into())),
        app => source.product = Some(app.to_string()),
    }
    Some((source, fields))
}

fn fields_status(event: &Event) -> Option<String> {
    let value: Value = serde_json::from_str(&event.detail).ok()?;
    match value.get("status")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => Some(if event.outcome == Outcome::Success { "200".into() } else { "400".into() }),
    }
}
