//! Labelled texts of `../shared/data/phi` (never part of the repository) and of `scripts/train/notes.py`, in one shape.
//!
//! Every corpus is cut into what is learnt from and what is only measured on: the cut depends on the text's template,
//! document or file, never on the text alone, so that nothing measured resembles what was learnt. The clinical notes
//! (`pype`) are measured on only.

#![allow(dead_code)] // Two examples use different parts.

use serde_json::Value;
use std::ops::Range;
use std::path::Path;

/// A label of a corpus: what it is called here, and the bytes it covers.
pub struct Label {
    pub range: Range<usize>,
    /// `PER`, `LOC`, `ORG`, `DATE`, `PHONE`, `EMAIL`, `ID`, `SSN`, `CARD`, `IBAN`, `IP`, `URL`, `AGE`, or another name.
    pub kind: String,
}

pub struct Text {
    pub text: String,
    pub labels: Vec<Label>,
}

/// What a corpus calls a thing, in the words used here.
fn kind(name: &str) -> &str {
    match name {
        "PERSON" | "NAME" | "person" | "PER" => "PER",
        "ADDRESS" | "STREET_ADDRESS" | "GPE" | "LOCATION" | "LOC" | "location" | "ZIP_CODE" => "LOC",
        "ORGANIZATION" | "ORG" | "HOSPITAL" | "corporation" | "group" => "ORG",
        "DATE_TIME" | "DATE" | "DATETIME" => "DATE",
        "PHONE_NUMBER" | "PHONE" => "PHONE",
        "EMAIL_ADDRESS" | "EMAIL" => "EMAIL",
        "US_SSN" => "SSN",
        "CREDIT_CARD" => "CARD",
        "IBAN_CODE" => "IBAN",
        "IP_ADDRESS" => "IP",
        "DOMAIN_NAME" => "URL",
        "US_DRIVER_LICENSE" | "ID" | "CODE" => "ID",
        other => other,
    }
}

/// Byte offsets of the characters of a text, one more than there are.
pub fn byte_offsets(text: &str) -> Vec<usize> {
    text.char_indices().map(|(i, _)| i).chain([text.len()]).collect()
}

fn text_of(value: &Value, text: &str, spans: &Value, start: &str, end: &str, name: &str) -> Text {
    let body = value[text].as_str().unwrap_or_default().to_string();
    let bytes = byte_offsets(&body);
    let mut labels: Vec<Label> = spans
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|s| {
            let at = |k: &str| s[k].as_u64().and_then(|n| bytes.get(n as usize).copied());
            Some(Label { range: at(start)?..at(end)?, kind: kind(s[name].as_str()?).to_string() })
        })
        .filter(|l| !l.range.is_empty())
        .collect();
    labels.sort_by_key(|l| (l.range.start, l.range.end));
    Text { text: body, labels }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| {
        eprintln!("{}: {e}", path.display());
        std::process::exit(1)
    })
}

/// Sentences of Presidio's research sets. One template in five is measured on.
pub fn presidio(dir: &Path, measured: bool) -> Vec<Text> {
    let mut texts = Vec::new();
    for file in ["presidio-research-data/synth_dataset_v2.json", "presidio-research-tests/generated_large.json"] {
        let all: Value = serde_json::from_str(&read(&dir.join(file))).unwrap_or_default();
        for item in all.as_array().into_iter().flatten() {
            let template = item["template_id"].as_u64().unwrap_or(0);
            if (template % 5 == 0) == measured {
                texts.push(text_of(item, "full_text", &item["spans"], "start_position", "end_position", "entity_type"));
            }
        }
    }
    texts
}

/// Clinical notes: measured on only.
pub fn pype(dir: &Path) -> Vec<Text> {
    let lines = read(&dir.join("pype_sample_notes/corpus.jsonl"));
    lines
        .split('\n')
        .filter(|l| !l.is_empty())
        .map(|line| {
            let item: Value = serde_json::from_str(line).unwrap_or_default();
            text_of(&item["document"], "text", &item["spans"], "start", "end", "label")
        })
        .collect()
}

/// Judgements with European names. One document in four is measured on.
pub fn tab(dir: &Path, measured: bool) -> Vec<Text> {
    let lines = read(&dir.join("tab144/tab_entity_data_144.jsonl"));
    let lines = lines.split('\n').filter(|l| !l.is_empty());
    lines
        .enumerate()
        .filter(|(n, _)| (n % 4 == 0) == measured)
        .map(|(_, line)| {
            let item: Value = serde_json::from_str(line).unwrap_or_default();
            text_of(&item, "text", &item["entities"], "start_offset", "end_offset", "entity_type")
        })
        .collect()
}

/// Output of `scripts/train/notes.py`.
pub fn notes(path: &Path) -> Vec<Text> {
    let lines = read(path);
    lines
        .split('\n')
        .filter(|l| !l.is_empty())
        .map(|line| {
            let item: Value = serde_json::from_str(line).unwrap_or_default();
            let spans: Vec<Value> =
                item["spans"].as_array().into_iter().flatten().map(|s| serde_json::json!({ "start": s[0], "end": s[1], "kind": s[2] })).collect();
            text_of(&item, "text", &Value::Array(spans), "start", "end", "kind")
        })
        .collect()
}

/// A file of tokens and tags, sentences apart by empty lines, written as running text.
pub fn conll(path: &Path) -> Vec<Text> {
    let body = read(path);
    let mut texts = Vec::new();
    let mut current = Text { text: String::new(), labels: Vec::new() };
    let mut open: Option<String> = None;
    for line in body.split('\n').chain([""]) {
        let line = line.trim_end_matches('\r');
        let Some((word, tag)) = line.rsplit_once(['\t', ' ']) else {
            if !current.text.is_empty() {
                texts.push(std::mem::replace(&mut current, Text { text: String::new(), labels: Vec::new() }));
            }
            open = None;
            continue;
        };
        let tight =
            matches!(word, "." | "," | ";" | ":" | ")" | "!" | "?" | "'s" | "n't" | "'" | "%") || current.text.ends_with(['(', '$']) || current.text.is_empty();
        if !tight {
            current.text.push(' ');
        }
        let start = current.text.len();
        current.text.push_str(word);
        let (mark, name) = tag.split_once('-').unwrap_or(("O", ""));
        if name.is_empty() {
            open = None;
            continue;
        }
        let name = kind(name).to_string();
        match current.labels.last_mut().filter(|_| mark == "I" && open.as_ref() == Some(&name)) {
            Some(last) => last.range.end = current.text.len(),
            None => current.labels.push(Label { range: start..current.text.len(), kind: name.clone() }),
        }
        open = Some(name);
    }
    texts
}

/// General text with persons, places and organisations: tweets and encyclopaedia. The first file of the tweets is measured on.
pub fn general(dir: &Path, measured: bool) -> Vec<Text> {
    let ner = dir.join("ner/data");
    let files: &[&str] = if measured {
        &["BTC/CONLL-format/data/a.conll", "WNUT17/CONLL-format/data/dev/emerging.dev.conll"]
    } else {
        &[
            "WNUT17/CONLL-format/data/train/wnut17train.conll",
            "wikigold/CONLL-format/data/wikigold.conll.txt",
            "BTC/CONLL-format/data/b.conll",
            "BTC/CONLL-format/data/e.conll",
            "BTC/CONLL-format/data/f.conll",
            "BTC/CONLL-format/data/g.conll",
            "BTC/CONLL-format/data/h.conll",
        ]
    };
    files.iter().flat_map(|f| conll(&ner.join(f))).collect()
}

/// Tagged United States addresses, each in a sentence or under a name, every `step`th of the machine-made ones.
pub fn addresses(dir: &Path, step: usize) -> Vec<Text> {
    const AROUND: [(&str, &str); 14] = [
        ("lives at ", "."),
        ("Address: ", "\n"),
        ("", ""),
        ("Home address ", ", with her sister"),
        ("clinic at ", "."),
        ("Pt was found at ", " by EMS"),
        ("pharmacy (", ")"),
        ("moved from ", " last year"),
        ("at ", " and reports that the heat is off."),
        ("Mail results to ", " please"),
        ("Works at the store on ", "; lifts boxes."),
        ("home visit, ", " - no answer"),
        ("ADDR ", " TEL 555-0100"),
        ("Discharged to ", " in stable condition"),
    ];
    let mut texts = Vec::new();
    for (file, step) in [("labeled.xml", 1), ("us50_train_tagged.xml", 1), ("synthetic_clean_osm_data.xml", step), ("synthetic_osm_data_xml.xml", step)] {
        let body = read(&dir.join("usaddress/training").join(file));
        for (n, item) in body.split("<AddressString>").skip(1).enumerate().filter(|(n, _)| n % step == 0) {
            let inner = item.split("</AddressString>").next().unwrap_or_default();
            // A recipient's name is none of the address.
            if inner.contains("<Recipient>") {
                continue;
            }
            let plain: String = inner.split('<').map(|p| p.split_once('>').map_or("", |(_, t)| t)).collect::<Vec<_>>().concat();
            let mut plain = plain.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ");
            if plain.len() < 6 || !plain.contains(|c: char| c.is_ascii_digit()) {
                continue;
            }
            // Some wrap before the city.
            if n % 3 == 0
                && let Some(comma) = plain.find(", ")
            {
                plain.replace_range(comma..comma + 2, if n % 2 == 0 { "\n" } else { ",\n" });
            }
            let (before, after) = AROUND[n % AROUND.len()];
            let kept = plain.trim_end_matches([',', '.', ' ']);
            let text = format!("{before}{kept}{after}");
            texts.push(Text { labels: vec![Label { range: before.len()..before.len() + kept.len(), kind: "LOC".into() }], text });
        }
    }
    texts
}

/// Notes in many styles with their labels, written by hand for this purpose; measured on only. Some of their organisations and phrases
/// came into the lists and templates of the training notes afterwards (decision 9).
/// `=== style` begins a note; a label is written `[[KIND|text]]`.
pub fn check() -> Vec<Text> {
    let notes = include_str!("check_notes.txt").split("=== ").skip(1);
    notes
        .map(|note| {
            let body = note.split_once('\n').map_or("", |(_, body)| body.trim_end());
            let mut text = Text { text: String::new(), labels: Vec::new() };
            for (n, part) in body.split("[[").enumerate() {
                let Some((label, rest)) = part.split_once("]]").filter(|_| n > 0) else {
                    text.text.push_str(part);
                    continue;
                };
                let (kind, written) = label.split_once('|').unwrap_or(("", label));
                let start = text.text.len();
                text.text.push_str(written);
                text.labels.push(Label { range: start..text.text.len(), kind: kind.to_string() });
                text.text.push_str(rest);
            }
            text
        })
        .collect()
}

/// Sentences without personal data that tempt: eponyms, drugs, scores, makers. Written for this purpose, measured on only.
pub fn negatives() -> Vec<Text> {
    include_str!("negatives.txt").lines().map(|l| Text { text: l.to_string(), labels: Vec::new() }).collect()
}
