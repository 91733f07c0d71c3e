//! How good a case's exports are, measured against the truth of a generated (or recorded) clinic.

mod accesses;
mod people;

pub use accesses::AccessScore;
pub use people::PeopleScore;

use dosimeter_case::{Error, Result};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// People and ledger together; prints as a short table.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// `people.csv` against `affected.csv`.
    pub people: PeopleScore,
    /// `accesses.csv` against the intruder's accesses.
    pub accesses: AccessScore,
}

/// Scores `people_csv` and `accesses_csv`, as `dosimeter export` writes them, against a folder `truth`.
///
/// Fails when a file is missing or lacks a column; rows that cannot be understood count as wrong, never as an error.
pub fn score(truth: &Path, people_csv: &Path, accesses_csv: &Path) -> Result<Score> {
    Ok(Score { people: people::score(truth, people_csv)?, accesses: accesses::score(truth, accesses_csv)? })
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p, a) = (&self.people, &self.accesses);
        let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        writeln!(
            f,
            "people     recall {:.4} ({} of {})   precision {:.4} ({} rows, {} invented, {} not affected)",
            p.recall(),
            p.found,
            p.must_find,
            p.precision(),
            p.rows,
            p.invented,
            p.not_affected
        )?;
        writeln!(f, "           {} double, {} joining several people", p.doubles, p.merged)?;
        writeln!(f, "tiers      {:.4} right ({} too high, {} too low)", share(p.tiers_right, p.found), p.tiers_over, p.tiers_under)?;
        writeln!(f, "elements   recall {:.4}   precision {:.4}", p.element_recall(), p.element_precision())?;
        writeln!(
            f,
            "accesses   recall {:.4} ({} of {})   precision {:.4} ({} rows, {} honest, {} without an access, {} repeated)",
            a.recall(),
            a.found,
            a.truth,
            a.precision(),
            a.rows,
            a.honest,
            a.unknown,
            a.repeated
        )?;
        let hours = |h: Option<f64>| h.map_or("-".to_string(), |h| format!("{h:+.2} h"));
        write!(f, "window     start {}   end {}   (against the first and last access with evidence)", hours(a.start_error_h), hours(a.end_error_h))
    }
}

/// One row of a CSV file by column name.
pub(crate) type Row = BTreeMap<String, String>;

/// Reads a CSV file whose header must hold `columns`.
pub(crate) fn load(path: &Path, columns: &[&str]) -> Result<Vec<Row>> {
    let file = std::fs::read(path).map_err(|e| Error::io(path, e))?;
    let bytes = file.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(&file);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header: Vec<String> = reader.headers().map_err(|_| Error::usage("not a CSV file").at(path))?.iter().map(str::to_string).collect();
    if let Some(missing) = columns.iter().find(|c| !header.iter().any(|h| h == *c)) {
        return Err(Error::usage(format!("column {missing} is missing")).at(path));
    }
    let row = |record: csv::ByteRecord| header.iter().cloned().zip(record.iter().map(|v| String::from_utf8_lossy(v).into_owned())).collect();
    reader.byte_records().map(|r| r.map(row).map_err(|_| Error::usage("not a CSV file").at(path))).collect()
}

/// A cell of a row; empty when the row is short.
pub(crate) fn cell<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).map_or("", |v| v.trim())
}

/// The values of a cell with several.
pub(crate) fn many(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|v| !v.is_empty())
}

/// A path as below `evidence/files`.
pub(crate) fn path_of(text: &str) -> String {
    let path = text.trim().replace('\\', "/");
    let path = path.trim_start_matches('/');
    path.strip_prefix("evidence/files/").or_else(|| path.strip_prefix("files/")).unwrap_or(path).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Perfect answers from a truth folder.
    pub fn oracle(truth: &Path, out: &Path) -> Result<()> {
        let people: BTreeMap<String, Row> = load(&truth.join("people.csv"), &[])?.into_iter().map(|p| (cell(&p, "person_id").to_string(), p)).collect();
        let mut rows = vec!["person_key,name,dob,ssn,mrn,address,state,elements,tier,document_paths".to_string()];
        let quote = |v: &str| format!("\"{}\"", v.replace('"', "\"\""));
        for a in load(&truth.join("affected.csv"), &[])? {
            if cell(&a, "evidenced") == "1" && matches!(cell(&a, "reach"), "plain" | "ocr") {
                let p = &people[cell(&a, "person_id")];
                let name = format!("{} {}", cell(p, "first"), cell(p, "last"));
                let cells = [
                    cell(&a, "person_id"),
                    &name,
                    cell(p, "dob"),
                    cell(p, "ssn"),
                    cell(p, "mrn"),
                    cell(p, "address"),
                    cell(p, "state"),
                    cell(&a, "evidenced_elements"),
                    cell(&a, "evidenced_tier"),
                    cell(&a, "documents"),
                ];
                rows.push(cells.map(quote).join(","));
            }
        }
        let save = |name: &str, rows: &[String]| {
            std::fs::File::create(out.join(name)).and_then(|mut f| f.write_all((rows.join("\n") + "\n").as_bytes())).map_err(|e| Error::io(out, e))
        };
        save("people.csv", &rows)?;
        let mut rows = vec!["time,account,source,path,action,certainty".to_string()];
        for a in load(&truth.join("accesses.csv"), &[])?.iter().filter(|a| cell(a, "by_intruder") == "1" && cell(a, "evidenced") == "1") {
            rows.push([cell(a, "time"), cell(a, "account"), cell(a, "source"), cell(a, "path"), cell(a, "action"), "certain"].map(quote).join(","));
        }
        save("accesses.csv", &rows)
    }

    fn perfect(truth: &Path) -> Score {
        let dir = tempfile::tempdir().unwrap();
        oracle(truth, dir.path()).unwrap();
        score(truth, &dir.path().join("people.csv"), &dir.path().join("accesses.csv")).unwrap()
    }

    #[test]
    fn perfect_answers_score_full_marks() {
        let dir = tempfile::tempdir().unwrap();
        for seed in 0..3 {
            let clinic = crate::generate(&dir.path().join(seed.to_string()), &crate::Options { patients: 60, seed }).unwrap();
            let s = perfect(&clinic.truth);
            assert_eq!((s.people.recall(), s.people.precision(), s.people.doubles, s.people.merged), (1.0, 1.0, 0, 0), "{s}");
            assert_eq!((s.people.element_recall(), s.people.element_precision(), s.people.tiers_right), (1.0, 1.0, s.people.found), "{s}");
            assert_eq!(
                (s.accesses.recall(), s.accesses.precision(), s.accesses.start_error_h, s.accesses.end_error_h),
                (1.0, 1.0, Some(0.0), Some(0.0)),
                "{s}"
            );
        }
    }

    #[test]
    fn worse_answers_score_less() {
        let dir = tempfile::tempdir().unwrap();
        let clinic = crate::generate(&dir.path().join("c"), &crate::Options { patients: 60, seed: 1 }).unwrap();
        oracle(&clinic.truth, dir.path()).unwrap();
        let (people, accesses) = (dir.path().join("people.csv"), dir.path().join("accesses.csv"));
        let best = score(&clinic.truth, &people, &accesses).unwrap();
        let text = std::fs::read_to_string(&people).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        // One person twice, one left out, one who does not exist.
        let second = lines[1];
        lines.push(second);
        lines.remove(2);
        lines.push("X,Nobody Atall,1901-01-01,,,,,name,copied,");
        std::fs::write(&people, lines.join("\n")).unwrap();
        let text = std::fs::read_to_string(&accesses).unwrap();
        std::fs::write(
            &accesses,
            text.lines().enumerate().filter(|(i, _)| *i != 1).map(|(_, l)| format!("{l}\n")).collect::<String>()
                + "2020-01-01T00:00:00Z,x,y,Clinic/none,copied,certain\n",
        )
        .unwrap();
        let worse = score(&clinic.truth, &people, &accesses).unwrap();
        assert_eq!((worse.people.found + 1, worse.people.doubles, worse.people.invented), (best.people.found, 1, 1), "{worse}");
        assert!(worse.accesses.found < best.accesses.found && worse.accesses.unknown == 1, "{worse}");
        assert!(worse.accesses.start_error_h.unwrap() < -1000.0);
    }

    #[test]
    fn the_recorded_clinic_scores_full_marks_too() {
        let truth = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/clinic-a/truth"));
        if !truth.exists() {
            eprintln!("skipped: ../shared/data/clinic-a is not there");
            return;
        }
        let s = perfect(truth);
        assert!(s.people.recall() > 0.999 && s.people.precision() > 0.999 && s.people.merged == 0, "{s}");
        assert!(s.accesses.recall() > 0.999 && s.accesses.precision() > 0.999 && s.accesses.start_error_h == Some(0.0), "{s}");
    }

    #[test]
    fn a_missing_column_is_a_wrong_instruction() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("people.csv");
        std::fs::write(&file, "a,b\n1,2\n").unwrap();
        assert!(load(&file, &["name"]).is_err_and(|e| e.to_string().contains("column name is missing")));
    }
}
