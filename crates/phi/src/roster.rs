//! The provider's own lists of patients and staff. They corroborate; staff names are never patients by a name alone.

use crate::gazetteer::{Gazetteer, fold};
use crate::name;
use dosimeter_case::{Error, Result};
use std::collections::{HashMap, HashSet};
use std::io::Read;

/// Whom a roster lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The index of patients.
    Patients,
    /// Employees, physicians and service accounts.
    Staff,
}

/// Known patients and staff. [`Roster::default`] is empty.
#[derive(Clone, Default)]
pub struct Roster {
    /// `LAST|FIRST` of staff.
    staff: HashSet<String>,
    /// `LAST|FIRST` of patients, and their ISO birth dates.
    patients: HashMap<String, Vec<String>>,
    /// Medical record numbers of patients.
    mrns: HashSet<String>,
}

fn column(headers: &csv::StringRecord, words: &[&str]) -> Option<usize> {
    let plain: Vec<String> = headers.iter().map(|h| h.to_lowercase().replace(['_', '-', '.', '#'], " ").trim().to_string()).collect();
    words.iter().find_map(|w| plain.iter().position(|h| h == w))
}

impl Roster {
    /// Reads a CSV file with a header row. Columns are guessed: `name`, or `first` and `last`; `dob`; `mrn`. Rows that
    /// cannot be read are skipped. Fails when no name column is found or the reader fails.
    pub fn from_csv(reader: impl Read, kind: Kind) -> Result<Roster> {
        let names = Gazetteer::new();
        let mut roster = Roster::default();
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
        let headers = csv.byte_headers().map_err(|_| Error::config("the roster is not a CSV file"))?.clone();
        let headers = csv::StringRecord::from_byte_record_lossy(headers);
        let first = column(&headers, &["first", "first name", "firstname", "given name", "given", "fname"]);
        let last = column(&headers, &["last", "last name", "lastname", "surname", "family name", "lname"]);
        let full = column(&headers, &["name", "full name", "patient name", "patient", "employee", "display name", "staff", "employee name"]);
        let dob = column(&headers, &["dob", "date of birth", "birth date", "birthdate", "birth"]);
        let mrn = column(&headers, &["mrn", "medical record number", "patient id", "chart", "id"]);
        if full.is_none() && (first.is_none() || last.is_none()) {
            return Err(Error::config("the roster has no column `name`, nor `first` and `last`"));
        }
        for row in csv.byte_records() {
            let row = match row {
                Ok(row) => csv::StringRecord::from_byte_record_lossy(row),
                Err(e) if e.is_io_error() => return Err(Error::config("the roster cannot be read to its end")),
                Err(_) => continue,
            };
            let cell = |i: Option<usize>| i.and_then(|i| row.get(i)).unwrap_or_default().trim();
            let name = match (first, last) {
                (Some(_), Some(_)) => name::Name::of(cell(last), cell(first), "", ""),
                _ => name::parse(cell(full), &names),
            };
            let Some(name) = name else { continue };
            match kind {
                Kind::Staff => {
                    roster.staff.insert(name.key());
                }
                Kind::Patients => {
                    roster.patients.entry(name.key()).or_default().extend(crate::date::parse(cell(dob)));
                    if !cell(mrn).is_empty() {
                        roster.mrns.insert(crate::ids::compact(cell(mrn)));
                    }
                }
            }
        }
        Ok(roster)
    }

    /// Adds staff by name, in any usual form.
    pub fn add_staff(&mut self, staff: &[String]) {
        let names = Gazetteer::new();
        self.staff.extend(staff.iter().filter_map(|s| name::parse(s, &names)).map(|n| n.key()));
    }

    /// Joins another roster to this one.
    pub fn extend(&mut self, other: Roster) {
        self.staff.extend(other.staff);
        for (key, dobs) in other.patients {
            self.patients.entry(key).or_default().extend(dobs);
        }
        self.mrns.extend(other.mrns);
    }

    pub(crate) fn is_staff(&self, name: &name::Name) -> bool {
        !self.staff.is_empty() && self.staff.contains(&name.key())
    }

    /// Whether it has no names.
    pub(crate) fn is_empty(&self) -> bool {
        self.staff.is_empty() && self.patients.is_empty()
    }

    /// The family and given names, letters only, without accents.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.staff.iter().chain(self.patients.keys()).flat_map(|key| key.split('|'))
    }

    pub(crate) fn is_patient(&self, name: &name::Name) -> bool {
        !self.patients.is_empty() && self.patients.contains_key(&name.key())
    }

    /// Whether the number is a patient's.
    pub(crate) fn has_mrn(&self, mrn: &str) -> bool {
        self.mrns.contains(&fold(mrn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(csv: &str, kind: Kind, name: &str, expect: (bool, bool)) {
        let roster = Roster::from_csv(csv.as_bytes(), kind).unwrap();
        let name = name::parse(name, &Gazetteer::new()).unwrap();
        assert_eq!((roster.is_patient(&name), roster.is_staff(&name)), expect);
    }

    #[test]
    fn columns_are_guessed() {
        check("MRN,Last_Name,First Name,DOB\n12,García,Ana,1990-01-02\n", Kind::Patients, "ANA GARCIA", (true, false));
        check("Name\n\"Hall, Mary\"\n", Kind::Staff, "Mary T. Hall", (false, true));
        check("name,mrn\n,\n\"Hall, Mary\",77\n", Kind::Patients, "Bob Hall", (false, false));
        assert!(Roster::from_csv("a,b\n1,2\n".as_bytes(), Kind::Staff).is_err());
    }
}
