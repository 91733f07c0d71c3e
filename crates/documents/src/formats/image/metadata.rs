//! What stands beside the pixels: EXIF, XMP, IPTC, comments and text blocks. Lines `Name: value`.

use crate::markup::{Markup, Token};
use crate::text;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};

/// Longest value and most lines: metadata is words, not data.
const VALUE: usize = 4096;
const LINES: usize = 2000;
/// Most bytes of a block that are looked at.
const BLOCK: usize = 4 << 20;

/// All of it, without repetition, in the order of the file.
pub(super) fn lines(content: &[u8], kind: &str) -> Vec<String> {
    let mut found = Found::default();
    match kind {
        "image/jpeg" => jpeg(content, &mut found),
        "image/png" => png(content, &mut found),
        "image/webp" => webp(content, &mut found),
        "image/gif" => gif(content, &mut found),
        "image/jp2" => boxes(content, &mut found),
        "image/tiff" => tiff(content, &mut found),
        "image/heic" | "image/avif" => {
            if let Ok(exif) = exif::Reader::new().read_from_container(&mut Cursor::new(content)) {
                found.fields(&exif);
            }
        }
        "image/x-portable-anymap" => {
            let head = content.get(..2048).unwrap_or(content);
            head.split(|&b| b == b'\n')
                .take_while(|line| line.is_ascii())
                .filter_map(|line| line.strip_prefix(b"#"))
                .for_each(|line| found.bytes("Comment", line));
        }
        _ => {}
    }
    found.lines
}

#[derive(Default)]
struct Found {
    lines: Vec<String>,
    seen: BTreeSet<String>,
}

impl Found {
    fn add(&mut self, name: &str, value: &str) {
        let words = |text: &str| text.chars().filter(|c| !c.is_control() || c.is_whitespace()).collect::<String>();
        let value = words(value).split_whitespace().collect::<Vec<_>>().join(" ");
        let value: String = value.chars().take(VALUE).collect();
        let line = format!("{}: {value}", words(name).trim());
        if !value.is_empty() && self.lines.len() < LINES && self.seen.insert(line.clone()) {
            self.lines.push(line);
        }
    }
    fn bytes(&mut self, name: &str, value: &[u8]) {
        if let Some(text) = text::decode(value.get(..BLOCK).unwrap_or(value)) {
            self.add(name, &text);
        }
    }
    fn exif(&mut self, block: &[u8]) {
        let mut reader = exif::Reader::new();
        let read = reader.continue_on_error(true).read_raw(block.get(..BLOCK).unwrap_or(block).to_vec());
        if let Ok(exif) = read.or_else(|error| error.distill_partial_result(|_| {})) {
            self.fields(&exif);
        }
    }
    fn fields(&mut self, exif: &exif::Exif) {
        for field in exif.fields() {
            let name = field.tag.to_string();
            match &field.value {
                exif::Value::Ascii(parts) => parts.iter().for_each(|part| self.bytes(&name, part)),
                // A comment is led by the name of its encoding; the fields of Windows are UTF-16 without any.
                exif::Value::Undefined(bytes, _) if name == "UserComment" => {
                    let body = bytes.get(8..).unwrap_or_default();
                    if bytes.starts_with(b"UNICODE") { self.wide(&name, body) } else { self.bytes(&name, body) }
                }
                exif::Value::Byte(bytes) if (0x9c9b..=0x9c9f).contains(&field.tag.number()) => {
                    let name = ["XPTitle", "XPComment", "XPAuthor", "XPKeywords", "XPSubject"].get(usize::from(field.tag.number() - 0x9c9b)).copied();
                    self.wide(name.unwrap_or_default(), bytes);
                }
                // Of numbers only the place: exposure and layout say nothing of people.
                _ if field.tag.context() == exif::Context::Gps => self.add(&name, &field.display_value().with_unit(exif).to_string()),
                _ => {}
            }
        }
    }
    fn wide(&mut self, name: &str, bytes: &[u8]) {
        let (text, _) = encoding_rs::UTF_16LE.decode_without_bom_handling(bytes);
        self.add(name, text.trim_end_matches('\0'));
    }
    /// XMP: the text of elements and the values of attributes, each with its name.
    fn xmp(&mut self, packet: &[u8]) {
        let Some(text) = text::decode(packet.get(..BLOCK).unwrap_or(packet)) else { return };
        let mut names: Vec<String> = Vec::new();
        for token in Markup::xml(&text) {
            match token {
                Token::Open { name, attributes, empty } => {
                    for (attribute, value) in attributes_of(attributes) {
                        if !attribute.starts_with("xmlns") && !matches!(attribute, "about" | "parseType" | "lang" | "xmptk" | "resource") {
                            self.add(attribute, value);
                        }
                    }
                    if !empty && names.len() < 64 {
                        names.push(name.to_string());
                    }
                }
                Token::Close(_) => {
                    names.pop();
                }
                Token::Text(value) => {
                    // Lists and alternatives are named by what they list.
                    let name = names.iter().rev().find(|name| !matches!(name.as_str(), "li" | "Alt" | "Bag" | "Seq" | "Description"));
                    self.add(name.map_or("xmp", String::as_str), &value);
                }
            }
        }
    }
    /// IPTC-IIM: data sets of record 2.
    fn iptc(&mut self, mut block: &[u8]) {
        while let Some([0x1c, record, number, high, low, rest @ ..]) = block.get(..) {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            let Some(value) = rest.get(..length) else { break };
            let name = match number {
                5 => "ObjectName",
                25 => "Keywords",
                40 => "SpecialInstructions",
                55 => "DateCreated",
                80 => "By-line",
                90 => "City",
                95 => "Province-State",
                101 => "Country",
                105 => "Headline",
                110 => "Credit",
                115 => "Source",
                116 => "CopyrightNotice",
                118 => "Contact",
                120 => "Caption-Abstract",
                122 => "Writer-Editor",
                _ => "",
            };
            if *record == 2 && !name.is_empty() {
                self.bytes(name, value);
            }
            block = rest.get(length..).unwrap_or_default();
        }
    }
    /// Photoshop's resource blocks; number 0x0404 is IPTC.
    fn resources(&mut self, mut block: &[u8]) {
        while let Some(rest) = block.strip_prefix(b"8BIM") {
            let number = rest.get(..2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_be_bytes);
            let name = usize::from(rest.get(2).copied().unwrap_or(0)) + 1;
            let at = 2 + name.next_multiple_of(2);
            let Some(length) = rest.get(at..at + 4).and_then(|four| four.try_into().ok()).map(|four| u32::from_be_bytes(four) as usize) else { return };
            let Some(value) = rest.get(at + 4..(at + 4).saturating_add(length)) else { return };
            if number == 0x0404 {
                self.iptc(value);
            }
            block = rest.get((at + 4).saturating_add(length.next_multiple_of(2))..).unwrap_or_default();
        }
    }
}

/// Attributes `prefix:name="value"`: local name and value.
fn attributes_of(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, after) = after.get(1..)?.split_once(quote)?;
        rest = after;
        let name = name.trim();
        Some((if name.starts_with("xmlns") { name } else { name.rsplit(':').next().unwrap_or(name) }, value))
    })
}

fn jpeg(content: &[u8], found: &mut Found) {
    let mut rest = content.get(2..).unwrap_or_default();
    while let Some([0xff, marker, high, low, ..]) = rest.get(..4) {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        // Fill bytes, and markers without a body.
        if *marker == 0xff || (0xd0..=0xd8).contains(marker) || *marker == 1 {
            rest = rest.get(if *marker == 0xff { 1 } else { 2 }..).unwrap_or_default();
            continue;
        }
        let Some(body) = rest.get(4..2 + length) else { break };
        match marker {
            0xe1 if body.starts_with(b"Exif\0\0") => found.exif(body.get(6..).unwrap_or_default()),
            0xe1 => {
                if let Some(packet) = body.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                    found.xmp(packet);
                }
            }
            0xed => {
                if let Some(blocks) = body.strip_prefix(b"Photoshop 3.0\0") {
                    found.resources(blocks);
                }
            }
            0xfe => found.bytes("Comment", body),
            0xda => break,
            _ => {}
        }
        rest = rest.get(2 + length..).unwrap_or_default();
    }
}

fn png(content: &[u8], found: &mut Found) {
    let mut rest = content.get(8..).unwrap_or_default();
    while let Some((length, kind)) = rest.get(..8).and_then(|head| head.split_at_checked(4)) {
        let length = length.try_into().map_or(0, u32::from_be_bytes) as usize;
        let Some(body) = rest.get(8..8_usize.saturating_add(length)) else { break };
        let (name, value) = body.iter().position(|&b| b == 0).and_then(|at| body.split_at_checked(at)).unwrap_or((body, &[]));
        let (name, value) = (String::from_utf8_lossy(name.get(..80).unwrap_or(name)), value.get(1..).unwrap_or_default());
        match kind {
            b"eXIf" => found.exif(body),
            b"tEXt" => found.bytes(&name, value),
            b"zTXt" => found.bytes(&name, &inflated(value.get(1..).unwrap_or_default())),
            b"iTXt" => {
                // Compressed or not, method, language, translated keyword, text.
                let packed = value.first() == Some(&1);
                let mut parts = value.get(2..).unwrap_or_default().splitn(3, |&b| b == 0);
                let text = parts.nth(2).unwrap_or_default();
                let text = if packed { inflated(text) } else { text.to_vec() };
                if name == "XML:com.adobe.xmp" { found.xmp(&text) } else { found.bytes(&name, &text) }
            }
            _ => {}
        }
        rest = rest.get(12_usize.saturating_add(length)..).unwrap_or_default();
    }
}

fn inflated(packed: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // What was had before a fault is kept.
    let _ = flate2::read::ZlibDecoder::new(packed).take(BLOCK as u64).read_to_end(&mut out);
    out
}

fn webp(content: &[u8], found: &mut Found) {
    let mut rest = content.get(12..).unwrap_or_default();
    while let Some((kind, length)) = rest.get(..8).and_then(|head| head.split_at_checked(4)) {
        let length = length.try_into().map_or(0, u32::from_le_bytes) as usize;
        let Some(body) = rest.get(8..8_usize.saturating_add(length)) else { break };
        match kind {
            b"EXIF" => found.exif(body.strip_prefix(b"Exif\0\0").unwrap_or(body)),
            b"XMP " => found.xmp(body),
            _ => {}
        }
        rest = rest.get(8_usize.saturating_add(length.next_multiple_of(2))..).unwrap_or_default();
    }
}

/// Comment extensions.
fn gif(content: &[u8], found: &mut Found) {
    let colours = |flags: u8| if flags & 0x80 != 0 { 3 << ((flags & 7) + 1) } else { 0 };
    let mut at = 13 + colours(content.get(10).copied().unwrap_or(0));
    loop {
        let label = match (content.get(at), content.get(at + 1)) {
            (Some(0x21), Some(label)) => {
                at += 2;
                *label
            }
            (Some(0x2c), _) => {
                at += 11 + colours(content.get(at + 9).copied().unwrap_or(0));
                0
            }
            _ => return,
        };
        let mut body = Vec::new();
        while let Some(&length) = content.get(at).filter(|length| **length > 0) {
            let block = content.get(at + 1..at + 1 + usize::from(length)).unwrap_or_default();
            if label == 0xfe && body.len() < VALUE * 4 {
                body.extend_from_slice(block);
            }
            at += 1 + usize::from(length);
        }
        at += 1;
        found.bytes("Comment", &body);
    }
}

/// The XML boxes of JPEG 2000.
fn boxes(content: &[u8], found: &mut Found) {
    let mut rest = content;
    while let Some((length, kind)) = rest.get(..8).and_then(|head| head.split_at_checked(4)) {
        let length = length.try_into().map_or(0, u32::from_be_bytes) as usize;
        let length = if length == 0 { rest.len() } else { length };
        let Some(body) = rest.get(8..length) else { break };
        match kind {
            b"xml " => found.xmp(body),
            b"uuid" if body.starts_with(b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac") => found.xmp(body.get(16..).unwrap_or_default()),
            _ => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// The words of every page's directory; EXIF as such.
fn tiff(content: &[u8], found: &mut Found) {
    use ::tiff::decoder::{Decoder, Limits, ifd::Value};
    let mut limits = Limits::default();
    limits.ifd_value_size = BLOCK;
    let Ok(decoder) = Decoder::new(Cursor::new(content)) else { return };
    let mut decoder = decoder.with_limits(limits);
    for _ in 0..1000 {
        let tags: Vec<_> = decoder.tag_iter().flatten().collect();
        for (tag, value) in tags {
            let name = match tag.to_u16() {
                269 => "DocumentName",
                270 => "ImageDescription",
                271 => "Make",
                272 => "Model",
                285 => "PageName",
                305 => "Software",
                306 => "DateTime",
                315 => "Artist",
                316 => "HostComputer",
                337 => "TargetPrinter",
                33432 => "Copyright",
                700 => "XMP",
                33723 => "IPTC",
                34377 => "Photoshop",
                _ => continue,
            };
            match (name, value) {
                ("XMP", value) => found.xmp(&value.into_u8_vec().unwrap_or_default()),
                ("IPTC", value) => found.iptc(&value.into_u8_vec().unwrap_or_default()),
                ("Photoshop", value) => found.resources(&value.into_u8_vec().unwrap_or_default()),
                (_, Value::Ascii(text)) => found.add(name, &text),
                _ => {}
            }
        }
        if !decoder.more_images() || decoder.next_image().is_err() {
            break;
        }
    }
    // The camera's own directory.
    if content.len() <= BLOCK {
        found.exif(content);
    }
}
