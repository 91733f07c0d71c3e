//! Every numeric threshold of the pack, one below, at and one above; and intervals that straddle one.

mod common;

use common::{check, provider, row, says};
use dosimeter_case::tables::ElementKind::{self, Diagnosis, DriversLicense, Name, Ssn};
use dosimeter_case::tables::ObligationStatus::{Due, NotTriggered, Review};
use dosimeter_law::{Affected, Count, EntityKind, Facts, Rules, assess};
use proptest::prelude::*;

const ALL: &[ElementKind] = &[Name, Ssn, DriversLicense, Diagnosis];

/// An entity outside HIPAA, so that no clause hides a threshold, holding every standing.
fn plain(state: &str, count: Count) -> Facts {
    let mut facts = Facts::new(EntityKind::Other, "2026-03-10".parse().unwrap());
    facts.entity.standing = vec![dosimeter_law::Standing::StateAgency, dosimeter_law::Standing::PhrVendor];
    facts.affected.insert(state.to_string(), Affected::new(count, ALL));
    facts
}

/// The smallest number of residents that triggers a rule.
fn least(state: &str, rule: &str) -> i64 {
    let rules = Rules::builtin().unwrap();
    let due = |n: i64| row(&assess(&plain(state, n.into()), &rules), state, rule).status == Due;
    (0..12_000).step_by(50).flat_map(|n| [n - 1, n, n + 1]).filter(|n| due(*n)).min().unwrap()
}

#[test]
fn thresholds_of_the_states() {
    let expect: &[(&str, &[&str], i64)] = &[
        ("at least 50", &["DC dc-ag"], 50),
        ("at least 250", &["TX tx-ag"], 250),
        ("more than 250", &["ND nd-ag", "OR or-ag", "SD sd-ag"], 251),
        ("at least 500", &["CO co-ag", "FL fl-ag", "UT ut-ag", "UT ut-cyber", "OK ok-ag"], 500),
        ("more than 500", &["CA ca-ag", "DE de-ag", "IL il-ag", "IA ia-ag", "PA pa-ag", "RI ri-ag", "WA wa-ag", "PA pa-cra", "RI ri-cra", "MN mn-cra"], 501),
        ("at least 1,000", &["MD md-cra", "UT ut-cra", "WI wi-cra"], 1_000),
        (
            "more than 1,000",
            &[
                "AL al-ag",
                "AZ az-ag",
                "AZ az-homeland",
                "AR ar-ag",
                "HI hi-consumer-affairs",
                "MO mo-ag",
                "NM nm-ag",
                "SC sc-consumer-affairs",
                "OH oh-cra",
                "MI mi-cra",
            ],
            1_001,
        ),
        ("more than 5,000", &["NY ny-cra"], 5_001),
        ("more than 10,000", &["GA ga-cra", "TX tx-cra"], 10_001),
        ("any", &["IN in-ag", "NC nc-ag", "CT ct-ag", "NY ny-ag", "MA ma-ag", "PR pr-consumer-affairs", "LA la-ag", "MT mt-ag"], 1),
    ];
    for (words, rules, n) in expect {
        for rule in *rules {
            let (state, id) = rule.split_once(' ').unwrap();
            assert_eq!(least(state, id), *n, "{id}: {words}");
        }
    }
}

#[test]
fn a_straddling_interval_is_for_review() {
    let count = Count { low: 480, best: 495, high: 510 };
    let mut facts = provider("2026-03-10", &[], ALL);
    facts.affected.insert("OH".to_string(), Affected::new(count, ALL));
    let rows = check(
        &facts,
        &[
            "US hipaa-individuals due 2026-05-09",
            "US hipaa-hhs-500 review 2026-05-09",
            "US hipaa-hhs-annual review 2027-03-01",
            "OH hipaa-media review 2026-05-09",
        ],
    );
    says(&rows, "US", "hipaa-hhs-500", "480 to 510 (best 495) people in all (asked for: 500 or more)");
    // Elements not known: State law is open, HIPAA is not.
    facts.affected.insert("TX".to_string(), Affected { count: Some(900.into()), ..Affected::default() });
    check(&facts, &["US hipaa-hhs-500 due 2026-05-09", "TX tx-ag review 2026-04-09", "TX hipaa-media due 2026-05-09"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// The federal thresholds agree with their wording for every interval.
    #[test]
    fn federal_thresholds(low in 0_i64..1_100, width in prop_oneof![Just(0_i64), 0_i64..600]) {
        let high = low + width;
        let mut facts = Facts::new(EntityKind::CoveredEntity, "2026-03-10".parse().unwrap());
        facts.affected.insert("OH".to_string(), Affected::new(Count { low, best: low, high }, ALL));
        let rows = assess(&facts, &Rules::builtin().unwrap());
        let expect = |test: &dyn Fn(i64) -> bool| match (low..=high).filter(|n| test(*n)).count() as i64 {
            0 => NotTriggered,
            n if n == width + 1 => Due,
            _ => Review,
        };
        prop_assert_eq!(row(&rows, "US", "hipaa-hhs-500").status, expect(&|n| n >= 500));
        prop_assert_eq!(row(&rows, "US", "hipaa-hhs-annual").status, expect(&|n| (1..500).contains(&n)));
        prop_assert_eq!(row(&rows, "OH", "hipaa-media").status, expect(&|n| n > 500));
        prop_assert_eq!(row(&rows, "US", "hipaa-individuals").status, expect(&|n| n > 0));
    }

    /// No facts, however odd, make it panic; the same facts give the same rows.
    #[test]
    fn any_facts(state in "[A-Z]{2}", n in any::<i64>(), kind in 0_usize..3, year in 1_i16..9999, unreachable in any::<i64>()) {
        let kind = [EntityKind::CoveredEntity, EntityKind::BusinessAssociate, EntityKind::Other][kind];
        let mut facts = Facts::new(kind, jiff::civil::Date::new(year, 12, 31).unwrap());
        facts.affected.insert(state, Affected::new(n, ALL));
        facts.contact.unreachable = Some(unreachable.into());
        facts.law_enforcement.oral = Some(jiff::civil::Date::MAX);
        facts.as_of = Some(jiff::civil::Date::MIN);
        let rules = Rules::builtin().unwrap();
        prop_assert!(assess(&facts, &rules) == assess(&facts, &rules));
    }
}
