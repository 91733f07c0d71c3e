//! What the law asks of a healthcare provider after a breach, worked out from facts and rules that anyone can read.
//!
//! **In:** the [`Facts`] of the incident (dates, counts as intervals, what was exposed, by State) and the [`Rules`] (one TOML file per
//! jurisdiction, built in or from a folder). **Out:** [`assess`] gives one [`Obligation`](dosimeter_case::tables::Obligation) for every duty that
//! could apply, triggered or not, each with its citation, version, counts, due date, status, reason, open conflicts and confidence, in a fixed order.
//!
//! The law in force on [`Facts::as_of`] is used, or else that of the day of discovery, so that an old breach is judged by the law of its time. A count
//! is an interval: where its ends lie on different sides of a threshold, the row says `review`, what it rests on, and which open decisions would flip
//! it. A clause that would excuse a duty but was not confirmed excuses nothing: the duty stays due and the clause is shown. A fact that is missing
//! leaves a duty open, never untriggered ([`gaps`] names it). The day of an event is day 0.
//!
//! **Never:** input or output (but [`Rules::load`]), the current time, patient data, a verdict on how grave an incident is, or a conflict between
//! two laws resolved in silence. Nothing here is legal advice.

mod assess;
mod builtin;
mod clock;
mod count;
pub mod days;
mod duty;
mod facts;
mod gaps;
mod ical;
mod law;
mod memo;
mod read;
mod remarks;
mod rules;
mod status;
pub mod text;
mod view;
mod words;

pub use assess::assess;
pub use count::{Count, Met, Threshold, thousands};
pub use duty::{After, Deadline, DutyOf, Measure, Relief, Rule, Unit};
pub use facts::{
    Affected, Assessment, BusinessAssociate, Contact, CoveredEntity, Days, Entity, EntityKind, Exception, Facts, Group, Incident, LawEnforcement, Medium,
    Moment, Notices, Protection, Question, Sensitive, Standing,
};
pub use gaps::{Gap, gaps};
pub use ical::calendar;
pub use law::{Breach, Clause, Confidence, Data, Form, Harm, HarmTest, Jurisdiction, LetterContent, Level, SensitiveNote, Substitute};
pub use memo::{Checked, Factor, Memo, memo};
pub use remarks::rests_on_count;
pub use rules::Rules;
pub use words::{CONTENT, RECIPIENTS, meaning};

/// Stands under everything printed.
pub const DISCLAIMER: &str = "Not legal advice: rules restated from public sources with the confidence shown; counsel decides.";
