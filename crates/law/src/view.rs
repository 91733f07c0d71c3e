//! Who must act on whose behalf ([`View`]), and how many people a rule counts ([`Tally`]).

use crate::count::Count;
use crate::duty::{DutyOf, Measure, Rule};
use crate::facts::{Affected, EntityKind, Facts, Group, Medium, Moment, Sensitive};
use crate::law::{Data, Form, Jurisdiction};
use dosimeter_case::tables::{ElementKind, Tier};
use jiff::civil::Date;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// One party with duties: the entity itself, its business associate, or one of the covered entities it serves.
pub(crate) struct View<'a> {
    /// Name of a covered entity served, where there are several.
    pub label: Option<&'a str>,
    /// What it is under HIPAA.
    pub kind: EntityKind,
    /// Whose duties it has.
    pub duties: &'static [DutyOf],
    /// Its people by State.
    pub places: BTreeMap<&'a str, Vec<Part>>,
    /// Its people abroad.
    pub abroad: Vec<Part>,
    /// Its people whose residence is not known.
    pub unknown: Vec<Part>,
    /// The day its clock began.
    pub discovered: Date,
    /// The day whose law is applied.
    pub law: Date,
    /// When it concluded that it was a breach.
    pub determined: Option<Moment>,
    /// Deceased people among its people.
    pub deceased: i64,
    /// Minors among its people, if the facts tell.
    pub minors: Option<i64>,
    /// What is open about its dates or counts.
    pub open: Vec<String>,
}

/// People of a group, with their elements as bits: a million groups are looked at for every rule.
pub(crate) struct Part {
    /// The group.
    pub group: Group,
    /// One bit for each kind exposed; `None`: not known.
    kinds: Option<u64>,
}
impl From<Group> for Part {
    fn from(group: Group) -> Part {
        Part { kinds: group.elements.as_deref().map(bits), group }
    }
}
const _: () = assert!(ElementKind::ALL.len() <= 64, "one bit for each kind");
fn bits(kinds: &[ElementKind]) -> u64 {
    kinds.iter().fold(0, |bits, kind| bits | 1 << *kind as u64)
}
fn parts(affected: &Affected) -> impl Iterator<Item = Part> + use<> {
    affected.parts().into_iter().map(Part::from)
}

const OWNER: &[DutyOf] = &[DutyOf::Owner];
const HOLDER: &[DutyOf] = &[DutyOf::BusinessAssociate, DutyOf::Vendor];
const ASSOCIATE: &[DutyOf] = &[DutyOf::BusinessAssociate];

/// The parties in the order shown.
pub(crate) fn views(facts: &Facts) -> Vec<View<'_>> {
    let mut views = parties(facts);
    for view in &mut views {
        view.law = facts.as_of.unwrap_or(view.discovered);
        if view.places.is_empty() && view.abroad.is_empty() && view.unknown.is_empty() {
            // Nobody has counted yet: everything stays open, nothing is "not triggered".
            let group = Part::from(Group { count: Count::UNKNOWN, ..Group::default() });
            match facts.entity.state.as_deref() {
                Some(home) => _ = view.places.insert(home, vec![group]),
                None => view.unknown.push(group),
            }
            view.open.push("Nobody is listed under affected: how many people, where they live and what was exposed of them decides this.".to_string());
        }
    }
    views
}

fn parties(facts: &Facts) -> Vec<View<'_>> {
    let everybody = || facts.affected.values().chain(facts.abroad.values()).chain(&facts.unknown_residence);
    let whole = |kind, duties, discovered| View {
        label: None,
        kind,
        duties,
        places: places(&facts.affected),
        abroad: facts.abroad.values().flat_map(parts).collect(),
        unknown: facts.unknown_residence.iter().flat_map(parts).collect(),
        discovered,
        law: discovered,
        determined: facts.incident.determined,
        deceased: sum(everybody().map(|a| a.deceased)).unwrap_or_default(),
        minors: sum(everybody().map(|a| a.minors)),
        open: Vec::new(),
    };
    let discovered = facts.incident.discovered;
    match facts.entity.kind {
        EntityKind::Other => vec![whole(EntityKind::Other, OWNER, discovered)],
        EntityKind::CoveredEntity => {
            let mut own = whole(EntityKind::CoveredEntity, OWNER, discovered);
            let Some(ba) = &facts.business_associate else { return vec![own] };
            (own.discovered, own.open) = owner_clock(ba.discovered, ba.told.or(Some(discovered)), ba.agent);
            own.discovered = own.discovered.min(discovered);
            vec![whole(EntityKind::BusinessAssociate, ASSOCIATE, ba.discovered), own]
        }
        EntityKind::BusinessAssociate => {
            let mut holder = whole(EntityKind::BusinessAssociate, HOLDER, discovered);
            if facts.covered_entities.is_empty() {
                let mut owner = whole(EntityKind::CoveredEntity, OWNER, discovered);
                owner.open.push("The covered entities are not listed: each counts its own people, and its clock begins when it is told unless the business associate is its agent.".to_string());
                return vec![holder, owner];
            }
            let mut all: BTreeMap<&str, Vec<Part>> = BTreeMap::new();
            for ce in &facts.covered_entities {
                for (state, groups) in places(&ce.affected) {
                    all.entry(state).or_default().extend(groups);
                }
            }
            if holder.places.is_empty() {
                holder.places = all;
            }
            let served = facts.covered_entities.iter().map(|ce| {
                let (clock, open) = owner_clock(discovered, ce.told, ce.agent);
                View {
                    label: Some(&ce.name),
                    kind: EntityKind::CoveredEntity,
                    duties: OWNER,
                    places: places(&ce.affected),
                    abroad: Vec::new(),
                    unknown: Vec::new(),
                    discovered: clock,
                    law: clock,
                    determined: facts.incident.determined,
                    deceased: sum(ce.affected.values().map(|a| a.deceased)).unwrap_or_default(),
                    minors: sum(ce.affected.values().map(|a| a.minors)),
                    open,
                }
            });
            std::iter::once(holder).chain(served).collect()
        }
    }
}

/// When a covered entity's clock begins, given its business associate's discovery (45 CFR 164.404(a)(2)), and what is open about it.
fn owner_clock(associate: Date, told: Option<Date>, agent: Option<bool>) -> (Date, Vec<String>) {
    match (agent, told) {
        (Some(true), _) => (associate, vec!["The business associate acts as agent: its discovery is the covered entity's.".to_string()]),
        (Some(false), Some(told)) => (told, Vec::new()),
        (Some(false), None) => (
            associate,
            vec![
                "The covered entity has not been told yet: its clock begins on that day, the dates here are counted from the business associate's discovery."
                    .to_string(),
            ],
        ),
        (None, Some(told)) => (
            associate,
            vec![format!(
                "Whether the business associate is an agent is not decided: the dates here are counted from its discovery; if it is an independent contractor, from {told}."
            )],
        ),
        (None, None) => {
            (associate, vec!["Whether the business associate is an agent is not decided: the dates here are counted from its discovery.".to_string()])
        }
    }
}

fn places(affected: &BTreeMap<String, Affected>) -> BTreeMap<&str, Vec<Part>> {
    affected.iter().map(|(state, affected)| (state.as_str(), parts(affected).collect())).collect()
}

/// The sum of the numbers given; `None` if none is.
fn sum(numbers: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    numbers.flatten().reduce(i64::saturating_add)
}

/// The people whom a rule counts.
#[derive(Default)]
pub(crate) struct Tally {
    /// How many.
    pub count: Count,
    /// Those among them whose data is not PHI.
    pub not_phi: Count,
    /// What must be asked before all of them count.
    pub asks: BTreeSet<String>,
    /// Sensitive classes among their data.
    pub sensitive: BTreeSet<Sensitive>,
    /// Whether identity or financial data is among theirs, not only health data.
    pub beyond_health: bool,
}

impl Tally {
    fn ask(&mut self, what: &str) {
        if !self.asks.contains(what) {
            self.asks.insert(what.to_string());
        }
    }
}

/// Kinds whose loss is more than a loss of health records.
const BEYOND_HEALTH: [ElementKind; 9] = [
    ElementKind::Ssn,
    ElementKind::DriversLicense,
    ElementKind::Passport,
    ElementKind::AccountNumber,
    ElementKind::BankAccount,
    ElementKind::CardNumber,
    ElementKind::Biometric,
    ElementKind::Certificate,
    ElementKind::Credentials,
];

/// Counts the people of a rule; `state` is the place for measures that count residents.
pub(crate) fn tally(facts: &Facts, view: &View, j: &Jurisdiction, rule: &Rule, state: &str) -> Tally {
    let here = view.places.get(state).map(Vec::as_slice).unwrap_or_default();
    let everybody = || view.places.values().flatten().chain(&view.abroad).chain(&view.unknown);
    let of_part2 = matches!(rule.count, Measure::Part2Total | Measure::Part2Residents);
    let any_part2 = of_part2 && everybody().any(|p| p.group.sensitive.contains(&Sensitive::SubstanceUse));
    // Of a programme's people those with a Part 2 record count; if the facts single out none, all may have one.
    let part2 = |p: &&Part| !any_part2 || p.group.sensitive.contains(&Sensitive::SubstanceUse);
    let phi = |p: &&Part| !p.group.not_phi;
    let class = |p: &&Part| rule.sensitive.is_empty() || rule.sensitive.iter().any(|c| p.group.sensitive.contains(c));
    let of_place = |measure: Measure, p: &&Part| match measure {
        Measure::PhiResidents => phi(p),
        Measure::Part2Residents => phi(p) && part2(p),
        _ => true,
    };
    let people: Vec<&Part> = match rule.count {
        Measure::Residents | Measure::ResidentsAll | Measure::PhiResidents | Measure::Part2Residents => {
            here.iter().filter(|g| of_place(rule.count, g)).collect()
        }
        Measure::PhiTotal => everybody().filter(phi).filter(class).collect(),
        Measure::Part2Total => everybody().filter(phi).filter(part2).collect(),
        Measure::Total | Measure::Incident => everybody().collect(),
        Measure::Unreachable | Measure::KinReachable | Measure::Minors => return of_contact(facts, view, rule.count, everybody()),
    };
    let law = Law { j, data: j.data.iter().filter(|d| applies(facts, view, d)).map(|d| (bits(&d.kinds), d)).collect() };
    let mut tally = Tally::default();
    for part in people {
        add(facts, &law, rule, part, &mut tally);
    }
    if rule.has_threshold() && matches!(rule.count, Measure::Residents | Measure::ResidentsAll | Measure::PhiResidents | Measure::Part2Residents) {
        // People whose State is not known may live here.
        let mut perhaps = Tally::default();
        view.unknown.iter().filter(|g| of_place(rule.count, g)).for_each(|g| add(facts, &law, rule, g, &mut perhaps));
        if perhaps.count.high > 0 && (!here.is_empty() || state == "unknown") {
            tally.count.high = tally.count.high.saturating_add(perhaps.count.high);
            tally.ask("people whose State is not known may live here (unknown_residence)");
        }
    }
    tally
}

/// Counts that come from what is known of addresses, kin and age.
fn of_contact<'a>(facts: &Facts, view: &View, measure: Measure, everybody: impl Iterator<Item = &'a Part>) -> Tally {
    let phi: Vec<&Group> = everybody.map(|p| &p.group).filter(|g| !g.not_phi && !g.secured).collect();
    let all: Count = phi.iter().map(|g| g.count).sum();
    let mut tally = Tally::default();
    let ask = |tally: &mut Tally, count: Count, what: &str| {
        tally.count = count;
        tally.asks.insert(what.to_string());
    };
    match (measure, facts.contact.unreachable, facts.contact.kin_reachable, view.minors) {
        (Measure::Unreachable, Some(count), _, _) => tally.count = count,
        (Measure::Unreachable, None, _, _) => {
            ask(&mut tally, Count { low: 0, best: 0, high: all.high }, "how many people have no good address is not given (contact.unreachable)");
        }
        (Measure::KinReachable, _, Some(n), _) => tally.count = n.into(),
        (Measure::KinReachable, _, None, _) => {
            let count = Count { low: 0, best: view.deceased, high: view.deceased };
            ask(&mut tally, count, "for how many deceased people an address of next of kin is known is not given (contact.kin_reachable)");
        }
        (_, _, _, Some(n)) => tally.count = n.into(),
        (_, _, _, None) => tally.count = phi.iter().filter(|g| g.sensitive.contains(&Sensitive::Minor)).map(|g| g.count).sum(),
    }
    tally
}

/// A law, and the data that brings it into play on the day in question.
struct Law<'a> {
    j: &'a Jurisdiction,
    data: Vec<(u64, &'a Data)>,
}

/// Adds a group as far as the law covers it and the evidence reaches.
fn add(facts: &Facts, law: &Law, rule: &Rule, part: &Part, tally: &mut Tally) {
    let (j, group) = (law.j, &part.group);
    if group.secured {
        return;
    }
    let mut count = match covered(facts, law, rule, part) {
        Hit::No => return,
        Hit::Yes => group.count,
        Hit::Ask(what) => {
            tally.ask(&what);
            group.count.perhaps()
        }
    };
    match group.tier {
        Some(Tier::Reachable) => {
            tally.ask("some data was within reach, but nothing shows that it was seen or taken");
            count = count.perhaps();
        }
        Some(Tier::Unknown) => {
            tally.ask("some data lay where the logs have a gap, so that access is neither shown nor excluded");
            count = count.perhaps();
        }
        tier => {
            let only_seen = tier.map_or(facts.incident.acquired == Some(false), |tier| tier == Tier::Viewed);
            if only_seen && j.jurisdiction != "US" && rule.count != Measure::Incident && j.breach.needs_acquisition() && !rule.needs_access_only {
                tally.ask("the data was seen but not taken, and this law speaks of acquisition");
                count = count.perhaps();
            }
        }
    }
    tally.count = tally.count + count;
    if group.not_phi {
        tally.not_phi = tally.not_phi + count;
    }
    tally.sensitive.extend(&group.sensitive);
    tally.beyond_health |= part.kinds.is_none_or(|kinds| kinds & bits(&BEYOND_HEALTH) != 0);
}

enum Hit<'a> {
    No,
    Yes,
    Ask(Cow<'a, str>),
}

/// Whether a law covers what was exposed of a group.
fn covered<'a>(facts: &Facts, law: &Law<'a>, rule: &Rule, part: &Part) -> Hit<'a> {
    let (j, group) = (law.j, &part.group);
    if rule.any_data || !matches!(rule.count, Measure::Residents) {
        return Hit::Yes;
    }
    let Some(kinds) = part.kinds else { return Hit::Ask("which elements were exposed is not given".into()) };
    if !rule.kinds.is_empty() && kinds & bits(&rule.kinds) == 0 {
        return match &rule.other {
            Some(what) if kinds & bits(&[ElementKind::Other]) != 0 => Hit::Ask(format!("the other data counts here if it is {what}").into()),
            _ => Hit::No,
        };
    }
    let paper = facts.incident.medium == Medium::Paper && !rule.any_form;
    let named = kinds & bits(&[ElementKind::Name]) != 0;
    let mut ask: Option<Cow<str>> = None;
    for (bits, data) in &law.data {
        if kinds & bits == 0 && !data.sensitive.iter().any(|class| group.sensitive.contains(class)) {
            continue;
        }
        let out_of_form = paper && !data.any_form;
        if out_of_form && j.form == Form::Electronic {
            continue;
        }
        if !named && !data.alone {
            if j.nameless {
                ask.get_or_insert_with(|| "without a name the data counts only where it suffices to impersonate".into());
            }
            continue;
        }
        match &data.ask {
            None if out_of_form && j.form == Form::Printed => {
                ask.get_or_insert_with(|| "paper counts only if it was printed from computerised data".into());
            }
            None => return Hit::Yes,
            Some(what) => _ = ask.get_or_insert_with(|| what.into()),
        }
    }
    let other = kinds & bits(&[ElementKind::Other, ElementKind::Certificate]) != 0;
    if ask.is_none() && named && other && !j.also_covers.is_empty() {
        ask = Some(format!("the other data counts if it is one of these: {}", j.also_covers.join(", ")).into());
    }
    ask.map_or(Hit::No, Hit::Ask)
}

fn applies(facts: &Facts, view: &View, data: &Data) -> bool {
    data.from.is_none_or(|from| from <= view.law)
        && data.to.is_none_or(|to| view.law <= to)
        && (data.only_for.is_empty() || data.only_for.iter().any(|s| facts.entity.standing.contains(s)))
}
