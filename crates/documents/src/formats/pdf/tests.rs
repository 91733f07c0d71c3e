//! Golden PDFs.
