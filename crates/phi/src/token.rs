//! A text as tokens: runs of letters, runs of digits, single marks; one pass, borrowed from the text.

use std::collections::HashSet;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Letters, all lower case (or of a script without case).
    Lower,
    /// One capital letter, then lower case.
    Title,
    /// Two or more capital letters.
    Upper,
    /// One capital letter alone.
    Initial,
    /// Capitals inside: `McDonald`, `iPhone`.
    Mixed,
    /// Digits.
    Digits,
    /// One line feed.
    Line,
    /// Any other mark.
    Mark,
}

/// One token: its place in bytes, its class, a hash of its letters in lower case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub start: u32,
    pub end: u32,
    pub class: Class,
    /// Blanks stand before it.
    pub spaced: bool,
    pub hash: u64,
    /// Bits of [`crate::lexicon`], once the tagger has [read](crate::tagger::Tagger::read) the token; otherwise 0.
    pub lists: u32,
}

impl Token {
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
    pub fn is_word(&self) -> bool {
        self.class <= Class::Mixed
    }
    /// Whether it is a mark that joins the parts of a word: an apostrophe or a hyphen.
    pub fn joins(&self) -> bool {
        self.class == Class::Mark && (matches!(self.hash as u8, b'\'' | b'-') && self.hash < 0x80 || self.hash == APOSTROPHE)
    }
    /// The mark that it is, if it is one of ASCII; otherwise 0.
    pub fn mark(&self) -> u8 {
        if self.class == Class::Mark && self.hash < 0x80 { self.hash as u8 } else { 0 }
    }
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
/// [`hash`] of `’`.
const APOSTROPHE: u64 = (SEED ^ '’' as u64).wrapping_mul(PRIME);

/// Mixes the bits of a hash (the finaliser of splitmix64).
pub(crate) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Hash of a word without regard to case: what [`Token::hash`] is for it.
pub(crate) fn hash(word: &str) -> u64 {
    if word.is_ascii() {
        return word.bytes().fold(SEED, |h, b| (h ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(PRIME));
    }
    word.chars().flat_map(char::to_lowercase).fold(SEED, |h, c| (h ^ u64::from(u32::from(c))).wrapping_mul(PRIME))
}

fn class(word: &str) -> Class {
    let (mut upper, mut lower, mut first) = (0, 0, false);
    for (i, c) in word.chars().enumerate() {
        if c.is_uppercase() {
            upper += 1;
            first |= i == 0;
        } else {
            lower += 1;
        }
    }
    match (upper, lower) {
        (0, _) => Class::Lower,
        (1, 0) => Class::Initial,
        (1, _) if first => Class::Title,
        (_, 0) => Class::Upper,
        _ => Class::Mixed,
    }
}

/// Appends the tokens of `text`, at most 4 GiB of it.
pub(crate) fn tokens(text: &str, out: &mut Vec<Token>) {
    out.clear();
    out.reserve(text.len() / 4);
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut spaced = false;
    while at < bytes.len() {
        let b = bytes[at];
        let start = at;
        let (class, hash) = match b {
            b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => {
                // The common case, ASCII letters, without decoding.
                let (mut upper, mut count, mut h) = (0_u32, 0_u32, SEED);
                while at < bytes.len() && bytes[at].is_ascii_alphabetic() {
                    upper += u32::from(bytes[at].is_ascii_uppercase());
                    h = (h ^ u64::from(bytes[at] | 0x20)).wrapping_mul(PRIME);
                    count += 1;
                    at += 1;
                }
                if at < bytes.len() && bytes[at] >= 0x80 {
                    let rest = &text[start..];
                    let end = rest.char_indices().find(|(_, c)| !(c.is_alphabetic() || is_joining(*c))).map_or(rest.len(), |(i, _)| i);
                    if end == 0 {
                        let c = rest.chars().next().unwrap_or(' ');
                        at = start + c.len_utf8();
                        if c.is_whitespace() {
                            spaced = true;
                            continue;
                        }
                        (Class::Mark, self::hash(&text[start..at]))
                    } else {
                        at = start + end;
                        let word = &text[start..at];
                        (self::class(word), self::hash(word))
                    }
                } else {
                    let class = match (upper, count) {
                        (0, _) => Class::Lower,
                        (1, 1) => Class::Initial,
                        (1, _) if bytes[start].is_ascii_uppercase() => Class::Title,
                        (u, c) if u == c => Class::Upper,
                        _ => Class::Mixed,
                    };
                    (class, h)
                }
            }
            b'0'..=b'9' => {
                while at < bytes.len() && bytes[at].is_ascii_digit() {
                    at += 1;
                }
                // The number of digits tells more than their values.
                (Class::Digits, SEED ^ (at - start) as u64)
            }
            b'\n' => {
                at += 1;
                (Class::Line, 10)
            }
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => {
                at += 1;
                spaced = true;
                continue;
            }
            _ => {
                at += 1;
                (Class::Mark, u64::from(b))
            }
        };
        out.push(Token { start: start as u32, end: at as u32, class, spaced, hash, lists: 0 });
        spaced = false;
    }
}

/// The keys are hashes already.
#[derive(Clone, Copy, Default)]
pub(crate) struct Identity;
pub(crate) struct IdentityHasher(u64);
impl std::hash::BuildHasher for Identity {
    type Hasher = IdentityHasher;
    fn build_hasher(&self) -> IdentityHasher {
        IdentityHasher(0)
    }
}
impl std::hash::Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for b in bytes {
            self.0 = (self.0 << 8) | u64::from(*b);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = mix(n);
    }
}

/// Bits of hashes. Few words of a text are in any set: one bit tells of most that they are not, from memory that is near.
#[derive(Clone)]
pub(crate) struct Filter(Box<[u64]>);

impl Filter {
    /// Of so many words about one in sixteen of the others passes.
    pub fn new<'h>(hashes: impl ExactSizeIterator<Item = &'h u64>) -> Filter {
        let mut filter = Filter(vec![0; (hashes.len() / 4).next_power_of_two()].into());
        for hash in hashes {
            let at = filter.at(*hash);
            filter.0[at] |= 1 << (hash & 63);
        }
        filter
    }
    #[inline]
    fn at(&self, hash: u64) -> usize {
        (hash >> 6) as usize & (self.0.len() - 1)
    }
    /// Whether the word of this hash may be one.
    #[inline]
    pub fn passes(&self, hash: u64) -> bool {
        self.0[self.at(hash)] >> (hash & 63) & 1 != 0
    }
}

/// A set of words without regard to case, by their hash.
#[derive(Clone)]
pub(crate) struct Words {
    filter: Filter,
    words: HashSet<u64, Identity>,
}

impl<W: AsRef<str>> FromIterator<W> for Words {
    fn from_iter<I: IntoIterator<Item = W>>(words: I) -> Words {
        Words::of_hashes(words.into_iter().map(|w| hash(w.as_ref())))
    }
}

impl Words {
    /// The tokens of these hashes.
    pub fn of_hashes(hashes: impl IntoIterator<Item = u64>) -> Words {
        let words: HashSet<u64, Identity> = hashes.into_iter().collect();
        Words { filter: Filter::new(words.iter()), words }
    }
    /// Whether the word of this hash is in the set.
    #[inline]
    pub fn has(&self, hash: u64) -> bool {
        self.filter.passes(hash) && self.words.contains(&hash)
    }
    /// The hashes of its words, in no order.
    pub fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        self.words.iter().copied()
    }
    /// Whether a word is in the set.
    pub fn contains(&self, word: &str) -> bool {
        self.has(hash(word))
    }
}

/// The tokens of a text with the text: what finders of dates, addresses and identifiers read. Places beyond the end are empty.
pub(crate) struct Reader<'t> {
    pub text: &'t str,
    pub tokens: &'t [Token],
}

impl<'t> Reader<'t> {
    pub fn get(&self, i: usize) -> Option<&'t Token> {
        self.tokens.get(i)
    }
    /// The token as written.
    pub fn word(&self, i: usize) -> &'t str {
        self.get(i).and_then(|t| self.text.get(t.range())).unwrap_or_default()
    }
    /// Whether a token is this mark or word.
    pub fn is(&self, i: usize, written: &str) -> bool {
        self.word(i) == written
    }
    /// Number of digits of a token of digits, otherwise 0.
    pub fn digits(&self, i: usize) -> usize {
        self.get(i).filter(|t| t.class == Class::Digits).map_or(0, |t| (t.end - t.start) as usize)
    }
    /// Whether a token stands right behind the one before, on the same line.
    pub fn glued(&self, i: usize) -> bool {
        self.get(i).is_some_and(|t| !t.spaced && t.class != Class::Line)
    }
    /// Bytes from one token to another, both included.
    pub fn span(&self, from: usize, to: usize) -> std::ops::Range<usize> {
        self.tokens[from].start as usize..self.tokens[to].end as usize
    }
    /// Whether a token is one of these words.
    pub fn in_set(&self, i: usize, words: &Words) -> bool {
        self.get(i).is_some_and(|t| t.is_word() && words.has(t.hash))
    }
}

/// Combining marks are parts of words.
fn is_joining(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let mut out = Vec::new();
        tokens(text, &mut out);
        let shown: Vec<String> = out.iter().map(|t| format!("{}{:?}", text[t.range()].replace('\n', "/"), t.class)).collect();
        assert_eq!(shown.join(" "), expect, "{text}");
    }

    #[test]
    fn classes() {
        check("Dr. O'Neil, 42", "DrTitle .Mark OInitial 'Mark NeilTitle ,Mark 42Digits");
        check("McDONALD iPhone\nABC", "McDONALDMixed iPhoneMixed /Line ABCUpper");
        check("García Ümit 李明 ñ", "GarcíaTitle ÜmitTitle 李明Lower ñLower");
        check("a\u{a0}b – c", "aLower bLower –Mark cLower");
        check("", "");
    }

    #[test]
    fn hashes_ignore_case() {
        let mut out = Vec::new();
        tokens("Maria MARÍA", &mut out);
        assert_eq!((out[0].hash, out[1].hash), (hash("maria"), hash("maría")));
    }
}
