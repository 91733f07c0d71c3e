//! Statements of SQL that make or change tables, and are no rows: their words are code. Only what stands in a string or a comment was
//! written for people.

use crate::text::Event;
use dosimeter_case::tables::ElementKind as K;
use std::ops::Range;

/// Whether the running text of documents of this type is statements; their rows are tables.
pub(crate) fn is_sql(media_type: &str) -> bool {
    matches!(media_type, "application/sql" | "application/x-postgresql-dump")
}

/// Strings and comments of a text of SQL, without their marks, in order.
fn prose(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let end_of = |from: usize, mark: &str| text[from..].find(mark).map_or(text.len(), |n| from + n);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].find(['\'', '-', '/', '#']).map(|n| at + n) {
        let begins = |mark: &str| text[first..].starts_with(mark);
        let line = text[..first].rfind('\n').map_or(0, |n| n + 1);
        let (start, end) = if begins("'") {
            let mut end = first + 1;
            // A quote inside is doubled or has a backslash before it.
            while let Some(b) = bytes.get(end) {
                match b {
                    b'\\' => end += 1,
                    b'\'' if bytes.get(end + 1) == Some(&b'\'') => end += 1,
                    b'\'' => break,
                    _ => {}
                }
                end += 1;
            }
            (first + 1, text.floor_char_boundary(end))
        } else if begins("--") || begins("#") && text[line..first].trim().is_empty() {
            (first + 1, end_of(first, "\n"))
        } else if begins("/*") {
            (first + 2, end_of(first + 2, "*/"))
        } else {
            at = first + 1;
            continue;
        };
        found.push(start..end);
        at = text.ceil_char_boundary((end + 1).min(text.len()));
    }
    found
}

/// Drops the words of code that look like names, places, organisations or diseases; numbers and addresses of mail are what they are anywhere.
pub(crate) fn drop_code(text: &str, events: &mut Vec<Event>) {
    let prose = prose(text);
    let written = |r: &Range<usize>| prose.get(prose.partition_point(|p| p.end < r.end)).is_some_and(|p| p.start <= r.start);
    events.retain(|e| !is_words(e.kind) || written(&e.range));
}

/// Kinds whose values are words.
fn is_words(kind: K) -> bool {
    matches!(
        kind,
        K::Name
            | K::Address
            | K::Employer
            | K::Provider
            | K::Service
            | K::Relationship
            | K::Diagnosis
            | K::Procedure
            | K::Medication
            | K::LabResult
            | K::ImagingResult
            | K::SensitiveNote
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments() {
        let read = |text: &str| prose(text).into_iter().map(|r| text[r].to_string()).collect::<Vec<_>>();
        assert_eq!(read("CREATE TABLE a (b int) -- of Ann\nCOMMENT 'it''s c'"), ["- of Ann", "it''s c"]);
        assert_eq!(read("/* d */ x = 'e\\'f'; # no\n# yes\n'open é"), [" d ", "e\\'f", " yes", "open é"]);
        assert_eq!(read("a - b / c"), [""; 0]);
        assert_eq!(read("'é\\"), ["é\\"]);
    }

    #[test]
    fn code_is_nobody() {
        let text = "CREATE TABLE Pat (Anna Smith varchar DEFAULT NULL)\nUPDATE Pat SET n = 'Anna Smith'";
        let event = |at: usize| Event::new(at..at + 10, K::Name, "ANNA SMITH", "name", 0.9);
        let (code, string) = (text.find("Anna").unwrap(), text.rfind("Anna").unwrap());
        let mut events = vec![event(code), event(string), Event::new(0..6, K::Ssn, "1", "number", 0.9)];
        drop_code(text, &mut events);
        assert_eq!(events.iter().map(|e| e.range.start).collect::<Vec<_>>(), [string, 0]);
    }
}
