//! More cases of the kind of the worked scenarios (`variants.txt`): other States, leap years, counts at a threshold and beside it, mixed tiers,
//! encryption of a part, delays, business associates, paper, the law of another day.

mod common;

use common::row;
use dosimeter_law::{Facts, Rules, assess};

#[test]
fn variants() {
    let rules = Rules::builtin().unwrap();
    let cases: Vec<&str> = include_str!("variants.txt").split("\n---\n").skip(1).collect();
    assert!(cases.len() >= 55, "{}", cases.len());
    for case in cases {
        let (expect, yaml): (Vec<&str>, Vec<&str>) = case.lines().partition(|line| line.starts_with("> "));
        let title = yaml[0];
        let facts = Facts::from_yaml(&yaml.join("\n")).unwrap_or_else(|e| panic!("{title}: {e}"));
        let rows = assess(&facts, &rules);
        assert!(!expect.is_empty(), "{title}");
        for line in expect {
            let words: Vec<&str> = line[2..].split(' ').collect();
            let row = row(&rows, words[0], words[1]);
            assert_eq!(
                format!("{} {}", row.status, row.due.as_deref().unwrap_or("-")),
                words[2..].join(" "),
                "{title}: {line}: {} | {:?}",
                row.reason,
                row.conflicts
            );
        }
    }
}
