//! 7z: every member of every block; blocks and directories that are encrypted are tried with the known passwords.

use super::unpack::{Account, DAMAGED, End, LOCKED, Loss, METHOD, STRONG, TOO_MUCH, dictionary, gather, u32_at, u64_at};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use memchr::memmem;
use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Error, Password};
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

const MAGIC: &[u8] = b"7z\xbc\xaf\x27\x1c";
/// How far into a self-extracting program the archive is looked for.
const PROGRAM: usize = 8 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    start(head).is_some()
}

/// Where the archive begins: at the beginning, or behind the program that unpacks it.
fn start(head: &Head<'_>) -> Option<usize> {
    if head.starts(MAGIC) {
        return Some(0);
    }
    if !head.starts(b"MZ") && !head.starts(b"\x7fELF") {
        return None;
    }
    let program = head.content.get(..PROGRAM).unwrap_or(head.content);
    memmem::find_iter(program, MAGIC).take(16).find(|&at| {
        let mut crc = flate2::Crc::new();
        crc.update(head.content.get(at + 12..at + 32).unwrap_or_default());
        u32_at(head.content, at + 8) == Some(crc.sum())
    })
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let bytes = task.head.bytes.slice(start(task.head).unwrap_or(0)..);
    let limit = dictionary(task) as usize;
    let passwords: Vec<Password> = task.passwords().iter().map(|password| Password::new(password.expose())).collect();
    let mut opened = Err(DAMAGED);
    for password in &passwords {
        let mut source = Cursor::new(bytes.clone());
        let read = catch_unwind(AssertUnwindSafe(|| Archive::read_with_memory_limit(&mut source, password, limit)));
        opened = read.unwrap_or(Err(Error::ChecksumVerificationFailed)).map_err(|error| loss(&error, !password.is_empty()));
        if !matches!(opened, Err(LOCKED)) {
            break;
        }
    }
    let archive = match opened {
        Ok(archive) => archive,
        Err(LOCKED) => return task.problem(DocumentStatus::Encrypted, "its directory needs a password that is not known"),
        Err((DocumentStatus::OverBudget, _)) => return task.problem(DocumentStatus::OverBudget, "its directory unpacks to more than the budget"),
        Err((DocumentStatus::Unsupported, reason)) => return task.problem(DocumentStatus::Unsupported, reason),
        Err(_) if beyond(&bytes) => return task.problem(DocumentStatus::Corrupt, "cut off, or the first of several volumes: its directory is not in it"),
        Err(_) => return task.problem(DocumentStatus::Corrupt, "the archive's directory cannot be read"),
    };
    task.document.pages = archive.files.iter().filter(|file| !file.is_directory).count() as i64;
    let mut reading = Reading { account: Account::default(), full: false };
    for at in 0..archive.blocks.len() {
        reading.block(task, &archive, at, &passwords, &bytes, limit);
    }
    for (at, file) in archive.files.iter().enumerate() {
        let in_block = archive.stream_map.file_block_index.get(at).is_some_and(Option::is_some);
        if !in_block && !file.is_directory && !file.is_anti_item && reading.may_add(task) {
            let name = reading.account.name(file.name.clone());
            reading.account.whole(task, &name, Vec::new());
        }
    }
    reading.account.close(task);
    if reading.full {
        task.problem(DocumentStatus::OverBudget, &format!("more than {} members", task.most_members()));
    }
}

/// Whether the directory should stand behind the end of the content.
fn beyond(bytes: &[u8]) -> bool {
    let end = u64_at(bytes, 12).zip(u64_at(bytes, 20)).and_then(|(offset, size)| offset.checked_add(size)?.checked_add(32));
    end.is_some_and(|end| end > bytes.len() as u64)
}

struct Reading {
    account: Account,
    /// Whether there were more members than the budget allows.
    full: bool,
}

impl Reading {
    fn may_add(&mut self, task: &Task<'_, '_>) -> bool {
        self.full |= !task.may_add();
        !self.full
    }
    /// One block: its members are unpacked in one go. With a wrong password it fails before or at its first member.
    fn block(&mut self, task: &mut Task<'_, '_>, archive: &Archive, at: usize, passwords: &[Password], bytes: &bytes::Bytes, limit: usize) {
        let Some(coders) = archive.blocks.get(at).map(|block| &block.coders) else { return };
        let encrypted = coders.iter().any(|coder| coder.encoder_method_id() == [6, 0xf1, 7, 1]);
        let mut done = 0;
        let mut why = LOCKED;
        let first = archive.stream_map.block_first_file_index.get(at).copied().unwrap_or(usize::MAX);
        let count = BlockDecoder::new(1, at, archive, &Password::empty(), &mut Cursor::new(&[0_u8; 0][..])).entry_count();
        let files = archive.files.get(first..first.saturating_add(count)).unwrap_or_default();
        for password in passwords.iter().filter(|password| password.is_empty() != encrypted) {
            let mut source = Cursor::new(bytes.clone());
            let decoder = BlockDecoder::new_with_memory_limit(1, limit, at, archive, password, &mut source);
            let mut each = |file: &ArchiveEntry, reader: &mut dyn Read| self.file(task, file, reader, encrypted, &mut done);
            let result = catch_unwind(AssertUnwindSafe(|| decoder.for_each_entries(&mut each)));
            why = match result {
                Ok(Ok(_)) => TOO_MUCH,
                Ok(Err(error)) => loss(&error, encrypted),
                Err(_) => DAMAGED,
            };
            if done > 0 || why != LOCKED {
                break;
            }
        }
        // What follows a member that could not be unpacked, or was not tried.
        for file in files.get(done..).unwrap_or_default().iter().filter(|file| !file.is_directory) {
            if !self.may_add(task) {
                return;
            }
            let name = self.account.name(file.name.clone());
            self.account.lost(task, &name, file.size, if done > 0 && why == LOCKED { DAMAGED } else { why });
        }
    }
    /// One member; `done` counts those of the block that are dealt with. `false` ends the block.
    fn file(&mut self, task: &mut Task<'_, '_>, file: &ArchiveEntry, reader: &mut dyn Read, encrypted: bool, done: &mut usize) -> Result<bool, Error> {
        if file.is_directory {
            *done += 1;
            return Ok(true);
        }
        if !self.may_add(task) || self.account.exhausted(task) || task.room() == 0 {
            return Ok(false);
        }
        let (content, end) = gather(&mut *reader, task.head.content.len() as u64, STRONG, task.room());
        if encrypted && *done == 0 && end == End::Damaged {
            return Err(Error::MaybeBadPassword(std::io::ErrorKind::InvalidData.into()));
        }
        *done += 1;
        let name = self.account.name(file.name.clone());
        // A decoder that has failed gives nothing more; one that went past the budget goes on to the next member only if what is
        // left of this one is not endless.
        let go_on = end == End::Whole || (end == End::Budget && file.size < task.budget().expanded_bytes);
        self.account.member(task, &name, content, end);
        if end == End::Damaged {
            return Err(Error::ChecksumVerificationFailed);
        }
        Ok(go_on)
    }
}

/// What an error means; its text is not passed on.
fn loss(error: &Error, tried: bool) -> Loss {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => LOCKED,
        Error::UnsupportedCompressionMethod(_) | Error::Unsupported(_) | Error::ExternalUnsupported | Error::UnsupportedVersion { .. } => METHOD,
        Error::MaxMemLimited { .. } => TOO_MUCH,
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

    /// `7z a x.7z a.txt d empty`.
    const PLAIN: &str = "\
        N3q8ryccAAQ9uJ1llQAAAAAAAAAhAAAAAAAAACVg8noBABtoZWxsbyB0aGVyZURlYXIgQW5uLCBzZWUgeW91AAAAgTMHrg/QDrA8nz9HQQuzhjUvF/0mFycH/CdvUW30e3sBszNdpBPo\
        hLTuasSBss/p8Awe9MgWyKmDnPQTp679DQHYOjWB8gr2MXaObCZc01k/U1LcFiD9yxHQ8ov/kuXijavgnuGnPnNoiqYesZRJd+sAABcGIAEJdQAHCwEAASMDAQEFXQAQAAAMgJ4KAdkd\
        ZvEAAA==";
    /// `7z a -psecret x.7z a.txt d`.
    const LOCKED: &str = "\
        N3q8ryccAATLHPkIqAAAAAAAAAAiAAAAAAAAAOYKj/plrlu41Em7Mfr66pugArBoFQzRCufVpQ7dhlFs52XqrQAAgTMHrg/QDrA8nzkQnJ+m1TPasi6w1jOiMJOUgKmVpMjf+Q7q/kwp\
        cnhtnlRotk+LRc54d8aZJv0atxxmautoY9VLJ4z5gJxMYmwfbjBV0TUPR6qNrittR4ywMYQFWGV2TG/GHqIEMZWSI7y/M04ieevr50egjSaBnvVQc+EOxW0l7SsNgAAXBiABCYCIAAcL\
        AQABIwMBAQVdABAAAAyAqgoBFsr1vgAA";
    /// `7z a -psecret -mhe=on x.7z a.txt`.
    const HIDDEN: &str = "\
        N3q8ryccAAQTh+OAgAAAAAAAAAAuAAAAAAAAAFSaGtsI+xvFYexZnQOFhzkjxmNN6GqrdkjoeEJr+WlTSBUJT4lLRlQUcHrPyTXOnQfKiWNTtKdN1eq3cD4nnjiGWhhXwLmmVSfaD6bO\
        P1HJfXryiykyiwiJ2RaNODi1qDeC20fxcyNDFH0NEZGZlR+dsESMO+Vq02OdyStL1xSPCdgD6RcGEAEJcAAHCwEAASQG8QcBElMPxNEpBaMQzZqiR4UssdC7FwxiCgGJnWlvAAA=";

    fn file(text: &str) -> Vec<u8> {
        BASE64_STANDARD.decode(text).expect("base64")
    }

    const MEMBERS: &str = "\
a.txt: read text/plain text
[part 1 text] hello there
d/note.txt: read text/plain text
[part 1 text] Dear Ann, see you";

    #[test]
    fn members() {
        let expect = format!("read application/x-7z-compressed none\n{MEMBERS}\nempty: empty application/octet-stream none (zero bytes)");
        check("x.7z", &file(PLAIN), &expect);
        check("setup.exe", &[b"MZ a program".to_vec(), file(PLAIN)].concat(), &expect);
    }

    #[test]
    fn passwords() {
        check(
            "x.7z",
            &file(LOCKED),
            "\
encrypted application/x-7z-compressed none (2 members need a password that is not known)
a.txt: encrypted application/octet-stream none (no known password opens it)
d/note.txt: encrypted application/octet-stream none (no known password opens it)",
        );
        check("x.7z", &file(HIDDEN), "encrypted application/x-7z-compressed none (its directory needs a password that is not known)");
        let known = ["wrong", "secret"].map(|word| Phi::new(word.to_string()));
        let read = |text| print(&extract("x.7z", &file(text), &Budget::default(), &known));
        assert_eq!(read(LOCKED), format!("read application/x-7z-compressed none\n{MEMBERS}"));
        assert_eq!(read(HIDDEN), "read application/x-7z-compressed none\na.txt: read text/plain text\n[part 1 text] hello there");
    }

    #[test]
    fn damage() {
        let mut broken = file(PLAIN);
        check(
            "x.7z",
            broken.get(..100).unwrap_or_default(),
            "corrupt application/x-7z-compressed none (cut off, or the first of several volumes: its directory is not in it)",
        );
        if let Some(byte) = broken.get_mut(40) {
            *byte ^= 0xff;
        }
        check(
            "x.7z",
            &broken,
            "\
partly application/x-7z-compressed none (2 members are damaged)
a.txt: corrupt application/octet-stream none (the compressed data is damaged)
d/note.txt: corrupt application/octet-stream none (the compressed data is damaged)
empty: empty application/octet-stream none (zero bytes)",
        );
    }
}
