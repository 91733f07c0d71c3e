//! Access databases (Jet 3 and 4, ACE 12 to 17): every table of a user with all its rows; files in cells become members.

use super::cells;
use super::olecell;
use crate::table::Builder;
use crate::{Head, Task};
use dosimeter_case::tables::{DocumentStatus, Layout};
use jetdb::encoding::decode_text;
use jetdb::{
    CatalogEntry, ColumnDef, ColumnType, ComplexColumn, ComplexValues, FileError, ObjectType, PageReader, RowPosition, TableDef, TableRow, TableRows, Value,
    calculated_column_types_in, find_row, read_complex_column, read_table_def,
};
use std::collections::{BTreeSet, HashMap};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// First bytes of pages that hold rows and definitions of tables.
const DATA_PAGE: u8 = 1;
const DEFINITION_PAGE: u8 = 2;
/// Where the list of tables is defined.
const CATALOG_PAGE: u32 = 2;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.at(4, b"Standard Jet DB\0") || head.at(4, b"Standard ACE DB\0")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(mut reader) = open(task) else { return };
    let mut lost = Lost::default();
    let mut catalog = catch_unwind(AssertUnwindSafe(|| catalog(&mut reader, &mut lost))).ok().flatten().unwrap_or_default();
    if catalog.is_empty() || lost.pages + lost.rows > 0 {
        task.problem(DocumentStatus::Partly, "the list of tables is damaged: some tables are named by their page");
        let orphans = catch_unwind(AssertUnwindSafe(|| orphans(&mut reader, &catalog)));
        catalog.extend(orphans.unwrap_or_default());
    }
    if catalog.is_empty() {
        return task.problem(DocumentStatus::Corrupt, "no table can be found");
    }
    let mut seen = BTreeSet::new();
    let mut system = 0;
    let mut linked = Vec::new();
    for entry in &catalog {
        match entry.object_type {
            ObjectType::Table if system_table(entry) => system += 1,
            // Two names of one table would give its rows twice.
            ObjectType::Table if seen.insert(entry.table_page) => {
                task.document.pages += 1;
                let read = catch_unwind(AssertUnwindSafe(|| table(task, &mut reader, &catalog, entry, &mut lost)));
                if !matches!(read, Ok(Some(()))) {
                    lost.tables += 1;
                }
            }
            ObjectType::LinkedTable | ObjectType::LinkedOdbcTable => linked.push(entry.name.as_str()),
            _ => {}
        }
        if task.document.status == DocumentStatus::OverBudget {
            break;
        }
    }
    if !linked.is_empty() {
        task.passage("linked tables", Layout::Text, Vec::new(), 1, format!("Tables whose rows are in another database: {}", linked.join(", ")));
    }
    lost.say(task, linked.len());
    if task.document.reason.is_none() && system > 0 {
        task.document.reason = Some(format!("{system} system tables were left out"));
    }
}

/// Tables of Access's own: flagged as such, or hidden and named as such. A table that a user has hidden is none. Nor are those
/// wanted that hold the values of complex columns (`f_` and 32 digits): they are given with the table that has the column.
fn system_table(entry: &CatalogEntry) -> bool {
    let id = entry.name.strip_prefix("f_").and_then(|rest| rest.get(..32));
    entry.is_system() || entry.is_system_or_hidden() && (entry.name.starts_with("MSys") || id.is_some_and(|id| id.bytes().all(|b| b.is_ascii_hexdigit())))
}

/// The list of tables, from the rows of it that can be read.
fn catalog(reader: &mut PageReader, lost: &mut Lost) -> Option<Vec<CatalogEntry>> {
    let definition = read_table_def(reader, "MSysObjects", CATALOG_PAGE).ok()?;
    let place = |name: &str| definition.columns.iter().position(|column| column.name == name);
    let (id, name, kind) = (place("Id")?, place("Name")?, place("Type")?);
    let (flags, properties) = (place("Flags"), place("LvProp"));
    let mut out = Vec::new();
    each_row(reader, &definition, &HashMap::new(), None, CATALOG_PAGE, lost, &mut |_, row, _| {
        let long = |at: usize| if let Some(Value::Long(value)) = row.values.get(at) { Some(*value) } else { None };
        if let (Some(id), Some(Value::Text(name)), Some(Value::Int(kind))) = (long(id), row.values.get(name), row.values.get(kind))
            && let Ok(object_type) = ObjectType::try_from(i32::from(*kind))
            && !name.is_empty()
        {
            let lv_prop =
                properties.and_then(|at| row.values.get(at)).and_then(|value| if let Value::Binary(bytes) = value { Some(bytes.clone()) } else { None });
            let flags = flags.and_then(long).unwrap_or(0).cast_unsigned();
            out.push(CatalogEntry { name: name.clone(), object_type, table_page: id.cast_unsigned() & 0x00ff_ffff, flags, lv_prop, lv_extra: None });
        }
        true
    });
    Some(out)
}

/// Tables that the list does not have, found by the pages of their definitions.
fn orphans(reader: &mut PageReader, catalog: &[CatalogEntry]) -> Vec<CatalogEntry> {
    let known: BTreeSet<u32> = catalog.iter().map(|entry| entry.table_page).collect();
    let (mut found, mut continued) = (Vec::new(), BTreeSet::new());
    for page in CATALOG_PAGE + 1..reader.page_count() {
        if let Ok(data) = reader.read_page(page)
            && data.first() == Some(&DEFINITION_PAGE)
        {
            // A long definition goes on on other pages.
            continued.extend(data.get(4..8).and_then(|bytes| bytes.first_chunk::<4>()).map(|bytes| u32::from_le_bytes(*bytes)));
            found.push(page);
        }
    }
    found.retain(|page| !known.contains(page) && !continued.contains(page));
    let user = |reader: &mut PageReader, page: u32| {
        read_table_def(reader, "", page).is_ok_and(|definition| definition.columns.iter().any(|column| column.is_shown(false)))
    };
    found.retain(|&page| user(reader, page));
    let blank = |page: u32| CatalogEntry {
        name: format!("table at page {page}"),
        object_type: ObjectType::Table,
        table_page: page,
        flags: 0,
        lv_prop: None,
        lv_extra: None,
    };
    found.into_iter().map(blank).collect()
}

fn open(task: &mut Task<'_, '_>) -> Option<PageReader> {
    let mut closed = false;
    for password in task.passwords() {
        let source = Cursor::new(task.head.bytes.clone());
        match catch_unwind(AssertUnwindSafe(|| PageReader::open_reader_with_password(source, Some(password.expose())))) {
            Ok(Ok(reader)) => return Some(reader),
            Ok(Err(FileError::InvalidPassword | FileError::PasswordRequired)) => closed = true,
            Ok(Err(FileError::UnsupportedEncryption { .. })) => {
                task.problem(DocumentStatus::Encrypted, "encrypted with a method that is not supported");
                return None;
            }
            _ => break,
        }
    }
    if closed {
        task.problem(DocumentStatus::Encrypted, "no known password opens the database");
    } else {
        task.problem(DocumentStatus::Corrupt, "the database's header is damaged");
    }
    None
}

/// What could not be read.
#[derive(Default)]
struct Lost {
    tables: usize,
    pages: usize,
    rows: usize,
    values: usize,
}

impl Lost {
    fn say(&self, task: &mut Task<'_, '_>, linked: usize) {
        let parts = [
            (self.tables, "tables cannot be read"),
            (self.pages, "pages of rows are damaged"),
            (self.rows, "rows are damaged"),
            (self.values, "values cannot be read"),
            (linked, "linked tables have their rows in another database"),
        ];
        for (n, what) in parts {
            if n > 0 {
                task.problem(DocumentStatus::Partly, &format!("{n} {what}"));
            }
        }
        if task.is_blank() && self.tables > 0 && linked == 0 {
            task.document.status = DocumentStatus::Corrupt;
        }
    }
}

fn table(task: &mut Task<'_, '_>, reader: &mut PageReader, catalog: &[CatalogEntry], entry: &CatalogEntry, lost: &mut Lost) -> Option<()> {
    let definition = read_table_def(reader, &entry.name, entry.table_page).ok()?;
    let calculated = calculated_column_types_in(catalog, &definition);
    let shown: Vec<usize> = (0..definition.columns.len()).filter(|&i| definition.columns.get(i).is_some_and(|column| column.is_shown(false))).collect();
    let complex: Vec<Option<ComplexColumn>> = definition
        .columns
        .iter()
        .map(|column| column.complex_id.and_then(|_| read_complex_column(reader, catalog, &definition, column).ok().flatten()))
        .collect();
    let names: Vec<String> = shown.iter().filter_map(|&i| definition.columns.get(i)).map(|column| column.name.clone()).collect();
    let mut cells = Cells { table: &entry.name, definition: &definition, complex: &complex, budget: task.room() };
    let mut builder = Builder::named(&entry.name, names);
    let mut number = 0;
    let mut bad = Lost::default();
    each_row(reader, &definition, &calculated, Some(&shown), entry.table_page, lost, &mut |reader, row, stored| {
        number += 1;
        for &i in &shown {
            let value = row.values.get(i).unwrap_or(&Value::Null);
            let cell = cells.cell(task, reader, i, value, number, stored, &mut bad);
            builder.cell(&cell);
        }
        builder.row(number);
        builder.give(task);
        task.document.status != DocumentStatus::OverBudget
    });
    lost.values += bad.values;
    builder.end(task);
    Some(())
}

/// What is done with a row: values, and bytes as stored; whether to go on.
type EachRow<'r> = dyn FnMut(&mut PageReader, &TableRow, Option<&[u8]>) -> bool + 'r;

/// Hands each row that can be read to `row`, with its bytes as stored, until it says that that is enough. A damaged page costs
/// its rows, not the table.
fn each_row(
    reader: &mut PageReader,
    definition: &TableDef,
    calculated: &HashMap<String, ColumnType>,
    columns: Option<&[usize]>,
    owner: u32,
    lost: &mut Lost,
    row: &mut EachRow<'_>,
) {
    for page in pages(reader, definition, owner, lost) {
        let mut rows = TableRows::new(definition, calculated).starting_at(RowPosition { page, row: 0 });
        if let Some(columns) = columns {
            rows = rows.with_columns(columns).starting_at(RowPosition { page, row: 0 });
        }
        while rows.position().page == page {
            match rows.next_row(reader) {
                Ok(Some(next)) if next.position.page == page => {
                    let stored = stored(reader, definition, next.position);
                    if !row(reader, &next, stored.as_deref()) {
                        return;
                    }
                }
                Ok(_) => break,
                Err(_) => {
                    lost.pages += 1;
                    break;
                }
            }
        }
        lost.rows += rows.skipped_rows();
    }
}

/// The table's data pages that are what they should be.
fn pages(reader: &mut PageReader, definition: &TableDef, owner: u32, lost: &mut Lost) -> Vec<u32> {
    let mut out = Vec::new();
    let count = reader.page_count();
    for (at, &page) in definition.data_pages.iter().enumerate() {
        let fine = page < count
            && reader.read_page(page).is_ok_and(|data| {
                data.first() == Some(&DATA_PAGE) && data.get(4..7).is_some_and(|bytes| bytes.iter().rev().fold(0, |n, b| n << 8 | u32::from(*b)) == owner)
            });
        if fine {
            out.extend(u32::try_from(at));
        } else {
            lost.pages += 1;
        }
    }
    out
}

/// The row as it is stored.
fn stored(reader: &mut PageReader, definition: &TableDef, position: RowPosition) -> Option<Vec<u8>> {
    let page = *definition.data_pages.get(position.page as usize)?;
    let format = reader.format();
    let data = reader.read_page(page).ok()?;
    let (start, size) = find_row(format, data, page, position.row).ok()?;
    Some(data.get(start..start + size)?.to_vec())
}

/// Whether the row's null mask says that the column has a value; and its bytes, if it is one of fixed length.
fn present<'r>(row: &'r [u8], column: &ColumnDef, short: bool) -> Option<&'r [u8]> {
    let (columns, body) = if short { (usize::from(*row.first()?), 1) } else { (usize::from(u16::from_le_bytes([*row.first()?, *row.get(1)?])), 2) };
    let mask = row.get(row.len().checked_sub(columns.div_ceil(8))?..)?;
    (mask.get(usize::from(column.col_num / 8))? >> (column.col_num % 8) & 1 == 1).then_some(())?;
    let from = body + usize::from(column.fixed_offset);
    Some(if column.is_fixed { row.get(from..from + usize::from(column.col_size)).unwrap_or_default() } else { &[] })
}

struct Cells<'t> {
    table: &'t str,
    definition: &'t TableDef,
    complex: &'t [Option<ComplexColumn>],
    /// Bytes of long values that may still be read: hostile rows all point to the same one.
    budget: u64,
}

impl Cells<'_> {
    #[allow(clippy::too_many_arguments)] // A cell's place, and what is known of it.
    fn cell(&mut self, task: &mut Task<'_, '_>, reader: &mut PageReader, at: usize, value: &Value, row: i64, stored: Option<&[u8]>, lost: &mut Lost) -> String {
        let Some(column) = self.definition.columns.get(at) else { return String::new() };
        let name = format!("{}/{row}/{}", self.table, column.name);
        let complex = self.complex.get(at).and_then(Option::as_ref);
        match (value, complex) {
            (Value::Null, _) => {
                // What is there and has no value could not be read; texts of fixed length are not read by the library.
                let Some(bytes) = stored.and_then(|row| present(row, column, reader.header().version.is_jet3())) else { return String::new() };
                match column.col_type {
                    ColumnType::Text if column.is_fixed => decode_text(bytes, reader.text_encoding()).unwrap_or_default(),
                    ColumnType::Binary if column.is_fixed => cells::bytes(task, self.table, row, &column.name, bytes),
                    ColumnType::Memo | ColumnType::Ole | ColumnType::Text => {
                        lost.values += 1;
                        String::new()
                    }
                    _ => String::new(),
                }
            }
            (Value::Long(number), Some(complex)) => match complex.values(reader, *number) {
                Ok(values) => self.values(task, values, &name, lost),
                Err(_) => {
                    lost.values += 1;
                    String::new()
                }
            },
            (Value::Binary(bytes), _) => {
                self.budget = self.budget.saturating_sub(bytes.len() as u64);
                if self.budget == 0 {
                    task.problem(DocumentStatus::OverBudget, "files in some cells were left out");
                    return String::new();
                }
                // The mark of compressed text is no byte order mark.
                if matches!(column.col_type, ColumnType::Unknown(_)) && bytes.starts_with(b"\xff\xfe") {
                    return decode_text(bytes, reader.text_encoding()).unwrap_or_default();
                }
                if column.col_type == ColumnType::Ole
                    && let Some(file) = olecell::unwrap(bytes)
                {
                    let name = file.name.map_or(name.clone(), |file| format!("{name}/{file}"));
                    cells::file(task, &name, file.content);
                    return String::new();
                }
                cells::bytes(task, self.table, row, &column.name, bytes)
            }
            (value, _) => plain(value),
        }
    }
    /// Several values in one cell; the files attached to it become members.
    fn values(&mut self, task: &mut Task<'_, '_>, values: ComplexValues, name: &str, lost: &mut Lost) -> String {
        let join = |values: Vec<String>| values.into_iter().filter(|value| !value.is_empty()).collect::<Vec<_>>().join("; ");
        match values {
            ComplexValues::MultiValue(values) => join(values.iter().map(plain).collect()),
            ComplexValues::VersionHistory(versions) => join(versions.iter().map(|version| plain(&version.value)).collect()),
            ComplexValues::Attachment(files) => {
                let mut names = Vec::new();
                for file in files {
                    let own = plain(&file.name);
                    match &file.data {
                        Value::Binary(bytes) => {
                            self.budget = self.budget.saturating_sub(bytes.len() as u64);
                            cells::file(task, &format!("{name}/{own}"), bytes);
                        }
                        _ => lost.values += 1,
                    }
                    names.push(own);
                }
                join(names)
            }
            _ => {
                lost.values += 1;
                String::new()
            }
        }
    }
}

/// A value as text: dates in ISO form, whole numbers without a fraction.
fn plain(value: &Value) -> String {
    match value {
        Value::Bool(value) => (if *value { "TRUE" } else { "FALSE" }).to_string(),
        Value::Byte(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::BigInt(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Text(value) | Value::Guid(value) | Value::DateTimeExtended(value) => value.clone(),
        Value::Money(value) | Value::Numeric(value) => match value.split_once('.') {
            Some((whole, fraction)) => {
                let fraction = fraction.trim_end_matches('0');
                if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") }
            }
            None => value.clone(),
        },
        Value::Timestamp(days) => moment(*days),
        _ => String::new(),
    }
}

/// Days since 1899-12-30. The fraction counts forward from midnight also before that day.
fn moment(days: f64) -> String {
    if !days.is_finite() || days.abs() > 4_000_000.0 {
        return days.to_string();
    }
    let mut day = days.trunc() as i64;
    let mut seconds = (days.fract().abs() * 86_400.0).round() as i64;
    if seconds == 86_400 {
        (day, seconds) = (day + 1, 0);
    }
    // A time of day alone has day 0.
    if day == 0 && seconds > 0 {
        return format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    cells::moment(day - 25_569, seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::show;

    #[test]
    fn values() {
        assert_eq!(moment(2.0), "1900-01-01");
        assert_eq!(moment(29_222.5), "1980-01-02 12:00:00");
        assert_eq!(moment(0.25), "06:00:00");
        assert_eq!(moment(-1.25), "1899-12-29 06:00:00");
        assert_eq!(plain(&Value::Money("12.5000".into())), "12.5");
        assert_eq!(plain(&Value::Numeric("-7".into())), "-7");
        assert_eq!(plain(&Value::Bool(true)), "TRUE");
    }

    #[test]
    fn not_a_database() {
        let mut page = vec![0_u8; 4096];
        page.splice(..19, *b"\0\x01\0\0Standard Jet DB");
        page.splice(0x14..0x15, [1]);
        assert_eq!(
            show("a.mdb", &page),
            "corrupt application/vnd.ms-access table (the list of tables is damaged: some tables are named by their page; no table can be found)"
        );
        assert_eq!(show("a.mdb", page.get(..30).unwrap_or_default()), "corrupt application/vnd.ms-access table (the database's header is damaged)");
    }
}
