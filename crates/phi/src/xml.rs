//! C-CDA documents: recordTarget, guardian, participants, informants, authors, and the sections of the body.

use crate::finder::Context;
use crate::name::{self, Name};
use crate::sink::{Sink, range_of};
use crate::values::normalise;
use crate::{address, clinical, ids};
use dosimeter_case::tables::{ElementKind as K, Role};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Whether the text is a CDA document.
pub(crate) fn is_clinical(text: &str) -> bool {
    let head = text.get(..text.floor_char_boundary(4000)).unwrap_or_default();
    head.contains("ClinicalDocument")
}

const SSN_ROOT: &str = "2.16.840.1.113883.4.1";
const DEPTH: usize = 200;

/// The parts of one person's name or address while its element is open: byte range and value.
#[derive(Default)]
struct Parts {
    given: Vec<String>,
    family: String,
    suffix: String,
    street: Vec<String>,
    city: String,
    state: String,
    zip: String,
    whole: String,
    start: usize,
    end: usize,
}

struct State {
    path: Vec<String>,
    patient: Option<usize>,
    /// Who the open header element is about.
    who: Option<usize>,
    who_depth: usize,
    parts: Parts,
    section: Section,
    title: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Section {
    None,
    Diagnosis,
    Medication,
    Procedure,
    Lab,
    Encounter,
    Other,
}

fn section_of(title: &str) -> Section {
    let t = title.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| t.contains(w));
    if has(&["problem", "diagnos", "allerg", "history of past", "past medical", "complaint", "condition", "assessment"]) {
        Section::Diagnosis
    } else if has(&["medication", "drug"]) {
        Section::Medication
    } else if has(&["procedure", "surger", "immuniz"]) {
        Section::Procedure
    } else if has(&["result", "lab", "vital"]) {
        Section::Lab
    } else if has(&["encounter", "visit"]) {
        Section::Encounter
    } else {
        Section::Other
    }
}

fn kind_of(section: Section) -> Option<K> {
    match section {
        Section::Diagnosis => Some(K::Diagnosis),
        Section::Medication => Some(K::Medication),
        Section::Procedure => Some(K::Procedure),
        Section::Lab => Some(K::LabResult),
        _ => None,
    }
}

/// Range of an attribute's value in the text, and the value.
fn attribute<'t>(start: &BytesStart, key: &str, text: &'t str, at: usize) -> Option<(&'t str, std::ops::Range<usize>)> {
    let value = start.attributes().flatten().find(|a| a.key.local_name().as_ref() == key)?.value.into_owned();
    // The event began somewhere before the reader's position; the value is searched in that window.
    let from = text.floor_char_boundary(at.saturating_sub(start.len() + 3));
    let window = text.get(from..text.floor_char_boundary(at))?;
    let offset = window.find(&format!("\"{value}\"")).or_else(|| window.find(&format!("'{value}'")))? + 1 + from;
    text.get(offset..offset + value.len()).map(|v| (v, offset..offset + value.len()))
}

/// Finds the persons of one CDA document.
pub(crate) fn find(cx: &Context, sink: &mut Sink, text: &str, locator: &str) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut s = State { path: Vec::new(), patient: None, who: None, who_depth: 0, parts: Parts::default(), section: Section::None, title: String::new() };
    let first = sink.drafts.len();
    // What follows broken markup is left out; what came before counts.
    while let Ok(event) = reader.read_event() {
        let at = reader.buffer_position() as usize;
        match event {
            Event::Eof => break,
            Event::Start(e) => {
                let name = e.local_name().as_ref().to_string();
                open(sink, &mut s, &e, &name, text, at, locator);
                if s.path.len() < DEPTH {
                    s.path.push(name);
                }
            }
            Event::Empty(e) => {
                let name = e.local_name().as_ref().to_string();
                open(sink, &mut s, &e, &name, text, at, locator);
            }
            Event::End(e) => {
                let name = e.local_name().as_ref().to_string();
                if s.path.last() == Some(&name) {
                    s.path.pop();
                }
                close(cx, sink, &mut s, &name, locator);
            }
            Event::Text(t) => {
                let raw = t.into_inner();
                let raw: &str = &raw;
                let end = text.floor_char_boundary(at.min(text.len()));
                let window = text.floor_char_boundary(end.saturating_sub(raw.len() + 1));
                if let Some(offset) = text.get(window..end).and_then(|w| w.find(raw)) {
                    content(cx, sink, &mut s, text.get(window + offset..window + offset + raw.len()).unwrap_or_default(), text, locator);
                }
            }
            _ => {}
        }
    }
    // One relative named as guardian, informant and contact is one person.
    let relative = |sink: &Sink, i: usize| matches!(sink.drafts[i].record.role, Role::Guardian | Role::Subscriber | Role::Other);
    for later in first..sink.drafts.len() {
        let same = (first..later).find(|&i| {
            let names = (sink.drafts[i].name.as_ref(), sink.drafts[later].name.as_ref());
            relative(sink, i) && relative(sink, later) && matches!(names, (Some(a), Some(b)) if a.key() == b.key())
        });
        if let Some(i) = same {
            sink.merge(i, later);
        }
    }
}

#[allow(clippy::too_many_arguments)] // The reader's state and the event's place; used once.
fn open(sink: &mut Sink, s: &mut State, e: &BytesStart, name: &str, text: &str, at: usize, locator: &str) {
    let header = !s.path.iter().any(|p| p == "structuredBody");
    let here = format!("{locator} {name}");
    let person = |sink: &mut Sink, s: &mut State, role: Role| {
        let who = sink.person(role, &here);
        s.who = Some(who);
        s.who_depth = s.path.len();
        if role == Role::Guardian {
            sink.drafts[who].elements.insert(K::Relationship);
        }
        if matches!(role, Role::Guardian | Role::Subscriber | Role::Other) {
            sink.drafts[who].related = s.patient;
        }
        who
    };
    match name {
        "recordTarget" => s.patient = Some(person(sink, s, Role::Patient)),
        "guardian" if header => {
            person(sink, s, Role::Guardian);
        }
        "author"
        | "legalAuthenticator"
        | "authenticator"
        | "performer"
        | "dataEnterer"
        | "responsibleParty"
        | "encounterParticipant"
        | "informationRecipient" => {
            person(sink, s, Role::Provider);
        }
        "informant" => {
            person(sink, s, Role::Other);
        }
        "participant" if header => {
            let role = match attribute(e, "typeCode", text, at).map(|a| a.0) {
                Some("HLD") => Role::Subscriber,
                Some("IND") => Role::Other,
                _ => Role::Other,
            };
            person(sink, s, role);
        }
        // An informant with a post at an organisation is a clinician, not a relative.
        "assignedEntity" | "assignedAuthor" if header => {
            if let Some(who) = s.who.filter(|w| sink.drafts[*w].record.role == Role::Other) {
                sink.drafts[who].record.role = Role::Provider;
            }
        }
        "associatedEntity" | "relatedEntity" => {
            if let Some(who) = s.who {
                match attribute(e, "classCode", text, at).map(|a| a.0) {
                    Some("GUARD" | "GUAR" | "PRS" | "NOK") => sink.drafts[who].record.role = Role::Guardian,
                    Some("PROV") => sink.drafts[who].record.role = Role::Provider,
                    _ => {}
                }
            }
        }
        "name" | "addr" => s.parts = Parts::default(),
        "birthTime" | "id" | "telecom" | "administrativeGenderCode" => {
            let Some(who) = s.who.filter(|_| header) else { return };
            let role = sink.drafts[who].record.role;
            if role == Role::Provider {
                return;
            }
            let key = match name {
                "id" => "extension",
                "administrativeGenderCode" => "code",
                _ => "value",
            };
            let Some((value, range)) = attribute(e, key, text, at) else { return };
            let kind = match name {
                "birthTime" => K::Dob,
                "administrativeGenderCode" => {
                    sink.drafts[who].record.sex = Some(value.to_string());
                    return;
                }
                "telecom" if value.starts_with("mailto:") || value.contains('@') => K::Email,
                "telecom" => K::Phone,
                _ if attribute(e, "root", text, at).is_some_and(|r| r.0 == SSN_ROOT) => K::Ssn,
                _ if s.path.iter().any(|p| p == "providerOrganization" || p == "representedOrganization") || role != Role::Patient => return,
                _ if ids::mbi(value).is_some() => K::Mbi,
                _ => K::Mrn,
            };
            if let Some(normalised) = normalise(kind, value) {
                let m = sink.mention(range, kind, normalised, "ccda", 0.99, &here);
                sink.give(who, m);
            }
        }
        "section" => (s.section, s.title) = (Section::Other, String::new()),
        "code" | "value" if !header => {
            let Some(kind) = kind_of(s.section) else { return };
            let Some(patient) = s.patient else { return };
            let in_entry = s.path.iter().any(|p| p == "entry");
            let codes_content =
                name == "value" || matches!(s.path.last().map(String::as_str), Some("manufacturedMaterial" | "procedure" | "observation" | "translation"));
            if !in_entry || !codes_content || s.section == Section::Diagnosis && name == "code" {
                return;
            }
            for key in ["code", "displayName", "value"] {
                if key == "code" && kind == K::LabResult {
                    continue;
                }
                if let Some((value, range)) = attribute(e, key, text, at)
                    && let Some(normalised) = normalise(kind, value)
                {
                    let m = sink.mention(range, kind, normalised, "ccda", 0.95, &format!("{locator} {}", s.title));
                    sink.give(patient, m);
                }
            }
        }
        "effectiveTime" | "low" if s.path.iter().any(|p| p == "encounter" || p == "documentationOf" || p == "encompassingEncounter") => {
            if let (Some(patient), Some((value, range))) = (s.patient, attribute(e, "value", text, at))
                && let Some(normalised) = normalise(K::ServiceDate, value)
            {
                let m = sink.mention(range, K::ServiceDate, normalised, "ccda", 0.95, &here);
                sink.give(patient, m);
            }
        }
        _ => {}
    }
}

fn content(cx: &Context, sink: &mut Sink, s: &mut State, raw: &str, text: &str, locator: &str) {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return;
    }
    let range = range_of(trimmed, text);
    let Some(tag) = s.path.last().cloned() else { return };
    let value = quick_xml::escape::unescape(trimmed).map_or(trimmed.to_string(), |v| v.into_owned());
    let p = &mut s.parts;
    let part = matches!(tag.as_str(), "given" | "family" | "suffix" | "streetAddressLine" | "city" | "state" | "postalCode" | "name" | "addr");
    if part {
        if p.end == 0 {
            p.start = range.start;
        }
        p.end = range.end;
    }
    match tag.as_str() {
        "given" => p.given.push(value),
        "family" => p.family = value,
        "suffix" => p.suffix = value,
        "streetAddressLine" => p.street.push(value),
        "city" => p.city = value,
        "state" => p.state = value,
        "postalCode" => p.zip = value,
        "name" => p.whole = value,
        "title" if s.path.iter().any(|p| p == "section") => {
            s.section = section_of(&value);
            s.title = value;
        }
        _ => {
            // The narrative block of a section.
            if let (Some(patient), true) = (s.patient, s.path.iter().any(|p| p == "text")) {
                let here = format!("{locator} {}", s.title);
                clinical::scan(cx, sink, text, range.clone(), &here, patient);
                if let Some(kind) = kind_of(s.section)
                    && matches!(tag.as_str(), "text" | "td" | "item" | "content" | "paragraph")
                    && (4..200).contains(&trimmed.len())
                    && trimmed.chars().any(char::is_alphabetic)
                    && crate::date::parse(trimmed).is_none()
                    && !trimmed.to_lowercase().starts_with("no ")
                    && let Some(normalised) = normalise(kind, trimmed)
                {
                    let m = sink.mention(range, kind, normalised, "ccda", 0.7, &here);
                    sink.give(patient, m);
                }
            }
        }
    }
}

fn close(cx: &Context, sink: &mut Sink, s: &mut State, name: &str, locator: &str) {
    let here = format!("{locator} {}", s.path.last().map_or("", |p| p.as_str()));
    match name {
        "name" => {
            let p = std::mem::take(&mut s.parts);
            let organisation = s.path.iter().any(|x| x.ends_with("Organization") || x == "maintainedEntity" || x == "custodian");
            let Some(who) = s.who.filter(|_| !organisation) else { return };
            if s.path.last().is_some_and(|x| x == "section" || x == "structuredBody") {
                return;
            }
            let parsed = Name::of(&p.family, p.given.first().map_or("", |g| g), &p.given.get(1..).unwrap_or_default().join(" "), &p.suffix)
                .filter(|n| !n.last.is_empty());
            let Some(parsed) = parsed.or_else(|| name::parse(&p.whole, &cx.names)) else { return };
            // The same physician signs, performs and writes: one record.
            let known = sink.drafts.iter().position(|d| {
                sink.drafts[who].record.role == Role::Provider && d.record.role == Role::Provider && d.name.as_ref().is_some_and(|n| n.key() == parsed.key())
            });
            let owner = known.unwrap_or(who);
            let m = sink.mention(p.start..p.end, K::Name, parsed.normal(), "ccda", 0.99, &here);
            sink.give_name(owner, m, &parsed);
            if sink.drafts[who].record.role == Role::Provider
                && let Some(patient) = s.patient
            {
                let m = sink.mention(p.start..p.end, K::Provider, parsed.normal(), "ccda", 0.99, &here);
                sink.give(patient, m);
            }
        }
        "addr" => {
            let p = std::mem::take(&mut s.parts);
            let organisation = s.path.iter().any(|x| x.ends_with("Organization"));
            let Some(who) = s.who.filter(|w| !organisation && sink.drafts[*w].record.role != Role::Provider) else { return };
            let a = if p.street.is_empty() && p.city.is_empty() {
                address::parse(&p.whole)
            } else {
                address::Address { street: p.street.join(" "), city: p.city, state: p.state, zip: p.zip, country: String::new() }
            };
            if !a.normal().is_empty() {
                let m = sink.mention(p.start..p.end, K::Address, a.normal(), "ccda", 0.99, &here);
                sink.give_address(who, m, &a);
            }
        }
        _ => {}
    }
    if s.who.is_some() && s.path.len() <= s.who_depth {
        // The header element is closed; inside recordTarget its guardian gives way to the patient again.
        let inside = s.path.iter().any(|p| p == "recordTarget");
        s.who = if inside { s.patient } else { None };
        s.who_depth = if inside { s.path.iter().position(|p| p == "recordTarget").unwrap_or(0) } else { 0 };
    }
}
