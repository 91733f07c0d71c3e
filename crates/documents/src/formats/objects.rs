//! What is embedded in compound files: other documents, files as they were (packages), pictures, macros.

use super::ole::{Ole, u16_at, u32_at};
use crate::Task;
use dosimeter_case::tables::DocumentStatus;

/// Pictures smaller than this are logos and bullets.
pub(super) const PICTURE: usize = 8 << 10;

/// Streams that say what a storage is.
const MAIN: [&str; 5] = ["WordDocument", "Workbook", "Book", "PowerPoint Document", "MatOST"];

/// The embedded objects of a DOC (`ObjectPool`) or XLS (`MBD…`).
pub(super) fn embedded(task: &mut Task<'_, '_>, ole: &Ole<'_>, storage: usize) {
    for &at in ole.children(storage) {
        let Some(entry) = ole.entry(at).filter(|entry| entry.storage) else { continue };
        match entry.name.as_str() {
            "ObjectPool" => {
                for &inner in ole.children(at) {
                    one(task, ole, inner);
                }
            }
            name if name.starts_with("MBD") || name.starts_with("LNK") => one(task, ole, at),
            _ => {}
        }
    }
}

fn one(task: &mut Task<'_, '_>, ole: &Ole<'_>, storage: usize) {
    let Some(entry) = ole.entry(storage).filter(|entry| entry.storage) else { return };
    if !task.may_add() {
        return task.problem(DocumentStatus::OverBudget, "more embedded files than the budget allows");
    }
    let name = entry.name.clone();
    if native(task, ole, storage, &name) {
        return;
    }
    // Formulas, charts' pictures and controls have no document in them.
    if !MAIN.iter().any(|stream| ole.find(storage, stream).is_some()) {
        let size: u64 = ole.children(storage).iter().filter_map(|at| ole.entry(*at)).map(|entry| entry.size).sum();
        if size < 4096 {
            return;
        }
    }
    match ole.subfile(storage, task.room()) {
        Some(content) => task.member(&name, content),
        None => task.lost_member(&name, 0, DocumentStatus::OverBudget, "unpacks to more than the budget"),
    }
}

/// A file that was put in as it is; whether there was one.
pub(super) fn native(task: &mut Task<'_, '_>, ole: &Ole<'_>, storage: usize, name: &str) -> bool {
    let name = if name.is_empty() { "object" } else { name };
    if let Some(stream) = ole.read(storage, "\u{1}Ole10Native") {
        match packaged(&stream) {
            Some((label, content)) => task.member(&format!("{name}/{label}"), content.to_vec()),
            None => task.member(name, stream.get(4..).unwrap_or_default().to_vec()),
        }
        return true;
    }
    for stream in ["Package", "CONTENTS", "EmbeddedOdf", "package_stream"] {
        if let Some(content) = ole.read(storage, stream).filter(|content| !content.is_empty()) {
            task.member(&format!("{name}/{stream}"), content.into_owned());
            return true;
        }
    }
    false
}

/// The file in an `Ole10Native` stream, and its label.
pub(super) fn packaged(stream: &[u8]) -> Option<(String, &[u8])> {
    let rest = stream.get(6..).filter(|_| u16_at(stream, 4) == Some(2))?;
    let text = |rest: &'_ [u8]| rest.iter().take(1024).position(|byte| *byte == 0);
    let end = text(rest)?;
    let label = crate::text::eight_bit(rest.get(..end)?);
    let rest = rest.get(end + 1..)?;
    let rest = rest.get(text(rest)? + 1..)?;
    // Flags, then the path it was copied from.
    let length = u32_at(rest, 4)? as usize;
    let rest = rest.get(8usize.checked_add(length)?..)?;
    let size = u32_at(rest, 0)? as usize;
    let content = rest.get(4..)?;
    let label = label.rsplit(['\\', '/']).next().unwrap_or_default().to_string();
    Some((if label.is_empty() { "file".into() } else { label }, content.get(..size).unwrap_or(content)))
}

/// The JPEG and PNG pictures of a drawing stream, found by the heads of their records.
pub(super) fn pictures(task: &mut Task<'_, '_>, name: &str, stream: &[u8]) {
    let mut number = 0;
    let mut at = 8;
    while let Some(found) = stream.get(at..).and_then(|rest| rest.iter().position(|byte| matches!(byte, 0xff | 0x89))) {
        let from = at + found;
        at = from + 1;
        let rest = stream.get(from..).unwrap_or_default();
        let (extension, kinds) = match () {
            () if rest.starts_with(b"\xff\xd8\xff") => ("jpeg", [0xf01d, 0xf02a]),
            () if rest.starts_with(b"\x89PNG\r\n\x1a\n") => ("png", [0xf01e, 0xf01e]),
            () => continue,
        };
        // Behind the head: one or two checksums and a tag.
        let size = [17, 33].into_iter().find_map(|gap| {
            let head = from.checked_sub(gap + 8)?;
            let size = (u32_at(stream, head + 4)? as usize).checked_sub(gap)?;
            u16_at(stream, head + 2).filter(|kind| kinds.contains(kind)).map(|_| size)
        });
        let Some(content) = size.map(|size| rest.get(..size).unwrap_or(rest)) else { continue };
        at = from + content.len().max(1);
        number += 1;
        if content.len() < PICTURE {
            continue;
        }
        if !task.may_add() || content.len() as u64 > task.room() {
            return task.problem(DocumentStatus::OverBudget, "more pictures than the budget allows");
        }
        task.member(&format!("{name} {number}.{extension}"), content.to_vec());
    }
}

/// The source of macros, where there is some: below `Macros`, `_VBA_PROJECT_CUR`, or at the root of a project's own file.
pub(super) fn macros(task: &mut Task<'_, '_>, ole: &Ole<'_>, storage: usize) {
    let inner = ["Macros", "_VBA_PROJECT_CUR"].into_iter().find_map(|name| ole.find(storage, name)).unwrap_or(storage);
    let Some(project) = ole.find(inner, "VBA") else { return };
    for &at in ole.children(project) {
        let Some(entry) = ole.entry(at).filter(|entry| !entry.storage) else { continue };
        let stream = ole.stream(at);
        // The source is compressed; its first eight letters never are.
        let Some(start) = stream.windows(9).position(|window| window == b"\0Attribut").and_then(|at| at.checked_sub(3)) else { continue };
        let source = decompress(stream.get(start + 1..).unwrap_or_default(), stream.len().saturating_mul(64));
        let text = crate::text::eight_bit(&source);
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("Attribute ")).collect();
        task.running_text(format!("macro {}", entry.name), &lines.join("\n"));
    }
}

/// The compression of macros (MS-OVBA 2.4.1), at most `limit` bytes.
fn decompress(mut packed: &[u8], limit: usize) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(head) = u16_at(packed, 0).filter(|_| out.len() < limit) {
        let size = usize::from(head & 0xfff) + 1;
        let rest = packed.get(2..).unwrap_or_default();
        let chunk = rest.get(..size).unwrap_or(rest);
        packed = rest.get(chunk.len()..).unwrap_or_default();
        if head & 0x8000 == 0 {
            out.extend_from_slice(chunk);
            continue;
        }
        let start = out.len();
        let mut bytes = chunk.iter().copied();
        'chunk: while let Some(flags) = bytes.next() {
            for bit in 0..8 {
                // A chunk holds 4,096 bytes.
                if out.len() - start > 4096 {
                    break 'chunk;
                }
                let Some(first) = bytes.next() else { break 'chunk };
                if flags >> bit & 1 == 0 {
                    out.push(first);
                    continue;
                }
                let Some(second) = bytes.next() else { break 'chunk };
                let token = usize::from(u16::from_le_bytes([first, second]));
                let here = out.len() - start;
                let mut bits = 4;
                while 1 << bits < here {
                    bits += 1;
                }
                let (length, back) = ((token & (0xffff >> bits)) + 3, (token >> (16 - bits)) + 1);
                for _ in 0..length {
                    let Some(byte) = out.len().checked_sub(back).and_then(|at| out.get(at)).copied() else { break 'chunk };
                    out.push(byte);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macro_source() {
        // The second example of MS-OVBA 3.2.
        let packed = b"\x2f\xb0\x00#aaabcde\x82f\0paghij\x018\x08akl\x000mnop\x06q\x02p\x04\x10rstuv\x10wxyz\0<";
        assert_eq!(decompress(packed, 1 << 20), b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa");
    }

    #[test]
    fn package() {
        let mut stream = vec![0, 0, 0, 0, 2, 0];
        stream.extend(b"letter.txt\0C:\\letter.txt\0\0\0\x03\0\x04\0\0\0C:\\\0\x05\0\0\0helloC");
        assert_eq!(packaged(&stream), Some(("letter.txt".into(), &b"hello"[..])));
    }
}
