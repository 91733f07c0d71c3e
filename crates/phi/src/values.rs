//! From a value as written to its normal form, by kind.

use crate::{date, ids};
use dosimeter_case::tables::ElementKind as K;

/// Normal form of a whole value (a cell, a field, an attribute); `None` when it cannot be of that kind or is a filler.
pub(crate) fn normalise(kind: K, raw: &str) -> Option<String> {
    let text = raw.trim().trim_matches('"');
    if text.is_empty() || text.len() > 4000 || is_filler(text) {
        return None;
    }
    match kind {
        K::Dob | K::ServiceDate => date::parse(text),
        K::Ssn => ids::ssn(text).map(|s| s.0),
        K::Phone => ids::phone(text),
        K::Email => ids::email(text),
        K::Mbi => ids::mbi(text).or_else(|| number(text)),
        K::Mrn
        | K::CaseNumber
        | K::AccountNumber
        | K::InsuranceId
        | K::MedicaidId
        | K::DriversLicense
        | K::Passport
        | K::BankAccount
        | K::VehicleId
        | K::DeviceId
        | K::Certificate => number(text),
        K::CardNumber => ids::card(text).map(|c| c.0),
        K::Diagnosis | K::Procedure | K::Medication | K::LabResult | K::ImagingResult | K::SensitiveNote | K::Employer | K::Relationship | K::Service => {
            Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        _ => Some(text.to_string()),
    }
}

/// ISO date of a cell, read month first or day first where both are possible.
pub(crate) fn dated(raw: &str, day_first: bool) -> Option<String> {
    let text = raw.trim();
    let mut parts = text.splitn(3, ['/', '.', '-']);
    if day_first
        && let (Some(day), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next())
        && day.len() <= 2
        && month.len() <= 2
    {
        return date::parse(&format!("{month}/{day}/{rest}"));
    }
    date::parse(text)
}

fn number(text: &str) -> Option<String> {
    let compact = ids::compact(text);
    (compact.len() >= 3 && compact.len() <= 34 && compact.bytes().any(|b| b.is_ascii_digit())).then_some(compact)
}

/// The same for a value that a format's specification says is of that kind: short numbers, telephone numbers and SSNs of any form count.
pub(crate) fn labelled(kind: K, raw: &str) -> Option<String> {
    normalise(kind, raw).or_else(|| {
        let text = raw.trim().trim_matches('"');
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
    let low = text.trim().to_ascii_lowercase();
    matches!(
        low.as_str(),
        "" | "\"\""
            | "-"
            | "--"
            | "n/a"
            | "na"
            | "none"
            | "null"
            | "unknown"
            | "unk"
            | "not available"
            | "not on file"
            | "tbd"
            | "nil"
            | "nan"
            | "anonymous"
            | "anonymized"
            | "redacted"
            | "[redacted]"
            | "xxxxx"
    ) || low.starts_with("anon")
        || (low.len() > 2 && low.chars().all(|c| matches!(c, '0' | '-' | ' ' | '_' | '.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: K, raw: &str, expect: &str) {
        assert_eq!(normalise(kind, raw).as_deref().unwrap_or("-"), expect, "{raw}");
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
