//! GZIP: one member, named after the file.

use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use std::io::Read;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(b"\x1f\x8b\x08")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    // As for ZIP members: real data does not shrink two hundredfold.
    let limit = task.room().min((task.head.content.len() as u64).saturating_mul(200).max(32 << 20));
    let mut content = Vec::new();
    let result = flate2::read::MultiGzDecoder::new(task.head.content).take(limit + 1).read_to_end(&mut content);
    let name = task.head.name.clone();
    let name = name.strip_suffix(".gz").map_or_else(|| name.strip_suffix(".tgz").map_or(format!("{name}.content"), |stem| format!("{stem}.tar")), String::from);
    if content.len() as u64 > limit {
        task.problem(DocumentStatus::OverBudget, "unpacks to more than the budget");
        return task.lost_member(&name, limit, DocumentStatus::OverBudget, "unpacks to more than the budget");
    }
    match (result, content.is_empty()) {
        (Err(_), true) => return task.problem(DocumentStatus::Corrupt, "the compressed data is damaged"),
        (Err(_), false) => task.problem(DocumentStatus::Partly, "the compressed data is damaged at its end"),
        (Ok(_), _) => {}
    }
    task.document.pages = 1;
    task.member(&name, content);
}
