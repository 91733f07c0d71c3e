//! Bytes to text: is it text, in which encoding, and how is it gone through in pieces?

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::Read;

/// How much of the content decides whether it is text.
const SAMPLE: usize = 64 << 10;
/// How much is looked at to guess an encoding.
const GUESS: usize = 1 << 20;
/// How much text is decoded at a time.
const PIECE: usize = 256 << 10;

/// How bytes become characters.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Coding {
    /// UTF-8. Stray bytes of another encoding are taken for windows-1252: one of them must not spoil every other name.
    Utf8,
    /// Any other.
    Other(&'static Encoding),
}

/// The content's encoding and the bytes that are text (without byte order mark and padding), or `None` when it is binary.
fn coding(content: &[u8]) -> Option<(Coding, &[u8])> {
    if let Some((encoding, mark)) = Encoding::for_bom(content) {
        let body = content.get(mark..)?;
        let coding = if encoding == encoding_rs::UTF_8 { Coding::Utf8 } else { Coding::Other(encoding) };
        return textual(&beginning(coding, body)).then_some((coding, body));
    }
    if let Some(encoding) = wide(content) {
        let coding = Coding::Other(encoding);
        return textual(&beginning(coding, content)).then_some((coding, content));
    }
    // A file that was cut off or padded ends in zeros; anything else with a zero byte is not text.
    let body = content.get(..content.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1))?;
    if body.is_empty() {
        return None;
    }
    let wrong = match std::str::from_utf8(body) {
        Ok(text) => return textual(text).then_some((Coding::Utf8, body)),
        Err(wrong) => wrong,
    };
    let sample = body.get(..SAMPLE).unwrap_or(body);
    let controls = sample.iter().filter(|&&b| control(u32::from(b))).count();
    if controls * 500 > sample.len() {
        return None;
    }
    // Only cut in the middle of a character.
    if wrong.error_len().is_none() {
        return Some((Coding::Utf8, body));
    }
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in body.get(..body.len().min(wrong.valid_up_to().saturating_add(4 * GUESS))).unwrap_or(body).utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xc0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    if good >= 3 * bad {
        return Some((Coding::Utf8, body));
    }
    Some((Coding::Other(guess(body, wrong.valid_up_to())), body))
}

/// The encoding of bytes that are not UTF-8, the first of which that show it is at `tell`.
fn guess(body: &[u8], tell: usize) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    let from = if tell < GUESS / 2 { 0 } else { tell - 4096 };
    detector.feed(body.get(from..body.len().min(from + GUESS)).unwrap_or(body), true);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

/// The first characters, for a look.
fn beginning(coding: Coding, body: &[u8]) -> String {
    whole(coding, body.get(..4 * SAMPLE).unwrap_or(body))
}

fn whole(coding: Coding, body: &[u8]) -> String {
    match coding {
        Coding::Utf8 => {
            let mut out = String::with_capacity(body.len());
            utf8(body, &mut out);
            out
        }
        Coding::Other(encoding) => encoding.decode_without_bom_handling(body).0.into_owned(),
    }
}

fn utf8(body: &[u8], out: &mut String) {
    if let Ok(text) = std::str::from_utf8(body) {
        return out.push_str(text);
    }
    for chunk in body.utf8_chunks() {
        out.push_str(chunk.valid());
        out.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
}

/// The content as text, or `None` when it is binary. Byte order marks are dropped, malformed bytes become U+FFFD.
pub(crate) fn decode(content: &[u8]) -> Option<String> {
    let (coding, body) = coding(content)?;
    Some(whole(coding, body))
}

/// Text in an unknown encoding of single or multiple bytes per character.
pub(crate) fn eight_bit(body: &[u8]) -> String {
    guess(body, 0).decode_without_bom_handling(body).0.into_owned()
}

/// Text that is gone through once, from beginning to end, in bounded memory: what has been decoded and not been taken yet
/// is [`text`](Stream::text), [`more`](Stream::more) decodes on, [`skip`](Stream::skip) takes.
///
/// However the content falls into pieces, what a reader makes of it must be the same.
pub(crate) struct Stream<'a> {
    source: Source<'a>,
    buffer: String,
    at: usize,
    piece: usize,
    ended: bool,
    broken: bool,
}

enum Source<'a> {
    Utf8(&'a [u8]),
    Other(encoding_rs::Decoder, &'a [u8]),
    /// UTF-8 that is being unpacked, and the bytes of a character that is not complete yet.
    Unpacked(Box<dyn Read + 'a>, Vec<u8>),
}

impl<'a> Stream<'a> {
    /// Of the content; `None` when it is binary.
    pub fn new(content: &'a [u8]) -> Option<Stream<'a>> {
        Some(match coding(content)? {
            (Coding::Utf8, body) => Stream::of(Source::Utf8(body)),
            (Coding::Other(encoding), body) => Stream::of(Source::Other(encoding.new_decoder_without_bom_handling(), body)),
        })
    }
    /// Of UTF-8 that is being unpacked. What cannot be unpacked ends the text.
    pub fn unpacked(reader: Box<dyn Read + 'a>) -> Stream<'a> {
        Stream::of(Source::Unpacked(reader, Vec::new()))
    }
    fn of(source: Source<'a>) -> Stream<'a> {
        Stream { source, buffer: String::new(), at: 0, piece: piece(), ended: false, broken: false }
    }
    /// What has been decoded and not been taken.
    pub fn text(&self) -> &str {
        self.buffer.get(self.at..).unwrap_or_default()
    }
    /// Whether [`text`](Stream::text) is all there is.
    pub fn ended(&self) -> bool {
        self.ended
    }
    /// Whether it ended because it could not be unpacked.
    pub fn broken(&self) -> bool {
        self.broken
    }
    /// Takes the first `bytes` bytes of the text.
    pub fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.buffer.len());
    }
    /// Decodes on; false when the end had been reached.
    pub fn more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        // What is looked at again and again while it grows must grow by more each time.
        if self.buffer.len() - self.at >= self.piece {
            self.piece *= 2;
        } else {
            self.piece = piece();
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        match &mut self.source {
            Source::Utf8(rest) => {
                let mut end = self.piece.max(4).min(rest.len());
                let continues = |at: usize| rest.get(at).is_some_and(|b| b & 0xc0 == 0x80);
                (0..3).for_each(|_| end -= usize::from(end > 1 && continues(end)));
                let (now, later) = rest.split_at(end);
                utf8(now, &mut self.buffer);
                *rest = later;
                self.ended = later.is_empty();
            }
            Source::Other(decoder, rest) => {
                let (now, later) = rest.split_at(self.piece.min(rest.len()));
                let room = decoder.max_utf8_buffer_length(now.len()).unwrap_or(now.len() * 4);
                self.buffer.reserve(room);
                let _ = decoder.decode_to_string(now, &mut self.buffer, later.is_empty());
                *rest = later;
                self.ended = later.is_empty();
            }
            Source::Unpacked(reader, bytes) => {
                let before = bytes.len();
                let read = reader.take(self.piece as u64).read_to_end(bytes);
                self.broken = read.is_err();
                self.ended = self.broken || bytes.len() == before;
                let cut = match std::str::from_utf8(bytes) {
                    Err(wrong) if wrong.error_len().is_none() && !self.ended => wrong.valid_up_to(),
                    _ => bytes.len(),
                };
                let later = bytes.split_off(cut);
                utf8(bytes, &mut self.buffer);
                *bytes = later;
            }
        }
        true
    }
    /// Decodes until there are `bytes` bytes of text, if there are.
    pub fn ensure(&mut self, bytes: usize) {
        while self.text().len() < bytes && self.more() {}
    }
    /// Takes the next line, without its end (any of the three kinds); of a line longer than `limit` bytes, a part.
    pub fn line(&mut self, limit: usize) -> Option<&str> {
        let (length, with_end) = self.line_end(limit)?;
        let from = self.at;
        self.at += with_end;
        self.buffer.get(from..from + length)
    }
    /// The length of the next line without and with its end.
    fn line_end(&mut self, limit: usize) -> Option<(usize, usize)> {
        let mut seen = 0;
        loop {
            let bytes = self.text().as_bytes();
            match memchr::memchr2(b'\n', b'\r', bytes.get(seen..).unwrap_or_default()).map(|at| seen + at) {
                Some(at) if at > limit => return Some(cut(self.text(), limit)),
                Some(at) => match (bytes.get(at), bytes.get(at + 1)) {
                    (Some(b'\r'), None) if !self.ended => seen = at,
                    (Some(b'\r'), Some(b'\n')) => return Some((at, at + 2)),
                    _ => return Some((at, at + 1)),
                },
                None if bytes.len() > limit => return Some(cut(self.text(), limit)),
                None if self.ended => return (!bytes.is_empty()).then_some((bytes.len(), bytes.len())),
                None => seen = bytes.len(),
            }
            self.more();
        }
    }
}

fn cut(text: &str, limit: usize) -> (usize, usize) {
    let end = text.floor_char_boundary(limit.max(4));
    (end, end)
}

#[cfg(not(test))]
fn piece() -> usize {
    PIECE
}

/// In tests, pieces can be made so small that everything is cut everywhere.
#[cfg(test)]
pub(crate) static TEST_PIECE: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(PIECE);
#[cfg(test)]
fn piece() -> usize {
    TEST_PIECE.load(std::sync::atomic::Ordering::Relaxed)
}

/// UTF-16 without a byte order mark: mostly Western text has a zero in every other byte.
fn wide(content: &[u8]) -> Option<&'static Encoding> {
    let sample = content.get(..4096).unwrap_or(content);
    if sample.len() < 8 {
        return None;
    }
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|&&b| b == 0).count() * 2;
    let (even, odd) = (zeros(0), zeros(1));
    match () {
        () if odd * 10 > sample.len() * 6 && even * 10 < sample.len() => Some(UTF_16LE),
        () if even * 10 > sample.len() * 6 && odd * 10 < sample.len() => Some(UTF_16BE),
        () => None,
    }
}

/// Whether decoded characters read as text: hardly any control characters.
fn textual(text: &str) -> bool {
    let (mut seen, mut bad) = (0_usize, 0_usize);
    for c in text.chars().take(SAMPLE) {
        seen += 1;
        bad += usize::from(control(c as u32) || c == '\u{fffd}' || c == '\u{ffff}');
    }
    bad * 500 <= seen
}

/// Control characters that text does not use. White space, escape, the framing of HL7 and X12, and the separator of Hive do occur.
fn control(c: u32) -> bool {
    c < 0x20 && !matches!(c, 0x01 | 0x09..=0x0d | 0x1a..=0x1f) || c == 0x7f
}

/// One line end for all: carriage returns become line feeds, NULs go.
pub(crate) fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &[u8], expect: Option<&str>) {
        assert_eq!(decode(input).as_deref(), expect);
    }

    #[test]
    fn encodings() {
        check(b"plain", Some("plain"));
        check("N\u{fa}\u{f1}ez".as_bytes(), Some("N\u{fa}\u{f1}ez"));
        check(b"\xef\xbb\xbfName,Mobile", Some("Name,Mobile"));
        check(b"Se\xf1ora N\xfa\xf1ez vive aqu\xed en la ciudad", Some("Se\u{f1}ora N\u{fa}\u{f1}ez vive aqu\u{ed} en la ciudad"));
        check(b"\xff\xfeA\0B\0", Some("AB"));
        check(b"\xfe\xff\0A\0B", Some("AB"));
        check(b"D\0O\0B\0:\0 \x001\0", Some("DOB: 1"));
        check(b"\0D\0O\0B\0:\0 \x001", Some("DOB: 1"));
        // Cut in a character; a stray byte among many that are well-formed.
        check("N\u{fa}\u{f1}".as_bytes().get(..4).unwrap_or_default(), Some("N\u{fa}\u{c3}"));
        check(b"\xc3\xba \xc3\xb1 \xc3\xba \xf1", Some("\u{fa} \u{f1} \u{fa} \u{f1}"));
        check(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", None);
    }

    #[test]
    fn pieces_do_not_change_the_text() {
        for content in
            ["a\r\nb\n\r\u{fa}\u{1f600}\r".as_bytes(), b"\xff\xfeA\0\r\0\n\0B\0", b"N\xfa\xf1ez\r\nvive aqu\xed", b"\xc3\xba\xc3\xba\xc3\xba\xc3\xba\xf1"]
        {
            let expect = decode(content).expect("text");
            let lines: Vec<String> = lines(&expect).split_terminator('\n').map(String::from).collect();
            for size in 1..9 {
                TEST_PIECE.store(size, std::sync::atomic::Ordering::Relaxed);
                let mut stream = Stream::new(content).expect("text");
                while stream.more() {}
                assert_eq!(stream.text(), expect);
                let mut stream = Stream::new(content).expect("text");
                let mut seen = Vec::new();
                while let Some(line) = stream.line(100) {
                    seen.push(line.to_string());
                }
                assert_eq!(seen, lines, "{size}");
            }
        }
    }
}
