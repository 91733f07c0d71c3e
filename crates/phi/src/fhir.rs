//! FHIR resources (R4, also STU3): a record per patient of the document; what refers to the patient is theirs.

use crate::finder::Context;
use crate::json::{Json, parse_all, unescape};
use crate::name::Name;
use crate::records::Column;
use crate::sink::{Identity, Sink, range_of};
use crate::values::labelled;
use crate::{address, ids};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::collections::HashMap;

/// Patients of a document by the references that resources use for them.
#[derive(Default)]
pub(crate) struct Resources {
    patients: HashMap<String, usize>,
    /// The patients of earlier parts of a long document.
    before: HashMap<String, Identity>,
    depth: usize,
}

/// Most patients remembered from part to part of a long document.
const PATIENTS: usize = 1_000_000;

impl Resources {
    /// Ready for the next part of the document, in which the patients of this one are no more than identities.
    pub fn carry(&mut self, sink: &Sink) {
        let mut now: Vec<(String, usize)> = self.patients.drain().collect();
        now.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        for (key, person) in now {
            if self.before.len() < PATIENTS {
                self.before.entry(key).or_insert_with(|| sink.identity(person));
            }
        }
    }

    /// The patient of a reference, made when it was not seen yet.
    fn patient(&mut self, sink: &mut Sink, key: String, locator: &str) -> usize {
        if let Some(known) = self.patients.get(&key) {
            return *known;
        }
        let who = sink.person(Role::Patient, locator);
        if let Some(identity) = self.before.get(&key) {
            sink.identify(who, identity);
        }
        self.patients.insert(key, who);
        who
    }
}

/// Finds persons in one passage: a resource, a bundle, or JSON lines of them. JSON that is not FHIR is read by its keys.
pub(crate) fn find(cx: &Context, sink: &mut Sink, known: &mut Resources, text: &str, locator: &str) {
    for value in parse_all(text) {
        if value.text("resourceType").is_some() || value.get("entry").is_some() {
            resource(cx, sink, known, &value, "", text, locator);
        } else {
            plain(cx, sink, &value, text, locator, 0);
        }
    }
}

struct Put<'s, 'd, 't> {
    sink: &'s mut Sink<'d>,
    text: &'t str,
    locator: String,
}

impl Put<'_, '_, '_> {
    fn value(&mut self, who: usize, kind: K, raw: Option<&str>) {
        let Some(raw) = raw else { return };
        if let Some(normalised) = labelled(kind, &unescape(raw)) {
            let m = self.sink.mention(range_of(raw, self.text), kind, normalised, "fhir", 0.99, &self.locator);
            self.sink.give(who, m);
        }
    }
    fn concept(&mut self, who: usize, kind: K, concept: &Json) {
        let before = self.sink.drafts[who].mentions.len();
        // Some senders give a coding where a concept is due.
        let bare = if concept.get("coding").is_none() { std::slice::from_ref(concept) } else { &[] };
        for coding in concept.items("coding").iter().chain(bare) {
            self.value(who, kind, coding.text("code"));
            self.value(who, kind, coding.text("display"));
        }
        if self.sink.drafts[who].mentions.len() == before {
            self.value(who, kind, concept.text("text"));
        }
    }
    fn period(&mut self, who: usize, period: Option<&Json>) {
        for end in ["start", "end"] {
            self.value(who, K::ServiceDate, period.and_then(|p| p.text(end)));
        }
    }
    /// Who treats the patient, as a reference displays it; organisations and the patient are no providers.
    fn provider(&mut self, who: usize, member: &Json) {
        let inner = ["actor", "individual", "provider", "agent"].iter().filter_map(|k| member.get(k));
        for reference in std::iter::once(member).chain(inner) {
            let target = reference.text("reference").unwrap_or_default();
            if !["Organization", "Patient", "Location"].iter().any(|kind| target.starts_with(kind)) {
                self.value(who, K::Provider, reference.text("display"));
            }
        }
    }
    fn human(&mut self, cx: &Context, who: usize, resource: &Json) {
        for name in resource.items("name") {
            if let Json::Text(raw) = name {
                if let Some(n) = crate::name::parse(&unescape(raw), &cx.names) {
                    let m = self.sink.mention(range_of(raw, self.text), K::Name, n.normal(), "fhir", 0.95, &self.locator);
                    self.sink.give_name(who, m, &n);
                }
                continue;
            }
            let part = |j: &Json| match j {
                Json::Text(t) => unescape(t).into_owned(),
                _ => String::new(),
            };
            let given: Vec<String> = name.items("given").iter().map(part).collect();
            let family: Vec<String> = name.items("family").iter().map(part).collect();
            let suffix: Vec<String> = name.items("suffix").iter().map(part).collect();
            let from_parts =
                Name::labelled(&family.join(" "), given.first().map_or("", |g| g), &given.get(1..).unwrap_or_default().join(" "), &suffix.join(" "));
            let Some(n) = from_parts.or_else(|| name.text("text").and_then(|t| crate::name::parse(&unescape(t), &cx.names))) else { continue };
            let mut spans: Vec<_> = ["family", "given", "text"]
                .iter()
                .flat_map(|k| name.items(k))
                .filter_map(|j| if let Json::Text(t) = j { Some(range_of(t, self.text)) } else { None })
                .collect();
            spans.sort_by_key(|r| r.start);
            let range = match (spans.first(), spans.last()) {
                (Some(a), Some(b)) => a.start..b.end,
                _ => 0..0,
            };
            let m = self.sink.mention(range, K::Name, n.normal(), "fhir", 0.99, &self.locator);
            self.sink.give_name(who, m, &n);
        }
        for t in resource.items("telecom") {
            match t.text("system") {
                Some("phone" | "sms") => self.value(who, K::Phone, t.text("value")),
                Some("email") => self.value(who, K::Email, t.text("value")),
                _ => {}
            }
        }
        for a in resource.items("address") {
            let t = |k: &str| a.text(k).map(|t| unescape(t).into_owned()).unwrap_or_default();
            let lines: Vec<&str> = a.items("line").iter().filter_map(|l| if let Json::Text(t) = l { Some(*t) } else { None }).collect();
            let country = Some(t("country")).filter(|c| !matches!(c.as_str(), "US" | "USA")).unwrap_or_default();
            let parsed = address::Address { street: lines.join(" "), city: t("city"), state: t("state"), zip: t("postalCode"), country };
            if parsed.street.is_empty() && parsed.city.is_empty() && parsed.zip.is_empty() {
                if let Some(whole) = a.text("text") {
                    let parsed = address::parse(&unescape(whole));
                    let m = self.sink.mention(range_of(whole, self.text), K::Address, parsed.normal(), "fhir", 0.95, &self.locator);
                    self.sink.give_address(who, m, &parsed);
                }
                continue;
            }
            let mut spans: Vec<_> =
                lines.iter().copied().chain(["city", "state", "postalCode"].iter().filter_map(|k| a.text(k))).map(|t| range_of(t, self.text)).collect();
            spans.sort_by_key(|r| r.start);
            let range = match (spans.first(), spans.last()) {
                (Some(a), Some(b)) => a.start..b.end,
                _ => 0..0,
            };
            let m = self.sink.mention(range, K::Address, parsed.normal(), "fhir", 0.99, &self.locator);
            self.sink.give_address(who, m, &parsed);
        }
        self.value(who, K::Dob, resource.text("birthDate"));
        if let Some(sex) = resource.text("gender") {
            let letter = sex.chars().next().map(|c| c.to_ascii_uppercase().to_string());
            self.sink.set(who, Column::Sex, letter.as_deref());
        }
    }
    /// Numbers by the code of their type (HL7 table 0203) or their system; one of no stated type is a record number.
    fn identifiers(&mut self, who: usize, resource: &Json) {
        let mut other = Vec::new();
        for id in resource.items("identifier") {
            let system = id.text("system").unwrap_or_default().to_lowercase();
            let kind = id.get("type");
            let words = kind.and_then(|k| k.text("text")).unwrap_or_default().to_lowercase();
            let codes: Vec<&str> = kind.map(|k| k.items("coding")).unwrap_or_default().iter().filter_map(|c| c.text("code")).collect();
            let has = |code: &str| codes.iter().any(|c| c.eq_ignore_ascii_case(code));
            let kind = match () {
                () if has("SS") || system.contains("us-ssn") || system.ends_with("2.16.840.1.113883.4.1") || words.contains("social") => K::Ssn,
                () if has("DL") || words.contains("driver") => K::DriversLicense,
                () if has("PPN") || words.contains("passport") => K::Passport,
                () if has("MC") || system.contains("us-mbi") => K::Mbi,
                () if has("MA") => K::MedicaidId,
                () if has("MB") || has("SN") || words.contains("member") || words.contains("insurance") => K::InsuranceId,
                () if has("AN") || words.contains("account") => K::AccountNumber,
                () if has("BR") => K::Certificate,
                () if has("MR") => K::Mrn,
                () => {
                    other.extend(id.text("value"));
                    continue;
                }
            };
            self.value(who, kind, id.text("value"));
        }
        other.into_iter().for_each(|number| self.value(who, K::Mrn, Some(number)));
    }
}

/// The patient that a resource refers to, made when it was not seen yet.
fn subject(sink: &mut Sink, known: &mut Resources, resource: &Json, locator: &str) -> Option<usize> {
    let reference =
        ["subject", "patient", "beneficiary", "for", "individual"].iter().find_map(|k| resource.items(k).first().and_then(|r| r.text("reference")))?;
    let key = key_of(reference);
    Some(known.patient(sink, key, locator))
}

fn key_of(reference: &str) -> String {
    let tail = reference.split("/_history").next().unwrap_or_default();
    tail.trim_start_matches("urn:uuid:").rsplit('/').next().unwrap_or_default().trim_start_matches('#').to_string()
}

fn resource(cx: &Context, sink: &mut Sink, known: &mut Resources, value: &Json, full_url: &str, text: &str, locator: &str) {
    if known.depth > 8 {
        return;
    }
    for entry in value.items("entry") {
        if let Some(inner) = entry.get("resource") {
            known.depth += 1;
            resource(cx, sink, known, inner, entry.text("fullUrl").unwrap_or_default(), text, locator);
            known.depth -= 1;
        }
    }
    for inner in value.items("contained") {
        known.depth += 1;
        resource(cx, sink, known, inner, "", text, locator);
        known.depth -= 1;
    }
    let Some(kind) = value.text("resourceType") else { return };
    let id = value.text("id").unwrap_or_default();
    let at = format!("{locator} {kind}/{id}");
    match kind {
        "Patient" | "Person" => {
            let key = if id.is_empty() { key_of(full_url) } else { id.to_string() };
            let who = known.patient(sink, key, &at);
            sink.set(who, Column::Locator, Some(&at));
            let mut put = Put { sink, text, locator: at.clone() };
            put.human(cx, who, value);
            put.identifiers(who, value);
            if let Some(day) = value.text("deceasedDateTime") {
                put.sink.set(who, Column::DeceasedOn, crate::date::parse(day).as_deref());
            }
            for doctor in value.items("generalPractitioner").iter().chain(value.items("careProvider")) {
                put.provider(who, doctor);
            }
            for contact in value.items("contact") {
                let guardian = contact.items("relationship").iter().flat_map(|r| r.items("coding")).any(|c| {
                    let code = format!("{} {}", c.text("code").unwrap_or_default(), c.text("display").unwrap_or_default()).to_uppercase();
                    ["GUARD", "PRN", "PAR", "MTH", "FTH", "MOTHER", "FATHER"].iter().any(|w| code.contains(w))
                });
                let other = put.sink.person(if guardian { Role::Guardian } else { Role::Other }, &at);
                put.sink.drafts[other].related = Some(who);
                put.human(cx, other, contact);
            }
        }
        "RelatedPerson" => {
            let patient = subject(sink, known, value, &at);
            let who = sink.person(Role::Guardian, &at);
            sink.drafts[who].related = patient;
            let mut put = Put { sink, text, locator: at };
            put.human(cx, who, value);
            put.identifiers(who, value);
            for r in value.items("relationship") {
                put.concept(who, K::Relationship, r);
            }
        }
        "Practitioner" => {
            let who = sink.person(Role::Provider, &at);
            Put { sink, text, locator: at }.human(cx, who, value);
        }
        _ => {
            if let Some(who) = subject(sink, known, value, &at) {
                clinical(&mut Put { sink, text, locator: at }, who, kind, value);
            }
        }
    }
}

/// Coded members of resources about a patient (R4, STU3, DSTU2).
const CONCEPTS: &[(&str, &str, K)] = &[
    ("Condition", "code", K::Diagnosis),
    ("AllergyIntolerance", "code", K::Diagnosis),
    ("AllergyIntolerance", "substance", K::Diagnosis),
    ("Procedure", "code", K::Procedure),
    ("Procedure", "reasonCode", K::Diagnosis),
    ("ServiceRequest", "code", K::Procedure),
    ("ServiceRequest", "reasonCode", K::Diagnosis),
    ("ProcedureRequest", "code", K::Procedure),
    ("ProcedureRequest", "reasonCode", K::Diagnosis),
    ("ReferralRequest", "serviceRequested", K::Procedure),
    ("ReferralRequest", "reasonCode", K::Diagnosis),
    ("Immunization", "vaccineCode", K::Procedure),
    ("MedicationRequest", "medicationCodeableConcept", K::Medication),
    ("MedicationRequest", "reasonCode", K::Diagnosis),
    ("MedicationOrder", "medicationCodeableConcept", K::Medication),
    ("MedicationStatement", "medicationCodeableConcept", K::Medication),
    ("MedicationStatement", "reasonCode", K::Diagnosis),
    ("MedicationAdministration", "medicationCodeableConcept", K::Medication),
    ("MedicationAdministration", "reasonCode", K::Diagnosis),
    ("MedicationDispense", "medicationCodeableConcept", K::Medication),
    ("Observation", "code", K::LabResult),
    ("DiagnosticReport", "code", K::LabResult),
    ("Encounter", "type", K::Service),
    ("Encounter", "reasonCode", K::Diagnosis),
    ("Encounter", "reason", K::Diagnosis),
    ("Appointment", "serviceType", K::Service),
    ("Appointment", "reasonCode", K::Diagnosis),
];
/// Resources whose dates are those of a service, and the members that hold them.
const DATED: &[&str] = &[
    "Procedure",
    "Immunization",
    "Observation",
    "DiagnosticReport",
    "ImagingStudy",
    "Encounter",
    "Appointment",
    "ExplanationOfBenefit",
    "Claim",
    "ServiceRequest",
    "ProcedureRequest",
];
const DATES: &[&str] = &["effectiveDateTime", "performedDateTime", "occurrenceDateTime", "started", "start"];
const PERIODS: &[&str] = &["period", "effectivePeriod", "performedPeriod", "billablePeriod", "occurrencePeriod"];
/// Members that name who treats the patient.
const TREATING: &[&str] = &["performer", "participant", "requester", "recorder", "asserter", "practitioner", "provider", "careTeam"];

fn clinical(put: &mut Put, who: usize, kind: &str, value: &Json) {
    for (_, key, holds) in CONCEPTS.iter().filter(|c| c.0 == kind) {
        value.items(key).iter().for_each(|concept| put.concept(who, *holds, concept));
    }
    if DATED.contains(&kind) {
        DATES.iter().for_each(|key| put.value(who, K::ServiceDate, value.text(key)));
        PERIODS.iter().for_each(|key| put.period(who, value.get(key)));
    }
    match kind {
        "Observation" => {
            for part in std::iter::once(value).chain(value.items("component")) {
                part.items("code").iter().for_each(|concept| put.concept(who, K::LabResult, concept));
                put.value(who, K::LabResult, part.get("valueQuantity").and_then(|q| q.text("value")));
                part.items("valueCodeableConcept").iter().for_each(|concept| put.concept(who, K::LabResult, concept));
                put.value(who, K::LabResult, part.text("valueString"));
            }
        }
        "DiagnosticReport" => put.value(who, K::LabResult, value.text("conclusion")),
        "ImagingStudy" => put.value(who, K::Procedure, value.text("description")),
        "Coverage" => {
            put.value(who, K::InsuranceId, value.text("subscriberId"));
            put.value(who, K::InsuranceId, value.text("policy"));
            value.items("identifier").iter().for_each(|id| put.value(who, K::InsuranceId, id.text("value")));
        }
        "ExplanationOfBenefit" | "Claim" => {
            for item in value.items("item") {
                for service in item.items("productOrService").iter().chain(item.items("service")) {
                    put.concept(who, K::Procedure, service);
                }
                put.value(who, K::ServiceDate, item.text("servicedDate"));
                put.period(who, item.get("servicedPeriod"));
            }
            for concept in value.items("diagnosis").iter().flat_map(|d| d.items("diagnosisCodeableConcept")) {
                put.concept(who, K::Diagnosis, concept);
            }
            for concept in value.items("procedure").iter().flat_map(|p| p.items("procedureCodeableConcept")) {
                put.concept(who, K::Procedure, concept);
            }
            for number in value.items("insurance").iter().flat_map(|i| i.items("preAuthRef")) {
                if let Json::Text(number) = number {
                    put.value(who, K::CaseNumber, Some(*number));
                }
            }
        }
        _ => {}
    }
    TREATING.iter().flat_map(|key| value.items(key)).for_each(|p| put.provider(who, p));
}

/// Objects of any JSON as rows: keys are column headers.
fn plain(cx: &Context, sink: &mut Sink, value: &Json, text: &str, locator: &str, depth: usize) {
    if depth > 20 {
        return;
    }
    match value {
        Json::Array(items) => items.iter().for_each(|i| plain(cx, sink, i, text, locator, depth + 1)),
        Json::Object(members) => {
            let cells: Vec<(&str, &str)> =
                members.iter().filter_map(|(k, v)| if let Json::Text(t) | Json::Number(t) = v { Some((*k, *t)) } else { None }).collect();
            crate::table::keyed_row(cx, sink, text, &cells, locator);
            for (_, v) in members {
                if matches!(v, Json::Array(_) | Json::Object(_)) {
                    plain(cx, sink, v, text, locator, depth + 1);
                }
            }
        }
        Json::Text(t) => {
            // A message list or a log: only an e-mail address says something by itself.
            if let Some(address) = ids::email(t) {
                sink.mention(range_of(t, text), K::Email, address, "json", 0.9, locator);
            }
        }
        _ => {}
    }
}
