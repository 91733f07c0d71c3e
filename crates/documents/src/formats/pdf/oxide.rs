//! The second engine: `pdf_oxide`, with `hayro` to draw pages for OCR.

use super::lines::{Piece, arrange, between};
use super::page::{Cover, Page, Quality, doubtful};
use super::{Opened, caught, picture_size};
use crate::Task;
use dosimeter_case::Phi;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use image::GrayImage;
use pdf_oxide::PdfDocument;
use pdf_oxide::layout::TextChar;
use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

/// Documents with more pages take the library too long: it looks for every page from the beginning.
const PAGES: usize = 20_000;

/// An open document.
pub(super) struct Document {
    document: Box<PdfDocument>,
    /// The same for drawing, opened when the first page is drawn.
    drawing: OnceCell<Option<Pdf>>,
}

pub(super) fn open(task: &Task<'_, '_>) -> Opened<Document> {
    let Some(document) = caught(|| PdfDocument::from_bytes(task.head.content.to_vec()).ok()).flatten() else { return Opened::Bad };
    if document.is_encrypted() && !document.is_authenticated() {
        let opens = |password: &str| caught(|| document.authenticate(password.as_bytes()).unwrap_or(false)).unwrap_or(false);
        if !task.passwords().iter().any(|password| opens(password.expose())) {
            return Opened::Locked;
        }
    }
    let document = Document { document: Box::new(document), drawing: OnceCell::new() };
    if !(1..=PAGES).contains(&document.pages()) { Opened::Bad } else { Opened::Document(document) }
}

impl Document {
    pub fn pages(&self) -> usize {
        caught(|| self.document.page_count().unwrap_or(0)).unwrap_or(0)
    }

    /// Page `at`, from 0.
    pub fn page(&self, at: usize) -> Page {
        let Some(text) = caught(|| self.document.extract_text(at).ok()).flatten() else { return Page { failed: true, ..Page::default() } };
        let text = self.unglued(at, &text).unwrap_or(text);
        let mut page = Page { text, annotated: true, ..Page::default() };
        if doubtful(&page.text, false) {
            page.covered = caught(|| self.covered(at)).flatten().unwrap_or(0.0);
        }
        page
    }

    /// A page of figures by the places of its characters, where that tells more figures apart: the library takes columns that are
    /// set off by wide spacing between characters for one figure.
    fn unglued(&self, at: usize, text: &str) -> Option<String> {
        let quality = Quality::of(text);
        if quality.digits < 20 || quality.digits * 5 < quality.visible {
            return None;
        }
        let chars = caught(|| self.document.extract_chars_filtered(at, HashSet::new(), HashSet::new()).ok()).flatten()?;
        let apart = arrange(pieces(&chars));
        let (before, after) = (figures(text), figures(&apart));
        let whole = Quality::of(&apart);
        // Digits set one by one in boxes are not figures of their own: they would make many more.
        (after * 100 > before * 103 && whole.digits * 100 >= quality.digits * 98 && after * 10 <= before * 13).then_some(apart)
    }

    fn covered(&self, at: usize) -> Option<f32> {
        let (left, bottom, right, top) = self.document.get_page_media_box(at).unwrap_or((0.0, 0.0, 612.0, 792.0));
        let (width, height) = ((right - left).max(1.0), (top - bottom).max(1.0));
        let mut cover = Cover::default();
        for picture in self.document.page_image_handles(at).ok()? {
            let (across, up) = ((picture.bbox.x - left) / width, (picture.bbox.y - bottom) / height);
            cover.mark(across, up, across + picture.bbox.width / width, up + picture.bbox.height / height);
        }
        Some(cover.share())
    }

    /// Attached files by name.
    pub fn attachments(&self) -> Vec<(String, Vec<u8>)> {
        caught(|| self.document.extract_embedded_files().ok()).flatten().unwrap_or_default()
    }

    /// Page `at` as grey levels.
    pub fn picture(&self, task: &Task<'_, '_>, at: usize) -> Option<GrayImage> {
        let open = |password: &Phi<String>| Pdf::new_with_password(Arc::new(task.head.bytes.clone()), password.expose()).ok();
        let drawing = self.drawing.get_or_init(|| task.passwords().iter().find_map(|password| caught(|| open(password)).flatten()));
        caught(|| drawn(drawing.as_ref()?, at)).flatten()
    }
}

fn figures(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(|c: char| c.is_ascii_digit())).count()
}

/// Characters, which come from top to bottom and from left to right, in pieces.
fn pieces(chars: &[TextChar]) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for char in chars.iter().filter(|char| !char.char.is_whitespace()) {
        let (left, size) = (char.origin_x, char.font_size.max(1.0));
        let right = left + char.advance_width;
        let turned = char.rotation_degrees != 0.0;
        match out.last_mut() {
            Some(piece) if !turned && !piece.turned && (piece.bottom - char.origin_y).abs() < 0.2 * size && left > piece.right - 0.5 * size => {
                piece.text.push_str(between((left - piece.right) / size));
                piece.text.push(char.char);
                piece.right = right;
            }
            _ => out.push(Piece { text: char.char.to_string(), left, right, bottom: char.origin_y, top: char.origin_y + size, turned }),
        }
    }
    out
}

fn drawn(document: &Pdf, at: usize) -> Option<GrayImage> {
    let page = document.pages().get(at)?;
    let (wide, high) = page.render_dimensions();
    let (width, height) = picture_size(wide, high)?;
    let settings = hayro::RenderSettings {
        x_scale: width as f32 / wide,
        y_scale: height as f32 / high,
        width: Some(u16::try_from(width).ok()?),
        height: Some(u16::try_from(height).ok()?),
        bg_color: hayro::vello_cpu::color::palette::css::WHITE,
    };
    let drawn = hayro::render(page, &hayro::RenderCache::new(), &InterpreterSettings::default(), &settings);
    let grey = |pixel: &[u8]| pixel.iter().zip([77_u32, 151, 28]).map(|(&level, weight)| u32::from(level) * weight).sum::<u32>() / 256;
    GrayImage::from_raw(width, height, drawn.data_as_u8_slice().chunks_exact(4).map(|pixel| grey(pixel) as u8).collect())
}
