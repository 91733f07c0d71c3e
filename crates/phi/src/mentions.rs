//! Mentions column by column: a document may hold a hundred thousand, and rows with strings of their own cost more than to find them.

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use dosimeter_case::tables::{ElementKind, Mention};
use dosimeter_case::{Error, Id, Result, Row};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Texts one behind the other.
#[derive(Clone, Default)]
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
}

/// What of a mention has the same size in all; small, because memory that is touched for the first time costs more than to fill it.
#[derive(Clone, Copy)]
pub(crate) struct Fixed {
    pub mention_id: Id,
    pub confidence: f64,
    pub start: u32,
    pub end: u32,
    /// Its place among the places.
    pub place: u32,
    /// Its finder among the finders.
    pub finder: u16,
    pub kind: ElementKind,
}

/// What neighbours have in common: mostly a row or a message has several mentions.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    document_id: Id,
    passage_id: Id,
}

/// The table `mentions` of one or several documents, in the order found.
#[derive(Clone, Default)]
pub struct Mentions {
    fixed: Vec<Fixed>,
    /// The names of the finders, each once.
    finders: Vec<&'static str>,
    places: Vec<Place>,
    /// Of the places.
    locators: Texts,
    /// Of every mention its text as written, then its normal form.
    texts: Texts,
}

impl PartialEq for Mentions {
    fn eq(&self, other: &Mentions) -> bool {
        self.rows().eq(other.rows())
    }
}

/// How much mentions take.
#[derive(Clone, Copy, Default)]
pub(crate) struct Room {
    mentions: usize,
    text: usize,
    places: usize,
    locators: usize,
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

    /// Makes room for about as many mentions as others are.
    pub(crate) fn reserve(&mut self, room: &Room) {
        self.fixed.reserve(room.mentions);
        self.texts.ends.reserve(2 * room.mentions);
        self.texts.all.reserve(room.text);
        self.places.reserve(room.places);
        self.locators.ends.reserve(room.places);
        self.locators.all.reserve(room.locators);
    }
    /// Makes room for so many more mentions of short values.
    pub(crate) fn reserve_more(&mut self, mentions: usize) {
        self.reserve(&Room { mentions, text: 24 * mentions, ..Room::default() });
    }
    /// The room that as many and a few more take.
    pub(crate) fn room(&self) -> Room {
        let some_more = |n: usize| n + n / 8;
        Room {
            mentions: some_more(self.len()),
            text: some_more(self.texts.all.len()),
            places: some_more(self.places.len()),
            locators: some_more(self.locators.all.len()),
        }
    }
    /// The number of a place, which is kept once where mentions of one place follow each other.
    pub(crate) fn place(&mut self, document_id: Id, passage_id: Id, locator: &str) -> u32 {
        let place = Place { document_id, passage_id };
        if self.places.last().is_none_or(|last| *last != place || self.locators.get(self.places.len() - 1) != locator) {
            self.places.push(place);
            self.locators.push(locator);
        }
        (self.places.len() - 1) as u32
    }
    /// The number of a finder.
    pub(crate) fn finder(&mut self, name: &'static str) -> u16 {
        let known = self.finders.iter().position(|f| *f == name).unwrap_or_else(|| {
            self.finders.push(name);
            self.finders.len() - 1
        });
        known as u16
    }
    pub(crate) fn push(&mut self, fixed: Fixed, text: &str, normalised: &str) {
        self.fixed.push(fixed);
        self.texts.push(text);
        self.texts.push(normalised);
    }
    /// The ids of mentions that follow each other.
    pub(crate) fn ids(&self, range: Range<usize>) -> impl Iterator<Item = Id> {
        self.fixed.get(range).unwrap_or_default().iter().map(|f| f.mention_id)
    }
    pub(crate) fn get(&self, i: usize) -> Option<&Fixed> {
        self.fixed.get(i)
    }
    pub(crate) fn locator(&self, i: usize) -> &str {
        self.locators.get(self.fixed[i].place as usize)
    }
    pub(crate) fn passage_id(&self, i: usize) -> Id {
        self.places[self.fixed[i].place as usize].passage_id
    }
    pub(crate) fn text(&self, i: usize) -> &str {
        self.texts.get(2 * i)
    }
    pub(crate) fn normalised(&self, i: usize) -> &str {
        self.texts.get(2 * i + 1)
    }

    /// Adds those of another document, or of the next part of this one.
    pub fn append(&mut self, other: &Mentions) {
        let places = self.places.len() as u32;
        let finders: Vec<u16> = other.finders.iter().map(|name| self.finder(name)).collect();
        self.fixed.extend(other.fixed.iter().map(|f| Fixed { place: places + f.place, finder: finders[usize::from(f.finder)], ..*f }));
        self.places.extend_from_slice(&other.places);
        self.locators.append(&other.locators);
        self.texts.append(&other.texts);
    }

    /// As rows.
    pub fn rows(&self) -> impl Iterator<Item = Mention> + '_ {
        self.fixed.iter().enumerate().map(|(i, f)| Mention {
            mention_id: f.mention_id,
            document_id: self.places[f.place as usize].document_id,
            passage_id: self.places[f.place as usize].passage_id,
            locator: self.locator(i).to_string(),
            start: f.start.into(),
            end: f.end.into(),
            kind: f.kind,
            text: self.text(i).to_string(),
            normalised: self.normalised(i).to_string(),
            finder: Cow::Borrowed(self.finders[usize::from(f.finder)]),
            confidence: f.confidence,
        })
    }

    /// As Arrow batches of the schema of [`Mention`]. Fails only when the table has other columns than are written here.
    pub fn batches(&self) -> impl Iterator<Item = Result<RecordBatch>> + '_ {
        (0..self.len()).step_by(BATCH).map(|from| self.batch(from..(from + BATCH).min(self.len())))
    }

    fn batch(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let fixed = &self.fixed[rows.clone()];
        let ids = |of: fn(&Place) -> Id| -> ArrayRef { Arc::new(UInt64Array::from_iter_values(fixed.iter().map(|f| of(&self.places[f.place as usize]).0))) };
        let numbers = |of: fn(&Fixed) -> u32| -> ArrayRef { Arc::new(Int64Array::from_iter_values(fixed.iter().map(|f| of(f).into()))) };
        let finders = fixed.iter().map(|f| self.finders[usize::from(f.finder)]);
        let mention_ids: ArrayRef = Arc::new(UInt64Array::from_iter_values(fixed.iter().map(|f| f.mention_id.0)));
        let columns = vec![
            mention_ids,
            ids(|place| place.document_id),
            ids(|place| place.passage_id),
            Arc::new(StringArray::from_iter_values(fixed.iter().map(|f| self.locators.get(f.place as usize)))),
            numbers(|f| f.start),
            numbers(|f| f.end),
            Arc::new(StringArray::from_iter_values(fixed.iter().map(|f| f.kind.as_str()))),
            Arc::new(StringArray::from_iter_values(rows.clone().map(|i| self.text(i)))),
            Arc::new(StringArray::from_iter_values(rows.map(|i| self.normalised(i)))),
            Arc::new(StringArray::from_iter_values(finders)),
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
        for n in 0..3_u32 {
            let finder = one.finder(["one", "two"][n as usize / 2]);
            let place = one.place(Id(8), Id(9 + u64::from(n) / 2), &format!("row {}", n / 2));
            let fixed = Fixed { mention_id: Id(n.into()), place, start: n, end: n + 2, kind: ElementKind::ALL[n as usize], finder, confidence: 0.5 };
            one.push(fixed, &"x".repeat(n as usize), "é");
        }
        assert_eq!(one.places.len(), 2);
        let mut all = Mentions::default();
        all.finder("two");
        (0..4000).for_each(|_| all.append(&one));
        let rows: Vec<Mention> = all.rows().collect();
        let read: Vec<Mention> = all.batches().flat_map(|b| Mention::from_batch(&b.unwrap()).unwrap()).collect();
        assert!(rows == read && rows.len() == 12_000);
        let last = &rows[11_999];
        assert_eq!((last.text.as_str(), last.locator.as_str(), last.normalised.as_str(), last.passage_id), ("xx", "row 1", "é", Id(10)));
        assert_eq!((last.finder.as_ref(), rows[11_998].finder.as_ref()), ("two", "one"));
        assert_eq!((rows[11_998].locator.as_str(), rows[11_998].passage_id), ("row 0", Id(9)));
        assert!(all != one && one == one.clone());
    }
}
