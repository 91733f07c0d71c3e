//! From a text to the most probable tags.

use super::features::{self, Item, PLACES};
use super::lexicon::Lexicon;
use super::weights::{ROW, Scores, Sum, Weights};
use super::{STEP, TAGS, may_follow};
use crate::token::Token;
use std::ops::Range;

const BUILT_IN: &[u8] = include_bytes!("../../data/tagger.bin");
/// Entries of the cache of word vectors; a power of two.
const CACHE: usize = 1 << 14;
/// What words alone, without their pairs, must say for a name against none, in steps of weights: of a word that may be of a name, and of
/// one beside such a word. In a thousand words of names one falls short of this (decision 9).
const LIKELY: i16 = 0;
const POSSIBLE: i16 = -(5.0 / STEP) as i16;

/// What a span names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// A person.
    Person,
    /// A place, or a postal address.
    Place,
    /// An organisation.
    Organisation,
}

/// A name in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What it names.
    pub entity: Entity,
    /// Probability that its least certain word belongs to it, 0 to 1.
    pub confidence: f64,
}

/// Score of what cannot be: further below than any emission is above.
const NEVER: i16 = i16::MIN / 2;

/// The weights and the words.
pub struct Tagger {
    /// Which of the taggers of this process it is, from 1.
    id: u64,
    weights: Weights,
    /// From a tag to each other; [`NEVER`] to those that may not follow.
    transitions: [Scores; TAGS],
    pub(crate) lexicon: Lexicon,
}

#[derive(Clone, Copy)]
struct Cached {
    key: u64,
    vectors: [Scores; PLACES.len()],
}

/// Buffers of one thread, used again for every text.
#[derive(Default)]
struct Scratch {
    /// The tagger that the cached vectors are of.
    of: u64,
    cache: Vec<Cached>,
    items: Vec<Item>,
    /// Scores of every token, with [`AROUND`] more before the first and behind the last.
    emissions: Vec<Scores>,
    /// The features of pairs, and the marks of their lines, of a few tokens.
    joint: Vec<[(u32, u64); features::JOINT]>,
    back: Vec<[u8; TAGS]>,
}

/// Tokens whose entries of the cache, or lines of weights, are fetched at a time.
const TOGETHER: usize = 32;

/// The entry of a key.
fn slot(key: u64) -> usize {
    (key >> 20) as usize & (CACHE - 1)
}

/// Most places between a word and one that it says something of.
const AROUND: usize = 2;

impl Tagger {
    /// The tagger with the weights that the program carries.
    pub fn built_in() -> Tagger {
        Tagger::from_bytes(BUILT_IN).expect("the built-in weights have the right length (tested)")
    }

    /// From the bytes that [`super::train`] gives; `None` if they are not of the right length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Tagger> {
        let (head, body) = bytes.split_at_checked(TAGS * TAGS)?;
        let weights = Weights::from_bytes(body)?;
        let mut transitions = [[NEVER; ROW]; TAGS];
        for (i, b) in head.iter().enumerate().filter(|(i, _)| may_follow(i / TAGS, i % TAGS)) {
            transitions[i / TAGS][i % TAGS] = i16::from(*b as i8);
        }
        static MADE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let id = MADE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Some(Tagger { id, weights, transitions, lexicon: Lexicon::new() })
    }

    /// The spans of a text, in order; never overlapping. `bias` is added to the odds of every name against none, in
    /// natural logarithms: above 0 finds more, below 0 claims less.
    pub fn tag(&self, text: &str, bias: f32) -> Vec<Span> {
        let mut tokens = Vec::new();
        crate::token::tokens(text, &mut tokens);
        let mut spans = Vec::new();
        self.tag_tokens(text, &tokens, bias, &mut spans);
        spans
    }

    pub(crate) fn tag_tokens(&self, text: &str, tokens: &[Token], bias: f32, spans: &mut Vec<Span>) {
        thread_local! {
            static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default();
        }
        SCRATCH.with_borrow_mut(|scratch| self.tag_with(text, tokens, bias, scratch, spans));
    }

    fn tag_with(&self, text: &str, tokens: &[Token], bias: f32, scratch: &mut Scratch, spans: &mut Vec<Span>) {
        if scratch.of != self.id {
            scratch.of = self.id;
            scratch.cache.clear();
            scratch.cache.resize(CACHE, Cached { key: 0, vectors: [[0; ROW]; PLACES.len()] });
        }
        features::items(text, tokens, &self.lexicon, &mut scratch.items);
        self.words(text, tokens, scratch);
        let bias = (bias / STEP) as i16;
        let margin = |e: &Scores| e[1..TAGS].iter().fold(i16::MIN, |a, b| a.max(*b)).saturating_sub(e[0]).saturating_add(bias);
        // Stretches of tokens that may be of names; what stands between is none.
        let scores = |i: usize| scratch.emissions.get(i + AROUND).filter(|_| i < tokens.len());
        let likely = |i: usize| scores(i).is_some_and(|e| margin(e) >= LIKELY);
        let mut stretches = Vec::new();
        let (mut before, mut here) = (false, likely(0));
        for i in 0..tokens.len() {
            let next = likely(i + 1);
            if here || (before || next) && scores(i).is_some_and(|e| margin(e) >= POSSIBLE) {
                match stretches.last_mut() {
                    Some(Range { end, .. }) if *end == i => *end += 1,
                    _ => stretches.push(i..i + 1),
                }
            }
            (before, here) = (here, next);
        }
        for stretch in stretches {
            self.decode(text, tokens, stretch, bias, scratch, spans);
        }
    }

    /// What every word alone says of itself and of those around it.
    fn words(&self, text: &str, tokens: &[Token], scratch: &mut Scratch) {
        scratch.emissions.clear();
        scratch.emissions.resize(tokens.len() + 2 * AROUND, [0; ROW]);
        for (i, (token, item)) in tokens.iter().zip(&scratch.items).enumerate() {
            if i % TOGETHER == 0 {
                // The entries of many words first: then they are fetched from memory at a time.
                let next = scratch.items[i..].iter().take(TOGETHER);
                std::hint::black_box(next.filter(|item| scratch.cache[slot(item.key())].key == item.key()).count());
            }
            let cached = self.vectors(text, token, item, &mut scratch.cache);
            for (vector, offset) in cached.vectors.iter().zip(PLACES) {
                // The word stands at `offset` of the one it says something of.
                let e = &mut scratch.emissions[(i + AROUND).wrapping_add_signed(-offset as isize)];
                *e = std::array::from_fn(|t| e[t].wrapping_add(vector[t]));
            }
        }
    }

    fn vectors<'s>(&self, text: &str, token: &Token, item: &Item, cache: &'s mut [Cached]) -> &'s Cached {
        let key = item.key();
        let slot = &mut cache[slot(key)];
        if slot.key != key {
            slot.key = key;
            slot.vectors = [[0; ROW]; PLACES.len()];
            let word = text.get(token.range()).unwrap_or_default();
            for (vector, offset) in slot.vectors.iter_mut().zip(PLACES) {
                let mut sum = Sum::default();
                features::alone(item, word, offset, |f| sum.add(&self.weights, f, self.weights.marks(f)));
                sum.add_to(vector);
            }
        }
        slot
    }

    fn decode(&self, text: &str, tokens: &[Token], range: Range<usize>, bias: i16, scratch: &mut Scratch, spans: &mut Vec<Span>) {
        let emissions = &mut scratch.emissions[range.start + AROUND..range.end + AROUND];
        for (part, emissions) in (range.start..).step_by(TOGETHER).zip(emissions.chunks_mut(TOGETHER)) {
            // The marks of many tokens first: then their lines are fetched from memory at a time.
            scratch.joint.clear();
            for i in part..part + emissions.len() {
                let features = features::joint(&scratch.items, i);
                scratch.joint.push(std::array::from_fn(|n| (features[n], self.weights.marks(features[n]))));
            }
            for (e, joint) in emissions.iter_mut().zip(&scratch.joint) {
                let mut sum = Sum::default();
                for (feature, marks) in joint {
                    sum.add(&self.weights, *feature, *marks);
                }
                sum.add_to(e);
                e[0] = e[0].saturating_sub(bias);
            }
        }
        self.viterbi(text, tokens, range, emissions, &mut scratch.back, spans);
    }

    fn viterbi(&self, text: &str, tokens: &[Token], range: Range<usize>, emissions: &[Scores], back: &mut Vec<[u8; TAGS]>, spans: &mut Vec<Span>) {
        back.clear();
        // Against the score of "none", so that sums stay small.
        let mut best = [NEVER; ROW];
        best[0] = 0;
        for e in emissions {
            let (mut next, mut from) = ([i16::MIN; ROW], [0_i16; ROW]);
            for (a, step) in self.transitions.iter().enumerate() {
                let score: Scores = std::array::from_fn(|b| best[a].saturating_add(step[b]));
                from = std::array::from_fn(|b| if score[b] > next[b] { a as i16 } else { from[b] });
                next = std::array::from_fn(|b| score[b].max(next[b]));
            }
            back.push(std::array::from_fn(|b| from[b] as u8));
            let none = next[0].saturating_add(e[0]);
            best = std::array::from_fn(|b| next[b].saturating_add(e[b]).saturating_sub(none));
        }
        // What follows is no name.
        let ends = if range.end < tokens.len() { self.transitions.map(|step| step[0]) } else { [0; TAGS] };
        let best: [i16; TAGS] = std::array::from_fn(|t| best[t].saturating_add(ends[t]));
        let mut tag = (0..TAGS).max_by_key(|t| (best[*t], TAGS - t)).unwrap_or(0);
        let mut found: Vec<Span> = Vec::new();
        let mut last = range.end;
        let mut worst = f64::MAX;
        for k in (0..emissions.len()).rev() {
            let i = range.start + k;
            if tag != 0 {
                if tag % 2 == 0 && last == range.end || worst == f64::MAX {
                    last = i;
                }
                worst = worst.min(odds(&emissions[k], tag));
                if tag % 2 == 1 {
                    let entity = [Entity::Person, Entity::Place, Entity::Organisation][tag / 2];
                    let bytes = tokens[i].range().start..tokens[last.min(range.end - 1)].range().end;
                    found.push(Span { range: bytes, entity, confidence: worst });
                    worst = f64::MAX;
                }
            }
            tag = usize::from(back[k][tag]);
        }
        found.reverse();
        found.retain(|s| text.get(s.range.clone()).is_some_and(|t| t.chars().any(char::is_alphanumeric)));
        spans.append(&mut found);
    }
}

/// Probability of a tag's kind against "none", from the token's own scores.
fn odds(e: &Scores, tag: usize) -> f64 {
    let own = e[tag].max(e[if tag % 2 == 1 { tag + 1 } else { tag - 1 }]);
    let margin = f64::from((i32::from(own) - i32::from(e[0])) as f32 * STEP);
    1.0 / (1.0 + (-margin).exp())
}
