//! One JSON object after the other out of a byte stream, whatever holds them: lines, an array (also pretty-printed, also all on one line
//! of any length), or an array in a wrapping object (`{"Records":[...]}`). Memory is bounded by the longest record.

use crate::Sample;
use crate::input::{Lines, MAX_LINE};
use crate::out::Out;
use dosimeter_case::Result;
use serde_json::{Map, Value};

/// Objects of the head that are looked at.
const SAMPLE_OBJECTS: usize = 100;
const TOO_LONG: &str = "a JSON object longer than 4 MiB";
const CUT_OFF: &str = "a JSON object without its end";
const NO_OBJECT: &str = "not a JSON object";
const ARRAY_CUT_OFF: &str = "the array of records ends before its end: the file is cut off";

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Outside of any record.
    Between,
    /// In something that is no object, up to the next line or object.
    Garbage,
    /// In an object.
    Object,
    /// In an object that is too long: only its end is looked for.
    TooLong,
    /// In the rest of a wrapping object, after its array.
    Rest,
}

/// What was found, at which offset.
enum Piece<'a> {
    Object(u64, &'a [u8]),
    Bad(u64, &'static str),
}

struct Splitter<'a> {
    /// Names of the arrays that hold the records where one object wraps all.
    wrappers: &'a [&'a str],
    /// Every record is one line: a line's end is the record's end, whatever is open.
    by_line: bool,
    state: State,
    quoted: bool,
    escaped: bool,
    depth: u32,
    /// In the array of a wrapping object.
    wrapped: bool,
    open: Vec<u8>,
    start: u64,
    offset: u64,
}

impl<'a> Splitter<'a> {
    fn new(wrappers: &'a [&'a str], by_line: bool) -> Splitter<'a> {
        let state = State::Between;
        Splitter { wrappers, by_line, state, quoted: false, escaped: false, depth: 0, wrapped: false, open: Vec::new(), start: 0, offset: 0 }
    }

    fn push(&mut self, bytes: &[u8], each: &mut dyn FnMut(Piece) -> Result<()>) -> Result<()> {
        let mut i = 0;
        while let Some(&byte) = bytes.get(i) {
            // The inside of a string in one step.
            if self.quoted && !self.escaped {
                let rest = &bytes[i..];
                let n = memchr::memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
                if n > 0 {
                    self.keep(&rest[..n]);
                    self.offset += n as u64;
                    i += n;
                    continue;
                }
            }
            self.one(byte, each)?;
            self.offset += 1;
            i += 1;
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.state == State::Object {
            self.open.extend_from_slice(bytes);
        }
    }

    fn between(&mut self) {
        (self.state, self.quoted, self.escaped, self.depth) = (State::Between, false, false, 0);
        self.open.clear();
    }

    fn one(&mut self, byte: u8, each: &mut dyn FnMut(Piece) -> Result<()>) -> Result<()> {
        match self.state {
            State::Between | State::Garbage => match byte {
                b'{' => {
                    (self.state, self.depth, self.start) = (State::Object, 1, self.offset);
                    self.open.push(byte);
                }
                b'\n' => self.state = State::Between,
                _ if self.state == State::Garbage || byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | 0x1e) => {}
                b']' if self.wrapped => (self.wrapped, self.state, self.depth) = (false, State::Rest, 1),
                b']' => {}
                // The byte order mark.
                0xef | 0xbb | 0xbf if self.offset < 3 => {}
                _ => {
                    self.state = State::Garbage;
                    each(Piece::Bad(self.offset, NO_OBJECT))?;
                }
            },
            State::Object | State::TooLong | State::Rest => {
                // A string cannot go over a line; by lines nothing can.
                if byte == b'\n' && (self.quoted || self.by_line) {
                    if self.state == State::Object {
                        each(Piece::Bad(self.start, CUT_OFF))?;
                    }
                    self.between();
                    return Ok(());
                }
                self.keep(&[byte]);
                self.inside(byte, each)?;
                if self.open.len() > MAX_LINE {
                    self.open.clear();
                    self.state = State::TooLong;
                    each(Piece::Bad(self.start, TOO_LONG))?;
                }
            }
        }
        Ok(())
    }

    fn inside(&mut self, byte: u8, each: &mut dyn FnMut(Piece) -> Result<()>) -> Result<()> {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.quoted => self.escaped = true,
            b'"' => self.quoted = !self.quoted,
            _ if self.quoted => {}
            b'[' if self.depth == 1 && self.state == State::Object && !self.wrapped && self.names_records() => {
                self.between();
                self.wrapped = true;
            }
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth -= 1;
                if self.depth == 0 {
                    if self.state == State::Object {
                        each(Piece::Object(self.start, &self.open))?;
                    }
                    self.between();
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether what is open ends with the name of the records' array: `"Records" : [`.
    fn names_records(&self) -> bool {
        let Some(name) = self.open.strip_suffix(b"[").and_then(|t| t.trim_ascii_end().strip_suffix(b":")).map(<[u8]>::trim_ascii_end) else { return false };
        let Some(name) = name.strip_suffix(b"\"") else { return false };
        self.wrappers.iter().any(|w| name.strip_suffix(w.as_bytes()).is_some_and(|before| before.ends_with(b"\"")))
    }

    fn finish(&self, each: &mut dyn FnMut(Piece) -> Result<()>) -> Result<()> {
        match self.state {
            State::Object => each(Piece::Bad(self.start, CUT_OFF)),
            _ if self.wrapped => each(Piece::Bad(self.offset, ARRAY_CUT_OFF)),
            _ => Ok(()),
        }
    }
}

fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    let parsed = serde_json::from_slice(bytes).or_else(|_| serde_json::from_str(&String::from_utf8_lossy(bytes)));
    match parsed.ok()? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// Whether every record is a line of its own.
fn by_line(sample: &Sample) -> bool {
    let whole = |line: &&&str| serde_json::from_str::<Value>(line.trim().trim_end_matches(',')).is_ok() && line.trim().starts_with('{');
    sample.lines.len() > 1 && sample.lines.iter().take(50).filter(whole).count() * 2 >= sample.lines.len().min(50)
}

/// The objects in the head of a source, as far as they are whole.
pub(crate) fn heads(sample: &Sample, wrappers: &[&str]) -> Vec<Map<String, Value>> {
    let mut found = Vec::new();
    if !sample.text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '[' | '\u{1e}')).starts_with('{') {
        return found;
    }
    let mut splitter = Splitter::new(wrappers, by_line(sample));
    // The callback's error ends the search.
    let _ = splitter.push(sample.bytes, &mut |piece| {
        if let Piece::Object(_, bytes) = piece {
            found.extend(object(bytes));
        }
        if found.len() < SAMPLE_OBJECTS { Ok(()) } else { Err(dosimeter_case::Error::usage("enough")) }
    });
    found
}

/// Percent of the head's objects that are `good`.
pub(crate) fn share(sample: &Sample, wrappers: &[&str], good: impl Fn(&Map<String, Value>) -> bool) -> u32 {
    let objects = heads(sample, wrappers);
    match objects.iter().filter(|map| good(map)).count() {
        0 => 0,
        hits => (100 * hits / objects.len()).max(1) as u32,
    }
}

/// One record per object.
pub(crate) fn each(
    lines: &mut Lines,
    out: &mut Out,
    sample: &Sample,
    wrappers: &[&str],
    mut read: impl FnMut(&mut Out, &Map<String, Value>) -> Result<()>,
) -> Result<()> {
    let mut splitter = Splitter::new(wrappers, by_line(sample));
    let mut buffer = vec![0; 64 * 1024];
    let mut piece = |out: &mut Out, piece: Piece| {
        let (offset, parsed) = match piece {
            Piece::Bad(offset, reason) => (offset, Err(reason)),
            Piece::Object(offset, bytes) => (offset, Ok(object(bytes))),
        };
        out.record(offset as i64);
        match parsed {
            Ok(Some(map)) => read(out, &map),
            Ok(None) => out.reject(NO_OBJECT),
            Err(reason) => out.reject(reason),
        }
    };
    loop {
        let n = lines.fill(&mut buffer)?;
        if n == 0 {
            return splitter.finish(&mut |p| piece(out, p));
        }
        splitter.push(&buffer[..n], &mut |p| piece(out, p))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, by_line: bool, expect: &[&str]) {
        // The size of the chunks must not matter.
        for size in [1, 3, 1000] {
            let mut got = Vec::new();
            let mut each = |piece: Piece| {
                got.push(match piece {
                    Piece::Object(at, bytes) => format!("{at} {}", String::from_utf8_lossy(bytes)),
                    Piece::Bad(at, reason) => format!("{at} bad: {reason}"),
                });
                Ok(())
            };
            let mut splitter = Splitter::new(&["Records"], by_line);
            for chunk in input.as_bytes().chunks(size) {
                splitter.push(chunk, &mut each).unwrap();
            }
            splitter.finish(&mut each).unwrap();
            assert_eq!(got, expect, "{input}");
        }
    }

    #[test]
    fn whatever_holds_them() {
        check("{\"a\":\"}{\\\"\"}\n{\"b\":[{}]}\n", true, &["0 {\"a\":\"}{\\\"\"}", "13 {\"b\":[{}]}"]);
        check("\u{feff}[{\"a\":1},{\"b\":2}]", false, &["4 {\"a\":1}", "12 {\"b\":2}"]);
        check("[\n  {\n \"a\": 1\n  },\n  {\"b\":2}\n]\n", false, &["4 {\n \"a\": 1\n  }", "21 {\"b\":2}"]);
        check("{\"x\":{\"Records\":[1]},\"Records\" : [{\"a\":1},{\"b\":2}],\"y\":[{}]}\n{\"c\":3}", false, &["34 {\"a\":1}", "42 {\"b\":2}", "61 {\"c\":3}"]);
        check("{\"Records\":[]}", false, &[]);
    }

    #[test]
    fn damage_costs_one_record() {
        check("{\"a\":\"x\n{\"b\":2}\n", false, &["0 bad: a JSON object without its end", "8 {\"b\":2}"]);
        check("{\"a\":[\n{\"b\":2}\n", true, &["0 bad: a JSON object without its end", "7 {\"b\":2}"]);
        check("gibberish\n{\"b\":2}}\n", false, &["0 bad: not a JSON object", "10 {\"b\":2}", "17 bad: not a JSON object"]);
        check("{\"Records\":[{\"a\":1},", false, &["12 {\"a\":1}", "20 bad: the array of records ends before its end: the file is cut off"]);
        check("{\"Records\":[{\"a\":1},{", false, &["12 {\"a\":1}", "20 bad: a JSON object without its end"]);
        let long = format!("{{\"a\":\"{}\"}}\n{{\"b\":2}}", "x".repeat(MAX_LINE));
        let mut got = Vec::new();
        let mut splitter = Splitter::new(&[], false);
        splitter
            .push(long.as_bytes(), &mut |piece| {
                got.push(matches!(piece, Piece::Object(..)));
                Ok(())
            })
            .unwrap();
        assert_eq!(got, [false, true]);
    }
}
