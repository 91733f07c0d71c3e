//! RTF: control words, `\'hh`, `\u`, groups; destinations that hold no text (fonts, pictures, style names) are skipped.

use crate::{Head, Task};
use encoding_rs::Encoding;

/// Destinations without text of the document.
const SKIP: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "objdata",
    "themedata",
    "colorschememapping",
    "latentstyles",
    "datastore",
    "generator",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "xmlnstbl",
    "mmathPr",
    "fldinst",
    "filetbl",
    "revtbl",
    "bkmkstart",
    "bkmkend",
    "pntext",
    "panose",
    "falt",
    "nonshppict",
    "shpinst",
    "wgrffmtfilter",
];

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.content.get(..64).unwrap_or(head.content).trim_ascii_start().starts_with(b"{\\rtf")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let text = text(task.head.content);
    task.running_text("part 1", &text);
    task.document.pages = 1;
}

#[derive(Clone)]
struct Group {
    skip: bool,
    /// Bytes that stand in for a `\u` character.
    fallback: usize,
    star: bool,
}

/// The text of an RTF document. Groups may nest to any depth; unbalanced braces are forgiven.
pub(super) fn text(content: &[u8]) -> String {
    let mut out = String::new();
    let mut encoding: &'static Encoding = encoding_rs::WINDOWS_1252;
    let mut bytes: Vec<u8> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut group = Group { skip: false, fallback: 1, star: false };
    let mut skip_chars = 0_usize;
    let mut high: Option<u32> = None;
    let mut at = 0;
    // Consecutive bytes are decoded together, for code pages of two bytes per character.
    fn flush(out: &mut String, bytes: &mut Vec<u8>, encoding: &'static Encoding) {
        if !bytes.is_empty() {
            out.push_str(&encoding.decode_without_bom_handling(bytes).0);
            bytes.clear();
        }
    }
    while let Some(&byte) = content.get(at) {
        at += 1;
        match byte {
            b'{' => {
                flush(&mut out, &mut bytes, encoding);
                if groups.len() < 100_000 {
                    groups.push(group.clone());
                }
                group.star = false;
            }
            b'}' => {
                flush(&mut out, &mut bytes, encoding);
                group = groups.pop().unwrap_or(group);
                skip_chars = 0;
            }
            b'\r' | b'\n' => {}
            b'\\' => {
                let Some(&next) = content.get(at) else { break };
                at += 1;
                match next {
                    b'\'' => {
                        let hex = content.get(at..at + 2).and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
                        at += 2;
                        if skip_chars > 0 {
                            skip_chars -= 1;
                        } else if let (Some(byte), false) = (hex, group.skip) {
                            bytes.push(byte);
                        }
                        continue;
                    }
                    b'\\' | b'{' | b'}' if !group.skip => bytes.push(next),
                    b'~' if !group.skip => bytes.push(b' '),
                    b'_' if !group.skip => bytes.push(b'-'),
                    b'*' => group.star = true,
                    b'\r' | b'\n' if !group.skip => bytes.push(b'\n'),
                    b if b.is_ascii_alphabetic() => {
                        let start = at - 1;
                        while content.get(at).is_some_and(u8::is_ascii_alphabetic) && at - start < 40 {
                            at += 1;
                        }
                        let word = std::str::from_utf8(content.get(start..at).unwrap_or_default()).unwrap_or_default();
                        let from = at;
                        if content.get(at) == Some(&b'-') {
                            at += 1;
                        }
                        while content.get(at).is_some_and(u8::is_ascii_digit) && at - from < 12 {
                            at += 1;
                        }
                        let number = std::str::from_utf8(content.get(from..at).unwrap_or_default()).ok().and_then(|n| n.parse::<i64>().ok());
                        if content.get(at) == Some(&b' ') {
                            at += 1;
                        }
                        if word == "bin" {
                            at = at.saturating_add(usize::try_from(number.unwrap_or(0)).unwrap_or(0));
                        }
                        if SKIP.contains(&word) || group.star && !matches!(word, "shptxt" | "shpinst" | "ud" | "upr") {
                            group.skip = true;
                        }
                        // A text box's text is inside its shape's properties.
                        if word == "shptxt" {
                            group.skip = false;
                        }
                        group.star = false;
                        match (word, number) {
                            ("ansicpg", Some(page)) => encoding = codepage(page).unwrap_or(encoding),
                            ("uc", Some(n)) => group.fallback = usize::try_from(n).unwrap_or(1).min(16),
                            ("u", Some(code)) if !group.skip => {
                                flush(&mut out, &mut bytes, encoding);
                                let code = (if code < 0 { code + 65536 } else { code }) as u32;
                                match (high.take(), code) {
                                    (_, 0xd800..=0xdbff) => high = Some(code),
                                    (Some(high), 0xdc00..=0xdfff) => out.extend(char::from_u32(0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00))),
                                    _ => out.extend(char::from_u32(code)),
                                }
                                skip_chars = group.fallback;
                                continue;
                            }
                            _ if group.skip => {}
                            ("par" | "line" | "sect" | "page" | "row" | "column", _) => bytes.push(b'\n'),
                            ("tab" | "cell" | "nestcell", _) => bytes.push(b'\t'),
                            ("emdash", _) => special(&mut out, &mut bytes, encoding, '—'),
                            ("endash", _) => special(&mut out, &mut bytes, encoding, '–'),
                            ("lquote", _) => special(&mut out, &mut bytes, encoding, '‘'),
                            ("rquote", _) => special(&mut out, &mut bytes, encoding, '’'),
                            ("ldblquote", _) => special(&mut out, &mut bytes, encoding, '“'),
                            ("rdblquote", _) => special(&mut out, &mut bytes, encoding, '”'),
                            ("bullet", _) => special(&mut out, &mut bytes, encoding, '•'),
                            _ => {}
                        }
                        skip_chars = 0;
                    }
                    _ => {}
                }
            }
            _ if skip_chars > 0 => skip_chars -= 1,
            _ if group.skip => {}
            byte => bytes.push(byte),
        }
    }
    flush(&mut out, &mut bytes, encoding);
    out
}

fn special(out: &mut String, bytes: &mut Vec<u8>, encoding: &'static Encoding, c: char) {
    out.push_str(&encoding.decode_without_bom_handling(bytes).0);
    bytes.clear();
    out.push(c);
}

fn codepage(number: i64) -> Option<&'static Encoding> {
    let label = match number {
        932 => "shift_jis".to_string(),
        936 => "gbk".to_string(),
        949 => "euc-kr".to_string(),
        950 => "big5".to_string(),
        65001 => "utf-8".to_string(),
        10000 => "macintosh".to_string(),
        n => format!("windows-{n}"),
    };
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    fn check(rtf: &str, expect: &str) {
        assert_eq!(super::text(rtf.as_bytes()), expect);
    }

    #[test]
    fn rtf() {
        check(r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard\f0 Se\'f1ora N\u250?\u241?ez\par x\tab y}", "Se\u{f1}ora N\u{fa}\u{f1}ez\nx\ty");
        check(r"{\rtf1 a\{b\}\\{\*\generator Word;}{\pict 00ff}c\uc0\u8211 d}", "a{b}\\c\u{2013}d");
        check(r"{\rtf1 open {nested \b bold", "open nested bold");
        check(r"{\rtf1\ansicpg1251 \'cf\'f0}", "\u{41f}\u{440}");
        check("}}}", "");
        check(r"{\rtf1 {\*\shpinst{\shptxt box}}x}", "boxx");
    }
}
