//! The reference pages against what they explain.

use dosimeter_law::{CONTENT, Facts, RECIPIENTS, Rules};

/// Every key that a facts file may hold, by serialising one that holds them all.
#[test]
fn every_key_is_explained() {
    let full = "
entity: {name: N, kind: business_associate, state: OH, standing: [part2_program]}
incident: {from: 2026-01-01, to: 2026-02-01, discovered: 2026-03-01, determined: 2026-03-02T10:00, material: 2026-03-03, acquired: true, medium: both}
covered_entities: [{name: A, told: 2026-03-04, agent: true, affected: {OH: {count: 1}}}]
protection: {encrypted: true, key_taken: false}
assessment: {exception: could_not_retain, low_probability: true, harm_unlikely: true, recipient: x, mitigation: y, documented: true, decided_by: counsel, decided_on: 2026-03-09}
law_enforcement: {oral: 2026-03-05, official_recorded: true, written: 2026-03-06, until: 2026-04-01}
notices: {individuals: 2026-03-07, hhs: 2026-03-07, media: 2026-03-07, web_posted: 2026-03-07, other: {ny-ag: 2026-03-07}}
contact: {unreachable: {low: 1, best: 2, high: 3}, kin_reachable: 1}
affected: {OH: {count: 9, elements: [name], sensitive: [hiv], not_phi: true, minors: 1, deceased: 1, tier: copied, secured: true, groups: [{count: 1, elements: [ssn], sensitive: [minor], not_phi: true, tier: viewed, secured: true}]}}
open: [{what: w, fewer: {OH: 1}, more: {OH: 1}}]
calendar: {holidays: [2026-11-27], business_days: [2026-10-12]}
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

/// Every code word, with its meaning, in the pack's own page; every recipient in the page on facts.
#[test]
fn every_code_word_is_explained() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/law/README.md")).unwrap();
    for (word, meaning) in CONTENT {
        assert!(page.contains(&format!("| `{word}` | {meaning} |")), "{word}");
    }
    let facts = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/facts.md")).unwrap();
    for (word, _) in RECIPIENTS {
        assert!(facts.contains(&format!("`{word}`")), "{word}");
    }
    let used: std::collections::BTreeSet<String> =
        Rules::builtin().unwrap().jurisdictions().iter().flat_map(|j| j.rule.iter().map(|r| r.recipient.clone())).collect();
    assert!(RECIPIENTS.iter().all(|(word, _)| used.contains(*word)), "a recipient that no rule has");
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
