//! SQLite databases: every table, from a copy in memory; binary values that are files become members.

use crate::table::{ROWS, clean};
use crate::{Head, Task, text};
use dosimeter_case::tables::DocumentStatus;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};
use std::io::Cursor;

/// Binary values smaller than this are keys and hashes, not files.
const FILE: usize = 512;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(b"SQLite format 3\0")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let mut copy = task.head.content.to_vec();
    // A database in write-ahead mode cannot be opened without its log file: it is read as of its last checkpoint.
    let logged = copy.get(18..20) == Some(&[2, 2]);
    if let (true, Some(mode)) = (logged, copy.get_mut(18..20)) {
        mode.fill(1);
    }
    if tables(task, copy).is_none() {
        let status = if task.passages.is_empty() { DocumentStatus::Corrupt } else { DocumentStatus::Partly };
        task.problem(status, "the database is damaged");
        if status == DocumentStatus::Corrupt {
            super::carve(task);
        }
    }
    if logged && task.document.status == DocumentStatus::Read {
        task.document.reason = Some("read as of its last checkpoint: the write-ahead log is another file".into());
    }
}

fn tables(task: &mut Task<'_, '_>, copy: Vec<u8>) -> Option<()> {
    let mut base = Connection::open_in_memory().ok()?;
    let size = copy.len();
    base.deserialize_read_exact(MAIN_DB, Cursor::new(copy), size, true).ok()?;
    let mut names: Vec<String> = Vec::new();
    let mut list = base.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name").ok()?;
    let mut rows = list.query([]).ok()?;
    while let Some(row) = rows.next().ok()? {
        names.push(row.get::<_, String>(0).ok()?);
    }
    task.document.pages = names.len() as i64;
    let mut whole = true;
    for name in names {
        whole &= table(task, &base, &name).is_some();
    }
    whole.then_some(())
}

fn table(task: &mut Task<'_, '_>, base: &Connection, name: &str) -> Option<()> {
    let mut statement = base.prepare(&format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""))).ok()?;
    let columns: Vec<String> = statement.column_names().into_iter().map(String::from).collect();
    let mut rows = statement.query([]).ok()?;
    let (mut chunk, mut number, mut first) = (Vec::new(), 0, 1);
    loop {
        let row = rows.next();
        let Ok(Some(row)) = &row else {
            task.named_table(name, &columns, chunk, first);
            return row.is_ok().then_some(());
        };
        number += 1;
        let mut cells = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            let mut cell = match row.get_ref(at) {
                Ok(ValueRef::Integer(value)) => value.to_string(),
                Ok(ValueRef::Real(value)) => value.to_string(),
                Ok(ValueRef::Text(value)) => String::from_utf8_lossy(value).into_owned(),
                Ok(ValueRef::Blob(value)) => match text::decode(value) {
                    Some(text) => text,
                    None if value.len() >= FILE && value.len() as u64 <= task.room() && task.may_add() => {
                        task.member(&format!("{name}/{number}/{column}"), value.to_vec());
                        String::new()
                    }
                    None => String::new(),
                },
                Ok(ValueRef::Null) | Err(_) => String::new(),
            };
            clean(&mut cell);
            cells.push(cell);
        }
        chunk.push(cells);
        if chunk.len() == ROWS {
            task.named_table(name, &columns, std::mem::take(&mut chunk), first);
            first = number + 1;
            if task.document.status == DocumentStatus::OverBudget {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, show};

    #[test]
    fn sqlite() {
        let base = rusqlite::Connection::open_in_memory().expect("a database in memory");
        base.execute_batch(
            "CREATE TABLE pt (id INTEGER, nm TEXT, w REAL); INSERT INTO pt VALUES (1, 'Lee,\nAnn', 2.5), (2, NULL, NULL); CREATE TABLE \"a \"\"b\" (x)",
        )
        .expect("tables");
        let content = base.serialize(rusqlite::MAIN_DB).expect("bytes").to_vec();
        check("x.bin", &content, "read application/vnd.sqlite3 table\n[pt!rows 1-2 table id|nm|w] 1\\tLee, Ann\\t2.5\\n2\\t\\t");
        let cut = show("x.bin", content.get(..200).unwrap_or_default());
        assert_eq!(cut, "corrupt application/vnd.sqlite3 table (the database is damaged)");
    }
}
