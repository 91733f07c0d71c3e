//! The form of the rule files: one [`Jurisdiction`] per file, its [`Rule`]s, and the words they use.

use crate::duty::Rule;
use crate::facts::{Sensitive, Standing};
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
    /// What was read: statute texts, charts, articles.
    pub sources: Vec<String>,
    /// The day on which the sources stated the law so.
    pub as_read: Date,
    /// How sure the core facts are.
    pub confidence: Confidence,
    /// What must have happened to the data.
    pub breach: Breach,
    /// Which form of data is covered.
    pub form: Form,
    /// What encryption must be for the data to be excluded; absent: the text names no standard.
    #[serde(default)]
    pub encryption: Option<String>,
    /// Whether people may sue under this law: `yes`, `no`, or in words.
    #[serde(default)]
    pub private_action: Option<String>,
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
    /// When the law allows notice by web page and media instead of letters.
    #[serde(default)]
    pub substitute: Option<Substitute>,
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
    /// Computerised data, and paper printed from it.
    Printed,
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

/// How far a law steps back for entities under HIPAA. Each rule says in `hipaa` what that means for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// This is HIPAA.
    Hipaa,
    /// Persons subject to HIPAA are outside the law.
    ExemptEntity,
    /// Covered entities are outside, business associates are not named.
    ExemptEntityCeOnly,
    /// Outside, or satisfied, if the entity in fact complies with HIPAA.
    ExemptIfCompliant,
    /// Complying with HIPAA is complying with this law.
    Deemed,
    /// The same, for breaches of nothing but health records.
    DeemedPartial,
    /// The same towards people; the State's authorities, and other duties named, remain.
    DeemedRegulatorStill,
    /// No second notice to people who are told under HIPAA; the rest remains.
    IndividualOnly,
    /// HIPAA satisfies what the letter must say, no more.
    ContentOnly,
    /// A general clause accepts the procedures of the main regulator; HIPAA is not named.
    RegulatorProceduresClause,
    /// A general clause gives way to law that protects more.
    GreaterProtectionClause,
    /// A clause on own procedures under a HIPAA plan.
    OwnProceduresClause,
    /// No clause: the law applies in full.
    None,
}

/// When a law allows notice by web page and media instead of letters, beside missing addresses.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Substitute {
    /// Cost of letters above this, USD.
    #[serde(default)]
    pub cost_over: Option<i64>,
    /// More people than this.
    #[serde(default)]
    pub people_over: Option<i64>,
    /// Another rule, in words.
    #[serde(default)]
    pub rule: Option<String>,
}

/// What the law says of entities under HIPAA.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// How far it goes.
    pub level: Level,
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
    /// On paper too, though the law covers computerised data only.
    #[serde(default)]
    pub any_form: bool,
    /// First day on which it is covered.
    #[serde(default)]
    pub from: Option<Date>,
    /// Last day on which it is covered.
    #[serde(default)]
    pub to: Option<Date>,
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
