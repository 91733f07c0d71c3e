//! Values of a record, each in one spelling; placeholders and fillers become nothing. What is found is appended to `out`.

use crate::standard::{LAST4, NO_SSN};
use crate::text::edits;

/// Nine digits; `LAST4` and four digits where the rest is masked; `NO_SSN` for placeholders and impossible numbers.
pub(crate) fn ssn(text: &str) -> u32 {
    let (mut whole, mut length, mut first, mut same) = (0u64, 0, 0, true);
    for digit in text.bytes().filter(u8::is_ascii_digit).map(|b| u64::from(b - b'0')) {
        if length == 0 {
            first = digit;
        }
        same &= digit == first;
        length += 1;
        whole = (whole * 10 + digit) % 10_000_000_000;
    }
    let whole = whole as u32;
    match length {
        9 => {
            let (area, group, serial) = (whole / 1_000_000, whole / 10_000 % 100, whole % 10_000);
            let known = matches!(whole, 123_456_789 | 987_654_321 | 78_051_120 | 219_099_999 | 111_223_333 | 123_121_234);
            if same || known || area == 0 || area == 666 || group == 0 || serial == 0 { NO_SSN } else { whole }
        }
        // Spreadsheets drop leading zeros; national numbers elsewhere are shorter.
        7 | 8 if !same => whole,
        4 if whole != 0 => LAST4 | whole,
        _ => NO_SSN,
    }
}

/// The first letters and digits of a text, in capitals.
fn capitals(text: &str, most: usize, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.bytes().filter(u8::is_ascii_alphanumeric).take(most).map(|byte| char::from(byte.to_ascii_uppercase())));
    } else {
        out.extend(text.chars().filter(|c| c.is_alphanumeric()).take(most).flat_map(char::to_uppercase));
    }
}

/// Letters and digits in capitals; nothing when too short or a filler such as `0000` or `NONE`.
pub(crate) fn identifier(text: &str, shortest: usize, out: &mut String) {
    let start = out.len();
    capitals(text, 40, out);
    let own = &out[start..];
    let first = own.bytes().next().unwrap_or(0);
    let filler = own.len() > 3 && (first.is_ascii_digit() || first == b'X') && own.bytes().all(|byte| byte == first);
    let word = matches!(own, "NONE" | "NULL" | "NA" | "UNKNOWN" | "UNK" | "NAN" | "PENDING" | "SELFPAY" | "123456" | "1234567" | "12345678" | "123456789");
    let short = own.len() < 4 * shortest && own.chars().count() < shortest;
    if filler || word || short {
        out.truncate(start);
    }
}

/// A member number without the two digits that tell members of one family apart; nothing where too little is left.
pub(crate) fn policy(member: &str) -> Option<&str> {
    let digits = member.len() > 9 && member.bytes().rev().take(2).all(|byte| byte.is_ascii_digit());
    if digits { member.get(..member.len() - 2) } else { None }
}

/// Digits of a telephone number without the country's 1.
pub(crate) fn phone(text: &str, out: &mut String) {
    let start = out.len();
    out.extend(text.bytes().filter(u8::is_ascii_digit).map(char::from));
    if out.len() - start == 11 && out[start..].starts_with('1') {
        out.remove(start);
    }
    let digits = &out[start..];
    let same = digits.bytes().all(|b| Some(b) == digits.bytes().next());
    if digits.len() < 7 || digits.len() > 15 || same || digits.starts_with("555555") || digits == "1234567890" {
        out.truncate(start);
    }
}

/// An address with a host, in lower case.
pub(crate) fn email(text: &str, out: &mut String) {
    let start = out.len();
    if text.is_ascii() {
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    } else {
        out.push_str(&text.to_lowercase());
    }
    let own = &out[start..];
    let good = own.split_once('@').is_some_and(|(user, host)| {
        host.contains('.') && own.len() < 100 && !matches!(user, "none" | "noemail" | "na" | "unknown" | "no" | "declined" | "noreply")
    });
    if !good {
        out.truncate(start);
    }
}

/// A postal code; of a long number the first five digits.
pub(crate) fn zip(text: &str, out: &mut String) {
    let start = out.len();
    capitals(text, 12, out);
    if out.len() - start > 5 && out[start..].bytes().all(|b| b.is_ascii_digit()) {
        out.truncate(start + 5);
    }
    if matches!(&out[start..], "00000" | "99999" | "12345" | "NA" | "NONE") {
        out.truncate(start);
    }
}

/// Whether a word is a long kind of street but for one slip.
fn is_nearly_kind(word: &str) -> bool {
    const LONG: [&str; 12] = ["STREET", "AVENUE", "DRIVE", "COURT", "CIRCLE", "PLACE", "TERRACE", "BOULEVARD", "PARKWAY", "HIGHWAY", "CRESCENT", "SQUARE"];
    word.len() > 3 && LONG.iter().any(|kind| edits(word.as_bytes(), kind.as_bytes(), 1) == 1)
}

/// Whether a word of an address is a kind of street or a point of the compass.
fn is_kind(word: &str) -> bool {
    matches!(
        word,
        "ST" | "STREET"
            | "AVE"
            | "AV"
            | "AVENUE"
            | "RD"
            | "ROAD"
            | "DR"
            | "DRIVE"
            | "LN"
            | "LANE"
            | "CT"
            | "COURT"
            | "CIR"
            | "CIRCLE"
            | "BLVD"
            | "BOULEVARD"
            | "PL"
            | "PLACE"
            | "TER"
            | "TERRACE"
            | "TRL"
            | "TRAIL"
            | "WAY"
            | "PKWY"
            | "PARKWAY"
            | "HWY"
            | "HIGHWAY"
            | "SQ"
            | "SQUARE"
            | "LOOP"
            | "CRESCENT"
            | "CRES"
            | "CR"
            | "TCE"
            | "CLOSE"
            | "CL"
            | "N"
            | "S"
            | "E"
            | "W"
            | "NE"
            | "NW"
            | "SE"
            | "SW"
            | "NORTH"
            | "SOUTH"
            | "EAST"
            | "WEST"
    )
}
const UNITS: &[&str] = &["APT", "APARTMENT", "UNIT", "STE", "SUITE", "RM", "ROOM", "FL", "FLOOR", "LOT", "NO", "#"];

/// Space for taking an address apart.
#[derive(Default)]
pub(crate) struct Scratch {
    words: String,
    street: String,
}

/// Longest address, in characters, that is read; longer ones are cut.
const LONGEST: usize = 120;

/// House number and street name, without the kind of street, the point of the compass and the flat.
pub(crate) fn street<'a>(text: &str, scratch: &'a mut Scratch) -> (&'a str, &'a str) {
    let Scratch { words: upper, street } = scratch;
    upper.clear();
    street.clear();
    if text.is_ascii() {
        let plain = |byte: u8| if byte.is_ascii_alphanumeric() || byte == b'#' { char::from(byte.to_ascii_uppercase()) } else { ' ' };
        upper.extend(text.bytes().take(LONGEST).map(plain));
    } else {
        upper.extend(text.chars().take(LONGEST).flat_map(char::to_uppercase).map(|c| if c.is_alphanumeric() || c == '#' { c } else { ' ' }));
    }
    // Words and the spaces between them.
    let (mut all, mut count) = ([""; LONGEST / 2], 0);
    for (slot, word) in all.iter_mut().zip(upper.split_whitespace().take_while(|word| !UNITS.contains(word) && !word.starts_with('#'))) {
        *slot = word;
        count += 1;
    }
    let words = &all[..count];
    if let [_, "BOX", number, ..] | ["P", "O", "BOX", number, ..] | ["POBOX", number, ..] = words {
        return (number, "POBOX");
    }
    let (house, rest) = match words.split_first() {
        // A number alone is a house without a street.
        Some((house, [])) if house.bytes().all(|b| b.is_ascii_digit()) => return (house.trim_start_matches('0'), ""),
        Some((house, rest)) if house.starts_with(|c: char| c.is_ascii_digit()) && !rest.is_empty() => (house.trim_start_matches('0'), rest),
        _ => ("", words),
    };
    // `LEAHY LPLACE`: a kind with a slip of the pen ends the name where none without one does.
    let rest = match rest.split_last() {
        Some((last, name)) if !name.is_empty() && !rest.iter().any(|word| is_kind(word)) && is_nearly_kind(last) => name,
        _ => rest,
    };
    let only_kinds = rest.iter().all(|word| is_kind(word));
    for word in rest.iter().filter(|word| only_kinds || !is_kind(word)) {
        if !street.is_empty() {
            street.push(' ');
        }
        street.push_str(word);
    }
    if matches!(street.as_str(), "UNKNOWN" | "NONE" | "HOMELESS" | "NA" | "GENERAL DELIVERY" | "NO ADDRESS") { ("", "") } else { (house, street) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn numbers() {
        fn check(input: &str, expect: u32) {
            assert_eq!(ssn(input), expect, "{input}");
        }
        check("219-09-1234", 219_091_234);
        check("xxx-xx-1234", LAST4 | 1234);
        check("***-**-0000", NO_SSN);
        check("000-12-3456", NO_SSN);
        check("999999999", NO_SSN);
        check("123-45-6789", NO_SSN);
        check("7004321", 7_004_321);
        check("12345678901234567890", NO_SSN);
        check("", NO_SSN);
    }

    #[test]
    fn members_of_one_policy() {
        assert_eq!(policy("77806686001"), policy("77806686005"));
        assert_eq!(policy("77806686001"), Some("778066860"));
        assert_eq!(policy("12345678"), None);
        assert_eq!(policy("77806686A0B"), None);
    }

    #[test]
    fn places() {
        fn check(input: &str, house: &str, name: &str) {
            assert_eq!(street(input, &mut Scratch::default()), (house, name), "{input}");
        }
        check("413 Pine Pl Apt 295", "413", "PINE");
        check("12 N. Church Street", "12", "CHURCH");
        check("PO Box 77", "77", "POBOX");
        check("P.O. Box 77", "77", "POBOX");
        check("Oak Lane", "", "OAK");
        check("95 Leahy lplace", "95", "LEAHY");
        check("5 Grace", "5", "GRACE");
        check("5 Place Pace", "5", "PACE");
        check("5 North Street", "5", "NORTH STREET");
        check("", "", "");
        check("297", "297", "");
        let phone = |text: &str| written(|out| phone(text, out));
        let zip = |text: &str| written(|out| zip(text, out));
        let email = |text: &str| written(|out| email(text, out));
        let identifier = |text: &str, shortest: usize| written(|out| identifier(text, shortest, out));
        assert_eq!(phone("(602) 555-1234"), "6025551234");
        assert_eq!(phone("+1 602 555 1234"), "6025551234");
        assert_eq!(phone("0000000000"), "");
        assert_eq!(zip("60612-1234"), "60612");
        assert_eq!(zip("SW1A 1AA"), "SW1A1AA");
        assert_eq!(email("None@none.com"), "");
        assert_eq!(identifier("0000000", 2), "");
        assert_eq!(identifier(" a-12 ", 2), "A12");
    }
}
