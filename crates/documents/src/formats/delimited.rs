//! Tables whose cells are separated by a character: comma, tab, semicolon, pipe, and rarer ones.

use super::records::{Dialect, Records};
use crate::table::Builder;
use crate::text::Stream;
use crate::{Head, Task};

/// How much text the delimiter is judged by.
const SAMPLE: usize = 64 << 10;
/// The characters that are tried: the common ones; HL7-like ones; those that Hive and others take because no text has them.
const DELIMITERS: &[u8] = b",\t;|^~\x01\x1f";

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.sample().is_some_and(|text| dialect(text, head.extension()).is_some())
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(dialect) = task.head.sample().and_then(|text| dialect(text, task.head.extension())) else { return };
    let Some(stream) = Stream::new(task.head.content) else { return };
    if dialect.delimiter == b'\t' {
        task.document.media_type = "text/tab-separated-values".into();
    }
    let mut builder = Builder::new("");
    let mut records = Records::new(stream, dialect);
    let mut number = 0;
    while records.next(&mut |cell| builder.cell(cell)) {
        number += 1;
        if !builder.row_of(task, number) {
            return;
        }
    }
    builder.end(task);
}

/// How the cells are written, if the text is a delimited table: almost all records have the same number of cells.
fn dialect(text: &str, extension: &str) -> Option<Dialect> {
    let sample = text.get(..text.floor_char_boundary(SAMPLE))?;
    // The last line may be cut.
    let sample = if sample.len() < text.len() { sample.rsplit_once('\n').map_or(sample, |(whole, _)| whole) } else { sample };
    let named = matches!(extension, "csv" | "tsv" | "tab" | "psv" | "dsv" | "asc");
    let escapes = |quote: &str| sample.match_indices(quote).count();
    let backslash = escapes("\\\"") > escapes("\\\"\n") + escapes("\\\"\r") + escapes("\\\",") + escapes("\\\";") + escapes("\\\"\t") + escapes("\\\"|");
    let mut best: Option<(f64, Dialect)> = None;
    for &delimiter in DELIMITERS {
        if !sample.as_bytes().contains(&delimiter) {
            continue;
        }
        let dialect = Dialect { delimiter, backslash, width: 0 };
        let counts = counts(sample, dialect);
        let total = counts.len();
        let mode = counts.iter().copied().max_by_key(|n| (counts.iter().filter(|m| *m == n).count(), *n))?;
        // Titles above and totals below the table have fewer cells.
        let same = counts.iter().filter(|&&n| n == mode).count();
        let share = same as f64 / total as f64;
        let strong = named || delimiter != b',';
        let rare = matches!(delimiter, b'^' | b'~');
        let enough = match (mode, strong) {
            (0 | 1, _) => false,
            (2, _) if rare => share >= 0.95 && total >= 4,
            (_, true) if named => share >= 0.6 && total >= 1 || several(&counts),
            // Lines of code end in a semicolon.
            (2, true) => share >= 0.95 && total >= 3 && delimiter != b';',
            (2, false) => false,
            (3, false) => share >= 0.95 && total >= 4,
            _ => share >= 0.85 && total >= 3 || several(&counts),
        };
        // Prose has commas too, but its cells are long.
        let prose = !named && delimiter == b',' && sample.len() / total.max(1) > 60 * mode;
        let score = share * (mode as f64).ln_1p();
        if enough && !prose && best.is_none_or(|(before, _)| score > before) {
            best = Some((score, Dialect { width: mode, ..dialect }));
        }
    }
    best.map(|(_, dialect)| dialect)
}

/// How many cells the records have that are not blank.
fn counts(sample: &str, dialect: Dialect) -> Vec<usize> {
    let Some(stream) = Stream::new(sample.as_bytes()) else { return Vec::new() };
    let mut records = Records::new(stream, dialect);
    let mut counts = Vec::new();
    while counts.len() < 200 {
        let (mut n, mut blank) = (0, true);
        if !records.next(&mut |cell| {
            n += 1;
            blank &= cell.trim().is_empty();
        }) {
            break;
        }
        if !blank {
            counts.push(n);
        }
    }
    counts
}

/// Several tables in one file: long runs of records with the same number of cells, three or more.
fn several(counts: &[usize]) -> bool {
    let mut covered = 0;
    for run in counts.chunk_by(|a, b| a == b) {
        if run.len() >= 3 && run.first().is_some_and(|n| *n >= 3) {
            covered += run.len();
        }
    }
    counts.len() >= 6 && covered * 10 >= counts.len() * 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing::{in_pieces, show};

    fn check(text: &str, extension: &str, expect: Option<u8>) {
        assert_eq!(dialect(text, extension).map(|dialect| char::from(dialect.delimiter)), expect.map(char::from), "{text}");
    }

    #[test]
    fn delimiters() {
        check("Name,Mobile,Note\nA,1,\"two\nlines\"\nB,2,x\n", "csv", Some(b','));
        check("MRN;Last;First\n1;Ward, Jr;Bob\n2;Ruiz, Sr;Al\n", "txt", Some(b';'));
        check("a|b|c\nd|e|f\ng|h|i\n", "txt", Some(b'|'));
        check("a^b^c\nd^e^f\ng^h^i\n", "txt", Some(b'^'));
        check("a\x01b\x01c\nd\x01e\x01f\ng\x01h\x01i\n", "", Some(1));
        check("Art;Preis;Menge\nA;1,50;2,5\nB;2,50;3,5\nC;1,75;1,5\n", "txt", Some(b';'));
        check("Dear Ann,\nwe write, as agreed, to you.\nYours,\nBob", "txt", None);
        check("a\tb\nc\td\ne\tf\n", "", Some(b'\t'));
        check("one line only", "txt", None);
    }

    #[test]
    fn tables() {
        let text = "\u{feff}Recall list,,\r\n\r\nName,DOB,\"Home\nphone\"\r\n\"Lee, Ann\",1980-01-02,\"5'10\"\"\"\r\n\"Ruiz,1990-01-02,x\r\nLi,1991-01-02,\r\n\r\nName,Amount\r\nLee,\"1,50\"\r\nRuiz,2\r\n";
        let expect = "\
read text/csv table
[rows 1-1 text] Recall list
[rows 4-6 table Name|DOB|Home phone] Lee, Ann\\t1980-01-02\\t5'10\"\\n\"Ruiz\\t1990-01-02\\tx\\nLi\\t1991-01-02\\t
[rows 9-10 table Name|Amount] Lee\\t1,50\\nRuiz\\t2";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        in_pieces(|| {
            assert_eq!(show("a.csv", text.as_bytes()), expect);
            assert_eq!(show("a.csv", &wide), expect);
        });
    }

    #[test]
    fn hostile_quotes_cost_no_time() {
        let text = "\"a,b,c\n".repeat(300_000);
        let start = std::time::Instant::now();
        let out = show("a.csv", text.as_bytes());
        assert!(out.starts_with("read text/csv table\n[rows 1-1000 table] \"a\\tb\\tc\\n\"a"), "{}", out.get(..200).unwrap_or_default());
        assert!(start.elapsed().as_secs() < 20);
    }

    #[test]
    fn large_files_give_the_same_passages() {
        let rows = |n: usize| (0..n).fold("Name,DOB,\"Street\"\n".to_string(), |all, i| all + &format!("\"Lee, Ann {i}\",1980-01-02,N\u{fa}\u{f1}ez {i}\n"));
        let (small, large) = (rows(2000), rows(1_900_000));
        assert!(large.len() > crate::head::WHOLE_TEXT);
        let first = |text: &str| show("a.csv", text.as_bytes()).lines().take(3).map(String::from).collect::<Vec<_>>();
        assert_eq!(first(&small), first(&large));
    }
}
