//! Pictures: read by OCR where Tesseract is installed, otherwise `needs_ocr`.

use crate::{Head, Task, ocr};
use dosimeter_case::tables::DocumentStatus;

/// Smaller pictures hold no readable text.
const SMALL: usize = 2 << 10;

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
        () if head.starts(b"\0\0\0\x0cjP  ") => Some("image/jp2"),
        () => None,
    }
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let kind = kind(task.head).unwrap_or_default();
    task.document.media_type = kind.into();
    task.document.pages = 1;
    let content = task.head.content;
    if kind == "image/png" && content.len() < SMALL {
        // An icon: there is nothing to read in it.
        task.document.reason = Some("a picture too small to hold text".into());
        return;
    }
    let picture = image::load_from_memory(content).ok().map(|picture| picture.to_luma8());
    match picture.and_then(|picture| ocr::read(task, &picture)).map(|page| vec![page]) {
        Some(pages) if pages.iter().any(|page| !page.text.trim().is_empty()) => {
            task.document.method = "ocr".into();
            task.document.pages = pages.len() as i64;
            task.document.ocr_confidence = ocr::mean(&pages);
            for (at, page) in pages.iter().enumerate() {
                task.running_text(format!("page {}", at + 1), &page.text);
            }
        }
        Some(_) => {
            task.document.method = "ocr".into();
            task.document.reason = Some("no text found by OCR".into());
        }
        None => task.problem(DocumentStatus::NeedsOcr, ocr::missing()),
    }
}
