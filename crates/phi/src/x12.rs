//! X12 transaction sets: who stands where by the NM1 entity code and the HL level; 837, 835, 270/271, 276/277, 278, 834.

use crate::finder::Context;
use crate::name::Name;
use crate::sink::{Sink, range_of};
use crate::values::normalise;
use crate::{address, ids};
use dosimeter_case::tables::{ElementKind as K, Role};

/// Who the segments that follow belong to.
#[derive(Clone, Copy, PartialEq)]
enum Owner {
    Person(usize),
    Nobody,
}

struct Reader<'a, 'b, 'c> {
    sink: &'a mut Sink<'b>,
    text: &'c str,
    locator: String,
    owner: Owner,
    /// The person whose claim or coverage it is: the patient if one is named, else the subscriber.
    subject: Option<usize>,
    subscriber: Option<usize>,
    /// Claim data that came before its patient (835: CLP before NM1*QC).
    pending: Vec<usize>,
    /// Whether the subscriber is known to be another person than the patient.
    dependent: bool,
    /// After CLM: a subscriber named here is the holder of another insurance.
    in_claim: bool,
    set: String,
}

impl Reader<'_, '_, '_> {
    fn mention(&mut self, kind: K, part: &str) -> Option<usize> {
        let value = part.split(':').next().unwrap_or_default();
        let normalised = normalise(kind, value)?;
        let locator = self.locator.clone();
        Some(self.sink.mention(range_of(part, self.text), kind, normalised, "x12", 0.99, &locator))
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
        let locator = self.locator.clone();
        self.sink.person(role, &locator)
    }

    fn named(&mut self, e: &[&str]) {
        let at = |n: usize| e.get(n).copied().unwrap_or_default().trim();
        let person = at(2) == "1";
        let role = match at(1) {
            "IL" | "74" => Role::Subscriber,
            "QC" | "03" => Role::Patient,
            "S1" | "QD" | "GW" | "E1" | "36" => Role::Guardian,
            "82" | "DN" | "71" | "72" | "77" | "DK" | "DQ" | "DD" | "P3" | "SJ" | "85" | "87" | "1P" | "ZZ" | "FA" if person => Role::Provider,
            _ => {
                self.owner = Owner::Nobody;
                return;
            }
        };
        let Some(name) = Name::of(at(3), at(4), at(5), at(7)).filter(|_| person || matches!(role, Role::Subscriber | Role::Patient)) else {
            self.owner = Owner::Nobody;
            return;
        };
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
                let same = self.subject.filter(|&p| other && self.sink.drafts[p].name.as_ref().is_some_and(|n| n.key() == name.key()));
                let who = same.unwrap_or_else(|| self.open(if self.dependent || other { Role::Subscriber } else { Role::Patient }));
                if !self.in_claim {
                    self.subscriber = Some(who);
                }
                if other {
                    if let Some(p) = self.subject.filter(|&p| p != who) {
                        self.sink.drafts[who].related = Some(p);
                    }
                } else {
                    self.subject = Some(who);
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
        self.owner = Owner::Person(who);
        let parts: Vec<&str> = e.iter().skip(3).take(3).copied().filter(|p| !p.is_empty()).collect();
        let (start, end) = match (parts.first(), parts.last()) {
            (Some(a), Some(b)) => (range_of(a, self.text).start, range_of(b, self.text).end),
            _ => (0, 0),
        };
        let locator = self.locator.clone();
        let m = self.sink.mention(start..end.max(start), K::Name, name.normal(), "x12", 0.99, &locator);
        self.sink.give_name(who, m, &name);
        if role == Role::Provider {
            if let Some(subject) = self.subject {
                let m = self.sink.mention(start..end.max(start), K::Provider, name.normal(), "x12", 0.99, &locator);
                self.sink.give(subject, m);
            }
            return;
        }
        let id = e.get(9).copied().unwrap_or_default();
        let kind = match at(8) {
            "34" => K::Ssn,
            "MR" => K::MedicaidId,
            "MC" => K::MedicaidId,
            _ if ids::mbi(id).is_some() => K::Mbi,
            _ => K::InsuranceId,
        };
        self.put(Some(who), kind, id);
        for m in std::mem::take(&mut self.pending) {
            self.sink.give(who, m);
        }
    }
}

/// Finds the persons of one transaction set.
pub(crate) fn find(_cx: &Context, sink: &mut Sink, text: &str, locator: &str) {
    let mut r = Reader {
        sink,
        text,
        locator: locator.to_string(),
        owner: Owner::Nobody,
        subject: None,
        subscriber: None,
        pending: Vec::new(),
        dependent: false,
        in_claim: false,
        set: String::new(),
    };
    let segments: Vec<&str> = text.split('\n').map(|s| s.trim().trim_end_matches('~')).filter(|s| !s.is_empty()).collect();
    for (n, segment) in segments.iter().enumerate() {
        let e: Vec<&str> = segment.split('*').collect();
        let at = |n: usize| e.get(n).copied().unwrap_or_default();
        r.locator = format!("{locator} {}[{}]", at(0), n + 1);
        match at(0) {
            "ST" => r.set = at(1).to_string(),
            "HL" => {
                r.in_claim = false;
                r.owner = Owner::Nobody;
                match at(3) {
                    "22" => {
                        (r.subject, r.subscriber) = (None, None);
                        // A child level follows: the subscriber is not the patient.
                        r.dependent = at(4) == "1";
                    }
                    "23" => r.subject = None,
                    _ => (r.subject, r.subscriber, r.dependent) = (None, None, false),
                }
            }
            // 834: each INS starts a member; the subscriber is INS01 = Y.
            "INS" => {
                (r.subject, r.owner) = (None, Owner::Nobody);
                r.dependent = false;
            }
            "CLP" => {
                (r.subject, r.subscriber, r.owner) = (None, None, Owner::Nobody);
                r.pending.clear();
                r.put(None, K::CaseNumber, at(7));
                r.put(None, K::AccountNumber, at(1));
            }
            "CLM" => {
                r.in_claim = true;
                let who = r.subject;
                r.put(who, K::AccountNumber, at(1));
            }
            "NM1" => r.named(&e),
            "N3" => {
                if let Owner::Person(who) = r.owner {
                    address_of(&mut r, who, &e, segments.get(n + 1).copied().unwrap_or_default());
                }
            }
            "DMG" => {
                if let Owner::Person(who) = r.owner {
                    r.put(Some(who), K::Dob, at(2));
                    if !at(3).is_empty() {
                        r.sink.drafts[who].record.sex = Some(at(3).to_string());
                    }
                }
            }
            "PER" => {
                if let Owner::Person(who) = r.owner {
                    for pair in e.get(3..).unwrap_or_default().chunks(2) {
                        match pair {
                            ["TE" | "HP" | "CP" | "WP", number] => r.put(Some(who), K::Phone, number),
                            ["EM", address] => r.put(Some(who), K::Email, address),
                            _ => {}
                        }
                    }
                }
            }
            "REF" => {
                let owner = match r.owner {
                    Owner::Person(who) => Some(who),
                    Owner::Nobody => r.subject,
                };
                let owner = owner.filter(|w| !matches!(r.sink.drafts[*w].record.role, Role::Provider));
                let kind = match at(1) {
                    "SY" => Some(K::Ssn),
                    "EA" => Some(K::Mrn),
                    "1W" | "0F" | "23" | "IG" | "1L" => Some(K::InsuranceId),
                    "F8" | "D9" | "1K" | "Y4" | "6R" | "EJ" => Some(K::CaseNumber),
                    "NQ" => Some(K::MedicaidId),
                    "F6" => Some(K::Mbi),
                    _ => None,
                };
                if let (Some(kind), Some(who)) = (kind, if at(1) == "EA" { r.subject.or(owner) } else { owner }) {
                    r.put(Some(who), kind, at(2));
                }
            }
            "HI" => {
                let who = r.subject;
                for part in e.iter().skip(1) {
                    let mut c = part.split(':');
                    let (qualifier, code) = (c.next().unwrap_or_default(), c.next().unwrap_or_default());
                    let kind = if matches!(qualifier, "BBR" | "BBQ" | "BR" | "BQ") { K::Procedure } else { K::Diagnosis };
                    if !matches!(qualifier, "DR" | "BE" | "BG" | "BH" | "BI") {
                        r.put(who, kind, code);
                    }
                }
            }
            "SV1" | "SV2" | "SV3" | "SVC" => {
                let who = r.subject;
                let field = if at(0) == "SV2" { at(2) } else { at(1) };
                r.put(who, K::Procedure, field.split(':').nth(1).unwrap_or_default());
            }
            "DTP" | "DTM" => {
                let (qualifier, date) = (at(1), if at(0) == "DTP" { at(3) } else { at(2) });
                let who = r.subject;
                if matches!(qualifier, "472" | "434" | "435" | "096" | "232" | "233" | "150" | "151" | "431" | "454" | "304" | "439") {
                    r.put(who, K::ServiceDate, date.split('-').next().unwrap_or_default());
                }
            }
            // How the patient is related to the subscriber.
            "PAT" => {
                let who = r.subscriber;
                r.put(who, K::Relationship, at(1));
            }
            // A loop of an organisation.
            "N1" | "LX" | "SE" => r.owner = Owner::Nobody,
            _ => {}
        }
    }
    // A subscriber at a level with a patient of its own, who never came: the subscriber is the patient.
    for i in 0..r.sink.drafts.len() {
        let d = &r.sink.drafts[i];
        if d.record.role == Role::Subscriber && d.related.is_none() && r.set != "835" && d.record.locator.starts_with(locator) {
            r.sink.drafts[i].record.role = Role::Patient;
        }
    }
}

fn address_of(r: &mut Reader, who: usize, e: &[&str], next: &str) {
    let at = |n: usize| e.get(n).copied().unwrap_or_default();
    let city: Vec<&str> = if next.starts_with("N4*") { next.split('*').collect() } else { Vec::new() };
    let c = |n: usize| city.get(n).copied().unwrap_or_default().to_string();
    let a = address::Address { street: [at(1), at(2)].join(" ").trim().to_string(), city: c(1), state: c(2), zip: c(3), country: String::new() };
    let start = range_of(at(1), r.text).start;
    let end = city.iter().take(4).next_back().map_or(range_of(at(1), r.text).end, |last| range_of(last, r.text).end);
    let locator = r.locator.clone();
    let m = r.sink.mention(start..end.max(start), K::Address, a.normal(), "x12", 0.99, &locator);
    r.sink.give_address(who, m, &a);
}
