//! Compares what the finder finds with a truth file, per document.
//!
//! `cargo run -p dosimeter-phi --example score_mentions -- DOCS.jsonl TRUTH.jsonl [--staff environment.json] [--detail]`
//!
//! DOCS: one JSON object a line, `{path, member, passages:[{locator, layout, columns, first_row, text}]}`.
//! TRUTH: one person in one document a line, `{path, role, counts, elements:{kind:[values]}}`.
//! A person is found when a record of the document that would be notified has the name (family name and initial of the
//! given name), or the MRN, SSN, or member number. Members of containers count to the container's path.

use dosimeter_case::Id;
use dosimeter_case::tables::{Document, ElementKind, Layout, Passage, Record, Role};
use dosimeter_phi::{Finder, Roster, Rules};
use std::collections::{BTreeMap, BTreeSet};

fn letters(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase()
}

fn document(line: &serde_json::Value) -> (Document, Vec<Passage>) {
    let text = |v: &serde_json::Value, k: &str| v[k].as_str().unwrap_or_default().to_string();
    let path = text(line, "path");
    let member = line["member"].as_str().map(str::to_string);
    let document_id = Id::of("document", &[&path, &member]);
    let passages = line["passages"].as_array().cloned().unwrap_or_default();
    let passages: Vec<Passage> = passages
        .iter()
        .enumerate()
        .map(|(i, p)| Passage {
            passage_id: Id::of("passage", &[&document_id, &i]),
            document_id,
            ordinal: i as i64,
            locator: text(p, "locator"),
            layout: Layout::parse(&text(p, "layout")).unwrap_or(Layout::Text),
            columns: p["columns"].as_array().map(|c| c.iter().filter_map(|s| s.as_str()).map(str::to_string).collect()).unwrap_or_default(),
            first_row: p["first_row"].as_i64().unwrap_or(1),
            text: text(p, "text"),
        })
        .collect();
    let row = Document { member, media_type: text(line, "media_type"), ..Document::blank(document_id, &path) };
    (row, passages)
}

struct Truth {
    person: String,
    role: String,
    elements: BTreeMap<String, Vec<String>>,
    counts: bool,
    /// Letters of its names, and its numbers by kind.
    names: Vec<String>,
    numbers: BTreeMap<String, Vec<String>>,
}

/// A record with the letters of its name and the digits of its numbers, made once.
struct Held {
    record: Record,
    last: String,
    first: String,
    numbers: [(&'static str, String); 3],
}

impl Held {
    fn of(record: Record) -> Held {
        let plain = |v: &Option<String>| digits(v.as_deref().unwrap_or_default());
        Held {
            last: letters(record.last.as_deref().unwrap_or_default()),
            first: letters(record.first.as_deref().unwrap_or_default()),
            numbers: [("mrn", plain(&record.mrn)), ("ssn", plain(&record.ssn)), ("insurance_id", plain(&record.member_id))],
            record,
        }
    }
}

/// Names in any form: letters of family name, initial of given name, both orders tried; or one of the numbers.
fn agree(t: &Truth, r: &Held) -> bool {
    let ids = r.numbers.iter().any(|(kind, v)| !v.is_empty() && t.numbers.get(*kind).is_some_and(|l| l.contains(v)));
    ids || !r.last.is_empty() && t.names.iter().any(|n| n.contains(&r.last) && (r.first.is_empty() || n.contains(&r.first)))
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (Some(docs), Some(truth_path)) = (args.first(), args.get(1)) else {
        eprintln!("usage: score_mentions DOCS.jsonl TRUTH.jsonl [--staff environment.json] [--detail]");
        std::process::exit(2);
    };
    let detail = args.iter().any(|a| a == "--detail");
    let mut roster = Roster::default();
    if let Some(path) = args.iter().position(|a| a == "--staff").and_then(|i| args.get(i + 1)) {
        let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap_or_default()).unwrap_or_default();
        let mut names = Vec::new();
        for list in ["staff", "staff_accounts", "accounts"] {
            let items = json[list].as_array().cloned().unwrap_or_default();
            names.extend(items.iter().filter_map(|a| a["name"].as_str().or(a["person"].as_str())).map(str::to_string));
        }
        roster.add_staff(&names);
    }
    let finder = Finder::new(&Rules::default(), &roster).expect("built-in rules");
    let mut truth: BTreeMap<String, Vec<Truth>> = BTreeMap::new();
    for line in std::fs::read_to_string(truth_path).expect("truth").lines() {
        let v: serde_json::Value = serde_json::from_str(line).expect("truth line");
        let elements = v["elements"]
            .as_object()
            .map(|o| {
                o.iter()
                    .map(|(k, l)| (k.clone(), l.as_array().map(|l| l.iter().filter_map(|s| s.as_str()).map(str::to_string).collect()).unwrap_or_default()))
                    .collect()
            })
            .unwrap_or_default();
        let text = |k: &str| v[k].as_str().unwrap_or_default().to_string();
        let elements: BTreeMap<String, Vec<String>> = elements;
        let people = truth.entry(text("path")).or_default();
        // One person of one document in one role is one: the truth has a line for every place.
        match people.iter_mut().find(|t| t.person == text("person_id") && t.role == text("role")) {
            Some(t) => {
                for (kind, values) in elements {
                    t.elements.entry(kind).or_default().extend(values);
                }
            }
            None => people.push(Truth {
                person: text("person_id"),
                role: text("role"),
                elements,
                counts: v["counts"].as_bool().unwrap_or(false),
                names: Vec::new(),
                numbers: BTreeMap::new(),
            }),
        }
    }
    for t in truth.values_mut().flatten() {
        t.names = t.elements.get("name").into_iter().flatten().map(|n| letters(n)).collect();
        t.numbers = t.elements.iter().map(|(k, l)| (k.clone(), l.iter().map(|v| digits(v)).collect())).collect();
    }
    let mut found: BTreeMap<String, Vec<Held>> = BTreeMap::new();
    let (mut bytes, mut time) = (0, std::time::Duration::ZERO);
    for line in std::fs::read_to_string(docs).expect("documents").lines() {
        let v: serde_json::Value = serde_json::from_str(line).expect("document line");
        let (document, passages) = document(&v);
        bytes += passages.iter().map(|p| p.text.len()).sum::<usize>();
        let start = std::time::Instant::now();
        let result = finder.find(&document, &passages);
        time += start.elapsed();
        found.entry(document.path.clone()).or_default().extend(result.records.rows().map(Held::of));
    }
    let (mut tp, mut fne, mut fp, mut wrong_role) = (0, 0, 0, 0);
    let mut kinds: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut folders: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let none = Vec::new();
    for (path, records) in &found {
        let people = truth.get(path).unwrap_or(&none);
        let folder = path.split('/').take(if path.starts_with("Clinic") { 3 } else { 2 }).collect::<Vec<_>>().join("/");
        let notified: Vec<&Held> = records.iter().filter(|r| !matches!(r.record.role, Role::Provider | Role::Staff | Role::Other)).collect();
        let mut used = BTreeSet::new();
        let tally = folders.entry(folder).or_default();
        for t in people.iter().filter(|t| t.counts) {
            let matching: Vec<usize> = (0..notified.len()).filter(|i| agree(t, notified[*i])).collect();
            // Of several records of that name the one with the most equal identifiers.
            let best = matching.iter().copied().max_by_key(|i| {
                let r = &notified[*i].record;
                let eq = |k: &str, v: &Option<String>| {
                    usize::from(v.as_ref().is_some_and(|v| t.elements.get(k).is_some_and(|l| l.iter().any(|x| digits(x) == digits(v)))))
                };
                (eq("mrn", &r.mrn) + eq("ssn", &r.ssn) + eq("phone", &r.phone) + eq("insurance_id", &r.member_id), !used.contains(i), std::cmp::Reverse(*i))
            });
            match best {
                Some(i) => {
                    tp += 1;
                    tally[0] += 1;
                    used.insert(i);
                    // The other records of the person in this document count with it.
                    let got: BTreeSet<&str> = matching
                        .iter()
                        .filter(|j| **j == i || notified[**j].record.name == notified[i].record.name)
                        .flat_map(|j| notified[*j].record.elements.iter())
                        .map(ElementKind::as_str)
                        .collect();
                    for kind in t.elements.keys() {
                        let slot = kinds.entry(kind.clone()).or_default();
                        if got.contains(kind.as_str()) {
                            slot[0] += 1;
                        } else {
                            slot[1] += 1;
                            if detail {
                                println!("MISSED-ELEMENT {path} {kind} {:?}", t.elements.get(kind));
                            }
                        }
                    }
                    for kind in got {
                        if !t.elements.contains_key(kind) {
                            kinds.entry(kind.to_string()).or_default()[2] += 1;
                            if detail && !matches!(kind, "imaging_result" | "case_number") {
                                println!("EXTRA-ELEMENT {path} {kind}");
                            }
                        }
                    }
                }
                None => {
                    fne += 1;
                    tally[1] += 1;
                    if detail {
                        println!("MISSED {path} {:?}", t.elements);
                    }
                }
            }
        }
        for r in &notified {
            if people.iter().any(|t| t.counts && agree(t, r)) {
                continue;
            }
            fp += 1;
            tally[2] += 1;
            let other = people.iter().any(|t| !t.counts && agree(t, r));
            wrong_role += usize::from(other);
            if detail {
                println!(
                    "INVENTED{} {path} {} {} {:?}",
                    if other { " (provider or staff)" } else { "" },
                    r.record.locator,
                    r.record.name.as_deref().unwrap_or("-"),
                    r.record.elements
                );
            }
        }
    }
    let ratio = |a: usize, b: usize| if a + b == 0 { 1.0 } else { a as f64 / (a + b) as f64 };
    println!("folder: found / missed / invented");
    for (folder, [a, b, c]) in &folders {
        if b + c > 0 {
            println!("  {folder}: {a} / {b} / {c}");
        }
    }
    println!("element: recall precision (found / missed / extra)");
    for (kind, [a, b, c]) in &kinds {
        println!("  {kind:16} {:.3} {:.3}  ({a} / {b} / {c})", ratio(*a, *b), ratio(*a, *c));
    }
    println!(
        "persons: recall {:.4} precision {:.4} ({tp} found, {fne} missed, {fp} invented, of these {wrong_role} providers or staff)",
        ratio(tp, fne),
        ratio(tp, fp)
    );
    println!("{:.1} MB in {:.2} s: {:.1} MB/s", bytes as f64 / 1e6, time.as_secs_f64(), bytes as f64 / 1e6 / time.as_secs_f64());
}
