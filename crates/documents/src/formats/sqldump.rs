//! SQL dumps of MySQL, PostgreSQL and SQL Server: the rows of INSERT and COPY statements as tables, everything else as text.

use super::cells;
use super::sqltext::{self, ListScan, Literal, bare, begins, copied_cell, cut, items, literal, name, statement_end};
use crate::table::Builder;
use crate::text::Stream;
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use std::collections::BTreeMap;

/// A row, or a statement that is looked at as a whole, is not longer than this.
const LONG: usize = 64 << 20;
/// What stands before the rows of a statement is not longer than this.
const HEAD: usize = 256 << 10;
/// Statements kept as text are given in parts of this size.
const PART: usize = 4 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let Some(text) = head.sample() else { return false };
    let text = text.get(..text.floor_char_boundary(1 << 20)).unwrap_or_default();
    let mut lines = text.lines().map(str::trim_start);
    lines.any(|line| {
        begins(line, "insert into ")
            || begins(line, "insert [")
            || begins(line, "replace into ")
            || begins(line, "insert ignore into ")
            || begins(line, "copy ") && line.to_lowercase().contains(" from stdin")
    })
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(stream) = Stream::new(task.head.content) else { return };
    let backslash = task.head.sample().is_some_and(sqltext::backslash);
    let mut dump = Dump::new(stream, backslash);
    dump.statements(task);
    dump.end(task);
}

/// A dump being gone through.
pub(super) struct Dump<'a> {
    stream: Stream<'a>,
    backslash: bool,
    /// Column names by table, from CREATE TABLE.
    known: BTreeMap<String, Vec<String>>,
    tables: BTreeMap<String, Rows>,
    /// The rows of which table are being read.
    other: String,
    parts: usize,
    /// How far the end of a row is looked for; less after each that has none.
    limit: usize,
}

/// A table being built.
struct Rows {
    columns: Vec<String>,
    builder: Builder,
    rows: i64,
}

impl<'a> Dump<'a> {
    pub fn new(stream: Stream<'a>, backslash: bool) -> Dump<'a> {
        Dump { stream, backslash, known: BTreeMap::new(), tables: BTreeMap::new(), other: String::new(), parts: 0, limit: LONG }
    }
    fn statements(&mut self, task: &mut Task<'_, '_>) {
        loop {
            self.blank();
            self.stream.ensure(64);
            let text = self.stream.text();
            if text.is_empty() || task.document.status == DocumentStatus::OverBudget {
                return;
            }
            // A comment may hold an apostrophe; a backslash begins a command of psql.
            if text.starts_with("--") || text.starts_with('#') || text.starts_with('\\') {
                let line = self.stream.line(PART).map(str::to_string).unwrap_or_default();
                self.keep(task, &line);
                continue;
            }
            // Between the batches of SQL Server.
            if begins(text, "go") && text.get(2..).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\r', '\n'])) {
                self.stream.skip(2);
                continue;
            }
            let (comment, copy, insert) = (begins(text, "/*"), begins(text, "copy "), begins(text, "insert") || begins(text, "replace"));
            if comment {
                self.comment(task);
            } else if !(copy && self.copy(task) || insert && self.insert(task)) {
                self.statement(task);
            }
        }
    }
    /// Whether the text could not be unpacked to its end.
    pub fn broken(&self) -> bool {
        self.stream.broken()
    }
    pub fn end(mut self, task: &mut Task<'_, '_>) {
        task.document.pages = self.tables.len() as i64;
        for (_, rows) in std::mem::take(&mut self.tables) {
            rows.builder.end(task);
        }
        self.give_other(task);
    }
    /// Takes white space.
    fn blank(&mut self) {
        loop {
            let text = self.stream.text();
            let blank = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
            self.stream.skip(blank);
            if !self.stream.text().is_empty() || !self.stream.more() {
                return;
            }
        }
    }
    fn keep(&mut self, task: &mut Task<'_, '_>, statement: &str) {
        self.other.push_str(statement.trim());
        self.other.push('\n');
        if self.other.len() > PART {
            self.give_other(task);
        }
    }
    fn give_other(&mut self, task: &mut Task<'_, '_>) {
        self.parts += 1;
        let locator = if self.parts == 1 { "other statements".to_string() } else { format!("other statements part {}", self.parts) };
        task.running_text(locator, &std::mem::take(&mut self.other));
    }
    fn comment(&mut self, task: &mut Task<'_, '_>) {
        let mut seen = 2;
        loop {
            let text = self.stream.text();
            let found = text.get(seen..).and_then(|rest| rest.find("*/")).map(|at| seen + at + 2);
            let end = match found {
                Some(end) => end,
                None if text.len() > HEAD || self.stream.ended() => text.find('\n').unwrap_or(text.len()).max(2.min(text.len())),
                None => {
                    seen = text.floor_char_boundary(text.len().saturating_sub(1)).max(2);
                    self.stream.more();
                    continue;
                }
            };
            let comment = text.get(..end).unwrap_or_default().to_string();
            self.stream.skip(end);
            if self.stream.text().starts_with(';') {
                self.stream.skip(1);
            }
            return self.keep(task, &comment);
        }
    }
    /// A statement whose rows are not read: kept as text, and its column names noted.
    fn statement(&mut self, task: &mut Task<'_, '_>) {
        let end = loop {
            let all = self.stream.text();
            let text = all.get(..all.floor_char_boundary(4 * HEAD)).unwrap_or(all);
            match statement_end(text, self.backslash, self.stream.ended() && text.len() == all.len()) {
                Some(end) => break end,
                None if text.len() < all.len() => break cut(text),
                None => {
                    self.stream.more();
                }
            }
        };
        let statement = self.stream.text().get(..end).unwrap_or_default().to_string();
        self.stream.skip(end.max(1));
        if self.stream.text().starts_with(';') {
            self.stream.skip(1);
        }
        if !statement.trim().is_empty() {
            self.create(&statement);
            self.keep(task, &statement);
        }
    }
    fn create(&mut self, statement: &str) {
        if !begins(statement, "create") {
            return;
        }
        let mut rest = statement.get(6..).unwrap_or_default().trim_start();
        let words = ["temporary", "temp", "unlogged", "global", "local", "external", "foreign"];
        while let Some(word) = words.iter().find(|word| begins(rest, word)) {
            rest = rest.get(word.len()..).unwrap_or_default().trim_start();
        }
        if !begins(rest, "table") {
            return;
        }
        rest = rest.get(5..).unwrap_or_default().trim_start();
        if begins(rest, "if not exists") {
            rest = rest.get(13..).unwrap_or_default();
        }
        let Some((name, rest)) = name(rest) else { return };
        let Some(body) = rest.trim_start().strip_prefix('(') else { return };
        let end = ListScan::default().end(body, self.backslash, LONG).unwrap_or(body.len());
        let keys = ["primary", "key", "unique", "constraint", "foreign", "index", "check", "fulltext", "spatial", "exclude", "like", "period"];
        let columns = items(body.get(..end).unwrap_or_default(), self.backslash)
            .into_iter()
            .filter(|column| {
                !keys
                    .iter()
                    .any(|key| begins(column, key) && column.get(key.len()..).is_some_and(|rest| rest.starts_with([' ', '(', '\t', '\n', '\r', '`', '"', '['])))
            })
            .map(bare)
            .filter(|column| !column.is_empty())
            .collect();
        self.known.insert(name, columns);
    }
    /// Where a table's rows go. Names that do not fit the values would mislead.
    fn rows(&mut self, task: &mut Task<'_, '_>, name: &str, columns: &[String], cells: usize) -> &mut Rows {
        let known = if columns.is_empty() { self.known.get(name).map(Vec::as_slice).unwrap_or_default() } else { columns };
        let columns = if known.len() == cells { known } else { &[] };
        let fits = self.tables.get(name).is_some_and(|rows| rows.columns == columns);
        let blank = |rows: i64| Rows { columns: columns.to_vec(), builder: Builder::named(name, columns.to_vec()), rows };
        if !fits {
            // Other columns than before: the rows go on under other names.
            let rows = self.tables.get(name).map_or(0, |rows| rows.rows);
            if let Some(before) = self.tables.insert(name.to_string(), blank(rows)) {
                before.builder.end(task);
            }
        }
        self.tables.entry(name.to_string()).or_insert_with(|| blank(0))
    }
    /// The rows of a `COPY … FROM stdin`; false when it is another kind of COPY.
    fn copy(&mut self, task: &mut Task<'_, '_>) -> bool {
        self.stream.ensure(HEAD);
        let text = self.stream.text();
        let Some(end) = text.find(';').filter(|end| *end < HEAD) else { return false };
        let statement = text.get(..end).unwrap_or_default().to_string();
        let lower = statement.to_lowercase();
        if !lower.contains("from stdin") || lower.contains("csv") || lower.contains("binary") {
            return false;
        }
        self.stream.skip(end + 1);
        // The rest of its line.
        self.stream.line(HEAD);
        self.copied(task, &statement);
        true
    }
    /// The rows that follow a COPY statement, up to `\.`.
    pub fn copied(&mut self, task: &mut Task<'_, '_>, statement: &str) {
        let Some((table, rest)) = name(statement.get(5..).unwrap_or_default()) else { return };
        let columns: Vec<String> = rest
            .trim_start()
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
            .map(|(list, _)| items(list, false).into_iter().map(bare).collect())
            .unwrap_or_default();
        let mut value = String::new();
        while let Some(line) = self.stream.line(LONG) {
            if line == "\\." {
                break;
            }
            let line = line.to_string();
            let cells: Vec<&str> = line.split('\t').collect();
            let rows = self.rows(task, &table, &columns, cells.len());
            rows.rows += 1;
            let number = rows.rows;
            for (at, cell) in cells.into_iter().enumerate() {
                let bytes = cell.strip_prefix("\\\\x").and_then(cells::unhex).filter(|bytes| !bytes.is_empty());
                let shown = match bytes {
                    Some(bytes) => {
                        let column = columns.get(at).map_or("", String::as_str);
                        cells::bytes(task, &table, number, column, &bytes)
                    }
                    None => {
                        copied_cell(cell, &mut value);
                        std::mem::take(&mut value)
                    }
                };
                if let Some(rows) = self.tables.get_mut(&table) {
                    rows.builder.cell(&shown);
                }
            }
            self.close_row(task, &table, number);
            if task.document.status == DocumentStatus::OverBudget {
                return;
            }
        }
    }
    fn close_row(&mut self, task: &mut Task<'_, '_>, table: &str, number: i64) {
        if let Some(rows) = self.tables.get_mut(table) {
            rows.builder.row(number);
            rows.builder.give(task);
        }
    }
    /// Whether the statement is an INSERT that could be read.
    fn insert(&mut self, task: &mut Task<'_, '_>) -> bool {
        self.stream.ensure(HEAD);
        let text = self.stream.text();
        let Some((table, columns, rest)) = insert_head(text, self.backslash) else { return false };
        let head = text.len() - rest.len();
        self.stream.skip(head);
        loop {
            self.blank();
            self.stream.ensure(1);
            if !self.stream.text().starts_with('(') {
                break;
            }
            self.stream.skip(1);
            let mut scan = ListScan::default();
            let end = loop {
                if let Some(end) = scan.end(self.stream.text(), self.backslash, self.limit) {
                    break Some(end);
                }
                if scan.seen() >= self.limit || !self.stream.more() {
                    break None;
                }
            };
            let Some(end) = end else {
                // What is left of it is kept as text.
                self.limit = (self.limit / 2).max(4096);
                task.problem(DocumentStatus::Partly, "a row has no end");
                return true;
            };
            let list = self.stream.text().get(..end).unwrap_or_default().to_string();
            self.row(task, &table, &columns, &list);
            self.stream.skip(end + 1);
            self.blank();
            match self.stream.text().bytes().next() {
                Some(b',') => self.stream.skip(1),
                Some(b';') => {
                    self.stream.skip(1);
                    break;
                }
                _ => break,
            }
            if task.document.status == DocumentStatus::OverBudget {
                break;
            }
        }
        true
    }
    fn row(&mut self, task: &mut Task<'_, '_>, table: &str, columns: &[String], list: &str) {
        let cells = items(list, self.backslash);
        let backslash = self.backslash;
        let rows = self.rows(task, table, columns, cells.len());
        rows.rows += 1;
        let number = rows.rows;
        for (at, cell) in cells.into_iter().enumerate() {
            match literal(cell, backslash) {
                Literal::Text(text) => {
                    if let Some(rows) = self.tables.get_mut(table) {
                        rows.builder.cell(&text);
                    }
                }
                Literal::Bytes(bytes) => {
                    let column = self.tables.get(table).and_then(|rows| rows.columns.get(at)).cloned().unwrap_or_else(|| format!("column {}", at + 1));
                    let shown = cells::bytes(task, table, number, &column, &bytes);
                    if let Some(rows) = self.tables.get_mut(table) {
                        rows.builder.cell(&shown);
                    }
                }
            }
        }
        self.close_row(task, table, number);
    }
}

/// Table, columns and what follows VALUES.
fn insert_head(text: &str, backslash: bool) -> Option<(String, Vec<String>, &str)> {
    let mut rest = text.split_at_checked(if begins(text, "insert") { 6 } else { 7 })?.1;
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let words = ["low_priority", "delayed", "high_priority", "ignore", "overwrite", "or replace", "or ignore", "into", "table"];
    loop {
        rest = rest.trim_start();
        let word = words.iter().find(|word| {
            begins(rest, word) && rest.get(word.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '`' | '"' | '[')))
        });
        match word {
            Some(word) => rest = rest.get(word.len()..)?,
            None => break,
        }
    }
    let (table, after) = name(rest)?;
    rest = after.trim_start();
    let mut columns = Vec::new();
    if let Some(list) = rest.strip_prefix('(') {
        let end = ListScan::default().end(list, backslash, HEAD)?;
        columns = items(list.get(..end)?, backslash).into_iter().map(bare).collect();
        rest = list.get(end + 1..)?.trim_start();
    }
    for words in ["overriding system value", "overriding user value"] {
        if begins(rest, words) {
            rest = rest.get(words.len()..)?.trim_start();
        }
    }
    let word = ["values", "value"].into_iter().find(|word| begins(rest, word))?;
    let rest = rest.get(word.len()..)?;
    rest.trim_start().starts_with('(').then_some((table, columns, rest))
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, in_pieces, show};

    #[test]
    fn mysql() {
        in_pieces(|| {
            check(
                "d.txt",
                b"-- it's a dump\nCREATE TABLE `pt` (`id` int, `nm` varchar(80), `x` text, PRIMARY KEY (`id`));\nINSERT INTO `pt` VALUES (1,'O''Neil; Al','x'),(2,NULL,'y');\n/*!40000 it's ; */;\nINSERT IGNORE INTO `db`.`pt` VALUES (3,'B\\'c',0x4C6565);\nINSERT INTO pt SELECT 1;",
                "\
read application/sql table
[pt!rows 1-3 table id|nm|x] 1\\tO'Neil; Al\\tx\\n2\\t\\ty\\n3\\tB'c\\tLee
[other statements text] -- it's a dump\\nCREATE TABLE `pt` (`id` int, `nm` varchar(80), `x` text, PRIMARY KEY (`id`))\\n/*!40000 it's ; */\\nINSERT INTO pt SELECT 1",
            );
        });
    }

    #[test]
    fn sql_server() {
        let script = "USE [Clinic]\r\nGO\r\nCREATE TABLE [dbo].[Pat](\r\n\t[Id] [int] NOT NULL,\r\n\t[Name] [nvarchar](50) NULL,\r\n CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC)\r\n)\r\nGO\r\nINSERT [dbo].[Pat] ([Id], [Name], [Dob]) VALUES (1, N'O''Neil\\', CAST(N'1980-01-02' AS Date))\r\nINSERT [dbo].[Pat] ([Id], [Name], [Dob]) VALUES (2, NULL, CAST(0x9D070B00 AS Date))\r\nGO\r\nINSERT [dbo].[Pat] VALUES (3, N'Lee')\r\nPRINT 'done'\r\n";
        let wide: Vec<u8> = b"\xff\xfe".iter().copied().chain(script.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let expect = "\
read application/sql table
[Pat!rows 1-2 table Id|Name|Dob] 1\\tO'Neil\\\\t1980-01-02\\n2\\t\\t1980-02-01
[Pat!rows 3-3 table Id|Name] 3\\tLee
[other statements text] USE [Clinic]\\nCREATE TABLE [dbo].[Pat](\r\\n\\t[Id] [int] NOT NULL,\r\\n\\t[Name] [nvarchar](50) NULL,\r\\n CONSTRAINT [PK] PRIMARY KEY CLUSTERED ([Id] ASC)\r\\n)\\nPRINT 'done'";
        in_pieces(|| {
            assert_eq!(show("d.sql", script.as_bytes()), expect);
            assert_eq!(show("d.sql", &wide), expect);
        });
    }

    #[test]
    fn postgresql() {
        in_pieces(|| {
            check(
                "d.txt",
                b"SET standard_conforming_strings = on;\nCREATE FUNCTION f() AS $$ it's; $$;\nCOPY public.pt (id, \"the nm\") FROM stdin;\n1\tLee\\tAnn\n2\t\\N\n\\.\nINSERT INTO public.x (a) VALUES ('C:\\'), (E'a\\'b') ON CONFLICT DO NOTHING;\nSELECT 1;\n",
                "\
read application/sql table
[pt!rows 1-2 table id|the nm] 1\\tLee Ann\\n2\\t
[x!rows 1-2 table a] C:\\\\na'b
[other statements text] SET standard_conforming_strings = on\\nCREATE FUNCTION f() AS $$ it's; $$\\nON CONFLICT DO NOTHING\\nSELECT 1",
            );
        });
    }

    #[test]
    fn rows_without_an_end_cost_no_time() {
        let text = "INSERT INTO t VALUES (1, (2\n".repeat(50_000);
        // Minutes if each row looked through all that follows it.
        assert!(show("d.sql", text.as_bytes()).starts_with("partly application/sql table (a row has no end)"));
    }
}
