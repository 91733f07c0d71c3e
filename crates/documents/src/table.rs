//! Rows of cells to table passages: where is the header row, and what are the columns?

mod build;
mod header;
mod words;

pub(crate) use build::Builder;
use dosimeter_case::tables::Layout;

/// Most rows of one passage.
pub(crate) const ROWS: usize = 1000;

/// A passage to be.
#[derive(Debug)]
pub(crate) struct Part {
    pub locator: String,
    pub layout: Layout,
    pub columns: Vec<String>,
    pub first_row: i64,
    pub text: String,
}

/// Cuts a sheet into passages: the title rows above a header as text, then the rows; tables that stand below each other
/// (after a blank row) or beside each other (with a column between that is wholly empty) each with its own columns.
/// `source_rows` are the rows' numbers in the source (from 1) where they are not 1, 2, 3…; numbers left out are blank rows.
pub(crate) fn split(name: &str, rows: Vec<Vec<String>>, source_rows: Option<&[i64]>) -> Vec<Part> {
    let mut builder = Builder::new(name);
    for (i, row) in rows.into_iter().enumerate() {
        row.iter().for_each(|cell| builder.cell(cell));
        builder.row(source_rows.and_then(|numbers| numbers.get(i).copied()).unwrap_or(i as i64 + 1));
    }
    builder.finish()
}

/// Rows under known columns to passages of at most [`ROWS`] rows.
pub(crate) fn parts(name: &str, columns: Vec<String>, rows: Vec<Vec<String>>, number: &dyn Fn(usize) -> i64) -> Vec<Part> {
    let mut builder = Builder::named(name, columns);
    for (i, row) in rows.into_iter().enumerate() {
        row.iter().for_each(|cell| builder.cell(cell));
        builder.row(number(i));
    }
    builder.finish()
}

/// The index of the row that names the columns, if there is one.
pub(crate) fn header(rows: &[Vec<String>]) -> Option<usize> {
    let rows: Vec<header::Row<'_>> = rows.iter().take(header::SAMPLE).map(|row| row.iter().map(String::as_str).collect()).collect();
    header::header(&rows)
}

fn locate(name: &str, from: i64, to: i64) -> String {
    let rows = format!("rows {from}-{to}");
    if name.is_empty() { rows } else { format!("{name}!{rows}") }
}

/// A cell's text on one line: tabs and line breaks become spaces, ends are trimmed.
pub(crate) fn clean(cell: &mut String) {
    let mut out = String::with_capacity(cell.len());
    push_clean(&mut out, cell);
    *cell = out;
}

/// The same, written behind `out`.
fn push_clean(out: &mut String, cell: &str) {
    // Most cells need nothing: no control character, no no-break space (its first byte is 0xc2).
    if !cell.bytes().any(|b| b < b' ' || b == 0xc2) {
        return out.push_str(cell.trim());
    }
    let mut rest = cell.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    while let Some(at) = rest.find(['\t', '\n', '\r', '\0', '\u{a0}']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            Some('\0') => {}
            Some('\r') if chars.as_str().starts_with('\n') => {}
            _ => out.push(' '),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows are lines, cells are separated by `|`.
    fn check(sheet: &str, expect: &str) {
        let rows: Vec<Vec<String>> = sheet.lines().map(|line| line.split('|').map(String::from).collect()).collect();
        let print = |part: &Part| format!("[{} {} {}] {}", part.locator, part.layout, part.columns.join("|"), part.text.replace('\n', "/").replace('\t', "|"));
        let parts: Vec<String> = split("S", rows, None).iter().map(print).collect();
        assert_eq!(parts.join("\n"), expect, "{sheet}");
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

    #[test]
    fn tables_below_each_other() {
        check(
            "Recall list\n\nName|DOB|City\nLee|1980-01-02|Dayton\n\nRuiz|1990-01-02|Dayton\n\nStaff\n\nName|Phone|Title\nBerg|5135550100|nurse",
            "\
[S!rows 1-1 text ] Recall list
[S!rows 4-6 table Name|DOB|City] Lee|1980-01-02|Dayton//Ruiz|1990-01-02|Dayton
[S!rows 8-8 text ] Staff
[S!rows 11-11 table Name|Phone|Title] Berg|5135550100|nurse",
        );
        // Without a blank row; a header that is printed on every page.
        check(
            "Name|DOB|City\nLee|1980-01-02|Dayton\nName|DOB|City\nRuiz|1990-01-02|Dayton\nName|Phone|Title\nBerg|5135550100|nurse",
            "\
[S!rows 2-4 table Name|DOB|City] Lee|1980-01-02|Dayton//Ruiz|1990-01-02|Dayton
[S!rows 6-6 table Name|Phone|Title] Berg|5135550100|nurse",
        );
        // Totals and groups belong to their table.
        check(
            "Name|DOB|City\nLee|1980-01-02|Dayton\n\nGroup B\nRuiz|1990-01-02|Dayton\n\nTotal|2",
            "[S!rows 2-7 table Name|DOB|City] Lee|1980-01-02|Dayton//Group B/Ruiz|1990-01-02|Dayton//Total|2",
        );
        // Labels above nothing.
        check("Name|DOB|City", "[S!rows 1-1 table ] Name|DOB|City");
        check(
            "Name|DOB|City\nLee|1980-01-02|Dayton\n\nName|Phone|Title",
            "[S!rows 2-2 table Name|DOB|City] Lee|1980-01-02|Dayton\n[S!rows 4-4 table ] Name|Phone|Title",
        );
        // Every other row is blank.
        check("Name|DOB\n\nLee|1980-01-02\n\nRuiz|1990-01-02", "[S!rows 3-5 table Name|DOB] Lee|1980-01-02//Ruiz|1990-01-02");
        check("Lee|1980-01-02\n\nRuiz|1990-01-02", "[S!rows 1-3 table ] Lee|1980-01-02//Ruiz|1990-01-02");
    }

    #[test]
    fn tables_beside_each_other() {
        check(
            "Monday|||Tuesday\nName|Time||Name|Time\nLee|08:00||Ruiz|08:15\nLi|09:00",
            "\
[S!rows 1-1 text ] Monday Tuesday
[S!rows 3-4 columns 1-2 table Name|Time] Lee|08:00/Li|09:00
[S!rows 3-3 columns 4-5 table Name|Time] Ruiz|08:15",
        );
    }

    #[test]
    fn cells() {
        for (cell, expect) in [(" a ", "a"), ("a\r\nb\tc\rd\ne", "a b c d e"), ("\0a\0b\u{a0}", "ab"), ("\u{a0}a\u{a0}b\u{c2}", "a b\u{c2}"), ("\n", "")] {
            let mut cleaned = cell.to_string();
            clean(&mut cleaned);
            assert_eq!(cleaned, expect);
        }
    }
}
