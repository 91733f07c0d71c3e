//! A seeded generator of a synthetic clinic with one intruder, and a score of a case against its truth.
//!
//! **In:** a folder, a number of patients, a seed. **Out:** `evidence/` as a responder would be handed it
//! (`environment.json`, `logs/`, `files/`) and `truth/` with the answer: `people.csv` (hard cases named), `mentions.jsonl`,
//! `documents.csv`, `decoys.csv`, `accesses.csv` (everybody's, the intruder's marked), `affected.csv`, `intrusion.json`.
//! The same options give byte-identical files.
//!
//! Everything is invented: people, clinic, record numbers; Social Security numbers are valid in form only; mail domains are
//! `example.*` and `.example`; outside addresses are those reserved for documentation, telephone numbers end in 555-01xx.
//!
//! **Never:** a name from a real register, a connection to anything, the current time.

mod dice;
mod documents;
mod habits;
mod households;
mod intruder;
mod logs;
mod names;
mod numbers;
mod people;
pub mod population;
mod score;
mod staff;
mod truth;

pub use score::{AccessScore, PeopleScore, Score, score};

use dosimeter_case::{Error, Result};
use std::path::{Path, PathBuf};

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Patients; those around them (guardians, subscribers, staff, physicians) come on top.
    pub patients: usize,
    /// Decides everything, the intruder's story among it.
    pub seed: u64,
}
impl Default for Options {
    fn default() -> Options {
        Options { patients: 400, seed: 1 }
    }
}

/// Where it was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// `environment.json`, `logs/` and `files/`.
    pub evidence: PathBuf,
    /// The answer.
    pub truth: PathBuf,
}

/// Writes a clinic below `dir`. Fails when files cannot be written, when `dir` already holds evidence, or when fewer than ten patients are asked for.
pub fn generate(dir: &Path, options: &Options) -> Result<Generated> {
    if !(10..=200_000).contains(&options.patients) {
        return Err(Error::usage("a synthetic clinic has 10 to 200,000 patients"));
    }
    let (evidence, truth) = (dir.join("evidence"), dir.join("truth"));
    for path in [&evidence, &truth] {
        if path.exists() {
            return Err(Error::usage("this folder already exists; a clinic is generated into a new one").at(path));
        }
    }
    let people = households::generate(options.seed, options.patients, staff::PROVIDERS, staff::positions());
    let staff = staff::hire(options.seed, &people);
    let shelf = documents::make(options.seed, &people, &staff);
    for document in &shelf.documents {
        truth::write(&evidence.join("files").join(&document.path), &document.bytes)?;
    }
    truth::write(&evidence.join("environment.json"), format!("{:#}\n", staff::environment(&people, &staff)).as_bytes())?;
    let mut logs = logs::Logs::new(&shelf)?;
    habits::live(&mut logs, &shelf);
    let intrusion = intruder::intrude(&mut logs, &shelf);
    let clock = logs::Logs::new(&shelf)?;
    let accesses = logs.write(&evidence.join("logs"))?;
    let answer = truth::Truth { people: &people, documents: &shelf.documents, decoys: &shelf.decoys, accesses: &accesses, intrusion: &intrusion };
    answer.write(&truth, |time| clock.iso(time))?;
    Ok(Generated { evidence, truth })
}
