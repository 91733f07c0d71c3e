//! How common a word is as a given name and as a family name (US Census 1990, public domain; see `examples/build_gazetteer.rs`).

use crate::token::{Identity, hash};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

const NAMES: &str = include_str!("../data/names.txt");

/// Frequency bands of names: 0 unknown, 1 rare, 2 usual, 3 common.
pub(crate) struct Gazetteer(HashMap<u64, u8, Identity>);

/// Calls with every name of the list, upper case, and its bands: those of the given name times four and those of the family name.
pub(crate) fn each(mut call: impl FnMut(&str, u8)) {
    let mut word = String::new();
    for line in NAMES.lines() {
        let mut head = line.chars();
        let (Some(shared), Some(bands)) = (head.next().and_then(|c| c.to_digit(36)), head.next()) else { continue };
        word.truncate(shared as usize);
        word.push_str(head.as_str());
        call(&word, (bands as u32).wrapping_sub('a' as u32) as u8);
    }
}

impl Gazetteer {
    pub fn new() -> Gazetteer {
        let mut names = HashMap::with_capacity_and_hasher(48_000, Identity);
        each(|name, bands| {
            names.insert(hash(name), bands);
        });
        Gazetteer(names)
    }

    fn bands(&self, word: &str) -> u8 {
        if word.is_ascii()
            && let Some(found) = self.0.get(&hash(word))
        {
            return *found;
        }
        if word.bytes().all(|b| b.is_ascii_alphabetic()) {
            return 0;
        }
        let folded = fold(word);
        if let Some(found) = self.0.get(&hash(&folded)) {
            return *found;
        }
        // "Kelly-Watkins", "Seo-yeon": the best part counts; "O'Brien" and "Mc Donald" are one word in the Census.
        let joined: String = folded.chars().filter(|c| c.is_alphabetic()).collect();
        if let Some(found) = self.0.get(&hash(&joined)) {
            return *found;
        }
        folded
            .split(|c: char| !c.is_alphabetic())
            .filter(|p| p.len() > 1)
            .filter_map(|p| self.0.get(&hash(p)))
            .fold((0, 0), |(f, l), b| (f.max(b / 4), l.max(b % 4)))
            .into_bands()
    }

    /// Band of the word as a given name.
    pub fn first(&self, word: &str) -> u8 {
        self.bands(word) / 4
    }

    /// Band of the word as a family name.
    pub fn last(&self, word: &str) -> u8 {
        self.bands(word) % 4
    }
}

trait IntoBands {
    fn into_bands(self) -> u8;
}
impl IntoBands for (u8, u8) {
    fn into_bands(self) -> u8 {
        self.0 * 4 + self.1
    }
}

/// Upper case without accents: `García` becomes `GARCIA`.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expect: (bool, bool)) {
        let names = Gazetteer::new();
        assert_eq!((names.first(word) > 0, names.last(word) > 0), expect, "{word}");
    }

    #[test]
    fn known_and_unknown() {
        check("Mary", (true, true));
        check("GARCÍA", (false, true));
        check("O'Brien", (false, true));
        check("Kelly-Watkins", (true, true));
        check("Zzyzx", (false, false));
        check("", (false, false));
    }
}
