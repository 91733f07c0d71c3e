//! A PDF page's text as lines in reading order.

use pdf_oxide::PdfDocument;

/// The text of page `at` (from 0).
pub(super) fn page(document: &PdfDocument, at: usize) -> Option<String> {
    document.extract_text(at).ok()
}
