//! [`assess`]: facts and rules in, obligations out.

use crate::clock::{Due, Plan, due, progress, sent};
use crate::count::{Met, Threshold, thousands};
use crate::days;
use crate::facts::{EntityKind, Exception, Facts, Medium, Standing};
use crate::law::{After, Confidence, Form, Jurisdiction, Measure, Relief, Rule};
use crate::rules::Rules;
use crate::view::{Tally, View, tally, views};
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
            for (rule, in_force) in versions(us, view.discovered) {
                let states: Vec<&str> =
                    if rule.each_state && (rule.only_for.is_empty() || holds(facts, rule)) { view.places.keys().copied().collect() } else { vec!["US"] };
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
                    let count = view.places.get(state).into_iter().flatten().map(|g| g.count).sum();
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
struct Here<'a> {
    facts: &'a Facts,
    view: &'a View<'a>,
    j: &'a Jurisdiction,
    state: &'a str,
    plan: &'a Plan,
    /// Last day for the letters under the law of the place and HIPAA.
    letters: Option<Date>,
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
    let versions = versions(j, view.discovered);
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
fn holds(facts: &Facts, rule: &Rule) -> bool {
    rule.only_for.iter().any(|s| facts.entity.standing.contains(s))
}

fn note_plan(facts: &Facts, rule: &Rule, row: &Obligation, due: &Due, plan: &mut Plan) {
    if !matches!(row.status, ObligationStatus::Due | ObligationStatus::Review) {
        return;
    }
    let day = due.due.map(|m| m.date);
    if rule.count == Measure::PhiTotal && rule.recipient == "individuals" {
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
    }
}

/// What was decided on a rule before dates.
struct Decision {
    status: ObligationStatus,
    why: String,
    open: Vec<String>,
    confidence: Confidence,
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
        confidence: decision.confidence.as_str().to_string(),
    };
    Some((row, due))
}

/// Whether the rule is triggered, satisfied or open, and why; conditions are tried in the order in which a lawyer would.
fn status(here: Here, rule: &Rule, in_force: bool, tally: &Tally) -> Decision {
    let Here { facts, view, j, plan, .. } = here;
    let mut d = Decision { status: ObligationStatus::NotTriggered, why: String::new(), open: Vec::new(), confidence: rule.confidence };
    let federal = j.jurisdiction == "US";
    let people = rule.count != Measure::Incident;
    let hipaa_rule = federal && people && rule.entities != [EntityKind::Other];
    let under_hipaa = view.kind != EntityKind::Other;
    let assessed = &facts.assessment;
    let refuse = |mut d: Decision, why: String| {
        d.why = why;
        d
    };
    if !rule.only_for.is_empty() && !holds(facts, rule) {
        let words: Vec<String> = rule.only_for.iter().filter_map(|s| serde_json::to_value(s).ok()?.as_str().map(str::to_string)).collect();
        return refuse(d, format!("only for entities of a standing that the facts do not name ({})", words.join(" or ")));
    }
    if !in_force {
        if rule.from_unconfirmed {
            d.confidence = Confidence::Unconfirmed;
        }
        let span = rule.from.map_or_else(String::new, |from| format!(", it took effect on {from}"));
        return refuse(d, format!("not in force on {}{span}", view.discovered));
    }
    let excused_for_harm = assessed.harm_unlikely || assessed.low_probability && assessed.documented;
    if rule.only_if_harm_excused && !excused_for_harm {
        return refuse(d, "due only where notice is left out because harm is unlikely".to_string());
    }
    if people && facts.protection.encrypted && facts.protection.key_taken == Some(false) {
        let source = if federal { "45 CFR 164.402 and the HHS guidance" } else { "the exclusion of encrypted data" };
        return refuse(d, format!("the data was encrypted and the key was not taken ({source}); keep the proof for 6 years"));
    }
    if hipaa_rule && let Some(exception) = assessed.exception.filter(|_| assessed.documented) {
        return refuse(d, format!("the exception of 45 CFR 164.402(1)({}) is documented", roman(exception)));
    }
    if hipaa_rule && assessed.low_probability && assessed.documented {
        return refuse(d, "a documented assessment shows a low probability of compromise (45 CFR 164.402(2))".to_string());
    }
    if !federal && j.form == Form::Electronic && facts.incident.medium == Medium::Paper && !rule.any_form {
        return refuse(d, "this law covers computerised data only".to_string());
    }
    if rule.follows_hhs && (!under_hipaa || !plan.hipaa) {
        return refuse(d, "due only where HHS is told".to_string());
    }
    let exempt = match rule.hipaa {
        Relief::Exempt => under_hipaa,
        Relief::ExemptCoveredEntity => view.kind == EntityKind::CoveredEntity,
        _ => false,
    };
    if exempt && tally.not_phi.high == 0 {
        d.confidence = d.confidence.max(j.hipaa.confidence);
        return refuse(d, format!("outside this law: {}", j.hipaa.clause.trim_end_matches('.')));
    }
    let threshold = rule.threshold();
    let met = if people { threshold.met(tally.count) } else { Met::Yes };
    d.why = counted(rule, tally, threshold);
    if met == Met::No {
        return d;
    }
    let relief = match rule.hipaa {
        Relief::DeemedHealthOnly if tally.beyond_health => Relief::Applies,
        Relief::DeemedHealthOnly => Relief::Deemed,
        other => other,
    };
    if relief == Relief::Deemed && under_hipaa && plan.hipaa && tally.not_phi.high == 0 {
        d.status = ObligationStatus::Deemed;
        d.why = format!("{}; satisfied by complying with HIPAA: {}", d.why, j.hipaa.clause.trim_end_matches('.'));
        d.confidence = d.confidence.max(j.hipaa.confidence);
        return d;
    }
    d.status = ObligationStatus::Due;
    let mut doubts: Vec<String> = Vec::new();
    if met == Met::Perhaps {
        doubts.push("the count lies on both sides of the threshold".to_string());
    }
    if exempt || relief == Relief::Deemed && under_hipaa {
        let why = if tally.not_phi.high > 0 {
            format!("HIPAA does not reach {} people whose data is not PHI", tally.not_phi.words())
        } else {
            "no HIPAA notice is due that could satisfy it".to_string()
        };
        doubts.push(why);
        d.open.push(j.hipaa.clause.clone());
    }
    if people && facts.protection.encrypted && facts.protection.key_taken.is_none() {
        doubts.push("the data was encrypted, but whether the key was taken is not known".to_string());
    }
    if !federal && people && facts.incident.acquired == Some(false) && j.breach.needs_acquisition() && !rule.needs_access_only {
        doubts.push("the data was seen but not taken, and this law speaks of acquisition".to_string());
    }
    if !federal && people && excused_for_harm && !rule.only_if_harm_excused {
        if let Some(test) = j.harm.test {
            let years = j.harm.record_years.map(|n| format!(", in writing for {n} years")).unwrap_or_default();
            let tell = if j.harm.tell_regulator { ", with notice to the regulator" } else { "" };
            doubts.push(format!("harm is assessed as unlikely, and this law excuses notice on: {}{years}{tell}", test.words()));
        } else if rule.needs_access_only {
            doubts.push("an assessment of low probability may excuse it".to_string());
        } else {
            d.open.push("This law knows no excuse for unlikely harm.".to_string());
        }
    }
    if !federal && people && assessed.exception.is_some() {
        doubts.push("an exception of HIPAA is claimed, and whether this law has the like must be looked up".to_string());
    }
    if !doubts.is_empty() {
        d.status = ObligationStatus::Review;
        d.why = format!("{}; {}", d.why, doubts.join("; "));
    }
    d
}

/// Conflicts and open questions of a live row.
fn remarks(here: Here, rule: &Rule, tally: &Tally, due: &Due, d: &mut Decision) {
    let Here { facts, view, j, plan, .. } = here;
    let federal = j.jurisdiction == "US";
    let open = &mut d.open;
    open.extend(rule.notes.iter().cloned());
    if rule.recipient == "individuals" {
        open.extend(view.open.iter().cloned());
        open.extend(j.notes.iter().filter(|_| !federal).cloned());
        for note in j.sensitive.iter().filter(|note| tally.sensitive.contains(&note.class)) {
            let doubt = if note.confidence == Confidence::Unconfirmed { "; recalled" } else { "" };
            open.push(format!("{} ({}{doubt})", note.note, note.citation));
        }
    }
    if rule.hipaa == Relief::Unclear && view.kind != EntityKind::Other {
        d.confidence = d.confidence.max(j.hipaa.confidence);
        open.push(format!("Treated as due, because this was not confirmed to excuse it: {}", j.hipaa.clause));
    }
    if d.status == ObligationStatus::Deemed {
        if plan.late {
            open.push("The HIPAA letters went out late: whether that still counts as complying with HIPAA is for counsel.".to_string());
        }
        if let Some(own) = due.due.filter(|own| plan.letters.is_some_and(|hipaa| hipaa > own.date) && rule.recipient == "individuals") {
            open.push(format!("Without HIPAA this law's own last day would be {}.", own.date));
        }
    } else if !federal
        && rule.recipient == "individuals"
        && let (Some(own), Some(hipaa)) = (due.due, plan.letters)
    {
        if hipaa < own.date {
            open.push(format!("HIPAA's last day, {hipaa}, comes first."));
        } else if own.date < hipaa {
            open.push(format!("This law's last day comes before HIPAA's, {hipaa}: the shorter binds."));
        }
    }
    if let Some(letters) = facts.notices.individuals
        && rule.recipient == "hhs"
        && rule.at_least.is_some()
        && sent(facts, rule).is_none_or(|sent| sent > letters)
    {
        open.push(format!("The letters went out on {letters}: this report is due at the same time, not only by its last day."));
    }
    if facts.protection.encrypted && facts.protection.key_taken == Some(true) {
        open.push("The data was encrypted, but the key was taken: the exclusion of encrypted data is lost.".to_string());
    }
    if federal && facts.assessment.low_probability && !facts.assessment.documented {
        open.push("A low probability of compromise is claimed but not documented: the presumption of a breach stands (45 CFR 164.402(2)).".to_string());
    }
    if !federal && (facts.law_enforcement.oral.is_some() || facts.law_enforcement.written.is_some()) {
        open.push("Law enforcement asked to wait: most State laws allow that, check this one; the date here does not count on it.".to_string());
    }
    if !federal && rule.from.is_none() && view.discovered < j.as_read {
        open.push(format!("The day on which this wording took effect is not recorded; the law is as read on {}.", j.as_read));
    }
    if rule.from_unconfirmed && d.status != ObligationStatus::Deemed {
        open.push(format!("The day on which this wording took effect, {}, is recalled, not read.", rule.version()));
    }
    for ask in &tally.asks {
        open.push(format!("To be confirmed: {ask}."));
    }
}

/// `520 residents (500 or more are asked for)`.
fn counted(rule: &Rule, tally: &Tally, threshold: Threshold) -> String {
    let whom = match rule.count {
        Measure::Residents => "residents with data that this law covers",
        Measure::ResidentsAll | Measure::PhiResidents | Measure::Part2Residents => "residents",
        Measure::PhiTotal | Measure::Part2Total | Measure::Total => "people in all",
        Measure::Unreachable => "people without a good address",
        Measure::KinReachable => "deceased people whose next of kin can be reached",
        Measure::Incident => return format!("the incident itself counts, whatever the number of people ({})", thousands(tally.count.best)),
    };
    let asked = match threshold {
        Threshold::AtLeast(1) => String::new(),
        threshold => format!(" (asked for: {})", threshold.words()),
    };
    format!("{} {whom}{asked}", tally.count.words())
}

fn review(facts: &Facts, jurisdiction: &str, rule_id: &str, count: crate::count::Count, reason: String) -> Obligation {
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
        confidence: Confidence::Unconfirmed.as_str().to_string(),
    }
}

fn roman(exception: Exception) -> &'static str {
    match exception {
        Exception::UnintentionalWorkforce => "i",
        Exception::InadvertentInternal => "ii",
        Exception::CouldNotRetain => "iii",
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
