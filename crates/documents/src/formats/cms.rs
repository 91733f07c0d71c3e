//! S/MIME and other CMS data (`.p7m`, `.p7s`): what was signed or compressed is a member; what was encrypted stays closed.

use super::mime;
use crate::{Head, Task};
use bytes::Bytes;
use dosimeter_case::tables::DocumentStatus;
use std::borrow::Cow;
use std::io::Read;

/// How deep elements may nest.
const DEPTH: usize = 16;

/// What the data is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Signed,
    Enveloped,
    Encrypted,
    AuthEnveloped,
    Compressed,
}

impl Kind {
    pub fn locked(self) -> bool {
        matches!(self, Kind::Enveloped | Kind::Encrypted | Kind::AuthEnveloped)
    }
}

pub(super) fn recognise(head: &Head<'_>) -> bool {
    kind(head.content).is_some()
}

/// What kind of CMS data begins here; also in its text form (PEM).
pub(super) fn kind(content: &[u8]) -> Option<Kind> {
    kind_of(&binary(content)?).map(|(kind, _)| kind)
}

/// The data itself, taken out of its text form.
fn binary(content: &[u8]) -> Option<Cow<'_, [u8]>> {
    if content.first() == Some(&0x30) {
        return Some(Cow::Borrowed(content));
    }
    let text = content.get(..content.len().min(64 << 20))?.trim_ascii_start();
    let begins = [&b"-----BEGIN PKCS7-----"[..], b"-----BEGIN CMS-----"].into_iter().find_map(|mark| text.strip_prefix(mark))?;
    let end = begins.windows(5).position(|window| window == b"-----").unwrap_or(begins.len());
    Some(Cow::Owned(mime::base64(begins.get(..end)?)))
}

fn kind_of(content: &[u8]) -> Option<(Kind, usize)> {
    let outer = element(content, 0).filter(|outer| outer.tag == 0x30)?;
    let name = element(content, outer.start).filter(|name| name.tag == 6)?;
    let end = name.end?;
    let kind = match content.get(name.start..end)? {
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" => Kind::Signed,
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03" => Kind::Enveloped,
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06" => Kind::Encrypted,
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09" => Kind::Compressed,
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17" => Kind::AuthEnveloped,
        _ => return None,
    };
    Some((kind, end))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let bytes = task.head.bytes.clone();
    let Some(content) = binary(&bytes) else { return };
    let Some((kind, at)) = kind_of(&content) else { return };
    if kind.locked() {
        return task.problem(DocumentStatus::Encrypted, "encrypted for the holders of certain keys (S/MIME)");
    }
    match inside(&content, at, task.room()) {
        Inside::Nothing => task.problem(DocumentStatus::Empty, "a signature without content"),
        Inside::Damaged => task.problem(DocumentStatus::Corrupt, "the signed data is damaged"),
        Inside::Content(inside) => {
            let name = task.head.name.clone();
            let stem = name.strip_suffix(".p7m").filter(|stem| stem.contains('.')).unwrap_or("content.eml").to_string();
            let inside = if kind == Kind::Compressed { unpacked(task, &inside) } else { Some(inside) };
            match inside {
                Some(inside) => task.member(&stem, Bytes::from(inside)),
                None => task.lost_member(&stem, 0, DocumentStatus::OverBudget, "unpacks to more than the budget"),
            }
        }
    }
}

fn unpacked(task: &Task<'_, '_>, packed: &[u8]) -> Option<Vec<u8>> {
    let limit = task.room().min((packed.len() as u64).saturating_mul(200).max(32 << 20));
    let mut out = Vec::new();
    // What comes before damage counts.
    let _ = flate2::read::ZlibDecoder::new(packed).take(limit + 1).read_to_end(&mut out);
    (out.len() as u64 <= limit).then_some(out)
}

enum Inside {
    Content(Vec<u8>),
    Nothing,
    Damaged,
}

/// The content within: `[0] { SEQUENCE { version, algorithms, SEQUENCE { type, [0] content } …`.
fn inside(content: &[u8], at: usize, room: u64) -> Inside {
    let enter = |at: usize, tag: u8| element(content, at).filter(|element| element.tag == tag);
    let wrapped = || -> Option<Option<usize>> {
        let data = enter(enter(at, 0xa0)?.start, 0x30)?;
        let algorithms = skip(content, data.start, 0)?;
        let inner = enter(skip(content, algorithms, 0)?, 0x30)?;
        let kind = skip(content, inner.start, 0)?;
        if inner.end.is_some_and(|end| kind >= end) {
            return Some(None);
        }
        Some(enter(kind, 0xa0).map(|explicit| explicit.start))
    };
    match wrapped() {
        None => Inside::Damaged,
        Some(None) => Inside::Nothing,
        Some(Some(at)) => {
            let mut out = Vec::new();
            match octets(content, at, 0, room, &mut out) {
                Some(_) if !out.is_empty() => Inside::Content(out),
                Some(_) => Inside::Nothing,
                // Cut off: what is there counts.
                None if !out.is_empty() => Inside::Content(out),
                None => Inside::Damaged,
            }
        }
    }
}

struct Element {
    tag: u8,
    start: usize,
    /// `None` when the element says its end by a mark.
    end: Option<usize>,
}

fn element(content: &[u8], at: usize) -> Option<Element> {
    let tag = *content.get(at)?;
    // Tags of several bytes do not occur here.
    if tag & 0x1f == 0x1f {
        return None;
    }
    let first = *content.get(at + 1)?;
    let start = at + 2;
    if first == 0x80 {
        return Some(Element { tag, start, end: None });
    }
    if first < 0x80 {
        return Some(Element { tag, start, end: Some(start + usize::from(first)) });
    }
    let count = usize::from(first & 0x7f);
    if count > 8 {
        return None;
    }
    let length = content.get(start..start + count)?.iter().try_fold(0_usize, |n, byte| Some(n.checked_mul(256)? + usize::from(*byte)))?;
    let start = start + count;
    Some(Element { tag, start, end: Some(start.checked_add(length)?) })
}

/// Behind the element at `at`.
fn skip(content: &[u8], at: usize, depth: usize) -> Option<usize> {
    let element = element(content, at)?;
    if let Some(end) = element.end {
        return Some(end);
    }
    if depth > DEPTH {
        return None;
    }
    let mut at = element.start;
    while content.get(at..at + 2)? != [0, 0] {
        at = skip(content, at, depth + 1)?;
    }
    Some(at + 2)
}

/// The bytes of an octet string, which may consist of several. Behind it; `None` when it is cut off.
fn octets(content: &[u8], at: usize, depth: usize, room: u64, out: &mut Vec<u8>) -> Option<usize> {
    let element = element(content, at)?;
    if depth > DEPTH || out.len() as u64 > room {
        return None;
    }
    if element.tag & 0x20 == 0 {
        let end = element.end?;
        out.extend(content.get(element.start..end.min(content.len()))?);
        return (end <= content.len()).then_some(end);
    }
    if element.tag != 0x24 {
        return skip(content, at, depth);
    }
    let mut at = element.start;
    loop {
        match element.end {
            Some(end) if at >= end => return Some(end),
            None if content.get(at..at + 2)? == [0, 0] => return Some(at + 2),
            _ => at = octets(content, at, depth + 1, room, out)?,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    fn signed(content: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, inside: &[u8]| [&[tag, inside.len() as u8], inside].concat();
        let name = |last: u8| wrap(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, last]);
        // In two pieces, the whole with an end mark.
        let (a, b) = content.split_at(content.len() / 2);
        let octets = [&b"\x24\x80"[..], &wrap(4, a), &wrap(4, b), b"\0\0"].concat();
        let inner = wrap(0x30, &[name(1), wrap(0xa0, &octets)].concat());
        let data = wrap(0x30, &[wrap(2, &[1]), wrap(0x31, &[]), inner].concat());
        [&b"\x30\x80"[..], &name(2), &wrap(0xa0, &data), b"\0\0"].concat()
    }

    #[test]
    fn signed_content() {
        let data = signed(b"Content-Type: text/plain\r\n\r\nDOB 01/02/1980");
        let expect = "\
read application/pkcs7-mime none
content.eml: read message/rfc822 text
[message text] DOB 01/02/1980";
        check("smime.p7m", &data, expect);
        let mut locked = data;
        locked.iter_mut().skip(12).take(1).for_each(|byte| *byte = 3);
        check("smime.p7m", &locked, "encrypted application/pkcs7-mime none (encrypted for the holders of certain keys (S/MIME))");
    }
}
