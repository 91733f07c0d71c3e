//! A part of a package that is too large to be had as a whole: unpacked and decoded in pieces that end where an element ends.

use super::zip::Archive;
use crate::Task;
use dosimeter_case::tables::DocumentStatus;
use encoding_rs_io::DecodeReaderBytesBuilder;
use std::io::Read;

/// How much is unpacked at once.
const PIECE: usize = 1 << 20;
/// An element longer than this is cut at any tag.
const LONG: usize = 32 << 20;

/// Gives the text of part `name` to `see`, piece by piece, each ending behind one of `ends` (such as `</row>`); until all is seen, or
/// `see` says to stop. Gives whether there is such a part.
pub(super) fn stream(task: &mut Task<'_, '_>, archive: &mut Archive<'_>, name: &str, end: &str, see: &mut dyn FnMut(&mut Task<'_, '_>, &str) -> bool) -> bool {
    let Some(at) = archive.index_for_name(name) else { return false };
    let Ok(file) = archive.by_index(at) else { return false };
    let mut limit = task.budget().expanded_bytes;
    let mut reader = DecodeReaderBytesBuilder::new().encoding(Some(encoding_rs::UTF_8)).bom_override(true).build(file);
    let (mut text, mut raw) = (Vec::new(), vec![0_u8; PIECE]);
    let finder = end.as_bytes();
    loop {
        let read = match reader.read(&mut raw) {
            Ok(read) => read,
            Err(_) => {
                task.problem(DocumentStatus::Partly, "a part is damaged");
                0
            }
        };
        if read == 0 {
            see(task, &String::from_utf8_lossy(&text));
            return true;
        }
        if read as u64 > limit {
            task.problem(DocumentStatus::OverBudget, "a part unpacks to more than the budget");
            return true;
        }
        limit -= read as u64;
        let before = text.len();
        text.extend_from_slice(raw.get(..read).unwrap_or_default());
        // Only what is new is searched: a long element is not searched again and again.
        let from = before.saturating_sub(finder.len());
        let found = text.get(from..).and_then(|new| new.windows(finder.len()).rposition(|window| window == finder)).map(|at| from + at + finder.len());
        let cut =
            found.or_else(|| if text.len() > LONG { text.iter().rposition(|byte| *byte == b'<').filter(|at| *at > 0).or(Some(text.len())) } else { None });
        if let Some(cut) = cut {
            if !see(task, &String::from_utf8_lossy(text.get(..cut).unwrap_or_default())) {
                return true;
            }
            text.drain(..cut);
        }
    }
}
