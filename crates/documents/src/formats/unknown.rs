//! What is left: named where it can be, carved for text where that is worth it, otherwise `unsupported`.

use super::carve::{carve, even};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

/// First bytes, offset, media type, and whether there may be text in it worth carving. In programs, media and fonts there is
/// none about patients; in packed data there is none at all.
const MAGIC: &[(&[u8], usize, &str, bool)] = &[
    (b"!BDN", 0, "application/vnd.ms-outlook-pst", true),
    (b"\0\x01\0\0Standard Jet DB", 0, "application/vnd.ms-access", true),
    (b"\0\x01\0\0Standard ACE DB", 0, "application/vnd.ms-access", true),
    (b"ElfFile\0", 0, "application/x-ms-evtx", true),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "application/x-ole-storage", true),
    (b"%!PS", 0, "application/postscript", true),
    (b"MZ", 0, "application/vnd.microsoft.portable-executable", false),
    (b"\x7fELF", 0, "application/x-elf", false),
    (b"\xcf\xfa\xed\xfe", 0, "application/x-mach-binary", false),
    (b"\xce\xfa\xed\xfe", 0, "application/x-mach-binary", false),
    (b"\xca\xfe\xba\xbe", 0, "application/java-vm", false),
    (b"\0asm", 0, "application/wasm", false),
    (b"OggS", 0, "audio/ogg", false),
    (b"fLaC", 0, "audio/flac", false),
    (b"ID3", 0, "audio/mpeg", false),
    (b"\xff\xfb", 0, "audio/mpeg", false),
    (b"\xff\xf3", 0, "audio/mpeg", false),
    (b"ftyp", 4, "video/mp4", false),
    (b"moov", 4, "video/quicktime", false),
    (b"mdat", 4, "video/quicktime", false),
    (b"RIFF", 0, "application/x-riff", false),
    (b"\x1aE\xdf\xa3", 0, "video/x-matroska", false),
    (b"\0\0\x01\xba", 0, "video/mpeg", false),
    (b"\0\0\x01\xb3", 0, "video/mpeg", false),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", 0, "video/x-ms-asf", false),
    (b"FLV\x01", 0, "video/x-flv", false),
    (b"wOFF", 0, "font/woff", false),
    (b"wOF2", 0, "font/woff2", false),
    (b"OTTO", 0, "font/otf", false),
    (b"ttcf", 0, "font/collection", false),
    (b"\0\x01\0\0\0", 0, "font/ttf", false),
    (b"true\0", 0, "font/ttf", false),
    (b"\0\0\x01\0", 0, "image/vnd.microsoft.icon", false),
    (b"\0\0\x02\0", 0, "image/vnd.microsoft.icon", false),
    (b"8BPS", 0, "image/vnd.adobe.photoshop", false),
    (b"\x1f\x9d", 0, "application/x-compress", false),
    (b"\x04\x22\x4d\x18", 0, "application/x-lz4", false),
    (b"\xed\xab\xee\xdb", 0, "application/x-rpm", false),
    (b"!<arch>\n", 0, "application/x-archive", false),
    (b"MSCF", 0, "application/vnd.ms-cab-compressed", false),
    (b"ITSF", 0, "application/vnd.ms-htmlhelp", false),
    (b"NSR0", 0x8801, "application/x-udf-image", false),
    (b"NSR0", 0x9001, "application/x-udf-image", false),
];

/// What Office leaves beside an open document: a length, the name of who has it open, and the same in UTF-16.
fn owner_file(head: &Head<'_>) -> bool {
    let length = head.content.first().copied().unwrap_or(0);
    head.name.starts_with("~$") && (54..=512).contains(&head.content.len()) && (1..=54).contains(&length)
}

pub(crate) fn unknown(task: &mut Task<'_, '_>) {
    if owner_file(task.head) {
        return task.problem(DocumentStatus::Unsupported, "an Office owner file: it only names who has a document open");
    }
    let known = MAGIC.iter().find(|(magic, offset, _, _)| task.head.at(*offset, magic));
    match known {
        Some((_, _, kind, worth)) => {
            task.document.media_type = (*kind).to_string();
            if !worth || !carve(task) {
                task.problem(DocumentStatus::Unsupported, "a format that is not read");
            }
        }
        None if carve(task) => task.document.reason = task.document.reason.take().map(|reason| format!("not a known format; {reason}")),
        None if even(task.head.content) => task.problem(DocumentStatus::Unsupported, "not a known format: encrypted or packed, by the look of it"),
        None => task.problem(DocumentStatus::Unsupported, "not a known format"),
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    /// Bytes as even as those of packed data.
    fn noise(len: usize) -> Vec<u8> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        };
        (0..len).map(|_| next()).collect()
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn strings_of_every_encoding() {
        let pad = [3_u8, 0, 0, 0, 1, 2, 250, 255].repeat(4);
        let file = [
            &b"DBX\0\x01\x02"[..],
            b"Smith\0\x05Ann\0\x021970-01-01\0",
            &pad,
            &wide("Jos\u{e9} N\u{fa}\u{f1}ez"),
            &pad,
            &"Gro\u{df}mann, Z\u{fc}rich".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(),
            &pad,
            "Fran\u{e7}ois".as_bytes(),
            &pad,
            b"Fran\xe7ois Jos\xe9\0",
            &pad,
            b"\0qzxv\0;k%\0",
        ]
        .concat();
        check(
            "x.dbx",
            &file,
            "\
partly application/octet-stream strings (not a known format; carved for strings: tables and layout are lost)
[bytes 0-231 text] DBX\\tSmith\\tAnn\\t1970-01-01\\nJos\u{e9} N\u{fa}\u{f1}ez\\nGro\u{df}mann, Z\u{fc}rich\\nFran\u{e7}ois\\nFran\u{e7}ois Jos\u{e9}",
        );
    }

    #[test]
    fn noise_has_no_text() {
        check("x", &vec![0; 1 << 20], "unsupported application/octet-stream none (not a known format)");
        let mut file = noise(4 << 20);
        if let Some(byte) = file.first_mut() {
            *byte = 1;
        }
        check("x", &file, "unsupported application/octet-stream none (not a known format: encrypted or packed, by the look of it)");
        let (from, to) = (1 << 20, (1 << 20) + 28);
        if let Some(part) = file.get_mut(from..to) {
            part.copy_from_slice(b"\0patient Ann Smith 1970-01-1\0".get(..28).unwrap_or_default());
        }
        check(
            "x",
            &file,
            "\
partly application/octet-stream strings (not a known format; carved for strings: tables and layout are lost)
[bytes 1048577-1048604 text] patient Ann Smith 1970-01-1",
        );
        let program = [b"MZ\x90\0".to_vec(), noise(5000), b"This program cannot be run".to_vec()].concat();
        check("x.exe", &program, "unsupported application/vnd.microsoft.portable-executable none (a format that is not read)");
    }

    #[test]
    fn owner_files() {
        let file = [b"\x04jdoe".to_vec(), vec![b' '; 50], wide("\u{4}jdoe"), vec![b' '; 90]].concat();
        check("~$letter.docx", &file, "unsupported application/octet-stream none (an Office owner file: it only names who has a document open)");
    }

    #[test]
    fn backups() {
        let block = |kind: &[u8], text: &[u8]| {
            let mut block = [kind, &[0, 0, 1, 0, 9], text].concat();
            block.resize(1024, 0);
            block
        };
        let file = [block(b"TAPE", b""), block(b"SSET", &wide("Ann Smith")), block(b"MQDA", b"0012 Maple Street")].concat();
        check(
            "x.bak",
            &file,
            "\
partly application/x-mssql-backup strings (carved for strings: tables and layout are lost)
[bytes 0-2074 text] TAPE\\nSSET\\tAnn Smith\\nMQDA\\t0012 Maple Street",
        );
        let packed = [b"MSSQLBAK\x02\0\0\0".to_vec(), noise(9000)].concat();
        check("x.bak", &packed, "unsupported application/x-mssql-backup none (a compressed database backup)");
    }
}
