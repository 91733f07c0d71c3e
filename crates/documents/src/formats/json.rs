//! JSON and NDJSON: a FHIR bundle gives one passage per entry, NDJSON one per line, other JSON one.

use crate::{Head, Task};
use dosimeter_case::tables::{DocumentStatus, Layout};
use serde_json::Value;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    head.text_start().is_some_and(|start| start.starts_with(['{', '[']))
        && head.text().is_some_and(|text| serde_json::from_str::<Value>(text.trim_matches('\u{feff}')).is_ok())
}

pub(super) fn recognise_lines(head: &Head<'_>) -> bool {
    if !head.text_start().is_some_and(|start| start.starts_with('{')) {
        return false;
    }
    let lines = || head.text().into_iter().flat_map(str::lines).filter(|line| !line.trim().is_empty());
    lines().count() > 1 && lines().take(2).all(|line| serde_json::from_str::<Value>(line).is_ok_and(|value| value.is_object()))
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let Some(text) = task.head.text() else { return };
    let Ok(value) = serde_json::from_str::<Value>(text.trim_matches('\u{feff}')) else { return };
    let fhir = value.get("resourceType").is_some();
    if fhir {
        task.document.media_type = "application/fhir+json".into();
    }
    match value.get("entry").and_then(Value::as_array) {
        Some(entries) if fhir => {
            task.document.pages = entries.len() as i64;
            for (at, entry) in entries.iter().enumerate() {
                let resource = entry.get("resource").unwrap_or(entry);
                task.passage(format!("entry {}", at + 1), Layout::Json, Vec::new(), at as i64 + 1, resource.to_string());
            }
        }
        _ => {
            task.document.pages = 1;
            task.passage("document", Layout::Json, Vec::new(), 1, text.to_string());
        }
    }
}

pub(super) fn read_lines(task: &mut Task<'_, '_>) {
    let Some(text) = task.head.text() else { return };
    let mut broken = 0;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        task.document.pages += 1;
        let fine = serde_json::from_str::<Value>(line);
        if let Ok(value) = &fine
            && value.get("resourceType").is_some()
        {
            task.document.media_type = "application/fhir+ndjson".into();
        }
        broken += usize::from(fine.is_err());
        let layout = if fine.is_ok() { Layout::Json } else { Layout::Text };
        task.passage(format!("line {}", at + 1), layout, Vec::new(), at as i64 + 1, line.to_string());
    }
    if broken > 0 {
        task.problem(DocumentStatus::Partly, &format!("{broken} lines are not JSON"));
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::testing::check;

    #[test]
    fn json() {
        check(
            "b.txt",
            br#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"1"}},{"resource":{"id":"2"}}]}"#,
            "\
read application/fhir+json tags
[entry 1 json] {\"id\":\"1\",\"resourceType\":\"Patient\"}
[entry 2 json] {\"id\":\"2\"}",
        );
        check(
            "b.txt",
            b"{\"a\":1}\n{\"b\":2}\n\n{bad\n",
            "\
partly application/x-ndjson tags (1 lines are not JSON)
[line 1 json] {\"a\":1}
[line 2 json] {\"b\":2}
[line 4 text] {bad",
        );
        check("b.json", b"[1, 2]", "read application/json tags\n[document json] [1, 2]");
        check("b.json", b"[1, 2", "read text/plain text\n[part 1 text] [1, 2");
    }
}
