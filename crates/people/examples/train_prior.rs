//! Counts how records of one person agree, over sets with known truth (`record_id,entity_id`), and prints `src/prior.rs`:
//! `cargo run -p dosimeter-people --example train_prior -- RECORDS.csv TRUTH.csv [RECORDS.csv TRUTH.csv …] > crates/people/src/prior.rs`.
//!
//! Every set counts as much as any other, and every person of a set as well.

#[path = "sets/mod.rs"]
mod sets;

use dosimeter_case::tables::Record;
use dosimeter_people::{Options, Table, evidence, explain, levels};
use std::collections::BTreeMap;
use std::path::Path;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Pairs as which each set counts.
const PAIRS: f64 = 10_000.0;
/// Records of one person that are compared.
const MOST: usize = 6;

/// Pairs by field and level.
type Counts = Vec<Vec<f64>>;

fn main() -> Outcome<()> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let none = || -> Counts { levels().iter().map(|(_, levels)| vec![0.0; levels.len()]).collect() };
    let mut sum = none();
    for pair in files.chunks_exact(2) {
        let (records, truth) = (Table::open(Path::new(&pair[0]), &[])?.all()?.0, sets::column(Path::new(&pair[1]), "entity_id")?);
        let mut counts = none();
        count(&groups(&truth), &records, &mut counts);
        sum.iter_mut().flatten().zip(counts.iter().flatten()).for_each(|(sum, more)| *sum += more);
        eprintln!("{}: {} records", pair[0], records.len());
    }
    println!("//! How often records of one person agree at each level: pairs per {PAIRS} people of each training set.");
    println!("//! Made by `examples/train_prior.rs` from generated populations; the command stands in `data/README.md`.\n");
    println!("use crate::fields::{{FIELDS, LEVELS}};\n");
    println!("/// By field and level, from level 1.\n#[rustfmt::skip]\npub(crate) const ONE: [[u32; LEVELS]; FIELDS] = [");
    for (counts, (field, _)) in sum.iter().zip(levels()) {
        let mut cells: Vec<String> = counts.iter().map(|count| format!("{count:.0}")).collect();
        cells.resize(12, "0".into());
        println!("    [{}], // {field}", cells.join(", "));
    }
    println!("];");
    Ok(())
}

/// Rows by person, the first few of each.
fn groups(truth: &[String]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, entity) in truth.iter().enumerate() {
        let group = groups.entry(entity).or_default();
        if group.len() < MOST {
            group.push(row);
        }
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// Levels of the pairs of each person, every person with the same weight, scaled to [`PAIRS`].
fn count(groups: &[Vec<usize>], records: &[Record], counts: &mut Counts) {
    let known = levels();
    let plain = evidence(&[], &Options::new(jiff::civil::date(2026, 1, 1)));
    // Some thousand people say enough.
    let sample: Vec<&Vec<usize>> = groups.iter().step_by(groups.len().div_ceil(5000).max(1)).collect();
    for group in &sample {
        let pairs: Vec<(usize, usize)> = group.iter().enumerate().flat_map(|(i, a)| group[i + 1..].iter().map(move |b| (*a, *b))).collect();
        for (a, b) in &pairs {
            for (field, level, _) in explain(&records[*a], &records[*b], &plain) {
                let Some(number) = known.iter().position(|(name, _)| *name == field) else { continue };
                if let Some(at) = known[number].1.iter().position(|name| *name == level) {
                    counts[number][at] += 1.0 / pairs.len() as f64;
                }
            }
        }
    }
    counts.iter_mut().flatten().for_each(|count| *count *= PAIRS / sample.len().max(1) as f64);
}
