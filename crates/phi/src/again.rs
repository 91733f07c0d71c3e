//! What a name tells of others: a text names organisations and places again, and by an abbreviation; a list names things of one kind.

use crate::finder::Context;
use crate::tagger::{Entity, Span};
use crate::token::{Class, Filter, Identity, Token};
use std::collections::HashMap;
use std::ops::Range;

/// A name is looked for again where the tagger was this sure of it.
const SURE: f64 = 0.9;
/// A name of one word must be surer: it may be an ordinary word.
const SURE_OF_ONE: f64 = 0.97;
/// Shortest name of one word that is looked for.
const SHORTEST: usize = 4;
/// At most so many names that begin with the same word are looked for.
const SAME_WORD: usize = 8;

/// Adds to the spans of a text, which are in order and do not overlap, those that repeat one of them.
pub(crate) fn find(text: &str, tokens: &[Token], spans: &mut Vec<Span>) {
    if !spans.iter().any(|s| s.entity != Entity::Person) {
        return;
    }
    let mut more = abbreviations(text, spans);
    let short: Vec<usize> = more.iter().map(|s| s.range.start).collect();
    spans.append(&mut more);
    spans.sort_by_key(|s| s.range.start);
    let mut names: HashMap<u64, Vec<(&str, Entity)>, Identity> = HashMap::default();
    for span in spans.iter().filter(|s| s.entity != Entity::Person) {
        let written = &text[span.range.clone()];
        let one = !written.contains(|c: char| !c.is_alphanumeric());
        let sure = if one { span.confidence > SURE_OF_ONE && written.len() >= SHORTEST } else { span.confidence > SURE };
        if (sure || short.binary_search(&span.range.start).is_ok()) && written.starts_with(char::is_uppercase) && !written.contains(['\n', '\t']) {
            let first = tokens.partition_point(|t| (t.start as usize) < span.range.start);
            let list = tokens.get(first).map(|t| names.entry(t.hash).or_default());
            if let Some(list) = list.filter(|l| l.len() < SAME_WORD && !l.iter().any(|n| n.0 == written)) {
                list.push((written, span.entity));
            }
        }
    }
    if names.is_empty() {
        return;
    }
    let (mut next, mut end) = (0, 0);
    let filter = Filter::new(names.keys());
    for token in tokens.iter().filter(|t| t.is_word() && t.class != Class::Lower && filter.passes(t.hash)) {
        let start = token.start as usize;
        let Some(list) = names.get(&token.hash).filter(|_| start >= end) else { continue };
        let here = |name: &str| text[start..].starts_with(name) && !text[start + name.len()..].starts_with(char::is_alphanumeric);
        // The longest: "Mercy Hospital West" is not "Mercy Hospital".
        let Some((name, entity)) = list.iter().filter(|n| here(n.0)).max_by_key(|n| n.0.len()) else { continue };
        end = start + name.len();
        while spans.get(next).is_some_and(|s| s.range.end <= start) {
            next += 1;
        }
        if spans.get(next).is_none_or(|s| s.range.start >= end) {
            more.push(Span { range: start..end, entity: *entity, confidence: SURE });
        }
    }
    add(spans, more);
}

/// Adds spans to others; none overlap.
fn add(spans: &mut Vec<Span>, mut more: Vec<Span>) {
    if !more.is_empty() {
        spans.append(&mut more);
        spans.sort_by_key(|s| s.range.start);
    }
}

/// "Cuyahoga Valley Hospital (CVH)": capitals in brackets that begin the words of the name before them.
fn abbreviations(text: &str, spans: &mut [Span]) -> Vec<Span> {
    let mut found = Vec::new();
    for n in 0..spans.len() {
        let range: Range<usize> = spans[n].range.clone();
        if spans[n].entity != Entity::Organisation {
            continue;
        }
        let Some(short) = text[range.end..].strip_prefix(" (").and_then(|r| r.get(..r.find(')').filter(|n| *n <= 8)?)) else { continue };
        let mut initials = text[range.clone()].split(|c: char| !c.is_alphanumeric()).filter_map(|w| w.chars().next()).filter(|c| c.is_uppercase());
        let first = initials.next();
        let begins = short.chars().count() >= 2 && short.chars().all(char::is_uppercase) && short.chars().next() == first;
        if begins && short.chars().skip(1).all(|c| initials.any(|i| i == c)) {
            let range = range.end + 2..range.end + 2 + short.len();
            match spans.get_mut(n + 1).filter(|s| s.range.start < range.end) {
                Some(same) if same.range == range => same.entity = Entity::Organisation,
                Some(_) => {}
                None => found.push(Span { range, entity: Entity::Organisation, confidence: SURE }),
            }
        }
    }
    found
}

/// Adds the last of a list: "Okafor, Ruiz and Reed", where a list of names knows Reed; "at Acme, Tri Steel and Borealis", behind two of
/// the kind.
pub(crate) fn lists(cx: &Context, text: &str, tokens: &[Token], spans: &mut Vec<Span>) {
    let word = |i: usize| tokens.get(i).and_then(|t| text.get(t.range())).unwrap_or_default();
    let capital = |i: usize| tokens.get(i).is_some_and(|t| matches!(t.class, Class::Title | Class::Mixed) && t.end - t.start >= 3);
    let (mut more, mut others) = (Vec::new(), Vec::new());
    let mut items = 0;
    for (n, span) in spans.iter().enumerate() {
        let joined = |a: &Span| a.entity == span.entity && matches!(text.get(a.range.end..span.range.start), Some(", " | "; " | " and " | ", and "));
        items = if n > 0 && joined(&spans[n - 1]) { items + 1 } else { 1 };
        let rest = &text[span.range.end..];
        let Some(gap) = [" and ", ", and ", " & "].into_iter().find(|g| rest.starts_with(g)) else { continue };
        let start = span.range.end + gap.len();
        let first = tokens.partition_point(|t| (t.start as usize) < start);
        let plain = |i: usize| cx.rules.terms.contains(word(i)) || cx.rules.non_names.contains(word(i));
        // "Okafor and Reed" are persons, "Lynch and Cowden" two syndromes.
        let person = text[span.range.clone()].split(|c: char| !c.is_alphabetic()).any(|w| w.len() > 2 && !cx.eponyms.contains(w));
        if !capital(first) || tokens[first].start as usize != start || plain(first) {
            continue;
        }
        let near = |i: usize| tokens.get(i).is_some_and(|t| t.start == tokens[i - 1].end + 1 && t.spaced);
        let last = (first + 1..first + 3).take_while(|i| capital(*i) && near(*i)).last().unwrap_or(first);
        let goes_on = tokens.get(last + 1).is_some_and(|t| t.class <= Class::Mixed && t.class != Class::Lower && near(last + 1));
        let listed = match span.entity {
            Entity::Person => last == first && (person || !cx.eponyms.contains(word(first))) && cx.names.first(word(first)) + cx.names.last(word(first)) > 0,
            Entity::Place | Entity::Organisation => items > 1,
        };
        let range = start..tokens[last].end as usize;
        // A word that no list knows, taken for a person among organisations.
        let unknown = cx.names.first(word(first)) + cx.names.last(word(first)) == 0;
        if items > 1 && span.entity == Entity::Organisation && unknown && spans.get(n + 1).is_some_and(|s| s.entity == Entity::Person && s.range == range) {
            others.push(n + 1);
        }
        if listed && !goes_on && spans.get(n + 1).is_none_or(|s| s.range.start >= range.end) {
            more.push(Span { range, entity: span.entity, confidence: SURE });
        }
    }
    others.into_iter().for_each(|n| spans[n].entity = Entity::Organisation);
    add(spans, more);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, named: &[(&str, Entity)]) -> (Vec<Token>, Vec<Span>) {
        let mut tokens = Vec::new();
        crate::token::tokens(text, &mut tokens);
        let at = |name: &str| text.find(name).map(|n| n..n + name.len()).unwrap();
        (tokens, named.iter().map(|(name, entity)| Span { range: at(name), entity: *entity, confidence: 0.98 }).collect())
    }

    fn check(text: &str, named: &[(&str, Entity)], expect: &str) {
        let (tokens, mut spans) = parts(text, named);
        find(text, &tokens, &mut spans);
        let shown: Vec<String> = spans.iter().map(|s| format!("{}@{}", &text[s.range.clone()], s.range.start)).collect();
        assert_eq!(shown.join(" "), expect, "{text}");
    }

    #[test]
    fn lists_of_one_kind() {
        let cx = Context::for_tests();
        let check = |text: &str, named: &[(&str, Entity)], expect: &str| {
            let (tokens, mut spans) = parts(text, named);
            lists(&cx, text, &tokens, &mut spans);
            assert_eq!(spans.last().map_or("", |s| &text[s.range.clone()]), expect, "{text}");
        };
        check("by Okafor, Ruiz and Reed.", &[("Okafor, Ruiz", Entity::Person)], "Reed");
        check("by Lynch and Reed", &[("Lynch", Entity::Person)], "Lynch");
        check("by Ruiz and Aspirin", &[("Ruiz", Entity::Person)], "Ruiz");
        check("by Smith and Reed Brothers", &[("Smith", Entity::Person)], "Smith");
        check("at Acme, Tri Steel and Borealis Foods.", &[("Acme", Entity::Organisation), ("Tri Steel", Entity::Organisation)], "Borealis Foods");
        check("at Acme and Borealis.", &[("Acme", Entity::Organisation)], "Acme");
    }

    #[test]
    fn named_again() {
        let org = Entity::Organisation;
        check(
            "Tri Steel Works (TSW) closed; TSW paid, Tri Steel Works did.",
            &[("Tri Steel Works", org)],
            "Tri Steel Works@0 TSW@17 TSW@30 Tri Steel Works@40",
        );
        check("Tri Steel (TXS) and Tri Steely", &[("Tri Steel", org)], "Tri Steel@0");
        check("at Acme, then acme and Acme's", &[("Acme", org)], "Acme@3 Acme@23");
        check("Ann saw Ann", &[("Ann", Entity::Person)], "Ann@0");
        check("in Ola, Ola", &[("Ola", Entity::Place)], "Ola@3");
    }
}
