//! Breach portal exports in, past incidents and comparisons out.
//!
//! In: exports of the HHS breach portal as CSV of any vintage, and the facts of this case. Out: [`PastIncident`] rows, and
//! [`Comparison`] rows that place the case among cohorts of them, always with cohort, n and the newest submission date.
//!
//! What never happens: a file that is not a portal export is read as one (it is [`Refused`] with line and reason); a row is
//! lost without a [`Reject`]; a figure is given for something the portal does not publish. The portal has no discovery
//! dates, so days from discovery to submission have no cohort, and the row says so.
//!
//! [`PastIncident`]: dosimeter_case::tables::PastIncident
//! [`Comparison`]: dosimeter_case::tables::Comparison
//! [`Reject`]: dosimeter_case::tables::Reject

mod cohort;
mod facts;
mod read;
mod text;
mod value;

pub use cohort::{compare, merge};
pub use facts::{Facts, facts};
pub use read::{Export, Refused, read, read_export};
