//! Measures what `find` finds in running text against labelled corpora.
//!
//! `cargo run -p dosimeter-phi --example score_text -- ../shared/data/phi [check|unseen|pype|presidio|tab144|negatives|general|FILE.jsonl]... [--detail]`
//!
//! `--dump FILE` writes the texts as JSON lines `{corpus, text, body}` and stops; `--peer FILE` measures another program's spans of
//! these texts (`{corpus, text, start, end, kind}`, characters) instead of this one's: see `scripts/measure/presidio.py`. `--bias B` moves the
//! operating point ([`Finder::leaning`]).
//!
//! A label is found when spans of its kind cover at least half of it and the first of them at most twice its length
//! (corpora cut addresses and dates differently); `exact` counts equal spans only. Characters count whatever the kind.
//! Labels that are no personal data under 45 CFR 164.514(b)(2) are left out on both sides: ages under 90, times of day,
//! years alone, titles, nationalities.

#[path = "corpora/mod.rs"]
mod corpora;

use corpora::{Label, Text};
use dosimeter_case::Id;
use dosimeter_case::tables::{Document, ElementKind as K, Layout, Passage};
use dosimeter_phi::{Finder, Roster, Rules};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

fn kind(k: K) -> Option<&'static str> {
    Some(match k {
        K::Name => "PER",
        K::Address => "LOC",
        K::Employer | K::Provider | K::Service => "ORG",
        K::Dob | K::ServiceDate => "DATE",
        K::Phone => "PHONE",
        K::Email => "EMAIL",
        K::Ssn => "SSN",
        K::CardNumber => "CARD",
        K::BankAccount => "IBAN",
        K::IpAddress => "IP",
        K::Url => "URL",
        K::Mrn
        | K::CaseNumber
        | K::InsuranceId
        | K::Mbi
        | K::MedicaidId
        | K::DriversLicense
        | K::Passport
        | K::AccountNumber
        | K::DeviceId
        | K::VehicleId
        | K::Certificate
        | K::Credentials => "ID",
        K::Other => "ID",
        _ => return None,
    })
}

/// Processor time of this thread: other programs on the machine do not count. Linux tells it; elsewhere it is zero.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

/// Whether a label is personal data by the rule named above.
fn counts(text: &str, l: &Label) -> bool {
    let written = &text[l.range.clone()];
    let digits = written.chars().filter(char::is_ascii_digit).count();
    let letters = written.chars().filter(|c| c.is_alphabetic()).count();
    match l.kind.as_str() {
        "DATE" => {
            !(written.contains(':') && digits <= 6 && !written.contains('/')
                || digits == 4 && letters == 0 && !written.contains('/')
                || digits == 8 && written.len() == 9
                || digits == 0)
        }
        "AGE" | "TITLE" | "NRP" | "PREFIX" | "MISC" | "DEM" | "QUANTITY" | "NATIONALITY" => false,
        "PER" | "LOC" | "ORG" | "PHONE" | "EMAIL" | "SSN" | "CARD" | "IBAN" | "IP" | "URL" | "ID" => true,
        _ => false,
    }
}

#[derive(Default)]
struct Tally {
    hit: usize,
    exact: usize,
    missed: usize,
    extra: usize,
    found: usize,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let detail = args.iter().any(|a| a == "--detail");
    let option = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let (dump, peer, bias) = (option("--dump"), option("--peer"), option("--bias"));
    let mut plain = args.iter().filter(|a| !a.starts_with("--") && ![&dump, &peer, &bias].contains(&&Some((*a).clone())));
    let Some(dir) = plain.next().map(Path::new) else {
        eprintln!("usage: score_text SHARED/data/phi [CORPUS]... [--detail] [--dump FILE] [--peer FILE]");
        std::process::exit(2);
    };
    let mut names: Vec<&str> = plain.map(String::as_str).collect();
    if names.is_empty() {
        names = vec!["check", "unseen", "pype", "presidio", "tab144", "negatives"];
    }
    let finder = Finder::new(&Rules::default(), &Roster::default()).expect("built-in rules").leaning(bias.and_then(|b| b.parse().ok()).unwrap_or(0.0));
    let peer: Option<Vec<Value>> = peer.map(|p| {
        let lines = std::fs::read_to_string(p).expect("the peer's spans");
        lines.split('\n').filter_map(|l| serde_json::from_str(l).ok()).collect()
    });
    let mut dumped = String::new();
    for name in names {
        let texts = match name {
            "check" => corpora::check(),
            // The half of them whose errors nobody looked at.
            "unseen" => corpora::check().into_iter().skip(1).step_by(2).collect(),
            "pype" => corpora::pype(dir),
            "presidio" => corpora::presidio(dir, true),
            "tab144" => corpora::tab(dir, true),
            "negatives" => corpora::negatives(),
            "general" => corpora::general(dir, true),
            file => corpora::notes(Path::new(file)),
        };
        if dump.is_some() {
            for (n, text) in texts.iter().enumerate() {
                dumped.push_str(&format!("{}\n", serde_json::json!({ "corpus": name, "text": n, "body": text.text })));
            }
            continue;
        }
        let peer = peer.as_ref().map(|all| all.iter().filter(|s| s["corpus"] == name).collect::<Vec<_>>());
        score(name, &finder, texts, detail, peer.as_deref());
    }
    if let Some(path) = dump {
        std::fs::write(&path, dumped).expect("the texts");
    }
}

fn score(name: &str, finder: &Finder, texts: Vec<Text>, detail: bool, peer: Option<&[&Value]>) {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let (mut chars_found, mut chars_all, mut bytes, mut time) = (0, 0, 0, Duration::ZERO);
    let (mut negatives, mut flagged) = (0, 0);
    let mut confused: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (n, text) in texts.iter().enumerate() {
        let id = Id::of("document", &[&name, &n]);
        let passage = Passage {
            passage_id: id,
            document_id: id,
            ordinal: 0,
            locator: "text".into(),
            layout: Layout::Text,
            columns: Vec::new(),
            first_row: 1,
            text: text.text.clone(),
        };
        let document = Document::blank(id, "note.txt");
        let started = cpu();
        let found = finder.find(&document, &[passage]);
        time += cpu().saturating_sub(started);
        bytes += text.text.len();
        let offsets = corpora::byte_offsets(&text.text);
        let mut spans: Vec<Label> = found
            .mentions
            .rows()
            // Ages over 89 are left out like all ages.
            .filter(|m| m.finder != "age")
            .filter_map(|m| Some(Label { range: offsets[m.start as usize]..offsets[m.end as usize], kind: kind(m.kind)?.to_string() }))
            .collect();
        spans.sort_by_key(|s| (s.range.start, s.range.end));
        spans.dedup_by(|a, b| a.range == b.range && a.kind == b.kind);
        // The physician is an element of the patient and a person: one thing found.
        let persons: Vec<_> = spans.iter().filter(|s| s.kind == "PER").map(|s| s.range.clone()).collect();
        spans.retain(|s| s.kind != "ORG" || !persons.iter().any(|p| overlap(p, &s.range) > 0));
        if let Some(peer) = peer {
            let at = |v: &Value| offsets[v.as_u64().unwrap_or(0) as usize];
            let own = peer.iter().filter(|s| s["text"] == n);
            spans = own.map(|s| Label { range: at(&s["start"])..at(&s["end"]), kind: s["kind"].as_str().unwrap_or_default().to_string() }).collect();
        }
        let gold: Vec<&Label> = text.labels.iter().filter(|l| counts(&text.text, l)).collect();
        let left_out: Vec<&Label> = text.labels.iter().filter(|l| !counts(&text.text, l)).collect();
        if gold.is_empty() {
            negatives += 1;
            flagged += usize::from(spans.iter().any(|s| !left_out.iter().any(|l| overlap(&l.range, &s.range) > 0)));
        }
        for g in &gold {
            let covered: usize = spans.iter().filter(|s| s.kind == g.kind).map(|s| overlap(&s.range, &g.range)).sum();
            let tally = tallies.entry(g.kind.clone()).or_default();
            let hit = covered * 2 >= g.range.len();
            tally.hit += usize::from(hit);
            tally.missed += usize::from(!hit);
            tally.exact += usize::from(spans.iter().any(|s| s.kind == g.kind && s.range == g.range));
            let seen = g.range.clone().filter(|i| spans.iter().any(|s| s.range.contains(i))).count();
            chars_found += seen;
            chars_all += g.range.len();
            if detail && hit && seen < g.range.len() {
                println!("PARTLY {name} {n} {} {:?} ({seen} of {}): {:?}", g.kind, &text.text[g.range.clone()], g.range.len(), around(&text.text, &g.range));
            }
            if !hit {
                let other = spans.iter().find(|s| overlap(&s.range, &g.range) * 2 >= g.range.len()).map_or("-".to_string(), |s| s.kind.clone());
                *confused.entry((g.kind.clone(), other.clone())).or_default() += 1;
                if detail {
                    println!("MISSED {name} {n} {} {:?} as {other}: {:?}", g.kind, &text.text[g.range.clone()], around(&text.text, &g.range));
                }
            }
        }
        for s in &spans {
            let tally = tallies.entry(s.kind.clone()).or_default();
            tally.found += 1;
            let right = gold.iter().any(|g| g.kind == s.kind && overlap(&g.range, &s.range) * 2 >= s.range.len().min(g.range.len()));
            // What the corpus labels but is left out here, and a second kind of a labelled span, count neither way.
            // Corpora label a person's name once and not when it comes again.
            let again = s.kind == "PER" && gold.iter().any(|g| g.kind == "PER" && text.text[g.range.clone()].contains(&text.text[s.range.clone()]));
            let neutral = again || left_out.iter().any(|l| overlap(&l.range, &s.range) > 0);
            if !right && !neutral {
                tally.extra += 1;
                let other = gold.iter().find(|g| overlap(&g.range, &s.range) > 0).map_or("-".to_string(), |g| g.kind.clone());
                *confused.entry((other.clone(), s.kind.clone())).or_default() += usize::from(other == "-");
                if detail {
                    println!("EXTRA {name} {n} {} {:?} on {other}: {:?}", s.kind, &text.text[s.range.clone()], around(&text.text, &s.range));
                }
            }
        }
    }
    let ratio = |a: usize, b: usize| if a + b == 0 { 1.0 } else { a as f64 / (a + b) as f64 };
    println!("== {name}: {} texts", texts.len());
    println!("kind      precision  recall   exact  found missed  extra");
    let mut all = Tally::default();
    for (kind, t) in &tallies {
        println!(
            "{kind:8}  {:9.3} {:7.3} {:7.3} {:6} {:6} {:6}",
            ratio(t.found.saturating_sub(t.extra), t.extra),
            ratio(t.hit, t.missed),
            ratio(t.exact, t.hit + t.missed - t.exact),
            t.hit,
            t.missed,
            t.extra
        );
        all.hit += t.hit;
        all.missed += t.missed;
        all.extra += t.extra;
        all.exact += t.exact;
    }
    let (p, r) = (ratio(all.hit, all.extra), ratio(all.hit, all.missed));
    println!(
        "all: F1 {:.4} (precision {p:.4}, recall {r:.4}), exact recall {:.4}, characters found {:.4}, texts without labels flagged {flagged} of {negatives}",
        2.0 * p * r / (p + r).max(1e-9),
        ratio(all.exact, all.hit + all.missed - all.exact),
        ratio(chars_found, chars_all - chars_found)
    );
    let confusions: Vec<String> = confused.iter().map(|((a, b), n)| format!("{a}→{b} {n}")).collect();
    println!("taken for another kind, or missed or invented (-): {}", confusions.join(", "));
    println!("{:.2} MB in {:.3} s of processor time: {:.1} MB/s", bytes as f64 / 1e6, time.as_secs_f64(), bytes as f64 / 1e6 / time.as_secs_f64());
}

fn overlap(a: &std::ops::Range<usize>, b: &std::ops::Range<usize>) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

fn around<'t>(text: &'t str, r: &std::ops::Range<usize>) -> &'t str {
    &text[text.floor_char_boundary(r.start.saturating_sub(30))..text.ceil_char_boundary((r.end + 30).min(text.len()))]
}
