//! Tables of fixed-width columns.

use crate::table::Builder;
use crate::text::Stream;
use crate::{Head, Task};

/// How many lines the columns are found by.
const LINES: usize = 400;
/// A line longer than this is no record.
const LONG: usize = 1 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.sample().is_some_and(|text| columns(text).is_some())
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(starts) = task.head.sample().and_then(columns) else { return };
    let Some(mut stream) = Stream::new(task.head.content) else { return };
    let mut builder = Builder::new("");
    let mut number = 0;
    while let Some(line) = stream.line(LONG) {
        number += 1;
        cells(line, &starts, &mut builder);
        if !builder.row_of(task, number) {
            return;
        }
    }
    builder.end(task);
}

fn cells(line: &str, starts: &[usize], builder: &mut Builder) {
    let mut places = line.char_indices().map(|(at, _)| at);
    let mut before = 0;
    // Where each column begins in bytes.
    let mut begin = |column: usize| {
        let at = if line.is_ascii() { column.min(line.len()) } else { places.nth(column - before).unwrap_or(line.len()) };
        before = column + 1;
        at
    };
    let at: Vec<usize> = starts.iter().map(|&column| begin(column)).collect();
    for (i, &from) in at.iter().enumerate() {
        builder.cell(line.get(from..at.get(i + 1).copied().unwrap_or(line.len())).unwrap_or_default());
    }
}

/// Where the columns of a fixed-width table begin (in characters), if the text is one.
fn columns(text: &str) -> Option<Vec<usize>> {
    let lines: Vec<Vec<char>> = text.lines().filter(|line| !line.trim().is_empty()).take(LINES).map(|line| line.trim_end().chars().collect()).collect();
    let width = lines.iter().map(Vec::len).max()?;
    let mut lengths: Vec<usize> = lines.iter().map(Vec::len).collect();
    lengths.sort_unstable();
    // Records of one length, but for a last column of varying length.
    if lines.len() < 4 || !(16..=4000).contains(&width) || lines.iter().any(|line| line.contains(&'\t')) || *lengths.first()? * 10 < width * 6 {
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
    use crate::formats::testing::{in_pieces, show};

    #[test]
    fn fixed_width() {
        let text = "1001  ANN A LEE   19591116M123456789 X\n1002  BO LI       20050324F          YY\n1003  CAL O'HARA  20050324F222222222 Z\n1004  DEE EFF     19330516F333333333 W\n";
        assert_eq!(columns(text), Some(vec![0, 6, 18, 26, 27, 37]));
        assert_eq!(columns("Dear Ann,\nplease come at 9.\nBring your card with you.\nThank you.\nThe team"), None);
    }

    #[test]
    fn rows() {
        let text = "1001  ANN A L\u{e9}E   19591116M123456789 X\n1002  BO LI       20050324F          YY\n\n1003  CAL O'HARA  20050324F222222222 Z\n1004  D\u{c9}E EFF     19330516F333333333 W\n";
        let expect = "\
read text/plain table
[rows 1-5 table] 1001\\tANN A L\u{e9}E\\t19591116\\tM\\t123456789\\tX\\n1002\\tBO LI\\t20050324\\tF\\t\\tYY\\n\\n1003\\tCAL O'HARA\\t20050324\\tF\\t222222222\\tZ\\n1004\\tD\u{c9}E EFF\\t19330516\\tF\\t333333333\\tW";
        in_pieces(|| assert_eq!(show("a.txt", text.as_bytes()), expect));
    }
}
