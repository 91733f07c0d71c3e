//! [`Task`]: what a format's reader works with.

use crate::Budget;
use crate::head::Head;
use crate::table;
use crate::walk::{Extracted, Reader, Walk};
use bytes::Bytes;
use dosimeter_case::tables::{Document, DocumentStatus, Layout, Passage};
use dosimeter_case::{Id, Phi};

/// Passages with more text than this (in bytes) are given before the document is complete, so that memory stays bounded.
const PART: usize = 16 << 20;

/// One object being read: its content, the document row to fill, and where its passages and members go.
pub struct Task<'a, 'w> {
    /// The content.
    pub head: &'a Head<'a>,
    /// The row; status `read`, media type and method are set by the format and may be changed.
    pub document: Document,
    /// Passages found and not given yet.
    pub(crate) passages: Vec<Passage>,
    /// Number of passages given before those.
    pub(crate) given: usize,
    /// Bytes of text in `passages`.
    pub(crate) pending: usize,
    pub(crate) attempt: u32,
    pub(crate) walk: &'a mut Walk<'w>,
}

impl Task<'_, '_> {
    /// Adds a passage; text beyond the budget is cut off and said so.
    pub fn passage(&mut self, locator: impl Into<String>, layout: Layout, columns: Vec<String>, first_row: i64, mut text: String) {
        let mut chars = text.chars().count() as u64;
        let room = self.walk.text_room;
        if chars > room {
            let cut = text.char_indices().nth(room as usize).map_or(text.len(), |(at, _)| at);
            text.truncate(cut);
            chars = room;
            self.problem(DocumentStatus::OverBudget, "more text than the budget: the rest was left out");
            if text.is_empty() {
                return;
            }
        }
        self.walk.text_room -= chars;
        self.document.chars += chars as i64;
        self.pending += text.len();
        let ordinal = self.count() as i64;
        let document_id = self.document.document_id;
        let passage_id = Id::of("passage", &[&document_id, &ordinal]);
        self.passages.push(Passage { passage_id, document_id, ordinal, locator: locator.into(), layout, columns, first_row, text });
        if self.pending > PART {
            self.give(true);
        }
    }
    /// Number of passages so far.
    pub fn count(&self) -> usize {
        self.given + self.passages.len()
    }
    /// Whether nothing was found so far.
    pub fn is_blank(&self) -> bool {
        self.count() == 0
    }
    /// Which attempt at this object it is: 0, and one more for every engine that crashed, hung or took too much memory on it.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
    fn give(&mut self, more: bool) {
        let passages = std::mem::take(&mut self.passages);
        self.given += passages.len();
        self.pending = 0;
        self.walk.host.give(Extracted { document: self.document.clone(), passages, more });
    }
    /// Gives what is left: the document is complete.
    pub(crate) fn end(mut self) {
        self.give(false);
    }
    /// Adds running text, unless it is blank.
    pub fn running_text(&mut self, locator: impl Into<String>, text: &str) {
        let text = text.trim_matches(['\n', '\r', '\u{feff}']);
        if !text.trim().is_empty() {
            self.passage(locator, Layout::Text, Vec::new(), 1, text.to_string());
        }
    }
    /// Adds a table: finds its header row, puts what stands above it into a text passage, and cuts it into passages of at
    /// most 1,000 rows. `name` is the sheet or table; row numbers are appended to it (or stand alone when it is empty).
    pub fn table(&mut self, name: &str, rows: Vec<Vec<String>>, source_rows: Option<&[i64]>) {
        for part in table::split(name, rows, source_rows) {
            self.passage(part.locator, part.layout, part.columns, part.first_row, part.text);
        }
    }
    /// Adds a table whose column names are known.
    pub fn named_table(&mut self, name: &str, columns: &[String], rows: Vec<Vec<String>>, first_row: i64) {
        for part in table::parts(name, columns.to_vec(), rows, &|i| first_row + i as i64) {
            self.passage(part.locator, part.layout, part.columns, part.first_row, part.text);
        }
    }
    /// Reads an object inside this one, at once. `name` is its name in this container. A part of this object's own content is
    /// given without copying: `task.head.bytes.slice(from..to)`.
    pub fn member(&mut self, name: &str, content: impl Into<Bytes>) {
        self.enter(name, content.into(), None);
    }
    /// Reads an object inside this one whose kind this container knows: `reader` reads it. `content` is what identifies it, its bytes
    /// or, where it has none of its own (a message in a mail store), its text.
    pub fn part(&mut self, name: &str, content: impl Into<Bytes>, mut reader: impl FnMut(&mut Task<'_, '_>)) {
        self.enter(name, content.into(), Some(&mut reader));
    }
    fn enter(&mut self, name: &str, content: Bytes, reader: Option<Reader<'_>>) {
        let full = self.member_path(name);
        self.walk.enter(full, Some(self.document.document_id), &content, reader);
        self.walk.resume(self.document.member.as_deref());
    }
    /// Records an object inside this one that could not be had at all (`content` unknown).
    pub fn lost_member(&mut self, name: &str, bytes: u64, status: DocumentStatus, reason: &str) {
        let full = self.member_path(name);
        self.walk.lost(full, Some(self.document.document_id), bytes, status, reason);
    }
    /// Reads what could be had of an object inside this one that is damaged or too large. Its own row carries the status and
    /// says what is missing; what was had is read as an object of its own, so that neither passes for the whole.
    pub fn partial_member(&mut self, name: &str, content: impl Into<Bytes>, status: DocumentStatus, reason: &str) {
        let content = content.into();
        self.lost_member(name, content.len() as u64, status, reason);
        if !content.is_empty() {
            self.member(&format!("{name} (beginning)"), content);
        }
    }
    /// Counts bytes against the budget that were unpacked in vain: a bomb is not tried again and again.
    pub(crate) fn charge(&mut self, bytes: u64) {
        self.walk.expanded = self.walk.expanded.saturating_add(bytes);
    }
    fn member_path(&self, name: &str) -> String {
        let name = name.replace('\\', "/");
        match &self.document.member {
            Some(outer) => format!("{outer}!/{name}"),
            None => name,
        }
    }
    /// Sets a status that is worse than `read`, with its reason; several reasons are joined.
    pub fn problem(&mut self, status: DocumentStatus, reason: &str) {
        self.document.status = status;
        match &mut self.document.reason {
            Some(before) if before.contains(reason) => {}
            Some(before) => {
                before.push_str("; ");
                before.push_str(reason);
            }
            none => *none = Some(reason.to_string()),
        }
    }
    /// The limits.
    pub fn budget(&self) -> &Budget {
        self.walk.budget
    }
    /// Bytes that members may still unpack to.
    pub fn room(&self) -> u64 {
        self.walk.expanded_most.saturating_sub(self.walk.expanded).min(self.walk.budget.file_bytes)
    }
    /// Whether one more member may be read.
    pub fn may_add(&self) -> bool {
        self.walk.members < self.most_members()
    }
    /// How many members the whole file may have.
    pub fn most_members(&self) -> u64 {
        self.walk.members_most
    }
    /// The passwords to try, the empty one first.
    pub fn passwords(&self) -> Vec<Phi<String>> {
        std::iter::once(Phi::new(String::new())).chain(self.walk.passwords.iter().cloned()).collect()
    }
}
