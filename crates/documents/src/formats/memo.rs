//! Memo files (FPT, DBT): the long texts of dBase and FoxPro tables. The table's cell says `memo 7`; here is passage `memo 7`.

use super::{cells, dbase};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

/// Length of the header, and of a block in dBase.
const BLOCK: usize = 512;
/// First bytes of a text in dBase IV; its length follows.
const DBASE_4: [u8; 4] = [0xff, 0xff, 0x08, 0x00];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// FoxPro, with the length of a block.
    Fox(usize),
    /// dBase IV and 5, likewise.
    Four(usize),
    /// dBase III: a text ends in 0x1a.
    Three,
}

pub(super) fn recognise(head: &Head<'_>) -> bool {
    kind(head.content).is_some()
}

fn kind(content: &[u8]) -> Option<Kind> {
    let next = *content.first_chunk::<4>()?;
    let header = content.get(..BLOCK)?;
    // Where the next text would go is at the file's end, give or take a block.
    let fits = |next: u32, block: usize| (next as usize).saturating_mul(block).abs_diff(content.len()) <= 2 * block.max(BLOCK);
    let size = usize::from(u16::from_be_bytes([*header.get(6)?, *header.get(7)?]));
    if (1..=0x4000).contains(&size) && header.get(8..)?.iter().filter(|b| **b != 0).count() < 64 && fits(u32::from_be_bytes(next), size) {
        let first = BLOCK.div_ceil(size) * size;
        let (what, length) = fox(content, first)?;
        return (what <= 2 && length <= content.len() - first).then_some(Kind::Fox(size));
    }
    let size = usize::from(u16::from_le_bytes([*header.get(20)?, *header.get(21)?]));
    for size in [size, BLOCK] {
        if size >= 64 && fits(u32::from_le_bytes(next), size) && content.get(size.max(BLOCK)..)?.starts_with(&DBASE_4) {
            return Some(Kind::Four(size));
        }
    }
    let text = content.get(BLOCK..)?;
    let printed = text.iter().take(64).take_while(|b| **b >= b' ' || matches!(b, b'\r' | b'\n' | b'\t')).count();
    let end = text.get(printed).is_none_or(|b| *b == 0x1a);
    (fits(u32::from_le_bytes(next), BLOCK)
        && header.get(16).is_some_and(|b| matches!(b, 0 | 3))
        && printed > 0
        && (printed == 64 || end)
        && text.contains(&0x1a))
    .then_some(Kind::Three)
}

/// A block's kind (1: text) and length.
fn fox(content: &[u8], at: usize) -> Option<(u32, usize)> {
    let header = content.get(at..at + 8)?;
    Some((u32::from_be_bytes(*header.first_chunk::<4>()?), u32::from_be_bytes(*header.last_chunk::<4>()?) as usize))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let Some(kind) = kind(content) else { return };
    let block = match kind {
        Kind::Fox(size) | Kind::Four(size) => size,
        Kind::Three => BLOCK,
    };
    let mut number = BLOCK.div_ceil(block);
    let mut damaged = 0;
    while let Some(rest) = content.get(number.saturating_mul(block)..).filter(|rest| !rest.is_empty()) {
        // What the text is, how long it is, and how many bytes it takes.
        let found = match kind {
            Kind::Fox(_) => fox(rest, 0).map(|(what, length)| (what, rest.get(8..8usize.saturating_add(length)), length.saturating_add(8))),
            Kind::Four(_) if rest.starts_with(&DBASE_4) => {
                let length = rest.get(4..8).and_then(|b| b.first_chunk::<4>()).map_or(0, |b| u32::from_le_bytes(*b) as usize);
                Some((1, rest.get(8..length), length))
            }
            Kind::Four(_) => None,
            Kind::Three => {
                let length = memchr::memchr(0x1a, rest).unwrap_or(rest.len());
                Some((1, rest.get(..length), length + 1))
            }
        };
        let taken = match found {
            Some((1, Some(text), taken)) => {
                let text = dbase::decode(text.strip_suffix(b"\0").unwrap_or(text), 0);
                task.running_text(format!("memo {number}"), &text.replace("\r\n", "\n").replace(['\r', '\u{8d}'], "\n").replace('\0', ""));
                taken
            }
            Some((_, Some(object), taken)) if object.len() >= BLOCK => {
                cells::file(task, &format!("memo {number}"), object);
                taken
            }
            Some((_, Some(_), taken)) => taken,
            Some((_, None, _)) => {
                damaged += 1;
                block
            }
            None => block,
        };
        task.document.pages += 1;
        number += taken.div_ceil(block).max(1);
        if task.document.status == DocumentStatus::OverBudget {
            return;
        }
    }
    if damaged > 0 {
        task.problem(DocumentStatus::Partly, &format!("{damaged} texts are cut off or damaged"));
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn memos() {
        let mut fox = vec![0_u8; 512];
        fox.splice(..8, [0, 0, 0, 10, 0, 0, 0, 64]);
        fox.extend([&[0, 0, 0, 1, 0, 0, 0, 9][..], b"Lee, seen", &[0; 47], &[0, 0, 0, 1, 0, 0, 0, 4], b"Ruiz", &[0; 52]].concat());
        check("a.fpt", &fox, "read application/x-dbf-memo text\n[memo 8 text] Lee, seen\n[memo 9 text] Ruiz");
        check("a.fpt", fox.get(..586).unwrap_or_default(), "partly application/x-dbf-memo text (1 texts are cut off or damaged)\n[memo 8 text] Lee, seen");
        let block = |text: &[u8]| [text, b"\x1a\x1a", &vec![0; 510 - text.len()]].concat();
        let three = [&[3, 0, 0, 0][..], &[0; 508], &block(b"Lee,\r\nseen"), &block(b"Ruiz")].concat();
        check("a.dbt", &three, "read application/x-dbf-memo text\n[memo 1 text] Lee,\\nseen\n[memo 2 text] Ruiz");
        let four = [&[2, 0, 0, 0][..], &[0; 16], &[0, 2], &[0; 490], &[0xff, 0xff, 8, 0, 12, 0, 0, 0], b"Ruiz", &[0; 500]].concat();
        check("a.dbt", &four, "read application/x-dbf-memo text\n[memo 1 text] Ruiz");
    }
}
