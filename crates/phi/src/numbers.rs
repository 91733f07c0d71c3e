//! Identifying numbers of any shape in running text: behind a word that announces one, or mixed of capitals and digits.

use crate::lexicon;
use crate::text::Event;
use crate::token::{Class, Token, Words};
use dosimeter_case::tables::ElementKind as K;
use std::sync::LazyLock;

/// Words before a number that stands for somebody or something of theirs.
pub(crate) const NUMBERED: &str = "id no nos nr num number reg registration specimen accession case account acct policy member claim license licence lic permit badge employee emp encounter chart record file mrn mr report run visit csn fin har subscriber group grp auth authorization referral rx docket ticket nhs plate serial kit alien cert certificate confirmation reference ref tracking passport order requisition req barcode ending";

/// Those of them behind which four digits are a number and not a time of day.
static SHORT: LazyLock<Words> =
    LazyLock::new(|| "id no nr num number acct account badge ending member emp employee mrn mr license plate serial".split(' ').collect());

/// Identifying numbers: letters, digits and hyphens behind a word that announces a number, in one piece or in groups; and pieces of
/// capitals and at least five digits, which announce themselves. The readings of each place, the longest first.
pub(crate) fn find(text: &str, tokens: &[Token]) -> Vec<Vec<Event>> {
    let word = |i: usize| tokens.get(i).and_then(|t| text.get(t.range())).unwrap_or_default();
    let event = |first: usize, end: usize, confidence: f64| {
        let range = tokens[first].start as usize..tokens[end - 1].end as usize;
        let mut e = Event::new(range.clone(), K::Other, crate::ids::compact(&text[range]), "number", confidence);
        e.loose = true;
        e
    };
    let mut found = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let sharp = tokens[i].mark() == b'#';
        if !(sharp || tokens[i].is_word() && tokens[i].on(lexicon::NUMBERED)) {
            let begins = i == 0 || tokens[i].spaced || tokens[i - 1].class == Class::Line || matches!(tokens[i - 1].mark(), b'(' | b'[' | b':' | b'=');
            // Digits alone and letters alone announce nothing.
            let goes_on = tokens.get(i + 1).is_some_and(|t| !t.spaced && t.class != Class::Line);
            if goes_on && begins && matches!(tokens[i].class, Class::Upper | Class::Initial | Class::Digits) {
                let piece = piece(text, tokens, i);
                if piece.capitals > 0 && piece.digits >= 5 && piece.len >= 7 && piece.len <= 24 && piece.alone {
                    found.push(vec![event(i, piece.end, 0.5)]);
                }
                i = piece.end.max(i + 1);
            } else {
                i += 1;
            }
            continue;
        }
        let mut at = i + 1;
        while at < i + 4 && matches!(word(at), ":" | "#" | "." | "no" | "No" | "NO" | "number" | "is" | "in" | "id" | "ID") {
            at += 1;
        }
        let first = at;
        i += 1;
        let head = piece(text, tokens, first);
        // "GPB 551 90 7723", "943 476 5919": further groups, as far as nothing but a mark or the line's end stands behind them.
        let (mut end, mut digits, mut groups) = (head.end, head.digits, 1);
        while groups < 6 && tokens.get(end).is_some_and(|t| t.spaced && t.class == Class::Digits && t.start == tokens[end - 1].end + 1 && t.end - t.start <= 7)
        {
            (end, digits, groups) = (end + 1, digits + (tokens[end].end - tokens[end].start) as usize, groups + 1);
        }
        let gap = |t: &Token| t.class == Class::Line || t.start >= tokens[end - 1].end + 2;
        let stops = tokens.get(end).is_none_or(|t| gap(t) || t.class == Class::Mark && !matches!(word(end), "/" | ":" | "%" | "-" | "+" | "("));
        let prefixed = head.digits > 0 || groups > 1 && head.len <= 5 && head.capitals > 0;
        let mut choices = Vec::new();
        if groups > 1 && stops && prefixed && head.end > first && (4..=20).contains(&digits) {
            choices.push(event(first, end, 0.6));
        }
        let short = || SHORT.has(tokens[i - 1].hash) && !word(first).starts_with("19") && !word(first).starts_with("20");
        if head.end > first && head.digits >= 4 && head.len <= 24 && (head.len >= 5 || short()) {
            // "36244/06": a number and its year.
            let year =
                word(head.end) == "/" && tokens.get(head.end + 1).is_some_and(|t| t.class == Class::Digits && !t.spaced && matches!(t.end - t.start, 2 | 4));
            let mut end = head.end + if year { 2 } else { 0 };
            choices.push(event(first, end, 0.6));
            // "nos. 4471-09, 4471-10 and 4502-01": others of the same shape.
            let mut listed = Vec::new();
            loop {
                let next = end + usize::from(word(end) == ",") + usize::from(matches!(word(end), "and" | "&") || matches!(word(end + 1), "and" | "&"));
                let more = piece(text, tokens, next);
                let alike = next > end && more.end > next && more.digits.abs_diff(head.digits) <= 1 && more.capitals == head.capitals;
                let dated = word(more.end) == "/" && tokens.get(more.end + 1).is_some_and(|t| t.class == Class::Digits && !t.spaced);
                if !alike || dated != year || !(dated || more.alone) {
                    break;
                }
                end = more.end + if year { 2 } else { 0 };
                listed.push(vec![event(next, end, 0.5)]);
            }
            if !listed.is_empty() {
                found.push(choices);
                found.append(&mut listed);
                i = end;
                continue;
            }
        }
        if !choices.is_empty() {
            i = head.end;
            found.push(choices);
        }
    }
    found
}

/// Letters, digits and single hyphens without a blank.
struct Piece {
    /// The first token behind it.
    end: usize,
    digits: usize,
    len: usize,
    capitals: usize,
    /// Nothing that goes on stands right behind it.
    alone: bool,
}

fn piece(text: &str, tokens: &[Token], first: usize) -> Piece {
    let word = |i: usize| tokens.get(i).and_then(|t| text.get(t.range())).unwrap_or_default();
    let mut p = Piece { end: first, digits: 0, len: 0, capitals: 0, alone: true };
    while let Some(t) = tokens.get(p.end) {
        if p.end > first && t.spaced || p.end - first > 16 {
            break;
        }
        match t.class {
            Class::Digits => p.digits += (t.end - t.start) as usize,
            Class::Mark if p.end > first && word(p.end) == "-" && tokens.get(p.end + 1).is_some_and(|n| !n.spaced && n.class <= Class::Digits) => {}
            Class::Upper | Class::Initial => p.capitals += 1,
            Class::Title | Class::Mixed => {}
            _ => break,
        }
        p.len += (t.end - t.start) as usize;
        p.end += 1;
    }
    let next = tokens.get(p.end).filter(|t| !t.spaced);
    p.alone = next.is_none_or(|t| t.class == Class::Line || matches!(word(p.end), "." | "," | ";" | ")" | "]" | ":"));
    p
}
