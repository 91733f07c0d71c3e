//! The whole way from records to people.

use crate::block::Candidates;
use crate::cluster::{Cluster, Decided, Edge, clusters};
use crate::compare::{self, AHEAD, compare, read_ahead};
use crate::entity::{Context, by_document, collapse};
use crate::intake::{Intake, Nodes};
use crate::links::links;
use crate::merge::{self, merge};
use crate::model::Model;
use crate::person::{person, person_id, rank};
use crate::review::{counts, questions};
use crate::standard::{Book, Row};
use crate::table::Table;
use crate::{Compared, Count, Decision, Doubt, Matched, Options, Question, Resolution, block, rarity, slips};
use dosimeter_case::tables::{Link, Person, PersonRecord, Record, Role};
use dosimeter_case::{Id, Result};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

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

fn packed(date: jiff::civil::Date) -> u32 {
    u32::from(date.year().unsigned_abs()) * 10_000 + u32::from(date.month().unsigned_abs()) * 100 + u32::from(date.day().unsigned_abs())
}

/// Learns from the records what scoring needs; `records` may be empty, then built-in weights and frequencies hold.
pub fn evidence(records: &[Record], options: &Options) -> Evidence {
    with_threads(options.threads, || {
        let mut found = prepare(intake(&in_order(records), options), &BTreeSet::new(), options);
        score(&found.0, &mut found.1);
        found.1
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
    let sorted = in_order(records);
    let found = find(intake(&sorted, options), decisions, options);
    let (people, person_records) = people(&found, &sorted, options);
    Resolution { people, person_records, links: found.links, counts: found.counts, questions: found.questions, compared: found.compared }
}

/// Resolves tables to people without keeping their records. Rows are counted through all tables.
pub fn resolve_tables(tables: Vec<Table>, decisions: &[Decision], options: &Options) -> Result<Matched> {
    let (mut names, mut records) = (Vec::new(), Vec::new());
    let mut intake = Intake::new(packed(options.discovered));
    for mut table in tables {
        while let Some(piece) = table.read()? {
            intake.push_piece(&piece);
            records.extend(&piece.ids);
            names.extend(piece.names);
        }
    }
    let Found { nodes, clusters, links, counts, questions, doubts, compared } = with_threads(options.threads, || find(intake, decisions, options));
    let mut persons = vec![None; records.len()];
    for cluster in &clusters {
        let members = records_of(cluster, &nodes);
        let id = nodes.first(&members).map(person_id);
        members.iter().for_each(|r| persons[nodes.source[*r as usize] as usize] = id);
    }
    let id = |cluster: u32| nodes.first(&records_of(&clusters[cluster as usize], &nodes)).map(person_id).unwrap_or_default();
    let joins = (0..).zip(&clusters).filter(|(_, c)| c.rows.len() > 1).map(|(i, c)| Doubt { person: id(i), other: None, bits: c.weakest.into(), ruled: false });
    let refusals = doubts.iter().map(|d| Doubt { person: id(d.from), other: Some(id(d.to)), bits: d.bits.into(), ruled: d.rule.is_some() });
    let doubts = joins.chain(refusals).collect();
    Ok(Matched { names, records, persons, people: clusters.len(), links, counts, questions, doubts, compared })
}

/// By id, so that the result does not depend on the order of `records`.
fn in_order(records: &[Record]) -> Vec<&Record> {
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.par_sort_by(|a, b| a.record_id.cmp(&b.record_id).then_with(|| a.locator.cmp(&b.locator)));
    sorted
}

fn intake(records: &[&Record], options: &Options) -> Intake {
    let mut intake = Intake::new(packed(options.discovered));
    intake.push(records);
    intake
}

/// Who is who, by distinct rows.
struct Found {
    nodes: Nodes,
    clusters: Vec<Cluster>,
    links: Vec<Link>,
    counts: Vec<Count>,
    questions: Vec<Question>,
    doubts: Vec<merge::Doubt>,
    compared: Compared,
}

fn find(intake: Intake, decisions: &[Decision], options: &Options) -> Found {
    let decided_records: BTreeSet<Id> = decisions
        .iter()
        .flat_map(|d| match d {
            Decision::Same(a, b) | Decision::Different(a, b) => [*a, *b],
        })
        .collect();
    let (nodes, mut evidence) = prepare(intake, &decided_records, options);
    let (edges, compared) = score(&nodes, &mut evidence);
    let decided = decided(decisions, &nodes);
    let Evidence { book, model, .. } = &evidence;
    let weigh = |a: u32, b: u32| model.pair(&nodes.rows[a as usize], &nodes.rows[b as usize], book);
    let clusters = clusters(nodes.rows.len(), &edges, &decided, &weigh);
    let context = Context { nodes: &nodes, book, different: &decided.different };
    let clusters = by_document(clusters, &context);
    let (clusters, doubts) = merge(clusters, &edges, &merge::Case { rows: &nodes.rows, basis: &nodes.basis, book, model, different: &decided.different });
    let (clusters, doubts) = collapse(clusters, doubts, &context);
    let links = links(&nodes, &clusters, &edges, &decided, &evidence);
    let counts = counts(&clusters, &doubts, &nodes, book);
    let mut questions = questions(&clusters, &doubts, &nodes, book, &weigh);
    let answered: BTreeSet<(Id, Id)> = decisions
        .iter()
        .map(|decision| match decision {
            Decision::Same(a, b) | Decision::Different(a, b) => (*a.min(b), *a.max(b)),
        })
        .collect();
    questions.retain(|question| !answered.contains(&(question.left, question.right)));
    Found { nodes, clusters, links, counts, questions, doubts, compared }
}

/// Collapses equal rows, learns frequencies.
fn prepare(intake: Intake, decided: &BTreeSet<Id>, options: &Options) -> (Nodes, Evidence) {
    let (nodes, mut book) = intake.finish(decided, &options.batches);
    let basis = nodes.learnt_from();
    rarity::learn(&nodes.rows, &nodes.basis, &mut book);
    slips::find(&nodes.rows, &nodes.basis, &mut book);
    let mut model = Model::new(basis.len());
    model.measure(&basis, &book);
    (nodes, Evidence { book, model, latest: packed(options.discovered) })
}

/// Candidate pairs, weighed with what they themselves teach.
fn score(nodes: &Nodes, evidence: &mut Evidence) -> (Vec<Edge>, Compared) {
    let Evidence { book, model, .. } = evidence;
    let Candidates { pairs, kinds } = block::candidates(&nodes.rows, book);
    let ends = |pair: u64| ((pair >> 32) as u32, pair as u32);
    let compared: Vec<(u64, compare::Compared)> = pairs
        .par_chunks(AHEAD)
        .flat_map_iter(|pairs| {
            read_ahead(pairs.iter().map(|pair| ends(*pair).1), &nodes.rows, book);
            pairs.iter().filter_map(|pair| {
                let (a, b) = ends(*pair);
                let compared = compare(&nodes.rows[a as usize], &nodes.rows[b as usize], book, &model.chances);
                (model.weigh(&compared).bits > KEEP).then_some((*pair, compared))
            })
        })
        .collect();
    let in_basis = |pair: u64| nodes.basis[ends(pair).0 as usize] && nodes.basis[ends(pair).1 as usize];
    model.learn(&compared, &in_basis, nodes.basis.iter().filter(|basis| **basis).count());
    let edges: Vec<Edge> = compared
        .par_iter()
        .filter_map(|(pair, compared)| {
            let (a, b) = ends(*pair);
            let weight = model.weigh(compared);
            (weight.bits > REMEMBER).then_some(Edge { a, b, bits: weight.bits, ruled: weight.rule.is_some() })
        })
        .collect();
    let compared = caught(&edges, &pairs, &kinds);
    (edges, compared)
}

/// How many pairs were compared, how many of them agree, and how many more may do so that no key brought together.
fn caught(edges: &[Edge], pairs: &[u64], kinds: &[u8]) -> Compared {
    let (mut agree, mut once, mut twice) = (0, 0, 0);
    let mut kinds = pairs.iter().zip(kinds);
    for edge in edges.iter().filter(|edge| edge.bits > 0.0 && !edge.ruled) {
        let pair = u64::from(edge.a) << 32 | u64::from(edge.b);
        // Both are sorted.
        let by = kinds.find(|(known, _)| **known == pair).map_or(0, |(_, kinds)| kinds.count_ones());
        agree += 1;
        once += u64::from(by == 1);
        twice += u64::from(by == 2);
    }
    Compared { pairs: pairs.len() as u64, agree, missed: block::missed(once, twice) }
}

fn decided(decisions: &[Decision], nodes: &Nodes) -> Decided {
    // Decided records are nodes of their own.
    let node_of = |id: Id| nodes.record(id).map(|record| nodes.node_of[record as usize]);
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

fn people(found: &Found, sorted: &[&Record], options: &Options) -> (Vec<Person>, Vec<PersonRecord>) {
    let nodes = &found.nodes;
    let record = |r: u32| sorted[nodes.source[r as usize] as usize];
    let row = |r: u32| &nodes.rows[nodes.node_of[r as usize] as usize];
    let mut made: Vec<(Person, Vec<u32>)> = found
        .clusters
        .par_iter()
        .map(|cluster| {
            let members = records_of(cluster, nodes);
            let of: Vec<(&Record, &Row)> = members.iter().map(|r| (record(*r), row(*r))).collect();
            (person(person_id(nodes.first(&members).unwrap_or_default()), &of, probability(cluster.weakest), options.discovered), members)
        })
        .collect();
    made.sort_unstable_by_key(|(person, _)| person.person_id);
    guardians(nodes, &record, &mut made);
    let mut person_records: Vec<PersonRecord> = made
        .iter()
        .flat_map(|(person, members)| members.iter().map(|r| PersonRecord { person_id: person.person_id, record_id: nodes.ids[*r as usize] }))
        .collect();
    person_records.sort_unstable_by_key(|row| (row.person_id, row.record_id));
    (made.into_iter().map(|(person, _)| person).collect(), person_records)
}

/// Records of a cluster, rising by id.
fn records_of(cluster: &Cluster, nodes: &Nodes) -> Vec<u32> {
    let mut members: Vec<u32> = cluster.rows.iter().flat_map(|node| nodes.members(*node)).copied().collect();
    members.sort_unstable();
    members
}

/// Guardians of minors, from the guardian records that point at a record of theirs.
fn guardians<'a>(nodes: &Nodes, record: &impl Fn(u32) -> &'a Record, made: &mut [(Person, Vec<u32>)]) {
    let mut holder = vec![u32::MAX; nodes.ids.len()];
    for (number, (_, members)) in made.iter().enumerate() {
        members.iter().for_each(|r| holder[*r as usize] = number as u32);
    }
    // Per person the strongest related person: a guardian before a subscriber; then the smallest record.
    let mut of: BTreeMap<u32, (u8, u32, u32)> = BTreeMap::new();
    for (r, record) in (0..nodes.ids.len()).map(|r| (r, record(r as u32))).filter(|(_, record)| matches!(record.role, Role::Guardian)) {
        let Some(related) = record.related_record_id else { continue };
        let Some(at) = nodes.record(related) else { continue };
        let (child, guardian) = (holder[at as usize], holder[r]);
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
