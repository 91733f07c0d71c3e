//! Exports of other systems: CSV with commas, with semicolons, without header, with bars; HL7 version 2 batches.

use super::Shelf;
use crate::people::{Style, compact};
use crate::truth::Mention;
use serde_json::json;

/// The old system's patients, with a header and commas.
pub fn migration(shelf: &mut Shelf, n: usize) {
    let mut text = "PatID,LastName,FirstName,MI,BirthDate,Sex,SSN,Street,City,State,Zip,HomePhone\r\n".to_string();
    let mut mentions = Vec::new();
    for (row, patient) in shelf.some_patients(n).into_iter().enumerate() {
        let p = &shelf.people[patient];
        // Who has two record numbers stands here with the older one.
        let mrn = if p.mrn2.is_empty() { &p.mrn } else { &p.mrn2 };
        let a = p.address_in(2021);
        let cells = [mrn, p.last_in(2021), &p.first, &p.middle, &p.dob_us(), &p.sex.to_string(), &p.ssn, &a.street, &a.city, &a.state, &a.zip, &p.phone];
        text += &cells.map(|c| if c.contains(',') { format!("\"{c}\"") } else { c.to_string() }).join(",");
        text += "\r\n";
        let mention = Mention::new(patient, "patient")
            .with("name", format!("{} {}", p.first, p.last_in(2021)))
            .with("mrn", mrn)
            .with("dob", p.dob_us())
            .with("ssn", &p.ssn);
        mentions.push(mention.with("address", a.line()).with("phone", &p.phone).at(json!({"row": row + 2})));
    }
    shelf.put("Clinic/IT/migration/patients_2021.csv", "csv", text.into_bytes(), mentions);
}

/// A payer's answer, with semicolons; subscribers in columns of their own.
pub fn eligibility(shelf: &mut Shelf, n: usize) {
    let mut text = "member;patient;birth_date;plan;subscriber;relationship\n".to_string();
    let mut mentions = Vec::new();
    for (row, patient) in shelf.some_patients(n).into_iter().enumerate() {
        let p = &shelf.people[patient];
        let name = p.name(Style::LastFirst, 2024);
        let holder = p.subscriber.map(|s| (s, shelf.people[s].name(Style::LastFirst, 2024)));
        let (subscriber, relationship) = match &holder {
            Some((_, name)) => (name.as_str(), if p.is_minor() { "child" } else { "spouse" }),
            None => (name.as_str(), "self"),
        };
        text += &format!("{};{name};{};{};{subscriber};{relationship}\n", p.member_id, p.dob, p.payer);
        let at = json!({"row": row + 2});
        mentions.push(Mention::new(patient, "patient").with("name", &name).with("dob", p.dob.to_string()).with("insurance_id", &p.member_id).at(at.clone()));
        if let Some((s, name)) = holder {
            mentions.push(Mention::new(s, "subscriber").with("name", name).with("insurance_id", &p.member_id).with("relationship", "subscriber").at(at));
        }
    }
    shelf.put("Clinic/Billing/Eligibility/eligibility 2024-02.csv", "csv", text.into_bytes(), mentions);
}

/// A statement run without header: record number, name, address parts, amount.
pub fn headerless(shelf: &mut Shelf, n: usize) {
    let (mut text, mut mentions) = (String::new(), Vec::new());
    for (row, patient) in shelf.some_patients(n).into_iter().enumerate() {
        let p = &shelf.people[patient];
        let (name, a) = (p.name(Style::Caps, 2024), &p.address);
        text += &format!("{},\"{name}\",{},\"{}\",{},{},{},{}.00\n", p.mrn, p.dob_us(), a.street, a.city, a.state, a.zip, shelf.dice.range(20, 800));
        let mention = Mention::new(patient, "patient").with("name", name).with("mrn", &p.mrn).with("dob", p.dob_us()).with("address", a.line());
        mentions.push(mention.at(json!({"row": row + 1})));
    }
    shelf.put("Clinic/Billing/exports/stmt_run_0224.csv", "csv", text.into_bytes(), mentions);
}

/// The list that the payer fetches every week, with bars.
pub fn payer_roster(shelf: &mut Shelf, n: usize) {
    let mut text = "MEMBER_ID|NAME|DOB|SERVICE_DATE|DX\n".to_string();
    let mut mentions = Vec::new();
    for (row, patient) in shelf.some_patients(n).into_iter().enumerate() {
        let visit = shelf.visit_of(patient, 2023, 2024);
        let p = &shelf.people[patient];
        let name = p.name(Style::Caps, 2024);
        text += &format!("{}|{name}|{}|{}|{}\n", p.member_id, compact(p.dob), compact(visit.day), visit.diagnosis.1);
        let mention = Mention::new(patient, "patient")
            .with("name", name)
            .with("dob", compact(p.dob))
            .with("insurance_id", &p.member_id)
            .with("service_date", compact(visit.day));
        mentions.push(mention.with("diagnosis", visit.diagnosis.1).at(json!({"row": row + 2})));
    }
    shelf.put("Exchange/outgoing/payer/roster_202402.txt", "csv", text.into_bytes(), mentions);
}

/// `files` batches of `n` messages each: admissions and results.
pub fn hl7(shelf: &mut Shelf, files: usize, n: usize) {
    for file in 0..files {
        let day = format!("202402{:02}", 5 + 6 * file);
        let mut out = vec![format!("FHS|^~\\&|RIS|LPI|EHR|HOSP|{day}0200"), format!("BHS|^~\\&|RIS|LPI|EHR|HOSP|{day}0200")];
        let mut mentions = Vec::new();
        for message in 0..n {
            let visit = shelf.visit(2023, 2024);
            let p = &shelf.people[visit.patient];
            let result = message % 2 == 1;
            let (kind, name) = (if result { "ORU^R01" } else { "ADT^A08" }, p.name(Style::Caret, 2024).to_uppercase());
            let doctor = &shelf.people[visit.provider];
            let a = &p.address;
            let start = out.len();
            out.push(format!("MSH|^~\\&|RIS|LPI|EHR|HOSP|{day}0200||{kind}|{}{message}|P|2.5.1|||||UNICODE UTF-8", visit.accession));
            let ssn = if shelf.dice.chance(0.4) { p.ssn.as_str() } else { "" };
            let address = if a.street.is_empty() {
                String::new()
            } else {
                format!("{}^^{}^{}^{}^{}", a.street, a.city, a.state, a.zip, if a.country == "US" { "USA" } else { &a.country })
            };
            out.push(format!("PID|1||{}^^^LPI^MR||{name}||{}|{}|||{address}||{}||||||{ssn}", p.mrn, compact(p.dob), p.sex, p.phone));
            let at = json!({"message": message + 1, "segment": start + 1});
            let mut mention = Mention::new(visit.patient, "patient")
                .with("name", &name)
                .with("mrn", &p.mrn)
                .with("dob", compact(p.dob))
                .with("address", a.line())
                .with("phone", &p.phone);
            mention = mention
                .with("ssn", ssn)
                .with("diagnosis", visit.diagnosis.0)
                .with("diagnosis", visit.diagnosis.1)
                .with("provider", format!("{}^{}", doctor.last, doctor.first).to_uppercase());
            if let Some(guardian) = p.guardian {
                let g = &shelf.people[guardian];
                let name = g.name(Style::Caret, 2024).to_uppercase();
                out.push(format!("NK1|1|{name}|PAR^Parent|{}^^{}^{}^{}|{}", g.address.street, g.address.city, g.address.state, g.address.zip, g.phone));
                mentions.push(
                    Mention::new(guardian, "guardian")
                        .with("name", name)
                        .with("address", g.address.line())
                        .with("phone", &g.phone)
                        .with("relationship", "parent")
                        .at(at.clone()),
                );
            }
            out.push(format!("PV1|1|O|||||1000000{:03}^{}^{}", visit.provider, doctor.last.to_uppercase(), doctor.first.to_uppercase()));
            if result {
                out.push(format!("OBR|1|{0}|{0}|{1}^{2}|||{3}", visit.accession, visit.modality, visit.study, compact(visit.day)));
                out.push(format!("OBX|1|TX|IMP^Impression||{}||||||F", visit.diagnosis.2));
                mention = mention.with("procedure", visit.study).with("service_date", compact(visit.day)).with("imaging_result", visit.diagnosis.2);
            }
            out.push(format!("DG1|1||{}^{}^I10", visit.diagnosis.1, visit.diagnosis.0));
            mentions.push(mention.at(at));
        }
        out.extend([format!("BTS|{n}"), "FTS|1".into()]);
        shelf.put(
            format!("Exchange/{}/hl7/batch_{day}_{file}.hl7", if file % 2 == 0 { "outgoing" } else { "incoming" }),
            "hl7",
            (out.join("\r") + "\r").into_bytes(),
            mentions,
        );
    }
}
