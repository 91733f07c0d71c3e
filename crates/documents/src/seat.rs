//! One child process after another, and the conversation with it.

use crate::copies::Copies;
use crate::ocr::{self, Sheet};
use crate::pool::{Job, Times, WHOLE};
use crate::walk::{Fault, unread};
use crate::wire::{self, Answer, Inbox, Opened, Reply, Request, Row, Setup};
use crate::{Budget, Extracted};
use dosimeter_case::tables::DocumentStatus;
use dosimeter_case::{Error, Id, Phi, Result};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How often a file is begun again before it is given up as a whole.
const ATTEMPTS: usize = 32;
/// How often a worker is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// A worker that has read so many files makes room for a fresh one: memory that libraries lose comes back.
const RECYCLE: u32 = 4096;

/// What a file gives, in order.
pub(crate) enum Event {
    Open(Opened),
    Part(Box<Extracted>),
    Failed(Error),
    End,
}

impl Event {
    /// About how much memory it takes.
    pub fn bytes(&self) -> usize {
        match self {
            Event::Part(part) => 256 + part.passages.iter().map(|passage| 64 + passage.text.len()).sum::<usize>(),
            _ => 128,
        }
    }
}

/// One thread's place: it starts workers as they are needed.
pub(crate) struct Seat<'a> {
    exe: &'a Path,
    budget: &'a Budget,
    passwords: &'a [Phi<String>],
    copies: Option<&'a RwLock<Copies>>,
    times: &'a Times,
    worker: Option<Worker>,
    /// How the last worker was confined, in its own words.
    pub confined: String,
}

/// A child process and the socket to it.
struct Worker {
    child: Child,
    socket: UnixStream,
    inbox: Inbox,
    files: u32,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It is idle or beyond help; in both cases there is nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How one attempt at a file ended.
enum Ended {
    Done,
    /// Nobody wants the result any more.
    Stopped,
    /// At this member, for this reason.
    Fault(Option<String>, DocumentStatus, String),
}

/// What of a file has been given before a fault: it is not given again by the next attempt.
#[derive(Default)]
struct Given {
    complete: HashSet<Id>,
    parts: HashMap<Id, usize>,
}

impl Given {
    /// Whether this part, the `nth` of its document in this attempt, is new.
    fn is_new(&mut self, part: &Extracted, nth: usize) -> bool {
        let id = part.document.document_id;
        if self.complete.contains(&id) {
            return false;
        }
        if !part.more {
            self.parts.remove(&id);
            self.complete.insert(id);
            return true;
        }
        let parts = self.parts.entry(id).or_default();
        let new = nth >= *parts;
        *parts = (*parts).max(nth + 1);
        new
    }
}

impl<'a> Seat<'a> {
    pub fn new(exe: &'a Path, budget: &'a Budget, passwords: &'a [Phi<String>], copies: Option<&'a RwLock<Copies>>, times: &'a Times) -> Seat<'a> {
        Seat { exe, budget, passwords, copies, times, worker: None, confined: String::new() }
    }
    fn start(&mut self) -> Result<Worker> {
        let fail = |cause| Error::io(self.exe, cause);
        let (mut socket, theirs) = UnixStream::pair().map_err(fail)?;
        let child =
            Command::new(self.exe).arg("extract-worker").stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(fail)?;
        let mut worker = Worker { child, socket: socket.try_clone().map_err(fail)?, inbox: Inbox::default(), files: 0 };
        let setup = Setup { budget: self.budget.clone(), passwords: self.passwords.to_vec() };
        wire::send(&mut socket, &setup).map_err(fail)?;
        socket.set_read_timeout(Some(LOOK)).map_err(fail)?;
        let begun = Instant::now();
        loop {
            let open = worker.inbox.fill(&mut worker.socket).unwrap_or(false);
            if let Ok(Some(Answer::Ready(confined))) = worker.inbox.next() {
                self.confined = confined;
                return Ok(worker);
            }
            if !open || begun.elapsed() > Duration::from_secs(60) {
                return Err(fail(std::io::Error::other("the reading process does not start")));
            }
        }
    }
    /// Reads one file; gives what is found to `give` until that says `false`.
    pub fn read(&mut self, job: &Job, give: &mut dyn FnMut(Event) -> bool) -> Result<()> {
        let mut faults: Vec<Fault> = Vec::new();
        let mut given = Given::default();
        let mut last = (DocumentStatus::Corrupt, "the reader crashed on it".to_string());
        for _ in 0..ATTEMPTS {
            // A pipe is asked what it is before it is opened: opening it would wait for its other end.
            let file = match std::fs::metadata(&job.file).and_then(|about| about.is_file().then(|| File::open(&job.file)).transpose()) {
                Ok(Some(file)) => file,
                Ok(None) => return self.give_up(job, DocumentStatus::Unsupported, "not a plain file", give),
                Err(error) => return self.give_up(job, DocumentStatus::Corrupt, &format!("the file cannot be read: {}", error.kind()), give),
            };
            if self.worker.as_ref().is_none_or(|worker| worker.files >= RECYCLE) {
                self.worker = None;
                self.worker = Some(self.start()?);
            }
            let request = Request { path: job.path.clone(), sha256: job.sha256.clone(), faults: faults.clone() };
            let Some(worker) = self.worker.as_mut() else { continue };
            let alone = worker.files == 0;
            worker.files += 1;
            let mut talk = Talk { worker, exe: self.exe, budget: self.budget, copies: self.copies, times: self.times, given: &mut given };
            match talk.read(&request, &file, give) {
                Ended::Done => {
                    if resident(worker.child.id()).is_some_and(|bytes| bytes > self.budget.memory_bytes / 4) {
                        self.worker = None;
                    }
                    return Ok(());
                }
                Ended::Stopped => {
                    self.worker = None;
                    return Ok(());
                }
                Ended::Fault(member, status, reason) => {
                    self.worker = None;
                    last = (status, reason.clone());
                    // A crash may be the fault of what was read before: then a fresh process reads it. A hang is not waited for twice.
                    if !alone && status == DocumentStatus::Corrupt {
                        continue;
                    }
                    match faults.iter_mut().find(|fault| fault.member == member) {
                        Some(fault) => {
                            fault.attempt += 1;
                            (fault.status, fault.reason) = (status, reason);
                        }
                        None => faults.push(Fault { member, attempt: 1, status, reason }),
                    }
                }
            }
        }
        self.give_up(job, last.0, &last.1, give)
    }
    /// The row of a file that could not be read at all.
    fn give_up(&self, job: &Job, status: DocumentStatus, reason: &str, give: &mut dyn FnMut(Event) -> bool) -> Result<()> {
        let mut object = unread(&job.path, None, &[], status, reason);
        object.document.sha256 = job.sha256.clone().unwrap_or_default();
        object.document.document_id = Id::of("document", &[&job.path, &None::<&str>, &object.document.sha256]);
        object.document.bytes = std::fs::metadata(&job.file).map_or(0, |file| file.len() as i64);
        give(Event::Part(Box::new(object)));
        Ok(())
    }
}

/// One file's conversation.
struct Talk<'t> {
    worker: &'t mut Worker,
    exe: &'t Path,
    budget: &'t Budget,
    copies: Option<&'t RwLock<Copies>>,
    times: &'t Times,
    given: &'t mut Given,
}

/// How long the worker has been at an object and at the file; time spent waiting for others does not count.
struct Clock {
    object: Instant,
    file: Instant,
    object_most: Duration,
    file_most: Duration,
}

impl Clock {
    fn pause(&mut self, time: Duration) {
        self.object += time;
        self.file += time;
    }
}

impl Talk<'_> {
    fn read(&mut self, request: &Request, file: &File, give: &mut dyn FnMut(Event) -> bool) -> Ended {
        let mut at: Option<String> = None;
        let mut open: Option<(Box<Extracted>, usize)> = None;
        let mut nth: HashMap<Id, usize> = HashMap::new();
        let most = |bytes: u64| Duration::from_secs(self.budget.seconds_for(bytes));
        let size = file.metadata().map_or(0, |file| file.len());
        let now = Instant::now();
        let mut clock = Clock { object: now, file: now, object_most: most(size), file_most: most(size) * WHOLE as u32 };
        let mut looked = now;
        if wire::send_request(&mut self.worker.socket, request, file).is_err() {
            return self.crashed(at);
        }
        loop {
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                if let Some((status, reason)) = self.beyond(&clock) {
                    return Ended::Fault(at, status, reason);
                }
            }
            let answer = match self.worker.inbox.next::<Answer>() {
                Ok(Some(answer)) => answer,
                Ok(None) if self.worker.inbox.fill(&mut self.worker.socket).unwrap_or(false) => continue,
                _ => return self.crashed(at),
            };
            match answer {
                Answer::Open(opened) => {
                    clock.object = Instant::now();
                    clock.object_most = most(opened.bytes as u64);
                    at.clone_from(&opened.member);
                    if opened.ask {
                        let known = self.copies.is_some_and(|copies| Copies::read(copies).has(&opened.sha256));
                        if wire::send(&mut self.worker.socket, &Reply::Known(known)).is_err() {
                            return self.crashed(at);
                        }
                    }
                    if !give(Event::Open(opened)) {
                        return Ended::Stopped;
                    }
                }
                Answer::Back(member) => {
                    clock.object = Instant::now();
                    clock.object_most = most(size);
                    at = member;
                }
                Answer::Part { row, more, passages } => open = Some((part(*row, more), passages)),
                Answer::Text(text) => {
                    if let Some((part, _)) = open.as_mut() {
                        part.passages.push(text.passage(part.document.document_id));
                    }
                }
                Answer::Ocr { segmentation, dpi } => {
                    let waiting = Instant::now();
                    let Some(picture) = self.picture() else { return self.crashed(at) };
                    let sheet = Sheet { picture, segmentation, dpi };
                    let text = ocr::tesseract(ocr::confined(self.exe, self.budget.seconds.max(1)), &sheet, self.budget.seconds);
                    if wire::send(&mut self.worker.socket, &Reply::Ocr(text)).is_err() {
                        return self.crashed(at);
                    }
                    clock.pause(waiting.elapsed());
                }
                Answer::Done => return Ended::Done,
                Answer::Ready(_) => {}
            }
            if let Some((part, _)) = open.take_if(|(part, passages)| part.passages.len() >= *passages) {
                self.spent(&part, clock.object.elapsed());
                let nth = nth.entry(part.document.document_id).or_default();
                *nth += 1;
                if self.given.is_new(&part, *nth - 1) {
                    let waiting = Instant::now();
                    if !give(Event::Part(part)) {
                        return Ended::Stopped;
                    }
                    clock.pause(waiting.elapsed());
                }
            }
        }
    }
    fn spent(&self, part: &Extracted, time: Duration) {
        if !part.more {
            let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
            let (total, bytes) = times.entry(part.document.media_type.clone()).or_default();
            *total += time;
            *bytes += part.document.bytes as u64;
        }
    }
    /// The raw frame that follows an announcement of a picture.
    fn picture(&mut self) -> Option<Vec<u8>> {
        let begun = Instant::now();
        loop {
            if let Some(picture) = self.worker.inbox.raw().ok()? {
                return Some(picture.to_vec());
            }
            if !self.worker.inbox.fill(&mut self.worker.socket).ok()? || begun.elapsed() > Duration::from_secs(30) {
                return None;
            }
        }
    }
    /// Whether the worker has used up its time or memory.
    fn beyond(&self, clock: &Clock) -> Option<(DocumentStatus, String)> {
        let slow = clock.object.elapsed() > clock.object_most || clock.file.elapsed() > clock.file_most;
        if slow {
            return Some((DocumentStatus::OverBudget, format!("took longer than {} seconds", clock.object_most.as_secs())));
        }
        let large = resident(self.worker.child.id()).is_some_and(|bytes| bytes > self.budget.memory_bytes);
        large.then(|| (DocumentStatus::OverBudget, format!("took more than {} MiB of memory", self.budget.memory_bytes >> 20)))
    }
    fn crashed(&mut self, at: Option<String>) -> Ended {
        // Its output has ended; it may not have exited yet.
        let _ = self.worker.child.kill();
        let signal = self.worker.child.wait().ok().and_then(|status| status.signal());
        let (status, how) = match signal {
            Some(signals::XCPU) => (DocumentStatus::OverBudget, "took more processor time than the budget"),
            Some(signals::ABRT | signals::SEGV) => (DocumentStatus::Corrupt, "the reader crashed on it (stack or memory exhausted)"),
            _ => (DocumentStatus::Corrupt, "the reader crashed on it"),
        };
        Ended::Fault(at, status, how.into())
    }
}

/// Numbers of the signals that tell why a worker ended; the same on every Unix that this runs on.
mod signals {
    pub const ABRT: i32 = 6;
    pub const SEGV: i32 = 11;
    pub const XCPU: i32 = 24;
}

fn part(row: Row, more: bool) -> Box<Extracted> {
    Box::new(Extracted { document: row.document(), passages: Vec::new(), more })
}

/// Memory that a process holds for itself (mapped files do not count), in bytes, where the system tells.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
