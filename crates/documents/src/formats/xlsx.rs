//! XLSX: the cells of every sheet as shown (dates by their number format, as ISO dates), comments; pictures as members.

use super::package::{self, xml};
use super::numbers::{Style, render};
use super::zip;
use crate::markup::{Markup, Token, attribute};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn recognise(head: &Head<'_>) -> bool {
    package::is(head, "workbook")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let Some(mut archive) = zip::open(content) else { return task.problem(DocumentStatus::Corrupt, "the package cannot be opened") };
    let mut names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    names.sort();
    let workbook = xml(&mut archive, "xl/workbook.xml", task).unwrap_or_default();
    let relations = xml(&mut archive, "xl/_rels/workbook.xml.rels", task).unwrap_or_default();
    let shared = xml(&mut archive, "xl/sharedStrings.xml", task).map(|part| strings(&part)).unwrap_or_default();
    let styles = xml(&mut archive, "xl/styles.xml", task).map(|part| styles(&part)).unwrap_or_default();
    let mut targets = BTreeMap::new();
    let mut sheets = Vec::new();
    let mut epoch_1904 = false;
    for token in Markup::xml(&relations) {
        if let Token::Open { name: "Relationship", attributes, .. } = token
            && let (Some(id), Some(target)) = (attribute(attributes, "Id"), attribute(attributes, "Target"))
        {
            let target = target.trim_start_matches('/');
            targets.insert(id.into_owned(), if target.starts_with("xl/") { target.to_string() } else { format!("xl/{target}") });
        }
    }
    for token in Markup::xml(&workbook) {
        match token {
            Token::Open { name: "workbookPr", attributes, .. } => epoch_1904 = attribute(attributes, "date1904").is_some_and(|v| v == "1" || v == "true"),
            Token::Open { name: "sheet", attributes, .. } => {
                // `sheetId` ends in `Id` too: the relation is the prefixed `r:id`.
                let id = attribute(attributes, "r:id").or_else(|| attribute(attributes, "id")).unwrap_or_default();
                sheets.push((attribute(attributes, "name").unwrap_or_default().into_owned(), targets.get(&*id).cloned()));
            }
            _ => {}
        }
    }
    let book = Book { shared, styles, epoch_1904 };
    task.document.pages = sheets.len() as i64;
    for (at, (title, target)) in sheets.into_iter().enumerate() {
        let target = target.unwrap_or_else(|| format!("xl/worksheets/sheet{}.xml", at + 1));
        let Some(sheet) = xml(&mut archive, &target, task) else {
            task.problem(DocumentStatus::Partly, "a sheet cannot be unpacked");
            continue;
        };
        let (rows, numbers) = book.rows(&sheet);
        task.table(&title, rows, Some(&numbers));
    }
    for name in
        names.iter().filter(|name| name.starts_with("xl/comments") || name.starts_with("xl/threadedComments/") || name.starts_with("xl/drawings/drawing"))
    {
        if let Some(part) = xml(&mut archive, name, task) {
            let label = if name.contains("drawing") { "text boxes" } else { "comments" };
            task.running_text(label, &texts(&part));
        }
    }
    package::rest(task, &mut archive, &names);
    if task.document.status == DocumentStatus::Read && task.document.pages == 0 {
        task.problem(DocumentStatus::Corrupt, "the workbook names no sheets");
    }
}

struct Book {
    shared: Vec<String>,
    styles: Vec<Style>,
    epoch_1904: bool,
}

impl Book {
    /// A sheet's rows and their numbers. Only columns with any content are kept, so that a far-off cell costs nothing.
    fn rows(&self, sheet: &str) -> (Vec<Vec<String>>, Vec<i64>) {
        let mut sparse: Vec<(i64, Vec<(u32, String)>)> = Vec::new();
        let mut used = BTreeSet::new();
        let (mut row, mut column) = (0_i64, 0_u32);
        let (mut kind, mut style, mut value, mut collecting) = (String::new(), None, String::new(), false);
        for token in Markup::xml(sheet) {
            match token {
                Token::Open { name: "row", attributes, .. } => {
                    row = attribute(attributes, "r").and_then(|r| r.parse().ok()).unwrap_or(row + 1);
                    column = 0;
                    sparse.push((row, Vec::new()));
                }
                Token::Open { name: "c", attributes, empty } => {
                    column = attribute(attributes, "r").and_then(|r| column_number(&r)).unwrap_or(column + 1);
                    kind = attribute(attributes, "t").unwrap_or_default().into_owned();
                    style = attribute(attributes, "s").and_then(|s| s.parse::<usize>().ok()).and_then(|s| self.styles.get(s));
                    value.clear();
                    collecting = false;
                    if empty {
                        continue;
                    }
                }
                Token::Open { name: "v" | "t", empty, .. } => collecting = !empty,
                Token::Open { name: "rPh", empty: false, .. } => collecting = false,
                Token::Close("v" | "t") => collecting = false,
                Token::Text(text) if collecting => value.push_str(&text),
                Token::Close("c") => {
                    let shown = match kind.as_str() {
                        "s" => value.trim().parse::<usize>().ok().and_then(|at| self.shared.get(at)).cloned().unwrap_or_default(),
                        "b" => (if value.trim() == "1" { "TRUE" } else { "FALSE" }).to_string(),
                        "str" | "inlineStr" | "e" | "d" => std::mem::take(&mut value),
                        _ => value.trim().parse::<f64>().map_or_else(|_| value.clone(), |n| render(n, style, self.epoch_1904)),
                    };
                    if !shown.trim().is_empty() {
                        used.insert(column);
                        if sparse.is_empty() {
                            sparse.push((row.max(1), Vec::new()));
                        }
                        if let Some((_, cells)) = sparse.last_mut() {
                            cells.push((column, shown));
                        }
                    }
                }
                _ => {}
            }
        }
        let places: BTreeMap<u32, usize> = used.iter().enumerate().map(|(place, column)| (*column, place)).collect();
        // A hostile sheet may use a new column in every row: then rows are not padded to the full width.
        let width = if places.len() <= 2000 { places.len() } else { 0 };
        let (mut rows, mut numbers) = (Vec::new(), Vec::new());
        for (number, cells) in sparse.into_iter().filter(|(_, cells)| !cells.is_empty()) {
            let mut out = vec![String::new(); width];
            for (column, text) in cells {
                match places.get(&column).and_then(|place| out.get_mut(*place)) {
                    Some(cell) => *cell = text,
                    None => out.push(text),
                }
            }
            rows.push(out);
            numbers.push(number);
        }
        (rows, numbers)
    }
}

/// `BC12` → 55.
fn column_number(reference: &str) -> Option<u32> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0_u32, |n, b| n.saturating_mul(26).saturating_add(u32::from(b.to_ascii_uppercase() - b'A') + 1));
    (number > 0).then_some(number)
}

fn strings(part: &str) -> Vec<String> {
    let mut out = Vec::new();
    let (mut text, mut collecting, mut phonetic) = (String::new(), false, false);
    for token in Markup::xml(part) {
        match token {
            Token::Open { name: "si", empty: true, .. } => out.push(String::new()),
            Token::Open { name: "rPh", .. } => phonetic = true,
            Token::Close("rPh") => phonetic = false,
            Token::Open { name: "t", empty, .. } => collecting = !empty && !phonetic,
            Token::Close("t") => collecting = false,
            Token::Text(piece) if collecting => text.push_str(&piece),
            Token::Close("si") => out.push(std::mem::take(&mut text)),
            _ => {}
        }
    }
    out
}

fn texts(part: &str) -> String {
    let mut out = String::new();
    let mut collecting = false;
    for token in Markup::xml(part) {
        match token {
            Token::Open { name: "t" | "text", empty, .. } => collecting = !empty,
            Token::Close("t" | "text") => collecting = false,
            Token::Text(piece) if collecting => out.push_str(&piece),
            Token::Close("p" | "comment" | "threadedComment") => out.push('\n'),
            _ => {}
        }
    }
    out
}

/// The cell styles' number formats.
fn styles(part: &str) -> Vec<Style> {
    let mut codes = BTreeMap::new();
    let mut out = Vec::new();
    let mut cells = false;
    for token in Markup::xml(part) {
        match token {
            Token::Open { name: "numFmt", attributes, .. } => {
                if let (Some(id), Some(code)) = (attribute(attributes, "numFmtId").and_then(|id| id.parse::<u32>().ok()), attribute(attributes, "formatCode")) {
                    codes.insert(id, code.into_owned());
                }
            }
            Token::Open { name: "cellXfs", empty, .. } => cells = !empty,
            Token::Close("cellXfs") => cells = false,
            Token::Open { name: "xf", attributes, .. } if cells => {
                let id = attribute(attributes, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                out.push(Style::new(id, codes.get(&id).map(String::as_str)));
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::docx::tests::package;
    use crate::formats::testing::check;

    #[test]
    fn xlsx() {
        let sheet = "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>Patients</t></is></c></row><row r='3'><c r='A3' t='s'><v>0</v></c><c r='B3' t='s'><v>1</v></c><c r='XFD3' t='str'><v>SSN</v></c></row><row r='4'><c r='A4' t='inlineStr'><is><r><t>Ann </t></r><r><t>Lee</t></r></is></c><c r='B4' s='1'><v>29222</v></c><c r='XFD4' s='2'><v>12345678</v></c></row></sheetData></worksheet>";
        let file = package(&[
            ("xl/workbook.xml", "<workbook><sheets><sheet name='Recall &amp; co' sheetId='1' r:id='rId7'/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id='rId7' Target='worksheets/s.xml'/></Relationships>"),
            ("xl/sharedStrings.xml", "<sst><si><t>Name</t></si><si><t>Birth</t></si></sst>"),
            (
                "xl/styles.xml",
                "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='000\\-00\\-0000'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/></cellXfs></styleSheet>",
            ),
            ("xl/worksheets/s.xml", sheet),
        ]);
        check(
            "a.xlsx",
            &file,
            "\
read application/vnd.openxmlformats-officedocument.spreadsheetml.sheet table
[Recall & co!rows 1-1 text] Patients
[Recall & co!rows 4-4 table Name|Birth|SSN] Ann Lee\\t1980-01-02\\t012-34-5678",
        );
    }

    #[test]
    fn references() {
        assert_eq!(column_number("A1"), Some(1));
        assert_eq!(column_number("BC12"), Some(55));
        assert_eq!(column_number("12"), None);
    }
}
