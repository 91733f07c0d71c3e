//! Compares the bits of joins and refusals with what is true, over sets with known truth:
//! `cargo run -p dosimeter-people --example calibrate -- RECORDS.csv TRUTH.csv [RECORDS.csv TRUTH.csv …] [--bins]`.
//!
//! A person is *split off* when most of its records are of somebody who has a larger person elsewhere. A person is *hidden* when it has
//! most records of no found person; it counts for the person that holds most of its records. The count of people found is too large
//! by the first and too small by the second. Prints, for each of the two, the line `a * bits + b` (bits of the odds) that fits best
//! (logistic regression), over all sets together and for each set alone: the constants of `review.rs`, and how far they may be off.

#[path = "sets/mod.rs"]
mod sets;

use dosimeter_people::{Matched, Options, Table, resolve_tables};
use std::collections::HashMap;
use std::path::Path;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Bits of one person and how many people it hides, or whether it is split off.
type Case = (f64, f64);

fn main() -> Outcome<()> {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let bins = flags.iter().any(|flag| flag == "--bins");
    let (mut joins, mut refusals) = (Vec::new(), Vec::new());
    for pair in files.chunks_exact(2) {
        let options = Options::new(jiff::civil::date(2026, 1, 1));
        let matched = resolve_tables(vec![Table::open(Path::new(&pair[0]), &[])?], &[], &options)?;
        let truth = sets::column(Path::new(&pair[1]), "entity_id")?;
        let (joined, refused, others) = cases(&matched, &truth);
        println!("{}: {} people", pair[0], matched.people);
        report("  joins", &joined, bins);
        report("  refusals", &refused, bins);
        let split: f64 = others.iter().sum();
        println!("  without doubt: {:.5} of {} split off", split / others.len().max(1) as f64, others.len());
        joins.extend(joined);
        refusals.extend(refused);
    }
    report("all joins", &joins, bins);
    report("all refusals", &refusals, bins);
    Ok(())
}

/// Joined people, people in doubt, and whether each of the others is split off.
fn cases(matched: &Matched, truth: &[String]) -> (Vec<Case>, Vec<Case>, Vec<f64>) {
    // Records by person found and true one.
    let mut both: HashMap<(u64, &str), usize> = HashMap::new();
    for (person, truth) in matched.persons.iter().zip(truth) {
        if let Some(person) = person {
            *both.entry((person.0, truth.as_str())).or_default() += 1;
        }
    }
    let mut main: HashMap<u64, (usize, &str)> = HashMap::new();
    let mut home: HashMap<&str, (usize, u64)> = HashMap::new();
    for ((person, truth), n) in &both {
        let own = main.entry(*person).or_insert((*n, truth));
        *own = (*own).max((*n, truth));
        let place = home.entry(truth).or_insert((*n, *person));
        *place = (*place).max((*n, *person));
    }
    // Of several people who are mainly one, the largest is it.
    let mut owner: HashMap<&str, (usize, u64)> = HashMap::new();
    for (person, (n, truth)) in &main {
        let of = owner.entry(truth).or_insert((*n, *person));
        *of = (*of).max((*n, *person));
    }
    let mut hidden: HashMap<u64, f64> = HashMap::new();
    for (truth, (_, person)) in &home {
        if !owner.contains_key(truth) {
            *hidden.entry(*person).or_default() += 1.0;
        }
    }
    let mut odds: HashMap<u64, f64> = HashMap::new();
    let mut joins = Vec::new();
    for doubt in matched.doubts.iter().filter(|doubt| !doubt.ruled) {
        match doubt.other {
            None => joins.push((doubt.bits, hidden.get(&doubt.person.0).copied().unwrap_or(0.0))),
            Some(_) => *odds.entry(doubt.person.0).or_default() += doubt.bits.exp2(),
        }
    }
    let (mut refusals, mut others) = (Vec::new(), Vec::new());
    let mut people: Vec<(&u64, &(usize, &str))> = main.iter().collect();
    people.sort_unstable();
    for (person, (_, truth)) in people {
        let split = if owner[truth].1 == *person { 0.0 } else { 1.0 };
        match odds.get(person) {
            Some(odds) => refusals.push((odds.log2(), split)),
            None => others.push(split),
        }
    }
    (joins, refusals, others)
}

fn report(what: &str, cases: &[Case], bins: bool) {
    let (a, b) = fit(cases);
    let is: f64 = cases.iter().map(|case| case.1).sum();
    let said: f64 = cases.iter().map(|case| 1.0 / (1.0 + (-(a * clamp(case.0) + b)).exp2())).sum();
    println!("{what}: {} people, {is} true, fit {said:.0}: {a:.3} * bits {b:+.2}", cases.len());
    if bins {
        let mut by: HashMap<i64, (usize, f64)> = HashMap::new();
        for case in cases {
            let bin = by.entry(clamp(case.0).floor() as i64).or_default();
            *bin = (bin.0 + 1, bin.1 + case.1);
        }
        let mut by: Vec<_> = by.into_iter().collect();
        by.sort_unstable_by_key(|(bin, _)| *bin);
        for (bin, (n, sum)) in by {
            let middle = bin as f64 + 0.5;
            println!("    {bin:>4} {n:>7} {:.4} (fit {:.4})", sum / n as f64, 1.0 / (1.0 + (-(a * middle + b)).exp2()));
        }
    }
}

fn clamp(bits: f64) -> f64 {
    bits.clamp(-20.0, 20.0)
}

/// Logistic regression by Newton's method; slope and intercept in bits.
fn fit(cases: &[Case]) -> (f64, f64) {
    let (mut a, mut b) = (0.0, 0.0);
    for _ in 0..50 {
        // A weak pull towards flat keeps sets without errors finite.
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (-0.1 * a, -0.1 * b, 0.1, 0.0, 0.1);
        for (bits, label) in cases {
            let x = clamp(*bits);
            let p = 1.0 / (1.0 + (-(a * x + b)).exp2());
            let (error, weight) = (label.min(1.0) - p, p * (1.0 - p));
            ga += error * x;
            gb += error;
            haa += weight * x * x;
            hab += weight * x;
            hbb += weight;
        }
        let det = haa * hbb - hab * hab;
        if det <= 0.0 {
            break;
        }
        let (da, db) = ((hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det);
        let step = std::f64::consts::LOG2_E;
        (a, b) = (a + (da * step).clamp(-1.0, 1.0), b + (db * step).clamp(-2.0, 2.0));
    }
    (a, b)
}
