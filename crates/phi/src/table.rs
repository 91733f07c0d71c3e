//! Tables: a row is a person, or a patient with a guardian, subscriber or provider beside; staff sheets are about employees.

use crate::columns::Plan;
use crate::finder::Context;
use crate::headers::{header, header_key, is_header, may_be_header};
use crate::row::Row;
use crate::rules::Holds;
use crate::sink::{Identity, Sink, range_of};
use dosimeter_case::tables::{ElementKind as K, Role};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows looked at to tell what a column holds.
const SAMPLE: usize = 200;
/// Rows among which a header row is looked for.
const HEAD: usize = 8;
/// Most rows of a form, or of a table that stands on its side.
const FORM: usize = 200;

/// Rows that others of the document may refer to by number (`patient_id`), and the rows that do.
#[derive(Default)]
pub(crate) struct Tables {
    /// Key to the persons that have it, each with the names under which a row may refer to it.
    keys: HashMap<String, Vec<Key>>,
    /// (person of the referring row, name of the reference, key).
    references: Vec<(usize, String, String)>,
    /// A date in the title of the tables: the day of everything in a schedule.
    pub caption: Option<usize>,
    /// The last plan by table, so that later parts of one sheet are read like the first.
    plans: HashMap<String, (Vec<String>, Arc<Plan>)>,
}

/// A person that a key stands for: one of this part of the document, or of an earlier one.
#[derive(Clone)]
enum Known {
    Here(usize),
    Before(Arc<Identity>),
}

/// The names under which rows of other tables may refer to a key, and whom it stands for.
type Key = (Arc<[String]>, Known);

/// Most keys remembered from part to part of a long document.
const KEYS: usize = 1_000_000;

/// Name of the table that a locator speaks of: `patients!rows 1-200` is `patients`.
fn table_of(locator: &str) -> &str {
    locator.split('!').next().unwrap_or_default()
}

/// What is the same in the locators of a table's parts: all but the numbers of the rows.
fn part_of(locator: &str) -> String {
    match locator.split_once("rows ") {
        Some((before, rows)) => format!("{before}{}", rows.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-')),
        None => locator.to_string(),
    }
}

fn stem(table: &str) -> String {
    let base = table_of(table).rsplit(['.', '/']).next().unwrap_or_default().split_whitespace().next().unwrap_or_default().to_lowercase();
    let base = base.strip_prefix("tbl").unwrap_or(&base).trim_matches('_').to_string();
    base.strip_suffix('s').map_or(base.clone(), str::to_string)
}

impl Tables {
    /// Gives rows that only refer to a person that person's identity. `last`: no more of the document follows.
    pub fn join(&mut self, sink: &mut Sink, last: bool) {
        for (row, table, key) in std::mem::take(&mut self.references) {
            if sink.drafts[row].named {
                continue;
            }
            let person = self.keys.get(&key).and_then(|known| known.iter().find(|(names, _)| names.contains(&table))).map(|k| &k.1);
            match person {
                Some(Known::Here(person)) if *person != row => {
                    let identity = sink.identity(*person);
                    sink.identify(row, &identity);
                }
                Some(Known::Before(identity)) => sink.identify(row, identity),
                // Nobody to refer to: without a number of its own the row is nobody's.
                _ => {
                    let strong = sink.records[row].elements.iter().any(|k| matches!(k, K::Ssn | K::Mrn | K::Mbi | K::InsuranceId | K::MedicaidId));
                    if last && !strong {
                        sink.drafts[row].mentions.clear();
                    }
                }
            }
        }
    }

    /// Ready for the next part of the document, in which the persons of this one are no more than identities.
    pub fn carry(&mut self, sink: &Sink) {
        self.caption = None;
        let mut here: Vec<usize> = Vec::new();
        let mut before = 0;
        for (_, who) in self.keys.values().flatten() {
            match who {
                Known::Here(person) => here.push(*person),
                Known::Before(_) => before += 1,
            }
        }
        // In the order of the rows, whatever the order of the map.
        here.sort_unstable();
        here.dedup();
        here.truncate(KEYS.saturating_sub(before));
        let identities: HashMap<usize, Arc<Identity>> = here.into_iter().map(|person| (person, Arc::new(sink.identity(person)))).collect();
        for known in self.keys.values_mut() {
            known.retain_mut(|(_, who)| match who {
                Known::Before(_) => true,
                Known::Here(person) => identities.get(person).map(|identity| *who = Known::Before(identity.clone())).is_some(),
            });
        }
        self.keys.retain(|_, known| !known.is_empty());
    }
}

/// Finds the persons of one table passage. `columns` may be empty; header rows inside the text are recognised.
pub(crate) fn find(cx: &Context, sink: &mut Sink, tables: &mut Tables, text: &str, columns: &[String], first_row: i64, locator: &str) {
    if let Some(rows) = transposed(cx, text, columns) {
        let (headers, people) = rows;
        let plan = Plan::new(cx, &headers, &people, "", is_staff_sheet(cx, sink, &headers, locator));
        let mut row = Row::default();
        for (n, cells) in people.iter().enumerate() {
            row.read(cx, sink, text, cells, &plan, |at| at.extend([locator, " column ", &(n + 2).to_string()]));
        }
        return;
    }
    let headers: Vec<&str> = columns.iter().map(String::as_str).collect();
    let lines = parts(text, b'\n').map(|l| l.strip_suffix('\r').unwrap_or(l));
    read(cx, sink, tables, text, lines.map(|l| parts(l, b'\t')), &headers, first_row, locator);
}

/// What stands between ASCII marks.
fn parts(text: &str, mark: u8) -> impl Iterator<Item = &str> + Clone {
    let mut start = 0;
    memchr::memchr_iter(mark, text.as_bytes()).chain([text.len()]).map(move |end| {
        let part = &text[start..end];
        start = end + 1;
        part
    })
}

/// The same for rows of cells that are slices of `text`.
#[allow(clippy::too_many_arguments)] // The passage's fields, handed on by both callers.
pub(crate) fn find_rows(cx: &Context, sink: &mut Sink, tables: &mut Tables, text: &str, rows: &[Vec<&str>], headers: &[&str], first_row: i64, locator: &str) {
    read(cx, sink, tables, text, rows.iter().map(|r| r.iter().copied()), headers, first_row, locator);
}

#[allow(clippy::too_many_arguments)] // The passage's fields, handed on by both callers.
fn read<'t, R, C>(cx: &Context, sink: &mut Sink, tables: &mut Tables, text: &'t str, rows: R, headers: &[&str], first_row: i64, locator: &str)
where
    R: Iterator<Item = C> + Clone,
    C: Iterator<Item = &'t str>,
{
    let (table, stem) = (part_of(locator), stem(locator));
    let mut own: Vec<String> = headers.iter().map(|h| h.to_string()).collect();
    // Column names that are data: a header row that was none.
    let mut from = 0;
    if own.is_empty() {
        let head: Vec<Vec<&str>> = rows.clone().take(HEAD).map(Iterator::collect).collect();
        if let Some(n) = head.iter().position(|row| is_header(cx, row)) {
            own = head[n].iter().map(|h| h.to_string()).collect();
            from = n + 1;
            title(sink, tables, text, &head[..n], locator);
        }
    }
    // A plan from the header and the rows that follow it.
    let made = |sink: &Sink, headers: &[String], rows: R| {
        let rows = rows.map(Iterator::collect::<Vec<_>>).take_while(|r| !is_header(cx, r));
        let sample: Vec<Vec<&str>> = rows.filter(|r| r.iter().any(|c| !c.is_empty())).take(SAMPLE).collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        Arc::new(Plan::new(cx, &headers, &sample, &stem, is_staff_sheet(cx, sink, &headers, locator)))
    };
    let mut rest = rows;
    (0..from).for_each(|_| drop(rest.next()));
    let known = tables.plans.get(&table).filter(|(known, plan)| *known == own && plan.columns.iter().any(Option::is_some)).map(|(_, plan)| plan.clone());
    let mut plan = known.unwrap_or_else(|| made(sink, &own, rest.clone()));
    tables.plans.insert(table, (own.clone(), plan.clone()));
    // A file that is one table has nothing to join.
    let joined = !locator.starts_with("rows ");
    let mut row: Vec<&str> = Vec::new();
    let mut reader = Row::default();
    let mut blank = true;
    let mut n = from;
    while let Some(cells) = rest.next() {
        row.clear();
        row.extend(cells);
        n += 1;
        if row.iter().all(|c| c.trim().is_empty()) {
            blank = true;
            continue;
        }
        if (blank || n <= HEAD || plan.is_strange(&row) || may_be_header(cx, &row)) && is_header(cx, &row) {
            // Printed again on each page, or the header of another table.
            if !own.iter().eq(row.iter()) {
                own = row.iter().map(|h| h.to_string()).collect();
                plan = made(sink, &own, rest.clone());
            }
            blank = false;
            continue;
        }
        blank = false;
        let at = |at: &mut String| {
            at.extend([locator, " row "]);
            push_number(first_row.max(1) as u64 + n as u64 - 1, at);
        };
        let person = reader.read(cx, sink, text, &row, &plan, at);
        if let (Some(day), Some(who)) = (tables.caption, person)
            && !plan.dated
            && sink.records[who].role == Role::Patient
            && sink.records[who].elements.contains(&K::Procedure)
        {
            sink.give(who, day);
        }
        if let Some(person) = person.filter(|_| joined) {
            note_keys(sink, tables, &row, &plan, person);
        }
    }
}

/// Adds the digits of a number: there is one in every row's locator.
fn push_number(n: u64, out: &mut String) {
    if n > 9 {
        push_number(n / 10, out);
    }
    out.push(char::from(b'0' + (n % 10) as u8));
}

/// More rows than a form has, or a table that stands on its side.
fn is_long(text: &str) -> bool {
    memchr::memchr_iter(b'\n', text.as_bytes()).nth(FORM).is_some()
}

/// A table that stands on its side: labels in the first column, a person in each of the others. Headers and persons.
fn transposed<'t>(cx: &Context, text: &'t str, columns: &'t [String]) -> Option<(Vec<&'t str>, Vec<Vec<&'t str>>)> {
    if is_long(text) {
        return None;
    }
    let mut rows: Vec<Vec<&str>> = text.lines().map(|l| l.split('\t').collect()).filter(|r: &Vec<&str>| r.iter().any(|c| !c.trim().is_empty())).collect();
    if !columns.is_empty() {
        rows.insert(0, columns.iter().map(String::as_str).collect());
    }
    let width = rows.iter().map(Vec::len).max()?;
    let known = |cell: &str| header(cx, cell.trim().trim_end_matches(':')).is_some();
    if !(3..=200).contains(&rows.len()) || !(2..=60).contains(&width) || is_header(cx, rows.first()?) && width > 2 {
        return None;
    }
    let labels = rows.iter().filter(|r| known(r[0])).count();
    let others: Vec<&str> = rows.iter().flat_map(|r| r.iter().skip(1)).copied().filter(|c| !c.trim().is_empty()).collect();
    let telling = rows.iter().filter(|r| header(cx, r[0].trim().trim_end_matches(':')).is_some_and(|l| l.holds != Holds::Nothing)).count();
    if telling < 3 || labels * 10 < rows.len() * 6 || others.iter().filter(|c| known(c)).count() * 5 > others.len() {
        return None;
    }
    let headers = rows.iter().map(|r| r[0].trim().trim_end_matches(':')).collect();
    let people = (1..width).map(|j| rows.iter().map(|r| r.get(j).copied().unwrap_or_default()).collect()).collect();
    Some((headers, people))
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
        let plan = Plan::new(cx, &headers, &[], "", false);
        Row::default().read(cx, sink, text, &row, &plan, |at| at.push_str(locator));
    }
}

/// Notes under which keys a row's person is known, or to whom the row refers.
fn note_keys(sink: &Sink, tables: &mut Tables, row: &[&str], plan: &Plan, person: usize) {
    if sink.drafts[person].named {
        for (i, names) in &plan.keys {
            if let Some(cell) = row.get(*i).map(|c| c.trim()).filter(|c| !c.is_empty() && c.len() <= 36) {
                let known = tables.keys.entry(cell.to_string()).or_default();
                // The first counts; more than these are no keys.
                if known.len() < 16 {
                    known.push((names.clone(), Known::Here(person)));
                }
            }
        }
    } else if let Some((name, cell)) = plan.refers.iter().find_map(|(i, name)| Some((name, row.get(*i).map(|c| c.trim()).filter(|c| !c.is_empty())?))) {
        tables.references.push((person, name.clone(), cell.to_string()));
    }
}

/// Whether a table is a form: labels in the first column, values in the second.
pub(crate) fn is_form(cx: &Context, text: &str, columns: &[String]) -> bool {
    if !columns.is_empty() || is_long(text) || transposed(cx, text, columns).is_some() {
        return false;
    }
    let rows: Vec<Vec<&str>> =
        text.lines().map(|l| l.split('\t').map(str::trim).filter(|c| !c.is_empty()).collect()).filter(|r: &Vec<&str>| !r.is_empty()).collect();
    if rows.len() < 2 || rows.len() > 200 || rows.iter().any(|r| r.len() > 4) || rows.first().is_some_and(|r| is_header(cx, r)) {
        return false;
    }
    let named = rows
        .iter()
        .filter(|r| r.len() == 2 && (header(cx, r[0]).is_some() || cx.rules.labels.iter().any(|l| l.0.eq_ignore_ascii_case(r[0].trim_end_matches(':')))))
        .count();
    named * 2 > rows.len()
}
