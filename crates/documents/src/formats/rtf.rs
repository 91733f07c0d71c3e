//! RTF: body with its tables, headers, footers, notes and comments; code pages of fonts; embedded objects and pictures as members.
//! Groups may nest to any depth; unbalanced braces are forgiven.

use super::codepage::charset;
use super::objects;
use super::properties::Properties;
use super::rtf_flow::{Flow, embedded};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use encoding_rs::{Encoding, WINDOWS_1252};
use std::collections::BTreeMap;

/// Destinations without text of the document.
const SKIP: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
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
    "filetbl",
    "revtbl",
    "bkmkstart",
    "bkmkend",
    "pntext",
    "panose",
    "falt",
    "nonshppict",
    "shpinst",
    "shprslt",
    "wgrffmtfilter",
    "nonesttables",
    "upr",
    "atnid",
    "atrfstart",
    "atrfend",
    "atndate",
    "atnref",
    "ftnsep",
    "ftnsepc",
    "ftncn",
    "aftnsep",
    "aftnsepc",
    "aftncn",
    "objclass",
    "objname",
    "pgptbl",
    "template",
    "operator",
    "vern",
    "nofpages",
];
/// Properties of the document.
const INFO: &[(&str, &str)] = &[
    ("title", "Title"),
    ("subject", "Subject"),
    ("author", "Author"),
    ("manager", "Manager"),
    ("company", "Company"),
    ("category", "Category"),
    ("keywords", "Keywords"),
    ("doccomm", "Comments"),
];
/// Groups are remembered to this depth; deeper ones share the state of this one.
const DEPTH: usize = 100_000;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.content.get(..64).unwrap_or(head.content).trim_ascii_start().starts_with(b"{\\rtf")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let rtf = Rtf::of(task.head.content);
    task.document.pages = 1;
    let mut rest = rtf.flows.into_iter();
    for name in ["", "headers and footers", "footnotes", "comments"] {
        if let Some(flow) = rest.next() {
            flow.end().give(task, name);
        }
    }
    let mut links = rtf.links;
    links.dedup();
    task.running_text("links", &links.join("\n"));
    rtf.properties.give(task);
    for (at, (picture, content)) in rtf.members.into_iter().enumerate() {
        let (name, content) = if picture { (format!("picture {}", at + 1), Some(content)) } else { embedded(&content, at + 1) };
        match content {
            Some(content) if !picture || content.len() >= objects::PICTURE => {
                if !task.may_add() || content.len() as u64 > task.room() {
                    return task.problem(DocumentStatus::OverBudget, "more embedded files than the budget allows");
                }
                task.member(&name, content);
            }
            _ => {}
        }
    }
    if task.is_blank() && !task.head.content.trim_ascii_end().ends_with(b"}") {
        task.problem(DocumentStatus::Partly, "the document is cut off");
    }
}

/// The text of the body, such as a mail's.
pub(super) fn text(content: &[u8]) -> String {
    Rtf::of(content).flows.into_iter().next().map(|flow| flow.end().into_text()).unwrap_or_default()
}

/// Where a group's text goes.
#[derive(Clone, Copy, PartialEq)]
enum Sink {
    /// The body, headers and footers, footnotes, comments.
    Flow(usize),
    Nowhere,
    /// A property, by its place in the list.
    Info(usize),
    /// A field's instruction.
    Field,
    /// The table of fonts: names, but also code pages.
    Fonts,
    /// Hexadecimal data.
    Picture,
    Object,
}

#[derive(Clone, Copy)]
struct Group {
    sink: Sink,
    /// Bytes that stand in for a `\u` character.
    fallback: usize,
    star: bool,
    encoding: &'static Encoding,
    /// The flow that a shape's text belongs to.
    flow: usize,
}

struct Rtf {
    flows: [Flow; 4],
    links: Vec<String>,
    properties: Properties,
    /// Pictures (true) and objects.
    members: Vec<(bool, Vec<u8>)>,
    group: Group,
    bytes: Vec<u8>,
    /// Text of what is no flow, and hexadecimal data.
    other: String,
    data: Vec<u8>,
    nibble: Option<u8>,
    fonts: BTreeMap<i64, &'static Encoding>,
    font: i64,
    page: &'static Encoding,
    high: Option<u32>,
    /// Whether nothing but `\\*` came since the group began: only then a word may begin a destination that can be left out.
    fresh: bool,
}

impl Rtf {
    fn of(content: &[u8]) -> Rtf {
        let group = Group { sink: Sink::Flow(0), fallback: 1, star: false, encoding: WINDOWS_1252, flow: 0 };
        let (flows, links, properties, members, bytes, other) = Default::default();
        let (data, fonts) = Default::default();
        let mut rtf =
            Rtf { flows, links, properties, members, group, bytes, other, data, nibble: None, fonts, font: 0, page: WINDOWS_1252, high: None, fresh: false };
        rtf.run(content);
        rtf
    }
    fn run(&mut self, content: &[u8]) {
        let mut groups: Vec<Group> = Vec::new();
        let mut skip = 0_usize;
        let mut at = 0;
        while let Some(&byte) = content.get(at) {
            at += 1;
            match byte {
                b'{' => {
                    self.flush();
                    (skip, self.fresh) = (0, true);
                    if groups.len() < DEPTH {
                        groups.push(self.group);
                    }
                }
                b'}' => {
                    self.flush();
                    skip = 0;
                    let before = self.group.sink;
                    if let Some(outer) = groups.pop() {
                        self.group = outer;
                        if before != outer.sink {
                            self.finish(before);
                        }
                    }
                }
                b'\r' | b'\n' | 0 => {}
                b'\\' => {
                    let rest = content.get(at..).unwrap_or_default();
                    let Some(&next) = rest.first() else { break };
                    if !next.is_ascii_alphabetic() {
                        at += 1;
                        if next == b'\'' {
                            let code = rest.get(1..3).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
                            at += if code.is_some() { 2 } else { 0 };
                            match code {
                                Some(_) if skip > 0 => skip -= 1,
                                Some(code) => self.byte(code),
                                None => {}
                            }
                            continue;
                        }
                        match next {
                            b'*' => self.group.star = true,
                            _ if skip > 0 => skip -= 1,
                            b'~' => self.character(' '),
                            b'_' => self.byte(b'-'),
                            b'\\' | b'{' | b'}' => self.byte(next),
                            b'\r' | b'\n' => self.word("par", None),
                            b'\t' => self.character('\t'),
                            _ => {}
                        }
                        continue;
                    }
                    let length = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
                    let word = std::str::from_utf8(rest.get(..length).unwrap_or_default()).unwrap_or_default();
                    let mut end = length;
                    if rest.get(end) == Some(&b'-') && rest.get(end + 1).is_some_and(u8::is_ascii_digit) {
                        end += 1;
                    }
                    end += rest.get(end..).unwrap_or_default().iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
                    let number = rest.get(length..end).and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<i64>().ok());
                    at += end + usize::from(rest.get(end) == Some(&b' '));
                    match (word, number) {
                        ("bin", Some(size)) => {
                            let size = usize::try_from(size).unwrap_or(0);
                            let raw = content.get(at..).unwrap_or_default();
                            let raw = raw.get(..size).unwrap_or(raw);
                            if matches!(self.group.sink, Sink::Picture | Sink::Object) {
                                self.data.extend_from_slice(raw);
                            }
                            at += raw.len();
                        }
                        ("u", Some(code)) => {
                            self.flush();
                            self.unit((if code < 0 { code + 65_536 } else { code }) as u32);
                            skip = self.group.fallback;
                            continue;
                        }
                        _ => self.word(word, number),
                    }
                    skip = 0;
                }
                _ if skip > 0 => skip -= 1,
                byte => self.byte(byte),
            }
        }
        self.flush();
        let sink = self.group.sink;
        self.finish(sink);
    }
    fn byte(&mut self, byte: u8) {
        self.fresh = false;
        match self.group.sink {
            Sink::Nowhere | Sink::Fonts => {}
            Sink::Picture | Sink::Object => {
                let Some(digit) = (byte as char).to_digit(16).map(|digit| digit as u8) else { return };
                match self.nibble.take() {
                    Some(high) => self.data.push(high << 4 | digit),
                    None => self.nibble = Some(digit),
                }
            }
            _ => self.bytes.push(byte),
        }
    }
    /// Consecutive bytes are decoded together, for code pages of two bytes per character.
    fn flush(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let text = self.group.encoding.decode_without_bom_handling(&bytes).0;
        match self.group.sink {
            Sink::Flow(at) => {
                if let Some(flow) = self.flows.get_mut(at) {
                    flow.text(&text);
                }
            }
            Sink::Info(_) | Sink::Field => self.other.push_str(&text),
            _ => {}
        }
        // The room is kept.
        self.bytes = bytes;
        self.bytes.clear();
    }
    fn character(&mut self, c: char) {
        self.flush();
        match self.group.sink {
            Sink::Flow(at) => {
                if let Some(flow) = self.flows.get_mut(at) {
                    flow.text(c.encode_utf8(&mut [0; 4]));
                }
            }
            Sink::Info(_) | Sink::Field => self.other.push(c),
            _ => {}
        }
    }
    fn unit(&mut self, code: u32) {
        match (self.high.take(), code) {
            (_, 0xd800..=0xdbff) => self.high = Some(code),
            (Some(high), 0xdc00..=0xdfff) => {
                if let Some(c) = char::from_u32(0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00)) {
                    self.character(c);
                }
            }
            // Symbol fonts write their bytes in the private area.
            (_, 0xf020..=0xf0ff) => {}
            _ => {
                if let Some(c) = char::from_u32(code) {
                    self.character(c);
                }
            }
        }
    }
    /// A destination ends.
    fn finish(&mut self, sink: Sink) {
        match sink {
            Sink::Info(at) => {
                if let Some((_, name)) = INFO.get(at) {
                    self.properties.add(name, &self.other);
                }
                self.other.clear();
            }
            Sink::Field => {
                if let Some((_, target)) = self.other.split_once("HYPERLINK").filter(|_| self.links.len() < 10_000) {
                    let target = target.split('"').nth(1).unwrap_or_default();
                    if !target.is_empty() {
                        self.links.push(target.to_string());
                    }
                }
                self.other.clear();
            }
            Sink::Picture | Sink::Object => {
                self.nibble = None;
                let data = std::mem::take(&mut self.data);
                if !data.is_empty() {
                    self.members.push((sink == Sink::Picture, data));
                }
            }
            Sink::Flow(at) if at > 0 => {
                if let Some(flow) = self.flows.get_mut(at) {
                    flow.line();
                }
            }
            _ => {}
        }
    }
    /// A control word.
    fn word(&mut self, word: &str, number: Option<i64>) {
        let star = std::mem::replace(&mut self.group.star, false) && self.fresh;
        self.fresh = false;
        if self.destination(word, star) {
            return;
        }
        match (word, number) {
            ("ansicpg", Some(page)) => {
                self.page = super::codepage::codepage(page).unwrap_or(self.page);
                self.group.encoding = self.page;
            }
            ("mac", _) => (self.page, self.group.encoding) = (encoding_rs::MACINTOSH, encoding_rs::MACINTOSH),
            ("uc", Some(n)) => self.group.fallback = usize::try_from(n).unwrap_or(1).min(16),
            ("f", Some(font)) if self.group.sink == Sink::Fonts => self.font = font,
            ("fcharset", Some(set)) if self.group.sink == Sink::Fonts => {
                if let Some(encoding) = charset(set) {
                    self.fonts.insert(self.font, encoding);
                }
            }
            ("f" | "af", Some(font)) if word == "f" => {
                self.flush();
                self.group.encoding = self.fonts.get(&font).copied().unwrap_or(self.page);
            }
            ("plain", _) => {
                self.flush();
                self.group.encoding = self.page;
            }
            ("emdash", _) => self.character('—'),
            ("endash", _) => self.character('–'),
            ("lquote", _) => self.character('‘'),
            ("rquote", _) => self.character('’'),
            ("ldblquote", _) => self.character('“'),
            ("rdblquote", _) => self.character('”'),
            ("bullet", _) => self.character('•'),
            ("emspace" | "enspace" | "qmspace", _) => self.character(' '),
            ("tab", _) => self.character('\t'),
            _ => {
                let Sink::Flow(at) = self.group.sink else { return };
                if matches!(word, "par" | "line" | "sect" | "page" | "column" | "softline" | "cell" | "nestcell" | "row" | "nestrow" | "pard" | "intbl") {
                    self.flush();
                    if let Some(flow) = self.flows.get_mut(at) {
                        flow.word(word);
                    }
                }
            }
        }
    }
    /// Whether a control word begins a destination.
    fn destination(&mut self, word: &str, star: bool) -> bool {
        let sink = match word {
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => Sink::Flow(1),
            "footnote" => Sink::Flow(2),
            "annotation" | "atnauthor" => Sink::Flow(3),
            // A text box's text is inside its shape's properties; the Unicode form of a text inside its other forms.
            "shptxt" | "ud" if self.group.sink == Sink::Nowhere => Sink::Flow(self.group.flow),
            "shptxt" | "ud" => return true,
            "pict" if self.group.sink != Sink::Nowhere => Sink::Picture,
            "objdata" => Sink::Object,
            "object" | "result" | "shppict" | "field" | "fldrslt" | "shp" | "do" | "dptxbxtext" | "hlinkbase" => return true,
            "fonttbl" => Sink::Fonts,
            "fldinst" if self.group.sink != Sink::Nowhere => Sink::Field,
            _ if self.group.sink == Sink::Nowhere && INFO.iter().any(|(known, _)| *known == word) => {
                INFO.iter().position(|(known, _)| *known == word).map_or(Sink::Nowhere, Sink::Info)
            }
            _ if SKIP.contains(&word) || star => Sink::Nowhere,
            _ => return false,
        };
        self.flush();
        if let Sink::Flow(at) = sink {
            self.group.flow = at;
        }
        self.group.sink = sink;
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check as golden;

    fn check(rtf: &str, expect: &str) {
        assert_eq!(super::text(rtf.as_bytes()).trim_end(), expect);
    }

    #[test]
    fn rtf() {
        check(r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard\f0 Se\'f1ora N\u250?\u241?ez\par x\tab y}", "Se\u{f1}ora N\u{fa}\u{f1}ez\nx\ty");
        check(r"{\rtf1 a\{b\}\\{\*\generator Word;}{\pict 00ff}c\uc0\u8211 d}", "a{b}\\c\u{2013}d");
        check(r"{\rtf1 open {nested \b bold", "open nested bold");
        check(r"{\rtf1\ansicpg1251 \'cf\'f0}", "\u{41f}\u{440}");
        check("}}}", "");
        check(r"{\rtf1 {\*\shpinst{\sp{\sn x}}{\shptxt box}}x}", "boxx");
        check(r"{\rtf1{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}\f0\'e9 {\f1\'cf\'f0}\'e9}", "\u{e9} \u{41f}\u{440}\u{e9}");
        check(r"{\rtf1 {\upr{plain}{\*\ud{unic\u246ode}}}}", "unic\u{f6}de");
    }

    #[test]
    fn parts() {
        golden(
            "a",
            br#"{\rtf1{\info{\title Letter}{\author Bo Ruiz}}{\header Clinic\par}Dear {\field{\*\fldinst{HYPERLINK "mailto:ann@example.org"}}{\fldrslt Ann}}{\footnote foot}{\*\annotation call}\par
\trowd\cellx1\cellx2\intbl Name\cell DOB\cell\row\trowd\intbl Lee\cell 01/02/1980\cell\row\pard end{\object{\*\objdata 01050000020000000500000054657374000000000000000000050000006166746572}{\result shown}}}"#,
            "\
read application/rtf text
[part 1 text] Dear Ann
[table 1!rows 2-2 table Name|DOB] Lee\\t01/02/1980
[part 2 text] endshown
[headers and footers text] Clinic
[footnotes text] foot
[comments text] call
[links text] mailto:ann@example.org
[metadata form] Title: Letter\\nAuthor: Bo Ruiz
Test 1: read text/plain text
[part 1 text] after",
        );
    }
}
