//! MB/s of the finder by layout, on one core, text in memory: `cargo bench -p dosimeter-phi [-- LAYOUT]`.
//!
//! Texts are made here; every row, message or claim is about somebody else. `notes, published` are the notes and judgements of
//! `../shared/data/phi`, again and again. The figure is that of the best of five passes, in processor time.

#[path = "../examples/corpora/mod.rs"]
mod corpora;

use dosimeter_case::Id;
use dosimeter_case::tables::{Document, Layout, Passage};
use dosimeter_phi::{Finder, Found, Roster, Rules};
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZE: usize = 16 << 20;
/// Rows of a passage, as `extract` gives them.
const ROWS: usize = 1000;
const FIRST: &[&str] = &["Ann", "Maria", "James", "Wei", "Omar", "Olga", "Lucía", "Robert", "Grace", "Tim"];
const LAST: &[&str] = &["Berg", "Smith", "Nguyen", "Garcia", "O'Brien", "Kelly-Watkins", "Okafor", "Hansen", "Ramírez", "Lee"];

struct Person {
    n: usize,
    first: &'static str,
    last: &'static str,
}

fn person(n: usize) -> Person {
    Person { n, first: FIRST[n % FIRST.len()], last: LAST[n / 7 % LAST.len()] }
}

impl Person {
    fn dob(&self) -> (usize, usize, usize) {
        (1930 + self.n % 80, 1 + self.n % 12, 1 + self.n % 28)
    }
    fn ssn(&self) -> String {
        format!("{:03}-{:02}-{:04}", 1 + self.n % 600, 1 + self.n / 3 % 98, 1 + self.n % 9998)
    }
    fn phone(&self) -> String {
        format!("(614) {:03}-{:04}", 200 + self.n % 700, self.n % 10_000)
    }
}

/// A patient list: every column is personal data.
fn dense(n: usize, out: &mut String) {
    let p = person(n);
    let (y, m, d) = p.dob();
    let _ = write!(
        out,
        "{}\t{}, {}\t{m:02}/{d:02}/{y}\t{}\t{}\t{}.{}{n}@example.org\t{} Oak St\tColumbus\tOH\t{:05}\tUHC{:09}",
        1_000_000 + n,
        p.last,
        p.first,
        p.ssn(),
        p.phone(),
        p.first.to_lowercase().replace('í', "i"),
        n % 97,
        100 + n % 9000,
        43_000 + n % 900,
        n
    );
}
const DENSE: &str = "MRN|Patient Name|DOB|SSN|Phone|Email|Address|City|State|Zip|Member ID";

/// Charges of a claim system: four columns of 20 are personal data.
fn claims(n: usize, out: &mut String) {
    let p = person(n);
    let _ = write!(
        out,
        "{n}\t{}\t{} {}\t2023-{:02}-{:02}\t7{:04}\tClosed\t{}.{:02}\t{}.00\t0.00\t1\t11\tIN\tUNITED HEALTHCARE OF OHIO\tRADIOLOGY\tMAIN CAMPUS OUTPATIENT\t2023-09-01T10:11:12\tbatch-{}\t0\tY\tposted by nightly job",
        2_000_000 + n,
        p.first,
        p.last,
        1 + n % 12,
        1 + n % 28,
        n % 10_000,
        n % 900,
        n % 100,
        n % 400,
        n / 500
    );
}
const CLAIMS: &str = "claim_seq|patient_mrn|patient_name|service_date|cpt_code|status|charge|paid|adjustment|units|pos|network|payer_name|department|location|created_at|batch|flag|is_active|remarks_code";

fn hl7(n: usize, out: &mut String) {
    let p = person(n);
    let (y, m, d) = p.dob();
    let _ = write!(
        out,
        "MSH|^~\\&|RIS|MAIN|EHR|MAIN|20230911101112||ORU^R01|{n}|P|2.5\nPID|1||{}^^^MAIN^MR||{}^{}^A||{y}{m:02}{d:02}|F|||{} Oak St^^Columbus^OH^43215||{}\n\
         PV1|1|O|RAD^^^MAIN||||1234567893^Walker^Ann^^^^MD|||||||||||{n}\nORC|RE|{n}|A{n}\nOBR|1|{n}|A{n}|71260^CT Chest with contrast^CPT|||20230911||||||||1234567893^Walker^Ann\n\
         OBX|1|TX|GDT^Impression||No acute disease of the chest. Stable nodule in the left upper lobe.||||||F\nDG1|1||J18.9^Pneumonia^I10",
        1_000_000 + n,
        p.last,
        p.first,
        n % 9000,
        p.phone()
    );
}

fn x12(n: usize, out: &mut String) {
    let p = person(n);
    let (y, m, d) = p.dob();
    let _ = write!(
        out,
        "HL*{}*1*22*0\nSBR*P*18*******CI\nNM1*IL*1*{}*{}****MI*UHC{n:09}\nN3*{} OAK ST\nN4*COLUMBUS*OH*43215\nDMG*D8*{y}{m:02}{d:02}*F\nCLM*A{n}*125***11:B:1*Y*A*Y*Y\n\
         DTP*472*D8*20230911\nHI*ABK:J189*ABF:E119\nNM1*82*1*WALKER*ANN****XX*1234567893\nLX*1\nSV1*HC:71260*125*UN*1***1",
        n + 2,
        p.last.to_uppercase(),
        p.first.to_uppercase(),
        n % 9000
    );
}

fn xml(n: usize, out: &mut String) {
    let p = person(n);
    let (y, m, d) = p.dob();
    let _ = write!(
        out,
        "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget><patientRole><id root=\"1.2.3\" extension=\"{}\"/><addr><streetAddressLine>{} Oak St</streetAddressLine><city>Columbus</city><state>OH</state><postalCode>43215</postalCode></addr>\
         <telecom value=\"tel:{}\"/><patient><name><given>{}</given><family>{}</family></name><birthTime value=\"{y}{m:02}{d:02}\"/></patient></patientRole></recordTarget><component><structuredBody><component><section><code code=\"11450-4\"/><title>Problems</title>\
         <text><table><tbody><tr><td>Pneumonia</td><td>2023</td></tr></tbody></table></text><entry><act><entryRelationship><observation><code code=\"55607006\"/><value code=\"233604007\" displayName=\"Pneumonia\"/></observation></entryRelationship></act></entry></section></component></structuredBody></component></ClinicalDocument>",
        1_000_000 + n,
        n % 9000,
        p.phone(),
        p.first,
        p.last
    );
}

fn json(n: usize, out: &mut String) {
    let p = person(n);
    let (y, m, d) = p.dob();
    let _ = write!(
        out,
        "{{\"resourceType\":\"Patient\",\"id\":\"p{n}\",\"identifier\":[{{\"type\":{{\"coding\":[{{\"code\":\"MR\"}}]}},\"value\":\"{}\"}}],\"name\":[{{\"family\":\"{}\",\"given\":[\"{}\"]}}],\"telecom\":[{{\"system\":\"phone\",\"value\":\"{}\"}}],\"birthDate\":\"{y}-{m:02}-{d:02}\",\"address\":[{{\"line\":[\"{} Oak St\"],\"city\":\"Columbus\",\"state\":\"OH\",\"postalCode\":\"43215\"}}]}}",
        1_000_000 + n,
        p.last,
        p.first,
        p.phone(),
        n % 9000
    );
}

fn dicom(n: usize, out: &mut String) {
    let p = person(n);
    let (y, m, d) = p.dob();
    let _ = write!(
        out,
        "(0008,0020) StudyDate: 20230911\n(0008,0050) AccessionNumber: A{n}\n(0008,0060) Modality: CT\n(0008,0090) ReferringPhysicianName: Walker^Ann\n(0008,1030) StudyDescription: CT Chest\n(0010,0010) PatientName: {}^{}\n(0010,0020) PatientID: {}\n(0010,0030) PatientBirthDate: {y}{m:02}{d:02}\n(0018,0050) SliceThickness: 5\n(0020,000D) StudyInstanceUID: 1.2.826.0.1.3680043.8.498.{n}\n(0028,0010) Rows: 512",
        p.last,
        p.first,
        1_000_000 + n
    );
}

const COMPLAINTS: &[&str] =
    &["chest pain", "low back pain", "shortness of breath", "right knee swelling", "a persistent cough", "dizziness on standing", "headache"];
const TOWNS: &[&str] = &["Columbus, OH 43215", "Louisville, KY 40202", "Dayton, OH 45402", "Asheville, NC 28803", "Oakland, CA 94609"];
const DRUGS: &[&str] = &["lisinopril 10 mg", "metformin 500 mg", "atorvastatin 40 mg", "sertraline 50 mg", "albuterol inhaler", "warfarin 5 mg"];

/// A visit note with a head of labels, dense in names and numbers.
fn note(n: usize, out: &mut String) {
    let (p, doctor, kin) = (person(n), person(3 * n + 1), person(5 * n + 2));
    let (y, m, d) = p.dob();
    let (complaint, drug) = (COMPLAINTS[n % COMPLAINTS.len()], DRUGS[n % DRUGS.len()]);
    let _ = write!(
        out,
        "PROGRESS NOTE\nPatient: {} {}    DOB: {m:02}/{d:02}/{y}    MRN: {}\nDate of visit: {:02}/{:02}/2023    Provider: {} {}, MD\nAddress: {} Oak St, {}\nPhone: {}    SSN: {}\n\n\
         CC: {complaint}\n\nHPI: Mr. {} is a {} y/o man who presents with {complaint} for {} days. His wife {} drove him from Dayton. He was seen by Dr. {} on {}/{} \
         at Mercy Hospital and was started on {drug}. Denies fever, chills or weight loss. He works as a welder at Hansen Motors.\n\n\
         PMH: Hypertension, type 2 diabetes, s/p appendectomy 2009.\nMedications: {drug} daily, aspirin 81 mg.\nVitals: BP 13{}/84, HR 7{}, RR 16, T 98.{} F, SpO2 97% on RA.\n\n\
         EXAM: Well appearing, no distress. Lungs clear to auscultation bilaterally. Heart regular, no murmurs. Abdomen soft and non-tender. Strength 5/5 throughout.\n\n\
         A/P: {complaint}, likely musculoskeletal. Continue {drug}. Call {} with results; emergency contact {} {} (wife) at {}. Follow up with Dr. {} {} in 2 weeks.\n\n\
         Electronically signed by {} {}, MD on {:02}/{:02}/2023 at 14:0{}\ncc: {}.{}@example.org\n",
        p.first,
        p.last,
        1_000_000 + n,
        1 + n % 12,
        1 + n % 28,
        doctor.first,
        doctor.last,
        100 + n % 9000,
        TOWNS[n % TOWNS.len()],
        p.phone(),
        p.ssn(),
        p.last,
        20 + n % 60,
        2 + n % 9,
        kin.first,
        doctor.last,
        1 + n % 12,
        1 + n % 28,
        n % 10,
        n % 10,
        n % 10,
        p.phone(),
        kin.first,
        p.last,
        kin.phone(),
        doctor.first,
        doctor.last,
        doctor.first,
        doctor.last,
        1 + n % 12,
        1 + n % 28,
        n % 10,
        doctor.first.to_lowercase(),
        n % 97
    );
}

/// A discharge summary in sentences: a name every few lines.
fn prose(n: usize, out: &mut String) {
    let (p, doctor) = (person(n), person(3 * n + 1));
    let (complaint, drug) = (COMPLAINTS[n % COMPLAINTS.len()], DRUGS[n % DRUGS.len()]);
    let _ = write!(
        out,
        "DISCHARGE SUMMARY\n\nThe patient is a {}-year-old retired teacher with a long history of hypertension and mild asthma who came to the emergency department with \
         {complaint} that had been getting worse over the last {} days. There was no trauma and no recent travel. On arrival the blood pressure was 14{}/88 and the oxygen \
         saturation was 96 percent on room air; the remainder of the examination was unremarkable. Laboratory studies showed a white count of 9.{}, hemoglobin 13.{}, and a \
         creatinine of 1.1. The chest radiograph showed no focal consolidation, and the electrocardiogram showed normal sinus rhythm without acute ischemic changes.\n\n\
         {} {} was admitted to the medicine service under the care of Dr. {} for observation and was treated with {drug}, which was well tolerated. Serial troponins \
         were negative. An echocardiogram on {}/{} demonstrated a preserved ejection fraction with mild left ventricular hypertrophy and no significant valvular disease. \
         Physical therapy evaluated the patient on the second hospital day and felt that discharge to home with a walker and outpatient services was appropriate. The family \
         was present for the discussion and agreed with the plan.\n\n\
         At the time of discharge the symptoms had resolved, the patient was walking in the hall without assistance and was eating a regular diet. The patient was told to \
         return for fever, worsening pain, new weakness or any other concern, and to continue the other home medications without change. A follow-up visit with the primary \
         care office was arranged for the week after discharge, and results that were still pending will be sent there when they are final. Less than thirty minutes were \
         spent on the coordination of this discharge.\n",
        40 + n % 50,
        2 + n % 9,
        n % 10,
        n % 10,
        n % 10,
        p.first,
        p.last,
        doctor.last,
        1 + n % 12,
        1 + n % 28
    );
}

/// Seconds that this process has had of a processor: other programs on the machine do not count. By the wall clock where the system does not say.
fn processor() -> f64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok();
    let spent = stat.and_then(|s| s.split(' ').next().and_then(|n| n.parse::<f64>().ok()));
    spent.map_or_else(|| START.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// A case: name, layout, how one unit is written, what stands before and between them, units a passage, column names.
type Case = (&'static str, Layout, fn(usize, &mut String), &'static str, usize, &'static str);

/// Published notes and judgements, none twice in a row.
fn published(n: usize, out: &mut String) {
    static TEXTS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/phi");
        if !dir.exists() {
            eprintln!("notes, published: skipped, {} is missing", dir.display());
            return Vec::new();
        }
        corpora::pype(&dir).into_iter().chain(corpora::tab(&dir, true)).map(|t| t.text).collect()
    });
    if !TEXTS.is_empty() {
        out.push_str(&TEXTS[n % TEXTS.len()]);
    }
}

fn passages(case: &Case, document: Id) -> Vec<Passage> {
    let (_, layout, write, before, units, columns) = case;
    let (mut all, mut n, mut size) = (Vec::new(), 0, 0);
    while size < SIZE {
        let mut text = String::from(*before);
        for i in 0..*units {
            if i > 0 {
                text.push('\n');
            }
            write(n, &mut text);
            n += 1;
        }
        if text.is_empty() {
            break;
        }
        size += text.len();
        all.push(Passage {
            passage_id: Id::of("passage", &[&document, &all.len()]),
            document_id: document,
            ordinal: all.len() as i64,
            locator: format!("rows {}-{}", n - units + 1, n),
            layout: *layout,
            columns: columns.split('|').filter(|c| !c.is_empty()).map(str::to_string).collect(),
            first_row: (n - units + 1) as i64,
            text,
        });
    }
    all
}

fn main() {
    let cases: [Case; 10] = [
        ("notes, dense", Layout::Text, note, "", 1, ""),
        ("notes, prose", Layout::Text, prose, "", 1, ""),
        ("notes, published", Layout::Text, published, "", 1, ""),
        ("table, all columns personal", Layout::Table, dense, "", ROWS, DENSE),
        ("table, claims", Layout::Table, claims, "", ROWS, CLAIMS),
        ("hl7", Layout::Hl7, hl7, "", 1, ""),
        ("x12", Layout::X12, x12, "ST*837*0001\nHL*1**20*1\n", 200, ""),
        ("xml", Layout::Xml, xml, "", 1, ""),
        ("json", Layout::Json, json, "", 1, ""),
        ("dicom", Layout::Dicom, dicom, "", 1, ""),
    ];
    let only = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    let finder = Finder::new(&Rules::default(), &Roster::default()).expect("built-in rules");
    println!("{:30} {:>8} {:>14} {:>10}", "", "MB/s", "mentions/MB", "records/MB");
    for case in cases.iter().filter(|c| only.as_ref().is_none_or(|o| c.0.starts_with(o.as_str()))) {
        let id = Id::of("document", &[&case.0]);
        // About a megabyte at a time, as long documents are read.
        let passages = passages(case, id);
        let bytes: usize = passages.iter().map(|p| p.text.len()).sum();
        if bytes == 0 {
            continue;
        }
        let together = if case.1 == Layout::Table { 8 } else { 200 };
        let document = Document::blank(id, "bench");
        let (mut best, mut mentions, mut records) = (f64::MAX, 0, 0);
        for _ in 0..5 {
            (mentions, records) = (0, 0);
            let mut spent = 0.0;
            let mut finding = finder.document(&document);
            for part in passages.chunks(together) {
                let start = processor();
                // A note is a document of its own.
                let found: Vec<Found> = black_box(match case.1 {
                    Layout::Text => part.chunks(1).map(|note| finder.find(&document, note)).collect(),
                    _ => vec![finding.part(part, false)],
                });
                spent += processor() - start;
                mentions += found.iter().map(|f| f.mentions.len()).sum::<usize>();
                records += found.iter().map(|f| f.records.len()).sum::<usize>();
            }
            best = best.min(spent);
        }
        let mb = bytes as f64 / 1e6;
        println!("{:30} {:>8.1} {:>14.0} {:>10.0}", case.0, mb / best, mentions as f64 / mb, records as f64 / mb);
    }
}
