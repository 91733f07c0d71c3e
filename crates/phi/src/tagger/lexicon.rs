//! What is known of single words: how usual they are as given and family names, places, medical terms.

use crate::token::{Identity, Token, Words, hash, mix};
use crate::{gazetteer, rules::Rules};
use std::collections::HashMap;

/// Towns, counties and countries, one a line, lower case (made by `scripts/train/list_places.py`).
const PLACES: &str = include_str!("../../data/places.txt");

/// Bits of a word. The two lowest pairs are the frequency bands of [`gazetteer`]: given name, family name.
pub(crate) mod bits {
    /// The word alone is a place.
    pub const PLACE: u8 = 0b0001_0000;
    /// The word begins a place of several words.
    pub const PLACE_START: u8 = 0b0010_0000;
    /// A word of medicine: drug, disease, eponym, examination.
    pub const TERM: u8 = 0b0100_0000;
}

/// The words that are known, by their hash.
pub(crate) struct Lexicon {
    words: HashMap<u64, u8, Identity>,
    /// Places of two to four words, by the hash of their words.
    phrases: Words,
}

fn join(phrase: u64, word: u64) -> u64 {
    mix(phrase ^ word.rotate_left(17))
}

impl Lexicon {
    /// From the name lists, the places and the words of medicine in the built-in rules.
    pub fn new() -> Lexicon {
        let mut words: HashMap<u64, u8, Identity> = HashMap::with_capacity_and_hasher(80_000, Identity);
        gazetteer::each(|name, bands| {
            words.insert(hash(name), bands);
        });
        let mut phrases = Vec::new();
        for place in PLACES.lines() {
            let parts: Vec<u64> = place.split(' ').map(hash).collect();
            match parts.as_slice() {
                [one] => *words.entry(*one).or_default() |= bits::PLACE,
                [first, rest @ ..] if rest.len() < 4 => {
                    *words.entry(*first).or_default() |= bits::PLACE_START;
                    phrases.push(rest.iter().fold(*first, |p, w| join(p, *w)));
                }
                _ => {}
            }
        }
        let rules = Rules::default();
        let w = &rules.words;
        for term in w.drugs.iter().chain(&w.diseases).chain(&w.modalities).chain(&w.eponyms) {
            for word in term.split(' ').filter(|w| w.len() > 2) {
                *words.entry(hash(word)).or_default() |= bits::TERM;
            }
        }
        Lexicon { words, phrases: Words::of_hashes(phrases) }
    }

    /// Bits of one token of `text`.
    pub fn of(&self, text: &str, token: &Token) -> u8 {
        if !token.is_word() {
            return 0;
        }
        let found = self.words.get(&token.hash).copied();
        match (found, text.get(token.range())) {
            (Some(bits), _) => bits,
            (None, Some(word)) if !word.is_ascii() => self.words.get(&hash(&gazetteer::fold(word))).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// Number of words of the longest place that begins at the first of `tokens`, if it is of two words or more.
    pub fn place(&self, tokens: &[Token]) -> usize {
        let mut phrase = match tokens.first() {
            Some(first) => first.hash,
            None => return 0,
        };
        let mut longest = 0;
        for (i, token) in tokens.iter().enumerate().take(4).skip(1) {
            if !token.is_word() || !token.spaced {
                break;
            }
            phrase = join(phrase, token.hash);
            if self.phrases.has(phrase) {
                longest = i + 1;
            }
        }
        longest
    }
}
