//! The finder: what is compiled once, and the way of one document through the layouts.

use crate::clinical::Clinical;
use crate::gazetteer::Gazetteer;
use crate::rules::{Label, Rules};
use crate::sink::Sink;
use crate::{Found, dicom, fhir, hl7, path, roster::Roster, table, text, x12, xml};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use dosimeter_case::tables::{Document, Layout, Passage};
use dosimeter_case::{Error, Result};

/// Everything that finders share: rules, name lists, roster, compiled patterns.
pub(crate) struct Context {
    pub rules: Rules,
    pub names: Gazetteer,
    pub roster: Roster,
    pub clinical: Clinical,
    pub label_finder: AhoCorasick,
    pub labels: Vec<Label>,
    pub identifiers: text::Identifiers,
}

impl Context {
    pub fn new(rules: &Rules, roster: &Roster) -> Result<Context> {
        let label_finder = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(rules.labels.iter().map(|l| l.0.as_str()))
            .map_err(|_| Error::config("the labels of the rule pack are too many or too long"))?;
        Ok(Context {
            names: Gazetteer::new(),
            clinical: Clinical::new(&rules.words),
            labels: rules.labels.iter().map(|l| l.1).collect(),
            identifiers: text::Identifiers::new(rules),
            label_finder,
            rules: rules.clone(),
            roster: roster.clone(),
        })
    }

    #[cfg(test)]
    pub fn for_tests() -> Context {
        Context::new(&Rules::default(), &Roster::default()).unwrap()
    }
}

/// Finds personal data in documents. Made once, used from many threads.
pub struct Finder {
    context: Context,
}

impl Finder {
    /// Compiles the rules. Fails only when the rule pack is too large to compile.
    pub fn new(rules: &Rules, roster: &Roster) -> Result<Finder> {
        Ok(Finder { context: Context::new(rules, roster)? })
    }

    /// All mentions and records of one document. Pure and deterministic; any text is accepted.
    pub fn find(&self, document: &Document, passages: &[Passage]) -> Found {
        let cx = &self.context;
        let mut sink = Sink::new(document, passages);
        let mut running = text::Running::default();
        let mut tables = table::Tables::default();
        let mut resources = fhir::Resources::default();
        for (index, passage) in passages.iter().enumerate() {
            sink.open(index);
            let (body, locator) = (passage.text.as_str(), passage.locator.as_str());
            match passage.layout {
                Layout::Hl7 => hl7::find(cx, &mut sink, body, locator),
                Layout::X12 => x12::find(cx, &mut sink, body, locator),
                Layout::Dicom => {
                    // The text of a structured report in the same file is about the same patient.
                    let patient = dicom::find(cx, &mut sink, body, locator);
                    running.known(patient);
                }
                Layout::Table if table::is_form(cx, body, &passage.columns) => {
                    text::find(cx, &mut sink, &mut tables, &mut running, index, body, locator, Layout::Form)
                }
                Layout::Table => table::find(cx, &mut sink, &mut tables, body, &passage.columns, passage.first_row, locator),
                Layout::Xml if xml::is_clinical(body) => xml::find(cx, &mut sink, body, locator),
                Layout::Json => fhir::find(cx, &mut sink, &mut resources, body, locator),
                Layout::Text | Layout::Form | Layout::Xml => text::find(cx, &mut sink, &mut tables, &mut running, index, body, locator, passage.layout),
            }
        }
        tables.join(&mut sink);
        text::finish(&mut sink, &running);
        path::find(cx, &mut sink);
        sink.finish()
    }
}
