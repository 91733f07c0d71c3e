//! Obligations and people in; letters, report sheets and mailing lists out.
//!
//! In: the facts of the [`Incident`], one [`Letter`] per person, [`Obligation`] rows. Out: PDF/UA files below the folder `out`
//! of the case, CSV lists for the mail house, and one [`Notice`] row per drafted document. Nothing here decides who is told:
//! `assess` did. Files are the same, byte by byte, for the same input, on any number of cores.
//! Speed and memory: `cargo run -p dosimeter-notices --example letters_speed -- 5000`.
//!
//! What never happens: text from evidence is read as markup (templates take it as values); a letter names a kind of data that
//! is not this person's, or says more than the tier that was proven; a person without a usable address disappears (they are
//! [`Held`] with a reason); the outside of an envelope tells what kind of clinic wrote; an error text holds patient data.
//!
//! [`Obligation`]: dosimeter_case::tables::Obligation
//! [`Notice`]: dosimeter_case::tables::Notice

mod drafts;
mod hhs;
mod incident;
mod letter;
mod mailing;
mod typeset;
mod words;

pub use drafts::{media_notice, state_notice, substitute_notice};
pub use hhs::{HhsReport, hhs_sheet};
pub use incident::Incident;
pub use letter::{Held, Letter, letters};
pub use mailing::mailing_list;
pub use words::element_words;
