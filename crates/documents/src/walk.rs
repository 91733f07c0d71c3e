//! One file and, recursively, what it contains.

use crate::Budget;
use crate::formats::{self, FORMATS};
use crate::head::Head;
use crate::ocr::Sheet;
use crate::task::Task;
use dosimeter_case::tables::{Document, DocumentStatus, Passage};
use bytes::Bytes;
use dosimeter_case::{Id, Phi};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Stack of the reading thread: some libraries recurse with the nesting of the input.
const STACK: usize = 256 << 20;
/// Name of the reading thread; panics on it are not printed, because their text may quote the input.
const THREAD: &str = "dosimeter-extract";

/// One object: its row and its passages.
#[derive(Clone, Debug, PartialEq)]
pub struct Extracted {
    /// The row.
    pub document: Document,
    /// What was read, in order.
    pub passages: Vec<Passage>,
}

/// Objects that are not to be read, by member path (`None`: the file itself), and what became of them before.
pub(crate) type Skip = BTreeMap<Option<String>, (DocumentStatus, String)>;

/// Extracts one file and, recursively, what it contains: the file first, then each member after its container.
///
/// `path` is the path below the registered root. Every object gives exactly one document with a status; bad content never
/// is an error. Wall clock and memory are not watched here: that is what [`Pool`](crate::Pool) is for.
pub fn extract(path: &str, content: &[u8], budget: &Budget, passwords: &[Phi<String>]) -> Vec<Extracted> {
    let mut tesseract = |sheet: &Sheet| crate::ocr::tesseract(sheet, budget.seconds);
    guarded(path, &Bytes::copy_from_slice(content), budget, passwords, &Skip::new(), &mut |_| {}, &mut tesseract)
}

/// [`extract`] on a thread with a deep stack; `at` is told which member is being read before it is.
pub(crate) fn guarded(
    path: &str,
    content: &Bytes,
    budget: &Budget,
    passwords: &[Phi<String>],
    skip: &Skip,
    at: &mut (dyn FnMut(Option<&str>) + Send),
    tesseract: &mut (dyn FnMut(&Sheet) -> Option<String> + Send),
) -> Vec<Extracted> {
    quiet_panics();
    let work = move || {
        let mut walk = Walk { path, budget, passwords, skip, at, tesseract, out: Vec::new(), members: 0, expanded: 0, depth: 0 };
        walk.object(None, None, content);
        walk.out
    };
    let run = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name(THREAD.into()).stack_size(STACK).spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok())
    });
    run.unwrap_or_else(|| vec![unread(path, None, content, DocumentStatus::Corrupt, "the reader failed")])
}

/// A document row for content that was not read.
pub(crate) fn unread(path: &str, member: Option<String>, content: &[u8], status: DocumentStatus, reason: &str) -> Extracted {
    let mut document = row(path, member, None, content);
    document.status = status;
    document.reason = Some(reason.to_string());
    Extracted { document, passages: Vec::new() }
}

/// The row of a copy: `original` was extracted, the file at `path` has the same content. Its members are not listed again.
pub fn duplicate(original: &Document, path: &str) -> Document {
    let document_id = Id::of("document", &[&path, &None::<&str>, &original.sha256.as_str()]);
    Document { document_id, path: path.to_string(), member: None, parent_id: None, duplicate_of: Some(original.document_id), ..original.clone() }
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

/// The state of one file's extraction.
pub(crate) struct Walk<'w> {
    path: &'w str,
    pub(crate) budget: &'w Budget,
    pub(crate) passwords: &'w [Phi<String>],
    skip: &'w Skip,
    at: &'w mut (dyn FnMut(Option<&str>) + Send),
    pub(crate) tesseract: &'w mut (dyn FnMut(&Sheet) -> Option<String> + Send),
    out: Vec<Extracted>,
    pub(crate) members: u64,
    pub(crate) expanded: u64,
    depth: u32,
}

impl Walk<'_> {
    /// Reads a member.
    pub(crate) fn enter(&mut self, member: String, parent: Option<Id>, content: Bytes) {
        self.members += 1;
        self.expanded += content.len() as u64;
        if self.depth >= self.budget.depth {
            let mut object = unread(self.path, Some(member), &content, DocumentStatus::OverBudget, "nested too deep");
            object.document.parent_id = parent;
            self.out.push(object);
            return;
        }
        self.depth += 1;
        self.object(Some(member), parent, &content);
        self.depth -= 1;
    }
    /// Says that the container is being read again.
    pub(crate) fn resume(&mut self, member: Option<&str>) {
        (self.at)(member);
    }
    /// A member without content.
    pub(crate) fn lost(&mut self, member: String, parent: Option<Id>, bytes: u64, status: DocumentStatus, reason: &str) {
        self.members += 1;
        let mut object = unread(self.path, Some(member), &[], status, reason);
        object.document.parent_id = parent;
        object.document.bytes = bytes as i64;
        self.out.push(object);
    }
    fn object(&mut self, member: Option<String>, parent: Option<Id>, content: &Bytes) {
        let place = self.out.len();
        let mut document = row(self.path, member, parent, content);
        if let Some((status, reason)) = self.skip.get(&document.member) {
            document.status = *status;
            document.reason = Some(reason.clone());
            self.out.push(Extracted { document, passages: Vec::new() });
            return;
        }
        (self.at)(document.member.as_deref());
        if content.is_empty() {
            document.status = DocumentStatus::Empty;
            document.reason = Some("zero bytes".into());
            self.out.push(Extracted { document, passages: Vec::new() });
            return;
        }
        if content.len() as u64 > self.budget.file_bytes {
            document.status = DocumentStatus::OverBudget;
            document.reason = Some(format!("larger than {} bytes", self.budget.file_bytes));
            self.out.push(Extracted { document, passages: Vec::new() });
            return;
        }
        let name = document.member.clone().unwrap_or_else(|| document.path.clone());
        let object = self.read(document, &Head::new(content, &name));
        // The container stands before its members.
        self.out.insert(place, object);
    }
    fn read(&mut self, document: Document, head: &Head<'_>) -> Extracted {
        let plain = document.clone();
        let read = catch_unwind(AssertUnwindSafe(|| {
            let format = FORMATS.iter().find(|format| (format.recognise)(head));
            let mut task = Task { head, document, passages: Vec::new(), walk: self };
            match format {
                Some(format) => {
                    task.document.media_type = format.media_type.into();
                    task.document.method = format.method.into();
                    (format.read)(&mut task);
                }
                None => formats::unknown(&mut task),
            }
            Extracted { document: task.document, passages: task.passages }
        }));
        read.unwrap_or_else(|_| {
            let document = Document { status: DocumentStatus::Corrupt, reason: Some("the reader failed on this content".into()), ..plain };
            Extracted { document, passages: Vec::new() }
        })
    }
}
