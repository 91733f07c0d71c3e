//! Which row names the columns?

use super::words::known;
use std::ops::Range;

/// How many rows may stand above the header.
pub(super) const TITLE_ROWS: usize = 12;
/// How many rows are looked at.
pub(super) const SAMPLE: usize = 60;

/// Every column.
pub(super) const WHOLE: Range<usize> = 0..usize::MAX;
/// Most tables side by side.
const MOST: usize = 16;

pub(super) type Row<'a> = Vec<&'a str>;

pub(super) fn filled(row: &[&str]) -> usize {
    row.iter().filter(|cell| !cell.is_empty()).count()
}

/// How many cells of a row are filled, commonly.
pub(super) fn width(rows: &[Row<'_>]) -> usize {
    let mut widths: Vec<usize> = rows.iter().map(|row| filled(row)).filter(|&n| n > 0).collect();
    widths.sort_unstable();
    widths.get(widths.len() / 2).copied().unwrap_or(0)
}

/// The index of the row that names the columns, if there is one.
///
/// A header is a row of labels (short, worded, all different) that is as wide as the table, above rows where some labelled
/// column holds data of another nature (digits, addresses), or whose labels are words that column names use.
pub(super) fn header(rows: &[Row<'_>]) -> Option<usize> {
    let sample = rows.get(..rows.len().min(SAMPLE))?;
    let width = width(sample);
    if width < 2 {
        return None;
    }
    for (i, row) in sample.iter().enumerate().take(TITLE_ROWS) {
        let n = filled(row);
        if n < 2 || n * 10 < width * 6 {
            continue;
        }
        if labels(row) && (contrast(row, sample.get(i + 1..)?) || worded(row, 6)) {
            return Some(i);
        }
        // Data has begun: no header will follow.
        if row.iter().filter(|cell| data(cell)).count() * 2 >= n {
            return None;
        }
    }
    None
}

/// The header of one more table of the same sheet, at the beginning of rows that follow a blank row. It takes more to be one
/// than at the beginning of a sheet: rows of a table do follow blank rows.
pub(super) fn next_header(rows: &[Row<'_>]) -> Option<usize> {
    let width = width(rows.get(..rows.len().min(SAMPLE))?);
    for (i, row) in rows.iter().enumerate().take(4) {
        let n = filled(row);
        if n >= 2 && n * 10 >= width * 6 && labels(row) && worded(row, 6) && (n >= 3 || contrast(row, rows.get(i + 1..)?)) {
            return Some(i);
        }
        if n > 2 {
            return None;
        }
    }
    None
}

/// Whether a row in the middle of a table, right below `before`, names the columns of another.
pub(super) fn changes(line: &str, before: &str) -> bool {
    // Cheap for almost every row of data.
    if line.bytes().any(|b| b.is_ascii_digit()) || !line.split('\t').find(|cell| !cell.is_empty()).is_some_and(|cell| cell.len() <= 48 && known(cell)) {
        return false;
    }
    let (row, above): (Row<'_>, Row<'_>) = (line.split('\t').collect(), before.split('\t').collect());
    let turned = || row.iter().zip(&above).any(|(cell, above)| !cell.is_empty() && data(above));
    filled(&row) >= 3 && labels(&row) && worded(&row, 8) && turned()
}

/// Whether a header is worth more than its being above data.
pub(super) fn strong(rows: &[Row<'_>], header: usize) -> bool {
    rows.get(header).is_some_and(|row| worded(row, 6) || filled(row) >= 3 && rows.len() > header + 2)
}

/// The columns of each table, where several stand side by side under one header row; one range where there is one table.
pub(super) fn side_by_side(header: &[&str], below: &[Row<'_>]) -> Vec<Range<usize>> {
    let end = header.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1);
    let whole = vec![WHOLE];
    let ranges = match repeated(header) {
        Some(period) => (0..end).step_by(period).map(|from| from..from + period).collect(),
        None => apart(header, below, end),
    };
    let (Some(first), 2..=MOST) = (ranges.first(), ranges.len()) else { return whole };
    let names = |range: &Range<usize>| -> Vec<String> {
        header
            .get(range.start..range.end.min(header.len()))
            .unwrap_or_default()
            .iter()
            .map(|cell| cell.to_lowercase())
            .filter(|cell| !cell.is_empty())
            .collect()
    };
    let all: Vec<Vec<String>> = ranges.iter().map(names).collect();
    // The same names again, or one of them goes on where the other has ended: a gap alone may be a column that is not used.
    let shared = all.iter().skip(1).any(|names| all.first().is_some_and(|first| names.iter().any(|name| first.contains(name))));
    let last = |range: &Range<usize>| below.iter().rposition(|row| row.get(range.start..range.end.min(row.len())).is_some_and(|part| filled(part) > 0));
    let ends = || ranges.iter().any(|range| last(range) != last(first));
    if all.iter().any(|names| names.len() < 2) || !(shared || ends()) {
        return whole;
    }
    ranges
}

/// The parts of a header row between columns that are wholly empty.
fn apart(header: &[&str], below: &[Row<'_>], end: usize) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = None;
    for column in 0..=end {
        let gutter = column == end
            || header.get(column).is_none_or(|cell| cell.is_empty()) && below.iter().all(|row| row.get(column).is_none_or(|cell| cell.is_empty()));
        match (gutter, from) {
            (true, Some(start)) => {
                ranges.push(start..column);
                from = None;
            }
            (false, None) => from = Some(column),
            _ => {}
        }
    }
    ranges
}

/// After how many cells a header begins again: `Name, DOB, Name, DOB` → 2.
fn repeated(header: &[&str]) -> Option<usize> {
    let end = header.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1);
    let header = header.get(..end)?;
    (2..=end / 2).find(|&period| {
        header.iter().enumerate().skip(period).all(|(at, cell)| header.get(at - period) == Some(cell))
            && header.get(..period).is_some_and(|part| filled(part) >= 2)
            && (end % period == 0 || header.get(period - 1).is_some_and(|cell| cell.is_empty()) && (end + 1) % period == 0)
    })
}

fn labels(row: &[&str]) -> bool {
    let cells: Row<'_> = row.iter().filter(|cell| !cell.is_empty()).copied().collect();
    let label = |cell: &str| {
        let digits = cell.chars().filter(char::is_ascii_digit).count();
        let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
        // A label may end in a colon only as a form's label does, which is not a column's name.
        cell.chars().count() <= 48 && (letters > digits || cell == "#") && !cell.contains(['@', '^']) && !cell.ends_with(':') && !data(cell)
    };
    // Years, ages and ranges (`2023`, `31-60`, `90+`) name columns too, beside words that do.
    let range = |cell: &str| cell.chars().count() <= 7 && cell.chars().filter(char::is_ascii_digit).count() <= 5 && !cell.contains(['@', '^', '/', '.']);
    let plain = cells.iter().filter(|cell| label(cell)).count();
    let words: Row<'_> = cells.iter().filter(|cell| label(cell)).copied().collect();
    let fine = plain == cells.len() || plain >= 3 && plain * 2 >= cells.len() && worded(&words, 6) && cells.iter().all(|cell| label(cell) || range(cell));
    fine && distinct(row)
}

/// Names are all different, but for those of tables side by side.
fn distinct(row: &[&str]) -> bool {
    let different = |cells: &[&str]| {
        let mut names: Vec<String> = cells.iter().filter(|cell| !cell.is_empty()).map(|cell| cell.to_lowercase()).collect();
        let all = names.len();
        names.sort();
        names.dedup();
        names.len() == all
    };
    different(row) || repeated(row).is_some() || row.split(|cell| cell.is_empty()).all(|part| part.len() != 1 && different(part))
}

/// A cell that holds a value rather than a word: a number, a date, a phone number, a mail address.
pub(super) fn data(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    digits > 0 && digits >= letters || cell.contains('@') && cell.contains('.')
}

fn contrast(header: &[&str], below: &[Row<'_>]) -> bool {
    header.iter().enumerate().filter(|(_, name)| !name.is_empty()).any(|(column, _)| {
        let cells = below.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
        let (all, values) = cells.fold((0, 0), |(all, values), cell| (all + 1, values + usize::from(data(cell))));
        values > 0 && values * 10 >= all * 7
    })
}

/// Whether `tenths` of ten of the cells have a word that column names use.
pub(super) fn worded(row: &[&str], tenths: usize) -> bool {
    let cells = row.iter().filter(|cell| !cell.is_empty());
    let (all, hits) = cells.fold((0, 0), |(all, hits), cell| (all + 1, hits + usize::from(known(cell))));
    hits * 10 >= all * tenths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(table: &str, expect: Option<usize>) {
        let rows: Vec<Row<'_>> = table.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
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
        check("Name|DOB||Name|DOB\nLee|1980-01-02||Ruiz|1990-01-02", Some(0));
        check("Name|DOB|Name|DOB\nLee|1980-01-02|Ruiz|1990-01-02", Some(0));
        check("", None);
    }

    #[test]
    fn tables_side_by_side() {
        let ranges = |table: &str| {
            let rows: Vec<Row<'_>> = table.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
            let (first, below) = rows.split_first().expect("a header");
            side_by_side(first, below)
        };
        assert_eq!(ranges("Name|DOB||Name|DOB\nLee|1||Ruiz|2"), [0..2, 3..5]);
        assert_eq!(ranges("Name|DOB|Name|DOB\nLee|1|Ruiz|2"), [0..2, 2..4]);
        assert_eq!(ranges("Name|DOB||Exam|Price\nLee|1||CT|2\nLi|2||"), [0..2, 3..5]);
        // One column is not used, in one table.
        assert_eq!(ranges("Name|DOB||Exam|Price\nLee|1||CT|2\nLi|2||MR|3"), [WHOLE]);
        assert_eq!(ranges("Name|DOB||Exam|Price\nLee|1||CT|2\nLi|2|x||"), [WHOLE]);
    }
}
