//! ZIP archives: every member is read; encrypted ones are tried with the known passwords; bombs stop at the budget.

use super::unpack::{self, Account, DAMAGED, End, LOCKED, Loss, METHOD, TOO_MUCH};
use super::zip_directory::{Member, Scan, directory, directory_at_tail, extra};
use crate::{Head, Task};
use bytes::Bytes;
use dosimeter_case::tables::DocumentStatus;
use std::io::{Cursor, Read, Seek, SeekFrom};
use zip::ZipArchive;
use zip::result::ZipError;

pub(super) type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// The largest directory of a package.
const PACKAGE: usize = 16 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(b"PK\x03\x04") || head.starts(b"PK\x05\x06") || head.starts(b"PK\x07\x08")
}

/// A program, or other data nobody reads, with an archive behind it: a self-extracting one.
pub(super) fn recognise_behind(head: &Head<'_>) -> bool {
    directory_at_tail(head.content).and_then(|mut directory| directory.next()).is_some_and(|member| member.data > 0)
}

/// Opens the directory of a package (an office file).
pub(super) fn open(content: &[u8]) -> Option<Archive<'_>> {
    // Packages have thousands of parts at most: a directory of millions of members is not to be loaded only to look.
    if directory(content)?.bytes() > PACKAGE {
        return None;
    }
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
    let bytes = task.head.bytes.clone();
    let most = usize::try_from(task.most_members()).unwrap_or(usize::MAX);
    let mut account = Account::default();
    let (mut members, mut total) = (Vec::new(), 0);
    let mut scan = None;
    match directory(&bytes) {
        Some(mut directory) => {
            let start = directory.start();
            members.extend(directory.by_ref().take(most));
            total = members.len() + directory.by_ref().count();
            let lost = directory.expect.saturating_sub(total as u64);
            if directory.damaged {
                task.problem(DocumentStatus::Partly, &format!("the directory is damaged: {lost} of its entries cannot be read"));
            }
            // What lies between the members without being listed: earlier versions, deleted members, hidden ones.
            scan = Some(start);
        }
        None => task.problem(DocumentStatus::Partly, "the archive's directory is missing or damaged: the members were found by their own headers"),
    }
    let (overlapping, gaps) = ranges(&members, scan.unwrap_or(bytes.len()));
    let listed = members.len();
    let mut exhausted = false;
    for (from, to) in gaps {
        let mut scan = Scan::new(bytes.get(..to).unwrap_or_default(), from);
        members.extend(scan.by_ref().take(most.saturating_sub(members.len())));
        exhausted |= scan.exhausted;
    }
    total += members.len() - listed;
    task.document.pages = total as i64;
    if members.is_empty() && scan.is_none() {
        task.document.reason = None;
        return task.problem(DocumentStatus::Corrupt, "the archive's directory cannot be read");
    }
    if scan.is_some() && members.len() > listed {
        task.problem(task.document.status, &format!("{} members that the directory does not list were read, too", members.len() - listed));
    }
    // Overlapping members unpack the same bytes again and again. One wrong entry is damage; more of it is a bomb.
    let mut again = bytes.len() as u64;
    let mut overlaps = 0;
    for (at, member) in members.iter().enumerate() {
        let (raw, size) = (member.name(), member.size);
        if raw.ends_with(['/', '\\']) && member.packed == 0 {
            continue;
        }
        if !task.may_add() {
            exhausted = true;
            break;
        }
        let name = account.name(raw);
        let overlap = overlapping.get(at) == Some(&true);
        if overlap && member.packed > again {
            overlaps += 1;
            task.lost_member(&name, size, DocumentStatus::OverBudget, "its data overlap another member's");
            continue;
        }
        again -= if overlap { member.packed } else { 0 };
        match unpack(&bytes, member, task, &account) {
            Ok((content, end)) => {
                account.weigh(member.packed, content.len() as u64);
                account.member(task, &name, content, end);
            }
            Err(loss) => account.lost(task, &name, size, loss),
        }
    }
    account.close(task);
    // With the end of the file an unknown number of members is lost, too.
    let end = |member: &Member<'_>| usize::try_from(member.packed).unwrap_or(usize::MAX).saturating_add(member.data);
    let cut = |member: &Member<'_>| end(member) > bytes.len() || (member.flags & 8 != 0 && end(member) == bytes.len());
    if scan.is_none() && members.last().is_some_and(cut) {
        task.problem(DocumentStatus::Corrupt, "the archive is cut off");
    }
    if overlaps > 0 {
        task.problem(DocumentStatus::OverBudget, &format!("the data of {overlaps} members overlap others', as in a bomb"));
    }
    if exhausted || total > members.len() {
        task.problem(DocumentStatus::OverBudget, &format!("more than {} members", task.most_members()));
    }
}

/// Which members' data overlap an earlier one's, and the stretches before `end` that belong to no member.
fn ranges(members: &[Member<'_>], end: usize) -> (Vec<bool>, Vec<(usize, usize)>) {
    let mut overlapping = vec![false; members.len()];
    let mut gaps = Vec::new();
    let mut order: Vec<(usize, usize, usize)> = Vec::with_capacity(members.len());
    for (at, member) in members.iter().enumerate() {
        if member.data > 0 {
            let packed = usize::try_from(member.packed).unwrap_or(usize::MAX);
            order.push((member.header, at, member.data.saturating_add(packed)));
        }
    }
    order.sort_unstable();
    let mut reach = 0;
    for (header, at, to) in order {
        if header < reach {
            if let Some(flag) = overlapping.get_mut(at) {
                *flag = true;
            }
        } else if header > reach {
            gaps.push((reach, header));
        }
        reach = reach.max(to);
    }
    gaps.push((reach, end));
    gaps.retain(|(from, to)| from < to);
    (overlapping, gaps)
}

/// A member's content and whether that is all of it, or why it cannot be had. The declared size is not believed.
fn unpack(bytes: &Bytes, member: &Member<'_>, task: &Task<'_, '_>, account: &Account) -> Result<(Bytes, End), Loss> {
    if member.data == 0 {
        return Err((DocumentStatus::Corrupt, "the member's header cannot be read"));
    }
    let room = task.room();
    // What says that it is too large, and could be, is believed: it is not unpacked only to see.
    let too_large = member.size > room && member.size / 1100 <= member.packed;
    if room == 0 || too_large || account.exhausted(task) {
        return Err(TOO_MUCH);
    }
    let end = usize::try_from(member.packed).unwrap_or(usize::MAX).saturating_add(member.data);
    let cut = end > bytes.len();
    let data = bytes.slice(member.data.min(bytes.len())..end.min(bytes.len()));
    let (content, end) = match (member.encrypted(), member.method) {
        (true, _) => return decrypt(&data, member, task, account, room),
        (false, 0) if data.len() as u64 > room => return Err(TOO_MUCH),
        (false, 0) => (data, End::Whole),
        (false, 8) => {
            let (content, end) = account.gather(flate2::bufread::DeflateDecoder::new(&data[..]), data.len() as u64, unpack::DEFLATE, room);
            (content.into(), end)
        }
        (false, 93) => {
            let Ok(decoder) = ::zstd::stream::read::Decoder::with_buffer(&data[..]) else { return Err(DAMAGED) };
            let (content, end) = account.gather(decoder, data.len() as u64, unpack::STRONG, room);
            (content.into(), end)
        }
        _ => single(&data, member, None, account, room)?,
    };
    let wrong = || {
        let mut crc = flate2::Crc::new();
        crc.update(&content);
        member.crc != 0 && crc.sum() != member.crc
    };
    let damaged = end == End::Whole && (cut || wrong());
    Ok((content, if damaged { End::Damaged } else { end }))
}

fn decrypt(data: &Bytes, member: &Member<'_>, task: &Task<'_, '_>, account: &Account, room: u64) -> Result<(Bytes, End), Loss> {
    if member.flags & 0x40 != 0 {
        return Err((DocumentStatus::Encrypted, "encrypted by a method that is not supported"));
    }
    for password in task.passwords() {
        match single(data, member, Some(password.expose().as_bytes()), account, room) {
            // The weak cipher's check byte lets one wrong password in 256 pass: then the data's checksum decides.
            Ok((_, End::Damaged)) | Err(LOCKED) => {}
            other => return other,
        }
    }
    Err(LOCKED)
}

/// Encrypted members, and methods other than the usual one: the library reads them, each as an archive of its own.
fn single(data: &[u8], member: &Member<'_>, password: Option<&[u8]>, account: &Account, room: u64) -> Result<(Bytes, End), Loss> {
    let (packed, size) = (data.len() as u32, u32::try_from(member.size).unwrap_or(0));
    if data.len() > 0xfff0_0000 {
        return Err(TOO_MUCH);
    }
    let aes = extra(member.extra, 0x9901).map(|field| [&[0x01, 0x99, field.len() as u8, 0], field].concat()).unwrap_or_default();
    let mut common = Vec::new();
    for number in [51, member.flags, member.method] {
        common.extend_from_slice(&number.to_le_bytes());
    }
    for number in [member.time, member.crc, packed, size] {
        common.extend_from_slice(&number.to_le_bytes());
    }
    common.extend_from_slice(&[1, 0, aes.len() as u8, 0]);
    let head = [b"PK\x03\x04", &common[..], b"m", &aes].concat();
    let mut tail = [b"PK\x01\x02\x33\x03", &common[..], &[0; 14], b"m", &aes].concat();
    let directory = tail.len() as u32;
    tail.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    tail.extend_from_slice(&directory.to_le_bytes());
    tail.extend_from_slice(&(head.len() as u32 + packed).to_le_bytes());
    tail.extend_from_slice(&[0; 2]);
    let parts = Parts { parts: [&head, data, &tail], at: 0 };
    let mut archive = ZipArchive::new(std::io::BufReader::new(parts)).map_err(reason)?;
    let file = match password {
        Some(password) => archive.by_index_decrypt(0, password),
        None => archive.by_index(0),
    };
    let ratio = if member.method == 8 { unpack::DEFLATE } else { unpack::STRONG };
    let (content, end) = account.gather(file.map_err(reason)?, data.len() as u64, ratio, room);
    Ok((content.into(), end))
}

/// Slices read as if they were one.
struct Parts<'a> {
    parts: [&'a [u8]; 3],
    at: u64,
}

impl Read for Parts<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut from = self.at;
        for part in self.parts {
            let len = part.len() as u64;
            if let Some(mut rest) = part.get(from as usize..).filter(|rest| from < len && !rest.is_empty()) {
                let read = rest.read(out)?;
                self.at += read as u64;
                return Ok(read);
            }
            from = from.saturating_sub(len);
        }
        Ok(0)
    }
}

impl Seek for Parts<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let len: u64 = self.parts.iter().map(|part| part.len() as u64).sum();
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn reason(error: ZipError) -> Loss {
    match error {
        ZipError::InvalidPassword => LOCKED,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => METHOD,
        _ => DAMAGED,
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, print};
    use crate::{Budget, extract};
    use dosimeter_case::Phi;
    use dosimeter_case::tables::DocumentStatus;
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
over_budget application/zip none (1 members unpack to more than the budget)
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

    const TWO: &str = "\
a.txt: read text/plain text
[part 1 text] hello there
d/b.txt: read text/plain text
[part 1 text] Dear Ann, see you";

    fn two() -> Vec<u8> {
        archive(&[("a.txt", b"hello there", None), ("d/b.txt", b"Dear Ann, see you", None)])
    }

    fn position(file: &[u8], magic: &[u8]) -> usize {
        memchr::memmem::find(file, magic).expect("a record")
    }

    #[test]
    fn behind_a_program() {
        check("setup.exe", &[b"MZ\x90\0 a program".to_vec(), two()].concat(), &format!("read application/zip none\n{TWO}"));
        check("x.zip", &[two(), b"appended".repeat(20_000)].concat(), &format!("read application/zip none\n{TWO}"));
    }

    #[test]
    fn no_directory() {
        let mut file = two();
        file.truncate(position(&file, b"PK\x01\x02"));
        let lost = "partly application/zip none (the archive's directory is missing or damaged: the members were found by their own headers)";
        check("x.zip", &file, &format!("{lost}\n{TWO}"));
        // Streams of unknown size, too.
        let mut writer = zip::ZipWriter::new_stream(Vec::new());
        for (name, text) in [("a.txt", "hello there"), ("d/b.txt", "Dear Ann, see you")] {
            writer.start_file(name, SimpleFileOptions::default()).expect("in memory");
            writer.write_all(text.as_bytes()).expect("in memory");
        }
        let mut file = writer.finish().expect("in memory").into_inner();
        check("x.zip", &file, &format!("read application/zip none\n{TWO}"));
        file.truncate(position(&file, b"PK\x01\x02"));
        check("x.zip", &file, &format!("{lost}\n{TWO}"));
        file.truncate(file.len() - 20);
        let shown = crate::formats::testing::show("x.zip", &file);
        assert!(shown.starts_with("corrupt ") && shown.contains("the archive is cut off\x29\na.txt: read"), "{shown}");
        check("x.zip", b"PK\x03\x04 no more than this", "corrupt application/zip none (the archive's directory cannot be read)");
    }

    #[test]
    fn damaged_directory() {
        let mut file = two();
        let at = position(&file, b"PK\x01\x02");
        let second = at + 4 + position(file.get(at + 4..).unwrap_or_default(), b"PK\x01\x02");
        if let Some(byte) = file.get_mut(second) {
            *byte = 0;
        }
        let expect = "partly application/zip none (the directory is damaged: 1 of its entries cannot be read; 1 members that the directory does not list were read, too)";
        check("x.zip", &file, &format!("{expect}\n{TWO}"));
    }

    #[test]
    fn damaged_data() {
        let mut file = archive(&[("a.txt", &b"hello there, hello again, and once more hello".repeat(9), None), ("b.txt", b"hello there", None)]);
        let at = position(&file, b"b.txt") - 40;
        if let Some(byte) = file.get_mut(at) {
            *byte ^= 0xff;
        }
        let shown = crate::formats::testing::show("x.zip", &file);
        assert!(shown.starts_with("partly application/zip none (1 members are damaged)\na.txt: "), "{shown}");
        assert!(shown.ends_with("b.txt: read text/plain text\n[part 1 text] hello there"), "{shown}");
    }

    #[test]
    fn names() {
        let mut file = archive(&[("n\u{e9}.txt", b"hello there", None)]);
        check("x.zip", &file, "read application/zip none\nn\u{e9}.txt: read text/plain text\n[part 1 text] hello there");
        // The DOS code page, as old writers on Windows use it: "n\x82" is "né"; one byte less.
        while let Some(at) = memchr::memmem::find(&file, "n\u{e9}.txt".as_bytes()) {
            file.splice(at..at + 7, *b"n\x82_.txt");
        }
        for magic in [&b"PK\x01\x02"[..], b"PK\x03\x04"] {
            let at = position(&file, magic) + if magic == b"PK\x01\x02" { 8 } else { 6 };
            file.splice(at..at + 2, [0, 0]);
        }
        let at = position(&file, b"PK\x01\x02") + 5;
        file.splice(at..=at, [0]);
        check("x.zip", &file, "read application/zip none\nn\u{e9}_.txt: read text/plain text\n[part 1 text] hello there");
    }

    /// Members of one name, and those that the directory does not list, are read, too.
    #[test]
    fn hidden_and_doubled() {
        let mut file = archive(&[("a.txt", b"hello there", None), ("b.txt", b"hello hidden", None), ("c.txt", b"hello again", None)]);
        let first = position(&file, b"PK\x01\x02");
        let lens: Vec<usize> = memchr::memmem::find_iter(&file, b"PK\x01\x02").collect();
        // Take the second entry out of the directory.
        let (from, to) = (lens.get(1).copied().unwrap_or(0), lens.get(2).copied().unwrap_or(0));
        file.drain(from..to);
        let end = position(&file, b"PK\x05\x06");
        let size = (end - first) as u32;
        file.splice(end + 8..end + 16, [&[2, 0, 2, 0], &size.to_le_bytes()[..]].concat());
        check(
            "x.zip",
            &file,
            "\
read application/zip none (1 members that the directory does not list were read, too)
a.txt: read text/plain text
[part 1 text] hello there
c.txt: read text/plain text
[part 1 text] hello again
b.txt: read text/plain text
[part 1 text] hello hidden",
        );
    }

    /// Overlapping members, as in David Fifield's bombs: every directory entry names the same data.
    #[test]
    fn overlaps_stop() {
        let single = archive(&[("a", &vec![0; 20 << 20], None)]);
        let (at, end) = (position(&single, b"PK\x01\x02"), position(&single, b"PK\x05\x06"));
        let mut file = single.get(..at).unwrap_or_default().to_vec();
        let entry = single.get(at..end).unwrap_or_default();
        file.extend(entry.repeat(1000));
        file.extend([b"PK\x05\x06\0\0\0\0", &1000_u16.to_le_bytes()[..], &1000_u16.to_le_bytes()].concat());
        file.extend(((entry.len() * 1000) as u32).to_le_bytes());
        file.extend((at as u32).to_le_bytes());
        file.extend([0, 0]);
        let objects = extract("x.zip", &file, &Budget::default(), &[]);
        assert_eq!(objects.len(), 1001);
        let reason = objects.first().and_then(|object| object.document.reason.clone());
        assert!(reason.is_some_and(|reason| reason.contains("overlap")), "a bomb");
        let read = objects.iter().filter(|object| object.document.bytes == 20 << 20 && object.document.status == DocumentStatus::Unsupported).count();
        assert!(read < 10, "{read}");
    }

    #[test]
    fn real_bomb() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/documents/archives/zbsm.zip");
        let Ok(file) = std::fs::read(file) else { return eprintln!("SKIPPED: {file} is missing") };
        let objects = extract("zbsm.zip", &file, &Budget::default(), &[]);
        assert_eq!(objects.first().map(|object| object.document.status), Some(DocumentStatus::OverBudget));
        assert!(objects.len() > 250, "every member is listed");
    }
}
