//! [`memo`]: the assessment of 45 CFR 164.402(2) laid out with what the facts say: the presumption, the exceptions, the four factors, and a place
//! for the decision. No score and no verdict: the judgement is the entity's and its counsel's.

use crate::count::Count;
use crate::facts::{Affected, Exception, Facts, Group};
use dosimeter_case::tables::Tier;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The whole memo.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Memo {
    /// What holds unless shown otherwise.
    pub presumption: String,
    /// The exceptions, each with what must be shown for it.
    pub exceptions: Vec<Checked>,
    /// The four factors, in the order of the rule.
    pub factors: Vec<Factor>,
    /// What was decided, as the facts record it; absent: nothing yet.
    pub decision: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_on: Option<Date>,
}

/// An exception of 45 CFR 164.402(1), and whether the facts claim it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// Where it stands.
    pub citation: &'static str,
    /// What must be shown.
    pub needs: &'static str,
    /// Whether the facts claim it.
    pub claimed: bool,
}

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

/// The memo for an incident.
pub fn memo(facts: &Facts) -> Memo {
    let assessed = &facts.assessment;
    let presumption = if assessed.documented && (assessed.low_probability || assessed.exception.is_some()) {
        "An impermissible use or disclosure is presumed to be a breach; the facts record a written assessment that rebuts the presumption."
    } else if assessed.low_probability || assessed.exception.is_some() {
        "An impermissible use or disclosure is presumed to be a breach; a claim is made against it but not in writing, so that the presumption stands."
    } else {
        "An impermissible use or disclosure is presumed to be a breach; nothing recorded rebuts it. No assessment is needed to notify."
    };
    let checked = |exception, citation, needs| Checked { citation, needs, claimed: assessed.exception == Some(exception) };
    let decision = match (assessed.exception, assessed.low_probability) {
        (Some(_), _) => Some("not a breach: an exception fits".to_string()),
        (None, true) => Some("not a breach: a low probability that PHI was compromised".to_string()),
        (None, false) => None,
    };
    Memo {
        presumption: presumption.to_string(),
        exceptions: vec![
            checked(
                Exception::UnintentionalWorkforce,
                "45 CFR 164.402(1)(i)",
                "access by one's own workforce, unintentional, in good faith, within the scope of authority, and nothing further done with the data",
            ),
            checked(
                Exception::InadvertentInternal,
                "45 CFR 164.402(1)(ii)",
                "disclosure from one authorised person to another of the same entity or organised arrangement, and nothing further done with the data",
            ),
            checked(
                Exception::CouldNotRetain,
                "45 CFR 164.402(1)(iii)",
                "disclosure, in good faith believed to have reached somebody who could not reasonably have kept it",
            ),
        ],
        factors: factors(facts),
        decision,
        decided_by: assessed.decided_by.clone(),
        decided_on: assessed.decided_on,
    }
}

fn factors(facts: &Facts) -> Vec<Factor> {
    let affected = facts.affected.values().chain(facts.covered_entities.iter().flat_map(|ce| ce.affected.values()));
    let groups: Vec<_> = affected.chain(facts.abroad.values()).chain(&facts.unknown_residence).flat_map(Affected::parts).filter(|g| !g.not_phi).collect();
    let factor = |name, citation, question, evidence| Factor { name, citation, question, evidence };
    let notes = &facts.assessment;
    vec![
        factor("nature", "45 CFR 164.402(2)(i)", "Which PHI was it, and how easily can people be told from it?", nature(&groups)),
        factor("recipient", "45 CFR 164.402(2)(ii)", "Who used it or received it?", notes.recipient.iter().cloned().collect()),
        factor("acquired", "45 CFR 164.402(2)(iii)", "Was it in fact acquired or viewed?", acquired(facts, &groups)),
        factor("mitigation", "45 CFR 164.402(2)(iv)", "How far has the risk been reduced?", mitigation(facts, &groups)),
    ]
}

/// Kinds that tell who a person is, without anything else.
const IDENTIFY: [&str; 9] = ["name", "ssn", "mrn", "drivers_license", "passport", "image", "biometric", "email", "phone"];

fn nature(groups: &[Group]) -> Vec<String> {
    let kinds: BTreeSet<&str> = groups.iter().flat_map(|g| g.elements.iter().flatten()).map(|kind| kind.as_str()).collect();
    let classes: BTreeSet<String> =
        groups.iter().flat_map(|g| &g.sensitive).filter_map(|class| serde_json::to_value(class).ok()?.as_str().map(str::to_string)).collect();
    let people = people(groups, |_| true);
    let list = |label: &str, words: Vec<&str>| (!words.is_empty()).then(|| format!("{label}: {}", words.join(", ")));
    let direct = kinds.iter().copied().filter(|kind| IDENTIFY.contains(kind)).collect();
    let lines = [
        (people.high > 0).then(|| format!("people: {}", people.words())),
        list("elements", kinds.into_iter().collect()),
        list("of these, what identifies by itself", direct),
        list("sensitive classes", classes.iter().map(String::as_str).collect()),
        groups.iter().any(|g| g.elements.is_none()).then(|| "of some people the elements are not known yet".to_string()),
    ];
    lines.into_iter().flatten().collect()
}

fn acquired(facts: &Facts, groups: &[Group]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (tier, words) in [
        (Tier::Copied, "data left the server (copied)"),
        (Tier::Viewed, "data was seen, and nothing shows that it left (viewed)"),
        (Tier::Reachable, "data was within reach, and nothing shows that it was opened (reachable)"),
        (Tier::Unknown, "data lay where the logs have a gap (unknown)"),
    ] {
        let people = people(groups, |g| g.tier == Some(tier));
        if people.high > 0 {
            lines.push(format!("{words}: {} people", people.words()));
        }
    }
    lines.extend(facts.incident.acquired.map(|yes| if yes { "data left (copied)" } else { "data was seen; nothing shows that it left" }.to_string()));
    lines.extend(facts.incident.from.zip(facts.incident.to).map(|(from, to)| format!("breach from {from} to {to}")));
    lines
}

fn mitigation(facts: &Facts, groups: &[Group]) -> Vec<String> {
    let secured = people(groups, |g| g.secured);
    let key = match (facts.protection.encrypted, facts.protection.key_taken) {
        (false, _) => None,
        (true, Some(true)) => Some("encrypted, key taken"),
        (true, Some(false)) => Some("encrypted, key not taken"),
        (true, None) => Some("encrypted, whether the key was taken is not known"),
    };
    let lines = [
        key.map(str::to_string),
        (secured.high > 0).then(|| format!("encrypted with the key not taken: {} people", secured.words())),
        facts.assessment.mitigation.clone(),
    ];
    lines.into_iter().flatten().collect()
}

fn people(groups: &[Group], of: impl Fn(&Group) -> bool) -> Count {
    groups.iter().filter(|g| of(g)).map(|g| g.count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::EntityKind;
    use dosimeter_case::tables::ElementKind;

    #[test]
    fn laid_out_and_not_judged() {
        let mut facts = Facts::new(EntityKind::CoveredEntity, jiff::civil::date(2026, 3, 10));
        let empty = memo(&facts);
        assert!(empty.factors.iter().all(|f| f.evidence.is_empty()) && empty.decision.is_none() && empty.presumption.contains("nothing recorded"));
        facts.affected.insert("OH".to_string(), Affected::new(1_200, &[ElementKind::Name, ElementKind::Diagnosis]));
        let group = Group { count: 200.into(), tier: Some(Tier::Viewed), elements: Some(vec![ElementKind::Name]), ..Group::default() };
        facts.affected.get_mut("OH").unwrap().groups.push(group);
        facts.assessment.recipient = Some("another provider, bound by HIPAA".to_string());
        let evidence: Vec<_> = memo(&facts).factors.into_iter().map(|f| (f.name, f.evidence)).collect();
        assert_eq!(evidence[0].1, ["people: 1,200", "elements: diagnosis, name", "of these, what identifies by itself: name"]);
        assert_eq!(evidence[1], ("recipient", vec!["another provider, bound by HIPAA".to_string()]));
        assert_eq!(evidence[2].1, ["data was seen, and nothing shows that it left (viewed): 200 people"]);
        assert_eq!(evidence[3], ("mitigation", vec![]));
    }

    #[test]
    fn a_claim_must_be_in_writing() {
        let mut facts = Facts::new(EntityKind::CoveredEntity, jiff::civil::date(2026, 3, 10));
        facts.assessment.exception = Some(Exception::CouldNotRetain);
        let claimed = memo(&facts);
        assert!(claimed.presumption.contains("stands") && claimed.exceptions[2].claimed && !claimed.exceptions[0].claimed);
        facts.assessment.documented = true;
        facts.assessment.decided_by = Some("counsel".to_string());
        let decided = memo(&facts);
        assert!(decided.presumption.contains("rebuts") && decided.decision.is_some());
        assert_eq!(decided.decided_by.as_deref(), Some("counsel"));
    }
}
