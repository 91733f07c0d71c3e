//! The only door to DataFusion. In: Parquet tables of a case and SQL. Out: rows, or text to print.
//! Never writes: statements that would change anything are refused.

mod print;

use datafusion::arrow::array::RecordBatch;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use dosimeter_case::{Error, Kind, Result, Row};
use std::path::Path;

pub use print::{Format, render};

/// Where plans run: on this machine, on a given number of threads.
///
/// A cluster will be a second engine behind the same functions (DESIGN section 6).
pub struct Engine {
    context: SessionContext,
    runtime: tokio::runtime::Runtime,
}

impl Engine {
    /// An engine on this machine. The number of threads never changes a result that is ordered.
    pub fn local(threads: usize) -> Result<Engine> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).build().map_err(|e| Error::new(Kind::Io, e.to_string()))?;
        let config = SessionConfig::new()
            .with_target_partitions(threads)
            .with_information_schema(true)
            .set_bool("datafusion.execution.parquet.schema_force_view_types", false)
            .set_bool("datafusion.sql_parser.enable_ident_normalization", true);
        Ok(Engine { context: SessionContext::new_with_config(config), runtime })
    }

    /// Makes a Parquet file known as table `name`.
    pub fn register(&self, name: &str, path: &Path) -> Result<()> {
        let options = ParquetReadOptions::default();
        let path_text = path.to_str().ok_or_else(|| Error::usage("the path is not valid Unicode").at(path))?;
        self.runtime.block_on(self.context.register_parquet(name, path_text, options)).map_err(|e| Error::table(name, e.strip_backtrace()).at(path))
    }

    /// Runs one read-only statement.
    pub fn sql(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        self.runtime.block_on(async { self.context.sql_with_options(sql, options).await?.collect().await }).map_err(|e| Error::usage(e.strip_backtrace()))
    }

    /// Runs one read-only statement whose columns are those of a table's row.
    pub fn rows<T: Row>(&self, sql: &str) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        for batch in self.sql(sql)? {
            rows.extend(T::from_batch(&batch)?);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dosimeter_case::tables::PersonRecord;
    use dosimeter_case::{Id, write_table};

    fn check(sql: &str, expect: &str) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        write_table(&path, (0..5).map(|n| PersonRecord { person_id: Id(n / 2), record_id: Id(n) })).unwrap();
        let engine = Engine::local(2).unwrap();
        engine.register("person_records", &path).unwrap();
        let text = match engine.sql(sql) {
            Ok(batches) => render(&batches, Format::Csv).unwrap(),
            Err(error) => error.to_string(),
        };
        assert!(text.contains(expect), "{text}");
    }

    #[test]
    fn reads_and_never_writes() {
        check(
            "SELECT person_id, count(*) AS n FROM person_records GROUP BY 1 ORDER BY 1",
            "person_id,n\n0000000000000000,2\n0000000000000001,2\n0000000000000002,1\n",
        );
        check("DROP TABLE person_records", "not supported");
        check("SELECT nothing FROM person_records", "nothing");
        check("COPY person_records TO 'x.csv'", "not supported");
    }

    #[test]
    fn typed_rows() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.parquet");
        let row = PersonRecord { person_id: Id(1), record_id: Id(u64::MAX) };
        write_table(&path, [row.clone()]).unwrap();
        let engine = Engine::local(1).unwrap();
        engine.register("t", &path).unwrap();
        assert!(engine.rows::<PersonRecord>("SELECT * FROM t").unwrap() == [row]);
    }
}
