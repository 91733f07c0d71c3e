//! A public set with truth, found next to the repository; skipped, plainly, where it is missing.

use dosimeter_people::{Options, read_csv, resolve};
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

/// Pairwise precision and recall, and people found, over the FEBRL files named.
fn febrl(names: &[&str]) -> Option<(f64, f64, usize)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/people/febrl"));
    let (mut records, mut ids) = (Vec::new(), Vec::new());
    for name in names {
        let Ok(file) = File::open(folder.join(name)) else {
            eprintln!("skipped: no {name} in the shared data");
            return None;
        };
        let (more, more_ids) = read_csv(file, &[]).unwrap();
        records.extend(more);
        ids.extend(more_ids);
    }
    let resolution = resolve(&records, &[], &Options::new(jiff::civil::date(2026, 1, 1)));
    let person: HashMap<_, _> = resolution.person_records.iter().map(|row| (row.record_id, row.person_id)).collect();
    assert_eq!(person.len(), resolution.person_records.len(), "a record in two people");
    let pairs = |sizes: HashMap<String, u64>| sizes.values().map(|n| n * (n - 1) / 2).sum::<u64>() as f64;
    let count = |label: &dyn Fn(usize) -> String| {
        let mut sizes: HashMap<String, u64> = HashMap::new();
        (0..ids.len()).for_each(|i| *sizes.entry(label(i)).or_default() += 1);
        pairs(sizes)
    };
    let truth = |i: usize| ids[i].split('-').nth(1).unwrap_or_default().to_string();
    let found = |i: usize| person.get(&records[i].record_id).map_or(format!("none {i}"), |p| p.to_string());
    let right = count(&|i| format!("{} {}", truth(i), found(i)));
    Some((right / count(&found), right / count(&truth), resolution.people.len()))
}

#[test]
fn febrl_sets() {
    fn check(names: &[&str], precision: f64, recall: f64) {
        if let Some((p, r, people)) = febrl(names) {
            assert!(p >= precision && r >= recall, "{names:?}: precision {p:.4}, recall {r:.4}, {people} people");
        }
    }
    check(&["dataset3.csv"], 0.999, 0.999);
    check(&["dataset4a.csv", "dataset4b.csv"], 0.9995, 0.998);
}
