//! One file and, recursively, what it contains.

use crate::Budget;
use crate::formats::{self, FORMATS, Format};
use crate::head::Head;
use crate::ocr::{self, Sheet};
use crate::task::Task;
use bytes::Bytes;
use dosimeter_case::tables::{Document, DocumentStatus, Passage};
use dosimeter_case::{Id, Phi};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Stack of the reading thread: some libraries recurse with the nesting of the input.
pub(crate) const STACK: usize = 256 << 20;
/// Name of the reading thread; panics on it are not printed, because their text may quote the input.
const THREAD: &str = "dosimeter-extract";

/// A document and its passages, or a part of a long document.
#[derive(Clone, Debug, PartialEq)]
pub struct Extracted {
    /// The row. While `more` is set it is not final: status and counts say how far reading has come.
    pub document: Document,
    /// What was read, in order; of a long document, since its last part.
    pub passages: Vec<Passage>,
    /// Whether further parts of the same document follow. Its members may stand between them.
    pub more: bool,
}

/// What earlier attempts at a file stumbled over.
pub(crate) type Faults = Vec<Fault>;

/// An object that ended its reader.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fault {
    /// Its member path; `None` is the file itself.
    pub member: Option<String>,
    /// Which engine comes next, from 1; beyond the last one the object is given up.
    pub attempt: u32,
    /// What becomes of the object when it is given up.
    pub status: DocumentStatus,
    pub reason: String,
}

/// What reading needs of the process around it.
pub(crate) trait Host: Send {
    /// This object is now being read. Whether its content was read before, and is not needed again.
    fn open(&mut self, object: &Document) -> bool;
    /// Reading goes on in this container.
    fn back(&mut self, member: Option<&str>);
    /// A document or a part of one.
    fn give(&mut self, part: Extracted);
    /// Tesseract's output for a picture, in its TSV form; `None` when there is none.
    fn tesseract(&mut self, sheet: &Sheet) -> Option<String>;
}

/// Extracts one file and, recursively, what it contains: the file first, then each member after its container.
///
/// `path` is the path below the registered root. Every object gives exactly one document with a status; bad content never
/// is an error. Wall clock and memory are not watched here: that is what [`Pool`](crate::Pool) is for.
pub fn extract(path: &str, content: &[u8], budget: &Budget, passwords: &[Phi<String>]) -> Vec<Extracted> {
    let mut here = Here { seconds: budget.seconds, opened: HashSet::new(), order: Vec::new(), given: Vec::new() };
    guarded(path, &Bytes::copy_from_slice(content), budget, passwords, &Faults::new(), &mut here);
    let Here { order, given, .. } = here;
    let mut whole: Vec<Extracted> = Vec::new();
    let mut open: HashMap<Id, Vec<Passage>> = HashMap::new();
    for mut part in given {
        let passages = open.entry(part.document.document_id).or_default();
        passages.append(&mut part.passages);
        if !part.more {
            let passages = std::mem::take(passages);
            whole.push(Extracted { passages, ..part });
        }
    }
    let place: HashMap<Id, usize> = order.into_iter().enumerate().map(|(at, id)| (id, at)).collect();
    whole.sort_by_key(|object| place.get(&object.document.document_id).copied());
    whole
}

/// The process that asked, reading for itself.
struct Here {
    seconds: u64,
    opened: HashSet<Id>,
    order: Vec<Id>,
    given: Vec<Extracted>,
}

impl Host for Here {
    fn open(&mut self, object: &Document) -> bool {
        if self.opened.insert(object.document_id) {
            self.order.push(object.document_id);
        }
        false
    }
    fn back(&mut self, _: Option<&str>) {}
    fn give(&mut self, part: Extracted) {
        let id = part.document.document_id;
        // A member that could not be had was never opened.
        if self.opened.insert(id) {
            self.order.push(id);
        }
        self.given.push(part);
    }
    fn tesseract(&mut self, sheet: &Sheet) -> Option<String> {
        ocr::tesseract(ocr::program(), sheet, self.seconds)
    }
}

/// Reads a file on a thread with a deep stack. A container is given after its members, when it is complete.
pub(crate) fn guarded(path: &str, content: &Bytes, budget: &Budget, passwords: &[Phi<String>], faults: &Faults, host: &mut dyn Host) {
    quiet_panics();
    let work = || {
        let mut walk = Walk {
            path,
            budget,
            passwords,
            faults,
            host: &mut *host,
            members: 0,
            members_most: 0,
            expanded: 0,
            expanded_most: 0,
            text_room: 0,
            ancestors: Vec::new(),
        };
        walk.text_room = budget.text_chars.saturating_add(4 * content.len() as u64);
        walk.members_most = budget.members.max(content.len() as u64 / 128);
        walk.expanded_most = budget.expanded_bytes.max(20 * content.len() as u64);
        walk.object(None, None, content, None);
    };
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name(THREAD.into()).stack_size(STACK).spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok())
    });
    if done.is_none() {
        host.give(unread(path, None, content, DocumentStatus::Corrupt, "the reader failed"));
    }
}

/// A document row for content that was not read.
pub(crate) fn unread(path: &str, member: Option<String>, content: &[u8], status: DocumentStatus, reason: &str) -> Extracted {
    let mut document = row(path, member, None, content);
    document.status = status;
    document.reason = Some(reason.to_string());
    Extracted { document, passages: Vec::new(), more: false }
}

/// Panics of reading threads are caught and become a status; their message might quote the input, so it is not printed.
fn quiet_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().name() != Some(THREAD) {
                previous(info);
            }
        }));
    });
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(content: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(content).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn row(path: &str, member: Option<String>, parent_id: Option<Id>, content: &[u8]) -> Document {
    let sha256 = sha256(content);
    let document_id = Id::of("document", &[&path, &member.as_deref(), &sha256.as_str()]);
    let media_type = "application/octet-stream".into();
    Document { member, parent_id, sha256, bytes: content.len() as i64, media_type, ..Document::blank(document_id, path) }
}

/// How a member is read when its container knows better than its content tells.
pub(crate) type Reader<'r> = &'r mut dyn FnMut(&mut Task<'_, '_>);

/// The state of one file's extraction.
pub(crate) struct Walk<'w> {
    path: &'w str,
    pub(crate) budget: &'w Budget,
    pub(crate) passwords: &'w [Phi<String>],
    faults: &'w Faults,
    pub(crate) host: &'w mut dyn Host,
    /// Objects met inside the file, and how many there may be.
    pub(crate) members: u64,
    pub(crate) members_most: u64,
    /// Bytes unpacked from the file, and how many there may be.
    pub(crate) expanded: u64,
    pub(crate) expanded_most: u64,
    /// Characters of text that may still be kept.
    pub(crate) text_room: u64,
    /// Hashes of the objects that are open, the file first.
    ancestors: Vec<String>,
}

impl Walk<'_> {
    /// Reads a member.
    pub(crate) fn enter(&mut self, member: String, parent: Option<Id>, content: &Bytes, reader: Option<Reader<'_>>) {
        self.members += 1;
        self.expanded += content.len() as u64;
        self.text_room = self.text_room.saturating_add(4 * content.len() as u64);
        self.object(Some(member), parent, content, reader);
    }
    /// Says that the container is being read again.
    pub(crate) fn resume(&mut self, member: Option<&str>) {
        self.host.back(member);
    }
    /// A member without content.
    pub(crate) fn lost(&mut self, member: String, parent: Option<Id>, bytes: u64, status: DocumentStatus, reason: &str) {
        self.members += 1;
        let mut object = unread(self.path, Some(member), &[], status, reason);
        object.document.parent_id = parent;
        object.document.bytes = bytes as i64;
        self.host.give(object);
    }
    fn object(&mut self, member: Option<String>, parent: Option<Id>, content: &Bytes, reader: Option<Reader<'_>>) {
        let mut document = row(self.path, member, parent, content);
        if self.host.open(&document) {
            document.reason = Some("its content was read before".into());
            return self.host.give(Extracted { document, passages: Vec::new(), more: false });
        }
        let refused = match () {
            () if content.is_empty() => Some((DocumentStatus::Empty, "zero bytes".to_string())),
            () if content.len() as u64 > self.budget.file_bytes => Some((DocumentStatus::OverBudget, format!("larger than {} bytes", self.budget.file_bytes))),
            () if self.ancestors.contains(&document.sha256) => Some((DocumentStatus::OverBudget, "it contains itself".into())),
            () if self.ancestors.len() as u64 > u64::from(self.budget.depth) => Some((DocumentStatus::OverBudget, "nested too deep".into())),
            () => None,
        };
        if let Some((status, reason)) = refused {
            (document.status, document.reason) = (status, Some(reason));
            return self.host.give(Extracted { document, passages: Vec::new(), more: false });
        }
        self.ancestors.push(document.sha256.clone());
        let name = document.member.clone().unwrap_or_else(|| document.path.clone());
        self.read(document, &Head::new(content, &name), reader);
        self.ancestors.pop();
    }
    fn read(&mut self, document: Document, head: &Head<'_>, reader: Option<Reader<'_>>) {
        let fault = self.faults.iter().find(|fault| fault.member == document.member).cloned();
        let attempt = fault.as_ref().map_or(0, |fault| fault.attempt);
        let mut task = Task { head, document, passages: Vec::new(), given: 0, pending: 0, attempt, walk: self };
        let read = catch_unwind(AssertUnwindSafe(|| {
            let format = FORMATS.iter().find(|format| (format.recognise)(head));
            if let Some(format) = format {
                task.document.media_type = format.media_type.into();
                task.document.method = format.method.into();
                task.document.engine = format.name.into();
            }
            // The last attempt that is worth making: looking for strings cannot fail in the same way.
            match (fault, format, reader) {
                (Some(fault), format, _) if attempt > format.map_or(1, Format::engines) => task.problem(fault.status, &fault.reason),
                (Some(fault), format, _) if attempt == format.map_or(1, Format::engines) => {
                    let found = formats::carve(&mut task);
                    task.problem(if found { DocumentStatus::Partly } else { fault.status }, &fault.reason);
                }
                (_, _, Some(reader)) => reader(&mut task),
                (_, Some(format), _) => (format.read)(&mut task),
                (_, None, _) => formats::unknown(&mut task),
            }
        }));
        if read.is_err() {
            let status = if task.is_blank() { DocumentStatus::Corrupt } else { DocumentStatus::Partly };
            task.problem(status, "the reader failed on this content");
        }
        task.end();
    }
}
