//! What a table's column holds: its header and its values decide together.

use crate::finder::Context;
pub(crate) use crate::headers::is_header;
use crate::headers::{header, header_key};
use crate::rules::{Holds, Label};
use crate::values::{is_filler, normalise};
use crate::{address, date, ids, name};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::collections::BTreeSet;
use std::sync::Arc;

/// One column's meaning: what it holds, of whom, and which person of the row when several stand side by side.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Column {
    pub holds: Holds,
    pub role: Role,
    pub group: usize,
}

/// Whether a cell has the form of a person's name, by the name lists.
pub(crate) fn name_like(cx: &Context, cell: &str) -> bool {
    let Some(parsed) = name::parse(cell, &cx.names) else { return false };
    let words = cell.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty());
    if parsed.first.is_empty()
        || words.clone().any(|w| w.chars().count() > 2 && cx.rules.non_names.contains(w) && cx.names.last(w) == 0 && cx.names.first(w) == 0)
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

/// Meaning of a column by its values alone. `bare`: the table has no headers.
fn vote(cx: &Context, values: &[&str], bare: bool) -> Option<Holds> {
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
        // ICD-9 codes look like amounts.
        (K::Diagnosis, &|v| ids::icd(v) && v.len() <= 8 && v.starts_with(char::is_alphabetic)),
        (K::InsuranceId, &member_like),
        (K::Address, &|v| address::find_in(v).first().is_some_and(|f| f.0.start == 0)),
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
    // Record numbers are of one length, or all different where no header says what else they could be.
    let width = values.first().map_or(0, |v| v.len());
    let lengths = if bare && distinct > 0.95 { 6..=10 } else { width.saturating_sub(1)..=width + 1 };
    if distinct > 0.6 && (6..=10).contains(&width) && share(values, |v| lengths.contains(&v.len()) && v.bytes().all(|b| b.is_ascii_digit())) >= 0.9 {
        return Some(Holds::Kind(K::Mrn));
    }
    if share(values, |v| v.len() == 2 && address::STATES.split('|').any(|s| s == v)) >= 0.9 {
        return Some(Holds::State);
    }
    None
}

/// Whether a value can be of the kind that its column's header says.
fn fits(kind: K, value: &str) -> bool {
    let letters = || value.chars().filter(|c| c.is_alphabetic()).count();
    let code = || {
        let b = value.as_bytes();
        b.len() == 5 && b[1..4].iter().all(u8::is_ascii_digit) && b.iter().all(u8::is_ascii_alphanumeric)
    };
    match kind {
        K::Dob | K::Ssn | K::Phone | K::Email | K::ServiceDate => normalise(kind, value).is_some(),
        K::Name => letters() >= 2 && value.bytes().filter(u8::is_ascii_digit).count() < 4,
        K::Procedure => code() || letters() >= 5 || value.len() <= 4 && value.bytes().all(|b| b.is_ascii_uppercase()) && value.len() > 1,
        K::Diagnosis => ids::icd(value) || letters() >= 4,
        K::Medication | K::Employer => letters() >= 3,
        _ => true,
    }
}

/// Whether the dates of the columns are written day first: some could not be read otherwise, and none speaks against it.
fn day_first(plan: &[Option<Column>], sample: &[Vec<&str>]) -> bool {
    let (mut first, mut second) = (0, 0);
    for (i, _) in plan.iter().enumerate().filter(|(_, c)| c.is_some_and(|c| matches!(c.holds, Holds::Kind(K::Dob | K::ServiceDate)))) {
        for value in sample.iter().filter_map(|r| r.get(i)) {
            let mut parts = value.trim().split(['/', '.', '-']);
            let (Some(a), Some(b), Some(year)) = (parts.next(), parts.next(), parts.next()) else { continue };
            let number = |s: &str| s.parse::<u32>().ok().filter(|_| s.len() <= 2);
            if let (Some(a), Some(b), true) = (number(a), number(b), year.len() >= 2) {
                first += u32::from(a > 12);
                second += u32::from(b > 12);
            }
        }
    }
    first > 0 && second == 0
}

/// Meaning of every column. `headers` may be shorter than the rows or empty; `sample` holds rows of cells.
pub(crate) fn plan(cx: &Context, headers: &[&str], sample: &[Vec<&str>]) -> Vec<Option<Column>> {
    let width = sample.iter().map(Vec::len).max().unwrap_or(0).max(headers.len()).min(500);
    let mut plan: Vec<Option<Column>> = Vec::with_capacity(width);
    let bare = headers.is_empty();
    let provider_list = headers.iter().any(|h| header_key(h) == "npi")
        && !headers.iter().any(|h| header(cx, h).is_some_and(|l| matches!(l.holds, Holds::Kind(K::Dob | K::Mrn | K::Ssn))));
    for i in 0..width {
        let values: Vec<&str> = sample.iter().filter_map(|r| r.get(i)).map(|v| v.trim()).filter(|v| !is_filler(v)).take(200).collect();
        let named = headers.get(i).and_then(|h| header(cx, h));
        let mut label = named;
        match named.map(|l| l.holds) {
            // The header says one thing, the values another: the values win.
            Some(Holds::Kind(kind)) if values.len() >= 4 => {
                let fits = share(&values, |v| fits(kind, v));
                // Row numbers under "pid" are keys of the database, not numbers of the clinic.
                if kind == K::Mrn && share(&values, |v| v.len() <= 4 && v.bytes().all(|b| b.is_ascii_digit())) > 0.8 {
                    label = Some(Label { holds: Holds::Nothing, role: None, bare: false });
                }
                let member = kind == K::Mrn && share(&values, member_like) > 0.7;
                if fits < 0.3 || member {
                    // "Contact #" holds telephone numbers, of whomever the row is about.
                    let role = named.filter(|_| kind != K::Name).and_then(|l| l.role);
                    label = vote(cx, &values, bare).map(|holds| Label { holds, role, bare: false });
                }
            }
            // Three digits of a postal code are what is left of one in data without identity.
            Some(Holds::Zip) if values.len() >= 2 && share(&values, |v| v.len() >= 4) < 0.3 => label = None,
            Some(Holds::Nothing) if headers.get(i).is_some_and(|h| matches!(header_key(h).as_str(), "id" | "no" | "type" | "title")) => {
                label = vote(cx, &values, bare).map(|holds| Label { holds, role: None, bare: false });
            }
            // An unnamed column; a named one whose name says nothing is left to the clear forms.
            None => {
                let by_value = vote(cx, &values, bare)
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
    let of_patients = plan.iter().flatten().any(|c| {
        c.role == Role::Patient
            && matches!(c.holds, Holds::Kind(K::Dob | K::Ssn | K::Mrn | K::Diagnosis | K::Procedure | K::Medication | K::InsuranceId | K::ServiceDate))
    });
    let main = whose.iter().find(|r| !matches!(r, Role::Provider | Role::Staff)).or(whose.first().filter(|_| !of_patients));
    if let Some(&main) = main
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
    let holds = |c: &Option<Column>, what: &[Holds]| c.is_some_and(|c| what.contains(&c.holds));
    // "Name" beside a family name is the given name.
    for role in [Role::Patient, Role::Employee, Role::Guardian, Role::Subscriber, Role::Provider] {
        let of = |plan: &[Option<Column>], what: &[Holds]| plan.iter().any(|c| holds(c, what) && c.is_some_and(|c| c.role == role));
        if of(&plan, &[Holds::Last])
            && !of(&plan, &[Holds::First])
            && let Some(column) = plan.iter_mut().find(|c| holds(c, &[Holds::Kind(K::Name)]) && c.is_some_and(|c| c.role == role))
            && let Some(column) = column
        {
            column.holds = Holds::First;
        }
    }
    if headers.is_empty() {
        parts_of_addresses(sample, &mut plan);
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

/// Without headers: the town stands between the street and the State, the postal code after it.
fn parts_of_addresses(sample: &[Vec<&str>], plan: &mut [Option<Column>]) {
    let Some(state) = plan.iter().position(|c| c.is_some_and(|c| c.holds == Holds::State)) else { return };
    let values = |i: usize| sample.iter().filter_map(move |r| r.get(i)).map(|v| v.trim()).filter(|v| !v.is_empty()).collect::<Vec<_>>();
    if let Some(town) = state.checked_sub(1).filter(|i| plan[*i].is_none_or(|c| c.holds == Holds::Kind(K::Name)))
        && share(&values(town), |v| v.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\''))) > 0.9
    {
        plan[town] = Some(Column { holds: Holds::City, role: Role::Patient, group: 0 });
    }
    let zip = |v: &str| matches!(v.len(), 5 | 10) && v.bytes().take(5).all(|b| b.is_ascii_digit());
    if plan.get(state + 1).is_some_and(|c| c.is_none_or(|c| c.holds == Holds::Kind(K::Mrn))) && share(&values(state + 1), zip) > 0.9 {
        plan[state + 1] = Some(Column { holds: Holds::Zip, role: Role::Patient, group: 0 });
    }
}

/// A table's columns, and what of them is the same in every row.
pub(crate) struct Plan {
    pub columns: Vec<Option<Column>>,
    /// The persons of a row, in order; of each column its person.
    pub slots: Vec<(usize, Role)>,
    pub slot_of: Vec<usize>,
    /// Dates are written day first.
    pub day_first: bool,
    /// Some column holds names.
    pub named: bool,
    /// Some header says that the rows are patients.
    pub said: bool,
    /// The sheet lists the staff.
    pub staff: bool,
    pub dated: bool,
    /// Columns whose values have digits.
    numeric: Vec<usize>,
    /// Columns that refer to a person of another table, with their names.
    pub refers: Vec<(usize, String)>,
    /// Columns that others may refer to, with the names they may use.
    pub keys: Vec<(usize, Arc<[String]>)>,
}

impl Plan {
    /// `stem` is the table's name in the singular.
    pub fn new(cx: &Context, headers: &[&str], sample: &[Vec<&str>], stem: &str, staff: bool) -> Plan {
        let columns = plan(cx, headers, sample);
        let mut slots: Vec<(usize, Role)> = columns.iter().flatten().filter(|c| c.holds != Holds::Nothing).map(|c| (c.group, c.role)).collect();
        slots.sort();
        slots.dedup();
        let slot_of = columns.iter().map(|c| c.and_then(|c| slots.binary_search(&(c.group, c.role)).ok()).unwrap_or(usize::MAX)).collect();
        let names: Vec<String> = headers.iter().map(|h| header_key(h)).collect();
        let any = |what: &[Holds]| columns.iter().flatten().any(|c| what.contains(&c.holds));
        Plan {
            day_first: day_first(&columns, sample),
            named: any(&[Holds::Kind(K::Name), Holds::Last]),
            said: names.iter().any(|h| ["patient", "client", "member", "paciente"].iter().any(|w| h.contains(w))),
            staff,
            dated: any(&[Holds::Kind(K::ServiceDate)]),
            numeric: (0..columns.len()).filter(|i| columns[*i].is_some_and(|c| numeric(c.holds))).collect(),
            refers: names.iter().enumerate().filter(|(_, h)| refers(h)).map(|(i, h)| (i, h.clone())).collect(),
            keys: names.iter().enumerate().filter_map(|(i, h)| Some((i, key_names(h, stem)?))).collect(),
            slots,
            slot_of,
            columns,
        }
    }
}

impl Plan {
    /// Whether a row is unlike the others: hardly a digit where they have many. A header row, perhaps.
    pub fn is_strange(&self, row: &[&str]) -> bool {
        let mut cells = self.numeric.iter().filter_map(|i| row.get(*i)).filter(|c| !c.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|c| c.bytes().filter(u8::is_ascii_digit).count() < 3)
    }
}

fn numeric(holds: Holds) -> bool {
    match holds {
        Holds::Kind(K::Dob | K::ServiceDate | K::Ssn | K::Mrn | K::Phone | K::InsuranceId | K::Mbi | K::MedicaidId | K::AccountNumber | K::CaseNumber) => true,
        holds => holds == Holds::Zip,
    }
}

/// Whether a header names a person of another table: `patient id`, `pid`.
fn refers(header: &str) -> bool {
    let whose = header.strip_suffix(" id").or_else(|| header.strip_suffix(" fk")).unwrap_or(header);
    let person = matches!(whose, "patient" | "pat" | "person" | "client" | "member" | "pt" | "pid" | "patientid" | "user" | "customer");
    person && header != whose || matches!(header, "pid" | "patientid")
}

/// The names under which other tables refer to a column of keys.
fn key_names(header: &str, stem: &str) -> Option<Arc<[String]>> {
    let own = matches!(header, "id" | "pk" | "key" | "pid");
    if !own && !header.ends_with(" id") && header != "patientid" {
        return None;
    }
    let mut names = vec![header.to_string()];
    if own {
        names.push(format!("{stem} id"));
        names.extend(["patient id", "pat id", "pt id", "person id", "pid"].map(str::to_string));
    }
    Some(names.into())
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
