//! Letters, the HHS report sheet, notices to authorities and the media, the mailing list.

use super::affected::{Affected, affected, window_days};
use crate::pipeline::Summary;
use dosimeter_case::tables::{ElementKind, Notice, Obligation, ObligationStatus, Role};
use dosimeter_case::{Case, Config, Error, Id, Output, Result};
use dosimeter_notices::{Held, HhsReport, Incident, Letter, hhs_sheet, letters, mailing_list, media_notice, state_notice, substitute_notice};
use std::collections::BTreeSet;

/// The part of `case.toml` used.
pub fn config(config: &Config) -> serde_json::Value {
    serde_json::json!({ "entity": config.entity, "incident": config.incident, "notice": config.notice, "zone": config.environment.zone })
}

/// Drafts everything that is due or for review; nothing is sent.
pub fn run(case: &Case, output: &mut Output, _jobs: usize) -> Result<Summary> {
    // Counsel decides whether to write to people whose data was within reach while no log covers the time: no letter is drafted unasked.
    let (people, unseen): (Vec<_>, Vec<_>) = affected(case)?.into_iter().partition(Affected::is_proved);
    let obligations = case.read::<Obligation>()?;
    let incident = Incident::from_config(&case.config, window_days(case)?);
    let out = case.out();
    let drafts = out.join("notices");
    if drafts.exists() {
        std::fs::remove_dir_all(&drafts).map_err(|e| Error::io(&drafts, e))?;
    }
    let open: Vec<&Obligation> = obligations.iter().filter(|o| matches!(o.status, ObligationStatus::Due | ObligationStatus::Review)).collect();
    let (mut ready, mut held) = (Vec::new(), Vec::new());
    let mut without_duty = 0;
    for affected in &people {
        match duty(affected, &open) {
            None => without_duty += 1,
            Some(obligation_id) => {
                let elements: Vec<_> = affected.elements.iter().chain(&affected.perhaps).map(|(kind, tier)| (*kind, *tier)).collect();
                match Letter::new(&affected.person, obligation_id, &elements) {
                    Ok(letter) => ready.push(letter),
                    Err(why) => held.push(why),
                }
            }
        }
    }
    let mut notices = letters(&incident, &ready, &out)?;
    mailing_list(&ready, &notices, &held, &out.join("mailing_list.csv"))?;
    let summary = vec![
        ("letters".into(), ready.len() as i64),
        ("people without a usable address".into(), held.len() as i64),
        ("without an individual duty".into(), without_duty),
        ("within reach, unseen: no letter".into(), unseen.len() as i64),
    ];
    notices.extend(others(&incident, &open, &people, &held, &out)?);
    output.write(notices)?;
    Ok(summary)
}

/// The duty that a person's letter answers: HIPAA's for those whose health information it is, else their State's.
fn duty(affected: &Affected, open: &[&Obligation]) -> Option<Id> {
    let individuals = || open.iter().filter(|o| o.recipient == "individuals");
    let state = individuals().find(|o| Some(&o.jurisdiction) == affected.person.state.as_ref());
    let federal = individuals().find(|o| o.jurisdiction == "US");
    let duty = if affected.person.role == Role::Employee { state.or(federal) } else { federal.or(state) };
    duty.map(|o| o.obligation_id)
}

fn others(incident: &Incident, open: &[&Obligation], people: &[Affected], held: &[Held], out: &std::path::Path) -> Result<Vec<Notice>> {
    let media_states =
        open.iter().filter(|o| o.recipient == "media" && o.status == ObligationStatus::Due).map(|o| o.jurisdiction.clone()).filter(|j| j != "US").collect();
    let mut notices = Vec::new();
    let mut hhs = false;
    for obligation in open {
        let kinds = kinds(people, &obligation.jurisdiction);
        match obligation.recipient.as_str() {
            // One sheet, though both the report and the yearly log may be open for review.
            "hhs" if !hhs => {
                hhs = true;
                let report = HhsReport { kinds, substitute: held.len() as i64, media_states: Vec::clone(&media_states), ..HhsReport::default() };
                notices.push(hhs_sheet(incident, obligation, &report, out)?);
            }
            "hhs" | "individuals" | "guardians" | "data_owner" | "covered_entity" | "next_of_kin" => {}
            "media" => notices.push(media_notice(incident, obligation, &kinds, out)?),
            "substitute_notice" => notices.push(substitute_notice(incident, obligation, &kinds, out)?),
            _ => notices.push(state_notice(incident, obligation, &kinds, out)?),
        }
    }
    Ok(notices)
}

/// Kinds of data exposed among the people of a jurisdiction.
fn kinds(people: &[Affected], jurisdiction: &str) -> Vec<ElementKind> {
    let of = people.iter().filter(|a| jurisdiction == "US" || a.person.state.as_deref() == Some(jurisdiction));
    of.flat_map(|a| a.elements.keys().copied()).collect::<BTreeSet<_>>().into_iter().collect()
}
