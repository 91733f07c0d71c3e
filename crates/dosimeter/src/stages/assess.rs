//! Whom the law says to notify, and by when.

use super::affected::{Affected, affected, window_days};
use crate::pipeline::Summary;
use dosimeter_case::tables::{self, Access, Certainty, ContactQuality, Document, DocumentStatus, ElementKind, ObligationStatus, Role, Tier, Verdict};
use dosimeter_case::{Case, Config, Id, Output, Result};
use dosimeter_law::{Count, EntityKind, Facts, Group, Question, Rules, Standing, assess};
use std::collections::{BTreeMap, BTreeSet};

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    serde_json::json!({ "entity": config.entity, "incident": config.incident, "law": config.law, "zone": config.environment.zone })
}

/// Every duty, triggered or not.
pub fn run(case: &Case, output: &mut Output, _jobs: usize) -> Result<Summary> {
    let folder = case.dir().join("rules").join("law");
    let rules = if folder.is_dir() { Rules::load(&folder)? } else { Rules::builtin()? };
    let obligations = assess(&facts(case)?, &rules);
    let of = |status| obligations.iter().filter(|o| o.status == status).count() as i64;
    let summary = vec![
        ("duties due".into(), of(ObligationStatus::Due)),
        ("for review".into(), of(ObligationStatus::Review)),
        ("not triggered".into(), of(ObligationStatus::NotTriggered)),
    ];
    output.write(obligations)?;
    Ok(summary)
}

/// The facts of the case in the form that the law asks for.
pub fn facts(case: &Case) -> Result<Facts> {
    let (config, people) = (&case.config, affected(case)?);
    let kind = if config.entity.kind == "business_associate" { EntityKind::BusinessAssociate } else { EntityKind::CoveredEntity };
    let mut facts = Facts::new(kind, config.incident.discovered);
    facts.entity.name = Some(config.entity.name.clone());
    facts.entity.state = Some(config.entity.state.clone());
    if config.law.part2_program {
        facts.entity.standing.push(Standing::Part2Program);
    }
    let window = window_days(case)?;
    // A window that begins after the discovery says that the discovery came first, not that the breach was foretold.
    facts.incident.from = config.incident.from.or(window.map(|w| w.0)).filter(|from| *from <= config.incident.discovered);
    facts.incident.to = config.incident.to.or(window.map(|w| w.1)).filter(|to| facts.incident.from.is_none_or(|from| from <= *to));
    facts.incident.determined = config.incident.determined.map(Into::into);
    facts.incident.acquired = Some(people.iter().any(|a| a.tier == Tier::Copied));
    facts.protection.encrypted = config.law.encrypted;
    facts.protection.key_taken = config.law.encrypted.then_some(false);
    facts.law_enforcement.until = config.law.delay_until;
    facts.law_enforcement.written = config.law.delay_until.map(|_| config.incident.discovered);
    facts.law_enforcement.official_recorded = config.law.delay_until.is_some();
    facts.notices.hhs = config.incident.reported_to_hhs;
    facts.as_of = config.law.as_of;
    let unreachable = people.iter().filter(|a| a.is_proved() && a.person.contact == ContactQuality::Missing && a.person.deceased_on.is_none()).count();
    facts.contact.unreachable = Some(Count::from(unreachable as i64));
    let open = doubtful(case, &people)?;
    let places = by_place(&people);
    facts.open = questions(&places, &open);
    for (place, people) in places {
        let affected = law_affected(&people, &open);
        match place {
            Place::State(state) => _ = facts.affected.insert(state, affected),
            Place::Abroad(country) => _ = facts.abroad.insert(country, affected),
            Place::Unknown => facts.unknown_residence = Some(affected),
        }
    }
    let unread = unread_people(case, &people)?;
    if unread > 0 {
        facts.unknown_residence.get_or_insert_default().groups.push(Group { count: Count { low: 0, best: 0, high: unread }, ..Group::default() });
        let more = BTreeMap::from([("unknown".to_string(), unread)]);
        facts.open.push(Question { what: "whose data is in the documents that could not be read".to_string(), fewer: BTreeMap::new(), more });
    }
    Ok(facts)
}

/// Who may be counted twice, and who may be two: people of whom it is open whether they are one.
struct Doubtful {
    /// Of each pair that may be one person, the one with the larger id: the count without them is the fewest people there can be.
    twice: BTreeSet<Id>,
    /// People who may be two.
    two: BTreeSet<Id>,
}

/// The open questions between affected people.
fn doubtful(case: &Case, people: &[Affected]) -> Result<Doubtful> {
    let affected: BTreeSet<Id> = people.iter().map(|a| a.person.person_id).collect();
    let mut doubtful = Doubtful { twice: BTreeSet::new(), two: BTreeSet::new() };
    for question in case.read::<tables::Question>()?.iter().filter(|q| affected.contains(&q.left_person) && affected.contains(&q.right_person)) {
        if question.left_person == question.right_person {
            doubtful.two.insert(question.left_person);
        } else {
            doubtful.twice.insert(question.left_person.max(question.right_person));
        }
    }
    Ok(doubtful)
}

/// An estimate of the people in documents that were reached and could not be read: as many per document as the read ones hold on average.
fn unread_people(case: &Case, people: &[Affected]) -> Result<i64> {
    let reached: BTreeSet<String> = case.read::<Access>()?.into_iter().filter(|a| a.verdict == Verdict::Intruder).filter_map(|a| a.path).collect();
    let (mut unread, mut read) = (0, 0);
    for document in case.read::<Document>()?.iter().filter(|d| reached.contains(&d.path)) {
        match document.status {
            DocumentStatus::Read => read += 1,
            DocumentStatus::Empty => {}
            _ => unread += 1,
        }
    }
    let pairs = people.iter().filter(|a| a.is_proved()).map(|a| a.documents.len() as i64).sum::<i64>();
    Ok(if read == 0 { unread } else { (unread * pairs + read - 1) / read })
}

/// What a person may still decide, and how many people of which State hang on it.
fn questions(places: &BTreeMap<Place, Vec<&Affected>>, open: &Doubtful) -> Vec<Question> {
    let count = |test: &dyn Fn(&Affected) -> bool| -> BTreeMap<String, i64> {
        let of = |people: &Vec<&Affected>| people.iter().filter(|a| test(a)).count() as i64;
        places.iter().map(|(place, people)| (place.key(), of(people))).filter(|(_, n)| *n > 0).collect()
    };
    let twice = |a: &Affected| open.twice.contains(&a.person.person_id);
    let two = |a: &Affected| open.two.contains(&a.person.person_id);
    let none = BTreeMap::new;
    let questions = [
        ("whether records that may be of one person are (dosimeter decide DIR records)", count(&twice), none()),
        (
            "whether accesses that are only possible took place (dosimeter decide DIR session)",
            count(&|a| a.certainty == Certainty::Possible && !twice(a)),
            none(),
        ),
        ("whether people joined from doubtful matches are two", none(), count(&two)),
    ];
    let some = questions.into_iter().filter(|(_, fewer, more)| !fewer.is_empty() || !more.is_empty());
    some.map(|(what, fewer, more)| Question { what: what.to_string(), fewer, more }).collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    State(String),
    Abroad(String),
    Unknown,
}

impl Place {
    /// As the facts name it.
    fn key(&self) -> String {
        match self {
            Place::State(state) => state.clone(),
            Place::Abroad(country) => format!("abroad:{country}"),
            Place::Unknown => "unknown".to_string(),
        }
    }
}

fn by_place(people: &[Affected]) -> BTreeMap<Place, Vec<&Affected>> {
    let mut places: BTreeMap<Place, Vec<&Affected>> = BTreeMap::new();
    for affected in people {
        let person = &affected.person;
        let place = match (&person.country, &person.state) {
            (Some(country), _) if !matches!(country.as_str(), "US" | "USA") => Place::Abroad(country.clone()),
            (_, Some(state)) if state.len() == 2 && state.bytes().all(|b| b.is_ascii_uppercase()) => Place::State(state.clone()),
            _ => Place::Unknown,
        };
        places.entry(place).or_default().push(affected);
    }
    places
}

/// People with the same elements and the same tier together; the tier is the strongest of all that was exposed of a person. Best counts everyone found; low leaves out who is only possibly affected or may be
/// counted twice; high adds one for everyone who may be two people.
fn law_affected(people: &[&Affected], open: &Doubtful) -> dosimeter_law::Affected {
    let mut groups: BTreeMap<(Vec<ElementKind>, bool, Tier), Count> = BTreeMap::new();
    for affected in people {
        let elements: Vec<ElementKind> = affected.elements.keys().copied().collect();
        let not_phi = affected.person.role == Role::Employee;
        let sure = affected.certainty != Certainty::Possible && !open.twice.contains(&affected.person.person_id);
        let one = Count { low: i64::from(sure), best: 1, high: 1 + i64::from(open.two.contains(&affected.person.person_id)) };
        let count = groups.entry((elements, not_phi, affected.tier)).or_default();
        *count = *count + one;
    }
    let count_of = |test: &dyn Fn(&Affected) -> bool| Some(people.iter().filter(|a| test(a)).count() as i64);
    dosimeter_law::Affected {
        groups: groups
            .into_iter()
            .map(|((elements, not_phi, tier), count)| Group { count, elements: Some(elements), not_phi, tier: Some(tier), ..Group::default() })
            .collect(),
        minors: count_of(&|a| a.person.is_minor),
        deceased: count_of(&|a| a.person.deceased_on.is_some()),
        ..dosimeter_law::Affected::default()
    }
}
