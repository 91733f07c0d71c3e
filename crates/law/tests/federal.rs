//! The federal rules against the fact collection (`../shared/data/law/federal.yaml`, not part of the repository): days, thresholds, and the table of
//! last days for small breaches.

use dosimeter_law::{After, Rule, Rules, Unit, days};
use jiff::civil::{Date, date};
use serde_norway::Value;

#[test]
fn numbers_agree_with_the_collection() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/law/federal.yaml");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: ../shared/data/law/federal.yaml is missing");
        return;
    };
    let source: Value = serde_norway::from_str(&text).unwrap();
    let rules = Rules::builtin().unwrap();
    let rule = |id: &str| -> Rule { rules.rule(id, date(2026, 11, 22)).unwrap().clone() };
    let clock = |id: &str| rule(id).deadline.map(|d| (d.n, d.unit, d.after)).unwrap();
    let hipaa = &source["hipaa_breach_notification_rule"];

    let individual = &hipaa["individual_notice"]["deadline"];
    assert_eq!(
        (individual["outer_limit_days"].as_i64(), individual["day_type"].as_str(), individual["from"].as_str()),
        (Some(60), Some("calendar"), Some("discovery"))
    );
    for id in ["hipaa-individuals", "hipaa-next-of-kin", "hipaa-guardians", "hipaa-psychotherapy", "hipaa-media", "hipaa-hhs-500", "hipaa-business-associate"] {
        assert_eq!(clock(id), (60, Unit::CalendarDays, After::Discovery), "{id}");
    }
    let media = &hipaa["media_notice"];
    assert_eq!((media["threshold"].as_str().map(|t| t.starts_with(">500 ")), media["deadline_days"].as_i64()), (Some(true), Some(60)));
    assert_eq!((rule("hipaa-media").more_than, rule("hipaa-media").at_least), (Some(500), None));
    let hhs = &hipaa["hhs_notice"];
    assert!(hhs["ge_500"]["threshold"].as_str().unwrap().starts_with(">=500 ") && hhs["lt_500"]["threshold"].as_str() == Some("<500"));
    assert_eq!((rule("hipaa-hhs-500").at_least, rule("hipaa-hhs-annual").fewer_than), (Some(500), Some(500)));
    assert_eq!(clock("hipaa-hhs-annual"), (60, Unit::CalendarDays, After::YearOfDiscovery));
    let table = hhs["lt_500"]["due_dates"].as_mapping().unwrap();
    assert!(table.len() >= 9);
    for (year, due) in table {
        let year: i16 = year.as_str().unwrap()[2..].parse().unwrap();
        let due: Date = due.as_str().unwrap().parse().unwrap();
        assert_eq!(days::after_year_end(date(year, 7, 1), 60), Some(due), "{year}");
    }
    let substitute = &hipaa["individual_notice"]["substitute_notice"];
    assert!(substitute["lt_10"]["count"].as_str().unwrap().starts_with("1..9") && substitute["ge_10"]["count"].as_str().unwrap().starts_with(">=10"));
    assert_eq!((rule("hipaa-substitute-under-10").fewer_than, rule("hipaa-substitute-10-or-more").at_least), (Some(10), Some(10)));
    assert_eq!(rule("hipaa-substitute-10-or-more").posted_days, Some(90));
    assert_eq!(hipaa["business_associate"]["deadline_days"].as_i64(), Some(60));

    let part2 = source["part_2_sud"]["compliance_date"].as_str().unwrap().parse::<Date>().unwrap();
    for id in ["part2-individuals", "part2-media", "part2-hhs-500", "part2-hhs-annual"] {
        assert_eq!(rule(id).from, Some(part2), "{id}");
    }
    let ftc = source["ftc_hbnr"]["effective_amended"].as_str().unwrap().parse::<Date>().unwrap();
    for id in ["ftc-individuals", "ftc-500", "ftc-annual", "ftc-media"] {
        assert_eq!(rule(id).from, Some(ftc), "{id}");
    }
    assert_eq!((source["ftc_hbnr"]["individual"]["deadline_days"].as_i64(), clock("ftc-individuals").0), (Some(60), 60));
    assert_eq!((rule("ftc-500").at_least, rule("ftc-annual").fewer_than, rule("ftc-media").at_least), (Some(500), Some(500), Some(500)));
    assert!(source["other_federal"]["sec_8k_item_1_05"]["deadline"].as_str().unwrap().starts_with("4 business days"));
    assert_eq!(clock("sec-8k"), (4, Unit::BusinessDays, After::MaterialDetermination));
}
