//! Running text of an RTF document: paragraphs and the rows of tables; and what its embedded objects hold.

use super::blocks::Blocks;
use super::objects::packaged;
use super::ole::u32_at;

/// One flow of text: the body, or what stands around it.
#[derive(Default)]
pub(super) struct Flow {
    blocks: Blocks,
    line: String,
    cell: Vec<String>,
    row: Vec<String>,
    table: Vec<Vec<String>>,
    /// Whether the paragraph stands in a table.
    inside: bool,
}

impl Flow {
    pub fn text(&mut self, text: &str) {
        self.line.push_str(text);
    }
    /// A paragraph ends.
    pub fn line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if self.inside || !self.row.is_empty() {
            self.cell.push(line);
        } else {
            self.end_table();
            self.blocks.line(&line);
        }
    }
    pub fn word(&mut self, word: &str) {
        match word {
            "pard" => self.inside = false,
            "intbl" => self.inside = true,
            "cell" => {
                self.cell.push(std::mem::take(&mut self.line));
                let cell = std::mem::take(&mut self.cell);
                self.row.push(cell.join("\n"));
            }
            // A table in a cell.
            "nestcell" => self.line.push('\t'),
            "nestrow" => self.cell.push(std::mem::take(&mut self.line)),
            "row" => {
                if !self.line.is_empty() || !self.cell.is_empty() {
                    self.word("cell");
                }
                self.table.push(std::mem::take(&mut self.row));
            }
            _ => self.line(),
        }
    }
    fn end_table(&mut self) {
        if !self.row.is_empty() {
            self.table.push(std::mem::take(&mut self.row));
        }
        if !self.table.is_empty() {
            self.blocks.table(std::mem::take(&mut self.table));
        }
    }
    pub fn end(mut self) -> Blocks {
        if !(self.row.is_empty() || self.line.is_empty() && self.cell.is_empty()) {
            self.word("cell");
        }
        self.end_table();
        let rest = std::mem::take(&mut self.cell).join("\n");
        rest.split('\n').chain([self.line.as_str()]).filter(|line| !line.is_empty()).for_each(|line| self.blocks.line(line));
        self.blocks
    }
}

/// The name and the content of an embedded object (an OLE 1 stream).
pub(super) fn embedded(data: &[u8], number: usize) -> (String, Option<Vec<u8>>) {
    object(data).map_or_else(
        || (format!("object {number}"), None),
        |(class, native)| {
            let packed = [&[0; 4], native].concat();
            match packaged(&packed).filter(|_| class == "Package") {
                Some((label, content)) => (format!("object {number}/{label}"), Some(content.to_vec())),
                None => (format!("{class} {number}"), (!native.is_empty()).then(|| native.to_vec())),
            }
        },
    )
}

fn object(data: &[u8]) -> Option<(String, &[u8])> {
    let mut at = 8_usize;
    let mut class = String::new();
    for field in 0..3 {
        let length = u32_at(data, at)? as usize;
        let name = data.get(at + 4..)?.get(..length)?;
        if field == 0 {
            class = crate::text::eight_bit(name).trim_end_matches('\0').chars().filter(|c| !c.is_control()).take(64).collect();
        }
        at = at.checked_add(4)?.checked_add(length)?;
    }
    let size = u32_at(data, at)? as usize;
    let native = data.get(at + 4..)?;
    Some((class, native.get(..size).unwrap_or(native)))
}
