//! Workbooks: schedules, the ledger, the recall list, the payroll.

use super::Shelf;
use crate::people::{Style, us};
use crate::staff::CLINIC;
use crate::truth::Mention;
use jiff::civil::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use serde_json::json;

/// A workbook of one sheet: titles above, a header row, rows of text.
fn workbook(sheet: &str, title: &str, header: &[&str], rows: &[Vec<String>]) -> Option<Vec<u8>> {
    let build = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(&DocProperties::new().set_author(CLINIC).set_creation_datetime(&ExcelDateTime::from_ymd(2024, 3, 1)?));
        let page = book.add_worksheet();
        page.set_name(sheet)?;
        let bold = Format::new().set_bold();
        let mut at = 0;
        if !title.is_empty() {
            page.write_string_with_format(0, 0, title, &bold)?;
            at = 2;
        }
        for (column, text) in header.iter().enumerate() {
            page.write_string_with_format(at, column as u16, *text, &bold)?;
        }
        for (row, cells) in rows.iter().enumerate() {
            for (column, text) in cells.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
                page.write_string(at + 1 + row as u32, column as u16, text)?;
            }
        }
        book.save_to_buffer()
    };
    build().ok()
}

fn put(shelf: &mut Shelf, path: &str, file: Option<Vec<u8>>, mentions: Vec<Mention>) {
    if let Some(bytes) = file {
        shelf.put(path, "xlsx", bytes, mentions);
    }
}

/// One schedule a day for two weeks.
pub fn schedules(shelf: &mut Shelf) {
    let per_day = (shelf.patients.len() / 30).clamp(4, 40);
    for (month, day) in [(2, 26), (2, 27), (2, 28), (2, 29), (3, 1), (3, 4), (3, 5), (3, 6), (3, 7), (3, 8), (3, 11), (3, 12)] {
        let date = Date::new(2024, month, day).unwrap_or(Date::constant(2024, 3, 1));
        let (mut rows, mut mentions) = (Vec::new(), Vec::new());
        for slot in 0..per_day {
            let patient = shelf.next_patient();
            let visit = shelf.visit_of(patient, 2024, 2024);
            let p = &shelf.people[patient];
            let name = p.name(Style::LastFirst, 2024);
            rows.push(vec![
                format!("{:02}:{:02}", 8 + slot / 4, slot % 4 * 15),
                name.clone(),
                p.dob_us(),
                p.mrn.clone(),
                visit.study.to_string(),
                p.phone.clone(),
            ]);
            let mention = Mention::new(patient, "patient")
                .with("name", name)
                .with("dob", p.dob_us())
                .with("mrn", &p.mrn)
                .with("procedure", visit.study)
                .with("phone", &p.phone);
            mentions.push(mention.with("service_date", us(date)).at(json!({"sheet": "Schedule", "row": slot + 4})));
        }
        let book = workbook("Schedule", &format!("{CLINIC} - schedule for {}", us(date)), &["Time", "Patient", "DOB", "MRN", "Exam", "Phone"], &rows);
        put(shelf, &format!("Clinic/Front Desk/Schedules/2024-{month:02}/Schedule {date}.xlsx"), book, mentions);
    }
}

/// What `n` patients owe.
pub fn ledger(shelf: &mut Shelf, n: usize) {
    let (mut rows, mut mentions) = (Vec::new(), Vec::new());
    for (row, patient) in shelf.some_patients(n).into_iter().enumerate() {
        let visit = shelf.visit_of(patient, 2021, 2024);
        let p = &shelf.people[patient];
        let year = visit.day.year();
        let (name, address) = (p.name(Style::LastFirst, year), p.address_in(year).line());
        rows.push(vec![
            visit.accession.clone(),
            name.clone(),
            p.mrn.clone(),
            address.clone(),
            us(visit.day),
            visit.diagnosis.1.to_string(),
            p.payer.clone(),
            p.member_id.clone(),
            format!("{}.00", shelf.dice.range(40, 1900)),
        ]);
        let mention = Mention::new(patient, "patient")
            .with("name", name)
            .with("mrn", &p.mrn)
            .with("address", address)
            .with("service_date", us(visit.day))
            .with("diagnosis", visit.diagnosis.1);
        mentions.push(mention.with("insurance_id", &p.member_id).at(json!({"sheet": "Ledger", "row": row + 2})));
    }
    let book = workbook("Ledger", "", &["Invoice", "Name", "Acct (MRN)", "Mailing address", "Svc date", "Dx", "Payer", "Member ID", "Balance"], &rows);
    put(shelf, "Clinic/Billing/Ledger/ledger 2021-2024.xlsx", book, mentions);
}

/// Whom to call back: the first name and the last name in columns of their own.
pub fn recall(shelf: &mut Shelf, n: usize) {
    let (mut rows, mut mentions) = (Vec::new(), Vec::new());
    for (row, patient) in shelf.some_patients(n).into_iter().enumerate() {
        let p = &shelf.people[patient];
        rows.push(vec![p.last.clone(), p.first.clone(), p.dob.to_string(), p.phone.clone(), p.email.clone()]);
        let mention = Mention::new(patient, "patient")
            .with("name", format!("{} {}", p.first, p.last))
            .with("dob", p.dob.to_string())
            .with("phone", &p.phone)
            .with("email", &p.email);
        mentions.push(mention.at(json!({"sheet": "Recall", "row": row + 4})));
    }
    let book = workbook("Recall", "Mammography and nodule recall", &["Last", "First", "Born", "Tel", "E-mail"], &rows);
    put(shelf, "Clinic/Front Desk/recall list.xlsx", book, mentions);
}

/// The payroll: Social Security numbers and bank accounts of the staff, and a list of extensions that is nobody's secret.
pub fn payroll(shelf: &mut Shelf) {
    let (mut rows, mut mentions, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (row, s) in shelf.staff.iter().enumerate() {
        let p = &shelf.people[s.person];
        let (name, address) = (p.name(Style::LastFirst, 2024), p.address.line());
        rows.push(vec![
            name.clone(),
            p.ssn.clone(),
            address.clone(),
            p.bank_account.clone(),
            s.department.to_string(),
            format!("{}.00", shelf.dice.range(38_000, 140_000)),
        ]);
        let mention = Mention::new(s.person, "employee")
            .with("name", name)
            .with("ssn", &p.ssn)
            .with("address", address)
            .with("bank_account", &p.bank_account)
            .with("employer", CLINIC);
        mentions.push(mention.at(json!({"sheet": "Payroll", "row": row + 4})));
        let plain = format!("{} {}", p.first, p.last);
        names.push((format!("{plain} ext. {}", 200 + row), Mention::new(s.person, "staff").with("name", plain)));
    }
    let book = workbook("Payroll", &format!("{CLINIC} payroll 2024"), &["Employee", "SSN", "Home address", "Direct deposit", "Dept", "Salary"], &rows);
    put(shelf, "Clinic/HR/payroll 2024.xlsx", book, mentions);
    let (lines, mentions): (Vec<String>, Vec<Mention>) = names.into_iter().unzip();
    if let Some(bytes) = super::packed::docx("Extensions", &lines, &[]) {
        shelf.put("Clinic/HR/extensions.docx", "docx", bytes, mentions).remark = "staff names only: nobody to notify";
    }
}
