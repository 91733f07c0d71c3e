//! One portal export to [`PastIncident`] rows.

use crate::text::{decode, foreign};
use crate::value::{Order, breach_types, count, day, entity_type, key, locations, order, state, tidy};
use csv::{ByteRecord, ReaderBuilder};
use dosimeter_case::Id;
use dosimeter_case::tables::{PastIncident, Reject};
use std::fmt;

/// Why a file is not read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Line (counted in records: a quoted line break does not count) from 1.
    pub line: u64,
    /// The reason, in words. Never a cell's text.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}
impl std::error::Error for Refused {}

/// What an export holds.
pub struct Export {
    /// One row per incident, in the order of the file.
    pub incidents: Vec<PastIncident>,
    /// One row per line that holds no usable incident: no count of people (drafts and consolidated cases), no date, cut off.
    pub rejects: Vec<Reject>,
}

/// Reads one portal export (CSV of any vintage; comma, semicolon, tab or bar between cells; any usual encoding), or refuses it with a reason.
/// Lines without a usable incident are left out; [`read_export`] returns them too.
pub fn read(source_id: Id, bytes: &[u8]) -> Result<Vec<PastIncident>, Refused> {
    read_export(source_id, "", bytes).map(|export| export.incidents)
}

/// As [`read`], with the lines that were left out. `path` is what the rejects name as the source.
pub fn read_export(source_id: Id, path: &str, bytes: &[u8]) -> Result<Export, Refused> {
    if bytes.len() > MOST_BYTES {
        return Err(refused(1, "larger than any portal export (256 MB)"));
    }
    if let Some(what) = foreign(bytes) {
        return Err(refused(1, format!("this is {what}")));
    }
    let text = decode(bytes);
    match text.trim_start().chars().next() {
        None => return Err(refused(1, "the file is empty")),
        Some('{' | '[') => return Err(refused(1, "this is JSON (a saved web page?), not the export itself")),
        Some('<') => return Err(refused(1, "this is HTML or XML (a saved web page?), not the CSV export")),
        Some(_) => {}
    }
    let table = find_header(&text)?;
    let rows = read_rows(&text, &table);
    let order = order(rows.iter().filter_map(|(_, row)| row.get(table.columns.submitted)).filter_map(|cell| std::str::from_utf8(cell).ok()));

    let mut export = Export { incidents: Vec::new(), rejects: Vec::new() };
    for (line, row) in &rows {
        match incident(row, &table.columns, order, source_id) {
            Ok(Some(incident)) => export.incidents.push(incident),
            Ok(None) => {}
            Err(reason) => {
                let byte_offset = row.position().map_or(0, |p| p.byte() as i64);
                export.rejects.push(Reject { source_id, path: path.to_string(), record_no: *line as i64, byte_offset, reason: reason.to_string() });
            }
        }
    }
    if export.incidents.len() <= export.rejects.len() {
        let (line, reason) = export.rejects.first().map_or((table.line, "no line follows the header"), |r| (r.record_no as u64, r.reason.as_str()));
        return Err(refused(line, format!("{} of {} lines cannot be read as incidents; the first: {reason}", export.rejects.len(), rows.len())));
    }
    Ok(export)
}
const MOST_BYTES: usize = 256 << 20;

fn refused(line: u64, reason: impl Into<String>) -> Refused {
    Refused { line, reason: reason.into() }
}

/// Where the columns are.
struct Columns {
    entity: usize,
    state: usize,
    entity_type: Option<usize>,
    individuals: usize,
    submitted: usize,
    breach_type: usize,
    location: Option<usize>,
}
/// How the file is laid out.
struct Table {
    delimiter: u8,
    line: u64,
    columns: Columns,
}

/// Header spellings, as [`key`]s: the portal's own since 2015, then those of republished and cleaned copies.
const HEADERS: [(&str, &[&str]); 7] = [
    (
        "Name of Covered Entity",
        &[
            "nameofcoveredentity",
            "nameofcoveredentityorbusinessassociate",
            "coveredentity",
            "coveredentityname",
            "entityname",
            "nameofentity",
            "entity",
            "organization",
        ],
    ),
    ("State", &["state", "stateofcoveredentity", "statecode", "statename"]),
    ("Covered Entity Type", &["coveredentitytype", "typeofcoveredentity", "entitytype", "typeofentity"]),
    (
        "Individuals Affected",
        &[
            "individualsaffected",
            "numberofindividualsaffected",
            "individuals",
            "affectedindividuals",
            "noofindividualsaffected",
            "numberaffected",
            "numindividualsaffected",
        ],
    ),
    ("Breach Submission Date", &["breachsubmissiondate", "submissiondate", "datesubmitted", "dateofsubmission", "breachsubmitteddate", "datebreachsubmitted"]),
    ("Type of Breach", &["typeofbreach", "breachtype", "breachtypes"]),
    (
        "Location of Breached Information",
        &["locationofbreachedinformation", "locationofbreach", "breachlocation", "breachedinformationlocation", "location", "locationofinformation"],
    ),
];

/// Looks for the header in the first lines, with each delimiter; titles or a `sep=` line may stand above it.
fn find_header(text: &str) -> Result<Table, Refused> {
    let mut nearest: Option<(usize, u64, Vec<&str>)> = None;
    for delimiter in [b',', b'\t', b';', b'|'] {
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
        let mut record = ByteRecord::new();
        for line in 1..=MOST_TITLES {
            if !matches!(reader.read_byte_record(&mut record), Ok(true)) {
                break;
            }
            match columns(&record) {
                Ok(columns) => return Ok(Table { delimiter, line, columns }),
                Err(missing) if nearest.as_ref().is_none_or(|(most, _, _)| HEADERS.len() - missing.len() > *most) => {
                    nearest = Some((HEADERS.len() - missing.len(), line, missing));
                }
                Err(_) => {}
            }
        }
    }
    match nearest {
        Some((found, line, missing)) if found > 1 => Err(refused(line, format!("not a breach portal export: no column for {}", missing.join(", ")))),
        _ => Err(refused(1, "not a breach portal export: no line with its column names (Name of Covered Entity, State, …)")),
    }
}
/// How many lines may stand above the header.
const MOST_TITLES: u64 = 20;

/// The columns of a header line, or the names of those missing.
fn columns(header: &ByteRecord) -> Result<Columns, Vec<&'static str>> {
    let cells: Vec<String> = header.iter().take(100).map(|cell| key(&String::from_utf8_lossy(cell))).collect();
    let mut found = HEADERS.map(|(_, spellings)| spellings.iter().find_map(|s| cells.iter().position(|cell| cell == s)));
    // Some exports carry the name of a web component instead of the two titles that the portal renders with a help sign; the place is right.
    if found[0].is_none()
        && let Some(before_state) = found[1].and_then(|state| state.checked_sub(1))
        && !found.contains(&Some(before_state))
        && cells.get(before_state).is_some_and(|cell| cell.starts_with("javaxfaces") || cell.is_empty())
    {
        found[0] = Some(before_state);
    }
    match found {
        [Some(entity), Some(state), entity_type, Some(individuals), Some(submitted), Some(breach_type), location] => {
            Ok(Columns { entity, state, entity_type, individuals, submitted, breach_type, location })
        }
        _ => Err(HEADERS.iter().zip(&found).filter(|(_, f)| f.is_none()).map(|((name, _), _)| *name).collect()),
    }
}

/// The records below the header with their numbers; empty ones are left out.
fn read_rows(text: &str, table: &Table) -> Vec<(u64, ByteRecord)> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(table.delimiter).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    let mut line = 0;
    while let Ok(true) = reader.read_byte_record(&mut record) {
        line += 1;
        if line > table.line && record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
            rows.push((line, record.clone()));
        }
    }
    rows
}

/// One line: an incident, a repeated header (`None`), or the reason why it is neither.
fn incident(row: &ByteRecord, columns: &Columns, order: Order, source_id: Id) -> Result<Option<PastIncident>, &'static str> {
    let cell = |column: usize| row.get(column).map(String::from_utf8_lossy).unwrap_or_default();
    let maybe = |column: Option<usize>| column.map(cell).unwrap_or_default();
    if row.get(columns.submitted).is_none() || row.get(columns.individuals).is_none() {
        return Err("the line is cut off");
    }
    let people = cell(columns.individuals);
    if HEADERS[3].1.contains(&key(&people).as_str()) {
        return Ok(None);
    }
    let individuals = match people.trim() {
        "" => return Err("no number of individuals"),
        text => count(text).ok_or("the number of individuals is not a number")?,
    };
    let submitted = day(&cell(columns.submitted), order).ok_or("the submission date is not a date since 2009")?.to_string();
    let entity = tidy(&cell(columns.entity));
    if entity.is_empty() {
        return Err("no name of the entity");
    }
    let state = state(&cell(columns.state));
    Ok(Some(PastIncident {
        incident_id: Id::of("past_incident", &[&key(&entity), &state, &submitted, &individuals]),
        state,
        entity_type: entity_type(&maybe(columns.entity_type)),
        individuals,
        submitted,
        breach_type: breach_types(&cell(columns.breach_type)),
        location: locations(&maybe(columns.location)),
        entity,
        source_id,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const HEADER: &str = "Name of Covered Entity,State,Covered Entity Type,Individuals Affected,Breach Submission Date,Type of Breach,Location of Breached Information,Business Associate Present,Web Description\n";

    fn show(bytes: &[u8]) -> String {
        match read_export(Id(1), "x.csv", bytes) {
            Err(refused) => refused.to_string(),
            Ok(export) => {
                let incident =
                    |i: &PastIncident| format!("{}|{}|{}|{}|{}|{}|{}", i.entity, i.state, i.entity_type, i.individuals, i.submitted, i.breach_type, i.location);
                let reject = |r: &Reject| format!("!{} {}", r.record_no, r.reason);
                export.incidents.iter().map(incident).chain(export.rejects.iter().map(reject)).collect::<Vec<_>>().join("\n")
            }
        }
    }
    fn check(bytes: impl AsRef<[u8]>, expect: &str) {
        assert_eq!(show(bytes.as_ref()), expect);
    }
    const ROW: &str = "East River Medical Imaging, PC|NY|Healthcare Provider|605809|2023-11-22|Hacking/IT Incident|Network Server";

    #[test]
    fn vintages() {
        let plain = r#""East River Medical Imaging, PC",NY,Healthcare Provider,605809,11/22/2023,Hacking/IT Incident,Network Server,No,"""#;
        check(format!("{HEADER}{plain}\n"), ROW);
        check(format!("\u{feff}{HEADER}{plain}\r\n\r\n"), ROW);
        check(format!("{HEADER}{plain}\n").replace('\n', "\r"), ROW);
        check(format!("Breach portal\nsep=,\n{HEADER}{plain}"), ROW);
        check(format!("{HEADER}{plain}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(), ROW);
        check(format!("{HEADER}{plain}").replace("Name of Covered Entity", "javax.faces.component.UIPanel@165a5fe0"), ROW);
        check(
            ";name_of_covered_entity;state;covered_entity_type;individuals_affected;breach_submission_date;type_of_breach;location_of_breached_information\n\
             0;East River Medical Imaging, PC;New York;Healthcare Provider;605,809.0;2023-11-22 00:00:00;Hacking/IT Incident;Network Server\n",
            ROW,
        );
        check(
            format!(
                "{HEADER}\"East River\nMedical Imaging, PC\",ny,Healthcare Provider,\"605,809\",11/22/23,Hacking/IT Incident,Network Server,No,\"two\r\nlines, \"\"quoted\"\"\"\n"
            ),
            ROW,
        );
    }

    #[test]
    fn lines_left_out_are_named() {
        let good = "A,NY,Health Plan,700,1/2/2020,Theft,Laptop,No,\n";
        check(
            format!("{HEADER}{good}{good}{good}B,NY,Health Plan,,1/2/2020,Theft,Laptop,No,\n{HEADER}C,NY\n"),
            &format!("{0}\n{0}\n{0}\n!5 no number of individuals\n!7 the line is cut off", "A|NY|Health Plan|700|2020-01-02|Theft|Laptop"),
        );
        check(
            format!("{HEADER}B,NY,Health Plan,many,1/2/2020,Theft,Laptop,No,\n"),
            "line 2: 1 of 1 lines cannot be read as incidents; the first: the number of individuals is not a number",
        );
        check(HEADER, "line 1: 0 of 0 lines cannot be read as incidents; the first: no line follows the header");
    }

    #[test]
    fn refused_with_a_reason() {
        check("", "line 1: the file is empty");
        check("{\"payload\":{}}", "line 1: this is JSON (a saved web page?), not the export itself");
        check("\n<!doctype html>", "line 1: this is HTML or XML (a saved web page?), not the CSV export");
        check(b"PK\x03\x04....", "line 1: this is an Excel workbook or another zip file; save it as CSV first");
        check("a,b\n1,2\n", "line 1: not a breach portal export: no line with its column names (Name of Covered Entity, State, …)");
        check(
            "x\nName of Covered Entity,State\n",
            "line 2: not a breach portal export: no column for Covered Entity Type, Individuals Affected, Breach Submission Date, Type of Breach, Location of Breached Information",
        );
        check([0u8; 4096], "line 1: not a breach portal export: no line with its column names (Name of Covered Entity, State, …)");
    }

    /// Every file of the collection is read, or refused for the reason that a person would give.
    #[test]
    fn real_exports() {
        let dir = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/ocr"));
        let files = [dir.to_path_buf(), dir.join("wa"), dir.join("enforcement")]
            .iter()
            .filter_map(|d| std::fs::read_dir(d).ok())
            .flatten()
            .flatten()
            .map(|e| e.path())
            .collect::<Vec<_>>();
        if files.is_empty() {
            eprintln!("skipped: the portal exports are not at ../shared/data/ocr");
            return;
        }
        for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "csv")) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let result = read_export(Id(1), &name, &std::fs::read(path).unwrap());
            let is_portal = !name.contains("WA_AG") && !name.contains("enforcement") && !name.contains("penalties") && !name.starts_with("sigandhi");
            match result {
                Ok(export) => {
                    assert!(is_portal, "{name} was read");
                    assert!(
                        export.incidents.len() > 500 && export.rejects.len() * 50 < export.incidents.len(),
                        "{name}: {} read, {} not",
                        export.incidents.len(),
                        export.rejects.len()
                    );
                    assert!(export.incidents.iter().all(|i| i.submitted.as_str() >= "2009-10-01" && i.submitted.as_str() < "2027"), "{name}: dates");
                    eprintln!("{name}: {} read, {} not", export.incidents.len(), export.rejects.len());
                }
                Err(refused) => {
                    assert!(!is_portal, "{name}: {refused}");
                    eprintln!("{name}: {refused}");
                }
            }
        }
    }
}
