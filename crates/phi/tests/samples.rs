//! Public sample messages and documents, read in place when the data folder stands beside the repository.

use dosimeter_case::Id;
use dosimeter_case::tables::{Document, Layout, Passage, Role};
use dosimeter_phi::{Finder, Found, Roster, Rules};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new(&Rules::default(), &Roster::default()).unwrap());

fn data(folder: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/health")).join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: the data folder health/{folder} is missing");
    None
}

fn files(folder: &Path, extension: &str, most: u64) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|e| e == extension) && p.metadata().is_ok_and(|m| m.len() <= most))
        .collect();
    found.sort();
    found
}

fn find(layout: Layout, text: &str) -> Found {
    let id = Id::of("document", &[&"sample"]);
    let passage =
        Passage { passage_id: id, document_id: id, ordinal: 0, locator: "part 1".into(), layout, columns: Vec::new(), first_row: 1, text: text.to_string() };
    let document = Document::blank(id, "sample");
    FINDER.find(&document, &[passage])
}

/// Of the files that `expect` says something of, the share whose patient's family name it is, must reach `least`.
fn check(layout: Layout, paths: &[PathBuf], least: f64, expect: impl Fn(&str) -> Option<String>) {
    let (mut right, mut all) = (0, 0);
    for path in paths {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).replace("\r\n", "\n").replace('\r', "\n");
        let Some(last) = expect(&text) else { continue };
        all += 1;
        let found = find(layout, &text);
        let ok = found.records.rows().any(|r| r.role == Role::Patient && r.last.as_deref() == Some(&last));
        right += usize::from(ok);
        if !ok {
            eprintln!("no such patient in {}", path.display());
        }
    }
    assert!(all > 0, "no sample says anything");
    assert!(right as f64 >= least * all as f64, "{right} of {all}");
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let rest = &text[text.find(from)? + from.len()..];
    Some(&rest[..rest.find(to)?])
}

#[test]
fn hl7_messages() {
    let Some(folder) = data("fhir-converter/data/SampleData/Hl7v2") else { return };
    check(Layout::Hl7, &files(&folder, "hl7", 1 << 20), 0.99, |text| {
        let pid = text.lines().find(|l| l.starts_with("PID|"))?;
        let family = pid.split('|').nth(5)?.split(['^', '~']).next()?.split('&').next()?.trim().to_uppercase();
        (!family.is_empty() && family != "TEST").then_some(family)
    });
}

#[test]
fn clinical_documents() {
    let Some(folder) = data("sample_ccdas") else { return };
    check(Layout::Xml, &files(&folder, "xml", 300_000), 1.0, |text| {
        let patient = between(text, "<patient>", "</patient>")?;
        let family = between(patient, "<family", "</family>")?;
        Some(family[family.find('>')? + 1..].trim().to_uppercase())
    });
}

#[test]
fn fhir_bundles() {
    let Some(folder) = data("synthea-r4") else { return };
    let paths: Vec<PathBuf> = files(&folder, "json", 2_500_000).into_iter().take(2).collect();
    check(Layout::Json, &paths, 1.0, |text| Some(between(text, "\"family\": \"", "\"")?.to_uppercase()));
}
