//! Document properties (title, author, company, custom ones) of all office formats: one form passage named `metadata`.

use super::codepage::codepage;
use super::numbers::civil;
use super::ole::{Ole, u16_at, u32_at, utf16};
use crate::Task;
use crate::markup::{Markup, Token, attribute};
use dosimeter_case::tables::Layout;
use encoding_rs::Encoding;

/// Values longer than this are no property.
const LONG: usize = 1 << 16;
const MOST: usize = 1000;

/// Names and values, in the order of the file.
#[derive(Default)]
pub(super) struct Properties(Vec<(String, String)>);

impl Properties {
    pub fn add(&mut self, name: &str, value: &str) {
        let value = super::blocks::squeeze(value);
        if !value.is_empty() && value.len() <= LONG && self.0.len() < MOST && !self.0.iter().any(|(n, v)| n == name && *v == value) {
            self.0.push((name.to_string(), value));
        }
    }
    pub fn give(self, task: &mut Task<'_, '_>) {
        let lines: Vec<String> = self.0.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        if !lines.is_empty() {
            task.passage("metadata", Layout::Form, Vec::new(), 1, lines.join("\n"));
        }
    }
    /// Of the property parts of an XML package: each element without children is a property.
    pub fn xml(&mut self, part: &str) {
        let (mut name, mut text, mut leaf, mut custom) = (String::new(), String::new(), false, false);
        for token in Markup::xml(part) {
            match token {
                Token::Open { name: element, attributes, empty } => {
                    // Custom properties hold their value in an element that is named after its type.
                    if element == "property" || element == "user-defined" {
                        custom = element == "property" && !empty;
                        name = attribute(attributes, "name").unwrap_or_default().into_owned();
                    } else if !custom {
                        name = element.to_string();
                    }
                    text.clear();
                    leaf = !empty;
                }
                Token::Close("property") => custom = false,
                Token::Text(piece) if leaf => text.push_str(&piece),
                Token::Close(_) if leaf => {
                    if let Some(known) = label(&name) {
                        self.add(known, &text);
                    }
                    leaf = false;
                }
                _ => {}
            }
        }
    }
    /// Of the property streams of a compound file.
    pub fn ole(&mut self, ole: &Ole<'_>, storage: usize) {
        for (name, document) in [("\u{5}SummaryInformation", false), ("\u{5}DocumentSummaryInformation", true)] {
            if let Some(stream) = ole.read(storage, name) {
                self.stream(&stream, document);
            }
        }
    }
    fn stream(&mut self, stream: &[u8], document: bool) -> Option<()> {
        let sections = u32_at(stream, 24)?.min(4) as usize;
        for section in 0..sections {
            let from = u32_at(stream, 28 + 20 * section + 16)? as usize;
            self.section(stream.get(from..)?, document, document && section == 1);
        }
        Some(())
    }
    fn section(&mut self, section: &[u8], document: bool, custom: bool) -> Option<()> {
        let count = (u32_at(section, 4)? as usize).min(MOST);
        let places: Vec<(u32, usize)> = (0..count).filter_map(|i| Some((u32_at(section, 8 + 8 * i)?, u32_at(section, 12 + 8 * i)? as usize))).collect();
        let page = places.iter().find(|(id, _)| *id == 1).and_then(|(_, at)| u16_at(section, at + 4));
        let encoding = page.and_then(|page| codepage(i64::from(page))).unwrap_or(encoding_rs::WINDOWS_1252);
        let wide = page == Some(1200);
        let mut names = Vec::new();
        if let (true, Some((_, at))) = (custom, places.iter().find(|(id, _)| *id == 0)) {
            let (entries, mut at) = (u32_at(section, *at)?.min(MOST as u32), at + 4);
            for _ in 0..entries {
                let (Some(id), Some(length)) = (u32_at(section, at), u32_at(section, at + 4)) else { break };
                let bytes = (length as usize).saturating_mul(if wide { 2 } else { 1 });
                let Some(raw) = section.get(at + 8..).and_then(|rest| rest.get(..bytes)) else { break };
                names.push((id, string(raw, encoding, wide)));
                at += 8 + if wide { bytes.next_multiple_of(4) } else { bytes };
            }
        }
        for (id, at) in places {
            let name = match (custom, document, id) {
                (_, _, 0 | 1) => continue,
                (true, _, id) => names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone()),
                (_, false, id) => SUMMARY.iter().find(|(known, _)| *known == id).map(|(_, name)| (*name).to_string()),
                (_, true, id) => DOCUMENT.iter().find(|(known, _)| *known == id).map(|(_, name)| (*name).to_string()),
            };
            if let (Some(name), Some(value)) = (name.filter(|name| !name.starts_with("_PID")), value(section, at, encoding, wide)) {
                self.add(&name, &value);
            }
        }
        Some(())
    }
}

fn string(raw: &[u8], encoding: &'static Encoding, wide: bool) -> String {
    let text = if wide { utf16(raw) } else { encoding.decode_without_bom_handling(raw).0.into_owned() };
    text.trim_end_matches('\0').to_string()
}

fn value(section: &[u8], at: usize, encoding: &'static Encoding, wide: bool) -> Option<String> {
    let text = |at: usize, wide: bool, unit: usize| {
        let length = (u32_at(section, at)? as usize).checked_mul(unit)?;
        Some(string(section.get(at + 4..)?.get(..length)?, encoding, wide))
    };
    match u32_at(section, at)? & 0xffff {
        0x1e => text(at + 4, wide, 1),
        0x1f => text(at + 4, true, 2),
        3 => Some((u32_at(section, at + 4)? as i32).to_string()),
        5 => Some(f64::from_le_bytes(section.get(at + 4..at + 12)?.try_into().ok()?).to_string()),
        0x40 => {
            let ticks = u64::from_le_bytes(section.get(at + 4..at + 12)?.try_into().ok()?);
            let days = i64::try_from(ticks / 864_000_000_000).ok().filter(|days| *days > 100_000)?;
            let (year, month, day) = civil(days - 134_774);
            Some(format!("{year:04}-{month:02}-{day:02}"))
        }
        _ => None,
    }
}

const SUMMARY: &[(u32, &str)] = &[
    (2, "Title"),
    (3, "Subject"),
    (4, "Author"),
    (5, "Keywords"),
    (6, "Comments"),
    (8, "Last saved by"),
    (11, "Last printed"),
    (12, "Created"),
    (13, "Last saved"),
];
const DOCUMENT: &[(u32, &str)] = &[(2, "Category"), (14, "Manager"), (15, "Company"), (26, "Content type"), (27, "Content status")];

/// How an element of a property part is named; `None` for counts and settings. Custom properties keep their name.
fn label(name: &str) -> Option<&str> {
    Some(match name {
        "title" => "Title",
        "subject" => "Subject",
        "creator" | "Author" | "initial-creator" => "Author",
        "keywords" | "keyword" | "Keywords" => "Keywords",
        "description" | "Description" => "Comments",
        "lastModifiedBy" | "LastAuthor" | "printed-by" => "Last saved by",
        "created" | "creation-date" | "Created" => "Created",
        "modified" | "LastSaved" | "date" => "Last saved",
        "lastPrinted" | "LastPrinted" | "print-date" => "Last printed",
        "category" | "Category" => "Category",
        "contentStatus" => "Content status",
        "Title" | "Subject" | "Manager" | "Company" => name,
        // Statistics of the program, and containers.
        "Template"
        | "TotalTime"
        | "Pages"
        | "Words"
        | "Characters"
        | "Application"
        | "DocSecurity"
        | "Lines"
        | "Paragraphs"
        | "ScaleCrop"
        | "LinksUpToDate"
        | "CharactersWithSpaces"
        | "SharedDoc"
        | "HyperlinksChanged"
        | "AppVersion"
        | "PresentationFormat"
        | "Slides"
        | "Notes"
        | "HiddenSlides"
        | "MMClips"
        | "lpstr"
        | "lpwstr"
        | "i4"
        | "variant"
        | "vector"
        | "revision"
        | "version"
        | "Revision"
        | "Version"
        | "language"
        | "generator"
        | "editing-duration"
        | "editing-cycles"
        | "document-statistic"
        | "template"
        | "bool"
        | "property" => return None,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let mut found = Properties::default();
        found.xml("<cp:coreProperties><dc:title>A &amp; B</dc:title><dc:creator> Ann  Lee </dc:creator><cp:revision>2</cp:revision></cp:coreProperties>");
        found.xml("<Properties><Company>Clinic</Company><TitlesOfParts><vt:vector><vt:lpstr>Sheet1</vt:lpstr></vt:vector></TitlesOfParts></Properties>");
        found.xml("<Properties><property name='MRN'><vt:lpwstr>12345</vt:lpwstr></property></Properties>");
        let lines: Vec<String> = found.0.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(lines, ["Title: A & B", "Author: Ann Lee", "Company: Clinic", "MRN: 12345"]);
    }

    #[test]
    fn streams() {
        let mut section = Vec::new();
        for number in [0_u32, 3, 1, 32, 4, 40, 12, 56] {
            section.extend(number.to_le_bytes());
        }
        section.extend([2, 0, 0, 0, 0xe4, 4, 0, 0]);
        section.extend([0x1e, 0, 0, 0, 6, 0, 0, 0]);
        section.extend(b"N\xfa\xf1ez\0\0\0");
        section.extend([0x40, 0, 0, 0]);
        section.extend((134_774_u64 * 864_000_000_000).to_le_bytes());
        let mut stream = vec![0_u8; 48];
        stream[24] = 1;
        stream[44] = 48;
        stream.extend(section);
        let mut found = Properties::default();
        found.stream(&stream, false);
        assert_eq!(found.0, [("Author".to_string(), "N\u{fa}\u{f1}ez".to_string()), ("Created".into(), "1970-01-01".into())]);
        // Offsets and counts that lie.
        for at in 0..stream.len() {
            let mut stream = stream.clone();
            stream[at] = 0xff;
            Properties::default().stream(&stream, true);
        }
    }
}
