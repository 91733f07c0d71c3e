//! The pool against real children, and the corpora against their truth.

use dosimeter_case::Error;
use dosimeter_case::tables::DocumentStatus;
use dosimeter_documents::{Budget, Copies, Delivery, Extracted, Job, Pool, extract};
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

/// Each file's objects, the file first.
fn run(jobs: &[Job], workers: usize, budget: &Budget) -> Vec<Vec<Extracted>> {
    let (mut out, mut one) = (Vec::new(), Vec::new());
    let pool = Pool::new(worker(), workers, budget.clone(), &[]);
    pool.run(jobs, None, &mut |delivery| {
        match delivery {
            Delivery::Part(part) => one.push(*part),
            Delivery::End(at) => {
                assert_eq!(at, out.len());
                one.sort_by_key(|object: &Extracted| object.document.member.is_some());
                out.push(std::mem::take(&mut one));
            }
        }
        Ok(())
    })
    .expect("the pool runs");
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
    let result = Pool::new(worker(), 2, Budget::default(), &[]).run(&list, None, &mut |_| {
        seen += 1;
        if seen == 5 { Err(Error::usage("enough")) } else { Ok(()) }
    });
    assert_eq!((result.is_err(), seen), (true, 5));
    let missing = Path::new("/nonexistent/program");
    assert!(Pool::new(missing, 2, Budget::default(), &[]).run(&list, None, &mut |_| Ok(())).is_err());
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

#[test]
fn a_taken_over_reader_can_do_nothing() {
    let output = std::process::Command::new(worker()).arg("probe").output().expect("the worker runs");
    let said = String::from_utf8_lossy(&output.stdout).trim().to_string();
    let (held, possible) = said.split_once(':').expect("an answer");
    let expect = match (held.contains("Landlock"), held.contains("seccomp")) {
        (_, true) => "",
        (true, false) => "connect",
        (false, false) => {
            eprintln!("this system has neither Landlock nor seccomp: only limits hold");
            return;
        }
    };
    assert_eq!(possible.trim(), expect, "{said}");
}

/// A ZIP archive without compression.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file(*name, options).expect("a member");
        writer.write_all(content).expect("its content");
    }
    writer.finish().expect("an archive").into_inner()
}

/// `path[!/member] status[=copy of]: passages` of everything that the pool delivers.
fn delivered(files: &[(&str, Vec<u8>)], workers: usize) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut list = Vec::new();
    for (name, content) in files {
        let file = folder.path().join(name);
        std::fs::write(&file, content).expect("a file");
        list.push(Job { path: (*name).into(), file, sha256: None });
    }
    let (mut names, mut lines) = (BTreeMap::new(), Vec::new());
    let mut parts: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    let pool = Pool::new(worker(), workers, Budget::default(), &[]);
    pool.run(&list, Some(Copies::default()), &mut |delivery| {
        let Delivery::Part(part) = delivery else { return Ok(()) };
        let document = part.document;
        let (n, chars) = parts.entry(document.document_id).or_default();
        *n += 1;
        *chars += part.passages.iter().map(|passage| passage.text.len()).sum::<usize>();
        if part.more {
            return Ok(());
        }
        let name = document.member.map_or(document.path.clone(), |member| format!("{}!/{member}", document.path));
        let of = document.duplicate_of.map_or(String::new(), |of| format!("={}", names.get(&of).cloned().unwrap_or_default()));
        lines.push(format!("{name} {}{of}: {chars} in {n}", document.status));
        names.insert(document.document_id, name);
        Ok(())
    })
    .expect("the pool runs");
    lines
}

#[test]
fn each_content_is_read_once_also_across_containers() {
    let letter = "Dear Ann Lee, ".repeat(2000).into_bytes();
    let inner = archive(&[("letter.txt", &letter), ("small.txt", b"see you")]);
    let files = [
        ("a.zip", archive(&[("copy.txt", &letter), ("in.zip", &inner)])),
        ("b.txt", letter.clone()),
        ("c.zip", archive(&[("again.zip", &inner), ("small.txt", b"see you"), ("new.txt", b"something new")])),
    ];
    let one = delivered(&files, 1);
    assert_eq!(
        one,
        [
            "a.zip!/copy.txt read: 28000 in 1",
            "a.zip!/in.zip!/letter.txt read=a.zip!/copy.txt: 0 in 1",
            "a.zip!/in.zip!/small.txt read: 7 in 1",
            "a.zip!/in.zip read: 0 in 1",
            "a.zip read: 0 in 1",
            "b.txt read=a.zip!/copy.txt: 0 in 1",
            "c.zip!/again.zip read=a.zip!/in.zip: 0 in 1",
            "c.zip!/small.txt read=a.zip!/in.zip!/small.txt: 0 in 1",
            "c.zip!/new.txt read: 13 in 1",
            "c.zip read: 0 in 1",
        ]
    );
    for _ in 0..3 {
        assert_eq!(delivered(&files, 3), one);
    }
}

#[test]
fn long_documents_come_in_parts() {
    let line = "a line of a very long note that never ends\n";
    let note = line.repeat((40 << 20) / line.len()).into_bytes();
    let lines = delivered(&[("long.txt", note.clone()), ("short.txt", b"a note".to_vec())], 2);
    assert_eq!(lines.len(), 2);
    let parts: usize = lines.first().and_then(|line| line.rsplit_once(' ')).and_then(|(_, n)| n.parse().ok()).expect("a count");
    assert!(parts > 1, "{lines:?}");
}

#[test]
fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    if !std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: no mkfifo here");
        return;
    }
    let out = run(&[Job { path: "pipe".into(), file: pipe, sha256: None }], 1, &Budget::default());
    let first = out.first().and_then(|objects| objects.first()).map(|object| (object.document.status, object.document.reason.clone()));
    assert_eq!(first, Some((DocumentStatus::Unsupported, Some("not a plain file".into()))));
}
