//! Records in one arena: a table may hold a hundred thousand persons, and rows with twenty strings of their own cost more than to find them.

use arrow::array::{ArrayRef, ListArray, RecordBatch, StringArray, UInt64Array};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};
use dosimeter_case::tables::{ElementKind, Record, Role};
use dosimeter_case::{Error, Id, Result, Row};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A set of element kinds, one bit each.
#[derive(Clone, Copy, Default)]
pub(crate) struct Kinds(u64);

impl Kinds {
    pub fn insert(&mut self, kind: ElementKind) {
        self.0 |= 1 << kind as u64;
    }
    pub fn contains(self, kind: &ElementKind) -> bool {
        self.0 & 1 << *kind as u64 != 0
    }
    pub fn extend(&mut self, others: Kinds) {
        self.0 |= others.0;
    }
    pub fn clear(&mut self) {
        self.0 = 0;
    }
    fn len(self) -> usize {
        self.0.count_ones() as usize
    }
    /// The kinds, in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = ElementKind> {
        ElementKind::ALL.iter().copied().filter(move |kind| self.contains(kind))
    }
}

/// A text column of the table.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    Locator,
    Name,
    First,
    Middle,
    Last,
    Suffix,
    Dob,
    Sex,
    Ssn,
    Mrn,
    Facility,
    MemberId,
    Mbi,
    Street,
    City,
    State,
    Zip,
    Country,
    Phone,
    Email,
    DeceasedOn,
}

/// Number of text columns.
const COLUMNS: usize = Column::DeceasedOn as usize + 1;

/// Where a value stands in the arena.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    len: u32,
}

/// No value.
const NULL: Span = Span { start: 0, len: u32::MAX };

/// One person in one place, its texts in an arena.
#[derive(Clone)]
pub(crate) struct Entry {
    pub record_id: Id,
    document_id: Id,
    pub passage_id: Id,
    pub role: Role,
    pub related: Option<Id>,
    pub elements: Kinds,
    /// Where in the arena the texts of this record's document begin.
    base: usize,
    values: [Span; COLUMNS],
    /// Which of all mention ids are those of this record.
    pub mentions: Range<usize>,
}

impl Entry {
    /// A person of whom only the place and the role are known, of a document whose texts begin the arena.
    pub fn new(document_id: Id, passage_id: Id, role: Role) -> Entry {
        let elements = Kinds::default();
        Entry { record_id: Id(0), document_id, passage_id, role, related: None, elements, base: 0, values: [NULL; COLUMNS], mentions: 0..0 }
    }
    pub fn has(&self, column: Column) -> bool {
        self.values[column as usize].len != NULL.len
    }
    /// The value in a column; `arena` is that of all records of the document.
    pub fn get<'t>(&self, column: Column, arena: &'t str) -> Option<&'t str> {
        let Span { start, len } = self.values[column as usize];
        let start = self.base + start as usize;
        if len == NULL.len { None } else { arena.get(start..start + len as usize) }
    }
    /// Fills a column. A value beyond the four gigabytes that an arena holds is left out.
    pub fn set(&mut self, column: Column, value: Option<&str>, arena: &mut String) {
        let span = value.and_then(|v| Some(Span { start: u32::try_from(arena.len()).ok()?, len: u32::try_from(v.len()).ok().filter(|len| *len != NULL.len)? }));
        self.values[column as usize] = span.unwrap_or(NULL);
        if let (Some(value), Some(_)) = (value, span) {
            arena.push_str(value);
        }
    }
    /// Fills a column, if empty, with that of another record of the document.
    pub fn fill_from(&mut self, column: Column, other: &Entry) {
        if !self.has(column) {
            self.values[column as usize] = other.values[column as usize];
        }
    }
}

/// The table `records` of one or several documents, in the order found.
#[derive(Clone, Default)]
pub struct Records {
    entries: Vec<Entry>,
    arena: String,
    mention_ids: Vec<Id>,
}

impl PartialEq for Records {
    fn eq(&self, other: &Records) -> bool {
        self.rows().eq(other.rows())
    }
}

/// They hold patient data: only their number is ever printed.
impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records", self.len())
    }
}

/// Most rows of a batch.
const BATCH: usize = 8192;

impl Records {
    /// How many as many and a few more are, and how long their texts.
    pub(crate) fn room(&self) -> (usize, usize) {
        (self.len() + self.len() / 8, self.arena.len() + self.arena.len() / 8)
    }
    /// Of one document. `mention_ids` are those that the entries point to.
    pub(crate) fn new(entries: Vec<Entry>, arena: String, mention_ids: Vec<Id>) -> Records {
        Records { entries, arena, mention_ids }
    }
    /// How many.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds those of another document, or of the next part of this one.
    pub fn append(&mut self, other: &Records) {
        let (base, first) = (self.arena.len(), self.mention_ids.len());
        self.entries.extend(other.entries.iter().map(|e| Entry {
            base: base + e.base,
            mentions: first + e.mentions.start..first + e.mentions.end,
            ..e.clone()
        }));
        self.arena.push_str(&other.arena);
        self.mention_ids.extend_from_slice(&other.mention_ids);
    }

    fn mention_ids(&self, entry: &Entry) -> &[Id] {
        self.mention_ids.get(entry.mentions.clone()).unwrap_or_default()
    }

    /// As rows.
    pub fn rows(&self) -> impl Iterator<Item = Record> + '_ {
        self.entries.iter().map(|e| {
            let text = |column| e.get(column, &self.arena).map(str::to_string);
            Record {
                record_id: e.record_id,
                document_id: e.document_id,
                passage_id: e.passage_id,
                locator: text(Column::Locator).unwrap_or_default(),
                role: e.role,
                name: text(Column::Name),
                first: text(Column::First),
                middle: text(Column::Middle),
                last: text(Column::Last),
                suffix: text(Column::Suffix),
                dob: text(Column::Dob),
                sex: text(Column::Sex),
                ssn: text(Column::Ssn),
                mrn: text(Column::Mrn),
                facility: text(Column::Facility),
                member_id: text(Column::MemberId),
                mbi: text(Column::Mbi),
                street: text(Column::Street),
                city: text(Column::City),
                state: text(Column::State),
                zip: text(Column::Zip),
                country: text(Column::Country),
                phone: text(Column::Phone),
                email: text(Column::Email),
                deceased_on: text(Column::DeceasedOn),
                related_record_id: e.related,
                elements: e.elements.iter().collect(),
                mention_ids: self.mention_ids(e).to_vec(),
            }
        })
    }

    /// As Arrow batches of the schema of [`Record`]. Fails only when the table has other columns than are written here.
    pub fn batches(&self) -> impl Iterator<Item = Result<RecordBatch>> + '_ {
        self.entries.chunks(BATCH).map(|entries| self.batch(entries))
    }

    fn batch(&self, entries: &[Entry]) -> Result<RecordBatch> {
        let ids = |of: fn(&Entry) -> Id| -> ArrayRef { Arc::new(UInt64Array::from_iter_values(entries.iter().map(|e| of(e).0))) };
        let texts = |column| -> ArrayRef { Arc::new(entries.iter().map(|e| e.get(column, &self.arena)).collect::<StringArray>()) };
        let locators = entries.iter().map(|e| e.get(Column::Locator, &self.arena).unwrap_or_default());
        let roles = entries.iter().map(|e| e.role.as_str());
        let elements: Vec<&str> = entries.iter().flat_map(|e| e.elements.iter()).map(|kind| kind.as_str()).collect();
        let mentions: Vec<u64> = entries.iter().flat_map(|e| self.mention_ids(e)).map(|id| id.0).collect();
        let list = |of: DataType, lengths: Vec<usize>, items: ArrayRef| -> Result<ArrayRef> {
            let field = Arc::new(Field::new("item", of, false));
            let list = ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), items, None).map_err(|e| Error::table(Record::TABLE, e))?;
            Ok(Arc::new(list))
        };
        let columns = vec![
            ids(|e| e.record_id),
            ids(|e| e.document_id),
            ids(|e| e.passage_id),
            Arc::new(StringArray::from_iter_values(locators)),
            Arc::new(StringArray::from_iter_values(roles)),
            texts(Column::Name),
            texts(Column::First),
            texts(Column::Middle),
            texts(Column::Last),
            texts(Column::Suffix),
            texts(Column::Dob),
            texts(Column::Sex),
            texts(Column::Ssn),
            texts(Column::Mrn),
            texts(Column::Facility),
            texts(Column::MemberId),
            texts(Column::Mbi),
            texts(Column::Street),
            texts(Column::City),
            texts(Column::State),
            texts(Column::Zip),
            texts(Column::Country),
            texts(Column::Phone),
            texts(Column::Email),
            texts(Column::DeceasedOn),
            Arc::new(entries.iter().map(|e| e.related.map(|id| id.0)).collect::<UInt64Array>()),
            list(DataType::Utf8, entries.iter().map(|e| e.elements.len()).collect(), Arc::new(StringArray::from_iter_values(elements)))?,
            list(DataType::UInt64, entries.iter().map(|e| self.mention_ids(e).len()).collect(), Arc::new(UInt64Array::from(mentions)))?,
        ];
        RecordBatch::try_new(Record::schema(), columns).map_err(|e| Error::table(Record::TABLE, e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        assert!(ElementKind::ALL.len() <= 64);
        let mut kinds = Kinds::default();
        [ElementKind::Other, ElementKind::Name, ElementKind::Dob].into_iter().for_each(|k| kinds.insert(k));
        assert_eq!(kinds.iter().collect::<Vec<_>>(), [ElementKind::Name, ElementKind::Dob, ElementKind::Other]);
    }

    /// One record for every text column, which holds the column's number and all columns before it.
    fn staircase() -> Records {
        use Column::*;
        let all = [
            Locator, Name, First, Middle, Last, Suffix, Dob, Sex, Ssn, Mrn, Facility, MemberId, Mbi, Street, City, State, Zip, Country, Phone, Email,
            DeceasedOn,
        ];
        let mut arena = String::new();
        let entries = (0..all.len()).map(|n| {
            let mut entry = Entry::new(Id(8), Id(9), Role::ALL[n % Role::ALL.len()]);
            (entry.record_id, entry.related) = (Id(n as u64), (n % 2 == 1).then_some(Id(77)));
            all[..=n].iter().for_each(|column| entry.set(*column, Some(&format!("é{}", *column as usize)), &mut arena));
            ElementKind::ALL[..n % 4].iter().for_each(|kind| entry.elements.insert(*kind));
            entry.mentions = n..n + n % 3;
            entry
        });
        let entries = entries.collect();
        Records::new(entries, arena, (0..30).map(Id).collect())
    }

    #[test]
    fn rows_and_batches_tell_the_same() {
        let one = staircase();
        let mut all = Records::default();
        (0..500).for_each(|_| all.append(&one));
        let rows: Vec<Record> = all.rows().collect();
        let read: Vec<Record> = all.batches().flat_map(|b| Record::from_batch(&b.unwrap()).unwrap()).collect();
        assert!(rows == read && rows.len() == 500 * COLUMNS && rows[..COLUMNS] == rows[499 * COLUMNS..]);
        assert!(all.batches().all(|b| b.unwrap().schema() == Record::schema()));
        let last = &rows[rows.len() - 1];
        assert_eq!((last.locator.as_str(), last.name.as_deref(), last.deceased_on.as_deref()), ("é0", Some("é1"), Some("é20")));
        assert_eq!((rows[1].name.as_deref(), rows[1].first.as_deref(), rows[1].related_record_id), (Some("é1"), None, Some(Id(77))));
        assert_eq!((last.elements.len(), last.mention_ids.as_slice()), (0, [Id(20), Id(21)].as_slice()));
    }

    #[test]
    fn equal_by_what_they_tell() {
        let one = staircase();
        let mut other = Records::default();
        other.append(&one);
        assert!(one == other);
        other.append(&one);
        assert!(one != other);
    }
}
