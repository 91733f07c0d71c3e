//! Unreadable, truncated, encrypted or absurd evidence gives a row with a reason; wrong instructions give a clear error.

mod common;

use common::{clinic, dosimeter, expect, query, s};
use std::fs;

#[test]
fn bad_evidence_is_a_row_and_the_run_goes_on() {
    let clinic = clinic(20, 1);
    let (logs, files) = (clinic.evidence.join("logs").join("odd"), clinic.evidence.join("files").join("Odd"));
    for folder in [&logs, &files] {
        fs::create_dir_all(folder).expect("a folder");
    }
    let garbage: Vec<u8> = (0..5000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(logs.join("garbage.log"), &garbage).expect("a file");
    fs::write(logs.join("empty.log"), b"").expect("a file");
    fs::write(logs.join("cut.log.gz"), [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &garbage[..200]].concat()).expect("a file");
    fs::write(logs.join("long.log"), vec![b'x'; 3 << 20]).expect("a file");
    let mut odd = 0;
    let mut put = |name: &str, bytes: &[u8]| {
        odd += 1;
        fs::write(files.join(name), bytes).expect("a file");
    };
    put("garbage.bin", &garbage);
    put("empty.txt", b"");
    put("cut.docx", b"PK\x03\x04\x14\x00\x00\x00\x08\x00cut");
    put("cut.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog");
    put("deep.json", "[".repeat(100_000).as_bytes());
    put("deep.xml", "<a>".repeat(100_000).as_bytes());
    put("no preamble.dcm", &garbage[..300]);
    put("nul.csv", b"name,ssn\n\0\0\0,\0\n");
    let case = clinic.case("case");
    let said = expect(0, &["run", s(&case)]);
    assert!(said.contains("done in"), "{said}");
    // Each bad log is named with a reason; each file has exactly one document of its own.
    assert_eq!(query(&case, "SELECT count(DISTINCT path) FROM rejects WHERE path LIKE 'odd/%' AND reason <> ''"), ["4"]);
    let own = query(&case, "SELECT count(*), count(DISTINCT path) FROM documents WHERE member IS NULL AND path LIKE 'Odd/%'");
    assert_eq!(own, [format!("{odd},{odd}")]);
    assert_eq!(query(&case, "SELECT count(*) FROM documents WHERE status <> 'read' AND coalesce(reason, '') = '' AND status <> 'empty'"), ["0"]);
    let evidence = query(&case, "SELECT count(*) FROM evidence WHERE kind = 'files'");
    assert_eq!(query(&case, "SELECT count(*) FROM documents WHERE member IS NULL"), evidence);
}

#[test]
fn a_broken_case_toml_names_file_line_and_key() {
    let clinic = clinic(10, 1);
    let case = clinic.case("case");
    let toml = case.join("case.toml");
    let text = fs::read_to_string(&toml).expect("case.toml");
    fs::write(&toml, text.replace("[incident]", "[incident]\ncolour = \"red\"")).expect("case.toml");
    let said = expect(1, &["run", s(&case)]);
    assert!(said.contains("case.toml: line ") && said.contains("unknown field `colour`") && said.contains("expected one of"), "{said}");
}

#[test]
fn a_case_of_a_newer_version_is_refused() {
    let clinic = clinic(10, 1);
    let case = clinic.case("case");
    let sqlite = case.join("case.sqlite");
    drop(fs::remove_file(case.join("case.sqlite-wal")));
    // `PRAGMA user_version` stands at byte 60 of a SQLite file, big-endian.
    let mut bytes = fs::read(&sqlite).expect("case.sqlite");
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&sqlite, bytes).expect("case.sqlite");
    let said = expect(1, &["status", s(&case)]);
    assert!(said.contains("format 99") && said.contains("up to format 1"), "{said}");
}

#[test]
fn changed_evidence_is_found() {
    let clinic = clinic(10, 1);
    let case = clinic.case("case");
    expect(0, &["verify", s(&case)]);
    let log = clinic.evidence.join("logs").join("ehr01").join("access_log.csv");
    let mut text = fs::read_to_string(&log).expect("a log");
    text.push('\n');
    fs::write(&log, text).expect("a log");
    let said = expect(1, &["verify", s(&case)]);
    assert!(said.contains("access_log.csv: the evidence has changed"), "{said}");
}

#[test]
fn wrong_commands() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let none = dir.path().join("none");
    assert!(expect(2, &["run", s(&none)]).contains("no case here"));
    assert!(expect(2, &["run", "--from", "nothing", s(&none)]).contains("no case here"));
    assert_eq!(dosimeter(&["fly"]).status.code(), Some(2));
    let clinic = clinic(10, 1);
    let case = clinic.case("case");
    assert!(expect(2, &["run", "--from", "nothing", s(&case)]).contains("stages are import, extract"));
    assert!(expect(2, &["run", "--from", "resolve", s(&case)]).contains("needs the table"));
    assert!(expect(2, &["explain", s(&case), "xyz"]).contains("16 hexadecimal digits"));
    assert!(expect(2, &["query", s(&case), "DROP TABLE events"]).contains("not supported"));
}
