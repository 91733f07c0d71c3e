//! MSG: an Outlook item in a compound file ([MS-OXMSG]). Each property is a stream or an entry in its storage's table.

use super::body::Names;
use super::mapi::{self, Guid, Key, Properties, Value};
use super::ole::{self, Entry, Ole, u16_at};
use crate::{Head, Task};
use bytes::Bytes;
use dosimeter_case::tables::DocumentStatus;
use encoding_rs::Encoding;
use std::collections::BTreeMap;

const TABLE: &str = "__properties_version1.0";
/// How deep messages may be attached to messages within one file.
const DEPTH: usize = 16;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(ole::MAGIC) && Ole::open(head.content).is_some_and(|file| file.find(0, TABLE).is_some())
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let bytes = task.head.bytes.clone();
    let Some(file) = Ole::open(&bytes) else { return };
    task.document.pages = 1;
    let room = task.head.content.len().saturating_mul(2);
    let mut reader = Reader { names: names(&file), file, damaged: false, room };
    reader.message(task, 0, 32, &Place { locator: "message".into(), prefix: String::new(), outer: None, depth: 0 });
    if reader.damaged {
        task.problem(DocumentStatus::Partly, "parts of the message are damaged");
    } else if task.is_blank() && task.document.status == DocumentStatus::Read {
        task.problem(DocumentStatus::Empty, "a message without text");
    }
}

/// Where in the file a message stands.
struct Place {
    locator: String,
    /// What its attachments' names begin with.
    prefix: String,
    /// The code page of the message around it.
    outer: Option<&'static Encoding>,
    depth: usize,
}

struct Reader<'a> {
    file: Ole<'a>,
    names: BTreeMap<u16, Key>,
    damaged: bool,
    /// How many bytes of properties may still be read: many streams may claim the same content.
    room: usize,
}

impl Reader<'_> {
    /// The message in a storage; `header` is the length of its table's header.
    fn message(&mut self, task: &mut Task<'_, '_>, storage: usize, header: usize, place: &Place) {
        let mut item = self.properties(storage, header, place.outer);
        item.outer = item.encoding();
        let of = |kind: &str| -> Vec<usize> {
            let named = |entry: &Entry| entry.storage && entry.name.to_ascii_lowercase().starts_with(kind);
            self.file.children(storage).iter().copied().filter(|at| self.file.entry(*at).is_some_and(named)).collect()
        };
        let (recipients, attachments) = (of("__recip_version1.0_#"), of("__attach_version1.0_#"));
        let recipients: Vec<Properties> = recipients.into_iter().map(|storage| self.properties(storage, 8, item.outer)).collect();
        mapi::item(task, &item, &recipients, &place.locator, &place.prefix);
        let mut names = Names::default();
        for (at, storage) in attachments.into_iter().enumerate() {
            if !task.may_add() {
                return task.problem(DocumentStatus::OverBudget, "more attachments than the budget allows");
            }
            self.attachment(task, storage, at + 1, place, &mut names, item.outer);
        }
    }

    fn attachment(&mut self, task: &mut Task<'_, '_>, storage: usize, number: usize, place: &Place, names: &mut Names, outer: Option<&'static Encoding>) {
        let attachment = self.properties(storage, 8, outer);
        let object = self.file.find(storage, "__substg1.0_3701000D");
        let data = self.file.find(storage, "__substg1.0_37010102");
        let Place { locator, prefix, depth, .. } = place;
        if let Some(message) = object.filter(|object| self.file.find(*object, TABLE).is_some()) {
            let locator = if *depth == 0 { format!("attached message {number}") } else { format!("{locator}/attached message {number}") };
            let prefix = format!("{prefix}attached message {number}/");
            if *depth >= DEPTH {
                return task.lost_member(&prefix, 0, DocumentStatus::OverBudget, "nested too deep");
            }
            task.document.pages += 1;
            return self.message(task, message, 24, &Place { locator, prefix, outer, depth: depth + 1 });
        }
        let name = mapi::attachment_name(&attachment).unwrap_or_else(|| format!("attachment {number}"));
        let name = format!("{prefix}{}", names.unique(&name));
        let content = match (data, object) {
            (Some(data), _) => stream(&self.file, data),
            (None, Some(object)) => self.file.subfile(object, task.room()).map(|content| (content.into(), true)),
            (None, None) => None,
        };
        match (content, attachment.integer(0x3705)) {
            (Some((content, _)), _) if content.len() as u64 > task.room() => {
                task.lost_member(&name, content.len() as u64, DocumentStatus::OverBudget, "unpacks to more than the budget");
            }
            (Some((content, whole)), _) if whole || !content.is_empty() => {
                self.damaged |= !whole;
                task.member(&name, content);
            }
            // A link: what it points to is elsewhere.
            (_, Some(2..=4 | 7)) => {
                let target = attachment.text(0x370d).or_else(|| attachment.text(0x3708)).unwrap_or_default();
                task.running_text(format!("{locator} link {number}"), &format!("Linked file: {target}"));
            }
            (_, Some(0)) => {}
            _ => {
                self.damaged = true;
                task.lost_member(&name, 0, DocumentStatus::Corrupt, "the attachment's content is missing");
            }
        }
    }

    /// A stream's content; what comes before damage counts.
    fn stream(&mut self, entry: usize) -> Bytes {
        let (content, whole) = stream(&self.file, entry).unwrap_or_default();
        self.damaged |= !whole || content.len() > self.room;
        let content = content.slice(..content.len().min(self.room));
        self.room -= content.len();
        content
    }

    /// The properties of a storage; `header` is the length of its table's header.
    fn properties(&mut self, storage: usize, header: usize, outer: Option<&'static Encoding>) -> Properties {
        let mut properties = Properties::new(outer);
        let table = self.file.find(storage, TABLE).map(|table| self.stream(table)).unwrap_or_default();
        for entry in table.get(header..).unwrap_or_default().chunks_exact(16) {
            let (Some(kind), Some(id), Some(value)) = (u16_at(entry, 0), u16_at(entry, 2), entry.get(8..)) else { continue };
            if let Some(value) = Value::fixed(kind, value) {
                properties.insert(self.key(id), value);
            }
        }
        // Streams of many values are found by their names.
        let mut streams: BTreeMap<String, usize> = BTreeMap::new();
        for at in self.file.children(storage) {
            streams.extend(self.file.entry(*at).filter(|entry| !entry.storage).map(|entry| (entry.name.to_ascii_uppercase(), *at)));
        }
        for (name, entry) in &streams {
            let tag = name.strip_prefix("__SUBSTG1.0_").filter(|tag| tag.len() == 8).and_then(|tag| u32::from_str_radix(tag, 16).ok());
            let Some((id, kind)) = tag.map(|tag| ((tag >> 16) as u16, tag as u16)) else { continue };
            // Attachments' contents are read when their turn comes.
            if id == 0x3701 {
                continue;
            }
            let bytes = self.stream(*entry);
            let value = match kind {
                0x101e | 0x101f | 0x1102 => {
                    let step = if kind == 0x1102 { 8 } else { 4 };
                    let parts = (0..bytes.len() / step).map_while(|at| streams.get(&format!("{name}-{at:08X}")));
                    Some(Value::Many(parts.filter_map(|part| Value::variable(kind & 0xfff, self.stream(*part))).collect()))
                }
                kind if kind & 0x1000 != 0 => {
                    let size = Value::size(kind & 0xfff).max(1);
                    Some(Value::Many(bytes.chunks_exact(size).take(10_000).filter_map(|part| Value::fixed(kind & 0xfff, part)).collect()))
                }
                kind => Value::variable(kind, bytes),
            };
            // A text with zeros in it is something else that lies there.
            let foreign = match &value {
                Some(Value::Narrow(bytes)) => bytes.trim_ascii_end().split(|b| *b == 0).rev().skip_while(|part| part.is_empty()).count() > 1,
                Some(Value::Text(text)) => text.contains('\0'),
                _ => false,
            };
            self.damaged |= foreign;
            if let Some(value) = value.filter(|_| !foreign) {
                properties.insert(self.key(id), value);
            }
        }
        properties
    }

    fn key(&self, id: u16) -> Key {
        let named = id.checked_sub(0x8000).and_then(|at| self.names.get(&at));
        named.cloned().unwrap_or(Key::Tag(id))
    }
}

/// What is there of a stream, and whether that is all of it.
fn stream(file: &Ole<'_>, at: usize) -> Option<(Bytes, bool)> {
    let entry = file.entry(at).filter(|entry| !entry.storage)?;
    let content = file.stream(at).into_owned();
    let whole = content.len() as u64 >= entry.size;
    Some((content.into(), whole))
}

/// The named properties by their index.
fn names(file: &Ole<'_>) -> BTreeMap<u16, Key> {
    let part = |tag: &str| {
        let map = file.find(0, "__nameid_version1.0")?;
        // A damaged map leaves properties unnamed, that is all.
        file.read(map, &format!("__substg1.0_{tag}0102"))
    };
    let (sets, entries, strings) = (part("0002"), part("0003"), part("0004"));
    name_map(&sets.unwrap_or_default(), &entries.unwrap_or_default(), &strings.unwrap_or_default())
}

/// The map of named properties, as MSG and PST keep it: index (number less 0x8000), and what it stands for.
pub(super) fn name_map(sets: &[u8], entries: &[u8], strings: &[u8]) -> BTreeMap<u16, Key> {
    let set = |number: u16| -> Guid {
        let stored = || sets.get(usize::from(number.checked_sub(3)?) * 16..)?.get(..16)?.try_into().ok();
        match number {
            2 => super::mapi_names::PUBLIC,
            _ => stored().unwrap_or_default(),
        }
    };
    let read = |entry: &[u8]| {
        let id = u32::from_le_bytes(entry.get(..4)?.try_into().ok()?);
        let (kind, index) = (u16_at(entry, 4)?, u16_at(entry, 6)?);
        let set = set(kind >> 1);
        if kind & 1 == 0 {
            return Some((index, Key::Number(set, id)));
        }
        let at = usize::try_from(id).ok()?;
        let length = u32::from_le_bytes(strings.get(at..at.checked_add(4)?)?.try_into().ok()?);
        let name = strings.get(at + 4..)?.get(..usize::try_from(length).ok()?)?;
        Some((index, Key::Name(set, mapi::wide(name))))
    };
    entries.chunks_exact(8).filter_map(read).collect()
}
