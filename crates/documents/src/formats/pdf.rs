//! PDF: the text of every page in reading order, form fields, attached files; scanned pages by OCR where it is installed.
//!
//! A ladder: `pdf_oxide`, and `lopdf` where it fails or finds nothing. Encrypted files are tried with the empty password and
//! the known ones.

use super::pdf_lines;
use crate::{Head, Task, ocr};
use dosimeter_case::tables::{DocumentStatus, Layout};
use pdf_oxide::PdfDocument;
use pdf_oxide::extractors::forms::{FieldValue, FormExtractor};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Fewer visible characters than this on a page with a picture: the page is a scan.
const SCAN: usize = 24;
/// Most pages whose pictures go to OCR.
const OCR_PAGES: usize = 200;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let start = head.content.get(..1024).unwrap_or(head.content);
    start.windows(5).any(|window| window == b"%PDF-")
}

/// What was had of one page.
#[derive(Default)]
struct Page {
    text: String,
    picture: bool,
    failed: bool,
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let document = match open(task) {
        Opened::Locked => {
            task.document.method = "none".into();
            return task.problem(DocumentStatus::Encrypted, "no known password opens it");
        }
        Opened::Document(document) => Some(document),
        Opened::Bad => None,
    };
    let mut pages: Vec<Page> = document.as_ref().map(|document| text(document, task.budget().text_chars)).unwrap_or_default();
    if pages.iter().all(|page| visible(&page.text) < SCAN) {
        let second = second_reader(task);
        if pages.len() < second.len() {
            pages.resize_with(second.len(), Page::default);
        }
        for (page, text) in pages.iter_mut().zip(second).filter(|(page, text)| visible(text) > visible(&page.text)) {
            page.text = text;
            page.failed = false;
        }
    }
    task.document.pages = pages.len() as i64;
    if pages.is_empty() {
        task.document.method = "none".into();
        return task.problem(DocumentStatus::Corrupt, "no pages can be found");
    }
    give(task, document.as_deref(), pages);
    if let Some(document) = &document {
        form(task, document);
        for (name, content) in caught(|| document.extract_embedded_files().ok()).flatten().unwrap_or_default() {
            if content.len() as u64 <= task.room() && task.may_add() {
                task.member(&name, content);
            } else {
                task.lost_member(&name, content.len() as u64, DocumentStatus::OverBudget, "unpacks to more than the budget");
            }
        }
    }
}

enum Opened {
    Document(Box<PdfDocument>),
    Locked,
    Bad,
}

fn open(task: &Task<'_, '_>) -> Opened {
    let Some(document) = caught(|| PdfDocument::from_bytes(task.head.content.to_vec()).ok()).flatten() else { return Opened::Bad };
    if document.is_encrypted() && !document.is_authenticated() {
        let opens = |password: &str| caught(|| document.authenticate(password.as_bytes()).unwrap_or(false)).unwrap_or(false);
        if !task.passwords().iter().any(|password| opens(password.expose())) {
            return Opened::Locked;
        }
    }
    Opened::Document(Box::new(document))
}

/// A library's panic costs one step, not the document.
fn caught<T>(step: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(step)).ok()
}

fn visible(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

fn text(document: &PdfDocument, most: u64) -> Vec<Page> {
    let count = caught(|| document.page_count().unwrap_or(0)).unwrap_or(0);
    let (mut pages, mut chars) = (Vec::new(), 0);
    for at in 0..count {
        let text = caught(|| pdf_lines::page(document, at)).flatten();
        let mut page = Page { failed: text.is_none(), text: text.unwrap_or_default(), picture: false };
        if visible(&page.text) < SCAN {
            page.picture = caught(|| document.page_image_handles(at).is_ok_and(|images| !images.is_empty())).unwrap_or(false);
        }
        chars += page.text.len() as u64;
        pages.push(page);
        if chars > most {
            break;
        }
    }
    pages
}

/// The pages' texts by the second library, which survives what the first does not.
fn second_reader(task: &Task<'_, '_>) -> Vec<String> {
    let load = |password: &str| {
        let options = lopdf::LoadOptions { password: Some(password.to_string()), ..Default::default() };
        lopdf::Document::load_mem_with_options(task.head.content, options).ok()
    };
    let open = || {
        let plain = lopdf::Document::load_mem(task.head.content).ok().filter(|document| !document.is_encrypted());
        plain.or_else(|| task.passwords().iter().find_map(|password| load(password.expose())))
    };
    let Some(document) = caught(open).flatten() else { return Vec::new() };
    let numbers: Vec<u32> = caught(|| document.get_pages().into_keys().take(100_000).collect()).unwrap_or_default();
    let text = |number| caught(|| document.extract_text(&[number]).unwrap_or_default()).unwrap_or_default();
    // Text of fonts whose encoding is not known comes out as a marker.
    numbers.into_iter().map(|number| text(number).replace("?Identity-H Unimplemented?", "")).collect()
}

fn give(task: &mut Task<'_, '_>, document: Option<&PdfDocument>, pages: Vec<Page>) {
    let (mut scans, mut failed, mut read, mut by_ocr) = (0, 0, 0, Vec::new());
    for (at, page) in pages.iter().enumerate() {
        let locator = format!("page {}", at + 1);
        let scan = page.picture && visible(&page.text) < SCAN;
        let found = if scan && ocr::available() && by_ocr.len() < OCR_PAGES {
            document.and_then(|document| recognised(task, document, at))
        } else {
            None
        };
        if let Some(found) = found {
            let text: Vec<&str> =
                std::iter::once(page.text.trim()).chain(found.iter().map(|page| page.text.as_str())).filter(|text| !text.is_empty()).collect();
            task.running_text(locator, &text.join("\n"));
            by_ocr.extend(found);
            continue;
        }
        scans += usize::from(scan);
        failed += usize::from(page.failed && !scan);
        read += usize::from(visible(&page.text) >= SCAN);
        task.running_text(locator, &page.text);
    }
    if !by_ocr.is_empty() {
        task.document.method = "ocr".into();
        task.document.ocr_confidence = ocr::mean(&by_ocr);
        read += 1;
    }
    if scans > 0 {
        let status = if read > 0 { DocumentStatus::Partly } else { DocumentStatus::NeedsOcr };
        task.problem(status, &format!("{scans} scanned pages: {}", ocr::missing()));
    }
    if failed > 0 {
        let status = if read > 0 || scans > 0 { DocumentStatus::Partly } else { DocumentStatus::Corrupt };
        task.problem(status, &format!("{failed} pages cannot be read"));
    }
}

/// A scanned page by OCR: its largest picture.
fn recognised(task: &mut Task<'_, '_>, document: &PdfDocument, at: usize) -> Option<Vec<ocr::Page>> {
    let picture = caught(|| {
        let handles = document.page_image_handles(at).ok()?;
        let image = handles.into_iter().max_by_key(|handle| u64::from(handle.width) * u64::from(handle.height))?.decode().ok()?;
        match image.data() {
            pdf_oxide::extractors::ImageData::Jpeg(jpeg) => Some(jpeg.clone()),
            _ => image.to_png_bytes().ok(),
        }
    });
    let picture = image::load_from_memory(&picture.flatten()?).ok()?.to_luma8();
    ocr::read(task, &picture).map(|page| vec![page])
}

fn form(task: &mut Task<'_, '_>, document: &PdfDocument) {
    let fields = caught(|| FormExtractor::extract_fields(document).ok()).flatten().unwrap_or_default();
    let mut lines = Vec::new();
    for field in fields {
        let value = match field.value {
            FieldValue::Text(text) | FieldValue::Name(text) => text,
            FieldValue::Boolean(on) => (if on { "yes" } else { "no" }).to_string(),
            FieldValue::Array(items) => items.join(", "),
            FieldValue::None => continue,
        };
        let value = super::blocks::squeeze(&value);
        let name = [field.full_name, field.name, field.tooltip.unwrap_or_default()].into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        if !value.is_empty() {
            lines.push(format!("{}: {value}", super::blocks::squeeze(&name)));
        }
    }
    if !lines.is_empty() {
        task.passage("form", Layout::Form, Vec::new(), 1, lines.join("\n"));
        if task.document.method == "text" && task.passages.len() == 1 {
            task.document.method = "form".into();
        }
    }
}
