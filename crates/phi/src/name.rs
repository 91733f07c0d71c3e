//! Person names: from the forms they are written in to their parts.

use crate::gazetteer::{Gazetteer, fold};
use crate::token;
use std::sync::LazyLock;

/// A name in its parts, upper case, accents kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Name<S = String> {
    pub first: S,
    pub middle: S,
    pub last: S,
    pub suffix: S,
}

const PARTICLES: &[&str] = &[
    "VAN", "VON", "DE", "DEL", "DELLA", "DI", "DA", "DOS", "DAS", "DU", "LA", "LE", "DER", "DEN", "TER", "BIN", "BINT", "IBN", "AL", "EL", "ST", "ST.", "SAN",
    "SANTA",
];
const SUFFIXES: &[&str] = &["JR", "SR", "II", "III", "IV", "V"];
pub(crate) const TITLES: &[&str] = &["MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "REV", "HON", "MASTER", "SIR", "DRS", "DOCTOR"];
/// Titles of physicians.
pub(crate) const PHYSICIAN: &[&str] = &["DR", "DOCTOR", "DRS"];
pub(crate) const CREDENTIALS: &[&str] = &[
    "MD", "M.D", "DO", "D.O", "RN", "R.N", "NP", "PA", "PA-C", "PHD", "PH.D", "DDS", "DMD", "DPM", "DC", "FNP", "FNP-C", "APRN", "CNP", "CRNA", "LCSW", "LPC",
    "PSYD", "PHARMD", "OD", "LPN", "BSN", "MSN", "MBBS", "FACR", "FACS", "FACC", "DNP", "RT", "RDMS", "LMFT", "LISW", "MSW", "CNM",
];

/// The same as sets: every word of every name is looked up.
static TITLE_WORDS: LazyLock<token::Words> = LazyLock::new(|| TITLES.iter().collect());
static CREDENTIAL_WORDS: LazyLock<token::Words> = LazyLock::new(|| CREDENTIALS.iter().collect());

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '(' | ')'))
}

/// Whether a word is one of a list's, in any case.
pub(crate) fn one_of(word: &str, list: &[&str]) -> bool {
    list.iter().any(|w| w.eq_ignore_ascii_case(word))
}

/// Words in upper case with one blank between them, without the marks behind them.
fn clean<'w>(words: impl IntoIterator<Item = &'w str, IntoIter: Clone>) -> String {
    let words = words.into_iter();
    let mut out = String::with_capacity(words.clone().map(|w| w.len() + 1).sum());
    for (n, word) in words.enumerate() {
        if n > 0 {
            out.push(' ');
        }
        let word = word.trim_end_matches(['.', ',']);
        if word.is_ascii() {
            let from = out.len();
            out.push_str(word);
            out[from..].make_ascii_uppercase();
        } else {
            out.extend(word.chars().flat_map(char::to_uppercase));
        }
    }
    out
}

impl Name {
    /// From parts that a form or a table keeps apart; placeholders are no names.
    pub fn of(last: &str, first: &str, middle: &str, suffix: &str) -> Option<Name> {
        Name::labelled(last, first, middle, suffix).filter(Name::is_told)
    }

    /// From parts that a message keeps apart, where a John Doe is a patient like others; test patients are nobody.
    pub fn labelled(last: &str, first: &str, middle: &str, suffix: &str) -> Option<Name> {
        let [first, middle, last, suffix] = [first, middle, last, suffix].map(|part| clean(part.split_whitespace()));
        Name { first, middle, last, suffix }.checked()
    }

    /// Whether it is not that of somebody whose name is not told.
    fn is_told(&self) -> bool {
        !matches!((self.last.as_str(), self.first.as_str()), ("DOE", "JOHN" | "JANE"))
    }

    /// With titles and credentials removed and a suffix in its place; `None` for test patients and where nothing is left.
    fn checked(self) -> Option<Name> {
        let mut name = self;
        name.move_suffix();
        // A title in front of either name.
        for part in [&mut name.first, &mut name.last] {
            if let Some((title, rest)) = part.split_once(' ')
                && TITLES.contains(&title)
            {
                *part = rest.to_string();
            }
        }
        if !name.suffix.is_empty() && CREDENTIALS.contains(&name.suffix.replace('.', "").as_str()) {
            name.suffix.clear();
        }
        let placeholder =
            matches!((name.last.as_str(), name.first.as_str()), ("TEST" | "PATIENT" | "ANON" | "ANONYMOUS" | "ANONYMIZED", _) | (_, "TEST" | "ANONYMOUS"));
        (!placeholder && (!name.last.is_empty() || !name.first.is_empty())).then_some(name)
    }

    fn move_suffix(&mut self) {
        for part in [&mut self.last, &mut self.middle, &mut self.first] {
            if let Some((rest, tail)) = part.rsplit_once(' ')
                && SUFFIXES.contains(&tail)
                && tail != "V"
            {
                if self.suffix.is_empty() {
                    self.suffix = tail.to_string();
                }
                *part = rest.to_string();
            }
        }
    }
}

impl<S: AsRef<str>> Name<S> {
    /// First, middle, last, suffix.
    fn parts(&self) -> [&str; 4] {
        [self.first.as_ref(), self.middle.as_ref(), self.last.as_ref(), self.suffix.as_ref()]
    }

    /// `LAST, FIRST MIDDLE`, with a suffix at the end.
    pub fn normal(&self) -> String {
        let mut text = String::with_capacity(self.parts().iter().map(|p| p.len() + 2).sum());
        self.normal_into(&mut text);
        text
    }

    /// Adds it to `out`.
    pub fn normal_into(&self, out: &mut String) {
        let [first, middle, last, suffix] = self.parts();
        out.push_str(last);
        if !first.is_empty() {
            out.push_str(if last.is_empty() { "" } else { ", " });
            out.push_str(first);
        }
        for part in [middle, suffix].into_iter().filter(|p| !p.is_empty()) {
            out.push(' ');
            out.push_str(part);
        }
    }

    /// `FIRST MIDDLE LAST SUFFIX`.
    pub fn natural(&self) -> String {
        let parts = self.parts();
        let mut text = String::with_capacity(parts.iter().map(|p| p.len() + 1).sum());
        for part in parts.into_iter().filter(|p| !p.is_empty()) {
            text.push_str(if text.is_empty() { "" } else { " " });
            text.push_str(part);
        }
        text
    }

    /// Letters of the family and given names without accents: equal for one person's spellings with and without a middle name.
    pub fn key(&self) -> String {
        let letters = |s: &str| fold(s).chars().filter(|c| c.is_alphabetic()).collect::<String>();
        format!("{}|{}", letters(self.last.as_ref()), letters(self.first.as_ref()))
    }

    /// Whether the two can be one person: same family name, same given name or its initial, no conflicting middle initial or suffix.
    pub fn fits<T: AsRef<str>>(&self, other: &Name<T>) -> bool {
        let initial = |s: &str| s.chars().next();
        let same = |a: &str, b: &str| fold(a) == fold(b);
        let compatible =
            |a: &str, b: &str| a.is_empty() || b.is_empty() || same(a, b) || ((a.chars().count() == 1 || b.chars().count() == 1) && initial(a) == initial(b));
        let ([first, middle, last, suffix], [other_first, other_middle, other_last, other_suffix]) = (self.parts(), other.parts());
        same(last, other_last) && compatible(first, other_first) && compatible(middle, other_middle) && compatible(suffix, other_suffix)
    }
}

/// Longest text that may be a name.
const LONGEST: usize = 80;
/// Room for its words.
type Words<'r> = [&'r str; LONGEST / 2 + 1];

/// Words of `raw` without titles and credentials, in the room that is lent.
fn words<'r, 'l>(parts: impl Iterator<Item = &'r str>, room: &'l mut Words<'r>) -> &'l [&'r str] {
    let parts = parts.map(|w| w.trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '(' | ')' | '"'))).filter(|w| !w.is_empty());
    let n = room.iter_mut().zip(parts).map(|(place, word)| *place = word).count();
    let mut words = &room[..n];
    while let [first, rest @ ..] = words
        && !rest.is_empty()
        && TITLE_WORDS.contains(bare(first))
    {
        words = rest;
    }
    while let [rest @ .., last] = words
        && !rest.is_empty()
        && CREDENTIAL_WORDS.contains(bare(last))
    {
        words = rest;
    }
    words
}

/// Whether a credential such as `MD` or a title `Dr.` stands in `raw`.
pub(crate) fn is_clinician(raw: &str) -> bool {
    let mut parts = raw.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty());
    let first = parts.clone().next().map(bare).unwrap_or_default();
    one_of(first, PHYSICIAN) || parts.by_ref().skip(2).any(is_credential)
}

/// Whether a credential stands in what follows a name.
pub(crate) fn credential_follows(behind: &str) -> bool {
    behind.split(|c: char| c.is_whitespace() || c == ',').skip(1).any(is_credential)
}

fn is_credential(word: &str) -> bool {
    word.chars().all(|c| !c.is_lowercase() || c == 'h' || c == 'y') && CREDENTIAL_WORDS.contains(bare(word))
}

/// The parts of a name written `LAST, FIRST MIDDLE`, `Last^First^Middle`, or `First Middle Last Suffix`.
/// Returns `None` for text that has not the shape of a name: digits, too many words, no letters.
pub(crate) fn parse(raw: &str, names: &Gazetteer) -> Option<Name> {
    let raw = raw.trim().trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '"' | '-' | '*'));
    if raw.len() > LONGEST || !raw.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '.' | ',' | '^' | '’' | '`' | '(' | ')' | '"')) {
        return None;
    }
    if raw.contains('^') {
        let mut parts = raw.split('^').map(str::trim);
        let mut next = || parts.next().unwrap_or_default();
        let (last, first, middle, suffix) = (next(), next(), next(), next());
        return Name::of(last, first, middle, suffix);
    }
    if let Some((last, rest)) = raw.split_once(',') {
        let rest = rest.trim();
        let tail = bare(rest.split([',', ' ']).next().unwrap_or_default());
        // "Ann Richardson, MD" and "John Smith, Jr." are not in the order family name first.
        if !CREDENTIAL_WORDS.contains(tail)
            || (rest.split_whitespace().count() > 1 && rest.split_whitespace().nth(1).is_some_and(|w| !CREDENTIAL_WORDS.contains(bare(w)) && w.len() > 2))
        {
            if one_of(tail, SUFFIXES) {
                let rest = rest[rest.find([',', ' ']).unwrap_or(rest.len())..].trim_matches([',', ' ']);
                let mut name = if rest.is_empty() { natural(last, names)? } else { comma(last, rest)? };
                name.suffix = tail.to_uppercase();
                return Some(name);
            }
            return comma(last, rest);
        }
        return natural(last, names);
    }
    natural(raw, names)
}

fn comma(last: &str, rest: &str) -> Option<Name> {
    let (mut room, mut last_room) = ([""; _], [""; _]);
    let rest = words(rest.split(|c: char| c.is_whitespace() || c == ','), &mut room);
    let last = words(last.split_whitespace(), &mut last_room);
    let [first, middle @ ..] = rest else { return None };
    if last.is_empty() || last.len() > 4 || rest.len() > 5 {
        return None;
    }
    // "Dong Hyun" and "Mary Ann" cannot be told from given + middle by form; the first word is the given name.
    Name { first: clean([*first]), middle: clean(middle.iter().copied()), last: clean(last.iter().copied()), suffix: String::new() }
        .checked()
        .filter(Name::is_told)
}

fn natural(raw: &str, names: &Gazetteer) -> Option<Name> {
    let mut room = [""; _];
    let mut words = words(raw.split_whitespace(), &mut room);
    let mut suffix = "";
    if let [before @ .., last] = words
        && words.len() > 2
        && one_of(bare(last), SUFFIXES)
    {
        (words, suffix) = (before, bare(last));
    }
    if words.is_empty() || words.len() > 6 || words.iter().all(|w| w.chars().filter(|c| c.is_alphabetic()).nth(1).is_none()) {
        return None;
    }
    if words.len() == 1 {
        return Name::of(words[0], "", "", suffix);
    }
    let plain = |i: usize| bare(words[i]);
    let n = words.len();
    // The family name begins at the last word, or at a particle, or after an initial, or takes two family-like words.
    let mut start = n - 1;
    if let Some(i) = (1..n - 1).find(|&i| one_of(plain(i), PARTICLES)) {
        start = i;
    } else if let Some(i) = (1..n - 1).rev().find(|&i| plain(i).chars().count() == 1) {
        start = i + 1;
    } else if n >= 3 && names.last(plain(n - 2)) > names.first(plain(n - 2)) {
        start = n - 2;
    }
    let part = |from: usize, to: usize| clean(words[from..to].iter().copied());
    Name { first: part(0, 1), middle: part(1, start), last: part(start, n), suffix: clean(suffix.split_whitespace()) }.checked().filter(Name::is_told)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expect: &str) {
        assert_eq!(parse(raw, &Gazetteer::new()).map(|n| n.normal()).as_deref().unwrap_or("-"), expect, "{raw}");
    }

    #[test]
    fn forms() {
        check("GRAVES, AARON", "GRAVES, AARON");
        check("Willie L. Kelly-Watkins", "KELLY-WATKINS, WILLIE L");
        check("Valentina S. Pérez González", "PÉREZ GONZÁLEZ, VALENTINA S");
        check("Juana González Gómez", "GONZÁLEZ GÓMEZ, JUANA");
        check("Dennis Raymond Kennedy", "KENNEDY, DENNIS RAYMOND");
        check("Patricia N. Hoffmann, MD", "HOFFMANN, PATRICIA N");
        check("Dr. Wood", "WOOD");
        check("Black Jr, Michael W", "BLACK, MICHAEL W JR");
        check("John Smith, Jr.", "SMITH, JOHN JR");
        check("Torres Moreno^Ximena", "TORRES MORENO, XIMENA");
        check("Angela von Hagen", "VON HAGEN, ANGELA");
        check("12 Main St", "-");
        check("", "-");
        check("A B", "-");
    }

    #[test]
    fn clinicians() {
        assert!(is_clinician("Ann T. Richardson, MD") && is_clinician("Dr. Wood"));
        assert!(!is_clinician("Do, Van Tam"));
    }
}
