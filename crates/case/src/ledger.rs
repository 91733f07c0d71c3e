//! `case.sqlite`: what people and the program did, append-only and hash-chained.
//!
//! One table `entries` holds one chain; the views `runs`, `decisions` and `audit` read it by kind. Each entry's
//! hash covers its content and the hash before it, so that no entry can be changed, removed or slipped in between
//! without `verify` naming it. (Cutting off the newest entries cannot be seen from inside: `status` and `verify` print
//! the head hash, to be noted elsewhere.)

use crate::error::{Error, Result};
use crate::id::Id;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Version of the case folder's format.
pub const FORMAT: i64 = 1;

const SCHEMA: &str = include_str!("ledger.sql");

/// The open ledger.
pub struct Ledger {
    db: Connection,
}

/// A committed run of a stage: the commit, and the key that tells whether it is still up to date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Stage.
    pub stage: String,
    /// Hash over everything the result depends on; also the folder name of the written tables.
    pub run: String,
    /// Program version.
    pub version: String,
    /// Input table → its run.
    pub inputs: BTreeMap<String, String>,
    /// Written table → rows and BLAKE3 of the file.
    pub outputs: BTreeMap<String, TableFile>,
    /// Hash of the rule packs used.
    pub rules: String,
    /// Hash of the part of `case.toml` used, and of the evidence list.
    pub config: String,
    /// Seconds it took.
    pub seconds: f64,
    /// Counts worth telling, in order.
    pub summary: Vec<(String, i64)>,
}

/// One written table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// Rows.
    pub rows: i64,
    /// BLAKE3 of the file, hexadecimal.
    pub blake3: String,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum Decision {
    /// A session's verdict (`intruder` or `legitimate`).
    Session {
        /// The session.
        session_id: Id,
        /// The verdict.
        verdict: crate::tables::Verdict,
        /// Why.
        reason: String,
    },
    /// Two records are one person, or are not.
    Records {
        /// One record.
        left: Id,
        /// The other.
        right: Id,
        /// Whether they are the same person.
        same: bool,
        /// Why.
        reason: String,
    },
}

/// One entry of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Number, from 1.
    pub seq: i64,
    /// When, UTC.
    pub at: String,
    /// Who: the account of the operating system.
    pub who: String,
    /// `run`, `decision`, `audit`.
    pub kind: String,
    /// The content, as JSON.
    pub body: String,
    /// Hash of the entry before.
    pub prev: String,
    /// Hash of this entry.
    pub hash: String,
}

impl Entry {
    fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.seq.to_string(), &self.at, &self.who, &self.kind, &self.body, &self.prev] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

impl Ledger {
    /// Opens or creates the ledger. Refuses one of a newer version, naming both versions.
    pub fn open(path: &Path) -> Result<Ledger> {
        let db = Connection::open(path).map_err(|e| Error::from(e).at(path))?;
        db.busy_timeout(std::time::Duration::from_secs(10))?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        let format: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(|e| Error::from(e).at(path))?;
        if format > FORMAT {
            return Err(Error::case(format!("this case has format {format}; dosimeter {} reads up to format {FORMAT}", env!("CARGO_PKG_VERSION"))).at(path));
        }
        if format == 0 {
            db.execute_batch(&format!("BEGIN; {SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;"))?;
        }
        Ok(Ledger { db })
    }

    /// Appends one entry and returns its hash.
    pub fn append(&self, kind: &str, body: &impl Serialize) -> Result<String> {
        let body = serde_json::to_string(body).map_err(|e| Error::case(e.to_string()))?;
        let tx = rusqlite::Transaction::new_unchecked(&self.db, rusqlite::TransactionBehavior::Immediate)?;
        let last: Option<(i64, String)> =
            tx.query_row("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1", [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (seq, prev) = last.map_or((1, String::new()), |(seq, hash)| (seq + 1, hash));
        let at = Timestamp::now().to_string();
        let mut entry = Entry { seq, at, who: account(), kind: kind.into(), body, prev, hash: String::new() };
        entry.hash = entry.digest();
        tx.execute(
            "INSERT INTO entries (seq, at, who, kind, body, prev, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![entry.seq, entry.at, entry.who, entry.kind, entry.body, entry.prev, entry.hash],
        )?;
        tx.commit()?;
        Ok(entry.hash)
    }

    /// The newest run of each stage.
    pub fn current_runs(&self) -> Result<BTreeMap<String, Run>> {
        Ok(self.bodies::<Run>("run")?.into_iter().map(|run| (run.stage.clone(), run)).collect())
    }
    /// Every run, oldest first.
    pub fn runs(&self) -> Result<Vec<Run>> {
        self.bodies("run")
    }
    /// Every decision, oldest first; a later one on the same matter takes the place of an earlier one.
    pub fn decisions(&self) -> Result<Vec<Decision>> {
        self.bodies("decision")
    }
    fn bodies<T: for<'a> Deserialize<'a>>(&self, kind: &str) -> Result<Vec<T>> {
        let mut statement = self.db.prepare("SELECT body FROM entries WHERE kind = ?1 ORDER BY seq")?;
        let rows = statement.query_map([kind], |row| row.get::<_, String>(0))?;
        rows.map(|body| serde_json::from_str(&body?).map_err(|e| Error::case(format!("case.sqlite: an entry of kind {kind}: {e}")))).collect()
    }

    /// Checks the whole chain. Returns the number of entries and the head hash, or where it breaks.
    pub fn verify(&self) -> Result<(i64, String)> {
        let mut statement = self.db.prepare("SELECT seq, at, who, kind, body, prev, hash FROM entries ORDER BY seq")?;
        let rows = statement.query_map([], |row| {
            Ok(Entry { seq: row.get(0)?, at: row.get(1)?, who: row.get(2)?, kind: row.get(3)?, body: row.get(4)?, prev: row.get(5)?, hash: row.get(6)? })
        })?;
        let (mut count, mut head) = (0, String::new());
        for entry in rows {
            let entry = entry?;
            count += 1;
            if entry.seq != count || entry.prev != head || entry.hash != entry.digest() {
                return Err(Error::case(format!("case.sqlite: the chain breaks at entry {count}: something was changed, removed or put in")));
            }
            head = entry.hash;
        }
        Ok((count, head))
    }
}

/// The account that runs the program.
fn account() -> String {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_else(|| "unknown".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> (tempfile::TempDir, Ledger) {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&dir.path().join("case.sqlite")).unwrap();
        for n in 0..3 {
            ledger.append("audit", &serde_json::json!({ "what": "test", "n": n })).unwrap();
        }
        (dir, ledger)
    }

    #[test]
    fn chained() {
        let (_dir, ledger) = ledger();
        assert_eq!(ledger.verify().unwrap().0, 3);
    }

    #[test]
    fn update_and_delete_are_refused() {
        let (_dir, ledger) = ledger();
        for sql in ["UPDATE entries SET body = '{}'", "DELETE FROM entries"] {
            let error = ledger.db.execute(sql, []).unwrap_err();
            assert!(error.to_string().contains("append-only"), "{error}");
        }
    }

    #[test]
    fn tampering_is_found() {
        let (_dir, ledger) = ledger();
        ledger.db.execute_batch("DROP TRIGGER entries_no_update; UPDATE entries SET who = 'x' WHERE seq = 2").unwrap();
        assert!(ledger.verify().unwrap_err().to_string().contains("entry 2"));
    }

    #[test]
    fn newer_format_is_refused() {
        let (dir, ledger) = ledger();
        ledger.db.pragma_update(None, "user_version", 99).unwrap();
        let error = Ledger::open(&dir.path().join("case.sqlite")).err().unwrap().to_string();
        assert!(error.contains("99") && error.contains("up to format 1"), "{error}");
    }
}
