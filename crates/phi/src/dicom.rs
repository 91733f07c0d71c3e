//! DICOM attributes: one patient per file, with the image when there are pixels.

use crate::finder::Context;
use crate::name::Name;
use crate::records::Column;
use crate::sink::{Sink, range_of};
use crate::values::normalise;
use crate::{address, clinical, name};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::collections::HashMap;

fn person_name(cx: &Context, value: &str) -> Option<Name> {
    // Alphabetic, ideographic and phonetic groups are separated by "=".
    let group = value.split('=').next().unwrap_or_default();
    let mut c = group.split('^').map(str::trim);
    let (last, first, middle, _prefix, suffix) =
        (c.next()?, c.next().unwrap_or_default(), c.next().unwrap_or_default(), c.next(), c.next().unwrap_or_default());
    if first.is_empty() && last.contains([' ', ',']) { name::parse(last, &cx.names) } else { Name::of(last, first, middle, suffix) }
}

/// What a standard attribute about the patient or the examination holds (PS3.6; the patient-related ones of PS3.15 Annex E).
fn meaning(tag: u32) -> Option<K> {
    Some(match tag {
        // Name, other names, birth name.
        0x0010_0010 | 0x0010_1001 | 0x0010_1005 => K::Name,
        // Patient ID, other IDs, medical record locator.
        0x0010_0020 | 0x0010_1000 | 0x0010_1090 => K::Mrn,
        0x0010_0030 => K::Dob,
        0x0010_1040 => K::Address,
        0x0010_2154 => K::Phone,
        0x0010_2155 => K::Email,
        0x0010_1050 => K::InsuranceId,
        // Accession, admission, service episode, study, requested procedure, placer and filler order.
        0x0008_0050 | 0x0038_0010 | 0x0038_0060 | 0x0020_0010 | 0x0040_1001 | 0x0040_2016 | 0x0040_2017 => K::CaseNumber,
        // Study, series, acquisition, content, performed, scheduled, admitted.
        0x0008_0020 | 0x0008_0021 | 0x0008_0022 | 0x0008_0023 | 0x0008_002a | 0x0040_0244 | 0x0040_0002 | 0x0038_0020 => K::ServiceDate,
        0x0008_1030 | 0x0032_1060 | 0x0040_0254 | 0x0040_0007 => K::Procedure,
        0x0008_1080 | 0x0010_2110 | 0x0040_1002 | 0x0032_1030 | 0x0010_2000 => K::Diagnosis,
        // Text values, patient state, occupation, history, comments.
        0x0040_a160 | 0x0038_0500 | 0x0010_2180 | 0x0010_21b0 | 0x0010_4000 => K::Other,
        _ => return None,
    })
}

/// Attributes that name a person of the clinic, by keyword.
fn professional(keyword: &str) -> Option<Role> {
    match keyword {
        "OperatorsName" | "OrderEnteredBy" | "InterpretationRecorder" | "InterpretationTranscriber" => Some(Role::Staff),
        "RequestingService" => None,
        "PersonName" | "VerifyingObserverName" | "ContentCreatorName" | "InterpretationAuthor" | "NamesOfIntendedRecipientsOfResults" => Some(Role::Provider),
        k if k.contains("Physician") && !["Address", "Telephone", "Sequence"].iter().any(|w| k.contains(w)) => Some(Role::Provider),
        _ => None,
    }
}

/// The tag and keyword of a line, those inside sequences too: `(0008,1111)[1].(0008,0050) AccessionNumber: value`.
fn attribute(line: &str) -> Option<(u32, &str, &str)> {
    let (head, value) = line.split_once(':')?;
    let (_, last) = head.rsplit_once('(')?;
    let (tag, keyword) = last.split_once(')')?;
    let (group, element) = tag.split_once(',')?;
    let number = |hex: &str| (hex.len() == 4).then(|| u32::from_str_radix(hex, 16).ok()).flatten();
    Some((number(group)? << 16 | number(element)?, keyword.trim(), value.trim()))
}

/// Finds the patient and the physicians of one file's attributes; returns the patient.
pub(crate) fn find(cx: &Context, sink: &mut Sink, text: &str, locator: &str) -> Option<usize> {
    let mut patient = None;
    let mut pixels = false;
    let mut private = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    // (0012,0062) says that the identity was removed.
    if text.lines().any(|l| l.starts_with("(0012,0062)") && l.trim_end().to_uppercase().ends_with("YES")) {
        return None;
    }
    for (tag, keyword, value) in text.lines().filter_map(attribute) {
        pixels |= tag >> 20 == 0x7fe || tag == 0x0028_0010;
        if value.is_empty() || crate::values::is_filler(value) {
            continue;
        }
        let at = format!("{locator} ({:04X},{:04X})", tag >> 16, tag & 0xffff);
        if (tag >> 16) % 2 == 1 {
            private.push((at, value));
            continue;
        }
        if let Some(role) = professional(keyword) {
            for part in value.split('\\') {
                let Some(name) = person_name(cx, part).filter(|n| !n.last.is_empty()) else { continue };
                let who = *known.entry(format!("{}|{}", role.as_str(), name.key())).or_insert_with(|| sink.person(role, &at));
                let m = sink.mention(range_of(part, text), K::Name, name.normal(), "dicom", 0.99, &at);
                sink.give_name(who, m, &name);
                if role == Role::Provider {
                    let m = sink.mention(range_of(part, text), K::Provider, name.normal(), "dicom", 0.99, &at);
                    let who = *patient.get_or_insert_with(|| sink.person(Role::Patient, locator));
                    sink.give(who, m);
                }
            }
            continue;
        }
        // The responsible person (of a child), the mother's birth name.
        if matches!(tag, 0x0010_2297 | 0x0010_1060) {
            if let Some(name) = person_name(cx, value) {
                let related = *patient.get_or_insert_with(|| sink.person(Role::Patient, locator));
                let who = sink.person(if tag == 0x0010_2297 { Role::Guardian } else { Role::Other }, &at);
                sink.drafts[who].related = Some(related);
                let m = sink.mention(range_of(value, text), K::Name, name.normal(), "dicom", 0.99, &at);
                sink.give_name(who, m, &name);
            }
            continue;
        }
        let column = matches!(tag, 0x0010_0040 | 0x0008_0080);
        let Some(kind) = meaning(tag).or(column.then_some(K::Other)) else { continue };
        let who = *patient.get_or_insert_with(|| sink.person(Role::Patient, locator));
        let range = range_of(value, text);
        match kind {
            _ if tag == 0x0010_0040 => sink.set(who, Column::Sex, Some(value)),
            _ if tag == 0x0008_0080 => sink.set(who, Column::Facility, Some(value)),
            K::Name => {
                for part in value.split('\\') {
                    if let Some(name) = person_name(cx, part) {
                        let m = sink.mention(range_of(part, text), K::Name, name.normal(), "dicom", 0.99, &at);
                        sink.give_name(who, m, &name);
                    }
                }
            }
            K::Address => {
                let a = address::parse(value);
                let m = sink.mention(range, K::Address, a.normal(), "dicom", 0.97, &at);
                sink.give_address(who, m, &a);
            }
            K::Other => clinical::scan(cx, sink, text, range, &at, who),
            kind => {
                for part in value.split('\\') {
                    if let Some(normalised) = normalise(kind, part) {
                        let m = sink.mention(range_of(part, text), kind, normalised, "dicom", 0.99, &at);
                        sink.give(who, m);
                    }
                }
            }
        }
    }
    if let Some(who) = patient {
        // A file without name and number (de-identified) is nobody's.
        if !sink.drafts[who].named && !sink.records[who].has(Column::Mrn) {
            sink.records[who].elements.clear();
            sink.drafts[who].mentions.clear();
        } else {
            if pixels {
                sink.records[who].elements.insert(K::Image);
            }
            repeated(cx, sink, text, who, &private);
        }
    }
    patient.filter(|who| sink.drafts[*who].named)
}

/// What makers keep in attributes of their own, where it is the patient's name or number again.
fn repeated(cx: &Context, sink: &mut Sink, text: &str, who: usize, private: &[(String, &str)]) {
    let known = sink.name(who).map(|name| name.key());
    let mrn = sink.value(who, Column::Mrn).map(str::to_string);
    for (at, value) in private {
        for part in value.split('\\').map(str::trim).filter(|p| (3..=200).contains(&p.len())) {
            if let Some(again) = person_name(cx, part).filter(|n| known.as_ref() == Some(&n.key())) {
                let m = sink.mention(range_of(part, text), K::Name, again.normal(), "dicom", 0.9, at);
                sink.give_name(who, m, &again);
            } else if mrn.is_some()
                && let Some(again) = normalise(K::Mrn, part).filter(|n| Some(n) == mrn.as_ref())
            {
                let m = sink.mention(range_of(part, text), K::Mrn, again, "dicom", 0.9, at);
                sink.give(who, m);
            }
        }
    }
}
