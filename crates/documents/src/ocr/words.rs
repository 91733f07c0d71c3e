//! What Tesseract found: words with their places and confidence, and how good a reading is.

use super::Page;
use super::blobs::Blob;
use std::collections::BTreeSet;

/// A word and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    pub text: String,
    /// 0 to 1.
    pub confidence: f64,
    pub left: u32,
    pub top: u32,
    pub right: u32,
    pub bottom: u32,
    /// Words of one line have the same number.
    line: usize,
}

impl Word {
    fn letters(&self) -> usize {
        self.text.chars().filter(|c| c.is_alphanumeric()).count()
    }
    fn holds(&self, x: u32, y: u32) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
    fn middle(&self) -> (u32, u32) {
        ((self.left + self.right) / 2, (self.top + self.bottom) / 2)
    }
}

/// One reading of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    pub words: Vec<Word>,
}

impl Reading {
    /// From Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
    pub fn parse(tsv: &str) -> Reading {
        let (mut words, mut last, mut line): (Vec<Word>, _, usize) = (Vec::new(), None, 0);
        for row in tsv.lines().skip(1) {
            let cells: Vec<&str> = row.split('\t').collect();
            let number = |at: usize| cells.get(at).and_then(|cell| cell.parse::<u32>().ok());
            let text = cells.get(11).map_or("", |word| word.trim());
            if number(0) != Some(5) || text.is_empty() {
                continue;
            }
            let key = (number(1), number(2), number(3), number(4));
            if last.is_some_and(|last| last != key) {
                line += 1;
            }
            last = Some(key);
            let (left, top) = (number(6).unwrap_or(0), number(7).unwrap_or(0));
            let confidence = cells.get(10).and_then(|cell| cell.parse::<f64>().ok()).unwrap_or(0.0).clamp(0.0, 100.0) / 100.0;
            let (right, bottom) = (left.saturating_add(number(8).unwrap_or(0)), top.saturating_add(number(9).unwrap_or(0)));
            words.push(Word { text: text.to_string(), confidence, left, top, right, bottom, line });
        }
        Reading { words }
    }
    /// Letters and digits found.
    pub fn letters(&self) -> usize {
        self.words.iter().map(Word::letters).sum()
    }
    /// How much was found with certainty: a page upside down gives many letters, but hardly any of them certain.
    pub fn worth(&self) -> f64 {
        self.words.iter().map(|word| (word.confidence - 0.5).max(0.0) * word.letters() as f64).sum()
    }
    /// Mean confidence, by letters.
    pub fn certainty(&self) -> f64 {
        let sum: f64 = self.words.iter().map(|word| word.confidence * word.letters() as f64).sum();
        sum / (self.letters() as f64).max(1.0)
    }
    /// How many of the letters of the picture no word covers.
    pub fn uncovered(&self, letters: &[Blob]) -> usize {
        // By rows of 64 pixels: a page has thousands of letters and of words.
        let mut rows: Vec<Vec<&Word>> = Vec::new();
        for word in self.words.iter().filter(|word| word.bottom < 1 << 20) {
            for row in (word.top / 64) as usize..=(word.bottom / 64) as usize {
                if rows.len() <= row {
                    rows.resize_with(row + 1, Vec::new);
                }
                if let Some(row) = rows.get_mut(row) {
                    row.push(word);
                }
            }
        }
        let covered = |blob: &Blob| {
            let (x, y) = ((blob.left + blob.right) / 2, (blob.top + blob.bottom) / 2);
            rows.get((y / 64) as usize).is_some_and(|row| row.iter().any(|word| word.holds(x, y)))
        };
        letters.iter().filter(|blob| !covered(blob)).count()
    }
    /// Leaves out what texture looks like: words below `least`, and lines without any word of three letters, or two numbers, that
    /// is rather certain.
    pub fn keep_words(&mut self, least: f64) {
        let sure = |word: &Word| word.confidence >= 0.5 && (word.letters() >= 3 || word.letters() == 2 && word.text.bytes().any(|b| b.is_ascii_digit()));
        let lines: BTreeSet<usize> = self.words.iter().filter(|word| sure(word)).map(|word| word.line).collect();
        self.words.retain(|word| word.confidence >= least && word.letters() > 0 && lines.contains(&word.line));
    }
    /// Adds the words of another reading of the same page that stand where this one has none: beside the words of a line
    /// that they belong to, or as lines of their own.
    pub fn add(&mut self, other: Reading, least: f64) {
        let known = self.words.len();
        let mut lines = self.words.iter().map(|word| word.line + 1).max().unwrap_or(0);
        let mut of_other: Vec<(usize, usize)> = Vec::new();
        for word in other.words.into_iter().filter(|word| word.confidence >= least && word.letters() > 0) {
            let (x, y) = word.middle();
            let taken = |old: &Word| {
                old.holds(x, y) || {
                    let (x, y) = old.middle();
                    word.holds(x, y)
                }
            };
            if self.words.iter().take(known).any(taken) {
                continue;
            }
            let height = (word.bottom - word.top).max(1);
            let beside = |old: &&Word| {
                let gap = old.left.saturating_sub(word.right).max(word.left.saturating_sub(old.right));
                (old.top..=old.bottom).contains(&y) && gap < height * 6 && (old.bottom - old.top) < height * 2
            };
            let near = self.words.iter().take(known).filter(beside).min_by_key(|old| old.left.abs_diff(word.left)).map(|old| old.line);
            let line = near.or_else(|| of_other.iter().find(|(theirs, _)| *theirs == word.line).map(|(_, ours)| *ours)).unwrap_or_else(|| {
                of_other.push((word.line, lines));
                lines += 1;
                lines - 1
            });
            self.words.push(Word { line, ..word });
        }
        let whole = self.words.len() > known;
        if whole {
            self.words.sort_by_key(|word| (word.line, word.left));
        }
    }
    /// The text, line by line.
    pub fn page(&self) -> Page {
        let mut page = Page { text: String::new(), sum: 0.0, words: 0 };
        let mut last = None;
        for word in &self.words {
            if let Some(last) = last {
                page.text.push(if last == word.line { ' ' } else { '\n' });
            }
            last = Some(word.line);
            page.text.push_str(&word.text);
            page.sum += word.confidence;
            page.words += 1;
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(block: u32, line: u32, at: [u32; 4], confidence: u32, text: &str) -> String {
        let [left, top, width, height] = at;
        format!("5\t1\t{block}\t1\t{line}\t1\t{left}\t{top}\t{width}\t{height}\t{confidence}\t{text}\n")
    }

    #[test]
    fn tsv() {
        let rows = [row(1, 1, [0, 0, 30, 10], 90, "Ann"), row(1, 1, [40, 0, 30, 10], 70, "Lee"), row(1, 2, [0, 20, 30, 10], 80, "DOB")].concat();
        let reading = Reading::parse(&format!("level\tpage_num\n1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n{rows}"));
        let page = reading.page();
        assert_eq!(page.text, "Ann Lee\nDOB");
        assert!(super::super::mean(&[page]).is_some_and(|mean| (mean - 0.8).abs() < 1e-9));
        assert!(Reading::parse("garbage").words.is_empty() && Reading::parse("").words.is_empty());
        let blob = |left, top| Blob { left, top, right: left + 4, bottom: top + 8, area: 9 };
        assert_eq!(reading.uncovered(&[blob(2, 1), blob(100, 1), blob(2, 22), blob(2, 500)]), 2);
    }

    #[test]
    fn two_readings() {
        let mut first = Reading::parse(&format!("\n{}{}", row(1, 1, [0, 0, 50, 10], 90, "Name:"), row(1, 2, [0, 40, 50, 10], 90, "DOB:")));
        let second = [
            row(1, 1, [1, 1, 50, 10], 50, "Nane:"),
            row(1, 1, [60, 1, 50, 10], 80, "Lee"),
            row(2, 1, [400, 200, 50, 10], 80, "Fax"),
            row(3, 1, [0, 300, 9, 9], 20, "zz"),
        ];
        first.add(Reading::parse(&format!("\n{}", second.concat())), 0.5);
        assert_eq!(first.page().text, "Name: Lee\nDOB:\nFax");
    }
}
