//! United States postal addresses.

use crate::token::{Class, Reader, Token, Words};
use regex::Regex;
use std::sync::LazyLock;

/// The parts of an address; empty where not known.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Address<S = String> {
    pub street: S,
    pub city: S,
    pub state: S,
    pub zip: S,
    pub country: S,
}

impl<S: AsRef<str>> Address<S> {
    /// One line, upper case.
    pub fn normal(&self) -> String {
        let mut line = String::with_capacity([&self.street, &self.city, &self.state, &self.zip].iter().map(|part| part.as_ref().len() + 2).sum());
        self.normal_into(&mut line);
        line
    }

    /// Adds it to `out`.
    pub fn normal_into(&self, out: &mut String) {
        let start = out.len();
        let [street, city, state, zip] = [&self.street, &self.city, &self.state, &self.zip].map(|part| part.as_ref());
        // State and ZIP code are one part.
        let tail = match (state.trim().is_empty(), zip.trim().is_empty()) {
            (true, _) => ["", "", zip.trim()],
            (_, true) => [state.trim(), "", ""],
            _ => [state.trim_start(), " ", zip.trim_end()],
        };
        for part in [[street, "", ""], [city, "", ""], tail] {
            if part != ["", "", ""] {
                out.push_str(if out.len() == start { "" } else { ", " });
                part.iter().for_each(|piece| out.push_str(piece));
            }
        }
        if out[start..].is_ascii() {
            out[start..].make_ascii_uppercase();
        } else {
            let upper = out[start..].to_uppercase();
            out.truncate(start);
            out.push_str(&upper);
        }
    }

    /// The same, borrowed.
    pub fn as_parts(&self) -> Address<&str> {
        let [street, city, state, zip, country] = [&self.street, &self.city, &self.state, &self.zip, &self.country].map(|part| part.as_ref());
        Address { street, city, state, zip, country }
    }
}

pub(crate) const STATES: &str = "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|PR|GU|VI|AS|MP";
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"^(?P<city>[\p{{L}}][\p{{L}}'. -]*?),?[ \t]+(?P<state>{STATES})\b(?:,?[ \t]+(?P<zip>\d{{5}}(?:-\d{{4}})?)\b)?$"))
        .expect("constant pattern")
});

fn from(found: &regex::Captures) -> Address {
    let part = |n: &str| found.name(n).map(|m| m.as_str().trim().to_string()).unwrap_or_default();
    Address {
        street: found.name("street").map(|m| m.as_str().trim().to_string()).unwrap_or_default(),
        city: part("city"),
        state: part("state"),
        zip: part("zip"),
        ..Address::default()
    }
}

/// Whether a text is the name or abbreviation of a State, or of the country, and no more.
pub(crate) fn is_state(text: &str) -> bool {
    const NAMES: &str = "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|district of columbia|florida|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|new mexico|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|west virginia|wisconsin|wyoming|usa|us|u.s|u.s.a|united states|america";
    let plain = text.trim_matches(|c: char| !c.is_alphanumeric());
    static WHOLE: LazyLock<Words> = LazyLock::new(|| NAMES.split('|').collect());
    match plain.len() {
        0 | 21.. => false,
        2 => plain.bytes().all(|b| b.is_ascii_uppercase()) && STATE_WORDS.contains(plain) || plain.eq_ignore_ascii_case("us"),
        _ => WHOLE.contains(plain),
    }
}

/// Words that end the name of a street.
static STREETS: LazyLock<Words> = LazyLock::new(|| {
    set(
        "st street ave av avenue rd road dr drive ln lane ct court blvd boulevard way pl place ter terrace cir circle pkwy parkway hwy highway trl trail sq square loop pike run row \
         path alley aly crossing xing plaza plz point pt ridge rdg view heights hts grove bend cove walk route rte trace tr turnpike tpke expy expressway crescent mews commons \
         landing lndg hollow holw meadows mdws manor mnr estates bypass close",
    )
});
/// Words before the number of a flat or room.
static UNITS: LazyLock<Words> = LazyLock::new(|| set("apt apartment suite ste unit bldg building fl floor lot rm room no"));
/// Words that begin no street's name.
static SMALL: LazyLock<Words> = LazyLock::new(|| set("the of and to in a an on at by for with from or is was were are had has no not this that per as"));
static DIRECTIONS: LazyLock<Words> = LazyLock::new(|| set("n s e w ne nw se sw north south east west"));
static STATE_WORDS: LazyLock<Words> = LazyLock::new(|| STATES.split('|').collect());

fn set(words: &str) -> Words {
    words.split_whitespace().collect()
}

impl Reader<'_> {
    fn slice(&self, from: usize, to: usize) -> String {
        if from >= to {
            return String::new();
        }
        let part = &self.text[self.tokens[from].start as usize..self.tokens[to - 1].end as usize];
        crate::text::one_line(part)
    }
    /// Over one line feed.
    fn line(&self, i: usize) -> usize {
        i + usize::from(self.get(i).is_some_and(|t| t.class == Class::Line))
    }

    /// House number and street from token `i`: the token behind, and whether a word such as "Street" ends it.
    fn street(&self, i: usize) -> Option<(usize, bool)> {
        let number = self.get(i).filter(|t| t.class == Class::Digits && t.end - t.start <= 6)?;
        let before = i.checked_sub(1).and_then(|b| self.get(b));
        if before.is_some_and(|b| !number.spaced && b.class != Class::Line && !matches!(self.word(i - 1), "(" | ":" | "," | ";" | "[" | "|" | "\"" | "=" | ">"))
        {
            return None;
        }
        let mut at = i + 1;
        // "12B", "12-34".
        if self.get(at).is_some_and(|t| !t.spaced && t.class == Class::Initial) {
            at += 1;
        } else if self.is(at, "-") && !self.get(at)?.spaced && self.get(at + 1).is_some_and(|t| !t.spaced && matches!(t.class, Class::Initial | Class::Digits))
        {
            at += 2;
        }
        if !self.get(at)?.spaced {
            return None;
        }
        // "12 1/2 Elm St".
        if self.digits(at) == 1 && self.is(at + 1, "/") && self.digits(at + 2) == 1 {
            at += 3;
        }
        let mut words = 0;
        let mut wrapped = false;
        let first = at;
        while words < 6 {
            let Some(t) = self.get(at) else { break };
            let ordinal = t.class == Class::Digits && self.get(at + 1).is_some_and(|n| !n.spaced && n.class == Class::Lower && n.end - n.start == 2);
            match t.class {
                // A street's number as its name: "W 86th St", "Highway 12".
                Class::Digits if ordinal => at += 2,
                Class::Digits if words > 0 && self.in_set(at - 1, &STREETS) => at += 1,
                Class::Line if words > 0 && !wrapped && self.in_set(at + 1, &STREETS) => {
                    (wrapped, at) = (true, at + 1);
                    continue;
                }
                Class::Title | Class::Upper | Class::Initial | Class::Mixed => at += 1,
                // A street in lower case needs its word: "12 main st"; "2002 the Court" is none.
                Class::Lower if t.spaced && !self.in_set(at, &SMALL) && (self.in_set(at, &STREETS) || (1..=3).any(|k| self.in_set(at + k, &STREETS))) => {
                    at += 1
                }
                _ => break,
            }
            words += 1;
            let ends = self.in_set(at - 1, &STREETS) && (words > 1 || self.get(first).is_some_and(|f| f.class == Class::Digits));
            while self.is(at, ".") || self.is(at, "'") || self.is(at, "’") || self.is(at, "-") && self.get(at).is_some_and(|m| !m.spaced) {
                if !(self.is(at, ".")) && self.get(at + 1).is_none_or(|n| n.spaced || !n.is_word()) {
                    break;
                }
                at += 1;
                if self.word(at - 1) != "." {
                    at += 1;
                }
            }
            let goes_on = self.in_set(at, &STREETS) || !wrapped && self.get(at).is_some_and(|t| t.class == Class::Line) && self.in_set(at + 1, &STREETS);
            if ends && !goes_on {
                if self.in_set(at, &DIRECTIONS) && self.get(at).is_some_and(|t| matches!(t.class, Class::Upper | Class::Initial)) {
                    at += 1;
                }
                return Some((at, true));
            }
        }
        (words > 0).then_some((at, false))
    }

    /// Number of a flat behind a street.
    fn unit(&self, i: usize) -> usize {
        let mut at = i + usize::from(self.is(i, ","));
        at = self.line(at);
        let named = self.in_set(at, &UNITS);
        if named {
            at += 1;
            at += usize::from(self.is(at, "."));
        }
        let sharp = self.is(at, "#");
        at += usize::from(sharp);
        let value = self
            .get(at)
            .filter(|t| (named || sharp) && t.end - t.start <= 5 && (t.class == Class::Digits || t.class == Class::Initial || t.class == Class::Upper));
        match value {
            Some(_) => {
                at += 1;
                while self.get(at).is_some_and(|t| !t.spaced && (t.is_word() && t.end - t.start == 1 || t.class == Class::Digits))
                    || self.is(at, "-") && self.digits(at + 1) > 0
                {
                    at += 1;
                }
                at
            }
            None => i,
        }
    }

    /// City, State and ZIP code from token `i`: where the city begins and ends, the State, the ZIP code, the token behind.
    fn tail(&self, i: usize) -> Option<(usize, usize, String, String, usize)> {
        let mut at = i;
        at += usize::from(self.is(at, ","));
        at = self.line(at);
        let first = at;
        for words in 0..5 {
            let comma = usize::from(self.is(at, ","));
            if words > 0 && self.in_set(at + comma, &STATE_WORDS) && self.get(at + comma).is_some_and(|t| t.class == Class::Upper) {
                let city_end = at;
                at += comma;
                let state = self.word(at).to_string();
                at += 1;
                let mut zip = String::new();
                let after = at + usize::from(self.is(at, ",") || self.is(at, "."));
                if self.digits(after) == 5 {
                    zip = self.word(after).to_string();
                    at = after + 1;
                    if self.is(at, "-") && self.digits(at + 1) == 4 {
                        zip = format!("{zip}-{}", self.word(at + 1));
                        at += 2;
                    }
                }
                return Some((first, city_end, state, zip, at));
            }
            if !self.get(at).is_some_and(|t| t.is_word() && (words == 0 || t.spaced || matches!(self.word(at - 1), "'" | "-" | "."))) {
                return None;
            }
            at += 1;
            if (self.is(at, ".") || self.is(at, "'") || self.is(at, "-")) && self.get(at + 1).is_some_and(Token::is_word) {
                at += 1;
            }
        }
        None
    }

    fn address_at(&self, i: usize) -> Option<(std::ops::Range<usize>, Address, usize)> {
        let boxed = if self.get(i)?.class == Class::Digits { None } else { Some(self.post_box(i)?) };
        let (street_end, sure) = match boxed {
            Some(end) => (end, true),
            None => self.street(i)?,
        };
        let end = self.unit(street_end);
        let tail = self.tail(end);
        // Without a word such as "Street" only a State and ZIP code behind make an address of a number and words.
        if !sure && tail.as_ref().is_none_or(|t| t.3.is_empty() && !self.is(end, ",") && end == street_end) {
            return None;
        }
        let mut address = Address { street: self.slice(i, end), ..Address::default() };
        let last = match tail {
            Some((from, to, state, zip, behind)) => {
                (address.city, address.state, address.zip) = (self.slice(from, to), state, zip);
                behind
            }
            None => end,
        };
        Some((self.tokens[i].start as usize..self.tokens[last - 1].end as usize, address, last))
    }

    /// `PO Box 12`, `P.O. Box 12`.
    fn post_box(&self, i: usize) -> Option<usize> {
        let low = |k: usize| self.word(k).to_ascii_lowercase();
        let mut at = match low(i).as_str() {
            "po" => i + 1,
            "p" => {
                let dot = usize::from(self.is(i + 1, "."));
                (low(i + 1 + dot) == "o").then_some(i + 2 + dot)?
            }
            _ => return None,
        };
        at += usize::from(self.is(at, "."));
        (low(at) == "box" && self.digits(at + 1) > 0).then_some(at + 2)
    }
}

/// Every address in a text: byte range and parts. A house number and a street name at the least.
pub(crate) fn find(text: &str, tokens: &[Token]) -> Vec<(std::ops::Range<usize>, Address)> {
    let reader = Reader { text, tokens };
    let mut found = Vec::new();
    let mut i = 0;
    while let Some(t) = tokens.get(i) {
        let begins = t.class == Class::Digits
            || matches!(t.class, Class::Initial | Class::Upper | Class::Title | Class::Lower)
                && t.end - t.start <= 2
                && text.as_bytes()[t.start as usize] | 0x20 == b'p';
        match begins.then(|| reader.address_at(i)).flatten() {
            Some((range, address, next)) => {
                found.push((range, address));
                i = next.max(i + 1);
            }
            None => i += 1,
        }
    }
    found
}

/// [`find`] for a text that is no passage.
pub(crate) fn find_in(text: &str) -> Vec<(std::ops::Range<usize>, Address)> {
    let mut tokens = Vec::new();
    crate::token::tokens(text, &mut tokens);
    find(text, &tokens)
}

/// A whole cell or field that is an address, perhaps only its street or its `City, ST ZIP`.
pub(crate) fn parse(text: &str) -> Address {
    let text = text.trim();
    if let Some(found) = TAIL.captures(text) {
        return from(&found);
    }
    match find_in(text).into_iter().next() {
        Some((range, address)) if range.start == 0 => address,
        _ => Address { street: text.to_string(), ..Address::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let found: Vec<String> = find_in(text).into_iter().map(|(_, a)| a.normal()).collect();
        assert_eq!(found.join(" | "), expect, "{text}");
    }

    #[test]
    fn lines() {
        check("1930 Madison Ln, Columbus, OH 43215", "1930 MADISON LN, COLUMBUS, OH 43215");
        check("7946 Adams Ln Apt 3, Louisville, KY 40202", "7946 ADAMS LN APT 3, LOUISVILLE, KY 40202");
        check("4474 Highland Way #267, Dayton, OH 45402-1234 USA", "4474 HIGHLAND WAY #267, DAYTON, OH 45402-1234");
        check("PO Box 3791, Hamilton, OH 45011", "PO BOX 3791, HAMILTON, OH 45011");
        check("12 Main Street\nSpringfield, OH 45502", "12 MAIN STREET, SPRINGFIELD, OH 45502");
        check("Remit: 400 Martin Luther King Jr Blvd", "400 MARTIN LUTHER KING JR BLVD");
        check("4470 Telegraph Ave Apt 12,\nOakland CA 94609", "4470 TELEGRAPH AVE APT 12, OAKLAND, CA 94609");
        check("at 1455 Pine Hollow\n   Drive, Suite 210, Asheville NC 28803", "1455 PINE HOLLOW DRIVE, SUITE 210, ASHEVILLE, NC 28803");
        check("8 Magnolia Trace Apt B,\nAsheville NC 28806", "8 MAGNOLIA TRACE APT B, ASHEVILLE, NC 28806");
        check("220 W 86th St Suite 4B, New York NY 10024", "220 W 86TH ST SUITE 4B, NEW YORK, NY 10024");
        check("lives at 12 main st, works", "12 MAIN ST");
        check("P.O. Box 12, St. Louis, MO 63101", "P.O. BOX 12, ST. LOUIS, MO 63101");
        check("990 SW 12th Ave Apt 7\nMiami FL 33135", "990 SW 12TH AVE APT 7, MIAMI, FL 33135");
        check("On 12 November 2002 the Court decided; in 2004 the district court", "");
        check("A 6 mm nodule is seen", "");
        check("Take 2 tablets by mouth, 1 Drive slowly; 5 Point scale", "");
        check("", "");
    }
}
