//! DICOM: every text-like attribute, sequences and private ones included; structured reports as text; encapsulated documents as
//! members. Files without preamble or file meta are read too. Pixel data is never read here, and said so where text may be burned in.

use crate::{Head, Task};
use dicom_dictionary_std::tags;
use dicom_object::file::ReadPreamble;
use dicom_object::mem::InMemElement;
use dicom_object::{DefaultDicomObject, InMemDicomObject, OpenFileOptions, Tag};
use dosimeter_case::tables::{DocumentStatus, Layout};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::OnceLock;

/// How deep sequences may nest.
const DEPTH: usize = 32;
/// Value representations that hold no text.
const BINARY: &[&str] = &["OB", "OW", "OF", "OD", "OL", "OV", "SQ"];
const EXPLICIT: &[u8] = b"1.2.840.10008.1.2.1";
const IMPLICIT: &[u8] = b"1.2.840.10008.1.2";
const BIG_ENDIAN: &[u8] = b"1.2.840.10008.1.2.2";
const DEFLATED: &[u8] = b"1.2.840.10008.1.2.1.99";

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.at(128, b"DICM") || head.starts(b"DICM") || headless(head.content)
}

/// A data set without preamble: it begins with an element of group 2 or 8.
fn headless(content: &[u8]) -> bool {
    let Some(&[a, b, c, d, e, f, g, h]) = content.get(..8).and_then(|head| <&[u8; 8]>::try_from(head).ok()) else { return false };
    let vr = e.is_ascii_uppercase() && f.is_ascii_uppercase();
    let short = u32::from_le_bytes([e, f, g, h]) < 256;
    match [a, b] {
        [2, 0] => d == 0 && c < 0x20 && vr,
        [8, 0] => d == 0 && (vr || short && content.len() > 64) || d == 0 && c == 0 && short,
        [0, 8] => c == 0 && d < 0x70 && vr,
        _ => false,
    }
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(object) = open(task.head.content) else {
        task.document.method = "none".into();
        return task.problem(DocumentStatus::Corrupt, "the data set cannot be read");
    };
    let value = |tag| object.element(tag).ok().map(text).filter(|value| !value.is_empty());
    task.document.study_uid = value(tags::STUDY_INSTANCE_UID);
    task.document.series_uid = value(tags::SERIES_INSTANCE_UID);
    task.document.sop_uid = value(tags::SOP_INSTANCE_UID);
    task.document.patient_id = value(tags::PATIENT_ID);
    task.document.pages = value(tags::NUMBER_OF_FRAMES).and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut lines = Vec::new();
    attributes(&object, "", 0, &mut lines);
    task.passage("tags", Layout::Dicom, Vec::new(), 1, lines.join("\n"));
    let mut report = Vec::new();
    content(&object, 0, &mut report);
    if !report.is_empty() {
        task.running_text("report", &report.join("\n"));
    }
    if let Some(file) = object.element(tags::ENCAPSULATED_DOCUMENT).ok().and_then(|element| element.to_bytes().ok().map(|bytes| bytes.into_owned())) {
        let kind = value(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT).unwrap_or_default().to_lowercase();
        let extension =
            ["pdf", "xml", "stl", "obj"].into_iter().find(|ending| kind.contains(ending)).unwrap_or(if file.starts_with(b"%PDF") { "pdf" } else { "bin" });
        task.member(&format!("encapsulated.{extension}"), file.strip_suffix(b"\0").unwrap_or(&file).to_vec());
    }
    let capture = value(tags::SOP_CLASS_UID).is_some_and(|class| class.starts_with("1.2.840.10008.5.1.4.1.1.7"));
    let burned = value(tags::BURNED_IN_ANNOTATION).map(|word| word.eq_ignore_ascii_case("YES"));
    let scanned = value(tags::CONVERSION_TYPE).is_some_and(|kind| matches!(kind.as_str(), "DF" | "DI" | "SD" | "DRW"));
    if object.element(tags::ROWS).is_ok() && burned.unwrap_or(capture || scanned) {
        task.problem(DocumentStatus::Partly, "pixel data may hold burned-in text and was not read: needs OCR");
    }
}

/// Opens a file, or a data set without its head: the transfer syntax is then guessed.
fn open(content: &[u8]) -> Option<DefaultDicomObject> {
    let plain = |bytes: &[u8]| OpenFileOptions::new().read_until(tags::PIXEL_DATA).read_preamble(ReadPreamble::Always).from_reader(bytes).ok();
    if content.get(128..132) == Some(b"DICM")
        && let Some(object) = plain(content)
    {
        return Some(object);
    }
    let body = match () {
        () if content.get(128..132) == Some(b"DICM") => content.get(132..)?,
        () if content.starts_with(b"DICM") => content.get(4..)?,
        () => content,
    };
    let (syntax, data) = after_meta(body);
    let syntax = syntax.filter(|uid| !uid.is_empty()).unwrap_or_else(|| guess(data).to_vec());
    if syntax == DEFLATED {
        let mut inflated = Vec::new();
        flate2::read::DeflateDecoder::new(data).take(1 << 30).read_to_end(&mut inflated).ok()?;
        return plain(&with_meta(EXPLICIT, &inflated));
    }
    plain(&with_meta(&syntax, data)).or_else(|| plain(&with_meta(guess(data), data)))
}

/// The transfer syntax that a (damaged) file meta group names, and the data set after it.
fn after_meta(body: &[u8]) -> (Option<Vec<u8>>, &[u8]) {
    let (mut rest, mut syntax) = (body, None);
    while let Some([2, 0, c, d, v, w, lo, hi]) = rest.get(..8).and_then(|head| <&[u8; 8]>::try_from(head).ok()).copied() {
        let (head, length): (usize, usize) = match [v, w] {
            [b'O', b'B'] | [b'U', b'N'] | [b'O', b'W'] | [b'U', b'T'] | [b'S', b'Q'] => {
                (12, rest.get(8..12).and_then(|n| n.try_into().ok()).map_or(0, u32::from_le_bytes) as usize)
            }
            _ if v.is_ascii_uppercase() => (8, usize::from(u16::from_le_bytes([lo, hi]))),
            // File meta in implicit form, against the standard.
            _ => (8, u32::from_le_bytes([v, w, lo, hi]) as usize),
        };
        let Some(value) = rest.get(head..head.saturating_add(length)) else { break };
        if [c, d] == [0x10, 0] {
            syntax = Some(value.iter().copied().filter(|b| *b != 0 && *b != b' ').collect());
        }
        rest = rest.get(head + length..).unwrap_or_default();
    }
    (syntax, rest)
}

fn guess(data: &[u8]) -> &'static [u8] {
    let explicit = data.get(4..6).is_some_and(|vr| vr.iter().all(u8::is_ascii_uppercase));
    match (explicit, data.first()) {
        (true, Some(0)) => BIG_ENDIAN,
        (true, _) => EXPLICIT,
        (false, _) => IMPLICIT,
    }
}

/// A complete file around a data set.
fn with_meta(syntax: &[u8], data: &[u8]) -> Vec<u8> {
    let mut meta = Vec::new();
    let mut element = |number: u16, vr: &[u8], value: &[u8]| {
        meta.extend_from_slice(&[2, 0]);
        meta.extend_from_slice(&number.to_le_bytes());
        meta.extend_from_slice(vr);
        let padded = value.len().next_multiple_of(2);
        if vr == b"OB" {
            meta.extend_from_slice(&[0, 0]);
            meta.extend_from_slice(&(padded as u32).to_le_bytes());
        } else {
            meta.extend_from_slice(&(padded as u16).to_le_bytes());
        }
        meta.extend_from_slice(value);
        meta.resize(meta.len() + padded - value.len(), 0);
    };
    element(1, b"OB", &[0, 1]);
    element(2, b"UI", b"1.2.840.10008.5.1.4.1.1.7");
    element(3, b"UI", b"1.2");
    element(0x10, b"UI", syntax);
    element(0x12, b"UI", b"1.2");
    let mut out = vec![0; 128];
    out.extend_from_slice(b"DICM");
    out.extend_from_slice(&[2, 0, 0, 0, b'U', b'L', 4, 0]);
    out.extend_from_slice(&(meta.len() as u32).to_le_bytes());
    out.extend_from_slice(&meta);
    out.extend_from_slice(data);
    out
}

/// An attribute's value on one line.
fn text(element: &InMemElement) -> String {
    let value = match element.vr().to_string() {
        "UN" => match element.to_bytes() {
            Ok(bytes) => crate::text::decode(&bytes).unwrap_or_default(),
            Err(_) => String::new(),
        },
        vr if BINARY.contains(&vr) => String::new(),
        _ => match element.to_multi_str() {
            // Look-up tables and the like.
            Ok(values) if values.len() > 256 => String::new(),
            Ok(values) => values.iter().map(|value| value.trim_matches([' ', '\0'])).collect::<Vec<_>>().join("\\"),
            Err(_) => String::new(),
        },
    };
    value.replace("\r\n", " ").replace(['\n', '\r', '\u{c}'], " ").replace('\0', "").trim().to_string()
}

/// Lines `(gggg,eeee) Keyword: value`; those inside sequences carry the path to them.
fn attributes(object: &InMemDicomObject, path: &str, depth: usize, lines: &mut Vec<String>) {
    for element in object.iter() {
        let tag = element.header().tag;
        let key = format!("{path}({:04X},{:04X})", tag.0, tag.1);
        if let Some(items) = element.value().items() {
            for (at, item) in items.iter().enumerate().filter(|_| depth < DEPTH) {
                attributes(item, &format!("{key}[{}].", at + 1), depth + 1, lines);
            }
            continue;
        }
        let value = text(element);
        if !value.is_empty() {
            lines.push(format!("{key} {}: {value}", keyword(tag)));
        }
    }
}

/// The keyword of a tag, from the data dictionary of PS3.6.
fn keyword(tag: Tag) -> &'static str {
    static KEYWORDS: OnceLock<BTreeMap<u32, &'static str>> = OnceLock::new();
    let keywords = KEYWORDS.get_or_init(|| {
        let lines = include_str!("keywords.txt").lines().filter_map(|line| line.split_once(' '));
        lines.filter_map(|(tag, keyword)| Some((u32::from_str_radix(tag, 16).ok()?, keyword))).collect()
    });
    match tag {
        Tag(group, 0x10..=0xff) if group % 2 == 1 => "PrivateCreator",
        Tag(group, _) if group % 2 == 1 => "Private",
        Tag(group, element) => keywords.get(&(u32::from(group) << 16 | u32::from(element))).copied().unwrap_or("Attribute"),
    }
}

/// A structured report's content tree as lines `concept: value`.
fn content(object: &InMemDicomObject, depth: usize, lines: &mut Vec<String>) {
    let Ok(sequence) = object.element(tags::CONTENT_SEQUENCE) else { return };
    for item in sequence.value().items().unwrap_or_default() {
        let concept = meaning(item, tags::CONCEPT_NAME_CODE_SEQUENCE);
        let mut value = [tags::TEXT_VALUE, tags::PERSON_NAME, tags::DATE, tags::TIME, tags::DATE_TIME]
            .into_iter()
            .filter_map(|tag| item.element(tag).ok())
            .map(text)
            .find(|value| !value.is_empty())
            .unwrap_or_default();
        if value.is_empty() {
            value = meaning(item, tags::CONCEPT_CODE_SEQUENCE);
        }
        if let Some(measured) = item.element(tags::MEASURED_VALUE_SEQUENCE).ok().and_then(|measured| measured.value().items()?.first()) {
            value = measured.element(tags::NUMERIC_VALUE).map(text).unwrap_or_default();
            value = format!("{value} {}", meaning(measured, tags::MEASUREMENT_UNITS_CODE_SEQUENCE));
        }
        match (concept.is_empty(), value.trim().is_empty()) {
            (false, false) => lines.push(format!("{concept}: {}", value.trim())),
            (true, false) => lines.push(value),
            (false, true) => lines.push(concept),
            (true, true) => {}
        }
        if depth < DEPTH {
            content(item, depth + 1, lines);
        }
    }
}

fn meaning(item: &InMemDicomObject, sequence: Tag) -> String {
    let first = item.element(sequence).ok().and_then(|sequence| sequence.value().items()?.first());
    first.and_then(|code| code.element(tags::CODE_MEANING).ok()).map(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    fn element(group: u16, number: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
        let mut out = [group.to_le_bytes(), number.to_le_bytes()].concat();
        out.extend_from_slice(vr);
        if vr == b"SQ" {
            out.extend_from_slice(&[0, 0]);
            out.extend_from_slice(&(value.len() as u32).to_le_bytes());
        } else {
            out.extend_from_slice(&(value.len() as u16).to_le_bytes());
        }
        out.extend_from_slice(value);
        out
    }

    #[test]
    fn headless_data_set() {
        let code = element(8, 0x104, b"LO", b"Finding ");
        let item = [&[0xfe, 0xff, 0x00, 0xe0], &(code.len() as u32).to_le_bytes()[..], &code].concat();
        let inner = element(0x40, 0xa043, b"SQ", &item);
        let item = [&[0xfe, 0xff, 0x00, 0xe0], &(inner.len() as u32).to_le_bytes()[..], &inner].concat();
        let data = [
            element(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
            element(0x10, 0x10, b"PN", b"LEE^ANN "),
            element(0x10, 0x20, b"LO", b"77"),
            element(0x11, 0x10, b"LO", b"ACME"),
            element(0x11, 0x1001, b"LO", b"note"),
            element(0x28, 0x10, b"US", &[2, 0]),
            element(0x40, 0xa730, b"SQ", &item),
        ]
        .concat();
        check("x", &data, "\
partly application/dicom tags (pixel data may hold burned-in text and was not read: needs OCR)
[tags dicom] (0008,0016) SOPClassUID: 1.2.840.10008.5.1.4.1.1.7\\n(0010,0010) PatientName: LEE^ANN\\n(0010,0020) PatientID: 77\\n(0011,0010) PrivateCreator: ACME\\n(0011,1001) Private: note\\n(0028,0010) Attribute: 2\\n(0040,A730)[1].(0040,A043)[1].(0008,0104) CodeMeaning: Finding
[report text] Finding");
    }
}
