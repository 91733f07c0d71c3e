//! Golden PDFs made in memory; the same with pdfium and without.

use crate::formats::testing::{check, print, show};
use crate::{Budget, extract};
use dosimeter_case::Phi;
use lopdf::{EncryptionState, EncryptionVersion, Object, Permissions};

/// A file of these objects, numbered from 1; the first is the catalog. `trailer` is added to the trailer.
fn file(objects: &[&str], trailer: &str) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        offsets.push(content.len());
        content.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).as_bytes());
    }
    let table = content.len();
    content.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for offset in offsets {
        content.extend(format!("{offset:010} 00000 n \n").as_bytes());
    }
    content.extend(format!("trailer\n<</Size {}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF", objects.len() + 1).as_bytes());
    content
}

fn stream(dictionary: &str, content: &str) -> String {
    format!("<<{dictionary}/Length {}>>stream\n{content}\nendstream", content.len())
}

const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

/// A file of one page that shows `content`. `page` and `catalog` are added to these dictionaries; `more` are objects from 6 on.
fn one_page(content: &str, page: &str, catalog: &str, more: &[&str], trailer: &str) -> Vec<u8> {
    let catalog = format!("<</Type/Catalog/Pages 2 0 R{catalog}>>");
    let page = format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R{page}>>");
    let content = stream("", content);
    let mut objects = vec![catalog.as_str(), "<</Type/Pages/Kids[3 0 R]/Count 1>>", &page, &content, FONT];
    objects.extend(more);
    file(&objects, trailer)
}

const LINES: &str = "BT /F1 12 Tf 72 700 Td (Patient: Lee, Ann) Tj 0 -20 Td (DOB: 01/02/1980   MRN 445566) Tj ET";

#[test]
fn pages_metadata_and_bookmarks() {
    let outlines = "<</Type/Outlines/First 7 0 R/Last 8 0 R/Count 2>>";
    let content = one_page(
        LINES,
        "",
        "/Outlines 6 0 R",
        &[
            outlines,
            "<</Title(Visit of Ann Lee)/Parent 6 0 R/Next 8 0 R>>",
            "<</Title<FEFF00C900740075006400650073>/Parent 6 0 R/Next 7 0 R>>",
            "<</Title(Report)/Author(Dr. Kim)/Producer(x)>>",
        ],
        "/Info 9 0 R",
    );
    check(
        "a.pdf",
        &content,
        "read application/pdf text\n[page 1 text] Patient: Lee, Ann\\nDOB: 01/02/1980 MRN 445566\n[metadata form] Title: Report\\nAuthor: Dr. Kim\n[bookmarks text] Visit of Ann Lee\\n\u{c9}tudes",
    );
}

#[test]
fn forms_and_annotations() {
    let content = one_page(
        LINES,
        "/Annots[6 0 R 7 0 R 8 0 R 9 0 R]",
        "/AcroForm<</Fields[6 0 R 10 0 R]/DR<</Font<</F1 5 0 R>>>>/DA(/F1 10 Tf)>>",
        &[
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(ssn)/TU(Social security number)/V(078-05-1120)/Rect[72 600 200 620]/P 3 0 R>>",
            "<</Type/Annot/Subtype/Text/T(Dr. Kim)/Contents(Please call her daughter)/Rect[300 700 320 720]/P 3 0 R>>",
            "<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/P 3 0 R/A<</S/URI/URI(https://example.org)>>>>",
            "<</Type/Annot/Subtype/Widget/Parent 10 0 R/Rect[72 560 200 580]/P 3 0 R>>",
            "<</FT/Ch/T(sex)/V(2)/Opt[[(1)(male)][(2)(female)]]/Kids[9 0 R]>>",
        ],
        "",
    );
    let shown = show("a.pdf", &content);
    assert!(shown.starts_with("read application/pdf text\n[page 1 text] Patient: Lee, Ann\\nDOB: 01/02/1980 MRN 445566"), "{shown}");
    assert!(shown.contains("\n[form form] Social security number: 078-05-1120\\nsex: female"), "{shown}");
    assert!(shown.contains("\n[page 1 annotations text] Dr. Kim: Please call her daughter"), "{shown}");
}

#[test]
fn attached_files() {
    let note = stream("/Type/EmbeddedFile", "call 513-555-0100");
    let content = one_page(
        LINES,
        "/Annots[9 0 R]",
        "/Names<</EmbeddedFiles<</Names[(note.txt)7 0 R]>>>>",
        &[
            &note,
            "<</Type/Filespec/F(note.txt)/UF(note.txt)/EF<</F 6 0 R/UF 6 0 R>>>>",
            &note,
            "<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/P 3 0 R/FS<</Type/Filespec/F(pinned.txt)/EF<</F 8 0 R>>>>>>",
        ],
        "",
    );
    let shown = show("a.pdf", &content);
    assert!(shown.contains("\nnote.txt: read text/plain text\n") && shown.contains("\npinned.txt: read text/plain text\n"), "{shown}");
    assert_eq!(shown.matches("call 513-555-0100").count(), 2, "{shown}");
}

#[test]
fn xfa_forms() {
    let data = stream("", "<xfa:datasets xmlns:xfa='x'><xfa:data><f><Name>Ann Lee</Name></f></xfa:data></xfa:datasets>");
    let content = one_page("", "", "/AcroForm<</Fields[]/XFA[(datasets)6 0 R]>>", &[&data], "");
    check("a.pdf", &content, "read application/pdf form\n[form form] Name: Ann Lee");
}

fn locked(owner: &str, user: &str) -> Vec<u8> {
    let plain = one_page(LINES, "", "", &[], "");
    let mut document = lopdf::Document::load_mem(&plain).expect("a file");
    let id = Object::string_literal(&b"0123456789abcdef"[..]);
    document.trailer.set("ID", vec![id.clone(), id]);
    let version = EncryptionVersion::V2 { document: &document, owner_password: owner, user_password: user, key_length: 128, permissions: Permissions::empty() };
    let state = EncryptionState::try_from(version).expect("a key");
    document.encrypt(&state).expect("encrypted");
    let mut content = Vec::new();
    document.save_to(&mut content).expect("memory");
    content
}

#[test]
fn passwords() {
    let read = "read application/pdf text\n[page 1 text] Patient: Lee, Ann\\nDOB: 01/02/1980 MRN 445566";
    // Only the owner's password: everybody may read.
    check("a.pdf", &locked("owner", ""), read);
    let content = locked("owner", "Tulip-77");
    check("a.pdf", &content, "encrypted application/pdf none (no known password opens it)");
    let known = [Phi::new("wrong".to_string()), Phi::new("Tulip-77".to_string())];
    assert_eq!(print(&extract("a.pdf", &content, &Budget::default(), &known)), read);
}

#[test]
fn damaged_files() {
    let content = one_page(LINES, "", "", &[], "");
    // Without its table and trailer, the objects are found all the same.
    let cut = content.windows(4).position(|window| window == b"xref").unwrap_or(0);
    let shown = show("a.pdf", content.get(..cut).unwrap_or_default());
    assert!(shown.contains("Patient: Lee, Ann"), "{shown}");
    // Nothing but a content stream.
    let alone = format!("%PDF-1.4\n{}", stream("", LINES));
    let strings = "partly application/pdf text (damaged: only the strings of its streams, without their order on pages)\n[strings text] Patient: Lee, Ann\\nDOB: 01/02/1980   MRN 445566";
    check("a.pdf", alone.as_bytes(), strings);
    check("a.pdf", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog", "corrupt application/pdf none (no pages can be found)");
}

#[test]
fn hostile_files() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/documents/hostile"));
    if !folder.is_dir() {
        eprintln!("SKIPPED: {} is missing", folder.display());
        return;
    }
    let check = |name: &str, expect: &str| {
        let content = std::fs::read(folder.join(name)).expect("a file");
        let shown = show(name, &content);
        assert!(shown.starts_with(expect), "{name}: {}", shown.get(..200).unwrap_or(&shown));
    };
    check("xobj_cycle.pdf", "read application/pdf text (read by pdf_oxide: its forms draw themselves");
    check("xobj_laughs.pdf", "over_budget ");
    check("many_ops.pdf", "over_budget ");
    check("flate_bomb_2GB.pdf", "over_budget ");
    check("double_flate_8GB.pdf", "over_budget ");
    check("pagetree_cycle.pdf", "corrupt ");
    check("len_lie.pdf", "read application/pdf text");
}
