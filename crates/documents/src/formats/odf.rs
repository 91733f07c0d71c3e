//! OpenDocument (text, sheets, presentations, drawings; packages, flat files, and the StarOffice XML before it): its parts.

use super::odf_content::Content;
use super::package::{names, xml};
use super::properties::Properties;
use super::zip::{self, Archive};
use super::{objects, parts};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

const TYPES: [&str; 2] = ["application/vnd.oasis.opendocument", "application/vnd.sun.xml"];
/// Flat files longer than this are cut into pieces as parts are.
const PIECE: usize = 8 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    if TYPES.iter().any(|kind| head.at(30, b"mimetype") && head.at(38, kind.as_bytes())) {
        return true;
    }
    zip::recognise(head)
        && zip::open(head.content).is_some_and(|mut archive| {
            archive.index_for_name("content.xml").is_some() && (archive.index_for_name("META-INF/manifest.xml").is_some() || media_type(&mut archive).is_some())
        })
}

pub(super) fn recognise_flat(head: &Head<'_>) -> bool {
    head.text_start().is_some_and(|start| start.starts_with('<') && start.contains("<office:document"))
}

fn media_type(archive: &mut Archive<'_>) -> Option<String> {
    let raw = zip::part(archive, "mimetype", 256)?;
    let kind = String::from_utf8_lossy(&raw).trim().to_string();
    TYPES.iter().any(|known| kind.starts_with(known)).then_some(kind)
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let Some(mut archive) = zip::open(content) else { return task.problem(DocumentStatus::Corrupt, "the package cannot be opened") };
    if let Some(kind) = media_type(&mut archive) {
        task.document.media_type = kind;
    }
    let names = names(&archive);
    let manifest = xml(&mut archive, "META-INF/manifest.xml", task).unwrap_or_default();
    if manifest.contains("encryption-data") {
        task.document.method = "none".into();
        return task.problem(DocumentStatus::Encrypted, "an OpenDocument file with a password");
    }
    let mut body = Content::default();
    if !part(task, &mut archive, "content.xml", &mut body) {
        task.problem(DocumentStatus::Corrupt, "the body cannot be unpacked");
    }
    body.end(task, "");
    // Headers, footers, and what masters add.
    let mut around = Content::masters();
    part(task, &mut archive, "styles.xml", &mut around);
    around.end(task, "headers and footers");
    for name in names.iter().filter(|name| name.ends_with("/content.xml")) {
        let mut object = Content::default();
        part(task, &mut archive, name, &mut object);
        object.end(task, name.strip_suffix("/content.xml").unwrap_or(name));
    }
    let mut properties = Properties::default();
    if let Some(meta) = xml(&mut archive, "meta.xml", task) {
        properties.xml(&meta);
    }
    properties.give(task);
    members(task, &mut archive, &names);
}

fn part(task: &mut Task<'_, '_>, archive: &mut Archive<'_>, name: &str, content: &mut Content) -> bool {
    parts::stream(task, archive, name, "</table:table-row>", &mut |task, piece| {
        content.piece(task, piece);
        (task.document.chars as u64) < task.budget().text_chars
    })
}

/// Pictures and embedded files.
fn members(task: &mut Task<'_, '_>, archive: &mut Archive<'_>, names: &[String]) {
    for name in names {
        let picture = name.starts_with("Pictures/") || name.starts_with("media/") || name.starts_with("Media/");
        let object = name.starts_with("Object ") && !name.contains('/');
        if !(picture || object) || name.ends_with('/') {
            continue;
        }
        if !task.may_add() {
            return task.problem(DocumentStatus::OverBudget, "more embedded files than the budget allows");
        }
        let limit = task.room();
        match zip::part(archive, name, limit.saturating_add(1)) {
            Some(part) if part.len() as u64 > limit => task.lost_member(name, limit, DocumentStatus::OverBudget, "unpacks to more than the budget"),
            Some(part) if picture && part.len() < objects::PICTURE => {}
            Some(part) => task.member(name, part),
            None => task.lost_member(name, 0, DocumentStatus::Corrupt, "the compressed data is damaged"),
        }
    }
}

pub(super) fn read_flat(task: &mut Task<'_, '_>) {
    let head = task.head;
    let Some(text) = head.text() else { return task.problem(DocumentStatus::OverBudget, "too long to be decoded") };
    if let Some(kind) = text.get(..text.len().min(8192)).and_then(|start| start.split_once("office:mimetype=\"")).and_then(|(_, rest)| rest.split('"').next())
        && kind.starts_with("application/vnd.oasis.")
    {
        task.document.media_type = kind.to_string();
    }
    let mut body = Content::default();
    let mut rest = text;
    // In pieces, so that rows are given away as they come.
    while rest.len() > PIECE {
        let mut end = PIECE;
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let Some(cut) = rest.get(..end).and_then(|start| start.rfind("</table:table-row>")).filter(|cut| *cut > 0) else { break };
        let (piece, after) = rest.split_at(cut);
        body.piece(task, piece);
        rest = after;
    }
    body.piece(task, rest);
    let pictures = body.take_pictures();
    body.end(task, "");
    let mut around = Content::masters();
    if let Some(styles) = text.find("<office:master-styles").and_then(|at| text.get(at..)).and_then(|rest| rest.split("</office:master-styles>").next()) {
        around.piece(task, styles);
    }
    around.end(task, "headers and footers");
    let mut properties = Properties::default();
    if let Some(meta) = text.find("<office:meta>").and_then(|at| text.get(at..)).and_then(|rest| rest.split("</office:meta>").next()) {
        properties.xml(meta);
    }
    properties.give(task);
    for (at, picture) in pictures.into_iter().enumerate() {
        if !task.may_add() || picture.len() as u64 > task.room() {
            return task.problem(DocumentStatus::OverBudget, "more embedded files than the budget allows");
        }
        task.member(&format!("picture {}", at + 1), picture);
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::docx::tests::package;
    use crate::formats::testing::{check, show};

    #[test]
    fn sheets() {
        let content = "<office:document-content><office:body><office:spreadsheet><table:table table:name='Recall'>\
            <table:table-row><table:table-cell office:value-type='string'><text:p>Name</text:p></table:table-cell><table:table-cell><text:p>Birth</text:p></table:table-cell><table:table-cell table:number-columns-repeated='16000'/><table:table-cell><text:p>Visits</text:p></table:table-cell></table:table-row>\
            <table:table-row table:number-rows-repeated='1048000'><table:table-cell table:number-columns-repeated='16384'/></table:table-row>\
            <table:table-row><table:table-cell office:value-type='string'><text:p>Ann<text:s/>Lee</text:p><office:annotation><dc:creator>Bo</dc:creator><text:p>call back</text:p></office:annotation></table:table-cell><table:table-cell office:value-type='date' office:date-value='1980-01-02'><text:p>01/02/80</text:p></table:table-cell><table:table-cell table:number-columns-repeated='16000'/><table:table-cell office:value-type='float' office:value='3'><text:p>3.00</text:p></table:table-cell></table:table-row>\
            </table:table></office:spreadsheet></office:body></office:document-content>";
        let file = package(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content)]);
        check(
            "a",
            &file,
            "\
read application/vnd.oasis.opendocument.spreadsheet table
[Recall!rows 1048002-1048002 table Name|Birth|Visits] Ann Lee\\t1980-01-02\\t3
[Recall texts text] Bo\\ncall back",
        );
    }

    #[test]
    fn bombs() {
        let cell = "<table:table-cell table:number-columns-repeated='16384'><text:p>x</text:p></table:table-cell>";
        let row = format!("<table:table-row table:number-rows-repeated='1048576'>{cell}</table:table-row>").repeat(50);
        let content = format!("<office:body><office:spreadsheet><table:table table:name='A'>{row}</table:table></office:spreadsheet></office:body>");
        let file = package(&[("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &content)]);
        let shown = show("a", &file);
        assert!(shown.starts_with("over_budget application/vnd.oasis.opendocument.spreadsheet table (repeated cells are given once)"), "{:.200}", shown);
    }

    #[test]
    fn text() {
        let body = "<office:body><office:text><text:tracked-changes><text:deletion><text:p>gone</text:p></text:deletion></text:tracked-changes><text:p>Dear <text:span>Ann</text:span>,<text:tab/>x<text:note><text:note-body><text:p>foot</text:p></text:note-body></text:note><draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame></text:p>\
            <table:table><table:table-row><table:table-cell><text:p>Name</text:p></table:table-cell><table:table-cell><text:p>DOB</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>Lee</text:p></table:table-cell><table:table-cell><text:p>01/02/1980</text:p></table:table-cell></table:table-row></table:table></office:text></office:body>";
        let content = format!(
            "<office:document-content><office:automatic-styles><number:text>no</number:text></office:automatic-styles>{body}</office:document-content>"
        );
        let styles = "<office:document-styles><office:master-styles><style:header><text:p>Clinic</text:p></style:header></office:master-styles></office:document-styles>";
        let meta = "<office:document-meta><office:meta><meta:initial-creator>Bo Ruiz</meta:initial-creator><meta:user-defined meta:name='MRN'>77</meta:user-defined></office:meta></office:document-meta>";
        let file = package(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &content), ("styles.xml", styles), ("meta.xml", meta)]);
        let expect = "\
[part 1 text] gone\\nfoot\\nbox\\nDear Ann,\\tx
[table 1!rows 2-2 table Name|DOB] Lee\\t01/02/1980
[headers and footers text] Clinic
[metadata form] Author: Bo Ruiz\\nMRN: 77";
        check("a", &file, &format!("read application/vnd.oasis.opendocument.text text\n{expect}"));
        let flat = format!(
            "<?xml version='1.0'?><office:document xmlns:office='x' office:mimetype=\"application/vnd.oasis.opendocument.text\">{}{}{body}</office:document>",
            meta.replace("office:document-meta", "x"),
            styles.replace("office:document-styles", "y")
        );
        check("a.fodt", flat.as_bytes(), &format!("read application/vnd.oasis.opendocument.text text\n{expect}"));
    }

    #[test]
    fn slides() {
        let content = "<office:body><office:presentation><draw:page draw:name='p1'><draw:frame><draw:text-box><text:p>Case</text:p></draw:text-box></draw:frame><presentation:notes><text:p>ask</text:p></presentation:notes></draw:page><draw:page><text:p>Two</text:p></draw:page></office:presentation></office:body>";
        let file = package(&[("mimetype", "application/vnd.oasis.opendocument.presentation"), ("content.xml", content)]);
        check("a", &file, "read application/vnd.oasis.opendocument.presentation text\n[slide 1 text] Case\\nask\n[slide 2 text] Two");
    }
}
