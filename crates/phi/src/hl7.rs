//! HL7 version 2 messages: whose a segment is, and what its fields hold ([`FIELDS`]).

use crate::finder::Context;
use crate::hl7_fields::Holds::{self, Codes, People, Value};
use crate::hl7_fields::{FIELDS, Marks};
use crate::name::{self, Name};
use crate::records::Column;
use crate::sink::{Sink, range_of};
use crate::{address, date, ids};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::collections::HashMap;

/// Repetitions of a field that are read.
const REPEATS: usize = 50;

struct Segment<'a, 'l> {
    id: &'a str,
    fields: &'l [&'a str],
    marks: Marks,
    /// The passage's locator and the number of the segment among those of its name.
    locator: &'l str,
    number: u32,
}

impl<'a> Segment<'a, '_> {
    fn field(&self, n: usize) -> &'a str {
        self.fields.get(n).copied().unwrap_or_default()
    }
    fn repeats(&self, n: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        let marks = self.marks;
        self.field(n).split(marks.repeat).filter(move |r| !r.trim_matches([marks.component, marks.sub, '"', ' ']).is_empty()).take(REPEATS)
    }
    /// Component `c` (from 0) of the first repetition of field `n`, or its first subcomponent.
    fn part(&self, n: usize, c: usize) -> &'a str {
        self.marks.part(self.repeats(n).next().unwrap_or_default(), c)
    }
    fn place(&self) -> String {
        format!("{} {}[{}]", self.locator, self.id, self.number)
    }
    fn at(&self, n: usize) -> String {
        format!("{} {}[{}]-{n}", self.locator, self.id, self.number)
    }
}

/// One message being read.
struct Reader<'s, 'd, 'c, 't> {
    cx: &'c Context,
    sink: &'s mut Sink<'d>,
    text: &'t str,
    patient: Option<usize>,
    /// Whose IN2 is: the insured of the IN1 before it.
    insured: Option<usize>,
    /// Persons of the message besides the patient, by role class and name.
    known: HashMap<(bool, String), usize>,
}

/// Finds the persons of the messages in the open passage.
pub(crate) fn find(cx: &Context, sink: &mut Sink, text: &str, locator: &str) {
    let mut marks = Marks::of("");
    let mut r = Reader { cx, sink, text, patient: None, insured: None, known: HashMap::new() };
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let mut fields: Vec<&str> = Vec::new();
    for line in text.split(['\n', '\r']).map(str::trim).filter(|l| l.len() > 3) {
        let id = line.get(..3).unwrap_or_default();
        if id == "MSH" {
            marks = Marks::of(line);
            (r.patient, r.insured) = (None, None);
            r.known.clear();
        }
        let number = counts.entry(id).or_insert(0);
        *number += 1;
        fields.clear();
        fields.extend(line.split(marks.field));
        r.segment(&Segment { id, fields: &fields, marks, locator, number: *number });
    }
}

impl Reader<'_, '_, '_, '_> {
    fn segment(&mut self, s: &Segment) {
        match s.id {
            "PID" => self.pid(s),
            "STF" => {
                let who = self.sink.person(Role::Staff, &s.place());
                self.names(s, 3, who);
            }
            "PRD" => {
                for rep in s.repeats(2) {
                    if let Some(name) = self.name_of(rep, s.marks) {
                        self.professional(s, 2, rep, &name, Role::Provider);
                    }
                }
            }
            _ => {}
        }
        if let Ok(i) = FIELDS.binary_search_by_key(&s.id, |f| f.0) {
            for (n, holds) in FIELDS[i].1 {
                self.field(s, *n, *holds);
            }
        } else if s.id.starts_with('Z') {
            self.unknown(s);
        }
        let Some(p) = self.patient else { return };
        match s.id {
            "NK1" => self.relative(s, p, &Relative { name: 2, relation: 3, address: 4, phones: &[5, 6, 40, 41], dob: 16, ssn: 37 }),
            "GT1" => self.relative(s, p, &Relative { name: 3, relation: 11, address: 5, phones: &[6, 7], dob: 8, ssn: 12 }),
            "IN1" => self.insurance(s, p),
            "IN2" => {
                let who = self.insured.unwrap_or(p);
                self.put(s, 2, who, K::Ssn);
                self.put(s, 8, who, K::MedicaidId);
                for n in [6, 25, 26, 61] {
                    self.member(s, n, who);
                }
                self.phones(s, 63, who);
            }
            "MRG" => self.names(s, 7, p),
            "OBX" => self.observation(s, p),
            "OBR" if s.part(7, 0).is_empty() => self.put(s, 22, p, K::ServiceDate),
            "NTE" => self.free(s, 3, p),
            _ => {}
        }
    }

    fn field(&mut self, s: &Segment, n: usize, holds: Holds) {
        match (holds, self.patient) {
            (Value(kind), Some(p)) => {
                // Numbers may be several; of dates the first counts.
                let most = if kind == K::ServiceDate { 1 } else { REPEATS };
                s.repeats(n).take(most).for_each(|rep| self.value(s, n, s.marks.part(rep, 0), p, kind));
            }
            (Codes(kind), Some(p)) => {
                for rep in s.repeats(n) {
                    for c in [0, 1, 3, 4] {
                        self.value(s, n, s.marks.part(rep, c), p, kind);
                    }
                }
            }
            (People(role), _) => {
                for rep in s.repeats(n) {
                    let c = |i| s.marks.plain(s.marks.part(rep, i));
                    // A number alone names nobody; some senders write the name where the number should be.
                    let name = if rep.contains(s.marks.component) {
                        Name::labelled(&c(1), &c(2), &c(3), &c(4))
                    } else {
                        name::parse(&c(0), &self.cx.names).filter(|n| !n.first.is_empty())
                    };
                    if let Some(name) = name {
                        self.professional(s, n, rep, &name, role);
                    }
                }
            }
            _ => {}
        }
    }

    /// A provider or member of staff; one record a message, whatever they did in it.
    fn professional(&mut self, s: &Segment, n: usize, rep: &str, name: &Name, role: Role) {
        let at = s.at(n);
        let key = (role == Role::Provider, format!("{}|{}", role.as_str(), name.key()));
        let who = *self.known.entry(key).or_insert_with(|| self.sink.person(role, &at));
        let range = range_of(rep, self.text);
        let m = self.sink.mention(range.clone(), K::Name, name.normal(), "hl7", 0.99, &at);
        self.sink.give_name(who, m, name);
        if let (Role::Provider, Some(p)) = (role, self.patient) {
            let m = self.sink.mention(range, K::Provider, name.normal(), "hl7", 0.99, &at);
            self.sink.give(p, m);
        }
    }

    /// Gives the first component of the first repetition of field `n` to a person, normalised by its kind.
    fn put(&mut self, s: &Segment, n: usize, who: usize, kind: K) {
        self.value(s, n, s.part(n, 0), who, kind);
    }

    fn value(&mut self, s: &Segment, n: usize, part: &str, who: usize, kind: K) {
        if part.is_empty() {
            return;
        }
        if let Some(normalised) = crate::values::labelled(kind, &s.marks.plain(part)) {
            let m = self.sink.mention(range_of(part, self.text), kind, normalised, "hl7", 0.99, &s.at(n));
            self.sink.give(who, m);
        }
    }

    /// A number of an insurance, of Medicare where it has that form.
    fn member(&mut self, s: &Segment, n: usize, who: usize) {
        for rep in s.repeats(n) {
            let part = s.marks.part(rep, 0);
            self.value(s, n, part, who, if ids::mbi(part).is_some() { K::Mbi } else { K::InsuranceId });
        }
    }

    fn name_of(&self, rep: &str, marks: Marks) -> Option<Name> {
        let c = |i| marks.plain(marks.part(rep, i));
        if rep.contains(marks.component) { Name::labelled(&c(0), &c(1), &c(2), &c(3)) } else { name::parse(&c(0), &self.cx.names) }
    }

    fn names(&mut self, s: &Segment, n: usize, who: usize) {
        for rep in s.repeats(n) {
            if let Some(name) = self.name_of(rep, s.marks) {
                let m = self.sink.mention(range_of(rep, self.text), K::Name, name.normal(), "hl7", 0.99, &s.at(n));
                self.sink.give_name(who, m, &name);
            }
        }
    }

    fn addresses(&mut self, s: &Segment, n: usize, who: usize) {
        for rep in s.repeats(n) {
            let c = |i| s.marks.plain(s.marks.part(rep, i)).into_owned();
            // A street in parts (whole, name, number): the whole where it is given.
            let mut street = c(0);
            if street.is_empty() {
                let parts: Vec<&str> = s.marks.component(rep, 0).split(s.marks.sub).skip(1).collect();
                street = parts.iter().rev().map(|p| p.trim()).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
            }
            let joined = |a: &str, b: &str| [a, b].iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" ");
            let mut a = address::Address { street: joined(&street, &c(1)), city: c(2), state: c(3), zip: c(4), country: c(5) };
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
            let m = self.sink.mention(range_of(rep, self.text), K::Address, a.normal(), "hl7", 0.99, &s.at(n));
            self.sink.give_address(who, m, &a);
        }
    }

    fn phones(&mut self, s: &Segment, n: usize, who: usize) {
        for rep in s.repeats(n) {
            for part in rep.split(s.marks.component).map(str::trim).filter(|p| p.contains('@')) {
                self.value(s, n, part, who, K::Email);
            }
            let c = |i| s.marks.part(rep, i);
            if let Some(whole) = [c(0), c(11)].into_iter().find(|p| crate::values::labelled(K::Phone, p).is_some()) {
                self.value(s, n, whole, who, K::Phone);
            } else if c(0).is_empty() && !c(6).contains('@') {
                // Area code and local number apart.
                let number = ids::digits(&format!("{}{}", c(5), c(6)));
                if (7..=15).contains(&number.len()) && !crate::values::is_filler(&number) {
                    let m = self.sink.mention(range_of(rep, self.text), K::Phone, number, "hl7", 0.99, &s.at(n));
                    self.sink.give(who, m);
                }
            }
        }
    }

    fn pid(&mut self, s: &Segment) {
        let p = self.sink.person(Role::Patient, &s.place());
        (self.patient, self.insured) = (Some(p), Some(p));
        for n in [3, 2, 4] {
            for rep in s.repeats(n) {
                let kind = match s.marks.part(rep, 4) {
                    "SS" => K::Ssn,
                    "DL" => K::DriversLicense,
                    "AN" => K::AccountNumber,
                    "VN" => K::CaseNumber,
                    "MC" => K::Mbi,
                    "MA" => K::MedicaidId,
                    "NI" | "MB" | "SN" | "HC" => K::InsuranceId,
                    "PPN" => K::Passport,
                    "BA" | "BC" | "BR" => K::Certificate,
                    // National identifiers by country: NNxxx.
                    code if code.len() == 5 && code.starts_with("NN") => K::InsuranceId,
                    _ => K::Mrn,
                };
                self.value(s, n, s.marks.part(rep, 0), p, kind);
                let facility = s.marks.part(rep, 3);
                if kind == K::Mrn && !facility.is_empty() && !self.sink.records[p].has(Column::Facility) {
                    self.sink.set(p, Column::Facility, Some(facility));
                }
            }
        }
        self.names(s, 5, p);
        self.put(s, 7, p, K::Dob);
        let sex = s.part(8, 0);
        self.sink.set(p, Column::Sex, Some(sex).filter(|s| !s.is_empty()));
        self.names(s, 9, p);
        self.addresses(s, 11, p);
        for n in [13, 14, 40] {
            self.phones(s, n, p);
        }
        self.put(s, 18, p, K::AccountNumber);
        self.put(s, 19, p, K::Ssn);
        self.put(s, 20, p, K::DriversLicense);
        self.sink.set(p, Column::DeceasedOn, date::parse(s.part(29, 0)).as_deref());
        // The mother: her maiden name and her number.
        for rep in s.repeats(6) {
            if let Some(name) = self.name_of(rep, s.marks) {
                let mother = self.other(s, p, &name, Role::Other);
                self.names(s, 6, mother);
                self.put(s, 21, mother, K::Mrn);
            }
        }
    }

    /// The record of a relative by name, made when the message had none; the stronger of two roles stays.
    fn other(&mut self, s: &Segment, patient: usize, name: &Name, role: Role) -> usize {
        let who = *self.known.entry((false, name.key())).or_insert_with(|| {
            let who = self.sink.person(role, &s.place());
            self.sink.drafts[who].related = Some(patient);
            who
        });
        let record = &mut self.sink.records[who];
        if record.role == Role::Other || role == Role::Guardian {
            record.role = role;
        }
        who
    }

    fn own(&self, patient: usize, name: &Name) -> bool {
        self.sink.name(patient).is_some_and(|n| n.key() == name.key())
    }

    /// A relative or guarantor: the patient's own data again, or a person of their own.
    fn relative(&mut self, s: &Segment, patient: usize, f: &Relative) {
        let Some(name) = s.repeats(f.name).next().and_then(|rep| self.name_of(rep, s.marks)) else { return };
        let code = s.part(f.relation, 0).to_uppercase();
        let words = format!("{code} {}", s.part(f.relation, 1).to_uppercase());
        let own = matches!(code.as_str(), "SEL" | "SELF" | "18" | "S") || words.contains("SELF") || self.own(patient, &name);
        let guardian = s.id == "GT1" || ["PAR", "MTH", "FTH", "GRD", "GUARD", "MOTHER", "FATHER"].iter().any(|w| words.contains(w));
        let who = if own { patient } else { self.other(s, patient, &name, if guardian { Role::Guardian } else { Role::Other }) };
        self.names(s, f.name, who);
        if !own {
            self.put(s, f.relation, who, K::Relationship);
        }
        self.addresses(s, f.address, who);
        f.phones.iter().for_each(|n| self.phones(s, *n, who));
        self.put(s, f.dob, who, K::Dob);
        self.put(s, f.ssn, who, K::Ssn);
        if s.id == "GT1" {
            self.put(s, 16, who, K::Employer);
        }
        // The guarantor's spouse, the contact of an organisation.
        let beside = if s.id == "GT1" { 4 } else { 30 };
        for rep in s.repeats(beside) {
            if let Some(name) = self.name_of(rep, s.marks) {
                let other = if self.own(patient, &name) { patient } else { self.other(s, patient, &name, Role::Other) };
                let m = self.sink.mention(range_of(rep, self.text), K::Name, name.normal(), "hl7", 0.99, &s.at(beside));
                self.sink.give_name(other, m, &name);
            }
        }
    }

    fn insurance(&mut self, s: &Segment, patient: usize) {
        // Member numbers stand in IN1-36 (policy) or IN1-49 (insured); both are data of the patient.
        self.member(s, 36, patient);
        self.member(s, 49, patient);
        self.insured = Some(patient);
        let Some(name) = s.repeats(16).next().and_then(|rep| self.name_of(rep, s.marks)) else { return };
        let own = matches!(s.part(17, 0).to_uppercase().as_str(), "SEL" | "SELF" | "18" | "01") || self.own(patient, &name);
        let who = if own { patient } else { self.other(s, patient, &name, Role::Subscriber) };
        self.insured = Some(who);
        self.names(s, 16, who);
        self.put(s, 18, who, K::Dob);
        self.addresses(s, 19, who);
        if !own {
            self.put(s, 17, who, K::Relationship);
            self.member(s, 36, who);
            self.member(s, 49, who);
        }
    }

    fn observation(&mut self, s: &Segment, patient: usize) {
        let kind = s.field(2);
        // Encapsulated data and pointers.
        if matches!(kind, "ED" | "RP") {
            return;
        }
        let title = s.field(3).to_uppercase();
        let text = matches!(kind, "TX" | "FT");
        let report = ["REPORT", "IMPRESSION", "FINDING", "GDT", "IMP"].iter().any(|w| title.contains(w));
        if !text {
            let named = s.part(3, 1);
            self.value(s, 3, if named.is_empty() { s.part(3, 0) } else { named }, patient, K::LabResult);
        }
        for rep in s.repeats(5) {
            let value = match kind {
                "CE" | "CWE" | "CNE" | "CF" if !s.marks.part(rep, 1).is_empty() => s.marks.part(rep, 1),
                "CE" | "CWE" | "CNE" | "CF" => s.marks.part(rep, 0),
                _ => rep,
            };
            self.value(s, 5, value, patient, if report && (text || kind == "ST") { K::ImagingResult } else { K::LabResult });
        }
        if text || kind == "ST" {
            self.free(s, 5, patient);
        }
    }

    /// Clinical content in running text of a field; all belongs to the patient.
    fn free(&mut self, s: &Segment, n: usize, patient: usize) {
        let content = s.field(n);
        if !content.is_empty() {
            crate::clinical::scan(self.cx, self.sink, self.text, range_of(content, self.text), &s.at(n), patient);
        }
    }

    /// A segment of the sender's own: what can be told by its form alone.
    fn unknown(&mut self, s: &Segment) {
        for n in 1..s.fields.len().min(200) {
            for rep in s.repeats(n) {
                let (last, first) = (s.marks.part(rep, 0), s.marks.part(rep, 1));
                if self.cx.names.last(last) > 0
                    && self.cx.names.first(first) > 0
                    && let Some(name) = self.name_of(rep, s.marks)
                    && let Some(p) = self.patient
                {
                    let who = if self.own(p, &name) { p } else { self.other(s, p, &name, Role::Other) };
                    let m = self.sink.mention(range_of(rep, self.text), K::Name, name.normal(), "hl7", 0.7, &s.at(n));
                    self.sink.give_name(who, m, &name);
                    continue;
                }
                let Some(p) = self.patient else { continue };
                for part in rep.split([s.marks.component, s.marks.sub]).map(str::trim).filter(|p| p.len() >= 10) {
                    let dashed = |part: &str, at: [usize; 2]| at.iter().all(|i| part.as_bytes().get(*i) == Some(&b'-'));
                    let kind = match part {
                        _ if part.contains('@') => K::Email,
                        _ if part.len() == 11 && dashed(part, [3, 6]) => K::Ssn,
                        _ if ids::mbi(part).is_some() => K::Mbi,
                        _ if part.starts_with('(') || part.len() == 12 && dashed(part, [3, 7]) => K::Phone,
                        _ => continue,
                    };
                    self.value(s, n, part, p, kind);
                }
            }
        }
    }
}

/// Fields of a segment about a relative.
struct Relative {
    name: usize,
    relation: usize,
    address: usize,
    phones: &'static [usize],
    dob: usize,
    ssn: usize,
}
