//! What must hold for any facts: a count that crosses a threshold changes exactly the duties that name it; a day moves exactly the clocks that start
//! on it; no version later than the day asked for is used.

use dosimeter_case::tables::ElementKind::{self, BankAccount, Biometric, Diagnosis, DriversLicense, InsuranceId, Name, Passport, Ssn};
use dosimeter_case::tables::{Obligation, ObligationStatus};
use dosimeter_law::{Affected, After, Count, EntityKind, Facts, Rule, Rules, Standing, assess};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::sync::LazyLock;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::builtin().unwrap());
const ALL: &[ElementKind] = &[Name, Ssn, DriversLicense, Passport, Diagnosis, InsuranceId, Biometric, BankAccount];
const STANDINGS: [Standing; 8] = [
    Standing::Part2Program,
    Standing::CaLicensedFacility,
    Standing::NyGeneralHospital,
    Standing::NyDfsCovered,
    Standing::StateAgency,
    Standing::InformationBroker,
    Standing::PhrVendor,
    Standing::SecRegistrant,
];
const KINDS: [EntityKind; 3] = [EntityKind::CoveredEntity, EntityKind::BusinessAssociate, EntityKind::Other];

fn facts(kind: EntityKind, discovered: Date, people: &[(&str, i64)]) -> Facts {
    let mut facts = Facts::new(kind, discovered);
    facts.entity.standing = STANDINGS.to_vec();
    for (state, n) in people {
        facts.affected.insert((*state).to_string(), Affected { minors: Some(0), ..Affected::new(*n, ALL) });
    }
    facts.contact.unreachable = Some(0.into());
    facts.contact.kin_reachable = Some(0);
    facts
}
/// The rule that a row came from.
fn rule_of(row: &Obligation) -> &'static Rule {
    let version = |r: &&Rule| r.id == row.rule_id && r.version() == row.rule_version;
    RULES.jurisdictions().iter().flat_map(|j| &j.rule).find(version).unwrap()
}
fn any_state() -> impl Strategy<Value = &'static str> {
    (1_usize..55).prop_map(|i| RULES.jurisdictions()[i].jurisdiction.as_str())
}
/// A day of a time in which no version begins or ends.
fn quiet_day() -> impl Strategy<Value = Date> {
    (0_i64..600).prop_map(|n| date(2026, 3, 1).checked_add(n.days()).unwrap())
}
/// Every number at which some rule of the pack changes, one below.
fn brinks() -> Vec<i64> {
    let mut all: Vec<i64> = RULES
        .jurisdictions()
        .iter()
        .flat_map(|j| &j.rule)
        .flat_map(|r| [r.at_least.map(|n| n - 1), r.more_than, r.fewer_than.map(|n| n - 1)])
        .flatten()
        .collect();
    all.extend([0, 777]);
    all.sort_unstable();
    all.dedup();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn one_person_more_changes_the_duties_that_name_the_number(state in any_state(), kind in 0_usize..3, day in quiet_day(), i in 0_usize..20) {
        let brinks = brinks();
        let n = brinks[i % brinks.len()];
        let kind = KINDS[kind];
        let (before, after) = (assess(&facts(kind, day, &[(state, n)]), &RULES), assess(&facts(kind, day, &[(state, n + 1)]), &RULES));
        prop_assert_eq!(before.len(), after.len());
        for (a, b) in before.iter().zip(&after) {
            prop_assert_eq!(a.obligation_id, b.obligation_id);
            let rule = rule_of(a);
            let counted = rule.sensitive.is_empty() && !matches!(rule.count, dosimeter_law::Measure::Incident | dosimeter_law::Measure::Unreachable | dosimeter_law::Measure::KinReachable | dosimeter_law::Measure::Minors);
            let here = a.jurisdiction == "US" || a.jurisdiction == state;
            let crossed = here && counted && rule.threshold().holds(n) != rule.threshold().holds(n + 1);
            // A duty that is out of the question for another reason stays so; every other one changes exactly when its own number is crossed.
            // Whether HIPAA asks for letters at all begins with the first person, and what HIPAA satisfies hangs on that.
// A reason that begins with a number speaks of the count, any other of something that comes before it.
            let why = |r: &Obligation| r.reason[rule.what.len() + 2..].chars().next();
            let out = |r: &Obligation| r.status == ObligationStatus::NotTriggered && !why(r).is_some_and(|c| c.is_ascii_digit());
            prop_assert!(a.status != b.status || !crossed || out(a) && out(b), "{} {} {n}: {} | {}", state, a.rule_id, a.reason, b.reason);
            prop_assert!(a.status == b.status || crossed || n == 0, "{} {} {n}: {} | {}", state, a.rule_id, a.reason, b.reason);
            if !crossed && n > 0 {
                prop_assert_eq!(&a.due, &b.due, "{}", a.rule_id);
            }
        }
    }

    #[test]
    fn the_day_of_discovery_moves_its_own_clocks(state in any_state(), kind in 0_usize..3, day in quiet_day()) {
        let with = |discovered: Date| {
            let mut facts = facts(KINDS[kind], discovered, &[(state, 12_000)]);
            let later = |n: i64| day.checked_add(n.days()).unwrap();
            facts.incident.determined = Some(later(5).into());
            facts.incident.material = Some(later(6));
            facts.assessment.decided_on = Some(later(7));
            facts.notices.individuals = Some(later(20));
            facts.notices.hhs = Some(later(21));
            assess(&facts, &RULES)
        };
        let (before, after) = (with(day), with(day.tomorrow().unwrap()));
        let parse = |due: &str| due[..10].parse::<Date>().unwrap();
        for (a, b) in before.iter().zip(&after) {
            prop_assert_eq!((a.obligation_id, a.status), (b.obligation_id, b.status));
            let (Some(x), Some(y)) = (&a.due, &b.due) else { prop_assert_eq!(&a.due, &b.due); continue };
            let moved = dosimeter_law::days::between(parse(x), parse(y));
            let rule = rule_of(a);
            // What HIPAA satisfies is due when HIPAA's letters are.
            let starts = a.status == ObligationStatus::Deemed || rule.deadline.as_ref().is_some_and(|d| d.after == After::Discovery);
            let business = rule.deadline.as_ref().is_some_and(|d| d.unit == dosimeter_law::Unit::BusinessDays) && a.status != ObligationStatus::Deemed;
            match rule.deadline.as_ref().map(|d| d.after) {
                Some(After::YearOfDiscovery) => {
                    let year = day.tomorrow().unwrap().year() != day.year();
                    prop_assert!(if year { moved >= 364 } else { moved == 0 }, "{} {x} {y}", a.rule_id);
                }
                _ if starts && business => prop_assert!((0..=5).contains(&moved), "{} {x} {y}", a.rule_id),
                _ => prop_assert_eq!(moved, i64::from(starts), "{} {} {}", a.rule_id, x, y),
            }
        }
    }

    #[test]
    fn no_later_version_is_used(discovered in 0_i64..6_500, as_of in 0_i64..6_500, kind in 0_usize..3) {
        let day = |n: i64| date(2009, 10, 1).checked_add(n.days()).unwrap();
        let people: Vec<(&str, i64)> = RULES.jurisdictions()[1..].iter().map(|j| (j.jurisdiction.as_str(), 12_000)).collect();
        let mut facts = facts(KINDS[kind], day(discovered), &people);
        let now = assess(&facts, &RULES);
        facts.as_of = Some(day(as_of));
        let then = assess(&facts, &RULES);
        for (rows, law) in [(now, day(discovered)), (then, day(as_of))] {
            for row in &rows {
                let rule = rule_of(row);
                prop_assert!(rule.in_force(law) || row.status == ObligationStatus::NotTriggered && row.due.is_none(), "{} {} on {law}: {}", row.rule_id, row.rule_version, row.reason);
                // The version in force is the one used, wherever there is one.
                let other = RULES.jurisdictions().iter().flat_map(|j| &j.rule).any(|r| r.id == rule.id && r.in_force(law));
                prop_assert!(rule.in_force(law) || !other, "{}", row.rule_id);
            }
        }
    }

    /// An interval's answer agrees with the answers of its ends, for every rule.
    #[test]
    fn an_interval_says_review_exactly_where_its_ends_differ(state in any_state(), low in 1_i64..1_300, width in 0_i64..900) {
        let at = |low: i64, high: i64| {
            let mut facts = facts(EntityKind::Other, date(2026, 6, 1), &[]);
            facts.affected.insert(state.to_string(), Affected::new(Count { low, best: low, high }, &[Name, Ssn]));
            assess(&facts, &RULES)
        };
        let (fewest, most, both) = (at(low, low), at(low + width, low + width), at(low, low + width));
        for ((a, b), c) in fewest.iter().zip(&most).zip(&both) {
            let rule = rule_of(c);
            if rule.fewer_than.is_none() && matches!(rule.count, dosimeter_law::Measure::Residents | dosimeter_law::Measure::ResidentsAll | dosimeter_law::Measure::Total) {
                let expect = if a.status == b.status { a.status } else { ObligationStatus::Review };
                prop_assert_eq!(c.status, expect, "{} {}", c.rule_id, c.reason);
                prop_assert_eq!(c.conflicts.iter().any(|s| s.starts_with("It rests on the count")), a.status != b.status, "{}", c.rule_id);
            }
        }
    }
}
