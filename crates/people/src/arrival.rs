//! In which batch each record came, and from which batches weights are learnt.
//!
//! Frequencies and weights learnt anew with every piece of evidence would move people whom it says nothing about. So they are learnt
//! from the first batches, and anew only when the records have doubled since: a function of the batches' sizes, not of what was run when.

use dosimeter_case::Id;
use std::collections::HashMap;

/// Batch of a record whose document no batch names.
const LAST: u32 = u32::MAX;

/// Batch of each record.
pub(crate) fn batches(documents: &[u64], of: &HashMap<Id, u32>) -> Vec<u32> {
    documents.iter().map(|document| of.get(&Id(*document)).copied().unwrap_or(LAST)).collect()
}

/// The last batch from which weights are learnt.
pub(crate) fn basis(batches: &[u32]) -> u32 {
    let mut sizes: HashMap<u32, usize> = HashMap::new();
    batches.iter().for_each(|batch| *sizes.entry(*batch).or_default() += 1);
    let mut sizes: Vec<(u32, usize)> = sizes.into_iter().collect();
    sizes.sort_unstable();
    let (mut basis, mut learnt, mut records) = (LAST, 0, 0);
    for (batch, size) in sizes {
        records += size;
        if records >= 2 * learnt {
            (basis, learnt) = (batch, records);
        }
    }
    basis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learnt_anew_when_records_have_doubled() {
        fn check(sizes: &[(u32, usize)], expect: u32) {
            let batches: Vec<u32> = sizes.iter().flat_map(|(batch, size)| std::iter::repeat_n(*batch, *size)).collect();
            assert_eq!(basis(&batches), expect, "{sizes:?}");
        }
        check(&[], LAST);
        check(&[(LAST, 5)], LAST);
        check(&[(1, 100)], 1);
        check(&[(1, 100), (2, 10)], 1);
        check(&[(1, 100), (2, 10), (3, 85)], 1);
        check(&[(1, 100), (2, 10), (3, 90)], 3);
        check(&[(1, 100), (2, 300), (3, 90)], 2);
    }
}
