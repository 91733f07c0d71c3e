//! RAR of every version: each member, encrypted ones with the known passwords; of a volume, what is whole in it.

use super::unpack::{Account, DAMAGED, End, LOCKED, Loss, METHOD, TOO_MUCH};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use rars::{Archive, ArchiveMember, ArchiveReadOptions, ArchiveReader, ErrorKind, ExtractionDecision, ExtractionErrorAction};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// How far into a self-extracting program the archive is looked for.
const PROGRAM: usize = 8 << 20;
/// Headers of one archive, in bytes.
const HEADERS: u64 = 256 << 20;
/// Most passes with one password.
const PASSES: usize = 100;
const SPLIT: Loss = (DocumentStatus::Partly, "continues in another volume of the archive");

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let magic = head.starts(b"Rar!\x1a\x07") || head.starts(b"RE~^");
    let program = head.content.get(..PROGRAM).unwrap_or(head.content);
    magic || (head.starts(b"MZ") && memchr::memmem::find_iter(program, b"Rar!\x1a\x07").any(|at| program.get(at + 6).is_some_and(|&version| version < 2)))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let passwords = task.passwords();
    let keys: Vec<Option<&[u8]>> = passwords.iter().map(|password| Some(password.expose().as_bytes()).filter(|key| !key.is_empty())).collect();
    let mut opened = Err(DAMAGED);
    for key in &keys {
        let options = ArchiveReadOptions::with_optional_password(*key).with_max_header_bytes(HEADERS);
        let source = Cursor::new(task.head.bytes.clone());
        let read = catch_unwind(AssertUnwindSafe(|| ArchiveReader::read_reader_with_options(source, options)));
        opened = read.map_or(Err(DAMAGED), |archive| archive.map_err(|error| loss(error.kind(), key.is_some())));
        if !matches!(opened, Err(LOCKED)) {
            break;
        }
    }
    let archive = match opened {
        Ok(archive) => archive,
        Err(LOCKED) => return task.problem(DocumentStatus::Encrypted, "its directory needs a password that is not known"),
        Err((DocumentStatus::Corrupt, _)) => return task.problem(DocumentStatus::Corrupt, "the archive's headers cannot be read"),
        Err((status, reason)) => return task.problem(status, reason),
    };
    let members: Vec<_> = archive.members().filter(|member| !member.meta.is_directory).collect();
    task.document.pages = members.len() as i64;
    let split = members.iter().any(|member| member.meta.is_split_before || member.meta.is_split_after);
    let mut state = State { task, account: Account::default(), done: BTreeSet::new(), open: None, at: 0, left: BTreeMap::new() };
    for key in keys {
        // What ends the library's pass over independent members costs only the member that it failed on.
        for _ in 0..PASSES {
            let before = state.left.len();
            if state.pass(&archive, key) || state.left.len() == before {
                break;
            }
        }
        if state.done.len() >= members.len() || !members.iter().any(|member| member.meta.is_encrypted) {
            break;
        }
    }
    state.rest(&archive);
    state.account.close(state.task);
    if split {
        task.problem(DocumentStatus::Partly, "a volume of an archive: members that continue in other volumes are incomplete");
    }
}

/// What one member unpacks to, up to a limit.
#[derive(Default)]
struct Sink {
    content: Vec<u8>,
    limit: u64,
    full: bool,
}

/// The library wants to own where it writes to.
struct Shared(Rc<RefCell<Sink>>);

impl Write for Shared {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let mut sink = self.0.borrow_mut();
        let room = sink.limit.saturating_sub(sink.content.len() as u64) as usize;
        let kept = data.get(..room).unwrap_or(data);
        sink.content.extend_from_slice(kept);
        sink.full |= kept.len() < data.len();
        if sink.full { Err(std::io::ErrorKind::FileTooLarge.into()) } else { Ok(data.len()) }
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct State<'s, 'a, 'w> {
    task: &'s mut Task<'a, 'w>,
    account: Account,
    /// Members dealt with, by their place among all entries.
    done: BTreeSet<usize>,
    /// The member being unpacked, and into what.
    open: Option<(usize, String, Rc<RefCell<Sink>>)>,
    at: usize,
    /// Why members failed; only those for want of a password are tried again.
    left: BTreeMap<usize, Loss>,
}

impl State<'_, '_, '_> {
    /// Goes through the archive once, with one password or none; `false` when that ended before its time.
    fn pass(&mut self, archive: &Archive, key: Option<&[u8]>) -> bool {
        let memory = self.task.budget().memory_bytes / 3;
        // What was had before is unpacked again where later members build on it; that counts as output, too.
        let options = ArchiveReadOptions::with_optional_password(key)
            .with_max_reader_workspace_bytes(memory)
            .with_rar50_dictionary_size_limit(memory)
            .with_max_total_output_bytes(self.task.budget().expanded_bytes);
        self.at = 0;
        let solid = archive.members().any(|member| member.is_solid());
        let this = RefCell::new(&mut *self);
        let run = catch_unwind(AssertUnwindSafe(|| {
            archive.extract_with_control_and_errors(
                options,
                |member| this.borrow_mut().next(member, key, solid),
                |_, error| Ok(this.borrow_mut().failed(loss(error.kind(), key.is_some()))),
            )
        }));
        match run {
            Ok(Ok(_)) => {
                self.finish(End::Whole);
                return true;
            }
            Ok(Err(error)) => self.failed(loss(error.kind(), key.is_some())),
            Err(_) => self.failed(DAMAGED),
        };
        solid
    }
    /// Called before each entry: the one before it is complete.
    fn next(&mut self, member: &ArchiveMember, key: Option<&[u8]>, solid: bool) -> rars::Result<ExtractionDecision> {
        self.finish(End::Whole);
        let at = self.at;
        self.at += 1;
        let meta = &member.meta;
        if meta.is_directory || meta.is_redirection {
            return Ok(ExtractionDecision::Skip);
        }
        if !self.task.may_add() || self.task.room() == 0 {
            return Ok(ExtractionDecision::Stop);
        }
        let split = meta.is_split_before || meta.is_split_after;
        let failed = self.left.get(&at).is_some_and(|why| *why != LOCKED);
        let wanted = !split && !failed && !self.done.contains(&at) && key.is_some() == meta.is_encrypted;
        if !wanted && !solid {
            return Ok(ExtractionDecision::Skip);
        }
        // Members that are not wanted are unpacked nevertheless where others build on them.
        let room = if meta.unpacked_size > self.task.room() && !solid { 0 } else { self.task.room() };
        let sink = Rc::new(RefCell::new(Sink { limit: room, ..Sink::default() }));
        if wanted {
            self.open = Some((at, name(member), Rc::clone(&sink)));
            return Ok(ExtractionDecision::Extract(Box::new(Shared(sink))));
        }
        Ok(ExtractionDecision::Extract(Box::new(std::io::sink())))
    }
    /// The open member ends here.
    fn finish(&mut self, end: End) {
        let Some((at, name, sink)) = self.open.take() else { return };
        let sink = std::mem::take(&mut *sink.borrow_mut());
        self.done.insert(at);
        let name = self.account.name(name);
        self.account.member(self.task, &name, sink.content, end);
    }
    /// The open member cannot be unpacked: for want of a password it may be tried again.
    fn failed(&mut self, why: Loss) -> ExtractionErrorAction {
        let full = self.open.as_ref().is_some_and(|(_, _, sink)| sink.borrow().full);
        match why {
            _ if full => self.finish(End::Budget),
            DAMAGED => self.finish(End::Damaged),
            other => {
                let at = self.open.take().map_or(self.at.saturating_sub(1), |(at, _, _)| at);
                self.left.insert(at, other);
            }
        }
        ExtractionErrorAction::Continue
    }
    /// Members that no pass has had.
    fn rest(&mut self, archive: &Archive) {
        for (at, member) in archive.members().enumerate() {
            let meta = &member.meta;
            if meta.is_directory || self.done.contains(&at) {
                continue;
            }
            if !self.task.may_add() {
                return self.task.problem(DocumentStatus::OverBudget, &format!("more than {} members", self.task.budget().members));
            }
            let name = self.account.name(name(&member));
            if meta.is_redirection {
                self.account.link(self.task, &name);
                continue;
            }
            let why = self.left.get(&at).copied();
            let why = match why {
                _ if meta.is_split_before || meta.is_split_after => SPLIT,
                Some(why) => why,
                None if meta.is_encrypted => LOCKED,
                None if meta.unpacked_size > self.task.room() => TOO_MUCH,
                None => DAMAGED,
            };
            if why == SPLIT {
                self.task.lost_member(&name, meta.unpacked_size, why.0, why.1);
            } else {
                self.account.lost(self.task, &name, meta.unpacked_size, why);
            }
        }
    }
}

fn name(member: &ArchiveMember) -> String {
    let raw = member.meta.name_bytes();
    let name = std::str::from_utf8(raw).map_or_else(|_| crate::text::eight_bit(raw), String::from);
    if name.is_empty() { "unnamed".into() } else { name }
}

/// What an error means; its text is not passed on.
fn loss(kind: ErrorKind, tried: bool) -> Loss {
    match kind {
        ErrorKind::PasswordRequired | ErrorKind::BadPassword => LOCKED,
        ErrorKind::ResourceLimit => TOO_MUCH,
        ErrorKind::UnsupportedFeature | ErrorKind::UnsupportedFormat => METHOD,
        // A wrong password shows as data that make no sense.
        _ if tried => LOCKED,
        _ => DAMAGED,
    }
}
