//! HL7 version 2: single messages and batches, any line end, MLLP framing or none.

use crate::text::Stream;
use crate::{Head, Task};
use dosimeter_case::tables::{DocumentStatus, Layout};

/// A message longer than this is given in parts.
const LONG: usize = 64 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    let Some(start) = head.text_start() else { return false };
    let header = |name: &str| start.strip_prefix(name).and_then(|rest| rest.chars().next()).is_some_and(|c| c.is_ascii_punctuation());
    header("MSH") || (header("FHS") || header("BHS")) && head.sample().is_some_and(|text| text.contains("MSH"))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(mut stream) = Stream::new(task.head.content) else { return };
    let mut message = String::new();
    let (mut inside, mut n) = (false, 0);
    let mut give = |task: &mut Task<'_, '_>, message: &mut String, next: bool| {
        if !message.is_empty() {
            task.passage(format!("message {n}"), Layout::Hl7, Vec::new(), n, std::mem::take(message));
        }
        n += i64::from(next);
        task.document.pages = n;
    };
    while let Some(line) = stream.line(LONG) {
        for line in line.split(['\u{b}', '\u{1c}']) {
            let line = line.trim_end().trim_start_matches('\u{feff}');
            if line.is_empty() {
                continue;
            }
            let bytes = line.as_bytes();
            let name = bytes.get(..3).unwrap_or_default();
            // Z-segments and the standard's own: a letter, two letters or digits, then the field separator.
            let segment =
                name.len() == 3 && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) && bytes.get(3).is_none_or(|b| b.is_ascii_punctuation());
            match name {
                b"MSH" if segment => {
                    give(task, &mut message, true);
                    inside = true;
                    message.push_str(line);
                }
                b"FHS" | b"BHS" | b"BTS" | b"FTS" if segment => inside = false,
                _ if inside => {
                    if message.len() > LONG {
                        give(task, &mut message, false);
                    }
                    // A line that is no segment is the rest of a field that was broken across lines.
                    message.push(if segment { '\n' } else { ' ' });
                    message.push_str(line);
                }
                _ => {}
            }
        }
        if task.document.status == DocumentStatus::OverBudget {
            return;
        }
    }
    give(task, &mut message, false);
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, in_pieces};

    #[test]
    fn hl7() {
        in_pieces(|| {
            check(
                "batch.txt",
                b"FHS|^~\\&|A\rBHS|^~\\&|A\rMSH|^~\\&|A\rPID|1||77\rMSH|^~\\&|B\rOBX|1|TX|||line one\rline two\rBTS|2\r",
                "\
read application/hl7-v2 tags
[message 1 hl7] MSH|^~\\&|A\\nPID|1||77
[message 2 hl7] MSH|^~\\&|B\\nOBX|1|TX|||line one line two",
            )
        });
        check("a", b"\x0bMSH|^~\\&|A\r\nPID|1\r\n\x1c\r\n", "read application/hl7-v2 tags\n[message 1 hl7] MSH|^~\\&|A\\nPID|1");
    }
}
