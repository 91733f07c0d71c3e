//! JSON and NDJSON: a FHIR bundle gives one passage per entry, NDJSON one per line, other JSON one; long documents one per
//! element of their arrays.

use crate::text::Stream;
use crate::{Head, Task};
use dosimeter_case::tables::{DocumentStatus, Layout};
use serde::de::IgnoredAny;
use serde_json::Value;

/// A document longer than this is not one passage.
const LONG: usize = 4 << 20;
/// Nor is one value or line longer than this.
const VALUE: usize = 64 << 20;
/// Numbers and words of a long array that are given together.
const TOGETHER: usize = 1000;

pub(super) fn recognise(head: &Head<'_>) -> bool {
    if !head.text_start().is_some_and(|start| start.starts_with(['{', '['])) {
        return false;
    }
    let Some(text) = head.sample() else { return false };
    match serde_json::from_str::<IgnoredAny>(text.trim_matches('\u{feff}')) {
        Ok(_) => !head.large(),
        // Of a large file only the beginning was looked at.
        Err(wrong) => head.large() && wrong.is_eof(),
    }
}

pub(super) fn recognise_lines(head: &Head<'_>) -> bool {
    if !head.text_start().is_some_and(|start| start.starts_with('{')) {
        return false;
    }
    let lines = || head.sample().into_iter().flat_map(str::lines).filter(|line| !line.trim().is_empty());
    lines().count() > 1 && lines().take(2).enumerate().all(|(at, line)| object(line) || at == 1 && head.large() && line.trim_start().starts_with('{'))
}

fn object(line: &str) -> bool {
    line.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(line).is_ok()
}

pub(super) fn read(task: &mut Task<'_, '_>) {
    let long = task.head.content.len() > LONG;
    let text = if long { None } else { task.head.text() };
    let Some(text) = text else { return read_long(task) };
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

fn read_long(task: &mut Task<'_, '_>) {
    let Some(stream) = Stream::new(task.head.content) else { return };
    let start = task.head.text_start().unwrap_or_default();
    let fhir = start.starts_with('{') && start.contains("\"resourceType\"");
    if fhir {
        task.document.media_type = "application/fhir+json".into();
    }
    let mut values = Values { stream, fhir, broken: false };
    let mut whole = Some(());
    let mut n = 0;
    // Several may follow each other.
    while whole.is_some() && values.peek().is_some() {
        n += 1;
        let name = if n == 1 { "document".to_string() } else { format!("document {n}") };
        whole = values.document(task, &name);
    }
    if whole.is_none() && task.document.status != DocumentStatus::OverBudget {
        task.problem(DocumentStatus::Partly, "the JSON breaks off, or a value is too long");
    } else if values.broken {
        task.problem(DocumentStatus::Partly, "some values are not JSON");
    }
}

/// A long document, value by value.
struct Values<'a> {
    stream: Stream<'a>,
    fhir: bool,
    broken: bool,
}

impl Values<'_> {
    /// `None` when it breaks off.
    fn document(&mut self, task: &mut Task<'_, '_>, name: &str) -> Option<()> {
        task.document.pages = task.document.pages.max(1);
        match self.peek()? {
            b'[' => return self.elements(task, if name == "document" { "element" } else { name }),
            b'{' => self.stream.skip(1),
            _ => return None,
        }
        // The members that are no arrays are one passage, an object like the whole.
        let mut rest = String::new();
        let whole = self.members(task, &mut rest);
        if !rest.is_empty() {
            task.passage(name, Layout::Json, Vec::new(), 1, format!("{{{rest}}}"));
        }
        whole
    }
    fn members(&mut self, task: &mut Task<'_, '_>, rest: &mut String) -> Option<()> {
        loop {
            match self.peek()? {
                b'}' => {
                    self.stream.skip(1);
                    return Some(());
                }
                b',' => self.stream.skip(1),
                b'"' => {
                    let written = self.value()?;
                    let key: String = serde_json::from_str(&written).ok()?;
                    (self.peek()? == b':').then(|| self.stream.skip(1))?;
                    if self.peek()? == b'[' {
                        let name = if self.fhir && key == "entry" { "entry" } else { key.as_str() };
                        self.elements(task, name)?;
                    } else {
                        let value = self.value()?;
                        rest.push_str(if rest.is_empty() { "" } else { "," });
                        rest.push_str(&format!("{written}:{value}"));
                        (rest.len() < VALUE).then_some(())?;
                    }
                }
                _ => return None,
            }
        }
    }
    fn elements(&mut self, task: &mut Task<'_, '_>, name: &str) -> Option<()> {
        self.stream.skip(1);
        let mut n = 0;
        let mut small: Vec<String> = Vec::new();
        loop {
            let next = self.peek();
            if !small.is_empty() && (small.len() == TOGETHER || !next.is_some_and(|b| b != b'{' && b != b']')) {
                let first = n + 1 - small.len() as i64;
                task.passage(format!("{name} {first}-{n}"), Layout::Json, Vec::new(), first, format!("[{}]", small.join(",")));
                small.clear();
            }
            match next? {
                b']' => {
                    self.stream.skip(1);
                    return Some(());
                }
                b',' => self.stream.skip(1),
                first => {
                    let value = self.value()?;
                    n += 1;
                    if first == b'{' {
                        self.give(task, format!("{name} {n}"), n, value);
                    } else {
                        small.push(value);
                    }
                }
            }
            if task.document.status == DocumentStatus::OverBudget {
                return None;
            }
        }
    }
    fn give(&mut self, task: &mut Task<'_, '_>, locator: String, n: i64, value: String) {
        let text = match self.fhir.then(|| serde_json::from_str::<Value>(&value)) {
            Some(Ok(entry)) => entry.get("resource").unwrap_or(&entry).to_string(),
            _ => value,
        };
        let fine = object(&text);
        self.broken |= !fine;
        task.document.pages = task.document.pages.max(n);
        task.passage(locator, if fine { Layout::Json } else { Layout::Text }, Vec::new(), n, text);
    }
    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let text = self.stream.text();
            let blank = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
            self.stream.skip(blank);
            match self.stream.text().bytes().next() {
                Some(b) => return Some(b),
                None if !self.stream.more() => return None,
                None => {}
            }
        }
    }
    /// Takes one value, as written.
    fn value(&mut self) -> Option<String> {
        let (mut at, mut depth, mut string, mut escaped) = (0, 0_u32, false, false);
        loop {
            let bytes = self.stream.text().as_bytes();
            while let Some(&b) = bytes.get(at) {
                let end = match b {
                    _ if escaped => {
                        escaped = false;
                        false
                    }
                    b'\\' if string => {
                        escaped = true;
                        false
                    }
                    b'"' => {
                        string = !string;
                        !string && depth == 0
                    }
                    _ if string => false,
                    b'{' | b'[' => {
                        depth += 1;
                        false
                    }
                    b'}' | b']' if depth > 0 => {
                        depth -= 1;
                        depth == 0
                    }
                    // A number or word ends before what follows it.
                    b',' | b'}' | b']' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return self.take(at),
                    _ => false,
                };
                at += 1;
                if end {
                    return self.take(at);
                }
            }
            if at > VALUE || !self.stream.more() {
                return None;
            }
        }
    }
    fn take(&mut self, bytes: usize) -> Option<String> {
        let value = self.stream.text().get(..bytes).filter(|value| !value.is_empty())?.to_string();
        self.stream.skip(bytes);
        Some(value)
    }
}

pub(super) fn read_lines(task: &mut Task<'_, '_>) {
    let Some(mut stream) = Stream::new(task.head.content) else { return };
    let (mut broken, mut at) = (0, 0);
    while let Some(line) = stream.line(VALUE) {
        at += 1;
        if line.trim().is_empty() {
            continue;
        }
        task.document.pages += 1;
        let fine = serde_json::from_str::<IgnoredAny>(line).is_ok();
        if fine && line.contains("\"resourceType\"") {
            task.document.media_type = "application/fhir+ndjson".into();
        }
        broken += usize::from(!fine);
        let layout = if fine { Layout::Json } else { Layout::Text };
        task.passage(format!("line {at}"), layout, Vec::new(), at, line.to_string());
        if task.document.status == DocumentStatus::OverBudget {
            return;
        }
    }
    if broken > 0 {
        task.problem(DocumentStatus::Partly, &format!("{broken} lines are not JSON"));
    }
}

#[cfg(test)]
mod tests {
    use super::Values;
    use crate::formats::testing::{check, in_pieces, show};
    use crate::text::Stream;

    #[test]
    fn json() {
        check(
            "b.txt",
            br#"{"resourceType":"Bundle","entry":[{"resource":{"id":"1","resourceType":"Patient"}},{"resource":{"id":"2"}}]}"#,
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

    #[test]
    fn long_documents() {
        let entry = |i: usize| format!("{{\"resource\":{{\"id\":\"{i}\",\"note\":\"{}\"}}}}", "a ] } \\\" { [".repeat(400));
        let entries: Vec<String> = (0..1000).map(entry).collect();
        let bundle = format!("{{\"resourceType\":\"Bundle\", \"entry\" : [{}], \"total\": 1000}}", entries.join(",\n"));
        let out = show("a.json", bundle.as_bytes());
        assert!(out.starts_with("read application/fhir+json tags\n[entry 1 json] {\"id\":\"0\",\"note\""), "{}", out.get(..200).unwrap_or_default());
        assert_eq!(out.lines().count(), 1002);
        assert!(out.ends_with("[document json] {\"resourceType\":\"Bundle\",\"total\":1000}"));
        let numbers = format!("[{} {{\"a\":1}}, [2]]", "1234, ".repeat(1_000_000));
        let out = show("a.json", numbers.as_bytes());
        assert_eq!(out.lines().count(), 1003);
        assert!(out.ends_with("[element 1000001 json] {\"a\":1}\n[element 1000002-1000002 json] [[2]]"));
    }

    #[test]
    fn values() {
        in_pieces(|| {
            let mut values = Values { stream: Stream::new(" \"a\\\"\" {\"b\":[1,{}]} 12 [true]".as_bytes()).expect("text"), fhir: false, broken: false };
            let mut out = Vec::new();
            while values.peek().is_some() {
                out.push(values.value().unwrap_or_else(|| "end".into()));
                if values.stream.ended() && values.stream.text().is_empty() {
                    break;
                }
            }
            assert_eq!(out, ["\"a\\\"\"", "{\"b\":[1,{}]}", "12", "[true]"]);
        });
    }
}
