//! One person's rows to one [`Person`]: the best of each field.

use crate::dates;
use crate::names;
use crate::standard::{NO_SSN, Row};
use dosimeter_case::Id;
use dosimeter_case::tables::{ContactQuality, Person, Record, Role};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The id of the person whose first record is `first`.
pub(crate) fn person_id(first: Id) -> Id {
    Id::of("person", &[&first])
}

/// Position of a role, strongest first.
pub(crate) fn rank(role: Role) -> u8 {
    match role {
        Role::Patient => 0,
        Role::Subscriber => 1,
        Role::Guardian => 2,
        Role::Employee => 3,
        Role::Provider => 4,
        Role::Staff => 5,
        Role::Other => 6,
    }
}

/// The value met most often; the longer and then the smaller one among equals.
fn most<'a>(values: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    values.map(str::trim).filter(|value| !value.is_empty()).for_each(|value| *counts.entry(value).or_default() += 1);
    counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(a.0.len().cmp(&b.0.len())).then(b.0.cmp(a.0))).map(|(value, _)| value.to_string())
}

/// Most frequent spelling of a part of the name: whole words before initials, compounds counted with their own frequency.
fn best_name<'a>(values: impl Iterator<Item = &'a str>, family: bool) -> Option<String> {
    let mut counts: BTreeMap<String, (usize, BTreeMap<&str, usize>)> = BTreeMap::new();
    for value in values.map(str::trim) {
        let cleaned = names::cleaned(value, family);
        if !cleaned.is_empty() {
            let entry = counts.entry(cleaned).or_default();
            entry.0 += 1;
            *entry.1.entry(value).or_default() += 1;
        }
    }
    let (_, (_, spellings)) =
        counts.into_iter().max_by(|(a, (n, _)), (b, (m, _))| (a.len() > 1).cmp(&(b.len() > 1)).then(n.cmp(m)).then(a.len().cmp(&b.len())).then(b.cmp(a)))?;
    spellings.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0))).map(|(value, _)| value.to_string())
}

/// Whether somebody born on `dob` (packed) is under 18 on `day`; where only the year is known, whether it is possible.
fn minor(dob: u32, day: Date) -> bool {
    let on = day.year() as u32 * 10_000 + day.month() as u32 * 100 + day.day() as u32;
    let latest = match (dob / 100 % 100, dob % 100) {
        (0, _) => dob + 12_31,
        (_, 0) => dob + 31,
        _ => dob,
    };
    dob != 0 && latest + 180_000 > on
}

/// The person `person_id` that `records` (sorted by id) describe; guardian fields are filled by the caller.
pub(crate) fn person(person_id: Id, records: &[(&Record, &Row)], confidence: f64, discovered: Date) -> Person {
    let role = records.iter().map(|(r, _)| r.role).min_by_key(|role| rank(*role)).unwrap_or(Role::Other);
    // Records of the strongest role know best; others only fill what they leave open.
    let ordered = |pick: &dyn Fn(&Record) -> Option<String>| -> Vec<String> {
        let own: Vec<String> = records.iter().filter(|(r, _)| r.role == role).filter_map(|(r, _)| pick(r)).collect();
        if own.is_empty() { records.iter().filter_map(|(r, _)| pick(r)).collect() } else { own }
    };
    let split = |r: &Record| r.name.as_deref().filter(|_| r.first.is_none() && r.last.is_none()).map(names::split_full);
    let full = |text: String| (!text.is_empty()).then_some(text);
    let first = best_name(ordered(&|r| r.first.clone().or_else(|| full(split(r)?.0))).iter().map(String::as_str), false);
    let middle = best_name(ordered(&|r| r.middle.clone().or_else(|| full(split(r)?.1))).iter().map(String::as_str), false);
    let last = best_name(ordered(&|r| r.last.clone().or_else(|| full(split(r)?.2))).iter().map(String::as_str), true);
    let suffix = most(
        records
            .iter()
            .filter_map(|(_, row)| [None, Some("JR"), Some("SR"), Some("II"), Some("III"), Some("IV")].get(usize::from(row.suffix)).copied().flatten()),
    );
    let name = [&first, &middle, &last, &suffix].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let name = if name.is_empty() { most(records.iter().filter_map(|(r, _)| r.name.as_deref())).unwrap_or_default() } else { name };
    let dob = best_dob(records);
    let ssn = best_ssn(records);
    let address = best_address(records);
    let field = |pick: &dyn Fn(&Record) -> Option<&String>| most(records.iter().filter_map(|(r, _)| pick(r)).map(String::as_str));
    let set = |pick: &dyn Fn(&Record) -> [Option<String>; 2]| -> Vec<String> {
        records
            .iter()
            .flat_map(|(r, _)| pick(r))
            .flatten()
            .map(|v| v.trim().to_string())
            .filter(|v| !v.is_empty())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    };
    let at = |pick: &dyn Fn(&Record) -> Option<&String>| address.and_then(pick).cloned();
    let street = at(&|r| r.street.as_ref());
    let city = at(&|r| r.city.as_ref());
    let state = at(&|r| r.state.as_ref()).or_else(|| field(&|r| r.state.as_ref()));
    let zip = at(&|r| r.zip.as_ref());
    let contact = match (&street, &city, &state, &zip) {
        (Some(_), _, _, Some(_)) | (Some(_), Some(_), Some(_), _) => ContactQuality::Deliverable,
        (None, None, None, None) => ContactQuality::Missing,
        _ => ContactQuality::Partial,
    };
    Person {
        person_id,
        role,
        name,
        first,
        middle,
        last,
        suffix,
        dob: dates::iso(dob),
        sex: field(&|r| r.sex.as_ref()),
        ssn,
        mrns: set(&|r| [r.mrn.clone(), None]),
        member_ids: set(&|r| [r.member_id.clone(), r.mbi.clone()]),
        street,
        city,
        state,
        zip,
        country: at(&|r| r.country.as_ref()),
        address_record_id: address.map(|r| r.record_id),
        phone: field(&|r| r.phone.as_ref()),
        email: field(&|r| r.email.as_ref()),
        deceased_on: field(&|r| r.deceased_on.as_ref()),
        is_minor: minor(dob, discovered),
        guardian: None,
        guardian_id: None,
        contact,
        records: records.len() as i64,
        confidence,
    }
}

/// Full dates before partial ones, then the most frequent, then the earlier.
fn best_dob(records: &[(&Record, &Row)]) -> u32 {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    records.iter().map(|(_, row)| row.dob).filter(|dob| *dob != 0).for_each(|dob| *counts.entry(dob).or_default() += 1);
    let exactness = |dob: u32| u8::from(!dob.is_multiple_of(100)) + u8::from(!(dob / 100).is_multiple_of(100)) + u8::from(dob % 10_000 != 101);
    counts.into_iter().max_by(|a, b| exactness(a.0).cmp(&exactness(b.0)).then(a.1.cmp(&b.1)).then(b.0.cmp(&a.0))).map_or(0, |(dob, _)| dob)
}

/// The most frequent full number; the strongest role's among equals.
fn best_ssn(records: &[(&Record, &Row)]) -> Option<String> {
    let mut counts: BTreeMap<u32, (usize, u8)> = BTreeMap::new();
    for (record, row) in records.iter().filter(|(_, row)| row.ssn != NO_SSN) {
        if let Some(ssn) = row.full_ssn() {
            let entry = counts.entry(ssn).or_insert((0, u8::MAX));
            *entry = (entry.0 + 1, entry.1.min(rank(record.role)));
        }
    }
    counts.into_iter().max_by(|a, b| a.1.0.cmp(&b.1.0).then(b.1.1.cmp(&a.1.1)).then(b.0.cmp(&a.0))).map(|(ssn, _)| format!("{ssn:09}"))
}

/// The record with the most complete address of the most frequent place.
fn best_address<'a>(records: &[(&'a Record, &Row)]) -> Option<&'a Record> {
    let parts = |r: &Record| [&r.street, &r.city, &r.state, &r.zip].iter().filter(|part| part.as_deref().is_some_and(|p| !p.trim().is_empty())).count();
    let mut counts: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    records.iter().filter(|(_, row)| row.street != 0).for_each(|(_, row)| *counts.entry((row.house, row.street)).or_default() += 1);
    records
        .iter()
        .filter(|(r, _)| parts(r) > 0)
        .max_by_key(|(r, row)| {
            let full = row.street != 0 && (row.zip != 0 || row.city != 0);
            let often = counts.get(&(row.house, row.street)).copied().unwrap_or(0);
            // A person's own record before a guarantor's or employer's.
            (full, std::cmp::Reverse(rank(r.role)), often, parts(r), std::cmp::Reverse(r.record_id))
        })
        .map(|(r, _)| *r)
}
