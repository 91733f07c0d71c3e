//! PDF: the text of every page in reading order, form fields, annotations, metadata, bookmarks, attached files; scans by OCR.
//!
//! A ladder of engines: pdfium where its library is installed, `pdf_oxide`, `lopdf`, and the strings of the content streams.
//! A document is read by the first that opens it; pages that look wrong, and a sample of all others, are read by the second
//! too, and the better reading is kept. A document that killed its reader is tried again from the next rung.

mod guard;
mod lines;
mod lopdf;
mod metadata;
mod oxide;
mod page;
mod parts;
pub(crate) mod pdfium;
mod strings;

#[cfg(test)]
mod tests;

use crate::{Head, Task, ocr};
use dosimeter_case::tables::{DocumentStatus, Layout};
use guard::Danger;
use page::{Page, Quality, news, to_be_seen, visible};
use parts::Parts;
pub use pdfium::pdf_engine;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most pages of one document that go to OCR.
const OCR_PAGES: usize = 200;
/// Most pages that are read by a second engine because they look wrong, without being read better.
const FRUITLESS: usize = 8;
/// One document in so many is cross-checked, on its first page and every tenth after it.
const SAMPLED: u8 = 8;
/// Longer documents are not read by a second engine, which looks for every page from the beginning.
const SECOND_PAGES: usize = 5_000;
/// Most pages of one document.
const PAGES: usize = 100_000;
/// Dots per inch of pages drawn for OCR, most dots of one page and of one side.
const DPI: f32 = 300.0;
const DOTS: f32 = 24_000_000.0;
const SIDE: f32 = 15_000.0;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let start = head.content.get(..1024).unwrap_or(head.content);
    start.windows(5).any(|window| window == b"%PDF-")
}

/// What became of opening a document.
enum Opened<T> {
    Document(T),
    /// No known password opens it.
    Locked,
    Bad,
    /// The engine is not installed.
    Absent,
}

impl<T> Opened<T> {
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Opened<U> {
        match self {
            Opened::Document(document) => Opened::Document(f(document)),
            Opened::Locked => Opened::Locked,
            Opened::Bad => Opened::Bad,
            Opened::Absent => Opened::Absent,
        }
    }
}

/// A document open in one of the engines.
enum Engine<'a> {
    Pdfium(pdfium::Document<'a>),
    Oxide(oxide::Document),
    Lopdf(lopdf::Document),
}

/// The engines in the order in which they are tried.
const LADDER: [&str; 3] = ["pdfium", "pdf_oxide", "lopdf"];
/// With the strings of the content streams as the last.
pub(super) const ENGINES: u32 = 4;
/// From here on, engines unpack only so much and do not follow forms.
const BOUNDED: usize = 2;

impl<'a> Engine<'a> {
    fn open(rung: usize, task: &Task<'a, '_>) -> Opened<Engine<'a>> {
        match rung {
            0 => pdfium::open(task, task.head.content).map(Engine::Pdfium),
            1 => oxide::open(task).map(Engine::Oxide),
            _ => lopdf::open(task).map(Engine::Lopdf),
        }
    }
    fn pages(&self) -> usize {
        match self {
            Engine::Pdfium(document) => document.pages(),
            Engine::Oxide(document) => document.pages(),
            Engine::Lopdf(document) => document.pages(),
        }
    }
    fn page(&self, at: usize) -> Page {
        match self {
            Engine::Pdfium(document) => caught(|| document.page(at)).unwrap_or_else(|| Page { failed: true, ..Page::default() }),
            Engine::Oxide(document) => document.page(at),
            Engine::Lopdf(document) => document.page(at),
        }
    }
    fn picture(&self, task: &Task<'_, '_>, at: usize) -> Option<image::GrayImage> {
        match self {
            Engine::Pdfium(document) => caught(|| document.picture(at)).flatten(),
            Engine::Oxide(document) => document.picture(task, at),
            Engine::Lopdf(_) => None,
        }
    }
}

/// A library's panic costs one step, not the document.
fn caught<T>(step: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(step)).ok()
}

/// Width and height in dots of a page given in points: 300 to the inch, less for posters. The width is a multiple of four.
fn picture_size(width: f32, height: f32) -> Option<(u32, u32)> {
    let (width, height) = (width * DPI / 72.0, height * DPI / 72.0);
    if !(width >= 8.0 && height >= 8.0 && width.is_finite() && height.is_finite()) {
        return None;
    }
    let scale = (DOTS / (width * height)).sqrt().min(SIDE / width.max(height)).min(1.0);
    let width = ((width * scale) as u32).next_multiple_of(4);
    Some((width, ((height * scale) as u32).max(1)))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let first = task.attempt() as usize;
    if first > 0 {
        return from_rung(task, first, "an engine before it did not survive this file");
    }
    // An engine that follows everything would have to be killed.
    match guard::danger(task.head.content) {
        None => from_rung(task, 0, ""),
        Some(Danger::Circle) => from_rung(task, 1, "its forms draw themselves"),
        Some(Danger::Bomb) => {
            from_rung(task, BOUNDED, "it unpacks only so much");
            task.problem(DocumentStatus::OverBudget, "a stream unpacks to far more than a page can hold");
        }
        Some(Danger::Laughs) => {
            from_rung(task, BOUNDED, "it does not follow forms");
            task.problem(DocumentStatus::OverBudget, "its forms draw one another many thousand times: their text is left out");
        }
    }
}

/// Reads with the engines from `first` on, and says `why` where that is not the first one.
fn from_rung(task: &mut Task<'_, '_>, first: usize, why: &str) {
    let (mut locked, mut passed) = (false, Vec::new());
    for rung in first..LADDER.len() {
        match Engine::open(rung, task) {
            Opened::Document(engine) => {
                let name = LADDER.get(rung).copied().unwrap_or_default();
                task.document.engine = name.into();
                if first > 0 {
                    task.document.reason = Some(format!("read by {name}: {why}"));
                } else if !passed.is_empty() {
                    task.document.reason = Some(format!("read by {name}: not opened by {}", passed.join(", ")));
                }
                return Reading::new(engine, rung).run(task);
            }
            Opened::Locked => locked = true,
            Opened::Bad => passed.extend(LADDER.get(rung).copied()),
            Opened::Absent => {}
        }
    }
    if locked {
        task.document.method = "none".into();
        return task.problem(DocumentStatus::Encrypted, "no known password opens it");
    }
    let text = strings::carve(task.head.content);
    // Fonts without names give any bytes: only what reads as words is worth giving.
    if visible(&text) > 0 && !Quality::of(&text).garbage() {
        task.running_text("strings", &text);
        return task.problem(DocumentStatus::Partly, "damaged: only the strings of its streams, without their order on pages");
    }
    task.document.method = "none".into();
    task.problem(DocumentStatus::Corrupt, "no pages can be found");
}

/// One document being read.
struct Reading<'a> {
    engine: Engine<'a>,
    rung: usize,
    /// The second engine, opened when first needed.
    second: Option<Option<oxide::Document>>,
    fruitless: usize,
    /// Every page is read by both: they have been found to differ.
    differ: bool,
    /// Texts of pages with annotations, to leave out what stands on the page already.
    annotated: BTreeMap<u32, String>,
    by_ocr: Vec<ocr::Page>,
    unseen: usize,
    /// Pages read by OCR that gave nothing.
    silent: usize,
    failed: usize,
    garbled: usize,
    letters: usize,
}

impl<'a> Reading<'a> {
    fn new(engine: Engine<'a>, rung: usize) -> Reading<'a> {
        let annotated = BTreeMap::new();
        Reading {
            engine,
            rung,
            second: None,
            fruitless: 0,
            differ: false,
            annotated,
            by_ocr: Vec::new(),
            unseen: 0,
            silent: 0,
            failed: 0,
            garbled: 0,
            letters: 0,
        }
    }

    fn run(mut self, task: &mut Task<'a, '_>) {
        let pages = self.engine.pages();
        task.document.pages = pages as i64;
        for at in 0..pages.min(PAGES) {
            if task.document.chars as u64 >= task.budget().text_chars {
                task.problem(DocumentStatus::OverBudget, &format!("only the first {at} pages were kept"));
                break;
            }
            let page = self.best(task, at);
            self.give(task, at, page);
        }
        if pages > PAGES {
            task.problem(DocumentStatus::OverBudget, &format!("only the first {PAGES} pages were kept"));
        }
        self.judge(task);
        self.parts(task);
    }

    /// The page by the engine, or by the second one where that reads better.
    fn best(&mut self, task: &Task<'_, '_>, at: usize) -> Page {
        let page = self.engine.page(at);
        if self.rung > 0 || self.engine.pages() > SECOND_PAGES {
            return page;
        }
        let quality = Quality::of(&page.text);
        let wrong = page.failed || quality.garbage() || quality.visible == 0 && page.covered == 0.0;
        let first = task.document.sha256.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(1);
        let sampled = at.is_multiple_of(10) && first.is_multiple_of(SAMPLED);
        if !(self.differ || sampled || wrong && self.fruitless < FRUITLESS) {
            return page;
        }
        let Some(second) = self.second.get_or_insert_with(|| if let Opened::Document(second) = oxide::open(task) { Some(second) } else { None }) else {
            return page;
        };
        let other = second.page(at);
        let second = Quality::of(&other.text);
        let disagree = !other.failed && (page.failed || quality.differs(second));
        self.differ |= disagree && !wrong;
        if disagree && (page.failed || second.better(quality)) {
            return Page { text: other.text, failed: false, ..page };
        }
        self.fruitless += usize::from(wrong);
        page
    }

    /// Gives a page's text, read from its picture where the text does not say it all.
    fn give(&mut self, task: &mut Task<'_, '_>, at: usize, page: Page) {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let locator = if page.more > 0 { format!("pages {number}-{}", at + 1 + page.more) } else { format!("page {number}") };
        self.letters += visible(&page.text);
        if page.annotated {
            self.annotated.insert(number, page.text.clone());
        }
        if to_be_seen(&page) {
            let seen = (self.by_ocr.len() < OCR_PAGES && ocr::available()).then(|| self.engine.picture(task, at)).flatten();
            if let Some(found) = seen.and_then(|picture| ocr::read(task, &picture)) {
                let garbage = Quality::of(&page.text).garbage() && Quality::of(&found.text).good > 0;
                let text = if garbage { found.text.clone() } else { format!("{}\n{}", page.text.trim_end(), news(&page.text, &found.text)) };
                self.silent += usize::from(visible(&text) == 0);
                task.running_text(locator, &text);
                self.by_ocr.push(found);
                return;
            }
            if Quality::of(&page.text).garbage() {
                self.garbled += 1;
            } else {
                self.unseen += 1;
            }
        }
        self.failed += usize::from(page.failed);
        task.running_text(locator, &page.text);
    }

    /// What is missing.
    fn judge(&self, task: &mut Task<'_, '_>) {
        if !self.by_ocr.is_empty() {
            task.document.method = "ocr".into();
            task.document.ocr_confidence = ocr::mean(&self.by_ocr);
        }
        let read = !self.by_ocr.is_empty() || self.letters >= 24 * (self.unseen + self.garbled).max(1);
        let why = if self.by_ocr.len() >= OCR_PAGES { "more than are read by OCR of one file" } else { ocr::missing() };
        let status = if read { DocumentStatus::Partly } else { DocumentStatus::NeedsOcr };
        if self.silent > 0 {
            // An empty page may be just that: no fault, but whoever counts on the text must know.
            task.problem(task.document.status, &format!("{} scanned pages in which OCR found no text", self.silent));
        }
        if self.unseen > 0 {
            task.problem(status, &format!("{} scanned pages: {why}", self.unseen));
        }
        if self.garbled > 0 {
            task.problem(status, &format!("{} pages whose fonts do not name their letters: {why}", self.garbled));
        }
        if self.failed > 0 {
            let status = if read || self.unseen > 0 { DocumentStatus::Partly } else { DocumentStatus::Corrupt };
            task.problem(status, &format!("{} pages cannot be read", self.failed));
        }
    }

    /// What the document holds beside its pages.
    fn parts(self, task: &mut Task<'_, '_>) {
        let content = task.head.content;
        let (mut information, mut bookmarks) = (Vec::new(), Vec::new());
        let mut wanted = true;
        if let Engine::Pdfium(document) = &self.engine {
            information = caught(|| document.information()).unwrap_or_default();
            bookmarks = caught(|| document.bookmarks()).unwrap_or_default();
            wanted = !self.annotated.is_empty() || document.has_parts();
        }
        let mut parts = Parts::default();
        let room = task.room();
        if wanted {
            match lopdf::load(task) {
                Opened::Document(objects) => parts = caught(|| parts::read(&objects, room)).unwrap_or_default(),
                // Attached files at least.
                _ => parts.files = self.attachments(task),
            }
        }
        if !matches!(self.engine, Engine::Pdfium(_)) {
            information = std::mem::take(&mut parts.information);
            bookmarks = std::mem::take(&mut parts.bookmarks);
        }
        let (values, words) = metadata::form(&parts.xfa);
        let blank = task.document.chars == 0;
        let mut form = parts.form;
        for value in values {
            if !form.contains(&value) {
                form.push(value);
            }
        }
        if !form.is_empty() {
            task.passage("form", Layout::Form, Vec::new(), 1, form.join("\n"));
            if blank && task.document.method == "text" {
                task.document.method = "form".into();
            }
        }
        // The pages of a form that is laid out by its reader only say that another reader is needed.
        if self.letters < 2000 {
            task.running_text("form text", &words.join("\n"));
        }
        for (page, lines) in parts.notes {
            let fresh = news(self.annotated.get(&page).map_or("", String::as_str), &lines.join("\n"));
            task.running_text(format!("page {page} annotations"), &fresh);
        }
        let packets = metadata::packets(content);
        let packets: Vec<&str> = if packets.is_empty() { parts.xmp.iter().map(String::as_str).collect() } else { packets };
        information.extend(packets.into_iter().flat_map(metadata::properties));
        let mut lines: Vec<String> = Vec::new();
        for (name, value) in information {
            let value = super::blocks::squeeze(&value);
            let line = format!("{name}: {value}");
            if !value.is_empty() && !lines.contains(&line) {
                lines.push(line);
            }
        }
        if !lines.is_empty() {
            task.passage("metadata", Layout::Form, Vec::new(), 1, lines.join("\n"));
        }
        task.running_text("bookmarks", &bookmarks.join("\n"));
        drop(self.engine);
        if task.document.chars == 0 && parts.files.is_empty() && task.document.status == DocumentStatus::Read {
            let note = "no text on its pages";
            task.document.reason = Some(task.document.reason.take().map_or_else(|| note.to_string(), |before| format!("{before}; {note}")));
        }
        for (name, content, bytes) in parts.files {
            match content {
                Some(content) if content.len() as u64 <= task.room() && task.may_add() => task.member(&name, content),
                Some(content) => task.lost_member(&name, content.len() as u64, DocumentStatus::OverBudget, "unpacks to more than the budget"),
                None if bytes > 0 => task.lost_member(&name, bytes, DocumentStatus::OverBudget, "damaged, or unpacks to more than the budget"),
                None => task.lost_member(&name, 0, DocumentStatus::Corrupt, "named, but not in the file"),
            }
        }
    }

    fn attachments(&self, task: &Task<'_, '_>) -> Vec<(String, Option<Vec<u8>>, u64)> {
        let sized = |(name, content): (String, Vec<u8>)| {
            let bytes = content.len() as u64;
            (name, Some(content), bytes)
        };
        match &self.engine {
            Engine::Pdfium(document) => caught(|| document.attachments(task.room())).unwrap_or_default(),
            Engine::Oxide(document) => document.attachments().into_iter().map(sized).collect(),
            Engine::Lopdf(_) => Vec::new(),
        }
    }
}
