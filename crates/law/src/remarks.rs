//! What is shown beside a live duty: where laws pull apart, what is open, what would change it, what it depends on.

use crate::assess::Here;
use crate::clock::{Due, sent};
use crate::count::{Count, Met, thousands};
use crate::duty::{After, Measure, Relief, Rule};
use crate::facts::{EntityKind, Facts};
use crate::law::Confidence;
use crate::status::Decision;
use crate::view::Tally;
use dosimeter_case::tables::{Obligation, ObligationStatus};

/// Conflicts and open questions of a live row.
pub(crate) fn remarks(here: Here, rule: &Rule, tally: &Tally, due: &Due, d: &mut Decision) {
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
    if (!federal || rule.recipient == "ftc") && (facts.law_enforcement.oral.is_some() || facts.law_enforcement.written.is_some()) {
        open.push("Law enforcement asked to wait: most laws allow that, check this one; the date here does not count on it.".to_string());
    }
    if !federal && rule.from.is_none() && view.law < j.as_read {
        open.push(format!("The day on which this wording took effect is not recorded; the law is as read on {}.", j.as_read));
    }
    if rule.from_unconfirmed && d.status != ObligationStatus::Deemed {
        open.push(format!("The day on which this wording took effect, {}, is recalled, not read.", rule.version()));
    }
    for ask in &tally.asks {
        open.push(format!("To be confirmed: {ask}."));
    }
    open.extend(other_version(here, rule));
    open.extend(flips(facts, rule, here.state, tally.count));
    let needs = needs(here, rule);
    if d.status == ObligationStatus::Deemed && !needs.is_empty() {
        open.push(format!("HIPAA satisfies this only if the State's own conditions are kept: {}.", needs.join(", ")));
    }
    if !federal && rule.recipient == "individuals" {
        if let Some(first) = before_letters(here) {
            open.push(format!("Order: {} comes before these letters go out ({}).", first.what, first.id));
        }
        if let Some(most) = j.substitute.as_ref().and_then(|s| s.people_over).filter(|most| tally.count.high > *most && tally.count.high < Count::UNKNOWN.high)
        {
            open.push(format!(
                "More than {} people: this law allows substitute notice (web page and media) instead of letters; HIPAA does not.",
                thousands(most)
            ));
        }
    }
}

/// Where `as_of` picks another version than the day of discovery would: which.
fn other_version(here: Here, rule: &Rule) -> Option<String> {
    let Here { view, j, .. } = here;
    if view.law == view.discovered || rule.in_force(view.discovered) {
        return None;
    }
    let then = j.rule.iter().find(|other| other.id == rule.id && other.in_force(view.discovered));
    let was = then.map_or_else(|| "this duty was not in force".to_string(), |then| format!("another version ({}) was in force", then.version()));
    Some(format!("This is the law of {}; on the day of discovery, {}, {was}.", view.law, view.discovered))
}

/// How the remark on a count begins that lies on both sides of a threshold.
const RESTS: &str = "It rests on the count of";

/// Whether a duty hangs on how many people there are: its count lies on both sides of the threshold.
pub fn rests_on_count(obligation: &Obligation) -> bool {
    obligation.conflicts.iter().any(|remark| remark.starts_with(RESTS))
}

/// What a count that lies on both sides of a threshold hangs on: the interval, and the open decisions that would change the answer.
fn flips(facts: &Facts, rule: &Rule, state: &str, count: Count) -> Vec<String> {
    let threshold = rule.threshold();
    if threshold.met(count) != Met::Perhaps {
        return Vec::new();
    }
    let here = |people: &std::collections::BTreeMap<String, i64>| match rule.count {
        Measure::Residents | Measure::ResidentsAll | Measure::PhiResidents | Measure::Part2Residents => people.get(state).copied().unwrap_or_default(),
        Measure::PhiTotal | Measure::Part2Total | Measure::Total => people.values().fold(0, |sum: i64, n| sum.saturating_add(*n)),
        Measure::Unreachable | Measure::KinReachable | Measure::Minors | Measure::Incident => 0,
    };
    let word = |due: bool| if due { "due" } else { "not due" };
    let now = threshold.holds(count.best);
    let ends = match (threshold.holds(count.low), threshold.holds(count.high)) {
        // "Fewer than" may fail at both ends and hold between them.
        (false, false) => "not due, for some numbers between them due".to_string(),
        (low, high) => format!("{}, at the highest {}", word(low), word(high)),
    };
    let mut said = vec![format!("{RESTS} {}: at the best count it is {}, at the lowest {ends}.", count.words(), word(now))];
    let mut alone = false;
    for question in &facts.open {
        let (fewer, more) = (here(&question.fewer), here(&question.more));
        for (n, then) in [(fewer, count.best.saturating_sub(fewer)), (more, count.best.saturating_add(more))] {
            if n > 0 && threshold.holds(then) != now {
                alone = true;
                let way = if then < count.best { "fewer" } else { "more" };
                said.push(format!("Open decision that would flip it: {} ({} people {way}: {}).", question.what, thousands(n), word(!now)));
            }
        }
    }
    if !alone && !facts.open.is_empty() {
        said.push("No open decision flips it alone; several together may.".to_string());
    }
    said
}

/// The rules that a clause on HIPAA asks for, as far as they are in force.
fn needs(here: Here, rule: &Rule) -> Vec<String> {
    let in_force = |id: &&String| here.j.rule.iter().any(|r| r.id == **id && r.in_force(here.view.law));
    rule.needs.iter().filter(in_force).cloned().collect()
}

/// The rule of this law that must be done before the letters.
fn before_letters(here: Here<'_>) -> Option<&Rule> {
    let Here { view, j, .. } = here;
    let before = |r: &&Rule| r.in_force(view.law) && r.deadline.as_ref().is_some_and(|d| d.after == After::BeforeIndividuals);
    j.rule.iter().find(before)
}

/// Ids of the rules on whose doing, or date, a live duty hangs.
pub(crate) fn depends_on(here: Here, rule: &Rule, deemed: bool) -> Vec<String> {
    let Here { view, j, plan, .. } = here;
    let federal = j.jurisdiction == "US";
    let mut ids: Vec<String> = Vec::new();
    let letters = || {
        let of_state = j.rule.iter().filter(|r| r.recipient == "individuals" && r.only_for.is_empty() && r.in_force(view.law)).map(|r| r.id.clone());
        of_state.chain(plan.hipaa.then(|| "hipaa-individuals".to_string()))
    };
    if deemed {
        ids.push("hipaa-individuals".to_string());
        ids.extend(needs(here, rule));
    } else {
        match rule.deadline.as_ref().map(|d| d.after) {
            Some(After::HhsNotice) => ids.extend(plan.hhs_rules.iter().cloned()),
            Some(After::IndividualNotice | After::WithIndividuals) => ids.extend(letters()),
            _ if rule.deadline.as_ref().is_some_and(|d| d.or_with_individuals) => ids.extend(letters()),
            _ => {}
        }
    }
    // A large report goes to HHS or the FTC at the time of the letters.
    if federal && matches!(rule.recipient.as_str(), "hhs" | "ftc") && rule.at_least.is_some() {
        let same = |r: &&Rule| r.recipient == "individuals" && r.only_for == rule.only_for && r.entities == rule.entities;
        ids.extend(j.rule.iter().find(same).map(|r| r.id.clone()));
    }
    if !federal && rule.recipient == "individuals" && !deemed {
        ids.extend(before_letters(here).map(|r| r.id.clone()));
    }
    ids.dedup();
    ids.retain(|id| *id != rule.id);
    ids
}
