//! Names in a form that compares: folding to Latin capitals, compounds, particles, nicknames, and how often a name is met.

use crate::pool::{self, Pool};
use crate::text::{letters, sound};
use hashbrown::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Sets of given names used for one another; the number of a set is its line.
///
/// Of the second list, lines that begin with the nickname are left out (`BILL FRED ROBERT WILLIAM`; told by the names behind it being longer): those
/// have lines of their own and are not used for one another.
pub(crate) static NICKNAMES: LazyLock<HashMap<&'static str, Vec<u16>>> = LazyLock::new(|| {
    let mut sets: HashMap<&str, Vec<u16>> = HashMap::new();
    let lines = |list: &'static str| list.lines().filter(|line| !line.starts_with('#'));
    let (own, northern) = (include_str!("../data/nicknames.txt"), include_str!("../data/nicknames_northern.txt"));
    let full = |line: &&str| {
        let mut words = line.split_whitespace().map(str::len);
        let first = words.next().unwrap_or(0);
        let (others, letters) = words.fold((0, 0), |(n, sum), len| (n + 1, sum + len));
        letters <= first * others
    };
    for (number, line) in (1..).zip(lines(own).chain(lines(northern).filter(full))) {
        for name in line.split_whitespace() {
            let of = sets.entry(name).or_default();
            if of.last() != Some(&number) {
                of.push(number);
            }
        }
    }
    sets
});

/// Share of people with a given or a family name, from a short list of the most frequent.
static FREQUENT: LazyLock<HashMap<(bool, &'static str), f32>> = LazyLock::new(|| {
    let lines = include_str!("../data/frequent_names.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut parts = line.split(' ');
            let (kind, name, count) = (parts.next()?, parts.next()?, parts.next()?.parse::<f32>().ok()?);
            Some(((kind == "L", name), count / 1e6))
        })
        .collect()
});

/// Share of people who bear `name`, before any data is seen.
pub(crate) fn base_share(name: &str, family: bool) -> f32 {
    FREQUENT.get(&(family, name)).copied().unwrap_or(if family { 2e-5 } else { 5e-5 })
}

/// Sets of nicknames that `name` stands in.
pub(crate) fn nickname_sets(name: &str) -> &'static [u16] {
    NICKNAMES.get(name).map_or(&[], |sets| sets.as_slice())
}

const PARTICLES: &[&str] = &[
    "DE", "LA", "LAS", "LOS", "DEL", "VAN", "VON", "DER", "DEN", "DI", "DA", "DO", "DOS", "DAS", "DU", "EL", "AL", "BIN", "IBN", "LE", "TEN", "TER", "MC",
    "MAC", "O", "D", "SAN", "SANTA",
];
const TITLES: &[&str] =
    &["MR", "MRS", "MS", "MISS", "DR", "MD", "DO", "RN", "PHD", "PROF", "REV", "NP", "PA", "DDS", "ESQ", "SIR", "DAME", "FACR", "MRN", "DOB"];
const NOT_NAMES: &[&str] = &[
    "UNKNOWN",
    "UNK",
    "NONE",
    "NULL",
    "NA",
    "NAN",
    "NIL",
    "ANONYMOUS",
    "TBD",
    "NOTGIVEN",
    "NOTPROVIDED",
    "NOTKNOWN",
    "REDACTED",
    "MISSING",
    "PATIENT",
    "TEST",
    "TESTPATIENT",
    "XXX",
    "XX",
    "XXXX",
    "BLANK",
    "DECLINED",
    "REFUSED",
    "UNNAMED",
    "NONAME",
];
const NEWBORN: &[&str] =
    &["BABY", "BABYBOY", "BABYGIRL", "NEWBORN", "INFANT", "BB", "BG", "BOY", "GIRL", "NEWBORNBOY", "NEWBORNGIRL", "BABYMALE", "BABYFEMALE"];

/// Appends letters in Latin capitals without marks; anything else becomes a space, apostrophes vanish, digits that scanning mistakes for letters are put back.
fn fold(text: &str, out: &mut String) {
    if text.len() <= 200 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ') {
        // Most names.
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_uppercase();
        return;
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let scanned = letters > 2 * digits;
    if text.is_ascii() && digits == 0 {
        for byte in text.bytes().take(200) {
            match byte {
                b'a'..=b'z' => out.push(char::from(byte.to_ascii_uppercase())),
                b'A'..=b'Z' | b' ' => out.push(char::from(byte)),
                b'\'' | b'`' => {}
                b'|' if scanned => out.push('L'),
                b'$' if scanned => out.push('S'),
                b'@' if scanned => out.push('A'),
                _ => out.push(' '),
            }
        }
        return;
    }
    for c in text.nfkd().take(200) {
        match c {
            'a'..='z' => out.push(c.to_ascii_uppercase()),
            'A'..='Z' | ' ' => out.push(c),
            '\'' | '’' | '‘' | '`' | 'ʼ' | '´' => {}
            '0' if scanned => out.push('O'),
            '1' | '|' if scanned => out.push('L'),
            '5' | '$' if scanned => out.push('S'),
            '8' if scanned => out.push('B'),
            '4' | '@' if scanned => out.push('A'),
            'ß' | 'ẞ' => out.push_str("SS"),
            'ø' | 'Ø' => out.push('O'),
            'ł' | 'Ł' => out.push('L'),
            'đ' | 'Đ' | 'ð' | 'Ð' => out.push('D'),
            'æ' | 'Æ' => out.push_str("AE"),
            'œ' | 'Œ' => out.push_str("OE"),
            'þ' | 'Þ' => out.push_str("TH"),
            'ı' => out.push('I'),
            '\u{300}'..='\u{36f}' => {}
            c if c.is_alphabetic() => out.extend(c.to_uppercase()),
            _ => out.push(' '),
        }
    }
}

/// Appends a text after folding, its words parted by one space each.
pub(crate) fn spaced(text: &str, out: &mut String) {
    let start = out.len();
    fold(text, out);
    if out[start..].bytes().any(|byte| byte == b' ') {
        let folded = out.split_off(start);
        for word in folded.split_whitespace() {
            if out.len() > start {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
}

/// Appends a part of a name after folding: its words with particles glued to what follows (`DE LA CRUZ` becomes `DELACRUZ`), compounds
/// parted by one space. Nothing where the text is no name.
pub(crate) fn clean(text: &str, family: bool, out: &mut String) {
    let start = out.len();
    fold(text, out);
    out.truncate(start + out[start..].trim_end_matches(' ').len());
    let is_mark = |word: &str| word.len() > 1 && suffix(word) != 0;
    if !out[start..].contains(' ') {
        if is_mark(&out[start..]) {
            out.truncate(start);
        }
    } else {
        let folded = out.split_off(start);
        let mut words: Vec<&str> = folded.split_whitespace().filter(|word| !is_mark(word)).collect();
        if words.len() > 1 {
            words.retain(|word| !(word.len() > 1 && TITLES.contains(word) && *word != "DO"));
        }
        for (i, word) in words.iter().enumerate() {
            out.push_str(word);
            let last = i + 1 == words.len();
            if !(last || family && PARTICLES.contains(word)) {
                out.push(' ');
            }
        }
    }
    if !is_name(&out[start..]) {
        out.truncate(start);
    }
}

/// See [`clean`].
pub(crate) fn cleaned(text: &str, family: bool) -> String {
    let mut out = String::with_capacity(text.len());
    clean(text, family, &mut out);
    out
}

/// Whether a folded text is not one of the words that are written for "not known".
fn is_name(text: &str) -> bool {
    const LONGEST: usize = 11;
    text.len() > LONGEST + 2 || if text.contains(' ') { !NOT_NAMES.contains(&text.replace(' ', "").as_str()) } else { !NOT_NAMES.contains(&text) }
}

/// Whether a given name only says that the person is a newborn child.
pub(crate) fn is_newborn(given: &str) -> bool {
    if !given.contains(' ') {
        return NEWBORN.contains(&given);
    }
    let joined: String = given.split(' ').filter(|word| word.len() > 1).collect();
    NEWBORN.contains(&joined.as_str())
}

/// 1 `JR`, 2 `SR`, 3 `II`, 4 `III`, 5 `IV`; 0 for anything else.
pub(crate) fn suffix(word: &str) -> u8 {
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| !byte.is_ascii_alphanumeric());
    let bytes = word.as_bytes();
    let word = if edge(bytes.first()) || edge(bytes.last()) { word.trim_matches(|c: char| !c.is_alphanumeric()) } else { word };
    let is = |forms: &[&str]| forms.iter().any(|form| form.eq_ignore_ascii_case(word));
    match word.len() {
        2..=6 if is(&["JR", "JNR", "JUNIOR"]) => 1,
        2..=6 if is(&["SR", "SNR", "SENIOR"]) => 2,
        2..=6 if is(&["II", "2ND"]) => 3,
        2..=6 if is(&["III", "3RD"]) => 4,
        2..=6 if is(&["IV", "4TH"]) => 5,
        _ => 0,
    }
}

/// Given, middle, family name and suffix of a full name: `Last, First Middle` or `First Middle Last`.
pub(crate) fn split_full(name: &str) -> (String, String, String, u8) {
    let mark = name.split([' ', ',']).map(suffix).find(|s| *s != 0).unwrap_or(0);
    let plain: Vec<&str> = name
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty() && suffix(part) == 0 && !TITLES.contains(&part.to_ascii_uppercase().replace('.', "").as_str()))
        .collect();
    let (family, given) = match plain.as_slice() {
        [family, given, ..] => (cleaned(family, true), cleaned(given, false)),
        [whole] => {
            let whole = cleaned(whole, true);
            match whole.rsplit_once(' ') {
                Some((given, family)) => (family.to_string(), given.to_string()),
                None => (whole, String::new()),
            }
        }
        [] => (String::new(), String::new()),
    };
    match given.split_once(' ') {
        Some((first, middle)) => (first.to_string(), middle.to_string(), family, mark),
        None => (given, String::new(), family, mark),
    }
}

/// What comparing needs of one name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Name {
    pub text: Box<str>,
    /// With the letters that scanning takes for one another made one: `RN` and `M`, `VV` and `W`, `CL` and `D`; only where that differs.
    scanned: Option<Box<str>>,
    pub sound: u32,
    /// Letters, see [`letters`].
    pub letters: u64,
    /// First letter.
    pub initial: u32,
    /// Only an initial is known.
    pub is_initial: bool,
    /// Ids of the halves of a compound; 0 for none.
    pub parts: [u32; 3],
    pub sets: &'static [u16],
    /// Those but for one slip of the pen; of given names, by [`crate::slips`].
    pub slipped: Box<[u16]>,
    /// Names that a rare one may be a slip of; 0 for none. By [`crate::slips`].
    pub meant: [u32; 2],
    /// Share of people with this given name, and with this family name.
    pub share: [f32; 2],
}

impl Name {
    /// Whether scanning may take letters of it for others.
    pub fn is_misread(&self) -> bool {
        self.scanned.is_some()
    }
    /// With the letters that scanning takes for one another made one.
    pub fn scanned(&self) -> &str {
        self.scanned.as_deref().unwrap_or(&self.text)
    }
}

/// Names by number; number 0 is "no name".
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub of: Vec<Name>,
    index: Pool,
    /// Share of people whose given name begins with a letter.
    pub initials: HashMap<u32, f32>,
}

impl Names {
    pub fn new() -> Names {
        Names { of: vec![Name::default()], index: Pool::new(), initials: HashMap::new() }
    }
    pub fn find(&self, text: &str) -> Option<u32> {
        self.index.find(text)
    }
    /// See [`Pool::guess`].
    pub fn guess(&self, hash: u32) -> u32 {
        self.index.guess(hash)
    }
    /// [`Names::find`] of a name whose [`pool::hash`] is known.
    pub fn find_hashed(&self, text: &str, hash: u32) -> Option<u32> {
        self.index.find_hashed(text, hash)
    }
    /// Number of a cleaned name, whose [`pool::hash`] is known.
    pub fn add_hashed(&mut self, text: &str, hash: u32) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(number) = self.index.find_hashed(text, hash) {
            return number;
        }
        let mut parts = [0; 3];
        if text.contains(' ') {
            for (slot, word) in parts.iter_mut().zip(text.split(' ').filter(|word| word.len() > 1)) {
                *slot = self.add_hashed(word, pool::hash(word));
            }
        }
        let number = self.of.len() as u32;
        self.index.add_hashed(text, hash);
        let mut chars = text.chars();
        let misread = ["RN", "VV", "CL"].iter().any(|letters| text.contains(letters));
        let scanned = misread.then(|| text.replace("RN", "M").replace("VV", "W").replace("CL", "D").into());
        self.of.push(Name {
            text: text.into(),
            scanned,
            sound: sound(text),
            letters: letters(text),
            initial: chars.next().map_or(0, u32::from),
            is_initial: chars.next().is_none(),
            parts,
            sets: nickname_sets(text),
            slipped: Box::default(),
            meant: [0; 2],
            share: [base_share(text, false), base_share(text, true)],
        });
        number
    }
    pub fn get(&self, number: u32) -> &Name {
        &self.of[number as usize]
    }
    pub fn text(&self, number: u32) -> &str {
        &self.get(number).text
    }
    pub fn initial_share(&self, initial: u32) -> f32 {
        self.initials.get(&initial).copied().unwrap_or(0.05)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cleaned() {
        fn check(input: &str, family: bool, expect: &str) {
            let mut out = String::from("before ");
            clean(input, family, &mut out);
            assert_eq!(out, format!("before {expect}"), "{input}");
        }
        check("O'Brien", true, "OBRIEN");
        check("O Brien", true, "OBRIEN");
        check("García-Márquez", true, "GARCIA MARQUEZ");
        check("de la Cruz", true, "DELACRUZ");
        check("van der Berg", true, "VANDERBERG");
        check("Brigg5", true, "BRIGGS");
        check("Smith Jr.", true, "SMITH");
        check("Dr. Mary Ann", false, "MARY ANN");
        check("Müller", true, "MULLER");
        check("Łukasz", false, "LUKASZ");
        check("unknown", true, "");
        check("N/A", true, "");
        check("", true, "");
        check("V", false, "V");
    }

    #[test]
    fn parted() {
        fn check(input: &str, expect: (&str, &str, &str, u8)) {
            let (first, middle, last, mark) = split_full(input);
            assert_eq!((first.as_str(), middle.as_str(), last.as_str(), mark), expect, "{input}");
        }
        check("Graves, Aaron T", ("AARON", "T", "GRAVES", 0));
        check("John Q Public Jr", ("JOHN", "Q", "PUBLIC", 1));
        check("Edward S. Morgan, MD", ("EDWARD", "S", "MORGAN", 0));
        check("Maria de la Cruz", ("MARIA", "", "DELACRUZ", 0));
        check("Cher", ("", "", "CHER", 0));
        check(",", ("", "", "", 0));
    }

    #[test]
    fn nicknames_and_newborns() {
        fn check(a: &str, b: &str, expect: bool) {
            assert_eq!(nickname_sets(a).iter().any(|set| nickname_sets(b).contains(set)), expect, "{a} {b}");
        }
        check("ROBERT", "BOB", true);
        check("WILLIAM", "BILL", true);
        check("BOB", "JIM", false);
        check("BILL", "WILLIAM", true);
        check("ROBERT", "WILLIAM", false);
        assert_eq!(NOT_NAMES.iter().map(|word| word.len()).max(), Some(11));
        assert!(is_newborn("BABY BOY") && is_newborn("BABY GIRL A") && is_newborn("BB") && !is_newborn("ROBERT"));
        assert!(base_share("SMITH", true) > 0.005 && base_share("ZZYX", true) < 0.001);
    }
}
