//! From a value as written to its normal form, by kind.

use crate::{date, ids};
use dosimeter_case::tables::ElementKind as K;

/// A value without the blanks and quotation marks around it; most have none.
fn plain(raw: &str) -> &str {
    let (first, last) = (raw.bytes().next(), raw.bytes().next_back());
    if first.is_some_and(|b| b.is_ascii_alphanumeric()) && last.is_some_and(|b| b.is_ascii_alphanumeric()) { raw } else { raw.trim().trim_matches('"') }
}

/// A text without the blanks around it; most have none.
pub(crate) fn trim(text: &str) -> &str {
    let (first, last) = (text.bytes().next(), text.bytes().next_back());
    if first.is_some_and(|b| b.is_ascii_graphic()) && last.is_some_and(|b| b.is_ascii_graphic()) { text } else { text.trim() }
}

/// Normal form of a whole value (a cell, a field, an attribute); `None` when it cannot be of that kind or is a filler.
pub(crate) fn normalise(kind: K, raw: &str) -> Option<String> {
    let mut normal = String::with_capacity(raw.len());
    normalise_into(kind, raw, &mut normal).then_some(normal)
}

/// Adds it to `out`; `false` when there is none.
pub(crate) fn normalise_into(kind: K, raw: &str, out: &mut String) -> bool {
    let text = plain(raw);
    if text.is_empty() || text.len() > 4000 || is_filler(text) {
        return false;
    }
    let start = out.len();
    let fits = match kind {
        K::Dob | K::ServiceDate => plain_date(text, out) || put(date::parse(text), out),
        K::Ssn => ids::ssn_into(text, out).is_some(),
        K::Phone => ids::phone_into(text, out),
        K::Email => ids::email_into(text, out),
        K::Mbi
        | K::Mrn
        | K::CaseNumber
        | K::AccountNumber
        | K::InsuranceId
        | K::MedicaidId
        | K::DriversLicense
        | K::Passport
        | K::BankAccount
        | K::VehicleId
        | K::DeviceId
        | K::Certificate => number(text, out),
        K::CardNumber => put(ids::card(text).map(|c| c.0), out),
        K::Diagnosis | K::Procedure | K::Medication | K::LabResult | K::ImagingResult | K::SensitiveNote | K::Employer | K::Relationship | K::Service => {
            for word in text.split_whitespace() {
                out.push_str(if out.len() == start { "" } else { " " });
                out.push_str(word);
            }
            true
        }
        _ => {
            out.push_str(text);
            true
        }
    };
    if !fits {
        out.truncate(start);
    }
    fits
}

fn put(value: Option<String>, out: &mut String) -> bool {
    value.inspect(|v| out.push_str(v)).is_some()
}

/// The two commonest forms, `12/31/1999` and `1999-12-31`, as [`date::parse`] reads them.
fn plain_date(text: &str, out: &mut String) -> bool {
    let number = |part: &[u8]| part.iter().try_fold(0_i16, |n, b| b.is_ascii_digit().then(|| n * 10 + i16::from(b - b'0')));
    let parts = match *text.as_bytes() {
        [ref y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => number(y).zip(number(&[m1, m2])).zip(number(&[d1, d2])),
        [m1, m2, b'/', d1, d2, b'/', ref y @ ..] if y.len() == 4 => number(y).zip(number(&[m1, m2])).zip(number(&[d1, d2])),
        _ => None,
    };
    let Some(((year, month), day)) = parts else { return false };
    let valid = (1850..=2100).contains(&year) && jiff::civil::Date::new(year, month as i8, day as i8).is_ok();
    if valid {
        out.extend(date::written(year, month, day));
    }
    valid
}

/// Adds the ISO date of a cell to `out`, read day first where both are possible.
pub(crate) fn day_first_into(raw: &str, out: &mut String) -> bool {
    let text = raw.trim();
    let mut parts = text.splitn(3, ['/', '.', '-']);
    if let (Some(day), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next())
        && day.len() <= 2
        && month.len() <= 2
    {
        return put(date::parse(&format!("{month}/{day}/{rest}")), out);
    }
    put(date::parse(text), out)
}

fn number(text: &str, out: &mut String) -> bool {
    let start = out.len();
    ids::compact_into(text, out);
    let compact = &out[start..];
    compact.len() >= 3 && compact.len() <= 34 && compact.bytes().any(|b| b.is_ascii_digit())
}

/// The same for a value that a format's specification says is of that kind: short numbers, telephone numbers and SSNs of any form count.
pub(crate) fn labelled(kind: K, raw: &str) -> Option<String> {
    normalise(kind, raw).or_else(|| {
        let text = plain(raw);
        let most = match kind {
            K::Phone => 15,
            K::Ssn => 9,
            K::Mrn | K::CaseNumber | K::AccountNumber | K::InsuranceId | K::MedicaidId => 64,
            _ => return None,
        };
        if is_filler(text) {
            return None;
        }
        let compact = ids::compact(text.trim_start_matches("tel:"));
        match kind {
            // Nine digits among letters: "SSN 123121234".
            K::Ssn => return Some(ids::digits(text)).filter(|d| d.len() == most),
            K::Phone => (7..=most).contains(&compact.len()) && compact.bytes().all(|b| b.is_ascii_digit()),
            _ => compact.len() <= most && compact.bytes().any(|b| b.is_ascii_digit()),
        }
        .then_some(compact)
    })
}

/// Words that stand for "nothing here".
pub(crate) fn is_filler(text: &str) -> bool {
    let text = trim(text);
    // Most values begin otherwise.
    match text.bytes().next() {
        Some(b'"' | b'-' | b'[' | b'0' | b'_' | b'.' | b'n' | b'N' | b'u' | b'U' | b't' | b'T' | b'a' | b'A' | b'r' | b'R' | b'x' | b'X') => {
            is_filler_word(text)
        }
        begin => begin.is_none(),
    }
}

fn is_filler_word(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "\"\"",
        "-",
        "--",
        "n/a",
        "na",
        "none",
        "null",
        "unknown",
        "unk",
        "not available",
        "not on file",
        "tbd",
        "nil",
        "nan",
        "anonymous",
        "anonymized",
        "redacted",
        "[redacted]",
        "xxxxx",
    ];
    text.len() <= 13 && WORDS.iter().any(|w| text.eq_ignore_ascii_case(w))
        || text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("anon"))
        || (text.len() > 2 && text.bytes().all(|c| matches!(c, b'0' | b'-' | b' ' | b'_' | b'.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: K, raw: &str, expect: &str) {
        assert_eq!(normalise(kind, raw).as_deref().unwrap_or("-"), expect, "{raw}");
    }

    #[test]
    fn plain_dates_are_read_alike() {
        for text in ["12/31/1999", "1999-12-31", "02/30/1999", "25/12/1980", "1799-01-01", "0a/01/1999", "1999-13-01"] {
            let mut plain = String::new();
            assert!(!plain_date(text, &mut plain) || Some(plain) == date::parse(text), "{text}");
        }
    }

    #[test]
    fn kinds() {
        check(K::Dob, " 10/5/1950 ", "1950-10-05");
        check(K::Ssn, "860218132", "860218132");
        check(K::Mrn, "00-12-345", "0012345");
        check(K::Mrn, "none", "-");
        check(K::Phone, "000-000-0000", "-");
        check(K::Diagnosis, "Low  back pain", "Low back pain");
        check(K::InsuranceId, "PENDING", "-");
    }
}
