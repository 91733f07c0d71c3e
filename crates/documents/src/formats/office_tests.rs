//! Golden checks of DOC, XLS and PPT, whose streams are made here; and of what damage does to them.

use super::ole::tests::compound;
use super::testing::{check, print, show};
use crate::{Budget, extract};
use dosimeter_case::Phi;

/// A record of XLS.
fn biff(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
}

/// A string of one byte per character, its length in two bytes.
fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_le_bytes()[..], &[0], text.as_bytes()].concat()
}

fn workbook(pass: &[u8]) -> Vec<u8> {
    let begin = |kind: u16| biff(0x809, &words(&[0x600, kind, 0, 0, 0, 0, 0, 0]));
    let shared = [&2_u32.to_le_bytes()[..], &2_u32.to_le_bytes(), &string("Name"), &string("Birth")].concat();
    let sheet = [
        begin(0x10),
        biff(0xfd, &words(&[3, 0, 0, 0, 0])),
        biff(0xfd, &words(&[3, 1, 0, 1, 0])),
        biff(0x204, &[words(&[3, 2, 0]), string("SSN")].concat()),
        // The result of a formula is a text, which follows.
        biff(0x06, &[words(&[4, 0, 0]), vec![0, 0, 0, 0, 0, 0, 0xff, 0xff], vec![0; 8]].concat()),
        biff(0x207, &string("Ann Lee")),
        biff(
            0xbd,
            &[words(&[4, 1, 1]), (29_222_u32 << 2 | 2).to_le_bytes().to_vec(), words(&[0]), (123_456_789_u32 << 2 | 2).to_le_bytes().to_vec(), words(&[2])]
                .concat(),
        ),
        biff(0x14, &string("&LClinic &P")),
        biff(0x1b6, &words(&[0, 0, 0, 0, 0, 9, 0, 0, 0])),
        biff(0x3c, b"\0call back"),
        biff(0x0a, &[]),
    ]
    .concat();
    let globals = |place: u32| {
        let bound = [&place.to_le_bytes()[..], &[1, 0, 6, 0], b"Recall"].concat();
        let lock = if pass.is_empty() { Vec::new() } else { biff(0x2f, pass) };
        [begin(5), lock, biff(0xe0, &words(&[0, 0])), biff(0xe0, &words(&[0, 14])), biff(0x85, &bound), biff(0xfc, &shared), biff(0x0a, &[])].concat()
    };
    let place = globals(0).len() as u32;
    [globals(place), sheet].concat()
}

const CELLS: &str = "\
[Recall!rows 5-5 table Name|Birth|SSN] Ann Lee\\t1980-01-02\\t123456789
[Recall texts text] Clinic\\ncall back";

#[test]
fn xls() {
    let file = compound(&[("Workbook", &workbook(&[]))]);
    check("a", &file, &format!("read application/vnd.ms-excel table\n{CELLS}"));
}

#[test]
fn xls_under_the_old_name() {
    // What the records say counts, not the name of the stream; and of a text, the length of its record.
    let file = compound(&[("BOOK", &workbook(&[]))]);
    check("a", &file, &format!("read application/vnd.ms-excel table\n{CELLS}"));
    let cell = |column: u16, text: &[u8]| biff(0x204, &[words(&[0, column, 0, 9]), text.to_vec()].concat());
    let begin = biff(0x809, &words(&[0x600, 0x10, 0, 0, 0, 0, 0, 0]));
    let sheet = [begin, cell(0, b"335746476"), cell(1, b"\x00123456789"), biff(0x0a, &[])].concat();
    check("a", &compound(&[("Book", &sheet)]), "read application/vnd.ms-excel table\n[sheet 1!rows 1-1 table] 335746476\\t123456789");
}

#[test]
fn xls_with_a_password() {
    // The header was made by msoffcrypto-tool for the password `Secret1`.
    let header = "01000100000102030405060708090a0b0c0d0e0fa5688f23b19ee612db3175fa6dff775d31031b7c94fe6c4d2207494253c53f43";
    let header: Vec<u8> = (0..header.len()).step_by(2).filter_map(|i| u8::from_str_radix(&header[i..i + 2], 16).ok()).collect();
    let key = super::crypt::BlockKey::find(&header, &["Secret1".into()]).expect("the password fits");
    let mut stream = workbook(&[&[1, 0][..], &header].concat());
    // Heads, and all of the records that say what follows, stay plain.
    let mut plain = vec![false; stream.len()];
    let mut at = 0;
    while at + 4 <= stream.len() {
        let (kind, length) = (u16::from_le_bytes([stream[at], stream[at + 1]]), usize::from(u16::from_le_bytes([stream[at + 2], stream[at + 3]])));
        let kept = if matches!(kind, 0x809 | 0x2f) {
            length
        } else if kind == 0x85 {
            4
        } else {
            0
        };
        plain[at..at + 4 + kept].fill(true);
        at += 4 + length;
    }
    key.stream(&mut stream, 1024, |at| plain[at]);
    let file = compound(&[("Workbook", &stream)]);
    check("a", &file, "encrypted application/vnd.ms-excel none (an Office file with a password)");
    let opened = extract("a", &file, &Budget::default(), &[Phi::new("other".into()), Phi::new("Secret1".into())]);
    assert_eq!(print(&opened), format!("read application/vnd.ms-excel table\n{CELLS}"));
}

/// A Word 97 document of one wide and one narrow piece; `parts` are the lengths of body, notes and headers.
fn word(wide: &str, narrow: &[u8], parts: [u32; 3]) -> Vec<u8> {
    let units: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut main = vec![0_u8; 0x600];
    main[..12].copy_from_slice(&[0xec, 0xa5, 0xc1, 0, 0, 0, 9, 4, 0, 0, 0, 2]);
    for (at, length) in [0x4c, 0x50, 0x54].into_iter().zip(parts) {
        main[at..at + 4].copy_from_slice(&length.to_le_bytes());
    }
    let first = (units.len() / 2) as u32;
    let (from, to) = (0x600_u32, 0x600 + units.len() as u32);
    main.extend(&units);
    main.extend(narrow);
    let mut pieces: Vec<u8> = [0, first, first + narrow.len() as u32].iter().flat_map(|n| n.to_le_bytes()).collect();
    for place in [from, (to * 2) | 0x4000_0000] {
        pieces.extend([0, 0]);
        pieces.extend(place.to_le_bytes());
        pieces.extend([0, 0]);
    }
    let table = [&[2][..], &(pieces.len() as u32).to_le_bytes(), &pieces].concat();
    main[0x1a6..0x1aa].copy_from_slice(&(table.len() as u32).to_le_bytes());
    compound(&[("WordDocument", &main), ("1Table", &table)])
}

#[test]
fn doc() {
    let body = "Dear N\u{fa}\u{f1}ez,\rsee \u{13}HYPERLINK \"mailto:ann@example.org\"\u{14}Ann\u{15}\rName\u{7}DOB\u{7}\u{7}Lee\u{7}01/02/1980\u{7}\u{7}";
    let rest = b"end\rfoot\rClinic\r";
    let length = body.encode_utf16().count() as u32 + 4;
    let file = word(body, rest, [length, 5, 7]);
    check(
        "a",
        &file,
        "\
read application/msword text
[part 1 text] Dear N\u{fa}\u{f1}ez,\\nsee Ann
[table 1!rows 2-2 table Name|DOB] Lee\\t01/02/1980
[part 2 text] end
[footnotes text] foot
[headers and footers text] Clinic
[links text] mailto:ann@example.org",
    );
}

/// A record of PPT; containers have version 15.
fn atom(version: u16, kind: u16, data: &[u8]) -> Vec<u8> {
    [&version.to_le_bytes()[..], &kind.to_le_bytes(), &(data.len() as u32).to_le_bytes(), data].concat()
}

#[test]
fn ppt() {
    let wide: Vec<u8> = "ask N\u{fa}\u{f1}ez\rtwice".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let old = atom(15, 1006, &atom(0, 4008, b"an old version"));
    let slide = atom(15, 1006, &atom(15, 0xf004, &atom(15, 0xf00d, &atom(0, 4008, b"Case 1"))));
    let notes = atom(15, 1008, &atom(0, 4000, &wide));
    let master = atom(
        15,
        1016,
        &[atom(15, 0xf004, &[atom(0, 3011, &[0; 8]), atom(0, 4008, b"Click to edit")].concat()), atom(15, 0xf004, &atom(0, 4008, b"Clinic"))].concat(),
    );
    let list = atom(15, 4080, &[atom(0, 1011, &[&2_u32.to_le_bytes()[..], &[0; 16]].concat()), atom(0, 4008, b"Title")].concat());
    let document = atom(15, 1000, &list);
    let mut stream = Vec::new();
    let mut places = Vec::new();
    for part in [&document, &old, &slide, &notes, &master] {
        places.push(stream.len() as u32);
        stream.extend(part);
    }
    // Objects 1 to 4; the old version of the slide is not among them.
    places.remove(1);
    let directory = stream.len() as u32;
    let list: Vec<u8> = std::iter::once(4 << 20 | 1).chain(places).flat_map(u32::to_le_bytes).collect();
    stream.extend(atom(0, 0x1772, &list));
    let edit = stream.len() as u32;
    stream.extend(atom(0, 0x0ff5, &[0, 0, 0, directory, 1, 4, 0].iter().flat_map(|n: &u32| n.to_le_bytes()).collect::<Vec<u8>>()));
    let user: Vec<u8> = [0, 0, 20, 0xe391_c05f, edit].iter().flat_map(|n: &u32| n.to_le_bytes()).collect();
    let file = compound(&[("PowerPoint Document", &stream), ("Current User", &user)]);
    check(
        "a",
        &file,
        "\
read application/vnd.ms-powerpoint text
[slide 1 text] Title\\nCase 1
[notes 1 text] ask N\u{fa}\u{f1}ez\\ntwice
[master text] Clinic",
    );
}

#[test]
fn damage_is_survived() {
    let files = [compound(&[("Workbook", &workbook(&[]))]), word("Dear Ann\r", b"Name\x07DOB\x07\x07", [18, 0, 0])];
    for file in files {
        for at in (0..file.len()).step_by(7) {
            let mut damaged = file.clone();
            damaged[at] ^= 0xff;
            assert!(!show("a", &damaged).contains("the reader failed"), "byte {at}");
        }
        for end in (1..file.len()).step_by(61) {
            assert!(!show("a", &file[..end]).contains("the reader failed"), "cut at {end}");
        }
    }
}
