//! Compound files (OLE2), as much of one as is there: a file that was cut off still gives the streams before the cut.
//!
//! (`cfb` refuses a file whose directory or sector table has one bad entry.)

use bytes::Bytes;

pub(super) const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Sector numbers from here on are marks.
const MARKS: u32 = 0xffff_fffa;
/// Streams shorter than this are kept in small sectors.
const SMALL: u64 = 4096;
/// Most entries of a directory.
const ENTRIES: usize = 1 << 20;

/// A storage or a stream.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub name: String,
    pub storage: bool,
    /// Its size by its own word.
    pub size: u64,
    pub children: Vec<usize>,
    start: u32,
}

pub(super) struct Ole {
    bytes: Bytes,
    /// Bytes of a sector.
    sector: usize,
    /// The sectors that hold the table of sectors.
    table: Vec<u32>,
    small_table: Bytes,
    small: Bytes,
    /// The first is the root.
    pub entries: Vec<Entry>,
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

impl Ole {
    pub fn open(bytes: &Bytes) -> Option<Ole> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let shift = *bytes.get(30)?;
        let sector = if (7..=16).contains(&shift) { 1 << shift } else { 512 };
        let mut ole = Ole { bytes: bytes.clone(), sector, table: Vec::new(), small_table: Bytes::new(), small: Bytes::new(), entries: Vec::new() };
        let sectors = bytes.len() / sector + 1;
        ole.table.extend((0..109).map_while(|at| u32_at(bytes, 76 + at * 4)).take_while(|sector| *sector < MARKS));
        // The rest of the list is a chain of its own.
        let mut next = u32_at(bytes, 68)?;
        let mut lists = 0;
        while next < MARKS && lists <= sectors / 64 + 1 {
            lists += 1;
            let Some(list) = ole.place(next).and_then(|(from, to)| bytes.get(from..to)) else { break };
            let (own, after) = list.split_at(list.len().saturating_sub(4));
            ole.table.extend(own.chunks_exact(4).filter_map(|number| u32_at(number, 0)).filter(|sector| *sector < MARKS));
            next = u32_at(after, 0).unwrap_or(MARKS);
        }
        ole.table.truncate(sectors);
        let (directory, _) = ole.chain(u32_at(bytes, 48)?, u64::MAX);
        ole.directory(&directory);
        (ole.small_table, _) = ole.chain(u32_at(bytes, 60)?, u64::MAX);
        let root = ole.entries.first()?;
        (ole.small, _) = ole.chain(root.start, root.size);
        Some(ole)
    }

    /// Where a sector lies; the last one may be short.
    fn place(&self, sector: u32) -> Option<(usize, usize)> {
        let from = usize::try_from(sector).ok()?.checked_add(1)?.checked_mul(self.sector)?;
        (from < self.bytes.len()).then(|| (from, self.bytes.len().min(from + self.sector)))
    }

    /// The sector after `sector`.
    fn next(&self, sector: u32) -> Option<u32> {
        let per = self.sector / 4;
        let sector = usize::try_from(sector).ok()?;
        let (from, _) = self.place(*self.table.get(sector / per)?)?;
        u32_at(&self.bytes, from + sector % per * 4)
    }

    /// The content of a chain of sectors, at most `size` bytes, and whether all of it is there. One that lies in one piece is not copied.
    fn chain(&self, start: u32, size: u64) -> (Bytes, bool) {
        let mut pieces: Vec<(usize, usize)> = Vec::new();
        let (mut length, mut sector) = (0_u64, start);
        // A chain longer than the file runs in a circle.
        let mut left = self.bytes.len() / self.sector + 1;
        while sector < MARKS && length < size && left > 0 {
            left -= 1;
            let Some((from, to)) = self.place(sector) else { break };
            match pieces.last_mut() {
                Some((_, end)) if *end == from => *end = to,
                _ => pieces.push((from, to)),
            }
            length += (to - from) as u64;
            sector = self.next(sector).unwrap_or(MARKS);
        }
        let content = match pieces.as_slice() {
            [] => Bytes::new(),
            [(from, to)] => self.bytes.slice(*from..*to),
            pieces => pieces.iter().filter_map(|(from, to)| self.bytes.get(*from..*to)).flatten().copied().collect(),
        };
        let wanted = usize::try_from(size).unwrap_or(usize::MAX);
        (content.slice(..content.len().min(wanted)), content.len() >= wanted)
    }

    /// The same in small sectors.
    fn small_chain(&self, start: u32, size: u64) -> (Bytes, bool) {
        let wanted = usize::try_from(size).unwrap_or(usize::MAX);
        let mut content = Vec::with_capacity(wanted.min(4096));
        let mut sector = start;
        while sector < MARKS && content.len() < wanted {
            let at = sector as usize * 64;
            let Some(piece) = self.small.get(at..self.small.len().min(at + 64)).filter(|piece| !piece.is_empty()) else { break };
            content.extend(piece);
            sector = u32_at(&self.small_table, sector as usize * 4).unwrap_or(MARKS);
        }
        let whole = content.len() >= wanted;
        content.truncate(wanted);
        (content.into(), whole)
    }

    fn directory(&mut self, directory: &[u8]) {
        let wide = |entry: &[u8]| {
            let length = usize::from(entry.get(64).copied().unwrap_or(0)).clamp(2, 64) - 2;
            super::mapi::wide(entry.get(..length).unwrap_or_default())
        };
        let raw: Vec<&[u8]> = directory.chunks_exact(128).take(ENTRIES).collect();
        self.entries = raw
            .iter()
            .map(|entry| {
                let low = u64::from(u32_at(entry, 120).unwrap_or(0));
                // Files of small sectors may have rubbish in the upper half.
                let high = if self.sector > 512 { u64::from(u32_at(entry, 124).unwrap_or(0)) << 32 } else { 0 };
                Entry {
                    name: wide(entry),
                    storage: entry.get(66) != Some(&2),
                    size: low | high,
                    start: u32_at(entry, 116).unwrap_or(MARKS),
                    children: Vec::new(),
                }
            })
            .collect();
        // The children of a storage are a tree of siblings; each entry has one place.
        let mut seen = vec![false; raw.len()];
        let mut open = vec![(0_usize, 76)];
        let mut parents: Vec<usize> = vec![0];
        if let Some(first) = seen.first_mut() {
            *first = true;
        }
        while let (Some((entry, link)), Some(parent)) = (open.pop(), parents.pop()) {
            let Some(target) = raw.get(entry).and_then(|raw| u32_at(raw, link)).and_then(|target| usize::try_from(target).ok()) else { continue };
            let Some(fresh) = seen.get_mut(target).filter(|seen| !**seen) else { continue };
            *fresh = true;
            if raw.get(target).is_some_and(|raw| matches!(raw.get(66), Some(1 | 2))) {
                if let Some(parent) = self.entries.get_mut(parent) {
                    parent.children.push(target);
                }
                open.push((target, 76));
                parents.push(target);
            }
            for link in [68, 72] {
                open.push((target, link));
                parents.push(parent);
            }
        }
        for at in 0..self.entries.len() {
            let mut children = self.entries.get_mut(at).map(|entry| std::mem::take(&mut entry.children)).unwrap_or_default();
            children.sort_by(|a, b| self.name(*a).cmp(self.name(*b)).then(a.cmp(b)));
            if let Some(entry) = self.entries.get_mut(at) {
                entry.children = children;
            }
        }
    }

    pub fn name(&self, entry: usize) -> &str {
        self.entries.get(entry).map_or("", |entry| entry.name.as_str())
    }
    /// What a storage holds, in the order of the names.
    pub fn children(&self, storage: usize) -> impl Iterator<Item = (usize, &Entry)> {
        let children = self.entries.get(storage).map_or(&[][..], |entry| entry.children.as_slice());
        children.iter().filter_map(|at| Some((*at, self.entries.get(*at)?)))
    }
    /// An entry of a storage by its name.
    pub fn child(&self, storage: usize, name: &str) -> Option<usize> {
        self.children(storage).find(|(_, entry)| entry.name.eq_ignore_ascii_case(name)).map(|(at, _)| at)
    }
    /// A stream's content, and whether all of it is there.
    pub fn stream(&self, entry: usize) -> Option<(Bytes, bool)> {
        let entry = self.entries.get(entry).filter(|entry| !entry.storage)?;
        Some(if entry.size < SMALL { self.small_chain(entry.start, entry.size) } else { self.chain(entry.start, entry.size) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    #[test]
    fn whole_cut_and_circular() {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a new file");
        file.create_storage("/in").expect("a storage");
        for (name, size) in [("/small", 100), ("/in/large", 10_000), ("/empty", 0)] {
            file.create_stream(name).and_then(|mut stream| stream.write_all(&vec![7; size])).expect("a stream");
        }
        file.flush().expect("flushed");
        let content = Bytes::from(file.into_inner().into_inner());
        let ole = Ole::open(&content).expect("a compound file");
        let length = |name| ole.child(0, name).and_then(|at| ole.stream(at)).map(|(content, whole)| (content.len(), whole));
        assert_eq!(length("SMALL"), Some((100, true)));
        assert_eq!(length("empty"), Some((0, true)));
        let inside = ole.child(0, "in").and_then(|at| ole.child(at, "large")).and_then(|at| ole.stream(at));
        assert_eq!(inside.map(|(content, whole)| (content.len(), whole)), Some((10_000, true)));
        // Every truncation and every damaged byte of the tables ends.
        for cut in (0..content.len()).step_by(97) {
            if let Some(ole) = Ole::open(&content.slice(..cut)) {
                (0..ole.entries.len()).for_each(|at| drop(ole.stream(at)));
            }
        }
        for at in 0..1536.min(content.len()) {
            let mut damaged = content.to_vec();
            damaged.iter_mut().skip(at).take(4).for_each(|byte| *byte = 0);
            if let Some(ole) = Ole::open(&damaged.into()) {
                (0..ole.entries.len()).for_each(|at| drop(ole.stream(at)));
            }
        }
    }
}
