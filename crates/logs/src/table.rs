//! Rows of comma-separated text, whose quoted fields may go over several lines.

use crate::input::{Lines, MAX_LINE};
use crate::out::{Out, TOO_LONG};
use dosimeter_case::Result;

/// A quoted field without its end.
const UNCLOSED: &str = "a quoted field without its end";

/// The fields of one row.
pub(crate) fn cells(row: &str, delimiter: u8) -> Vec<String> {
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(row.len().clamp(16, 1 << 16))
        .from_reader(row.as_bytes());
    let Some(Ok(record)) = reader.into_byte_records().next() else { return Vec::new() };
    record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_string()).collect()
}

/// Reads all rows after the first `skip` lines. A quoted field over more than `most` lines was never closed: the row is refused, and
/// reading goes on at the next line.
pub(crate) fn each_row(lines: &mut Lines, out: &mut Out, mut skip: usize, most: usize, mut read: impl FnMut(&mut Out, &str) -> Result<()>) -> Result<()> {
    let mut open = String::new();
    let (mut continued, mut quotes) = (0, 0);
    while let Some(line) = lines.next()? {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        if line.too_long {
            if open.is_empty() {
                out.record(line.offset);
            }
            out.reject(TOO_LONG)?;
            (open, continued, quotes) = (String::new(), 0, 0);
            continue;
        }
        if open.is_empty() {
            out.record(line.offset);
        } else {
            open.push('\n');
        }
        quotes += line.text.bytes().filter(|b| *b == b'"').count();
        if quotes % 2 == 1 {
            open.push_str(&line.text);
            continued += 1;
            if continued > most || open.len() > MAX_LINE {
                out.reject(UNCLOSED)?;
                (open, continued, quotes) = (String::new(), 0, 0);
            }
            continue;
        }
        if open.is_empty() {
            read(out, &line.text)?;
        } else {
            open.push_str(&line.text);
            read(out, &open)?;
        }
        (open, continued, quotes) = (String::new(), 0, 0);
    }
    if open.is_empty() { Ok(()) } else { out.reject(UNCLOSED) }
}
