//! Names in running text: what the tagger and the lists of names say, and the words around a name that say whose it is.

use crate::finder::Context;
use crate::lexicon;
use crate::name::{self, Name};
use crate::tagger::{Entity, Span};
use crate::text::{Cover, Event, Lines, one_line};
use crate::token::{Class, Token};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::ops::Range;

/// Small words inside of names.
pub(crate) const PARTICLES: &str = "de la del van von der den di da dos bin al el y";

/// Stretches of tokens that look like a name: words with capitals, initials and particles, one blank apart, perhaps one comma.
fn stretches(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let glued = |i: usize| tokens.get(i).is_some_and(|t| !t.spaced);
    let mark = |i: usize, mark: u8| tokens.get(i).is_some_and(|t| t.mark() == mark && !t.spaced);
    let capital = |i: usize| tokens.get(i).is_some_and(|t| matches!(t.class, Class::Title | Class::Upper | Class::Mixed | Class::Initial));
    // Tabs part the cells of a table.
    let near = |i: usize| tokens[i].start == tokens[i - 1].end + 1 && text.as_bytes()[tokens[i - 1].end as usize] == b' ';
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
        while words < 8 && (capital(at) || words > 0 && tokens.get(at).is_some_and(|t| t.on(lexicon::PARTICLE))) {
            at += 1;
            // "O'Brien", "Kelly-Watkins".
            while tokens.get(at).is_some_and(|t| t.joins() && !t.spaced) && glued(at + 1) && tokens.get(at + 1).is_some_and(Token::is_word) {
                at += 2;
            }
            (end, words) = (at, words + 1);
            // "J.", "Dr.", "Jr."
            if mark(at, b'.') && tokens[at - 1].end - tokens[at - 1].start <= 3 {
                at += 1;
            }
            if mark(at, b',') && !comma && capital(at + 1) {
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
            found.push(start..end);
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
    let met = |r: &Range<usize>| tagged.get(tagged.partition_point(|t| t.range.end <= r.start)).is_some_and(|t| t.range.start < r.end);
    for stretch in stretches(text, tokens) {
        let Some(name) = likely(cx, text, tokens, &stretch) else { continue };
        let range = bytes(tokens, &name);
        // Where the tagger sees something too, only a name that the lists know well counts.
        if free(&range) && (!met(&range) || may_be_known(&tokens[name.clone()])) {
            listed.extend(listed_name(cx, text, tokens, lines, stretch.start, name));
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
            None => listed.extend(tagged_name(cx, text, tokens, lines, span)),
        }
    }
    listed
}

/// Confidence of a name whose given and family name are on the lists.
const KNOWN: f64 = 0.8;

/// Whether it is of several tokens, joined to a word without a blank, that a list may know as one.
fn joined(name: &[Token]) -> bool {
    name.iter().skip(1).any(|t| !t.is_word() || !t.spaced)
}

/// Whether the lists may know both the given and the family name.
fn may_be_known(name: &[Token]) -> bool {
    joined(name) || name.iter().filter(|t| t.on(lexicon::NAME)).count() >= 2
}

/// Names that are ordinary words more often.
pub(crate) const ORDINARY: &str = "may will call card page key table see and for best";

/// Whether the word between two tokens ends a name.
fn ends(cx: &Context, text: &str, tokens: &[Token], word: &Range<usize>) -> bool {
    if let [one] = &tokens[word.clone()] {
        return one.on(lexicon::NON_NAME) && (one.given() < 2 && one.family() < 2 || one.on(lexicon::ORDINARY));
    }
    let plain = &text[bytes(tokens, word)];
    cx.rules.non_names.contains(plain) && cx.names.first(plain) < 2 && cx.names.last(plain) < 2
}

/// The bytes of some tokens, at least one.
fn bytes(tokens: &[Token], range: &Range<usize>) -> Range<usize> {
    tokens[range.start].start as usize..tokens[range.end - 1].end as usize
}

/// The longest run of words of a stretch that may be a name, from the title on if it has one: tokens.
fn likely(cx: &Context, text: &str, tokens: &[Token], stretch: &Range<usize>) -> Option<Range<usize>> {
    // Words are what blanks part, without the marks that end them; at most eight and what a comma joins to them.
    let mut words: [Range<usize>; 16] = [const { 0..0 }; 16];
    let (mut count, mut next) = (0, stretch.start);
    // The longest run so far, and where the one being read begins.
    let (mut best, mut run) = (0..0, 0);
    while next < stretch.end && count < words.len() {
        let start = next;
        next = (start + 1..stretch.end).find(|i| tokens[*i].spaced).unwrap_or(stretch.end);
        let word = start..(start + 1..next).rfind(|i| !matches!(tokens[*i].mark(), b',' | b'.')).unwrap_or(start) + 1;
        if ends(cx, text, tokens, &word) {
            if count - run > best.len() {
                best = run..count;
            }
            run = count;
        } else {
            words[count] = word;
            count += 1;
        }
    }
    if count - run > best.len() {
        best = run..count;
    }
    let titled = |word: &Range<usize>, titles: &[&str]| tokens[word.start].on(lexicon::TITLE) && name::one_of(&text[bytes(tokens, word)], titles);
    let mut best = &words[best];
    // "PCP Dr. Allen Chen": the name begins with the title.
    if let Some(title) = best.iter().position(|w| titled(w, &["DR", "MR", "MRS", "MS"])).filter(|t| *t > 0 && t + 1 < best.len()) {
        best = &best[title..];
    } else if let [others @ .., last] = best
        && titled(last, name::TITLES)
    {
        best = others;
    }
    Some(best.first()?.start..best.last()?.end)
}

/// What stands around a name and tells whose it is.
struct Setting<'t> {
    /// The line before the name, lower case; empty if no cue can end there.
    before: String,
    /// The line behind it.
    behind: &'t str,
    /// Words between the start of a stretch and the name in it, lower case.
    skipped: String,
    clinician: bool,
}

/// The last token before token `i`, over the marks that may stand between it and a name.
fn word_before(tokens: &[Token], i: usize) -> Option<&Token> {
    tokens[..i].iter().rev().find(|t| !t.is_punctuation())
}

/// Whether anything may tell whose the name of these tokens is: a word of a physician in or around it, a cue before or behind it.
fn told(tokens: &[Token], name: &Range<usize>) -> bool {
    let near = &tokens[name.start..(name.end + 4).min(tokens.len())];
    near.iter().any(|t| t.on(lexicon::CLINICIAN))
        || word_before(tokens, name.start).is_some_and(|t| t.on(lexicon::CLINICIAN | lexicon::CUE))
        || tokens.get(name.end).is_some_and(|t| t.on(lexicon::CUE))
}

impl<'t> Setting<'t> {
    /// That of a name between two tokens, in a stretch that begins at a token.
    fn of(text: &'t str, tokens: &[Token], lines: &Lines, stretch: usize, name: &Range<usize>) -> Setting<'t> {
        if !told(tokens, name) {
            return Setting { before: String::new(), behind: "", skipped: String::new(), clinician: false };
        }
        let range = bytes(tokens, name);
        let line = lines.range(lines.of(range.start));
        // Cues are a few words long; a line may be very long.
        let behind = &text[range.end.min(line.end)..line.end.max(range.end.min(line.end))];
        let behind = &behind[..behind.floor_char_boundary(64)];
        let head = &text[line.start..range.start];
        let title = head.trim_end().trim_end_matches('.').rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let clinician = name::is_clinician(&text[range.clone()])
            || name::one_of(title, name::PHYSICIAN)
            || name::credential_follows(&behind[..behind.floor_char_boundary(8)]);
        // Cues are a few words long; a line may be very long.
        let near = &head[head.floor_char_boundary(head.len().saturating_sub(64))..];
        let before = near.trim_end_matches([' ', ':', '-', ',']).to_lowercase();
        let skipped = text[(tokens[stretch].start as usize).min(range.start)..range.start].trim().to_lowercase();
        Setting { before, behind, skipped, clinician }
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
fn tagged_name(cx: &Context, text: &str, tokens: &[Token], lines: &Lines, span: &Span) -> Option<Event> {
    let plain = one_line(text.get(span.range.clone())?);
    let first = tokens.partition_point(|t| (t.end as usize) <= span.range.start);
    let last = tokens.partition_point(|t| (t.start as usize) < span.range.end).max(first + 1);
    let setting = Setting::of(text, tokens, lines, first, &(first..last));
    let parsed = name::parse(&plain, &cx.names);
    let normal = parsed.as_ref().map_or_else(|| plain.to_uppercase(), Name::normal);
    let mut event = Event::new(span.range.clone(), K::Name, normal, "tagger", span.confidence);
    match parsed {
        // A family or given name alone is a trace; a physician's makes a provider.
        Some(name) if !name.first.is_empty() || setting.clinician => {
            setting.judge(cx, &mut event, &name);
            event.name = Some(Box::new(name));
        }
        _ => event.loose = true,
    }
    Some(event)
}

/// A name by its form and the name lists: tokens, and the one where the words that look like a name begin.
fn listed_name(cx: &Context, text: &str, tokens: &[Token], lines: &Lines, stretch: usize, name: Range<usize>) -> Option<Event> {
    // Most stretches are no names: no list knows a word of theirs, and nothing around them tells of one.
    let words = &tokens[name.clone()];
    let unlisted = !joined(words) && !words.iter().any(|t| t.on(lexicon::NAME | lexicon::ROSTER));
    // The roster knows parts of several words as one.
    let nobody = unlisted && (name.len() == 2 || cx.roster.is_empty());
    if (nobody || name.len() == 1) && !told(tokens, &name) {
        return None;
    }
    let range = bytes(tokens, &name);
    let written = text.get(range.clone())?;
    let setting = Setting::of(text, tokens, lines, stretch, &name);
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
    event.name = Some(Box::new(parsed));
    Some(event)
}
