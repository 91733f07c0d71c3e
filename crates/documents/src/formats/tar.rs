//! TAR: every file in it, wherever its name and size are written (GNU, pax, sparse), and past damaged headers.

use super::unpack::{Account, End, TOO_MUCH};
use crate::{Head, Task};
use bytes::Bytes;
use dosimeter_case::tables::DocumentStatus;
use tar::{EntryType, Header, PaxExtensions};

const BLOCK: usize = 512;
/// Longest name, and most pax records, that are looked at.
const EXTENSION: usize = 1 << 20;
/// Holes are filled where the file does not get larger than this, or than a multiple of its data.
const HOLES: u64 = 32 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    // A damaged first header does not hide the rest.
    header(head.content, 0).is_some() || head.at(257, b"ustar\0") || head.at(257, b"ustar  \0")
}

/// The header at an offset, if its checksum is right.
fn header(content: &[u8], at: usize) -> Option<&Header> {
    let block = content.get(at..at.checked_add(BLOCK)?)?;
    let stored = block.get(148..156)?;
    if !stored.iter().all(|byte| matches!(byte, b'0'..=b'7' | b' ' | 0)) {
        return None;
    }
    let stored = std::str::from_utf8(stored).ok()?.trim_matches([' ', '\0']);
    let stored = u64::from_str_radix(stored, 8).ok()?;
    let others = || block.iter().enumerate().filter(|(at, _)| !(148..156).contains(at)).map(|(_, &byte)| byte);
    // Some old writers summed up signed bytes.
    let sum = 256 + others().map(u64::from).sum::<u64>();
    let signed = 256 + others().map(|byte| i64::from(byte.cast_signed())).sum::<i64>();
    (stored == sum || i64::try_from(stored) == Ok(signed)).then(|| Header::from_byte_slice(block))
}

/// What extension headers say of the entry after them.
#[derive(Clone, Default)]
struct Extended {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: Option<Sparse>,
}

/// The stretches of a sparse file that have data, and its size with its holes.
#[derive(Clone, Default)]
struct Sparse {
    pieces: Vec<(u64, u64)>,
    size: u64,
    /// The list stands at the beginning of the data.
    inside: bool,
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let bytes = task.head.bytes.clone();
    let mut account = Account::default();
    let (mut next, mut always) = (Extended::default(), Extended::default());
    let (mut at, mut broken, mut zeros, mut members) = (0, 0_u64, 0, 0);
    while at < bytes.len() {
        let Some(entry) = header(&bytes, at) else {
            // Two blocks of zeros end an archive, but another may follow; damage is passed over block by block.
            let block = bytes.get(at..(at + BLOCK).min(bytes.len())).unwrap_or_default();
            let zero = block.iter().all(|&byte| byte == 0);
            zeros += usize::from(zero);
            broken += u64::from(!zero && zeros < 2);
            at += BLOCK;
            continue;
        };
        zeros = 0;
        let size = next.size.or(always.size).or_else(|| entry.entry_size().ok()).unwrap_or(0);
        let kind = entry.entry_type();
        let mut from = at + BLOCK;
        let mut extended = Extended::default();
        if !extension(kind) {
            extended = std::mem::take(&mut next);
            extended.name = extended.name.or_else(|| always.name.clone());
        }
        if kind == EntryType::GNUSparse && extended.sparse.is_none() {
            extended.sparse = gnu_sparse(&bytes, entry, &mut from);
        }
        // Links and folders may have a size without having data.
        let size = match kind {
            EntryType::Link if header(&bytes, from).is_some() => 0,
            EntryType::Symlink | EntryType::Char | EntryType::Block | EntryType::Fifo | EntryType::Directory => 0,
            _ => usize::try_from(size).unwrap_or(usize::MAX),
        };
        let end = from.saturating_add(size).min(bytes.len());
        let cut = from.saturating_add(size) > bytes.len();
        let data = bytes.slice(from.min(end)..end);
        at = end.div_ceil(BLOCK).saturating_mul(BLOCK);
        match kind {
            EntryType::GNULongName => next.name = Some(text(&data).to_vec()),
            EntryType::XHeader => next = pax(&data, next),
            EntryType::XGlobalHeader => always = pax(&data, always),
            EntryType::GNULongLink => {}
            EntryType::Directory | EntryType::Char | EntryType::Block | EntryType::Fifo => {}
            _ if kind.as_byte() == b'V' || kind.as_byte() == b'D' => {}
            _ => {
                let stored = extended.name.clone().unwrap_or_else(|| entry.path_bytes().into_owned());
                if stored.ends_with(b"/") && data.is_empty() {
                    continue;
                }
                if !task.may_add() {
                    task.problem(DocumentStatus::OverBudget, &format!("more than {} members", task.most_members()));
                    break;
                }
                let name = std::str::from_utf8(&stored).map_or_else(|_| crate::text::eight_bit(&stored), String::from);
                let name = account.name(name);
                members += 1;
                if matches!(kind, EntryType::Link | EntryType::Symlink) && data.is_empty() {
                    account.link(task, &name);
                } else {
                    // 'M' goes on from another volume.
                    member(task, &mut account, &name, data, cut || kind.as_byte() == b'M', extended.sparse);
                }
            }
        }
    }
    task.document.pages = members;
    if members == 0 && broken > 0 {
        task.problem(DocumentStatus::Corrupt, "no member's header can be read");
    } else if broken > 0 {
        task.problem(DocumentStatus::Partly, &format!("{} bytes between the members are damaged", broken * BLOCK as u64));
    }
    account.close(task);
}

fn member(task: &mut Task<'_, '_>, account: &mut Account, name: &str, data: Bytes, cut: bool, sparse: Option<Sparse>) {
    let (data, whole) = match sparse {
        Some(sparse) => fill(&data, sparse, task.room()),
        None => (data, true),
    };
    if data.len() as u64 > task.room() {
        return account.lost(task, name, data.len() as u64, TOO_MUCH);
    }
    account.member(task, name, data, if whole && !cut { End::Whole } else { End::Damaged });
}

fn extension(kind: EntryType) -> bool {
    matches!(kind, EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader | EntryType::XGlobalHeader)
}

/// Up to the first zero.
fn text(data: &[u8]) -> &[u8] {
    let data = data.get(..EXTENSION).unwrap_or(data);
    data.split(|&byte| byte == 0).next().unwrap_or_default()
}

fn pax(data: &[u8], mut out: Extended) -> Extended {
    let mut sparse = Sparse::default();
    let (mut real_name, mut offset) = (None, None);
    for record in PaxExtensions::new(data.get(..EXTENSION).unwrap_or(data)).flatten() {
        let value = record.value_bytes();
        let number = || record.value().ok().and_then(|value| value.parse::<u64>().ok());
        match record.key_bytes() {
            b"path" => out.name = Some(value.to_vec()),
            b"size" => out.size = number(),
            b"GNU.sparse.name" => real_name = Some(value.to_vec()),
            b"GNU.sparse.major" => sparse.inside = number() == Some(1),
            b"GNU.sparse.realsize" | b"GNU.sparse.size" => sparse.size = number().unwrap_or(0),
            b"GNU.sparse.offset" => offset = number(),
            b"GNU.sparse.numbytes" => sparse.pieces.extend(offset.take().zip(number())),
            b"GNU.sparse.map" => {
                let numbers: Vec<u64> = record.value().unwrap_or_default().split(',').map_while(|number| number.parse().ok()).collect();
                sparse.pieces.extend(numbers.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))));
            }
            _ => {}
        }
    }
    out.name = real_name.or(out.name);
    if sparse.inside || !sparse.pieces.is_empty() {
        out.sparse = Some(sparse);
    }
    out
}

/// The list of the older sparse format: four pieces in the header, more in the blocks after it, which `from` is moved past.
fn gnu_sparse(content: &[u8], entry: &Header, from: &mut usize) -> Option<Sparse> {
    let entry = entry.as_gnu()?;
    let mut sparse = Sparse { size: entry.real_size().ok()?, ..Sparse::default() };
    let piece = |piece: &tar::GnuSparseHeader| piece.offset().ok().zip(piece.length().ok());
    sparse.pieces.extend(entry.sparse.iter().filter(|piece| !piece.is_empty()).filter_map(piece));
    let mut more = entry.is_extended();
    while more {
        let block = content.get(*from..from.checked_add(BLOCK)?)?;
        let mut extended = tar::GnuExtSparseHeader::new();
        extended.as_mut_bytes().copy_from_slice(block);
        sparse.pieces.extend(extended.sparse().iter().filter(|piece| !piece.is_empty()).filter_map(piece));
        more = extended.is_extended();
        *from += BLOCK;
    }
    Some(sparse)
}

/// A sparse file with its holes filled, if there is room for that; else its data without them, which is not the whole.
fn fill(data: &Bytes, mut sparse: Sparse, room: u64) -> (Bytes, bool) {
    let mut data = data.clone();
    if sparse.inside {
        match inside(&data) {
            Some((pieces, from)) => {
                sparse.pieces = pieces;
                data = data.slice(from.min(data.len())..);
            }
            None => return (data, false),
        }
    }
    if sparse.size > room.min((data.len() as u64).saturating_mul(16).max(HOLES)) {
        return (data, false);
    }
    let mut out = Vec::with_capacity(sparse.size as usize);
    let mut at = 0_usize;
    for (offset, len) in sparse.pieces {
        let (Ok(offset), Ok(len)) = (usize::try_from(offset), usize::try_from(len)) else { return (data, false) };
        // Pieces are in order; a list that is not, or that goes beyond the end, is damaged.
        let piece = data.get(at..at.saturating_add(len));
        let (Some(piece), true) = (piece, offset >= out.len() && offset.saturating_add(len) as u64 <= sparse.size) else { return (data, false) };
        out.resize(offset, 0);
        out.extend_from_slice(piece);
        at += len;
    }
    out.resize(sparse.size as usize, 0);
    (out.into(), true)
}

/// The list at the beginning of the data: decimal numbers, one a line, padded to a block.
fn inside(data: &[u8]) -> Option<(Vec<(u64, u64)>, usize)> {
    let mut at = 0;
    let mut number = || -> Option<u64> {
        let line = data.get(at..)?.split(|&byte| byte == b'\n').next()?;
        at += line.len() + 1;
        std::str::from_utf8(line.get(..20).unwrap_or(line)).ok()?.parse().ok()
    };
    let count = number()?;
    let mut pieces = Vec::new();
    for _ in 0..count {
        pieces.push((number()?, number()?));
    }
    Some((pieces, at.div_ceil(BLOCK) * BLOCK))
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;
    use tar::{Builder, EntryType, Header};

    fn header(name: &str, kind: EntryType, size: usize) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        if header.set_path(name).is_err() {
            let _ = header.set_path("cut");
        }
        header.set_cksum();
        header
    }

    fn archive() -> Builder<Vec<u8>> {
        let mut builder = Builder::new(Vec::new());
        builder.append(&header("a.txt", EntryType::Regular, 11), &b"hello there"[..]).expect("in memory");
        builder
    }

    #[test]
    fn members_links_and_long_names() {
        let mut builder = archive();
        builder.append(&header("d/", EntryType::Directory, 0), &b""[..]).expect("in memory");
        let long = format!("d/{}.txt", "long".repeat(40));
        builder.append_data(&mut header("x", EntryType::Regular, 9), &long, &b"long name"[..]).expect("in memory");
        builder.append_link(&mut header("x", EntryType::Symlink, 0), "link", "a.txt").expect("in memory");
        builder.append(&header("a.txt", EntryType::Regular, 11), &b"hello again"[..]).expect("in memory");
        builder.append_pax_extensions([("path", "d/b.txt".as_bytes())]).expect("in memory");
        builder.append(&header("short", EntryType::Regular, 8), &b"pax name"[..]).expect("in memory");
        let file = builder.into_inner().expect("in memory");
        let expect = format!(
            "\
read application/x-tar none
a.txt: read text/plain text
[part 1 text] hello there
{long}: read text/plain text
[part 1 text] long name
link: empty application/octet-stream none (a link to another file)
a.txt (2): read text/plain text
[part 1 text] hello again
d/b.txt: read text/plain text
[part 1 text] pax name"
        );
        check("x.tar", &file, &expect);
    }

    #[test]
    fn sparse() {
        // The first format of pax: the list stands before the data.
        let mut builder = Builder::new(Vec::new());
        let records: [(&str, &[u8]); 4] =
            [("GNU.sparse.major", b"1"), ("GNU.sparse.minor", b"0"), ("GNU.sparse.name", b"holes.txt"), ("GNU.sparse.realsize", b"20")];
        builder.append_pax_extensions(records).expect("in memory");
        let mut data = b"2\n0\n5\n15\n5\n".to_vec();
        data.resize(512, 0);
        data.extend_from_slice(b"helloThere");
        builder.append(&header("GNUSparseFile.0/holes.txt", EntryType::Regular, data.len()), &data[..]).expect("in memory");
        let file = builder.into_inner().expect("in memory");
        let objects = crate::extract("x.tar", &file, &crate::Budget::default(), &[]);
        let member = objects.get(1).map(|object| (object.document.member.clone(), object.document.bytes));
        assert_eq!(member, Some((Some("holes.txt".into()), 20)));
    }

    #[test]
    fn damage() {
        let mut builder = archive();
        builder.append(&header("b.txt", EntryType::Regular, 11), &b"hello hello"[..]).expect("in memory");
        let mut file = builder.into_inner().expect("in memory");
        if let Some(byte) = file.get_mut(3) {
            *byte ^= 1;
        }
        check(
            "x.tar",
            &file,
            "\
partly application/x-tar none (1024 bytes between the members are damaged)
b.txt: read text/plain text
[part 1 text] hello hello",
        );
    }

    #[test]
    fn cut() {
        let file = archive().into_inner().expect("in memory");
        check(
            "x.tar",
            file.get(..517).unwrap_or_default(),
            "\
partly application/x-tar none (1 members are damaged)
a.txt: partly application/octet-stream none (damaged: only a part of it could be unpacked)
a.txt (beginning): read text/plain text
[part 1 text] hello",
        );
    }

    #[test]
    fn sizes_that_lie() {
        let mut huge = header("a", EntryType::Regular, 0);
        huge.set_size(1 << 62);
        huge.set_cksum();
        let mut sparse = header("b", EntryType::GNUSparse, 512);
        if let Some(gnu) = sparse.as_gnu_mut() {
            gnu.set_real_size(1 << 62);
        }
        sparse.set_cksum();
        let file = [sparse.as_bytes(), &[b'x'; 512][..], huge.as_bytes(), b"hello there"].concat();
        check(
            "x.tar",
            &file,
            "\
partly application/x-tar none (2 members are damaged)
b: partly application/octet-stream none (damaged: only a part of it could be unpacked)
b (beginning): read text/plain text
[part 1 text] XXX
a: partly application/octet-stream none (damaged: only a part of it could be unpacked)
a (beginning): read text/plain text
[part 1 text] hello there"
                .replace("XXX", &"x".repeat(512))
                .as_str(),
        );
    }
}
