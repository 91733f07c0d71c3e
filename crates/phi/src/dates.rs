//! Every date in running text, in the ways clinics write them: full, two-digit years, written months, without year, ranges.
//!
//! A year alone is no personal date under 45 CFR 164.514(b)(2)(i)(C) and is not reported; neither is a time of day.

use crate::date::{self, month};
use crate::lexicon;
use crate::token::{Class, Reader, Token, Words};
use std::ops::Range;
use std::sync::LazyLock;

/// A date at its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub range: Range<usize>,
    /// ISO 8601: `1962-08-03`, `1962-08` without a day, `--08-03` without a year.
    pub iso: String,
    /// How sure the form is.
    pub confidence: f64,
}

fn set(words: &str) -> Words {
    words.split_whitespace().collect()
}

/// What [`month`] knows.
pub(crate) const MONTHS: &str =
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december";
/// Words in front of a month and day without a year.
static CUES: LazyLock<Words> = LazyLock::new(|| {
    set("on since from until til till thru through by dated date before after last next seen visit exam scan labs lab appt appointment admitted \
         discharged around between starting started began start due lmp edd edc effective back early late mid week day sun mon tue tues wed \
         weds thu thur thurs fri sat sunday monday tuesday wednesday thursday friday saturday surgery procedure echo ct mri xray called \
         call f fu followup refill filled expires exp dos doa dc adm ed er cxr mammogram ultrasound us cultures culture drawn collected given placed removed filled termed hearing mtg meeting sched scheduled delivered mailed signed sent returns returned")
});
/// Words around two numbers with a stroke that are no date: strength, pain, murmurs, parts.
static MEASURES: LazyLock<Words> = LazyLock::new(|| {
    set("strength pain scale murmur sem tab tabs tablet tablets cup cups dose doses reflexes reflex motor bilaterally throughout sec inch inches \
         mile score rated grade power gcs intensity severity pulses pulse dtr dtrs apgar apgars out systolic holosystolic mmhg bp vision acuity \
         positive teaspoon hours hrs per normal ns saline strain gauge liter mg ml mcg level stage orientation oriented sensation edema visits")
});
/// Units behind a number: "May 5 mg" is no date.
static UNITS: LazyLock<Words> = LazyLock::new(|| {
    set("mg ml mcg g kg lbs lb cm mm units unit iu meq percent hours hrs hour minutes min days day weeks week months month years times mmhg tabs tablets")
});

impl Reader<'_> {
    /// The number at a token of one to `most` digits.
    fn number(&self, i: usize, most: usize) -> Option<i32> {
        let t = self.get(i).filter(|t| t.class == Class::Digits && (t.end - t.start) as usize <= most)?;
        self.text.get(t.range())?.parse().ok()
    }
    /// A mark right behind, without a blank.
    fn tight(&self, i: usize, marks: &[&str]) -> bool {
        self.get(i).is_some_and(|t| t.class == Class::Mark && !t.spaced) && marks.contains(&self.word(i))
    }
    fn month(&self, i: usize) -> Option<i32> {
        let t = self.get(i).filter(|t| t.is_word() && t.on(lexicon::MONTH))?;
        let word = self.word(i);
        let m = month(word)?;
        // "may", "march", "mar" in lower case are verbs, mostly.
        (t.class != Class::Lower || !matches!(word, "may" | "march" | "mar" | "sept" | "dec" | "jan") || self.digits(i + 1) > 0).then_some(m)
    }
    fn year(&self, i: usize) -> Option<i32> {
        let y = self.number(i, 4)?;
        match self.digits(i) {
            4 => Some(y).filter(|y| (1880..=2100).contains(y)),
            2 => Some(date::century(y, 2)),
            _ => None,
        }
    }

    /// A date that begins at token `i`, and the token behind it.
    fn date_at(&self, i: usize) -> Option<(Found, usize)> {
        let token = self.get(i)?;
        // Digits in the middle of a number or word are none.
        if i > 0 && self.glued(i) {
            let before = self.get(i - 1)?;
            let bound = before.is_word() && !(token.class == Class::Digits && matches!(self.word(i - 1), "T" | "x")) || before.class == Class::Digits;
            let chained = matches!(self.word(i - 1), "/" | "-" | "." | "#" | "$" | "_" | "@") && i > 1 && self.glued(i - 1) && self.digits(i - 2) > 0;
            if bound && before.class != Class::Line || chained || matches!(self.word(i - 1), "$" | "#" | "_") {
                return None;
            }
        }
        match token.class {
            Class::Digits => self.numeric(i).or_else(|| self.day_first(i)),
            Class::Line | Class::Mark => None,
            _ => self.month_first(i),
        }
    }

    fn found(&self, from: usize, to: usize, iso: String, confidence: f64) -> Option<(Found, usize)> {
        Some((Found { range: self.span(from, to), iso, confidence }, to + 1))
    }

    fn ends(&self, i: usize) -> bool {
        // Nothing that goes on with the number: 4/11/20267, 120/80/60, 1.2.3.4.
        let Some(t) = self.get(i) else { return true };
        t.spaced
            || t.class == Class::Line
            || t.class == Class::Mark
                && !(matches!(self.word(i), "/" | "-" | "." | "%" | "_")
                    && self.glued(i + 1)
                    && (self.digits(i + 1) > 0 || self.get(i + 1).is_some_and(|n| n.is_word())))
            || matches!(self.word(i), "T" | "s" | "th" | "AM" | "PM" | "am" | "pm")
    }

    fn numeric(&self, i: usize) -> Option<(Found, usize)> {
        let (a, b) = (self.number(i, 4)?, self.number(i + 2, 4)?);
        let mark = self.word(i + 1);
        if !self.tight(i + 1, &["/", "-", "."]) || !self.glued(i + 2) {
            return None;
        }
        let (da, db, dc) = (self.digits(i), self.digits(i + 2), self.digits(i + 4));
        if self.tight(i + 3, &[mark]) && self.glued(i + 4) && matches!(dc, 1 | 2 | 4) {
            if da == 4 && db <= 2 && dc <= 2 {
                let iso = date::iso(a, b, self.number(i + 4, 2)?)?;
                return self.ends(i + 5).then(|| self.found(i, i + 4, iso, 0.97)).flatten();
            }
            if da <= 2 && db <= 2 && matches!(dc, 2 | 4) && (mark != "." || dc == 4) {
                let y = self.year(i + 4)?;
                // Month first as in the United States; day first only where month first is impossible.
                let iso = date::iso(y, a, b).or_else(|| date::iso(y, b, a))?;
                return self.ends(i + 5).then(|| self.found(i, i + 4, iso, if dc == 4 { 0.97 } else { 0.9 })).flatten();
            }
            return None;
        }
        if !self.ends(i + 3) || mark == "." {
            return None;
        }
        if mark == "/" && da <= 2 && db == 4 && (1..=12).contains(&a) && (1900..=2100).contains(&b) {
            return self.found(i, i + 2, format!("{b:04}-{a:02}"), 0.9);
        }
        if da > 2 || db > 2 || !(1..=12).contains(&a) || !(1..=31).contains(&b) {
            return None;
        }
        let zeros = self.word(i).starts_with('0') || self.word(i + 2).starts_with('0');
        let mut score = 0;
        // The word before, over brackets and "the".
        let before = (1..=2).filter_map(|k| i.checked_sub(k)).find(|k| self.get(*k).is_some_and(|t| t.is_word()));
        if let Some(k) = before {
            score += if self.in_set(k, &CUES) { 3 } else { 0 };
            score -= if self.in_set(k, &MEASURES) { 4 } else { 0 };
        }
        let measured = (i + 3..i + 5).any(|k| self.in_set(k, &MEASURES) || self.in_set(k, &UNITS));
        score -= if measured { 4 } else { 0 };
        score += if zeros { 2 } else { 0 };
        score += if b > 10 && b % 10 != 0 { 2 } else { 0 };
        // No fraction and no score out of ten.
        score += if a > b || b >= 20 && b % 10 == 0 { 1 } else { 0 };
        score -= if a <= b && matches!(b, 2..=6 | 8 | 10) && !zeros { 1 } else { 0 };
        let line_start = i == 0 || self.get(i - 1).is_some_and(|t| t.class == Class::Line);
        score += if line_start && (self.is(i + 3, ":") || self.is(i + 3, "-")) { 2 } else { 0 };
        score += if matches!(self.word(i + 3), "AM" | "PM" | "am" | "pm" | "at") || self.number(i + 3, 2).is_some() && self.is(i + 4, ":") { 2 } else { 0 };
        let least = if mark == "/" { 1 } else { 5 };
        (score >= least).then(|| self.found(i, i + 2, format!("--{a:02}-{b:02}"), 0.6)).flatten()
    }

    /// `11 April 2026`, `11th of April`, `11-Apr-26`, `11Apr2026`.
    fn day_first(&self, i: usize) -> Option<(Found, usize)> {
        let day = self.number(i, 2).filter(|d| (1..=31).contains(d))?;
        let mut at = i + 1;
        if self.glued(at) && matches!(self.word(at), "st" | "nd" | "rd" | "th") {
            at += 1;
        }
        if self.word(at) == "of" || self.tight(at, &["-", "/", "."]) {
            at += 1;
        }
        let m = self.month(at)?;
        // "3 May" may be "three may": a year or the whole month's name must follow up.
        let whole = self.word(at).len() > 3;
        let mut end = at;
        at += 1;
        if self.tight(at, &["."]) || self.is(at, ",") || self.tight(at, &["-", "/"]) {
            at += 1;
        }
        match self.year(at).filter(|_| self.digits(at) == 4 || self.tight(at - 1, &["-", "/"]) || self.glued(at)) {
            Some(y) => {
                end = at;
                self.found(i, end, date::iso(y, m, day)?, 0.95)
            }
            None if whole && self.get(end).is_some_and(|t| t.class != Class::Lower) => self.found(i, end, format!("--{m:02}-{day:02}"), 0.8),
            None => None,
        }
    }

    /// `April 11, 2026`, `Apr. 11th`, `April 11-15, 2026`, `April 2026`, `June '19`.
    fn month_first(&self, i: usize) -> Option<(Found, usize)> {
        let m = self.month(i)?;
        let mut at = i + 1;
        if self.tight(at, &["."]) {
            at += 1;
        }
        if self.is(at, "'") || self.is(at, "’") {
            let y = self.year(at + 1).filter(|_| self.digits(at + 1) == 2)?;
            return self.found(i, at + 1, format!("{y:04}-{m:02}"), 0.9);
        }
        if self.is(at, ",") || self.tight(at, &["-", "/"]) || self.word(at) == "of" {
            at += 1;
        }
        if self.digits(at) == 4 {
            return self.year(at).and_then(|y| self.found(i, at, format!("{y:04}-{m:02}"), 0.9));
        }
        let day = self.number(at, 2).filter(|d| (1..=31).contains(d))?;
        let mut end = at;
        if self.glued(at + 1) && matches!(self.word(at + 1), "st" | "nd" | "rd" | "th") {
            end += 1;
        }
        // A range of days.
        if (self.is(end + 1, "-") || self.is(end + 1, "–")) && self.number(end + 2, 2).is_some_and(|d| (1..=31).contains(&d)) && self.digits(end + 3) == 0 {
            end += 2;
        }
        let mut at = end + 1;
        if self.is(at, ",") || self.tight(at, &["-", "/", "."]) {
            at += 1;
        }
        if let Some(y) = self.year(at).filter(|_| self.digits(at) == 4 || self.tight(at - 1, &["-", "/"])) {
            return self.found(i, at, date::iso(y, m, day)?, 0.97);
        }
        if self.in_set(end + 1, &UNITS)
            || self.is(end + 1, "%")
            || self.is(end + 1, ":")
            || self.is(end + 1, "/")
            || self.tight(end + 1, &["."]) && self.digits(end + 2) > 0 && self.glued(end + 2)
        {
            return None;
        }
        self.found(i, end, format!("--{m:02}-{day:02}"), 0.85)
    }
}

static WEEKDAYS: LazyLock<Words> =
    LazyLock::new(|| set("mon tue tues wed weds thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday"));

/// Where a date begins whose first token is `i`: at the day of the week before it, if it has one.
fn with_weekday(reader: &Reader, i: usize, start: usize) -> usize {
    let before = |n: usize| i.checked_sub(n).filter(|k| reader.in_set(*k, &WEEKDAYS)).and_then(|k| reader.get(k));
    let comma = i > 0 && reader.tight(i - 1, &[",", "."]);
    before(1 + usize::from(comma)).map_or(start, |t| t.start as usize)
}

/// The dates of a text, in order.
pub(crate) fn find(text: &str, tokens: &[Token]) -> Vec<Found> {
    let reader = Reader { text, tokens };
    let mut found = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let begins = tokens[i].class == Class::Digits || tokens[i].on(lexicon::MONTH);
        match begins.then(|| reader.date_at(i)).flatten() {
            Some((mut date, next)) => {
                date.range.start = with_weekday(&reader, i, date.range.start);
                found.push(date);
                i = next;
            }
            None => i += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let tokens = lexicon::tests::tokens(text);
        let shown: Vec<String> = find(text, &tokens).into_iter().map(|f| format!("{}={}", &text[f.range], f.iso)).collect();
        assert_eq!(shown.join("; "), expect, "{text}");
    }

    #[test]
    fn full() {
        check("DOB: 03/14/1958, seen 4-11-26.", "03/14/1958=1958-03-14; 4-11-26=2026-04-11");
        check("2026-04-11T10:00:00Z", "2026-04-11=2026-04-11");
        check("April 11, 2026 and Apr. 3rd 2025", "April 11, 2026=2026-04-11; Apr. 3rd 2025=2025-04-03");
        check("11 April 2026, 12-Feb-70, 3rd of March, 1961", "11 April 2026=2026-04-11; 12-Feb-70=1970-02-12; 3rd of March, 1961=1961-03-03");
        check("13.04.1961 geboren", "13.04.1961=1961-04-13");
        check("from 02/2026 until April 2027, June '19", "02/2026=2026-02; April 2027=2027-04; June '19=2019-06");
        check("April 11-15, 2026", "April 11-15, 2026=2026-04-11");
        check("Tue, 14 Nov 2023; Sat 3/16/24", "Tue, 14 Nov 2023=2023-11-14; Sat 3/16/24=2024-03-16");
    }

    #[test]
    fn without_year() {
        check("Echo on 4/19 showed EF 45-50%", "4/19=--04-19");
        check("presented on April 11 with pain", "April 11=--04-11");
        check("Labs 04/29 AM", "04/29=--04-29");
        check("filled 4/2, termed 6/30; back til 9/10", "4/2=--04-02; 6/30=--06-30; 9/10=--09-10");
        check("strength 5/5, pain 7/10, 2/6 murmur, take 1/2 tab", "");
        check("BP 120/80, vision 20/20, open 24/7, 3-4 times", "");
        check("may 5 mg, March 10 units", "");
    }

    #[test]
    fn none() {
        check("1.2.3.4 and 123-45-6789 and 555-0100, 2019, A1c 6.5", "");
        check("MRN 4029-887-A; V20260428-7741; 13/32/1990", "");
        check("", "");
        check("31 décembre é/é", "");
    }
}
