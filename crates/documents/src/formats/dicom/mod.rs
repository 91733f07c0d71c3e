//! DICOM: every text-like attribute, sequences and private ones included; structured reports as text; directories as tables;
//! encapsulated documents as members; text that is burned into the picture or lies over it by OCR. Files without preamble or
//! file meta, and those that are cut off, are read as far as they go.

mod burned;
mod charset;
mod pixels;
mod rle;
mod set;
mod words;

use crate::{Head, Task};
use dicom_dictionary_std::tags;
use dosimeter_case::tables::{DocumentStatus, Layout};
use set::{Reader, Set, Syntax, Value};
use std::io::Read;

const EXPLICIT: Syntax = Syntax { explicit: true, big: false };
const IMPLICIT: Syntax = Syntax { explicit: false, big: false };
const BIG_ENDIAN: Syntax = Syntax { explicit: true, big: true };
/// Transfer syntaxes that say how elements are written; in all others they are explicit, low byte first.
const IMPLICIT_UID: &str = "1.2.840.10008.1.2";
const BIG_ENDIAN_UID: &str = "1.2.840.10008.1.2.2";
const DEFLATED_UID: &str = "1.2.840.10008.1.2.1.99";

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
    let bytes = task.head.bytes.clone();
    let body = match () {
        () if bytes.get(128..132) == Some(b"DICM") => bytes.get(132..),
        () if bytes.starts_with(b"DICM") => bytes.get(4..),
        () => Some(&bytes[..]),
    };
    let body = body.unwrap_or_default();
    let (meta, data) = meta(body);
    let uid = meta.word(tags::TRANSFER_SYNTAX_UID);
    let mut inflated = Vec::new();
    let mut broken = false;
    let data = if uid == DEFLATED_UID {
        let room = task.room();
        broken = flate2::read::DeflateDecoder::new(data).take(room).read_to_end(&mut inflated).is_err() || inflated.len() as u64 >= room;
        &inflated[..]
    } else {
        data
    };
    let mut reader = Reader::new(data);
    let object = reader.whole(syntax(&uid, data));
    broken |= reader.broken;
    let nothing = object.elements.iter().all(|element| matches!(element.value, Value::Bytes([])));
    if nothing && (broken || meta.elements.is_empty() || object.elements.is_empty() && !data.is_empty()) {
        task.document.method = "none".into();
        return task.problem(DocumentStatus::Corrupt, "the data set cannot be read");
    }
    give(task, &meta, &object);
    if broken {
        task.problem(DocumentStatus::Partly, "the data set is damaged or cut off: what can be made out of it was read");
    }
    pixels::read(task, &object, &uid);
}

/// Everything but the pixels.
fn give(task: &mut Task<'_, '_>, meta: &Set<'_>, object: &Set<'_>) {
    let value = |tag| Some(object.word(tag)).filter(|value| !value.is_empty());
    task.document.study_uid = value(tags::STUDY_INSTANCE_UID);
    task.document.series_uid = value(tags::SERIES_INSTANCE_UID);
    task.document.sop_uid = value(tags::SOP_INSTANCE_UID);
    let texts = words::Words::of(object);
    task.document.patient_id = object.element(tags::PATIENT_ID).map(|id| texts.text(id)).filter(|id| !id.is_empty());
    task.document.pages = object.size(tags::NUMBER_OF_FRAMES).filter(|n| (1..1_000_000).contains(n)).unwrap_or(1) as i64;
    let mut lines = Vec::new();
    words::Words::of(meta).attributes(meta, &mut lines);
    texts.attributes(object, &mut lines);
    task.passage("tags", Layout::Dicom, Vec::new(), 1, lines.join("\n"));
    let mut report = Vec::new();
    texts.report(object, &mut report);
    if !report.is_empty() {
        task.running_text("report", &report.join("\n"));
    }
    let (columns, rows) = texts.directory(object);
    if !rows.is_empty() {
        task.named_table("DICOMDIR", &columns, rows, 1);
    }
    if let Some(file) = object.bytes(tags::ENCAPSULATED_DOCUMENT) {
        let kind = object.word(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT).to_lowercase();
        let extension =
            ["pdf", "xml", "stl", "obj"].into_iter().find(|ending| kind.contains(ending)).unwrap_or(if file.starts_with(b"%PDF") { "pdf" } else { "bin" });
        let file = file.strip_suffix(b"\0").unwrap_or(file);
        let name = format!("encapsulated.{extension}");
        if task.may_add() && file.len() as u64 <= task.room() {
            // Inside a deflated data set it is no part of the content.
            let member = if within(task.head.bytes, file) { task.head.bytes.slice_ref(file) } else { file.to_vec().into() };
            task.member(&name, member);
        } else {
            task.lost_member(&name, file.len() as u64, DocumentStatus::OverBudget, "unpacks to more than the budget");
        }
    }
}

fn within(whole: &[u8], part: &[u8]) -> bool {
    let (whole, part) = (whole.as_ptr_range(), part.as_ptr_range());
    part.start >= whole.start && part.end <= whole.end
}

/// The (perhaps damaged) file meta group, and the data set after it.
fn meta(body: &[u8]) -> (Set<'_>, &[u8]) {
    // It ends where the group does, whatever its length element says.
    let (mut at, mut implicit) = (0, false);
    while let Some([2, 0, _, _, v, w, lo, hi]) = body.get(at..at + 8).and_then(|head| <&[u8; 8]>::try_from(head).ok()).copied() {
        let (head, length) = match [v, w] {
            [b'O', b'B'] | [b'U', b'N'] | [b'O', b'W'] | [b'U', b'T'] | [b'S', b'Q'] => {
                (12, body.get(at + 8..at + 12).and_then(|n| n.try_into().ok()).map_or(0, u32::from_le_bytes) as usize)
            }
            _ if v.is_ascii_uppercase() => (8, usize::from(u16::from_le_bytes([lo, hi]))),
            // File meta in implicit form, against the standard.
            _ => {
                implicit = true;
                (8, u32::from_le_bytes([v, w, lo, hi]) as usize)
            }
        };
        at = at.saturating_add(head).saturating_add(length).min(body.len());
    }
    let (group, data) = body.split_at(at);
    (Reader::new(group).whole(if implicit { IMPLICIT } else { EXPLICIT }), data)
}

/// How the elements are written: by the transfer syntax, unless the first of them shows otherwise.
fn syntax(uid: &str, data: &[u8]) -> Syntax {
    let declared = match uid {
        IMPLICIT_UID => Some(IMPLICIT),
        BIG_ENDIAN_UID => Some(BIG_ENDIAN),
        "" => None,
        _ => Some(EXPLICIT),
    };
    let explicit = data.get(4..6).is_some_and(|vr| vr.iter().all(u8::is_ascii_uppercase));
    // Groups are small numbers: the byte that is zero tells the order.
    let big = data.first() == Some(&0) && data.get(1) != Some(&0);
    let shown = Syntax { explicit, big };
    match declared {
        Some(declared) if data.len() < 8 || declared.explicit == explicit && declared.big == big => declared,
        // A broken first representation in an explicit file.
        Some(declared) if declared.explicit && !explicit && declared.big == big && data.get(4..8).is_some_and(|n| n.get(2..) != Some(&[0, 0])) => declared,
        _ => shown,
    }
}

#[cfg(test)]
mod tests;
