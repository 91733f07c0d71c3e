//! Dates as people write them, packed as `yyyymmdd`; month or day is 0 where it is not known.

/// A packed date of any usual spelling, or 0. `day_first` decides about `03/04/1970`.
pub(crate) fn parse(text: &str, day_first: bool) -> u32 {
    let text = text.trim();
    let text = match text.split_once(['T', ' ']) {
        // A time of day follows an ISO date.
        Some((date, rest)) if date.len() == 10 && rest.starts_with(|c: char| c.is_ascii_digit()) => date,
        _ => text,
    };
    let mut numbers = [0u32; 3];
    let mut lengths = [0usize; 3];
    let mut count = 0;
    let mut month_name = 0;
    for part in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
        if part.bytes().all(|b| b.is_ascii_digit()) {
            if count == 3 || part.len() > 8 {
                return 0;
            }
            numbers[count] = part.parse().unwrap_or(0);
            lengths[count] = part.len();
            count += 1;
        } else if month_name == 0 {
            let head: String = part.chars().take(3).collect::<String>().to_ascii_uppercase();
            const MONTHS: &str = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
            month_name = if head.len() == 3 { MONTHS.find(&head).filter(|at| at % 3 == 0).map_or(0, |at| at as u32 / 3 + 1) } else { 0 };
            if month_name == 0 {
                return 0;
            }
        } else {
            return 0;
        }
    }
    let [a, b, c] = numbers;
    let (year, month, day) = match (count, month_name) {
        (1, 0) if lengths[0] == 8 => {
            // 19700314, or 03141970.
            let iso = (a / 10_000, a / 100 % 100, a % 100);
            if (1000..3000).contains(&iso.0) && iso.1 <= 12 && iso.2 <= 31 { iso } else { (a % 10_000, a / 1_000_000, a / 10_000 % 100) }
        }
        (1, 0) if lengths[0] == 6 => (a / 100, a % 100, 0),
        (1, 0) if lengths[0] == 4 => (a, 0, 0),
        (1, m) if m > 0 && lengths[0] == 4 => (a, m, 0),
        (2, m) if m > 0 => (b, m, a),
        (2, 0) if lengths[0] == 4 => (a, b, 0),
        (2, 0) if lengths[1] == 4 => (b, a, 0),
        (3, 0) if lengths[0] == 4 => (a, b, c),
        (3, 0) => {
            let (month, day) = if day_first && b <= 12 || a > 12 { (b, a) } else { (a, b) };
            (c, month, day)
        }
        _ => return 0,
    };
    let year = match year {
        // Two digits: read as the past hundred years, which is what a birth date can be.
        0..=26 if year < 100 => year + 2000,
        27..=99 => year + 1900,
        _ => year,
    };
    if !(1000..3000).contains(&year) {
        return 0;
    }
    let (month, day) = if month > 12 && (1..=12).contains(&day) { (day, month) } else { (month, day) };
    if month > 12 || day > days(year, month) {
        // No such day: of a misread date the year still counts.
        return year * 10_000;
    }
    year * 10_000 + month * 100 + day
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        0 => 0,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Dates that systems write for "not known".
pub(crate) fn is_placeholder(date: u32) -> bool {
    matches!(date, 19000101 | 18991230 | 18991231 | 17530101 | 18000101 | 11111111 | 19010101 | 10000101) || date / 10_000 >= 2100
}

/// ISO text, shorter where the day or the month is not known.
pub(crate) fn iso(date: u32) -> Option<String> {
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    match (year, month, day) {
        (0, ..) => None,
        (_, 0, _) => Some(format!("{year:04}")),
        (_, _, 0) => Some(format!("{year:04}-{month:02}")),
        _ => Some(format!("{year:04}-{month:02}-{day:02}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsed() {
        fn check(input: &str, day_first: bool, expect: u32) {
            assert_eq!(parse(input, day_first), expect, "{input}");
        }
        check("1970-03-14", false, 19700314);
        check("1970-03-14T00:00:00", false, 19700314);
        check("1970-03-14 00:00:00", false, 19700314);
        check("03/14/1970", false, 19700314);
        check("14/03/1970", false, 19700314);
        check("03/04/1970", false, 19700304);
        check("03/04/1970", true, 19700403);
        check("19700314", false, 19700314);
        check("14 Mar 1970", false, 19700314);
        check("March 14, 1970", false, 19700314);
        check("1970-03", false, 19700300);
        check("1970", false, 19700000);
        check("3/4/70", false, 19700304);
        check("1970-02-30", false, 19700000);
        check("03/56/1993", false, 19930000);
        check("1968-18-08", false, 19680818);
        check("N/A", false, 0);
        check("", false, 0);
        check("99/99/9999", false, 0);
        check("1-2-3-4-5", false, 0);
        check("ééé 1970", false, 19700000);
        assert_eq!(iso(19700300).as_deref(), Some("1970-03"));
    }
}
