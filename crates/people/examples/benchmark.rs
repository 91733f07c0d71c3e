//! Resolves the public test sets with default settings and prints how well:
//! `cargo run -p dosimeter-people --example benchmark -- SETS [CONVERTED]`
//!
//! `SETS` is the folder `people` of the shared data. Sets that are Parquet there are read from `CONVERTED/<name>.csv` (any tool
//! converts them: `dosimeter query`, DuckDB, pyarrow) and are skipped, plainly, when that is missing.
//! Blocking misses count as errors; *count* is the error in the number of people.

use dosimeter_case::tables::Record;
use dosimeter_people::{Evidence, Options, explain, read_csv, resolve};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let sets = PathBuf::from(args.next().ok_or("usage: benchmark SETS [CONVERTED]")?);
    let converted = PathBuf::from(args.next().unwrap_or_else(|| "converted".into()));
    let only = args.next();
    println!(
        "{:<24} {:>8} {:>8} {:>8}  {:>6} {:>6} {:>6}  {:>7} {:>6}  {:>7}  {:>6} {:>7}",
        "set", "records", "people", "found", "P", "R", "F1", "cluster", "B3", "count%", "s", "peak MB"
    );
    let febrl = |name: &str| sets.join("febrl").join(name);
    let entity = |id: &str| id.split('-').nth(1).unwrap_or(id).to_string();
    for n in 1..=3 {
        let (records, ids) = read(&febrl(&format!("dataset{n}.csv")))?;
        run(&format!("febrl{n}"), &only, records, ids.iter().map(|id| entity(id)).collect());
    }
    let (mut records, mut ids) = read(&febrl("dataset4a.csv"))?;
    let (more, more_ids) = read(&febrl("dataset4b.csv"))?;
    records.extend(more);
    ids.extend(more_ids);
    run("febrl4", &only, records, ids.iter().map(|id| entity(id)).collect());
    let fake = sets.join("splink_datasets/data/fake_1000.csv");
    run("fake_1000", &only, read(&fake)?.0, column(&fake, "cluster")?);
    for name in ["historical_figures_with_errors_50k", "syn50k_s3", "synheavy200k_s42", "syn1m_s1"] {
        let path = converted.join(format!("{name}.csv"));
        if !path.exists() {
            println!("{name:<24} skipped: no {name}.csv among the converted sets");
            continue;
        }
        let truth = converted.join(format!("{name}.truth.csv"));
        let (records, _) = read(&path)?;
        let truth = if truth.exists() { column(&truth, "entity_id")? } else { column(&path, "cluster")? };
        run(name, &only, records, truth);
    }
    Ok(())
}

fn read(path: &Path) -> Outcome<(Vec<Record>, Vec<String>)> {
    Ok(read_csv(File::open(path)?, &[])?)
}

fn column(path: &Path, name: &str) -> Outcome<Vec<String>> {
    let mut reader = csv::Reader::from_path(path)?;
    let at = reader.headers()?.iter().position(|h| h == name).ok_or("no such column")?;
    reader.records().map(|row| Ok(row?.get(at).unwrap_or_default().to_string())).collect()
}

fn run(name: &str, only: &Option<String>, records: Vec<Record>, truth: Vec<String>) {
    if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
        return;
    }
    let start = Instant::now();
    let options = Options { discovered: jiff::civil::date(2026, 1, 1), threads: 0 };
    let resolution = resolve(&records, &[], &options);
    let seconds = start.elapsed().as_secs_f64();
    let person: HashMap<_, _> = resolution.person_records.iter().map(|row| (row.record_id, row.person_id.0)).collect();
    // A record that is nobody's counts as a person of its own here.
    let found: Vec<u64> = records.iter().map(|r| person.get(&r.record_id).copied().unwrap_or(r.record_id.0)).collect();
    let mut numbers: HashMap<&str, u64> = HashMap::new();
    let truth: Vec<u64> = truth
        .iter()
        .map(|t| {
            let next = numbers.len() as u64;
            *numbers.entry(t.as_str()).or_insert(next)
        })
        .collect();
    let score = Score::of(&found, &truth);
    println!(
        "{name:<24} {:>8} {:>8} {:>8}  {:.4} {:.4} {:.4}  {:.4} {:.4}  {:>+7.2}  {seconds:>6.1} {:>7}",
        records.len(),
        score.people,
        score.found,
        score.precision,
        score.recall,
        score.f1,
        score.cluster_f1,
        score.b3,
        100.0 * (score.found as f64 / score.people as f64 - 1.0),
        peak_mb()
    );
    if std::env::var_os("DUMP").is_some() {
        let evidence = dosimeter_people::evidence(&records, &options);
        dump(&records, &found, &truth, &evidence);
    }
}

struct Score {
    people: usize,
    found: usize,
    precision: f64,
    recall: f64,
    f1: f64,
    cluster_f1: f64,
    b3: f64,
}

impl Score {
    fn of(found: &[u64], truth: &[u64]) -> Score {
        let sizes = |labels: &[u64]| {
            let mut sizes: HashMap<u64, f64> = HashMap::new();
            labels.iter().for_each(|label| *sizes.entry(*label).or_default() += 1.0);
            sizes
        };
        let (of_found, of_truth) = (sizes(found), sizes(truth));
        let mut both: HashMap<(u64, u64), f64> = HashMap::new();
        found.iter().zip(truth).for_each(|(f, t)| *both.entry((*f, *t)).or_default() += 1.0);
        let pairs = |n: f64| n * (n - 1.0) / 2.0;
        // Whole numbers: the order of summing does not matter.
        let right: f64 = both.values().map(|n| pairs(*n)).sum();
        let (said, is): (f64, f64) = (of_found.values().map(|n| pairs(*n)).sum(), of_truth.values().map(|n| pairs(*n)).sum());
        let (precision, recall) = (right / said.max(1.0), right / is.max(1.0));
        let f1 = |p: f64, r: f64| if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 };
        let exact = both.iter().filter(|((f, t), n)| of_found[f] == **n && of_truth[t] == **n).count() as f64;
        let total = found.len() as f64;
        let b3_precision: f64 = both.iter().map(|((f, _), n)| n * n / of_found[f]).sum::<f64>() / total;
        let b3_recall: f64 = both.iter().map(|((_, t), n)| n * n / of_truth[t]).sum::<f64>() / total;
        Score {
            people: of_truth.len(),
            found: of_found.len(),
            precision,
            recall,
            f1: f1(precision, recall),
            cluster_f1: f1(exact / of_found.len() as f64, exact / of_truth.len() as f64),
            b3: f1(b3_precision, b3_recall),
        }
    }
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// A sample of wrong joins and missed joins, for study of the method on synthetic sets.
fn dump(records: &[Record], found: &[u64], truth: &[u64], evidence: &Evidence) {
    let show = |r: &Record| {
        [&r.first, &r.middle, &r.last, &r.suffix, &r.dob, &r.ssn, &r.mrn, &r.facility, &r.street, &r.city, &r.zip, &r.phone, &r.email]
            .map(|f| f.clone().unwrap_or_default())
            .join("|")
    };
    for (kind, outer, inner) in [("joined wrongly", found, truth), ("missed", truth, found)] {
        let mut groups: HashMap<u64, Vec<usize>> = HashMap::new();
        outer.iter().enumerate().for_each(|(i, label)| groups.entry(*label).or_default().push(i));
        let mut wrong: Vec<Vec<usize>> = groups.into_values().filter(|g| g.iter().any(|i| inner[*i] != inner[g[0]])).collect();
        wrong.sort();
        println!("--- {kind}: {} groups", wrong.len());
        for group in wrong.iter().step_by((wrong.len() / 25).max(1)).take(25) {
            for i in group.iter().take(8) {
                println!("   {:>6} {}", inner[*i] % 1_000_000, show(&records[*i]));
            }
            // The strongest pair that the two disagree about.
            let mut pairs: Vec<(f64, String)> = Vec::new();
            for (n, a) in group.iter().enumerate().take(40) {
                for b in group[n + 1..].iter().take(40).filter(|b| inner[**b] != inner[*a]) {
                    let parts = explain(&records[*a], &records[*b], evidence);
                    let text = parts.iter().map(|(field, level, bits)| format!("{field}={level} {bits:.1}")).collect::<Vec<_>>().join(", ");
                    pairs.push((parts.iter().map(|p| p.2).sum(), format!("{} <> {}: {text}", show(&records[*a]), show(&records[*b]))));
                }
            }
            pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
            pairs.iter().take(2).for_each(|(bits, text)| println!("      {bits:.1} {text}"));
            println!();
        }
    }
}
