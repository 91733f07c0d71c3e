//! PST and OST: Outlook's mail stores. Every message, appointment, contact and task of every folder; attachments are members.
//!
//! Messages are taken from the list of all nodes, not from the folders' tables of contents: those that a folder no longer
//! lists (deleted, orphaned) are read too. A damaged block costs the message it belongs to.
//!
//! (`outlook-pst` gives up a message for one property it cannot read, needs the folders' tables, copies attachments and does
//! not know 4,096-byte pages.)

use super::body::Names;
use super::mapi::{self, Key, Properties};
use super::msg::name_map;
use super::pst_store::{Closed, Node, Store};
use super::pst_tables::{Attached, Heap};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use encoding_rs::Encoding;
use std::collections::{BTreeMap, HashMap};

/// How deep messages may be attached to messages.
const DEPTH: usize = 16;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(b"!BDN") && head.at(8, b"S")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let mut store = match Store::open(task.head.bytes.clone()) {
        Ok(store) => store,
        Err(Closed::Damaged) => return task.problem(DocumentStatus::Corrupt, "the mail store's header is damaged"),
        Err(Closed::Encrypted) => return task.problem(DocumentStatus::Encrypted, "a mail store that Windows encrypted"),
    };
    let (nodes, whole) = store.nodes();
    let names = named(&mut store, &nodes);
    let folders = folders(&mut store, &nodes);
    let mut reader = Reader { store, names, lost: 0, values: 0, messages: 0 };
    // Folder by folder, in the order of the folders' paths, then by number.
    let mut messages: Vec<(&Node, &str)> = nodes
        .iter()
        // Normal messages, and the hidden ones, which hold rules, views and sometimes drafts.
        .filter(|node| matches!(node.nid & 0x1f, 4 | 8))
        .map(|node| (node, folders.get(&node.parent).map_or("(no folder)", String::as_str)))
        .collect();
    messages.sort_by_key(|(node, folder)| (*folder, node.parent, node.nid));
    let (mut last, mut number) = (None, 0);
    for (node, folder) in messages {
        number = if last == Some(node.parent) { number + 1 } else { 1 };
        last = Some(node.parent);
        // The number within the folder reads well; the node's number stays the same when others come and go.
        let place = format!("{folder}/message {number} ({:x})", node.nid);
        reader.message(&mut *task, node, &place, None, 0);
    }
    task.document.pages = reader.messages as i64;
    let mut problem = |what: String| task.problem(DocumentStatus::Partly, &what);
    if !whole {
        problem("an index of the mail store is damaged".into());
    }
    if reader.lost > 0 {
        problem(format!("{} messages cannot be read", reader.lost));
    }
    if reader.values + reader.store.damaged > 0 {
        problem(format!("{} parts of messages are missing", reader.values.max(reader.store.damaged)));
    }
    if reader.messages == 0 && reader.lost == 0 && task.document.status == DocumentStatus::Read {
        task.problem(DocumentStatus::Empty, "a mail store without messages");
    }
}

/// The map of named properties.
fn named(store: &mut Store, nodes: &[Node]) -> BTreeMap<u16, Key> {
    let Some(node) = nodes.iter().find(|node| node.nid == 0x61) else { return BTreeMap::new() };
    let properties = Heap::open(store, node).and_then(|heap| heap.properties(store, &BTreeMap::new(), None, &mut 0)).unwrap_or_default();
    let part = |tag| properties.binary(tag).cloned().unwrap_or_default();
    name_map(&part(2), &part(3), &part(4))
}

/// The path of every folder.
fn folders(store: &mut Store, nodes: &[Node]) -> HashMap<u32, String> {
    let mut names: HashMap<u32, (u32, String)> = HashMap::new();
    for node in nodes.iter().filter(|node| node.nid & 0x1f == 2) {
        let properties = Heap::open(store, node).and_then(|heap| heap.properties(store, &BTreeMap::new(), None, &mut 0)).unwrap_or_default();
        let name = properties.text(0x3001).map(|name| name.replace('/', "_")).unwrap_or_else(|| format!("folder {:x}", node.nid));
        names.insert(node.nid, (node.parent, name));
    }
    let path = |mut nid: u32| {
        let mut parts = Vec::new();
        // The root folder (0x122) is its own parent and has no name of its own.
        while let Some((parent, name)) = names.get(&nid).filter(|_| nid != 0x122 && parts.len() < 64) {
            parts.push(name.as_str());
            nid = *parent;
        }
        parts.reverse();
        if parts.is_empty() { "(root)".to_string() } else { parts.join("/") }
    };
    names.keys().map(|nid| (*nid, path(*nid))).collect()
}

struct Reader {
    store: Store,
    names: BTreeMap<u16, Key>,
    /// Messages that could not be read.
    lost: u64,
    /// Properties that could not be read.
    values: u64,
    messages: u64,
}

impl Reader {
    fn message(&mut self, task: &mut Task<'_, '_>, node: &Node, place: &str, outer: Option<&'static Encoding>, depth: usize) {
        let Some(heap) = Heap::open(&mut self.store, node) else {
            self.lost += 1;
            return;
        };
        let Some(mut item) = heap.properties(&mut self.store, &self.names, outer, &mut self.values) else {
            self.lost += 1;
            return;
        };
        item.outer = item.encoding();
        // Settings that programs keep in hidden items; their subject is what they are.
        if node.nid & 0x1f == 8 && item.text(0x37).is_some_and(|subject| subject.starts_with("IPM.")) {
            return;
        }
        self.messages += 1;
        let recipients = heap.nodes.get(&0x692).copied().and_then(|node| Heap::open(&mut self.store, &node));
        let recipients = recipients.and_then(|table| table.rows(&mut self.store, &self.names, item.outer)).unwrap_or_default();
        let prefix = format!("{place}/");
        mapi::item(task, &item, &recipients, place, &prefix);
        let mut names = Names::default();
        let attachments: Vec<Node> = heap.nodes.values().filter(|node| node.nid & 0x1f == 5).copied().collect();
        for (at, node) in attachments.iter().enumerate() {
            if !task.may_add() {
                return task.problem(DocumentStatus::OverBudget, "more attachments than the budget allows");
            }
            self.attachment(task, node, at + 1, place, &mut names, &item, depth);
        }
    }

    #[expect(clippy::too_many_arguments)]
    fn attachment(&mut self, task: &mut Task<'_, '_>, node: &Node, number: usize, place: &str, names: &mut Names, item: &Properties, depth: usize) {
        let unnamed = format!("attachment {number}");
        let heap = Heap::open(&mut self.store, node);
        let properties = heap.as_ref().and_then(|heap| heap.properties(&mut self.store, &self.names, item.outer, &mut self.values));
        let (Some(heap), Some(properties)) = (heap, properties) else {
            return task.lost_member(&format!("{place}/{}", names.unique(&unnamed)), 0, DocumentStatus::Corrupt, "the attachment is damaged");
        };
        let method = properties.integer(0x3705);
        let attached = heap.attachment();
        if let (Some(5), Some(Attached::Node(message))) = (method, &attached) {
            let inner = format!("{place}/attached message {number}");
            if depth >= DEPTH {
                return task.lost_member(&inner, 0, DocumentStatus::OverBudget, "nested too deep");
            }
            return self.message(task, message, &inner, item.outer, depth + 1);
        }
        let name = format!("{place}/{}", names.unique(&mapi::attachment_name(&properties).unwrap_or(unnamed)));
        match attached {
            Some(Attached::Bytes(content)) => task.member(&name, content.to_vec()),
            Some(Attached::Node(node)) => {
                let room = task.room();
                let size = self.store.size(node.data);
                if size > room {
                    return task.lost_member(&name, size, DocumentStatus::OverBudget, "unpacks to more than the budget");
                }
                let (content, whole) = self.store.whole(node.data, room);
                match whole {
                    true => task.member(&name, content),
                    // With a hole in it, it is not the file that was attached.
                    false => task.lost_member(&name, size, DocumentStatus::Corrupt, "the attachment is damaged"),
                }
            }
            None if matches!(method, Some(2..=4 | 7)) => {
                let target = properties.text(0x370d).or_else(|| properties.text(0x3708)).unwrap_or_default();
                task.running_text(format!("{place} link {number}"), &format!("Linked file: {target}"));
            }
            None if matches!(method, Some(0)) => {}
            None => task.lost_member(&name, 0, DocumentStatus::Corrupt, "the attachment's content is missing"),
        }
    }
}
