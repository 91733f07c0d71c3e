//! DOCX: paragraphs, tables, headers, footers, notes, comments, text boxes, tracked deletions; pictures and embedded files as members.

use super::blocks::Blocks;
use super::package::{self, names, xml};
use super::zip;
use crate::markup::{Markup, Token, attribute};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    package::is(head, "document")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let opened = zip::open(content).and_then(|mut archive| package::main(&mut archive).map(|main| (archive, main)));
    let Some((mut archive, main)) = opened else { return task.problem(DocumentStatus::Corrupt, "the package cannot be opened") };
    let names = names(&archive);
    match xml(&mut archive, &main, task) {
        Some(body) => blocks(&body).give(task, ""),
        None => task.problem(DocumentStatus::Corrupt, "the body cannot be unpacked"),
    }
    let mut authors = Vec::new();
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    for name in &names {
        let part = name.strip_prefix(folder).and_then(|part| part.trim_start_matches('/').strip_suffix(".xml")).unwrap_or_default();
        if ["header", "footer", "footnotes", "endnotes", "comments"].iter().any(|kind| part.starts_with(kind))
            && !part.contains(['/', 'E', 'I'])
            && let Some(body) = xml(&mut archive, name, task)
        {
            blocks(&body).give(task, part);
            if part.starts_with("comments") {
                authors.extend(names_of(&body));
            }
        }
    }
    authors.sort();
    authors.dedup();
    task.running_text("comment authors", &authors.join("\n"));
    package::rest(task, &mut archive, &names);
    task.document.pages = 1;
}

/// Who wrote the comments.
fn names_of(part: &str) -> Vec<String> {
    Markup::xml(part)
        .filter_map(|token| match token {
            Token::Open { name: "comment", attributes, .. } => attribute(attributes, "author").map(|name| name.into_owned()),
            _ => None,
        })
        .collect()
}

#[derive(Default)]
struct Body {
    blocks: Blocks,
    /// Open paragraphs: a text box stands inside one.
    paragraphs: Vec<String>,
    tables: Vec<Vec<Vec<String>>>,
    cells: Vec<Vec<String>>,
}

impl Body {
    fn line(&mut self, line: String) {
        match self.cells.last_mut() {
            Some(cell) if !line.trim().is_empty() => cell.push(line),
            Some(_) => {}
            None => line.split('\n').for_each(|line| self.blocks.line(line)),
        }
    }
    fn end_cell(&mut self) {
        if let (Some(cell), Some(row)) = (self.cells.pop(), self.tables.last_mut().and_then(|table| table.last_mut())) {
            row.push(cell.join(" "));
        }
    }
    fn end_table(&mut self) {
        let Some(rows) = self.tables.pop() else { return };
        if self.cells.is_empty() {
            self.blocks.table(rows);
        } else {
            for row in rows {
                self.line(row.join(" "));
            }
        }
    }
}

/// The text of a button, which is in the code of its field: `MACROBUTTON name text`.
pub(super) fn button(code: &str) -> Option<&str> {
    let rest = code.trim_start().strip_prefix("MACROBUTTON")?.trim_start();
    rest.split_once(' ').map(|(_, text)| text.trim_end())
}

/// The paragraphs and tables of a body, a header, notes or comments.
pub(super) fn blocks(xml: &str) -> Blocks {
    let mut body = Body::default();
    let (mut in_text, mut fallback, mut in_code, mut code) = (false, 0_usize, false, String::new());
    for token in Markup::xml(xml) {
        match token {
            Token::Open { name: "Fallback", empty: false, .. } => fallback += 1,
            Token::Close("Fallback") => fallback = fallback.saturating_sub(1),
            // The same content for older programs.
            _ if fallback > 0 => {}
            Token::Text(text) if in_code => code.push_str(&text),
            Token::Text(text) if in_text => {
                if let Some(paragraph) = body.paragraphs.last_mut() {
                    paragraph.push_str(&text);
                }
            }
            Token::Open { name, attributes, empty } => match name {
                "p" if !empty => body.paragraphs.push(String::new()),
                "t" | "delText" => in_text = !empty,
                "instrText" | "delInstrText" => in_code = !empty,
                "fldChar" => code.clear(),
                // What a picture shows, in words.
                "docPr" => {
                    if let (Some(paragraph), Some(text)) = (body.paragraphs.last_mut(), attribute(attributes, "descr").filter(|text| !text.is_empty())) {
                        paragraph.push_str(&text);
                        paragraph.push(' ');
                    }
                }
                // The text of a watermark.
                "textpath" => {
                    if let (Some(paragraph), Some(text)) = (body.paragraphs.last_mut(), attribute(attributes, "string")) {
                        paragraph.push_str(&text);
                    }
                }
                "tab" | "br" | "cr" | "noBreakHyphen" | "ptab" => {
                    // Tab stops of a style have a position; a tab in the text has none.
                    let shown = attribute(attributes, "pos").is_none();
                    if let (Some(paragraph), true) = (body.paragraphs.last_mut(), shown) {
                        paragraph.push(match name {
                            "br" | "cr" => '\n',
                            "noBreakHyphen" => '-',
                            _ => '\t',
                        });
                    }
                }
                "tbl" if !empty && body.tables.len() < 64 => body.tables.push(Vec::new()),
                "tr" if !empty => {
                    if let Some(table) = body.tables.last_mut() {
                        table.push(Vec::new());
                    }
                }
                "tc" if !empty => body.cells.push(Vec::new()),
                _ => {}
            },
            Token::Close(name) => match name {
                "t" | "delText" => in_text = false,
                "instrText" | "delInstrText" => {
                    in_code = false;
                    if let (Some(paragraph), Some(shown)) = (body.paragraphs.last_mut(), button(&code)) {
                        paragraph.push_str(shown);
                        code.clear();
                    }
                }
                "p" => {
                    if let Some(paragraph) = body.paragraphs.pop() {
                        body.line(paragraph);
                    }
                }
                "tc" => body.end_cell(),
                "tbl" => body.end_table(),
                _ => {}
            },
            Token::Text(_) => {}
        }
    }
    // A body that was cut off.
    while let Some(paragraph) = body.paragraphs.pop() {
        body.line(paragraph);
    }
    while !body.tables.is_empty() {
        body.end_cell();
        body.end_table();
    }
    body.blocks
}

#[cfg(test)]
pub(super) mod tests {
    use crate::formats::testing::check;
    use std::io::Write;

    /// A package of stored parts.
    pub(in crate::formats) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, part) in parts {
            let started = writer.start_file(*name, ::zip::write::SimpleFileOptions::default());
            started.and_then(|()| Ok(writer.write_all(part.as_bytes())?)).expect("a zip in memory");
        }
        writer.finish().expect("a zip in memory").into_inner()
    }

    #[test]
    fn docx() {
        let p = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
        let cell = |text: &str| format!("<w:tc>{}</w:tc>", p(text));
        let row = |a: &str, b: &str| format!("<w:tr>{}{}</w:tr>", cell(a), cell(b));
        let body = format!(
            "<w:document><w:body>{}<w:tbl>{}{}</w:tbl><w:p><w:r><w:t>A</w:t><w:tab/><w:t>B &amp; C</w:t><w:delText>gone</w:delText></w:r></w:p><w:p>out<mc:AlternateContent><mc:Choice><w:txbxContent>{}</w:txbxContent></mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:p></w:body></w:document>",
            p("Dear Ann"),
            row("Name", "DOB"),
            row("Lee", "01/02/1980"),
            p("box"),
            p("box")
        );
        let file = package(&[("word/document.xml", &body), ("word/header1.xml", &format!("<w:hdr>{}</w:hdr>", p("Clinic")))]);
        check(
            "a.pdf",
            &file,
            "\
read application/vnd.openxmlformats-officedocument.wordprocessingml.document text
[part 1 text] Dear Ann
[table 1!rows 2-2 table Name|DOB] Lee\\t01/02/1980
[part 2 text] A\\tB & Cgone\\nbox
[header1 text] Clinic",
        );
    }
}
