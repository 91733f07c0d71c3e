//! Extracts files and prints one JSON line per object: `extract [--pool WORKER] [--jobs N] [--seconds N] [--password WORD]… ROOT [FILE…]`.
//! Without files, everything below ROOT. For measuring.

use dosimeter_case::{Error, Phi, Result};
use dosimeter_documents::{Budget, Delivery, Extracted, Job, Pool, extract};
use serde_json::json;
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (mut pool, mut jobs, mut budget, mut passwords, mut rest) = (None, 2, Budget::default(), Vec::new(), Vec::new());
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| Error::usage("a value is missing"));
        match argument.as_str() {
            "--pool" => pool = Some(PathBuf::from(value()?)),
            "--jobs" => jobs = value()?.parse().map_err(|_| Error::usage("--jobs takes a number"))?,
            "--seconds" => budget.seconds = value()?.parse().map_err(|_| Error::usage("--seconds takes a number"))?,
            "--password" => passwords.push(Phi::new(value()?)),
            _ => rest.push(PathBuf::from(argument)),
        }
    }
    let mut rest = rest.into_iter();
    let root = rest.next().ok_or_else(|| Error::usage("ROOT is missing"))?;
    let mut files: Vec<PathBuf> = rest.collect();
    if files.is_empty() {
        below(&root, &mut files)?;
    }
    files.sort();
    let named = |file: &Path| file.strip_prefix(&root).unwrap_or(file).to_string_lossy().into_owned();
    let jobs_list: Vec<Job> = files.iter().map(|file| Job { path: named(file), file: file.clone(), sha256: None }).collect();
    let print = |object: Extracted| {
        let d = &object.document;
        let passages: Vec<_> = object
            .passages
            .iter()
            .map(|p| json!({"locator": p.locator, "layout": p.layout.as_str(), "columns": p.columns, "first_row": p.first_row, "text": p.text}))
            .collect();
        let line = json!({"path": d.path, "member": d.member, "status": d.status.as_str(), "media_type": d.media_type, "method": d.method, "engine": d.engine, "pages": d.pages,
                "chars": d.chars, "bytes": d.bytes, "sha256": d.sha256, "reason": d.reason, "ocr_confidence": d.ocr_confidence, "more": object.more, "patient_id": d.patient_id, "passages": passages});
        println!("{line}");
    };
    match pool {
        Some(exe) => {
            let pool = Pool::new(&exe, jobs, budget, &passwords);
            let confined = pool.run(&jobs_list, None, &mut |delivery| {
                if let Delivery::Part(part) = delivery {
                    print(*part);
                }
                Ok(())
            })?;
            eprintln!("confined by {confined}; {}", pool.slowest());
            Ok(())
        }
        None => jobs_list.iter().try_for_each(|job| {
            let content = std::fs::read(&job.file).map_err(|cause| Error::io(&job.file, cause))?;
            extract(&job.path, &content, &budget, &passwords).into_iter().for_each(print);
            Ok(())
        }),
    }
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|cause| Error::io(folder, cause))? {
        let path = entry.map_err(|cause| Error::io(folder, cause))?.path();
        if path.is_dir() { below(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
