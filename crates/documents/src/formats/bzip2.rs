//! BZIP2: one member, named after the file.

use super::unpack::{STRONG, gather, stem, stream};
use crate::{Head, Task};

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(b"BZh") && matches!(head.content.get(3), Some(b'1'..=b'9')) && (head.at(4, b"1AY&SY") || head.at(4, b"\x17\x72\x45\x38\x50\x90"))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let name = stem(task, &[(".tbz2", ".tar"), (".tbz", ".tar"), (".bz2", ""), (".bz", "")]);
    let (unpacked, end) = gather(bzip2::bufread::MultiBzDecoder::new(content), content.len() as u64, STRONG, task.room());
    stream(task, &name, unpacked, end);
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;
    use std::io::Write;

    fn pack(content: &[u8]) -> Vec<u8> {
        let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        writer.write_all(content).expect("in memory");
        writer.finish().expect("in memory")
    }

    #[test]
    fn streams_damage_and_bombs() {
        let file = pack(b"hello there");
        let expect = "read application/x-bzip2 none\na.txt: read text/plain text\n[part 1 text] hello there";
        check("a.txt.bz2", &file, expect);
        check("a.txt.bz2", &[pack(b"hello "), pack(b"there")].concat(), expect);
        check("a.txt.bz2", file.get(..20).unwrap_or_default(), "corrupt application/x-bzip2 none (the compressed data is damaged)");
        check(
            "a.bz2",
            &pack(&vec![0; 100 << 20]),
            "\
over_budget application/x-bzip2 none (unpacks to more than the budget)
a: over_budget application/octet-stream none (unpacks to more than the budget)",
        );
    }
}
