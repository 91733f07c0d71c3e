//! Where finders put what they find: mentions with character offsets, and persons that gather them.

use crate::Found;
use crate::address::Address;
use crate::mentions::{self, Fixed, Mentions};
use crate::name::Name;
use crate::records::{Column, Entry, Records};
use dosimeter_case::Id;
use dosimeter_case::tables::{Document, ElementKind, Passage, Role};
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::sync::LazyLock;

/// Hashes places in a text, which are numbers that nobody chooses.
#[derive(Default)]
struct Places(u64);

impl Hasher for Places {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(u64::from(*b)));
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(23) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_i64(&mut self, n: i64) {
        self.write_u64(n as u64);
    }
    fn write_usize(&mut self, n: usize) {
        self.write_u64(n as u64);
    }
    fn write_isize(&mut self, n: isize) {
        self.write_u64(n as u64);
    }
}

/// From byte to character offsets of one text.
pub(crate) struct CharMap {
    /// Characters before every 128th byte; empty when all is ASCII.
    marks: Vec<u32>,
    /// A byte and the characters before it: the next to be asked for mostly stands a little behind.
    near: (usize, u32),
}

/// Characters that begin in the bytes; counted in blocks of which one byte can hold the number, which is many times faster.
fn starts(bytes: &[u8]) -> u32 {
    bytes.chunks(128).map(|block| u32::from(block.iter().map(|b| u8::from((b & 0xc0) != 0x80)).sum::<u8>())).sum()
}

/// [`hash`](crate::token::hash) of the words of the kinds, in the order of their declaration.
static KINDS: LazyLock<Vec<u64>> = LazyLock::new(|| ElementKind::ALL.iter().map(|kind| crate::token::hash(kind.as_str())).collect());

impl CharMap {
    pub fn new(text: &str) -> CharMap {
        let mut marks = Vec::new();
        if !text.is_ascii() {
            let mut chars = 0;
            for block in text.as_bytes().chunks(128) {
                marks.push(chars);
                chars += starts(block);
            }
        }
        CharMap { marks, near: (0, 0) }
    }
    /// The characters before a range and before its end.
    fn range(&mut self, text: &str, range: Range<usize>) -> (i64, i64) {
        (self.at(text, range.start), self.at(text, range.end))
    }
    fn at(&mut self, text: &str, byte: usize) -> i64 {
        if self.marks.is_empty() {
            return byte as i64;
        }
        let block = (byte / 128).min(self.marks.len() - 1);
        if !(block * 128..=byte).contains(&self.near.0) {
            self.near = (block * 128, self.marks[block]);
        }
        let (from, chars) = self.near;
        self.near = (byte, chars + starts(&text.as_bytes()[from..byte]));
        i64::from(self.near.1)
    }
}

/// Byte range of `part` in `whole`, of which it must be a slice; `0..0` if it is not.
pub(crate) fn range_of(part: &str, whole: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    if start <= whole.len() && part.len() <= whole.len() - start { start..start + part.len() } else { 0..0 }
}

/// The mentions of a person in the order given; mostly one stands behind the other.
#[derive(Default)]
pub(crate) struct Given {
    run: Range<usize>,
    rest: Vec<usize>,
}

impl Given {
    fn push(&mut self, mention: usize) {
        if self.is_empty() {
            self.run = mention..mention + 1;
        } else if self.rest.is_empty() && mention == self.run.end {
            self.run.end += 1;
        } else {
            self.rest.push(mention);
        }
    }
    fn contains(&self, mention: usize) -> bool {
        self.run.contains(&mention) || self.rest.contains(&mention)
    }
    pub fn len(&self) -> usize {
        self.run.len() + self.rest.len()
    }
    pub fn is_empty(&self) -> bool {
        self.run.is_empty()
    }
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.run.clone().chain(self.rest.iter().copied())
    }
    pub fn clear(&mut self) {
        *self = Given::default();
    }
}

/// One person in one place, still being gathered: what of it is no column.
#[derive(Default)]
pub(crate) struct Draft {
    /// Whether the columns of the name are filled.
    pub named: bool,
    pub mentions: Given,
    /// Above all mentions given so far.
    next: usize,
    /// The patient that a guardian or subscriber stands for.
    pub related: Option<usize>,
    /// Mentions of an earlier part of the document that identify the person.
    pub earlier: Vec<Id>,
}

/// The columns that say who somebody is.
const IDENTITY: [Column; 8] = [Column::Name, Column::First, Column::Middle, Column::Last, Column::Suffix, Column::Dob, Column::Mrn, Column::Ssn];

/// Who somebody of an earlier part of the document is.
pub(crate) struct Identity {
    named: bool,
    values: [Option<Box<str>>; IDENTITY.len()],
    mentions: Vec<Id>,
}

/// How much was found, so that the next part of a document begins with as much room.
#[derive(Default)]
pub(crate) struct Room {
    mentions: mentions::Room,
    records: (usize, usize),
}

impl Room {
    pub fn of(found: &Found) -> Room {
        Room { mentions: found.mentions.room(), records: found.records.room() }
    }
}

/// Collects the mentions and persons of one document.
pub(crate) struct Sink<'a> {
    pub document: &'a Document,
    pub passages: &'a [Passage],
    pub mentions: Mentions,
    /// The persons.
    pub drafts: Vec<Draft>,
    /// Their rows, but for what refers to others.
    pub records: Vec<Entry>,
    /// The texts of the rows.
    arena: String,
    /// Added to every byte range: where the slice being read begins in the passage.
    pub base: usize,
    at: usize,
    /// The passage that `chars` is of.
    opened: Option<usize>,
    /// Persons merged into others.
    moved: HashMap<usize, usize>,
    chars: CharMap,
    seen: HashMap<(usize, usize, usize, ElementKind), usize, BuildHasherDefault<Places>>,
}

impl<'a> Sink<'a> {
    pub fn new(document: &'a Document, passages: &'a [Passage]) -> Sink<'a> {
        Sink {
            document,
            passages,
            mentions: Mentions::default(),
            drafts: Vec::new(),
            records: Vec::new(),
            arena: String::new(),
            base: 0,
            at: 0,
            opened: None,
            moved: HashMap::new(),
            chars: CharMap::new(""),
            seen: HashMap::default(),
        }
    }

    /// Makes room for about as much as was found before: no more than that took, whatever the text says of its size.
    pub fn reserve(&mut self, room: &Room) {
        self.mentions.reserve(&room.mentions);
        let (records, arena) = room.records;
        self.drafts.reserve(records);
        self.records.reserve(records);
        self.arena.reserve(arena);
    }

    /// Makes room for so many more mentions of short values.
    pub fn expect(&mut self, mentions: usize) {
        self.seen.reserve(mentions);
        self.mentions.reserve_more(mentions);
    }

    /// Turns to another passage; offsets refer to it from now on.
    pub fn open(&mut self, passage: usize) {
        self.base = 0;
        if self.opened == Some(passage) {
            return;
        }
        (self.at, self.opened) = (passage, Some(passage));
        self.chars = CharMap::new(self.passages.get(passage).map_or("", |p| &p.text));
    }

    fn passage_id(&self) -> Id {
        self.passages.get(self.at).map_or(self.document.document_id, |p| p.passage_id)
    }

    /// Adds a mention at a byte range of the open passage. The same span of the same kind is one mention.
    pub fn mention(
        &mut self,
        range: Range<usize>,
        kind: ElementKind,
        normalised: impl AsRef<str>,
        finder: &'static str,
        confidence: f64,
        locator: &str,
    ) -> usize {
        let key = (self.at, range.start + self.base, range.end + self.base, kind);
        if let Some(known) = self.seen.get(&key) {
            return *known;
        }
        let index = self.new_mention(range, kind, normalised, finder, confidence, locator);
        self.seen.insert(key, index);
        index
    }

    /// The same where no other mention can be at that place.
    pub fn new_mention(
        &mut self,
        range: Range<usize>,
        kind: ElementKind,
        normalised: impl AsRef<str>,
        finder: &'static str,
        confidence: f64,
        locator: &str,
    ) -> usize {
        let text = self.passages.get(self.at).map_or("", |p| p.text.as_str());
        let range = range.start + self.base..range.end + self.base;
        let last = range.end.min(text.len());
        let (start, end) = self.chars.range(text, range.start.min(last)..last);
        let passage_id = self.passage_id();
        let mention_id = passage_id.inside([start as u64, end as u64, KINDS[kind as usize]]);
        let place = self.mentions.place(self.document.document_id, passage_id, locator);
        let finder = self.mentions.finder(finder);
        // A passage of four gigabytes is none.
        let [start, end] = [start, end].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        let fixed = Fixed { mention_id, place, start, end, kind, finder, confidence };
        self.mentions.push(fixed, text.get(range).unwrap_or_default(), normalised.as_ref());
        self.mentions.len() - 1
    }

    /// Opens a new person.
    pub fn person(&mut self, role: Role, locator: &str) -> usize {
        self.records.push(Entry::new(self.document.document_id, self.passage_id(), role));
        self.drafts.push(Draft::default());
        self.set(self.drafts.len() - 1, Column::Locator, Some(locator));
        self.drafts.len() - 1
    }

    /// What stands in a column of a person.
    pub fn value(&self, person: usize, column: Column) -> Option<&str> {
        self.records.get(person)?.get(column, &self.arena)
    }

    /// Fills a column of a person, or empties it.
    pub fn set(&mut self, person: usize, column: Column, value: Option<&str>) {
        if let Some(record) = self.records.get_mut(person) {
            record.set(column, value, &mut self.arena);
        }
    }

    /// The name of a person, if it has one.
    pub fn name(&self, person: usize) -> Option<Name<&str>> {
        let part = |column| self.value(person, column).unwrap_or_default();
        let named = self.drafts.get(person)?.named;
        named.then(|| Name { first: part(Column::First), middle: part(Column::Middle), last: part(Column::Last), suffix: part(Column::Suffix) })
    }

    /// Gives a mention to a person; the first value of a kind fills the person's column.
    pub fn give(&mut self, person: usize, mention: usize) {
        let (Some(draft), Some(record), Some(found)) = (self.drafts.get_mut(person), self.records.get_mut(person), self.mentions.get(mention)) else { return };
        // Mostly the newest mention is given; a person may have a hundred thousand.
        if mention < draft.next && draft.mentions.contains(mention) {
            return;
        }
        draft.next = draft.next.max(mention + 1);
        draft.mentions.push(mention);
        record.elements.insert(found.kind);
        let value = self.mentions.normalised(mention);
        let column = match found.kind {
            ElementKind::Dob => Column::Dob,
            ElementKind::Ssn if value.len() == 9 => Column::Ssn,
            ElementKind::Mrn => Column::Mrn,
            ElementKind::Phone => Column::Phone,
            ElementKind::Email => Column::Email,
            ElementKind::InsuranceId | ElementKind::MedicaidId => Column::MemberId,
            ElementKind::Mbi => Column::Mbi,
            _ => return,
        };
        if !record.has(column) && !value.is_empty() {
            record.set(column, Some(value), &mut self.arena);
        }
    }

    /// Gives a name to a person; a fuller name replaces a shorter one.
    pub fn give_name(&mut self, person: usize, mention: usize, name: &Name) {
        self.give(person, mention);
        let fuller =
            self.name(person).is_none_or(|old| name.first.len() + name.middle.len() + name.last.len() > old.first.len() + old.middle.len() + old.last.len());
        let (true, Some(draft), Some(record)) = (fuller, self.drafts.get_mut(person), self.records.get_mut(person)) else { return };
        draft.named = true;
        // Markup and separators of a format are not part of the name.
        let marks = |b: u8| matches!(b, b'^' | b'<' | b'*' | b'\t' | b'\n' | b'|' | b'&' | b'"' | b'{');
        let written = self.mentions.text(mention);
        let plain = !written.is_empty() && !written.bytes().any(marks);
        let natural = if plain { String::new() } else { name.natural() };
        record.set(Column::Name, Some(if plain { written } else { &natural }), &mut self.arena);
        for (column, part) in [(Column::First, &name.first), (Column::Middle, &name.middle), (Column::Last, &name.last), (Column::Suffix, &name.suffix)] {
            record.set(column, Some(part.as_str()).filter(|p| !p.is_empty()), &mut self.arena);
        }
    }

    /// Gives an address to a person.
    pub fn give_address<S: AsRef<str>>(&mut self, person: usize, mention: usize, address: &Address<S>) {
        self.give(person, mention);
        let Some(record) = self.records.get_mut(person) else { return };
        for (column, value) in [
            (Column::Street, &address.street),
            (Column::City, &address.city),
            (Column::State, &address.state),
            (Column::Zip, &address.zip),
            (Column::Country, &address.country),
        ] {
            let value = value.as_ref();
            if !record.has(column) && !value.is_empty() {
                record.set(column, Some(value), &mut self.arena);
            }
        }
    }

    /// Moves everything of person `from` to person `to`; `from` stays empty and gives no row. The stronger role stays.
    pub fn merge(&mut self, to: usize, from: usize) {
        if to == from || to >= self.drafts.len() || from >= self.drafts.len() {
            return;
        }
        for mention in std::mem::take(&mut self.drafts[from].mentions).iter() {
            self.give(to, mention);
        }
        let old = self.records[from].clone();
        self.records[from].elements.clear();
        let record = &mut self.records[to];
        record.elements.extend(old.elements);
        record.role = record.role.min(old.role);
        for column in [Column::Street, Column::City, Column::State, Column::Zip, Column::Country, Column::Sex] {
            record.fill_from(column, &old);
        }
        self.moved.insert(from, to);
    }

    /// The person that another was moved to, or the person.
    fn moved_to(&self, mut person: usize) -> usize {
        for _ in 0..64 {
            match self.moved.get(&person) {
                Some(to) => person = *to,
                None => break,
            }
        }
        person
    }

    /// What identifies a person: name, birth date, numbers.
    pub fn identity(&self, person: usize) -> Identity {
        let draft = &self.drafts[person];
        let identifies = |m: &&Fixed| matches!(m.kind, ElementKind::Name | ElementKind::Mrn | ElementKind::Dob);
        let here = draft.mentions.iter().filter_map(|m| self.mentions.get(m)).filter(identifies).map(|m| m.mention_id);
        let values = IDENTITY.map(|column| self.value(person, column).map(Box::from));
        Identity { named: draft.named, values, mentions: draft.earlier.iter().copied().chain(here).collect() }
    }

    /// Makes a person, who is not named here, the one of that identity.
    pub fn identify(&mut self, person: usize, identity: &Identity) {
        for (column, value) in IDENTITY.iter().zip(&identity.values) {
            self.set(person, *column, value.as_deref());
        }
        let draft = &mut self.drafts[person];
        draft.named = identity.named;
        if identity.named {
            self.records[person].elements.insert(ElementKind::Name);
        }
        draft.earlier.extend(&identity.mentions);
    }

    /// The rows. Persons that hold nothing are left out.
    pub fn finish(mut self) -> Found {
        // Several persons of one place are numbered: the id of the first of a place tells how many there are.
        // Such an id is a hash already, and one that nobody can choose.
        let mut counts: HashMap<u64, i64, crate::token::Identity> = HashMap::with_capacity_and_hasher(self.drafts.len(), crate::token::Identity);
        for (_, record) in self.drafts.iter().zip(&mut self.records).filter(|(draft, _)| !draft.mentions.is_empty()) {
            let locator = record.get(Column::Locator, &self.arena).unwrap_or_default();
            let id = |number: i64| Id::of("record", &[&record.passage_id, &locator, &number]);
            record.record_id = match counts.entry(id(0).0) {
                Slot::Vacant(first) => {
                    let first_id = Id(*first.key());
                    first.insert(1);
                    first_id
                }
                Slot::Occupied(mut count) => {
                    *count.get_mut() += 1;
                    id(*count.get() - 1)
                }
            };
        }
        let mut mention_ids = Vec::with_capacity(self.drafts.iter().map(|d| d.mentions.len() + d.earlier.len()).sum());
        for (i, draft) in self.drafts.iter().enumerate().filter(|(_, draft)| !draft.mentions.is_empty()) {
            let related = draft.related.and_then(|person| self.records.get(self.moved_to(person))).map(|r| r.record_id);
            let record = &mut self.records[i];
            record.related = related.filter(|id| *id != Id(0) && *id != record.record_id);
            let start = mention_ids.len();
            mention_ids.extend(self.mentions.ids(draft.mentions.run.clone()));
            mention_ids.extend(draft.mentions.rest.iter().filter_map(|m| self.mentions.get(*m)).map(|m| m.mention_id));
            mention_ids.extend_from_slice(&draft.earlier);
            record.mentions = start..mention_ids.len();
        }
        let mut records = self.records;
        records.retain(|r| r.record_id != Id(0));
        Found { mentions: self.mentions, records: Records::new(records, self.arena, mention_ids) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, byte: usize, expect: i64) {
        let mut map = CharMap::new(text);
        assert_eq!(map.at(text, byte), expect);
        // From whatever was asked before.
        (0..=text.len()).filter(|b| text.is_char_boundary(*b)).for_each(|before| {
            map.at(text, before);
            assert_eq!(map.at(text, byte), expect, "after {before}");
        });
    }

    #[test]
    fn characters() {
        check("abc", 2, 2);
        check("é", 2, 1);
        check(&"é".repeat(300), 600, 300);
        check(&"é".repeat(64), 128, 64);
        check(&format!("{}x", "é".repeat(64)), 129, 65);
    }

    #[test]
    fn slices() {
        let whole = "one two".to_string();
        assert_eq!(range_of(&whole[4..], &whole), 4..7);
        assert_eq!(range_of("elsewhere", &whole), 0..0);
    }
}
