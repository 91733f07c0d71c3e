//! Writes records of an invented population and their truth:
//! `population light|heavy|register RECORDS SEED RECORDS.csv TRUTH.csv`.

use dosimeter_clinic::population::{Shape, write};
use std::fs::File;
use std::io::BufWriter;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [name, records, seed, csv, truth] = args.as_slice() else {
        return Err("usage: population light|heavy|register RECORDS SEED RECORDS.csv TRUTH.csv".into());
    };
    let shape = Shape::named(name, records.parse()?, seed.parse()?).ok_or("the shapes are light, heavy and register")?;
    write(&shape, BufWriter::new(File::create(csv)?), BufWriter::new(File::create(truth)?))?;
    Ok(())
}
