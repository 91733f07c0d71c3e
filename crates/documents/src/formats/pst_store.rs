//! The lower layer of a PST or OST ([MS-PST] NDB): pages of two B-trees, and the blocks they name.
//!
//! Three layouts: ANSI (to 2 GB), Unicode, and Unicode with pages of 4,096 bytes (OST since 2013), whose blocks may be
//! compressed. Nothing is kept but what is asked for; the file is looked into where it lies.

use bytes::Bytes;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

/// How deep a tree may be. A file of many terabytes stays below.
const DEPTH: u8 = 8;

/// Which layout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ansi,
    Unicode,
    /// Unicode with large pages.
    Large,
}

/// A node: its number, the blocks that hold its data and its own nodes, and the node above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub nid: u32,
    pub data: u64,
    pub sub: u64,
    pub parent: u32,
}

/// Where a block lies.
#[derive(Clone, Copy)]
struct Place {
    offset: u64,
    size: usize,
}

/// Why a file is not opened.
pub(super) enum Closed {
    Damaged,
    Encrypted,
}

pub(super) struct Store {
    bytes: Bytes,
    kind: Kind,
    crypt: u8,
    nodes_root: u64,
    blocks_root: u64,
    /// Blocks found by looking at every page, when the tree is damaged.
    found: Option<BTreeMap<u64, Place>>,
    /// Blocks that are missing or not what they should be.
    pub damaged: u64,
}

impl Store {
    pub fn open(bytes: Bytes) -> Result<Store, Closed> {
        let version = number(&bytes, 10, 2).ok_or(Closed::Damaged)?;
        let kind = match version {
            14 | 15 => Kind::Ansi,
            36.. => Kind::Large,
            _ => Kind::Unicode,
        };
        let (nodes, blocks, crypt) = if kind == Kind::Ansi { (188, 196, 461) } else { (224, 240, 513) };
        let wide = if kind == Kind::Ansi { 4 } else { 8 };
        let at = |offset| number(&bytes, offset, wide).ok_or(Closed::Damaged);
        let (nodes_root, blocks_root) = (at(nodes)?, at(blocks)?);
        let crypt = bytes.get(crypt).copied().ok_or(Closed::Damaged)?;
        if crypt == 0x10 {
            return Err(Closed::Encrypted);
        }
        Ok(Store { bytes, kind, crypt, nodes_root, blocks_root, found: None, damaged: 0 })
    }

    /// Whether this is the layout with large pages.
    pub fn large(&self) -> bool {
        self.kind == Kind::Large
    }

    fn page_size(&self) -> usize {
        if self.kind == Kind::Large { 4096 } else { 512 }
    }

    /// A B-tree page: its level, and its entries.
    fn page(&self, offset: u64, page_type: u8) -> Option<(u8, impl Iterator<Item = &[u8]>)> {
        let page = self.bytes.get(usize::try_from(offset).ok()?..)?.get(..self.page_size())?;
        let (area, trailer) = match self.kind {
            Kind::Ansi => (496, 500),
            Kind::Unicode => (488, 496),
            Kind::Large => (4056, 4072),
        };
        if page.get(trailer)? != &page_type || page.get(trailer + 1)? != &page_type {
            return None;
        }
        let (count, size, level) = match self.kind {
            Kind::Large => (number(page, area, 2)?, *page.get(area + 4)?, *page.get(area + 5)?),
            _ => (number(page, area, 1)?, *page.get(area + 2)?, *page.get(area + 3)?),
        };
        let (count, size) = (usize::try_from(count).ok()?, usize::from(size));
        (size >= 12 && level <= DEPTH && count * size <= area).then(|| (level, page.get(..count * size).unwrap_or_default().chunks_exact(size)))
    }

    /// Width of an offset or a block number.
    fn wide(&self) -> usize {
        if self.kind == Kind::Ansi { 4 } else { 8 }
    }

    /// Every node of the file, in order, and whether the tree was whole. A damaged tree is made good by looking at every page.
    pub fn nodes(&mut self) -> (Vec<Node>, bool) {
        let mut out = BTreeMap::new();
        let mut whole = true;
        let mut open = vec![(self.nodes_root, DEPTH + 1)];
        let mut pages = self.bytes.len() / self.page_size() + 1;
        while let Some((offset, above)) = open.pop() {
            // A page that is named twice would be read for ever.
            pages = pages.saturating_sub(1);
            let read = self.page(offset, 0x81).filter(|(level, _)| pages > 0 && *level < above);
            match read {
                Some((0, entries)) => out.extend(entries.filter_map(|entry| self.node(entry)).map(|node| (node.nid, node))),
                Some((level, entries)) => {
                    let wide = self.wide();
                    open.extend(entries.filter_map(|entry| number(entry, wide * 2, wide)).map(|offset| (offset, level)));
                }
                None => whole = false,
            }
        }
        whole &= self.blocks_whole();
        if !whole {
            self.search(&mut out);
        }
        (out.into_values().collect(), whole)
    }

    fn node(&self, entry: &[u8]) -> Option<Node> {
        let wide = self.wide();
        let nid = number(entry, 0, 4)? as u32;
        Some(Node { nid, data: number(entry, wide, wide)?, sub: number(entry, wide * 2, wide)?, parent: number(entry, wide * 3, 4)? as u32 })
    }

    fn blocks_whole(&self) -> bool {
        let mut open = vec![(self.blocks_root, DEPTH + 1)];
        let mut pages = self.bytes.len() / self.page_size() + 1;
        while let Some((offset, above)) = open.pop() {
            pages = pages.saturating_sub(1);
            match self.page(offset, 0x80).filter(|(level, _)| pages > 0 && *level < above) {
                Some((0, _)) => {}
                Some((level, entries)) => {
                    let wide = self.wide();
                    open.extend(entries.filter_map(|entry| number(entry, wide * 2, wide)).map(|offset| (offset, level)));
                }
                None => return false,
            }
        }
        true
    }

    /// Looks at every page for leaves of both trees. A later page of the file does not replace what the tree itself said.
    fn search(&mut self, nodes: &mut BTreeMap<u32, Node>) {
        let mut blocks = BTreeMap::new();
        let size = self.page_size() as u64;
        for offset in (0..self.bytes.len() as u64 / size).map(|page| page * size) {
            if let Some((0, entries)) = self.page(offset, 0x81) {
                for node in entries.filter_map(|entry| self.node(entry)).filter(|node| node.nid != 0) {
                    nodes.entry(node.nid).or_insert(node);
                }
            } else if let Some((0, entries)) = self.page(offset, 0x80) {
                blocks.extend(entries.filter_map(|entry| self.place(entry)));
            }
        }
        self.found = Some(blocks);
    }

    /// A leaf entry of the blocks' tree.
    fn place(&self, entry: &[u8]) -> Option<(u64, Place)> {
        let wide = self.wide();
        let size = usize::try_from(number(entry, wide * 2, 2)?).ok()?;
        Some((number(entry, 0, wide)? & !1, Place { offset: number(entry, wide, wide)?, size }))
    }

    fn find(&self, bid: u64) -> Option<Place> {
        let bid = bid & !1;
        let mut offset = self.blocks_root;
        let mut above = DEPTH + 1;
        let by_tree = || loop {
            let (level, entries) = self.page(offset, 0x80).filter(|(level, _)| *level < above)?;
            let wide = self.wide();
            if level == 0 {
                return entries.filter_map(|entry| self.place(entry)).find(|(known, _)| *known == bid).map(|(_, place)| place);
            }
            // The last entry that does not begin behind it.
            let entry = entries.filter(|entry| number(entry, 0, wide).is_some_and(|first| first & !1 <= bid)).last()?;
            (offset, above) = (number(entry, wide * 2, wide)?, level);
        };
        let mut by_tree = by_tree;
        by_tree().or_else(|| self.found.as_ref()?.get(&bid).copied())
    }

    /// A block's content, decoded.
    fn block(&mut self, bid: u64) -> Option<Cow<'_, [u8]>> {
        let place = self.find(bid);
        let Some(place) = place.filter(|place| self.sound(bid, place)) else {
            self.damaged += 1;
            return None;
        };
        let from = usize::try_from(place.offset).ok()?;
        let raw = self.bytes.get(from..from.checked_add(place.size)?)?;
        let mut content = Cow::Borrowed(raw);
        let full = self.full(&place);
        if full != place.size {
            let mut unpacked = Vec::with_capacity(full);
            // What comes before damage counts.
            let _ = flate2::read::ZlibDecoder::new(raw).take(full as u64).read_to_end(&mut unpacked);
            content = Cow::Owned(unpacked);
        }
        if bid & 2 == 0 {
            match self.crypt {
                1 => content.to_mut().iter_mut().for_each(|byte| *byte = look(&I, *byte)),
                2 => cyclic(content.to_mut(), bid as u32),
                _ => {}
            }
        }
        Some(content)
    }

    /// Where a block's trailer is: at the end of the last unit that it takes.
    fn trailer(&self, place: &Place) -> Option<usize> {
        let (unit, trailer) = match self.kind {
            Kind::Ansi => (64, 12),
            Kind::Unicode => (64, 16),
            Kind::Large => (512, 24),
        };
        let end = (place.size + trailer).div_ceil(unit) * unit;
        usize::try_from(place.offset).ok()?.checked_add(end - trailer)
    }

    /// Whether the block's trailer names it: otherwise other data lies there.
    fn sound(&self, bid: u64, place: &Place) -> bool {
        let at = if self.kind == Kind::Ansi { 4 } else { 8 };
        let stored = self.trailer(place).and_then(|trailer| number(&self.bytes, trailer + at, self.wide()));
        stored.is_some_and(|stored| stored & !1 == bid & !1)
    }

    /// A block's size when it is unpacked.
    fn full(&self, place: &Place) -> usize {
        let stated = || number(&self.bytes, self.trailer(place)? + 18, 2).filter(|size| *size > 0);
        let stated = if self.kind == Kind::Large { stated() } else { None };
        stated.and_then(|size| usize::try_from(size).ok()).unwrap_or(place.size)
    }

    /// The blocks of a node's data in order; `None` stands for one that is missing. At most `limit` bytes.
    pub fn data(&mut self, bid: u64, limit: u64) -> Vec<Option<Vec<u8>>> {
        let mut out = Vec::new();
        let mut room = limit;
        // At most two levels of lists above the data.
        let mut open = vec![(bid, 3_u8)];
        while let Some((bid, above)) = open.pop() {
            if bid & !1 == 0 || room == 0 {
                continue;
            }
            let list = bid & 2 != 0;
            let wide = self.wide();
            let Some(content) = self.block(bid) else {
                out.push(None);
                room = room.saturating_sub(8192);
                continue;
            };
            if !list {
                room = room.saturating_sub(content.len().max(1) as u64);
                out.push(Some(content.into_owned()));
                continue;
            }
            let level = content.get(1).copied().unwrap_or(0);
            if content.first() != Some(&1) || level == 0 || level >= above {
                self.damaged += 1;
                out.push(None);
                continue;
            }
            let count = number(&content, 2, 2).unwrap_or(0) as usize;
            let below: Vec<u64> = content.get(8..).unwrap_or_default().chunks_exact(wide).take(count).filter_map(|bid| number(bid, 0, wide)).collect();
            open.extend(below.into_iter().rev().map(|bid| (bid, level)));
        }
        out
    }

    /// How long a node's data says it is.
    pub fn size(&mut self, bid: u64) -> u64 {
        if bid & 2 == 0 {
            return self.find(bid).map_or(0, |place| self.full(&place) as u64);
        }
        self.block(bid).and_then(|list| number(&list, 4, 4)).unwrap_or(0)
    }

    /// A node's data in one piece, and whether all of it is there.
    pub fn whole(&mut self, bid: u64, limit: u64) -> (Vec<u8>, bool) {
        let blocks = self.data(bid, limit);
        let whole = blocks.iter().all(Option::is_some);
        (blocks.into_iter().flatten().flatten().collect(), whole)
    }

    /// The nodes within a node.
    pub fn sub_nodes(&mut self, bid: u64) -> BTreeMap<u32, Node> {
        let mut out = BTreeMap::new();
        let wide = self.wide();
        let mut open = vec![(bid, 2_u8)];
        let mut blocks = 0;
        while let Some((bid, above)) = open.pop() {
            blocks += 1;
            if bid & !1 == 0 || blocks > 100_000 {
                continue;
            }
            let Some(content) = self.block(bid) else { continue };
            let level = content.get(1).copied().unwrap_or(u8::MAX);
            if content.first() != Some(&2) || level >= above {
                self.damaged += 1;
                continue;
            }
            let count = number(&content, 2, 2).unwrap_or(0) as usize;
            let entries = content.get(if wide == 4 { 4 } else { 8 }..).unwrap_or_default();
            if level == 1 {
                open.extend(entries.chunks_exact(wide * 2).take(count).filter_map(|entry| number(entry, wide, wide)).map(|bid| (bid, level)));
                continue;
            }
            for entry in entries.chunks_exact(wide * 3).take(count) {
                if let (Some(nid), Some(data), Some(sub)) = (number(entry, 0, 4), number(entry, wide, wide), number(entry, wide * 2, wide)) {
                    out.insert(nid as u32, Node { nid: nid as u32, data, sub, parent: 0 });
                }
            }
        }
        out
    }
}

/// A little-endian number of 1 to 8 bytes.
pub(super) fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    Some(bytes.get(at..at.checked_add(width)?)?.iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte)))
}

fn look(table: &[u8; 256], byte: u8) -> u8 {
    table.get(usize::from(byte)).copied().unwrap_or(byte)
}

/// The second of the two ways to hide content ([MS-PST] 5.2).
fn cyclic(content: &mut [u8], key: u32) {
    let mut key = (key ^ key >> 16) as u16;
    for byte in content {
        let [low, high] = key.to_le_bytes();
        let step = look(&R, byte.wrapping_add(low)).wrapping_add(high);
        *byte = look(&I, look(&S, step).wrapping_sub(high)).wrapping_sub(low);
        key = key.wrapping_add(1);
    }
}

/// The first of the specification's three tables.
const R: [u8; 256] = [
    65, 54, 19, 98, 168, 33, 110, 187, 244, 22, 204, 4, 127, 100, 232, 93, 30, 242, 203, 42, 116, 197, 94, 53, 210, 149, 71, 158, 150, 45, 154, 136, 76, 125,
    132, 63, 219, 172, 49, 182, 72, 95, 246, 196, 216, 57, 139, 231, 35, 59, 56, 142, 200, 193, 223, 37, 177, 32, 165, 70, 96, 78, 156, 251, 170, 211, 86, 81,
    69, 124, 85, 0, 7, 201, 43, 157, 133, 155, 9, 160, 143, 173, 179, 15, 99, 171, 137, 75, 215, 167, 21, 90, 113, 102, 66, 191, 38, 74, 107, 152, 250, 234,
    119, 83, 178, 112, 5, 44, 253, 89, 58, 134, 126, 206, 6, 235, 130, 120, 87, 199, 141, 67, 175, 180, 28, 212, 91, 205, 226, 233, 39, 79, 195, 8, 114, 128,
    207, 176, 239, 245, 40, 109, 190, 48, 77, 52, 146, 213, 14, 60, 34, 50, 229, 228, 249, 159, 194, 209, 10, 129, 18, 225, 238, 145, 131, 118, 227, 151, 230,
    97, 138, 23, 121, 164, 183, 220, 144, 122, 92, 140, 2, 166, 202, 105, 222, 80, 26, 17, 147, 185, 82, 135, 88, 252, 237, 29, 55, 73, 27, 106, 224, 41, 51,
    153, 189, 108, 217, 148, 243, 64, 84, 111, 240, 198, 115, 184, 214, 62, 101, 24, 68, 31, 221, 103, 16, 241, 12, 25, 236, 174, 3, 161, 20, 123, 169, 11,
    255, 248, 163, 192, 162, 1, 247, 46, 188, 36, 104, 117, 13, 254, 186, 47, 181, 208, 218, 61,
];
/// The second.
const S: [u8; 256] = [
    20, 83, 15, 86, 179, 200, 122, 156, 235, 101, 72, 23, 22, 21, 159, 2, 204, 84, 124, 131, 0, 13, 12, 11, 162, 98, 168, 118, 219, 217, 237, 199, 197, 164,
    220, 172, 133, 116, 214, 208, 167, 155, 174, 154, 150, 113, 102, 195, 99, 153, 184, 221, 115, 146, 142, 132, 125, 165, 94, 209, 93, 147, 177, 87, 81, 80,
    128, 137, 82, 148, 79, 78, 10, 107, 188, 141, 127, 110, 71, 70, 65, 64, 68, 1, 17, 203, 3, 63, 247, 244, 225, 169, 143, 60, 58, 249, 251, 240, 25, 48, 130,
    9, 46, 201, 157, 160, 134, 73, 238, 111, 77, 109, 196, 45, 129, 52, 37, 135, 27, 136, 170, 252, 6, 161, 18, 56, 253, 76, 66, 114, 100, 19, 55, 36, 106,
    117, 119, 67, 255, 230, 180, 75, 54, 92, 228, 216, 53, 61, 69, 185, 44, 236, 183, 49, 43, 41, 7, 104, 163, 14, 105, 123, 24, 158, 33, 57, 190, 40, 26, 91,
    120, 245, 35, 202, 42, 176, 175, 62, 254, 4, 140, 231, 229, 152, 50, 149, 211, 246, 74, 232, 166, 234, 233, 243, 213, 47, 112, 32, 242, 31, 5, 103, 173,
    85, 16, 206, 205, 227, 39, 59, 218, 186, 215, 194, 38, 212, 145, 29, 210, 28, 34, 51, 248, 250, 241, 90, 239, 207, 144, 182, 139, 181, 189, 192, 191, 8,
    151, 30, 108, 226, 97, 224, 198, 193, 89, 171, 187, 88, 222, 95, 223, 96, 121, 126, 178, 138,
];
/// The third, the inverse of the first.
const I: [u8; 256] = [
    71, 241, 180, 230, 11, 106, 114, 72, 133, 78, 158, 235, 226, 248, 148, 83, 224, 187, 160, 2, 232, 90, 9, 171, 219, 227, 186, 198, 124, 195, 16, 221, 57, 5,
    150, 48, 245, 55, 96, 130, 140, 201, 19, 74, 107, 29, 243, 251, 143, 38, 151, 202, 145, 23, 1, 196, 50, 45, 110, 49, 149, 255, 217, 35, 209, 0, 94, 121,
    220, 68, 59, 26, 40, 197, 97, 87, 32, 144, 61, 131, 185, 67, 190, 103, 210, 70, 66, 118, 192, 109, 91, 126, 178, 15, 22, 41, 60, 169, 3, 84, 13, 218, 93,
    223, 246, 183, 199, 98, 205, 141, 6, 211, 105, 92, 134, 214, 20, 247, 165, 102, 117, 172, 177, 233, 69, 33, 112, 12, 135, 159, 116, 164, 34, 76, 111, 191,
    31, 86, 170, 46, 179, 120, 51, 80, 176, 163, 146, 188, 207, 25, 28, 167, 99, 203, 30, 77, 62, 75, 27, 155, 79, 231, 240, 238, 173, 58, 181, 89, 4, 234, 64,
    85, 37, 81, 229, 122, 137, 56, 104, 82, 123, 252, 39, 174, 215, 189, 250, 7, 244, 204, 142, 95, 239, 53, 156, 132, 43, 21, 213, 119, 52, 73, 182, 18, 10,
    127, 113, 136, 253, 157, 24, 65, 125, 147, 216, 88, 44, 206, 254, 36, 175, 222, 184, 54, 200, 161, 128, 166, 153, 152, 168, 47, 14, 129, 101, 115, 228,
    194, 162, 138, 212, 225, 17, 208, 8, 139, 42, 242, 237, 154, 100, 63, 193, 108, 249, 236,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hiding() {
        let mut content = *b"Hello, World!";
        cyclic(&mut content, 0x1234_5678);
        assert_ne!(&content, b"Hello, World!");
        cyclic(&mut content, 0x1234_5678);
        assert_eq!(&content, b"Hello, World!");
        assert!((0..=255).all(|byte| look(&I, look(&R, byte)) == byte));
    }
}
