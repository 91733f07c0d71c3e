//! Parquet files of typed rows: written in bounded memory, read back whole or in batches.

use crate::column::Row;
use crate::error::{Error, Result};
use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::Write;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Rows per batch, when reading and writing.
const BATCH: usize = 8192;
/// A row group is closed when this many bytes wait in memory, so that long texts do not pile up.
const ROW_GROUP_BYTES: usize = 64 << 20;

/// Writes the rows of one table to one Parquet file.
///
/// The bytes depend on the rows, and on the batches of those that are columns already: the same give the same file on any machine and any
/// number of cores.
pub struct TableWriter<T: Row> {
    path: PathBuf,
    rows: Vec<T>,
    writer: ArrowWriter<Disk>,
    failure: Failure,
    count: i64,
}

/// The first failure of the file below a writer: Parquet's own errors keep only its text.
type Failure = Arc<Mutex<Option<std::io::Error>>>;

/// A file that remembers its first failure.
struct Disk {
    file: File,
    failure: Failure,
}

impl Disk {
    fn note<T>(&self, result: std::io::Result<T>) -> std::io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            kind.into()
        })
    }
}
impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let result = self.file.write(bytes);
        self.note(result)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        let result = self.file.flush();
        self.note(result)
    }
}

impl<T: Row> TableWriter<T> {
    /// Creates the file.
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|e| Error::io(path, e))?;
        let level = ZstdLevel::try_new(3).map_err(|e| Error::table(T::TABLE, e))?;
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(level)).build();
        let failure = Failure::default();
        let disk = Disk { file, failure: failure.clone() };
        let writer = ArrowWriter::try_new(disk, T::schema(), Some(properties)).map_err(|e| parquet_error(path, &failure, e))?;
        Ok(TableWriter { path: path.into(), rows: Vec::new(), writer, failure, count: 0 })
    }
    /// Adds one row.
    pub fn push(&mut self, row: T) -> Result<()> {
        self.rows.push(row);
        if self.rows.len() >= BATCH { self.flush() } else { Ok(()) }
    }
    /// Adds rows.
    pub fn extend(&mut self, rows: impl IntoIterator<Item = T>) -> Result<()> {
        rows.into_iter().try_for_each(|row| self.push(row))
    }
    fn flush(&mut self) -> Result<()> {
        let batch = T::to_batch(&self.rows)?;
        self.rows.clear();
        self.write(&batch)
    }
    /// Adds rows that are columns already, of the table's schema.
    pub fn extend_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.flush()?;
        self.write(batch)
    }
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.count += batch.num_rows() as i64;
        self.writer.write(batch).map_err(|e| parquet_error(&self.path, &self.failure, e))?;
        if self.writer.in_progress_size() > ROW_GROUP_BYTES {
            self.writer.flush().map_err(|e| parquet_error(&self.path, &self.failure, e))?;
        }
        Ok(())
    }
    /// Ends the file and makes sure it is on the disk. Returns the number of rows.
    pub fn finish(mut self) -> Result<i64> {
        self.flush()?;
        let disk = self.writer.into_inner().map_err(|e| parquet_error(&self.path, &self.failure, e))?;
        disk.file.sync_all().map_err(|e| Error::io(&self.path, e))?;
        Ok(self.count)
    }
}

/// Writes all rows to a file.
pub fn write_table<T: Row>(path: &Path, rows: impl IntoIterator<Item = T>) -> Result<i64> {
    let mut writer = TableWriter::create(path)?;
    writer.extend(rows)?;
    writer.finish()
}

/// The rows of a file, batch by batch.
pub struct Scan<T: Row> {
    path: PathBuf,
    reader: Option<ParquetRecordBatchReader>,
    row: PhantomData<T>,
}

/// Opens a file for reading batch by batch.
pub fn scan<T: Row>(path: &Path) -> Result<Scan<T>> {
    let file = File::open(path).map_err(|e| Error::io(path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| Error::case(e.to_string()).at(path))?;
    let reader = builder.with_batch_size(BATCH).build().map_err(|e| Error::case(e.to_string()).at(path))?;
    Ok(Scan { path: path.into(), reader: Some(reader), row: PhantomData })
}

impl<T: Row> Scan<T> {
    /// A scan without rows.
    pub fn empty() -> Self {
        Scan { path: PathBuf::new(), reader: None, row: PhantomData }
    }
    /// All rows at once.
    pub fn all(self) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        for batch in self {
            rows.extend(batch?);
        }
        Ok(rows)
    }
}

impl<T: Row> Iterator for Scan<T> {
    type Item = Result<Vec<T>>;
    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.as_mut()?.next()?;
        Some(batch.map_err(|e| Error::table(T::TABLE, e).at(&self.path)).and_then(|batch| T::from_batch(&batch)))
    }
}

/// The operating system's failure below a Parquet error, if that is what it was: a full disk must be called a full disk.
fn parquet_error(path: &Path, failure: &Failure, error: parquet::errors::ParquetError) -> Error {
    match failure.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(io) => Error::io(path, io),
        None => Error::case(error.to_string()).at(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::tables::{Certainty, ElementKind, Exposure, Tier};

    fn rows(n: u64) -> Vec<Exposure> {
        (0..n)
            .map(|i| Exposure {
                person_id: Id(i),
                kind: ElementKind::Ssn,
                document_id: (i % 2 == 0).then_some(Id(i * 7)),
                tier: Tier::Copied,
                certainty: Certainty::Certain,
                access_ids: (0..i % 4).map(Id).collect(),
                mention_ids: vec![],
            })
            .collect()
    }

    #[test]
    fn written_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.parquet");
        assert_eq!(write_table(&path, rows(20_000)).unwrap(), 20_000);
        assert!(scan::<Exposure>(&path).unwrap().all().unwrap() == rows(20_000));
    }

    #[test]
    fn same_rows_same_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        write_table(&a, rows(100)).unwrap();
        write_table(&b, rows(100)).unwrap();
        assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap());
    }

    #[test]
    fn another_table_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write_table(&path, rows(1)).unwrap();
        let error = scan::<crate::tables::Link>(&path).unwrap().all().unwrap_err();
        assert!(error.to_string().contains("column left is missing"), "{error}");
    }

    #[test]
    fn full_disk_is_called_so() {
        let path = Path::new("/dev/full");
        if path.exists() {
            let error = write_table(path, rows(10)).unwrap_err();
            assert!(error.to_string().contains("disk is full"), "{error}");
        }
    }
}
