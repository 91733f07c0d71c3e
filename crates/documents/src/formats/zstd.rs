//! Zstandard: one member, named after the file.

use super::unpack::{STRONG, dictionary, gather, stem, stream, u32_at};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    // A skippable frame may come first.
    head.starts(b"\x28\xb5\x2f\xfd") || u32_at(head.content, 0).is_some_and(|magic| magic & 0xffff_fff0 == 0x184d_2a50)
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let name = stem(task, &[(".tzst", ".tar"), (".zst", ""), (".zstd", "")]);
    let Ok(mut decoder) = ::zstd::stream::read::Decoder::with_buffer(content) else {
        return task.problem(DocumentStatus::Corrupt, "the compressed data is damaged");
    };
    // The window that a frame asks for is memory: as much as a decoder may have.
    let log = 10 + dictionary(task).checked_ilog2().unwrap_or(0);
    let _ = decoder.window_log_max(log.min(31));
    let (unpacked, end) = gather(decoder, content.len() as u64, STRONG, task.room());
    stream(task, &name, unpacked, end);
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn frames_damage_and_bombs() {
        let pack = |content: &[u8]| zstd::encode_all(content, 3).expect("in memory");
        let file = pack(b"hello there");
        check("a.txt.zst", &file, "read application/zstd none\na.txt: read text/plain text\n[part 1 text] hello there");
        check(
            "a.txt.zst",
            &[b"\x50\x2a\x4d\x18\x01\0\0\0x", &pack(b"hello ")[..], &file].concat(),
            "read application/zstd none\na.txt: read text/plain text\n[part 1 text] hello hello there",
        );
        check("a.zst", file.get(..7).unwrap_or_default(), "corrupt application/zstd none (the compressed data is damaged)");
        check(
            "a.zst",
            &pack(&vec![0; 100 << 20]),
            "\
over_budget application/zstd none (unpacks to more than the budget)
a: over_budget application/octet-stream none (unpacks to more than the budget)",
        );
    }
}
