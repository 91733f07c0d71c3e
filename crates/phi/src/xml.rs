//! C-CDA documents: recordTarget, guardian, participants, informants, authors; the sections of the body are in `ccda_section`.

use crate::ccda_section::{Section, attribute};
use crate::finder::Context;
use crate::name::{self, Name};
use crate::records::Column;
use crate::sink::{Sink, range_of};
use crate::values::labelled;
use crate::{address, ids};
use dosimeter_case::tables::{ElementKind as K, Role};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;
use std::ops::Range;

/// Whether the text is a CDA document.
pub(crate) fn is_clinical(text: &str) -> bool {
    let head = text.get(..text.floor_char_boundary(4000)).unwrap_or_default();
    head.contains("ClinicalDocument")
}

const SSN_ROOT: &str = "2.16.840.1.113883.4.1";
const MBI_ROOTS: &[&str] = &["2.16.840.1.113883.4.927", "2.16.840.1.113883.4.572"];
/// Driver licences: one arc per State below it.
const LICENCES: &str = "2.16.840.1.113883.4.3.";
const DEPTH: usize = 200;

/// The parts of one person's name or address while its element is open: range and values.
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
    /// The open given name is a nickname.
    called: bool,
    range: Option<Range<usize>>,
}

/// A document being read.
struct State<'t> {
    text: &'t str,
    locator: &'t str,
    path: Vec<&'t str>,
    /// Elements open below the deepest that `path` holds.
    below: usize,
    patient: Option<usize>,
    /// The persons that the open elements are about, with the depth of each.
    people: Vec<(usize, usize)>,
    parts: Parts,
    sections: Vec<Section<'t>>,
    /// Text since the last tag: its place, and what it says.
    run: Option<Range<usize>>,
    said: String,
    /// One record per provider, whatever they did.
    providers: HashMap<String, usize>,
}

/// Finds the persons of one CDA document.
pub(crate) fn find(cx: &Context, sink: &mut Sink, text: &str, locator: &str) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut s = State {
        text,
        locator,
        path: Vec::new(),
        below: 0,
        patient: None,
        people: Vec::new(),
        parts: Parts::default(),
        sections: Vec::new(),
        run: None,
        said: String::new(),
        providers: HashMap::new(),
    };
    let first = sink.drafts.len();
    // What follows broken markup is left out; what came before counts.
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Eof => break,
            Event::Start(e) => {
                s.flush(cx, sink);
                let name = text.get(range_of(e.local_name().into_inner(), text)).unwrap_or_default();
                s.open(sink, &e, name, false);
                if s.path.len() < DEPTH && s.below == 0 {
                    s.path.push(name);
                } else {
                    s.below += 1;
                }
            }
            Event::Empty(e) => {
                s.flush(cx, sink);
                let name = text.get(range_of(e.local_name().into_inner(), text)).unwrap_or_default();
                s.open(sink, &e, name, true);
            }
            Event::End(e) => {
                s.flush(cx, sink);
                if s.below > 0 {
                    s.below -= 1;
                } else if s.path.last().is_some_and(|open| *open == e.local_name().into_inner()) {
                    let name = s.path.pop().unwrap_or_default();
                    s.close(cx, sink, name);
                }
            }
            Event::Text(t) => {
                let range = range_of(&t.into_inner(), text);
                s.said.push_str(text.get(range.clone()).unwrap_or_default());
                s.run = Some(s.run.take().map_or(range.clone(), |r| r.start..range.end));
            }
            Event::GeneralRef(entity) => {
                let entity = format!("&{};", &*entity);
                s.said.push_str(&quick_xml::escape::unescape(&entity).unwrap_or_default());
            }
            _ => {}
        }
    }
    while let Some(section) = s.sections.pop() {
        section.finish(sink, s.patient, locator);
    }
    one_person_each(sink, first);
}

/// A relative named as guardian, informant and contact is one person; one with the patient's own name is the patient.
fn one_person_each(sink: &mut Sink, first: usize) {
    let mut known: HashMap<String, usize> = HashMap::new();
    for i in first..sink.drafts.len() {
        if let (Role::Patient, Some(name)) = (sink.records[i].role, sink.name(i)) {
            known.entry(name.key()).or_insert(i);
        }
    }
    for i in first..sink.drafts.len() {
        if let (Role::Guardian | Role::Subscriber | Role::Other, Some(name)) = (sink.records[i].role, sink.name(i)) {
            let same = *known.entry(name.key()).or_insert(i);
            sink.merge(same, i);
        }
    }
}

impl<'t> State<'t> {
    fn who(&self) -> Option<usize> {
        self.people.last().map(|p| p.1)
    }
    fn has(&self, element: &str) -> bool {
        self.path.contains(&element)
    }
    fn here(&self, name: &str) -> String {
        match self.sections.last() {
            Some(section) => format!("{} {}", self.locator, section.title),
            None => format!("{} {name}", self.locator),
        }
    }
    /// Inside an organisation, or a place that is nobody's address.
    fn elsewhere(&self) -> bool {
        self.path.iter().any(|p| p.ends_with("Organization") || matches!(*p, "maintainedEntity" | "custodian" | "birthplace"))
    }

    fn open(&mut self, sink: &mut Sink, e: &BytesStart, name: &'t str, empty: bool) {
        let header = self.sections.is_empty();
        let role = match name {
            "recordTarget" => Some(Role::Patient),
            "guardian" if header => Some(Role::Guardian),
            // In the section on payers a performer is the payer or the guarantor.
            "performer" if self.sections.last().is_some_and(Section::is_payers) => Some(Role::Other),
            "author" | "legalAuthenticator" | "authenticator" | "performer" | "responsibleParty" | "encounterParticipant" | "informationRecipient" => {
                Some(Role::Provider)
            }
            "dataEnterer" => Some(Role::Staff),
            "informant" => Some(Role::Other),
            "participant" if header => Some(if attribute(e, "typeCode", self.text) == Some("HLD") { Role::Subscriber } else { Role::Other }),
            _ => None,
        };
        if let Some(role) = role {
            if empty {
                return;
            }
            let who = sink.person(role, &self.here(name));
            self.people.push((self.path.len(), who));
            match role {
                Role::Patient => self.patient = Some(who),
                Role::Guardian => {
                    sink.records[who].elements.insert(K::Relationship);
                    sink.drafts[who].related = self.patient;
                }
                Role::Subscriber | Role::Other => sink.drafts[who].related = self.patient,
                _ => {}
            }
            return;
        }
        match name {
            // An informant with a post at an organisation is a clinician, not a relative.
            "assignedEntity" | "assignedAuthor" if !self.sections.last().is_some_and(Section::is_payers) => {
                if let Some(who) = self.who().filter(|w| sink.records[*w].role == Role::Other) {
                    sink.records[who].role = Role::Provider;
                }
            }
            "associatedEntity" | "relatedEntity" => {
                if let Some(who) = self.who() {
                    match attribute(e, "classCode", self.text) {
                        Some("GUARD" | "GUAR" | "PRS" | "NOK") => sink.records[who].role = Role::Guardian,
                        Some("PROV" | "ASSIGNED") => sink.records[who].role = Role::Provider,
                        _ => {}
                    }
                }
            }
            "name" | "addr" => self.parts = Parts::default(),
            // What the person is called besides the given name.
            "given" => self.parts.called = attribute(e, "qualifier", self.text).is_some_and(|q| q.split(' ').any(|q| q == "CL")),
            "section" if !empty => self.sections.push(Section::new(self.path.len())),
            "birthTime" | "id" | "telecom" | "administrativeGenderCode" if header => self.labelled(sink, e, name),
            "effectiveTime" | "low" | "high" if header && (self.has("serviceEvent") || self.has("encompassingEncounter")) && !self.has("performer") => {
                let value = attribute(e, "value", self.text);
                self.put(sink, self.patient, K::ServiceDate, value, name);
            }
            _ => {}
        }
        let at = self.here(name);
        if let Some(section) = self.sections.last_mut() {
            section.open(sink, e, name, &self.path, self.text, self.patient, &at);
        }
    }

    fn put(&self, sink: &mut Sink, who: Option<usize>, kind: K, value: Option<&str>, name: &str) {
        if let (Some(who), Some(value)) = (who, value)
            && let Some(normalised) = labelled(kind, value)
        {
            let m = sink.mention(range_of(value, self.text), kind, normalised, "ccda", 0.99, &self.here(name));
            sink.give(who, m);
        }
    }

    /// An element of the header whose attribute is the datum.
    fn labelled(&self, sink: &mut Sink, e: &BytesStart, name: &str) {
        let Some(who) = self.who().filter(|_| !self.elsewhere()) else { return };
        let role = sink.records[who].role;
        if matches!(role, Role::Provider | Role::Staff) {
            return;
        }
        let key = match name {
            "id" => "extension",
            "administrativeGenderCode" => "code",
            _ => "value",
        };
        let Some(value) = attribute(e, key, self.text) else { return };
        // "email:" is written for "mailto:".
        let value = value.strip_prefix("email:").unwrap_or(value);
        let root = attribute(e, "root", self.text).unwrap_or_default();
        let kind = match name {
            "birthTime" => K::Dob,
            "administrativeGenderCode" => {
                sink.set(who, Column::Sex, Some(value));
                return;
            }
            "telecom" if value.contains('@') => K::Email,
            "telecom" => K::Phone,
            _ if root == SSN_ROOT => K::Ssn,
            _ if role != Role::Patient || self.path.last() != Some(&"patientRole") => return,
            _ if MBI_ROOTS.contains(&root) || ids::mbi(value).is_some() => K::Mbi,
            _ if root.starts_with(LICENCES) => K::DriversLicense,
            _ => K::Mrn,
        };
        self.put(sink, Some(who), kind, Some(value), name);
    }

    /// The text since the last tag is complete.
    fn flush(&mut self, cx: &Context, sink: &mut Sink) {
        let Some(run) = self.run.take() else { return self.said.clear() };
        let value = std::mem::take(&mut self.said);
        let value = value.trim();
        let whole = self.text.get(run.clone()).unwrap_or_default();
        let trimmed = range_of(whole.trim(), self.text);
        if value.is_empty() || trimmed.is_empty() {
            return;
        }
        let tag = self.path.last().copied().unwrap_or_default();
        let p = &mut self.parts;
        if matches!(tag, "given" | "family" | "suffix" | "streetAddressLine" | "city" | "state" | "postalCode" | "name" | "addr") {
            p.range = Some(p.range.take().map_or(trimmed.clone(), |r| r.start..trimmed.end));
        }
        let first = |slot: &mut String| {
            if slot.is_empty() {
                slot.push_str(value);
            }
        };
        match tag {
            "given" if p.called => {}
            "given" => p.given.push(value.to_string()),
            "family" => first(&mut p.family),
            "suffix" => first(&mut p.suffix),
            "streetAddressLine" => p.street.push(value.to_string()),
            "city" => first(&mut p.city),
            "state" => first(&mut p.state),
            "postalCode" => first(&mut p.zip),
            "name" | "addr" => first(&mut p.whole),
            "title" if self.path.len().checked_sub(2).and_then(|i| self.path.get(i)) == Some(&"section") => {
                if let Some(section) = self.sections.last_mut() {
                    section.titled(value);
                }
            }
            _ => {
                let at = self.here(tag);
                if let Some(section) = self.sections.last_mut() {
                    section.content(cx, sink, trimmed, &self.path, self.text, self.patient, &at);
                }
            }
        }
    }

    /// Element `name` ended; `path` leads to its parent.
    fn close(&mut self, cx: &Context, sink: &mut Sink, name: &str) {
        match name {
            "name" => self.name(cx, sink),
            "addr" => self.address(sink),
            _ => {}
        }
        let depth = self.path.len();
        if self.people.last().is_some_and(|p| depth <= p.0) {
            self.people.pop();
        }
        if let Some(section) = self.sections.last_mut() {
            section.close(depth);
            if section.is_over(depth) {
                let at = self.here(name);
                if let Some(section) = self.sections.pop() {
                    section.finish(sink, self.patient, &at);
                }
            }
        }
    }

    fn name(&mut self, cx: &Context, sink: &mut Sink) {
        let p = std::mem::take(&mut self.parts);
        let parent = self.path.last().copied().unwrap_or_default();
        let (Some(who), Some(range)) = (self.who().filter(|_| !self.elsewhere()), p.range) else { return };
        // Names of plans, devices and places stand in entities that are no persons.
        if !(parent.ends_with("Person") || matches!(parent, "patient" | "informationRecipient" | "intendedRecipient")) {
            return;
        }
        let (first, middle) = (p.given.first().map_or("", |g| g), p.given.get(1..).unwrap_or_default().join(" "));
        let Some(parsed) = Name::labelled(&p.family, first, &middle, &p.suffix).or_else(|| name::parse(&p.whole, &cx.names)) else { return };
        let at = self.here(parent);
        let own = self.patient.filter(|p| sink.name(*p).is_some_and(|n| n.key() == parsed.key()));
        // Who writes about himself is no provider.
        let who = own.unwrap_or(who);
        let provider = sink.records[who].role == Role::Provider;
        let owner = if provider { *self.providers.entry(parsed.key()).or_insert(who) } else { who };
        let m = sink.mention(range.clone(), K::Name, parsed.normal(), "ccda", 0.99, &at);
        sink.give_name(owner, m, &parsed);
        if let (true, Some(patient)) = (provider, self.patient) {
            let m = sink.mention(range, K::Provider, parsed.normal(), "ccda", 0.99, &at);
            sink.give(patient, m);
        }
    }

    fn address(&mut self, sink: &mut Sink) {
        let p = std::mem::take(&mut self.parts);
        let (Some(who), Some(range)) = (self.who().filter(|_| !self.elsewhere() && self.sections.is_empty()), p.range) else { return };
        if matches!(sink.records[who].role, Role::Provider | Role::Staff) {
            return;
        }
        let a = if p.street.is_empty() && p.city.is_empty() && p.zip.is_empty() {
            address::parse(&p.whole)
        } else {
            address::Address { street: p.street.join(" "), city: p.city, state: p.state, zip: p.zip, country: String::new() }
        };
        if !(a.street.is_empty() && a.city.is_empty() && a.zip.is_empty()) {
            let m = sink.mention(range, K::Address, a.normal(), "ccda", 0.99, &self.here("addr"));
            sink.give_address(who, m, &a);
        }
    }
}
