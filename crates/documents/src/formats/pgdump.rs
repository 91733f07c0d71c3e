//! Dumps in pg_dump's custom format: the rows of every table, unpacked.

use super::sqldump::Dump;
use crate::text::Stream;
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use flate2::read::ZlibDecoder;
use std::io::Read;

/// Most objects a dump may list.
const ENTRIES: usize = 1_000_000;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(b"PGDMP")
}

#[derive(Clone, Copy, PartialEq)]
enum Packing {
    None,
    Zlib,
    Lz4,
    Zstd,
}

/// What the dump lists: a statement that makes an object, or the rows of a table.
struct Entry {
    id: i64,
    kind: String,
    statement: String,
    copy: String,
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let mut source = Source { rest: content, all: content.len(), int: 4, offset: 8 };
    let Some((packing, entries)) = contents(&mut source) else {
        return task.problem(DocumentStatus::Unsupported, "a version of the custom dump format that is not read");
    };
    let statements: Vec<&str> = entries.iter().map(|entry| entry.statement.trim()).filter(|statement| !statement.is_empty()).collect();
    task.running_text("statements", &statements.join("\n"));
    let mut tables = 0;
    // Blocks follow one another: kind, object, pieces with their lengths, zero.
    loop {
        let kind = source.byte();
        let (Some(kind @ (1 | 3)), Some(id)) = (kind, source.int()) else { break };
        if kind == 3 {
            // Large objects: number and pieces each, until zero.
            if !large_objects(task, &mut source, packing) {
                task.problem(DocumentStatus::Partly, "the dump breaks off");
                break;
            }
            continue;
        }
        let (pieces, whole) = source.pieces();
        if !whole {
            task.problem(DocumentStatus::Partly, "the dump breaks off");
        }
        let Some(entry) = entries.iter().find(|entry| entry.id == id) else { continue };
        if entry.copy.is_empty() {
            continue;
        }
        tables += 1;
        let Some(reader) = unpacked(Pieces { content, pieces: pieces.into_iter(), now: &[] }, packing) else {
            task.problem(DocumentStatus::Partly, "rows are packed with a method that is not supported");
            continue;
        };
        let statement = entry.copy.trim().trim_end_matches(';').to_string();
        let mut dump = Dump::new(Stream::unpacked(reader), false);
        dump.copied(task, &statement);
        if dump.broken() {
            task.problem(DocumentStatus::Partly, "rows cannot be unpacked");
        }
        dump.end(task);
        if task.document.status == DocumentStatus::OverBudget {
            break;
        }
    }
    task.document.pages = tables;
    let expected = entries.iter().filter(|entry| entry.kind == "TABLE DATA").count() as i64;
    if tables < expected && task.document.status == DocumentStatus::Read {
        task.problem(DocumentStatus::Partly, &format!("the rows of {} tables are missing", expected - tables));
    }
}

fn large_objects(task: &mut Task<'_, '_>, source: &mut Source<'_>, packing: Packing) -> bool {
    loop {
        match source.int() {
            Some(0) => return true,
            Some(number) => {
                let (pieces, whole) = source.pieces();
                if !whole {
                    return false;
                }
                let room = task.room().min(task.budget().file_bytes);
                let mut value = Vec::new();
                let read = unpacked(Pieces { content: task.head.content, pieces: pieces.into_iter(), now: &[] }, packing)
                    .map(|reader| reader.take(room + 1).read_to_end(&mut value));
                let name = format!("large object {number}");
                if value.len() as u64 > room || !task.may_add() {
                    task.lost_member(&name, value.len() as u64, DocumentStatus::OverBudget, "no room is left for it");
                    return true;
                }
                if matches!(read, Some(Ok(_))) {
                    task.member(&name, value);
                } else {
                    task.lost_member(&name, 0, DocumentStatus::Corrupt, "it cannot be unpacked");
                }
            }
            None => return false,
        }
    }
}

fn unpacked<'a>(pieces: Pieces<'a>, packing: Packing) -> Option<Box<dyn Read + 'a>> {
    Some(match packing {
        Packing::None => Box::new(pieces),
        Packing::Zlib => Box::new(ZlibDecoder::new(pieces)),
        Packing::Zstd => Box::new(zstd::Decoder::new(pieces).ok()?),
        Packing::Lz4 => return None,
    })
}

/// A block's pieces, one after the other.
struct Pieces<'a> {
    content: &'a [u8],
    pieces: std::vec::IntoIter<(usize, usize)>,
    now: &'a [u8],
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.now.is_empty() {
            let Some((from, to)) = self.pieces.next() else { return Ok(0) };
            self.now = self.content.get(from..to).unwrap_or_default();
        }
        self.now.read(buffer)
    }
}

struct Source<'a> {
    rest: &'a [u8],
    /// The content's length.
    all: usize,
    /// The sizes of a number and of a place in the file.
    int: usize,
    offset: usize,
}

impl<'a> Source<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(taken)
    }
    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }
    /// A sign byte, then the number, the least significant byte first.
    fn int(&mut self) -> Option<i64> {
        let negative = self.byte()? != 0;
        let value = self.take(self.int)?.iter().rev().fold(0_i64, |n, b| n << 8 | i64::from(*b));
        Some(if negative { -value } else { value })
    }
    /// A string with its length, −1 for none.
    fn string(&mut self) -> Option<String> {
        let length = self.int()?;
        if length < 0 {
            return Some(String::new());
        }
        let bytes = self.take(usize::try_from(length).ok()?)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }
    /// Where a block's pieces are in the content, and whether its end was found.
    fn pieces(&mut self) -> (Vec<(usize, usize)>, bool) {
        let mut out = Vec::new();
        while let Some(length) = self.int().and_then(|length| usize::try_from(length).ok()) {
            if length == 0 {
                return (out, true);
            }
            let from = self.all - self.rest.len();
            let length = length.min(self.rest.len());
            self.take(length);
            out.push((from, from + length));
        }
        self.rest = &[];
        (out, false)
    }
}

/// The header and the table of contents.
fn contents(source: &mut Source<'_>) -> Option<(Packing, Vec<Entry>)> {
    source.take(5)?;
    let version = (source.byte()?, source.byte()?);
    source.byte()?;
    source.int = usize::from(source.byte()?);
    source.offset = usize::from(source.byte()?);
    // The custom format of PostgreSQL 8.4 and later.
    if source.byte()? != 1 || !(2..=8).contains(&source.int) || source.offset > 8 || version.0 != 1 || !(11..=16).contains(&version.1) {
        return None;
    }
    let packing = if version.1 >= 15 {
        match source.byte()? {
            0 => Packing::None,
            1 => Packing::Zlib,
            2 => Packing::Lz4,
            3 => Packing::Zstd,
            _ => return None,
        }
    } else if source.int()? == 0 {
        Packing::None
    } else {
        Packing::Zlib
    };
    // When it was made; the names of the database and of the programs.
    (0..7).try_for_each(|_| source.int().map(|_| ()))?;
    (0..3).try_for_each(|_| source.string().map(|_| ()))?;
    let count = usize::try_from(source.int()?).ok().filter(|count| *count <= ENTRIES)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let id = source.int()?;
        source.int()?;
        source.string()?;
        source.string()?;
        source.string()?;
        let kind = source.string()?;
        source.int()?;
        let statement = source.string()?;
        source.string()?;
        let copy = source.string()?;
        source.string()?;
        source.string()?;
        if version.1 >= 14 {
            source.string()?;
        }
        if version.1 >= 16 {
            source.int()?;
        }
        source.string()?;
        source.string()?;
        // What it depends on, up to none.
        loop {
            let length = source.int()?;
            if length < 0 {
                break;
            }
            source.take(usize::try_from(length).ok()?)?;
        }
        source.take(1 + source.offset)?;
        entries.push(Entry { id, kind, statement, copy });
    }
    Some((packing, entries))
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::show;
    use std::io::Write;

    /// A dump as pg_dump 15 writes it.
    fn dump(packing: u8) -> Vec<u8> {
        let int = |n: i32| [&[u8::from(n < 0)][..], &n.unsigned_abs().to_le_bytes()].concat();
        let string = |text: &str| [int(i32::try_from(text.len()).expect("short")), text.as_bytes().to_vec()].concat();
        let entry = |id: i32, kind: &str, statement: &str, copy: &str| {
            let strings: Vec<u8> = ["1259", "2", "pt", kind].iter().flat_map(|text| string(text)).collect();
            let rest: Vec<u8> = [statement, "", copy, "public", "", "heap", "lee", "false"].iter().flat_map(|text| string(text)).collect();
            [int(id), int(1), strings, int(2), rest, int(-1), vec![2], vec![0; 8]].concat()
        };
        let rows = b"1\tLee\\tAnn\n2\t\\N\n\\.\n\n\n";
        let packed = if packing == 0 {
            rows.to_vec()
        } else {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(rows).expect("in memory");
            encoder.finish().expect("in memory")
        };
        let pieces: Vec<u8> = packed.chunks(7).flat_map(|piece| [int(i32::try_from(piece.len()).expect("short")), piece.to_vec()].concat()).collect();
        [
            b"PGDMP\x01\x0f\0\x04\x08\x01".to_vec(),
            vec![packing],
            vec![0; 35],
            ["db", "15", "15"].iter().flat_map(|text| string(text)).collect(),
            int(2),
            entry(1, "TABLE", "CREATE TABLE public.pt (id int, nm text);", ""),
            entry(2, "TABLE DATA", "", "COPY public.pt (id, nm) FROM stdin;\n"),
            vec![1],
            int(2),
            pieces,
            int(0),
        ]
        .concat()
    }

    #[test]
    fn custom_format() {
        let expect = "\
read application/x-postgresql-dump table
[statements text] CREATE TABLE public.pt (id int, nm text);
[pt!rows 1-2 table id|nm] 1\\tLee Ann\\n2\\t";
        for packing in [0, 1] {
            assert_eq!(show("a", &dump(packing)), expect);
        }
        let cut = dump(0);
        let cut = show("a", cut.get(..cut.len() - 12).unwrap_or_default());
        assert!(cut.starts_with("partly application/x-postgresql-dump table (the dump breaks off)"), "{cut}");
        assert!(cut.contains("1\\tLee Ann"), "{cut}");
    }
}
