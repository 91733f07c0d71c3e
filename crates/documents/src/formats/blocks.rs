//! Lines and tables in reading order, as word processors and web pages have them.

use crate::Task;

/// Collects text lines and tables; a table on its own becomes a table passage, what stands between becomes text passages.
#[derive(Default)]
pub(super) struct Blocks {
    text: String,
    blocks: Vec<Block>,
}

enum Block {
    Text(String),
    Table(Vec<Vec<String>>),
}

impl Blocks {
    /// Adds a line; blank lines are kept, but never two in a row.
    pub fn line(&mut self, line: &str) {
        let line = line.trim();
        if line.is_empty() && (self.text.is_empty() || self.text.ends_with("\n\n")) {
            return;
        }
        self.text.push_str(line);
        self.text.push('\n');
    }
    /// Adds a table. One row or one column only is text.
    pub fn table(&mut self, rows: Vec<Vec<String>>) {
        let rows: Vec<Vec<String>> = rows.into_iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
        let wide = rows.iter().filter(|row| row.len() > 1).count();
        if rows.len() < 2 || wide * 2 < rows.len() {
            for row in rows {
                let cells: Vec<&str> = row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
                self.line(&cells.join("\t"));
            }
            return;
        }
        self.flush();
        self.blocks.push(Block::Table(rows));
    }
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.trim().is_empty() {
            self.blocks.push(Block::Text(text));
        }
    }
    /// Every line and cell, in no particular order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let blocks = self.blocks.iter().flat_map(|block| -> Box<dyn Iterator<Item = &str>> {
            match block {
                Block::Text(text) => Box::new(std::iter::once(text.as_str())),
                Block::Table(rows) => Box::new(rows.iter().flatten().map(String::as_str)),
            }
        });
        blocks.chain(std::iter::once(self.text.as_str()))
    }
    /// Whether a table with named columns is among them.
    pub fn has_table(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::Table(rows) if crate::table::header(rows).is_some()))
    }
    /// Everything as plain text.
    pub fn into_text(mut self) -> String {
        self.flush();
        let lines = self.blocks.into_iter().map(|block| match block {
            Block::Text(text) => text,
            Block::Table(rows) => rows.into_iter().map(|row| row.join("\t") + "\n").collect(),
        });
        lines.collect()
    }
    /// Gives everything to the task. `name` is put before the locators unless it is empty.
    pub fn give(mut self, task: &mut Task<'_, '_>, name: &str) {
        self.flush();
        let alone = self.blocks.len() == 1;
        let (mut texts, mut tables) = (0, 0);
        let locate = |what: &str, n: i32| if name.is_empty() { format!("{what} {n}") } else { format!("{name} {what} {n}") };
        for block in self.blocks {
            match block {
                Block::Text(text) => {
                    texts += 1;
                    task.running_text(if alone && !name.is_empty() { name.to_string() } else { locate("part", texts) }, &text);
                }
                Block::Table(rows) => {
                    tables += 1;
                    task.table(&locate("table", tables), rows, None);
                }
            }
        }
    }
}

/// Collapses white space, as a browser or a cell does.
pub(super) fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
