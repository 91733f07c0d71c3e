//! Identity in a file's name, where nothing else tells: `Sanchez Maria 1932-02-28.txt`, `1030412_MR.pdf`. Low confidence.

use crate::finder::Context;
use crate::name::Name;
use crate::records::Column;
use crate::sink::Sink;
use crate::{date, ids};
use dosimeter_case::tables::{ElementKind as K, Role};

const MODALITIES: &[&str] = &["MR", "MRI", "CT", "DX", "CR", "XR", "US", "NM", "PT", "PET", "MG", "DXA", "RF", "OT", "CD", "REPORT", "CHART", "LABS", "HP"];

/// Whether the text tells of a person who would be notified.
pub(crate) fn somebody(sink: &Sink) -> bool {
    sink.drafts.iter().zip(&sink.records).any(|(d, r)| !d.mentions.is_empty() && !matches!(r.role, Role::Provider | Role::Staff | Role::Other))
}

/// Adds the person that the file name tells, if the document has no other.
pub(crate) fn find(cx: &Context, sink: &mut Sink) {
    if somebody(sink) || !cx.rules.on("name") {
        return;
    }
    let path = sink.document.member.as_deref().unwrap_or(&sink.document.path);
    let file = path.rsplit('/').next().unwrap_or_default();
    let base = file.rsplit_once('.').map_or(file, |f| f.0).to_string();
    let words: Vec<&str> = base.split([' ', '_', ',', '+']).filter(|w| !w.is_empty()).collect();
    let dob = words.iter().filter(|w| w.len() >= 8).find_map(|w| date::parse(w));
    let number = words.iter().find(|w| (6..=10).contains(&w.len()) && w.bytes().all(|b| b.is_ascii_digit()) && date::parse(w).is_none()).map(|w| w.to_string());
    let names: Vec<&str> = words
        .iter()
        .copied()
        .take_while(|w| {
            w.starts_with(char::is_uppercase)
                && w.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\''))
                && w.len() > 1
                && !cx.rules.non_names.contains(w)
        })
        .collect();
    // "Last First" or "First Last", whichever the name lists prefer.
    let name = match names.as_slice() {
        [a, .., b] if cx.names.first(a) + cx.names.last(b) > cx.names.last(a) + cx.names.first(b) => Name::of(b, a, "", ""),
        [.., b] if names.len() >= 2 => Name::of(&names[..names.len() - 1].join(" "), b, "", ""),
        _ => None,
    }
    .filter(|n| cx.names.first(&n.first) > 0 || cx.names.last(&n.last) > 0);
    let exam = words.iter().any(|w| MODALITIES.contains(&w.to_uppercase().as_str()));
    let known = number.as_ref().is_some_and(|n| cx.roster.has_mrn(n));
    if !(name.is_some() && (dob.is_some() || number.is_some()) || number.is_some() && (exam || known)) {
        return;
    }
    sink.open(0);
    let who = sink.person(Role::Patient, "file name");
    if let Some(name) = &name {
        let m = sink.mention(0..0, K::Name, name.normal(), "path", 0.4, "file name");
        sink.give_name(who, m, name);
        sink.set(who, Column::Name, Some(&name.normal()));
    }
    if let Some(dob) = dob.filter(|_| name.is_some()) {
        let m = sink.mention(0..0, K::Dob, dob, "path", 0.4, "file name");
        sink.give(who, m);
    }
    if let Some(number) = number {
        let m = sink.mention(0..0, K::Mrn, ids::compact(&number), "path", 0.4, "file name");
        sink.give(who, m);
    }
}
