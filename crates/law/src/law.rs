//! The form of the rule files: one [`Jurisdiction`] per file, its [`Rule`]s, and the words they use.

use crate::count::Threshold;
use crate::days::Holiday;
use crate::facts::{EntityKind, Sensitive, Standing};
use dosimeter_case::tables::ElementKind;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One jurisdiction's law.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Jurisdiction {
    /// `US` or two letters of the State or territory.
    pub jurisdiction: String,
    /// Its name.
    pub name: String,
    /// The statutes and regulations.
    pub citations: Vec<String>,
    /// The day on which the sources stated the law so.
    pub as_read: Date,
    /// How sure the core facts are.
    pub confidence: Confidence,
    /// What must have happened to the data.
    pub breach: Breach,
    /// Which form of data is covered.
    pub form: Form,
    /// Data that is covered too but that no element kind stands for.
    #[serde(default)]
    pub also_covers: Vec<String>,
    /// Covered data counts without a name too where it suffices to impersonate somebody.
    #[serde(default)]
    pub nameless: bool,
    /// What else counsel should know; shown with the duty to tell the people.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Whether unlikely harm excuses notice.
    pub harm: Harm,
    /// What the law says of entities under HIPAA.
    pub hipaa: Clause,
    /// What a letter must and must not say.
    pub letter: LetterContent,
    /// The personal data that brings the law into play; together with a name unless said otherwise.
    #[serde(default)]
    pub data: Vec<Data>,
    /// What to mind where a sensitive class is among the data; shown with the duty to tell the people.
    #[serde(default)]
    pub sensitive: Vec<SensitiveNote>,
    /// The duties, in the order shown.
    #[serde(default)]
    pub rule: Vec<Rule>,
}

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The text itself, or two independent sources, were read.
    Confirmed,
    /// One secondary source was read.
    OneSource,
    /// From memory, or the sources contradict one another: check before relying on it.
    Unconfirmed,
}
impl Confidence {
    /// The word used in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Confirmed => "confirmed",
            Confidence::OneSource => "one_source",
            Confidence::Unconfirmed => "unconfirmed",
        }
    }
}

/// What must have happened to the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    /// Seeing it suffices.
    Access,
    /// It must have been taken.
    Acquisition,
    /// Seen and taken.
    Both,
    /// Seen or taken.
    Either,
}
impl Breach {
    /// Whether data that was only seen may fall outside.
    pub fn needs_acquisition(self) -> bool {
        matches!(self, Breach::Acquisition | Breach::Both)
    }
}

/// Which form of data is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Computerised data only.
    Electronic,
    /// Paper too.
    Any,
}

/// What harm test a law has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HarmTest {
    /// Any harm.
    Harm,
    /// Misuse of the data.
    Misuse,
    /// Identity theft or fraud.
    IdentityTheft,
    /// Financial harm.
    FinancialHarm,
    /// Loss or injury.
    LossOrInjury,
    /// Only inadvertent disclosure by authorised persons is excused.
    InadvertentOnly,
}
impl HarmTest {
    /// The test in words.
    pub fn words(self) -> &'static str {
        match self {
            HarmTest::Harm => "no likely harm",
            HarmTest::Misuse => "no likely misuse",
            HarmTest::IdentityTheft => "no likely identity theft or fraud",
            HarmTest::FinancialHarm => "no likely financial harm",
            HarmTest::LossOrInjury => "no likely loss or injury",
            HarmTest::InadvertentOnly => "only an inadvertent disclosure by authorised persons without likely harm",
        }
    }
}

/// Whether unlikely harm excuses notice.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Harm {
    /// Whether it does.
    pub excused: bool,
    /// What must be unlikely.
    #[serde(default)]
    pub test: Option<HarmTest>,
    /// How many years the written decision is kept.
    #[serde(default)]
    pub record_years: Option<i64>,
    /// Whether a regulator must be told of the decision.
    #[serde(default)]
    pub tell_regulator: bool,
}

/// What the law says of entities under HIPAA.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// In one sentence.
    pub clause: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// What a letter must and must not say, in code words (`rules/law/README.md`).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LetterContent {
    /// Must be in it; empty: the law, as far as read, names nothing, so that the content of 45 CFR 164.404(c) is used.
    pub must: Vec<String>,
    /// Must not be in it.
    pub must_not: Vec<String>,
}

/// Personal data that brings a law into play.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Any one of these kinds.
    #[serde(default)]
    pub kinds: Vec<ElementKind>,
    /// Or any one of these classes.
    #[serde(default)]
    pub sensitive: Vec<Sensitive>,
    /// Without a name too.
    #[serde(default)]
    pub alone: bool,
    /// First day on which it is covered.
    #[serde(default)]
    pub from: Option<Date>,
    /// Only for holders of one of these standings.
    #[serde(default)]
    pub only_for: Vec<Standing>,
    /// What must be asked before it counts; people with nothing else then count as "perhaps".
    #[serde(default)]
    pub ask: Option<String>,
}

/// What to mind where a sensitive class is among the data.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SensitiveNote {
    /// The class.
    pub class: Sensitive,
    /// The legal source.
    pub citation: String,
    /// What to mind.
    pub note: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Whose duty a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyOf {
    /// The owner of the data: the covered entity.
    #[default]
    Owner,
    /// Whoever holds it for the owner (State law).
    Vendor,
    /// The business associate under HIPAA.
    BusinessAssociate,
}

/// Which people a threshold counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Residents of the State whose data the State's law covers.
    #[default]
    Residents,
    /// All residents of the State.
    ResidentsAll,
    /// Residents of the State whose PHI was involved.
    PhiResidents,
    /// Everybody whose PHI was involved, wherever they live.
    PhiTotal,
    /// Residents of the State whose Part 2 record was involved.
    Part2Residents,
    /// Everybody whose Part 2 record was involved.
    Part2Total,
    /// Everybody.
    Total,
    /// People without a good address.
    Unreachable,
    /// Deceased people whose next of kin's address is known.
    KinReachable,
    /// Nobody: the incident itself is the trigger.
    Incident,
}

/// What HIPAA means for a rule of a State.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relief {
    /// Nothing: it is due.
    #[default]
    Applies,
    /// HIPAA compliance satisfies it.
    Deemed,
    /// The same, if nothing but health data was involved.
    DeemedHealthOnly,
    /// Entities under HIPAA are outside.
    Exempt,
    /// Covered entities are outside, business associates are not.
    ExemptCoveredEntity,
    /// A clause may excuse it, but was not confirmed: treated as due, and said so.
    Unclear,
}

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Hours.
    Hours,
    /// Calendar days.
    CalendarDays,
    /// Business days.
    BusinessDays,
    /// Months.
    Months,
}

/// What a period is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// Discovery of the incident.
    Discovery,
    /// The conclusion that it is a breach.
    Determination,
    /// The decision that it is material (Form 8-K).
    MaterialDetermination,
    /// The end of the calendar year of discovery.
    YearOfDiscovery,
    /// The report to HHS.
    HhsNotice,
    /// The letters to the people.
    IndividualNotice,
    /// No later than the letters.
    WithIndividuals,
    /// Before the letters.
    BeforeIndividuals,
}

/// A period.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// How many.
    pub n: i64,
    /// Of what.
    pub unit: Unit,
    /// From when.
    pub after: After,
    /// Federal holidays that may be business days there: the earlier date is used, and both are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays_in_doubt: Vec<Holiday>,
}

/// One duty, in one version.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Name; versions of the same duty share it.
    pub id: String,
    /// The legal source.
    pub citation: String,
    /// Whom to tell: `individuals`, `hhs`, `media`, `attorney_general`, …
    pub recipient: String,
    /// What to do, without subject: "written notice to the residents".
    pub what: String,
    /// Whose duty it is.
    #[serde(default)]
    pub duty_of: DutyOf,
    /// First day in force; absent: not recorded.
    #[serde(default)]
    pub from: Option<Date>,
    /// `from` is recalled, not read.
    #[serde(default)]
    pub from_unconfirmed: bool,
    /// Last day in force.
    #[serde(default)]
    pub to: Option<Date>,
    /// Only for entities of these kinds; empty: all.
    #[serde(default)]
    pub entities: Vec<EntityKind>,
    /// Only for holders of one of these standings; empty: all.
    #[serde(default)]
    pub only_for: Vec<Standing>,
    /// Which people are counted.
    #[serde(default)]
    pub count: Measure,
    /// One row for each State with people, counted there.
    #[serde(default)]
    pub each_state: bool,
    /// Threshold: so many or more.
    #[serde(default)]
    pub at_least: Option<i64>,
    /// Threshold: more than so many.
    #[serde(default)]
    pub more_than: Option<i64>,
    /// Threshold: fewer than so many.
    #[serde(default)]
    pub fewer_than: Option<i64>,
    /// Only people of whom one of these kinds was exposed; empty: any that the law covers.
    #[serde(default)]
    pub kinds: Vec<ElementKind>,
    /// Whatever the data: the State's list does not matter.
    #[serde(default)]
    pub any_data: bool,
    /// Whatever its form.
    #[serde(default)]
    pub any_form: bool,
    /// Seeing the data suffices, whatever the State's definition of a breach.
    #[serde(default)]
    pub needs_access_only: bool,
    /// Due only if HHS is told.
    #[serde(default)]
    pub follows_hhs: bool,
    /// Due only if notice is left out because harm is unlikely.
    #[serde(default)]
    pub only_if_harm_excused: bool,
    /// A documented request of law enforcement puts it off.
    #[serde(default)]
    pub tolled: bool,
    /// Months of service to be offered.
    #[serde(default)]
    pub months: Option<i64>,
    /// Days for which a posting stays.
    #[serde(default)]
    pub posted_days: Option<i64>,
    /// When it is due; absent: without unreasonable delay.
    #[serde(default)]
    pub deadline: Option<Deadline>,
    /// What HIPAA means for it.
    #[serde(default)]
    pub hipaa: Relief,
    /// How sure it is.
    pub confidence: Confidence,
    /// Conflicts and questions, shown whenever the duty is live.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl Rule {
    /// The number of people it asks for; any number if it names none.
    pub fn threshold(&self) -> Threshold {
        match (self.at_least, self.more_than, self.fewer_than) {
            (Some(n), _, _) => Threshold::AtLeast(n),
            (_, Some(n), _) => Threshold::MoreThan(n),
            (_, _, Some(n)) => Threshold::FewerThan(n),
            _ => Threshold::AtLeast(1),
        }
    }
    /// Whether this version was in force on `day`.
    pub fn in_force(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
    /// The version: its first day, or `undated`.
    pub fn version(&self) -> String {
        self.from.map_or_else(|| "undated".to_string(), |from| from.to_string())
    }
}
