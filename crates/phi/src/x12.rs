//! X12 transaction sets: who stands where by the NM1 entity code and the HL level; 837, 835, 270/271, 276/277, 278, 834.

use crate::finder::Context;
use crate::name::Name;
use crate::records::Column;
use crate::sink::{Sink, range_of};
use crate::values::{labelled, normalise};
use crate::{address, ids};
use dosimeter_case::tables::{ElementKind as K, Role};

/// Responsible parties and relatives: 837 NM1*S1/QD, 834 loops 2100F and 2100G.
const RELATIVES: &[&str] = &["S1", "QD", "GW", "E1", "S3", "GD", "LR", "J6", "EI", "EXS", "TZ", "X4", "9K", "GB"];
const PROVIDERS: &[&str] =
    &["82", "DN", "71", "72", "73", "77", "DK", "DQ", "DD", "P3", "SJ", "85", "87", "1P", "FA", "QB", "G3", "AAJ", "P4", "QA", "QN", "XV", "1T", "80"];
/// Qualifiers of DTP and DTM that date the care of the patient.
const CARE_DATES: &[&str] = &[
    "472", "434", "435", "096", "431", "454", "304", "439", "484", "455", "453", "471", "232", "233", "150", "151", "866", "444", "360", "361", "314", "296",
    "297", "090", "091", "AAH",
];
/// Qualifiers of REF about the claim or the service, whoever was named last.
const OF_CLAIM: &[&str] = &["EA", "F8", "D9", "1K", "G1", "9F", "9A", "9C", "G3", "XZ", "EJ"];

fn reference(qualifier: &str) -> Option<K> {
    Some(match qualifier {
        "SY" => K::Ssn,
        "EA" => K::Mrn,
        "1W" | "0F" | "23" | "IG" | "1L" | "F6" | "Q4" => K::InsuranceId,
        "F8" | "D9" | "1K" | "Y4" | "3H" | "G1" | "9F" | "9A" | "9C" | "G3" | "XZ" => K::CaseNumber,
        "NQ" => K::MedicaidId,
        "EJ" => K::AccountNumber,
        _ => return None,
    })
}

/// Diagnosis or procedure, by the qualifier of a HI component.
fn code_list(qualifier: &str) -> Option<K> {
    Some(match qualifier {
        "BK" | "BF" | "BJ" | "ABK" | "ABF" | "ABJ" | "PR" | "APR" | "BN" | "ABN" => K::Diagnosis,
        "BR" | "BQ" | "BBR" | "BBQ" | "BP" | "BO" | "CAH" => K::Procedure,
        _ => return None,
    })
}

struct Reader<'a, 'b, 'c> {
    sink: &'a mut Sink<'b>,
    text: &'c str,
    passage: &'c str,
    /// Name and number of the open segment.
    segment: (&'c str, usize),
    /// Who the segments that follow belong to; nobody after an organisation.
    owner: Option<usize>,
    /// The person whose claim or coverage it is: the patient if one is named, else the subscriber.
    subject: Option<usize>,
    subscriber: Option<usize>,
    /// Data that came before its person (835: CLP before NM1*QC; 834: REF before NM1*IL).
    pending: Vec<usize>,
    /// Whether the subscriber is known to be another person than the patient.
    dependent: bool,
    /// After CLM: a subscriber named here is the holder of another insurance.
    in_claim: bool,
    /// SBR02 of the other insurance: its holder is the patient (18), another person, or not said.
    holder: &'c str,
    set: &'c str,
}

/// Element `n` of a segment.
fn element<'c>(e: &[&'c str], n: usize) -> &'c str {
    e.get(n).copied().unwrap_or_default().trim()
}

impl<'c> Reader<'_, '_, 'c> {
    fn locator(&self) -> String {
        format!("{} {}[{}]", self.passage, self.segment.0, self.segment.1)
    }
    fn mention(&mut self, kind: K, part: &str) -> Option<usize> {
        let value = part.split(':').next().unwrap_or_default();
        let kind = if kind == K::InsuranceId && ids::mbi(value).is_some() { K::Mbi } else { kind };
        let normalised = labelled(kind, value)?;
        let locator = self.locator();
        Some(self.sink.mention(range_of(value, self.text), kind, normalised, "x12", 0.99, &locator))
    }
    fn put(&mut self, who: Option<usize>, kind: K, part: &str) {
        if let Some(m) = self.mention(kind, part) {
            match who {
                Some(who) => self.sink.give(who, m),
                None => self.pending.push(m),
            }
        }
    }
    fn open(&mut self, role: Role) -> usize {
        let locator = self.locator();
        self.sink.person(role, &locator)
    }
    /// From the first to the last of elements that stand side by side.
    fn span(&self, parts: &[&str]) -> std::ops::Range<usize> {
        let mut filled = parts.iter().filter(|p| !p.is_empty()).map(|p| range_of(p, self.text));
        let Some(first) = filled.next() else { return 0..0 };
        let end = filled.next_back().map_or(first.end, |last| last.end);
        first.start..end.max(first.start)
    }

    fn named(&mut self, e: &[&'c str]) {
        let at = |n| element(e, n);
        let (code, person) = (at(1), at(2) == "1");
        self.owner = None;
        let role = match code {
            "IL" | "74" | "C" => Role::Subscriber,
            "QC" | "03" => Role::Patient,
            // 834: the member's mailing address, the member as named before, the employer.
            "31" if self.set == "834" => {
                self.owner = self.subject;
                return;
            }
            "70" => Role::Subscriber,
            "36" => {
                if let (Some(who), Some(normalised)) = (self.subject, normalise(K::Employer, &[at(3), at(4)].join(" "))) {
                    let (range, locator) = (self.span(&[at(3), at(4)]), self.locator());
                    let m = self.sink.mention(range, K::Employer, normalised, "x12", 0.99, &locator);
                    self.sink.give(who, m);
                }
                return;
            }
            code if RELATIVES.contains(&code) && (person || at(2).is_empty()) => Role::Guardian,
            code if PROVIDERS.contains(&code) && person => Role::Provider,
            _ => return,
        };
        let name = Name::labelled(at(3), at(4), at(5), at(7));
        if name.is_none() && !matches!(role, Role::Subscriber | Role::Patient) {
            return;
        }
        let who = match role {
            // In an 835 the insured (IL) stands beside the patient; in claims the subscriber is the patient unless a
            // patient level follows.
            Role::Patient => {
                let who = self.open(Role::Patient);
                if let Some(subscriber) = self.subscriber
                    && self.dependent
                {
                    self.sink.drafts[subscriber].related.get_or_insert(who);
                }
                self.subject = Some(who);
                who
            }
            Role::Subscriber => {
                let other = self.in_claim || self.set == "835";
                let again = |p: &usize| {
                    let known = self.sink.name(*p);
                    code == "70"
                        || other && matches!(self.holder, "" | "18") && name.as_ref().is_some_and(|name| known.as_ref().is_some_and(|n| n.key() == name.key()))
                };
                let same = self.subject.filter(again);
                let who = same.unwrap_or_else(|| self.open(if self.dependent || other { Role::Subscriber } else { Role::Patient }));
                if !self.in_claim {
                    self.subscriber = Some(who);
                }
                if !other {
                    self.subject = Some(who);
                } else if let Some(p) = self.subject.filter(|&p| p != who) {
                    self.sink.drafts[who].related = Some(p);
                }
                who
            }
            role => {
                let who = self.open(role);
                if role == Role::Guardian {
                    self.sink.drafts[who].related = self.subject;
                }
                who
            }
        };
        self.owner = Some(who);
        if let Some(name) = &name {
            let (range, locator) = (self.span(&[at(3), at(4), at(5)]), self.locator());
            let m = self.sink.mention(range.clone(), K::Name, name.normal(), "x12", 0.99, &locator);
            self.sink.give_name(who, m, name);
            if let (Role::Provider, Some(subject)) = (role, self.subject) {
                let m = self.sink.mention(range, K::Provider, name.normal(), "x12", 0.99, &locator);
                self.sink.give(subject, m);
            }
        }
        if role == Role::Provider {
            return;
        }
        let kind = match at(8) {
            "34" => K::Ssn,
            "MR" | "MC" => K::MedicaidId,
            _ => K::InsuranceId,
        };
        self.put(Some(who), kind, at(9));
        for m in std::mem::take(&mut self.pending) {
            self.sink.give(who, m);
        }
    }

    /// A level of the hierarchy begins; `next` is the level after it.
    fn level(&mut self, e: &[&str], next: Option<&str>) {
        self.in_claim = false;
        self.owner = None;
        match element(e, 3) {
            "22" => {
                (self.subject, self.subscriber) = (None, None);
                // A dependent's level follows: the subscriber is not the patient.
                self.dependent = element(e, 4) == "1" && next == Some("23");
            }
            "23" => self.subject = None,
            "20" | "21" | "19" | "PT" => (self.subject, self.subscriber, self.dependent) = (None, None, false),
            // Events and services (278) are the patient's above.
            _ => {}
        }
    }

    fn reference(&mut self, e: &[&'c str]) {
        let Some(kind) = reference(element(e, 1)) else { return };
        let role = self.owner.map(|who| self.sink.records[who].role);
        let who = match (element(e, 1), role) {
            (q, _) if OF_CLAIM.contains(&q) => self.subject,
            // The tax number of a provider who is a person.
            ("SY", Some(Role::Provider)) => self.owner,
            _ if self.set == "835" => self.subject,
            (_, Some(Role::Provider)) => None,
            (_, Some(_)) => self.owner,
            (_, None) if self.set == "834" => {
                let subject = self.subject;
                return self.put(subject, kind, element(e, 2));
            }
            _ => None,
        };
        if who.is_some() {
            self.put(who, kind, element(e, 2));
        }
    }

    fn codes(&mut self, e: &[&'c str]) {
        for part in e.iter().skip(1) {
            let mut c = part.split(':');
            let (Some(kind), code) = (c.next().and_then(code_list), c.next().unwrap_or_default()) else { continue };
            let who = self.subject;
            self.put(who, kind, code);
            if kind == K::Procedure && c.next() == Some("D8") {
                self.put(who, K::ServiceDate, c.next().unwrap_or_default());
            }
        }
    }

    fn address(&mut self, who: usize, street: &[&'c str], city: &[&'c str]) {
        let s = |n: usize| element(street, n);
        let c = |n: usize| element(city, n);
        let street = [s(1), s(2)].join(" ").trim().to_string();
        let a = address::Address { street, city: c(1).into(), state: c(2).into(), zip: c(3).into(), country: String::new() };
        if a.street.is_empty() && a.city.is_empty() && a.zip.is_empty() {
            return;
        }
        let (range, locator) = (self.span(&[s(1), s(2), c(1), c(2), c(3)]), self.locator());
        let m = self.sink.mention(range, K::Address, a.normal(), "x12", 0.99, &locator);
        self.sink.give_address(who, m, &a);
    }
}

/// Finds the persons of one transaction set.
pub(crate) fn find(_cx: &Context, sink: &mut Sink, text: &str, locator: &str) {
    let first = sink.drafts.len();
    let mut r = Reader {
        sink,
        text,
        passage: locator,
        segment: ("", 0),
        owner: None,
        subject: None,
        subscriber: None,
        pending: Vec::new(),
        dependent: false,
        in_claim: false,
        holder: "",
        set: "",
    };
    let segments: Vec<&str> = text.split('\n').map(|s| s.trim().trim_end_matches('~')).filter(|s| !s.is_empty()).collect();
    // Level codes of the hierarchy, so that each knows the next.
    let levels: Vec<(usize, &str)> =
        segments.iter().enumerate().filter(|(_, s)| s.starts_with("HL*")).map(|(n, s)| (n, s.split('*').nth(3).unwrap_or_default().trim())).collect();
    let mut level = 0;
    let mut e: Vec<&str> = Vec::new();
    for (n, segment) in segments.iter().enumerate() {
        e.clear();
        e.extend(segment.split('*'));
        let at = |n| element(&e, n);
        r.segment = (at(0), n + 1);
        let subject = r.subject;
        match at(0) {
            "ST" => r.set = at(1),
            "HL" => {
                level += 1;
                r.level(&e, levels.get(level).map(|l| l.1));
            }
            // 834, 271: each INS of an 834 starts a member.
            "INS" => {
                if r.set == "834" {
                    (r.subject, r.owner, r.dependent) = (None, None, false);
                    r.pending.clear();
                }
                if at(2) != "18" {
                    let who = r.subject;
                    r.put(who, K::Relationship, at(2));
                }
            }
            "CLP" => {
                (r.subject, r.subscriber, r.owner) = (None, None, None);
                r.pending.clear();
                r.put(None, K::CaseNumber, at(7));
                r.put(None, K::AccountNumber, at(1));
            }
            "CLM" => {
                (r.in_claim, r.holder) = (true, "");
                r.put(subject, K::AccountNumber, at(1));
            }
            // Of a group or policy; the subscriber is named after it.
            "SBR" if r.in_claim && subject.is_some() => {
                r.holder = at(2);
                r.put(subject, K::InsuranceId, at(3));
            }
            "SBR" => r.put(None, K::InsuranceId, at(3)),
            "NM1" => r.named(&e),
            "N3" | "N4" => {
                let (before, after) = (n.checked_sub(1).and_then(|b| segments.get(b)), segments.get(n + 1));
                if let Some(who) = r.owner.filter(|_| at(0) == "N3" || !before.is_some_and(|s| s.starts_with("N3*"))) {
                    let city: Vec<&str> =
                        if at(0) == "N4" { e.clone() } else { after.filter(|s| s.starts_with("N4*")).map(|s| s.split('*').collect()).unwrap_or_default() };
                    r.address(who, if at(0) == "N3" { &e } else { &[] }, &city);
                }
            }
            "DMG" => {
                if let Some(who) = r.owner {
                    r.put(Some(who), K::Dob, at(2));
                    if !at(3).is_empty() {
                        r.sink.set(who, Column::Sex, Some(at(3)));
                    }
                }
            }
            "PER" => {
                if let Some(who) = r.owner.filter(|who| r.sink.records[*who].role != Role::Provider) {
                    for pair in e.get(3..).unwrap_or_default().chunks(2) {
                        match pair {
                            ["TE" | "HP" | "CP" | "WP" | "AP", number] => r.put(Some(who), K::Phone, number),
                            ["EM", address] => r.put(Some(who), K::Email, address),
                            _ => {}
                        }
                    }
                }
            }
            "REF" => r.reference(&e),
            "HI" => r.codes(&e),
            "SV1" | "SV2" | "SV3" | "SV5" | "SVC" => {
                r.put(subject, K::Procedure, at(if at(0) == "SV2" { 2 } else { 1 }).split(':').nth(1).unwrap_or_default());
            }
            "LIN" if at(2) == "N4" => r.put(subject, K::Medication, at(3)),
            "DTP" | "DTM" if CARE_DATES.contains(&at(1)) && r.set != "834" => {
                at(if at(0) == "DTP" { 3 } else { 2 }).split('-').for_each(|day| r.put(subject, K::ServiceDate, day));
            }
            // How the patient is related to the subscriber.
            "PAT" => {
                let who = r.subscriber;
                r.put(who, K::Relationship, at(1));
            }
            // A loop of an organisation.
            "N1" | "LX" | "SE" => r.owner = None,
            _ => {}
        }
    }
    // A subscriber at a level with a patient of its own, who never came: the subscriber is the patient.
    let claims = r.set != "835";
    for (draft, record) in r.sink.drafts.iter().zip(&mut r.sink.records).skip(first) {
        if claims && record.role == Role::Subscriber && draft.related.is_none() {
            record.role = Role::Patient;
        }
    }
}
