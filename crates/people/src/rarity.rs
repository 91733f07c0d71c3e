//! How often each name, date and value is met: agreement on a rare one says more.

use crate::compare::is_slip;
use crate::standard::{Book, Row};
use crate::text::mix;
use hashbrown::HashMap;
use rayon::prelude::*;

/// A number that more people than this bear is looked into.
const MANY: u32 = 6;

/// Fills the shares in `book` from the distinct rows of the case, blended with what is usual where the case is small. Frequencies are
/// those of the rows in `basis`; what several people bear is told by all rows.
pub(crate) fn learn(rows: &[Row], basis: &[bool], book: &mut Book) {
    let n = basis.iter().filter(|basis| **basis).count() as f32;
    let mut given = vec![0u32; book.names.of.len()];
    let mut family = vec![0u32; book.names.of.len()];
    let mut initials: HashMap<u32, f32> = HashMap::new();
    let mut counts = vec![0u32; book.values()];
    let mut dobs: HashMap<u32, u32> = HashMap::new();
    let mut ssns: HashMap<u32, u32> = HashMap::new();
    for (row, basis) in rows.iter().zip(basis) {
        for value in [row.mrn, row.member, row.mbi, row.phone, row.email] {
            counts[value as usize] += 1;
        }
        if let Some(ssn) = row.full_ssn() {
            *ssns.entry(ssn).or_default() += 1;
        }
        if !basis {
            continue;
        }
        given[row.first as usize] += 1;
        family[row.last as usize] += 1;
        for part in book.names.get(row.last).parts.iter().filter(|part| **part != 0) {
            family[*part as usize] += 1;
        }
        if row.first != 0 {
            *initials.entry(book.names.get(row.first).initial).or_default() += 1.0;
        }
        if row.dob != 0 {
            *dobs.entry(row.dob).or_default() += 1;
        }
        for value in [row.street, row.city, row.zip] {
            counts[value as usize] += 1;
        }
    }
    let total: f32 = initials.values().sum::<f32>() + 100.0;
    book.names.initials = initials.into_iter().map(|(letter, count)| (letter, (count + 4.0) / total)).collect();
    for (number, name) in book.names.of.iter_mut().enumerate() {
        name.share[0] = (given[number] as f32 + 2000.0 * name.share[0]) / (n + 2000.0);
        name.share[1] = (family[number] as f32 + 5000.0 * name.share[1]) / (n + 5000.0);
    }
    book.share = (0..book.values())
        .map(|number| {
            let count = counts[number] as f32;
            match book.value(number as u32).as_bytes().first() {
                Some(b's') => (count + 0.1) / (n + 20_000.0),
                Some(b'z') => (count + 0.2) / (n + 1000.0),
                Some(b'c') => (count + 1.0) / (n + 1000.0),
                Some(b'p') => 1e-6,
                _ => 2e-7,
            }
        })
        .collect();
    book.dob_share = dobs.into_iter().map(|(dob, count)| (dob, (count as f32 + 0.8) / (n + 20_000.0))).collect();
    book.ambiguous = ambiguous(rows, n, book);
    // A number that many different people bear is a switchboard or a filler.
    let mut holders: Vec<(u32, u64)> = Vec::new();
    for row in rows {
        let who = || mix(u64::from(book.names.get(row.last).sound), u64::from(book.names.get(row.first).initial));
        let values = [row.mrn, row.member, row.mbi, row.phone, row.email].into_iter().filter(|value| *value != 0 && counts[*value as usize] > MANY);
        holders.extend(values.map(|value| (value, who())));
        // Numbers of values end far below this mark.
        holders.extend(row.full_ssn().filter(|ssn| ssns.get(ssn).is_some_and(|count| *count > MANY)).map(|ssn| (ssn | 0x8000_0000, who())));
    }
    holders.sort_unstable();
    holders.dedup();
    for group in holders.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > MANY as usize) {
        let share = group.len() as f32 / (n + 1000.0);
        match group[0].0 {
            ssn if ssn & 0x8000_0000 != 0 => drop(book.ssn_share.insert(ssn & 0x7fff_ffff, share)),
            value => book.share[value as usize] = share,
        }
    }
}

/// Full names that rows bear with two medical record numbers of one facility, or with birth dates that no slip explains; with the
/// share of people who bear it, as far as the dates tell them apart.
fn ambiguous(rows: &[Row], n: f32, book: &Book) -> HashMap<(u32, u32), f32> {
    /// People of one name that are told apart.
    const MOST: usize = 60;
    let mut named: Vec<(u32, u32, u32)> = (0..)
        .zip(rows)
        .filter(|(_, row)| row.first != 0 && row.last != 0 && (row.mrn != 0 || row.has_full_dob()))
        .map(|(number, row)| (row.first, row.last, number))
        .collect();
    named.par_sort_unstable();
    let unlike = |a: u32, b: u32| a / 10_000 != b / 10_000 && a / 100 % 100 != b / 100 % 100 && a % 100 != b % 100;
    let two_numbers = |group: &[&Row]| {
        let first = group.iter().find(|row| row.mrn != 0);
        group
            .iter()
            .any(|row| first.is_some_and(|first| row.mrn != 0 && row.mrn != first.mrn && row.facility == first.facility && !is_slip(row.mrn, first.mrn, book)))
    };
    let mut out = HashMap::new();
    let mut group: Vec<&Row> = Vec::new();
    for named in named.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|group| group.len() > 1) {
        group.clear();
        group.extend(named.iter().map(|(_, _, number)| &rows[*number as usize]));
        let mut dates: Vec<u32> = Vec::new();
        for row in group.iter().filter(|row| row.has_full_dob()) {
            if dates.len() < MOST && dates.iter().all(|known| unlike(*known, row.dob)) {
                dates.push(row.dob);
            }
        }
        if dates.len() > 1 || two_numbers(&group) {
            // One of them is the person asked about.
            out.insert((group[0].first, group[0].last), dates.len().saturating_sub(1) as f32 / n);
        }
    }
    out
}
