//! DOC (Word 6 to 2003): the text through its piece table, with tables, notes, headers, comments and text boxes.
//!
//! Our own reader: the library before it gave the main text only, and nothing of a file with one bad offset.

use super::blocks::Blocks;
use super::codepage::codepage;
use super::crypt::{BlockKey, passwords};
use super::ole::{Ole, u16_at, u32_at};
use crate::Task;
use dosimeter_case::tables::DocumentStatus;
use encoding_rs::Encoding;
use std::borrow::Cow;

/// More pieces than this no document has.
const PIECES: usize = 1 << 22;
/// Fields may stand in fields, to this depth.
const FIELDS: usize = 64;

/// A run of text: characters from `from` on, at `at` in the main stream.
struct Piece {
    chars: usize,
    at: usize,
    wide: bool,
}

/// The sub-documents, in the order in which their text stands.
const PARTS: [&str; 8] = ["", "footnotes", "headers and footers", "macros", "comments", "endnotes", "text boxes", "header text boxes"];

struct Word<'a> {
    main: Cow<'a, [u8]>,
    table: Cow<'a, [u8]>,
    /// Word 6 and 95.
    old: bool,
    encoding: &'static Encoding,
    /// Where the paragraphs of tables lie, and whether one only ends a row.
    marks: Vec<(u32, u32, bool)>,
}

pub(super) fn recognise(head: &crate::Head<'_>) -> bool {
    // Word 2 writes no compound file.
    head.starts(b"\xdb\xa5") && u16_at(head.content, 2).is_some_and(|version| (0x21..=0x3f).contains(&version)) && head.content.len() > 0x180
}

pub(super) fn read_bare(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    match Ole::none(content) {
        ole if u16_at(content, 10).is_some_and(|flags| flags & 0x0100 == 0) => read(task, &ole, Cow::Borrowed(content), 0),
        _ => task.problem(DocumentStatus::Encrypted, "an Office file with a password"),
    }
}

pub(super) fn read(task: &mut Task<'_, '_>, ole: &Ole<'_>, main: Cow<'_, [u8]>, storage: usize) {
    task.document.pages = 1;
    let Some((nfib, flags)) = u16_at(&main, 2).zip(u16_at(&main, 10)) else {
        return task.problem(DocumentStatus::Corrupt, "the document's header is missing");
    };
    let old = matches!(u16_at(&main, 0), Some(0xa5dc | 0xa5db)) || nfib < 0xb0;
    let names = if flags & 0x0200 != 0 { ["1Table", "0Table"] } else { ["0Table", "1Table"] };
    let table = names.into_iter().find_map(|name| ole.read(storage, name)).unwrap_or_default();
    let language = u16_at(&main, 6).unwrap_or(0);
    let mut word = Word { main, table, old, encoding: page(language), marks: Vec::new() };
    if flags & 0x0100 != 0 && !word.decrypt(flags, &passwords(task)) {
        return task.problem(DocumentStatus::Encrypted, "an Office file with a password");
    }
    let (pieces, whole) = word.pieces();
    word.rows();
    let mut links = Vec::new();
    let mut reader = Reader { word: &word, pieces: pieces.iter(), piece: None, bytes: 0, left: 0 };
    let mut given = 0;
    for (name, chars) in PARTS.iter().zip(word.lengths(&pieces)) {
        let blocks = reader.part(chars, &mut links);
        let before = task.count();
        blocks.give(task, name);
        given += task.count() - before;
    }
    links.retain(|link: &String| !link.is_empty());
    links.dedup();
    task.running_text("links", &links.join("\n"));
    task.running_text("comment authors", &word.authors().join("\n"));
    if !whole || reader.short() {
        let status = if given == 0 { DocumentStatus::Corrupt } else { DocumentStatus::Partly };
        task.problem(status, "parts of the text lie outside the file");
    }
}

impl Word<'_> {
    /// A place and a length in the table stream, by their number in the header.
    fn structure(&self, number: usize) -> Option<&[u8]> {
        // Of Word 2 only the run of text is looked for.
        if u16_at(&self.main, 0) == Some(0xa5db) {
            return None;
        }
        let (at, stream) = if self.old { (0x58 + 8 * number, &self.main) } else { (0x9a + 8 * number, &self.table) };
        let (from, length) = (u32_at(&self.main, at)? as usize, u32_at(&self.main, at + 4)? as usize);
        let rest = stream.get(from..).filter(|_| length > 0)?;
        Some(rest.get(..length).unwrap_or(rest))
    }
    fn lengths(&self, pieces: &[Piece]) -> [usize; 8] {
        let first = if self.old { 0x34 } else { 0x4c };
        let mut out: [usize; 8] = std::array::from_fn(|i| u32_at(&self.main, first + 4 * i).unwrap_or(0) as usize);
        let all: usize = pieces.iter().map(|piece| piece.chars).sum();
        // Lengths that cannot be: everything is one text.
        if out.iter().fold(0_usize, |sum, n| sum.saturating_add(*n)) > all.saturating_add(16) {
            out = [all, 0, 0, 0, 0, 0, 0, 0];
        } else if let Some(last) = out.last_mut() {
            // What no part claims is given with the last one.
            *last = usize::MAX;
        }
        out
    }
    /// The pieces of the text, and whether the table of them is sound.
    fn pieces(&self) -> (Vec<Piece>, bool) {
        let complex = u16_at(&self.main, 10).unwrap_or(0) & 4 != 0;
        if let Some(found) = self.structure(33).filter(|_| complex || !self.old).and_then(|clx| self.piece_table(clx)) {
            return (found, true);
        }
        // One run, as Word 6 writes a file that was not saved in pieces.
        let (from, to) = (u32_at(&self.main, 0x18).unwrap_or(0) as usize, u32_at(&self.main, 0x1c).unwrap_or(0) as usize);
        let (from, to) = if from < to && from < self.main.len() { (from, to.min(self.main.len())) } else { (0x400.min(self.main.len()), self.main.len()) };
        let run = self.main.get(from..to).unwrap_or_default();
        let wide = !self.old && run.iter().skip(1).step_by(2).filter(|byte| **byte == 0).count() * 4 > run.len();
        (vec![Piece { chars: run.len() / if wide { 2 } else { 1 }, at: from, wide }], self.old && !complex)
    }
    fn piece_table(&self, clx: &[u8]) -> Option<Vec<Piece>> {
        let mut rest = clx;
        while let Some((1, after)) = rest.split_first().map(|(kind, after)| (*kind, after)) {
            rest = after.get(2 + usize::from(u16_at(after, 0)?)..)?;
        }
        let plc = rest.strip_prefix(&[2])?;
        let length = u32_at(plc, 0)? as usize;
        let plc = plc.get(4..)?;
        let plc = plc.get(..length).unwrap_or(plc);
        let count = (plc.len().checked_sub(4)? / 12).min(PIECES);
        let mut out = Vec::new();
        for i in 0..count {
            let (from, to) = (u32_at(plc, 4 * i)? as usize, u32_at(plc, 4 * i + 4)? as usize);
            let place = u32_at(plc, 4 * (count + 1) + 8 * i + 2)?;
            let wide = !self.old && place & 0x4000_0000 == 0;
            let at = if wide || self.old { place & 0x3fff_ffff } else { (place & 0x3fff_ffff) / 2 } as usize;
            // A piece cannot be longer than the file has bytes for it.
            let room = self.main.len().saturating_sub(at) / if wide { 2 } else { 1 };
            out.push(Piece { chars: to.checked_sub(from)?.min(room.saturating_add(1)), at, wide });
        }
        (!out.is_empty()).then_some(out)
    }
    /// Which paragraphs stand in tables: the pages of paragraph properties say so.
    fn rows(&mut self) {
        let Some(plc) = self.structure(13) else { return };
        let entry = if self.old { 2 } else { 4 };
        let count = plc.len().saturating_sub(4) / (4 + entry);
        let pages: Vec<usize> = (0..count)
            .filter_map(|i| {
                let at = 4 * (count + 1) + entry * i;
                if self.old { u16_at(plc, at).map(usize::from) } else { u32_at(plc, at).map(|page| page as usize) }
            })
            .collect();
        let mut out = Vec::new();
        for page in pages.into_iter().take(self.main.len() / 512 + 1) {
            let Some(page) = page.checked_mul(512).and_then(|from| self.main.get(from..)).and_then(|rest| rest.get(..512)) else { continue };
            let runs = usize::from(page.get(511).copied().unwrap_or(0));
            let width = if self.old { 7 } else { 13 };
            for run in 0..runs {
                let place = page.get(4 * (runs + 1) + width * run).map_or(0, |word| 2 * usize::from(*word));
                let (inside, ends) = if place > 0 { self.in_table(page, place) } else { (false, false) };
                if let (true, Some(from), Some(to)) = (inside || ends, u32_at(page, 4 * run), u32_at(page, 4 * run + 4)) {
                    out.push((from, to, ends));
                }
            }
        }
        out.sort_unstable();
        self.marks = out;
    }
    /// Whether a paragraph stands in a table, and whether it only ends a row.
    fn in_table(&self, page: &[u8], place: usize) -> (bool, bool) {
        let Some(size) = page.get(place).map(|size| usize::from(*size)) else { return (false, false) };
        if self.old {
            // One byte of opcode; only these two are looked for, among fixed-length neighbours.
            let list = page.get(place + 3..(place + 1 + 2 * size).min(511)).unwrap_or_default();
            let has = |code: u8| list.windows(2).any(|pair| pair == [code, 1]);
            return (has(24), has(25));
        }
        let (from, to) =
            if size == 0 { (place + 2, place + 2 + 2 * page.get(place + 1).map_or(0, |size| usize::from(*size))) } else { (place + 1, place + 2 * size) };
        let mut list = page.get(from + 2..to.min(511)).unwrap_or_default();
        let mut found = (false, false);
        while let Some(code) = u16_at(list, 0) {
            let operand = list.get(2..).unwrap_or_default();
            match code {
                0x2416 => found.0 = operand.first() == Some(&1),
                0x2417 => found.1 = operand.first() == Some(&1),
                _ => {}
            }
            let length = match (code >> 13, code) {
                (_, 0xd608 | 0xd606) => u16_at(operand, 0).map_or(usize::MAX, |n| usize::from(n) + 1),
                (0 | 1, _) => 1,
                (2 | 4 | 5, _) => 2,
                (3, _) => 4,
                (7, _) => 3,
                (_, 0xc615) if operand.first() == Some(&255) => usize::MAX,
                _ => operand.first().map_or(usize::MAX, |n| usize::from(*n) + 1),
            };
            list = operand.get(length..).unwrap_or_default();
        }
        found
    }
    /// Names of those who commented.
    fn authors(&self) -> Vec<String> {
        let Some(mut rest) = self.structure(36).filter(|_| !self.old) else { return Vec::new() };
        let mut out = Vec::new();
        while let Some(length) = u16_at(rest, 0).map(usize::from).filter(|n| out.len() < 1000 && *n < 256) {
            let Some(name) = rest.get(2..2 + 2 * length) else { break };
            out.push(super::ole::utf16(name));
            rest = rest.get(2 + 2 * length..).unwrap_or_default();
        }
        out
    }
    /// Opens an encrypted document with the first password that fits.
    fn decrypt(&mut self, flags: u16, passwords: &[String]) -> bool {
        if self.old || flags & 0x8000 != 0 {
            return false;
        }
        let header = u32_at(&self.main, 14).unwrap_or(0) as usize;
        let Some(key) = BlockKey::find(&self.table, passwords) else { return false };
        // The header of the document is plain, and so is the encryption's header.
        key.stream(self.main.to_mut(), 512, |at| at < 68);
        key.stream(self.table.to_mut(), 512, |at| at < header);
        true
    }
}

/// Goes through the pieces' characters.
struct Reader<'a> {
    word: &'a Word<'a>,
    pieces: std::slice::Iter<'a, Piece>,
    piece: Option<&'a Piece>,
    /// Where the next character lies, and how many the piece still has.
    bytes: usize,
    left: usize,
}

impl Reader<'_> {
    /// Whether the text ended before its pieces.
    fn short(&self) -> bool {
        self.left > 0 || self.pieces.len() > 0
    }
    /// The next code unit and its place; `None` at the end.
    fn unit(&mut self) -> Option<(u16, usize, bool)> {
        while self.left == 0 {
            let piece = self.pieces.next()?;
            (self.piece, self.bytes, self.left) = (Some(piece), piece.at, piece.chars);
        }
        let wide = self.piece.is_some_and(|piece| piece.wide);
        let at = self.bytes;
        let unit = if wide { u16_at(&self.word.main, at)? } else { u16::from(*self.word.main.get(at)?) };
        self.bytes += if wide { 2 } else { 1 };
        self.left -= 1;
        Some((unit, at, wide))
    }
    /// Whether the paragraph at a place stands in a table, and whether it only ends a row.
    fn mark(&self, at: usize) -> (bool, bool) {
        let marks = &self.word.marks;
        let after = marks.partition_point(|(from, _, _)| (*from as usize) <= at);
        let mark = after.checked_sub(1).and_then(|i| marks.get(i)).filter(|(_, to, _)| at < *to as usize);
        mark.map_or((false, false), |(_, _, ends)| (true, *ends))
    }
    /// The next `chars` characters as lines and tables.
    fn part(&mut self, chars: usize, links: &mut Vec<String>) -> Blocks {
        let mut text = Text { encoding: self.word.encoding, ..Text::default() };
        for _ in 0..chars {
            let Some((unit, at, wide)) = self.unit() else { break };
            if unit >= 0x20 || wide && !matches!(unit, 0x07..=0x0e | 0x13..=0x15 | 0x1e | 0x1f) {
                text.push(unit, wide);
                continue;
            }
            match unit {
                0x07 if self.mark(at).1 => text.end_row(),
                0x07 if self.word.marks.is_empty() && text.after_cell() => text.end_row(),
                0x07 => text.end_cell(),
                0x09 => text.push(0x09, false),
                0x0b..=0x0e => text.end_line(self.mark(at).0),
                0x13 => text.begin_field(),
                0x14 => text.result(links),
                0x15 => text.end_field(links),
                0x1e => text.push(u16::from(b'-'), false),
                _ => {}
            }
        }
        text.end()
    }
}

struct Text {
    encoding: &'static Encoding,
    blocks: Blocks,
    line: String,
    narrow: Vec<u8>,
    wide: Vec<u16>,
    cell: String,
    row: Vec<String>,
    table: Vec<Vec<String>>,
    /// Open fields: what of each stands in front of its result, or nothing once the result has begun.
    fields: Vec<Option<String>>,
}

impl Default for Text {
    fn default() -> Text {
        let (narrow, wide, row, table, fields) = Default::default();
        let (line, cell) = Default::default();
        Text { encoding: encoding_rs::WINDOWS_1252, blocks: Blocks::default(), line, narrow, wide, cell, row, table, fields }
    }
}

impl Text {
    fn push(&mut self, unit: u16, wide: bool) {
        if wide {
            if !self.narrow.is_empty() {
                self.decode();
            }
            self.wide.push(unit);
        } else {
            if !self.wide.is_empty() {
                self.decode();
            }
            self.narrow.push(unit as u8);
        }
    }
    fn decode(&mut self) {
        let mut text = self.encoding.decode_without_bom_handling(&self.narrow).0.into_owned();
        text.extend(char::decode_utf16(self.wide.drain(..)).map(|c| c.unwrap_or('\u{fffd}')));
        self.narrow.clear();
        // Symbols of private fonts and marks are no text.
        text.retain(|c| c == '\t' || !c.is_control() && c != '\u{fffc}');
        match self.fields.last_mut() {
            Some(Some(code)) => code.push_str(&text),
            _ => self.line.push_str(&text),
        }
    }
    fn end_line(&mut self, in_table: bool) {
        self.decode();
        if matches!(self.fields.last(), Some(Some(_))) {
            return;
        }
        let line = std::mem::take(&mut self.line);
        if in_table || !self.row.is_empty() {
            if !self.cell.is_empty() {
                self.cell.push('\n');
            }
            self.cell.push_str(&line);
        } else {
            self.close_table();
            self.blocks.line(&line);
        }
    }
    fn after_cell(&self) -> bool {
        !self.row.is_empty() && self.cell.is_empty() && self.line.is_empty() && self.narrow.is_empty() && self.wide.is_empty()
    }
    fn end_cell(&mut self) {
        self.end_line(true);
        let cell = std::mem::take(&mut self.cell);
        self.row.push(cell);
    }
    fn end_row(&mut self) {
        self.end_line(true);
        let rest = std::mem::take(&mut self.cell);
        if !rest.trim().is_empty() {
            self.row.push(rest);
        }
        self.table.push(std::mem::take(&mut self.row));
    }
    fn begin_field(&mut self) {
        self.decode();
        if self.fields.len() < FIELDS {
            self.fields.push(Some(String::new()));
        }
    }
    fn result(&mut self, links: &mut Vec<String>) {
        self.decode();
        if let Some(code) = self.fields.last_mut().and_then(Option::take) {
            link(&code, links);
            self.button(&code);
        }
    }
    fn end_field(&mut self, links: &mut Vec<String>) {
        self.decode();
        if let Some(Some(code)) = self.fields.pop() {
            link(&code, links);
            self.button(&code);
        }
    }
    fn button(&mut self, code: &str) {
        if let Some(shown) = super::docx::button(code) {
            self.line.push_str(shown);
        }
    }
    fn end(mut self) -> Blocks {
        // A field that was never closed.
        self.decode();
        for code in std::mem::take(&mut self.fields).into_iter().flatten() {
            self.line.push_str(&code);
        }
        self.end_line(false);
        self.close_table();
        self.blocks
    }
    fn close_table(&mut self) {
        let rest = std::mem::take(&mut self.cell);
        if !rest.is_empty() {
            self.row.push(rest);
        }
        if !self.row.is_empty() {
            self.table.push(std::mem::take(&mut self.row));
        }
        let table = std::mem::take(&mut self.table);
        if !table.is_empty() {
            self.blocks.table(table);
        }
    }
}

/// Where a hyperlink leads: it may be a mail address.
fn link(code: &str, links: &mut Vec<String>) {
    if let Some((_, target)) = code.split_once("HYPERLINK").filter(|_| links.len() < 10_000) {
        links.push(target.split('"').nth(1).unwrap_or_default().to_string());
    }
}

/// The code page of a language, in which Word 6 and 95 write.
fn page(language: u16) -> &'static Encoding {
    let number = match language & 0x3ff {
        0x05 | 0x0e | 0x15 | 0x18 | 0x1b | 0x1c | 0x24 => 1250,
        0x02 | 0x19 | 0x22 | 0x23 | 0x2f => 1251,
        0x1a if matches!(language, 0x0c1a | 0x1c1a) => 1251,
        0x1a => 1250,
        0x08 => 1253,
        0x1f => 1254,
        0x0d => 1255,
        0x01 | 0x20 | 0x29 => 1256,
        0x25..=0x27 => 1257,
        0x2a => 1258,
        0x1e => 874,
        0x11 => 932,
        0x04 if matches!(language, 0x0404 | 0x0c04 | 0x1404) => 950,
        0x04 => 936,
        0x12 => 949,
        _ => 1252,
    };
    codepage(number).unwrap_or(encoding_rs::WINDOWS_1252)
}
