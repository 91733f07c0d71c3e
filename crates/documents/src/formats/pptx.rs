//! PPTX: the text of slides in their order with their tables, notes and comments, hidden slides too; what masters and layouts add.

use super::blocks::Blocks;
use super::package::{self, names, relations, xml};
use super::zip;
use crate::markup::{Markup, Token, attribute};
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    package::is(head, "presentation")
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let content = task.head.content;
    let opened = zip::open(content).and_then(|mut archive| package::main(&mut archive).map(|main| (archive, main)));
    let Some((mut archive, main)) = opened else { return task.problem(DocumentStatus::Corrupt, "the package cannot be opened") };
    let names = names(&archive);
    let presentation = xml(&mut archive, &main, task).unwrap_or_default();
    let parts = relations(&mut archive, &main, task);
    let mut slides: Vec<String> = Markup::xml(&presentation)
        .filter_map(|token| match token {
            Token::Open { name: "sldId", attributes, .. } => Some(parts.get(&*attribute(attributes, "r:id")?)?.target.clone()),
            _ => None,
        })
        .collect();
    // Slides that the presentation does not show.
    let known: std::collections::BTreeSet<String> = slides.iter().cloned().collect();
    let mut loose: Vec<&String> = names.iter().filter(|name| name.starts_with("ppt/slides/") && name.ends_with(".xml") && !known.contains(*name)).collect();
    loose.sort_by_key(|name| (name.len(), name.as_str()));
    slides.extend(loose.into_iter().cloned());
    task.document.pages = slides.len() as i64;
    for (at, name) in slides.iter().enumerate() {
        let Some(slide) = xml(&mut archive, name, task) else {
            task.problem(DocumentStatus::Partly, "a slide cannot be unpacked");
            continue;
        };
        blocks(&slide, false).give(task, &format!("slide {}", at + 1));
        let related = relations(&mut archive, name, task);
        for (kind, label) in [("/notesSlide", "notes"), ("/comments", "comments")] {
            for relation in related.values().filter(|relation| relation.kind.ends_with(kind)) {
                if let Some(part) = xml(&mut archive, &relation.target, task) {
                    blocks(&part, false).give(task, &format!("slide {} {label}", at + 1));
                }
            }
        }
    }
    for name in &names {
        let folder = name.strip_prefix("ppt/").and_then(|rest| rest.split_once('/')).map_or("", |(folder, _)| folder);
        let file = name.rsplit('/').next().and_then(|file| file.strip_suffix(".xml")).unwrap_or_default();
        if !file.is_empty() && matches!(folder, "slideMasters" | "slideLayouts" | "notesMasters" | "handoutMasters") && !name.contains("_rels") {
            if let Some(part) = xml(&mut archive, name, task) {
                blocks(&part, true).give(task, file);
            }
        } else if (name == "ppt/commentAuthors.xml" || name == "ppt/authors.xml")
            && let Some(part) = xml(&mut archive, name, task)
        {
            let authors = Markup::xml(&part).filter_map(|token| match token {
                Token::Open { name: "cmAuthor" | "author", attributes, .. } => attribute(attributes, "name").map(|name| name.into_owned()),
                _ => None,
            });
            task.running_text("comment authors", &authors.collect::<Vec<_>>().join("\n"));
        }
    }
    package::rest(task, &mut archive, &names);
    if slides.is_empty() && task.is_blank() {
        task.problem(DocumentStatus::Corrupt, "the presentation has no slides");
    }
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    cell: Option<String>,
}

/// The paragraphs and tables of a slide. Of a master, placeholders only say what to type there.
fn blocks(part: &str, master: bool) -> Blocks {
    let mut blocks = Blocks::default();
    let mut tables: Vec<Table> = Vec::new();
    let (mut line, mut inside, mut placeholder, mut fallback) = (String::new(), false, false, 0_usize);
    for token in Markup::xml(part) {
        match token {
            Token::Open { name: "Fallback", empty: false, .. } => fallback += 1,
            Token::Close("Fallback") => fallback = fallback.saturating_sub(1),
            // The same content for older programs.
            _ if fallback > 0 => {}
            Token::Open { name: "sp", .. } => placeholder = false,
            Token::Open { name: "ph", .. } => placeholder = true,
            Token::Open { name: "t" | "text", empty, .. } => inside = !empty,
            Token::Close("t" | "text") => inside = false,
            Token::Open { name: "br", .. } => line.push('\n'),
            Token::Open { name: "tab", .. } => {}
            Token::Text(text) if inside && !(master && placeholder) => line.push_str(&text),
            Token::Open { name: "tbl", empty: false, .. } if tables.len() < 16 => tables.push(Table::default()),
            Token::Open { name: "tr", .. } => {
                if let Some(table) = tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            Token::Open { name: "tc", .. } => {
                if let Some(table) = tables.last_mut() {
                    table.cell = Some(String::new());
                }
            }
            Token::Close("tc") => {
                if let Some((row, cell)) = tables.last_mut().and_then(|table| table.cell.take().zip(table.rows.last_mut())).map(|(cell, row)| (row, cell)) {
                    row.push(cell);
                }
            }
            Token::Close("tbl") => {
                if let Some(table) = tables.pop() {
                    blocks.table(table.rows);
                }
            }
            Token::Close("p" | "cm" | "comment") => {
                let text = std::mem::take(&mut line);
                match tables.last_mut().and_then(|table| table.cell.as_mut()) {
                    Some(cell) => {
                        if !cell.is_empty() {
                            cell.push('\n');
                        }
                        cell.push_str(&text);
                    }
                    None => text.split('\n').for_each(|line| blocks.line(line)),
                }
            }
            _ => {}
        }
    }
    for table in tables {
        blocks.table(table.rows);
    }
    line.split('\n').for_each(|line| blocks.line(line));
    blocks
}

#[cfg(test)]
mod tests {
    use crate::formats::docx::tests::package;
    use crate::formats::testing::check;

    #[test]
    fn pptx() {
        let p = |text: &str| format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>");
        let cell = |text: &str| format!("<a:tc><a:txBody>{}</a:txBody></a:tc>", p(text));
        let slide = format!(
            "<p:sld show='0'><p:sp>{}</p:sp><a:tbl><a:tr>{}{}</a:tr><a:tr>{}{}</a:tr></a:tbl></p:sld>",
            p("Case 1"),
            cell("Name"),
            cell("DOB"),
            cell("Lee"),
            cell("01/02/1980")
        );
        let relations = |list: &[(&str, &str, &str)]| {
            let all: String = list.iter().map(|(id, kind, target)| format!("<Relationship Id='{id}' Type='http://x/{kind}' Target='{target}'/>")).collect();
            format!("<Relationships>{all}</Relationships>")
        };
        let file = package(&[
            (
                "ppt/presentation.xml",
                "<p:presentation><p:sldIdLst><p:sldId id='256' r:id='rId2'/><p:sldId id='257' r:id='rId1'/></p:sldIdLst></p:presentation>",
            ),
            ("ppt/_rels/presentation.xml.rels", &relations(&[("rId1", "slide", "slides/slide1.xml"), ("rId2", "slide", "slides/slide2.xml")])),
            ("ppt/slides/slide1.xml", &slide),
            ("ppt/slides/slide2.xml", &format!("<p:sld>{}</p:sld>", p("First"))),
            ("ppt/slides/_rels/slide1.xml.rels", &relations(&[("rId1", "notesSlide", "../notesSlides/notesSlide1.xml")])),
            ("ppt/notesSlides/notesSlide1.xml", &format!("<p:notes>{}</p:notes>", p("ask Ann"))),
            ("ppt/slideMasters/slideMaster1.xml", &format!("<p:sp><p:nvPr><p:ph/></p:nvPr>{}</p:sp><p:sp>{}</p:sp>", p("Click to edit"), p("Clinic"))),
            ("docProps/core.xml", "<cp:coreProperties><dc:creator>Bo Ruiz</dc:creator></cp:coreProperties>"),
        ]);
        check(
            "a.zip",
            &file,
            "\
read application/vnd.openxmlformats-officedocument.presentationml.presentation text
[slide 1 text] First
[slide 2 part 1 text] Case 1
[slide 2 table 1!rows 2-2 table Name|DOB] Lee\\t01/02/1980
[slide 2 notes text] ask Ann
[slideMaster1 text] Clinic
[metadata form] Author: Bo Ruiz",
        );
    }
}
