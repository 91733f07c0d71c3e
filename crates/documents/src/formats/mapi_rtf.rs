//! Outlook's RTF bodies: compressed ([MS-OXRTFCP]), and often holding the HTML or plain text they were made from ([MS-OXRTFEX]).

use super::codepage::charset;
use encoding_rs::Encoding;

/// What the dictionary holds before the first byte.
const START: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// The RTF of a compressed body, at most `limit` bytes of it. A body that ends early gives what is there; `None` when it is none.
///
/// (`compressed-rtf` refuses bodies with bytes above 127 and those whose checksum is wrong.)
pub(super) fn decompress(packed: &[u8], limit: usize) -> Option<Vec<u8>> {
    let kind = packed.get(8..12)?;
    let data = packed.get(16..)?;
    if kind == b"MELA" {
        return Some(data.get(..data.len().min(limit)).unwrap_or(data).to_vec());
    }
    if kind != b"LZFu" {
        return None;
    }
    let mut dictionary = [0_u8; 4096];
    let mut write = START.len();
    dictionary.get_mut(..write)?.copy_from_slice(START);
    let mut out = Vec::with_capacity(data.len().saturating_mul(3).min(limit));
    let mut bytes = data.iter().copied();
    'all: while let Some(control) = bytes.next() {
        for bit in 0..8 {
            if out.len() >= limit {
                break 'all;
            }
            let Some(byte) = bytes.next() else { break 'all };
            if control >> bit & 1 == 0 {
                *dictionary.get_mut(write)? = byte;
                write = (write + 1) % 4096;
                out.push(byte);
                continue;
            }
            let Some(low) = bytes.next() else { break 'all };
            let reference = u16::from_be_bytes([byte, low]);
            let (from, length) = (usize::from(reference >> 4), usize::from(reference & 15) + 2);
            if from == write {
                break 'all;
            }
            for step in 0..length {
                let copied = *dictionary.get((from + step) % 4096)?;
                *dictionary.get_mut(write)? = copied;
                write = (write + 1) % 4096;
                out.push(copied);
            }
        }
    }
    Some(out)
}

/// What an RTF body was made from.
pub(super) enum Inside {
    Html(String),
    Text(String),
}

#[derive(Clone, Copy)]
struct Group {
    /// Nothing of it counts.
    skip: bool,
    /// In an `\htmltag` group: what stands there is the HTML.
    tag: bool,
    /// After `\htmlrtf`: RTF that only repeats what the HTML says.
    rtf: bool,
    star: bool,
    fallback: usize,
    font: Option<i64>,
}

/// The HTML or text inside; `None` when the RTF was written as RTF.
pub(super) fn html(rtf: &[u8]) -> Option<Inside> {
    let head = rtf.get(..rtf.len().min(1024))?;
    let has = |word: &[u8]| head.windows(word.len()).any(|window| window == word);
    let from_html = has(b"\\fromhtml");
    if !from_html && !has(b"\\fromtext") {
        return None;
    }
    let mut out = Out { text: String::new(), bytes: Vec::new(), encoding: encoding_rs::WINDOWS_1252, high: None };
    let mut groups: Vec<Group> = Vec::new();
    let mut group = Group { skip: false, tag: false, rtf: false, star: false, fallback: 1, font: None };
    let mut page = encoding_rs::WINDOWS_1252;
    let mut fonts: Vec<(i64, &'static Encoding)> = Vec::new();
    let (mut in_fonts, mut lost, mut skip_chars, mut at) = (None, 0_usize, 0_usize, 0);
    while let Some(&byte) = rtf.get(at) {
        at += 1;
        let counts = !group.skip && !group.rtf;
        match byte {
            b'{' => {
                if groups.len() < 10_000 {
                    groups.push(group);
                } else {
                    lost += 1;
                }
                group.star = false;
                skip_chars = 0;
            }
            b'}' => {
                if lost > 0 {
                    lost -= 1;
                } else {
                    group = groups.pop().unwrap_or(group);
                }
                if in_fonts.is_some_and(|depth| groups.len() < depth) {
                    in_fonts = None;
                }
                skip_chars = 0;
            }
            b'\r' | b'\n' => {}
            b'\\' => {
                let Some(&next) = rtf.get(at) else { break };
                at += 1;
                match next {
                    b'\'' => {
                        let hex = rtf.get(at..at + 2).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
                        at += 2;
                        if skip_chars > 0 {
                            skip_chars -= 1;
                        } else if let (Some(byte), true) = (hex, counts) {
                            let own = group.font.and_then(|font| fonts.iter().find(|(known, _)| *known == font)).map(|(_, encoding)| *encoding);
                            out.byte(byte, own.filter(|_| !group.tag).unwrap_or(page));
                        }
                    }
                    b'\\' | b'{' | b'}' if counts => out.byte(next, page),
                    b'~' if counts => out.text(if from_html { "&nbsp;" } else { "\u{a0}" }),
                    b'_' if counts => out.text("-"),
                    b'*' => group.star = true,
                    b if b.is_ascii_alphabetic() => {
                        let (word, number) = control(rtf, &mut at);
                        let star = std::mem::take(&mut group.star);
                        match (word, number) {
                            ("htmltag", _) => {
                                group.tag = true;
                                group.rtf = false;
                            }
                            ("mhtmltag", _) => group.skip = true,
                            ("htmlrtf", n) => group.rtf = n != Some(0),
                            ("fonttbl", _) => {
                                in_fonts = Some(groups.len());
                                group.skip = true;
                            }
                            ("colortbl" | "stylesheet" | "info" | "pict" | "object" | "pntext" | "generator", _) => group.skip = true,
                            _ if star => group.skip = true,
                            ("ansicpg", Some(n)) => page = super::mapi::codepage(n).unwrap_or(page),
                            ("f", n) => group.font = n,
                            ("fcharset", Some(n)) if in_fonts.is_some() => {
                                if let (Some(font), Some(encoding), true) = (group.font, charset(n), fonts.len() < 4096) {
                                    fonts.push((font, encoding));
                                }
                            }
                            ("uc", Some(n)) => group.fallback = usize::try_from(n).unwrap_or(1).min(16),
                            ("bin", Some(n)) => at = at.saturating_add(usize::try_from(n).unwrap_or(0)),
                            ("u", Some(code)) => {
                                if counts {
                                    out.unit(code);
                                }
                                skip_chars = group.fallback;
                                continue;
                            }
                            _ if !counts => {}
                            ("par" | "line", _) => out.text("\n"),
                            ("tab", _) => out.text("\t"),
                            ("lquote", _) => out.text("\u{2018}"),
                            ("rquote", _) => out.text("\u{2019}"),
                            ("ldblquote", _) => out.text("\u{201c}"),
                            ("rdblquote", _) => out.text("\u{201d}"),
                            ("bullet", _) => out.text("\u{2022}"),
                            ("endash", _) => out.text("\u{2013}"),
                            ("emdash", _) => out.text("\u{2014}"),
                            _ => {}
                        }
                        skip_chars = 0;
                    }
                    _ => {}
                }
            }
            _ if skip_chars > 0 => skip_chars -= 1,
            byte if counts => out.byte(byte, page),
            _ => {}
        }
    }
    out.flush();
    Some(if from_html { Inside::Html(out.text) } else { Inside::Text(out.text) })
}

/// A control word and its number; `at` stands one after its first letter and is moved behind it.
fn control<'a>(rtf: &'a [u8], at: &mut usize) -> (&'a str, Option<i64>) {
    let start = at.saturating_sub(1);
    while rtf.get(*at).is_some_and(u8::is_ascii_alphabetic) && *at - start < 40 {
        *at += 1;
    }
    let word = std::str::from_utf8(rtf.get(start..*at).unwrap_or_default()).unwrap_or_default();
    let from = *at;
    if rtf.get(*at) == Some(&b'-') {
        *at += 1;
    }
    while rtf.get(*at).is_some_and(u8::is_ascii_digit) && *at - from < 12 {
        *at += 1;
    }
    let number = std::str::from_utf8(rtf.get(from..*at).unwrap_or_default()).ok().and_then(|n| n.parse().ok());
    if rtf.get(*at) == Some(&b' ') {
        *at += 1;
    }
    (word, number)
}

struct Out {
    text: String,
    bytes: Vec<u8>,
    encoding: &'static Encoding,
    high: Option<u32>,
}

impl Out {
    /// Consecutive bytes are decoded together, for code pages of two bytes per character.
    fn byte(&mut self, byte: u8, encoding: &'static Encoding) {
        if encoding != self.encoding && !byte.is_ascii() {
            self.flush();
            self.encoding = encoding;
        }
        self.bytes.push(byte);
    }
    fn flush(&mut self) {
        self.text.push_str(&self.encoding.decode_without_bom_handling(&self.bytes).0);
        self.bytes.clear();
    }
    fn text(&mut self, text: &str) {
        self.flush();
        self.text.push_str(text);
    }
    fn unit(&mut self, code: i64) {
        self.flush();
        let code = u32::try_from(if code < 0 { code + 65_536 } else { code }).unwrap_or(0xfffd);
        match (self.high.take(), code) {
            (_, 0xd800..=0xdbff) => self.high = Some(code),
            (Some(high), 0xdc00..=0xdfff) => self.text.extend(char::from_u32(0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00))),
            _ => self.text.extend(char::from_u32(code)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed() {
        // The two examples of [MS-OXRTFCP].
        let packed = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        assert_eq!(decompress(packed, 1000).as_deref(), Some(&b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"[..]));
        let packed = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4\x4b\x51\x41\0\x04\x20WXYZ\x0d\x6e}\x01\x0e\xb0";
        assert_eq!(decompress(packed, 1000).as_deref(), Some(&b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"[..]));
        assert_eq!(decompress(b"short", 1000), None);
    }

    fn check(rtf: &str, expect: &str) {
        let text = match html(rtf.as_bytes()) {
            Some(Inside::Html(text)) => format!("html {text}"),
            Some(Inside::Text(text)) => format!("text {text}"),
            None => "none".into(),
        };
        assert_eq!(text, expect);
    }

    #[test]
    fn html_inside() {
        check(
            r"{\rtf1\ANSI\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fmodern Courier New;}{\f1\fcharset204 Arial;}}{\*\htmltag19 <b>}\htmlrtf {\b \htmlrtf0 \'cf\'f0 \u252?{\*\htmltag27 </b>}\htmlrtf }\htmlrtf0 {\*\htmltag84 &amp;}\htmlrtf &\htmlrtf0 \par{\*\mhtmltag8 x}}",
            "html <b>\u{41f}\u{440} \u{fc}</b>&amp;\n",
        );
        check(r"{\rtf1\ansi\fromtext {\fonttbl{\f0 X;}}a\{\par b}", "text a{\nb");
        check(r"{\rtf1\ansi x}", "none");
        check(r"{\rtf1\fromhtml1 }}}} x {{{", "html  x ");
    }
}
