//! What a file can be: [`FORMATS`]. A new format is one file here and one row there.

mod blocks;
mod delimited;
mod dicom;
mod docx;
mod gzip;
mod hl7;
mod html;
mod image;
mod json;
mod mail;
mod numbers;
mod office;
mod parquet;
mod pdf;
mod pdf_lines;
mod plain;
mod rtf;
mod sqldump;
mod sqlite;
mod unknown;
mod x12;
mod xlsx;
mod xml;
mod zip;

#[cfg(test)]
pub(crate) mod testing;

use crate::{Head, Task};
pub(crate) use unknown::unknown;

/// A file format: how it is recognised and how it is read.
pub struct Format {
    /// Short name.
    pub name: &'static str,
    /// What becomes of it, in words.
    pub what: &'static str,
    /// Media type, unless the reader finds a more exact one.
    pub media_type: &'static str,
    /// How its text is had: `text`, `tags`, `table`, `ocr`, `none`.
    pub method: &'static str,
    /// Whether the content is of this format. The name may only decide between readings of the same content.
    pub recognise: fn(&Head<'_>) -> bool,
    /// Reads it: fills the document row, adds passages and members.
    pub read: fn(&mut Task<'_, '_>),
}

macro_rules! format {
    ($name:literal, $media:literal, $method:literal, $recognise:expr, $read:expr, $what:literal) => {
        Format { name: $name, what: $what, media_type: $media, method: $method, recognise: $recognise, read: $read }
    };
}

/// Every format, in the order in which they are tried: the more particular before the more general.
pub const FORMATS: &[Format] = &[
    // Its preamble may be that of a TIFF, and it may carry a PDF close to its start.
    format!("dicom", "application/dicom", "tags", dicom::recognise, dicom::read, "every text-like attribute, reports, directories, encapsulated documents, text burned into pixels"),
    format!("pdf", "application/pdf", "text", pdf::recognise, pdf::read, "one text passage per page, form fields, attached files"),
    format!(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "text",
        docx::recognise,
        docx::read,
        "paragraphs, tables, headers, footers, notes, comments, text boxes"
    ),
    format!("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "table", xlsx::recognise, xlsx::read, "the cells of every sheet"),
    format!(
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "text",
        office::recognise_pptx,
        office::read_pptx,
        "the text of every slide and its notes"
    ),
    format!("zip", "application/zip", "none", zip::recognise, zip::read, "every member"),
    format!("gzip", "application/gzip", "none", gzip::recognise, gzip::read, "its member"),
    format!("office", "application/x-ole-storage", "text", office::recognise_ole, office::read_ole, "DOC, XLS and PPT"),
    format!("sqlite", "application/vnd.sqlite3", "table", sqlite::recognise, sqlite::read, "every table"),
    format!("parquet", "application/vnd.apache.parquet", "table", parquet::recognise, parquet::read, "one table per row group"),
    format!("image", "application/octet-stream", "none", image::recognise, image::read, "text of every page by OCR, if it is installed; metadata"),
    format!("rtf", "application/rtf", "text", rtf::recognise, rtf::read, "its text"),
    format!("hl7", "application/hl7-v2", "tags", hl7::recognise, hl7::read, "one passage per message"),
    format!("x12", "application/edi-x12", "tags", x12::recognise, x12::read, "one passage per transaction set"),
    format!("mbox", "application/mbox", "text", mail::recognise_mbox, mail::read_mbox, "every message and its attachments"),
    format!("mail", "message/rfc822", "text", mail::recognise, mail::read, "headers, body, attachments"),
    format!("json", "application/json", "tags", json::recognise, json::read, "one passage per bundle entry, or one"),
    format!("ndjson", "application/x-ndjson", "tags", json::recognise_lines, json::read_lines, "one passage per line"),
    format!("html", "text/html", "text", html::recognise, html::read, "its text and tables"),
    format!("xml", "application/xml", "tags", xml::recognise, xml::read, "as written; documents carried inside"),
    format!("sql", "application/sql", "table", sqldump::recognise, sqldump::read, "the rows that it inserts"),
    format!("delimited", "text/csv", "table", delimited::recognise, delimited::read, "CSV, TSV, semicolon and pipe tables"),
    format!("fixed", "text/plain", "table", delimited::recognise_fixed, delimited::read_fixed, "tables of fixed-width columns"),
    format!("text", "text/plain", "text", plain::recognise, plain::read, "any other text"),
];
