//! Writes a clinic, or scores exports against one:
//! `generate DIR [PATIENTS] [SEED]`, `generate score TRUTH PEOPLE.csv ACCESSES.csv`.

use dosimeter_clinic::{Options, generate, score};
use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["score", truth, people, accesses] => score(Path::new(truth), Path::new(people), Path::new(accesses)).map(|s| s.to_string()),
        [dir, rest @ ..] => {
            let number = |i: usize, default: u64| rest.get(i).and_then(|n| n.parse().ok()).unwrap_or(default);
            let options = Options { patients: number(0, 400) as usize, seed: number(1, 1) };
            generate(Path::new(dir), &options).map(|made| format!("{}\n{}", made.evidence.display(), made.truth.display()))
        }
        [] => Ok("usage: generate DIR [PATIENTS] [SEED] | generate score TRUTH PEOPLE.csv ACCESSES.csv".into()),
    };
    match result {
        Ok(text) => println!("{text}"),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}
