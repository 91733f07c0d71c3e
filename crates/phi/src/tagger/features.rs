//! The features of a token: hashed, the same in training and in use.
//!
//! Those that depend on one word alone (its letters, shape, bits) are computed once per word and kept by the tagger's
//! cache, one vector for every place the word can take beside the tagged one; only the joint ones are looked up anew.

use crate::lexicon::{LEARNT, Lexicon, PLACE_START};
use crate::token::{Class, Token};

/// Where a word stands relative to the tagged one.
pub(crate) const PLACES: [i32; 5] = [0, -1, 1, -2, 2];

/// A token with all that features use.
#[derive(Clone, Copy)]
pub(crate) struct Item {
    pub hash: u64,
    pub class: Class,
    pub spaced: bool,
    /// Bits of [`crate::lexicon`] that are learnt from.
    pub bits: u8,
    /// 0: no place of several words; 1: its first word; 2: a later one.
    pub place: u8,
}

impl Item {
    /// Before the first and after the last token.
    pub const NONE: Item = Item { hash: 1, class: Class::Line, spaced: false, bits: 0, place: 0 };

    fn shape(&self) -> u64 {
        self.class as u64 + 1
    }
    /// A token that has been looked up.
    pub fn of(token: &Token) -> Item {
        Item { hash: token.hash, class: token.class, spaced: token.spaced, bits: (token.lists & LEARNT) as u8, place: 0 }
    }
}

/// One multiplication spreads small numbers and hashes of words alike over the upper half.
fn id(template: u64, value: u64) -> u32 {
    ((value ^ template << 57 ^ template << 25).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

/// Hashes of the features of `item` that one word alone decides, seen from a place at `offset` of it.
pub(crate) fn alone(item: &Item, word: &str, offset: i32, mut each: impl FnMut(u32)) {
    let (w, s, b) = (item.hash, item.shape(), u64::from(item.bits));
    match offset {
        0 => {
            each(id(1, w));
            each(id(2, s));
            each(id(3, b));
            each(id(4, w ^ s));
            each(id(5, b << 8 | s));
            if item.is_word() {
                let mut low = [0_u8; 24];
                let n = fold_ascii(word, &mut low);
                let letters = &low[..n];
                for len in 2..=4_usize.min(n) {
                    each(id(10 + len as u64, bytes(&letters[n - len..])));
                    each(id(20 + len as u64, bytes(&letters[..len])));
                }
                each(id(6, (n.min(12) as u64) << 4 | s));
                // Letter triples tell the language of a name that no list has.
                for three in letters.windows(3) {
                    each(id(7, bytes(three) << 4 | u64::from(item.class == Class::Lower)));
                }
            }
        }
        -1 => {
            each(id(31, w));
            each(id(32, s));
            each(id(33, b));
        }
        1 => {
            each(id(41, w));
            each(id(42, s));
            each(id(43, b));
        }
        -2 => {
            each(id(51, w));
            each(id(53, b << 8 | s));
        }
        _ => {
            each(id(61, w));
            each(id(63, b << 8 | s));
        }
    }
}

impl Item {
    fn is_word(&self) -> bool {
        self.class <= Class::Mixed
    }
}

fn bytes(part: &[u8]) -> u64 {
    part.iter().fold(part.len() as u64, |h, b| h << 8 | u64::from(*b))
}

/// Lower-case letters of a word, other scripts by their low byte: at most 24.
fn fold_ascii(word: &str, out: &mut [u8; 24]) -> usize {
    let mut n = 0;
    for c in word.chars() {
        if n == out.len() {
            break;
        }
        out[n] = if c.is_ascii() { c.to_ascii_lowercase() as u8 } else { (u32::from(c) as u8) | 0x80 };
        n += 1;
    }
    n
}

/// Number of the features of the classes, lists and places of three neighbours.
pub(crate) const NEAR: usize = 4;
/// Number of the features of words with their neighbours.
pub(crate) const JOINT: usize = 5;

/// The token at `i` between its neighbours.
#[inline(always)]
pub(crate) fn around(items: &[Item], i: usize) -> [&Item; 3] {
    let at = |n: usize| items.get(n).unwrap_or(&Item::NONE);
    [if i == 0 { &Item::NONE } else { at(i - 1) }, at(i), at(i + 1)]
}

/// Hashes of the features of `b` between `a` and `c` that do not ask for the words.
pub(crate) fn near(a: &Item, b: &Item, c: &Item) -> [u32; NEAR] {
    let lists = |x: &Item| u64::from(x.bits);
    let gaps = u64::from(b.spaced) | u64::from(c.spaced) << 1;
    [
        id(70, a.shape() << 16 | b.shape() << 8 | c.shape() << 4 | gaps),
        id(71, lists(a) << 8 | lists(b)),
        id(72, lists(b) << 8 | lists(c)),
        id(77, u64::from(b.place) << 16 | u64::from(a.place) << 12 | u64::from(c.place) << 8 | b.shape()),
    ]
}

/// Hashes of the features of the token at `i` that need its neighbours' words.
#[inline(always)]
pub(crate) fn joint(items: &[Item], i: usize) -> [u32; JOINT] {
    let [a, b, c] = around(items, i);
    let before = if i < 2 { &Item::NONE } else { &items[i - 2] };
    let kind = u64::from(b.bits) << 8 | b.shape();
    [
        id(73, a.hash ^ kind),
        id(74, c.hash ^ kind.rotate_left(7)),
        id(75, a.hash.rotate_left(9) ^ b.hash),
        id(76, before.hash.rotate_left(5) ^ a.hash.rotate_left(11) ^ b.shape()),
        id(78, (b.hash.rotate_left(9)) ^ c.hash),
    ]
}

/// Tokens that have been looked up as items, and which of them are of places of several words.
pub(crate) fn items(tokens: &[Token], lexicon: &Lexicon, items: &mut Vec<Item>) {
    items.clear();
    items.extend(tokens.iter().map(Item::of));
    let mut i = 0;
    while i < tokens.len() {
        let words = if tokens[i].on(PLACE_START) { lexicon.place(&tokens[i..]) } else { 0 };
        for (n, item) in items[i..i + words].iter_mut().enumerate() {
            item.place = if n == 0 { 1 } else { 2 };
        }
        i += words.max(1);
    }
}

/// Tokens and items of a text, for those who learn.
pub(crate) fn look_up(text: &str, lexicon: &Lexicon, tokens: &mut Vec<Token>, out: &mut Vec<Item>) {
    crate::token::tokens(text, tokens);
    tokens.iter_mut().for_each(|t| t.lists = lexicon.of(text, t));
    items(tokens, lexicon, out);
}
