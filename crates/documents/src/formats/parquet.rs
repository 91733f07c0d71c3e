//! Parquet: one table per row group.

use crate::table::{ROWS, clean};
use crate::{Head, Task};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use dosimeter_case::tables::DocumentStatus;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.starts(b"PAR1")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    // The library panics on some damaged files; what was read before stays.
    if catch_unwind(AssertUnwindSafe(|| groups(task))).is_err() {
        let status = if task.passages.is_empty() { DocumentStatus::Corrupt } else { DocumentStatus::Partly };
        task.problem(status, "a row group is damaged");
    }
}

fn groups(task: &mut Task<'_, '_>) {
    let source = task.head.bytes.clone();
    let builder = || ParquetRecordBatchReaderBuilder::try_new(source.clone()).ok();
    let Some(groups) = builder().map(|builder| builder.metadata().num_row_groups()) else {
        return task.problem(DocumentStatus::Corrupt, "the file's footer cannot be read");
    };
    task.document.pages = groups as i64;
    let mut first = 1;
    for group in 0..groups {
        let reader = builder().and_then(|builder| builder.with_row_groups(vec![group]).with_batch_size(ROWS).build().ok());
        let Some(reader) = reader else {
            task.problem(DocumentStatus::Partly, "a row group cannot be read");
            continue;
        };
        let name = if groups > 1 { format!("row group {}", group + 1) } else { String::new() };
        for batch in reader {
            let Ok(batch) = batch else {
                let status = if task.is_blank() { DocumentStatus::Corrupt } else { DocumentStatus::Partly };
                task.problem(status, "a row group is damaged, or packed with a method that is not supported");
                break;
            };
            let columns: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
            let options = FormatOptions::default().with_null("").with_display_error(true);
            let formats: Vec<_> = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).ok()).collect();
            let cell = |format: &Option<ArrayFormatter<'_>>, row: usize| {
                let mut cell = format.as_ref().map_or_else(String::new, |format| format.value(row).to_string());
                clean(&mut cell);
                cell
            };
            let rows: Vec<Vec<String>> = (0..batch.num_rows()).map(|row| formats.iter().map(|format| cell(format, row)).collect()).collect();
            let n = rows.len() as i64;
            task.named_table(&name, &columns, rows, first);
            first += n;
            if task.document.status == DocumentStatus::OverBudget {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::show;
    use arrow::array::{ArrayRef, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{Compression, GzipLevel, ZstdLevel};
    use parquet::file::properties::WriterProperties;
    use std::sync::Arc;

    #[test]
    fn packed() {
        let name: ArrayRef = Arc::new(StringArray::from(vec![Some("Lee, Ann"), None, Some("N\u{fa}\u{f1}ez\n")]));
        let batch = RecordBatch::try_from_iter([("name", name)]).expect("a batch");
        for packing in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            let properties = WriterProperties::builder().set_compression(packing).build();
            let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("a writer");
            writer.write(&batch).expect("in memory");
            let content = writer.into_inner().expect("in memory");
            let expect = "read application/vnd.apache.parquet table\n[rows 1-3 table name] Lee, Ann\\n\\nN\u{fa}\u{f1}ez";
            assert_eq!(show("a", &content), expect, "{packing:?}");
            let cut = show("a", content.get(..content.len() - 9).unwrap_or_default());
            assert_eq!(cut, "corrupt application/vnd.apache.parquet table (the file's footer cannot be read)");
        }
    }
}
