//! Query results as text. Ids (unsigned 64-bit columns) are shown as 16 hexadecimal digits, as everywhere else.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, UInt64Type};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use dosimeter_case::{Error, Id, Result};

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table with aligned columns.
    Table,
    /// Comma-separated values with a header line.
    Csv,
}

/// The batches as text.
pub fn render(batches: &[RecordBatch], format: Format) -> Result<String> {
    let Some(first) = batches.first() else { return Ok(String::new()) };
    let header: Vec<String> = first.schema().fields().iter().map(|f| f.name().clone()).collect();
    let mut rows = vec![header];
    for batch in batches {
        let columns = batch.columns().iter().map(|column| cells(column)).collect::<Result<Vec<_>>>()?;
        rows.extend((0..batch.num_rows()).map(|row| columns.iter().map(|column| column[row].clone()).collect()));
    }
    Ok(match format {
        Format::Table => aligned(&rows),
        Format::Csv => rows.iter().map(|row| row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n").collect(),
    })
}

fn cells(column: &dyn Array) -> Result<Vec<String>> {
    if let DataType::UInt64 = column.data_type() {
        let ids = column.as_primitive::<UInt64Type>();
        return Ok(ids.iter().map(|id| id.map_or(String::new(), |id| Id(id).to_string())).collect());
    }
    if let DataType::List(item) = column.data_type()
        && item.data_type() == &DataType::UInt64
    {
        let lists = column.as_list::<i32>();
        let one = |list: Option<_>| list.map_or(Ok(String::new()), |list| cells(&list).map(|ids| ids.join(";")));
        return lists.iter().map(one).collect();
    }
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column, &options).map_err(|e| Error::usage(e.to_string()))?;
    Ok((0..column.len()).map(|row| formatter.value(row).to_string()).collect())
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_string() }
}

fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(|c| rows.iter().map(|row| row[c].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for (n, row) in rows.iter().enumerate() {
        let line = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
        if n == 0 {
            text.push_str(&widths.iter().map(|w| "-".repeat(*w)).collect::<Vec<_>>().join("  "));
            text.push('\n');
        }
    }
    text
}
