//! The case folder: `case.toml`, `evidence.parquet`, `tables/`, `case.sqlite`, `out/`.
//!
//! Results become visible by one insert into the ledger. Before it, tables are written to a hidden folder, put on the
//! disk and renamed; a crash at any moment leaves the previous run in force and at most a folder that nobody refers to.

use crate::column::Row;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::ledger::{Ledger, Run, TableFile};
use crate::store::{Scan, TableWriter, scan, write_table};
use crate::tables::Evidence;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// An open case.
pub struct Case {
    dir: PathBuf,
    /// The facts in `case.toml`.
    pub config: Config,
    /// What was done and decided.
    pub ledger: Ledger,
    runs: BTreeMap<String, Run>,
    declared: Option<&'static [&'static str]>,
}

impl Case {
    /// Makes a new case folder. Fails when `dir` already holds a case.
    pub fn create(dir: &Path, config: &Config) -> Result<Case> {
        let toml = dir.join("case.toml");
        if toml.exists() {
            return Err(Error::usage("there is already a case in this folder").at(dir));
        }
        for folder in [dir.to_path_buf(), dir.join("tables"), dir.join("out")] {
            fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, e))?;
        }
        restrict(dir)?;
        write_atomic(&toml, config.to_toml()?.as_bytes())?;
        let case = Case::open(dir)?;
        case.ledger.append("audit", &serde_json::json!({ "what": "created", "version": env!("CARGO_PKG_VERSION") }))?;
        Ok(case)
    }

    /// Opens a case folder.
    pub fn open(dir: &Path) -> Result<Case> {
        let toml = dir.join("case.toml");
        if !toml.exists() {
            return Err(Error::usage("no case here (case.toml is missing); make one with `dosimeter new`").at(dir));
        }
        let config = Config::read(&toml)?;
        let ledger = Ledger::open(&dir.join("case.sqlite"))?;
        let runs = ledger.current_runs()?;
        Ok(Case { dir: dir.into(), config, ledger, runs, declared: None })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
    /// The folder of exports, letters and the report.
    pub fn out(&self) -> PathBuf {
        self.dir.join("out")
    }
    /// Keeps other processes from running stages of this case at the same time, until the returned file is dropped.
    pub fn lock(&self) -> Result<File> {
        let path = self.dir.join(".lock");
        let file = File::create(&path).map_err(|e| Error::io(&path, e))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(Error::usage("another dosimeter is working on this case").at(&self.dir)),
            Err(fs::TryLockError::Error(e)) => Err(Error::io(&path, e)),
        }
    }

    /// The registered evidence, by kind and path.
    pub fn evidence(&self) -> Result<Vec<Evidence>> {
        let path = self.dir.join("evidence.parquet");
        if path.exists() { scan(&path)?.all() } else { Ok(Vec::new()) }
    }
    /// Adds evidence as the next batch; what is already registered (same id) stays as it is. Returns how many are new.
    pub fn add_evidence(&self, new: Vec<Evidence>) -> Result<usize> {
        let old = self.evidence()?;
        let batch = old.iter().map(|e| e.batch).max().unwrap_or(0) + 1;
        let mut all: BTreeMap<_, _> = old.into_iter().map(|e| (e.source_id, e)).collect();
        let before = all.len();
        for evidence in new {
            all.entry(evidence.source_id).or_insert(Evidence { batch, ..evidence });
        }
        let added = all.len() - before;
        let mut rows: Vec<_> = all.into_values().collect();
        rows.sort_by(|a, b| (a.kind, &a.path, a.source_id).cmp(&(b.kind, &b.path, b.source_id)));
        let (path, temporary) = (self.dir.join("evidence.parquet"), self.dir.join(".evidence.tmp"));
        write_table(&temporary, rows)?;
        fs::rename(&temporary, &path).map_err(|e| Error::io(&path, e))?;
        sync_dir(&self.dir)?;
        self.ledger.append("audit", &serde_json::json!({ "what": "evidence", "added": added, "evidence": file_hash(&path)? }))?;
        Ok(added)
    }

    /// The run in force of each stage.
    pub fn current_runs(&self) -> &BTreeMap<String, Run> {
        &self.runs
    }
    /// The run that wrote the table now in force.
    pub fn run_of(&self, table: &str) -> Option<&Run> {
        self.runs.values().find(|run| run.outputs.contains_key(table))
    }
    /// The file of the table now in force.
    pub fn table_file(&self, table: &str) -> Option<PathBuf> {
        self.run_of(table).map(|run| self.file_of(table, &run.run))
    }
    /// The file that a run wrote for a table.
    pub fn file_of(&self, table: &str, run: &str) -> PathBuf {
        self.dir.join("tables").join(table).join(run).join("part-0.parquet")
    }
    /// From now on only these tables may be read: a stage that reads what it does not declare would go stale unseen. `None` lifts it.
    pub fn declare(&mut self, tables: Option<&'static [&'static str]>) {
        self.declared = tables;
    }
    /// The rows of a table, batch by batch; none when no stage has written it yet.
    pub fn scan<T: Row>(&self) -> Result<Scan<T>> {
        if self.declared.is_some_and(|tables| !tables.contains(&T::TABLE)) {
            return Err(Error::table(T::TABLE, "the stage reads it without declaring so"));
        }
        self.table_file(T::TABLE).map_or_else(|| Ok(Scan::empty()), |path| scan(&path))
    }
    /// All rows of a table.
    pub fn read<T: Row>(&self) -> Result<Vec<T>> {
        self.scan()?.all()
    }

    /// Begins a run: gives the writers of its tables.
    pub fn begin(&self, run: &str) -> Output {
        Output { tables: self.dir.join("tables"), run: run.to_string(), written: BTreeMap::new(), scratch: None }
    }
    /// Puts the written tables in force: renames them, then adds the run to the ledger.
    pub fn commit(&mut self, output: Output, mut run: Run) -> Result<()> {
        for (table, rows) in &output.written {
            let (temporary, dir) = (output.temporary(table), output.tables.join(table).join(&output.run));
            let hash = file_hash(&temporary.join("part-0.parquet"))?;
            if dir.exists() {
                fs::remove_dir_all(&dir).map_err(|e| Error::io(&dir, e))?;
            }
            fs::rename(&temporary, &dir).map_err(|e| Error::io(&dir, e))?;
            sync_dir(&output.tables.join(table))?;
            run.outputs.insert(table.clone(), TableFile { rows: *rows, blake3: hash });
        }
        self.ledger.append("run", &run)?;
        if let Some(scratch) = &output.scratch {
            // The run is in force; what is left behind is removed by the next one.
            let _ = fs::remove_dir_all(scratch);
        }
        self.runs.insert(run.stage.clone(), run);
        Ok(())
    }
}

/// The tables that a run is writing.
pub struct Output {
    tables: PathBuf,
    run: String,
    written: BTreeMap<String, i64>,
    scratch: Option<PathBuf>,
}

impl Output {
    fn temporary(&self, table: &str) -> PathBuf {
        self.tables.join(table).join(format!(".{}.tmp", self.run))
    }
    /// A writer for one table. Give it back with [`Output::finish`].
    pub fn writer<T: Row>(&self) -> Result<TableWriter<T>> {
        let dir = self.temporary(T::TABLE);
        if dir.exists() {
            fs::remove_dir_all(&dir).map_err(|e| Error::io(&dir, e))?;
        }
        fs::create_dir_all(&dir).map_err(|e| Error::io(&dir, e))?;
        TableWriter::create(&dir.join("part-0.parquet"))
    }
    /// A folder for what a long stage has finished so far, under the stage's `name`. It outlives a crash and belongs to this run: what
    /// other runs left there is removed. It is removed when the run is committed.
    pub fn scratch(&mut self, name: &str) -> Result<PathBuf> {
        let folder = self.tables.join(format!(".{name}"));
        let dir = folder.join(&self.run);
        fs::create_dir_all(&dir).map_err(|e| Error::io(&dir, e))?;
        for entry in fs::read_dir(&folder).map_err(|e| Error::io(&folder, e))? {
            let other = entry.map_err(|e| Error::io(&folder, e))?.path();
            if other != dir {
                fs::remove_dir_all(&other).map_err(|e| Error::io(&other, e))?;
            }
        }
        self.scratch = Some(folder);
        Ok(dir)
    }
    /// Ends a table.
    pub fn finish<T: Row>(&mut self, writer: TableWriter<T>) -> Result<()> {
        let rows = writer.finish()?;
        self.written.insert(T::TABLE.into(), rows);
        Ok(())
    }
    /// Writes a whole table.
    pub fn write<T: Row>(&mut self, rows: impl IntoIterator<Item = T>) -> Result<()> {
        let mut writer = self.writer()?;
        writer.extend(rows)?;
        self.finish(writer)
    }
}

/// Writes a file so that either the old or the new content is there, whatever happens.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    let write = || -> std::io::Result<()> {
        use std::io::Write;
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|e| Error::io(path, e))
}

/// BLAKE3 of a file, hexadecimal.
pub fn file_hash(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut file = File::open(path).map_err(|e| Error::io(path, e))?;
    hasher.update_reader(&mut file).map_err(|e| Error::io(path, e))?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Makes renames in a folder durable.
fn sync_dir(dir: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(dir).and_then(|d| d.sync_all()).map_err(|e| Error::io(dir, e))?;
    }
    Ok(())
}

/// A case holds patient data: only its owner may enter.
fn restrict(dir: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(|e| Error::io(dir, e))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::tables::PersonRecord;

    fn config() -> Config {
        Config::parse("[entity]\nname = \"A\"\nstate = \"OH\"\n[incident]\ndiscovered = \"2023-09-20\"\n").unwrap()
    }
    fn row(n: u64) -> PersonRecord {
        PersonRecord { person_id: Id(n), record_id: Id(n) }
    }
    fn run(stage: &str, run: &str) -> Run {
        Run {
            stage: stage.into(),
            run: run.into(),
            version: "1".into(),
            inputs: BTreeMap::new(),
            outputs: BTreeMap::new(),
            rules: String::new(),
            config: String::new(),
            seconds: 0.0,
            summary: vec![],
        }
    }

    #[test]
    fn a_run_counts_only_once_committed() {
        let dir = tempfile::tempdir().unwrap();
        let mut case = Case::create(dir.path(), &config()).unwrap();
        let mut first = case.begin("r1");
        first.write([row(1)]).unwrap();
        case.commit(first, run("resolve", "r1")).unwrap();
        // The second run dies between writing and committing.
        let mut second = case.begin("r2");
        second.write([row(2), row(3)]).unwrap();
        drop(second);
        let case = Case::open(dir.path()).unwrap();
        assert!(case.read::<PersonRecord>().unwrap() == [row(1)]);
        assert_eq!(case.current_runs()["resolve"].outputs["person_records"].rows, 1);
    }

    #[test]
    fn a_second_case_in_the_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        Case::create(dir.path(), &config()).unwrap();
        assert!(Case::create(dir.path(), &config()).err().unwrap().to_string().contains("already a case"));
    }

    #[test]
    fn one_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let case = Case::create(dir.path(), &config()).unwrap();
        let _held = case.lock().unwrap();
        assert!(Case::open(dir.path()).unwrap().lock().unwrap_err().to_string().contains("another dosimeter"));
    }
}
