//! XZ, LZIP and the older LZMA: one member, named after the file.

use super::unpack::{STRONG, dictionary, gather, stem, stream, u32_at, u64_at};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use lzma_rust2::{LzipReader, LzmaReader, XzReader};

const XZ: &[u8] = b"\xfd7zXZ\0";
const LZIP: &[u8] = b"LZIP\x01";

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(XZ) || head.starts(LZIP) || lzma(head)
}

/// The older format has no magic: the usual properties, a dictionary of a usual size, a size that is unknown or possible, and
/// a range coder that begins with zero.
fn lzma(head: &Head<'_>) -> bool {
    let dictionary = u32_at(head.content, 1).unwrap_or(0);
    let usual = dictionary.is_power_of_two() || (dictionary / 3).is_power_of_two() && dictionary.is_multiple_of(3);
    let size = u64_at(head.content, 5).unwrap_or(0);
    head.starts(b"\x5d") && usual && dictionary >= 1 << 12 && (size == u64::MAX || (1..1 << 40).contains(&size)) && head.content.get(13) == Some(&0)
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let (content, limit) = (task.head.content, dictionary(task));
    let (packed, room) = (content.len() as u64, task.room());
    let endings = [(".txz", ".tar"), (".tlz", ".tar"), (".xz", ""), (".lzma", ""), (".lz", "")];
    let name = stem(task, &endings);
    let (unpacked, end) = if task.head.starts(XZ) {
        gather(XzReader::new_mem_limit(content, true, limit), packed, STRONG, room)
    } else if task.head.starts(LZIP) {
        task.document.media_type = "application/x-lzip".into();
        gather(LzipReader::new(content), packed, STRONG, room)
    } else {
        task.document.media_type = "application/x-lzma".into();
        match LzmaReader::new_mem_limit(content, limit, None) {
            Ok(reader) => gather(reader, packed, STRONG, room),
            Err(_) => return task.problem(DocumentStatus::Corrupt, "the compressed data is damaged"),
        }
    };
    stream(task, &name, unpacked, end);
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;
    use base64::prelude::{BASE64_STANDARD, Engine};

    /// `printf 'hello there' | xz` (and `--format=lzma`, `lzip`).
    const XZ: &str = "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAKaGVsbG8gdGhlcmUAAAos8LU2DCZlAAEjC8Ib/QkftvN9AQAAAAAEWVo=";
    const LZMA: &str = "XQAAgAD//////////wA0GUnujekWyZzfFzMC/l//x7IAAA==";

    #[test]
    fn both() {
        let file = |text| BASE64_STANDARD.decode(text).expect("base64");
        let text = "a.txt: read text/plain text\n[part 1 text] hello there";
        check("a.txt.xz", &file(XZ), &format!("read application/x-xz none\n{text}"));
        check("a.txt.xz", &[file(XZ), file(XZ)].concat(), &format!("read application/x-xz none\n{text}hello there"));
        check("a.txt.lzma", &file(LZMA), &format!("read application/x-lzma none\n{text}"));
        let short = file(XZ);
        check("a.xz", short.get(..14).unwrap_or_default(), "corrupt application/x-xz none (the compressed data is damaged)");
    }
}
