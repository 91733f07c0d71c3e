//! Any table of people as records, from CSV or Parquet: column names are guessed, or mapped by the user. Read piece by piece.

use crate::dates;
use crate::standard::{Said, is_staff, trimmed};
use arrow::array::{Array, ArrayRef, StringArray};
use arrow::datatypes::DataType;
use dosimeter_case::tables::{Record, Role};
use dosimeter_case::{Error, Id, Kind, Result};
use hashbrown::HashTable;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

/// Rows per piece.
const PIECE: usize = 16_384;

/// Fields of [`Record`] and the column names that are read as them (letters and digits only, lower case).
const SYNONYMS: &[(&str, &[&str])] = &[
    ("record_id", &["recordid", "recid", "uniqueid", "id", "rowid", "key", "recordkey", "personrecordid"]),
    ("document_id", &["documentid", "docid", "document", "file", "path", "sourcefile", "documentpath"]),
    ("name", &["name", "fullname", "patientname", "personname", "displayname", "membername", "employeename"]),
    ("first", &["first", "firstname", "givenname", "given", "forename", "fname", "patientfirstname", "firstnm", "legalfirstname", "namefirst"]),
    ("middle", &["middle", "middlename", "middleinitial", "mi", "mname", "secondname", "namemiddle"]),
    ("last", &["last", "lastname", "surname", "familyname", "family", "lname", "patientlastname", "lastnm", "namelast"]),
    ("suffix", &["suffix", "namesuffix", "generation"]),
    ("dob", &["dob", "dateofbirth", "birthdate", "birthday", "born", "patientdob", "datebirth", "bday", "birthdt"]),
    ("sex", &["sex", "gender", "administrativesex"]),
    ("ssn", &["ssn", "socsecid", "socialsecuritynumber", "socialsecurity", "socsec", "ssnumber", "socialsecurityno", "nationalid", "ssnbr"]),
    ("mrn", &["mrn", "medicalrecordnumber", "patientid", "medrecno", "chartnumber", "chartno", "medicalrecordno", "patientnumber", "mrnumber", "medrec"]),
    ("facility", &["facility", "assigningauthority", "hospital", "facilityid", "clinic", "issuer"]),
    ("member_id", &["memberid", "membernumber", "insuranceid", "subscriberid", "policynumber", "policyid", "insurancenumber", "memberno"]),
    ("mbi", &["mbi", "medicareid", "medicarebeneficiaryidentifier", "medicarenumber"]),
    ("house", &["streetnumber", "housenumber", "houseno", "streetno"]),
    ("street", &["street", "address", "address1", "addr1", "addressline1", "streetaddress", "addr", "addressline", "homeaddress", "street1", "mailingaddress"]),
    ("city", &["city", "town", "suburb", "municipality", "locality", "birthplace"]),
    ("state", &["state", "stateprovince", "province", "region", "st"]),
    ("zip", &["zip", "zipcode", "postcode", "postalcode", "postcodefake", "zip5", "plz"]),
    ("country", &["country", "countrycode"]),
    ("phone", &["phone", "phonenumber", "telephone", "mobile", "cell", "homephone", "phone1", "cellphone", "telephonenumber", "tel"]),
    ("email", &["email", "emailaddress", "mail", "email1"]),
    ("deceased_on", &["deceasedon", "dateofdeath", "deathdate", "dod", "deceased"]),
    ("role", &["role", "persontype", "subjectkind"]),
];

/// A table of people, read piece by piece.
///
/// Records keep their ids when rows change places: an id derives from the file's own record id where it has one (and from how
/// often it occurred before, if it is not unique), else from the number of the row.
pub struct Table<'a> {
    source: Source<'a>,
    columns: BTreeMap<&'static str, usize>,
    /// Whether `03/04/1970` means the third of April; decided by the first piece.
    day_first: Option<bool>,
    /// Rows read.
    rows: i64,
    seen: HashTable<u64>,
}

enum Source<'a> {
    Csv(csv::Reader<Box<dyn Read + 'a>>),
    Parquet(ParquetRecordBatchReader),
}

/// Rows as they were read.
enum Cells {
    /// The text of all cells; where each cell ends; the number of cells before each row, and at the end.
    Csv {
        text: String,
        ends: Vec<usize>,
        rows: Vec<usize>,
    },
    Parquet(Vec<StringArray>, usize),
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Cells::Csv { rows, .. } => rows.len() - 1,
            Cells::Parquet(_, rows) => *rows,
        }
    }
    /// A cell without surrounding white space; empty where there is none.
    fn get(&self, row: usize, column: usize) -> &str {
        match self {
            Cells::Csv { text, ends, rows } => {
                let (cell, end) = (rows[row] + column, rows[row + 1]);
                if cell < end { trimmed(&text[if cell == 0 { 0 } else { ends[cell - 1] }..ends[cell]]) } else { "" }
            }
            Cells::Parquet(columns, _) => columns.get(column).filter(|c| c.is_valid(row)).map_or("", |c| trimmed(c.value(row))),
        }
    }
}

/// Some rows of a table.
pub(crate) struct Piece {
    /// Record id of each row.
    pub ids: Vec<Id>,
    /// Document of each row.
    pub documents: Vec<Id>,
    /// The file's own id of each row, or its number.
    pub names: Vec<String>,
    cells: Cells,
    /// Column of each of [`FIELDS`].
    columns: [Option<usize>; FIELDS.len()],
    /// Number of the first row.
    first: i64,
    day_first: bool,
}

impl Piece {
    fn get(&self, row: usize, field: Field) -> &str {
        self.columns[field as usize].map_or("", |column| self.cells.get(row, column))
    }
    fn role(&self, row: usize) -> Role {
        const ROLES: [(&str, Role); 7] = [
            ("patient", Role::Patient),
            ("subscriber", Role::Subscriber),
            ("guardian", Role::Guardian),
            ("employee", Role::Employee),
            ("provider", Role::Provider),
            ("staff", Role::Staff),
            ("other", Role::Other),
        ];
        let said = self.get(row, Field::Role);
        ROLES.iter().find(|(name, _)| name.eq_ignore_ascii_case(said)).map_or(Role::Patient, |(_, role)| *role)
    }
    fn street(&self, row: usize) -> Cow<'_, str> {
        match (self.get(row, Field::House), self.get(row, Field::Street)) {
            ("", street) => street.into(),
            (house, "") => house.into(),
            (house, street) => format!("{house} {street}").into(),
        }
    }
    fn date(&self, row: usize, field: Field) -> u32 {
        dates::parse(self.get(row, field), self.day_first)
    }

    /// What resolving needs of a row.
    pub fn said(&self, row: usize) -> Said<'_> {
        let get = |field: Field| self.get(row, field);
        Said {
            name: get(Field::Name),
            first: get(Field::First),
            middle: get(Field::Middle),
            last: get(Field::Last),
            suffix: get(Field::Suffix),
            dob: self.date(row, Field::Dob),
            sex: get(Field::Sex),
            ssn: get(Field::Ssn),
            mrn: get(Field::Mrn),
            facility: get(Field::Facility),
            member: get(Field::MemberId),
            mbi: get(Field::Mbi),
            street: self.street(row),
            city: get(Field::City),
            state: get(Field::State),
            zip: get(Field::Zip),
            phone: get(Field::Phone),
            email: get(Field::Email),
            is_staff: is_staff(self.role(row)),
            document: self.documents[row],
        }
    }

    /// All that a row says.
    fn record(&self, row: usize) -> Record {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
        let get = |field: Field| some(self.get(row, field));
        let document_id = self.documents[row];
        Record {
            record_id: self.ids[row],
            document_id,
            passage_id: document_id,
            locator: format!("row {}", self.first + row as i64),
            role: self.role(row),
            name: get(Field::Name),
            first: get(Field::First),
            middle: get(Field::Middle),
            last: get(Field::Last),
            suffix: get(Field::Suffix),
            dob: dates::iso(self.date(row, Field::Dob)).or_else(|| get(Field::Dob)),
            sex: get(Field::Sex),
            ssn: get(Field::Ssn),
            mrn: get(Field::Mrn),
            facility: get(Field::Facility),
            member_id: get(Field::MemberId),
            mbi: get(Field::Mbi),
            street: some(&self.street(row)),
            city: get(Field::City),
            state: get(Field::State),
            zip: get(Field::Zip),
            country: get(Field::Country),
            phone: get(Field::Phone),
            email: get(Field::Email).map(|email| email.to_lowercase()),
            deceased_on: dates::iso(self.date(row, Field::DeceasedOn)),
            related_record_id: None,
            elements: Vec::new(),
            mention_ids: Vec::new(),
        }
    }
}

impl<'a> Table<'a> {
    /// Opens a CSV file with a header row, or a Parquet file (told by its content).
    ///
    /// `mapping` pairs a column of the file with a field of [`Record`] (or `given_name`, `surname` …: every guessed name works);
    /// a mapped field is never guessed as well. Fails when the file cannot be read, when a mapping names an unknown column or
    /// field, and when no column says anything about a person.
    pub fn open(path: &Path, mapping: &[(String, String)]) -> Result<Table<'static>> {
        let mut file = File::open(path).map_err(|e| Error::io(path, e))?;
        let mut magic = [0; 4];
        let is_parquet = file.read_exact(&mut magic).is_ok() && &magic == b"PAR1";
        file.rewind().map_err(|e| Error::io(path, e))?;
        let table = if is_parquet { Table::parquet(file, mapping) } else { Table::csv(BufReader::with_capacity(1 << 20, file), mapping) };
        table.map_err(|e| e.at(path))
    }

    /// A CSV with a header row; see [`Table::open`].
    pub fn csv(reader: impl Read + 'a, mapping: &[(String, String)]) -> Result<Table<'a>> {
        let boxed: Box<dyn Read + 'a> = Box::new(reader);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(boxed);
        let headers: Vec<String> = reader.byte_headers().map_err(environment)?.iter().map(|h| plain(&String::from_utf8_lossy(h))).collect();
        Table::new(Source::Csv(reader), &headers, mapping)
    }

    fn parquet(file: File, mapping: &[(String, String)]) -> Result<Table<'a>> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|_| Error::new(Kind::Io, "this is not a readable Parquet file"))?;
        let headers: Vec<String> = builder.schema().fields().iter().map(|field| plain(field.name())).collect();
        let reader = builder.with_batch_size(PIECE).build().map_err(|_| Error::new(Kind::Io, "this is not a readable Parquet file"))?;
        Table::new(Source::Parquet(reader), &headers, mapping)
    }

    fn new(source: Source<'a>, headers: &[String], mapping: &[(String, String)]) -> Result<Table<'a>> {
        let columns = columns(headers, mapping)?;
        if !columns.keys().any(|field| !matches!(*field, "record_id" | "document_id" | "role" | "facility")) {
            return Err(Error::usage("no column of this file is known to hold names, dates of birth or identifiers; name them with --map FIELD=COLUMN"));
        }
        Ok(Table { source, columns, day_first: None, rows: 0, seen: HashTable::new() })
    }

    /// The next records, and in the same order the file's own record ids (or row numbers from 1); nothing at the end.
    ///
    /// A row that cannot be read stays a record without data, so that row numbers and counts hold.
    pub fn piece(&mut self) -> Result<Option<(Vec<Record>, Vec<String>)>> {
        let Some(piece) = self.read()? else { return Ok(None) };
        let records = (0..piece.ids.len()).into_par_iter().map(|row| piece.record(row)).collect();
        Ok(Some((records, piece.names)))
    }

    /// The next rows.
    pub(crate) fn read(&mut self) -> Result<Option<Piece>> {
        let Some(cells) = self.source.cells()? else { return Ok(None) };
        let columns = FIELDS.map(|field| self.columns.get(field).copied());
        let day_first = *self
            .day_first
            .get_or_insert_with(|| columns[Field::Dob as usize].is_some_and(|column| is_day_first((0..cells.len()).map(|row| cells.get(row, column)))));
        let first = self.rows + 1;
        self.rows += cells.len() as i64;
        let own = self.columns.get("record_id").copied();
        let mut named: Vec<(Id, String)> = (0..cells.len())
            .into_par_iter()
            .map(|row| match own.map_or("", |column| cells.get(row, column)) {
                "" => (Id::of("csv row", &[&(first + row as i64)]), (first + row as i64).to_string()),
                own => (Id::of("csv record", &[&own]), own.to_string()),
            })
            .collect();
        for (id, _) in &mut named {
            let (mut unique, mut again) = (*id, 0i64);
            // Ids are hashes already.
            while self.seen.find(unique.0, |known| *known == unique.0).is_some() {
                again += 1;
                unique = Id::of("csv record again", &[&*id, &again]);
            }
            self.seen.insert_unique(unique.0, unique.0, |known| *known);
            *id = unique;
        }
        let (ids, names): (Vec<Id>, Vec<String>) = named.into_iter().unzip();
        let documents = ids
            .par_iter()
            .enumerate()
            .map(|(row, id)| match columns[Field::DocumentId as usize].map_or("", |column| cells.get(row, column)) {
                // Without a document column every row is a document of its own.
                "" => *id,
                document => Id::of("csv document", &[&document]),
            })
            .collect();
        Ok(Some(Piece { ids, documents, names, cells, columns, first, day_first }))
    }

    /// All that is left; see [`Table::piece`].
    pub fn all(mut self) -> Result<(Vec<Record>, Vec<String>)> {
        let mut all = (Vec::new(), Vec::new());
        while let Some((records, names)) = self.piece()? {
            all.0.extend(records);
            all.1.extend(names);
        }
        Ok(all)
    }
}

impl Source<'_> {
    fn cells(&mut self) -> Result<Option<Cells>> {
        match self {
            Source::Csv(reader) => {
                let (mut text, mut ends, mut rows) = (String::with_capacity(PIECE * 128), Vec::with_capacity(PIECE * 24), vec![0]);
                let mut record = csv::ByteRecord::new();
                while rows.len() <= PIECE {
                    match reader.read_byte_record(&mut record) {
                        Ok(true) if record.as_slice().is_ascii() => {
                            let start = text.len();
                            text.push_str(str::from_utf8(record.as_slice()).unwrap_or_default());
                            ends.extend((0..record.len()).filter_map(|cell| Some(start + record.range(cell)?.end)));
                        }
                        Ok(true) => {
                            for cell in &record {
                                text.push_str(&String::from_utf8_lossy(cell));
                                ends.push(text.len());
                            }
                        }
                        Ok(false) => break,
                        Err(error) if error.is_io_error() => return Err(environment(error)),
                        Err(_) => {}
                    }
                    rows.push(ends.len());
                }
                Ok((rows.len() > 1).then_some(Cells::Csv { text, ends, rows }))
            }
            Source::Parquet(reader) => match reader.next() {
                None => Ok(None),
                Some(Err(_)) => Err(Error::new(Kind::Io, "this Parquet file is damaged")),
                Some(Ok(batch)) => {
                    let text =
                        |column: &ArrayRef| arrow::compute::cast(column, &DataType::Utf8).ok().and_then(|c| c.as_any().downcast_ref::<StringArray>().cloned());
                    // A column that is no text and cannot become one says nothing.
                    let columns = batch.columns().iter().map(|c| text(c).unwrap_or_else(|| StringArray::new_null(batch.num_rows()))).collect();
                    Ok(Some(Cells::Parquet(columns, batch.num_rows())))
                }
            },
        }
    }
}

/// Reads a whole CSV; see [`Table`].
pub fn read_csv(reader: impl Read, mapping: &[(String, String)]) -> Result<(Vec<Record>, Vec<String>)> {
    Table::csv(reader, mapping)?.all()
}

fn environment(error: csv::Error) -> Error {
    // The error's own text may quote the data: only its kind is told.
    let text = if error.is_io_error() { "reading failed" } else { "the header row is not CSV" };
    Error::new(Kind::Io, text)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn field_of(name: &str) -> Option<&'static str> {
    let name = plain(name);
    SYNONYMS.iter().find(|(field, synonyms)| plain(field) == name || synonyms.contains(&name.as_str())).map(|(field, _)| *field)
}

/// Column of each field.
fn columns(headers: &[String], mapping: &[(String, String)]) -> Result<BTreeMap<&'static str, usize>> {
    let mut columns = BTreeMap::new();
    let mut taken = Vec::new();
    for (left, right) in mapping {
        // Either order: `first=given_name` (the field, then the file's column) or the column, then the field.
        let found = [(left, right), (right, left)].into_iter().find_map(|(field, column)| {
            let at = headers.iter().position(|h| *h == plain(column))?;
            Some((field_of(field)?, at))
        });
        let (field, at) = found.ok_or_else(|| Error::usage(format!("--map {left}={right}: one side must be a field, the other a column of the file")))?;
        columns.insert(field, at);
        taken.push(at);
    }
    for (field, synonyms) in SYNONYMS {
        if columns.contains_key(field) {
            continue;
        }
        let found = std::iter::once(plain(field)).chain(synonyms.iter().map(|s| s.to_string())).find_map(|name| headers.iter().position(|h| *h == name));
        if let Some(at) = found.filter(|at| !taken.contains(at)) {
            columns.insert(field, at);
            taken.push(at);
        }
    }
    Ok(columns)
}

/// Whether `03/04/1970` in this file means the third of April: some dates only read so, and none only the other way.
fn is_day_first<'a>(dates: impl Iterator<Item = &'a str>) -> bool {
    let (mut day, mut month) = (0usize, 0usize);
    for date in dates {
        let mut parts = date.split(['/', '.', '-']).map(|part| part.trim().parse::<u32>().unwrap_or(0));
        if let (Some(a), Some(b), Some(_)) = (parts.next(), parts.next(), parts.next()) {
            day += usize::from((13..=31).contains(&a) && (1..=12).contains(&b));
            month += usize::from((1..=12).contains(&a) && (13..=31).contains(&b));
        }
    }
    day > 10 * month
}

/// A field of a record, in the order of [`FIELDS`].
#[derive(Clone, Copy)]
enum Field {
    DocumentId,
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
    House,
    Street,
    City,
    State,
    Zip,
    Country,
    Phone,
    Email,
    DeceasedOn,
    Role,
}
const FIELDS: [&str; 23] = [
    "document_id",
    "name",
    "first",
    "middle",
    "last",
    "suffix",
    "dob",
    "sex",
    "ssn",
    "mrn",
    "facility",
    "member_id",
    "mbi",
    "house",
    "street",
    "city",
    "state",
    "zip",
    "country",
    "phone",
    "email",
    "deceased_on",
    "role",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(csv: &str, mapping: &[(&str, &str)], expect: &[&str]) {
        let mapping: Vec<(String, String)> = mapping.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        let found = match read_csv(csv.as_bytes(), &mapping) {
            Ok((records, ids)) => records
                .iter()
                .zip(ids)
                .map(|(r, id)| [Some(id), r.first.clone(), r.last.clone(), r.dob.clone(), r.street.clone()].into_iter().flatten().collect::<Vec<_>>().join("|"))
                .collect(),
            Err(error) => vec![error.to_string()],
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn columns_are_guessed_or_mapped() {
        check("rec_id, given_name, surname, date_of_birth\na1, ann, lee, 19700102\n", &[], &["a1|ann|lee|1970-01-02"]);
        check("First Name,LAST NAME,DOB\nAnn,Lee,01/02/1970\n", &[], &["1|Ann|Lee|1970-01-02"]);
        check("x,y\nAnn,Lee\n", &[("first", "x"), ("y", "surname")], &["1|Ann|Lee"]);
        check("first,DOB\nAnn,13/02/1970\nBob,01/02/1970\n", &[], &["1|Ann|1970-02-13", "2|Bob|1970-02-01"]);
        check("street_number,address_1,last\n7,oak st,Lee\n", &[], &["1|Lee|7 oak st"]);
        check("x,y\n1,2\n", &[], &["no column of this file is known to hold names, dates of birth or identifiers; name them with --map FIELD=COLUMN"]);
        check("x,first\n1,2\n", &[("nonsense", "x")], &["--map nonsense=x: one side must be a field, the other a column of the file"]);
        check("first,last\nAnn\n\"Bob,Lee\n", &[], &["1|Ann", "2|Bob,Lee"]);
        check("", &[], &["no column of this file is known to hold names, dates of birth or identifiers; name them with --map FIELD=COLUMN"]);
    }
}
