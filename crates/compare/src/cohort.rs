//! The case among past incidents.

use crate::facts::Facts;
use crate::value::{breach_types, entity_type, key, locations, state};
use dosimeter_case::Id;
use dosimeter_case::tables::{Comparison, PastIncident};
use jiff::civil::{Date, DateTime};
use std::collections::BTreeMap;

/// Joins several exports: of incidents with the same entity, State and submission date, the newest export's stand (counts are
/// corrected by addenda, and incidents move from the active list to the archive). An export is as new as its newest submission.
/// An incident that a newer export lists under another name (same State, day and count) is dropped too. The result is ordered
/// by submission date, entity, State and count; exact repetitions are dropped.
pub fn merge(incidents: &[PastIncident]) -> Vec<PastIncident> {
    let mut newest: BTreeMap<Id, &str> = BTreeMap::new();
    for incident in incidents {
        let as_of = newest.entry(incident.source_id).or_default();
        *as_of = (*as_of).max(&incident.submitted);
    }
    let age = |incident: &PastIncident| (newest.get(&incident.source_id).copied(), incident.source_id);
    let mut groups: BTreeMap<(&str, String, &str), Vec<&PastIncident>> = BTreeMap::new();
    for incident in incidents {
        groups.entry((&incident.submitted, key(&incident.entity), &incident.state)).or_default().push(incident);
    }
    let mut merged: Vec<&PastIncident> = Vec::with_capacity(groups.len());
    for mut group in groups.into_values() {
        let Some(source) = group.iter().map(|i| age(i)).max() else { continue };
        group.retain(|i| age(i) == source);
        group.sort_by(|a, b| (a.individuals, &a.breach_type, &a.location).cmp(&(b.individuals, &b.breach_type, &b.location)));
        group.dedup_by_key(|i| i.incident_id);
        merged.extend(group);
    }
    let mut same_count: BTreeMap<(&str, &str, i64), Vec<&PastIncident>> = BTreeMap::new();
    for incident in &merged {
        same_count.entry((&incident.submitted, &incident.state, incident.individuals)).or_default().push(incident);
    }
    let renamed = |i: &PastIncident| {
        let others = same_count.get(&(i.submitted.as_str(), i.state.as_str(), i.individuals));
        others.is_some_and(|others| others.iter().any(|other| age(other) > age(i) && (telling(i.individuals) || share_word(&i.entity, &other.entity))))
    };
    merged.iter().filter(|i| !renamed(i)).map(|i| (*i).clone()).collect()
}

/// Whether two incidents with this count are hardly two incidents: 500 and 501 stand for "not known yet", round numbers for estimates.
fn telling(individuals: i64) -> bool {
    individuals > 501 && individuals % 100 != 0
}
/// Whether two names have a word in common that tells something.
fn share_word(a: &str, b: &str) -> bool {
    const COMMON: [&str; 12] =
        ["health", "healthcare", "medical", "center", "hospital", "services", "associates", "clinic", "group", "care", "dental", "county"];
    let words = |name: &str| name.split(|c: char| !c.is_alphanumeric()).map(key).filter(|w| w.len() > 3 && !COMMON.contains(&w.as_str())).collect::<Vec<_>>();
    let other = words(b);
    words(a).iter().any(|word| other.contains(word))
}

/// Compares the case with past incidents from any number of exports (they are [`merge`]d first).
///
/// Measures: `individuals affected` in each cohort; `incidents submitted in the same month` among all full months, if the
/// submission date is known; `days from discovery to submission`, if both dates are known, with `n` 0, because the portal
/// publishes no discovery dates. Where `n` is 0, `percentile` and `median` are not numbers (NaN). Cohorts of fewer than 10 say so.
pub fn compare(facts: &Facts, incidents: &[PastIncident]) -> Vec<Comparison> {
    let merged = merge(incidents);
    let as_of = merged.iter().map(|i| i.submitted.as_str()).max().unwrap_or_default().to_string();
    let (others, own): (Vec<&PastIncident>, Vec<&PastIncident>) = merged.iter().partition(|i| !is_own(facts, i));
    let without_own = if own.is_empty() { "" } else { ", without this case's own entry" };

    let mut rows = Vec::new();
    for cohort in cohorts(facts, &as_of) {
        let values = others.iter().filter(|i| cohort.holds(i)).map(|i| i.individuals as f64).collect();
        rows.push(row(format!("{}{without_own}", cohort.words), "individuals affected", facts.individuals as f64, values, &as_of));
    }
    if let Some((value, months)) = facts.submitted.and_then(|day| same_month(day, &others, &as_of)) {
        rows.push(row("all full months in the exports".to_string(), "incidents submitted in the same month", value, months, &as_of));
    }
    if let (Some(discovered), Some(submitted)) = (facts.discovered, facts.submitted) {
        let days = DateTime::from(submitted).duration_since(DateTime::from(discovered)).as_hours() / 24;
        let cohort = "none: the portal publishes no discovery dates (federal limit: 60 days)".to_string();
        rows.push(row(cohort, "days from discovery to submission", days as f64, Vec::new(), &as_of));
    }
    rows
}

/// A set of past incidents: every given part must agree.
#[derive(Clone, Default)]
struct Cohort {
    words: String,
    entity_type: Option<String>,
    breach_type: Option<String>,
    location: Option<String>,
    state: Option<String>,
    since: Option<String>,
}

impl Cohort {
    fn holds(&self, incident: &PastIncident) -> bool {
        let listed = |wanted: &Option<String>, list: &str| wanted.as_ref().is_none_or(|w| list.split(", ").any(|item| item == w));
        self.entity_type.as_ref().is_none_or(|t| *t == incident.entity_type)
            && listed(&self.breach_type, &incident.breach_type)
            && listed(&self.location, &incident.location)
            && self.state.as_ref().is_none_or(|s| *s == incident.state)
            && self.since.as_ref().is_none_or(|day| incident.submitted >= *day)
    }
}

/// The cohorts that the facts allow, widest first.
fn cohorts(facts: &Facts, as_of: &str) -> Vec<Cohort> {
    let words = |text: &Option<String>, canonical: fn(&str) -> String| text.as_deref().map(canonical).filter(|t| !t.is_empty());
    let items = |text: Option<String>| text.map(|t| t.split(", ").map(str::to_string).collect::<Vec<_>>()).unwrap_or_default();
    let kind = words(&facts.entity_type, entity_type);
    let types = items(words(&facts.breach_type, breach_types));
    let places = items(words(&facts.location, locations));
    let years = facts.recent_years.clamp(1, 100);
    let since = as_of.parse::<Date>().ok().and_then(|day| Date::new(day.year() - years as i16, day.month(), day.day().min(28)).ok()).map(|day| day.to_string());

    let mut list = vec![Cohort { words: "all incidents".to_string(), ..Cohort::default() }];
    list.extend(kind.iter().map(|t| Cohort { words: format!("entity type {t}"), entity_type: Some(t.clone()), ..Cohort::default() }));
    list.extend(types.iter().map(|t| Cohort { words: format!("breach type {t}"), breach_type: Some(t.clone()), ..Cohort::default() }));
    list.extend(places.iter().map(|p| Cohort { words: format!("location {p}"), location: Some(p.clone()), ..Cohort::default() }));
    list.extend(words(&facts.state, state).map(|s| Cohort { words: format!("State {s}"), state: Some(s), ..Cohort::default() }));
    if since.is_some() {
        list.push(Cohort { words: format!("last {years} years"), since: since.clone(), ..Cohort::default() });
    }
    let (first_type, first_place) = (types.first().cloned(), places.first().cloned());
    let parts: Vec<String> = [&first_type, &first_place, &kind].into_iter().flatten().cloned().collect();
    if parts.len() > 1 && since.is_some() {
        let words = format!("{}, last {years} years", parts.join(", "));
        list.push(Cohort { words, entity_type: kind, breach_type: first_type, location: first_place, since, state: None });
    }
    list
}

/// The entry of the case itself, when its name is known: same name, and same State or count.
fn is_own(facts: &Facts, incident: &PastIncident) -> bool {
    let same_name = facts.entity.as_ref().is_some_and(|name| key(name) == key(&incident.entity));
    let same_day = facts.submitted.is_none_or(|day| day.to_string() == incident.submitted);
    same_name && same_day && (facts.individuals == incident.individuals || facts.submitted.is_some())
}

/// Incidents in the month of `day`, and those of every full month in the exports.
fn same_month(day: Date, incidents: &[&PastIncident], as_of: &str) -> Option<(f64, Vec<f64>)> {
    let number = |date: &str| Some(date.get(..4)?.parse::<i64>().ok()? * 12 + date.get(5..7)?.parse::<i64>().ok()? - 1);
    let mut months: BTreeMap<i64, i64> = BTreeMap::new();
    for incident in incidents {
        *months.entry(number(&incident.submitted)?).or_default() += 1;
    }
    let (first, last) = (*months.keys().next()?, number(as_of)?);
    let wanted = number(&day.to_string())?;
    let full = first + 1..last;
    let counts = full.clone().map(|month| months.get(&month).copied().unwrap_or(0) as f64).collect::<Vec<_>>();
    full.contains(&wanted).then(|| (months.get(&wanted).copied().unwrap_or(0) as f64, counts))
}

/// One statistic. `percentile` is the share of `values` that are smaller.
fn row(mut cohort: String, measure: &str, value: f64, mut values: Vec<f64>, as_of: &str) -> Comparison {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if (1..SMALL).contains(&n) {
        cohort.push_str(&format!(" (small: fewer than {SMALL})"));
    }
    let percentile = if n == 0 { f64::NAN } else { 100.0 * values.partition_point(|v| *v < value) as f64 / n as f64 };
    Comparison { cohort, n: n as i64, measure: measure.to_string(), value, percentile, median: median(&values), as_of: as_of.to_string() }
}
const SMALL: usize = 10;

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match (sorted.get(middle.wrapping_sub(1)), sorted.get(middle)) {
        (_, Some(upper)) if sorted.len() % 2 == 1 => *upper,
        (Some(lower), Some(upper)) => (lower + upper) / 2.0,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use std::path::Path;

    fn incident(source: u64, entity: &str, state: &str, individuals: i64, submitted: &str, kind: &str, location: &str) -> PastIncident {
        PastIncident {
            incident_id: Id::of("past_incident", &[&key(entity), &state, &submitted, &individuals]),
            entity: entity.to_string(),
            state: state.to_string(),
            entity_type: "Healthcare Provider".to_string(),
            individuals,
            submitted: submitted.to_string(),
            breach_type: kind.to_string(),
            location: location.to_string(),
            source_id: Id(source),
        }
    }
    fn case() -> Facts {
        Facts {
            entity: None,
            individuals: 1000,
            discovered: Some(date(2023, 9, 20)),
            submitted: Some(date(2023, 11, 22)),
            state: Some("New York".to_string()),
            entity_type: Some("provider".to_string()),
            breach_type: Some("hacking".to_string()),
            location: Some("network server".to_string()),
            recent_years: 3,
        }
    }
    fn check(facts: &Facts, incidents: &[PastIncident], expect: &[&str]) {
        let shown: Vec<String> = compare(facts, incidents)
            .iter()
            .map(|c| format!("{}: {} = {} | n {} | {:.1} | median {} | {}", c.cohort, c.measure, c.value, c.n, c.percentile, c.median, c.as_of))
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn percentiles_by_cohort() {
        let past = [
            incident(1, "A", "NY", 500, "2019-05-01", "Theft", "Laptop"),
            incident(1, "B", "NY", 1000, "2023-11-05", "Hacking/IT Incident", "Email, Network Server"),
            incident(1, "C", "TX", 5000, "2024-02-01", "Hacking/IT Incident, Theft", "Network Server"),
            incident(1, "D", "TX", 700, "2020-02-01", "Hacking/IT Incident", "Network Server"),
        ];
        let small = "(small: fewer than 10)";
        check(
            &case(),
            &past,
            &[
                &format!("all incidents {small}: individuals affected = 1000 | n 4 | 50.0 | median 850 | 2024-02-01"),
                &format!("entity type Healthcare Provider {small}: individuals affected = 1000 | n 4 | 50.0 | median 850 | 2024-02-01"),
                &format!("breach type Hacking/IT Incident {small}: individuals affected = 1000 | n 3 | 33.3 | median 1000 | 2024-02-01"),
                &format!("location Network Server {small}: individuals affected = 1000 | n 3 | 33.3 | median 1000 | 2024-02-01"),
                &format!("State NY {small}: individuals affected = 1000 | n 2 | 50.0 | median 750 | 2024-02-01"),
                &format!("last 3 years {small}: individuals affected = 1000 | n 2 | 0.0 | median 3000 | 2024-02-01"),
                &format!(
                    "Hacking/IT Incident, Network Server, Healthcare Provider, last 3 years {small}: individuals affected = 1000 | n 2 | 0.0 | median 3000 | 2024-02-01"
                ),
                "all full months in the exports: incidents submitted in the same month = 1 | n 56 | 96.4 | median 0 | 2024-02-01",
                "none: the portal publishes no discovery dates (federal limit: 60 days): days from discovery to submission = 63 | n 0 | NaN | median NaN | 2024-02-01",
            ],
        );
    }

    #[test]
    fn few_facts_and_no_incidents() {
        let bare = Facts { entity: None, discovered: None, submitted: None, state: None, entity_type: None, breach_type: None, location: None, ..case() };
        check(&bare, &[], &["all incidents: individuals affected = 1000 | n 0 | NaN | median NaN | "]);
    }

    #[test]
    fn newest_export_wins_and_own_entry_is_left_out() {
        let past = [
            incident(1, "Big Plan, Inc.", "IN", 500, "2020-01-01", "Theft", "Laptop"),
            incident(1, "Gone", "IN", 600, "2020-01-02", "Theft", "Laptop"),
            incident(2, "BIG PLAN INC", "IN", 900, "2020-01-01", "Theft", "Laptop"),
            incident(2, "BIG PLAN INC", "IN", 700, "2020-01-01", "Theft", "Laptop"),
            incident(2, "BIG PLAN INC", "IN", 700, "2020-01-01", "Theft", "Laptop"),
            incident(2, "Later", "IN", 800, "2021-01-01", "Theft", "Laptop"),
        ];
        let mut shown: Vec<i64> = merge(&past).iter().map(|i| i.individuals).collect();
        assert_eq!(shown, [700, 900, 600, 800]);
        let mut reversed = past.to_vec();
        reversed.reverse();
        shown.clear();
        shown.extend(merge(&reversed).iter().map(|i| i.individuals));
        assert_eq!(shown, [700, 900, 600, 800]);
        let renamed = [
            incident(1, "Ledger Dentistry", "FL", 538, "2020-06-19", "Theft", "Laptop"),
            incident(1, "Bright Eyes Clinic", "FL", 1000, "2020-06-19", "Theft", "Laptop"),
            incident(1, "Other Clinic", "FL", 501, "2020-06-19", "Theft", "Laptop"),
            incident(2, "J. Miller DMD", "FL", 538, "2020-06-19", "Theft", "Laptop"),
            incident(2, "The Bright-Eyes Center", "FL", 1000, "2020-06-19", "Theft", "Laptop"),
            incident(2, "Another Clinic", "FL", 501, "2020-06-19", "Theft", "Laptop"),
            incident(2, "Later", "IN", 800, "2021-01-01", "Theft", "Laptop"),
        ];
        let names: Vec<String> = merge(&renamed).into_iter().map(|i| i.entity).collect();
        assert_eq!(names, ["Another Clinic", "J. Miller DMD", "Other Clinic", "The Bright-Eyes Center", "Later"]);
        let own = Facts { entity: Some("later".to_string()), individuals: 800, submitted: None, ..case() };
        let rows = compare(&own, &past);
        assert_eq!((rows[0].n, rows[0].cohort.as_str()), (3, "all incidents, without this case's own entry (small: fewer than 10)"));
    }

    #[test]
    fn real_exports() {
        let dir = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ocr"));
        let mut files: Vec<_> =
            std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "csv")).collect();
        if files.is_empty() {
            eprintln!("skipped: the portal exports are not at ../shared/data/ocr");
            return;
        }
        files.sort();
        let mut all = Vec::new();
        for (i, path) in files.iter().enumerate() {
            let bytes = std::fs::read(path).unwrap();
            let start = std::time::Instant::now();
            if let Ok(incidents) = crate::read(Id(i as u64), &bytes) {
                eprintln!("{} bytes, {} incidents in {} ms", bytes.len(), incidents.len(), start.elapsed().as_millis());
                all.extend(incidents);
            }
        }
        let merged = merge(&all);
        eprintln!("{} read, {} after merging", all.len(), merged.len());
        assert!(merged.len() * 2 < all.len(), "the exports overlap");
        let rows = compare(&Facts { individuals: 605_809, ..case() }, &all);
        for row in &rows {
            eprintln!("{}: {} = {} is at {:.1} of n {}, median {}, as of {}", row.cohort, row.measure, row.value, row.percentile, row.n, row.median, row.as_of);
        }
        assert!(rows.iter().filter(|r| r.measure == "individuals affected").all(|r| r.percentile > 90.0 && r.n > 100), "one of the largest of its time");
    }
}
