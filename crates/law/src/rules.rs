//! [`Rules`]: the law as data, one TOML file per jurisdiction (`rules/law`), built in or from a folder.

use crate::builtin::FILES;
use crate::law::{Jurisdiction, Rule};
use dosimeter_case::{Error, Result};
use jiff::civil::Date;
use std::path::Path;

/// The rules of every jurisdiction in the pack: `US` first, then the States and territories by their letters.
#[derive(Clone, Debug)]
pub struct Rules {
    jurisdictions: Vec<Jurisdiction>,
}

impl Rules {
    /// The pack that the program carries. Fails only if it was built from a broken pack.
    pub fn builtin() -> Result<Rules> {
        Rules::collect(FILES.iter().map(|(name, text)| read(name, text).map_err(|e| e.at(format!("rules/law/{name}")))))
    }

    /// Every `*.toml` file of a folder. Fails when one cannot be read, holds an unknown key (file and key are named) or contradicts itself, and
    /// when `US.toml` is missing.
    pub fn load(dir: &Path) -> Result<Rules> {
        let entries = std::fs::read_dir(dir).map_err(|e| Error::io(dir, e))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|e| Error::io(dir, e))?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                files.push(path);
            }
        }
        files.sort();
        Rules::collect(files.iter().map(|path| {
            let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, e))?;
            let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
            read(&name, &text).map_err(|e| e.at(path))
        }))
        .map_err(|e| e.at(dir))
    }

    fn collect(files: impl Iterator<Item = Result<Jurisdiction>>) -> Result<Rules> {
        let mut jurisdictions = files.collect::<Result<Vec<_>>>()?;
        jurisdictions.sort_by(|a, b| (a.jurisdiction != "US", &a.jurisdiction).cmp(&(b.jurisdiction != "US", &b.jurisdiction)));
        if jurisdictions.first().is_none_or(|j| j.jurisdiction != "US") {
            return Err(Error::config("US.toml is missing: without the federal rules no answer would be complete"));
        }
        Ok(Rules { jurisdictions })
    }

    /// Every jurisdiction, `US` first.
    pub fn jurisdictions(&self) -> &[Jurisdiction] {
        &self.jurisdictions
    }
    /// One jurisdiction by its letters: what its letters must say, its clause on HIPAA, its notes.
    pub fn jurisdiction(&self, code: &str) -> Option<&Jurisdiction> {
        self.jurisdictions.iter().find(|j| j.jurisdiction == code)
    }
    /// The version of a rule in force on `day`.
    pub fn rule(&self, id: &str, day: Date) -> Option<&Rule> {
        self.jurisdictions.iter().flat_map(|j| &j.rule).find(|r| r.id == id && r.in_force(day))
    }
}

/// One file's jurisdiction, checked.
fn read(name: &str, text: &str) -> Result<Jurisdiction> {
    let j: Jurisdiction = toml::from_str(text).map_err(|e| Error::config(e.to_string().trim().replace('\n', " ")))?;
    let refuse = |what: String| Err(Error::config(what));
    if name != format!("{}.toml", j.jurisdiction) {
        return refuse(format!("jurisdiction = {:?} does not fit the file's name", j.jurisdiction));
    }
    if j.harm.excused != j.harm.test.is_some() {
        return refuse("harm: test is given exactly when excused is true".to_string());
    }
    for (i, rule) in j.rule.iter().enumerate() {
        if [rule.at_least, rule.more_than, rule.fewer_than].iter().flatten().count() > 1 {
            return refuse(format!("rule {}: only one of at_least, more_than, fewer_than", rule.id));
        }
        if rule.deadline.as_ref().is_some_and(|d| !(0..=crate::days::LONGEST).contains(&d.n)) {
            return refuse(format!("rule {}: deadline.n is out of range", rule.id));
        }
        let overlaps = |other: &Rule| {
            let starts_before_end = |a: &Rule, b: &Rule| b.to.is_none_or(|to| a.from.is_none_or(|from| from <= to));
            starts_before_end(rule, other) && starts_before_end(other, rule)
        };
        if j.rule.iter().take(i).any(|other| other.id == rule.id && (other.recipient != rule.recipient || overlaps(other))) {
            return refuse(format!("rule {}: two versions are in force on the same day, or name different recipients", rule.id));
        }
    }
    Ok(j)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "jurisdiction = 'XX'\nname = 'X'\ncitations = []\nas_read = '2026-01-01'\nconfidence = 'confirmed'\nbreach = 'access'\nform = 'any'\nharm = { excused = false }\n\
                        hipaa = { clause = '', confidence = 'confirmed' }\nletter = { must = [], must_not = [] }\n";
    const RULE: &str = "[[rule]]\nid = 'x'\ncitation = 'c'\nrecipient = 'individuals'\nwhat = 'w'\nconfidence = 'one_source'\n";

    fn check(text: &str, expect: Result<usize, &str>) {
        match (read("XX.toml", text), expect) {
            (Ok(j), Ok(n)) => assert_eq!(j.rule.len(), n),
            (Err(e), Err(part)) => assert!(e.to_string().contains(part), "{e}"),
            (got, _) => panic!("{:?}", got.map(|j| j.rule.len())),
        }
    }

    #[test]
    fn read_and_refused() {
        check(HEAD, Ok(0));
        check(&format!("{HEAD}{RULE}to = '2025-12-31'\n{RULE}from = '2026-01-01'\n"), Ok(2));
        check(&format!("{HEAD}{RULE}to = '2026-01-01'\n{RULE}from = '2026-01-01'\n"), Err("same day"));
        check(&format!("{HEAD}{RULE}treshold = 5\n"), Err("treshold"));
        check(&format!("{HEAD}{RULE}at_least = 5\nmore_than = 4\n"), Err("only one"));
        check(&format!("{HEAD}{RULE}deadline = {{ n = -1, unit = 'hours', after = 'discovery' }}\n"), Err("out of range"));
        check(&format!("{HEAD}{RULE}hipaa = 'maybe'\n"), Err("maybe"));
        check(&HEAD.replace("XX", "YY"), Err("file's name"));
        check("", Err("missing"));
    }

    #[test]
    fn the_pack_holds_54_jurisdictions_and_the_federal_rules() {
        let rules = Rules::builtin().unwrap();
        assert_eq!(rules.jurisdictions().len(), 55);
        let ids: Vec<&str> = rules.jurisdictions().iter().map(|j| j.jurisdiction.as_str()).collect();
        assert_eq!(ids.first(), Some(&"US"));
        assert!(ids[1..].is_sorted());
        for j in &rules.jurisdictions()[1..] {
            assert!(j.rule.iter().any(|r| r.recipient == "individuals"), "{}: people are told", j.jurisdiction);
            assert!(!j.data.is_empty(), "{}: covers some data", j.jurisdiction);
            let prefix = format!("{}-", j.jurisdiction.to_lowercase());
            assert!(j.rule.iter().all(|r| r.id.starts_with(&prefix) && !r.citation.is_empty()), "{}", j.jurisdiction);
        }
    }

    #[test]
    fn the_folder_equals_the_built_in_pack() {
        let dir = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/law"));
        let (loaded, builtin) = (Rules::load(dir).unwrap(), Rules::builtin().unwrap());
        assert_eq!(format!("{loaded:?}"), format!("{builtin:?}"));
    }

    #[test]
    fn a_broken_file_is_named() {
        let dir = std::env::temp_dir().join(format!("dosimeter-law-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("ZZ.toml"), "jurisdiction = 'ZZ'\nnonsense = 1\n").unwrap();
        let error = Rules::load(&dir).unwrap_err().to_string();
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(error.contains("ZZ.toml") && error.contains("nonsense"), "{error}");
        assert!(Rules::load(Path::new("/no/such/folder")).is_err());
    }
}
