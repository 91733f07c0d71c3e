//! Referral letters, letters to patients, intake forms, notes on desktops, mail and faxes.

use super::packed::{docx, escape};
use super::pdf::pdf;
use super::picture::draw;
use super::{Shelf, Visit};
use crate::people::{Style, us};
use crate::staff::{CLINIC, DOMAIN};
use crate::truth::Mention;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

/// Whoever the insurance or the guardianship of the visit's patient leads to, as a mention with the text that names them.
fn relative(shelf: &Shelf, visit: &Visit) -> Option<(String, Mention)> {
    let p = &shelf.people[visit.patient];
    let year = visit.day.year();
    if let Some(guardian) = p.guardian {
        let g = &shelf.people[guardian];
        let (name, address) = (g.name(Style::Plain, year), g.address_in(year).line());
        let text = format!("Parent or guardian: {name}, {address}, phone {}", g.phone);
        return Some((
            text,
            Mention::new(guardian, "guardian").with("name", name).with("address", address).with("phone", &g.phone).with("relationship", "parent or guardian"),
        ));
    }
    let s = &shelf.people[p.subscriber?];
    let name = s.name(Style::Plain, year);
    let text = format!("Subscriber: {name}, born {}, member {}", s.dob_us(), p.member_id);
    Some((
        text,
        Mention::new(p.subscriber?, "subscriber")
            .with("name", name)
            .with("dob", s.dob_us())
            .with("insurance_id", &p.member_id)
            .with("relationship", "subscriber"),
    ))
}

/// `n` referral letters as Word documents, some with a table.
pub fn referrals(shelf: &mut Shelf, n: usize) {
    for serial in 0..n {
        let visit = shelf.visit(2021, 2024);
        let p = &shelf.people[visit.patient];
        let year = visit.day.year();
        let (name, dob, doctor) = (p.name(Style::Plain, year), p.dob_slip(), shelf.provider_name(&visit));
        let (address, member) = (p.address_in(year).line(), p.member_id.as_str());
        let table = shelf.dice.chance(0.5);
        let mut lines = vec![format!("Date: {}", us(visit.day)), format!("To: {CLINIC}, scheduling")];
        let mut cells = Vec::new();
        if table {
            for (label, value) in
                [("Patient", &name), ("Date of birth", &dob), ("Address", &address), ("Insurance", &format!("{} {member}", p.payer)), ("Phone", &p.phone)]
            {
                if !value.is_empty() {
                    cells.push(vec![label.to_string(), value.to_string()]);
                }
            }
        } else {
            let at = if address.is_empty() { String::new() } else { format!(" of {address}") };
            lines.push(format!("Please see {name} (born {dob}){at} for {}.", visit.study));
            lines.push(format!("Insurance: {}, member number {member}. Phone {}.", p.payer, p.phone));
        }
        lines.push(format!("Reason: {} ({}).", visit.diagnosis.0, visit.diagnosis.1));
        let mut mentions = vec![
            Mention::new(visit.patient, "patient")
                .with("name", name)
                .with("dob", dob)
                .with("address", address)
                .with("insurance_id", member)
                .with("phone", &p.phone)
                .with("provider", &doctor)
                .with("procedure", if table { "" } else { visit.study })
                .with("diagnosis", visit.diagnosis.0)
                .with("diagnosis", visit.diagnosis.1)
                .with("service_date", us(visit.day)),
            Mention::new(visit.provider, "provider").with("name", &doctor),
        ];
        if let Some((text, mention)) = relative(shelf, &visit) {
            lines.push(text);
            mentions.push(mention);
        }
        lines.push(format!("Sincerely, {doctor}"));
        let folder = if serial % 3 == 0 { "Inbox" } else { "Done" };
        if let Some(bytes) = docx("Referral for imaging", &lines, &cells) {
            shelf.put(format!("Clinic/Referrals/{folder}/Referral {serial:04}.docx"), "docx", bytes, mentions);
        }
    }
}

/// `n` letters to patients, in four formats; the older ones use old names and addresses.
pub fn letters(shelf: &mut Shelf, n: usize) {
    for serial in 1..=n {
        let visit = shelf.visit(2019, 2023);
        let p = &shelf.people[visit.patient];
        let year = visit.day.year();
        let (name, address, doctor) = (p.name(Style::Plain, year), p.address_in(year).line(), shelf.provider_name(&visit));
        let mut lines = vec![CLINIC.to_string(), us(visit.day)];
        let minor = p.guardian.is_some();
        let mut mention = Mention::new(visit.patient, "patient")
            .with("name", &name)
            .with("service_date", us(visit.day))
            .with("procedure", visit.study)
            .with("provider", &doctor);
        mention = mention.with("diagnosis", visit.diagnosis.0);
        let mut mentions = Vec::new();
        if let (true, Some((text, guardian))) = (minor, relative(shelf, &visit)) {
            lines.extend([text, String::new(), "Dear parent,".into(), format!("your child {name} had an examination with us: {}.", visit.study)]);
            mentions.push(guardian);
        } else {
            mention = mention.with("address", &address);
            lines.extend([name.clone(), address, String::new(), format!("Dear {name},"), format!("thank you for coming to us for your {}.", visit.study)]);
        }
        lines.extend([format!("The result points to {}.", visit.diagnosis.0), format!("Please speak with {doctor}."), "Kind regards".into()]);
        mentions.extend([mention, Mention::new(visit.provider, "provider").with("name", &doctor)]);
        let base = format!("Clinic/Letters/{year}/letter_{serial:04}");
        match serial % 4 {
            0 => shelf.put(format!("{base}.txt"), "txt", lines.join("\r\n").into_bytes(), mentions),
            1 => shelf.put(format!("{base}.pdf"), "pdf_text", pdf(&[lines]), mentions),
            2 => {
                let body: String = lines.iter().map(|l| format!("<p>{}</p>\n", escape(l))).collect();
                shelf.put(
                    format!("{base}.html"),
                    "html",
                    format!("<html><head><meta charset=\"utf-8\"></head><body>\n{body}</body></html>\n").into_bytes(),
                    mentions,
                )
            }
            _ => match docx(CLINIC, &lines, &[]) {
                Some(bytes) => shelf.put(format!("{base}.docx"), "docx", bytes, mentions),
                None => continue,
            },
        };
    }
}

/// `n` intake forms with everything a front desk asks for, the Social Security number among it.
pub fn intake(shelf: &mut Shelf, n: usize) {
    for serial in 1..=n {
        let visit = shelf.visit(2022, 2024);
        let p = &shelf.people[visit.patient];
        let year = visit.day.year();
        let (name, dob, address) = (p.name(Style::LastFirst, year), p.dob_slip(), p.address_in(year).line());
        let mut lines = vec![format!("# {CLINIC} - Patient registration"), format!("Date: {}", us(visit.day)), String::new()];
        let fields = [
            ("Name", "name", name),
            ("Date of birth", "dob", dob),
            ("Social Security No.", "ssn", p.ssn.clone()),
            ("Address", "address", address),
            ("Phone", "phone", p.phone.clone()),
            ("E-mail", "email", p.email.clone()),
            ("Driver's license", "drivers_license", p.drivers_license.clone()),
            ("Medicare no.", "mbi", p.mbi.clone()),
            ("Insurance member ID", "insurance_id", p.member_id.clone()),
            ("Card on file", "card_number", p.card_number.clone()),
            ("Reason for visit", "diagnosis", visit.diagnosis.0.to_string()),
        ];
        let mut mention = Mention::new(visit.patient, "patient").with("service_date", us(visit.day));
        for (label, kind, value) in fields {
            lines.push(format!("{label}: {value}"));
            mention = mention.with(kind, value);
        }
        let mut mentions = vec![mention];
        if let Some((text, mention)) = relative(shelf, &visit) {
            lines.push(text);
            mentions.push(mention);
        }
        shelf.put(format!("Clinic/Front Desk/Intake/intake_{serial:03}.pdf"), "pdf_text", pdf(&[lines]), mentions);
    }
}

/// `n` short notes on desktops, with familiar names.
pub fn notes(shelf: &mut Shelf, n: usize) {
    for serial in 1..=n {
        let visit = shelf.visit(2023, 2024);
        let p = &shelf.people[visit.patient];
        let name = p.name(Style::Familiar, visit.day.year());
        let mut mention = Mention::new(visit.patient, "patient").with("name", &name);
        let text = match serial % 3 {
            0 => {
                mention = mention.with("dob", p.dob_us()).with("phone", &p.phone);
                format!("call {name} ({}) back about the bill, {}\n", p.dob_us(), p.phone)
            }
            1 => {
                mention = mention.with("mrn", &p.mrn).with("procedure", visit.study);
                format!("{name}, MRN {}: reschedule {}, ask dr first\n", p.mrn, visit.study)
            }
            _ => {
                mention = mention.with("dob", p.dob_us()).with("diagnosis", visit.diagnosis.0).with("sensitive_note", "do not leave messages at home");
                format!("{name} dob {} - {} - do not leave messages at home\n", p.dob_us(), visit.diagnosis.0)
            }
        };
        let owner = shelf.staff[shelf.dice.below(shelf.staff.len())].account.clone();
        shelf.put(format!("Clinic/Users/{owner}/Desktop/note {serial}.txt"), "txt", text.into_bytes(), vec![mention]);
    }
}

/// `n` messages with an attached list.
pub fn mail(shelf: &mut Shelf, n: usize) {
    for serial in 1..=n {
        let visit = shelf.visit(2023, 2024);
        let p = &shelf.people[visit.patient];
        let name = p.name(Style::Plain, visit.day.year());
        let mut mentions = vec![
            Mention::new(visit.patient, "patient")
                .with("name", &name)
                .with("dob", p.dob_us())
                .with("procedure", visit.study)
                .with("diagnosis", visit.diagnosis.0)
                .at(json!({"part": "body"})),
        ];
        let mut list = "name,dob,member,phone\r\n".to_string();
        let size = shelf.dice.range(3, 8) as usize;
        for (row, patient) in shelf.some_patients(size).into_iter().enumerate() {
            let p = &shelf.people[patient];
            let name = p.name(Style::LastFirst, 2023);
            list += &format!("\"{name}\",{},{},{}\r\n", p.dob_us(), p.member_id, p.phone);
            let mention =
                Mention::new(patient, "patient").with("name", name).with("dob", p.dob_us()).with("insurance_id", &p.member_id).with("phone", &p.phone);
            mentions.push(mention.at(json!({"part": "recall.csv", "row": row + 2})));
        }
        let sender = shelf.staff[shelf.dice.below(shelf.staff.len())].clone();
        let from = &shelf.people[sender.person];
        let body = format!(
            "Hello,\n\nplease look at {name}, DOB {}: {} for {}.\nThe recall list is attached.\n\n{}\n",
            p.dob_us(),
            visit.study,
            visit.diagnosis.0,
            from.first
        );
        let packed = STANDARD.encode(list.as_bytes());
        let lines: Vec<&str> = packed.as_bytes().chunks(76).filter_map(|c| std::str::from_utf8(c).ok()).collect();
        let day = visit.day.strftime("%a, %d %b %Y 10:12:00 -0600");
        let text = format!(
            "From: {} {} <{}@{DOMAIN}>\nTo: billing@{DOMAIN}\nDate: {day}\nMessage-ID: <{}.{serial}@{DOMAIN}>\nSubject: recall list\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"part-{serial}\"\n\n--part-{serial}\nContent-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: 8bit\n\n{body}\n--part-{serial}\nContent-Type: text/csv; name=\"recall.csv\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"recall.csv\"\n\n{}\n\n--part-{serial}--\n",
            ascii(&from.first),
            ascii(&from.last),
            sender.account,
            visit.accession,
            lines.join("\n")
        );
        shelf.put(format!("Clinic/Users/{}/Mail/message{serial:03}.eml", sender.account), "eml", text.replace('\n', "\r\n").into_bytes(), mentions);
    }
}

fn ascii(text: &str) -> String {
    text.chars().filter(char::is_ascii).collect()
}

/// `n` faxes that are only pictures.
pub fn faxes(shelf: &mut Shelf, n: usize) {
    for serial in 1..=n {
        let visit = shelf.visit(2022, 2024);
        let p = &shelf.people[visit.patient];
        let year = visit.day.year();
        let name = p.name(Style::Plain, year).to_uppercase();
        let lines = [
            format!("FAX TO {CLINIC}"),
            format!("PATIENT: {name}"),
            format!("DOB: {}", p.dob_us()),
            format!("PHONE: {}", p.phone.replace(['(', ')'], "")),
            format!("EXAM: {}", visit.study),
        ];
        let mention = Mention::new(visit.patient, "patient")
            .with("name", name)
            .with("dob", p.dob_us())
            .with("phone", &p.phone)
            .with("procedure", visit.study.to_uppercase());
        let picture = draw(&lines, 4, 0, 255);
        let (bytes, kind, end) = if serial % 2 == 0 { (picture.png(), "image", "png") } else { (picture.tiff(), "tiff", "tif") };
        shelf.put(format!("Clinic/Fax/{year}/fax_{serial:05}.{end}"), kind, bytes, vec![mention]).needs_ocr = true;
    }
}
