//! [`Rules`]: the law as data, one TOML file per jurisdiction (`rules/law`), built in or from a folder.

use crate::builtin::FILES;
use crate::duty::Rule;
use crate::law::Jurisdiction;
use crate::words::{CONTENT, RECIPIENTS};
use dosimeter_case::{Error, Result};
use jiff::civil::Date;
use std::path::Path;

/// The rules of every jurisdiction in the pack: `US` first, then the States and territories by their letters.
#[derive(Clone, Debug)]
pub struct Rules {
    jurisdictions: Vec<Jurisdiction>,
}

/// What is wrong in a rule file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    /// The file.
    file: String,
    /// The line, from 1.
    line: usize,
    /// What is wrong.
    what: String,
}
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl Rules {
    /// The pack that the program carries. Fails only if it was built from a broken pack.
    pub fn builtin() -> Result<Rules> {
        Rules::collect(FILES.iter().map(|(name, text)| (format!("rules/law/{name}"), text.to_string())).collect())
    }

    /// Every `*.toml` file of a folder. Fails when one cannot be read, does not keep to the schema or contradicts itself (every fault is named with
    /// file and line), and when `US.toml` is missing.
    pub fn load(dir: &Path) -> Result<Rules> {
        Rules::collect(texts(dir)?)
    }

    fn read(files: Vec<(String, String)>) -> (Vec<Jurisdiction>, Vec<Fault>) {
        let (mut jurisdictions, mut faults) = (Vec::new(), Vec::new());
        for (file, text) in &files {
            let (read, found) = read(file, text);
            jurisdictions.extend(read);
            faults.extend(found);
        }
        jurisdictions.sort_by(|a, b| (a.jurisdiction != "US", &a.jurisdiction).cmp(&(b.jurisdiction != "US", &b.jurisdiction)));
        if faults.is_empty() && jurisdictions.first().is_none_or(|j| j.jurisdiction != "US") {
            let what = "missing: without the federal rules no answer would be complete".to_string();
            faults.push(Fault { file: "US.toml".to_string(), line: 1, what });
        }
        (jurisdictions, faults)
    }

    fn collect(files: Vec<(String, String)>) -> Result<Rules> {
        let (jurisdictions, faults) = Rules::read(files);
        if faults.is_empty() {
            return Ok(Rules { jurisdictions });
        }
        let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
        Err(Error::config(format!("rules of law: {}", lines.join("\n"))))
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

/// File name and text of every rule file of a folder, by name.
fn texts(dir: &Path) -> Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|e| Error::io(dir, e))? {
        let path = entry.map_err(|e| Error::io(dir, e))?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(|path| std::fs::read_to_string(&path).map(|text| (path.display().to_string(), text)).map_err(|e| Error::io(&path, e))).collect()
}

/// One file's jurisdiction, and what is wrong with it.
fn read(file: &str, text: &str) -> (Option<Jurisdiction>, Vec<Fault>) {
    let j: Jurisdiction = match toml::from_str(text) {
        Ok(j) => j,
        Err(e) => {
            let line = e.span().and_then(|span| text.get(..span.start)).map_or(1, |before| before.matches('\n').count() + 1);
            return (None, vec![Fault { file: file.to_string(), line, what: e.message().replace('\n', " ") }]);
        }
    };
    let mut faults: Vec<Fault> = head_faults(file, &j).into_iter().map(|(key, what)| fault(file, text, key, 0, what)).collect();
    for (i, rule) in j.rule.iter().enumerate() {
        faults.extend(rule_faults(&j, i, rule).into_iter().map(|what| fault(file, text, "[[rule]]", i, format!("rule {}: {what}", rule.id))));
    }
    (Some(j), faults)
}

/// A fault at the `nth` line that begins with `key`.
fn fault(file: &str, text: &str, key: &str, nth: usize, what: String) -> Fault {
    let line = text.lines().enumerate().filter(|(_, line)| line.starts_with(key)).nth(nth).map_or(1, |(i, _)| i + 1);
    Fault { file: file.to_string(), line, what }
}

fn head_faults(file: &str, j: &Jurisdiction) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    let name = Path::new(file).file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
    if name != format!("{}.toml", j.jurisdiction) {
        faults.push(("jurisdiction", format!("jurisdiction = {:?} does not fit the file's name", j.jurisdiction)));
    }
    if j.sources.is_empty() || j.citations.is_empty() {
        faults.push(("jurisdiction", "citations and sources must name at least one each".to_string()));
    }
    if j.harm.excused != j.harm.test.is_some() {
        faults.push(("[harm]", "harm: test is given exactly when excused is true".to_string()));
    }
    for word in j.letter.must.iter().chain(&j.letter.must_not) {
        if !CONTENT.iter().any(|(known, _)| known == word) {
            faults.push(("[letter]", format!("letter: {word:?} is no code word (rules/law/README.md)")));
        }
    }
    if j.letter.must.iter().any(|word| j.letter.must_not.contains(word)) {
        faults.push(("[letter]", "letter: the same word under must and must_not".to_string()));
    }
    faults
}

fn rule_faults(j: &Jurisdiction, i: usize, rule: &Rule) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |bad: bool, what: &str| {
        if bad {
            faults.push(what.to_string());
        }
    };
    let thresholds: Vec<i64> = [rule.at_least, rule.more_than, rule.fewer_than].into_iter().flatten().collect();
    check(thresholds.len() > 1, "only one of at_least, more_than, fewer_than");
    check(thresholds.iter().any(|n| *n < 1), "a threshold is a number of people from 1 on");
    check(rule.deadline.as_ref().is_some_and(|d| !(0..=crate::days::LONGEST).contains(&d.n)), "deadline.n is out of range");
    check(rule.citation.trim().is_empty(), "citation is empty");
    check(rule.what.trim().is_empty(), "what is empty");
    check(!RECIPIENTS.iter().any(|(known, _)| *known == rule.recipient), "recipient is no code word (rules/law/README.md)");
    check(rule.from.zip(rule.to).is_some_and(|(from, to)| from > to), "from is after to");
    check(rule.from_unconfirmed && rule.from.is_none(), "from_unconfirmed without from");
    check(j.jurisdiction != "US" && !rule.id.starts_with(&format!("{}-", j.jurisdiction.to_lowercase())), "the id does not begin with the jurisdiction");
    for word in rule.content.iter().filter(|word| !CONTENT.iter().any(|(known, _)| known == word)) {
        check(true, &format!("content: {word:?} is no code word (rules/law/README.md)"));
    }
    for other in rule.needs.iter().filter(|id| !j.rule.iter().any(|r| r.id == **id)) {
        check(true, &format!("needs: there is no rule {other:?}"));
    }
    let overlaps = |other: &Rule| {
        let starts_before_end = |a: &Rule, b: &Rule| b.to.is_none_or(|to| a.from.is_none_or(|from| from <= to));
        starts_before_end(rule, other) && starts_before_end(other, rule)
    };
    let clash = j.rule.iter().take(i).any(|other| other.id == rule.id && (other.recipient != rule.recipient || overlaps(other)));
    check(clash, "two versions are in force on the same day, or name different recipients");
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "jurisdiction = 'XX'\nname = 'X'\ncitations = ['x']\nsources = ['x']\nas_read = '2026-01-01'\nconfidence = 'confirmed'\nbreach = 'access'\nform = 'any'\nharm = { excused = false }\n\
                        hipaa = { level = 'none', clause = '', confidence = 'confirmed' }\nletter = { must = [], must_not = [] }\n";
    const RULE: &str = "[[rule]]\nid = 'xx-x'\ncitation = 'c'\nrecipient = 'individuals'\nwhat = 'w'\nconfidence = 'one_source'\n";

    fn check(text: &str, expect: Result<usize, &str>) {
        let (j, faults) = read("XX.toml", text);
        match expect {
            Ok(n) => assert_eq!((j.map(|j| j.rule.len()), faults), (Some(n), Vec::new())),
            Err(part) => assert!(faults.iter().any(|f| f.to_string().contains(part)), "{part:?} is not in {faults:?}"),
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
        check(&format!("{HEAD}{RULE}recipient = 'mayor'\n").replacen("recipient = 'individuals'\n", "", 1), Err("recipient is no code word"));
        check(&format!("{HEAD}{RULE}content = ['poem']\n"), Err("poem"));
        check(&format!("{HEAD}{RULE}needs = ['xx-y']\n"), Err("no rule \"xx-y\""));
        check(&format!("{HEAD}{RULE}from = '2026-01-02'\nto = '2026-01-01'\n"), Err("from is after to"));
        check(&format!("{HEAD}{RULE}at_least = 0\n"), Err("from 1 on"));
        check(&HEAD.replace("must = []", "must = ['poem']"), Err("poem"));
        check("", Err("missing"));
    }

    #[test]
    fn faults_name_the_line() {
        let head = HEAD.lines().count();
        check(&format!("{HEAD}{RULE}treshold = 5\n"), Err(&format!("XX.toml:{}: unknown field `treshold`", head + 7)));
        check(&format!("{HEAD}{RULE}{}at_least = 0\n", RULE.replace("xx-x", "xx-y")), Err(&format!("XX.toml:{}: rule xx-y", head + 7)));
        check(&HEAD.replace("breach = 'access'", "breach = 'axess'"), Err("XX.toml:7:"));
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
