//! From a text to the most probable tags.

use super::features::{self, Item, PLACES};
use super::lexicon::Lexicon;
use super::weights::{ROW, Scores, Weights};
use super::{STEP, TAGS, may_follow};
use crate::token::{Class, Token};
use std::ops::Range;

const BUILT_IN: &[u8] = include_bytes!("../../data/tagger.bin");
/// Entries of the cache of word vectors; a power of two.
const CACHE: usize = 1 << 14;
/// A word without any sign of a name this far from the next candidate is not looked at.
const REACH: usize = 3;
/// A word alone must be no less of a name than this against none: what its neighbours say hardly ever outweighs more. In steps of weights.
const UNLIKELY: i16 = -(2.5 / STEP) as i16;
/// Longest stretch decoded at once, in tokens.
const LONGEST: usize = 4096;

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
    /// Which items can be words of names.
    candidates: Vec<usize>,
    emissions: Vec<Scores>,
    /// The joint features.
    joint: Vec<[u32; features::JOINT]>,
    back: Vec<[u8; TAGS]>,
}

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
        let bias = (bias / STEP) as i16;
        // A text without capitals: every word may be a name's.
        let words = scratch.items.iter().filter(|i| i.class <= Class::Mixed).count();
        let lower = scratch.items.iter().filter(|i| i.class == Class::Lower).count();
        let any = lower * 50 > words * 49;
        let least = UNLIKELY - bias;
        scratch.candidates.clear();
        for (i, (item, token)) in scratch.items.iter().zip(tokens).enumerate() {
            if candidate(item) || any && item.class == Class::Lower {
                let own = &self.vectors(text, token, item, &mut scratch.cache).vectors[0];
                if own[1..TAGS].iter().any(|w| w.saturating_sub(own[0]) >= least) {
                    scratch.candidates.push(i);
                }
            }
        }
        let mut from = 0;
        let mut next = 0;
        while let Some(first) = scratch.candidates.get(next) {
            // A stretch: candidates whose reach meets, and what stands between.
            let start = first.saturating_sub(REACH).max(from);
            let mut end = first + 1 + REACH;
            next += 1;
            while let Some(more) = scratch.candidates.get(next).filter(|i| **i < end + REACH && *i - start < LONGEST) {
                end = more + 1 + REACH;
                next += 1;
            }
            end = end.min(tokens.len()).min(start + LONGEST);
            self.decode(text, tokens, start..end, bias, scratch, spans);
            from = end;
        }
    }

    fn vectors<'s>(&self, text: &str, token: &Token, item: &Item, cache: &'s mut [Cached]) -> &'s Cached {
        let key = item.key() | 1;
        let slot = &mut cache[(key >> 20) as usize & (CACHE - 1)];
        if slot.key != key {
            slot.key = key;
            slot.vectors = [[0; ROW]; PLACES.len()];
            let word = text.get(token.range()).unwrap_or_default();
            for (vector, offset) in slot.vectors.iter_mut().zip(PLACES) {
                features::alone(item, word, offset, |f| self.weights.add(f, vector));
            }
        }
        slot
    }

    fn decode(&self, text: &str, tokens: &[Token], range: Range<usize>, bias: i16, scratch: &mut Scratch, spans: &mut Vec<Span>) {
        let n = range.len();
        scratch.emissions.clear();
        scratch.emissions.resize(n, [0; ROW]);
        // Words up to two places outside of the stretch count as context too.
        let wide = range.start.saturating_sub(2)..(range.end + 2).min(tokens.len());
        for (i, token) in tokens.iter().enumerate().take(wide.end).skip(wide.start) {
            let cached = self.vectors(text, token, &scratch.items[i], &mut scratch.cache);
            for (vector, offset) in cached.vectors.iter().zip(PLACES) {
                // The word stands at `offset` of the tagged one.
                let at = i as i64 - i64::from(offset) - range.start as i64;
                if let Some(e) = usize::try_from(at).ok().and_then(|a| scratch.emissions.get_mut(a)) {
                    *e = std::array::from_fn(|t| e[t].wrapping_add(vector[t]));
                }
            }
        }
        // All features first: then their weights are fetched from memory many at a time.
        scratch.joint.clear();
        scratch.joint.extend(range.clone().map(|i| features::joint(&scratch.items, i)));
        for (k, e) in scratch.emissions.iter_mut().enumerate() {
            let mut sum = *e;
            for feature in &scratch.joint[k] {
                self.weights.add(*feature, &mut sum);
            }
            sum[0] = sum[0].saturating_sub(bias);
            *e = sum;
        }
        self.viterbi(text, tokens, range, scratch, spans);
    }

    fn viterbi(&self, text: &str, tokens: &[Token], range: Range<usize>, scratch: &mut Scratch, spans: &mut Vec<Span>) {
        let emissions = &scratch.emissions;
        let back = &mut scratch.back;
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

/// Whether a token alone can be a word of a name.
fn candidate(item: &Item) -> bool {
    use super::lexicon::bits;
    match item.class {
        Class::Title | Class::Upper | Class::Initial | Class::Mixed => true,
        // Names in lower case: words that the lists know.
        Class::Lower => item.bits & (bits::NAMES | bits::PLACE | bits::PLACE_START) != 0 && item.bits & bits::TERM == 0,
        _ => false,
    }
}
