//! The finder: what is compiled once, and the way of one document through the layouts.

use crate::clinical::Clinical;
use crate::gazetteer::Gazetteer;
use crate::lexicon::{self, Lexicon};
use crate::rules::{Label, Rules};
use crate::sink::{Room, Sink};
use crate::tagger::Tagger;
use crate::token::{Identity, Token, Words, mix};
use crate::{Found, dicom, fhir, hl7, path, roster::Roster, table, text, x12, xml};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};
use dosimeter_case::tables::{Document, Layout, Passage};
use dosimeter_case::{Error, Result};
use std::collections::HashMap;

/// The odds of names unless said otherwise, in natural logarithms: more found at no loss of F1 on the notes that are kept from learning
/// (decision 9).
const LEANING: f32 = 0.5;

/// Everything that finders share: rules, name lists, roster, compiled patterns.
pub(crate) struct Context {
    pub rules: Rules,
    pub names: Gazetteer,
    pub roster: Roster,
    pub clinical: Clinical,
    pub label_finder: Phrases,
    pub labels: Vec<Label>,
    /// The words of a business paper.
    pub business: Phrases,
    pub tagger: Tagger,
    /// Single words among the eponyms, lower case.
    pub eponyms: Words,
    /// The column names of the pack.
    pub column_words: Words,
    /// Length of the longest of them that begins with a digit.
    pub longest_number: usize,
    /// The words for relatives and guardians.
    pub relatives: Words,
    /// Added to the odds of names in running text: see [`Tagger::tag`].
    pub bias: f32,
}

/// Phrases that are looked for where their first two tokens stand.
pub(crate) struct Phrases {
    /// The list of the first tokens.
    first: u32,
    /// Number of the phrases of one token.
    single: HashMap<u64, usize, Identity>,
    /// First two tokens.
    pairs: Words,
    automaton: AhoCorasick,
}

impl Phrases {
    /// `first` is the list of their first tokens; `what` names them in an error.
    fn new<'w>(phrases: impl Iterator<Item = &'w str> + Clone, first: u32, what: &str) -> Result<Phrases> {
        let (mut single, mut pairs) = (HashMap::default(), Vec::new());
        let mut tokens = Vec::new();
        for (n, phrase) in phrases.clone().enumerate() {
            crate::token::tokens(phrase, &mut tokens);
            match tokens.as_slice() {
                [] => {}
                [one] => {
                    single.entry(one.hash).or_insert(n);
                }
                [one, two, ..] => pairs.push(Phrases::pair(one, two)),
            }
        }
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .start_kind(StartKind::Anchored)
            .build(phrases)
            .map_err(|_| Error::config(format!("the {what} of the rule pack are too many or too long")))?;
        Ok(Phrases { first, single, pairs: Words::of_hashes(pairs), automaton })
    }
    fn pair(one: &Token, two: &Token) -> u64 {
        mix(one.hash.rotate_left(23) ^ two.hash)
    }
    /// Number and end of the longest phrase that begins with token `i`.
    pub fn at(&self, text: &str, tokens: &[Token], i: usize) -> Option<(usize, usize)> {
        let token = tokens.get(i)?;
        if !token.on(self.first) {
            return None;
        }
        if tokens.get(i + 1).is_some_and(|two| self.pairs.has(Phrases::pair(token, two))) {
            let found = self.automaton.find(Input::new(text).range(token.start as usize..).anchored(Anchored::Yes));
            return found.map(|m| (m.pattern().as_usize(), m.end()));
        }
        self.single.get(&token.hash).map(|n| (*n, token.end as usize))
    }
}

impl Context {
    pub fn new(rules: &Rules, roster: &Roster) -> Result<Context> {
        Ok(Context {
            names: Gazetteer::new(),
            clinical: Clinical::new(&rules.words),
            labels: rules.labels.iter().map(|l| l.1).collect(),
            label_finder: Phrases::new(rules.labels.iter().map(|l| l.0.as_str()), lexicon::LABEL, "labels")?,
            business: Phrases::new(rules.words.business_words.iter().map(String::as_str), lexicon::BUSINESS, "business words")?,
            tagger: Tagger::with(Lexicon::new(rules, roster)),
            eponyms: rules.words.eponyms.iter().collect(),
            column_words: rules.columns.keys().collect(),
            longest_number: rules.columns.keys().filter(|name| name.starts_with(|c: char| c.is_ascii_digit())).map(String::len).max().unwrap_or(0),
            relatives: rules.words.relatives(),
            bias: LEANING,
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

    /// For [`leaning`](Self::leaning): find more, as a breach asks. Measured by `score_text --bias`: decision 9.
    pub const RECALL: f32 = 0.5;
    /// For [`leaning`](Self::leaning): be wrong less often, as a survey asks.
    pub const PRECISION: f32 = -1.5;

    /// Adds `bias` to the odds of names, places and organisations in running text, in natural logarithms: above 0 more are found,
    /// below 0 fewer are wrong.
    pub fn leaning(mut self, bias: f32) -> Finder {
        self.context.bias += bias;
        self
    }

    /// All mentions and records of one document. Pure and deterministic; any text is accepted.
    pub fn find(&self, document: &Document, passages: &[Passage]) -> Found {
        self.document(document).part(passages, true)
    }

    /// Begins a document that is too long to be held whole: its passages are given part by part.
    pub fn document<'f>(&'f self, document: &'f Document) -> Finding<'f> {
        Finding { cx: &self.context, document, tables: table::Tables::default(), resources: fhir::Resources::default(), somebody: false, room: Room::default() }
    }
}

/// A document in which is being found part by part. What is kept from part to part are the meaning of columns and the persons
/// that later rows and resources may refer to (at most a million each), so that memory stays small whatever the document's size.
pub struct Finding<'f> {
    cx: &'f Context,
    document: &'f Document,
    tables: table::Tables,
    resources: fhir::Resources,
    /// Whether an earlier part told of a person, so that the file's name is not asked.
    somebody: bool,
    /// What the part before took.
    room: Room,
}

impl Finding<'_> {
    /// The mentions and records of the next passages, which are whole passages in their order; `last` ends the document. Where the
    /// parts are cut shows in the result only for what refers forward across a cut.
    pub fn part(&mut self, passages: &[Passage], last: bool) -> Found {
        let cx = self.cx;
        let (tables, resources) = (&mut self.tables, &mut self.resources);
        let mut sink = Sink::new(self.document, passages);
        sink.reserve(&self.room);
        let mut running = text::Running::default();
        for (index, passage) in passages.iter().enumerate() {
            sink.open(index);
            let (body, locator) = (passage.text.as_str(), passage.locator.as_str());
            match passage.layout {
                Layout::Hl7 => hl7::find(cx, &mut sink, body, locator),
                Layout::X12 => x12::find(cx, &mut sink, body, locator),
                Layout::Dicom => {
                    // The text of a structured report in the same file is about the same patient.
                    let patient = dicom::find(cx, &mut sink, body, locator);
                    running.known(patient, &sink);
                }
                Layout::Table if table::is_form(cx, body, &passage.columns) => {
                    text::find(cx, &mut sink, tables, &mut running, index, body, locator, Layout::Form)
                }
                Layout::Table => table::find(cx, &mut sink, tables, body, &passage.columns, passage.first_row, locator),
                Layout::Xml if xml::is_clinical(body) => xml::find(cx, &mut sink, body, locator),
                Layout::Json => fhir::find(cx, &mut sink, resources, body, locator),
                Layout::Text | Layout::Form | Layout::Xml => text::find(cx, &mut sink, tables, &mut running, index, body, locator, passage.layout),
            }
        }
        tables.join(&mut sink, last);
        text::finish(&mut sink, &running);
        if last && !self.somebody {
            path::find(cx, &mut sink);
        }
        if !last {
            self.somebody |= path::somebody(&sink);
            tables.carry(&sink);
            resources.carry(&sink);
        }
        let found = sink.finish();
        self.room = Room::of(&found);
        found
    }
}
