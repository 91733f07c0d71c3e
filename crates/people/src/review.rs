//! How many people there are, as an interval, and what a person should look at first.

use crate::cluster::Cluster;
use crate::intake::Nodes;
use crate::merge::Doubt;
use crate::standard::Book;
use crate::{Count, Question};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// By how many bits all weights together may be off: a factor of four in the odds.
const SLACK: f64 = 2.0;
/// Joins and refusals less sure than this (0 to 1) are questions.
const SURE: f64 = 0.95;

fn probability(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

/// Counts of people in total (first, without a State) and per State of residence.
///
/// *Best* is the expected number: each person who may be somebody else counts as the probability of being nobody else, each
/// doubtful join as the probability that it hides a second one. *Low* and *high* hold when all weights are two bits too small
/// or too large, with two standard deviations on top. What a rule keeps apart is apart.
pub(crate) fn counts(clusters: &[Cluster], doubts: &[Doubt], nodes: &Nodes, book: &Book) -> Vec<Count> {
    // Odds of being one of the others, per person.
    let mut odds: HashMap<u32, Vec<f64>> = HashMap::new();
    for doubt in doubts.iter().filter(|doubt| doubt.rule.is_none()) {
        odds.entry(doubt.from).or_default().push(f64::from(doubt.bits));
    }
    let mut sums: BTreeMap<Option<String>, [f64; 5]> = BTreeMap::from([(None, [0.0; 5])]);
    for (number, cluster) in clusters.iter().enumerate() {
        let others = odds.get(&(number as u32));
        // Expected people of this cluster if all weights were `shift` bits larger.
        let expected = |shift: f64| {
            let other: f64 = others.map_or(0.0, |list| list.iter().map(|bits| (bits + shift).exp2()).sum());
            let hidden = 1.0 - probability(f64::from(cluster.weakest) + shift);
            (1.0 / (1.0 + other), hidden)
        };
        let (alone, hidden) = expected(0.0);
        let of = |shift: f64| expected(shift).0 + expected(shift).1;
        let variance = alone * (1.0 - alone) + hidden * (1.0 - hidden);
        let add = [1.0, of(SLACK), alone + hidden, of(-SLACK), variance];
        let state = state(cluster, nodes, book);
        for key in [None, Some(state)] {
            sums.entry(key).or_default().iter_mut().zip(add).for_each(|(sum, add)| *sum += add);
        }
    }
    let whole = |x: f64| x.round().max(0.0) as i64;
    sums.into_iter()
        .map(|(state, [people, low, best, high, variance])| {
            let spread = 2.0 * variance.sqrt();
            Count { state, people: whole(people), low: whole(low - spread), best: whole(best), high: whole(high + spread) }
        })
        .collect()
}

/// State of residence: the most frequent one, the first of the alphabet among equals; empty where none is known.
fn state(cluster: &Cluster, nodes: &Nodes, book: &Book) -> String {
    let states = || cluster.rows.iter().map(|node| nodes.rows[*node as usize].state).filter(|state| *state != 0);
    let Some(first) = states().next() else { return String::new() };
    if states().all(|state| state == first) {
        return book.value(first)[1..].to_string();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for node in &cluster.rows {
        let state = nodes.rows[*node as usize].state;
        if state != 0 {
            // Values carry a sign of their kind.
            *counts.entry(&book.value(state)[1..]).or_default() += nodes.members(*node).len();
        }
    }
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0))).map(|(state, _)| state.to_string()).unwrap_or_default()
}

/// Pairs of people that may be one, the most uncertain first; among equals those that concern more records.
pub(crate) fn questions(clusters: &[Cluster], doubts: &[Doubt], nodes: &Nodes, book: &Book) -> Vec<Question> {
    let mut total: HashMap<u32, f64> = HashMap::new();
    for doubt in doubts.iter().filter(|doubt| doubt.rule.is_none()) {
        *total.entry(doubt.from).or_insert(1.0) += f64::from(doubt.bits).exp2();
    }
    let first = |c: u32| nodes.ids[clusters[c as usize].rows.iter().filter_map(|node| nodes.members(*node).first()).copied().min().unwrap_or(0) as usize];
    let size = |c: u32| clusters[c as usize].rows.iter().map(|node| nodes.members(*node).len() as i64).sum::<i64>();
    let mut questions: Vec<Question> = doubts
        .iter()
        .filter_map(|doubt| {
            let odds = f64::from(doubt.bits).exp2();
            let probability = match doubt.rule {
                None => odds / total.get(&doubt.from).copied().unwrap_or(1.0 + odds),
                // What a rule decided is asked only where the evidence is for one person.
                Some(rule) if rule.is_absolute() => return None,
                Some(_) => odds / (1.0 + odds),
            };
            (probability > 1.0 - SURE).then(|| {
                let (a, b) = (first(doubt.from), first(doubt.to));
                let mut states = vec![state(&clusters[doubt.from as usize], nodes, book), state(&clusters[doubt.to as usize], nodes, book)];
                states.sort_unstable();
                states.dedup();
                states.retain(|state| !state.is_empty());
                let reason = doubt.rule.map_or("too little evidence", |rule| rule.text().trim_start_matches("rule: "));
                Question { left: a.min(b), right: a.max(b), probability, records: size(doubt.from) + size(doubt.to), states, reason: reason.into() }
            })
        })
        .collect();
    let uncertainty = |q: &Question| 1.0 - (2.0 * q.probability - 1.0).abs();
    questions.sort_by(|a, b| uncertainty(b).total_cmp(&uncertainty(a)).then(b.records.cmp(&a.records)).then((a.left, a.right).cmp(&(b.left, b.right))));
    questions
}
