//! The recorded clinic in the shared data, scored against its truth: the bars of the end-to-end system.

mod common;

use common::{expect, s};
use std::path::Path;

#[test]
fn clinic_a_meets_the_bars() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/clinic-a");
    if !data.exists() {
        eprintln!("skipped: ../shared/data/clinic-a is missing");
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary folder");
    let case = dir.path().join("case");
    let evidence = data.join("evidence");
    expect(
        0,
        &[
            "new",
            s(&case),
            "--entity",
            "Recorded Clinic",
            "--state",
            "OH",
            "--discovered",
            "2023-09-20",
            "--environment",
            s(&evidence.join("environment.json")),
        ],
    );
    expect(0, &["add", s(&case), "logs", s(&evidence.join("logs"))]);
    expect(0, &["add", s(&case), "files", s(&evidence.join("files"))]);
    expect(0, &["run", s(&case)]);
    let out = case.join("out");
    let score = dosimeter_clinic::score(&data.join("truth"), &out.join("people.csv"), &out.join("accesses.csv")).expect("a score");
    eprintln!("{score}");
    assert!(score.people.recall() >= 0.97 && score.people.precision() >= 0.97, "people");
    assert!(score.accesses.recall() >= 0.99 && score.accesses.precision() >= 0.99, "accesses");
    assert!(score.accesses.start_error_h.is_some_and(|h| h.abs() <= 2.2), "the window's start");
    assert!(score.accesses.end_error_h.is_some_and(|h| h.abs() <= 1.0), "the window's end");
    assert_eq!(common::query(&case, "SELECT count(*) FROM documents WHERE member IS NULL"), ["1545"]);
}
