//! The third engine: `lopdf`. It reads fewer fonts than the others, and survives what kills them.

use super::page::{Page, doubtful};
use super::{Opened, caught};
use crate::Task;

/// Text of fonts whose encoding is not known comes out as this.
const UNKNOWN: &str = "?Identity-H Unimplemented?";
/// Most bytes that one stream may unpack to.
pub(super) const STREAM: usize = 64 << 20;
/// Most bytes of a page's content: drawing instructions take much more room when read.
const CONTENT: usize = 8 << 20;
/// The library walks the page tree anew for every call, so that long documents are read several pages at a time.
const PAGES_ONE_BY_ONE: usize = 2_000;

pub(super) struct Document {
    document: Box<lopdf::Document>,
    numbers: Vec<u32>,
}

/// The document's objects, whatever became of its pages.
pub(super) fn load(task: &Task<'_, '_>) -> Opened<lopdf::Document> {
    let options = |password: Option<String>| lopdf::LoadOptions { password, max_decompressed_size: Some(STREAM), ..lopdf::LoadOptions::default() };
    let load = |password| caught(|| lopdf::Document::load_mem_with_options(task.head.content, options(password)).ok()).flatten();
    let Some(plain) = load(None) else { return Opened::Bad };
    if !plain.is_encrypted() {
        return Opened::Document(plain);
    }
    // Dropped first: there is no need for two of them.
    drop(plain);
    match task.passwords().iter().find_map(|password| load(Some(password.expose().clone()))) {
        Some(document) => Opened::Document(document),
        None => Opened::Locked,
    }
}

pub(super) fn open(task: &Task<'_, '_>) -> Opened<Document> {
    match load(task) {
        Opened::Document(document) => {
            let numbers: Vec<u32> = caught(|| document.get_pages().into_keys().collect()).unwrap_or_default();
            if numbers.is_empty() { Opened::Bad } else { Opened::Document(Document { document: Box::new(document), numbers }) }
        }
        Opened::Locked => Opened::Locked,
        Opened::Bad => Opened::Bad,
        Opened::Absent => Opened::Absent,
    }
}

impl Document {
    pub fn pages(&self) -> usize {
        self.numbers.len()
    }

    /// Page `at`, from 0. Of a long document, every 50th page is given with the 49 after it.
    pub fn page(&self, at: usize) -> Page {
        let step = if self.numbers.len() > PAGES_ONE_BY_ONE { 50 } else { 1 };
        if !at.is_multiple_of(step) {
            return Page::default();
        }
        let numbers: Vec<u32> = self.numbers.iter().skip(at).take(step).copied().collect();
        let text = caught(|| self.document.extract_text_with_limit(&numbers, CONTENT).ok()).flatten();
        let text = text.map(|text| text.replace(UNKNOWN, ""));
        let (failed, more) = (text.is_none(), numbers.len().saturating_sub(1));
        let page = Page { text: text.unwrap_or_default(), failed, more, annotated: true, ..Page::default() };
        let pictured =
            || self.document.get_pages().values().nth(at).is_some_and(|&page| self.document.get_page_images(page).is_ok_and(|images| !images.is_empty()));
        let covered = if more == 0 && doubtful(&page.text, false) && caught(pictured).unwrap_or(false) { 1.0 } else { 0.0 };
        Page { covered, ..page }
    }
}
