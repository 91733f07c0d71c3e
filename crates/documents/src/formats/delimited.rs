//! CSV, TSV, semicolon and pipe tables, and tables of fixed-width columns.

use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

/// How much text the delimiter is judged by.
const SAMPLE: usize = 64 << 10;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.text().is_some_and(|text| delimiter(text, head.extension()).is_some())
}

pub(super) fn recognise_fixed(head: &Head<'_>) -> bool {
    head.text().is_some_and(|text| columns(text).is_some())
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some((text, delimiter)) = task.head.text().and_then(|text| Some((text, delimiter(text, task.head.extension())?))) else { return };
    if delimiter == b'\t' {
        task.document.media_type = "text/tab-separated-values".into();
    }
    let (mut rows, mut numbers) = (Vec::new(), Vec::new());
    let mut broken = 0;
    let mut number = 0;
    for record in reader(text, delimiter).into_records() {
        number += 1;
        match record {
            Ok(record) if record.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(record) => {
                rows.push(record.iter().map(String::from).collect());
                numbers.push(number);
            }
            Err(_) => broken += 1,
        }
    }
    if broken > 0 {
        task.problem(DocumentStatus::Partly, &format!("{broken} records could not be read"));
    }
    task.table("", rows, Some(&numbers));
}

pub(super) fn read_fixed(task: &mut Task<'_, '_>) {
    let Some((text, starts)) = task.head.text().and_then(|text| Some((text, columns(text)?))) else { return };
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let chars: Vec<char> = line.chars().collect();
        let ends = starts.iter().skip(1).copied().chain([usize::MAX]);
        rows.push(
            starts.iter().zip(ends).map(|(&from, to)| chars.get(from.min(chars.len())..to.min(chars.len())).unwrap_or_default().iter().collect()).collect(),
        );
    }
    task.table("", rows, None);
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    // A quote that is never closed would swallow the rest of the file into one cell: then quotes are plain characters.
    let quoting = text.bytes().filter(|&b| b == b'"').count() % 2 == 0;
    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).quoting(quoting).from_reader(text.as_bytes())
}

/// The delimiter, if the text is a delimited table: almost all records have the same number of cells.
fn delimiter(text: &str, extension: &str) -> Option<u8> {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = text.get(..end)?;
    // The last line may be cut.
    let sample = if end < text.len() { sample.rsplit_once('\n').map_or(sample, |(whole, _)| whole) } else { sample };
    let named = matches!(extension, "csv" | "tsv" | "tab" | "psv");
    let mut best: Option<(f64, u8)> = None;
    for delimiter in *b",\t;|" {
        let mut counts: Vec<usize> = Vec::new();
        for record in reader(sample, delimiter).into_records().take(200) {
            let Ok(record) = record else { continue };
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                counts.push(record.len());
            }
        }
        let total = counts.len();
        let mode = counts.iter().copied().max_by_key(|n| (counts.iter().filter(|m| *m == n).count(), *n))?;
        // Titles above and totals below the table have fewer cells.
        let same = counts.iter().filter(|&&n| n == mode).count();
        let share = same as f64 / total as f64;
        let strong = named || delimiter != b',';
        let enough = match (mode, strong) {
            (0 | 1, _) => false,
            (_, true) if named => share >= 0.6 && total >= 1,
            // Lines of code end in a semicolon.
            (2, true) => share >= 0.95 && total >= 3 && delimiter != b';',
            (2, false) => false,
            (3, false) => share >= 0.95 && total >= 4,
            _ => share >= 0.85 && total >= 3,
        };
        // Prose has commas too, but its cells are long.
        let prose = !named && delimiter == b',' && sample.len() / total.max(1) > 60 * mode;
        let score = share * (mode as f64).ln_1p();
        if enough && !prose && best.is_none_or(|(before, _)| score > before) {
            best = Some((score, delimiter));
        }
    }
    best.map(|(_, delimiter)| delimiter)
}

/// Where the columns of a fixed-width table begin (in characters), if the text is one.
fn columns(text: &str) -> Option<Vec<usize>> {
    let lines: Vec<Vec<char>> = text.lines().filter(|line| !line.trim().is_empty()).take(400).map(|line| line.trim_end().chars().collect()).collect();
    let width = lines.iter().map(Vec::len).max()?;
    let mut lengths: Vec<usize> = lines.iter().map(Vec::len).collect();
    lengths.sort_unstable();
    // Records of one length, but for a last column of varying length.
    if lines.len() < 4 || !(16..=4000).contains(&width) || text.contains('\t') || *lengths.first()? * 10 < width * 6 {
        return None;
    }
    #[derive(Clone, Copy, PartialEq)]
    enum Class {
        Blank,
        Digit,
        Letter,
        Mixed,
    }
    let class_at = |at: usize| {
        lines.iter().filter_map(|line| line.get(at)).fold(Class::Blank, |class, c| match c {
            ' ' => class,
            c if c.is_ascii_digit() && matches!(class, Class::Blank | Class::Digit) => Class::Digit,
            c if c.is_alphabetic() && matches!(class, Class::Blank | Class::Letter) => Class::Letter,
            _ => Class::Mixed,
        })
    };
    let classes: Vec<Class> = (0..width).map(class_at).collect();
    let mut starts = Vec::new();
    let mut before = Class::Blank;
    for (at, &class) in classes.iter().enumerate() {
        // A gutter ends, or digits turn into letters in every line.
        let turned = matches!((before, class), (Class::Digit, Class::Letter) | (Class::Letter, Class::Digit));
        if class != Class::Blank && (before == Class::Blank || turned) {
            starts.push(at);
        }
        before = class;
    }
    // Two packed number columns, one of them blank in some lines.
    let blank = |line: &[char], from: usize, to: usize| (from..to).all(|i| line.get(i).is_none_or(|c| *c == ' '));
    let full = |line: &[char], from: usize, to: usize| (from..to).all(|i| line.get(i).is_some_and(char::is_ascii_digit));
    let mut cuts = Vec::new();
    for (i, &from) in starts.iter().enumerate() {
        let mut to = starts.get(i + 1).copied().unwrap_or(width);
        while to > from && classes.get(to - 1) == Some(&Class::Blank) {
            to -= 1;
        }
        if (from..to).any(|at| classes.get(at) != Some(&Class::Digit)) {
            continue;
        }
        cuts.extend((from + 1..to).find(|&cut| {
            let whole = |line: &[char], a, b| blank(line, a, b) || full(line, a, b);
            lines.iter().all(|line| whole(line, from, cut) && whole(line, cut, to)) && lines.iter().any(|line| blank(line, from, cut) != blank(line, cut, to))
        }));
    }
    starts.extend(cuts);
    starts.sort_unstable();
    // Running text has no gutters; a table without any digits is not worth the risk.
    (starts.len() >= 3 && classes.iter().any(|class| matches!(class, Class::Digit))).then_some(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, extension: &str, expect: Option<u8>) {
        assert_eq!(delimiter(text, extension).map(char::from), expect.map(char::from), "{text}");
    }

    #[test]
    fn delimiters() {
        check("Name,Mobile,Note\nA,1,\"two\nlines\"\nB,2,x\n", "csv", Some(b','));
        check("MRN;Last;First\n1;Ward, Jr;Bob\n2;Ruiz, Sr;Al\n", "txt", Some(b';'));
        check("a|b|c\nd|e|f\ng|h|i\n", "txt", Some(b'|'));
        check("Dear Ann,\nwe write, as agreed, to you.\nYours,\nBob", "txt", None);
        check("a\tb\nc\td\ne\tf\n", "", Some(b'\t'));
        check("one line only", "txt", None);
    }

    #[test]
    fn fixed_width() {
        let text = "1001  ANN A LEE   19591116M123456789 X\n1002  BO LI       20050324F          YY\n1003  CAL O'HARA  20050324F222222222 Z\n1004  DEE EFF     19330516F333333333 W\n";
        assert_eq!(columns(text), Some(vec![0, 6, 18, 26, 27, 37]));
        assert_eq!(columns("Dear Ann,\nplease come at 9.\nBring your card with you.\nThank you.\nThe team"), None);
    }
}
