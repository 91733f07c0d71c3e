//! SQL dumps: the rows of INSERT and COPY statements as tables, everything else as text.

use crate::table::clean;
use crate::{Head, Task};
use std::collections::BTreeMap;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let Some(text) = head.text() else { return false };
    let mut end = text.len().min(1 << 20);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut lines = text.get(..end).unwrap_or_default().lines().map(str::trim_start);
    let begins = |line: &str, words: &str| line.get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words));
    lines.any(|line| begins(line, "insert into ") || begins(line, "insert [") || begins(line, "copy ") && line.to_lowercase().contains(" from stdin"))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(text) = task.head.text() else { return };
    let mut dump = Dump::default();
    dump.statements(text);
    task.document.pages = dump.tables.len() as i64;
    for (name, table) in dump.tables {
        task.named_table(&name, &table.columns, table.rows, 1);
    }
    task.running_text("other statements", &dump.other);
}

#[derive(Default)]
struct Dump {
    /// Column names by table, from CREATE TABLE.
    known: BTreeMap<String, Vec<String>>,
    /// In the order of their names.
    tables: BTreeMap<String, Rows>,
    other: String,
}

#[derive(Default)]
struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Dump {
    fn statements(&mut self, text: &str) {
        let mut rest = text;
        while !rest.trim_start().is_empty() {
            rest = rest.trim_start();
            // A comment may hold an apostrophe.
            if rest.starts_with("--") || rest.starts_with('#') {
                let end = rest.find('\n').unwrap_or(rest.len());
                self.keep(rest.get(..end).unwrap_or_default());
                rest = rest.get(end..).unwrap_or_default();
                continue;
            }
            let copy = rest.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("copy "));
            let end = statement_end(rest);
            let statement = rest.get(..end).unwrap_or_default();
            rest = rest.get(end..).unwrap_or_default();
            rest = rest.strip_prefix(';').unwrap_or(rest);
            if copy && statement.to_lowercase().trim_end().ends_with("stdin") {
                let rows = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest);
                let stop = rows.find("\n\\.").map_or(rows.len(), |at| at + 1);
                self.copied(statement, rows.get(..stop).unwrap_or_default());
                rest = rows.get(stop..).unwrap_or_default();
                rest = rest.strip_prefix("\\.").unwrap_or(rest);
            } else if !self.insert(statement) {
                self.create(statement);
                self.keep(statement);
            }
        }
    }
    fn keep(&mut self, statement: &str) {
        self.other.push_str(statement.trim());
        self.other.push('\n');
    }
    fn create(&mut self, statement: &str) {
        let words: Vec<&str> = statement.split_whitespace().take(2).collect();
        if !matches!(words.as_slice(), [a, b] if a.eq_ignore_ascii_case("create") && b.eq_ignore_ascii_case("table")) {
            return;
        }
        let Some((head, body)) = statement.split_once('(') else { return };
        let name = bare(head.split_whitespace().last().unwrap_or_default());
        let (columns, _) = values(body);
        let keys = ["primary", "key", "unique", "constraint", "foreign", "index", "check", "fulltext"];
        let columns = columns
            .iter()
            .filter_map(|column| column.split_whitespace().next())
            .filter(|word| !keys.contains(&word.to_lowercase().as_str()))
            .map(bare)
            .collect();
        self.known.insert(name, columns);
    }
    fn copied(&mut self, statement: &str, rows: &str) {
        let head = statement.get(5..).unwrap_or_default();
        let (name, columns) = head.split_once('(').unwrap_or((head.split_whitespace().next().unwrap_or_default(), ""));
        let name = bare(name.trim());
        let columns: Vec<String> =
            columns.split(')').next().unwrap_or_default().split(',').map(|column| bare(column.trim())).filter(|column| !column.is_empty()).collect();
        let table = self.tables.entry(name).or_default();
        table.columns = columns;
        for line in rows.lines() {
            let cell = |cell: &str| if cell == "\\N" { String::new() } else { cell.replace("\\n", " ").replace("\\t", " ").replace("\\\\", "\\") };
            table.rows.push(line.split('\t').map(cell).collect());
        }
    }
    /// Whether the statement is an INSERT that could be read.
    fn insert(&mut self, statement: &str) -> bool {
        let head: String = statement.chars().take(400).collect::<String>().to_lowercase();
        let Some(at) = head
            .strip_prefix("insert")
            .and_then(|rest| rest.find("into ").filter(|at| *at < 40))
            .map(|at| at + 11)
            .or_else(|| head.starts_with("insert [").then_some(7))
        else {
            return false;
        };
        let Some(rest) = statement.get(at..) else { return false };
        let Some((name, rest)) = name(rest) else { return false };
        let mut rest = rest.trim_start();
        let mut columns = Vec::new();
        if let Some(list) = rest.strip_prefix('(') {
            let (names, after) = values(list);
            columns = names.iter().map(|column| bare(column)).collect();
            rest = after.trim_start();
        }
        let Some(mut rest) = rest.get(..6).filter(|word| word.eq_ignore_ascii_case("values")).and_then(|_| rest.get(6..)) else { return false };
        if columns.is_empty() {
            columns = self.known.get(&name).cloned().unwrap_or_default();
        }
        let mut rows = Vec::new();
        while let Some(list) = rest.trim_start().trim_start_matches(',').trim_start().strip_prefix('(') {
            let (cells, after) = values(list);
            rows.push(cells.iter().map(|cell| value(cell)).collect::<Vec<String>>());
            rest = after;
        }
        let table = self.tables.entry(name).or_default();
        if table.rows.is_empty() {
            table.columns = columns;
        }
        // Names that do not fit the values would mislead.
        if rows.iter().any(|row| row.len() != table.columns.len()) {
            table.columns.clear();
        }
        table.rows.append(&mut rows);
        true
    }
}

/// A table's name at the start of `text`, and what follows.
fn name(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let mut end = 0;
    let mut quote = None;
    for (at, c) in text.char_indices().take(300) {
        end = at + c.len_utf8();
        match (quote, c) {
            (Some(close), c) if c == close => quote = None,
            (Some(_), _) => {}
            (None, '`' | '"') => quote = Some(c),
            (None, '[') => quote = Some(']'),
            (None, c) if c.is_whitespace() || c == '(' => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let (name, rest) = text.split_at(end);
    (!name.is_empty()).then(|| (bare(name), rest))
}

/// A name without quotes and without its schema.
fn bare(name: &str) -> String {
    let name = name.rsplit('.').next().unwrap_or(name);
    name.trim_matches(|c: char| matches!(c, '`' | '"' | '[' | ']') || c.is_whitespace()).to_string()
}

/// Where a statement ends: at a `;` outside quotes.
fn statement_end(text: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, b) in text.bytes().enumerate() {
        match (quote, b) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), b) if b == open => quote = None,
            (None, b'\'' | b'"' | b'`') => quote = Some(b),
            (None, b';') => return at,
            _ => {}
        }
    }
    // A quote that is never closed: the line is the statement.
    if quote.is_some() { text.find('\n').map_or(text.len(), |at| at.max(1)) } else { text.len() }
}

/// The items of a parenthesised list (after its opening), as written, and what follows its end.
fn values(list: &str) -> (Vec<String>, &str) {
    let (mut out, mut item) = (Vec::new(), String::new());
    let (mut depth, mut quote, mut escaped) = (0_u32, None, false);
    for (at, c) in list.char_indices() {
        match (quote, c) {
            _ if escaped => {
                escaped = false;
                item.push(c);
            }
            (Some(_), '\\') => {
                escaped = true;
                item.push(c);
            }
            (Some(open), c) => {
                if c == open {
                    quote = None;
                }
                item.push(c);
            }
            (None, '\'' | '"' | '`') => {
                quote = Some(c);
                item.push(c);
            }
            (None, '(') => {
                depth += 1;
                item.push(c);
            }
            (None, ')') if depth == 0 => {
                out.push(item.trim().to_string());
                return (out, list.get(at + 1..).unwrap_or_default());
            }
            (None, ')') => {
                depth -= 1;
                item.push(c);
            }
            (None, ',') if depth == 0 => out.push(std::mem::take(&mut item).trim().to_string()),
            (None, c) => item.push(c),
        }
    }
    out.push(item.trim().to_string());
    (out, "")
}

/// A literal's value: quotes and escapes go, NULL is empty, a conversion gives what it converts.
fn value(item: &str) -> String {
    if item.eq_ignore_ascii_case("null") || item.eq_ignore_ascii_case("default") {
        return String::new();
    }
    let Some((before, quoted)) = item.split_once('\'') else { return item.to_string() };
    let prefix = before.trim();
    let plain = prefix.is_empty() || prefix.ends_with('(') || prefix.len() <= 2 || prefix.ends_with(['N', 'n', 'E', 'e']) && prefix.contains('(');
    if !plain {
        return item.to_string();
    }
    let mut out = String::new();
    let mut chars = quoted.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' if chars.peek() == Some(&'\'') => {
                chars.next();
                out.push('\'');
            }
            '\'' => break,
            '\\' => match chars.next() {
                Some('n' | 'r' | 't') => out.push(' '),
                Some('0') | None => {}
                Some(c) => out.push(c),
            },
            c => out.push(c),
        }
    }
    clean(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn dumps() {
        check("d.txt", b"-- it's a dump\nCREATE TABLE `pt` (`id` int, `nm` varchar(80), PRIMARY KEY (`id`));\nINSERT INTO `pt` VALUES (1,'O''Neil; Al','x'),(2,NULL,'y');\nINSERT INTO `pt` VALUES (3,'B\\'c','z');", "\
read application/sql table
[pt!rows 1-3 table] 1\\tO'Neil; Al\\tx\\n2\\t\\ty\\n3\\tB'c\\tz
[other statements text] -- it's a dump\\nCREATE TABLE `pt` (`id` int, `nm` varchar(80), PRIMARY KEY (`id`))");
        check(
            "d.txt",
            b"INSERT [dbo].[Pat] ([Id], [Dob]) VALUES (1, CAST(N'1980-01-02' AS Date))\n",
            "\
read application/sql table
[Pat!rows 1-1 table Id|Dob] 1\\t1980-01-02",
        );
        check(
            "d.txt",
            b"COPY public.pt (id, nm) FROM stdin;\n1\tLee\n2\t\\N\n\\.\nSELECT 1;\n",
            "\
read application/sql table
[pt!rows 1-2 table id|nm] 1\\tLee\\n2\\t
[other statements text] SELECT 1",
        );
    }
}
