//! Person names: from the forms they are written in to their parts.

use crate::gazetteer::{Gazetteer, fold};

/// A name in its parts, upper case, accents kept.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Name {
    pub first: String,
    pub middle: String,
    pub last: String,
    pub suffix: String,
}

const PARTICLES: &[&str] = &[
    "VAN", "VON", "DE", "DEL", "DELLA", "DI", "DA", "DOS", "DAS", "DU", "LA", "LE", "DER", "DEN", "TER", "BIN", "BINT", "IBN", "AL", "EL", "ST", "ST.", "SAN",
    "SANTA",
];
const SUFFIXES: &[&str] = &["JR", "SR", "II", "III", "IV", "V"];
pub(crate) const TITLES: &[&str] = &["MR", "MRS", "MS", "MISS", "MX", "DR", "PROF", "REV", "HON", "MASTER", "SIR", "DRS", "DOCTOR"];
pub(crate) const CREDENTIALS: &[&str] = &[
    "MD", "M.D", "DO", "D.O", "RN", "R.N", "NP", "PA", "PA-C", "PHD", "PH.D", "DDS", "DMD", "DPM", "DC", "FNP", "FNP-C", "APRN", "CNP", "CRNA", "LCSW", "LPC",
    "PSYD", "PHARMD", "OD", "LPN", "BSN", "MSN", "MBBS", "FACR", "FACS", "FACC", "DNP", "RT", "RDMS", "LMFT", "LISW", "MSW", "CNM",
];

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '(' | ')')).to_uppercase()
}

impl Name {
    /// From parts that a form or a table keeps apart; placeholders are no names.
    pub fn of(last: &str, first: &str, middle: &str, suffix: &str) -> Option<Name> {
        Name::labelled(last, first, middle, suffix).filter(|n| !matches!((n.last.as_str(), n.first.as_str()), ("DOE", "JOHN" | "JANE")))
    }

    /// From parts that a message keeps apart, where a John Doe is a patient like others; test patients are nobody.
    pub fn labelled(last: &str, first: &str, middle: &str, suffix: &str) -> Option<Name> {
        let clean = |s: &str| s.split_whitespace().map(|w| w.trim_end_matches(['.', ',']).to_uppercase()).collect::<Vec<_>>().join(" ");
        let mut name = Name { first: clean(first), middle: clean(middle), last: clean(last), suffix: clean(suffix) };
        name.move_suffix();
        // A title in front of either name.
        for part in [&mut name.first, &mut name.last] {
            if let Some((title, rest)) = part.split_once(' ')
                && TITLES.contains(&title)
            {
                *part = rest.to_string();
            }
        }
        if CREDENTIALS.contains(&name.suffix.replace('.', "").as_str()) {
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

    /// `LAST, FIRST MIDDLE`, with a suffix at the end.
    pub fn normal(&self) -> String {
        let mut text = self.last.clone();
        if !self.first.is_empty() {
            text.push_str(if text.is_empty() { "" } else { ", " });
            text.push_str(&self.first);
        }
        for part in [&self.middle, &self.suffix] {
            if !part.is_empty() {
                text.push(' ');
                text.push_str(part);
            }
        }
        text
    }

    /// `FIRST MIDDLE LAST SUFFIX`.
    pub fn natural(&self) -> String {
        [&self.first, &self.middle, &self.last, &self.suffix].iter().filter(|p| !p.is_empty()).map(|p| p.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Letters of the family and given names without accents: equal for one person's spellings with and without a middle name.
    pub fn key(&self) -> String {
        let letters = |s: &str| fold(s).chars().filter(|c| c.is_alphabetic()).collect::<String>();
        format!("{}|{}", letters(&self.last), letters(&self.first))
    }

    /// Whether the two can be one person: same family name, same given name or its initial, no conflicting middle initial or suffix.
    pub fn fits(&self, other: &Name) -> bool {
        let initial = |s: &str| s.chars().next();
        let same = |a: &str, b: &str| fold(a) == fold(b);
        let compatible =
            |a: &str, b: &str| a.is_empty() || b.is_empty() || same(a, b) || ((a.chars().count() == 1 || b.chars().count() == 1) && initial(a) == initial(b));
        same(&self.last, &other.last)
            && compatible(&self.first, &other.first)
            && compatible(&self.middle, &other.middle)
            && compatible(&self.suffix, &other.suffix)
    }
}

/// Words of `raw` without titles and credentials.
fn words(raw: &str) -> Vec<String> {
    let mut words: Vec<String> = raw
        .split_whitespace()
        .map(|w| w.trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '(' | ')' | '"')).to_string())
        .filter(|w| !w.is_empty())
        .collect();
    while words.first().is_some_and(|w| TITLES.contains(&bare(w).as_str())) && words.len() > 1 {
        words.remove(0);
    }
    while words.len() > 1 && words.last().is_some_and(|w| CREDENTIALS.contains(&bare(w).as_str())) {
        words.pop();
    }
    words
}

/// Whether a credential such as `MD` or a title `Dr.` stands in `raw`.
pub(crate) fn is_clinician(raw: &str) -> bool {
    let mut parts = raw.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty());
    let first = parts.clone().next().map(bare).unwrap_or_default();
    matches!(first.as_str(), "DR" | "DOCTOR" | "DRS")
        || parts.by_ref().skip(2).any(|w| CREDENTIALS.contains(&bare(w).as_str()) && w.chars().all(|c| !c.is_lowercase() || c == 'h' || c == 'y'))
}

/// The parts of a name written `LAST, FIRST MIDDLE`, `Last^First^Middle`, or `First Middle Last Suffix`.
/// Returns `None` for text that has not the shape of a name: digits, too many words, no letters.
pub(crate) fn parse(raw: &str, names: &Gazetteer) -> Option<Name> {
    let raw = raw.trim().trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '"' | '-' | '*'));
    if raw.len() > 80 || !raw.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '.' | ',' | '^' | '’' | '`' | '(' | ')' | '"')) {
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
        if !CREDENTIALS.contains(&tail.as_str())
            || (rest.split_whitespace().count() > 1 && rest.split_whitespace().nth(1).is_some_and(|w| !CREDENTIALS.contains(&bare(w).as_str()) && w.len() > 2))
        {
            if SUFFIXES.contains(&tail.as_str()) {
                let rest = rest[rest.find([',', ' ']).unwrap_or(rest.len())..].trim_matches([',', ' ']);
                let mut name = if rest.is_empty() { natural(&words(last), names)? } else { comma(last, rest)? };
                name.suffix = tail;
                return Some(name);
            }
            return comma(last, rest);
        }
        return natural(&words(last), names);
    }
    natural(&words(raw), names)
}

fn comma(last: &str, rest: &str) -> Option<Name> {
    let rest = words(&rest.replace(',', " "));
    let last = words(last);
    if last.is_empty() || last.len() > 4 || rest.len() > 5 || rest.is_empty() {
        return None;
    }
    // "Dong Hyun" and "Mary Ann" cannot be told from given + middle by form; the first word is the given name.
    Name::of(&last.join(" "), rest.first()?, &rest.get(1..).unwrap_or_default().join(" "), "")
}

fn natural(words: &[String], names: &Gazetteer) -> Option<Name> {
    let mut words: Vec<String> = words.to_vec();
    let mut suffix = String::new();
    if words.len() > 2 && words.last().is_some_and(|w| SUFFIXES.contains(&bare(w).as_str())) {
        suffix = words.pop().map(|w| bare(&w)).unwrap_or_default();
    }
    if words.is_empty() || words.len() > 6 || words.iter().all(|w| w.chars().filter(|c| c.is_alphabetic()).count() < 2) {
        return None;
    }
    if words.len() == 1 {
        return Name::of(&words[0], "", "", &suffix);
    }
    let upper: Vec<String> = words.iter().map(|w| bare(w)).collect();
    let n = words.len();
    // The family name begins at the last word, or at a particle, or after an initial, or takes two family-like words.
    let mut start = n - 1;
    if let Some(i) = (1..n - 1).find(|&i| PARTICLES.contains(&upper[i].as_str())) {
        start = i;
    } else if let Some(i) = (1..n - 1).rev().find(|&i| upper[i].chars().count() == 1) {
        start = i + 1;
    } else if n >= 3 && names.last(&upper[n - 2]) > names.first(&upper[n - 2]) {
        start = n - 2;
    }
    Name::of(&words[start..].join(" "), &words[0], &words[1..start].join(" "), &suffix)
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
