//! Clinical content in running text: examination titles, diagnoses, codes, drugs; and what can be told by form alone.

use crate::finder::Context;
use crate::ids;
use crate::sink::Sink;
use crate::text::one_line;
use crate::token::{Class, Filter, Identity, Token, Words, hash};
use dosimeter_case::tables::ElementKind as K;
use regex::Regex;
use std::collections::HashMap;
use std::ops::Range;

/// The vocabulary: patterns that are only tried where a word begins that can begin a match.
pub(crate) struct Clinical {
    modality: Regex,
    exam_words: Words,
    disease: Regex,
    drug: Regex,
    icd: Regex,
    cpt: Regex,
    /// First words of the terms, and of what.
    first: HashMap<u64, u8, Identity>,
    filter: Filter,
}

/// Bits of [`Clinical::first`].
const MODALITY: u8 = 1;
const DISEASE: u8 = 2;
const DRUG: u8 = 4;
const CPT: u8 = 8;
/// Which detectors are in use: examinations, procedure codes, diagnoses, their codes, medications.
const ALL: [bool; 5] = [true; 5];
/// Longest stretch that a pattern looks at, in bytes.
const WINDOW: usize = 160;

fn alternatives(words: &[String]) -> String {
    let mut sorted: Vec<&String> = words.iter().collect();
    sorted.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    let list: Vec<String> = sorted.iter().map(|w| regex::escape(w)).collect();
    if list.is_empty() { r"[^\s\S]".to_string() } else { list.join("|") }
}

impl Clinical {
    pub fn new(words: &crate::rules::Vocabulary) -> Clinical {
        let regex = |pattern: String| Regex::new(&pattern).expect("escaped words");
        let mut first: HashMap<u64, u8, Identity> = HashMap::default();
        for (list, bit) in [(&words.modalities, MODALITY), (&words.diseases, DISEASE), (&words.drugs, DRUG)] {
            for term in list {
                let word = term.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
                *first.entry(hash(word)).or_default() |= bit;
            }
        }
        for word in ["cpt", "hcpcs"] {
            *first.entry(hash(word)).or_default() |= CPT;
        }
        Clinical {
            modality: regex(format!(r"^(?i:{})\b", alternatives(&words.modalities))),
            exam_words: words.exam_words.iter().collect(),
            disease: regex(format!(r"^(?i)(?:{})\b(?:,? (?:of|unspecified|type 2|type 1|left|right)\b[ \p{{L}}]{{0,40}})?", alternatives(&words.diseases))),
            drug: regex(format!(
                r"^(?i)(?:{})\b(?:[ -]\d+(?:[.-]\d+)? ?(?:mg|mcg|g|ml|units?|iu|%)?\b| inhaler| tablets?| capsules?)?",
                alternatives(&words.drugs)
            )),
            icd: regex(r"^[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?\b".to_string()),
            cpt: regex(r"^(?i)(?:CPT|HCPCS)\W{0,3}(\d{5}|[A-V]\d{4})\b".to_string()),
            filter: Filter::new(first.keys()),
            first,
        }
    }

    /// An examination title whose modality ends at `end`: the exam words behind it belong to it.
    fn exam(&self, text: &str, start: usize, modality_end: usize) -> Option<Range<usize>> {
        let mut end = modality_end;
        let mut words = 0;
        for word in text[modality_end..].split_inclusive([' ']).take(40) {
            let plain = word.trim().trim_end_matches([',', '.', ';', ':', ')', '-']);
            let known = plain.is_empty() || self.exam_words.contains(plain) || (words > 0 && plain.len() <= 2 && plain.bytes().all(|b| b.is_ascii_digit()));
            if !known {
                break;
            }
            if !plain.is_empty() {
                words += 1;
                end += word.find(plain).unwrap_or(0) + plain.len();
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
        let title = text[start..end].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';' | ':'));
        // "US" and "MR" alone are other words; "with" and "of" do not end a title.
        (words > 0 || modality_end - start > 4).then(|| start..start + title.len())
    }

    /// A diagnosis named in words: up to four words in front belong to it, from the last function word or verb on.
    fn diagnosis(text: &str, found: Range<usize>) -> Option<Range<usize>> {
        let mut start = found.start;
        for _ in 0..4 {
            let Some(before) = text[..start].strip_suffix(' ') else { break };
            let word = before.rsplit(|c: char| !(c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))).next().unwrap_or_default();
            if word.is_empty() || !word.starts_with(char::is_alphabetic) {
                break;
            }
            let plain = word.to_lowercase();
            if STOPS.contains(&plain.as_str()) {
                if matches!(plain.as_str(), "no" | "without" | "denies" | "not") {
                    return None;
                }
                break;
            }
            start = before.len() - word.len();
        }
        Some(start..found.end)
    }

    /// What a whole value holds of one kind.
    fn of(&self, text: &str, kind: K) -> Vec<Range<usize>> {
        let mut tokens = Vec::new();
        crate::token::tokens(text, &mut tokens);
        self.find(&ALL, text, &tokens).into_iter().filter(|f| f.1 == kind).map(|f| f.0).collect()
    }
    /// Examination titles of a value.
    pub fn exams(&self, text: &str) -> Vec<Range<usize>> {
        self.of(text, K::Procedure)
    }
    /// Diagnoses of a value, codes among them.
    pub fn diseases(&self, text: &str) -> Vec<Range<usize>> {
        self.of(text, K::Diagnosis)
    }
    /// Medications of a value.
    pub fn drugs(&self, text: &str) -> Vec<Range<usize>> {
        self.of(text, K::Medication)
    }

    /// Everything clinical: place, kind and confidence, in no order.
    fn find(&self, on: &[bool; 5], text: &str, tokens: &[Token]) -> Vec<(Range<usize>, K, f64)> {
        let [exam, cpt, disease, icd, drug] = *on;
        // Where the last match of a kind ended.
        let (mut exam_end, mut disease_end, mut drug_end) = (0, 0, 0);
        let mut found = Vec::new();
        for (i, t) in tokens.iter().enumerate().filter(|(_, t)| t.is_word()) {
            let start = t.start as usize;
            let inside = i > 0 && !t.spaced && (tokens[i - 1].is_word() || tokens[i - 1].class == Class::Digits);
            if inside {
                continue;
            }
            let code = t.class == Class::Initial && tokens.get(i + 1).is_some_and(|n| n.class == Class::Digits && !n.spaced);
            let bits = if self.filter.passes(t.hash) { self.first.get(&t.hash).copied().unwrap_or(0) } else { 0 };
            if bits == 0 && !code {
                continue;
            }
            let window = &text[start..text.floor_char_boundary(start + WINDOW)];
            let end = |r: &Regex| r.find(window).map(|m| start + m.end());
            if exam
                && bits & MODALITY != 0
                && start >= exam_end
                && let Some(range) = end(&self.modality).and_then(|e| self.exam(text, start, e))
            {
                exam_end = range.end;
                found.push((range, K::Procedure, 0.8));
            }
            if cpt
                && bits & CPT != 0
                && let Some(m) = self.cpt.captures(window).and_then(|c| c.get(1))
            {
                found.push((start + m.start()..start + m.end(), K::Procedure, 0.9));
            }
            if disease
                && bits & DISEASE != 0
                && start >= disease_end
                && let Some(e) = end(&self.disease)
            {
                disease_end = e;
                found.extend(Clinical::diagnosis(text, start..e).map(|r| (r, K::Diagnosis, 0.7)));
            }
            if drug
                && bits & DRUG != 0
                && start >= drug_end
                && let Some(e) = end(&self.drug)
            {
                drug_end = e;
                found.push((start..e, K::Medication, 0.85));
            }
            // ICD-10 codes with a dot, or without one right after a word that announces them.
            if icd
                && code
                && let Some(m) = self.icd.find(window).filter(|m| ids::icd(m.as_str()))
                && (m.as_str().contains('.') || {
                    let before = text[text.floor_char_boundary(start.saturating_sub(12))..start].to_lowercase();
                    ["icd", "dx", "diag", "("].iter().any(|w| before.contains(w))
                })
            {
                found.push((start..start + m.end(), K::Diagnosis, 0.9));
            }
        }
        found
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
    let mut tokens = Vec::new();
    crate::token::tokens(part, &mut tokens);
    let mut found = among(cx, part, &tokens);
    for f in &mut found {
        f.0 = range.start + f.0.start..range.start + f.0.end;
    }
    found
}

/// The same for a text whose tokens are known.
pub(crate) fn among(cx: &Context, text: &str, tokens: &[Token]) -> Vec<(Range<usize>, K, String, f64)> {
    let on = ["exam", "cpt", "disease", "icd", "drug"].map(|d| cx.rules.on(d));
    let mut found: Vec<_> =
        cx.clinical.find(&on, text, tokens).into_iter().map(|(r, kind, confidence)| (r.clone(), kind, one_line(&text[r]), confidence)).collect();
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
