//! ZIP archives: every member is read; encrypted ones are tried with the known passwords; bombs stop at the budget.

use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// A member that unpacks to more than this is looked at twice: real data does not shrink two hundredfold.
const SUSPECT: u64 = 32 << 20;
const RATIO: u64 = 200;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(b"PK\x03\x04") || head.starts(b"PK\x05\x06") || head.starts(b"PK\x07\x08")
}

/// Opens the directory of an archive.
pub(super) fn open(content: &[u8]) -> Option<Archive<'_>> {
    ZipArchive::new(Cursor::new(content)).ok()
}

/// A part of a package (an office file), at most `limit` bytes of it.
pub(super) fn part(archive: &mut Archive<'_>, name: &str, limit: u64) -> Option<Vec<u8>> {
    let at = archive.index_for_name(name)?;
    let mut out = Vec::new();
    archive.by_index(at).ok()?.take(limit).read_to_end(&mut out).ok()?;
    Some(out)
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(mut archive) = open(task.head.content) else {
        return task.problem(DocumentStatus::Corrupt, "the archive's directory cannot be read");
    };
    task.document.pages = archive.len() as i64;
    let mut locked = 0;
    for at in 0..archive.len() {
        let (name, size, packed, encrypted) = match archive.by_index_raw(at) {
            Ok(file) if file.is_dir() => continue,
            Ok(file) => (crate::text::eight_bit(file.name_raw()), file.size(), file.compressed_size(), file.encrypted()),
            Err(_) => {
                task.lost_member(&format!("member {at}"), 0, DocumentStatus::Corrupt, "the member's header cannot be read");
                task.problem(DocumentStatus::Partly, "a member's header cannot be read");
                continue;
            }
        };
        if !task.may_add() {
            return task.problem(DocumentStatus::OverBudget, &format!("more than {} members", task.budget().members));
        }
        let limit = task.room().min(packed.saturating_mul(RATIO).max(SUSPECT));
        match member(&mut archive, at, encrypted, limit, size, task) {
            Ok(content) => task.member(&name, content),
            Err((status, reason)) => {
                locked += usize::from(status == DocumentStatus::Encrypted);
                task.lost_member(&name, size, status, reason);
                if status == DocumentStatus::OverBudget {
                    task.problem(status, reason);
                } else if status != DocumentStatus::Encrypted {
                    task.problem(DocumentStatus::Partly, "a member cannot be unpacked");
                }
            }
        }
    }
    if locked > 0 {
        let status = if locked == archive.len() { DocumentStatus::Encrypted } else { DocumentStatus::Partly };
        task.problem(status, &format!("{locked} members need a password that is not known"));
    }
}

/// A member's content, or why it cannot be had. The declared size is not believed.
fn member(
    archive: &mut Archive<'_>,
    at: usize,
    encrypted: bool,
    limit: u64,
    size: u64,
    task: &Task<'_, '_>,
) -> Result<Vec<u8>, (DocumentStatus, &'static str)> {
    let too_much = (DocumentStatus::OverBudget, "unpacks to more than the budget");
    if size > limit {
        return Err(too_much);
    }
    let mut content = Vec::new();
    if !encrypted {
        let file = archive.by_index(at).map_err(reason)?;
        file.take(limit + 1).read_to_end(&mut content).map_err(|_| (DocumentStatus::Corrupt, "the compressed data is damaged"))?;
        return if content.len() as u64 > limit { Err(too_much) } else { Ok(content) };
    }
    for password in task.passwords() {
        content.clear();
        match archive.by_index_decrypt(at, password.expose().as_bytes()) {
            // The weak cipher's check byte lets one wrong password in 256 pass: then the data's checksum decides.
            Ok(file) => {
                if file.take(limit + 1).read_to_end(&mut content).is_ok() {
                    return if content.len() as u64 > limit { Err(too_much) } else { Ok(content) };
                }
            }
            Err(ZipError::InvalidPassword) => {}
            Err(error) => return Err(reason(error)),
        }
    }
    Err((DocumentStatus::Encrypted, "no known password opens it"))
}

fn reason(error: ZipError) -> (DocumentStatus, &'static str) {
    match error {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            (DocumentStatus::Unsupported, "packed with a method that is not supported")
        }
        _ => (DocumentStatus::Corrupt, "the member's data is damaged"),
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, print};
    use crate::{Budget, extract};
    use dosimeter_case::Phi;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn archive(members: &[(&str, &[u8], Option<&str>)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content, password) in members {
            let options = SimpleFileOptions::default();
            let started = match password {
                Some(password) => writer.start_file(*name, options.with_aes_encryption(zip::AesMode::Aes256, password)),
                None => writer.start_file(*name, options),
            };
            started.and_then(|()| Ok(writer.write_all(content)?)).expect("a zip in memory");
        }
        writer.finish().expect("a zip in memory").into_inner()
    }

    #[test]
    fn members_and_nesting() {
        let inner = archive(&[("b/note.txt", b"Dear Ann, see you", None)]);
        check(
            "x.zip",
            &archive(&[("a.txt", b"hello there", None), ("in.zip", &inner, None), ("empty", b"", None)]),
            "\
read application/zip none
a.txt: read text/plain text
[part 1 text] hello there
in.zip: read application/zip none
in.zip!/b/note.txt: read text/plain text
[part 1 text] Dear Ann, see you
empty: empty application/octet-stream none (zero bytes)",
        );
    }

    #[test]
    fn passwords() {
        let file = archive(&[("a.txt", b"hello there", Some("pass"))]);
        check(
            "x.zip",
            &file,
            "\
encrypted application/zip none (1 members need a password that is not known)
a.txt: encrypted application/octet-stream none (no known password opens it)",
        );
        let known = [Phi::new("wrong".to_string()), Phi::new("pass".to_string())];
        assert_eq!(
            print(&extract("x.zip", &file, &Budget::default(), &known)),
            "read application/zip none\na.txt: read text/plain text\n[part 1 text] hello there"
        );
    }

    #[test]
    fn bombs_stop() {
        let budget = Budget { expanded_bytes: 1 << 20, members: 3, depth: 2, ..Budget::default() };
        let zeros = vec![0; 600 << 10];
        let bomb = archive(&[("a", &zeros, None), ("b", &zeros, None), ("c.txt", b"hello there", None)]);
        assert_eq!(
            print(&extract("x.zip", &bomb, &budget, &[])),
            "\
over_budget application/zip none (unpacks to more than the budget)
a: unsupported application/octet-stream none (not a known format)
b: over_budget application/octet-stream none (unpacks to more than the budget)
c.txt: read text/plain text
[part 1 text] hello there"
        );
        let many = archive(&[("a", b"a a", None), ("b", b"b b", None), ("c", b"c c", None), ("d", b"d d", None)]);
        assert_eq!(extract("x.zip", &many, &budget, &[]).len(), 4);
        let mut nested = archive(&[("a.txt", b"hello there", None)]);
        for _ in 0..3 {
            nested = archive(&[("z.zip", &nested, None)]);
        }
        let last = extract("x.zip", &nested, &budget, &[]).pop();
        assert_eq!(last.and_then(|object| object.document.reason).as_deref(), Some("nested too deep"));
    }
}
