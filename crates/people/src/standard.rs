//! Records to packed rows: placeholders become "not known", names and values become numbers.

use crate::dates;
use crate::names::{self, Names};
use crate::pool::{self, Pool};
use crate::text::mix;
use crate::values::{self, Scratch};
use dosimeter_case::Id;
use dosimeter_case::tables::{Record, Role};
use hashbrown::HashMap;
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

/// No Social Security number known.
pub(crate) const NO_SSN: u32 = u32::MAX;
/// Set where only the last four digits are known.
pub(crate) const LAST4: u32 = 0x8000_0000;

/// One record in comparable form. Numbers point into [`Book`]; 0 is "not known".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Row {
    pub first: u32,
    pub middle: u32,
    pub last: u32,
    /// Packed `yyyymmdd`.
    pub dob: u32,
    pub ssn: u32,
    pub mrn: u32,
    pub facility: u32,
    pub member: u32,
    pub mbi: u32,
    pub phone: u32,
    pub email: u32,
    pub house: u32,
    pub street: u32,
    pub city: u32,
    pub state: u32,
    pub zip: u32,
    pub suffix: u8,
    pub sex: u8,
    /// A provider or staff mention without an identifier of its own: resolved apart.
    pub apart: bool,
    /// The given name says only "newborn".
    pub newborn: bool,
    /// The document, for rows that name alone identifies: equal names in different documents are not yet one person.
    pub document: u64,
}

impl Row {
    pub fn full_ssn(&self) -> Option<u32> {
        (self.ssn & LAST4 == 0).then_some(self.ssn)
    }
    pub fn last4(&self) -> Option<u32> {
        (self.ssn != NO_SSN).then_some((self.ssn & !LAST4) % 10_000)
    }
    pub fn has_full_dob(&self) -> bool {
        !self.dob.is_multiple_of(100)
    }
    /// Nothing but a name (and perhaps a medical record number, which holds in one facility only).
    pub fn is_thin(&self) -> bool {
        self.dob == 0 && self.ssn == NO_SSN && self.member == 0 && self.mbi == 0 && self.phone == 0 && self.email == 0 && self.street == 0 && self.zip == 0
    }
    /// How little it says besides the name: 0 what finds its likes, 1 a number or an address, 2 nothing.
    pub fn poverty(&self) -> usize {
        if self.has_full_dob() || self.full_ssn().is_some() {
            0
        } else if self.is_thin() && self.mrn == 0 {
            2
        } else {
            1
        }
    }
    /// A hash of all fields.
    pub fn key(&self) -> u64 {
        let pair = |a: u32, b: u32| u64::from(a) << 32 | u64::from(b);
        let small = u64::from(self.suffix) << 24 | u64::from(self.sex) << 16 | u64::from(self.apart) << 8 | u64::from(self.newborn);
        [
            pair(self.first, self.middle),
            pair(self.last, self.dob),
            pair(self.ssn, self.mrn),
            pair(self.facility, self.member),
            pair(self.mbi, self.phone),
            pair(self.email, self.house),
            pair(self.street, self.city),
            pair(self.state, self.zip),
            small,
            self.document,
        ]
        .into_iter()
        .fold(0, mix)
    }
    pub fn has_identifier(&self) -> bool {
        self.ssn != NO_SSN || self.mrn != 0 || self.member != 0 || self.mbi != 0 || self.phone != 0 || self.email != 0
    }
    pub fn has_name(&self) -> bool {
        self.first != 0 || self.last != 0
    }
    /// Birth date with day and month in rising order, so that swapped ones meet.
    pub fn dob_key(&self) -> Option<u32> {
        let (year, month, day) = (self.dob / 10_000, self.dob / 100 % 100, self.dob % 100);
        self.has_full_dob().then(|| year * 10_000 + month.min(day) * 100 + month.max(day))
    }
}

/// The names and values of a case, by number.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    pub names: Names,
    values: Pool,
    /// Chance that a random other person has this value, per value; filled by `rarity`.
    pub share: Vec<f32>,
    /// Chance of a birth date.
    pub dob_share: HashMap<u32, f32>,
    /// Numbers of people who share a Social Security number, where suspiciously many do.
    pub ssn_share: HashMap<u32, f32>,
    /// Full names (given, family) that the case itself gives to two people: the name alone then says nothing. With the share of
    /// rows that are others of the name.
    pub ambiguous: HashMap<(u32, u32), f32>,
}

impl Book {
    pub fn new() -> Book {
        Book { names: Names::new(), values: Pool::new(), share: vec![1.0], dob_share: HashMap::new(), ssn_share: HashMap::new(), ambiguous: HashMap::new() }
    }
    pub fn find(&self, value: &str) -> Option<u32> {
        self.values.find(value)
    }
    pub fn value(&self, number: u32) -> &str {
        self.values.get(number)
    }
    /// Letters of a value, see [`crate::text::letters`].
    pub fn letters(&self, number: u32) -> u64 {
        self.values.letters(number)
    }
    pub fn values(&self) -> usize {
        self.values.len()
    }
    pub fn share(&self, number: u32) -> f32 {
        self.share.get(number as usize).copied().unwrap_or(1e-6)
    }
}

/// What one record says, as written; empty where it says nothing.
pub(crate) struct Said<'a> {
    pub name: &'a str,
    pub first: &'a str,
    pub middle: &'a str,
    pub last: &'a str,
    pub suffix: &'a str,
    /// Packed, see [`dates::parse`].
    pub dob: u32,
    pub sex: &'a str,
    pub ssn: &'a str,
    pub mrn: &'a str,
    pub facility: &'a str,
    pub member: &'a str,
    pub mbi: &'a str,
    pub street: Cow<'a, str>,
    pub city: &'a str,
    pub state: &'a str,
    pub zip: &'a str,
    pub phone: &'a str,
    pub email: &'a str,
    /// Somebody of the provider, not of its patients.
    pub is_staff: bool,
    pub document: Id,
}

impl Said<'_> {
    pub fn of(record: &Record) -> Said<'_> {
        fn text(field: &Option<String>) -> &str {
            field.as_deref().unwrap_or_default()
        }
        Said {
            name: text(&record.name),
            first: text(&record.first),
            middle: text(&record.middle),
            last: text(&record.last),
            suffix: text(&record.suffix),
            dob: dates::parse(text(&record.dob), false),
            sex: text(&record.sex),
            ssn: text(&record.ssn),
            mrn: text(&record.mrn),
            facility: text(&record.facility),
            member: text(&record.member_id),
            mbi: text(&record.mbi),
            street: text(&record.street).into(),
            city: text(&record.city),
            state: text(&record.state),
            zip: text(&record.zip),
            phone: text(&record.phone),
            email: text(&record.email),
            is_staff: is_staff(record.role),
            document: record.document_id,
        }
    }
}

/// Whether somebody of this role is met because of work.
pub(crate) fn is_staff(role: Role) -> bool {
    matches!(role, Role::Provider | Role::Staff)
}

/// A piece of the text of [`Cleaned`], and its number where the book has it already.
#[derive(Clone, Copy, Default)]
struct Text {
    start: u32,
    end: u32,
    hash: u32,
    number: u32,
}

const FIRST: usize = 0;
const MIDDLE: usize = 1;
const LAST: usize = 2;
/// Signs of the kinds of values: they are kept apart by it, so that a town is not a telephone number.
const SIGNS: [char; 11] = ['m', 'f', 'i', 'b', 'p', 'e', 'h', 's', 'c', 't', 'z'];

/// A record after cleaning, before numbering.
#[derive(Default)]
struct Clean {
    /// Given, middle and family name.
    names: [Text; 3],
    /// In the order of [`SIGNS`], each with its sign.
    values: [Text; SIGNS.len()],
    dob: u32,
    ssn: u32,
    suffix: u8,
    sex: u8,
    apart: bool,
    newborn: bool,
    document: u64,
}

/// Some records after cleaning.
struct Cleaned {
    /// Their texts, one after another.
    text: String,
    records: Vec<Clean>,
}

/// Records cleaned before they are numbered.
const TOGETHER: usize = 8192;
/// Records cleaned by one thread at a time.
const PIECE: usize = 512;

/// Rows of `count` records, in their order. `latest` (packed) is the last plausible birth date.
pub(crate) fn rows<'a>(count: usize, said: &(impl Fn(usize) -> Said<'a> + Sync), latest: u32, book: &mut Book) -> Vec<Row> {
    let mut rows = Vec::with_capacity(count);
    for start in (0..count).step_by(TOGETHER) {
        let pieces: Vec<Range<usize>> =
            (start..count.min(start + TOGETHER)).step_by(PIECE).map(|from| from..count.min(start + TOGETHER).min(from + PIECE)).collect();
        let cleaned: Vec<Cleaned> = pieces.into_par_iter().map(|piece| clean_all(piece, said, latest, book)).collect();
        for piece in &cleaned {
            rows.extend(piece.records.iter().map(|clean| number(clean, &piece.text, book)));
        }
    }
    rows
}

fn clean_all<'a>(piece: Range<usize>, said: &impl Fn(usize) -> Said<'a>, latest: u32, book: &Book) -> Cleaned {
    let (mut text, mut scratch) = (String::with_capacity(128 * piece.len()), Scratch::default());
    let mut records: Vec<Clean> = piece.map(|i| clean(&said(i), latest, &mut text, &mut scratch)).collect();
    // Step by step over all records, not record by record: each look at a pool waits for memory, and many can wait together.
    let own = |piece: &Text| &text[piece.start as usize..piece.end as usize];
    for piece in records.iter_mut().flat_map(|record| record.names.iter_mut().chain(&mut record.values)).filter(|piece| piece.start < piece.end) {
        piece.hash = pool::hash(own(piece));
    }
    for record in &mut records {
        record.values.iter_mut().filter(|value| value.start < value.end).for_each(|value| value.number = book.values.guess(value.hash));
        record.names.iter_mut().filter(|name| name.start < name.end).for_each(|name| name.number = book.names.guess(name.hash));
    }
    for record in &mut records {
        for value in record.values.iter_mut().filter(|value| value.number != 0 && book.value(value.number) != own(value)) {
            value.number = book.values.find_hashed(own(value), value.hash).unwrap_or(0);
        }
        for name in record.names.iter_mut().filter(|name| name.number != 0 && book.names.text(name.number) != own(name)) {
            name.number = book.names.find_hashed(own(name), name.hash).unwrap_or(0);
        }
    }
    Cleaned { text, records }
}

fn number(clean: &Clean, text: &str, book: &mut Book) -> Row {
    let is_new = |of: &Text| of.number == 0 && of.start < of.end;
    let own = |of: &Text| &text[of.start as usize..of.end as usize];
    let [mrn, facility, member, mbi, phone, email, house, street, city, state, zip] =
        clean.values.each_ref().map(|value| if is_new(value) { book.values.add_hashed(own(value), value.hash) } else { value.number });
    let [first, middle, last] = clean.names.each_ref().map(|name| if is_new(name) { book.names.add_hashed(own(name), name.hash) } else { name.number });
    let Clean { dob, ssn, suffix, sex, apart, newborn, document, .. } = *clean;
    Row { first, middle, last, dob, ssn, mrn, facility, member, mbi, phone, email, house, street, city, state, zip, suffix, sex, apart, newborn, document }
}

/// Without surrounding white space.
pub(crate) fn trimmed(text: &str) -> &str {
    let edge = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    if edge(text.as_bytes().first()) && edge(text.as_bytes().last()) { text } else { text.trim() }
}

/// What `write` appends to `text`.
fn written(text: &mut String, write: impl FnOnce(&mut String)) -> Text {
    let start = text.len() as u32;
    write(text);
    Text { start, end: text.len() as u32, ..Text::default() }
}

/// A value after the sign of its kind; nothing where there is no value.
fn value(sign: usize, text: &mut String, write: impl FnOnce(&mut String)) -> Text {
    let start = text.len();
    text.push(SIGNS[sign]);
    let bare = text.len();
    write(text);
    if text.len() == bare {
        text.truncate(start);
        return Text::default();
    }
    Text { start: start as u32, end: text.len() as u32, ..Text::default() }
}

/// Cleans one record; its texts are appended to `text`.
fn clean(said: &Said, latest: u32, text: &mut String, scratch: &mut Scratch) -> Clean {
    let mut c = Clean { suffix: names::suffix(said.suffix), ..Clean::default() };
    for part in [said.last, said.first, said.middle] {
        if c.suffix == 0 && part.bytes().any(|byte| matches!(byte, b' ' | b',')) {
            c.suffix = part.split([' ', ',']).skip(1).map(names::suffix).find(|s| *s != 0).unwrap_or(0);
        }
    }
    clean_names(said, &mut c, text);
    c.dob = if said.dob > latest || dates::is_placeholder(said.dob) { 0 } else { said.dob };
    c.ssn = values::ssn(said.ssn);
    c.sex = match trimmed(said.sex).bytes().next().map(|s| s.to_ascii_uppercase()) {
        Some(b'M') => 1,
        Some(b'F' | b'W') => 2,
        _ => 0,
    };
    let (house, street) = values::street(trimmed(&said.street), scratch);
    c.values = [
        value(0, text, |out| values::identifier(said.mrn, 2, out)),
        value(1, text, |out| values::identifier(said.facility, 1, out)),
        value(2, text, |out| values::identifier(said.member, 4, out)),
        value(3, text, |out| values::identifier(said.mbi, 8, out)),
        value(4, text, |out| values::phone(said.phone, out)),
        value(5, text, |out| values::email(trimmed(said.email), out)),
        value(6, text, |out| out.push_str(house)),
        value(7, text, |out| out.push_str(street)),
        value(8, text, |out| names::spaced(trimmed(said.city), out)),
        value(9, text, |out| values::identifier(said.state, 2, out)),
        value(10, text, |out| values::zip(said.zip, out)),
    ];
    c.apart = said.is_staff && c.dob == 0 && c.ssn == NO_SSN;
    let known = |values: &[usize]| values.iter().any(|value| c.values[*value].start < c.values[*value].end);
    let thin = c.dob == 0 && c.ssn == NO_SSN && !known(&[0, 2, 3, 4, 5, 7, 10]);
    if thin && !c.apart {
        c.document = said.document.0;
    }
    c
}

/// The names of a record.
fn clean_names(said: &Said, c: &mut Clean, text: &mut String) {
    let is_empty = |name: &Text| name.start == name.end;
    let [mut first, mut middle, mut last] =
        [(said.first, false), (said.middle, false), (said.last, true)].map(|(name, family)| written(text, |out| names::clean(trimmed(name), family, out)));
    if is_empty(&first) && is_empty(&last) && !said.name.is_empty() {
        let (given, between, family, suffix) = names::split_full(trimmed(said.name));
        first = written(text, |out| out.push_str(&given));
        last = written(text, |out| out.push_str(&family));
        if is_empty(&middle) {
            middle = written(text, |out| out.push_str(&between));
        }
        c.suffix = c.suffix.max(suffix);
    }
    let own = |name: &Text| &text[name.start as usize..name.end as usize];
    if names::is_newborn(own(&first)) {
        c.newborn = true;
        first = Text::default();
    }
    if is_empty(&middle) {
        // `MARY J`: a trailing initial is a middle name.
        if let Some((given, initial)) = own(&first).rsplit_once(' ').filter(|(_, initial)| initial.chars().count() == 1) {
            middle = Text { start: first.end - initial.len() as u32, ..first };
            first.end = first.start + given.len() as u32;
        }
    }
    if own(&last) == "DOE" && matches!(own(&first), "JOHN" | "JANE" | "") {
        // The usual stand-in for an unknown person.
        (first, last) = (Text::default(), Text::default());
    }
    c.names[FIRST] = first;
    c.names[MIDDLE] = middle;
    c.names[LAST] = last;
}
