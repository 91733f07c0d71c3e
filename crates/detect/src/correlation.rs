//! Sigma correlation rules: matches of other rules counted over time. Logs are read one after the other, so matches are kept, as little of each
//! as the counting needs, and put in order of time at the end.

use crate::fields::{FieldValue, Fields};
use dosimeter_case::Id;
use dosimeter_case::tables::Event;
use jiff::Timestamp;
use rsigma_eval::{CorrelationAction, CorrelationConfig, CorrelationEngine, CorrelationEventMode, EvaluationResult, Event as _};
use rsigma_parser::{CorrelationCondition, CorrelationRule, SigmaCollection, SigmaRule};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Events named with a finding.
const MOST_EVENTS: usize = 1000;

/// The correlation rules in use.
#[derive(Default)]
pub(crate) struct Correlations {
    rules: Vec<CorrelationRule>,
    /// The rules that they count, by Sigma id.
    counted: BTreeMap<String, Counted>,
}

struct Counted {
    rule: SigmaRule,
    /// Values that the counting needs.
    fields: Vec<String>,
    /// No correlation asks for the rule's own findings.
    silent: bool,
}

impl Correlations {
    /// Takes the rules that `correlations` count from `all`.
    ///
    /// # Errors
    /// What is wrong with a correlation, for instance that it counts a rule that is not there.
    pub fn new<'s>(correlations: Vec<CorrelationRule>, all: impl Iterator<Item = &'s SigmaRule>) -> Result<Correlations, String> {
        let mut counted = BTreeMap::new();
        for rule in all {
            let names = |reference: &String| Some(reference) == rule.id.as_ref() || Some(reference) == rule.name.as_ref();
            let by: Vec<&CorrelationRule> = correlations.iter().filter(|c| c.rules.iter().any(names)).collect();
            // A match carries the rule's id only.
            let (false, Some(id)) = (by.is_empty(), &rule.id) else { continue };
            let mut fields = BTreeSet::new();
            for c in &by {
                fields.extend(c.group_by.iter().cloned());
                fields.extend(c.aliases.iter().flat_map(|a| a.mapping.values().cloned()));
                if let CorrelationCondition::Threshold { field: Some(names), .. } = &c.condition {
                    fields.extend(names.iter().cloned());
                }
            }
            let silent = !by.iter().any(|c| c.generate);
            counted.insert(id.clone(), Counted { rule: rule.clone(), fields: fields.into_iter().collect(), silent });
        }
        let new = Correlations { rules: correlations, counted };
        new.engine()?;
        Ok(new)
    }
    pub fn len(&self) -> usize {
        self.rules.len()
    }
    /// Whether a rule is only there to be counted.
    pub fn is_silent(&self, rule: &str) -> bool {
        self.counted.get(rule).is_some_and(|c| c.silent)
    }

    fn engine(&self) -> Result<CorrelationEngine, String> {
        let config = CorrelationConfig {
            correlation_event_mode: CorrelationEventMode::Refs,
            max_correlation_events: MOST_EVENTS,
            // Counting begins anew after a finding: a long run gives few of them.
            action_on_match: CorrelationAction::Reset,
            ..CorrelationConfig::default()
        };
        let mut engine = CorrelationEngine::new(config);
        let rules: Vec<SigmaRule> = self.counted.values().map(|c| c.rule.clone()).collect();
        engine.add_collection(&SigmaCollection { rules, correlations: self.rules.clone(), filters: vec![], errors: vec![] }).map_err(|e| e.to_string())?;
        Ok(engine)
    }
}

/// One match, to be counted.
struct Match {
    time: Timestamp,
    event: Id,
    rule: u32,
    /// Values of the rule's fields: numbers in `Matches::values`, 0 for none.
    values: Box<[u32]>,
}

/// A finding of a correlation rule.
pub(crate) struct Finding {
    pub result: EvaluationResult,
    /// Account and address, where they are among the values that were counted.
    pub actor: Option<String>,
    pub src_addr: Option<String>,
    /// The events, with their times.
    pub events: Vec<(Timestamp, Id)>,
}

/// The matches kept so far.
#[derive(Default)]
pub(crate) struct Matches {
    all: Vec<Match>,
    rules: Vec<(String, EvaluationResult)>,
    values: HashMap<String, u32>,
}

impl Matches {
    /// Keeps a match, if it is counted.
    pub fn keep(&mut self, correlations: &Correlations, event: &Event, fields: &Fields, result: &EvaluationResult) {
        let Some(id) = result.header.rule_id.as_deref() else { return };
        let Some(counted) = correlations.counted.get(id) else { return };
        let rule = self.rules.iter().position(|(known, _)| known == id).unwrap_or_else(|| {
            self.rules.push((id.to_string(), result.clone()));
            self.rules.len() - 1
        });
        let values = counted.fields.iter().map(|name| fields.get_field(name).and_then(|v| v.as_str().map(|v| self.value(&v))).unwrap_or(0)).collect();
        self.all.push(Match { time: event.time, event: event.event_id, rule: rule as u32, values });
    }
    fn value(&mut self, text: &str) -> u32 {
        if let Some(known) = self.values.get(text) {
            return *known;
        }
        let next = self.values.len() as u32 + 1;
        self.values.insert(text.to_string(), next);
        next
    }

    /// Counts.
    pub fn finish(mut self, correlations: &Correlations) -> Vec<Finding> {
        let mut found = Vec::new();
        // `Correlations::new` has tried the same.
        let (false, Ok(mut engine)) = (self.all.is_empty(), correlations.engine()) else { return found };
        self.all.sort_unstable_by(|a, b| (a.time, a.event, &self.rules[a.rule as usize].0).cmp(&(b.time, b.event, &self.rules[b.rule as usize].0)));
        let mut texts = vec![""; self.values.len() + 1];
        self.values.iter().for_each(|(text, n)| texts[*n as usize] = text);
        let times: HashMap<Id, Timestamp> = self.all.iter().map(|m| (m.event, m.time)).collect();
        // All matches of one event together.
        for matches in self.all.chunk_by(|a, b| a.event == b.event) {
            let mut fields = Fields::default();
            let mut results = Vec::new();
            for one in matches {
                let (id, result) = &self.rules[one.rule as usize];
                results.push(result.clone());
                for (name, value) in correlations.counted.get(id).into_iter().flat_map(|c| &c.fields).zip(&one.values).filter(|(_, v)| **v > 0) {
                    fields.add(name.as_str(), FieldValue::Text(Cow::Borrowed(texts[*value as usize])));
                }
            }
            fields.identify(matches[0].event.to_string());
            for result in engine.process_with_detections(&fields, results, matches[0].time.as_second()) {
                let Some(body) = result.as_correlation() else { continue };
                let of = |name: &str| {
                    body.group_key.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).or_else(|| fields.text(name).map(Into::into))
                };
                let ids = body.event_refs.iter().flatten().filter_map(|r| r.id.as_deref()?.parse().ok());
                let events = ids.filter_map(|id: Id| Some((*times.get(&id)?, id))).collect();
                found.push(Finding { actor: of("actor"), src_addr: of("src_addr"), events, result });
            }
        }
        found
    }
}
