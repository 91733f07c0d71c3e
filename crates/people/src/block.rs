//! Candidate pairs: rows that share one of many keys. Oversized blocks are parted by further keys, never dropped.

use crate::standard::{Book, Row};
use crate::text::mix;
use crate::values;
use rayon::prelude::*;

/// Blocks up to this size are compared in full.
const FULL: usize = 40;
/// In blocks that no key parts, each row meets this many neighbours in sorted order.
const WINDOW: usize = 12;
/// How often a block may be parted.
const DEPTH: usize = 2;

/// Number of passes over the rows; each makes its own kind of key.
const PASSES: u64 = 14;
/// Passes by names alone or by name and town: two people of two unlike birth dates are not compared for that.
const BY_NAME: [u64; 4] = [6, 7, 11, INITIAL];
/// The pass by family name and initial: only given names of one letter are compared for that, in blocks that are not too large.
const INITIAL: u64 = 13;
/// The pass by town and one name; in blocks of more than a few only names of one word are compared for that.
const SINGLE: u64 = 12;
const FEW: usize = 16;
/// Rows that each name of one word or letter meets at most.
const MEET: usize = 200;

/// Which passes ask the same kind of question: pairs are counted by kinds of keys, because keys of one kind miss the same pairs.
/// Social Security number, record number, numbers and e-mail, birth date, names, address, town.
const KINDS: [u8; PASSES as usize] = [1, 1, 2, 4, 8, 8, 16, 16, 32, 32, 8, 64, 64, 16];

/// Candidate pairs.
pub(crate) struct Candidates {
    /// Row numbers `(smaller, larger)` packed as `smaller << 32 | larger`, sorted, each once.
    pub pairs: Vec<u64>,
    /// Kinds of keys that brought each pair together, a bit each.
    pub kinds: Vec<u8>,
}

/// How many pairs like those that `once` and `twice` kinds of keys brought together none has: Chao's estimate for a catch in which
/// each kind of key is a try. A lower bound where pairs differ in how easily they are caught.
pub(crate) fn missed(once: u64, twice: u64) -> f64 {
    let (once, twice) = (once as f64, twice as f64);
    once * (once - 1.0).max(0.0) / (2.0 * (twice + 1.0))
}

/// Pairs of rows that share a key.
pub(crate) fn candidates(rows: &[Row], book: &Book) -> Candidates {
    let dobs: Vec<u32> = rows.iter().map(|row| row.dob_key().unwrap_or(0)).collect();
    let keys = Keys::of(rows.len());
    let mut all = Candidates { pairs: Vec::new(), kinds: Vec::new() };
    for pass in 0..PASSES {
        let found: Vec<Vec<u64>> = keys
            .sorted(pass, rows, book)
            .par_chunk_by(|a, b| keys.key(*a) == keys.key(*b))
            .filter(|block| block.len() > 1)
            .fold(
                || (Vec::new(), Vec::new()),
                |(mut pairs, mut members): (Vec<u64>, Vec<u32>), block| {
                    members.clear();
                    members.extend(block.iter().map(|key| keys.row(*key)));
                    let row = |member: u32| &rows[member as usize];
                    if pass == SINGLE && members.len() > FEW {
                        some(&members, |member| (row(member).first == 0) != (row(member).last == 0), &mut pairs);
                    } else if pass == INITIAL {
                        let before = pairs.len();
                        // Among more than that a letter says nothing.
                        let of = if members.len() > MEET { &[] } else { members.as_slice() };
                        some(of, |member| book.names.get(row(member).first).is_initial, &mut pairs);
                        keep_alike(&mut pairs, before, &dobs);
                    } else if BY_NAME.contains(&pass) || pass == SINGLE {
                        let before = pairs.len();
                        part(&members, rows, book, 0, &mut pairs);
                        keep_alike(&mut pairs, before, &dobs);
                    } else {
                        part(&members, rows, book, 0, &mut pairs);
                    }
                    (pairs, members)
                },
            )
            .map(|(pairs, _)| pairs)
            .collect();
        let mut pairs = found.concat();
        drop(found);
        pairs.par_sort_unstable();
        pairs.dedup();
        all = merge(&all, &pairs, KINDS[pass as usize]);
    }
    all
}

/// A key and the row that has it in one number: sorting them costs half as much so. What is cut off the key hardly ever matters;
/// two keys that become equal bring some rows together in vain.
struct Keys {
    /// Bits that the number of a row takes.
    bits: u32,
}

impl Keys {
    fn of(rows: usize) -> Keys {
        Keys { bits: (usize::BITS - rows.leading_zeros()).max(1) }
    }
    fn key(&self, packed: u64) -> u64 {
        packed >> self.bits
    }
    fn row(&self, packed: u64) -> u32 {
        (packed & ((1 << self.bits) - 1)) as u32
    }
    /// Rows and their keys of one pass, each once.
    fn sorted(&self, pass: u64, rows: &[Row], book: &Book) -> Vec<u64> {
        /// Rows that one thread takes at a time.
        const PIECE: usize = 4096;
        let mut keys: Vec<u64> = rows
            .par_chunks(PIECE)
            .enumerate()
            .flat_map_iter(|(piece, rows)| {
                let mut keys = Vec::with_capacity(2 * PIECE);
                for (row, i) in rows.iter().zip((piece * PIECE) as u64..).filter(|(row, _)| !row.apart) {
                    make(pass, row, book, &mut |key| keys.push(mix(pass + 1, key) >> self.bits << self.bits | i));
                }
                keys
            })
            .collect();
        keys.par_sort_unstable();
        keys.dedup();
        keys
    }
}

/// Drops those pairs from `start` on whose whole birth dates differ in the year and in month and day, read either way round.
fn keep_alike(pairs: &mut Vec<u64>, start: usize, dobs: &[u32]) {
    let mut kept = start;
    for i in start..pairs.len() {
        let (x, y) = (dobs[(pairs[i] >> 32) as usize], dobs[pairs[i] as u32 as usize]);
        let unlike = x != 0 && y != 0 && x / 10_000 != y / 10_000 && x / 100 % 100 != y / 100 % 100 && x % 100 != y % 100;
        pairs[kept] = pairs[i];
        kept += usize::from(!unlike);
    }
    pairs.truncate(kept);
}

/// Adds sorted pairs that keys of one kind brought together.
fn merge(all: &Candidates, more: &[u64], kind: u8) -> Candidates {
    let room = all.pairs.len() + more.len();
    let mut out = Candidates { pairs: Vec::with_capacity(room), kinds: Vec::with_capacity(room) };
    let (mut i, mut j) = (0, 0);
    while i < all.pairs.len() && j < more.len() {
        let (x, y) = (all.pairs[i], more[j]);
        let (old, new) = (x <= y, y <= x);
        out.pairs.push(x.min(y));
        out.kinds.push((u8::from(old) * all.kinds[i]) | (u8::from(new) * kind));
        i += usize::from(old);
        j += usize::from(new);
    }
    out.pairs.extend_from_slice(&all.pairs[i..]);
    out.kinds.extend_from_slice(&all.kinds[i..]);
    out.pairs.extend_from_slice(&more[j..]);
    out.kinds.resize(out.pairs.len(), kind);
    out
}

fn pair(a: u32, b: u32) -> u64 {
    u64::from(a.min(b)) << 32 | u64::from(a.max(b))
}

/// Those `of` a block with the first others of it.
fn some(members: &[u32], of: impl Fn(u32) -> bool, out: &mut Vec<u64>) {
    for a in members.iter().filter(|member| of(**member)).take(MEET) {
        out.extend(members.iter().filter(|b| *b != a).take(MEET).map(|b| pair(*a, *b)));
    }
}

fn part(members: &[u32], rows: &[Row], book: &Book, depth: usize, out: &mut Vec<u64>) {
    if members.len() <= FULL {
        for (i, a) in members.iter().enumerate() {
            out.extend(members[i + 1..].iter().map(|b| pair(*a, *b)));
        }
        return;
    }
    let row = |number: u32| &rows[number as usize];
    if depth < DEPTH {
        let mut keys: Vec<(u64, u32)> = Vec::with_capacity(members.len() * 6);
        for &member in members {
            further(row(member), book, &mut |key| keys.push((key, member)));
        }
        keys.sort_unstable();
        keys.dedup();
        for block in keys.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() > 1) {
            let inner: Vec<u32> = block.iter().map(|(_, member)| *member).collect();
            // A key that all share parts nothing.
            let depth = if inner.len() == members.len() { DEPTH } else { depth + 1 };
            part(&inner, rows, book, depth, out);
        }
    }
    let mut sorted = members.to_vec();
    sorted.sort_unstable_by_key(|member| {
        let r = row(*member);
        // By the text of the postal code: numbers of values depend on the order of the records.
        (book.names.get(r.last).sound, book.names.get(r.first).sound, r.dob, book.value(r.zip), *member)
    });
    for (i, a) in sorted.iter().enumerate() {
        out.extend(sorted[i + 1..].iter().take(WINDOW).map(|b| pair(*a, *b)));
    }
}

/// Keys that part an oversized block.
fn further(row: &Row, book: &Book, put: &mut impl FnMut(u64)) {
    let mut one = |kind: u64, known: bool, value: u64| {
        if known {
            put(mix(100 + kind, value));
        }
    };
    one(0, row.dob != 0, u64::from(row.dob / 10_000));
    one(1, row.dob_key().is_some(), u64::from(row.dob_key().unwrap_or(0) % 10_000));
    one(2, row.zip != 0, u64::from(row.zip));
    one(3, row.street != 0, mix(u64::from(row.street), u64::from(row.house)));
    one(4, row.phone != 0, u64::from(row.phone));
    one(5, row.mrn != 0, u64::from(row.mrn));
    one(6, row.last4().is_some(), u64::from(row.last4().unwrap_or(0)));
    one(7, row.email != 0, u64::from(row.email));
    let (first, last) = (book.names.get(row.first), book.names.get(row.last));
    one(8, row.first != 0 && row.last != 0, mix(u64::from(first.sound), u64::from(last.sound)));
    one(9, row.first != 0 && row.middle != 0, mix(u64::from(first.initial), u64::from(book.names.get(row.middle).initial)));
}

/// Keys of one pass.
fn make(pass: u64, row: &Row, book: &Book, put: &mut impl FnMut(u64)) {
    let (first, last) = (book.names.get(row.first), book.names.get(row.last));
    let sounds = |number: u32| {
        // A compound is met by each half as well as whole, a rare name by what it may be a slip of.
        let name = book.names.get(number);
        std::iter::once(name.sound)
            .chain(name.parts.into_iter().chain(name.meant).filter(|part| *part != 0).map(|part| book.names.get(part).sound))
            .filter(|sound| *sound > 0)
            .map(u64::from)
    };
    match pass {
        0 => {
            if let Some(ssn) = row.full_ssn() {
                put(u64::from(ssn));
            }
        }
        1 => {
            if let Some(four) = row.last4() {
                sounds(row.last).chain(sounds(row.first)).for_each(|sound| put(mix(u64::from(four), sound)));
                row.dob_key().into_iter().for_each(|dob| put(mix(u64::from(dob), mix(3, u64::from(four)))));
            }
            if let Some(ssn) = row.full_ssn() {
                sounds(row.last).chain(sounds(row.first)).for_each(|sound| put(mix(mix(7, u64::from(ssn / 10_000)), sound)));
            }
        }
        2 if row.mrn != 0 => put(u64::from(row.mrn)),
        3 => {
            [row.member, row.mbi, row.phone, row.email].into_iter().filter(|value| *value != 0).for_each(|value| put(u64::from(value)));
            if let Some(policy) = values::policy(book.value(row.member)) {
                put(policy.bytes().fold(1 << 40, |sum, byte| mix(sum, u64::from(byte))));
            }
        }
        4 => {
            if let Some(dob) = row.dob_key() {
                sounds(row.last).chain(sounds(row.first)).for_each(|sound| put(mix(u64::from(dob), sound)));
                first.sets.iter().chain(&first.slipped).for_each(|set| put(mix(u64::from(dob), 1 << 40 | u64::from(*set))));
            }
        }
        5 => {
            if let Some(dob) = row.dob_key() {
                if row.first != 0 && row.last != 0 {
                    let (a, b) = (first.initial.min(last.initial), first.initial.max(last.initial));
                    put(mix(u64::from(dob), u64::from(a) << 32 | u64::from(b)));
                }
                if row.zip != 0 {
                    put(mix(u64::from(dob), mix(5, u64::from(row.zip))));
                }
            }
        }
        6 => {
            for last in sounds(row.last) {
                for first in sounds(row.first) {
                    put(mix(last.min(first), last.max(first)));
                }
                if !book.names.get(row.middle).is_initial {
                    sounds(row.middle).for_each(|middle| put(mix(last.min(middle), last.max(middle))));
                }
            }
        }
        7 => {
            for last in sounds(row.last) {
                first.sets.iter().chain(&first.slipped).for_each(|set| put(mix(last, 1 << 40 | u64::from(*set))));
            }
        }
        8 if row.street != 0 => put(mix(u64::from(row.street), u64::from(row.house))),
        9 if row.zip != 0 => {
            if row.house != 0 {
                put(mix(u64::from(row.zip), 1 << 40 | u64::from(row.house)));
            }
            sounds(row.last).chain(sounds(row.first)).for_each(|sound| put(mix(u64::from(row.zip), sound)));
            if row.street != 0 {
                // Slips in the name of the street.
                let start = book.value(row.street).bytes().take(4).fold(0, |sum, byte| sum << 8 | u64::from(byte));
                put(mix(u64::from(row.zip), 1 << 41 | start));
            }
        }
        10 if row.dob != 0 => {
            // Slips in day or month: the year with a name; slips in the year: the day with a name.
            for sound in sounds(row.last) {
                put(mix(u64::from(row.dob / 10_000), mix(sound, u64::from(first.initial))));
                if row.has_full_dob() {
                    put(mix(u64::from(row.dob % 10_000), mix(sound, 1 << 40 | u64::from(first.initial))));
                }
            }
        }
        11 if row.city != 0 && row.has_name() => {
            sounds(row.last).for_each(|sound| put(mix(u64::from(row.city), mix(sound, u64::from(first.initial)))));
        }
        INITIAL if row.first != 0 => sounds(row.last).for_each(|sound| put(mix(sound, 1 << 40 | u64::from(first.initial)))),
        SINGLE if row.city != 0 => sounds(row.last).chain(sounds(row.first)).for_each(|sound| put(mix(u64::from(row.city), sound))),
        _ => {}
    }
}
