//! People against people: what no two records say for themselves, all records of two people together may.
//!
//! Two clusters are compared field by field by the best pair of their values, so that a mention may take its name from one
//! record, its telephone from another. A mention that several people could bear is shared out among them and nobody
//! (`p = 2^bits / (1 + sum of 2^bits)`), and joins only whom it more likely belongs to than to all others together.

use crate::cluster::{Cluster, Edge};
use crate::compare::{Compared, terms};
use crate::fields::*;
use crate::model::{Model, Rule, Weight};
use crate::standard::{Book, NO_SSN, Row};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// Rows of a person that stand for it.
const SAMPLE: usize = 12;
/// Pairs of records above this many bits bring their people together.
const NEAR: f32 = -8.0;
/// Passes over all people.
const ROUNDS: usize = 3;
/// Fields whose values belong together: names, and street with place.
const GROUPS: [&[usize]; 10] = [&[FIRST, LAST, MIDDLE], &[SUFFIX], &[SEX], &[DOB], &[SSN], &[MRN], &[MEMBER], &[PHONE], &[EMAIL], &[STREET, PLACE]];

/// What merging needs to know.
pub(crate) struct Case<'a> {
    pub rows: &'a [Row],
    /// Whether each row is one that weights are learnt from.
    pub basis: &'a [bool],
    pub book: &'a Book,
    pub model: &'a Model,
    /// Pairs that a person decided to keep apart, smaller row first.
    pub different: &'a BTreeSet<(u32, u32)>,
}

/// What the best pair of values of a group of fields is worth in bits, and its terms by field.
type Best = (f32, [(u8, f32, f32); 3]);

/// Compares two people by the best of their values, and weighs it.
pub(crate) fn weigh(a: &[u32], b: &[u32], case: &Case) -> Weight {
    let sample = |rows: &[u32]| -> Vec<u32> { rows.iter().step_by(rows.len().div_ceil(SAMPLE).max(1)).copied().collect() };
    let (a, b) = (sample(a), sample(b));
    let mut best: [Option<Best>; GROUPS.len()] = [None; GROUPS.len()];
    for x in &a {
        for y in &b {
            let terms = terms(&case.rows[*x as usize], &case.rows[*y as usize], case.book, &case.model.chances);
            for (group, best) in GROUPS.iter().zip(&mut best) {
                if group.iter().all(|field| terms[*field].0 == 0) {
                    continue;
                }
                let worth: f32 = group.iter().map(|f| case.model.m(*f, terms[*f].0) + (terms[*f].1 + terms[*f].2) / 2.0).sum();
                if best.is_none_or(|(known, _)| worth > known) {
                    let mut picked = [(0, 0.0, 0.0); 3];
                    group.iter().zip(&mut picked).for_each(|(field, slot)| *slot = terms[*field]);
                    *best = Some((worth, picked));
                }
            }
        }
    }
    let mut compared = Compared { levels: Levels::default(), random: 0.0, household: 0.0 };
    for (group, best) in GROUPS.iter().zip(best) {
        let Some((worth, picked)) = best else { continue };
        // The more values, the more likely that one agrees by chance.
        let values = [&a, &b].map(|rows| distinct(group[0], rows, case)).into_iter().max().unwrap_or(1);
        let chance = if worth > 0.0 { (values as f32).log2().min(worth) } else { 0.0 };
        compared.random -= chance;
        // A household shares its addresses and telephones anyway.
        if !matches!(group[0], PHONE | STREET | MEMBER) {
            compared.household -= chance;
        }
        for (field, (level, random, household)) in group.iter().zip(picked) {
            compared.levels.set(*field, level);
            compared.random += random;
            compared.household += household;
        }
    }
    let mut weight = case.model.weigh(&compared);
    // That nothing but the name agrees is weighed against all other people of that name: it needs no margin.
    if case.model.rule(compared.levels) == Some(Rule::NameAlone) {
        let ambiguous = |rows: &[u32]| rows.iter().map(|r| &case.rows[*r as usize]).any(|row| case.book.ambiguous.contains_key(&(row.first, row.last)));
        weight.rule = (ambiguous(&a) || ambiguous(&b)).then_some(Rule::NameAlone);
    }
    weight
}

fn distinct(field: usize, rows: &[u32], case: &Case) -> usize {
    let value = |row: &Row| match field {
        FIRST => u64::from(row.first) << 32 | u64::from(row.last),
        DOB => u64::from(row.dob),
        SSN if row.ssn == NO_SSN => 0,
        SSN => u64::from(row.ssn) + 1,
        MRN => u64::from(row.mrn),
        MEMBER => u64::from(row.member.max(row.mbi)),
        PHONE => u64::from(row.phone),
        EMAIL => u64::from(row.email),
        STREET => u64::from(row.street) << 32 | u64::from(row.house),
        _ => 0,
    };
    let mut values: Vec<u64> = rows.iter().map(|r| value(&case.rows[*r as usize])).filter(|value| *value != 0).collect();
    values.sort_unstable();
    values.dedup();
    values.len().max(1)
}

/// Two people that may be one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doubt {
    /// Number of a cluster; the smaller person.
    pub from: u32,
    pub to: u32,
    pub bits: f32,
    pub rule: Option<Rule>,
}

/// Joins people that are one by all their records together; also what stayed in doubt between those that are left.
pub(crate) fn merge(mut clusters: Vec<Cluster>, edges: &[Edge], case: &Case) -> (Vec<Cluster>, Vec<Doubt>) {
    let mut doubts = weigh_all(&clusters, edges, case);
    for _ in 0..ROUNDS {
        let joins = choose(&doubts);
        if joins.is_empty() {
            break;
        }
        for (from, to, bits) in joins {
            let rows = std::mem::take(&mut clusters[from as usize].rows);
            let weakest = clusters[from as usize].weakest;
            let target = &mut clusters[to as usize];
            target.rows.extend(rows);
            target.weakest = target.weakest.min(weakest).min(bits);
        }
        clusters.retain(|cluster| !cluster.rows.is_empty());
        clusters.iter_mut().for_each(|cluster| cluster.rows.sort_unstable());
        doubts = weigh_all(&clusters, edges, case);
    }
    (clusters, doubts)
}

/// Weighs all pairs of people that records bring together.
fn weigh_all(clusters: &[Cluster], edges: &[Edge], case: &Case) -> Vec<Doubt> {
    let mut person = vec![u32::MAX; case.rows.len()];
    for (number, cluster) in clusters.iter().enumerate() {
        cluster.rows.iter().for_each(|row| person[*row as usize] = number as u32);
    }
    let mut pairs: Vec<(u32, u32)> = edges
        .par_iter()
        .filter(|edge| edge.bits > NEAR)
        .map(|edge| (person[edge.a as usize], person[edge.b as usize]))
        .filter(|(a, b)| a != b && *a != u32::MAX && *b != u32::MAX)
        .map(|(a, b)| (a.min(b), a.max(b)))
        .collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    let apart = kept_apart(&person, case);
    let company = company(clusters, case);
    let size = |c: u32| (clusters[c as usize].rows.len(), std::cmp::Reverse(c));
    pairs
        .par_iter()
        .filter(|pair| !apart.contains(*pair))
        .filter_map(|(a, b)| {
            let weight = weigh(&clusters[*a as usize].rows, &clusters[*b as usize].rows, case);
            // The smaller person joins the larger one.
            let (from, to) = if size(*a) < size(*b) { (*a, *b) } else { (*b, *a) };
            (weight.bits > NEAR).then_some(Doubt {
                from,
                to,
                bits: weight.bits + company.get(clusters[from as usize].rows.len() - 1).copied().unwrap_or(0.0),
                rule: weight.rule,
            })
        })
        .collect()
}

/// Sizes of people told apart by [`company`].
const SIZES: usize = 8;

/// Bits by which being somebody else's is likelier than being a whole person, per number of rows (from 1): where hardly anybody
/// has so few records, whoever has is the odd one out. Measured on records with a whole birth date or number, which find their likes.
fn company(clusters: &[Cluster], case: &Case) -> [f32; SIZES] {
    let is_sure = |number: &&u32| {
        let row = &case.rows[**number as usize];
        row.has_full_dob() || row.full_ssn().is_some()
    };
    let mut rows = [0f32; SIZES];
    let mut all = 0f32;
    for cluster in clusters {
        let learnt_from: Vec<u32> = cluster.rows.iter().copied().filter(|row| case.basis[*row as usize]).collect();
        let sure = learnt_from.iter().filter(is_sure).count() as f32;
        all += sure;
        if let Some(count) = learnt_from.len().checked_sub(1).and_then(|size| rows.get_mut(size)) {
            *count += sure;
        }
    }
    let mut few = 0.0;
    rows.map(|count| {
        few += count;
        // As if another fifty had so few.
        (-((few + 50.0) / (all + 50.0)).log2()).clamp(0.0, 4.0)
    })
}

fn kept_apart(person: &[u32], case: &Case) -> BTreeSet<(u32, u32)> {
    let of = |row: u32| person[row as usize];
    case.different.iter().map(|(a, b)| (of(*a).min(of(*b)), of(*a).max(of(*b)))).collect()
}

/// For each person the one other it belongs to, if it belongs to one; each person takes part in one direction only, so that
/// what was weighed is what is joined.
fn choose(doubts: &[Doubt]) -> Vec<(u32, u32, f32)> {
    let mut offers: HashMap<u32, Vec<(f32, u32)>> = HashMap::new();
    for doubt in doubts.iter().filter(|doubt| doubt.rule.is_none()) {
        offers.entry(doubt.from).or_default().push((doubt.bits, doubt.to));
    }
    let mut wanted: Vec<(u32, u32, f32)> = Vec::new();
    for (from, mut list) in offers {
        list.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let odds = |bits: f32| f64::from(bits).exp2();
        let rest: f64 = 1.0 + list[1..].iter().map(|(bits, _)| odds(*bits)).sum::<f64>();
        let bits = (odds(list[0].0) / rest).log2() as f32;
        if bits > 0.0 {
            wanted.push((from, list[0].1, bits));
        }
    }
    wanted.sort_unstable_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
    let mut moved = BTreeSet::new();
    let mut grown = BTreeSet::new();
    wanted.retain(|(from, to, _)| {
        let free = !grown.contains(from) && !moved.contains(to) && !grown.contains(to);
        if free {
            moved.insert(*from);
            grown.insert(*to);
        }
        free
    });
    wanted
}
