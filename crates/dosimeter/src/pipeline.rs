//! The whole system on one screen: every stage, what it reads, what it writes, and the function that does it.
//! The command line, staleness, `status` and `docs/reference/stages.md` derive from this table.

use crate::stages::{assess, compare, detect, draft, expose, extract, find, import, resolve, trace};
use dosimeter_case::tables::EvidenceKind::{self, Files, Logs, Portal, Roster};
use dosimeter_case::{Case, Config, Output, Result};

/// One stage: a function from tables to tables.
pub struct Stage {
    /// Name, as on the command line.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// Kinds of evidence it reads.
    pub evidence: &'static [EvidenceKind],
    /// Tables it reads.
    pub reads: &'static [&'static str],
    /// Tables it writes.
    pub writes: &'static [&'static str],
    /// Folder below the case's `rules/` whose files it uses, if any.
    pub rules: &'static str,
    /// Whether decisions of people enter.
    pub decisions: bool,
    /// Whether the order in which evidence was added enters.
    pub batches: bool,
    /// The part of `case.toml` it depends on.
    pub config: fn(&Config) -> serde_json::Value,
    /// Reads the case, writes its tables, tells the counts worth telling.
    pub run: fn(&Case, &mut Output, usize) -> Result<Summary>,
}

/// Counts worth telling, in order.
pub type Summary = Vec<(String, i64)>;

/// All stages, in the order in which they run. Three lines each: this table is to be read at a glance.
#[rustfmt::skip]
pub const STAGES: &[Stage] = &[
    Stage { name: "import", about: "Log files to events.",
            evidence: &[Logs], reads: &[], writes: &["events", "coverage", "rejects"],
            rules: "", decisions: false, batches: false, config: import::config, run: import::run },
    Stage { name: "extract", about: "Collected files to documents and passages of text.",
            evidence: &[Files], reads: &[], writes: &["documents", "passages"],
            rules: "", decisions: false, batches: false, config: extract::config, run: extract::run },
    Stage { name: "detect", about: "Rules over the events.",
            evidence: &[], reads: &["events"], writes: &["detections"],
            rules: "sigma", decisions: false, batches: false, config: detect::config, run: detect::run },
    Stage { name: "trace", about: "Whose sessions they were, and what was viewed and copied.",
            evidence: &[], reads: &["events", "coverage", "detections", "documents"], writes: &["sessions", "accesses", "blind_spots", "unexplained", "clock_skew"],
            rules: "", decisions: true, batches: false, config: trace::config, run: trace::run },
    Stage { name: "find", about: "Personal data in the passages, and to whom it belongs.",
            evidence: &[Roster], reads: &["documents", "passages", "accesses"], writes: &["mentions", "records"],
            rules: "phi", decisions: false, batches: false, config: find::config, run: find::run },
    Stage { name: "resolve", about: "Records to people, each exactly once.",
            evidence: &[], reads: &["documents", "records"], writes: &["people", "person_records", "links", "head_counts", "questions"],
            rules: "", decisions: true, batches: true, config: resolve::config, run: resolve::run },
    Stage { name: "expose", about: "Whose data was exposed, how strongly, by which accesses.",
            evidence: &[], reads: &["accesses", "blind_spots", "documents", "mentions", "records", "people", "person_records"], writes: &["exposures"],
            rules: "", decisions: false, batches: false, config: expose::config, run: expose::run },
    Stage { name: "assess", about: "Whom the law says to notify, and by when.",
            evidence: &[], reads: &["exposures", "people", "questions", "sessions", "accesses", "documents"], writes: &["obligations"],
            rules: "law", decisions: false, batches: false, config: assess::config, run: assess::run },
    Stage { name: "draft", about: "Letters, the HHS report sheet, the mailing list.",
            evidence: &[], reads: &["obligations", "people", "exposures", "sessions"], writes: &["notices"],
            rules: "", decisions: false, batches: false, config: draft::config, run: draft::run },
    Stage { name: "compare", about: "This case among all incidents of the breach portal.",
            evidence: &[Portal], reads: &["people", "exposures"], writes: &["past_incidents", "comparisons"],
            rules: "", decisions: false, batches: false, config: compare::config, run: compare::run },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_table_is_written_before_it_is_read() {
        let mut written = BTreeSet::new();
        for stage in STAGES {
            for table in stage.reads {
                assert!(written.contains(table), "{} reads {table} before any stage writes it", stage.name);
            }
            for table in stage.writes {
                assert!(written.insert(*table), "{table} is written twice");
            }
        }
    }
}
