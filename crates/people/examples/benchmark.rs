//! Resolves the public test sets with default settings and prints how well:
//! `cargo run --release -p dosimeter-people --example benchmark -- SETS [--only NAME] [--plain]`, where `SETS` is the folder
//! `people` of the shared data; any other set with its truth (`record_id,entity_id` in the same order) by
//! `--file RECORDS TRUTH`. `--assign FILE` writes who was found and who it is, by row. `--plain` leaves the header out.
//!
//! Pairwise P, R and F1 count every pair of records of one person, blocking misses among them; *cluster* is the F1 of people found
//! exactly; *count* is the error in the number of people. Time and memory are those from file to people.

#[path = "sets/mod.rs"]
mod sets;

use dosimeter_case::tables::Record;
use dosimeter_people::{Evidence, Options, Table, explain, resolve_tables};
use sets::column;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let (mut sets, mut only, mut plain, mut assign, mut file) = (None, None, false, None, None);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--only" => only = args.next(),
            "--plain" => plain = true,
            "--assign" => assign = args.next(),
            "--file" => file = args.next().zip(args.next()),
            _ => sets = Some(PathBuf::from(arg)),
        }
    }
    if !plain {
        println!("{HEAD}");
    }
    let run = |name: &str, files: &[PathBuf], truth: &dyn Fn() -> Outcome<Vec<String>>| match &only {
        Some(only) if !name.contains(only.as_str()) => Ok(()),
        _ if files.iter().any(|file| !file.exists()) => {
            println!("{name:<18}skipped: not among the shared data");
            Ok(())
        }
        _ => run(name, files, &truth()?, assign.as_deref()),
    };
    if let Some((records, truth)) = file {
        return run(&records, &[PathBuf::from(&records)], &|| column(Path::new(&truth), "entity_id"));
    }
    let sets = sets.ok_or("usage: benchmark SETS [--only NAME] [--plain] [--assign FILE] | benchmark --file RECORDS TRUTH")?;
    for (name, files) in
        [("febrl1", &["dataset1.csv"][..]), ("febrl2", &["dataset2.csv"]), ("febrl3", &["dataset3.csv"]), ("febrl4", &["dataset4a.csv", "dataset4b.csv"])]
    {
        let files: Vec<PathBuf> = files.iter().map(|file| sets.join("febrl").join(file)).collect();
        // `rec-1496-dup-2` is person 1496.
        let person = |id: String| id.split('-').nth(1).unwrap_or_default().to_string();
        run(name, &files, &|| Ok(files.iter().map(|file| column(file, "rec_id")).collect::<Outcome<Vec<_>>>()?.into_iter().flatten().map(person).collect()))?;
    }
    for (name, file) in [("fake_1000", "fake_1000.csv"), ("historical_50k", "historical_figures_with_errors_50k.parquet")] {
        let file = sets.join("splink_datasets/data").join(file);
        run(name, std::slice::from_ref(&file), &|| column(&file, "cluster"))?;
    }
    for name in ["syn50k_s3", "synheavy200k_s42"] {
        let truth = sets.join(format!("{name}.truth.parquet"));
        run(name, &[sets.join(format!("{name}.parquet"))], &|| column(&truth, "entity_id"))?;
    }
    Ok(())
}

const HEAD: &str = "set               tool                         P       R      F1  cluster      B3  count %  wall s   CPU s  peak MB";

fn run(name: &str, files: &[PathBuf], truth: &[String], assign: Option<&str>) -> Outcome<()> {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let options = Options::new(jiff::civil::date(2026, 1, 1));
    let tables = files.iter().map(|file| Table::open(file, &[])).collect::<dosimeter_case::Result<Vec<_>>>()?;
    let matched = resolve_tables(tables, &[], &options)?;
    let (seconds, cpu, peak) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu, peak_mb());
    // A record that is nobody's counts as a person of its own here.
    let found: Vec<u64> = matched.persons.iter().zip(&matched.records).map(|(person, record)| person.unwrap_or(*record).0).collect();
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
        peak
    );
    if let Some(count) = matched.counts.first() {
        let (share, is) = (|n: i64| 100.0 * (n as f64 / score.people as f64 - 1.0), score.people);
        println!(
            "{:<18}{:<22}{is} people; expected {} ({:+.2} %), interval {} to {}; {} questions; B3 P {:.4} R {:.4}",
            "",
            "",
            count.best,
            share(count.best),
            count.low,
            count.high,
            matched.questions.len(),
            score.b3_precision,
            score.b3_recall
        );
    }
    let compared = matched.compared;
    println!("{:<18}{:<22}{} pairs compared, {} agree; estimate of pairs missed {:.0}", "", "", compared.pairs, compared.agree, compared.missed);
    if let Some(path) = assign {
        let mut out = csv::Writer::from_path(path)?;
        out.write_record(["row", "found", "truth"])?;
        for (i, (f, t)) in found.iter().zip(&truth).enumerate() {
            out.write_record([i.to_string(), f.to_string(), t.to_string()])?;
        }
    }
    if std::env::var_os("DUMP").is_some() {
        let mut records = Vec::new();
        for file in files {
            records.extend(Table::open(file, &[])?.all()?.0);
        }
        dump(&records, &found, &truth, &dosimeter_people::evidence(&records, &options));
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
    b3_precision: f64,
    b3_recall: f64,
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
            b3_precision,
            b3_recall,
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
