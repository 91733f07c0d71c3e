//! Any CSV of people as records: column names are guessed, or mapped by the user.

use crate::dates;
use dosimeter_case::tables::{Record, Role};
use dosimeter_case::{Error, Id, Kind, Result};
use std::collections::BTreeMap;
use std::io::Read;

/// Fields of [`Record`] and the column names that are read as them (letters and digits only, lower case).
const SYNONYMS: &[(&str, &[&str])] = &[
    ("record_id", &["recordid", "recid", "uniqueid", "id", "rowid", "key", "recordkey", "personrecordid"]),
    ("document_id", &["documentid", "docid", "document", "file", "path", "sourcefile", "documentpath"]),
    ("name", &["name", "fullname", "patientname", "personname", "displayname", "membername", "employeename"]),
    ("first", &["first", "firstname", "givenname", "given", "forename", "fname", "patientfirstname", "firstnm", "legalfirstname", "namefirst"]),
    ("middle", &["middle", "middlename", "middleinitial", "mi", "mname", "secondname", "namemiddle"]),
    ("last", &["last", "lastname", "surname", "familyname", "family", "lname", "patientlastname", "lastnm", "namelast"]),
    ("suffix", &["suffix", "namesuffix", "generation"]),
    ("dob", &["dob", "dateofbirth", "birthdate", "birthday", "born", "patientdob", "datebirth", "bday", "birthdt"]),
    ("sex", &["sex", "gender", "administrativesex"]),
    ("ssn", &["ssn", "socsecid", "socialsecuritynumber", "socialsecurity", "socsec", "ssnumber", "socialsecurityno", "nationalid", "ssnbr"]),
    ("mrn", &["mrn", "medicalrecordnumber", "patientid", "medrecno", "chartnumber", "chartno", "medicalrecordno", "patientnumber", "mrnumber", "medrec"]),
    ("facility", &["facility", "assigningauthority", "hospital", "facilityid", "clinic", "issuer"]),
    ("member_id", &["memberid", "membernumber", "insuranceid", "subscriberid", "policynumber", "policyid", "insurancenumber", "memberno"]),
    ("mbi", &["mbi", "medicareid", "medicarebeneficiaryidentifier", "medicarenumber"]),
    ("house", &["streetnumber", "housenumber", "houseno", "streetno"]),
    ("street", &["street", "address", "address1", "addr1", "addressline1", "streetaddress", "addr", "addressline", "homeaddress", "street1", "mailingaddress"]),
    ("city", &["city", "town", "suburb", "municipality", "locality", "birthplace"]),
    ("state", &["state", "stateprovince", "province", "region", "st"]),
    ("zip", &["zip", "zipcode", "postcode", "postalcode", "postcodefake", "zip5", "plz"]),
    ("country", &["country", "countrycode"]),
    ("phone", &["phone", "phonenumber", "telephone", "mobile", "cell", "homephone", "phone1", "cellphone", "telephonenumber", "tel"]),
    ("email", &["email", "emailaddress", "mail", "email1"]),
    ("deceased_on", &["deceasedon", "dateofdeath", "deathdate", "dod", "deceased"]),
    ("role", &["role", "persontype", "subjectkind"]),
];

/// Reads a CSV with a header row. Returns the records and, in the same order, the file's own record ids (or row numbers from 1).
///
/// `mapping` pairs a column of the file with a field of [`Record`] (or `given_name`, `surname` …: every guessed name works);
/// a mapped field is never guessed as well. A row that cannot be read as CSV stays a record without data, so that row
/// numbers and counts hold. Fails when the input cannot be read, when a mapping names an unknown column or field, or when
/// no column says anything about a person.
pub fn read_csv(reader: impl Read, mapping: &[(String, String)]) -> Result<(Vec<Record>, Vec<String>)> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(reader);
    let headers: Vec<String> = reader.byte_headers().map_err(environment)?.iter().map(|h| plain(&String::from_utf8_lossy(h))).collect();
    let columns = columns(&headers, mapping)?;
    if !columns.keys().any(|field| !matches!(*field, "record_id" | "document_id" | "role" | "facility")) {
        return Err(Error::usage("no column of this file is known to hold names, dates of birth or identifiers; name them with --map COLUMN=FIELD"));
    }
    let mut rows: Vec<csv::ByteRecord> = Vec::new();
    for row in reader.byte_records() {
        match row {
            Ok(row) => rows.push(row),
            Err(error) if error.is_io_error() => return Err(environment(error)),
            Err(_) => rows.push(csv::ByteRecord::new()),
        }
    }
    let get = |row: &csv::ByteRecord, field: &str| -> Option<String> {
        let value = String::from_utf8_lossy(row.get(*columns.get(field)?)?).trim().to_string();
        (!value.is_empty()).then_some(value)
    };
    let day_first = columns.contains_key("dob") && is_day_first(rows.iter().filter_map(|row| get(row, "dob")));
    let mut records = Vec::with_capacity(rows.len());
    let mut ids = Vec::with_capacity(rows.len());
    for (number, row) in (1i64..).zip(&rows) {
        let own = get(row, "record_id").unwrap_or_else(|| number.to_string());
        records.push(record(number, &own, day_first, &|field| get(row, field)));
        ids.push(own);
    }
    Ok((records, ids))
}

fn environment(error: csv::Error) -> Error {
    // The error's own text may quote the data: only its kind is told.
    let text = if error.is_io_error() { "reading failed" } else { "the header row is not CSV" };
    Error::new(Kind::Io, text)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn field_of(name: &str) -> Option<&'static str> {
    let name = plain(name);
    SYNONYMS.iter().find(|(field, synonyms)| plain(field) == name || synonyms.contains(&name.as_str())).map(|(field, _)| *field)
}

/// Column of each field.
fn columns(headers: &[String], mapping: &[(String, String)]) -> Result<BTreeMap<&'static str, usize>> {
    let mut columns = BTreeMap::new();
    let mut taken = Vec::new();
    for (left, right) in mapping {
        // Either order: `first=given_name` (the field, then the file's column) or the column, then the field.
        let found = [(left, right), (right, left)].into_iter().find_map(|(field, column)| {
            let at = headers.iter().position(|h| *h == plain(column))?;
            Some((field_of(field)?, at))
        });
        let (field, at) = found.ok_or_else(|| Error::usage(format!("--map {left}={right}: one side must be a field, the other a column of the file")))?;
        columns.insert(field, at);
        taken.push(at);
    }
    for (field, synonyms) in SYNONYMS {
        if columns.contains_key(field) {
            continue;
        }
        let found = std::iter::once(plain(field)).chain(synonyms.iter().map(|s| s.to_string())).find_map(|name| headers.iter().position(|h| *h == name));
        if let Some(at) = found.filter(|at| !taken.contains(at)) {
            columns.insert(field, at);
            taken.push(at);
        }
    }
    Ok(columns)
}

/// Whether `03/04/1970` in this file means the third of April: some dates only read so, and none only the other way.
fn is_day_first(dates: impl Iterator<Item = String>) -> bool {
    let (mut day, mut month) = (0usize, 0usize);
    for date in dates {
        let mut parts = date.split(['/', '.', '-']).map(|part| part.trim().parse::<u32>().unwrap_or(0));
        if let (Some(a), Some(b), Some(_)) = (parts.next(), parts.next(), parts.next()) {
            day += usize::from((13..=31).contains(&a) && (1..=12).contains(&b));
            month += usize::from((1..=12).contains(&a) && (13..=31).contains(&b));
        }
    }
    day > 10 * month
}

fn record(number: i64, own: &str, day_first: bool, get: &dyn Fn(&str) -> Option<String>) -> Record {
    let role = get("role").and_then(|role| match role.to_lowercase().as_str() {
        "patient" => Some(Role::Patient),
        "subscriber" => Some(Role::Subscriber),
        "guardian" => Some(Role::Guardian),
        "employee" => Some(Role::Employee),
        "provider" => Some(Role::Provider),
        "staff" => Some(Role::Staff),
        "other" => Some(Role::Other),
        _ => None,
    });
    let street = match (get("house"), get("street")) {
        (Some(house), Some(street)) => Some(format!("{house} {street}")),
        (None, street) => street,
        (house, None) => house,
    };
    Record {
        record_id: Id::of("csv record", &[&own, &number]),
        // Without a document column every row is a document of its own.
        document_id: get("document_id").map_or_else(|| Id::of("csv row", &[&number]), |document| Id::of("csv document", &[&document])),
        passage_id: Id::of("csv passage", &[&number]),
        locator: format!("row {number}"),
        role: role.unwrap_or(Role::Patient),
        name: get("name"),
        first: get("first"),
        middle: get("middle"),
        last: get("last"),
        suffix: get("suffix"),
        dob: get("dob").map(|dob| dates::iso(dates::parse(&dob, day_first)).unwrap_or(dob)),
        sex: get("sex"),
        ssn: get("ssn"),
        mrn: get("mrn"),
        facility: get("facility"),
        member_id: get("member_id"),
        mbi: get("mbi"),
        street,
        city: get("city"),
        state: get("state"),
        zip: get("zip"),
        country: get("country"),
        phone: get("phone"),
        email: get("email").map(|email| email.to_lowercase()),
        deceased_on: get("deceased_on").and_then(|day| dates::iso(dates::parse(&day, day_first))),
        related_record_id: None,
        elements: Vec::new(),
        mention_ids: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(csv: &str, mapping: &[(&str, &str)], expect: &[&str]) {
        let mapping: Vec<(String, String)> = mapping.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        let found = match read_csv(csv.as_bytes(), &mapping) {
            Ok((records, ids)) => records
                .iter()
                .zip(ids)
                .map(|(r, id)| [Some(id), r.first.clone(), r.last.clone(), r.dob.clone(), r.street.clone()].into_iter().flatten().collect::<Vec<_>>().join("|"))
                .collect(),
            Err(error) => vec![error.to_string()],
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn columns_are_guessed_or_mapped() {
        check("rec_id, given_name, surname, date_of_birth\na1, ann, lee, 19700102\n", &[], &["a1|ann|lee|1970-01-02"]);
        check("First Name,LAST NAME,DOB\nAnn,Lee,01/02/1970\n", &[], &["1|Ann|Lee|1970-01-02"]);
        check("x,y\nAnn,Lee\n", &[("first", "x"), ("y", "surname")], &["1|Ann|Lee"]);
        check("first,DOB\nAnn,13/02/1970\nBob,01/02/1970\n", &[], &["1|Ann|1970-02-13", "2|Bob|1970-02-01"]);
        check("street_number,address_1,last\n7,oak st,Lee\n", &[], &["1|Lee|7 oak st"]);
        check("x,y\n1,2\n", &[], &["no column of this file is known to hold names, dates of birth or identifiers; name them with --map COLUMN=FIELD"]);
        check("x,first\n1,2\n", &[("nonsense", "x")], &["--map nonsense=x: one side must be a field, the other a column of the file"]);
        check("first,last\nAnn\n\"Bob,Lee\n", &[], &["1|Ann", "2|Bob,Lee"]);
        check("", &[], &["no column of this file is known to hold names, dates of birth or identifiers; name them with --map COLUMN=FIELD"]);
    }
}
