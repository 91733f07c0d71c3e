//! The pack against the fact collection it was made from (`../shared/data/law`, not part of the repository): every number of days and every
//! threshold of the newest version must agree. And the
//! reference pages against what they explain.

use dosimeter_law::{Facts, Rule, Rules, Unit};
use serde_norway::Value;

/// The newest version of a State's rule for a recipient.
fn newest<'a>(rules: &'a Rules, state: &str, wanted: impl Fn(&Rule) -> bool) -> Option<&'a Rule> {
    rules.jurisdiction(state)?.rule.iter().rfind(|r| wanted(r))
}

#[test]
fn numbers_agree_with_the_collection() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/law/states.yaml");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: ../shared/data/law/states.yaml is missing");
        return;
    };
    let source: Value = serde_norway::from_str(&text).unwrap();
    let rules = Rules::builtin().unwrap();
    let mut compared = 0;
    let Some(Value::Mapping(states)) = source.get("states") else { panic!("states") };
    for (state, entry) in states {
        let state = state.as_str().unwrap();
        let individuals = newest(&rules, state, |r| r.recipient == "individuals" && (r.only_for.is_empty() || state == "GA")).unwrap();
        let days = entry["individual_deadline"]["days"].as_i64();
        assert_eq!(individuals.deadline.as_ref().map(|d| d.n), days, "{state}: days for the people");
        compared += 1;
        let bureaus = entry["consumer_reporting_agencies"].as_str().unwrap_or_default();
        if let Some((op, n)) = bureaus.split_once(' ')
            && let Some(n) = n.split_whitespace().next().and_then(|n| n.parse::<i64>().ok())
        {
            let rule = newest(&rules, state, |r| r.recipient == "consumer_reporting_agencies").unwrap();
            let got = if op == "gt" { rule.more_than } else { rule.at_least };
            assert_eq!(got, Some(n), "{state}: credit bureaus");
            compared += 1;
        }
        for regulator in entry["regulators"].as_sequence().into_iter().flatten() {
            let (Some((op, n)), days) = (regulator["threshold"].as_str().and_then(|t| t.split_once(' ')), regulator["deadline_days"].as_i64()) else {
                continue;
            };
            let n: i64 = n.parse().unwrap();
            let unit = if regulator["day_type"].as_str() == Some("business") { Unit::BusinessDays } else { Unit::CalendarDays };
            let found = rules.jurisdiction(state).unwrap().rule.iter().any(|r| {
                let threshold = if op == "gt" { r.more_than } else { r.at_least };
                threshold == Some(n) && days.is_none_or(|days| r.deadline.as_ref().is_some_and(|d| d.n == days && d.unit == unit))
            });
            assert!(found, "{state}: {op} {n} {days:?}");
            compared += 1;
        }
        if let Some(months) = entry["credit_monitoring"]["months"].as_i64() {
            assert_eq!(newest(&rules, state, |r| r.months.is_some()).and_then(|r| r.months), Some(months), "{state}: identity protection");
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared} numbers compared");
}

/// Every key that a facts file may hold, by serialising one that holds them all.
#[test]
fn every_key_is_explained() {
    let full = "
entity: {name: N, kind: business_associate, state: OH, standing: [part2_program]}
incident: {from: 2026-01-01, to: 2026-02-01, discovered: 2026-03-01, determined: 2026-03-02T10:00, material: 2026-03-03, acquired: true, medium: both}
covered_entities: [{name: A, told: 2026-03-04, agent: true, affected: {OH: {count: 1}}}]
protection: {encrypted: true, key_taken: false}
assessment: {exception: could_not_retain, low_probability: true, harm_unlikely: true, recipient: x, mitigation: y, documented: true}
law_enforcement: {oral: 2026-03-05, official_recorded: true, written: 2026-03-06, until: 2026-04-01}
notices: {individuals: 2026-03-07, hhs: 2026-03-07, media: 2026-03-07, web_posted: 2026-03-07, other: {ny-ag: 2026-03-07}}
contact: {unreachable: {low: 1, best: 2, high: 3}, kin_reachable: 1}
affected: {OH: {count: 9, elements: [name], sensitive: [hiv], not_phi: true, minors: 1, deceased: 1, groups: [{count: 1, elements: [ssn], sensitive: [minor], not_phi: true}]}}
abroad: {France: {count: 1}}
unknown_residence: {count: 1}
as_of: 2026-05-01
compare: {}
";
    let mut facts = Facts::from_yaml(full).unwrap();
    facts.business_associate =
        Some(dosimeter_law::BusinessAssociate { discovered: "2026-03-01".parse().unwrap(), told: Some("2026-03-02".parse().unwrap()), agent: Some(true) });
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/facts.md")).unwrap();
    let mut missing = Vec::new();
    keys(&serde_json::to_value(&facts).unwrap(), &mut |key| {
        if !["OH", "France", "ny-ag"].contains(&key) && !page.contains(&format!("`{key}`")) {
            missing.push(key.to_string());
        }
    });
    assert!(missing.is_empty(), "not explained in docs/reference/facts.md: {missing:?}");
}

/// Every code word of a letter's content, in the pack's own page.
#[test]
fn every_code_word_is_explained() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/law/README.md")).unwrap();
    for j in Rules::builtin().unwrap().jurisdictions() {
        for word in j.letter.must.iter().chain(&j.letter.must_not) {
            assert!(page.contains(&format!("`{word}`")), "{}: {word}", j.jurisdiction);
        }
    }
}

fn keys(value: &serde_json::Value, each: &mut impl FnMut(&str)) {
    match value {
        serde_json::Value::Object(map) => map.iter().for_each(|(key, value)| {
            each(key);
            keys(value, each);
        }),
        serde_json::Value::Array(items) => items.iter().for_each(|item| keys(item, each)),
        _ => {}
    }
}
