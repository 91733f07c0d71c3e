//! X12: one passage per transaction set, in the normal form (`*`, `:`, one segment per line) whatever the file's own delimiters.

use crate::{Head, Task};
use dosimeter_case::tables::{DocumentStatus, Layout};

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
    let Some(text) = task.head.text() else { return };
    let text = text.trim_start();
    let Some((element, component, terminator)) = delimiters(text) else { return };
    let mut open: Option<String> = None;
    let mut sets = 0;
    let mut cut = false;
    let mut give = |task: &mut Task<'_, '_>, set: String| {
        sets += 1;
        task.passage(format!("transaction {sets}"), Layout::X12, Vec::new(), sets, set);
    };
    for segment in text.split(terminator) {
        let segment = segment.trim();
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
                }
            }
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

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn x12() {
        let file = "ISA|00|          |00|          |ZZ|PAYER          |ZZ|CLINIC         |230829|1130|^|00501|000000005|0|P|>!\nGS|HP!\nST|835|0001!\nSVC|HC>77080|200!\nSE|3|0001!\nST|835|2!NM1|QC|1|LEE!";
        check(
            "a.txt",
            file.as_bytes(),
            "\
partly application/edi-x12 tags (a transaction set has no end)
[transaction 1 x12] ST*835*0001\\nSVC*HC:77080*200\\nSE*3*0001
[transaction 2 x12] ST*835*2\\nNM1*QC*1*LEE",
        );
    }
}
