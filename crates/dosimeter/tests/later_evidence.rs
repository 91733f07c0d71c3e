//! A case to which evidence is added after the first letters: who people are stays, what changed is told.

mod common;

use common::{clinic, expect, query, s};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Moves every third file below `from` to the same place below `to`.
fn set_aside(from: &Path, to: &Path) {
    let mut files: Vec<String> = common::files(from).into_keys().collect();
    files.sort();
    for file in files.iter().step_by(3) {
        fs::create_dir_all(to.join(file).parent().expect("a folder")).expect("a folder");
        fs::rename(from.join(file), to.join(file)).expect("moved");
    }
}

#[test]
fn ids_stay_and_changes_are_told() {
    let clinic = clinic(80, 3);
    let later = clinic.dir.path().join("later");
    set_aside(&clinic.evidence.join("files"), &later);
    let case = clinic.case("case");
    expect(0, &["run", s(&case)]);
    assert!(expect(0, &["changes", s(&case)]).contains("nothing has changed"));
    let people = |sql: &str| -> BTreeSet<String> { query(&case, sql).into_iter().collect() };
    let before = people("SELECT person_id FROM people");

    expect(0, &["add", s(&case), "files", s(&later)]);
    expect(0, &["run", s(&case)]);
    assert_eq!(people("SELECT DISTINCT batch FROM evidence"), ["1", "2", "3"].map(String::from).into());
    let after = people("SELECT person_id FROM people");
    assert!(before.len() > 80 && after.len() > before.len(), "{} {}", before.len(), after.len());
    let log = expect(0, &["changes", s(&case)]);
    // Who is no longer there was merged with somebody, and the log says so.
    let gone: Vec<&String> = before.difference(&after).collect();
    assert!(gone.len() * 20 < before.len(), "{} of {} ids are gone", gone.len(), before.len());
    assert!(!log.contains("renamed") && gone.iter().all(|id| log.contains(id.as_str())), "{log}");

    // A decision takes one person apart; the new id is told, and the old one can still be explained.
    let pair = query(
        &case,
        "SELECT a.record_id, b.record_id AS right_id, people.person_id FROM people JOIN person_records a ON a.person_id = people.person_id \
         JOIN person_records b ON b.person_id = people.person_id WHERE records = 2 AND a.record_id < b.record_id ORDER BY people.person_id LIMIT 1",
    );
    let parts: Vec<&str> = pair[0].split(',').collect();
    let [left, right, person] = parts.as_slice() else { panic!("a person of two records") };
    expect(0, &["decide", s(&case), "records", left, right, "different", "--reason", "seen on paper"]);
    expect(0, &["run", s(&case)]);
    let log = expect(0, &["changes", s(&case)]);
    assert!(log.lines().any(|line| line.trim_start().starts_with("split") && line.contains(*person)), "{log}");
    for id in gone.iter().map(|id| id.as_str()).chain([*person]) {
        assert!(expect(0, &["explain", s(&case), id]).contains("PERSON "), "{id}");
    }
    // What is in doubt is listed with the people as they are.
    let known = people("SELECT person_id FROM people");
    let asked = people("SELECT left_person FROM questions UNION SELECT right_person FROM questions");
    assert!(asked.is_subset(&known), "questions about people who are not there");
    assert_eq!(people("SELECT people FROM head_counts WHERE state IS NULL"), [known.len().to_string()].into());
    let low_to_high = "SELECT count(*) FROM head_counts WHERE low > best OR best > high";
    assert_eq!(query(&case, low_to_high), ["0"]);
}
