//! The features of a token: hashed, the same in training and in use.
//!
//! Those that depend on one word alone (its letters, shape, bits) are computed once per word and kept by the tagger's
//! cache, one vector for every place the word can take beside the tagged one; only the joint ones are looked up anew.

use crate::lexicon::{LEARNT, Lexicon, PLACE_SHIFT};
use crate::token::{Class, Token};

/// Where a word stands relative to the tagged one.
pub(crate) const PLACES: [i32; 5] = [0, -1, 1, -2, 2];

/// Before the first and after the last token.
pub(crate) const NONE: Token = Token { start: 0, end: 0, class: Class::Line, spaced: false, hash: 1, lists: 0 };

impl Token {
    fn shape(&self) -> u64 {
        self.class as u64 + 1
    }
    /// What lists say of it.
    pub(super) fn bits(&self) -> u32 {
        self.lists & LEARNT
    }
    /// 0: no place of several words; 1: its first word; 2: a later one.
    pub(super) fn place(&self) -> u32 {
        self.lists >> PLACE_SHIFT
    }
}

/// One multiplication spreads small numbers and hashes of words alike over the upper half.
fn id(template: u64, value: u64) -> u32 {
    ((value ^ template << 57 ^ template << 25).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

/// Hashes of the features of `token` that one word alone decides, seen from a place at `offset` of it.
pub(crate) fn alone(token: &Token, word: &str, offset: i32, mut each: impl FnMut(u32)) {
    let (w, s, b) = (token.hash, token.shape(), u64::from(token.bits()));
    match offset {
        0 => {
            each(id(1, w));
            each(id(2, s));
            each(id(3, b));
            each(id(4, w ^ s));
            each(id(5, b << 8 | s));
            if token.is_word() {
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
                    each(id(7, bytes(three) << 4 | u64::from(token.class == Class::Lower)));
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
pub(crate) fn around(tokens: &[Token], i: usize) -> [&Token; 3] {
    let at = |n: usize| tokens.get(n).unwrap_or(&NONE);
    [if i == 0 { &NONE } else { at(i - 1) }, at(i), at(i + 1)]
}

/// Hashes of the features of `b` between `a` and `c` that do not ask for the words.
pub(crate) fn near(a: &Token, b: &Token, c: &Token) -> [u32; NEAR] {
    let lists = |x: &Token| u64::from(x.bits());
    let gaps = u64::from(b.spaced) | u64::from(c.spaced) << 1;
    [
        id(70, a.shape() << 16 | b.shape() << 8 | c.shape() << 4 | gaps),
        id(71, lists(a) << 8 | lists(b)),
        id(72, lists(b) << 8 | lists(c)),
        id(77, u64::from(b.place()) << 16 | u64::from(a.place()) << 12 | u64::from(c.place()) << 8 | b.shape()),
    ]
}

/// Hashes of the features of the token at `i` that need its neighbours' words.
#[inline(always)]
pub(crate) fn joint(tokens: &[Token], i: usize) -> [u32; JOINT] {
    let [a, b, c] = around(tokens, i);
    let before = if i < 2 { &NONE } else { &tokens[i - 2] };
    let kind = u64::from(b.bits()) << 8 | b.shape();
    [
        id(73, a.hash ^ kind),
        id(74, c.hash ^ kind.rotate_left(7)),
        id(75, a.hash.rotate_left(9) ^ b.hash),
        id(76, before.hash.rotate_left(5) ^ a.hash.rotate_left(11) ^ b.shape()),
        id(78, (b.hash.rotate_left(9)) ^ c.hash),
    ]
}

/// The tokens of a text, looked up, for those who learn.
pub(crate) fn look_up(text: &str, lexicon: &Lexicon, tokens: &mut Vec<Token>) {
    crate::token::tokens(text, tokens);
    tokens.iter_mut().for_each(|t| t.lists = lexicon.of(text, t));
    lexicon.mark_places(tokens);
}
