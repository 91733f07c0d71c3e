//! Packages of Office Open XML: their main part, their relations, what all of them carry besides (properties, charts, pictures, embedded files).

use super::blocks::Blocks;
use super::objects::PICTURE;
use super::properties::Properties;
use super::zip::{self, Archive};
use crate::markup::{Markup, Token, attribute};
use crate::{Head, Task, text};
use dosimeter_case::tables::DocumentStatus;
use std::collections::BTreeMap;

/// Most links given of one file.
const LINKS: usize = 10_000;

/// The main part's name; what comes before its last `/` is the folder of its kind.
pub(super) fn main(archive: &mut Archive<'_>) -> Option<String> {
    for known in ["word/document.xml", "xl/workbook.xml", "xl/workbook.bin", "ppt/presentation.xml"] {
        if archive.index_for_name(known).is_some() {
            return Some(known.to_string());
        }
    }
    archive.index_for_name("[Content_Types].xml")?;
    let relations = text::decode(&zip::part(archive, "_rels/.rels", 1 << 20)?)?;
    let target = relations_of(&relations, "").into_values().find(|relation| relation.kind.ends_with("/officeDocument"))?.target;
    archive.index_for_name(&target).is_some().then_some(target)
}

/// Whether the main part's root element is `root`.
pub(super) fn is(head: &Head<'_>, root: &str) -> bool {
    if !zip::recognise(head) {
        return false;
    }
    let Some(mut archive) = zip::open(head.content) else { return false };
    let Some(name) = main(&mut archive) else { return false };
    match root {
        "document" if name == "word/document.xml" => true,
        "workbook" if name == "xl/workbook.xml" => true,
        "presentation" if name == "ppt/presentation.xml" => true,
        _ if name.ends_with(".bin") => root == "workbook.bin",
        _ => {
            let start = zip::part(&mut archive, &name, 4096).unwrap_or_default();
            let start = text::decode(&start).unwrap_or_default();
            let first = Markup::xml(&start).find_map(|token| match token {
                Token::Open { name, .. } => Some(name.to_string()),
                _ => None,
            });
            first.as_deref() == Some(root)
        }
    }
}

/// What a part refers to.
pub(super) struct Relation {
    pub kind: String,
    pub target: String,
    pub external: bool,
}

/// The relations of a part, by their number; targets are full names.
pub(super) fn relations_of(xml: &str, part: &str) -> BTreeMap<String, Relation> {
    let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut out = BTreeMap::new();
    for token in Markup::xml(xml) {
        if let Token::Open { name: "Relationship", attributes, .. } = token
            && let (Some(id), Some(target)) = (attribute(attributes, "Id"), attribute(attributes, "Target"))
        {
            let external = attribute(attributes, "TargetMode").is_some_and(|mode| mode == "External");
            let target = if external { target.into_owned() } else { join(folder, &target) };
            out.insert(id.into_owned(), Relation { kind: attribute(attributes, "Type").unwrap_or_default().into_owned(), target, external });
        }
    }
    out
}

fn join(folder: &str, target: &str) -> String {
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_string();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            ".." => _ = parts.pop(),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The relations of a part in its package.
pub(super) fn relations(archive: &mut Archive<'_>, part: &str, task: &mut Task<'_, '_>) -> BTreeMap<String, Relation> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let place = if folder.is_empty() { format!("_rels/{name}.rels") } else { format!("{folder}/_rels/{name}.rels") };
    xml(archive, &place, task).map(|xml| relations_of(&xml, part)).unwrap_or_default()
}

/// The names of all parts, sorted.
pub(super) fn names(archive: &Archive<'_>) -> Vec<String> {
    let mut names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    names.sort();
    names
}

/// An XML part of a package as text.
pub(super) fn xml(archive: &mut Archive<'_>, name: &str, task: &mut Task<'_, '_>) -> Option<String> {
    let limit = task.budget().text_chars.saturating_mul(4).min(task.budget().expanded_bytes);
    let at = archive.index_for_name(name)?;
    let mut part = Vec::new();
    let file = archive.by_index(at).ok()?;
    // What of a damaged part can be unpacked is read.
    if std::io::Read::read_to_end(&mut std::io::Read::take(file, limit), &mut part).is_err() {
        task.problem(DocumentStatus::Partly, "a part is damaged");
    }
    if part.len() as u64 == limit {
        task.problem(DocumentStatus::OverBudget, "a part unpacks to more than the budget");
    }
    if part.starts_with(b"\xfe\xff") || part.starts_with(b"\xff\xfe") {
        return text::decode(&part);
    }
    if part.get(..4096).unwrap_or(&part).windows(8).any(|window| window == b"<!ENTITY") {
        task.problem(DocumentStatus::Partly, "entities are not expanded");
    }
    // Packages are UTF-8; a part that was cut off may end within a character.
    let part = String::from_utf8(part).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Some(part.strip_prefix('\u{feff}').map(String::from).unwrap_or(part))
}

/// What every package may carry: properties, links, charts and diagrams, custom data, macros, pictures and embedded files.
pub(super) fn rest(task: &mut Task<'_, '_>, archive: &mut Archive<'_>, names: &[String]) {
    let mut properties = Properties::default();
    for name in names.iter().filter(|name| name.starts_with("docProps/") && name.ends_with(".xml")) {
        if let Some(part) = xml(archive, name, task) {
            properties.xml(&part);
        }
    }
    properties.give(task);
    let mut links = Vec::new();
    for name in names {
        let file = name.rsplit('/').next().unwrap_or_default();
        if name.ends_with(".rels") {
            if let Some(part) = xml(archive, name, task) {
                let found = relations_of(&part, "").into_values().filter(|relation| relation.external && relation.kind.ends_with("/hyperlink"));
                links.extend(found.map(|relation| relation.target));
                links.truncate(LINKS);
            }
        } else if name.contains("/charts/chart")
            || name.contains("/diagrams/data")
            || name.starts_with("customXml/item") && !name.contains("Props")
            || name.contains("/chartEx")
        {
            if let Some(part) = xml(archive, name, task) {
                let label = file.strip_suffix(".xml").unwrap_or(file);
                if name.contains("/charts/") { chart(&part).give(task, label) } else { lines(&part).give(task, label) }
            }
        } else if file == "vbaProject.bin"
            && let Some(part) = zip::part(archive, name, task.room())
            && let Some(ole) = super::ole::Ole::open(&part)
        {
            super::objects::macros(task, &ole, 0);
        }
    }
    links.sort();
    links.dedup();
    task.running_text("links", &links.join("\n"));
    attachments(task, archive, names);
}

/// Text elements of a drawing or a diagram, a line per paragraph; of other XML, a line per element.
pub(super) fn lines(part: &str) -> Blocks {
    let mut blocks = Blocks::default();
    let drawing = part.contains(":t>");
    let (mut line, mut inside) = (String::new(), false);
    for token in Markup::xml(part) {
        match token {
            Token::Open { name: "t", empty, .. } => inside = !empty,
            Token::Close("t") if drawing => inside = false,
            Token::Text(text) if inside || !drawing => line.push_str(&text),
            Token::Close("p") => blocks.line(&std::mem::take(&mut line)),
            Token::Close(_) if !drawing => {
                let text = std::mem::take(&mut line);
                if !text.trim().is_empty() {
                    blocks.line(&text);
                }
            }
            _ => {}
        }
    }
    blocks.line(&line);
    blocks
}

/// A chart: its titles, and the cached values of its series (which may come from another workbook) as a table.
fn chart(part: &str) -> Blocks {
    let mut blocks = Blocks::default();
    let (mut line, mut inside) = (String::new(), false);
    let mut columns: Vec<Vec<String>> = Vec::new();
    let table = |columns: &mut Vec<Vec<String>>, blocks: &mut Blocks| {
        let height = columns.iter().map(Vec::len).max().unwrap_or(0);
        let rows = (0..height).map(|row| columns.iter().map(|column| column.get(row).cloned().unwrap_or_default()).collect()).collect();
        columns.clear();
        blocks.table(rows);
    };
    for token in Markup::xml(part) {
        match token {
            Token::Open { name: "tx" | "cat" | "val" | "xVal" | "yVal" | "bubbleSize", empty: false, .. } if columns.len() < 8 => columns.push(Vec::new()),
            Token::Open { name: "t" | "v", empty, .. } => inside = !empty,
            Token::Text(text) if inside => line.push_str(&text),
            Token::Close("t") => inside = false,
            Token::Close("v") => {
                inside = false;
                let value = std::mem::take(&mut line);
                match columns.last_mut() {
                    Some(column) => column.push(value),
                    None => blocks.line(&value),
                }
            }
            Token::Close("p") => blocks.line(&std::mem::take(&mut line)),
            Token::Close("ser" | "title") => table(&mut columns, &mut blocks),
            _ => {}
        }
    }
    table(&mut columns, &mut blocks);
    blocks.line(&line);
    blocks
}

/// Pictures and embedded files, as members.
fn attachments(task: &mut Task<'_, '_>, archive: &mut Archive<'_>, names: &[String]) {
    for name in names {
        let picture = name.contains("/media/");
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        // Parts in other formats that a document takes its text from.
        let chunk = !name.starts_with("customXml") && matches!(extension, "html" | "htm" | "mht" | "rtf" | "docx" | "txt");
        if !(picture || name.contains("/embeddings/") || chunk) || name.ends_with('/') {
            continue;
        }
        if !task.may_add() {
            return task.problem(DocumentStatus::OverBudget, "more embedded files than the budget allows");
        }
        let limit = task.room();
        match zip::part(archive, name, limit.saturating_add(1)) {
            Some(part) if part.len() as u64 > limit => {
                task.lost_member(name, limit, DocumentStatus::OverBudget, "unpacks to more than the budget");
                task.problem(DocumentStatus::OverBudget, "unpacks to more than the budget");
            }
            Some(part) if picture && part.len() < PICTURE => {}
            Some(part) => task.member(name, part),
            None => task.lost_member(name, 0, DocumentStatus::Corrupt, "the compressed data is damaged"),
        }
    }
}
