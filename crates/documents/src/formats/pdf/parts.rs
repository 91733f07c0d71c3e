//! What a PDF holds beside its pages, from its objects: form fields (XFA too), annotations, attached files, metadata, bookmarks.

use super::lopdf::STREAM;
use crate::formats::blocks::squeeze;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use std::collections::{BTreeMap, BTreeSet};

/// Most fields, annotations, bookmarks, nested values that are looked at.
const MOST: usize = 200_000;

/// What was found.
#[derive(Default)]
pub(super) struct Parts {
    /// Form fields as `name: value`.
    pub form: Vec<String>,
    /// XML packets of XFA forms by name.
    pub xfa: Vec<(String, String)>,
    /// Contents of annotations by page, from 1.
    pub notes: BTreeMap<u32, Vec<String>>,
    /// Name and content of attached files: `None` and the length as stored where it cannot be unpacked.
    pub files: Vec<(String, Option<Vec<u8>>, u64)>,
    /// Entries of the information dictionary.
    pub information: Vec<(&'static str, String)>,
    /// The XMP packet.
    pub xmp: Option<String>,
    /// Titles of bookmarks.
    pub bookmarks: Vec<String>,
}

/// Reads all parts; attached files up to `room` bytes in all.
pub(super) fn read(document: &Document, room: u64) -> Parts {
    let mut parts = Parts::default();
    let catalog = document.catalog().ok();
    let mut fields = BTreeSet::new();
    if let Some(form) = catalog.and_then(|catalog| dictionary(document, catalog, b"AcroForm")) {
        parts.form = form_fields(document, form, &mut fields);
        parts.xfa = xfa(document, form);
    }
    notes(document, &mut fields, &mut parts);
    parts.files = files(document, room);
    let information = document.trailer.get(b"Info").ok().and_then(|info| document.dereference(info).ok()?.1.as_dict().ok());
    for (name, key) in [("Title", "Title"), ("Author", "Author"), ("Subject", "Subject"), ("Keywords", "Keywords")] {
        parts.information.extend(information.and_then(|info| Some((name, text(document, info.get(key.as_bytes()).ok()?)?))));
    }
    let packet = catalog.and_then(|catalog| get(document, catalog, b"Metadata")?.as_stream().ok());
    parts.xmp = packet.and_then(unpacked).and_then(|packet| crate::text::decode(&packet));
    if let Some(outlines) = catalog.and_then(|catalog| dictionary(document, catalog, b"Outlines")) {
        parts.bookmarks = bookmarks(document, outlines);
    }
    parts
}

fn get<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    document.dereference(dictionary.get(key).ok()?).ok().map(|(_, object)| object)
}

fn dictionary<'a>(document: &'a Document, outer: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    match get(document, outer, key)? {
        Object::Dictionary(inner) => Some(inner),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}

fn unpacked(stream: &Stream) -> Option<Vec<u8>> {
    stream.get_plain_content_with_limit(STREAM).ok()
}

/// A string's, stream's, name's, number's or list's text.
fn text(document: &Document, object: &Object) -> Option<String> {
    let (_, object) = document.dereference(object).ok()?;
    let text = match object {
        Object::String(bytes, _) => string(object, bytes),
        Object::Name(name) => String::from_utf8_lossy(name).into_owned(),
        Object::Stream(stream) => crate::text::decode(&unpacked(stream)?)?,
        Object::Integer(number) => number.to_string(),
        Object::Real(number) => number.to_string(),
        Object::Array(items) => {
            let items = items.iter().take(1000).filter_map(|item| document.dereference(item).ok());
            let one = |object: &Object| if let Object::String(bytes, _) = object { Some(string(object, bytes)) } else { None };
            items.filter_map(|(_, item)| one(item)).collect::<Vec<_>>().join(", ")
        }
        _ => return None,
    };
    Some(text.replace('\0', "")).filter(|text| !text.trim().is_empty())
}

fn string(object: &Object, bytes: &[u8]) -> String {
    if let Some(wide) = bytes.strip_prefix(b"\xff\xfe") {
        // Little endian is not allowed, and written all the same.
        return encoding_rs::UTF_16LE.decode_without_bom_handling(wide).0.into_owned();
    }
    lopdf::decode_text_string(object).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned())
}

/// All fields with a value; `seen` receives the objects that are fields.
fn form_fields(document: &Document, form: &Dictionary, seen: &mut BTreeSet<ObjectId>) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(Object::Array(roots)) = get(document, form, b"Fields") else { return lines };
    let mut open: Vec<(&Object, String, Option<&Dictionary>)> = roots.iter().rev().map(|root| (root, String::new(), None)).collect();
    let mut looked = 0;
    while let Some((object, prefix, parent)) = open.pop() {
        looked += 1;
        let Ok((id, Object::Dictionary(field))) = document.dereference(object) else { continue };
        if looked > MOST || id.is_some_and(|id| !seen.insert(id)) {
            continue;
        }
        let own = field.get(b"T").ok().and_then(|name| text(document, name));
        let name = match own {
            Some(own) if prefix.is_empty() => own,
            Some(own) => format!("{prefix}.{own}"),
            None => prefix,
        };
        // A name that grows without end is a loop of objects without identity, or bait.
        if name.len() > 4096 {
            continue;
        }
        if let Some(Object::Array(kids)) = get(document, field, b"Kids") {
            let with_value = if field.has(b"V") { Some(field) } else { parent };
            let named = |kid: &&Object| document.dereference(kid).is_ok_and(|(_, kid)| kid.as_dict().is_ok_and(|kid| kid.has(b"T")));
            if kids.iter().any(|kid| named(&kid)) {
                open.extend(kids.iter().rev().map(|kid| (kid, name.clone(), with_value)));
                continue;
            }
            seen.extend(kids.iter().filter_map(|kid| kid.as_reference().ok()));
        }
        lines.extend(field_line(document, field, parent, &name));
    }
    lines
}

fn field_line(document: &Document, field: &Dictionary, parent: Option<&Dictionary>, name: &str) -> Option<String> {
    let value = field.get(b"V").ok().or_else(|| parent?.get(b"V").ok())?;
    let mut value = squeeze(&text(document, value)?);
    if value.is_empty() || value == "Off" {
        return None;
    }
    // A choice is stored as its code; the list of options says what it reads.
    if let Some(Object::Array(options)) = get(document, field, b"Opt") {
        let shown = options.iter().take(10_000).find_map(|option| {
            let Object::Array(pair) = document.dereference(option).ok()?.1 else { return None };
            (text(document, pair.first()?)? == value).then(|| text(document, pair.get(1)?))?
        });
        value = shown.map_or(value, |shown| squeeze(&shown));
    }
    let label = field.get(b"TU").ok().and_then(|label| text(document, label)).map(|label| squeeze(&label));
    Some(format!("{}: {value}", label.filter(|label| !label.is_empty()).unwrap_or_else(|| squeeze(name))))
}

fn xfa(document: &Document, form: &Dictionary) -> Vec<(String, String)> {
    let packet = |object: &Object| -> Option<String> {
        let (_, object) = document.dereference(object).ok()?;
        crate::text::decode(&unpacked(object.as_stream().ok()?)?)
    };
    match get(document, form, b"XFA") {
        Some(Object::Array(items)) => {
            let pair = |pair: &[Object]| Some((text(document, pair.first()?)?, packet(pair.get(1)?)?));
            items.chunks(2).take(100).filter_map(pair).collect()
        }
        Some(whole) => packet(whole).map(|packet| (String::new(), packet)).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Contents of the annotations of every page, and fields that only a page knows.
fn notes(document: &Document, fields: &mut BTreeSet<ObjectId>, parts: &mut Parts) {
    let mut looked = 0;
    for (number, page) in document.get_pages() {
        let Some(Object::Array(annotations)) = document.get_dictionary(page).ok().and_then(|page| get(document, page, b"Annots")) else { continue };
        let mut lines = Vec::new();
        for annotation in annotations {
            looked += 1;
            let Ok((id, Object::Dictionary(annotation))) = document.dereference(annotation) else { continue };
            if looked > MOST {
                return;
            }
            let of = |key: &[u8]| annotation.get(key).ok().and_then(|value| text(document, value));
            match annotation.get(b"Subtype").and_then(Object::as_name) {
                Ok(b"Popup") => continue,
                Ok(b"Widget") => {
                    if id.is_none_or(|id| fields.insert(id)) {
                        parts.form.extend(field_line(document, annotation, None, &of(b"T").unwrap_or_default()));
                    }
                    continue;
                }
                _ => {}
            }
            let contents = of(b"Contents").or_else(|| Some(plain(&of(b"RC")?)));
            let Some(contents) = contents.map(|contents| crate::text::lines(&contents)) else { continue };
            match of(b"T") {
                Some(author) if annotation.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind != b"Link") => {
                    lines.push(format!("{}: {}", squeeze(&author), contents.trim()));
                }
                _ => lines.push(contents.trim().to_string()),
            }
        }
        if !lines.is_empty() {
            parts.notes.insert(number, lines);
        }
    }
}

/// Rich text without its markup.
fn plain(markup: &str) -> String {
    let text = crate::markup::Markup::xml(markup).filter_map(|token| match token {
        crate::markup::Token::Text(text) => Some(text.into_owned()),
        crate::markup::Token::Close("p") => Some("\n".to_string()),
        _ => None,
    });
    text.collect::<String>().trim().to_string()
}

/// Every embedded file of any file specification, wherever it hangs: the names tree, an annotation, nowhere.
fn files(document: &Document, mut room: u64) -> Vec<(String, Option<Vec<u8>>, u64)> {
    let (mut out, mut seen, mut looked) = (Vec::new(), BTreeSet::new(), 0);
    for object in document.objects.values() {
        let mut open = vec![object];
        while let Some(object) = open.pop() {
            looked += 1;
            if looked > MOST * 50 {
                return out;
            }
            let dictionary = match object {
                Object::Dictionary(dictionary) => dictionary,
                Object::Stream(stream) => &stream.dict,
                Object::Array(items) => {
                    open.extend(items.iter().rev().filter(|item| matches!(item, Object::Array(_) | Object::Dictionary(_))));
                    continue;
                }
                _ => continue,
            };
            open.extend(dictionary.iter().map(|(_, value)| value).filter(|value| matches!(value, Object::Array(_) | Object::Dictionary(_))));
            let Some(embedded) = self::dictionary(document, dictionary, b"EF") else { continue };
            let name = [&b"UF"[..], b"F", b"Unix", b"DOS"].iter().find_map(|key| text(document, dictionary.get(key).ok()?));
            let name = name.unwrap_or_else(|| format!("attachment {}", out.len() + 1));
            let mut found = false;
            for (_, file) in embedded.iter() {
                let Ok((id, Object::Stream(stream))) = document.dereference(file) else { continue };
                found = true;
                if id.is_some_and(|id| !seen.insert(id)) {
                    continue;
                }
                let content = stream.get_plain_content_with_limit(usize::try_from(room).unwrap_or(usize::MAX)).ok();
                room = room.saturating_sub(content.as_ref().map_or(0, |content| content.len() as u64));
                out.push((name.clone(), content, stream.content.len() as u64));
            }
            if !found {
                out.push((name, None, 0));
            }
        }
    }
    out
}

fn bookmarks(document: &Document, outlines: &Dictionary) -> Vec<String> {
    let (mut titles, mut seen) = (Vec::new(), BTreeSet::new());
    let mut open: Vec<&Object> = outlines.get(b"First").into_iter().collect();
    while let Some(object) = open.pop() {
        let Ok((id, Object::Dictionary(item))) = document.dereference(object) else { continue };
        if id.is_none_or(|id| !seen.insert(id)) || titles.len() >= MOST {
            continue;
        }
        titles.extend(item.get(b"Title").ok().and_then(|title| text(document, title)).map(|title| squeeze(&title)));
        open.extend(item.get(b"Next"));
        open.extend(item.get(b"First"));
    }
    titles
}
