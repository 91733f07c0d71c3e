//! Plain text of any kind: notes, source code, configuration, calendars, address cards.

use crate::text::Stream;
use crate::{Head, Task};
use dosimeter_case::tables::DocumentStatus;

/// Text longer than this is cut into several passages, at a line end.
const PART: usize = 4 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.sample().is_some()
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(mut stream) = Stream::new(task.head.content) else { return };
    task.document.pages = 1;
    task.document.media_type = match (task.head.text_start().unwrap_or_default(), task.head.extension()) {
        (start, _) if start.starts_with("BEGIN:VCALENDAR") => "text/calendar",
        (start, _) if start.starts_with("BEGIN:VCARD") => "text/vcard",
        (_, "md") => "text/markdown",
        (_, "css") => "text/css",
        _ => "text/plain",
    }
    .into();
    let (mut text, mut part) = (String::new(), 0);
    let mut give = |task: &mut Task<'_, '_>, text: &str| {
        part += 1;
        task.running_text(format!("part {part}"), text);
    };
    loop {
        let more = stream.more();
        // A carriage return at the end of the piece may be half of a line end.
        let now = stream.text();
        let now = if stream.ended() { now } else { now.trim_end_matches('\r') };
        let length = now.len();
        append(&mut text, now);
        stream.skip(length);
        while text.len() > PART {
            let end = text.floor_char_boundary(PART);
            let end = text.get(..end).and_then(|head| head.rfind('\n')).map_or(end, |at| at + 1);
            let rest = text.split_off(end);
            give(task, &text);
            text = rest;
        }
        if !more || task.document.status == DocumentStatus::OverBudget {
            break;
        }
    }
    give(task, &text);
}

/// One line end for all: carriage returns become line feeds, NULs go.
fn append(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\0']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        if after.starts_with('\r') && !after.starts_with("\r\n") {
            out.push('\n');
        }
        rest = after.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{in_pieces, show};

    #[test]
    fn parts() {
        let words = "word ".repeat(200);
        let text = format!("a\r\nb\rc\0\n{words}\u{fa}\r");
        in_pieces(|| assert_eq!(show("a", text.as_bytes()), format!("read text/plain text\n[part 1 text] a\\nb\\nc\\n{words}\u{fa}")));
        let line = "the patient was seen today, and the cold was treated\r\n";
        let long = line.repeat(100_000);
        let out = show("a", long.as_bytes());
        assert_eq!(out.lines().map(|line| line.len()).collect::<Vec<_>>(), [20, 4273410, 1126614]);
    }
}
