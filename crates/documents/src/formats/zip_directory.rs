//! What a ZIP archive holds: its central directory or, where that is missing or damaged, the members' own headers.

use super::unpack::{u16_at, u32_at, u64_at};
use memchr::memmem;
use std::io::Read;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END64: &[u8] = b"PK\x06\x06";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
/// Sizes of the fixed parts of the local header, the central header and the end record.
const LOCAL_LEN: usize = 30;
const CENTRAL_LEN: usize = 46;
const END_LEN: usize = 22;
/// Where the end record is to be found, from the end.
const TAIL: usize = END_LEN + 0xffff;

/// One member, as the directory or its own header describes it.
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    pub name: &'a [u8],
    pub extra: &'a [u8],
    pub flags: u16,
    pub method: u16,
    /// Time and date as stored: the weak cipher's check needs them.
    pub time: u32,
    pub crc: u32,
    pub packed: u64,
    pub size: u64,
    /// Whether the writer's system names files in the DOS code page.
    pub dos: bool,
    /// Where the local header is and where the data begin; equal when the local header cannot be found.
    pub header: usize,
    pub data: usize,
}

impl Member<'_> {
    pub(super) fn encrypted(&self) -> bool {
        self.flags & 1 != 0
    }
    /// The name as text: UTF-8 where it is or says so, otherwise the DOS code page or a guess.
    pub(super) fn name(&self) -> String {
        if let Some(name) = self.unicode_name() {
            return name;
        }
        match std::str::from_utf8(self.name) {
            Ok(name) => name.to_string(),
            Err(_) if self.flags & 0x800 != 0 => String::from_utf8_lossy(self.name).into_owned(),
            Err(_) if self.dos => self.name.iter().map(|&byte| cp437(byte)).collect(),
            Err(_) => crate::text::eight_bit(self.name),
        }
    }
    /// The Info-ZIP Unicode path, valid only while the checksum of the plain name agrees.
    fn unicode_name(&self) -> Option<String> {
        let field = extra(self.extra, 0x7075)?;
        let mut crc = flate2::Crc::new();
        crc.update(self.name);
        (field.first() == Some(&1) && u32_at(field, 1) == Some(crc.sum())).then(|| std::str::from_utf8(field.get(5..)?).ok().map(String::from))?
    }
}

/// The directory of an archive, found but not yet read.
pub(super) struct Directory<'a> {
    content: &'a [u8],
    /// Bytes before the archive, as in a self-extracting program.
    base: usize,
    at: usize,
    end: usize,
    /// Members that it should have.
    pub expect: u64,
    /// Whether it has yielded what can be read of it without reaching its end.
    pub damaged: bool,
}

/// Finds the directory from the end record; `None` when there is none that leads to a directory.
pub(super) fn directory(content: &[u8]) -> Option<Directory<'_>> {
    let near = content.len().saturating_sub(TAIL);
    // Some tools append more than a comment can hold.
    directory_at_tail(content).or_else(|| at_end(content, memmem::rfind(content.get(..near)?, END)?))
}

/// The same, only looked for where the format says: the end record is followed by at most 64 KB of comment.
pub(super) fn directory_at_tail(content: &[u8]) -> Option<Directory<'_>> {
    let near = content.len().saturating_sub(TAIL);
    let mut search = content.get(near..)?;
    for _ in 0..16 {
        let Some(found) = memmem::rfind(search, END) else { break };
        if let Some(directory) = at_end(content, near + found) {
            return Some(directory);
        }
        search = search.get(..found)?;
    }
    None
}

fn at_end(content: &[u8], end: usize) -> Option<Directory<'_>> {
    let mut expect = u64::from(u16_at(content, end + 10)?);
    let mut bytes = u64::from(u32_at(content, end + 12)?);
    let mut offset = u64::from(u32_at(content, end + 16)?);
    let mut stop = end;
    if expect == 0xffff || bytes == 0xffff_ffff || offset == 0xffff_ffff {
        // The locator of the 64-bit record stands just before; the record itself just before that.
        let before = content.get(end.saturating_sub(20 + 56 + 1024)..end)?;
        if let Some(found) = memmem::rfind(before, END64) {
            stop = end - before.len() + found;
            expect = u64_at(content, stop + 32)?;
            bytes = u64_at(content, stop + 40)?;
            offset = u64_at(content, stop + 48)?;
        }
    }
    let (bytes, offset) = (usize::try_from(bytes).ok()?, usize::try_from(offset).ok()?);
    // The directory ends where the end record begins: that tells how much stands before the archive.
    for at in [stop.checked_sub(bytes), Some(offset)].into_iter().flatten() {
        if content.get(at..stop).is_some_and(|directory| directory.starts_with(CENTRAL) || (bytes == 0 && at == stop)) {
            let base = at.saturating_sub(offset);
            return Some(Directory { content, base, at, end: stop, expect, damaged: false });
        }
    }
    None
}

impl<'a> Directory<'a> {
    /// Where the directory begins.
    pub(super) fn start(&self) -> usize {
        self.at
    }
    /// Its length in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.end.saturating_sub(self.at)
    }
    fn central(&self) -> Option<(Member<'a>, usize)> {
        let (content, at) = (self.content, self.at);
        if !content.get(at..self.end)?.starts_with(CENTRAL) {
            return None;
        }
        let lengths = [u16_at(content, at + 28)?, u16_at(content, at + 30)?, u16_at(content, at + 32)?].map(usize::from);
        let [name, extra_len, comment] = lengths;
        let from = at + CENTRAL_LEN;
        let mut member = Member {
            name: content.get(from..from + name)?,
            extra: content.get(from + name..from + name + extra_len)?,
            flags: u16_at(content, at + 8)?,
            method: u16_at(content, at + 10)?,
            time: u32_at(content, at + 12)?,
            crc: u32_at(content, at + 16)?,
            packed: u64::from(u32_at(content, at + 20)?),
            size: u64::from(u32_at(content, at + 24)?),
            dos: matches!(content.get(at + 5), Some(0 | 10 | 11 | 14)),
            header: 0,
            data: 0,
        };
        let offset = wide(&mut member, u64::from(u32_at(content, at + 42)?));
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        for header in [offset.checked_add(self.base), Some(offset)].into_iter().flatten() {
            if let Some(data) = local_data(content, header) {
                (member.header, member.data) = (header, data);
                break;
            }
        }
        Some((member, from + name + extra_len + comment))
    }
}

impl<'a> Iterator for Directory<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        if self.at >= self.end {
            return None;
        }
        match self.central() {
            Some((member, next)) => {
                self.at = next;
                Some(member)
            }
            None => {
                // A digital signature may end the directory; anything else is damage.
                self.damaged |= !self.content.get(self.at..).is_some_and(|rest| rest.starts_with(b"PK\x05\x05"));
                self.at = self.end;
                None
            }
        }
    }
}

/// Sizes and the offset that do not fit 32 bits stand in an extra field.
fn wide(member: &mut Member<'_>, offset: u64) -> u64 {
    let field = extra(member.extra, 1).unwrap_or_default();
    let mut at = 0;
    let mut next = |value: u64| {
        if value != 0xffff_ffff {
            return value;
        }
        let wide = u64_at(field, at);
        at += 8;
        wide.unwrap_or(value)
    };
    member.size = next(member.size);
    member.packed = next(member.packed);
    next(offset)
}

/// The extra field of an id.
pub(super) fn extra(mut fields: &[u8], id: u16) -> Option<&[u8]> {
    loop {
        let len = usize::from(u16_at(fields, 2)?);
        let field = fields.get(4..4 + len)?;
        if u16_at(fields, 0) == Some(id) {
            return Some(field);
        }
        fields = fields.get(4 + len..)?;
    }
}

/// Where the data of the member begin whose local header is at `header`.
fn local_data(content: &[u8], header: usize) -> Option<usize> {
    content.get(header..)?.starts_with(LOCAL).then_some(())?;
    let name = usize::from(u16_at(content, header + 26)?);
    let extra = usize::from(u16_at(content, header + 28)?);
    let data = header + LOCAL_LEN + name + extra;
    (data <= content.len()).then_some(data)
}

/// A member from its local header alone. The sizes may be unknown (flag 8).
fn local(content: &[u8], header: usize) -> Option<Member<'_>> {
    let data = local_data(content, header)?;
    let name_end = header + LOCAL_LEN + usize::from(u16_at(content, header + 26)?);
    let mut member = Member {
        name: content.get(header + LOCAL_LEN..name_end)?,
        extra: content.get(name_end..data)?,
        flags: u16_at(content, header + 6)?,
        method: u16_at(content, header + 8)?,
        time: u32_at(content, header + 10)?,
        crc: u32_at(content, header + 14)?,
        packed: u64::from(u32_at(content, header + 18)?),
        size: u64::from(u32_at(content, header + 22)?),
        dos: false,
        header,
        data,
    };
    wide(&mut member, 0);
    // "PK34" occurs in other data, too: a header says a version, a method and a name that exist.
    let method = matches!(member.method, 0..=20 | 93..=99);
    let name = !member.name.is_empty() && member.name.iter().all(|&byte| byte >= 0x20);
    (method && name && u16_at(content, header + 4)? & 0xff <= 100).then_some(member)
}

/// Looks for local headers from `at` on and works out where each member's data end. Stops at its allowance of work: headers
/// that lie about their data would otherwise make it go through the same bytes again and again.
pub(super) struct Scan<'a> {
    content: &'a [u8],
    at: usize,
    work: u64,
    /// Whether the allowance was used up.
    pub exhausted: bool,
}

impl<'a> Scan<'a> {
    /// Over `content` from `at` on (up to its end); `content` may be cut where the searched part ends.
    pub(super) fn new(content: &'a [u8], at: usize) -> Scan<'a> {
        Scan { content, at, work: (content.len() as u64).saturating_mul(4).saturating_add(64 << 20), exhausted: false }
    }
    /// The end of data whose size the header does not say.
    fn end(&mut self, member: &Member<'_>) -> usize {
        let rest = self.content.get(member.data..).unwrap_or_default();
        if member.method == 8 && !member.encrypted() {
            let mut decoder = flate2::bufread::DeflateDecoder::new(rest);
            let mut buffer = vec![0; 64 << 10];
            let whole = loop {
                let left = self.work.saturating_sub(decoder.total_in() + decoder.total_out() / 8);
                match decoder.read(&mut buffer) {
                    Ok(0) => break true,
                    Ok(_) if left > 0 => {}
                    _ => break false,
                }
            };
            self.work = self.work.saturating_sub(decoder.total_in() + decoder.total_out() / 8);
            if whole {
                return member.data + decoder.total_in() as usize;
            }
        }
        // The record that follows the data says their size; failing that, the next record of any kind ends them.
        let mut from = 0;
        while let Some(found) = rest.get(from..).and_then(|rest| memmem::find(rest, DESCRIPTOR)).map(|found| from + found) {
            self.work = self.work.saturating_sub((found - from) as u64 + 16);
            if u32_at(rest, found + 8).map(|size| size as usize) == Some(found) {
                return member.data + found;
            }
            from = found + 4;
            if self.work == 0 {
                break;
            }
        }
        let next = [LOCAL, CENTRAL].iter().filter_map(|magic| memmem::find(rest, magic)).min().unwrap_or(rest.len());
        self.work = self.work.saturating_sub(rest.len() as u64);
        member.data + next
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        loop {
            let header = self.at + memmem::find(self.content.get(self.at..)?, LOCAL)?;
            let Some(mut member) = local(self.content, header) else {
                self.at = header + 4;
                continue;
            };
            if self.work == 0 {
                self.exhausted = true;
                return None;
            }
            if member.flags & 8 != 0 && member.packed == 0 {
                let end = self.end(&member);
                member.packed = (end - member.data) as u64;
                // The record after the data has the checksum that the header could not have.
                let record = self.content.get(end..).unwrap_or_default();
                member.crc = if record.starts_with(DESCRIPTOR) { u32_at(record, 4) } else { u32_at(record, 0) }.unwrap_or(0);
            }
            let end = usize::try_from(member.packed).ok().and_then(|packed| member.data.checked_add(packed));
            // Data that run beyond the end are cut off, or the header is not one: what follows it is looked at, too.
            self.at = end.filter(|&end| end <= self.content.len()).unwrap_or(member.data);
            return Some(member);
        }
    }
}

/// The DOS code page that ZIP names are in unless they say otherwise.
fn cp437(byte: u8) -> char {
    const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    match byte.checked_sub(0x80) {
        Some(at) => HIGH.chars().nth(usize::from(at)).unwrap_or('\u{fffd}'),
        None => char::from(byte),
    }
}
