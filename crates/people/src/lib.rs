//! Records in; people, their records and links out: each affected person exactly once.
//!
//! **In**: `records` rows (one person as seen in one place) and human decisions. **Out**: `people`, `person_records`, `links`.
//! Also: any CSV or Parquet table of people ([`Table`], [`resolve_tables`]), the evidence for one pair field by field ([`explain`]), what
//! a person should look at first ([`Resolution::questions`]), counts as intervals ([`Resolution::counts`]), and what became of each
//! person from one run to the next ([`changes()`]).
//!
//! How: standardise (`standard`, `names`, `values`, `dates`, `pool`) → collapse equal rows (`intake`) → names that are slips of others (`slips`)
//! → candidate pairs by many keys (`block`) → levels of agreement (`fields`, `compare`) → bits of evidence (`rarity`, `model`) → average
//! linkage with cannot-link rules (`cluster`) → bare names to the only person of their document (`entity`) → people against people (`merge`)
//! → the best of each field (`person`), what is in doubt (`review`).
//!
//! **Never**: a record in two people; a result that depends on the order of the input, the number of threads or the time;
//! a provider mention merged into a patient because of a name; patient data in an error. A record with neither a name nor an
//! identifier (only an address, a date or a town) is nobody's record and appears in no person; every other one does.
//!
//! A bare name that more than one person could bear, or nobody, stays a person of its own (one per name) with even confidence:
//! it is for a human to decide.

mod arrival;
mod block;
mod changes;
mod cluster;
mod compare;
mod dates;
mod entity;
mod fields;
mod intake;
mod links;
mod merge;
mod model;
mod names;
mod person;
mod pool;
mod prior;
mod rarity;
mod resolve;
mod review;
mod slips;
mod standard;
mod table;
mod text;
mod values;

pub use changes::{Change, changes};
pub use links::explain;
pub use resolve::{Evidence, evidence, resolve, resolve_tables};
pub use table::{Table, read_csv};

use dosimeter_case::Id;
use dosimeter_case::tables::{Link, Person, PersonRecord};
use std::collections::HashMap;

/// The fields that are compared, and the levels of agreement of each, as [`explain`] names them.
pub fn levels() -> Vec<(&'static str, Vec<&'static str>)> {
    fields::NAMES.into_iter().zip(fields::TABLE).map(|(field, levels)| (field, levels.iter().map(|level| level.name).collect())).collect()
}

/// What resolving depends on besides the records.
#[derive(Clone, Debug)]
pub struct Options {
    /// Day on which the breach was discovered: decides who is a minor, and no birth date lies after it.
    pub discovered: jiff::civil::Date,
    /// Threads to use; 0: as many as there are cores. The result is the same.
    pub threads: usize,
    /// Batch of evidence in which each document came, from 1; documents that are not named came last. People get their ids from the
    /// records that came first, and weights are learnt from the first batches (decision 13): what comes later changes
    /// nobody whom it does not reach.
    pub batches: HashMap<Id, u32>,
}

impl Options {
    /// On all cores, all records of one batch.
    pub fn new(discovered: jiff::civil::Date) -> Options {
        Options { discovered, threads: 0, batches: HashMap::new() }
    }
}

/// A human decision about two records, by their ids: a fact that survives re-runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// The two are one person.
    Same(Id, Id),
    /// The two are different people, whatever the evidence says; only a chain of `Same` between them outweighs it.
    Different(Id, Id),
}

/// Who is who in tables of records.
pub struct Matched {
    /// The file's own id of each row (or its number, from 1), in the order of the file.
    pub names: Vec<String>,
    /// Record id of each row.
    pub records: Vec<Id>,
    /// Person of each row; nobody where the row has neither a name nor an identifier.
    pub persons: Vec<Option<Id>>,
    /// How many people.
    pub people: usize,
    /// As [`Resolution::links`].
    pub links: Vec<Link>,
    /// As [`Resolution::counts`].
    pub counts: Vec<Count>,
    /// As [`Resolution::questions`].
    pub questions: Vec<Question>,
    /// What the counts and the questions rest on.
    pub doubts: Vec<Doubt>,
    /// As [`Resolution::compared`].
    pub compared: Compared,
}

/// How far the search for pairs of records reached. Equal records count once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Pairs that a key brought together.
    pub pairs: u64,
    /// Those that are more likely one person than not.
    pub agree: u64,
    /// Estimate of pairs that would agree but share no key: from how many of those that agree have one kind of key in common, and two
    /// (Chao's estimate). Most of them meet all the same, through other records of the person.
    pub missed: f64,
}

/// A join or a refusal with its bits, as `examples/calibrate.rs` studies them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Doubt {
    /// A person.
    pub person: Id,
    /// The larger person that it may be part of; nothing for the weakest join of the person's own records.
    pub other: Option<Id>,
    /// Evidence in bits, not calibrated.
    pub bits: f64,
    /// A rule keeps the two apart.
    pub ruled: bool,
}

/// How many people there are, in total or of one State.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// State of residence, two letters; empty for people without a known one; nothing for the total.
    pub state: Option<String>,
    /// People found.
    pub people: i64,
    /// Fewest there may be.
    pub low: i64,
    /// Expected number: doubtful people and doubtful joins count by their probability.
    pub best: i64,
    /// Most there may be.
    pub high: i64,
}

/// Two people that may be one, or one that may be two, for a person to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// A record of the one.
    pub left: Id,
    /// A record of the other.
    pub right: Id,
    /// Whether they are one as things stand.
    pub joined: bool,
    /// How likely they are one, 0 to 1.
    pub probability: f64,
    /// Records of both.
    pub records: i64,
    /// States of residence of both: the counts that the answer moves.
    pub states: Vec<String>,
    /// Why it is in doubt.
    pub reason: String,
}

/// The people of a case.
#[derive(Clone, PartialEq)]
pub struct Resolution {
    /// One row per individual, by `person_id`.
    pub people: Vec<Person>,
    /// Which records make up which person, by person and record.
    pub person_records: Vec<PersonRecord>,
    /// The comparisons that hold people together, and those that nearly joined two; by record ids.
    pub links: Vec<Link>,
    /// The total first, then each State in the order of the alphabet.
    pub counts: Vec<Count>,
    /// Pairs of people that may be one, the most uncertain first.
    pub questions: Vec<Question>,
    /// How far the search for pairs reached.
    pub compared: Compared,
}
