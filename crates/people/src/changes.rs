//! What became of each person from one run to the next.

use dosimeter_case::Id;
use dosimeter_case::tables::PersonRecord;
use std::collections::{BTreeMap, BTreeSet};

/// What became of people; people of whom nothing changed but new records are not listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Nobody's records until now.
    New(Id),
    /// None of its records is left.
    Gone(Id),
    /// The same person under another id: a record with a smaller id has joined.
    Renamed {
        /// Id before.
        from: Id,
        /// Id now.
        to: Id,
    },
    /// Several people turned out to be one.
    Merged {
        /// Ids before, rising.
        from: Vec<Id>,
        /// Id now.
        to: Id,
    },
    /// One person turned out to be several.
    Split {
        /// Id before.
        from: Id,
        /// Ids now, rising.
        to: Vec<Id>,
    },
}

/// Compares who held which record before with who does now; sorted.
pub fn changes(before: &[PersonRecord], after: &[PersonRecord]) -> Vec<Change> {
    let holder: BTreeMap<Id, Id> = before.iter().map(|row| (row.record_id, row.person_id)).collect();
    let old: BTreeSet<Id> = before.iter().map(|row| row.person_id).collect();
    // People before by people now, and the other way round.
    let mut from: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    let mut to: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for row in after {
        let sources = from.entry(row.person_id).or_default();
        if let Some(person) = holder.get(&row.record_id) {
            sources.insert(*person);
            to.entry(*person).or_default().insert(row.person_id);
        }
    }
    let mut changes: Vec<Change> = old.iter().filter(|person| !to.contains_key(person)).map(|person| Change::Gone(*person)).collect();
    for (person, sources) in &from {
        match sources.iter().collect::<Vec<_>>().as_slice() {
            [] => changes.push(Change::New(*person)),
            [only] if *only != person && to[only].len() == 1 => changes.push(Change::Renamed { from: **only, to: *person }),
            [_] => {}
            many => changes.push(Change::Merged { from: many.iter().map(|id| **id).collect(), to: *person }),
        }
    }
    changes.extend(to.into_iter().filter(|(_, now)| now.len() > 1).map(|(from, now)| Change::Split { from, to: now.into_iter().collect() }));
    changes.sort_unstable();
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows from `person record` pairs.
    fn rows(pairs: &[(u64, u64)]) -> Vec<PersonRecord> {
        pairs.iter().map(|(person, record)| PersonRecord { person_id: Id(*person), record_id: Id(*record) }).collect()
    }

    #[test]
    fn merges_and_splits() {
        let check = |before: &[(u64, u64)], after: &[(u64, u64)], expect: &[Change]| assert_eq!(changes(&rows(before), &rows(after)), expect);
        check(&[(1, 10), (2, 20)], &[(1, 10), (1, 11), (2, 20)], &[]);
        check(&[(1, 10)], &[(1, 10), (2, 20)], &[Change::New(Id(2))]);
        check(&[(1, 10), (2, 20)], &[(1, 10)], &[Change::Gone(Id(2))]);
        check(&[(2, 20)], &[(1, 10), (1, 20)], &[Change::Renamed { from: Id(2), to: Id(1) }]);
        check(&[(1, 10), (2, 20)], &[(1, 10), (1, 20)], &[Change::Merged { from: vec![Id(1), Id(2)], to: Id(1) }]);
        check(&[(1, 10), (1, 11)], &[(1, 10), (2, 11)], &[Change::Split { from: Id(1), to: vec![Id(1), Id(2)] }]);
    }
}
