//! [`Pool`]: files are read in child processes, so that a crash or a hang costs one object and nothing else.

use crate::walk::unread;
use crate::wire::{self, Answer, Request, Setup};
use crate::{Budget, Extracted};
use dosimeter_case::tables::DocumentStatus;
use dosimeter_case::{Error, Id, Phi, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a file is begun again, leaving out one more object each time, before it is given up as a whole.
const ATTEMPTS: usize = 24;
/// A whole file may take this many times as long as one object.
const WHOLE: u32 = 20;
/// Files read ahead of the one to be delivered next, per worker.
const AHEAD: usize = 8;
/// How often a silent worker is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// One file to read.
#[derive(Clone, Debug)]
pub struct Job {
    /// Path below the registered root: goes into `documents.path`.
    pub path: String,
    /// Where the file is.
    pub file: PathBuf,
    /// Its hash when it was registered, if known; a difference is reported in the document's reason.
    pub sha256: Option<String>,
}

/// Child processes that read files.
pub struct Pool;

impl Pool {
    /// Reads `files` with `jobs` children of `exe` (started with the argument `extract-worker`, which must call
    /// [`serve`](crate::serve)) and gives each file's objects to `each` in the order of `files`, whatever the number of jobs.
    ///
    /// An object that crashes its reader is `corrupt`, one that takes more time or memory than the budget is `over_budget`; the
    /// rest of its container is read all the same. Fails when a child cannot be started, or when `each` fails.
    pub fn run(
        exe: &Path,
        jobs: usize,
        files: &[Job],
        budget: &Budget,
        passwords: &[Phi<String>],
        each: &mut dyn FnMut(Vec<Extracted>) -> Result<()>,
    ) -> Result<()> {
        let jobs = jobs.clamp(1, files.len().max(1));
        let board = Board { state: Mutex::new(State::default()), changed: Condvar::new(), files: files.len(), ahead: jobs * AHEAD };
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    let mut seat = Seat { exe, budget, passwords, worker: None };
                    while let Some(at) = board.next() {
                        let result = files.get(at).map_or_else(|| Ok(Vec::new()), |job| seat.read(job));
                        board.done(at, result);
                    }
                });
            }
            for at in 0..files.len() {
                let delivered = board.wait(at).and_then(&mut *each);
                if delivered.is_err() {
                    board.stop();
                    return delivered;
                }
            }
            Ok(())
        })
    }
}

#[derive(Default)]
struct State {
    next: usize,
    delivered: usize,
    results: BTreeMap<usize, Result<Vec<Extracted>>>,
    stopped: bool,
}

/// Which file is whose, and what is ready.
struct Board {
    state: Mutex<State>,
    changed: Condvar,
    files: usize,
    ahead: usize,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The next file to read; waits while too many results are undelivered.
    fn next(&self) -> Option<usize> {
        let mut state = self.lock();
        while !state.stopped && state.next < self.files && state.next >= state.delivered + self.ahead {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.stopped || state.next >= self.files {
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }
    fn done(&self, at: usize, result: Result<Vec<Extracted>>) {
        self.lock().results.insert(at, result);
        self.changed.notify_all();
    }
    fn wait(&self, at: usize) -> Result<Vec<Extracted>> {
        let mut state = self.lock();
        loop {
            if let Some(result) = state.results.remove(&at) {
                state.delivered = at + 1;
                self.changed.notify_all();
                return result;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}

/// A child process and the two ends of its pipe.
struct Worker {
    child: Child,
    input: ChildStdin,
    answers: Receiver<Answer>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It is idle or beyond help; in both cases there is nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One thread's place: it starts workers as they are needed.
struct Seat<'a> {
    exe: &'a Path,
    budget: &'a Budget,
    passwords: &'a [Phi<String>],
    worker: Option<Worker>,
}

/// How one attempt ended.
enum Ended {
    Done(Vec<Extracted>),
    /// At this member, for this reason.
    Fault(Option<String>, DocumentStatus, String),
}

impl Seat<'_> {
    fn start(&self) -> Result<Worker> {
        let fail = |cause| Error::io(self.exe, cause);
        let mut child =
            Command::new(self.exe).arg("extract-worker").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(fail)?;
        let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(fail(std::io::Error::other("no pipe")));
        };
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            while let Ok(Some(answer)) = wire::receive::<Answer>(&mut output) {
                if sender.send(answer).is_err() {
                    break;
                }
            }
        });
        let setup = Setup { budget: self.budget.clone(), passwords: self.passwords.to_vec() };
        wire::send(&mut input, &setup).map_err(fail)?;
        Ok(Worker { child, input, answers })
    }
    fn read(&mut self, job: &Job) -> Result<Vec<Extracted>> {
        let mut skip: Vec<(Option<String>, DocumentStatus, String)> = Vec::new();
        let mut last = (DocumentStatus::Corrupt, "the reader crashed".to_string());
        for attempt in 0..ATTEMPTS {
            if self.worker.is_none() {
                self.worker = Some(self.start()?);
            }
            let request = Request { path: job.path.clone(), file: job.file.clone(), sha256: job.sha256.clone(), skip: skip.clone() };
            let Some(worker) = self.worker.as_mut() else { continue };
            match worker.read(&request, self.budget) {
                Ended::Done(objects) => return Ok(objects),
                Ended::Fault(member, status, reason) => {
                    self.worker = None;
                    last = (status, reason.clone());
                    let known = skip.iter().any(|(skipped, _, _)| *skipped == member);
                    if known && member.is_none() {
                        break;
                    }
                    // The second last attempt gives up the container itself.
                    let member = if known || attempt + 2 >= ATTEMPTS { None } else { member };
                    skip.push((member, status, reason));
                }
            }
        }
        let (status, reason) = last;
        let mut object = unread(&job.path, None, &[], status, &reason);
        object.document.sha256 = job.sha256.clone().unwrap_or_default();
        object.document.document_id = Id::of("document", &[&job.path, &None::<&str>, &object.document.sha256]);
        object.document.bytes = std::fs::metadata(&job.file).map_or(0, |file| file.len() as i64);
        Ok(vec![object])
    }
}

impl Worker {
    fn read(&mut self, request: &Request, budget: &Budget) -> Ended {
        let mut at = None;
        let mut objects: Vec<Extracted> = Vec::new();
        let one = Duration::from_secs(budget.seconds.max(1));
        let begun = Instant::now();
        let mut object_begun = begun;
        if wire::send(&mut self.input, request).is_err() {
            return self.crashed(at);
        }
        loop {
            match self.answers.recv_timeout(LOOK) {
                Ok(Answer::At(member)) => {
                    at = member;
                    object_begun = Instant::now();
                }
                Ok(Answer::Row(row)) => objects.push(Extracted { document: row.document(), passages: Vec::new() }),
                Ok(Answer::Text(text)) => {
                    if let Some(object) = objects.last_mut() {
                        let id = object.document.document_id;
                        object.passages.push(text.passage(id));
                    }
                }
                Ok(Answer::Done) => return Ended::Done(objects),
                Err(RecvTimeoutError::Disconnected) => return self.crashed(at),
                Err(RecvTimeoutError::Timeout) => {
                    if object_begun.elapsed() > one || begun.elapsed() > one * WHOLE {
                        return Ended::Fault(at, DocumentStatus::OverBudget, format!("took longer than {} seconds", budget.seconds));
                    }
                    if resident(self.child.id()).is_some_and(|bytes| bytes > budget.memory_bytes) {
                        return Ended::Fault(at, DocumentStatus::OverBudget, format!("took more than {} MiB of memory", budget.memory_bytes >> 20));
                    }
                }
            }
        }
    }
    fn crashed(&mut self, at: Option<String>) -> Ended {
        use std::os::unix::process::ExitStatusExt;
        // Its output has ended; it may not have exited yet.
        let _ = self.child.kill();
        let signal = self.child.wait().ok().and_then(|status| status.signal());
        let how = match signal {
            Some(6 | 11) => "the reader crashed on it (stack or memory exhausted)",
            _ => "the reader crashed on it",
        };
        Ended::Fault(at, DocumentStatus::Corrupt, how.into())
    }
}

/// Resident memory of a process in bytes, where the system tells.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
