//! PPTX and the older Office formats (DOC, XLS, PPT) through `office_oxide`.

use super::blocks::Blocks;
use super::numbers::{Style, render};
use super::zip;
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use office_oxide::ir::{CellDataType, Element, HeaderFooter, List, Table, inline_to_text};
use office_oxide::{Document, DocumentFormat};
use std::io::Cursor;

const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

pub(super) fn recognise_pptx(head: &Head<'_>) -> bool {
    zip::recognise(head) && zip::open(head.content).is_some_and(|archive| archive.index_for_name("ppt/presentation.xml").is_some())
}

pub(super) fn recognise_ole(head: &Head<'_>) -> bool {
    head.starts(OLE)
}

pub(super) fn read_pptx(task: &mut Task<'_, '_>) {
    read(task, DocumentFormat::Pptx);
    let Some(mut archive) = zip::open(task.head.content) else { return };
    let mut names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    names.sort();
    super::docx::attachments(task, &mut archive, &names);
}

/// A compound file: which of its streams is there decides what it is.
pub(super) fn read_ole(task: &mut Task<'_, '_>) {
    let has = |stream: &str| {
        let wide: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        task.head.content.windows(wide.len()).step_by(2).any(|window| window == wide)
    };
    if has("EncryptedPackage") {
        task.document.media_type = "application/vnd.ms-office.encrypted".into();
        return task.problem(DocumentStatus::Encrypted, "an Office file with a password");
    }
    let message = has("__substg1.0_0037001F") || has("__substg1.0_1000001F") || has("__properties_version1.0");
    let (format, media_type) = match () {
        () if message => return other(task, "application/vnd.ms-outlook", "an Outlook message (MSG)"),
        () if has("WordDocument") => (DocumentFormat::Doc, "application/msword"),
        () if has("Workbook") || has("Book") => (DocumentFormat::Xls, "application/vnd.ms-excel"),
        () if has("PowerPoint Document") => (DocumentFormat::Ppt, "application/vnd.ms-powerpoint"),
        () => return other(task, "application/x-ole-storage", "a compound file of an unknown program"),
    };
    task.document.media_type = media_type.into();
    read(task, format);
}

fn other(task: &mut Task<'_, '_>, media_type: &str, what: &str) {
    task.document.media_type = media_type.into();
    task.document.method = "none".into();
    task.problem(DocumentStatus::Unsupported, what);
}

fn read(task: &mut Task<'_, '_>, format: DocumentFormat) {
    let document = match Document::from_reader(Cursor::new(task.head.content.to_vec()), format) {
        Ok(document) => document,
        Err(error) => {
            // The library's words are looked at, not passed on: they may quote the content.
            let words = error.to_string().to_lowercase();
            let locked = words.contains("encrypt") || words.contains("password");
            task.document.method = "none".into();
            return match locked {
                true => task.problem(DocumentStatus::Encrypted, "an Office file with a password"),
                false => {
                    task.problem(DocumentStatus::Corrupt, "the Office file cannot be read");
                    super::carve(task);
                }
            };
        }
    };
    let tables = matches!(format, DocumentFormat::Xls);
    let content = document.to_ir();
    task.document.pages = content.sections.len() as i64;
    if tables {
        task.document.method = "table".into();
    }
    for (at, section) in content.sections.iter().enumerate() {
        let name = match (&section.title, tables) {
            (Some(title), true) if !title.is_empty() => title.clone(),
            _ => format!("part {}", at + 1),
        };
        if tables {
            for element in &section.elements {
                match element {
                    Element::Table(table) => task.table(&name, rows(table, true), None),
                    other => {
                        let mut blocks = Blocks::default();
                        elements(std::slice::from_ref(other), &mut blocks, 0);
                        blocks.give(task, &name);
                    }
                }
            }
            continue;
        }
        let mut blocks = Blocks::default();
        if let Some(title) = &section.title {
            blocks.line(title);
        }
        let around = [&section.header, &section.first_page_header, &section.even_page_header];
        let below = [&section.footer, &section.first_page_footer, &section.even_page_footer];
        let give = |parts: [&Option<HeaderFooter>; 3], blocks: &mut Blocks| {
            for part in parts.into_iter().flatten() {
                elements(&part.content, blocks, 0);
            }
        };
        give(around, &mut blocks);
        elements(&section.elements, &mut blocks, 0);
        if let Some(notes) = &section.speaker_notes {
            elements(notes, &mut blocks, 0);
        }
        give(below, &mut blocks);
        blocks.give(task, &name);
    }
    if task.passages.is_empty() {
        let text = document.plain_text();
        task.running_text("part 1", &text);
    }
}

fn elements(elements: &[Element], blocks: &mut Blocks, depth: usize) {
    if depth > 64 {
        return;
    }
    for element in elements {
        match element {
            Element::Heading(heading) => lines(&inline_to_text(&heading.content), blocks),
            Element::Paragraph(paragraph) => lines(&inline_to_text(&paragraph.content), blocks),
            Element::Table(table) => blocks.table(rows(table, false)),
            Element::List(list) => items(list, blocks, depth),
            Element::TextBox(text_box) => self::elements(&text_box.content, blocks, depth + 1),
            Element::Footnote(note) | Element::Endnote(note) => self::elements(&note.content, blocks, depth + 1),
            Element::CodeBlock(code) => lines(&code.content, blocks),
            _ => {}
        }
    }
}

fn items(list: &List, blocks: &mut Blocks, depth: usize) {
    for item in &list.items {
        elements(&item.content, blocks, depth + 1);
        if let (Some(nested), true) = (&item.nested, depth < 64) {
            items(nested, blocks, depth + 1);
        }
    }
}

fn lines(text: &str, blocks: &mut Blocks) {
    text.split(['\n', '\r', '\u{b}']).for_each(|line| blocks.line(line));
}

fn rows(table: &Table, sheet: bool) -> Vec<Vec<String>> {
    let cell = |cell: &office_oxide::ir::TableCell| {
        if let (Some(CellDataType::Date), Some(number), true) = (cell.data_type, cell.raw_number, sheet) {
            let style = Style::new(cell.number_format_id.unwrap_or(14), cell.number_format.as_deref().filter(|code| !code.is_empty()));
            if matches!(style, Style::Date { .. }) {
                return render(number, Some(&style), false);
            }
        }
        let mut words = Vec::new();
        let mut open: Vec<&Element> = cell.content.iter().rev().collect();
        // Iterative: what a cell holds may nest.
        while let Some(element) = open.pop() {
            match element {
                Element::Heading(heading) => words.push(inline_to_text(&heading.content)),
                Element::Paragraph(paragraph) => words.push(inline_to_text(&paragraph.content)),
                Element::List(list) => open.extend(list.items.iter().rev().flat_map(|item| item.content.iter().rev())),
                Element::Table(table) => open.extend(table.rows.iter().rev().flat_map(|row| row.cells.iter().rev()).flat_map(|cell| cell.content.iter().rev())),
                Element::TextBox(text_box) => open.extend(text_box.content.iter().rev()),
                _ => {}
            }
        }
        words.join(" ")
    };
    let mut out: Vec<Vec<String>> = table.rows.iter().map(|row| row.cells.iter().map(cell).collect()).collect();
    // Columns without any content.
    let width = out.iter().map(Vec::len).max().unwrap_or(0);
    let used: Vec<bool> = (0..width).map(|at| out.iter().any(|row| row.get(at).is_some_and(|cell: &String| !cell.trim().is_empty()))).collect();
    if sheet {
        for row in &mut out {
            let mut at = 0;
            row.retain(|_| {
                at += 1;
                used.get(at - 1).copied().unwrap_or(false)
            });
        }
    }
    out
}
