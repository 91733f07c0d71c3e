//! Unpacking within the budget: what the archive formats share.

use crate::Task;
use dosimeter_case::tables::DocumentStatus;
use std::collections::HashMap;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What unpacks to more than this is looked at twice: real data do not shrink two hundredfold by DEFLATE,
/// nor (logs and tables of one repeated line) a thousandfold by the stronger methods.
const SUSPECT: u64 = 32 << 20;
/// The most that DEFLATE may unpack to, per packed byte, beyond [`SUSPECT`].
pub(super) const DEFLATE: u64 = 200;
/// The same for the stronger methods.
pub(super) const STRONG: u64 = 1000;

/// How unpacking ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All of it was had.
    Whole,
    /// The data are damaged or end too soon.
    Damaged,
    /// The budget has no room for it.
    Budget,
    /// It unpacks to far more than real data do.
    Bomb,
}

/// Reads all that `reader` gives of `packed` bytes, but not more than there is `room` for; declared sizes are not asked.
pub(super) fn gather(reader: impl Read, packed: u64, ratio: u64, room: u64) -> (Vec<u8>, End) {
    gather_fair(reader, packed.saturating_mul(ratio).max(SUSPECT), room)
}

fn gather_fair(reader: impl Read, fair: u64, room: u64) -> (Vec<u8>, End) {
    let limit = room.min(fair);
    let mut content = Vec::new();
    // A decoder that panics loses one member, not the rest of the archive.
    let read = catch_unwind(AssertUnwindSafe(|| reader.take(limit.saturating_add(1)).read_to_end(&mut content)));
    if content.len() as u64 > limit {
        content.truncate(limit as usize);
        return (content, if fair <= room { End::Bomb } else { End::Budget });
    }
    (content, if matches!(read, Ok(Ok(_))) { End::Whole } else { End::Damaged })
}

/// Memory that one decoder's dictionary may take, in KiB.
pub(super) fn dictionary(task: &Task<'_, '_>) -> u32 {
    u32::try_from(task.budget().memory_bytes / 3 / 1024).unwrap_or(u32::MAX - 1)
}

/// The last component of a stored name, if it can be shown: no control characters, not empty.
pub(super) fn safe_name(stored: &[u8]) -> Option<String> {
    let name = match std::str::from_utf8(stored) {
        Ok(name) => name.to_string(),
        Err(_) => crate::text::eight_bit(stored),
    };
    let name = name.rsplit(['/', '\\']).next()?.trim();
    let shown = !name.is_empty() && name != "." && name != ".." && name.len() <= 255 && !name.chars().any(char::is_control);
    shown.then(|| name.to_string())
}

/// This object's own name without its folders, in its own case.
pub(super) fn own_name(task: &Task<'_, '_>) -> String {
    let name = task.document.member.as_deref().unwrap_or(&task.document.path);
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_string()
}

/// The name of what a packed file holds, from its own: `a.csv.gz` holds `a.csv`, `a.tgz` holds `a.tar`.
pub(super) fn stem(task: &Task<'_, '_>, endings: &[(&str, &str)]) -> String {
    let name = own_name(task);
    for (ending, instead) in endings {
        let at = name.len().saturating_sub(ending.len());
        if at > 0 && name.get(at..).is_some_and(|tail| tail.eq_ignore_ascii_case(ending)) {
            return format!("{}{instead}", name.get(..at).unwrap_or_default());
        }
    }
    format!("{name}.content")
}

/// The single member of a packed stream: what was had of it is read, and what was not is said.
pub(super) fn stream(task: &mut Task<'_, '_>, name: &str, content: Vec<u8>, end: End) {
    task.document.pages = 1;
    let bytes = content.len() as u64;
    match end {
        End::Whole => task.member(name, content),
        End::Damaged if content.is_empty() => task.problem(DocumentStatus::Corrupt, "the compressed data is damaged"),
        End::Damaged => {
            task.problem(DocumentStatus::Partly, "the compressed data is damaged at its end");
            task.partial_member(name, content, DocumentStatus::Partly, "only its beginning could be unpacked");
        }
        // Of what shrinks so much that it is hardly data the beginning is not worth reading.
        End::Budget if bytes / DEFLATE <= task.head.content.len() as u64 => {
            task.problem(DocumentStatus::OverBudget, "unpacks to more than the budget");
            task.partial_member(name, content, DocumentStatus::OverBudget, "unpacks to more than the budget");
        }
        End::Budget | End::Bomb => {
            task.charge(bytes);
            task.problem(DocumentStatus::OverBudget, "unpacks to more than the budget");
            task.lost_member(name, bytes, DocumentStatus::OverBudget, "unpacks to more than the budget");
        }
    }
}

/// Keeps account of an archive's members, for what is said of the archive in the end.
#[derive(Default)]
pub(super) struct Account {
    names: HashMap<String, u32>,
    /// Bytes unpacked in vain.
    wasted: u64,
    /// Bytes unpacked of members that shrink more than data do, each of them small enough to pass.
    suspect: u64,
    had: u64,
    locked: u64,
    damaged: u64,
    unsupported: u64,
    over: u64,
}

/// Why a member cannot be had.
pub(super) type Loss = (DocumentStatus, &'static str);
pub(super) const TOO_MUCH: Loss = (DocumentStatus::OverBudget, "unpacks to more than the budget");
pub(super) const DAMAGED: Loss = (DocumentStatus::Corrupt, "the compressed data is damaged");
pub(super) const LOCKED: Loss = (DocumentStatus::Encrypted, "no known password opens it");
pub(super) const METHOD: Loss = (DocumentStatus::Unsupported, "packed with a method that is not supported");

impl Account {
    /// A name that no member before had: archives may hold several of one name.
    pub(super) fn name(&mut self, name: String) -> String {
        let mut count = self.names.get(&name).copied().unwrap_or(0);
        let mut unique = name.clone();
        while count > 0 && self.names.contains_key(&unique) {
            count += 1;
            unique = format!("{name} ({count})");
        }
        self.names.insert(name, count.max(1));
        self.names.entry(unique.clone()).or_insert(1);
        unique
    }
    /// Whether so much was unpacked in vain that no more is tried.
    pub(super) fn exhausted(&self, task: &Task<'_, '_>) -> bool {
        self.wasted > task.budget().expanded_bytes
    }
    /// [`gather`] for a member: an archive may hold some that shrink too much, not any number of them.
    pub(super) fn gather(&self, reader: impl Read, packed: u64, ratio: u64, room: u64) -> (Vec<u8>, End) {
        let floor = if self.suspect > 4 * SUSPECT { SUSPECT / 32 } else { SUSPECT };
        gather_fair(reader, packed.saturating_mul(ratio).max(floor), room)
    }
    /// Notes how much a member of `packed` bytes has unpacked to.
    pub(super) fn weigh(&mut self, packed: u64, bytes: u64) {
        if bytes > packed.saturating_mul(DEFLATE) {
            self.suspect = self.suspect.saturating_add(bytes);
        }
    }
    /// Gives an unpacked member to its reader, or says why it cannot be had.
    pub(super) fn member(&mut self, task: &mut Task<'_, '_>, name: &str, content: impl Into<bytes::Bytes>, end: End) {
        let content = content.into();
        let bytes = content.len() as u64;
        match end {
            End::Whole => self.whole(task, name, content),
            End::Damaged if bytes == 0 => self.lost(task, name, 0, DAMAGED),
            End::Damaged => {
                self.damaged += 1;
                self.had += 1;
                task.partial_member(name, content, DocumentStatus::Partly, "damaged: only a part of it could be unpacked");
            }
            End::Budget => {
                self.wasted = self.wasted.saturating_add(bytes);
                self.lost(task, name, bytes, TOO_MUCH);
            }
            End::Bomb => {
                task.charge(bytes);
                self.lost(task, name, bytes, TOO_MUCH);
            }
        }
    }
    /// A member that was had.
    pub(super) fn whole(&mut self, task: &mut Task<'_, '_>, name: &str, content: impl Into<bytes::Bytes>) {
        self.had += 1;
        task.member(name, content);
    }
    /// A link, or another entry that has no content of its own.
    pub(super) fn link(&mut self, task: &mut Task<'_, '_>, name: &str) {
        task.lost_member(name, 0, DocumentStatus::Empty, "a link to another file");
    }
    /// A member that cannot be had.
    pub(super) fn lost(&mut self, task: &mut Task<'_, '_>, name: &str, bytes: u64, (status, reason): Loss) {
        match status {
            DocumentStatus::Encrypted => self.locked += 1,
            DocumentStatus::Unsupported => self.unsupported += 1,
            DocumentStatus::OverBudget => self.over += 1,
            _ => self.damaged += 1,
        }
        task.lost_member(name, bytes, status, reason);
    }
    /// Says of the archive what became of its members; the worst last.
    pub(super) fn close(&self, task: &mut Task<'_, '_>) {
        let lost = |count: u64, status| if count > 0 && self.had == 0 && self.total() == count { status } else { DocumentStatus::Partly };
        if self.unsupported > 0 {
            let status = lost(self.unsupported, DocumentStatus::Unsupported);
            task.problem(status, &format!("{} members are packed with a method that is not supported", self.unsupported));
        }
        if self.damaged > 0 {
            task.problem(lost(self.damaged, DocumentStatus::Corrupt), &format!("{} members are damaged", self.damaged));
        }
        if self.locked > 0 {
            task.problem(lost(self.locked, DocumentStatus::Encrypted), &format!("{} members need a password that is not known", self.locked));
        }
        if self.over > 0 {
            task.problem(DocumentStatus::OverBudget, &format!("{} members unpack to more than the budget", self.over));
        }
    }
    fn total(&self) -> u64 {
        self.locked + self.damaged + self.unsupported + self.over
    }
}

/// Little-endian numbers at an offset.
pub(super) fn u16_at(content: &[u8], at: usize) -> Option<u16> {
    content.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}
pub(super) fn u32_at(content: &[u8], at: usize) -> Option<u32> {
    content.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}
pub(super) fn u64_at(content: &[u8], at: usize) -> Option<u64> {
    content.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_le_bytes)
}
