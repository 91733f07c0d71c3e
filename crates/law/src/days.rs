//! Calendar-day and business-day arithmetic. The day of the event is day 0; nothing rolls forward unless a rule counts business days.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

/// Longest period a rule may name, days: bounds every loop here.
pub const LONGEST: i64 = 3_660;

/// A holiday of the federal calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holiday {
    /// 1 January.
    NewYear,
    /// Third Monday of January.
    King,
    /// Third Monday of February.
    Presidents,
    /// Last Monday of May.
    Memorial,
    /// 19 June, from 2021.
    Juneteenth,
    /// 4 July.
    Independence,
    /// First Monday of September.
    Labor,
    /// Second Monday of October.
    Columbus,
    /// 11 November.
    Veterans,
    /// Fourth Thursday of November.
    Thanksgiving,
    /// 25 December.
    Christmas,
}

impl Holiday {
    /// Every federal holiday, in the order of the year.
    pub const FEDERAL: [Holiday; 11] = [
        Holiday::NewYear,
        Holiday::King,
        Holiday::Presidents,
        Holiday::Memorial,
        Holiday::Juneteenth,
        Holiday::Independence,
        Holiday::Labor,
        Holiday::Columbus,
        Holiday::Veterans,
        Holiday::Thanksgiving,
        Holiday::Christmas,
    ];

    /// The day itself in `year`; `None` before it was a holiday, or outside the calendar.
    pub fn day(self, year: i16) -> Option<Date> {
        let nth = |month, nth, weekday| Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok();
        match self {
            Holiday::NewYear => Date::new(year, 1, 1).ok(),
            Holiday::King => nth(1, 3, Weekday::Monday),
            Holiday::Presidents => nth(2, 3, Weekday::Monday),
            Holiday::Memorial => nth(5, -1, Weekday::Monday),
            Holiday::Juneteenth if year < 2021 => None,
            Holiday::Juneteenth => Date::new(year, 6, 19).ok(),
            Holiday::Independence => Date::new(year, 7, 4).ok(),
            Holiday::Labor => nth(9, 1, Weekday::Monday),
            Holiday::Columbus => nth(10, 2, Weekday::Monday),
            Holiday::Veterans => Date::new(year, 11, 11).ok(),
            Holiday::Thanksgiving => nth(11, 4, Weekday::Thursday),
            Holiday::Christmas => Date::new(year, 12, 25).ok(),
        }
    }

    /// The day off: a Saturday's holiday on the Friday before, a Sunday's on the Monday after.
    pub fn observed(self, year: i16) -> Option<Date> {
        let day = self.day(year)?;
        match day.weekday() {
            Weekday::Saturday => day.yesterday().ok(),
            Weekday::Sunday => day.tomorrow().ok(),
            _ => Some(day),
        }
    }
}

/// The holidays that are no business days; Saturdays and Sundays never are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    holidays: Vec<Holiday>,
    off: Vec<Date>,
    on: Vec<Date>,
}

impl Calendar {
    /// All federal holidays.
    pub fn federal() -> Calendar {
        Calendar { holidays: Holiday::FEDERAL.to_vec(), ..Calendar::weekends() }
    }
    /// No holidays: weekends only.
    pub fn weekends() -> Calendar {
        Calendar { holidays: Vec::new(), off: Vec::new(), on: Vec::new() }
    }
    /// The same calendar without some holidays.
    pub fn without(mut self, holidays: &[Holiday]) -> Calendar {
        self.holidays.retain(|h| !holidays.contains(h));
        self
    }
    /// The same calendar with further days `off`, and holidays that are business days (`on`).
    pub fn and(mut self, off: &[Date], on: &[Date]) -> Calendar {
        self.off.extend(off);
        self.on.extend(on);
        self
    }
    /// Whether `date` is a holiday's day off (in the year itself, or New Year's on 31 December).
    pub fn is_holiday(&self, date: Date) -> bool {
        if self.on.contains(&date) || self.off.contains(&date) {
            return self.off.contains(&date);
        }
        let year = date.year();
        self.holidays.iter().any(|h| h.observed(year) == Some(date) || year.checked_add(1).and_then(|next| h.observed(next)) == Some(date))
    }
    /// Whether `date` is neither a weekend nor a holiday.
    pub fn is_business_day(&self, date: Date) -> bool {
        !is_weekend(date) && !self.is_holiday(date)
    }
}

/// Saturday or Sunday.
pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// `date` plus `n` calendar days (`n` may be negative). `None` past [`LONGEST`] or the calendar's end.
pub fn add_days(date: Date, n: i64) -> Option<Date> {
    if n.abs() > LONGEST {
        return None;
    }
    date.checked_add(n.days()).ok()
}

/// `date` plus `n` months; the last day of the month where the day does not exist.
pub fn add_months(date: Date, n: i64) -> Option<Date> {
    let span = Span::new().try_months(i32::try_from(n).ok().filter(|n| n.abs() <= 120)?).ok()?;
    date.checked_add(span).ok()
}

/// The `n`-th business day after `date`; `date` itself for 0. `None` past [`LONGEST`] or the calendar's end.
pub fn add_business_days(date: Date, n: i64, calendar: &Calendar) -> Option<Date> {
    if !(0..=LONGEST).contains(&n) {
        return None;
    }
    let mut day = date;
    let mut left = n;
    while left > 0 {
        day = day.tomorrow().ok()?;
        if calendar.is_business_day(day) {
            left -= 1;
        }
    }
    Some(day)
}

/// `n` calendar days after the end of the year of `date` (45 CFR 164.408(c): 60 days).
pub fn after_year_end(date: Date, n: i64) -> Option<Date> {
    add_days(Date::new(date.year(), 12, 31).ok()?, n)
}

/// Calendar days from `a` to `b`; negative when `b` is earlier.
pub fn between(a: Date, b: Date) -> i64 {
    // Dates differ by at most 7 million days, so that `until` in days cannot fail.
    a.until(b).map(|span| i64::from(span.get_days())).unwrap_or_default()
}

/// The last business day before a weekend or holiday `date`, or `date` itself.
pub fn business_day_before(date: Date, calendar: &Calendar) -> Date {
    let mut day = date;
    for _ in 0..10 {
        if calendar.is_business_day(day) {
            return day;
        }
        match day.yesterday() {
            Ok(before) => day = before,
            Err(_) => return date,
        }
    }
    date
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }
    fn check(got: Option<Date>, expect: &str) {
        assert_eq!(got.map(|d| d.to_string()).as_deref(), Some(expect));
    }

    #[test]
    fn calendar_days() {
        check(add_days(date("2023-09-20"), 60), "2023-11-19");
        check(add_days(date("2023-12-31"), 60), "2024-02-29");
        check(add_days(date("2026-12-15"), 60), "2027-02-13");
        check(after_year_end(date("2023-05-05"), 60), "2024-02-29");
        check(after_year_end(date("2026-01-01"), 60), "2027-03-01");
        check(after_year_end(date("2027-12-31"), 60), "2028-02-29");
        check(add_months(date("2026-01-31"), 1), "2026-02-28");
        assert_eq!(add_days(Date::MAX, 1), None);
        assert_eq!(add_days(date("2026-01-01"), LONGEST + 1), None);
        assert_eq!(between(date("2023-09-20"), date("2023-11-22")), 63);
        assert_eq!(between(date("2023-11-22"), date("2023-09-20")), -63);
    }

    #[test]
    fn business_days() {
        let federal = Calendar::federal();
        check(add_business_days(date("2023-11-22"), 5, &federal), "2023-11-30");
        check(add_business_days(date("2026-03-04"), 5, &federal), "2026-03-11");
        check(add_business_days(date("2026-06-01"), 15, &federal), "2026-06-23");
        check(add_business_days(date("2026-06-01"), 15, &federal.clone().without(&[Holiday::Juneteenth])), "2026-06-22");
        check(add_business_days(date("2026-07-02"), 1, &federal), "2026-07-06");
        // The day after Thanksgiving as a holiday of the place; Columbus Day as a business day.
        check(add_business_days(date("2023-11-22"), 5, &federal.clone().and(&[date("2023-11-24")], &[])), "2023-12-01");
        check(add_business_days(date("2026-10-09"), 1, &federal.clone().and(&[], &[date("2026-10-12")])), "2026-10-12");
        check(add_business_days(date("2021-12-30"), 1, &federal), "2022-01-03");
        check(Some(business_day_before(date("2023-11-19"), &federal)), "2023-11-17");
    }

    #[test]
    fn holidays() {
        let observed = |h: Holiday, y| h.observed(y).map(|d| d.to_string());
        assert_eq!(observed(Holiday::Juneteenth, 2020), None);
        assert_eq!(observed(Holiday::Memorial, 2026).as_deref(), Some("2026-05-25"));
        assert_eq!(observed(Holiday::Thanksgiving, 2026).as_deref(), Some("2026-11-26"));
        assert_eq!(observed(Holiday::NewYear, 2022).as_deref(), Some("2021-12-31"));
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (1990_i16..2090, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| Date::new(y, m, d).unwrap())
    }
    proptest! {
        #[test]
        fn days_add_up(day in any_date(), a in 0_i64..400, b in 0_i64..400) {
            prop_assert_eq!(add_days(day, a).and_then(|d| add_days(d, b)), add_days(day, a + b));
            prop_assert_eq!(between(day, add_days(day, a).unwrap()), a);
        }
        #[test]
        fn business_days_add_up(day in any_date(), a in 0_i64..40, b in 0_i64..40) {
            let federal = Calendar::federal();
            let end = add_business_days(day, a + b, &federal).unwrap();
            prop_assert_eq!(add_business_days(day, a, &federal).and_then(|d| add_business_days(d, b, &federal)), Some(end));
            prop_assert!(a + b == 0 || federal.is_business_day(end));
            // Exactly as many business days lie behind as were counted.
            let counted = (1..=between(day, end)).filter(|n| federal.is_business_day(add_days(day, *n).unwrap())).count();
            prop_assert_eq!(counted as i64, a + b);
            // Fewer holidays never give a later date.
            prop_assert!(add_business_days(day, a + b, &Calendar::weekends()).unwrap() <= end);
        }
        #[test]
        fn yearly_report_falls_on_the_first_of_march_or_leap_day(day in any_date()) {
            let due = after_year_end(day, 60).unwrap();
            let leap = Date::new(day.year() + 1, 1, 1).unwrap().in_leap_year();
            prop_assert_eq!((due.month(), due.day()), if leap { (2, 29) } else { (3, 1) });
        }
    }
}
