//! Text that wants to break a structural map: no panic, every mention where it says, and work that grows no faster than the text.

#![allow(unsafe_code)] // An allocator that counts cannot be written otherwise.

use dosimeter_case::Id;
use dosimeter_case::tables::{Document, Layout, Passage};
use dosimeter_phi::{Finder, Found, Roster, Rules};
use std::alloc::{GlobalAlloc, Layout as Block, System};
use std::cell::Cell;
use std::sync::LazyLock;

static FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::new(&Rules::default(), &Roster::default()).unwrap());

thread_local! {
    /// Bytes allocated by the thread: the measure of work, which no busy machine changes.
    static WORK: Cell<u64> = const { Cell::new(0) };
}
struct Counting;
// SAFETY: every call is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, block: Block) -> *mut u8 {
        let _ = WORK.try_with(|w| w.set(w.get() + block.size() as u64));
        unsafe { System.alloc(block) }
    }
    unsafe fn dealloc(&self, at: *mut u8, block: Block) {
        unsafe { System.dealloc(at, block) }
    }
}
#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn find(layout: Layout, columns: &str, text: &str) -> Found {
    let document = Document::blank(Id::of("document", &[&"h"]), "h");
    let passage = Passage {
        passage_id: Id::of("passage", &[&"h"]),
        document_id: document.document_id,
        ordinal: 0,
        locator: "t!rows 1-2".into(),
        layout,
        columns: columns.split('|').filter(|c| !c.is_empty()).map(str::to_string).collect(),
        first_row: 1,
        text: text.to_string(),
    };
    let found = FINDER.find(&document, std::slice::from_ref(&passage));
    let chars = passage.text.chars().count() as i64;
    for m in found.mentions.rows() {
        assert!(0 <= m.start && m.start <= m.end && m.end <= chars, "{} {}", m.kind, m.finder);
    }
    found
}

/// Work for a text of `n` units.
fn work(layout: Layout, columns: &str, unit: &dyn Fn(usize) -> String, around: (&str, &str), n: usize) -> u64 {
    let text: String = std::iter::once(around.0.to_string()).chain((0..n).map(unit)).chain([around.1.to_string()]).collect();
    let before = WORK.get();
    find(layout, columns, &text);
    WORK.get() - before
}

/// Four times the text must not cost more than about four times the work.
fn check(what: &str, layout: Layout, columns: &str, around: (&str, &str), unit: &dyn Fn(usize) -> String) {
    find(layout, columns, "");
    let (small, large) = (work(layout, columns, unit, around, 1000), work(layout, columns, unit, around, 4000));
    assert!(large <= small * 6 + (1 << 16), "{what}: {small} bytes for 1000 units, {large} for 4000");
}

#[test]
fn work_grows_with_the_text() {
    let msh = "MSH|^~\\&|A\nPID|1||100200^^^H^MR||BERG^ANNA\n";
    check("observations", Layout::Hl7, "", (msh, ""), &|i| format!("OBX|{i}|NM|1^Sodium||{i}\n"));
    check("relatives", Layout::Hl7, "", (msh, ""), &|i| format!("NK1|1|R{i}^ANN|PAR\n"));
    check("physicians", Layout::Hl7, "", (msh, ""), &|i| format!("PV1|1|O|||||1^D{i}^ANN\n"));
    check("repetitions", Layout::Hl7, "", (&format!("{msh}PID|1||"), ""), &|i| format!("{i}^^^H^MR~"));
    check("components", Layout::Hl7, "", (&format!("{msh}PID|1||||"), ""), &|i| format!("{i}^&"));
    check("own segments", Layout::Hl7, "", (&format!("{msh}ZZZ"), ""), &|_| "|(614) 555-1234".into());
    check("escapes", Layout::Hl7, "", (&format!("{msh}NTE|1||"), ""), &|_| "\\T\\\\X4".into());
    check("levels", Layout::X12, "", ("ST*837*1\n", ""), &|i| format!("HL*{i}*1*22*1\nNM1*IL*1*B{i}*ANN****MI*UH12345{i}\n"));
    check("numbers before anybody", Layout::X12, "", ("ST*835*1\n", "NM1*QC*1*BERG*ANNA\n"), &|i| format!("DTM*472*2023{:02}{:02}\n", 1 + i % 12, 1 + i % 28));
    check("names in one line", Layout::Text, "", ("", ""), &|i| format!("John Smith, Mary Jones MRN: {i} call 614-555-1212 "));
    check("addresses in one line", Layout::Text, "", ("", ""), &|i| format!("a{i}@b.org "));
    check("labels in one line", Layout::Text, "", ("", ""), &|_| "Patient: DOB ".into());
    check("short lines", Layout::Text, "", ("", ""), &|_| "Al\n".into());
    check("elements", Layout::X12, "", ("ST*837*1\nNM1*IL*1*B*A\nHI", ""), &|_| "*ABK:G20".into());
    check("contacts", Layout::X12, "", ("ST*834*1\nINS*Y\nNM1*IL*1*B*A\nPER*IP*", ""), &|_| "*HP*6145551234".into());
    check("set after set", Layout::X12, "", ("", ""), &|i| format!("ST*837*{i}\nHL*1**22*0\nNM1*IL*1*BERG*ANN\nSE*3\n"));
    let cda = "<ClinicalDocument><recordTarget><patientRole><patient><name><given>A</given><family>Berg</family></name></patient></patientRole></recordTarget>";
    check("depth", Layout::Xml, "", (cda, ""), &|_| "<component><section>".into());
    check("authors", Layout::Xml, "", (cda, ""), &|i| format!("<author><assignedPerson><name><family>D{i}</family></name></assignedPerson></author>"));
    check("one relative", Layout::Xml, "", (cda, ""), &|_| {
        "<informant><relatedEntity><relatedPerson><name><given>Jo</given><family>Kin</family></name></relatedPerson></relatedEntity></informant>".into()
    });
    let section = format!("{cda}<structuredBody><section><code code=\"11450-4\"/><text>");
    check("cells", Layout::Xml, "", (&section, "</text></section>"), &|i| format!("<td ID=\"i{i}\">Asthma {i}</td>"));
    check("entities", Layout::Xml, "", (&format!("{cda}<author><assignedPerson><name><family>"), ""), &|_| "O&apos;".into());
    check("unclosed", Layout::Xml, "", (cda, ""), &|_| "<td ID='".into());
    check("patients", Layout::Json, "", ("[", "{}]"), &|i| format!("{{\"resourceType\":\"Patient\",\"id\":\"p{i}\",\"name\":[{{\"family\":\"B{i}\"}}]}},"));
    check("resources", Layout::Json, "", ("{\"resourceType\":\"Bundle\",\"entry\":[", "{}]}"), &|i| {
        format!("{{\"resource\":{{\"resourceType\":\"Condition\",\"subject\":{{\"reference\":\"Patient/1\"}},\"code\":{{\"text\":\"Asthma {i}\"}}}}}},")
    });
    check("brackets", Layout::Json, "", ("", ""), &|_| "[".into());
    check("braces", Layout::Json, "", ("", ""), &|_| "{\"a\":".into());
    check("members", Layout::Json, "", ("{\"a\":1", "}"), &|i| format!(",\"name{i}\":\"Anna Berg\""));
    check("attributes", Layout::Dicom, "", ("(0010,0010) PatientName: Berg^Anna\n", ""), &|i| format!("(0008,1050) PerformingPhysicianName: D{i}^Ann\n"));
    check("values", Layout::Dicom, "", ("(0010,0010) PatientName: Berg^Anna\n(0010,1000) OtherPatientIDs: ", ""), &|i| format!("{i}\\"));
    check("makers", Layout::Dicom, "", ("(0010,0010) PatientName: Berg^Anna\n", ""), &|_| "(0011,1010) Private [X]: Berg^Anna\n".into());
    check("sequences", Layout::Dicom, "", ("", ""), &|_| "(0008,1111)[1].".into());
    check("rows", Layout::Table, "Patient Name|DOB|MRN", ("", ""), &|i| format!("BERG, ANNA\t1/2/1950\t{}\n", 100_000 + i));
    check("columns", Layout::Table, "", ("", "\n"), &|i| format!("name {i}\t"));
    check("headers", Layout::Table, "", ("", ""), &|i| format!("Name\tDOB\tMRN\tc{}\n\nBERG, ANNA\t1/2/1950\t100200\tx\n", i % 7));
    check("one key", Layout::Table, "id|patient_id|last|first", ("", ""), &|_| "7\t7\tBerg\tAnna\n".into());
    check("references", Layout::Table, "id|patient_id|day|exam", ("", ""), &|i| format!("{i}\t7\t2021-10-07\tCT Chest\n"));
    check("numbers", Layout::Text, "", ("", ""), &|i| format!("no. {} 12 34 56 is A{i}-99887, ", 10_000 + i));
    check("prose", Layout::Text, "", ("", ""), &|i| format!("Seen with Ann Berg{i} at the Mercy on 3/{}, her aunt knows.\n", 1 + i % 28));
    check("one word", Layout::Text, "", ("", ""), &|_| "A".into());
    check("labels", Layout::Form, "", ("", ""), &|_| "Patient: DOB: ".into());
    check("blank rows", Layout::Table, "", ("Name\tDOB\n", ""), &|_| "\t\t\n".into());
}

#[test]
fn gigantic_lines() {
    let long = "x".repeat(3 << 20);
    for layout in Layout::ALL.iter().copied() {
        for before in [
            "",
            "MSH|^~\\&|\nPID|1||",
            "ST*837*1\nNM1*IL*1*",
            "<ClinicalDocument><recordTarget><x a=\"",
            "{\"resourceType\":\"Patient\",\"name\":\"",
            "(0010,0010) PatientName: ",
        ] {
            find(layout, "", &format!("{before}{long}"));
        }
        find(layout, "Name|DOB", &long);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn hl7(parts in proptest::collection::vec("(MSH[|$*]|PID|NK1|GT1|IN1|IN2|OBX|ZX1|MRG|PV1|\\||\\^|~|&|\\\\[TXE.]|\n|\r|BERG|ANNA|PAR|SEL|19620803|\\PC{1,5})", 0..120)) {
        find(Layout::Hl7, "", &format!("MSH|^~\\&|A\nPID|1||{}", parts.concat()));
        find(Layout::Hl7, "", &parts.concat());
    }
    #[test]
    fn x12(parts in proptest::collection::vec("(ST|HL|NM1|INS|CLP|CLM|SBR|REF|HI|DTP|PER|N3|N4|DMG|PAT|\\*|:|\n|22|23|IL|QC|85|SY|D8|1|\\PC{1,5})", 0..120)) {
        for set in ["837", "835", "834", "271", "277", "278"] {
            find(Layout::X12, "", &format!("ST*{set}*1\n{}", parts.join("*").replace("*\n*", "\n")));
        }
        find(Layout::X12, "", &parts.concat());
    }
    #[test]
    fn xml(parts in proptest::collection::vec("(<|>|/|</|/>|\"|'|=|&amp;|&x;|<!--|<!\\[CDATA\\[|recordTarget|name|given|section|code|entry|value|text|td|th|addr|author|ID|\\PC{1,5})", 0..120)) {
        find(Layout::Xml, "", &format!("<ClinicalDocument><recordTarget>{}", parts.concat()));
        find(Layout::Xml, "", &format!("<ClinicalDocument><section><code code=\"11450-4\"/><text>{}", parts.join(" ")));
    }
    #[test]
    fn json(parts in proptest::collection::vec("([{}\\[\\],:\"\\\\]|\"resourceType\":\"(Patient|Bundle|Coverage|Observation)\"|\"name\":|\"entry\":|\"subject\":|\\\\ud800|1e9|null|\\PC{1,5})", 0..120)) {
        find(Layout::Json, "", &parts.concat());
        find(Layout::Json, "", &format!("{{\"resourceType\":\"Patient\",{}", parts.concat()));
    }
    #[test]
    fn dicom(parts in proptest::collection::vec("(\\(0010,0010\\) PatientName: |\\(0010,0020\\) PatientID: |\\(0008,1111\\)\\[1\\]\\.|\\(0033,1013\\) Private \\[X\\]: |\\^|=|\\\\|\n|:|\\(|\\)|,|Berg|\\PC{1,5})", 0..120)) {
        find(Layout::Dicom, "", &parts.concat());
    }
    #[test]
    fn table(parts in proptest::collection::vec("(\t|\n|Name|DOB|SSN|id|patient_id|123-45-6789|1/2/1950|Total|Berg, Anna|N/A|\\PC{1,5})", 0..160)) {
        for columns in ["", "Name|DOB|SSN|id", "id|patient_id|exam", "Name", "|||"] {
            find(Layout::Table, columns, &parts.concat());
        }
    }
    #[test]
    fn text(parts in proptest::collection::vec("(Dr\\. |Patient: |DOB |MRN#|no |ID |#|-|/|\n|\t| |[0-9]{1,12}|[A-Z]{1,4}|Mon, |Mar|4/2|ext |\\+49 |Ann|Berg|lives at |1 Main St|\\PC{1,3})", 0..160)) {
        find(Layout::Text, "", &parts.concat());
        find(Layout::Form, "", &parts.concat());
    }
    #[test]
    fn any_plane(text in proptest::collection::vec(proptest::char::any(), 0..200)) {
        let text: String = text.into_iter().collect();
        for layout in Layout::ALL {
            find(*layout, "", &text);
            find(*layout, &text.replace('\0', "|"), &text);
        }
    }
}
