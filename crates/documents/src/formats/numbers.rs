//! How a spreadsheet shows a number: dates as ISO dates, zero-padded identifiers as their pattern says.

/// A cell style's number format, as far as it matters.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Style {
    /// A date, a time or both.
    Date { date: bool, time: bool },
    /// Digits in a pattern, such as `000-00-0000`.
    Pattern(String),
    /// Anything else: the number itself.
    Plain,
}

impl Style {
    /// Of the format number and, where it is the workbook's own, its code.
    pub fn new(id: u32, code: Option<&str>) -> Style {
        match (id, code) {
            (14..=17 | 27..=31 | 34..=36 | 50..=58, None) => Style::Date { date: true, time: false },
            (18..=21 | 32 | 33 | 45..=47, None) => Style::Date { date: false, time: true },
            (22, None) => Style::Date { date: true, time: true },
            (_, Some(code)) => Style::of_code(code),
            _ => Style::Plain,
        }
    }
    fn of_code(code: &str) -> Style {
        // Quoted text, escapes and [brackets] (colours, locales, conditions) are not format characters.
        let mut bare = String::new();
        let mut chars = code.chars();
        while let Some(c) = chars.next() {
            match c {
                '"' => while !matches!(chars.next(), None | Some('"')) {},
                '\\' | '_' | '*' => _ = chars.next(),
                '[' => {
                    let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                    // Elapsed time.
                    if matches!(inside.to_lowercase().as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss") {
                        bare.push_str(&inside);
                    }
                }
                c => bare.push(c),
            }
        }
        let lower = bare.split(';').next().unwrap_or_default().to_lowercase();
        if lower.contains("general") || lower.contains('@') {
            return Style::Plain;
        }
        let time = lower.contains(['h', 's']);
        let date = lower.contains(['y', 'd']) || lower.contains('m') && !time;
        if date || time {
            return Style::Date { date, time };
        }
        let section = code.rsplit(';').next().unwrap_or(code);
        let pattern: String = unquote(section);
        let holes = pattern.chars().filter(|c| matches!(c, '0' | '#')).count();
        let fine = pattern.chars().all(|c| matches!(c, '0' | '#' | '-' | '(' | ')' | ' ' | '/'));
        if fine && holes > 1 && (pattern.contains(['-', '(', '/']) || pattern.starts_with("00")) { Style::Pattern(pattern) } else { Style::Plain }
    }
}

fn unquote(section: &str) -> String {
    let mut out = String::new();
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.extend(chars.by_ref().take_while(|c| *c != '"')),
            '\\' => out.extend(chars.next()),
            '[' => while !matches!(chars.next(), None | Some(']')) {},
            c => out.push(c),
        }
    }
    out
}

/// The number as shown, dates in ISO form. `epoch_1904`: days are counted from 1904-01-01.
pub(super) fn render(value: f64, style: Option<&Style>, epoch_1904: bool) -> String {
    match style {
        Some(Style::Date { date, time }) if (0.0..2_958_466.0).contains(&value) => date_time(value, *date, *time, epoch_1904),
        Some(Style::Pattern(pattern)) if value >= 0.0 && value.fract() == 0.0 && value < 1e15 => fill(pattern, value as u64),
        _ if value.fract() == 0.0 && value.abs() < 1e15 => format!("{}", value as i64),
        _ => format!("{value}"),
    }
}

fn fill(pattern: &str, value: u64) -> String {
    let mut digits: Vec<char> = value.to_string().chars().collect();
    let holes = pattern.chars().filter(|c| matches!(c, '0' | '#')).count();
    let mut out: Vec<char> = Vec::new();
    let mut left = holes;
    for c in pattern.chars().rev() {
        match c {
            '0' | '#' => {
                left -= 1;
                match digits.pop() {
                    Some(digit) => out.push(digit),
                    None if c == '0' => out.push('0'),
                    None => {}
                }
                if left == 0 {
                    out.extend(digits.drain(..).rev());
                }
            }
            c => out.push(c),
        }
    }
    out.iter().rev().collect()
}

fn date_time(value: f64, date: bool, time: bool, epoch_1904: bool) -> String {
    let seconds = (value.fract() * 86_400.0).round() as i64;
    let days = value.trunc() as i64 + seconds / 86_400;
    let seconds = seconds % 86_400;
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if !date || value < 1.0 && time {
        return clock;
    }
    // Day 60 of the 1900 system is a 29 February that never was.
    let days = match (epoch_1904, days) {
        (true, days) => days + 1462,
        (false, days) if days < 60 => days + 1,
        (false, days) => days,
    };
    let (year, month, day) = civil(days - 25_569);
    let shown = format!("{year:04}-{month:02}-{day:02}");
    if seconds != 0 { format!("{shown} {clock}") } else { shown }
}

/// Days since 1970-01-01 to year, month, day (proleptic Gregorian).
pub(super) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, id: u32, code: Option<&str>, expect: &str) {
        assert_eq!(render(value, Some(&Style::new(id, code)), false), expect, "{code:?}");
    }

    #[test]
    fn numbers() {
        check(29222.0, 14, None, "1980-01-02");
        check(45168.5, 22, None, "2023-08-30 12:00:00");
        check(0.75, 20, None, "18:00:00");
        check(29222.0, 170, Some("[$-409]mmmm d, yyyy;@"), "1980-01-02");
        check(29222.0, 170, Some("mm/dd/yyyy"), "1980-01-02");
        check(1.0, 14, None, "1900-01-01");
        check(12345678.0, 170, Some("000\\-00\\-0000"), "012-34-5678");
        check(501.0, 170, Some("00000"), "00501");
        check(5135550100.0, 170, Some("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####"), "(513) 555-0100");
        check(1234.5, 170, Some("#,##0.00"), "1234.5");
        check(1234.5, 170, Some("\"$\"#,##0.00_);[Red](\"$\"#,##0.00)"), "1234.5");
        check(7.0, 0, None, "7");
        check(1e300, 14, None, &format!("{}", 1e300));
        check(-1.0, 14, None, "-1");
    }
}
