//! The rule pack: labels, column headers, word lists and extra patterns, read from TOML.

use crate::token::Words;
use dosimeter_case::tables::{ElementKind, Role};
use dosimeter_case::{Error, Result};
use regex::Regex;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

const BUILT_IN: [(&str, &str); 4] = [
    ("labels.toml", include_str!("../../../rules/phi/labels.toml")),
    ("columns.toml", include_str!("../../../rules/phi/columns.toml")),
    ("vocabulary.toml", include_str!("../../../rules/phi/vocabulary.toml")),
    ("detectors.toml", include_str!("../../../rules/phi/detectors.toml")),
];
/// Names that `off` may list.
const DETECTORS: [&str; 16] = ["ssn", "phone", "email", "date", "mbi", "card", "icd", "url", "ip", "address", "exam", "disease", "drug", "name", "cpt", "iban"];

/// What a label or a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// An element of this kind.
    Kind(ElementKind),
    /// A part of a name.
    First,
    /// A part of a name.
    Middle,
    /// A part of a name.
    Last,
    /// A part of a name.
    Suffix,
    /// A part of an address.
    City,
    /// A part of an address.
    State,
    /// A part of an address.
    Zip,
    /// Sex; no element of its own.
    Sex,
    /// Running text.
    Free,
    /// Known, and nobody's personal data.
    Nothing,
}

impl Holds {
    fn parse(word: &str) -> Option<Holds> {
        Some(match word {
            "first_name" => Holds::First,
            "middle_name" => Holds::Middle,
            "last_name" => Holds::Last,
            "suffix" => Holds::Suffix,
            "city" => Holds::City,
            "state" => Holds::State,
            "zip" => Holds::Zip,
            "sex" => Holds::Sex,
            "free_text" => Holds::Free,
            "none" | "amount" => Holds::Nothing,
            word => Holds::Kind(ElementKind::parse(word)?),
        })
    }
}

/// One label: what stands after it, whose it is, and whether it needs a colon.
#[derive(Clone, Copy)]
pub(crate) struct Label {
    pub holds: Holds,
    pub role: Option<Role>,
    pub bare: bool,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelRule {
    kind: String,
    role: Option<Role>,
    #[serde(default)]
    bare: bool,
    words: Vec<String>,
}
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotRule {
    role: Role,
    words: Vec<String>,
}
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternRule {
    name: String,
    kind: ElementKind,
    regex: String,
    #[serde(default = "half")]
    confidence: f64,
}
fn half() -> f64 {
    0.5
}

/// The word lists.
#[derive(Default, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Vocabulary {
    pub modalities: Vec<String>,
    pub exam_words: Vec<String>,
    pub diseases: Vec<String>,
    pub drugs: Vec<String>,
    pub eponyms: Vec<String>,
    pub non_names: Vec<String>,
    pub patient_cues: Vec<String>,
    pub guardian_cues: Vec<String>,
    pub guardian_words: Vec<String>,
    pub relative_words: Vec<String>,
    pub staff_cues: Vec<String>,
    pub employee_words: Vec<String>,
    pub business_words: Vec<String>,
}

impl Vocabulary {
    /// The words for relatives and guardians.
    pub fn relatives(&self) -> Words {
        self.relative_words.iter().chain(&self.guardian_words).collect()
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    #[serde(default)]
    label: Vec<LabelRule>,
    #[serde(default)]
    column: Vec<LabelRule>,
    #[serde(default)]
    slot: Vec<SlotRule>,
    #[serde(default)]
    pattern: Vec<PatternRule>,
    #[serde(default)]
    vocabulary: Vocabulary,
    #[serde(default)]
    off: Vec<String>,
}

/// An extra pattern of the rule pack.
#[derive(Clone)]
pub(crate) struct Pattern {
    pub name: String,
    pub kind: ElementKind,
    pub regex: Regex,
    pub confidence: f64,
}

/// Labels, column headers, vocabulary and patterns. [`Rules::default`] is the built-in pack.
#[derive(Clone)]
pub struct Rules {
    pub(crate) labels: Vec<(String, Label)>,
    pub(crate) columns: HashMap<String, Label>,
    pub(crate) slots: Vec<(String, Role)>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) words: Vocabulary,
    /// Words that end a name, unless the name lists know them well.
    pub(crate) non_names: Words,
    /// All words of the vocabulary: no given name that nobody knows.
    pub(crate) terms: Words,
    off: BTreeSet<String>,
}

impl Default for Rules {
    fn default() -> Rules {
        let mut rules = Rules::empty();
        for (name, text) in BUILT_IN {
            rules.add(name, text).expect("the built-in rule pack is valid (tested)");
        }
        rules.index();
        rules
    }
}

impl Rules {
    fn empty() -> Rules {
        Rules {
            labels: Vec::new(),
            columns: HashMap::new(),
            slots: Vec::new(),
            patterns: Vec::new(),
            words: Vocabulary::default(),
            non_names: Words::from_iter([""; 0]),
            terms: Words::from_iter([""; 0]),
            off: BTreeSet::new(),
        }
    }

    /// The built-in pack plus every `*.toml` file of `dir`, in the order of their names. Later labels and columns replace
    /// earlier ones, lists grow, `off` switches detectors off. Unknown keys, kinds, roles and detectors and bad patterns
    /// are errors that name the file and the line.
    pub fn load(dir: &Path) -> Result<Rules> {
        let mut rules = Rules::default();
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(|e| Error::io(dir, e))? {
            let path = entry.map_err(|e| Error::io(dir, e))?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|e| Error::io(&path, e))?;
            rules.add(&path.display().to_string(), &text).map_err(|e| e.at(&path))?;
        }
        rules.index();
        Ok(rules)
    }

    fn add(&mut self, file: &str, text: &str) -> Result<()> {
        let line_of = |needle: &str| text.lines().position(|l| l.contains(needle)).map_or(1, |n| n + 1);
        let pack: Pack = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |s| text.get(..s.start).unwrap_or_default().matches('\n').count() + 1);
            Error::config(format!("{file}, line {line}: {}", e.message()))
        })?;
        let label = |rule: &LabelRule| {
            let holds = Holds::parse(&rule.kind)
                .ok_or_else(|| Error::config(format!("{file}, line {}: unknown kind \"{}\"", line_of(&format!("\"{}\"", rule.kind)), rule.kind)))?;
            Ok::<Label, Error>(Label { holds, role: rule.role, bare: rule.bare })
        };
        for rule in &pack.label {
            let label = label(rule)?;
            for word in &rule.words {
                self.labels.retain(|(w, _)| w != word);
                self.labels.push((word.clone(), label));
            }
        }
        for rule in &pack.column {
            let label = label(rule)?;
            for word in &rule.words {
                self.columns.insert(word.clone(), label);
            }
        }
        for rule in pack.slot {
            self.slots.extend(rule.words.into_iter().map(|w| (w, rule.role)));
        }
        for rule in pack.pattern {
            let regex = Regex::new(&rule.regex)
                .map_err(|_| Error::config(format!("{file}, line {}: bad regex in pattern \"{}\"", line_of(&format!("\"{}\"", rule.name)), rule.name)))?;
            self.patterns.retain(|p| p.name != rule.name);
            self.patterns.push(Pattern { name: rule.name, kind: rule.kind, regex, confidence: rule.confidence });
        }
        for name in pack.off {
            if !DETECTORS.contains(&name.as_str()) {
                return Err(Error::config(format!("{file}, line {}: unknown detector \"{name}\"", line_of("off"))));
            }
            self.off.insert(name);
        }
        let (v, w) = (pack.vocabulary, &mut self.words);
        for (list, more) in [
            (&mut w.modalities, v.modalities),
            (&mut w.exam_words, v.exam_words),
            (&mut w.diseases, v.diseases),
            (&mut w.drugs, v.drugs),
            (&mut w.eponyms, v.eponyms),
            (&mut w.non_names, v.non_names),
            (&mut w.patient_cues, v.patient_cues),
            (&mut w.guardian_cues, v.guardian_cues),
            (&mut w.guardian_words, v.guardian_words),
            (&mut w.relative_words, v.relative_words),
            (&mut w.staff_cues, v.staff_cues),
            (&mut w.employee_words, v.employee_words),
            (&mut w.business_words, v.business_words),
        ] {
            list.extend(more);
            list.sort();
            list.dedup();
        }
        Ok(())
    }

    fn index(&mut self) {
        let w = &self.words;
        self.non_names = w.non_names.iter().collect();
        self.terms = w.non_names.iter().chain(&w.exam_words).chain(&w.modalities).chain(&w.diseases).chain(&w.drugs).collect();
    }

    /// Whether a detector is in use.
    pub(crate) fn on(&self, detector: &str) -> bool {
        !self.off.contains(detector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let error = Rules::empty().add("x.toml", text).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(expect) && error.is_empty() == expect.is_empty(), "{error}");
    }

    #[test]
    fn mistakes_are_named() {
        check("", "");
        check("off = [\"ssn\"]", "");
        check("\noff = [\"sss\"]", "x.toml, line 2: unknown detector");
        check("colour = 1", "x.toml, line 1: unknown field");
        check("[[label]]\nkind = \"nme\"\nwords = []", "line 2: unknown kind");
        check("[[pattern]]\nname = \"a\"\nkind = \"mrn\"\nregex = \"(\"", "line 2: bad regex");
        check("[[label]]\nkind = \"name\"\nrole = \"chef\"\nwords = []", "x.toml, line 3");
    }

    #[test]
    fn built_in_pack() {
        let rules = Rules::default();
        assert!(rules.labels.len() > 300 && rules.columns.len() > 300 && rules.on("ssn"));
    }
}
