//! From a text to the most probable tags.

use super::features::{self, PLACES};
use super::near::Near;
use super::weights::{ROW, Scores, Sum, Table};
use super::{STEP, TAGS, may_follow};
use crate::lexicon::Lexicon;
use crate::roster::Roster;
use crate::rules::Rules;
use crate::token::Token;
use std::ops::Range;

const BUILT_IN: &[u8] = include_bytes!("../../data/tagger.bin");
/// Entries of the cache of word vectors; a power of two.
const CACHE: usize = 1 << 16;
/// What the gate must say of a word that may be of a name, and of one beside such a word, in steps of weights: what is lost is said in
/// decision 9.
const LIKELY: i16 = -(2.5 / STEP) as i16;
const POSSIBLE: i16 = -(4.0 / STEP) as i16;
/// Most words between two that may be of one name: "University of the Pacific".
const BETWEEN: usize = 2;

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
    pub(super) weights: Table,
    pub(super) near: Near,
    /// From a tag to each other; [`NEVER`] to those that may not follow.
    transitions: [Scores; TAGS],
    /// The most that a step to each tag, and the last one back to "none", can add against a step from "none" to "none".
    reach: Scores,
    pub(crate) lexicon: Lexicon,
}

/// What one word alone says, the same wherever it stands: one line of the processor's cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Cached {
    key: u64,
    /// Of the lexicon.
    lists: u32,
    /// Scores, and in place of that of "none" what it says to the gate, of the word itself.
    own: Scores,
    /// The same of the word at every other of [`PLACES`].
    others: [[i8; ROW]; PLACES.len() - 1],
}

impl Cached {
    const NONE: Cached = Cached { key: 0, lists: 0, own: [0; ROW], others: [[0; ROW]; PLACES.len() - 1] };
    /// Equal for equal words of one class; never 0.
    fn key(token: &Token) -> u64 {
        (token.hash ^ (token.class as u64 + 1) << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1
    }
    /// The first of the two entries that may be of a key; the other is beside it.
    fn slot(key: u64) -> usize {
        (key >> 48) as usize & (CACHE - 1)
    }
}

/// Buffers of one thread, used again for every text.
#[derive(Default)]
struct Scratch {
    /// The tagger that the cached vectors are of.
    of: u64,
    cache: Vec<Cached>,
    /// Scores of every token of the text.
    emissions: Vec<Scores>,
    /// The features of pairs, and the marks of their lines, of a few tokens.
    joint: Vec<[(u32, u64); features::JOINT]>,
    /// The best scores of every tag before each token.
    before: Vec<Scores>,
    /// Tokens that may be of names.
    stretches: Vec<Range<usize>>,
}

/// Tokens whose entries of the cache, or lines of weights, are fetched at a time.
const TOGETHER: usize = 32;

/// Most places between a word and one that it says something of.
const AROUND: usize = 2;

impl Tagger {
    /// The tagger with the weights that the program carries.
    pub fn built_in() -> Tagger {
        Tagger::with(Lexicon::new(&Rules::default(), &Roster::default()))
    }

    /// The same, with what else a lexicon says of the words.
    pub(crate) fn with(lexicon: Lexicon) -> Tagger {
        Tagger::new(BUILT_IN, lexicon).expect("the built-in weights have the right length (tested)")
    }

    /// From the bytes that [`super::train`] gives; `None` if they are not of the right length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Tagger> {
        Tagger::new(bytes, Lexicon::new(&Rules::default(), &Roster::default()))
    }

    fn new(bytes: &[u8], lexicon: Lexicon) -> Option<Tagger> {
        let (head, body) = bytes.split_at_checked(TAGS * TAGS)?;
        let weights = Table::from_bytes(body)?;
        let mut transitions = [[NEVER; ROW]; TAGS];
        for (i, b) in head.iter().enumerate().filter(|(i, _)| may_follow(i / TAGS, i % TAGS)) {
            transitions[i / TAGS][i % TAGS] = i16::from(*b as i8);
        }
        // Only the last tag of a name is left for "none": what leaving adds is counted for every tag, so that the bound is never too low.
        let leave = (1..TAGS).map(|a| transitions[a][0] - transitions[0][0]).max().unwrap_or(0).max(0);
        let reach = std::array::from_fn(|b| (0..TAGS).map(|a| transitions[a][b]).max().unwrap_or(0) - transitions[0][0] + leave);
        static MADE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let id = MADE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Some(Tagger { id, near: Near::new(&weights), weights, transitions, reach, lexicon })
    }

    /// The spans of a text, in order; never overlapping. `bias` is added to the odds of every name against none, in
    /// natural logarithms: above 0 finds more, below 0 claims less.
    pub fn tag(&self, text: &str, bias: f32) -> Vec<Span> {
        let mut tokens = Vec::new();
        crate::token::tokens(text, &mut tokens);
        let alone = self.read(text, &mut tokens);
        let mut spans = Vec::new();
        self.tag_tokens(text, &tokens, alone, bias, &mut spans);
        spans
    }

    /// Says of every token on which lists it is, and gives what its word and those around it say, each alone, of every tag; in place of
    /// "none", of which it is 0, what they say to the gate.
    pub(crate) fn read(&self, text: &str, tokens: &mut [Token]) -> Vec<Scores> {
        self.with_scratch(|scratch| self.words(text, tokens, &mut scratch.cache))
    }

    /// Adds the spans of tokens that have been [`read`](Self::read) with this result.
    pub(crate) fn tag_tokens(&self, text: &str, tokens: &[Token], alone: Vec<Scores>, bias: f32, spans: &mut Vec<Span>) {
        self.with_scratch(|scratch| self.tag_with(text, tokens, alone, bias, scratch, spans));
    }

    fn with_scratch<T>(&self, call: impl FnOnce(&mut Scratch) -> T) -> T {
        thread_local! {
            static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default();
        }
        SCRATCH.with_borrow_mut(|scratch| {
            if scratch.of != self.id {
                scratch.of = self.id;
                scratch.cache.clear();
                scratch.cache.resize(CACHE, Cached::NONE);
            }
            call(scratch)
        })
    }

    fn tag_with(&self, text: &str, tokens: &[Token], alone: Vec<Scores>, bias: f32, scratch: &mut Scratch, spans: &mut Vec<Span>) {
        let bias = (bias / STEP) as i16;
        scratch.emissions = alone;
        // Stretches of tokens that may be of names; what stands between is none.
        let gate = |i: usize| scratch.emissions.get(i).map_or(i16::MIN, |e| e[0] + bias + self.near.gate(tokens, i, POSSIBLE - e[0] - bias));
        let stretches = &mut scratch.stretches;
        stretches.clear();
        let (mut before, mut here) = (i16::MIN, gate(0));
        for i in 0..tokens.len() {
            let next = gate(i + 1);
            if here >= LIKELY || here >= POSSIBLE && before.max(next) >= LIKELY {
                match stretches.last_mut() {
                    Some(Range { end, .. }) if i - *end <= BETWEEN => *end = i + 1,
                    _ => stretches.push(i..i + 1),
                }
            }
            (before, here) = (here, next);
        }
        for n in 0..scratch.stretches.len() {
            self.decode(text, tokens, scratch.stretches[n].clone(), bias, scratch, spans);
        }
    }

    /// What [`read`](Self::read) does, with the cache of this thread.
    fn words(&self, text: &str, tokens: &mut [Token], cache: &mut [Cached]) -> Vec<Scores> {
        let mut emissions = Vec::with_capacity(tokens.len() + AROUND);
        // The sums of the token before the one before, and so on to the one after the next.
        let mut window = [[0_i16; ROW]; PLACES.len()];
        for i in 0..tokens.len() {
            if i % TOGETHER == 0 {
                // The entries of many words first: then they are fetched from memory at a time.
                let keys = tokens[i..].iter().take(TOGETHER).map(Cached::key);
                std::hint::black_box(keys.filter(|key| cache[Cached::slot(*key)].key == *key).count());
            }
            let token = &mut tokens[i];
            let key = Cached::key(token);
            let (first, second) = (Cached::slot(key), Cached::slot(key) ^ 1);
            let word = if cache[first].key == key {
                &cache[first]
            } else if cache[second].key == key {
                &cache[second]
            } else {
                cache[second] = cache[first];
                cache[first] = self.word(key, text, token);
                &cache[first]
            };
            token.lists = word.lists;
            window[AROUND] = std::array::from_fn(|t| window[AROUND][t].wrapping_add(word.own[t]));
            for (vector, offset) in word.others.iter().zip(&PLACES[1..]) {
                // The word stands at `offset` of the one it says something of.
                let sums = &mut window[AROUND.wrapping_add_signed(-offset as isize)];
                *sums = std::array::from_fn(|t| sums[t].wrapping_add(i16::from(vector[t])));
            }
            if i >= AROUND {
                emissions.push(window[0]);
            }
            window.rotate_left(1);
            window[2 * AROUND] = [0; ROW];
        }
        emissions.extend(&window[AROUND - tokens.len().min(AROUND)..AROUND]);
        self.lexicon.mark_places(tokens);
        emissions
    }

    /// The entry of a word that the cache has not.
    fn word(&self, key: u64, text: &str, token: &Token) -> Cached {
        let lists = self.lexicon.of(text, token);
        let token = &Token { lists, ..*token };
        let written = text.get(token.range()).unwrap_or_default();
        let mut vectors = [[0; ROW]; PLACES.len()];
        let mut all: Vec<(u32, u64)> = Vec::with_capacity(64);
        for (vector, offset) in vectors.iter_mut().zip(PLACES) {
            all.clear();
            features::alone(token, written, offset, |f| all.push((f, self.weights.marks(f))));
            let mut sum = Sum::default();
            all.iter().for_each(|(feature, marks)| sum.add(&self.weights, *feature, *marks));
            sum.add_to(vector);
        }
        let [own, others @ ..] = vectors;
        // More than eight logarithms of odds say no more.
        Cached { key, lists, own, others: others.map(|v| v.map(|w| w.clamp(-127, 127) as i8)) }
    }

    fn decode(&self, text: &str, tokens: &[Token], range: Range<usize>, bias: i16, scratch: &mut Scratch, spans: &mut Vec<Span>) {
        let emissions = &mut scratch.emissions[range.clone()];
        let mut name = false;
        for (part, emissions) in (range.start..).step_by(TOGETHER).zip(emissions.chunks_mut(TOGETHER)) {
            // The marks of many tokens first: then their lines are fetched from memory at a time.
            scratch.joint.clear();
            for i in part..part + emissions.len() {
                let features = features::joint(tokens, i);
                scratch.joint.push(std::array::from_fn(|n| (features[n], self.weights.marks(features[n]))));
            }
            for ((i, e), joint) in (part..).zip(emissions).zip(&scratch.joint) {
                self.near.add(tokens, i, e);
                let mut sum = Sum::default();
                for (feature, marks) in joint {
                    sum.add(&self.weights, *feature, *marks);
                }
                sum.add_to(e);
                e[0] = -bias;
                // No name's score is above 0 whose tokens' are not.
                name |= (1..TAGS).any(|tag| e[tag].saturating_add(self.reach[tag]) > e[0]);
            }
        }
        if !name {
            return;
        }
        self.viterbi(text, tokens, range, emissions, &mut scratch.before, spans);
    }

    fn viterbi(&self, text: &str, tokens: &[Token], range: Range<usize>, emissions: &[Scores], before: &mut Vec<Scores>, spans: &mut Vec<Span>) {
        before.clear();
        // Against the score of "none", so that sums stay small.
        let mut best = [NEVER; ROW];
        best[0] = 0;
        for e in emissions {
            let mut next = [i16::MIN; ROW];
            for (a, step) in self.transitions.iter().enumerate() {
                next = std::array::from_fn(|b| best[a].saturating_add(step[b]).max(next[b]));
            }
            before.push(best);
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
            // The first of the tags that lead here best.
            let lead = |a: usize| before[k][a].saturating_add(self.transitions[a][tag]);
            tag = (1..TAGS).fold(0, |best, a| if lead(a) > lead(best) { a } else { best });
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
