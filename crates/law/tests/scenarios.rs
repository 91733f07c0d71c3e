//! The worked scenarios of `../shared/data/law/test_vectors.md` (1 to 30, by the name of the test), restated as facts and expected rows. Where a
//! scenario depends on a point that is recalled or unconfirmed there (`R`), the test asks that the output says so.

mod common;

use common::{check, provider, row, says};
use dosimeter_case::tables::ElementKind::{Diagnosis, DriversLicense, LabResult, Name, Ssn};
use dosimeter_case::tables::{ElementKind, ObligationStatus};
use dosimeter_law::{Affected, BusinessAssociate, CoveredEntity, EntityKind, Facts, Group, Medium, Rules, Sensitive, Standing, assess};
use jiff::civil::Date;

const IDENTITY: &[ElementKind] = &[Name, Ssn];
const MEDICAL: &[ElementKind] = &[Name, Diagnosis];

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn s01_east_river() {
    let mut facts = provider("2023-09-20", &[("NY", 605_000)], IDENTITY);
    facts.affected.get_mut("NY").unwrap().groups.push(Group {
        count: 300.into(),
        elements: Some(vec![Name, Ssn, DriversLicense]),
        not_phi: true,
        ..Group::default()
    });
    facts.notices.hhs = Some(day("2023-11-22"));
    facts.notices.individuals = Some(day("2023-11-22"));
    let rows = check(
        &facts,
        &[
            "US hipaa-individuals due 2023-11-19",
            "US hipaa-hhs-500 due 2023-11-19",
            "US hipaa-hhs-annual not_triggered -",
            "NY hipaa-media due 2023-11-19",
            // The law of 2023: no fixed number of days; the copy of the HHS report within five business days, Thanksgiving skipped.
            "NY ny-ag due -",
            "NY ny-state-department due -",
            "NY ny-police due -",
            "NY ny-cra due -",
            "NY ny-ag-hhs-copy due 2023-11-30",
            "NY ny-dfs not_triggered -",
        ],
    );
    says(&rows, "US", "hipaa-hhs-500", "(day 63), 3 days after the last day");
    says(&rows, "US", "hipaa-individuals", "Sunday");
    // Employees are no patients: HIPAA leaves them out, the State counts them, and HIPAA letters do not reach them.
    assert_eq!(row(&rows, "US", "hipaa-individuals").count, 604_700);
    assert_eq!(row(&rows, "NY", "ny-individuals").count, 605_000);
    assert_eq!(row(&rows, "NY", "ny-individuals").status, ObligationStatus::Review);
    // A documented request to wait would change the verdict.
    let mut delayed = facts.clone();
    delayed.law_enforcement.written = Some(day("2023-10-20"));
    delayed.law_enforcement.until = Some(day("2023-11-30"));
    says(&check(&delayed, &["US hipaa-hhs-500 due 2023-11-30"]), "US", "hipaa-hhs-500", "(day 63), in time");
    // The same facts under today's law; the law of the day of discovery is named beside it.
    facts.as_of = Some(day("2026-11-22"));
    let rows = check(&facts, &["NY ny-individuals due 2023-10-20", "NY ny-ag due 2023-10-20", "US hipaa-hhs-500 due 2023-11-19"]);
    says(&rows, "NY", "ny-ag", "This is the law of 2026-11-22; on the day of discovery, 2023-09-20, another version (undated) was in force");
    facts.incident.discovered = day("2025-09-20");
    (facts.notices, facts.as_of) = Default::default();
    check(&facts, &["NY ny-individuals due 2025-10-20", "NY ny-ag due 2025-10-20"]);
}

#[test]
fn s02_emergence() {
    let mut facts = provider("2015-08-18", &[("TX", 11_100)], &[Name, Ssn, ElementKind::Dob, ElementKind::Service]);
    facts.affected.get_mut("TX").unwrap().sensitive = vec![Sensitive::MentalHealth];
    facts.notices.individuals = Some(day("2015-10-08"));
    facts.notices.hhs = Some(day("2015-10-16"));
    let rows =
        check(&facts, &["US hipaa-individuals due 2015-10-17", "US hipaa-hhs-500 due 2015-10-17", "TX hipaa-media due 2015-10-17", "TX tx-ag not_triggered -"]);
    says(&rows, "US", "hipaa-individuals", "(day 51), in time");
    says(&rows, "US", "hipaa-hhs-500", "(day 59), in time");
    says(&rows, "TX", "tx-ag", "not in force on 2015-08-18");
    says(&rows, "TX", "tx-individuals", "611.002");
}

#[test]
fn s03_to_06_the_500_lines() {
    let at = |people: &[(&str, i64)]| provider("2026-03-10", people, MEDICAL);
    check(
        &at(&[("OH", 499)]),
        &["US hipaa-individuals due 2026-05-09", "US hipaa-hhs-annual due 2027-03-01", "US hipaa-hhs-500 not_triggered -", "OH hipaa-media not_triggered -"],
    );
    check(
        &at(&[("OH", 500)]),
        &["US hipaa-individuals due 2026-05-09", "US hipaa-hhs-500 due 2026-05-09", "US hipaa-hhs-annual not_triggered -", "OH hipaa-media not_triggered -"],
    );
    check(&at(&[("OH", 501)]), &["US hipaa-hhs-500 due 2026-05-09", "OH hipaa-media due 2026-05-09"]);
    check(&at(&[("OH", 400), ("KY", 300)]), &["US hipaa-hhs-500 due 2026-05-09", "OH hipaa-media not_triggered -", "KY hipaa-media not_triggered -"]);
}

#[test]
fn s07_to_09_years() {
    check(&provider("2026-12-15", &[("OH", 40)], MEDICAL), &["US hipaa-individuals due 2027-02-13", "US hipaa-hhs-annual due 2027-03-01"]);
    let mut facts = provider("2027-01-04", &[("OH", 12)], MEDICAL);
    facts.incident.from = Some(day("2026-12-28"));
    check(&facts, &["US hipaa-individuals due 2027-03-05", "US hipaa-hhs-annual due 2028-02-29"]);
    check(&provider("2023-12-31", &[("OH", 300)], MEDICAL), &["US hipaa-individuals due 2024-02-29", "US hipaa-hhs-annual due 2024-02-29"]);
}

#[test]
fn s10_and_11_encryption() {
    let mut facts = provider("2026-03-10", &[("DE", 600)], IDENTITY);
    facts.protection.encrypted = true;
    facts.protection.key_taken = Some(false);
    let rows = check(
        &facts,
        &[
            "US hipaa-individuals not_triggered -",
            "US hipaa-hhs-500 not_triggered -",
            "DE hipaa-media not_triggered -",
            "DE de-individuals not_triggered -",
            "DE de-ag not_triggered -",
        ],
    );
    assert!(rows.iter().all(|r| r.status == ObligationStatus::NotTriggered));
    says(&rows, "US", "hipaa-individuals", "keep the proof for 6 years");
    facts.protection.key_taken = Some(true);
    let rows = check(&facts, &["US hipaa-individuals due 2026-05-09", "DE hipaa-media due 2026-05-09", "DE de-individuals deemed 2026-05-09"]);
    says(&rows, "US", "hipaa-individuals", "the key was taken");
    facts.protection.key_taken = None;
    check(&facts, &["US hipaa-individuals review 2026-05-09"]);
}

#[test]
fn s12_and_13_business_associate() {
    let mut facts = provider("2026-05-20", &[("OH", 900)], MEDICAL);
    facts.business_associate = Some(BusinessAssociate { discovered: day("2026-04-01"), told: Some(day("2026-05-20")), agent: Some(false) });
    let rows = check(
        &facts,
        &[
            "US hipaa-business-associate due 2026-05-31",
            "US hipaa-individuals due 2026-07-19",
            "US hipaa-hhs-500 due 2026-07-19",
            "OH hipaa-media due 2026-07-19",
        ],
    );
    says(&rows, "US", "hipaa-business-associate", "(day 49), in time");
    facts.business_associate.as_mut().unwrap().agent = Some(true);
    facts.as_of = Some(day("2026-05-20"));
    let rows = check(&facts, &["US hipaa-individuals due 2026-05-31"]);
    says(&rows, "US", "hipaa-individuals", "11 days left");
    // Not decided: the earlier date, and the other shown.
    facts.business_associate.as_mut().unwrap().agent = None;
    let rows = check(&facts, &["US hipaa-individuals due 2026-05-31"]);
    says(&rows, "US", "hipaa-individuals", "independent contractor, from 2026-05-20");
}

#[test]
fn s14_law_enforcement() {
    let mut facts = provider("2026-05-01", &[("OH", 900)], MEDICAL);
    check(&facts, &["US hipaa-individuals due 2026-06-30"]);
    facts.law_enforcement.oral = Some(day("2026-06-10"));
    let rows = check(&facts, &["US hipaa-individuals due 2026-07-10", "US hipaa-hhs-500 due 2026-07-10", "OH hipaa-media due 2026-07-10"]);
    says(&rows, "US", "hipaa-individuals", "the official's identity");
    facts.law_enforcement.written = Some(day("2026-07-01"));
    facts.law_enforcement.until = Some(day("2026-08-15"));
    check(&facts, &["US hipaa-individuals due 2026-08-15"]);
    // Too late to change anything; and a delay that ends before the limit.
    facts.law_enforcement.oral = None;
    check(&facts, &["US hipaa-individuals due 2026-06-30"]);
    facts.law_enforcement = Default::default();
    facts.law_enforcement.oral = Some(day("2026-05-05"));
    check(&facts, &["US hipaa-individuals due 2026-06-30"]);
}

#[test]
fn s15_next_of_kin() {
    let mut facts = provider("2026-03-10", &[("OH", 30)], MEDICAL);
    facts.affected.get_mut("OH").unwrap().deceased = Some(3);
    check(&facts, &["US hipaa-next-of-kin review 2026-05-09"]);
    facts.contact.kin_reachable = Some(1);
    facts.contact.unreachable = Some(0.into());
    let rows = check(
        &facts,
        &["US hipaa-next-of-kin due 2026-05-09", "US hipaa-substitute-under-10 not_triggered -", "US hipaa-substitute-10-or-more not_triggered -"],
    );
    assert_eq!(row(&rows, "US", "hipaa-next-of-kin").count, 1);
}

#[test]
fn s16_and_17_substitute_notice() {
    let mut facts = provider("2026-03-10", &[("OH", 300)], MEDICAL);
    check(&facts, &["US hipaa-substitute-under-10 review -", "US hipaa-substitute-10-or-more review -"]);
    facts.contact.unreachable = Some(9.into());
    check(&facts, &["US hipaa-substitute-under-10 due -", "US hipaa-substitute-10-or-more not_triggered -"]);
    facts.contact.unreachable = Some(10.into());
    facts.notices.web_posted = Some(day("2026-05-01"));
    let rows = check(&facts, &["US hipaa-substitute-under-10 not_triggered -", "US hipaa-substitute-10-or-more due -"]);
    says(&rows, "US", "hipaa-substitute-10-or-more", "until 2026-07-30 at least");
}

#[test]
fn s18_massachusetts() {
    let rows = check(
        &provider("2026-03-10", &[("MA", 120)], IDENTITY),
        &["MA ma-individuals due -", "MA ma-ag due -", "MA ma-consumer-affairs due -", "MA ma-identity-protection due -"],
    );
    says(&rows, "MA", "ma-individuals", "164.404(c)(1)(A)");
    says(&rows, "MA", "ma-individuals", "police report");
    says(&rows, "MA", "ma-ag", "written information security program");
    says(&rows, "MA", "ma-identity-protection", "18 months");
    let rules = Rules::builtin().unwrap();
    assert_eq!(rules.jurisdiction("MA").unwrap().letter.must_not, ["nature_of_breach", "count_of_residents"]);
    assert_eq!(rules.rule("ma-identity-protection", day("2026-03-10")).unwrap().months, Some(18));
}

#[test]
fn s19_california_clinic() {
    let mut facts = provider("2026-06-01", &[("CA", 3)], MEDICAL);
    facts.entity.standing = vec![Standing::CaLicensedFacility];
    facts.incident.acquired = Some(false);
    let rows = check(
        &facts,
        &[
            "CA ca-health due 2026-06-22",
            "CA ca-licensed-patients due 2026-06-22",
            "US hipaa-individuals due 2026-07-31",
            "US hipaa-hhs-annual due 2027-03-01",
            "CA ca-ag not_triggered -",
        ],
    );
    says(&rows, "CA", "ca-health", "2026-06-23");
    facts.entity.standing.clear();
    check(&facts, &["CA ca-health not_triggered -"]);
}

#[test]
fn s20_new_york_hospital() {
    let mut facts = provider("2026-02-02", &[("NY", 2_000)], &[Name, Ssn, Diagnosis]);
    facts.entity.standing = vec![Standing::NyGeneralHospital];
    facts.incident.determined = Some("2026-02-02T10:00".to_string().try_into().unwrap());
    facts.notices.hhs = Some(day("2026-03-04"));
    check(
        &facts,
        &[
            "NY ny-health due 2026-02-05T10:00",
            "NY ny-individuals due 2026-03-04",
            "NY ny-ag due 2026-03-04",
            "NY ny-state-department due 2026-03-04",
            "NY ny-police due 2026-03-04",
            "US hipaa-hhs-500 due 2026-04-03",
            "NY hipaa-media due 2026-04-03",
            "NY ny-ag-hhs-copy due 2026-03-11",
            "NY ny-cra not_triggered -",
            "NY ny-dfs not_triggered -",
        ],
    );
}

#[test]
fn s21_and_22_texas() {
    let at = |n| {
        let mut facts = provider("2026-08-20", &[("TX", n)], MEDICAL);
        facts.incident.determined = Some(day("2026-09-01").into());
        facts
    };
    let rows = check(
        &at(250),
        &[
            "TX tx-ag due 2026-10-01",
            "TX tx-individuals due 2026-10-31",
            "US hipaa-individuals due 2026-10-19",
            "US hipaa-hhs-annual due 2027-03-01",
            "TX tx-cra not_triggered -",
        ],
    );
    says(&rows, "TX", "tx-individuals", "HIPAA's last day, 2026-10-19, comes first");
    check(
        &at(249),
        &["TX tx-ag not_triggered -", "TX tx-individuals due 2026-10-31", "US hipaa-individuals due 2026-10-19", "US hipaa-hhs-annual due 2027-03-01"],
    );
}

#[test]
fn s23_and_24_four_states() {
    let mut facts = provider("2026-05-04", &[("CO", 520), ("ND", 300), ("OK", 520), ("OH", 600)], &[Name, Ssn, Diagnosis]);
    facts.incident.determined = Some(day("2026-05-04").into());
    facts.notices.individuals = Some(day("2026-07-01"));
    let rows = check(
        &facts,
        &[
            "CO co-individuals due 2026-06-03",
            "CO co-ag due 2026-06-03",
            "CO co-cra not_triggered -",
            "ND nd-individuals deemed 2026-07-03",
            "ND nd-ag deemed -",
            "OK ok-individuals deemed 2026-07-03",
            "OK ok-ag due 2026-08-30",
            "OH oh-individuals not_triggered -",
        ],
    );
    says(&rows, "OH", "oh-individuals", "outside this law");
}

#[test]
fn s25_part_2() {
    let mut facts = provider("2026-03-16", &[("OH", 620)], MEDICAL);
    facts.entity.standing = vec![Standing::Part2Program];
    facts.affected.get_mut("OH").unwrap().sensitive = vec![Sensitive::SubstanceUse];
    let rows = check(
        &facts,
        &[
            "US hipaa-hhs-500 due 2026-05-15",
            "US part2-hhs-500 due 2026-05-15",
            "US hipaa-individuals due 2026-05-15",
            "US part2-individuals due 2026-05-15",
            "OH part2-media due 2026-05-15",
        ],
    );
    says(&rows, "US", "hipaa-individuals", "must not show");
    facts.incident.discovered = day("2026-02-15");
    check(&facts, &["US part2-hhs-500 not_triggered -", "US hipaa-hhs-500 due 2026-04-16"]);
}

#[test]
fn s26_puerto_rico() {
    let rows = check(&provider("2026-03-02", &[("PR", 5)], MEDICAL), &["PR pr-consumer-affairs due 2026-03-12", "PR pr-individuals due -"]);
    says(&rows, "PR", "pr-consumer-affairs", "cannot be extended");
    says(&rows, "PR", "pr-individuals", "insider");
}

#[test]
fn s27_illinois() {
    let mut facts = provider("2026-04-01", &[("IL", 120), ("IN", 480)], &[Name, Ssn]);
    facts.notices.hhs = Some(day("2026-05-15"));
    check(&facts, &["IL il-ag-hhs-copy due 2026-05-22", "IL il-ag not_triggered -"]);
    // Letters before the report: HHS is told at the same time.
    facts.notices.individuals = Some(day("2026-05-01"));
    let rows = check(&facts, &["US hipaa-hhs-500 due 2026-05-31"]);
    says(&rows, "US", "hipaa-hhs-500", "at the same time");
    let mut small = provider("2026-04-01", &[("IL", 120)], &[Name, Ssn]);
    small.notices.hhs = Some(day("2027-02-26"));
    check(&small, &["IL il-ag-hhs-copy due 2027-03-05", "US hipaa-hhs-annual due 2027-03-01"]);
}

#[test]
fn s28_counted_per_covered_entity() {
    let mut facts = Facts::new(EntityKind::BusinessAssociate, day("2026-04-01"));
    for (name, n) in [("A", 450), ("B", 350)] {
        let affected = [("OH".to_string(), Affected::new(n, MEDICAL))].into();
        facts.covered_entities.push(CoveredEntity { name: name.to_string(), told: Some(day("2026-05-20")), agent: Some(false), affected });
    }
    let rows = check(
        &facts,
        &[
            "US hipaa-business-associate due 2026-05-31",
            "OH hipaa-media/A not_triggered -",
            "OH hipaa-media/B not_triggered -",
            "US hipaa-hhs-annual/A due 2027-03-01",
            "US hipaa-hhs-annual/B due 2027-03-01",
            "US hipaa-hhs-500/A not_triggered -",
            "US hipaa-individuals/B due 2026-07-19",
        ],
    );
    // R: that thresholds are counted for each covered entity.
    for (place, rule) in [("OH", "hipaa-media/A"), ("US", "hipaa-hhs-annual/B")] {
        says(&rows, place, rule, "recalled from 74 FR 42752");
        assert_eq!(row(&rows, place, rule).confidence, "unconfirmed");
    }
}

#[test]
fn s29_wrong_fax() {
    let mut facts = provider("2026-03-10", &[("CA", 1)], &[Name, LabResult]);
    facts.entity.standing = vec![Standing::CaLicensedFacility];
    facts.incident.medium = Medium::Paper;
    facts.assessment.low_probability = true;
    let rows = check(&facts, &["US hipaa-individuals due 2026-05-09"]);
    says(&rows, "US", "hipaa-individuals", "not documented");
    facts.assessment.documented = true;
    let rows = check(
        &facts,
        &["US hipaa-individuals not_triggered -", "US hipaa-hhs-annual not_triggered -", "CA ca-individuals not_triggered -", "CA ca-health review 2026-03-31"],
    );
    // R there: the regulation of California. It has since been read; whether one of its exceptions fits is for counsel.
    says(&rows, "CA", "ca-health", "22 CCR 79901(b)(1)");
    says(&rows, "CA", "ca-health", "misdirected to another covered entity");
}

#[test]
fn s30_identity_protection() {
    let rows = check(
        &provider("2026-03-10", &[("CT", 40), ("DE", 510), ("DC", 55), ("PA", 600)], IDENTITY),
        &[
            "CT ct-identity-protection due -",
            "DE de-identity-protection due -",
            "DC dc-identity-protection due -",
            "PA pa-identity-protection due -",
            "CT ct-ag due 2026-05-09",
            "DE de-ag deemed -",
            "DC dc-ag due 2026-05-09",
            "PA pa-ag due 2026-05-09",
            "PA pa-cra due -",
        ],
    );
    for (state, months) in [("CT", 24), ("DE", 12), ("DC", 18), ("PA", 12)] {
        says(&rows, state, &format!("{}-identity-protection", state.to_lowercase()), &format!("{months} months"));
    }
    says(&rows, "PA", "pa-identity-protection", "credit report");
    // R: the clauses on HIPAA in the District and Pennsylvania.
    says(&rows, "DC", "dc-ag", "is recalled (28-3852(g))");
    says(&rows, "PA", "pa-ag", "not confirmed to excuse it");
    assert_eq!(row(&rows, "PA", "pa-ag").confidence, "unconfirmed");
}

#[test]
fn bank_accounts_count_only_with_a_code() {
    let rows = check(&provider("2026-03-10", &[("TX", 300), ("MA", 5)], &[Name, ElementKind::BankAccount]), &["TX tx-ag review 2026-04-09", "MA ma-ag due -"]);
    says(&rows, "TX", "tx-ag", "only with a code");
    // A name alone, or a number without the name, brings no State law into play; HIPAA asks for no list of data.
    check(&provider("2026-03-10", &[("TX", 300)], &[Name]), &["TX tx-individuals not_triggered -", "US hipaa-individuals due 2026-05-09"]);
    check(&provider("2026-03-10", &[("TX", 300), ("IN", 300)], &[Ssn]), &["TX tx-individuals not_triggered -", "IN in-individuals due 2026-04-24"]);
}

#[test]
fn vermont_deems_health_records_only() {
    check(&provider("2026-03-10", &[("VT", 30)], MEDICAL), &["VT vt-individuals deemed 2026-05-09", "VT vt-ag deemed -"]);
    check(&provider("2026-03-10", &[("VT", 30)], IDENTITY), &["VT vt-individuals due 2026-04-24", "VT vt-ag due 2026-03-30"]);
}

#[test]
fn business_associate_under_state_law() {
    let mut facts = provider("2026-03-10", &[("OR", 251), ("GA", 9), ("FL", 600)], IDENTITY);
    facts.entity.kind = EntityKind::BusinessAssociate;
    facts.entity.standing = vec![Standing::StateAgency];
    let rows = check(
        &facts,
        &[
            "US hipaa-business-associate due 2026-05-09",
            "OR or-ag-vendor due -",
            "GA ga-vendor due 2026-03-11T00:00",
            "FL fl-vendor due 2026-03-20",
            "FL fl-ag due 2026-04-09",
        ],
    );
    says(&rows, "US", "hipaa-individuals", "not listed");
    says(&rows, "GA", "ga-vendor", "counted from midnight");
}

#[test]
fn unlikely_harm_is_for_review_where_the_law_excuses_it() {
    let mut facts = provider("2026-03-10", &[("AK", 10), ("CA", 600), ("NJ", 10)], IDENTITY);
    check(&facts, &["AK ak-ag not_triggered -", "AK ak-individuals due -"]);
    facts.assessment.harm_unlikely = true;
    let rows = check(&facts, &["AK ak-ag due -", "AK ak-individuals review -", "CA ca-individuals due 2026-04-09", "NJ nj-individuals review -"]);
    says(&rows, "AK", "ak-individuals", "in writing for 5 years, with notice to the regulator");
    says(&rows, "CA", "ca-individuals", "no excuse");
    facts.assessment = Default::default();
    facts.incident.acquired = Some(false);
    check(&facts, &["CA ca-individuals review 2026-04-09", "NJ nj-individuals due -"]);
}

#[test]
fn rows_are_unique_complete_and_always_the_same() {
    let rules = Rules::builtin().unwrap();
    let states: Vec<(&str, i64)> = rules.jurisdictions()[1..].iter().map(|j| (j.jurisdiction.as_str(), 20_000)).collect();
    let mut facts = provider("2026-03-10", &states, &[Name, Ssn, Diagnosis]);
    facts.abroad.insert("CA".to_string(), Affected::new(4, MEDICAL));
    facts.unknown_residence = Some(Affected::new(7, MEDICAL));
    facts.affected.insert("AS".to_string(), Affected::new(700, MEDICAL));
    let rows = assess(&facts, &rules);
    let ids: std::collections::BTreeSet<_> = rows.iter().map(|r| r.obligation_id).collect();
    assert_eq!(ids.len(), rows.len());
    for row in &rows {
        assert!(row.reason.ends_with('.') && row.count_low <= row.count && row.count <= row.count_high, "{}", row.reason);
        assert!(["confirmed", "one_source", "unconfirmed"].contains(&row.confidence.as_str()));
        assert!(!row.citation.is_empty() || row.status == ObligationStatus::Review, "{}", row.rule_id);
    }
    assert!(rules.jurisdictions().iter().all(|j| rows.iter().any(|r| r.jurisdiction == j.jurisdiction)));
    check(&facts, &["abroad:CA abroad review -", "unknown unknown-residence review -", "AS no-rules review -", "AS hipaa-media due 2026-05-09"]);
    assert!(assess(&facts, &rules) == rows);
}

#[test]
fn the_example_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/facts.yaml");
    let facts = Facts::from_yaml(&std::fs::read_to_string(path).unwrap()).unwrap();
    let rows = check(
        &facts,
        &[
            "US hipaa-individuals due 2023-11-19",
            "NY hipaa-media due 2023-11-19",
            "NJ hipaa-media due 2023-11-19",
            "CT ct-individuals deemed 2023-11-19",
            "NY ny-ag-hhs-copy due 2023-11-30",
            "CT ct-ag due 2023-11-22",
        ],
    );
    let total = row(&rows, "US", "hipaa-individuals");
    assert_eq!((total.count_low, total.count, total.count_high), (605_000, 605_500, 605_900));
    // In 2023 New York's law did not yet name medical data: only those with an identity number count.
    assert_eq!(row(&rows, "NY", "ny-individuals").count, 79_309);
}
