//! Times as logs write them. Times with an offset stand for themselves; others are read in the source's zone.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// Reads the times of one source, in order: a year that the log leaves out follows from the records before it.
pub(crate) struct Clock {
    zone: TimeZone,
    latest: Date,
    previous: Option<Date>,
    memo: Option<([u8; 15], Timestamp)>,
}

/// A record may be this much older than the one before it (several processes write one log) without meaning a new year, days.
const DISORDER: i32 = 2;

impl Clock {
    pub fn new(zone: TimeZone, latest: Date) -> Clock {
        Clock { zone, latest, previous: None, memo: None }
    }

    /// `Sep  8 01:02:03`, also with a year after the day (`Sep 8 2023 01:02:03`) or a fraction. Gives the time and the number of bytes read.
    pub fn rfc3164(&mut self, text: &str) -> Option<(Timestamp, usize)> {
        let bytes = text.as_bytes();
        let stamp: [u8; 15] = bytes.get(..15)?.try_into().ok()?;
        if let Some((memo, time)) = self.memo
            && memo == stamp
            && !matches!(bytes.get(15), Some(b'.' | b','))
        {
            return Some((time, 15));
        }
        let month = month(&stamp[..3])?;
        let day = if stamp[4] == b' ' { digits(&stamp[5..6])? } else { digits(&stamp[4..6])? };
        if let (Some(year), Some(b' '), Some(clock)) = (bytes.get(7..11).and_then(digits), bytes.get(11), bytes.get(12..20)) {
            let (h, m, s) = hms(clock)?;
            return Some((self.local(datetime(year, month, day, h, m, s, 0)?)?, 20));
        }
        let (h, m, s) = hms(&stamp[7..15])?;
        let (nanos, more) = fraction(&bytes[15..]);
        let time = self.without_year(month, day, h, m, s, nanos)?;
        if more == 0 {
            self.memo = Some((stamp, time));
        }
        Some((time, 15 + more))
    }

    /// A time without its year: the first year that keeps the records in order; if that lies after `latest`, the latest year
    /// that does not.
    pub fn without_year(&mut self, month: i64, day: i64, h: i64, m: i64, s: i64, nanos: i64) -> Option<Timestamp> {
        let year = i64::from(self.latest.year());
        let date = |year: i64| Date::new(year.try_into().ok()?, month as i8, day as i8).ok();
        let last_allowed = self.latest.tomorrow().unwrap_or(self.latest);
        let in_order = self.previous.and_then(|previous| {
            let from = previous.checked_sub(jiff::Span::new().days(DISORDER)).ok()?;
            // A leap day may be eight years away.
            (0..9).filter_map(|n| date(i64::from(from.year()) + n)).find(|&d| d >= from).filter(|&d| d <= last_allowed)
        });
        let date = in_order.or_else(|| (0..9).filter_map(|n| date(year - n)).find(|&d| d <= self.latest))?;
        self.previous = Some(date);
        self.local(datetime(date.year().into(), month, day, h, m, s, nanos)?)
    }

    /// `2023-09-18T02:05:05.123-04:00` and its relatives (`/` or `.` between the parts of the date, a blank for `T`, a comma before
    /// the fraction, no seconds, `Z`, `-0400`, no offset). Gives the time and the number of bytes read.
    pub fn iso(&self, text: &str) -> Option<(Timestamp, usize)> {
        let b = text.as_bytes();
        if !matches!(b.get(4)?, b'-' | b'/' | b'.') || b.get(7) != b.get(4) {
            return None;
        }
        let (year, month, day) = (digits(&b[..4])?, digits(&b[5..7])?, digits(b.get(8..10)?)?);
        if !matches!(b.get(10)?, b'T' | b't' | b' ' | b'_') || b.get(13)? != &b':' {
            return None;
        }
        let (h, m) = (digits(&b[11..13])?, digits(b.get(14..16)?)?);
        let (mut s, mut nanos, mut at) = (0, 0, 16);
        if b.get(16) == Some(&b':') {
            s = digits(b.get(17..19)?)?;
            let (n, more) = fraction(&b[19..]);
            (nanos, at) = (n, 19 + more);
        }
        let when = datetime(year, month, day, h, m, s, nanos)?;
        match offset(&b[at..]) {
            Some((seconds, used)) => Some((with_offset(when, seconds)?, at + used)),
            None => Some((self.local(when)?, at)),
        }
    }

    /// `18/Sep/2023:07:52:20 -0400`.
    pub fn clf(&self, text: &str) -> Option<Timestamp> {
        let b = text.as_bytes();
        let (day, rest) = (digits(b.get(..2)?)?, b.get(2..20)?);
        let (month, year) = (month(&rest[1..4])?, digits(&rest[5..9])?);
        if rest[0] != b'/' || rest[4] != b'/' || rest[9] != b':' {
            return None;
        }
        let (h, m, s) = hms(&rest[10..18])?;
        let when = datetime(year, month, day, h, m, s, 0)?;
        match offset(&b[20..]) {
            Some((seconds, _)) => with_offset(when, seconds),
            None => self.local(when),
        }
    }

    /// A time in whatever form a table or a JSON value has it: ISO, CLF, `8/14/2023 7:49:40 AM`, `14.08.2023 07:49`, `Mon, 14 Aug 2023
    /// 07:49:40 EDT`, `20230814074940`, seconds or milliseconds since 1970, `/Date(1692013780000)/`. `day_first` decides `08/09/2023`.
    pub fn any(&self, text: &str, day_first: bool) -> Option<Timestamp> {
        let text = text.trim().trim_matches(['"', '[', ']']);
        if let Some((time, used)) = self.iso(text)
            && text.get(used..).is_some_and(|rest| rest.trim().is_empty() || rest.trim() == "UTC")
        {
            return Some(time);
        }
        if let Some(millis) = text.strip_prefix("/Date(").and_then(|t| t.split([')', '+', '-']).next()) {
            return Timestamp::from_millisecond(millis.parse().ok()?).ok();
        }
        if text.len() >= 9 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().filter(|&b| b == b'.').count() <= 1 {
            return self.number(text);
        }
        self.clf(text).or_else(|| self.loose(text, day_first))
    }

    fn number(&self, text: &str) -> Option<Timestamp> {
        let whole = text.split('.').next()?;
        if whole.len() == 14 && (whole.starts_with("19") || whole.starts_with("20")) {
            let n = |from: usize, to: usize| digits(whole.as_bytes().get(from..to)?);
            return self.local(datetime(n(0, 4)?, n(4, 6)?, n(6, 8)?, n(8, 10)?, n(10, 12)?, n(12, 14)?, 0)?);
        }
        let n: i64 = whole.parse().ok()?;
        match whole.len() {
            9..=10 => Timestamp::new(n, fraction(&text.as_bytes()[whole.len()..]).0 as i32).ok(),
            11..=13 => Timestamp::from_millisecond(n).ok(),
            14..=16 => Timestamp::from_microsecond(n).ok(),
            17..=19 => Timestamp::from_nanosecond(n.into()).ok(),
            _ => None,
        }
    }

    fn loose(&self, text: &str, day_first: bool) -> Option<Timestamp> {
        if text.len() > 60 {
            return None;
        }
        let b = text.as_bytes();
        let (mut date, mut clock, mut month_word) = (Vec::new(), Vec::new(), None);
        let (mut pm, mut utc, mut shift, mut nanos) = (None, false, None, 0);
        let mut i = 0;
        while i < b.len() {
            let from = i;
            if b[i].is_ascii_digit() {
                while i < b.len() && b[i].is_ascii_digit() {
                    i += 1;
                }
                let value = digits(&b[from..i]).filter(|_| i - from <= 4)?;
                let in_clock = b.get(i) == Some(&b':') || (from > 0 && b[from - 1] == b':' && !clock.is_empty());
                if in_clock && clock.len() < 3 {
                    clock.push(value);
                    if clock.len() == 3 {
                        let (n, more) = fraction(&b[i..]);
                        nanos = n;
                        i += more;
                    }
                } else {
                    date.push((value, i - from));
                }
            } else if b[i].is_ascii_alphabetic() {
                while i < b.len() && b[i].is_ascii_alphabetic() {
                    i += 1;
                }
                match b[from..i].to_ascii_lowercase().as_slice() {
                    b"am" | b"a" => pm = Some(false),
                    b"pm" | b"p" => pm = Some(true),
                    b"z" | b"utc" | b"gmt" => utc = true,
                    word if word.len() >= 3 && month_word.is_none() => month_word = month(&b[from..from + 3]),
                    _ => {}
                }
            } else if matches!(b[i], b'+' | b'-') && clock.len() >= 2 {
                let (seconds, used) = offset(&b[i..])?;
                shift = Some(seconds);
                i += used.max(1);
            } else {
                i += 1;
            }
        }
        let ((year, month, day), short_year) = match (month_word, date.as_slice()) {
            (Some(month), &[(a, 4), (b, _)]) => ((a, month, b), false),
            (Some(month), &[(a, _), (b, n)]) => ((b, month, a), n == 2),
            (None, &[(a, 4), (b, _), (c, _)]) => ((a, b, c), false),
            (None, &[(a, _), (b, _), (c, n)]) if day_first || a > 12 => ((c, b, a), n == 2),
            (None, &[(a, _), (b, _), (c, n)]) => ((c, a, b), n == 2),
            _ => return None,
        };
        let year = if short_year { if year < 70 { 2000 + year } else { 1900 + year } } else { year };
        let (mut h, m, s) = match clock.as_slice() {
            [] => (0, 0, 0),
            &[h, m] => (h, m, 0),
            &[h, m, s] => (h, m, s),
            _ => return None,
        };
        match pm {
            Some(true) if h < 12 => h += 12,
            Some(false) if h == 12 => h = 0,
            _ => {}
        }
        let when = datetime(year, month, day, h, m, s, nanos)?;
        match shift.or(utc.then_some(0)) {
            Some(seconds) => with_offset(when, seconds),
            None => self.local(when),
        }
    }

    fn local(&self, when: DateTime) -> Option<Timestamp> {
        self.zone.to_timestamp(when).ok()
    }
}

/// Whether numeric dates `a/b/yyyy` must put the day first: some `a` is over 12 and no `b` is.
pub(crate) fn day_first<'a>(texts: impl IntoIterator<Item = &'a str>) -> bool {
    let (mut first, mut second) = (false, false);
    for text in texts {
        let mut numbers = text.trim().split(['/', '.', '-', ' ']).map(|n| n.parse::<u32>());
        if let (Some(Ok(a)), Some(Ok(b))) = (numbers.next(), numbers.next()) {
            first |= (13..=31).contains(&a);
            second |= (13..=31).contains(&b);
        }
    }
    first && !second
}

/// Microseconds are what the tables keep; nanoseconds beyond them are cut.
fn datetime(year: i64, month: i64, day: i64, h: i64, m: i64, s: i64, nanos: i64) -> Option<DateTime> {
    // 60 is a leap second.
    let s = if s == 60 { 59 } else { s };
    DateTime::new(
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
        h.try_into().ok()?,
        m.try_into().ok()?,
        s.try_into().ok()?,
        (nanos / 1000 * 1000) as i32,
    )
    .ok()
}
fn with_offset(when: DateTime, seconds: i64) -> Option<Timestamp> {
    Offset::from_seconds(seconds.try_into().ok()?).ok()?.to_timestamp(when).ok()
}
fn digits(bytes: &[u8]) -> Option<i64> {
    if bytes.is_empty() || bytes.len() > 9 {
        return None;
    }
    bytes.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}
fn hms(b: &[u8]) -> Option<(i64, i64, i64)> {
    (b.len() == 8 && b[2] == b':' && b[5] == b':').then_some(())?;
    Some((digits(&b[..2])?, digits(&b[3..5])?, digits(&b[6..8])?))
}
fn month(name: &[u8]) -> Option<i64> {
    let names = [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    names.iter().position(|n| name.eq_ignore_ascii_case(*n)).map(|i| i as i64 + 1)
}
/// `.123456` or `,123` as nanoseconds, and its length.
fn fraction(b: &[u8]) -> (i64, usize) {
    if !matches!(b.first(), Some(b'.' | b',')) || !b.get(1).is_some_and(u8::is_ascii_digit) {
        return (0, 0);
    }
    let n = b[1..].iter().take_while(|d| d.is_ascii_digit()).count();
    let nanos = b[1..1 + n.min(9)].iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'));
    (nanos * 10_i64.pow(9 - n.min(9) as u32), 1 + n)
}
/// `Z`, `+hh:mm`, `-hhmm`, `+hh`, also after one blank, in seconds, and its length.
fn offset(b: &[u8]) -> Option<(i64, usize)> {
    let blank = usize::from(b.first() == Some(&b' '));
    let b = &b[blank..];
    if matches!(b.first(), Some(b'Z' | b'z')) {
        return Some((0, blank + 1));
    }
    let sign = match b.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = digits(b.get(1..3)?)?;
    let (minutes, used) = match (b.get(3), b.get(3..5).and_then(digits), b.get(4..6).and_then(digits)) {
        (Some(b':'), _, Some(minutes)) => (minutes, 6),
        (_, Some(minutes), _) => (minutes, 5),
        _ => (0, 3),
    };
    Some((sign * (hours * 3600 + minutes * 60), blank + used))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(latest: &str) -> Clock {
        Clock::new(TimeZone::get("America/New_York").unwrap(), latest.parse().unwrap())
    }
    fn check(stamps: &[&str], expect: &[&str]) {
        let mut clock = clock("2023-09-21");
        let got: Vec<_> = stamps.iter().map(|s| clock.rfc3164(s).map_or("none".to_string(), |(t, _)| t.to_string())).collect();
        assert_eq!(got, expect);
    }

    #[test]
    fn years_are_found() {
        check(&["Sep 18 07:48:15"], &["2023-09-18T11:48:15Z"]);
        check(&["Sep  4 01:00:00"], &["2023-09-04T05:00:00Z"]);
        check(&["Dec 31 23:59:59", "Jan  1 00:00:01"], &["2023-01-01T04:59:59Z", "2023-01-01T05:00:01Z"]);
        check(&["Sep 21 23:00:00", "Sep 22 01:00:00"], &["2023-09-22T03:00:00Z", "2023-09-22T05:00:00Z"]);
        // More than two days after `latest` cannot be: it was the year before.
        check(&["Sep 25 01:00:00"], &["2022-09-25T05:00:00Z"]);
        check(&["Jan  3 01:00:00", "Jan  2 01:00:00", "Sep  1 00:00:00"], &["2023-01-03T06:00:00Z", "2023-01-02T06:00:00Z", "2023-09-01T04:00:00Z"]);
        check(&["Feb 29 00:00:00"], &["2020-02-29T05:00:00Z"]);
        check(&["Sep 18 2022 07:48:15 x", "Sep 18 07:48:15.250 x"], &["2022-09-18T11:48:15Z", "2023-09-18T11:48:15.25Z"]);
        check(&["Foo 18 07:48:15", "Sep 31 07:48:15", "", "Sep 18 07:4é:15"], &["none", "none", "none", "none"]);
    }

    #[test]
    fn other_forms() {
        let clock = clock("2023-09-21");
        for (text, day_first, expect) in [
            ("2023-09-18T02:05:05-04:00", false, "2023-09-18T06:05:05Z"),
            ("2023-09-18 02:05:05,5", false, "2023-09-18T06:05:05.5Z"),
            ("2023-08-28T07:47:37.766506-0400", false, "2023-08-28T11:47:37.766506Z"),
            ("2023-08-14T15:29:43.1580000Z", false, "2023-08-14T15:29:43.158Z"),
            ("18/Sep/2023:07:52:20 -0400", false, "2023-09-18T11:52:20Z"),
            ("08/14/2023 07:49:40 AM", false, "2023-08-14T11:49:40Z"),
            ("08/14/2023 12:49:40 AM", false, "2023-08-14T04:49:40Z"),
            ("8/9/23 7:49 PM", false, "2023-08-09T23:49:00Z"),
            ("8/9/2023 19:49", true, "2023-09-08T23:49:00Z"),
            ("14.08.2023 07:49:40", false, "2023-08-14T11:49:40Z"),
            ("Mon, 14 Aug 2023 07:49:40 +0200", false, "2023-08-14T05:49:40Z"),
            ("Aug 14, 2023 7:49:40 AM", false, "2023-08-14T11:49:40Z"),
            ("14-Aug-2023 07:49:40", false, "2023-08-14T11:49:40Z"),
            ("20230814074940", false, "2023-08-14T11:49:40Z"),
            ("1692013780", false, "2023-08-14T11:49:40Z"),
            ("1692013780.250", false, "2023-08-14T11:49:40.25Z"),
            ("/Date(1692013780000)/", false, "2023-08-14T11:49:40Z"),
        ] {
            assert_eq!(clock.any(text, day_first).map_or("none".into(), |t| t.to_string()), expect, "{text}");
        }
        for text in ["", "x", "99/99/9999 99:99", "12:30", "2023-13-01T00:00:00Z", "ééé/éé/éé"] {
            assert!(clock.any(text, false).is_none(), "{text}");
        }
    }

    #[test]
    fn day_order() {
        assert!(day_first(["14/08/2023", "01/02/2023"]));
        assert!(!day_first(["08/14/2023", "01/02/2023"]));
        assert!(!day_first(["2023-08-14"]));
    }
}
