//! [`factors`]: the four factors of 45 CFR 164.402(2) laid out with what the facts say of each. No score, no verdict: the judgement is counsel's.

use crate::count::Count;
use crate::facts::{Affected, Facts};
use std::collections::BTreeSet;

/// One factor of the assessment whether PHI was compromised.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Factor {
    /// `nature`, `recipient`, `acquired`, `mitigation`.
    pub name: &'static str,
    /// Where it stands.
    pub citation: &'static str,
    /// What has to be asked.
    pub question: &'static str,
    /// What the facts say; empty: nothing yet.
    pub evidence: Vec<String>,
}

/// The four factors, in the order of the rule.
pub fn factors(facts: &Facts) -> Vec<Factor> {
    let affected = facts.affected.values().chain(facts.covered_entities.iter().flat_map(|ce| ce.affected.values()));
    let groups: Vec<_> = affected.chain(facts.abroad.values()).chain(&facts.unknown_residence).flat_map(Affected::parts).filter(|g| !g.not_phi).collect();
    let kinds: BTreeSet<&str> = groups.iter().flat_map(|g| g.elements.iter().flatten()).map(|kind| kind.as_str()).collect();
    let classes: BTreeSet<String> =
        groups.iter().flat_map(|g| &g.sensitive).filter_map(|class| serde_json::to_value(class).ok()?.as_str().map(str::to_string)).collect();
    let people: Count = groups.iter().map(|g| g.count).sum();
    let list = |label: &str, words: Vec<&str>| (!words.is_empty()).then(|| format!("{label}: {}", words.join(", ")));
    let nature = [
        (people.high > 0).then(|| format!("people: {}", people.words())),
        list("elements", kinds.into_iter().collect()),
        list("sensitive classes", classes.iter().map(String::as_str).collect()),
        groups.iter().any(|g| g.elements.is_none()).then(|| "of some people the elements are not known yet".to_string()),
    ];
    let acquired = facts.incident.acquired.map(|yes| if yes { "data left (copied)" } else { "data was seen; nothing shows that it left" }.to_string());
    let span = facts.incident.from.zip(facts.incident.to).map(|(from, to)| format!("breach from {from} to {to}"));
    let protection = facts.protection.encrypted.then(|| {
        match facts.protection.key_taken {
            Some(true) => "encrypted, key taken",
            Some(false) => "encrypted, key not taken",
            None => "encrypted, whether the key was taken is not known",
        }
        .to_string()
    });
    let factor =
        |name, citation, question, evidence: Vec<Option<String>>| Factor { name, citation, question, evidence: evidence.into_iter().flatten().collect() };
    let notes = &facts.assessment;
    vec![
        factor("nature", "45 CFR 164.402(2)(i)", "Which PHI was it, and how easily can people be told from it?", nature.into()),
        factor("recipient", "45 CFR 164.402(2)(ii)", "Who used it or received it?", vec![notes.recipient.clone()]),
        factor("acquired", "45 CFR 164.402(2)(iii)", "Was it in fact acquired or viewed?", vec![acquired, span]),
        factor("mitigation", "45 CFR 164.402(2)(iv)", "How far has the risk been reduced?", vec![protection, notes.mitigation.clone()]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::EntityKind;
    use dosimeter_case::tables::ElementKind;

    #[test]
    fn laid_out_and_not_judged() {
        let mut facts = Facts::new(EntityKind::CoveredEntity, jiff::civil::date(2026, 3, 10));
        assert!(factors(&facts).iter().all(|f| f.evidence.is_empty()));
        facts.affected.insert("OH".to_string(), Affected::new(1_200, &[ElementKind::Name, ElementKind::Ssn]));
        facts.incident.acquired = Some(false);
        facts.assessment.recipient = Some("another provider, bound by HIPAA".to_string());
        let evidence: Vec<_> = factors(&facts).into_iter().map(|f| (f.name, f.evidence)).collect();
        assert_eq!(evidence[0], ("nature", vec!["people: 1,200".to_string(), "elements: name, ssn".to_string()]));
        assert_eq!(evidence[1], ("recipient", vec!["another provider, bound by HIPAA".to_string()]));
        assert_eq!(evidence[2], ("acquired", vec!["data was seen; nothing shows that it left".to_string()]));
        assert_eq!(evidence[3], ("mitigation", vec![]));
    }
}
