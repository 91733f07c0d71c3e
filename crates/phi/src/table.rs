//! Tables: a row is a person, or a patient with a guardian, subscriber or provider beside; staff sheets are about employees.

use crate::columns::{Column, header, header_key, is_header, plan};
use crate::finder::Context;
use crate::name::{self, Name};
use crate::rules::Holds;
use crate::sink::{Sink, range_of};
use crate::values::normalise;
use crate::{address, clinical};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::collections::HashMap;

/// Rows that others of the document may refer to by number (`patient_id`), and the rows that do.
#[derive(Default)]
pub(crate) struct Tables {
    /// (table, key) to person.
    keys: HashMap<(String, String), usize>,
    /// (person of the referring row, table stem, key).
    references: Vec<(usize, String, String)>,
    /// A date in the title of the tables: the day of everything in a schedule.
    pub caption: Option<usize>,
    /// The last plan by locator, so that later parts of one sheet are read like the first.
    plans: HashMap<String, (Vec<String>, Vec<Option<Column>>)>,
}

/// Name of the table that a locator speaks of: `patients!rows 1-200` is `patients`.
fn table_of(locator: &str) -> &str {
    locator.split('!').next().unwrap_or_default()
}

fn stem(table: &str) -> String {
    let base = table_of(table).rsplit(['.', '/']).next().unwrap_or_default().split_whitespace().next().unwrap_or_default().to_lowercase();
    let base = base.strip_prefix("tbl").unwrap_or(&base).trim_matches('_').to_string();
    base.strip_suffix('s').map_or(base.clone(), str::to_string)
}

impl Tables {
    /// Gives rows that only refer to a person that person's identity.
    pub fn join(&self, sink: &mut Sink) {
        for (row, table, key) in &self.references {
            if sink.drafts[*row].name.is_some() {
                continue;
            }
            let Some(&person) = self.keys.get(&(table.clone(), key.clone())).filter(|p| *p != row) else {
                // Nobody to refer to: without a number of its own the row is nobody's.
                if !sink.drafts[*row].elements.iter().any(|k| matches!(k, K::Ssn | K::Mrn | K::Mbi | K::InsuranceId | K::MedicaidId)) {
                    sink.drafts[*row].mentions.clear();
                }
                continue;
            };
            let source = sink.drafts[person].record.clone();
            let name = sink.drafts[person].name.clone();
            let name_mentions: Vec<usize> =
                sink.drafts[person].mentions.iter().copied().filter(|m| matches!(sink.mentions[*m].kind, K::Name | K::Mrn | K::Dob)).collect();
            let draft = &mut sink.drafts[*row];
            let r = &mut draft.record;
            (r.name, r.first, r.middle, r.last, r.suffix) = (source.name, source.first, source.middle, source.last, source.suffix);
            (r.dob, r.mrn, r.ssn) = (source.dob, source.mrn, source.ssn);
            draft.name = name;
            draft.elements.insert(K::Name);
            draft.mentions.extend(name_mentions);
        }
    }
}

/// Finds the persons of one table passage. `columns` may be empty; header rows inside the text are recognised.
#[allow(clippy::too_many_arguments)] // The passage's fields, handed on by both callers.
pub(crate) fn find(cx: &Context, sink: &mut Sink, tables: &mut Tables, text: &str, columns: &[String], first_row: i64, locator: &str) {
    let rows: Vec<Vec<&str>> = text.split('\n').map(|l| l.trim_end_matches('\r').split('\t').collect()).collect();
    let headers: Vec<&str> = columns.iter().map(String::as_str).collect();
    find_rows(cx, sink, tables, text, &rows, &headers, first_row, locator);
}

/// The same for rows of cells that are slices of `text`.
#[allow(clippy::too_many_arguments)] // The passage's fields, handed on by both callers.
pub(crate) fn find_rows(cx: &Context, sink: &mut Sink, tables: &mut Tables, text: &str, rows: &[Vec<&str>], headers: &[&str], first_row: i64, locator: &str) {
    let mut headers: Vec<&str> = headers.to_vec();
    // Column names that are data: a header row that was none.
    let mut from = 0;
    if headers.is_empty() {
        for (n, row) in rows.iter().enumerate().take(8) {
            if is_header(cx, row) {
                headers.clone_from(row);
                from = n + 1;
                title(sink, tables, text, &rows[..n], locator);
                break;
            }
        }
    }
    let sample: Vec<Vec<&str>> = rows.iter().skip(from).filter(|r| !is_header(cx, r)).take(200).cloned().collect();
    let own: Vec<String> = headers.iter().map(|h| h.to_string()).collect();
    let mut columns_now = match tables.plans.get(table_of(locator)) {
        Some((known, plan)) if *known == own && !own.is_empty() => plan.clone(),
        _ => plan(cx, &headers, &sample),
    };
    tables.plans.insert(table_of(locator).to_string(), (own, columns_now.clone()));
    let mut staff = is_staff_sheet(cx, sink, &headers, locator);
    for (n, row) in rows.iter().enumerate() {
        if n < from {
            continue;
        }
        if is_header(cx, row) {
            headers.clone_from(row);
            let rest: Vec<Vec<&str>> = rows.iter().skip(n + 1).take_while(|r| !is_header(cx, r)).take(200).cloned().collect();
            columns_now = plan(cx, &headers, &rest);
            staff = is_staff_sheet(cx, sink, &headers, locator);
            continue;
        }
        let at = format!("{locator} row {}", first_row.max(1) + n as i64);
        let people = read_row(cx, sink, text, row, &columns_now, &headers, staff, &at);
        if let (Some(day), Some(who)) = (tables.caption, people)
            && sink.drafts[who].record.role == Role::Patient
            && !columns_now.iter().flatten().any(|c| c.holds == Holds::Kind(K::ServiceDate))
            && sink.drafts[who].elements.contains(&K::Procedure)
        {
            sink.give(who, day);
        }
        note_keys(sink, tables, row, &headers, locator, people);
    }
}

/// Rows above the header row: a schedule's day.
fn title(sink: &mut Sink, tables: &mut Tables, text: &str, rows: &[Vec<&str>], locator: &str) {
    static DAY: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| regex::Regex::new(crate::date::PATTERN).expect("constant pattern"));
    for cell in rows.iter().flatten() {
        if let Some(m) = DAY.find(cell)
            && let Some(iso) = crate::date::parse(m.as_str())
        {
            tables.caption = Some(sink.mention(range_of(m.as_str(), text), K::ServiceDate, iso, "caption", 0.8, locator));
            return;
        }
    }
}

fn is_staff_sheet(cx: &Context, sink: &Sink, headers: &[&str], locator: &str) -> bool {
    let place = format!("{} {} {locator}", sink.document.path, sink.document.member.as_deref().unwrap_or_default()).to_lowercase();
    let heads: Vec<String> = headers.iter().map(|h| header_key(h)).collect();
    let clinical = headers.iter().any(|h| header(cx, h).is_some_and(|l| matches!(l.holds, Holds::Kind(K::Mrn | K::Diagnosis | K::Procedure | K::InsuranceId))));
    let word = |w: &String| heads.iter().any(|h| h == w || h.split(' ').any(|p| p == w)) || (w.len() > 5 && place.contains(w.as_str()));
    !clinical && (cx.rules.words.employee_words.iter().any(word) || place.contains("/hr/"))
}

/// A row of a JSON object: keys are headers.
pub(crate) fn keyed_row(cx: &Context, sink: &mut Sink, text: &str, cells: &[(&str, &str)], locator: &str) {
    let headers: Vec<&str> = cells.iter().map(|c| c.0).collect();
    let row: Vec<&str> = cells.iter().map(|c| c.1).collect();
    let known = headers.iter().filter(|h| header(cx, h).is_some_and(|l| l.holds != Holds::Nothing)).count();
    if known >= 2 {
        let columns = plan(cx, &headers, &[]);
        read_row(cx, sink, text, &row, &columns, &headers, false, locator);
    }
}

#[derive(Default)]
struct Slot<'t> {
    whole: Option<&'t str>,
    first: Option<&'t str>,
    middle: Option<&'t str>,
    last: Option<&'t str>,
    suffix: Option<&'t str>,
    street: Vec<&'t str>,
    city: Option<&'t str>,
    state: Option<&'t str>,
    zip: Option<&'t str>,
    sex: Option<&'t str>,
    values: Vec<(K, &'t str, String)>,
    free: Vec<&'t str>,
}

fn is_total(cell: &str) -> bool {
    let low = cell.trim().to_lowercase();
    ["total", "totals", "subtotal", "grand total", "sum", "count"]
        .iter()
        .any(|w| low == *w || low.starts_with(&format!("{w} ")) || low.starts_with(&format!("{w}:")))
}

fn span(parts: &[&str], text: &str) -> std::ops::Range<usize> {
    let ranges: Vec<_> = parts.iter().map(|p| range_of(p, text)).collect();
    ranges.iter().map(|r| r.start).min().unwrap_or(0)..ranges.iter().map(|r| r.end).max().unwrap_or(0)
}

#[allow(clippy::too_many_arguments)] // One row with everything known about its table.
fn read_row(cx: &Context, sink: &mut Sink, text: &str, row: &[&str], columns: &[Option<Column>], headers: &[&str], staff: bool, at: &str) -> Option<usize> {
    let mut slots: Vec<((usize, Role), Slot)> = Vec::new();
    for (i, cell) in row.iter().enumerate() {
        let cell = cell.trim();
        let Some(Some(column)) = columns.get(i) else { continue };
        if cell.is_empty() || crate::values::is_filler(cell) || column.holds == Holds::Nothing {
            continue;
        }
        let key = (column.group, column.role);
        let index = slots.iter().position(|s| s.0 == key).unwrap_or_else(|| {
            slots.push((key, Slot::default()));
            slots.len() - 1
        });
        let slot = &mut slots[index].1;
        match column.holds {
            Holds::Kind(K::Name) => slot.whole = slot.whole.or(Some(cell)),
            Holds::Kind(K::Address) => slot.street.push(cell),
            Holds::Kind(kind) => {
                if let Some(normalised) = normalise(kind, cell) {
                    slot.values.push((kind, cell, normalised));
                }
            }
            Holds::First => slot.first = slot.first.or(Some(cell)),
            Holds::Middle => slot.middle = Some(cell),
            Holds::Last => slot.last = slot.last.or(Some(cell)),
            Holds::Suffix => slot.suffix = Some(cell),
            Holds::City => slot.city = Some(cell),
            Holds::State => slot.state = Some(cell),
            Holds::Zip => slot.zip = Some(cell),
            Holds::Sex => slot.sex = Some(cell),
            Holds::Free => slot.free.push(cell),
            Holds::Nothing => {}
        }
    }
    slots.sort_by_key(|s| (s.0.0, s.0.1));
    let mut patient: Option<(usize, usize)> = None;
    let mut first = None;
    for ((group, role), slot) in &slots {
        let (group, mut role) = (*group, *role);
        let name: Option<Name> = match (slot.first, slot.last) {
            (None, None) => slot
                .whole
                .filter(|w| w.chars().any(char::is_alphabetic))
                .and_then(|w| name::parse(w, &cx.names))
                .filter(|n| !n.first.is_empty() || role == Role::Provider),
            (f, l) => Name::of(l.unwrap_or_default(), f.unwrap_or_default(), slot.middle.unwrap_or_default(), slot.suffix.unwrap_or_default()),
        };
        let strong = slot.values.iter().any(|v| matches!(v.0, K::Ssn | K::Mrn | K::Mbi | K::InsuranceId | K::MedicaidId));
        // A row that only refers to a person ("patient_id") is kept for joining when it says something of them.
        let refers = reference(headers, row).is_some() && !slot.values.is_empty();
        if name.is_none() && !strong && !(refers && role == Role::Patient) {
            continue;
        }
        // A line of totals: a table of names has one number here, or a word that is no name.
        let named_table = columns.iter().flatten().any(|c| matches!(c.holds, Holds::Kind(K::Name) | Holds::Last));
        if name.is_none() && named_table && !refers && slot.values.len() < 2 || row.iter().take(3).any(|c| is_total(c)) {
            continue;
        }
        let more = !slot.values.is_empty() || !slot.street.is_empty() || !slot.free.is_empty();
        let said = headers.iter().any(|h| header_key(h).contains("patient") || header_key(h).contains("client") || header_key(h).contains("member"));
        if name.is_some() && !more && slots.len() == 1 && !said && role == Role::Patient {
            continue;
        }
        if role == Role::Patient && staff {
            role = Role::Employee;
        }
        if role == Role::Employee && !slot.values.iter().any(|v| v.0 != K::Phone || staff) && slot.street.is_empty() {
            role = Role::Staff;
        }
        if role == Role::Patient
            && !strong
            && name.as_ref().is_some_and(|n| cx.roster.is_staff(n) && !cx.roster.is_patient(n))
            && !slot.values.iter().any(|v| matches!(v.0, K::Dob | K::Diagnosis | K::Procedure))
        {
            role = Role::Staff;
        }
        let who = sink.person(role, at);
        first = first.or(Some(who));
        if let Some(name) = &name {
            let parts: Vec<&str> =
                [slot.whole.filter(|_| slot.last.is_none() && slot.first.is_none()), slot.first, slot.middle, slot.last].into_iter().flatten().collect();
            let range = span(&parts, text);
            let m = sink.mention(range.clone(), K::Name, name.normal(), "table", 0.97, at);
            sink.give_name(who, m, name);
            if role == Role::Provider
                && let Some((p, _)) = patient
            {
                let m = sink.mention(range, K::Provider, name.normal(), "table", 0.95, at);
                sink.give(p, m);
            }
        }
        for (kind, cell, normalised) in &slot.values {
            let (kind, confidence) = match kind {
                K::Ssn if !crate::ids::ssn_issuable(normalised) => (K::Ssn, 0.6),
                K::InsuranceId if crate::ids::mbi(cell).is_some() => (K::Mbi, 0.95),
                kind => (*kind, 0.97),
            };
            let m = sink.mention(range_of(cell, text), kind, normalised.clone(), "table", confidence, at);
            sink.give(who, m);
        }
        let mut a = address::parse(slot.street.first().copied().unwrap_or_default());
        for (part, value) in [(&mut a.city, slot.city), (&mut a.state, slot.state), (&mut a.zip, slot.zip)] {
            if let Some(value) = value {
                *part = value.to_string();
            }
        }
        if !slot.street.is_empty() || (!a.city.is_empty() && name.is_some()) || (!a.zip.is_empty() && name.is_some()) {
            let parts: Vec<&str> = slot.street.iter().copied().chain([slot.city, slot.state, slot.zip].into_iter().flatten()).collect();
            let m = sink.mention(span(&parts, text), K::Address, a.normal(), "table", 0.95, at);
            sink.give_address(who, m, &a);
        }
        if let Some(sex) = slot.sex {
            sink.drafts[who].record.sex = sex.chars().next().map(|c| c.to_ascii_uppercase().to_string());
        }
        for cell in &slot.free {
            clinical::scan(cx, sink, text, range_of(cell, text), at, who);
        }
        if role == Role::Employee {
            sink.drafts[who].elements.insert(K::Employer);
        }
        match role {
            Role::Patient => patient = Some((who, group)),
            Role::Guardian | Role::Subscriber => sink.drafts[who].related = patient.filter(|p| p.1 == group).map(|p| p.0),
            _ => {}
        }
    }
    first
}

/// The cell that refers to a person of another table: its header (`patient id`, `pid`) and its value.
fn reference<'t>(headers: &[&str], row: &[&'t str]) -> Option<(String, &'t str)> {
    headers.iter().zip(row).find_map(|(h, cell)| {
        let key = header_key(h);
        let cell = cell.trim();
        let whose = key.strip_suffix(" id").or_else(|| key.strip_suffix(" fk")).unwrap_or(&key);
        (matches!(whose, "patient" | "pat" | "person" | "client" | "member" | "pt" | "pid" | "patientid" | "user" | "customer") && key != whose
            || key == "pid"
            || key == "patientid")
            .then_some(())
            .filter(|()| !cell.is_empty() && cell.len() <= 36)
            .map(|()| (key, cell))
    })
}

fn note_keys(sink: &mut Sink, tables: &mut Tables, row: &[&str], headers: &[&str], locator: &str, person: Option<usize>) {
    let Some(person) = person else { return };
    if sink.drafts[person].name.is_some() {
        for (h, cell) in headers.iter().zip(row) {
            let (h, cell) = (header_key(h), cell.trim());
            if cell.is_empty() || !(h == "id" || h == "pk" || h == "pid" || h == "key" || h.ends_with(" id") || h == "patientid") {
                continue;
            }
            let mut names = vec![h.clone()];
            if h == "id" || h == "pk" || h == "key" || h == "pid" {
                names.extend([
                    format!("{} id", stem(locator)),
                    "patient id".to_string(),
                    "pat id".to_string(),
                    "pt id".to_string(),
                    "person id".to_string(),
                    "pid".to_string(),
                ]);
            }
            for name in names {
                tables.keys.entry((name, cell.to_string())).or_insert(person);
            }
        }
    } else if let Some((header, key)) = reference(headers, row) {
        tables.references.push((person, header, key.to_string()));
    }
}

/// Whether a table is a form: labels in the first column, values in the second.
pub(crate) fn is_form(cx: &Context, text: &str, columns: &[String]) -> bool {
    let rows: Vec<Vec<&str>> =
        text.lines().map(|l| l.split('\t').map(str::trim).filter(|c| !c.is_empty()).collect()).filter(|r: &Vec<&str>| !r.is_empty()).collect();
    if !columns.is_empty() || rows.len() < 2 || rows.len() > 200 || rows.iter().any(|r| r.len() > 4) || rows.first().is_some_and(|r| is_header(cx, r)) {
        return false;
    }
    let named = rows
        .iter()
        .filter(|r| r.len() == 2 && (header(cx, r[0]).is_some() || cx.rules.labels.iter().any(|l| l.0.eq_ignore_ascii_case(r[0].trim_end_matches(':')))))
        .count();
    named * 2 > rows.len()
}
