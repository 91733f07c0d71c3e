//! Rows of cells to table passages: where is the header row, and what are the columns?

use dosimeter_case::tables::Layout;

/// Most rows of one passage.
pub(crate) const ROWS: usize = 1000;
/// How many rows may stand above the header.
const TITLE_ROWS: usize = 12;

/// A passage to be.
pub(crate) struct Part {
    pub locator: String,
    pub layout: Layout,
    pub columns: Vec<String>,
    pub first_row: i64,
    pub text: String,
}

/// Cuts a table into passages: the title rows above the header as text, then the rows. `source_rows` are the rows' numbers
/// in the source (from 1) where they are not 1, 2, 3….
pub(crate) fn split(name: &str, mut rows: Vec<Vec<String>>, source_rows: Option<&[i64]>) -> Vec<Part> {
    let number = |i: usize| source_rows.and_then(|numbers| numbers.get(i).copied()).unwrap_or(i as i64 + 1);
    for cell in rows.iter_mut().flatten() {
        clean(cell);
    }
    let Some(header) = header(&rows) else {
        return parts(name, Vec::new(), rows, &number);
    };
    let body = rows.split_off(header + 1);
    let columns = rows.pop().unwrap_or_default();
    let mut out = Vec::new();
    let title: Vec<String> = rows.iter().map(|row| row.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join(" ")).collect();
    if title.iter().any(|line| !line.is_empty()) {
        let locator = locate(name, number(0), number(header.saturating_sub(1)));
        out.push(Part { locator, layout: Layout::Text, columns: Vec::new(), first_row: number(0), text: title.join("\n") });
    }
    out.extend(parts(name, columns, body, &|i| number(i + header + 1)));
    out
}

/// Rows to passages of at most [`ROWS`] rows.
pub(crate) fn parts(name: &str, columns: Vec<String>, rows: Vec<Vec<String>>, number: &dyn Fn(usize) -> i64) -> Vec<Part> {
    let mut out = Vec::new();
    for (chunk, rows) in rows.chunks(ROWS).enumerate() {
        let first = chunk * ROWS;
        let mut text = String::new();
        for (i, row) in rows.iter().enumerate() {
            if i > 0 {
                text.push('\n');
            }
            for (j, cell) in row.iter().enumerate() {
                if j > 0 {
                    text.push('\t');
                }
                text.push_str(cell);
            }
        }
        let (from, to) = (number(first), number(first + rows.len() - 1));
        out.push(Part { locator: locate(name, from, to), layout: Layout::Table, columns: columns.clone(), first_row: from, text });
    }
    out
}

fn locate(name: &str, from: i64, to: i64) -> String {
    let rows = format!("rows {from}-{to}");
    if name.is_empty() { rows } else { format!("{name}!{rows}") }
}

/// A cell's text on one line: tabs and line breaks become spaces, ends are trimmed.
pub(crate) fn clean(cell: &mut String) {
    if cell.contains(['\t', '\n', '\r', '\0', '\u{a0}']) {
        *cell = cell.replace("\r\n", " ").replace(['\t', '\n', '\r', '\u{a0}'], " ").replace('\0', "");
    }
    if cell.trim().len() != cell.len() {
        *cell = cell.trim().to_string();
    }
}

/// Words that column names of health, billing and staff tables use.
const WORDS: &[&str] = &[
    "id",
    "name",
    "first",
    "last",
    "middle",
    "given",
    "family",
    "surname",
    "fname",
    "lname",
    "mi",
    "suffix",
    "full",
    "patient",
    "pt",
    "pat",
    "client",
    "member",
    "subscriber",
    "insured",
    "guarantor",
    "guardian",
    "parent",
    "employee",
    "staff",
    "person",
    "contact",
    "dob",
    "birth",
    "birthdate",
    "born",
    "age",
    "sex",
    "gender",
    "ssn",
    "ss",
    "ins",
    "social",
    "mrn",
    "mr",
    "record",
    "chart",
    "number",
    "no",
    "num",
    "nr",
    "acct",
    "account",
    "case",
    "address",
    "addr",
    "street",
    "city",
    "town",
    "state",
    "st",
    "zip",
    "zipcode",
    "postal",
    "country",
    "county",
    "phone",
    "mobile",
    "cell",
    "tel",
    "telephone",
    "fax",
    "email",
    "mail",
    "e-mail",
    "date",
    "time",
    "day",
    "month",
    "year",
    "dos",
    "visit",
    "appt",
    "appointment",
    "exam",
    "study",
    "procedure",
    "proc",
    "cpt",
    "code",
    "dx",
    "diagnosis",
    "icd",
    "icd10",
    "modality",
    "accession",
    "order",
    "description",
    "desc",
    "reason",
    "note",
    "notes",
    "comment",
    "comments",
    "status",
    "type",
    "provider",
    "physician",
    "doctor",
    "dr",
    "npi",
    "referring",
    "ordering",
    "location",
    "room",
    "dept",
    "department",
    "facility",
    "insurance",
    "payer",
    "plan",
    "policy",
    "group",
    "amount",
    "balance",
    "charge",
    "charges",
    "paid",
    "due",
    "total",
    "copay",
    "bank",
    "routing",
    "card",
    "salary",
    "title",
    "position",
    "license",
    "dl",
    "passport",
    "language",
    "race",
    "ethnicity",
    "relationship",
    "relation",
    "score",
    "risk",
    "value",
    "result",
    "test",
    "lab",
    "unit",
    "medication",
    "drug",
    "dose",
    "user",
    "username",
    "password",
    "login",
    "source",
    "updated",
    "created",
    "start",
    "end",
    "medicaid",
    "medicare",
    "mbi",
    "item",
    "qty",
    "quantity",
    "price",
];

/// The index of the row that names the columns, if there is one.
///
/// A header is a row of labels (short, worded, all different) that is as wide as the table, above rows where some labelled
/// column holds data of another nature (digits, addresses), or whose labels are words that column names use.
pub(crate) fn header(rows: &[Vec<String>]) -> Option<usize> {
    let filled = |row: &[String]| row.iter().filter(|cell| !cell.is_empty()).count();
    let sample = rows.get(..rows.len().min(60))?;
    let mut widths: Vec<usize> = sample.iter().map(|row| filled(row)).filter(|&n| n > 0).collect();
    widths.sort_unstable();
    let width = *widths.get(widths.len() / 2)?;
    if width < 2 {
        return None;
    }
    for (i, row) in sample.iter().enumerate().take(TITLE_ROWS) {
        let n = filled(row);
        if n < 2 || n * 10 < width * 6 {
            continue;
        }
        if labels(row) && (contrast(row, sample.get(i + 1..)?) || worded(row)) {
            return Some(i);
        }
        // Data has begun: no header will follow.
        if row.iter().filter(|cell| data(cell)).count() * 2 >= n {
            return None;
        }
    }
    None
}

fn labels(row: &[String]) -> bool {
    let cells: Vec<&String> = row.iter().filter(|cell| !cell.is_empty()).collect();
    let label = |cell: &str| {
        let digits = cell.chars().filter(char::is_ascii_digit).count();
        let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
        // A label may end in a colon only as a form's label does, which is not a column's name.
        cell.chars().count() <= 48 && (letters > digits || cell == "#") && !cell.contains(['@', '^']) && !cell.ends_with(':') && !data(cell)
    };
    // Years, ages and ranges (`2023`, `31-60`, `90+`) name columns too, beside words that do.
    let range = |cell: &str| cell.chars().count() <= 7 && cell.chars().filter(char::is_ascii_digit).count() <= 5 && !cell.contains(['@', '^', '/', '.']);
    let plain = cells.iter().filter(|cell| label(cell)).count();
    let words: Vec<String> = cells.iter().filter(|cell| label(cell)).map(|cell| (*cell).clone()).collect();
    let fine = plain == cells.len() || plain >= 3 && plain * 2 >= cells.len() && worded(&words) && cells.iter().all(|cell| label(cell) || range(cell));
    let mut names: Vec<String> = cells.iter().map(|cell| cell.to_lowercase()).collect();
    names.sort();
    names.dedup();
    fine && names.len() == cells.len()
}

/// A cell that holds a value rather than a word: a number, a date, a phone number, a mail address.
fn data(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    digits > 0 && digits >= letters || cell.contains('@') && cell.contains('.')
}

fn contrast(header: &[String], below: &[Vec<String>]) -> bool {
    header.iter().enumerate().filter(|(_, name)| !name.is_empty()).any(|(column, _)| {
        let cells = below.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
        let (all, values) = cells.fold((0, 0), |(all, values), cell| (all + 1, values + usize::from(data(cell))));
        values > 0 && values * 10 >= all * 7
    }) && below.iter().any(|row| !row.is_empty())
}

fn worded(row: &[String]) -> bool {
    let cells = row.iter().filter(|cell| !cell.is_empty());
    let (all, known) = cells.fold((0, 0), |(all, known), cell| {
        let mut spaced = String::new();
        let mut lower = false;
        for c in cell.chars() {
            if c.is_uppercase() && lower {
                spaced.push(' ');
            }
            lower = c.is_lowercase();
            spaced.extend(c.to_lowercase());
        }
        let hit = spaced.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word));
        (all + 1, known + usize::from(hit))
    });
    known * 10 >= all * 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &str, expect: Option<usize>) {
        let rows: Vec<Vec<String>> = table.lines().map(|line| line.split('|').map(|cell| cell.trim().to_string()).collect()).collect();
        assert_eq!(header(&rows), expect, "{table}");
    }

    #[test]
    fn header_rows() {
        check("Name|DOB\nAnn Lee|1980-01-02", Some(0));
        check("Schedule for 08/30/2023|\n|\nTime|Patient|Exam\n08:00|Lee, Ann|CT Head", Some(2));
        check("1016860|JONES^ISAAC|20130628\n1065246|FISHER^JERRY|20170825", None);
        check("Ward|Bobby|Columbus\nRuiz|Jeff|Dayton", None);
        check("Ward|Bobby|5135550100\nRuiz|Jeff|6145550100", None);
        check("Last Name|First Name|City\nRuiz|Jeff|Dayton", Some(0));
        check("PatientName|visitDate\nx|y", Some(0));
        check("AR aging||\nPatient Name|DOB|Ins ID|0-30|31-60|90+\nLee, Ann|10/5/1950|E1|1|2|3", Some(1));
        check("70450|CT Head|777\n71260|CT Chest|304", None);
        check("Patient:|Lee, Ann\nDOB:|01/02/1980", None);
        check("", None);
    }

    #[test]
    fn passages_of_a_thousand_rows() {
        let mut rows = vec![vec!["Title".to_string()], vec!["Name".into(), "DOB".into()]];
        rows.extend((0..1500).map(|i| vec![format!("A\nB {i}"), "1980-01-02".into()]));
        let parts = split("Sheet1", rows, None);
        let locators: Vec<_> = parts.iter().map(|part| part.locator.as_str()).collect();
        assert_eq!(locators, ["Sheet1!rows 1-1", "Sheet1!rows 3-1002", "Sheet1!rows 1003-1502"]);
        assert_eq!(parts.get(1).map(|part| part.text.lines().next().map(String::from)), Some(Some("A B 0\t1980-01-02".into())));
        assert_eq!(parts.get(2).map(|part| part.first_row), Some(1003));
    }
}
