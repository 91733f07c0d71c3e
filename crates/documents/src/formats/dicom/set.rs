//! The elements of a data set, without copying and without ever giving up: a file that is cut off, mixes its encodings or uses
//! an unknown value representation gives what can be read of it. Libraries stop at the first fault.

use dicom_core::VR;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_dictionary_std::StandardDataDictionary;
use dicom_object::Tag;

/// How deep sequences may nest.
const DEPTH: usize = 32;
/// Most elements of one file.
const ELEMENTS: usize = 1_000_000;
const UNDEFINED: u32 = u32::MAX;
const ITEM: Tag = Tag(0xfffe, 0xe000);
const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
/// Value representations with a length of four bytes after two reserved ones.
const LONG: &[&[u8; 2]] = &[b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"];
const SHORT: &[&[u8; 2]] =
    &[b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"];

/// A data set, or an item of a sequence.
#[derive(Debug, Default)]
pub(super) struct Set<'a> {
    pub elements: Vec<Element<'a>>,
}

/// An element.
#[derive(Debug)]
pub(super) struct Element<'a> {
    pub tag: Tag,
    /// Value representation: as written, or by the dictionary.
    pub vr: [u8; 2],
    pub value: Value<'a>,
    /// Whether numbers have their high byte first.
    pub big: bool,
}

/// An element's value.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Bytes(&'a [u8]),
    Items(Vec<Set<'a>>),
    /// Encapsulated pixel data: the first is the offset table.
    Fragments(Vec<&'a [u8]>),
}

impl<'a> Set<'a> {
    /// The first element with a tag.
    pub fn element(&self, tag: Tag) -> Option<&Element<'a>> {
        self.elements.iter().find(|element| element.tag == tag)
    }
    /// The items of a sequence; none where there is no such sequence.
    pub fn items(&self, tag: Tag) -> &[Set<'a>] {
        match self.element(tag).map(|element| &element.value) {
            Some(Value::Items(items)) => items,
            _ => &[],
        }
    }
    /// An element's bytes.
    pub fn bytes(&self, tag: Tag) -> Option<&'a [u8]> {
        match self.element(tag)?.value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
    /// The first number of an element, of whatever representation.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        self.element(tag)?.numbers().first().copied()
    }
    /// A size or an index.
    pub fn size(&self, tag: Tag) -> Option<usize> {
        self.number(tag).filter(|n| (0.0..=1e9).contains(n)).map(|n| n as usize)
    }
    /// A plain word, as codes and identifiers are.
    pub fn word(&self, tag: Tag) -> String {
        let bytes = self.bytes(tag).unwrap_or_default();
        String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes)).trim_matches([' ', '\0']).to_string()
    }
}

impl Element<'_> {
    /// The numbers of an element, binary or in words.
    pub fn numbers(&self) -> Vec<f64> {
        let Value::Bytes(bytes) = self.value else { return Vec::new() };
        let order = |chunk: &[u8]| {
            let bits = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
            if self.big { chunk.iter().fold(0, bits) } else { chunk.iter().rev().fold(0, bits) }
        };
        let each = |size: usize, number: &dyn Fn(u64) -> f64| bytes.chunks_exact(size).map(|chunk| number(order(chunk))).collect();
        match &self.vr {
            b"US" | b"OW" => each(2, &|n| n as f64),
            b"SS" => each(2, &|n| f64::from(n as u16 as i16)),
            b"UL" | b"OL" => each(4, &|n| n as f64),
            b"SL" => each(4, &|n| f64::from(n as u32 as i32)),
            b"UV" | b"OV" => each(8, &|n| n as f64),
            b"SV" => each(8, &|n| n as i64 as f64),
            b"FL" | b"OF" => each(4, &|n| f64::from(f32::from_bits(n as u32))),
            b"FD" | b"OD" => each(8, &|n| f64::from_bits(n)),
            _ => {
                let text = String::from_utf8_lossy(bytes.get(..65536).unwrap_or(bytes));
                text.split('\\').filter_map(|part| part.trim_matches([' ', '\0']).parse().ok()).collect()
            }
        }
    }
}

/// How elements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    pub explicit: bool,
    pub big: bool,
}

/// Reads elements from left to right.
pub(super) struct Reader<'a> {
    content: &'a [u8],
    at: usize,
    left: usize,
    /// Whether the content ends inside an element, or something cannot be made out.
    pub broken: bool,
}

impl<'a> Reader<'a> {
    pub fn new(content: &'a [u8]) -> Reader<'a> {
        Reader { content, at: 0, left: ELEMENTS, broken: false }
    }
    /// The whole data set.
    pub fn whole(&mut self, syntax: Syntax) -> Set<'a> {
        self.set(self.content.len(), syntax, 0, false)
    }
    fn u16(&self, at: usize, big: bool) -> Option<u16> {
        let two = self.content.get(at..at + 2)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }
    fn u32(&self, at: usize, big: bool) -> Option<u32> {
        let four = self.content.get(at..at + 4)?.try_into().ok()?;
        Some(if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }
    fn tag(&self, at: usize, big: bool) -> Option<Tag> {
        Some(Tag(self.u16(at, big)?, self.u16(at + 2, big)?))
    }
    fn vr(&self, at: usize) -> Option<[u8; 2]> {
        self.content.get(at..at + 2)?.try_into().ok()
    }
    fn set(&mut self, end: usize, syntax: Syntax, depth: usize, delimited: bool) -> Set<'a> {
        let mut set = Set::default();
        while self.at + 8 <= end {
            let Some(tag) = self.tag(self.at, syntax.big) else { break };
            match tag {
                ITEM_END => {
                    self.at += 8;
                    if delimited {
                        return set;
                    }
                    continue;
                }
                // The item's end is missing; the sequence sees its own.
                SEQUENCE_END | ITEM if depth > 0 => return set,
                // Stray ends, and zeros that fill the file up.
                SEQUENCE_END => {
                    self.at += 8;
                    continue;
                }
                Tag(0, 0) if self.content.get(self.at..end).is_some_and(|rest| rest.iter().all(|&b| b == 0)) => {
                    self.at = end;
                    return set;
                }
                _ => {}
            }
            if self.left == 0 {
                self.broken = true;
                self.at = end;
                return set;
            }
            self.left -= 1;
            let Some(element) = self.element(tag, end, syntax, depth) else {
                self.broken = true;
                self.at = end;
                return set;
            };
            set.elements.push(element);
        }
        self.broken |= self.at < end && depth == 0 && self.content.get(self.at..end).is_some_and(|rest| rest.iter().any(|&b| b != 0));
        set
    }
    /// The header's representation, the place of the value, and its length.
    fn header(&self, tag: Tag, end: usize, syntax: Syntax) -> Option<([u8; 2], usize, u32)> {
        let (at, big) = (self.at, syntax.big);
        let implicit = |vr: Option<[u8; 2]>| Some((vr.unwrap_or_else(|| dictionary(tag)), at + 8, self.u32(at + 4, big)?));
        let vr = self.vr(at + 4)?;
        let (long, short) = (LONG.contains(&&vr), SHORT.contains(&&vr));
        if !syntax.explicit {
            // Some programs write explicit elements among implicit ones: as an implicit length this would be hundreds of megabytes.
            let beyond = self.u32(at + 4, big).is_some_and(|length| length != UNDEFINED && length as usize > end.saturating_sub(at + 8));
            if !(beyond && (long || short)) {
                return implicit(None);
            }
        }
        if long {
            return Some((vr, at + 12, self.u32(at + 8, big)?));
        }
        if short {
            return Some((vr, at + 8, u32::from(self.u16(at + 6, big)?)));
        }
        // Not a known representation: perhaps a new one with a long length, perhaps an implicit element, perhaps damage.
        let long = self.u32(at + 8, big).unwrap_or(UNDEFINED);
        let short = u32::from(self.u16(at + 6, big)?);
        let plain = self.u32(at + 4, big)?;
        let name = if vr.iter().all(u8::is_ascii_uppercase) { *b"UN" } else { dictionary(tag) };
        let ways = [(name, at + 8, short), (name, at + 12, long), (name, at + 8, plain)];
        let follows = |start: usize, length: u32| {
            let next = start.saturating_add(length as usize);
            next == end || next < end && self.tag(next, big).is_some_and(|after| after > tag && after.0 < tag.0.saturating_add(0x40).max(0x60))
        };
        ways.into_iter().find(|(_, start, length)| follows(*start, *length)).or(Some((name, at + 8, short)))
    }
    fn element(&mut self, tag: Tag, end: usize, syntax: Syntax, depth: usize) -> Option<Element<'a>> {
        let (vr, start, length) = self.header(tag, end, syntax)?;
        let big = syntax.big;
        let whole = |value| Some(Element { tag, vr, value, big });
        self.at = start;
        if length == UNDEFINED {
            if matches!(&vr, b"OB" | b"OW") || tag == Tag(0x7fe0, 0x10) {
                let fragments = self.fragments(end, big);
                return whole(Value::Fragments(fragments));
            }
            // Inside an unknown element of undefined length everything is implicit.
            let inner = if &vr == b"UN" { Syntax { explicit: false, big: false } } else { syntax };
            let items = self.items(end, inner, depth, true);
            return Some(Element { tag, vr: *b"SQ", value: Value::Items(items), big });
        }
        let stop = start.saturating_add(length as usize);
        if stop > end {
            self.broken = true;
        }
        let stop = stop.min(end);
        let known = if &vr == b"UN" { dictionary(tag) } else { vr };
        let itemised = self.tag(start, big) == Some(ITEM) && stop >= start + 8;
        if &known == b"SQ" || itemised && &known == b"UN" {
            if !itemised && stop > start {
                self.broken = true;
                self.at = stop;
                return whole(Value::Items(Vec::new()));
            }
            let items = self.items(stop, syntax, depth, false);
            self.at = stop;
            return Some(Element { tag, vr: *b"SQ", value: Value::Items(items), big });
        }
        self.at = stop;
        let value = Value::Bytes(self.content.get(start..stop).unwrap_or_default());
        Some(Element { tag, vr: known, value, big })
    }
    fn items(&mut self, end: usize, syntax: Syntax, depth: usize, delimited: bool) -> Vec<Set<'a>> {
        let mut items = Vec::new();
        while self.at + 8 <= end {
            let (Some(tag), Some(length)) = (self.tag(self.at, syntax.big), self.u32(self.at + 4, syntax.big)) else { break };
            if tag == SEQUENCE_END {
                self.at += 8;
                return items;
            }
            if tag == ITEM_END {
                self.at += 8;
                continue;
            }
            if tag != ITEM || depth >= DEPTH {
                // Something else: the rest of the sequence cannot be made out.
                self.broken = true;
                self.at = end;
                return items;
            }
            self.at += 8;
            let stop = if length == UNDEFINED { end } else { self.at.saturating_add(length as usize) };
            self.broken |= stop > end;
            let stop = stop.min(end);
            let inner = self.inner(syntax, stop);
            items.push(self.set(stop, inner, depth + 1, length == UNDEFINED));
            if length != UNDEFINED {
                self.at = stop;
            }
        }
        self.broken |= delimited;
        items
    }
    /// How an item is written: as what is around it, unless its first element shows otherwise.
    fn inner(&self, syntax: Syntax, stop: usize) -> Syntax {
        let Some(vr) = self.vr(self.at + 4).filter(|_| self.at + 8 <= stop && self.tag(self.at, syntax.big) != Some(ITEM_END)) else { return syntax };
        let known = LONG.contains(&&vr) || SHORT.contains(&&vr);
        let fits = self.u32(self.at + 4, syntax.big).is_some_and(|length| length == UNDEFINED || length as usize <= stop - self.at);
        match syntax.explicit {
            true if !known && !vr.iter().all(u8::is_ascii_uppercase) && fits => Syntax { explicit: false, ..syntax },
            false if known && !fits => Syntax { explicit: true, ..syntax },
            _ => syntax,
        }
    }
    fn fragments(&mut self, end: usize, big: bool) -> Vec<&'a [u8]> {
        let mut out = Vec::new();
        while let (Some(tag), Some(length)) = (self.tag(self.at, big), self.u32(self.at + 4, big)) {
            if self.at + 8 > end {
                break;
            }
            self.at += 8;
            if tag == SEQUENCE_END {
                return out;
            }
            let stop = self.at.saturating_add(length as usize);
            if tag != ITEM || stop > end || self.left == 0 {
                self.broken = true;
                if tag == ITEM {
                    out.push(self.content.get(self.at..end).unwrap_or_default());
                }
                self.at = end;
                return out;
            }
            self.left -= 1;
            out.push(self.content.get(self.at..stop).unwrap_or_default());
            self.at = stop;
        }
        self.broken = true;
        out
    }
}

/// The representation that the data dictionary has for a tag.
fn dictionary(tag: Tag) -> [u8; 2] {
    match tag {
        Tag(_, 0) => *b"UL",
        Tag(group, 0x10..=0xff) if group % 2 == 1 => *b"LO",
        Tag(group, _) if group % 2 == 1 => *b"UN",
        _ => {
            let vr = StandardDataDictionary.by_tag(tag).map(|entry| entry.vr().relaxed());
            // Where the dictionary allows several, the bytes decide for the reader of pixel data; as words they are numbers.
            vr.unwrap_or(VR::UN).to_string().as_bytes().try_into().unwrap_or(*b"UN")
        }
    }
}

/// The keyword of a tag, from the data dictionary of PS3.6.
pub(super) fn keyword(tag: Tag) -> &'static str {
    match tag {
        Tag(group, 0x10..=0xff) if group % 2 == 1 => "PrivateCreator",
        Tag(group, _) if group % 2 == 1 => "Private",
        tag => StandardDataDictionary.by_tag(tag).map_or("Attribute", |entry| entry.alias()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPLICIT: Syntax = Syntax { explicit: true, big: false };

    fn read(content: &[u8], syntax: Syntax) -> (String, bool) {
        fn show(set: &Set<'_>) -> String {
            let value = |element: &Element<'_>| match &element.value {
                Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Value::Items(items) => items.iter().map(|item| format!("[{}]", show(item))).collect(),
                Value::Fragments(parts) => format!("{}", parts.len()),
            };
            set.elements.iter().map(|e| format!("{:x},{:x} {}={};", e.tag.0, e.tag.1, String::from_utf8_lossy(&e.vr), value(e))).collect()
        }
        let mut reader = Reader::new(content);
        let set = reader.whole(syntax);
        (show(&set), reader.broken)
    }

    fn fine(content: &[u8], explicit: bool, expect: &str) {
        assert_eq!(read(content, Syntax { explicit, big: false }), (expect.to_string(), false));
    }

    #[test]
    fn elements() {
        fine(b"\x10\0\x10\0PN\x04\0LEE^", true, "10,10 PN=LEE^;");
        fine(b"\x10\0\x10\0\x04\0\0\0LEE^", false, "10,10 PN=LEE^;");
        fine(b"\x10\0\x10\0PN\x04\0LEE^\0\0\0\0\0\0\0\0\0\0", true, "10,10 PN=LEE^;");
        // Explicit elements in an implicit data set, and the other way round.
        fine(b"\x10\0\x10\0PN\x04\0LEE^", false, "10,10 PN=LEE^;");
        fine(b"\x10\0\x10\0\x04\0\0\0LEE^", true, "10,10 PN=LEE^;");
        // A representation that does not exist.
        fine(b"\x10\0\x10\0XX\x04\0LEE^\x10\0\x20\0LO\x02\x0012", true, "10,10 PN=LEE^;10,20 LO=12;");
        // Sequences: of undefined and of given length, in unknown elements, private.
        let item = b"\xfe\xff\0\xe0\xff\xff\xff\xff\x08\0\0\x01SH\x02\0C1\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0";
        fine(&[b"\x40\0\x43\xa0SQ\0\0\xff\xff\xff\xff", &item[..]].concat(), true, "40,a043 SQ=[8,100 SH=C1;];");
        let item = b"\xfe\xff\0\xe0\x0a\0\0\0\x08\0\0\x01\x02\0\0\0C1";
        fine(&[b"\x40\0\x43\xa0\x12\0\0\0", &item[..]].concat(), false, "40,a043 SQ=[8,100 SH=C1;];");
        fine(&[b"\x41\0\x01\x10UN\0\0\x12\0\0\0", &item[..]].concat(), true, "41,1001 SQ=[8,100 SH=C1;];");
        fine(b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\0\0\0\0\xfe\xff\0\xe0\x02\0\0\0ab\xfe\xff\xdd\xe0\0\0\0\0", true, "7fe0,10 OB=2;");
        assert_eq!(read(b"\0\x10\0\x10PN\0\x04LEE^", Syntax { explicit: true, big: true }).0, "10,10 PN=LEE^;");
    }

    #[test]
    fn what_stands_before_a_fault() {
        assert_eq!(read(b"\x10\0\x10\0PN\x08\0LEE^", EXPLICIT), ("10,10 PN=LEE^;".to_string(), true));
        assert_eq!(read(b"\x10\0\x10\0PN\x04\0LEE^\x10\0\x20\0LO", EXPLICIT), ("10,10 PN=LEE^;".to_string(), true));
        let nested = b"\x40\0\x43\xa0SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff".repeat(100_000);
        assert!(read(&nested, EXPLICIT).1);
        let many = b"\x10\0\x10\0PN\0\0".repeat(ELEMENTS + 10);
        assert!(read(&many, EXPLICIT).1);
    }
}
