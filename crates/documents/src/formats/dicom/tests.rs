use crate::formats::testing::{check, show};

fn element(group: u16, number: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut out = [group.to_le_bytes(), number.to_le_bytes()].concat();
    out.extend_from_slice(vr);
    if matches!(vr, b"SQ" | b"OB" | b"OW" | b"UN" | b"UT") {
        out.extend_from_slice(&[0, 0]);
        out.extend_from_slice(&(value.len() as u32).to_le_bytes());
    } else {
        out.extend_from_slice(&(value.len() as u16).to_le_bytes());
    }
    out.extend_from_slice(value);
    out
}

fn item(body: &[u8]) -> Vec<u8> {
    [&[0xfe, 0xff, 0x00, 0xe0], &(body.len() as u32).to_le_bytes()[..], body].concat()
}

#[test]
fn headless_data_set() {
    let code = element(8, 0x104, b"LO", b"Finding ");
    let inner = element(0x40, 0xa043, b"SQ", &item(&code));
    let data = [
        element(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
        element(0x10, 0x10, b"PN", b"LEE^ANN "),
        element(0x10, 0x20, b"LO", b"77"),
        element(0x11, 0x10, b"LO", b"ACME"),
        element(0x11, 0x1001, b"LO", b"note"),
        element(0x11, 0x1002, b"OB", b"\0\x01\x02patient Ann Lee\0\x03"),
        element(0x11, 0x2001, b"UN", b"no creator"),
        element(0x28, 0x10, b"US", &[2, 0]),
        element(0x28, 0x1050, b"DS", b"40\\400"),
        element(0x40, 0xa730, b"SQ", &item(&inner)),
    ]
    .concat();
    let expect = "\
read application/dicom tags
[tags dicom] (0008,0016) SOPClassUID: 1.2.840.10008.5.1.4.1.1.7\\n(0010,0010) PatientName: LEE^ANN\\n(0010,0020) PatientID: 77\\n\
(0011,0010) PrivateCreator: ACME\\n(0011,1001) Private [ACME]: note\\n(0011,1002) Private [ACME]: patient Ann Lee\\n(0011,2001) Private: no creator\\n\
(0028,0010) Rows: 2\\n(0028,1050) WindowCenter: 40\\\\400\\n(0040,A730)[1].(0040,A043)[1].(0008,0104) CodeMeaning: Finding
[report text] Finding";
    check("x", &data, &expect.replace("\\\\400", "\\400"));
    // Cut off in the last sequence.
    assert!(
        show("x", &data[..data.len() - 3])
            .starts_with("partly application/dicom tags (the data set is damaged or cut off: what can be made out of it was read)\n[tags")
    );
    check("x", b"\x08\0\x05\0CS\xff\xff", "corrupt application/dicom none (the data set cannot be read)");
}

#[test]
fn directory() {
    let record = |kind: &[u8], more: &[Vec<u8>]| item(&[element(4, 0x1430, b"CS", kind), more.concat()].concat());
    let records = [
        record(b"PATIENT ", &[element(0x10, 0x10, b"PN", b"LEE^ANN "), element(0x10, 0x20, b"LO", b"77")]),
        record(b"STUDY ", &[element(8, 0x20, b"DA", b"20200102"), element(8, 0x1030, b"LO", b"knee")]),
        record(b"IMAGE ", &[element(4, 0x1500, b"CS", b"D\\I1"), element(0x20, 0x13, b"IS", b"1 "), element(0x20, 0x4000, b"LT", b"left")]),
    ];
    let data = [element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1\0"), element(4, 0x1130, b"CS", b"DISC"), element(4, 0x1220, b"SQ", &records.concat())].concat();
    let file = [&[0; 128][..], b"DICM", &data].concat();
    check("DICOMDIR", &file, "\
read application/dicom tags
[tags dicom] (0002,0010) TransferSyntaxUID: 1.2.840.10008.1.2.1\\n(0004,1130) FileSetID: DISC\\n(0004,1220)[3].(0020,4000) ImageComments: left
[DICOMDIR!rows 1-3 table RecordType|PatientName|PatientID|PatientBirthDate|PatientSex|StudyDate|StudyDescription|AccessionNumber|Modality|SeriesDescription|InstanceNumber|ReferencedFileID] \
PATIENT\\tLEE^ANN\\t77\\t\\t\\t\\t\\t\\t\\t\\t\\t\\nSTUDY\\tLEE^ANN\\t77\\t\\t\\t20200102\\tknee\\t\\t\\t\\t\\t\\nIMAGE\\t\\t\\t\\t\\t\\t\\t\\t\\t\\t1\\tD\\I1");
}

#[test]
fn pictures_without_and_beyond_pixels() {
    let picture = |syntax: &[u8], rows: u16, pixels: Vec<u8>| {
        let data = [
            element(2, 0x10, b"UI", syntax),
            element(8, 0x60, b"CS", b"US"),
            element(0x28, 2, b"US", &[1, 0]),
            element(0x28, 4, b"CS", b"MONOCHROME2 "),
            element(0x28, 0x10, b"US", &rows.to_le_bytes()),
            element(0x28, 0x11, b"US", &40_u16.to_le_bytes()),
            element(0x28, 0x100, b"US", &[8, 0]),
            pixels,
        ];
        show("x", &[&[0; 128][..], b"DICM", &data.concat()].concat()).lines().next().unwrap_or_default().to_string()
    };
    let native = |size: usize| element(0x7fe0, 0x10, b"OB", &vec![0; size]);
    let fragments = [&b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\0\0\0\0\xfe\xff\0\xe0\x02\0\0\0ab\xfe\xff\xdd\xe0\0\0\0\0"[..]].concat();
    let blank = if crate::ocr::available() {
        "read application/dicom tags".to_string()
    } else {
        format!("partly application/dicom tags (1 frames may hold burned-in text: {})", crate::ocr::missing())
    };
    assert_eq!(picture(b"1.2.840.10008.1.2.1\0", 40, native(1600)), blank);
    let lost = |why: &str| format!("partly application/dicom tags ({why} (1 frames): burned-in text was not looked for)");
    assert_eq!(picture(b"1.2.840.10008.1.2.1\0", 40, native(160)), lost("the pixel data cannot be decoded"));
    assert_eq!(picture(b"1.2.840.10008.1.2.4.80", 40, fragments.clone()), lost("there is no decoder for the compression of the pixel data"));
    assert_eq!(picture(b"1.2.840.10008.1.2.4.50", 40, fragments.clone()), lost("the pixel data cannot be decoded"));
    assert_eq!(picture(b"1.2.840.10008.1.2.5\0", 40, fragments), lost("the pixel data cannot be decoded"));
}

#[test]
fn burned_in() {
    if !crate::ocr::available() {
        eprintln!("SKIPPED: tesseract is not installed");
        return;
    }
    // A slope of grey with white letters over it in the corner, as scanners write them; a plain CT by its attributes.
    let words = crate::formats::testing::drawn(&["DELLA LEE", "LATE DETAIL"], 2);
    let at = |x: u32, y: u32| words.get_pixel_checked(x, y).is_some_and(|pixel| pixel.0[0] == 0);
    let pixels: Vec<u8> = (0..400).flat_map(|y| (0..512).map(move |x| (x, y))).map(|(x, y)| if at(x, y) { 255 } else { ((x + y) / 8) as u8 }).collect();
    let plain: Vec<u8> = (0..400_u32).flat_map(|y| (0..512_u32).map(move |x| ((x + y) / 8) as u8)).collect();
    let file = |pixels: &[u8]| {
        let head = [
            element(2, 0x10, b"UI", b"1.2.840.10008.1.2.1\0"),
            element(8, 0x60, b"CS", b"CT"),
            element(0x28, 2, b"US", &[1, 0]),
            element(0x28, 4, b"CS", b"MONOCHROME2 "),
            element(0x28, 8, b"IS", b"2 "),
            element(0x28, 0x10, b"US", &400_u16.to_le_bytes()),
            element(0x28, 0x11, b"US", &512_u16.to_le_bytes()),
            element(0x28, 0x100, b"US", &[8, 0]),
        ];
        let frames = element(0x7fe0, 0x10, b"OB", &[&plain, pixels].concat());
        [&[0; 128][..], b"DICM", &head.concat(), &frames].concat()
    };
    let found = show("x", &file(&pixels));
    assert!(found.starts_with("read application/dicom tags\n") && found.contains("[frame 2 text]") && found.contains("DELLA LEE"), "{found}");
    assert!(!show("x", &file(&plain)).contains("[frame"));
}
