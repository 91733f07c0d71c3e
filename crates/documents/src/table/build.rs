//! [`Builder`]: rows in, passages out, however long the table is.

use super::header::{self, Row, SAMPLE, TITLE_ROWS};
use super::{Part, ROWS, locate, push_clean};
use crate::Task;
use dosimeter_case::tables::{DocumentStatus, Layout};
use std::ops::Range;

/// A passage's text is not longer than this by more than a row.
const LONG: usize = 8 << 20;
/// Blank rows inside a passage are kept, so that its rows can be counted; at more of them in a row a new passage begins.
const BLANK_ROWS: i64 = 50;

/// Builds a table, or the tables that stand below and beside each other on one sheet, from rows that come one after the other.
pub(crate) struct Builder {
    name: String,
    /// The columns are known: no header is looked for.
    known: bool,
    line: String,
    cells: usize,
    /// Number of the last row that was not blank.
    last: Option<i64>,
    /// The rows since the last blank row, until it is known what they are.
    held: Block,
    /// Rows that may be the title of the next table.
    waiting: Block,
    /// Rows go to the table at once.
    direct: bool,
    table: Option<Table>,
    ready: Vec<Part>,
}

impl Builder {
    /// For a sheet or table of this name (or none).
    pub fn new(name: &str) -> Builder {
        Builder {
            name: name.to_string(),
            known: false,
            line: String::new(),
            cells: 0,
            last: None,
            held: Block::default(),
            waiting: Block::default(),
            direct: false,
            table: None,
            ready: Vec::new(),
        }
    }
    /// For a table whose columns are known.
    pub fn named(name: &str, columns: Vec<String>) -> Builder {
        let table = Table { header: String::new(), number: 0, before: String::new(), bands: vec![Band::new(columns, 0..usize::MAX)] };
        Builder { known: true, table: Some(table), ..Builder::new(name) }
    }
    /// Adds a cell to the row.
    pub fn cell(&mut self, cell: &str) {
        if self.cells > 0 {
            self.line.push('\t');
        }
        self.cells += 1;
        push_clean(&mut self.line, cell);
    }
    /// Ends the row; `number` is its number in the source.
    pub fn row(&mut self, number: i64) {
        let line = std::mem::take(&mut self.line);
        self.cells = 0;
        if self.known {
            self.add(&line, number);
        } else if line.bytes().any(|b| b != b'\t') {
            if self.last.is_some_and(|last| number > last + 1) {
                self.settle(false);
                self.direct = false;
            }
            self.last = Some(number);
            if self.direct {
                self.append(&line, number);
            } else {
                self.held.push(&line, number);
                if self.held.len() >= SAMPLE || self.held.text.len() > LONG {
                    self.settle(true);
                    self.direct = true;
                }
            }
        }
        self.line = line;
        self.line.clear();
    }
    /// [`row`](Builder::row), handing on what is finished now and then. `false` when the budget of text is used up.
    pub fn row_of(&mut self, task: &mut Task<'_, '_>, number: i64) -> bool {
        self.row(number);
        if number % 1000 == 0 {
            self.give(task);
        }
        task.document.status != DocumentStatus::OverBudget
    }
    /// Hands the finished passages on.
    pub fn give(&mut self, task: &mut Task<'_, '_>) {
        for part in self.ready.drain(..) {
            task.passage(part.locator, part.layout, part.columns, part.first_row, part.text);
        }
    }
    /// Ends the table and hands the rest on.
    pub fn end(self, task: &mut Task<'_, '_>) {
        for part in self.finish() {
            task.passage(part.locator, part.layout, part.columns, part.first_row, part.text);
        }
    }
    /// Ends the table: its passages that were not handed on yet.
    pub fn finish(mut self) -> Vec<Part> {
        self.settle(true);
        self.append_waiting();
        self.close();
        self.ready
    }
    /// Finds out what the held rows are. `sure`: more rows would not tell more.
    fn settle(&mut self, sure: bool) {
        let region = std::mem::take(&mut self.held);
        if self.table.is_some() {
            let rows = region.rows();
            let narrow = rows.len() <= 3 && rows.iter().all(|row| header::filled(row) <= 2);
            match header::next_header(&rows) {
                Some(at) => {
                    self.close();
                    self.open(region, at);
                }
                None if narrow && !sure => self.waiting.append(&region),
                None => {
                    self.append_waiting();
                    (0..region.len()).for_each(|i| self.append(region.line(i), region.number(i)));
                }
            }
            return;
        }
        let rows = region.rows();
        match header::header(&rows) {
            Some(at) if sure && self.waiting.len() == 0 || header::strong(&rows, at) => return self.open(region, at),
            _ => {}
        }
        let first = self.waiting.len() == 0;
        self.waiting.append(&region);
        let rows = self.waiting.rows();
        match header::header(&rows) {
            Some(at) if sure || !first => {
                let all = std::mem::take(&mut self.waiting);
                self.open(all, at);
            }
            _ if (sure || self.waiting.len() >= SAMPLE || self.waiting.text.len() > LONG) && self.waiting.len() > 0 => {
                self.table = Some(Table::plain());
                self.append_waiting();
            }
            _ => {}
        }
    }
    /// Begins a table: what waits and what stands above the header is its title, or a table of its own.
    fn open(&mut self, region: Block, header: usize) {
        let mut titles = std::mem::take(&mut self.waiting);
        (0..header).for_each(|i| titles.push(region.line(i), region.number(i)));
        if titles.len() > 0 {
            let rows = titles.rows();
            let cells = || rows.iter().flatten().any(|cell| header::data(cell));
            if titles.len() > TITLE_ROWS || rows.len() >= 3 && header::width(&rows) >= 3 && cells() {
                self.table = Some(Table::plain());
                (0..titles.len()).for_each(|i| self.add(titles.line(i), titles.number(i)));
                self.close();
            } else {
                let text: Vec<String> = rows.iter().map(|row| row.iter().filter(|cell| !cell.is_empty()).copied().collect::<Vec<_>>().join(" ")).collect();
                let (from, to) = (titles.number(0), titles.number(titles.len() - 1));
                let locator = locate(&self.name, from, to);
                self.ready.push(Part { locator, layout: Layout::Text, columns: Vec::new(), first_row: from, text: text.join("\n") });
            }
        }
        let rows = region.rows();
        let below = rows.get(header + 1..).unwrap_or_default();
        self.table = Some(Table::new(region.line(header), region.number(header), below));
        (header + 1..region.len()).for_each(|i| self.append(region.line(i), region.number(i)));
    }
    fn append_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        (0..waiting.len()).for_each(|i| self.append(waiting.line(i), waiting.number(i)));
    }
    /// Adds a row below the header, unless it is a header itself.
    fn append(&mut self, line: &str, number: i64) {
        match &self.table {
            // Printed again on the next page.
            Some(table) if !table.header.is_empty() && table.header == line => return self.add("", number),
            Some(table) if header::changes(line, &table.before) => {
                self.close();
                self.table = Some(Table::new(line, number, &[]));
                return;
            }
            Some(_) => {}
            None => self.table = Some(Table::plain()),
        }
        self.add(line, number);
        if let Some(table) = &mut self.table {
            table.before.clear();
            table.before.push_str(line);
        }
    }
    fn add(&mut self, line: &str, number: i64) {
        let Some(table) = &mut self.table else { return };
        let several = table.bands.len() > 1;
        for band in &mut table.bands {
            if several {
                let cells: Row<'_> = line.split('\t').skip(band.range.start).take(band.range.len()).collect();
                let part = if header::filled(&cells) > 0 { cells.join("\t") } else { String::new() };
                band.add(&part, number, self.known, &self.name, several, &mut self.ready);
            } else {
                band.add(line, number, self.known, &self.name, several, &mut self.ready);
            }
        }
    }
    fn close(&mut self) {
        if let Some(mut table) = self.table.take() {
            let several = table.bands.len() > 1;
            table.bands.iter_mut().for_each(|band| band.flush(&self.name, several, &mut self.ready));
            // Labels above nothing: there are no rows that could carry them, so they are given as a row.
            if !self.known && !table.header.is_empty() && table.bands.iter().all(|band| !band.given) {
                let (locator, first_row) = (locate(&self.name, table.number, table.number), table.number);
                self.ready.push(Part { locator, layout: Layout::Table, columns: Vec::new(), first_row, text: table.header });
            }
        }
    }
}

/// Rows as lines of cells.
#[derive(Default)]
struct Block {
    text: String,
    ends: Vec<usize>,
    numbers: Vec<i64>,
}

impl Block {
    fn push(&mut self, line: &str, number: i64) {
        self.text.push_str(line);
        self.ends.push(self.text.len());
        self.numbers.push(number);
    }
    fn append(&mut self, other: &Block) {
        (0..other.len()).for_each(|i| self.push(other.line(i), other.number(i)));
    }
    fn len(&self) -> usize {
        self.ends.len()
    }
    fn line(&self, i: usize) -> &str {
        let from = i.checked_sub(1).and_then(|before| self.ends.get(before).copied()).unwrap_or(0);
        self.ends.get(i).and_then(|&to| self.text.get(from..to)).unwrap_or_default()
    }
    fn number(&self, i: usize) -> i64 {
        self.numbers.get(i).copied().unwrap_or_default()
    }
    fn rows(&self) -> Vec<Row<'_>> {
        (0..self.len()).map(|i| self.line(i).split('\t').collect()).collect()
    }
}

/// A table being built.
struct Table {
    /// The header row as a line, and its number.
    header: String,
    number: i64,
    /// The last row.
    before: String,
    /// The tables side by side under the one header row; mostly one.
    bands: Vec<Band>,
}

impl Table {
    fn plain() -> Table {
        Table { header: String::new(), number: 0, before: String::new(), bands: vec![Band::new(Vec::new(), 0..usize::MAX)] }
    }
    fn new(header: &str, number: i64, below: &[Row<'_>]) -> Table {
        let names: Row<'_> = header.split('\t').collect();
        let columns = |range: &Range<usize>| names.iter().skip(range.start).take(range.len()).map(|name| (*name).to_string()).collect();
        let bands = header::side_by_side(&names, below).into_iter().map(|range| Band::new(columns(&range), range)).collect();
        Table { header: header.to_string(), number, before: String::new(), bands }
    }
}

struct Band {
    columns: Vec<String>,
    range: Range<usize>,
    text: String,
    lines: usize,
    first: i64,
    last: i64,
    /// Up to the last row that was not blank: length of the text and the row's number.
    solid: (usize, i64),
    /// Whether rows were given.
    given: bool,
}

impl Band {
    fn new(columns: Vec<String>, range: Range<usize>) -> Band {
        Band { columns, range, text: String::new(), lines: 0, first: 0, last: 0, solid: (0, 0), given: false }
    }
    fn add(&mut self, line: &str, number: i64, keep_blank: bool, name: &str, several: bool, ready: &mut Vec<Part>) {
        let blank = line.is_empty() && !keep_blank;
        let gap = if self.lines > 0 { number - self.last - 1 } else { 0 };
        if gap > BLANK_ROWS || gap > 0 && self.lines as i64 + gap >= ROWS as i64 {
            self.flush(name, several, ready);
        } else if gap > 0 {
            (0..gap).for_each(|_| self.text.push('\n'));
            self.lines += gap as usize;
        }
        if self.lines == 0 {
            if blank {
                return;
            }
            self.first = number;
        } else {
            self.text.push('\n');
        }
        self.text.push_str(line);
        self.lines += 1;
        self.last = number;
        if !blank {
            self.solid = (self.text.len(), number);
        }
        if self.lines >= ROWS || self.text.len() >= LONG {
            self.flush(name, several, ready);
        }
    }
    fn flush(&mut self, name: &str, several: bool, ready: &mut Vec<Part>) {
        if self.lines == 0 {
            return;
        }
        self.given = true;
        let mut text = std::mem::take(&mut self.text);
        text.truncate(self.solid.0);
        let mut locator = locate(name, self.first, self.solid.1);
        if several {
            locator.push_str(&format!(" columns {}-{}", self.range.start + 1, self.range.end));
        }
        ready.push(Part { locator, layout: Layout::Table, columns: self.columns.clone(), first_row: self.first, text });
        self.lines = 0;
    }
}
