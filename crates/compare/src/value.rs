//! Cells to values: counts, dates, and the portal's own words for types, places and States.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// Letters and digits only, lower case: how headers and words are compared.
pub(crate) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// Without outer and repeated white space.
pub(crate) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number of people: `1272`, `1,272`, `1 272`, `1.272`, `1272.0`, `1.272e3`.
pub(crate) fn count(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\'' && *c != '"').collect();
    let grouped = |mark: char| {
        let mut groups = text.split(mark);
        let first = groups.next().is_some_and(|g| (1..=3).contains(&g.len()) && g.bytes().all(|b| b.is_ascii_digit()));
        first && text.contains(mark) && groups.all(|g| g.len() == 3 && g.bytes().all(|b| b.is_ascii_digit()))
    };
    let digits = match () {
        () if grouped(',') => text.replace(',', ""),
        () if grouped('.') => text.replace('.', ""),
        () => match text.split_once('.') {
            Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|b| b == b'0') => whole.replace(',', ""),
            _ => text,
        },
    };
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return digits.parse().ok().filter(|n| *n <= MOST);
    }
    let number: f64 = digits.parse().ok()?;
    (number.fract() == 0.0 && (0.0..=MOST as f64).contains(&number)).then_some(number as i64)
}
/// More people than there are: such a number is a misread column.
const MOST: i64 = 10_000_000_000;

/// Order of day and month in dates written with numbers only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `10/21/2009`, as the portal writes.
    MonthFirst,
    /// `21/10/2009`, as a spreadsheet set to another country writes.
    DayFirst,
}

/// The order that a column of dates is written in: month first unless that is impossible somewhere and the other never is.
pub(crate) fn order<'a>(cells: impl Iterator<Item = &'a str>) -> Order {
    let (mut day_first, mut month_first) = (false, false);
    for cell in cells {
        if let Some([first, second, third]) = numbers(cell)
            && first < 100
            && third > 0
        {
            day_first |= first > 12 && second <= 12;
            month_first |= second > 12 && first <= 12;
        }
    }
    if day_first && !month_first { Order::DayFirst } else { Order::MonthFirst }
}

/// The day's three numbers, without a time that follows.
fn numbers(cell: &str) -> Option<[i64; 3]> {
    let day = cell.split(['T', ' ']).find(|part| !part.is_empty())?;
    let mut parts = day.split(['/', '-', '.']).map(|part| part.parse::<i64>().ok().filter(|n| (0..=9999).contains(n)));
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

/// A submission date in any of the spellings of portal exports and spreadsheets. The portal opened in September 2009.
pub(crate) fn day(cell: &str, order: Order) -> Option<Date> {
    let cell = cell.trim();
    let found = match numbers(cell) {
        Some([a, b, c]) if a > 99 => make(a, b, c),
        Some([a, b, c]) if order == Order::MonthFirst => make(c, a, b),
        Some([a, b, c]) => make(c, b, a),
        None => worded(cell).or_else(|| serial(cell)),
    };
    found.filter(|d| (date(2009, 1, 1)..date(2100, 1, 1)).contains(d))
}

fn make(year: i64, month: i64, day: i64) -> Option<Date> {
    let year = if year < 100 { year + 2000 } else { year };
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// `2021 Feb 04 12:00:00 AM`, `Feb 4, 2021`, `04-Feb-21`, `Wed, 21 Oct 2009`.
fn worded(cell: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let words = cell.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).take(6);
    let (mut month, mut figures) = (None, Vec::new());
    for word in words {
        if let Ok(n) = word.parse::<i64>() {
            figures.push(n);
        } else if let Some(i) = MONTHS.iter().position(|m| word.get(..3).is_some_and(|w| w.eq_ignore_ascii_case(m))) {
            month = month.or(Some(i as i64 + 1));
        }
    }
    match figures.as_slice() {
        [year, day, ..] if *year > 99 => make(*year, month?, *day),
        [day, year, ..] => make(*year, month?, *day),
        _ => None,
    }
}

/// Excel's count of days since 1899-12-30, as left over when a date column loses its format.
fn serial(cell: &str) -> Option<Date> {
    let days: f64 = cell.parse().ok()?;
    (39_000.0..73_000.0).contains(&days).then(|| date(1899, 12, 30).checked_add((days.trunc() as i64).days()).ok()).flatten()
}

/// A word of the portal and the other spellings of it, as [`key`]s.
type Words = &'static [(&'static str, &'static [&'static str])];

const ENTITY_TYPES: Words = &[
    ("Healthcare Provider", &["healthcareprovider", "healthprovider", "provider", "healthcareproviders"]),
    ("Health Plan", &["healthplan", "plan", "healthplans", "insurer"]),
    ("Business Associate", &["businessassociate", "ba", "businessassociates"]),
    ("Healthcare Clearing House", &["healthcareclearinghouse", "clearinghouse"]),
];
const BREACH_TYPES: Words = &[
    ("Hacking/IT Incident", &["hackingitincident", "hacking", "hackingit", "itincident", "hackingitincidents"]),
    (
        "Unauthorized Access/Disclosure",
        &["unauthorizedaccessdisclosure", "unauthorisedaccessdisclosure", "unauthorizedaccess", "unauthorizeddisclosure", "unauthorizedaccessordisclosure"],
    ),
    ("Theft", &["theft"]),
    ("Loss", &["loss", "lost"]),
    ("Improper Disposal", &["improperdisposal", "disposal"]),
    ("Other", &["other"]),
    ("Unknown", &["unknown"]),
];
const LOCATIONS: Words = &[
    ("Network Server", &["networkserver", "server", "networkservers"]),
    ("Email", &["email", "emails"]),
    ("Electronic Medical Record", &["electronicmedicalrecord", "emr", "ehr", "electronichealthrecord", "electronicmedicalrecords"]),
    ("Desktop Computer", &["desktopcomputer", "desktop"]),
    ("Laptop", &["laptop", "laptopcomputer"]),
    ("Other Portable Electronic Device", &["otherportableelectronicdevice", "portableelectronicdevice", "portabledevice"]),
    ("Paper/Films", &["paperfilms", "paper", "films", "paperfilm", "paperrecords"]),
    ("Other", &["other"]),
];

fn word(text: &str, words: Words) -> String {
    let wanted = key(text);
    words.iter().find(|(_, spellings)| spellings.contains(&wanted.as_str())).map_or_else(|| tidy(text), |(word, _)| (*word).to_string())
}
fn list(text: &str, words: Words) -> String {
    let mut found: Vec<String> = Vec::new();
    for item in text.split([',', ';', '|']).map(|item| word(item, words)) {
        if !item.is_empty() && !found.contains(&item) {
            found.push(item);
        }
    }
    found.join(", ")
}

/// Type of entity in the portal's words; other words stay as they are.
pub(crate) fn entity_type(text: &str) -> String {
    word(text, ENTITY_TYPES)
}
/// Types of breach in the portal's words, joined by `, `.
pub(crate) fn breach_types(text: &str) -> String {
    list(text, BREACH_TYPES)
}
/// Locations in the portal's words, joined by `, `.
pub(crate) fn locations(text: &str) -> String {
    list(text, LOCATIONS)
}

/// Two-letter code of a State or territory; other text in capitals as it is.
pub(crate) fn state(text: &str) -> String {
    let wanted = key(text);
    STATES
        .iter()
        .find(|(name, code)| key(name) == wanted || code.eq_ignore_ascii_case(&wanted))
        .map_or_else(|| tidy(text).to_uppercase(), |(_, code)| (*code).to_string())
}
const STATES: [(&str, &str); 57] = [
    ("Alabama", "AL"),
    ("Alaska", "AK"),
    ("American Samoa", "AS"),
    ("Arizona", "AZ"),
    ("Arkansas", "AR"),
    ("California", "CA"),
    ("Colorado", "CO"),
    ("Connecticut", "CT"),
    ("Delaware", "DE"),
    ("District of Columbia", "DC"),
    ("Florida", "FL"),
    ("Georgia", "GA"),
    ("Guam", "GU"),
    ("Hawaii", "HI"),
    ("Idaho", "ID"),
    ("Illinois", "IL"),
    ("Indiana", "IN"),
    ("Iowa", "IA"),
    ("Kansas", "KS"),
    ("Kentucky", "KY"),
    ("Louisiana", "LA"),
    ("Maine", "ME"),
    ("Maryland", "MD"),
    ("Massachusetts", "MA"),
    ("Michigan", "MI"),
    ("Minnesota", "MN"),
    ("Mississippi", "MS"),
    ("Missouri", "MO"),
    ("Montana", "MT"),
    ("Nebraska", "NE"),
    ("Nevada", "NV"),
    ("New Hampshire", "NH"),
    ("New Jersey", "NJ"),
    ("New Mexico", "NM"),
    ("New York", "NY"),
    ("North Carolina", "NC"),
    ("North Dakota", "ND"),
    ("Northern Mariana Islands", "MP"),
    ("Ohio", "OH"),
    ("Oklahoma", "OK"),
    ("Oregon", "OR"),
    ("Pennsylvania", "PA"),
    ("Puerto Rico", "PR"),
    ("Rhode Island", "RI"),
    ("South Carolina", "SC"),
    ("South Dakota", "SD"),
    ("Tennessee", "TN"),
    ("Texas", "TX"),
    ("Utah", "UT"),
    ("Vermont", "VT"),
    ("Virgin Islands", "VI"),
    ("Virginia", "VA"),
    ("Washington", "WA"),
    ("Washington DC", "DC"),
    ("West Virginia", "WV"),
    ("Wisconsin", "WI"),
    ("Wyoming", "WY"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        fn check(text: &str, expect: Option<i64>) {
            assert_eq!(count(text), expect, "{text}");
        }
        check("605809", Some(605_809));
        check("605,809", Some(605_809));
        check("1,234,567", Some(1_234_567));
        check("605.809", Some(605_809));
        check("605 809", Some(605_809));
        check("605809.0", Some(605_809));
        check("605,809.00", Some(605_809));
        check("6e5", Some(600_000));
        for bad in ["", "-5", "five", "5.5", "12/3", "nan", "inf", "99999999999999999999", "1,2,3"] {
            check(bad, None);
        }
    }

    #[test]
    fn days() {
        fn check(text: &str, order: Order, expect: &str) {
            assert_eq!(day(text, order).map_or("none".to_string(), |d| d.to_string()), expect, "{text}");
        }
        use Order::*;
        for spelling in [
            "10/21/2009",
            "10/21/09",
            "2009-10-21",
            "2009-10-21 00:00:00",
            "2009-10-21T00:00:00Z",
            "2009 Oct 21 12:00:00 AM",
            "Oct 21, 2009",
            "21-Oct-09",
            "40107",
        ] {
            check(spelling, MonthFirst, "2009-10-21");
        }
        check("21/10/2009", DayFirst, "2009-10-21");
        check("21.10.2009", DayFirst, "2009-10-21");
        for bad in ["", "21/10/2009", "13/13/2013", "2009", "1/1/1999", "é/é/é", "Octoberfest"] {
            check(bad, MonthFirst, "none");
        }
        assert_eq!(order(["1/2/2020", "13/2/2020"].into_iter()), DayFirst);
        assert_eq!(order(["1/2/2020", "2/13/2020", "13/2/2020"].into_iter()), MonthFirst);
        assert_eq!(order(["2020-01-13"].into_iter()), MonthFirst);
    }

    #[test]
    fn words() {
        assert_eq!(entity_type(" Health Care  Provider"), "Healthcare Provider");
        assert_eq!(entity_type("Healthcare Clearinghouse"), "Healthcare Clearing House");
        assert_eq!(breach_types("Theft,Unauthorized Access / Disclosure"), "Theft, Unauthorized Access/Disclosure");
        assert_eq!(locations("network_server; E-mail, Cloud"), "Network Server, Email, Cloud");
        assert_eq!(state("new york"), "NY");
        assert_eq!(state("tx"), "TX");
        assert_eq!(state(""), "");
    }
}
