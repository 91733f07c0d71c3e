//! Letters as a reader of the PDF sees them.

use dosimeter_case::Id;
use dosimeter_case::tables::{ContactQuality, ElementKind, Notice, Person, Role, Tier};
use dosimeter_notices::{Held, Incident, Letter, letters, mailing_list};
use jiff::civil::date;
use std::collections::BTreeMap;
use std::path::Path;

fn person(number: u64, name: &str) -> Person {
    let some = |text: &str| Some(text.to_string());
    Person {
        person_id: Id(number),
        role: Role::Patient,
        name: name.to_string(),
        first: None,
        middle: None,
        last: None,
        suffix: None,
        dob: some("1960-02-03"),
        sex: None,
        ssn: some("219-09-9999"),
        mrns: Vec::new(),
        member_ids: Vec::new(),
        street: some("12 Elm Street Apt 4"),
        city: some("Dayton"),
        state: some("OH"),
        zip: some("45402"),
        country: None,
        address_record_id: None,
        phone: None,
        email: None,
        deceased_on: None,
        is_minor: false,
        guardian: None,
        guardian_id: None,
        contact: ContactQuality::Deliverable,
        records: 1,
        confidence: 1.0,
    }
}
fn incident() -> Incident {
    Incident {
        entity: "Cedar Ridge Imaging".to_string(),
        address: vec!["100 Ridge Road".to_string(), "Dayton, OH 45402".to_string()],
        toll_free: "1-800-555-0100".to_string(),
        email: "privacy@example.org".to_string(),
        web: "www.example.org".to_string(),
        breach_from: Some(date(2023, 8, 31)),
        breach_to: Some(date(2023, 9, 20)),
        discovered: date(2023, 9, 21),
        what_happened: "An unauthorized person used the account of a member of our staff.\n\nWe closed the account.".to_string(),
        what_we_are_doing: "We changed all passwords and told the police.".to_string(),
        monitoring_months: 24,
        letter_date: Some(date(2023, 11, 10)),
        signer: "Maria Lopez, Privacy Officer".to_string(),
        ..Incident::default()
    }
}
const DUTY: Id = Id(7);
const USUAL: &[(ElementKind, Tier)] = &[(ElementKind::Name, Tier::Copied), (ElementKind::Ssn, Tier::Copied), (ElementKind::ImagingResult, Tier::Copied)];

/// Sets letters to `people` and gives the text of each, white space made single, and the notices.
fn set(people: &[(Person, &[(ElementKind, Tier)])], out: &Path) -> (Vec<String>, Vec<Notice>) {
    let list: Vec<Letter> = people.iter().map(|(person, exposed)| Letter::new(person, DUTY, exposed).unwrap()).collect();
    let notices = letters(&incident(), &list, out).unwrap();
    let mut files: BTreeMap<&str, lopdf::Document> = BTreeMap::new();
    let mut texts = Vec::new();
    for (i, notice) in notices.iter().enumerate() {
        let pdf = files.entry(&notice.file).or_insert_with(|| lopdf::Document::load(out.join(&notice.file)).unwrap());
        let last = notices.get(i + 1).filter(|next| next.file == notice.file).map_or(pdf.get_pages().len() as i64 + 1, |next| next.page);
        let pages: Vec<u32> = (notice.page..last).map(|p| p as u32).collect();
        texts.push(pdf.extract_text(&pages).unwrap().split_whitespace().collect::<Vec<_>>().join(" "));
    }
    (texts, notices)
}
/// The letter to `person` holds each of `expect` and none of `never`.
fn check(person: Person, exposed: &[(ElementKind, Tier)], expect: &[&str], never: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let (texts, _) = set(&[(person, exposed)], dir.path());
    for wanted in expect {
        assert!(texts[0].contains(wanted), "missing: {wanted}\nin: {}", texts[0]);
    }
    for unwanted in never {
        assert!(!texts[0].contains(unwanted), "should not stand: {unwanted}\nin: {}", texts[0]);
    }
}

#[test]
fn contents_that_the_law_asks_for() {
    check(
        person(1, "Ann B Doe"),
        USUAL,
        &[
            "Cedar Ridge Imaging",
            "November 10, 2023",
            "Ann B Doe 12 Elm Street Apt 4 Dayton, OH 45402",
            "Reference: 0000000000000001",
            "Notice of data breach",
            "Dear Ann B Doe:",
            "What happened",
            "used the account of a member of our staff",
            "between August 31, 2023 and September 20, 2023. We discovered it on September 21, 2023.",
            "What information was involved",
            "files with the following information about you were copied",
            "Social Security number",
            "result of an imaging exam",
            "What we are doing",
            "told the police",
            "24 months of credit monitoring",
            "What you can do",
            "security freeze",
            "For more information",
            "Toll-free: 1-800-555-0100",
            "privacy@example.org",
            "Maria Lopez, Privacy Officer",
        ],
        &["date of birth", "219-09-9999", "1960", "was viewed:", "DRAFT", "child", "deceased"],
    );
}

#[test]
fn each_tier_says_what_was_proven() {
    use ElementKind::{Diagnosis, Dob, Email, Name};
    let ann = || person(1, "Ann Doe");
    check(ann(), &[(Name, Tier::Viewed)], &["about you was viewed"], &["copied", "freeze"]);
    check(ann(), &[(Name, Tier::Reachable)], &["could reach the following", "do not show that it was viewed or copied"], &["were copied"]);
    check(ann(), &[(Name, Tier::Unknown)], &["records for part of this time are missing", "cannot exclude"], &["were copied"]);
    check(
        ann(),
        &[(Name, Tier::Unknown), (Name, Tier::Copied), (Diagnosis, Tier::Viewed), (Dob, Tier::Viewed), (Email, Tier::Reachable)],
        &["were copied: • name Our records show", "was viewed: • date of birth • diagnosis", "could reach"],
        &["cannot exclude"],
    );
}

#[test]
fn minors_and_the_deceased() {
    let child = Person { is_minor: true, ..person(1, "Tim Doe") };
    check(
        child.clone(),
        USUAL,
        &["To the parent or guardian of Tim Doe 12 Elm", "To the parent or guardian of Tim Doe:", "about Tim Doe were copied", "child under 16"],
        &["Dear", "about you"],
    );
    let guardian = Person { guardian: Some("Ann Doe".to_string()), ..child };
    check(guardian, USUAL, &["Ann Doe Parent or guardian of Tim Doe 12 Elm"], &["Dear"]);
    let deceased = Person { deceased_on: Some("2021-01-01".to_string()), ..person(1, "Otto Doe") };
    check(deceased, USUAL, &["To the next of kin or representative of Otto Doe 12 Elm", "do not issue credit", "condolences"], &["Dear", "about you"]);
}

#[test]
fn hostile_text_comes_out_literally() {
    let name = r##"#panic() $x$ *Bob* _"O'Neil"_ <a> \ @b `c` [d]"##;
    check(person(1, name), USUAL, &[name], &[]);
    check(person(1, "Zoë Müller-Łukasz Ñandú"), USUAL, &["Dear Zoë Müller-Łukasz Ñandú:"], &[]);
    check(person(1, "Иван Петров"), USUAL, &["Dear Иван Петров:"], &[]);
    check(person(1, "Ann\u{202e}\u{0}\n\tDoe"), USUAL, &["Dear Ann Doe:"], &[]);
    check(Person { street: Some("= 5 // Main // St /* 7 */".to_string()), ..person(1, "Ann Doe") }, USUAL, &["= 5 // Main // St /* 7 */"], &[]);
}

#[test]
fn who_gets_no_letter_and_why() {
    fn check(person: Person, expect: &str) {
        assert_eq!(Letter::new(&person, DUTY, USUAL).err().map(|held| held.reason), Some(expect));
    }
    let ann = || person(1, "Ann Doe");
    check(Person { contact: ContactQuality::Missing, ..ann() }, "no postal address");
    check(Person { street: None, ..ann() }, "no street in the address");
    check(Person { zip: None, state: Some(" ".to_string()), ..ann() }, "neither a postal code nor a town with its State");
    check(person(1, " \u{200b}"), "no name");
    check(person(1, "李小龍"), "the name or the address has letters that the built-in fonts lack");
    check(person(1, "Ann \u{1f600}"), "the name or the address has letters that the built-in fonts lack");
    check(person(1, &"Ann ".repeat(50)), "a line of the address is longer than the window");
    assert_eq!(Letter::new(&ann(), DUTY, &[]).err().map(|held| held.reason), Some("no kind of data is recorded as exposed"));
    assert!(Letter::new(&Person { zip: None, ..ann() }, DUTY, USUAL).is_ok());
    let debug = format!("{:?} {:?}", Letter::new(&ann(), DUTY, USUAL), Letter::new(&ann(), DUTY, &[]));
    assert!(!debug.contains("Doe") && !debug.contains("Elm"), "{debug}");
}

/// Whatever combination of letters and marks stands in a name: either it is held, or it can be set.
#[test]
fn what_is_taken_can_be_set() {
    let dir = tempfile::tempdir().unwrap();
    let odd = [
        "e\u{301}a",
        "x\u{30a}\u{323}y",
        "q\u{338}",
        "שלום",
        "علي",
        "ᏣᎳᎩ",
        "Ａｎｎ",
        "\u{301}",
        "ﬁ ligature",
        "☃",
        "a\u{fffd}",
        "\u{e000}",
        "ｱ",
        "ა",
        "ก",
        "½ № ™",
    ];
    let people: Vec<Person> = odd.iter().zip(1..).map(|(name, i)| person(i, name)).collect();
    let list: Vec<Letter> = people.iter().filter_map(|p| Letter::new(p, DUTY, USUAL).ok()).collect();
    assert!(!list.is_empty() && list.len() < odd.len(), "{}", list.len());
    assert_eq!(letters(&incident(), &list, dir.path()).unwrap().len(), list.len());
}

#[test]
fn accessible_us_letter_on_odd_pages_and_repeatable() {
    let (dir, again) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let people: Vec<(Person, &[(ElementKind, Tier)])> =
        (1..=260).map(|i| (person(i, &format!("Ann {} Doe", "X".repeat(i as usize % 20 + 1))), USUAL)).collect();
    std::fs::create_dir(dir.path().join("letters")).unwrap();
    std::fs::write(dir.path().join("letters/letters-0003.pdf"), "of an earlier run").unwrap();
    let (texts, notices) = set(&people, dir.path());
    let (_, second) = set(&people, again.path());
    assert!(notices == second, "a second run gives other rows");
    for file in ["letters/letters-0001.pdf", "letters/letters-0002.pdf"] {
        assert!(std::fs::read(dir.path().join(file)).unwrap() == std::fs::read(again.path().join(file)).unwrap(), "{file} differs");
    }
    assert!(!dir.path().join("letters/letters-0003.pdf").exists(), "a stale file is left");
    for ((text, notice), (person, _)) in texts.iter().zip(&notices).zip(&people) {
        assert!(text.contains(&format!("Dear {}:", person.name)), "page {} of {}", notice.page, notice.file);
        assert_eq!(text.matches("Dear ").count(), 1);
        assert_eq!((notice.page % 2, notice.person_id), (1, Some(person.person_id)));
        assert_eq!(notice.notice_id, Id::of("notice", &[&DUTY, &Some(person.person_id), &"letter"]));
    }
    let pdf = lopdf::Document::load(dir.path().join("letters/letters-0002.pdf")).unwrap();
    let catalog = pdf.catalog().unwrap();
    assert!(catalog.has(b"StructTreeRoot") && catalog.has(b"MarkInfo") && catalog.has(b"Lang"), "not tagged");
    let raw = pdf
        .objects
        .values()
        .filter_map(|o| o.as_stream().ok())
        .map(|s| String::from_utf8_lossy(&s.get_plain_content().unwrap_or_default()).into_owned())
        .collect::<String>();
    assert!(raw.contains("pdfuaid"), "does not claim PDF/UA");
    assert!(raw.contains("Draft for counsel"), "the metadata says draft");
    for page in pdf.get_pages().into_values() {
        let page = pdf.get_dictionary(page).unwrap();
        let size: Vec<f32> = page.get(b"MediaBox").unwrap().as_array().unwrap().iter().map(|n| n.as_float().unwrap()).collect();
        assert_eq!(size, [0.0, 0.0, 612.0, 792.0]);
    }
}

#[test]
fn lists_for_the_mail_house() {
    let dir = tempfile::tempdir().unwrap();
    let people = [
        person(1, "Ann \"A\" Doe, Jr"),
        Person { is_minor: true, ..person(2, "=Tim Doe") },
        Person { contact: ContactQuality::Missing, ..person(3, "Eva Doe") },
    ];
    let (mut list, mut held): (Vec<Letter>, Vec<Held>) = (Vec::new(), Vec::new());
    for person in &people {
        match Letter::new(person, DUTY, USUAL) {
            Ok(letter) => list.push(letter),
            Err(reason) => held.push(reason),
        }
    }
    let notices = letters(&incident(), &list, dir.path()).unwrap();
    let path = dir.path().join("letters/mailing_list.csv");
    assert!(mailing_list(&list, &[], &held, &path).is_err(), "listed before drafted");
    mailing_list(&list, &notices, &held, &path).unwrap();
    let second = notices[1].page;
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        format!(
            "reference,name_1,name_2,street,city,state,zip,country,file,page\r\n\
             0000000000000001,\"Ann \"\"A\"\" Doe, Jr\",,12 Elm Street Apt 4,Dayton,OH,45402,,letters/letters-0001.pdf,1\r\n\
             0000000000000002,To the parent or guardian of,'=Tim Doe,12 Elm Street Apt 4,Dayton,OH,45402,,letters/letters-0001.pdf,{second}\r\n"
        )
    );
    assert_eq!(
        std::fs::read_to_string(dir.path().join("letters/substitute_notice.csv")).unwrap(),
        "reference,name,state,phone,email,deceased,minor,reason\r\n0000000000000003,Eva Doe,OH,,,no,no,no postal address\r\n"
    );
}

#[test]
fn nobody_to_write_to() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(letters(&incident(), &[], dir.path()).unwrap().len(), 0);
    assert!(letters(&Incident::default(), &[], dir.path()).is_err(), "a letter needs a sender");
}
