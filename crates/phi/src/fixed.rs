//! Fixed-width records: lines without separators whose fields begin at the same columns. Recognised by a date column.

use crate::date;

const LINES: usize = 300;

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Space,
    Digit,
    Letter,
}

fn class(c: char) -> Class {
    match c {
        c if c.is_whitespace() => Class::Space,
        c if c.is_ascii_digit() => Class::Digit,
        _ => Class::Letter,
    }
}

/// Rows of cells when the lines are fixed-width records with a date column and at least 5 lines; else nothing.
pub(crate) fn rows(text: &str) -> Option<Vec<Vec<&str>>> {
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    if lines.len() < 5 || text.contains('\t') || lines.iter().take(LINES).any(|l| l.len() > 2000) {
        return None;
    }
    // A date of eight digits in most lines, before anything is counted by columns.
    let dated = |l: &&&str| l.as_bytes().chunk_by(|a, b| a.is_ascii_digit() && b.is_ascii_digit()).any(|run| run.len() >= 8);
    let (taken, dates) = (lines.len().min(LINES), lines.iter().take(LINES).filter(dated).count());
    if dates * 10 < taken * 8 {
        return None;
    }
    let sample: Vec<Vec<char>> = lines.iter().take(LINES).map(|l| l.chars().collect()).collect();
    let (n, width) = (sample.len(), sample.iter().map(Vec::len).max()?);
    let most = |count: usize| count * 10 >= n * 8;
    let at = |line: &Vec<char>, p: usize| line.get(p).map_or(Class::Space, |c| class(*c));
    let is_date = |line: &Vec<char>, p: usize| {
        line.get(p..p + 8).is_some_and(|w| {
            w.iter().all(char::is_ascii_digit)
                && date::parse(&w.iter().collect::<String>()).and_then(|d| date::year(&d)).is_some_and(|y| (1900..=2035).contains(&y))
        })
    };
    let dates: Vec<usize> =
        (0..width.saturating_sub(7)).filter(|&p| most(sample.iter().filter(|l| is_date(l, p) && (p == 0 || at(l, p - 1) != Class::Digit)).count())).collect();
    dates.first()?;
    let mut starts = vec![0];
    for p in 1..width {
        if dates.iter().any(|d| p > *d && p < d + 8) {
            continue;
        }
        let filled = sample.iter().filter(|l| at(l, p) != Class::Space).count();
        let begins = sample.iter().filter(|l| at(l, p) != Class::Space && at(l, p - 1) != at(l, p)).count();
        // Inside a name words begin after one space; a field begins after padding.
        let letters = sample.iter().filter(|l| at(l, p) == Class::Letter).count();
        let padded = sample
            .iter()
            .filter(|l| at(l, p) == Class::Letter && (at(l, p - 1) == Class::Digit || (p > 1 && at(l, p - 1) == Class::Space && at(l, p - 2) == Class::Space)))
            .count();
        if letters * 2 > n && padded * 2 < letters && !dates.iter().any(|d| d + 8 == p) {
            continue;
        }
        let digits = sample.iter().filter(|l| at(l, p) == Class::Digit).count();
        // A field that is blank in some records shows where the next number begins.
        let after_blank = sample.iter().filter(|l| at(l, p) == Class::Digit && p > 1 && at(l, p - 1) == Class::Space && at(l, p - 2) == Class::Space).count();
        if most(begins) || (filled > 0 && begins == filled && begins * 2 >= n) || dates.iter().any(|d| d + 8 == p) || (most(digits) && after_blank * 33 >= n) {
            starts.push(p);
        }
    }
    if starts.len() < 3 {
        return None;
    }
    let cut = |line: &'_ str| -> Vec<usize> {
        let mut bytes: Vec<usize> = line.char_indices().map(|(i, _)| i).collect();
        bytes.push(line.len());
        starts.iter().map(|&p| bytes.get(p).copied().unwrap_or(line.len())).collect()
    };
    Some(
        lines
            .iter()
            .map(|line| {
                let cuts = cut(line);
                cuts.iter().enumerate().map(|(i, &from)| line[from..cuts.get(i + 1).copied().unwrap_or(line.len())].trim()).collect()
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let found = rows(text).map(|r| r.first().map(|c| c.join("|")).unwrap_or_default()).unwrap_or_else(|| "-".into());
        assert_eq!(found, expect);
    }

    #[test]
    fn records() {
        let text = "1025971  MARK A MORRIS   19591116M856384484\n1028316  CALEB NELSON    20050324M797928899\n1026090  RUTH HANSEN     19330516F782808039\n\
                    1033122  SARA ÁLVAREZ    20210708F868908282\n1059845  MILES MYERS     19791216M782808031\n";
        check(text, "1025971|MARK A MORRIS|19591116|M|856384484");
        check("one\ntwo\nthree\nfour\nfive\n", "-");
        check("", "-");
    }
}
