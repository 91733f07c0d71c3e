//! Labels in running text and forms: "Patient:", "DOB", "MRN#"; the value behind, below, or in the other column.

use crate::finder::Context;
use crate::name::{self, Name};
use crate::rules::{Holds, Label};
use crate::text::{Event, Lines, is_prose};
use crate::token::Token;
use crate::{address, date, ids, values};
use dosimeter_case::tables::{ElementKind as K, Role};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

static DATE: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!(r"\b(?:{})|\b(?:19|20)\d{{6}}\b", date::PATTERN)).expect("constant pattern"));
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:[A-Za-z]{0,6}[-/ ]?\d[\dA-Za-z-]{2,30}|\d[A-Za-z\d]{2}\d-[A-Za-z\d]{3}-[A-Za-z\d]{4})").expect("constant pattern"));
static SSN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:\d{3}|[Xx*#]{3})[- .–]?(?:\d{2}|[Xx*#]{2})[- .–]?\d{4}\b|\b\d{4}\b").expect("constant pattern"));
static PHONE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:\+?1[-. ]?)?(?:\(\d{3}\) ?|\b\d{3}[-. /])\d{3}[-. ]\d{4}\b|\b\d{10}\b|\b\d{3}-\d{4}\b").expect("constant pattern"));
/// A telephone number in the groups of any country.
static ABROAD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[ \t]{0,6}\+?\(?\d[\d().-]*(?: ?[\d().-]+){0,6}\d(?: ?(?:x|ext\.?) ?\d{1,6})?").expect("constant pattern"));
static EMAIL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\p{L}\d._%+'-]+@[\p{L}\d.-]+\.\p{L}{2,}").expect("constant pattern"));
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    // A name at the beginning of a value, in any case: words, initials, particles, a comma form; stops at anything else.
    Regex::new(r"^\s{0,4}(?:(?:(?i:dr|mr|mrs|ms)\.? )?[\p{L}][\p{L}'’.-]*(?:(?:, ?| )[\p{L}][\p{L}'’.-]*){0,5}|[\p{L}'-]+(?:\^[\p{L}' .-]*)+)")
        .expect("constant pattern")
});
static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\s{0,4}(?:[\p{L}][\p{L}'’.-]*(?: [\p{L}][\p{L}'’.-]*){0,2})").expect("constant pattern"));

/// A label at its place.
#[derive(Clone, Copy)]
struct Hit {
    start: usize,
    /// Where its value may begin.
    value: usize,
    label: Label,
    /// Whether a separator follows, or the label is the whole line.
    separated: bool,
    whole_line: bool,
}

/// A stretch of text behind a label: whose data it is and whether it is anybody's.
pub(crate) struct Shadow {
    pub range: Range<usize>,
    pub holds: Holds,
    pub role: Option<Role>,
}

/// Every valid label of a text.
fn hits(cx: &Context, text: &str, tokens: &[Token], lines: &Lines) -> Vec<Hit> {
    let mut found: Vec<Hit> = Vec::new();
    let mut behind = 0;
    for (i, token) in tokens.iter().enumerate() {
        let start = token.start as usize;
        let Some((label, end)) = cx.label_finder.at(text, tokens, i).filter(|_| start >= behind) else { continue };
        behind = end;
        let label = cx.labels[label];
        let before = text[..start].chars().next_back();
        let after = &text[end..];
        let next = after.chars().next();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '\'' | '’' | '@' | '/' | '_'))
            || next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '@' | '_' | '\'' | '’'))
        {
            continue;
        }
        // Another word follows: a word of a sentence.
        let near = after.trim_start_matches([' ', '\u{a0}']);
        if !label.bare && near.starts_with(|c: char| c.is_alphanumeric() && !matches!(c, 'n' | 'N')) && !text[..end].ends_with('#') {
            continue;
        }
        let line = lines.range(lines.of(start));
        let lead = text[line.start..start].trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '-' | '*' | '•' | '·' | '|' | '_' | '#') || c.is_ascii_digit() || matches!(c, '.' | ')' | '[')
        });
        let at_start = lead.is_empty();
        // Separator: colon, equals sign, tab, "#", "No.", dots; a remark in brackets may stand before it.
        let mut rest = near;
        if rest.starts_with('(')
            && let Some(close) = rest.get(..rest.floor_char_boundary(40)).and_then(|r| r.find(')'))
            && !rest[..close].contains('\n')
        {
            let inner = rest[close + 1..].trim_start_matches(' ');
            if inner.starts_with([':', '=', '\t', '\n', '\r']) || inner.is_empty() {
                rest = inner;
            }
        }
        for word in ["no.", "No.", "NO.", "number", "Number", "#"] {
            rest = rest.strip_prefix(word).map_or(rest, |r| r.trim_start_matches(' '));
        }
        let mark = rest.chars().next();
        let separated = matches!(mark, Some(':' | '=' | '\t' | '|'))
            || rest.starts_with("..")
            || rest.starts_with("__")
            || (at_start && rest.starts_with("- "))
            || text[..end].ends_with('#');
        let tail_empty =
            text[end..line.end].trim().is_empty() || text.get(text.len() - rest.len()..line.end).is_some_and(|r| r.trim_matches([' ', ':']).is_empty());
        let whole_line = at_start && tail_empty;
        let loose = before.is_none_or(|c| matches!(c, '\t' | '\n' | '|' | ',' | ';' | '(' | '.' | '-' | '/')) || text[..start].ends_with("  ") || at_start;
        // In the middle of a line only a colon makes a label of a word, or a value right behind a bare one.
        let valid = whole_line || (separated && (loose || mark == Some(':') || mark == Some('=')) || label.bare);
        if !valid || (found.last().is_some_and(|h| h.value > start)) {
            continue;
        }
        let skip = rest.len() - rest.trim_start_matches([':', '=', '|', '.', '_']).len();
        let value = (text.len() - rest.len() + if separated { skip.max(usize::from(mark == Some('\t'))) } else { 0 }).min(line.end).max(end);
        found.push(Hit { start, value, label, separated, whole_line });
    }
    found
}

/// A value taken from a region: byte range in the region, normal form, confidence.
type Taken = (Range<usize>, String, f64, Option<Name>, Option<address::Address>);

fn by_pattern(found: Option<&str>, region: &str, normalise: impl Fn(&str) -> Option<(String, f64)>) -> Option<Taken> {
    let (value, confidence) = normalise(found?)?;
    Some((crate::sink::range_of(found?, region), value, confidence, None, None))
}

/// More bytes than a value that is no sentence has.
const LONGEST: usize = 100;

/// The first match of a pattern, at most `most` characters from the start of a region and on its first line.
fn soon<'r>(pattern: &Regex, region: &'r str, most: usize) -> Option<&'r str> {
    let region = &region[..region.floor_char_boundary(4 * most + LONGEST)];
    let m = pattern.find(&region[..region.find('\n').unwrap_or(region.len())])?;
    let before = &region[..m.start()];
    (before.chars().count() <= most).then_some(m.as_str())
}

/// The match of a pattern that begins with blanks, without them.
fn behind_blanks<'r>(pattern: &Regex, region: &'r str) -> Option<&'r str> {
    pattern.find(region).map(|m| m.as_str().trim_start())
}

/// Words of a name region up to the first that cannot be part of a name.
fn name_region<'r>(cx: &Context, region: &'r str) -> &'r str {
    let Some(whole) = behind_blanks(&NAME, region) else { return "" };
    let mut end = 0;
    for part in whole.split_inclusive([' ', ',']) {
        let word = part.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.'));
        let never = cx.rules.non_names.contains(word) && !(cx.names.last(word) >= 1 || cx.names.first(word) >= 2)
            || name::one_of(word, &["dob", "mrn", "ssn", "phone", "age", "sex", "male", "female", "tel", "fax", "npi", "born", "ext"]);
        if end > 0
            && (never
                || (word.chars().next().is_some_and(char::is_lowercase)
                    && whole.starts_with(char::is_uppercase)
                    && !name::one_of(word, &["de", "la", "del", "van", "von", "der", "den", "di", "da", "dos", "bin", "al", "el", "y", "e"])))
        {
            break;
        }
        if never && end == 0 && !word.is_empty() && word.len() > 1 {
            return "";
        }
        end += part.len();
    }
    whole[..end].trim_end_matches([' ', ',', '-'])
}

/// Bytes of the groups of two to seven digits, one blank before each, with which a value ends; 0 if it goes on otherwise.
fn groups(rest: &str) -> usize {
    let mut end = 0;
    while let Some(group) = rest[end..].strip_prefix(' ') {
        let digits = group.bytes().take_while(u8::is_ascii_digit).count();
        if !(2..=7).contains(&digits) {
            break;
        }
        end += 1 + digits;
    }
    let behind = &rest[end..];
    if behind.is_empty() || behind.starts_with(['\n', '\r', '\t', ',', ';', '.', ')']) || behind.starts_with("  ") { end } else { 0 }
}

fn take(cx: &Context, holds: Holds, region: &str) -> Option<Taken> {
    let region_end = region.floor_char_boundary(400);
    let region = &region[..region_end];
    match holds {
        Holds::Kind(K::Name) => {
            let written = name_region(cx, region);
            let name = name::parse(written, &cx.names)?;
            let range = crate::sink::range_of(written, region);
            let known = cx.names.first(&name.first) > 0 || cx.names.last(&name.last) > 0;
            let doctor = name::is_clinician(written);
            if name.first.is_empty() && !doctor {
                return None;
            }
            Some((range, name.normal(), if known { 0.97 } else { 0.85 }, Some(name), None))
        }
        Holds::First | Holds::Last | Holds::Middle => {
            let word = behind_blanks(&WORD, region)?;
            let name = match holds {
                Holds::First => Name::of("", word, "", ""),
                Holds::Last => Name::of(word, "", "", ""),
                _ => None,
            }?;
            Some((crate::sink::range_of(word, region), name.normal(), 0.9, Some(name), None))
        }
        Holds::Kind(K::Dob | K::ServiceDate) => {
            let m = DATE.find(&region[..region.floor_char_boundary(24 + LONGEST)]).filter(|m| m.start() <= 24)?;
            Some((m.range(), date::parse(m.as_str())?, 0.97, None, None))
        }
        Holds::Kind(K::Ssn) => by_pattern(soon(&SSN, region, 16), region, |v| {
            let (digits, mut confidence) = ids::ssn(v)?;
            if digits.len() == 9 && ids::ssn_issuable(&digits) {
                confidence = 0.99;
            }
            Some((ids::digits(v), confidence)).filter(|d| d.0.len() == digits.len())
        }),
        Holds::Kind(K::Phone) => {
            let abroad = || by_pattern(behind_blanks(&ABROAD, region), region, |v| Some((ids::phone_anywhere(v)?, 0.8)));
            let here = || by_pattern(soon(&PHONE, region, 20), region, |v| Some((ids::phone(v)?, 0.97)));
            let plus = region.trim_start_matches([' ', '\t']).strip_prefix('+').is_some_and(|r| !r.starts_with('1'));
            if plus { abroad().or_else(here) } else { here().or_else(abroad) }
        }
        Holds::Kind(K::Email) => by_pattern(soon(&EMAIL, region, 10), region, |v| Some((ids::email(v)?, 0.99))),
        Holds::Kind(K::Address) => {
            let found = address::find_in(region).into_iter().next().filter(|f| f.0.start <= 6);
            found.map(|(range, a)| (range, a.normal(), 0.95, None, Some(a)))
        }
        Holds::Kind(K::CardNumber) => {
            static CARD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d(?:[ -]?\d){11,18}\b").expect("constant pattern"));
            by_pattern(soon(&CARD, region, 16), region, ids::card)
        }
        Holds::Kind(
            kind @ (K::Mrn
            | K::CaseNumber
            | K::AccountNumber
            | K::InsuranceId
            | K::MedicaidId
            | K::Mbi
            | K::DriversLicense
            | K::Passport
            | K::BankAccount
            | K::VehicleId
            | K::DeviceId
            | K::Certificate),
        ) => {
            let mark = |c: char| c.is_whitespace() || matches!(c, '#' | ':' | '.');
            let rest = (0..4).fold(region, |rest, _| rest.strip_prefix(mark).unwrap_or(rest));
            let mut taken = by_pattern(NUMBER.find(rest).map(|m| m.as_str()), region, |v| Some((values::normalise(kind, v)?, 0.95)))?;
            // "GPB 551 90 7723": further groups of digits, when the value ends with them.
            let end = taken.0.end + groups(&region[taken.0.end..]);
            if let Some(whole) = Some(taken.0.start..end).filter(|r| r.len() <= 24)
                && end > taken.0.end
                && let Some(normal) = values::normalise(kind, &region[whole.clone()])
            {
                (taken.0, taken.1) = (whole, normal);
            }
            // A date, a telephone number or a price is no such number.
            let written = &region[taken.0.clone()];
            let wrong = written.contains('/')
                || region[taken.0.end..].starts_with(['/', '%'])
                || (kind != K::Mbi && written.len() == 12 && ids::phone(written).is_some());
            (!wrong).then_some(taken)
        }
        Holds::Kind(kind) if is_prose(kind) && kind != K::Service => {
            let line = region.split(['\n', '\r']).next().unwrap_or_default();
            let line = line.split("  ").find(|p| !p.trim().is_empty()).unwrap_or_default();
            // The first sentence; "HPI: Mr. Ortega is" does not end at the title.
            let ends = |at: usize| !name::TITLES.iter().any(|t| line[..at].rsplit(' ').next().is_some_and(|w| w.eq_ignore_ascii_case(t)));
            let end = line.match_indices(". ").map(|(at, _)| at).find(|at| ends(*at)).unwrap_or(line.len());
            let written = line[..end].trim().trim_end_matches(['.', ';', ',']);
            if written.len() < 2 || !written.chars().any(char::is_alphanumeric) || values::is_filler(written) || written.starts_with("____") {
                return None;
            }
            Some((crate::sink::range_of(written, region), values::normalise(kind, written)?, 0.85, None, None))
        }
        _ => None,
    }
}

/// Events of all labels, and the stretches behind them.
pub(crate) fn find(cx: &Context, text: &str, tokens: &[Token], lines: &Lines) -> (Vec<Event>, Vec<Shadow>) {
    let hits = hits(cx, text, tokens, lines);
    let mut events: Vec<Event> = Vec::with_capacity(hits.len() + 8);
    let mut shadows = Vec::with_capacity(hits.len());
    let mut waiting: Vec<Hit> = Vec::new();
    let mut labelled: Vec<usize> = hits
        .iter()
        .filter(|h| h.separated || h.whole_line)
        .map(|h| (lines.of(h.start), h.start))
        .filter(|(n, at)| text[lines.range(*n).start..*at].trim().is_empty())
        .map(|(n, _)| n)
        .collect();
    labelled.dedup();
    let labelled_line = |n: usize| labelled.binary_search(&n).is_ok();
    let mut values_used: Vec<usize> = Vec::new();
    for (i, hit) in hits.iter().enumerate() {
        let line_no = lines.of(hit.start);
        let line = lines.range(line_no);
        let end = hits.get(i + 1).filter(|n| n.start < line.end && (n.separated || n.label.bare)).map_or(line.end, |n| n.start);
        let region = hit.value..end.max(hit.value);
        shadows.push(Shadow { range: region.clone(), holds: hit.label.holds, role: hit.label.role });
        let blank = text[region.clone()].trim_matches(|c: char| c.is_whitespace() || matches!(c, '_' | ':' | '.' | '-' | '|')).is_empty();
        if blank && (hit.separated || hit.whole_line) && end == line.end {
            // The value stands below, or, when more labels follow, in another column.
            match lines.next_filled(text, line_no) {
                Some(next) if !labelled_line(next) && !values_used.contains(&next) => {
                    let below = lines.range(next);
                    let wide =
                        if hit.label.holds == Holds::Kind(K::Address) { lines.range(lines.next_filled(text, next).unwrap_or(next)).end } else { below.end };
                    if add(cx, text, hit, below.start..wide, &mut events) {
                        values_used.push(next);
                        shadows.push(Shadow { range: below, holds: hit.label.holds, role: hit.label.role });
                    }
                }
                _ => waiting.push(*hit),
            }
            continue;
        }
        // An address goes on in the next line.
        let end = if hit.label.holds == Holds::Kind(K::Address) && end == line.end {
            lines.next_filled(text, line_no).filter(|n| !labelled_line(*n)).map_or(end, |n| lines.range(n).end)
        } else {
            end
        };
        add(cx, text, hit, region.start..end.max(region.start), &mut events);
    }
    if waiting.len() >= 3 {
        align(cx, text, lines, &waiting, &labelled_line, &mut events, &mut shadows);
    }
    join_parts(&mut events);
    (events, shadows)
}

fn add(cx: &Context, text: &str, hit: &Hit, region: Range<usize>, events: &mut Vec<Event>) -> bool {
    let Some(part) = text.get(region.clone()) else { return false };
    let Some((range, normalised, confidence, name, address)) = take(cx, hit.label.holds, part) else { return false };
    // Bare labels take only what stands right behind them.
    if !hit.separated && !hit.whole_line && range.start > 14 {
        return false;
    }
    let Some(kind) = kind_of(hit.label.holds) else { return false };
    let mut event = Event::new(region.start + range.start..region.start + range.end, kind, normalised, "label", confidence);
    event.role = hit.label.role;
    event.labelled = true;
    event.name = name.map(Box::new);
    event.address = address.map(Box::new);
    event.salutation = text[hit.start..].get(..4).is_some_and(|w| w.eq_ignore_ascii_case("dear"));
    event.partial = matches!(hit.label.holds, Holds::First | Holds::Last | Holds::Middle);
    if event.name.is_some() && event.role != Some(Role::Provider) {
        let written = text.get(event.range.start..(event.range.end + 8).min(text.len())).unwrap_or_default();
        if name::is_clinician(written.split(['\n', '\r']).next().unwrap_or_default()) {
            event.role = Some(Role::Provider);
        }
    }
    events.push(event);
    true
}

fn kind_of(holds: Holds) -> Option<K> {
    match holds {
        Holds::Kind(kind) => Some(kind),
        Holds::First | Holds::Last | Holds::Middle => Some(K::Name),
        _ => None,
    }
}

/// Labels in one column, values in another, extracted one after the other: the first run of lines that fits them all.
fn align(cx: &Context, text: &str, lines: &Lines, waiting: &[Hit], labelled: &dyn Fn(usize) -> bool, events: &mut Vec<Event>, shadows: &mut Vec<Shadow>) {
    let Some(last) = waiting.last() else { return };
    let free: Vec<usize> = (lines.of(waiting[0].start)..lines.len()).filter(|n| !labelled(*n) && !text[lines.range(*n)].trim().is_empty()).collect();
    let after: Vec<usize> = free.iter().copied().filter(|n| lines.range(*n).start > waiting[0].start).collect();
    let _ = last;
    // One-line values of the typed labels must all fit; free texts fit anything.
    for start in 0..after.len().min(200) {
        let run = &after[start..];
        if run.len() < waiting.len().min(3) {
            return;
        }
        let typed = |h: &Hit| {
            !matches!(
                h.label.holds,
                Holds::Kind(
                    K::Diagnosis
                        | K::Procedure
                        | K::Medication
                        | K::ImagingResult
                        | K::LabResult
                        | K::Employer
                        | K::Relationship
                        | K::SensitiveNote
                        | K::Provider
                ) | Holds::Nothing
            )
        };
        let mut fits = 0;
        let mut wrong = 0;
        for (hit, line) in waiting.iter().zip(run) {
            if typed(hit) {
                if take(cx, hit.label.holds, &text[lines.range(*line)]).is_some_and(|t| t.0.start <= 2) { fits += 1 } else { wrong += 1 }
            }
        }
        if fits >= 2 && wrong == 0 {
            for (hit, line) in waiting.iter().zip(run) {
                let range = lines.range(*line);
                add(cx, text, hit, range.clone(), events);
                shadows.push(Shadow { range, holds: hit.label.holds, role: hit.label.role });
            }
            return;
        }
    }
}

/// "First name: X" and "Last name: Y" become one name.
fn join_parts(events: &mut Vec<Event>) {
    events.sort_by_key(|e| e.range.start);
    let mut joined: Vec<Event> = Vec::with_capacity(events.len());
    for event in events.drain(..) {
        if event.partial
            && let Some(before) = joined.iter_mut().rev().take(4).find(|b| b.partial)
            && let (Some(a), Some(b)) = (before.name.clone(), event.name.clone())
            && (a.first.is_empty() != b.first.is_empty())
        {
            let whole = Box::new(Name { first: format!("{}{}", a.first, b.first), last: format!("{}{}", a.last, b.last), ..Name::default() });
            before.normalised = whole.normal();
            before.range = before.range.start.min(event.range.start)..before.range.end.max(event.range.end);
            before.name = Some(whole);
            before.partial = false;
            continue;
        }
        joined.push(event);
    }
    joined.retain(|e| !e.partial);
    *events = joined;
}
