//! The first engine: pdfium, a shared library that is there or not. It is looked for once, before the reading process gives up
//! its file system.

use super::lines::{Piece, arrange, between};
use super::page::{Cover, Page, doubtful};
use super::{Opened, picture_size};
use crate::Task;
use image::GrayImage;
use pdfium_render::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Names the library's file; a value that names no file turns pdfium off.
const VARIABLE: &str = "DOSIMETER_PDFIUM";
/// Most annotations of a page, objects of a page and of its forms that are looked at.
const MOST: usize = 20_000;
/// How deep forms may nest.
const DEPTH: usize = 6;

/// Where the library is: where the variable says, beside the executable, or where `scripts/setup` puts it.
fn library() -> Option<PathBuf> {
    let name = Pdfium::pdfium_platform_library_name();
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Some(PathBuf::from(named)).filter(|path| path.is_file());
    }
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(&name)));
    let shared = std::env::var_os("XDG_DATA_HOME").filter(|folder| Path::new(folder).is_absolute()).map(PathBuf::from);
    let shared = shared.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")));
    [beside, shared.map(|folder| folder.join("dosimeter").join(&name))].into_iter().flatten().find(|path| path.is_file())
}

/// The library, loaded on first use.
pub(crate) fn prepare() -> Option<&'static Pdfium> {
    static LIBRARY: OnceLock<Option<Pdfium>> = OnceLock::new();
    LIBRARY
        .get_or_init(|| {
            let bindings = Pdfium::bind_to_library(library()?).ok()?;
            // No fonts of this machine: what a document gives must not depend on where it is read.
            let config = PdfiumLibraryConfig::new().set_renderer_anti_grain_geometry().set_user_font_paths(&["/nonexistent"]).ok()?;
            Some(Pdfium::new_with_config(bindings, config))
        })
        .as_ref()
}

/// What reads PDF files here, for the hash of a run's configuration: results differ with pdfium's build.
pub fn pdf_engine() -> String {
    match library().and_then(|path| std::fs::read(path).ok()) {
        Some(content) => format!("pdfium {}, pdf_oxide, lopdf", crate::walk::sha256(&content).get(..16).unwrap_or_default()),
        None => "pdf_oxide, lopdf".into(),
    }
}

/// An open document.
pub(super) struct Document<'a> {
    document: Box<PdfDocument<'a>>,
}

pub(super) fn open<'a>(task: &Task<'_, '_>, content: &'a [u8]) -> Opened<Document<'a>> {
    let Some(pdfium) = prepare() else { return Opened::Absent };
    let mut locked = false;
    for password in task.passwords() {
        match pdfium.load_pdf_from_byte_slice(content, Some(password.expose())) {
            Ok(document) if document.pages().is_empty() => return Opened::Bad,
            Ok(document) => return Opened::Document(Document { document: Box::new(document) }),
            Err(PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::PasswordError | PdfiumInternalError::SecurityError)) => locked = true,
            Err(_) => return Opened::Bad,
        }
    }
    if locked { Opened::Locked } else { Opened::Bad }
}

impl Document<'_> {
    pub fn pages(&self) -> usize {
        usize::try_from(self.document.pages().len()).unwrap_or(0)
    }

    /// Whether the document may hold more than its pages: a form, attached files.
    pub fn has_parts(&self) -> bool {
        self.document.form().is_some() || !self.document.attachments().is_empty()
    }

    /// Page `at`, from 0.
    pub fn page(&self, at: usize) -> Page {
        let failed = Page { failed: true, ..Page::default() };
        let load = || i32::try_from(at).ok().and_then(|at| self.document.pages().get(at).ok());
        let Some(mut page) = load() else { return failed };
        let annotated = marked(&page);
        if annotated {
            // Form fields, stamps and notes on the page become part of it, at their place. What cannot be is read on its own.
            // The page is then loaded anew: its lists of objects would be those of before, which are gone.
            let _ = page.flatten();
            drop(page);
            let Some(again) = load() else { return failed };
            page = again;
        }
        let Ok(text) = page.text() else { return failed };
        let chars = text.chars();
        let mut out = Page { text: arrange(pieces(&chars)), hidden: hidden(&chars), annotated, ..Page::default() };
        if doubtful(&out.text, out.hidden) {
            (out.covered, out.shapes) = pictures(&page);
        }
        out
    }

    /// Page `at` as grey levels.
    pub fn picture(&self, at: usize) -> Option<GrayImage> {
        let page = self.document.pages().get(i32::try_from(at).ok()?).ok()?;
        let (width, height) = picture_size(page.width().value, page.height().value)?;
        let (wide, high) = (i32::try_from(width).ok()?, i32::try_from(height).ok()?);
        // In colour, and grey levels from that: a bitmap of grey levels stays empty where a page is one picture.
        let config = PdfRenderConfig::new().set_fixed_size(wide, high).set_format(PdfBitmapFormat::BGRA);
        let colours = page.render_with_config(&config).ok()?.as_rgba_bytes();
        let grey = |dot: &[u8]| match dot {
            [red, green, blue, ..] => ((u32::from(*red) * 299 + u32::from(*green) * 587 + u32::from(*blue) * 114) / 1000) as u8,
            _ => 255,
        };
        GrayImage::from_raw(width, height, colours.chunks_exact(4).map(grey).collect())
    }

    /// Attached files, by name; without content where one is longer than `most` or cannot be unpacked.
    pub fn attachments(&self, most: u64) -> Vec<(String, Option<Vec<u8>>, u64)> {
        let one = |attachment: PdfAttachment<'_>| {
            let bytes = attachment.len() as u64;
            (attachment.name(), if bytes <= most { attachment.save_to_bytes().ok() } else { None }, bytes)
        };
        self.document.attachments().iter().take(MOST).map(one).collect()
    }

    /// Title, author, subject and keywords.
    pub fn information(&self) -> Vec<(&'static str, String)> {
        use PdfDocumentMetadataTagType::{Author, Keywords, Subject, Title};
        let tags = [("Title", Title), ("Author", Author), ("Subject", Subject), ("Keywords", Keywords)];
        tags.into_iter().filter_map(|(name, tag)| Some((name, self.document.metadata().get(tag)?.value().to_string()))).collect()
    }

    /// The bookmarks' titles.
    pub fn bookmarks(&self) -> Vec<String> {
        self.document.bookmarks().iter().take(MOST).filter_map(|bookmark| bookmark.title()).collect()
    }
}

/// Whether the page has annotations other than links.
fn marked(page: &PdfPage<'_>) -> bool {
    page.annotations().iter().take(MOST).any(|annotation| !matches!(annotation.annotation_type(), PdfPageAnnotationType::Link))
}

/// The characters in pieces: pdfium puts a line break between pieces that do not follow one another on a line.
fn pieces(chars: &PdfPageTextChars<'_>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut text = String::new();
    // The first and the last visible character of the piece; the last one before a space.
    let (mut first, mut last, mut before) = (None::<PdfRect>, None::<PdfPageTextChar<'_>>, None::<PdfRect>);
    let finish = |text: &mut String, first: Option<PdfRect>, last: Option<PdfPageTextChar<'_>>, out: &mut Vec<Piece>| {
        let text = std::mem::take(text);
        let (Some(first), Some(last)) = (first, last) else { return };
        let last = last.loose_bounds().unwrap_or(first);
        out.push(piece(text, &first, &last));
    };
    for char in chars.iter() {
        let code = char.unicode_value();
        match char::from_u32(code) {
            Some('\r' | '\n') => {
                finish(&mut text, first.take(), last.take(), &mut out);
                (text, before) = (String::new(), None);
            }
            Some(' ' | '\u{a0}') => {
                if before.is_none() {
                    before = last.as_ref().and_then(|last| last.loose_bounds().ok());
                }
                text.push(' ');
            }
            // A hyphen that pdfium takes for the end of a line within a word.
            Some('\u{2}') => text.push('\u{2}'),
            Some('\0' | '\u{fffe}' | '\u{ffff}') | None => {}
            Some(c) => {
                if first.is_none() {
                    first = char.loose_bounds().ok();
                }
                if let (Some(before), Ok(place)) = (before.take(), char.loose_bounds()) {
                    let height = (place.top().value - place.bottom().value).max(0.1);
                    let gap = (place.left().value - before.right().value) / height;
                    if between(gap) == "\t" && text.ends_with(' ') && (place.bottom().value - before.bottom().value).abs() < height {
                        text.truncate(text.trim_end().len());
                        text.push('\t');
                    }
                }
                if text.ends_with('\u{2}') {
                    // Joined before a small letter, kept before anything else: a double name, a number.
                    text.pop();
                    if !c.is_lowercase() {
                        text.push('-');
                    }
                }
                ligature(c, &mut text);
                last = Some(char);
            }
        }
    }
    finish(&mut text, first, last, &mut out);
    for piece in &mut out {
        if piece.text.contains('\u{2}') {
            piece.text = piece.text.replace('\u{2}', "-");
        }
    }
    out
}

fn piece(text: String, first: &PdfRect, last: &PdfRect) -> Piece {
    let (left, right) = (first.left().value.min(last.left().value), first.right().value.max(last.right().value));
    let (bottom, top) = (first.bottom().value.min(last.bottom().value), first.top().value.max(last.top().value));
    let height = (first.top().value - first.bottom().value).max(0.1);
    let climb = (last.bottom().value - first.bottom().value).abs();
    // Upwards, downwards, askew; a line may end in a superscript.
    let turned = climb > 0.7 * height || last.right() < first.left();
    Piece { text, left, right, bottom, top, turned }
}

/// Letters that a font draws as one.
fn ligature(c: char, text: &mut String) {
    match c {
        '\u{fb00}' => text.push_str("ff"),
        '\u{fb01}' => text.push_str("fi"),
        '\u{fb02}' => text.push_str("fl"),
        '\u{fb03}' => text.push_str("ffi"),
        '\u{fb04}' => text.push_str("ffl"),
        '\u{fb05}' | '\u{fb06}' => text.push_str("st"),
        '\u{ad}' => text.push('-'),
        c => text.push(c),
    }
}

/// Whether the text is drawn invisibly, from a few of its characters.
fn hidden(chars: &PdfPageTextChars<'_>) -> bool {
    let all = chars.len();
    let invisible = |at: usize| {
        let char = chars.get(at).ok()?;
        (!char.is_generated().unwrap_or(true))
            .then(|| matches!(char.render_mode(), Ok(PdfPageTextRenderMode::Invisible | PdfPageTextRenderMode::InvisibleClipping)))
    };
    let seen: Vec<bool> = (0..8).filter_map(|n| invisible(n * all / 8)).collect();
    !seen.is_empty() && seen.iter().filter(|hidden| **hidden).count() * 2 > seen.len()
}

/// Share of the page that pictures cover, and the number of shapes drawn on it.
fn pictures(page: &PdfPage<'_>) -> (f32, usize) {
    let (mut cover, mut shapes) = (Cover::default(), 0);
    let (width, height) = (page.width().value.max(1.0), page.height().value.max(1.0));
    let area = page.boundaries().bounding().map(|boundary| boundary.bounds).ok();
    let (left, bottom) = area.map_or((0.0, 0.0), |area| (area.left().value, area.bottom().value));
    let turned = matches!(page.rotation(), Ok(PdfPageRenderRotation::Degrees90 | PdfPageRenderRotation::Degrees270));
    let (width, height) = if turned { (height, width) } else { (width, height) };
    for object in page.objects().iter().take(MOST) {
        let picture = match &object {
            PdfPageObject::Image(_) => true,
            PdfPageObject::Path(_) | PdfPageObject::Shading(_) => {
                shapes += 1;
                false
            }
            PdfPageObject::XObjectForm(form) => {
                let (picture, drawn) = within(form, DEPTH);
                shapes += drawn;
                picture
            }
            _ => false,
        };
        if let (true, Ok(place)) = (picture, object.bounds()) {
            let across = |points: PdfPoints| (points.value - left) / width;
            let up = |points: PdfPoints| (points.value - bottom) / height;
            cover.mark(across(place.left()), up(place.bottom()), across(place.right()), up(place.top()));
        }
    }
    (cover.share(), shapes)
}

/// Whether a form holds a picture, and how many shapes; its place then stands for the picture's.
fn within(form: &PdfPageXObjectFormObject<'_>, depth: usize) -> (bool, usize) {
    let (mut picture, mut shapes) = (false, 0);
    for at in form.as_range().take(1000) {
        match form.get(at) {
            Ok(PdfPageObject::Image(_)) => picture = true,
            Ok(PdfPageObject::Path(_) | PdfPageObject::Shading(_)) => shapes += 1,
            Ok(PdfPageObject::XObjectForm(inner)) if depth > 0 => {
                let (found, drawn) = within(&inner, depth - 1);
                picture |= found;
                shapes += drawn;
            }
            _ => {}
        }
    }
    (picture, shapes)
}
