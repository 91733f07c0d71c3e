//! Short drafts to State authorities and the media, and the text of substitute notice.

use crate::incident::{Incident, long};
use crate::typeset::{DRAFT, single};
use crate::words::{clean, element_words};
use dosimeter_case::Result;
use dosimeter_case::tables::{ElementKind, Notice, Obligation};
use serde_json::{Value, json};
use std::path::Path;

/// Drafts the notice to a State authority or another body that is not the media: attorney general, health department, consumer
/// reporting agencies. `kinds` are the kinds of data of that State's residents. Writes `notices/<jurisdiction>-<recipient>-<rule>.pdf` below `out`.
///
/// # Errors
/// A text of the incident that cannot be printed, or a file that cannot be written.
pub fn state_notice(incident: &Incident, obligation: &Obligation, kinds: &[ElementKind], out: &Path) -> Result<Notice> {
    let (recipient, place) = (recipient(&obligation.recipient), place(&obligation.jurisdiction));
    let counted = if obligation.jurisdiction == "US" { "Individuals affected".to_string() } else { format!("Residents of {place} affected") };
    let range = if obligation.count_low == obligation.count_high {
        String::new()
    } else {
        format!(" (estimate; between {} and {})", obligation.count_low, obligation.count_high)
    };
    let mut facts = vec![
        format!("Reporting entity: {}", clean(&incident.entity)),
        incident.dates(),
        format!("{counted}: {}{range}", obligation.count),
        format!("Kinds of information: {}", listed(kinds)),
        format!(
            "Notice to individuals: {}",
            incident.letter_date.map_or_else(|| "[date of mailing]".to_string(), |d| format!("by first-class mail from {}", long(d)))
        ),
    ];
    if incident.monitoring_months > 0 {
        facts.push(format!("Credit monitoring offered at no cost: {} months", incident.monitoring_months));
    }
    facts.push(format!("Legal basis: {}", clean(&obligation.citation)));
    let sections = [
        section(
            "",
            vec![format!(
                "We give notice of a breach of the security of personal information that affects {}.",
                if obligation.jurisdiction == "US" { "individuals".to_string() } else { format!("residents of {place}") }
            )],
            facts,
        ),
        section("What happened", incident.happened(), Vec::new()),
        section("What we are doing", incident.doing(), Vec::new()),
        section(
            "Contact",
            vec![if incident.contacts().is_empty() { "[To be completed]".to_string() } else { "Questions may be addressed to:".to_string() }],
            incident.contacts(),
        ),
        section("Enclosure", vec!["A sample of the letter to individuals.".to_string()], Vec::new()),
    ];
    let to = if obligation.jurisdiction == "US" { vec![recipient.clone()] } else { vec![recipient.clone(), place] };
    write(
        incident,
        obligation,
        "Notice of data breach",
        to,
        &sections,
        "state_notice",
        if obligation.recipient == "consumer_reporting_agencies" { "mail" } else { "web_form" },
        out,
    )
}

/// Drafts the press release to prominent media outlets (45 CFR 164.406), with the contents of 164.404(c). Writes `notices/<jurisdiction>-media-<rule>.pdf` below `out`.
///
/// # Errors
/// A text of the incident that cannot be printed, or a file that cannot be written.
pub fn media_notice(incident: &Incident, obligation: &Obligation, kinds: &[ElementKind], out: &Path) -> Result<Notice> {
    let title = format!("{} gives notice of a data breach", clean(&incident.entity));
    let to = vec!["For immediate release".to_string(), format!("To prominent media outlets serving {}", place(&obligation.jurisdiction))];
    write(incident, obligation, &title, to, &public(incident, kinds, true), "media_notice", "media", out)
}

/// Drafts substitute notice for people without a usable address (45 CFR 164.404(d)(2)): for the home page, where it stays at
/// least 90 days, or for the media. Writes `notices/<jurisdiction>-substitute-<rule>.pdf` below `out`.
///
/// # Errors
/// A text of the incident that cannot be printed, or a file that cannot be written.
pub fn substitute_notice(incident: &Incident, obligation: &Obligation, kinds: &[ElementKind], out: &Path) -> Result<Notice> {
    let substitute = Obligation { recipient: "substitute".to_string(), ..obligation.clone() };
    let to = vec!["To be posted on the home page for at least 90 days, or given to major media".to_string()];
    write(incident, &substitute, "Notice of data breach", to, &public(incident, kinds, false), "substitute_notice", "media", out)
}

/// The contents of 164.404(c) for the public.
fn public(incident: &Incident, kinds: &[ElementKind], mailed: bool) -> Vec<Value> {
    let involved = if mailed {
        "The kinds of information differ from person to person; the letters that we send name them for each person. Among them are:"
    } else {
        "We have no usable address for some of the people concerned. The kinds of information differ from person to person. Among them are:"
    };
    let items = kinds.iter().map(|k| element_words(*k).to_string()).collect();
    let monitoring = incident.monitoring_months > 0;
    let mut doing = incident.doing();
    doing.extend(monitoring.then(|| format!("We offer {} months of credit monitoring at no cost.", incident.monitoring_months)));
    vec![
        section("What happened", incident.happened().into_iter().chain([incident.dates()]).collect(), Vec::new()),
        section("What information was involved", vec![involved.to_string()], items),
        section("What we are doing", doing, Vec::new()),
        section(
            "What people can do",
            vec![
                "Read the statements of health insurers, doctors and banks, and report what does not belong there. Free credit reports can be had at www.annualcreditreport.com or 1-877-322-8228; a security freeze and a fraud alert are free at Equifax, Experian and TransUnion. Advice against identity theft: www.identitytheft.gov, 1-877-438-4338.".to_string(),
            ],
            Vec::new(),
        ),
        section(
            "For more information",
            vec![if incident.toll_free.trim().is_empty() {
                "[To be completed: a toll-free number, active for at least 90 days, where people can learn whether their information may be involved]".to_string()
            } else {
                "To learn whether your information may be involved, contact us:".to_string()
            }],
            incident.contacts(),
        ),
    ]
}

fn section(title: &str, paragraphs: Vec<String>, items: Vec<String>) -> Value {
    json!({ "title": title, "paragraphs": paragraphs, "items": items })
}
fn listed(kinds: &[ElementKind]) -> String {
    kinds.iter().map(|k| element_words(*k)).collect::<Vec<_>>().join("; ")
}

#[expect(clippy::too_many_arguments, reason = "one private function behind three public ones")]
fn write(
    incident: &Incident,
    obligation: &Obligation,
    title: &str,
    to: Vec<String>,
    sections: &[Value],
    name: &str,
    channel: &str,
    out: &Path,
) -> Result<Notice> {
    incident.check()?;
    let due = obligation.due.as_deref().map(|d| d.parse().map_or_else(|_| clean(d), long));
    let data = json!({
        "due": due,
        "title": title, "entity": clean(&incident.entity), "address": incident.head_lines(), "date": incident.date_line(),
        "to": to, "sections": sections, "signer": incident.signer_lines(),
    });
    let safe = |text: &str| text.chars().take(60).map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect::<String>();
    let file = format!("notices/{}-{}-{}.pdf", safe(&obligation.jurisdiction), safe(&obligation.recipient), safe(&obligation.rule_id));
    single(&DRAFT, name, &data, obligation.obligation_id, channel, out, &file)
}

/// The addressee in words.
fn recipient(word: &str) -> String {
    match word {
        "attorney_general" => "Office of the Attorney General".to_string(),
        "hhs" => "Secretary of Health and Human Services, Office for Civil Rights".to_string(),
        "consumer_reporting_agencies" => "Nationwide consumer reporting agencies (Equifax, Experian, TransUnion)".to_string(),
        "ftc" => "Federal Trade Commission".to_string(),
        "sec" => "Securities and Exchange Commission".to_string(),
        other => {
            let words = clean(&other.replace('_', " "));
            let mut letters = words.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}

/// A jurisdiction in words; other text as it is.
fn place(code: &str) -> String {
    const NAMES: &[(&str, &str)] = &[
        ("US", "the United States"),
        ("AL", "Alabama"),
        ("AK", "Alaska"),
        ("AZ", "Arizona"),
        ("AR", "Arkansas"),
        ("CA", "California"),
        ("CO", "Colorado"),
        ("CT", "Connecticut"),
        ("DE", "Delaware"),
        ("DC", "the District of Columbia"),
        ("FL", "Florida"),
        ("GA", "Georgia"),
        ("GU", "Guam"),
        ("HI", "Hawaii"),
        ("ID", "Idaho"),
        ("IL", "Illinois"),
        ("IN", "Indiana"),
        ("IA", "Iowa"),
        ("KS", "Kansas"),
        ("KY", "Kentucky"),
        ("LA", "Louisiana"),
        ("ME", "Maine"),
        ("MD", "Maryland"),
        ("MA", "Massachusetts"),
        ("MI", "Michigan"),
        ("MN", "Minnesota"),
        ("MS", "Mississippi"),
        ("MO", "Missouri"),
        ("MT", "Montana"),
        ("NE", "Nebraska"),
        ("NV", "Nevada"),
        ("NH", "New Hampshire"),
        ("NJ", "New Jersey"),
        ("NM", "New Mexico"),
        ("NY", "New York"),
        ("NC", "North Carolina"),
        ("ND", "North Dakota"),
        ("OH", "Ohio"),
        ("OK", "Oklahoma"),
        ("OR", "Oregon"),
        ("PA", "Pennsylvania"),
        ("PR", "Puerto Rico"),
        ("RI", "Rhode Island"),
        ("SC", "South Carolina"),
        ("SD", "South Dakota"),
        ("TN", "Tennessee"),
        ("TX", "Texas"),
        ("UT", "Utah"),
        ("VT", "Vermont"),
        ("VA", "Virginia"),
        ("VI", "the U.S. Virgin Islands"),
        ("WA", "Washington"),
        ("WV", "West Virginia"),
        ("WI", "Wisconsin"),
        ("WY", "Wyoming"),
        ("AS", "American Samoa"),
        ("MP", "the Northern Mariana Islands"),
    ];
    NAMES.iter().find(|(c, _)| *c == code).map_or_else(|| clean(code), |(_, name)| (*name).to_string())
}
