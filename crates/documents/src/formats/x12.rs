//! X12: one passage per transaction set, in the normal form (`*`, `:`, one segment per line) whatever the file's own delimiters.

use crate::text::Stream;
use crate::{Head, Task};
use dosimeter_case::tables::{DocumentStatus, Layout};

/// A transaction set, or a segment, longer than this is given in parts.
const LONG: usize = 64 << 20;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.text_start().is_some_and(|start| delimiters(start).is_some())
}

/// Element separator, component separator and segment terminator, from the fixed-width ISA segment.
fn delimiters(text: &str) -> Option<(char, char, char)> {
    if !text.starts_with("ISA") {
        return None;
    }
    let element = text.chars().nth(3).filter(|c| !c.is_alphanumeric() && *c != '\n')?;
    // Counted by elements, not by bytes: hand-made files are not always padded.
    let (at, _) = text.char_indices().filter(|(_, c)| *c == element).nth(15)?;
    let mut rest = text.get(at..)?.chars().skip(1);
    let (component, terminator) = (rest.next()?, rest.next()?);
    (!component.is_alphanumeric() && !terminator.is_alphanumeric() && at < 400).then_some((element, component, terminator))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some((element, component, terminator)) = task.head.text_start().and_then(delimiters) else { return };
    let Some(mut stream) = Stream::new(task.head.content) else { return };
    let mut open: Option<String> = None;
    let mut sets = 0;
    let mut cut = false;
    let mut give = |task: &mut Task<'_, '_>, set: String| {
        sets += 1;
        task.passage(format!("transaction {sets}"), Layout::X12, Vec::new(), sets, set);
    };
    while let Some(segment) = segment(&mut stream, terminator) {
        let segment = segment.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if segment.is_empty() {
            continue;
        }
        let normal: String = segment
            .chars()
            .filter_map(|c| match c {
                '\r' | '\n' => None,
                c if c == element => Some('*'),
                c if c == component => Some(':'),
                // Not a delimiter in this file, but it would be one in the normal form.
                '*' => Some(' '),
                c => Some(c),
            })
            .collect();
        let name = normal.split('*').next().unwrap_or_default();
        match name {
            "ST" => {
                if let Some(set) = open.replace(normal) {
                    cut = true;
                    give(task, set);
                }
            }
            "SE" => {
                if let Some(mut set) = open.take() {
                    set.push('\n');
                    set.push_str(&normal);
                    give(task, set);
                }
            }
            _ => {
                if let Some(set) = open.as_mut() {
                    set.push('\n');
                    set.push_str(&normal);
                    if set.len() > LONG {
                        let part = std::mem::take(set);
                        give(task, part);
                    }
                }
            }
        }
        if task.document.status == DocumentStatus::OverBudget {
            break;
        }
    }
    if let Some(set) = open {
        cut = true;
        give(task, set);
    }
    task.document.pages = sets;
    if cut {
        task.problem(DocumentStatus::Partly, "a transaction set has no end");
    }
}

/// Takes the next segment, without its terminator.
fn segment(stream: &mut Stream<'_>, terminator: char) -> Option<String> {
    let mut seen = 0;
    loop {
        let text = stream.text();
        if let Some(at) = text.get(seen..).and_then(|rest| rest.find(terminator)) {
            let segment = text.get(..seen + at).unwrap_or_default().to_string();
            stream.skip(segment.len() + terminator.len_utf8());
            return Some(segment);
        }
        seen = text.len();
        if seen > LONG || stream.ended() {
            let segment = text.to_string();
            stream.skip(segment.len());
            return (!segment.is_empty()).then_some(segment);
        }
        stream.more();
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::{check, in_pieces};

    #[test]
    fn x12() {
        let file = "ISA|00|          |00|          |ZZ|PAYER          |ZZ|CLINIC         |230829|1130|^|00501|000000005|0|P|>!\nGS|HP!\nST|835|0001!\nSVC|HC>77080|200!\nSE|3|0001!\nST|835|2!NM1|QC|1|LEE!";
        in_pieces(|| {
            check(
                "a.txt",
                file.as_bytes(),
                "\
partly application/edi-x12 tags (a transaction set has no end)
[transaction 1 x12] ST*835*0001\\nSVC*HC:77080*200\\nSE*3*0001
[transaction 2 x12] ST*835*2\\nNM1*QC*1*LEE",
            )
        });
    }
}
