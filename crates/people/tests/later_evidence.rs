//! What comes later changes nobody whom it does not reach.

use dosimeter_case::Id;
use dosimeter_case::tables::Record;
use dosimeter_people::{Change, Options, Resolution, changes, read_csv, resolve};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Records of invented people: some with two or three, some told by little, some of one name.
fn records(people: usize) -> Vec<Record> {
    let names = include_str!("../data/frequent_names.txt");
    let list = |kind: &str| -> Vec<&str> { names.lines().filter_map(|line| line.strip_prefix(kind)?.split(' ').next()).collect() };
    let (given, family) = (list("F "), list("L "));
    let mut state = 7u64;
    let mut dice = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let mut csv = String::from("record_id,document_id,first,last,dob,mrn,facility,street,city,state,zip,phone");
    for person in 0..people {
        let (first, last) = (given[dice(given.len())], family[dice(family.len())]);
        let dob = format!("{}-{:02}-{:02}", 1930 + dice(80), 1 + dice(12), 1 + dice(28));
        let (mrn, house, phone) = (1_000_000 + dice(8_000_000), 1 + dice(900), 2_000_000_000 + dice(700_000_000));
        for mention in 0..1 + dice(3) {
            let document = format!("d{person}-{mention}");
            csv += &match dice(4) {
                0 => format!("\n{document},{document},{first},{last},{dob},{mrn},F1,{house} Main St,Springfield,OH,45501,"),
                1 => format!("\n{document},{document},{first},{last},{dob},,,,,,,{phone}"),
                2 => format!("\n{document},{document},{first},{last},,{mrn},F1,,,,,{phone}"),
                _ => format!("\n{document},{document},{first},{last},,,,{house} Main St,Springfield,OH,45501,"),
            };
        }
    }
    read_csv(csv.as_bytes(), &[]).unwrap().0
}

fn held(resolution: &Resolution) -> BTreeMap<Id, BTreeSet<Id>> {
    let mut held: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    resolution.person_records.iter().for_each(|row| _ = held.entry(row.person_id).or_default().insert(row.record_id));
    held
}

#[test]
fn nobody_moves_whom_it_does_not_reach() {
    let all = records(1500);
    // Every tenth record comes later.
    let later: BTreeSet<Id> = all.iter().step_by(10).map(|record| record.record_id).collect();
    let batch = |record: &Record| if later.contains(&record.record_id) { 2 } else { 1 };
    let batches: HashMap<Id, u32> = all.iter().map(|record| (record.document_id, batch(record))).collect();
    let options = Options { batches, ..Options::new(jiff::civil::date(2023, 9, 20)) };
    let first: Vec<Record> = all.iter().filter(|record| !later.contains(&record.record_id)).cloned().collect();
    let (before, after) = (resolve(&first, &[], &options), resolve(&all, &[], &options));
    let (was, is) = (held(&before), held(&after));
    let (mut same, mut reached) = (0, 0);
    for (person, records) in &is {
        if records.is_disjoint(&later) {
            // A person that lost a record to somebody of the new records was reached as well.
            let sources: BTreeSet<Id> = was.iter().filter(|(_, old)| !old.is_disjoint(records)).map(|(id, _)| *id).collect();
            let moved = sources.iter().any(|id| was[id].iter().any(|record| !records.contains(record)));
            assert!(was.get(person) == Some(records) || moved, "{person} changed although nothing new reached it");
            same += 1;
        } else {
            reached += 1;
        }
    }
    assert!(same > 1000 && reached > 100, "{same} {reached}");
    // Evidence between old records weighs what it weighed, but for names that new records bear as well.
    let name = |record: &Record| (record.first.clone(), record.last.clone());
    let named: BTreeSet<_> = all.iter().filter(|record| later.contains(&record.record_id)).map(name).collect();
    let touched: BTreeSet<Id> = all.iter().filter(|record| named.contains(&name(record))).map(|record| record.record_id).collect();
    let weights: HashMap<(Id, Id), f64> = before.links.iter().map(|link| ((link.left, link.right), link.weight)).collect();
    let old = after.links.iter().filter(|link| !touched.contains(&link.left) && !touched.contains(&link.right));
    let compared: Vec<bool> = old.filter_map(|link| Some(weights.get(&(link.left, link.right))? == &link.weight)).collect();
    assert!(compared.len() > 500 && compared.iter().all(|same| *same), "{} weights", compared.len());
    // Whom new records joined keeps the id.
    let renamed =
        changes(&before.person_records, &after.person_records).into_iter().filter(|change| matches!(change, Change::Renamed { .. } | Change::Gone(_)));
    assert_eq!(renamed.collect::<Vec<_>>(), []);
}
