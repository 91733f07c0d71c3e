//! Prints what is found in one text, for looking into a rule: `cargo run -p dosimeter-phi --example find_one -- FILE [text|form|table|hl7|x12|xml|json|dicom]`.
//! Prints evidence text: for synthetic or public documents only.

use dosimeter_case::Id;
use dosimeter_case::tables::{Document, Layout, Passage};
use dosimeter_phi::{Finder, Roster, Rules};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(file) = args.first() else {
        eprintln!("usage: find_one FILE [LAYOUT]");
        std::process::exit(2);
    };
    let layout = args.get(1).and_then(|l| Layout::parse(l)).unwrap_or(Layout::Text);
    let text = String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).replace("\r\n", "\n");
    let id = Id::of("document", &[&file.as_str()]);
    let passage = Passage { passage_id: id, document_id: id, ordinal: 0, locator: "text".into(), layout, columns: Vec::new(), first_row: 1, text };
    let document = Document::blank(id, file);
    let found = Finder::new(&Rules::default(), &Roster::default()).expect("built-in rules").find(&document, &[passage]);
    for r in found.records.rows() {
        println!(
            "RECORD {} {} name={:?} dob={:?} ssn={:?} mrn={:?} member={:?} {:?} {:?} {:?} {:?}",
            r.role, r.locator, r.name, r.dob, r.ssn, r.mrn, r.member_id, r.street, r.city, r.phone, r.elements
        );
        for m in found.mentions.rows().filter(|m| r.mention_ids.contains(&m.mention_id)) {
            println!(
                "   {} [{}] {:?} -> {} {} {:.2}",
                m.kind,
                m.locator,
                m.text.chars().take(80).collect::<String>(),
                m.normalised.chars().take(80).collect::<String>(),
                m.finder,
                m.confidence
            );
        }
    }
    println!("{} mentions, {} owned", found.mentions.len(), found.records.rows().map(|r| r.mention_ids.len()).sum::<usize>());
}
