//! The last rung: the strings that content streams show, without fonts, pages or objects. For files that no engine reads.

use std::io::Read;

/// Most bytes that one stream and all streams may unpack to.
const STREAM: u64 = 16 << 20;
const ALL: u64 = 256 << 20;

/// Strings in the order of the file, one line per stream.
pub(super) fn carve(content: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = content;
    let mut room = ALL;
    while let Some(at) = rest.windows(6).position(|window| window == b"stream") {
        let body = rest.get(at + 6..).unwrap_or_default();
        rest = body;
        let body = body.strip_prefix(b"\r\n").or_else(|| body.strip_prefix(b"\n")).unwrap_or(body);
        let mut unpacked = Vec::new();
        // What was unpacked before an error counts: damaged files are what this is for.
        let _ = flate2::read::ZlibDecoder::new(body).take(STREAM.min(room)).read_to_end(&mut unpacked);
        room = room.saturating_sub(unpacked.len() as u64);
        if unpacked.is_empty() {
            // Up to the next `stream`: mostly the end of this one.
            let end = body.windows(6).position(|window| window == b"stream").unwrap_or(body.len());
            shown(body.get(..end).unwrap_or_default(), &mut text);
        } else {
            shown(&unpacked, &mut text);
        }
        if room == 0 {
            break;
        }
    }
    text
}

/// The literal strings of a content stream.
fn shown(stream: &[u8], text: &mut String) {
    if !stream.windows(2).any(|window| window == b"BT") {
        return;
    }
    let start = text.len();
    let mut bytes = stream.iter().copied().peekable();
    let mut depth = 0_u32;
    while let Some(byte) = bytes.next() {
        match (depth, byte) {
            (0, b'(') => depth = 1,
            // The next line, and where a line moves.
            (0, b'*' | b'\'') => newline(text),
            (0, b'T') if matches!(bytes.peek(), Some(b'd' | b'D' | b'm')) => newline(text),
            (0, _) => {}
            (_, b'(') => {
                depth += 1;
                text.push('(');
            }
            (_, b')') => {
                depth -= 1;
                if depth > 0 {
                    text.push(')');
                }
            }
            (_, b'\\') => match bytes.next() {
                Some(b'n' | b'r' | b't') => text.push(' '),
                Some(digit @ b'0'..=b'7') => {
                    let mut code = u32::from(digit - b'0');
                    while let Some(&next @ b'0'..=b'7') = bytes.peek() {
                        code = code * 8 + u32::from(next - b'0');
                        bytes.next();
                        if code > 0o37 {
                            break;
                        }
                    }
                    printable(code as u8, text);
                }
                Some(other) => printable(other, text),
                None => {}
            },
            (_, byte) => printable(byte, text),
        }
    }
    if text.len() > start {
        newline(text);
    }
}

fn newline(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn printable(byte: u8, text: &mut String) {
    if byte >= 0xa0 || (0x20..0x7f).contains(&byte) {
        text.push(char::from(byte));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    #[test]
    fn strings() {
        let check = |content: &[u8], expect: &str| assert_eq!(super::carve(content), expect);
        let shown = b"BT /F1 12 Tf 0 0 Td (Lee, \\(Ann\\) \\101) Tj 0 -12 Td [(DOB 01/)-20(02/1980)] TJ ET";
        check(&[b"stream\n", &shown[..], b"\nendstream"].concat(), "Lee, (Ann) A\nDOB 01/02/1980\n");
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(shown).expect("memory");
        let packed = packed.finish().expect("memory");
        check(&[b"1 0 obj stream\r\n", packed.as_slice(), b"\nendstream"].concat(), "Lee, (Ann) A\nDOB 01/02/1980\n");
        check(b"stream\n(no text)\nendstream stream", "");
    }
}
