//! Where finders put what they find: mentions with character offsets, and persons that gather them.

use crate::Found;
use crate::mentions::{Fixed, Mentions};
use crate::name::Name;
use dosimeter_case::Id;
use dosimeter_case::tables::{Document, ElementKind, Passage, Record, Role};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

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

/// A set of element kinds, one bit each.
#[derive(Clone, Copy, Default)]
pub(crate) struct Kinds(u64);

impl Kinds {
    pub fn insert(&mut self, kind: ElementKind) {
        self.0 |= 1 << kind as u64;
    }
    pub fn contains(self, kind: &ElementKind) -> bool {
        self.0 & 1 << *kind as u64 != 0
    }
    pub fn clear(&mut self) {
        self.0 = 0;
    }
    /// The kinds, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = ElementKind> {
        ElementKind::ALL.iter().copied().filter(move |kind| self.contains(kind))
    }
}

/// From byte to character offsets of one text.
pub(crate) struct CharMap {
    /// Characters before every 128th byte; empty when all is ASCII.
    marks: Vec<u32>,
}

fn starts(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|b| (**b & 0xc0) != 0x80).count() as u32
}

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
        CharMap { marks }
    }
    /// The characters before a range and before its end.
    fn range(&self, text: &str, range: Range<usize>) -> (i64, i64) {
        let start = self.at(text, range.start);
        let len = if self.marks.is_empty() { range.len() as i64 } else { i64::from(starts(&text.as_bytes()[range])) };
        (start, start + len)
    }
    fn at(&self, text: &str, byte: usize) -> i64 {
        match self.marks.get(byte / 128) {
            _ if self.marks.is_empty() => byte as i64,
            Some(mark) => i64::from(*mark) + i64::from(starts(&text.as_bytes()[byte / 128 * 128..byte])),
            None => i64::from(self.marks.last().copied().unwrap_or(0) + starts(&text.as_bytes()[(self.marks.len() - 1) * 128..])),
        }
    }
}

/// Byte range of `part` in `whole`, of which it must be a slice; `0..0` if it is not.
pub(crate) fn range_of(part: &str, whole: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).wrapping_sub(whole.as_ptr() as usize);
    if start <= whole.len() && part.len() <= whole.len() - start { start..start + part.len() } else { 0..0 }
}

/// One person in one place, still being gathered.
pub(crate) struct Draft {
    pub name: Option<Name>,
    pub elements: Kinds,
    pub mentions: Vec<usize>,
    /// Above all mentions given so far.
    next: usize,
    /// The patient that a guardian or subscriber stands for.
    pub related: Option<usize>,
    /// Mentions of an earlier part of the document that identify the person.
    pub earlier: Vec<Id>,
}

/// Who somebody of an earlier part of the document is.
pub(crate) struct Identity {
    name: Option<Name>,
    record: Record,
    mentions: Vec<Id>,
}

/// Collects the mentions and persons of one document.
pub(crate) struct Sink<'a> {
    pub document: &'a Document,
    pub passages: &'a [Passage],
    pub mentions: Mentions,
    /// The persons.
    pub drafts: Vec<Draft>,
    /// Their rows, but for the parts of the names and what refers to others.
    pub records: Vec<Record>,
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
            base: 0,
            at: 0,
            opened: None,
            moved: HashMap::new(),
            chars: CharMap { marks: Vec::new() },
            seen: HashMap::default(),
        }
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
        let mention_id = passage_id.inside([start as u64, end as u64, crate::token::hash(kind.as_str())]);
        let fixed = Fixed { mention_id, document_id: self.document.document_id, passage_id, start, end, kind, finder, confidence };
        self.mentions.push(fixed, locator, text.get(range).unwrap_or_default(), normalised.as_ref());
        self.mentions.len() - 1
    }

    /// Opens a new person.
    pub fn person(&mut self, role: Role, locator: &str) -> usize {
        self.records.push(Record::blank(Id(0), self.document.document_id, self.passage_id(), locator, role));
        self.drafts.push(Draft { name: None, elements: Kinds::default(), mentions: Vec::with_capacity(8), next: 0, related: None, earlier: Vec::new() });
        self.drafts.len() - 1
    }

    /// Gives a mention to a person; the first value of a kind fills the person's column.
    pub fn give(&mut self, person: usize, mention: usize) {
        let (Some(draft), Some(r), Some(found)) = (self.drafts.get_mut(person), self.records.get_mut(person), self.mentions.get(mention)) else { return };
        // Mostly the newest mention is given; a person may have a hundred thousand.
        if mention < draft.next && draft.mentions.contains(&mention) {
            return;
        }
        draft.next = draft.next.max(mention + 1);
        draft.mentions.push(mention);
        draft.elements.insert(found.kind);
        let value = self.mentions.normalised(mention);
        let column = match found.kind {
            ElementKind::Dob => &mut r.dob,
            ElementKind::Ssn if value.len() == 9 => &mut r.ssn,
            ElementKind::Mrn => &mut r.mrn,
            ElementKind::Phone => &mut r.phone,
            ElementKind::Email => &mut r.email,
            ElementKind::InsuranceId | ElementKind::MedicaidId => &mut r.member_id,
            ElementKind::Mbi => &mut r.mbi,
            _ => return,
        };
        if column.is_none() && !value.is_empty() {
            *column = Some(value.to_string());
        }
    }

    /// Gives a name to a person; a fuller name replaces a shorter one.
    pub fn give_name(&mut self, person: usize, mention: usize, name: &Name) {
        self.give(person, mention);
        let Some(draft) = self.drafts.get_mut(person) else { return };
        let fuller =
            draft.name.as_ref().is_none_or(|old| name.first.len() + name.middle.len() + name.last.len() > old.first.len() + old.middle.len() + old.last.len());
        if fuller {
            // Markup and separators of a format are not part of the name.
            let marks = |b: u8| matches!(b, b'^' | b'<' | b'*' | b'\t' | b'\n' | b'|' | b'&' | b'"' | b'{');
            let written = self.mentions.text(mention);
            let plain = !written.is_empty() && !written.bytes().any(marks);
            self.records[person].name = Some(if plain { written.to_string() } else { name.natural() });
            draft.name = Some(name.clone());
        }
    }

    /// Gives an address to a person.
    pub fn give_address(&mut self, person: usize, mention: usize, address: &crate::address::Address) {
        self.give(person, mention);
        let Some(r) = self.records.get_mut(person) else { return };
        for (column, value) in [
            (&mut r.street, &address.street),
            (&mut r.city, &address.city),
            (&mut r.state, &address.state),
            (&mut r.zip, &address.zip),
            (&mut r.country, &address.country),
        ] {
            if column.is_none() && !value.is_empty() {
                *column = Some(value.clone());
            }
        }
    }

    /// Moves everything of person `from` to person `to`; `from` stays empty and gives no row. The stronger role stays.
    pub fn merge(&mut self, to: usize, from: usize) {
        if to == from || to >= self.drafts.len() || from >= self.drafts.len() {
            return;
        }
        let elements = std::mem::take(&mut self.drafts[from].elements);
        let old = self.records[from].clone();
        for mention in std::mem::take(&mut self.drafts[from].mentions) {
            self.give(to, mention);
        }
        self.drafts[to].elements.0 |= elements.0;
        let r = &mut self.records[to];
        r.role = r.role.min(old.role);
        for (column, value) in [
            (&mut r.street, old.street),
            (&mut r.city, old.city),
            (&mut r.state, old.state),
            (&mut r.zip, old.zip),
            (&mut r.country, old.country),
            (&mut r.sex, old.sex),
        ] {
            if column.is_none() {
                *column = value;
            }
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
        let here = draft.mentions.iter().filter_map(|m| self.mentions.get(*m)).filter(identifies).map(|m| m.mention_id);
        let mut record = self.records[person].clone();
        (record.elements, record.mention_ids) = (Vec::new(), Vec::new());
        Identity { name: draft.name.clone(), record, mentions: draft.earlier.iter().copied().chain(here).collect() }
    }

    /// Makes a person, who is not named here, the one of that identity.
    pub fn identify(&mut self, person: usize, identity: &Identity) {
        let draft = &mut self.drafts[person];
        let (r, of) = (&mut self.records[person], identity.record.clone());
        r.name = of.name;
        (r.dob, r.mrn, r.ssn) = (of.dob, of.mrn, of.ssn);
        draft.name.clone_from(&identity.name);
        if draft.name.is_some() {
            draft.elements.insert(ElementKind::Name);
        }
        draft.earlier.extend(&identity.mentions);
    }

    /// The rows. Persons that hold nothing are left out.
    pub fn finish(mut self) -> Found {
        // Several persons of one place are numbered.
        let mut counts: HashMap<(Id, &str), i64> = HashMap::with_capacity(self.drafts.len());
        let numbers: Vec<Option<i64>> = (self.drafts.iter().zip(&self.records))
            .map(|(draft, record)| {
                let count = (!draft.mentions.is_empty()).then(|| counts.entry((record.passage_id, &record.locator)).or_default())?;
                *count += 1;
                Some(*count - 1)
            })
            .collect();
        for (record, number) in self.records.iter_mut().zip(numbers) {
            if let Some(number) = number {
                record.record_id = Id::of("record", &[&record.passage_id, &record.locator, &number]);
            }
        }
        let related: Vec<Option<Id>> =
            self.drafts.iter().map(|d| d.related.filter(|i| *i < self.records.len()).map(|i| self.records[self.moved_to(i)].record_id)).collect();
        let mentions = &self.mentions;
        for ((draft, record), related) in self.drafts.into_iter().zip(&mut self.records).zip(related) {
            let some = |part: String| Some(part).filter(|p| !p.is_empty());
            let name = draft.name.unwrap_or_default();
            (record.first, record.middle, record.last, record.suffix) = (some(name.first), some(name.middle), some(name.last), some(name.suffix));
            record.related_record_id = related.filter(|id| *id != Id(0) && *id != record.record_id);
            record.elements = Vec::with_capacity(draft.elements.0.count_ones() as usize);
            record.elements.extend(draft.elements.iter());
            record.mention_ids = Vec::with_capacity(draft.mentions.len() + draft.earlier.len());
            record.mention_ids.extend(draft.mentions.iter().filter_map(|m| mentions.get(*m)).map(|m| m.mention_id).chain(draft.earlier));
        }
        let mut records = self.records;
        records.retain(|r| r.record_id != Id(0));
        Found { mentions: self.mentions, records }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, byte: usize, expect: i64) {
        assert_eq!(CharMap::new(text).at(text, byte), expect);
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
    fn kinds() {
        assert!(ElementKind::ALL.len() <= 64);
        let mut kinds = Kinds::default();
        [ElementKind::Other, ElementKind::Name, ElementKind::Dob].into_iter().for_each(|k| kinds.insert(k));
        assert_eq!(kinds.iter().collect::<Vec<_>>(), [ElementKind::Name, ElementKind::Dob, ElementKind::Other]);
    }

    #[test]
    fn slices() {
        let whole = "one two".to_string();
        assert_eq!(range_of(&whole[4..], &whole), 4..7);
        assert_eq!(range_of("elsewhere", &whole), 0..0);
    }
}
