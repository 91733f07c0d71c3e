//! Values of database columns that are bytes, and files wrapped in them.

use crate::{FORMATS, Head, Task, text};
use bytes::Bytes;
use dosimeter_case::tables::DocumentStatus;

/// Shorter binary values are keys and hashes, not files.
const FILE: usize = 512;
/// Binary values up to this long are shown in hexadecimal: they may be keys that hold tables together.
const KEY: usize = 16;

/// The cell's text: the bytes as text where they are text; where they may be a file, it becomes a member `table/row/column`.
pub(super) fn bytes(task: &mut Task<'_, '_>, table: &str, row: i64, column: &str, value: &[u8]) -> String {
    if (value.len() < FILE || is_text(value))
        && let Some(text) = text::decode(value)
    {
        return text;
    }
    if value.len() <= KEY && value.iter().any(|b| *b != 0) {
        return hex(value);
    }
    if value.len() >= FILE {
        file(task, &format!("{table}/{row}/{column}"), value);
    }
    String::new()
}

/// Whether the bytes are text that no format has a better reading of.
fn is_text(value: &[u8]) -> bool {
    let bytes = Bytes::copy_from_slice(value);
    let head = Head::new(&bytes, "");
    FORMATS.iter().find(|format| (format.recognise)(&head)).is_some_and(|format| matches!(format.name, "text" | "fixed" | "delimited"))
}

/// A member of this name, if the budget has room.
pub(super) fn file(task: &mut Task<'_, '_>, name: &str, value: &[u8]) {
    if value.len() as u64 <= task.room() && task.may_add() {
        task.member(name, value.to_vec());
    } else {
        task.problem(DocumentStatus::OverBudget, "files in some cells were left out");
    }
}

pub(super) fn hex(value: &[u8]) -> String {
    use std::fmt::Write;
    value.iter().fold("0x".to_string(), |mut out, byte| {
        let _ = write!(out, "{byte:02X}");
        out
    })
}

/// Bytes of hexadecimal digits.
pub(super) fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if digits.len() % 2 == 1 {
        return None;
    }
    let nibble = |b: u8| char::from(b).to_digit(16).and_then(|n| u8::try_from(n).ok());
    digits.chunks_exact(2).map(|pair| Some(nibble(*pair.first()?)? << 4 | nibble(*pair.get(1)?)?)).collect()
}

/// The day that is `days` days after 1970-01-01, in ISO form.
pub(super) fn day(days: i64) -> String {
    // Civil from days, after Howard Hinnant.
    let z = days.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A day and the seconds after its beginning; midnight is the day alone.
pub(super) fn moment(days: i64, seconds: i64) -> String {
    let day = day(days);
    if seconds == 0 { day } else { format!("{day} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(-1), "1969-12-31");
        assert_eq!(day(11_016), "2000-02-29");
        assert_eq!(day(-25_567), "1900-01-01");
        assert_eq!(moment(1, 3661), "1970-01-02 01:01:01");
        assert_eq!(unhex("4c65"), Some(b"Le".to_vec()));
        assert_eq!(unhex("4c6"), None);
        assert_eq!(hex(b"Le"), "0x4C65");
    }
}
