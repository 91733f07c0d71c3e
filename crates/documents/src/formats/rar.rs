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
    start(head).is_some()
}

/// Where the archive begins: at the beginning, or behind the program that unpacks it.
fn start(head: &Head<'_>) -> Option<usize> {
    if head.starts(b"Rar!\x1a\x07") || head.starts(b"RE~^") {
        return Some(0);
    }
    if !head.starts(b"MZ") && !head.starts(b"\x7fELF") {
        return None;
    }
    let program = head.content.get(..PROGRAM).unwrap_or(head.content);
    let archive = |at: &usize| matches!(program.get(at + 6..at + 8), Some([0, _] | [1, 0]));
    memchr::memmem::find_iter(program, b"Rar!\x1a\x07").find(archive)
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let passwords = task.passwords();
    let keys: Vec<Option<&[u8]>> = passwords.iter().map(|password| Some(password.expose().as_bytes()).filter(|key| !key.is_empty())).collect();
    let bytes = task.head.bytes.slice(start(task.head).unwrap_or(0)..);
    let mut opened = Err(DAMAGED);
    for key in &keys {
        let options = ArchiveReadOptions::with_optional_password(*key).with_max_header_bytes(HEADERS);
        let source = Cursor::new(bytes.clone());
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
    let solid = archive.members().any(|member| member.is_solid());
    let mut state = State { task, account: Account::default(), solid, done: BTreeSet::new(), open: None, skipped: false, at: 0, left: BTreeMap::new() };
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
    /// Members build on those before them.
    solid: bool,
    /// Members dealt with, by their place among all entries.
    done: BTreeSet<usize>,
    /// The member being unpacked, and into what.
    open: Option<(usize, String, Rc<RefCell<Sink>>)>,
    /// Whether the last member was passed over.
    skipped: bool,
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
        let this = RefCell::new(&mut *self);
        let run = catch_unwind(AssertUnwindSafe(|| {
            archive.extract_with_control_and_errors(
                options,
                |member| this.borrow_mut().next(member, key),
                |_, error| Ok(this.borrow_mut().failed(loss(error.kind(), key.is_some()))),
            )
        }));
        match run {
            Ok(Ok(_)) => {
                self.finish(End::Whole);
                return true;
            }
            // The oldest version does not say of each member that it builds on others.
            Ok(Err(_)) if self.skipped && !self.solid => {
                self.solid = true;
                return self.pass(archive, key);
            }
            Ok(Err(error)) => self.failed(loss(error.kind(), key.is_some())),
            Err(_) => self.failed(DAMAGED),
        };
        self.solid
    }
    /// Called before each entry: the one before it is complete.
    fn next(&mut self, member: &ArchiveMember, key: Option<&[u8]>) -> rars::Result<ExtractionDecision> {
        self.finish(End::Whole);
        let at = self.at;
        self.at += 1;
        self.skipped = false;
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
        if !wanted && !self.solid {
            self.skipped = true;
            return Ok(ExtractionDecision::Skip);
        }
        // Members that are not wanted are unpacked nevertheless where others build on them.
        let room = if meta.unpacked_size > self.task.room() && !self.solid { 0 } else { self.task.room() };
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
                return self.task.problem(DocumentStatus::OverBudget, &format!("more than {} members", self.task.most_members()));
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

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, print};
    use crate::{Budget, extract};
    use base64::prelude::{BASE64_STANDARD, Engine};
    use dosimeter_case::Phi;

    // Written with the writer of the same library (Python package `rars`): `a.txt` and `d/note.txt`.
    /// RAR 1.3.
    const OLDEST: &str = "\
        UkV+Xi0AgFJBUlMcAHJhcnMvMC4xMi4zCm1hcmtlci1zY2hlbWE9MQpht6EMEgAAAPAAAAD7/xoAAAAAACAAAgUFYS50eHQPqPS+sF6+T2gi4vZCIANkBgARAAAAEQAAABYZHwAAAAAA\
        IAACCgBkL25vdGUudHh0RGVhciBBbm4sIHNlZSB5b3U=";
    /// RAR 2.9, solid.
    const SOLID: &str = "\
        UmFyIRoHADvQcwgADQAAAAAAAAAu53oAwCQAHAAAABwAAAAAYbehDAAAAAAdMAQAAAAAAFJBUlNyYXJzLzAuMTIuMwptYXJrZXItc2NoZW1hPTEKID90IIAlABgAAADwAAAAAP21a0cA\
        AAAAHTMFACAAAABhLnR4dKcYZ/uDVNc1whIR0Mz3/rJRAovIMqVwABoFdDCAKgAUAAAAEQAAAADagonxAAAAAB0zCgAgAAAAZC9ub3RlLnR4dIeNalqmegQsJhXTSjNIS8M51ntQ";
    /// RAR 5.
    const PLAIN: &str = "\
        UmFyIRoHAQDFGjMyAwEAAJtSVFYRAwYcBBwAYbehDAAABFJBUlNyYXJzLzAuMTIuMwptYXJrZXItc2NoZW1hPTEKFn9v3TgCAyMcBPABIP21a0eAAwAFYS50eHQiAgCdZ8CBufr/1NQk\
        4SQgWY0YTDsry4XPlM+nXSL4eM9pksGCGSRCT7QoqznQfCHBw3+LsFz1lqZJyrPFhcA7aIndOwIDIxEEESDagonxAAAKZC9ub3RlLnR4dCICAK8wQstLqG78FtOATHVirhrCvrQAsVta\
        7PcENIff2KUXRGVhciBBbm4sIHNlZSB5b3UZsjo1AwUAAA==";
    /// RAR 5 with the password `secret`.
    const LOCKED: &str = "\
        UmFyIRoHAQDFGjMyAwEAAJtSVFYRAwYcBBwAYbehDAAABFJBUlNyYXJzLzAuMTIuMwptYXJrZXItc2NoZW1hPTEKY5AJEGkCA1QgBPABIMcomfeAAwAFYS50eHQwAQADDzUbdBLxdcQA\
        LzpIk+HOCjxHw97JfCDK2urHlMwcDcmlSbZG1m4tzOPgbQFdIgIAaUrvr2fZSr0jJ6p/YbKXQve25usi+dGmOkIKqfMbtRrzkhUQIhly7/DFWvD4U5+mkf+zgRXLdmgXjGPfbntb82oE\
        +BhsAgNUIAQRID7rb7kAAApkL25vdGUudHh0MAEAAw/1un0x1vpo5Y7wLvmplVJnqsHdEDCYdbn2mRmZtttMX9AA4YN5yFvghICRFSICAKjIEjgNy6DHUSRwkyPCZkkG68wi1nYpJki0\
        c9YuzGJ5pguOjG0Rjwv7KSQoLH/ZRRUbcnxMyid1bcQ3zQ2SLZYZsjo1AwUAAA==";
    /// RAR 5 with encrypted headers.
    const HIDDEN: &str = "\
        UmFyIRoHAQBaCiKjIQQAAAEPspe3mdz7nbn4/gNz7MTjHyElNCZ/DOuHEiWdAFaN9EwHIhEkIsAfFBC8YQ9AgnQs6dq5PtvVLWpVSkXGfY4GtxZJlcWS7BfIGImthmZzf5xV8LO/WYSh\
        2Ws3NRwQTgcgd24J7Vnte+rKkhbecmFycy8wLjEyLjMKbWFya2VyLXNjaGVtYT0xCi7Rukm0g1x2/vdjW+1SSao+xaIbzvdolx7MIztHKYFoA3FyipWNqGB6eBc1w/CAv1G2tzkBMvtw\
        o2lkhPhbsd8E1BcXr1pG8LPNRaiiTdfRgrxp96pbe/pkhYRRf1PDcMSPjzPAniv+QLGPCcz45ItJqT/TWsR4CxAkvPgODHF0WQr03jiiRYwrJHZb/yfzwzXVmAnpZXimnXHGXdV5EBHd\
        mrgaEUahdcarKoitJfwVlhH/0WTNuAhZjGx/+KWcLf+/KJDu4Mrmk/9Oq0pxWqmK0vx3NRSF8tmp5DVTPNxKJvDTEgzLrAoSpdaFTDAYhSpp0YabXoll24U68b+IUsB9cvylXNIaKHyn\
        aw4v7OZ4P82VpUG9tKNRMU5/PCWBQ7sRVwypBZs6KJsVu5lCeuIpL+IlfGlFqweTI5JV6YkvG9GOdxIlS2sAdcz0XKippzZPT2L4XSAx6di35zTxgLMz8Wau++rDyl4uVp+h1tkN";
    /// RAR 3 with the password `secret`.
    const LOCKED3: &str = "\
        UmFyIRoHAM+QcwAADQAAAAAAAAAu53oAwCQAHAAAABwAAAAAYbehDAAAAAAdMAQAAAAAAFJBUlNyYXJzLzAuMTIuMwptYXJrZXItc2NoZW1hPTEKRPl0JIQtACAAAADwAAAAAP21a0cA\
        AAAAHTMFACAAAABhLnR4dM3iTaaaPTOw6ZwgqkocIZWyj/5C8YVBIgWTLgs9f4fIxZwXHjywAHhPQnQkhDIAIAAAABEAAAAA2oKJ8QAAAAAdMAoAIAAAAGQvbm90ZS50eHSQqnTFBR0X\
        jcdX4lK/HnhizL/9e9WboTMR2dgq9DJwEwY/kd8cuBwL";
    /// The first of several volumes of `a.txt` and a longer member.
    const VOLUME: &str = "\
        UmFyIRoHAQB7ZTOgBAEAAwCbUlRWEQMGHAQcAGG3oQwAAARSQVJTcmFycy8wLjEyLjMKbWFya2VyLXNjaGVtYT0xCnRXym02AgMjCwQLIFDpEm0AAAVhLnR4dCICAEf9zoUnL1utYqa3\
        Yu5d92khpeTumL3XCrhQKVaOdP+FaGVsbG8gdGhlcmXzGj5KOAITI4UDBNgEII5gMhIAAAViLmJpbiICAJ/Gf7UGvkJOIr9ZXZpzDGs6vZqsnGtfKKbbowaPb7TreUK98iEG8IR3YvDz\
        y012TccHIFEVmg+J8sbayuNEuzESRf1vhN+a18Wz0HasDo9TpzVsiJE/IPb3LbAi0k0KltrUPBYXwamOeBKeAyc3EGXQlYZPFa2guEbBwOvFNIrceZrfhJutBdShCsBEHqrutLSO+gsf\
        Cr2A6ZijWrpeoL2HmcE1DUOecYl6p1/eMTSkqnLgViisb+aKcz0RYaFdjq4rsELXlYrtsdWU1tES009mAvTecRDpk650IpI9fRcRZdwZBvY9V5l6CtMbOq5AgfQftHFlPj1XeoxBA/nM\
        GYp/idga8qUAHEAXPxkj9xAs+qFQoSSzxcebuIdhqNs/QQHCKFsVv+vCFtwbvv6h19brCX1viiTZctpCDqa/hj7tP8A3ozQC8kl4xxYvMsBbDK4+DTr2kZktEno2Mx+mXCd7XH/oyYG8\
        y7PWKsB401LU90/NTFMx/vfiX0WIZUuhdpfTiG+dC4n1w2ZYuHqk90nW9WnvDvYlzBfvdXgjb4J7YYRGXxKPgj1CAwUAAQ==";

    fn file(text: &str) -> Vec<u8> {
        BASE64_STANDARD.decode(text).expect("base64")
    }

    fn members() -> String {
        format!(
            "\
read application/vnd.rar none
a.txt: read text/plain text
[part 1 text] {}
d/note.txt: read text/plain text
[part 1 text] Dear Ann, see you",
            "hello there ".repeat(20)
        )
    }

    #[test]
    fn versions() {
        for archive in [OLDEST, SOLID, PLAIN] {
            check("x.rar", &file(archive), &members());
        }
        check("setup.exe", &[b"MZ a program".to_vec(), file(PLAIN)].concat(), &members());
    }

    #[test]
    fn passwords() {
        let known = ["wrong", "secret"].map(|word| Phi::new(word.to_string()));
        for archive in [LOCKED, HIDDEN, LOCKED3] {
            assert_eq!(print(&extract("x.rar", &file(archive), &Budget::default(), &known)), members());
        }
        for archive in [LOCKED, LOCKED3] {
            check(
                "x.rar",
                &file(archive),
                "\
encrypted application/vnd.rar none (2 members need a password that is not known)
a.txt: encrypted application/octet-stream none (no known password opens it)
d/note.txt: encrypted application/octet-stream none (no known password opens it)",
            );
        }
        check("x.rar", &file(HIDDEN), "encrypted application/vnd.rar none (its directory needs a password that is not known)");
    }

    #[test]
    fn volumes_and_damage() {
        check(
            "x.part1.rar",
            &file(VOLUME),
            "\
partly application/vnd.rar none (a volume of an archive: members that continue in other volumes are incomplete)
a.txt: read text/plain text
[part 1 text] hello there
b.bin: partly application/octet-stream none (continues in another volume of the archive)",
        );
        let mut broken = file(PLAIN);
        if let Some(byte) = broken.get_mut(150) {
            *byte ^= 0xff;
        }
        check(
            "x.rar",
            &broken,
            "\
partly application/vnd.rar none (1 members are damaged)
a.txt: corrupt application/octet-stream none (the compressed data is damaged)
d/note.txt: read text/plain text
[part 1 text] Dear Ann, see you",
        );
        check("x.rar", broken.get(..12).unwrap_or_default(), "corrupt application/vnd.rar none (the archive's headers cannot be read)");
    }
}
