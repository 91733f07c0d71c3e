//! HTML: block elements break lines, data tables become tables, entities are decoded, scripts and styles are left out.

use super::blocks::{Blocks, squeeze};
use crate::markup::{Markup, Token, attribute};
use crate::{Head, Task};

/// Elements that begin a new line.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "pre",
    "blockquote",
    "section",
    "article",
    "header",
    "footer",
    "nav",
    "aside",
    "main",
    "form",
    "fieldset",
    "legend",
    "address",
    "title",
    "body",
    "html",
    "head",
    "caption",
    "figure",
    "option",
    "textarea",
];

pub(super) fn recognise(head: &Head<'_>) -> bool {
    // What is too long to be had as a whole is read as plain text, marks included.
    let Some(start) = head.text_start().filter(|_| !head.large()) else { return false };
    let lower = start.to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return true;
    }
    // XHTML and fragments.
    let marked = ["<html", "<body", "<table", "<p>", "<div", "<head>", "<br"].iter().any(|tag| lower.contains(tag));
    marked && lower.starts_with('<') && (!lower.starts_with("<?xml") || lower.contains("<html")) || marked && matches!(head.extension(), "html" | "htm")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(text) = task.head.text() else { return };
    blocks(text).give(task, "");
    task.document.pages = 1;
}

/// The text of an HTML mail body.
pub(super) fn blocks(html: &str) -> Blocks {
    let mut page = Page::default();
    for token in Markup::html(html) {
        match token {
            Token::Text(text) if page.pre > 0 => page.line.push_str(&text),
            Token::Text(text) => {
                page.space |= text.starts_with(char::is_whitespace);
                let words = squeeze(&text);
                if words.is_empty() {
                    continue;
                }
                if page.space && !page.line.is_empty() && !page.line.ends_with('\t') {
                    page.line.push(' ');
                }
                page.line.push_str(&words);
                page.space = text.ends_with(char::is_whitespace);
            }
            Token::Open { name, attributes, .. } => page.open(&name.to_ascii_lowercase(), attributes),
            Token::Close(name) => page.close(&name.to_ascii_lowercase()),
        }
    }
    while !page.tables.is_empty() {
        page.end_table();
    }
    page.end_line();
    page.blocks
}

#[derive(Default)]
struct Page {
    blocks: Blocks,
    line: String,
    space: bool,
    pre: usize,
    tables: Vec<Table>,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    cell: Option<String>,
    /// Whether a table stands in it: then it only lays out the page.
    layout: bool,
}

impl Page {
    fn open(&mut self, name: &str, attributes: &str) {
        match name {
            "table" => {
                self.end_line();
                if let Some(outer) = self.tables.last_mut() {
                    outer.layout = true;
                }
                // Nesting is bounded; deeper tables are read as text.
                if self.tables.len() < 64 {
                    self.tables.push(Table::default());
                }
            }
            "tr" => {
                self.end_cell();
                if let Some(table) = self.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            "td" | "th" => {
                self.end_cell();
                if let Some(table) = self.tables.last_mut() {
                    if table.rows.is_empty() {
                        table.rows.push(Vec::new());
                    }
                    table.cell = Some(String::new());
                }
            }
            "pre" => {
                self.end_line();
                self.pre += 1;
            }
            "input" | "img" => {
                let shown = attribute(attributes, if name == "img" { "alt" } else { "value" });
                let hidden = attribute(attributes, "type").is_some_and(|kind| matches!(&*kind.to_lowercase(), "submit" | "button" | "password"));
                if let Some(value) = shown.filter(|value| !value.trim().is_empty() && !hidden) {
                    if !self.line.is_empty() {
                        self.line.push(' ');
                    }
                    self.line.push_str(&squeeze(&value));
                    self.space = true;
                }
            }
            _ if BLOCKS.contains(&name) => self.end_line(),
            _ => {}
        }
    }
    fn close(&mut self, name: &str) {
        match name {
            "table" => self.end_table(),
            "tr" | "td" | "th" => self.end_cell(),
            "pre" => {
                self.end_line();
                self.pre = self.pre.saturating_sub(1);
            }
            _ if BLOCKS.contains(&name) => self.end_line(),
            _ => {}
        }
    }
    fn end_line(&mut self) {
        self.space = false;
        let line = std::mem::take(&mut self.line);
        if let Some(cell) = self.tables.last_mut().and_then(|table| table.cell.as_mut()) {
            if !line.trim().is_empty() {
                if !cell.is_empty() {
                    cell.push('\n');
                }
                cell.push_str(line.trim());
            }
            return;
        }
        if !line.trim().is_empty() {
            for line in line.split('\n') {
                self.blocks.line(line.trim_end_matches('\r'));
            }
        }
    }
    fn end_cell(&mut self) {
        self.end_line();
        if let Some(table) = self.tables.last_mut()
            && let Some(cell) = table.cell.take()
        {
            match table.rows.last_mut() {
                Some(row) => row.push(cell),
                None => table.rows.push(vec![cell]),
            }
        }
    }
    fn end_table(&mut self) {
        self.end_cell();
        let Some(table) = self.tables.pop() else { return };
        let outer = self.tables.last_mut().and_then(|outer| outer.cell.as_mut());
        match outer {
            // Inside a cell of another table: its rows become lines of that cell.
            Some(cell) => {
                for row in table.rows {
                    if !cell.is_empty() {
                        cell.push('\n');
                    }
                    cell.push_str(&row.iter().map(|cell| squeeze(cell)).collect::<Vec<_>>().join(" "));
                }
            }
            None if table.layout => {
                for row in table.rows {
                    for line in row.iter().flat_map(|cell| cell.split('\n')) {
                        self.blocks.line(line);
                    }
                }
            }
            None => self.blocks.table(table.rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn html() {
        check(
            "a.html",
            b"<html><head><title>letter</title><style>p{}</style></head><body><p>Dear&nbsp;Ann,</p><p>b <b>c</b>d<br>e</p></body></html>",
            "\
read text/html text
[part 1 text] letter\\nDear Ann,\\nb cd\\ne",
        );
        check(
            "a.html",
            b"<html><table><tr><th>Name<th>DOB<tr><td>Ann <i>Lee</i><td>01/02/1980</table><p>end",
            "\
read text/html text
[table 1!rows 2-2 table Name|DOB] Ann Lee\\t01/02/1980
[part 1 text] end",
        );
        check("a.html", b"<html><table><tr><td><table><tr><td>x<td>y</table>z</table>", "read text/html text\n[part 1 text] x y\\nz");
    }
}
