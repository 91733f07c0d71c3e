//! Passages in, mentions and records out: every piece of personal data, and to whom it belongs.
//!
//! In: one document's row and its passages, as `extract` wrote them; a rule pack ([`Rules`]); the provider's own lists of
//! patients and staff ([`Roster`]), which may be empty.
//!
//! Out: [`Found`]. A `Mention` is one piece of personal data with its place (characters of the passage). A `Record` is one
//! person in one place: a row of a table, a segment group of a message, a letter's addressee, with all kinds of data that
//! stand with this person there. Providers and staff get records too, with their role, so that nobody notifies them.
//!
//! Ways in, one file each: labelled formats carry their meaning (`hl7`, `x12`, `xml` for C-CDA, `fhir`, `dicom`); tables are
//! read by header and by value (`table`, `columns`); running text and forms (`text`) by labels, identifiers, vocabulary, and
//! by what is told without a label (`narrative`): names by the trained [`tagger`], dates, ages; `assemble` decides whose it
//! is. A file name only where nothing else tells (`path`).
//!
//! Never: a record for a name alone in running text; a panic on any text; an error for bad evidence; patient data in an
//! error text; a result that depends on anything but the arguments.

mod address;
mod again;
mod assemble;
mod ccda_section;
mod clinical;
mod columns;
mod date;
mod dates;
mod dicom;
mod fhir;
mod finder;
mod fixed;
mod gazetteer;
mod headers;
mod hl7;
mod hl7_fields;
mod identifiers;
mod ids;
mod json;
mod labels;
mod lexicon;
mod mentions;
mod name;
mod names;
mod narrative;
mod numbers;
mod organisation;
mod path;
mod records;
mod roster;
mod row;
mod rules;
mod sink;
mod statement;
mod table;
pub mod tagger;
mod text;
mod token;
mod values;
mod x12;
mod xml;

pub use finder::{Finder, Finding};
pub use mentions::Mentions;
pub use records::Records;
pub use roster::{Kind, Roster};
pub use rules::Rules;

/// What was found in one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Every piece of personal data, in the order found.
    pub mentions: Mentions,
    /// Every person in every place.
    pub records: Records,
}
