//! HL7 version 2 messages: PID, NK1, GT1, IN1/IN2, MRG, PV1, OBR, OBX, DG1, PR1, RX*, FT1.

use crate::finder::Context;
use crate::name::{self, Name};
use crate::sink::{Sink, range_of};
use crate::{address, date, ids};
use dosimeter_case::tables::{ElementKind as K, Role};

/// Separators of a message: field, component, repetition, subcomponent.
#[derive(Clone, Copy)]
struct Marks {
    field: char,
    component: char,
    repeat: char,
    sub: char,
}

struct Segment<'a> {
    fields: Vec<&'a str>,
    marks: Marks,
    locator: String,
}

impl<'a> Segment<'a> {
    fn field(&self, n: usize) -> &'a str {
        self.fields.get(n).copied().unwrap_or_default()
    }
    fn repeats(&self, n: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        self.field(n).split(self.marks.repeat).filter(|r| !r.trim_matches(['^', '&', '"', ' ']).is_empty()).take(50)
    }
    /// Component `c` (from 0) of the first repetition of field `n`, or its first subcomponent.
    fn part(&self, n: usize, c: usize) -> &'a str {
        component(self.repeats(n).next().unwrap_or_default(), c, self.marks)
    }
    fn at(&self, n: usize) -> String {
        format!("{}-{n}", self.locator)
    }
}

fn component(text: &str, c: usize, marks: Marks) -> &str {
    text.split(marks.component).nth(c).unwrap_or_default().split(marks.sub).next().unwrap_or_default().trim()
}

/// Finds the persons of the messages in the open passage.
pub(crate) fn find(cx: &Context, sink: &mut Sink, text: &str, locator: &str) {
    let mut marks = Marks { field: '|', component: '^', repeat: '~', sub: '&' };
    let mut patient: Option<usize> = None;
    let mut first = sink.drafts.len();
    let mut counts = std::collections::BTreeMap::new();
    for line in text.split(['\n', '\r']).map(str::trim).filter(|l| l.len() > 3) {
        let id = line.get(..3).unwrap_or_default();
        if id == "MSH" {
            let mut chars = line.chars().skip(3);
            marks.field = chars.next().unwrap_or('|');
            marks.component = chars.next().unwrap_or('^');
            marks.repeat = chars.next().unwrap_or('~');
            marks.sub = chars.nth(1).unwrap_or('&');
            patient = None;
            first = sink.drafts.len();
        }
        let n = counts.entry(id.to_string()).or_insert(0_u32);
        *n += 1;
        let s = Segment { fields: line.split(marks.field).collect(), marks, locator: format!("{locator} {id}[{n}]") };
        if id == "PID" {
            patient = Some(pid(cx, sink, text, &s));
            continue;
        }
        if id == "STF" {
            let who = sink.person(Role::Staff, &s.locator);
            person_name(cx, sink, text, &s, 3, who);
            continue;
        }
        let Some(p) = patient else { continue };
        match id {
            "NK1" => relative(cx, sink, text, &s, p, first, &[2], 3, &[4], &[5, 6], 16, Some(37)),
            "GT1" => relative(cx, sink, text, &s, p, first, &[3], 11, &[5], &[6, 7], 8, Some(12)),
            "IN1" => insurance(cx, sink, text, &s, p, first),
            "IN2" => {
                put(sink, text, &s, p, K::Ssn, 2, 0);
                put(sink, text, &s, p, K::Mbi, 6, 0);
                put(sink, text, &s, p, K::MedicaidId, 8, 0);
            }
            "MRG" => {
                put(sink, text, &s, p, K::Mrn, 1, 0);
                person_name(cx, sink, text, &s, 7, p);
            }
            "PV1" => {
                for n in [7, 8, 9, 17, 52] {
                    provider(cx, sink, text, &s, n, p);
                }
                put(sink, text, &s, p, K::CaseNumber, 19, 0);
                put(sink, text, &s, p, K::ServiceDate, 44, 0);
                put(sink, text, &s, p, K::ServiceDate, 45, 0);
            }
            "ORC" => provider(cx, sink, text, &s, 12, p),
            "OBR" => {
                put(sink, text, &s, p, K::Procedure, 4, if s.part(4, 1).is_empty() { 0 } else { 1 });
                put(sink, text, &s, p, K::CaseNumber, 3, 0);
                put(sink, text, &s, p, K::ServiceDate, 7, 0);
                if s.part(7, 0).is_empty() {
                    put(sink, text, &s, p, K::ServiceDate, 22, 0);
                }
                for n in [16, 28, 32] {
                    provider(cx, sink, text, &s, n, p);
                }
            }
            "OBX" => observation(cx, sink, text, &s, p),
            "NTE" => free(cx, sink, text, s.field(3), &s.at(3), p),
            "DG1" => {
                put(sink, text, &s, p, K::Diagnosis, 3, 0);
                put(sink, text, &s, p, K::Diagnosis, 3, 1);
                put(sink, text, &s, p, K::Diagnosis, 4, 0);
            }
            "AL1" | "IAM" => put(sink, text, &s, p, K::Diagnosis, 3, 1),
            "PR1" => {
                put(sink, text, &s, p, K::Procedure, 3, 0);
                put(sink, text, &s, p, K::Procedure, 3, 1);
                put(sink, text, &s, p, K::ServiceDate, 5, 0);
            }
            "RXE" | "RXD" | "RXG" => put(sink, text, &s, p, K::Medication, 2, 1),
            "RXO" => put(sink, text, &s, p, K::Medication, 1, 1),
            "RXA" => {
                put(sink, text, &s, p, K::Medication, 5, 1);
                put(sink, text, &s, p, K::ServiceDate, 3, 0);
            }
            "FT1" => {
                put(sink, text, &s, p, K::ServiceDate, 4, 0);
                put(sink, text, &s, p, K::Procedure, 25, 0);
                put(sink, text, &s, p, K::Diagnosis, 19, 0);
            }
            "SCH" => put(sink, text, &s, p, K::ServiceDate, 11, 3),
            "AIS" => put(sink, text, &s, p, K::Procedure, 3, 1),
            _ => {}
        }
    }
}

fn slice_mention(sink: &mut Sink, text: &str, part: &str, kind: K, normalised: String, locator: &str) -> usize {
    sink.mention(range_of(part, text), kind, normalised, "hl7", 0.99, locator)
}

/// Gives component `c` of field `n` to a person, normalised by its kind.
fn put(sink: &mut Sink, text: &str, s: &Segment, person: usize, kind: K, n: usize, c: usize) {
    let part = s.part(n, c);
    value(sink, text, part, &s.at(n), person, kind);
}

fn value(sink: &mut Sink, text: &str, part: &str, locator: &str, person: usize, kind: K) {
    if let Some(normalised) = crate::values::normalise(kind, part) {
        let m = slice_mention(sink, text, part, kind, normalised, locator);
        sink.give(person, m);
    }
}

fn name_of(cx: &Context, rep: &str, marks: Marks) -> Option<Name> {
    let c = |i| component(rep, i, marks);
    if rep.contains(marks.component) { Name::of(c(0), c(1), c(2), c(3)) } else { name::parse(rep, &cx.names) }
}

fn person_name(cx: &Context, sink: &mut Sink, text: &str, s: &Segment, n: usize, person: usize) {
    for rep in s.repeats(n) {
        if let Some(name) = name_of(cx, rep, s.marks) {
            let m = slice_mention(sink, text, rep, K::Name, name.normal(), &s.at(n));
            sink.give_name(person, m, &name);
        }
    }
}

fn person_address(sink: &mut Sink, text: &str, s: &Segment, n: usize, person: usize) {
    for rep in s.repeats(n) {
        let c = |i| component(rep, i, s.marks).to_string();
        // The street may come in parts: number, name, box.
        let street = rep.split(s.marks.component).next().unwrap_or_default().split(s.marks.sub).filter(|p| !p.trim().is_empty()).collect::<Vec<_>>().join(" ");
        let mut a = address::Address { street: street.clone(), city: c(2), state: c(3), zip: c(4), country: c(5) };
        if a.state.is_empty() && a.zip.is_empty() {
            // Senders that leave out the second line: "street^city^ST 12345".
            let tail = address::parse(&format!("{} {}", c(1), c(2)));
            if !tail.state.is_empty() {
                a = address::Address { street: street.clone(), ..tail };
            }
        }
        if matches!(a.country.as_str(), "USA" | "US") {
            a.country.clear();
        }
        if a.street.is_empty() && a.city.is_empty() && a.zip.is_empty() {
            continue;
        }
        let m = slice_mention(sink, text, rep, K::Address, a.normal(), &s.at(n));
        sink.give_address(person, m, &a);
    }
}

fn person_phone(sink: &mut Sink, text: &str, s: &Segment, n: usize, person: usize) {
    for rep in s.repeats(n) {
        let c = |i| component(rep, i, s.marks);
        for part in rep.split(s.marks.component) {
            if part.contains('@') {
                value(sink, text, part.trim(), &s.at(n), person, K::Email);
            }
        }
        if ids::phone(c(0)).is_some() {
            value(sink, text, c(0), &s.at(n), person, K::Phone);
        } else if ids::phone(c(11)).is_some() {
            value(sink, text, c(11), &s.at(n), person, K::Phone);
        } else if c(6).len() >= 7 {
            let number = ids::digits(&format!("{}{}", c(5), c(6)));
            let m = slice_mention(sink, text, rep, K::Phone, number, &s.at(n));
            sink.give(person, m);
        }
    }
}

fn pid(cx: &Context, sink: &mut Sink, text: &str, s: &Segment) -> usize {
    let p = sink.person(Role::Patient, &s.locator);
    for n in [3, 2, 4] {
        for rep in s.repeats(n) {
            let id = component(rep, 0, s.marks);
            let kind = match component(rep, 4, s.marks) {
                "SS" => K::Ssn,
                "DL" => K::DriversLicense,
                "AN" | "VN" => K::AccountNumber,
                "MC" => K::Mbi,
                "MA" => K::MedicaidId,
                "NI" | "NNxxx" | "MB" | "SN" | "HC" => K::InsuranceId,
                "PPN" => K::Passport,
                "BA" | "BC" | "BR" => K::Certificate,
                _ => K::Mrn,
            };
            value(sink, text, id, &s.at(n), p, kind);
            let facility = component(rep, 3, s.marks);
            if kind == K::Mrn && !facility.is_empty() {
                sink.drafts[p].record.facility.get_or_insert_with(|| facility.to_string());
            }
        }
    }
    person_name(cx, sink, text, s, 5, p);
    put(sink, text, s, p, K::Dob, 7, 0);
    let sex = s.part(8, 0);
    sink.drafts[p].record.sex = (!sex.is_empty()).then(|| sex.to_string());
    person_name(cx, sink, text, s, 9, p);
    person_address(sink, text, s, 11, p);
    person_phone(sink, text, s, 13, p);
    person_phone(sink, text, s, 14, p);
    put(sink, text, s, p, K::AccountNumber, 18, 0);
    put(sink, text, s, p, K::Ssn, 19, 0);
    put(sink, text, s, p, K::DriversLicense, 20, 0);
    sink.drafts[p].record.deceased_on = date::parse(s.part(29, 0));
    p
}

/// A relative or guarantor: the patient's own data again, or a person of their own.
#[allow(clippy::too_many_arguments)] // One call names every field number of a segment; a struct would only repeat them.
fn relative(
    cx: &Context,
    sink: &mut Sink,
    text: &str,
    s: &Segment,
    patient: usize,
    first: usize,
    names: &[usize],
    relation: usize,
    addresses: &[usize],
    phones: &[usize],
    dob: usize,
    ssn: Option<usize>,
) {
    let Some(name) = names.iter().find_map(|n| s.repeats(*n).next()).and_then(|rep| name_of(cx, rep, s.marks)) else { return };
    let code = s.part(relation, 0).to_uppercase();
    let words = format!("{code} {}", s.part(relation, 1).to_uppercase());
    let own = matches!(code.as_str(), "SEL" | "SELF" | "18" | "S")
        || words.contains("SELF")
        || sink.drafts[patient].name.as_ref().is_some_and(|n| n.key() == name.key());
    let guardian = s.locator.contains("GT1") || ["PAR", "MTH", "FTH", "GRD", "GUARD", "MOTHER", "FATHER"].iter().any(|w| words.contains(w));
    let who = if own {
        patient
    } else if let Some(known) = same_person(sink, first, &name) {
        known
    } else {
        let who = sink.person(if guardian { Role::Guardian } else { Role::Other }, &s.locator);
        sink.drafts[who].related = Some(patient);
        who
    };
    for n in names {
        person_name(cx, sink, text, s, *n, who);
    }
    if !own {
        put(sink, text, s, who, K::Relationship, relation, 0);
    }
    addresses.iter().for_each(|n| person_address(sink, text, s, *n, who));
    phones.iter().for_each(|n| person_phone(sink, text, s, *n, who));
    put(sink, text, s, who, K::Dob, dob, 0);
    if let Some(n) = ssn {
        put(sink, text, s, who, K::Ssn, n, 0);
    }
}

/// A guardian or subscriber of this message who has the name already.
fn same_person(sink: &Sink, first: usize, name: &Name) -> Option<usize> {
    (first..sink.drafts.len()).find(|&i| {
        matches!(sink.drafts[i].record.role, Role::Guardian | Role::Subscriber | Role::Other)
            && sink.drafts[i].name.as_ref().is_some_and(|n| n.key() == name.key())
    })
}

fn insurance(cx: &Context, sink: &mut Sink, text: &str, s: &Segment, patient: usize, first: usize) {
    // Member numbers stand in IN1-36 (policy) or IN1-49 (insured); both are data of the patient.
    for n in [36, 49] {
        let part = s.part(n, 0);
        let kind = if ids::mbi(part).is_some() { K::Mbi } else { K::InsuranceId };
        value(sink, text, part, &s.at(n), patient, kind);
    }
    let Some(name) = s.repeats(16).next().and_then(|rep| name_of(cx, rep, s.marks)) else { return };
    let relation = s.part(17, 0).to_uppercase();
    let own = matches!(relation.as_str(), "18" | "SEL" | "SELF" | "01") || sink.drafts[patient].name.as_ref().is_some_and(|n| n.key() == name.key());
    let who = if own {
        patient
    } else if let Some(known) = same_person(sink, first, &name) {
        sink.drafts[known].record.role = if sink.drafts[known].record.role == Role::Other { Role::Subscriber } else { sink.drafts[known].record.role };
        known
    } else {
        let who = sink.person(Role::Subscriber, &s.locator);
        sink.drafts[who].related = Some(patient);
        who
    };
    person_name(cx, sink, text, s, 16, who);
    put(sink, text, s, who, K::Dob, 18, 0);
    person_address(sink, text, s, 19, who);
    if !own {
        put(sink, text, s, who, K::Relationship, 17, 0);
        for n in [36, 49] {
            put(sink, text, s, who, K::InsuranceId, n, 0);
        }
    }
}

fn provider(cx: &Context, sink: &mut Sink, text: &str, s: &Segment, n: usize, patient: usize) {
    for rep in s.repeats(n) {
        let c = |i| component(rep, i, s.marks);
        let Some(name) = Name::of(c(1), c(2), c(3), c(4)).or_else(|| name::parse(c(0), &cx.names)) else { continue };
        let who = sink.person(Role::Provider, &s.at(n));
        let m = slice_mention(sink, text, rep, K::Name, name.normal(), &s.at(n));
        sink.give_name(who, m, &name);
        let m = slice_mention(sink, text, rep, K::Provider, name.normal(), &s.at(n));
        sink.give(patient, m);
    }
}

fn observation(cx: &Context, sink: &mut Sink, text: &str, s: &Segment, patient: usize) {
    let content = s.field(5);
    match s.field(2) {
        "NM" | "SN" | "CE" | "CWE" => {
            let named = s.part(3, 1);
            value(sink, text, if named.is_empty() { s.part(3, 0) } else { named }, &s.at(3), patient, K::LabResult);
            value(sink, text, content, &s.at(5), patient, K::LabResult);
        }
        "TX" | "FT" | "ST" if !content.is_empty() => {
            let title = s.field(3).to_uppercase();
            let report = ["REPORT", "IMPRESSION", "FINDING", "GDT", "IMP"].iter().any(|w| title.contains(w));
            value(sink, text, content, &s.at(5), patient, if report { K::ImagingResult } else { K::LabResult });
            free(cx, sink, text, content, &s.at(5), patient);
        }
        _ => {}
    }
    put(sink, text, s, patient, K::ServiceDate, 14, 0);
}

/// Clinical content and identifiers in running text of a field; all belongs to the patient.
fn free(cx: &Context, sink: &mut Sink, text: &str, part: &str, locator: &str, patient: usize) {
    crate::clinical::scan(cx, sink, text, range_of(part, text), locator, patient);
}
