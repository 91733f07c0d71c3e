//! How the pool and its workers talk, over one local socket: frames of a length (4 bytes, little endian) and a body. Bodies are
//! JSON, but for pictures, which follow their JSON as a frame of raw bytes. A request carries the file as a descriptor.

use crate::ocr::Sheet;
use crate::walk::Faults;
use crate::{Budget, Extracted};
use dosimeter_case::tables::{Document, DocumentStatus, Layout, Passage};
use dosimeter_case::{Id, Phi};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, recvmsg, sendmsg};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fs::File;
use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

/// Largest frame.
const FRAME: u32 = 1 << 31;

/// First frame to a worker.
#[derive(Serialize, Deserialize)]
pub(crate) struct Setup {
    pub budget: Budget,
    pub passwords: Vec<Phi<String>>,
}

/// One file to read; its descriptor comes with the frame.
#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    pub path: String,
    pub sha256: Option<String>,
    /// What earlier attempts at this file stumbled over.
    pub faults: Faults,
}

/// What a worker says.
#[derive(Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The worker is ready; how it is confined, in words.
    Ready(String),
    /// Now reading this object.
    Open(Opened),
    /// Back in this container (`None`: the file itself).
    Back(Option<String>),
    /// A document, or a part of a long one; so many [`Answer::Text`] frames follow.
    Part { row: Box<Row>, more: bool, passages: usize },
    /// A passage of the last part.
    Text(Text),
    /// A picture for Tesseract follows as a raw frame; the worker waits for [`Reply::Ocr`].
    Ocr { segmentation: u8, dpi: u32 },
    /// The file is done.
    Done,
}

/// What a worker is told while it reads.
#[derive(Serialize, Deserialize)]
pub(crate) enum Reply {
    /// Whether the content of the object just opened was read before.
    Known(bool),
    /// Tesseract's output.
    Ocr(Option<String>),
}

/// An object that is being read.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub document_id: Id,
    pub member: Option<String>,
    pub sha256: String,
    pub bytes: i64,
    /// The worker waits for [`Reply::Known`].
    pub ask: bool,
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
    engine: String,
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
    fn of(d: Document) -> Row {
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
            engine: d.engine,
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
            engine: self.engine,
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
    fn of(p: Passage) -> Text {
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

/// Sends a document or a part of one.
pub(crate) fn send_part(out: &mut impl Write, part: Extracted) -> std::io::Result<()> {
    send(out, &Answer::Part { row: Box::new(Row::of(part.document)), more: part.more, passages: part.passages.len() })?;
    part.passages.into_iter().try_for_each(|passage| send(out, &Answer::Text(Text::of(passage))))
}

/// Sends a picture.
pub(crate) fn send_sheet(out: &mut impl Write, sheet: &Sheet) -> std::io::Result<()> {
    send(out, &Answer::Ocr { segmentation: sheet.segmentation, dpi: sheet.dpi })?;
    frame(out, &sheet.picture)
}

/// Writes one frame of JSON.
pub(crate) fn send(out: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    frame(out, &serde_json::to_vec(value)?)
}

fn frame(out: &mut impl Write, body: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(body.len()).ok().filter(|length| *length < FRAME).ok_or_else(|| std::io::Error::other("a frame is too large"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(body)
}

/// Reads one frame of JSON; `None` at the end of the stream.
pub(crate) fn receive<T: DeserializeOwned>(input: &mut impl Read) -> std::io::Result<Option<T>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => body(input, length).and_then(|body| body.map(|body| parse(&body)).transpose()),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn body(input: &mut impl Read, length: [u8; 4]) -> std::io::Result<Option<Vec<u8>>> {
    let length = u32::from_le_bytes(length);
    if length >= FRAME {
        return Err(std::io::Error::other("a frame is too large"));
    }
    let mut body = Vec::new();
    input.take(u64::from(length)).read_to_end(&mut body)?;
    Ok((body.len() as u64 == u64::from(length)).then_some(body))
}

/// The body of a frame. The error of the JSON reader may quote the text: it is not passed on.
fn parse<T: DeserializeOwned>(body: &[u8]) -> std::io::Result<T> {
    serde_json::from_slice(body).map_err(|_| std::io::Error::other("a frame cannot be understood"))
}

/// Sends a request with the file it is about.
pub(crate) fn send_request(socket: &mut UnixStream, request: &Request, file: &File) -> std::io::Result<()> {
    let mut message = Vec::new();
    send(&mut message, request)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let files = [file.as_fd()];
    control.push(SendAncillaryMessage::ScmRights(&files));
    let sent = sendmsg(&*socket, &[IoSlice::new(&message)], &mut control, SendFlags::empty())?;
    socket.write_all(message.get(sent..).unwrap_or_default())
}

/// Receives a request and its file; `None` at the end of the stream.
pub(crate) fn receive_request(socket: &mut UnixStream) -> std::io::Result<Option<(Request, File)>> {
    let mut length = [0; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let got = recvmsg(&*socket, &mut [IoSliceMut::new(&mut length)], &mut control, RecvFlags::empty())?.bytes;
    if got == 0 {
        return Ok(None);
    }
    let mut files = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(files) => Some(files),
        _ => None,
    });
    let file = files.next().and_then(|mut files| files.next()).map(File::from);
    socket.read_exact(length.get_mut(got..).unwrap_or_default())?;
    let request = body(socket, length)?.map(|body| parse(&body)).transpose()?;
    match (request, file) {
        (Some(request), Some(file)) => Ok(Some((request, file))),
        _ => Err(std::io::Error::other("a request without its file")),
    }
}

/// What has arrived on a socket and was not looked at yet.
#[derive(Default)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    at: usize,
}

impl Inbox {
    /// Takes in what is there; waits no longer than the socket's timeout. `false` when the other end has closed.
    pub fn fill(&mut self, socket: &mut UnixStream) -> std::io::Result<bool> {
        if self.at > 0 {
            self.bytes.drain(..self.at);
            self.at = 0;
        }
        let before = self.bytes.len();
        self.bytes.resize(before + (256 << 10), 0);
        let got = socket.read(self.bytes.get_mut(before..).unwrap_or_default());
        self.bytes.truncate(before + got.as_ref().copied().unwrap_or(0));
        match got {
            Ok(got) => Ok(got > 0),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut | std::io::ErrorKind::Interrupted) => Ok(true),
            Err(error) => Err(error),
        }
    }
    /// The next whole frame, raw.
    pub fn raw(&mut self) -> std::io::Result<Option<&[u8]>> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(length) = rest.get(..4).and_then(|length| <[u8; 4]>::try_from(length).ok()).map(u32::from_le_bytes) else { return Ok(None) };
        if length >= FRAME {
            return Err(std::io::Error::other("a frame is too large"));
        }
        let end = self.at + 4 + length as usize;
        let Some(body) = self.bytes.get(self.at + 4..end) else { return Ok(None) };
        self.at = end;
        Ok(Some(body))
    }
    /// The next whole frame of JSON.
    pub fn next<T: DeserializeOwned>(&mut self) -> std::io::Result<Option<T>> {
        self.raw()?.map(parse).transpose()
    }
}
