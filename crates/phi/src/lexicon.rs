//! What is known of single words, for one look-up per word: how usual they are as given and family names, places, medical terms, and on
//! which lists of the rules and the finders they are.

use crate::gazetteer;
use crate::roster::Roster;
use crate::rules::Rules;
use crate::token::{Identity, Token, Words, hash, mix, tokens};
use crate::{dates, name, names, narrative, numbers};
use std::collections::HashMap;

/// Towns, counties and countries, one a line, lower case (made by `scripts/train/list_places.py`).
const PLACES: &str = include_str!("../data/places.txt");

/// Bits of a word. The two lowest pairs are the frequency bands of [`gazetteer`]: family name, given name.
pub(crate) const NAME: u32 = 0b1111;
/// The word alone is a place.
pub(crate) const PLACE: u32 = 1 << 4;
/// The word begins a place of several words.
pub(crate) const PLACE_START: u32 = 1 << 5;
/// A word of medicine: drug, disease, eponym, examination, whatever rules are added.
pub(crate) const MEDICINE: u32 = 1 << 6;
/// The bits that the tagger has learnt from.
pub(crate) const LEARNT: u32 = 0x7f;
/// Ends a name: [`Rules::non_names`].
pub(crate) const NON_NAME: u32 = 1 << 8;
/// Of the vocabulary: [`Rules::terms`].
pub(crate) const TERM: u32 = 1 << 9;
/// A relative or guardian.
pub(crate) const RELATIVE: u32 = 1 << 10;
/// A small word inside of names.
pub(crate) const PARTICLE: u32 = 1 << 11;
/// A title before a name.
pub(crate) const TITLE: u32 = 1 << 12;
/// Begins the credentials of a clinician, or is a physician's title.
pub(crate) const CLINICIAN: u32 = 1 << 13;
/// Ends a cue that says whose a name is, or begins one that does so behind the name.
pub(crate) const CUE: u32 = 1 << 14;
/// Announces a telephone number.
pub(crate) const CALLED: u32 = 1 << 15;
/// Announces a number.
pub(crate) const NUMBERED: u32 = 1 << 16;
/// Announces the number of a home.
pub(crate) const APARTMENT: u32 = 1 << 17;
/// Names a month.
pub(crate) const MONTH: u32 = 1 << 18;
/// Begins a label.
pub(crate) const LABEL: u32 = 1 << 19;
/// Begins a phrase of business papers.
pub(crate) const BUSINESS: u32 = 1 << 20;
/// A name that is an ordinary word more often.
pub(crate) const ORDINARY: u32 = 1 << 21;
/// A family or given name of the roster.
pub(crate) const ROSTER: u32 = 1 << 22;
/// The word is a later one of a place of several words.
pub(crate) const PLACE_NEXT: u32 = 1 << 23;
/// Of [`Token::lists`], two bits: whether it is the first or a later word of a place of several.
pub(crate) const PLACE_SHIFT: u32 = 30;

/// The words that are known, by their hash.
pub(crate) struct Lexicon {
    words: HashMap<u64, u32, Identity>,
    /// Places of two to four words, by the hash of their words.
    phrases: Words,
}

fn join(phrase: u64, word: u64) -> u64 {
    mix(phrase ^ word.rotate_left(17))
}

impl Lexicon {
    /// From the name lists, the places, the words of medicine in the built-in rules, and the lists of these rules and this roster.
    pub fn new(rules: &Rules, roster: &Roster) -> Lexicon {
        let mut words: HashMap<u64, u32, Identity> = HashMap::with_capacity_and_hasher(80_000, Identity);
        gazetteer::each(|name, bands| *words.entry(hash(name)).or_default() |= u32::from(bands));
        let mut phrases = Vec::new();
        for place in PLACES.lines() {
            let parts: Vec<u64> = place.split(' ').map(hash).collect();
            match parts.as_slice() {
                [one] => *words.entry(*one).or_default() |= PLACE,
                [first, rest @ ..] if rest.len() < 4 => {
                    *words.entry(*first).or_default() |= PLACE_START;
                    rest.iter().for_each(|word| *words.entry(*word).or_default() |= PLACE_NEXT);
                    phrases.push(rest.iter().fold(*first, |p, w| join(p, *w)));
                }
                _ => {}
            }
        }
        let built_in = Rules::default();
        let w = &built_in.words;
        for term in w.drugs.iter().chain(&w.diseases).chain(&w.modalities).chain(&w.eponyms) {
            for word in term.split(' ').filter(|w| w.len() > 2) {
                *words.entry(hash(word)).or_default() |= MEDICINE;
            }
        }
        let mut add = |hash: u64, list: u32| *words.entry(hash).or_default() |= list;
        ends(rules, &mut add);
        // Whole words only: of "nuclear medicine" neither is one.
        for (list, of) in [(NON_NAME, &rules.non_names), (TERM, &rules.terms), (RELATIVE, &rules.words.relatives())] {
            of.hashes().for_each(|hash| add(hash, list));
        }
        roster.names().for_each(|name| add(hash(name), ROSTER));
        Lexicon { words, phrases: Words::of_hashes(phrases) }
    }

    /// Bits of one token of `text`.
    pub fn of(&self, text: &str, token: &Token) -> u32 {
        let bits = self.words.get(&token.hash).copied().unwrap_or(0);
        match text.get(token.range()) {
            // A label or a cue may be a mark.
            _ if !token.is_word() => bits & !LEARNT,
            // Names are listed without accents.
            Some(word) if !word.is_ascii() => {
                let plain = self.words.get(&hash(&gazetteer::fold(word))).copied().unwrap_or(0);
                bits | plain & (ROSTER | if bits & LEARNT == 0 { LEARNT } else { 0 })
            }
            _ => bits,
        }
    }

    /// Marks the words of places of several.
    pub fn mark_places(&self, tokens: &mut [Token]) {
        let mut i = 0;
        while i < tokens.len() {
            let words = if tokens[i].on(PLACE_START) { self.place(&tokens[i..]) } else { 0 };
            for (n, token) in tokens[i..i + words].iter_mut().enumerate() {
                token.lists |= if n == 0 { 1 } else { 2 } << PLACE_SHIFT;
            }
            i += words.max(1);
        }
    }

    /// Number of words of the longest place that begins at the first of `tokens`, if it is of two words or more.
    fn place(&self, tokens: &[Token]) -> usize {
        let mut phrase = match tokens.first() {
            Some(first) => first.hash,
            None => return 0,
        };
        let mut longest = 0;
        for (i, token) in tokens.iter().enumerate().take(4).skip(1) {
            if !token.on(PLACE_NEXT) || !token.is_word() || !token.spaced {
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

/// Calls with the hash of the first or the last token of every phrase that is looked for, and its list.
fn ends(rules: &Rules, mut each: impl FnMut(u64, u32)) {
    let mut buffer = Vec::new();
    let mut add = |list: u32, last: bool, phrases: &mut dyn Iterator<Item = &str>| {
        for phrase in phrases {
            tokens(phrase, &mut buffer);
            let token = if last { buffer.iter().rev().find(|t| !t.is_punctuation()).or(buffer.last()) } else { buffer.first() };
            token.into_iter().for_each(|t| each(t.hash, list));
        }
    };
    let w = &rules.words;
    for cues in [&w.patient_cues, &w.guardian_cues, &w.guardian_words, &w.relative_words] {
        add(CUE, true, &mut cues.iter().map(String::as_str));
    }
    add(CUE, false, &mut w.staff_cues.iter().map(String::as_str));
    add(BUSINESS, false, &mut w.business_words.iter().map(String::as_str));
    add(LABEL, false, &mut rules.labels.iter().map(|l| l.0.as_str()));
    add(TITLE, false, &mut name::TITLES.iter().copied());
    add(CLINICIAN, false, &mut name::CREDENTIALS.iter().chain(name::PHYSICIAN).copied());
    for (list, words) in [
        (PARTICLE, names::PARTICLES),
        (ORDINARY, names::ORDINARY),
        (CALLED, narrative::CALLED),
        (APARTMENT, narrative::APARTMENT),
        (NUMBERED, numbers::NUMBERED),
        (MONTH, dates::MONTHS),
    ] {
        add(list, false, &mut words.split_whitespace());
    }
}

impl Token {
    /// Whether it is a mark that may stand between a cue and a name.
    pub fn is_punctuation(&self) -> bool {
        matches!(self.mark(), b'.' | b':' | b'-' | b',')
    }
    /// Whether it is on one of these lists.
    #[inline]
    pub fn on(&self, lists: u32) -> bool {
        self.lists & lists != 0
    }
    /// Band as a given name.
    pub fn given(&self) -> u8 {
        (self.lists >> 2 & 3) as u8
    }
    /// Band as a family name.
    pub fn family(&self) -> u8 {
        (self.lists & 3) as u8
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The tokens of a text, marked.
    pub(crate) fn tokens(text: &str) -> Vec<Token> {
        let mut found = Vec::new();
        crate::token::tokens(text, &mut found);
        let lexicon = Lexicon::new(&Rules::default(), &Roster::default());
        found.iter_mut().for_each(|t| t.lists = lexicon.of(text, t));
        found
    }

    #[test]
    fn words_are_on_their_lists() {
        let roster = Roster::from_csv("name\n\"Zzyzx, María\"\n".as_bytes(), crate::Kind::Patients).unwrap();
        let mut rules = Rules::default();
        rules.labels.push(("№ 7".into(), rules.labels[0].1));
        rules.words.patient_cues.push("attn. (pt.)".into());
        let lexicon = Lexicon::new(&rules, &roster);
        let mut found = Vec::new();
        let text = "Son García called Dr. MARIA Zzyzx in May, 5 qwrtp №)";
        crate::token::tokens(text, &mut found);
        found.iter_mut().for_each(|t| t.lists = lexicon.of(text, t));
        let on = |bit: u32| found.iter().filter(|t| t.on(bit)).map(|t| &text[t.range()]).collect::<Vec<_>>().join(" ");
        assert_eq!(on(RELATIVE), "Son");
        assert_eq!(on(CALLED), "called");
        assert!(on(LABEL).ends_with("№") && on(CUE) == "Son called )", "{}", on(CUE));
        assert_eq!((on(MONTH), on(ORDINARY)), ("May".into(), "May".into()));
        assert_eq!((on(ROSTER), on(TITLE), on(CLINICIAN)), ("MARIA Zzyzx".into(), "Dr".into(), "Dr".into()));
        assert!(found[1].family() > 0 && found[1].given() == 0, "García without its accent is a family name");
        assert!(!found.iter().any(|t| &text[t.range()] == "qwrtp" && t.lists != 0));
    }
}
