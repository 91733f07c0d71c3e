//! What the fuzz targets share: any bytes become passages, go through the finder as the product uses it, and what comes out is checked.

use dosimeter_case::Id;
use dosimeter_case::tables::{Document, Layout, Passage};
use dosimeter_phi::{Finder, Found, Roster, Rules};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new(&Rules::default(), &Roster::default()).expect("the built-in rules compile"));

/// Compiles the rules before the first input, whose time is limited.
pub fn ready() {
    LazyLock::force(&FINDER);
}

/// A passage of the fuzzed document; `ordinal` tells passages apart.
pub fn passage(layout: Layout, ordinal: i64, locator: &str, columns: Vec<String>, text: &str) -> Passage {
    Passage {
        passage_id: Id::of("passage", &[&ordinal]),
        document_id: Id::of("document", &[&"fuzz"]),
        ordinal,
        locator: locator.to_string(),
        layout,
        columns,
        first_row: 1,
        text: text.to_string(),
    }
}

/// One passage of that layout, with the bytes as its text.
pub fn one(layout: Layout, bytes: &[u8]) {
    check(&[passage(layout, 0, "part 1", Vec::new(), &String::from_utf8_lossy(bytes))]);
}

/// One table: the first line of the bytes names the columns (none if it is empty), the rest are rows.
pub fn table(ordinal: i64, locator: &str, text: &str) -> Passage {
    let (header, rows) = text.split_once('\n').unwrap_or(("", text));
    let columns = if header.is_empty() { Vec::new() } else { header.split('\t').map(str::to_string).collect() };
    passage(Layout::Table, ordinal, locator, columns, rows)
}

/// Finds in the passages and panics if what comes out is not well formed, or is something else the second time or when the
/// document is given passage by passage.
pub fn check(passages: &[Passage]) {
    let document = Document::blank(Id::of("document", &[&"fuzz"]), "fuzz.txt");
    let found = FINDER.find(&document, passages);
    well_formed(passages, &found, true);
    assert!(found == FINDER.find(&document, passages), "the second run found something else");
    if passages.len() > 1 {
        let mut finding = FINDER.document(&document);
        for (n, p) in passages.iter().enumerate() {
            well_formed(passages, &finding.part(std::slice::from_ref(p), n + 1 == passages.len()), false);
        }
    }
}

/// Every span lies inside of its passage, every record points to mentions and records that exist. `whole`: nothing was found earlier.
fn well_formed(passages: &[Passage], found: &Found, whole: bool) {
    let chars: HashMap<Id, i64> = passages.iter().map(|p| (p.passage_id, p.text.chars().count() as i64)).collect();
    let mut mentions = HashSet::new();
    for m in found.mentions.rows() {
        // Offsets count characters, so every one is a boundary.
        assert!(0 <= m.start && m.start <= m.end && m.end <= chars[&m.passage_id], "{} by {}: {}..{}", m.kind, m.finder, m.start, m.end);
        assert!((0.0..=1.0).contains(&m.confidence), "{} by {}: confidence {}", m.kind, m.finder, m.confidence);
        assert!(!m.text.is_empty(), "{} by {}: no text", m.kind, m.finder);
        mentions.insert(m.mention_id);
    }
    let mut records = HashSet::new();
    for r in found.records.rows() {
        assert!(records.insert(r.record_id), "two records of one id at {}", r.locator);
    }
    for r in found.records.rows() {
        assert!(!r.mention_ids.is_empty(), "a record of nothing at {}", r.locator);
        assert!(!whole || r.mention_ids.iter().all(|m| mentions.contains(m)), "a record of {} points to no mention", r.locator);
        assert!(!whole || r.related_record_id.is_none_or(|id| records.contains(&id)), "a record of {} points to no record", r.locator);
    }
}
