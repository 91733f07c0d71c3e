//! Reading and checking [`Facts`].

use crate::count::Count;
use crate::facts::{Affected, Assessment, Contact, Days, Entity, EntityKind, Facts, Incident, LawEnforcement, Medium, Notices, Protection};
use dosimeter_case::{Error, Result};
use jiff::civil::Date;
use std::collections::BTreeMap;

impl Facts {
    /// The smallest set of facts: who, and when it was known.
    pub fn new(kind: EntityKind, discovered: Date) -> Facts {
        Facts {
            entity: Entity { name: None, kind, state: None, standing: Vec::new() },
            incident: Incident { from: None, to: None, discovered, determined: None, material: None, acquired: None, medium: Medium::Electronic },
            business_associate: None,
            covered_entities: Vec::new(),
            protection: Protection::default(),
            assessment: Assessment::default(),
            law_enforcement: LawEnforcement::default(),
            notices: Notices::default(),
            contact: Contact::default(),
            open: Vec::new(),
            calendar: Days::default(),
            affected: BTreeMap::new(),
            abroad: BTreeMap::new(),
            unknown_residence: None,
            as_of: None,
            compare: None,
        }
    }

    /// Reads `FACTS.yaml` (JSON is YAML too). Fails on unknown keys, wrong types and facts that contradict one another, naming the key.
    pub fn from_yaml(text: &str) -> Result<Facts> {
        let facts: Facts = serde_norway::from_str(text).map_err(|e| {
            let error = e.to_string();
            let hint = if error.contains("missing field `discovered`") {
                ": every clock of HIPAA starts on that day, so that nothing can be dated without it"
            } else {
                ""
            };
            Error::config(format!("facts: {error}{hint}"))
        })?;
        facts.check()?;
        Ok(facts)
    }

    /// Whether the facts agree with one another. The error names the keys that do not.
    pub fn check(&self) -> Result<()> {
        self.check_dates()?;
        if self.entity.kind != EntityKind::BusinessAssociate && !self.covered_entities.is_empty() {
            return refuse("covered_entities belongs to an entity of kind business_associate");
        }
        if self.entity.kind != EntityKind::CoveredEntity && self.business_associate.is_some() {
            return refuse("business_associate belongs to an entity of kind covered_entity");
        }
        if let Some(state) = &self.entity.state {
            check_state("entity.state", state)?;
        }
        let places = self.affected.iter().chain(self.covered_entities.iter().flat_map(|ce| &ce.affected));
        for (state, affected) in places {
            check_state("affected", state)?;
            check_affected(state, affected)?;
        }
        self.abroad.values().chain(&self.unknown_residence).try_for_each(|affected| check_affected("abroad or unknown_residence", affected))?;
        self.check_people()
    }

    fn check_dates(&self) -> Result<()> {
        let Incident { from, to, discovered, determined, material, .. } = &self.incident;
        let mut order: Vec<(&str, Option<Date>, &str, Option<Date>)> = vec![
            ("incident.from", *from, "incident.to", *to),
            ("incident.from", *from, "incident.discovered", Some(*discovered)),
            ("incident.discovered", Some(*discovered), "incident.determined", determined.map(|m| m.date)),
            ("incident.discovered", Some(*discovered), "incident.material", *material),
            ("incident.discovered", Some(*discovered), "assessment.decided_on", self.assessment.decided_on),
            ("law_enforcement.written", self.law_enforcement.written, "law_enforcement.until", self.law_enforcement.until),
        ];
        // What was sent cannot have been sent before anybody knew; a business associate may have known, and written, before the covered entity.
        let known = self.business_associate.as_ref().map_or(*discovered, |ba| ba.discovered.min(*discovered));
        let known_key = if known < *discovered { "business_associate.discovered" } else { "incident.discovered" };
        let Notices { individuals, hhs, media, web_posted, other } = &self.notices;
        let sent = [("notices.individuals", *individuals), ("notices.hhs", *hhs), ("notices.media", *media), ("notices.web_posted", *web_posted)];
        for (key, day) in sent.into_iter().chain(other.iter().map(|(key, day)| (key.as_str(), Some(*day)))) {
            order.push((known_key, Some(known), key, day));
        }
        order.push((known_key, Some(known), "law_enforcement.oral", self.law_enforcement.oral));
        order.push((known_key, Some(known), "law_enforcement.written", self.law_enforcement.written));
        if let Some(ba) = &self.business_associate {
            order.push(("business_associate.discovered", Some(ba.discovered), "business_associate.told", ba.told));
        }
        for ce in &self.covered_entities {
            order.push(("incident.discovered", Some(*discovered), "covered_entities.told", ce.told));
        }
        for (first, a, second, b) in order {
            if let (Some(a), Some(b)) = (a, b)
                && a > b
            {
                return refuse(&format!("{first} ({a}) is after {second} ({b}): one of the two is wrong, and the dates that follow from them would be too"));
            }
        }
        if self.law_enforcement.written.is_some() != self.law_enforcement.until.is_some() {
            return refuse("law_enforcement.written and law_enforcement.until go together");
        }
        Ok(())
    }

    /// Counts across places.
    fn check_people(&self) -> Result<()> {
        let everybody = || {
            let places = self.affected.values().chain(self.covered_entities.iter().flat_map(|ce| ce.affected.values()));
            places.chain(self.abroad.values()).chain(&self.unknown_residence)
        };
        let most: Count = everybody().flat_map(Affected::parts).map(|g| g.count).sum();
        let deceased = everybody().filter_map(|a| a.deceased).fold(0, i64::saturating_add);
        if let Some(unreachable) = self.contact.unreachable {
            if !unreachable.is_ordered() {
                return refuse("contact.unreachable: a count runs from low over best to high, none below 0");
            }
            if everybody().next().is_some() && unreachable.low > most.high {
                return refuse("contact.unreachable: more people than are affected");
            }
        }
        if self.contact.kin_reachable.is_some_and(|kin| kin < 0 || kin > deceased) {
            return refuse("contact.kin_reachable: more next of kin than deceased people (affected.STATE.deceased), or below 0");
        }
        if self.open.iter().any(|q| q.fewer.values().chain(q.more.values()).any(|n| *n < 0)) {
            return refuse("open: fewer and more are numbers of people, none below 0");
        }
        Ok(())
    }
}

/// The letters of every State, the District, the territories, and the military posts, in order.
const STATES: [&str; 59] = [
    "AA", "AE", "AK", "AL", "AP", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "GU", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD",
    "ME", "MI", "MN", "MO", "MP", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT",
    "VA", "VI", "VT", "WA", "WI", "WV", "WY",
];

fn refuse(what: &str) -> Result<()> {
    Err(Error::config(format!("facts: {what}")))
}

fn check_state(key: &str, state: &str) -> Result<()> {
    if STATES.binary_search(&state).is_ok() {
        return Ok(());
    }
    refuse(&format!(
        "{key}: {state:?} is not the two capital letters of a State or territory; people elsewhere go under abroad, people without an address under unknown_residence"
    ))
}

fn check_affected(place: &str, affected: &Affected) -> Result<()> {
    let refuse = |what: &str| refuse(&format!("{place}: {what}"));
    if affected.count.iter().chain(affected.groups.iter().map(|g| &g.count)).any(|c| !c.is_ordered()) {
        return refuse("a count runs from low over best to high, none below 0");
    }
    let grouped: Count = affected.groups.iter().map(|g| g.count).sum();
    if affected.count.is_some_and(|count| grouped.best > count.high) {
        return refuse("the groups add up to more than count");
    }
    let most: Count = affected.parts().iter().map(|g| g.count).sum();
    for (key, n) in [("minors", affected.minors), ("deceased", affected.deceased)] {
        if n.is_some_and(|n| n < 0 || n > most.high) {
            return refuse(&format!("{key}: more than count, or below 0"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(yaml: &str, expect: Result<(), &str>) {
        match (Facts::from_yaml(yaml), expect) {
            (Ok(facts), Ok(())) => {
                let again = serde_norway::to_string(&facts).unwrap();
                assert_eq!(Facts::from_yaml(&again).unwrap(), facts, "written and read back");
            }
            (Err(e), Err(part)) => assert!(e.to_string().contains(part), "{e}"),
            (got, _) => panic!("{yaml}: {got:?}"),
        }
    }
    const HEAD: &str = "entity: {kind: covered_entity, state: OH}\nincident: {discovered: 2026-03-10}\n";

    #[test]
    fn read() {
        check(HEAD, Ok(()));
        check(&format!("{HEAD}affected: {{OH: {{count: 5, elements: [name, ssn]}}, KY: {{count: {{low: 1, best: 2, high: 3}}}}}}"), Ok(()));
        check(&format!("{HEAD}affected: {{OH: {{}}}}"), Ok(()));
        check(&format!("{HEAD}affected: {{OH: {{count: 5, tier: viewed, groups: [{{count: 2, tier: copied, secured: true}}]}}}}"), Ok(()));
        check(&format!("{HEAD}open: [{{what: a session, fewer: {{OH: 3}}, more: {{KY: 1}}}}]\ncalendar: {{holidays: [2026-11-27]}}"), Ok(()));
        check(&format!("{HEAD}compare: {{anything: [1, two]}}"), Ok(()));
        check(&format!("{HEAD}affected: {{OH: {{groups: [{{count: 2, elements: [name]}}, {{count: 3, not_phi: true}}]}}}}"), Ok(()));
        check("entity: {kind: other}\nincident: {discovered: 2026-03-10, determined: 2026-03-12T09:30}", Ok(()));
    }

    #[test]
    fn refused() {
        check(&format!("{HEAD}afected: {{}}"), Err("afected"));
        check(&format!("{HEAD}affected: {{OH: {{count: 5, elements: [shoe_size]}}}}"), Err("affected"));
        check(&format!("{HEAD}affected: {{Ohio: {{count: 5}}}}"), Err("two capital letters"));
        check(&format!("{HEAD}affected: {{ZZ: {{count: 5}}}}"), Err("\"ZZ\""));
        check("entity: {kind: other, state: Texas}\nincident: {discovered: 2026-03-10}", Err("entity.state"));
        check("entity: {kind: other}\nincident: {from: 2026-03-10}", Err("every clock"));
        check(
            "entity: {kind: other}\nincident: {from: 2026-03-11, discovered: 2026-03-10}",
            Err("incident.from (2026-03-11) is after incident.discovered (2026-03-10)"),
        );
        check("entity: {kind: other}\nincident: {from: 2026-03-02, to: 2026-03-01, discovered: 2026-03-10}", Err("incident.to"));
        check("entity: {kind: other}\nincident: {determined: 2026-03-09, discovered: 2026-03-10}", Err("incident.determined"));
        check(&format!("{HEAD}notices: {{hhs: 2026-03-09}}"), Err("notices.hhs"));
        check(&format!("{HEAD}notices: {{other: {{oh-cra: 2026-03-09}}}}"), Err("oh-cra"));
        check(&format!("{HEAD}business_associate: {{discovered: 2026-03-05, told: 2026-03-04}}"), Err("business_associate.told"));
        check(&format!("{HEAD}law_enforcement: {{written: 2026-04-01, until: 2026-03-31}}"), Err("law_enforcement.until"));
        check(&format!("{HEAD}affected: {{OH: {{count: 3, minors: 4}}}}"), Err("minors"));
        check(&format!("{HEAD}affected: {{OH: {{count: 3}}}}\ncontact: {{unreachable: 4}}"), Err("contact.unreachable"));
        check(&format!("{HEAD}affected: {{OH: {{count: 3, deceased: 1}}}}\ncontact: {{kin_reachable: 2}}"), Err("kin_reachable"));
        check("entity: {kind: other}\nincident: {discovered: 2026-02-30}", Err("discovered"));
        check(&format!("{HEAD}affected: {{OH: {{count: {{low: 9, best: 2, high: 3}}}}}}"), Err("low over best"));
        check(&format!("{HEAD}affected: {{OH: {{count: -1}}}}"), Err("none below 0"));
        check(&format!("{HEAD}affected: {{OH: {{count: 3, groups: [{{count: 4}}]}}}}"), Err("add up"));
        check(&format!("{HEAD}law_enforcement: {{written: 2026-04-01}}"), Err("go together"));
        check("entity: {kind: clinic}\nincident: {discovered: 2026-03-10}", Err("entity.kind"));
        check("entity: {kind: other}\nincident: {discovered: yesterday}", Err("incident.discovered"));
        check("", Err("facts"));
    }
}
