//! Records to packed rows: placeholders become "not known", names and values become numbers.

use crate::dates;
use crate::names::{self, Names};
use crate::pool::Pool;
use crate::text::mix;
use dosimeter_case::tables::{Record, Role};
use rayon::prelude::*;
use std::collections::HashMap;

/// No Social Security number known.
pub(crate) const NO_SSN: u32 = u32::MAX;
/// Set where only the last four digits are known.
pub(crate) const LAST4: u32 = 0x8000_0000;

/// One record in comparable form. Numbers point into [`Book`]; 0 is "not known".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Row {
    pub first: u32,
    pub middle: u32,
    pub last: u32,
    /// Packed `yyyymmdd`.
    pub dob: u32,
    pub ssn: u32,
    pub mrn: u32,
    pub facility: u32,
    pub member: u32,
    pub mbi: u32,
    pub phone: u32,
    pub email: u32,
    pub house: u32,
    pub street: u32,
    pub city: u32,
    pub state: u32,
    pub zip: u32,
    pub suffix: u8,
    pub sex: u8,
    /// A provider or staff mention without an identifier of its own: resolved apart.
    pub apart: bool,
    /// The given name says only "newborn".
    pub newborn: bool,
    /// The document, for rows that name alone identifies: equal names in different documents are not yet one person.
    pub document: u64,
}

impl Row {
    pub fn full_ssn(&self) -> Option<u32> {
        (self.ssn & LAST4 == 0).then_some(self.ssn)
    }
    pub fn last4(&self) -> Option<u32> {
        (self.ssn != NO_SSN).then_some((self.ssn & !LAST4) % 10_000)
    }
    pub fn has_full_dob(&self) -> bool {
        !self.dob.is_multiple_of(100)
    }
    /// Nothing but a name (and perhaps a medical record number, which holds in one facility only).
    pub fn is_thin(&self) -> bool {
        self.dob == 0 && self.ssn == NO_SSN && self.member == 0 && self.mbi == 0 && self.phone == 0 && self.email == 0 && self.street == 0 && self.zip == 0
    }
    /// A hash of all fields.
    pub fn key(&self) -> u64 {
        let pair = |a: u32, b: u32| u64::from(a) << 32 | u64::from(b);
        let small = u64::from(self.suffix) << 24 | u64::from(self.sex) << 16 | u64::from(self.apart) << 8 | u64::from(self.newborn);
        [
            pair(self.first, self.middle),
            pair(self.last, self.dob),
            pair(self.ssn, self.mrn),
            pair(self.facility, self.member),
            pair(self.mbi, self.phone),
            pair(self.email, self.house),
            pair(self.street, self.city),
            pair(self.state, self.zip),
            small,
            self.document,
        ]
        .into_iter()
        .fold(0, mix)
    }
    pub fn has_identifier(&self) -> bool {
        self.ssn != NO_SSN || self.mrn != 0 || self.member != 0 || self.mbi != 0 || self.phone != 0 || self.email != 0
    }
    pub fn has_name(&self) -> bool {
        self.first != 0 || self.last != 0
    }
    /// Birth date with day and month in rising order, so that swapped ones meet.
    pub fn dob_key(&self) -> Option<u32> {
        let (year, month, day) = (self.dob / 10_000, self.dob / 100 % 100, self.dob % 100);
        self.has_full_dob().then(|| year * 10_000 + month.min(day) * 100 + month.max(day))
    }
}

/// The names and values of a case, by number.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    pub names: Names,
    values: Pool,
    /// Chance that a random other person has this value, per value; filled by `rarity`.
    pub share: Vec<f32>,
    /// Chance of a birth date.
    pub dob_share: HashMap<u32, f32>,
    /// Numbers of people who share a Social Security number, where suspiciously many do.
    pub ssn_share: HashMap<u32, f32>,
    /// Full names (given, family) that the case itself gives to two people: the name alone then says nothing. With the share of
    /// rows that are others of the name.
    pub ambiguous: HashMap<(u32, u32), f32>,
}

impl Book {
    pub fn new() -> Book {
        Book { names: Names::new(), values: Pool::new(), share: vec![1.0], dob_share: HashMap::new(), ssn_share: HashMap::new(), ambiguous: HashMap::new() }
    }
    pub fn add(&mut self, value: &str) -> u32 {
        self.values.add(value).0
    }
    pub fn find(&self, value: &str) -> Option<u32> {
        self.values.find(value)
    }
    pub fn value(&self, number: u32) -> &str {
        self.values.get(number)
    }
    /// Letters of a value, see [`crate::text::letters`].
    pub fn letters(&self, number: u32) -> u64 {
        self.values.letters(number)
    }
    pub fn values(&self) -> usize {
        self.values.len()
    }
    pub fn share(&self, number: u32) -> f32 {
        self.share.get(number as usize).copied().unwrap_or(1e-6)
    }
}

/// A record's text after cleaning, before numbering.
#[derive(Default)]
struct Clean {
    first: String,
    middle: String,
    last: String,
    mrn: String,
    facility: String,
    member: String,
    mbi: String,
    phone: String,
    email: String,
    house: String,
    street: String,
    city: String,
    state: String,
    zip: String,
    dob: u32,
    ssn: u32,
    suffix: u8,
    sex: u8,
    apart: bool,
    newborn: bool,
    document: u64,
}

/// Rows of `records`, in their order. `latest` (packed) is the last plausible birth date.
pub(crate) fn rows(records: &[&Record], latest: u32, book: &mut Book) -> Vec<Row> {
    let mut rows = Vec::with_capacity(records.len());
    let mut buffer = String::new();
    for chunk in records.chunks(16_384) {
        let cleaned: Vec<Clean> = chunk.par_iter().map(|record| clean(record, latest)).collect();
        rows.extend(cleaned.iter().map(|c| number(c, book, &mut buffer)));
    }
    rows
}

fn number(c: &Clean, book: &mut Book, buffer: &mut String) -> Row {
    // Kinds of values are kept apart by a leading sign, so that a town is not a telephone number.
    let mut value = |sign: char, text: &str| {
        if text.is_empty() {
            return 0;
        }
        buffer.clear();
        buffer.push(sign);
        buffer.push_str(text);
        book.add(buffer)
    };
    Row {
        mrn: value('m', &c.mrn),
        facility: value('f', &c.facility),
        member: value('i', &c.member),
        mbi: value('b', &c.mbi),
        phone: value('p', &c.phone),
        email: value('e', &c.email),
        house: value('h', &c.house),
        street: value('s', &c.street),
        city: value('c', &c.city),
        state: value('t', &c.state),
        zip: value('z', &c.zip),
        first: book.names.add(&c.first),
        middle: book.names.add(&c.middle),
        last: book.names.add(&c.last),
        dob: c.dob,
        ssn: c.ssn,
        suffix: c.suffix,
        sex: c.sex,
        apart: c.apart,
        newborn: c.newborn,
        document: c.document,
    }
}

fn clean(record: &Record, latest: u32) -> Clean {
    fn text(field: &Option<String>) -> &str {
        field.as_deref().map(str::trim).unwrap_or_default()
    }
    let mut c = Clean {
        first: names::clean(text(&record.first), false),
        middle: names::clean(text(&record.middle), false),
        last: names::clean(text(&record.last), true),
        suffix: record.suffix.as_deref().map(names::suffix).unwrap_or(0),
        ..Clean::default()
    };
    for part in [&record.last, &record.first, &record.middle].into_iter().flatten() {
        if c.suffix == 0 {
            c.suffix = part.split([' ', ',']).skip(1).map(names::suffix).find(|s| *s != 0).unwrap_or(0);
        }
    }
    if c.first.is_empty() && c.last.is_empty() {
        let (first, middle, last, suffix) = names::split_full(text(&record.name));
        (c.first, c.last) = (first, last);
        if c.middle.is_empty() {
            c.middle = middle;
        }
        c.suffix = c.suffix.max(suffix);
    }
    if names::is_newborn(&c.first) {
        c.newborn = true;
        c.first.clear();
    }
    if c.middle.is_empty() {
        // `MARY J`: a trailing initial is a middle name.
        if let Some((first, middle)) = c.first.clone().rsplit_once(' ').filter(|(_, middle)| middle.chars().count() == 1) {
            c.middle = middle.to_string();
            c.first = first.to_string();
        }
    }
    if c.last == "DOE" && matches!(c.first.as_str(), "JOHN" | "JANE" | "") {
        // The usual stand-in for an unknown person.
        c.first.clear();
        c.last.clear();
    }
    c.dob = dates::parse(text(&record.dob), false);
    if c.dob > latest || dates::is_placeholder(c.dob) {
        c.dob = 0;
    }
    c.ssn = ssn(text(&record.ssn));
    c.sex = match text(&record.sex).chars().next().map(|s| s.to_ascii_uppercase()) {
        Some('M') => 1,
        Some('F') | Some('W') => 2,
        _ => 0,
    };
    c.mrn = identifier(text(&record.mrn), 2);
    c.facility = identifier(text(&record.facility), 1);
    c.member = identifier(text(&record.member_id), 4);
    c.mbi = identifier(text(&record.mbi), 8);
    c.phone = phone(text(&record.phone));
    c.email = email(text(&record.email));
    (c.house, c.street) = street(text(&record.street));
    c.city = spaced(&names::fold(text(&record.city)));
    c.state = identifier(text(&record.state), 2);
    c.zip = zip(text(&record.zip));
    c.apart = matches!(record.role, Role::Provider | Role::Staff) && c.dob == 0 && c.ssn == NO_SSN;
    let thin = c.dob == 0 && c.ssn == NO_SSN && [&c.mrn, &c.member, &c.mbi, &c.phone, &c.email, &c.street, &c.zip].iter().all(|v| v.is_empty());
    if thin && !c.apart {
        c.document = record.document_id.0;
    }
    c
}

/// Words parted by one space each.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Nine digits; `LAST4` and four digits where the rest is masked; `NO_SSN` for placeholders and impossible numbers.
pub(crate) fn ssn(text: &str) -> u32 {
    let digits: Vec<u32> = text.bytes().filter(u8::is_ascii_digit).map(|b| u32::from(b - b'0')).collect();
    let whole = digits.iter().fold(0u64, |sum, digit| (sum * 10 + u64::from(*digit)) % 10_000_000_000) as u32;
    match digits.len() {
        9 => {
            let (area, group, serial) = (whole / 1_000_000, whole / 10_000 % 100, whole % 10_000);
            let same = digits.iter().all(|digit| *digit == digits[0]);
            let known = matches!(whole, 123_456_789 | 987_654_321 | 78_051_120 | 219_099_999 | 111_223_333 | 123_121_234);
            if same || known || area == 0 || area == 666 || group == 0 || serial == 0 { NO_SSN } else { whole }
        }
        // Spreadsheets drop leading zeros; national numbers elsewhere are shorter.
        7 | 8 if digits.iter().any(|digit| *digit != digits[0]) => whole,
        4 if whole != 0 => LAST4 | whole,
        _ => NO_SSN,
    }
}

/// Letters and digits in capitals; nothing when too short or a filler such as `0000` or `NONE`.
fn identifier(text: &str, shortest: usize) -> String {
    let out: String = text.chars().filter(|c| c.is_alphanumeric()).take(40).flat_map(char::to_uppercase).collect();
    let first = out.chars().next();
    let filler = out.len() > 3 && out.chars().all(|c| Some(c) == first) && first.is_some_and(|c| c.is_ascii_digit() || c == 'X');
    let word =
        matches!(out.as_str(), "NONE" | "NULL" | "NA" | "UNKNOWN" | "UNK" | "NAN" | "PENDING" | "SELFPAY" | "123456" | "1234567" | "12345678" | "123456789");
    if filler || word || out.chars().count() < shortest { String::new() } else { out }
}

fn phone(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = if digits.len() == 11 && digits.starts_with('1') { digits[1..].to_string() } else { digits };
    let same = digits.bytes().all(|b| Some(b) == digits.bytes().next());
    if digits.len() < 7 || digits.len() > 15 || same || digits.starts_with("555555") || digits == "1234567890" { String::new() } else { digits }
}

fn email(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = text.to_lowercase();
    match text.split_once('@') {
        Some((user, host))
            if host.contains('.') && text.len() < 100 && !matches!(user, "none" | "noemail" | "na" | "unknown" | "no" | "declined" | "noreply") =>
        {
            text
        }
        _ => String::new(),
    }
}

fn zip(text: &str) -> String {
    let out: String = text.chars().filter(|c| c.is_alphanumeric()).take(12).flat_map(char::to_uppercase).collect();
    let digits = out.bytes().all(|b| b.is_ascii_digit());
    let cut = if digits && out.len() > 5 { out[..5].to_string() } else { out };
    if matches!(cut.as_str(), "00000" | "99999" | "12345" | "NA" | "NONE") { String::new() } else { cut }
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

/// House number and street name, without the kind of street, the point of the compass and the flat.
fn street(text: &str) -> (String, String) {
    let upper: String = text.chars().take(120).flat_map(char::to_uppercase).map(|c| if c.is_alphanumeric() || c == '#' { c } else { ' ' }).collect();
    let words: Vec<&str> = upper.split_whitespace().take_while(|word| !UNITS.contains(word) && !word.starts_with('#')).collect();
    if let [_, "BOX", number, ..] | ["P", "O", "BOX", number, ..] | ["POBOX", number, ..] = words.as_slice() {
        return (number.to_string(), "POBOX".into());
    }
    let (house, rest) = match words.split_first() {
        // A number alone is a house without a street.
        Some((house, [])) if house.bytes().all(|b| b.is_ascii_digit()) => return (house.trim_start_matches('0').to_string(), String::new()),
        Some((house, rest)) if house.starts_with(|c: char| c.is_ascii_digit()) && !rest.is_empty() => (house.trim_start_matches('0').to_string(), rest),
        _ => (String::new(), words.as_slice()),
    };
    let mut kept: Vec<&str> = rest.iter().copied().filter(|word| !is_kind(word)).collect();
    if kept.is_empty() {
        kept = rest.to_vec();
    }
    let name = kept.join(" ");
    if matches!(name.as_str(), "UNKNOWN" | "NONE" | "HOMELESS" | "NA" | "GENERAL DELIVERY" | "NO ADDRESS") {
        (String::new(), String::new())
    } else {
        (house, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn places() {
        fn check(input: &str, house: &str, name: &str) {
            assert_eq!(street(input), (house.into(), name.into()), "{input}");
        }
        check("413 Pine Pl Apt 295", "413", "PINE");
        check("12 N. Church Street", "12", "CHURCH");
        check("PO Box 77", "77", "POBOX");
        check("P.O. Box 77", "77", "POBOX");
        check("Oak Lane", "", "OAK");
        check("5 North Street", "5", "NORTH STREET");
        check("", "", "");
        check("297", "297", "");
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
