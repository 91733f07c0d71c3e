//! Names that are slips of the pen of other names.

use crate::names::{NICKNAMES, nickname_sets};
use crate::standard::{Book, Row};
use crate::text::{edits, mix};
use hashbrown::HashMap;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::sync::LazyLock;

/// Letters of a name below which a slip of it may be anything.
const SHORTEST: usize = 4;
/// Rows of a name beyond which it is no slip of another one.
const RARE: u32 = 3;

/// Nicknames by what is left of them when one letter is taken out, and by the whole: two texts that are one slip apart have such a
/// rest in common.
static RESTS: LazyLock<HashMap<u64, Vec<&'static str>>> = LazyLock::new(|| {
    let mut rests: HashMap<u64, Vec<&str>> = HashMap::new();
    for name in NICKNAMES.keys().filter(|name| name.len() >= SHORTEST) {
        each_rest(name, |rest| rests.entry(rest).or_default().push(name));
    }
    rests
});

/// A number for the name and for each rest of it.
fn each_rest(name: &str, mut take: impl FnMut(u64)) {
    let number = |without: usize| name.bytes().enumerate().filter(|(at, _)| *at != without).fold(0, |sum, (_, byte)| mix(sum, u64::from(byte)));
    (0..=name.len()).for_each(|without| take(number(without)));
}

/// Sets of nicknames that a name stands in but for one slip; nothing where it stands in one itself.
fn slipped_sets(name: &str) -> Box<[u16]> {
    let mut sets: Vec<u16> = Vec::new();
    if nickname_sets(name).is_empty() && name.len() + 1 >= SHORTEST {
        each_rest(name, |rest| {
            let known = RESTS.get(&rest).into_iter().flatten().filter(|known| edits(name.as_bytes(), known.as_bytes(), 1) == 1);
            sets.extend(known.flat_map(|known| nickname_sets(known)));
        });
        sets.sort_unstable();
        sets.dedup();
    }
    sets.into()
}

/// Looks for slips of nicknames among names used as given names.
pub(crate) fn of_nicknames(book: &mut Book, is_given: impl Fn(usize) -> bool + Sync) {
    book.names.of.par_iter_mut().enumerate().filter(|(number, _)| is_given(*number)).for_each(|(_, name)| name.slipped = slipped_sets(&name.text));
}

/// Finds for each rare name of the rows the more frequent names that it may be a slip of: rows of both are compared. How frequent is
/// counted in the rows of the `basis`, so that later evidence does not take from earlier rows what they were compared for.
pub(crate) fn find(rows: &[Row], basis: &[bool], book: &mut Book) {
    let mut counts = vec![0u32; book.names.of.len()];
    let (mut is_given, mut is_used) = (vec![false; book.names.of.len()], vec![false; book.names.of.len()]);
    for (row, basis) in rows.iter().zip(basis) {
        for name in [row.first, row.last] {
            counts[name as usize] += u32::from(*basis);
            is_used[name as usize] = true;
        }
        is_given[row.first as usize] = true;
    }
    of_nicknames(book, |name| is_given[name]);
    let names = &book.names;
    let text = |name: u32| names.text(name);
    let mut rests: Vec<(u64, u32)> = (1..names.of.len() as u32)
        .into_par_iter()
        .filter(|name| is_used[*name as usize] && text(*name).len() >= SHORTEST)
        .flat_map_iter(|name| {
            let mut own = Vec::with_capacity(16);
            each_rest(text(name), |rest| own.push((rest, name)));
            own
        })
        .collect();
    rests.par_sort_unstable();
    rests.dedup();
    let mut meant: Vec<(u32, Reverse<u32>, u32)> = rests
        .par_chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() > 1)
        .flat_map_iter(|group| {
            let count = |name: u32| counts[name as usize];
            let rare = group.iter().map(|(_, name)| *name).filter(move |name| count(*name) <= RARE);
            rare.flat_map(move |slip| {
                let others = group.iter().map(|(_, name)| *name).filter(move |name| *name != slip && count(*name) >= count(slip).max(1));
                others.filter(move |name| edits(text(slip).as_bytes(), text(*name).as_bytes(), 1) == 1).map(move |name| (slip, Reverse(count(name)), name))
            })
        })
        .collect();
    // By the text among equals: numbers of names depend on the order of the records.
    meant.par_sort_unstable_by(|a, b| (a.0, a.1, text(a.2)).cmp(&(b.0, b.1, text(b.2))));
    meant.dedup();
    for group in meant.chunk_by(|a, b| a.0 == b.0) {
        let name = &mut book.names.of[group[0].0 as usize];
        name.meant.iter_mut().zip(group).for_each(|(slot, (.., meant))| *slot = *meant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standard::{Said, rows};
    use dosimeter_case::Id;
    use dosimeter_case::tables::{Record, Role};

    #[test]
    fn rare_names_of_frequent_ones() {
        let mut book = Book::new();
        let names: Vec<&str> = "KIRVIQUIST KIRVIQUIST KRIVIQUIST KIRVIQUISTS SANDOVAL LEE LEA".split(' ').collect();
        let blank = Record::blank(Id(1), Id(1), Id(1), "", Role::Patient);
        let records: Vec<Record> = names.iter().map(|name| Record { last: Some((*name).into()), ..blank.clone() }).collect();
        let rows = rows(records.len(), &|i| Said::of(&records[i]), 20_260_101, &mut book);
        find(&rows, &vec![true; rows.len()], &mut book);
        let check = |slip: &str, expect: &[&str]| {
            let meant = book.names.get(book.names.find(slip).unwrap()).meant;
            assert_eq!(meant.iter().filter(|name| **name != 0).map(|name| book.names.text(*name)).collect::<Vec<_>>(), expect, "{slip}");
        };
        check("KRIVIQUIST", &["KIRVIQUIST"]);
        check("KIRVIQUISTS", &["KIRVIQUIST"]);
        check("KIRVIQUIST", &[]);
        check("SANDOVAL", &[]);
        check("LEA", &[]);
    }

    #[test]
    fn nicknames_with_slips() {
        fn check(slip: &str, name: &str, expect: bool) {
            assert_eq!(slipped_sets(slip).iter().any(|set| nickname_sets(name).contains(set)), expect, "{slip} {name}");
        }
        check("DIK", "RICHARD", true);
        check("MAGIGE", "MARGARET", true);
        check("CHALES", "CHARLIE", true);
        check("MAGGIE", "MARGARET", false);
        check("ZORBLAX", "MARGARET", false);
    }
}
