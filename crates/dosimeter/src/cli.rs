//! The command line: what can be said, and nothing of how it is done.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Breach response for healthcare providers: who got in, what they took, whose data it was, whom to tell and by when.
#[derive(Parser)]
#[command(name = "dosimeter", version, max_term_width = 110)]
pub struct Cli {
    /// Threads and worker processes; default: one per core. Never changes a result.
    #[arg(long, global = true)]
    pub jobs: Option<usize>,
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Subcommand)]
pub enum Command {
    /// Build a synthetic clinic with an intruder, run everything, score it, open the report
    Demo(Demo),
    /// Make a case folder
    New(New),
    /// Register evidence: hashed, never modified
    Add(Add),
    /// Run the stages that are not up to date
    Run(Run),
    /// Where each stage stands
    Status(Dir),
    /// Check the chain of entries, the tables and the evidence against their hashes
    Verify(Dir),
    /// Run a read-only SQL statement over the tables
    Query(Query),
    /// Print the chain of evidence of a person, letter, duty, access or session
    Explain(Explain),
    /// What became of people from run to run: the log of merges and splits
    Changes(Dir),
    /// Record a decision of a person: whose session it was, or whether two records are one person
    Decide(Decide),
    /// Write people, accesses, timeline and report to `out/`
    Export(Dir),
    /// Log files to events, as JSON lines
    Parse(Parse),
    /// Rules over log files, as JSON lines
    Detect(Detect),
    /// Files to text, as JSON lines: {path, status, media_type, passages: [{locator, text}]}
    Extract(Files),
    /// Personal data in files, as JSON lines: {path, locator, start, end, kind, text, normalised, confidence}
    Find(Find),
    /// Record linkage on a CSV or Parquet file: which records are the same person
    Resolve(Resolve),
    /// What the law asks, from a file of facts
    Assess(Assess),
    /// The rules of law: every jurisdiction, one in full, or a check of rule files
    Law(Law),
    /// A case among the incidents of the HHS breach portal
    Compare(Compare),
    /// Write the generated pages of the documentation
    #[command(hide = true)]
    Docs(Docs),
    /// Read documents for a parent process
    #[command(hide = true)]
    ExtractWorker,
    /// Read a picture for a parent process
    #[command(hide = true)]
    OcrWorker {
        /// For Tesseract.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
}

#[derive(Args)]
pub struct Demo {
    /// Where to build it; an existing demo there is replaced
    #[arg(long, default_value = "dosimeter-demo")]
    pub dir: PathBuf,
    /// Patients of the clinic
    #[arg(long, default_value_t = 400)]
    pub patients: usize,
    /// Seed: the same seed gives the same clinic, on any machine
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Do not open the report in a browser
    #[arg(long)]
    pub no_open: bool,
}

#[derive(Args)]
pub struct New {
    /// The case folder to make
    pub dir: PathBuf,
    /// Name of the entity
    #[arg(long)]
    pub entity: String,
    /// State of the entity, two letters
    #[arg(long)]
    pub state: String,
    /// Day on which the breach was discovered, such as 2023-09-20
    #[arg(long)]
    pub discovered: jiff::civil::Date,
    /// Facts of the first day: servers, networks, accounts (JSON)
    #[arg(long)]
    pub environment: Option<PathBuf>,
    /// Time zone of log times without offset, such as America/New_York; default: the environment's, else UTC
    #[arg(long)]
    pub zone: Option<String>,
    /// An account or address that points to the intruder, such as `account=elewis` or `address=203.0.113.9`, or both joined by a comma
    #[arg(long)]
    pub indicator: Vec<String>,
}

#[derive(Args)]
pub struct Add {
    /// The case folder
    pub dir: PathBuf,
    /// What it is evidence of
    #[arg(value_parser = ["logs", "files", "roster", "portal"])]
    pub kind: String,
    /// Files or folders
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Server that the logs come from; default: the first folder of each path
    #[arg(long)]
    pub host: Option<String>,
    /// Who handed it over
    #[arg(long, default_value = "")]
    pub custodian: String,
}

#[derive(Args)]
pub struct Run {
    /// The case folder
    pub dir: PathBuf,
    /// First stage
    #[arg(long)]
    pub from: Option<String>,
    /// Last stage
    #[arg(long)]
    pub to: Option<String>,
    /// Run stages again though they are up to date
    #[arg(long)]
    pub again: bool,
}

#[derive(Args)]
pub struct Dir {
    /// The case folder
    pub dir: PathBuf,
}

#[derive(Args)]
pub struct Query {
    /// The case folder
    pub dir: PathBuf,
    /// The statement; the tables are those of docs/reference/tables.md
    pub sql: String,
    /// Comma-separated values instead of an aligned table
    #[arg(long)]
    pub csv: bool,
}

#[derive(Args)]
pub struct Explain {
    /// The case folder
    pub dir: PathBuf,
    /// Id of a person, notice, duty, access or session
    pub id: String,
}

#[derive(Args)]
pub struct Decide {
    /// The case folder
    pub dir: PathBuf,
    #[command(subcommand)]
    pub what: DecideWhat,
}

#[derive(Subcommand)]
pub enum DecideWhat {
    /// Whose session it was
    Session {
        /// The session's id
        id: String,
        /// `intruder` or `legitimate`
        #[arg(value_parser = ["intruder", "legitimate"])]
        verdict: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Whether two records are one person
    Records {
        /// A record's id
        left: String,
        /// Another record's id
        right: String,
        /// `same` or `different`
        #[arg(value_parser = ["same", "different"])]
        verdict: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args)]
pub struct Parse {
    /// Log files
    #[arg(required = true)]
    pub logs: Vec<PathBuf>,
    /// Time zone of times without offset
    #[arg(long, default_value = "UTC")]
    pub zone: String,
    /// Latest possible day of records without a year; default: the file's own date
    #[arg(long)]
    pub latest: Option<jiff::civil::Date>,
    /// Columns of a table, named as in `environment.columns`: kind=vpn,time=Start,account=User
    #[arg(long, value_delimiter = ',', value_name = "FIELD=COLUMN")]
    pub columns: Vec<String>,
    /// JSON lines (the only form; accepted for clearness)
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Detect {
    #[command(flatten)]
    pub parse: Parse,
    /// Folders with Sigma rules, beside our own
    #[arg(long)]
    pub rules: Vec<PathBuf>,
}

#[derive(Args)]
pub struct Files {
    /// Files
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Passwords to try on encrypted files
    #[arg(long)]
    pub password: Vec<String>,
    /// JSON lines (the only form; accepted for clearness)
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Find {
    /// What is read
    #[command(flatten)]
    pub files: Files,
    /// Where names in running text are in doubt: find more of them, or claim fewer; between the two if not given
    #[arg(long)]
    pub prefer: Option<Prefer>,
    /// Folder of rules that add to the built-in ones: labels, columns, patterns, words, detectors that are off (TOML)
    #[arg(long)]
    pub rules: Option<PathBuf>,
}

/// The operating points of `find`.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Prefer {
    /// For a breach: a missed person gets no warning
    Recall,
    /// For a survey
    Precision,
}

#[derive(Args)]
pub struct Resolve {
    /// Records: a CSV or Parquet file with any of the columns of the table `records`
    pub records: PathBuf,
    /// Where to write record id and person id (CSV)
    #[arg(long)]
    pub out: PathBuf,
    /// Where to write the compared pairs (CSV)
    #[arg(long)]
    pub links: Option<PathBuf>,
    /// Where to write the pairs of people that may be one, the most uncertain first (CSV)
    #[arg(long)]
    pub questions: Option<PathBuf>,
    /// Which column holds a field, such as `first=given_name`
    #[arg(long)]
    pub map: Vec<String>,
}

#[derive(Args)]
pub struct Assess {
    /// Facts (YAML, see docs/reference/facts.md)
    pub facts: PathBuf,
    /// Apply the law in force on this day, and count days left to it; default: `as_of` of the facts, else the day of discovery
    #[arg(long)]
    pub as_of: Option<jiff::civil::Date>,
    /// Where to write the last days as a calendar (iCalendar)
    #[arg(long)]
    pub ics: Option<PathBuf>,
    /// Where to write the assessment of 45 CFR 164.402(2), for counsel to complete
    #[arg(long)]
    pub memo: Option<PathBuf>,
    /// A folder with rules instead of those built in
    #[arg(long)]
    pub rules: Option<PathBuf>,
    /// JSON lines instead of text
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Law {
    #[command(subcommand)]
    pub what: LawWhat,
    /// A folder with rules instead of those built in
    #[arg(long, global = true)]
    pub rules: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum LawWhat {
    /// Every jurisdiction, and how sure the rules are
    List,
    /// One jurisdiction in full
    Show {
        /// `US`, or two letters of the State or territory
        state: String,
    },
    /// Check rule files against the schema; faults are named with file and line
    Check,
}

#[derive(Args)]
pub struct Compare {
    /// Facts (YAML)
    pub facts: PathBuf,
    /// Exports of the breach portal (CSV)
    #[arg(long, required = true, num_args = 1..)]
    pub portal: Vec<PathBuf>,
    /// JSON lines instead of text
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
pub struct Docs {
    /// The `docs/reference` folder
    pub dir: PathBuf,
}
