//! SQLite databases: every table, from a copy in memory; binary values that are files become members.

use super::cells;
use crate::table::Builder;
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The length of the database's header.
const HEADER: usize = 100;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(b"SQLite format 3\0")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    // SQLite works on a copy of its own.
    if task.head.content.len() as u64 > task.budget().memory_bytes / 2 {
        return task.problem(DocumentStatus::OverBudget, "a database too large to be held in memory");
    }
    // A database in write-ahead mode cannot be opened without its log file: it is read as of its last checkpoint.
    let logged = task.head.content.get(18..20) == Some(&[2, 2]);
    if tables(task, logged).is_none() {
        let status = if task.is_blank() { DocumentStatus::Corrupt } else { DocumentStatus::Partly };
        task.problem(status, "the database is damaged");
        if status == DocumentStatus::Corrupt {
            super::carve(task);
        }
    }
    if logged && task.document.status == DocumentStatus::Read {
        task.document.reason = Some("read as of its last checkpoint: the write-ahead log is another file".into());
    }
}

fn tables(task: &mut Task<'_, '_>, logged: bool) -> Option<()> {
    let (header, rest) = task.head.content.split_at_checked(HEADER)?;
    let mut header = header.to_vec();
    if let (true, Some(mode)) = (logged, header.get_mut(18..20)) {
        mode.fill(1);
    }
    let mut base = Connection::open_in_memory().ok()?;
    base.deserialize_read_exact(MAIN_DB, header.as_slice().chain(rest), header.len() + rest.len(), true).ok()?;
    // Nothing that the file says is run.
    base.execute_batch("PRAGMA trusted_schema = OFF").ok()?;
    let list = |virtual_tables: bool| -> Option<Vec<String>> {
        let is = if virtual_tables { "" } else { "NOT" };
        let query = format!(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql {is} LIKE 'CREATE VIRTUAL%' ORDER BY name"
        );
        let mut list = base.prepare(&query).ok()?;
        let mut rows = list.query([]).ok()?;
        let mut names = Vec::new();
        while let Some(row) = rows.next().ok()? {
            names.push(row.get::<_, String>(0).ok()?);
        }
        Some(names)
    };
    let mut whole = true;
    // A table of a module that is not here is had from the tables in which the module keeps it.
    let modules: Vec<String> = list(true)?.into_iter().filter(|name| table(task, &base, name).is_some()).collect();
    let kept = |name: &str| modules.iter().any(|module| name.strip_prefix(module.as_str()).is_some_and(|rest| rest.starts_with('_')));
    let names: Vec<String> = list(false)?.into_iter().filter(|name| !kept(name)).collect();
    task.document.pages = (modules.len() + names.len()) as i64;
    for name in names {
        whole &= table(task, &base, &name).is_some();
        if task.document.status == DocumentStatus::OverBudget {
            break;
        }
    }
    whole.then_some(())
}

/// The library panics on names that are not well-formed.
fn table(task: &mut Task<'_, '_>, base: &Connection, name: &str) -> Option<()> {
    catch_unwind(AssertUnwindSafe(|| rows(task, base, name))).ok().flatten()
}

fn rows(task: &mut Task<'_, '_>, base: &Connection, name: &str) -> Option<()> {
    let mut statement = base.prepare(&format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""))).ok()?;
    let columns: Vec<String> = statement.column_names().into_iter().map(String::from).collect();
    let mut rows = statement.query([]).ok()?;
    let mut builder = Builder::named(name, columns.clone());
    let mut number = 0;
    // A row takes some bytes: where there are more, pages are given again and again.
    let most = task.head.content.len() as i64;
    loop {
        let row = rows.next();
        let Ok(Some(row)) = &row else {
            builder.end(task);
            return row.is_ok().then_some(());
        };
        number += 1;
        for (at, column) in columns.iter().enumerate() {
            match row.get_ref(at) {
                Ok(ValueRef::Integer(value)) => builder.cell(&value.to_string()),
                Ok(ValueRef::Real(value)) => builder.cell(&value.to_string()),
                Ok(ValueRef::Text(value)) => builder.cell(&String::from_utf8_lossy(value)),
                Ok(ValueRef::Blob(value)) => builder.cell(&cells::bytes(task, name, number, column, value)),
                Ok(ValueRef::Null) | Err(_) => builder.cell(""),
            }
        }
        builder.row(number);
        builder.give(task);
        if task.document.status == DocumentStatus::OverBudget {
            return Some(());
        }
        if number > most {
            builder.end(task);
            return None;
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

    #[test]
    fn kinds_of_tables() {
        let base = rusqlite::Connection::open_in_memory().expect("a database in memory");
        let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 600]].concat();
        base.execute_batch(
            "CREATE TABLE a (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO a VALUES ('x', x'0102030405060708'); CREATE VIEW w AS SELECT * FROM a; CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('seen by Lee'); CREATE TABLE p (f BLOB);",
        )
        .expect("tables");
        base.execute("INSERT INTO p VALUES (?1)", [&picture]).expect("a row");
        let content = base.serialize(rusqlite::MAIN_DB).expect("bytes").to_vec();
        let out = show("x.db", &content);
        let tables: Vec<&str> = out.lines().filter(|line| line.starts_with('[')).collect();
        assert_eq!(tables, ["[notes!rows 1-1 table body] seen by Lee", "[a!rows 1-1 table k|v] x\\t0x0102030405060708", "[p!rows 1-1 table f] "], "{out}");
        assert!(out.contains("\np/1/f: "), "{out}");
    }
}
