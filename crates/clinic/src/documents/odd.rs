//! Containers, broken files, and files that only look as if they held patient data.

use super::Shelf;
use super::packed::{docx, locked_zip, zip};
use super::pdf::pdf;
use crate::people::Style;
use crate::truth::Mention;
use serde_json::json;

/// An archive of documents, and files that cannot be read.
pub fn containers(shelf: &mut Shelf) {
    let visits: Vec<_> = (0..6).map(|_| shelf.visit(2022, 2024)).collect();
    let (mut members, mut mentions) = (Vec::new(), Vec::new());
    for (i, visit) in visits.iter().enumerate() {
        let p = &shelf.people[visit.patient];
        let name = p.name(Style::LastFirst, visit.day.year());
        let lines = vec![format!("Patient: {name}"), format!("DOB: {}  MRN: {}", p.dob_us(), p.mrn), format!("Impression: {}", visit.diagnosis.0)];
        let inner = if i % 2 == 0 { format!("audit/{}.pdf", visit.accession) } else { format!("audit/{}.txt", visit.accession) };
        let bytes = if i % 2 == 0 { pdf(&[lines]) } else { lines.join("\n").into_bytes() };
        let mention =
            Mention::new(visit.patient, "patient").with("name", name).with("dob", p.dob_us()).with("mrn", &p.mrn).with("diagnosis", visit.diagnosis.0);
        mentions.push(mention.at(json!({"member": inner})));
        members.push((inner, bytes));
    }
    let list: Vec<(&str, &[u8])> = members.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    if let Some(bytes) = zip(&list, true) {
        shelf.put("Clinic/Billing/exports/audit 2023.zip", "zip", bytes, mentions);
    }
    let noise: Vec<u8> = (0..900).map(|_| shelf.dice.below(256) as u8).collect();
    if let Some(bytes) = locked_zip("records.csv", &noise) {
        let document = shelf.put("Exchange/outgoing/legal/records request.zip", "zip_encrypted", bytes, vec![]);
        (document.readable, document.remark) = ("no", "password unknown");
    }
    let whole = docx("Referral", &["A referral that was cut off while it was saved.".repeat(40)], &[]).unwrap_or_default();
    let cut = whole[..whole.len() / 2].to_vec();
    let document = shelf.put("Clinic/Referrals/Done/Referral broken.docx", "corrupt", cut, vec![]);
    (document.readable, document.remark) = ("no", "truncated");
    let document = shelf.put("Clinic/Fax/2024/fax_failed.pdf", "empty", vec![], vec![]);
    (document.readable, document.remark) = ("no", "empty");
    let document = shelf.put("Clinic/IT/backup/index.bin", "junk", noise, vec![]);
    (document.readable, document.remark) = ("no", "unknown format");
}

/// Manuals, invoices with order numbers like Social Security numbers, suppliers named like people.
pub fn decoys(shelf: &mut Shelf) {
    const SUPPLIERS: &[&str] = &["Baxley Medical Supply", "Hunter Shaw & Sons", "Carlos Vega Cleaning LLC", "Alice Springs Water Co."];
    for serial in 0..8 {
        let number = 41_200 + shelf.dice.range(0, 99) + serial * 100;
        let order = format!("{:03}-{:02}-{:04}", shelf.dice.range(700, 890), shelf.dice.range(1, 99), shelf.dice.range(1, 9999));
        let supplier = SUPPLIERS[serial as usize % SUPPLIERS.len()];
        let path = format!("Clinic/Office/Invoices/inv_{number}.pdf");
        let lines = vec![
            format!("# {supplier}"),
            format!("Invoice {number}"),
            format!("Order no. {order}"),
            "12 boxes of gloves, size M".into(),
            "Date of delivery: 02/14/2024".into(),
            "Total: $412.60".into(),
        ];
        shelf.put(path.clone(), "pdf_text", pdf(&[lines]), vec![]).remark = "no PHI";
        shelf.decoys.push((path.clone(), order, "order number in the shape of an SSN"));
        shelf.decoys.push((path, supplier.to_string(), "supplier named like a person"));
    }
    for (serial, syndrome) in ["Parkinson", "Hodgkin", "Crohn", "Bell"].iter().enumerate() {
        let path = format!("Clinic/Manuals/service manual {}.pdf", serial + 1);
        let lines = vec![
            "# Service manual".to_string(),
            "Set the gantry angle to 12 degrees before calibration.".into(),
            format!("Protocol for {syndrome} disease: slice thickness 1.5 mm."),
            "Example header (not a person): DOE^JANE, 01/01/1900, MRN 000000".into(),
            "Serial number 4471-09-1180.".into(),
        ];
        shelf.put(path.clone(), "pdf_text", pdf(&[lines]), vec![]).remark = "no PHI";
        shelf.decoys.push((path, "Jane Doe".into(), "example in a manual"));
    }
    shelf
        .put("Clinic/Office/lunch menu.txt", "txt", b"Monday: Caesar salad\nTuesday: Philly steak\nWednesday: General Tso chicken\n".to_vec(), vec![])
        .remark = "no PHI";
    shelf
        .put(
            "Clinic/Radiology/Protocols/protocol CT head.txt",
            "txt",
            b"Slice 1.25 mm, kernel H30, Window 80/40.\nCall the Circle of Willis by name.\n".to_vec(),
            vec![],
        )
        .remark = "no PHI";
    shelf.put("Clinic/IT/scripts/readme.md", "md", b"# Scripts\n\nRun `sync.sh` after midnight. Ticket 219-09-9999 explains why.\n".to_vec(), vec![]).remark =
        "no PHI";
    shelf.put("Clinic/IT/sync/manifest.txt", "txt", b"sync job manifest v2\nstate=ok\n".to_vec(), vec![]).remark = "no PHI";
    shelf.put("Exchange/sync/state.json", "json", b"{\"job\":\"pacslink\",\"state\":\"ok\",\"version\":7}\n".to_vec(), vec![]).remark = "no PHI";
}
