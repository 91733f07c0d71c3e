//! Backups of SQL Server (`.bak`, Microsoft Tape Format): carved for strings. Its data pages hold the values of each row one
//! after another, in UTF-16 and in the code page; without the table definitions they are not rows again.

use super::carve::carve;
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    tape(head) || compressed(head)
}

/// A tape descriptor block: its name, then attributes, offsets and the format's version.
fn tape(head: &Head<'_>) -> bool {
    head.starts(b"TAPE") && head.content.len() >= 512 && head.content.get(..512).is_some_and(|block| block.contains(&0))
}

fn compressed(head: &Head<'_>) -> bool {
    head.starts(b"MSSQLBAK")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let packed = compressed(task.head) || memchr::memmem::find(task.head.content.get(..1 << 20).unwrap_or(task.head.content), b"MSSQLBAK").is_some();
    let found = carve(task);
    match (packed, found) {
        (true, true) => task.problem(DocumentStatus::Partly, "a compressed database backup: only fragments of it can be read"),
        (true, false) => task.problem(DocumentStatus::Unsupported, "a compressed database backup"),
        (false, true) => {}
        (false, false) => task.problem(DocumentStatus::Unsupported, "a database backup without text that can be carved"),
    }
}
