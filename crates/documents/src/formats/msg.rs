//! MSG: an Outlook item in a compound file ([MS-OXMSG]). Each property is a stream or an entry in its storage's table.

use super::body::Names;
use super::mapi::{self, Guid, Key, Properties, Value};
use crate::{Head, Task};
use bytes::Bytes;
use cfb::CompoundFile;
use dosimeter_case::tables::DocumentStatus;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const TABLE: &str = "__properties_version1.0";
/// How deep messages may be attached to messages within one file.
const DEPTH: usize = 16;

type File = CompoundFile<Cursor<Bytes>>;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(OLE)
        && match CompoundFile::open(Cursor::new(head.bytes.clone())) {
            Ok(file) => file.is_stream(Path::new("/").join(TABLE)),
            // Damaged: its directory's entries are at multiples of 128 bytes.
            Err(_) => {
                let named = |name: &str| {
                    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
                    head.content.chunks(128).any(|entry| entry.starts_with(&name))
                };
                named("__nameid_version1.0") && named(TABLE)
            }
        }
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Ok(mut file) = CompoundFile::open(Cursor::new(task.head.bytes.clone())) else {
        task.document.method = "none".into();
        return task.problem(DocumentStatus::Corrupt, "the Outlook message is damaged");
    };
    task.document.pages = 1;
    let mut reader = Reader { names: names(&mut file), file, damaged: false };
    reader.message(task, Path::new("/"), 32, "message", "", None, 0);
    if reader.damaged {
        task.problem(DocumentStatus::Partly, "parts of the message are damaged");
    }
    if task.passages.is_empty() && task.document.status == DocumentStatus::Read {
        task.problem(DocumentStatus::Empty, "a message without text");
    }
}

struct Reader {
    file: File,
    names: BTreeMap<u16, Key>,
    damaged: bool,
}

impl Reader {
    #[expect(clippy::too_many_arguments)]
    fn message(
        &mut self,
        task: &mut Task<'_, '_>,
        storage: &Path,
        header: usize,
        locator: &str,
        prefix: &str,
        outer: Option<&'static encoding_rs::Encoding>,
        depth: usize,
    ) {
        let mut item = self.properties(task, storage, header, outer);
        item.outer = item.encoding();
        let (mut recipients, mut attachments) = (Vec::new(), Vec::new());
        let Ok(entries) = self.file.read_storage(storage) else { return };
        for entry in entries.filter(|entry| entry.is_storage()) {
            let name = entry.name().to_ascii_lowercase();
            match () {
                () if name.starts_with("__recip_version1.0_#") => recipients.push(entry.path().to_path_buf()),
                () if name.starts_with("__attach_version1.0_#") => attachments.push(entry.path().to_path_buf()),
                () => {}
            }
        }
        recipients.sort();
        attachments.sort();
        let recipients: Vec<Properties> = recipients.iter().map(|storage| self.properties(task, storage, 8, item.outer)).collect();
        mapi::item(task, &item, &recipients, locator, prefix);
        let mut names = Names::default();
        for (at, storage) in attachments.iter().enumerate() {
            if !task.may_add() {
                return task.problem(DocumentStatus::OverBudget, "more attachments than the budget allows");
            }
            self.attachment(task, storage, at + 1, locator, prefix, &mut names, item.outer, depth);
        }
    }

    #[expect(clippy::too_many_arguments)]
    fn attachment(
        &mut self,
        task: &mut Task<'_, '_>,
        storage: &Path,
        number: usize,
        locator: &str,
        prefix: &str,
        names: &mut Names,
        outer: Option<&'static encoding_rs::Encoding>,
        depth: usize,
    ) {
        let attachment = self.properties(task, storage, 8, outer);
        let object = storage.join("__substg1.0_3701000D");
        let named = mapi::attachment_name(&attachment);
        if self.file.is_stream(object.join(TABLE)) {
            let place = format!("{locator} attached message {number}");
            let place = place.strip_prefix("message ").unwrap_or(&place).to_string();
            if depth >= DEPTH {
                return task.lost_member(&format!("{prefix}attached message {number}"), 0, DocumentStatus::OverBudget, "nested too deep");
            }
            let prefix = format!("{prefix}attached message {number}/");
            task.document.pages += 1;
            return self.message(task, &object, 24, &place, &prefix, outer, depth + 1);
        }
        let name = format!("{prefix}{}", names.unique(&named.unwrap_or_else(|| format!("attachment {number}"))));
        let data = storage.join("__substg1.0_37010102");
        let content = match () {
            () if self.file.is_stream(&data) => {
                let length = self.file.entry(&data).map_or(0, |entry| entry.len());
                if length > task.room() {
                    return task.lost_member(&name, length, DocumentStatus::OverBudget, "unpacks to more than the budget");
                }
                self.stream(&data)
            }
            () if self.file.is_storage(&object) => copy(&mut self.file, &object, task.room()),
            () => None,
        };
        match content {
            Some(content) => task.member(&name, content),
            // A link: what it points to is elsewhere.
            None if matches!(attachment.integer(0x3705), Some(2..=4 | 7)) => {
                let target = attachment.text(0x370d).or_else(|| attachment.text(0x3708)).unwrap_or_default();
                task.running_text(format!("{locator} link {number}"), &format!("Linked file: {target}"));
            }
            None if matches!(attachment.integer(0x3705), Some(0)) => {}
            None => {
                self.damaged = true;
                task.lost_member(&name, 0, DocumentStatus::Corrupt, "the attachment's content is missing");
            }
        }
    }

    /// A stream's content; what comes before damage counts.
    fn stream(&mut self, path: &Path) -> Option<Bytes> {
        let mut stream = self.file.open_stream(path).ok()?;
        let mut content = Vec::new();
        // Never longer than the file: a chain of sectors may run in a circle.
        let limit = stream.len();
        if stream.by_ref().take(limit).read_to_end(&mut content).is_err() {
            self.damaged = true;
        }
        Some(content.into())
    }

    /// The properties of a storage; `header` is the length of its table's header.
    fn properties(&mut self, task: &Task<'_, '_>, storage: &Path, header: usize, outer: Option<&'static encoding_rs::Encoding>) -> Properties {
        let mut properties = Properties::new(outer);
        let table = self.stream(&storage.join(TABLE)).unwrap_or_default();
        for entry in table.get(header..).unwrap_or_default().chunks_exact(16) {
            let (Some(kind), Some(id), Some(value)) = (u16_at(entry, 0), u16_at(entry, 2), entry.get(8..)) else { continue };
            if let Some(value) = Value::fixed(kind, value) {
                properties.insert(self.key(id), value);
            }
        }
        let Ok(entries) = self.file.read_storage(storage) else { return properties };
        let streams: Vec<(u16, u16, PathBuf, u64)> = entries
            .filter(|entry| entry.is_stream())
            .filter_map(|entry| {
                let tag = entry.name().get(12..)?;
                let named = entry.name().get(..12)?.eq_ignore_ascii_case("__substg1.0_") && tag.len() == 8;
                let tag = named.then(|| u32::from_str_radix(tag, 16).ok())??;
                Some(((tag >> 16) as u16, tag as u16, entry.path().to_path_buf(), entry.len()))
            })
            .collect();
        for (id, kind, path, length) in streams {
            // Attachments' contents are read when their turn comes.
            if id == 0x3701 || length > task.room() {
                self.damaged |= id != 0x3701;
                continue;
            }
            let Some(bytes) = self.stream(&path) else { continue };
            let value = match kind {
                0x101e | 0x101f | 0x1102 => {
                    let step = if kind == 0x1102 { 8 } else { 4 };
                    let many = (0..(bytes.len() / step).min(10_000)).map_while(|at| {
                        let part = self.stream(Path::new(&format!("{}-{at:08X}", path.display())))?;
                        Value::variable(kind & 0xfff, part)
                    });
                    Some(Value::Many(many.collect()))
                }
                kind if kind & 0x1000 != 0 => {
                    let kind = kind & 0xfff;
                    let size = Value::size(kind).max(1);
                    Some(Value::Many(bytes.chunks_exact(size).take(10_000).filter_map(|part| Value::fixed(kind, part)).collect()))
                }
                kind => Value::variable(kind, bytes),
            };
            if let Some(value) = value {
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

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// The named properties by their index.
fn names(file: &mut File) -> BTreeMap<u16, Key> {
    let mut part = |tag: &str| {
        let mut content = Vec::new();
        if let Ok(mut stream) = file.open_stream(Path::new("/__nameid_version1.0").join(format!("__substg1.0_{tag}0102"))) {
            // A damaged map leaves properties unnamed, that is all.
            let _ = stream.read_to_end(&mut content);
        }
        content
    };
    let (sets, entries, strings) = (part("0002"), part("0003"), part("0004"));
    name_map(&sets, &entries, &strings)
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

/// A storage as a compound file of its own: an object of another program. `None` when it is too large or damaged.
fn copy(file: &mut File, storage: &Path, room: u64) -> Option<Bytes> {
    let entries: Vec<(PathBuf, bool, u64)> =
        file.walk_storage(storage).ok()?.map(|entry| (entry.path().to_path_buf(), entry.is_stream(), entry.len())).collect();
    let size = entries.iter().try_fold(0_u64, |sum, (_, _, length)| sum.checked_add(*length))?;
    if size > room {
        return None;
    }
    let mut out = CompoundFile::create(Cursor::new(Vec::new())).ok()?;
    for (path, stream, length) in entries {
        let inside = Path::new("/").join(path.strip_prefix(storage).ok()?);
        if stream {
            let mut content = Vec::new();
            file.open_stream(&path).ok()?.take(length).read_to_end(&mut content).ok()?;
            out.create_stream(&inside).ok()?.write_all(&content).ok()?;
        } else if inside != Path::new("/") {
            out.create_storage(&inside).ok()?;
        }
    }
    out.flush().ok()?;
    Some(out.into_inner().into_inner().into())
}
