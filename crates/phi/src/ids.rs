//! Checks of identifiers: shape, area rules and check digits. A failed check lowers the confidence, it never drops.

/// ASCII digits of a text.
pub(crate) fn digits(text: &str) -> String {
    let mut digits = String::new();
    digits_into(text, &mut digits);
    digits
}

/// Adds them to `out`; returns how many.
fn digits_into(text: &str, out: &mut String) -> usize {
    let start = out.len();
    out.reserve(text.len());
    text.bytes().filter(u8::is_ascii_digit).for_each(|b| out.push(char::from(b)));
    out.len() - start
}

/// A text without this at its beginning, however often: a comparison, where a search would be prepared for.
fn without<'t>(mut text: &'t str, prefix: &str) -> &'t str {
    while let Some(rest) = text.strip_prefix(prefix) {
        text = rest;
    }
    text
}

fn compact_bytes(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase())
}

/// Letters and digits, upper case: a number as written, without separators.
pub(crate) fn compact(text: &str) -> String {
    let mut compact = String::new();
    compact_into(text, &mut compact);
    compact
}

/// Adds it to `out`.
pub(crate) fn compact_into(text: &str, out: &mut String) {
    // Most are written so.
    if text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        out.push_str(text);
        return;
    }
    out.reserve(text.len());
    compact_bytes(text).for_each(|b| out.push(char::from(b)));
}

/// Nine digits that the Social Security Administration could have issued (areas 000, 666 and 9xx, group 00 and serial 0000 never were).
pub(crate) fn ssn_issuable(nine: &str) -> bool {
    let b = nine.as_bytes();
    b.len() == 9 && &nine[..3] != "000" && &nine[..3] != "666" && b[0] != b'9' && &nine[3..5] != "00" && &nine[5..] != "0000"
}

/// The digits of an SSN written in full (`nnn-nn-nnnn`, spaced, or nine digits) or masked to its last four.
pub(crate) fn ssn(text: &str) -> Option<(String, f64)> {
    let mut digits = String::new();
    let confidence = ssn_into(text, &mut digits)?;
    Some((digits, confidence))
}

/// Adds them to `out`, which is of no use when it is none.
pub(crate) fn ssn_into(text: &str, out: &mut String) -> Option<f64> {
    let text = text.trim();
    let mark = |b: u8| matches!(b, b'-' | b' ' | b'.' | b'x' | b'X' | b'*' | b'#');
    if !text.bytes().all(|b| b.is_ascii_digit() || mark(b)) && !text.chars().all(|c| c.is_ascii_digit() || c == '–' || c.is_ascii() && mark(c as u8)) {
        return None;
    }
    let start = out.len();
    match digits_into(text, out) {
        9 if ssn_issuable(&out[start..]) => Some(0.97),
        9 => Some(0.6),
        4 => Some(0.7),
        _ => None,
    }
}

/// Ten digits of a North American telephone number, an extension left out; also international numbers with `+`.
pub(crate) fn phone(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    phone_into(text, &mut digits).then_some(digits)
}

/// Adds them to `out`, which is of no use when it is none.
pub(crate) fn phone_into(text: &str, out: &mut String) -> bool {
    let text = without(without(text.trim(), "tel:"), "fax:");
    let head = &text[..text.bytes().position(|b| matches!(b, b'x' | b'X' | b'e' | b';')).unwrap_or(text.len())];
    let mark = |b: u8| matches!(b, b'(' | b')' | b'-' | b'.' | b' ' | b'+' | b'/');
    if !head.bytes().all(|b| b.is_ascii_digit() || mark(b)) && head.chars().any(|c| !(c.is_ascii_digit() || c == '\u{a0}' || c.is_ascii() && mark(c as u8))) {
        return false;
    }
    let start = out.len();
    let n = digits_into(head, out);
    let digits = &out[start..];
    match n {
        10 if !digits.starts_with(['0', '1']) => true,
        11 if digits.starts_with('1') => {
            out.remove(start);
            true
        }
        7 if head.contains('-') => true,
        8..=15 => head.starts_with('+'),
        _ => false,
    }
}

/// Digits of a telephone number of any country behind a label: seven to fifteen, an extension left out.
pub(crate) fn phone_anywhere(text: &str) -> Option<String> {
    let d = digits(text.split(['x', 'X', 'e']).next().unwrap_or_default());
    (7..=15).contains(&d.len()).then_some(d)
}

/// Luhn's check.
pub(crate) fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, b)| {
            let d = u32::from(b.wrapping_sub(b'0'));
            if i % 2 == 1 { if d > 4 { d * 2 - 9 } else { d * 2 } } else { d }
        })
        .sum();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && sum.is_multiple_of(10)
}

/// A payment card number: 12 to 19 digits with a known first digit and Luhn's check.
pub(crate) fn card(text: &str) -> Option<(String, f64)> {
    let d = digits(text);
    let known = d.starts_with(['3', '4', '5', '6', '2']) || d.len() == 15 && d.starts_with("1800");
    ((12..=19).contains(&d.len()) && known).then(|| {
        let confidence = if luhn(&d) { 0.95 } else { 0.4 };
        (d, confidence)
    })
}

/// A Medicare beneficiary identifier, dashes removed.
pub(crate) fn mbi(text: &str) -> Option<String> {
    is_mbi(text).then(|| compact(text))
}

/// Whether it is one: positions are fixed to digit, letter (not S, L, O, I, B, Z) or both.
pub(crate) fn is_mbi(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_uppercase() && !b"SLOIBZ".contains(&b);
    let fits = |(i, b): (usize, u8)| match i {
        0 => (b'1'..=b'9').contains(&b),
        1 | 4 | 7 | 8 => letter(b),
        2 | 5 => letter(b) || b.is_ascii_digit(),
        _ => i < 11 && b.is_ascii_digit(),
    };
    compact_bytes(text).enumerate().all(fits) && compact_bytes(text).count() == 11
}

/// An International Bank Account Number: the remainder by 97 is 1.
pub(crate) fn iban(text: &str) -> bool {
    let t = compact(text);
    if !(15..=34).contains(&t.len()) || !t.bytes().take(2).all(|b| b.is_ascii_uppercase()) {
        return false;
    }
    let rest = t[4..].bytes().chain(t[..4].bytes());
    let remainder = rest.fold(0_u32, |r, b| if b.is_ascii_digit() { (r * 10 + u32::from(b - b'0')) % 97 } else { (r * 100 + u32::from(b - b'A') + 10) % 97 });
    remainder == 1
}

/// An e-mail address.
pub(crate) fn email(text: &str) -> Option<String> {
    let mut address = String::new();
    email_into(text, &mut address).then_some(address)
}

/// Adds it to `out`.
pub(crate) fn email_into(text: &str, out: &mut String) -> bool {
    let text = without(text.trim(), "mailto:");
    let Some((user, host)) = text.split_once('@') else { return false };
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    let fine = |s: &str| !s.is_empty() && (plain(s) || s.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '\'' | '%')));
    if !(fine(user) && fine(host) && host.contains('.') && !host.ends_with('.')) {
        return false;
    }
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    } else {
        out.push_str(&text.to_lowercase());
    }
    true
}

/// A diagnosis code in ICD-10-CM form (with or without its dot), or ICD-9 with a dot.
pub(crate) fn icd(text: &str) -> bool {
    let b = text.as_bytes();
    let tail = |from: usize| {
        let rest = &b[from..];
        rest.is_empty()
            || (rest[0] == b'.' && (2..=5).contains(&rest.len()) && rest[1..].iter().all(u8::is_ascii_alphanumeric))
            || (rest.len() <= 4 && rest.iter().all(u8::is_ascii_alphanumeric))
    };
    match b.len() {
        3..=8 if b[0].is_ascii_uppercase() && b[1].is_ascii_digit() && b[2].is_ascii_alphanumeric() => {
            tail(3) && !(b.len() >= 6 && b[1..].iter().all(u8::is_ascii_digit)) && b.iter().filter(|c| c.is_ascii_digit()).count() >= 2
        }
        5..=6 if b[..3].iter().all(u8::is_ascii_digit) && b[3] == b'.' => b[4..].iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: bool, expect: bool, what: &str) {
        assert_eq!(found, expect, "{what}");
    }

    #[test]
    fn identifiers() {
        check(ssn("219-09-9999").is_some_and(|s| s.1 > 0.9), true, "ssn");
        check(ssn("987 65 4321").is_some_and(|s| s.1 < 0.9), true, "never issued, kept");
        check(ssn("xxx-xx-1234").is_some_and(|s| s.0 == "1234"), true, "last four");
        check(ssn("219-09-999").is_some(), false, "eight digits");
        check(phone("(859) 555-3796") == Some("8595553796".into()), true, "phone");
        check(phone("1-800-555-0100 x12").is_some(), true, "extension");
        check(phone("12345").is_some(), false, "too short");
        check(luhn("4111111111111111"), true, "card");
        check(card("4111 1111 1111 1112").is_some_and(|c| c.1 < 0.5), true, "bad card kept low");
        check(mbi("1EG4-TE5-MK73").is_some(), true, "mbi");
        check(mbi("1SG4-TE5-MK73").is_some(), false, "S is not used");
        check(iban("GB29 NWBK 6016 1331 9268 19"), true, "iban");
        check(email("A.B@example.org").is_some(), true, "email");
        check(email("a@b").is_some(), false, "no domain");
        check(icd("F11.20") && icd("G20") && icd("S83512A") && icd("250.00"), true, "icd");
        check(icd("CT2") || icd("A713304"), false, "not a code");
        check(icd("é1"), false, "not ASCII");
    }
}
