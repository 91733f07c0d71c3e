//! The cases that go wrong elsewhere, each as a few records and the groups that must come out.

use dosimeter_case::Id;
use dosimeter_case::tables::{ContactQuality, Record, Role};
use dosimeter_people::{Decision, Options, Resolution, Table, evidence, explain, read_csv, resolve, resolve_tables};

fn options(threads: usize) -> Options {
    Options { threads, ..Options::new(jiff::civil::date(2023, 9, 20)) }
}

const HEADER: &str = "record_id,document_id,role,name,first,middle,last,suffix,dob,sex,ssn,mrn,facility,member_id,street,city,state,zip,phone,email";

/// Records from `key=value` lines; the first word is the record's name.
fn records(lines: &[&str]) -> Vec<Record> {
    let mut csv = String::from(HEADER);
    for (number, line) in lines.iter().enumerate() {
        let (id, fields) = line.split_once(' ').unwrap_or((line, ""));
        let value = |name: &str| match name {
            "record_id" => id.to_string(),
            "document_id" => get(fields, name).unwrap_or(format!("document {number}")),
            _ => get(fields, name).unwrap_or_default(),
        };
        csv.push('\n');
        csv.push_str(&HEADER.split(',').map(|name| format!("\"{}\"", value(name))).collect::<Vec<_>>().join(","));
    }
    read_csv(csv.as_bytes(), &[]).unwrap().0
}

fn get(fields: &str, name: &str) -> Option<String> {
    fields.split("; ").find_map(|field| field.strip_prefix(name)?.strip_prefix('=').map(str::to_string))
}

/// Groups of record names, each sorted, by their first.
fn groups(lines: &[&str], records: &[Record], resolution: &Resolution) -> Vec<String> {
    let name = |id: Id| records.iter().zip(lines).find(|(r, _)| r.record_id == id).map_or("?", |(_, line)| line.split(' ').next().unwrap_or_default());
    let mut out: Vec<String> = resolution
        .people
        .iter()
        .map(|person| {
            let mut names: Vec<&str> =
                resolution.person_records.iter().filter(|row| row.person_id == person.person_id).map(|row| name(row.record_id)).collect();
            names.sort_unstable();
            names.join(" ")
        })
        .collect();
    out.sort();
    out
}

fn check(lines: &[&str], expect: &[&str]) {
    let records = records(lines);
    let resolution = resolve(&records, &[], &options(2));
    assert_eq!(groups(lines, &records, &resolution), expect, "{lines:#?}");
}

#[test]
fn one_person() {
    // Nickname, swapped day and month.
    check(
        &[
            "a first=Robert; last=Halvorsen; dob=1970-03-04; street=12 Oak St; zip=60612",
            "b first=Bob; last=Halvorsen; dob=1970-04-03; street=12 Oak Street; zip=60612",
        ],
        &["a b"],
    );
    // Name change by marriage: same birth date and number.
    check(&["a first=Anna; last=Petrov; dob=1985-06-07; ssn=219-34-5678", "b first=Anna; last=Kowalski; dob=1985-06-07; ssn=219345678"], &["a b"]);
    // A slip in the birth date, same address and phone.
    check(
        &[
            "a first=Carla; last=Mendez; dob=1961-02-11; phone=3125550142; street=9 Elm Ave; zip=60601",
            "b first=Carla; last=Mendez; dob=1961-02-17; phone=3125550142; street=9 Elm Ave; zip=60601",
        ],
        &["a b"],
    );
    // Given and family name in each other's place.
    check(&["a first=Dmitri; last=Volkov; dob=1977-09-30", "b first=Volkov; last=Dmitri; dob=1977-09-30"], &["a b"]);
    // One digit of the number wrong.
    check(&["a first=Ellen; last=Tanaka; dob=1990-12-01; ssn=219-34-5678", "b first=Ellen; last=Tanaka; dob=1990-12-01; ssn=219-34-5679"], &["a b"]);
    // Halves of a double surname, accents, apostrophes.
    check(
        &["a first=Lucía; last=García-Ortega; dob=1959-01-22", "b first=Lucia; last=Garcia; dob=1959-01-22", "c first=LUCIA; last=ORTEGA; dob=1959-01-22"],
        &["a b c"],
    );
    check(&["a first=Sean; last=O'Brien; dob=1949-11-02", "b first=SEAN; last=OBRIEN; dob=1949-11-02"], &["a b"]);
    // Scanned letters.
    check(&["a first=Morgan; last=Briggs; dob=1988-05-14; zip=44101", "b first=M0rgan; last=Brigg5; dob=1988-05-14; zip=44101"], &["a b"]);
    // A masked number.
    check(
        &[
            "a first=Tom; last=Underhill; ssn=xxx-xx-7857; phone=2375554067",
            "b first=Thomas; last=Underhill; dob=1961-08-12; ssn=421-31-7857; phone=2375554067",
        ],
        &["a b"],
    );
    // Full names only.
    check(&["a name=Whitcombe, Alistair J; dob=1950-01-02", "b name=Alistair Whitcombe; dob=01/02/1950"], &["a b"]);
    // A medical record number alone, at the same clinic.
    check(&["a first=Ingrid; last=Solberg; dob=1966-07-08; mrn=1072441", "b mrn=1072441"], &["a b"]);
}

#[test]
fn different_people() {
    // Twins.
    check(
        &[
            "a first=Emma; last=Lindqvist; dob=2015-03-04; street=12 Oak St; zip=60612; phone=3125550142",
            "b first=Oskar; last=Lindqvist; dob=2015-03-04; street=12 Oak St; zip=60612; phone=3125550142",
        ],
        &["a", "b"],
    );
    // Father and son of one name.
    check(
        &[
            "a first=Walter; last=Brandt; suffix=SR; dob=1941-02-03; street=3 Hill Rd; zip=10001",
            "b first=Walter; last=Brandt; suffix=JR; dob=1969-08-09; street=3 Hill Rd; zip=10001",
        ],
        &["a", "b"],
    );
    check(
        &[
            "a first=Walter; last=Brandt; dob=1941-02-03; street=3 Hill Rd; zip=10001; phone=3125550142",
            "b first=Walter; last=Brandt; dob=1969-08-09; street=3 Hill Rd; zip=10001",
        ],
        &["a", "b"],
    );
    // Namesakes.
    check(&["a first=Maria; last=Garcia; dob=1980-05-06", "b first=Maria; last=Garcia; dob=1991-10-27"], &["a", "b"]);
    check(&["a first=John; last=Smith; zip=60612", "b first=John; last=Smith; zip=90210"], &["a", "b"]);
    // Spouses.
    check(
        &[
            "a first=Greta; last=Novak; street=77 Lake Dr; zip=53202; phone=4145550188",
            "b first=Pavel; last=Novak; street=77 Lake Dr; zip=53202; phone=4145550188",
        ],
        &["a", "b"],
    );
    // Placeholders are no identifiers.
    check(
        &[
            "a first=Hugo; last=Almeida; ssn=999-99-9999; phone=0000000000; dob=1900-01-01",
            "b first=Petra; last=Nyberg; ssn=999-99-9999; phone=0000000000; dob=1900-01-01",
        ],
        &["a", "b"],
    );
    // Two newborns of one family, a year apart.
    check(
        &[
            "a first=Baby Boy; last=Okafor; dob=2021-01-02; street=5 Pine Ct; zip=30301",
            "b first=Baby Girl; last=Okafor; dob=2022-06-07; street=5 Pine Ct; zip=30301",
        ],
        &["a", "b"],
    );
    // The same medical record number at two facilities.
    check(&["a first=Nora; last=Fields; mrn=1002; facility=East", "b first=Ivan; last=Marsh; mrn=1002; facility=West"], &["a", "b"]);
}

#[test]
fn newborn_gets_a_name() {
    check(
        &[
            "a first=Baby Boy; last=Okonkwo; dob=2021-01-02; mrn=55501; street=5 Pine Ct; zip=30301",
            "b first=Chidi; last=Okonkwo; dob=2021-01-02; mrn=55501; street=5 Pine Ct; zip=30301",
        ],
        &["a b"],
    );
}

#[test]
fn partial_mentions() {
    // The only person of the name in the same document.
    check(
        &[
            "a document_id=X; first=Joe; last=Smith; dob=1960-01-01; mrn=77112",
            "b document_id=X; last=Smith",
            "c document_id=Y; first=Ann; last=Smith; dob=1961-01-03",
        ],
        &["a b", "c"],
    );
    // Two fit: nobody gets it, and it is doubtful.
    check(&["a first=Joe; last=Smith; dob=1960-01-01", "b first=Joe; last=Smith; dob=1980-05-05", "c first=Joe; last=Smith"], &["a", "b", "c"]);
    // A rare name that only one person bears.
    check(&["a first=Zebulon; last=Quackenbush; dob=1960-01-01", "b first=Zebulon; last=Quackenbush"], &["a b"]);
    let lines = ["a first=Joe; last=Smith", "b first=Joe; last=Smith"];
    let records = records(&lines);
    let resolution = resolve(&records, &[], &options(1));
    assert!(resolution.people.iter().all(|person| person.confidence < 0.8));
}

#[test]
fn providers_stay_apart() {
    check(
        &[
            "a role=patient; first=Edward; last=Morgan; dob=1960-02-03",
            "b role=provider; name=Edward S. Morgan, MD",
            "c role=provider; name=E. Morgan",
            "d role=provider; name=Patricia Hoffmann, MD",
            "e role=provider; name=Edward Morgan",
        ],
        &["a", "b c e", "d"],
    );
    // An employee who is also a patient.
    check(
        &["a role=patient; first=Edith; last=Marlowe; dob=1960-02-03", "b role=employee; first=Edith; last=Marlowe; dob=1960-02-03; ssn=219-34-5678"],
        &["a b"],
    );
}

#[test]
fn nobody_is_lost_or_invented() {
    // An address without a name or an identifier is nobody; an identifier alone is somebody.
    check(&["a street=5 Pine Ct; zip=30301", "b ssn=219-34-5678", "c email=someone@example.org", "d first=Solo"], &["b", "c", "d"]);
    check(&[], &[]);
}

#[test]
fn decisions_are_kept() {
    let lines = ["a first=Robert; last=Halvorsen; dob=1970-03-04", "b first=Robert; last=Halvorsen; dob=1970-03-04", "c first=Zoe; last=Vance; dob=1999-01-30"];
    let records = records(&lines);
    let id = |n: usize| records[n].record_id;
    let run = |decisions: &[Decision]| groups(&lines, &records, &resolve(&records, decisions, &options(1)));
    assert_eq!(run(&[]), ["a b", "c"]);
    assert_eq!(run(&[Decision::Different(id(0), id(1))]), ["a", "b", "c"]);
    assert_eq!(run(&[Decision::Same(id(2), id(0))]), ["a b c"]);
    assert_eq!(run(&[Decision::Same(Id(1), Id(2))]), ["a b", "c"]);
    let links = resolve(&records, &[Decision::Different(id(0), id(1))], &options(1)).links;
    assert!(links.iter().any(|link| link.decided_by == "decision: different" && !link.joined));
}

#[test]
fn best_of_each_field() {
    let mut records = records(&[
        "a first=R; last=Halvorsen; dob=2010-03-04; mrn=1; street=12 Oak St; zip=60612; ssn=219-34-5678",
        "b first=Robert; middle=James; last=Halvorsen; dob=2010-03-04; mrn=22; street=12 Oak St; city=Chicago; state=IL; zip=60612; ssn=219-34-5678",
        "g role=guardian; first=Maja; last=Halvorsen; dob=1980-01-05",
    ]);
    records[2].related_record_id = Some(records[0].record_id);
    let resolution = resolve(&records, &[], &options(1));
    let child = resolution.people.iter().find(|p| p.is_minor).unwrap();
    assert_eq!(child.name, "Robert James Halvorsen");
    assert_eq!((child.dob.as_deref(), child.ssn.as_deref()), (Some("2010-03-04"), Some("219345678")));
    assert_eq!((child.city.as_deref(), child.contact), (Some("Chicago"), ContactQuality::Deliverable));
    assert_eq!(child.mrns, ["1", "22"]);
    assert_eq!(child.guardian.as_deref(), Some("Maja Halvorsen"));
    assert_eq!(child.address_record_id, Some(records[1].record_id));
    assert_eq!(child.role, Role::Patient);
    let guardian = resolution.people.iter().find(|p| Some(p.person_id) == child.guardian_id).unwrap();
    assert_eq!(guardian.role, Role::Guardian);
}

#[test]
fn order_and_threads_do_not_matter() {
    let lines: Vec<String> = (0..400)
        .map(|i| {
            let (first, last) = (["Ann", "Robert", "Bob", "Maria", "Li"][i % 5], ["Smith", "Novak", "Garcia", "Lee"][i % 4]);
            format!("r{i} first={first}; last={last}; dob=19{:02}-0{}-1{}; zip=606{:02}; phone=31255501{:02}", 40 + i % 37, 1 + i % 7, i % 9, i % 20, i % 60)
        })
        .collect();
    let records = records(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let mut turned = records.clone();
    turned.reverse();
    turned.rotate_left(137);
    let (one, other) = (resolve(&records, &[], &options(1)), resolve(&turned, &[], &options(4)));
    assert!(one == other);
    assert!((2..400).contains(&one.people.len()), "{}", one.people.len());
    assert_eq!(one.person_records.len(), 400);
}

#[test]
fn tables_in_any_order_give_the_same_bytes() {
    // Families of one name and address; some fields missing, some mistyped.
    let mixed = |person: u64, what: u64| {
        let mut z = (person * 64 + what + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33
    };
    let pick = |person: u64, what: u64, n: u64| mixed(person, what) % n;
    let syllables = ["ba", "con", "da", "fer", "gi", "hol", "ja", "ker", "lu", "mi", "nor", "pe", "ro", "sta", "tu", "vel"];
    let name = |person: u64, what: u64| (0..3).map(|i| syllables[pick(person, what + i, 16) as usize]).collect::<String>();
    let rows: Vec<String> = (0..3000u64)
        .map(|i| {
            let person = i * 7919 % 1100;
            let family = person / 3;
            let dob = if i % 4 == 3 {
                String::new()
            } else {
                format!("{}-{:02}-{:02}", 1930 + pick(person, 7, 80), 1 + pick(person, 8, 12), 1 + pick(person, 9, 28))
            };
            let zip = if i % 3 == 0 { String::new() } else { format!("{}", 60_000 + pick(family, 10, 900)) };
            let phone = if i % 5 == 0 { String::new() } else { format!("{}", 2_000_000_000 + pick(person, 11, 1_000_000) * 7001) };
            let first = if i % 11 == 0 { name(person, 0)[1..].to_string() } else { name(person, 0) };
            format!("r{i},{first},{},{dob},{zip},{phone}", name(family, 4))
        })
        .collect();
    let run = |rows: &[String], threads: usize| {
        let csv = format!("id,first,last,dob,zip,phone\n{}\n", rows.join("\n"));
        let matched = resolve_tables(vec![Table::csv(csv.as_bytes(), &[]).unwrap()], &[], &options(threads)).unwrap();
        let mut pairs: Vec<_> = matched.names.iter().cloned().zip(matched.persons.iter().copied()).collect();
        pairs.sort();
        (
            pairs,
            matched.links.iter().map(|l| format!("{} {} {} {:?}", l.left, l.right, l.decided_by, l.weight)).collect::<Vec<_>>(),
            matched.counts,
            matched.questions,
        )
    };
    let one = run(&rows, 1);
    let mut shuffled = rows.clone();
    shuffled.sort_by_key(|row| row.bytes().fold(17u64, |sum, byte| sum.wrapping_mul(0x100000001b3) ^ u64::from(byte)));
    assert_ne!(rows, shuffled);
    for other in [run(&rows, 2), run(&shuffled, 1), run(&shuffled, 2)] {
        assert!(one.0 == other.0, "people");
        assert_eq!(one.1.iter().zip(&other.1).find(|(a, b)| a != b), None, "links {} {}", one.1.len(), other.1.len());
        assert!((&one.2, &one.3) == (&other.2, &other.3), "counts and questions");
    }
    assert!((1050..1200).contains(&one.2[0].people), "{:?}", one.2[0]);
}

#[test]
fn parquet_is_read_like_csv() {
    use arrow::array::{ArrayRef, Date32Array, StringArray};
    let file = std::env::temp_dir().join(format!("dosimeter-people-{}.parquet", std::process::id()));
    let names: ArrayRef = std::sync::Arc::new(StringArray::from(vec![Some("Ann Lee"), Some("Bo Orr"), None]));
    let days: ArrayRef = std::sync::Arc::new(Date32Array::from(vec![Some(31), None, Some(0)]));
    let batch = arrow::record_batch::RecordBatch::try_from_iter([("Full Name", names), ("born", days)]).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&file).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let (records, ids) = Table::open(&file, &[]).unwrap().all().unwrap();
    std::fs::write(&file, b"PAR1 and then nothing").unwrap();
    let damaged = Table::open(&file, &[]).err().map(|e| e.to_string()).unwrap_or_default();
    std::fs::remove_file(&file).unwrap();
    assert!(damaged.contains("not a readable Parquet file"), "{damaged}");
    assert_eq!(ids, ["1", "2", "3"]);
    let read: Vec<_> = records.iter().map(|r| (r.name.as_deref(), r.dob.as_deref())).collect();
    assert_eq!(read, [(Some("Ann Lee"), Some("1970-02-01")), (Some("Bo Orr"), None), (None, Some("1970-01-01"))]);
}

#[test]
fn counts_and_questions() {
    // Two namesakes, and a third mention that may be either: a question, and a count between.
    let lines = [
        "a first=Joe; last=Smith; dob=1960-01-01; state=IL; zip=60612; street=1 Oak St",
        "b first=Joe; last=Smith; dob=1980-05-05; state=IL; zip=60699; street=9 Elm St",
        "c first=Ann; last=Halvorsen; dob=1970-03-04; state=WI; zip=53202",
        "d first=Ann; last=Halvorsen; dob=1970-03-04; state=WI; zip=53202; phone=3125550142",
        "e first=Omar; last=Vance",
        "f first=Omar; last=Vance",
    ];
    let records = records(&lines);
    let resolution = resolve(&records, &[], &options(1));
    let state = |name: Option<&str>| resolution.counts.iter().find(|c| c.state.as_deref() == name).cloned().unwrap();
    assert_eq!((state(None).people, state(Some("IL")).people, state(Some("WI")).people), (4, 2, 1));
    for count in &resolution.counts {
        assert!(count.low <= count.best && count.best <= count.high, "{count:?}");
    }
    assert!(resolution.questions.windows(2).all(|q| (q[0].probability - 0.5).abs() <= (q[1].probability - 0.5).abs()));
    // A decision, either way, settles its question: here that of two bare names.
    assert!(resolution.questions.iter().any(|question| question.joined));
    for question in &resolution.questions {
        for decision in [Decision::Different(question.left, question.right), Decision::Same(question.left, question.right)] {
            let decided = resolve(&records, &[decision], &options(1));
            assert!(decided.questions.iter().all(|q| (q.left, q.right) != (question.left, question.right)), "{decision:?}");
        }
    }
}

#[test]
fn evidence_adds_up() {
    let records = records(&[
        "a first=Robert; last=Halvorsen; dob=1970-03-04; street=12 Oak St; zip=60612",
        "b first=Bob; last=Halvorsen; dob=1970-04-03; street=12 Oak Street; zip=60612",
    ]);
    let parts = explain(&records[0], &records[1], &evidence(&records, &options(1)));
    let text: Vec<String> = parts.iter().map(|(field, level, _)| format!("{field}={level}")).collect();
    assert!(text.contains(&"first=nickname".to_string()) && text.contains(&"dob=swapped".to_string()), "{text:?}");
    let total: f64 = parts.iter().map(|part| part.2).sum();
    let link = &resolve(&records, &[], &options(1)).links[0];
    assert!((total - link.weight).abs() < 0.01 && link.joined, "{total} {}", link.weight);
}

#[test]
fn hostile_values_do_no_harm() {
    let long = "x".repeat(5000);
    let weird = ["", " ", "\u{0}", "'''", "ééééé", "日本語", "١٢٣", "%%%%", "a@b", "-1", "9".repeat(400).as_str(), &long].map(str::to_string);
    let mut lines = Vec::new();
    for (i, value) in weird.iter().enumerate() {
        lines.push(format!(
            "w{i} name={value}; first={value}; last={value}; dob={value}; ssn={value}; mrn={value}; street={value}; zip={value}; phone={value}; email={value}"
        ));
    }
    let records = records(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let resolution = resolve(&records, &[], &options(2));
    assert!(resolution.people.len() <= weird.len());
}
