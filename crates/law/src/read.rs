//! Reading and checking [`Facts`].

use crate::count::Count;
use crate::facts::{Affected, Assessment, Contact, Entity, EntityKind, Facts, Incident, LawEnforcement, Medium, Notices, Protection};
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
            affected: BTreeMap::new(),
            abroad: BTreeMap::new(),
            unknown_residence: None,
            as_of: None,
            compare: None,
        }
    }

    /// Reads `FACTS.yaml` (JSON is YAML too). Fails on unknown keys, wrong types and facts that contradict one another, naming the key.
    pub fn from_yaml(text: &str) -> Result<Facts> {
        let facts: Facts = serde_norway::from_str(text).map_err(|e| Error::config(format!("facts: {e}")))?;
        facts.check()?;
        Ok(facts)
    }

    /// Whether the facts agree with one another.
    pub fn check(&self) -> Result<()> {
        let refuse = |what: &str| Err(Error::config(format!("facts: {what}")));
        if let (Some(from), Some(to)) = (self.incident.from, self.incident.to)
            && from > to
        {
            return refuse("incident.from is after incident.to");
        }
        if self.incident.from.is_some_and(|from| from > self.incident.discovered) {
            return refuse("incident.from is after incident.discovered");
        }
        if self.law_enforcement.written.is_some() != self.law_enforcement.until.is_some() {
            return refuse("law_enforcement.written and law_enforcement.until go together");
        }
        if self.entity.kind != EntityKind::BusinessAssociate && !self.covered_entities.is_empty() {
            return refuse("covered_entities belongs to an entity of kind business_associate");
        }
        if self.entity.kind != EntityKind::CoveredEntity && self.business_associate.is_some() {
            return refuse("business_associate belongs to an entity of kind covered_entity");
        }
        let places = self.affected.iter().chain(self.covered_entities.iter().flat_map(|ce| &ce.affected));
        for (state, affected) in places {
            if state.len() != 2 || !state.bytes().all(|b| b.is_ascii_uppercase()) {
                return refuse(
                    "affected: a State or territory is two capital letters; people elsewhere go under abroad, people without an address under unknown_residence",
                );
            }
            check_affected(state, affected)?;
        }
        self.abroad.values().chain(&self.unknown_residence).try_for_each(|affected| check_affected("abroad or unknown_residence", affected))
    }
}

fn check_affected(place: &str, affected: &Affected) -> Result<()> {
    let refuse = |what: &str| Err(Error::config(format!("facts: {place}: {what}")));
    if affected.count.is_none() && affected.groups.is_empty() {
        return refuse("count or groups is needed");
    }
    if affected.count.iter().chain(affected.groups.iter().map(|g| &g.count)).any(|c| !c.is_ordered()) {
        return refuse("a count runs from low over best to high, none below 0");
    }
    let grouped: Count = affected.groups.iter().map(|g| g.count).sum();
    if affected.count.is_some_and(|count| grouped.best > count.high) {
        return refuse("the groups add up to more than count");
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
        check(&format!("{HEAD}compare: {{anything: [1, two]}}"), Ok(()));
        check(&format!("{HEAD}affected: {{OH: {{groups: [{{count: 2, elements: [name]}}, {{count: 3, not_phi: true}}]}}}}"), Ok(()));
        check("entity: {kind: other}\nincident: {discovered: 2026-03-10, determined: 2026-03-12T09:30}", Ok(()));
    }

    #[test]
    fn refused() {
        check(&format!("{HEAD}afected: {{}}"), Err("afected"));
        check(&format!("{HEAD}affected: {{OH: {{count: 5, elements: [shoe_size]}}}}"), Err("affected"));
        check(&format!("{HEAD}affected: {{Ohio: {{count: 5}}}}"), Err("two capital letters"));
        check(&format!("{HEAD}affected: {{OH: {{count: {{low: 9, best: 2, high: 3}}}}}}"), Err("low over best"));
        check(&format!("{HEAD}affected: {{OH: {{count: -1}}}}"), Err("none below 0"));
        check(&format!("{HEAD}affected: {{OH: {{}}}}"), Err("count or groups"));
        check(&format!("{HEAD}affected: {{OH: {{count: 3, groups: [{{count: 4}}]}}}}"), Err("add up"));
        check(&format!("{HEAD}law_enforcement: {{written: 2026-04-01}}"), Err("go together"));
        check("entity: {kind: clinic}\nincident: {discovered: 2026-03-10}", Err("entity.kind"));
        check("entity: {kind: other}\nincident: {discovered: yesterday}", Err("incident.discovered"));
        check("", Err("facts"));
    }
}
