//! What a file can be: [`FORMATS`]. A new format is one file here and one row there.

mod access;
mod bak;
mod blocks;
mod body;
mod bzip2;
mod cards;
mod carve;
mod cells;
mod cms;
mod codepage;
mod crypt;
mod dbase;
mod delimited;
mod dicom;
mod doc;
mod docx;
mod fixed;
mod grid;
mod gzip;
mod hl7;
mod html;
mod image;
mod iso;
mod json;
mod ldif;
mod mail;
mod mapi;
mod mapi_names;
mod mapi_rtf;
mod memo;
mod mime;
mod msg;
mod numbers;
mod objects;
mod odf;
mod odf_content;
mod office;
mod ole;
mod olecell;
mod package;
mod parquet;
mod parts;
mod pdf;
mod pgdump;
mod plain;
mod ppt;
mod pptx;
mod properties;
mod pst;
mod pst_store;
mod pst_tables;
mod rar;
mod records;
mod rtf;
mod rtf_flow;
mod sevenz;
mod sqldump;
mod sqlite;
mod sqltext;
mod tar;
mod tnef;
mod unknown;
mod unpack;
mod word_xml;
mod x12;
mod xls;
mod xls_strings;
mod xlsb;
mod xlsx;
mod xml;
mod xz;
mod zip;
mod zip_directory;
mod zstd;

#[cfg(test)]
mod office_tests;
#[cfg(test)]
pub(crate) mod testing;

use crate::{Head, Task};
pub(crate) use carve::carve;
pub use pdf::pdf_engine;
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

impl Format {
    /// How many engines can read it, one after the other, when one crashes or hangs.
    pub fn engines(&self) -> u32 {
        if self.name == "pdf" { pdf::ENGINES } else { 1 }
    }
}

/// Loads what must come from the disk, before the process is confined.
pub(crate) fn prepare() {
    pdf::pdfium::prepare();
    crate::ocr::available();
}

macro_rules! format {
    ($name:literal, $media:literal, $method:literal, $recognise:expr, $read:expr, $what:literal) => {
        Format { name: $name, what: $what, media_type: $media, method: $method, recognise: $recognise, read: $read }
    };
}

/// Every format, in the order in which they are tried: the more particular before the more general.
pub const FORMATS: &[Format] = &[
    // Its preamble may be that of a TIFF, and it may carry a PDF close to its start.
    format!(
        "dicom",
        "application/dicom",
        "tags",
        dicom::recognise,
        dicom::read,
        "every text-like attribute, reports, directories, encapsulated documents, text burned into pixels"
    ),
    format!("pdf", "application/pdf", "text", pdf::recognise, pdf::read, "pages, form fields, annotations, attached files, metadata; scans by OCR"),
    format!(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "text",
        docx::recognise,
        docx::read,
        "paragraphs, tables, headers, footers, notes, comments, text boxes"
    ),
    format!("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "table", xlsx::recognise, xlsx::read, "the cells of every sheet"),
    format!("xlsb", "application/vnd.ms-excel.sheet.binary.macroEnabled.12", "table", xlsb::recognise, xlsb::read, "the cells of every sheet"),
    format!(
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "text",
        pptx::recognise,
        pptx::read,
        "the text of every slide and its notes, tables, comments"
    ),
    format!("odf", "application/vnd.oasis.opendocument", "text", odf::recognise, odf::read, "OpenDocument: paragraphs, tables, cells of every sheet, slides"),
    format!("zip", "application/zip", "none", zip::recognise, zip::read, "every member"),
    format!("gzip", "application/gzip", "none", gzip::recognise, gzip::read, "its member"),
    format!("bzip2", "application/x-bzip2", "none", bzip2::recognise, bzip2::read, "its member"),
    format!("xz", "application/x-xz", "none", xz::recognise, xz::read, "its member, also of LZMA and LZIP"),
    format!("zstd", "application/zstd", "none", zstd::recognise, zstd::read, "its member"),
    format!("7z", "application/x-7z-compressed", "none", sevenz::recognise, sevenz::read, "every member, also behind a program"),
    format!("rar", "application/vnd.rar", "none", rar::recognise, rar::read, "every member, also behind a program"),
    format!("tar", "application/x-tar", "none", tar::recognise, tar::read, "every file; links are listed"),
    format!("iso", "application/x-iso9660-image", "none", iso::recognise, iso::read, "every file"),
    format!("msg", "application/vnd.ms-outlook", "text", msg::recognise, msg::read, "an Outlook item and its attachments"),
    format!("bak", "application/x-mssql-backup", "none", bak::recognise, bak::read, "strings"),
    format!("office", "application/x-ole-storage", "text", office::recognise_ole, office::read_ole, "DOC, XLS and PPT"),
    format!("pst", "application/vnd.ms-outlook-pst", "text", pst::recognise, pst::read, "every item of every folder and its attachments"),
    format!("tnef", "application/vnd.ms-tnef", "text", tnef::recognise, tnef::read, "an Outlook item and its attachments"),
    format!("cms", "application/pkcs7-mime", "none", cms::recognise, cms::read, "what was signed"),
    format!("doc", "application/msword", "text", doc::recognise, doc::read_bare, "the text of Word 2"),
    format!("xls", "application/vnd.ms-excel", "table", xls::recognise, xls::read_bare, "sheets of Excel 2 to 4"),
    format!("sqlite", "application/vnd.sqlite3", "table", sqlite::recognise, sqlite::read, "every table"),
    format!("access", "application/vnd.ms-access", "table", access::recognise, access::read, "every table of a user, attached files"),
    format!("pgdump", "application/x-postgresql-dump", "table", pgdump::recognise, pgdump::read, "the rows of a dump in pg_dump's custom format"),
    format!("parquet", "application/vnd.apache.parquet", "table", parquet::recognise, parquet::read, "one table per row group"),
    format!("dbase", "application/x-dbf", "table", dbase::recognise, dbase::read, "the rows, and those marked as deleted as another table"),
    format!("memo", "application/x-dbf-memo", "text", memo::recognise, memo::read, "the long texts of dBase and FoxPro tables"),
    format!("zip-behind", "application/zip", "none", zip::recognise_behind, zip::read, "every member of an archive behind a program"),
    format!("rtf", "application/rtf", "text", rtf::recognise, rtf::read, "its text, tables, headers, notes; embedded objects and pictures"),
    format!("image", "application/octet-stream", "none", image::recognise, image::read, "text of every page by OCR, if it is installed; metadata"),
    format!("hl7", "application/hl7-v2", "tags", hl7::recognise, hl7::read, "one passage per message"),
    format!("x12", "application/edi-x12", "tags", x12::recognise, x12::read, "one passage per transaction set"),
    format!("calendar", "text/calendar", "tags", cards::recognise_calendar, cards::read_calendar, "one form per entry"),
    format!("vcard", "text/vcard", "tags", cards::recognise_card, cards::read_cards, "one form per card"),
    format!("ldif", "text/x-ldif", "tags", ldif::recognise, ldif::read, "one form per entry"),
    format!("mbox", "application/mbox", "text", mail::recognise_mbox, mail::read_mbox, "every message and its attachments"),
    format!("mail", "message/rfc822", "text", mail::recognise, mail::read, "headers, body, attachments"),
    format!("json", "application/json", "tags", json::recognise, json::read, "one passage per bundle entry, or one"),
    format!("ndjson", "application/x-ndjson", "tags", json::recognise_lines, json::read_lines, "one passage per line"),
    format!("html", "text/html", "text", html::recognise, html::read, "its text and tables"),
    format!("wordml", "application/msword", "text", word_xml::recognise_word, word_xml::read_word, "Word 2003 in one XML file"),
    format!("spreadsheetml", "application/vnd.ms-excel", "table", word_xml::recognise_sheets, word_xml::read_sheets, "Excel 2003 in one XML file"),
    format!("fodf", "application/vnd.oasis.opendocument", "text", odf::recognise_flat, odf::read_flat, "OpenDocument in one XML file"),
    format!("xml", "application/xml", "tags", xml::recognise, xml::read, "as written; documents carried inside"),
    format!("sql", "application/sql", "table", sqldump::recognise, sqldump::read, "the rows that it inserts"),
    format!("delimited", "text/csv", "table", delimited::recognise, delimited::read, "tables separated by comma, tab, semicolon, pipe or a rarer character"),
    format!("fixed", "text/plain", "table", fixed::recognise, fixed::read, "tables of fixed-width columns"),
    format!("text", "text/plain", "text", plain::recognise, plain::read, "any other text"),
];
