//! How many people there are, as an interval, and what a person should look at first.

use crate::cluster::Cluster;
use crate::intake::Nodes;
use crate::merge::Doubt;
use crate::model::Weight;
use crate::standard::Book;
use crate::{Count, Question};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// By how many bits all weights together may be off: a factor of four in the odds.
const SLACK: f64 = 2.0;
/// Joins and refusals less sure than this (0 to 1) are questions.
const SURE: f64 = 0.95;
/// By what factor the estimate of mentions that found nobody may be off.
const STRAY: f64 = 1.5;
/// Fewest rows from which the share of rows that stand alone is told.
const ENOUGH: [usize; 2] = [200, 50];
/// Rows of a person among which the place of its weakest join is looked for.
const SAMPLE: usize = 12;

fn probability(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}

/// Bits of all that a person may be part of, by number of its cluster.
fn offers(doubts: &[Doubt]) -> HashMap<u32, Vec<f64>> {
    let mut offers: HashMap<u32, Vec<f64>> = HashMap::new();
    for doubt in doubts.iter().filter(|doubt| doubt.rule.is_none()) {
        offers.entry(doubt.from).or_default().push(f64::from(doubt.bits));
    }
    offers
}

/// Probability that a person of these offers is nobody else, if all weights were `shift` bits larger.
fn alone(offers: Option<&Vec<f64>>, shift: f64) -> f64 {
    1.0 / (1.0 + offers.map_or(0.0, |bits| bits.iter().map(|bits| (bits + shift).exp2()).sum()))
}

/// People of one row, by how little it says, and how likely one of them is a stray: a mention of somebody else that found nobody.
///
/// How many records a person has does not depend on how much one of them says: where rows with a birth date or a number stand
/// alone in one case of ten, and bare names in three of ten, the rest of the bare names belong to somebody. What doubtful joins hide are
/// as many more that should stand alone.
fn strays(clusters: &[Cluster], offers: &HashMap<u32, Vec<f64>>, nodes: &Nodes) -> [f64; 3] {
    let (mut rows, mut singles, mut explained) = ([0usize; 3], [0f64; 3], [0f64; 3]);
    let mut hidden = [0f64; 3];
    for (number, cluster) in (0..).zip(clusters) {
        let mut poorest = 0;
        for node in cluster.rows.iter().map(|node| &nodes.rows[*node as usize]).filter(|row| !row.apart) {
            let class = node.poverty();
            poorest = poorest.max(class);
            rows[class] += 1;
            if cluster.rows.len() == 1 {
                singles[class] += 1.0;
                explained[class] += 1.0 - alone(offers.get(&number), 0.0);
            }
        }
        let doubt = 1.0 - probability(cluster.weakest.into());
        match cluster.rows.as_slice() {
            [_] => {}
            // Two that should both stand alone.
            [a, b] => [a, b].iter().for_each(|node| hidden[nodes.rows[**node as usize].poverty()] += doubt),
            _ => hidden[poorest] += doubt,
        }
    }
    if rows[0] < ENOUGH[0] {
        return [0.0; 3];
    }
    let found = (singles[0] + hidden[0]) / rows[0] as f64;
    let beyond = |class: usize, usual: f64| singles[class] + hidden[class] - usual * rows[class] as f64;
    // Whom a stray belongs to may stand alone for want of it: as often as any.
    let mut usual = found;
    for _ in 0..3 {
        let strays: f64 = [1, 2].into_iter().map(|class| beyond(class, usual).max(0.0)).sum();
        usual = (found - (found * strays + (1.0 + found) * explained[0]) / rows[0] as f64).max(0.0);
    }
    std::array::from_fn(|class| {
        if class == 0 || rows[class] < ENOUGH[1] || singles[class] == 0.0 {
            return 0.0;
        }
        ((beyond(class, usual) - explained[class]) / singles[class]).clamp(0.0, 1.0)
    })
}

/// Counts of people in total (first, without a State) and per State of residence.
///
/// *Best* is the expected number: each person who may be somebody else counts as the probability of being nobody else, each
/// doubtful join as the probability that it hides a second one, and of mentions that found nobody as many are taken for strays as stand
/// alone beyond the usual. *Low* and *high* hold when all weights are two bits too small or too large and half as many strays again, or
/// none, are; with two standard deviations on top. What a rule keeps apart is apart.
pub(crate) fn counts(clusters: &[Cluster], doubts: &[Doubt], nodes: &Nodes, book: &Book) -> Vec<Count> {
    let offers = offers(doubts);
    let strays = strays(clusters, &offers, nodes);
    let mut sums: BTreeMap<Option<String>, [f64; 5]> = BTreeMap::from([(None, [0.0; 5])]);
    for (number, cluster) in (0..).zip(clusters) {
        let own = offers.get(&number);
        let (stray, hides) = match cluster.rows.as_slice() {
            [row] if !nodes.rows[*row as usize].apart => (strays[nodes.rows[*row as usize].poverty()], false),
            rows => (0.0, rows.len() > 1),
        };
        let hidden = |shift: f64| if hides { 1.0 - probability(f64::from(cluster.weakest) + shift) } else { 0.0 };
        let whole = |shift: f64, stray: f64| (alone(own, shift) - stray).max(0.0);
        let (is, hides) = (whole(0.0, stray), hidden(0.0));
        let variance = is * (1.0 - is) + hides * (1.0 - hides);
        let add = [1.0, whole(SLACK, stray * STRAY) + hidden(SLACK), is + hides, whole(-SLACK, 0.0) + hidden(-SLACK), variance];
        for key in [None, Some(state(cluster, nodes, book))] {
            sums.entry(key).or_default().iter_mut().zip(add).for_each(|(sum, add)| *sum += add);
        }
    }
    let round = |x: f64| x.round().max(0.0) as i64;
    sums.into_iter()
        .map(|(state, [people, low, best, high, variance])| {
            let spread = 2.0 * variance.sqrt();
            Count { state, people: round(people), low: round(low - spread), best: round(best), high: round(high + spread) }
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

/// Pairs of people that may be one, and people that may be two, the most uncertain first; among equals those that concern more records.
/// `weigh` weighs two rows.
pub(crate) fn questions(clusters: &[Cluster], doubts: &[Doubt], nodes: &Nodes, book: &Book, weigh: &impl Fn(u32, u32) -> Weight) -> Vec<Question> {
    let offers = offers(doubts);
    let states = |of: &[&Cluster]| {
        let mut states: Vec<String> = of.iter().map(|cluster| state(cluster, nodes, book)).filter(|state| !state.is_empty()).collect();
        states.sort_unstable();
        states.dedup();
        states
    };
    let size = |cluster: &Cluster| cluster.rows.iter().map(|node| nodes.members(*node).len() as i64).sum::<i64>();
    let apart = doubts.iter().filter_map(|doubt| {
        let odds = f64::from(doubt.bits).exp2();
        let probability = match doubt.rule {
            None => odds * alone(offers.get(&doubt.from), 0.0),
            // What a rule decided is asked only where the evidence is for one person.
            Some(rule) if rule.is_absolute() => return None,
            Some(_) => odds / (1.0 + odds),
        };
        (probability > 1.0 - SURE).then(|| {
            let (from, to) = (&clusters[doubt.from as usize], &clusters[doubt.to as usize]);
            let (a, b) = (first(&from.rows, nodes), first(&to.rows, nodes));
            let reason = doubt.rule.map_or("too little evidence that they are one", |rule| rule.text().trim_start_matches("rule: ")).into();
            Question { left: a.min(b), right: a.max(b), joined: false, probability, records: size(from) + size(to), states: states(&[from, to]), reason }
        })
    });
    let joined = clusters.iter().filter(|cluster| cluster.rows.len() > 1 && !nodes.rows[cluster.rows[0] as usize].apart).filter_map(|cluster| {
        let probability = probability(cluster.weakest.into());
        (probability < SURE).then(|| {
            let (a, b) = sides(&cluster.rows, weigh);
            let (a, b) = (first(&a, nodes), first(&b, nodes));
            let reason = "joined on little evidence".into();
            Question { left: a.min(b), right: a.max(b), joined: true, probability, records: size(cluster), states: states(&[cluster]), reason }
        })
    });
    let mut questions: Vec<Question> = apart.chain(joined).collect();
    let uncertainty = |q: &Question| 1.0 - (2.0 * q.probability - 1.0).abs();
    questions.sort_by(|a, b| uncertainty(b).total_cmp(&uncertainty(a)).then(b.records.cmp(&a.records)).then((a.left, a.right).cmp(&(b.left, b.right))));
    questions
}

/// The record of some rows that came first.
fn first(rows: &[u32], nodes: &Nodes) -> dosimeter_case::Id {
    let records: Vec<u32> = rows.iter().flat_map(|node| nodes.members(*node)).copied().collect();
    nodes.first(&records).unwrap_or_default()
}

/// Where a person would fall in two: the two rows that fit least, each with the rows that fit it better.
fn sides(rows: &[u32], weigh: &impl Fn(u32, u32) -> Weight) -> (Vec<u32>, Vec<u32>) {
    let rows: Vec<u32> = rows.iter().step_by(rows.len().div_ceil(SAMPLE).max(1)).copied().collect();
    let pairs = rows.iter().enumerate().flat_map(|(i, a)| rows[i + 1..].iter().map(move |b| (*a, *b)));
    let Some((a, b)) = pairs.min_by(|x, y| weigh(x.0, x.1).bits.total_cmp(&weigh(y.0, y.1).bits)) else { return (rows.clone(), rows) };
    rows.iter().partition(|row| **row == a || **row != b && weigh(**row, a).bits >= weigh(**row, b).bits)
}
