//! What is known of one invented person, and how documents write it.

use jiff::civil::Date;

/// What a person is to the clinic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Has a record number.
    Patient,
    /// Parent of a minor patient, not a patient.
    Guardian,
    /// Holds the insurance of a patient, not a patient.
    Subscriber,
    /// On the payroll, not a patient.
    Employee,
    /// A physician named in documents; nobody to notify.
    Provider,
}
impl Kind {
    /// The word in the truth files.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Patient => "patient",
            Kind::Guardian => "guardian",
            Kind::Subscriber => "subscriber",
            Kind::Employee => "employee",
            Kind::Provider => "provider",
        }
    }
}

/// A postal address; all empty when unknown.
#[derive(Clone, Default, PartialEq)]
pub struct Address {
    /// House number and street.
    pub street: String,
    /// Town.
    pub city: String,
    /// State, two letters; empty abroad.
    pub state: String,
    /// Postal code.
    pub zip: String,
    /// ISO country.
    pub country: String,
}
impl Address {
    /// In one line, as a letter writes it; empty when unknown.
    pub fn line(&self) -> String {
        match (self.street.is_empty(), self.state.is_empty()) {
            (true, _) => String::new(),
            (_, true) => format!("{}, {} {}, {}", self.street, self.zip, self.city, self.country),
            _ => format!("{}, {}, {} {}", self.street, self.city, self.state, self.zip),
        }
    }
}

/// One invented individual.
#[derive(Clone)]
pub struct Person {
    /// `P00001`, …
    pub id: String,
    /// What they are to the clinic.
    pub kind: Kind,
    /// Given name.
    pub first: String,
    /// Middle initial, or empty.
    pub middle: String,
    /// Family name.
    pub last: String,
    /// `Jr`, `Sr` or empty.
    pub suffix: String,
    /// Familiar name, or empty.
    pub nickname: String,
    /// Family name before marriage, or empty.
    pub prev_last: String,
    /// `F` or `M`.
    pub sex: char,
    /// Birth date.
    pub dob: Date,
    /// `AAA-GG-SSSS`, or empty.
    pub ssn: String,
    /// Record number, or empty.
    pub mrn: String,
    /// A second record number from a merged system, or empty.
    pub mrn2: String,
    /// Where they live now.
    pub address: Address,
    /// Where they lived before 2023.
    pub old_address: Address,
    /// Telephone.
    pub phone: String,
    /// Mail address, or empty.
    pub email: String,
    /// Insurer, or empty.
    pub payer: String,
    /// Member number.
    pub member_id: String,
    /// Medicare beneficiary identifier, or empty.
    pub mbi: String,
    /// Driver's licence, or empty.
    pub drivers_license: String,
    /// Payment card, or empty.
    pub card_number: String,
    /// Bank account (employees).
    pub bank_account: String,
    /// Index of the guardian of a minor.
    pub guardian: Option<usize>,
    /// Index of the subscriber of the insurance, if another person.
    pub subscriber: Option<usize>,
    /// Day of death.
    pub died: Option<Date>,
    /// Household.
    pub family: usize,
    /// Why this person is hard to tell apart or to find.
    pub hard: Vec<&'static str>,
}

/// How a document writes a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `Maria L. Van Dyke`
    Plain,
    /// `VAN DYKE, MARIA L`
    Caps,
    /// `Van Dyke, Maria L`
    LastFirst,
    /// `Van Dyke^Maria^L`
    Caret,
    /// With the familiar name where there is one.
    Familiar,
}

impl Person {
    /// Under 18 on the day of discovery.
    pub fn is_minor(&self) -> bool {
        self.dob > Date::constant(2006, 4, 1)
    }
    /// Counts for notification.
    pub fn counts(&self) -> bool {
        self.kind != Kind::Provider
    }
    /// The family name that a document of `year` uses.
    pub fn last_in(&self, year: i16) -> &str {
        if year < 2022 && !self.prev_last.is_empty() { &self.prev_last } else { &self.last }
    }
    /// The address that a document of `year` uses.
    pub fn address_in(&self, year: i16) -> &Address {
        if year < 2023 && !self.old_address.street.is_empty() { &self.old_address } else { &self.address }
    }
    /// The name as a document of `year` writes it.
    pub fn name(&self, style: Style, year: i16) -> String {
        let (last, suffix) = (self.last_in(year), &self.suffix);
        let tail = if suffix.is_empty() { String::new() } else { format!(" {suffix}") };
        let middle = |before: &str, after: &str| if self.middle.is_empty() { String::new() } else { format!("{before}{}{after}", self.middle) };
        match style {
            Style::Plain => format!("{}{} {last}{tail}", self.first, middle(" ", ".")),
            Style::Familiar if !self.nickname.is_empty() => format!("{} {last}{tail}", self.nickname),
            Style::Familiar => format!("{} {last}{tail}", self.first),
            Style::LastFirst => format!("{last}{tail}, {}{}", self.first, middle(" ", "")),
            Style::Caps => format!("{last}{tail}, {}{}", self.first, middle(" ", "")).to_uppercase(),
            Style::Caret if suffix.is_empty() => format!("{last}^{}{}", self.first, middle("^", "")),
            Style::Caret => format!("{last}^{}^{}^^{suffix}", self.first, self.middle),
        }
    }
    /// Birth date as `03/14/1961`.
    pub fn dob_us(&self) -> String {
        us(self.dob)
    }
    /// Day and month exchanged, for those whose record holds that slip somewhere.
    pub fn dob_slip(&self) -> String {
        if self.hard.contains(&"transposed_dob") { format!("{:02}/{:02}/{}", self.dob.day(), self.dob.month(), self.dob.year()) } else { self.dob_us() }
    }
}

/// A day as `03/14/1961`.
pub fn us(day: Date) -> String {
    format!("{:02}/{:02}/{}", day.month(), day.day(), day.year())
}
/// A day as `19610314`.
pub fn compact(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}
