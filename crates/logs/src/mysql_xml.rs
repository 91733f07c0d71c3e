//! Audit logs of MySQL Enterprise and Percona as XML, new and old style.

use crate::Sample;
use crate::input::{Lines, MAX_LINE};
use crate::mysql::{Record, from_fields, take};
use crate::out::{Out, TOO_LONG};
use crate::text::Detail;
use crate::time::Clock;
use crate::xml;
use dosimeter_case::Result;
use quick_xml::events::Event as Xml;
use std::collections::BTreeMap;

/// The fields of a record are attributes (old style) or elements (new style).
fn from_xml(clock: &Clock, record: &str) -> Result<Record, &'static str> {
    const BAD: &str = "not well-formed XML";
    let mut reader = quick_xml::Reader::from_str(record);
    let mut fields = BTreeMap::new();
    let (mut inside, mut text) = (String::new(), String::new());
    loop {
        match reader.read_event().map_err(|_| BAD)? {
            Xml::Start(element) | Xml::Empty(element) if element.local_name().as_ref() == "AUDIT_RECORD" => {
                fields.extend(xml::attributes(&element).ok_or(BAD)?);
            }
            Xml::Start(element) => {
                inside = element.local_name().as_ref().to_string();
                text.clear();
            }
            Xml::Text(piece) => text.push_str(&piece.xml10_content()),
            Xml::CData(piece) => text.push_str(&piece.xml10_content()),
            Xml::GeneralRef(reference) => xml::reference(&mut text, &reference),
            Xml::End(element) if element.local_name().as_ref() == inside => {
                fields.insert(std::mem::take(&mut inside), text.trim().to_string());
            }
            Xml::Eof => break,
            _ => {}
        }
    }
    from_fields(clock, &fields)
}

const START: &str = "<AUDIT_RECORD";
const END: &str = "</AUDIT_RECORD>";

/// How far the search for a record's end has come.
#[derive(Default)]
struct Search {
    /// Bytes that have been searched.
    done: usize,
    /// The start tag has ended, and the element has content.
    content: bool,
}
impl Search {
    /// The record's end, searched for in what is new: that of the element, or of an element without content.
    fn end(&mut self, text: &str) -> Option<usize> {
        if !self.content {
            // In an attribute `>` is escaped, so the first one ends the start tag.
            let Some(at) = text.get(self.done..)?.find('>').map(|i| self.done + i) else {
                self.done = text.len();
                return None;
            };
            if text.get(..at)?.ends_with('/') {
                return Some(at + 1);
            }
            (self.content, self.done) = (true, at);
        }
        let found = text.get(self.done..)?.find(END).map(|i| self.done + i + END.len());
        // The end tag goes over no line's end: what was searched need not be searched again.
        self.done = text.len();
        found
    }
}

pub(crate) fn sniff(sample: &Sample) -> u32 {
    if sample.text.contains(START) && sample.text.trim_start_matches('\u{feff}').trim_start().starts_with('<') { 90 } else { 0 }
}
pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    // The record that began on an earlier line.
    let mut open = String::new();
    let mut search = Search::default();
    let read = |out: &mut Out, record: &str| {
        let record = from_xml(&out.clock, record);
        let parsed = take(out, record, Detail::default());
        out.take(parsed)
    };
    while let Some(line) = lines.next()? {
        if line.too_long {
            (open, search) = (String::new(), Search::default());
            out.record(line.offset);
            out.reject(TOO_LONG)?;
            continue;
        }
        let mut from = 0;
        if !open.is_empty() {
            let before = open.len();
            open.push_str(&line.text);
            open.push('\n');
            match search.end(&open) {
                Some(end) => {
                    read(out, open.get(..end).unwrap_or(""))?;
                    from = end.saturating_sub(before);
                }
                None if open.len() > MAX_LINE => out.reject(TOO_LONG)?,
                None => continue,
            }
            (open, search) = (String::new(), Search::default());
            if from == 0 {
                continue;
            }
        }
        while let Some(rest) = line.text.get(from..).filter(|rest| !rest.trim().is_empty()) {
            // Between the records there is only the frame.
            let Some(start) = rest.find(START) else {
                if !rest.trim_start().starts_with('<') {
                    out.record(line.offset);
                    out.reject("not an audit record")?;
                }
                break;
            };
            out.record(line.offset + (from + start) as i64);
            let record = rest.get(start..).unwrap_or("");
            let Some(end) = search.end(record) else {
                open = format!("{record}\n");
                break;
            };
            read(out, record.get(..end).unwrap_or(""))?;
            search = Search::default();
            from += start + end;
        }
    }
    if open.is_empty() { Ok(()) } else { out.reject("an audit record without its end") }
}
