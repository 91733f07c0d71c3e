//! XLSB: the cells of every sheet of a binary workbook, streamed record by record. Our own reader, because `calamine` allocates dense
//! ranges and panics on damaged records.

use super::grid::Grid;
use super::numbers::Style;
use super::numbers::render;
use super::ole::{u32_at, utf16};
use super::package::{self, names, relations};
use super::xls::{code, rk};
use super::xlsx::Book;
use super::zip::{self, Archive};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use std::collections::BTreeMap;
use std::io::Read;

/// A longer record is damage.
const LONG: usize = 16 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    package::is(head, "workbook.bin")
}

/// Gives every record of a part to `see` until that says to stop. Whether there is such a part.
fn records(task: &mut Task<'_, '_>, archive: &mut Archive<'_>, name: &str, see: &mut dyn FnMut(&mut Task<'_, '_>, u16, &[u8]) -> bool) -> bool {
    let Some(Ok(file)) = archive.index_for_name(name).map(|at| archive.by_index(at)) else { return false };
    let limit = task.budget().expanded_bytes;
    let mut reader = std::io::BufReader::with_capacity(1 << 16, file.take(limit));
    let byte = |reader: &mut dyn Read| {
        let mut one = [0];
        reader.read_exact(&mut one).ok().map(|()| one[0])
    };
    let mut data = Vec::new();
    while let Some(first) = byte(&mut reader) {
        let mut kind = u16::from(first);
        if first & 0x80 != 0 {
            let Some(second) = byte(&mut reader) else { break };
            kind = u16::from(first & 0x7f) | u16::from(second & 0x7f) << 7;
        }
        let mut length = 0_usize;
        for shift in [0, 7, 14, 21] {
            let Some(part) = byte(&mut reader) else { break };
            length |= usize::from(part & 0x7f) << shift;
            if part & 0x80 == 0 {
                break;
            }
        }
        data.clear();
        let whole = length <= LONG && (&mut reader).take(length as u64).read_to_end(&mut data).is_ok_and(|read| read == length);
        if !whole {
            task.problem(DocumentStatus::Partly, "a part is damaged");
            break;
        }
        if !see(task, kind, &data) {
            break;
        }
    }
    true
}

/// A string with its length in front, and the bytes it takes.
fn wide(data: &[u8], at: usize) -> Option<(String, usize)> {
    let chars = u32_at(data, at)? as usize;
    if chars == u32::MAX as usize {
        return Some((String::new(), 4));
    }
    let bytes = chars.checked_mul(2)?;
    Some((utf16(data.get(at + 4..)?.get(..bytes)?), 4 + bytes))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let opened = zip::open(content).and_then(|mut archive| package::main(&mut archive).map(|main| (archive, main)));
    let Some((mut archive, main)) = opened else { return task.problem(DocumentStatus::Corrupt, "the package cannot be opened") };
    let names = names(&archive);
    let parts = relations(&mut archive, &main, task);
    let of_kind = |kind: &str| parts.values().find(|part| part.kind.ends_with(kind)).map(|part| part.target.clone()).unwrap_or_default();
    let (mut book, mut sheets) = (Book::default(), Vec::new());
    records(task, &mut archive, &main, &mut |_, kind, data| {
        match kind {
            0x99 => book.epoch_1904 = data.first().is_some_and(|flags| flags & 1 != 0),
            // State, number, relation, name.
            0x9c => {
                if let Some((id, used)) = wide(data, 8) {
                    let title = wide(data, 8 + used).map(|(title, _)| title).unwrap_or_default();
                    sheets.push((title, parts.get(&id).map(|part| part.target.clone())));
                }
            }
            _ => {}
        }
        sheets.len() < 100_000
    });
    records(task, &mut archive, &of_kind("/sharedStrings"), &mut |_, kind, data| {
        if kind == 0x13 {
            book.shared.push(wide(data, 1).map(|(text, _)| text).unwrap_or_default());
        }
        true
    });
    let (mut codes, mut cells) = (BTreeMap::new(), false);
    records(task, &mut archive, &of_kind("/styles"), &mut |_, kind, data| {
        match kind {
            0x2c => {
                if let (Some(id), Some((code, _))) = (super::ole::u16_at(data, 0), wide(data, 2)) {
                    codes.insert(u32::from(id), code);
                }
            }
            0x269 => cells = true,
            0x26a => cells = false,
            0x2f if cells => {
                let id = u32::from(super::ole::u16_at(data, 2).unwrap_or(0));
                book.styles.push(Style::new(id, codes.get(&id).map(String::as_str)));
            }
            _ => {}
        }
        true
    });
    task.document.pages = sheets.len() as i64;
    for (title, target) in &sheets {
        if !target.as_ref().is_some_and(|target| sheet(task, &mut archive, &book, title, target)) {
            task.problem(DocumentStatus::Partly, "a sheet cannot be unpacked");
        }
    }
    for name in names.iter().filter(|name| name.ends_with(".bin")) {
        let file = name.rsplit('/').next().unwrap_or_default();
        let mut lines = Vec::new();
        match file {
            _ if file.starts_with("comments") => {
                records(task, &mut archive, name, &mut |_, kind, data| {
                    // The author's name, and the comment's text.
                    let text = match kind {
                        0x278 => wide(data, 0),
                        0x27d => wide(data, 1),
                        _ => None,
                    };
                    lines.extend(text.map(|(text, _)| text));
                    true
                });
                task.running_text("comments", &lines.join("\n"));
            }
            _ if file.starts_with("externalLink") || file.starts_with("pivotCache") => {
                records(task, &mut archive, name, &mut |_, kind, data| {
                    let text = match kind {
                        // Cached cells of other workbooks.
                        0x24a => wide(data, 4),
                        // Items of a pivot cache.
                        0x18 => wide(data, 0),
                        _ => None,
                    };
                    lines.extend(text.map(|(text, _)| text));
                    true
                });
                task.running_text(if file.starts_with('e') { "cached external cells" } else { "pivot cache" }, &lines.join("\n"));
            }
            _ => {}
        }
    }
    for name in names.iter().filter(|name| name.starts_with("xl/drawings/drawing") && name.ends_with(".xml")) {
        if let Some(part) = package::xml(&mut archive, name, task) {
            package::lines(&part).give(task, "text boxes");
        }
    }
    package::rest(task, &mut archive, &names);
    if task.document.status == DocumentStatus::Read && task.document.pages == 0 {
        task.problem(DocumentStatus::Corrupt, "the workbook names no sheets");
    }
}

fn sheet(task: &mut Task<'_, '_>, archive: &mut Archive<'_>, book: &Book, title: &str, name: &str) -> bool {
    let mut grid = Grid::new(title);
    let mut texts = Vec::new();
    let mut row = 1_i64;
    let found = records(task, archive, name, &mut |task, kind, data| {
        if kind == 0 {
            row = u32_at(data, 0).map_or(row, |row| i64::from(row) + 1);
            return (task.document.chars as u64) < task.budget().text_chars;
        }
        // The page's headers and footers.
        if kind == 0x1df {
            let mut at = 2;
            while let Some((text, used)) = wide(data, at) {
                texts.push(super::xls::header(&text));
                at += used;
            }
            return true;
        }
        let (Some(column), Some(style)) = (u32_at(data, 0), u32_at(data, 4)) else { return true };
        let style = book.styles.get((style & 0xff_ffff) as usize);
        let number = |value: f64| render(value, style, book.epoch_1904);
        let byte = data.get(8).copied().unwrap_or(0);
        let shown = match kind {
            2 => u32_at(data, 8).map(|word| number(rk(word))),
            3 | 11 => Some(code(byte, true)),
            4 | 10 => Some(code(byte, false)),
            5 | 9 => data.get(8..16).and_then(|raw| Some(number(f64::from_le_bytes(raw.try_into().ok()?)))),
            6 | 8 => wide(data, 8).map(|(text, _)| text),
            7 => u32_at(data, 8).and_then(|at| book.shared.get(at as usize)).cloned(),
            // Text with formatting inside the cell.
            62 => wide(data, 9).map(|(text, _)| text),
            _ => None,
        };
        if let Some(shown) = shown {
            grid.cell(task, row, column.saturating_add(1), shown);
        }
        true
    });
    grid.end(task);
    task.running_text(format!("{title} texts"), &texts.join("\n"));
    found
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;
    use std::io::Write;

    fn record(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
        match kind {
            0..0x80 => out.push(kind as u8),
            _ => out.extend([(kind & 0x7f) as u8 | 0x80, (kind >> 7) as u8]),
        }
        out.push(data.len() as u8);
        out.extend(data);
    }

    fn text(words: &str) -> Vec<u8> {
        let units: Vec<u16> = words.encode_utf16().collect();
        (units.len() as u32).to_le_bytes().into_iter().chain(units.into_iter().flat_map(u16::to_le_bytes)).collect()
    }

    #[test]
    fn xlsb() {
        let mut book = Vec::new();
        record(&mut book, 0x9c, &[vec![0; 8], text("rId1"), text("Recall")].concat());
        let mut sheet = Vec::new();
        let cell = |column: u32| [column.to_le_bytes(), [0; 4]].concat();
        record(&mut sheet, 0, &2_u32.to_le_bytes());
        record(&mut sheet, 7, &[cell(0), vec![0; 4]].concat());
        record(&mut sheet, 6, &[cell(16_383), text("SSN")].concat());
        record(&mut sheet, 0, &1_048_575_u32.to_le_bytes());
        record(&mut sheet, 8, &[cell(0), text("Ann")].concat());
        record(&mut sheet, 2, &[cell(16_383), (123_456_789_u32 << 2 | 2).to_le_bytes().to_vec()].concat());
        let mut strings = Vec::new();
        record(&mut strings, 0x13, &[vec![0], text("Name")].concat());
        let relations = "<Relationships><Relationship Id='rId1' Type='x/worksheet' Target='worksheets/sheet1.bin'/><Relationship Id='rId2' Type='x/sharedStrings' Target='sharedStrings.bin'/></Relationships>";
        let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let parts: [(&str, &[u8]); 4] = [
            ("xl/workbook.bin", &book),
            ("xl/_rels/workbook.bin.rels", relations.as_bytes()),
            ("xl/worksheets/sheet1.bin", &sheet),
            ("xl/sharedStrings.bin", &strings),
        ];
        for (name, part) in parts {
            writer.start_file(name, ::zip::write::SimpleFileOptions::default()).and_then(|()| Ok(writer.write_all(part)?)).expect("a zip in memory");
        }
        let file = writer.finish().expect("a zip in memory").into_inner();
        check("a", &file, "read application/vnd.ms-excel.sheet.binary.macroEnabled.12 table\n[Recall!rows 1048576-1048576 table Name|SSN] Ann\\t123456789");
    }
}
