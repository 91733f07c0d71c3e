//! XML as written (C-CDA among it); a document carried inside as base64 becomes a member.

use crate::markup::{Markup, Token, attribute};
use crate::{Head, Task};
use base64::Engine;
use dosimeter_case::tables::Layout;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let Some(start) = head.text_start() else { return false };
    if start.starts_with("<?xml") {
        return true;
    }
    // Without a declaration: an element, and the document ends in a tag.
    let named = start.strip_prefix('<').and_then(|rest| rest.chars().next()).is_some_and(|c| c.is_alphabetic() || c == '!');
    named && start.contains('>') && head.text().is_some_and(|text| text.trim_end().ends_with('>') && text.contains("</"))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(text) = task.head.text() else { return };
    task.document.pages = 1;
    if text.get(..4096.min(text.len())).unwrap_or(text).contains("ClinicalDocument") {
        task.document.media_type = "application/hl7-cda+xml".into();
    }
    task.passage("document", Layout::Xml, Vec::new(), 1, text.to_string());
    let (mut encoded, mut kind, mut found) = (None::<String>, String::new(), 0);
    for token in Markup::xml(text) {
        match token {
            Token::Open { attributes, empty: false, .. } if attribute(attributes, "representation").is_some_and(|form| form == "B64") => {
                encoded = Some(String::new());
                kind = attribute(attributes, "mediaType").unwrap_or_default().into_owned();
            }
            Token::Text(part) => {
                if let Some(encoded) = encoded.as_mut() {
                    encoded.extend(part.chars().filter(|c| !c.is_whitespace()));
                }
            }
            Token::Close(_) => {
                let content = encoded.take().and_then(|encoded| base64::engine::general_purpose::STANDARD.decode(encoded).ok());
                if let Some(content) = content.filter(|content| content.len() as u64 <= task.room() && task.may_add()) {
                    found += 1;
                    let extension = kind.rsplit('/').next().filter(|ending| ending.len() < 6 && ending.chars().all(char::is_alphanumeric)).unwrap_or("bin");
                    task.member(&format!("embedded {found}.{extension}"), content);
                }
            }
            Token::Open { .. } => {}
        }
    }
}
