//! The pool against real children, and the corpora against their truth.

use dosimeter_case::tables::DocumentStatus;
use dosimeter_case::{Error, Result};
use dosimeter_documents::{Budget, Extracted, Job, Pool, extract};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn worker() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_extract_worker"))
}

fn data(part: &str) -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(part);
    if !folder.is_dir() {
        eprintln!("SKIPPED: {} is missing", folder.display());
        return None;
    }
    Some(folder)
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut open) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

fn jobs(root: &Path, files: &[PathBuf]) -> Vec<Job> {
    files.iter().map(|file| Job { path: file.strip_prefix(root).unwrap_or(file).to_string_lossy().into_owned(), file: file.clone(), sha256: None }).collect()
}

fn run(jobs: &[Job], workers: usize, budget: &Budget) -> Vec<Vec<Extracted>> {
    let mut out = Vec::new();
    let mut each = |objects: Vec<Extracted>| {
        out.push(objects);
        Ok(())
    };
    Pool::run(worker(), workers, jobs, budget, &[], &mut each).expect("the pool runs");
    out
}

#[test]
fn order_and_content_do_not_depend_on_the_number_of_workers() {
    let folder = tempfile::tempdir().expect("a folder");
    let files: Vec<PathBuf> = (0..60)
        .map(|i| {
            let file = folder.path().join(format!("{i:02}.txt"));
            std::fs::write(&file, format!("note {i} ").repeat(1 + (i * 37 % 11) * 4000)).expect("a file");
            file
        })
        .collect();
    let mut list = jobs(folder.path(), &files);
    list.push(Job { path: "gone".into(), file: folder.path().join("gone"), sha256: Some("ab".into()) });
    if let Some(job) = list.get_mut(3) {
        job.sha256 = Some("changed".into());
    }
    let (one, three) = (run(&list, 1, &Budget::default()), run(&list, 3, &Budget::default()));
    assert!(one == three);
    let paths: Vec<&str> = one.iter().flatten().map(|object| object.document.path.as_str()).collect();
    assert_eq!(paths, list.iter().map(|job| job.path.as_str()).collect::<Vec<_>>());
    for ((objects, job), at) in one.iter().zip(&list).zip(0..60).filter(|(_, at)| *at != 3) {
        let content = std::fs::read(&job.file).expect("the file");
        assert!(*objects == extract(&job.path, &content, &Budget::default(), &[]), "file {at}");
    }
    let reason = |at: usize| one.get(at).and_then(|objects| objects.first()).and_then(|object| object.document.reason.clone());
    assert_eq!(reason(3).as_deref(), Some("the content has changed since it was registered"));
    assert_eq!(reason(60).as_deref(), Some("the file cannot be read: entity not found"));
}

#[test]
fn the_callers_failure_stops_the_pool() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.txt");
    std::fs::write(&file, "note").expect("a file");
    let list = jobs(folder.path(), &vec![file; 100]);
    let mut seen = 0;
    let result: Result<()> = Pool::run(worker(), 2, &list, &Budget::default(), &[], &mut |_| {
        seen += 1;
        if seen == 5 { Err(Error::usage("enough")) } else { Ok(()) }
    });
    assert_eq!((result.is_err(), seen), (true, 5));
    assert!(Pool::run(Path::new("/nonexistent/program"), 2, &list, &Budget::default(), &[], &mut |_| Ok(())).is_err());
}

#[test]
fn hostile_files_cost_only_themselves() {
    let Some(folder) = data("documents/hostile") else { return };
    let folder_copy = tempfile::tempdir().expect("a folder");
    let note = folder_copy.path().join("note.txt");
    std::fs::write(&note, "a plain note").expect("a file");
    let mut list = Vec::new();
    for job in jobs(&folder, &below(&folder)) {
        list.push(job);
        list.push(Job { path: "note.txt".into(), file: note.clone(), sha256: None });
    }
    let budget = Budget { seconds: 3, memory_bytes: 1 << 30, ..Budget::default() };
    let out = run(&list, 2, &budget);
    assert_eq!(out.len(), list.len());
    for (objects, job) in out.iter().zip(&list) {
        let first = objects.first().map(|object| &object.document);
        assert_eq!(first.map(|document| &document.path), Some(&job.path));
        if job.path == "note.txt" {
            assert_eq!(first.map(|document| document.status), Some(DocumentStatus::Read));
        }
    }
}

#[test]
fn clinic_statuses_agree_with_the_truth() {
    let Some(folder) = data("clinic-a") else { return };
    let root = folder.join("evidence/files");
    let files = below(&root);
    let out = run(&jobs(&root, &files), 2, &Budget::default());
    let found: BTreeMap<&str, DocumentStatus> =
        out.iter().filter_map(|objects| objects.first()).map(|o| (o.document.path.as_str(), o.document.status)).collect();
    let mut reader = csv::Reader::from_path(folder.join("truth/documents.csv")).expect("the truth");
    let (mut rows, mut wrong) = (0, Vec::new());
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row");
        let of = |name: &str| row.get(name).map_or("", String::as_str);
        rows += 1;
        let status = found.get(of("path")).copied();
        let fine = match (of("kind"), of("needs_ocr"), of("readable")) {
            ("dicom", _, _) => matches!(status, Some(DocumentStatus::Read | DocumentStatus::Partly)),
            // With Tesseract installed they are read.
            (_, "1", _) => matches!(status, Some(DocumentStatus::NeedsOcr | DocumentStatus::Read | DocumentStatus::Partly)),
            ("empty", ..) => status == Some(DocumentStatus::Empty),
            ("zipbomb", ..) => status == Some(DocumentStatus::OverBudget),
            ("zip_encrypted", ..) => status == Some(DocumentStatus::Encrypted),
            (_, _, "effort") => status.is_some(),
            (_, _, "no") => matches!(status, Some(DocumentStatus::Corrupt | DocumentStatus::Unsupported)),
            _ => status == Some(DocumentStatus::Read),
        };
        if !fine {
            wrong.push((of("path").to_string(), status));
        }
    }
    assert_eq!((rows, files.len()), (found.len(), found.len()));
    assert!(wrong.is_empty(), "{wrong:?}");
}
