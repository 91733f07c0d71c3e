//! Clinical content in running text: examination titles, diagnoses, codes, drugs; and what can be told by form alone.

use crate::finder::Context;
use crate::ids;
use crate::sink::Sink;
use dosimeter_case::tables::ElementKind as K;
use regex::Regex;
use std::collections::HashSet;
use std::ops::Range;

/// The compiled vocabulary.
pub(crate) struct Clinical {
    modality: Regex,
    exam_words: HashSet<String>,
    disease: Regex,
    drug: Regex,
    icd: Regex,
    cpt: Regex,
}

fn alternatives(words: &[String]) -> String {
    let mut sorted: Vec<&String> = words.iter().collect();
    sorted.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    let list: Vec<String> = sorted.iter().map(|w| regex::escape(w)).collect();
    if list.is_empty() { r"[^\s\S]".to_string() } else { list.join("|") }
}

impl Clinical {
    pub fn new(words: &crate::rules::Vocabulary) -> Clinical {
        let regex = |pattern: String| Regex::new(&pattern).expect("escaped words");
        Clinical {
            modality: regex(format!(r"(?i)\b(?:{})\b", alternatives(&words.modalities))),
            exam_words: words.exam_words.iter().cloned().collect(),
            disease: regex(format!(r"(?i)\b(?:{})\b(?:,? (?:of|unspecified|type 2|type 1|left|right)\b[ \p{{L}}]{{0,40}})?", alternatives(&words.diseases))),
            drug: regex(format!(
                r"(?i)\b(?:{})\b(?:[ -]\d+(?:[.-]\d+)? ?(?:mg|mcg|g|ml|units?|iu|%)?\b| inhaler| tablets?| capsules?)?",
                alternatives(&words.drugs)
            )),
            icd: regex(r"\b[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\b".to_string()),
            cpt: regex(r"(?i)\b(?:CPT|HCPCS)\W{0,3}(\d{5}|[A-V]\d{4})\b".to_string()),
        }
    }

    /// Examination titles: a modality and the exam words around it.
    pub fn exams(&self, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for m in self.modality.find_iter(text) {
            if found.last().is_some_and(|f| f.end > m.start()) {
                continue;
            }
            let mut end = m.end();
            let mut words = 0;
            for word in text[m.end()..].split_inclusive([' ']) {
                let plain = word.trim().trim_end_matches([',', '.', ';', ':', ')', '-']);
                let known = plain.is_empty()
                    || self.exam_words.contains(&plain.to_lowercase())
                    || (words > 0 && plain.len() <= 2 && plain.bytes().all(|b| b.is_ascii_digit()));
                if !known {
                    break;
                }
                if !plain.is_empty() {
                    words += 1;
                    end = text[..end].len() + word.find(plain).unwrap_or(0) + plain.len();
                } else {
                    end += word.len();
                }
                let whole = word.trim_end();
                if whole.len() > plain.len() && !plain.is_empty() {
                    break;
                }
                if !plain.is_empty() {
                    end += word.len() - word.find(plain).unwrap_or(0) - plain.len();
                }
            }
            let title = text[m.start()..end].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';' | ':'));
            // "US" and "MR" alone are other words; "with" and "of" do not end a title.
            if words == 0 && m.as_str().len() <= 4 {
                continue;
            }
            found.push(m.start()..m.start() + title.len());
        }
        found
    }

    /// Diagnoses named in words.
    pub fn diseases(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for m in self.disease.find_iter(text) {
            // Up to four words in front belong to it, from the last function word or verb on.
            let (mut start, mut denied) = (m.start(), false);
            for _ in 0..4 {
                let Some(before) = text[..start].strip_suffix(' ') else { break };
                let word = before.rsplit(|c: char| !(c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))).next().unwrap_or_default();
                if word.is_empty() || !word.starts_with(char::is_alphabetic) {
                    break;
                }
                let plain = word.to_lowercase();
                if STOPS.contains(&plain.as_str()) {
                    denied = matches!(plain.as_str(), "no" | "without" | "denies" | "not");
                    break;
                }
                start = before.len() - word.len();
            }
            if !denied {
                found.push(start..m.end());
            }
        }
        found
    }

    pub fn drugs(&self, text: &str) -> Vec<Range<usize>> {
        self.drug.find_iter(text).map(|m| m.range()).collect()
    }

    /// ICD-10 codes with a dot, or without one right after a word that announces them.
    pub fn codes(&self, text: &str) -> Vec<Range<usize>> {
        self.icd
            .find_iter(text)
            .filter(|m| {
                ids::icd(m.as_str())
                    && (m.as_str().contains('.') || {
                        let before: String = text[..m.start()].chars().rev().take(12).collect::<String>().to_lowercase().chars().rev().collect();
                        ["icd", "dx", "diag", "("].iter().any(|w| before.contains(w))
                    })
            })
            .map(|m| m.range())
            .collect()
    }

    pub fn procedures(&self, text: &str) -> Vec<Range<usize>> {
        self.cpt.captures_iter(text).filter_map(|c| c.get(1)).map(|m| m.range()).collect()
    }
}

const STOPS: &[&str] = &[
    "the",
    "a",
    "an",
    "is",
    "was",
    "are",
    "with",
    "for",
    "and",
    "or",
    "has",
    "have",
    "had",
    "no",
    "not",
    "to",
    "in",
    "on",
    "by",
    "of",
    "mentions",
    "history",
    "patient",
    "she",
    "he",
    "diagnosed",
    "denies",
    "reports",
    "suspicious",
    "your",
    "our",
    "their",
    "without",
    "from",
    "see",
    "this",
    "that",
    "new",
    "known",
    "any",
    "re",
    "at",
    "her",
    "his",
    "possible",
    "rule",
    "out",
    "s/p",
    "contrast",
    "views",
    "view",
    "scan",
    "hx",
    "dr",
];

/// Everything clinical in a range of the open passage, given to one person.
pub(crate) fn scan(cx: &Context, sink: &mut Sink, text: &str, range: Range<usize>, locator: &str, person: usize) {
    for (at, kind, normalised, confidence) in all(cx, text, range) {
        let m = sink.mention(at, kind, normalised, "vocabulary", confidence, locator);
        sink.give(person, m);
    }
}

/// Clinical mentions of a range, in the order of their places.
pub(crate) fn all(cx: &Context, text: &str, range: Range<usize>) -> Vec<(Range<usize>, K, String, f64)> {
    let part = text.get(range.clone()).unwrap_or_default();
    let base = range.start;
    let mut found: Vec<(Range<usize>, K, String, f64)> = Vec::new();
    let rules = &cx.rules;
    let mut add = |ranges: Vec<Range<usize>>, kind: K, confidence: f64| {
        for r in ranges {
            found.push((base + r.start..base + r.end, kind, part[r].split_whitespace().collect::<Vec<_>>().join(" "), confidence));
        }
    };
    if rules.on("exam") {
        add(cx.clinical.exams(part), K::Procedure, 0.8);
    }
    if rules.on("cpt") {
        add(cx.clinical.procedures(part), K::Procedure, 0.9);
    }
    if rules.on("disease") {
        add(cx.clinical.diseases(part), K::Diagnosis, 0.7);
    }
    if rules.on("icd") {
        add(cx.clinical.codes(part), K::Diagnosis, 0.9);
    }
    if rules.on("drug") {
        add(cx.clinical.drugs(part), K::Medication, 0.85);
    }
    found.sort_by_key(|f| (f.0.start, f.0.end, f.1));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let cx = Context::for_tests();
        let found: Vec<String> = all(&cx, text, 0..text.len()).into_iter().map(|f| format!("{}={}", f.1, f.2)).collect();
        assert_eq!(found.join("; "), expect, "{text}");
    }

    #[test]
    fn content() {
        check("re PET/CT skull base to mid-thigh, will come", "procedure=PET/CT skull base to mid-thigh");
        check("MRI Left Knee without contrast: Wilson disease.", "procedure=MRI Left Knee without contrast; diagnosis=Wilson disease");
        check("your X-ray Left Hand 3 views ordered by Dr. Jones", "procedure=X-ray Left Hand 3 views");
        check("Diagnosis: Opioid dependence (F11.20)", "diagnosis=Opioid dependence; diagnosis=F11.20");
        check("Requested: CT Chest with contrast CPT 71260", "procedure=CT Chest with contrast; procedure=71260");
        check("takes Lisinopril 10 mg daily", "medication=Lisinopril 10 mg");
        check("give it to us", "");
        check("#1053543 - Low back pain - Dr. Kelly", "diagnosis=Low back pain");
    }
}
