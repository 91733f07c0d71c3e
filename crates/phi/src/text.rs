//! Running text and forms: what is found in it. Who owns what is decided in `assemble`.

use crate::finder::Context;
use crate::labels::{self, Shadow};
use crate::name::{self, Name};
use crate::rules::{Holds, Rules};
use crate::sink::Sink;
use crate::table::Tables;
use crate::{address, clinical, columns, date, ids};
use dosimeter_case::tables::{ElementKind as K, Layout, Role};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

pub(crate) use crate::assemble::{Running, finish};

/// Lines of a text by byte offsets.
pub(crate) struct Lines(Vec<Range<usize>>);

impl Lines {
    pub fn new(text: &str) -> Lines {
        let mut lines = Vec::new();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
            lines.push(start..end);
            start = end + 1;
        }
        lines.push(start..text.len());
        Lines(lines)
    }
    pub fn of(&self, at: usize) -> usize {
        self.0.partition_point(|l| l.start <= at).saturating_sub(1)
    }
    pub fn range(&self, line: usize) -> Range<usize> {
        self.0.get(line).cloned().unwrap_or(0..0)
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// The next line with any text, at most three lines on.
    pub fn next_filled(&self, text: &str, line: usize) -> Option<usize> {
        (line + 1..(line + 4).min(self.len())).find(|n| !text[self.range(*n)].trim().is_empty())
    }
}

/// One piece of personal data in running text, before it is anybody's.
#[derive(Clone)]
pub(crate) struct Event {
    pub range: Range<usize>,
    pub kind: K,
    pub normalised: String,
    pub finder: &'static str,
    pub confidence: f64,
    pub role: Option<Role>,
    pub labelled: bool,
    pub name: Option<Name>,
    pub address: Option<address::Address>,
    /// The name of a salutation.
    pub salutation: bool,
    /// A part of a name that waits for the other.
    pub partial: bool,
    /// A name that nothing supports yet.
    pub candidate: bool,
    /// "parent or guardian of" stands before the name.
    pub ward: bool,
}

impl Event {
    pub fn new(range: Range<usize>, kind: K, normalised: impl Into<String>, finder: &'static str, confidence: f64) -> Event {
        Event {
            range,
            kind,
            normalised: normalised.into(),
            finder,
            confidence,
            role: None,
            labelled: false,
            name: None,
            address: None,
            salutation: false,
            partial: false,
            candidate: false,
            ward: false,
        }
    }
}

/// Patterns for identifiers that tell themselves, in one alternation.
pub(crate) struct Identifiers {
    regex: Regex,
    extra: Vec<crate::rules::Pattern>,
}

impl Identifiers {
    pub fn new(rules: &Rules) -> Identifiers {
        let all = [
            ("email", r"[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)*\.\p{L}{2,}".to_string()),
            ("url", r"(?i:https?://|www\.)[^\s<>]{3,200}".to_string()),
            (
                "mbi",
                r"\b[1-9][AC-HJKMNP-RT-Yac-hjkmnp-rt-y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}\b".to_string(),
            ),
            ("iban", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b".to_string()),
            ("card", r"\b[3-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,4}\b|\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b".to_string()),
            ("ssn", r"\b\d{3}-\d{2}-\d{4}\b|\b\d{3} \d{2} \d{4}\b".to_string()),
            ("phone", r"(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\b\d{3}[-. ])\d{3}[-. ]\d{4}\b".to_string()),
            ("ip", r"\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b".to_string()),
        ];
        let parts: Vec<String> = all.into_iter().filter(|(name, _)| rules.on(name)).map(|(name, p)| format!("(?P<{name}>{p})")).collect();
        let pattern = if parts.is_empty() { r"[^\s\S]".to_string() } else { parts.join("|") };
        Identifiers { regex: Regex::new(&pattern).expect("constant pattern"), extra: rules.patterns.clone() }
    }

    fn find(&self, text: &str) -> Vec<Event> {
        let mut events = Vec::new();
        for c in self.regex.captures_iter(text) {
            let Some(m) = c.get(0) else { continue };
            // Digits right before or behind belong to a longer number.
            let (before, after) = (text[..m.start()].chars().next_back(), text[m.end()..].chars().next());
            if before.is_some_and(|b| b.is_alphanumeric() || b == '-') || after.is_some_and(|a| a.is_alphanumeric()) {
                continue;
            }
            let written = m.as_str();
            let has = |n: &str| c.name(n).is_some();
            let found = if has("email") {
                ids::email(written).map(|v| (K::Email, v, 0.99))
            } else if has("url") {
                Some((K::Url, written.to_string(), 0.9))
            } else if has("mbi") {
                ids::mbi(written).map(|v| (K::Mbi, v, 0.9))
            } else if has("iban") {
                ids::iban(written).then(|| (K::BankAccount, ids::compact(written), 0.95))
            } else if has("card") {
                ids::card(written).filter(|c| c.1 > 0.5).map(|v| (K::CardNumber, v.0, v.1))
            } else if has("ssn") {
                ids::ssn(written).map(|v| (K::Ssn, v.0, v.1 * 0.85))
            } else if has("phone") {
                ids::phone(written).map(|v| (K::Phone, v, 0.85))
            } else {
                Some((K::IpAddress, written.to_string(), 0.8))
            };
            if let Some((kind, normalised, confidence)) = found {
                events.push(Event::new(m.range(), kind, normalised, "identifier", confidence));
            }
        }
        for p in &self.extra {
            for c in p.regex.captures_iter(text) {
                if let Some(m) = c.name("value").or_else(|| c.get(0))
                    && let Some(normalised) = crate::values::normalise(p.kind, m.as_str())
                {
                    events.push(Event::new(m.range(), p.kind, normalised, "pattern", p.confidence));
                }
            }
        }
        events
    }
}

static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    let word = r"\p{Lu}[\p{L}'’-]*\p{L}";
    let initial = r"\p{Lu}\.?";
    let particle = r"(?:de|la|del|van|von|der|den|di|da|dos|bin|al|el|y)\b";
    Regex::new(&format!(
        r"(?:{word}(?:[ ](?:{word}|{particle})){{0,2}}(?:[ ](?:Jr|Sr|II|III|IV)\.?)?,[ ]?{word}(?:[ ](?:{word}|{initial})){{0,2}})|(?:(?:(?:Dr|Mr|Mrs|Ms|Miss|DR|MR|MRS|MS)\.?[ ])?{word}(?:[ ](?:{word}|{initial}|{particle})){{1,5}})|(?:(?:Dr|DR)\.?[ ]{word})"
    ))
    .expect("constant pattern")
});

/// Names by form and name lists, outside of what labels have taken.
fn names(cx: &Context, text: &str, lines: &Lines, taken: &[Event]) -> Vec<Event> {
    let mut found: Vec<Event> = Vec::new();
    let mut from = 0;
    while let Some(m) = NAMES.find_at(text, from) {
        from = m.end();
        // The longest run of words that may be a name.
        let mut words: Vec<(usize, &str)> = Vec::new();
        let mut best: Vec<(usize, &str)> = Vec::new();
        for part in m.as_str().split_inclusive(' ') {
            let word = part.trim_end();
            let at = m.start() + crate::sink::range_of(part, m.as_str()).start;
            let plain = word.trim_matches([',', '.']);
            let low = plain.to_lowercase();
            if cx.rules.non_names.contains(&low)
                && (cx.names.first(plain) < 2 && cx.names.last(plain) < 2
                    || matches!(low.as_str(), "may" | "will" | "call" | "card" | "page" | "key" | "table" | "see" | "and" | "for" | "best"))
            {
                if words.len() > best.len() {
                    best.clone_from(&words);
                }
                words.clear();
            } else {
                words.push((at, word));
            }
        }
        if words.len() > best.len() {
            best = words;
        }
        // "PCP Dr. Allen Chen": the name begins with the title.
        if let Some(title) = best
            .iter()
            .position(|w| matches!(w.1.trim_end_matches('.').to_uppercase().as_str(), "DR" | "MR" | "MRS" | "MS"))
            .filter(|t| *t > 0 && t + 1 < best.len())
        {
            best.drain(..title);
        }
        let (Some(first), Some(last)) = (best.first(), best.last()) else { continue };
        let range = first.0..last.0 + last.1.trim_end_matches([',', '.']).len();
        let Some(written) = text.get(range.clone()) else { continue };
        if taken.iter().any(|e| e.range.start < range.end && range.start < e.range.end) {
            continue;
        }
        let line = lines.range(lines.of(range.start));
        let behind = &text[range.end.min(line.end)..line.end];
        let clinician = name::is_clinician(written) || name::is_clinician(&format!("x x{}", behind.get(..behind.floor_char_boundary(8)).unwrap_or_default()));
        let Some(parsed) = name::parse(written, &cx.names) else { continue };
        if parsed.first.is_empty() && !clinician {
            continue;
        }
        // Family name first ("Sato Aiko") is as good as given name first.
        let swapped = cx.names.last(&parsed.first) > 0
            && parsed.middle.is_empty()
            && !best.iter().any(|w| cx.rules.terms.contains(&w.1.trim_matches([',', '.']).to_lowercase()));
        let known = (cx.names.first(&parsed.first) > 0 || swapped, cx.names.last(&parsed.last) > 0);
        let rostered = cx.roster.is_patient(&parsed) || cx.roster.is_staff(&parsed);
        let before = text[line.start..range.start].trim_end_matches([' ', ':', '-', ',']).to_lowercase();
        let cue = |cues: &[String]| cues.iter().any(|c| before.ends_with(c.as_str()) && !before[..before.len() - c.len()].ends_with(char::is_alphanumeric));
        let skipped = text[m.start()..range.start].trim().to_lowercase();
        let kin =
            [&cx.rules.words.guardian_words, &cx.rules.words.relative_words, &cx.rules.words.guardian_cues].iter().any(|w| cue(w) || w.contains(&skipped));
        let listed = (known.0 || known.1) && (written.contains(',') || written.split(' ').count() >= 2);
        if !(clinician || rostered || kin || listed) {
            continue;
        }
        let mut event = Event::new(range.clone(), K::Name, parsed.normal(), "name", if known.0 && known.1 { 0.8 } else { 0.55 });
        event.candidate = true;
        if clinician {
            event.role = Some(Role::Provider);
            event.candidate = false;
        } else if cue(&cx.rules.words.guardian_cues) {
            (event.role, event.candidate, event.ward) = (Some(Role::Patient), false, true);
        } else if cue(&cx.rules.words.guardian_words) || cx.rules.words.guardian_words.contains(&skipped) {
            event.role = Some(Role::Guardian);
        } else if cue(&cx.rules.words.relative_words) || cx.rules.words.relative_words.contains(&skipped) {
            event.role = Some(Role::Other);
        } else if cx.rules.words.staff_cues.iter().any(|c| behind.trim_start().to_lowercase().starts_with(&format!("{c} "))) {
            (event.role, event.candidate) = (Some(Role::Staff), false);
        } else if cx.roster.is_staff(&parsed) && !cx.roster.is_patient(&parsed) {
            event.role = Some(Role::Staff);
        } else if cue(&cx.rules.words.patient_cues) || cx.rules.words.patient_cues.contains(&skipped) {
            (event.role, event.candidate) = (Some(Role::Patient), false);
        }
        event.name = Some(parsed);
        found.push(event);
    }
    found
}

/// Blocks of tab-separated lines with a header row: byte ranges.
fn blocks(cx: &Context, text: &str, lines: &Lines) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut n = 0;
    while n < lines.len() {
        let line = &text[lines.range(n)];
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.iter().filter(|c| !c.trim().is_empty()).count() >= 2 && columns::is_header(cx, &cells) {
            let mut end = n + 1;
            while end < lines.len() && text[lines.range(end)].matches('\t').count() + 1 >= 2.max(cells.len() - 1) {
                end += 1;
            }
            if end > n + 1 {
                found.push(lines.range(n).start..lines.range(end - 1).end);
                n = end;
                continue;
            }
        }
        n += 1;
    }
    found
}

/// Finds personal data in one passage of running text and hands it to the persons of the document.
#[allow(clippy::too_many_arguments)] // The document's state and the passage's fields.
pub(crate) fn find(cx: &Context, sink: &mut Sink, tables: &mut Tables, running: &mut Running, index: usize, text: &str, locator: &str, layout: Layout) {
    let lines = Lines::new(text);
    let blocks = blocks(cx, text, &lines);
    for (n, block) in blocks.iter().enumerate() {
        let at = format!("{locator} table {}", n + 1);
        sink.base = block.start;
        crate::table::find(cx, sink, tables, &text[block.clone()], &[], 1, &at);
        sink.base = 0;
    }
    if blocks.is_empty()
        && let Some(rows) = crate::fixed::rows(text)
    {
        let before = sink.drafts.len();
        crate::table::find_rows(cx, sink, tables, text, &rows, &[], 1, locator);
        if sink.drafts.len() > before {
            return;
        }
    }
    caption(sink, tables, text, locator);
    let outside = |r: &Range<usize>| !blocks.iter().any(|b| b.start < r.end && r.start < b.end);
    let (mut events, shadows) = labels::find(cx, text, &lines);
    let overlaps = |events: &[Event], r: &Range<usize>| events.iter().any(|e| e.range.start < r.end && r.start < e.range.end && !is_prose(e.kind));
    let fresh: Vec<Event> = cx.identifiers.find(text).into_iter().filter(|e| !overlaps(&events, &e.range)).collect();
    events.extend(fresh);
    if cx.rules.on("address") {
        for (range, a) in address::find(text) {
            if !overlaps(&events, &range) && (!a.city.is_empty() || range.len() >= 12) {
                let mut e = Event::new(range, K::Address, a.normal(), "address", if a.state.is_empty() { 0.6 } else { 0.9 });
                e.address = Some(a);
                events.push(e);
            }
        }
    }
    // Identifiers behind labels of other things: whose they are, or that they are nobody's.
    events.retain_mut(|e| {
        if e.labelled {
            return true;
        }
        match shadow_of(&shadows, &e.range) {
            Some(s) if s.holds == Holds::Nothing && e.kind != K::Address => false,
            Some(s) => {
                e.role = e.role.or(s.role.filter(|r| *r != Role::Patient));
                true
            }
            None => true,
        }
    });
    let clinical = clinical::all(cx, text, 0..text.len());
    if cx.rules.on("name") {
        let mut more = names(cx, text, &lines, &events.iter().filter(|e| !is_prose(e.kind)).cloned().collect::<Vec<_>>());
        // "Wilson disease" and "Nuclear Bone Scan" are not persons.
        // Behind "Insurance:" or "Subject:" a name is at most a repetition.
        for e in more.iter_mut().filter(|e| e.candidate && e.role != Some(Role::Staff)) {
            if shadow_of(&shadows, &e.range).is_some_and(|s| s.holds == Holds::Nothing) {
                e.confidence = 0.3;
            }
        }
        more.retain(|e| !clinical.iter().any(|c| c.0.start < e.range.end && e.range.end <= c.0.end));
        events.extend(more);
    }
    for (range, kind, normalised, confidence) in clinical {
        let inside_name = events.iter().any(|e| e.kind == K::Name && !e.candidate && e.range.start < range.end && range.start < e.range.end);
        if !inside_name {
            events.push(Event::new(range, kind, normalised, "vocabulary", confidence));
        }
    }
    if cx.rules.on("date") {
        birth_dates(text, &lines, &mut events);
    }
    events.retain(|e| outside(&e.range));
    events.sort_by_key(|e| (e.range.start, e.range.end, e.kind));
    crate::assemble::passage(cx, sink, running, index, text, &lines, events, locator, layout);
}

/// A short passage with a date before a table: the day of a schedule.
fn caption(sink: &mut Sink, tables: &mut Tables, text: &str, locator: &str) {
    static TITLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?i:schedule|appointment|worklist|work list|census|roster|sign-in|visits|exams|day sheet)[^\n]{{0,60}}?(?P<value>{})",
            date::PATTERN
        ))
        .expect("constant pattern")
    });
    if text.len() < 400
        && let Some(m) = TITLE.captures(text).and_then(|c| c.name("value"))
        && let Some(iso) = date::parse(m.as_str())
    {
        tables.caption = Some(sink.mention(m.range(), K::ServiceDate, iso, "caption", 0.8, locator));
    }
}

/// A date right behind a name in brackets or after a comma is a birth date: "Smith, John (03/04/1961)".
fn birth_dates(text: &str, lines: &Lines, events: &mut Vec<Event>) {
    static BEHIND: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!(r"^\s?[(,]\s?(?P<value>{})\s?\)?", date::PATTERN)).expect("constant pattern"));
    let mut more = Vec::new();
    for e in events.iter().filter(|e| e.kind == K::Name) {
        let line = lines.range(lines.of(e.range.start));
        let Some(rest) = text.get(e.range.end..line.end) else { continue };
        if let Some(m) = BEHIND.captures(rest).and_then(|c| c.name("value"))
            && let Some(iso) = date::parse(m.as_str())
        {
            more.push(Event::new(e.range.end + m.start()..e.range.end + m.end(), K::Dob, iso, "form", 0.7));
        }
    }
    events.retain(|e| e.kind == K::Dob || !more.iter().any(|m| m.range == e.range));
    events.extend(more);
}

/// Values that are sentences; other finds may lie inside them.
pub(crate) fn is_prose(kind: K) -> bool {
    matches!(
        kind,
        K::Diagnosis
            | K::Procedure
            | K::Medication
            | K::LabResult
            | K::ImagingResult
            | K::SensitiveNote
            | K::Employer
            | K::Relationship
            | K::Provider
            | K::Service
    )
}

fn shadow_of<'s>(shadows: &'s [Shadow], range: &Range<usize>) -> Option<&'s Shadow> {
    shadows.iter().rev().find(|s| s.range.start <= range.start && range.start < s.range.end.max(s.range.start + 1))
}
