//! United States postal addresses.

use regex::Regex;
use std::sync::LazyLock;

/// The parts of an address; empty where not known.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Address {
    pub street: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub country: String,
}

impl Address {
    /// One line, upper case.
    pub fn normal(&self) -> String {
        let tail = [self.state.as_str(), self.zip.as_str()].join(" ");
        [self.street.as_str(), self.city.as_str(), tail.trim()].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(", ").to_uppercase()
    }
}

pub(crate) const STATES: &str = "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|PR|GU|VI|AS|MP";
const STREETS: &str = "st|street|ave?|avenue|rd|road|dr|drive|ln|lane|ct|court|blvd|boulevard|way|pl|place|ter|terrace|cir|circle|pkwy|parkway|hwy|highway|trl|trail|sq|square|loop|pike|run|row|path|alley|aly|crossing|xing|plaza|point|pt|ridge|rdg|view|heights|hts|grove|bend|cove|walk|route|rte";

static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?x)
        (?P<street>(?:\d{{1,6}}[A-Za-z]?(?:-\d+)?\ (?:[NSEW]{{1,2}}\.?\ )?(?:[\p{{Lu}}\d][\p{{L}}\d'’.-]*\ ){{1,5}}?(?i:{STREETS})\b\.?(?:\ (?:[NSEW]{{1,2}})\b)?
            (?:,?\ ?(?:(?i:apt|apartment|suite|ste|unit|bldg|fl|floor|lot|rm|room|\#)\.?\ ?\#?[A-Za-z0-9-]{{1,6}}|\#\ ?[A-Za-z0-9-]{{1,6}}))?)
          | (?i:p\.?\ ?o\.?\ box)\ \d{{1,7}})
        (?:(?:,\ ?|\ *\n\ *|\ {{2,}}|\t|\ )(?P<city>[\p{{L}}][\p{{L}}'.-]*(?:\ [\p{{L}}][\p{{L}}'.-]*){{0,3}}),?[\ \t]+(?P<state>{STATES})\b(?:,?[\ \t]+(?P<zip>\d{{5}}(?:-\d{{4}})?)\b)?)?"
    ))
    .expect("constant pattern")
});
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

/// Every address in a text: byte range and parts. A house number and a street name at the least.
pub(crate) fn find(text: &str) -> Vec<(std::ops::Range<usize>, Address)> {
    LINE.captures_iter(text)
        .filter_map(|c| {
            let whole = c.get(0)?;
            let before = text[..whole.start()].chars().next_back();
            (!before.is_some_and(|b| b.is_alphanumeric() || matches!(b, '-' | '/' | '.'))).then(|| (whole.range(), from(&c)))
        })
        .collect()
}

/// A whole cell or field that is an address, perhaps only its street or its `City, ST ZIP`.
pub(crate) fn parse(text: &str) -> Address {
    let text = text.trim();
    if let Some(found) = TAIL.captures(text) {
        return from(&found);
    }
    match find(text).into_iter().next() {
        Some((range, address)) if range.start == 0 => address,
        _ => Address { street: text.to_string(), ..Address::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let found: Vec<String> = find(text).into_iter().map(|(_, a)| a.normal()).collect();
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
        check("A 6 mm nodule is seen", "");
        check("", "");
    }
}
