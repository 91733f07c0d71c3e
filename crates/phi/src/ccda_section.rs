//! Sections of a C-CDA body: what their coded entries say, and what of the narrative repeats it.

use crate::finder::Context;
use crate::sink::{Sink, range_of};
use crate::values::normalise;
use crate::{clinical, date};
use dosimeter_case::tables::ElementKind as K;
use std::collections::HashSet;
use std::ops::Range;

/// What a section is about.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum About {
    Diagnoses,
    Allergies,
    Medications,
    Procedures,
    Results,
    Encounters,
    Payers,
    Other,
}

/// Observations that say something about a problem, not which problem: status, severity, criticality, age at onset.
const QUALIFIERS: &[&str] = &["33999-4", "SEV", "82606-5", "11323-3", "445518008", "397659008"];
/// Narrative cells kept until a section ends.
const CELLS: usize = 20_000;

impl About {
    /// By the LOINC code of the section template.
    fn of_code(code: &str) -> Option<About> {
        Some(match code {
            "11450-4" | "11348-0" | "29308-4" | "46241-6" | "11535-2" | "51848-0" | "10154-3" | "29299-5" | "8648-8" | "10219-4" | "10218-6" | "55109-3"
            | "46239-0" | "59769-0" | "59768-2" | "59776-5" => About::Diagnoses,
            "48765-2" => About::Allergies,
            "10160-0" | "10183-2" | "29549-3" | "42346-7" | "75311-1" => About::Medications,
            "47519-4" | "11369-6" | "29554-3" | "59772-4" | "29544-4" | "59774-0" => About::Procedures,
            "30954-2" | "8716-3" | "11493-4" => About::Results,
            "46240-8" => About::Encounters,
            "48768-6" => About::Payers,
            _ => return None,
        })
    }

    fn of_title(title: &str) -> About {
        let t = title.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|w| t.contains(w));
        if t.contains("allerg") {
            About::Allergies
        } else if has(&["problem", "diagnos", "history of past", "past medical", "complaint", "condition", "assessment"]) {
            About::Diagnoses
        } else if has(&["medication", "drug"]) {
            About::Medications
        } else if has(&["procedure", "surger", "immuniz"]) {
            About::Procedures
        } else if has(&["result", "lab", "vital"]) {
            About::Results
        } else if has(&["encounter", "visit"]) {
            About::Encounters
        } else {
            About::Other
        }
    }

    fn kind(self) -> Option<K> {
        match self {
            About::Diagnoses | About::Allergies => Some(K::Diagnosis),
            About::Medications => Some(K::Medication),
            About::Procedures => Some(K::Procedure),
            About::Results => Some(K::LabResult),
            _ => None,
        }
    }

    /// The kind of a coded element: `what` is `code` or `value`, `holder` the element around it, `within` the one around that.
    fn coded(self, what: &str, holder: &str, within: &str, observation: &str) -> Option<K> {
        let problem = what == "value" && holder == "observation" && !QUALIFIERS.contains(&observation);
        match self {
            About::Diagnoses if problem => Some(K::Diagnosis),
            About::Allergies if problem || what == "code" && holder == "playingEntity" => Some(K::Diagnosis),
            About::Medications if what == "code" && holder == "manufacturedMaterial" => Some(K::Medication),
            About::Procedures if what == "code" && (holder == "procedure" || holder == "manufacturedMaterial") => Some(K::Procedure),
            About::Procedures if what == "code" && matches!(holder, "act" | "observation") && within == "entry" => Some(K::Procedure),
            About::Results if holder == "observation" => Some(K::LabResult),
            About::Encounters if what == "code" && holder == "encounter" => Some(K::Service),
            About::Encounters if problem => Some(K::Diagnosis),
            _ => None,
        }
    }

    fn dated(self) -> bool {
        matches!(self, About::Procedures | About::Results | About::Encounters)
    }
}

/// A piece of narrative text.
struct Cell<'t> {
    range: Range<usize>,
    text: &'t str,
    /// ID attribute of the innermost element that has one.
    id: Option<&'t str>,
    /// Where the table's subject would stand: a list item, or the column so headed.
    subject: bool,
}

/// An open section.
pub(crate) struct Section<'t> {
    pub title: String,
    about: About,
    depth: usize,
    cells: Vec<Cell<'t>>,
    /// Texts that the entries code, and the IDs that they point to.
    said: HashSet<String>,
    pointed: HashSet<&'t str>,
    /// Code of the open observation.
    observation: &'t str,
    /// Columns of the open narrative table whose heads name the section's subject; the open column.
    heads: Vec<bool>,
    column: usize,
    ids: Vec<(usize, &'t str)>,
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Value of an attribute by its local name: a slice of the document.
pub(crate) fn attribute<'t>(start: &quick_xml::events::BytesStart, key: &str, text: &'t str) -> Option<&'t str> {
    let value = start.attributes().flatten().find(|a| a.key.local_name().as_ref() == key)?.value;
    text.get(range_of(&value, text)).filter(|v| !v.is_empty())
}

impl<'t> Section<'t> {
    pub fn new(depth: usize) -> Section<'t> {
        Section {
            title: String::new(),
            about: About::Other,
            depth,
            cells: Vec::new(),
            said: HashSet::new(),
            pointed: HashSet::new(),
            observation: "",
            heads: Vec::new(),
            column: 0,
            ids: Vec::new(),
        }
    }

    pub fn is_over(&self, depth: usize) -> bool {
        depth <= self.depth
    }
    pub fn is_payers(&self) -> bool {
        self.about == About::Payers
    }

    /// The section's own title; its code, if it has a known one, says more.
    pub fn titled(&mut self, title: &str) {
        if self.about == About::Other {
            self.about = About::of_title(title);
        }
        self.title = title.to_string();
    }

    /// An element of the section begins: `path` leads to it.
    #[allow(clippy::too_many_arguments)] // The open document and the place in it.
    pub fn open(&mut self, sink: &mut Sink, e: &quick_xml::events::BytesStart, name: &str, path: &[&'t str], text: &'t str, patient: Option<usize>, at: &str) {
        let up = |n: usize| path.len().checked_sub(n).and_then(|i| path.get(i)).copied().unwrap_or_default();
        match name {
            "tr" => self.column = 0,
            "td" | "th" => self.column += 1,
            "table" => self.heads.clear(),
            "reference" if up(1) == "originalText" => {
                self.pointed.extend(attribute(e, "value", text).and_then(|v| v.strip_prefix('#')));
            }
            "code" if up(1) == "section" => {
                if let Some(about) = attribute(e, "code", text).and_then(About::of_code) {
                    self.about = about;
                }
            }
            _ => {}
        }
        if let Some(id) = attribute(e, "ID", text).filter(|_| matches!(name, "td" | "content" | "item" | "paragraph")) {
            self.ids.push((path.len(), id));
        }
        let Some(patient) = patient.filter(|_| path.contains(&"entry")) else { return };
        let mut put = |kind: K, value: &str, confidence: f64| {
            let plain = quick_xml::escape::unescape(value).map_or(value.to_string(), |v| v.into_owned());
            if let Some(normalised) = normalise(kind, &plain) {
                let m = sink.mention(range_of(value, text), kind, normalised, "ccda", confidence, at);
                sink.give(patient, m);
            }
        };
        match name {
            "code" | "value" | "translation" => {
                let (what, holder, within) = if name == "translation" { (up(1), up(2), up(3)) } else { (name, up(1), up(2)) };
                if name == "code" && holder == "observation" {
                    self.observation = attribute(e, "code", text).unwrap_or_default();
                }
                let Some(kind) = self.about.coded(what, holder, within, self.observation) else { return };
                // A measured value; a code of a test says no more than its name.
                let keys: &[&str] = if kind == K::LabResult { &["displayName", "value"] } else { &["code", "displayName"] };
                for value in keys.iter().filter_map(|key| attribute(e, key, text)) {
                    self.said.insert(squeeze(value));
                    put(kind, value, 0.97);
                }
            }
            "effectiveTime" | "low" | "high" if self.about.dated() => {
                let holder = if name == "effectiveTime" { up(1) } else { up(2) };
                let whole = name == "effectiveTime" || up(1) == "effectiveTime";
                if whole
                    && matches!(holder, "procedure" | "observation" | "substanceAdministration" | "act" | "organizer" | "encounter" | "supply")
                    && let Some(value) = attribute(e, "value", text)
                {
                    put(K::ServiceDate, value, 0.95);
                }
            }
            "id" if self.is_payers() && up(1) == "participantRole" => {
                if let Some(value) = attribute(e, "extension", text) {
                    put(K::InsuranceId, value, 0.95);
                }
            }
            _ => {}
        }
    }

    /// An element of the section ended; `depth` is that of its parent.
    pub fn close(&mut self, depth: usize) {
        while self.ids.last().is_some_and(|(d, _)| *d >= depth) {
            self.ids.pop();
        }
    }

    /// Text in the section: narrative is kept until the entries are known.
    #[allow(clippy::too_many_arguments)] // The open document and the place in it.
    pub fn content(&mut self, cx: &Context, sink: &mut Sink, range: Range<usize>, path: &[&'t str], text: &'t str, patient: Option<usize>, at: &str) {
        let Some(patient) = patient.filter(|_| path.contains(&"text")) else { return };
        let Some(part) = text.get(range.clone()) else { return };
        clinical::scan(cx, sink, text, range.clone(), at, patient);
        let tag = path.last().copied().unwrap_or_default();
        if path.contains(&"th") {
            let head = part.to_lowercase();
            let words: &[&str] = match self.about {
                About::Diagnoses => &["problem", "condition", "diagnos", "description", "name"],
                About::Allergies => &["allerg", "substance", "agent"],
                About::Medications => &["medication", "drug", "name"],
                About::Procedures => &["procedure", "vaccine", "immunization", "name", "description"],
                _ => &["test", "name", "result", "value"],
            };
            if self.column <= 500 {
                self.heads.resize(self.heads.len().max(self.column + 1), false);
                self.heads[self.column] |= words.iter().any(|w| head.contains(w));
            }
            return;
        }
        if self.about.kind().is_none() || !matches!(tag, "text" | "td" | "item" | "content" | "paragraph") || self.cells.len() >= CELLS {
            return;
        }
        let in_table = path.contains(&"td");
        let headed = self.heads.iter().any(|h| *h);
        let subject = !in_table || if headed { self.heads.get(self.column).copied().unwrap_or(false) } else { self.column == 1 };
        self.cells.push(Cell { range, text: part, id: self.ids.last().map(|i| i.1), subject });
    }

    /// The section is over: narrative that its entries point to or repeat counts; all that names its subject, where nothing is coded.
    pub fn finish(self, sink: &mut Sink, patient: Option<usize>, at: &str) {
        let (Some(kind), Some(patient)) = (self.about.kind(), patient) else { return };
        for cell in &self.cells {
            let plain = quick_xml::escape::unescape(cell.text).map_or(cell.text.to_string(), |v| v.into_owned());
            let low = plain.to_lowercase();
            let fits = (4..200).contains(&plain.len())
                && plain.chars().any(char::is_alphabetic)
                && date::parse(&plain).is_none()
                && !(low.starts_with("no ") || low.starts_with("none"));
            let coded = cell.id.is_some_and(|id| self.pointed.contains(id)) || self.said.contains(&squeeze(&plain));
            if fits
                && (coded || self.said.is_empty() && self.pointed.is_empty() && cell.subject)
                && let Some(normalised) = normalise(kind, &plain)
            {
                let m = sink.mention(cell.range.clone(), kind, normalised, "ccda", 0.7, at);
                sink.give(patient, m);
            }
        }
    }
}
