//! Whether a duty is triggered, satisfied or open, and why.

use crate::assess::{Here, holds};
use crate::count::{Met, Threshold, thousands};
use crate::duty::{Measure, Relief, Rule};
use crate::facts::{EntityKind, Exception, Medium, Sensitive};
use crate::law::{Confidence, Form};
use crate::view::Tally;
use dosimeter_case::tables::ObligationStatus;

/// What was decided on a rule before dates.
pub(crate) struct Decision {
    pub status: ObligationStatus,
    pub why: String,
    pub open: Vec<String>,
    pub confidence: Confidence,
}

/// Whether the rule is triggered, satisfied or open, and why; conditions are tried in the order in which a lawyer would.
pub(crate) fn status(here: Here, rule: &Rule, in_force: bool, tally: &Tally) -> Decision {
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
    // Part 2 records in other hands than a programme's: whether the rule reaches their holder is a question, not a no.
    let lawful_holder = rule.count == Measure::Part2Total && tally.sensitive.contains(&Sensitive::SubstanceUse);
    if !rule.only_for.is_empty() && !holds(facts, rule) && !lawful_holder {
        let words: Vec<String> = rule.only_for.iter().filter_map(|s| serde_json::to_value(s).ok()?.as_str().map(str::to_string)).collect();
        return refuse(d, format!("only for entities of a standing that the facts do not name ({})", words.join(" or ")));
    }
    if !in_force {
        if rule.from_unconfirmed {
            d.confidence = Confidence::Unconfirmed;
        }
        let span = rule.from.filter(|from| *from > view.law).map_or_else(String::new, |from| format!(", it took effect on {from}"));
        return refuse(d, format!("not in force on {}{span}", view.law));
    }
    let excused_for_harm = assessed.harm_unlikely || assessed.low_probability && assessed.documented;
    if rule.only_if_harm_excused && !excused_for_harm {
        return refuse(d, "due only where notice is left out because harm is unlikely".to_string());
    }
    if people && facts.protection.encrypted && facts.protection.key_taken == Some(false) {
        let source = if federal { "45 CFR 164.402 and the HHS guidance" } else { "the exclusion of encrypted data" };
        let standard = j.encryption.as_ref().map(|e| format!("; this law on encryption: {e}")).unwrap_or_default();
        return refuse(d, format!("the data was encrypted and the key was not taken ({source}){standard}; keep the proof for 6 years"));
    }
    if hipaa_rule && let Some(exception) = assessed.exception.filter(|_| assessed.documented) {
        return refuse(d, format!("the exception of 45 CFR 164.402(1)({}) is documented", roman(exception)));
    }
    if hipaa_rule && assessed.low_probability && assessed.documented {
        return refuse(d, "a documented assessment shows a low probability of compromise (45 CFR 164.402(2))".to_string());
    }
    let paper_counts = rule.any_form || j.data.iter().any(|data| data.any_form);
    if !federal && j.form == Form::Electronic && facts.incident.medium == Medium::Paper && !paper_counts {
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
    if facts.covered_entities.len() > 1
        && view.label.is_some()
        && federal
        && rule.has_threshold()
        && matches!(rule.count, Measure::PhiTotal | Measure::PhiResidents)
    {
        d.why.push_str(" of this covered entity alone (that each counts its own is recalled from 74 FR 42752, not read)");
        d.confidence = Confidence::Unconfirmed;
    }
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
    if lawful_holder && !holds(facts, rule) {
        doubts.push("substance-use records are involved, but the facts do not call the entity a Part 2 programme: if they are a programme's records, ask whether the rule reaches their holder".to_string());
    }
    // The copy of a report to HHS is due because HHS is told, whatever the State thinks of harm.
    if !federal && people && excused_for_harm && !rule.only_if_harm_excused && !rule.follows_hhs {
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

/// `520 residents (500 or more are asked for)`.
fn counted(rule: &Rule, tally: &Tally, threshold: Threshold) -> String {
    let whom = match rule.count {
        Measure::Residents => "residents with data that this law covers",
        Measure::ResidentsAll | Measure::PhiResidents | Measure::Part2Residents => "residents",
        Measure::PhiTotal | Measure::Part2Total | Measure::Total => "people in all",
        Measure::Unreachable => "people without a good address",
        Measure::Minors => "minors",
        Measure::KinReachable => "deceased people whose next of kin can be reached",
        Measure::Incident => return format!("the incident itself counts, whatever the number of people ({})", thousands(tally.count.best)),
    };
    let asked = match threshold {
        Threshold::AtLeast(1) => String::new(),
        threshold => format!(" (asked for: {})", threshold.words()),
    };
    format!("{} {whom}{asked}", tally.count.words())
}

fn roman(exception: Exception) -> &'static str {
    match exception {
        Exception::UnintentionalWorkforce => "i",
        Exception::InadvertentInternal => "ii",
        Exception::CouldNotRetain => "iii",
    }
}
