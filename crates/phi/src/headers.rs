//! Column headers: from the spellings of systems and clerks to the words of the rule pack.

use crate::finder::Context;
use crate::rules::{Holds, Label};
use crate::values::trim;
use dosimeter_case::tables::ElementKind as K;
use unicode_normalization::UnicodeNormalization;

/// Abbreviations as databases and spreadsheets use them, in order.
const SHORT: &[(&str, &str)] = &[
    ("acct", "account"),
    ("addr", "address"),
    ("adm", "admission"),
    ("admit", "admission"),
    ("admt", "admission"),
    ("adr", "address"),
    ("adrs", "address"),
    ("appt", "appointment"),
    ("att", "attending"),
    ("b", "birth"),
    ("bdate", "birth date"),
    ("bday", "birth date"),
    ("bene", "beneficiary"),
    ("benef", "beneficiary"),
    ("brth", "birth"),
    ("cd", "code"),
    ("cty", "city"),
    ("diag", "diagnosis"),
    ("dr", "doctor"),
    ("drv", "driver"),
    ("dt", "date"),
    ("dx", "diagnosis"),
    ("emerg", "emergency"),
    ("eml", "email"),
    ("emp", "employee"),
    ("empl", "employer"),
    ("emplr", "employer"),
    ("enc", "encounter"),
    ("f", "first"),
    ("fec", "fecha"),
    ("frst", "first"),
    ("fst", "first"),
    ("guar", "guarantor"),
    ("guard", "guardian"),
    ("hm", "home"),
    ("ins", "insurance"),
    ("insd", "insured"),
    ("insur", "insurance"),
    ("l", "last"),
    ("lic", "license"),
    ("ln", "line"),
    ("lst", "last"),
    ("m", "middle"),
    ("mbr", "member"),
    ("md", "physician"),
    ("mem", "member"),
    ("memb", "member"),
    ("mid", "middle"),
    ("mob", "mobile"),
    ("nbr", "number"),
    ("nm", "name"),
    ("no", "number"),
    ("nr", "number"),
    ("num", "number"),
    ("ord", "ordering"),
    ("pat", "patient"),
    ("pbm", "problem"),
    ("ph", "phone"),
    ("phn", "phone"),
    ("phys", "physician"),
    ("pol", "policy"),
    ("prim", "primary"),
    ("proc", "procedure"),
    ("prov", "provider"),
    ("pt", "patient"),
    ("ptnt", "patient"),
    ("px", "procedure"),
    ("rec", "record"),
    ("ref", "referring"),
    ("rel", "relationship"),
    ("reltn", "relationship"),
    ("rend", "rendering"),
    ("rx", "medication"),
    ("sec", "security"),
    ("soc", "social"),
    ("sub", "subscriber"),
    ("subs", "subscriber"),
    ("subsc", "subscriber"),
    ("subscr", "subscriber"),
    ("svc", "service"),
    ("tel", "phone"),
    ("tele", "phone"),
    ("wk", "work"),
    ("zp", "zip"),
];
/// Words that say nothing of what a column holds beside others that do.
const NEUTRAL: &[&str] =
    &["patient", "client", "member", "beneficiary", "number", "code", "txt", "text", "s", "primary", "current", "value", "the", "of", "de", "del", "la"];

/// A header in the form of the rule pack: lower case without accents, punctuation as spaces, `camelCase` split.
pub(crate) fn header_key(header: &str) -> String {
    let mut key = String::with_capacity(header.len() + 4);
    let mut before = ' ';
    let mut add = |c: char| {
        if c.is_uppercase() && before.is_lowercase() {
            key.push(' ');
        }
        key.extend(if c.is_alphanumeric() { c } else { ' ' }.to_lowercase());
        before = c;
    };
    if header.is_ascii() {
        header.chars().take(60).for_each(&mut add);
    } else {
        header.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).take(60).for_each(&mut add);
    }
    key.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Abbreviations written out, word by word; `addr1` is `address 1`.
fn written_out(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 16);
    for word in key.split(' ') {
        let (word, digits) = word.split_at(word.trim_end_matches(|c: char| c.is_ascii_digit()).len());
        let long = SHORT.binary_search_by_key(&word, |s| s.0).map_or(word, |i| SHORT[i].1);
        for part in [long, digits].into_iter().filter(|p| !p.is_empty()) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(part);
        }
    }
    out
}

/// Meaning of a header by the rule pack: as written, with abbreviations written out, and without the words that only say whose it is.
pub(crate) fn header(cx: &Context, text: &str) -> Option<Label> {
    if text.len() > 120 {
        return None;
    }
    let key = header_key(text);
    let lookup = |k: &str| cx.rules.columns.get(k).copied();
    let long = written_out(&key);
    if let Some(label) = lookup(&key).or_else(|| lookup(&key.replace(' ', ""))).or_else(|| lookup(&long)) {
        return Some(label);
    }
    let words: Vec<&str> = long.split(' ').collect();
    if words.len() < 2 {
        return None;
    }
    let slot = cx.rules.slots.iter().find(|(w, _)| words.contains(&w.as_str()));
    let neutral = |w: &str| NEUTRAL.contains(&w) || w.parse::<u32>().is_ok();
    let label = |rest: &[&str]| {
        let label = (!rest.is_empty()).then(|| lookup(&rest.join(" "))).flatten()?;
        Some(Label { role: slot.map(|s| s.1).or(label.role), ..label })
    };
    // Whose it is taken off, then also what says nothing.
    let of_slot = |word: &str| slot.is_some_and(|s| cx.rules.slots.iter().any(|other| other.1 == s.1 && other.0 == word));
    let without_slot: Vec<&str> = words.iter().copied().filter(|w| !of_slot(w)).collect();
    let plain: Vec<&str> = without_slot.iter().copied().filter(|w| !neutral(w)).collect();
    let unnumbered: Vec<&str> = words.iter().copied().filter(|w| w.parse::<u32>().is_err()).collect();
    [&unnumbered, &without_slot, &plain]
        .into_iter()
        .filter(|rest| rest.len() < words.len())
        .find_map(|rest| label(rest))
        // "attending physician", "guardian 1": who it is, and no more.
        .or_else(|| slot.filter(|_| plain.is_empty()).and_then(|s| lookup(&s.0)))
}

/// Whether a row of cells is a header row: known words, no data.
pub(crate) fn is_header(cx: &Context, cells: &[&str]) -> bool {
    let filled = || cells.iter().map(|c| c.trim()).filter(|c| !c.is_empty());
    let count = filled().count();
    if count < 2 || filled().any(|c| c.len() > 60 || c.bytes().filter(u8::is_ascii_digit).count() >= 4) {
        return false;
    }
    // Of a wide header most columns may be unknown; but all are names, and no two alike.
    let (mut known, mut telling) = (0, 0);
    for cell in filled() {
        if let Some(label) = header(cx, cell) {
            known += 1;
            telling += usize::from(matches!(label.holds, Holds::Kind(k) if k != K::Procedure) || matches!(label.holds, Holds::First | Holds::Last));
        }
    }
    known >= 2 && (known * 10 >= count * 6 || telling >= 3 && all_names(cells))
}

/// Whether all cells could be names of columns: they begin with a letter, and no two are alike.
fn all_names(cells: &[&str]) -> bool {
    let mut names: Vec<&str> = cells.iter().map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
    names.sort_unstable();
    names.iter().all(|c| c.starts_with(char::is_alphabetic)) && names.windows(2).all(|w| w[0] != w[1])
}

/// Whether a row may be a header row, at the price of a few look-ups: one of its first cells is a column name as the pack writes it.
pub(crate) fn may_be_header(cx: &Context, cells: &[&str]) -> bool {
    let mut buffer = [0; 40];
    cells.iter().map(|c| trim(c)).filter(|c| !c.is_empty()).take(3).any(|cell| {
        // Most cells are numbers or dates, longer than column names such as "31 60".
        let number = cell.starts_with(|c: char| c.is_ascii_digit());
        if number && cell.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len() > cx.longest_number {
            return false;
        }
        let Some(low) = buffer.get_mut(..cell.len()) else { return false };
        for (to, from) in low.iter_mut().zip(cell.bytes()) {
            *to = if from.is_ascii_alphanumeric() { from.to_ascii_lowercase() } else { b' ' };
        }
        cell.is_ascii() && std::str::from_utf8(low).is_ok_and(|key| cx.column_words.contains(key.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let cx = Context::for_tests();
        let found = match header(&cx, text) {
            Some(Label { holds: Holds::Kind(k), role, .. }) => format!("{k} {}", role.map_or("-", |r| r.as_str())),
            Some(Label { holds, role, .. }) => format!("{holds:?} {}", role.map_or("-", |r| r.as_str())),
            None => "-".into(),
        };
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn spellings() {
        check("pt_nm", "name -");
        check("lname", "Last -");
        check("bday", "dob -");
        check("addr1", "address -");
        check("cell_ph", "phone -");
        check("subscr_id", "insurance_id -");
        check("Fecha de Nacimiento", "dob -");
        check("TELÉFONO", "phone -");
        check("Mother's Name", "name guardian");
        check("guarPhone", "phone guardian");
        check("ORDERING_PROVIDER_NAME", "name provider");
        check("Subscriber DOB", "dob subscriber");
        check("DX_CD_2", "diagnosis -");
        check("widgets", "-");
        check("", "-");
    }

    #[test]
    fn abbreviations_are_in_order() {
        assert!(SHORT.windows(2).all(|w| w[0].0 < w[1].0));
    }
}
