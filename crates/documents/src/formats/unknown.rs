//! What is left: named where it can be, `corrupt` where a known kind is damaged, otherwise `unsupported`.

use crate::Task;
use dosimeter_case::tables::DocumentStatus;

/// First bytes, offset, media type.
const MAGIC: &[(&[u8], usize, &str)] = &[
    (b"!BDN", 0, "application/vnd.ms-outlook-pst"),
    (b"7z\xbc\xaf\x27\x1c", 0, "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", 0, "application/vnd.rar"),
    (b"BZh", 0, "application/x-bzip2"),
    (b"\xfd7zXZ\0", 0, "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", 0, "application/zstd"),
    (b"ustar", 257, "application/x-tar"),
    (b"MZ", 0, "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", 0, "application/x-elf"),
    (b"OggS", 0, "audio/ogg"),
    (b"ID3", 0, "audio/mpeg"),
    (b"ftyp", 4, "video/mp4"),
    (b"RIFF", 0, "application/x-riff"),
    (b"\x1aE\xdf\xa3", 0, "video/x-matroska"),
    (b"wOFF", 0, "font/woff"),
    (b"ElfFile\0", 0, "application/x-ms-evtx"),
    (b"%!PS", 0, "application/postscript"),
    (b"MSCF", 0, "application/vnd.ms-cab-compressed"),
    (b"CD001", 0x8001, "application/x-iso9660-image"),
];

pub(crate) fn unknown(task: &mut Task<'_, '_>) {
    let known = MAGIC.iter().find(|(magic, offset, _)| task.head.at(*offset, magic));
    match known {
        Some((_, _, kind)) => {
            task.document.media_type = (*kind).to_string();
            task.problem(DocumentStatus::Unsupported, "a format that is not read yet");
        }
        None => task.problem(DocumentStatus::Unsupported, "not a known format"),
    }
}
