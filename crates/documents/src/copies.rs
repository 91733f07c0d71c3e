//! Content that was met before: each is extracted once, each copy keeps its own path.

use dosimeter_case::Id;
use dosimeter_case::tables::{Document, DocumentStatus};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// The documents read so far, by the hash of their content.
#[derive(Default)]
pub struct Copies {
    known: HashMap<[u8; 32], Document>,
}

impl Copies {
    /// Remembers a document, unless what became of it depends on where it was met.
    pub fn add(&mut self, document: &Document) {
        let settled = !matches!(document.status, DocumentStatus::OverBudget | DocumentStatus::Empty) && document.duplicate_of.is_none();
        if let (true, Some(key)) = (settled, key(&document.sha256)) {
            // Only what a copy takes over: there may be millions.
            let kept = Document { path: String::new(), member: None, parent_id: None, sha256: String::new(), ..document.clone() };
            self.known.entry(key).or_insert(kept);
        }
    }
    pub(crate) fn read(shared: &RwLock<Copies>) -> RwLockReadGuard<'_, Copies> {
        shared.read().unwrap_or_else(PoisonError::into_inner)
    }
    pub(crate) fn has(&self, sha256: &str) -> bool {
        key(sha256).is_some_and(|key| self.known.contains_key(&key))
    }
    /// The row of a copy, from the row that says where it is.
    pub(crate) fn copy_of(&self, place: Document) -> Document {
        match key(&place.sha256).and_then(|key| self.known.get(&key)) {
            Some(original) => as_copy(original, place),
            None => place,
        }
    }
}

/// The row of the file at `path`, whose content is that of the file `original`. Its members are not listed again.
pub fn duplicate(original: &Document, path: &str) -> Document {
    let document_id = Id::of("document", &[&path, &None::<&str>, &original.sha256.as_str()]);
    let place = Document { sha256: original.sha256.clone(), bytes: original.bytes, ..Document::blank(document_id, path) };
    as_copy(original, place)
}

fn as_copy(original: &Document, place: Document) -> Document {
    Document {
        document_id: place.document_id,
        path: place.path,
        member: place.member,
        parent_id: place.parent_id,
        sha256: place.sha256,
        bytes: place.bytes,
        duplicate_of: Some(original.duplicate_of.unwrap_or(original.document_id)),
        ..original.clone()
    }
}

/// The hash as bytes: half as long as its digits. `None` for content that has no hash (a member that could not be had).
fn key(sha256: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if sha256.len() != 64 {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(sha256.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(key)
}
