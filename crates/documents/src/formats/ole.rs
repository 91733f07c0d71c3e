//! The compound file (OLE structured storage): what DOC, XLS, PPT, Works and embedded objects are stored in.
//!
//! Our own reader rather than the `cfb` crate's, because that one gives nothing of a file that was cut off or has one bad
//! sector, and a breached share has such files: here a stream is what of it is there.

use std::borrow::Cow;
use std::io::{Cursor, Write};

pub(super) const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Sector numbers from here on are marks, not places.
const LAST: u32 = 0xffff_fffa;
/// More storages and streams than this are not listed.
const ENTRIES: usize = 1 << 20;

/// An opened compound file.
pub(super) struct Ole<'a> {
    content: &'a [u8],
    sector: usize,
    mini_sector: usize,
    cutoff: u64,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Cow<'a, [u8]>,
    entries: Vec<Entry>,
    /// Whether some stream was shorter than its directory says.
    pub short: std::cell::Cell<bool>,
}

/// A storage or a stream.
pub(super) struct Entry {
    pub name: String,
    pub storage: bool,
    start: u32,
    pub size: u64,
    children: Vec<usize>,
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// UTF-16, little endian.
pub(super) fn utf16(bytes: &[u8]) -> String {
    encoding_rs::UTF_16LE.decode_without_bom_handling(bytes).0.into_owned()
}

impl<'a> Ole<'a> {
    /// One without any streams, for files older than compound files.
    pub fn none(content: &'a [u8]) -> Ole<'a> {
        let (fat, mini_fat, entries) = Default::default();
        Ole { content, sector: 512, mini_sector: 64, cutoff: 4096, fat, mini_fat, mini: Cow::Borrowed(&[]), entries, short: std::cell::Cell::new(false) }
    }
    /// Opens the directory; `None` when there is none.
    pub fn open(content: &'a [u8]) -> Option<Ole<'a>> {
        if !content.starts_with(MAGIC) {
            return None;
        }
        let shift = |at| u16_at(content, at).map(u32::from).filter(|shift| (6..=16).contains(shift));
        let sector = 1_usize << shift(30).unwrap_or(9).max(7);
        let mini_sector = 64;
        let mut ole = Ole {
            content,
            sector,
            mini_sector,
            cutoff: u64::from(u32_at(content, 56)?).clamp(64, 1 << 16),
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Cow::Borrowed(&[]),
            entries: Vec::new(),
            short: std::cell::Cell::new(false),
        };
        let sectors = content.len() / sector + 1;
        let mut places: Vec<u32> = (0..109).filter_map(|i| u32_at(content, 76 + 4 * i)).take_while(|place| *place < LAST).collect();
        let mut next = u32_at(content, 68)?;
        // Each table sector describes `sector / 4` sectors: more than the file can need is a loop.
        while next < LAST && places.len() <= sectors / (sector / 4) + 1 {
            let Some(block) = ole.block(next) else { break };
            places.extend((0..sector / 4 - 1).filter_map(|i| u32_at(block, 4 * i)).filter(|place| *place < LAST));
            next = u32_at(block, sector - 4).unwrap_or(u32::MAX);
        }
        for place in places.into_iter().take(sectors / (sector / 4) + 2) {
            let block = ole.block(place).unwrap_or_default();
            let before = ole.fat.len();
            ole.fat.extend(block.chunks_exact(4).filter_map(|bytes| u32_at(bytes, 0)));
            ole.fat.resize(before + sector / 4, u32::MAX);
        }
        let directory = ole.chain(u32_at(content, 48)?, u64::MAX).into_owned();
        ole.directory(&directory);
        let root = ole.entries.first()?;
        let (start, size) = (root.start, root.size);
        ole.mini_fat = ole.chain(u32_at(content, 60)?, u64::MAX).chunks_exact(4).filter_map(|bytes| u32_at(bytes, 0)).collect();
        ole.mini = ole.chain(start, size);
        ole.short.set(false);
        Some(ole)
    }
    fn block(&self, place: u32) -> Option<&'a [u8]> {
        let from = (place as usize).checked_add(1)?.checked_mul(self.sector)?;
        let rest = self.content.get(from..).filter(|rest| !rest.is_empty())?;
        Some(rest.get(..self.sector).unwrap_or(rest))
    }
    /// The sectors from `start` on, at most `size` bytes of them; borrowed where they lie one behind the other.
    fn chain(&self, start: u32, size: u64) -> Cow<'a, [u8]> {
        let most = (size.div_ceil(self.sector as u64)).min(self.fat.len().max(1) as u64) as usize;
        let (mut run, mut place) = (0_usize, start);
        while place < LAST && run < most {
            run += 1;
            let next = self.fat.get(place as usize).copied().unwrap_or(u32::MAX);
            if next != place.wrapping_add(1) {
                place = next;
                break;
            }
            place = next;
        }
        let from = (start as usize).saturating_add(1).saturating_mul(self.sector);
        let limit = usize::try_from(size).unwrap_or(usize::MAX);
        let first = self.content.get(from..).unwrap_or_default();
        let first = first.get(..(run * self.sector).min(limit)).unwrap_or(first);
        if start >= LAST {
            return Cow::Borrowed(&[]);
        }
        if place >= LAST || run >= most {
            return Cow::Borrowed(first);
        }
        let mut out = first.to_vec();
        let mut count = run;
        // A loop ends when as much was read as the file has sectors.
        while place < LAST && count < most && out.len() <= self.content.len() {
            let Some(block) = self.block(place) else { break };
            out.extend_from_slice(block);
            place = self.fat.get(place as usize).copied().unwrap_or(u32::MAX);
            count += 1;
        }
        out.truncate(limit);
        Cow::Owned(out)
    }
    /// A stream whose chain ends too early: what lies behind its last sector, which mostly is its rest.
    fn guess(&self, start: u32, size: u64, had: usize) -> Option<&'a [u8]> {
        let had = had / self.sector;
        let mut last = start;
        for _ in 1..had {
            last = self.fat.get(last as usize).copied().filter(|next| *next < LAST)?;
        }
        let from = (last as usize).checked_add(2)?.checked_mul(self.sector)?;
        let rest = self.content.get(from..)?;
        let missing = usize::try_from(size).ok()?.checked_sub(had * self.sector)?;
        Some(rest.get(..missing).unwrap_or(rest))
    }
    fn directory(&mut self, bytes: &[u8]) {
        let mut links = Vec::new();
        for raw in bytes.chunks_exact(128).take(ENTRIES) {
            let length = usize::from(u16_at(raw, 64).unwrap_or(0)).saturating_sub(2).min(62);
            let kind = raw.get(66).copied().unwrap_or(0);
            let high = if self.sector > 512 { u32_at(raw, 124).unwrap_or(0) } else { 0 };
            self.entries.push(Entry {
                name: utf16(raw.get(..length).unwrap_or_default()),
                storage: matches!(kind, 1 | 5),
                start: u32_at(raw, 116).unwrap_or(u32::MAX),
                size: u64::from(high) << 32 | u64::from(u32_at(raw, 120).unwrap_or(0)),
                children: Vec::new(),
            });
            let link = |at| u32_at(raw, at).map_or(usize::MAX, |id| id as usize);
            links.push((kind, link(68), link(72), link(76)));
        }
        let mut seen = vec![false; links.len()];
        let mut open = vec![(0_usize, 0_usize, false)];
        // Iterative and each entry once: the tree may be a loop.
        while let Some((at, parent, inside)) = open.pop() {
            let Some((kind, left, right, child)) = links.get(at).copied() else { continue };
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            if inside {
                if let Some(entry) = self.entries.get_mut(parent) {
                    entry.children.push(at);
                }
                open.push((right, parent, true));
                open.push((left, parent, true));
            }
            if kind != 2 {
                open.push((child, at, true));
            }
        }
        // Streams that a damaged tree does not reach.
        let lost: Vec<usize> = (1..links.len()).filter(|at| !seen[*at] && links.get(*at).is_some_and(|link| link.0 == 2)).collect();
        if let Some(root) = self.entries.first_mut() {
            root.children.extend(lost);
        }
        for at in 0..self.entries.len() {
            let mut children = std::mem::take(&mut self.entries[at].children);
            children.sort_unstable();
            self.entries[at].children = children;
        }
    }
    pub fn entry(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }
    /// What a storage holds, in the order of the directory. The root is 0.
    pub fn children(&self, storage: usize) -> &[usize] {
        self.entries.get(storage).map_or(&[], |entry| &entry.children)
    }
    /// A member of a storage by name; case does not matter.
    pub fn find(&self, storage: usize, name: &str) -> Option<usize> {
        self.children(storage).iter().copied().find(|at| self.entries.get(*at).is_some_and(|entry| entry.name.eq_ignore_ascii_case(name)))
    }
    /// What of a stream is there.
    pub fn stream(&self, at: usize) -> Cow<'_, [u8]> {
        let Some(entry) = self.entries.get(at).filter(|entry| !entry.storage) else { return Cow::Borrowed(&[]) };
        let large = entry.size >= self.cutoff;
        let mut out = if large { self.chain(entry.start, entry.size) } else { Cow::Owned(self.small(entry)) };
        if (out.len() as u64) < entry.size {
            self.short.set(true);
            if let Some(rest) = self.guess(entry.start, entry.size, out.len()).filter(|_| large && entry.start < LAST && !out.is_empty()) {
                let whole = out.len() / self.sector * self.sector;
                out.to_mut().truncate(whole);
                out.to_mut().extend_from_slice(rest);
            }
        }
        out
    }
    fn small(&self, entry: &Entry) -> Vec<u8> {
        let (mut out, mut place) = (Vec::new(), entry.start);
        while place < LAST && (out.len() as u64) < entry.size {
            let from = (place as usize).saturating_mul(self.mini_sector);
            let Some(rest) = self.mini.get(from..).filter(|rest| !rest.is_empty()) else { break };
            out.extend_from_slice(rest.get(..self.mini_sector).unwrap_or(rest));
            place = self.mini_fat.get(place as usize).copied().unwrap_or(u32::MAX);
        }
        out.truncate(entry.size as usize);
        out
    }
    /// A stream by name.
    pub fn read(&self, storage: usize, name: &str) -> Option<Cow<'_, [u8]>> {
        self.find(storage, name).map(|at| self.stream(at))
    }
    /// A storage as a file of its own, if it takes at most `limit` bytes.
    pub fn subfile(&self, storage: usize, limit: u64) -> Option<Vec<u8>> {
        let mut out = cfb::CompoundFile::create(Cursor::new(Vec::new())).ok()?;
        let mut open = vec![(storage, String::from("/"), 0)];
        let mut bytes = 0_u64;
        while let Some((at, path, depth)) = open.pop() {
            for &child in self.children(at) {
                let Some(entry) = self.entries.get(child) else { continue };
                let place = format!("{path}{}", entry.name);
                bytes += 1024 + if entry.storage { 0 } else { entry.size.min(self.content.len() as u64) };
                if bytes > limit {
                    return None;
                }
                if entry.storage {
                    if depth < 16 && out.create_storage(&place).is_ok() {
                        open.push((child, format!("{place}/"), depth + 1));
                    }
                } else if let Ok(mut stream) = out.create_stream(&place) {
                    stream.write_all(&self.stream(child)).ok()?;
                }
            }
        }
        out.flush().ok()?;
        Some(out.into_inner().into_inner())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A compound file of streams; a name with `/` lies in storages.
    pub(in crate::formats) fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("in memory");
        for (name, content) in streams {
            if let Some((storage, _)) = name.rsplit_once('/') {
                file.create_storage_all(storage).expect("in memory");
            }
            file.create_stream(name).and_then(|mut stream| stream.write_all(content)).expect("in memory");
        }
        file.flush().expect("in memory");
        file.into_inner().into_inner()
    }

    #[test]
    fn streams() {
        let large: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
        let file = compound(&[("Small", b"few"), ("Large", &large), ("Box/Inner", b"within")]);
        let ole = Ole::open(&file).expect("a compound file");
        assert_eq!(ole.read(0, "small").as_deref(), Some(&b"few"[..]));
        assert_eq!(ole.read(0, "Large").as_deref(), Some(&large[..]));
        let storage = ole.find(0, "Box").expect("a storage");
        assert_eq!(ole.read(storage, "Inner").as_deref(), Some(&b"within"[..]));
        let inner = ole.subfile(storage, 1 << 20).expect("a file");
        assert_eq!(Ole::open(&inner).expect("a file").read(0, "Inner").as_deref(), Some(&b"within"[..]));
        assert_eq!(ole.subfile(storage, 10), None);
    }

    #[test]
    fn damaged() {
        let large = vec![7_u8; 100_000];
        let file = compound(&[("Large", &large)]);
        // Cut off at any place, or with any sector number replaced: something or nothing, never more than there is.
        for end in (0..file.len()).step_by(997) {
            if let Some(ole) = Ole::open(&file[..end]) {
                assert!(ole.read(0, "Large").is_none_or(|stream| stream.len() <= end.max(100_000)));
            }
        }
        for at in (0..2048).step_by(4) {
            for value in [0_u32, 1, 3, u32::MAX, u32::MAX - 1, 0x7fff_ffff] {
                let mut file = file.clone();
                file[at..at + 4].copy_from_slice(&value.to_le_bytes());
                if let Some(ole) = Ole::open(&file) {
                    assert!(ole.read(0, "Large").is_none_or(|stream| stream.len() <= file.len() + 512));
                }
            }
        }
    }
}
