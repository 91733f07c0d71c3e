//! Radiology reports as PDF: single ones, batches of several people, and those on the patient portal with their statements.

use super::packed::escape;
use super::pdf::pdf;
use super::{Shelf, Visit};
use crate::people::{Style, us};
use crate::staff::CLINIC;
use crate::truth::{Mention, token};
use serde_json::json;

/// One report: its lines and who stands in it.
fn report(shelf: &mut Shelf, visit: &Visit, page: usize) -> (Vec<String>, Vec<Mention>) {
    let p = &shelf.people[visit.patient];
    let year = visit.day.year();
    let name = p.name(*shelf.dice.pick(&[Style::Caps, Style::LastFirst, Style::Plain]), year);
    let (doctor, reader) =
        (shelf.provider_name(visit), shelf.provider_name(&Visit { provider: (visit.provider + 3) % crate::staff::PROVIDERS, ..visit.clone() }));
    let dob = if shelf.dice.chance(0.5) { p.dob_slip() } else { p.dob_us() };
    let (diagnosis, code, finding) = visit.diagnosis;
    let phone = if shelf.dice.chance(0.3) { p.phone.as_str() } else { "" };
    let mut lines = vec![
        format!("# {CLINIC}"),
        "2200 Signal Hill Dr, Kansas City, MO 64108   Tel (816) 555-0100".to_string(),
        String::new(),
        format!("Patient: {name}"),
        format!("DOB: {dob}      Sex: {}      MRN: {}", p.sex, p.mrn),
        format!("Exam date: {}      Accession: {}", us(visit.day), visit.accession),
        format!("Referring physician: {doctor}"),
    ];
    if !phone.is_empty() {
        lines.push(format!("Phone: {phone}"));
    }
    lines.extend([
        "".into(),
        format!("EXAM: {}", visit.study),
        "".into(),
        format!("CLINICAL HISTORY: {diagnosis} ({code})"),
        "".into(),
        format!("FINDINGS: {finding}"),
    ]);
    lines.extend([
        "The remainder of the examination is unremarkable.".to_string(),
        "".into(),
        format!("IMPRESSION: Findings in keeping with {}.", diagnosis.to_lowercase()),
        "".into(),
    ]);
    lines.push(format!("Electronically signed by {reader}"));
    let mut patient = Mention::new(visit.patient, "patient")
        .with("name", name)
        .with("dob", dob)
        .with("mrn", &p.mrn)
        .with("service_date", us(visit.day))
        .with("provider", &doctor);
    patient = patient.with("procedure", visit.study).with("diagnosis", diagnosis).with("diagnosis", code).with("phone", phone).at(json!({"page": page}));
    let other = (visit.provider + 3) % crate::staff::PROVIDERS;
    let providers = [(visit.provider, doctor), (other, reader)].map(|(i, n)| Mention::new(i, "provider").with("name", n).at(json!({"page": page})));
    (lines, [patient].into_iter().chain(providers).collect())
}

/// `n` reports in folders by year and month, older ones apart; some are copies of another.
pub fn radiology(shelf: &mut Shelf, n: usize) {
    for _ in 0..n {
        let visit = shelf.visit(2019, 2024);
        let (lines, mentions) = report(shelf, &visit, 1);
        let p = &shelf.people[visit.patient];
        let (year, month) = (visit.day.year(), visit.day.month());
        let file = match shelf.dice.below(4) {
            0 => format!("{}_{}.pdf", p.mrn, visit.modality),
            1 => format!("{}_{}.pdf", p.last_in(year).replace(['\'', '.'], "").replace(' ', ""), visit.accession),
            _ => format!("{}.pdf", visit.accession),
        };
        let folder = if year < 2023 { format!("Clinic/Radiology/Reports/Old/{year}") } else { format!("Clinic/Radiology/Reports/{year}/{month:02}") };
        let path = format!("{folder}/{file}");
        if shelf.documents.iter().any(|d| d.path == path) {
            continue;
        }
        let bytes = pdf(&[lines]);
        if shelf.dice.chance(0.03) {
            let again =
                mentions.iter().map(|m| Mention { person: m.person, role: m.role, elements: m.elements.clone(), location: m.location.clone() }).collect();
            shelf.put(path.replace(".pdf", " - Copy.pdf"), "pdf_text", bytes.clone(), again).remark = "duplicate";
        }
        shelf.put(path, "pdf_text", bytes, mentions);
    }
}

/// `n` files of several reports, a page each.
pub fn batches(shelf: &mut Shelf, n: usize) {
    for serial in 1..=n {
        let (mut pages, mut all) = (Vec::new(), Vec::new());
        for page in 1..=shelf.dice.range(3, 8) as usize {
            let visit = shelf.visit(2022, 2024);
            let (lines, mentions) = report(shelf, &visit, page);
            pages.push(lines);
            all.extend(mentions);
        }
        shelf.put(format!("Clinic/Radiology/Reports/Batches/batch_{serial:03}.pdf"), "pdf_text", pdf(&pages), all);
    }
}

/// `n` reports on the portal, most with a statement as HTML.
pub fn portal(shelf: &mut Shelf, n: usize) {
    for _ in 0..n {
        let visit = shelf.visit(2023, 2024);
        let folder = format!("Portal/documents/{}", token(&["portal", &shelf.seed.to_string(), &visit.accession]));
        let (lines, mentions) = report(shelf, &visit, 1);
        shelf.put(format!("{folder}/{}.pdf", visit.accession), "pdf_text", pdf(&[lines]), mentions);
        if shelf.dice.chance(0.2) {
            continue;
        }
        let p = &shelf.people[visit.patient];
        let (name, address, amount) = (p.name(Style::Plain, visit.day.year()), p.address_in(visit.day.year()).line(), shelf.dice.range(20, 900));
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Statement</title></head><body>\n<h1>{CLINIC}</h1>\n<p>{}<br>{}</p>\n<table><tr><th>Record no.</th><th>Date of service</th><th>Service</th><th>Due</th></tr>\n<tr><td>{}</td><td>{}</td><td>{}</td><td>${amount}.00</td></tr></table>\n<p>Insurance: {}, member {}</p>\n</body></html>\n",
            escape(&name),
            escape(&address),
            p.mrn,
            us(visit.day),
            escape(visit.study),
            p.payer,
            p.member_id
        );
        let mut mention =
            Mention::new(visit.patient, "patient").with("name", name).with("address", address).with("mrn", &p.mrn).with("service_date", us(visit.day));
        mention = mention.with("procedure", visit.study).with("insurance_id", &p.member_id);
        shelf.put(format!("{folder}/statement-{}.html", visit.accession), "html", html.into_bytes(), vec![mention]);
    }
}
