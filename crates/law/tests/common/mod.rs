//! Helpers of the law tests: facts in a few words, rows looked up by rule and place.
#![allow(dead_code, reason = "not every test file uses every helper")]

use dosimeter_case::tables::{ElementKind, Obligation};
use dosimeter_law::{Affected, EntityKind, Facts, Rules, assess};

/// A covered entity with people who lost these elements, by State.
pub fn provider(discovered: &str, people: &[(&str, i64)], elements: &[ElementKind]) -> Facts {
    let mut facts = Facts::new(EntityKind::CoveredEntity, discovered.parse().unwrap());
    for (state, n) in people {
        facts.affected.insert((*state).to_string(), Affected::new(*n, elements));
    }
    facts
}

/// Looks at the rows: each line is `place rule status due`, `-` for no due date; the rows named must be so, others may exist.
pub fn check(facts: &Facts, expect: &[&str]) -> Vec<Obligation> {
    facts.check().unwrap();
    let rows = assess(facts, &Rules::builtin().unwrap());
    for line in expect {
        let mut words = line.split_whitespace();
        let (place, rule) = (words.next().unwrap(), words.next().unwrap());
        let row = row(&rows, place, rule);
        let got = format!("{place} {rule} {} {}", row.status, row.due.as_deref().unwrap_or("-"));
        assert_eq!(&got, line, "{} | {:?}", row.reason, row.conflicts);
    }
    rows
}

/// The one row of a rule (`rule` or `rule/recipient`) in a place.
pub fn row<'a>(rows: &'a [Obligation], place: &str, rule: &str) -> &'a Obligation {
    let (id, name) = rule.split_once('/').unwrap_or((rule, ""));
    let mut found = rows.iter().filter(|r| r.jurisdiction == place && r.rule_id == id && (name.is_empty() || r.recipient.ends_with(&format!("/{name}"))));
    let row = found.next().unwrap_or_else(|| panic!("no row {place} {rule}"));
    assert!(found.next().is_none(), "more than one row {place} {rule}");
    row
}

/// Whether a row's reason or conflicts hold a text.
pub fn says(rows: &[Obligation], place: &str, rule: &str, text: &str) {
    let row = row(rows, place, rule);
    assert!(row.reason.contains(text) || row.conflicts.iter().any(|c| c.contains(text)), "{text:?} is not in: {} | {:?}", row.reason, row.conflicts);
}
