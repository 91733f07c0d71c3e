//! The elements of a data set as words: lines of attributes, structured reports, directories.

use super::charset::Charset;
use super::set::{Element, Set, Value, keyword};
use dicom_dictionary_std::tags;
use dicom_object::Tag;

/// More numbers than this are look-up tables and curves.
const NUMBERS: usize = 256;
/// Longest value carved out of a private block of bytes, and most bytes looked at.
const CARVED: usize = 4096;
const BLOCK: usize = 4 << 20;
/// Shortest words carved.
const WORD: usize = 8;
/// The columns of a directory: what its records say of patient, study, series and object.
const DIRECTORY: &[(Tag, &str)] = &[
    (tags::DIRECTORY_RECORD_TYPE, "RecordType"),
    (tags::PATIENT_NAME, "PatientName"),
    (tags::PATIENT_ID, "PatientID"),
    (tags::PATIENT_BIRTH_DATE, "PatientBirthDate"),
    (tags::PATIENT_SEX, "PatientSex"),
    (tags::STUDY_DATE, "StudyDate"),
    (tags::STUDY_DESCRIPTION, "StudyDescription"),
    (tags::ACCESSION_NUMBER, "AccessionNumber"),
    (tags::MODALITY, "Modality"),
    (tags::SERIES_DESCRIPTION, "SeriesDescription"),
    (tags::INSTANCE_NUMBER, "InstanceNumber"),
    (tags::REFERENCED_FILE_ID, "ReferencedFileID"),
];

/// Reads values in the character set of a data set.
#[derive(Clone, Copy)]
pub(super) struct Words {
    charset: Charset,
}

impl Words {
    pub fn of(set: &Set<'_>) -> Words {
        Words { charset: Charset::DEFAULT }.inside(set)
    }
    /// Of an item: its own character set, or the one around it.
    fn inside(self, set: &Set<'_>) -> Words {
        match set.bytes(tags::SPECIFIC_CHARACTER_SET) {
            Some(value) => Words { charset: Charset::of(&String::from_utf8_lossy(value.get(..256).unwrap_or(value))) },
            None => self,
        }
    }

    /// A value on one line; nothing for sequences, pixels and tables of numbers.
    pub fn text(self, element: &Element<'_>) -> String {
        let Value::Bytes(bytes) = element.value else { return String::new() };
        let value = match &element.vr {
            // One value, whatever it contains.
            b"LT" | b"ST" | b"UT" | b"UR" => self.charset.decode(bytes).trim_matches([' ', '\0']).to_string(),
            b"US" | b"SS" | b"UL" | b"SL" | b"UV" | b"SV" | b"FL" | b"FD" => {
                let numbers = if bytes.len() > NUMBERS * 8 { Vec::new() } else { element.numbers() };
                if numbers.len() > NUMBERS { String::new() } else { numbers.iter().map(f64::to_string).collect::<Vec<_>>().join("\\") }
            }
            b"AT" => {
                let pair = |four: &[u8]| match four {
                    [a, b, c, d] if element.big => format!("({a:02X}{b:02X},{c:02X}{d:02X})"),
                    [a, b, c, d] => format!("({b:02X}{a:02X},{d:02X}{c:02X})"),
                    _ => String::new(),
                };
                bytes.chunks_exact(4).take(NUMBERS).map(pair).collect::<Vec<_>>().join("\\")
            }
            b"OB" | b"OW" | b"OF" | b"OD" | b"OL" | b"OV" if element.tag.0.is_multiple_of(2) => String::new(),
            b"UN" | b"OB" | b"OW" | b"OF" | b"OD" | b"OL" | b"OV" => match crate::text::decode(bytes.get(..BLOCK).unwrap_or(bytes)) {
                Some(_) if bytes.len() < BLOCK => self.charset.decode(bytes),
                Some(text) => text,
                None => carved(bytes.get(..BLOCK).unwrap_or(bytes)),
            },
            vr => {
                let values = self.charset.decode(bytes);
                let number = matches!(vr, b"DS" | b"IS");
                let parts: Vec<&str> = values.split('\\').map(|value| value.trim_matches([' ', '\0', '\n', '\r', '\t'])).collect();
                if number && parts.len() > NUMBERS { String::new() } else { parts.join("\\") }
            }
        };
        value.replace("\r\n", " ").replace(['\n', '\r', '\u{c}', '\t'], " ").replace('\0', "").trim().to_string()
    }

    /// Lines `(gggg,eeee) Keyword: value`; those inside sequences carry the path to them.
    pub fn attributes(self, set: &Set<'_>, lines: &mut Vec<String>) {
        self.attributes_below(set, "", lines);
    }
    fn attributes_below(self, set: &Set<'_>, path: &str, lines: &mut Vec<String>) {
        let words = self.inside(set);
        for element in &set.elements {
            let tag = element.tag;
            let key = format!("{path}({:04X},{:04X})", tag.0, tag.1);
            if let Value::Items(items) = &element.value {
                for (at, item) in items.iter().enumerate() {
                    words.attributes_below(item, &format!("{key}[{}].", at + 1), lines);
                }
                continue;
            }
            // The lengths of groups; places in a directory, and what its table shows.
            let place = matches!(tag, Tag(4, 0x1400 | 0x1410 | 0x1420));
            if tag.1 == 0 || path.starts_with("(0004,1220)") && (place || DIRECTORY.iter().any(|(column, _)| *column == tag)) {
                continue;
            }
            let value = words.text(element);
            if !value.is_empty() {
                lines.push(format!("{key} {}: {value}", words.name(set, tag)));
            }
        }
    }
    /// The keyword of a tag; of a private one with its creator's name.
    fn name(self, set: &Set<'_>, tag: Tag) -> String {
        let keyword = keyword(tag);
        let creator = (keyword == "Private").then(|| set.element(Tag(tag.0, tag.1 >> 8))).flatten().map(|creator| self.text(creator));
        match creator.filter(|creator| !creator.is_empty()) {
            Some(creator) => format!("Private [{}]", creator.replace([':', ']', '['], " ")),
            None => keyword.to_string(),
        }
    }

    /// A structured report's content tree as lines `concept: value`.
    pub fn report(self, set: &Set<'_>, lines: &mut Vec<String>) {
        let words = self.inside(set);
        for item in set.items(tags::CONTENT_SEQUENCE) {
            let within = words.inside(item);
            let concept = within.meaning(item, tags::CONCEPT_NAME_CODE_SEQUENCE);
            let texts = [tags::TEXT_VALUE, tags::PERSON_NAME, tags::DATE, tags::TIME, tags::DATE_TIME, tags::UID];
            let mut value =
                texts.into_iter().filter_map(|tag| item.element(tag)).map(|element| within.text(element)).find(|value| !value.is_empty()).unwrap_or_default();
            if value.is_empty() {
                value = within.meaning(item, tags::CONCEPT_CODE_SEQUENCE);
            }
            if let Some(measured) = item.items(tags::MEASURED_VALUE_SEQUENCE).first() {
                let number = measured.element(tags::NUMERIC_VALUE).map(|number| within.text(number)).unwrap_or_default();
                value = format!("{number} {}", within.meaning(measured, tags::MEASUREMENT_UNITS_CODE_SEQUENCE));
            }
            match (concept.is_empty(), value.trim().is_empty()) {
                (false, false) => lines.push(format!("{concept}: {}", value.trim())),
                (true, false) => lines.push(value),
                (false, true) => lines.push(concept),
                (true, true) => {}
            }
            within.report(item, lines);
        }
    }
    /// What a code means; the code itself where its meaning is missing.
    fn meaning(self, item: &Set<'_>, sequence: Tag) -> String {
        let Some(code) = item.items(sequence).first() else { return String::new() };
        let words = self.inside(code);
        let parts = [tags::CODE_MEANING, tags::CODE_VALUE, tags::LONG_CODE_VALUE].into_iter().filter_map(|tag| code.element(tag));
        parts.map(|element| words.text(element)).find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The records of a directory, one a row. A study stands with the patient that it is of.
    pub fn directory(self, set: &Set<'_>) -> (Vec<String>, Vec<Vec<String>>) {
        let mut patient: Option<Vec<String>> = None;
        let mut rows = Vec::new();
        for record in set.items(tags::DIRECTORY_RECORD_SEQUENCE) {
            let words = self.inside(record);
            let mut row: Vec<String> = DIRECTORY.iter().map(|(tag, _)| record.element(*tag).map(|element| words.text(element)).unwrap_or_default()).collect();
            match row.first().map(String::as_str) {
                Some("PATIENT") => patient = Some(row.clone()),
                Some("STUDY") => {
                    for (cell, of_patient) in row.iter_mut().zip(patient.iter().flatten()).skip(1).take(4).filter(|(cell, _)| cell.is_empty()) {
                        cell.clone_from(of_patient);
                    }
                }
                _ => {}
            }
            rows.push(row);
        }
        (DIRECTORY.iter().map(|(_, name)| (*name).to_string()).collect(), rows)
    }
}

/// The words in a block of bytes that a maker keeps for itself.
fn carved(bytes: &[u8]) -> String {
    let mut out = String::new();
    for run in bytes.split(|b| !(0x20..0x7f).contains(b)) {
        let text = String::from_utf8_lossy(run);
        let text = text.trim();
        let worded = text.bytes().filter(u8::is_ascii_alphanumeric).count() * 4 >= text.len() * 3;
        if text.len() >= WORD && worded && out.len() + text.len() < CARVED {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(text);
        }
    }
    out
}
