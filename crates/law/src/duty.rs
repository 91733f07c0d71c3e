//! One duty of a law: [`Rule`], and the words it uses.

use crate::count::Threshold;
use crate::days::Holiday;
use crate::facts::{EntityKind, Sensitive, Standing};
use crate::law::Confidence;
use dosimeter_case::tables::ElementKind;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
    /// Minors whose PHI was involved.
    Minors,
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
    /// The written finding that harm is unlikely.
    HarmDecision,
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
    /// Never later than the letters, if they go out before the period ends.
    #[serde(default)]
    pub or_with_individuals: bool,
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
    /// What a notice to an authority must say, in the code words of letters; `[letter]` holds those of letters to people.
    #[serde(default)]
    pub content: Vec<String>,
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
    /// Other data that counts beside `kinds`; people with data of the kind `other` then count as "perhaps".
    #[serde(default)]
    pub other: Option<String>,
    /// Only people with one of these classes among their data; empty: all.
    #[serde(default)]
    pub sensitive: Vec<Sensitive>,
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
    /// Rules of this law that must be kept for HIPAA to satisfy this one.
    #[serde(default)]
    pub needs: Vec<String>,
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
    /// Whether it asks for more than one person.
    pub fn has_threshold(&self) -> bool {
        self.threshold() != Threshold::AtLeast(1)
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
