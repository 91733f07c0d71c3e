//! People against people: what no two records say for themselves, all records of two people together may.
//!
//! Two clusters are compared field by field by the best pair of their values, so that a mention may take its name from one
//! record, its telephone from another. A mention that several people could bear is shared out among them and nobody
//! (`p = 2^bits / (1 + sum of 2^bits)`), and joins only whom it more likely belongs to than to all others together.

use crate::cluster::{Cluster, Edge};
use crate::compare::{Compared, rounded, terms};
use crate::fields::*;
use crate::model::{Model, Rule, either};
use crate::standard::{Book, NO_SSN, Row};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeSet;

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

/// Compares two people by the best of their values: bits against random people and against a household, before what is to be expected, and
/// the rule that holds.
fn weigh(a: &[u32], b: &[u32], case: &Case) -> ([f32; 2], Option<Rule>) {
    let mut room = [[0; SAMPLE]; 2];
    let [for_a, for_b] = &mut room;
    let (a, b) = (sample(a, for_a), sample(b, for_b));
    let mut best: [Option<Best>; GROUPS.len()] = [None; GROUPS.len()];
    let mut facilities = [0u16; 3];
    for x in a {
        for y in b {
            let terms = terms(&case.rows[*x as usize], &case.rows[*y as usize], case.book, &case.model.chances);
            facilities[usize::from(terms[FACILITY].0).min(2)] += 1;
            for (group, best) in GROUPS.iter().zip(&mut best) {
                if group.iter().all(|field| terms[*field].0 == 0) {
                    continue;
                }
                let worth: f32 = group.iter().map(|f| case.model.m(*f, terms[*f].0) + (terms[*f].1 + terms[*f].2) / 2.0).sum();
                // A record without a given name does not make up for two given names that differ.
                let named = terms[group[0]].0 != 0;
                let better = |(known, picked): Best| (named, worth) > (picked[0].0 != 0, known);
                if best.is_none_or(better) {
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
        let values = |rows: &[u32]| if rows.len() > 1 { distinct(group[0], rows, case) } else { 1 };
        let chance = if worth > 0.0 { (values(a).max(values(b)) as f32).log2().min(worth) } else { 0.0 };
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
    let facilities = case.model.facilities(facilities);
    let sides = case.model.sides(&compared);
    // That nothing but the name agrees is weighed against all other people of that name: it needs no margin, unless each has a record
    // number of its own at one facility.
    let rule = case.model.weigh(&compared).rule.filter(|rule| *rule != Rule::NameAlone || compared.levels.get(MRN) == MRN_DIFFERENT);
    ([0, 1].map(|side| sides[side] + facilities[side]), rule)
}

/// Rows that stand for a person.
fn sample<'a>(rows: &[u32], room: &'a mut [u32; SAMPLE]) -> &'a [u32] {
    let step = rows.len().div_ceil(SAMPLE).max(1);
    rows.iter().step_by(step).zip(room.iter_mut()).for_each(|(row, slot)| *slot = *row);
    &room[..rows.len().div_ceil(step)]
}

/// How many values of a field the rows (at most [`SAMPLE`]) have.
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
    let mut values = [0; SAMPLE];
    rows.iter().zip(&mut values).for_each(|(r, slot)| *slot = value(&case.rows[*r as usize]));
    let values = &mut values[..rows.len().min(SAMPLE)];
    values.sort_unstable();
    values.chunk_by(|a, b| a == b).filter(|group| group[0] != 0).count().max(1)
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

/// Two people that records bring together, the smaller number first, and what is known of them.
#[derive(Clone, Copy)]
struct Pair {
    a: u32,
    b: u32,
    /// Against random people and against a household.
    sides: [f32; 2],
    rule: Option<Rule>,
}

/// Joins people that are one by all their records together; also what stayed in doubt between those that are left.
pub(crate) fn merge(mut clusters: Vec<Cluster>, edges: &[Edge], case: &Case) -> (Vec<Cluster>, Vec<Doubt>) {
    let mut pairs = weigh_all(together(&clusters, edges, case.rows.len()), &clusters, case);
    let mut known: Vec<Known> = clusters.iter().map(|cluster| Known::of(&cluster.rows, case)).collect();
    let mut doubts = doubts(&pairs, &clusters, &known, case);
    for _ in 0..ROUNDS {
        let joins = choose(&doubts, clusters.len());
        if joins.is_empty() {
            break;
        }
        // Who was joined keeps an empty place, so that numbers of people last.
        let mut now: Vec<u32> = (0..clusters.len() as u32).collect();
        let mut grown = vec![false; clusters.len()];
        for (from, to, bits) in joins {
            let Cluster { rows, weakest } = std::mem::replace(&mut clusters[from as usize], Cluster { rows: Vec::new(), weakest: f32::INFINITY });
            let target = &mut clusters[to as usize];
            target.rows.extend(rows);
            target.rows.sort_unstable();
            target.weakest = target.weakest.min(weakest).min(bits);
            let Known { rows, sure } = std::mem::take(&mut known[from as usize]);
            let target = &mut known[to as usize];
            *target = Known { rows: target.rows + rows, sure: target.sure + sure };
            now[from as usize] = to;
            grown[to as usize] = true;
        }
        // Only who has changed is weighed again.
        let mut again: Vec<(u32, u32)> = Vec::new();
        pairs.retain(|pair| {
            let (a, b) = (now[pair.a as usize], now[pair.b as usize]);
            let changed = grown[a as usize] || grown[b as usize];
            if changed && a != b {
                again.push((a.min(b), a.max(b)));
            }
            !changed
        });
        again.par_sort_unstable();
        again.dedup();
        pairs.extend(weigh_all(again, &clusters, case));
        // Two sorted runs: a stable sort merges them.
        pairs.sort_by_key(|pair| (pair.a, pair.b));
        doubts = self::doubts(&pairs, &clusters, &known, case);
    }
    let mut next = 0;
    let number: Vec<u32> = clusters
        .iter()
        .map(|cluster| {
            next += u32::from(!cluster.rows.is_empty());
            next.saturating_sub(1)
        })
        .collect();
    for doubt in &mut doubts {
        (doubt.from, doubt.to) = (number[doubt.from as usize], number[doubt.to as usize]);
    }
    clusters.retain(|cluster| !cluster.rows.is_empty());
    (clusters, doubts)
}

/// The person of each of `rows` rows.
fn person_of(clusters: &[Cluster], rows: usize) -> Vec<u32> {
    let mut person = vec![u32::MAX; rows];
    for (number, cluster) in clusters.iter().enumerate() {
        cluster.rows.iter().for_each(|row| person[*row as usize] = number as u32);
    }
    person
}

/// All pairs of people that records bring together, sorted.
fn together(clusters: &[Cluster], edges: &[Edge], rows: usize) -> Vec<(u32, u32)> {
    let person = person_of(clusters, rows);
    let mut pairs: Vec<(u32, u32)> = edges
        .par_iter()
        .filter(|edge| edge.bits > NEAR)
        .map(|edge| (person[edge.a as usize], person[edge.b as usize]))
        .filter(|(a, b)| a != b && *a != u32::MAX && *b != u32::MAX)
        .map(|(a, b)| (a.min(b), a.max(b)))
        .collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

fn weigh_all(pairs: Vec<(u32, u32)>, clusters: &[Cluster], case: &Case) -> Vec<Pair> {
    pairs
        .into_par_iter()
        .map(|(a, b)| {
            let (sides, rule) = weigh(&clusters[a as usize].rows, &clusters[b as usize].rows, case);
            Pair { a, b, sides, rule }
        })
        .collect()
}

/// What may be one of the pairs.
fn doubts(pairs: &[Pair], clusters: &[Cluster], known: &[Known], case: &Case) -> Vec<Doubt> {
    let apart = kept_apart(clusters, case);
    let usual = Usual::of(known, case.model);
    let poverty = |c: u32| clusters[c as usize].rows.iter().map(|row| case.rows[*row as usize].poverty()).min();
    let size = |c: u32| (clusters[c as usize].rows.len(), Reverse(poverty(c)), Reverse(c));
    pairs
        .iter()
        .filter(|pair| !apart.contains(&(pair.a, pair.b)))
        .map(|pair| {
            // The smaller person joins the larger one; of two of one size the one of whom less is known, because it may be several people.
            let (from, to) = if size(pair.a) < size(pair.b) { (pair.a, pair.b) } else { (pair.b, pair.a) };
            Doubt { from, to, bits: usual.weigh(pair.sides, clusters[from as usize].rows.len(), clusters[to as usize].rows.len()), rule: pair.rule }
        })
        .filter(|doubt| doubt.bits > NEAR)
        .collect()
}

/// Sizes of people told apart by [`Usual`].
const SIZES: usize = 9;

/// What is to be expected of two people before they are compared, learnt from the rows that say enough to find their likes.
struct Usual {
    /// Prior of two rows, against random people and against a household.
    prior: [f32; 2],
    /// Bits by which being somebody else's is likelier than being a whole person, per number of rows (from 1): where hardly anybody
    /// has so few records, whoever has is the odd one out.
    company: [f32; SIZES],
    /// Of people of one row, the prior per number of rows of the other (from 1).
    single: [[f32; 2]; SIZES - 1],
}

impl Usual {
    fn of(people: &[Known], model: &Model) -> Usual {
        let (mut rows, mut all) = (0f32, 0f32);
        let mut by_size = [0f32; SIZES];
        for person in people.iter().filter(|person| person.rows > 0) {
            rows += person.rows as f32;
            all += person.sure as f32;
            if let Some(count) = by_size.get_mut(person.rows as usize - 1) {
                *count += person.sure as f32;
            }
        }
        let mut few = 0.0;
        let company = by_size.map(|count| {
            few += count;
            // As if another fifty had so few.
            (-((few + 50.0) / (all + 50.0)).log2()).clamp(0.0, 4.0)
        });
        // As if another fifty were parted as where each further row is as likely as none.
        let share = |size: usize| by_size[size - 1] + 50.0 * size as f32 * 0.5f32.powi(size as i32 + 1);
        // The smallest case is still a sample of some town.
        let others = [rows.max(2000.0), model.household()];
        let single = std::array::from_fn(|i| {
            let known = i + 1;
            let more = known as f32 * share(known + 1) / share(known);
            others.map(|others| rounded((more / others).log2() + company[0]))
        });
        Usual { prior: model.prior(), company, single }
    }

    /// Bits of two people of so many rows, the smaller first.
    ///
    /// If a share `g(k)` of all rows is of people of `k` rows, then a row is one of a person of whom `s` others are known with odds of
    /// `s g(s + 1) / g(s)` against one of the `n g(1)` people of a single row: where people have many rows, the more is known of somebody,
    /// the more there is still to come.
    fn weigh(&self, sides: [f32; 2], from: usize, to: usize) -> f32 {
        let prior = if from == 1 {
            self.single[to.min(SIZES - 1) - 1]
        } else {
            let alone = self.company.get(from - 1).copied().unwrap_or(0.0);
            self.prior.map(|prior| prior + alone)
        };
        either(sides[0] + prior[0], sides[1] + prior[1])
    }
}

/// What [`Usual`] counts of a person: its rows that weights are learnt from.
#[derive(Clone, Copy, Default)]
struct Known {
    rows: u32,
    /// Those of them that say enough to find their likes.
    sure: u32,
}

impl Known {
    fn of(rows: &[u32], case: &Case) -> Known {
        let rows = rows.iter().filter(|row| case.basis[**row as usize]).map(|row| &case.rows[*row as usize]);
        rows.fold(Known::default(), |known, row| Known { rows: known.rows + 1, sure: known.sure + u32::from(row.has_full_dob() || row.full_ssn().is_some()) })
    }
}

fn kept_apart(clusters: &[Cluster], case: &Case) -> BTreeSet<(u32, u32)> {
    if case.different.is_empty() {
        return BTreeSet::new();
    }
    let person = person_of(clusters, case.rows.len());
    let of = |row: u32| person[row as usize];
    case.different.iter().map(|(a, b)| (of(*a).min(of(*b)), of(*a).max(of(*b)))).collect()
}

/// For each person the one other it belongs to, if it belongs to one; each person takes part in one direction only, so that
/// what was weighed is what is joined.
fn choose(doubts: &[Doubt], people: usize) -> Vec<(u32, u32, f32)> {
    let mut offers: Vec<(u32, f32, u32)> = doubts.iter().filter(|doubt| doubt.rule.is_none()).map(|doubt| (doubt.from, doubt.bits, doubt.to)).collect();
    offers.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    let odds = |bits: f32| f64::from(bits).exp2();
    let mut wanted: Vec<(u32, u32, f32)> = offers
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|list| {
            let (from, most, to) = list[0];
            let rest: f64 = 1.0 + list[1..].iter().map(|(_, bits, _)| odds(*bits)).sum::<f64>();
            let bits = (odds(most) / rest).log2() as f32;
            (bits > 0.0).then_some((from, to, bits))
        })
        .collect();
    wanted.sort_unstable_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
    let mut moved = vec![false; people];
    let mut grown = vec![false; people];
    wanted.retain(|(from, to, _)| {
        let free = !grown[*from as usize] && !moved[*to as usize] && !grown[*to as usize];
        moved[*from as usize] |= free;
        grown[*to as usize] |= free;
        free
    });
    wanted
}
