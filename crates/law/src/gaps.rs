//! [`gaps`]: facts that are not known yet, and what would change if they were.

use crate::facts::{Affected, EntityKind, Facts};

/// A fact that is missing.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Gap {
    /// Its key in `FACTS.yaml`.
    pub key: String,
    /// What would change if it were known.
    pub would_change: &'static str,
}

/// The facts that are missing, in the order of the file.
pub fn gaps(facts: &Facts) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut gap = |missing: bool, key: &str, would_change: &'static str| {
        if missing {
            gaps.push(Gap { key: key.to_string(), would_change });
        }
    };
    let places = || facts.affected.iter().chain(facts.covered_entities.iter().flat_map(|ce| &ce.affected));
    let listed = || places().map(|(_, affected)| affected).chain(facts.abroad.values()).chain(&facts.unknown_residence);
    let incident = &facts.incident;
    gap(
        incident.from.is_none() || incident.to.is_none(),
        "incident.from, incident.to",
        "Letters and the HHS report state when the breach happened, if it is known.",
    );
    gap(
        incident.determined.is_none(),
        "incident.determined",
        "Some States count from the day on which the breach was determined; without it the clock runs from discovery, which is earlier.",
    );
    gap(
        incident.acquired.is_none() && listed().flat_map(Affected::parts).any(|g| g.tier.is_none()),
        "incident.acquired, or a tier for each group",
        "Many State laws ask for acquisition: for people whose data was only seen those duties would be for review. Without it the data counts as taken.",
    );
    gap(
        facts.protection.encrypted && facts.protection.key_taken.is_none(),
        "protection.key_taken",
        "If the key was not taken, no notice is due; if it was, all are.",
    );
    let ba = facts.business_associate.as_ref();
    let served = facts.covered_entities.iter().any(|ce| ce.agent.is_none());
    gap(
        ba.is_some_and(|ba| ba.agent.is_none()) || served,
        "business_associate.agent, covered_entities.agent",
        "If the business associate is not an agent, the covered entity's clock starts later, on the day it was told.",
    );
    gap(
        facts.entity.kind == EntityKind::BusinessAssociate && facts.covered_entities.is_empty(),
        "covered_entities",
        "Thresholds are counted for each covered entity: duties above a threshold may fall away.",
    );
    gap(listed().next().is_none(), "affected", "How many people of which State, and what was exposed of them, decides every duty.");
    for (state, affected) in places() {
        let parts = affected.parts();
        gap(affected.count.is_none() && affected.groups.is_empty(), &format!("affected.{state}.count"), "Every threshold hangs on it.");
        gap(
            parts.iter().any(|g| g.elements.is_none()),
            &format!("affected.{state}.elements"),
            "State laws name the data that they cover: without it their duties are for review.",
        );
    }
    gap(
        facts.unknown_residence.is_some(),
        "the State of the people under unknown_residence",
        "Their State's law applies to them, and they may carry a State over a threshold.",
    );
    gap(
        facts.contact.unreachable.is_none(),
        "contact.unreachable",
        "From 1 to 9 people without a good address are told another way; from 10 on by home page or media, with a toll-free number.",
    );
    let deceased = listed().filter_map(|a| a.deceased).any(|n| n > 0);
    gap(deceased && facts.contact.kin_reachable.is_none(), "contact.kin_reachable", "Next of kin are told whose address is known.");
    gap(
        listed().any(|a| a.minors.is_none()),
        "affected.STATE.minors",
        "Letters for minors go to a parent or guardian, unless the minor lawfully consented alone.",
    );
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(yaml: &str, has: &[&str], has_not: &[&str]) {
        let gaps = gaps(&Facts::from_yaml(yaml).unwrap());
        let key = |part: &&&str| gaps.iter().any(|g| g.key.contains(**part));
        assert!(has.iter().all(|p| key(&p)) && !has_not.iter().any(|p| key(&p)), "{gaps:?}");
    }

    #[test]
    fn named() {
        let head = "entity: {kind: covered_entity}\nincident: {discovered: 2026-03-10}\n";
        check(head, &["affected", "incident.determined", "unreachable"], &["key_taken", "agent", "elements"]);
        check(&format!("{head}affected: {{OH: {{}}}}\nprotection: {{encrypted: true}}"), &["affected.OH.count", "affected.OH.elements", "key_taken"], &[]);
        let full = "entity: {kind: covered_entity}\nincident: {from: 2026-03-01, to: 2026-03-02, discovered: 2026-03-10, determined: 2026-03-11, acquired: true}\n\
                    affected: {OH: {count: 5, elements: [name], minors: 0, deceased: 1}}\ncontact: {unreachable: 0, kin_reachable: 1}";
        assert_eq!(gaps(&Facts::from_yaml(full).unwrap()), []);
    }
}
