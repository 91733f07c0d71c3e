//! Plain text for people: an assessment, the memo, the rules.

use crate::duty::{After, Relief, Rule, Unit};
use crate::gaps::gaps;
use crate::law::{Confidence, Jurisdiction};
use crate::memo::Memo;
use crate::rules::Rules;
use crate::words::meaning;
use crate::{DISCLAIMER, Facts, thousands};
use dosimeter_case::Row;
use dosimeter_case::tables::{Obligation, ObligationStatus};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Writing to a `String` cannot fail.
macro_rules! say {
    ($out:expr, $($arg:tt)*) => { _ = writeln!($out, $($arg)*) };
}

/// Every duty with its date, source, reason, confidence and open points; then the facts that are missing.
pub fn assessment(facts: &Facts, rows: &[Obligation]) -> String {
    let mut out = String::new();
    say!(out, "{DISCLAIMER}");
    let law = facts.as_of.map_or_else(|| "the day of discovery".to_string(), |day| day.to_string());
    say!(out, "Discovered {}; the law in force on {law} is applied.\n", facts.incident.discovered);
    for row in rows {
        let due = row.due.as_deref().unwrap_or("no fixed day");
        say!(
            out,
            "{:<13} {:<3} {:<30} {:<16} {} [{}; rule {}, {}]",
            row.status,
            row.jurisdiction,
            row.recipient,
            due,
            row.citation,
            row.confidence,
            row.rule_id,
            row.rule_version
        );
        say!(out, "              {}", row.reason);
        for (label, words) in [("depends on", &row.depends_on), ("must say", &row.must_say), ("must not say", &row.must_not_say)] {
            if !words.is_empty() && row.status != ObligationStatus::NotTriggered {
                say!(out, "              {label}: {}", words.join(", "));
            }
        }
        for conflict in &row.conflicts {
            say!(out, "              open: {conflict}");
        }
    }
    let gaps = gaps(facts);
    if !gaps.is_empty() {
        say!(out, "\nNot known yet:");
    }
    for gap in gaps {
        say!(out, "  {}: {}", gap.key, gap.would_change);
    }
    out
}

/// One duty as JSON: the row, and the disclaimer.
pub fn json(row: &Obligation) -> serde_json::Value {
    let mut value = row.to_json();
    if let Some(object) = value.as_object_mut() {
        object.insert("disclaimer".to_string(), DISCLAIMER.into());
    }
    value
}

/// The assessment of 45 CFR 164.402(2), for counsel to complete and sign.
pub fn memo(memo: &Memo) -> String {
    let mut out = String::new();
    say!(out, "Assessment under 45 CFR 164.402(2)\n{DISCLAIMER}\n\n{}\n\nExceptions", memo.presumption);
    for exception in &memo.exceptions {
        let claimed = if exception.claimed { "claimed" } else { "not claimed" };
        say!(out, "  {} ({claimed}): {}", exception.citation, exception.needs);
    }
    say!(out, "\nFactors");
    for factor in &memo.factors {
        say!(out, "  {}: {}", factor.citation, factor.question);
        if factor.evidence.is_empty() {
            say!(out, "    - nothing recorded");
        }
        for line in &factor.evidence {
            say!(out, "    - {line}");
        }
    }
    let blank = "______________________";
    say!(out, "\nDecision: {}", memo.decision.as_deref().unwrap_or(blank));
    say!(out, "By: {}", memo.decided_by.as_deref().unwrap_or(blank));
    say!(out, "On: {}", memo.decided_on.map_or_else(|| blank.to_string(), |day| day.to_string()));
    say!(out, "Keep this for 6 years (45 CFR 164.414(b), 164.530(j)).");
    out
}

/// Every jurisdiction on a line, and how sure the rules are.
pub fn list(rules: &Rules) -> String {
    let mut out = String::new();
    say!(
        out,
        "{DISCLAIMER}\n\n{:<4} {:<22} {:>5} {:>9} {:>10} {:>11}  {:<11} {}",
        "",
        "",
        "rules",
        "confirmed",
        "one source",
        "unconfirmed",
        "as read",
        "HIPAA clause"
    );
    let mut totals: BTreeMap<Confidence, usize> = BTreeMap::new();
    let mut undated = 0;
    for j in rules.jurisdictions() {
        let of = |confidence| j.rule.iter().filter(|r| r.confidence == confidence).count();
        let counts = [of(Confidence::Confirmed), of(Confidence::OneSource), of(Confidence::Unconfirmed)];
        let clause = format!("{} ({})", level(j), j.hipaa.confidence.as_str());
        say!(
            out,
            "{:<4} {:<22} {:>5} {:>9} {:>10} {:>11}  {:<11} {clause}",
            j.jurisdiction,
            j.name,
            j.rule.len(),
            counts[0],
            counts[1],
            counts[2],
            j.as_read.to_string()
        );
        j.rule.iter().for_each(|r| *totals.entry(r.confidence).or_default() += 1);
        undated += j.rule.iter().filter(|r| r.from_unconfirmed).count();
    }
    say!(out, "\nRules by confidence");
    for (confidence, n) in &totals {
        say!(out, "  {:<12} {n}", confidence.as_str());
    }
    say!(out, "  first day recalled, not read: {undated}");
    let mut clauses: BTreeMap<Confidence, Vec<&str>> = BTreeMap::new();
    rules.jurisdictions().iter().for_each(|j| clauses.entry(j.hipaa.confidence).or_default().push(&j.jurisdiction));
    say!(out, "Clauses on HIPAA by confidence");
    for (confidence, states) in &clauses {
        say!(out, "  {:<12} {} ({})", confidence.as_str(), states.len(), states.join(" "));
    }
    out
}

/// Everything that one file says.
pub fn show(j: &Jurisdiction) -> String {
    let mut out = String::new();
    say!(out, "{} ({}): {}\n{DISCLAIMER}", j.name, j.jurisdiction, j.citations.join("; "));
    say!(out, "as read on {}, core facts {}", j.as_read, j.confidence.as_str());
    say!(out, "breach: {}; form: {}", word(&j.breach), word(&j.form));
    let harm = match (j.harm.excused, j.harm.test) {
        (true, Some(test)) => {
            let years = j.harm.record_years.map(|n| format!(", in writing for {n} years")).unwrap_or_default();
            format!("excuses notice on: {}{years}{}", test.words(), if j.harm.tell_regulator { ", with notice to the regulator" } else { "" })
        }
        _ => "does not excuse notice".to_string(),
    };
    say!(out, "unlikely harm {harm}");
    say!(out, "HIPAA: {} ({}; {})", j.hipaa.clause, level(j), j.hipaa.confidence.as_str());
    for (label, text) in [("encryption", &j.encryption), ("people may sue", &j.private_action)] {
        if let Some(text) = text {
            say!(out, "{label}: {text}");
        }
    }
    if let Some(s) = &j.substitute {
        let parts = [
            s.cost_over.map(|n| format!("cost over {} USD", thousands(n))),
            s.people_over.map(|n| format!("more than {} people", thousands(n))),
            s.rule.clone(),
            s.rule.is_none().then(|| "insufficient contact information".to_string()),
        ];
        say!(out, "substitute notice: {}", parts.into_iter().flatten().collect::<Vec<_>>().join("; "));
    }
    say!(out, "\nData (with a name unless said otherwise)");
    for data in &j.data {
        let mut what: Vec<String> = data.kinds.iter().map(|k| k.as_str().to_string()).collect();
        what.extend(data.sensitive.iter().map(word));
        let notes = [
            data.alone.then(|| "alone".to_string()),
            data.any_form.then(|| "on paper too".to_string()),
            data.from.map(|d| format!("from {d}")),
            data.to.map(|d| format!("to {d}")),
            (!data.only_for.is_empty()).then(|| format!("only for {}", data.only_for.iter().map(word).collect::<Vec<_>>().join(", "))),
            data.ask.clone(),
        ];
        let notes: Vec<String> = notes.into_iter().flatten().collect();
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
        say!(out, "  {}{notes}", what.join(", "));
    }
    if !j.also_covers.is_empty() {
        say!(out, "  also: {}", j.also_covers.join(", "));
    }
    for (label, words) in [("The letter must say", &j.letter.must), ("The letter must not say", &j.letter.must_not)] {
        content(&mut out, "", label, words);
    }
    say!(out, "\nDuties");
    j.rule.iter().for_each(|rule| show_rule(&mut out, rule));
    for note in j.notes.iter().cloned().chain(j.sensitive.iter().map(|s| format!("{}: {} ({}; {})", word(&s.class), s.note, s.citation, s.confidence.as_str())))
    {
        say!(out, "note: {note}");
    }
    say!(out, "\nSources");
    j.sources.iter().for_each(|source| say!(out, "  {source}"));
    out
}

fn show_rule(out: &mut String, rule: &Rule) {
    let span = match (rule.from, rule.to) {
        (None, None) => String::new(),
        (from, to) => {
            format!(", in force {} to {}", from.map_or_else(|| "…".to_string(), |d| d.to_string()), to.map_or_else(|| "…".to_string(), |d| d.to_string()))
        }
    };
    say!(out, "  {} [{}{span}{}]", rule.id, rule.confidence.as_str(), if rule.from_unconfirmed { ", first day recalled" } else { "" });
    say!(out, "    {}: {} ({})", meaning(&rule.recipient).unwrap_or(&rule.recipient), rule.what, rule.citation);
    let mut parts = vec![format!("{} of {}", rule.threshold().words(), word(&rule.count).replace('_', " "))];
    parts.push(deadline(rule));
    parts.extend((rule.hipaa != Relief::Applies).then(|| format!("HIPAA: {}", word(&rule.hipaa).replace('_', " "))));
    parts.extend((!rule.only_for.is_empty()).then(|| format!("only for {}", rule.only_for.iter().map(word).collect::<Vec<_>>().join(", "))));
    parts.extend(rule.months.map(|n| format!("{n} months")));
    parts.extend((!rule.needs.is_empty()).then(|| format!("if {} is kept", rule.needs.join(", "))));
    say!(out, "    {}", parts.join("; "));
    content(out, "    ", "must say", &rule.content);
    rule.notes.iter().for_each(|note| say!(out, "    note: {note}"));
}

fn content(out: &mut String, indent: &str, label: &str, words: &[String]) {
    if !words.is_empty() {
        say!(out, "{indent}{label}: {}", words.iter().map(|w| meaning(w).unwrap_or(w)).collect::<Vec<_>>().join("; "));
    }
}

fn deadline(rule: &Rule) -> String {
    let Some(d) = &rule.deadline else { return "without unreasonable delay, no day named".to_string() };
    let event = word(&d.after).replace('_', " ");
    let unit = if d.unit == Unit::Hours { "hours".to_string() } else { word(&d.unit).replace('_', " ") };
    let letters = if d.or_with_individuals { ", or with the letters if they are earlier" } else { "" };
    match d.after {
        After::WithIndividuals => "no later than the letters".to_string(),
        After::BeforeIndividuals => "before the letters".to_string(),
        _ => format!("{} {unit} after {event}{letters}", d.n),
    }
}

fn level(j: &Jurisdiction) -> String {
    word(&j.hipaa.level)
}

/// The word that stands in the file.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Affected, EntityKind, assess};

    #[test]
    fn everything_says_what_it_is_not() {
        let rules = Rules::builtin().unwrap();
        let mut facts = Facts::new(EntityKind::CoveredEntity, jiff::civil::date(2026, 3, 10));
        facts.affected.insert("MA".to_string(), Affected::new(20, &[dosimeter_case::tables::ElementKind::Name, dosimeter_case::tables::ElementKind::Ssn]));
        let rows = assess(&facts, &rules);
        let text = assessment(&facts, &rows);
        assert!(text.starts_with(DISCLAIMER) && text.contains("must not say: nature_of_breach, count_of_residents") && text.contains("Not known yet"));
        assert!(rows.iter().all(|r| text.contains(&format!("[{}; rule {}", r.confidence, r.rule_id))));
        assert!(rows.iter().all(|r| json(r)["disclaimer"] == DISCLAIMER && json(r)["confidence"].is_string()));
        assert!(memo(&crate::memo(&facts)).contains(DISCLAIMER));
        assert!(list(&rules).contains(DISCLAIMER));
        for j in rules.jurisdictions() {
            let text = show(j);
            assert!(text.contains(DISCLAIMER) && j.rule.iter().all(|r| text.contains(&r.id)) && j.sources.iter().all(|s| text.contains(s)), "{}", j.name);
        }
    }
}
