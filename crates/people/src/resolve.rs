//! The whole way from records to people.

use crate::cluster::{Cluster, Decided, Edge, clusters};
use crate::compare::{Compared, compare};
use crate::entity::{Context, by_document, collapse};
use crate::merge::{self, merge};
use crate::links::links;
use crate::model::Model;
use crate::person::{person, rank};
use crate::standard::{Book, Row, rows};
use crate::{Decision, Options, Resolution, block, rarity};
use dosimeter_case::Id;
use dosimeter_case::tables::{Person, PersonRecord, Record, Role};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Pairs above this many bits teach the model.
const KEEP: f32 = -18.0;
/// Pairs above this many bits are remembered for links.
const REMEMBER: f32 = -8.0;

/// The state of a case that scoring uses: frequencies, and weights learnt. Made by [`evidence`], used by [`crate::explain`].
pub struct Evidence {
    pub(crate) book: Book,
    pub(crate) model: Model,
    pub(crate) latest: u32,
}

/// Distinct rows of a case and the records behind each.
pub(crate) struct Nodes<'a> {
    /// By record id.
    pub records: Vec<&'a Record>,
    /// One per entry of `records`.
    pub record_rows: Vec<Row>,
    /// Distinct rows.
    pub rows: Vec<Row>,
    /// Records of each distinct row, rising.
    pub members: Vec<Vec<u32>>,
}

fn packed(date: jiff::civil::Date) -> u32 {
    u32::from(date.year().unsigned_abs()) * 10_000 + u32::from(date.month().unsigned_abs()) * 100 + u32::from(date.day().unsigned_abs())
}

/// Learns from the records what scoring needs; `records` may be empty, then built-in weights and frequencies hold.
pub fn evidence(records: &[Record], options: &Options) -> Evidence {
    with_threads(options.threads, || {
        let (nodes, mut evidence) = prepare(records, &BTreeSet::new(), options);
        score(&nodes, &mut evidence);
        evidence
    })
}

/// Resolves records to people. The result does not depend on the order of `records` or on `options.threads`.
///
/// Decisions about records that are not there are ignored. Each record with a name or an identifier ends in exactly one person.
pub fn resolve(records: &[Record], decisions: &[Decision], options: &Options) -> Resolution {
    with_threads(options.threads, || run(records, decisions, options))
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
        Ok(pool) => pool.install(work),
        // No threads to be had: the caller's pool does.
        Err(_) => work(),
    }
}

fn run(records: &[Record], decisions: &[Decision], options: &Options) -> Resolution {
    let decided_records: BTreeSet<Id> = decisions
        .iter()
        .flat_map(|d| match d {
            Decision::Same(a, b) | Decision::Different(a, b) => [*a, *b],
        })
        .collect();
    let (nodes, mut evidence) = prepare(records, &decided_records, options);
    let edges = score(&nodes, &mut evidence);
    tick(&format!("edges {}", edges.len()));
    let decided = decided(decisions, &nodes);
    let Evidence { book, model, .. } = &evidence;
    let weigh = |a: u32, b: u32| model.pair(&nodes.rows[a as usize], &nodes.rows[b as usize], book);
    let found = clusters(nodes.rows.len(), &edges, &decided, &weigh);
    tick("clusters");
    let document: Vec<u64> = nodes.records.iter().map(|record| record.document_id.0).collect();
    let context = Context { rows: &nodes.rows, book, members: &nodes.members, document: &document, different: &decided.different };
    let found = by_document(found, &context);
    tick("documents");
    let found = merge(found, &edges, &merge::Case { rows: &nodes.rows, book, model, different: &decided.different });
    tick("merged");
    let found = collapse(found, &context);
    tick("partial");
    let links = links(&nodes, &found, &edges, &decided, &evidence);
    tick("links");
    let (people, person_records) = people(&nodes, &found, options);
    Resolution { people, person_records, links }
}

pub fn tick(what: &str) {
    if std::env::var_os("TICK").is_some() {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let t = |n: usize| stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(n)?.parse::<f64>().ok()).unwrap_or(0.0);
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mem = |k: &str| status.lines().find_map(|line| line.strip_prefix(k)?.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024;
        eprintln!("{:>8.2} cpu  {:>6} MB now {:>6} MB peak  {what}", (t(11) + t(12)) / 100.0, mem("VmRSS:"), mem("VmHWM:"));
    }
}

/// Standardises, drops what says nothing, collapses equal rows, learns frequencies.
fn prepare<'a>(records: &'a [Record], decided: &BTreeSet<Id>, options: &Options) -> (Nodes<'a>, Evidence) {
    let latest = packed(options.discovered);
    let mut book = Book::new();
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.par_sort_by(|a, b| a.record_id.cmp(&b.record_id).then_with(|| a.locator.cmp(&b.locator)));
    tick("sorted");
    let all = rows(&sorted, latest, &mut book);
    tick("rows");
    let mut nodes = Nodes { records: Vec::new(), record_rows: Vec::new(), rows: Vec::new(), members: Vec::new() };
    let mut index: HashMap<Row, u32> = HashMap::new();
    for (record, mut row) in sorted.into_iter().zip(all) {
        if !row.has_name() && !row.has_identifier() {
            continue;
        }
        if decided.contains(&record.record_id) {
            // A record that a person decided about stays apart from its likes.
            row.document = record.record_id.0;
        }
        let number = nodes.records.len() as u32;
        let node = *index.entry(row).or_insert_with(|| {
            nodes.rows.push(row);
            nodes.members.push(Vec::new());
            nodes.rows.len() as u32 - 1
        });
        nodes.members[node as usize].push(number);
        nodes.records.push(record);
        nodes.record_rows.push(row);
    }
    tick("collapsed");
    rarity::learn(&nodes.rows, &mut book);
    tick("rarity");
    let model = Model::new(nodes.rows.len());
    (nodes, Evidence { book, model, latest })
}

/// Candidate pairs, weighed with what they themselves teach.
fn score(nodes: &Nodes, evidence: &mut Evidence) -> Vec<Edge> {
    let Evidence { book, model, .. } = evidence;
    model.measure(&nodes.rows, book);
    tick("measured");
    let pairs = block::candidates(&nodes.rows, book);
    tick(&format!("{} candidates", pairs.len()));
    let ends = |pair: u64| ((pair >> 32) as u32, pair as u32);
    let compared: Vec<(u64, Compared)> = pairs
        .par_iter()
        .filter_map(|pair| {
            let (a, b) = ends(*pair);
            let compared = compare(&nodes.rows[a as usize], &nodes.rows[b as usize], book, &model.chances);
            (model.weigh(&compared).bits > KEEP).then_some((*pair, compared))
        })
        .collect();
    drop(pairs);
    tick(&format!("compared {}", compared.len()));
    model.learn(&compared, nodes.rows.len());
    tick("learnt");
    if std::env::var_os("MODEL").is_some() { model.debug(nodes.rows.len()); eprintln!("{} rows {} pairs kept", nodes.rows.len(), compared.len()); }
    compared
        .par_iter()
        .filter_map(|(pair, compared)| {
            let (a, b) = ends(*pair);
            let weight = model.weigh(compared);
            (weight.bits > REMEMBER).then_some(Edge { a, b, bits: weight.bits, ruled: weight.rule.is_some() })
        })
        .collect()
}

fn decided(decisions: &[Decision], nodes: &Nodes) -> Decided {
    let node_of = |id: Id| -> Option<u32> {
        let at = nodes.records.binary_search_by_key(&id, |record| record.record_id).ok()? as u32;
        // Decided records are nodes of their own, made in the order of the records.
        nodes.members.binary_search_by_key(&at, |members| members.first().copied().unwrap_or(u32::MAX)).ok().map(|node| node as u32)
    };
    let mut out = Decided::default();
    for decision in decisions {
        let (Decision::Same(a, b) | Decision::Different(a, b)) = decision;
        if let (Some(a), Some(b)) = (node_of(*a), node_of(*b)) {
            let pair = (a.min(b), a.max(b));
            match decision {
                _ if a == b => false,
                Decision::Same(..) => out.same.insert(pair),
                Decision::Different(..) => out.different.insert(pair),
            };
        }
    }
    out
}

fn probability(bits: f32) -> f64 {
    1.0 / (1.0 + f64::from(-bits).exp2())
}

fn people(nodes: &Nodes, clusters: &[Cluster], options: &Options) -> (Vec<Person>, Vec<PersonRecord>) {
    let mut made: Vec<(Person, Vec<u32>)> = clusters
        .par_iter()
        .filter(|cluster| !cluster.rows.is_empty())
        .map(|cluster| {
            let mut members: Vec<u32> = cluster.rows.iter().flat_map(|node| nodes.members[*node as usize].iter().copied()).collect();
            members.sort_unstable();
            let of: Vec<(&Record, &Row)> = members.iter().map(|r| (nodes.records[*r as usize], &nodes.record_rows[*r as usize])).collect();
            (person(&of, probability(cluster.weakest), options.discovered), members)
        })
        .collect();
    made.sort_unstable_by_key(|(person, _)| person.person_id);
    guardians(nodes, &mut made);
    let mut person_records: Vec<PersonRecord> = made
        .iter()
        .flat_map(|(person, members)| members.iter().map(|r| PersonRecord { person_id: person.person_id, record_id: nodes.records[*r as usize].record_id }))
        .collect();
    person_records.sort_unstable_by_key(|row| (row.person_id, row.record_id));
    (made.into_iter().map(|(person, _)| person).collect(), person_records)
}

/// Guardians of minors, from the guardian records that point at a record of theirs.
fn guardians(nodes: &Nodes, made: &mut [(Person, Vec<u32>)]) {
    let mut holder = vec![u32::MAX; nodes.records.len()];
    for (number, (_, members)) in made.iter().enumerate() {
        members.iter().for_each(|r| holder[*r as usize] = number as u32);
    }
    // Per person the strongest related person: a guardian before a subscriber; then the smallest record.
    let mut of: BTreeMap<u32, (u8, u32, u32)> = BTreeMap::new();
    for (r, record) in nodes.records.iter().enumerate().filter(|(_, record)| matches!(record.role, Role::Guardian)) {
        let Some(related) = record.related_record_id else { continue };
        let Ok(at) = nodes.records.binary_search_by_key(&related, |other| other.record_id) else { continue };
        let (child, guardian) = (holder[at], holder[r]);
        if child != guardian && child != u32::MAX && guardian != u32::MAX {
            let entry = (rank(record.role), r as u32, guardian);
            of.entry(child).and_modify(|known| *known = (*known).min(entry)).or_insert(entry);
        }
    }
    for (child, (_, _, guardian)) in of {
        let Some((adult, _)) = made.get(guardian as usize) else { continue };
        let (name, id) = (adult.name.clone(), adult.person_id);
        if let Some((person, _)) = made.get_mut(child as usize).filter(|(person, _)| person.is_minor || person.dob.is_none()) {
            person.guardian = (!name.is_empty()).then_some(name);
            person.guardian_id = Some(id);
        }
    }
}
