//! A small clinic, and the program run on it as a user would.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program.
pub fn dosimeter(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dosimeter")).args(args).output().expect("the program starts")
}

/// The program, which must end with the given code.
pub fn expect(code: i32, args: &[&str]) -> String {
    let output = dosimeter(args);
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "dosimeter {}\n{text}", args.join(" "));
    text
}

/// Path as text.
pub fn s(path: &Path) -> &str {
    path.to_str().expect("test paths are Unicode")
}

/// A synthetic clinic in its own folder.
pub struct Clinic {
    pub dir: tempfile::TempDir,
    pub evidence: PathBuf,
    pub truth: PathBuf,
}

pub fn clinic(patients: usize, seed: u64) -> Clinic {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let made = dosimeter_clinic::generate(dir.path(), &dosimeter_clinic::Options { patients, seed }).expect("a clinic");
    Clinic { dir, evidence: made.evidence, truth: made.truth }
}

impl Clinic {
    /// A new case with all evidence registered, nothing run.
    pub fn case(&self, name: &str) -> PathBuf {
        let case = self.dir.path().join(name);
        let environment = self.evidence.join("environment.json");
        expect(0, &["new", s(&case), "--entity", "Test Clinic", "--state", "MO", "--discovered", "2024-03-31", "--environment", s(&environment)]);
        expect(0, &["add", s(&case), "logs", s(&self.evidence.join("logs"))]);
        expect(0, &["add", s(&case), "files", s(&self.evidence.join("files"))]);
        case
    }
}

/// Every file below a folder with its content, by relative path; hidden ones (unfinished work) are left out.
pub fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if hidden {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                all.insert(s(path.strip_prefix(dir).expect("below")).to_string(), fs::read(&path).expect("a readable file"));
            }
        }
    }
    all
}

/// Fails with the names of the files that differ.
pub fn assert_same(left: &BTreeMap<String, Vec<u8>>, right: &BTreeMap<String, Vec<u8>>) {
    let differing: Vec<&String> = left.iter().filter(|(name, bytes)| right.get(*name) != Some(*bytes)).map(|(name, _)| name).collect();
    let extra: Vec<&String> = right.keys().filter(|name| !left.contains_key(*name)).collect();
    assert!(differing.is_empty() && extra.is_empty(), "differ: {differing:?}; only on one side: {extra:?}");
}

/// Rows of a CSV answer as text.
pub fn query(case: &Path, sql: &str) -> Vec<String> {
    let text = dosimeter(&["query", "--csv", s(case), sql]);
    assert!(text.status.success(), "{}", String::from_utf8_lossy(&text.stderr));
    String::from_utf8_lossy(&text.stdout).lines().skip(1).map(str::to_string).collect()
}
