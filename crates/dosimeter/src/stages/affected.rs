//! The people concerned, each with what was exposed of them: the common ground of assessment, letters, exports and report.

use dosimeter_case::tables::{Certainty, ElementKind, Exposure, Person, Session, Tier};
use dosimeter_case::{Case, Id, Result};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// One person concerned.
pub struct Affected {
    /// The person.
    pub person: Person,
    /// Strongest tier.
    pub tier: Tier,
    /// Certainty of the strongest tier.
    pub certainty: Certainty,
    /// What was exposed, each kind with its strongest tier. When the logs prove an exposure, only what they prove.
    pub elements: BTreeMap<ElementKind, Tier>,
    /// Further kinds that were within reach while no log shows what was opened.
    pub perhaps: BTreeMap<ElementKind, Tier>,
    /// Documents that hold the elements.
    pub documents: BTreeSet<Id>,
    /// Accesses that exposed it.
    pub accesses: BTreeSet<Id>,
}

impl Affected {
    /// Whether the logs show that something was viewed or copied. Otherwise the person's data was within reach while no log covers the time.
    pub fn is_proved(&self) -> bool {
        is_proved(self.tier)
    }
}

fn is_proved(tier: Tier) -> bool {
    matches!(tier, Tier::Copied | Tier::Viewed)
}

/// Everyone of whom the logs show that something was viewed or copied, in the order of the people table.
pub fn proved(case: &Case) -> Result<Vec<Affected>> {
    let mut people = affected(case)?;
    people.retain(Affected::is_proved);
    Ok(people)
}

/// Everyone with an exposure, in the order of the people table.
pub fn affected(case: &Case) -> Result<Vec<Affected>> {
    let mut by_person: BTreeMap<Id, Vec<Exposure>> = BTreeMap::new();
    for exposure in case.read::<Exposure>()? {
        by_person.entry(exposure.person_id).or_default().push(exposure);
    }
    let people = case.read::<Person>()?;
    Ok(people.into_iter().filter_map(|person| by_person.remove(&person.person_id).map(|exposures| join(person, &exposures))).collect())
}

fn join(person: Person, exposures: &[Exposure]) -> Affected {
    let mut affected = Affected {
        person,
        tier: Tier::Unknown,
        certainty: Certainty::Possible,
        elements: BTreeMap::new(),
        perhaps: BTreeMap::new(),
        documents: BTreeSet::new(),
        accesses: BTreeSet::new(),
    };
    let proved = exposures.iter().any(|e| is_proved(e.tier));
    for exposure in exposures {
        if proved && !is_proved(exposure.tier) {
            let tier = affected.perhaps.entry(exposure.kind).or_insert(exposure.tier);
            *tier = (*tier).min(exposure.tier);
            continue;
        }
        let tier = affected.elements.entry(exposure.kind).or_insert(exposure.tier);
        *tier = (*tier).min(exposure.tier);
        (affected.tier, affected.certainty) = (affected.tier, affected.certainty).min((exposure.tier, exposure.certainty));
        affected.documents.extend(exposure.document_id);
        affected.accesses.extend(&exposure.access_ids);
    }
    affected.perhaps.retain(|kind, _| !affected.elements.contains_key(kind));
    affected
}

/// First and last local day of the intrusion as the logs show it.
pub fn window_days(case: &Case) -> Result<Option<(Date, Date)>> {
    let zone = TimeZone::get(&case.config.environment.zone).unwrap_or(TimeZone::UTC);
    let window = dosimeter_trace::window(&case.read::<Session>()?);
    Ok(window.map(|(first, last)| (first.to_zoned(zone.clone()).date(), last.to_zoned(zone.clone()).date())))
}
