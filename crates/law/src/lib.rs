//! What the law asks of a healthcare provider after a breach, worked out from facts and rules that anyone can read.
//!
//! **In:** the [`Facts`] of the incident (dates, counts as intervals, what was exposed, by State) and the [`Rules`] (one TOML file per
//! jurisdiction, built in or from a folder). **Out:** [`assess`] gives one [`Obligation`](dosimeter_case::tables::Obligation) for every duty that
//! could apply, triggered or not, each with its citation, version, counts, due date, status, reason, open conflicts and confidence, in a fixed order.
//!
//! The law in force on the day of discovery is used, so that an old breach is judged by the law of its time. A count is an interval: where
//! its ends lie on different sides of a threshold, the row says `review`. A clause that would excuse a duty but was not confirmed excuses nothing:
//! the duty stays due and the clause is shown. The day of an event is day 0.
//!
//! **Never:** input or output (but [`Rules::load`]), the current time, patient data, a verdict on how grave an incident is, or a conflict between
//! two laws resolved in silence. Nothing here is legal advice.

mod assess;
mod builtin;
mod clock;
mod count;
pub mod days;
mod factors;
mod facts;
mod law;
mod read;
mod rules;
mod view;

pub use assess::assess;
pub use count::{Count, Met, Threshold, thousands};
pub use factors::{Factor, factors};
pub use facts::{
    Affected, Assessment, BusinessAssociate, Contact, CoveredEntity, Entity, EntityKind, Exception, Facts, Group, Incident, LawEnforcement, Medium, Moment,
    Notices, Protection, Sensitive, Standing,
};
pub use law::{
    After, Breach, Clause, Confidence, Data, Deadline, DutyOf, Form, Harm, HarmTest, Jurisdiction, LetterContent, Measure, Relief, Rule, SensitiveNote, Unit,
};
pub use rules::Rules;
