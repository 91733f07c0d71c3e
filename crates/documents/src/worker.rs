//! The reading process: one file after another, until its input ends. It has no network and no files but those it is handed.

use crate::ocr::Sheet;
use crate::walk::{self, Host};
use crate::wire::{self, Answer, Opened, Reply, Setup};
use crate::{Extracted, content, formats, ocr, sandbox};
use bytes::Bytes;
use dosimeter_case::tables::{Document, DocumentStatus};
use std::io::{BufWriter, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

/// Objects at least this large are asked about before they are read: was the same content met before?
const ASK: i64 = 16 << 10;

/// Serves a [`Pool`](crate::Pool): requests on the socket that is standard input, results on the same, nothing on standard error.
///
/// The binary calls this when it is started as a hidden subcommand: `extract-worker` reads files; `ocr-worker SECONDS ARGUMENT…` confines
/// itself and becomes Tesseract.
pub fn serve() -> ExitCode {
    // A panic's message may quote the evidence.
    std::panic::set_hook(Box::new(|_| {}));
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|word| word == "ocr-worker") {
        return ocr::become_tesseract(arguments);
    }
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn work() -> std::io::Result<()> {
    let mut socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    let Some(setup) = wire::receive::<Setup>(&mut socket)? else { return Ok(()) };
    // What must be loaded from the disk is loaded before the door closes.
    formats::prepare();
    let confined = sandbox::reader(setup.budget.memory_bytes);
    wire::send(&mut socket, &Answer::Ready(confined))?;
    let mut line = Line { out: BufWriter::with_capacity(64 << 10, socket.try_clone()?), socket: socket.try_clone()? };
    while let Some((request, mut file)) = wire::receive_request(&mut socket)? {
        match content::of(&mut file) {
            Ok(content) => {
                sandbox::allow_seconds(setup.budget.seconds_for(content.len() as u64) * crate::pool::WHOLE);
                let changed = request.sha256.as_deref().is_some_and(|known| known != walk::sha256(&content));
                let mut host = File { line: &mut line, changed };
                walk::guarded(&request.path, &content, &setup.budget, &setup.passwords, &request.faults, &mut host);
            }
            Err(error) => {
                let reason = format!("the file cannot be read: {}", error.kind());
                line.part(walk::unread(&request.path, None, &Bytes::new(), DocumentStatus::Corrupt, &reason));
            }
        }
        line.send(&Answer::Done);
        line.flush();
    }
    Ok(())
}

/// The way back to the pool. When it is gone there is nobody left to work for.
struct Line {
    out: BufWriter<UnixStream>,
    socket: UnixStream,
}

impl Line {
    fn or_end<T>(result: std::io::Result<T>) -> T {
        result.unwrap_or_else(|_| std::process::exit(1))
    }
    fn send(&mut self, answer: &Answer) {
        Self::or_end(wire::send(&mut self.out, answer));
    }
    fn flush(&mut self) {
        Self::or_end(self.out.flush());
    }
    fn part(&mut self, part: Extracted) {
        Self::or_end(wire::send_part(&mut self.out, part));
    }
    fn reply(&mut self) -> Option<Reply> {
        self.flush();
        Self::or_end(wire::receive(&mut self.socket))
    }
}

/// One file's reading, seen from inside.
struct File<'a> {
    line: &'a mut Line,
    /// Whether the content is another than when it was registered.
    changed: bool,
}

impl Host for File<'_> {
    fn open(&mut self, object: &Document) -> bool {
        let ask = object.bytes >= ASK && object.member.is_some();
        let opened = Opened { document_id: object.document_id, member: object.member.clone(), sha256: object.sha256.clone(), bytes: object.bytes, ask };
        self.line.send(&Answer::Open(opened));
        if !ask {
            // The pool must know what is being read when this process dies of it.
            self.line.flush();
            return false;
        }
        matches!(self.line.reply(), Some(Reply::Known(true)))
    }
    fn back(&mut self, member: Option<&str>) {
        self.line.send(&Answer::Back(member.map(String::from)));
        self.line.flush();
    }
    fn give(&mut self, mut part: Extracted) {
        if self.changed && part.document.member.is_none() && !part.more {
            let before = part.document.reason.take().map_or_else(String::new, |before| format!("{before}; "));
            part.document.reason = Some(before + "the content has changed since it was registered");
        }
        self.line.part(part);
    }
    fn tesseract(&mut self, sheet: &Sheet) -> Option<String> {
        Line::or_end(wire::send_sheet(&mut self.line.out, sheet));
        match self.line.reply() {
            Some(Reply::Ocr(text)) => text,
            _ => None,
        }
    }
}
