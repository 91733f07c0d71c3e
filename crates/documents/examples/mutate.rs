//! Damages files and reads them through the pool: `mutate WORKER FOLDER [--count N] [--seed N] [--seconds N] [--jobs N]`.
//!
//! WORKER is the program `extract_worker`. Every file below FOLDER (at most 1 MiB of it) is cut off, has bits flipped, parts swapped,
//! repeated, removed, overwritten or replaced by parts of its neighbours, N times in all. Every damaged file must come back as exactly one
//! document. Prints what became of them by kind of file; fails when one is missing.

use dosimeter_case::tables::DocumentStatus;
use dosimeter_case::{Error, Result};
use dosimeter_documents::{Budget, Delivery, Job, Pool};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Largest part of a file that is used: many small files find more than a few large ones.
const MOST: usize = 1 << 20;
/// Files on the disk at a time.
const BATCH: usize = 1000;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut count, mut seed, mut jobs, mut budget) = (100_000_usize, 1_u64, 2, Budget { seconds: 10, memory_bytes: 1 << 30, ..Budget::default() });
    let mut paths = Vec::new();
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|word| word.parse::<u64>().ok()).ok_or_else(|| Error::usage("a number is missing"));
        match argument.as_str() {
            "--count" => count = number()? as usize,
            "--seed" => seed = number()?,
            "--seconds" => budget.seconds = number()?,
            "--jobs" => jobs = number()? as usize,
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    let [worker, folder] = paths.as_slice() else { return Err(Error::usage("mutate WORKER FOLDER")) };
    let mut files = Vec::new();
    below(folder, &mut files)?;
    files.sort();
    let work = tempfile::tempdir().map_err(|cause| Error::io("temporary folder", cause))?;
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let begun = Instant::now();
    let mut outcomes: BTreeMap<String, BTreeMap<DocumentStatus, usize>> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let (mut done, mut objects, mut bytes) = (0, 0, 0);
    while done < count {
        let mut list = Vec::new();
        for at in done..count.min(done + BATCH) {
            let (Some(source), Some(other)) = (files.get(at % files.len()), files.get(chance.random_range(0..files.len()))) else { break };
            let damaged = damage(load(source)?, &load(other)?, &mut chance);
            bytes += damaged.len();
            let file = work.path().join(at.to_string());
            std::fs::write(&file, damaged).map_err(|cause| Error::io(&file, cause))?;
            list.push((source, Job { path: format!("{at}.{}", source.extension().unwrap_or_default().to_string_lossy()), file, sha256: None }));
        }
        let jobs_list: Vec<Job> = list.iter().map(|(_, job)| job.clone()).collect();
        let mut found: BTreeMap<String, Vec<DocumentStatus>> = BTreeMap::new();
        Pool::new(worker, jobs, budget.clone(), &[]).run(&jobs_list, None, &mut |delivery| {
            if let Delivery::Part(part) = delivery
                && !part.more
            {
                objects += 1;
                let document = part.document;
                if document.reason.as_ref().is_some_and(|reason| reason.contains("crashed") || reason.contains("took ") || reason.contains("the reader failed"))
                {
                    *reasons.entry(format!("{} {}", document.media_type, document.reason.unwrap_or_default())).or_default() += 1;
                }
                if document.member.is_none() {
                    found.entry(document.path).or_default().push(document.status);
                }
            }
            Ok(())
        })?;
        for (source, job) in &list {
            match found.get(&job.path).map(Vec::as_slice) {
                Some([status]) => {
                    let kind = source.extension().map_or_else(|| "(none)".into(), |extension| extension.to_string_lossy().to_lowercase());
                    *outcomes.entry(kind).or_default().entry(*status).or_default() += 1;
                }
                other => return Err(Error::case(format!("{} gave {} documents, damaged from {}", job.path, other.map_or(0, <[_]>::len), source.display()))),
            }
            let _ = std::fs::remove_file(&job.file);
        }
        done += list.len();
        eprintln!("{done} of {count} after {:.0} s", begun.elapsed().as_secs_f64());
    }
    println!("| kind | files | {} |", DocumentStatus::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(" | "));
    println!("|---|---|{}", "---|".repeat(DocumentStatus::ALL.len()));
    for (kind, row) in &outcomes {
        let cells: Vec<String> = DocumentStatus::ALL.iter().map(|status| row.get(status).copied().unwrap_or(0).to_string()).collect();
        println!("| {kind} | {} | {} |", row.values().sum::<usize>(), cells.join(" | "));
    }
    println!("\n{done} damaged files, {objects} objects, {} MB, {:.0} s; every file accounted for", bytes / 1_000_000, begun.elapsed().as_secs_f64());
    for (reason, n) in reasons {
        println!("{n} × {reason}");
    }
    Ok(())
}

fn load(file: &Path) -> Result<Vec<u8>> {
    let mut content = std::fs::read(file).map_err(|cause| Error::io(file, cause))?;
    content.truncate(MOST);
    Ok(content)
}

/// One to three kinds of damage.
fn damage(mut content: Vec<u8>, other: &[u8], chance: &mut ChaCha8Rng) -> Vec<u8> {
    for _ in 0..chance.random_range(1..4) {
        if content.len() < 16 {
            content.extend(other.iter().take(64));
        }
        let length = content.len();
        let (from, at) = (chance.random_range(0..length), chance.random_range(0..length));
        let part = chance.random_range(1..=(length - from.max(at)).min(4096));
        let (near, far) = (from.min(at), from.max(at));
        match chance.random_range(0..9) {
            0 => content.truncate(from),
            1 => {
                for _ in 0..chance.random_range(1..64) {
                    let place = chance.random_range(0..length);
                    content[place] ^= 1 << chance.random_range(0..8);
                }
            }
            2 if far - near >= part => {
                let (left, right) = content.split_at_mut(far);
                left[near..near + part].swap_with_slice(&mut right[..part]);
            }
            3 => {
                let copy = content[from..from + part].to_vec();
                content.splice(at..at, copy);
            }
            4 => drop(content.drain(from..from + part)),
            5 => content[from..from + part].fill(*[0, 0xff, b'0', b'<'].get(chance.random_range(0..4)).unwrap_or(&0)),
            // Lengths and counts that lie.
            6 => {
                for _ in 0..chance.random_range(1..8) {
                    let place = chance.random_range(0..length - 4);
                    let lie: [u8; 4] = [[0xff; 4], [0xff, 0xff, 0xff, 0x7f], [0; 4], [0, 0, 0, 0x80]][chance.random_range(0..4)];
                    content[place..place + 4].copy_from_slice(&lie);
                }
            }
            7 if other.len() > part => {
                let begin = chance.random_range(0..other.len() - part);
                content[from..from + part].copy_from_slice(&other[begin..begin + part]);
            }
            _ => {
                let byte = chance.random();
                content[from] = byte;
            }
        }
    }
    content
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|cause| Error::io(folder, cause))? {
        let path = entry.map_err(|cause| Error::io(folder, cause))?.path();
        if path.is_dir() { below(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
