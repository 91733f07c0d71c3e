//! `dosimeter demo`: a synthetic clinic, an intruder, a finished case, and an honest score against the truth.

use crate::{cli, environment, evidence, export, report, run};
use dosimeter_case::config::Config;
use dosimeter_case::tables::EvidenceKind;
use dosimeter_case::{Case, Error, Result};
use std::path::Path;

/// Marks a folder that a demo made, so that only such a folder is ever replaced.
const MARK: &str = ".dosimeter-demo";

/// Builds, runs, scores, opens.
pub fn demo(args: &cli::Demo, jobs: usize) -> Result<()> {
    prepare(&args.dir)?;
    eprintln!("building a clinic with {} patients (seed {}) …", args.patients, args.seed);
    let clinic = dosimeter_clinic::generate(&args.dir, &dosimeter_clinic::Options { patients: args.patients, seed: args.seed })?;
    let facts = environment::read(&clinic.evidence.join("environment.json"))?;
    let mut case = Case::create(&args.dir.join("case"), &config(&args.dir, facts)?)?;
    evidence::add(&case, EvidenceKind::Logs, &[clinic.evidence.join("logs")], None, "demo")?;
    evidence::add(&case, EvidenceKind::Files, &[clinic.evidence.join("files")], None, "demo")?;
    run::run(&mut case, None, None, false, jobs)?;
    let exports = export::export(&case)?;
    let page = report::write(&case)?;
    let score = dosimeter_clinic::score(&clinic.truth, &exports[0], &case.out().join("accesses.csv"))?;
    println!("\nScore against the truth (the program saw only the evidence):\n{score}");
    println!("report: {}", page.display());
    if !args.no_open && opener::open(&page).is_err() {
        eprintln!("no browser could be opened; open the report by hand");
    }
    Ok(())
}

/// An empty folder, or an earlier demo's.
fn prepare(dir: &Path) -> Result<()> {
    let occupied = dir.exists() && std::fs::read_dir(dir).map_err(|e| Error::io(dir, e))?.next().is_some();
    if occupied {
        if !dir.join(MARK).exists() {
            return Err(Error::usage("this folder holds something else than a demo; give another with --dir").at(dir));
        }
        std::fs::remove_dir_all(dir).map_err(|e| Error::io(dir, e))?;
    }
    std::fs::create_dir_all(dir).map_err(|e| Error::io(dir, e))?;
    std::fs::write(dir.join(MARK), "made by `dosimeter demo`\n").map_err(|e| Error::io(dir, e))
}

/// The case of the demo: what a privacy officer would have typed on the first day.
fn config(dir: &Path, facts: dosimeter_case::config::Environment) -> Result<Config> {
    let path = dir.join("evidence").join("environment.json");
    let text = std::fs::read_to_string(&path).map_err(|e| Error::io(&path, e))?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| Error::config(e.to_string()).at(&path))?;
    let said = |key: &str, default: &str| json[key].as_str().unwrap_or(default).to_string();
    let discovered = json["review_period"][1].as_str().unwrap_or("2023-09-21").to_string();
    let mut config = Config::parse(&format!(
        "[entity]\nname = {:?}\nstate = {:?}\n[incident]\ndiscovered = {discovered:?}\n",
        said("organisation", "Demo Clinic"),
        said("home_state", "OH")
    ))?;
    config.environment = facts;
    config.entity.address = vec!["100 Demo Street".into(), "Anytown".into()];
    config.notice.toll_free = "1-800-555-0100".into();
    config.notice.what_we_are_doing = "We closed the way in, reset all passwords, and are improving our monitoring.".into();
    Ok(config)
}
