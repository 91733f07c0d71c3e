//! A small PDF writer: text in Helvetica, deflated pages, WinAnsi encoding.

use flate2::{Compression, write::ZlibEncoder};
use std::io::Write;

/// A file whose pages hold these lines; a line that begins with `# ` is a heading.
pub fn pdf(pages: &[Vec<String>]) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = Vec::new();
    let kids: Vec<String> = (0..pages.len()).map(|i| format!("{} 0 R", 5 + 2 * i)).collect();
    objects.push(b"<< /Type /Catalog /Pages 2 0 R >>".to_vec());
    objects.push(format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()).into_bytes());
    objects.push(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec());
    objects.push(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>".to_vec());
    for (i, lines) in pages.iter().enumerate() {
        let content = 6 + 2 * i;
        objects.push(
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {content} 0 R >>")
                .into_bytes(),
        );
        let packed = deflate(&page(lines));
        let mut object = format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", packed.len()).into_bytes();
        object.extend(packed);
        object.extend(b"\nendstream");
        objects.push(object);
    }
    let mut out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut offsets = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.extend(format!("{} 0 obj\n", i + 1).as_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    for offset in offsets {
        out.extend(format!("{offset:010} 00000 n \n").as_bytes());
    }
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1).as_bytes());
    out
}

fn page(lines: &[String]) -> Vec<u8> {
    let mut out = b"BT\n/F1 10 Tf\n14 TL\n56 740 Td\n".to_vec();
    for line in lines {
        let (font, text) = match line.strip_prefix("# ") {
            Some(heading) => ("/F2 13 Tf\n", heading),
            None => ("/F1 10 Tf\n", line.as_str()),
        };
        out.extend(font.as_bytes());
        out.push(b'(');
        for c in text.chars() {
            match c {
                '(' | ')' | '\\' => out.extend([b'\\', c as u8]),
                c if (c as u32) < 256 => out.push(c as u32 as u8),
                _ => out.push(b'?'),
            }
        }
        out.extend(b") Tj\nT*\n");
    }
    out.extend(b"ET\n");
    out
}

/// In zlib form; the same on every machine.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_leads_to_its_object() {
        let file = pdf(&[vec!["# A (b)".into(), "Núñez".into()], vec!["two".into()]]);
        let text: String = file.iter().map(|&b| b as char).collect();
        let table = text.split("xref\n").nth(1).unwrap();
        let offsets: Vec<usize> = table.lines().skip(2).take_while(|l| l.ends_with("n ")).map(|l| l[..10].parse().unwrap()).collect();
        assert_eq!(offsets.len(), 8);
        for (i, &o) in offsets.iter().enumerate() {
            assert!(file[o..].starts_with(format!("{} 0 obj", i + 1).as_bytes()));
        }
    }
}
