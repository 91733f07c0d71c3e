//! Running text beyond labels: names, places and organisations by the tagger, dates, high ages.

use crate::finder::Context;
use crate::lexicon;
use crate::name::one_of;
use crate::organisation::{self, CARE, HEADS};
use crate::tagger::{Entity, Span};
use crate::text::{Cover, Event, one_line};
use crate::token::{Class, Token, Words};
use crate::{address, dates};
use dosimeter_case::tables::ElementKind as K;
use std::ops::Range;
use std::sync::LazyLock;

static TITLES: LazyLock<Words> = LazyLock::new(|| "dr mr mrs ms miss mx prof rev sr sra nurse doctor pt patient".split(' ').collect());

fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| !c.is_alphanumeric()).find(|w| !w.is_empty()).unwrap_or_default()
}

/// Spans without the marks and titles around them, without words that are no names, organisations by their last word.
pub(crate) fn tidy(cx: &Context, text: &str, spans: &mut Vec<Span>) {
    // In blocks of which one byte can hold the number, which is many times faster.
    let capitals: usize = text.as_bytes().chunks(128).map(|block| usize::from(block.iter().map(|b| u8::from(b.is_ascii_uppercase())).sum::<u8>())).sum();
    let without_capitals = capitals * 200 < text.len();
    for span in spans.iter_mut() {
        loop {
            let written = &text[span.range.clone()];
            let rest = written.trim_start_matches(|c: char| !(c.is_alphanumeric() || c == '#' && span.entity == Entity::Place));
            let word = rest.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
            let rest = match span.entity == Entity::Person && TITLES.contains(word) {
                true => &rest[word.len()..],
                false => rest,
            };
            if rest.len() == written.len() {
                break;
            }
            span.range.start = span.range.end - rest.len();
        }
        // "Lauren D" of "Lauren D'Angelo", "Ortiz" of "Ortiz-Chavez".
        if span.entity == Entity::Person {
            let mut rest = text[span.range.end..].chars();
            while matches!(rest.next(), Some('-' | '\'' | '’')) && rest.clone().next().is_some_and(char::is_uppercase) {
                let word: usize = rest.by_ref().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
                span.range.end += text[span.range.end..].chars().next().map_or(0, char::len_utf8) + word;
                rest = text[span.range.end..].chars();
            }
        }
        let written = &text[span.range.clone()];
        let dotted = written.ends_with('.') && {
            let w = last_word(written);
            w.chars().count() == 1 || one_of(w, &["jr", "sr", "st", "ave", "inc", "co"])
        };
        let kept = if dotted { written } else { written.trim_end_matches(|c: char| !c.is_alphanumeric()) };
        span.range.end = span.range.start + kept.len();
        let last = last_word(kept);
        // "Windsor NC", "Oakland, CA": a State behind makes a place.
        let behind = text[span.range.end..].trim_start_matches(',').trim_start_matches(' ');
        let state = |w: &str| {
            let Some((two, rest)) = w.split_at_checked(2) else { return false };
            // "Smith MD" is a physician, "Lopez, PA" an assistant, unless a ZIP code follows.
            let zip = rest.trim_start_matches([',', ' ']).starts_with(|c: char| c.is_ascii_digit());
            let doubtful = matches!(two, "MD" | "PA" | "MA" | "OR" | "IN" | "ME" | "HI" | "OK" | "CO" | "ID" | "OH");
            address::is_state(two) && two.chars().all(char::is_uppercase) && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '.') && (zip || !doubtful)
        };
        if span.entity == Entity::Person
            && (state(behind) || kept.rsplit_once([' ', ',']).is_some_and(|(_, w)| state(w)))
            && !text[..span.range.start].ends_with("Dr. ")
        {
            span.entity = Entity::Place;
        }
        if kept.contains(char::is_whitespace) && (CARE.contains(last) || HEADS.contains(last)) && !kept.starts_with(|c: char| c.is_ascii_digit()) {
            span.entity = Entity::Organisation;
        }
        if span.entity == Entity::Organisation {
            span.range.end = organisation::end(text, &span.range);
        }
    }
    spans.retain(|span| {
        let written = &text[span.range.clone()];
        let single = !written.contains(|c: char| c.is_whitespace() || c == '-');
        let letters = written.chars().filter(|c| c.is_alphabetic()).count();
        // A quotation that begins or ends inside is no nickname.
        if letters < 2 || written.matches('"').count() % 2 == 1 {
            return false;
        }
        // The word before: a title or a relative makes a name of any word.
        let head = &text[text.floor_char_boundary(span.range.start.saturating_sub(16))..span.range.start];
        let before = last_word(head);
        let called = TITLES.contains(before) || cx.relatives.contains(before);
        match span.entity {
            Entity::Person if single => {
                // An eponym that the lists know as a name too is one where the tagger is sure.
                let term = cx.rules.terms.contains(written) || cx.eponyms.contains(written) && (span.confidence < 0.9 || cx.names.first(written) == 0);
                let lists = cx.names.first(written) + cx.names.last(written);
                // "MSSA", "LVI": short capitals that no list knows; "Endo to round": a word at the start of a sentence.
                let code = letters <= 4 && written.chars().all(char::is_uppercase) && text.contains(char::is_lowercase);
                let starts = head.trim_end_matches(' ').ends_with(['\n', '.', ':', '-', '•', '*']) || span.range.start == 0;
                let likely = match written.starts_with(char::is_uppercase) {
                    true => lists > 0 || !code && (!starts || span.confidence > 0.9),
                    false if without_capitals => lists > 0 && span.confidence > 0.7 || span.confidence > 0.9,
                    false => lists >= 2 && span.confidence > 0.8,
                };
                called || !term && likely
            }
            // "AUC", "TSH": short capitals are an organisation only where the tagger is sure.
            Entity::Organisation if single => {
                let code = letters <= 4 && written.chars().all(char::is_uppercase);
                (written.starts_with(char::is_uppercase) || without_capitals && span.confidence > 0.8)
                    && (!code || span.confidence > 0.9)
                    && !cx.rules.non_names.contains(written)
            }
            Entity::Organisation if organisation::is_generic(written) => false,
            // Words without capitals among others that have them: each must be a name.
            Entity::Person if !called && !without_capitals && !written.contains(char::is_uppercase) => {
                let known = |w: &str| cx.names.first(w) + cx.names.last(w) > 0 && !cx.rules.terms.contains(w);
                written.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).all(known)
            }
            // A bracket that opens or closes inside belongs to the sentence.
            Entity::Place if written.matches('(').count() != written.matches(')').count() => false,
            Entity::Place => written.contains(|c: char| c.is_uppercase() || c.is_ascii_digit()) || span.confidence > 0.9,
            _ => true,
        }
    });
}

/// Adds what the tagger, the dates and the ages tell to what labels and identifiers have told.
pub(crate) fn find(cx: &Context, text: &str, tokens: &[Token], tagged: &[Span], events: &mut Vec<Event>) {
    let mut cover = Cover::of(text, events);
    if cx.rules.on("date") {
        for d in dates::find(text, tokens) {
            if !cover.meets(&d.range) {
                let mut e = Event::new(d.range, K::ServiceDate, d.iso, "date", d.confidence);
                e.loose = true;
                cover.add(&e);
                events.push(e);
            }
        }
        let ages = ages(text, tokens);
        ages.iter().for_each(|e| cover.add(e));
        events.extend(ages);
    }
    if cx.rules.on("name") {
        for e in relatives(text, tokens) {
            if !cover.meets(&e.range) {
                cover.add(&e);
                events.push(e);
            }
        }
    }
    if cx.rules.on("address") {
        let fresh: Vec<Event> = apartments(text, tokens).into_iter().filter(|e| !cover.meets(&e.range)).collect();
        fresh.iter().for_each(|e| cover.add(e));
        events.extend(fresh);
    }
    if cx.rules.on("phone") {
        for e in phones(text, tokens) {
            if !cover.meets(&e.range) {
                cover.add(&e);
                events.push(e);
            }
        }
    }
    for mut choices in crate::numbers::find(text, tokens) {
        if !cover.meets(&choices[0].range) {
            cover.add(&choices[0]);
            events.push(choices.swap_remove(0));
            continue;
        }
        // What looks like a telephone number is another number where a word before it says so, and a part of a longer one is no
        // social security number.
        let part = |e: &Event, whole: &Range<usize>| {
            !e.labelled
                && e.finder == "identifier"
                && whole.start <= e.range.start
                && e.range.end <= whole.end
                && (e.kind == K::Phone || e.kind == K::Ssn && e.range != *whole)
        };
        // A name that holds the number and that nothing supports is none.
        let holds = |e: &Event, r: &Range<usize>| e.kind == K::Name && e.candidate && e.range.start <= r.start && r.end <= e.range.end;
        let longest = &choices[0];
        match events.iter().position(|e| part(e, &longest.range) || holds(e, &longest.range)) {
            Some(n) => {
                cover.add(longest);
                events[n] = choices.swap_remove(0);
            }
            None => {
                if let Some(e) = choices.into_iter().find(|e| !cover.meets(&e.range)) {
                    cover.add(&e);
                    events.push(e);
                }
            }
        }
    }
    // A term of the vocabulary of medicine, and nothing besides, is no organisation.
    let mut terms: Vec<Range<usize>> = events.iter().filter(|e| e.finder == "vocabulary").map(|e| e.range.clone()).collect();
    terms.sort_by_key(|r| r.start);
    let medical = |r: &Range<usize>| terms[..terms.partition_point(|t| t.start <= r.start)].last().is_some_and(|t| r.end <= t.end);
    for span in tagged {
        match span.entity {
            Entity::Person => {}
            Entity::Place if cx.rules.on("address") => place(text, span, events, &mut cover),
            Entity::Organisation if !cover.meets(&span.range) && !medical(&span.range) => {
                let care = text[span.range.clone()].split(|c: char| !c.is_alphanumeric()).any(|w| CARE.contains(w));
                let mut e = Event::new(
                    span.range.clone(),
                    if care { K::Provider } else { K::Employer },
                    one_line(&text[span.range.clone()]),
                    "tagger",
                    span.confidence,
                );
                e.loose = true;
                cover.add(&e);
                events.push(e);
            }
            Entity::Place | Entity::Organisation => {}
        }
    }
}

/// Words before the number of a home.
pub(crate) const APARTMENT: &str = "apartment apt";

/// "apartment 8C", "Apt. 12" without a street: a part of somebody's address.
fn apartments(text: &str, tokens: &[Token]) -> Vec<Event> {
    let word = |i: usize| tokens.get(i).and_then(|t| text.get(t.range())).unwrap_or_default();
    let mut found = Vec::new();
    for (i, t) in tokens.iter().enumerate().filter(|(_, t)| t.on(lexicon::APARTMENT)) {
        let first = (i + 1..i + 3).find(|k| !matches!(word(*k), "." | "#")).unwrap_or(i + 1);
        let glued = |k: usize, class: Class| tokens.get(k).is_some_and(|t| !t.spaced && t.class == class);
        let last = match tokens.get(first).map(|t| t.class) {
            Some(Class::Digits) if glued(first + 1, Class::Initial) => first + 1,
            Some(Class::Initial) if glued(first + 1, Class::Digits) => first + 1,
            Some(Class::Digits) => first,
            _ => continue,
        };
        let range = t.start as usize..tokens[last].end as usize;
        let mut e = Event::new(range.clone(), K::Address, one_line(&text[range]).to_uppercase(), "address", 0.6);
        e.loose = true;
        found.push(e);
    }
    found
}

/// "her son Marcus", "Boyfriend (Anil)": given names behind the word for a relative.
fn relatives(text: &str, tokens: &[Token]) -> Vec<Event> {
    let word = |i: usize| tokens.get(i).and_then(|t| text.get(t.range())).unwrap_or_default();
    let mut found = Vec::new();
    for (i, t) in tokens.iter().enumerate().filter(|(_, t)| t.on(lexicon::RELATIVE) && matches!(t.class, Class::Lower | Class::Title)) {
        let at = i + 1 + usize::from(matches!(word(i + 1), "(" | ","));
        let Some(name) = tokens.get(at).filter(|n| n.class == Class::Title && n.end - n.start >= 3) else { continue };
        // A heading in capitals, or a word that is no name.
        let other = name.on(lexicon::NON_NAME | lexicon::TERM) || tokens.get(at + 1).is_some_and(|n| n.class == Class::Title);
        // "Sister Nkechi says": what goes on in small letters is a sentence.
        let sentence = tokens.get(at + 1).is_some_and(|n| n.class == Class::Lower && n.spaced);
        if !other && (name.given() > 0 || word(i + 1) == "(" || t.class == Class::Lower || sentence) {
            let mut e = Event::new(name.range(), K::Name, word(at).to_uppercase(), "relative", 0.7);
            e.loose = true;
            found.push(e);
        }
    }
    found
}

/// Words before a telephone number that is not written as in the United States.
pub(crate) const CALLED: &str = "call called phone phoned tel telephone fax cell mobile pager desk whatsapp text texted";

/// "call him at 9320 7126": seven to fifteen digits in groups, soon behind a word that announces them.
fn phones(text: &str, tokens: &[Token]) -> Vec<Event> {
    let word = |i: usize| tokens.get(i).and_then(|t| text.get(t.range())).unwrap_or_default();
    let mut found = Vec::new();
    for i in (0..tokens.len()).filter(|i| tokens[*i].on(lexicon::CALLED)) {
        let Some(first) = (i + 1..i + 5)
            .take_while(|k| tokens.get(*k).is_some_and(|t| t.class != Class::Line))
            .find(|k| tokens[*k].class == Class::Digits || word(*k) == "(")
        else {
            continue;
        };
        let (mut last, mut digits, mut at) = (first, 0, first);
        while let Some(t) = tokens.get(at) {
            match t.class {
                Class::Digits if t.end - t.start <= 8 => (last, digits) = (at, digits + t.end - t.start),
                Class::Mark if matches!(word(at), "(" | ")" | "-" | ".") => {}
                _ => break,
            }
            at += 1;
        }
        if (7..=15).contains(&digits) && last > first {
            let range = tokens[first].start as usize..tokens[last].end as usize;
            let mut e = Event::new(range.clone(), K::Phone, crate::ids::digits(&text[range]), "number", 0.6);
            e.loose = true;
            found.push(e);
        }
    }
    found
}

/// A place: what an address pattern has found of it grows to the whole; a State or a country alone is none.
fn place(text: &str, span: &Span, events: &mut Vec<Event>, cover: &mut Cover) {
    let written = &text[span.range.clone()];
    if address::is_state(written) {
        return;
    }
    if let Some(part) = events.iter_mut().find(|e| e.kind == K::Address && e.range.start < span.range.end && span.range.start < e.range.end) {
        let whole = part.range.start.min(span.range.start)..part.range.end.max(span.range.end);
        if !part.labelled && whole != part.range {
            part.range = whole;
            cover.add(part);
        }
        return;
    }
    if cover.meets(&span.range) {
        return;
    }
    let mut e = Event::new(span.range.clone(), K::Address, one_line(written).to_uppercase(), "tagger", span.confidence);
    let parsed = address::parse(&one_line(written));
    // Only an address with a number is somebody's address; a city is a trace.
    if !parsed.zip.is_empty() || parsed.street.starts_with(|c: char| c.is_ascii_digit()) && !parsed.city.is_empty() {
        e.address = Some(Box::new(parsed));
    } else {
        e.loose = true;
    }
    cover.add(&e);
    events.push(e);
}

/// Ages over 89, which 45 CFR 164.514(b)(2)(i)(C) counts as identifying.
fn ages(text: &str, tokens: &[Token]) -> Vec<Event> {
    let word = |i: usize| tokens.get(i).and_then(|t| text.get(t.range())).unwrap_or_default().to_ascii_lowercase();
    let mut found = Vec::new();
    for (i, t) in tokens.iter().enumerate().filter(|(_, t)| t.class == Class::Digits && t.end - t.start <= 3) {
        let Some(n) = text.get(t.range()).and_then(|d| d.parse::<u32>().ok()).filter(|n| (90..=125).contains(n)) else { continue };
        let next = (i + 1..i + 3).map(word).find(|w| w != "-").unwrap_or_default();
        let joined = tokens.get(i + 1).is_some_and(|n| !n.spaced);
        let old = matches!(next.as_str(), "year" | "yo" | "yr" | "yrs" | "y" | "years") || joined && matches!(next.as_str(), "f" | "m");
        let before = (1..=2).filter_map(|k| i.checked_sub(k)).map(word).find(|w| w != ":").unwrap_or_default();
        // "for 90 years" and "90 years ago" are no ages, but rare; a duration in hours or days is not taken.
        if old || matches!(before.as_str(), "age" | "aged") {
            let mut e = Event::new(t.range(), K::Other, format!("age {n}"), "age", 0.8);
            e.loose = true;
            found.push(e);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::{Finder, Roster, Rules};
    use dosimeter_case::Id;
    use dosimeter_case::tables::{Document, Layout, Passage};

    /// Kinds and texts of all mentions of a note.
    fn check(text: &str, expect: &str) {
        let id = Id::of("document", &[&"note"]);
        let passage = Passage {
            passage_id: id,
            document_id: id,
            ordinal: 0,
            locator: "text".into(),
            layout: Layout::Text,
            columns: Vec::new(),
            first_row: 1,
            text: text.into(),
        };
        let found = Finder::new(&Rules::default(), &Roster::default()).unwrap().find(&Document::blank(id, "note.txt"), &[passage]);
        let mut mentions: Vec<_> = found.mentions.rows().collect();
        mentions.sort_by_key(|m| (m.start, m.end, m.kind));
        let shown: Vec<String> = mentions.iter().map(|m| format!("{}={}", m.kind, m.text)).collect();
        assert_eq!(shown.join("; "), expect, "{text}");
    }

    #[test]
    fn names_and_what_is_none() {
        check("Seen with her son Anil after dinner.", "name=Anil");
        check("Positive Murphy sign, Foley in place, no Babinski.", "");
        check(
            "hey is marguerite still in 4b? lab called, tell luz ruiz she needs rest and that her son miguel is here",
            "name=marguerite; name=luz ruiz; name=miguel",
        );
        check("HPI: Mr. Ortega has sciatica. He walks.", "diagnosis=Mr. Ortega has sciatica; name=Ortega; diagnosis=sciatica");
        check("I spoke with Olumide Adebayo-Wright yesterday.", "name=Olumide Adebayo-Wright");
        // Ordinary words within a name: the gate must not keep them from the tagger.
        check("She works at University of the Pacific.", "employer=University of the Pacific");
    }

    #[test]
    fn numbers() {
        check("EMS run report #EMS-26-12044 was filed", "other=EMS-26-12044");
        check("group no. GPB 551 90 7723, record no 943 476 5919\nkit MYR-0091-7745 sent", "other=GPB 551 90 7723; other=943 476 5919; other=MYR-0091-7745");
        check("badge 1187, card ending in 3391, tube SP-26-018824 lost", "other=1187; other=3391; other=SP-26-018824");
        check("nos. 4471-09, 4471-10 and 4502-01, 12 of them", "other=4471-09; other=4471-10; other=4502-01");
        check("Give 500 mg in 2020, no 12, on day 3; 98.6 at 10:30", "");
        check("You can call me at 9320 7126 tonight", "phone=9320 7126");
        check("She is a 94-year-old and was 62 when it began", "other=94");
        check("strength 5/5, pain 7/10, since 4/19", "diagnosis=pain; service_date=4/19");
    }
}
