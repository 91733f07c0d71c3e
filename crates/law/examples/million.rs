//! One million people over 54 jurisdictions, grouped by what was exposed of them, and assessed. Prints the time of both.
//!
//! `cargo run --release -p dosimeter-law --example million [PEOPLE [SETS]]`: SETS is how many different sets of elements occur, for instance one for
//! each kind of document and each pair of them (500 if not given); as many as people is the worst that can be.

use dosimeter_case::tables::{ElementKind, Tier};
use dosimeter_law::{Affected, Count, EntityKind, Facts, Group, Rules, assess};
use std::collections::BTreeMap;
use std::time::Instant;

fn main() -> dosimeter_case::Result<()> {
    let people: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let sets: u64 = std::env::args().nth(2).and_then(|n| n.parse().ok()).unwrap_or(500).max(1);
    let rules = Rules::builtin()?;
    let states: Vec<&str> = rules.jurisdictions()[1..].iter().map(|j| j.jurisdiction.as_str()).collect();
    // A person's State, elements and tier come from a fixed sequence (SplitMix64), so that every run has the same people.
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let sets: Vec<u64> = (0..sets).map(|_| next() & next()).collect();
    let mut pick = |n: usize| (next() % n as u64) as usize;
    let persons: Vec<(&str, u64, Tier)> = (0..people).map(|_| (states[pick(54)], sets[pick(sets.len())], Tier::ALL[pick(4)])).collect();

    let start = Instant::now();
    let mut groups: BTreeMap<&str, BTreeMap<(u64, Tier), i64>> = BTreeMap::new();
    for (state, elements, tier) in &persons {
        *groups.entry(state).or_default().entry((elements & ((1 << ElementKind::ALL.len()) - 1), *tier)).or_default() += 1;
    }
    let mut facts = Facts::new(EntityKind::CoveredEntity, jiff::civil::date(2026, 3, 10));
    let mut distinct = 0;
    for (state, groups) in groups {
        distinct += groups.len();
        let group = |((bits, tier), n): ((u64, Tier), i64)| Group {
            count: Count { low: n, best: n, high: n },
            elements: Some(ElementKind::ALL.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, kind)| *kind).collect()),
            tier: Some(tier),
            ..Group::default()
        };
        facts.affected.insert(state.to_string(), Affected { groups: groups.into_iter().map(group).collect(), ..Affected::default() });
    }
    let grouped = start.elapsed();
    let rows = assess(&facts, &rules);
    let total = start.elapsed();
    println!(
        "{people} people, {distinct} distinct sets of elements and tier, 54 jurisdictions: {} duties; grouped in {:.3} s, in all {:.3} s",
        rows.len(),
        grouped.as_secs_f64(),
        total.as_secs_f64()
    );
    Ok(())
}
