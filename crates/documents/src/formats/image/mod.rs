//! Pictures: each page, frame or single picture read by OCR where Tesseract is installed, otherwise `needs_ocr`; what a camera,
//! a scanner or a person wrote beside the pixels as a passage `metadata`.

mod decode;
mod metadata;
mod tiff;

use crate::{Head, Task, ocr};
use ::image::GrayImage;
use dosimeter_case::tables::{DocumentStatus, Layout};

/// Most pages of one file that go to OCR.
const OCR_PAGES: usize = 200;
/// Pictures of fewer pixels a side hold no readable text: bullets, rules, buttons.
const LOW: u32 = 10;
const NARROW: u32 = 20;
/// Icons.
const ICON: u32 = 48;

/// Why there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// More pixels than are ever decoded; found before anything is allocated.
    Large,
    /// Not a picture, or a damaged one.
    Bad,
    /// A compression or colour model without a decoder.
    Unsupported,
}

pub(super) fn recognise(head: &Head<'_>) -> bool {
    kind(head).is_some()
}

fn kind(head: &Head<'_>) -> Option<&'static str> {
    match () {
        () if head.starts(b"\xff\xd8\xff") => Some("image/jpeg"),
        () if head.starts(b"\x89PNG\r\n\x1a\n") => Some("image/png"),
        () if head.starts(b"II*\0") || head.starts(b"MM\0*") || head.starts(b"II+\0") || head.starts(b"MM\0+") => Some("image/tiff"),
        () if head.starts(b"GIF87a") || head.starts(b"GIF89a") => Some("image/gif"),
        () if head.starts(b"RIFF") && head.at(8, b"WEBP") => Some("image/webp"),
        () if head.starts(b"BM") && head.content.get(6..10) == Some(&[0; 4]) => Some("image/bmp"),
        () if head.starts(b"\0\0\0\x0cjP  ") || head.starts(b"\xff\x4f\xff\x51") => Some("image/jp2"),
        () if head.at(4, b"ftyp") && head.content.get(8..12).is_some_and(|brand| [b"heic", b"heix", b"hevc", b"mif1", b"msf1"].iter().any(|b| *b == brand)) => {
            Some("image/heic")
        }
        () if head.at(4, b"ftypavi") => Some("image/avif"),
        () if netpbm(head.content) => Some("image/x-portable-anymap"),
        () => None,
    }
}

/// `P1` to `P6`, white space (and comments), width, height: text may begin with the first two as well. `P7` has named numbers.
fn netpbm(content: &[u8]) -> bool {
    if [&b"P7\nWIDTH "[..], b"P7\nHEIGHT ", b"P7\n#"].iter().any(|start| content.starts_with(start)) {
        return true;
    }
    let Some([b'P', b'1'..=b'6', space, rest @ ..]) = content.get(..content.len().min(512)) else { return false };
    let lines = rest.split(|&b| b == b'\n').filter(|line| !line.starts_with(b"#"));
    let numbers = lines.flat_map(|line| line.split(u8::is_ascii_whitespace)).filter(|word| !word.is_empty()).take(2);
    space.is_ascii_whitespace() && numbers.filter(|word| word.len() < 7 && word.iter().all(u8::is_ascii_digit)).count() == 2
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let kind = kind(task.head).unwrap_or_default();
    let bytes = task.head.bytes.clone();
    task.document.media_type = kind.into();
    let mut pages = Pages::default();
    match kind {
        "image/heic" | "image/avif" => task.problem(DocumentStatus::Unsupported, "a picture in HEIF: there is no decoder"),
        "image/tiff" => {
            let mut reader = tiff::Reader::open(&bytes);
            while let Some(page) = reader.as_mut().and_then(tiff::Reader::next) {
                pages.page(task, page);
            }
        }
        "image/gif" => decode::frames(&bytes, &mut |frame| {
            pages.page(task, frame);
            pages.met < OCR_PAGES
        }),
        _ => pages.page(task, decode::picture(&bytes, kind)),
    }
    task.document.pages = pages.met.max(1) as i64;
    if task.document.status == DocumentStatus::Read {
        pages.conclude(task);
    }
    let lines = metadata::lines(&bytes, kind);
    if !lines.is_empty() {
        task.passage("metadata", Layout::Form, Vec::new(), 1, lines.join("\n"));
    }
}

/// What became of the pages.
#[derive(Default)]
struct Pages {
    met: usize,
    read: Vec<ocr::Page>,
    small: usize,
    unread: usize,
    beyond: usize,
    faults: Vec<Fault>,
}

impl Pages {
    fn page(&mut self, task: &mut Task<'_, '_>, page: Result<GrayImage, Fault>) {
        self.met += 1;
        let picture = match page {
            Ok(picture) => picture,
            Err(fault) => return self.faults.push(fault),
        };
        let (width, height) = picture.dimensions();
        if width < NARROW || height < LOW || width <= ICON && height <= ICON {
            self.small += 1;
        } else if self.read.len() + self.unread >= OCR_PAGES {
            self.beyond += 1;
        } else if let Some(page) = ocr::read(task, &picture) {
            task.running_text(format!("page {}", self.met), &page.text);
            self.read.push(page);
        } else {
            self.unread += 1;
        }
    }
    fn conclude(&self, task: &mut Task<'_, '_>) {
        let count = |fault| self.faults.iter().filter(|f| **f == fault).count();
        let (large, bad, unsupported) = (count(Fault::Large), count(Fault::Bad), count(Fault::Unsupported));
        let text = self.read.iter().any(|page| !page.text.trim().is_empty());
        if !self.read.is_empty() {
            task.document.method = "ocr".into();
            task.document.ocr_confidence = ocr::mean(&self.read);
        }
        let some = !self.read.is_empty() || self.small > 0;
        let worse = |status| if some { DocumentStatus::Partly } else { status };
        let named = |n: usize, what: &str| if self.met > 1 { format!("{n} of {} pages: {what}", self.met) } else { what.to_string() };
        if self.met == 0 {
            return task.problem(DocumentStatus::Corrupt, "no picture can be decoded");
        }
        if bad > 0 {
            task.problem(worse(DocumentStatus::Corrupt), &named(bad, "the picture cannot be decoded"));
        }
        if unsupported > 0 {
            task.problem(worse(DocumentStatus::Unsupported), &named(unsupported, "there is no decoder for its compression"));
        }
        if large > 0 {
            task.problem(worse(DocumentStatus::OverBudget), &named(large, "it declares more pixels than are decoded"));
        }
        if self.beyond > 0 {
            task.problem(DocumentStatus::Partly, &named(self.beyond, "beyond the pages that go to OCR"));
        }
        if self.unread > 0 {
            task.problem(if text { DocumentStatus::Partly } else { DocumentStatus::NeedsOcr }, &named(self.unread, ocr::missing()));
        }
        if task.document.reason.is_none() && !text {
            let reason = if self.read.is_empty() { "a picture too small to hold text" } else { "no text found by OCR" };
            task.document.reason = Some(reason.into());
        }
    }
}

#[cfg(test)]
mod tests;
