//! The data of the HHS breach portal's report form, field by field, as PDF and JSON.

use crate::incident::{Incident, long};
use crate::typeset::{SHEET, single};
use crate::words::{clean, form_groups, paragraphs};
use dosimeter_case::tables::{ElementKind, Notice, Obligation};
use dosimeter_case::{Result, write_atomic};
use serde_json::{Value, json};
use std::path::Path;

/// What the form asks beyond the [`Incident`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HhsReport {
    /// Whether a business associate was breached; its name, if so.
    pub business_associate: Option<String>,
    /// Kinds of data exposed, over all people.
    pub kinds: Vec<ElementKind>,
    /// People who need substitute notice.
    pub substitute: i64,
    /// States and territories whose media are told, two letters each.
    pub media_states: Vec<String>,
    /// Safeguards in place before the breach, in the form's words.
    pub safeguards: Vec<String>,
    /// Actions taken in response, in the form's words.
    pub actions: Vec<String>,
}

/// Writes `hhs.pdf` and `hhs.json` below `out`: the answers in the order of the form (45 CFR 164.408), from the obligation's best
/// count. What is not known is marked for completion (PDF) or null (JSON); the sheet says DRAFT on every page. The options of
/// fields with `confirmed: false` were not checked against the form in use.
///
/// # Errors
/// A text of the incident that cannot be printed, or a file that cannot be written.
pub fn hhs_sheet(incident: &Incident, obligation: &Obligation, report: &HhsReport, out: &Path) -> Result<Notice> {
    incident.check()?;
    let due = match (&obligation.due, incident.reported_to_hhs) {
        (_, Some(day)) => format!("Filed on {}.", long(day)),
        (Some(due), None) => format!("Due on {}.", due.parse().map_or_else(|_| due.clone(), long)),
        (None, None) => String::new(),
    };
    let sections = sections(incident, obligation, report);
    let data = json!({ "entity": clean(&incident.entity), "due": due, "sections": sections });
    let notice = single(&SHEET, "hhs_sheet", &data, obligation.obligation_id, "web_form", out, "hhs.pdf")?;
    let bytes = serde_json::to_vec_pretty(&json!({ "status": "draft, not filed", "citation": "45 CFR 164.408", "due": obligation.due, "sections": sections }))
        .map_err(|e| dosimeter_case::Error::case(format!("hhs.json: {e}")))?;
    write_atomic(&out.join("hhs.json"), &bytes)?;
    Ok(notice)
}

/// One field: id, label, answer, whether the options are confirmed. Empty answers are left for completion.
fn field(id: &str, label: &str, answer: impl Into<String>, confirmed: bool) -> Value {
    let answer = clean(&answer.into());
    json!({ "id": id, "label": label, "value": Some(answer).filter(|a| !a.is_empty()), "confirmed": confirmed })
}

fn sections(incident: &Incident, obligation: &Obligation, report: &HhsReport) -> Vec<Value> {
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |d| d.strftime("%m/%d/%Y").to_string());
    let section = |title: &str, fields: Vec<Value>| json!({ "title": title, "fields": fields });
    let count = obligation.count;
    let people = if obligation.count_low == obligation.count_high {
        count.to_string()
    } else {
        format!("{count} (estimate; between {} and {})", obligation.count_low, obligation.count_high)
    };
    let role = match &report.business_associate {
        Some(_) => "Covered Entity filing because its Business Associate had a breach",
        None if incident.portal_type == "Business Associate" => "Business Associate filing on behalf of a Covered Entity",
        None => "Covered Entity filing on behalf of its organization",
    };
    let kinds = form_groups(&report.kinds);
    // An empty group is an answer once the kinds are known at all.
    let group = |index: usize| match kinds.get(index) {
        Some(list) if list.is_empty() && !report.kinds.is_empty() => "None found".to_string(),
        list => list.map_or_else(String::new, |list| list.join("; ")),
    };
    let titles = ["Clinical", "Demographic", "Financial", "Other"];
    let groups = titles.iter().zip(&kinds).filter(|(_, list)| !list.is_empty()).map(|(title, _)| *title).collect::<Vec<_>>().join("; ");
    let (signer, title) = incident.signer.split_once(',').unwrap_or((incident.signer.as_str(), ""));
    let listed = |list: &[String]| list.join("; ");
    let substitute = match report.substitute {
        0 => "No".to_string(),
        1..10 => format!("Yes; Fewer than 10 ({})", report.substitute),
        n => format!("Yes; 10 or more ({n})"),
    };
    let media = if report.media_states.is_empty() { "No".to_string() } else { format!("Yes; {}", report.media_states.join(", ")) };
    let mut list = vec![
        section("Report", vec![field("report_type", "Report type", "Initial Breach Report", false), field("filer_role", "Filed by", role, false)]),
        section(
            "Covered entity",
            vec![
                field("ce_name", "Name", &incident.entity, true),
                field("ce_type", "Type of covered entity", if incident.portal_type == "Business Associate" { "" } else { &incident.portal_type }, true),
                field("ce_address", "Address", incident.address.join(", "), true),
                field("ce_state", "State", &incident.state, true),
                field("ce_contact", "Contact", signer, true),
                field("ce_contact_title", "Contact's title", title, false),
                field("ce_email", "Contact's e-mail", &incident.email, true),
                field("ce_phone", "Contact's telephone", &incident.phone, true),
            ],
        ),
    ];
    if let Some(name) = &report.business_associate {
        list.push(section(
            "Business associate",
            vec![field("ba_name", "Name", name, true), field("ba_address", "Address", "", true), field("ba_contact", "Contact", "", true)],
        ));
    }
    list.push(section(
        "Breach",
        vec![
            field("breach_affecting", "Breach affecting", if count >= 500 { "500 or More Individuals" } else { "Fewer Than 500 Individuals" }, true),
            field("breach_start_date", "Breach start date", day(incident.breach_from), true),
            field("breach_end_date", "Breach end date", day(incident.breach_to), true),
            field("discovery_start_date", "Discovery start date", day(Some(incident.discovered)), true),
            field("discovery_end_date", "Discovery end date", day(Some(incident.discovered)), true),
            field("individuals_affected", "Approximate number of individuals affected", people, true),
            field("type_of_breach", "Type of breach", &incident.breach_type, true),
            field("location", "Location of breached information", &incident.location, true),
            field("phi_type", "Type of protected health information", groups, false),
            field("phi_clinical", "Clinical", group(0), false),
            field("phi_demographic", "Demographic", group(1), false),
            field("phi_financial", "Financial", group(2), false),
            field("phi_other", "Other", group(3), false),
            field("description", "Brief description of the breach", format!("{} {}", incident.happened().join(" "), incident.dates()), true),
            field("safeguards_prior", "Safeguards in place before the breach", listed(&report.safeguards), false),
        ],
    ));
    list.push(section(
        "Notice of breach and actions taken",
        vec![
            field("individual_notice_provided", "Individual notice provided", if incident.letter_date.is_some() { "Yes" } else { "" }, false),
            field("individual_notice_start", "Date notice began", day(incident.letter_date), false),
            field("individual_notice_end", "Projected completion", "", false),
            field("substitute_notice", "Substitute notice", substitute, false),
            field("media_notice", "Media notice", media, false),
            field("actions_taken", "Actions taken in response", listed(&report.actions), false),
            field("actions_description", "Description of the actions", paragraphs(&incident.what_we_are_doing).join(" "), true),
        ],
    ));
    list.push(section("Attestation", vec![field("attestation_name", "Name", "", true), field("attestation_date", "Date", "", true)]));
    list
}
