//! From a byte stream to lines: gzip and UTF-16 are recognised by their first bytes, memory and expansion are bounded.

use dosimeter_case::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::cell::Cell;
use std::io::{Cursor, Read};
use std::rc::Rc;

/// How much of a source is looked at to recognise its format, bytes.
pub(crate) const HEAD: usize = 64 * 1024;
/// The longest line that is read, bytes; an ATNA message that lists thousands of instances stays well below.
pub(crate) const MAX_LINE: usize = 4 * 1024 * 1024;
/// A gzip source may expand to this much without question, bytes ...
const FREE_EXPANSION: u64 = 64 * 1024 * 1024;
/// ... and beyond that to this many times its compressed size. Repetitive logs reach about 100, a bomb about 1,000.
const MAX_RATIO: u64 = 250;

/// One line without its line end.
pub(crate) struct Line<'a> {
    /// Offset of the first byte in the decompressed source.
    pub offset: i64,
    /// The text; bytes that are not UTF-8 become U+FFFD. Empty when `too_long`.
    pub text: Cow<'a, str>,
    /// The line had more than [`MAX_LINE`] bytes and was skipped.
    pub too_long: bool,
}

/// The non-empty lines of one source.
pub(crate) struct Lines<'a> {
    input: Box<dyn Read + 'a>,
    path: String,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Offset in the source of `buffer[start]`.
    offset: u64,
    ended: bool,
    environment: Rc<Cell<bool>>,
    stopped: Option<&'static str>,
}

impl<'a> Lines<'a> {
    /// Opens `input`; gives the first [`HEAD`] bytes (decompressed) as well.
    pub fn open(path: &str, input: impl Read + 'a) -> Result<(Lines<'a>, Vec<u8>)> {
        let environment = Rc::new(Cell::new(false));
        let taken = Rc::new(Cell::new(0));
        let mut raw = Watched { inner: input, failed: environment.clone(), taken: taken.clone() };
        let magic = read_up_to(&mut raw, 2).map_err(|(_, e)| Error::io(path, e))?;
        let gzip = magic == [0x1f, 0x8b];
        let raw = Cursor::new(magic).chain(raw);
        let input: Box<dyn Read + 'a> = if gzip { Box::new(Budget { inner: MultiGzDecoder::new(raw), taken, given: 0 }) } else { Box::new(raw) };
        let mut lines = Lines { input, path: path.to_string(), buffer: Vec::new(), start: 0, end: 0, offset: 0, ended: false, environment, stopped: None };
        let mut head = lines.head()?;
        if let Some(big_endian) = utf16(&head) {
            let raw = std::mem::replace(&mut lines.input, Box::new(std::io::empty()));
            lines.input = Box::new(Utf16 { inner: Cursor::new(head).chain(raw), big_endian, odd: None, high: None, out: Vec::new(), at: 0 });
            head = lines.head()?;
        }
        let rest = std::mem::replace(&mut lines.input, Box::new(std::io::empty()));
        lines.input = Box::new(Cursor::new(head.clone()).chain(rest));
        // What was read ahead is read again by `next`; a damaged tail shows up again there.
        Ok((lines, head))
    }

    fn head(&mut self) -> Result<Vec<u8>> {
        match read_up_to(&mut self.input, HEAD) {
            Ok(head) => Ok(head),
            Err((head, e)) => {
                self.stop(e)?;
                Ok(head)
            }
        }
    }

    /// A read error of the environment is an error; damage inside the source ends it with a reason.
    fn stop(&mut self, e: std::io::Error) -> Result<()> {
        if self.environment.get() {
            return Err(Error::io(&self.path, e));
        }
        self.stopped = Some(if e.kind() == std::io::ErrorKind::QuotaExceeded {
            "the compressed source expands beyond its budget; the rest was not read"
        } else {
            "the compressed data is damaged or cut off here; the rest was not read"
        });
        Ok(())
    }

    /// Why reading ended before the end of the source, if it did.
    pub fn stopped(&self) -> Option<&'static str> {
        self.stopped
    }
    /// Offset of the next byte.
    pub fn offset(&self) -> i64 {
        self.offset as i64
    }

    /// Fills `buffer` with the next bytes, as far as the source goes, and says how many. For formats that have no lines; it must not be
    /// mixed with [`Lines::next`], which reads ahead.
    pub fn fill(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let mut n = 0;
        while n < buffer.len() && !self.ended {
            match self.input.read(&mut buffer[n..]) {
                Ok(0) => self.ended = true,
                Ok(more) => n += more,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.stop(e)?;
                    self.ended = true;
                }
            }
        }
        self.offset += n as u64;
        Ok(n)
    }

    /// The next line that is not blank.
    pub fn next(&mut self) -> Result<Option<Line<'_>>> {
        let mut scanned = self.start;
        let mut skipping = false;
        let mut first = self.offset;
        loop {
            if let Some(i) = memchr::memchr(b'\n', &self.buffer[scanned..self.end]) {
                let (from, to) = (self.start, scanned + i);
                self.start = to + 1;
                self.offset += (to + 1 - from) as u64;
                if skipping {
                    return Ok(Some(Line { offset: first as i64, text: Cow::Borrowed(""), too_long: true }));
                }
                if !self.buffer[from..to].trim_ascii().is_empty() {
                    return Ok(Some(line(first, &self.buffer[from..to])));
                }
                (scanned, first) = (self.start, self.offset);
                continue;
            }
            if self.ended {
                let (from, to) = (self.start, self.end);
                self.start = self.end;
                self.offset += (to - from) as u64;
                if skipping {
                    return Ok(Some(Line { offset: first as i64, text: Cow::Borrowed(""), too_long: true }));
                }
                return Ok((!self.buffer[from..to].trim_ascii().is_empty()).then(|| line(first, &self.buffer[from..to])));
            }
            if self.end - self.start >= MAX_LINE {
                skipping = true;
            }
            if skipping {
                self.offset += (self.end - self.start) as u64;
                (self.start, self.end) = (0, 0);
            } else if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            scanned = self.end;
            if self.buffer.len() < self.end + HEAD {
                self.buffer.resize((self.end + HEAD).max(4 * HEAD), 0);
            }
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(n) => self.end += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.stop(e)?;
                    self.ended = true;
                }
            }
        }
    }
}

fn line(offset: u64, bytes: &[u8]) -> Line<'_> {
    // A byte order mark at the start of the file is no part of the first record.
    let bytes = if offset == 0 { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
    Line { offset: offset as i64, text: String::from_utf8_lossy(bytes.strip_suffix(b"\r").unwrap_or(bytes)), too_long: false }
}

/// Reads up to `n` bytes; on an error also gives what was read before it.
fn read_up_to(input: &mut impl Read, n: usize) -> Result<Vec<u8>, (Vec<u8>, std::io::Error)> {
    let mut bytes = Vec::new();
    match input.take(n as u64).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(e) => Err((bytes, e)),
    }
}

/// Remembers whether the source itself (not its decompression) failed, and how much of it was taken.
struct Watched<R> {
    inner: R,
    failed: Rc<Cell<bool>>,
    taken: Rc<Cell<u64>>,
}
impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let result = self.inner.read(buffer);
        match &result {
            Ok(n) => self.taken.set(self.taken.get() + *n as u64),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => self.failed.set(true),
        }
        result
    }
}

/// Stops an expansion that is out of proportion.
struct Budget<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
    given: u64,
}
impl<R: Read> Read for Budget<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.given > FREE_EXPANSION && self.given > self.taken.get().saturating_mul(MAX_RATIO) {
            return Err(std::io::ErrorKind::QuotaExceeded.into());
        }
        let n = self.inner.read(buffer)?;
        self.given += n as u64;
        Ok(n)
    }
}

/// Whether the bytes start with a UTF-16 byte order mark (as PowerShell exports do), and in which order.
fn utf16(head: &[u8]) -> Option<bool> {
    match head {
        [0xff, 0xfe, ..] => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        _ => None,
    }
}

/// UTF-16 to UTF-8, streaming; lone surrogates become U+FFFD.
struct Utf16<R> {
    inner: R,
    big_endian: bool,
    odd: Option<u8>,
    high: Option<u16>,
    out: Vec<u8>,
    at: usize,
}
impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.out.len() {
            self.out.clear();
            self.at = 0;
            let mut bytes = [0; 8192];
            let n = self.inner.read(&mut bytes)?;
            if n == 0 {
                return Ok(0);
            }
            let mut units = Vec::with_capacity(n / 2 + 2);
            units.extend(self.high.take());
            for &byte in &bytes[..n] {
                match self.odd.take() {
                    None => self.odd = Some(byte),
                    Some(one) => units.push(if self.big_endian { u16::from_be_bytes([one, byte]) } else { u16::from_le_bytes([one, byte]) }),
                }
            }
            if units.last().is_some_and(|u| (0xd800..0xdc00).contains(u)) {
                self.high = units.pop();
            }
            let mut utf8 = [0; 4];
            for c in char::decode_utf16(units) {
                self.out.extend_from_slice(c.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut utf8).as_bytes());
            }
        }
        let n = buffer.len().min(self.out.len() - self.at);
        buffer[..n].copy_from_slice(&self.out[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn check(input: &[u8], expect: &[(i64, &str)], stopped: bool) {
        let (mut lines, _) = Lines::open("x.log", input).unwrap();
        let mut got = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            got.push((line.offset, if line.too_long { "TOO LONG".to_string() } else { line.text.into_owned() }));
        }
        assert_eq!(got, expect.iter().map(|(o, t)| (*o, t.to_string())).collect::<Vec<_>>());
        assert_eq!(lines.stopped().is_some(), stopped);
    }
    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn lines_and_offsets() {
        check(b"", &[], false);
        check(b"a\n\n  \nbc\r\nd", &[(0, "a"), (6, "bc"), (10, "d")], false);
        check(b"\xef\xbb\xbfa\n\xff\n", &[(0, "a"), (5, "\u{fffd}")], false);
        check(b"\xff\xfea\0\n\0\xe9\0", &[(0, "\u{feff}a".trim_start_matches('\u{feff}')), (5, "é")], false);
    }

    #[test]
    fn a_line_without_end_is_skipped_not_kept() {
        let mut input = vec![b'x'; MAX_LINE + 5];
        input.extend_from_slice(b"\nnext\n");
        check(&input, &[(0, "TOO LONG"), (MAX_LINE as i64 + 6, "next")], false);
    }

    #[test]
    fn gzip_whole_members_and_damage() {
        check(&gzip(b"a\nb\n"), &[(0, "a"), (2, "b")], false);
        check(&[gzip(b"a\n"), gzip(b"b\n")].concat(), &[(0, "a"), (2, "b")], false);
        let whole = gzip(b"abcdefgh\n12345678\n");
        let (mut lines, _) = Lines::open("x", &whole[..whole.len() - 9]).unwrap();
        while lines.next().unwrap().is_some() {}
        assert!(lines.stopped().is_some());
    }

    #[test]
    fn bytes_without_lines() {
        let zipped = gzip(b"abc\n\0defg");
        let (mut lines, head) = Lines::open("x", &zipped[..]).unwrap();
        assert_eq!(head, b"abc\n\0defg");
        let mut buffer = [0; 6];
        assert_eq!((lines.fill(&mut buffer).unwrap(), &buffer), (6, b"abc\n\0d"));
        assert_eq!((lines.fill(&mut buffer).unwrap(), &buffer[..3], lines.offset()), (3, &b"efg"[..], 9));
        assert_eq!(lines.fill(&mut buffer).unwrap(), 0);
    }

    #[test]
    fn an_expansion_without_proportion_is_stopped() {
        let bomb = gzip(&vec![b'\n'; 80 * 1024 * 1024]);
        check(&bomb, &[], true);
    }

    #[test]
    fn a_failing_disk_is_an_error() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::PermissionDenied.into())
            }
        }
        assert!(Lines::open("x", Failing).is_err());
    }
}
