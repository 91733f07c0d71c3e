//! The files on the servers. Every maker puts bytes on the [`Shelf`] and says who stands in them, with the values as written.

pub mod dicom;
mod exports;
mod letters;
mod odd;
mod office;
mod packed;
mod pdf;
mod picture;
mod reports;

pub use packed::escape as xml;

use crate::dice::Dice;
use crate::names::{DIAGNOSES, STUDIES};
use crate::people::{Kind, Person};
use crate::staff::Staff;
use crate::truth::{Document, Mention};
use jiff::civil::Date;

/// One instance of a study on the PACS.
pub struct Instance {
    /// Orthanc's id.
    pub orthanc: String,
    /// Path below `evidence/files`.
    pub path: String,
    /// Size of the file.
    pub bytes: usize,
}
/// One study on the PACS.
pub struct Study {
    /// Index among the people.
    pub patient: usize,
    /// Study Instance UID.
    pub uid: String,
    /// Orthanc's id.
    pub orthanc: String,
    /// Its files.
    pub instances: Vec<Instance>,
}

/// One examination: what a document is about.
#[derive(Clone)]
pub struct Visit {
    /// Index of the patient.
    pub patient: usize,
    /// Index of the physician.
    pub provider: usize,
    /// When.
    pub day: Date,
    /// `LP700001`, …
    pub accession: String,
    /// DICOM modality.
    pub modality: &'static str,
    /// Description.
    pub study: &'static str,
    /// Diagnosis, its code, a finding.
    pub diagnosis: (&'static str, &'static str, &'static str),
}

/// Collects documents while they are made.
pub struct Shelf<'a> {
    /// Everybody.
    pub people: &'a [Person],
    /// The staff.
    pub staff: &'a [Staff],
    /// The seed.
    pub seed: u64,
    /// Chance for documents.
    pub dice: Dice,
    /// What has been made.
    pub documents: Vec<Document>,
    /// Path, text and reason of what only looks like patient data.
    pub decoys: Vec<(String, String, &'static str)>,
    /// The PACS.
    pub studies: Vec<Study>,
    patients: Vec<usize>,
    accession: usize,
    next: usize,
}

impl<'a> Shelf<'a> {
    /// An examination in one of these years. Every patient comes round once before anybody comes twice.
    fn visit(&mut self, from: i16, to: i16) -> Visit {
        let patient = self.next_patient();
        self.visit_of(patient, from, to)
    }
    fn visit_of(&mut self, patient: usize, from: i16, to: i16) -> Visit {
        let born = self.people[patient].dob.year();
        let (year, accession) = (self.dice.range(i64::from(from.max(born + 1).min(to)), i64::from(to)) as i16, format!("LP{}", 700_001 + self.accession));
        self.accession += 1;
        let last = if year == 2024 { 2 } else { 12 };
        let day = Date::new(year, self.dice.range(1, last) as i8, self.dice.range(1, 28) as i8).unwrap_or(Date::constant(2023, 6, 1));
        // Nobody is examined after death.
        let day = match self.people[patient].died {
            Some(died) if day > died => Date::new(died.year() - 1, day.month(), day.day()).unwrap_or(died),
            _ => day,
        };
        // The last diagnosis is a screening for women.
        let diagnoses = if self.people[patient].sex == 'F' { DIAGNOSES } else { &DIAGNOSES[..DIAGNOSES.len() - 1] };
        let (diagnosis, code, finding, found_by) = *self.dice.pick(diagnoses);
        let (modality, study) = STUDIES[*self.dice.pick(found_by)];
        let provider = self.dice.below(self.people.iter().take_while(|p| p.kind == Kind::Provider).count());
        Visit { patient, provider, day, accession, modality, study, diagnosis: (diagnosis, code, finding) }
    }
    fn next_patient(&mut self) -> usize {
        // Mostly in turn, so that a list of all patients is not needed to reach everybody; a third by chance, so that some come often.
        if self.dice.chance(0.3) {
            return self.patients[self.dice.below(self.patients.len())];
        }
        self.next += 1;
        self.patients[(self.next - 1) % self.patients.len()]
    }
    /// `n` different patients.
    fn some_patients(&mut self, n: usize) -> Vec<usize> {
        self.dice.sample(self.patients.len(), n).into_iter().map(|i| self.patients[i]).collect()
    }
    fn put(&mut self, path: impl Into<String>, kind: &'static str, bytes: Vec<u8>, mentions: Vec<Mention>) -> &mut Document {
        self.documents.push(Document { path: path.into(), bytes, kind, needs_ocr: false, readable: "yes", remark: "", mentions, study: None });
        let last = self.documents.len() - 1;
        &mut self.documents[last]
    }
    fn provider_name(&self, visit: &Visit) -> String {
        format!("{}, MD", self.people[visit.provider].name(crate::people::Style::Plain, 2023))
    }
}

/// Makes everything that lies on the servers.
pub fn make<'a>(seed: u64, people: &'a [Person], staff: &'a [Staff]) -> Shelf<'a> {
    let mut patients: Vec<usize> = (0..people.len()).filter(|&i| people[i].kind == Kind::Patient).collect();
    let mut dice = Dice::new(seed, "documents");
    dice.shuffle(&mut patients);
    let mut shelf = Shelf { people, staff, seed, dice, documents: Vec::new(), decoys: Vec::new(), studies: Vec::new(), patients, accession: 0, next: 0 };
    let n = shelf.patients.len();
    let share = |per_hundred: usize| (n * per_hundred / 100).max(2);
    reports::radiology(&mut shelf, share(20));
    reports::batches(&mut shelf, share(1).min(20));
    letters::referrals(&mut shelf, share(8));
    letters::letters(&mut shelf, share(6));
    letters::intake(&mut shelf, share(4));
    letters::notes(&mut shelf, share(5));
    letters::mail(&mut shelf, share(3));
    letters::faxes(&mut shelf, share(2));
    reports::portal(&mut shelf, share(7));
    dicom::studies(&mut shelf, share(6));
    office::schedules(&mut shelf);
    office::ledger(&mut shelf, share(20));
    office::recall(&mut shelf, share(10));
    office::payroll(&mut shelf);
    exports::migration(&mut shelf, share(12));
    exports::eligibility(&mut shelf, share(8));
    exports::headerless(&mut shelf, share(5));
    exports::hl7(&mut shelf, 4, share(3));
    exports::payer_roster(&mut shelf, share(10));
    odd::containers(&mut shelf);
    odd::decoys(&mut shelf);
    shelf.documents.sort_by(|a, b| a.path.cmp(&b.path));
    shelf
}
