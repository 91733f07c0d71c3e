//! Bytes of an export to text. Portal files have passed through Excel on Windows and on old Macs, so the encoding is guessed.

use std::borrow::Cow;

/// What a file is when it is not text with columns, by its first bytes.
pub(crate) fn foreign(bytes: &[u8]) -> Option<&'static str> {
    let magic: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "an Excel workbook or another zip file; save it as CSV first"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV first"),
        (b"\x09\x08", "an old Excel workbook; save it as CSV first"),
        (b"%PDF", "a PDF; take the portal's CSV export instead"),
        (b"\x1f\x8b", "a compressed file; unpack it first"),
        (b"PAR1", "a Parquet file; take the portal's CSV export instead"),
    ];
    magic.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| *what)
}

/// The text of an export. Byte order marks decide; then valid UTF-8; then the Macintosh code page for files with the line
/// ends of old Macs, Windows-1252 for all others. Never fails: bytes without meaning become replacement characters.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, length)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0;
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let old_mac = bytes.contains(&b'\r') && !bytes.contains(&b'\n');
    let encoding = if old_mac { encoding_rs::MACINTOSH } else { encoding_rs::WINDOWS_1252 };
    encoding.decode_without_bom_handling(bytes).0
}

/// UTF-16 without a mark shows as a zero in every other byte of an English header.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let start = bytes.get(..64)?;
    let zeros = |from: usize| start.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 24..) => Some(encoding_rs::UTF_16LE),
        (24.., 0) => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: &str) {
        assert_eq!(decode(bytes), expect);
    }

    #[test]
    fn encodings() {
        check("\u{feff}Señal".as_bytes(), "Señal");
        check("Señal".as_bytes(), "Señal");
        check(b"a,Se\xf1al\r\n", "a,Señal\r\n");
        check(b"a\rSe\x96al\r", "a\rSeñal\r");
        check(&[0xff, 0xfe, b'a', 0, 0xf1, 0], "añ");
        let header = "Name of Covered Entity,State,Covered Entity Type";
        check(&header.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(), header);
        check(&header.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>(), header);
        check(b"", "");
    }
}
