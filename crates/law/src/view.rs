//! Who must act on whose behalf ([`View`]), and how many people a rule counts ([`Tally`]).

use crate::count::Count;
use crate::facts::{Affected, EntityKind, Facts, Group, Moment, Sensitive};
use crate::law::{Data, DutyOf, Jurisdiction, Measure, Rule};
use dosimeter_case::tables::ElementKind;
use jiff::civil::Date;
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
    pub places: BTreeMap<&'a str, Vec<Group>>,
    /// Its people abroad or without a known residence.
    pub elsewhere: Vec<Group>,
    /// The day its clock began.
    pub discovered: Date,
    /// When it concluded that it was a breach.
    pub determined: Option<Moment>,
    /// Deceased people among its people.
    pub deceased: i64,
    /// What is open about its dates or counts.
    pub open: Vec<String>,
}

const OWNER: &[DutyOf] = &[DutyOf::Owner];
const HOLDER: &[DutyOf] = &[DutyOf::BusinessAssociate, DutyOf::Vendor];
const ASSOCIATE: &[DutyOf] = &[DutyOf::BusinessAssociate];

/// The parties in the order shown.
pub(crate) fn views(facts: &Facts) -> Vec<View<'_>> {
    let whole = |kind, duties, discovered| View {
        label: None,
        kind,
        duties,
        places: places(&facts.affected),
        elsewhere: facts.abroad.values().chain(&facts.unknown_residence).flat_map(Affected::parts).collect(),
        discovered,
        determined: facts.incident.determined,
        deceased: deceased(facts.affected.values().chain(facts.abroad.values()).chain(&facts.unknown_residence)),
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
            let mut all: BTreeMap<&str, Vec<Group>> = BTreeMap::new();
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
                    elsewhere: Vec::new(),
                    discovered: clock,
                    determined: facts.incident.determined,
                    deceased: deceased(ce.affected.values()),
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

fn places(affected: &BTreeMap<String, Affected>) -> BTreeMap<&str, Vec<Group>> {
    affected.iter().map(|(state, affected)| (state.as_str(), affected.parts())).collect()
}

fn deceased<'a>(affected: impl Iterator<Item = &'a Affected>) -> i64 {
    affected.filter_map(|a| a.deceased).fold(0, i64::saturating_add)
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
    let everybody = || view.places.values().flatten().chain(&view.elsewhere);
    let any_part2 = everybody().any(|g| g.sensitive.contains(&Sensitive::SubstanceUse));
    let part2 = |g: &&Group| !any_part2 || g.sensitive.contains(&Sensitive::SubstanceUse);
    let phi = |g: &&Group| !g.not_phi;
    let groups: Vec<&Group> = match rule.count {
        Measure::Residents | Measure::ResidentsAll => here.iter().collect(),
        Measure::PhiResidents => here.iter().filter(phi).collect(),
        Measure::Part2Residents => here.iter().filter(phi).filter(part2).collect(),
        Measure::PhiTotal => everybody().filter(phi).collect(),
        Measure::Part2Total => everybody().filter(phi).filter(part2).collect(),
        Measure::Total | Measure::Incident => everybody().collect(),
        Measure::Unreachable => {
            let everybody: Count = everybody().filter(phi).map(|g| g.count).sum();
            let mut tally = Tally::default();
            match facts.contact.unreachable {
                Some(count) => tally.count = count,
                None => {
                    tally.count = Count { low: 0, best: 0, high: everybody.high };
                    tally.asks.insert("how many people have no good address is not given (contact.unreachable)".to_string());
                }
            }
            return tally;
        }
        Measure::KinReachable => {
            let mut tally = Tally::default();
            match facts.contact.kin_reachable {
                Some(n) => tally.count = n.into(),
                None => {
                    tally.count = Count { low: 0, best: view.deceased, high: view.deceased };
                    tally.asks.insert("for how many deceased people an address of next of kin is known is not given (contact.kin_reachable)".to_string());
                }
            }
            return tally;
        }
    };
    let mut tally = Tally::default();
    for group in groups {
        let count = match covered(facts, view, j, rule, group) {
            Hit::No => continue,
            Hit::Yes => group.count,
            Hit::Ask(what) => {
                tally.asks.insert(what);
                group.count.perhaps()
            }
        };
        tally.count = tally.count + count;
        if group.not_phi {
            tally.not_phi = tally.not_phi + count;
        }
        tally.sensitive.extend(&group.sensitive);
        tally.beyond_health |= group.elements.as_ref().is_none_or(|elements| elements.iter().any(|kind| BEYOND_HEALTH.contains(kind)));
    }
    tally
}

enum Hit {
    No,
    Yes,
    Ask(String),
}

/// Whether a law covers what was exposed of a group.
fn covered(facts: &Facts, view: &View, j: &Jurisdiction, rule: &Rule, group: &Group) -> Hit {
    if rule.any_data || !matches!(rule.count, Measure::Residents) {
        return Hit::Yes;
    }
    let Some(elements) = &group.elements else { return Hit::Ask("which elements were exposed is not given".to_string()) };
    if !rule.kinds.is_empty() && !rule.kinds.iter().any(|kind| elements.contains(kind)) {
        return Hit::No;
    }
    let named = elements.contains(&ElementKind::Name);
    let mut ask = None;
    for data in j.data.iter().filter(|d| applies(facts, view, d)) {
        if !data.kinds.iter().any(|kind| elements.contains(kind)) && !data.sensitive.iter().any(|class| group.sensitive.contains(class)) {
            continue;
        }
        if !named && !data.alone {
            if j.nameless {
                ask.get_or_insert_with(|| "without a name the data counts only where it suffices to impersonate".to_string());
            }
            continue;
        }
        match &data.ask {
            None => return Hit::Yes,
            Some(what) => ask.get_or_insert_with(|| what.clone()),
        };
    }
    let other = elements.iter().any(|kind| matches!(kind, ElementKind::Other | ElementKind::Certificate));
    if ask.is_none() && named && other && !j.also_covers.is_empty() {
        ask = Some(format!("the other data counts if it is one of these: {}", j.also_covers.join(", ")));
    }
    ask.map_or(Hit::No, Hit::Ask)
}

fn applies(facts: &Facts, view: &View, data: &Data) -> bool {
    data.from.is_none_or(|from| from <= view.discovered) && (data.only_for.is_empty() || data.only_for.iter().any(|s| facts.entity.standing.contains(s)))
}
