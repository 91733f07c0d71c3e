//! Rows of the ledger matched to the intruder's accesses: the same object within two minutes.

use super::people::ratio;
use super::{cell, load, path_of};
use dosimeter_case::{Error, Result};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Seconds between a claimed and a true access.
const TOLERANCE: i64 = 120;

/// Counts of ledger rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessScore {
    /// Rows given.
    pub rows: usize,
    /// The intruder's accesses; the instances of one study at one time are one.
    pub truth: usize,
    /// Those found.
    pub found: usize,
    /// Rows that repeat an access.
    pub repeated: usize,
    /// Rows that are somebody else's access.
    pub honest: usize,
    /// Rows without any access, unreadable times among them.
    pub unknown: usize,
    /// Found accesses with the right action (a whole object may count as copied).
    pub action_right: usize,
    /// First claimed access minus the first with evidence, in hours.
    pub start_error_h: Option<f64>,
    /// Last claimed access minus the last with evidence, in hours.
    pub end_error_h: Option<f64>,
}
impl AccessScore {
    /// Share of the intruder's accesses in the ledger.
    pub fn recall(&self) -> f64 {
        ratio(self.found, self.truth)
    }
    /// Share of the ledger (without repetitions) that is right.
    pub fn precision(&self) -> f64 {
        ratio(self.found, self.found + self.honest + self.unknown)
    }
}

struct True {
    time: Timestamp,
    action: String,
    whole: bool,
    taken: bool,
}

pub(super) fn score(truth: &Path, accesses_csv: &Path) -> Result<AccessScore> {
    let rows = load(accesses_csv, &["time", "path", "action"])?;
    let all = load(&truth.join("accesses.csv"), &["time", "account", "path", "study", "by_intruder", "evidenced"])?;
    let offset = all.first().and_then(|a| jiff::fmt::temporal::Pieces::parse(cell(a, "time")).ok()?.to_numeric_offset()).unwrap_or(Offset::UTC);
    let when = |text: &str| time_of(text, offset);
    let studies: BTreeMap<&str, &str> = all.iter().filter(|a| !cell(a, "study").is_empty()).map(|a| (cell(a, "path"), cell(a, "study"))).collect();
    let unit = |path: &str| {
        let path = path_of(path);
        studies.get(path.as_str()).map_or(path, |s| s.to_string())
    };
    let mut mine: BTreeMap<String, Vec<True>> = BTreeMap::new();
    let mut others: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for a in &all {
        let (Some(time), key) = (when(cell(a, "time")), unit(cell(a, "path"))) else { continue };
        if cell(a, "by_intruder") != "1" {
            others.entry(key).or_default().push(time);
            continue;
        }
        let moment = if cell(a, "study").is_empty() { cell(a, "time").to_string() } else { cell(a, "time").chars().take(16).collect() };
        if cell(a, "evidenced") == "1" && seen.insert((moment, cell(a, "account").to_lowercase(), key.clone())) {
            mine.entry(key).or_default().push(True { time, action: cell(a, "action").to_string(), whole: cell(a, "full_content") == "1", taken: false });
        }
    }
    let mut out = AccessScore { rows: rows.len(), truth: mine.values().map(Vec::len).sum(), ..AccessScore::default() };
    let (mut first, mut last) = (None::<Timestamp>, None::<Timestamp>);
    let near = |a: Timestamp, b: Timestamp| (a.as_second() - b.as_second()).abs();
    for row in &rows {
        let Some(time) = when(cell(row, "time")) else {
            out.unknown += 1;
            continue;
        };
        first = Some(first.map_or(time, |f| f.min(time)));
        last = Some(last.map_or(time, |l| l.max(time)));
        let key = unit(cell(row, "path"));
        let candidates = mine.get_mut(&key);
        let close = || others.get(&key).is_some_and(|o| o.iter().any(|t| near(*t, time) <= TOLERANCE));
        let Some(pool) = candidates else {
            *(if close() { &mut out.honest } else { &mut out.unknown }) += 1;
            continue;
        };
        let any = pool.iter().any(|t| near(t.time, time) <= TOLERANCE);
        match pool.iter_mut().filter(|t| !t.taken && near(t.time, time) <= TOLERANCE).min_by_key(|t| near(t.time, time)) {
            Some(t) => {
                t.taken = true;
                out.found += 1;
                let action = cell(row, "action");
                out.action_right += usize::from(action.eq_ignore_ascii_case(&t.action) || (t.whole && action.eq_ignore_ascii_case("copied")));
            }
            None if any => out.repeated += 1,
            None if close() => out.honest += 1,
            None => out.unknown += 1,
        }
    }
    let path = truth.join("intrusion.json");
    let text = std::fs::read_to_string(&path).map_err(|e| Error::io(&path, e))?;
    let intrusion: serde_json::Value = serde_json::from_str(&text).map_err(|_| Error::usage("not a JSON file").at(&path))?;
    let hours = |claimed: Option<Timestamp>, key: &str| Some((claimed?.as_second() - when(intrusion[key].as_str()?)?.as_second()) as f64 / 3600.0);
    out.start_error_h = hours(first, "first_evidenced_access");
    out.end_error_h = hours(last, "last_evidenced_access");
    Ok(out)
}

/// A time with its offset; without one, by the clinic's clock.
fn time_of(text: &str, offset: Offset) -> Option<Timestamp> {
    let text = text.trim();
    text.parse::<Timestamp>().ok().or_else(|| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::fixed(offset)).ok().map(|z| z.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: Option<&str>) {
        assert_eq!(time_of(input, Offset::constant(-6)).map(|t| t.to_string()).as_deref(), expect);
    }

    #[test]
    fn times_with_and_without_offset() {
        check("2024-03-01T10:00:00-05:00", Some("2024-03-01T15:00:00Z"));
        check("2024-03-01 10:00:00", Some("2024-03-01T16:00:00Z"));
        check("2024-03-01T10:00:00.5Z", Some("2024-03-01T10:00:00.5Z"));
        check("soon", None);
        check("", None);
    }
}
