//! Plain text of any kind: notes, source code, configuration, calendars, address cards.

use crate::{Head, Task, text};

/// Text longer than this is cut into several passages, at a line end.
const PART: usize = 4 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.text().is_some()
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(text) = task.head.text() else { return };
    task.document.pages = 1;
    task.document.media_type = match (task.head.text_start().unwrap_or_default(), task.head.extension()) {
        (start, _) if start.starts_with("BEGIN:VCALENDAR") => "text/calendar",
        (start, _) if start.starts_with("BEGIN:VCARD") => "text/vcard",
        (_, "md") => "text/markdown",
        (_, "css") => "text/css",
        _ => "text/plain",
    }
    .into();
    let text = text::lines(text);
    let mut rest = text.as_str();
    let mut part = 0;
    while !rest.is_empty() {
        let mut end = rest.len().min(PART);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        if end < rest.len() {
            end = rest.get(..end).and_then(|head| head.rfind('\n')).map_or(end, |at| at + 1);
        }
        let (head, tail) = rest.split_at(end);
        part += 1;
        task.running_text(format!("part {part}"), head);
        rest = tail;
    }
}
