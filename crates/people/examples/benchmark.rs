//! Resolves the public test sets with default settings and prints how well:
//! `cargo run --release -p dosimeter-people --example benchmark -- SETS [CONVERTED] [--only NAME]`; any other set with its truth
//! (`record_id,entity_id`) by `--file RECORDS.csv TRUTH.csv`. `--assign FILE` writes who was found and who it is, by row.
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
    let (mut places, mut only, mut plain, mut assign, mut file) = (Vec::new(), None, false, None, None);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--only" => only = args.next(),
            "--plain" => plain = true,
            "--assign" => assign = args.next(),
            "--file" => file = args.next().zip(args.next()),
            _ => places.push(PathBuf::from(arg)),
        }
    }
    if !plain {
        println!("{}", HEAD);
    }
    let run = |name: &str, read: &dyn Fn() -> Outcome<(Vec<Record>, Vec<String>)>| -> Outcome<()> {
        if only.as_ref().is_none_or(|only| name.contains(only.as_str())) {
            let (records, truth) = read()?;
            run(name, &records, &truth, assign.as_deref())?;
        }
        Ok(())
    };
    if let Some((records, truth)) = file {
        return run(&records.clone(), &|| Ok((read(Path::new(&records))?.0, column(Path::new(&truth), "entity_id")?)));
    }
    let sets = places.first().ok_or("usage: benchmark SETS [CONVERTED] [--only NAME] | benchmark --file RECORDS.csv TRUTH.csv")?.clone();
    let converted = places.get(1).cloned().unwrap_or_else(|| "converted".into());
    let febrl = |names: &'static [&'static str]| {
        let folder = sets.join("febrl");
        move || -> Outcome<(Vec<Record>, Vec<String>)> {
            let (mut records, mut truth) = (Vec::new(), Vec::new());
            for name in names {
                let (more, ids) = read(&folder.join(name))?;
                records.extend(more);
                truth.extend(ids.iter().map(|id| id.split('-').nth(1).unwrap_or(id).to_string()));
            }
            Ok((records, truth))
        }
    };
    run("febrl1", &febrl(&["dataset1.csv"]))?;
    run("febrl2", &febrl(&["dataset2.csv"]))?;
    run("febrl3", &febrl(&["dataset3.csv"]))?;
    run("febrl4", &febrl(&["dataset4a.csv", "dataset4b.csv"]))?;
    let fake = sets.join("splink_datasets/data/fake_1000.csv");
    run("fake_1000", &|| Ok((read(&fake)?.0, column(&fake, "cluster")?)))?;
    for (name, file) in [("historical_50k", "historical_figures_with_errors_50k"), ("syn50k_s3", "syn50k_s3"), ("synheavy200k_s42", "synheavy200k_s42")] {
        let path = converted.join(format!("{file}.csv"));
        let truth = converted.join(format!("{file}.truth.csv"));
        if !path.exists() {
            println!("{name:<18} skipped: no {file}.csv among the converted sets");
            continue;
        }
        run(name, &|| Ok((read(&path)?.0, if truth.exists() { column(&truth, "entity_id")? } else { column(&path, "cluster")? })))?;
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

const HEAD: &str = "set               tool                         P       R      F1  cluster      B3  count %  wall s   CPU s  peak MB";

fn run(name: &str, records: &[Record], truth: &[String], assign: Option<&str>) -> Outcome<()> {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let options = Options { discovered: jiff::civil::date(2026, 1, 1), threads: 0 };
    let resolution = resolve(records, &[], &options);
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
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
    let name = Path::new(name).file_stem().map_or(name.into(), |stem| stem.to_string_lossy());
    println!(
        "{name:<18}{:<22}{:>8.4}{:>8.4}{:>8.4}{:>9.4}{:>8.4}{:>+9.2}{seconds:>8.1}{cpu:>8.1}{:>9}",
        "Dosimeter",
        score.precision,
        score.recall,
        score.f1,
        score.cluster_f1,
        score.b3,
        100.0 * (score.found as f64 / score.people as f64 - 1.0),
        peak_mb()
    );
    if let Some(path) = assign {
        let mut out = csv::Writer::from_path(path)?;
        out.write_record(["row", "found", "truth"])?;
        for (i, (f, t)) in found.iter().zip(&truth).enumerate() {
            out.write_record([i.to_string(), f.to_string(), t.to_string()])?;
        }
    }
    if std::env::var_os("DUMP").is_some() {
        dump(records, &found, &truth, &dosimeter_people::evidence(records, &options));
    }
    Ok(())
}

/// Processor time of this process, all threads.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15, in hundredths of a second; the name in field 2 may hold spaces.
    let ticks = |n: usize| stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(n)?.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
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
