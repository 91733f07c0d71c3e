//! What a table's column holds: its header and its values decide together.

use crate::finder::Context;
use crate::rules::{Holds, Label};
use crate::values::{is_filler, normalise};
use crate::{address, date, ids, name};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::collections::BTreeSet;

/// One column's meaning: what it holds, of whom, and which person of the row when several stand side by side.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Column {
    pub holds: Holds,
    pub role: Role,
    pub group: usize,
}

/// A header in the form of the rule pack: lower case, punctuation as spaces, `camelCase` split.
pub(crate) fn header_key(header: &str) -> String {
    let mut key = String::with_capacity(header.len() + 4);
    let mut before = ' ';
    for c in header.chars().take(60) {
        if c.is_uppercase() && before.is_lowercase() {
            key.push(' ');
        }
        key.extend(if c.is_alphanumeric() { c } else { ' ' }.to_lowercase());
        before = c;
    }
    key.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Meaning of a header by the rule pack, words for other persons and for the patient taken off.
pub(crate) fn header(cx: &Context, text: &str) -> Option<Label> {
    let key = header_key(text);
    let lookup = |k: &str| cx.rules.columns.get(k).copied();
    if let Some(label) = lookup(&key).or_else(|| lookup(&key.replace(' ', ""))) {
        return Some(label);
    }
    let words: Vec<&str> = key.split(' ').collect();
    if words.len() > 1 {
        let slot = cx.rules.slots.iter().find(|(w, _)| words.contains(&w.as_str()));
        let strip: Vec<&str> = words
            .iter()
            .copied()
            .filter(|w| {
                slot.is_none_or(|s| s.0 != *w)
                    && !matches!(*w, "patient" | "pt" | "pat" | "client" | "member" | "no" | "number" | "num" | "nbr" | "code" | "txt" | "s")
                    && w.parse::<u32>().is_err()
            })
            .collect();
        if !strip.is_empty()
            && strip.len() < words.len()
            && let Some(label) = lookup(&strip.join(" "))
        {
            return Some(Label { role: slot.map(|s| s.1).or(label.role), ..label });
        }
    }
    None
}

/// Whether a row of cells is a header row: known words, no data.
pub(crate) fn is_header(cx: &Context, cells: &[&str]) -> bool {
    let filled: Vec<&str> = cells.iter().map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
    let known = filled.iter().filter(|c| header(cx, c).is_some()).count();
    filled.len() >= 2 && known >= 2 && known * 10 >= filled.len() * 6 && filled.iter().all(|c| c.chars().filter(char::is_ascii_digit).count() < 4)
}

/// Whether a cell has the form of a person's name, by the name lists.
pub(crate) fn name_like(cx: &Context, cell: &str) -> bool {
    let Some(parsed) = name::parse(cell, &cx.names) else { return false };
    let words = cell.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty());
    if parsed.first.is_empty()
        || words.clone().any(|w| w.chars().count() > 2 && cx.rules.non_names.contains(&w.to_lowercase()) && cx.names.last(w) == 0 && cx.names.first(w) == 0)
    {
        return false;
    }
    cx.names.last(&parsed.last) > 0 || cx.names.first(&parsed.first) > 0
}

fn share(values: &[&str], test: impl Fn(&str) -> bool) -> f64 {
    values.iter().filter(|v| test(v)).count() as f64 / values.len().max(1) as f64
}

/// A test of one value.
type Test<'t> = &'t dyn Fn(&str) -> bool;

fn member_like(v: &str) -> bool {
    let letters = v.chars().take_while(char::is_ascii_uppercase).count();
    (1..=4).contains(&letters) && (6..=12).contains(&(v.len() - letters)) && v[letters..].bytes().all(|b| b.is_ascii_digit())
}

/// Meaning of a column by its values alone.
fn vote(cx: &Context, values: &[&str]) -> Option<Holds> {
    const MOST: f64 = 0.7;
    if values.len() < 2 {
        return None;
    }
    let dashed_ssn = |v: &str| v.len() == 11 && v.as_bytes()[3] == b'-' && v.as_bytes()[6] == b'-' && ids::ssn(v).is_some();
    let plain_date = |v: &str| (v.contains(['/', '-', ' ']) || v.len() == 8) && date::parse(v).is_some();
    let distinct = values.iter().collect::<BTreeSet<_>>().len() as f64 / values.len() as f64;
    let kinds: [(K, Test); 8] = [
        (K::Email, &|v| ids::email(v).is_some()),
        (K::Ssn, &dashed_ssn),
        (K::Mbi, &|v| ids::mbi(v).is_some()),
        (K::Dob, &plain_date),
        (K::Phone, &|v| ids::phone(v).is_some_and(|d| d.len() == 10 && !d[3..].starts_with(['0', '1']))),
        (K::Diagnosis, &|v| ids::icd(v) && v.len() <= 8),
        (K::InsuranceId, &member_like),
        (K::Address, &|v| address::find(v).first().is_some_and(|f| f.0.start == 0)),
    ];
    for (kind, test) in kinds {
        if share(values, test) >= MOST {
            if kind == K::Dob {
                let years: Vec<i32> = values.iter().filter_map(|v| date::parse(v)).filter_map(|d| date::year(&d)).collect();
                let spread = years.iter().max().zip(years.iter().min()).map_or(0, |(a, b)| a - b);
                return Some(Holds::Kind(if spread > 25 { K::Dob } else { K::ServiceDate }));
            }
            return Some(Holds::Kind(kind));
        }
    }
    // Nine digits without dashes: only where nearly all could have been issued and no two are alike.
    if distinct > 0.95 && values.len() >= 5 && share(values, |v| v.len() == 9 && v.bytes().all(|b| b.is_ascii_digit()) && ids::ssn_issuable(v)) > 0.95 {
        return Some(Holds::Kind(K::Ssn));
    }
    if share(values, |v| cx.clinical.exams(v).first().is_some_and(|r| r.start == 0 && v.len() > 4)) >= MOST {
        return Some(Holds::Kind(K::Procedure));
    }
    if share(values, |v| v.contains([' ', ',', '^']) && name_like(cx, v)) >= MOST {
        return Some(Holds::Kind(K::Name));
    }
    if share(values, |v| !cx.clinical.diseases(v).is_empty()) >= 0.6 {
        return Some(Holds::Kind(K::Diagnosis));
    }
    if share(values, |v| !cx.clinical.drugs(v).is_empty()) >= 0.6 {
        return Some(Holds::Kind(K::Medication));
    }
    let width = values.first().map_or(0, |v| v.len());
    if distinct > 0.6 && (6..=10).contains(&width) && share(values, |v| v.len().abs_diff(width) <= 1 && v.bytes().all(|b| b.is_ascii_digit())) >= 0.9 {
        return Some(Holds::Kind(K::Mrn));
    }
    if share(values, |v| v.len() == 2 && address::STATES.split('|').any(|s| s == v)) >= 0.9 {
        return Some(Holds::State);
    }
    None
}

/// Meaning of every column. `headers` may be shorter than the rows or empty; `sample` holds rows of cells.
pub(crate) fn plan(cx: &Context, headers: &[&str], sample: &[Vec<&str>]) -> Vec<Option<Column>> {
    let width = sample.iter().map(Vec::len).max().unwrap_or(0).max(headers.len()).min(500);
    let mut plan: Vec<Option<Column>> = Vec::with_capacity(width);
    let provider_list = headers.iter().any(|h| header_key(h) == "npi")
        && !headers.iter().any(|h| header(cx, h).is_some_and(|l| matches!(l.holds, Holds::Kind(K::Dob | K::Mrn | K::Ssn))));
    for i in 0..width {
        let values: Vec<&str> = sample.iter().filter_map(|r| r.get(i)).map(|v| v.trim()).filter(|v| !is_filler(v)).take(200).collect();
        let named = headers.get(i).and_then(|h| header(cx, h));
        let mut label = named;
        match named.map(|l| l.holds) {
            // The header says one thing, the values another: the values win.
            Some(Holds::Kind(kind)) if values.len() >= 4 => {
                let fits = match kind {
                    K::Dob | K::Ssn | K::Phone | K::Email => share(&values, |v| normalise(kind, v).is_some()),
                    _ => 1.0,
                };
                // Row numbers under "pid" are keys of the database, not numbers of the clinic.
                if kind == K::Mrn && share(&values, |v| v.len() <= 4 && v.bytes().all(|b| b.is_ascii_digit())) > 0.8 {
                    label = Some(Label { holds: Holds::Nothing, role: None, bare: false });
                }
                let member = kind == K::Mrn && share(&values, member_like) > 0.7;
                if fits < 0.3 || member {
                    label = vote(cx, &values).map(|holds| Label { holds, role: named.and_then(|l| l.role), bare: false });
                }
            }
            Some(Holds::Nothing) if headers.get(i).is_some_and(|h| matches!(header_key(h).as_str(), "id" | "no" | "type" | "title")) => {
                label = vote(cx, &values).map(|holds| Label { holds, role: None, bare: false });
            }
            // An unnamed column; a named one whose name says nothing is left to the clear forms.
            None => {
                let by_value = vote(cx, &values)
                    .filter(|h| headers.get(i).is_none_or(|h| h.trim().is_empty()) || !matches!(h, Holds::Kind(K::Mrn | K::Name) | Holds::State));
                label = by_value.map(|holds| Label { holds, role: None, bare: false });
            }
            _ => {}
        }
        let role = label.and_then(|l| l.role).unwrap_or(if provider_list { Role::Provider } else { Role::Patient });
        plan.push(label.map(|l| Column { holds: l.holds, role, group: 0 }));
    }
    // No column is called a name, but beside other personal data one looks like it.
    let personal =
        plan.iter().flatten().filter(|c| matches!(c.holds, Holds::Kind(K::Dob | K::Ssn | K::Phone | K::Mrn | K::Address | K::Email | K::InsuranceId))).count();
    if personal >= 2 && !plan.iter().flatten().any(|c| matches!(c.holds, Holds::Kind(K::Name) | Holds::Last | Holds::First)) {
        let candidate = (0..width).filter(|&i| plan[i].is_none()).find(|&i| {
            let values: Vec<&str> = sample.iter().filter_map(|r| r.get(i)).map(|v| v.trim()).filter(|v| !is_filler(v)).take(200).collect();
            values.len() >= 2 && share(&values, |v| v.contains([' ', ',', '^']) && name_like(cx, v)) >= 0.85
        });
        if let Some(i) = candidate {
            plan[i] = Some(Column { holds: Holds::Kind(K::Name), role: Role::Patient, group: 0 });
        }
    }
    // Columns that name nobody belong to whom the sheet lists: "Employee, SSN, Address".
    let whose: Vec<Role> = plan.iter().flatten().filter(|c| matches!(c.holds, Holds::Kind(K::Name) | Holds::Last | Holds::First)).map(|c| c.role).collect();
    if let Some(&main) = whose.iter().find(|r| !matches!(r, Role::Provider | Role::Staff))
        && !whose.contains(&Role::Patient)
        && !plan.iter().flatten().any(|c| matches!(c.holds, Holds::Kind(K::Mrn)))
    {
        for column in plan.iter_mut().flatten().filter(|c| c.role == Role::Patient) {
            column.role = main;
        }
    }
    // Of several columns of dates without headers, the oldest is the birth date.
    if headers.is_empty() {
        let dobs: Vec<usize> = (0..width).filter(|&i| plan[i].is_some_and(|c| c.holds == Holds::Kind(K::Dob))).collect();
        if dobs.len() > 1 {
            let mean =
                |i: usize| sample.iter().filter_map(|r| r.get(i)).filter_map(|v| date::parse(v)).filter_map(|d| date::year(&d)).map(i64::from).sum::<i64>();
            let oldest = dobs.iter().copied().min_by_key(|&i| mean(i));
            for i in dobs {
                if Some(i) != oldest
                    && let Some(c) = &mut plan[i]
                {
                    c.holds = Holds::Kind(K::ServiceDate);
                }
            }
        }
    }
    // A kind of which a person has one, seen again: the next person of the row begins.
    let mut seen: Vec<(Role, Holds)> = Vec::new();
    let mut group = 0;
    for column in plan.iter_mut().flatten() {
        if matches!(column.holds, Holds::Kind(K::Name | K::Dob) | Holds::Last | Holds::First) {
            if seen.contains(&(column.role, column.holds)) {
                group += 1;
                seen.clear();
            }
            seen.push((column.role, column.holds));
        }
        column.group = group;
    }
    // A table of nobody: numbers that would count only beside a name.
    let named = plan.iter().flatten().any(|c| matches!(c.holds, Holds::Kind(K::Name) | Holds::Last | Holds::First));
    let identified =
        plan.iter().flatten().any(|c| matches!(c.holds, Holds::Kind(K::Ssn | K::Dob | K::Mbi | K::InsuranceId | K::Phone | K::Email | K::Address)));
    if headers.is_empty() && !named && !identified {
        plan.iter_mut().for_each(|c| *c = None);
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[&str], rows: &[&str], expect: &str) {
        let cx = Context::for_tests();
        let rows: Vec<Vec<&str>> = rows.iter().map(|r| r.split('|').collect()).collect();
        let found: Vec<String> = plan(&cx, headers, &rows)
            .iter()
            .map(|c| match c {
                Some(Column { holds: Holds::Kind(k), role, group }) => format!("{k}/{role}/{group}"),
                Some(c) => format!("{:?}/{}", c.holds, c.role),
                None => "-".into(),
            })
            .collect();
        assert_eq!(found.join(" "), expect);
    }

    #[test]
    fn headers_and_values() {
        check(&["Patient Name", "DOB", "Ins ID", "0-30"], &[], "name/patient/0 dob/patient/0 insurance_id/patient/0 Nothing/patient");
        check(&["ID", "PATIENT_NAME"], &["BLP432393327|A, B", "UPH843222843|C, D"], "insurance_id/patient/0 name/patient/0");
        check(&["Guardian Phone", "lname"], &[], "phone/guardian/0 Last/patient");
        check(&["Name", "DOB", "", "Name", "DOB"], &[], "name/patient/0 dob/patient/0 - name/patient/1 dob/patient/1");
        check(
            &[],
            &["1016860|JONES^ISAAC^M|20130628|8595550797", "1065246|FISHER^JERRY|19370825|5175550167"],
            "mrn/patient/0 name/patient/0 dob/patient/0 phone/patient/0",
        );
        check(&[], &["70450|CT Head without contrast|777", "71260|CT Chest with contrast|304"], "- - -");
        check(&["h", "yob", "zip3"], &["e59e|2005|030", "96592|1959|030"], "- - -");
    }
}
