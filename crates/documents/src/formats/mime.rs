//! MIME: a message taken apart into its parts, and their content decoded. Never an error: what breaks the rules is read as it stands.
//!
//! (`mail-parser` reads the headers. Its own tree of parts drops what stands before, between and after the parts, turns text
//! of unknown encoding into question marks, and nests without a limit.)

use crate::text;
use mail_parser::{Message, MessageParser, MimeHeaders};
use std::borrow::Cow;
use std::ops::Range;

/// How deep multiparts may nest; deeper ones are read as text.
const DEPTH: usize = 32;
/// Most bytes of one block of headers.
const HEADERS: usize = 4 << 20;

/// What a part says of itself.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    /// Media type, lower case.
    pub kind: String,
    pub charset: Option<String>,
    pub boundary: Option<String>,
    pub name: Option<String>,
    /// Whether it is marked as an attachment.
    pub attachment: bool,
    /// Transfer encoding, lower case.
    pub encoding: String,
    /// Where a part of a web archive came from.
    pub location: Option<String>,
    /// `n of m` of a message that was sent in pieces.
    pub piece: Option<String>,
    /// A mail program keeps the content elsewhere.
    pub elsewhere: bool,
}

impl Entity {
    fn of(headers: &[u8], digest: bool) -> Entity {
        let headers = readable(headers);
        let parsed = MessageParser::default().parse_headers(headers.as_ref());
        let root = parsed.as_ref().and_then(|message| message.parts.first());
        let kind = root.and_then(|root| root.content_type());
        let attribute = |name: &str| kind.and_then(|kind| kind.attribute(name)).map(str::to_string);
        let written = match kind {
            Some(kind) => format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase(),
            None if digest => "message/rfc822".into(),
            None => "text/plain".into(),
        };
        let disposition = root.and_then(|root| root.content_disposition());
        let number = attribute("number").unwrap_or_default();
        Entity {
            charset: attribute("charset"),
            boundary: attribute("boundary").filter(|boundary| !boundary.is_empty()),
            name: root.and_then(|root| root.attachment_name()).map(decoded).filter(|name| !name.trim().is_empty()),
            attachment: disposition.is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("attachment")),
            encoding: root.and_then(|root| root.content_transfer_encoding()).unwrap_or_default().trim().to_ascii_lowercase(),
            location: root.and_then(|root| root.content_location()).map(str::to_string),
            piece: (written == "message/partial").then(|| format!("{number} of {}", attribute("total").unwrap_or_else(|| "?".into()))),
            elsewhere: written == "message/external-body" || find(&headers, b"X-Apple-Content-Length:").is_some(),
            kind: written,
        }
    }
    fn multipart(&self) -> bool {
        self.kind.starts_with("multipart/")
    }
}

/// A file name that was encoded as headers are, against the rules.
fn decoded(name: &str) -> String {
    if !name.contains("=?") {
        return name.to_string();
    }
    let header = format!("Subject: {name}\r\n\r\n");
    MessageParser::default().parse_headers(header.as_bytes()).and_then(|message| message.subject().map(String::from)).unwrap_or_else(|| name.to_string())
}

/// Headers as UTF-8: older programs put bytes of any code page there.
pub(super) fn readable(headers: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(headers) {
        Ok(_) => Cow::Borrowed(headers),
        Err(_) => Cow::Owned(text::eight_bit(headers).into_bytes()),
    }
}

/// A part of a message: where it lies, and what it is.
#[derive(Debug)]
pub(super) struct Part {
    pub entity: Entity,
    pub body: Range<usize>,
    /// What stands between the parts belongs to none of them.
    pub loose: bool,
    /// Whether it is part of an encrypted message.
    pub encrypted: bool,
}

/// Where the headers that begin at `from` end, and where the body begins.
fn headers(content: &[u8], from: usize, open: &[Open]) -> (usize, usize) {
    let mut at = from;
    let limit = content.len().min(from.saturating_add(HEADERS));
    while at < limit {
        let end = line_end(content, at);
        let line = trimmed(content.get(at..end).unwrap_or_default());
        if line.is_empty() {
            return (at, end);
        }
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        let named =
            || line.iter().position(|b| *b == b':').is_some_and(|colon| colon > 0 && line.iter().take(colon).all(|b| b.is_ascii_graphic() || *b == b' '));
        let delimiter = line.starts_with(b"--") && open.iter().any(|open| open.matches(line).is_some());
        // Without the blank line between: the body begins here.
        if delimiter || !folded && !named() {
            return (at, at);
        }
        at = end;
    }
    (at, at)
}

/// The offset behind the line that begins at `at`.
fn line_end(content: &[u8], at: usize) -> usize {
    content.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\n')).map_or(content.len(), |end| at + end + 1)
}

fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Where `needle` is.
fn find(content: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = content.get(from..)?.iter().position(|b| *b == first) {
        if content.get(from + at..)?.starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// A multipart that has begun.
struct Open {
    boundary: Vec<u8>,
    digest: bool,
    encrypted: bool,
}

impl Open {
    /// Whether a line is this multipart's delimiter, and whether it is the last.
    fn matches(&self, line: &[u8]) -> Option<bool> {
        let rest = line.strip_prefix(b"--")?.strip_prefix(self.boundary.as_slice())?;
        match rest.trim_ascii() {
            b"" => Some(false),
            b"--" => Some(true),
            _ => None,
        }
    }
}

/// Takes a message apart: where its headers end, and its parts in order.
pub(super) fn parts(content: &[u8]) -> (usize, Vec<Part>) {
    let mut out = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let (head, body) = headers(content, 0, &open);
    let root = Entity::of(content.get(..head).unwrap_or_default(), false);
    // How much may be searched for boundaries, all in all: many parts may announce one that does not occur.
    let mut search = content.len().saturating_mul(8);
    let mut current = enter(content, root, body, &mut open, false, &mut search);
    let mut at = body;
    while at < content.len() {
        let end = line_end(content, at);
        let line = content.get(at..end).unwrap_or_default();
        let delimiter =
            line.starts_with(b"--").then(|| open.iter().enumerate().rev().find_map(|(depth, open)| Some((depth, open.matches(trimmed(line))?)))).flatten();
        let Some((depth, last)) = delimiter else {
            at = end;
            continue;
        };
        current.body.end = before_line_end(content, current.body.start, at);
        out.push(current);
        let (digest, encrypted) = open.get(depth).map_or((false, false), |open| (open.digest, open.encrypted));
        if last {
            open.truncate(depth);
            current = loose(end);
            at = end;
            continue;
        }
        open.truncate(depth + 1);
        let (head, body) = headers(content, end, &open);
        let entity = Entity::of(content.get(end..head).unwrap_or_default(), digest);
        current = enter(content, entity, body, &mut open, encrypted, &mut search);
        at = body;
    }
    current.body.end = content.len();
    out.push(current);
    out.retain(|part| !part.loose || content.get(part.body.clone()).is_some_and(|text| !text.trim_ascii().is_empty()));
    (head, out)
}

/// A part begins. Of a multipart, what comes before its first part begins.
fn enter(content: &[u8], entity: Entity, body: usize, open: &mut Vec<Open>, encrypted: bool, search: &mut usize) -> Part {
    let encrypted = encrypted || entity.kind == "multipart/encrypted";
    if entity.multipart()
        && open.len() < DEPTH
        && let Some(boundary) = boundary(content.get(body..).unwrap_or_default(), entity.boundary.as_deref(), open, search)
    {
        open.push(Open { boundary, digest: entity.kind == "multipart/digest", encrypted });
        return loose(body);
    }
    let entity = if entity.multipart() { Entity { kind: "text/plain".into(), attachment: false, name: None, ..entity } } else { entity };
    Part { entity, body: body..body, loose: false, encrypted }
}

fn loose(at: usize) -> Part {
    Part { entity: Entity::of(b"", false), body: at..at, loose: true, encrypted: false }
}

/// The boundary that is really used: the one that was announced if it occurs, otherwise that of the first line that looks like one.
/// Looked for up to where a multipart around this one goes on, and no further than `search` allows.
fn boundary(body: &[u8], announced: Option<&str>, around: &[Open], search: &mut usize) -> Option<Vec<u8>> {
    let announced = announced.map(|boundary| Open { boundary: boundary.trim_end().as_bytes().to_vec(), digest: false, encrypted: false });
    let mut likely = None;
    let mut at = 0;
    while at < body.len() && at < *search {
        let end = line_end(body, at);
        let line = trimmed(body.get(at..end).unwrap_or_default());
        if let Some(boundary) = line.strip_prefix(b"--").map(<[u8]>::trim_ascii_end) {
            if announced.as_ref().is_some_and(|open| open.matches(line).is_some()) {
                break;
            }
            if around.iter().any(|open| open.matches(line).is_some()) {
                *search -= at;
                return likely;
            }
            let next = body.get(end..).unwrap_or_default();
            if likely.is_none() && (1..=200).contains(&boundary.len()) && next.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-")) {
                likely = Some(boundary.to_vec());
            }
        }
        at = end;
    }
    *search = search.saturating_sub(at);
    // Not at its end: the announced boundary was found, or the search was given up.
    if at < body.len() { announced.map(|open| open.boundary).or(likely) } else { likely }
}

/// The line end before a delimiter belongs to the delimiter.
fn before_line_end(content: &[u8], from: usize, at: usize) -> usize {
    let part = content.get(from..at).unwrap_or_default();
    from + trimmed(part).len()
}

/// Content without its transfer encoding; borrowed when there is none.
pub(super) fn transfer<'a>(body: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    match encoding {
        "base64" => Cow::Owned(base64(body)),
        "quoted-printable" => Cow::Owned(quoted(body)),
        "x-uuencode" | "uuencode" | "x-uue" | "uue" => Cow::Owned(uu(body)),
        _ => Cow::Borrowed(body),
    }
}

/// BASE64; other characters are passed over, pieces that were padded and put one after another are all read.
pub(super) fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut held, mut ended) = (0_u32, 0_u8, false);
    for byte in body {
        // Behind the padding the line is not BASE64; the next may begin another piece.
        ended &= !matches!(byte, b'\n' | b'\r');
        if ended {
            continue;
        }
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                ended = held == 0 || held == 2 || held == 4;
                (bits, held) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    out
}

/// Quoted-printable; what is not written by the rules stays.
pub(super) fn quoted(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        at += 1;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let hex = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16)).map(|digit| digit as u8);
        if let (Some(high), Some(low)) = (hex(body.get(at)), hex(body.get(at + 1))) {
            out.push(high << 4 | low);
            at += 2;
            continue;
        }
        // A soft line end, blanks before it forgiven.
        let blanks = body.get(at..).unwrap_or_default().iter().take(1000).take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
        match body.get(at + blanks) {
            Some(b'\n') => at += blanks + 1,
            None => at += blanks,
            _ => out.push(b'='),
        }
    }
    out
}

fn uu(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in body.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)) {
        if line.starts_with(b"begin ") || line == b"end" {
            continue;
        }
        super::body::uu_line(line, &mut out);
    }
    out
}

/// The text of a part: by its character set where that is known and fits, otherwise by what the bytes look like.
pub(super) fn decode(bytes: &[u8], charset: Option<&str>) -> String {
    let label = charset.map(|charset| charset.trim().trim_matches(['"', '\'']).to_ascii_lowercase()).unwrap_or_default();
    let plain = matches!(label.as_str(), "" | "us-ascii" | "ascii" | "utf-8" | "utf8" | "unknown-8bit" | "x-unknown" | "8bit" | "7bit" | "default" | "binary");
    let decoder = if plain { None } else { mail_parser::decoders::charsets::map::charset_decoder(label.as_bytes()) };
    match (decoder, std::str::from_utf8(bytes)) {
        (Some(decoder), _) => decoder(bytes),
        // The escapes of ISO-2022-JP are ASCII too.
        (None, Ok(text)) if !text.contains("\u{1b}$") => text.to_string(),
        (None, _) if label.starts_with("utf") && mostly_utf8(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        (None, _) => text::decode(bytes).unwrap_or_else(|| text::eight_bit(bytes)),
    }
}

/// Whether bytes that say they are UTF-8 are, but for some that are damaged.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= bad
}

/// The character set that an HTML page names.
pub(super) fn page_charset(page: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(page.get(..4096).unwrap_or(page)).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label: String = after.trim_start_matches(['"', '\'']).chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c)).collect();
    (!label.is_empty()).then_some(label)
}

/// A message's headers.
pub(super) fn header(headers: &[u8]) -> Option<Message<'static>> {
    MessageParser::default().parse_headers(readable(headers).as_ref()).map(Message::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expect: &[&str]) {
        let (_, parts) = parts(message.as_bytes());
        let shown: Vec<String> = parts
            .iter()
            .map(|part| {
                let loose = if part.loose { "loose " } else { "" };
                format!("{loose}{} {}", part.entity.kind, message.get(part.body.clone()).unwrap_or_default().replace('\n', "|"))
            })
            .collect();
        assert_eq!(shown, expect, "{message}");
    }

    #[test]
    fn structure() {
        check("Subject: x\n\nbody\n", &["text/plain body|"]);
        let multi = "Content-Type: multipart/mixed; boundary=\"a\"\n\npre\n--a\n\none\n--a\nContent-Type: text/html\n\ntwo\n--a--\npost";
        check(multi, &["loose text/plain pre", "text/plain one", "text/html two", "loose text/plain post"]);
        // A boundary that is the beginning of another; an inner part that is never closed.
        check(
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/alternative; boundary=ab\n\n--ab\n\none\n--a\n\ntwo\n--a--\n",
            &["text/plain one", "text/plain two"],
        );
        // The announced boundary does not occur.
        check("Content-Type: multipart/mixed; boundary=x\n\n--y\nContent-Type: text/html\n\none\n--y--\n", &["text/html one"]);
        check("Content-Type: multipart/mixed; boundary=x\n\nno parts\n", &["text/plain no parts|"]);
        // The blank line is missing.
        check("Subject: x\nbody without blank line\n", &["text/plain body without blank line|"]);
        check("Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: y\n\nz\n--x--\n", &["message/rfc822 Subject: y||z"]);
        check("", &["text/plain "]);
    }

    #[test]
    fn encodings() {
        assert_eq!(base64(b"TmFt\r\nZQ==\nTmFtZQ=="), b"NameName");
        assert_eq!(base64(b"TmFtZQ== ignored"), b"Name");
        assert_eq!(quoted(b"a=3Db=\r\nc=ZZ=20= \nd="), b"a=bc=ZZ d");
        assert_eq!(transfer(b"begin 644 x\n#0V%T\n`\nend\n", "x-uuencode").as_ref(), b"Cat");
        assert_eq!(decode(b"N\xfa\xf1ez", Some("iso-8859-1")), "N\u{fa}\u{f1}ez");
        assert_eq!(decode(b"Se\xf1or N\xfa\xf1ez vive aqu\xed", None), "Se\u{f1}or N\u{fa}\u{f1}ez vive aqu\u{ed}");
        assert_eq!(decode(b"\x1b$B$3\x1b(B", Some("iso-2022-jp")), "\u{3053}");
    }

    #[test]
    fn deep_and_broken_structures_end() {
        let mut deep = String::new();
        for depth in 0..5000 {
            deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n"));
        }
        deep.push_str("Content-Type: text/plain\n\nend");
        let (_, parts) = parts(deep.as_bytes());
        assert!(parts.iter().any(|part| deep.get(part.body.clone()).is_some_and(|text| text.ends_with("end"))));
    }

    #[test]
    fn many_boundaries_that_do_not_occur_end_soon() {
        let mut many = String::from("Content-Type: multipart/mixed; boundary=a\n\n");
        (0..40_000).for_each(|n| many.push_str(&format!("--a\nContent-Type: multipart/mixed; boundary=n{n}\n\ntext {n}\n")));
        let start = std::time::Instant::now();
        let (_, parts) = parts(many.as_bytes());
        assert_eq!(parts.len(), 40_000);
        assert!(start.elapsed() < std::time::Duration::from_secs(10));
    }
}
