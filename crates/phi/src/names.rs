//! Names in running text: what the tagger and the lists of names say, and the words around a name that say whose it is.

use crate::finder::Context;
use crate::name::{self, Name};
use crate::tagger::{Entity, Span};
use crate::text::{Cover, Event, Lines, one_line};
use crate::token::{Class, Token, Words};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::ops::Range;
use std::sync::LazyLock;

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
pub(crate) fn find(cx: &Context, text: &str, tokens: &[Token], lines: &Lines, taken: &Cover, tagged: &mut Vec<Span>) -> Vec<Event> {
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
    let mut words: Vec<(usize, &str)> = Vec::with_capacity(8);
    // The longest run so far, and where the one being read begins.
    let (mut best, mut run) = (0..0, 0);
    for part in written.split_inclusive(' ') {
        let word = part.trim_end();
        let at = stretch.start + crate::sink::range_of(part, written).start;
        let plain = word.trim_matches([',', '.']);
        if cx.rules.non_names.contains(plain)
            && (cx.names.first(plain) < 2 && cx.names.last(plain) < 2
                || name::one_of(plain, &["may", "will", "call", "card", "page", "key", "table", "see", "and", "for", "best"]))
        {
            if words.len() - run > best.len() {
                best = run..words.len();
            }
            run = words.len();
        } else {
            words.push((at, word));
        }
    }
    if words.len() - run > best.len() {
        best = run..words.len();
    }
    let mut best = &words[best];
    // "PCP Dr. Allen Chen": the name begins with the title.
    if let Some(title) = best.iter().position(|w| name::one_of(w.1.trim_end_matches('.'), &["DR", "MR", "MRS", "MS"])).filter(|t| *t > 0 && t + 1 < best.len())
    {
        best = &best[title..];
    } else if let [others @ .., last] = best
        && name::one_of(last.1.trim_end_matches('.'), name::TITLES)
    {
        best = others;
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
