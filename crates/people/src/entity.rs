//! Mentions of nothing but a name: those of a document go to the only person of the document who fits, provider mentions collapse by name.

use crate::cluster::Cluster;
use crate::compare::{family, given};
use crate::fields::*;
use crate::intake::Nodes;
use crate::merge::Doubt;
use crate::standard::{Book, Row};
use hashbrown::{HashMap, HashSet};
use std::collections::{BTreeMap, BTreeSet};

/// Bits given to the only fitting person of the same document.
const SAME_DOCUMENT: f32 = 5.0;

/// What the pass needs to know of the rows.
pub(crate) struct Context<'a> {
    pub nodes: &'a Nodes,
    pub book: &'a Book,
    /// Pairs that a person decided to keep apart, smaller row first.
    pub different: &'a BTreeSet<(u32, u32)>,
}

impl Context<'_> {
    fn documents(&self, row: u32) -> impl Iterator<Item = u64> {
        self.nodes.members(row).iter().map(|record| self.nodes.documents[*record as usize])
    }
}

/// Whether two rows can be one person's.
fn fits(a: &Row, b: &Row, book: &Book) -> bool {
    let first = given(a.first, b.first, book).0;
    let last = family(a.last, b.last, book).0;
    let first_fits = matches!(first, 0 | FIRST_EXACT | FIRST_NICKNAME | FIRST_INITIAL | FIRST_NEAR | FIRST_PART);
    let last_fits = matches!(last, LAST_EXACT | LAST_NEAR | LAST_PART);
    let (x, y) = (book.names.get(a.middle), book.names.get(b.middle));
    let middle_fits = a.middle == 0 || b.middle == 0 || x.initial == y.initial;
    let suffix_fits = a.suffix == 0 || b.suffix == 0 || a.suffix == b.suffix;
    let mrn_fits = a.mrn == 0 || b.mrn == 0 || a.mrn == b.mrn || (a.facility != b.facility && a.facility != 0 && b.facility != 0);
    first_fits && last_fits && middle_fits && suffix_fits && mrn_fits
}

/// Joins bare names to people of their documents; before people are merged over documents.
pub(crate) fn by_document(clusters: Vec<Cluster>, context: &Context) -> Vec<Cluster> {
    let row = |number: u32| &context.nodes.rows[number as usize];
    let is_bare = |c: &Cluster| c.rows.iter().all(|r| row(*r).is_thin() && row(*r).has_name() && !row(*r).apart);
    let (bare, mut people): (Vec<Cluster>, Vec<Cluster>) = clusters.into_iter().partition(is_bare);
    let wanted: HashSet<u64> = bare.iter().flat_map(|c| &c.rows).flat_map(|r| context.documents(*r)).collect();
    // People by document, of those documents that hold a bare name.
    let mut holders: HashMap<u64, Vec<u32>> = HashMap::new();
    for (number, cluster) in people.iter().enumerate().filter(|(_, c)| !c.rows.iter().all(|r| row(*r).apart)) {
        for document in cluster.rows.iter().flat_map(|r| context.documents(*r)).filter(|d| wanted.contains(d)) {
            let list = holders.entry(document).or_default();
            if list.last() != Some(&(number as u32)) {
                list.push(number as u32);
            }
        }
    }
    let placed: Vec<Option<usize>> = bare.iter().map(|mention| place(mention, &people, &holders, context)).collect();
    for (mention, placed) in bare.into_iter().zip(placed) {
        match placed {
            Some(target) => {
                people[target].weakest = people[target].weakest.min(SAME_DOCUMENT).min(mention.weakest);
                people[target].rows.extend(mention.rows);
            }
            None => people.push(mention),
        }
    }
    people.iter_mut().for_each(|cluster| cluster.rows.sort_unstable());
    people.sort_by_key(|cluster| cluster.rows.first().copied());
    people
}

/// The only person of its documents whom a bare name can mean.
fn place(mention: &Cluster, people: &[Cluster], holders: &HashMap<u64, Vec<u32>>, context: &Context) -> Option<usize> {
    let fit = |target: u32| {
        mention.rows.iter().all(|m| {
            let own = &context.nodes.rows[*m as usize];
            let others = &people[target as usize].rows;
            let refused = others.iter().any(|o| {
                let other = &context.nodes.rows[*o as usize];
                let other_number = own.mrn != 0 && other.mrn != 0 && own.facility == other.facility && own.mrn != other.mrn;
                other_number || context.different.contains(&(*m.min(o), *m.max(o)))
            });
            !refused && others.iter().any(|o| fits(own, &context.nodes.rows[*o as usize], context.book))
        })
    };
    let near: BTreeSet<u32> = mention.rows.iter().flat_map(|r| context.documents(*r)).filter_map(|d| holders.get(&d)).flatten().copied().collect();
    let mut fitting = near.into_iter().filter(|target| fit(*target));
    let target = fitting.next()?;
    fitting.next().is_none().then_some(target as usize)
}

/// Collapses bare names that nobody fits, and provider mentions; clusters in rising order of their first row, doubts renumbered.
pub(crate) fn collapse(clusters: Vec<Cluster>, mut doubts: Vec<Doubt>, context: &Context) -> (Vec<Cluster>, Vec<Doubt>) {
    let row = |number: u32| &context.nodes.rows[number as usize];
    let head: Vec<u32> = clusters.iter().map(|cluster| cluster.rows[0]).collect();
    let (apart, rest): (Vec<Cluster>, Vec<Cluster>) = clusters.into_iter().partition(|c| c.rows.iter().all(|r| row(*r).apart));
    let (bare, mut people): (Vec<Cluster>, Vec<Cluster>) = rest.into_iter().partition(|c| c.rows.iter().all(|r| row(*r).is_thin() && row(*r).has_name()));
    people.extend(unplaced(bare, &context.nodes.rows));
    people.extend(providers(apart, context));
    people.iter_mut().for_each(|cluster| cluster.rows.sort_unstable());
    people.sort_by_key(|cluster| cluster.rows.first().copied());
    let mut person = vec![u32::MAX; context.nodes.rows.len()];
    for (number, cluster) in people.iter().enumerate() {
        cluster.rows.iter().for_each(|row| person[*row as usize] = number as u32);
    }
    for doubt in &mut doubts {
        doubt.from = person[head[doubt.from as usize] as usize];
        doubt.to = person[head[doubt.to as usize] as usize];
    }
    // Bare names that became one person ask each question once.
    doubts.sort_by(|a, b| (a.from, a.to).cmp(&(b.from, b.to)).then(b.bits.total_cmp(&a.bits)));
    doubts.dedup_by_key(|doubt| (doubt.from, doubt.to));
    doubts.retain(|doubt| doubt.from != doubt.to);
    (people, doubts)
}

/// Mentions that nobody fits: one person per name, still to be reviewed; with a medical record number, one per number.
fn unplaced(alone: Vec<Cluster>, rows: &[Row]) -> Vec<Cluster> {
    let mut groups: BTreeMap<(u32, u32, u8, u32, u32), Cluster> = BTreeMap::new();
    for cluster in alone {
        let Some(first) = cluster.rows.first().map(|r| &rows[*r as usize]) else { continue };
        let key = (first.last, first.first, first.suffix, first.mrn, if first.mrn == 0 { 0 } else { first.facility });
        match groups.get_mut(&key) {
            Some(group) => {
                group.rows.extend(cluster.rows);
                group.weakest = 0.0;
            }
            None => {
                let weakest = if first.mrn == 0 { 0.0 } else { cluster.weakest };
                groups.insert(key, Cluster { rows: cluster.rows, weakest });
            }
        }
    }
    groups.into_values().collect()
}

/// Provider mentions: one person per name; an initial or a bare family name joins the only full name that fits.
fn providers(apart: Vec<Cluster>, context: &Context) -> Vec<Cluster> {
    let Context { nodes, book, .. } = *context;
    let rows = &nodes.rows;
    let mut exact: BTreeMap<(u32, u32, u8), Cluster> = BTreeMap::new();
    for cluster in apart {
        let Some(first) = cluster.rows.first().map(|r| rows[*r as usize]) else { continue };
        exact.entry((first.last, first.first, first.suffix)).or_insert_with(|| Cluster { rows: Vec::new(), weakest: f32::INFINITY }).rows.extend(cluster.rows);
    }
    let (full, short): (Vec<_>, Vec<_>) = exact.into_iter().partition(|((_, first, _), _)| *first != 0 && !book.names.get(*first).is_initial);
    let mut full: Vec<((u32, u32, u8), Cluster)> = full;
    let mut by_last: HashMap<u32, Vec<usize>> = HashMap::new();
    full.iter().enumerate().for_each(|(i, ((last, ..), _))| by_last.entry(*last).or_default().push(i));
    for ((last, first, suffix), cluster) in short {
        let initial = book.names.get(first).initial;
        let fitting: Vec<usize> =
            by_last.get(&last).into_iter().flatten().copied().filter(|i| first == 0 || book.names.get(full[*i].0.1).initial == initial).collect();
        match fitting.as_slice() {
            [only] if last != 0 => {
                full[*only].1.rows.extend(cluster.rows);
                full[*only].1.weakest = full[*only].1.weakest.min(SAME_DOCUMENT);
            }
            _ => full.push(((last, first, suffix), cluster)),
        }
    }
    full.into_iter().map(|(_, cluster)| cluster).collect()
}
