//! Running text and forms: what is found in it. Who owns what is decided in `assemble`.

use crate::finder::Context;
use crate::labels::{self, Shadow};
use crate::name::Name;
use crate::rules::{Holds, Rules};
use crate::sink::Sink;
use crate::table::Tables;
use crate::token::Class;
use crate::{address, again, clinical, columns, date, identifiers, names, narrative, statement};
use aho_corasick::AhoCorasick;
use dosimeter_case::tables::{ElementKind as K, Layout, Role};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

pub(crate) use crate::assemble::{Running, finish};

/// Lines of a text by byte offsets.
pub(crate) struct Lines(Vec<Range<usize>>);

impl Lines {
    pub fn new(text: &str) -> Lines {
        let mut lines = Vec::with_capacity(text.len() / 32 + 1);
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
    pub name: Option<Box<Name>>,
    pub address: Option<Box<address::Address>>,
    /// The name of a salutation.
    pub salutation: bool,
    /// A part of a name that waits for the other.
    pub partial: bool,
    /// A name that nothing supports yet.
    pub candidate: bool,
    /// "parent or guardian of" stands before the name.
    pub ward: bool,
    /// Personal data that is given to nobody: a date or a place in running text, whose it is nothing tells.
    pub loose: bool,
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
            loose: false,
        }
    }
}

/// Which bytes of a text are taken by finds that others may not overlap: all but values that are sentences.
pub(crate) struct Cover(Vec<u64>);

impl Cover {
    pub fn of(text: &str, events: &[Event]) -> Cover {
        let mut cover = Cover(vec![0; text.len() / 64 + 1]);
        events.iter().for_each(|e| cover.add(e));
        cover
    }
    pub fn add(&mut self, event: &Event) {
        if !is_prose(event.kind) {
            Cover::parts(&event.range).for_each(|(at, bits)| self.0[at] |= bits);
        }
    }
    pub fn meets(&self, range: &Range<usize>) -> bool {
        Cover::parts(range).any(|(at, bits)| self.0[at] & bits != 0)
    }
    /// The bits of a range, by the 64 bytes they are of.
    fn parts(range: &Range<usize>) -> impl Iterator<Item = (usize, u64)> {
        let (start, end) = (range.start, range.end);
        (start / 64..end.div_ceil(64)).map(move |at| {
            let (from, to) = (start.saturating_sub(at * 64), (end - at * 64).min(64));
            (at, u64::MAX << from & u64::MAX >> (64 - to))
        })
    }
}

/// What the patterns of the rule pack find.
fn patterns(rules: &Rules, text: &str) -> Vec<Event> {
    let mut events = Vec::new();
    for p in &rules.patterns {
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

/// Blocks of tab-separated lines with a header row: byte ranges.
fn blocks(cx: &Context, text: &str, lines: &Lines) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut n = 0;
    while n < lines.len() {
        let line = &text[lines.range(n)];
        if memchr::memchr(b'\t', line.as_bytes()).is_none() {
            n += 1;
            continue;
        }
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

/// Long texts are read in pieces of about this many bytes, so that what looks at all of a piece for each of its parts stays cheap.
const PIECE: usize = 16 << 10;
/// A piece without an empty line, a table perhaps, may grow to this many bytes.
const LONGEST_PIECE: usize = 16 * PIECE;

/// Cuts at the last empty line of a stretch, at worst at a line or a blank.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    while text.len() - start > PIECE {
        let near = text.floor_char_boundary(start + PIECE);
        let far = text.floor_char_boundary((start + LONGEST_PIECE).min(text.len()));
        let end = text[start..near].rfind("\n\n").map(|n| start + n + 2).or_else(|| text[near..far].find("\n\n").map(|n| near + n + 2)).unwrap_or_else(|| {
            let window = &text[start..far];
            if far == text.len() { far } else { start + window.rfind('\n').or_else(|| window.rfind(' ')).map_or(window.len(), |n| n + 1) }
        });
        found.push(start..end);
        start = end;
    }
    if start < text.len() || found.is_empty() {
        found.push(start..text.len());
    }
    found
}

/// Finds personal data in one passage of running text and hands it to the persons of the document.
#[allow(clippy::too_many_arguments)] // The document's state and the passage's fields.
pub(crate) fn find(cx: &Context, sink: &mut Sink, tables: &mut Tables, running: &mut Running, index: usize, text: &str, locator: &str, layout: Layout) {
    for piece in pieces(text) {
        sink.base = piece.start;
        find_piece(cx, sink, tables, running, index, &text[piece], locator, layout);
    }
    sink.base = 0;
}

#[allow(clippy::too_many_arguments)] // The document's state and the passage's fields.
fn find_piece(cx: &Context, sink: &mut Sink, tables: &mut Tables, running: &mut Running, index: usize, text: &str, locator: &str, layout: Layout) {
    let lines = Lines::new(text);
    let mut tokens = Vec::new();
    crate::token::tokens(text, &mut tokens);
    let alone = cx.tagger.read(text, &mut tokens);
    let blocks = blocks(cx, text, &lines);
    for (n, block) in blocks.iter().enumerate() {
        let at = format!("{locator} table {}", n + 1);
        sink.base += block.start;
        crate::table::find(cx, sink, tables, &text[block.clone()], &[], 1, &at);
        sink.base -= block.start;
    }
    if blocks.is_empty()
        && tokens.iter().any(|t| t.class == Class::Digits && t.end - t.start >= 8)
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
    let mut tagged = Vec::new();
    let (mut events, shadows) = labels::find(cx, text, &tokens, &lines);
    if cx.rules.on("name") {
        cx.tagger.tag_tokens(text, &tokens, alone, cx.bias, &mut tagged);
        narrative::tidy(cx, text, &mut tagged);
        again::lists(cx, text, &tokens, &mut tagged);
        again::find(text, &tokens, &mut tagged);
    }
    let mut cover = Cover::of(text, &events);
    let fresh: Vec<Event> =
        identifiers::find(&cx.rules, text, &tokens).into_iter().chain(patterns(&cx.rules, text)).filter(|e| !cover.meets(&e.range)).collect();
    fresh.iter().for_each(|e| cover.add(e));
    events.extend(fresh);
    if cx.rules.on("address") {
        for (range, a) in address::find(text, &tokens) {
            if !cover.meets(&range) && (!a.city.is_empty() || range.len() >= 12) {
                let mut e = Event::new(range, K::Address, a.normal(), "address", if a.state.is_empty() { 0.6 } else { 0.9 });
                e.address = Some(Box::new(a));
                cover.add(&e);
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
    let clinical = clinical::among(cx, text, &tokens);
    if cx.rules.on("name") {
        let mut more = names::find(cx, text, &tokens, &lines, &Cover::of(text, &events), &mut tagged);
        // "Wilson disease" and "Nuclear Bone Scan" are not persons.
        // Behind "Insurance:" or "Subject:" a name is at most a repetition.
        for e in more.iter_mut().filter(|e| e.candidate && e.role != Some(Role::Staff)) {
            if shadow_of(&shadows, &e.range).is_some_and(|s| s.holds == Holds::Nothing) {
                if e.finder == "tagger" {
                    (e.loose, e.name) = (true, None);
                } else {
                    e.confidence = 0.3;
                }
            }
        }
        let longest = clinical.iter().map(|c| c.0.len()).max().unwrap_or(0);
        more.retain(|e| {
            let from = clinical.partition_point(|c| c.0.start + longest < e.range.end);
            !clinical[from..].iter().take_while(|c| c.0.start < e.range.end).any(|c| e.range.end <= c.0.end)
        });
        events.extend(more);
    }
    let mut named = Cover::of(text, &[]);
    events.iter().filter(|e| e.kind == K::Name && !e.candidate).for_each(|e| named.add(e));
    for (range, kind, normalised, confidence) in clinical {
        if !named.meets(&range) {
            events.push(Event::new(range, kind, normalised, "vocabulary", confidence));
        }
    }
    if cx.rules.on("date") {
        birth_dates(text, &lines, &mut events);
    }
    tagged.retain(|s| outside(&s.range));
    narrative::find(cx, text, &tokens, &tagged, &mut events);
    // A file's own dates say when it was written, not when somebody was treated.
    let own_dates = locator == "metadata";
    events.retain(|e| outside(&e.range) && !(own_dates && e.finder == "date"));
    if statement::is_sql(&sink.document.media_type) {
        statement::drop_code(text, &mut events);
    }
    events.sort_by_key(|e| (e.range.start, e.range.end, e.kind));
    running.look(cx, text, &tokens);
    crate::assemble::passage(cx, sink, running, index, text, &lines, events, locator, layout);
}

/// The words of a text with one blank between them.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for (n, word) in text.split_whitespace().enumerate() {
        line.push_str(if n > 0 { " " } else { "" });
        line.push_str(word);
    }
    line
}

/// What begins the title of a schedule.
const SCHEDULES: &str = "schedule|appointment|worklist|work list|census|roster|sign-in|visits|exams|day sheet";
static HEADS: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(SCHEDULES.split('|')).expect("constant words"));

/// A short passage with a date before a table: the day of a schedule.
fn caption(sink: &mut Sink, tables: &mut Tables, text: &str, locator: &str) {
    static TITLE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(&format!(r"(?i:{SCHEDULES})[^\n]{{0,60}}?(?P<value>{})", date::PATTERN)).expect("constant pattern"));
    if text.len() < 400
        && HEADS.is_match(text)
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
        let behind = text.get(e.range.end..line.end).unwrap_or_default();
        let Some(value) = behind.trim_start().strip_prefix(['(', ',']).map(str::trim_start) else { continue };
        if !(value.starts_with(|c: char| c.is_ascii_digit()) || value.get(..3).is_some_and(|m| date::month(m).is_some())) {
            continue;
        }
        if let Some(m) = BEHIND.captures(behind).and_then(|c| c.name("value"))
            && let Some(iso) = date::parse(m.as_str())
        {
            more.push(Event::new(e.range.end + m.start()..e.range.end + m.end(), K::Dob, iso, "form", 0.7));
        }
    }
    let dates: std::collections::HashSet<Range<usize>> = more.iter().map(|m| m.range.clone()).collect();
    events.retain(|e| e.kind == K::Dob || !dates.contains(&e.range));
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
