//! [`Facts`]: what is known of the incident; also the format of `FACTS.yaml` (`docs/reference/facts.md` explains every key).

use crate::count::Count;
use dosimeter_case::tables::{ElementKind, Tier};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The facts of one incident, as a privacy officer knows them. Unknown keys are errors.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Who must act.
    pub entity: Entity,
    /// What happened and when it was known.
    pub incident: Incident,
    /// For a covered entity: the business associate at which it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_associate: Option<BusinessAssociate>,
    /// For a business associate: the covered entities whose people are concerned, each with its own counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covered_entities: Vec<CoveredEntity>,
    /// Whether the data could be read.
    #[serde(default)]
    pub protection: Protection,
    /// What a documented assessment found.
    #[serde(default)]
    pub assessment: Assessment,
    /// A request of law enforcement to wait.
    #[serde(default)]
    pub law_enforcement: LawEnforcement,
    /// What was already sent, and when.
    #[serde(default)]
    pub notices: Notices,
    /// How well people can be reached.
    #[serde(default)]
    pub contact: Contact,
    /// People by State or territory of residence (two letters).
    #[serde(default)]
    pub affected: BTreeMap<String, Affected>,
    /// People by country of residence outside the United States (name or code).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub abroad: BTreeMap<String, Affected>,
    /// People whose residence is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_residence: Option<Affected>,
    /// Decisions that are still open, each with the people who hang on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<Question>,
    /// Days that differ from the federal holidays, for clocks of business days.
    #[serde(default)]
    pub calendar: Days,
    /// The day of the question: the law in force on it is applied, and days left and days late are counted to it. Absent: the law of the day of
    /// discovery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// Read by `dosimeter compare`; not by this crate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<serde_json::Value>,
}

/// What the entity is under HIPAA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// Health care provider, health plan or clearing house under HIPAA.
    CoveredEntity,
    /// Holds PHI for covered entities.
    BusinessAssociate,
    /// Not subject to HIPAA.
    Other,
}

/// A licence or standing that brings rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Federally assisted substance-use programme (42 CFR Part 2).
    Part2Program,
    /// Clinic, health facility, home health agency or hospice licensed in California.
    CaLicensedFacility,
    /// General hospital under article 28 of the New York Public Health Law.
    NyGeneralHospital,
    /// Covered entity of the New York Department of Financial Services.
    NyDfsCovered,
    /// State or local body.
    StateAgency,
    /// Sells information on people.
    InformationBroker,
    /// Vendor of personal health records outside HIPAA.
    PhrVendor,
    /// Files reports under the Securities Exchange Act.
    SecRegistrant,
}

/// Who must act.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Name, for the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is under HIPAA.
    pub kind: EntityKind,
    /// Home State, two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Licences and standings with rules of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Standing>,
}

/// A day, with the time of day where hours matter: `2026-02-02` or `2026-02-02T10:00`, in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// Day and time, if the time is known.
    pub at: Option<DateTime>,
}
impl From<Date> for Moment {
    fn from(date: Date) -> Moment {
        Moment { date, at: None }
    }
}
impl TryFrom<String> for Moment {
    type Error = String;
    fn try_from(text: String) -> Result<Moment, String> {
        let refuse = || "a day is written 2026-02-02, a day with its time 2026-02-02T10:00".to_string();
        if text.contains(['T', ' ']) {
            let at: DateTime = text.parse().map_err(|_| refuse())?;
            Ok(Moment { date: at.date(), at: Some(at) })
        } else {
            Ok(Moment { date: text.parse().map_err(|_| refuse())?, at: None })
        }
    }
}
impl From<Moment> for String {
    fn from(moment: Moment) -> String {
        moment.at.map_or_else(|| moment.date.to_string(), |at| at.to_string())
    }
}

/// On what the data was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// Computerised data.
    #[default]
    Electronic,
    /// Paper or film only.
    Paper,
    /// Both.
    Both,
}

/// What happened and when it was known.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// First day of the breach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day of the breach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// First day on which anyone but the wrongdoer knew of the incident, or would have with reasonable diligence.
    pub discovered: Date,
    /// When the entity concluded that it was a breach; some States count from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub determined: Option<Moment>,
    /// When a registrant decided that the incident is material (Form 8-K).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<Date>,
    /// Whether data left (copied), not only seen; absent: it is taken to have left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquired: Option<bool>,
    /// On what the data was.
    #[serde(default)]
    pub medium: Medium,
}

/// The business associate at which a covered entity's breach happened.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessAssociate {
    /// The day the business associate discovered it.
    pub discovered: Date,
    /// The day it told the covered entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Date>,
    /// Whether it acts as the covered entity's agent: then its discovery is the covered entity's. Absent: not decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<bool>,
}

/// One covered entity served by the business associate that this file is about.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CoveredEntity {
    /// Its name.
    pub name: String,
    /// The day it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Date>,
    /// Whether the business associate acts as its agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<bool>,
    /// Its people by State.
    #[serde(default)]
    pub affected: BTreeMap<String, Affected>,
}

/// Whether the data could be read by whoever took it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Protection {
    /// All of it was encrypted to the HHS guidance (at rest NIST SP 800-111, in motion 800-52/77/113) when it was taken.
    #[serde(default)]
    pub encrypted: bool,
    /// Whether the key or password went with it; absent: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_taken: Option<bool>,
}

/// The exceptions of 45 CFR 164.402(1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exception {
    /// (i) Unintentional access of a workforce member in good faith, within authority.
    UnintentionalWorkforce,
    /// (ii) Inadvertent disclosure between authorised persons of the same entity.
    InadvertentInternal,
    /// (iii) The recipient could not reasonably have kept it.
    CouldNotRetain,
}

/// What a documented assessment found. The judgement is the entity's and its counsel's; this crate only applies it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// An exception of 164.402(1) fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Exception>,
    /// The four-factor assessment shows a low probability that PHI was compromised.
    #[serde(default)]
    pub low_probability: bool,
    /// The same question under State law: harm to the people is unlikely.
    #[serde(default)]
    pub harm_unlikely: bool,
    /// Who received or used the data: evidence for the second factor, in words without patient data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// What reduced the risk: evidence for the fourth factor, in words without patient data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitigation: Option<String>,
    /// The assessment is in writing. Without it the presumption of a breach stands.
    #[serde(default)]
    pub documented: bool,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<Date>,
}

/// A request of law enforcement to wait (45 CFR 164.412).
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LawEnforcement {
    /// Day of an oral statement: at most 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oral: Option<Date>,
    /// Whether the statement and the official's identity are on file.
    #[serde(default)]
    pub official_recorded: bool,
    /// Day of a written statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Date>,
    /// The day until which the written statement asks to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// What was already sent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// Letters (the last of the first mailing).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub individuals: Option<Date>,
    /// Report on the HHS portal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hhs: Option<Date>,
    /// Media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Date>,
    /// Substitute notice on the home page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_posted: Option<Date>,
    /// Any other, by rule id (`ny-ag: 2026-03-01`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other: BTreeMap<String, Date>,
}

/// How well people can be reached.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// People without a good address, returned letters among them; absent: not known yet. Next of kin do not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreachable: Option<Count>,
    /// Deceased people whose next of kin's or representative's address is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kin_reachable: Option<i64>,
}

/// A decision that is still open. Which way it goes may carry a count over a threshold, or back.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What has to be decided, in words without patient data.
    pub what: String,
    /// People who fall away if it is decided one way, by State.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fewer: BTreeMap<String, i64>,
    /// People who come in if it is decided the other way, by State.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub more: BTreeMap<String, i64>,
}

/// Days that differ from the federal calendar, for clocks of business days.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// No business days, beside weekends and federal holidays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Date>,
    /// Business days, though they are federal holidays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub business_days: Vec<Date>,
}

/// A class of data that is more sensitive than the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitive {
    /// A therapist's separate session notes.
    Psychotherapy,
    /// Substance-use treatment (42 CFR Part 2).
    SubstanceUse,
    /// HIV.
    Hiv,
    /// Reproductive care.
    Reproductive,
    /// Genetic data.
    Genetic,
    /// Mental health.
    MentalHealth,
    /// The person is a minor.
    Minor,
}

/// People of one place.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Affected {
    /// How many; if absent, the sum of the groups, and without groups not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
    /// What was exposed of each of them; absent: not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elements: Option<Vec<ElementKind>>,
    /// Sensitive classes among it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive: Vec<Sensitive>,
    /// Not PHI: the data of employees, for instance. HIPAA does not count these people.
    #[serde(default)]
    pub not_phi: bool,
    /// How strongly it was exposed: `copied`, `viewed`, `reachable`, `unknown`; absent: as `incident.acquired` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// All of it was encrypted to the HHS guidance, and the key was not taken: these people count nowhere.
    #[serde(default)]
    pub secured: bool,
    /// Minors among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minors: Option<i64>,
    /// Deceased among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deceased: Option<i64>,
    /// Instead of `elements` for all: people with the same elements together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
}

/// People of one place with the same elements.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// How many.
    pub count: Count,
    /// What was exposed of each of them; absent: not known yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elements: Option<Vec<ElementKind>>,
    /// Sensitive classes among it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive: Vec<Sensitive>,
    /// Not PHI.
    #[serde(default)]
    pub not_phi: bool,
    /// How strongly it was exposed: `copied`, `viewed`, `reachable`, `unknown`; absent: as `incident.acquired` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// All of it was encrypted to the HHS guidance, and the key was not taken: these people count nowhere.
    #[serde(default)]
    pub secured: bool,
}

impl Affected {
    /// So many people with these elements, all PHI.
    pub fn new(count: impl Into<Count>, elements: &[ElementKind]) -> Affected {
        Affected { count: Some(count.into()), elements: Some(elements.to_vec()), ..Affected::default() }
    }
    /// The groups; people of `count` who are in none are one more group with what is given for all.
    pub fn parts(&self) -> Vec<Group> {
        let mut parts = self.groups.clone();
        let grouped: Count = parts.iter().map(|g| g.count).sum();
        let rest = match self.count {
            Some(count) => count.minus(grouped),
            None if parts.is_empty() => Count::UNKNOWN,
            None => Count::default(),
        };
        if rest.high > 0 {
            let Affected { elements, sensitive, not_phi, tier, secured, .. } = self.clone();
            parts.push(Group { count: rest, elements, sensitive, not_phi, tier, secured });
        }
        parts
    }
}
