//! Dates as clinics write them, to ISO.

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Two-digit years above this one belong to the last century.
const PIVOT: i32 = 30;

/// One date in running text; the named groups say which form matched.
pub(crate) const PATTERN: &str = r"(?x)
      (?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:3[01]|[12]\d|0?[1-9])(?:[T\ ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?Z?)?)
    | (?:(?:0?[1-9]|1[0-2])[/](?:3[01]|[12]\d|0?[1-9])[/](?:(?:1[89]|20)\d\d|\d\d))
    | (?:(?:0?[1-9]|1[0-2])[-.](?:3[01]|[12]\d|0?[1-9])[-.](?:(?:1[89]|20)\d\d|\d\d))
    | (?:(?:3[01]|[12]\d|0?[1-9])[./](?:0?[1-9]|1[0-2])[./](?:1[89]|20)\d\d)
    | (?:(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?[-\ /]?(?i:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?[-\ ,/]{0,2}(?:(?:1[89]|20)\d\d|\d\d\b))
    | (?:(?i:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?\ (?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\ (?:1[89]|20)\d\d)
";

/// Runs of digits and runs of letters, the first few.
fn words<'t>(text: &'t str, room: &mut [&'t str; 8]) -> usize {
    let bytes = text.as_bytes();
    let (mut count, mut at) = (0, 0);
    while at < bytes.len() && count < room.len() {
        let of: fn(&u8) -> bool = if bytes[at].is_ascii_digit() { u8::is_ascii_digit } else { u8::is_ascii_alphabetic };
        let len = bytes[at..].iter().take_while(|b| of(b)).count();
        if len > 0 {
            room[count] = &text[at..at + len];
            count += 1;
        }
        at += len.max(1);
    }
    count
}

pub(crate) fn iso(y: i32, m: i32, d: i32) -> Option<String> {
    let valid = (1850..=2100).contains(&y) && jiff::civil::Date::new(y.try_into().ok()?, m.try_into().ok()?, d.try_into().ok()?).is_ok();
    valid.then(|| written(y as i16, m as i16, d as i16).iter().collect())
}

/// The characters of an ISO date.
pub(crate) fn written(year: i16, month: i16, day: i16) -> [char; 10] {
    let digit = |n: i16| char::from(b'0' + (n % 10) as u8);
    [digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-', digit(month / 10), digit(month), '-', digit(day / 10), digit(day)]
}

pub(crate) fn century(y: i32, digits: usize) -> i32 {
    match digits {
        2 if y > PIVOT => 1900 + y,
        2 => 2000 + y,
        _ => y,
    }
}

/// Number of a month's English name or its first three letters; other words that begin so are none.
pub(crate) fn month(word: &str) -> Option<i32> {
    const REST: [&str; 12] = ["uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"];
    let (head, tail) = (word.get(..3)?, word.get(3..)?);
    let at = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(head))?;
    (tail.is_empty() || tail.eq_ignore_ascii_case(REST[at]) || (at == 8 && tail.eq_ignore_ascii_case("t"))).then_some(at as i32 + 1)
}

/// ISO date of `text`, which is one date and perhaps a time: `1962-08-03`, or `1962-08` / `1962` where no more is known.
pub(crate) fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    if !(4..=40).contains(&text.len()) || !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let num = |s: &str| s.parse::<i32>().ok();
    if digits == text.len() || (digits >= 8 && text[digits..].starts_with(['.', '+', '-', ' '])) {
        let part = |a: usize, b: usize| text.get(a..b).and_then(num);
        return match digits {
            4 => part(0, 4).filter(|y| (1880..=2100).contains(y)).map(|y| format!("{y:04}")),
            6 => part(0, 4).zip(part(4, 6)).filter(|(y, m)| (1880..=2100).contains(y) && (1..=12).contains(m)).map(|(y, m)| format!("{y:04}-{m:02}")),
            8 | 10 | 12 | 14 => iso(part(0, 4)?, part(4, 6)?, part(6, 8)?),
            _ => None,
        };
    }
    let mut room = [""; 8];
    let count = words(text, &mut room);
    let year = |w: &str| num(w).filter(|_| matches!(w.len(), 2 | 4)).map(|y| century(y, w.len()));
    match &room[..count] {
        [a, "st" | "nd" | "rd" | "th", b, c, ..] if month(b).is_some() => iso(year(c)?, month(b)?, num(a)?),
        [a, b, "st" | "nd" | "rd" | "th", c, ..] if month(a).is_some() => iso(year(c)?, month(a)?, num(b)?),
        [a, b, c, ..] if month(a).is_some() && num(b).is_some() => iso(year(c)?, month(a)?, num(b)?),
        [a, b, c, ..] if month(b).is_some() && num(a).is_some() => iso(year(c)?, month(b)?, num(a)?),
        [a, b, c, ..] => {
            let (x, y, z) = (num(a)?, num(b)?, num(c)?);
            if a.len() == 4 {
                iso(x, y, z)
            } else if matches!(c.len(), 2 | 4) && a.len() <= 2 && b.len() <= 2 {
                let year = century(z, c.len());
                // Month first as in the United States; day first only where month first is impossible.
                iso(year, x, y).or_else(|| iso(year, y, x))
            } else {
                None
            }
        }
        [a, b] if month(a).is_some() && b.len() == 4 => Some(format!("{:04}-{:02}", num(b)?, month(a)?)),
        [a, b] if b.len() == 4 && num(a).is_some_and(|m| (1..=12).contains(&m)) && text.contains('/') => Some(format!("{:04}-{:02}", num(b)?, num(a)?)),
        _ => None,
    }
}

/// Year of an ISO date.
pub(crate) fn year(iso: &str) -> Option<i32> {
    iso.get(..4)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(parse(text).as_deref().unwrap_or("-"), expect, "{text}");
    }

    #[test]
    fn forms() {
        check("10/22/1993", "1993-10-22");
        check("1/2/45", "1945-01-02");
        check("03/19/09", "2009-03-19");
        check("25/12/1980", "1980-12-25");
        check("May 29, 1980", "1980-05-29");
        check("12-Feb-1970", "1970-02-12");
        check("3rd March 1961", "1961-03-03");
        check("19620803", "1962-08-03");
        check("20230907020000-0500", "2023-09-07");
        check("1994-05-02T10:11:12Z", "1994-05-02");
        check("1994", "1994");
        check("199405", "1994-05");
        check("13/32/1990", "-");
        check("02/30/1990", "-");
        check("8595550797", "-");
        check("é", "-");
    }
}
