//! Running text and forms: what is found in it. Who owns what is decided in `assemble`.

use crate::finder::Context;
use crate::labels::{self, Shadow};
use crate::name::{self, Name};
use crate::rules::{Holds, Rules};
use crate::sink::Sink;
use crate::table::Tables;
use crate::tagger::{Entity, Span};
use crate::token::{Class, Token, Words};
use crate::{address, clinical, columns, date, identifiers, narrative};
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

/// Small words inside of names.
static PARTICLES: LazyLock<Words> = LazyLock::new(|| "de la del van von der den di da dos bin al el y".split(' ').collect());

/// Stretches of words that look like a name: words with capitals, initials and particles, one blank apart, perhaps one comma.
fn stretches(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let glued = |i: usize| tokens.get(i).is_some_and(|t| !t.spaced);
    let mark =
        |i: usize, marks: &str| tokens.get(i).is_some_and(|t| t.class == Class::Mark && !t.spaced && text.get(t.range()).is_some_and(|m| marks.contains(m)));
    let capital = |i: usize| tokens.get(i).is_some_and(|t| matches!(t.class, Class::Title | Class::Upper | Class::Mixed | Class::Initial));
    let near = |i: usize| tokens[i].start == tokens[i - 1].end + 1 && tokens[i].spaced;
    let mut found = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let begins = capital(i) && !(glued(i) && i > 0 && (tokens[i - 1].is_word() || tokens[i - 1].class == Class::Digits));
        if !begins {
            i += 1;
            continue;
        }
        let (start, mut at, mut words, mut comma) = (i, i, 0, false);
        let mut end = i;
        while words < 8 && (capital(at) || words > 0 && tokens.get(at).is_some_and(|t| PARTICLES.has(t.hash))) {
            at += 1;
            // "O'Brien", "Kelly-Watkins".
            while mark(at, "'’-") && glued(at + 1) && tokens.get(at + 1).is_some_and(Token::is_word) {
                at += 2;
            }
            (end, words) = (at, words + 1);
            // "J.", "Dr.", "Jr."
            if mark(at, ".") && tokens[at - 1].end - tokens[at - 1].start <= 3 {
                at += 1;
            }
            if mark(at, ",") && !comma && capital(at + 1) {
                (comma, at) = (true, at + 1);
            } else if !tokens.get(at).is_some_and(|t| t.is_word() && at > 0 && near(at)) {
                break;
            }
        }
        // A particle does not end a name.
        while end > start + 1 && tokens[end - 1].class == Class::Lower {
            end -= 1;
        }
        if words >= 2 {
            found.push(tokens[start].start as usize..tokens[end - 1].end as usize);
        }
        i = end.max(i + 1);
    }
    found
}

/// Names by the tagger, and by form and name lists, outside of what labels have taken.
///
/// Where both see a name, words that the lists know decide where it begins and ends; a place or an organisation of the
/// tagger that is nothing but such a name is a name.
fn names(cx: &Context, text: &str, tokens: &[Token], lines: &Lines, taken: &Cover, tagged: &mut Vec<Span>) -> Vec<Event> {
    let over = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
    let free = |r: &Range<usize>| !taken.meets(r);
    let mut listed: Vec<Event> = Vec::new();
    for stretch in stretches(text, tokens) {
        if let Some(range) = likely(cx, text, &stretch).filter(free) {
            listed.extend(listed_name(cx, text, lines, stretch.start, range));
        }
    }
    let sure = |e: &Event| e.confidence >= KNOWN;
    // Both are in the order of the text, and neither overlaps itself.
    let holder = |t: &Span| listed[..listed.partition_point(|e| e.range.start <= t.range.start)].last();
    tagged.retain(|t| t.entity == Entity::Person || !holder(t).is_some_and(|e| sure(e) && t.range.end <= e.range.end));
    listed.retain(|e| {
        let from = tagged.partition_point(|t| t.range.end <= e.range.start);
        !tagged[from..].iter().take_while(|t| t.range.start < e.range.end).any(|t| t.entity != Entity::Person || !sure(e))
    });
    let known = listed.len();
    for span in tagged.iter().filter(|s| s.entity == Entity::Person && free(&s.range)) {
        let first = listed[..known].partition_point(|e| e.range.end <= span.range.start);
        let new = known.max(listed.len().saturating_sub(2));
        let near = [first].into_iter().filter(|i| *i < known).chain(new..listed.len());
        let found = near.into_iter().find(|i| over(&listed[*i].range, &span.range));
        match found.map(|i| &mut listed[i]) {
            Some(e) => {
                e.finder = "tagger";
                // The title is no part of the name.
                let head = text.get(e.range.start..span.range.start).unwrap_or_default();
                if name::one_of(head.trim_end_matches([' ', '.']), name::TITLES) {
                    e.range.start = span.range.start;
                }
            }
            None => listed.extend(tagged_name(cx, text, lines, span)),
        }
    }
    listed
}

/// Confidence of a name whose given and family name are on the lists.
const KNOWN: f64 = 0.8;

/// The longest run of words of a stretch that may be a name, from the title on if it has one.
fn likely(cx: &Context, text: &str, stretch: &Range<usize>) -> Option<Range<usize>> {
    let written = &text[stretch.clone()];
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut best: Vec<(usize, &str)> = Vec::new();
    for part in written.split_inclusive(' ') {
        let word = part.trim_end();
        let at = stretch.start + crate::sink::range_of(part, written).start;
        let plain = word.trim_matches([',', '.']);
        if cx.rules.non_names.contains(plain)
            && (cx.names.first(plain) < 2 && cx.names.last(plain) < 2
                || name::one_of(plain, &["may", "will", "call", "card", "page", "key", "table", "see", "and", "for", "best"]))
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
    if let Some(title) = best.iter().position(|w| name::one_of(w.1.trim_end_matches('.'), &["DR", "MR", "MRS", "MS"])).filter(|t| *t > 0 && t + 1 < best.len())
    {
        best.drain(..title);
    } else if best.last().is_some_and(|w| name::one_of(w.1.trim_end_matches('.'), name::TITLES)) {
        best.pop();
    }
    let (first, last) = (best.first()?, best.last()?);
    Some(first.0..last.0 + last.1.trim_end_matches([',', '.']).len())
}

/// What stands around a name and tells whose it is.
struct Setting<'t> {
    /// The line before the name, lower case.
    before: String,
    /// The line behind it.
    behind: &'t str,
    /// Words between the start of a stretch and the name in it, lower case.
    skipped: String,
    clinician: bool,
}

impl<'t> Setting<'t> {
    fn of(text: &'t str, lines: &Lines, stretch: usize, range: &Range<usize>) -> Setting<'t> {
        let line = lines.range(lines.of(range.start));
        // Cues are a few words long; a line may be very long.
        let behind = &text[range.end.min(line.end)..line.end.max(range.end.min(line.end))];
        let behind = &behind[..behind.floor_char_boundary(64)];
        let written = &text[range.clone()];
        let head = &text[line.start..range.start];
        let title = head.trim_end().trim_end_matches('.').rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let clinician =
            name::is_clinician(written) || name::one_of(title, &["DR", "DOCTOR", "DRS"]) || name::credential_follows(&behind[..behind.floor_char_boundary(8)]);
        // Cues are a few words long; a line may be very long.
        let near = &head[head.floor_char_boundary(head.len().saturating_sub(64))..];
        let before = near.trim_end_matches([' ', ':', '-', ',']).to_lowercase();
        Setting { before, behind, skipped: text[stretch.min(range.start)..range.start].trim().to_lowercase(), clinician }
    }
    fn cue(&self, cues: &[String]) -> bool {
        let last = self.before.as_bytes().last();
        cues.iter()
            .filter(|c| c.as_bytes().last() == last)
            .any(|c| self.before.ends_with(c.as_str()) && !self.before[..self.before.len() - c.len()].ends_with(char::is_alphanumeric))
            || cues.contains(&self.skipped)
    }

    /// Role and standing of the event of a name.
    fn judge(&self, cx: &Context, event: &mut Event, parsed: &Name) {
        let words = &cx.rules.words;
        event.candidate = true;
        if self.clinician {
            event.role = Some(Role::Provider);
            event.candidate = false;
        } else if self.cue(&words.guardian_cues) {
            (event.role, event.candidate, event.ward) = (Some(Role::Patient), false, true);
        } else if self.cue(&words.guardian_words) {
            event.role = Some(Role::Guardian);
        } else if self.cue(&words.relative_words) {
            event.role = Some(Role::Other);
        } else if words.staff_cues.iter().any(|c| starts(self.behind.trim_start(), c)) {
            (event.role, event.candidate) = (Some(Role::Staff), false);
        } else if cx.roster.is_staff(parsed) && !cx.roster.is_patient(parsed) {
            event.role = Some(Role::Staff);
        } else if self.cue(&words.patient_cues) {
            (event.role, event.candidate) = (Some(Role::Patient), false);
        }
    }
}

/// Whether a text begins with a word, in any case, and a blank.
fn starts(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word)) && text[word.len()..].starts_with(' ')
}

/// A name that the tagger has found.
fn tagged_name(cx: &Context, text: &str, lines: &Lines, span: &Span) -> Option<Event> {
    let written = text.get(span.range.clone())?;
    let plain = one_line(written);
    let setting = Setting::of(text, lines, span.range.start, &span.range);
    let parsed = name::parse(&plain, &cx.names);
    let normal = parsed.as_ref().map_or_else(|| plain.to_uppercase(), Name::normal);
    let mut event = Event::new(span.range.clone(), K::Name, normal, "tagger", span.confidence);
    match parsed {
        // A family or given name alone is a trace; a physician's makes a provider.
        Some(name) if !name.first.is_empty() || setting.clinician => {
            setting.judge(cx, &mut event, &name);
            event.name = Some(name);
        }
        _ => event.loose = true,
    }
    Some(event)
}

/// A name by its form and the name lists: `stretch` is where the words that look like a name begin.
fn listed_name(cx: &Context, text: &str, lines: &Lines, stretch: usize, range: Range<usize>) -> Option<Event> {
    let written = text.get(range.clone())?;
    let setting = Setting::of(text, lines, stretch, &range);
    let parsed = name::parse(written, &cx.names)?;
    if parsed.first.is_empty() && !setting.clinician {
        return None;
    }
    // Family name first ("Sato Aiko") is as good as given name first.
    let swapped =
        cx.names.last(&parsed.first) > 0 && parsed.middle.is_empty() && !written.split(' ').any(|w| cx.rules.terms.contains(w.trim_matches([',', '.'])));
    let known = (cx.names.first(&parsed.first) > 0 || swapped, cx.names.last(&parsed.last) > 0);
    let rostered = cx.roster.is_patient(&parsed) || cx.roster.is_staff(&parsed);
    let words = &cx.rules.words;
    let kin = || [&words.guardian_words, &words.relative_words, &words.guardian_cues].iter().any(|w| setting.cue(w));
    let listed = (known.0 || known.1) && (written.contains(',') || written.split(' ').count() >= 2);
    if !(setting.clinician || rostered || listed || kin()) {
        return None;
    }
    let mut event = Event::new(range, K::Name, parsed.normal(), "name", if known.0 && known.1 { KNOWN } else { 0.55 });
    setting.judge(cx, &mut event, &parsed);
    event.name = Some(parsed);
    Some(event)
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
        cx.tagger.tag_tokens(text, &tokens, cx.bias, &mut tagged);
        narrative::tidy(cx, text, &mut tagged);
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
        let mut more = names(cx, text, &tokens, &lines, &Cover::of(text, &events), &mut tagged);
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
    events.retain(|e| outside(&e.range));
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
        let Some(rest) = text.get(e.range.end..line.end).filter(|r| r.trim_start().starts_with(['(', ','])) else { continue };
        if let Some(m) = BEHIND.captures(rest).and_then(|c| c.name("value"))
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
