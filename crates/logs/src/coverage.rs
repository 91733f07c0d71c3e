//! Where logs exist and where they do not.
//!
//! One row per source, from what was read. One row per gap, by one rule for each server and log. An hour is *usual* when this log
//! had records in that hour of the week in more than half of the other weeks, of which there must be two (with less than three
//! weeks of log: in that hour of other working days, or of other weekend days). A stretch without any record is a gap when it lasts at
//! least [`MIN_SILENCE`] hours and [`MIN_USUAL`] of them are usual. It is looked for in the whole period that any of the given logs covers,
//! so that a log that was kept for a shorter time, or that lacks a rotated file, shows its gap. A quiet log (a VPN used
//! once a week) never has one: its silence proves nothing. A public holiday may look like a gap: the row says how long and how unusual
//! it is, a person judges.

use crate::{Source, Summary};
use dosimeter_case::tables::Coverage;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// Shortest silence that can be a gap, hours.
pub const MIN_SILENCE: i64 = 24;
/// Usual hours (see the module) that must fall into a silence.
pub const MIN_USUAL: i64 = 8;
/// With this much log, each hour of the week is compared with itself; hours.
const WEEKLY: i64 = 21 * 24;
/// Records that are more years than this away from the median (a clock that was wrong) must not stretch the period, hours.
const MAX_DISTANCE: i64 = 24 * 366 * 5;

/// The coverage of one case: a row per source in the order given, then the gaps by server, log and time.
pub fn coverage(read: &[(Source, Summary)]) -> Vec<Coverage> {
    let mut rows: Vec<Coverage> = read.iter().map(|(source, summary)| of_source(source, summary)).collect();
    let mut logs: BTreeMap<(&str, &str), Vec<&(Source, Summary)>> = BTreeMap::new();
    for one in read.iter().filter(|(_, summary)| summary.first.is_some()) {
        logs.entry((&one.0.host, one.1.app)).or_default().push(one);
    }
    let mut hours: Vec<i64> = read.iter().flat_map(|(_, summary)| summary.hours.keys().copied()).collect();
    hours.sort_unstable();
    let Some(&median) = hours.get(hours.len() / 2) else { return rows };
    hours.retain(|hour| (hour - median).abs() <= MAX_DISTANCE);
    let (Some(&from), Some(&to)) = (hours.first(), hours.last()) else { return rows };
    for ((host, app), sources) in logs {
        rows.extend(gaps(host, app, &sources, from, to));
    }
    rows
}

fn of_source(source: &Source, summary: &Summary) -> Coverage {
    let reason = match (summary.app, summary.records) {
        ("unknown", _) => Some("the format was not recognised: nothing was read".to_string()),
        (_, 0) => Some("no records".to_string()),
        _ if summary.first.is_none() => Some("no record could be read".to_string()),
        _ => None,
    };
    Coverage {
        source_id: Some(source.source_id),
        path: source.path.clone(),
        host: source.host.clone(),
        app: summary.app.to_string(),
        from: summary.first,
        to: summary.last,
        records: summary.records,
        rejected: summary.rejected,
        zone: zone_name(&source.zone),
        gap_reason: reason,
    }
}

fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().map_or_else(|| zone.to_fixed_offset().map_or("unknown".to_string(), |offset| offset.to_string()), str::to_string)
}

/// What an hour is compared with: the hour of the local week, or of local working days and weekends.
fn slot(zone: &TimeZone, hour: i64, weekly: bool) -> i64 {
    let Ok(time) = Timestamp::from_second(hour * 3600) else { return 0 };
    let local = zone.to_datetime(time);
    let weekday = i64::from(local.weekday().to_monday_zero_offset());
    24 * if weekly { weekday } else { i64::from(weekday >= 5) } + i64::from(local.hour())
}

fn gaps(host: &str, app: &str, sources: &[&(Source, Summary)], from: i64, to: i64) -> Vec<Coverage> {
    let zone = &sources[0].0.zone;
    let active: BTreeMap<i64, ()> =
        sources.iter().flat_map(|(_, summary)| summary.hours.keys().map(|&hour| (hour, ()))).filter(|(hour, ())| (from..=to).contains(hour)).collect();
    let (Some(&first), Some(&last)) = (active.keys().next(), active.keys().next_back()) else { return Vec::new() };
    let weekly = last - first >= WEEKLY;
    // How often each slot occurred in the covered time, and how often it had records.
    let mut occurred: BTreeMap<i64, i64> = BTreeMap::new();
    let mut had: BTreeMap<i64, i64> = BTreeMap::new();
    for hour in first..=last {
        let slot = slot(zone, hour, weekly);
        *occurred.entry(slot).or_default() += 1;
        *had.entry(slot).or_default() += i64::from(active.contains_key(&hour));
    }
    let mut silences: Vec<(i64, i64)> = Vec::new();
    let mut before = from - 1;
    for &hour in active.keys().chain([&(to + 1)]) {
        if hour - before > MIN_SILENCE {
            silences.push((before + 1, hour));
        }
        before = hour;
    }
    let usual = |begin: i64, end: i64| -> i64 {
        let mut inside: BTreeMap<i64, i64> = BTreeMap::new();
        for hour in begin.max(first)..end.min(last + 1) {
            *inside.entry(slot(zone, hour, weekly)).or_default() += 1;
        }
        let of = |counts: &BTreeMap<i64, i64>, slot: i64| counts.get(&slot).copied().unwrap_or(0);
        // The silence itself is no evidence of what is usual.
        let is_usual = |slot: i64| {
            let others = of(&occurred, slot) - of(&inside, slot);
            others >= 2 && 2 * of(&had, slot) > others
        };
        (begin..end).filter(|&hour| is_usual(slot(zone, hour, weekly))).count() as i64
    };
    let mut rows = Vec::new();
    for (begin, end) in silences {
        let usual = usual(begin, end);
        if usual < MIN_USUAL {
            continue;
        }
        let (Ok(start), Ok(stop)) = (Timestamp::from_second(begin * 3600), Timestamp::from_second(end * 3600)) else { continue };
        // The nearest records give the exact ends; their hours are all that is kept inside a source.
        let start = sources.iter().filter_map(|(_, s)| s.last).filter(|last| last.as_second().div_euclid(3600) == begin - 1).max().unwrap_or(start);
        let stop = sources.iter().filter_map(|(_, s)| s.first).filter(|first| first.as_second().div_euclid(3600) == end).min().unwrap_or(stop);
        let inside = sources.iter().any(|(_, s)| s.first.is_some_and(|t| t < start) && s.last.is_some_and(|t| t > stop));
        let place = if begin <= from || begin < first {
            "before the first record that was given"
        } else if end > last {
            "after the last record that was given"
        } else if inside {
            "inside a file"
        } else {
            "between two files"
        };
        rows.push(Coverage {
            source_id: None,
            path: String::new(),
            host: host.to_string(),
            app: app.to_string(),
            from: Some(start),
            to: Some(stop),
            records: 0,
            rejected: 0,
            zone: zone_name(zone),
            gap_reason: Some(format!("no records for {} hours, {place}; in {usual} of them this log usually has records", end - begin)),
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use dosimeter_case::Id;

    /// A log with records at 8 to 17 h on the days of `days` (0 is Monday 14 August 2023), UTC.
    fn log(path: &str, host: &str, days: &[i64]) -> (Source, Summary) {
        let monday = 1_691_971_200 / 3600;
        let hours: BTreeMap<i64, i64> = days.iter().flat_map(|d| (8..18).map(move |h| (monday + d * 24 + h, 5))).collect();
        let at = |h: Option<&i64>| h.and_then(|h| Timestamp::from_second(h * 3600).ok());
        let source = Source::new(Id(1), path, host, TimeZone::UTC, jiff::civil::date(2023, 12, 31));
        let summary = Summary { app: "samba", records: 5, rejected: 0, first: at(hours.keys().next()), last: at(hours.keys().next_back()), hours };
        (source, summary)
    }
    fn check(read: &[(Source, Summary)], expect: &[(&str, &str, &str)]) {
        let rows = coverage(read);
        let got: Vec<_> = rows.iter().skip(read.len()).map(|r| (r.host.clone(), r.from.unwrap().to_string(), r.gap_reason.clone().unwrap())).collect();
        assert_eq!(got.len(), expect.len(), "{got:?}");
        for ((host, from, reason), (eh, ef, er)) in got.iter().zip(expect) {
            assert!(host == eh && from.starts_with(ef) && reason.contains(er), "{got:?}");
        }
    }
    fn weekdays(weeks: std::ops::Range<i64>) -> Vec<i64> {
        weeks.flat_map(|w| (0..5).map(move |d| w * 7 + d)).collect()
    }

    #[test]
    fn weekends_are_no_gaps_but_a_missing_week_is() {
        check(&[log("a", "fs01", &weekdays(0..5))], &[]);
        check(&[log("a.2", "fs01", &weekdays(0..2)), log("a", "fs01", &weekdays(3..5))], &[("fs01", "2023-08-25T17", "between two files")]);
        let mut holiday = weekdays(0..5);
        holiday.retain(|d| ![15, 16].contains(d));
        check(&[log("a", "fs01", &holiday)], &[("fs01", "2023-08-28T18", "inside a file")]);
    }

    #[test]
    fn a_log_that_was_kept_for_a_shorter_time() {
        check(&[log("a", "fs01", &weekdays(0..5)), log("b", "web01", &weekdays(3..5))], &[("web01", "2023-08-14T08", "before the first record")]);
    }

    #[test]
    fn a_quiet_log_proves_nothing() {
        check(&[log("a", "fs01", &weekdays(0..5)), log("v", "vpn01", &[1, 12, 30])], &[]);
        check(&[], &[]);
    }
}
