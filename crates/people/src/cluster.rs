//! Rows to people: average linkage over all cross pairs, so that one wrong pair cannot chain two people together.

use crate::model::{FORBIDDEN, Rule, Weight};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Groups beyond this many are first parted at a higher weight.
const MOST: usize = 300;
/// Members of a group that stand for it when large groups are compared.
const SAMPLE: usize = 12;

/// A weighed candidate pair.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub a: u32,
    pub b: u32,
    pub bits: f32,
    /// A rule speaks against it.
    pub ruled: bool,
}

/// Rows of one person and the average weight, in bits, of its weakest join.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cluster {
    pub rows: Vec<u32>,
    pub weakest: f32,
}

/// Human decisions between rows, smaller row first.
#[derive(Default)]
pub(crate) struct Decided {
    pub same: BTreeSet<(u32, u32)>,
    pub different: BTreeSet<(u32, u32)>,
}

/// Union–find.
struct Sets(Vec<u32>);

impl Sets {
    fn new(n: usize) -> Sets {
        Sets((0..n as u32).collect())
    }
    fn find(&mut self, mut x: u32) -> u32 {
        while self.0[x as usize] != x {
            let up = self.0[self.0[x as usize] as usize];
            self.0[x as usize] = up;
            x = up;
        }
        x
    }
    /// The smaller root stays, so that the result does not depend on the order of joins.
    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
    /// Members per set, sets and members in rising order.
    fn groups(&mut self) -> Vec<Vec<u32>> {
        let mut keyed: Vec<(u32, u32)> = (0..self.0.len() as u32).map(|x| (self.find(x), x)).collect();
        keyed.sort_unstable();
        keyed.chunk_by(|a, b| a.0 == b.0).map(|group| group.iter().map(|(_, x)| *x).collect()).collect()
    }
}

/// Clusters of rows `0..n`. `weigh` weighs any pair, also one that was no candidate.
pub(crate) fn clusters(n: usize, edges: &[Edge], decided: &Decided, weigh: &(impl Fn(u32, u32) -> Weight + Sync)) -> Vec<Cluster> {
    let mut sets = Sets::new(n);
    for edge in edges.iter().filter(|edge| edge.bits > 0.0 && !edge.ruled) {
        sets.join(edge.a, edge.b);
    }
    decided.same.iter().for_each(|(a, b)| sets.join(*a, *b));
    let components = sets.groups();
    // Edges of each component, found by the component of their smaller row.
    let mut of = vec![0u32; n];
    for (number, component) in components.iter().enumerate() {
        component.iter().for_each(|row| of[*row as usize] = number as u32);
    }
    let mut inner: Vec<(u32, u32)> =
        edges.iter().enumerate().filter(|(_, edge)| edge.bits > 0.0 && !edge.ruled).map(|(i, edge)| (of[edge.a as usize], i as u32)).collect();
    inner.sort_unstable();
    let mut starts = vec![0usize; components.len() + 1];
    inner.iter().for_each(|(component, _)| starts[*component as usize + 1] += 1);
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    components
        .into_par_iter()
        .enumerate()
        .flat_map_iter(|(number, component)| {
            if component.len() == 1 {
                return vec![Cluster { rows: component, weakest: f32::INFINITY }];
            }
            let own: Vec<Edge> = inner[starts[number]..starts[number + 1]].iter().map(|(_, i)| edges[*i as usize]).collect();
            split(&component, &own, 0.0, decided, weigh)
        })
        .collect()
}

/// Parts one component into people; large ones first at a higher weight.
fn split(component: &[u32], edges: &[Edge], above: f32, decided: &Decided, weigh: &(impl Fn(u32, u32) -> Weight + Sync)) -> Vec<Cluster> {
    let place = |row: u32| component.binary_search(&row).ok();
    let mut seeds = Sets::new(component.len());
    for (a, b) in &decided.same {
        if let (Some(a), Some(b)) = (place(*a), place(*b)) {
            seeds.join(a as u32, b as u32);
        }
    }
    let to_rows = |group: Vec<u32>| -> Vec<u32> { group.into_iter().map(|i| component[i as usize]).collect() };
    if component.len() <= MOST {
        let groups = seeds.groups().into_iter().map(|group| Cluster { rows: to_rows(group), weakest: f32::INFINITY }).collect();
        return agglomerate(groups, decided, weigh);
    }
    // Beyond this weight rows are as good as equal: no need to part further.
    let next = above + 4.0;
    for edge in edges.iter().filter(|edge| edge.bits > next) {
        if let (Some(a), Some(b)) = (place(edge.a), place(edge.b)) {
            seeds.join(a as u32, b as u32);
        }
    }
    let mut groups = Vec::new();
    for rows in seeds.groups().into_iter().map(to_rows) {
        if rows.len() == 1 {
            groups.push(Cluster { rows, weakest: f32::INFINITY });
        } else if next > 60.0 {
            groups.push(Cluster { rows, weakest: next });
        } else {
            let own: Vec<Edge> =
                edges.iter().filter(|edge| edge.bits > next && rows.binary_search(&edge.a).is_ok() && rows.binary_search(&edge.b).is_ok()).copied().collect();
            groups.extend(split(&rows, &own, next, decided, weigh));
        }
    }
    if groups.len() > 2 * MOST { groups } else { agglomerate(groups, decided, weigh) }
}

/// What a pair adds to an average; `None` where it only lacks evidence.
fn contribution(weight: Weight) -> Option<f32> {
    if weight.rule == Some(Rule::Twins) {
        // Twins share most of what two records of one person share: the bits say so, other pairs of the two may say more.
        Some(weight.bits.min(0.0))
    } else if weight.rule == Some(Rule::NameAlone) {
        (weight.against <= -3.0).then_some(weight.bits.clamp(-20.0, 0.0))
    } else if weight.rule.is_some() {
        Some(FORBIDDEN.min(weight.bits))
    } else if weight.bits >= 0.0 {
        Some(weight.bits.min(20.0))
    } else if weight.against > -3.0 {
        None
    } else {
        Some(weight.bits.max(-20.0))
    }
}

/// What is known of one pair of seeds: the average of what counts, or that they must stay apart.
#[derive(Clone, Copy)]
struct Cell {
    /// Not a number where nothing counts.
    bits: f32,
    never: bool,
}

/// Compares two seeds, by a sample of the rows of each.
fn cell(a: &[u32], b: &[u32], decided: &Decided, settled: &BTreeSet<u32>, weigh: &(impl Fn(u32, u32) -> Weight + Sync)) -> Cell {
    let sample = |rows: &[u32]| -> Vec<u32> { rows.iter().step_by(rows.len().div_ceil(SAMPLE).max(1)).copied().collect() };
    let (mut sum, mut count, mut never) = (0.0, 0.0, false);
    for &x in &sample(a) {
        for &y in &sample(b) {
            let weight = weigh(x, y);
            // What speaks against rows that a person joined to unlike ones is known to mislead.
            if weight.bits < 0.0 && (settled.contains(&x) || settled.contains(&y)) {
                continue;
            }
            never |= weight.rule.is_some_and(|rule| rule.is_absolute());
            if let Some(bits) = contribution(weight) {
                sum += bits;
                count += 1.0;
            }
        }
    }
    never |= decided.different.iter().any(|(x, y)| (a.contains(x) && b.contains(y)) || (a.contains(y) && b.contains(x)));
    Cell { bits: sum / count, never }
}

/// How well two groups of seeds fit: half the average over all pairs, half the average of the best partner of each member of
/// the smaller group. The first keeps chains apart, the second lets one person have several names and addresses.
fn linkage(a: &[usize], b: &[usize], cells: &[Cell], n: usize) -> f32 {
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let (mut sum, mut count, mut best_sum, mut best_count) = (0.0, 0.0, 0.0, 0.0);
    for &i in small {
        let mut best = f32::NEG_INFINITY;
        for &j in large {
            let cell = cells[i * n + j];
            if cell.never {
                return f32::NEG_INFINITY;
            }
            if !cell.bits.is_nan() {
                sum += cell.bits;
                count += 1.0;
                best = best.max(cell.bits);
            }
        }
        if best > f32::NEG_INFINITY {
            best_sum += best;
            best_count += 1.0;
        }
    }
    if count == 0.0 { f32::NEG_INFINITY } else { (sum / count + best_sum / best_count) / 2.0 }
}

/// Joins the two groups that fit best until none fits better than even odds.
pub(crate) fn agglomerate(mut groups: Vec<Cluster>, decided: &Decided, weigh: &(impl Fn(u32, u32) -> Weight + Sync)) -> Vec<Cluster> {
    let n = groups.len();
    if n < 2 {
        return groups;
    }
    let settled: BTreeSet<u32> = decided.same.iter().flat_map(|(a, b)| [*a, *b]).collect();
    let mut cells = vec![Cell { bits: f32::NAN, never: false }; n * n];
    for i in 0..n {
        for j in i + 1..n {
            let cell = cell(&groups[i].rows, &groups[j].rows, decided, &settled, weigh);
            cells[i * n + j] = cell;
            cells[j * n + i] = cell;
        }
    }
    let mut seeds: Vec<Vec<usize>> = (0..n).map(|i| vec![i]).collect();
    let mut fit: Vec<f32> = (0..n * n).map(|at| linkage(&[at / n], &[at % n], &cells, n)).collect();
    let best_of = |i: usize, fit: &[f32], seeds: &[Vec<usize>]| {
        let mut best = (f32::NEG_INFINITY, n);
        for j in (0..n).filter(|j| *j != i && !seeds[*j].is_empty()) {
            if fit[i * n + j] > best.0 {
                best = (fit[i * n + j], j);
            }
        }
        best
    };
    let mut best: Vec<(f32, usize)> = (0..n).map(|i| best_of(i, &fit, &seeds)).collect();
    loop {
        let mut top = (0.0, n);
        for i in (0..n).filter(|i| !seeds[*i].is_empty()) {
            if best[i].0 > top.0 {
                top = (best[i].0, i);
            }
        }
        if top.1 == n {
            break;
        }
        let (i, j) = (top.1.min(best[top.1].1), top.1.max(best[top.1].1));
        let taken = std::mem::take(&mut seeds[j]);
        seeds[i].extend(taken);
        let rows = std::mem::take(&mut groups[j].rows);
        groups[i].rows.extend(rows);
        groups[i].weakest = groups[i].weakest.min(groups[j].weakest).min(top.0);
        for k in (0..n).filter(|k| !seeds[*k].is_empty() && *k != i) {
            let bits = linkage(&seeds[i], &seeds[k], &cells, n);
            fit[i * n + k] = bits;
            fit[k * n + i] = bits;
        }
        for k in (0..n).filter(|k| !seeds[*k].is_empty()) {
            if k == i || best[k].1 == i || best[k].1 == j {
                best[k] = best_of(k, &fit, &seeds);
            } else if fit[k * n + i] > best[k].0 {
                best[k] = (fit[k * n + i], i);
            }
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    groups.iter_mut().for_each(|cluster| cluster.rows.sort_unstable());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights of pairs, everything else -10.
    fn check(n: usize, pairs: &[(u32, u32, f32)], expect: &[&[u32]]) {
        let edges: Vec<Edge> = pairs.iter().map(|(a, b, bits)| Edge { a: *a, b: *b, bits: *bits, ruled: false }).collect();
        let weigh = |a: u32, b: u32| {
            let bits = pairs.iter().find(|(x, y, _)| (*x, *y) == (a.min(b), a.max(b))).map_or(-10.0, |p| p.2);
            Weight { bits, against: bits.min(0.0), lean: 0.0, rule: None }
        };
        let found = clusters(n, &edges, &Decided::default(), &weigh);
        assert_eq!(found.iter().map(|c| c.rows.as_slice()).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn average_linkage_does_not_chain() {
        check(3, &[(0, 1, 8.0), (1, 2, 8.0), (0, 2, 8.0)], &[&[0, 1, 2]]);
        check(4, &[(0, 1, 12.0), (1, 2, 1.0), (2, 3, 12.0)], &[&[0, 1], &[2, 3]]);
        check(2, &[], &[&[0], &[1]]);
    }

    #[test]
    fn decisions_win() {
        let weigh = |_: u32, _: u32| Weight { bits: 9.0, against: 0.0, lean: 0.0, rule: None };
        let edge = [Edge { a: 0, b: 1, bits: 9.0, ruled: false }];
        let different = Decided { different: [(0, 1)].into(), ..Decided::default() };
        assert_eq!(clusters(2, &edge, &different, &weigh).len(), 2);
        let weigh = |_: u32, _: u32| Weight { bits: -9.0, against: -9.0, lean: 0.0, rule: None };
        let same = Decided { same: [(0, 1)].into(), ..Decided::default() };
        assert_eq!(clusters(2, &[], &same, &weigh).len(), 1);
    }
}
