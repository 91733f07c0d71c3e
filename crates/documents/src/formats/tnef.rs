//! TNEF (`winmail.dat`): what Outlook sends beside a message that plain Internet mail cannot hold ([MS-OXTNEF]).

use super::body::Names;
use super::mapi::{self, Guid, Key, Properties, Value};
use crate::{Head, Task};
use bytes::Bytes;
use dosimeter_case::tables::DocumentStatus;

const MAGIC: &[u8] = b"\x78\x9f\x3e\x22";

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(MAGIC)
}

#[derive(Default)]
struct Attachment {
    properties: Properties,
    title: Option<Value>,
    content: Option<Bytes>,
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    task.document.pages = 1;
    let bytes = task.head.bytes.clone();
    let mut item = Properties::default();
    let mut recipients = Vec::new();
    let mut attachments: Vec<Attachment> = Vec::new();
    let mut whole = true;
    let mut at = 6;
    while at < bytes.len() {
        let Some(Attribute { message, id, content, next }) = attribute(&bytes, at) else {
            whole = false;
            break;
        };
        at = next;
        let text = || Value::Narrow(content.clone());
        match id {
            0x9007 => {
                if let Some(page) = content.get(..4).and_then(|page| page.try_into().ok()).map(u32::from_le_bytes)
                    && item.outer.is_none()
                {
                    item.outer = mapi::codepage(page.into());
                }
            }
            0x9003 if message => whole &= properties(&content, &mut Cursor { at: 0 }, &mut item).is_some(),
            0x9004 => whole &= rows(&content, item.outer, &mut recipients).is_some(),
            // A new attachment begins.
            0x9002 => attachments.push(Attachment::default()),
            0x9005 | 0x8010 | 0x800f => {
                if attachments.is_empty() {
                    attachments.push(Attachment::default());
                }
                let Some(attachment) = attachments.last_mut() else { continue };
                match id {
                    0x9005 => {
                        attachment.properties.outer = item.encoding();
                        whole &= properties(&content, &mut Cursor { at: 0 }, &mut attachment.properties).is_some();
                    }
                    0x8010 => attachment.title = Some(text()),
                    _ => attachment.content = Some(content),
                }
            }
            // The older attributes; the properties say the same where they are there too.
            0x8004 if item.get(0x37).is_none() => item.tag(0x37, text()),
            0x800c if item.get(0x1000).is_none() => item.tag(0x1000, text()),
            0x8008 if item.get(0x1a).is_none() => item.tag(0x1a, text()),
            0x8000 if item.get(0xc1a).is_none() => {
                if let Some((name, address)) = sender(&content) {
                    item.tag(0xc1a, Value::Narrow(name));
                    item.tag(0xc1f, Value::Narrow(address));
                }
            }
            0x8005 if item.get(0x39).is_none() => dtr(&content).into_iter().for_each(|date| item.tag(0x39, date)),
            0x8006 if item.get(0xe06).is_none() => dtr(&content).into_iter().for_each(|date| item.tag(0xe06, date)),
            _ => {}
        }
    }
    mapi::item(task, &item, &recipients, "message", "");
    let mut names = Names::default();
    for (at, attachment) in attachments.into_iter().enumerate() {
        if !task.may_add() {
            return task.problem(DocumentStatus::OverBudget, "more attachments than the budget allows");
        }
        give(task, at + 1, attachment, &mut names, &item);
    }
    if !whole {
        task.problem(DocumentStatus::Partly, "the data is damaged or cut off");
    } else if task.is_blank() {
        task.problem(DocumentStatus::Empty, "a message without text");
    }
}

fn give(task: &mut Task<'_, '_>, number: usize, mut attachment: Attachment, names: &mut Names, item: &Properties) {
    if let (Some(title), true) = (attachment.title.take(), mapi::attachment_name(&attachment.properties).is_none()) {
        attachment.properties.outer = item.encoding();
        attachment.properties.tag(0x3707, title);
    }
    // An object is a message as TNEF again, or a compound file.
    let object = attachment.properties.binary(0x3701).cloned();
    let message = object.as_ref().is_some_and(|object| object.starts_with(MAGIC));
    let name = match (mapi::attachment_name(&attachment.properties), message) {
        (Some(name), false) => name,
        (_, true) => format!("attached message {number}"),
        (None, false) => format!("attachment {number}"),
    };
    let name = names.unique(&name);
    let content = match attachment.content {
        Some(content) if object.is_none() || !content.is_empty() && !message => Some(content),
        _ => object,
    };
    match content {
        Some(content) if content.len() as u64 > task.room() => {
            task.lost_member(&name, content.len() as u64, DocumentStatus::OverBudget, "unpacks to more than the budget");
        }
        Some(content) => task.member(&name, content),
        None => task.lost_member(&name, 0, DocumentStatus::Corrupt, "the attachment's content is missing"),
    }
}

struct Attribute {
    message: bool,
    id: u16,
    content: Bytes,
    next: usize,
}

fn attribute(bytes: &Bytes, at: usize) -> Option<Attribute> {
    let level = *bytes.get(at)?;
    if !matches!(level, 1 | 2) {
        return None;
    }
    let id = u16::from_le_bytes(bytes.get(at + 1..at + 3)?.try_into().ok()?);
    let length = usize::try_from(u32::from_le_bytes(bytes.get(at + 5..at + 9)?.try_into().ok()?)).ok()?;
    let end = (at + 9).checked_add(length)?;
    // The last one may have lost its checksum.
    (end <= bytes.len()).then(|| Attribute { message: level == 1, id, content: bytes.slice(at + 9..end), next: end + 2 })
}

struct Cursor {
    at: usize,
}

impl Cursor {
    fn take(&mut self, bytes: &Bytes, length: usize) -> Option<Bytes> {
        let end = self.at.checked_add(length)?;
        if end > bytes.len() {
            return None;
        }
        let part = bytes.slice(self.at..end);
        self.at = end;
        Some(part)
    }
    /// Up to a multiple of four.
    fn padded(&mut self, bytes: &Bytes, length: usize) -> Option<Bytes> {
        let part = self.take(bytes, length)?;
        self.at = (self.at + (4 - length % 4) % 4).min(bytes.len());
        Some(part)
    }
    fn u32(&mut self, bytes: &Bytes) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(bytes, 4)?.as_ref().try_into().ok()?))
    }
}

/// Reads a list of properties; `None` when it is damaged (what came before is kept).
fn properties(bytes: &Bytes, cursor: &mut Cursor, out: &mut Properties) -> Option<()> {
    let count = cursor.u32(bytes)?;
    for _ in 0..count {
        let tag = cursor.u32(bytes)?;
        let (kind, id) = (tag as u16, (tag >> 16) as u16);
        let key = if id >= 0x8000 { named(bytes, cursor)? } else { Key::Tag(id) };
        let (many, kind) = (kind & 0x1000 != 0, kind & 0xfff);
        let size = Value::size(kind);
        let values = if many || size == 0 && kind != 1 { cursor.u32(bytes)? } else { u32::from(kind != 1) };
        let mut read = Vec::new();
        for _ in 0..values {
            let value = if size > 0 {
                let part = cursor.padded(bytes, size)?;
                Value::fixed(kind, &part)
            } else {
                let length = usize::try_from(cursor.u32(bytes)?).ok()?;
                let part = cursor.padded(bytes, length)?;
                // The identifier of an object's kind stands before it.
                let from = if kind == 0x0d { part.len().min(16) } else { 0 };
                Value::variable(kind, part.slice(from..))
            };
            read.extend(value);
        }
        match many {
            true => out.insert(key, Value::Many(read)),
            false => read.into_iter().take(1).for_each(|value| out.insert(key.clone(), value)),
        }
    }
    Some(())
}

fn named(bytes: &Bytes, cursor: &mut Cursor) -> Option<Key> {
    let set: Guid = cursor.take(bytes, 16)?.as_ref().try_into().ok()?;
    match cursor.u32(bytes)? {
        0 => Some(Key::Number(set, cursor.u32(bytes)?)),
        _ => {
            let length = usize::try_from(cursor.u32(bytes)?).ok()?;
            Some(Key::Name(set, mapi::wide(&cursor.padded(bytes, length)?)))
        }
    }
}

fn rows(bytes: &Bytes, outer: Option<&'static encoding_rs::Encoding>, out: &mut Vec<Properties>) -> Option<()> {
    let mut cursor = Cursor { at: 0 };
    let count = cursor.u32(bytes)?;
    for _ in 0..count {
        let mut row = Properties::new(outer);
        let read = properties(bytes, &mut cursor, &mut row);
        if !row.is_empty() {
            out.push(row);
        }
        read?;
    }
    Some(())
}

/// The sender as the older attribute has it: two lengths around a structure, then name and address.
fn sender(content: &Bytes) -> Option<(Bytes, Bytes)> {
    let u16_at = |at: usize| content.get(at..at + 2).and_then(|two| two.try_into().ok()).map(|two| usize::from(u16::from_le_bytes(two)));
    let (name, address) = (u16_at(4)?, u16_at(6)?);
    let end = 8_usize.checked_add(name)?;
    let address_end = end.checked_add(address)?;
    (address_end <= content.len()).then(|| {
        let mail = content.slice(end..address_end);
        let from = mail.iter().position(|b| *b == b':').map_or(0, |at| at + 1);
        (content.slice(8..end), mail.slice(from..))
    })
}

/// A date of the older attributes: year, month, day, hour, minute, second as 16-bit numbers.
fn dtr(content: &Bytes) -> Option<Value> {
    let part = |at: usize| content.get(at * 2..at * 2 + 2).and_then(|two| two.try_into().ok()).map(|two| i64::from(u16::from_le_bytes(two)));
    let (year, month, day) = (part(0)?, part(1)?, part(2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(Value::Text(format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", part(3)?, part(4)?, part(5)?)))
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, show};

    fn attribute(level: u8, id: u32, content: &[u8]) -> Vec<u8> {
        let sum = content.iter().fold(0_u16, |sum, byte| sum.wrapping_add((*byte).into()));
        [&[level][..], &id.to_le_bytes(), &(content.len() as u32).to_le_bytes(), content, &sum.to_le_bytes()].concat()
    }

    fn property(tag: u32, content: &[u8]) -> Vec<u8> {
        let padding = vec![0; (4 - content.len() % 4) % 4];
        [&tag.to_le_bytes()[..], &1_u32.to_le_bytes(), &(content.len() as u32).to_le_bytes(), content, &padding].concat()
    }

    fn message() -> Vec<u8> {
        let properties = [&2_u32.to_le_bytes()[..], &property(0x1000_001e, b"DOB 01/02/1980\0"), &property(0x3a42_001e, b"1980\0")].concat();
        let object = [&1_u32.to_le_bytes()[..], &property(0x3701_000d, &[&[9; 16][..], b"inside"].concat())].concat();
        [
            super::MAGIC,
            b"\x01\0",
            &attribute(1, 0x0006_9007, &1252_u32.to_le_bytes()),
            &attribute(1, 0x0001_8004, b"N\xfa\xf1ez\0"),
            &attribute(1, 0x0006_9003, &properties),
            &attribute(2, 0x0006_9002, &[0; 14]),
            &attribute(2, 0x0001_8010, b"a.csv\0"),
            &attribute(2, 0x0006_800f, b"Name,DOB\nLee,1980-01-02\n"),
            &attribute(2, 0x0006_9002, &[0; 14]),
            &attribute(2, 0x0006_9005, &object),
        ]
        .concat()
    }

    #[test]
    fn items_and_attachments() {
        check(
            "winmail.dat",
            &message(),
            "\
read application/vnd.ms-tnef text
[message text] Subject: N\u{fa}\u{f1}ez\\n\\nDOB 01/02/1980
[fields form] Date of birth: 1980
a.csv: read text/csv table
[rows 2-2 table Name|DOB] Lee\\t1980-01-02
attachment 2: read text/plain text
[part 1 text] inside",
        );
    }

    #[test]
    fn cut_anywhere() {
        let whole = message();
        for end in 4..whole.len() {
            let shown = show("winmail.dat", whole.get(..end).unwrap_or_default());
            assert!(!shown.contains("the reader failed"), "{end}: {shown}");
        }
    }
}
