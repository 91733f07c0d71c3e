//! XLS (Excel 2 to 2003): cells as shown, hidden sheets, notes, text boxes, headers, chart labels, cached external cells.

use super::codepage::codepage;
use super::crypt::{BlockKey, passwords, xor};
use super::grid::Grid;
use super::numbers::{Style, render};
use super::ole::{u16_at, u32_at, utf16};
use super::xls_strings::{Strings, byte_string, unicode};
use crate::Task;
use dosimeter_case::tables::DocumentStatus;
use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// Substreams may stand in substreams (a chart in a sheet); deeper is damage.
const DEPTH: usize = 8;

pub(super) fn recognise(head: &crate::Head<'_>) -> bool {
    // A stream of records without a compound file around it: Excel 2 to 4.
    [&b"\x09\x00\x04\x00"[..], b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00\x00\x05", b"\x09\x08\x10\x00\x00\x06"]
        .iter()
        .any(|magic| head.starts(magic))
        && records(head.content).take(8).count() == 8
}

pub(super) fn read_bare(task: &mut Task<'_, '_>) {
    read(task, task.head.content);
}

/// A record: its number, where its data begin, and the data.
type Record<'a> = (u16, usize, &'a [u8]);

fn records(stream: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(stream, at)?, usize::from(u16_at(stream, at + 2)?));
        let from = at + 4;
        let data = stream.get(from..)?;
        let data = data.get(..length).unwrap_or(data);
        at = from + length;
        Some((kind, from, data))
    })
}

/// What the reader knows of the workbook.
pub(super) struct Book {
    /// Excel 97 and later: Unicode.
    modern: bool,
    encoding: &'static Encoding,
    epoch_1904: bool,
    formats: BTreeMap<u32, String>,
    cells: Vec<u32>,
    styles: Vec<Style>,
    shared: Vec<String>,
    /// Sheets by the place of their beginning.
    sheets: BTreeMap<usize, String>,
}

/// A substream being read.
struct Sheet {
    name: String,
    grid: Option<Grid>,
    texts: Vec<String>,
    /// The cell of a formula whose text follows.
    pending: Option<(i64, u32)>,
    /// Characters of a text box that follow.
    boxed: usize,
}

/// Reads the stream of a workbook.
pub(super) fn read(task: &mut Task<'_, '_>, stream: &[u8]) {
    task.document.method = "table".into();
    let owned;
    let stream = match lock(stream, &passwords(task)) {
        Lock::Open => stream,
        Lock::Opened(plain) => {
            owned = plain;
            &owned
        }
        Lock::Locked => {
            task.document.method = "none".into();
            return task.problem(DocumentStatus::Encrypted, "an Office file with a password");
        }
    };
    let mut book = Book {
        modern: u16_at(stream, 4) == Some(0x600),
        encoding: encoding_rs::WINDOWS_1252,
        epoch_1904: false,
        formats: BTreeMap::new(),
        cells: Vec::new(),
        styles: Vec::new(),
        shared: Vec::new(),
        sheets: BTreeMap::new(),
    };
    let mut open: Vec<Sheet> = Vec::new();
    let (mut sheets, mut strings, mut external) = (0, Strings::default(), Vec::new());
    for (kind, from, data) in records(stream) {
        if kind != 0x3c
            && let Some(shared) = strings.end()
        {
            book.shared = shared;
        }
        match kind {
            // The beginning and the end of a substream.
            0x09 | 0x209 | 0x409 | 0x809 => {
                let version = u16_at(data, 0);
                if open.is_empty() && version.is_some() {
                    book.modern = version == Some(0x600);
                }
                let globals = u16_at(data, 2) == Some(5) && kind == 0x809;
                let name = match (book.sheets.get(&from.saturating_sub(4)), open.last()) {
                    (Some(name), _) => name.clone(),
                    (None, Some(outer)) => format!("{} chart", outer.name),
                    (None, None) if globals => "workbook".to_string(),
                    (None, None) => format!("sheet {}", sheets + 1),
                };
                sheets += i64::from(open.is_empty() && !globals);
                if open.len() < DEPTH {
                    open.push(Sheet { grid: Some(Grid::new(&name)), name, texts: Vec::new(), pending: None, boxed: 0 });
                }
            }
            0x0a => {
                if let Some(sheet) = open.pop() {
                    sheet.end(task);
                }
            }
            0x5a if external.len() < 1_000_000 => _ = cached(data, &book, &mut external),
            0xfc if book.modern => strings.begin(data),
            0x3c if strings.open() => strings.more(data),
            _ => {
                let _short = match open.last_mut() {
                    Some(sheet) => sheet.record(task, &mut book, kind, data),
                    None => book.global(task, kind, data),
                };
            }
        }
    }
    while let Some(sheet) = open.pop() {
        sheet.end(task);
    }
    task.running_text("cached external cells", &external.join("\n"));
    task.document.pages = sheets;
    if task.document.pages == 0 && task.is_blank() {
        task.problem(DocumentStatus::Corrupt, "the workbook has no sheets");
    } else if !whole(stream) {
        task.problem(DocumentStatus::Partly, "the workbook is cut off");
    }
}

/// Whether the stream ends at the end of a substream; what follows is padding.
fn whole(stream: &[u8]) -> bool {
    let mut depth = 0_i32;
    for (kind, _, _) in records(stream) {
        match kind {
            0x09 | 0x209 | 0x409 | 0x809 => depth += 1,
            0x0a => depth -= 1,
            _ => {}
        }
    }
    depth <= 0
}

enum Lock {
    Open,
    Opened(Vec<u8>),
    Locked,
}

fn lock(stream: &[u8], passwords: &[String]) -> Lock {
    let Some((_, _, pass)) = records(stream).take(64).find(|(kind, _, _)| *kind == 0x2f) else { return Lock::Open };
    let modern = u16_at(stream, 4) == Some(0x600);
    let (scheme, header) = if modern { (u16_at(pass, 0).unwrap_or(0), pass.get(2..).unwrap_or_default()) } else { (0, pass) };
    let mut plain = stream.to_vec();
    if scheme == 1 {
        let Some(key) = BlockKey::find(header, passwords) else { return Lock::Locked };
        // Headers of records are plain, and so is what says where sheets are.
        let mut kept = vec![false; stream.len()];
        let mut at = 0;
        for (kind, from, data) in records(stream) {
            let plain = if matches!(kind, 0x809 | 0x2f | 0xe1 | 0x138 | 0x194 | 0x195 | 0x196) {
                data.len()
            } else if kind == 0x85 {
                4.min(data.len())
            } else {
                0
            };
            if let Some(range) = kept.get_mut(at..from + plain) {
                range.fill(true);
            }
            at = from + data.len();
        }
        key.stream(&mut plain, 1024, |at| kept.get(at).copied().unwrap_or(true));
        return Lock::Opened(plain);
    }
    let (key, verifier) = (u16_at(header, 0).unwrap_or(0), u16_at(header, 2).unwrap_or(0));
    let Some(mask) = passwords.iter().find_map(|password| xor(key, verifier, password)) else { return Lock::Locked };
    for (kind, from, data) in records(stream) {
        if matches!(kind, 0x809 | 0x409 | 0x209 | 0x09 | 0x2f | 0xe1) {
            continue;
        }
        let skip = if kind == 0x85 { 4 } else { 0 };
        for i in skip..data.len() {
            if let Some(byte) = plain.get_mut(from + i) {
                *byte = byte.rotate_left(3) ^ mask[(from + data.len() + i) % 16];
            }
        }
    }
    Lock::Opened(plain)
}

impl Book {
    fn global(&mut self, task: &mut Task<'_, '_>, kind: u16, data: &[u8]) -> Option<()> {
        match kind {
            0x85 => {
                let name = if self.modern { unicode(data.get(6..)?, 1).0 } else { byte_string(data.get(6..)?, 1, self.encoding) };
                self.sheets.insert(u32_at(data, 0)? as usize, name);
            }
            0x22 => self.epoch_1904 = u16_at(data, 0) == Some(1),
            0x42 => self.encoding = codepage(i64::from(u16_at(data, 0)?)).unwrap_or(self.encoding),
            0x41e if self.modern => _ = self.formats.insert(u32::from(u16_at(data, 0)?), unicode(data.get(2..)?, 2).0),
            0x41e => _ = self.formats.insert(u32::from(u16_at(data, 0)?), byte_string(data.get(2..)?, 1, self.encoding)),
            // Excel 2 to 4 number their formats by their order.
            0x1e => _ = self.formats.insert(self.formats.len() as u32, byte_string(data, 1, self.encoding)),
            0xe0 => self.cells.push(u32::from(u16_at(data, 2)?)),
            0x243 | 0x443 => self.cells.push(u32::from(*data.get(1)?)),
            0x43 => self.cells.push(u32::from(data.get(2)? & 0x3f)),
            // Who wrote the file.
            0x5c => {
                let name = if self.modern { unicode(data, 2).0 } else { byte_string(data, 1, self.encoding) };
                task.running_text("written by", name.trim());
            }
            _ => {}
        }
        Some(())
    }
    fn style(&mut self, cell: u16) -> Option<&Style> {
        if self.styles.len() < self.cells.len() {
            self.styles = self.cells.iter().map(|id| Style::new(*id, self.formats.get(id).map(String::as_str))).collect();
        }
        self.styles.get(usize::from(cell))
    }
    fn number(&mut self, value: f64, cell: u16) -> String {
        let epoch = self.epoch_1904;
        render(value, self.style(cell), epoch)
    }
}

/// A number in 30 bits.
pub(super) fn rk(word: u32) -> f64 {
    let value = if word & 2 != 0 { f64::from(word as i32 >> 2) } else { f64::from_bits(u64::from(word & !3) << 32) };
    if word & 1 != 0 { value / 100.0 } else { value }
}

fn double(data: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(data.get(at..at + 8)?.try_into().ok()?))
}

/// A truth value or an error.
pub(super) fn code(value: u8, error: bool) -> String {
    let text = match (error, value) {
        (false, 0) => "FALSE",
        (false, _) => "TRUE",
        (_, 0x00) => "#NULL!",
        (_, 0x07) => "#DIV/0!",
        (_, 0x0f) => "#VALUE!",
        (_, 0x17) => "#REF!",
        (_, 0x1d) => "#NAME?",
        (_, 0x24) => "#NUM!",
        _ => "#N/A",
    };
    text.to_string()
}

impl Sheet {
    fn put(&mut self, task: &mut Task<'_, '_>, row: i64, column: u32, text: String) {
        if let Some(grid) = &mut self.grid {
            grid.cell(task, row, column, text);
        }
    }
    fn record(&mut self, task: &mut Task<'_, '_>, book: &mut Book, kind: u16, data: &[u8]) -> Option<()> {
        let place = || Some((i64::from(u16_at(data, 0)?) + 1, u32::from(u16_at(data, 2)?) + 1));
        let style = u16_at(data, 4).unwrap_or(0);
        // Excel 2 has three bytes of attributes where later ones have the number of a style.
        let after = if matches!(kind, 0x02..=0x05) { 7 } else { 6 };
        let text = |book: &Book, at: usize| {
            let data = data.get(at..)?;
            // Whatever the version: a record that has room for the characters alone has no flags before them.
            let bare = u16_at(data, 0).is_some_and(|length| data.len() == 2 + usize::from(length));
            Some(if book.modern && !bare { unicode(data, 2).0 } else { byte_string(data, 2, book.encoding) })
        };
        match kind {
            0xfd => {
                let (row, column) = place()?;
                let text = book.shared.get(u32_at(data, 6)? as usize)?.clone();
                self.put(task, row, column, text);
            }
            0x204 | 0xd6 => {
                let (row, column) = place()?;
                self.put(task, row, column, text(book, 6)?);
            }
            0x04 => {
                let (row, column) = place()?;
                self.put(task, row, column, byte_string(data.get(7..)?, 1, book.encoding));
            }
            0x02 => {
                let (row, column) = place()?;
                self.put(task, row, column, u16_at(data, 7)?.to_string());
            }
            0x203 | 0x03 => {
                let (row, column) = place()?;
                let text = book.number(double(data, after)?, if kind == 3 { u16::MAX } else { style });
                self.put(task, row, column, text);
            }
            0x27e => {
                let (row, column) = place()?;
                let text = book.number(rk(u32_at(data, 6)?), style);
                self.put(task, row, column, text);
            }
            0xbd => {
                let (row, first) = place()?;
                for (i, cell) in data.get(4..data.len().checked_sub(2)?)?.chunks_exact(6).enumerate() {
                    let text = book.number(rk(u32_at(cell, 2)?), u16_at(cell, 0)?);
                    self.put(task, row, first.saturating_add(i as u32), text);
                }
            }
            0x205 | 0x05 => {
                let (row, column) = place()?;
                self.put(task, row, column, code(*data.get(after)?, data.get(after + 1) == Some(&1)));
            }
            // A formula's last result; a text follows in a record of its own.
            0x06 | 0x206 | 0x406 => {
                let (row, column) = place()?;
                let value = data.get(after..).filter(|_| kind != 0x06 || data.len() > 15)?;
                match (u16_at(value, 6)?, value.first()?) {
                    (0xffff, 0) => self.pending = Some((row, column)),
                    (0xffff, 1) => self.put(task, row, column, code(*value.get(2)?, false)),
                    (0xffff, 2) => self.put(task, row, column, code(*value.get(2)?, true)),
                    (0xffff, _) => {}
                    _ => {
                        let text = book.number(double(value, 0)?, style);
                        self.put(task, row, column, text);
                    }
                }
            }
            0x207 | 0x07 => {
                let (row, column) = self.pending.take()?;
                let text = if kind == 7 { byte_string(data, 1, book.encoding) } else { text(book, 0)? };
                self.put(task, row, column, text);
            }
            // Headers and footers, without their codes for page number and font.
            0x14 | 0x15 if !data.is_empty() => {
                let raw = if book.modern { unicode(data, 2).0 } else { byte_string(data, 1, book.encoding) };
                self.texts.push(header(&raw));
            }
            // Notes: the text of new ones is in their text box, which leaves the author.
            0x1c if book.modern => self.texts.push(unicode(data.get(8..)?, 2).0),
            0x1c => self.texts.push(book.encoding.decode_without_bom_handling(data.get(6..)?).0.into_owned()),
            0x1b6 => self.boxed = usize::from(u16_at(data, 10)?),
            0x3c if self.boxed > 0 => {
                let (flags, raw) = data.split_first()?;
                let piece = if flags & 1 != 0 { utf16(raw) } else { raw.iter().map(|byte| char::from(*byte)).collect() };
                let piece: String = piece.chars().take(self.boxed).collect();
                self.boxed -= piece.chars().count().clamp(1, self.boxed);
                match self.texts.last_mut() {
                    Some(text) if text.ends_with('\u{1}') => {
                        text.pop();
                        text.push_str(&piece);
                    }
                    _ => self.texts.push(piece),
                }
                // More of the same text follows.
                if let (true, Some(text)) = (self.boxed > 0, self.texts.last_mut()) {
                    text.push('\u{1}');
                }
            }
            0x1b8 => self.texts.extend(link(data)),
            0x100d => self.texts.push(if book.modern { unicode(data.get(2..)?, 1).0 } else { byte_string(data.get(2..)?, 1, book.encoding) }),
            _ => _ = book.global(task, kind, data),
        }
        Some(())
    }
    fn end(mut self, task: &mut Task<'_, '_>) {
        if let Some(grid) = self.grid.take() {
            grid.end(task);
        }
        let lines: Vec<String> =
            self.texts.iter().map(|text| text.replace('\u{1}', "").replace('\r', "\n").trim().to_string()).filter(|text| !text.is_empty()).collect();
        task.running_text(format!("{} texts", self.name), &lines.join("\n"));
    }
}

/// A page header without its codes.
pub(super) fn header(raw: &str) -> String {
    let mut out = String::new();
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().copied()) {
            ('&', Some('&')) => out.extend(chars.next()),
            ('&', Some('"')) => {
                chars.next();
                while !matches!(chars.next(), None | Some('"')) {}
            }
            ('&', Some('L' | 'C' | 'R')) => {
                chars.next();
                out.push('\n');
            }
            ('&', Some(digit)) if digit.is_ascii_digit() => while chars.next_if(char::is_ascii_digit).is_some() {},
            ('&', Some(_)) => _ = chars.next(),
            (c, _) => out.push(c),
        }
    }
    out
}

/// Where a hyperlink leads: the longest text of its record.
fn link(data: &[u8]) -> Option<String> {
    let words = utf16(data.get(32..)?);
    words.split(|c: char| c.is_control() || c == '\u{fffd}').find(|word| word.contains("://") || word.contains("mailto:")).map(|word| {
        let from = word.find("http").or_else(|| word.find("mailto:")).unwrap_or(0);
        word.get(from..).unwrap_or_default().to_string()
    })
}

/// Cells of other workbooks, as they were when they were last looked at.
fn cached(data: &[u8], book: &Book, out: &mut Vec<String>) -> Option<()> {
    let mut rest = data.get(4..)?;
    let mut row = Vec::new();
    for _ in 0..usize::from(*data.first()?).saturating_sub(usize::from(*data.get(1)?)) + 1 {
        let Some(kind) = rest.first() else { break };
        let value = rest.get(1..)?;
        let mut length = 8;
        match kind {
            1 => row.push(render(double(value, 0)?, None, false)),
            2 if book.modern => {
                let (text, used) = unicode(value, 2);
                row.push(text);
                length = used;
            }
            2 => {
                length = 1 + usize::from(*value.first()?);
                row.push(byte_string(value, 1, book.encoding));
            }
            4 => row.push(code(*value.first()?, false)),
            _ => {}
        }
        rest = value.get(length..).unwrap_or_default();
    }
    if !row.is_empty() {
        out.push(row.join("\t"));
    }
    Some(())
}
