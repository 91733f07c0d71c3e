//! From what stands in running text to persons: who is who in a document, and what belongs to whom.

use crate::finder::Context;
use crate::name::Name;
use crate::records::Column;
use crate::sink::Sink;
use crate::text::{Event, Lines};
use crate::token::Token;
use dosimeter_case::tables::{ElementKind as K, Layout, Role};
use std::collections::HashMap;
use std::ops::Range;

/// The persons of a document's running text so far.
#[derive(Default)]
pub(crate) struct Running {
    /// Persons found in running text.
    persons: Vec<usize>,
    /// The same by their family name.
    named: HashMap<String, Vec<usize>>,
    /// Persons that are addressed: patients, or guardians of the patient the letter is about.
    addressed: Vec<usize>,
    /// Wards: "parent or guardian of".
    wards: Vec<usize>,
    /// Patient of the last page.
    subject: Option<usize>,
    /// Mentions that nobody owned, with their kind and whether a label made them.
    loose: Vec<(usize, K, bool)>,
    /// Names without support, to be confirmed: passage, event, locator.
    candidates: Vec<(usize, Event, String)>,
    /// Whether it is a business paper: an invoice, an order.
    business: bool,
}

fn patient_like(role: Role) -> bool {
    matches!(role, Role::Patient | Role::Subscriber | Role::Guardian | Role::Employee)
}

/// Kinds that show that a name on the same line is a person whose data it is.
fn supports(kind: K) -> bool {
    matches!(
        kind,
        K::Dob
            | K::Ssn
            | K::Mrn
            | K::Phone
            | K::Email
            | K::Address
            | K::InsuranceId
            | K::Mbi
            | K::MedicaidId
            | K::AccountNumber
            | K::CaseNumber
            | K::DriversLicense
            | K::CardNumber
    )
}

fn strong(kind: K) -> bool {
    matches!(kind, K::Ssn | K::Mrn | K::Mbi | K::InsuranceId | K::MedicaidId | K::DriversLicense)
}

/// Indices of the events that begin in a stretch; the events are sorted by where they begin.
fn within(events: &[Event], r: &Range<usize>) -> Range<usize> {
    events.partition_point(|e| e.range.start < r.start)..events.partition_point(|e| e.range.start < r.end)
}

struct Page<'a> {
    text: &'a str,
    lines: &'a Lines,
    index: usize,
    locator: &'a str,
}

impl Running {
    /// Whether the beginning of a passage is that of a business paper.
    pub fn look(&mut self, cx: &Context, text: &str, tokens: &[Token]) {
        self.business |= (0..tokens.partition_point(|t| t.start < 3000)).any(|i| cx.business.at(text, tokens, i).is_some());
    }

    /// A patient that another part of the document tells.
    pub fn known(&mut self, patient: Option<usize>, sink: &Sink) {
        self.persons.extend(patient);
        if let Some((p, name)) = patient.and_then(|p| Some((p, sink.name(p)?))) {
            self.named.entry(crate::gazetteer::fold(name.last)).or_default().push(p);
        }
        self.subject = patient.or(self.subject);
    }

    /// The person of this name in this role class, made when new.
    fn person(&mut self, sink: &mut Sink, name: &Name, role: Role, locator: &str) -> usize {
        let class = |r: Role| patient_like(r);
        let alike = self.named.entry(crate::gazetteer::fold(&name.last)).or_default();
        let known = alike.iter().copied().find(|&p| class(sink.records[p].role) == class(role) && sink.name(p).is_some_and(|n| same(&n, name)));
        if let Some(p) = known {
            return p;
        }
        let who = sink.person(role, locator);
        alike.push(who);
        self.persons.push(who);
        who
    }
}

/// One person's name in two places of one document: parts agree, or a family name alone repeats a full one.
fn same(a: &Name<&str>, b: &Name) -> bool {
    a.fits(b) && (!a.first.is_empty() && !b.first.is_empty() || a.last == b.last)
}

/// Whether a name stands alone on its line and an address follows: the addressee of a letter.
fn addressee(page: &Page, events: &[Event], e: &Event) -> bool {
    let n = page.lines.of(e.range.start);
    let line = page.lines.range(n);
    let alone = page.text[line].trim().trim_end_matches(',') == page.text[e.range.clone()].trim();
    alone
        && page.lines.next_filled(page.text, n).is_some_and(|next| {
            let below = page.lines.range(next);
            events[within(events, &below)].iter().any(|a| a.kind == K::Address && a.role.is_none())
        })
}

/// Gives the events of one passage to persons.
#[allow(clippy::too_many_arguments)] // The document's state and the passage's fields.
pub(crate) fn passage(
    cx: &Context,
    sink: &mut Sink,
    running: &mut Running,
    index: usize,
    text: &str,
    lines: &Lines,
    mut events: Vec<Event>,
    locator: &str,
    layout: Layout,
) {
    let page = Page { text, lines, index, locator };
    support(cx, &page, &mut events, layout);
    sink.expect(events.len());
    let owners = name_persons(cx, sink, running, &page, &events);
    give(sink, running, &page, &events, &owners);
}

/// Decides which names are persons: by a label, a cue, an identifier on the line, an address below.
fn support(cx: &Context, page: &Page, events: &mut [Event], layout: Layout) {
    let mail_header = layout == Layout::Form && events.iter().all(|e| !strong(e.kind));
    let clinical = events
        .iter()
        .any(|o| !o.loose && matches!(o.kind, K::Procedure | K::Diagnosis | K::Medication | K::LabResult | K::ServiceDate | K::Dob | K::Mrn | K::Ssn));
    let about_one = events.iter().any(|o| o.kind == K::Name && o.labelled && !o.salutation && o.role.is_none_or(|r| r == Role::Patient));
    // The line of the last name, and what else stands on it.
    let (mut last, mut beside, mut own) = (0..0, Vec::new(), false);
    for i in 0..events.len() {
        let e = &events[i];
        if e.kind != K::Name || !e.candidate {
            continue;
        }
        let line = page.lines.range(page.lines.of(e.range.start));
        if line != last {
            let others = &events[within(events, &line)];
            beside = others.iter().filter(|o| o.kind != K::Name && !o.loose && o.role.is_none_or(patient_like)).map(|o| o.kind).collect();
            own = others.iter().any(|o| matches!(o.kind, K::Dob | K::Mrn | K::Ssn));
            // What is asked of them below does not ask how often.
            beside.sort_unstable();
            beside.dedup();
            last = line;
        }
        // An e-mail address makes a correspondent, a telephone number a contact; a patient only in a clinical text.
        let sub = !mail_header
            && beside.iter().any(|k| match k {
                K::Email => beside.iter().any(|o| crate::text::is_prose(*o)),
                K::Phone | K::Address => clinical,
                kind => supports(*kind),
            });
        let full = e.name.as_ref().is_some_and(|n| cx.roster.is_patient(n));
        if matches!(e.role, Some(Role::Guardian | Role::Other)) {
            // A relative is a person of the document only with data of their own.
            events[i].candidate = beside.is_empty();
            continue;
        }
        // A note about one named patient: other names beside a number or an address are not patients.
        let weak = beside.iter().all(|k| matches!(k, K::Phone | K::Address | K::Email) || crate::text::is_prose(*k));
        if weak && about_one && !addressee(page, events, e) && e.role != Some(Role::Staff) {
            continue;
        }
        if e.role == Some(Role::Staff) {
            // A colleague's name; only a birth date or a number beside it makes a patient of it.
            let role = if own { Role::Patient } else { Role::Staff };
            (events[i].role, events[i].candidate) = (Some(role), false);
        } else if (sub && e.confidence > 0.5) || addressee(page, events, e) || (sub && full) {
            (events[i].role, events[i].candidate) = (Some(Role::Patient), false);
        }
    }
}

/// Makes the persons; for every name event its person.
fn name_persons(cx: &Context, sink: &mut Sink, running: &mut Running, page: &Page, events: &[Event]) -> Vec<Option<usize>> {
    let mut owners: Vec<Option<usize>> = vec![None; events.len()];
    for (i, e) in events.iter().enumerate() {
        let (K::Name, Some(name)) = (e.kind, &e.name) else { continue };
        if e.candidate {
            let mut e = e.clone();
            e.range = e.range.start + sink.base..e.range.end + sink.base;
            running.candidates.push((page.index, e, page.locator.to_string()));
            continue;
        }
        let mut role = e.role.unwrap_or(Role::Patient);
        if role == Role::Patient
            && !e.labelled
            && cx.roster.is_staff(name)
            && !cx.roster.is_patient(name)
            && !events[within(events, &page.lines.range(page.lines.of(e.range.start)))].iter().any(|o| matches!(o.kind, K::Dob | K::Mrn | K::Ssn))
        {
            role = Role::Staff;
        }
        let addressed = role == Role::Patient && (e.salutation || addressee(page, events, e));
        let who = running.person(sink, name, role, page.locator);
        let m = sink.mention(e.range.clone(), K::Name, &e.normalised, e.finder, e.confidence, page.locator);
        sink.give_name(who, m, name);
        if matches!(role, Role::Guardian | Role::Subscriber)
            && let Some(&patient) = running.persons.iter().find(|&&p| p != who && sink.records[p].role == Role::Patient)
        {
            sink.drafts[who].related.get_or_insert(patient);
        }
        if addressed && !running.addressed.contains(&who) {
            running.addressed.push(who);
        } else if role == Role::Patient && !addressed {
            running.addressed.retain(|p| *p != who || e.ward);
        }
        if e.ward {
            running.wards.push(who);
            running.addressed.retain(|p| *p != who);
        }
        owners[i] = Some(who);
    }
    // A letter to somebody about somebody else: the addressee is the guardian.
    for &a in &running.addressed.clone() {
        if let Some(&ward) = running.wards.iter().find(|w| **w != a)
            && sink.records[a].role == Role::Patient
        {
            sink.records[a].role = Role::Guardian;
            sink.drafts[a].related = Some(ward);
            sink.records[a].elements.insert(K::Relationship);
        }
    }
    owners
}

/// The last of `named` on a line up to a place, or the first behind it.
fn nearest(named: &[(usize, usize)], line: &Range<usize>, at: usize) -> Option<usize> {
    let behind = named.partition_point(|n| n.0 <= at);
    let (before, after) = (behind.checked_sub(1).and_then(|i| named.get(i)), named.get(behind));
    before.filter(|n| n.0 >= line.start).or(after.filter(|n| n.0 < line.end)).map(|n| n.1)
}

fn give(sink: &mut Sink, running: &mut Running, page: &Page, events: &[Event], owners: &[Option<usize>]) {
    let role_of = |sink: &Sink, p: usize| sink.records[p].role;
    let first_patient = owners.iter().flatten().copied().find(|&p| role_of(sink, p) == Role::Patient);
    // Where persons are named, and whom.
    let named = (0..events.len()).filter_map(|i| Some((events[i].range.start, owners[i].filter(|_| events[i].kind == K::Name)?)));
    let (patients, clinicians): (Vec<_>, Vec<_>) = named.partition(|n| patient_like(role_of(sink, n.1)));
    let mut current: Option<(usize, usize)> = None;
    let mut subject: Option<usize> = None;
    for (i, e) in events.iter().enumerate() {
        let line = page.lines.of(e.range.start);
        if e.loose {
            sink.mention(e.range.clone(), e.kind, &e.normalised, e.finder, e.confidence, page.locator);
            continue;
        }
        if e.kind == K::Name {
            if let Some(who) = owners[i] {
                let role = role_of(sink, who);
                if patient_like(role) {
                    current = Some((who, line));
                    if role == Role::Patient || role == Role::Employee {
                        subject = Some(who);
                    }
                } else if role == Role::Provider && e.labelled {
                    // The physician of this patient.
                    if let Some(p) = subject.or(first_patient).filter(|p| role_of(sink, *p) == Role::Patient) {
                        let m = sink.mention(e.range.clone(), K::Provider, &e.normalised, e.finder, e.confidence, page.locator);
                        sink.give(p, m);
                    }
                }
            }
            continue;
        }
        let m = sink.mention(e.range.clone(), e.kind, &e.normalised, e.finder, e.confidence, page.locator);
        if matches!(e.role, Some(Role::Provider | Role::Staff | Role::Other)) {
            continue;
        }
        let this_line = page.lines.range(line);
        let beside = nearest(&patients, &this_line, e.range.start);
        let clinician_beside = nearest(&clinicians, &this_line, e.range.start).is_some();
        let clinical = crate::text::is_prose(e.kind) || e.kind == K::ServiceDate;
        let owner = match e.role {
            Some(role @ (Role::Guardian | Role::Subscriber)) => running.persons.iter().copied().rev().find(|p| role_of(sink, *p) == role),
            _ if beside.is_some() => beside,
            // A physician's telephone number or address.
            _ if clinician_beside && !clinical && !e.labelled => {
                continue;
            }
            _ if clinical => subject.or(current.map(|c| c.0)),
            _ if e.labelled => current.map(|c| c.0).or(subject),
            // Without a label: near the name, as in an address block.
            _ => current.filter(|c| line.saturating_sub(c.1) <= 4).map(|c| c.0),
        };
        let owner = match owner {
            Some(p) if (clinical || matches!(e.kind, K::Mrn | K::CaseNumber | K::AccountNumber)) && e.role.is_none() && role_of(sink, p) == Role::Guardian => {
                sink.drafts[p].related.or(subject).or(first_patient).or(Some(p))
            }
            other => other,
        };
        match owner {
            Some(p) => {
                give_one(sink, p, m, e);
            }
            None if e.labelled || clinical || strong(e.kind) => match first_patient {
                Some(p) => give_one(sink, p, m, e),
                None => running.loose.push((m, e.kind, e.labelled)),
            },
            None => {}
        }
    }
    if subject.is_some() {
        running.subject = subject;
    }
    // What stands on a page without a name belongs to the patient of the page before.
    if first_patient.is_none()
        && let Some(p) = running.subject
    {
        for (m, kind, _) in std::mem::take(&mut running.loose) {
            if !matches!(kind, K::Phone | K::Email | K::Address) {
                sink.give(p, m);
            }
        }
    }
}

fn give_one(sink: &mut Sink, person: usize, mention: usize, e: &Event) {
    // A second birth date or number of another value on one person is kept as a mention of hers or his all the same.
    match &e.address {
        Some(a) if e.kind == K::Address => sink.give_address(person, mention, a),
        _ => sink.give(person, mention),
    }
}

/// The end of a document: names seen again, addressees, and numbers without a name.
pub(crate) fn finish(sink: &mut Sink, running: &Running) {
    // A letter with one named patient and another person addressed.
    for &a in &running.addressed {
        let other = running.persons.iter().copied().find(|&p| {
            p != a
                && sink.records[p].role == Role::Patient
                && !running.addressed.contains(&p)
                && sink.records[p].elements.iter().any(|k| matches!(k, K::Dob | K::Mrn))
        });
        if let (Some(patient), Role::Patient) = (other, sink.records[a].role) {
            sink.records[a].role = Role::Guardian;
            sink.drafts[a].related = Some(patient);
            sink.records[a].elements.insert(K::Relationship);
        }
    }
    // A letter to the parent goes to the child's home.
    for &a in &running.addressed {
        let Some(ward) = sink.drafts[a].related.filter(|w| running.wards.contains(w) && !sink.records[*w].has(Column::Street)) else { continue };
        let address = sink.drafts[a].mentions.iter().find(|m| sink.mentions.get(*m).is_some_and(|m| m.kind == K::Address));
        if let Some(m) = address {
            let part = |column| sink.value(a, column).unwrap_or_default().to_string();
            let home = crate::address::Address {
                street: part(Column::Street),
                city: part(Column::City),
                state: part(Column::State),
                zip: part(Column::Zip),
                country: part(Column::Country),
            };
            sink.give_address(ward, m, &home);
        }
    }
    let mut named: HashMap<String, Vec<usize>> = HashMap::new();
    if !running.candidates.is_empty() {
        for (p, name) in (0..sink.drafts.len()).filter_map(|p| Some((p, sink.name(p)?))) {
            named.entry(crate::gazetteer::fold(name.last)).or_default().push(p);
        }
    }
    for (passage, e, locator) in &running.candidates {
        let Some(name) = &e.name else { continue };
        let alike = named.get(&crate::gazetteer::fold(&name.last));
        let known = alike.into_iter().flatten().copied().find(|&p| !name.first.is_empty() && sink.name(p).is_some_and(|n| !n.first.is_empty() && n.fits(name)));
        sink.open(*passage);
        match known {
            Some(p) => {
                let m = sink.mention(e.range.clone(), K::Name, name.normal(), "again", e.confidence.max(0.7), locator);
                sink.give_name(p, m, name);
            }
            // A name that nothing supports is a trace of a person, but no record; words that merely look like one are neither.
            None if e.finder == "tagger" => {
                sink.mention(e.range.clone(), K::Name, &e.normalised, e.finder, e.confidence, locator);
            }
            None => {}
        }
    }
    let strong_loose: Vec<usize> = running
        .loose
        .iter()
        .filter(|(m, kind, labelled)| strong(*kind) && (*labelled || sink.mentions.get(*m).is_some_and(|m| m.confidence > 0.8)))
        .map(|l| l.0)
        .collect();
    let people: Vec<usize> = (0..sink.drafts.len()).filter(|&p| sink.records[p].role == Role::Patient && !sink.drafts[p].mentions.is_empty()).collect();
    if let [only] = people.as_slice() {
        for (m, kind, _) in &running.loose {
            if !matches!(kind, K::Phone | K::Email | K::Address) {
                sink.give(*only, *m);
            }
        }
    } else if people.is_empty() && !strong_loose.is_empty() && !running.business {
        let locator = strong_loose.first().map_or(String::new(), |m| sink.mentions.locator(*m).to_string());
        sink.open(0);
        let passage = sink.passages.iter().position(|p| strong_loose.first().is_some_and(|m| sink.mentions.passage_id(*m) == p.passage_id)).unwrap_or(0);
        sink.open(passage);
        let who = sink.person(Role::Patient, &locator);
        for (m, _, _) in &running.loose {
            sink.give(who, *m);
        }
    }
}
