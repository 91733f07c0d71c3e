//! `out/`: what leaves the case for other tools: people, accesses, timeline, findings, indicators, deadlines, and the four-factor memo.

mod ocsf;
mod questions;
mod stix;

use crate::stages::affected::{Affected, affected};
use crate::stages::assess::facts;
use dosimeter_case::tables::{Access, Detection, Document, ObjectKind, Obligation, Person, Session, Verdict};
use dosimeter_case::{Case, Error, Id, Kind, Result, write_atomic, write_table};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{ExcelDateTime, Workbook};
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Header of `people.csv` and `people.xlsx`.
const PEOPLE: &[&str] = &[
    "person_key",
    "name",
    "dob",
    "ssn",
    "mrn",
    "address",
    "state",
    "elements",
    "tier",
    "document_paths",
    "role",
    "certainty",
    "minor",
    "guardian",
    "deceased_on",
    "contact",
];

/// Writes all exports; returns their paths.
pub fn export(case: &Case) -> Result<Vec<PathBuf>> {
    let out = case.out();
    let (rows, unseen) = people_rows(case)?;
    let (people, sheet, accesses, timeline) = (out.join("people.csv"), out.join("people.xlsx"), out.join("accesses.csv"), out.join("timeline.jsonl"));
    write_atomic(&people, &csv_bytes(PEOPLE, &rows)?)?;
    let within_reach = out.join("people_within_reach.csv");
    write_atomic(&within_reach, &csv_bytes(PEOPLE, &unseen)?)?;
    write_atomic(&sheet, &xlsx_bytes(PEOPLE, &rows)?)?;
    write_atomic(&accesses, &accesses_csv(case)?)?;
    write_atomic(&timeline, timeline_lines(case)?.as_bytes())?;
    let (ledger, findings, indicators) = (out.join("accesses.parquet"), out.join("findings.ocsf.jsonl"), out.join("indicators.stix.json"));
    let (sessions, detections) = (case.read::<Session>()?, case.read::<Detection>()?);
    write_ledger(case, &ledger)?;
    write_atomic(&findings, ocsf::findings(&detections, &sessions).as_bytes())?;
    write_atomic(&indicators, stix::bundle(&case.config.entity.name, &sessions).as_bytes())?;
    let questions = out.join("questions.csv");
    write_atomic(&questions, &csv_bytes(questions::HEADER, &questions::rows(case)?)?)?;
    let (deadlines, memo) = (out.join("deadlines.ics"), out.join("four_factors.txt"));
    write_atomic(&deadlines, dosimeter_law::calendar(&case.config.entity.name, &case.read::<Obligation>()?).as_bytes())?;
    write_atomic(&memo, dosimeter_law::text::memo(&dosimeter_law::memo(&facts(case)?)).as_bytes())?;
    case.ledger.append("audit", &serde_json::json!({ "what": "export", "people": rows.len() }))?;
    Ok(vec![people, within_reach, sheet, accesses, ledger, timeline, findings, indicators, questions, deadlines, memo])
}

/// Rows of cells.
type Rows = Vec<Vec<String>>;

/// Rows of `people.csv` (something was viewed or copied) and of `people_within_reach.csv` (no log covers the time).
fn people_rows(case: &Case) -> Result<(Rows, Rows)> {
    let documents: HashMap<Id, Document> = case.read::<Document>()?.into_iter().map(|d| (d.document_id, d)).collect();
    let accesses: HashMap<Id, Access> = case.read::<Access>()?.into_iter().map(|a| (a.access_id, a)).collect();
    let (proved, unseen): (Vec<_>, Vec<_>) = affected(case)?.into_iter().partition(Affected::is_proved);
    let rows = |people: Vec<Affected>| people.iter().map(|a| person_row(a, &documents, &accesses)).collect();
    Ok((rows(proved), rows(unseen)))
}

fn person_row(affected: &Affected, documents: &HashMap<Id, Document>, accesses: &HashMap<Id, Access>) -> Vec<String> {
    let person = &affected.person;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    vec![
        person.person_id.to_string(),
        person.name.clone(),
        text(&person.dob),
        text(&person.ssn),
        person.mrns.join(";"),
        address_line(person),
        text(&person.state),
        affected.elements.keys().map(|k| k.as_str()).collect::<Vec<_>>().join(";"),
        affected.tier.to_string(),
        paths(affected, documents, accesses).into_iter().collect::<Vec<_>>().join(";"),
        person.role.to_string(),
        affected.certainty.to_string(),
        if person.is_minor { "1".into() } else { "0".into() },
        text(&person.guardian),
        text(&person.deceased_on),
        person.contact.to_string(),
    ]
}

/// Where the person's data stood: the documents that were reached, by the path that the intruder used (a copy's own
/// path, not its original's), and records seen on a screen.
fn paths(affected: &Affected, documents: &HashMap<Id, Document>, accesses: &HashMap<Id, Access>) -> BTreeSet<String> {
    let touched: Vec<&Access> = affected.accesses.iter().filter_map(|id| accesses.get(id)).collect();
    let used: BTreeSet<&str> = touched.iter().filter_map(|a| a.path.as_deref()).collect();
    let mut paths = BTreeSet::new();
    for document in affected.documents.iter().filter_map(|id| documents.get(id)) {
        if used.contains(document.path.as_str()) || document.study_uid.is_some() || !affected.is_proved() {
            paths.insert(document.path.clone());
        }
    }
    if paths.is_empty() {
        paths.extend(used.into_iter().map(str::to_string));
    }
    paths.extend(touched.iter().filter(|a| a.object_kind == ObjectKind::Record).map(|a| format!("ehr:{}", a.object)));
    paths
}

/// Street, town, State and postal code in one line.
pub fn address_line(person: &Person) -> String {
    let state_zip = [person.state.as_deref(), person.zip.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let parts = [person.street.clone(), person.city.clone(), (!state_zip.is_empty()).then_some(state_zip), person.country.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn csv_bytes(header: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |e: csv::Error| Error::new(Kind::Io, e.to_string());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    writer.into_inner().map_err(|e| Error::new(Kind::Io, e.to_string()))
}

fn xlsx_bytes(header: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let failed = |e: rust_xlsxwriter::XlsxError| Error::new(Kind::Io, e.to_string());
    let mut book = Workbook::new();
    // A fixed creation time: the same case gives the same bytes.
    let created = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&created));
    let sheet = book.add_worksheet();
    for (column, name) in header.iter().enumerate() {
        sheet.write_string(0, column as u16, *name).map_err(failed)?;
    }
    for (n, row) in rows.iter().enumerate().take(1_048_575) {
        for (column, cell) in row.iter().enumerate() {
            // A sheet's cell holds 32,767 characters; the CSV holds everything.
            let cell: String = cell.chars().take(32_767).collect();
            sheet.write_string(n as u32 + 1, column as u16, cell).map_err(failed)?;
        }
    }
    book.save_to_buffer().map_err(failed)
}

/// What an access is called in exports: the collected file, the study's UID, or `ehr:` and the record's number.
pub fn access_name(access: &Access) -> String {
    match (&access.path, access.object_kind) {
        (Some(path), _) => path.clone(),
        (None, ObjectKind::Record) => format!("ehr:{}", access.object),
        (None, _) => access.object.clone(),
    }
}

/// Whether an access is to a document, a study or a record. Pages of a web site that are not among the collected files
/// (menus, style sheets) stay in the table and out of the lists.
pub fn is_document(access: &Access) -> bool {
    access.path.is_some() || access.object_kind != ObjectKind::Url
}

/// The ledger as a Parquet file with all columns of the table.
fn write_ledger(case: &Case, path: &Path) -> Result<()> {
    let rows = case.read::<Access>()?.into_iter().filter(|a| a.verdict == Verdict::Intruder && is_document(a));
    let temporary = path.with_extension("parquet.tmp");
    write_table(&temporary, rows)?;
    std::fs::rename(&temporary, path).map_err(|e| Error::io(path, e))
}

fn accesses_csv(case: &Case) -> Result<Vec<u8>> {
    let zone = TimeZone::get(&case.config.environment.zone).unwrap_or(TimeZone::UTC);
    let rows: Vec<Vec<String>> = case
        .read::<Access>()?
        .iter()
        .filter(|a| a.verdict == Verdict::Intruder && is_document(a))
        .map(|a| {
            vec![
                local(a.time, &zone),
                a.actor.clone(),
                a.src_addr.clone(),
                access_name(a),
                a.action.to_string(),
                a.certainty.to_string(),
                a.host.clone(),
                a.bytes.map_or(String::new(), |n| n.to_string()),
                a.why.clone(),
                a.access_id.to_string(),
            ]
        })
        .collect();
    csv_bytes(&["time", "account", "source", "path", "action", "certainty", "server", "bytes", "why", "access_id"], &rows)
}

/// A time in the clinic's zone, ISO 8601 with offset.
pub fn local(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned(zone.clone()).strftime("%FT%T%:z").to_string()
}

/// One JSON object per line in the form that Timesketch reads (`message`, `datetime`, `timestamp_desc`), by time.
fn timeline_lines(case: &Case) -> Result<String> {
    let mut lines: Vec<(Timestamp, serde_json::Value)> = Vec::new();
    for d in case.read::<Detection>()? {
        lines.push((d.first, serde_json::json!({ "message": d.explanation, "timestamp_desc": "Detection", "rule": d.rule_id, "severity": d.severity, "user": d.actor, "src_ip": d.src_addr, "id": d.detection_id })));
    }
    for s in case.read::<Session>()?.iter().filter(|s| s.verdict != Verdict::Legitimate) {
        let message = format!("session of {} from {} ({}): {}", s.actor, s.src_addr, s.verdict, s.why);
        lines.push((
            s.first,
            serde_json::json!({ "message": message, "timestamp_desc": "Session start", "user": s.actor, "src_ip": s.src_addr, "id": s.session_id }),
        ));
    }
    for a in case.read::<Access>()?.iter().filter(|a| is_document(a)) {
        let message = format!("{} {} on {} by {} from {}", a.action, access_name(a), a.host, a.actor, a.src_addr);
        lines.push((a.time, serde_json::json!({ "message": message, "timestamp_desc": "Document access", "user": a.actor, "src_ip": a.src_addr, "id": a.access_id, "certainty": a.certainty.as_str() })));
    }
    lines.sort_by_key(|(time, value)| (*time, value["id"].as_str().unwrap_or_default().to_string()));
    Ok(lines
        .into_iter()
        .map(|(time, mut value)| {
            value["datetime"] = time.to_string().into();
            format!("{value}\n")
        })
        .collect())
}
