//! Office 2003 in one XML file: Word documents (and the flat packages of later ones), Excel sheets.

use super::docx;
use super::grid::Grid;
use super::numbers::render;
use super::objects::PICTURE;
use super::properties::Properties;
use crate::markup::{Markup, Token, attribute};
use crate::{Head, Task};
use base64::Engine;
use dosimeter_case::tables::DocumentStatus;

/// How many sheets' worth of repeated columns may be skipped: numbers are not believed beyond what a sheet has.
const COLUMNS: u32 = 16_384;

pub(super) fn recognise_word(head: &Head<'_>) -> bool {
    head.text_start().is_some_and(|start| start.starts_with('<') && (start.contains("<w:wordDocument") || start.contains("<pkg:package")))
}

pub(super) fn recognise_sheets(head: &Head<'_>) -> bool {
    head.text_start()
        .is_some_and(|start| start.starts_with('<') && start.contains("urn:schemas-microsoft-com:office:spreadsheet") && start.contains("Workbook"))
}

pub(super) fn read_word(task: &mut Task<'_, '_>) {
    let head = task.head;
    let Some(text) = head.text() else { return task.problem(DocumentStatus::OverBudget, "too long to be decoded") };
    docx::blocks(text).give(task, "");
    task.document.pages = 1;
    properties(task, text);
    // Pictures and other data.
    let (mut data, mut name, mut number) = (None::<String>, String::new(), 0);
    for token in Markup::xml(text) {
        match token {
            Token::Open { name: "part", attributes, .. } => name = attribute(attributes, "name").unwrap_or_default().into_owned(),
            Token::Open { name: "binData" | "binaryData", attributes, empty: false } => {
                data = Some(String::new());
                if let Some(own) = attribute(attributes, "name") {
                    name = own.into_owned();
                }
            }
            Token::Text(piece) => {
                if let Some(data) = &mut data {
                    data.extend(piece.chars().filter(|c| !c.is_whitespace()));
                }
            }
            Token::Close("binData" | "binaryData") => {
                number += 1;
                let content = data.take().and_then(|data| base64::engine::general_purpose::STANDARD.decode(data).ok());
                let Some(content) = content.filter(|content| content.len() >= PICTURE || name.contains("embeddings")) else { continue };
                if !task.may_add() || content.len() as u64 > task.room() {
                    return task.problem(DocumentStatus::OverBudget, "more embedded files than the budget allows");
                }
                let file = name.rsplit('/').next().filter(|file| !file.is_empty()).map_or_else(|| format!("data {number}"), String::from);
                task.member(&file, content);
            }
            _ => {}
        }
    }
}

fn properties(task: &mut Task<'_, '_>, text: &str) {
    let mut properties = Properties::default();
    for tag in ["o:DocumentProperties", "DocumentProperties", "o:CustomDocumentProperties", "cp:coreProperties"] {
        let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
        if let Some(part) = text.find(&open).and_then(|at| text.get(at..)).and_then(|rest| rest.split(close.as_str()).next()) {
            properties.xml(part);
        }
    }
    properties.give(task);
}

pub(super) fn read_sheets(task: &mut Task<'_, '_>) {
    let head = task.head;
    let Some(text) = head.text() else { return task.problem(DocumentStatus::OverBudget, "too long to be decoded") };
    let mut grid: Option<Grid> = None;
    let (mut name, mut row, mut column, mut texts) = (String::new(), 0_i64, 0_u32, Vec::new());
    let (mut kind, mut value, mut collecting, mut comment, mut merged) = (String::new(), String::new(), false, false, 0);
    for token in Markup::xml(text) {
        match token {
            Token::Open { name: "Worksheet", attributes, .. } => {
                task.document.pages += 1;
                name = attribute(attributes, "Name").map_or_else(|| format!("sheet {}", task.document.pages), |name| name.into_owned());
                grid = Some(Grid::new(&name));
                row = 0;
            }
            Token::Close("Worksheet") => {
                if let Some(grid) = grid.take() {
                    grid.end(task);
                }
                task.running_text(format!("{name} texts"), &std::mem::take(&mut texts).join("\n"));
            }
            Token::Open { name: "Row", attributes, empty } => {
                row = attribute(attributes, "Index").and_then(|index| index.parse().ok()).unwrap_or(row.saturating_add(1));
                if empty {
                    row = row.saturating_add(attribute(attributes, "Span").and_then(|span| span.parse().ok()).unwrap_or(0));
                }
                (column, merged) = (0, 0);
            }
            Token::Open { name: "Cell", attributes, .. } => {
                let next = column.saturating_add(1).saturating_add(merged);
                column = attribute(attributes, "Index").and_then(|index| index.parse().ok()).unwrap_or(next);
                merged = attribute(attributes, "MergeAcross").and_then(|across| across.parse().ok()).unwrap_or(0).min(COLUMNS);
                if let Some(link) = attribute(attributes, "HRef").filter(|_| texts.len() < 10_000) {
                    texts.push(link.into_owned());
                }
            }
            Token::Open { name: "Comment", attributes, .. } => {
                comment = true;
                texts.extend(attribute(attributes, "Author").map(|author| author.into_owned()));
            }
            Token::Close("Comment") => comment = false,
            Token::Open { name: "Data", attributes, empty } => {
                kind = attribute(attributes, "Type").unwrap_or_default().into_owned();
                value.clear();
                collecting = !empty;
            }
            Token::Text(piece) if collecting => value.push_str(&piece),
            Token::Close("Data") => {
                collecting = false;
                let value = std::mem::take(&mut value);
                let shown = match kind.as_str() {
                    "Number" => value.trim().parse::<f64>().map_or(value, |number| render(number, None, false)),
                    "Boolean" => (if value.trim() == "1" { "TRUE" } else { "FALSE" }).to_string(),
                    "DateTime" => {
                        let shown = value.trim().trim_end_matches(".000").replace('T', " ");
                        shown.strip_suffix(" 00:00:00").map_or(shown.clone(), String::from)
                    }
                    _ => value,
                };
                match &mut grid {
                    Some(grid) if !comment => grid.cell(task, row.max(1), column, shown),
                    _ => texts.push(shown),
                }
            }
            Token::Open { name: "Header" | "Footer", attributes, .. } => texts.extend(attribute(attributes, "Data").map(|text| super::xls::header(&text))),
            _ => {}
        }
    }
    if let Some(grid) = grid {
        grid.end(task);
    }
    task.running_text("texts", &texts.join("\n"));
    properties(task, text);
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn word() {
        check(
            "a.xml",
            b"<?xml version=\"1.0\"?><w:wordDocument xmlns:w=\"x\"><o:DocumentProperties><o:Author>Bo</o:Author></o:DocumentProperties><w:body><w:p><w:r><w:t>Dear Ann</w:t></w:r></w:p></w:body></w:wordDocument>",
            "read application/msword text\n[part 1 text] Dear Ann\n[metadata form] Author: Bo",
        );
    }

    #[test]
    fn sheets() {
        check(
            "a.xls",
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"Recall\"><Table><Row><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">Name</Data></Cell><Cell><Data ss:Type=\"String\">DOB</Data></Cell></Row><Row ss:Index=\"9\"><Cell><Data ss:Type=\"String\">Lee</Data><Comment ss:Author=\"Bo\"><Data>call</Data></Comment></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"DateTime\">1980-01-02T00:00:00.000</Data></Cell></Row></Table></Worksheet></Workbook>",
            "read application/vnd.ms-excel table\n[Recall!rows 9-9 table Name|DOB] Lee\\t1980-01-02\n[Recall texts text] Bo\\ncall",
        );
    }
}
