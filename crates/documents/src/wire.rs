//! How the pool and its workers talk: frames of a length (4 bytes, little endian) and JSON.

use crate::{Budget, Extracted};
use dosimeter_case::tables::{Document, DocumentStatus, Layout, Passage};
use dosimeter_case::{Id, Phi};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io::{Read, Write};
use std::path::PathBuf;

/// Largest frame.
const FRAME: u32 = 1 << 31;

/// First frame to a worker.
#[derive(Serialize, Deserialize)]
pub(crate) struct Setup {
    pub budget: Budget,
    pub passwords: Vec<Phi<String>>,
}

/// One file to read.
#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    pub path: String,
    pub file: PathBuf,
    pub sha256: Option<String>,
    /// Objects inside it that are not to be read again: member path, status, reason.
    pub skip: Vec<(Option<String>, DocumentStatus, String)>,
}

/// What a worker says.
#[derive(Serialize, Deserialize)]
pub(crate) enum Answer {
    /// Now reading this member (`None`: the file itself).
    At(Option<String>),
    /// An object's row; its passages follow.
    Row(Box<Row>),
    /// A passage of the last row.
    Text(Text),
    /// The file is done.
    Done,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Row {
    document_id: Id,
    path: String,
    member: Option<String>,
    parent_id: Option<Id>,
    sha256: String,
    bytes: i64,
    media_type: String,
    pages: i64,
    chars: i64,
    method: String,
    ocr_confidence: Option<f64>,
    status: DocumentStatus,
    reason: Option<String>,
    uids: [Option<String>; 4],
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Text {
    passage_id: Id,
    ordinal: i64,
    locator: String,
    layout: Layout,
    columns: Vec<String>,
    first_row: i64,
    text: String,
}

impl Row {
    pub fn of(d: Document) -> Row {
        Row {
            document_id: d.document_id,
            path: d.path,
            member: d.member,
            parent_id: d.parent_id,
            sha256: d.sha256,
            bytes: d.bytes,
            media_type: d.media_type,
            pages: d.pages,
            chars: d.chars,
            method: d.method,
            ocr_confidence: d.ocr_confidence,
            status: d.status,
            reason: d.reason,
            uids: [d.study_uid, d.series_uid, d.sop_uid, d.patient_id],
        }
    }
    pub fn document(self) -> Document {
        let [study_uid, series_uid, sop_uid, patient_id] = self.uids;
        Document {
            document_id: self.document_id,
            path: self.path,
            member: self.member,
            parent_id: self.parent_id,
            sha256: self.sha256,
            bytes: self.bytes,
            media_type: self.media_type,
            pages: self.pages,
            chars: self.chars,
            method: self.method,
            ocr_confidence: self.ocr_confidence,
            status: self.status,
            reason: self.reason,
            duplicate_of: None,
            study_uid,
            series_uid,
            sop_uid,
            patient_id,
        }
    }
}

impl Text {
    pub fn of(p: Passage) -> Text {
        Text { passage_id: p.passage_id, ordinal: p.ordinal, locator: p.locator, layout: p.layout, columns: p.columns, first_row: p.first_row, text: p.text }
    }
    pub fn passage(self, document_id: Id) -> Passage {
        Passage {
            passage_id: self.passage_id,
            document_id,
            ordinal: self.ordinal,
            locator: self.locator,
            layout: self.layout,
            columns: self.columns,
            first_row: self.first_row,
            text: self.text,
        }
    }
}

/// Sends a file's objects.
pub(crate) fn send_objects(out: &mut impl Write, objects: Vec<Extracted>) -> std::io::Result<()> {
    for object in objects {
        send(out, &Answer::Row(Box::new(Row::of(object.document))))?;
        for passage in object.passages {
            send(out, &Answer::Text(Text::of(passage)))?;
        }
    }
    send(out, &Answer::Done)
}

/// Writes one frame.
pub(crate) fn send(out: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    let body = serde_json::to_vec(value)?;
    let length = u32::try_from(body.len()).ok().filter(|length| *length < FRAME).ok_or_else(|| std::io::Error::other("a frame is too large"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&body)?;
    out.flush()
}

/// Reads one frame; `None` at the end of the stream.
pub(crate) fn receive<T: DeserializeOwned>(input: &mut impl Read) -> std::io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length);
    if length >= FRAME {
        return Err(std::io::Error::other("a frame is too large"));
    }
    let mut body = Vec::new();
    input.take(u64::from(length)).read_to_end(&mut body)?;
    if body.len() as u64 != u64::from(length) {
        return Ok(None);
    }
    // The error of the JSON reader may quote the text: it is not passed on.
    serde_json::from_slice(&body).map(Some).map_err(|_| std::io::Error::other("a frame cannot be understood"))
}
