//! Records of a large invented population: the same people met again and again in registers, claims, scans, letters and mails,
//! with the slips that writing, typing, scanning and moving house make. For measuring and training `resolve` at any size.
//!
//! Everything follows from the seed. A record is made from its household and its number alone, so that ten million of them need
//! no more memory than a list of where each comes from.

mod household;
mod slips;
mod writing;

use crate::dice::Dice;
use household::household;
use std::io::Write;
pub use writing::{HEADER, KINDS};

/// What a population is like.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Records to make.
    pub records: usize,
    /// Mean number of records per person, at least 1.
    pub mentions: f64,
    /// How many slips, against what is usual (1).
    pub slips: f64,
    /// How often each kind of document is met; see [`KINDS`].
    pub kinds: [u32; KINDS],
    /// Decides everything.
    pub seed: u64,
}

impl Shape {
    /// Ready-made shapes: `light` (few repeated), `heavy` (about four records a person), `register` (one table with every field, few repeated, many slips).
    pub fn named(name: &str, records: usize, seed: u64) -> Option<Shape> {
        let shape = |mentions, slips, kinds| Shape { records, mentions, slips, kinds, seed };
        match name {
            "light" => Some(shape(1.35, 1.0, [22, 20, 10, 12, 12, 8, 8, 8])),
            "heavy" => Some(shape(4.0, 1.0, [12, 16, 14, 14, 14, 12, 8, 10])),
            "register" => Some(shape(1.6, 2.5, [1, 0, 0, 0, 0, 0, 0, 0])),
            _ => None,
        }
    }
}

/// One record, in the order of [`HEADER`] without the id.
pub type Fields = Vec<String>;

/// Where a record comes from.
#[derive(Clone, Copy)]
struct Origin {
    household: u32,
    member: u16,
    mention: u16,
}

/// Records of a population in chance order, each with the number of its person.
pub fn records(shape: &Shape) -> impl Iterator<Item = (Fields, u64)> {
    let mut origins: Vec<Origin> = Vec::with_capacity(shape.records);
    let mut dice = Dice::new(shape.seed, "population");
    let more = 1.0 - 1.0 / shape.mentions.max(1.0);
    let mut number = 0u32;
    while origins.len() < shape.records {
        for member in 0..household(shape.seed, number).len() as u16 {
            let mut mention = 0;
            loop {
                origins.push(Origin { household: number, member, mention });
                mention += 1;
                if mention >= 200 || !dice.chance(more) {
                    break;
                }
            }
        }
        number += 1;
    }
    origins.truncate(shape.records);
    dice.shuffle(&mut origins);
    let shape = shape.clone();
    let total: u32 = shape.kinds.iter().sum();
    origins.into_iter().map(move |origin| {
        let people = household(shape.seed, origin.household);
        let mut dice = Dice::new(shape.seed, &format!("record {} {} {}", origin.household, origin.member, origin.mention));
        let mut draw = dice.below(total as usize) as u32;
        let kind = shape.kinds.iter().position(|weight| {
            let here = draw < *weight;
            draw = draw.saturating_sub(*weight);
            here
        });
        let fields = writing::write(&people, usize::from(origin.member), kind.unwrap_or(0), shape.slips, &mut dice);
        (fields, u64::from(origin.household) << 8 | u64::from(origin.member))
    })
}

/// Writes a population as CSV, and `record_id,entity_id` to `truth`.
pub fn write(shape: &Shape, records_csv: impl Write, truth_csv: impl Write) -> csv::Result<()> {
    let (mut out, mut truth) = (csv::Writer::from_writer(records_csv), csv::Writer::from_writer(truth_csv));
    out.write_record(HEADER)?;
    truth.write_record(["record_id", "entity_id"])?;
    for (number, (fields, person)) in records(shape).enumerate() {
        let id = format!("r{number}");
        out.write_record(std::iter::once(&id).chain(&fields))?;
        truth.write_record([id, person.to_string()])?;
    }
    out.flush()?;
    truth.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_records() {
        let make = |seed| {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            write(&Shape::named("heavy", 500, seed).unwrap(), &mut a, &mut b).unwrap();
            (String::from_utf8(a).unwrap(), String::from_utf8(b).unwrap())
        };
        assert_eq!(make(1), make(1));
        assert_ne!(make(1).0, make(2).0);
        let (records, truth) = make(3);
        assert_eq!((records.lines().count(), truth.lines().count()), (501, 501));
        let people: std::collections::BTreeSet<&str> = truth.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
        assert!((80..220).contains(&people.len()), "{}", people.len());
    }
}
