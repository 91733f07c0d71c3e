//! Rows of people matched to the people of the truth: by number, by name and birth date, by name and document.

use super::{Row, cell, load, many, path_of};
use dosimeter_case::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Counts of rows and people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeopleScore {
    /// Rows given.
    pub rows: usize,
    /// People with evidence who can be found in readable files.
    pub must_find: usize,
    /// Those found.
    pub found: usize,
    /// Rows that fit nobody.
    pub invented: usize,
    /// Rows that fit only people who were not affected.
    pub not_affected: usize,
    /// Rows too many for one person: double letters.
    pub doubles: usize,
    /// Rows that join several people.
    pub merged: usize,
    /// Found people whose tier is right (a file that left as a whole may count as copied).
    pub tiers_right: usize,
    /// Found people whose tier is too high.
    pub tiers_over: usize,
    /// Found people whose tier is too low.
    pub tiers_under: usize,
    /// Elements right, wrong, missing.
    pub elements: [usize; 3],
}
impl PeopleScore {
    /// Share of the affected who were found.
    pub fn recall(&self) -> f64 {
        ratio(self.found, self.must_find)
    }
    /// Share of the rows that stand for somebody affected.
    pub fn precision(&self) -> f64 {
        ratio(self.rows - self.invented - self.not_affected, self.rows)
    }
    /// Share of the elements that were named.
    pub fn element_recall(&self) -> f64 {
        ratio(self.elements[0], self.elements[0] + self.elements[2])
    }
    /// Share of the named elements that are right.
    pub fn element_precision(&self) -> f64 {
        ratio(self.elements[0], self.elements[0] + self.elements[1])
    }
}

pub(super) fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

struct Known {
    ssn: BTreeMap<String, usize>,
    mrn: BTreeMap<String, usize>,
    names: BTreeMap<String, BTreeSet<usize>>,
    born: Vec<String>,
    documents: BTreeMap<String, BTreeSet<usize>>,
    streets: Vec<BTreeSet<String>>,
}

/// Letters and digits in capitals, without accents.
fn fold(text: &str) -> String {
    const FROM: &str = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŁŚŠŻŹŽČĆĘĄŃĞİŞ";
    const TO: &str = "AAAAAACEEEEIIIINOOOOOOUUUUYLSSZZZCCEANGIS";
    text.to_uppercase().chars().map(|c| FROM.chars().position(|f| f == c).and_then(|i| TO.chars().nth(i)).unwrap_or(c)).collect()
}
/// The words of a name in alphabetical order, without initials and suffixes.
fn name_key(text: &str) -> String {
    let folded = fold(text).replace(['\'', '\u{2019}'], "");
    let mut words: Vec<&str> =
        folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() > 1 && !matches!(*w, "JR" | "SR" | "II" | "III" | "IV")).collect();
    words.sort_unstable();
    words.join(" ")
}
fn alnum(text: &str) -> String {
    fold(text).chars().filter(char::is_ascii_alphanumeric).collect()
}
fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
/// A day in ISO form, if it can be read.
fn day(text: &str) -> String {
    for form in ["%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%B %d, %Y", "%d-%b-%Y"] {
        if let Ok(date) = jiff::civil::Date::strptime(form, text) {
            return date.to_string();
        }
    }
    text.to_string()
}

impl Known {
    fn load(truth: &Path, people: &[Row]) -> Result<Known> {
        let mut k =
            Known { ssn: BTreeMap::new(), mrn: BTreeMap::new(), names: BTreeMap::new(), born: Vec::new(), documents: BTreeMap::new(), streets: Vec::new() };
        let mut ids = BTreeMap::new();
        for (i, p) in people.iter().enumerate() {
            ids.insert(cell(p, "person_id"), i);
            k.born.push(cell(p, "dob").to_string());
            k.streets
                .push(["address", "old_address"].iter().map(|c| alnum(cell(p, c)).chars().take(14).collect()).filter(|s: &String| !s.is_empty()).collect());
            if !cell(p, "ssn").is_empty() {
                k.ssn.insert(digits(cell(p, "ssn")), i);
            }
            for column in ["mrn", "mrn2"] {
                if !cell(p, column).is_empty() {
                    k.mrn.insert(alnum(cell(p, column)), i);
                }
            }
            for first in ["first", "nickname"] {
                for last in ["last", "prev_last"] {
                    if !cell(p, first).is_empty() && !cell(p, last).is_empty() {
                        for middle in ["", cell(p, "middle")] {
                            k.names.entry(name_key(&format!("{} {middle} {}", cell(p, first), cell(p, last)))).or_default().insert(i);
                        }
                    }
                }
            }
        }
        let path = truth.join("mentions.jsonl");
        let text = std::fs::read_to_string(&path).map_err(|e| Error::io(&path, e))?;
        for line in text.lines() {
            let Ok(m) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let Some(&i) = m["person_id"].as_str().and_then(|id| ids.get(id)) else { continue };
            if let Some(path) = m["path"].as_str() {
                k.documents.entry(path.to_string()).or_default().insert(i);
            }
            for name in m["elements"]["name"].as_array().into_iter().flatten().filter_map(|n| n.as_str()) {
                k.names.entry(name_key(name)).or_default().insert(i);
            }
        }
        Ok(k)
    }

    /// The people a row speaks of: all whose numbers it holds, otherwise those its names lead to.
    fn resolve(&self, row: &Row, affected: &BTreeSet<usize>) -> BTreeSet<usize> {
        let numbers = many(cell(row, "ssn")).filter_map(|s| self.ssn.get(&digits(s)));
        let strong: BTreeSet<usize> = numbers.chain(many(cell(row, "mrn")).filter_map(|m| self.mrn.get(&alnum(m)))).copied().collect();
        if !strong.is_empty() {
            return strong;
        }
        let documents: BTreeSet<usize> = many(cell(row, "document_paths")).filter_map(|p| self.documents.get(&path_of(p))).flatten().copied().collect();
        let days: BTreeSet<String> = many(cell(row, "dob")).map(day).collect();
        let streets: BTreeSet<String> = many(cell(row, "address")).map(|a| alnum(a).chars().take(14).collect()).collect();
        let mut found = BTreeSet::new();
        for name in many(cell(row, "name")) {
            let Some(all) = self.names.get(&name_key(name)) else { continue };
            let narrow = |from: BTreeSet<usize>, keep: &dyn Fn(usize) -> bool| {
                let kept: BTreeSet<usize> = from.iter().copied().filter(|&i| keep(i)).collect();
                if kept.is_empty() { from } else { kept }
            };
            let mut c: BTreeSet<usize> = all.iter().copied().filter(|&i| days.contains(&self.born[i])).collect();
            if c.is_empty() {
                c = narrow(all.clone(), &|i| !self.streets[i].is_disjoint(&streets));
                c = narrow(c, &|i| documents.contains(&i));
                // A name with another birth date and without a document is nobody.
                if !days.is_empty() && c.is_disjoint(&documents) {
                    continue;
                }
            } else if c.len() > 1 {
                c = narrow(c, &|i| documents.contains(&i));
            }
            found.extend(c.iter().copied().min_by_key(|&i| (!documents.contains(&i), !affected.contains(&i), i)));
        }
        found
    }
}

pub(super) fn score(truth: &Path, people_csv: &Path) -> Result<PeopleScore> {
    let rows = load(people_csv, &["name", "dob", "ssn", "mrn", "elements", "tier", "document_paths"])?;
    let people = load(&truth.join("people.csv"), &["person_id"])?;
    let known = Known::load(truth, &people)?;
    let index: BTreeMap<&str, usize> = people.iter().enumerate().map(|(i, p)| (cell(p, "person_id"), i)).collect();
    let affected = load(&truth.join("affected.csv"), &["person_id", "evidenced", "reach"])?;
    let affected: BTreeMap<usize, &Row> = affected.iter().filter_map(|a| Some((*index.get(cell(a, "person_id"))?, a))).collect();
    let all: BTreeSet<usize> = affected.keys().copied().collect();
    let must: BTreeSet<usize> =
        affected.iter().filter(|(_, a)| cell(a, "evidenced") == "1" && matches!(cell(a, "reach"), "plain" | "ocr")).map(|(i, _)| *i).collect();
    let mut out = PeopleScore { rows: rows.len(), must_find: must.len(), ..PeopleScore::default() };
    let mut by_person: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut singles: BTreeMap<usize, usize> = BTreeMap::new();
    for (n, row) in rows.iter().enumerate() {
        let found = known.resolve(row, &all);
        out.merged += usize::from(found.len() > 1);
        out.invented += usize::from(found.is_empty());
        out.not_affected += usize::from(!found.is_empty() && found.is_disjoint(&all));
        if let (1, Some(i)) = (found.len(), found.first()) {
            *singles.entry(*i).or_default() += 1;
        }
        for i in found {
            by_person.entry(i).or_default().push(n);
        }
    }
    out.doubles = singles.iter().filter(|(i, _)| all.contains(i)).map(|(_, n)| n - 1).sum();
    for (i, at) in by_person.iter().filter(|(i, _)| must.contains(i)) {
        out.found += 1;
        let a = affected[i];
        let copied = at.iter().any(|&n| cell(&rows[n], "tier").eq_ignore_ascii_case("copied"));
        match (cell(a, "evidenced_tier"), copied) {
            ("copied", false) => out.tiers_under += 1,
            ("viewed", true) if cell(a, "full_content_left") != "1" => out.tiers_over += 1,
            _ => out.tiers_right += 1,
        }
        let want: BTreeSet<&str> = many(cell(a, "evidenced_elements")).collect();
        let got: BTreeSet<String> = at.iter().flat_map(|&n| many(cell(&rows[n], "elements"))).map(|e| e.to_lowercase().replace([' ', '-'], "_")).collect();
        let right = want.iter().filter(|e| got.contains(**e)).count();
        out.elements[0] += right;
        out.elements[1] += got.len() - right;
        out.elements[2] += want.len() - right;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: &str) {
        assert_eq!(name_key(input), expect);
    }

    #[test]
    fn names_in_any_order_and_spelling_have_one_key() {
        check("Núñez-O'Brien, María L. Jr", "MARIA NUNEZ OBRIEN");
        check("MARIA NUNEZ OBRIEN", "MARIA NUNEZ OBRIEN");
        check("", "");
        assert_eq!((day("03/14/1961"), day("19610314"), day("?")), ("1961-03-14".into(), "1961-03-14".into(), "?".to_string()));
    }
}
