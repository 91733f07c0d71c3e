//! Lists for the mail house: who gets which page of which file, and who cannot be reached by post.

use crate::letter::{Held, Letter};
use crate::words::clean;
use dosimeter_case::tables::Notice;
use dosimeter_case::{Error, Id, Result, write_atomic};
use std::collections::BTreeMap;
use std::path::Path;

/// Writes the mailing list to `path` (CSV, UTF-8, line ends CR LF) and, beside it, `substitute_notice.csv` with the people in `held`,
/// who need substitute notice or a hand, with the reason. `notices` are those that [`letters`](crate::letters) returned.
///
/// # Errors
/// A letter without its notice, or a file that cannot be written.
pub fn mailing_list(letters: &[Letter], notices: &[Notice], held: &[Held], path: &Path) -> Result<()> {
    let by_person: BTreeMap<(Id, Id), &Notice> = notices.iter().filter_map(|n| Some(((n.obligation_id, n.person_id?), n))).collect();
    let mut rows = vec![["reference", "name_1", "name_2", "street", "city", "state", "zip", "country", "file", "page"].map(str::to_string).to_vec()];
    for letter in letters {
        let person = letter.person;
        let notice =
            by_person.get(&(letter.obligation_id, person.person_id)).ok_or_else(|| Error::case("a letter was listed before it was drafted").at(path))?;
        let name = |line: usize| letter.names.get(line).cloned().unwrap_or_default();
        let mut row = vec![person.person_id.to_string(), name(0), name(1)];
        row.extend([&person.street, &person.city, &person.state, &person.zip, &person.country].map(|part| clean(part.as_deref().unwrap_or_default())));
        row.extend([notice.file.clone(), notice.page.to_string()]);
        rows.push(row);
    }
    write(path, rows)?;

    let mut rows = vec![["reference", "name", "state", "phone", "email", "deceased", "minor", "reason"].map(str::to_string).to_vec()];
    for held in held {
        let person = held.person;
        let part = |text: &Option<String>| clean(text.as_deref().unwrap_or_default());
        let yes = |is: bool| if is { "yes" } else { "no" }.to_string();
        rows.push(vec![
            person.person_id.to_string(),
            clean(&person.name),
            part(&person.state),
            part(&person.phone),
            part(&person.email),
            yes(person.deceased_on.is_some()),
            yes(person.is_minor),
            held.reason.to_string(),
        ]);
    }
    write(&path.with_file_name("substitute_notice.csv"), rows)
}

fn write(path: &Path, rows: Vec<Vec<String>>) -> Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| harmless(cell))).map_err(|e| Error::io(path, e.into()))?;
    }
    let bytes = writer.into_inner().map_err(|e| Error::io(path, e.into_error()))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    }
    write_atomic(path, &bytes)
}

/// A spreadsheet runs a cell that begins with one of these as a formula; an apostrophe keeps it text.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.to_string() }
}
