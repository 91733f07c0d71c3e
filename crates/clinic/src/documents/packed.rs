//! Zip archives with fixed times, and Word documents in them.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// An archive of named members; `None` when a member is too large for the format.
pub fn zip(members: &[(&str, &[u8])], packed: bool) -> Option<Vec<u8>> {
    let method = if packed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
    let options = SimpleFileOptions::default().compression_method(method).last_modified_time(DateTime::DEFAULT).unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, options).ok()?;
        writer.write_all(bytes).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

/// An archive whose entry is marked as encrypted: nobody has the password.
pub fn locked_zip(name: &str, noise: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = zip(&[(name, noise)], false)?;
    for (signature, flag) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        if let Some(at) = bytes.windows(4).position(|w| w == signature) {
            bytes[at + flag] |= 1;
        }
    }
    Some(bytes)
}

/// A Word document: paragraphs, then a table, with a page header.
pub fn docx(header: &str, paragraphs: &[String], table: &[Vec<String>]) -> Option<Vec<u8>> {
    const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let paragraph = |text: &str| format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", escape(text));
    let mut body: String = paragraphs.iter().map(|p| paragraph(p)).collect();
    if !table.is_empty() {
        body += "<w:tbl><w:tblPr/><w:tblGrid/>";
        for row in table {
            let cells: String = row.iter().map(|c| format!("<w:tc>{}</w:tc>", paragraph(c))).collect();
            body += &format!("<w:tr>{cells}</w:tr>");
        }
        body += "</w:tbl>";
    }
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    const RELATIONS: &str = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
    let types = format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"{MAIN}.document.main+xml\"/><Override PartName=\"/word/header1.xml\" ContentType=\"{MAIN}.header+xml\"/></Types>"
    );
    let root =
        format!("{HEAD}<Relationships {RELATIONS}><Relationship Id=\"rId1\" Type=\"{TYPES}/officeDocument\" Target=\"word/document.xml\"/></Relationships>");
    let inner = format!("{HEAD}<Relationships {RELATIONS}><Relationship Id=\"rId1\" Type=\"{TYPES}/header\" Target=\"header1.xml\"/></Relationships>");
    let document = format!(
        "{HEAD}<w:document {W} xmlns:r=\"{TYPES}\"><w:body>{body}<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId1\"/></w:sectPr></w:body></w:document>"
    );
    let header = format!("{HEAD}<w:hdr {W}>{}</w:hdr>", paragraph(header));
    zip(
        &[
            ("[Content_Types].xml", types.as_bytes()),
            ("_rels/.rels", root.as_bytes()),
            ("word/document.xml", document.as_bytes()),
            ("word/_rels/document.xml.rels", inner.as_bytes()),
            ("word/header1.xml", header.as_bytes()),
        ],
        true,
    )
}

/// Text for XML and HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_word_document_opens_and_holds_its_words() {
        let file = docx("Head", &["A & B".into()], &[vec!["x".into(), "y".into()]]).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
        let mut text = String::new();
        archive.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
        assert!(text.contains("A &amp; B") && text.contains("<w:tc>"));
    }

    #[test]
    fn a_locked_archive_asks_for_a_password() {
        let mut archive = zip::ZipArchive::new(Cursor::new(locked_zip("a.csv", &[7; 40]).unwrap())).unwrap();
        assert!(archive.by_index(0).is_err());
    }
}
