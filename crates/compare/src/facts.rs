//! What is known of this case, for the comparison.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

/// The facts that a case is compared by. In a file, either by themselves or under `compare:` beside other sections.
///
/// ```yaml
/// compare:
///   individuals: 605809
///   discovered: 2023-09-20
///   submitted: 2023-11-22
///   state: NY
///   entity_type: Healthcare Provider
///   breach_type: Hacking/IT Incident
///   location: Network Server
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Name of the entity; if given, its own entry in the portal is left out of the cohorts.
    #[serde(default, alias = "name")]
    pub entity: Option<String>,
    /// People affected.
    #[serde(alias = "individuals_affected", alias = "affected", alias = "count")]
    pub individuals: i64,
    /// Day of discovery.
    #[serde(default, alias = "discovery_date")]
    pub discovered: Option<Date>,
    /// Day the report was submitted to HHS.
    #[serde(default, alias = "submission_date", alias = "reported", alias = "reported_to_hhs")]
    pub submitted: Option<Date>,
    /// State or territory: two letters or the name.
    #[serde(default)]
    pub state: Option<String>,
    /// Type of entity in the portal's words: `Healthcare Provider`, `Health Plan`, `Business Associate`, `Healthcare Clearing House`.
    #[serde(default, alias = "portal_type", alias = "covered_entity_type")]
    pub entity_type: Option<String>,
    /// Types of breach in the portal's words, joined by commas: `Hacking/IT Incident`, `Theft`, …
    #[serde(default, alias = "type_of_breach")]
    pub breach_type: Option<String>,
    /// Locations in the portal's words, joined by commas: `Network Server`, `Email`, …
    #[serde(default)]
    pub location: Option<String>,
    /// Years before the newest submission that count as recent; default 3.
    #[serde(default = "three")]
    pub recent_years: i64,
}

fn three() -> i64 {
    3
}

/// Reads the facts of a file: its section `compare:` if there is one (whatever else the file holds), else the file as a whole.
/// `open` gives a fresh deserializer of the same text each time it is called. Unknown keys are errors.
///
/// # Errors
/// Those of the deserializer: a missing or unknown key, a value of the wrong kind.
pub fn facts<'de, D: Deserializer<'de>>(open: impl Fn() -> D) -> Result<Facts, D::Error> {
    #[derive(Deserialize)]
    struct File {
        compare: Option<Facts>,
    }
    match File::deserialize(open())?.compare {
        Some(facts) => Ok(facts),
        None => Facts::deserialize(open()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::value::{Error, MapDeserializer};

    fn check(pairs: &[(&str, i64)], expect: &str) {
        let read = facts(|| MapDeserializer::<_, Error>::new(pairs.iter().copied()));
        let shown = match read {
            Ok(facts) => format!("{} people, {} years", facts.individuals, facts.recent_years),
            Err(error) => error.to_string(),
        };
        assert!(shown.contains(expect), "{shown}");
    }

    #[test]
    fn with_and_without_section() {
        check(&[("individuals", 700)], "700 people, 3 years");
        check(&[("individuals_affected", 700), ("recent_years", 5)], "700 people, 5 years");
        check(&[("individuals", 700), ("colour", 1)], "unknown field `colour`");
        check(&[], "missing field `individuals`");
    }
}
