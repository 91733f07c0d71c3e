//! Mentions column by column: a document may hold a hundred thousand, and rows with strings of their own cost more than to find them.

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use dosimeter_case::tables::{ElementKind, Mention};
use dosimeter_case::{Error, Id, Result, Row};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Texts one behind the other.
#[derive(Clone, Default, PartialEq)]
struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len());
    }
    fn get(&self, i: usize) -> &str {
        let start = i.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[i]]
    }
    fn append(&mut self, other: &Texts) {
        let before = self.all.len();
        self.all.push_str(&other.all);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }
    fn column(&self, rows: Range<usize>) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.map(|i| self.get(i))))
    }
}

/// What of a mention has the same size in all.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Fixed {
    pub mention_id: Id,
    pub document_id: Id,
    pub passage_id: Id,
    pub start: i64,
    pub end: i64,
    pub kind: ElementKind,
    pub finder: &'static str,
    pub confidence: f64,
}

/// The table `mentions` of one or several documents, in the order found.
#[derive(Clone, Default, PartialEq)]
pub struct Mentions {
    fixed: Vec<Fixed>,
    locators: Texts,
    texts: Texts,
    normalised: Texts,
}

/// They hold patient data: only their number is ever printed.
impl fmt::Debug for Mentions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mentions", self.len())
    }
}

/// Most rows of a batch.
const BATCH: usize = 8192;

impl Mentions {
    /// How many.
    pub fn len(&self) -> usize {
        self.fixed.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fixed.is_empty()
    }

    pub(crate) fn push(&mut self, fixed: Fixed, locator: &str, text: &str, normalised: &str) {
        self.fixed.push(fixed);
        self.locators.push(locator);
        self.texts.push(text);
        self.normalised.push(normalised);
    }
    pub(crate) fn get(&self, i: usize) -> Option<&Fixed> {
        self.fixed.get(i)
    }
    pub(crate) fn locator(&self, i: usize) -> &str {
        self.locators.get(i)
    }
    pub(crate) fn text(&self, i: usize) -> &str {
        self.texts.get(i)
    }
    pub(crate) fn normalised(&self, i: usize) -> &str {
        self.normalised.get(i)
    }

    /// Adds those of another document, or of the next part of this one.
    pub fn append(&mut self, other: &Mentions) {
        self.fixed.extend_from_slice(&other.fixed);
        self.locators.append(&other.locators);
        self.texts.append(&other.texts);
        self.normalised.append(&other.normalised);
    }

    /// As rows.
    pub fn rows(&self) -> impl Iterator<Item = Mention> + '_ {
        self.fixed.iter().enumerate().map(|(i, f)| Mention {
            mention_id: f.mention_id,
            document_id: f.document_id,
            passage_id: f.passage_id,
            locator: self.locator(i).to_string(),
            start: f.start,
            end: f.end,
            kind: f.kind,
            text: self.text(i).to_string(),
            normalised: self.normalised(i).to_string(),
            finder: Cow::Borrowed(f.finder),
            confidence: f.confidence,
        })
    }

    /// As Arrow batches of the schema of [`Mention`]. Fails only when the table has other columns than are written here.
    pub fn batches(&self) -> impl Iterator<Item = Result<RecordBatch>> + '_ {
        (0..self.len()).step_by(BATCH).map(|from| self.batch(from..(from + BATCH).min(self.len())))
    }

    fn batch(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let fixed = &self.fixed[rows.clone()];
        let ids = |of: fn(&Fixed) -> Id| -> ArrayRef { Arc::new(UInt64Array::from_iter_values(fixed.iter().map(|f| of(f).0))) };
        let numbers = |of: fn(&Fixed) -> i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values(fixed.iter().map(of))) };
        let words = |of: fn(&Fixed) -> &'static str| -> ArrayRef { Arc::new(StringArray::from_iter_values(fixed.iter().map(of))) };
        let columns = vec![
            ids(|f| f.mention_id),
            ids(|f| f.document_id),
            ids(|f| f.passage_id),
            self.locators.column(rows.clone()),
            numbers(|f| f.start),
            numbers(|f| f.end),
            words(|f| f.kind.as_str()),
            self.texts.column(rows.clone()),
            self.normalised.column(rows),
            words(|f| f.finder),
            Arc::new(Float64Array::from_iter_values(fixed.iter().map(|f| f.confidence))),
        ];
        RecordBatch::try_new(Mention::schema(), columns).map_err(|e| Error::table(Mention::TABLE, e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_batches_tell_the_same() {
        let mut one = Mentions::default();
        for n in 0..3_i64 {
            let fixed = Fixed {
                mention_id: Id(n as u64),
                document_id: Id(8),
                passage_id: Id(9),
                start: n,
                end: n + 2,
                kind: ElementKind::ALL[n as usize],
                finder: "test",
                confidence: 0.5,
            };
            one.push(fixed, &format!("row {n}"), &"x".repeat(n as usize), "é");
        }
        let mut all = Mentions::default();
        (0..4000).for_each(|_| all.append(&one));
        let rows: Vec<Mention> = all.rows().collect();
        let read: Vec<Mention> = all.batches().flat_map(|b| Mention::from_batch(&b.unwrap()).unwrap()).collect();
        assert!(rows == read && rows.len() == 12_000);
        assert_eq!((rows[11_999].text.as_str(), rows[11_999].locator.as_str(), rows[11_999].normalised.as_str()), ("xx", "row 2", "é"));
    }
}
