//! The second pass, over people instead of pairs: partial mentions join when exactly one person fits, provider mentions collapse by name.

use crate::cluster::Cluster;
use crate::compare::{family, given};
use crate::fields::*;
use crate::standard::{Book, Row};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Expected namesakes among as many people as the case has, up to which a name is rare enough to stand alone.
const RARE: f32 = 0.05;
/// Bits given to the only fitting person of the same document.
const SAME_DOCUMENT: f32 = 5.0;

/// What the pass needs to know of the rows.
pub(crate) struct Context<'a> {
    pub rows: &'a [Row],
    pub book: &'a Book,
    /// Documents that hold a record of each row.
    pub documents: &'a [Vec<u64>],
    /// Pairs that a person decided to keep apart, smaller row first.
    pub different: &'a BTreeSet<(u32, u32)>,
}

/// Whether the names of two rows can be one person's; the strength is the share of people with such a name.
fn fits(a: &Row, b: &Row, book: &Book) -> Option<f32> {
    let (first, first_share) = given(a.first, b.first, book);
    let (last, last_share) = family(a.last, b.last, book);
    let first_fits = matches!(first, 0 | FIRST_EXACT | FIRST_NICKNAME | FIRST_INITIAL | FIRST_NEAR | FIRST_PART);
    let last_fits = matches!(last, LAST_EXACT | LAST_NEAR | LAST_PART);
    let (x, y) = (book.names.get(a.middle), book.names.get(b.middle));
    let middle_fits = a.middle == 0 || b.middle == 0 || x.initial == y.initial;
    let suffix_fits = a.suffix == 0 || b.suffix == 0 || a.suffix == b.suffix;
    let mrn_fits = a.mrn == 0 || b.mrn == 0 || a.mrn == b.mrn || (a.facility != b.facility && a.facility != 0 && b.facility != 0);
    let dob_fits = a.dob == 0 || b.dob == 0 || a.dob / 10_000 == b.dob / 10_000;
    let ssn_fits = a.last4().is_none() || b.last4().is_none() || a.last4() == b.last4();
    let fits = first_fits && last_fits && middle_fits && suffix_fits && mrn_fits && dob_fits && ssn_fits;
    fits.then_some(if first == 0 { last_share } else { first_share * last_share })
}

/// Joins partial mentions and collapses provider mentions; clusters in rising order of their first row.
pub(crate) fn partial(clusters: Vec<Cluster>, context: &Context) -> Vec<Cluster> {
    let Context { rows, .. } = *context;
    let row = |number: u32| &rows[number as usize];
    let (apart, rest): (Vec<Cluster>, Vec<Cluster>) = clusters.into_iter().partition(|c| c.rows.iter().all(|r| row(*r).apart));
    let is_thin = |c: &Cluster| c.rows.iter().all(|r| row(*r).is_thin() && row(*r).has_name());
    let (thin, mut people): (Vec<Cluster>, Vec<Cluster>) = rest.into_iter().partition(|c| is_thin(c) || c.rows.iter().all(|r| row(*r).is_partial()));
    let (thin, reachable): (Vec<Cluster>, Vec<Cluster>) = thin.into_iter().partition(is_thin);
    // Who can be reached but has no birth date joins only by a rarer name; a bare name may then also mean one of these.
    let kept = join_round(reachable, &mut people, RARE / 4.0, false, context);
    people.extend(kept);
    let alone = join_round(thin, &mut people, RARE, true, context);
    people.extend(unplaced(alone, rows));
    people.extend(providers(apart, context));
    people.iter_mut().for_each(|cluster| cluster.rows.sort_unstable());
    people.sort_by_key(|cluster| cluster.rows.first().copied());
    people
}

/// Where to look for the person a mention can mean.
struct Index {
    /// People by sound of the family name and initial (or nickname set) of the given name.
    by_name: HashMap<(u32, u32), Vec<u32>>,
    /// People by document; empty where documents do not count.
    by_document: HashMap<u64, Vec<u32>>,
    count: f32,
    rare: f32,
}

/// Joins each mention to the only person who fits; gives back those that nobody, or more than one, fits.
fn join_round(mentions: Vec<Cluster>, people: &mut [Cluster], rare: f32, documents: bool, context: &Context) -> Vec<Cluster> {
    if mentions.is_empty() {
        return mentions;
    }
    let row = |number: u32| &context.rows[number as usize];
    let mut index = Index { by_name: HashMap::new(), by_document: HashMap::new(), count: people.len() as f32, rare };
    let wanted: HashSet<u64> = mentions.iter().filter(|_| documents).flat_map(|c| &c.rows).flat_map(|r| &context.documents[*r as usize]).copied().collect();
    for (number, cluster) in people.iter().enumerate() {
        let keys: BTreeSet<(u32, u32)> = cluster.rows.iter().flat_map(|r| name_keys(row(*r), context.book)).collect();
        keys.into_iter().for_each(|key| index.by_name.entry(key).or_default().push(number as u32));
        if !wanted.is_empty() {
            let own: BTreeSet<u64> = cluster.rows.iter().flat_map(|r| &context.documents[*r as usize]).filter(|d| wanted.contains(d)).copied().collect();
            own.into_iter().for_each(|document| index.by_document.entry(document).or_default().push(number as u32));
        }
    }
    let placed: Vec<Option<(usize, f32)>> = mentions.iter().map(|mention| place(mention, people, &index, context)).collect();
    let mut left = Vec::new();
    for (mention, placed) in mentions.into_iter().zip(placed) {
        match placed {
            Some((target, bits)) => {
                people[target].weakest = people[target].weakest.min(bits).min(mention.weakest);
                people[target].rows.extend(mention.rows);
            }
            None => left.push(mention),
        }
    }
    left
}

fn name_keys(row: &Row, book: &Book) -> Vec<(u32, u32)> {
    let last = book.names.get(row.last);
    let mut sounds = vec![last.sound];
    sounds.extend(last.parts.iter().filter(|part| **part != 0).map(|part| book.names.get(*part).sound));
    let first = book.names.get(row.first);
    // Nicknames often begin with another letter.
    let letters: BTreeSet<u32> = std::iter::once(first.initial).chain(first.sets.iter().map(|set| 1 << 24 | u32::from(*set))).collect();
    sounds.into_iter().filter(|sound| *sound != 0).flat_map(|sound| letters.iter().map(move |letter| (sound, *letter))).collect()
}

/// The one person whom a partial mention can mean, and the bits for it.
fn place(cluster: &Cluster, people: &[Cluster], index: &Index, context: &Context) -> Option<(usize, f32)> {
    let Context { rows, book, .. } = *context;
    let fit = |target: u32| -> Option<f32> {
        let mut share: Option<f32> = None;
        for mention in &cluster.rows {
            let mention_row = &rows[*mention as usize];
            let mut best: Option<f32> = None;
            for other in &people[target as usize].rows {
                if context.different.contains(&(*mention.min(other), *mention.max(other))) {
                    return None;
                }
                let own = &rows[*other as usize];
                if mention_row.mrn != 0 && own.mrn != 0 && own.facility == mention_row.facility && own.mrn != mention_row.mrn {
                    return None;
                }
                if let Some(found) = fits(mention_row, own, book) {
                    best = Some(best.map_or(found, |b: f32| b.min(found)));
                }
            }
            share = Some(share.map_or(best?, |s: f32| s.max(best.unwrap_or(s))));
        }
        share
    };
    let near: BTreeSet<u32> =
        cluster.rows.iter().flat_map(|r| &context.documents[*r as usize]).filter_map(|d| index.by_document.get(d)).flatten().copied().collect();
    let mut same_document = near.into_iter().filter(|target| fit(*target).is_some());
    if let Some(target) = same_document.next() {
        return same_document.next().is_none().then_some((target as usize, SAME_DOCUMENT));
    }
    if cluster.rows.iter().any(|r| rows[*r as usize].first == 0 || rows[*r as usize].last == 0) {
        return None;
    }
    let others: BTreeSet<u32> =
        cluster.rows.iter().flat_map(|r| name_keys(&rows[*r as usize], book)).filter_map(|key| index.by_name.get(&key)).flatten().copied().collect();
    let mut fitting = others.into_iter().filter_map(|target| fit(target).map(|share| (target, share)));
    let (target, share) = fitting.next()?;
    let expected = share * index.count;
    (fitting.next().is_none() && expected < index.rare).then(|| (target as usize, -expected.max(1e-4).log2()))
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
    let Context { rows, book, .. } = *context;
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
