//! What is found in documents as `extract` gives them: reads JSON lines `{path, member, media_type, passages:[{locator, layout,
//! columns, first_row, text}]}` from standard input, prints a JSON line `{path, member, records, mentions}` each.
//!
//! `cargo run --release -p dosimeter-phi --example find_lines < DOCS.jsonl`. Prints evidence text: for synthetic or public documents only.

use dosimeter_case::Id;
use dosimeter_case::tables::{Document, Layout, Passage};
use dosimeter_phi::{Finder, Roster, Rules};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, Write};

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_string()
}

fn document(line: &Value) -> (Document, Vec<Passage>) {
    let member = line["member"].as_str().map(str::to_string);
    let document_id = Id::of("document", &[&text(line, "path"), &member]);
    let passages = line["passages"].as_array().map(Vec::as_slice).unwrap_or_default().iter().enumerate();
    let passages = passages.map(|(i, p)| Passage {
        passage_id: Id::of("passage", &[&document_id, &i]),
        document_id,
        ordinal: i as i64,
        locator: text(p, "locator"),
        layout: Layout::parse(&text(p, "layout")).unwrap_or(Layout::Text),
        columns: p["columns"].as_array().map(|c| c.iter().filter_map(Value::as_str).map(str::to_string).collect()).unwrap_or_default(),
        first_row: p["first_row"].as_i64().unwrap_or(1),
        text: text(p, "text"),
    });
    (Document { member, media_type: text(line, "media_type"), ..Document::blank(document_id, &text(line, "path")) }, passages.collect())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let finder = Finder::new(&Rules::default(), &Roster::default())?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        let (document, passages) = document(&line);
        let found = finder.find(&document, &passages);
        let places: HashMap<_, _> = found.mentions.rows().enumerate().map(|(i, m)| (m.mention_id, i)).collect();
        let records: Vec<Value> = found
            .records
            .rows()
            .map(|r| {
                let mentions: Vec<_> = r.mention_ids.iter().filter_map(|id| places.get(id)).collect();
                json!({"role": r.role.as_str(), "locator": r.locator, "name": r.name, "last": r.last, "first": r.first, "dob": r.dob, "mentions": mentions})
            })
            .collect();
        let mentions: Vec<Value> = found
            .mentions
            .rows()
            .map(|m| {
                json!({"kind": m.kind.as_str(), "text": m.text, "normalised": m.normalised, "locator": m.locator, "finder": m.finder,
                    "confidence": m.confidence, "start": m.start, "end": m.end})
            })
            .collect();
        writeln!(out, "{}", json!({"path": line["path"], "member": line["member"], "records": records, "mentions": mentions}))?;
    }
    Ok(out.flush()?)
}
