//! XLSX: the cells of every sheet as shown (dates by their number format, as ISO dates), hidden ones too, streamed; comments, text boxes,
//! headers, cached external cells and pivot values; pictures and embedded files as members.

use super::grid::Grid;
use super::numbers::{Style, render};
use super::package::{self, names, relations, xml};
use super::parts::stream;
use super::zip::{self, Archive};
use crate::markup::{Markup, Token, attribute};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use std::collections::BTreeMap;

/// Bytes of shared strings that are kept.
const STRINGS: usize = 512 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    package::is(head, "workbook")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let opened = zip::open(content).and_then(|mut archive| package::main(&mut archive).map(|main| (archive, main)));
    let Some((mut archive, main)) = opened else { return task.problem(DocumentStatus::Corrupt, "the package cannot be opened") };
    let names = names(&archive);
    let workbook = xml(&mut archive, &main, task).unwrap_or_default();
    let parts = relations(&mut archive, &main, task);
    let folder = main.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let of_kind =
        |kind: &str, name: &str| parts.values().find(|part| part.kind.ends_with(kind)).map_or_else(|| format!("{folder}{name}"), |part| part.target.clone());
    let mut book = Book { styles: xml(&mut archive, &of_kind("/styles", "styles.xml"), task).map(|part| styles(&part)).unwrap_or_default(), ..Book::default() };
    book.read_strings(task, &mut archive, &of_kind("/sharedStrings", "sharedStrings.xml"));
    let mut sheets = Vec::new();
    for token in Markup::xml(&workbook) {
        match token {
            Token::Open { name: "workbookPr", attributes, .. } => book.epoch_1904 = attribute(attributes, "date1904").is_some_and(|v| v == "1" || v == "true"),
            Token::Open { name: "sheet", attributes, .. } => {
                // `sheetId` ends in `Id` too: the relation is the prefixed `r:id`.
                let id = attribute(attributes, "r:id").or_else(|| attribute(attributes, "id")).unwrap_or_default();
                sheets.push((attribute(attributes, "name").unwrap_or_default().into_owned(), parts.get(&*id).map(|part| part.target.clone())));
            }
            _ => {}
        }
    }
    task.document.pages = sheets.len() as i64;
    let mut unread: Vec<&String> = names.iter().filter(|name| name.starts_with("xl/worksheets/") && name.ends_with(".xml")).collect();
    for (at, (title, target)) in sheets.iter().enumerate() {
        let target = target.clone().unwrap_or_else(|| format!("{folder}worksheets/sheet{}.xml", at + 1));
        unread.retain(|name| **name != target);
        if !book.sheet(task, &mut archive, title, &target) {
            task.problem(DocumentStatus::Partly, "a sheet cannot be unpacked");
        }
    }
    // Sheets that the workbook does not name.
    for name in unread {
        book.sheet(task, &mut archive, name.rsplit('/').next().unwrap_or_default(), name);
    }
    for name in &names {
        let label = match name.strip_prefix("xl/").unwrap_or_default() {
            part if part.starts_with("comments") || part.starts_with("threadedComments/") => "comments",
            part if part.starts_with("persons/") => "comment authors",
            part if part.starts_with("drawings/drawing") => "text boxes",
            part if part.starts_with("externalLinks/externalLink") => "cached external cells",
            part if part.starts_with("pivotCache/pivotCache") => "pivot cache",
            _ => continue,
        };
        if name.ends_with(".xml")
            && let Some(part) = xml(&mut archive, name, task)
        {
            task.running_text(label, &texts(&part, label == "pivot cache"));
        }
    }
    package::rest(task, &mut archive, &names);
    if task.document.status == DocumentStatus::Read && task.document.pages == 0 {
        task.problem(DocumentStatus::Corrupt, "the workbook names no sheets");
    }
}

#[derive(Default)]
pub(super) struct Book {
    pub shared: Vec<String>,
    pub styles: Vec<Style>,
    pub epoch_1904: bool,
}

/// The cell being read.
#[derive(Default)]
struct Cell {
    row: i64,
    column: u32,
    kind: String,
    style: Option<usize>,
    value: String,
    collecting: bool,
    /// Headers and footers of the page, and what else stands beside the cells.
    header: bool,
}

impl Book {
    fn read_strings(&mut self, task: &mut Task<'_, '_>, archive: &mut Archive<'_>, name: &str) {
        let (mut bytes, mut state) = (0_usize, SharedString::default());
        stream(task, archive, name, "</si>", &mut |task, piece| {
            let before = self.shared.len();
            state.read(piece, &mut self.shared);
            bytes += self.shared.iter().skip(before).map(|text| text.len() + size_of::<String>()).sum::<usize>();
            if bytes > STRINGS {
                task.problem(DocumentStatus::OverBudget, "more shared strings than the budget allows");
            }
            bytes <= STRINGS
        });
    }
    /// Reads a sheet piece by piece; whether there is one.
    fn sheet(&self, task: &mut Task<'_, '_>, archive: &mut Archive<'_>, title: &str, name: &str) -> bool {
        let mut grid = Grid::new(title);
        let (mut cell, mut texts) = (Cell::default(), Vec::new());
        let found = stream(task, archive, name, "</row>", &mut |task, piece| {
            self.piece(task, piece, &mut cell, &mut grid, &mut texts);
            (task.document.chars as u64) < task.budget().text_chars
        });
        grid.end(task);
        task.running_text(format!("{title} texts"), &texts.join("\n"));
        found
    }
    fn piece(&self, task: &mut Task<'_, '_>, piece: &str, cell: &mut Cell, grid: &mut Grid, texts: &mut Vec<String>) {
        for token in Markup::xml(piece) {
            match token {
                Token::Open { name: "row", attributes, .. } => {
                    cell.row = attribute(attributes, "r").and_then(|r| r.parse().ok()).unwrap_or(cell.row + 1);
                    cell.column = 0;
                }
                Token::Open { name: "c", attributes, empty } => {
                    cell.column = attribute(attributes, "r").and_then(|r| column_number(&r)).unwrap_or(cell.column.saturating_add(1));
                    cell.kind.clear();
                    cell.kind.push_str(&attribute(attributes, "t").unwrap_or_default());
                    cell.style = attribute(attributes, "s").and_then(|s| s.parse().ok());
                    cell.value.clear();
                    cell.collecting = false;
                    if empty {
                        continue;
                    }
                }
                Token::Open { name: "v" | "t", empty, .. } => cell.collecting = !empty,
                Token::Open { name: "rPh", empty: false, .. } => cell.collecting = false,
                Token::Close("v" | "t") => cell.collecting = false,
                Token::Text(text) if cell.collecting => cell.value.push_str(&text),
                Token::Close("c") => {
                    let shown = self.shown(&cell.kind, &mut cell.value, cell.style);
                    grid.cell(task, cell.row.max(1), cell.column, shown);
                }
                Token::Open { name: "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader" | "firstFooter", empty, .. } => {
                    cell.header = !empty
                }
                Token::Text(text) if cell.header => {
                    cell.header = false;
                    texts.push(super::xls::header(&text).trim().to_string());
                }
                // Help texts of data validation.
                Token::Open { name: "dataValidation", attributes, .. } if texts.len() < 10_000 => {
                    texts.extend(
                        ["promptTitle", "prompt", "errorTitle", "error"]
                            .into_iter()
                            .filter_map(|name| attribute(attributes, name))
                            .map(|text| text.into_owned()),
                    );
                }
                _ => {}
            }
        }
    }
    fn shown(&self, kind: &str, value: &mut String, style: Option<usize>) -> String {
        match kind {
            "s" => value.trim().parse::<usize>().ok().and_then(|at| self.shared.get(at)).cloned().unwrap_or_default(),
            "b" => (if value.trim() == "1" { "TRUE" } else { "FALSE" }).to_string(),
            "str" | "inlineStr" | "e" | "d" => std::mem::take(value),
            _ => match value.trim().parse::<f64>() {
                Ok(number) => render(number, style.and_then(|style| self.styles.get(style)), self.epoch_1904),
                Err(_) => std::mem::take(value),
            },
        }
    }
}

/// `BC12` → 55.
fn column_number(reference: &str) -> Option<u32> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let number = letters.fold(0_u32, |n, b| n.saturating_mul(26).saturating_add(u32::from(b.to_ascii_uppercase() - b'A') + 1));
    (number > 0).then_some(number)
}

/// A shared string being read; pieces end between strings, but for one that is longer than a piece.
#[derive(Default)]
struct SharedString {
    text: String,
    collecting: bool,
    phonetic: bool,
}

impl SharedString {
    fn read(&mut self, part: &str, out: &mut Vec<String>) {
        for token in Markup::xml(part) {
            match token {
                Token::Open { name: "si", empty: true, .. } => out.push(String::new()),
                Token::Open { name: "rPh", .. } => self.phonetic = true,
                Token::Close("rPh") => self.phonetic = false,
                Token::Open { name: "t", empty, .. } => self.collecting = !empty && !self.phonetic,
                Token::Close("t") => self.collecting = false,
                Token::Text(piece) if self.collecting => self.text.push_str(&piece),
                Token::Close("si") => out.push(std::mem::take(&mut self.text)),
                _ => {}
            }
        }
    }
}

/// Texts of comments and drawings; values of caches, which are attributes in pivot tables.
fn texts(part: &str, pivot: bool) -> String {
    let mut out = String::new();
    let mut collecting = false;
    for token in Markup::xml(part) {
        match token {
            Token::Open { name: "s" | "n" | "d" | "b" | "e" | "cacheField" | "person", attributes, .. } if pivot || attributes.contains("displayName") => {
                let value = ["v", "displayName", "name"].into_iter().find_map(|name| attribute(attributes, name));
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    out.push_str(value.strip_suffix("T00:00:00").unwrap_or(&value));
                    out.push('\n');
                }
            }
            Token::Open { name: "t" | "text" | "v" | "author", empty, .. } => collecting = !empty,
            Token::Close("t" | "text") => collecting = false,
            Token::Text(piece) if collecting => out.push_str(&piece),
            Token::Close("v" | "author") => {
                collecting = false;
                out.push('\n');
            }
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
