//! Letters per second, bytes per letter and peak memory: `cargo run -p dosimeter-notices --example letters_speed -- 5000 [FOLDER]`.

use dosimeter_case::Id;
use dosimeter_case::tables::{ContactQuality, ElementKind, Person, Role, Tier};
use dosimeter_notices::{Incident, Letter, letters};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let count: u64 = args.next().and_then(|n| n.parse().ok()).unwrap_or(2000);
    let folder = args.next().map_or_else(|| std::env::temp_dir().join("dosimeter-letters-speed"), Into::into);
    let people: Vec<Person> = (0..count).map(person).collect();
    let kinds = [ElementKind::Name, ElementKind::Address, ElementKind::Dob, ElementKind::Ssn, ElementKind::InsuranceId, ElementKind::ImagingResult];
    let letter = |(i, person)| {
        let exposed: Vec<(ElementKind, Tier)> = kinds.iter().skip(i % 4).map(|k| (*k, if i % 3 == 0 { Tier::Viewed } else { Tier::Copied })).collect();
        Letter::new(person, Id(1), &exposed).ok()
    };
    let list: Vec<Letter> = people.iter().enumerate().filter_map(letter).collect();
    let incident = Incident {
        entity: "Cedar Ridge Imaging".into(),
        address: vec!["100 Ridge Road, Suite 4".into(), "Dayton, OH 45402".into()],
        toll_free: "1-800-555-0100".into(),
        email: "privacy@example.org".into(),
        web: "www.example.org".into(),
        breach_from: Some("2023-08-31".parse()?),
        breach_to: Some("2023-09-20".parse()?),
        discovered: "2023-09-21".parse()?,
        what_happened: "On September 21, 2023 we saw unusual activity in a server that holds documents. We found that an unauthorized person had used the account of a member of our staff to enter our network, and had viewed and copied documents.".into(),
        what_we_are_doing: "We closed the account at once, changed all passwords, and now ask for a second proof of identity at every sign-in from outside. An outside firm examined our records to find out whose information was in the documents. We told the police and the Department of Health and Human Services.".into(),
        monitoring_months: 24,
        letter_date: Some("2023-11-10".parse()?),
        signer: "Maria Lopez, Privacy Officer".into(),
        ..Incident::default()
    };
    let start = std::time::Instant::now();
    let notices = letters(&incident, &list, &folder)?;
    let seconds = start.elapsed().as_secs_f64();
    let bytes: u64 = std::fs::read_dir(folder.join("letters"))?.flatten().filter_map(|e| e.metadata().ok()).map(|m| m.len()).sum();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: not known");
    println!(
        "{} letters in {seconds:.1} s: {:.0} letters/s, {} bytes each, {peak}",
        notices.len(),
        notices.len() as f64 / seconds,
        bytes / notices.len().max(1) as u64
    );
    Ok(())
}

fn person(number: u64) -> Person {
    const FIRST: [&str; 7] = ["Ann", "Robert", "Lucía", "Wei", "Fatima", "John", "Mary Beth"];
    const LAST: [&str; 9] = ["Doe", "Okafor", "Müller", "Nguyen", "Smith-Jones", "Garcia", "O'Neil", "Kowalski", "Brown"];
    let some = |text: String| Some(text);
    Person {
        person_id: Id(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        role: Role::Patient,
        name: format!("{} {} {}", FIRST[number as usize % 7], char::from(b'A' + (number % 26) as u8), LAST[number as usize % 9]),
        first: None,
        middle: None,
        last: None,
        suffix: None,
        dob: None,
        sex: None,
        ssn: None,
        mrns: Vec::new(),
        member_ids: Vec::new(),
        street: some(format!("{} Elm Street", number % 9973 + 1)),
        city: some(format!("Town {}", number % 311)),
        state: some("OH".into()),
        zip: some(format!("{:05}", 43000 + number % 2999)),
        country: None,
        address_record_id: None,
        phone: None,
        email: None,
        deceased_on: number.is_multiple_of(97).then(|| "2020-01-01".to_string()),
        is_minor: number.is_multiple_of(11),
        guardian: None,
        guardian_id: None,
        contact: ContactQuality::Deliverable,
        records: 1,
        confidence: 1.0,
    }
}
