//! Imaging studies: DICOM files in explicit VR little endian with a tiny image, and the ids that Orthanc gives them.

use super::picture::draw;
use super::{Instance, Shelf, Study, Visit};
use crate::people::{Person, Style, compact};
use crate::staff::CLINIC;
use crate::truth::Mention;
use serde_json::json;
use sha1::{Digest, Sha1};

const ROOT: &str = "1.2.826.0.1.3680043.10.4471";

/// Puts `n` studies of two or three instances each on the PACS.
pub fn studies(shelf: &mut Shelf, n: usize) {
    for serial in 1..=n {
        let visit = shelf.visit(2019, 2024);
        let person = &shelf.people[visit.patient];
        let year = visit.day.year();
        let (study_uid, series_uid) = (format!("{ROOT}.{}.{serial}", shelf.seed % 100_000), format!("{ROOT}.{}.{serial}.1", shelf.seed % 100_000));
        let class = match visit.modality {
            "CT" => "1.2.840.10008.5.1.4.1.1.2",
            "MR" => "1.2.840.10008.5.1.4.1.1.4",
            "US" => "1.2.840.10008.5.1.4.1.1.6.1",
            "NM" => "1.2.840.10008.5.1.4.1.1.20",
            _ => "1.2.840.10008.5.1.4.1.1.1",
        };
        let mut instances = Vec::new();
        for number in 1..=shelf.dice.range(2, 3) {
            let sop_uid = format!("{series_uid}.{number}");
            // Some modalities are given the address and the diagnosis by the work list, some burn the name into the picture.
            let (full, burned) = (shelf.dice.chance(0.3), shelf.dice.chance(0.06));
            let name = person.name(Style::Caret, year);
            let address = if full { person.address_in(year).line() } else { String::new() };
            let physician = shelf.people[visit.provider].name(Style::Caret, year);
            let mut mention = Mention::new(visit.patient, "patient")
                .with("name", &name)
                .with("mrn", &person.mrn)
                .with("dob", compact(person.dob))
                .with("image", visit.modality);
            mention = mention.with("service_date", compact(visit.day)).with("procedure", visit.study).with("provider", &physician).with("address", &address);
            mention = mention.with("diagnosis", if full { visit.diagnosis.0 } else { "" }).at(json!({"part": "tags"}));
            let text =
                if burned { vec![person.name(Style::Caps, year), format!("DOB {}", person.dob_us()), format!("MRN {}", person.mrn)] } else { vec!["L".into()] };
            let file = Tags { person, visit: &visit, name: &name, address: &address, physician: &physician, full }.file(
                class,
                &study_uid,
                &series_uid,
                &sop_uid,
                number,
                &text,
            );
            let kind = if number == 3 { "obj" } else { "img" };
            let path = format!("Pacs/{year}/{}/{kind}{number:03}.dcm", visit.accession);
            let orthanc = orthanc(&[&person.mrn, &study_uid, &series_uid, &sop_uid]);
            instances.push(Instance { orthanc, bytes: file.len(), path: path.clone() });
            let document = shelf.put(path, "dicom", file, vec![mention]);
            document.study = Some((serial - 1, sop_uid));
            document.remark = if burned { "name burned into the picture too" } else { "" };
        }
        let orthanc = orthanc(&[&person.mrn, &study_uid]);
        shelf.studies.push(Study { patient: visit.patient, uid: study_uid, orthanc, instances });
    }
}

/// The id under which Orthanc's web interface shows an object: SHA-1 of the identifiers joined by `|`.
pub fn orthanc(parts: &[&str]) -> String {
    let digest = Sha1::digest(parts.join("|").as_bytes());
    let hex = crate::dice::hex(&digest);
    (0..5).map(|i| &hex[8 * i..8 * i + 8]).collect::<Vec<_>>().join("-")
}

/// What the tags of one study are made from.
struct Tags<'a> {
    person: &'a Person,
    visit: &'a Visit,
    name: &'a str,
    address: &'a str,
    physician: &'a str,
    full: bool,
}

impl Tags<'_> {
    fn file(&self, class: &str, study: &str, series: &str, sop: &str, number: i64, text: &[String]) -> Vec<u8> {
        let mut meta = Writer::default();
        meta.put(0x0002, 0x0001, b"OB", &[0, 1]);
        meta.text(0x0002, 0x0002, b"UI", class);
        meta.text(0x0002, 0x0003, b"UI", sop);
        meta.text(0x0002, 0x0010, b"UI", "1.2.840.10008.1.2.1");
        meta.text(0x0002, 0x0012, b"UI", "1.2.826.0.1.3680043.10.4471.1.1");
        let (p, v) = (self.person, self.visit);
        let picture = draw(text, 1, 230, 20);
        let mut set = Writer::default();
        set.text(0x0008, 0x0005, b"CS", "ISO_IR 192");
        set.text(0x0008, 0x0016, b"UI", class);
        set.text(0x0008, 0x0018, b"UI", sop);
        set.text(0x0008, 0x0020, b"DA", &compact(v.day));
        set.text(0x0008, 0x0030, b"TM", "101500");
        set.text(0x0008, 0x0050, b"SH", &v.accession);
        set.text(0x0008, 0x0060, b"CS", v.modality);
        set.text(0x0008, 0x0080, b"LO", CLINIC);
        set.text(0x0008, 0x0090, b"PN", self.physician);
        set.text(0x0008, 0x1030, b"LO", v.study);
        if self.full {
            set.text(0x0008, 0x1080, b"LO", v.diagnosis.0);
        }
        set.text(0x0010, 0x0010, b"PN", self.name);
        set.text(0x0010, 0x0020, b"LO", &p.mrn);
        set.text(0x0010, 0x0030, b"DA", &compact(p.dob));
        set.text(0x0010, 0x0040, b"CS", &p.sex.to_string());
        if !self.address.is_empty() {
            set.text(0x0010, 0x1040, b"LO", self.address);
        }
        set.text(0x0020, 0x000D, b"UI", study);
        set.text(0x0020, 0x000E, b"UI", series);
        set.text(0x0020, 0x0010, b"SH", &v.accession);
        set.text(0x0020, 0x0013, b"IS", &number.to_string());
        set.short(0x0028, 0x0002, 1);
        set.text(0x0028, 0x0004, b"CS", "MONOCHROME2");
        set.short(0x0028, 0x0010, picture.height as u16);
        set.short(0x0028, 0x0011, picture.width as u16);
        for (element, value) in [(0x0100, 8), (0x0101, 8), (0x0102, 7), (0x0103, 0)] {
            set.short(0x0028, element, value);
        }
        set.put(0x7FE0, 0x0010, b"OB", &picture.pixels);
        let mut head = Writer::default();
        head.put(0x0002, 0x0000, b"UL", &(meta.0.len() as u32).to_le_bytes());
        let mut out = vec![0; 128];
        out.extend(b"DICM");
        out.extend(head.0);
        out.extend(meta.0);
        out.extend(set.0);
        out
    }
}

/// Data elements in explicit VR little endian.
#[derive(Default)]
struct Writer(Vec<u8>);
impl Writer {
    fn put(&mut self, group: u16, element: u16, vr: &[u8; 2], value: &[u8]) {
        self.0.extend(group.to_le_bytes());
        self.0.extend(element.to_le_bytes());
        self.0.extend(vr);
        let padded = value.len() + value.len() % 2;
        if vr == b"OB" {
            self.0.extend([0, 0]);
            self.0.extend((padded as u32).to_le_bytes());
        } else {
            self.0.extend((padded as u16).to_le_bytes());
        }
        self.0.extend(value);
        if value.len() % 2 == 1 {
            self.0.push(if vr == b"UI" || vr == b"OB" { 0 } else { b' ' });
        }
    }
    fn text(&mut self, group: u16, element: u16, vr: &[u8; 2], value: &str) {
        self.put(group, element, vr, value.as_bytes());
    }
    fn short(&mut self, group: u16, element: u16, value: u16) {
        self.put(group, element, b"US", &value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_have_even_length_and_the_right_head() {
        let mut w = Writer::default();
        w.text(0x0010, 0x0020, b"LO", "123");
        w.put(0x7FE0, 0x0010, b"OB", &[1, 2, 3]);
        assert_eq!(w.0, [0x10, 0, 0x20, 0, b'L', b'O', 4, 0, b'1', b'2', b'3', b' ', 0xE0, 0x7F, 0x10, 0, b'O', b'B', 0, 0, 4, 0, 0, 0, 1, 2, 3, 0]);
    }

    #[test]
    fn ids_as_orthanc_forms_them() {
        // SHA-1 of "a|b".
        assert_eq!(orthanc(&["a", "b"]), orthanc(&["a|b"]));
        assert_eq!(orthanc(&["abc"]), "a9993e36-4706816a-ba3e2571-7850c26c-9cd0d89d");
    }
}
