//! Records of delimited text: quoted cells, line breaks in them, and quotes that are never closed.

use crate::text::Stream;
use memchr::{memchr, memchr2};

/// A quoted cell is not longer than this: then the quote was a character like any other.
const LONG: usize = 1 << 20;
/// A record without quotes is cut at this.
const LINE: usize = 16 << 20;

/// How cells are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dialect {
    pub delimiter: u8,
    /// Quotes in quoted cells are written `\"` rather than `""`.
    pub backslash: bool,
    /// How many cells a record commonly has; 0 when not known.
    pub width: usize,
}

/// A cell's place in the text, and whether it is quoted with quotes in it.
#[derive(Clone, Copy)]
struct Cell {
    from: usize,
    to: usize,
    escaped: bool,
}

/// Goes through the records.
pub(super) struct Records<'a> {
    stream: Stream<'a>,
    dialect: Dialect,
    cells: Vec<Cell>,
    unquoted: String,
    /// Bytes taken before the stream's present text, and up to where no quoted cell can end.
    taken: u64,
    open_until: u64,
}

enum Step {
    /// The record's length with its line end.
    Record(usize),
    /// Its end has not been decoded yet.
    More,
}

impl<'a> Records<'a> {
    pub fn new(stream: Stream<'a>, dialect: Dialect) -> Records<'a> {
        Records { stream, dialect, cells: Vec::new(), unquoted: String::new(), taken: 0, open_until: 0 }
    }
    /// Hands each cell of the next record to `cell`; false at the end.
    pub fn next(&mut self, cell: &mut dyn FnMut(&str)) -> bool {
        let length = loop {
            let text = self.stream.text();
            if text.is_empty() && self.stream.ended() {
                return false;
            }
            self.cells.clear();
            let mut parse = Parse { text, ended: self.stream.ended(), dialect: self.dialect, taken: self.taken, open_until: self.open_until };
            let step = parse.record(&mut self.cells);
            self.open_until = parse.open_until;
            if let Step::Record(length) = step {
                break length;
            }
            self.stream.more();
        };
        let text = self.stream.text();
        for place in &self.cells {
            let written = text.get(place.from..place.to).unwrap_or_default();
            if place.escaped {
                self.unquoted.clear();
                unescape(written, self.dialect.backslash, &mut self.unquoted);
                cell(&self.unquoted);
            } else {
                cell(written);
            }
        }
        self.stream.skip(length);
        self.taken += length as u64;
        true
    }
}

fn unescape(written: &str, backslash: bool, out: &mut String) {
    let mut chars = written.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('"', Some('"')) => out.extend(chars.next()),
            ('\\', Some('"' | '\\')) if backslash => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
}

struct Parse<'t> {
    text: &'t str,
    ended: bool,
    dialect: Dialect,
    taken: u64,
    open_until: u64,
}

/// What came of a quote at the beginning of a cell.
enum Quoted {
    /// Where the content ends, where the cell ends, whether there are quotes in it, whether there are line breaks.
    Cell(usize, usize, bool, bool),
    /// It is a character like any other.
    Plain,
    More,
}

impl Parse<'_> {
    fn record(&mut self, cells: &mut Vec<Cell>) -> Step {
        let bytes = self.text.as_bytes();
        let end = memchr2(b'\n', b'\r', bytes);
        // Most records have no quotes: cut at the line end and the delimiters.
        if let Some(end) = end
            && memchr(b'"', bytes.get(..end).unwrap_or_default()).is_none()
        {
            let Some(length) = self.line_end(end) else { return Step::More };
            self.plain(0, end, cells);
            return Step::Record(length);
        }
        if end.is_none() && !self.ended && bytes.len() < LINE {
            return Step::More;
        }
        let mut at = 0;
        let mut broken = false;
        loop {
            let blank = bytes.get(at..).unwrap_or_default().iter().take_while(|b| **b == b' ').count();
            let quoted = match bytes.get(at + blank) {
                Some(b'"') => self.quoted(at + blank + 1),
                _ => Quoted::Plain,
            };
            match quoted {
                Quoted::More => return Step::More,
                Quoted::Cell(to, next, escaped, breaks) => {
                    cells.push(Cell { from: at + blank + 1, to, escaped });
                    broken |= breaks;
                    at = next;
                }
                Quoted::Plain => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let to = rest.iter().position(|b| *b == self.dialect.delimiter || matches!(b, b'\n' | b'\r')).map(|n| at + n);
                    let Some(to) = to else {
                        if !self.ended && rest.len() < LINE {
                            return Step::More;
                        }
                        let to = if self.ended { self.text.len() } else { self.text.floor_char_boundary(at + LINE) };
                        cells.push(Cell { from: at, to, escaped: false });
                        return Step::Record(to);
                    };
                    cells.push(Cell { from: at, to, escaped: false });
                    at = to;
                }
            }
            match bytes.get(at) {
                Some(b) if *b == self.dialect.delimiter => at += 1,
                Some(_) => {
                    let Some(length) = self.line_end(at) else { return Step::More };
                    return Step::Record(if broken { self.judge(length, cells) } else { length });
                }
                None if self.ended => return Step::Record(if broken { self.judge(at, cells) } else { at }),
                None => return Step::More,
            }
        }
    }
    /// A record over several lines: if its first line alone has as many cells as records have, but not all of it, the quote
    /// that holds it together is a stray one.
    fn judge(&self, length: usize, cells: &mut Vec<Cell>) -> usize {
        let width = self.dialect.width;
        if width < 2 || cells.len() == width {
            return length;
        }
        let Some(end) = memchr2(b'\n', b'\r', self.text.as_bytes()) else { return length };
        let mut first = Vec::new();
        self.plain(0, end, &mut first);
        match self.line_end(end) {
            Some(short) if first.len() == width => {
                *cells = first;
                short
            }
            _ => length,
        }
    }
    fn plain(&self, from: usize, to: usize, cells: &mut Vec<Cell>) {
        let line = self.text.as_bytes().get(from..to).unwrap_or_default();
        let mut start = from;
        for at in memchr::memchr_iter(self.dialect.delimiter, line) {
            cells.push(Cell { from: start, to: from + at, escaped: false });
            start = from + at + 1;
        }
        cells.push(Cell { from: start, to, escaped: false });
    }
    /// The length up to and with the line end that begins `at` there; `None` when more text may tell.
    fn line_end(&self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'\r'), None) if !self.ended => None,
            (Some(b'\r'), Some(b'\n')) => Some(at + 2),
            _ => Some(at + 1),
        }
    }
    /// The quoted cell whose content begins at `from`.
    fn quoted(&mut self, from: usize) -> Quoted {
        let bytes = self.text.as_bytes();
        let here = self.taken + from as u64;
        // It was seen before that no quoted cell that goes over a line end can end hereabouts.
        let limit = if here < self.open_until { memchr2(b'\n', b'\r', bytes.get(from..).unwrap_or_default()).map_or(LONG, |n| n.min(LONG)) } else { LONG };
        let (mut at, mut escaped) = (from, false);
        let last = bytes.len().min(from + limit);
        loop {
            let Some(found) = memchr(b'"', bytes.get(at..last).unwrap_or_default()).map(|n| at + n) else {
                if last == bytes.len() && !self.ended && limit == LONG && bytes.len() - from < LONG {
                    return Quoted::More;
                }
                self.open_until = self.open_until.max(self.taken + last as u64);
                return Quoted::Plain;
            };
            let Some(&next) = bytes.get(found + 1) else {
                if !self.ended {
                    return Quoted::More;
                }
                return Quoted::Cell(found, found + 1, escaped, self.breaks(from, found));
            };
            if self.dialect.backslash {
                let slashes = bytes.get(from..found).unwrap_or_default().iter().rev().take_while(|b| **b == b'\\').count();
                escaped |= slashes > 0;
                if slashes % 2 == 1 {
                    at = found + 1;
                    continue;
                }
            }
            if next == b'"' {
                escaped = true;
                at = found + 2;
                continue;
            }
            let blank = bytes.get(found + 1..).unwrap_or_default().iter().take_while(|b| **b == b' ').count();
            match bytes.get(found + 1 + blank) {
                Some(b) if *b == self.dialect.delimiter || matches!(b, b'\n' | b'\r') => {
                    return Quoted::Cell(found, found + 1 + blank, escaped, self.breaks(from, found));
                }
                None if self.ended => return Quoted::Cell(found, found + 1 + blank, escaped, self.breaks(from, found)),
                None => return Quoted::More,
                // `"the so-called "best" one"` on one line; over a line end it is the next cell that begins.
                Some(_) if self.breaks(from, found) => return Quoted::Plain,
                Some(_) => at = found + 1,
            }
        }
    }
    fn breaks(&self, from: usize, to: usize) -> bool {
        memchr2(b'\n', b'\r', self.text.as_bytes().get(from..to).unwrap_or_default()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::in_pieces;

    fn check(text: &str, dialect: Dialect, expect: &[&str]) {
        in_pieces(|| {
            let mut records = Records::new(Stream::new(text.as_bytes()).expect("text"), dialect);
            let mut out = Vec::new();
            loop {
                let mut row = Vec::new();
                if !records.next(&mut |cell| row.push(cell.replace('\n', "/"))) {
                    break;
                }
                out.push(row.join("|"));
            }
            assert_eq!(out, expect, "{text}");
        });
    }

    #[test]
    fn records() {
        let comma = Dialect { delimiter: b',', backslash: false, width: 3 };
        check("a,b,c\r\nd,,f\n\ng,h,i", comma, &["a|b|c", "d||f", "", "g|h|i"]);
        check("\"a,1\",\"b\"\"x\"\"\",\"\"\n \"d\" ,\"e\nf\",g\n", comma, &["a,1|b\"x\"|", "d|e/f|g"]);
        // Inches; a quote in a quoted cell; quotes that are never closed, at the end and in between.
        check("5'10\",b,c\n\"a \"so-called\" b\",c,d\n", comma, &["5'10\"|b|c", "a \"so-called\" b|c|d"]);
        check("a,\"b,c\nd,e,f\ng,\"h\",i\n", comma, &["a|\"b|c", "d|e|f", "g|h|i"]);
        check("a,\"b,c\nd,e,f\"\ng,h,i\n", comma, &["a|\"b|c", "d|e|f\"", "g|h|i"]);
        check("a,b,\"c\nd,e,f", comma, &["a|b|\"c", "d|e|f"]);
        let slash = Dialect { delimiter: b';', backslash: true, width: 2 };
        check("\"say \\\"hi\\\"; now\";b\n\"C:\\\\\";d", slash, &["say \"hi\"; now|b", "C:\\|d"]);
    }
}
