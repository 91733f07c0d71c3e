//! PPT (PowerPoint 97 to 2003): the text of slides and notes in their order, comments, footers, what masters add; embedded objects and pictures.

use super::blocks::Blocks;
use super::crypt::{BlockKey, passwords};
use super::objects;
use super::ole::{Ole, u16_at, u32_at, utf16};
use crate::Task;
use dosimeter_case::tables::DocumentStatus;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

/// Records nest in records; deeper is damage.
const DEPTH: usize = 32;
/// Edits of one file.
const EDITS: usize = 10_000;
/// Objects of one file.
const OBJECTS: usize = 1 << 20;

/// A record: its instance, its type, its content, and how many bytes it takes.
fn record(stream: &[u8], at: usize) -> Option<(u16, u16, &[u8], usize)> {
    let (version, kind, length) = (u16_at(stream, at)?, u16_at(stream, at + 2)?, u32_at(stream, at + 4)? as usize);
    let rest = stream.get(at + 8..)?;
    Some((version, kind, rest.get(..length).unwrap_or(rest), length.saturating_add(8)))
}

/// Every record inside, containers before what they hold; `see` says whether to go into a container.
fn walk<'a>(stream: &'a [u8], see: &mut dyn FnMut(u16, u16, &'a [u8]) -> bool) {
    let mut open = vec![(stream, 0_usize)];
    while let Some((content, at)) = open.pop() {
        let Some((version, kind, data, size)) = record(content, at) else { continue };
        open.push((content, at.saturating_add(size)));
        if see(version >> 4, kind, data) && version & 15 == 15 && open.len() < DEPTH {
            open.push((data, 0));
        }
    }
}

/// Where the newest version of each object is, by its number; and the number of the encryption's header.
fn directory(stream: &[u8], newest: usize) -> (BTreeMap<u32, usize>, Option<u32>) {
    let (mut places, mut seen, mut edit, mut locked) = (BTreeMap::new(), BTreeSet::new(), newest, None);
    while edit > 0 && seen.len() < EDITS && seen.insert(edit) {
        let Some((_, 0x0ff5, atom, _)) = record(stream, edit) else { break };
        if let (Some(id), true) = (u32_at(atom, 28), locked.is_none()) {
            locked = Some(id);
        }
        if let Some((_, 0x1772, list, _)) = u32_at(atom, 12).and_then(|at| record(stream, at as usize)) {
            let mut at = 0;
            while let Some(word) = u32_at(list, at) {
                let (first, count) = (word & 0xf_ffff, word >> 20);
                at += 4;
                for i in 0..count {
                    let Some(place) = u32_at(list, at) else { break };
                    if places.len() < OBJECTS {
                        // Newer edits come first.
                        places.entry(first.saturating_add(i)).or_insert(place as usize);
                    }
                    at += 4;
                }
            }
        }
        edit = u32_at(atom, 8).unwrap_or(0) as usize;
    }
    (places, locked)
}

pub(super) fn read(task: &mut Task<'_, '_>, ole: &Ole<'_>, stream: &[u8], storage: usize) {
    let current = ole.read(storage, "Current User").unwrap_or_default();
    let (mut places, locked) = directory(stream, u32_at(&current, 16).unwrap_or(0) as usize);
    let owned;
    let mut stream = stream;
    if let Some((_, 0x2f14, header, _)) = locked.and_then(|id| places.get(&id)).and_then(|at| record(stream, *at)) {
        let Some(key) = BlockKey::find(header, &passwords(task)) else {
            task.document.method = "none".into();
            return task.problem(DocumentStatus::Encrypted, "an Office file with a password");
        };
        task.problem(DocumentStatus::Partly, "the pictures of an encrypted presentation are not read");
        owned = decrypt(stream, &places, locked, &key);
        stream = &owned;
    }
    if places.is_empty() {
        // Without a directory: every object in the order of the file, old versions among them.
        let mut at = 0;
        while let Some((_, _, _, size)) = record(stream, at) {
            places.insert(places.len() as u32, at);
            at = at.saturating_add(size);
        }
    }
    let mut show = Show { slides: 0, notes: 0, objects: Vec::new() };
    let live: BTreeMap<u32, (u16, &[u8])> = places.iter().filter_map(|(id, at)| record(stream, *at).map(|(_, kind, data, _)| (*id, (kind, data)))).collect();
    let mut order = Vec::new();
    let mut outline: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for (_, data) in live.values().filter(|(kind, _)| *kind == 1000) {
        show.document(task, data, &mut order, &mut outline);
    }
    let mut given = BTreeSet::new();
    for id in order.iter().copied().chain(live.keys().copied()) {
        if let Some((kind @ (1006 | 1008 | 1016 | 4041), data)) = live.get(&id).copied().filter(|_| given.insert(id)) {
            show.sheet(task, kind, data, outline.remove(&id).unwrap_or_default());
        }
    }
    // Text of slides that are not there.
    let rest: Vec<String> = outline.into_values().flatten().collect();
    task.running_text("outline", &rest.join("\n"));
    for (_, data) in live.values().filter(|(kind, _)| *kind == 0x1011) {
        show.objects.push(data);
    }
    task.document.pages = show.slides;
    if task.is_blank() && live.is_empty() {
        task.problem(DocumentStatus::Corrupt, "the presentation has no slides");
    }
    for (at, data) in show.objects.iter().enumerate() {
        object(task, at + 1, data);
    }
    if let (Some(pictures), true) = (ole.read(storage, "Pictures"), locked.is_none()) {
        objects::pictures(task, "picture", &pictures);
    }
}

fn decrypt(stream: &[u8], places: &BTreeMap<u32, usize>, header: Option<u32>, key: &BlockKey) -> Vec<u8> {
    let mut out = stream.to_vec();
    let mut done = BTreeSet::new();
    for (id, at) in places.iter().filter(|(id, at)| Some(**id) != header && done.insert(**at)) {
        let mut cipher = key.cipher(*id);
        let Some(head) = out.get_mut(*at..at + 8) else { continue };
        cipher.apply(head);
        let length = u32_at(head, 4).unwrap_or(0) as usize;
        let end = at.saturating_add(8).saturating_add(length).min(out.len());
        // Every byte once at most: objects do not overlap.
        let end = places.values().copied().filter(|next| next > at).min().map_or(end, |next| end.min(next));
        if let Some(body) = out.get_mut(at + 8..end) {
            cipher.apply(body);
        }
    }
    out
}

/// An embedded object: a compound file, mostly compressed.
fn object(task: &mut Task<'_, '_>, number: usize, data: &[u8]) {
    let name = format!("object {number}");
    if !task.may_add() {
        return task.problem(DocumentStatus::OverBudget, "more embedded files than the budget allows");
    }
    let limit = task.room();
    let mut content = Vec::new();
    let read = match data.get(4..) {
        Some(packed) if !data.starts_with(super::ole::MAGIC) => flate2::read::ZlibDecoder::new(packed).take(limit + 1).read_to_end(&mut content).is_ok(),
        _ => {
            content = data.to_vec();
            true
        }
    };
    match (content.len() as u64 > limit, read || !content.is_empty()) {
        (true, _) => task.lost_member(&name, limit, DocumentStatus::OverBudget, "unpacks to more than the budget"),
        (_, false) => task.lost_member(&name, data.len() as u64, DocumentStatus::Corrupt, "the compressed data is damaged"),
        _ => task.member(&name, content),
    }
}

struct Show<'a> {
    slides: i64,
    notes: i64,
    objects: Vec<&'a [u8]>,
}

/// A text atom's text.
fn text(kind: u16, data: &[u8]) -> Option<String> {
    match kind {
        4000 | 4026 => Some(utf16(data)),
        4008 => Some(data.iter().map(|byte| char::from(*byte)).collect()),
        _ => None,
    }
}

impl<'a> Show<'a> {
    /// The list of slides with their outline; what belongs to the whole: footers, links.
    fn document(&mut self, task: &mut Task<'_, '_>, data: &'a [u8], order: &mut Vec<u32>, outline: &mut BTreeMap<u32, Vec<String>>) {
        let mut current = None;
        let (mut footers, mut links, mut linked) = (Vec::new(), Vec::new(), false);
        let mut loose = Blocks::default();
        walk(data, &mut |instance, kind, data| {
            match kind {
                // Of masters the list says nothing new.
                4080 => {
                    current = None;
                    return instance != 1;
                }
                1011 => {
                    current = u32_at(data, 0);
                    order.extend(current);
                }
                4055 | 4057 => linked = kind == 4055,
                4026 if linked => links.push(utf16(data)),
                4026 if matches!(instance, 0..=2) => footers.push(utf16(data)),
                4000 | 4008 => match (text(kind, data), current) {
                    (Some(text), Some(id)) => outline.entry(id).or_default().push(text),
                    (Some(text), None) => lines(&text, &mut loose),
                    _ => {}
                },
                // Environment, sounds, program data: names of fonts and the like.
                1010 | 2020 | 5000 | 2000 | 1023 | 1035 => return false,
                _ => {}
            }
            true
        });
        footers.dedup();
        links.retain(|link| link.contains("://") || link.contains("mailto:"));
        links.dedup();
        task.running_text("headers and footers", &footers.join("\n"));
        task.running_text("links", &links.join("\n"));
        loose.give(task, "document");
    }
    /// A slide, the notes of one, or a master.
    fn sheet(&mut self, task: &mut Task<'_, '_>, kind: u16, data: &'a [u8], outline: Vec<String>) {
        let name = match kind {
            1006 => {
                self.slides += 1;
                format!("slide {}", self.slides)
            }
            1008 => {
                self.notes += 1;
                format!("notes {}", self.notes)
            }
            4041 => "handout".to_string(),
            _ => "master".to_string(),
        };
        let master = matches!(kind, 1016 | 4041);
        let mut blocks = Blocks::default();
        outline.iter().for_each(|text| lines(text, &mut blocks));
        let (mut placeholder, mut named) = (false, false);
        walk(data, &mut |instance, kind, data| {
            match kind {
                0xf004 => placeholder = false,
                3011 => placeholder = true,
                4000 | 4008 if !(master && placeholder) => {
                    if let Some(text) = text(kind, data) {
                        lines(&text, &mut blocks);
                    }
                }
                // Footers and comments hold plain strings; elsewhere these are names of the program.
                4057 | 12000 => named = true,
                5000 => named = false,
                4026 if named && instance <= 2 => lines(&utf16(data), &mut blocks),
                _ => {}
            }
            !(master && kind == 4057)
        });
        blocks.give(task, &name);
    }
}

fn lines(text: &str, blocks: &mut Blocks) {
    text.split(['\r', '\n', '\u{b}']).for_each(|line| blocks.line(line));
}
