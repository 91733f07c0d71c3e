//! [`assess`]: facts and rules in, obligations out.

use crate::clock::{Due, Plan, due, progress, sent};
use crate::count::Count;
use crate::days;
use crate::duty::{After, Measure, Relief, Rule};
use crate::facts::{EntityKind, Facts, Standing};
use crate::law::{Confidence, Jurisdiction};
use crate::remarks::{depends_on, remarks};
use crate::rules::Rules;
use crate::status::status;
use crate::view::{View, tally, views};
use dosimeter_case::Id;
use dosimeter_case::tables::{Obligation, ObligationStatus};
use jiff::civil::Date;

/// Every duty that could apply, triggered or not, in a fixed order: for each party the federal rules, then the States by their letters, each in the
/// order of its file; then people abroad and people without a known residence.
///
/// A row's `recipient` is the rule's; where a business associate serves several covered entities it is followed by `/` and the covered entity's name.
/// `conflicts` are whole sentences. Never fails: what cannot be decided is a row of status `review` with the reason.
pub fn assess(facts: &Facts, rules: &Rules) -> Vec<Obligation> {
    let mut rows = Vec::new();
    for view in &views(facts) {
        let mut plan = Plan::default();
        if let Some(us) = rules.jurisdiction("US") {
            for (rule, in_force) in versions(us, view.law) {
                let states: Vec<&str> = match rule.each_state && (rule.only_for.is_empty() || holds(facts, rule)) {
                    true if view.places.is_empty() => vec!["unknown"],
                    true => view.places.keys().copied().collect(),
                    false => vec!["US"],
                };
                for state in states {
                    if let Some((row, due)) = decide(Here { facts, view, j: us, state, plan: &plan, letters: None }, rule, in_force) {
                        note_plan(facts, rule, &row, &due, &mut plan);
                        rows.push(row);
                    }
                }
            }
        }
        for state in states(facts, view) {
            match rules.jurisdiction(state) {
                Some(j) => state_rows(facts, view, j, state, &plan, &mut rows),
                None if view.kind != EntityKind::BusinessAssociate => {
                    let count = view.places.get(state).into_iter().flatten().map(|p| p.group.count).sum();
                    rows.push(review(
                        facts,
                        state,
                        "no-rules",
                        count,
                        format!("no rules for {state} are in the pack, so that the law there must be looked up"),
                    ));
                }
                None => {}
            }
        }
    }
    for (country, affected) in &facts.abroad {
        let count = affected.parts().iter().map(|g| g.count).sum();
        let reason = "people live outside the United States, so that the law of their country must be looked up".to_string();
        rows.push(review(facts, &format!("abroad:{country}"), "abroad", count, reason));
    }
    if let Some(affected) = &facts.unknown_residence {
        let count = affected.parts().iter().map(|g| g.count).sum();
        let reason = "the State of these people is not known: they count towards the federal totals, and may carry a State over a threshold".to_string();
        rows.push(review(facts, "unknown", "unknown-residence", count, reason));
    }
    rows
}

/// Where a decision is taken: the facts, the party, the law, the place, and what was settled before.
#[derive(Clone, Copy)]
pub(crate) struct Here<'a> {
    pub facts: &'a Facts,
    pub view: &'a View<'a>,
    pub j: &'a Jurisdiction,
    pub state: &'a str,
    pub plan: &'a Plan,
    /// Last day for the letters under the law of the place and HIPAA.
    pub letters: Option<Date>,
}

/// One version of each rule: the one in force, else the nearest that was not (and `false`).
fn versions(j: &Jurisdiction, day: Date) -> Vec<(&Rule, bool)> {
    let mut chosen: Vec<(&Rule, bool)> = Vec::new();
    for rule in &j.rule {
        let in_force = rule.in_force(day);
        match chosen.iter_mut().find(|(other, _)| other.id == rule.id) {
            Some(slot) if in_force => *slot = (rule, true),
            Some(_) => {}
            None => chosen.push((rule, in_force)),
        }
    }
    chosen
}

/// The States whose law is looked at: where people live, the home State, and where a licence is held.
fn states<'a>(facts: &'a Facts, view: &View<'a>) -> Vec<&'a str> {
    let mut states: Vec<&str> = view.places.keys().copied().collect();
    states.extend(facts.entity.state.as_deref());
    for standing in &facts.entity.standing {
        match standing {
            Standing::CaLicensedFacility => states.push("CA"),
            Standing::NyGeneralHospital | Standing::NyDfsCovered => states.push("NY"),
            _ => {}
        }
    }
    states.sort_unstable();
    states.dedup();
    states
}

fn state_rows(facts: &Facts, view: &View, j: &Jurisdiction, state: &str, plan: &Plan, rows: &mut Vec<Obligation>) {
    let versions = versions(j, view.law);
    // The letters' last day under this State's law and HIPAA, for duties that go with the letters.
    let limit = |(rule, in_force): &(&Rule, bool)| {
        if !in_force || rule.recipient != "individuals" || !rule.only_for.is_empty() || rule.hipaa == Relief::Deemed && plan.hipaa {
            return None;
        }
        matches!(rule.deadline.as_ref()?.after, After::Discovery | After::Determination).then(|| due(facts, view, rule, plan, None).due).flatten()
    };
    let letters = versions.iter().filter_map(limit).map(|m| m.date).chain(plan.letters).min();
    for (rule, in_force) in versions {
        // Without people there, only the duties of licence holders are of interest.
        if !view.places.contains_key(state) && !holds(facts, rule) {
            continue;
        }
        rows.extend(decide(Here { facts, view, j, state, plan, letters }, rule, in_force).map(|(row, _)| row));
    }
}

/// Whether the entity holds a standing that the rule names.
pub(crate) fn holds(facts: &Facts, rule: &Rule) -> bool {
    rule.only_for.iter().any(|s| facts.entity.standing.contains(s))
}

fn note_plan(facts: &Facts, rule: &Rule, row: &Obligation, due: &Due, plan: &mut Plan) {
    if !matches!(row.status, ObligationStatus::Due | ObligationStatus::Review) {
        return;
    }
    let day = due.due.map(|m| m.date);
    if rule.count == Measure::PhiTotal && rule.sensitive.is_empty() && rule.recipient == "individuals" {
        plan.hipaa = true;
        plan.letters = day;
        plan.late = day.zip(sent(facts, rule)).is_some_and(|(limit, sent)| sent > limit);
    }
    // A business associate complies with HIPAA by telling the covered entity.
    if rule.recipient == "covered_entity" {
        plan.hipaa = true;
    }
    if rule.count == Measure::PhiTotal && rule.recipient == "hhs" {
        plan.hhs = plan.hhs.into_iter().chain(day).min();
        plan.hhs_rules.push(rule.id.clone());
    }
}

/// One row, or `None` where the rule can never concern this party.
fn decide(here: Here, rule: &Rule, in_force: bool) -> Option<(Obligation, Due)> {
    let Here { facts, view, state, plan, letters, .. } = here;
    if !view.duties.contains(&rule.duty_of) || !rule.entities.is_empty() && !rule.entities.contains(&view.kind) {
        return None;
    }
    let tally = tally(facts, view, here.j, rule, state);
    let mut decision = status(here, rule, in_force, &tally);
    let live = decision.status != ObligationStatus::NotTriggered;
    let due = if live { due(facts, view, rule, plan, letters) } else { Due { trigger: view.discovered.to_string(), ..Due::default() } };
    let deemed = decision.status == ObligationStatus::Deemed;
    let last_day = match (deemed, rule.recipient.as_str()) {
        (true, "individuals") => plan.letters.map(|d| d.to_string()),
        (true, _) => None,
        _ => due.text(),
    };
    let mut reason = format!("{}: {}", capital(&rule.what), decision.why);
    if live && !deemed {
        reason.push_str(&format!("; {}{}", due.words, progress(facts, rule, &due)));
        decision.open.extend(due.open.iter().cloned());
    }
    if live {
        remarks(here, rule, &tally, &due, &mut decision);
        if let (Some(n), Some(posted)) = (rule.posted_days, facts.notices.web_posted)
            && let Some(end) = days::add_days(posted, n)
        {
            reason.push_str(&format!("; posted on {posted}, so that it stays until {end} at least"));
        }
    }
    reason.push('.');
    let to_people = matches!(rule.recipient.as_str(), "individuals" | "guardians" | "next_of_kin" | "media");
    let recipient = view.label.map_or_else(|| rule.recipient.clone(), |name| format!("{}/{name}", rule.recipient));
    let row = Obligation {
        obligation_id: Id::of("obligation", &[&state, &rule.id, &recipient]),
        jurisdiction: state.to_string(),
        rule_id: rule.id.clone(),
        rule_version: rule.version(),
        citation: rule.citation.clone(),
        recipient,
        count_low: tally.count.low,
        count: tally.count.best,
        count_high: tally.count.high,
        trigger_date: due.trigger.clone(),
        due: last_day,
        status: decision.status,
        reason,
        conflicts: decision.open,
        depends_on: if live { depends_on(here, rule, deemed) } else { Vec::new() },
        must_say: if to_people { here.j.letter.must.clone() } else { rule.content.clone() },
        must_not_say: if to_people { here.j.letter.must_not.clone() } else { Vec::new() },
        confidence: decision.confidence.as_str().to_string(),
    };
    Some((row, due))
}

fn review(facts: &Facts, jurisdiction: &str, rule_id: &str, count: Count, reason: String) -> Obligation {
    Obligation {
        obligation_id: Id::of("obligation", &[&jurisdiction, &rule_id, &"individuals"]),
        jurisdiction: jurisdiction.to_string(),
        rule_id: rule_id.to_string(),
        rule_version: "undated".to_string(),
        citation: String::new(),
        recipient: "individuals".to_string(),
        count_low: count.low,
        count: count.best,
        count_high: count.high,
        trigger_date: facts.incident.discovered.to_string(),
        due: None,
        status: ObligationStatus::Review,
        reason: format!("{}.", capital(&reason)),
        conflicts: Vec::new(),
        depends_on: Vec::new(),
        must_say: Vec::new(),
        must_not_say: Vec::new(),
        confidence: Confidence::Unconfirmed.as_str().to_string(),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
