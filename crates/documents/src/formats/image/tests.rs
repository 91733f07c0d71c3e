use super::netpbm;
use crate::formats::testing::{check, show};
use image::{DynamicImage, GrayImage, ImageFormat};
use std::io::Cursor;

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let page = DynamicImage::ImageLuma8(GrayImage::from_pixel(width, height, image::Luma([255])));
    page.to_rgb8().write_to(&mut out, format).expect("a picture is written");
    out.into_inner()
}

/// What a page without text gives, with and without Tesseract.
fn blank(kind: &str, name: &str, content: &[u8]) {
    let status =
        if crate::ocr::available() { format!("read {kind} ocr (no text found by OCR)") } else { format!("needs_ocr {kind} none ({})", crate::ocr::missing()) };
    check(name, content, &status);
}

#[test]
fn every_kind() {
    for (format, kind) in [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::Gif, "image/gif"),
        (ImageFormat::Bmp, "image/bmp"),
        (ImageFormat::WebP, "image/webp"),
        (ImageFormat::Tiff, "image/tiff"),
        (ImageFormat::Pnm, "image/x-portable-anymap"),
    ] {
        blank(kind, "x", &picture(120, 80, format));
        check("x", &picture(16, 16, format), &format!("read {kind} none (a picture too small to hold text)"));
    }
    assert!(netpbm(b"P5\n# made by hand\n12 8\n255\n") && !netpbm(b"P5 is the plan for today") && !netpbm(b"P1"));
}

#[test]
fn declared_sizes_are_not_believed() {
    let mut png = picture(120, 80, ImageFormat::Png);
    png.splice(16..24, [0, 3, 0, 0, 0, 3, 0, 0]);
    let crc = {
        let mut crc = flate2::Crc::new();
        crc.update(&png[12..29]);
        crc.sum()
    };
    png.splice(29..33, crc.to_be_bytes());
    check("x", &png, "over_budget image/png none (it declares more pixels than are decoded)");
    let mut bmp = picture(120, 80, ImageFormat::Bmp);
    bmp.splice(18..26, [0x20, 0x4e, 0, 0, 0x20, 0x4e, 0, 0]);
    check("x", &bmp, "over_budget image/bmp none (it declares more pixels than are decoded)");
    check("x", b"P5 99999 99999 255\n", "over_budget image/x-portable-anymap none (it declares more pixels than are decoded)");
    check("x", &picture(120, 80, ImageFormat::Png)[..60], "corrupt image/png none (the picture cannot be decoded)");
    check("x", b"\xff\xd8\xff\xe0garbage that is no picture at all", "corrupt image/jpeg none (the picture cannot be decoded)");
    check("x", b"II*\0\x08\0\0\0\0\0\0\0\0\0", "corrupt image/tiff none (no picture can be decoded)");
    check("x", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "unsupported image/heic none (a picture in HEIF: there is no decoder)");
}

/// Compression, further tags, body.
type Sheet<'a> = (u16, &'a [(u16, u32)], &'a [u8]);

/// A TIFF of one page per body.
fn tiff(pages: &[Sheet<'_>]) -> Vec<u8> {
    let mut out = b"II*\0\0\0\0\0".to_vec();
    let mut link = 4;
    for (compression, more, body) in pages {
        let at = out.len() as u32;
        out.extend_from_slice(body);
        out.resize(out.len().next_multiple_of(2), 0);
        let directory = out.len() as u32;
        out.splice(link..link + 4, directory.to_le_bytes());
        let mut tags = vec![(256, 64), (257, 32), (258, 1), (259, u32::from(*compression)), (262, 0), (273, at), (277, 1), (278, 32), (279, body.len() as u32)];
        tags.extend_from_slice(more);
        tags.sort_unstable();
        out.extend_from_slice(&(tags.len() as u16).to_le_bytes());
        for (tag, value) in tags {
            out.extend_from_slice(&[&u16::to_le_bytes(tag)[..], &4_u16.to_le_bytes(), &1_u32.to_le_bytes(), &value.to_le_bytes()].concat());
        }
        link = out.len();
        out.extend_from_slice(&[0; 4]);
    }
    out
}

#[test]
fn pages_of_a_fax() {
    // Group 4: a white line is one bit. Group 3: a white run of 64 is 11011, then 00110101 for none.
    let white4 = [0xff, 0xff, 0xff, 0xff];
    let file = tiff(&[(4, &[], &white4), (3, &[], &[0; 8]), (4, &[(266, 2)], &white4), (34661, &[], &white4)]);
    let expect = if crate::ocr::available() {
        "partly image/tiff ocr (1 of 4 pages: there is no decoder for its compression)".to_string()
    } else {
        format!("needs_ocr image/tiff none (1 of 4 pages: there is no decoder for its compression; 3 of 4 pages: {})", crate::ocr::missing())
    };
    check("x", &file, &expect);
}

#[test]
fn words_beside_the_pixels() {
    let mut png = picture(16, 16, ImageFormat::Png);
    let chunk = |kind: &[u8], body: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(&[kind, body].concat());
        [&(body.len() as u32).to_be_bytes()[..], kind, body, &crc.sum().to_be_bytes()].concat()
    };
    let xmp = b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta><rdf:Description tiff:Artist='A. Lee'><dc:title><rdf:Alt><rdf:li>Knee</rdf:li></rdf:Alt></dc:title></rdf:Description></x:xmpmeta>";
    let exif = b"II*\0\x08\0\0\0\x01\0\x3b\x01\x02\0\x08\0\0\0\x1a\0\0\0\0\0\0\0Ann Lee\0";
    png.splice(33..33, [chunk(b"tEXt", b"Author\0Ann Lee"), chunk(b"iTXt", xmp), chunk(b"eXIf", exif)].concat());
    check(
        "x",
        &png,
        "read image/png none (a picture too small to hold text)\n[metadata form] Author: Ann Lee\\nArtist: A. Lee\\ntitle: Knee\\nArtist: Ann Lee",
    );
    let mut jpeg = picture(16, 16, ImageFormat::Jpeg);
    let iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0c\x1c\x02\x50\0\x07Ann Lee";
    let segment = |marker: u8, body: &[u8]| [&[0xff, marker][..], &(body.len() as u16 + 2).to_be_bytes(), body].concat();
    jpeg.splice(2..2, [segment(0xfe, b"knee of Ann Lee"), segment(0xed, iptc)].concat());
    assert_eq!(show("x", &jpeg).lines().last(), Some("[metadata form] Comment: knee of Ann Lee\\nBy-line: Ann Lee"));
}

#[test]
fn words_of_a_picture() {
    if !crate::ocr::available() {
        eprintln!("SKIPPED: tesseract is not installed");
        return;
    }
    let page = crate::formats::testing::drawn(&["DELLA LEE DETAIL", "LATE DIAL", "DELLA LEE DETAIL"], 4);
    for (what, page) in [
        ("upright", page.clone()),
        ("upside down", image::imageops::rotate180(&page)),
        ("white on black", {
            let mut black = page.clone();
            image::imageops::invert(&mut black);
            black
        }),
    ] {
        let mut png = Cursor::new(Vec::new());
        page.write_to(&mut png, ImageFormat::Png).expect("a picture is written");
        let text = show("x", &png.into_inner());
        assert!(text.contains("DELLA LEE") && text.contains("[page 1 text]") && text.starts_with("read image/png ocr"), "{what}: {text}");
    }
}
