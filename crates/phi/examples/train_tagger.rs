//! Learns the weights of the tagger, `crates/phi/data/tagger.bin`.
//!
//! `cargo run -p dosimeter-phi --example train_tagger -- ../shared/data/phi NOTES.jsonl crates/phi/data/tagger.bin`
//!
//! NOTES.jsonl comes from `scripts/train/notes.py` (its README has the exact command). Learnt from: these notes, and the
//! learning parts of the corpora of [`corpora`]. Prints the loss of every pass and, on the parts that are never learnt
//! from, precision and recall of exact spans. `--measure` learns nothing and measures OUT.

#[path = "corpora/mod.rs"]
mod corpora;

use corpora::Text;
use dosimeter_phi::tagger::{Entity, Example, Tagger, train};
use std::path::Path;

/// Models whose mean is taken; each learns from its own share of the notes.
const MODELS: usize = 3;
const PASSES: usize = 4;
const RATE: f32 = 0.12;
const DECAY: f32 = 2e-5;

fn entity(kind: &str) -> Option<Entity> {
    Some(match kind {
        "PER" => Entity::Person,
        "LOC" => Entity::Place,
        "ORG" => Entity::Organisation,
        _ => return None,
    })
}

fn example(text: Text) -> Example {
    let mut spans: Vec<_> = text.labels.iter().filter_map(|l| Some((l.range.clone(), entity(&l.kind)?))).collect();
    // One label of several that overlap.
    spans.dedup_by(|b, a| b.0.start < a.0.end);
    Example { text: text.text, spans }
}

/// Prints precision and recall of exact spans on texts that were not learnt from.
fn measure(name: &str, tagger: &Tagger, texts: Vec<Text>) {
    let mut counts = [[0_usize; 3]; 3];
    for text in texts {
        let gold = example(text);
        let found = tagger.tag(&gold.text, 0.0);
        for s in &found {
            let hit = gold.spans.iter().any(|g| g.0 == s.range && g.1 == s.entity);
            counts[s.entity as usize][if hit { 0 } else { 1 }] += 1;
        }
        for g in &gold.spans {
            counts[g.1 as usize][2] += usize::from(!found.iter().any(|s| g.0 == s.range && g.1 == s.entity));
        }
    }
    for (kind, [hit, extra, missed]) in ["persons", "places", "organisations"].iter().zip(counts) {
        let ratio = |a: usize, b: usize| if a + b == 0 { 1.0 } else { a as f64 / (a + b) as f64 };
        println!("{name:10} {kind:14} precision {:.3} recall {:.3}  ({hit} right, {extra} extra, {missed} missed)", ratio(hit, extra), ratio(hit, missed));
    }
}

fn main() -> std::io::Result<()> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let learnt = args.iter().any(|a| a == "--measure");
    args.retain(|a| a != "--measure");
    let [dir, notes, out] = args.as_slice() else {
        eprintln!("usage: train_tagger SHARED/data/phi NOTES.jsonl OUT [--measure]");
        std::process::exit(2);
    };
    let dir = Path::new(dir);
    let mut parts: Vec<Vec<Example>> = (0..MODELS).map(|_| Vec::new()).collect();
    let mut kept = Vec::new();
    for (n, text) in corpora::notes(Path::new(notes)).into_iter().enumerate() {
        if n % 50 == 0 { kept.push(text) } else { parts[n % MODELS].push(example(text)) }
    }
    let mut examples = Vec::new();
    examples.extend(corpora::presidio(dir, false).into_iter().map(example));
    examples.extend(corpora::tab(dir, false).into_iter().map(example));
    examples.extend(corpora::general(dir, false).into_iter().map(example));
    examples.extend(corpora::addresses(dir, 8).into_iter().map(example));
    println!("{} notes and {} other texts to learn from", parts.iter().map(Vec::len).sum::<usize>(), examples.len());
    if !learnt {
        let report = train(&examples, &parts, PASSES, RATE, DECAY);
        println!("loss per token, model and pass: {:?}", report.losses);
        std::fs::write(out, &report.bytes)?;
    }
    let Some(tagger) = Tagger::from_bytes(&std::fs::read(out)?) else { return Ok(()) };
    measure("notes", &tagger, kept);
    measure("presidio", &tagger, corpora::presidio(dir, true));
    measure("check", &tagger, corpora::check());
    measure("tab144", &tagger, corpora::tab(dir, true));
    measure("pype", &tagger, corpora::pype(dir));
    measure("general", &tagger, corpora::general(dir, true));
    Ok(())
}
