//! What the resolution rests on: links between records, and the evidence for one pair field by field.

use crate::cluster::{Cluster, Decided, Edge};
use crate::compare::{compare, terms};
use crate::fields::*;
use crate::intake::Nodes;
use crate::names::Names;
use crate::resolve::Evidence;
use crate::slips;
use crate::standard::{Book, Row, Said, rows};
use dosimeter_case::tables::{Link, Record};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Pairs that lie at most this many bits below even odds count as nearly joined.
const NEARLY: f32 = -8.0;
/// Near misses kept per row.
const PER_ROW: usize = 3;
const NO_EDGE: u32 = u32::MAX;

/// Links that hold people together, and near misses; sorted by record ids.
pub(crate) fn links(nodes: &Nodes, clusters: &[Cluster], edges: &[Edge], decided: &Decided, evidence: &Evidence) -> Vec<Link> {
    let mut person = vec![u32::MAX; nodes.rows.len()];
    for (number, cluster) in clusters.iter().enumerate() {
        cluster.rows.iter().for_each(|row| person[*row as usize] = number as u32);
    }
    // Numbers of edges by row, the strongest first.
    let mut strongest: Vec<u32> = vec![NO_EDGE; nodes.rows.len()];
    let mut missed: Vec<[u32; PER_ROW]> = vec![[NO_EDGE; PER_ROW]; nodes.rows.len()];
    let bits = |edge: u32| edges.get(edge as usize).map_or(f32::NEG_INFINITY, |edge| edge.bits);
    for (number, edge) in (0u32..).zip(edges) {
        for (own, other) in [(edge.a, edge.b), (edge.b, edge.a)] {
            if person[own as usize] == person[other as usize] {
                let best = &mut strongest[own as usize];
                if *best == NO_EDGE || edge.bits > bits(*best) {
                    *best = number;
                }
            } else if edge.bits > NEARLY {
                let list = &mut missed[own as usize];
                let at = list.partition_point(|known| bits(*known) >= edge.bits);
                if at < PER_ROW {
                    list[at..].rotate_right(1);
                    list[at] = number;
                }
            }
        }
    }
    let mut pairs: Vec<(u32, u32)> =
        strongest.iter().chain(missed.as_flattened()).filter_map(|edge| edges.get(*edge as usize)).map(|edge| (edge.a, edge.b)).collect();
    pairs.extend(decided.same.iter().chain(&decided.different));
    // Partial mentions that the second pass placed hang on the first row of their person.
    for cluster in clusters.iter().filter(|cluster| cluster.rows.len() > 1) {
        let anchor = cluster.rows.iter().copied().find(|row| strongest[*row as usize] != NO_EDGE).unwrap_or(cluster.rows[0]);
        pairs.extend(cluster.rows.iter().filter(|row| **row != anchor && strongest[**row as usize] == NO_EDGE).map(|row| (anchor.min(*row), anchor.max(*row))));
    }
    drop((strongest, missed));
    pairs.par_sort_unstable();
    pairs.dedup();
    let mut out: Vec<Link> = Vec::with_capacity(pairs.len() + nodes.ids.len() - nodes.rows.len());
    out.par_extend(pairs.into_par_iter().map(|pair| link(pair, nodes, &person, decided, evidence)));
    for (node, row) in nodes.rows.iter().enumerate() {
        let Some((head, rest)) = nodes.members(node as u32).split_first().filter(|(_, rest)| !rest.is_empty()) else { continue };
        let compared = compare(row, row, &evidence.book, &evidence.model.chances);
        let (comparison, weight) = (compared.levels.text(), f64::from(evidence.model.weigh(&compared).bits));
        out.extend(rest.iter().map(|other| Link {
            left: nodes.ids[*head as usize],
            right: nodes.ids[*other as usize],
            comparison: comparison.clone(),
            weight,
            joined: true,
            decided_by: "identical".into(),
        }));
    }
    out.par_sort_unstable_by_key(|link| (link.left, link.right));
    out
}

fn link(pair: (u32, u32), nodes: &Nodes, person: &[u32], decided: &Decided, evidence: &Evidence) -> Link {
    let (a, b) = pair;
    let (x, y) = (&nodes.rows[a as usize], &nodes.rows[b as usize]);
    let compared = compare(x, y, &evidence.book, &evidence.model.chances);
    let weight = evidence.model.judge(x, y, &compared, &evidence.book);
    let joined = person[a as usize] == person[b as usize];
    let identifier = compared.levels.get(SSN) == SSN_EXACT || compared.levels.get(MRN) == MRN_EXACT || compared.levels.get(MEMBER) == 3;
    let decided_by = if decided.same.contains(&pair) {
        "decision: same"
    } else if decided.different.contains(&pair) {
        "decision: different"
    } else if joined && x.apart && y.apart {
        "rule: provider of this name"
    } else if joined && weight.bits <= 0.0 && (x.is_thin() || y.is_thin()) {
        "rule: only one person fits"
    } else if let Some(rule) = weight.rule.filter(|_| !joined) {
        rule.text()
    } else if joined && identifier {
        "identifier"
    } else {
        "score"
    };
    let (left, right) = (nodes.id(a).min(nodes.id(b)), nodes.id(a).max(nodes.id(b)));
    Link { left, right, comparison: compared.levels.text(), weight: f64::from(weight.bits), joined, decided_by: decided_by.into() }
}

/// The evidence for one pair as scoring uses it: field, agreement, bits; the bits sum to the pair's weight.
///
/// Bits are against the likelier alternative: two random people, or two people of one household. The first row is the prior,
/// and the last one, if any, what the other alternative takes off. Fields that one record does not have are left out.
/// A hard rule that forbids the pair is a row `rule` without bits.
pub fn explain(left: &Record, right: &Record, evidence: &Evidence) -> Vec<(String, String, f64)> {
    let (a, b, book) = localise(left, right, evidence);
    let model = &evidence.model;
    let terms = terms(&a, &b, &book, &model.chances);
    let weight = model.pair(&a, &b, &book);
    let total = |side: usize| model.prior()[side] + terms.iter().enumerate().map(|(f, t)| model.m(f, t.0) + if side == 0 { t.1 } else { t.2 }).sum::<f32>();
    let side = usize::from(total(1) < total(0));
    let alternative = ["random people", "one household"];
    let mut out = vec![("prior".to_string(), format!("one person against {}", alternative[side]), f64::from(model.prior()[side]))];
    for (field, term) in terms.iter().enumerate() {
        if let Some(level) = known(field, term.0) {
            let bits = model.m(field, term.0) + if side == 0 { term.1 } else { term.2 };
            out.push((NAMES[field].to_string(), level.name.to_string(), f64::from(bits)));
        }
    }
    let rest = weight.bits - total(side);
    if rest < -0.005 {
        out.push(("alternative".to_string(), alternative[1 - side].to_string(), f64::from(rest)));
    }
    if let Some(rule) = weight.rule {
        out.push(("rule".to_string(), rule.text().trim_start_matches("rule: ").to_string(), 0.0));
    }
    out
}

/// The two records as rows of a small book that carries the case's frequencies.
fn localise(left: &Record, right: &Record, evidence: &Evidence) -> (Row, Row, Book) {
    let mut book = Book::new();
    let two = rows(2, &|i| Said::of([left, right][i]), evidence.latest, &mut book);
    slips::of_nicknames(&mut book, |_| true);
    let whole = &evidence.book;
    let shares: BTreeMap<u32, [f32; 2]> = (1..book.names.of.len() as u32).filter_map(|n| Some((n, share(&whole.names, book.names.text(n))?))).collect();
    for (number, share) in shares {
        book.names.of[number as usize].share = share;
    }
    book.names.initials = whole.names.initials.clone();
    book.share = (0..book.values() as u32).map(|n| whole.find(book.value(n)).map_or(2e-7, |known| whole.share(known))).collect();
    book.dob_share = two.iter().filter_map(|row| Some((row.dob, *whole.dob_share.get(&row.dob)?))).collect();
    book.ssn_share = two.iter().filter_map(|row| Some((row.full_ssn()?, *whole.ssn_share.get(&row.full_ssn()?)?))).collect();
    let known = |row: &Row| Some((whole.names.find(book.names.text(row.first))?, whole.names.find(book.names.text(row.last))?));
    let ambiguous = two.iter().filter_map(|row| Some(((row.first, row.last), *whole.ambiguous.get(&known(row)?)?))).collect();
    book.ambiguous = ambiguous;
    (two[0], two[1], book)
}

fn share(names: &Names, text: &str) -> Option<[f32; 2]> {
    names.find(text).map(|number| names.get(number).share)
}
