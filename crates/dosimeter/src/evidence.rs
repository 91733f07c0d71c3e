//! Registers evidence: walks what it is given, hashes it, and never changes it.

use dosimeter_case::tables::{Evidence, EvidenceKind};
use dosimeter_case::{Case, Error, Id, Progress, Result};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Registers every file below the given paths. Returns how many files are new.
///
/// The path kept is relative to the given folder; for a single file it is the file's name. Links are followed for
/// files and not for folders, so that a cycle cannot trap the walk; what cannot be read stops the command by name.
pub fn add(case: &Case, kind: EvidenceKind, paths: &[PathBuf], host: Option<&str>, custodian: &str) -> Result<usize> {
    let mut files = Vec::new();
    for root in paths {
        let root = std::fs::canonicalize(root).map_err(|e| Error::io(root, e))?;
        if root.is_dir() {
            for file in crate::run::files_below(&root)? {
                let relative = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
                files.push((file, relative));
            }
        } else {
            let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((root, name));
        }
    }
    let mut progress = Progress::new("add", files.len() as u64);
    let mut rows = Vec::new();
    for (file, path) in files {
        let (sha256, bytes) = sha256(&file)?;
        let host = host.map_or_else(|| host_of(case, kind, &path), str::to_string);
        rows.push(Evidence {
            source_id: Id::of("source", &[&kind.as_str(), &path, &sha256]),
            kind,
            path,
            file: file.display().to_string(),
            sha256,
            bytes,
            host,
            custodian: custodian.to_string(),
            registered: Timestamp::now(),
            batch: 0,
        });
        progress.inc(1);
    }
    case.add_evidence(rows)
}

/// The server that a log belongs to: the first part of its path that names one.
fn host_of(case: &Case, kind: EvidenceKind, path: &str) -> String {
    if kind != EvidenceKind::Logs {
        return String::new();
    }
    let servers = &case.config.environment.servers;
    let known = path.split('/').find_map(|part| servers.iter().find(|s| s.name.eq_ignore_ascii_case(part)));
    match (known, path.split_once('/')) {
        (Some(server), _) => server.name.clone(),
        // Logs are usually collected into one folder per server.
        (None, Some((folder, _))) => folder.to_string(),
        (None, None) => String::new(),
    }
}

/// SHA-256 (hexadecimal) and size of a file.
pub fn sha256(path: &Path) -> Result<(String, i64)> {
    let mut file = File::open(path).map_err(|e| Error::io(path, e))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer).map_err(|e| Error::io(path, e))?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
        bytes += n as i64;
    }
    Ok((hasher.finalize().iter().map(|b| format!("{b:02x}")).collect(), bytes))
}
