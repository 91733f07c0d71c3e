//! The cells of one sheet, as they are streamed, to tables. Nothing is allocated for cells that are not there.

use super::super::table;
use crate::Task;
use std::collections::BTreeMap;

/// Rows and characters after which what was collected is given away: a sheet never is in memory as a whole.
const ROWS: usize = 20_000;
const CHARS: usize = 16 << 20;
/// A hostile sheet may use another column in every row: beyond this many, rows are not padded to the full width.
const WIDTH: usize = 2000;
/// Filled cells of all rows plus the padding of all rows, of one batch.
const CELLS: usize = 4 << 20;

/// Collects cells and gives them as tables named after the sheet.
pub(super) struct Grid {
    name: String,
    rows: Vec<(i64, Vec<(u32, String)>)>,
    chars: usize,
    cells: usize,
    /// Columns with content, and their place in the table.
    places: BTreeMap<u32, usize>,
    /// Names of the columns, once the first batch was given.
    columns: Option<Vec<String>>,
}

impl Grid {
    pub fn new(name: &str) -> Grid {
        Grid { name: name.to_string(), rows: Vec::new(), chars: 0, cells: 0, places: BTreeMap::new(), columns: None }
    }
    /// Adds a cell; rows and columns count from 1. Blank cells are left out.
    pub fn cell(&mut self, task: &mut Task<'_, '_>, row: i64, column: u32, text: String) {
        if text.trim().is_empty() {
            return;
        }
        match self.rows.last_mut() {
            Some((last, cells)) if *last == row => cells.push((column, text)),
            _ => {
                if self.rows.len() >= ROWS || self.chars >= CHARS || self.cells >= CELLS {
                    self.flush(task);
                }
                self.chars += text.len();
                self.rows.push((row, vec![(column, text)]));
                self.cells += 1;
                return;
            }
        }
        self.cells += 1;
        if let Some((_, text)) = self.rows.last().and_then(|(_, cells)| cells.last()) {
            self.chars += text.len();
        }
    }
    /// Gives the rest.
    pub fn end(mut self, task: &mut Task<'_, '_>) {
        self.flush(task);
    }
    fn flush(&mut self, task: &mut Task<'_, '_>) {
        let mut rows = std::mem::take(&mut self.rows);
        (self.chars, self.cells) = (0, 0);
        if rows.is_empty() {
            return;
        }
        // Cells need not stand in order, nor rows.
        if !rows.is_sorted_by_key(|(row, _)| *row) {
            rows.sort_by_key(|(row, _)| *row);
            rows.dedup_by(|(row, cells), (before, into)| {
                let same = row == before;
                if same {
                    into.append(cells);
                }
                same
            });
        }
        let first = self.columns.is_none();
        if first {
            let mut used: Vec<u32> = rows.iter().flat_map(|(_, cells)| cells.iter().map(|(column, _)| *column)).collect();
            used.sort_unstable();
            used.dedup();
            self.places = used.into_iter().enumerate().map(|(place, column)| (column, place)).collect();
        } else {
            // Columns that come up later stand after the others.
            for (_, cells) in &rows {
                for (column, _) in cells {
                    let next = self.places.len();
                    self.places.entry(*column).or_insert(next);
                }
            }
        }
        let wide = self.places.len() > WIDTH || self.places.len().saturating_mul(rows.len()) > 4 * CELLS;
        let width = if wide { 0 } else { self.places.len() };
        let mut numbers = Vec::with_capacity(rows.len());
        let mut table = Vec::with_capacity(rows.len());
        for (number, mut cells) in rows {
            let mut out = vec![String::new(); width];
            cells.sort_by_key(|(column, _)| *column);
            for (column, text) in cells {
                match self.places.get(&column).and_then(|place| out.get_mut(*place)) {
                    Some(cell) if cell.is_empty() => *cell = text,
                    Some(cell) => {
                        cell.push(' ');
                        cell.push_str(&text);
                    }
                    None => out.push(text),
                }
            }
            table.push(out);
            numbers.push(number);
        }
        if first {
            // Labels above nothing are all that there is: they are given as rows.
            let header = table::header(&table).filter(|at| at + 1 < table.len());
            self.columns = Some(header.and_then(|at| table.get(at)).cloned().unwrap_or_default());
            if header.is_some() || table::header(&table).is_none() {
                return task.table(&self.name, table, Some(&numbers));
            }
        }
        let mut columns = self.columns.clone().unwrap_or_default();
        if !columns.is_empty() {
            columns.resize(width.max(columns.len()), String::new());
        }
        for cell in table.iter_mut().flatten().chain(&mut columns) {
            table::clean(cell);
        }
        for part in table::parts(&self.name, columns, table, &|i| numbers.get(i).copied().unwrap_or(0)) {
            task.passage(part.locator, part.layout, part.columns, part.first_row, part.text);
        }
    }
}
