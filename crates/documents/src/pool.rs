//! [`Pool`]: files are read in child processes, so that a crash or a hang costs one object and nothing else; what they read is
//! delivered in the order of the files, each content once.

use crate::copies::Copies;
use crate::seat::{Event, Seat};
use crate::{Budget, Extracted};
use dosimeter_case::{Phi, Result};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

/// A whole file may take this many times as long as one object.
pub(crate) const WHOLE: u64 = 20;
/// Files read ahead of the one to be delivered next, per worker.
const AHEAD: usize = 8;
/// Bytes of text of one file that may wait to be delivered; then its worker waits.
const WAITING: usize = 32 << 20;

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

/// What the pool delivers.
pub enum Delivery {
    /// A document or a part of one. Copies come with `duplicate_of` and without passages.
    Part(Box<Extracted>),
    /// The file with this position is complete.
    End(usize),
}

/// Child processes that read files.
pub struct Pool<'a> {
    exe: &'a Path,
    jobs: usize,
    budget: Budget,
    passwords: &'a [Phi<String>],
    times: Times,
}

/// Time spent and bytes read, by media type.
pub(crate) type Times = Mutex<BTreeMap<String, (Duration, u64)>>;

impl<'a> Pool<'a> {
    /// `exe`: the program whose `extract-worker` and `ocr-worker` call [`serve`](crate::serve). `jobs`: how many children read at the
    /// same time; it never changes a result. `passwords` are tried on encrypted files.
    pub fn new(exe: &'a Path, jobs: usize, budget: Budget, passwords: &'a [Phi<String>]) -> Pool<'a> {
        Pool { exe, jobs, budget, passwords, times: Times::default() }
    }
    /// The three formats that took most of the time so far, with their speed.
    pub fn slowest(&self) -> String {
        let times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<_> = times.iter().collect();
        rows.sort_by_key(|(_, (time, _))| std::cmp::Reverse(*time));
        let speed = |time: Duration, bytes: u64| bytes as f64 / 1e6 / time.as_secs_f64().max(1e-3);
        let show = |(kind, (time, bytes)): (&String, &(Duration, u64))| format!("{kind} {:.0} s at {:.1} MB/s", time.as_secs_f64(), speed(*time, *bytes));
        rows.into_iter().take(3).map(show).collect::<Vec<_>>().join(", ")
    }
    /// Reads `files` and gives what is found to `each`, in the order of the files whatever the number of jobs.
    ///
    /// With `known`, content that stands there or was delivered before is not read again: its rows are copies. An object that
    /// crashes its reader is tried with the format's next engine, in the end listed as `corrupt` or `over_budget`; the rest of
    /// its container is read all the same. Returns how the children were confined. Fails when a child cannot be started, or
    /// when `each` fails.
    pub fn run(&self, files: &[Job], known: Option<Copies>, each: &mut dyn FnMut(Delivery) -> Result<()>) -> Result<String> {
        let jobs = self.jobs.clamp(1, files.len().max(1));
        let copies = known.map(RwLock::new);
        let board = Board { state: Mutex::new(State::default()), changed: Condvar::new(), files: files.len(), ahead: jobs * AHEAD };
        let confined = Mutex::new(String::new());
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    let mut seat = Seat::new(self.exe, &self.budget, self.passwords, copies.as_ref(), &self.times);
                    while let Some(at) = board.next() {
                        let result = files.get(at).map_or(Ok(()), |job| seat.read(job, &mut |event| board.push(at, event)));
                        board.push(at, result.map_or_else(Event::Failed, |()| Event::End));
                    }
                    let mut confined = confined.lock().unwrap_or_else(PoisonError::into_inner);
                    if !seat.confined.is_empty() {
                        confined.clone_from(&seat.confined);
                    }
                });
            }
            for at in 0..files.len() {
                let delivered = board.deliver(at, copies.as_ref(), &mut |part| each(Delivery::Part(part)));
                let delivered = delivered.and_then(|()| each(Delivery::End(at)));
                if delivered.is_err() {
                    board.stop();
                    return delivered;
                }
                board.delivered(at);
            }
            Ok(())
        })?;
        Ok(confined.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

#[derive(Default)]
struct State {
    next: usize,
    delivered: usize,
    slots: BTreeMap<usize, Slot>,
    stopped: bool,
}

/// What waits to be delivered of one file.
#[derive(Default)]
struct Slot {
    events: VecDeque<Event>,
    bytes: usize,
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
    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
    /// The next file to read; waits while too many files are undelivered.
    fn next(&self) -> Option<usize> {
        let mut state = self.lock();
        while !state.stopped && state.next < self.files && state.next >= state.delivered + self.ahead {
            state = self.wait(state);
        }
        if state.stopped || state.next >= self.files {
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }
    /// Adds an event; waits while too much of this file is undelivered. `false` when nobody wants it any more.
    fn push(&self, at: usize, event: Event) -> bool {
        let mut state = self.lock();
        while !state.stopped && state.slots.get(&at).is_some_and(|slot| slot.bytes > WAITING) {
            state = self.wait(state);
        }
        if state.stopped {
            return false;
        }
        let slot = state.slots.entry(at).or_default();
        slot.bytes += event.bytes();
        slot.events.push_back(event);
        self.changed.notify_all();
        true
    }
    fn pop(&self, at: usize) -> Event {
        let mut state = self.lock();
        loop {
            if let Some(slot) = state.slots.get_mut(&at)
                && let Some(event) = slot.events.pop_front()
            {
                slot.bytes -= event.bytes();
                self.changed.notify_all();
                return event;
            }
            state = self.wait(state);
        }
    }
    /// Delivers a file as it is read.
    fn deliver(&self, at: usize, copies: Option<&RwLock<Copies>>, each: &mut dyn FnMut(Box<Extracted>) -> Result<()>) -> Result<()> {
        // The copy whose content, members included, is passed over.
        let mut within = None;
        loop {
            let part = match self.pop(at) {
                Event::End => return Ok(()),
                Event::Failed(error) => return Err(error),
                Event::Open(opened) => {
                    if within.is_none() && copies.is_some_and(|copies| Copies::read(copies).has(&opened.sha256)) {
                        within = Some(opened.document_id);
                    }
                    continue;
                }
                Event::Part(part) => part,
            };
            match within {
                Some(copy) if copy == part.document.document_id && !part.more => {
                    within = None;
                    let document = match copies {
                        Some(copies) => Copies::read(copies).copy_of(part.document),
                        None => part.document,
                    };
                    each(Box::new(Extracted { document, passages: Vec::new(), more: false }))?;
                }
                Some(_) => {}
                None => {
                    if let (false, Some(copies)) = (part.more, copies) {
                        copies.write().unwrap_or_else(PoisonError::into_inner).add(&part.document);
                    }
                    each(part)?;
                }
            }
        }
    }
    fn delivered(&self, at: usize) {
        let mut state = self.lock();
        state.delivered = at + 1;
        state.slots.remove(&at);
        self.changed.notify_all();
    }
    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}
