//! The middle layer of a PST ([MS-PST] LTP): heaps on nodes, lists of properties, tables.

use super::mapi::{Key, Properties, Value};
use super::pst_store::{Node, Store, number};
use bytes::Bytes;
use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// Most bytes of one property (attachments' contents are read by themselves).
const PROPERTY: u64 = 256 << 20;

/// A node with a heap in its data.
pub(super) struct Heap {
    blocks: Vec<Option<Vec<u8>>>,
    /// How far a block's number is shifted in an HID: 16 bits, or 19 with large pages (writers differ, so both are tried).
    shifts: &'static [u32],
    pub nodes: BTreeMap<u32, Node>,
}

/// A property of a list as it stands there.
struct Record {
    id: u16,
    kind: u16,
    value: [u8; 4],
}

impl Heap {
    pub fn open(store: &mut Store, node: &Node) -> Option<Heap> {
        let blocks = store.data(node.data, PROPERTY);
        let first = blocks.first()?.as_ref()?;
        if first.get(2)? != &0xec {
            return None;
        }
        let nodes = if node.sub & !1 == 0 { BTreeMap::new() } else { store.sub_nodes(node.sub) };
        Some(Heap { blocks, shifts: if store.large() { &[19, 16] } else { &[16] }, nodes })
    }

    fn root(&self) -> Option<u32> {
        Some(number(self.blocks.first()?.as_ref()?, 4, 4)? as u32)
    }

    /// An item of the heap.
    fn item(&self, hid: u32) -> Option<&[u8]> {
        self.shifts.iter().find_map(|shift| {
            let block = self.blocks.get((hid >> shift) as usize)?.as_ref()?;
            let index = ((hid % (1 << shift)) >> 5) as usize;
            let map = usize::try_from(number(block, 0, 2)?).ok()?;
            let at = |index: usize| Some(number(block, map + 4 + index * 2, 2)? as usize);
            let count = number(block, map, 2)? as usize;
            if index == 0 || index > count {
                return None;
            }
            block.get(at(index - 1)?..at(index)?)
        })
    }

    /// What an HNID stands for: an item of the heap, or the data of a node within this one.
    fn content(&self, store: &mut Store, hnid: u32) -> Option<Bytes> {
        if hnid == 0 {
            return Some(Bytes::new());
        }
        if hnid & 0x1f == 0 {
            return self.item(hnid).map(Bytes::copy_from_slice);
        }
        let node = *self.nodes.get(&hnid)?;
        let (content, whole) = store.whole(node.data, PROPERTY);
        (whole || !content.is_empty()).then(|| content.into())
    }

    /// The records of a B-tree on the heap: key and data of each.
    fn tree(&self, hid: u32) -> Option<Vec<(u64, &[u8])>> {
        let header = self.item(hid)?;
        if header.first()? != &0xb5 {
            return None;
        }
        let (key, size, levels) = (usize::from(*header.get(1)?), usize::from(*header.get(2)?), *header.get(3)?);
        if key == 0 || key > 8 {
            return None;
        }
        let mut out = Vec::new();
        let mut open = vec![(number(header, 4, 4)? as u32, levels.min(8))];
        let mut items = 0;
        while let Some((hid, level)) = open.pop() {
            items += 1;
            if hid == 0 || items > 100_000 || out.len() > 10_000_000 {
                continue;
            }
            let Some(item) = self.item(hid) else { continue };
            if level == 0 {
                out.extend(item.chunks_exact(key + size).filter_map(|record| Some((number(record, 0, key)?, record.get(key..)?))));
            } else {
                let below: Vec<u32> = item.chunks_exact(key + 4).filter_map(|record| number(record, key, 4).map(|hid| hid as u32)).collect();
                open.extend(below.into_iter().rev().map(|hid| (hid, level - 1)));
            }
        }
        Some(out)
    }

    fn records(&self) -> Option<Vec<Record>> {
        let record = |(id, data): (u64, &[u8])| Some(Record { id: id as u16, kind: number(data, 0, 2)? as u16, value: data.get(2..6)?.try_into().ok()? });
        Some(self.tree(self.root()?)?.into_iter().filter_map(record).collect())
    }

    /// The properties of the list on this heap. `PidTagAttachData` is left out; `lost` counts those whose content is missing.
    pub fn properties(&self, store: &mut Store, names: &BTreeMap<u16, Key>, outer: Option<&'static Encoding>, lost: &mut u64) -> Option<Properties> {
        let mut out = Properties::new(outer);
        for record in self.records()? {
            if record.id == 0x3701 {
                continue;
            }
            let key = record.id.checked_sub(0x8000).and_then(|index| names.get(&index)).cloned().unwrap_or(Key::Tag(record.id));
            match self.value(store, record.kind, record.value) {
                Some(Some(value)) => out.insert(key, value),
                Some(None) => {}
                None => *lost += 1,
            }
        }
        Some(out)
    }

    /// `None` when the content is missing, `Some(None)` for types that hold nothing.
    fn value(&self, store: &mut Store, kind: u16, stored: [u8; 4]) -> Option<Option<Value>> {
        let hnid = u32::from_le_bytes(stored);
        let size = Value::size(kind);
        if kind & 0x1000 == 0 && (1..=4).contains(&size) {
            return Some(Value::fixed(kind, &stored));
        }
        let content = self.content(store, hnid)?;
        Some(parsed(kind, content))
    }

    /// An attachment's content: the block that begins it, or its bytes when they are on the heap. The third is for embedded messages.
    pub fn attachment(&self) -> Option<Attached<'_>> {
        let record = self.records()?.into_iter().find(|record| record.id == 0x3701)?;
        let hnid = u32::from_le_bytes(record.value);
        if record.kind == 0x0d {
            let object = self.item(hnid)?;
            return self.nodes.get(&(number(object, 0, 4)? as u32)).map(|node| Attached::Node(*node));
        }
        if hnid & 0x1f == 0 {
            return self.item(hnid).map(Attached::Bytes);
        }
        self.nodes.get(&hnid).map(|node| Attached::Node(*node))
    }

    /// The rows of the table on this heap.
    pub fn rows(&self, store: &mut Store, names: &BTreeMap<u16, Key>, outer: Option<&'static Encoding>) -> Option<Vec<Properties>> {
        let header = self.item(self.root()?)?;
        if header.first()? != &0x7c {
            return None;
        }
        let columns = usize::from(*header.get(1)?);
        let (flags_at, row_size) = (number(header, 6, 2)? as usize, number(header, 8, 2)? as usize);
        let rows = number(header, 14, 4)? as u32;
        if row_size == 0 {
            return None;
        }
        let matrix: Vec<Bytes> = match rows {
            0 => Vec::new(),
            hid if hid & 0x1f == 0 => vec![Bytes::copy_from_slice(self.item(hid)?)],
            nid => store.data(self.nodes.get(&nid)?.data, PROPERTY).into_iter().map(|block| block.unwrap_or_default().into()).collect(),
        };
        let columns: Vec<&[u8]> = header.get(22..)?.chunks_exact(8).take(columns).collect();
        let mut out = Vec::new();
        // Rows never run across blocks.
        for row in matrix.iter().flat_map(|block| block.chunks_exact(row_size)).take(1_000_000) {
            let mut properties = Properties::new(outer);
            for column in &columns {
                let (Some(kind), Some(id), Some(at), Some(width), Some(bit)) =
                    (number(column, 0, 2), number(column, 2, 2), number(column, 4, 2), column.get(6), column.get(7))
                else {
                    continue;
                };
                let (kind, id) = (kind as u16, id as u16);
                let there = row.get(flags_at + usize::from(bit / 8)).is_some_and(|flags| flags & (0x80 >> (bit % 8)) != 0);
                let Some(cell) = row.get(at as usize..at as usize + usize::from(*width)).filter(|_| there) else { continue };
                let fixed = kind & 0x1000 == 0 && (1..=8).contains(&Value::size(kind));
                let value = match number(cell, 0, 4) {
                    _ if fixed => {
                        let mut wide = [0; 8];
                        wide.iter_mut().zip(cell).for_each(|(to, from)| *to = *from);
                        Value::fixed(kind, &wide)
                    }
                    Some(hnid) => self.content(store, hnid as u32).and_then(|content| parsed(kind, content)),
                    None => None,
                };
                if let Some(value) = value {
                    let key = id.checked_sub(0x8000).and_then(|index| names.get(&index)).cloned().unwrap_or(Key::Tag(id));
                    properties.insert(key, value);
                }
            }
            out.push(properties);
        }
        Some(out)
    }
}

/// Where an attachment's content is.
pub(super) enum Attached<'a> {
    Bytes(&'a [u8]),
    Node(Node),
}

/// A value of variable size or of many values.
fn parsed(kind: u16, content: Bytes) -> Option<Value> {
    if kind & 0x1000 == 0 {
        return match Value::size(kind) {
            0 | 16 => Value::variable(kind, content),
            _ => Value::fixed(kind, &content),
        };
    }
    let kind = kind & 0xfff;
    let size = Value::size(kind);
    if size > 0 {
        return Some(Value::Many(content.chunks_exact(size).take(10_000).filter_map(|part| Value::fixed(kind, part)).collect()));
    }
    // Count, offsets, then the values.
    let count = (number(&content, 0, 4)? as usize).min(content.len() / 4);
    let offset = |index: usize| match index < count {
        true => number(&content, 4 + index * 4, 4).map(|at| at as usize),
        false => Some(content.len()),
    };
    let part = |index: usize| {
        let (from, to) = (offset(index)?, offset(index + 1)?);
        (from <= to && to <= content.len()).then(|| content.slice(from..to)).and_then(|part| Value::variable(kind, part))
    };
    Some(Value::Many((0..count.min(10_000)).filter_map(part).collect()))
}
