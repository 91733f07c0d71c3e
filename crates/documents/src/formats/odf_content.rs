//! What an OpenDocument part holds: paragraphs, tables, the cells of sheets, slides.

use super::blocks::Blocks;
use super::grid::Grid;
use super::numbers::render;
use crate::Task;
use crate::markup::{Markup, Token, attribute};
use base64::Engine;
use dosimeter_case::tables::DocumentStatus;

/// How many cells repetition may add to one part.
const REPEATED: usize = 1 << 20;
/// Elements whose text is not the document's.
const SKIP: [&str; 8] = ["styles", "automatic-styles", "master-styles", "settings", "scripts", "font-face-decls", "meta", "forms"];
const DEPTH: usize = 64;

/// The state of a part that is read piece by piece.
#[derive(Default)]
pub(super) struct Content {
    blocks: Blocks,
    /// Open paragraphs: a note or a text box stands inside one.
    paragraphs: Vec<String>,
    tables: Vec<Vec<Vec<String>>>,
    cells: Vec<Vec<String>>,
    /// The element whose text is left out.
    skip: Option<&'static str>,
    nested: usize,
    /// Only master pages are read.
    masters: bool,
    placeholder: bool,
    /// Text outside paragraphs that counts: a comment's author, a picture's title.
    named: Option<String>,
    binary: Option<String>,
    pictures: Vec<Vec<u8>>,
    sheet: Option<Sheet>,
    spreadsheet: bool,
    pages: i64,
    page: &'static str,
    links: Vec<String>,
    repeated: usize,
}

/// A sheet of a spreadsheet.
struct Sheet {
    grid: Grid,
    name: String,
    row: i64,
    column: u32,
    /// The cells of the row, which may be repeated: column, text, how often.
    cells: Vec<(u32, String, u32)>,
    rows: i64,
    /// The cell: how often it is repeated, its value where it is not a text, its lines.
    cell: Option<(u32, Option<String>, Vec<String>)>,
    texts: Vec<String>,
    note: usize,
}

fn number(attributes: &str, name: &str) -> u32 {
    attribute(attributes, name).and_then(|n| n.parse().ok()).unwrap_or(1).max(1)
}

/// A cell's value, where it says more than what is shown.
fn value(attributes: &str) -> Option<String> {
    let kind = attribute(attributes, "value-type")?;
    match &*kind {
        "float" | "currency" | "percentage" => {
            let value = attribute(attributes, "value")?;
            Some(value.parse::<f64>().map_or_else(|_| value.into_owned(), |n| render(n, None, false)))
        }
        "date" => {
            let date = attribute(attributes, "date-value")?.replace('T', " ");
            Some(date.strip_suffix(" 00:00:00").map_or(date.clone(), String::from))
        }
        "time" => {
            let time = attribute(attributes, "time-value")?;
            let digits: Vec<&str> = time.strip_prefix("PT")?.split(['H', 'M', 'S', '.', ',']).take(3).collect();
            Some(digits.join(":"))
        }
        "boolean" => Some(attribute(attributes, "boolean-value")?.to_uppercase()),
        _ => None,
    }
}

/// Whether a shown number is an identifier in a pattern (`012-34-5678`, `00501`), which its value does not say.
fn patterned(shown: &str) -> bool {
    let plain = shown.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '(' | ')' | ' ' | '/'));
    plain && (shown.find(['-', '/', '(']).is_some_and(|at| at > 0 || shown.starts_with('(')) || shown.len() > 1 && shown.starts_with('0'))
}

impl Content {
    /// For a part of styles: headers, footers, master pages.
    pub fn masters() -> Content {
        Content { masters: true, ..Content::default() }
    }
    pub fn take_pictures(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.pictures)
    }
    /// Reads on.
    pub fn piece(&mut self, task: &mut Task<'_, '_>, piece: &str) {
        for token in Markup::xml(piece) {
            match (self.skip, token) {
                (Some(skip), Token::Open { name, empty: false, .. }) if name == skip => self.nested += 1,
                (Some(skip), Token::Close(name)) if name == skip => {
                    self.nested -= 1;
                    if self.nested == 0 {
                        self.skip = None;
                    }
                }
                (Some(_), _) => {}
                (None, Token::Open { name, attributes, empty }) => self.open(task, name, attributes, empty),
                (None, Token::Close(name)) => self.close(task, name),
                (None, Token::Text(text)) => self.text(&text),
            }
        }
    }
    fn text(&mut self, text: &str) {
        if let Some(binary) = &mut self.binary {
            binary.extend(text.chars().filter(|c| !c.is_whitespace()));
        } else if let Some(named) = &mut self.named {
            named.push_str(text);
        } else if let Some(paragraph) = self.paragraphs.last_mut() {
            // White space is one blank, as in other markup.
            let mut blank = paragraph.ends_with([' ', '\n', '\t']);
            for c in text.chars() {
                let space = matches!(c, ' ' | '\n' | '\t' | '\r');
                if !(space && blank) {
                    paragraph.push(if space { ' ' } else { c });
                }
                blank = space;
            }
        }
    }
    fn open(&mut self, task: &mut Task<'_, '_>, name: &str, attributes: &str, empty: bool) {
        if let Some(skip) = SKIP.iter().find(|skip| **skip == name).filter(|skip| !(empty || self.masters && **skip == "master-styles")) {
            (self.skip, self.nested) = (Some(*skip), 1);
            return;
        }
        match name {
            "p" | "h" if !(empty || self.masters && self.placeholder) => self.paragraphs.push(String::new()),
            "p" | "h" if self.sheet.is_none() => self.blocks.line(""),
            "frame" => self.placeholder = attribute(attributes, "placeholder").is_some_and(|value| value == "true"),
            "s" | "tab" | "line-break" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    match name {
                        "s" => paragraph.extend(std::iter::repeat_n(' ', number(attributes, "c").min(100) as usize)),
                        "tab" => paragraph.push('\t'),
                        _ => paragraph.push('\n'),
                    }
                }
            }
            "a" if self.links.len() < 10_000 => self.links.extend(attribute(attributes, "href").map(|href| href.into_owned())),
            "creator" | "title" | "desc" | "sender-initials" if !empty => self.named = Some(String::new()),
            "binary-data" if !empty => self.binary = Some(String::new()),
            "spreadsheet" => {
                self.spreadsheet = true;
                task.document.method = "table".into();
            }
            "presentation" if !empty => self.page = "slide",
            "drawing" if !empty => self.page = "page",
            "page" if !empty && !self.page.is_empty() => self.pages += 1,
            "annotation" if !empty => {
                if let Some(sheet) = &mut self.sheet {
                    sheet.note += 1;
                }
            }
            _ if self.spreadsheet && name.starts_with("table") || name == "covered-table-cell" => self.open_cell(task, name, attributes, empty),
            "table" if !empty && self.tables.len() < DEPTH => self.tables.push(Vec::new()),
            "table-row" => {
                if let Some(table) = self.tables.last_mut() {
                    table.push(Vec::new());
                }
            }
            "table-cell" => match self.tables.last_mut().and_then(|table| table.last_mut()) {
                Some(row) if empty => row.extend(std::iter::repeat_n(String::new(), number(attributes, "number-columns-repeated").min(64) as usize)),
                _ if !empty => self.cells.push(Vec::new()),
                _ => {}
            },
            _ => {}
        }
    }
    fn open_cell(&mut self, task: &mut Task<'_, '_>, name: &str, attributes: &str, empty: bool) {
        if name == "table" && !empty {
            self.end_sheet(task);
            self.pages += 1;
            let name = attribute(attributes, "name").map_or_else(|| format!("sheet {}", self.pages), |name| name.into_owned());
            let (cells, texts) = Default::default();
            self.sheet = Some(Sheet { grid: Grid::new(&name), name, row: 0, column: 0, cells, rows: 1, cell: None, texts, note: 0 });
        }
        let Some(sheet) = &mut self.sheet else { return };
        match name {
            "table-row" => {
                (sheet.column, sheet.rows) = (0, i64::from(number(attributes, "number-rows-repeated")));
                if empty {
                    sheet.row = sheet.row.saturating_add(sheet.rows);
                }
            }
            "table-cell" | "covered-table-cell" => {
                let times = number(attributes, "number-columns-repeated");
                sheet.cell = Some((times, value(attributes), Vec::new()));
                if empty {
                    self.end_cell();
                }
            }
            _ => {}
        }
    }
    fn end_cell(&mut self) {
        let Some(sheet) = &mut self.sheet else { return };
        let Some((times, value, lines)) = sheet.cell.take() else { return };
        let shown = lines.join("\n");
        let text = match value {
            Some(value) if !(patterned(&shown) && value.parse::<f64>().is_ok()) => value,
            _ => shown,
        };
        if !text.trim().is_empty() {
            sheet.cells.push((sheet.column.saturating_add(1), text, times));
        }
        sheet.column = sheet.column.saturating_add(times);
    }
    fn end_row(&mut self, task: &mut Task<'_, '_>) {
        let Some(sheet) = &mut self.sheet else { return };
        let cells = std::mem::take(&mut sheet.cells);
        let wide: usize = cells.iter().map(|(_, _, times)| *times as usize).sum();
        let rows = usize::try_from(sheet.rows).unwrap_or(1);
        if !cells.is_empty() {
            let added = wide.saturating_mul(rows).saturating_sub(cells.len());
            let fits = self.repeated.saturating_add(added) <= REPEATED;
            if fits {
                self.repeated += added;
            } else {
                task.problem(DocumentStatus::OverBudget, "repeated cells are given once");
            }
            for row in 0..if fits { sheet.rows } else { 1 } {
                for (column, text, times) in &cells {
                    for i in 0..if fits { *times } else { 1 } {
                        sheet.grid.cell(task, sheet.row + row + 1, column.saturating_add(i), text.clone());
                    }
                }
            }
        }
        sheet.row = sheet.row.saturating_add(sheet.rows);
    }
    fn end_sheet(&mut self, task: &mut Task<'_, '_>) {
        if let Some(sheet) = self.sheet.take() {
            sheet.grid.end(task);
            task.running_text(format!("{} texts", sheet.name), &sheet.texts.join("\n"));
        }
    }
    /// A line that is complete.
    fn line(&mut self, line: String) {
        if let Some(sheet) = &mut self.sheet {
            match &mut sheet.cell {
                Some((_, _, lines)) if sheet.note == 0 => lines.push(line),
                _ => sheet.texts.push(line),
            }
        } else if let Some(cell) = self.cells.last_mut() {
            if !line.trim().is_empty() {
                cell.push(line);
            }
        } else {
            line.split('\n').for_each(|line| self.blocks.line(line));
        }
    }
    fn close(&mut self, task: &mut Task<'_, '_>, name: &str) {
        match name {
            "p" | "h" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.line(paragraph);
                }
            }
            "creator" | "title" | "desc" | "sender-initials" => {
                if let Some(named) = self.named.take().filter(|named| !named.trim().is_empty()) {
                    self.line(named);
                }
            }
            "binary-data" => {
                let decoded = self.binary.take().and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
                self.pictures.extend(decoded.filter(|picture| picture.len() >= super::objects::PICTURE));
            }
            "annotation" => {
                if let Some(sheet) = &mut self.sheet {
                    sheet.note = sheet.note.saturating_sub(1);
                }
            }
            "page" if !self.page.is_empty() => {
                let blocks = std::mem::take(&mut self.blocks);
                blocks.give(task, &format!("{} {}", self.page, self.pages));
            }
            _ if self.sheet.is_some() => match name {
                "table-cell" | "covered-table-cell" => self.end_cell(),
                "table-row" => self.end_row(task),
                "table" => self.end_sheet(task),
                _ => {}
            },
            "table-cell" => {
                if let (Some(cell), Some(row)) = (self.cells.pop(), self.tables.last_mut().and_then(|table| table.last_mut())) {
                    row.push(cell.join("\n"));
                }
            }
            "table" => self.end_table(),
            _ => {}
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
    /// Gives what is left. `name` is put before the locators unless it is empty.
    pub fn end(mut self, task: &mut Task<'_, '_>, name: &str) {
        while let Some(paragraph) = self.paragraphs.pop() {
            self.line(paragraph);
        }
        self.end_sheet(task);
        while !self.tables.is_empty() {
            if let (Some(cell), Some(row)) = (self.cells.pop(), self.tables.last_mut().and_then(|table| table.last_mut())) {
                row.push(cell.join("\n"));
            }
            self.end_table();
        }
        self.blocks.give(task, name);
        self.links.retain(|link| link.contains(':'));
        self.links.sort();
        self.links.dedup();
        task.running_text("links", &self.links.join("\n"));
        task.document.pages = task.document.pages.max(self.pages).max(1);
    }
}
