//! Golden cases through the public interface: one small document each, and what must be found in it.

use dosimeter_case::Id;
use dosimeter_case::tables::{Document, Layout, Passage};
use dosimeter_phi::{Finder, Found, Kind, Roster, Rules};
use std::collections::HashSet;
use std::sync::LazyLock;

static FINDER: LazyLock<Finder> = LazyLock::new(|| {
    let mut roster = Roster::default();
    roster.add_staff(&["Brenda Allen".to_string()]);
    roster.extend(Roster::from_csv("name,dob\n\"Holt, Nora\",1990-01-02\n".as_bytes(), Kind::Patients).unwrap());
    Finder::new(&Rules::default(), &roster).unwrap()
});

fn passages(document: &Document, parts: &[(Layout, &str, &str)]) -> Vec<Passage> {
    parts
        .iter()
        .enumerate()
        .map(|(i, (layout, columns, text))| Passage {
            passage_id: Id::of("passage", &[&document.document_id, &i]),
            document_id: document.document_id,
            ordinal: i as i64,
            locator: format!("part {}", i + 1),
            layout: *layout,
            columns: columns.split('|').filter(|c| !c.is_empty()).map(str::to_string).collect(),
            first_row: 2,
            text: text.to_string(),
        })
        .collect()
}

fn find(path: &str, parts: &[(Layout, &str, &str)]) -> Found {
    let document = Document::blank(Id::of("document", &[&path]), path);
    let passages = passages(&document, parts);
    let found = FINDER.find(&document, &passages);
    // Every mention lies in its passage and says what stands there; each has an id of its own.
    let mut ids = HashSet::new();
    assert!(found.mentions.rows().all(|m| ids.insert(m.mention_id)));
    for m in found.mentions.rows().filter(|m| m.finder != "path") {
        let passage = passages.iter().find(|p| p.passage_id == m.passage_id).unwrap();
        let text: String = passage.text.chars().skip(m.start as usize).take((m.end - m.start) as usize).collect();
        assert_eq!(text, m.text, "{} {}", m.kind, m.finder);
    }
    found
}

/// One line a record: role, name, dob, ssn, mrn, elements. `~` stands for a line feed, `→` for a tab in the text.
fn check_parts(path: &str, parts: &[(Layout, &str, &str)], expect: &[&str]) {
    let parts: Vec<(Layout, &str, String)> = parts.iter().map(|(l, c, t)| (*l, *c, t.replace('~', "\n").replace('→', "\t"))).collect();
    let parts: Vec<(Layout, &str, &str)> = parts.iter().map(|(l, c, t)| (*l, *c, t.as_str())).collect();
    let found = find(path, &parts);
    let lines: Vec<String> = found
        .records
        .rows()
        .map(|r| {
            let opt = |o: &Option<String>| o.clone().unwrap_or_else(|| "-".into());
            let elements: Vec<&str> = r.elements.iter().map(|e| e.as_str()).collect();
            format!("{} {},{} {} {} {}: {}", r.role, opt(&r.last), opt(&r.first), opt(&r.dob), opt(&r.ssn), opt(&r.mrn), elements.join(" "))
        })
        .collect();
    assert_eq!(lines, expect, "{path}");
}

fn check(layout: Layout, text: &str, expect: &[&str]) {
    check_parts("a/b.txt", &[(layout, "", text)], expect);
}

#[test]
fn reports() {
    check(
        Layout::Text,
        "Riverside Imaging~Patient: LI, BRYAN~Date of Birth: June 23, 2016~MRN: 1073004~Exam Date: 04/17/2020~Referring Physician: Kay J. Kelly, MD~EXAM: CT Head without contrast~CLINICAL HISTORY: Graves disease.~",
        &["patient LI,BRYAN 2016-06-23 - 1073004: name dob mrn diagnosis procedure service_date provider", "provider KELLY,KAY - - -: name"],
    );
    // Labels in one column, values in the other.
    check(
        Layout::Text,
        "Patient:~Date of Birth:~MRN:~Exam Date:~FINDINGS:~No fracture.~GRAVES, AARON~10/22/1993~1072441~04/04/2023~",
        &["patient GRAVES,AARON 1993-10-22 - 1072441: name dob mrn imaging_result service_date"],
    );
    // A second page without a name goes on with the first.
    check_parts(
        "x.pdf",
        &[(Layout::Text, "", "Patient: Anna Berg~DOB 1/2/1950~"), (Layout::Text, "", "IMPRESSION: Stable nodule.~Diagnosis: Asthma")],
        &["patient BERG,ANNA 1950-01-02 - -: name dob diagnosis imaging_result"],
    );
}

#[test]
fn letters_and_notes() {
    check(
        Layout::Text,
        "To the parent or guardian of Sandra Holmes~Janet Holmes~1930 Madison Ln, Columbus, OH 43215~~RE: Sandra Holmes, born March 2, 2020~Dear Janet Holmes,~your X-ray Left Hand 3 views is complete.~Your record number is 1095271.",
        &["patient HOLMES,SANDRA 2020-03-02 - 1095271: name address dob mrn procedure", "guardian HOLMES,JANET - - -: name address relationship"],
    );
    check(
        Layout::Text,
        "called Layla Jackson (513) 555-4999 re DXA Bone Density, will come 09/02. Brenda",
        &["patient JACKSON,LAYLA - - -: name phone procedure"],
    );
    check(
        Layout::Text,
        "URGENT WHITE, MARILYN #1053543 - Low back pain - Dr. Kelly informed",
        &["patient WHITE,MARILYN - - 1053543: name mrn diagnosis", "provider KELLY,- - - -: name"],
    );
}

#[test]
fn decoys() {
    check(
        Layout::Text,
        "Baker Medical Supply~INVOICE~Order No. 692-45-4582~Part no. 473-555-1515 Foley catheter tray~Remit: 400 Martin Luther King Jr Blvd",
        &[],
    );
    check(Layout::Text, "Turn the Hickman coupling to position 7; see Allen key table 76. Call service at (800) 555-0100.", &[]);
    check(Layout::Text, "Patrick Henry gave a speech. Mary Smith listened.", &[]);
    check(Layout::Text, "Brenda Allen (513) 555-0100 re CT Head without contrast", &["staff ALLEN,BRENDA - - -: name"]);
    check(Layout::Text, "Tuesday: Sloppy Joe~Thursday: eggs Benedict, ask Rose in the kitchen", &[]);
}

#[test]
fn tables() {
    check_parts(
        "x.csv",
        &[(Layout::Table, "Patient Name|DOB|Ins ID|SSN", "RAMÍREZ, ÁNGEL D→4/26/1985→SCH205173574→860218132~Total rows→2→→")],
        &["patient RAMÍREZ,ÁNGEL 1985-04-26 860218132 -: name dob ssn insurance_id"],
    );
    check_parts(
        "x.csv",
        &[(Layout::Table, "", "1016860→JONES^ISAAC^M→19280628→8595550797~1065246→FISHER^JERRY→20170825→5175550167")],
        &["patient JONES,ISAAC 1928-06-28 - 1016860: name dob mrn phone", "patient FISHER,JERRY 2017-08-25 - 1065246: name dob mrn phone"],
    );
    check_parts(
        "payroll.xlsx",
        &[(Layout::Table, "Employee|SSN|Annual", "Addison, Brian E→798-82-7060→68000")],
        &["employee ADDISON,BRIAN - 798827060 -: name ssn employer"],
    );
    check_parts(
        "k.db",
        &[(Layout::Table, "id|lname|fname|birth", "7→Berg→Anna→1990-01-14"), (Layout::Table, "id|patient_id|day|exam", "1→7→2021-10-07→CT Chest")],
        &["patient BERG,ANNA 1990-01-14 - -: name dob", "patient BERG,ANNA 1990-01-14 - -: name procedure service_date"],
    );
    check(Layout::Table, "Name→James T. Lee~Birth date→02/10/1965~Account→AC120685", &["patient LEE,JAMES 1965-02-10 - -: name dob account_number"]);
}

#[test]
fn messages() {
    check(
        Layout::Hl7,
        "MSH|^~\\&|A|B~PID|1||88^^^H^MR||HARPER^HAZEL^A||20100923|F|||1 Main St^^Erie^PA^16501||(513) 555-6959~NK1|1|HARPER^NOAH|PAR^Parent||(937) 555-8306~GT1|1||HARPER^NOAH~PV1|1|O|||||14^WALKER^ANN~DG1|1||Q07^Chiari^I10".replace('~', "\r").replace("^\r", "^~").as_str(),
        &["patient HARPER,HAZEL 2010-09-23 - 88: name address dob mrn phone diagnosis provider", "guardian HARPER,NOAH - - -: name phone relationship", "provider WALKER,ANN - - -: name"],
    );
    check(
        Layout::X12,
        "ST*837*1~HL*2*1*22*1~NM1*IL*1*SMITH*JOAN****MI*SC1234567~HL*3*2*23*0~PAT*19~NM1*QC*1*SMITH*TIM~DMG*D8*20150101*M~CLM*A1~HI*ABK:G20~NM1*82*1*DOE*ANN****XX*1234567893",
        &[
            "subscriber SMITH,JOAN - - -: name insurance_id relationship",
            "patient SMITH,TIM 2015-01-01 - -: name dob account_number diagnosis provider",
            "provider DOE,ANN - - -: name",
        ],
    );
    check(
        Layout::Xml,
        r#"<ClinicalDocument><recordTarget><patientRole><id extension="10522"/><patient><name><given>Rachel</given><family>Roberts</family></name><birthTime value="20010525"/><guardian><guardianPerson><name><given>Logan</given><family>Roberts</family></name></guardianPerson></guardian></patient></patientRole></recordTarget></ClinicalDocument>"#,
        &["patient ROBERTS,RACHEL 2001-05-25 - 10522: name dob mrn", "guardian ROBERTS,LOGAN - - -: name relationship"],
    );
    check_parts(
        "x.ndjson",
        &[
            (Layout::Json, "", r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Berg","given":["Ana"]}],"birthDate":"1961-01-16"}"#),
            (Layout::Json, "", r#"{"resourceType":"Condition","subject":{"reference":"Patient/p1"},"code":{"coding":[{"code":"K50.90"}]}}"#),
        ],
        &["patient BERG,ANA 1961-01-16 - -: name dob diagnosis"],
    );
    check(
        Layout::Dicom,
        "(0008,0020) StudyDate: 20220916~(0010,0010) PatientName: Torres Moreno^Ximena~(0010,0020) PatientID: 1088316~(0028,0010) Rows: 128",
        &["patient TORRES MORENO,XIMENA - - 1088316: name mrn service_date image"],
    );
    check(Layout::Dicom, "(0010,0010) PatientName: ANON^0100~(0010,0020) PatientID: ANON0100~(0028,0010) Rows: 128", &[]);
}

#[test]
fn file_names() {
    check_parts("CD/Sanchez Maria 1932-02-28.txt", &[(Layout::Text, "", "burned to CD")], &["patient SANCHEZ,MARIA 1932-02-28 - -: name dob"]);
    check_parts("r/1030412_MR.pdf", &[], &["patient -,- - - 1030412: mrn"]);
    check_parts("r/budget 2023.pdf", &[], &[]);
}

#[test]
fn same_result_twice() {
    let parts = [(Layout::Text, "", "Patient: Zoë Núñez~DOB: 1/2/1950\nMRN: 123456")];
    assert_eq!(find("a", &parts), find("a", &parts));
}

/// A document given part by part, one passage each, gives the rows that it gives as a whole.
#[test]
fn long_documents() {
    let check = |path: &str, parts: &[(Layout, &str, &str)]| {
        let parts: Vec<(Layout, &str, String)> = parts.iter().map(|(l, c, t)| (*l, *c, t.replace('~', "\n").replace('→', "\t"))).collect();
        let parts: Vec<(Layout, &str, &str)> = parts.iter().map(|(l, c, t)| (*l, *c, t.as_str())).collect();
        let document = Document::blank(Id::of("document", &[&path]), path);
        let passages = passages(&document, &parts);
        let mut finding = FINDER.document(&document);
        let mut found = Found::default();
        for (n, passage) in passages.iter().enumerate() {
            let part = finding.part(std::slice::from_ref(passage), n + 1 == passages.len());
            found.mentions.append(&part.mentions);
            found.records.append(&part.records);
        }
        let whole = FINDER.find(&document, &passages);
        let rows = |found: &Found| {
            let of = |r: dosimeter_case::tables::Record| {
                let mut mentions = r.mention_ids.clone();
                mentions.sort();
                format!("{} {} {:?} {:?} {:?} {:?} {mentions:?}", r.record_id, r.role, r.name, r.dob, r.mrn, r.elements)
            };
            found.records.rows().map(of).collect::<Vec<_>>()
        };
        assert!(!whole.records.is_empty());
        assert_eq!(found.mentions, whole.mentions);
        assert_eq!(rows(&found), rows(&whole));
    };
    let header = "Patient Name|DOB|MRN";
    check("a.csv", &[(Layout::Table, header, "BERG, ANNA→1/2/1950→100200~LEE, TIM→3/4/1960→100201"), (Layout::Table, header, "KELLY, KAY→5/6/1970→100202")]);
    check("k.db", &[(Layout::Table, "id|lname|fname|birth", "7→Berg→Anna→1990-01-14"), (Layout::Table, "id|patient_id|day|exam", "1→7→2021-10-07→CT Chest")]);
    // A file name tells nothing where an earlier part told of somebody.
    check("Sanchez Maria 1932-02-28.csv", &[(Layout::Table, header, "BERG, ANNA→1/2/1950→100200"), (Layout::Text, "", "end of list")]);
}

/// Resources that refer to a patient of an earlier part carry that patient's identity.
#[test]
fn long_bundles() {
    let document = Document::blank(Id::of("document", &[&"b"]), "b.ndjson");
    let passages = passages(
        &document,
        &[
            (Layout::Json, "", r#"{"resourceType":"Patient","id":"p1","name":[{"family":"Berg","given":["Ana"]}],"birthDate":"1961-01-16"}"#),
            (Layout::Json, "", r#"{"resourceType":"Condition","subject":{"reference":"Patient/p1"},"code":{"coding":[{"code":"K50.90"}]}}"#),
        ],
    );
    let mut finding = FINDER.document(&document);
    let first = finding.part(&passages[..1], false);
    let second = finding.part(&passages[1..], true);
    assert_eq!((first.records.len(), second.records.len()), (1, 1));
    let record = second.records.rows().next().unwrap();
    assert_eq!((record.last.as_deref(), record.dob.as_deref()), (Some("BERG"), Some("1961-01-16")));
    assert!(first.mentions.rows().filter(|m| m.kind.as_str() == "name").all(|m| record.mention_ids.contains(&m.mention_id)));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    /// No text of any layout panics, and every mention says what stands at its place.
    #[test]
    fn any_text(words in proptest::collection::vec("(Patient: |DOB |MRN#|\\||\\^|~|\\*|\t|\n|[{}\\[\\]\":,<>/=]|PID|NM1|IL|MSH|HL|SSN: 123-45-6789|Müller, Jörg|é|\\PC{1,6}|0{3}|1/2/1950)", 0..60)) {
        let text = words.concat();
        for layout in Layout::ALL {
            find("p/q.txt", &[(*layout, "", text.as_str()), (*layout, "Name|DOB|id", text.as_str())]);
        }
        find("p/q.xml", &[(Layout::Xml, "", &format!("<ClinicalDocument><recordTarget>{text}"))]);
        find("p/q.hl7", &[(Layout::Hl7, "", &format!("MSH|^~\\&|\nPID|1||{text}"))]);
        find("p/q.x12", &[(Layout::X12, "", &format!("ST*837\nNM1*IL*1*{text}\nN3*{text}\nN4*{text}"))]);
    }
}

#[test]
fn dates_of_a_file_itself_are_nobodys() {
    let document = Document::blank(Id::of("document", &[&"a.docx"]), "a.docx");
    let dates = |locator: &str| {
        let mut parts = passages(&document, &[(Layout::Form, "", "Author: Maria Delgado\nCreated: 2023-05-04T10:00:00Z")]);
        parts[0].locator = locator.into();
        FINDER.find(&document, &parts).mentions.rows().filter(|m| m.text == "2023-05-04").count()
    };
    assert_eq!((dates("metadata"), dates("page 1")), (0, 1));
}
