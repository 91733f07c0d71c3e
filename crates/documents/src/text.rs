//! Bytes to text: is it text, and in which encoding?

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// How much of the content decides whether it is text.
const SAMPLE: usize = 64 << 10;

/// The content as text, or `None` when it is binary. Byte order marks are dropped, malformed bytes become U+FFFD.
pub(crate) fn decode(content: &[u8]) -> Option<String> {
    if let Some((encoding, mark)) = Encoding::for_bom(content) {
        let (text, _) = encoding.decode_without_bom_handling(content.get(mark..)?);
        return textual(&text).then(|| text.into_owned());
    }
    if let Some(encoding) = wide(content) {
        let (text, _) = encoding.decode_without_bom_handling(content);
        return textual(&text).then(|| text.into_owned());
    }
    // A file that was cut off or padded ends in zeros; anything else with a zero byte is not text.
    let body = content.get(..content.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1))?;
    if body.is_empty() {
        return None;
    }
    if let Ok(text) = std::str::from_utf8(body) {
        return textual(text).then(|| text.to_string());
    }
    let sample = body.get(..SAMPLE).unwrap_or(body);
    let controls = sample.iter().filter(|&&b| control(u32::from(b))).count();
    if controls * 500 > sample.len() {
        return None;
    }
    Some(eight_bit(body))
}

/// Text in an unknown encoding of single or multiple bytes per character.
pub(crate) fn eight_bit(body: &[u8]) -> String {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(body.get(..(1 << 20)).unwrap_or(body), true);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Allow);
    encoding.decode_without_bom_handling(body).0.into_owned()
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

/// Control characters that text does not use. White space, escape, and the framing of HL7 and X12 do occur.
fn control(c: u32) -> bool {
    c < 0x20 && !matches!(c, 0x09..=0x0d | 0x1a..=0x1f) || c == 0x7f
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
        check(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff", None);
    }
}
