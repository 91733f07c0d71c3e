//! Windows events as XML: what `wevtutil qe`, the Event Viewer ("save as XML") and `evtx_dump` write, one event after the other,
//! on one line or on many.

use super::{Record, State, audit_failed, event};
use crate::Sample;
use crate::input::{Lines, MAX_LINE};
use crate::out::Out;
use dosimeter_case::Result;
use memchr::memmem;
use quick_xml::events::{BytesStart, Event as Xml};
use std::borrow::Cow;

const END: &[u8] = b"</Event>";
/// Nested deeper than this is nothing that Windows writes.
const MAX_DEPTH: usize = 32;

pub(crate) fn sniff(sample: &Sample) -> u32 {
    let head = sample.text;
    let event = head.find("<Event>").or_else(|| head.find("<Event ")).and_then(|at| head.get(at..));
    let is = event.is_some_and(|text| text.contains("<System>") && text.contains("<EventID") && text.contains("<TimeCreated"));
    if is && head.trim_start().starts_with('<') { 90 } else { 0 }
}

pub(crate) fn parse(lines: &mut Lines, out: &mut Out, _: &Sample) -> Result<()> {
    let mut state = State::default();
    let mut buffer: Vec<u8> = Vec::new();
    let mut offset = 0;
    let mut block = vec![0; 64 * 1024];
    loop {
        let n = lines.fill(&mut block)?;
        // An end tag may lie across two blocks.
        let from = buffer.len().saturating_sub(END.len());
        buffer.extend_from_slice(&block[..n]);
        let mut done = 0;
        let ends: Vec<usize> = memmem::find_iter(&buffer[from..], END).map(|at| from + at + END.len()).collect();
        for end in ends {
            let piece = &buffer[done..end];
            let begin = start(piece).unwrap_or(0);
            out.record(offset + (done + begin) as i64);
            let text = String::from_utf8_lossy(&piece[begin..]);
            let parsed = match record(&text) {
                Some(record) => event(out, &mut state, &record),
                None => Err("not a Windows event"),
            };
            out.take(parsed)?;
            done = end;
        }
        buffer.drain(..done);
        offset += done as i64;
        if buffer.len() > MAX_LINE {
            out.record(offset);
            out.reject("an event longer than 4 MiB")?;
            offset += buffer.len() as i64;
            buffer.clear();
        }
        if n < block.len() {
            if let Some(begin) = start(&buffer) {
                out.record(offset + begin as i64);
                out.reject("an event without its end")?;
            }
            return Ok(());
        }
    }
}

/// Where the event begins: the last start tag before its end.
fn start(piece: &[u8]) -> Option<usize> {
    memmem::rfind(piece, b"<Event>").max(memmem::rfind(piece, b"<Event "))
}

/// One `<Event>` element; `None` when it is not well-formed or has no id or time.
pub(crate) fn record(text: &str) -> Option<Record<'_>> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut record = Record::default();
    let mut path: Vec<String> = Vec::new();
    let mut value = String::new();
    // The name of the value being read: the attribute of `Data`, or the element in `UserData`.
    let mut name = String::new();
    let (mut seen_id, mut leaf) = (false, false);
    loop {
        match reader.read_event().ok()? {
            Xml::Start(tag) => {
                if path.len() >= MAX_DEPTH {
                    return None;
                }
                open(&mut record, &path, &tag, &mut name)?;
                path.push(tag.local_name().as_ref().to_string());
                value.clear();
                leaf = true;
            }
            Xml::Empty(tag) => {
                open(&mut record, &path, &tag, &mut name)?;
                let section = path.get(1).map(String::as_str);
                if matches!(section, Some("EventData" | "UserData")) && !name.is_empty() {
                    record.fields.push((Cow::Owned(std::mem::take(&mut name)), Cow::Borrowed("")));
                }
                leaf = false;
            }
            Xml::Text(text) => value.push_str(&text),
            Xml::CData(text) => value.push_str(&text),
            Xml::GeneralRef(reference) => match &*reference {
                "amp" => value.push('&'),
                "lt" => value.push('<'),
                "gt" => value.push('>'),
                "quot" => value.push('"'),
                "apos" => value.push('\''),
                _ => value.extend(reference.resolve_char_ref().ok().flatten()),
            },
            Xml::End(_) => {
                let element = path.pop()?;
                if leaf {
                    let text = std::mem::take(&mut value);
                    match (path.get(1).map(String::as_str), path.len()) {
                        (Some("System"), 2) => {
                            seen_id |= element == "EventID";
                            system(&mut record, &element, text)?;
                        }
                        (Some("EventData" | "UserData"), _) if !name.is_empty() => {
                            record.fields.push((Cow::Owned(std::mem::take(&mut name)), Cow::Owned(text)))
                        }
                        _ => {}
                    }
                }
                leaf = false;
                if path.is_empty() {
                    break;
                }
            }
            Xml::Eof => return None,
            _ => {}
        }
    }
    (seen_id && !record.time.is_empty()).then_some(record)
}

fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(Cow::into_owned)
}

/// What a start tag says by itself.
fn open(record: &mut Record, path: &[String], tag: &BytesStart, name: &mut String) -> Option<()> {
    let local = tag.local_name();
    let (local, section): (&str, _) = (local.as_ref(), path.get(1).map(String::as_str));
    match (section, local) {
        (Some("System"), "Provider") => {
            record.provider = Cow::Owned(attribute(tag, "Name").or_else(|| attribute(tag, "EventSourceName")).unwrap_or_default());
        }
        (Some("System"), "TimeCreated") => record.time = Cow::Owned(attribute(tag, "SystemTime").unwrap_or_default()),
        (Some("System"), "Security") => record.user_id = Cow::Owned(attribute(tag, "UserID").unwrap_or_default()),
        (Some("EventData"), _) => *name = attribute(tag, "Name").unwrap_or_else(|| local.to_string()),
        // `UserData` holds one element of the provider's own, in it the values.
        (Some("UserData"), _) => *name = if path.len() >= 3 { attribute(tag, "Name").unwrap_or_else(|| local.to_string()) } else { String::new() },
        _ => {}
    }
    Some(())
}

fn system(record: &mut Record, element: &str, text: String) -> Option<()> {
    match element {
        "EventID" => record.id = text.trim().parse().ok()?,
        "Channel" => record.channel = Cow::Owned(text),
        "Computer" => record.computer = Cow::Owned(text),
        "Level" => record.level = Cow::Owned(text),
        "Keywords" => record.failed = audit_failed(text.trim()),
        _ => {}
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use crate::check::{details, events, source};

    const LOGON: &str = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Security-Auditing" Guid="{5}"/><EventID>4625</EventID><Keywords>0x8010000000000000</Keywords><TimeCreated SystemTime="2023-08-14T15:29:43.158Z"/><Channel>Security</Channel><Computer>WIN01</Computer><Security/></System><EventData><Data Name="TargetUserName">CPerry</Data><Data Name="IpAddress">10.20.4.32</Data><Data Name="ProcessName">C:\a &amp; b.exe</Data><Data Name="Status"/></EventData></Event>"#;

    #[test]
    fn one_line_or_many_alone_or_in_a_list() {
        let one = "windows 4625 3002/1 failure cperry 10.20.4.32 - none -\n";
        let pretty = LOGON.replace("><", ">\r\n  <");
        assert_eq!(events(&source(), LOGON.as_bytes()), one);
        assert_eq!(events(&source(), pretty.as_bytes()), one);
        assert_eq!(events(&source(), format!("<?xml version=\"1.0\"?><Events>{LOGON}{LOGON}</Events>").as_bytes()), one.repeat(2));
        let utf16: Vec<u8> = "\u{feff}".encode_utf16().chain(LOGON.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(events(&source(), &utf16), one);
    }

    #[test]
    fn values() {
        let detail = &details(&source(), LOGON.as_bytes())[0];
        let expect = serde_json::json!({"EventID": 4625, "Channel": "Security", "Provider_Name": "Microsoft-Windows-Security-Auditing", "Computer": "WIN01",
            "TargetUserName": "CPerry", "IpAddress": "10.20.4.32", "ProcessName": "C:\\a & b.exe", "Status": ""});
        assert_eq!(detail, &expect);
        let cleared = LOGON.replace("4625", "1102").replace("EventData>", "UserData>").replace("<UserData>", "<UserData><LogFileCleared xmlns='x'>");
        let cleared = cleared
            .replace("<Data Name=\"TargetUserName\">CPerry</Data>", "<SubjectUserName>EMiller</SubjectUserName>")
            .replace("</UserData>", "</LogFileCleared></UserData>");
        assert_eq!(events(&source(), cleared.as_bytes()), "windows 1102 1001/4 failure emiller 10.20.4.32 - other Security log\n");
        let unnamed = LOGON.replace("Data Name=\"IpAddress\"", "Data").replace("Data Name=\"ProcessName\"", "Data");
        assert_eq!(details(&source(), unnamed.as_bytes())[0]["Data"], serde_json::json!(["10.20.4.32", "C:\\a & b.exe"]));
    }

    #[test]
    fn damage() {
        let cut = format!("{LOGON}{}", &LOGON[..300]);
        assert_eq!(events(&source(), cut.as_bytes()).lines().nth(1), Some(format!("reject 2@{}: an event without its end", LOGON.len()).as_str()));
        let bad = LOGON.replace("</System>", "");
        assert_eq!(
            events(&source(), format!("{LOGON}{bad}{LOGON}").as_bytes()).lines().nth(1),
            Some(format!("reject 2@{}: not a Windows event", LOGON.len()).as_str())
        );
    }
}
