//! Reading sets with known truth, for the examples.

use dosimeter_people::Table;
use std::path::Path;

/// One column of a table, as text.
pub fn column(path: &Path, name: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mapping = [("mrn".to_string(), name.to_string())];
    let (mut table, mut cells) = (Table::open(path, &mapping)?, Vec::new());
    while let Some((records, _)) = table.piece()? {
        cells.extend(records.into_iter().map(|row| row.mrn.unwrap_or_default()));
    }
    Ok(cells)
}
